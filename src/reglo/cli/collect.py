"""``reglo collect``: the plis of a consultation, brought out of the store for the opening."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from shutil import rmtree
from typing import TYPE_CHECKING, Annotated

import typer

from reglo.cli import platform_database
from reglo.cli.output import print_findings, usage_error, whole_file
from reglo.procurement.findings import Refused, Severity
from reglo.procurement.french import counted, system_cause

if TYPE_CHECKING:
    from reglo.deposit.collecting import Collected
    from reglo.deposit.database import Pool

REGISTER, COPIES = "registre.json", "copies.json"


def command(
    consultation: Annotated[
        str, typer.Argument(help="Référence de la consultation.", metavar="CONSULTATION")
    ],
    output: Annotated[
        Path,
        typer.Option("--output", "-o", help="Le dossier où écrire, vide ou à créer.", metavar="DOSSIER"),
    ],
    data: Annotated[
        Path | None,
        typer.Option("--data", help="Dossier de la plateforme.", metavar="DOSSIER"),
    ] = None,
    storage: Annotated[
        str,
        typer.Option(help="Où sont les plis, comme pour « deposit-server ».", metavar="LIEU"),
    ] = "",
    late: Annotated[
        bool, typer.Option("--late", help="Rassembler aussi les plis hors délai, dans « hors-delai ».")
    ] = False,
) -> None:
    """Rassembler les plis d'une consultation pour son ouverture, un fichier chacun, après l'heure limite.

    Chaque fichier est comparé à l'empreinte de son reçu. Remplacés, retirés et hors délai restent scellés
    sur la plateforme ; « registre.json » dit où est chacun. Sortie : 1 si un pli n'est plus celui reçu.
    """
    from reglo.adapters.storage import StorageFailed, open_storage
    from reglo.deposit.clock import ReferenceClock
    from reglo.deposit.collecting import collect_plis
    from reglo.deposit.health import clock_of

    if not storage and (data is None or not (data / "store").is_dir()):
        usage_error("Donnez « --storage », où sont les plis, ou le dossier « --data » qui les tient.")
    if output.exists() and (not output.is_dir() or any(output.iterdir())):
        usage_error(f"« {output} » existe déjà. Donnez un dossier vide ou à créer : rien ne doit s'y mêler.")
    try:
        with _all_or_nothing(output), platform_database.connected(data) as pool:
            with pool.connection() as connection:
                platform_database.named(connection, consultation)
            collected = collect_plis(
                pool,
                open_storage(storage or str(data / "store" if data else "")),
                ReferenceClock(clock_of(pool)),
                consultation=consultation,
                folder=output,
                also_late=late,
                progress=_say if sys.stderr.isatty() else lambda file: None,
            )
            with whole_file(output / REGISTER) as temporary:
                temporary.write_bytes(collected.register())
            copies = _copies(pool, collected, output / COPIES)
    except Refused as refused:
        print_findings(refused.findings, stream=sys.stderr)
        raise typer.Exit(2) from None
    except StorageFailed as error:
        usage_error(f"--storage : {error.why}.")
    except OSError as error:
        usage_error(f"« {output} » ne s'écrit pas ({system_cause(error)}). Faites de la place puis relancez.")
    _tell(collected, output)
    if copies:
        print(f"Copies de sauvegarde fermées : {copies}. Si un pli ne s'ouvre pas en entier :")
        print(f"  reglo open … --copies {output / COPIES}")
    print_findings(collected.findings, stream=sys.stderr)
    if any(finding.weight is Severity.BLOCKING for finding in collected.findings):
        raise typer.Exit(1)


@contextmanager
def _all_or_nothing(folder: Path) -> Iterator[None]:
    """Cut short, nothing stays of a collection: a few plis, without register, would pass for all."""
    try:
        yield
    except BaseException:
        for left in folder.iterdir() if folder.is_dir() else ():
            if left.is_dir():
                rmtree(left, ignore_errors=True)
            else:
                left.unlink(missing_ok=True)
        raise


def _copies(pool: Pool, collected: Collected, path: Path) -> int:
    """Write the state of the copies de sauvegarde for ``reglo open``; how many are kept closed."""
    import json

    from reglo.deposit.backup_copies import for_the_opening
    from reglo.deposit.clock import ReferenceClock
    from reglo.deposit.health import clock_of

    with pool.connection() as connection:
        now = ReferenceClock(clock_of(pool)).now()
        state = for_the_opening(connection, collected.consultation, now)
    files = {kept.upload: kept.file for kept in collected.deposits}
    for copy in state["copies"]:
        for sent in copy["transmissions"]:
            sent["file"] = files.get(sent["upload"], "")
    if state["copies"]:
        with whole_file(path) as temporary:
            temporary.write_text(json.dumps(state, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    return sum(copy["state"] == "received_sealed" for copy in state["copies"])


def _say(file: str) -> None:
    print(f"Copie de {file}…", file=sys.stderr, flush=True)


def _tell(collected: Collected, output: Path) -> None:
    from reglo.deposit.acts import STATE_FR
    from reglo.deposit.store import french

    found = collected.consultation
    print(f"{found.reference} · {found.title}")
    for kept in collected.deposits:
        where = kept.file or "reste scellé sur la plateforme"
        print(f"  {french(kept.last_byte_at, found.zone)}  {kept.depositor} : {STATE_FR[kept.state]}")
        print(f"    {where}")
    ready = sum(1 for kept in collected.deposits if kept.file)
    print(
        f"{ready} à ouvrir sur {counted(len(collected.deposits), 'dépôt')} ; registre : {output / REGISTER}"
    )
