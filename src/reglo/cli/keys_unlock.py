"""Opening the packages of holders present or far away, each by its own means."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace as with_values
from pathlib import Path

from reglo.cli.keys_folder import ALTERNATE, LOCKED_KEY, SHARE, KeysFolder, read_file
from reglo.cli.keys_people import PROTECTION_FR, SIDE_FR, ask, must_be_a_terminal, read_passphrase
from reglo.cli.output import print_findings, usage_error
from reglo.procurement.findings import Finding, Place, Refused
from reglo.sealing.age import Identity
from reglo.sealing.custody import (
    Contribution,
    Holder,
    Package,
    Protection,
    from_words,
    is_locked,
    open_contribution,
    open_package,
    seal_contribution,
    unlock,
)
from reglo.sealing.custody.findings import NoSecret, SecretOfAnother, WrongPassphrase

_TRIES = 3
_MANY_WORDS = 8  # more than most passphrases have: first tried as the words of a sheet


def gather(
    folder: KeysFolder,
    bring: Callable[[Package], Contribution],
    *,
    secrets: Mapping[str, Path],
    sides: Sequence[str] = (),
    everybody: bool = False,
    remote: int = 0,
) -> list[Contribution]:
    """What each holder brings, its secret in a file of ``secrets`` (by holder id) or typed without echo.

    Each contribution goes sealed to a key of this process alone, as from another machine: a holder far
    away answers with the file made by ``reglo keys share``. Asking stops once one of ``sides`` (all by
    default) has its quorum, unless ``everybody`` is asked. Nothing is asked when ``secrets`` is given: every
    wrong one is then named by its holder and its file.
    remote: number of the rehearsal a holder far away may answer to, 0 when all must be here.
    """
    worker = Identity.generate()
    known = {holder.id: (side, holder) for side, holder in folder.record.holders()}
    if strangers := [name for name in secrets if name not in known]:
        usage_error(f"« {strangers[0]} » n'est pas un porteur. Il y a : {', '.join(known)}.")
    brought: list[Contribution] = []
    if secrets:
        wrong: list[Finding] = []
        for name, path in secrets.items():
            holder = known[name][1]
            try:
                identity = identity_from(read_file(path), holder, folder.path)
                brought.append(_bring(folder, holder, identity, bring, worker))
            except Refused as refused:
                whose = Place(file=str(path), path=f"pour {holder.id} ({_names(holder)})")
                wrong += [with_values(finding, place=whose) for finding in refused.findings]
        if wrong:
            raise Refused(*wrong)
        return brought
    must_be_a_terminal("Donnez --secret PORTEUR=FICHIER pour chaque porteur présent.")
    if remote:
        asked = f"reglo keys share SON.paquet.age --rehearsal --for {worker.recipient}/{remote}"
        print(f"Un porteur à distance répond, par la page ou la commande, à cette clé :\n  {asked}")
        print(f"Tapez à sa place le nom du fichier {SHARE} qu'il envoie.")
    for side, split in folder.record.splits.items():
        if sides and side not in sides:
            continue
        present = 0
        print(f"\n{SIDE_FR[side]} : ouverture à {split.threshold} sur {len(split.holders)}.")
        for holder in split.holders:
            found = _ask(folder, holder, bring, worker)
            if found is not None:
                brought.append(found)
                present += 1
            if present >= split.threshold and not everybody:
                return brought
    return brought


def _bring(
    folder: KeysFolder,
    holder: Holder,
    identity: Identity,
    bring: Callable[[Package], Contribution],
    worker: Identity,
) -> Contribution:
    for _, other in folder.record.holders():
        if other.id != holder.id and identity.recipient in [person.recipient for person in other.people]:
            facts = {"holder": holder.id, "owner": f"{other.id} ({_names(other)})", "names": _names(holder)}
            raise Refused(SecretOfAnother(facts=facts))
    path = folder.package(holder.id)
    package = open_package(read_file(path), [identity], str(path))
    return open_contribution(seal_contribution(bring(package), worker.recipient), worker)


def _names(holder: Holder) -> str:
    return " ou ".join(person.name for person in holder.people)


def _ask(
    folder: KeysFolder, holder: Holder, bring: Callable[[Package], Contribution], worker: Identity
) -> Contribution | None:
    """The contribution of one holder; None when absent or after three wrong answers."""
    means = " ou ".join(f"{person.name} ({PROTECTION_FR[person.protection]})" for person in holder.people)
    print(f"{holder.id} · {means}")
    for _ in range(_TRIES):
        typed = ask("  Phrase, mots ou clé (rien : absent)", "", hidden=True)
        if not typed:
            return None
        try:
            if typed.endswith(SHARE):
                return open_contribution(read_file(Path(typed)), worker, typed)
            identity = identity_from(typed.encode(), holder, folder.path)
            return _bring(folder, holder, identity, bring, worker)
        except Refused as refused:
            print_findings(refused.findings, stream=sys.stderr)
    return None


def identity_from(data: bytes, holder: Holder | None, folder: Path) -> Identity:
    """The key a holder's answer gives: an age key, the words of a sheet, or a passphrase.

    ``holder`` None: nothing is known of the person, only a key or words can be understood.
    Raises Refused: GARDE-40 wrong words, GARDE-41 wrong passphrase, GARDE-45 neither, SCEAU-04 wrong key.
    """
    text = data.decode("utf-8", "replace").strip()
    if "AGE-SECRET-KEY-" in text.upper():
        lines = [line for line in text.splitlines() if not line.startswith("#")]
        return Identity.parse("".join("".join(lines).upper().split()))
    many, locked = len(text.split()) > _MANY_WORDS, any(_locked_keys(holder, folder))
    if not many and not locked:
        raise Refused(NoSecret(facts={"file": f"{holder.id if holder else '…'}{LOCKED_KEY}"}))
    ways: list[Callable[[], Identity]] = [
        lambda: _from_passphrase(text.partition("\n")[0], holder, folder),
        lambda: _from_sheet(text, holder),
    ]
    if many:
        ways.reverse()
    try:
        return ways[0]()
    except Refused as likely:
        try:
            return ways[1]()
        except Refused:
            raise likely from None


def _from_sheet(words: str, holder: Holder | None) -> Identity:
    people = holder.people if holder else ()
    printed = [person.recipient for person in people if person.protection is Protection.SHEET]
    refused: list[Refused] = []
    for recipient in printed or [""]:
        try:
            return from_words(words, recipient)
        except Refused as error:
            refused.append(error)
    raise min(refused, key=lambda error: "n°" not in str(error))  # the one that names a place


def _locked_keys(holder: Holder | None, folder: Path) -> Iterator[tuple[Path, str]]:
    """The locked keys beside the package, with the name of whom each belongs to."""
    if holder is not None:
        for suffix, person in zip(("", ALTERNATE), holder.people, strict=False):
            path = folder / f"{holder.id}{suffix}{LOCKED_KEY}"
            if person.protection is Protection.PASSPHRASE and path.is_file():
                yield path, person.name


def _from_passphrase(passphrase: str, holder: Holder | None, folder: Path) -> Identity:
    names = []
    for path, name in _locked_keys(holder, folder):
        try:
            return unlock(read_file(path), passphrase, name)
        except Refused as refused:
            if refused.findings[0].code != WrongPassphrase.code:
                raise
            names.append(name)
    raise Refused(WrongPassphrase(facts={"name": " ou ".join(names)}))


def identity_from_key_file(path: Path, holder: Holder | None, ask: Callable[[], str]) -> Identity:
    """A key file: an age identity, the words of a sheet, or an identity locked with a passphrase."""
    data = read_file(path)
    return unlock(data, ask(), path.name) if is_locked(data) else identity_from(data, holder, path.parent)


def secret_files(given: Sequence[str] | None) -> dict[str, Path]:
    """What ``--secret PORTEUR=FICHIER`` says, or the command stops (2)."""
    found = {}
    for each in given or []:
        holder, separator, file = each.partition("=")
        if not separator or not holder or not file:
            usage_error(f"« {each} » : écrivez PORTEUR=FICHIER, par exemple comite-1=phrase.txt.")
        found[holder] = Path(file)
    return found


def unlocked(
    package: Path, holder: Holder | None, key: Path | None, passphrase_file: Path | None
) -> Identity:
    """What opens ``package``: the file given, else what its holder types."""

    def passphrase() -> str:
        if passphrase_file is not None:
            return read_passphrase(passphrase_file)
        must_be_a_terminal("Donnez --passphrase-file.")
        return ask("Phrase de passe", hidden=True)

    if key is not None:
        return identity_from_key_file(key, holder, passphrase)
    if passphrase_file is not None:
        return identity_from(read_passphrase(passphrase_file).encode(), holder, package.parent)
    must_be_a_terminal("Donnez --key ou --passphrase-file.")
    typed = ask("Phrase de passe, mots de la feuille ou clé", hidden=True)
    return identity_from(typed.encode(), holder, package.parent)
