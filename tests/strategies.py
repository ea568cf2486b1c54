"""Invented consultations: ``consultations()`` are faultless, ``of_type(X)`` any value of a type of the model.

Everything shrinks: the smallest consultation has one lot, one price criterion and nothing else.
"""

from __future__ import annotations

from dataclasses import MISSING, fields, is_dataclass, replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from enum import StrEnum
from itertools import pairwise
from types import NoneType, UnionType
from typing import Any, Union, get_args, get_origin, get_type_hints
from zoneinfo import ZoneInfo

from hypothesis import strategies as st

from reglo.procurement.award import (
    Award,
    AwardCriterion,
    Input,
    InputKind,
    Level,
    LotAward,
    Method,
    PriceLine,
    PriceRules,
    PriceSheet,
    PriceSheetKind,
    Quote,
    QuoteLine,
    Rounding,
    RoundingMode,
    RoundingStage,
    Scale,
    TieBreak,
    TieRule,
    Value,
)
from reglo.procurement.consultation import (
    BidValidity,
    Buyer,
    BuyerKind,
    Calendar,
    Choice,
    Clause,
    Consultation,
    ContractNature,
    Lot,
    OpenPoint,
    Procedure,
    ProcedureType,
    Term,
    TermAbout,
    Visit,
)
from reglo.procurement.formulas.formula import RESERVED
from reglo.procurement.requirements import Folder, OwedBy, PageLimit, Piece, Sanction, SignatureDue
from reglo.procurement.values import Instant, Money, Period, PeriodUnit, Share, TaxBasis

PARIS = ZoneInfo("Europe/Paris")
ZONES = ["Europe/Paris", "Indian/Reunion", "America/Guadeloupe", "Pacific/Noumea"]

# texts a jurist writes, and texts that YAML could mistake for something else
_TRICKY = [
    *("oui", "no", "null", "~", "1", "01000", "1.50", "1e9", "12:00", "2026-02-18", "0x1F", ".5", "<<", "="),
    *("a: b", "a:", ": a", "a #b", "# a", "- a", "-", "[a]", "{a: b}", "a, b", "*a", "&a", "!a", "%a", "@a"),
    *(
        "`a",
        "'",
        '"',
        "«  deux  espaces  »",
        " espace",
        "espace ",
        "\ttab",
        "deux\nlignes",
        "fin\n",
        "\ndébut",
    ),
    *("---", "...", "\u00a0", "é\u2028è", "\ufeff", "\x07", "\\n", "C:\\x", "😀", "a\n\nb\n", "a\n  b\n"),
    *("a \nb", "?", "? a", "des mots " * 30 + "fin", "mot-" * 60, "long : " * 30),
    "ligne une\nligne deux, longue, " + "mot " * 40 + "!",
]
_WORDS = [
    "Prix",
    "Délai d'exécution",
    "Valeur technique",
    "Maîtrise d'œuvre",
    "RC 7.2",
    "l'école",
    "m²",
    "Nº 4",
]


def texts(*, empty: bool = True) -> st.SearchStrategy[str]:
    """Texts of a rules file, the awkward ones included."""
    anything = st.text(st.characters(exclude_categories=["Cs"]), min_size=0 if empty else 1, max_size=40)
    return st.one_of(st.sampled_from(_WORDS), st.sampled_from(_TRICKY), anything)


def identifiers() -> st.SearchStrategy[str]:
    """Ids that formulas can name."""
    return st.from_regex(r"[a-zé][a-z0-9_é]{0,7}", fullmatch=True).filter(lambda name: name not in RESERVED)


def decimals(low: int = 0, high: int = 10**9, places: int = 4) -> st.SearchStrategy[Decimal]:
    """Exact decimals of up to ``places`` places."""
    scale = 10**places
    return st.integers(low * scale, high * scale).map(lambda number: Decimal(number).scaleb(-places))


def money() -> st.SearchStrategy[Money]:
    return st.builds(Money, decimals(), st.sampled_from(TaxBasis))


def periods() -> st.SearchStrategy[Period]:
    return st.builds(Period, st.integers(0, 400), st.sampled_from(PeriodUnit))


def instants(
    low: datetime = datetime(2024, 1, 1), high: datetime = datetime(2030, 1, 1)
) -> st.SearchStrategy[Instant]:
    """Instants on the minute, at an hour no change of time skips."""
    return st.builds(
        lambda day, hour, minute, zone: Instant(day.replace(hour=hour, minute=minute, tzinfo=ZoneInfo(zone))),
        st.datetimes(low, high).map(lambda at: at.replace(second=0, microsecond=0)),
        st.integers(4, 23),
        st.integers(0, 59),
        st.sampled_from(ZONES),
    )


