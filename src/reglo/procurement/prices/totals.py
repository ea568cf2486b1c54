"""Totals of a price sheet: sums, VAT, and the amounts they give on the basis of the judgement."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from fractions import Fraction

from reglo.procurement.award import ArithmeticErrors, PriceRules, PriceSheetKind, PriceSource
from reglo.procurement.findings import Finding, Severity
from reglo.procurement.french import counted
from reglo.procurement.prices.findings import BasisChanged, SumWrong, TaxWrong, WordsUnclear
from reglo.procurement.prices.sheets import (
    CONSEQUENCE,
    EFFECT_OF,
    Correction,
    RecomputedSheet,
    TotalKind,
    WrittenTotal,
    agrees,
    cents,
    formula_hint,
    words_facts,
)
from reglo.procurement.prices.words_reading import parse_words
from reglo.procurement.values import Money, TaxBasis, format_number


@dataclass(frozen=True, slots=True, kw_only=True)
class SheetTotals:
    """The totals of one sheet.

    ``basis``: of the lines. ``recomputed``: exact sum of the lines on that basis, None while one is
    missing. ``written``: the total as written on that basis. ``rate``: VAT in per cent, when the sheet
    has a single one. ``figures``: what the sheet says on the basis of the judgement.
    ``factor``: what turns an amount of the lines into the basis of the judgement, None when unknown.
    ``counted``: the one of them that its own arithmetic rule makes count.
    """

    basis: TaxBasis
    recomputed: Fraction | None
    written: Decimal | None
    rate: Decimal | None
    factor: Fraction | None
    figures: tuple[tuple[PriceSource, Money, str], ...]
    counted: Money | None
    why_none: str
    corrections: tuple[Correction, ...]
    findings: tuple[Finding, ...]


def totals_of(sheet: RecomputedSheet, rules: PriceRules, judged: TaxBasis) -> SheetTotals:
    """Check every sum and tax of the sheet, and state its amounts on the ``judged`` basis (PX-04)."""
    return _Totals(sheet, rules, judged).run()


@dataclass
class _Totals:
    sheet: RecomputedSheet
    rules: PriceRules
    judged: TaxBasis
    findings: list[Finding] = field(default_factory=list)
    corrections: list[Correction] = field(default_factory=list)

    def run(self) -> SheetTotals:
        priced = self.sheet.sheet
        asked = priced.rules.basis or self.rules.basis
        self.basis = priced.basis or asked or self.judged
        if priced.basis is not None and asked is not None and priced.basis is not asked:
            facts = {"sheet": priced.rules.id, "expected": asked.value, "found": priced.basis.value}
            self.findings.append(BasisChanged(facts=facts, article=self.rules.source))
        for subtotal in priced.totals:
            if subtotal.kind is TotalKind.SUBTOTAL:
                self.subtotal(subtotal)
        total = self.only(TotalKind.TOTAL)
        recomputed = self.sheet.total
        written = total.amount if total is not None else None
        if total is not None and written == 0 and total.is_formula and recomputed != 0:
            # The formula of a sheet left blank, or never recalculated: nobody wrote that amount.
            if recomputed is not None:
                self.wrong_sum(total, Decimal(0), cents(recomputed))
            total = written = None
        if total is not None and written is not None and recomputed is not None:
            recomputed = self.total(total, written, recomputed)
        rate = self.taxes(written, recomputed)
        figures = self.figures(written, recomputed, rate)
        by_source = {source: amount for source, amount, _ in figures}
        order = [PriceSource.SHEET_FIGURES, PriceSource.RECOMPUTED]
        if self.rules.arithmetic is ArithmeticErrors.CORRECTED:
            order.reverse()
        return SheetTotals(
            basis=self.basis,
            recomputed=recomputed,
            written=written,
            rate=rate,
            factor=self.factor(rate),
            figures=tuple(figures),
            counted=next((by_source[one] for one in order if one in by_source), None),
            why_none=self.why_none(),
            corrections=tuple(self.corrections),
            findings=tuple(self.findings),
        )

    def only(self, kind: TotalKind) -> WrittenTotal | None:
        return next((total for total in reversed(self.sheet.sheet.totals) if total.kind is kind), None)

    def written_amounts(self) -> list[Fraction | None]:
        """What a reader of the sheet would add up: the amounts written, else those recomputed."""
        return [
            Fraction(line.line.amount) if line.line.amount is not None else line.amount
            for line in self.sheet.lines
        ]

    def subtotal(self, total: WrittenTotal) -> None:
        """A sub-total is right when it is the sum of lines that end just above it."""
        if total.amount is None:
            return
        exact = self.recomputed_amounts()[: total.after]
        for amounts in (self.written_amounts()[: total.after], exact):
            run = Fraction(0)
            for amount in reversed(amounts):
                if amount is None:
                    break
                run += amount
                if agrees(total.amount, run):
                    return
        before = [one.after for one in self.sheet.sheet.totals if one.after < total.after]
        block = exact[max(before, default=0) :]
        if None not in block:
            self.wrong_sum(total, total.amount, cents(_sum(block)))

    def recomputed_amounts(self) -> list[Fraction | None]:
        return [line.amount for line in self.sheet.lines]

    def total(self, total: WrittenTotal, written: Decimal, recomputed: Fraction) -> Fraction:
        """Compare the total written with the lines; the sum to retain, rounding of the lines accepted."""
        rounded = sum(
            (Fraction(cents(line.amount)) for line in self.sheet.lines if line.amount is not None),
            Fraction(0),
        )
        if agrees(written, recomputed) or Fraction(written) == rounded:
            return Fraction(written)
        as_written = self.written_amounts()
        if None in as_written or not agrees(written, _sum(as_written)):
            self.wrong_sum(total, written, cents(recomputed))
        else:  # rightly added, from lines that are wrong and already reported
            self.correct(total, written, cents(recomputed), "somme des montants recalculés")
        return recomputed

    def wrong_sum(self, total: WrittenTotal, written: Decimal, expected: Decimal) -> None:
        facts = {
            "label": total.label,
            "expected": format_number(expected, 2),
            "written": format_number(written, 2),
            "hint": formula_hint(written, total.is_formula),
            "consequence": CONSEQUENCE[EFFECT_OF[self.rules.arithmetic]],
        }
        self.findings.append(SumWrong(facts=facts, place=total.place, article=self.rules.source))
        self.correct(total, written, expected, "somme des lignes")

    def correct(self, total: WrittenTotal, before: Decimal, after: Decimal, rule: str) -> None:
        self.corrections.append(
            Correction(
                what=total.label,
                before=before,
                after=after,
                rule=rule,
                article=self.rules.source,
                effect=EFFECT_OF[self.rules.arithmetic],
                place=total.place,
            )
        )

    def taxes(self, written: Decimal | None, recomputed: Fraction | None) -> Decimal | None:
        """Check VAT and total with VAT; the single rate of the sheet, written or plain from its amount."""
        base = Fraction(written) if written is not None else recomputed
        taxes = [total for total in self.sheet.sheet.totals if total.kind is TotalKind.TAX]
        for tax in taxes:
            if tax.rate is not None and tax.amount is not None and base is not None and len(taxes) == 1:
                expected = base * Fraction(tax.rate) / 100
                if not agrees(tax.amount, expected):
                    computation = f"{format_number(base, 2)} × {format_number(tax.rate)} % = "
                    self.wrong_tax(tax, tax.amount, computation + format_number(expected, 2))
        whole = self.only(TotalKind.TOTAL_WITH_TAX)
        amounts = [tax.amount for tax in taxes if tax.amount is not None]
        if whole is not None and whole.amount is not None and base is not None and len(amounts) == len(taxes):
            expected = base + sum((Fraction(amount) for amount in amounts), Fraction(0))
            if taxes and not agrees(whole.amount, expected):
                computation = f"total et taxe font {format_number(expected, 2)}"
                self.wrong_tax(whole, whole.amount, computation)
        if len(taxes) != 1 or base is None or base <= 0:
            return None
        [tax] = taxes
        if tax.rate is not None or tax.amount is None:
            return tax.rate
        rate = Decimal(round(Fraction(tax.amount) / base * 1000)) / 10
        return rate if agrees(tax.amount, base * Fraction(rate) / 100) else None

    def wrong_tax(self, total: WrittenTotal, written: Decimal, computation: str) -> None:
        facts = {
            "label": total.label,
            "computation": computation,
            "written": format_number(written, 2),
        }
        self.findings.append(TaxWrong(facts=facts, place=total.place, article=self.rules.source))

    def figures(
        self, written: Decimal | None, recomputed: Fraction | None, rate: Decimal | None
    ) -> list[tuple[PriceSource, Money, str]]:
        """The amounts of the sheet on the basis of the judgement; on its own when it cannot be turned."""
        found: list[tuple[PriceSource, Money, str]] = []
        factor = self.factor(rate)
        basis = self.judged if factor is not None else self.basis
        label = self.sheet.sheet.rules.kind.value
        total = self.only(TotalKind.TOTAL_WITH_TAX) if self.judged is TaxBasis.TTC else None
        if total is not None and total.amount is not None and self.basis is TaxBasis.HT:
            money = Money(total.amount, TaxBasis.TTC)
            found.append((PriceSource.SHEET_FIGURES, money, f"« {total.label} » de la {label}"))
            if factor is None:  # no rate: the total with tax speaks alone
                return found
        elif written is not None:
            money = Money(cents(Fraction(written) * (factor or 1)), basis)
            found.append((PriceSource.SHEET_FIGURES, money, f"total écrit ({label})"))
        if recomputed is not None:
            money = Money(cents(recomputed * (factor or 1)), basis)
            found.append((PriceSource.RECOMPUTED, money, f"somme recalculée ({label})"))
        words = self.words(found)
        return [words, *found] if words is not None else found

    def factor(self, rate: Decimal | None) -> Fraction | None:
        """By what an amount of the lines is multiplied to be on the basis of the judgement."""
        if self.basis is self.judged:
            return Fraction(1)
        if rate is None:
            return None
        with_tax = 1 + Fraction(rate) / 100
        return with_tax if self.judged is TaxBasis.TTC else 1 / with_tax

    def words(
        self, figures: Sequence[tuple[PriceSource, Money, str]]
    ) -> tuple[PriceSource, Money, str] | None:
        """The total in words, or the one its unit prices in words make (S3 7.4)."""
        for total in self.sheet.sheet.totals:
            if total.words and total.kind in (TotalKind.TOTAL, TotalKind.TOTAL_WITH_TAX):
                reading = parse_words(total.words)
                own = TaxBasis.TTC if total.kind is TotalKind.TOTAL_WITH_TAX else self.basis
                if reading.amount is not None:
                    money = Money(reading.amount, reading.basis or own)
                    return (PriceSource.SHEET_WORDS, money, f"« {total.label} » en lettres")
                sure = total.amount is not None and total.amount in reading.readings
                self.findings.append(
                    WordsUnclear(
                        facts=words_facts(total.label, reading),
                        place=total.place,
                        article=self.rules.source,
                        severity=None if sure else Severity.BLOCKING,
                    )
                )
        by_unit = self.sheet.sheet.rules.kind is not PriceSheetKind.DPGF
        recomputed = next((money for source, money, _ in figures if source is PriceSource.RECOMPUTED), None)
        if not (by_unit and self.sheet.sheet.has_words and recomputed is not None):
            return None
        return (PriceSource.SHEET_WORDS, recomputed, "recalculé des prix unitaires en lettres")

    def why_none(self) -> str:
        unpriced = sum(1 for line in self.sheet.lines if line.amount is None)
        if not self.sheet.lines:
            return "aucune ligne de prix n'est lue"
        verb = "ont" if unpriced > 1 else "a"
        return f"aucun total n'est écrit et {counted(unpriced, 'ligne')} n'{verb} pas de montant"


def _sum(amounts: Sequence[Fraction | None]) -> Fraction:
    return sum((amount for amount in amounts if amount is not None), Fraction(0))
