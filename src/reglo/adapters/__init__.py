"""What the world offers: storage, time. An interface each, a file per provider, a fake that fails on purpose."""
