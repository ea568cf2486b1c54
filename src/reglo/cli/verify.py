"""``reglo verify``: what a receipt proves and what it does not, without network."""

from __future__ import annotations

import hashlib
import json
import sys
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, TypeVar

import typer

from reglo.cli import verdicts
from reglo.cli.output import print_findings, usage_error
from reglo.procurement.findings import Finding, Refused, Severity
from reglo.procurement.french import system_cause
from reglo.sealing.verdict import Point, missing, proved

if TYPE_CHECKING:
    from reglo.sealing.receipt import Receipt

T = TypeVar("T")


class PagesDiffer(Finding):
    code = "RECU-31"
    cause = (
        "Les pages de ce PDF ne sont pas celles que cette version de Réglo tire du reçu joint : elles "
        "viennent d'une autre version, ou ont été modifiées."
    )
    mend = "Ne lisez que les points ci-dessus, tirés du reçu joint et non des pages."
    source = "docs/receipt.md"
    default_severity = Severity.TO_CHECK


def command(
    receipt: Annotated[
        Path, typer.Argument(help="Le reçu : recu.json, ou le PDF qui le contient.", metavar="REÇU")
    ],
    files: Annotated[
        list[Path] | None,
        typer.Argument(help="Pli, fichiers scellés ou documents à comparer au reçu."),
    ] = None,
    key: Annotated[
        list[Path] | None,
        typer.Option("--key", help="Clé publique de la plateforme (PEM), obtenue d'elle.", metavar="CLÉ"),
    ] = None,
    tsa_ca: Annotated[
        list[Path] | None,
        typer.Option("--tsa-ca", help="Certificats de l'autorité d'horodatage (PEM).", metavar="CERTIFICATS"),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Le verdict en JSON.")] = False,
) -> None:
    """Vérifier un reçu de dépôt, sans réseau : ce qui est prouvé, réfuté, ou pas prouvé.

    Statut 0 : tout est prouvé ; 1 : un point est réfuté ou manque ; 2 : fichiers inutilisables.
    """
    from reglo.reading.receipt_file import is_pdf, read_receipt
    from reglo.sealing.receipt_checks import GivenFile, verify
    from reglo.sealing.signing import PublicKey
    from reglo.sealing.token import certificates

    try:
        held, data = read_file(receipt, read_receipt)
        keys = [PublicKey.from_pem(read_file(path, Path.read_bytes), str(path)) for path in key or ()]
        authorities = [
            found
            for path in tsa_ca or ()
            for found in certificates(read_file(path, Path.read_bytes), str(path))
        ]
    except Refused as refusal:
        print_findings(refusal.findings, stream=sys.stderr)
        raise typer.Exit(2) from refusal
    given = [GivenFile(str(path), *read_file(path, size_and_digest)) for path in files or ()]
    verdict = verify(held, keys=keys, authorities=authorities, files=given)
    if is_pdf(data):
        verdict = replace(verdict, points=(*verdict.points, _pages(data, held)))
    if as_json:
        print(json.dumps(verdict.as_dict(), ensure_ascii=False, indent=2))
    else:
        statement = held.statement
        about = statement.consultation
        print(f"Reçu {statement.id} · pli {statement.pli}")
        print(f"{about.reference} · {about.title} · {statement.depositor.name}\n")
        for line in verdicts.lines(verdict):
            print(line)
    raise typer.Exit(verdicts.status(verdict))


def _pages(data: bytes, receipt: Receipt) -> Point:
    """Whether the pages are those drawn from the receipt: the same document gives the same bytes."""
    from reglo.exports.documents import to_pdf
    from reglo.exports.receipt_document import receipt_document

    if to_pdf(receipt_document(receipt)) == data:
        return proved("pages", "Les pages du PDF sont bien la lecture du reçu joint, à l'octet près.")
    return missing("pages", PagesDiffer())


def size_and_digest(path: Path) -> tuple[int, str]:
    """Size in bytes of a file, and its SHA-256 or, for a pli, its envelope hash; in constant memory."""
    from reglo.sealing.pli import envelope_of

    with suppress(Refused):  # not a pli
        return path.stat().st_size, envelope_of(path)
    with path.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
        return file.tell(), digest


def read_file(path: Path, reading: Callable[[Path], T]) -> T:
    """What ``reading`` makes of a file; exit status 2 and a sentence when it cannot be read."""
    try:
        return reading(path)
    except IsADirectoryError:
        usage_error(f"{path} est un dossier : donnez les fichiers eux-mêmes.")
    except FileNotFoundError:
        usage_error(f"{path} n'existe pas. Vérifiez le chemin.")
    except OSError as error:
        usage_error(f"{path} ne se lit pas ({system_cause(error)}). Vérifiez le chemin et les droits.")
