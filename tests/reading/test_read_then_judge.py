"""The golden vectors of legal-rules §6.4, judged with what the reader read, its open points alone resolved.

S0's notice gives no formula and no scale: the reader says so, offers the usual ones, and the choices made
give the marks its invented bids were worked out to by hand (examples/centre-operations-securite).
"""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction
from functools import cache
from pathlib import Path

import pytest
import yaml
from tests.procurement.cast import bid, consultation

from reglo.procurement.award import Award
from reglo.procurement.bid import Assessment, Bid
from reglo.procurement.judging.judgement import BidResult
from reglo.procurement.judging.scoring import judge_lot
from reglo.procurement.rules_file import load, with_choices
from reglo.reading.rc import read_files

SEEDS = Path(__file__).parent.parent.parent.parent / "shared" / "seeds"
EXAMPLE = Path(__file__).parent.parent.parent / "examples" / "centre-operations-securite"


@cache
def text_of(seed: str) -> str:
    if not SEEDS.is_dir():
        pytest.skip("les règlements réels ne sont pas à côté du dépôt (../shared/seeds)")
    return read_files([next(SEEDS.glob(seed))]).text


def award_of(seed: str, **choices: str) -> Award:
    """The judgement of the rules file that reading wrote, under these choices of its open points."""
    chosen = {point.replace("_", "-"): choice for point, choice in choices.items()}
    resolved = with_choices(load(text_of(seed)), chosen)
    assert resolved.consultation is not None, resolved.faults
    return resolved.consultation.award


def labels(award: Award) -> dict[str, str]:
    """The label of each level of the one scale read, by its share."""
    return {str(level.share.percent): level.label for level in award.scales[0].levels if level.share}


def ranked(award: Award, *bids: Bid) -> list[BidResult]:
    return list(judge_lot(consultation(award), "1", list(bids)).ranked)


def marks(result: BidResult) -> list[Fraction]:
    """The mark of each criterion, in order."""
    return [part.value for part in result.total.parts]


# --- S3 -------------------------------------------------------------------------------------------


def s3(name: str, amounts: str, levels: str, award: Award) -> Bid:
    names = [each.id for each in award.inputs]
    leaves = [each.id for each in award.criteria[1].criteria]
    judged = {one: labels(award)[level] for one, level in zip(leaves, levels.split(), strict=True)}
    return bid(name, inputs=dict(zip(names, amounts.split(), strict=True)), levels=judged)


def s3_bids(award: Award) -> tuple[Bid, Bid]:
    x = s3("X", "10000 500 2000 5000 8000 3000 4000", "80 60 100 40", award)
    y = s3("Y", "11500 600 1500 4000 7000 3600 5200", "100 80 60 80", award)
    return x, y


def test_s3_read_gives_89_77_to_y_and_86_52_to_x_mark_by_mark() -> None:
    award = award_of("S3*")
    first, second = ranked(award, *s3_bids(award))
    assert (first.bid.id, first.total.value) == ("Y", Fraction(8977, 100))
    assert (second.bid.id, second.total.value) == ("X", Fraction(8652, 100))
    price, quality = first.total.parts
    assert [part.value for part in price.parts] == [Fraction(2737, 100), Fraction(30)]
    assert quality.value == Fraction(3240, 100)
    price, quality = second.total.parts
    assert [part.value for part in price.parts] == [Fraction(30), Fraction(2852, 100)]
    assert quality.value == Fraction(28)


def test_s3_the_composites_read_are_7400_and_8110_then_6100_and_5800() -> None:
    award = award_of("S3*")
    results = {one.bid.id: one for one in ranked(award, *s3_bids(award))}
    names = [value.id for value in award.values]
    got = {name: [results[name].figures[value] for value in names] for name in ("X", "Y")}
    assert got == {"X": [7400, 6100], "Y": [8110, 5800]}


