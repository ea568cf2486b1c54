"""``reglo check-bid``: is this bid folder complete? For a bidder before sending, a buyer after opening."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby
from pathlib import Path
from typing import Annotated

import typer

from reglo.cli.output import usage_error, wrapped
from reglo.cli.rules import rules_or_exit
from reglo.procurement.consultation import Consultation
from reglo.procurement.findings import Finding, Severity
from reglo.procurement.french import counted, plural
from reglo.procurement.pieces.documents import (
    STATE_FR,
    Cell,
    Completeness,
    Stage,
    State,
    completeness,
    stages_of,
)
from reglo.procurement.pieces.inventory import Inventory
from reglo.procurement.pieces.slots import lots_text
from reglo.procurement.requirements import Folder

WIDTH = 80
SHOWN = 8  # findings of one code in a row
LOTS_PER_TABLE = 12
SYMBOLS = {
    State.PRESENT: ("✓", "green"),
    State.MISSING: ("✗", "red"),
    State.FAULTY: ("!", "red"),
    State.TO_CHECK: ("?", "yellow"),
    State.NOT_DUE: ("–", "bright_black"),
}
HEADINGS = {
    Severity.BLOCKING: ("BLOQUANT", "red"),
    Severity.TO_CHECK: ("À VÉRIFIER", "yellow"),
    Severity.INFORMATION: ("INFORMATION", "bright_black"),
}


def command(
    rules: Annotated[Path, typer.Argument(help="Le fichier de règles (regles.yaml).")],
    folder: Annotated[Path, typer.Argument(help="Le dossier de la réponse, ou son archive .zip.")],
    lot: Annotated[list[str] | None, typer.Option(help="Lot auquel on répond (répétable).")] = None,
    stage: Annotated[
        list[Stage] | None,
        typer.Option(help="Ne contrôler que ce temps de la procédure (répétable)."),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Écrire le verdict en JSON.")] = False,
) -> None:
    """Vérifier qu'une réponse est complète : pièces, formats, pages, signatures, par lot et par membre."""
    _, consultation = rules_or_exit(rules)
    bid = read_folder(folder, consultation, lot or [])
    stages, assumed = (tuple(stage), ()) if stage else stages_of(consultation, bid)
    verdict = completeness(consultation, bid, stages, assumed)
    if as_json:
        print(json.dumps(as_dict(verdict, bid), ensure_ascii=False, indent=2))
    else:
        typer.echo("\n".join(_page(consultation, bid, verdict)))
    if verdict.blocking:
        raise typer.Exit(1)


def read_folder(folder: Path, consultation: Consultation, lots: Sequence[str]) -> Inventory:
    """The inventory of that folder; a usage error when it is neither a folder nor an archive."""
    from reglo.reading.bid_folder import read_bid_folder

    known = [each.id for each in consultation.lots]
    for name in lots:
        if name not in known:
            usage_error(f"Le lot « {name} » n'est pas dans les règles. Les lots sont : {', '.join(known)}.")
    try:
        return read_bid_folder(folder, consultation, tuple(lots))
    except FileNotFoundError:
        usage_error(f"« {folder} » n'existe pas. Donnez le dossier de la réponse, ou son archive .zip.")
    except NotADirectoryError:
        usage_error(
            f"« {folder} » n'est ni un dossier ni une archive .zip. "
            "Donnez les règles, puis le dossier de la réponse : reglo check-bid RÈGLES DOSSIER."
        )


def as_dict(verdict: Completeness, bid: Inventory) -> dict[str, object]:
    """The stable JSON form of a verdict."""
    return {
        "consultation": verdict.reference,
        "bid": verdict.bid,
        "bidder": verdict.bidder,
        "lots": list(verdict.lots),
        "stages": [stage.value for stage in verdict.stages],
        "bottom_line": verdict.bottom_line,
        "blocking": verdict.blocking,
        "pieces": [
            {
                "code": cell.piece.code,
                "name": cell.piece.name,
                "lot": cell.lot or None,
                "who": cell.who or None,
                "state": cell.state.value,
                "why": cell.why or None,
                "files": list(cell.files),
            }
            for cell in verdict.cells
        ],
        "findings": [finding.as_dict() for finding in verdict.findings],
        "files": [
            {
                "path": file.path,
                "piece": file.code or None,
                "kind": file.facts.kind.value,
                "size": file.facts.size,
                "pages": file.facts.pages,
                "usable": file.facts.usable,
                "signed": bool(file.facts.signatures or file.facts.signature_files),
            }
            for file in bid.files
        ],
    }


# --- The page for a person --------------------------------------------------------------------


