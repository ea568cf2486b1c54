"""A platform in memory for the tests: a journal of any length, receipts, an authority, all from one seed."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta

from reglo.adapters.timestamp import stamp
from reglo.adapters.timestamp.local import LocalAuthority
from reglo.sealing.journal import START, Appended, Head
from reglo.sealing.receipt import (
    About,
    Depositor,
    NamedDocument,
    Receipt,
    SealedBlob,
    Statement,
    complete,
    issue,
    stamped,
)
from reglo.sealing.signing import SigningKey

ORIGIN = "plis.exemple.fr/journal"
DEADLINE = datetime(2026, 1, 29, 11, 0, tzinfo=UTC)  # noon in Paris
LAST_BYTE = DEADLINE - timedelta(milliseconds=588)


def digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


@dataclass
class Platform:
    """Its clock stands 0.2 s before the deadline unless told otherwise."""

    key: SigningKey = field(default_factory=lambda: SigningKey(b"\x01" * 32))
    pli_key: SigningKey = field(default_factory=lambda: SigningKey(b"\x02" * 32))
    now: datetime = DEADLINE - timedelta(milliseconds=200)
    head: Head = START
    lines: list[bytes] = field(default_factory=list)
    authority: LocalAuthority = field(init=False)

    def __post_init__(self) -> None:
        start = self.now - timedelta(days=1)
        self.authority = LocalAuthority.create(organisation="Ville d'Exemple", now=lambda: start)
        self.authority = self.authority.at(lambda: self.now)

    def record(self, act: str = "upload.created", **more: object) -> Appended:
        facts = more.pop("facts", {"size": len(self.lines)})
        appended = self.head.record(
            at=self.now, act=act, who="alice@exemple.fr", on="2026-01", facts=facts, **more
        )
        self.head = appended.head
        self.lines.append(appended.entry.line)
        return appended

    def checkpoint(self) -> str:
        return self.head.checkpoint(ORIGIN).sign(self.key)

    def statement(self, blobs: int = 5, **changes: object) -> Statement:
        statement = Statement(
            id=digest("reçu")[:32],
            depositor=Depositor(name="Alice SARL", siret="12345678900011", account="alice@exemple.fr"),
            buyer="Ville d'Exemple",
            consultation=About(
                reference="2026-01", title="Nettoyage", object="Nettoyage des écoles « Jean-Macé »"
            ),
            zone="Europe/Paris",
            pli=digest("pli")[:32],
            pli_key=self.pli_key.public.base64,
            header_sha256=digest("pli.json"),
            size=123456,
            blobs=tuple(
                SealedBlob(id=digest(f"blob {n}")[:32], size=200 + n, sha256=digest(f"scellé {n}"))
                for n in range(blobs)
            ),
            first_byte_at=LAST_BYTE - timedelta(seconds=31),
            last_byte_at=LAST_BYTE,
            deadline=DEADLINE,
            deadline_inclusive=True,
            journal_origin=ORIGIN,
            journal_index=self.head.tree.size,
        )
        return replace(statement, **changes)

    def receipt(self, statement: Statement | None = None, *, token: bool = True) -> Receipt:
        """The server's copy."""
        statement = statement or self.statement()
        appended = self.record("deposit.received", facts=statement.facts)
        receipt = issue(statement, appended, self.key)
        return self.stamped(receipt) if token else receipt

    def stamped(self, receipt: Receipt) -> Receipt:
        data = receipt.statement.encoded
        time = stamp(self.authority, data, now=lambda: self.now, trusted=[self.authority.ca])
        return stamped(receipt, time, self.key)

    def documents(self, statement: Statement) -> list[NamedDocument]:
        return [
            NamedDocument(
                name=f"O{n}_pièce.pdf",
                size=n,
                sha256=digest(f"clair {n}"),
                blob=blob.id,
                piece=f"O{n}",
                lot="1",
            )
            for n, blob in enumerate(statement.blobs[:-2], 1)
        ]

    def completed(self, receipt: Receipt | None = None) -> Receipt:
        """The depositor's copy."""
        receipt = receipt or self.receipt()
        return complete(receipt, self.documents(receipt.statement), self.pli_key)


def busy_platform(entries: int = 41, **more: object) -> Platform:
    platform = Platform(**more)
    for _ in range(entries):
        platform.record()
    return platform
