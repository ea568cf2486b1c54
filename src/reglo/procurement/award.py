"""How bids are judged: criteria, scales, formulas, prices, rounding, ties."""

from __future__ import annotations

from dataclasses import dataclass, field, fields, replace
from decimal import Decimal
from enum import StrEnum
from typing import Any, TypeVar

from reglo.procurement.findings import Finding
from reglo.procurement.requirements import Sourced
from reglo.procurement.values import Share, TaxBasis

Found = TypeVar("Found", bound=Finding)


def these_lots(lots: tuple[str, ...]) -> str:
    """
    >>> these_lots(("2",)), these_lots(("1", "3"))
    ('lot 2', 'lots 1, 3')
    """
    return f"{'lot' if len(lots) == 1 else 'lots'} {', '.join(lots)}"


# --- What each bid brings to the judgement ----------------------------------------------------


class InputKind(StrEnum):
    MONEY = "money"  # euros, on award.price_basis
    NUMBER = "number"  # days, tonnes, hours…


@dataclass(frozen=True, slots=True, kw_only=True)
class Input(Sourced):
    """A figure read in each bid: "montant de la DPGF", "délai en jours". Names formulas may use."""

    id: str
    name: str
    kind: InputKind = InputKind.MONEY
    unit: str = ""  # of a NUMBER
    from_document: str = ""  # code of the piece it is read in
    higher_is_better: bool = False
    zero_allowed: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class QuoteLine:
    """A line of a sample quote: a price of the BPU times the buyer's quantity."""

    item: str  # ref of the price-sheet line
    quantity: Decimal
    name: str = ""
    unit: str = ""
    lots: tuple[str, ...] = ()  # lots this quantity is drawn for; empty: all


@dataclass(frozen=True, slots=True, kw_only=True)
class Quote(Sourced):
    """A sample quote (devis type) the buyer prices from unit prices (INV-7). Its id is a name in formulas."""

    id: str
    name: str
    lines: tuple[QuoteLine, ...] = ()  # empty: its total is given as an input
    hidden: bool = False  # chantier masqué, drawn before opening
    drawn_at: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Value(Sourced):
    """A figure computed for each bid from inputs, quotes and earlier values."""

    id: str
    name: str
    formula: str  # "((A + B) * 60 + C * 30 + D * 10) / 100"


# --- Scales -----------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Level(Sourced):
    """One step of a scale: a label and its value, in points of the scale or as a share of the maximum."""

    label: str
    value: Decimal | None = None
    share: Share | None = None
    meaning: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Scale(Sourced):
    """A grid of appreciation. ``step``: smallest difference allowed between marks (0.5: half points)."""

    id: str
    levels: tuple[Level, ...]  # best first
    step: Decimal | None = None  # None: only the printed levels
    name: str = ""


# --- Criteria ---------------------------------------------------------------------------------


class Method(StrEnum):
    """A named method, spelled as a formula by ``scoring`` (legal-rules §6.3)."""

    INVERSE = "inverse"  # F-INV   N * lowest(x) / x
    LINEAR = "linear"  # F-LIN2  N * max(0, 2 - x / lowest(x))
    MIN_MAX = "min_max"  # F-MM    N * (highest(x) - x) / (highest(x) - lowest(x)), N when all equal
    MEAN = "mean"  # F-AVG   distance to the mean
    NORMALISED = "normalised"  # F-NORM  N * level / best(level)
    SCALE = "scale"  # F-ABS   N * level share
    FORMULA = "formula"  # the RC's own
    SUM = "sum"  # sum of the sub-criteria


class RoundingMode(StrEnum):
    HALF_UP = "half_up"
    HALF_EVEN = "half_even"
    DOWN = "down"
    UP = "up"


class RoundingStage(StrEnum):
    LEAF = "leaf"  # each mark given to a criterion or sub-criterion without children
    CRITERION = "criterion"  # each top criterion
    TOTAL = "total"


@dataclass(frozen=True, slots=True, kw_only=True)
class Rounding(Sourced):
    decimals: int
    stages: tuple[RoundingStage, ...]
    mode: RoundingMode = RoundingMode.HALF_UP


