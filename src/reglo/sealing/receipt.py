"""The receipt (AP-T11; docs/seal.md §7): what the platform states, what the bidder adds.

The platform states what it saw (``Statement``), signs it, puts it in the journal and has it time-stamped.
It never knew the documents' names: the depositor adds them and signs with the key of the pli. Everything
is frozen data; ``verify`` lives in ``receipt_checks``.
"""

from __future__ import annotations

import hashlib
import re
from base64 import b64encode
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cached_property
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from reglo.procurement.deadlines.receipt import Timeliness, timeliness
from reglo.procurement.findings import Finding, Refused
from reglo.sealing import canonical
from reglo.sealing.canonical import Json, shaped
from reglo.sealing.journal import Appended, Entry, instant, parse_instant
from reglo.sealing.notes import Checkpoint
from reglo.sealing.pli import envelope_sha256
from reglo.sealing.signing import PublicKey, SigningKey, base64_exact

FORMAT = "reglo-receipt/1"
_COPY = "backup_copy"
_HEX = re.compile(r"[0-9a-f]+")


class NotAReceipt(Finding):
    code = "RECU-02"
    cause = "Ce n'est pas un reçu lisible : {why}."
    mend = "Reprenez le fichier tel que la plateforme l'a remis, ou le PDF qui le contient."
    source = "docs/seal.md §7"


class NotThePliKey(Finding):
    code = "RECU-03"
    cause = "La clé donnée n'est pas celle du pli {pli} : le reçu porte une autre clé publique."
    mend = "Prenez le fichier « .cle » écrit à côté de ce pli lors du scellement."
    source = "docs/seal.md §4"


@dataclass(frozen=True, slots=True, kw_only=True)
class Depositor:
    """Who deposited, as the platform knows them: the company and the account used."""

    name: str
    siret: str = ""
    account: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class About:
    """The consultation, by its reference, title and object."""

    reference: str
    title: str
    object: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SealedBlob:
    """A sealed file of the pli: id (32 hexadecimal digits), size in bytes, SHA-256 of the sealed bytes."""

    id: str
    size: int
    sha256: str


@dataclass(frozen=True, kw_only=True)
class Statement:
    """What the platform states. Instants are aware; ``deadline`` counts to the second (§2.2)."""

    id: str  # 32 hexadecimal digits
    depositor: Depositor
    buyer: str
    consultation: About
    zone: str  # IANA zone in which instants are shown
    pli: str  # 32 hexadecimal digits
    pli_key: str  # public key, base64: who holds its other half sealed this pli
    header_sha256: str  # of its ``pli.json``
    size: int  # of the pli, a tar
    blobs: tuple[SealedBlob, ...]
    first_byte_at: datetime
    last_byte_at: datetime
    deadline: datetime
    deadline_inclusive: bool
    journal_origin: str
    journal_index: int
    replaces: tuple[str, ...] = ()  # ids of the depositor's earlier receipts that this deposit replaces
    backup_copy: bool = False  # a copie de sauvegarde (CS-01), which is no bid by itself

    @property
    def timeliness(self) -> Timeliness:
        """Computed, never told: the instant of the last byte against the deadline (V3)."""
        return timeliness(self.last_byte_at, self.deadline, self.deadline_inclusive)

    @property
    def envelope_sha256(self) -> str:
        """The envelope hash: computed from those of what the pli holds, never told."""
        return envelope_sha256(self.header_sha256, ((blob.id, blob.sha256) for blob in self.blobs))

    def as_dict(self) -> dict[str, Json]:
        kind: dict[str, Json] = {"kind": _COPY} if self.backup_copy else {}
        return {
            **kind,
            "format": FORMAT,
            "id": self.id,
            "depositor": _fields(self.depositor),
            "buyer": self.buyer,
            "consultation": _fields(self.consultation),
            "zone": self.zone,
            "pli": self.pli,
            "pli_key": self.pli_key,
            "envelope_sha256": self.envelope_sha256,
            "header_sha256": self.header_sha256,
            "size": self.size,
            "blobs": [_fields(blob) for blob in self.blobs],
            "first_byte_at": instant(self.first_byte_at),
            "last_byte_at": instant(self.last_byte_at),
            "deadline": instant(self.deadline),
            "deadline_inclusive": self.deadline_inclusive,
            "timeliness": self.timeliness.value,
            "journal": {"origin": self.journal_origin, "index": self.journal_index},
            "replaces": list(self.replaces),
        }

    @cached_property
    def encoded(self) -> bytes:
        """The canonical bytes: what is signed and time-stamped."""
        return canonical.encode(self.as_dict())

    @property
    def digest(self) -> str:
        return hashlib.sha256(self.encoded).hexdigest()

    @property
    def facts(self) -> dict[str, Json]:
        """What the journal's entry says of it: enough to bind it, no name."""
        return {
            "receipt": self.id,
            "receipt_sha256": self.digest,
            "pli": self.pli,
            "envelope_sha256": self.envelope_sha256,
            "size": self.size,
            "last_byte_at": instant(self.last_byte_at),
            "timeliness": self.timeliness.value,
        }

    def shown(self, at: datetime) -> datetime:
        """An instant in the zone of the consultation."""
        return at.astimezone(ZoneInfo(self.zone))


