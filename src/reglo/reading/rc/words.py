"""French quantities in folded text: numbers, periods, days, hours, amounts, articles of the law."""

from __future__ import annotations

import re
from datetime import date
from decimal import Decimal

_NUMBERS = [
    "zero",
    "un",
    "deux",
    "trois",
    "quatre",
    "cinq",
    "six",
    "sept",
    "huit",
    "neuf",
    "dix",
    "onze",
    "douze",
    "treize",
    "quatorze",
    "quinze",
    "seize",
]
NUMBER_WORDS = {word: value for value, word in enumerate(_NUMBERS)} | {
    "une": 1, "dix-huit": 18, "vingt": 20, "vingt et un": 21, "vingt-et-un": 21, "trente": 30, "quarante": 40, "quarante-cinq": 45,
    "quarante-huit": 48, "soixante": 60, "quatre-vingt-dix": 90, "cent": 100, "cent vingt": 120,
    "cent quatre-vingts": 180, "cent quatre-vingt": 180, "vingt-quatre": 24, "trente-six": 36,
}  # fmt: skip
_WORDS = "|".join(sorted(NUMBER_WORDS, key=len, reverse=True))
COUNT = rf"(?:\d{{1,4}}|(?:{_WORDS})(?: \(\s*\d{{1,4}}\s*\))?)"
PERIOD = (
    rf"(?P<count>\d{{1,4}}|(?:{_WORDS})\b(?: \(\s*\d{{1,4}}\s*\))?|\(\s*\d{{1,4}}\s*\)) "
    r"(?P<unit>jours? (?:ouvres?|ouvrables?|calendaires?|francs?)\b|(?:ouvres?|ouvrables?) jours?\b|jours?\b|mois\b|ans?\b"
    r"|annees?\b|semaines?\b|heures?\b|minutes?\b)"
)
MONTHS = [
    "janvier",
    "fevrier",
    "mars",
    "avril",
    "mai",
    "juin",
    "juillet",
    "aout",
    "septembre",
    "octobre",
    "novembre",
    "decembre",
]
DAY = (
    r"(?<!\d)(?:(?P<iso>20\d\d-[01]\d-[0-3]\d)(?!\d)"
    r"|(?P<day>\d{1,2})(?:er)?(?:\s*[/.-]\s*(?P<month>\d{1,2})\s*[/.-]\s*(?P<year>\d{4}|(?<=/)\d\d(?![\d/]))"
    rf"|\s+(?P<name>{'|'.join(MONTHS)})\s+(?P<year2>\d{{4}})))"
)
HOUR = r"(?:(?P<hour>\d{1,2})\s*(?:heures?|h|:)\s*(?P<minute>\d{2})?\b|(?P<noon>midi)\b)"
AMOUNT = r"(?P<amount>\d[\d .,]*\d|\d)\s*(?:€|euros?|eur)\b\s*(?P<basis>h\.?\s?t\b|t\.?t\.?c\b|hors taxes?|toutes taxes comprises)?"
AMOUNT = AMOUNT.replace(r"(?:€|euros?|eur)\b", r"(?:€|(?:euros?|eur)\b)")
_ARTICLE = re.compile(
    r"\b([lrd])\.?\s*\*?\s*(\d{4})\s*-\s*(\d{1,2})(?:\s*-\s*(\d{1,2})(?!\s*°|\d))?", re.IGNORECASE
)
# « L. 2141-1 à 2141-5 »: the letter said once for both ends
_SECOND = re.compile(
    r"(\b[LRD])(\.?\s?\d{4}-\d{1,2}\s+(?:à|a|et)\s+)(\d{4}-\d{1,2}\b)",
    re.IGNORECASE,
)
_RANGE = re.compile(r"\s*(?:a|à|jusqu'à)\s+(?:l'article\s+)?$")


def count(text: str) -> int | None:
    """A whole number in figures, in words, or both; None when the two differ.

    >>> count("quatre (4)"), count("15"), count("huit"), count("huit (9)")
    (4, 15, 8, None)
    """
    figures = re.search(r"\d+", text)
    word = re.sub(r"\(.*|\d", "", " ".join(text.split())).strip(" (")
    in_words = NUMBER_WORDS.get(word)
    if figures and in_words is not None and int(figures.group()) != in_words:
        return None
    return int(figures.group()) if figures else in_words


