"""Drawings of a judgement as SVG: no script, text as text, readable in black and white.

Each segment has its own pattern *and* prints its value; the drawing repeats figures that stand in
a table beside it, it never replaces them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from html import escape

from reglo.exports.documents.typography import printable
from reglo.procurement.award import Award
from reglo.procurement.judging.judgement import BidResult, LotResult
from reglo.procurement.values import format_number

_WIDTH = 680
_NAME_WIDTH = 220
_BAR_WIDTH = 400
_BAR_HEIGHT = 18
_STEP = 27
_BIDS_PER_DRAWING = 25
_LETTER = 5.2  # mean width of a letter at 11 px
_INK = "#1b1f24"

# fill, then the marks of its pattern in an 8 × 8 tile
_PATTERNS = (
    ("#1f3a5f", ""),
    ("#c9d6e6", '<path d="M0 8L8 0M-2 2L2 -2M6 10L10 6" stroke="#1f3a5f" stroke-width="1"/>'),
    ("#f3efe4", '<circle cx="4" cy="4" r="1.3" fill="#6b5a1e"/>'),
    ("#7f96b2", ""),
    ("#ffffff", '<path d="M0 4H8" stroke="#1b1f24" stroke-width="1"/>'),
    ("#e4dce9", '<path d="M4 0V8M0 4H8" stroke="#5b3a73" stroke-width="0.8"/>'),
    ("#d7e8dc", '<path d="M0 0L8 8M-2 6L2 10M6 -2L10 2" stroke="#23603a" stroke-width="1"/>'),
    ("#9a9a9a", ""),
)


@dataclass(frozen=True, slots=True)
class Bar:
    """One bidder: its name, one value per series (points, >= 0), its total as printed."""

    name: str
    values: tuple[Fraction, ...]
    total: str


def stacked_bars(
    title: str, series: Sequence[str], bars: Sequence[Bar], maximum: Fraction, name: str = "notes"
) -> str:
    """Horizontal stacked bars, one per bidder, from 0 to ``maximum`` points.

    ``name`` prefixes the identifiers, so that several drawings live in one page.

    >>> svg = stacked_bars("Notes", ["Prix"], [Bar("Alice", (Fraction(42),), "42,00")], Fraction(50))
    >>> svg.startswith("<svg"), "Alice" in svg, "<title" in svg
    (True, True, True)
    """
    used = min(len(series), len(_PATTERNS))
    legend_lines, legend = _legend(series, name)
    top = 14 + 18 * legend_lines
    height = top + _STEP * len(bars) + 22
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {height}" width="{_WIDTH}" '
        f'height="{height}" role="img" aria-labelledby="{name}-titre {name}-texte" '
        'font-family="Libertinus Serif, Georgia, serif" font-size="11">',
        f'<title id="{name}-titre">{_text(title)}</title>',
        f'<desc id="{name}-texte">{_text(described(series, bars))}</desc>',
        f"<defs>{''.join(_pattern(name, number) for number in range(used))}</defs>",
        legend,
        *_axis(maximum, top, height - 18),
    ]
    for row, bar in enumerate(bars):
        parts.append(_bar(bar, series, maximum, name, top + 4 + _STEP * row))
    parts.append("</svg>")
    return "\n".join(parts)


def described(series: Sequence[str], bars: Sequence[Bar]) -> str:
    """The drawing in words, for who does not see it."""
    if not bars:
        return "Aucune offre classée."
    return " ".join(
        f"{bar.name} : {bar.total} points, "
        + ", ".join(f"{label} {_short(value)}" for label, value in zip(series, bar.values, strict=True))
        + "."
        for bar in bars
    )


def marks_charts(result: LotResult, award: Award) -> tuple[tuple[str, str], ...]:
    """The ranking of a lot as drawings of a few bids each: (SVG, the same in words)."""
    if not result.ranked:
        return ()
    series = [part.criterion.name for part in result.ranked[0].total.parts if part.criterion]
    drawings: list[tuple[str, str]] = []
    for start in range(0, len(result.ranked), _BIDS_PER_DRAWING):
        bars = [_bar_of(ranked) for ranked in result.ranked[start : start + _BIDS_PER_DRAWING]]
        title = f"Notes du lot {result.lot.id} par critère"
        svg = stacked_bars(title, series, bars, Fraction(award.total), f"lot{len(drawings)}")
        drawings.append((svg, f"{title}. {described(series, bars)}"))
    return tuple(drawings)


def _bar_of(ranked: BidResult) -> Bar:
    rank = "" if ranked.rank is None else f"{ranked.rank}. "
    values = tuple(part.value for part in ranked.total.parts)
    return Bar(rank + ranked.bid.name, values, format_number(ranked.total.value, 2))


def _text(text: str) -> str:
    return escape(printable(text).replace("\n", " "))


def _cut(text: str, width: float) -> str:
    longest = int(width / _LETTER)
    return text if len(text) <= longest else text[: longest - 1].rstrip() + "…"


def _short(value: Fraction) -> str:
    return format_number(value, 2)


def _pattern(name: str, number: int) -> str:
    fill, marks = _PATTERNS[number]
    if not marks:  # tiles of a plain colour show their seams in some readers
        return ""
    return (
        f'<pattern id="{name}-{number}" width="8" height="8" patternUnits="userSpaceOnUse">'
        f'<rect width="8" height="8" fill="{fill}"/>{marks}</pattern>'
    )


def _fill(name: str, number: int) -> str:
    number %= len(_PATTERNS)
    fill, marks = _PATTERNS[number]
    return f"url(#{name}-{number})" if marks else fill


def _legend(series: Sequence[str], name: str) -> tuple[int, str]:
    """The legend and how many lines it takes."""
    parts, x, line = [], 1.0, 0
    for number, label in enumerate(series):
        shown = _cut(printable(label), _WIDTH - 30)
        width = 22 + _LETTER * len(shown) + 16
        if x > 1 and x + width > _WIDTH:
            x, line = 1.0, line + 1
        y = 2 + 18 * line
        parts.append(
            f'<rect x="{x:.0f}" y="{y}" width="14" height="12" fill="{_fill(name, number)}" '
            f'stroke="{_INK}" stroke-width="0.6"/>'
            f'<text x="{x + 20:.0f}" y="{y + 10}" fill="{_INK}">{_text(shown)}</text>'
        )
        x += width
    return (line + 1 if series else 0), "".join(parts)


def _axis(maximum: Fraction, top: float, bottom: float) -> list[str]:
    lines = []
    for quarter in range(5):
        x = _NAME_WIDTH + _BAR_WIDTH * quarter / 4
        lines.append(
            f'<path d="M{x:.1f} {top}V{bottom}" stroke="#c3cad3" stroke-width="0.6"/>'
            f'<text x="{x:.1f}" y="{bottom + 13}" text-anchor="middle" font-size="9.5" fill="#4a5461">'
            f"{format_number(maximum * quarter / 4)}</text>"
        )
    return lines


def _bar(bar: Bar, series: Sequence[str], maximum: Fraction, name: str, y: float) -> str:
    label = _cut(printable(bar.name), _NAME_WIDTH - 10)
    parts = [
        f'<g><title>{_text(bar.name)}</title><text x="{_NAME_WIDTH - 8}" y="{y + 13}" text-anchor="end" '
        f'fill="{_INK}">{_text(label)}</text>'
    ]
    x = float(_NAME_WIDTH)
    for number, value in enumerate(bar.values):
        width = float(value / maximum) * _BAR_WIDTH if maximum else 0.0
        if value > 0:
            parts.append(
                f'<rect x="{x:.2f}" y="{y}" width="{width:.2f}" height="{_BAR_HEIGHT}" '
                f'fill="{_fill(name, number)}" stroke="{_INK}" stroke-width="0.6">'
                f"<title>{_text(series[number])} : {_short(value)}</title></rect>"
            )
            shown = _short(value)
            room = 6 + 5.0 * len(shown)
            if width >= room + 4:
                middle = x + width / 2
                parts.append(
                    f'<rect x="{middle - room / 2:.2f}" y="{y + 3}" width="{room:.2f}" '
                    f'height="{_BAR_HEIGHT - 6}" rx="2" fill="#ffffff"/>'
                    f'<text x="{middle:.2f}" y="{y + 12.6}" text-anchor="middle" font-size="10" '
                    f'fill="{_INK}">{shown}</text>'
                )
        x += width
    parts.append(
        f'<text x="{x + 6:.2f}" y="{y + 13}" font-weight="bold" fill="{_INK}">{_text(bar.total)}</text></g>'
    )
    return "".join(parts)
