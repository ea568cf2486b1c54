"""``reglo check-bids``: operators present in several bids, and what the RC attaches to it."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Annotated

import typer

from reglo.cli.check_bid import WIDTH, by_severity
from reglo.cli.output import print_findings, usage_error, wrapped
from reglo.cli.rules import rules_or_exit
from reglo.procurement.bid import Bid
from reglo.procurement.consultation import Consultation
from reglo.procurement.findings import Finding, Severity
from reglo.procurement.french import counted, plural
from reglo.procurement.judging.best_ranked import Rank, Solution
from reglo.procurement.pieces.exclusivity import Exclusivities, conflicts, presented
from reglo.procurement.pieces.group_findings import WithoutSiren
from reglo.procurement.pieces.inventory import Inventory, short_name


def command(
    rules: Annotated[Path, typer.Argument(help="Le fichier de règles (regles.yaml).")],
    folders: Annotated[
        list[Path] | None, typer.Argument(help="Les dossiers des réponses, ou leurs archives .zip.")
    ] = None,
    offers: Annotated[
        Path | None,
        typer.Option(help="Les offres jugées (YAML, .xlsx, .ods), si la suite dépend du classement."),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Écrire le résultat en JSON.")] = False,
) -> None:
    """Vérifier l'exclusivité : un même opérateur dans plusieurs offres, et ce que le RC y attache."""
    _, consultation = rules_or_exit(rules)
    if not folders and offers is None:
        usage_error("Il manque les réponses. Donnez leurs dossiers, ou « --offers FICHIER ».")
    judged = _judged(offers, consultation) if offers is not None else []
    read = [_bidder(folder, consultation) for folder in folders or []]
    print_findings(_on_folders(read), stream=sys.stderr)
    bids = _merged(judged, read, [lot.id for lot in consultation.lots])
    found = conflicts(consultation, bids, _ranks(consultation, judged) if judged else None)
    if as_json:
        print(json.dumps(as_dict(consultation, bids, found), ensure_ascii=False, indent=2))
    else:
        typer.echo("\n".join(_page(consultation, bids, found)))
    if found.blocking:
        raise typer.Exit(1)


def _bidder(folder: Path, consultation: Consultation) -> Inventory:
    from reglo.reading.bid_folder import read_bidder

    try:
        return read_bidder(folder, consultation)
    except FileNotFoundError:
        usage_error(f"« {folder} » n'existe pas. Donnez le dossier d'une réponse, ou son archive .zip.")
    except NotADirectoryError:
        usage_error(
            f"« {folder} » n'est ni un dossier ni une archive .zip. Les offres se donnent par --offers."
        )


def _judged(offers: Path, consultation: Consultation) -> list[Bid]:
    from reglo.reading.offers import read_offers

    read = read_offers(offers, consultation)
    print_findings(read.findings, stream=sys.stderr)
    if not read.bids:
        raise typer.Exit(2)
    return list(read.bids)


def _on_folders(folders: Sequence[Inventory]) -> Iterator[Finding]:
    """What keeps a comparison from being sure: a wrong SIREN, an unreadable answer, unknown lots."""
    for folder in folders:
        for finding in folder.findings:
            if finding.weight is not Severity.INFORMATION or not folder.lots:
                yield replace(finding, place=replace(finding.place, file=folder.id))


def _merged(judged: Sequence[Bid], folders: Sequence[Inventory], lots: Sequence[str]) -> list[Bid]:
    """The judged bids, with the operators their folder declares; and the folders not judged.

    A folder that may be for any of the ``lots`` is compared in each.
    """
    by_name = {key: bid for bid in folders for key in (bid.id, short_name(bid.bidder))}
    merged, met = [], set()
    for bid in judged:
        folder = by_name.get(bid.id) or by_name.get(short_name(bid.bidder))
        if folder is not None:
            met.add(folder.id)
            bid = replace(bid, operators=folder.operators) if folder.declared else bid
        merged.append(bid)
    for folder in folders:
        if folder.id not in met:
            merged += [
                Bid(id=folder.id, bidder=folder.bidder, lot=lot, operators=folder.operators, form=folder.form)
                for lot in folder.lots or lots
            ]
    return merged


def _ranks(consultation: Consultation, judged: Sequence[Bid]) -> dict[str, Rank]:
    """For each lot, a ranking of any of its bids by the rules."""
    from reglo.procurement.judging.scoring import judge_lot

    def rank_of(lot: str) -> Rank:
        own = [bid for bid in judged if bid.lot == lot]

        def rank(ids: frozenset[str]) -> list[list[str]]:
            groups: dict[object, list[str]] = {}
            for result in judge_lot(consultation, lot, [bid for bid in own if bid.id in ids]).ranked:
                place = result.rank if result.rank is not None else result.total.value
                groups.setdefault(place, []).append(result.bid.id)
            return list(groups.values())

        return rank

    return {lot: rank_of(lot) for lot in {bid.lot for bid in judged}}