# --- Any value of a type --------------------------------------------------------------------------


def of_type(wanted: Any, depth: int = 3) -> st.SearchStrategy[Any]:
    """Any value of a type of the model, sensible or not: what writing and reading must keep."""
    if wanted is Any:
        return _plain_values()
    origin = get_origin(wanted)
    if origin in (Union, UnionType):
        (inner,) = (option for option in get_args(wanted) if option is not NoneType)
        return st.none() | of_type(inner, depth)
    if origin is tuple:
        return st.lists(of_type(get_args(wanted)[0], depth - 1), max_size=3 if depth > 0 else 0).map(tuple)
    if origin is dict:
        return st.dictionaries(texts(), of_type(get_args(wanted)[1], depth - 1), max_size=3)
    leaves: dict[Any, st.SearchStrategy[Any]] = {
        str: texts(),
        bool: st.booleans(),
        int: st.integers(0, 999_999),
        Decimal: decimals(),
        date: st.dates(date(1, 1, 1), date(9999, 12, 31)),
        Money: money(),
        Period: periods(),
        Instant: instants(),
        Share: st.builds(Share, decimals(0, 100)),
    }
    if wanted in leaves:
        return leaves[wanted]
    if isinstance(wanted, type) and issubclass(wanted, StrEnum):
        return st.sampled_from(wanted)
    assert is_dataclass(wanted), wanted
    return _groups(wanted, depth)


@st.composite
def _groups(draw: st.DrawFn, kind: Any, depth: int) -> Any:
    """A group with its compulsory keys and a few of the others."""
    hints = get_type_hints(kind)
    keys = [f for f in fields(kind) if f.default is MISSING and f.default_factory is MISSING]
    optional = [f for f in fields(kind) if f not in keys]
    if depth > 0 and optional:
        keys += draw(st.lists(st.sampled_from(optional), unique_by=lambda f: f.name, max_size=4))
    return kind(**{field.name: draw(of_type(hints[field.name], depth - 1)) for field in keys})


def _plain_values() -> st.SearchStrategy[Any]:
    leaves = st.one_of(texts(), st.integers(-(10**20), 10**20), decimals(), st.booleans(), st.none())
    return st.recursive(
        leaves,
        lambda inner: st.lists(inner, max_size=3).map(tuple) | st.dictionaries(texts(), inner, max_size=3),
        max_leaves=6,
    )


# --- Faultless consultations ----------------------------------------------------------------------


@st.composite
def parts_of(draw: st.DrawFn, total: Decimal, count: int) -> list[Decimal]:
    """``count`` positive weights that add up to ``total`` exactly."""
    cuts = sorted(draw(st.sets(st.integers(1, 999), min_size=count - 1, max_size=count - 1)))
    bounds = [0, *cuts, 1000]
    return [total * (high - low) / 1000 for low, high in pairwise(bounds)]


@st.composite
def scales(draw: st.DrawFn, scale_id: str) -> Scale:
    """A grid in percentages or in points, best level first, down to zero or above."""
    count = draw(st.integers(2, 6))
    labels = ["Très satisfaisant", "Satisfaisant", "Moyen", "Insuffisant", "Très insuffisant", "Sans réponse"]
    values = sorted(draw(st.sets(st.integers(0, 100), min_size=count, max_size=count)), reverse=True)
    if draw(st.booleans()):
        levels = [
            Level(label=label, share=Share(Decimal(v))) for label, v in zip(labels, values, strict=False)
        ]
        return Scale(id=scale_id, levels=tuple(levels))
    levels = [Level(label=label, value=Decimal(v) / 10) for label, v in zip(labels, values, strict=False)]
    step = draw(st.none() | st.sampled_from([Decimal("0.5"), Decimal("0.25")]))
    return Scale(id=scale_id, levels=tuple(levels), step=step)


