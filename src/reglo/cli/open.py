"""``reglo open``: a pli opened with the keys of its compartments, each document verified."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from reglo.cli.output import print_findings, usage_error
from reglo.procurement.findings import Refused, Severity
from reglo.sealing.age import Identity
from reglo.sealing.bid_opening import open_pli


def command(
    pli: Annotated[Path, typer.Argument(help="Le pli à ouvrir.")],
    output: Annotated[Path, typer.Option("--output", "-o", help="Le dossier où écrire, vide ou à créer.")],
    key: Annotated[
        list[str],
        typer.Option(help="COMPARTIMENT=FICHIER, une clé age par compartiment : bid/1=cle.txt (répétable)."),
    ],
) -> None:
    """Ouvrir un pli : déchiffrer les compartiments dont on tient la clé et vérifier chaque document."""
    if output.exists() and (not output.is_dir() or any(output.iterdir())):
        usage_error(f"« {output} » existe déjà. Donnez un dossier vide ou à créer : rien ne doit s'y mêler.")
    identities = dict(_identity(text) for text in key)
    try:
        opened = open_pli(pli, identities, output)
    except Refused as refused:
        print_findings(refused.findings, stream=sys.stderr)
        raise typer.Exit(2) from refused
    if opened.bidder:
        print(f"Pli de {opened.bidder.get('name') or 'soumissionnaire non nommé'}")
    for document in opened.documents:
        print(f"  {document.sha256}  {document.path.relative_to(output)}")
    print_findings(opened.findings, stream=sys.stderr)
    print(f"{len(opened.documents)} documents ouverts et vérifiés dans {output}")
    if not opened.documents or any(finding.weight is Severity.BLOCKING for finding in opened.findings):
        raise typer.Exit(1)


def _identity(text: str) -> tuple[str, Identity]:
    compartment, separator, file = text.partition("=")
    if not separator or not compartment or not file:
        usage_error(f"« {text} » : écrivez COMPARTIMENT=FICHIER, par exemple bid/1=cle.txt.")
    try:
        return compartment, Identity.parse(Path(file).read_text(encoding="ascii"))
    except (OSError, UnicodeDecodeError) as error:
        usage_error(f"La clé « {file} » ne se lit pas ({error}).")
    except Refused as refused:
        usage_error(f"« {file} » : {refused.findings[0]}")
