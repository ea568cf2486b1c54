"""``reglo deposit``: send a sealed pli, whatever the network does, and keep its receipt."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from reglo.cli.output import print_findings, usage_error, whole_file
from reglo.procurement.findings import Refused

if TYPE_CHECKING:
    from reglo.deposit.sending import Sending, State
    from reglo.sealing.receipt import Receipt


def command(
    url: Annotated[str, typer.Argument(help="Adresse de la consultation.", metavar="ADRESSE")],
    pli: Annotated[Path, typer.Argument(help="Le pli écrit par « reglo seal ».", metavar="PLI")],
    name: Annotated[str, typer.Option(help="Nom du déposant, que le reçu portera.")] = "",
    email: Annotated[str, typer.Option(help="Adresse électronique du déposant.")] = "",
    siret: Annotated[str, typer.Option(help="SIRET du déposant.")] = "",
    replaces: Annotated[
        Path | None,
        typer.Option(help="Pli déposé auparavant, que celui-ci remplace.", metavar="PLI"),
    ] = None,
    restart: Annotated[
        bool, typer.Option("--restart", help="Recommencer l'envoi depuis le début, sous une autre adresse.")
    ] = False,
    backup_copy: Annotated[
        bool,
        typer.Option("--backup-copy", help="Déposer une copie de sauvegarde, si le règlement le permet."),
    ] = False,
    withdraw: Annotated[bool, typer.Option("--withdraw", help="Retirer ce pli, déjà déposé.")] = False,
    patience: Annotated[float, typer.Option(help="Secondes sans aucun progrès avant de renoncer.")] = 600.0,
) -> None:
    """Déposer un pli scellé : l'envoi reprend après chaque coupure, le reçu est gardé à côté du pli.

    Relancer la même commande reprend où l'envoi s'est arrêté. Sortie : 0 reçu dans les délais, 1 reçu
    hors délai, 2 rien de déposé ou envoi inachevé.
    """
    from reglo.deposit.sending import Sending, capability, read_state, state_path

    if not pli.is_file():
        usage_error(f"« {pli} » n'est pas un fichier. Donnez le pli écrit par « reglo seal ».")
    if not url.startswith(("http://", "https://")):
        usage_error(f"« {url} » n'est pas une adresse : elle commence par https://.")
    if restart:
        state_path(pli, backup_copy).unlink(missing_ok=True)
    sending = Sending(url, pli, copy=backup_copy, patience=patience)
    try:
        state = read_state(pli, backup_copy)
        if withdraw:
            _withdraw(sending, pli, state)
            return
        if state is None:
            if not name or "@" not in email:
                usage_error("Donnez « --name » et « --email » : l'accusé de réception nomme le déposant.")
            from reglo.deposit.sending import Sender

            earlier = read_state(replaces) if replaces else None
            if replaces and earlier is None:
                usage_error(f"« {replaces}.depot » manque : aucun dépôt connu de ce pli à remplacer.")
            sender = Sender(name=name, email=email, siret=siret)
            state = sending.begin(sender, capability(earlier) if earlier else "")
        sending.send(state, _progress(pli.name))
        receipt = sending.receipt(state)
        late = _keep(pli, receipt, backup_copy)
    except Refused as refused:
        print_findings(refused.findings, stream=sys.stderr)
        raise typer.Exit(2) from None
    finally:
        sending.close()
    if late:
        raise typer.Exit(1)


def _keep(pli: Path, receipt: Receipt, copy: bool) -> bool:
    """Save the receipt beside the pli, as JSON and PDF, and say what it says. Whether it is late."""
    from reglo.deposit.findings import CopyLate, ReceivedLate
    from reglo.deposit.sending import beside, completed
    from reglo.deposit.store import french
    from reglo.exports.documents import write_pdf
    from reglo.exports.receipt_document import receipt_document
    from reglo.procurement.deadlines.receipt import Timeliness

    receipt = completed(pli, receipt)
    paths = [beside(pli, f".recu{suffix}", copy) for suffix in (".json", ".pdf")]
    with whole_file(paths[0]) as temporary:
        temporary.write_bytes(receipt.to_bytes())
    with whole_file(paths[1]) as temporary:
        write_pdf(receipt_document(receipt), temporary)
    said = receipt.statement
    what = "Copie de sauvegarde reçue" if said.backup_copy else "Reçu"
    print(f"{what} : dernier octet le {french(said.last_byte_at, said.zone)}")
    print(f"Empreinte SHA-256 du pli : {said.sha256}")
    if receipt.timestamp is None:
        print("L'autorité d'horodatage n'a pas encore répondu : relancez la commande pour compléter le reçu.")
    print(f"Accusé de réception : {paths[0]} et {paths[1].name}")
    if said.timeliness is Timeliness.ON_TIME:
        return False
    facts = {
        "received": french(said.last_byte_at, said.zone),
        "late": lateness((said.last_byte_at - said.deadline).total_seconds()),
        "deadline": french(said.deadline, said.zone),
    }
    late = CopyLate if said.backup_copy else ReceivedLate
    print_findings([late(facts=facts)], stream=sys.stderr)
    return True


def lateness(seconds: float) -> str:
    """How late, in words.

    >>> lateness(25), lateness(0.2), lateness(3725)
    ('25 s', "moins d'une seconde", '1 h 2 min 5 s')
    """
    whole = int(seconds)
    if whole < 1:
        return "moins d'une seconde"
    hours, rest = divmod(whole, 3600)
    minutes, left = divmod(rest, 60)
    named = ((hours, "h"), (minutes, "min"), (left, "s"))
    return " ".join(f"{count} {unit}" for count, unit in named if count)


def _withdraw(sending: Sending, pli: Path, state: State | None) -> None:
    from reglo.sealing.signing import SigningKey

    key = pli.with_name(pli.name + ".cle")
    if state is None or not key.exists():
        usage_error(f"Il faut « {pli.name}.depot » et « {key.name} » à côté du pli pour le retirer.")
    receipt = sending.receipt(state)
    sending.withdraw(state, receipt, SigningKey.from_pem(key.read_bytes(), key.name))
    print(f"Retiré : le pli {receipt.statement.pli} ne sera pas ouvert. Le retrait est inscrit au journal.")


class _progress:
    """A percentage on the terminal, and nothing in a file or a pipe."""

    def __init__(self, name: str) -> None:
        self.name, self.shown = name, -1

    def __call__(self, done: int, total: int) -> None:
        percent = done * 100 // max(total, 1)
        if sys.stderr.isatty() and percent != self.shown:
            self.shown = percent
            end = "\n" if done == total else ""
            print(f"\rEnvoi de {self.name} : {percent} %", end=end, file=sys.stderr, flush=True)
