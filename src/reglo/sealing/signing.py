"""Ed25519 keys of the platform and of a pli: PEM files, identifiers, signatures.

>>> key = SigningKey.generate()
>>> key.public.verify(b"pli", key.sign(b"pli")), key.public.verify(b"plie", key.sign(b"pli"))
(True, False)
"""

from __future__ import annotations

import hashlib
from base64 import b64decode, b64encode
from dataclasses import dataclass
from functools import cached_property

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
    load_pem_public_key,
)

from reglo.procurement.findings import Finding, Refused


class NotASigningKey(Finding):
    code = "RECU-01"
    cause = "{name} n'est pas une clé {kind} Ed25519 au format PEM."
    mend = "Donnez le fichier PEM publié par la plateforme (« {header} »)."
    source = "docs/seal.md §7"


def base64_exact(text: str) -> bytes:
    """The bytes of standard base64 with padding, in its only canonical spelling. ValueError otherwise."""
    try:
        data = b64decode(text.encode("ascii"), validate=True)
    except ValueError as error:
        raise ValueError("base64 illisible") from error
    if b64encode(data).decode() != text:
        raise ValueError("base64 non canonique")
    return data


@dataclass(frozen=True, slots=True)
class PublicKey:
    """A public key: its 32 bytes."""

    raw: bytes

    @classmethod
    def from_base64(cls, text: str) -> PublicKey:
        raw = base64_exact(text)
        if len(raw) != 32:
            raise ValueError("une clé publique Ed25519 fait 32 octets")
        return cls(raw)

    @classmethod
    def from_pem(cls, pem: bytes, name: str = "Ce fichier") -> PublicKey:
        """Raises Refused (RECU-01) when it is not an Ed25519 public key in PEM."""
        try:
            key = load_pem_public_key(pem)
        except (ValueError, UnsupportedAlgorithm):
            key = None
        if not isinstance(key, Ed25519PublicKey):
            header = "-----BEGIN PUBLIC KEY-----"
            raise Refused(NotASigningKey(facts={"name": name, "kind": "publique", "header": header}))
        return cls(key.public_bytes_raw())

    @property
    def base64(self) -> str:
        return b64encode(self.raw).decode()

    @property
    def der(self) -> bytes:
        return Ed25519PublicKey.from_public_bytes(self.raw).public_bytes(
            Encoding.DER, PublicFormat.SubjectPublicKeyInfo
        )

    @property
    def pem(self) -> bytes:
        return Ed25519PublicKey.from_public_bytes(self.raw).public_bytes(
            Encoding.PEM, PublicFormat.SubjectPublicKeyInfo
        )

    @property
    def id(self) -> str:
        """SHA-256 of the DER key, 64 hexadecimal digits: ``openssl pkey -pubin -outform DER | sha256sum``."""
        return hashlib.sha256(self.der).hexdigest()

    def verify(self, data: bytes, signature: bytes) -> bool:
        try:
            Ed25519PublicKey.from_public_bytes(self.raw).verify(signature, data)
        except (InvalidSignature, ValueError):
            return False
        return True


@dataclass(frozen=True, repr=False)
class SigningKey:
    """A private key. Never printed by accident."""

    seed: bytes  # 32 bytes

    @classmethod
    def generate(cls) -> SigningKey:
        return cls(Ed25519PrivateKey.generate().private_bytes_raw())

    @classmethod
    def from_pem(cls, pem: bytes, name: str = "Ce fichier") -> SigningKey:
        """Raises Refused (RECU-01) when it is not an unencrypted Ed25519 private key in PEM."""
        try:
            key = load_pem_private_key(pem, None)
        except (ValueError, TypeError, UnsupportedAlgorithm):
            key = None
        if not isinstance(key, Ed25519PrivateKey):
            header = "-----BEGIN PRIVATE KEY-----"
            raise Refused(NotASigningKey(facts={"name": name, "kind": "privée", "header": header}))
        return cls(key.private_bytes_raw())

    @cached_property
    def _key(self) -> Ed25519PrivateKey:
        return Ed25519PrivateKey.from_private_bytes(self.seed)

    @property
    def pem(self) -> bytes:
        return self._key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())

    @cached_property
    def public(self) -> PublicKey:
        return PublicKey(self._key.public_key().public_bytes_raw())

    def sign(self, data: bytes) -> bytes:
        """The 64-byte signature."""
        return self._key.sign(data)

    def __repr__(self) -> str:
        return f"SigningKey({self.public.id[:16]})"
