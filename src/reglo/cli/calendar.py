"""``reglo calendar``: every date of a consultation, with its article and its computation."""

from __future__ import annotations

import sys
from collections.abc import Collection, Iterable, Mapping
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from reglo.cli.days import day_typed
from reglo.cli.output import print_findings, usage_error, whole_file
from reglo.cli.rules import rules_or_exit
from reglo.procurement.deadlines.events import LABELS_FR, event_named, event_names
from reglo.procurement.french import system_cause

if TYPE_CHECKING:
    from reglo.procurement.deadlines.entries import CalendarView

_MAX_PREVIOUS = 5_000_000  # bytes of a calendar file to write over


def command(
    rules: Annotated[Path, typer.Argument(metavar="RÈGLES", help="Le fichier de règles (regles.yaml).")],
    sent: Annotated[
        str,
        typer.Option(metavar="JJ/MM/AAAA", help="Jour d'envoi de l'avis, à la place de celui des règles."),
    ] = "",
    event: Annotated[
        list[str] | None,
        typer.Option(
            metavar="NOM=DATE",
            help="Date d'un événement à venir ; à répéter. Il se nomme en français ("
            + ", ".join(LABELS_FR)
            + "), par son nom dans les règles ou par l'identifiant d'un terme.",
        ),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Écrire le calendrier en JSON.")] = False,
    ics: Annotated[
        Path | None,
        typer.Option(
            metavar="FICHIER",
            help="Écrire aussi un agenda .ics ; sur un fichier déjà écrit, les dates se mettent à jour.",
        ),
    ] = None,
) -> None:
    """Calculer toutes les dates d'une consultation, chacune avec son article et son calcul."""
    from reglo.procurement.deadlines import calendar_of
    from reglo.procurement.findings import Refused

    sent_on = day_typed(sent, "--sent") if sent else None
    given = _events(event or ())
    _, consultation = rules_or_exit(rules)
    events = _named(given, event_names(consultation))
    try:
        view = calendar_of(consultation, sent_on, events)
    except Refused as refused:
        print_findings(refused.findings, stream=sys.stderr)
        raise typer.Exit(2) from refused
    if ics is not None:
        write_ics(view, ics)
    if as_json:
        import json

        print(json.dumps(view.as_dict(), ensure_ascii=False, indent=2))
    else:
        from reglo.cli.calendar_table import show

        show(view)
        if ics is not None:
            print(f"Agenda écrit : {ics}")
    if view.blocked:
        raise typer.Exit(1)


def _events(given: Iterable[str]) -> dict[str, date]:
    """The events of the command line, by name."""
    events: dict[str, date] = {}
    for item in given:
        name, equals, day = item.partition("=")
        if not equals or not name.strip():
            usage_error(
                f"--event : « {item} » n'est pas de la forme NOM=DATE. "
                "Écrivez par exemple --event attribution=2026-03-16."
            )
        if name.strip() in events:
            usage_error(f"--event : « {name} » est donné deux fois. Gardez une seule date.")
        events[name.strip()] = day_typed(day, f"--event {name}")
    return events


def _named(given: Mapping[str, date], names: Collection[str]) -> dict[str, date]:
    """The events under their own names, whatever the language they were typed in."""
    events: dict[str, date] = {}
    for text, day in given.items():
        name = event_named(text, names)
        if name in events:
            usage_error(f"--event : « {text} » est donné deux fois, sous deux noms. Gardez une seule date.")
        events[name] = day
    return events


def write_ics(view: CalendarView, path: Path) -> None:
    from reglo.exports.ics import NotACalendar, as_ics

    try:
        previous = ""
        if path.exists():
            with path.open("rb") as stream:
                previous = stream.read(_MAX_PREVIOUS).decode("utf-8", errors="replace")
        text = as_ics(view, stamp=datetime.now(UTC), previous=previous)
        with whole_file(path) as temporary:
            temporary.write_bytes(text.encode())
    except NotACalendar:
        usage_error(
            f"{path} existe et n'est pas un agenda : rien n'a été écrit. Donnez un autre nom à --ics."
        )
    except OSError as error:
        reason = system_cause(error)
        usage_error(f"{path} ne peut pas être écrit ({reason}). Donnez un autre chemin à --ics.")