def as_dict(consultation: Consultation, bids: Sequence[Bid], found: Exclusivities) -> dict[str, object]:
    """The stable JSON form of the result."""
    return {
        "consultation": consultation.reference,
        "bids": sorted({bid.id for bid in presented(bids)}),
        "bottom_line": bottom_line(bids, found),
        "blocking": found.blocking,
        "conflicts": [
            {
                "operator": conflict.operator.name,
                "siren": conflict.operator.siren,
                "lot": conflict.lot or None,
                "bids": list(conflict.bids),
            }
            for conflict in found.conflicts
        ],
        "elimination_proposed": {lot or "*": list(ids) for lot, ids in found.eliminated.items()},
        "readings": {
            lot: [
                {
                    "readings": list(outcome.readings),
                    "kept": list(outcome.kept),
                    "removed": list(outcome.removed),
                    "ranking": [list(group) for group in outcome.ranking],
                    "stable": outcome.stable,
                }
                for outcome in solution.outcomes
            ]
            for lot, solution in found.solutions.items()
        },
        "findings": [finding.as_dict() for finding in found.findings],
    }


def bottom_line(bids: Sequence[Bid], found: Exclusivities) -> str:
    """How many operators are in several bids, whether the outcome is known, how sure the comparison is."""
    lacking = without_siren(found)
    text = _conflicts(bids, found, by_siren=not lacking)
    if not lacking:
        return text
    named = f"{counted(lacking, 'opérateur')} sans SIREN"
    return f"{text} Comparaison incomplète : {named}, comparé{plural(lacking)} par le nom seulement."


def without_siren(found: Exclusivities) -> int:
    """How many operators could only be compared by their names."""
    counts = (finding.facts["count"] for finding in found.findings if isinstance(finding, WithoutSiren))
    return sum(count for count in counts if isinstance(count, int))


def _conflicts(bids: Sequence[Bid], found: Exclusivities, *, by_siren: bool) -> str:
    number = len({bid.id for bid in presented(bids)})
    compared = counted(number, "offre")
    if not found.conflicts:
        how = f", comparée{plural(number)} par SIREN" if by_siren else ""
        return f"Exclusivité : aucun conflit vu entre {compared}{how}."
    operators = len({conflict.operator.siren for conflict in found.conflicts})
    text = f"Exclusivité : {counted(operators, 'opérateur')} en conflit parmi {compared}."
    if any(not solution.settled for solution in found.solutions.values()):
        return f"{text} La suite dépend d'une lecture du RC : à décider par une personne."
    if not found.blocking:
        return f"{text} Déjà tranché : les offres en cause sont écartées."
    proposed = sum(len(ids) for ids in found.eliminated.values())
    if proposed:
        return f"{text} Éliminations prévues par le RC : {proposed} ; une personne en décide."
    return text


def _page(consultation: Consultation, bids: Sequence[Bid], found: Exclusivities) -> Iterator[str]:
    names = {bid.id: bid.bidder for bid in presented(bids)}
    yield from wrapped(f"{consultation.reference} — {consultation.title}", WIDTH)
    yield f"{counted(len(names), 'offre')} comparée{plural(len(names))}"
    for lot, solution in sorted(found.solutions.items()):
        yield from _solution(lot if len(consultation.lots) > 1 else "", solution, names)
    yield from by_severity(found.findings)
    yield ""
    colour = "red" if found.blocking else "yellow" if without_siren(found) else "green"
    for line in wrapped(bottom_line(bids, found), WIDTH):
        yield typer.style(line, fg=colour, bold=True)


def _solution(lot: str, solution: Solution, names: Mapping[str, str]) -> Iterator[str]:
    """How « la mieux classée » was worked out: the first ranking, then each outcome and its readings."""
    yield ""
    yield typer.style(f"LA MIEUX CLASSÉE{f', LOT {lot}' if lot else ''}", bold=True)
    yield from _row("toutes les offres", _ranking(solution.initial, names))
    for number, outcome in enumerate(solution.outcomes, 1):
        title = f"issue {number}" if not solution.settled else "issue unique"
        yield from _row(title, f"éliminées : {', '.join(names[bid] for bid in outcome.removed)}")
        yield from _row("", f"reclassement : {_ranking(outcome.ranking, names)}")
        if solution.settled:
            yield from _row("", "toutes les lectures de la règle concordent")
        else:
            for reading in outcome.readings:
                yield from _row("", f"– {reading}")
        if not outcome.stable:
            yield from _row("", "instable : remise seule au classement, une éliminée passerait devant")


def _ranking(ranking: Sequence[Sequence[str]], names: Mapping[str, str]) -> str:
    texts, place = [], 1
    for group in ranking:
        texts.append(f"{place}.\u00a0{' = '.join(names[bid] for bid in group)}")
        place += len(group)
    return " ; ".join(texts)


def _row(title: str, text: str) -> Iterator[str]:
    for place, line in enumerate(wrapped(text, WIDTH - 22)):
        yield f"  {title if place == 0 else '':<18}  {line}"
