"""The calendar up to the deadline: the four examples, minimum periods, the duty to extend."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest
import yaml
from tests.conftest import ROOT
from tests.procurement.deadlines.support import at, codes, consultation, finding, on, term

from reglo.procurement.consultation import (
    BidValidity,
    Buyer,
    BuyerKind,
    ProcedureType,
    Visit,
)
from reglo.procurement.deadlines import calendar_of
from reglo.procurement.values import Period
from reglo.reading.rules import read_rules

CASES = yaml.safe_load((ROOT / "tests/vectors/calendar/consultations.yaml").read_text(encoding="utf-8"))


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