@st.composite
def awards(draw: st.DrawFn, lots: tuple[str, ...] = ("1",)) -> Award:
    """A judgement: figures, quotes, values, scales, and a tree of criteria on one or two levels."""
    names = iter(draw(st.lists(identifiers(), min_size=40, max_size=40, unique=True)))
    inputs = [
        Input(
            id=next(names),
            name=draw(st.sampled_from(_WORDS)),
            kind=draw(st.sampled_from(InputKind)),
            higher_is_better=draw(st.booleans()),
        )
        for _ in range(draw(st.integers(1, 3)))
    ]
    quotes = [
        Quote(id=next(names), name="Devis type", lines=(QuoteLine(item=f"P{n}", quantity=Decimal(n + 1)),))
        for n in range(draw(st.integers(0, 2)))
    ]
    figures = [one.id for one in (*inputs, *quotes)]
    values = []
    for _ in range(draw(st.integers(0, 2))):
        left, right = draw(st.sampled_from(figures)), draw(st.sampled_from(figures))
        values.append(Value(id=next(names), name="Valeur", formula=f"({left} * 60 + {right} * 40) / 100"))
        figures.append(values[-1].id)
    grids = [draw(scales(next(names))) for _ in range(draw(st.integers(0, 2)))]
    total = draw(st.sampled_from([Decimal(100), Decimal(20), Decimal(50)]))
    criteria = draw(_criteria(total, names, figures, [grid.id for grid in grids], 2))
    leaves = [leaf for one in criteria for leaf in (one.criteria or (one,))]
    used = {leaf.scale for leaf in leaves}
    stages = draw(st.lists(st.sampled_from(RoundingStage), unique=True, max_size=2))
    return Award(
        criteria=criteria,
        total=total,
        price_basis=draw(st.none() | st.sampled_from(TaxBasis)),
        price_figure=draw(st.sampled_from(["", inputs[0].id])),
        inputs=tuple(inputs),
        quotes=tuple(quotes),
        values=tuple(values),
        scales=tuple(grid for grid in grids if grid.id in used),
        rounding=tuple(
            Rounding(
                decimals=draw(st.integers(0, 4)), stages=(stage,), mode=draw(st.sampled_from(RoundingMode))
            )
            for stage in stages
        ),
        ties=draw(
            st.sampled_from(
                [
                    (),
                    (TieBreak(rule=TieRule.BEST_MARK, criterion=criteria[0].id),),
                    (TieBreak(rule=TieRule.LOWEST, of=inputs[0].id),),
                ]
            )
        ),
    )


@st.composite
def lot_awards(draw: st.DrawFn, lots: tuple[str, ...]) -> LotAward:
    """What these lots have of their own: another judgement, or its roundings and ties alone."""
    own = draw(awards(lots))
    if draw(st.booleans()):
        return LotAward(lots=lots, price_basis=own.price_basis, rounding=own.rounding, ties=())
    keys = {field.name for field in fields(LotAward)} - {"lots"}
    return LotAward(lots=lots, **{key: getattr(own, key) for key in keys})


@st.composite
def _criteria(
    draw: st.DrawFn, total: Decimal, names: Any, figures: list[str], grids: list[str], depth: int
) -> tuple[AwardCriterion, ...]:
    count = draw(st.integers(1 if depth == 2 else 2, 4 if depth == 2 else 3))
    in_shares = depth == 1 and draw(st.booleans())
    weights = draw(parts_of(Decimal(100) if in_shares else total, count))
    found = []
    for index, weight in enumerate(weights):
        common: dict[str, Any] = {"id": next(names), "name": draw(st.sampled_from(_WORDS))}
        common |= {"share": Share(weight)} if in_shares else {"weight": weight}
        if depth > 1 and index and draw(st.booleans()):
            below = draw(_criteria(weight, names, figures, grids, depth - 1))
            found.append(AwardCriterion(**common, method=Method.SUM, criteria=below))
            continue
        figure = draw(st.sampled_from(figures))
        ways: list[dict[str, Any]] = [
            {"method": method, "of": figure}
            for method in (Method.INVERSE, Method.LINEAR, Method.MIN_MAX, Method.MEAN)
        ]
        ways.append({"method": Method.FORMULA, "formula": f"N * lowest({figure}) / {figure}"})
        for grid in grids:
            ways += [{"method": method, "scale": grid} for method in (Method.SCALE, Method.NORMALISED)]
            ways.append({"method": Method.FORMULA, "scale": grid, "formula": "N * level / best(level)"})
        found.append(AwardCriterion(**common, **draw(st.sampled_from(ways)), price=index == 0))
    return tuple(found)


