"""The law's figures are dated: the launch date decides."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from reglo.procurement.consultation import BuyerKind, ContractNature, ProcedureType
from reglo.procurement.findings import Refused
from reglo.procurement.law import (
    CODE_SINCE,
    figure_names,
    figure_on,
    in_force,
    procedure_on,
    threshold_on,
)
from reglo.procurement.values import Period

# name, launch date, value: legal-rules §0, §7, §8
FIGURES = [
    ("threshold_supplies_state", date(2025, 12, 31), "143000"),
    ("threshold_supplies_state", date(2026, 1, 1), "140000"),
    ("threshold_supplies_local", date(2025, 12, 31), "221000"),
    ("threshold_supplies_local", date(2026, 1, 1), "216000"),
    ("threshold_supplies_utility", date(2025, 12, 31), "443000"),
    ("threshold_supplies_utility", date(2026, 1, 1), "432000"),
    ("threshold_works", date(2025, 12, 31), "5538000"),
    ("threshold_works", date(2026, 1, 1), "5404000"),
    ("exemption_supplies", date(2026, 3, 31), "40000"),
    ("exemption_supplies", date(2026, 4, 1), "60000"),
    ("documents_on_profile", date(2026, 3, 31), "40000"),
    ("documents_on_profile", date(2026, 4, 1), "60000"),
    ("exemption_works", date(2026, 1, 1), "100000"),
    ("exemption_innovation", date(2026, 1, 1), "100000"),
    ("turnover_cap", date(2025, 12, 31), "2"),
    ("turnover_cap", date(2026, 1, 1), "1.5"),
    ("publicity_national", date(2026, 1, 1), "90000"),
    ("essential_data", date(2026, 4, 1), "40000"),
    ("essential_data_list", date(2026, 4, 1), "25000"),
    ("written_contract", date(2026, 1, 1), "25000"),
    ("small_lot_supplies", date(2026, 1, 1), "80000"),
    ("small_lot_works", date(2026, 1, 1), "1000000"),
    ("standstill_electronic", date(2026, 1, 1), "11"),
    ("standstill_other", date(2026, 1, 1), "16"),
    ("award_notice", date(2026, 1, 1), "30"),
    ("essential_data_due", date(2026, 1, 1), "2"),
]
RULES = [
    ("price_only_award", date(2026, 8, 20), True),
    ("price_only_award", date(2026, 8, 21), False),
    ("environmental_criterion", date(2026, 8, 21), False),
    ("environmental_criterion", date(2026, 8, 22), True),
    ("social_conditions", date(2026, 8, 22), True),
    ("groupings_may_change", date(2024, 12, 31), False),
    ("groupings_may_change", date(2025, 1, 1), True),
    ("next_ranked_when_prevented", date(2026, 1, 1), True),
    ("essential_data_on_national_portal", date(2023, 12, 31), False),
]


@pytest.mark.parametrize(("name", "day", "value"), FIGURES)
def test_a_figure_is_the_one_in_force_on_the_launch_date(name: str, day: date, value: str) -> None:
    assert figure_on(name, day).value == Decimal(value)


@pytest.mark.parametrize(("name", "day", "applies"), RULES)
def test_a_duty_applies_from_its_day(name: str, day: date, applies: bool) -> None:
    assert in_force(name, day) is applies


def test_every_value_has_a_source_and_every_figure_a_unit() -> None:
    for name in figure_names():
        figure = figure_on(name, date(2030, 1, 1))
        assert figure.source, name
        assert figure.unit in {
            "EUR HT", "jours", "mois", "ans", "règle", "candidats", "%", "fois la valeur estimée"
        }, name  # fmt: skip


def test_a_period_of_the_law_is_a_period() -> None:
    assert figure_on("essential_data_due", date(2026, 1, 1)).period == Period.parse("2 mois")


def test_an_unknown_name_lists_the_known_ones() -> None:
    with pytest.raises(LookupError, match="threshold_works"):
        figure_on("threshold_boats", date(2026, 1, 1))


def test_a_figure_is_not_a_rule() -> None:
    with pytest.raises(LookupError):
        in_force("threshold_works", date(2026, 1, 1))


def test_a_day_before_the_first_value_is_refused_with_both_dates() -> None:
    with pytest.raises(Refused) as refused:
        figure_on("threshold_works", date(2019, 3, 1))
    (finding,) = refused.value.findings
    assert finding.code == "DELAI-10"
    assert "01/03/2019" in finding.cause_text
    assert "01/04/2019" in finding.cause_text


def test_every_figure_is_known_from_the_first_day_of_the_code() -> None:
    assert {figure_on(name, CODE_SINCE).since for name in figure_names()} == {CODE_SINCE}
    assert figure_on("exemption_works", date(2020, 12, 8)).value == 100_000
    assert figure_on("exemption_works", date(2020, 12, 7)).value == 70_000


def test_the_threshold_depends_on_the_buyer_save_for_works() -> None:
    day = date(2026, 6, 1)
    values = {kind: threshold_on(ContractNature.SUPPLIES, kind, day).value for kind in BuyerKind}
    assert values == {BuyerKind.STATE: 140000, BuyerKind.LOCAL: 216000, BuyerKind.UTILITY: 432000}
    assert {threshold_on(ContractNature.WORKS, kind, day).value for kind in BuyerKind} == {5404000}


# procedure, buyer -> for each step: ground -> days (legal-rules §3.1)
PERIODS = {
    (ProcedureType.OPEN, BuyerKind.STATE): [
        {"base": 35, "electronic": 30, "prior_notice": 15, "urgency": 15}
    ],
    (ProcedureType.RESTRICTED, BuyerKind.STATE): [
        {"base": 30, "urgency": 15},
        {"base": 30, "electronic": 25, "prior_notice": 10, "urgency": 10},
    ],
    (ProcedureType.RESTRICTED, BuyerKind.LOCAL): [
        {"base": 30, "urgency": 15},
        {"base": 30, "electronic": 25, "prior_notice": 10, "urgency": 10, "agreement": 10},
    ],
    (ProcedureType.RESTRICTED, BuyerKind.UTILITY): [{"base": 15}, {"agreement": 10}],
    (ProcedureType.NEGOTIATED, BuyerKind.STATE): [
        {"base": 30, "urgency": 15},
        {"base": 30, "electronic": 25, "prior_notice": 10, "urgency": 10},
    ],
    (ProcedureType.NEGOTIATED, BuyerKind.UTILITY): [{"base": 15}, {"agreement": 10}],
    (ProcedureType.DIALOGUE, BuyerKind.LOCAL): [{"base": 30}, {}],
    (ProcedureType.ADAPTED, BuyerKind.LOCAL): [{}],
}


@pytest.mark.parametrize(("procedure", "buyer"), PERIODS)
def test_minimum_periods_are_those_of_the_code(procedure: ProcedureType, buyer: BuyerKind) -> None:
    law = procedure_on(procedure, buyer, date(2026, 1, 1))
    days = [{ground: it.days for ground, it in step.minimums.items()} for step in law.steps]
    assert days == PERIODS[procedure, buyer]
    assert law.formal is (procedure is not ProcedureType.ADAPTED)
    for step in law.steps:
        assert all(it.article.startswith("CCP R.21") for it in step.minimums.values())


def test_no_procedure_is_known_before_the_code() -> None:
    with pytest.raises(Refused):
        procedure_on(ProcedureType.OPEN, BuyerKind.STATE, date(2019, 3, 31))