@dataclass(frozen=True, slots=True, kw_only=True)
class AwardCriterion(Sourced):
    """A criterion or sub-criterion (critère d'attribution, BT-734).

    ``weight``: points of the total for a criterion, of the parent for a sub-criterion; or ``share``,
    a percentage of the parent. Exactly one of the two.
    ``of``: the name (input, quote, value) a price-like method judges. ``scale``: id for levels.
    ``elements``: what the judge looks at (éléments d'appréciation), without own weight.
    """

    id: str
    name: str
    weight: Decimal | None = None
    share: Share | None = None
    method: Method = Method.SUM
    of: str = ""
    scale: str = ""
    formula: str = ""
    criteria: tuple[AwardCriterion, ...] = ()
    elements: tuple[str, ...] = ()
    judged_on: str = ""  # piece code and section
    environmental: bool = False
    social: bool = False
    price: bool = False  # counts as the price criterion (ties, alerts)
    type: str = ""  # eForms award-criterion-type: price, cost, quality


class TieRule(StrEnum):
    BEST_MARK = "best_mark"  # best mark on ``criterion``
    LOWEST = "lowest"  # lowest figure of ``of``


@dataclass(frozen=True, slots=True, kw_only=True)
class TieBreak(Sourced):
    rule: TieRule
    criterion: str = ""
    of: str = ""
    first_place_only: bool = False  # S3, S4: separates the bids tied first; the others stay tied


@dataclass(frozen=True, slots=True, kw_only=True)
class LotAward(Sourced):
    """What some lots have of their own: each key given replaces that of the common judgement, whole.

    None: as for the other lots; an empty list: none for these ones.
    """

    lots: tuple[str, ...]
    criteria: tuple[AwardCriterion, ...] | None = None
    total: Decimal | None = None
    price_basis: TaxBasis | None = None
    price_figure: str | None = None
    inputs: tuple[Input, ...] | None = None
    quotes: tuple[Quote, ...] | None = None
    values: tuple[Value, ...] | None = None
    scales: tuple[Scale, ...] | None = None
    rounding: tuple[Rounding, ...] | None = None
    ties: tuple[TieBreak, ...] | None = None
    weights_in_order: bool | None = None

    @property
    def title(self) -> str:
        """ "lot 2", "lots 1, 3"."""
        return these_lots(self.lots)

    @property
    def given(self) -> dict[str, Any]:
        """The keys it gives, by name."""
        values = {each.name: getattr(self, each.name) for each in fields(self) if each.name not in _OF_LOTS}
        if not self.source:
            del values["source"]
        return {name: value for name, value in values.items() if value is not None}

    def name_of(self, figure: str) -> str:
        """The name of one of their own figures, "" for another."""
        return _name_of(self, figure)


def _name_of(award: Award | LotAward, figure: str) -> str:
    known: tuple[Input | Quote | Value, ...] = (
        *(award.inputs or ()),
        *(award.quotes or ()),
        *(award.values or ()),
    )
    return next((each.name for each in known if each.id == figure), "")


_OF_LOTS = ("lots", "text", "legal_basis")  # of a ``LotAward`` alone


@dataclass(frozen=True, slots=True, kw_only=True)
class Award(Sourced):
    """The judgement: everything ``scoring`` and ``ranking`` need.

    ``criteria`` may be left out when every lot has its own.
    """

    criteria: tuple[AwardCriterion, ...] = ()
    total: Decimal = Decimal(100)
    price_basis: TaxBasis | None = None  # None: the RC is silent
    price_figure: str = ""  # the input or value that is "the price" for ties and low-bid alerts
    inputs: tuple[Input, ...] = ()
    quotes: tuple[Quote, ...] = ()
    values: tuple[Value, ...] = ()
    scales: tuple[Scale, ...] = ()
    rounding: tuple[Rounding, ...] = ()
    ties: tuple[TieBreak, ...] = ()  # in order; none: a tie for the first place stops with a question
    ranking: str = ""  # "competition": 1, 1, 3, which is how Réglo ranks
    by_lot: bool | None = None
    weights_in_order: bool = False  # descending order instead of weights (CR-03)
    for_lots: tuple[LotAward, ...] = ()  # lots judged otherwise

    def with_own(self, own: LotAward) -> Award:
        """The judgement of the lots of ``own``.

        >>> common = Award(total=Decimal(20), price_figure="prix")
        >>> found = common.with_own(LotAward(lots=("2",), total=Decimal(100)))
        >>> found.total, found.price_figure
        (Decimal('100'), 'prix')
        """
        return replace(self, for_lots=(), **own.given)

    def of_lot(self, lot: str) -> Award:
        """The judgement of a lot: its own, or the common one."""
        own = next((each for each in self.for_lots if lot in each.lots), None)
        return self.with_own(own) if own else replace(self, for_lots=())

    def groups(self, lots: tuple[str, ...]) -> tuple[Judged, ...]:
        """These lots in groups judged alike: those under the common judgement first, when there are any."""
        if not self.for_lots:
            return (Judged("award", lots, self),)
        apart = {lot for own in self.for_lots for lot in own.lots}
        rest = tuple(lot for lot in lots if lot not in apart)
        common = [Judged("award", rest, replace(self, for_lots=()))] if rest else []
        own = (
            Judged(f"award.for_lots[{place}]", each.lots, self.with_own(each), frozenset(each.given))
            for place, each in enumerate(self.for_lots)
        )
        return (*common, *own)

    def name_of(self, figure: str) -> str:
        """The name of an input, quote or value; "" when it is none of them."""
        return _name_of(self, figure)


