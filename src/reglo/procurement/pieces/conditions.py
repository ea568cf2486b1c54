"""Whether the condition of a piece holds for a bid: yes, no, or not known (``None``).

Conditions are facts in the words of the rules ("redressement judiciaire", "non groupement"). A few
are known from the bid itself, see ``docs/bid-folder.md``; the others are declared.
"""

from __future__ import annotations

from reglo.procurement.folding import folded
from reglo.procurement.pieces.inventory import Inventory

_LEADS = ("en cas de ", "en cas d ", "le cas echeant ", "si ")
_NEGATIONS = ("non ", "pas de ", "pas d ", "sans ")
# facts known from the bid itself, by ``folded`` text, as the rules write them
DERIVED = {
    folded(fact): fact
    for fact in (
        "groupement",
        "candidat individuel",
        "candidat seul",
        "sous-traitance",
        "sous-traitant",
        "sous-traitants",
        "plusieurs lots",
        "entreprise française",
        "entreprise étrangère",
    )
}


def bare(condition: str) -> tuple[str, bool]:
    """The fact a condition rests on, folded, and whether it must hold.

    >>> bare("non groupement"), bare("en cas de sous-traitance")
    (('groupement', False), ('sous traitance', True))
    """
    text = folded(condition)
    for lead in _LEADS:
        text = text.removeprefix(lead)
    for negation in _NEGATIONS:
        if text.startswith(negation):
            return text.removeprefix(negation), False
    return text, True


def fact_words(condition: str) -> str:
    """The fact to declare, in the words of the rules when they state it bare.

    >>> fact_words("sous-traitance"), fact_words("pas de visite")
    ('sous-traitance', 'visite')
    """
    fact, _ = bare(condition)
    return condition if folded(condition) == fact else fact


def holds(condition: str, bid: Inventory, who: str = "", lot: str = "") -> bool | None:
    """Whether the condition holds for operator ``who`` ("": the candidate) and that lot.

    >>> holds("non groupement", Inventory(id="a", bidder="Alice", lots=("1",)))
    True
    >>> holds("redressement judiciaire", Inventory(id="a", bidder="Alice", lots=("1",)))
    """
    fact, wanted = bare(condition)
    known = _known(fact, bid, who, lot)
    return None if known is None else known is wanted


def all_hold(
    conditions: tuple[str, ...], bid: Inventory, who: str = "", lot: str = ""
) -> tuple[bool | None, str]:
    """Whether all hold, and the condition that decides: the one that fails, else the first not known."""
    answers = [(holds(condition, bid, who, lot), condition) for condition in conditions]
    for answer, condition in answers:
        if answer is False:
            return False, condition
    for answer, condition in answers:
        if answer is None:
            return None, condition
    return True, ""


def _known(fact: str, bid: Inventory, who: str, lot: str) -> bool | None:
    declared = _declared(fact, bid, who)
    if declared is not None:
        return declared
    if fact.startswith("lot "):
        return (
            fact == folded(f"lot {lot}") if lot else any(fact == folded(f"lot {each}") for each in bid.lots)
        )
    if fact.startswith("sous traitan"):
        return True if bid.subcontractors else (False if bid.declared else None)
    if fact in ("entreprise francaise", "entreprise etrangere"):
        names = {who} if who else {operator.name for operator in bid.members}
        french = [bool(operator.siren) for operator in bid.operators if operator.name in names]
        return (fact == "entreprise francaise") if french and all(french) else None
    return {
        "groupement": len(bid.members) > 1,
        "candidat individuel": len(bid.members) <= 1,
        "candidat seul": len(bid.members) <= 1,
        "plusieurs lots": len(bid.lots) > 1,
    }.get(fact)


def _declared(fact: str, bid: Inventory, who: str) -> bool | None:
    """What was declared for that operator, else for the candidate; one member's yes is the candidate's."""
    if who:
        own = bid.facts_of.get(who, {}).get(fact)
        return own if own is not None else bid.facts.get(fact)
    answers = [facts[fact] for facts in bid.facts_of.values() if fact in facts]
    if any(answers):
        return True
    if fact in bid.facts:
        return bid.facts[fact]
    return False if answers and len(answers) == len(bid.members) else None
