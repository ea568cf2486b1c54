"""``reglo judge``: marks, ranking, explanations and reports from the rules and the offers."""

from __future__ import annotations

import sys
from dataclasses import replace
from datetime import date, datetime
from fractions import Fraction
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from reglo.cli.days import DAY_FORMATS
from reglo.cli.output import keep_existing, print_findings, usage_error, whole_file, wrapped
from reglo.cli.rules import rules_or_exit
from reglo.procurement.consultation import Consultation
from reglo.procurement.findings import Severity
from reglo.procurement.french import counted
from reglo.procurement.judging.judgement import BidResult, Judgement, LotResult
from reglo.procurement.rules_file import Loaded
from reglo.procurement.values import decimal_places, format_number

if TYPE_CHECKING:
    from reglo.cli.console import FrenchConsole

TEMPLATES = (".xlsx", ".ods", ".yaml", ".yml")
_NAME_WIDTH = 16  # of the bidders' column, at least
REPORTS = (".json", ".xlsx", ".ods", ".pdf", ".odt", ".docx")


def command(
    rules: Annotated[Path, typer.Argument(help="Le fichier de règles (regles.yaml).")],
    offers: Annotated[Path | None, typer.Argument(help="Les offres : YAML, .xlsx ou .ods.")] = None,
    lot: Annotated[list[str] | None, typer.Option(help="Ne juger que ce lot (répétable).")] = None,
    output: Annotated[
        list[Path] | None,
        typer.Option(
            "--output", "-o", help="Écrire aussi ce fichier : .json .xlsx .ods .pdf .odt .docx (répétable)."
        ),
    ] = None,
    explain: Annotated[
        str | None, typer.Option(metavar="OFFRE", help="Tout le détail des notes de cette offre.")
    ] = None,
    robust: Annotated[
        bool, typer.Option("--robust", help="Le premier change-t-il sous une autre lecture ?")
    ] = False,
    template: Annotated[
        Path | None,
        typer.Option(help="Écrire le classeur vierge des offres (.xlsx, .ods ou .yaml) et s'arrêter."),
    ] = None,
    force: Annotated[
        bool, typer.Option("--force", help="Remplacer les fichiers de sortie qui existent.")
    ] = False,
    on: Annotated[
        datetime | None,
        typer.Option("--date", formats=DAY_FORMATS, help="Date portée sur le rapport (aujourd'hui)."),
    ] = None,
) -> None:
    """Juger les offres selon les règles publiées, à la dernière décimale."""
    loaded, consultation = rules_or_exit(rules)
    if template is not None:
        keep_existing([template], inputs=[rules], force=force)
        _write_template(consultation, template)
        return
    if offers is None:
        usage_error(
            "Il manque le fichier d'offres. Écrivez « reglo judge REGLES OFFRES », "
            "ou « --template offres.xlsx » pour obtenir le classeur à remplir."
        )
    wanted = output or []
    for path in wanted:
        if path.suffix.lower() not in REPORTS:
            usage_error(
                f"« {path} » ne dit pas quel rapport écrire. Terminez son nom par {', '.join(REPORTS)}."
            )
    keep_existing(wanted, inputs=[rules, offers], force=force)
    known = [each.id for each in consultation.lots]
    for name in lot or []:
        if name not in known:
            usage_error(f"Le lot « {name} » n'est pas dans les règles. Les lots sont : {', '.join(known)}.")
    _judge(
        loaded,
        consultation,
        rules,
        offers,
        lot or known,
        wanted,
        explain,
        robust,
        (on or datetime.now()).date(),
    )


