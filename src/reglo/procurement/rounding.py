"""Rounding as the RC says it, on exact fractions."""

from __future__ import annotations

from fractions import Fraction

from reglo.procurement.award import RoundingMode

ROUNDING_FR = {
    RoundingMode.HALF_UP: "au plus proche, un demi vers le haut",
    RoundingMode.HALF_EVEN: "au plus proche, un demi vers le chiffre pair",
    RoundingMode.DOWN: "par défaut",
    RoundingMode.UP: "par excès",
}


def round_to(value: Fraction, decimals: int, mode: RoundingMode = RoundingMode.HALF_UP) -> Fraction:
    """``value`` with ``decimals`` decimals; halves, down and up are counted away from zero.

    Source: legal-rules §6.4; S3 and S4 print "third decimal 0-4 down, 5-9 up".

    >>> round_to(Fraction(800, 19), 2), round_to(Fraction(5, 1000), 2)
    (Fraction(4211, 100), Fraction(1, 100))
    >>> [str(round_to(Fraction(25, 1000), 2, mode)) for mode in RoundingMode]
    ['3/100', '1/50', '1/50', '3/100']
    """
    scale = 10**decimals
    numerator, denominator = abs(value.numerator) * scale, value.denominator
    if denominator == 1:
        return value
    if scale % denominator == 0:
        return value
    match mode:
        case RoundingMode.HALF_UP:
            digits = (2 * numerator + denominator) // (2 * denominator)
        case RoundingMode.HALF_EVEN:
            digits, rest = divmod(numerator, denominator)
            digits += 2 * rest > denominator or (2 * rest == denominator and digits % 2)
        case RoundingMode.DOWN:
            digits = numerator // denominator
        case RoundingMode.UP:
            digits = -(-numerator // denominator)
    return Fraction(digits if value >= 0 else -digits, scale)
