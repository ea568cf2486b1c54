"""What the world offers: storage, time. An interface each, a file per provider, and a fake that fails on purpose."""