def _page(consultation: Consultation, bid: Inventory, verdict: Completeness) -> Iterator[str]:
    yield from _wrapped(f"{consultation.reference} — {consultation.title}")
    who = ", ".join(f"{one.name} ({one.role})" if one.role else one.name for one in bid.operators)
    yield from _wrapped(f"Réponse « {bid.id} » : {who}")
    about = [lots_text(bid.lots)] if len(consultation.lots) > 1 and bid.lots else []
    about += [
        f"contrôle : {', '.join(stage.value for stage in verdict.stages)}",
        f"{counted(verdict.files, 'fichier')} lu{plural(verdict.files)}",
    ]
    yield from _wrapped(" · ".join(about))
    for folder, title in ((Folder.CANDIDACY, "CANDIDATURE"), (Folder.BID, "OFFRE")):
        cells = [cell for cell in verdict.cells if cell.piece.folder is folder]
        if cells and any(not cell.why.startswith("demandée au temps") for cell in cells):
            yield ""
            yield from _table(title, cells)
    if any(cell.lot for cell in verdict.cells):
        legend = "  ".join(f"{SYMBOLS[state][0]} {STATE_FR[state]}" for state in State)
        yield from ("", f"  {legend}")
    yield from by_severity(verdict.findings)
    colour = "red" if verdict.blocking else "yellow" if "vérifier par" in verdict.bottom_line else "green"
    yield ""
    yield from (typer.style(line, fg=colour, bold=True) for line in _wrapped(verdict.bottom_line))


def by_severity(findings: Iterable[Finding]) -> Iterator[str]:
    """Findings under the heading of their severity; beyond ``SHOWN`` of one code, only their number."""
    everything = list(findings)
    for severity, (title, colour) in HEADINGS.items():
        found = [finding for finding in everything if finding.weight is severity]
        if not found:
            continue
        yield ""
        yield typer.style(f"{title} ({len(found)})", fg=colour, bold=True)
        for code, together in groupby(found, key=lambda finding: finding.code):
            same = list(together)
            for finding in same[:SHOWN]:
                yield from finding_lines(finding)
            if len(same) > SHOWN:
                yield f"  {code:<11} … et {len(same) - SHOWN} autres du même genre : --json les donne tous."


def finding_lines(finding: Finding) -> Iterator[str]:
    """A finding on several lines of at most 80 columns: code, cause, mend, source."""
    text = f"{finding.cause_text} {finding.mend_text}".strip()
    if finding.place.file and finding.place.file not in text:
        text = f"{finding.place} : {text}"
    for loose, tied in (("« ", "«\u00a0"), (" »", "\u00a0»"), (" ;", "\u00a0;"), (" :", "\u00a0:")):
        text = text.replace(loose, tied)  # no line begins with a sign, quotes stay with their word
    lines = wrapped(text, WIDTH - 14)
    if finding.source_text:
        lines += wrapped(f"[{finding.source_text}]", WIDTH - 14)
    for place, line in enumerate(lines):
        yield f"  {finding.code if place == 0 else '':<11} {line}"


def _table(title: str, cells: Sequence[Cell]) -> Iterator[str]:
    lots = list(dict.fromkeys(cell.lot for cell in cells if cell.lot))
    blocks = [lots[start : start + LOTS_PER_TABLE] for start in range(0, len(lots), LOTS_PER_TABLE)] or [[]]
    for number, block in enumerate(blocks):
        head = "".join(f"{lot:>3}" for lot in block)
        yield typer.style(f"{title:<{WIDTH - 3 * len(block)}}{head}".rstrip(), bold=True)
        for rows in _by_piece(cells):
            if number == 0 or rows[0].lot:
                yield from _piece_rows(rows, block)


def _by_piece(cells: Iterable[Cell]) -> Iterator[list[Cell]]:
    pieces: dict[str, list[Cell]] = {}
    for cell in cells:
        pieces.setdefault(cell.piece.code, []).append(cell)
    yield from pieces.values()


def _piece_rows(cells: Sequence[Cell], lots: Sequence[str]) -> Iterator[str]:
    """One line for a piece; one more for each member when several owe it in different states."""
    first = f"  {cells[0].piece.code:<5} "
    room = WIDTH - 3 * len(lots) if cells[0].lot else WIDTH - 22
    people = list(dict.fromkeys(cell.who for cell in cells))
    alike = len({cell.state for cell in cells}) == 1
    if len(people) == 1 or (alike and not cells[0].lot):
        name = cells[0].piece.name + (f" ({len(people)})" if len(people) > 1 else "")
        yield f"{first}{_cut(name, room - 9):<{room - 8}}{_states(cells, people[0], lots)}"
        return
    yield f"{first}{_cut(cells[0].piece.name, WIDTH - 9)}"
    for who in people:
        yield f"        {_cut('· ' + (who or 'candidat'), room - 9):<{room - 8}}{_states(cells, who, lots)}"


def _states(cells: Sequence[Cell], who: str, lots: Sequence[str]) -> str:
    own = [cell for cell in cells if cell.who == who]
    if not own[0].lot:
        symbol, colour = SYMBOLS[own[0].state]
        return typer.style(f"{symbol} {STATE_FR[own[0].state]}", fg=colour)
    by_lot = {cell.lot: SYMBOLS[cell.state] for cell in own}
    return "".join("  " + typer.style(by_lot[lot][0], fg=by_lot[lot][1]) for lot in lots)


def _cut(text: str, width: int) -> str:
    return text if len(text) <= width else text[: width - 1] + "…"


def _wrapped(text: str) -> list[str]:
    return wrapped(text, WIDTH)
