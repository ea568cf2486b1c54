"""The calendar of a consultation: the four examples, each clash, and what depends on events."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
import yaml

from reglo.procurement.award import Award
from reglo.procurement.consultation import (
    BidValidity,
    Buyer,
    BuyerKind,
    Calendar,
    Consultation,
    Contact,
    ContractNature,
    Lot,
    Negotiation,
    Procedure,
    ProcedureType,
    Remedies,
    Remedy,
    RemedyKind,
    Term,
    TermAbout,
    Visit,
)
from reglo.procurement.contract import Contract, Renewal
from reglo.procurement.deadlines import calendar_of
from reglo.procurement.deadlines.entries import Bound, CalendarView
from reglo.procurement.findings import Refused, Severity
from reglo.procurement.values import Instant, Money, Period, TaxBasis
from reglo.reading.rules import read_rules

ROOT = Path(__file__).parent.parent.parent
CASES = yaml.safe_load((ROOT / "tests/vectors/calendar/consultations.yaml").read_text(encoding="utf-8"))


def at(text: str) -> Instant:
    """An instant in Paris, unless the text names its zone."""
    return Instant.parse(text if "/" in text else f"{text} Europe/Paris")


def term(about: str, period: str, of: str = "submission_deadline", side: str = "before", **more: Any) -> Term:
    return Term(
        id=more.pop("id", about),
        about=TermAbout(about),
        period=Period.parse(period),
        side=side,
        of=of,
        **more,
    )


def consultation(
    *terms: Term,
    procedure: ProcedureType = ProcedureType.OPEN,
    kind: BuyerKind = BuyerKind.LOCAL,
    territory: str = "metropole",
    deadline: str | None = "2026-02-18 12:00",
    sent: str | None = None,
    contract: Contract | None = None,
    remedies: Remedies | None = None,
    rules: dict[str, Any] | None = None,
    **calendar: Any,
) -> Consultation:
    """Chloé's consultation: open, electronic, deadline on Wednesday 18 February 2026 at noon."""
    return Consultation(
        reglo=1,
        reference="ESSAI-1",
        title="Essai",
        buyer=Buyer(name="Ville de Chloé", kind=kind, territory=territory),
        nature=ContractNature.SERVICES,
        procedure=Procedure(type=procedure, legal_basis=(), **(rules or {})),
        lots=(Lot(id="1", name="Lot unique"),),
        calendar=Calendar(
            sent_at=at(sent) if sent else None,
            submission_deadline=at(deadline) if deadline else None,
            terms=terms,
            **calendar,
        ),
        award=Award(criteria=()),
        contract=contract,
        remedies=remedies,
    )


def codes(view: CalendarView) -> set[str]:
    return {finding.code for finding in view.findings}


def finding(view: CalendarView, code: str) -> str:
    (found,) = [str(it) for it in view.findings if it.code == code]
    return found


def on(view: CalendarView, entry: str) -> date | None:
    return view.entry(entry).on


# --- The four examples ----------------------------------------------------------------------------


@pytest.mark.parametrize("name", CASES)
def test_the_dates_of_an_example_are_those_of_the_law_tables(name: str) -> None:
    case = CASES[name]
    loaded = read_rules(ROOT / "examples" / name / "rules.yaml")
    assert loaded.consultation is not None
    view = calendar_of(loaded.consultation, events=case.get("events"))
    assert {entry: on(view, entry) for entry in case["dates"]} == case["dates"]
    assert sorted(codes(view)) == case["findings"]
    assert not view.blocked


def test_no_two_entries_of_an_example_share_an_identifier() -> None:
    for name in CASES:
        loaded = read_rules(ROOT / "examples" / name / "rules.yaml")
        assert loaded.consultation is not None
        ids = [entry.id for entry in calendar_of(loaded.consultation).entries]
        assert len(ids) == len(set(ids))


# --- Minimum periods ------------------------------------------------------------------------------


def test_a_notice_sent_on_the_last_day_has_no_margin_and_the_next_day_is_too_late() -> None:
    last = calendar_of(consultation(), date(2026, 1, 18))
    assert last.minimums[0].margin == 0
    assert codes(last) == {"DELAI-02"}
    late = calendar_of(consultation(), date(2026, 1, 19))
    assert late.minimums[0].margin == -1
    assert late.blocked
    text = finding(late, "DELAI-01")
    assert "30 jours" in text
    assert "le 19/02/2026 à 0 h" in text
    assert "envoi le 18/01/2026" in text


