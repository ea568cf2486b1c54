"""The golden vectors of legal-rules §6.4, judged with what the reader read of the seeds, as it stands."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction
from pathlib import Path

import pytest
from tests.procurement.cast import bid, consultation

from reglo.procurement.award import Award
from reglo.procurement.bid import Assessment
from reglo.procurement.scoring import judge_lot
from reglo.reading.rc import read_files

SEEDS = Path(__file__).parent.parent.parent.parent / "shared" / "seeds"


def award_of(seed: str) -> Award:
    if not SEEDS.is_dir():
        pytest.skip("les règlements réels ne sont pas à côté du dépôt (../shared/seeds)")
    return read_files([next(SEEDS.glob(seed))]).consultation.award


def labels(award: Award) -> dict[str, str]:
    """The label of each level of the one scale read, by its share."""
    return {str(level.share.percent): level.label for level in award.scales[0].levels if level.share}


def test_s3_read_gives_89_77_to_y_and_86_52_to_x() -> None:
    award = award_of("S3*")
    names = [each.id for each in award.inputs]
    leaves = [each.id for each in award.criteria[1].criteria]

    def candidate(name: str, amounts: str, levels: str) -> object:
        figures = dict(zip(names, amounts.split(), strict=True))
        return bid(
            name,
            inputs=figures,
            levels={one: labels(award)[level] for one, level in zip(leaves, levels.split(), strict=True)},
        )

    x = candidate("X", "10000 500 2000 5000 8000 3000 4000", "80 60 100 40")
    y = candidate("Y", "11500 600 1500 4000 7000 3600 5200", "100 80 60 80")
    first, second = judge_lot(consultation(award), "1", [x, y]).ranked
    assert (first.bid.id, first.total.value) == ("Y", Fraction(8977, 100))
    assert (second.bid.id, second.total.value) == ("X", Fraction(8652, 100))


def test_s2_read_gives_91_0_to_a_and_89_6_to_b() -> None:
    award = award_of("S2*")
    method, team, _ = (each.id for each in award.criteria)
    (price,) = (each.id for each in award.inputs)

    def candidate(name: str, first: str, second: str, amount: str) -> object:
        given = {method: Assessment(mark=Decimal(first)), team: Assessment(mark=Decimal(second))}
        return bid(name, inputs={price: amount}, assessments=given)

    result = judge_lot(
        consultation(award), "1", [candidate("A", "4.5", "3.5", "48000"), candidate("B", "4", "5", "60000")]
    )
    assert [(one.bid.id, one.total.value) for one in result.ranked] == [
        ("A", Fraction(91)),
        ("B", Fraction(448, 5)),
    ]


def test_s4_read_gives_50_00_and_42_11_to_the_prices() -> None:
    award = award_of("S4*")
    (price,) = (each.id for each in award.inputs)
    leaves = [leaf.id for criterion in award.criteria[1:] for leaf in criterion.criteria]
    levels = dict.fromkeys(leaves, labels(award)["100"])
    bids = [
        bid("a", inputs={price: "80000"}, levels=levels),
        bid("b", inputs={price: "95000"}, levels=levels),
    ]
    result = judge_lot(consultation(award), "1", bids)
    assert [one.total.parts[0].value for one in result.ranked] == [Fraction(50), Fraction(4211, 100)]
