"""How reports say figures, moments and what is not known, in French."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from decimal import Decimal
from fractions import Fraction
from typing import TypeVar

from reglo.procurement.award import Award, AwardCriterion, Input, InputKind, RoundingStage
from reglo.procurement.bid import STANDING_FR, Assessment, Bid, Standing
from reglo.procurement.consultation import BuyerKind, Consultation, ContractNature, ProcedureType
from reglo.procurement.french import french_moment
from reglo.procurement.judging.judgement import LotResult, Score
from reglo.procurement.values import Instant, decimal_places, format_number

T = TypeVar("T")

NATURE_FR = {
    ContractNature.WORKS: "travaux",
    ContractNature.SUPPLIES: "fournitures",
    ContractNature.SERVICES: "services",
}
PROCEDURE_FR = {
    ProcedureType.OPEN: "appel d'offres ouvert",
    ProcedureType.RESTRICTED: "appel d'offres restreint",
    ProcedureType.NEGOTIATED: "procédure avec négociation",
    ProcedureType.DIALOGUE: "dialogue compétitif",
    ProcedureType.ADAPTED: "procédure adaptée",
}
STAGES_FR = {
    RoundingStage.LEAF: "chaque note donnée",
    RoundingStage.CRITERION: "la note de chaque critère",
    RoundingStage.TOTAL: "la note totale",
}
BUYER_FR = {
    BuyerKind.STATE: "État ou établissement rattaché",
    BuyerKind.LOCAL: "pouvoir adjudicateur autre que l'État",
    BuyerKind.UTILITY: "entité adjudicatrice",
}


def unknown(who: str = "le service acheteur") -> str:
    """Said where Réglo has nothing to say, rather than a guess."""
    return f"Non renseigné dans Réglo ; à compléter par {who}."


def mark(value: Fraction) -> str:
    """A mark with two decimals at least; one that does not end within four is shown so, with ≈.

    >>> mark(Fraction(30)), mark(Fraction(13, 8)), mark(Fraction(800, 19))
    ('30,00', '1,625', '≈ 42,1053')
    """
    places = decimal_places(value)
    if places is not None and places <= 4:
        return format_number(value, max(2, places))
    return "≈ " + format_number(value, 4)


def weight(value: Fraction) -> str:
    """A maximum: "30", "12,5"; a share that never ends is rounded and says so."""
    return format_number(value) if decimal_places(value) is not None else mark(value)


def figure(value: Fraction | Decimal, *, money: bool) -> str:
    """A figure of a bid: euros with two decimals, another number as it is."""
    exact = Fraction(value)
    places = decimal_places(exact)
    if places is None or places > 6:
        return "≈ " + format_number(exact, 4)
    return format_number(exact, max(2, places) if money else places)


def is_money(award: Award, name: str) -> bool:
    """Whether a figure is in euros: all are, but inputs declared as numbers."""
    given: dict[str, Input] = {one.id: one for one in award.inputs}
    return name not in given or given[name].kind is InputKind.MONEY


def figure_names(award: Award) -> dict[str, str]:
    """Id -> name as the rules print it, in the order of the rules."""
    return {one.id: one.name for group in (award.inputs, award.quotes, award.values) for one in group}


def lot_title(consultation: Consultation, result: LotResult) -> str:
    """ "Lot 3 — Toiture", or the name alone when there is one lot."""
    if len(consultation.lots) == 1:
        return result.lot.name
    return f"Lot {result.lot.id} — {result.lot.name}"


def moment(value: Instant | datetime) -> str:
    """ "18/02/2026 à 12:00 (heure de Paris)"; seconds when there are any."""
    return french_moment(value.at if isinstance(value, Instant) else value)


def appreciation(given: Assessment | None) -> str:
    """What the buyer set: the level, the mark on the scale, or both."""
    if given is None:
        return ""
    number = "" if given.mark is None else format_number(given.mark)
    return " — ".join(part for part in (given.level, number) if part)


def lower_first(text: str) -> str:
    return text[:1].lower() + text[1:]


def situation_of(bid: Bid) -> str:
    """How a bid that is not ranked stands; one still admitted waits for something."""
    return "à traiter" if bid.standing is Standing.ADMITTED else STANDING_FR[bid.standing]


def form_of(bid: Bid) -> str:
    """Alone, or grouped and how; several operators without a form are said so."""
    if bid.form is not None:
        return f"groupement {bid.form.value}"
    members = [operator for operator in bid.operators if "sous-traitant" not in operator.role]
    return "groupement, forme non renseignée" if len(members) > 1 else "candidat seul"


def operators_of(bid: Bid) -> str:
    """ "Alice SARL (001041375, mandataire) ; Bob SAS" """
    named = []
    for operator in bid.operators:
        more = ", ".join(part for part in (operator.siren, operator.role) if part)
        named.append(f"{operator.name} ({more})" if more else operator.name)
    return " ; ".join(named)


def leaves(scores: Iterable[Score]) -> Iterator[Score]:
    """The marks given directly, in the order of the rules: those without sub-criteria."""
    for score in scores:
        if score.parts:
            yield from leaves(score.parts)
        else:
            yield score


def every(scores: Iterable[Score], depth: int = 0) -> Iterator[tuple[int, Score]]:
    """Every mark with its depth in the tree, a criterion before its sub-criteria."""
    for score in scores:
        yield depth, score
        yield from every(score.parts, depth + 1)


def criteria_tree(criteria: Sequence[AwardCriterion], depth: int = 0) -> Iterator[tuple[int, AwardCriterion]]:
    for criterion in criteria:
        yield depth, criterion
        yield from criteria_tree(criterion.criteria, depth + 1)


def groups_of(items: Sequence[T], size: int) -> Iterator[Sequence[T]]:
    """Successive slices, so that a table keeps a readable number of columns; nearly equal in size.

    >>> [len(part) for part in groups_of(range(6), 5)]
    [3, 3]
    """
    if not items:
        return
    count = -(-len(items) // size)
    start = 0
    for number in range(count):
        end = start + (len(items) - start) // (count - number)
        yield items[start:end]
        start = end
