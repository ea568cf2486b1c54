"""Which characters the PDF's own fonts can draw (Libertinus Serif, then DejaVu Sans Mono).

PDF/A and PDF/UA refuse a page with a missing glyph, and no system font is used so that the bytes
are the same everywhere. Measured by compiling each assigned character alone with typst 0.15;
scripts outside Latin, Greek, Cyrillic, Armenian, Hebrew and Arabic are left out.
"""

from __future__ import annotations

from bisect import bisect_right
from unicodedata import category

_DRAWN = (
    "21-7E A1-AC AE-377 37A-37F 384-38A 38C 38E-3A1 3A3-484 487-4FF 510-513 51A-51D 531-556 559-58A "
    "58D-58F 591-5C7 5D0-5EA 5EF-5F4 606-60C 615 61B 61F 621-63A 640-655 65A 660-66D 674 679-67B "
    "67E-680 683-684 686-687 691 698 6A4 6A9 6AF 6BE 6CC 6F0-6F9 1E00-1F15 1F18-1F1D 1F20-1F45 "
    "1F48-1F4D 1F50-1F57 1F59 1F5B 1F5D 1F5F-1F7D 1F80-1FB4 1FB6-1FC4 1FC6-1FD3 1FD6-1FDB 1FDD-1FEF "
    "1FF2-1FF4 1FF6-1FFE 2010-2027 2030-2040 2042 2044-2052 2054-205E 2070-2071 2074-208E 2090-209C "
    "20A0-20C0 2100-211E 2120 2122 2124 2126-2151 2153-2184 2189 2190-23FF 2422-2423 2460-262F "
    "2638-268B 2690-269C 26A0-26A7 26AA-26B2 2701-2704 2706-2709 270C-2727 2729-274B 274D 274F-2752 "
    "2756 2758-275E 2761-277F 2794 2798-27AF 27B1-2B73 2B76-2B95 2B97-2BFF FB00-FB06 "
)

_RANGES = [
    (int(first, 16), int(last or first, 16))
    for first, _, last in (part.partition("-") for part in _DRAWN.split())
]
_STARTS = [first for first, _ in _RANGES]
_SPACES = frozenset(" \n\u00a0\u202f\u200b")


def is_drawn(character: str) -> bool:
    """Whether the PDF's fonts have the character.

    >>> is_drawn("œ"), is_drawn("≤"), is_drawn("日")
    (True, True, False)
    """
    if character in _SPACES:
        return True
    if category(character)[0] == "M":
        return False  # what accents left after composition look like depends on their neighbours
    point = ord(character)
    index = bisect_right(_STARTS, point) - 1
    return index >= 0 and point <= _RANGES[index][1]


def drawable(text: str) -> str:
    """``text`` with each character that no font draws written as its code, never dropped.

    >>> drawable("Société 日本")
    'Société [U+65E5][U+672C]'
    """
    if text.isascii():
        return text
    return "".join(c if is_drawn(c) else f"[U+{ord(c):04X}]" for c in text)
