"""``reglo prices``: what the buyer will read in the price sheets of one bid."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from reglo.cli.output import print_findings, usage_error
from reglo.cli.price_sheet import the_lot
from reglo.cli.rules import rules_or_exit
from reglo.procurement.award import PriceRules
from reglo.procurement.findings import Finding, Severity
from reglo.procurement.prices.prices import Commitment, PriceReview, review
from reglo.procurement.prices.sheets import EFFECT_FR, SOURCE_FR, RecomputedLine, RecomputedSheet, shown_price
from reglo.procurement.prices.totals import SheetTotals
from reglo.procurement.values import Money, format_number

if TYPE_CHECKING:
    from reglo.cli.console import FrenchConsole


def command(
    rules: Annotated[Path, typer.Argument(help="Le fichier de règles (regles.yaml).", metavar="RÈGLES")],
    files: Annotated[
        list[Path],
        typer.Argument(help="Les bordereaux d'une même offre : .xlsx ou .ods.", metavar="FICHIER…"),
    ],
    lot: Annotated[str, typer.Option(help="Le lot, quand il y en a plusieurs.", metavar="N")] = "",
    acte: Annotated[
        str,
        typer.Option(
            help="Montant en chiffres de l'acte d'engagement : « 300 000,10 EUR TTC ».", metavar="MONTANT"
        ),
    ] = "",
    words: Annotated[
        str, typer.Option(help="Montant en lettres de l'acte d'engagement.", metavar="TEXTE")
    ] = "",
    sheet: Annotated[
        str, typer.Option(help="Le bordereau des règles auquel répond le fichier (son id).", metavar="ID")
    ] = "",
    tab: Annotated[str, typer.Option(help="La feuille du classeur à lire.", metavar="NOM")] = "",
    json: Annotated[bool, typer.Option("--json", help="Tout en JSON sur la sortie standard.")] = False,
) -> None:
    """Lire les prix d'une offre comme l'acheteur les lira : lignes, calculs, lettres, montant jugé."""
    _, consultation = rules_or_exit(rules)
    lot_id = the_lot(consultation, lot)
    price_rules = consultation.prices or PriceRules()
    if sheet and sheet not in {one.id for one in price_rules.sheets}:
        usage_error(f"Le bordereau « {sheet} » n'est pas dans les règles.")
    try:
        commitment = Commitment(figures=Money.parse(acte) if acte else None, words=words)
    except ValueError as error:
        usage_error(str(error))

    from reglo.reading.price_sheets import read_prices

    read = [read_prices(path, price_rules, lot_id, sheet=sheet, tab=tab) for path in files]
    about_files = [finding for one in read for finding in one.findings]
    sheets = [found for one in read for found in one.sheets]
    if not sheets:
        print_findings(about_files, stream=sys.stderr)
        raise typer.Exit(2)
    found = review(price_rules, sheets, commitment, consultation.in_lot(lot_id).award, lot_id)
    findings = [*about_files, *found.findings]
    if json:
        import json as json_module

        from reglo.exports.price_review import as_dict

        whole = as_dict(found) | {"findings": [finding.as_dict() for finding in findings]}
        print(json_module.dumps(whole, ensure_ascii=False, indent=2))
    else:
        _show(found, findings, price_rules, f"{consultation.reference} · lot {lot_id}")
    if any(finding.weight is Severity.BLOCKING for finding in findings):
        raise typer.Exit(1)


def _show(found: PriceReview, findings: list[Finding], rules: PriceRules, title: str) -> None:
    from reglo.cli.console import FrenchConsole

    console = FrenchConsole()
    console.print(title, style="bold", markup=False)
    for sheet, totals in zip(found.sheets, found.totals, strict=True):
        _show_sheet(console, sheet, totals)
    for quote in found.quotes:
        if quote.lines:
            total = f"{format_number(quote.total, 2)}" if quote.total is not None else "prix manquant"
            console.print(f"\n{quote.quote.name} : {total}", markup=False)
            for line in quote.lines:
                price = shown_price(line.unit_price) if line.unit_price is not None else "?"
                amount = format_number(line.amount, 2) if line.amount is not None else "?"
                quantity = format_number(line.line.quantity)
                console.print(f"  {line.line.item} : {quantity} × {price} = {amount}", markup=False)
    if found.figures:
        console.print("\nMontants de l'offre", style="bold")
        for figure in found.figures:
            console.print(f"  {figure.amount} · {figure.where}", markup=False)
    _show_outcome(console, found, rules)
    if findings:
        console.print(f"\nConstats ({len(findings)})", style="bold")
        for finding in sorted(findings, key=lambda one: list(Severity).index(one.weight)):
            console.print(f"- {finding}", markup=False)


def _show_outcome(console: FrenchConsole, found: PriceReview, rules: PriceRules) -> None:
    if found.judged_amount is not None and found.judged_from is not None:
        article = f" ({rules.source})" if rules.source else ""
        console.print(
            f"\nMontant jugé : {found.judged_amount}, d'après {SOURCE_FR[found.judged_from]}{article}",
            style="bold",
            markup=False,
        )
    elif found.figures:
        console.print("\nMontant jugé : à décider", style="bold")
    if found.if_confirmed is not None:
        console.print(f"Si le soumissionnaire confirme : {found.if_confirmed}", markup=False)
    if found.inputs:
        shown = ", ".join(f"{name} = {format_number(value, 2)}" for name, value in found.inputs.items())
        console.print(f"Pour le jugement : {shown}", markup=False)
    if found.corrections:
        console.print("\nCorrections proposées (l'original ne change pas)", style="bold")
        for one in found.corrections:
            console.print(
                f"  {one.what} : {format_number(one.before, 2)} → {format_number(one.after, 2)} "
                f"({one.rule} ; {EFFECT_FR[one.effect]})",
                markup=False,
            )
    if found.aligned:
        console.print("\nDécomposition mise en harmonie, à proposer à l'attributaire pressenti", style="bold")
        for line in found.aligned:
            console.print(
                f"  {line.ref} : {format_number(line.before, 2)} → {format_number(line.after, 2)}",
                markup=False,
            )
    if found.confirmations:
        console.print("\nÀ demander au soumissionnaire", style="bold")
        for question in found.confirmations:
            console.print(f"  {question.subject}\n    « {question.text} »", markup=False)


def _show_sheet(console: FrenchConsole, sheet: RecomputedSheet, totals: SheetTotals) -> None:
    from rich.markup import escape
    from rich.table import Table

    rules = sheet.sheet.rules
    table = Table(
        title=escape(f"{rules.name or rules.id}, {totals.basis} – {sheet.sheet.name}"), title_justify="left"
    )
    table.add_column("N°", overflow="fold")
    table.add_column("Désignation", overflow="fold", min_width=14)
    for name in ("Quantité", "Prix unitaire", "Montant écrit", "Recalculé"):
        table.add_column(name, justify="right")
    for line in sheet.lines:
        table.add_row(escape(line.line.ref), escape(line.line.name), *_figures(line, sheet))
    written = format_number(totals.written, 2) if totals.written is not None else ""
    recomputed = format_number(totals.recomputed, 2) if totals.recomputed is not None else ""
    if written or recomputed:
        table.add_section()
        table.add_row("", "Total", "", "", written, recomputed)
    console.print()
    console.print(table)


def _figures(line: RecomputedLine, sheet: RecomputedSheet) -> list[str]:
    by_unit = sheet.sheet.has_unit_prices
    return [
        format_number(line.quantity) if line.quantity is not None else "",
        shown_price(line.price) if line.price is not None and by_unit else "",
        format_number(line.line.amount, 2) if line.line.amount is not None else "",
        format_number(line.amount, 2) if line.amount is not None else "",
    ]
