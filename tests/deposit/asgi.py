"""Requests to an application of this very process, without the network."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from reglo.deposit.app import DepositApp


@dataclass(frozen=True)
class Answered:
    status: int
    headers: dict[str, str]
    body: bytes


async def ask(
    app: DepositApp, method: str, path: str, headers: dict[str, str], body: bytes = b""
) -> Answered:
    """One request and its answer."""
    said: list[Any] = []

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": body, "more_body": False}

    async def send(message: Any) -> None:
        said.append(message)

    pairs = [(name.lower().encode(), value.encode()) for name, value in headers.items()]
    scope = {"type": "http", "method": method, "path": path, "query_string": b"", "headers": pairs}
    await app(scope, receive, send)
    head, content = said
    return Answered(
        head["status"], {name.decode(): value.decode() for name, value in head["headers"]}, content["body"]
    )
