"""The figures of the law, dated: a change of law is a line of data, not a change of code.

Each figure has a unit and values in force from a day, each with its source (legal-rules §0). The day
asked for is the launch date of the consultation: the day the notice is sent for publication, or,
without notice, the day the consultation is launched.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cache
from importlib import resources
from typing import Any

from reglo.procurement.consultation import BuyerKind, ContractNature, ProcedureType
from reglo.procurement.findings import Finding, Refused
from reglo.procurement.values import Period, PeriodUnit

CODE_SINCE = date(2019, 4, 1)  # code de la commande publique; every figure is known from that day
FIGURE_FILES = ("thresholds.yaml", "periods.yaml", "duties.yaml")


class NoFigureYet(Finding):
    """The figure has no value on that day."""

    code = "DELAI-10"
    cause = (
        "Le droit applicable au {day:%d/%m/%Y} n'est pas connu de Réglo : {name} l'est depuis le "
        "{first:%d/%m/%Y}."
    )
    mend = "Vérifiez la date d'envoi de l'avis ; une consultation plus ancienne suit le droit d'alors."
    source = "chaque texte vaut pour les consultations lancées depuis son entrée en vigueur"


@dataclass(frozen=True, slots=True)
class Figure:
    """A figure of the law on a day: its value, the unit, since when, and the text that sets it."""

    name: str
    value: Decimal  # a duty in force is 1, not in force 0
    unit: str
    since: date
    source: str

    @property
    def period(self) -> Period:
        """The figure as a length of time; ValueError when its unit is not one.

        >>> str(figure_on("award_notice", date(2026, 1, 19)).period)
        '30 jours'
        """
        return Period(int(self.value), PeriodUnit(self.unit))


@cache
def _read(file: str) -> Any:
    """One data file of this package."""
    import yaml

    text = resources.files(__package__).joinpath(file).read_text(encoding="utf-8")
    return yaml.load(text, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))


@cache
def _figures() -> Mapping[str, tuple[str, tuple[Figure, ...]]]:
    """Every figure: its unit and its values, the earliest first."""
    known: dict[str, tuple[str, tuple[Figure, ...]]] = {}
    for file in FIGURE_FILES:
        for name, entry in _read(file).items():
            unit = entry["unit"]
            dated = sorted((since, it) for since, it in entry.items() if isinstance(since, date))
            known[name] = (
                unit,
                tuple(
                    Figure(name, Decimal(str(_number(it["value"]))), unit, since, it["source"])
                    for since, it in dated
                ),
            )
    return known


def _number(value: object) -> object:
    return int(value) if isinstance(value, bool) else value


def figure_names() -> tuple[str, ...]:
    """Every name ``figure_on`` knows, in order."""
    return tuple(sorted(_figures()))


def figure_on(name: str, launch_date: date) -> Figure:
    """The figure in force for a consultation launched on that day.

    Raises LookupError for a name no file holds (a mistake of the program) and Refused with
    ``DELAI-10`` when the day is before the first value known.
    Source: legal-rules §0; the source of each value is in the figure.

    >>> figure_on("exemption_supplies", date(2026, 3, 31)).value
    Decimal('40000')
    >>> figure_on("exemption_supplies", date(2026, 4, 1)).value
    Decimal('60000')
    """
    if name not in _figures():
        raise LookupError(f"no figure of the law is named {name!r}; known: {', '.join(figure_names())}")
    _, values = _figures()[name]
    in_force = [figure for figure in values if figure.since <= launch_date]
    if not in_force:
        first = values[0]
        raise Refused(
            NoFigureYet(facts={"name": f"« {first.source} »", "day": launch_date, "first": first.since})
        )
    return in_force[-1]


def in_force(name: str, launch_date: date) -> bool:
    """Whether a dated duty or faculty (unit « règle ») applies on that day.

    >>> in_force("environmental_criterion", date(2026, 8, 21))
    False
    >>> in_force("environmental_criterion", date(2026, 8, 22))
    True
    """
    figure = figure_on(name, launch_date)
    if figure.unit != "règle":
        raise LookupError(f"{name!r} is a figure, not a rule")
    return bool(figure.value)


def threshold_on(nature: ContractNature, buyer: BuyerKind, launch_date: date) -> Figure:
    """The value excluding VAT from which a formal procedure is due (§8, CCP annexe 2).

    >>> threshold_on(ContractNature.SERVICES, BuyerKind.STATE, date(2026, 1, 1)).value
    Decimal('140000')
    """
    if nature is ContractNature.WORKS:
        return figure_on("threshold_works", launch_date)
    return figure_on(f"threshold_supplies_{buyer.value}", launch_date)


# --- Procedure types ----------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class MinimumPeriod:
    """A minimum of calendar days and the article that sets it."""

    days: int
    article: str


@dataclass(frozen=True, slots=True)
class Step:
    """A step of a procedure that ends on a deadline.

    ``since``: the sending the period runs from ("notice", "invitation", "publication");
    ``deadline``: the field of ``Calendar`` it bounds; ``minimums``: by ground ("base",
    "electronic", "prior_notice", "urgency", "agreement"), empty when the code gives no figure.
    """

    id: str
    name: str
    since: str
    deadline: str
    receives_bids: bool
    minimums: Mapping[str, MinimumPeriod]


@dataclass(frozen=True, slots=True)
class ProcedureLaw:
    """What the code says of a procedure type for one kind of buyer."""

    type: ProcedureType
    name: str
    formal: bool
    articles: str
    steps: tuple[Step, ...]


@cache
def procedure_on(procedure: ProcedureType, buyer: BuyerKind, launch_date: date) -> ProcedureLaw:
    """The steps and minimum periods of a procedure type on a launch date (legal-rules §3.1).

    Raises Refused with ``DELAI-10`` before the code of 2019.

    >>> law = procedure_on(ProcedureType.OPEN, BuyerKind.STATE, date(2026, 1, 18))
    >>> {ground: minimum.days for ground, minimum in law.steps[0].minimums.items()}
    {'base': 35, 'electronic': 30, 'prior_notice': 15, 'urgency': 15}
    """
    dated = sorted((since, types) for since, types in _read("procedures.yaml").items())
    applicable = [types for since, types in dated if since <= launch_date]
    if not applicable:
        facts = {"name": "« délais de réception »", "day": launch_date, "first": dated[0][0]}
        raise Refused(NoFigureYet(facts=facts))
    law = applicable[-1][procedure.value]
    return ProcedureLaw(
        procedure,
        law["name"],
        law["formal"],
        law["articles"],
        tuple(
            Step(
                step["id"],
                step["name"],
                step["from"],
                step["deadline"],
                step.get("receives_bids", False),
                {
                    ground: MinimumPeriod(it["days"], it["article"])
                    for ground, it in (step["all"] if "all" in step else step[buyer.value]).items()
                },
            )
            for step in law["steps"]
        ),
    )
