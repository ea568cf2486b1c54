"""Dates that clash, or are past what the law or the clocks admit: each is told."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from tests.procurement.deadlines.support import at, codes, consultation, finding, on, term

from reglo.procurement.consultation import (
    BidValidity,
    Contact,
    ProcedureType,
    Remedies,
    Remedy,
    RemedyKind,
    Visit,
)
from reglo.procurement.contract import Contract
from reglo.procurement.deadlines import calendar_of
from reglo.procurement.values import Period


def test_questions_admitted_after_the_last_answer() -> None:
    view = calendar_of(consultation(term("questions", "3 jours ouvrés"), term("answers", "8 jours ouvrés")))
    assert "CAL-01" in codes(view)


def test_less_than_two_working_days_to_answer() -> None:
    ten = term("answers", "10 jours ouvrés")
    assert "CAL-02" in codes(calendar_of(consultation(term("questions", "11 jours ouvrés"), ten)))
    assert "CAL-02" not in codes(calendar_of(consultation(term("questions", "12 jours ouvrés"), ten)))


def test_a_visit_after_the_last_question() -> None:
    rules = consultation(
        term("questions", "10 jours ouvrés"),
        visits=(Visit(id="v", compulsory=False, at=at("2026-02-06 10:00")),),
    )
    assert "06/02/2026" in finding(calendar_of(rules), "CAL-03")


def test_answers_later_than_the_code_admits_are_blocking_in_a_formal_procedure_only() -> None:
    late = term("answers", "4 jours")
    assert calendar_of(consultation(late)).blocked
    assert "CAL-04" not in codes(calendar_of(consultation(late, procedure=ProcedureType.ADAPTED)))
    assert "CAL-04" not in codes(calendar_of(consultation(term("answers", "6 jours"))))


def test_changes_later_than_the_last_information_are_to_check() -> None:
    view = calendar_of(consultation(term("changes", "3 jours ouvrés")))
    assert "CAL-05" in codes(view)
    assert not view.blocked


def test_a_term_on_a_day_off_says_when_to_act() -> None:
    before = calendar_of(consultation(term("answers", "10 jours")))  # Sunday 8 February
    assert "vendredi 06/02/2026" in finding(before, "CAL-06")
    after = consultation(term("supplement", "4 jours", "request", "after"))
    text = finding(calendar_of(after, events={"request": date(2026, 3, 3)}), "CAL-06")  # Saturday 7 March
    assert "lundi 09/03/2026" in text


def test_days_without_unit_beside_working_days_are_told() -> None:
    view = calendar_of(consultation(term("questions", "12 jours"), term("changes", "8 jours ouvrés")))
    assert "« jours »" in finding(view, "CAL-07")


def test_a_fixed_offset_in_words_is_held_against_the_real_one() -> None:
    written = {"time_zone_as_written": "(GMT+01:00) Paris"}
    summer = calendar_of(consultation(deadline="2026-07-15 12:00", **written))
    assert "12:00 serait 13:00" in finding(summer, "CAL-08")
    assert "CAL-08" not in codes(calendar_of(consultation(deadline="2026-02-18 12:00", **written)))


def test_an_overseas_buyer_with_the_hour_of_paris_is_told_both_clocks() -> None:
    view = calendar_of(consultation(territory="974"))
    assert "12:00, heure de Paris, est 15:00, heure de La Réunion" in finding(view, "CAL-09")
    own = consultation(territory="974", deadline="2026-02-18 12:00 Indian/Reunion")
    assert codes(calendar_of(own)) == set()
    assert calendar_of(own).zone == "Indian/Reunion"


def test_a_deadline_told_in_an_overseas_hour_names_the_territory_when_the_rules_do_not() -> None:
    """La Réunion keeps 20 December: the ten working days before the 22nd begin on the 7th, not the 8th."""
    questions = term("questions", "10 jours ouvrés")
    there = calendar_of(consultation(questions, territory="", deadline="2027-12-22 12:00 Indian/Reunion"))
    assert codes(there) == set()
    assert on(there, "term:questions") == date(2027, 12, 7)


def test_a_zone_without_summer_time_is_to_check() -> None:
    assert "CAL-18" in codes(calendar_of(consultation(deadline="2026-02-18 12:00 Etc/GMT")))


def test_an_opening_before_the_deadline_is_blocking() -> None:
    view = calendar_of(consultation(opening_at=at("2026-02-18 11:59")))
    assert "CAL-10" in codes(view)
    assert view.blocked
    assert not calendar_of(consultation(opening_at=at("2026-02-18 12:01"))).blocked


ORDER: list[tuple[dict[str, Any], dict[str, date]]] = [
    ({}, {"notice": date(2026, 2, 18)}),
    ({"final_bids_deadline": at("2026-02-17 12:00")}, {}),
    ({"candidacy_deadline": at("2026-02-18 12:00")}, {}),
    ({"visits": (Visit(id="v", compulsory=False, at=at("2026-02-18 10:00")),)}, {}),
    ({}, {"award": date(2026, 2, 17)}),
    ({}, {"publication": date(2026, 2, 18)}),
    ({}, {"signature": date(2026, 4, 1), "award_notice": date(2026, 3, 31)}),
]


@pytest.mark.parametrize(("calendar", "events"), ORDER)
def test_dates_out_of_order_are_blocking(calendar: dict[str, Any], events: dict[str, date]) -> None:
    view = calendar_of(consultation(**calendar), events=events)
    assert "CAL-11" in codes(view)
    assert view.blocked


def test_a_deadline_on_a_day_off_is_to_check() -> None:
    assert "dimanche" in finding(calendar_of(consultation(deadline="2026-02-15 12:00")), "CAL-12")
    put_back = calendar_of(consultation(), events={"submission_deadline": date(2026, 3, 1)})
    assert "01/03/2026" in finding(put_back, "CAL-12")
    settled = calendar_of(
        consultation(deadline="2026-02-15 12:00"), events={"submission_deadline": date(2026, 3, 2)}
    )
    assert "CAL-12" not in codes(settled)
    assert "974" not in finding(calendar_of(consultation(deadline="2026-07-14 12:00")), "CAL-12")


CLOCKS = [("2026-03-29 02:30", "n'existe pas"), ("2026-10-25 02:30", "existe deux fois")]


@pytest.mark.parametrize(("deadline", "problem"), CLOCKS)
def test_an_hour_the_clocks_skip_or_repeat_is_blocking(deadline: str, problem: str) -> None:
    assert problem in finding(calendar_of(consultation(deadline=deadline)), "CAL-13")


def test_an_unknown_territory_counts_national_holidays_and_says_so() -> None:
    assert "« Lyon »" in finding(calendar_of(consultation(territory="Lyon")), "CAL-14")


def test_a_term_that_ends_before_the_notice_leaves_is_to_check() -> None:
    view = calendar_of(consultation(term("questions", "40 jours ouvrés")), date(2026, 1, 5))
    assert "CAL-15" in codes(view)


ABSURD = [("99999 ans", "calendrier"), ("9000 mois", None), ("99999 jours ouvrés", None)]


@pytest.mark.parametrize(("period", "reason"), ABSURD)
def test_an_absurd_term_never_stops_the_calendar(period: str, reason: str | None) -> None:
    view = calendar_of(consultation(term("questions", period)))
    assert (("CAL-17" in codes(view)), bool(view.entry("submission_deadline").on)) == (bool(reason), True)


def test_hours_run_from_the_hour_of_the_deadline() -> None:
    view = calendar_of(consultation(term("questions", "48 heures")))
    assert str(view.entry("term:questions").at) == "2026-02-16 12:00:00+01:00"


def test_hours_from_a_day_without_hour_are_told_not_guessed() -> None:
    rules = consultation(term("supplement", "48 heures", "request", "after"))
    assert "CAL-17" in codes(calendar_of(rules, events={"request": date(2026, 3, 2)}))


def test_an_hour_written_in_the_rules_ends_the_term() -> None:
    view = calendar_of(consultation(term("questions", "8 jours ouvrés", at="16:30")))
    assert str(view.entry("term:questions").at) == "2026-02-06 16:30:00+01:00"


def test_a_start_planned_after_the_bids_lapse_is_to_check() -> None:
    rules = consultation(
        bid_validity=BidValidity(period=Period.parse("90 jours")),
        contract=Contract(form="ordinaire", starts_on=date(2026, 6, 1)),
    )
    assert "CAL-19" in codes(calendar_of(rules))


def test_a_short_term_over_a_long_week_end_holds_too_few_working_days() -> None:
    rules = consultation(term("supplement", "3 jours", "request", "after"))
    text = finding(calendar_of(rules, events={"request": date(2026, 4, 3)}), "CAL-20")  # before Easter
    assert "0 jour" in text
    assert "08/04/2026" in text


def test_a_window_of_appeal_stated_wrongly_is_found() -> None:
    def with_window(period: str) -> set[str]:
        way = Remedy(kind=RemedyKind.CONTRACTUAL, within=Period.parse(period), of="award_notice")
        court = Contact(role="greffe", name="Tribunal administratif de Lyon")
        return codes(calendar_of(consultation(remedies=Remedies(court=court, ways=(way,)))))

    assert "CAL-21" in with_window("30 jours")
    assert "CAL-21" not in with_window("31 jours")
    assert "CAL-21" not in with_window("6 mois")
