"""What a verification says: point by point, in French, what is proved, refuted, or not proved."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from reglo.procurement.findings import Finding


class Standing(StrEnum):
    PROVED = "proved"
    REFUTED = "refuted"
    MISSING = "missing"  # would be proved if something were there: a key, a token, a file


STANDING_FR = {Standing.PROVED: "prouvé", Standing.REFUTED: "réfuté", Standing.MISSING: "non prouvé"}


@dataclass(frozen=True, slots=True)
class Point:
    """One thing verified. ``finding`` says why when it is not proved."""

    subject: str  # stable English key: "signature", "inclusion"
    standing: Standing
    text: str  # French sentence
    finding: Finding | None = None

    def as_dict(self) -> dict[str, object]:
        return {
            "subject": self.subject,
            "standing": self.standing.value,
            "text": self.text,
            "finding": self.finding.as_dict() if self.finding else None,
        }


def proved(subject: str, text: str) -> Point:
    return Point(subject, Standing.PROVED, text)


def refuted(subject: str, finding: Finding) -> Point:
    return Point(subject, Standing.REFUTED, finding.cause_text, finding)


def missing(subject: str, finding: Finding) -> Point:
    return Point(subject, Standing.MISSING, finding.cause_text, finding)


@dataclass(frozen=True, slots=True)
class Verdict:
    """All points, in reading order, and what no verification of this kind can prove."""

    points: tuple[Point, ...]
    limits: tuple[str, ...] = ()

    @property
    def findings(self) -> tuple[Finding, ...]:
        return tuple(point.finding for point in self.points if point.finding)

    @property
    def refuted(self) -> bool:
        return any(point.standing is Standing.REFUTED for point in self.points)

    @property
    def all_proved(self) -> bool:
        return all(point.standing is Standing.PROVED for point in self.points)

    def as_dict(self) -> dict[str, object]:
        return {
            "all_proved": self.all_proved,
            "refuted": self.refuted,
            "points": [point.as_dict() for point in self.points],
            "limits": list(self.limits),
        }
