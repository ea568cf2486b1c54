"""The deadline put back, or set, after the keys were born: an act that ties the new rules to the same keys.

``docs/decisions/0114``. Keys are born of rules, byte for byte; a rectificatif changes those rules, while plis
already sealed and holders' packages must go on. The act may only put back a deadline that was announced:
whoever forged one could delay an opening, never bring it forward. Where none was (the bids of a procedure in
two phases), it sets one, still to come; a holder is told that the hour comes from the act. Nothing is secret.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256

from reglo.procurement.consultation import Consultation
from reglo.procurement.findings import Refused
from reglo.sealing import canonical
from reglo.sealing.custody.findings import BadAmendment
from reglo.sealing.journal import instant, parse_instant
from reglo.sealing.opening_keys import OpeningKeys, compartments_of
from reglo.sealing.opening_time import deadlines_of

FORMAT = "reglo-amendment/1"


@dataclass(frozen=True, slots=True, kw_only=True)
class Amendment:
    """Rules ``rules_sha256`` take the place of ``before`` for these keys."""

    consultation: str
    recipients_sha256: str
    number: int  # from 1
    before: str  # SHA-256 of the rules it replaces
    rules_sha256: str
    deadlines: Mapping[str, datetime]  # compartment -> until when it is shut, by the new rules
    at: datetime

    def to_json(self) -> bytes:
        return canonical.encode(
            {
                "format": FORMAT,
                "consultation": self.consultation,
                "recipients_sha256": self.recipients_sha256,
                "number": self.number,
                "before": self.before,
                "rules_sha256": self.rules_sha256,
                "deadlines": {name: instant(at) for name, at in self.deadlines.items()},
                "at": instant(self.at),
            }
        )

    @property
    def digest(self) -> str:
        return sha256(self.to_json()).hexdigest()


def recipients_digest(keys: OpeningKeys) -> str:
    """SHA-256 of the public keys alone: who holds their shares may change, they do not."""
    return sha256(canonical.encode(dict(keys.recipients))).hexdigest()


def read_amendment(data: bytes, file: str = "rectificatif") -> Amendment:
    """What ``to_json`` wrote. Raises Refused (GARDE-50)."""
    try:
        given = canonical.decode(data)
        if not isinstance(given, dict) or given.get("format") != FORMAT:
            raise ValueError
        deadlines = given["deadlines"]
        if not isinstance(deadlines, dict) or type(given["number"]) is not int:
            raise ValueError
        return Amendment(
            consultation=str(given["consultation"]),
            recipients_sha256=str(given["recipients_sha256"]),
            number=given["number"],
            before=str(given["before"]),
            rules_sha256=str(given["rules_sha256"]),
            deadlines={name: parse_instant(str(at)) for name, at in deadlines.items()},
            at=parse_instant(str(given["at"])),
        )
    except (ValueError, KeyError, TypeError):
        raise _refused(f"« {file} » n'est pas un acte de rectificatif") from None


def rules_in_force(keys: OpeningKeys, amendments: Sequence[Amendment]) -> str:
    """SHA-256 of the rules these keys go by now. Raises Refused (GARDE-50) when the acts do not follow."""
    acts = _in_order(amendments, keys.consultation)
    if not acts:
        return keys.rules_sha256
    if acts[0].recipients_sha256 != recipients_digest(keys):
        raise _refused("les rectificatifs sont d'autres clés que celles-ci")
    if acts[0].before != keys.rules_sha256:
        raise _refused("le rectificatif n° 1 ne suit pas les règles de la cérémonie")
    return acts[-1].rules_sha256


def deadlines_in_force(
    consultation: str, born: Mapping[str, datetime], amendments: Sequence[Amendment]
) -> dict[str, datetime]:
    """Until when each compartment is shut: as the ceremony had it, put back or set by the acts.

    consultation: its reference, as the keys or the package have it. born: the deadlines of the ceremony.
    Raises Refused (GARDE-50) when the acts are of something else, do not follow, or bring a deadline forward.
    """
    said: dict[str, datetime] = {}
    for act in _in_order(amendments, consultation):
        for name, at in act.deadlines.items():
            if at < said.get(name, at):
                raise _refused(f"le rectificatif n° {act.number} avance une heure limite")
            if name not in born and name not in said and at <= act.at:
                raise _refused(f"le rectificatif n° {act.number} fixe une heure déjà passée ce jour-là")
        said |= act.deadlines
    return {name: max(at, born.get(name, at)) for name, at in {**born, **said}.items()}


def _in_order(amendments: Sequence[Amendment], consultation: str) -> list[Amendment]:
    """The acts by their number, each of these keys and following the one before."""
    acts = sorted(amendments, key=lambda act: act.number)
    for number, act in enumerate(acts, 1):
        if act.consultation != consultation:
            raise _refused(f"le rectificatif n° {act.number} est de la consultation « {act.consultation} »")
        if act.recipients_sha256 != acts[0].recipients_sha256:
            raise _refused(f"le rectificatif n° {act.number} est d'autres clés que celles-ci")
        if act.number != number or (number > 1 and act.before != acts[number - 2].rules_sha256):
            raise _refused(f"le rectificatif n° {act.number} ne suit pas ce qui précède")
    return acts


def amend(
    keys: OpeningKeys,
    born: Mapping[str, datetime],
    earlier: Sequence[Amendment],
    consultation: Consultation,
    rules_sha256: str,
    *,
    at: datetime,
) -> Amendment:
    """The act that ties ``consultation``, read from rules of that hash, to the same keys.

    born: the deadlines of the ceremony. at: when it is done, aware.
    Raises Refused (GARDE-50): another consultation, other compartments, the same rules, a deadline brought
    forward, lost or already past (what is closed is not put back, nor set for a time gone by).
    """
    before = rules_in_force(keys, earlier)
    present = deadlines_in_force(keys.consultation, born, earlier)
    new = deadlines_of(consultation, keys.recipients)
    if consultation.reference != keys.consultation:
        raise _refused(f"ces règles sont celles de « {consultation.reference} »")
    if set(compartments_of(consultation)) != set(keys.recipients):
        raise _refused("ces règles n'ont pas les mêmes lots", "Il faut d'autres clés, donc une cérémonie.")
    if rules_sha256 == before:
        raise _refused("ces règles sont déjà celles des clés")
    for name, limit in present.items():
        if name not in new or new[name] < limit:
            raise _refused(f"l'heure limite de « {name} » serait plus tôt qu'annoncée, ou absente")
        if limit <= at and new[name] != limit:
            raise _refused(
                f"l'heure limite de « {name} » est passée",
                "Des dépôts clos ne se rouvrent pas : voyez une nouvelle consultation.",
            )
    if gone := [name for name in new if name not in present and new[name] <= at]:
        raise _refused(
            f"l'heure limite fixée pour « {gone[0]} » est déjà passée", "Fixez-en une qui soit à venir."
        )
    return Amendment(
        consultation=keys.consultation,
        recipients_sha256=recipients_digest(keys),
        number=len(earlier) + 1,
        before=before,
        rules_sha256=rules_sha256,
        deadlines=new,
        at=at,
    )


def _refused(
    why: str, how: str = "Vérifiez le fichier de règles, et les rectificatifs déjà faits pour ces clés."
) -> Refused:
    return Refused(BadAmendment(facts={"why": why, "how": how}))
