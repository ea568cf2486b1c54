"""Who keeps the keys: asked at the terminal or read from a plan, each with the means to open a package."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import typer
import yaml

from reglo.cli.keys_folder import ALTERNATE, LOCKED_KEY, TO_PRINT, read_file, refusals
from reglo.cli.output import usage_error
from reglo.procurement.consultation import Consultation
from reglo.procurement.findings import Refused
from reglo.sealing.age import Identity, public_bytes
from reglo.sealing.custody import (
    COMMITTEE,
    CustodyRecord,
    Holder,
    Person,
    Protection,
    Split,
    lock,
    to_words,
)

PREFIX = {COMMITTEE: "comite", "escrow": "sequestre"}
SIDE_FR = {COMMITTEE: "Comité", "escrow": "Séquestre"}
_CHOICES = {"feuille": Protection.SHEET, "phrase": Protection.PASSPHRASE, "cle": Protection.KEY}
PROTECTION_FR = {
    Protection.SHEET: "feuille imprimée",
    Protection.PASSPHRASE: "phrase de passe",
    Protection.KEY: "clé age personnelle",
}


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Candidate:
    """A person before the ceremony: what it keeps of its key, never shown."""

    name: str
    recipient: str = ""  # its own age key
    passphrase: str = ""  # neither: a printed sheet


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """A recovery sheet to print."""

    identity: Identity
    person: str
    role: str
    opens_alone: bool = False  # the only holder of its side


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Means:
    """The files that let people open their packages, to hand over: locked keys, identities to print."""

    locked: dict[str, bytes] = field(default_factory=dict)  # file name -> bytes
    sheets: dict[str, Sheet] = field(default_factory=dict)  # file name -> what to print


def recruit(
    side: str, number: int, count: int, people: Sequence[Candidate], means: Means, *, id: str = ""
) -> Holder:
    """The holder and its alternate, with the keys they need drawn and put into ``means``."""
    holder_id = id or f"{PREFIX[side]}-{number}"
    persons = []
    for place, each in enumerate(people):
        stem = holder_id + (ALTERNATE if place else "")
        role = f"{SIDE_FR[side].lower()}, {'suppléant de ' + people[0].name if place else 'porteur'}"
        if each.recipient:
            persons.append(Person(name=each.name, recipient=each.recipient, protection=Protection.KEY))
            continue
        identity = Identity.generate()
        if each.passphrase:
            means.locked[f"{stem}{LOCKED_KEY}"] = lock(identity, each.passphrase)
            protection = Protection.PASSPHRASE
        else:
            place_of = f" {number} sur {count}" if not place else f" (porteur {number} sur {count})"
            means.sheets[f"{TO_PRINT}/{stem}.pdf"] = Sheet(
                identity=identity, person=each.name, role=role + place_of, opens_alone=count == 1
            )
            protection = Protection.SHEET
        persons.append(Person(name=each.name, recipient=identity.recipient, protection=protection))
    return Holder(id=holder_id, holder=persons[0], alternate=persons[1] if len(persons) > 1 else None)


def sheets_to_print(
    means: Means, consultation: Consultation | None, *, reference: str = ""
) -> dict[str, bytes]:
    """The PDF of each sheet, by file name."""
    from datetime import date

    from reglo.exports.recovery_sheet import RecoverySheet, to_pdf

    return {
        file: to_pdf(
            RecoverySheet(
                secret=sheet.identity.secret,
                words=to_words(sheet.identity),
                recipient=sheet.identity.recipient,
                person=sheet.person,
                role=sheet.role,
                day=date.today(),
                reference=consultation.reference if consultation else reference,
                title=consultation.title if consultation else "",
                buyer=consultation.buyer.name if consultation else "",
                opens_alone=sheet.opens_alone,
            )
        )
        for file, sheet in means.sheets.items()
    }


# --- Asked at the terminal --------------------------------------------------------------------


def must_be_a_terminal(instead: str) -> None:
    if not sys.stdin.isatty():
        usage_error(f"Il n'y a personne à qui poser les questions (pas de terminal). {instead}")


def ask_side(side: str, threshold: int, count: int, means: Means) -> Split:
    """The holders of one split, asked one after the other."""
    print(f"\n{SIDE_FR[side]} : ouverture à {threshold} sur {count}.", file=sys.stderr)
    holders = []
    for number in range(1, count + 1):
        people = ask_people(f"{SIDE_FR[side]}, porteur {number} sur {count}", alone=count == 1)
        holders.append(recruit(side, number, count, people, means))
    return Split(threshold=threshold, holders=tuple(holders))


def ask_people(title: str, *, alone: bool = False) -> list[Candidate]:
    print(f"\n{title}", file=sys.stderr)
    first = _ask_person(ask("  Nom"))
    if alone and (first.recipient or first.passphrase):
        print("  Seul porteur : son suppléant reçoit une feuille de secours.", file=sys.stderr)
        return [first, Candidate(name=ask("  Nom de qui garde la feuille"))]
    other = ask("  Nom du suppléant (rien : pas de suppléant)", default="")
    return [first, _ask_person(other)] if other else [first]


def ask(question: str, default: str | None = None, *, hidden: bool = False) -> str:
    """One question on standard error; ``hidden``: what is typed is not shown. Interrupted: exit 130."""
    try:
        answer: str = typer.prompt(
            question,
            default=default,
            show_default=bool(default),
            hide_input=hidden,
            prompt_suffix=" : ",
            err=True,
        )
    except typer.Abort:
        print("\nInterrompu : rien n'a été écrit.", file=sys.stderr)
        raise typer.Exit(130) from None
    return answer.strip()


def _ask_person(name: str) -> Candidate:
    while True:
        kind = ask(f"  Protection de {name} (feuille, phrase ou clé)", default="feuille").lower()
        match _CHOICES.get(kind.replace("é", "e")):
            case Protection.SHEET:
                return Candidate(name=name)
            case Protection.PASSPHRASE:
                return Candidate(name=name, passphrase=_ask_new_passphrase(name))
            case Protection.KEY:
                return Candidate(name=name, recipient=_ask_recipient(name))
            case None:
                print("  Répondez « feuille », « phrase » ou « clé ».", file=sys.stderr)


def _ask_recipient(name: str) -> str:
    """Not shown as it is typed: a private key pasted by mistake is not left on the screen."""
    while True:
        recipient = ask(f"  Clé publique de {name} (age1…, ne s'affiche pas)", hidden=True)
        fault = recipient_fault(recipient)
        if not fault:
            print(f"  {recipient}", file=sys.stderr)
            return recipient
        print(f"  {fault}", file=sys.stderr)


def _ask_new_passphrase(name: str) -> str:
    """Typed twice without echo, as many times as it takes: refused, nobody meets a question that echoes."""
    from reglo.sealing.custody.holder_keys import LEAST_PASSPHRASE

    while True:
        first = ask(
            f"  Phrase de passe de {name} ({LEAST_PASSPHRASE} caractères au moins ; ne s'affiche pas)",
            hidden=True,
        )
        if fault := _passphrase_fault(first):
            print(f"  {fault}", file=sys.stderr)
            continue
        if first == ask("  La même, une seconde fois", hidden=True):
            return first
        print("  Les deux ne sont pas pareilles : retapez la première.", file=sys.stderr)


def recipient_fault(recipient: str) -> str:
    """Why this is not a public key, "" when it is. A private one is refused without quoting it."""
    if "AGE-SECRET-KEY-" in recipient.upper():
        return (
            "C'est une clé privée : ne la donnez à personne, et changez-en si quelqu'un l'a vue. Donnez la "
            "clé publique, « age1… » (« age-keygen -y cle.txt » l'affiche)."
        )
    try:
        public_bytes(recipient)
    except Refused as refused:
        return str(refused.findings[0])
    return ""


def _passphrase_fault(passphrase: str) -> str:
    from reglo.sealing.custody.findings import WeakPassphrase
    from reglo.sealing.custody.holder_keys import LEAST_PASSPHRASE

    length = len(passphrase.strip())
    if length >= LEAST_PASSPHRASE:
        return ""
    return str(WeakPassphrase(facts={"length": length, "least": LEAST_PASSPHRASE}))


# --- Read from a plan -------------------------------------------------------------------------

_PERSON_KEYS = {"name", "recipient", "passphrase_file", "alternate"}


def read_plan(path: Path, means: Means) -> tuple[Split, Split | None]:
    """The committee and the escrow of a YAML plan (``docs/keys.md``), or the command stops (2)."""
    plan = _yaml(path)
    if not isinstance(plan, dict) or not {"committee"} <= set(plan) <= {"committee", "escrow"}:
        usage_error(f"« {path} » : il faut « committee » et « escrow » (ou « escrow: none »).")
    if "escrow" not in plan:
        usage_error(f"« {path} » ne dit rien du séquestre. Ajoutez « escrow », ou « escrow: none ».")
    committee = _side(path, COMMITTEE, plan["committee"], means)
    if plan["escrow"] in (None, "none"):
        return committee, None
    return committee, _side(path, "escrow", plan["escrow"], means)


def read_person_file(path: Path) -> list[Candidate]:
    """One holder and its alternate, of the same shape as in a plan."""
    return list(_people(path, _yaml(path)))


def _yaml(path: Path) -> Any:
    try:
        return yaml.safe_load(read_file(path).decode("utf-8"))
    except (yaml.YAMLError, ValueError, RecursionError):
        usage_error(f"« {path} » n'est pas du YAML en UTF-8. Voyez l'exemple de docs/keys.md.")


def _side(path: Path, side: str, given: Any, means: Means) -> Split:
    if not isinstance(given, dict) or set(given) != {"threshold", "holders"}:
        usage_error(f"« {path} », {side} : il faut « threshold » et « holders », rien d'autre.")
    threshold, holders = given["threshold"], given["holders"]
    if type(threshold) is not int or not isinstance(holders, list) or not holders:
        usage_error(f"« {path} », {side} : « threshold » est un nombre, « holders » une liste de personnes.")
    with refusals():
        made = [
            recruit(side, number, len(holders), list(_people(path, each)), means)
            for number, each in enumerate(holders, 1)
        ]
    return Split(threshold=threshold, holders=tuple(made))


def _people(path: Path, given: Any) -> Iterator[Candidate]:
    if not isinstance(given, Mapping) or not set(given) <= _PERSON_KEYS or not given.get("name"):
        allowed = ", ".join(sorted(_PERSON_KEYS))
        usage_error(f"« {path} » : une personne a un « name », et au plus : {allowed}.")
    recipient, file = str(given.get("recipient") or ""), str(given.get("passphrase_file") or "")
    if recipient and file:
        usage_error(f"« {path} », {given['name']} : « recipient » ou « passphrase_file », pas les deux.")
    if recipient and (fault := recipient_fault(recipient)):
        usage_error(f"« {path} », {given['name']} : {fault}")
    passphrase = read_passphrase(path.parent / file) if file else ""
    if file and (fault := _passphrase_fault(passphrase)):
        usage_error(f"« {path} », {given['name']} : {fault}")
    yield Candidate(name=str(given["name"]), recipient=recipient, passphrase=passphrase)
    if given.get("alternate"):
        if not isinstance(given["alternate"], Mapping) or "alternate" in given["alternate"]:
            usage_error(
                f"« {path} », {given['name']} : « alternate » est une personne, sans autre suppléant."
            )
        yield from _people(path, given["alternate"])


def read_passphrase(path: Path) -> str:
    """The first line of a file."""
    try:
        lines = read_file(path).decode("utf-8").splitlines()
    except UnicodeDecodeError:
        usage_error(
            f"« {path} » n'est pas un texte UTF-8. Donnez un fichier dont la première ligne est la phrase."
        )
    return lines[0] if lines else ""


def introduce(record: CustodyRecord) -> Iterator[str]:
    """Who keeps what, one line a holder."""
    for side, split in record.splits.items():
        yield f"{SIDE_FR[side]} : ouverture à {split.threshold} sur {len(split.holders)}"
        for holder in split.holders:
            names = [f"{person.name} ({PROTECTION_FR[person.protection]})" for person in holder.people]
            yield f"  {holder.id} · {names[0]}" + (
                f", suppléant {names[1]}" if names[1:] else ", sans suppléant"
            )