def test_s3_read_literally_divides_the_last_term_alone_and_changes_the_marks() -> None:
    award = award_of("S3*", parentheses_entretien="dernier-terme")
    x = next(one for one in ranked(award, *s3_bids(award)) if one.bid.id == "X")
    assert x.figures[award.values[0].id] == 630_000 + 60_000 + 500


# --- S2 -------------------------------------------------------------------------------------------


def test_s2_read_gives_91_0_to_a_and_89_6_to_b_mark_by_mark() -> None:
    award = award_of("S2*")
    method, team, _ = (each.id for each in award.criteria)
    (price,) = (each.id for each in award.inputs)

    def candidate(name: str, first: str, second: str, amount: str) -> Bid:
        given = {method: Assessment(mark=Decimal(first)), team: Assessment(mark=Decimal(second))}
        return bid(name, inputs={price: amount}, assessments=given)

    a, b = ranked(award, candidate("A", "4.5", "3.5", "48000"), candidate("B", "4", "5", "60000"))
    assert (a.bid.id, marks(a), a.total.value) == ("A", [40, 21, 30], Fraction(91))
    assert (b.bid.id, marks(b), b.total.value) == ("B", [Fraction(356, 10), 30, 24], Fraction(896, 10))


# --- S4 -------------------------------------------------------------------------------------------


def test_s4_read_gives_50_00_and_42_11_to_the_prices() -> None:
    award = award_of("S4*")
    (price,) = (each.id for each in award.inputs)
    leaves = [leaf.id for criterion in award.criteria[1:] for leaf in criterion.criteria]
    levels = dict.fromkeys(leaves, labels(award)["100"])
    first, second = ranked(
        award,
        bid("a", inputs={price: "80000"}, levels=levels),
        bid("b", inputs={price: "95000"}, levels=levels),
    )
    assert [marks(first)[0], marks(second)[0]] == [Fraction(50), Fraction(4211, 100)]


# --- S0 -------------------------------------------------------------------------------------------


def s0_bids(award: Award) -> list[Bid]:
    """The invented bids of the example that are judged, in the names the reader gave."""
    given = yaml.safe_load((EXAMPLE / "offres.yaml").read_text(encoding="utf-8"))["bids"]
    leaves = [leaf.id for leaf in award.criteria[1].criteria]
    out = []
    for one in given:
        lot = one["lots"]["1"]
        if "levels" in lot:
            amounts = lot["inputs"].values()
            total = sum(Decimal(each.replace(" ", "").replace(",", ".")) for each in amounts)
            levels = [each["level"] for each in lot["levels"].values()]
            judged = dict(zip(leaves, levels, strict=True))
            out.append(bid(one["id"], inputs={"prix_offre": str(total)}, levels=judged))
    return out


def test_s0_read_then_decided_gives_the_marks_worked_out_for_its_invented_bids() -> None:
    award = award_of("S0*", notation_prix="proportionnelle", notation="grille")
    expected = yaml.safe_load((EXAMPLE / "attendu.yaml").read_text(encoding="utf-8"))["offres.yaml"]["1"]
    got = [(one.bid.id, one.total.value, marks(one)[1]) for one in ranked(award, *s0_bids(award))]
    assert got == [
        (row["bid"], Fraction(row["total"]), Fraction(row["marks"]["technique"]))
        for row in expected["ranking"]
    ]


def test_s0_under_the_linear_formula_another_bid_wins() -> None:
    award = award_of("S0*", notation_prix="lineaire", notation="grille")
    assert ranked(award, *s0_bids(award))[0].bid.id == "calanque"


def test_s0_read_and_not_decided_takes_every_mark_by_hand() -> None:
    award = award_of("S0*")
    hand = {each.id: each.id for each in award.inputs if each.id.startswith("note_")}
    inputs = dict.fromkeys(hand, "5")
    (only,) = ranked(award, bid("a", inputs=inputs))
    assert only.total.value == 20