def test_days_to_spare_are_counted() -> None:
    view = calendar_of(consultation(), date(2026, 1, 5))
    assert view.minimums[0].margin == 13
    assert codes(view) == set()


def test_paper_deposit_takes_the_ordinary_period() -> None:
    view = calendar_of(consultation(rules={"electronic": False}), date(2026, 1, 13))
    assert (view.minimums[0].days, view.minimums[0].margin) == (35, 0)


def test_rules_that_do_not_speak_of_the_way_of_sending_are_read_by_the_article_that_does() -> None:
    silent = calendar_of(consultation(), date(2026, 1, 13)).minimums[0]
    assert (silent.days, "CCP R.2132-7, le RC n'en disant rien" in silent.article) == (30, True)
    stated = calendar_of(consultation(rules={"electronic": True}), date(2026, 1, 13)).minimums[0]
    assert (stated.days, "R.2132-7" in stated.article) == (30, False)


def test_documents_off_the_profile_add_five_days_save_in_urgency() -> None:
    longer = calendar_of(consultation(rules={"documents_off_profile": True}), date(2026, 1, 13))
    assert (longer.minimums[0].days, longer.minimums[0].margin) == (35, 0)
    assert "R.2151-2" in longer.minimums[0].article
    urgent = consultation(rules={"documents_off_profile": True, "urgency": True})
    assert calendar_of(urgent, date(2026, 1, 13)).minimums[0].days == 15


def test_urgency_shortens_the_period_and_the_information_and_must_be_justified() -> None:
    view = calendar_of(consultation(rules={"urgency": True}), date(2026, 2, 2))
    assert (view.minimums[0].days, view.minimums[0].margin) == (15, 0)
    assert on(view, "information") == date(2026, 2, 14)  # four days, a Saturday
    assert codes(view) == {"DELAI-02", "DELAI-11", "CAL-06"}


PRIOR: list[tuple[date, set[str]]] = [
    (date(2025, 1, 31), {"DELAI-07"}),
    (date(2025, 2, 1), set()),
    (date(2025, 12, 28), set()),
    (date(2025, 12, 29), {"DELAI-07"}),
]


@pytest.mark.parametrize(("prior", "wrong"), PRIOR)
def test_a_prior_notice_shortens_only_from_35_days_to_12_months_before(prior: date, wrong: set[str]) -> None:
    rules = consultation(rules={"prior_notice": True})
    view = calendar_of(rules, date(2026, 2, 1), {"prior_notice": prior})
    assert view.minimums[0].days == 15
    assert on(view, "prior_notice:earliest") == date(2025, 2, 1)
    assert on(view, "prior_notice:latest") == date(2025, 12, 28)
    assert codes(view) & {"DELAI-07"} == wrong


def test_a_local_buyer_may_agree_on_a_shorter_date_but_not_below_ten_days() -> None:
    rules = consultation(
        procedure=ProcedureType.RESTRICTED, candidacy_deadline=at("2026-01-20 12:00"), sent="2025-12-15 10:00"
    )
    agreed = calendar_of(rules, events={"invitation": date(2026, 2, 2)})
    assert "DELAI-03" in codes(agreed)
    assert not agreed.blocked
    assert calendar_of(rules, events={"invitation": date(2026, 2, 8)}).blocked
    state = replace(rules, buyer=Buyer(name="Préfecture", kind=BuyerKind.STATE))
    assert calendar_of(state, events={"invitation": date(2026, 2, 2)}).blocked


def test_a_utility_has_fifteen_days_for_candidacies_and_ten_without_agreement() -> None:
    rules = consultation(
        procedure=ProcedureType.NEGOTIATED,
        kind=BuyerKind.UTILITY,
        candidacy_deadline=at("2026-01-20 12:00"),
        sent="2026-01-04 10:00",
    )
    candidacies, bids = calendar_of(rules, events={"invitation": date(2026, 2, 6)}).minimums
    assert (candidacies.days, candidacies.margin) == (15, 0)
    assert (bids.days, bids.margin) == (10, 1)


def test_an_adapted_procedure_has_no_figure_and_says_how_long_is_left() -> None:
    rules = consultation(procedure=ProcedureType.ADAPTED)
    view = calendar_of(rules, events={"publication": date(2026, 2, 1)})
    assert view.minimums[0].days is None
    assert "17 jours sont laissés" in finding(view, "DELAI-08")
    from_notice = calendar_of(rules, date(2026, 1, 30))
    assert "19 jours depuis l'envoi de l'avis" in finding(from_notice, "DELAI-08")
    assert "information" not in {entry.id for entry in view.entries}  # R.2132-6 is for formal procedures


