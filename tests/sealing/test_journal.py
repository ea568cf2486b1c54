"""The journal's export: proved whole, or the altered entry named."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest
from tests.sealing.platform import ORIGIN, Platform, busy_platform

from reglo.sealing.journal import START, Entry, Head, instant, parse_instant, verify_export
from reglo.sealing.signing import SigningKey
from reglo.sealing.verdict import Verdict


def verified(platform: Platform, lines: list[bytes], *notes: str) -> Verdict:
    return verify_export(lines, notes or [platform.checkpoint()], platform.key.public, ORIGIN)


def codes(verdict: Verdict) -> list[str]:
    return [finding.code for finding in verdict.findings]


def changed(lines: list[bytes], index: int, old: bytes, new: bytes) -> list[bytes]:
    assert old in lines[index]
    return [*lines[:index], lines[index].replace(old, new), *lines[index + 1 :]]


def test_an_export_is_proved_against_checkpoints_of_any_age() -> None:
    platform = busy_platform(5)
    early = platform.checkpoint()
    platform.record()
    verdict = verified(platform, platform.lines, platform.checkpoint(), early)
    assert [point.text for point in verdict.points] == [
        "6 entrées : chacune garde l'empreinte de la précédente.",
        f"Le point de contrôle n° 2 de « {ORIGIN} » est signé par la clé donnée et couvre exactement "
        "ces 5 premières entrées.",
        f"Le point de contrôle n° 1 de « {ORIGIN} » est signé par la clé donnée et couvre exactement "
        "ces 6 premières entrées.",
    ]
    assert verdict.all_proved


@pytest.mark.parametrize("index", [0, 1, 20, 39])
def test_an_altered_entry_is_named_by_the_one_after_it(index: int) -> None:
    platform = busy_platform()
    lines = changed(platform.lines, index, b'"who":"alice', b'"who":"boris')
    verdict = verified(platform, lines)
    assert codes(verdict) == ["JOURNAL-01"]
    assert verdict.findings[0].facts["index"] == index
    assert verdict.findings[0].cause_text == (
        f"L'entrée {index} n'est plus celle qui a été inscrite : l'empreinte que l'entrée suivante garde "
        "d'elle est différente."
    )


@pytest.mark.parametrize("index", [1, 20, 40])
def test_an_altered_chain_is_named_even_at_the_end(index: int) -> None:
    platform = busy_platform()
    previous = Entry.from_line(platform.lines[index]).previous.encode()
    lines = changed(platform.lines, index, previous, b"0" * 64)
    (finding,) = verified(platform, lines).findings
    assert (finding.code, finding.facts["index"]) == ("JOURNAL-01", index)


def test_the_entry_before_the_last_is_told_from_the_last() -> None:
    platform = busy_platform()
    (finding,) = verified(platform, changed(platform.lines, 39, b"alice", b"boris")).findings
    assert finding.facts["index"] == 39


def test_the_last_entry_is_held_by_the_checkpoint_alone() -> None:
    platform = busy_platform()
    verdict = verified(platform, changed(platform.lines, 40, b"alice", b"boris"))
    assert codes(verdict) == ["JOURNAL-04", "JOURNAL-06"]


def test_a_journal_rewritten_whole_by_its_owner_is_betrayed_by_a_checkpoint_kept_elsewhere() -> None:
    platform, other = busy_platform(), Platform()
    kept = platform.checkpoint()
    for number in range(41):
        other.record("upload.created" if number != 7 else "upload.erased")
    assert verified(other, other.lines).all_proved
    verdict = verified(other, other.lines, other.checkpoint(), kept)
    assert codes(verdict) == ["JOURNAL-04"]
    assert verdict.refuted


def test_removed_moved_and_missing_entries() -> None:
    platform = busy_platform()
    lines = platform.lines
    (gone,) = verified(platform, lines[:7] + lines[8:]).findings
    assert gone.cause_text == (
        "À la place de l'entrée 7 se trouve l'entrée 8 : il en manque, ou l'ordre a changé."
    )
    (moved,) = verified(platform, [*lines[:7], lines[8], lines[7], *lines[9:]]).findings
    assert (moved.code, moved.facts["expected"]) == ("JOURNAL-02", 7)
    assert codes(verified(platform, lines[:-1])) == ["JOURNAL-05", "JOURNAL-06"]
    assert codes(verified(platform, [])) == ["JOURNAL-05", "JOURNAL-06"]


def test_what_no_checkpoint_covers_is_not_proved() -> None:
    platform = busy_platform(5)
    early = platform.checkpoint()
    platform.record()
    verdict = verified(platform, platform.lines, early)
    assert not verdict.refuted
    assert verdict.findings[0].cause_text == "Aucun point de contrôle ne couvre les entrées 5 à 5."


def test_a_checkpoint_of_another_key_proves_nothing() -> None:
    platform = busy_platform(3)
    verdict = verify_export(platform.lines, [platform.checkpoint()], SigningKey.generate().public, ORIGIN)
    assert codes(verdict) == ["JOURNAL-03", "JOURNAL-06"]


def test_lines_that_are_no_entries() -> None:
    platform = busy_platform(3)
    for bad in (b"", b"{}", b"[]", b"\xff", b'{"a":1}', platform.lines[1] + b" "):
        (finding,) = verified(platform, [platform.lines[0], bad]).findings
        assert (finding.code, finding.facts["index"]) == ("JOURNAL-01", 1)


def test_a_head_kept_as_bytes_goes_on_writing_the_same_journal() -> None:
    head = START
    for _ in range(77):
        head = Head.from_bytes(head.to_bytes())
        head = head.record(at=datetime(2026, 1, 1, tzinfo=UTC), act="a", who="b", on="c").head
    assert Head.from_bytes(head.to_bytes()) == head
    assert len(head.to_bytes()) == 40 + 32 * (77).bit_count()


def test_instants_are_written_in_utc_to_the_microsecond() -> None:
    at = datetime(2026, 3, 29, 3, 30, 0, 25, tzinfo=timezone(timedelta(hours=2)))
    assert instant(at) == "2026-03-29T01:30:00.000025Z"
    assert parse_instant(instant(at)) == at
    for bad in ("2026-03-29T01:30:00Z", "2026-02-30T01:30:00.000000Z", "2026-03-29 01:30:00.000025Z"):
        with pytest.raises(ValueError, match=r"instant|ni un jour"):
            parse_instant(bad)
    with pytest.raises(ValueError, match="zone"):
        instant(datetime(2026, 3, 29))


def test_an_empty_journal_is_proved_empty_by_its_checkpoint() -> None:
    platform = Platform()
    verdict = verified(platform, [])
    assert verdict.all_proved
    assert verdict.points[1].text.endswith("et couvre exactement un journal vide.")
    empty = platform.checkpoint()
    platform.record()
    assert codes(verified(platform, platform.lines, empty)) == ["JOURNAL-06"]
    assert codes(verified(platform, [])) == ["JOURNAL-05", "JOURNAL-06"]
