"""Time-stamp authorities (RFC 3161, AP-T06): one way to ask, one place where answers are checked.

``local`` answers by itself, ``http`` asks by URL, ``fake`` fails and lies on purpose. Whoever answers,
``stamp`` believes nothing: imprint, nonce, instant and, when given, certificates are checked.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import Protocol

from cryptography.x509 import Certificate

from reglo.procurement.findings import Finding, Refused
from reglo.sealing import token
from reglo.sealing.receipt import Timestamp


class AuthoritySilent(Finding):
    code = "RECU-20"
    cause = "L'autorité d'horodatage {name} n'a pas répondu : {why}."
    mend = "Le dépôt est reçu sans elle ; le jeton sera demandé de nouveau, et les deux instants seront dits."
    source = "docs/seal.md §7"


class AnswerRefused(Finding):
    code = "RECU-21"
    cause = "Le jeton donné par l'autorité d'horodatage {name} n'est pas gardé : {why}."
    mend = "Le dépôt est reçu sans ce jeton. Vérifiez l'adresse, l'horloge et les certificats de l'autorité."
    source = "RFC 3161 §2.4.2"


class Authority(Protocol):
    """Whoever answers RFC 3161 requests."""

    @property
    def name(self) -> str:
        """How a finding names it: an address, « locale »."""

    def answer(self, request: bytes) -> bytes:
        """The DER response to a DER request. Raises Refused (RECU-20) when there is none in bounded time."""


def stamp(
    authority: Authority,
    data: bytes,
    *,
    now: Callable[[], datetime],
    trusted: Sequence[Certificate] = (),
    tolerance: timedelta = timedelta(seconds=5),
) -> Timestamp:
    """A time stamp over ``data``, checked.

    now: the reference clock; the token's instant may not leave the exchange by more than ``tolerance``.
    trusted: the authority's certificates; without them its signature is left for ``reglo verify``.
    Raises Refused: RECU-20 no answer, RECU-21 an answer that cannot be kept.
    """
    asked = token.request(data)
    before = now()
    response = authority.answer(asked.der)
    after = now()
    try:
        if trusted:
            at = token.verify(response, data, trusted, asked.nonce)
        else:
            at = token.read(response, data, asked.nonce)
        if not before - tolerance <= at <= after + tolerance:
            raise ValueError(
                f"il dit {at:%Y-%m-%d %H:%M:%S} UTC alors que l'horloge de référence "
                f"dit {after:%Y-%m-%d %H:%M:%S %Z}"
            )
    except ValueError as error:
        raise Refused(AnswerRefused(facts={"name": authority.name, "why": str(error)})) from error
    return Timestamp(response, at)
