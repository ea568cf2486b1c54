"""A price sheet as the bidder wrote it, recomputed line by line. The originals never change.

BPU: unit prices. DQE: unit prices × quantities. DPGF: the breakdown of a lump sum. Every product and
sum is exact; an amount written with two decimals is right when it is the exact result rounded half up.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction

from reglo.procurement.award import (
    ArithmeticErrors,
    PriceLine,
    PriceRules,
    PriceSheet,
    PriceSheetKind,
    PriceSource,
)
from reglo.procurement.findings import NOWHERE, Finding, Place, Severity
from reglo.procurement.prices.findings import (
    LineMissing,
    PriceMissing,
    PriceNegative,
    PriceNotTyped,
    PriceTooLarge,
    PriceZero,
    ProductWrong,
    QuantityChanged,
    SharesDiffer,
    WordsAgainstFigures,
    WordsAgainstFiguresUndecided,
    WordsColumnMissing,
    WordsMissing,
    WordsUnclear,
)
from reglo.procurement.prices.words import LIMIT, to_words
from reglo.procurement.prices.words_reading import WordsReading, parse_words
from reglo.procurement.values import TaxBasis, format_number, round_half_up

SOURCE_FR = {
    PriceSource.COMMITMENT_WORDS: "les lettres de l'acte d'engagement",
    PriceSource.COMMITMENT_FIGURES: "les chiffres de l'acte d'engagement",
    PriceSource.SHEET_WORDS: "les lettres du bordereau",
    PriceSource.SHEET_FIGURES: "les chiffres du bordereau",
    PriceSource.RECOMPUTED: "le montant recalculé",
}

_NO_DIFFERENCE = Fraction(1, 100_000)  # of a euro
_TYPED_DECIMALS = 4  # a person writes no more of them in a unit price


# --- What was written -------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class PricedLine:
    """A line as written. None: nothing written, or nothing readable (``unreadable``, already reported)."""

    ref: str
    name: str
    unit: str = ""
    quantity: Decimal | None = None
    unit_price: Decimal | None = None
    words: str = ""
    amount: Decimal | None = None
    amount_is_formula: bool = False
    shares: tuple[Decimal | None, ...] = ()  # by member of the grouping
    unreadable: bool = False
    rule: PriceLine | None = None  # the line of the rules it answers
    place: Place = NOWHERE


class TotalKind(StrEnum):
    SUBTOTAL = "subtotal"
    TOTAL = "total"  # in the sheet's own basis
    TAX = "tax"  # amount of VAT
    TOTAL_WITH_TAX = "total_with_tax"


@dataclass(frozen=True, slots=True, kw_only=True)
class WrittenTotal:
    """A total as written, below the first ``after`` lines of the sheet."""

    label: str
    kind: TotalKind
    after: int
    amount: Decimal | None = None
    rate: Decimal | None = None  # per cent, of a TAX
    words: str = ""
    is_formula: bool = False
    place: Place = NOWHERE


@dataclass(frozen=True, slots=True, kw_only=True)
class PricedSheet:
    """A price sheet as read from a workbook, with what the reader found."""

    rules: PriceSheet
    lines: tuple[PricedLine, ...]
    totals: tuple[WrittenTotal, ...] = ()
    basis: TaxBasis | None = None  # as its headings say
    has_unit_prices: bool = True
    has_words: bool = False
    name: str = ""  # file and sheet
    findings: tuple[Finding, ...] = ()


# --- What it comes to -------------------------------------------------------------------------


class Effect(StrEnum):
    """What becomes of a proposed correction."""

    APPLIED = "applied"  # counted in the judged amount
    TO_CONFIRM = "to_confirm"  # counted once the bidder confirms
    NOT_COUNTED = "not_counted"  # the judged amount stays; the winner aligns its sheet
    TO_DECIDE = "to_decide"  # the RC is silent


EFFECT_FR = {
    Effect.APPLIED: "comptée",
    Effect.TO_CONFIRM: "à confirmer par le soumissionnaire",
    Effect.NOT_COUNTED: "non comptée pour le jugement",
    Effect.TO_DECIDE: "à décider, le RC est muet",
}

EFFECT_OF = {
    ArithmeticErrors.CORRECTED: Effect.APPLIED,
    ArithmeticErrors.CONFIRMED: Effect.TO_CONFIRM,
    ArithmeticErrors.NOT_CORRECTED: Effect.NOT_COUNTED,
    None: Effect.TO_DECIDE,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Correction:
    """A figure of the bid, what the rules make of it, and why. A proposal: the original stays."""

    what: str
    before: Decimal
    after: Decimal
    rule: str
    article: str
    effect: Effect
    place: Place = NOWHERE


@dataclass(frozen=True, slots=True, kw_only=True)
class RecomputedLine:
    """A line with the price that counts and the amount it makes; None while they are not known."""

    line: PricedLine
    quantity: Decimal | None
    price: Decimal | None
    amount: Fraction | None
    reading: WordsReading | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RecomputedSheet:
    """Every line of a sheet recomputed. ``total``: exact sum, None while a line lacks its amount."""

    sheet: PricedSheet
    lines: tuple[RecomputedLine, ...]
    total: Fraction | None
    corrections: tuple[Correction, ...]
    findings: tuple[Finding, ...]


def cents(value: Fraction | Decimal) -> Decimal:
    """An exact amount in euros and centimes, rounded half up.

    >>> cents(Fraction(1, 8))
    Decimal('0.13')
    """
    return Decimal(round_half_up(Fraction(value) * 100)).scaleb(-2)


def agrees(written: Decimal, exact: Fraction) -> bool:
    """Whether an amount as written is an exact result, whole or rounded to the centime.

    A spreadsheet keeps fifteen digits of 1000/3: less than a thousandth of a centime is no difference.
    """
    return written == cents(exact) or abs(Fraction(written) - exact) < _NO_DIFFERENCE


def recompute(sheet: PricedSheet, rules: PriceRules, lot: str) -> RecomputedSheet:
    """Read words, multiply, add; say what is missing, zero, negative, or does not agree (PX-03, PX-04)."""
    work = _Recomputing(sheet, rules)
    lines = tuple(work.line(line) for line in sheet.lines)
    missing = _missing_lines(sheet, lot)
    amounts = [line.amount for line in lines]
    known = [amount for amount in amounts if amount is not None]
    complete = bool(lines) and not missing and len(known) == len(amounts)
    return RecomputedSheet(
        sheet=sheet,
        lines=lines,
        total=sum(known, Fraction(0)) if complete else None,
        corrections=tuple(work.corrections),
        findings=(*missing, *_words_column(sheet, rules), *work.findings),
    )


def _words_column(sheet: PricedSheet, rules: PriceRules) -> list[Finding]:
    """The column of words the frame has, when the sheet handed in has none: words could not prevail."""
    asked = sheet.rules.words
    if asked is None:
        asked = sheet.rules.kind is PriceSheetKind.BPU and PriceSource.SHEET_WORDS in rules.precedence
    if not (asked and sheet.lines and sheet.has_unit_prices) or sheet.has_words:
        return []
    facts = {"sheet": sheet.rules.name or sheet.rules.id}
    return [WordsColumnMissing(facts=facts, article=rules.source or sheet.rules.source)]


def _missing_lines(sheet: PricedSheet, lot: str) -> list[Finding]:
    found = {line.rule.ref for line in sheet.lines if line.rule is not None}
    return [
        LineMissing(
            facts={"ref": line.ref, "name": line.name, "sheet": sheet.rules.name or sheet.rules.id},
            article=sheet.rules.source,
        )
        for line in expected_lines(sheet.rules, lot)
        if line.ref not in found
    ]


def expected_lines(sheet: PriceSheet, lot: str) -> list[PriceLine]:
    """The lines the rules ask for that lot."""
    return [line for line in sheet.lines if not line.lots or lot in line.lots]


class _Recomputing:
    """One sheet on its way: gathers findings and corrections line after line."""

    def __init__(self, sheet: PricedSheet, rules: PriceRules) -> None:
        self.sheet, self.rules = sheet, rules
        self.findings: list[Finding] = []
        self.corrections: list[Correction] = []

    def find(self, cause: type[Finding], line: PricedLine, **facts: object) -> None:
        severity = facts.pop("severity", None)
        assert severity is None or isinstance(severity, Severity)
        article = self.rules.source or self.sheet.rules.source
        known = {"ref": line.ref or "?", "name": line.name, **facts}
        self.findings.append(cause(facts=known, place=line.place, article=article, severity=severity))

    def line(self, line: PricedLine) -> RecomputedLine:
        by_unit = self.sheet.has_unit_prices
        quantity = self.quantity(line)
        written = line.unit_price if by_unit else line.amount
        what = "prix unitaire" if by_unit else "montant"
        price, reading = self.price(line, written)
        price = self.plausible(line, price, what)
        if by_unit and price is not None and price != round(price, _TYPED_DECIMALS):
            self.find(PriceNotTyped, line, value=shown_price(price))
        amount: Fraction | None = None
        if price is not None:
            amount = self.amount(line, quantity, price) if by_unit else Fraction(price)
        elif written is None and not line.words and not line.unreadable:
            lump_sum = by_unit and self.sheet.rules.kind is PriceSheetKind.DPGF
            if lump_sum and line.amount is not None:  # a lump sum needs no unit price
                kept = self.plausible(line, line.amount, "montant")
                amount = Fraction(kept) if kept is not None else None
            else:
                self.find(PriceMissing, line, what=what)
        self.split(line)
        return RecomputedLine(line=line, quantity=quantity, price=price, amount=amount, reading=reading)

    def amount(self, line: PricedLine, quantity: Decimal | None, price: Decimal) -> Fraction | None:
        """Quantity × unit price, compared with the amount written. A BPU line may have no quantity."""
        if quantity is None and self.sheet.rules.kind is PriceSheetKind.BPU:
            return None
        amount = Fraction(price) * Fraction(quantity if quantity is not None else 1)
        if line.amount is not None and not agrees(line.amount, amount):
            self.product(line, quantity, price, line.amount, cents(amount))
        return amount

    def quantity(self, line: PricedLine) -> Decimal | None:
        expected = line.rule.quantity if line.rule is not None else None
        if expected is None:
            return line.quantity
        if line.quantity is not None and line.quantity != expected:
            shown = format_number(line.quantity), format_number(expected)
            self.find(QuantityChanged, line, found=shown[0], expected=shown[1])
        return expected

    def plausible(self, line: PricedLine, price: Decimal | None, what: str) -> Decimal | None:
        """The price, unless nothing can be done with it; zero and negative prices are reported."""
        if price is None:
            return None
        if abs(price) >= LIMIT:
            self.find(PriceTooLarge, line, what=what, value=f"{price:.3E}")
            return None
        if price < 0:
            self.find(PriceNegative, line, what=what, value=shown_price(price))
        elif price == 0:
            lump_sum = self.sheet.rules.kind is PriceSheetKind.DPGF
            advice = (
                "La ligne est remplie, même nulle : vérifiez seulement que c'est voulu."
                if lump_sum
                else "Demandez au soumissionnaire ce que couvre ce prix nul ; Réglo ne divise jamais par lui."
            )
            severity = Severity.INFORMATION if lump_sum else Severity.TO_CHECK
            self.find(PriceZero, line, what=what, advice=advice, severity=severity)
        return price

    def price(self, line: PricedLine, written: Decimal | None) -> tuple[Decimal | None, WordsReading | None]:
        """The price that counts between figures and words, by the RC's precedence (PX-03)."""
        if not line.words:
            if self.sheet.has_words and written is not None and 0 <= written < LIMIT:
                advice = f"Écrivez ce prix en lettres, {shown_price(written)} en chiffres."
                if written == cents(written):
                    advice = f"Écrivez {shown_price(written)} en lettres : « {to_words(written)} »."
                self.find(WordsMissing, line, advice=advice)
            return written, None
        reading = parse_words(line.words)
        where = f"Ligne {line.ref or line.name}"
        stronger = stronger_of(self.rules, PriceSource.SHEET_WORDS, PriceSource.SHEET_FIGURES)
        if reading.amount is None:
            sure = written is not None and (
                written in reading.readings or stronger is PriceSource.SHEET_FIGURES
            )
            self.find(
                WordsUnclear,
                line,
                severity=None if sure else Severity.BLOCKING,
                **words_facts(where, reading),
            )
            return (written if sure else None), reading
        if written is None or written == reading.amount:
            return reading.amount, reading
        shown = {
            "where": where,
            "words": format_number(reading.amount, 2),
            "figures": shown_price(written),
        }
        if stronger is None:
            self.find(WordsAgainstFiguresUndecided, line, **shown)
            return None, reading
        kept = reading.amount if stronger is PriceSource.SHEET_WORDS else written
        self.find(WordsAgainstFigures, line, **shown, prevails=SOURCE_FR[stronger], kept=shown_price(kept))
        self.corrections.append(
            Correction(
                what=f"{where}, prix en {'chiffres' if kept is reading.amount else 'lettres'}",
                before=written if kept is reading.amount else reading.amount,
                after=kept,
                rule=f"prévalent {SOURCE_FR[stronger]}",
                article=self.rules.source,
                effect=Effect.APPLIED,
                place=line.place,
            )
        )
        return kept, reading

    def product(
        self, line: PricedLine, quantity: Decimal | None, price: Decimal, written: Decimal, after: Decimal
    ) -> None:
        effect = EFFECT_OF[self.rules.arithmetic]
        self.find(
            ProductWrong,
            line,
            quantity=format_number(quantity if quantity is not None else 1),
            price=shown_price(price),
            product=format_number(after, 2),
            written=format_number(written, 2),
            hint=formula_hint(written, line.amount_is_formula),
            consequence=CONSEQUENCE[effect],
        )
        self.corrections.append(
            Correction(
                what=f"Ligne {line.ref or line.name}, montant",
                before=written,
                after=after,
                rule="quantité × prix unitaire",
                article=self.rules.source,
                effect=effect,
                place=line.place,
            )
        )

    def split(self, line: PricedLine) -> None:
        parts = [share for share in line.shares if share is not None]
        total = line.amount if line.amount is not None else line.unit_price
        if not parts or total is None:
            return
        exact = sum((Fraction(part) for part in parts), Fraction(0))
        if not agrees(total, exact):
            self.find(
                SharesDiffer,
                line,
                parts=format_number(exact, 2),
                amount=format_number(total, 2),
            )


