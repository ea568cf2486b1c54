"""An authority by URL: RFC 3161 over HTTP (§3.4), bounded in time and size."""

from __future__ import annotations

import time
from dataclasses import dataclass

import httpx

from reglo.adapters.timestamp import AuthoritySilent
from reglo.procurement.findings import Refused

_LONGEST_ANSWER = 64 * 1024  # a token with its chain of certificates is under 10 KiB


@dataclass(frozen=True)
class HttpAuthority:
    """``seconds`` bounds the whole exchange, however slowly the answer comes."""

    url: str
    seconds: float = 10.0

    @property
    def name(self) -> str:
        return self.url

    def answer(self, request: bytes) -> bytes:
        """Raises Refused (RECU-20): unreachable, too slow, too long, or another HTTP status than 200."""
        end = time.monotonic() + self.seconds
        received = bytearray()
        headers = {"Content-Type": "application/timestamp-query", "Accept": "application/timestamp-reply"}
        try:
            with (
                httpx.Client(timeout=self.seconds, follow_redirects=False, trust_env=False) as client,
                client.stream("POST", self.url, content=request, headers=headers) as response,
            ):
                if response.status_code != 200:
                    raise self._silent(f"statut HTTP {response.status_code}")
                for part in response.iter_bytes():
                    received += part
                    if len(received) > _LONGEST_ANSWER:
                        raise self._silent(f"réponse de plus de {_LONGEST_ANSWER} octets")
                    if time.monotonic() > end:
                        raise self._silent(f"rien d'entier en {self.seconds:g} s")
        except httpx.TimeoutException as error:
            raise self._silent(f"rien d'entier en {self.seconds:g} s") from error
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            raise self._silent("elle n'est pas joignable") from error
        return bytes(received)

    def _silent(self, why: str) -> Refused:
        return Refused(AuthoritySilent(facts={"name": self.name, "why": why}))
