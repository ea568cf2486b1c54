"""``docs/seal.md`` in code: seal, open, keep the keys, prove."""
