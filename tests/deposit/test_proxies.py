"""Whose address the evidence keeps: a proxy is believed only where the operator named it."""

from __future__ import annotations

import asyncio
from ipaddress import ip_address, ip_network
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reglo.deposit.http import Settings, client_address, read_request

OURS = (ip_network("127.0.0.1"), ip_network("10.0.0.0/8"), ip_network("::1"))


@pytest.mark.parametrize(
    ("peer", "forwarded", "kept"),
    [
        ("203.0.113.9", "", "203.0.113.9"),
        ("127.0.0.1", "", "127.0.0.1"),
        ("127.0.0.1", "203.0.113.9", "203.0.113.9"),
        ("127.0.0.1", "198.51.100.7,203.0.113.9", "203.0.113.9"),
        ("127.0.0.1", "198.51.100.7, 10.1.1.1, 10.1.1.2", "198.51.100.7"),
        ("127.0.0.1", "unknown", "127.0.0.1"),
        ("127.0.0.1", "198.51.100.7, <script>, 10.1.1.1", "10.1.1.1"),
        ("::1", "2001:db8::7", "2001:db8::7"),
        ("203.0.113.9", "198.51.100.7", "203.0.113.9"),  # what a stranger says of itself
        ("", "198.51.100.7", ""),
    ],
)
def test_the_address_kept_is_the_nearest_that_somebody_trusted_vouches_for(
    peer: str, forwarded: str, kept: str
) -> None:
    assert client_address(peer, forwarded, OURS) == kept


@given(st.text(), st.sampled_from(["203.0.113.9", "127.0.0.1"]))
def test_whatever_is_written_there_an_address_is_kept(forwarded: str, peer: str) -> None:
    ip_address(client_address(peer, forwarded, OURS))
    assert client_address(peer, forwarded, ()) == peer


def test_a_header_given_twice_is_one_list() -> None:
    async def receive() -> dict[str, Any]:
        await asyncio.sleep(0)
        return {"type": "http.disconnect"}

    scope = {
        "headers": [(b"X-Forwarded-For", b"198.51.100.7"), (b"x-forwarded-for", b"203.0.113.9")],
        "method": "GET",
        "path": "/sante",
        "client": ("127.0.0.1", 4000),
    }
    assert read_request(scope, receive, Settings(proxies=OURS)).caller.client == "203.0.113.9"
    assert read_request(scope, receive, Settings()).caller.client == "127.0.0.1"
