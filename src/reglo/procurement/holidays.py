"""Public holidays and working days of the buyer's territory (legal-rules §3.4).

A territory is "metropole", "alsace-moselle" or a department code ("69", "974"). Source: Code du
travail L.3133-1 (the eleven national days), L.3134-13 (Alsace-Moselle), L.3422-2 (overseas).
"""

from __future__ import annotations

from datetime import date, timedelta
from functools import cache

ALSACE_MOSELLE = ("57", "67", "68")

# department -> its own holiday (month, day), commemoration of the abolition of slavery
_ABOLITION = {
    "971": (5, 27),  # Guadeloupe
    "972": (5, 22),  # Martinique
    "973": (6, 10),  # Guyane
    "974": (12, 20),  # La Réunion
    "976": (4, 27),  # Mayotte
    "977": (10, 9),  # Saint-Barthélemy
    "978": (5, 27),  # Saint-Martin
}

_ZONES = {
    "971": "America/Guadeloupe",
    "972": "America/Martinique",
    "973": "America/Cayenne",
    "974": "Indian/Reunion",
    "975": "America/Miquelon",
    "976": "Indian/Mayotte",
    "977": "America/St_Barthelemy",
    "978": "America/Marigot",
    "984": "Indian/Kerguelen",
    "986": "Pacific/Wallis",
    "987": "Pacific/Tahiti",
    "988": "Pacific/Noumea",
}

# Territories whose own labour law adds holidays that no text listed above gives.
_OWN_LABOUR_LAW = ("984", "986", "987", "988")

_METROPOLITAN = frozenset(
    {f"{number:02d}" for number in range(1, 96) if number != 20} | {"2A", "2B", "metropole", "alsace-moselle"}
)


def territory_known(territory: str) -> bool:
    """Whether every holiday of the territory is known here.

    >>> territory_known("974"), territory_known("988"), territory_known("Lyon")
    (True, False, False)
    """
    return territory in _METROPOLITAN or (territory in _ZONES and territory not in _OWN_LABOUR_LAW)


def zone_name(territory: str) -> str:
    """The IANA zone of local time in the territory.

    >>> zone_name("974"), zone_name("69")
    ('Indian/Reunion', 'Europe/Paris')
    """
    return _ZONES.get(territory, "Europe/Paris")


def territory_of(zone: str) -> str:
    """The overseas territory of an IANA zone; "" for any other zone.

    >>> territory_of("Indian/Reunion"), territory_of("Europe/Paris")
    ('974', '')
    """
    return next((territory for territory, name in _ZONES.items() if name == zone), "")


def easter(year: int) -> date:
    """Easter Sunday of the Gregorian calendar (Meeus, Jones and Butcher).

    >>> [str(easter(year)) for year in (2025, 2026, 2027)]
    ['2025-04-20', '2026-04-05', '2027-03-28']
    """
    a, b, c = year % 19, year // 100, year % 100
    d, e = divmod(b, 4)
    g = (b - (b + 8) // 25 + 1) // 3
    h = (19 * a + b - d - g + 15) % 30
    i, k = divmod(c, 4)
    weekday = (32 + 2 * e + 2 * i - h - k) % 7
    m = (a + 11 * h + 22 * weekday) // 451
    month, day = divmod(h + weekday - 7 * m + 114, 31)
    return date(year, month, day + 1)


@cache
def holidays(year: int, territory: str = "metropole") -> dict[date, str]:
    """The public holidays of a year in a territory, by day, with their French names.

    An unknown territory gets the eleven national days (``territory_known`` tells). The journée de
    solidarité does not remove Whit Monday. Good Friday counts in the whole of Alsace-Moselle.

    >>> len(holidays(2026)), len(holidays(2026, "67")), len(holidays(2026, "974"))
    (11, 13, 12)
    """
    sunday = easter(year)
    days = {
        date(year, 1, 1): "jour de l'An",
        sunday + timedelta(1): "lundi de Pâques",
        date(year, 5, 1): "fête du Travail",
        date(year, 5, 8): "8 mai",
        sunday + timedelta(50): "lundi de Pentecôte",
        date(year, 7, 14): "14 juillet",
        date(year, 8, 15): "Assomption",
        date(year, 11, 1): "Toussaint",
        date(year, 11, 11): "11 novembre",
        date(year, 12, 25): "Noël",
    }
    ascension = sunday + timedelta(39)  # may fall on 1 or 8 May: both names are kept
    days[ascension] = f"{days[ascension]}, Ascension" if ascension in days else "Ascension"
    if territory == "alsace-moselle" or territory in ALSACE_MOSELLE:
        days[sunday - timedelta(2)] = "Vendredi saint"
        days[date(year, 12, 26)] = "26 décembre"
    if territory in _ABOLITION:
        own = date(year, *_ABOLITION[territory])
        name = "abolition de l'esclavage"
        days[own] = f"{days[own]}, {name}" if own in days else name
    return dict(sorted(days.items()))


def day_off(day: date, territory: str = "metropole", *, saturday_works: bool = False) -> str:
    """Why nobody works on that day ("samedi", "Noël"), or "" on a working day.

    ``saturday_works``: True counts jours ouvrables, False jours ouvrés (TC-06).

    >>> day_off(date(2026, 4, 6)), day_off(date(2026, 4, 4)), day_off(date(2026, 4, 4), saturday_works=True)
    ('lundi de Pâques', 'samedi', '')
    """
    if day.weekday() == 6:
        return "dimanche"
    if day.weekday() == 5 and not saturday_works:
        return "samedi"
    return holidays(day.year, territory).get(day, "")


def is_working(day: date, territory: str = "metropole", *, saturday_works: bool = False) -> bool:
    """Whether the day is a jour ouvré (or ouvrable) of the territory."""
    return not day_off(day, territory, saturday_works=saturday_works)
