"""The amount of a bid that is judged: words, figures, sheet, recomputed, by the RC's precedence.

Nothing ranks words above figures but the RC (PX-03); the amount of a bid is intangible but for a purely
material error (PX-02). So every figure of the bid is kept as written; what comes out is the amount the
rules make prevail, the corrections they propose, and the questions a person puts to the bidder.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from fractions import Fraction

from reglo.procurement.award import (
    ArithmeticErrors,
    Award,
    PriceRules,
    PriceSheetKind,
    PriceSource,
    Quote,
    QuoteLine,
)
from reglo.procurement.findings import Finding, Severity
from reglo.procurement.judging.figures import lines_for
from reglo.procurement.prices.findings import (
    BasesMixed,
    BasisUnknown,
    CarriedWrong,
    InputsDoNotAddUp,
    MaterialError,
    NoAmount,
    NoPrecedence,
    PrevailingAbsent,
    WordsAgainstFigures,
    WordsUnclear,
)
from reglo.procurement.prices.questions import (
    AlignedLine,
    Confirmation,
    align,
    ask_about_lines,
    ask_about_words,
    ask_to_align,
    ask_to_confirm,
    material_factor,
)
from reglo.procurement.prices.sheets import (
    CONSEQUENCE,
    EFFECT_OF,
    SOURCE_FR,
    Correction,
    Effect,
    PricedSheet,
    RecomputedSheet,
    cents,
    expected_lines,
    recompute,
    words_facts,
)
from reglo.procurement.prices.totals import SheetTotals, totals_of
from reglo.procurement.prices.words_reading import WordsReading, parse_words
from reglo.procurement.values import Money, TaxBasis, format_number

_OF_THE_SHEET = (PriceSource.SHEET_WORDS, PriceSource.SHEET_FIGURES, PriceSource.RECOMPUTED)
_GIVE_THE_SHEET = "Lisez-la dans le bordereau remis ; si elle y manque, demandez-la au soumissionnaire."
_GIVE_THE_COMMITMENT = (
    "Donnez le montant de l'acte d'engagement (--acte, --words) pour juger comme le RC le dit."
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Commitment:
    """The amount of the acte d'engagement as written; "" and None when not given."""

    figures: Money | None = None
    words: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """One amount the bid states for its whole, and where."""

    source: PriceSource
    amount: Money
    where: str


@dataclass(frozen=True, slots=True, kw_only=True)
class QuotedLine:
    line: QuoteLine
    unit_price: Decimal | None
    amount: Fraction | None


@dataclass(frozen=True, slots=True, kw_only=True)
class PricedQuote:
    """A sample quote priced from the unit prices, line by line; ``total`` None while one is missing."""

    quote: Quote
    lines: tuple[QuotedLine, ...]
    total: Fraction | None


@dataclass(frozen=True, slots=True, kw_only=True)
class PriceReview:
    """What the prices of a bid come to. ``judged_amount`` None: no single amount, or not decided yet.

    ``if_confirmed``: the amount once the bidder confirms. ``inputs`` and ``unit_prices`` are what the
    judgement takes (``Bid.inputs``, ``Bid.unit_prices``), for what could be established.
    """

    basis: TaxBasis
    judged_amount: Money | None
    judged_from: PriceSource | None
    if_confirmed: Money | None
    figures: tuple[Figure, ...]
    sheets: tuple[RecomputedSheet, ...]
    totals: tuple[SheetTotals, ...]  # one for each sheet
    corrections: tuple[Correction, ...]
    confirmations: tuple[Confirmation, ...]
    aligned: tuple[AlignedLine, ...]
    quotes: tuple[PricedQuote, ...]
    inputs: Mapping[str, Decimal]
    unit_prices: Mapping[str, Decimal]
    findings: tuple[Finding, ...]