@dataclass(frozen=True, slots=True, kw_only=True)
class NamedDocument:
    """A document as its depositor names it: plaintext size and SHA-256, and the blob that holds it."""

    name: str
    size: int
    sha256: str
    blob: str
    piece: str = ""  # code of the piece in the rules
    lot: str = ""


@dataclass(frozen=True, slots=True)
class Timestamp:
    """An RFC 3161 response over the statement's canonical bytes, and the instant it says."""

    token: bytes
    at: datetime


@dataclass(frozen=True, slots=True)
class Completion:
    """The depositor's list of documents, signed with the key of the pli."""

    documents: tuple[NamedDocument, ...]
    signature: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Receipt:
    """The whole receipt. ``copy_signature`` covers all that the platform gave: any changed byte shows."""

    statement: Statement
    key: PublicKey  # the platform's
    signature: bytes  # of the statement
    entry: Entry
    proof: tuple[bytes, ...]
    checkpoint: str  # signed note
    copy_signature: bytes
    timestamp: Timestamp | None = None
    completion: Completion | None = None

    def _given(self) -> dict[str, bytes]:
        """The parts the platform gave, each encoded, without the signature that covers them."""
        inclusion: dict[str, Json] = {
            "entry": self.entry.as_dict(),
            "proof": [_b64(item) for item in self.proof],
            "checkpoint": self.checkpoint,
        }
        signature = {"key": self.key.base64, "ed25519": _b64(self.signature)}
        parts = {
            "receipt": self.statement.encoded,
            "signature": canonical.encode(signature),
            "inclusion": canonical.encode(inclusion),
        }
        if self.timestamp:
            timestamp = {"token": _b64(self.timestamp.token), "at": instant(self.timestamp.at)}
            parts["timestamp"] = canonical.encode(timestamp)
        return parts

    @property
    def given(self) -> bytes:
        """All that the platform gave, as ``copy_signature`` covers it."""
        return canonical.joined(self._given())

    def to_bytes(self) -> bytes:
        """The file: canonical JSON, nothing around it."""
        parts = {**self._given(), "copy": canonical.encode({"ed25519": _b64(self.copy_signature)})}
        if self.completion:
            documents = [_fields(document) for document in self.completion.documents]
            signed: Json = {"list": documents, "ed25519": _b64(self.completion.signature)}
            parts["documents"] = canonical.encode(signed)
        return canonical.joined(parts)

    @classmethod
    def from_bytes(cls, data: bytes) -> Receipt:
        """Raises Refused (RECU-02) when it is not a receipt, written exactly as receipts are."""
        try:
            return _read(canonical.decode(data))
        except (ValueError, OverflowError) as error:
            raise Refused(NotAReceipt(facts={"why": str(error)})) from error