@dataclass(frozen=True, slots=True)
class Judged:
    """Lots judged alike: their ids, their judgement, and where the file says it."""

    path: str  # "award", or "award.for_lots[1]"
    lots: tuple[str, ...]
    award: Award
    own: frozenset[str] = frozenset()  # keys that the other lots do not share

    @property
    def title(self) -> str:
        """ "Lot 2", "Lots 1, 3"."""
        return these_lots(self.lots).replace("l", "L", 1)

    def path_of(self, path: str) -> str:
        """Where the file says what stands at ``path`` ("award.criteria[0]") of ``award``."""
        key = path.removeprefix("award.").partition("[")[0].partition(".")[0]
        return self.path + path.removeprefix("award") if path == "award" or key in self.own else path

    def placed(self, finding: Found) -> Found:
        """A finding on ``award``, where the file says what it is about."""
        return replace(finding, place=replace(finding.place, path=self.path_of(finding.place.path)))


# --- Prices -----------------------------------------------------------------------------------


class PriceSheetKind(StrEnum):
    BPU = "BPU"  # unit prices
    DQE = "DQE"  # estimate: unit price × quantity
    DPGF = "DPGF"  # breakdown of a lump sum


class PriceColumn(StrEnum):
    """What a column of a price sheet holds."""

    REF = "ref"
    NAME = "name"
    UNIT = "unit"
    QUANTITY = "quantity"
    UNIT_PRICE = "unit_price"
    WORDS = "words"  # the unit price in words
    AMOUNT = "amount"


@dataclass(frozen=True, slots=True, kw_only=True)
class PriceLine:
    """A line of a price sheet."""

    ref: str
    name: str
    unit: str = ""
    quantity: Decimal | None = None
    feeds: str = ""  # id of the award input this line's amount adds to
    lots: tuple[str, ...] = ()  # empty: all
    tranche: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class PriceSheet(Sourced):
    """A price sheet of the DCE: its lines, and the names its columns may bear."""

    id: str
    kind: PriceSheetKind
    piece: str  # code of the piece that carries it
    name: str = ""
    lines: tuple[PriceLine, ...] = ()  # empty: the buyer's own sheet, read as it is
    basis: TaxBasis | None = None
    words: bool | None = None  # a column of prices in words
    per_member: bool | None = None  # split by member of a grouping
    total_feeds: str = ""  # award input that takes the sheet's total
    columns: dict[PriceColumn, str] = field(default_factory=dict)  # unusual headings, as printed


class PriceSource(StrEnum):
    """Where a figure of the bid can be written; ``precedence`` orders them."""

    COMMITMENT_WORDS = "acte_engagement_words"
    COMMITMENT_FIGURES = "acte_engagement_figures"
    SHEET_WORDS = "sheet_words"
    SHEET_FIGURES = "sheet_figures"
    RECOMPUTED = "recomputed"  # recomputed from the lines


class ArithmeticErrors(StrEnum):
    """What the RC does with errors of multiplication, addition or carrying-over (PX-02, PX-04)."""

    CORRECTED = "corrected"  # the estimate is corrected (S3)
    CONFIRMED = "confirmed"  # the bidder confirms the corrected bid; refusal = eliminated (S2)
    NOT_CORRECTED = "not_corrected"  # for judging; the prospective winner must align (S4)


@dataclass(frozen=True, slots=True, kw_only=True)
class PriceRules(Sourced):
    """Price documents, precedence between them, and corrections (PX-01 to PX-04)."""

    sheets: tuple[PriceSheet, ...] = ()
    precedence: tuple[PriceSource, ...] = ()  # strongest first
    basis: TaxBasis | None = None
    arithmetic: ArithmeticErrors | None = None
    material_error_exception: bool = False  # PX-02
    aligned_by_winner: bool = False
    refusal: str = ""  # "éliminée comme non cohérente"
    lump_sum: bool = False
    unit_prices: bool = False
    revision: str = ""
