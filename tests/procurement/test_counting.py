"""Counting days: the tables of the law and of the four consultations, and what holds for every date."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from reglo.procurement.deadlines import add_months, back, latest_sending, min_deadline, within
from reglo.procurement.deadlines.counting import (
    add_elapsed,
    count,
    full_period,
    working_days_between,
)
from reglo.procurement.holidays import is_working
from reglo.procurement.values import Period, PeriodUnit

VECTORS = Path(__file__).parent.parent / "vectors" / "calendar"
PARIS = ZoneInfo("Europe/Paris")


def rows(name: str) -> list[Any]:
    found: list[Any] = yaml.safe_load((VECTORS / name).read_text(encoding="utf-8"))
    return found


@pytest.mark.parametrize("row", rows("counting.yaml"), ids=lambda row: f"{row['source']}")
def test_terms_are_counted_as_the_table_says(row: dict[str, Any]) -> None:
    territory = row.get("territory", "metropole")
    if "before" in row:
        assert back(row["from"], Period.parse(row["before"]), territory) == row["expected"]
    else:
        assert within(row["from"], Period.parse(row["after"]), territory) == row["expected"]


@pytest.mark.parametrize("row", rows("minimum.yaml"), ids=lambda row: f"{row['source']}")
def test_minimum_periods_run_as_the_table_says(row: dict[str, Any]) -> None:
    assert row["sent"] + timedelta(row["days"]) == row["last_day"]
    assert min_deadline(row["sent"], row["days"], row.get("territory", "metropole")) == row["earliest"]


def test_the_words_show_each_day_counted_and_each_holiday_jumped() -> None:
    counted = count(date(2026, 4, 9), Period.parse("4 jours ouvrés"), before=True)
    assert counted.words == (
        "09/04/2026 − 4 jours ouvrés : 8, 7, 3, 2 (hors 06/04 lundi de Pâques) → 02/04/2026"
    )
    across = count(date(2026, 3, 30), Period.parse("3 jours ouvrés"), before=False)
    assert across.words == "30/03/2026 + 3 jours ouvrés : 31, 1/04, 2 → 02/04/2026"


def test_a_long_list_of_days_is_shortened() -> None:
    words = count(date(2026, 9, 1), Period.parse("60 jours ouvrés"), before=False).words
    assert ", …, " in words
    assert len(words) < 150


def test_hours_are_elapsed_time_across_the_change_of_the_clocks() -> None:
    noon = datetime(2026, 10, 24, 12, 0, tzinfo=PARIS)  # the clocks go back that night
    assert add_elapsed(noon, timedelta(hours=24)) == datetime(2026, 10, 25, 11, 0, tzinfo=PARIS)
    counted = count(noon, Period.parse("48 heures"), before=True)
    assert counted.at == datetime(2026, 10, 22, 12, 0, tzinfo=PARIS)


def test_hours_are_not_counted_from_a_mere_day() -> None:
    with pytest.raises(ValueError, match="instant"):
        count(date(2026, 2, 18), Period.parse("48 heures"), before=True)


def test_a_court_term_counts_neither_end_and_runs_on_from_a_day_off() -> None:
    assert full_period(date(2026, 1, 5), 2) == date(2026, 3, 6)
    assert full_period(date(2025, 12, 31), 2) == date(2026, 3, 2)  # 28 February, next day a Sunday


# --- What holds for every date --------------------------------------------------------------------

DAYS = st.dates(date(2019, 4, 1), date(2060, 12, 31))
COUNTS = st.integers(1, 60)
WORKED = st.sampled_from([PeriodUnit.WORKING_DAYS, PeriodUnit.WEEKDAYS_AND_SATURDAY])
PLAIN = st.sampled_from([PeriodUnit.CALENDAR_DAYS, PeriodUnit.WEEKS])
TERRITORIES = st.sampled_from(["metropole", "alsace-moselle", "67", "974", "971"])
some = settings(max_examples=60, deadline=None)


@some
@given(DAYS, COUNTS, WORKED, TERRITORIES)
def test_working_days_always_end_on_a_working_day(
    day: date, n: int, unit: PeriodUnit, territory: str
) -> None:
    saturday = unit is PeriodUnit.WEEKDAYS_AND_SATURDAY
    for end in (back(day, Period(n, unit), territory), within(day, Period(n, unit), territory)):
        assert is_working(end, territory, saturday_works=saturday)


@some
@given(DAYS, COUNTS, TERRITORIES)
def test_exactly_n_working_days_are_counted(day: date, n: int, territory: str) -> None:
    period = Period(n, PeriodUnit.WORKING_DAYS)
    assert working_days_between(day, within(day, period, territory), territory) == n
    # backward, the day itself is left out and the day reached is counted
    reached = back(day, period, territory)
    assert working_days_between(reached - timedelta(1), day - timedelta(1), territory) == n


@some
@given(DAYS, COUNTS, WORKED, TERRITORIES)
def test_back_then_within_returns_to_a_working_day(
    day: date, n: int, unit: PeriodUnit, territory: str
) -> None:
    period = Period(n, unit)
    forth = within(back(day, period, territory), period, territory)
    worked = is_working(day, territory, saturday_works=unit is PeriodUnit.WEEKDAYS_AND_SATURDAY)
    assert forth == day if worked else forth >= day


@some
@given(DAYS, COUNTS, PLAIN)
def test_calendar_periods_are_inverse_and_never_moved(day: date, n: int, unit: PeriodUnit) -> None:
    period = Period(n, unit)
    assert within(back(day, period), period) == day
    assert (day - back(day, period)).days == n * (7 if unit is PeriodUnit.WEEKS else 1)


@some
@given(DAYS, st.integers(0, 30), COUNTS, WORKED | PLAIN, TERRITORIES)
def test_a_later_event_never_has_an_earlier_term(
    day: date, later: int, n: int, unit: PeriodUnit, territory: str
) -> None:
    period, other = Period(n, unit), day + timedelta(later)
    assert back(day, period, territory) <= back(other, period, territory)
    assert within(day, period, territory) <= within(other, period, territory)


@some
@given(DAYS, st.integers(0, 30), st.integers(1, 60), TERRITORIES)
def test_sending_later_never_makes_an_earlier_deadline_lawful(
    sent: date, later: int, n: int, territory: str
) -> None:
    assert min_deadline(sent, n, territory) <= min_deadline(sent + timedelta(later), n, territory)
    assert (min_deadline(sent, n, territory) - sent).days >= n + 1


@some
@given(DAYS, st.integers(1, 60), TERRITORIES)
def test_the_latest_sending_is_lawful_and_the_next_day_is_not(day: date, n: int, territory: str) -> None:
    sent = latest_sending(day, n, territory)
    assert min_deadline(sent, n, territory) <= day < min_deadline(sent + timedelta(1), n, territory)


@some
@given(DAYS, st.integers(1, 120))
def test_months_keep_the_day_or_take_the_last_one(day: date, months: int) -> None:
    moved = add_months(day, months)
    assert (moved.year * 12 + moved.month) - (day.year * 12 + day.month) == months
    assert moved.day == day.day or (moved + timedelta(1)).day == 1


@some
@given(st.datetimes(datetime(2026, 1, 1), datetime(2027, 1, 1)), st.integers(0, 500))
def test_hours_forth_and_back_are_the_same_instant(wall: datetime, hours: int) -> None:
    at = wall.replace(tzinfo=PARIS)
    there = add_elapsed(at, timedelta(hours=hours))
    assert add_elapsed(there, -timedelta(hours=hours)).astimezone(UTC) == at.astimezone(UTC)


def documented_examples() -> list[tuple[str, str, str]]:
    """The worked table of docs/calendar.md."""
    text = (VECTORS.parents[2] / "docs" / "calendar.md").read_text(encoding="utf-8")
    section = text.split("## Exemples, refaits par un test")[1].split("##")[0]
    cells = [line.strip("| ").split(" | ") for line in section.splitlines() if line.startswith("| ")]
    return [(start, rule, end) for start, rule, end in cells if start[0].isdigit()]


@pytest.mark.parametrize(("start", "rule", "end"), documented_examples())
def test_the_documented_examples_come_out(start: str, rule: str, end: str) -> None:
    period, way = Period.parse(rule.rpartition(" ")[0]), rule.rpartition(" ")[2]
    day = datetime.strptime(start, "%d/%m/%Y").date()
    reached = back(day, period) if way == "avant" else within(day, period)
    assert reached.strftime("%d/%m/%Y") == end


def test_the_documented_table_is_there() -> None:
    assert len(documented_examples()) == 10
