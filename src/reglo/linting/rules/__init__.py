"""The rules, one small function each, by what they are about; importing a module registers them."""