def review(
    rules: PriceRules,
    sheets: Sequence[PricedSheet],
    commitment: Commitment,
    award: Award,
    lot: str,
) -> PriceReview:
    """Judge the prices of one bid for one lot by the RC's own rules (PX-01 to PX-04, legal-rules §5.2)."""
    return _Review(rules, sheets, commitment, award, lot).run()


def price_quotes(award: Award, unit_prices: Mapping[str, Decimal], lot: str) -> tuple[PricedQuote, ...]:
    """Every sample quote of a lot, quantity × unit price, each line shown (INV-7)."""
    quotes = []
    for quote in award.quotes:
        lines = []
        for line in lines_for(quote, lot):
            price = unit_prices.get(line.item)
            amount = Fraction(price) * Fraction(line.quantity) if price is not None else None
            lines.append(QuotedLine(line=line, unit_price=price, amount=amount))
        amounts = [line.amount for line in lines if line.amount is not None]
        complete = bool(lines) and len(amounts) == len(lines)
        quotes.append(
            PricedQuote(
                quote=quote, lines=tuple(lines), total=sum(amounts, Fraction(0)) if complete else None
            )
        )
    return tuple(quotes)


@dataclass
class _Review:
    """One review on its way; each step adds what it finds."""

    rules: PriceRules
    sheets: Sequence[PricedSheet]
    commitment: Commitment
    award: Award
    lot: str
    findings: list[Finding] = field(default_factory=list)
    corrections: list[Correction] = field(default_factory=list)
    confirmations: list[Confirmation] = field(default_factory=list)

    def run(self) -> PriceReview:
        recomputed = [recompute(sheet, self.rules, self.lot) for sheet in self.sheets]
        for sheet in recomputed:
            self.findings += [*sheet.sheet.findings, *sheet.findings]
            self.corrections += sheet.corrections
        self.basis = self.find_basis()
        totals = [totals_of(sheet, self.rules, self.basis) for sheet in recomputed]
        for total in totals:
            self.findings += total.findings
            self.corrections += total.corrections
        main = self.main_sheet(recomputed)
        figures = self.figures(totals[main] if main is not None else None)
        judged, source = self.choose(figures, totals[main] if main is not None else None)
        self.compare(figures, judged, source)
        if_confirmed = self.confirm(figures, judged)
        aligned = self.align(recomputed[main], judged) if main is not None and judged else ()
        self.confirmations += ask_about_lines(recomputed)
        unit_prices = {
            line.line.rule.ref if line.line.rule else line.line.ref: line.price
            for sheet in recomputed
            if sheet.sheet.has_unit_prices
            for line in sheet.lines
            if line.price is not None and line.price >= 0  # a negative price is asked about, not counted
        }
        return PriceReview(
            basis=self.basis,
            judged_amount=judged,
            judged_from=source,
            if_confirmed=if_confirmed,
            figures=tuple(figures),
            sheets=tuple(recomputed),
            totals=tuple(totals),
            corrections=tuple(self.corrections),
            confirmations=tuple(self.confirmations),
            aligned=aligned,
            quotes=price_quotes(self.award, unit_prices, self.lot),
            inputs=self.inputs(recomputed, totals, main, judged, undecided=bool(figures) and judged is None),
            unit_prices=unit_prices,
            findings=tuple(self.findings),
        )

    def find(self, cause: type[Finding], **facts: object) -> None:
        severity = facts.pop("severity", None)
        assert severity is None or isinstance(severity, Severity)
        self.findings.append(cause(facts=facts, article=self.rules.source, severity=severity))

    def find_basis(self) -> TaxBasis:
        """On which basis the bid is judged; said when it had to be assumed (§6.3, tax basis)."""
        stated = self.rules.basis or self.award.price_basis
        asked = {sheet.rules.basis for sheet in self.sheets} - {None}
        if stated is not None or len(asked) == 1:
            return stated or asked.pop() or TaxBasis.HT
        figures = self.commitment.figures
        written = [figures.basis if figures else None, *(sheet.basis for sheet in self.sheets)]
        given = next((basis for basis in written if basis), None)
        assumed = given or TaxBasis.HT
        silent = "Le RC ne dit pas" if given else "Ni le RC ni l'offre ne disent"
        kept = "retenu, d'après l'offre" if given else "supposé"
        self.find(BasisUnknown, silent=silent, assumed=assumed.value, kept=kept)
        return assumed

    def main_sheet(self, sheets: Sequence[RecomputedSheet]) -> int | None:
        """The sheet whose total is the amount of the bid: the DPGF, else the DQE, else a BPU with a total."""
        order = [PriceSheetKind.DPGF, PriceSheetKind.DQE, PriceSheetKind.BPU]
        totalled = [
            (order.index(sheet.sheet.rules.kind), index)
            for index, sheet in enumerate(sheets)
            if sheet.sheet.rules.kind is not PriceSheetKind.BPU
            or sheet.sheet.totals
            or sheet.sheet.rules.total_feeds
        ]
        return min(totalled)[1] if totalled else None

    # --- Amounts of the whole bid ---------------------------------------------------------------

    def figures(self, totals: SheetTotals | None) -> list[Figure]:
        found: list[Figure] = []
        reading = parse_words(self.commitment.words) if self.commitment.words else None
        stated = self.commitment.figures
        if reading is not None:
            amount = self.commitment_words(reading)
            if amount is not None:
                found.append(
                    Figure(
                        source=PriceSource.COMMITMENT_WORDS,
                        amount=amount,
                        where="acte d'engagement, en lettres",
                    )
                )
        if stated is not None:
            found.append(
                Figure(
                    source=PriceSource.COMMITMENT_FIGURES,
                    amount=stated,
                    where="acte d'engagement, en chiffres",
                )
            )
        if totals is not None:
            found += [
                Figure(source=source, amount=amount, where=where) for source, amount, where in totals.figures
            ]
        for figure in found:
            if figure.amount.basis is not self.basis:
                self.find(
                    BasesMixed,
                    what=f"Le montant {format_number(figure.amount.amount, 2)} ({figure.where})",
                    found=figure.amount.basis.value,
                    basis=self.basis.value,
                )
        return [figure for figure in found if figure.amount.basis is self.basis]

    def commitment_words(self, reading: WordsReading) -> Money | None:
        stated = self.commitment.figures
        amount = reading.amount
        if amount is None:
            sure = stated is not None and stated.amount in reading.readings
            self.find(
                WordsUnclear,
                severity=None if sure else Severity.BLOCKING,
                **words_facts("Acte d'engagement", reading),
            )
            self.confirmations.append(ask_about_words(reading))
            if not sure or stated is None:
                return None
            amount = stated.amount
        # Words that state no basis are those of the figures printed beside them.
        return Money(amount, reading.basis or (stated.basis if stated else self.basis))

    def choose(
        self, figures: Sequence[Figure], totals: SheetTotals | None
    ) -> tuple[Money | None, PriceSource | None]:
        """The amount that prevails: the first source of the RC's precedence that the bid gives."""
        if not figures:
            if totals is not None or self.commitment.words or self.commitment.figures:
                reason = totals.why_none if totals is not None else "l'acte d'engagement n'est pas lisible"
                self.find(NoAmount, reason=reason)
            return None, None
        by_source = {figure.source: figure.amount for figure in figures}
        source = next((one for one in self.rules.precedence if one in by_source), None)
        if source is None:
            source = self.without_precedence(by_source)
            if source is None:
                shown = " ; ".join(f"{figure.where} : {figure.amount}" for figure in figures)
                self.find(NoPrecedence, amounts=shown)
                return None, None
        if self.rules.precedence and source is not self.rules.precedence[0]:
            first = self.rules.precedence[0]
            mend = _GIVE_THE_SHEET if first in _OF_THE_SHEET else _GIVE_THE_COMMITMENT
            self.find(PrevailingAbsent, prevails=SOURCE_FR[first], used=SOURCE_FR[source], mend=mend)
        corrected = self.rules.arithmetic is ArithmeticErrors.CORRECTED
        if source is PriceSource.SHEET_FIGURES and corrected and PriceSource.RECOMPUTED in by_source:
            source = PriceSource.RECOMPUTED
        if by_source[source].amount <= 0:  # a question for a person, never a price to divide by (§6.3)
            self.find(NoAmount, reason=f"{SOURCE_FR[source]} donne {by_source[source]}")
            return None, None
        return by_source[source], source

    def without_precedence(self, amounts: Mapping[PriceSource, Money]) -> PriceSource | None:
        """When the RC ranks none of these sources: they agree, or its rule on arithmetic tells them apart."""
        if len(set(amounts.values())) == 1:
            return next(iter(amounts))
        only_sheet = set(amounts) <= {PriceSource.SHEET_FIGURES, PriceSource.RECOMPUTED}
        if only_sheet and self.rules.arithmetic is not None:
            return PriceSource.SHEET_FIGURES
        return None

    def compare(self, figures: Sequence[Figure], judged: Money | None, source: PriceSource | None) -> None:
        """Report what does not agree with the amount that prevails."""
        by_source = {figure.source: figure.amount for figure in figures}
        words = by_source.get(PriceSource.COMMITMENT_WORDS)
        stated = by_source.get(PriceSource.COMMITMENT_FIGURES)
        if judged is None or source is None:
            return
        if words is not None and stated is not None and words != stated:
            kept = judged if judged in (words, stated) else None
            self.find(
                WordsAgainstFigures,
                where="Acte d'engagement",
                words=str(words),
                figures=str(stated),
                prevails=SOURCE_FR[source],
                kept=str(kept or judged),
            )
        sheet = by_source.get(PriceSource.RECOMPUTED) or by_source.get(PriceSource.SHEET_FIGURES)
        effect = EFFECT_OF[self.rules.arithmetic]
        sides = {"en lettres": words, "en chiffres": stated}
        if words == stated:
            sides = {"en lettres et en chiffres": words}
        for where, amount in sides.items():
            if amount is None or sheet is None or amount == sheet:
                continue
            self.find(
                CarriedWrong,
                where=where,
                commitment=str(amount),
                sheet=str(sheet),
                consequence=(
                    f"Le RC fait prévaloir {SOURCE_FR[source]} : {judged}."
                    if source in self.rules.precedence
                    else CONSEQUENCE[effect]
                ),
            )
        self.material(by_source, judged)

    def material(self, amounts: Mapping[PriceSource, Money], judged: Money) -> None:
        """Point at gaps that may be purely material errors; a person decides (PX-02, V14)."""
        seen = set()
        gaps = [("Montant de l'offre", judged.amount, other.amount) for other in amounts.values()]
        gaps += [(one.what, one.before, one.after) for one in self.corrections]
        for what, before, after in gaps:
            factor = material_factor(before, after)
            wide = self.rules.material_error_exception and what == "Montant de l'offre" and before != after
            if (factor or wide) and (before, after) not in seen:
                seen.add((before, after))
                self.find(
                    MaterialError,
                    what=what,
                    before=format_number(before, 2),
                    after=format_number(after, 2),
                    factor=f" ({factor})" if factor else "",
                )

    def confirm(self, figures: Sequence[Figure], judged: Money | None) -> Money | None:
        """Draft the question on arithmetic errors, when the RC has the corrected bid confirmed (S2 8.4)."""
        arithmetic = [one for one in self.corrections if one.effect is Effect.TO_CONFIRM]
        recomputed = next((one.amount for one in figures if one.source is PriceSource.RECOMPUTED), None)
        carried = recomputed is not None and judged is not None and recomputed != judged
        confirmed = self.rules.arithmetic is ArithmeticErrors.CONFIRMED
        if not confirmed or not (arithmetic or carried):
            return None
        amount = recomputed or judged
        if amount is not None:
            self.confirmations.append(ask_to_confirm(arithmetic, judged, amount, self.rules))
        return amount

    def align(self, sheet: RecomputedSheet, judged: Money) -> tuple[AlignedLine, ...]:
        """The breakdown brought into line with the lump sum, proposed to the intended awardee (S4 7.1.2)."""
        amounts = [
            (line.line.ref, line.line.name, cents(line.amount))
            for line in sheet.lines
            if line.amount is not None
        ]
        total = sum((amount for _, _, amount in amounts), Decimal(0))
        same_basis = (sheet.sheet.basis or sheet.sheet.rules.basis or self.basis) is judged.basis
        if (
            not self.rules.aligned_by_winner
            or sheet.total is None
            or total <= 0
            or total == judged.amount
            or not same_basis
        ):
            return ()
        self.confirmations.append(ask_to_align(judged, Money(total, judged.basis), self.rules))
        return align(amounts, judged.amount)

    # --- What the judgement takes ---------------------------------------------------------------

    def inputs(
        self,
        sheets: Sequence[RecomputedSheet],
        totals: Sequence[SheetTotals],
        main: int | None,
        judged: Money | None,
        *,
        undecided: bool,
    ) -> dict[str, Decimal]:
        """Award inputs fed by lines and totals, on the basis of the judgement.

        ``undecided``: the bid gives amounts and none can be judged; its lines are no surer than its total.
        """
        inputs: dict[str, Decimal] = {}
        unsure: set[str] = set()
        for index, (sheet, total) in enumerate(zip(sheets, totals, strict=True)):
            rules = sheet.sheet.rules
            if rules.total_feeds:
                amount = judged if index == main else total.counted
                if amount is not None:
                    inputs[rules.total_feeds] = inputs.get(rules.total_feeds, Decimal(0)) + amount.amount
            fed = self.fed_by_lines(sheet)
            if not fed:
                continue
            factor = total.factor
            if factor is None:
                unsure |= fed.keys()
                self.find(BasesMixed, what="Le bordereau", found=total.basis.value, basis=self.basis.value)
                continue
            if index == main and undecided:
                unsure |= fed.keys()
                continue
            lines = total.recomputed
            if index == main and judged is not None and lines is not None:
                whole = cents((lines - _added(sheet)) * factor)
                if whole != judged.amount:
                    shown = format_number(whole, 2), ", ".join(sorted(fed))
                    self.find(InputsDoNotAddUp, judged=str(judged), lines=shown[0], inputs=shown[1])
                    unsure |= fed.keys()
                    continue
            for name, given in fed.items():
                if given is None:
                    unsure.add(name)
                else:
                    inputs[name] = inputs.get(name, Decimal(0)) + cents(given * factor)
        return {name: figure for name, figure in inputs.items() if name not in unsure}

    def fed_by_lines(self, sheet: RecomputedSheet) -> dict[str, Fraction | None]:
        """Award inputs fed by the lines of a sheet; None for one that a line leaves open."""
        amounts = {line.line.rule.ref: line.amount for line in sheet.lines if line.line.rule is not None}
        fed: dict[str, Fraction | None] = {}
        for rule in expected_lines(sheet.sheet.rules, self.lot):
            if rule.feeds:
                before, amount = fed.get(rule.feeds, Fraction(0)), amounts.get(rule.ref)
                fed[rule.feeds] = before + amount if before is not None and amount is not None else None
        return fed


def _added(sheet: RecomputedSheet) -> Fraction:
    """What the lines the rules do not list come to: a "remise" the bidder added belongs to no input."""
    return sum((line.amount or Fraction(0) for line in sheet.lines if line.line.rule is None), Fraction(0))
