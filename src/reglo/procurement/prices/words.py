"""Amounts spelled in French words: « trois cent mille euros et dix centimes » (PX-03).

The grammar of numbers is written once, here, in ``number_words``; ``words_reading`` goes the other way.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import pairwise

LIMIT = 10**12  # euros; the first amount that is not spelled

UNITS = (
    "zéro", "un", "deux", "trois", "quatre", "cinq", "six", "sept", "huit", "neuf", "dix",
    "onze", "douze", "treize", "quatorze", "quinze", "seize",
)  # fmt: skip
TENS = {2: "vingt", 3: "trente", 4: "quarante", 5: "cinquante", 6: "soixante"}
_SCALES = ((10**9, "milliard"), (10**6, "million"))


@dataclass(frozen=True, slots=True)
class Spelling:
    """Which of the admitted spellings a number follows.

    ``seventy``… : "" for soixante-dix, quatre-vingts, quatre-vingt-dix; otherwise the word used in
    Belgium or Switzerland. ``teen_hundreds``: douze cents for mille deux cents.
    """

    seventy: str = ""  # "septante"
    eighty: str = ""  # "huitante", "octante"
    ninety: str = ""  # "nonante"
    teen_hundreds: bool = False


FRANCE = Spelling()


def number_words(number: int, spelling: Spelling = FRANCE) -> list[str]:
    """The words of 0 <= number < 10^12, one by one.

    >>> number_words(1_271)
    ['mille', 'deux', 'cent', 'soixante', 'et', 'onze']
    """
    if not 0 <= number < LIMIT:
        raise ValueError(f"Le nombre {number} n'est pas entre 0 et {LIMIT - 1}.")
    if number == 0:
        return ["zéro"]
    words: list[str] = []
    for scale, name in _SCALES:
        count, number = divmod(number, scale)
        if count:
            words += [*_below_thousand(count, spelling, last=True), name + ("s" if count > 1 else "")]
    if spelling.teen_hundreds and 1_100 <= number < 2_000:
        hundreds, rest = divmod(number, 100)
        words += [*_below_hundred(hundreds, spelling, last=False), "cent" if rest else "cents"]
        return words + (_below_hundred(rest, spelling, last=True) if rest else [])
    thousands, rest = divmod(number, 1_000)
    if thousands:
        words += [*(_below_thousand(thousands, spelling, last=False) if thousands > 1 else []), "mille"]
    return words + (_below_thousand(rest, spelling, last=True) if rest else [])


def _below_thousand(number: int, spelling: Spelling, *, last: bool) -> list[str]:
    """``last``: nothing follows but a noun (million, euros), so cent and vingt take their s."""
    hundreds, rest = divmod(number, 100)
    words: list[str] = []
    if hundreds:
        plural = "s" if hundreds > 1 and not rest and last else ""
        words = [*([UNITS[hundreds]] if hundreds > 1 else []), "cent" + plural]
    return words + (_below_hundred(rest, spelling, last=last) if rest else [])


def _below_hundred(number: int, spelling: Spelling, *, last: bool) -> list[str]:
    if number < 17:
        return [UNITS[number]]
    if number < 20:
        return ["dix", UNITS[number - 10]]
    tens, units = divmod(number, 10)
    own = {7: spelling.seventy, 8: spelling.eighty, 9: spelling.ninety}.get(tens) or TENS.get(tens, "")
    if own:
        return [own, *(["et"] if units == 1 else []), *([UNITS[units]] if units else [])]
    if tens == 7:
        rest = _below_hundred(10 + units, spelling, last=True)
        return ["soixante", *(["et"] if units == 1 else []), *rest]
    if number == 80:
        return ["quatre", "vingts" if last else "vingt"]
    return ["quatre", "vingt", *_below_hundred(number - 80, spelling, last=True)]


def joined(words: Sequence[str], *, reformed: bool = False) -> str:
    """Hyphens: everywhere (1990), or between the parts of a number below 100 not joined by "et"."""
    if reformed:
        # million and milliard are nouns; the 1990 recommendation ties them too.
        return "-".join(words)
    text = words[0]
    small = {*UNITS, *TENS.values(), "septante", "huitante", "octante", "nonante", "vingts"} - {"zéro"}
    for before, after in pairwise(words):
        text += ("-" if before in small and after in small else " ") + after
    return text


def to_words(amount: Decimal, *, reformed: bool = False, spelling: Spelling = FRANCE) -> str:
    """An amount of euros spelled as on an acte d'engagement.

    amount: euros, 0 <= amount < 10^12, at most two decimals; ValueError otherwise.
    ``reformed``: hyphens everywhere (1990 spelling).

    >>> to_words(Decimal("300000.10"))
    'trois cent mille euros et dix centimes'
    >>> to_words(Decimal("80"), reformed=True), to_words(Decimal("2000000"))
    ('quatre-vingts euros', "deux millions d'euros")
    """
    cents = amount * 100
    if cents != cents.to_integral_value() or not 0 <= amount < LIMIT:
        raise ValueError(
            f"« {amount} » ne s'écrit pas en euros et centimes : il faut au plus deux décimales, "
            "entre 0 et 999 999 999 999,99."
        )
    euros, centimes = divmod(int(cents), 100)
    words = number_words(euros, spelling)
    noun = "euro" if euros < 2 else "euros"
    if words[-1].startswith("milli"):  # million, milliard: a noun, followed by "de"
        noun = f"d'{noun}" if euros >= 2 else noun
    text = f"{joined(words, reformed=reformed)} {noun}"
    if centimes:
        part = joined(number_words(centimes, spelling), reformed=reformed)
        text += f" et {part} {'centime' if centimes == 1 else 'centimes'}"
    return text
