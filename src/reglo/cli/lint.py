"""``reglo lint``: what is wrong in a consultation before it is published."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable
from dataclasses import replace
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from reglo.cli.consultation_file import Source
from reglo.cli.days import DAY_FORMATS
from reglo.cli.output import keep_existing, print_findings, usage_error, whole_file
from reglo.procurement.findings import Refused, Severity
from reglo.procurement.french import system_cause

if TYPE_CHECKING:
    from reglo.cli.console import FrenchConsole
    from reglo.procurement.observations import Observation, Report

_STYLES = {Severity.BLOCKING: "bold red", Severity.TO_CHECK: "yellow", Severity.INFORMATION: "cyan"}
REPORTS = (".pdf", ".odt", ".docx")


def command(
    rules: Annotated[
        Path, typer.Argument(metavar="RÈGLES", help="Le fichier de règles, ou le RC (pdf, docx, odt, txt).")
    ],
    as_json: Annotated[bool, typer.Option("--json", help="Écrire les constats en JSON.")] = False,
    sarif: Annotated[
        Path | None, typer.Option(metavar="FICHIER", help="Écrire aussi les constats en SARIF 2.1.0.")
    ] = None,
    output: Annotated[
        Path | None,
        typer.Option(
            "--output", "-o", metavar="FICHIER", help="Le rapport du juriste : .pdf, .odt ou .docx."
        ),
    ] = None,
    launch: Annotated[
        datetime | None,
        typer.Option(
            formats=DAY_FORMATS,
            help="Jour d'envoi de l'avis, dont le droit s'applique, à la place de celui des règles.",
        ),
    ] = None,
    force: Annotated[bool, typer.Option("--force", help="Remplacer les fichiers qui existent.")] = False,
) -> None:
    """Relire une consultation avant de la publier : fautes, articles, remèdes."""
    from reglo.linting import lint

    if output is not None and output.suffix.lower() not in REPORTS:
        usage_error(f"--output : « {output.name} » doit finir par {', '.join(REPORTS)}.")
    keep_existing(filter(None, (sarif, output)), inputs=[rules], force=force)
    source = Source(rules)
    try:
        report = source.placed(lint(source.loaded, launch.date() if launch else None, source.passages))
    except Refused as refused:
        print_findings(refused.findings, stream=sys.stderr)
        raise typer.Exit(2) from refused
    report = titled(report)
    _files(report, sarif, output)
    if as_json:
        print(json.dumps(report.as_dict(), ensure_ascii=False, indent=2))
    else:
        show(report)
        for path in (sarif, output):
            if path is not None:
                print(f"Écrit : {path}")
    if report.blocked:
        raise typer.Exit(1)


def titled(report: Report) -> Report:
    """The report, the findings of the calendar and of the formulas bearing their documented titles."""
    if all(one.title for one in report.observations):
        return report
    from reglo.cli.explain import paragraphs

    known = {code: text.partition("\n")[0] for code, text in paragraphs().items()}
    named = (
        one if one.title else replace(one, title=known.get(one.finding.code, ""))
        for one in report.observations
    )
    return replace(report, observations=tuple(named))


def _files(report: Report, sarif: Path | None, output: Path | None) -> None:
    """Both files whole, or none of the one that fails."""
    try:
        if sarif is not None:
            from reglo import __version__
            from reglo.exports.sarif import as_sarif

            text = json.dumps(as_sarif(report, __version__), ensure_ascii=False, indent=2)
            with whole_file(sarif) as temporary:
                temporary.write_text(text + "\n", encoding="utf-8")
        if output is not None:
            from reglo.exports.documents import write
            from reglo.exports.lint_report import lint_report

            with whole_file(output) as temporary:
                write(lint_report(report, date.today()), temporary)
    except OSError as error:
        path = sarif or output
        usage_error(f"{path} ne peut pas être écrit ({system_cause(error)}). Donnez un autre chemin.")


# --- On the terminal ----------------------------------------------------------------------------


def show(report: Report) -> None:
    """Print every finding, the heaviest first, at the width of the terminal."""
    from rich.markup import escape

    from reglo.cli.console import FrenchConsole

    console = FrenchConsole()
    console.print(f"[bold]{escape(report.reference)}[/bold] · {escape(report.title)}")
    console.print(f"{report.law[:1].upper()}{report.law[1:]} : {report.counts}.")
    titles = {
        Severity.BLOCKING: "Bloquant",
        Severity.TO_CHECK: "À justifier",
        Severity.INFORMATION: "Information",
    }
    explained: set[tuple[str, str]] = set()  # a reason and its mend are said once
    for weight, title in titles.items():
        found = report.of(weight)
        if found:
            console.print(f"\n[{_STYLES[weight]}]{title} ({len(found)})[/]")
            for one in found:
                said = (one.rule, one.finding.mend_text)
                _finding(console, one, _STYLES[weight], again=said in explained)
                explained.add(said)
    if report.left_open:
        console.print(f"\n[bold]Points laissés ouverts ({len(report.left_open)})[/bold]")
        for one in report.left_open:
            _lines(console, [f"{_where(one)} : {one.finding.cause_text}"])
    if report.justified:
        console.print(f"\n[bold]Acceptés avec leur motif ({len(report.justified)})[/bold]")
        for one in report.justified:
            reason = one.justification.reason if one.justification else ""
            _lines(console, [f"{one.rule}, {_where(one)} : {one.finding.cause_text}", f"Motif : {reason}"])
    if report.observations:
        console.print("\nPour comprendre un constat : reglo explain L-01 (ou tout autre identifiant).")


def _where(one: Observation) -> str:
    place = one.finding.place
    line = f"{Path(place.file).name}:{place.line}" if place.line else Path(place.file).name
    return f"{line} · {one.finding.article}" if one.finding.article else line


def _finding(console: FrenchConsole, one: Observation, style: str, *, again: bool) -> None:
    from rich.markup import escape

    title = f" {escape(one.title)}" if one.title else ""
    console.print(
        f"[{style}]{escape(one.rule)}[/]{title} [dim]({escape(_where(one))})[/dim]", soft_wrap=False
    )
    said = [one.finding.cause_text]
    if one.quote:
        said.append(f"« {one.quote} »")
    if one.question:
        said.append(f"Point ouvert : {one.question}")
    if not again:
        parts = (
            ("Pourquoi", one.why),
            ("Remède", one.finding.mend_text),
            ("Texte", type(one.finding).source),
        )
        said += [f"{label} : {text}" for label, text in parts if text]
    _lines(console, said)


def _lines(console: FrenchConsole, said: Iterable[str]) -> None:
    from rich.markup import escape
    from rich.padding import Padding

    for text in said:
        console.print(Padding(escape(text), (0, 0, 0, 4), expand=False))