def _judge(
    loaded: Loaded,
    consultation: Consultation,
    rules: Path,
    offers: Path,
    lots: list[str],
    outputs: list[Path],
    explain: str | None,
    robust: bool,
    today: date,
) -> None:
    from reglo.procurement.judging.scoring import judge
    from reglo.procurement.pieces.exclusivity import ranked_together
    from reglo.reading.offers import read_offers

    read = read_offers(offers, consultation)
    print_findings(read.findings, stream=sys.stderr)
    if not read.bids:
        raise typer.Exit(2)
    bids = [bid for bid in read.bids if bid.lot in lots]
    judged = judge(consultation, bids, digest=loaded.digest)
    kept = [result for result in judged.lots if result.lot.id in lots]
    judgement = replace(
        judged,
        lots=tuple(replace(one, left_out=read.left_out.get(one.lot.id, ())) for one in kept),
        findings=(*judged.findings, *ranked_together(consultation, bids)),
    )
    print_findings(judgement.findings, stream=sys.stderr)
    if explain is not None:
        _explain(consultation, judgement, explain)
    else:
        _print_table(consultation, judgement)
    if robust:
        from reglo.cli.console import FrenchConsole
        from reglo.procurement.judging.robustness import robustness

        width = FrenchConsole().width
        print()
        for line in robustness(loaded, bids).as_lines():
            print("\n".join(wrapped(line, width, then="  " if line.startswith("- ") else "")))
    for path in outputs:
        with whole_file(path) as temporary:
            _write(path.suffix.lower(), temporary, consultation, judgement, rules, offers, today)
        print(f"Écrit : {path}", file=sys.stderr)
    found = [finding for result in judgement.lots for finding in result.findings]
    everything = (*read.findings, *judgement.findings, *found)
    if any(finding.weight is Severity.BLOCKING for finding in everything):
        raise typer.Exit(1)


def _write_template(consultation: Consultation, path: Path) -> None:
    from reglo.exports.offers_template import write_template

    suffix = path.suffix.lower()
    if suffix not in TEMPLATES:
        usage_error(f"« {path} » : le modèle d'offres s'écrit en {', '.join(TEMPLATES)}.")
    with whole_file(path) as temporary:
        write_template(consultation, temporary, suffix)
    print(f"Écrit : {path}. Remplissez-le, puis : reglo judge REGLES {path}")


def _write(
    suffix: str,
    path: Path,
    consultation: Consultation,
    judgement: Judgement,
    rules: Path,
    offers: Path,
    today: date,
) -> None:
    """Write the report of that kind."""
    if suffix == ".json":
        from reglo.exports.judgement_json import to_json

        path.write_text(to_json(judgement), encoding="utf-8")
    elif suffix in (".xlsx", ".ods"):
        from reglo.exports.matrix import write_matrix

        write_matrix(consultation, judgement, path)
    else:
        from reglo.exports.analysis_report import analysis_report
        from reglo.exports.documents import write

        digest = sha256(offers.read_bytes()).hexdigest()
        report = analysis_report(
            consultation,
            judgement,
            today,
            rules_file=rules.name,
            offers_file=offers.name,
            offers_digest=digest,
        )
        write(report, path)


def _explain(consultation: Consultation, judgement: Judgement, name: str) -> None:
    from reglo.procurement.judging.explanation import as_text, explain

    found = [
        (result.lot.id, ranked)
        for result in judgement.lots
        for ranked in result.ranked
        if name in (ranked.bid.id, ranked.bid.bidder)
    ]
    if not found:
        aside = [
            f"{each.bid.name}, lot {result.lot.id} : {each.reason}"
            for result in judgement.lots
            for each in result.put_aside
            if name in (each.bid.id, each.bid.bidder)
        ]
        everyone = sorted({ranked.bid.id for result in judgement.lots for ranked in result.ranked})
        usage_error(
            f"Cette offre n'est pas classée. {' ; '.join(aside)}"
            if aside
            else f"Aucune offre « {name} ». Les offres classées sont : {', '.join(everyone) or 'aucune'}."
        )
    for lot, ranked in found:
        print(f"Lot {lot} – {ranked.bid.name}")
        print(as_text(explain(ranked, consultation.in_lot(lot).award)))
        print()


def _print_table(consultation: Consultation, judgement: Judgement) -> None:
    from reglo.cli.console import FrenchConsole

    console = FrenchConsole()
    console.print(f"{consultation.title} ({judgement.reference})", style="bold", markup=False)
    for result in judgement.lots:
        if result.ranked or result.put_aside:
            _print_lot(console, consultation, result)
        else:
            console.print(f"\nLot {result.lot.id} – {result.lot.name} : aucune offre.", markup=False)


