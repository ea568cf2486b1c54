"""What the world offers, storage and time: an interface each, a file per provider, a fake that fails."""
