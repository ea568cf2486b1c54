"""Lines of a price sheet a bidder left without a price, seen when its folder is checked."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from reglo.procurement.award import PriceRules
from reglo.procurement.consultation import Consultation
from reglo.procurement.findings import Finding
from reglo.procurement.pieces.inventory import FileKind
from reglo.procurement.prices.findings import LineMissing, PriceMissing
from reglo.procurement.prices.sheets import recompute
from reglo.procurement.requirements import Piece
from reglo.reading.price_sheets import read_prices


def carries_prices(consultation: Consultation, piece: Piece) -> bool:
    """Whether the piece is a price sheet."""
    sheets = consultation.prices.sheets if consultation.prices else ()
    return piece.every_cell_filled or any(sheet.piece == piece.code for sheet in sheets)


def unpriced_lines(
    path: Path, kind: FileKind, consultation: Consultation, piece: Piece, lots: tuple[str, ...]
) -> tuple[tuple[str, ...] | None, tuple[Finding, ...]]:
    """Lines left without a price, « PRO Études de projet », and what is wrong with the workbook.

    ``lots``: those the file is for; without any, those of the consultation. None instead of lines when
    the file is no workbook or holds no price table.
    """
    if kind not in (FileKind.XLSX, FileKind.ODS):
        return None, ()
    known = consultation.prices or PriceRules()
    rules = replace(known, sheets=tuple(sheet for sheet in known.sheets if sheet.piece == piece.code))
    gaps: dict[str, None] = {}
    findings: dict[str, Finding] = {}
    read = False
    for lot in lots or tuple(lot.id for lot in consultation.lots):
        prices = read_prices(path, rules, lot)
        findings |= {str(finding): finding for finding in prices.findings}
        for sheet in prices.sheets:
            read = True
            for finding in recompute(sheet, rules, lot).findings:
                if isinstance(finding, (PriceMissing, LineMissing)):
                    gaps[f"{finding.facts['ref']} {finding.facts['name']}"] = None
            for line in sheet.lines:
                if None in line.shares:
                    gaps[f"{line.ref} {line.name} (part d'un membre)"] = None
    return (tuple(gaps) if read else None), tuple(findings.values())