def test_a_compulsory_visit_with_only_the_minimum_period_is_to_check() -> None:
    rules = consultation(visits=(Visit(id="v", compulsory=True, at=at("2026-02-02 10:00")),))
    assert "DELAI-12" in codes(calendar_of(rules, date(2026, 1, 18)))
    assert "DELAI-12" not in codes(calendar_of(rules, date(2026, 1, 17)))


def test_the_latest_sending_says_why_it_moves_forward() -> None:
    rules = consultation(deadline="2026-02-16 12:00")  # a Monday: the period would end on a Sunday
    entry = calendar_of(rules).entry("minimum:bids:sending")
    assert entry.on == date(2026, 1, 14)
    assert "avancé au mercredi 14/01/2026" in entry.computation


def test_alsace_moselle_counts_its_own_days() -> None:
    deadline = "2027-01-05 12:00"
    sent = date(2026, 11, 26)  # thirty days end on Saturday 26 December, a holiday there
    (metropole,) = calendar_of(consultation(deadline=deadline), sent).minimums
    (moselle,) = calendar_of(consultation(deadline=deadline, territory="57"), sent).minimums
    assert (metropole.earliest, moselle.earliest) == (date(2026, 12, 29), date(2026, 12, 29))
    term_of = term("questions", "5 jours ouvrés")
    here = calendar_of(consultation(term_of, deadline="2026-04-08 12:00"))
    there = calendar_of(consultation(term_of, deadline="2026-04-08 12:00", territory="57"))
    assert on(here, "term:questions") == date(2026, 3, 31)
    assert on(there, "term:questions") == date(2026, 3, 30)  # Good Friday too


# --- Duty to extend -------------------------------------------------------------------------------


def test_an_answer_after_the_sixth_day_obliges_to_extend_by_as_much() -> None:
    view = calendar_of(consultation(), events={"answer": date(2026, 2, 14)})
    assert "20/02/2026 au plus tôt" in finding(view, "DELAI-04")
    assert view.blocked
    assert "DELAI-04" not in codes(calendar_of(consultation(), events={"answer": date(2026, 2, 12)}))
    postponed = {"answer": date(2026, 2, 14), "submission_deadline": date(2026, 2, 20)}
    assert "DELAI-04" not in codes(calendar_of(consultation(), events=postponed))


def test_an_important_change_obliges_to_extend() -> None:
    assert "DELAI-09" in codes(calendar_of(consultation(), events={"important_change": date(2026, 2, 3)}))


def test_a_postponed_deadline_keeps_its_hour_and_moves_every_term() -> None:
    rules = consultation(
        term("questions", "8 jours ouvrés"), bid_validity=BidValidity(period=Period.parse("180 jours"))
    )
    view = calendar_of(rules, events={"submission_deadline": date(2026, 2, 25)})
    assert str(view.entry("submission_deadline").at) == "2026-02-25 12:00:00+01:00"
    assert on(view, "term:questions") == date(2026, 2, 13)
    assert on(view, "validity:submission_deadline") == date(2026, 8, 24)
    assert view.entry("term:questions").assumed


def test_a_postponed_deadline_leaves_a_term_that_the_rc_says_does_not_follow() -> None:
    rules = consultation(term("questions", "8 jours ouvrés", moves_with_deadline=False))
    view = calendar_of(rules, events={"submission_deadline": date(2026, 2, 25)})
    assert on(view, "term:questions") == date(2026, 2, 6)  # 8 jours ouvrés before the 18th, as announced
    assert not view.entry("term:questions").assumed


# --- Clashes --------------------------------------------------------------------------------------


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


# --- After the deadline ---------------------------------------------------------------------------


def test_the_standstill_ends_on_the_eleventh_day_and_signing_is_free_the_next() -> None:
    sent = {"award": date(2026, 3, 20)}
    view = calendar_of(consultation(), events=sent)
    assert (on(view, "standstill"), on(view, "signature:free")) == (date(2026, 3, 31), date(2026, 4, 1))
    assert "DELAI-05" in codes(calendar_of(consultation(), events=sent | {"signature": date(2026, 3, 30)}))
    assert "DELAI-06" in codes(calendar_of(consultation(), events=sent | {"signature": date(2026, 3, 31)}))
    assert codes(calendar_of(consultation(), events=sent | {"signature": date(2026, 4, 1)})) == set()


