"""docs/receipt.md: what an operator who holds keys, disk and database can forge, and what shows it.

One test for each line of its table, those that nothing shows included: the document must not promise more.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from tests.sealing.platform import DEADLINE, LAST_BYTE, ORIGIN, Platform, busy_platform, digest

from reglo.sealing.journal import verify_export
from reglo.sealing.receipt import Receipt, issue
from reglo.sealing.receipt_checks import GivenFile, verify
from reglo.sealing.signing import SigningKey
from reglo.sealing.verdict import Verdict

TWO_HOURS = timedelta(hours=2)


def of_receipt(platform: Platform, receipt: Receipt, *files: GivenFile) -> Verdict:
    return verify(receipt, keys=[platform.key.public], authorities=[platform.authority.ca], files=files)


def of_journal(platform: Platform, *notes: str) -> Verdict:
    return verify_export(platform.lines, [platform.checkpoint(), *notes], platform.key.public, ORIGIN)


def codes(verdict: Verdict) -> list[str]:
    return [finding.code for finding in verdict.findings]


@pytest.fixture
def platform() -> Platform:
    return busy_platform()


def test_a_last_byte_told_earlier_than_it_came_shows_by_the_instant_of_the_journal(
    platform: Platform,
) -> None:
    platform.now = DEADLINE + TWO_HOURS
    late = platform.completed()
    verdict = of_receipt(platform, late)
    assert codes(verdict) == ["RECU-18"]
    assert not verdict.refuted
    assert "29/01/2026 à 14:00:00 (heure de Paris), 2 h après : cet instant ne repose" in str(
        verdict.findings[0].cause_text
    )
    assert codes(of_journal(platform)) == ["JOURNAL-07"]
    assert "inscrite le 29/01/2026 à 13:00:00 UTC, elle dit un dernier octet reçu le" in str(
        of_journal(platform).findings[0].cause_text
    )


def test_an_entry_written_under_a_clock_put_back_shows_in_the_order_of_the_journal(
    platform: Platform,
) -> None:
    platform.now = DEADLINE + TWO_HOURS
    platform.record()
    platform.now = LAST_BYTE
    antedated = platform.completed()
    assert of_receipt(platform, antedated).all_proved  # the receipt alone, with the operator's own authority
    (finding,) = of_journal(platform).findings
    assert finding.code == "JOURNAL-07"
    assert finding.cause_text == (
        "L'instant de l'entrée 42 est à expliquer : elle dit le 29/01/2026 à 10:59:59 UTC, une entrée qui la "
        "précède le 29/01/2026 à 13:00:00 UTC."
    )


def test_acts_that_waited_their_turn_are_not_suspected(platform: Platform) -> None:
    platform.now = LAST_BYTE + timedelta(seconds=59)
    assert of_receipt(platform, platform.completed()).all_proved
    platform.now = LAST_BYTE
    platform.record(facts={"last_byte_at": "2026-99-99T00:00:00.000000Z"})  # another act's fact
    platform.record(facts={"last_byte_at": 3})
    assert of_journal(platform).all_proved


def test_an_outside_authority_shows_a_receipt_antedated_whole(platform: Platform) -> None:
    platform.now = LAST_BYTE  # the operator's own clock, put back
    antedated = platform.receipt(token=False)
    platform.now = DEADLINE + TWO_HOURS  # the authority's
    stamped = platform.stamped(antedated)
    (point,) = (point for point in of_receipt(platform, stamped).points if point.subject == "timestamp")
    assert point.text.endswith(
        "existait le 29/01/2026 à 14:00:00 (heure de Paris), 2 h après le dernier octet."
    )


def test_two_journals_shown_to_two_readers_cannot_both_carry_their_receipts(platform: Platform) -> None:
    other = busy_platform()
    mine, theirs = platform.receipt(), other.receipt(other.statement(id=digest("autre")[:32]))
    assert of_journal(platform, mine.checkpoint).all_proved
    assert of_journal(other, theirs.checkpoint).all_proved  # each alone sees nothing
    assert codes(of_journal(platform, theirs.checkpoint)) == ["JOURNAL-04"]
    assert codes(of_journal(other, mine.checkpoint)) == ["JOURNAL-04"]


def test_a_deposit_left_out_of_a_journal_written_anew_shows_by_its_receipt_alone(platform: Platform) -> None:
    dropped = platform.receipt()
    anew = busy_platform(42)
    assert of_journal(anew).all_proved
    assert codes(of_journal(anew, dropped.checkpoint)) == ["JOURNAL-04"]


def test_a_journal_cut_before_a_deposit_is_shorter_than_its_receipt(platform: Platform) -> None:
    before, lines = platform.checkpoint(), list(platform.lines)
    receipt = platform.receipt()
    cut = verify_export(lines, [before, receipt.checkpoint], platform.key.public, ORIGIN)
    assert codes(cut) == ["JOURNAL-05"]


def test_an_old_checkpoint_shown_again_leaves_what_followed_unproved(platform: Platform) -> None:
    old = platform.checkpoint()
    platform.record()
    assert codes(verify_export(platform.lines, [old], platform.key.public, ORIGIN)) == ["JOURNAL-06"]


def test_another_key_than_the_published_one_is_not_the_platforms(platform: Platform) -> None:
    published = platform.key
    platform.key = SigningKey(b"\x07" * 32)
    receipt = platform.completed()
    verdict = verify(receipt, keys=[published.public], authorities=[platform.authority.ca])
    assert verdict.refuted
    assert codes(verdict)[0] == "RECU-06"


def test_an_entry_of_another_act_is_no_deposit(platform: Platform) -> None:
    statement = platform.statement()
    appended = platform.record("deposit.withdrawn", facts=statement.facts)
    receipt = platform.completed(platform.stamped(issue(statement, appended, platform.key)))
    assert codes(of_receipt(platform, receipt)) == ["RECU-09"]


def test_the_receipt_of_another_bid_is_not_that_of_the_file_one_holds(platform: Platform) -> None:
    handed = platform.completed()
    mine = GivenFile("mon.pli", 123456, digest("mon pli"))
    assert codes(of_receipt(platform, handed, mine)) == ["RECU-15"]


def test_a_deadline_told_later_is_signed_and_differs_from_the_published_one(platform: Platform) -> None:
    """Nothing in the receipt shows it: whoever verifies compares with the notice."""
    platform.now = DEADLINE + timedelta(minutes=3)
    favour = platform.statement(last_byte_at=platform.now, deadline=datetime(2026, 1, 29, 12, 0, tzinfo=UTC))
    verdict = of_receipt(platform, platform.completed(platform.receipt(favour)))
    assert verdict.all_proved
    assert "la date limite du 29/01/2026 à 13:00:00 (heure de Paris)" in verdict.points[5].text
