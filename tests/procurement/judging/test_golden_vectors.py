"""The golden vectors of legal-rules §6.4, to the last digit, each with its sub-results."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

from tests.procurement.cast import bid, consultation, shares

from reglo.procurement.award import (
    Award,
    AwardCriterion,
    Input,
    Level,
    Method,
    Quote,
    QuoteLine,
    Rounding,
    RoundingStage,
    Scale,
    TieBreak,
    TieRule,
    Value,
)
from reglo.procurement.bid import Assessment, Bid
from reglo.procurement.judging.judgement import BidResult, Score
from reglo.procurement.judging.scoring import judge_lot
from reglo.procurement.values import Share

HUNDREDTH = Rounding(decimals=2, stages=(RoundingStage.LEAF,))

S3 = Award(
    criteria=(
        AwardCriterion(
            id="prix",
            name="Prix",
            weight=Decimal(60),
            price=True,
            criteria=(
                AwardCriterion(
                    id="note_entretien",
                    name="Entretien",
                    weight=Decimal(30),
                    method=Method.FORMULA,
                    formula="30 * lowest(entretien) / entretien",
                ),
                AwardCriterion(
                    id="note_curatif",
                    name="Curatif",
                    weight=Decimal(30),
                    method=Method.FORMULA,
                    formula="(lowest(curatif) / curatif) * 30",
                ),
            ),
        ),
        AwardCriterion(
            id="technique",
            name="Valeur technique",
            weight=Decimal(40),
            criteria=tuple(
                AwardCriterion(
                    id=name, name=name, weight=Decimal(points), method=Method.SCALE, scale="grille"
                )
                for name, points in (("moyens", 10), ("planning", 16), ("methodologie", 8), ("dechets", 6))
            ),
        ),
    ),
    inputs=tuple(Input(id=name, name=f"Montant {name}", zero_allowed=False) for name in "ABCD"),
    quotes=tuple(Quote(id=name, name=f"Devis type {name}") for name in ("I", "II", "III")),
    values=(
        Value(id="entretien", name="Offre entretien type", formula="((A + B) * 60 + C * 30 + D * 10) / 100"),
        Value(id="curatif", name="Offre curative", formula="(I * 60 + II * 30 + III * 10) / 100"),
    ),
    scales=(shares("grille", 100, 80, 60, 40, 20, 0),),
    rounding=(HUNDREDTH,),
    ties=(TieBreak(rule=TieRule.BEST_MARK, criterion="prix", first_place_only=True, source="RC art. 7.2"),),
)


def s3_bid(name: str, amounts: str, levels: str) -> Bid:
    figures = zip(("A", "B", "C", "D", "I", "II", "III"), amounts.split(), strict=True)
    given = zip(("moyens", "planning", "methodologie", "dechets"), levels.split(), strict=True)
    return bid(name, inputs=dict(figures), levels={one: f"{level} %" for one, level in given})


X = s3_bid("X", "10000 500 2000 5000 8000 3000 4000", "80 60 100 40")
Y = s3_bid("Y", "11500 600 1500 4000 7000 3600 5200", "100 80 60 80")


def marks(score: Score) -> dict[str, str]:
    """Criterion id -> its mark, the whole tree."""
    own = {score.criterion.id if score.criterion else "total": f"{float(score.value):.2f}"}
    for part in score.parts:
        own |= marks(part)
    return own


def test_s3_gives_89_77_to_y_and_86_52_to_x_with_each_sub_result() -> None:
    result = judge_lot(consultation(S3), "1", [X, Y])
    first, second = result.ranked
    assert (first.bid.id, first.rank, first.total.value) == ("Y", 1, Fraction(8977, 100))
    assert (second.bid.id, second.rank, second.total.value) == ("X", 2, Fraction(8652, 100))
    assert (first.figures["entretien"], second.figures["entretien"]) == (8110, 7400)
    assert (first.figures["curatif"], second.figures["curatif"]) == (5800, 6100)
    assert marks(second.total) == {
        "total": "86.52",
        "prix": "58.52",
        "note_entretien": "30.00",
        "note_curatif": "28.52",
        "technique": "28.00",
        "moyens": "8.00",
        "planning": "9.60",
        "methodologie": "8.00",
        "dechets": "2.40",
    }
    assert marks(first.total) == {
        "total": "89.77",
        "prix": "57.37",
        "note_entretien": "27.37",
        "note_curatif": "30.00",
        "technique": "32.40",
        "moyens": "10.00",
        "planning": "12.80",
        "methodologie": "4.80",
        "dechets": "4.80",
    }
    assert result.winner is first
    assert result.findings == ()


def test_s3_quotes_priced_from_unit_prices_and_the_buyers_quantities_give_the_same_marks() -> None:
    lines = {"I": ("MUR", 80), "II": ("LUM", 15), "III": ("FIL", 8)}
    quotes = tuple(
        Quote(id=name, name=name, lines=(QuoteLine(item=item, quantity=Decimal(quantity)),))
        for name, (item, quantity) in lines.items()
    )
    award = S3.__class__(**{field: getattr(S3, field) for field in S3.__slots__} | {"quotes": quotes})
    priced = bid(
        "X",
        inputs={"A": "10000", "B": "500", "C": "2000", "D": "5000"},
        unit_prices={"MUR": "100", "LUM": "200", "FIL": "500"},
        levels={"moyens": "80 %", "planning": "60 %", "methodologie": "100 %", "dechets": "40 %"},
    )
    (only,) = judge_lot(consultation(award), "1", [priced]).ranked
    assert [only.figures[name] for name in ("I", "II", "III", "curatif")] == [8000, 3000, 4000, 6100]


S2_SCALE = Scale(
    id="baremes",
    levels=tuple(Level(label=f"niveau {value}", value=Decimal(value)) for value in (5, 4, 3, 2, 1)),
    step=Decimal("0.5"),
)
S2 = Award(
    criteria=(
        AwardCriterion(
            id="methodologie",
            name="Méthodologie",
            weight=Decimal(40),
            method=Method.NORMALISED,
            scale="baremes",
        ),
        AwardCriterion(
            id="equipe", name="Équipe", weight=Decimal(30), method=Method.NORMALISED, scale="baremes"
        ),
        AwardCriterion(
            id="prix", name="Prix", weight=Decimal(30), method=Method.INVERSE, of="dpgf", price=True
        ),
    ),
    inputs=(Input(id="dpgf", name="Montant de la DPGF"),),
    scales=(S2_SCALE,),
    rounding=(Rounding(decimals=1, stages=(RoundingStage.CRITERION,)),),
)


def test_s2_gives_91_0_to_a_and_89_6_to_b() -> None:
    def candidate(name: str, method: str, team: str, price: str) -> Bid:
        given = {"methodologie": Assessment(mark=Decimal(method)), "equipe": Assessment(mark=Decimal(team))}
        return bid(name, inputs={"dpgf": price}, assessments=given)

    result = judge_lot(
        consultation(S2), "1", [candidate("A", "4.5", "3.5", "48000"), candidate("B", "4", "5", "60000")]
    )

    def row(one: BidResult) -> list[str]:
        return [one.bid.id, *(f"{float(part.value):.1f}" for part in one.total.parts), f"{one.total.value}"]

    assert [row(one) for one in result.ranked] == [
        ["A", "40.0", "21.0", "30.0", "91"],
        ["B", "35.6", "30.0", "24.0", "448/5"],  # 89.6
    ]


def test_s4_price_gives_50_00_and_42_11() -> None:
    price = AwardCriterion(
        id="prix", name="Prix", weight=Decimal(50), method=Method.INVERSE, of="montant", price=True
    )
    award = Award(
        criteria=(price,),
        total=Decimal(50),
        inputs=(Input(id="montant", name="Montant"),),
        rounding=(HUNDREDTH,),
    )
    result = judge_lot(
        consultation(award),
        "1",
        [bid("a", inputs={"montant": "80000"}), bid("b", inputs={"montant": "95000"})],
    )
    assert [one.total.value for one in result.ranked] == [Fraction(50), Fraction(4211, 100)]
    assert result.ranked[1].total.parts[0].exact == Fraction(800, 19)


def test_s0_sub_criteria_as_percentages_weigh_12_16_and_12_points() -> None:
    parts = tuple(
        AwardCriterion(id=name, name=name, share=Share(Decimal(percent)), method=Method.SCALE, scale="grille")
        for name, percent in (("organisation", 30), ("competences", 40), ("independance", 30))
    )
    award = Award(
        criteria=(AwardCriterion(id="qualite", name="Qualité", share=Share(Decimal(40)), criteria=parts),),
        scales=(shares("grille", 100, 50, 0),),
    )
    given = {part.id: "100 %" for part in parts}
    (only,) = judge_lot(consultation(award), "1", [bid("a", levels=given)]).ranked
    assert [part.value for part in only.total.parts[0].parts] == [12, 16, 12]
