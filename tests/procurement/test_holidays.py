"""Public holidays by territory (legal-rules §3.4)."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reglo.procurement.holidays import day_off, easter, holidays, is_working, territory_known, zone_name

EASTERS = {
    2019: date(2019, 4, 21),
    2024: date(2024, 3, 31),
    2025: date(2025, 4, 20),
    2026: date(2026, 4, 5),
    2027: date(2027, 3, 28),
    2038: date(2038, 4, 25),  # the latest possible
    2285: date(2285, 3, 22),  # the earliest possible
}


@pytest.mark.parametrize(("year", "day"), EASTERS.items())
def test_easter(year: int, day: date) -> None:
    assert easter(year) == day


def test_the_eleven_national_days_of_2027() -> None:
    assert list(holidays(2027)) == [
        date(2027, 1, 1),
        date(2027, 3, 29),
        date(2027, 5, 1),
        date(2027, 5, 6),
        date(2027, 5, 8),
        date(2027, 5, 17),
        date(2027, 7, 14),
        date(2027, 8, 15),
        date(2027, 11, 1),
        date(2027, 11, 11),
        date(2027, 12, 25),
    ]


OWN_DAYS = [
    ("57", date(2026, 4, 3)),
    ("67", date(2026, 12, 26)),
    ("alsace-moselle", date(2026, 4, 3)),
    ("976", date(2026, 4, 27)),
    ("972", date(2026, 5, 22)),
    ("971", date(2026, 5, 27)),
    ("978", date(2026, 5, 27)),
    ("973", date(2026, 6, 10)),
    ("977", date(2026, 10, 9)),
    ("974", date(2026, 12, 20)),
]


@pytest.mark.parametrize(("territory", "day"), OWN_DAYS)
def test_a_territory_has_its_own_days_and_the_metropole_has_not(territory: str, day: date) -> None:
    assert day in holidays(2026, territory)
    assert day not in holidays(2026)
    assert set(holidays(2026)) < set(holidays(2026, territory))


def test_two_feasts_on_one_day_keep_both_names() -> None:
    assert holidays(2008)[date(2008, 5, 1)] == "fête du Travail, Ascension"


def test_the_solidarity_day_does_not_make_whit_monday_a_working_day() -> None:
    assert day_off(date(2026, 5, 25)) == "lundi de Pentecôte"


def test_saturday_is_ouvrable_and_not_ouvre() -> None:
    saturday = date(2026, 9, 12)
    assert not is_working(saturday)
    assert is_working(saturday, saturday_works=True)


def test_territories_without_known_own_holidays_say_so() -> None:
    known = {code: territory_known(code) for code in ("metropole", "69", "2A", "974", "975", "988", "20", "")}
    assert known == {
        "metropole": True, "69": True, "2A": True, "974": True, "975": True, "988": False, "20": False,
        "": False,
    }  # fmt: skip


def test_overseas_territories_have_their_own_clock() -> None:
    assert (zone_name("973"), zone_name("976"), zone_name("13")) == (
        "America/Cayenne",
        "Indian/Mayotte",
        "Europe/Paris",
    )


@given(st.integers(1900, 2200))
def test_easter_is_a_sunday_between_22_march_and_25_april(year: int) -> None:
    day = easter(year)
    assert day.weekday() == 6
    assert date(year, 3, 22) <= day <= date(year, 4, 25)
    assert holidays(year)[day + timedelta(50)].endswith("lundi de Pentecôte")
