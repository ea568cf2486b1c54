"""A small cast for the tests of the judgement: a consultation around an award, and bids for it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from reglo.procurement.award import Award, Level, Scale
from reglo.procurement.bid import Assessment, Bid
from reglo.procurement.consultation import (
    Buyer,
    BuyerKind,
    Calendar,
    Consultation,
    ContractNature,
    Lot,
    Procedure,
    ProcedureType,
)
from reglo.procurement.values import Share


def consultation(award: Award, *lots: str, **more: Any) -> Consultation:
    """Chloé's consultation, with these lots (one, "1", by default)."""
    return Consultation(
        reglo=1,
        reference="ESSAI-1",
        title="Essai",
        buyer=Buyer(name="Ville de Chloé", kind=BuyerKind.LOCAL),
        nature=next(iter(ContractNature)),
        procedure=Procedure(type=next(iter(ProcedureType)), legal_basis=()),
        lots=tuple(Lot(id=lot, name=f"Lot {lot}") for lot in lots or ("1",)),
        calendar=Calendar(launched_on=date(2026, 9, 1)),
        award=award,
        **more,
    )


def shares(scale: str, *percents: int) -> Scale:
    """A grid whose levels are named by their percentage: « 80 % »."""
    levels = (Level(label=f"{percent} %", share=Share(Decimal(percent))) for percent in percents)
    return Scale(id=scale, levels=tuple(levels))


def bid(
    name: str,
    *,
    lot: str = "1",
    inputs: Mapping[str, str] | None = None,
    unit_prices: Mapping[str, str] | None = None,
    levels: Mapping[str, str] | None = None,
    assessments: Mapping[str, Assessment] | None = None,
    **more: Any,
) -> Bid:
    """A bid whose bidder bears its id; figures as text, appreciations as levels."""
    given = {criterion: Assessment(level=level) for criterion, level in (levels or {}).items()}
    return Bid(
        id=name,
        bidder=more.pop("bidder", name),
        lot=lot,
        inputs={figure: Decimal(value) for figure, value in (inputs or {}).items()},
        unit_prices={item: Decimal(value) for item, value in (unit_prices or {}).items()},
        assessments={**given, **(assessments or {})},
        **more,
    )
