"""Price sheets of a consultation, workbooks as bidders return them, and what is read of them."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import openpyxl

from reglo.procurement.award import (
    ArithmeticErrors,
    Award,
    PriceLine,
    PriceRules,
    PriceSheet,
    PriceSheetKind,
    PriceSource,
)
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
from reglo.procurement.values import TaxBasis
from reglo.reading.price_sheets import read_prices

D = Decimal
LINES = (
    PriceLine(ref="ENT-01", name="Nettoyage du pas de tir", unit="passage", quantity=D(12)),
    PriceLine(ref="MUR-01", name="Panneau mural absorbant", unit="m²", quantity=D("40.5")),
    PriceLine(ref="FIL-01", name="Préfiltre, fourniture et pose", unit="u", quantity=D(3), lots=("1",)),
)
DQE = PriceSheet(id="dqe", kind=PriceSheetKind.DQE, piece="O2", words=True, lines=LINES, basis=TaxBasis.HT)
DPGF = PriceSheet(
    id="dpgf",
    kind=PriceSheetKind.DPGF,
    piece="O3",
    per_member=True,
    basis=TaxBasis.HT,
    lines=(PriceLine(ref="DIA", name="Diagnostic"), PriceLine(ref="AVP", name="Avant-projet")),
)
RULES = PriceRules(
    sheets=(DQE,),
    basis=TaxBasis.HT,
    precedence=(PriceSource.SHEET_WORDS,),
    arithmetic=ArithmeticErrors.CORRECTED,
    source="RC 7.4",
)
BY_NAME = PriceRules(basis=TaxBasis.HT, arithmetic=ArithmeticErrors.NOT_CORRECTED)


def consultation(*sheets: PriceSheet) -> Consultation:
    return Consultation(
        reglo=1,
        reference="2026-01",
        title="Entretien",
        buyer=Buyer(name="Ville de Chloé", kind=BuyerKind.LOCAL),
        nature=ContractNature.WORKS,
        procedure=Procedure(type=ProcedureType.OPEN, legal_basis=()),
        lots=(Lot(id="1", name="Nord"), Lot(id="2", name="Sud")),
        calendar=Calendar(),
        award=Award(criteria=()),
        prices=PriceRules(sheets=sheets, basis=TaxBasis.HT),
    )


def workbook(path: Path, rows, *, name="DPGF", change=None) -> Path:
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.title = name
    for row in rows:
        sheet.append(row)
    if change:
        change(book, sheet)
    book.save(path)
    return path


def read(path, rules=BY_NAME, **options):
    found = read_prices(path, rules, options.pop("lot", "1"), **options)
    assert len(found.sheets) == 1, [str(one) for one in found.findings]
    return found, found.sheets[0]


def codes(found) -> list[str]:
    inside = [finding for sheet in found.sheets for finding in sheet.findings]
    return [finding.code for finding in (*found.findings, *inside)]


HEAD = ["N°", "Désignation", "Unité", "Quantité", "Prix unitaire HT", "Montant HT"]
