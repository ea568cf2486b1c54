"""``reglo deposit``: send a sealed pli, whatever the network does, and keep its receipt."""

from __future__ import annotations

import re
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from reglo.cli.output import print_findings, usage_error, whole_file
from reglo.procurement.findings import Refused
from reglo.procurement.french import system_cause

if TYPE_CHECKING:
    from reglo.deposit.sending import Sending, State
    from reglo.sealing.receipt import Receipt

_QUICK = 5.0  # seconds given to a platform that does not answer when a receipt is already here


def command(
    url: Annotated[
        str, typer.Argument(help="Adresse de la consultation, ou de sa page de dépôt.", metavar="ADRESSE")
    ],
    pli: Annotated[Path, typer.Argument(help="Le pli écrit par « reglo seal ».", metavar="PLI")],
    name: Annotated[str, typer.Option(help="Nom du déposant, que le reçu portera.")] = "",
    email: Annotated[str, typer.Option(help="Adresse électronique du déposant.")] = "",
    siret: Annotated[str, typer.Option(help="SIRET du déposant.")] = "",
    replaces: Annotated[
        Path | None,
        typer.Option(help="Pli déposé auparavant, que celui-ci remplace.", metavar="PLI"),
    ] = None,
    restart: Annotated[
        bool,
        typer.Option(
            "--restart",
            help="Recommencer depuis le début ; le reçu et l'adresse d'avant sont gardés sous un autre nom.",
        ),
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
    hors délai, retiré ou remplacé, 2 rien de déposé ou envoi inachevé.
    """
    from reglo.cli.deposit_kept import set_aside
    from reglo.deposit.sending import Sending, read_state

    if not pli.is_file():
        usage_error(f"« {pli} » n'est pas un fichier. Donnez le pli écrit par « reglo seal ».")
    if not re.match(r"https?://[^/]", url):
        usage_error(
            f"« {url} » n'est pas une adresse : elle commence par https://, puis un nom. Recopiez celle que "
            "l'acheteur a publiée."
        )
    _check_depositor(email, siret)
    if restart:
        _must_be_named(name, email)
        for aside in set_aside(pli, backup_copy):
            print(f"Gardé de l'envoi d'avant : {aside}")
    says = _Says(pli.name)
    sending = Sending(url, pli, copy=backup_copy, patience=patience, cut=says.cut)
    try:
        state = read_state(pli, backup_copy)
        if withdraw:
            _withdraw(sending, pli, state)
            return
        kept = _kept(pli, backup_copy)
        if state is None and kept:
            print(
                "Ce pli est déjà déposé, voici son reçu ; l'adresse de l'envoi (« .depot ») n'est plus ici."
            )
            print("Pour le déposer une seconde fois : « --restart ».")
            raise typer.Exit(_say(kept, ""))
        if state is None:
            state = _begin(sending, pli, name, email, siret, replaces)
        elif kept or not _same_place(sending, state):
            sending.patience = min(patience, _QUICK)
        try:
            sending.send(state, says.progress)
        except Refused as refused:
            if kept and _unreachable(refused):
                print("La plateforme ne répond pas ; voici ce que dit l'accusé de réception gardé ici.")
                raise typer.Exit(_say(kept, "")) from None
            if _same_place(sending, state) or not _unreachable(refused):
                raise
            state = _moved(sending, pli, state, refused)
            sending.patience = patience
            sending.send(state, says.progress)
        receipt = sending.receipt(state)
        status = _keep(pli, receipt, backup_copy, sending.standing(state))
    except Refused as refused:
        print_findings(refused.findings, stream=sys.stderr)
        raise typer.Exit(2) from None
    except BrokenPipeError:  # who read what is said here has left, not the disk
        raise
    except OSError as error:
        usage_error(
            f"« {error.filename or pli} » ne se lit ou ne s'écrit pas ({system_cause(error)}) : l'adresse de "
            "l'envoi se garde à côté du pli. Copiez-le, avec les fichiers à côté de lui, là où vous pouvez "
            "écrire, puis relancez."
        )
    except KeyboardInterrupt:
        print(
            "\nInterrompu. Relancez la même commande pour reprendre : ce que la plateforme a reçu est gardé.",
            file=sys.stderr,
        )
        raise typer.Exit(130) from None
    finally:
        sending.close()
    if status:
        raise typer.Exit(status)


def _check_depositor(email: str, siret: str) -> None:
    from reglo.procurement.rules_file.checks.identity import siret_problem

    if email and not re.fullmatch(r"[^@\s]+@[^@\s.]+(\.[^@\s.]+)+", email):
        usage_error(f"« {email} » n'est pas une adresse électronique : écrivez nom@exemple.fr.")
    plain = siret.replace(" ", "")
    if plain and (why := siret_problem(plain)):
        usage_error(f"« {siret} » n'est pas un SIRET : {why}.")


def _must_be_named(name: str, email: str) -> None:
    if not name or not email:
        usage_error("Donnez « --name » et « --email » : l'accusé de réception nomme le déposant.")


# --- Beginning, and going on elsewhere --------------------------------------------------------


def _begin(sending: Sending, pli: Path, name: str, email: str, siret: str, replaces: Path | None) -> State:
    """A new upload, once it is known who sends and what becomes of an earlier deposit."""
    from reglo.deposit.sending import Sender, capability, remembered, state_path

    _must_be_named(name, email)
    earlier = remembered(state_path(replaces)) if replaces else None
    if replaces and earlier is None:
        usage_error(f"« {replaces}.depot » manque : aucun dépôt connu de ce pli à remplacer.")
    if earlier is None and not sending.copy:
        earlier = _to_replace(sending, pli)
    sender = Sender(name=name, email=email, siret=siret.replace(" ", ""))
    return sending.begin(sender, capability(earlier) if earlier else "")


def _to_replace(sending: Sending, pli: Path) -> State | None:
    """The earlier deposit this pli takes the place of, as its sender says; without anybody to ask, said only.

    Known by the receipts beside the pli, as the page knows those of its browser.
    """
    from reglo.cli.deposit_kept import earlier_deposits
    from reglo.deposit.findings import MaybeReplaces
    from reglo.deposit.store import french
    from reglo.sealing.pli import read_header

    for receipt, state, path in earlier_deposits(pli, read_header(pli).consultation):
        if state is not None and not _live(sending, state):
            continue
        said = receipt.statement
        facts = {
            "name": said.depositor.name,
            "received": french(said.last_byte_at, said.zone),
            "file": path.name,
        }
        print_findings([MaybeReplaces(facts=facts)], stream=sys.stderr)
        asked = state is not None and sys.stdin.isatty()
        if asked and _yes(f"Le nouveau pli remplace-t-il « {path.name} » ?"):
            return state
    return None


def _live(sending: Sending, state: State) -> bool:
    """Whether a deposit still counts, as far as the platform answers at once."""
    patience, sending.patience = sending.patience, 0.0
    try:
        return sending.standing(state) in ("received", "late")
    except Refused:
        return True
    finally:
        sending.patience = patience


def _moved(sending: Sending, pli: Path, state: State, refused: Refused) -> State:
    """The same upload at the address given now, if whoever sends says it is the same platform.

    The address of an upload is the right to act on it: it is shown to no other server without a yes.
    """
    from reglo.deposit.findings import BegunElsewhere, refuse
    from reglo.deposit.sending import moved_to, origin_of, state_path, write_state

    old, new = origin_of(state.location), origin_of(sending.url)
    facts = {"file": pli.name, "old": old, "new": new, "why": refused.findings[0].facts["why"]}
    if not sys.stdin.isatty():
        raise refuse(BegunElsewhere, **facts) from None
    print(f"L'envoi de « {pli.name} » a commencé sur {old}, qui ne répond pas.", file=sys.stderr)
    if not _yes(f"{new} est-elle la nouvelle adresse de la même plateforme ?"):
        raise refuse(BegunElsewhere, **facts) from None
    there = moved_to(state, sending.url)
    sending.standing(there)
    write_state(state_path(pli, sending.copy), there)
    return there


def _same_place(sending: Sending, state: State) -> bool:
    from reglo.deposit.sending import origin_of

    return origin_of(state.location) == origin_of(sending.url)


def _unreachable(refused: Refused) -> bool:
    from reglo.deposit.findings import ServerUnreachable

    return any(isinstance(finding, ServerUnreachable) for finding in refused.findings)


def _yes(question: str) -> bool:
    from reglo.cli.keys_people import ask

    return ask(f"{question} (oui, non)", default="non").lower() in ("o", "oui")


# --- The receipt ------------------------------------------------------------------------------


def _kept(pli: Path, copy: bool) -> Receipt | None:
    """The receipt already here for these very bytes."""
    from reglo.cli.deposit_kept import read_receipt
    from reglo.deposit.sending import beside
    from reglo.sealing.pli import envelope_of

    receipt = read_receipt(beside(pli, ".recu.json", copy))
    return receipt if receipt and receipt.statement.envelope_sha256 == envelope_of(pli) else None


def _keep(pli: Path, receipt: Receipt, copy: bool, standing: str) -> int:
    """Save the receipt beside the pli, as JSON and PDF, and say what it says. The exit status."""
    from reglo.cli.deposit_kept import keep_receipt
    from reglo.deposit.sending import completed

    try:
        receipt = completed(pli, receipt)
    except Refused as refused:  # what the platform gave is kept first
        print_findings(refused.findings, stream=sys.stderr)
    try:
        path, printed = keep_receipt(pli, receipt, copy)
        kept = f"Accusé de réception : {path} et {printed.name}"
    except (OSError, typer.Exit):  # the deposit is made all the same: the status says so
        kept = (
            f"Le dépôt est fait, mais son accusé de réception ne s'écrit pas à côté de « {pli} » : faites-y "
            "de la place, puis relancez la même commande, elle le redemande."
        )
    status = _say(receipt, standing)
    print(kept)
    return status


def _say(receipt: Receipt, standing: str) -> int:
    """What a receipt says, and what the deposit has become since; the exit status."""
    from reglo.deposit.findings import CopyLate, NoLongerLive, ReceivedLate
    from reglo.deposit.store import french
    from reglo.procurement.deadlines.receipt import Timeliness

    said = receipt.statement
    what = "Copie de sauvegarde reçue" if said.backup_copy else "Reçu"
    gone = {
        "withdrawn": ("retiré par son déposant", "Pour le déposer de nouveau : « --restart »."),
        "replaced": ("remplacé par un autre pli", "C'est le pli qui l'a remplacé qui compte."),
    }.get(standing)
    if gone:
        what = f"{what}, puis {gone[0]}"
    print(f"{what} : dernier octet le {french(said.last_byte_at, said.zone)}")
    print(f"Empreinte de l'enveloppe : {said.envelope_sha256}")
    if receipt.timestamp is None:
        print("L'autorité d'horodatage n'a pas encore répondu : relancez la commande pour compléter le reçu.")
    if gone:
        print_findings([NoLongerLive(facts={"state": gone[0], "how": gone[1]})], stream=sys.stderr)
        return 1
    if said.timeliness is Timeliness.ON_TIME:
        return 0
    facts = {
        "received": french(said.last_byte_at, said.zone),
        "late": lateness((said.last_byte_at - said.deadline).total_seconds()),
        "deadline": french(said.deadline, said.zone),
    }
    late = CopyLate if said.backup_copy else ReceivedLate
    print_findings([late(facts=facts)], stream=sys.stderr)
    return 1


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
    from reglo.deposit.sending import beside
    from reglo.sealing.signing import SigningKey

    key = pli.with_name(pli.name + ".cle")
    if state is None or not key.exists():
        usage_error(f"Il faut « {pli.name}.depot » et « {key.name} » à côté du pli pour le retirer.")
    receipt = sending.receipt(state)
    proof = sending.withdraw(state, receipt, SigningKey.from_pem(key.read_bytes(), key.name))
    print(f"Retiré : le pli {receipt.statement.pli} ne sera pas ouvert. Le retrait est inscrit au journal.")
    kept = beside(pli, f".retrait-{receipt.statement.id[:8]}.json", sending.copy)
    with whole_file(kept) as temporary:
        temporary.write_bytes(proof)
    print(f"Preuve du retrait, à garder : {kept}")


class _Says:
    """How the sending goes, on standard error: a percentage on a terminal, elsewhere a line an event."""

    def __init__(self, name: str) -> None:
        self.name, self.shown, self.away = name, -1, False

    def progress(self, done: int, total: int) -> None:
        percent = done * 100 // max(total, 1)
        if sys.stderr.isatty():
            if percent != self.shown or self.away:
                end = "\n" if done == total else ""
                print(f"\rEnvoi de {self.name} : {percent} %", end=end, file=sys.stderr, flush=True)
        elif self.shown < 0 or self.away or (done == total and percent != self.shown):
            told = "Reprise" if self.away or (self.shown < 0 and done) else "Envoi"
            print(f"{told} de {self.name} : {percent} %", file=sys.stderr, flush=True)
        self.shown, self.away = percent, False

    def cut(self, where: str, why: str, wait: float) -> None:
        start = "\n" if sys.stderr.isatty() and 0 <= self.shown < 100 and not self.away else ""
        if not self.away or wait > 1:
            print(
                f"{start}Coupure ({where} : {why}). Ce qui est reçu est gardé. "
                f"Nouvel essai dans {wait:.0f} s.",
                file=sys.stderr,
                flush=True,
            )
        self.away = True
