"""A calendar on the terminal: minimum periods and findings in front, then the dates in order."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from rich import box
from rich.markup import escape
from rich.padding import Padding
from rich.table import Table

from reglo.cli.console import FrenchConsole
from reglo.procurement.deadlines import EVENTS
from reglo.procurement.deadlines.entries import Bound, CalendarView, Entry, MinimumCheck
from reglo.procurement.deadlines.events import label_of
from reglo.procurement.findings import SEVERITY_FR, Finding, Severity
from reglo.procurement.french import counted, french_day

_WEEKDAYS = ("lun.", "mar.", "mer.", "jeu.", "ven.", "sam.", "dim.")
_STYLES = {Severity.BLOCKING: "bold red", Severity.TO_CHECK: "yellow", Severity.INFORMATION: "cyan"}


def show(view: CalendarView) -> None:
    """Print the whole calendar, at the width of the terminal, or 80 columns in a pipe."""
    console = FrenchConsole()
    console.print(f"[bold]{escape(view.reference)}[/bold] · {escape(view.title)}")
    launch = view.launch_date
    law = f"droit au {french_day(launch)}" if launch else "date d'envoi de l'avis non connue"
    console.print(f"Fuseau {view.zone} ; {law}")
    console.print()
    console.print("[bold]Délais minimaux[/bold]")
    for check in view.minimums:
        console.print(Padding("\n".join(_minimum(check)), (0, 0, 0, 2), expand=False))
    console.print()
    _findings(console, view.findings)
    _dated(console, [entry for entry in view.entries if entry.on])
    _awaited(console, [entry for entry in view.entries if not entry.on])


def _weekday(day: date) -> str:
    return f"{_WEEKDAYS[day.weekday()]} {french_day(day)}"


# --- Minimum periods and findings ---------------------------------------------------------------


def _minimum(check: MinimumCheck) -> Iterator[str]:
    if check.days is None:
        yield f"{check.name} : {check.computation} ({check.article})"
        return
    yield f"{check.name} : {check.days} jours ({check.article}, {check.ground})"
    yield f"[dim]{check.computation}[/dim]"
    if check.margin is None:
        if check.latest_sending:
            yield f"envoi non connu : le {_weekday(check.latest_sending)} au plus tard (--sent)"
    elif check.margin < 0:
        yield f"[bold red]délai trop court : il manque {counted(-check.margin, 'jour')}[/bold red]"
    else:
        yield f"délai respecté, marge : [bold]{counted(check.margin, 'jour')}[/bold]"


def _findings(console: FrenchConsole, findings: tuple[Finding, ...]) -> None:
    counts = {severity: sum(it.weight is severity for it in findings) for severity in Severity}
    told = ", ".join(f"{SEVERITY_FR[severity]} : {count}" for severity, count in counts.items() if count)
    console.print(f"[bold]Constats[/bold] ({told or 'aucun'})")
    for finding in findings:
        style = _STYLES[finding.weight]
        source = f" [dim]({escape(finding.source_text)})[/dim]" if finding.source_text else ""
        console.print(
            Padding(
                f"[{style}]{finding.code} · {SEVERITY_FR[finding.weight]}[/{style}] · "
                f"{escape(finding.cause_text)} {escape(finding.mend_text)}{source}",
                (0, 0, 0, 2),
                expand=False,
            )
        )
    console.print()


# --- Dates --------------------------------------------------------------------------------------


def _dated(console: FrenchConsole, entries: list[Entry]) -> None:
    table = Table(
        title="Calendrier", title_justify="left", title_style="bold", box=box.HORIZONTALS, expand=True
    )
    table.add_column("Date", no_wrap=True, width=15)
    table.add_column("Quoi, calcul, article")
    table.add_column("Qui", width=10, overflow="fold")
    for entry in entries:
        assert entry.on
        articles = escape(" ; ".join(part for part in (entry.source, entry.law) if part))
        assumed = " *" if entry.assumed else ""
        table.add_row(
            f"{_weekday(entry.on)}\n[dim]{_hour(entry)}[/dim]",
            f"[bold]{escape(entry.title)}[/bold]{assumed}\n{escape(entry.computation)}"
            + (f"\n[dim]{articles}[/dim]" if articles else ""),
            escape(entry.party),
            end_section=True,
        )
    console.print(table)
    if any(entry.assumed for entry in entries):
        console.print("* d'une date donnée (--sent, --event), non écrite dans les règles")
    console.print()


def _hour(entry: Entry) -> str:
    """From when, or until when, on the day."""
    if entry.at:
        clock = f"{entry.at:%H:%M}"
        return {Bound.LATEST: f"limite {clock}", Bound.EARLIEST: f"dès {clock}"}.get(
            entry.bound, f"à {clock}"
        )
    return {Bound.LATEST: "fin de journée", Bound.EARLIEST: "à partir de"}.get(entry.bound, "")


def _awaited(console: FrenchConsole, entries: list[Entry]) -> None:
    """What depends on events to come, by event."""
    by_event: dict[str, list[Entry]] = {}
    for entry in entries:
        by_event.setdefault(entry.awaits, []).append(entry)
    if not by_event:
        return
    console.print("[bold]Dates qui dépendent d'un événement[/bold] (donnez-le : --event NOM=DATE)")
    for event in sorted(by_event, key=_rank):
        name = EVENTS.get(event, f"l'événement « {event} »")
        label = escape(label_of(event))
        console.print(f"  [bold]{label}[/bold] : {escape(name)}" if event else "  sans événement")
        for entry in by_event[event]:
            rule = entry.computation.partition(" : ")[2] or entry.computation
            articles = escape(" ; ".join(part for part in (entry.source, entry.law) if part))
            tail = f" [dim]({articles})[/dim]" if articles else ""
            console.print(
                Padding(f"{escape(entry.title)} → {escape(rule)}{tail}", (0, 0, 0, 4), expand=False)
            )
    console.print()


def _rank(event: str) -> int:
    known = list(EVENTS)
    return known.index(event) if event in known else len(known)
