"""``reglo schema``: the JSON Schema of the rules file, or the page of all its keys."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Annotated

import typer

from reglo.cli.output import keep_existing, whole_file


def command(
    output: Annotated[
        Path | None,
        typer.Option(
            "--output", "-o", help="L'écrire dans ce fichier ; .md : toutes les clés, sur une page."
        ),
    ] = None,
    force: Annotated[bool, typer.Option("--force", help="Remplacer le fichier s'il existe.")] = False,
) -> None:
    """Donner le schéma JSON du fichier de règles : un éditeur complète et vérifie pendant la frappe."""
    if output is not None and output.suffix.lower() == ".md":
        from reglo.procurement.rules_file.keys_page import keys_page

        text, what = keys_page(), "Page des clés écrite"
    else:
        from reglo.procurement.rules_file import json_schema

        text, what = json.dumps(json_schema(), ensure_ascii=False, indent=2) + "\n", "Schéma écrit"
    if output is None:
        sys.stdout.write(text)
        return
    keep_existing([output], force=force)
    with whole_file(output) as path:
        path.write_text(text, encoding="utf-8")
    print(f"{what} dans {output}.")
