"""On time or late: the instant of the last byte against the deadline (legal-rules §2.2)."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reglo.procurement.deadlines import Timeliness, timeliness


def paris(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo("Europe/Paris"))


def test_ta_dijon_1803328_a_bid_25_seconds_late_is_late() -> None:
    assert timeliness(paris("2018-10-15 12:00:25"), paris("2018-10-15 12:00")) is Timeliness.LATE


def test_ta_versailles_2300644_a_bid_29_seconds_late_is_late() -> None:
    deadline = paris("2023-01-17 10:00:00")
    assert timeliness(paris("2023-01-17 10:00:29"), deadline) is Timeliness.LATE


def test_a_deposit_begun_at_16_55_and_finished_at_17_01_is_late_for_17_00() -> None:
    """Ministry doctrine: the end of the deposit counts, so the last byte is what is given."""
    began, ended, deadline = paris("2026-03-02 16:55"), paris("2026-03-02 17:01"), paris("2026-03-02 17:00")
    assert timeliness(began, deadline) is Timeliness.ON_TIME
    assert timeliness(ended, deadline) is Timeliness.LATE


def test_at_the_very_hour_on_time_unless_the_rules_say_before() -> None:
    noon = paris("2026-02-18 12:00")
    assert timeliness(noon, noon) is Timeliness.ON_TIME
    assert timeliness(noon, noon, inclusive=False) is Timeliness.LATE  # S3 and S4: « avant »


def test_a_microsecond_after_the_hour_is_late() -> None:
    noon = paris("2026-02-18 12:00")
    assert timeliness(noon + timedelta(microseconds=1), noon) is Timeliness.LATE


def test_a_deadline_in_la_reunion_is_told_by_its_own_clock() -> None:
    deadline = datetime(2026, 2, 18, 12, 0, tzinfo=ZoneInfo("Indian/Reunion"))
    assert timeliness(paris("2026-02-18 09:00"), deadline) is Timeliness.ON_TIME
    assert timeliness(paris("2026-02-18 09:00:01"), deadline) is Timeliness.LATE


def test_the_hour_that_comes_twice_is_told_apart() -> None:
    """On 25 October 2026 the clocks of Paris show 02:30 twice."""
    first = paris("2026-10-25 02:30")
    second = first.replace(fold=1)
    assert timeliness(second, first) is Timeliness.LATE
    assert timeliness(first, second) is Timeliness.ON_TIME


def test_an_instant_without_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="zone"):
        timeliness(datetime(2026, 2, 18, 12, 0), paris("2026-02-18 12:00"))


@settings(max_examples=60, deadline=None)
@given(
    st.datetimes(datetime(2025, 1, 1), datetime(2027, 12, 31)),
    st.integers(-(10**9), 10**9),
    st.sampled_from(["Europe/Paris", "Indian/Reunion", "America/Cayenne", "UTC"]),
)
def test_the_zone_an_instant_is_written_in_never_matters(wall: datetime, gap: int, zone: str) -> None:
    deadline = wall.replace(tzinfo=UTC)
    received = deadline + timedelta(microseconds=gap)
    expected = Timeliness.ON_TIME if gap <= 0 else Timeliness.LATE
    assert timeliness(received.astimezone(ZoneInfo(zone)), deadline.astimezone(ZoneInfo("Europe/Paris"))) is (
        expected
    )
