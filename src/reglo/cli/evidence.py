"""``reglo evidence``: who tried to deposit what, when, and what the platform did."""

from __future__ import annotations

import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated
from zoneinfo import ZoneInfo

import typer

from reglo.cli import platform_database
from reglo.cli.output import print_findings, usage_error, whole_file
from reglo.procurement.findings import Refused
from reglo.procurement.french import system_cause


def command(
    consultation: Annotated[
        str, typer.Argument(help="Référence de la consultation.", metavar="CONSULTATION")
    ],
    start: Annotated[
        str, typer.Option("--from", help="Début, « AAAA-MM-JJ HH:MM » au fuseau de la consultation.")
    ],
    end: Annotated[str, typer.Option("--to", help="Fin, de même.")],
    data: Annotated[
        Path | None,
        typer.Option("--data", help="Dossier de la plateforme, sans DATABASE_URL.", metavar="DOSSIER"),
    ] = None,
    probe: Annotated[
        Path | None,
        typer.Option(help="Mesures d'une sonde extérieure : un objet JSON par ligne.", metavar="FICHIER"),
    ] = None,
    output: Annotated[
        list[Path] | None,
        typer.Option(
            "--output",
            "-o",
            help="Le relevé : .html, .pdf, .odt, .docx ou .json (répétable).",
            metavar="FICHIER",
        ),
    ] = None,
) -> None:
    """Établir le relevé qu'un juge demande : tentatives, débits, erreurs, limites annoncées, santé.

    Avant l'heure limite, seulement la santé et les échecs du fait de la plateforme, sans nommer ni compter
    personne. Sortie : 0 la période est finie, toutes ses minutes, mesurées, montrent un fonctionnement
    normal, et le registre des plis dit ce que disent les reçus signés et le journal ; 1 non.
    """
    from reglo.deposit import store
    from reglo.deposit.evidence import as_dict, gather, read_probes
    from reglo.deposit.evidence_page import document, lines
    from reglo.exports.documents import write

    for path in output or ():
        if path.suffix.lower() not in (".html", ".pdf", ".odt", ".docx", ".json"):
            usage_error(f"« {path} » : le relevé s'écrit en .html, .pdf, .odt, .docx ou .json.")
    try:
        probes = read_probes(probe) if probe else ()
    except OSError as error:
        usage_error(f"« {probe} » ne se lit pas ({system_cause(error)}). Donnez le fichier de la sonde.")
    except ValueError as error:
        usage_error(f"« {probe} » : {error}.")
    try:
        with platform_database.connected(data) as pool, pool.connection() as connection:
            zone = platform_database.named(connection, consultation).zone
            begin, finish = instant_in(start, zone), instant_in(end, zone)
            if begin >= finish:
                usage_error(f"La période finit le {end}, avant de commencer le {start}.")
            evidence = gather(connection, consultation, begin, finish, probes)
            if begin >= evidence.made_at:
                now = store.french(evidence.made_at, zone)
                usage_error(f"La période commence le {start}, il est {now} : il n'y a encore rien à relever.")
    except Refused as refused:
        print_findings(refused.findings, stream=sys.stderr)
        raise typer.Exit(2) from None
    for line in lines(evidence):
        print(line)
    for path in output or ():
        with whole_file(path) as temporary:
            if path.suffix.lower() == ".json":
                temporary.write_bytes(store.as_json(as_dict(evidence)))
            else:
                write(document(evidence), temporary)
        print(f"\nRelevé : {path}")
    if not evidence.normal or evidence.contradictions:
        raise typer.Exit(1)


def instant_in(text: str, zone: str) -> datetime:
    """An instant as typed, in the consultation's zone unless it says its own; exit 2 when it is none."""
    try:
        at = datetime.fromisoformat(text.strip())
        at = at if at.tzinfo else at.replace(tzinfo=ZoneInfo(zone))
        at.astimezone(UTC)  # the first and the last day of the calendar have no instant everywhere
    except (ValueError, OverflowError):
        usage_error(f"« {text} » n'est pas un instant. Écrivez « 2026-02-18 11:30 ».")
    return at
