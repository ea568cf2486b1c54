"""One byte changed anywhere in a receipt, a token, an export or a checkpoint is always seen.

A seeded sample runs each time; the whole campaign (100,000 mutations) with --long.
"""

from __future__ import annotations

import random
from collections.abc import Callable

import pytest
from tests.sealing.platform import ORIGIN, busy_platform

from reglo.procurement.findings import Refused
from reglo.sealing import token
from reglo.sealing.journal import verify_export
from reglo.sealing.receipt import Receipt
from reglo.sealing.receipt_checks import verify

PLATFORM = busy_platform(12)
RECEIPT = PLATFORM.completed()
SENT = RECEIPT.to_bytes()
EXPORT = b"".join(line + b"\n" for line in PLATFORM.lines)
NOTE = PLATFORM.checkpoint().encode()


def mutations(data: bytes, count: int, seed: int) -> list[tuple[int, bytes]]:
    """``count`` times the place of a changed byte and the changed data."""
    chance = random.Random(seed)
    places = [chance.randrange(len(data)) for _ in range(count)]
    return [
        (place, data[:place] + bytes([data[place] ^ chance.randrange(1, 256)]) + data[place + 1 :])
        for place in places
    ]


def receipt_seen(_: int, data: bytes) -> bool:
    try:
        receipt = Receipt.from_bytes(data)
    except Refused:
        return True
    return not verify(receipt, keys=[PLATFORM.key.public], authorities=[PLATFORM.authority.ca]).all_proved


def token_harmless(_: int, data: bytes) -> bool:
    """A token by itself: refused, or it still says the same of the same statement."""
    assert RECEIPT.timestamp
    try:
        at = token.verify(data, RECEIPT.statement.encoded, [PLATFORM.authority.ca])
    except ValueError:
        return True
    return at == RECEIPT.timestamp.at


def export_seen(place: int, data: bytes) -> bool:
    """Seen, and located: at its line, or, for the last one, in what the checkpoint covers."""
    lines = data.removesuffix(b"\n").split(b"\n")
    line = EXPORT[:place].count(b"\n")
    verdict = verify_export(lines, [NOTE.decode()], PLATFORM.key.public, ORIGIN)
    for finding in verdict.findings:
        if finding.code == "JOURNAL-01":
            return finding.facts["index"] == line
        if finding.code == "JOURNAL-02":
            return finding.facts["expected"] == line
    return verdict.refuted and line == len(PLATFORM.lines) - 1


def checkpoint_seen(_: int, data: bytes) -> bool:
    note = data.decode("utf-8", "replace")
    return not verify_export(PLATFORM.lines, [note], PLATFORM.key.public, ORIGIN).all_proved


def campaign(count: int, seed: int) -> None:
    assert RECEIPT.timestamp
    assert not receipt_seen(0, SENT)
    assert not checkpoint_seen(0, NOTE)
    assert verify_export(PLATFORM.lines, [NOTE.decode()], PLATFORM.key.public, ORIGIN).all_proved
    trials: list[tuple[bytes, int, Callable[[int, bytes], bool]]] = [
        (SENT, count * 4 // 10, receipt_seen),
        (EXPORT, count * 3 // 10, export_seen),
        (NOTE, count * 15 // 100, checkpoint_seen),
        (RECEIPT.timestamp.token, count * 15 // 100, token_harmless),
    ]
    for data, part, seen in trials:
        missed = [place for place, changed in mutations(data, part, seed) if not seen(place, changed)]
        assert missed == [], f"{seen.__name__} : octets {missed[:10]}"


def test_two_thousand_changed_bytes_are_all_seen(record_property: Callable[[str, object], None]) -> None:
    campaign(2_000, seed=3)
    record_property("octets changés, tous vus", 2_000)


@pytest.mark.long
@pytest.mark.parametrize("seed", range(10))
def test_a_hundred_thousand_changed_bytes_are_all_seen(
    seed: int, record_property: Callable[[str, object], None]
) -> None:
    campaign(10_000, seed=1000 + seed)
    record_property("octets changés, tous vus", 10_000)


def test_a_token_altered_where_its_certificates_lie_is_refused_in_words() -> None:
    """A changed length or kind there leads the reader of certificates astray: never a traceback."""
    assert RECEIPT.timestamp
    data = RECEIPT.timestamp.token
    for place in range(min(len(data), 120)):
        for value in (0x00, 0x05, 0x30, 0xA0, 0xFF):
            assert token_harmless(place, data[:place] + bytes([value]) + data[place + 1 :])


def test_a_receipt_cut_or_lengthened_anywhere_is_seen() -> None:
    chance = random.Random(5)
    for place in [0, len(SENT) - 1, *(chance.randrange(len(SENT)) for _ in range(100))]:
        assert receipt_seen(place, SENT[:place])
        assert receipt_seen(place, SENT[:place] + b"0" + SENT[place:])
