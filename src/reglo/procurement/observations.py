"""What the linter has to say of a consultation, as values that any report can show."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from reglo.procurement.consultation import Justification
from reglo.procurement.findings import Finding, Severity
from reglo.procurement.law import CODE_SINCE

NEWEST = date(2199, 12, 31)  # the day that takes the newest law known


@dataclass(frozen=True, slots=True, kw_only=True)
class Observation:
    """One finding as the linter shows it.

    ``rule``: the id people know, which ``justify:`` and ``reglo explain`` take. ``quote``: the buyer's
    sentence, when the rules keep it. ``question``: of the open point that records the same fault.
    """

    rule: str
    finding: Finding
    title: str
    why: str
    quote: str = ""
    question: str = ""
    point: str = ""
    justification: Justification | None = None
    left_open: bool = False  # an open point that names no rule of the linter

    @property
    def weight(self) -> Severity:
        """A justified finding is information."""
        return Severity.INFORMATION if self.justification else self.finding.weight

    def as_dict(self) -> dict[str, object]:
        """The stable JSON form."""
        said = self.justification
        return {
            "rule": self.rule,
            **self.finding.as_dict(),
            "severity": self.weight.value,
            "title": self.title or None,
            "why": self.why or None,
            "quote": self.quote or None,
            "open_point": self.point or None,
            "question": self.question or None,
            "justified": {
                "reason": said.reason,
                "by": said.by,
                "on": said.on.isoformat() if said.on else None,
            }
            if said
            else None,
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """Every finding of a consultation, the heaviest first; ``launch`` is the day whose law was applied."""

    reference: str
    title: str
    buyer: str
    launch: date
    assumed: bool
    digest: str
    observations: tuple[Observation, ...]

    @property
    def blocked(self) -> bool:
        return any(one.weight is Severity.BLOCKING for one in self.observations)

    def of(self, weight: Severity) -> tuple[Observation, ...]:
        """The observations of that weight, less justified ones and points left open."""
        return tuple(
            one
            for one in self.observations
            if one.weight is weight and not one.justification and not one.left_open
        )

    @property
    def justified(self) -> tuple[Observation, ...]:
        return tuple(one for one in self.observations if one.justification)

    @property
    def left_open(self) -> tuple[Observation, ...]:
        """Open points that name no rule of the linter."""
        return tuple(one for one in self.observations if one.left_open and not one.justification)

    @property
    def law(self) -> str:
        """The law applied, in words."""
        if self.launch == NEWEST:
            return "droit le plus récent que Réglo connaît, faute de date"
        supposed = ", supposé faute de date d'envoi de l'avis" if self.assumed else ""
        if self.assumed and self.launch == CODE_SINCE:
            supposed = ", le plus ancien que Réglo connaît : la consultation est d'avant"
        return f"droit au {self.launch:%d/%m/%Y}{supposed}"

    @property
    def counts(self) -> str:
        """How many of each weight, in words.

        >>> empty = {"reference": "", "title": "", "buyer": "", "digest": "", "observations": ()}
        >>> Report(launch=NEWEST, assumed=True, **empty).counts
        'aucune faute trouvée'
        """
        said = [
            _counted(len(self.of(Severity.BLOCKING)), "bloquant"),
            _counted(len(self.of(Severity.TO_CHECK)), "point à justifier", "points à justifier"),
            _counted(len(self.of(Severity.INFORMATION)), "information"),
            _counted(len(self.left_open), "point ouvert", "points ouverts"),
            _counted(len(self.justified), "justifié"),
        ]
        return ", ".join(part for part in said if part) or "aucune faute trouvée"

    def as_dict(self) -> dict[str, object]:
        """The stable JSON form."""
        return {
            "reference": self.reference,
            "title": self.title,
            "launch_date": self.launch.isoformat() if self.launch != NEWEST else None,
            "launch_assumed": self.assumed,
            "digest": self.digest,
            "findings": [one.as_dict() for one in self.observations],
        }


def _counted(count: int, one: str, several: str = "") -> str:
    return f"{count} {one if count == 1 else several or one + 's'}" if count else ""
