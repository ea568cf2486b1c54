"""Days, moments, numbers of things and what a machine refuses, as French readers write them."""

from __future__ import annotations

import errno
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


_SYSTEM_FR = {
    errno.ENOENT: "il n'existe pas",
    errno.EEXIST: "un fichier porte le nom d'un de ses dossiers",  # files are written over, or beside
    errno.EACCES: "l'accès est refusé",
    errno.EPERM: "l'accès est refusé",
    errno.EROFS: "son disque est en lecture seule",
    errno.EISDIR: "c'est un dossier",
    errno.ENOTDIR: "un dossier de ce chemin est un fichier",
    errno.ENOTEMPTY: "le dossier n'est pas vide",
    errno.ENAMETOOLONG: "le nom est trop long",
    errno.ELOOP: "des liens tournent en rond",
    errno.ENOSPC: "il n'y a plus de place",
    errno.EDQUOT: "votre part du disque est pleine",
    errno.EFBIG: "c'est plus que ce disque n'admet pour un fichier",
    errno.EIO: "le disque répond mal",
    errno.EBUSY: "un autre programme le tient",
    errno.EMFILE: "trop de fichiers sont ouverts",
    errno.ENFILE: "trop de fichiers sont ouverts",
    errno.EINVAL: "le système n'admet pas ce nom ou cet usage",
    errno.EADDRNOTAVAIL: "cette adresse n'est pas celle de ce poste",
}


def system_cause(error: OSError) -> str:
    """Why the system refuses a file or an address; in its own English words when we have none.

    >>> system_cause(FileNotFoundError(2, "No such file or directory"))
    "il n'existe pas"
    """
    return _SYSTEM_FR.get(error.errno or 0) or error.strerror or str(error)
