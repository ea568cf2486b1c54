"""What a company bids for, in a few lines: lots, place, length, amounts, negotiation."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from reglo.procurement.consultation import Consultation, Lot, Place
from reglo.procurement.contract import Contract, Framework
from reglo.procurement.french import counted
from reglo.procurement.values import Money, format_number

_FEW = 5  # lots named; above, they are counted


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the page: what, and the article of the RC."""

    text: str
    article: str = ""


def contract_lines(rules: Consultation) -> Iterator[Line]:
    """The lines, those alone that the rules say."""
    lots = rules.lots
    if len(lots) > 1:
        named = " ; ".join(f"{lot.id} {lot.name}" for lot in lots) if len(lots) <= _FEW else ""
        most = rules.allotment.max_lots_bid if rules.allotment else None
        limit = f" ({counted(most, 'lot')} au plus par candidat)" if most else ""
        text = f"{counted(len(lots), 'lot')}{limit}" + (f" : {named}" if named else "")
        yield Line(text, rules.allotment.source if rules.allotment else "")
    if places := list(dict.fromkeys(map(_place, rules.places))):
        more = f" et {len(places) - 2} autres lieux" if len(places) > 3 else ""
        yield Line(f"Lieu : {' ; '.join(places[: 2 if more else 3])}{more}")
    if rules.contract is not None:
        yield from _contract(rules.contract, lots)
    if (said := rules.procedure.negotiation) is not None:
        yield Line("Négociation possible" if said.allowed else "Pas de négociation", said.source)


def _contract(contract: Contract, lots: tuple[Lot, ...]) -> Iterator[Line]:
    lengths = {lot.id: str(lot.duration) for lot in lots if lot.duration}
    if contract.duration:
        lengths = {"": str(contract.duration)} | {
            k: v for k, v in lengths.items() if v != str(contract.duration)
        }
    if lengths and len(lengths) <= _FEW:
        said = " ; ".join(f"{f'lot {lot} : ' if lot else ''}{length}" for lot, length in lengths.items())
        yield Line(f"Durée : {said}{_renewed(contract)}")
    if (terms := contract.framework) is not None:
        yield Line(", ".join(["Accord-cadre", *_amounts(terms)]), terms.source)
    own = [(lot, [*([lot.form] if lot.form else []), *_amounts(lot)]) for lot in lots]
    by_lot = [f"lot {lot.id} : {', '.join(words)}" for lot, words in own if words]
    if len(by_lot) > _FEW:
        yield Line(f"Forme ou montants propres à {counted(len(by_lot), 'lot')}")
    elif by_lot:
        yield Line(f"L{' ; '.join(by_lot)[1:]}")


def _amounts(terms: Framework | Lot) -> Iterator[str]:
    for name, amount in (("minimum", terms.minimum), ("maximum", terms.maximum)):
        if amount is not None:
            yield f"{name} {_amount(amount)}"


def _renewed(contract: Contract) -> str:
    renewal = contract.renewal
    if renewal is None:
        return ""
    each = f" de {renewal.duration}" if renewal.duration else ""
    return f", reconductible {renewal.count} fois{each}" if renewal.count else ", reconductible"


def _amount(amount: Money) -> str:
    return f"{format_number(amount.amount, 0 if amount.amount % 1 == 0 else 2)} € {amount.basis}"


def _place(place: Place) -> str:
    town = " ".join(part for part in (place.postcode, place.town) if part)
    return f"{place.name}, {town}" if town and place.town not in place.name else place.name
