"""``reglo check``: the faults of a rules file, or what it says in a few lines."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Annotated

import typer

from reglo.cli.output import print_findings
from reglo.cli.rules import print_faults
from reglo.procurement.award import AwardCriterion, these_lots
from reglo.procurement.consultation import Consultation, OpenPoint
from reglo.procurement.findings import Place, Severity
from reglo.procurement.formulas import invariants
from reglo.procurement.french import counted
from reglo.procurement.rules_file import reading_faults
from reglo.procurement.rules_file.checks import line_at
from reglo.procurement.values import format_number
from reglo.reading.rules import read_rules


def command(
    rules: Annotated[Path, typer.Argument(help="Le fichier de règles (regles.yaml).", metavar="RÈGLES")],
) -> None:
    """Vérifier un fichier de règles : toutes ses fautes à la fois, ou son résumé."""
    loaded = read_rules(rules)
    found = (*loaded.faults, *reading_faults(loaded))
    blocking = sum(fault.weight is Severity.BLOCKING for fault in found)
    if loaded.consultation is None or blocking:
        print_faults(found)
        others = len(found) - blocking
        beside = f", {counted(others, 'point')} à vérifier" if others else ""
        print(f"{counted(blocking, 'faute')}{beside} : rien n'a été écrit.", file=sys.stderr)
        raise typer.Exit(2)
    for line in summary(loaded.consultation):
        print(line)
    condemned = [
        replace(finding, place=Place(file=loaded.file, line=line_at(finding.place.path, loaded.lines)))
        for finding in invariants.check(loaded.consultation)
    ]
    print_findings((*found, *condemned))
    if any(finding.weight is Severity.BLOCKING for finding in condemned):
        raise typer.Exit(1)


def summary(consultation: Consultation) -> Iterator[str]:
    """What the rules say, in a few lines a person can compare with the RC."""
    yield f"{consultation.reference} · {consultation.title}"
    yield f"Acheteur : {consultation.buyer.name}"
    deadline = consultation.calendar.submission_deadline
    if deadline is not None:
        before = "au plus tard le" if consultation.calendar.exact_hour_in_time else "avant le"
        yield f"Offres attendues {before} {deadline.french}"
    yield ""
    yield f"Lots : {len(consultation.lots)}"
    yield from (f"  {lot.id} · {lot.name}" for lot in consultation.lots)
    for judged in consultation.judged:
        whose = f" ({these_lots(judged.lots)})" if consultation.award.for_lots else ""
        yield f"Critères{whose}, sur {format_number(judged.award.total)} points :"
        yield from _criteria(judged.award.criteria, "  ")
    pieces = consultation.pieces
    yield f"Pièces à remettre : {len(pieces)}" + (f" ({', '.join(p.code for p in pieces)})" if pieces else "")
    yield f"Points ouverts : {len(consultation.open_points)}"
    yield from (f"  {point.id} · {_standing(point)}" for point in consultation.open_points)


def _criteria(criteria: tuple[AwardCriterion, ...], indent: str) -> Iterator[str]:
    for criterion in criteria:
        weight = ""
        if criterion.weight is not None:
            weight = f" : {format_number(criterion.weight)} points"
        elif criterion.share is not None:
            weight = f" : {criterion.share}"
        yield f"{indent}{criterion.name}{weight}"
        yield from _criteria(criterion.criteria, indent + "  ")


def _standing(point: OpenPoint) -> str:
    if point.decided_by:
        return f"décidé par {point.decided_by} : {point.default}"
    if point.choices:
        return f"en attente, lecture retenue par défaut : {point.default or 'aucune'}"
    return "question à poser à l'acheteur"
