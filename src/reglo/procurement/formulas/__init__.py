"""The formulas of an RC: read, shown, computed exactly, and held to what the courts ask (INV-1 to INV-9)."""
