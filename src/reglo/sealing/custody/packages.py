"""A holder's package: a share of every compartment, and canaries, sealed to holder and alternate."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from hashlib import sha256
from io import BytesIO

from reglo.procurement.findings import Refused
from reglo.sealing import canonical
from reglo.sealing.age import Identity, WrongKey, open_sealed, seal
from reglo.sealing.custody.findings import NotAPackage, OtherPersonsKey
from reglo.sealing.journal import instant, parse_instant

FORMAT = "reglo-holder-package/1"
MAX_PACKAGE = 4 * 1024 * 1024


def fingerprint(text: str) -> str:
    """SHA-256 of a share or a canary, 64 hexadecimal digits."""
    return sha256(text.encode()).hexdigest()


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Package:
    """A package once open. Never printed by accident."""

    consultation: str
    split: str
    holder: str
    shares: Mapping[str, str]  # compartment -> share
    canaries: tuple[str, ...]
    deadlines: Mapping[str, datetime] = field(default_factory=dict)  # compartment -> until when it is shut

    def sealed_to(self, recipients: Sequence[str]) -> bytes:
        """The package file: an age file any of the ``recipients`` opens."""
        return seal_json(
            {
                "format": FORMAT,
                "consultation": self.consultation,
                "split": self.split,
                "holder": self.holder,
                "shares": {
                    name: {"share": share, "sha256": fingerprint(share)} | self._deadline(name)
                    for name, share in self.shares.items()
                },
                "canaries": list(self.canaries),
            },
            recipients,
        )

    def _deadline(self, compartment: str) -> dict[str, str]:
        at = self.deadlines.get(compartment)
        return {} if at is None else {"deadline": instant(at)}

    def __repr__(self) -> str:
        return f"Package({self.consultation}, {self.holder})"


def open_package(data: bytes, identities: Sequence[Identity], file: str = "paquet") -> Package:
    """The package, every share compared with the hash it carries.

    Raises Refused: GARDE-43 when no identity opens it, SCEAU-01 or 03 when it is spoilt, GARDE-10 when it
    is not a package.
    """
    try:
        given = open_json(data, identities)
    except Refused as refused:
        if any(finding.code == WrongKey.code for finding in refused.findings):
            raise Refused(OtherPersonsKey(facts={"file": file})) from None
        raise

    def refuse(why: str) -> Refused:
        return Refused(NotAPackage(facts={"file": file, "what": "un paquet de porteur", "why": why}))

    if not isinstance(given, dict) or given.get("format") != FORMAT:
        raise refuse(f"son « format » n'est pas {FORMAT}")
    try:
        package = Package(
            consultation=str(given["consultation"]),
            split=str(given["split"]),
            holder=str(given["holder"]),
            shares={str(name): str(each["share"]) for name, each in given["shares"].items()},
            canaries=tuple(str(canary) for canary in given["canaries"]),
            deadlines={
                str(name): parse_instant(each["deadline"])
                for name, each in given["shares"].items()
                if "deadline" in each
            },
        )
        hashes = {str(name): each["sha256"] for name, each in given["shares"].items()}
    except (KeyError, TypeError, ValueError, AttributeError):
        raise refuse("une de ses parties manque ou n'a pas la bonne forme") from None
    wrong = [name for name, share in package.shares.items() if fingerprint(share) != hashes[name]]
    if wrong:
        raise refuse(f"la part de « {wrong[0]} » ne répond pas à son empreinte")
    return package


def seal_json(value: canonical.Json, recipients: Sequence[str]) -> bytes:
    sealed = BytesIO()
    seal(BytesIO(canonical.encode(value)), sealed, recipients=recipients)
    return sealed.getvalue()


def open_json(data: bytes, identities: Sequence[Identity]) -> object:
    """The JSON inside an age file; None when it holds no canonical JSON. Its text is never quoted."""
    if len(data) > MAX_PACKAGE:
        return None
    opened = BytesIO()
    open_sealed(BytesIO(data), opened, identities=identities)
    try:
        value: object = canonical.decode(opened.getvalue())
    except ValueError:
        return None
    finally:
        wipe(opened)
    return value


def wipe(buffer: BytesIO) -> None:
    """Overwrite what a buffer held. Best effort: Python may have copied it elsewhere."""
    with buffer.getbuffer() as view:
        view[:] = bytes(len(view))
