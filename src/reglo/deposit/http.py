"""Requests and answers of the deposit server, and what an operator may set."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from ipaddress import IPv4Network, IPv6Network, ip_address
from typing import Any
from urllib.parse import unquote

from reglo.deposit import store, tus
from reglo.deposit.findings import BadRequest, DepositFinding, TooLarge, Unknown, refuse
from reglo.deposit.store import Caller, Consultation, Upload
from reglo.procurement.findings import Refused

Scope = dict[str, Any]
Receive = Callable[[], Awaitable[dict[str, Any]]]
Network = IPv4Network | IPv6Network
Send = Callable[[dict[str, Any]], Awaitable[None]]

CUT = 499  # the sender went away: nobody reads this status but the evidence
JSON = "application/json; charset=utf-8"


SAFE = (
    ("X-Content-Type-Options", "nosniff"),
    ("Referrer-Policy", "no-referrer"),  # the address is the capability
    ("Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'"),
    ("Cache-Control", "no-store"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """What an operator may change. Sizes in bytes, times in seconds."""

    batch: int = 2 * 1024 * 1024  # written and hashed at once
    held: int = 8 * 1024 * 1024  # shared by the chunks under way: with many, batches are smaller
    durable_every: int = 64 * 1024 * 1024  # acknowledged in the middle of a chunk (at its end, all)
    durable_after: float = 1.0  # but not more often: a dead server costs one or the other to send again
    idle: float = 30.0  # without a byte
    slow_after: float = 60.0  # from then on, a chunk slower than slow_rate is cut, and resumable
    slow_rate: int = 256
    busy_for: float = 5.0  # a chunk silent for longer gives way to another of the same upload
    stamp_wait: float = 3.0  # how long a receipt waits for its time-stamp
    max_headers: int = 100
    max_header_bytes: int = 32 * 1024
    threads: int = 24
    allowed_origins: tuple[str, ...] = ()  # CORS, off by default
    proxies: tuple[Network, ...] = ()  # whose X-Forwarded-For is believed


@dataclass(slots=True)
class Request:
    """One request, its headers read strictly."""

    scope: Scope
    receive: Receive
    headers: dict[str, str]
    method: str
    path: tuple[str, ...]
    caller: Caller


@dataclass(slots=True)
class Answer:
    """A status, headers, and a body."""

    status: int
    headers: list[tuple[str, str]] = field(default_factory=list)
    body: bytes = b""
    type: str = JSON
    safe: tuple[tuple[str, str], ...] = SAFE


class Body:
    """A request's body, and whether it has been read to its end."""

    def __init__(self, receive: Receive) -> None:
        self._receive, self.finished = receive, False

    async def __call__(self) -> dict[str, Any]:
        message = await self._receive()
        self.finished = message["type"] != "http.request" or not message.get("more_body")
        return message

    async def drain(self, size: int = 4 * 1024 * 1024, seconds: float = 1.0) -> None:
        """Read a little of what is left: a sender cut off while it speaks might not hear why."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                while not self.finished and size > 0:
                    size -= len((await self()).get("body", b""))


@dataclass(slots=True)
class Active:
    """A chunk being received by this process."""

    last: float
    give_way: Callable[[], None] = lambda: None  # set by the chunk once it receives
    done: asyncio.Event = field(default_factory=asyncio.Event)


def cors(scope: Scope, settings: Settings) -> list[tuple[str, str]]:
    """What lets the page of an allowed site deposit here; nothing for any other."""
    given = dict(scope["headers"]).get(b"origin", b"").decode("latin-1")
    if not given or given not in settings.allowed_origins:
        return []
    return [
        ("Access-Control-Allow-Origin", given),
        ("Access-Control-Allow-Methods", "GET, HEAD, POST, PATCH, DELETE, OPTIONS"),
        (
            "Access-Control-Allow-Headers",
            "Tus-Resumable, Upload-Length, Upload-Metadata, Upload-Offset, Upload-Checksum, Content-Type",
        ),
        (
            "Access-Control-Expose-Headers",
            "Location, Tus-Resumable, Upload-Offset, Upload-Length, Upload-Expires, Reglo-Recu",
        ),
        ("Vary", "Origin"),
    ]


def status_of(refused: Refused) -> int:
    finding = refused.findings[0]
    return finding.status if isinstance(finding, DepositFinding) else 400


def cause_of(refused: Refused) -> str:
    """Why, as the evidence keeps it: what to do about it is for the sender alone."""
    finding = refused.findings[0]
    return f"{finding.code} · {finding.cause_text}"


def refusal(refused: Refused, retry: int = 0) -> Answer:
    """The same text as in the terminal, as JSON."""
    status = status_of(refused)
    wait = retry or (2 if status in (423, 503) else 0)
    headers = [("Retry-After", str(wait))] if wait else []
    return Answer(status, headers, store.as_json({"findings": [each.as_dict() for each in refused.findings]}))


def beyond(upload: Upload, reached: int) -> Refused:
    """More bytes than were declared."""
    return refuse(TooLarge, what="L'envoi", size=f"{reached} octets", limit=f"{upload.size} octets déclarés")


def limit_headers(consultation: Consultation) -> list[tuple[str, str]]:
    """Every limit that may be held against a sender, told before its first byte (CE 506640)."""
    return [
        ("Tus-Max-Size", str(consultation.max_size)),
        ("Reglo-Max-Documents", str(consultation.max_documents)),
        ("Reglo-Max-Document-Size", str(consultation.max_document_size)),
    ]


def read_request(scope: Scope, receive: Receive, settings: Settings) -> Request:
    """A request, strictly. Raises Refused(BadRequest)."""
    pairs = scope["headers"]
    size = sum(len(name) + len(value) for name, value in pairs)
    if len(pairs) > settings.max_headers or size > settings.max_header_bytes:
        raise refuse(BadRequest, header="(tous)", why="trop long", how="32 Kio d'en-têtes au plus.")
    headers: dict[str, str] = {}
    for name, value in pairs:
        key = name.decode("latin-1").lower()
        if key in headers and key.startswith(("upload-", "tus-", "content-length")):
            raise refuse(BadRequest, header=key, why="donné deux fois", how="Donnez-le une seule fois.")
        headers[key] = value.decode("latin-1")
    method: str = scope["method"]
    if method == "POST":
        method = headers.get("x-http-method-override", "POST").upper()
    path = tuple(unquote(part) for part in scope["path"].strip("/").split("/"))
    if any("\0" in part for part in path):  # no name has one, and the database takes none
        raise refuse(Unknown)
    peer = str((scope.get("client") or ("", 0))[0])
    forwarded = b",".join(value for name, value in pairs if name.lower() == b"x-forwarded-for").decode(
        "latin-1"
    )
    caller = Caller(
        client=client_address(peer, forwarded, settings.proxies),
        agent=tus.one_line(headers.get("user-agent", ""))[:200],
    )
    return Request(scope, receive, headers, method, path, caller)


def client_address(peer: str, forwarded: str, proxies: Sequence[Network]) -> str:
    """Who speaks, as far as those we trust vouch for it: anybody may write X-Forwarded-For.

    >>> from ipaddress import ip_network
    >>> ours = [ip_network("127.0.0.1"), ip_network("10.0.0.0/8")]
    >>> client_address("127.0.0.1", "198.51.100.7, 203.0.113.9, 10.1.2.3", ours)
    '203.0.113.9'
    >>> client_address("203.0.113.9", "198.51.100.7", ours)
    '203.0.113.9'
    """
    for named in reversed(forwarded.split(",")):
        try:
            if not any(ip_address(peer) in proxy for proxy in proxies):
                break
            peer = str(ip_address(named.strip()))
        except ValueError:  # not an address: the last one known is
            break
    return peer
