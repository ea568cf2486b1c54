"""``reglo brief``: a consultation on one page, for the company that answers."""

from __future__ import annotations

import sys
from datetime import date
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from reglo.cli.consultation_file import Source
from reglo.cli.output import keep_existing, print_findings, usage_error, whole_file, wrapped
from reglo.procurement.findings import Refused
from reglo.procurement.french import counted, system_cause

if TYPE_CHECKING:
    from reglo.procurement.brief import Brief, Line

_WIDTH = 80


def command(
    rules: Annotated[
        Path, typer.Argument(metavar="RÈGLES", help="Le fichier de règles, ou le RC (pdf, docx, odt, txt).")
    ],
    output: Annotated[
        Path | None, typer.Option("--output", "-o", metavar="FICHIER.pdf", help="Écrire la page en PDF.")
    ] = None,
    ics: Annotated[
        Path | None, typer.Option(metavar="FICHIER", help="Écrire aussi l'agenda de toutes les dates.")
    ] = None,
    price: Annotated[
        str, typer.Option(metavar="MONTANT", help="Ce que vaut un point à ce prix : « 120 000 ».")
    ] = "",
    force: Annotated[bool, typer.Option("--force", help="Remplacer une page déjà écrite.")] = False,
) -> None:
    """Résumer une consultation en une page : quand, quoi, comment c'est noté, ce qui élimine."""
    from reglo.linting import lint
    from reglo.procurement.brief import brief_of

    amount = _amount(price) if price else None
    if output is not None and output.suffix.lower() != ".pdf":
        usage_error(f"--output : « {output.name} » doit finir par .pdf.")
    keep_existing(filter(None, [output]), inputs=[rules], force=force)
    source = Source(rules)
    today = date.today()
    try:
        report = source.placed(lint(source.loaded, passages=source.passages))
        brief = brief_of(source.consultation, report, amount)
    except Refused as refused:
        print_findings(refused.findings, stream=sys.stderr)
        raise typer.Exit(2) from refused
    if ics is not None:
        from reglo.cli.calendar import write_ics
        from reglo.procurement.deadlines import calendar_of

        write_ics(calendar_of(source.consultation), ics)
    if output is not None:
        _write(brief, output, today, source.loaded.digest)
    show(brief, today, asked_price=amount is not None)
    for path in (output, ics):
        if path is not None:
            print(f"Écrit : {path}")


def _amount(text: str) -> Fraction:
    """An amount, with or without its tax basis."""
    from reglo.procurement.values import Money, parse_number

    try:
        try:
            amount = Fraction(Money.parse(text).amount)
        except ValueError:
            amount = Fraction(parse_number(text.replace("€", "").replace("EUR", "")))
    except ValueError as error:
        usage_error(f"--price : {error}")
    if amount <= 0:
        usage_error(f"--price : « {text} » n'est pas un prix. Écrivez un montant plus grand que zéro.")
    return amount


def _write(brief: Brief, path: Path, today: date, digest: str) -> None:
    from reglo.exports.brief_page import brief_pdf

    try:
        data = brief_pdf(brief, today, digest)
        with whole_file(path) as temporary:
            temporary.write_bytes(data)
    except OSError as error:
        usage_error(f"{path} ne peut pas être écrit ({system_cause(error)}). Donnez un autre chemin.")


# --- On the terminal ----------------------------------------------------------------------------


def show(brief: Brief, today: date, *, asked_price: bool) -> None:
    """Print the page, at most 80 columns wide."""
    from reglo.procurement.brief import asking, days_left, price_words
    from reglo.procurement.values import format_number

    _print(f"{brief.reference} · {brief.title}")
    _print(brief.buyer + (f" · {brief.url}" if brief.url else ""))
    _title("Quand")
    for label, instant in brief.deadlines:
        _print(f"{label} avant le {instant.french}, {days_left(instant.day, today)}", 2)
    _lines(brief.undecided)
    if not brief.deadlines and not brief.undecided:
        _print("Aucune date limite écrite.", 2)
    _lines(brief.dates)
    if brief.contract:
        _title("Quoi")
        _lines(brief.contract)
    for folder, lines in brief.pieces:
        _title(f"{folder} : {counted(len(lines), 'pièce')}")
        _lines(lines, articles=False)
    if brief.criteria:
        _title("Comment l'offre est notée")
    lots = ""
    for one in brief.criteria:
        if one.lots != lots:
            lots = one.lots
            _print(lots, 2)
        points = format_number(one.points, 2).removesuffix(",00")
        _print(f"{one.name} : {points} points", (4 if lots else 2) + 2 * one.depth)
    for cost in brief.point_costs:
        _print(price_words(cost), 2)
    if asked_price and not brief.point_costs:
        _print("Ce que vaut un point dépend ici des autres offres : aucun chiffre n'est donné.", 2)
    if brief.eliminations:
        _title("Ce qui élimine")
        _lines(brief.eliminations)
    if brief.unread:
        _title("Non lu par Réglo, à chercher dans le document")
        for missing in brief.unread:
            _print(missing, 2)
    if brief.questions:
        _title(f"{asking(brief.ask_by, today)} ({len(brief.questions)})")
        for number, line in enumerate(brief.questions, 1):
            _print(f"{number}. {f'{line.article} : ' if line.article else ''}{line.text}", 2)


def _title(text: str) -> None:
    print(f"\n{text}")


def _lines(lines: tuple[Line, ...], *, articles: bool = True) -> None:
    for line in lines:
        _print(line.text + (f" [{line.article}]" if articles and line.article else ""), 2)


def _print(text: str, indent: int = 0) -> None:
    """One paragraph, later lines set in."""
    later = " " * (indent + 2 if indent else 0)
    print("\n".join(wrapped(text, _WIDTH, first=" " * indent, then=later) or [""]))
