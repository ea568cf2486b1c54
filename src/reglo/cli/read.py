"""``reglo read``: the rules file of an RC or a notice, every value with the words it comes from."""

from __future__ import annotations

import json as json_module
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from reglo.cli.output import keep_existing, print_findings, whole_file
from reglo.procurement.french import counted, plural

if TYPE_CHECKING:
    from reglo.reading.rc import Read


def command(
    files: Annotated[
        list[Path],
        typer.Argument(
            help="Le règlement (PDF, DOCX, ODT, texte) et l'avis (XML, JSON).", metavar="FICHIER…"
        ),
    ],
    output: Annotated[
        Path | None,
        typer.Option(
            "-o", "--output", help="Le fichier de règles à écrire ; sinon il est affiché.", metavar="RÈGLES"
        ),
    ] = None,
    review: Annotated[
        Path | None,
        typer.Option(
            "--review",
            help="Une page à relire : le texte d'un côté, les valeurs de l'autre.",
            metavar="PAGE.html",
        ),
    ] = None,
    json: Annotated[
        bool, typer.Option("--json", help="Les valeurs, leurs mots et leurs places, en JSON.")
    ] = False,
    force: Annotated[bool, typer.Option("--force", help="Remplacer les fichiers qui existent.")] = False,
) -> None:
    """Lire un règlement ou un avis : un fichier de règles dont chaque valeur montre sa phrase."""
    from reglo.procurement.findings import Refused
    from reglo.reading.rc import read_files

    keep_existing(filter(None, (output, review)), inputs=files, force=force)
    try:
        read = read_files(files)
    except Refused as refused:
        print_findings(refused.findings, stream=sys.stderr)
        raise typer.Exit(2) from None
    if review is not None:
        from reglo.reading.rc.review import page

        with whole_file(review) as path:
            path.write_text(page(read), encoding="utf-8")
    if output is not None:
        with whole_file(output) as path:
            path.write_text(read.text, encoding="utf-8")
    if json:
        print(json_module.dumps(read.as_dict(), ensure_ascii=False, indent=1))
    elif output is None:
        print(read.text, end="")
    else:
        for written in filter(None, (review, output)):
            print(f"Écrit : {written}")
        for line in _summary(read):
            print(line)


def _summary(read: Read) -> list[str]:
    """What was read, what is left to decide and to read."""
    from reglo.procurement.question_words import in_words

    points, kept = read.consultation.open_points, len(read.kept)
    values = f"{counted(len(read.values), 'valeur')} lue{plural(len(read.values))}"
    lines = [f"{values}, {counted(len(points), 'point')} à décider" + (" :" if points else ".")]
    lines += [f"  {point.id} · {in_words(point.question)}" for point in points]
    if kept:
        lines.append(
            f"À relire : {counted(kept, 'règle')} dont le programme n'a rien tiré, "
            f"gardée{plural(kept)} telle{plural(kept)} quelle{plural(kept)} dans « clauses » (phrase-1…)."
        )
    return lines