CONSEQUENCE = {
    Effect.APPLIED: "Le RC fait corriger : le montant recalculé est proposé et compté.",
    Effect.TO_CONFIRM: "Le RC fait confirmer l'offre rectifiée par le soumissionnaire avant de la compter.",
    Effect.NOT_COUNTED: "Le RC ne rectifie pas pour juger : le montant jugé reste le même.",
    Effect.TO_DECIDE: "Le RC ne dit pas si l'on corrige : décidez-en, ou complétez prices.arithmetic.",
}


def stronger_of(rules: PriceRules, *sources: PriceSource) -> PriceSource | None:
    """The first of these sources in the RC's precedence; None when it names none of them."""
    return next((source for source in rules.precedence if source in sources), None)


def words_facts(where: str, reading: WordsReading) -> dict[str, object]:
    shown = " ou ".join(format_number(value, 2) for value in reading.readings)
    readings = (f" Lecture la plus proche : {shown}." if len(reading.readings) == 1 else "") or (
        f" Lectures possibles : {shown}." if shown else ""
    )
    return {"where": where, "text": reading.text[:120], "reason": reading.reason, "readings": readings}


def formula_hint(written: Decimal, is_formula: bool) -> str:
    """Why a formula may show another result: stored as zero, it was never calculated."""
    return ", résultat d'une formule sans doute jamais recalculée" if is_formula and written == 0 else ""


def shown_price(price: Decimal) -> str:
    """A price with at least two decimals, more when it has more.

    >>> shown_price(Decimal("12.5")), shown_price(Decimal("0.005"))
    ('12,50', '0,005')
    """
    return format_number(price, 2) if price == cents(price) else format_number(price)