# --- What the platform does -------------------------------------------------------------------


def issue(statement: Statement, appended: Appended, key: SigningKey) -> Receipt:
    """Sign a statement and attach its place in the journal.

    appended: what ``Head.record`` gave for the entry whose facts hold ``statement.facts``.
    ValueError when the entry is not this statement's: a receipt must never leave with a false proof.
    """
    entry = appended.entry
    if entry.index != statement.journal_index or entry.facts.get("receipt_sha256") != statement.digest:
        raise ValueError("the journal's entry is not this statement's")
    receipt = Receipt(
        statement=statement,
        key=key.public,
        signature=key.sign(statement.encoded),
        entry=entry,
        proof=appended.proof,
        checkpoint=appended.head.checkpoint(statement.journal_origin).sign(key),
        copy_signature=b"",
    )
    return _sign_copy(receipt, key)


def stamped(receipt: Receipt, timestamp: Timestamp, key: SigningKey) -> Receipt:
    """The receipt with its time stamp, at once or later. What the depositor added stays valid."""
    return _sign_copy(replace(receipt, timestamp=timestamp), key)


def _sign_copy(receipt: Receipt, key: SigningKey) -> Receipt:
    return replace(receipt, copy_signature=key.sign(receipt.given))


# --- What the depositor's client does ---------------------------------------------------------


def documents_to_sign(statement: Statement, documents: Sequence[NamedDocument]) -> bytes:
    """The canonical bytes that the key of the pli signs."""
    return canonical.encode(
        {
            "format": "reglo-receipt-documents/1",
            "receipt_sha256": statement.digest,
            "list": [_fields(document) for document in documents],
        }
    )


def complete(receipt: Receipt, documents: Sequence[NamedDocument], pli_key: SigningKey) -> Receipt:
    """The depositor's copy: names, sizes and hashes of the documents, signed with the key of the pli.

    Raises Refused (RECU-03) when the key is another pli's.
    """
    if pli_key.public.base64 != receipt.statement.pli_key:
        raise Refused(NotThePliKey(facts={"pli": receipt.statement.pli}))
    signature = pli_key.sign(documents_to_sign(receipt.statement, documents))
    return replace(receipt, completion=Completion(tuple(documents), signature))


# --- Reading ----------------------------------------------------------------------------------


def _fields(record: Depositor | About | SealedBlob | NamedDocument) -> dict[str, Json]:
    return {name: getattr(record, name) for name in record.__slots__}


def _b64(data: bytes) -> str:
    return b64encode(data).decode()


def _read(value: Any) -> Receipt:
    optional = {name for name in ("timestamp", "documents") if isinstance(value, dict) and name in value}
    names = {"receipt", "signature", "inclusion", "copy"} | optional
    whole = shaped(value, "le reçu", dict.fromkeys(names, dict))
    signature = shaped(whole["signature"], "la signature", {"key": str, "ed25519": str})
    inclusion = shaped(
        whole["inclusion"], "l'inscription au journal", {"entry": dict, "proof": list, "checkpoint": str}
    )
    copied = shaped(whole["copy"], "la signature de l'exemplaire", {"ed25519": str})
    checkpoint = inclusion["checkpoint"]
    Checkpoint.read(checkpoint)
    timestamp = completion = None
    if "timestamp" in whole:
        stamp = shaped(whole["timestamp"], "l'horodatage", {"token": str, "at": str})
        timestamp = Timestamp(base64_exact(stamp["token"]), parse_instant(stamp["at"]))
    if "documents" in whole:
        added = shaped(whole["documents"], "la liste des documents", {"list": list, "ed25519": str})
        completion = Completion(
            tuple(_read_document(item) for item in added["list"]), base64_exact(added["ed25519"])
        )
    return Receipt(
        statement=_read_statement(whole["receipt"]),
        key=PublicKey.from_base64(signature["key"]),
        signature=base64_exact(signature["ed25519"]),
        entry=Entry.from_dict(inclusion["entry"]),
        proof=tuple(base64_exact(_text(item)) for item in inclusion["proof"]),
        checkpoint=checkpoint,
        copy_signature=base64_exact(copied["ed25519"]),
        timestamp=timestamp,
        completion=completion,
    )


