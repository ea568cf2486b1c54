"""The small values a rules file is written with: money, periods, instants, shares.

Each is written as one readable scalar ("659 764,00 EUR HT", "8 jours ouvrés",
"2026-02-18 12:00 Europe/Paris", "30 %") and parsed here, exactly; what is ambiguous is
refused with ``ValueError`` whose text is French and says how to write it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from reglo.procurement.french import french_moment

_SPACES = re.compile(r"[\s\u00a0\u202f]+")
_PLAIN_NUMBER = re.compile(r"[+-]?\d+(?:[.,]\d+)?")
_GROUPED_NUMBER = re.compile(r"[+-]?\d{1,3}(?: \d{3})+(?:[.,]\d+)?")


def parse_number(text: str) -> Decimal:
    """An exact decimal as French people write it; "659,764" is queried, never guessed (L-20).

    A comma or point is the decimal mark; spaces group thousands. A single mark followed by
    exactly three digits could be either and is refused; so are two different marks.

    >>> parse_number("1 319 528,50")
    Decimal('1319528.50')
    >>> parse_number("659,764")
    Traceback (most recent call last):
    ...
    ValueError: « 659,764 » peut se lire 659764 ou 659,764. Écrivez « 659 764 » ou « 659,7640 ».
    """
    cleaned = _SPACES.sub(" ", text.strip())
    if not (_PLAIN_NUMBER.fullmatch(cleaned) or _GROUPED_NUMBER.fullmatch(cleaned)):
        raise ValueError(
            f"« {text} » n'est pas un nombre. Écrivez les chiffres, des espaces pour les milliers, "
            "une virgule pour les décimales : « 1 234,56 »."
        )
    mark = re.search(r"[.,](\d+)$", cleaned)
    if mark and len(mark.group(1)) == 3 and " " not in cleaned:
        whole, digits = cleaned[: mark.start()], mark.group(1)
        if whole.lstrip("+-") != "0":
            grouped = f"{int(whole + digits):,}".replace(",", " ")
            raise ValueError(
                f"« {text} » peut se lire {int(whole + digits)} ou {whole},{digits}. "
                f"Écrivez « {grouped} » ou « {whole},{digits}0 »."
            )
    return Decimal(cleaned.replace(" ", "").replace(",", "."))


class TaxBasis(StrEnum):
    HT = "HT"  # hors taxes
    TTC = "TTC"  # toutes taxes comprises


@dataclass(frozen=True, slots=True)
class Money:
    """An amount in euros with its tax basis.

    >>> Money.parse("659 764,00 EUR HT")
    Money(amount=Decimal('659764.00'), basis=<TaxBasis.HT: 'HT'>)
    >>> str(Money.parse("165000 € HT"))
    '165 000,00 EUR HT'
    """

    amount: Decimal
    basis: TaxBasis

    @classmethod
    def parse(cls, text: str) -> Money:
        found = re.fullmatch(r"(.*?)\s*(?:EUR|€|euros?)\s*(HT|TTC)", text.strip(), re.IGNORECASE)
        if not found:
            raise ValueError(
                f"« {text} » n'est pas un montant complet : il manque « EUR HT » ou « EUR TTC ». "
                "Écrivez par exemple « 659 764,00 EUR HT »."
            )
        return cls(parse_number(found.group(1)), TaxBasis(found.group(2).upper()))

    def __str__(self) -> str:
        return f"{format_number(self.amount, 2)} EUR {self.basis}"


def format_number(value: Decimal | Fraction | int, decimals: int | None = None) -> str:
    """A number as French readers write it, grouped by spaces, rounded half up to ``decimals``.

    With ``decimals=None`` a number that terminates is printed whole, another as a fraction.

    >>> format_number(Decimal("659764.5"), 2), format_number(Fraction(800, 19)), format_number(Fraction(1, 8))
    ('659 764,50', '800/19', '0,125')
    """
    exact = Fraction(value)
    if decimals is None:
        decimals = decimal_places(exact)
        if decimals is None:
            return f"{exact.numerator}/{exact.denominator}"
    scaled = round_half_up(exact * 10**decimals)
    sign, digits = ("-" if scaled < 0 else ""), f"{abs(scaled):0{decimals + 1}d}"
    whole = f"{int(digits[: len(digits) - decimals]):,}".replace(",", " ")
    return sign + whole + ("," + digits[len(digits) - decimals :] if decimals else "")


def decimal_places(value: Fraction) -> int | None:
    """How many decimals write ``value`` exactly; None when it never terminates.

    >>> decimal_places(Fraction(1, 8)), decimal_places(Fraction(5)), decimal_places(Fraction(1, 3))
    (3, 0, None)
    """
    rest, twos, fives = value.denominator, 0, 0
    while rest % 2 == 0:
        rest, twos = rest // 2, twos + 1
    while rest % 5 == 0:
        rest, fives = rest // 5, fives + 1
    return max(twos, fives) if rest == 1 else None


def round_half_up(value: Fraction) -> int:
    """The nearest integer, halves away from zero (third decimal 5-9 up, as S3 and S4 print it)."""
    magnitude = (2 * abs(value.numerator) + value.denominator) // (2 * value.denominator)
    return magnitude if value >= 0 else -magnitude


class PeriodUnit(StrEnum):
    """In what a period is counted (TC-06): "jours" alone means calendar days."""

    MINUTES = "minutes"
    HOURS = "heures"
    CALENDAR_DAYS = "jours"
    WORKING_DAYS = "jours ouvrés"  # Monday to Friday less public holidays
    WEEKDAYS_AND_SATURDAY = "jours ouvrables"  # Monday to Saturday less public holidays
    WEEKS = "semaines"
    MONTHS = "mois"
    YEARS = "ans"


_UNITS = {
    "minute": PeriodUnit.MINUTES,
    "minutes": PeriodUnit.MINUTES,
    "heure": PeriodUnit.HOURS,
    "heures": PeriodUnit.HOURS,
    "jour": PeriodUnit.CALENDAR_DAYS,
    "jours": PeriodUnit.CALENDAR_DAYS,
    "jour calendaire": PeriodUnit.CALENDAR_DAYS,
    "jours calendaires": PeriodUnit.CALENDAR_DAYS,
    "jour ouvré": PeriodUnit.WORKING_DAYS,
    "jours ouvrés": PeriodUnit.WORKING_DAYS,
    "jour ouvrable": PeriodUnit.WEEKDAYS_AND_SATURDAY,
    "jours ouvrables": PeriodUnit.WEEKDAYS_AND_SATURDAY,
    "semaine": PeriodUnit.WEEKS,
    "semaines": PeriodUnit.WEEKS,
    "mois": PeriodUnit.MONTHS,
    "an": PeriodUnit.YEARS,
    "ans": PeriodUnit.YEARS,
}


@dataclass(frozen=True, slots=True)
class Period:
    """A length of time with its unit spelled out.

    >>> Period.parse("8 jours ouvrés")
    Period(count=8, unit=<PeriodUnit.WORKING_DAYS: 'jours ouvrés'>)
    >>> str(Period.parse("1 an"))
    '1 an'
    """

    count: int
    unit: PeriodUnit

    @classmethod
    def parse(cls, text: str) -> Period:
        found = re.fullmatch(r"(\d{1,5})\s+(.+)", _SPACES.sub(" ", text.strip()))
        unit = _UNITS.get(found.group(2).lower()) if found else None
        if not found or unit is None:
            raise ValueError(
                f"« {text} » n'est pas une durée. Écrivez un nombre et son unité : minutes, heures, jours, "
                "jours ouvrés, jours ouvrables, semaines, mois ou ans, par exemple « 8 jours ouvrés »."
            )
        return cls(int(found.group(1)), unit)

    def __str__(self) -> str:
        unit = self.unit.value
        if self.count <= 1 and self.unit is not PeriodUnit.MONTHS:
            unit = " ".join(word.rstrip("s") for word in unit.split())
        return f"{self.count} {unit}"


@dataclass(frozen=True, slots=True)
class Instant:
    """A moment with the IANA zone it was announced in (never a fixed offset).

    >>> str(Instant.parse("2026-02-18 12:00 Europe/Paris"))
    '2026-02-18 12:00 Europe/Paris'
    >>> Instant.parse("2026-02-18 12:00 Europe/Paris").at.utcoffset()
    datetime.timedelta(seconds=3600)
    """

    at: datetime  # aware, in the announced zone

    @classmethod
    def parse(cls, text: str) -> Instant:
        found = re.fullmatch(r"(\d{4}-\d\d-\d\d)[ T](\d\d:\d\d(?::\d\d)?)\s+([A-Za-z_+\-/]+)", text.strip())
        if not found:
            raise ValueError(
                f"« {text} » n'est pas une date et heure avec son fuseau. {_instant_proposed(text.strip())}"
            )
        try:
            zone = ZoneInfo(found.group(3))
        except (ZoneInfoNotFoundError, ValueError, OSError) as error:  # « Europe » is a folder of zones
            raise ValueError(
                f"Le fuseau « {found.group(3)} » est inconnu. Écrivez un nom IANA comme Europe/Paris "
                "ou Indian/Reunion."
            ) from error
        try:
            moment = datetime.fromisoformat(f"{found.group(1)}T{found.group(2)}").replace(tzinfo=zone)
        except ValueError as error:
            raise ValueError(
                f"« {text} » n'existe pas au calendrier. Vérifiez le jour et l'heure."
            ) from error
        return cls(moment)

    @property
    def zone(self) -> ZoneInfo:
        assert isinstance(self.at.tzinfo, ZoneInfo)
        return self.at.tzinfo

    @property
    def day(self) -> date:
        return self.at.date()

    @property
    def french(self) -> str:
        """As a reader expects it: "18/02/2026 à 12:00 (heure de Paris)"."""
        return french_moment(self.at)

    def __str__(self) -> str:
        clock = self.at.strftime("%H:%M:%S" if self.at.second else "%H:%M")
        return f"{self.at:%Y-%m-%d} {clock} {self.zone.key}"


_DAY_AND_HOUR = re.compile(
    r"(?:(?P<year>\d{4})-(?P<month>\d\d)-(?P<day>\d\d)|(?P<d>\d\d?)/(?P<m>\d\d?)/(?P<y>\d{4}))"
    r"(?:(?:[ T]| à )(?P<hour>\d\d?)(?:[:hH](?P<minute>\d\d)?|\b))?(?: ?h)?"
    r"(?:,?\s+(?P<zone>[A-Za-z_]+(?:/[A-Za-z_-]+)+))?"
)


def _instant_proposed(text: str) -> str:
    """What to write, with the day and hour already given where they are understood."""
    found = _DAY_AND_HOUR.fullmatch(text)
    if not found:
        return "Écrivez par exemple « 2026-02-18 12:00 Europe/Paris »."
    day = f"{found['year']}-{found['month']}-{found['day']}"
    if not found["year"]:
        day = f"{found['y']}-{int(found['m']):02}-{int(found['d']):02}"
    zone = found["zone"] or "Europe/Paris"
    if not found["hour"]:
        return f"Écrivez aussi l'heure et le fuseau, par exemple « {day} 12:00 {zone} »."
    proposed = f"« {day} {int(found['hour']):02}:{found['minute'] or '00'} {zone} »"
    return f"Écrivez {proposed}{'' if found['zone'] else ', ou votre fuseau'}."


@dataclass(frozen=True, slots=True)
class Share:
    """A percentage of a parent, exact: the sub-criterion worth 30 % of its criterion.

    >>> Share.parse("12,5 %").of(Fraction(40))
    Fraction(5, 1)
    """

    percent: Decimal

    @classmethod
    def parse(cls, text: str) -> Share:
        found = re.fullmatch(r"(.*?)\s*%", text.strip())
        if not found:
            number = re.fullmatch(r"[1-9]\d{0,2}(?:[.,]\d+)?", text.strip())
            proposed = f"Écrivez « {text.strip()} % »." if number else "Écrivez par exemple « 30 % »."
            raise ValueError(f"« {text} » n'est pas un pourcentage. {proposed}")
        return cls(parse_number(found.group(1)))

    def of(self, whole: Fraction) -> Fraction:
        return whole * Fraction(self.percent) / 100

    def __str__(self) -> str:
        return f"{format_number(self.percent)} %"
