"""The evidence drawn as SVG: senders and platform on one scale of time, the deadline across both.

No script; text as text; readable in black and white: each state has its own pattern. A drawing repeats
what the tables say and carries the same in words, for who does not see it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from html import escape
from zoneinfo import ZoneInfo

from reglo.deposit.evidence import Attempt, Evidence, Second
from reglo.exports.documents.typography import printable
from reglo.procurement.french import counted

_WIDTH, _PLOT = 680, 640  # the plot is centred: names of lanes are written above them
_LEFT = (_WIDTH - _PLOT) / 2
_LANE, _CURVE = 56, 22
_PER_DRAWING = 10  # lanes
_INK, _GREY, _LIGHT = "#1b1f24", "#4a5461", "#c3cad3"
_STEPS = (1, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 10_800, 21_600, 43_200, 86_400)
_DEFS = (
    '<pattern id="reseau" width="6" height="6" patternUnits="userSpaceOnUse"><rect width="6" height="6" '
    'fill="#f3efe4"/><path d="M0 6L6 0" stroke="#6b5a1e" stroke-width="1.2"/></pattern>'
    '<pattern id="plateforme" width="6" height="6" patternUnits="userSpaceOnUse"><rect width="6" height="6" '
    'fill="#f7dfdc"/><path d="M0 0L6 6M0 6L6 0" stroke="#8c1d18" stroke-width="1"/></pattern>'
    '<pattern id="rien" width="5" height="5" patternUnits="userSpaceOnUse"><rect width="5" height="5" '
    'fill="#ffffff"/><circle cx="2.5" cy="2.5" r="0.8" fill="#4a5461"/></pattern>'
)
_FILLS = {
    "reçu": "#1f3a5f",
    "déposant ou réseau": "url(#reseau)",
    "plateforme": "url(#plateforme)",
    "normale": "#c9d6e6",
    "dégradée": "url(#plateforme)",
    "sans mesure": "url(#rien)",
}


@dataclass(frozen=True, slots=True)
class Drawing:
    """An SVG image, its title, and the same in words."""

    svg: str
    title: str
    words: str


@dataclass(frozen=True, slots=True)
class Scale:
    """Time from left to right."""

    start: datetime
    end: datetime
    zone: str

    def x(self, at: datetime) -> float:
        share = (at - self.start) / (self.end - self.start)
        return _LEFT + _PLOT * min(max(share, 0.0), 1.0)

    def holds(self, start: datetime, end: datetime) -> bool:
        return start <= self.end and end >= self.start

    def clock(self, at: datetime, seconds: bool = True) -> str:
        return f"{at.astimezone(ZoneInfo(self.zone)):{'%H:%M:%S' if seconds else '%H:%M'}}"

    def ticks(self) -> Iterator[tuple[float, str]]:
        """Round instants, at most eight."""
        length = (self.end - self.start).total_seconds()
        step = next((step for step in _STEPS if length / step <= 8), _STEPS[-1])
        local = self.start.astimezone(ZoneInfo(self.zone))
        midnight = local.replace(hour=0, minute=0, second=0, microsecond=0)
        passed = (self.start - midnight).total_seconds()
        at = midnight + timedelta(seconds=step * -(-passed // step))
        while at <= self.end:
            yield self.x(at), self.clock(at, seconds=step < 60)
            at += timedelta(seconds=step)


def size_fr(size: int) -> str:
    """A size people can read.

    >>> size_fr(999), size_fr(1_500_000)
    ('999 o', '1,5 Mo')
    """
    for unit, factor in (("Go", 1e9), ("Mo", 1e6), ("ko", 1e3)):
        if size >= factor:
            return f"{size / factor:.1f} {unit}".replace(".", ",")
    return f"{size} o"


def drawings(evidence: Evidence) -> tuple[Drawing, ...]:
    """The whole period, then ten minutes around the deadline when the period is longer than that."""
    deadline, zone = evidence.consultation.deadline, evidence.consultation.zone
    around = timedelta(minutes=10)
    whole = Scale(evidence.start, max(evidence.end, evidence.start + timedelta(seconds=1)), zone)
    near = Scale(deadline - around, deadline + around, zone)
    scales = [(whole, "toute la période")]
    inside = whole.start < near.start or whole.end > near.end
    if inside and whole.holds(near.start, near.end) and evidence.seconds:
        scales.append((near, "dix minutes autour de l'heure limite"))
    found: list[Drawing] = []
    for scale, name in scales:
        found += _senders(evidence, scale, name)
        found.append(_platform(evidence, scale, name))
    return tuple(found)


# --- Who sent what ------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Lane:
    """The attempts of one upload, or those of a sender that never got one."""

    name: str
    attempts: tuple[Attempt, ...]


def _lanes(attempts: Sequence[Attempt]) -> tuple[_Lane, ...]:
    found: dict[tuple[str, str], list[Attempt]] = {}
    for attempt in attempts:
        found.setdefault((attempt.sender, attempt.upload), []).append(attempt)
    return tuple(
        _Lane(f"{name}, envoi {upload[:8]}" if upload else f"{name}, sans envoi", tuple(group))
        for (name, upload), group in found.items()
    )


def _senders(evidence: Evidence, scale: Scale, name: str) -> Iterator[Drawing]:
    shown = [
        attempt
        for attempt in evidence.attempts
        if scale.holds(attempt.started_at, attempt.ended_at or attempt.started_at)
    ]
    lanes = _lanes(shown)
    for start in range(0, len(lanes), _PER_DRAWING):
        group = lanes[start : start + _PER_DRAWING]
        more = f" ({start // _PER_DRAWING + 1})" if len(lanes) > _PER_DRAWING else ""
        title = f"Les envois, {name}{more}"
        top = 24
        parts = [_legend(("reçu", "déposant ou réseau", "plateforme"), "issue d'une requête : ")]
        for number, lane in enumerate(group):
            parts.append(_lane(lane, scale, top + _LANE * number))
        bottom = top + _LANE * len(group)
        yield Drawing(
            _svg(title, parts, evidence, scale, top, bottom), title, " ".join(map(_in_words, group))
        )


def rates(attempt: Attempt) -> tuple[tuple[int, int], ...]:
    """Bytes that came in each second of an attempt: (second since its start, bytes), silent ones left out."""
    found, before = [], 0
    for second, so_far in attempt.progress:
        found.append((second, so_far - before))
        before = so_far
    return tuple(found)


def _lane(lane: _Lane, scale: Scale, y: float) -> str:
    """The rate of each second above, the requests and how they ended below."""
    best = max((rate for attempt in lane.attempts for _, rate in rates(attempt)), default=0)
    name = lane.name + (f" ; pointe {size_fr(best)}/s" if best else "")
    parts = [f'<text x="{_LEFT}" y="{y + 11}" fill="{_INK}">{_text(name, 100)}</text>']
    base = y + 16 + _CURVE
    second_width = max(_PLOT / (scale.end - scale.start).total_seconds(), 1.0)
    for attempt in lane.attempts:
        end = attempt.ended_at or attempt.started_at
        for second, rate in rates(attempt):
            at = attempt.started_at + timedelta(seconds=second)
            if best and scale.start <= at <= scale.end:
                height = _CURVE * rate / best
                parts.append(
                    f'<rect x="{scale.x(at):.2f}" y="{base - height:.2f}" width="{second_width:.2f}" '
                    f'height="{height:.2f}" fill="#7f96b2"/>'
                )
        x, until = scale.x(attempt.started_at), scale.x(end)
        width = max(until - x, 2.5)
        parts.append(
            f'<rect x="{x:.2f}" y="{base + 1}" width="{width:.2f}" height="11" '
            f'fill="{_FILLS[attempt.outcome]}" stroke="{_INK}" stroke-width="0.6">'
            f"<title>{_text(_told(attempt, scale))}</title></rect>"
        )
        if attempt.outcome != "reçu":
            cross = f"M{x + width + 2:.1f} {base + 3}l6 7m0 -7l-6 7"
            parts.append(f'<path d="{cross}" stroke="{_INK}" stroke-width="1.2"/>')
    parts.append(f'<path d="M{_LEFT} {base + 0.5}H{_LEFT + _PLOT}" stroke="{_LIGHT}" stroke-width="0.6"/>')
    return "".join(parts)


def _told(attempt: Attempt, scale: Scale) -> str:
    ended = attempt.error or attempt.outcome
    return f"{scale.clock(attempt.started_at)}, {size_fr(attempt.received)} : {ended}"


def _in_words(lane: _Lane) -> str:
    count = len(lane.attempts)
    failed = {
        outcome: sum(attempt.outcome == outcome for attempt in lane.attempts)
        for outcome in ("déposant ou réseau", "plateforme")
    }
    because = {"déposant ou réseau": "du déposant ou du réseau", "plateforme": "de la plateforme"}
    troubles = ", ".join(
        f"{number} en échec du fait {because[outcome]}" for outcome, number in failed.items() if number
    )
    best = max((rate for attempt in lane.attempts for _, rate in rates(attempt)), default=0)
    return (
        f"{lane.name} : {counted(count, 'requête')}, "
        f"{size_fr(sum(attempt.received for attempt in lane.attempts))} arrivés"
        + (f", pointe {size_fr(best)}/s" if best else "")
        + (f" ; {troubles}." if troubles else " ; toutes acquittées.")
    )


# --- What the platform did ----------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Slice:
    """One column of the drawing: the worst of its seconds."""

    state: str
    delay_ms: int
    received: int


def _silences(evidence: Evidence, scale: Scale) -> list[tuple[datetime, datetime]]:
    """When no node was measured; samples come each second, give or take a little."""
    last = min(scale.end, evidence.end, evidence.made_at)
    first = max(scale.start, evidence.start)
    found, before = [], first - timedelta(seconds=1)
    for at in (*(second.at for second in evidence.seconds if first <= second.at <= last), last):
        if at - before > timedelta(seconds=2.5):
            found.append((before + timedelta(seconds=1), at))
        before = at
    outside = [(scale.start, first), (last, scale.end)]
    return found + [(start, end) for start, end in outside if end > start]


def _slices(evidence: Evidence, scale: Scale, count: int) -> list[_Slice]:
    """The seconds of the scale gathered in ``count`` columns."""
    length = (scale.end - scale.start) / count
    groups: list[list[Second]] = [[] for _ in range(count)]
    for second in evidence.seconds:
        if scale.start <= second.at < scale.end:
            groups[(second.at - scale.start) // length].append(second)
    silences, found = _silences(evidence, scale), []
    for number, group in enumerate(groups):
        begin = scale.start + length * number
        silent = any(start < begin + length and end > begin for start, end in silences)
        bad = any(second.impaired for second in group)
        found.append(
            _Slice(
                "dégradée" if bad else "sans mesure" if silent else "normale",
                max((second.delay_ms for second in group), default=0),
                sum(second.received for second in group),
            )
        )
    return found


def _platform(evidence: Evidence, scale: Scale, name: str) -> Drawing:
    title = f"La plateforme, {name}"
    length = (scale.end - scale.start).total_seconds()
    slices = _slices(evidence, scale, max(min(int(length), 320), 1))
    width = _PLOT / len(slices)
    per = length / len(slices)
    slowest, most = max(each.delay_ms for each in slices), max(each.received for each in slices)
    parts = [_legend(("normale", "dégradée", "sans mesure"), "seconde : ")]
    top = 24
    parts.append(f'<text x="{_LEFT}" y="{top + 11}" fill="{_INK}">Santé, seconde par seconde</text>')
    number = 0
    while number < len(slices):  # neighbours of one state are one rectangle
        state, begin = slices[number].state, number
        while number < len(slices) and slices[number].state == state:
            number += 1
        parts.append(
            f'<rect x="{_LEFT + begin * width:.2f}" y="{top + 16}" width="{(number - begin) * width:.2f}" '
            f'height="14" fill="{_FILLS[state]}" stroke="{_INK}" stroke-width="0.4"/>'
        )
    curves = (
        (f"Temps de réponse le plus lent, pointe {slowest} ms", [each.delay_ms for each in slices], slowest),
        (f"Octets reçus, pointe {size_fr(int(most / per))}/s", [each.received for each in slices], most),
    )
    y = top + 36.0
    for label, values, best in curves:
        parts.append(f'<text x="{_LEFT}" y="{y + 11}" fill="{_INK}">{_text(label)}</text>')
        base = y + 16 + _CURVE
        for place, value in enumerate(values):
            if value and best:
                height = max(_CURVE * value / best, 0.6)
                parts.append(
                    f'<rect x="{_LEFT + place * width:.2f}" y="{base - height:.2f}" width="{width:.2f}" '
                    f'height="{height:.2f}" fill="#7f96b2"/>'
                )
        parts.append(f'<path d="M{_LEFT} {base}H{_LEFT + _PLOT}" stroke="{_LIGHT}" stroke-width="0.6"/>')
        y += 16 + _CURVE + 8
    probes = [probe for probe in evidence.probes if scale.start <= probe.at <= scale.end]
    if probes:
        parts.append(
            f'<text x="{_LEFT}" y="{y + 11}" fill="{_INK}">Sondes extérieures : rond, réponse ; croix, échec'
            "</text>"
        )
        for probe in probes:
            x = scale.x(probe.at)
            mark = (
                f'<circle cx="{x:.1f}" cy="{y + 22}" r="2.2" fill="none" stroke="{_INK}"/>'
                if probe.ok
                else f'<path d="M{x - 4:.1f} {y + 18}l8 8m0 -8l-8 8" stroke="#8c1d18" stroke-width="1.8"/>'
            )
            parts.append(mark)
        y += 32
    counted = [second for second in evidence.seconds if scale.start <= second.at <= scale.end]
    bad = sum(second.impaired for second in counted)
    failed = sum(not probe.ok for probe in probes)
    words = (
        f"{len({second.at.replace(microsecond=0) for second in counted})} secondes mesurées sur "
        f"{int(length)}, dont {bad} dégradées ; temps de réponse le plus lent {slowest} ms"
        + (f" ; {len(probes)} sondes extérieures, {failed} en échec" if probes else "")
        + "."
    )
    return Drawing(_svg(title, parts, evidence, scale, top, y), title, words)


# --- Shared -------------------------------------------------------------------------------------------


def _svg(
    title: str, parts: Sequence[str], evidence: Evidence, scale: Scale, top: float, bottom: float
) -> str:
    """The whole drawing: parts, scale of time, deadline."""
    axis = [
        f'<path d="M{x:.1f} {top}V{bottom}" stroke="{_LIGHT}" stroke-width="0.5"/>'
        f'<text x="{x:.1f}" y="{bottom + 13}" text-anchor="middle" font-size="10" fill="{_GREY}">'
        f"{label}</text>"
        for x, label in scale.ticks()
    ]
    deadline = evidence.consultation.deadline
    mark = ""
    if scale.start <= deadline <= scale.end:
        x = scale.x(deadline)
        anchor = "end" if x > _WIDTH * 0.7 else "start" if x < _WIDTH * 0.3 else "middle"
        mark = (
            f'<path d="M{x:.1f} {top - 4}V{bottom + 3}" stroke="{_INK}" stroke-width="1.4" '
            f'stroke-dasharray="5 3"/><text x="{x:.1f}" y="{bottom + 28}" text-anchor="{anchor}" '
            f'font-weight="bold" fill="{_INK}">heure limite, {scale.clock(deadline)}</text>'
        )
    height = bottom + 34
    return "\n".join(
        (
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {height:.0f}" width="{_WIDTH}" '
            f'height="{height:.0f}" role="img" font-family="Libertinus Serif, Georgia, serif" '
            'font-size="11.5">',
            f"<title>{_text(title)}</title><defs>{_DEFS}</defs>",
            *axis,
            *parts,
            mark,
            "</svg>",
        )
    )


def _legend(states: Sequence[str], what: str) -> str:
    parts = [f'<text x="{_LEFT}" y="12" font-size="10.5" fill="{_GREY}">{_text(what)}</text>']
    x = _LEFT + 5.4 * len(what)
    for state in states:
        parts.append(
            f'<rect x="{x:.0f}" y="3" width="14" height="10" fill="{_FILLS[state]}" stroke="{_INK}" '
            f'stroke-width="0.6"/><text x="{x + 19:.0f}" y="12" font-size="10.5" fill="{_INK}">{state}</text>'
        )
        x += 34 + 5.6 * len(state)
    return "".join(parts)


def _text(text: str, longest: int = 200) -> str:
    shown = printable(text).replace("\n", " ")
    return escape(shown if len(shown) <= longest else shown[: longest - 1].rstrip() + "…")
