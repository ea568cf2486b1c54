"""After the deadline: standstill, validity, remedies, the contract; and what depends on events."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from tests.procurement.deadlines.support import at, codes, consultation, on, term

from reglo.procurement.consultation import (
    BidValidity,
    BuyerKind,
    ContractNature,
    Negotiation,
    ProcedureType,
    Visit,
)
from reglo.procurement.contract import Contract, Renewal
from reglo.procurement.deadlines import calendar_of
from reglo.procurement.deadlines.entries import Bound
from reglo.procurement.findings import Refused, Severity
from reglo.procurement.values import Money, Period, TaxBasis


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
        "remedy:contractual:no-notice": date(2026, 9, 17),
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


def test_r_551_7_a_window_of_the_contractual_remedy_closes_on_a_working_day() -> None:
    view = calendar_of(
        consultation(), events={"award_notice": date(2026, 7, 1), "signature": date(2026, 6, 30)}
    )
    assert on(view, "remedy:contractual") == date(2026, 8, 3)  # 1 August is a Saturday
    assert "reporté au lundi 03/08/2026" in view.entry("remedy:contractual").computation
    assert on(view, "remedy:contractual:no-notice") == date(2027, 1, 4)  # 1 July to 1 January, a Friday


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
