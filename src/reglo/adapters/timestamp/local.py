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

    def answer(self, request: bytes) -> bytes:
        """The response to a request; a refusal, in due form, to what is not a request over SHA-256."""
        try:
            asked = tsp.TimeStampReq.load(request[:_LONGEST_REQUEST], strict=True)
            imprint = asked["message_imprint"]
            if imprint["hash_algorithm"]["algorithm"].native != "sha256":
                return _refusal("bad_alg")
            if len(imprint["hashed_message"].native) != 32:
                return _refusal("bad_data_format")
            nonce, certificate_wanted = asked["nonce"].native, asked["cert_req"].native
            content = self._stated(imprint.dump(), nonce)
        except (ValueError, TypeError, KeyError):
            return _refusal("bad_data_format")
        granted = _sequence(_integer(0))
        return _sequence(granted, self._signed(content, certificate_wanted=certificate_wanted))

    def _stated(self, imprint: bytes, nonce: int | None) -> bytes:
        """TSTInfo (RFC 3161 §2.4.2)."""
        return _sequence(
            _integer(1),
            self._constants.policy,
            imprint,
            _integer(secrets.randbits(127) + 1),  # at random: unique over all nodes without asking any
            core.GeneralizedTime(self.now().astimezone(UTC)).dump(),
            _sequence(_integer(1)),  # accuracy: one second
            b"" if nonce is None else _integer(nonce),
        )

    def _signed(self, content: bytes, *, certificate_wanted: bool) -> bytes:
        """The CMS SignedData (RFC 5652 §5) of what is stated, in its ContentInfo."""
        constants = self._constants
        imprint = _tagged(_OCTETS, hashlib.sha256(content).digest())
        digest_of_content = _sequence(constants.message_digest, _tagged(_SET, imprint))
        # DER sorts a set by the bytes of its members
        attributes = b"".join(sorted((*constants.attributes, digest_of_content)))
        signature = self.key.sign(_tagged(_SET, attributes), ec.ECDSA(hashes.SHA256()))
        signer = _sequence(
            _integer(1),
            constants.signer,
            constants.sha256,
            _tagged(_CONTEXT_0, attributes),
            constants.sha256_ecdsa,
            _tagged(_OCTETS, signature),
        )
        signed = _sequence(
            _integer(3),
            _tagged(_SET, constants.sha256),
            _sequence(constants.tst_info, _tagged(_CONTEXT_0, _tagged(_OCTETS, content))),
            _tagged(_CONTEXT_0, constants.certificate) if certificate_wanted else b"",
            _tagged(_SET, signer),
        )
        return _sequence(constants.signed_data, _tagged(_CONTEXT_0, signed))

    @cached_property
    def _constants(self) -> _Constants:
        der = self.certificate.public_bytes(Encoding.DER)
        certificate = asn1_x509.Certificate.load(der)
        names = {"issuer": certificate.issuer, "serial_number": certificate.serial_number}
        signed_with = {"certs": [{"cert_hash": hashlib.sha256(der).digest()}]}
        return _Constants(
            certificate=der,
            signer=cms.IssuerAndSerialNumber(names).dump(),
            attributes=(
                cms.CMSAttribute({"type": "content_type", "values": ["tst_info"]}).dump(),
                cms.CMSAttribute({"type": "signing_certificate_v2", "values": [signed_with]}).dump(),
            ),
            policy=core.ObjectIdentifier(_POLICY).dump(),
            message_digest=cms.CMSAttributeType("message_digest").dump(),
            tst_info=cms.ContentType("tst_info").dump(),
            signed_data=cms.ContentType("signed_data").dump(),
            sha256=algos.DigestAlgorithm({"algorithm": "sha256"}).dump(),
            sha256_ecdsa=algos.SignedDigestAlgorithm({"algorithm": "sha256_ecdsa"}).dump(),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Constants:
    """The DER parts that are the same in every token.

    asn1crypto takes 4 ms to lay out a whole token, too long when a thousand bids come in the last minute;
    the parts are its work, putting them together is ours (0.1 ms, the signature included).
    """

    certificate: bytes
    signer: bytes  # issuer and serial number of the certificate
    attributes: tuple[bytes, ...]
    policy: bytes
    message_digest: bytes
    tst_info: bytes
    signed_data: bytes
    sha256: bytes
    sha256_ecdsa: bytes


_OCTETS, _SEQUENCE, _SET, _CONTEXT_0 = 0x04, 0x30, 0x31, 0xA0


def _tagged(tag: int, *parts: bytes) -> bytes:
    """A DER element: tag, length, contents."""
    body = b"".join(parts)
    if len(body) < 0x80:
        return bytes((tag, len(body))) + body
    size = (len(body).bit_length() + 7) // 8
    return bytes((tag, 0x80 | size)) + len(body).to_bytes(size, "big") + body


def _sequence(*parts: bytes) -> bytes:
    return _tagged(_SEQUENCE, *parts)


def _integer(number: int) -> bytes:
    return _tagged(0x02, number.to_bytes(number.bit_length() // 8 + 1, "big", signed=True))


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
