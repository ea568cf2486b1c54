"""How the terminal shows a verdict: each point, what is never proved, and the sum of it all."""

from __future__ import annotations

from collections.abc import Iterator

from reglo.procurement.french import counted, plural
from reglo.sealing.verdict import STANDING_FR, Point, Standing, Verdict


def lines(verdict: Verdict) -> Iterator[str]:
    width = max(map(len, STANDING_FR.values()))
    for point in verdict.points:
        yield f"{STANDING_FR[point.standing].upper():{width}}  {_told(point)}"
    if verdict.limits:
        yield ""
        yield "Ce qui n'est pas prouvé ici :"
        yield from (f"  – {limit}" for limit in verdict.limits)
    yield ""
    yield bottom_line(verdict)


def bottom_line(verdict: Verdict) -> str:
    """One sentence for all points."""
    counts = {standing: sum(point.standing is standing for point in verdict.points) for standing in Standing}
    if counts[Standing.REFUTED]:
        refuted = counts[Standing.REFUTED]
        return f"Bilan : {counted(refuted, 'point')} réfuté{plural(refuted)}. Ne vous y fiez pas en l'état."
    if missing := counts[Standing.MISSING]:
        left = f"{counted(missing, 'point')} reste{plural(missing, 'nt')}"
        return f"Bilan : rien n'est réfuté, {left} à prouver."
    return "Bilan : tout ce que cette pièce peut prouver est prouvé."


def status(verdict: Verdict) -> int:
    """0 when all is proved, 1 otherwise."""
    return 0 if verdict.all_proved else 1


def _told(point: Point) -> str:
    return str(point.finding) if point.finding else point.text
