"""French spacing at rendering, and text that every writer can carry.

Spaces already typed are made unbreakable where French wants it; none is added or removed, so
that a name or a quotation stays as it was given.
"""

from __future__ import annotations

import re
import unicodedata

NARROW = "\u202f"  # espace fine insécable
_NBSP = "\u00a0"
_SPACE = "[ \u00a0\u202f]"

_BEFORE_SIGN = re.compile(f"(?<=[^\\s]){_SPACE}(?=[;:!?»])")
_AFTER_QUOTE = re.compile(f"«{_SPACE}")
_THOUSANDS = re.compile(f"(?<=\\d){_SPACE}(?=\\d{{3}}(?!\\d))")
_BEFORE_UNIT = re.compile(f"(?<=\\d){_SPACE}(?=(?:%|€|EUR|HT|TTC|points?|pts?|pages?|jours?|h)\\b|%|€)")
_APOSTROPHE = re.compile("(?<=[^\\W\\d_])'(?=\\w)")
_AFTER_ABBREVIATION = re.compile(f"\\b(n°|art\\.|p\\.|M\\.|Mme){_SPACE}(?=\\S)")


def french(text: str) -> str:
    """``text`` with unbreakable spaces and curved apostrophes where French typography wants them.

    >>> french("L'offre")
    'L’offre'
    >>> french("Prix : 659 764,00 € « HT »").encode("ascii", "namereplace").count(b"NARROW")
    4
    """
    text = _APOSTROPHE.sub("’", text)
    text = _BEFORE_SIGN.sub(NARROW, text)
    text = _AFTER_QUOTE.sub("«" + NARROW, text)
    text = _THOUSANDS.sub(NARROW, text)
    text = _BEFORE_UNIT.sub(_NBSP, text)
    return _AFTER_ABBREVIATION.sub(lambda found: found.group(1) + _NBSP, text)


def printable(text: str) -> str:
    """``text`` without what no document can carry: control and direction characters.

    Tabs and control characters become a space; line breaks stay; invisible format characters
    (which can make a name read as another) and unpaired surrogates are dropped.

    >>> printable("A\\x07B\\u202egnp.exe\\nC")
    'A Bgnp.exe\\nC'
    """
    if text.isprintable() and unicodedata.is_normalized("NFC", text):
        return text
    kept = []
    for character in unicodedata.normalize("NFC", text.replace("\r\n", "\n").replace("\r", "\n")):
        category = unicodedata.category(character)
        if character == "\n" or category[0] not in "CZ":
            kept.append(character)
        elif category == "Cc" or character in "\u2028\u2029":
            kept.append(" ")
        elif category == "Zs":
            kept.append(character if character in (" ", _NBSP, NARROW) else " ")
        elif category in ("Co", "Cn"):
            kept.append(f"[U+{ord(character):04X}]")
    return "".join(kept)