def _print_lot(console: FrenchConsole, consultation: Consultation, result: LotResult) -> None:
    def tell(text: str, style: str = "") -> None:
        for line in wrapped(text, console.width, first="  ", then="  "):
            console.print(line, style=style, markup=False)

    console.print()
    title = f"Lot {result.lot.id} – {result.lot.name}"
    if result.ranked:
        _print_ranking(console, consultation, result, title)
    else:
        console.print(f"{title} : aucune offre classée.", markup=False)
    explained = set()
    for ranked in result.ranked:
        if ranked.tie_broken_by and ranked.total.value not in explained:
            explained.add(ranked.total.value)
            tell(f"{ranked.bid.name} : {ranked.tie_broken_by}")
    for aside in result.put_aside:
        mend = ""
        if aside.told:
            mend = f" {aside.told.mend_text} ({aside.told.code} · {aside.told.place})"
        tell(f"Non classée : {aside.bid.name}, {aside.reason}{mend}")
    for finding in result.remarks:
        tell(str(finding))
    if result.winner:
        why = [f"{counted(len(result.to_process), 'offre')} à traiter"] if result.to_process else []
        why += ["une offre saisie n'est pas jugée"] if result.left_out else []
        said = ", ".join(["Proposition provisoire", *why]) if why else "Proposée"
        tell(f"{said} : {result.winner.bid.name}", "bold")


def _print_ranking(console: FrenchConsole, consultation: Consultation, result: LotResult, title: str) -> None:
    """The table of marks; criteria are named by letters, told below, when the terminal is too narrow."""
    from rich.markup import escape
    from rich.table import Table

    criteria = [
        (score.criterion.name if score.criterion else "", format_number(score.maximum))
        for score in result.ranked[0].total.parts
    ]
    letters = [f"C{place}" for place in range(1, len(criteria) + 1)]
    total = f"Total /{format_number(result.ranked[0].total.maximum)}"
    names = [name for name, _ in criteria]
    widths = [max(7, *(len(word) for word in name.split())) for name in names]
    borders = 3 * (len(names) + 3) + 1
    fits = borders + len("Rang") + _NAME_WIDTH + sum(widths) + len(total) <= console.width

    table = Table(title=escape(title), title_justify="left")
    table.add_column("Rang", justify="right")
    table.add_column("Candidat", overflow="fold", min_width=_NAME_WIDTH)
    whole = [f"{name} /{maximum}" for name, (_, maximum) in zip(names, criteria, strict=True)]
    longest = max(_NAME_WIDTH, *(len(ranked.bid.name) for ranked in result.ranked))
    roomy = borders + len("Rang") + longest + sum(map(len, whole)) + len(total) <= console.width
    for name, width, (_, maximum) in zip(names if fits else letters, widths, criteria, strict=True):
        table.add_column(
            escape(f"{name} /{maximum}"),
            justify="right",
            min_width=width if fits else 7,
            width=None if roomy or not fits else width,  # else the table goes past the terminal
        )
    table.add_column(total, justify="right", no_wrap=True, min_width=len(total))
    for ranked in result.ranked:
        table.add_row(*_row(ranked))
    console.print(table)
    if not fits:
        for letter, name in zip(letters, names, strict=True):
            console.print(f"  {letter} : {name}", markup=False)


def _row(ranked: BidResult) -> list[str]:
    from rich.markup import escape

    marks = [_mark(part.value) for part in ranked.total.parts]
    rank = "à départager" if ranked.rank is None else str(ranked.rank)
    return [rank, escape(ranked.bid.name), *marks, _mark(ranked.total.value)]


def _mark(exact: Fraction) -> str:
    """Two decimals at least; a mark the RC does not round is shown to four, with a sign that it goes on."""
    places = decimal_places(exact)
    if places is not None and places <= 4:
        return format_number(exact, max(2, places))
    return "≈ " + format_number(exact, 4)