@st.composite
def calendars(draw: st.DrawFn) -> Calendar:
    """Sending, bids, opening and visits in an order that can happen; terms before and after."""
    sent = datetime.combine(draw(st.dates(date(2024, 1, 1), date(2030, 1, 1))), datetime.min.time())
    sent = sent.replace(hour=9, tzinfo=PARIS)
    deadline = (sent + timedelta(days=draw(st.integers(10, 60)))).replace(hour=draw(st.integers(8, 18)))
    opening = deadline + timedelta(hours=draw(st.integers(1, 48)))
    visits = [
        Visit(id=f"visite-{n}", compulsory=draw(st.booleans()), at=Instant(sent + timedelta(days=n + 1)))
        for n in range(draw(st.integers(0, 2)))
    ]
    terms = [
        Term(
            id=f"delai-{n}",
            about=draw(st.sampled_from(TermAbout)),
            period=Period(draw(st.integers(1, 30)), draw(st.sampled_from(PeriodUnit))),
            side=draw(st.sampled_from(["before", "after"])),
            of=draw(st.sampled_from(["submission_deadline", "request", "notification"])),
            at=draw(st.sampled_from(["", "12:00"])),
        )
        for n in range(draw(st.integers(0, 4)))
    ]
    return Calendar(
        sent_at=draw(st.sampled_from([None, Instant(sent)])),
        submission_deadline=Instant(deadline),
        opening_at=draw(st.sampled_from([None, Instant(opening)])),
        deadline_inclusive=draw(st.booleans()),
        visits=tuple(visits),
        bid_validity=draw(st.none() | st.builds(BidValidity, period=periods())),
        terms=tuple(terms),
    )


@st.composite
def consultations(draw: st.DrawFn) -> Consultation:
    """Consultations whose rules file has no fault, not even one to check."""
    lots = tuple(
        Lot(id=str(n + 1), name=draw(texts(empty=False)), estimated_value=draw(st.none() | money()))
        for n in range(draw(st.integers(1, 4)))
    )
    award = draw(awards(tuple(lot.id for lot in lots)))
    if len(lots) > 1 and draw(st.booleans()):
        award = replace(award, for_lots=(draw(lot_awards((lots[-1].id,))),))
    quotes = (*award.quotes, *(quote for own in award.for_lots for quote in own.quotes or ()))
    items = {line.item for quote in quotes for line in quote.lines}
    pieces = tuple(
        Piece(
            code=f"{folder.value[0].upper()}{n}",
            name=draw(texts(empty=False)),
            folder=folder,
            owed_by=draw(st.sampled_from(OwedBy)),
            per_lot=draw(st.booleans()),
            formats=draw(st.sampled_from([(), (".pdf",), (".xlsx", ".ods")])),
            signature=draw(st.sampled_from(SignatureDue)),
            page_limits=draw(st.sampled_from([(), (PageLimit(pages=10, read_up_to=12),)])),
            if_missing=draw(st.sampled_from(Sanction)),
        )
        for folder in Folder
        for n in range(draw(st.integers(1, 4)))
    )
    sheet = PriceSheet(
        id="bordereau",
        kind=PriceSheetKind.BPU,
        piece=pieces[-1].code,
        lines=tuple(PriceLine(ref=ref, name=draw(texts(empty=False))) for ref in sorted(items)),
    )
    points = tuple(
        OpenPoint(
            id=f"point-{n}",
            question=draw(texts(empty=False)),
            choices=(
                Choice(id="ecrit", label="Comme écrit"),
                Choice(
                    id="autre",
                    label="Autrement",
                    set={"award.price_basis": draw(st.sampled_from(["HT", "TTC"]))},
                ),
            ),
            default="ecrit",
        )
        for n in range(draw(st.integers(0, 2)))
    )
    return Consultation(
        reglo=1,
        reference=draw(st.from_regex(r"[A-Z0-9][A-Z0-9 .-]{0,10}[A-Z0-9]", fullmatch=True)),
        title=draw(texts(empty=False)),
        buyer=Buyer(name=draw(texts(empty=False)), kind=draw(st.sampled_from(BuyerKind))),
        nature=draw(st.sampled_from(ContractNature)),
        procedure=Procedure(type=draw(st.sampled_from(ProcedureType)), legal_basis=("R.2161-2",)),
        lots=lots,
        calendar=draw(calendars()),
        award=award,
        description=draw(texts()),
        identifiers=draw(st.dictionaries(texts(), texts(), max_size=3)),
        pieces=pieces,
        prices=PriceRules(sheets=(sheet,)) if items else None,
        clauses=tuple(
            Clause(id=f"clause-{n}", topic="divers", rule=draw(texts(empty=False)))
            for n in range(draw(st.integers(0, 2)))
        ),
        open_points=points,
    )
