"""The built-in authority: a certificate of its own, so that a trial needs nothing outside.

Not a qualified authority (AP-T06): in production give the URL of one. Its tokens are ordinary RFC 3161
tokens; ``openssl ts -verify -CAfile ca.pem`` accepts them.
"""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from functools import cached_property
from pathlib import Path
from typing import Any

from asn1crypto import algos, cms, core, tsp
from asn1crypto import x509 as asn1_x509
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from reglo.sealing.token import Response

# an OID made from a UUID (X.667): it claims nobody's policy
_POLICY = "2.25.305207839489833179382456815774504518388"
_LIFE = timedelta(days=3653)  # ten years: a receipt outlives its consultation
_LONGEST_REQUEST = 4096


def _system_clock() -> datetime:
    return datetime.now(UTC)


@dataclass(frozen=True)
class LocalAuthority:
    """Answers at once, by ``now``. ``ca`` is what verifiers are given; its private key was never kept."""

    ca: x509.Certificate
    certificate: x509.Certificate
    key: ec.EllipticCurvePrivateKey
    now: Callable[[], datetime] = _system_clock
    name: str = "locale"

    @classmethod
    def create(cls, *, organisation: str, now: Callable[[], datetime] = _system_clock) -> LocalAuthority:
        """A new authority, valid ten years. The key that signed its certificate is forgotten at once."""
        start = now() - timedelta(minutes=5)
        ca_key, key = ec.generate_private_key(ec.SECP256R1()), ec.generate_private_key(ec.SECP256R1())
        ca_name = _distinguished(organisation, "Réglo, horodatage local, racine")
        ca = (
            x509.CertificateBuilder(ca_name, ca_name, ca_key.public_key(), x509.random_serial_number())
            .not_valid_before(start)
            .not_valid_after(start + _LIFE)
            .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
            .add_extension(_usage(certificates=True), critical=True)
            .add_extension(x509.SubjectKeyIdentifier.from_public_key(ca_key.public_key()), critical=False)
            .sign(ca_key, hashes.SHA256())
        )
        subject = _distinguished(organisation, "Réglo, horodatage local")
        certificate = (
            x509.CertificateBuilder(ca_name, subject, key.public_key(), x509.random_serial_number())
            .not_valid_before(start)
            .not_valid_after(start + _LIFE)
            .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
            .add_extension(_usage(certificates=False), critical=True)
            .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.TIME_STAMPING]), critical=True)
            .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
            .add_extension(
                x509.AuthorityKeyIdentifier.from_issuer_public_key(ca_key.public_key()), critical=False
            )
            .sign(ca_key, hashes.SHA256())
        )
        return cls(ca, certificate, key, now)

    def save(self, folder: Path) -> None:
        """``ca.pem`` to publish, ``horodatage.pem`` and, for its owner alone, ``horodatage.cle``."""
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "ca.pem").write_bytes(self.ca.public_bytes(Encoding.PEM))
        (folder / "horodatage.pem").write_bytes(self.certificate.public_bytes(Encoding.PEM))
        secret = folder / "horodatage.cle"
        secret.touch(mode=0o600)
        secret.write_bytes(self.key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))

    @classmethod
    def load(cls, folder: Path, *, now: Callable[[], datetime] = _system_clock) -> LocalAuthority:
        """OSError or ValueError when the folder is not one that ``save`` wrote."""
        key = load_pem_private_key((folder / "horodatage.cle").read_bytes(), None)
        if not isinstance(key, ec.EllipticCurvePrivateKey):
            raise ValueError("horodatage.cle is not an elliptic-curve key")
        ca, certificate = (
            x509.load_pem_x509_certificate((folder / name).read_bytes())
            for name in ("ca.pem", "horodatage.pem")
        )
        return cls(ca, certificate, key, now)

    def at(self, now: Callable[[], datetime]) -> LocalAuthority:
        """The same authority by another clock."""
        return replace(self, now=now)

    @cached_property
    def _der(self) -> asn1_x509.Certificate:
        return asn1_x509.Certificate.load(self.certificate.public_bytes(Encoding.DER))

    def answer(self, request: bytes) -> bytes:
        """The response to a request; a refusal, in due form, to what is not a request over SHA-256."""
        try:
            asked = tsp.TimeStampReq.load(request[:_LONGEST_REQUEST], strict=True)
            imprint = asked["message_imprint"]
            if imprint["hash_algorithm"]["algorithm"].native != "sha256":
                return _refusal("bad_alg")
            if len(imprint["hashed_message"].native) != 32:
                return _refusal("bad_data_format")
            content = self._stated(asked)
        except (ValueError, TypeError, KeyError):
            return _refusal("bad_data_format")
        token = self._signed(content, certificate_wanted=bool(asked["cert_req"].native))
        return bytes(Response({"status": {"status": "granted"}, "time_stamp_token": token}).dump())

    def _stated(self, asked: tsp.TimeStampReq) -> bytes:
        info: dict[str, Any] = {
            "version": "v1",
            "policy": _POLICY,
            "message_imprint": asked["message_imprint"],
            "serial_number": secrets.randbits(127) + 1,  # at random: unique over all nodes without asking any
            "gen_time": core.GeneralizedTime(self.now().astimezone(UTC)),
            "accuracy": {"seconds": 1},
        }
        if (nonce := asked["nonce"].native) is not None:
            info["nonce"] = nonce
        return bytes(tsp.TSTInfo(info).dump())

    def _signed(self, content: bytes, *, certificate_wanted: bool) -> cms.ContentInfo:
        sha256 = algos.DigestAlgorithm({"algorithm": "sha256"})
        signed_with = {"cert_hash": hashlib.sha256(self._der.dump()).digest()}
        attributes = cms.CMSAttributes(
            [
                cms.CMSAttribute({"type": "content_type", "values": ["tst_info"]}),
                cms.CMSAttribute({"type": "message_digest", "values": [hashlib.sha256(content).digest()]}),
                cms.CMSAttribute({"type": "signing_certificate_v2", "values": [{"certs": [signed_with]}]}),
            ]
        )
        signer = {
            "version": "v1",
            "sid": cms.SignerIdentifier(
                {
                    "issuer_and_serial_number": {
                        "issuer": self._der.issuer,
                        "serial_number": self._der.serial_number,
                    }
                }
            ),
            "digest_algorithm": sha256,
            "signed_attrs": attributes,
            "signature_algorithm": {"algorithm": "sha256_ecdsa"},
            "signature": self.key.sign(attributes.dump(), ec.ECDSA(hashes.SHA256())),
        }
        signed: dict[str, Any] = {
            "version": "v3",
            "digest_algorithms": [sha256],
            "encap_content_info": {
                "content_type": "tst_info",
                "content": core.ParsableOctetString(content),
            },
            "signer_infos": [signer],
        }
        if certificate_wanted:
            signed["certificates"] = [self._der]
        return cms.ContentInfo({"content_type": "signed_data", "content": cms.SignedData(signed)})


def _refusal(reason: str) -> bytes:
    status = {"status": "rejection", "fail_info": {reason}}
    return bytes(Response({"status": status}).dump())


def _distinguished(organisation: str, name: str) -> x509.Name:
    return x509.Name(
        [
            x509.NameAttribute(NameOID.ORGANIZATION_NAME, organisation[:64]),
            x509.NameAttribute(NameOID.COMMON_NAME, name),
        ]
    )


def _usage(*, certificates: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=not certificates,
        content_commitment=not certificates,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=certificates,
        crl_sign=certificates,
        encipher_only=False,
        decipher_only=False,
    )
