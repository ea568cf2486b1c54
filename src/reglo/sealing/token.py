"""RFC 3161 time-stamp requests and responses: made, read and verified by ``rfc3161-client``.

Pure: no network. Who sends the request is ``adapters.timestamp``'s affair.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from asn1crypto import cms, core, tsp
from cryptography.x509 import Certificate, load_pem_x509_certificates
from rfc3161_client import (
    HashAlgorithm,
    TimestampRequestBuilder,
    TimeStampResponse,
    VerificationError,
    VerifierBuilder,
    decode_timestamp_response,
)

from reglo.procurement.findings import Finding, Refused


class NotCertificates(Finding):
    code = "RECU-04"
    cause = "{name} ne contient aucun certificat au format PEM."
    mend = "Donnez les certificats de l'autorité d'horodatage (« -----BEGIN CERTIFICATE----- »)."
    source = "docs/seal.md §7"


class Response(core.Sequence):  # type: ignore[misc]
    """A TimeStampResp, whose token is absent when the authority refuses (RFC 3161 §2.4.2)."""

    _fields = [  # noqa: RUF012
        ("status", tsp.PKIStatusInfo),
        ("time_stamp_token", cms.ContentInfo, {"optional": True}),
    ]


@dataclass(frozen=True, slots=True)
class Request:
    """A request to an authority: its DER bytes, and the nonce its answer must repeat."""

    der: bytes
    nonce: int


def request(data: bytes) -> Request:
    """A request to time-stamp the SHA-256 of ``data``, certificate wanted, nonce at random."""
    built = TimestampRequestBuilder().data(data).hash_algorithm(HashAlgorithm.SHA256).build()
    assert built.nonce is not None
    return Request(built.as_bytes(), built.nonce)


def certificates(pem: bytes, name: str = "Ce fichier") -> tuple[Certificate, ...]:
    """Raises Refused (RECU-04)."""
    try:
        return tuple(load_pem_x509_certificates(pem))
    except ValueError as error:
        raise Refused(NotCertificates(facts={"name": name})) from error


def read(token: bytes, data: bytes, nonce: int | None = None) -> datetime:
    """The instant a response says, once it is about the SHA-256 of ``data``; who signed it is not looked at.

    token: a DER TimeStampResp. Raises ValueError, in French, when it says something else.
    """
    status, stated = _parsed(token)
    if status or stated is None:
        raise ValueError(f"l'autorité l'a refusé (statut {status})")
    if stated.algorithm != "sha256":
        raise ValueError("il ne porte pas sur une empreinte SHA-256")
    if stated.digest != hashlib.sha256(data).digest():
        raise ValueError("il porte sur une autre empreinte")
    if nonce is not None and stated.nonce != nonce:
        raise ValueError("il répond à une autre demande (nonce différent)")
    return stated.at


@dataclass(frozen=True, slots=True)
class _Stated:
    """What a token states (TSTInfo, RFC 3161 §2.4.2)."""

    algorithm: str
    digest: bytes
    nonce: int | None
    at: datetime


def _parsed(token: bytes) -> tuple[int, _Stated | None]:
    """The status of a response and what its token states. ValueError when it is not one."""
    try:
        response = Response.load(token, strict=True)
        status = int(response["status"]["status"])
        if not response["time_stamp_token"].contents:
            return status, None
        info = response["time_stamp_token"]["content"]["encap_content_info"]["content"].parsed
        imprint, at = info["message_imprint"], info["gen_time"].native
        if at.tzinfo is None:
            raise ValueError("an instant without zone")
        algorithm, digest = imprint["hash_algorithm"]["algorithm"].native, imprint["hashed_message"].native
        return status, _Stated(algorithm, digest, info["nonce"].native, at)
    except (ValueError, TypeError, KeyError, AttributeError) as error:
        raise ValueError("il est illisible") from error


def verify(
    token: bytes, data: bytes, authorities: Sequence[Certificate], nonce: int | None = None
) -> datetime:
    """The instant, once the chain of certificates leads to one of ``authorities``, at that instant.

    Raises ValueError, in French: not about ``data``, not signed, or signed by another authority.
    """
    at = read(token, data, nonce)
    try:
        response = _decoded(token)
        VerifierBuilder(roots=list(authorities)).build().verify(response, hashlib.sha256(data).digest())
        if abs(response.tst_info.gen_time - at) > timedelta(seconds=1):  # this reader rounds to the second
            raise ValueError("two readers of this token disagree")
    except (VerificationError, ValueError, TypeError, LookupError, AttributeError) as error:
        raise ValueError("sa signature n'est pas celle de l'autorité donnée, ou il a été modifié") from error
    return at


def _decoded(token: bytes) -> TimeStampResponse:
    """The response, its certificates put in the order of DER first if need be.

    CMS lets them come in any order, no signature covers them, and openssl's own authority sends its signer
    first; the reader takes DER only.
    """
    try:
        return decode_timestamp_response(token)
    except ValueError:
        response = Response.load(token)
        signed = response["time_stamp_token"]["content"]
        signed["certificates"] = sorted(signed["certificates"], key=lambda held: bytes(held.dump()))
        return decode_timestamp_response(response.dump())
