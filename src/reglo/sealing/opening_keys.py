"""The published keys a bid is sealed to: one per compartment, never one derived from another.

``docs/seal.md`` §2. The file holds public keys only; who keeps the private ones is said, not what
they keep.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

import rfc8785

from reglo.procurement.consultation import Consultation
from reglo.procurement.findings import Finding, Refused
from reglo.procurement.requirements import Folder
from reglo.sealing.age import public_bytes

FORMAT = "reglo-opening-keys/1"
COMMON = "*"  # the lot of what is common to all lots


class BadOpeningKeys(Finding):
    code = "SCEAU-10"
    cause = "« {file} » n'est pas un fichier de clés d'ouverture : {why}."
    mend = "Prenez le fichier « opening-keys.json » publié avec le dossier de la consultation."
    source = "docs/seal.md §2"


class OtherKeys(Finding):
    code = "SCEAU-11"
    cause = "Ces clés sont celles de « {given} », les règles sont celles de « {expected} »."
    mend = "Prenez les clés publiées pour cette consultation ; un pli scellé pour une autre ne s'ouvrira pas."
    source = "docs/seal.md §2"


@dataclass(frozen=True, slots=True, kw_only=True)
class Custody:
    """How one split of the keys is kept: who holds a share, and how many open."""

    threshold: int
    holders: tuple[tuple[str, str], ...]  # (id, name)


@dataclass(frozen=True, slots=True, kw_only=True)
class OpeningKeys:
    """Recipients by compartment ("bid/1"), and the custody announced."""

    consultation: str
    rules_sha256: str
    recipients: Mapping[str, str]
    committee: Custody | None = None
    escrow: Custody | None = None

    def to_json(self) -> bytes:
        """The canonical bytes of the published file; their SHA-256 is ``digest``."""
        return rfc8785.dumps(
            {
                "format": FORMAT,
                "consultation": self.consultation,
                "rules_sha256": self.rules_sha256,
                "compartments": {name: {"recipient": key} for name, key in self.recipients.items()},
                "committee": _custody(self.committee),
                "escrow": _custody(self.escrow),
            }
        )

    @property
    def digest(self) -> str:
        return sha256(self.to_json()).hexdigest()


def _custody(custody: Custody | None) -> dict[str, Any] | None:
    if custody is None:
        return None
    holders = [{"id": name, "name": label} for name, label in custody.holders]
    return {"threshold": custody.threshold, "holders": holders}


def read_opening_keys(data: bytes, file: str = "opening-keys.json") -> OpeningKeys:
    """The published file, checked key by key. Raises Refused (SCEAU-10, SCEAU-04)."""

    def refuse(why: str) -> Refused:
        return Refused(BadOpeningKeys(facts={"file": file, "why": why}))

    try:
        given = json.loads(data)
    except (ValueError, RecursionError) as error:
        raise refuse("ce n'est pas du JSON") from error
    if not isinstance(given, dict) or given.get("format") != FORMAT:
        raise refuse(f"son « format » n'est pas {FORMAT}")
    try:
        recipients = {str(name): str(each["recipient"]) for name, each in given["compartments"].items()}
        keys = OpeningKeys(
            consultation=str(given["consultation"]),
            rules_sha256=str(given["rules_sha256"]),
            recipients=recipients,
            committee=_read_custody(given.get("committee")),
            escrow=_read_custody(given.get("escrow")),
        )
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise refuse("une de ses parties manque ou n'a pas la bonne forme") from error
    if not recipients:
        raise refuse("il ne contient aucune clé")
    for recipient in recipients.values():
        public_bytes(recipient)
    if len(set(recipients.values())) != len(recipients):
        raise refuse("deux compartiments partagent la même clé")
    return keys


def _read_custody(given: Any) -> Custody | None:
    if given is None:
        return None
    holders = tuple((str(holder["id"]), str(holder["name"])) for holder in given["holders"])
    return Custody(threshold=int(given["threshold"]), holders=holders)


def compartments_of(consultation: Consultation) -> tuple[str, ...]:
    """What opens separately: candidacies and bids, lot by lot, and what is common to all lots.

    The candidacy compartments come first. A consultation in one lot has no common compartment.
    """
    lots = [lot.id for lot in consultation.lots]
    common = [COMMON] if len(lots) > 1 else []
    return tuple(f"{folder}/{lot}" for folder in (Folder.CANDIDACY, Folder.BID) for lot in [*common, *lots])


def compartment_of(consultation: Consultation, folder: Folder, lots: tuple[str, ...]) -> str:
    """The compartment a document goes to: its lot's when it has one, else the common one."""
    if len(consultation.lots) == 1:
        return f"{folder}/{consultation.lots[0].id}"
    return f"{folder}/{lots[0]}" if len(lots) == 1 else f"{folder}/{COMMON}"
