"""``reglo write``: the règlement de la consultation of a rules file, in Word, OpenDocument or PDF."""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path
from typing import Annotated

import typer

from reglo.cli.days import DAY_FORMATS
from reglo.cli.output import keep_existing, usage_error, whole_file
from reglo.cli.rules import rules_or_exit
from reglo.procurement.french import counted, system_cause

FORMATS = (".docx", ".odt", ".pdf")


def command(
    rules: Annotated[Path, typer.Argument(metavar="RÈGLES", help="Le fichier de règles.")],
    outputs: Annotated[
        list[Path],
        typer.Option("--output", "-o", metavar="RC", help="Le règlement : .docx, .odt ou .pdf ; répétable."),
    ],
    on: Annotated[
        datetime | None,
        typer.Option(
            "--on",
            formats=DAY_FORMATS,
            help="Date portée par le document (aujourd'hui).",
        ),
    ] = None,
    force: Annotated[bool, typer.Option("--force", help="Remplacer un règlement déjà écrit.")] = False,
) -> None:
    """Écrire le règlement de la consultation : ce que le programme fera, article par article."""
    for output in outputs:
        if output.suffix.lower() not in FORMATS:
            usage_error(f"--output : « {output.name} » doit finir par {', '.join(FORMATS)}.")
    keep_existing(outputs, inputs=[rules], force=force)
    loaded, consultation = rules_or_exit(rules)

    from reglo.exports.documents import write
    from reglo.exports.tender_rules import tender_rules, undecided

    document = tender_rules(consultation, on.date() if on else date.today(), loaded.digest)
    for output in outputs:
        try:
            with whole_file(output) as temporary:
                write(document, temporary)
        except OSError as error:
            usage_error(f"{output} ne peut pas être écrit ({system_cause(error)}). Donnez un autre chemin.")
        print(f"Écrit : {output}")
    points = undecided(consultation)
    if points:
        print(f"Projet : {counted(len(points), 'point')} à trancher, en annexe.")
