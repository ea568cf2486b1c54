"""A consultation and its calendar, as the tests of the deadlines ask them."""

from __future__ import annotations

from datetime import date
from typing import Any

from reglo.procurement.award import Award
from reglo.procurement.consultation import (
    Buyer,
    BuyerKind,
    Calendar,
    Consultation,
    ContractNature,
    Lot,
    Procedure,
    ProcedureType,
    Remedies,
    Term,
    TermAbout,
)
from reglo.procurement.contract import Contract
from reglo.procurement.deadlines.entries import CalendarView
from reglo.procurement.values import Instant, Period


def at(text: str) -> Instant:
    """An instant in Paris, unless the text names its zone."""
    return Instant.parse(text if "/" in text else f"{text} Europe/Paris")


def term(about: str, period: str, of: str = "submission_deadline", side: str = "before", **more: Any) -> Term:
    return Term(
        id=more.pop("id", about),
        about=TermAbout(about),
        period=Period.parse(period),
        side=side,
        of=of,
        **more,
    )


def consultation(
    *terms: Term,
    procedure: ProcedureType = ProcedureType.OPEN,
    kind: BuyerKind = BuyerKind.LOCAL,
    territory: str = "metropole",
    deadline: str | None = "2026-02-18 12:00",
    sent: str | None = None,
    contract: Contract | None = None,
    remedies: Remedies | None = None,
    rules: dict[str, Any] | None = None,
    **calendar: Any,
) -> Consultation:
    """Chloé's consultation: open, electronic, deadline on Wednesday 18 February 2026 at noon."""
    return Consultation(
        reglo=1,
        reference="ESSAI-1",
        title="Essai",
        buyer=Buyer(name="Ville de Chloé", kind=kind, territory=territory),
        nature=ContractNature.SERVICES,
        procedure=Procedure(type=procedure, legal_basis=(), **(rules or {})),
        lots=(Lot(id="1", name="Lot unique"),),
        calendar=Calendar(
            sent_at=at(sent) if sent else None,
            submission_deadline=at(deadline) if deadline else None,
            terms=terms,
            **calendar,
        ),
        award=Award(criteria=()),
        contract=contract,
        remedies=remedies,
    )


def codes(view: CalendarView) -> set[str]:
    return {finding.code for finding in view.findings}


def finding(view: CalendarView, code: str) -> str:
    (found,) = [str(it) for it in view.findings if it.code == code]
    return found


def on(view: CalendarView, entry: str) -> date | None:
    return view.entry(entry).on