def test_a_standstill_ending_on_a_day_off_runs_to_the_next_working_day() -> None:
    view = calendar_of(consultation(), events={"award": date(2026, 3, 26)})  # Easter Monday, 6 April
    assert on(view, "standstill") == date(2026, 4, 7)


def test_the_standstill_is_sixteen_days_on_paper_and_none_in_an_adapted_procedure() -> None:
    paper = calendar_of(consultation(rules={"electronic": False}), events={"award": date(2026, 3, 16)})
    assert on(paper, "standstill") == date(2026, 4, 1)
    rules = consultation(procedure=ProcedureType.ADAPTED)
    adapted = calendar_of(rules, events={"award": date(2026, 3, 20), "signature": date(2026, 3, 21)})
    assert "standstill" not in {entry.id for entry in adapted.entries}
    assert not adapted.blocked


def test_an_award_after_the_bids_lapse_is_to_check() -> None:
    rules = consultation(bid_validity=BidValidity(period=Period.parse("30 jours")))
    assert "CAL-23" in codes(calendar_of(rules, events={"award": date(2026, 3, 21)}))
    assert "CAL-23" not in codes(calendar_of(rules, events={"award": date(2026, 3, 20)}))


def test_remedies_and_publications_run_from_their_events() -> None:
    events = {
        "award": date(2026, 3, 2),
        "signature": date(2026, 3, 16),
        "notification": date(2026, 3, 18),
        "award_notice": date(2026, 3, 20),
        "reasons_request": date(2026, 3, 10),
        "abandonment": date(2026, 3, 5),
        "end_of_performance": date(2028, 3, 18),
    }
    view = calendar_of(consultation(), events=events)
    assert {name: on(view, name) for name in (
        "remedy:precontractual", "remedy:contractual", "remedy:contractual:no-notice", "remedy:challenge",
        "remedy:annulment", "remedy:annulment:abandonment", "reasons", "award_notice", "essential_data",
        "retention", "retention:contract", "legality_control",
    )} == {
        "remedy:precontractual": date(2026, 3, 16),
        "remedy:contractual": date(2026, 4, 20),
        "remedy:contractual:no-notice": date(2026, 9, 16),
        "remedy:challenge": date(2026, 5, 21),
        "remedy:annulment": date(2026, 5, 4),  # 3 May is a Sunday
        "remedy:annulment:abandonment": date(2026, 5, 6),
        "reasons": date(2026, 3, 25),
        "award_notice": date(2026, 4, 15),
        "essential_data": date(2026, 5, 18),
        "retention": date(2031, 3, 16),
        "retention:contract": date(2033, 3, 18),
        "legality_control": date(2026, 3, 18),
    }  # fmt: skip
    assert all(view.entry(name).assumed for name in ("award_notice", "retention"))


def test_works_are_kept_ten_years_and_the_state_sends_nothing_to_the_prefect() -> None:
    rules = replace(consultation(kind=BuyerKind.STATE), nature=ContractNature.WORKS)
    view = calendar_of(rules, events={"end_of_performance": date(2028, 3, 18)})
    assert on(view, "retention:contract") == date(2038, 3, 18)
    assert "legality_control" not in {entry.id for entry in view.entries}


def test_below_a_threshold_the_duty_is_told_with_its_condition() -> None:
    small = replace(
        consultation(procedure=ProcedureType.ADAPTED),
        estimated_value=Money(Decimal(30_000), TaxBasis.HT),
    )
    titles = {entry.id: entry.title for entry in calendar_of(small).entries}
    assert "dû à partir de 40 000 EUR HT" in titles["essential_data"]
    assert "dû à partir de 216 000 EUR HT" in titles["award_notice"]


def test_validity_of_a_negotiated_procedure_runs_from_each_deadline_named() -> None:
    rules = consultation(
        procedure=ProcedureType.NEGOTIATED,
        deadline=None,
        rules={"negotiation": Negotiation(allowed=True)},
        bid_validity=BidValidity(
            period=Period.parse("180 jours"), of=("submission_deadline", "final_bids_deadline")
        ),
    )
    waiting = calendar_of(rules).entry("validity:final_bids_deadline")
    assert (waiting.on, waiting.awaits) == (None, "final_bids_deadline")
    assert "+ 180 jours" in waiting.computation
    view = calendar_of(rules, events={"final_bids_deadline": date(2026, 6, 30)})
    assert on(view, "validity:final_bids_deadline") == date(2026, 12, 27)
    assert on(view, "validity:submission_deadline") is None


