"""The amount judged: words, figures, sheet, recomputed, by each RC's own rules (PX-01 to PX-04)."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reglo.procurement.award import (
    ArithmeticErrors,
    Award,
    PriceLine,
    PriceRules,
    PriceSheet,
    PriceSheetKind,
    PriceSource,
    Quote,
    QuoteLine,
)
from reglo.procurement.prices.prices import Commitment, PriceReview, price_quotes, review
from reglo.procurement.prices.questions import align, material_factor
from reglo.procurement.prices.sheets import Effect, PricedLine, PricedSheet, TotalKind, WrittenTotal
from reglo.procurement.prices.words import to_words
from reglo.procurement.values import Money, TaxBasis

D = Decimal
HT, TTC = TaxBasis.HT, TaxBasis.TTC
EMPTY_AWARD = Award(criteria=())

S2 = PriceRules(
    source="RC 8.2, 8.4",
    basis=TTC,
    precedence=(PriceSource.COMMITMENT_WORDS,),
    arithmetic=ArithmeticErrors.CONFIRMED,
    refusal="éliminée comme non cohérente",
)
S3 = PriceRules(
    source="RC 7.4",
    basis=HT,
    precedence=(PriceSource.SHEET_WORDS,),
    arithmetic=ArithmeticErrors.CORRECTED,
)
S4 = PriceRules(
    source="RC 7.1.2",
    basis=HT,
    precedence=(PriceSource.COMMITMENT_WORDS,),
    arithmetic=ArithmeticErrors.NOT_CORRECTED,
    material_error_exception=True,
    aligned_by_winner=True,
    refusal="éliminée comme non cohérente",
)


def sheet_of(kind, lines, total=None, *, basis=None, words=False, totals=(), rules=None) -> PricedSheet:
    """lines: (ref, quantity, unit price, amount[, words])."""
    by_unit = any(line[2] is not None for line in lines)
    priced = tuple(
        PricedLine(
            ref=line[0],
            name=f"Prestation {line[0]}",
            quantity=None if line[1] is None else D(line[1]),
            unit_price=None if line[2] is None else D(line[2]),
            amount=None if line[3] is None else D(line[3]),
            words=line[4] if len(line) > 4 else "",
        )
        for line in lines
    )
    whole = (
        [WrittenTotal(label="Total", kind=TotalKind.TOTAL, after=len(priced), amount=D(total))]
        if total
        else []
    )
    return PricedSheet(
        rules=rules or PriceSheet(id=kind.value, kind=kind, piece="O3", words=words, basis=basis),
        lines=priced,
        totals=(*totals, *whole),
        basis=basis,
        has_unit_prices=by_unit,
        has_words=words,
    )


def dpgf(*amounts, total=None, basis=None, totals=()):
    lines = [(str(number), None, None, amount) for number, amount in enumerate(amounts, 1)]
    return sheet_of(PriceSheetKind.DPGF, lines, total, basis=basis, totals=totals)


def codes(result: PriceReview) -> list[str]:
    return [finding.code for finding in result.findings]


def judge(rules, *sheets, figures="", words="", award=EMPTY_AWARD, lot="1") -> PriceReview:
    stated = Money.parse(figures) if figures else None
    return review(rules, sheets, Commitment(figures=stated, words=words), award, lot)


# --- PX-03: words and figures -----------------------------------------------------------------


def test_px_03_when_all_agree_there_is_an_amount_and_nothing_to_say():
    result = judge(
        replace(S4, aligned_by_winner=False),
        dpgf("100000", "200000.10", total="300000.10"),
        figures="300 000,10 EUR HT",
        words="trois cent mille euros et dix centimes",
    )
    assert result.judged_amount == Money(D("300000.10"), HT)
    assert result.judged_from is PriceSource.COMMITMENT_WORDS
    assert (codes(result), result.corrections, result.confirmations) == ([], (), ())


def test_px_03_without_a_rule_of_the_rc_nothing_ranks_words_above_figures():
    rules = PriceRules(basis=HT)
    result = judge(rules, figures="300 000 EUR HT", words="deux cent mille euros")
    assert result.judged_amount is None
    assert codes(result) == ["MONTANT-14"]


@pytest.mark.parametrize(
    ("strongest", "amount"),
    [(PriceSource.COMMITMENT_WORDS, 200_000), (PriceSource.COMMITMENT_FIGURES, 300_000)],
)
def test_px_03_the_rc_decides_which_of_words_and_figures_prevails(strongest, amount):
    rules = PriceRules(basis=HT, precedence=(strongest,), source="RC 9")
    result = judge(rules, figures="300 000 EUR HT", words="deux cent mille euros")
    assert result.judged_amount == Money(D(amount), HT)
    assert codes(result) == ["LETTRE-02"]
    assert result.findings[0].article == "RC 9"


def test_a_misspelt_amount_counts_only_when_the_figures_say_the_same():
    agreed = judge(S4, figures="80 EUR HT", words="quatre-vinght euros")
    assert (agreed.judged_amount, codes(agreed)) == (Money(D(80), HT), ["LETTRE-01"])
    alone = judge(S4, words="quatre-vinght euros")
    assert alone.judged_amount is None
    assert codes(alone) == ["LETTRE-01", "MONTANT-15"]
    assert [one.subject for one in alone.confirmations] == ["Montant en lettres de l'acte d'engagement"]


def test_a_missing_source_of_the_precedence_is_said_and_the_next_figure_used():
    result = judge(S4, dpgf("100", "200", total="300"))
    assert result.judged_amount == Money(D(300), HT)
    assert codes(result) == ["MONTANT-16"]
    assert "de le" not in result.findings[0].cause_text


# --- PX-04: arithmetic, as S2, S3 and S4 treat it ----------------------------------------------


def test_px_04_s3_words_of_the_bpu_prevail_and_the_estimate_is_corrected():
    lines = [
        ("1", "10", "12.00", "120.00", "douze euros"),
        ("2", "4", "50.00", "200.00", "cinquante-cinq euros"),
    ]
    sheet = sheet_of(PriceSheetKind.DQE, lines, "320.00", words=True)
    result = judge(S3, sheet, figures="320 EUR HT")
    assert result.judged_amount == Money(D("340.00"), HT)
    assert result.unit_prices == {"1": D(12), "2": D(55)}
    assert [(one.what, one.before, one.after, one.effect) for one in result.corrections] == [
        ("Ligne 2, prix en chiffres", D("50.00"), D(55), Effect.APPLIED),
        ("Ligne 2, montant", D("200.00"), D("220.00"), Effect.APPLIED),
        ("Total", D("320.00"), D("340.00"), Effect.APPLIED),
    ]
    assert codes(result) == ["LETTRE-02", "MONTANT-10", "MONTANT-13"]
    assert sheet.lines[1].amount == D("200.00")  # the original stays


def test_px_04_s2_arithmetic_errors_are_confirmed_by_the_bidder():
    result = judge(
        S2,
        dpgf("28800", "13200", "15600", total="55200"),  # the lines make 57 600
        figures="55 200 EUR TTC",
        words="cinquante-cinq mille deux cents euros toutes taxes comprises",
    )
    assert result.judged_amount == Money(D(55_200), TTC)
    assert result.if_confirmed == Money(D("57600.00"), TTC)
    assert codes(result) == ["MONTANT-11", "MONTANT-13"]
    [question] = result.confirmations
    assert question.amount == Money(D("57600.00"), TTC)
    assert "57 600,00 EUR TTC" in question.text
    assert "éliminée comme non cohérente" in question.text
    assert [one.effect for one in result.corrections] == [Effect.TO_CONFIRM]


def test_px_04_s4_a_lump_sum_is_judged_as_it_is_and_the_winner_aligns_its_breakdown():
    result = judge(
        S4,
        dpgf("30000", "50100", total="80100"),
        figures="80 000 EUR HT",
        words="quatre-vingt mille euros",
    )
    assert result.judged_amount == Money(D(80_000), HT)
    assert [line.after for line in result.aligned] == [D("29962.55"), D("50037.45")]
    assert sum(line.after for line in result.aligned) == 80_000
    assert [one.amount for one in result.confirmations] == [Money(D(80_000), HT)]
    assert codes(result) == ["MONTANT-13", "MONTANT-17"]


def test_px_04_a_wrong_total_without_any_rule_is_a_question():
    result = judge(PriceRules(basis=HT), dpgf("100", "200", total="310"))
    assert result.judged_amount is None
    assert codes(result) == ["MONTANT-11", "MONTANT-14"]
    assert [one.effect for one in result.corrections] == [Effect.TO_DECIDE]


# --- PX-01, PX-02: what may be rectified --------------------------------------------------------


def test_ce_349149_a_price_ten_times_too_low_may_be_a_purely_material_error():
    """CE 21 September 2011 n° 349149: 22 euros written for 220 in the list of prices."""
    assert material_factor(D(22), D(220)) == "un facteur 10 exactement"
    lines = [("903", "1", "22.00", "220.00", "deux cent vingt euros")]
    result = judge(S3, sheet_of(PriceSheetKind.DQE, lines, "220.00", words=True))
    found = [finding for finding in result.findings if finding.code == "MONTANT-17"]
    assert [finding.facts["before"] for finding in found] == ["22,00"]
    assert "349149" in found[0].source_text
    assert found[0].weight.value == "to_check"  # a person decides (V14)


def test_ce_353629_the_question_names_the_only_amount_an_answer_may_confirm():
    """CE 16 January 2012 n° 353629: invited to rectify, the bidder gave new prices."""
    result = judge(S2, dpgf("100", "200", total="310"), words="trois cent dix euros")
    [question] = result.confirmations
    assert question.amount == Money(D("300.00"), TTC)


def test_px_02_two_digits_swapped_look_like_a_material_error_and_an_ordinary_gap_does_not():
    assert material_factor(D("1230"), D("1320")) == "deux chiffres intervertis"
    assert material_factor(D("1230"), D("1240")) == ""
    assert material_factor(D("56400"), D("57600")) == ""
    assert material_factor(D("5"), D("5")) == ""
    assert material_factor(D("0"), D("5")) == ""
    assert material_factor(D("1.001"), D("1.002")) == ""  # the same to the centime


def test_a_price_a_formula_computed_is_told_and_its_digits_lost_by_the_spreadsheet_make_no_error():
    lines = [("1", "40", "333.333333333333", "13333.3333333333"), ("2", "1", "0.0125", "0.01")]
    result = judge(S3, sheet_of(PriceSheetKind.DQE, lines, "13333.3458333333", words=True))
    told = {finding.code: finding for finding in result.findings}
    assert set(told) == {"LETTRE-04", "MONTANT-08"}
    assert "« Prestation 1 » vaut 333,333333333333" in told["MONTANT-08"].cause_text
    assert "Écrivez ce prix en lettres, 0,0125 en chiffres." in str(told["LETTRE-04"])
    assert result.judged_amount == Money(D("13333.35"), HT)


# --- Lines --------------------------------------------------------------------------------------


def test_every_line_of_the_rules_must_be_there_and_priced():
    rules = PriceSheet(
        id="bpu",
        kind=PriceSheetKind.BPU,
        piece="O2",
        lines=(
            *(PriceLine(ref=ref, name=f"Prestation {ref}") for ref in "ABC"),
            PriceLine(ref="D", name="Autre lot", lots=("2",)),
        ),
    )
    lines = tuple(
        PricedLine(ref=ref, name=f"Prestation {ref}", rule=rules.lines[index], unit_price=price)
        for index, (ref, price) in enumerate([("A", D(0)), ("B", None)])
    )
    sheet = PricedSheet(rules=rules, lines=lines)
    result = judge(S3, sheet)
    assert codes(result) == ["MONTANT-01", "LETTRE-05", "MONTANT-03", "MONTANT-02"]
    assert result.unit_prices == {"A": D(0)}
    assert [one.subject for one in result.confirmations] == ["Précisions sur des prix unitaires"]


def test_s4_o3_a_zero_line_of_the_dpgf_is_filled_an_empty_one_is_not():
    result = judge(S4, dpgf("0", "100", None, total="100"), words="cent euros")
    assert [(one.code, one.weight.value) for one in result.findings] == [
        ("MONTANT-03", "information"),
        ("MONTANT-02", "blocking"),
    ]
    assert result.judged_amount == Money(D(100), HT)


def test_a_negative_price_is_asked_about_and_never_counted_as_a_unit_price():
    sheet = sheet_of(PriceSheetKind.BPU, [("A", None, "-3", None)])
    result = judge(S3, sheet)
    assert codes(result) == ["MONTANT-04"]
    assert result.unit_prices == {}


def test_an_absurd_price_is_refused_not_counted():
    result = judge(S3, sheet_of(PriceSheetKind.DQE, [("A", "1", "1E300", None)]))
    assert "MONTANT-07" in codes(result)
    assert result.judged_amount is None


def test_a_quantity_changed_by_the_bidder_is_reported_and_the_rules_quantity_counts():
    rule = PriceLine(ref="A", name="Lavage", quantity=D(12))
    rules = PriceSheet(id="dqe", kind=PriceSheetKind.DQE, piece="O2", lines=(rule,))
    line = PricedLine(ref="A", name="Lavage", rule=rule, quantity=D(10), unit_price=D(5), amount=D(50))
    result = judge(S3, PricedSheet(rules=rules, lines=(line,)))
    assert codes(result) == ["MONTANT-05", "MONTANT-10", "MONTANT-16"]
    assert result.judged_amount == Money(D("60.00"), HT)


def test_shares_of_the_members_must_make_the_amount_of_the_line():
    line = PricedLine(ref="1", name="Études", amount=D(100), shares=(D(60), D(30)))
    rules = PriceSheet(id="dpgf", kind=PriceSheetKind.DPGF, piece="O3", per_member=True)
    result = judge(S4, PricedSheet(rules=rules, lines=(line,), has_unit_prices=False), words="cent euros")
    assert codes(result) == ["MONTANT-06"]


def test_amounts_rounded_to_the_centime_are_right_both_ways():
    """2 × 0,005 and 1,005 × 3: written exactly or rounded half up, line by line or at the end."""
    lines = [("1", "3", "1.005", "3.02"), ("2", "3", "1.005", "3.015")]
    for total in ("6.03", "6.04"):
        sheet = sheet_of(PriceSheetKind.DQE, lines, total)
        result = judge(replace(S3, precedence=(PriceSource.SHEET_FIGURES,)), sheet)
        assert (codes(result), result.corrections) == ([], ())
        assert result.judged_amount == Money(D(total), HT)


def test_a_formula_stored_as_zero_is_said_to_be_probably_not_recalculated():
    line = PricedLine(
        ref="1", name="Lavage", quantity=D(2), unit_price=D(5), amount=D(0), amount_is_formula=True
    )
    rules = PriceSheet(id="dqe", kind=PriceSheetKind.DQE, piece="O2")
    result = judge(S3, PricedSheet(rules=rules, lines=(line,)))
    assert "jamais recalculée" in next(str(one) for one in result.findings if one.code == "MONTANT-10")
    assert result.judged_amount == Money(D("10.00"), HT)


def test_sub_totals_are_sums_of_lines_just_above():
    def with_subtotals(*amounts):
        totals = [
            WrittenTotal(label=f"Sous-total {after}", kind=TotalKind.SUBTOTAL, after=after, amount=D(amount))
            for after, amount in zip((2, 3), amounts, strict=True)
        ]
        return judge(S4, dpgf("10", "20", "30", total="60", totals=totals), words="soixante euros")

    assert codes(with_subtotals("30", "30")) == []
    wrong = with_subtotals("31", "30")
    assert codes(wrong) == ["MONTANT-11"]
    assert (wrong.corrections[0].before, wrong.corrections[0].after) == (D(31), D(30))


def test_a_zero_amount_is_a_question_never_the_amount_judged():
    result = judge(S4, dpgf("0", "0", total="0"), figures="0 EUR HT", words="zéro euro")
    assert result.judged_amount is None
    assert codes(result) == ["MONTANT-03", "MONTANT-03", "MONTANT-15"]


# --- Tax ----------------------------------------------------------------------------------------


def taxed(lines_total="100", tax="20", ttc="120", rate=None):
    return (
        WrittenTotal(label="Total HT", kind=TotalKind.TOTAL, after=2, amount=D(lines_total)),
        WrittenTotal(label="TVA", kind=TotalKind.TAX, after=2, amount=D(tax), rate=D(rate) if rate else None),
        WrittenTotal(label="Total TTC", kind=TotalKind.TOTAL_WITH_TAX, after=2, amount=D(ttc)),
    )


def test_a_sheet_before_tax_is_judged_with_tax_by_its_own_rate():
    result = judge(S2, dpgf("40", "60", basis=HT, totals=taxed(rate="20")), words="cent vingt euros")
    assert codes(result) == []
    assert [(one.source.value, str(one.amount)) for one in result.figures] == [
        ("acte_engagement_words", "120,00 EUR TTC"),
        ("sheet_figures", "120,00 EUR TTC"),
        ("recomputed", "120,00 EUR TTC"),
    ]


def test_the_rate_is_found_from_the_amount_of_tax_when_it_is_not_written():
    result = judge(S2, dpgf("40", "60", basis=HT, totals=taxed(tax="5.50", ttc="105.50")))
    assert result.totals[0].rate == D("5.5")


def test_a_wrong_tax_and_a_wrong_total_with_tax_are_reported():
    result = judge(S2, dpgf("40", "60", basis=HT, totals=taxed(tax="19", ttc="121", rate="20")))
    assert codes(result)[:2] == ["MONTANT-12", "MONTANT-12"]


def test_bases_are_never_mixed_without_a_rate():
    result = judge(S2, dpgf("40", "60", total="100", basis=HT), words="cent vingt euros TTC")
    assert codes(result) == ["MONTANT-20", "MONTANT-20"]
    assert result.judged_amount == Money(D(120), TTC)
    assert [one.source for one in result.figures] == [PriceSource.COMMITMENT_WORDS]


def test_a_basis_nobody_states_is_assumed_aloud():
    result = judge(replace(S4, basis=None), dpgf("100", total="100"), words="cent euros")
    assert codes(result) == ["MONTANT-21"]
    assert result.basis is HT
    written = judge(replace(S4, basis=None), replace(dpgf("100", total="100"), basis=TTC), words="cent euros")
    assert "Le RC ne dit pas si les prix sont HT ou TTC ; TTC est retenu" in str(written.findings[0])


# --- What the judgement takes ---------------------------------------------------------------------


def test_lines_feed_the_inputs_of_the_judgement_unless_the_amount_judged_is_another():
    rule = [
        PriceLine(ref=ref, name=ref, quantity=D(1), feeds=feeds) for ref, feeds in (("1", "TF"), ("2", "TO"))
    ]
    rules = PriceSheet(id="dpgf", kind=PriceSheetKind.DPGF, piece="O3", lines=tuple(rule))
    lines = tuple(
        PricedLine(ref=one.ref, name=one.name, rule=one, amount=D(amount))
        for one, amount in zip(rule, ("60", "40"), strict=True)
    )
    sheet = PricedSheet(rules=rules, lines=lines, has_unit_prices=False)
    assert judge(S4, sheet, words="cent euros").inputs == {"TF": D("60.00"), "TO": D("40.00")}
    other = judge(S4, sheet, words="cent un euros")
    assert (other.inputs, codes(other)[-1]) == ({}, "MONTANT-22")
    undecided = judge(S4, sheet, figures="101 EUR HT")
    assert (undecided.judged_amount, undecided.inputs, codes(undecided)) == (None, {}, ["MONTANT-14"])
    discount = PricedLine(ref="", name="Remise commerciale", rule=None, amount=D("-5"))
    less = judge(S4, replace(sheet, lines=(*lines, discount)), words="quatre-vingt-quinze euros")
    assert less.judged_amount == Money(D("95.00"), HT)
    assert (less.inputs, codes(less)[-1]) == ({}, "MONTANT-22")  # 60 and 40 would be judged 100


@pytest.mark.parametrize(("second", "fed"), [("40", {"ensemble": D("100.00")}), (None, {})])
def test_the_lines_of_two_sheets_add_up_in_the_figure_they_feed(second, fed):
    sheets = []
    for tranche, amount in (("TF", "60"), ("TO", second)):
        line = PriceLine(ref=tranche, name=tranche, quantity=D(1), feeds="ensemble")
        rules = PriceSheet(id=tranche, kind=PriceSheetKind.DPGF, piece=tranche, lines=(line,))
        priced = PricedLine(ref=tranche, name=tranche, rule=line, amount=D(amount) if amount else None)
        sheets.append(PricedSheet(rules=rules, lines=(priced,), has_unit_prices=False))
    assert review(PriceRules(), sheets, Commitment(), Award(criteria=()), "1").inputs == fed


def test_inv_7_sample_quotes_show_each_line_and_stop_at_a_missing_price():
    quote = Quote(
        id="I",
        name="Mur",
        lines=(QuoteLine(item="A", quantity=D(40)), QuoteLine(item="B", quantity=D(2), lots=("2",))),
    )
    award = Award(criteria=(), quotes=(quote,))
    [one] = price_quotes(award, {"A": D("12.50")}, "1")
    assert (one.total, [line.amount for line in one.lines]) == (Fraction(500), [Fraction(500)])
    [two] = price_quotes(award, {"A": D("12.50")}, "2")
    assert (two.total, [line.amount for line in two.lines]) == (None, [Fraction(500), None])


# --- Properties -----------------------------------------------------------------------------------

AMOUNTS = st.decimals(min_value=0, max_value=10**7, places=2)


@settings(max_examples=45, deadline=None)
@given(st.lists(AMOUNTS, min_size=1, max_size=12).filter(any), AMOUNTS.filter(bool))
def test_an_aligned_breakdown_makes_the_lump_sum_to_the_centime(amounts, total):
    lines = [(str(index), "", amount) for index, amount in enumerate(amounts)]
    aligned = align(lines, total)
    assert sum(line.after for line in aligned) == total
    assert all(line.after >= 0 for line in aligned)


@settings(max_examples=35, deadline=None)
@given(
    st.lists(st.tuples(st.integers(1, 500), AMOUNTS), min_size=1, max_size=8).filter(
        lambda priced: any(price for _, price in priced)
    ),
    st.sampled_from([S2, S3, S4, PriceRules(basis=HT)]),
)
def test_a_bid_without_error_has_one_amount_and_no_correction_under_every_rc(priced, rules):
    lines = [
        (str(index), str(quantity), str(price), str(quantity * price), to_words(price))
        for index, (quantity, price) in enumerate(priced)
    ]
    total = sum((quantity * price for quantity, price in priced), D(0))
    sheet = sheet_of(PriceSheetKind.DQE, lines, str(total), words=True, basis=rules.basis)
    result = judge(rules, sheet, figures=f"{total} EUR {rules.basis}", words=to_words(total))
    assert result.judged_amount == Money(total, rules.basis)
    assert (result.corrections, result.aligned) == ((), ())
    assert set(codes(result)) <= {"MONTANT-03"}


@settings(max_examples=35, deadline=None)
@given(AMOUNTS, AMOUNTS, st.sampled_from(list(PriceSource)))
def test_the_amount_judged_is_always_one_the_bid_states_or_its_lines_make(stated, line, strongest):
    rules = PriceRules(basis=HT, precedence=(strongest,), arithmetic=ArithmeticErrors.CORRECTED)
    result = judge(rules, dpgf(str(line), total=str(line + 1)), figures=f"{stated} EUR HT")
    assert result.judged_amount is None or result.judged_amount.amount in (stated, line, line + 1)
