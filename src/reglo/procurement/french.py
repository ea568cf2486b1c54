"""Days, moments and numbers of things, as French readers write them."""

from __future__ import annotations

from datetime import date, datetime

WEEKDAYS = ("lundi", "mardi", "mercredi", "jeudi", "vendredi", "samedi", "dimanche")


def french_day(day: date) -> str:
    """A day: 18/02/2026."""
    return f"{day:%d/%m/%Y}"


def french_weekday(day: date) -> str:
    """A day with its weekday: mercredi 18/02/2026."""
    return f"{WEEKDAYS[day.weekday()]} {french_day(day)}"


ZONES = {
    "Europe/Paris": "heure de Paris",
    "Indian/Reunion": "heure de La Réunion",
    "Indian/Mayotte": "heure de Mayotte",
    "America/Guadeloupe": "heure de la Guadeloupe",
    "America/Martinique": "heure de la Martinique",
    "America/Cayenne": "heure de la Guyane",
    "Pacific/Noumea": "heure de Nouméa",
    "Pacific/Tahiti": "heure de Tahiti",
}


def french_moment(at: datetime) -> str:
    """A moment, its zone named; seconds when there are any.

    >>> from zoneinfo import ZoneInfo
    >>> french_moment(datetime(2026, 2, 18, 12, 0, 25, tzinfo=ZoneInfo("Europe/Paris")))
    '18/02/2026 à 12:00:25 (heure de Paris)'
    """
    clock = at.strftime("%H:%M:%S" if at.second else "%H:%M")
    zone = getattr(at.tzinfo, "key", str(at.tzinfo or ""))
    place = ZONES.get(zone, zone)
    return f"{french_day(at)} à {clock}" + (f" ({place})" if place else "")


def plural(number: int, mark: str = "s") -> str:
    """What a word takes from two on: nothing at zero, in French."""
    return mark if number > 1 else ""


def counted(number: int, noun: str) -> str:
    """A number of things.

    >>> counted(0, "pli"), counted(1, "pli"), counted(3, "pli")
    ('0 pli', '1 pli', '3 plis')
    """
    return f"{number} {noun}{plural(number)}"