def period(found: re.Match[str]) -> str | None:
    """A match of ``PERIOD`` as the rules file writes it ("8 jours ouvrés").

    >>> period(re.search(PERIOD.replace(" ", r"\\s+"), "quatre (4) jours ouvres"))
    '4 jours ouvrés'
    """
    number = count(found["count"])
    if number is None:
        return None
    unit = found["unit"]
    plural = "s" if number > 1 else ""
    if "franc" in unit:
        return None  # not in the units of the rules file: a person must say
    if "ouvrable" in unit:
        name = f"jour{plural} ouvrable{plural}"
    elif "ouvre" in unit:
        name = f"jour{plural} ouvré{plural}"
    else:
        base = unit.split()[0].rstrip("s")
        name = {"moi": "mois", "annee": "an"}.get(base, base)
        name = name if name == "mois" else name + plural
    return f"{number} {name}"


def day(found: re.Match[str]) -> date | None:
    """A match of ``DAY``; None when it is not in the calendar."""
    if found["iso"]:
        try:
            return date.fromisoformat(found["iso"])
        except ValueError:
            return None
    name = found["name"]
    month = MONTHS.index(name) + 1 if name else int(found["month"])
    try:
        year = int(found["year"] or found["year2"])
        return date(year if year > 99 else 2000 + year, month, int(found["day"]))
    except ValueError:
        return None


def hour(found: re.Match[str]) -> str | None:
    """A match of ``HOUR`` as "HH:MM"; None when it is no hour."""
    if found["noon"]:
        return "12:00"
    hours, minutes = int(found["hour"]), int(found["minute"] or 0)
    return f"{hours:02d}:{minutes:02d}" if hours < 24 and minutes < 60 else None


def amount(found: re.Match[str]) -> str | None:
    """A match of ``AMOUNT`` with its tax basis as the rules file writes it; None without a basis or ambiguous."""
    from reglo.procurement.values import Money, TaxBasis, parse_number

    basis = (found["basis"] or "").replace(".", "").replace(" ", "")
    if not basis:
        return None
    try:
        number = parse_number(found["amount"].strip(" .,"))
    except ValueError:
        return None
    return str(Money(number, TaxBasis.HT if basis.startswith("h") else TaxBasis.TTC))


def decimal(text: str) -> Decimal:
    return Decimal(text.replace(",", "."))


def articles(text: str) -> tuple[str, ...]:
    """The articles of the code cited, ranges of one chapter spelled out.

    >>> articles("L. 2124-1, R. 2161-2 à R. 2161-4 du code")
    ('L.2124-1', 'R.2161-2', 'R.2161-3', 'R.2161-4')
    """
    out: list[str] = []
    last: tuple[str, str, int] | None = None
    end = 0
    text = _SECOND.sub(r"\1\2\1.\3", text)
    for found in _ARTICLE.finditer(text):
        letter, chapter, number = found[1].upper(), found[2], int(found[3])
        between = text[end : found.start()]
        if last and last[:2] == (letter, chapter) and _RANGE.match(between) and 0 < number - last[2] <= 20:
            out.extend(f"{letter}.{chapter}-{each}" for each in range(last[2] + 1, number))
        out.append(f"{letter}.{chapter}-{number}" + (f"-{found[4]}" if found[4] else ""))
        last, end = (letter, chapter, number), found.end()
    return tuple(dict.fromkeys(out))


def sentence_case(text: str) -> str:
    """A title in capitals as people write it; another as it is, its first letter a capital."""
    whole = " ".join(text.split())
    text = whole.strip(' .;:,-–|«»"')
    if re.search(r"\b(?:[A-Z]\.){2,}\W*$", whole) and text:  # « S.U.D. »: its last point is of the initials
        text += "."
    if text.isupper() and len(text) > 5:
        text = text.lower()
    return text[:1].upper() + text[1:]
