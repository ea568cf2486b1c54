"""How a benchmark says whether its target is held."""

from __future__ import annotations


def at_least(value: float, target: float) -> str:
    """
    >>> at_least(0.85, 0.9)
    'cible ≥ 0,9 : non tenu'
    """
    return f"cible ≥ {target:g} : {_held(value >= target)}".replace(".", ",")


def at_most(value: float, target: float) -> str:
    return f"cible ≤ {target:g} : {_held(value <= target)}".replace(".", ",")


def _held(held: bool) -> str:
    return "tenu" if held else "non tenu"