def _read_statement(value: Any) -> Statement:
    texts = ["format", "id", "buyer", "zone", "pli", "pli_key", "envelope_sha256", "header_sha256"]
    texts += ["timeliness", "first_byte_at", "last_byte_at", "deadline"]
    kinds: dict[str, type] = dict.fromkeys(texts, str) | dict.fromkeys(("blobs", "replaces"), list)
    kinds |= dict.fromkeys(("depositor", "consultation", "journal"), dict)
    kinds |= {"size": int, "deadline_inclusive": bool}
    copy = isinstance(value, dict) and value.get("kind") == _COPY
    kinds |= {"kind": str} if copy else {}
    fields = shaped(value, "l'énoncé du reçu", kinds)
    if fields["format"] != FORMAT:
        raise ValueError(f"le format est « {fields['format'][:40]} », « {FORMAT} » est attendu")
    depositor = shaped(fields["depositor"], "le déposant", dict.fromkeys(("name", "siret", "account"), str))
    about = shaped(
        fields["consultation"], "la consultation", dict.fromkeys(("reference", "title", "object"), str)
    )
    journal = shaped(fields["journal"], "la place au journal", {"origin": str, "index": int})
    try:
        ZoneInfo(fields["zone"])
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise ValueError(f"le fuseau « {fields['zone'][:40]} » est inconnu") from error
    PublicKey.from_base64(fields["pli_key"])
    statement = Statement(
        id=_hex(fields["id"], 32),
        depositor=Depositor(**depositor),
        buyer=fields["buyer"],
        consultation=About(**about),
        zone=fields["zone"],
        pli=_hex(fields["pli"], 32),
        pli_key=fields["pli_key"],
        header_sha256=_hex(fields["header_sha256"], 64),
        size=_count(fields["size"]),
        blobs=tuple(_read_blob(item) for item in fields["blobs"]),
        first_byte_at=parse_instant(fields["first_byte_at"]),
        last_byte_at=parse_instant(fields["last_byte_at"]),
        deadline=parse_instant(fields["deadline"]),
        deadline_inclusive=fields["deadline_inclusive"],
        journal_origin=journal["origin"],
        journal_index=_count(journal["index"]),
        replaces=tuple(_hex(_text(item), 32) for item in fields["replaces"]),
        backup_copy=copy,
    )
    if statement.timeliness.value != fields["timeliness"]:
        raise ValueError(
            f"il se dit « {fields['timeliness'][:20]} » alors que son dernier octet, comparé "
            f"à la date limite, donne « {statement.timeliness.value} »"
        )
    if statement.envelope_sha256 != fields["envelope_sha256"]:
        raise ValueError("l'empreinte de l'enveloppe n'est pas celle de la liste de ses empreintes")
    return statement


def _read_blob(value: Any) -> SealedBlob:
    fields = shaped(value, "un blob", {"id": str, "size": int, "sha256": str})
    return SealedBlob(
        id=_hex(fields["id"], 32), size=_count(fields["size"]), sha256=_hex(fields["sha256"], 64)
    )


def _read_document(value: Any) -> NamedDocument:
    texts = ("name", "sha256", "blob", "piece", "lot")
    fields = shaped(value, "un document", {**dict.fromkeys(texts, str), "size": int})
    _hex(fields["sha256"], 64), _hex(fields["blob"], 32), _count(fields["size"])
    return NamedDocument(**fields)


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise ValueError("un texte était attendu")
    return value


def _hex(text: str, length: int) -> str:
    if len(text) != length or not _HEX.fullmatch(text):
        raise ValueError(f"« {text[:20]} » n'a pas {length} chiffres hexadécimaux")
    return text


def _count(number: int) -> int:
    if number < 0:
        raise ValueError(f"{number} est négatif")
    return number
