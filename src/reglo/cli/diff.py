"""``reglo diff``: what changed between two rules files, or two RCs, and what the change obliges to do."""

from __future__ import annotations

import json
import sys
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from reglo.cli.consultation_file import Source
from reglo.cli.days import DAY_FORMATS
from reglo.cli.output import keep_existing, print_findings, usage_error, whole_file, wrapped
from reglo.procurement.findings import Refused
from reglo.procurement.french import system_cause

if TYPE_CHECKING:
    from reglo.procurement.changes import Changes

_WIDTH = 80
NOTICES = (".docx", ".odt", ".pdf")


def command(
    old: Annotated[
        Path, typer.Argument(metavar="AVANT", help="Les règles publiées, ou le RC (pdf, docx, odt, txt).")
    ],
    new: Annotated[Path, typer.Argument(metavar="APRÈS", help="Les règles modifiées, ou le RC.")],
    as_json: Annotated[bool, typer.Option("--json", help="Écrire les modifications en JSON.")] = False,
    outputs: Annotated[
        list[Path] | None,
        typer.Option(
            "--output", "-o", metavar="AVIS", help="L'avis de modification : .docx, .odt ou .pdf ; répétable."
        ),
    ] = None,
    on: Annotated[
        datetime | None,
        typer.Option(
            "--on",
            formats=DAY_FORMATS,
            help="Jour d'envoi de la modification (aujourd'hui dans l'avis).",
        ),
    ] = None,
    force: Annotated[bool, typer.Option("--force", help="Remplacer un avis déjà écrit.")] = False,
) -> None:
    """Comparer deux versions des règles : modifications, dates qui bougent, qui prévenir."""
    from reglo.procurement.changes import changes_between

    outputs = outputs or []
    for output in outputs:
        if output.suffix.lower() not in NOTICES:
            usage_error(f"--output : « {output.name} » doit finir par {', '.join(NOTICES)}.")
    keep_existing(outputs, inputs=[old, new], force=force)
    sources = Source(old), Source(new)
    before, after = (source.consultation for source in sources)
    try:
        changes = changes_between(before, after, on.date() if on else None)
    except Refused as refused:
        print_findings(refused.findings, stream=sys.stderr)
        raise typer.Exit(2) from refused
    for output in outputs:
        _write(changes, output, on.date() if on else date.today())
    if as_json:
        print(json.dumps(changes.as_dict(), ensure_ascii=False, indent=2))
    else:
        show(changes)
        if any(source.quotes for source in sources):
            print()
            _print("Un RC a été lu : relisez chaque changement dans son texte avant de l'annoncer.")
        if outputs:
            print("\n" + "\n".join(f"Écrit : {output}" for output in outputs))
    if changes.blocked:
        raise typer.Exit(1)


def _write(changes: Changes, path: Path, day: date) -> None:
    from reglo.exports.change_notice import change_notice
    from reglo.exports.documents import write

    try:
        with whole_file(path) as temporary:
            write(change_notice(changes, day), temporary)
    except OSError as error:
        usage_error(f"{path} ne peut pas être écrit ({system_cause(error)}). Donnez un autre chemin.")


def show(changes: Changes) -> None:
    """Print the changes, at most 80 columns wide."""
    _print(f"{changes.reference} · {changes.title}")
    if not changes.changes:
        _print("Rien ne change dans les règles.")
        return
    for title, listed in changes.sections:
        print(f"\n{title} ({len(listed)})")
        for change in listed:
            _print(change.line, "  - ")
    if changes.moved:
        print(f"\nDates qui changent ({len(changes.moved)})")
        for moved in changes.moved:
            _print(f"{moved.title} : {_day(moved.before)} → {_day(moved.after)}", "  - ")
    print("\nÀ prévenir")
    for said in changes.told:
        _print(said, "  - ")
    if changes.findings:
        print("\nCe que la modification oblige à faire")
        for finding in changes.findings:
            _print(str(finding), "  - ")


def _day(day: date | None) -> str:
    return f"{day:%d/%m/%Y}" if day else "–"


def _print(text: str, head: str = "") -> None:
    later = " " * len(head)
    print("\n".join(wrapped(text, _WIDTH, first=head, then=later) or [""]))
