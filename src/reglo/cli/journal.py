"""``reglo journal``: export the journal, verify an export, draw the proof of one entry."""

from __future__ import annotations

import json
import sys
from base64 import b64encode
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, BinaryIO

import typer

from reglo.cli import verdicts
from reglo.cli.output import print_findings, usage_error
from reglo.procurement.findings import Refused

app = typer.Typer(
    add_completion=False,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    help="Le journal de la plateforme : l'exporter, vérifier un export, prouver une entrée.",
)
_LONGEST_LINE = 1024 * 1024

Export = Annotated[
    Path, typer.Argument(help="L'export du journal : une entrée JSON par ligne.", metavar="EXPORT")
]


@app.command()
def verify(
    export: Export,
    key: Annotated[Path, typer.Option("--key", help="Clé publique de la plateforme (PEM).", metavar="CLÉ")],
    checkpoint: Annotated[
        list[Path] | None,
        typer.Option(
            "--checkpoint",
            help="Point de contrôle signé, ou reçu qui en porte un, de tout âge. "
            "Celui de l'export (EXPORT.checkpoint), s'il est à côté, est toujours vérifié aussi.",
            metavar="POINT",
        ),
    ] = None,
    origin: Annotated[
        str | None,
        typer.Option("--origin", help="Nom du journal attendu, s'il y en a plusieurs.", metavar="NOM"),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Le verdict en JSON.")] = False,
) -> None:
    """Vérifier un export : entrées, ordre, chaîne, points de contrôle ; l'entrée modifiée est nommée.

    Statut 0 : tout est prouvé ; 1 : un point est réfuté ou manque ; 2 : fichiers inutilisables.
    """
    from reglo.cli.verify import read_file
    from reglo.sealing.journal import verify_export
    from reglo.sealing.signing import PublicKey

    own, given = export.with_suffix(".checkpoint"), checkpoint or []
    # an older one alone would leave what was written since unproved
    points = list(dict.fromkeys([*([own] if own.is_file() or not given else []), *given]))
    try:
        public = PublicKey.from_pem(read_file(key, Path.read_bytes), str(key))
        notes = [read_file(path, _checkpoint) for path in points]
    except Refused as refusal:
        print_findings(refusal.findings, stream=sys.stderr)
        raise typer.Exit(2) from refusal
    with read_file(export, lambda path: path.open("rb")) as file:
        verdict = verify_export(_lines(file), notes, public, origin)
    if as_json:
        print(json.dumps(verdict.as_dict(), ensure_ascii=False, indent=2))
    else:
        for line in verdicts.lines(verdict):
            print(line)
    raise typer.Exit(verdicts.status(verdict))


@app.command()
def export(
    data: Annotated[
        Path, typer.Option("--data", help="Dossier de la plateforme : base, clés.", metavar="DOSSIER")
    ],
    output: Annotated[
        Path,
        typer.Option("--output", "-o", help="Où écrire les entrées, une par ligne.", metavar="EXPORT"),
    ],
    origin: Annotated[
        str,
        typer.Option("--origin", help="Nom du journal ; par défaut celui du dernier reçu.", metavar="NOM"),
    ] = "",
) -> None:
    """Écrire le journal d'une plateforme et, à côté, son point de contrôle signé (EXPORT.checkpoint).

    La base est celle de DATABASE_URL, dont le rôle n'a besoin que de lire, sinon celle du dossier, que son
    serveur tourne ou non. Les dépôts continuent pendant ce temps.
    """
    from reglo.cli.output import whole_file
    from reglo.cli.platform_database import connected, platform_key
    from reglo.deposit.journal_export import last_origin, read_journal
    from reglo.deposit.server import own_origin

    key = platform_key(data)
    if output.suffix == ".checkpoint":
        usage_error("L'extension « .checkpoint » est celle du point de contrôle : nommez l'export autrement.")
    with connected(data) as pool, pool.connection() as connection:
        name = origin or last_origin(connection) or own_origin()
        head, lines = read_journal(connection)
        with whole_file(output) as entries, entries.open("wb") as file:
            file.writelines(line + b"\n" for line in lines)
        note = head.checkpoint(name).sign(key)
    with whole_file(output.with_suffix(".checkpoint")) as checkpoint:
        checkpoint.write_text(note, encoding="utf-8")
    print(f"{head.tree.size} entrées de « {name} » : {output} et {output.with_suffix('.checkpoint')}")


@app.command()
def proof(
    export: Export,
    index: Annotated[int, typer.Argument(help="Numéro de l'entrée, à partir de 0.", metavar="ENTRÉE")],
    size: Annotated[
        int | None,
        typer.Option(
            "--size", help="Taille du journal à laquelle prouver (toutes ses entrées sinon).", min=1
        ),
    ] = None,
) -> None:
    """Écrire la preuve d'inclusion d'une entrée (RFC 6962), en JSON, pour qui n'a pas tout le journal."""
    from reglo.cli.verify import read_file
    from reglo.sealing.journal import Entry
    from reglo.sealing.tree import grown, inclusion_proof, leaf_hash

    kept = b""
    leaves = []
    with read_file(export, lambda path: path.open("rb")) as file:
        for number, line in enumerate(_lines(file)):
            if size is not None and number == size:
                break
            leaves.append(leaf_hash(line))
            if number == index:
                kept = line
    total = len(leaves)
    if size is not None and size > total:
        usage_error(f"L'export n'a que {total} entrées, {size} sont demandées.")
    if not total:
        usage_error(f"« {export} » est vide. Donnez l'export de « reglo journal export ».")
    if not 0 <= index < total:
        usage_error(f"L'entrée {index} n'est pas dans ce journal de {total} entrées (de 0 à {total - 1}).")
    try:
        named = Entry.from_line(kept).index
    except ValueError as error:
        usage_error(
            f"La ligne {index + 1} de « {export} » n'est pas une entrée de journal : {error}. Donnez "
            "l'export de « reglo journal export », sans le modifier."
        )
    if named != index:
        usage_error(
            f"La ligne {index + 1} de « {export} » est l'entrée {named}, non l'entrée {index} : l'export est "
            "incomplet. Exportez de nouveau, et vérifiez par « reglo journal verify »."
        )
    tree, nodes = grown(leaves)
    path = inclusion_proof(index, total, lambda level, place: nodes[level, place])
    proved = {
        "entry": kept.decode("utf-8", "replace"),
        "index": index,
        "size": total,
        "proof": [b64encode(node).decode() for node in path],
        "root": b64encode(tree.root).decode(),
    }
    print(json.dumps(proved, ensure_ascii=False, indent=2))


def _lines(file: BinaryIO) -> Iterator[bytes]:
    """Each line without its new line; what is too long comes in pieces, refused as entries."""
    while line := file.readline(_LONGEST_LINE):
        yield line.removesuffix(b"\n")


def _checkpoint(path: Path) -> str:
    """The signed note of a file: the note itself, or the one a receipt carries."""
    from reglo.reading.receipt_file import is_pdf, read_receipt

    head = path.read_bytes()[:8]
    if is_pdf(head) or head.startswith(b"{"):
        return read_receipt(path)[0].checkpoint
    return path.read_bytes()[:_LONGEST_LINE].decode("utf-8", "replace")