def test_a_contract_ends_on_the_eve_and_its_renewals_add_up() -> None:
    contract = Contract(
        form="ordinaire",
        duration=Period.parse("2 ans"),
        starts_on=date(2026, 4, 1),
        renewal=Renewal(count=2, duration=Period.parse("1 an")),
        similar_services="R.2122-7",
    )
    view = calendar_of(consultation(contract=contract), events={"notification": date(2026, 3, 18)})
    assert on(view, "contract:end") == date(2028, 3, 31)
    assert on(view, "contract:renewed") == date(2030, 3, 31)
    assert on(view, "similar_services") == date(2029, 3, 18)


# --- Events ---------------------------------------------------------------------------------------


def test_one_term_can_be_dated_alone() -> None:
    rules = consultation(
        term("supplement", "4 jours ouvrés", "request", "after", id="complement"),
        term("award_evidence", "10 jours", "request", "after", id="preuves"),
    )
    view = calendar_of(rules, events={"complement": date(2026, 3, 2), "preuves": date(2026, 3, 31)})
    assert on(view, "term:complement") == date(2026, 3, 6)
    assert on(view, "term:preuves") == date(2026, 4, 10)


def test_a_term_before_each_fixed_visit() -> None:
    rules = consultation(
        term("visit_request", "3 jours ouvrés", "visit", id="demande"),
        visits=(
            Visit(id="nord", compulsory=False, at=at("2026-01-28 10:00")),
            Visit(id="sud", compulsory=False, at=at("2026-02-03 10:00")),
        ),
    )
    view = calendar_of(rules)
    assert on(view, "term:demande:nord") == date(2026, 1, 23)
    assert on(view, "term:demande:sud") == date(2026, 1, 29)


def test_an_event_of_the_rules_own_words_is_admitted() -> None:
    rules = consultation(term("access_list", "5 jours ouvrés", "intervention", id="noms"))
    assert on(calendar_of(rules, events={"intervention": date(2026, 6, 15)}), "term:noms") == date(2026, 6, 8)
    assert calendar_of(rules).entry("term:noms").awaits == "intervention"


def test_an_unknown_event_is_refused_with_the_known_ones() -> None:
    with pytest.raises(Refused) as refused:
        calendar_of(consultation(term("questions", "8 jours ouvrés")), events={"fete": date(2026, 1, 1)})
    (found,) = refused.value.findings
    assert found.code == "CAL-16"
    assert {"attribution", "questions", "limite des offres"} <= set(
        found.mend_text.strip(".").split(": ")[1].split(", ")
    )


UNLIKELY: list[dict[str, Any]] = [
    {"sent": date(9999, 12, 31)},
    {"sent": date(1, 1, 1)},
    {"events": {"award": date(9999, 12, 31)}},
]


@pytest.mark.parametrize("arguments", UNLIKELY)
def test_an_unlikely_date_is_refused(arguments: dict[str, Any]) -> None:
    with pytest.raises(Refused) as refused:
        calendar_of(consultation(), **arguments)
    assert {found.code for found in refused.value.findings} == {"CAL-22"}


def test_a_consultation_older_than_the_code_is_refused() -> None:
    with pytest.raises(Refused) as refused:
        calendar_of(consultation(deadline="2018-03-01 12:00"), date(2018, 1, 15))
    assert {found.code for found in refused.value.findings} == {"DELAI-10"}


def test_everything_waits_when_nothing_is_known() -> None:
    view = calendar_of(consultation(term("questions", "8 jours ouvrés"), deadline=None))
    assert {entry.on for entry in view.entries} == {None}
    assert all(entry.awaits and entry.computation for entry in view.entries)


def test_entries_come_in_order_and_findings_by_weight() -> None:
    view = calendar_of(
        consultation(term("questions", "3 jours"), term("changes", "2 jours ouvrés"), territory="974"),
        date(2026, 1, 19),
    )
    days = [entry.on for entry in view.entries if entry.on]
    assert days == sorted(days)
    weights = [found.weight for found in view.findings]
    assert weights == sorted(weights, key=list(Severity).index)
    assert {entry.bound for entry in view.entries} <= set(Bound)
