"""The workbook gives the marks of the exact judgement, as stored and as LibreOffice recalculates them."""

from __future__ import annotations

import io
import zipfile
from dataclasses import replace
from decimal import Decimal
from fractions import Fraction

import odfdo
import openpyxl
import pytest
from tests.examples.support import EXAMPLES, rules_of
from tests.exports.libreoffice import recalculated, stored, with_false_results, with_other_inputs
from tests.procurement.cast import bid, consultation, shares
from tests.procurement.judging.test_lots_judged_apart import BIDS, RULES

from reglo.exports.matrix import write_matrix
from reglo.exports.sheets import Cell, lines_of
from reglo.procurement.award import (
    Award,
    AwardCriterion,
    Input,
    Method,
    Rounding,
    RoundingMode,
    RoundingStage,
    TieBreak,
    TieRule,
    Value,
)
from reglo.procurement.bid import Assessment
from reglo.procurement.judging.scoring import judge
from reglo.procurement.rules_file import load
from reglo.reading.offers import read_offers

STANDS = "stands-de-tir"
EVERY = (STANDS, "amo-domaine-de-loos", "centre-operations-securite", "commissariat-vaulx")


def judged(example):
    rules = rules_of(example)
    offers = read_offers(EXAMPLES / example / "offres.yaml", rules.consultation)
    return rules.consultation, judge(rules.consultation, offers.bids, digest=rules.digest)


def on_price(low, mode, decimals=2, points=30, extra=()):
    """A price criterion and bids whose marks fall on, just above and just below rounding boundaries."""
    award = Award(
        criteria=(
            AwardCriterion(id="prix", name="Prix", weight=Decimal(points), method=Method.INVERSE, of="p"),
        ),
        total=Decimal(points),
        inputs=(Input(id="p", name="Prix"),),
        rounding=(Rounding(decimals=decimals, stages=(RoundingStage.LEAF,), mode=mode),),
        ties=extra,
    )
    bids = [bid("plus-bas", inputs={"p": str(low)})]
    steps = 2 * 10**decimals * points
    for step in range(steps - 1, steps // 2, -2):
        cents = Fraction(points) * low * 2 * 10**decimals / step * 100
        if cents.denominator == 1:  # exactly on a half
            bids.append(bid(f"moitie-{step}", inputs={"p": str(Decimal(int(cents)) / 100)}))
        elif step % 100 == 1:  # within a cent of it, on either side
            for more in (0, 1):
                price = Decimal(int(cents) + more) / 100
                bids.append(bid(f"bord-{step}-{more}", inputs={"p": str(price)}))
    rules = consultation(award)
    return rules, judge(rules, bids)


def graded():
    """Every kind of tie rule, levels and marks on a scale, normalisation, an own formula."""
    points = Rounding(decimals=1, stages=(RoundingStage.CRITERION,), mode=RoundingMode.HALF_EVEN)
    award = Award(
        criteria=(
            AwardCriterion(
                id="prix",
                name="Prix",
                weight=Decimal(40),
                method=Method.FORMULA,
                formula="N * max(0, 2 - p / lowest(p)) + if(delai > 10, 0, 0)",
            ),
            AwardCriterion(
                id="technique",
                name="Technique",
                weight=Decimal(60),
                criteria=(
                    AwardCriterion(id="a", name="A", weight=Decimal(35), method=Method.SCALE, scale="grille"),
                    AwardCriterion(
                        id="b", name="B", weight=Decimal(25), method=Method.NORMALISED, scale="grille"
                    ),
                ),
            ),
        ),
        inputs=(Input(id="p", name="Prix"), Input(id="delai", name="Délai")),
        scales=(shares("grille", 100, 75, 50, 25, 0),),
        rounding=(points,),
        ties=(
            TieBreak(rule=TieRule.BEST_MARK, criterion="technique", first_place_only=True),
            TieBreak(rule=TieRule.LOWEST, of="delai"),
        ),
    )
    rules = consultation(award, "1", "2")
    bids = [
        bid(
            name,
            lot=lot,
            inputs={"p": price, "delai": delay},
            assessments={"a": Assessment(level=a, reason="Motif"), "b": Assessment(level=b)},
        )
        for lot in ("1", "2")
        for name, price, delay, a, b in (
            ("alice", "1000", "12", "75 %", "100 %"),
            ("bob", "1000", "8", "75 %", "100 %"),
            ("chloe", "1100", "8", "75 %", "50 %"),
            ("david", "1100", "8", "75 %", "50 %"),
            ("eve", "2500", "1", "0 %", "0 %"),
        )
        if lot == "1" or name in ("alice", "eve")
    ]
    return rules, judge(rules, bids)


def in_common():
    """Formulas that take figures from all the bids: of a column, of an expression, of marks, of levels."""
    award = Award(
        criteria=(
            AwardCriterion(
                id="prix",
                name="Prix",
                weight=Decimal(50),
                method=Method.FORMULA,
                formula="N * lowest(p + 10 * delai) / (p + 10 * delai) * min(1, ecart / ecart)",
            ),
            AwardCriterion(
                id="technique",
                name="Technique",
                weight=Decimal(50),
                method=Method.FORMULA,
                formula="N * (a + b) / best(a + b) * best(a) / highest(a)",
                criteria=(
                    AwardCriterion(id="a", name="A", weight=Decimal(30), method=Method.NORMALISED, scale="g"),
                    AwardCriterion(id="b", name="B", weight=Decimal(20), method=Method.SCALE, scale="g"),
                ),
            ),
        ),
        inputs=(Input(id="p", name="Prix"), Input(id="delai", name="Délai")),
        values=(Value(id="ecart", name="Écart", formula="1 + p / median(p) + mean(p) / highest(p)"),),
        scales=(shares("g", 100, 60, 20, 0),),
        rounding=(Rounding(decimals=3, stages=(RoundingStage.LEAF,)),),
    )
    bids = [
        bid(
            name,
            inputs={"p": price, "delai": delay},
            assessments={"a": Assessment(level=a), "b": Assessment(level=b)},
        )
        for name, price, delay, a, b in (
            ("alice", "1000", "12", "60 %", "100 %"),
            ("bob", "1010.50", "8", "20 %", "60 %"),
            ("chloe", "1100", "7", "60 %", "20 %"),
        )
    ]
    rules = consultation(award)
    return rules, judge(rules, bids)


def marks_and_ranks(sheets):
    """Rows of "Classement" with a bid: (offer, rank, total, …), and every number of "Notes"."""
    ranks = [tuple(row) for row in sheets["Classement"] if isinstance(row[0], (int, float))]
    notes = [[cell for cell in row if isinstance(cell, (int, float))] for row in sheets["Notes"]]
    return ranks, [row for row in notes if row]


def assert_same(found, expected):
    """The same cells, numbers to the ninth decimal."""
    for name, rows in expected.items():
        for row, cells in enumerate(rows):
            for column, cell in enumerate(cells):
                got = found[name][row][column] if column < len(found[name][row]) else None
                where = f"{name}, ligne {row + 1}, colonne {column + 1}"
                if isinstance(cell, (int, float)):
                    assert got == pytest.approx(cell, abs=1e-9), where
                else:
                    assert (got or "") == (cell or ""), where


# in the workbook of STANDS: the lowest price of lot 1 is no longer it, and the second bid loses two levels
CHANGED = {("Prix", "C6"): 13900, ("Notes", "M7"): "Insatisfaisant"}


def changed_offers(bids):
    """The offers of STANDS as ``CHANGED`` makes them."""
    for one in bids:
        if (one.lot, one.id) == ("1", "orvanche"):
            yield replace(one, inputs={**one.inputs, "A": Decimal(13900)})
        elif (one.lot, one.id) == ("1", "cendrelle"):
            lower = replace(one.assessments["methodologie"], level="Insatisfaisant")
            yield replace(one, assessments={**one.assessments, "methodologie": lower})
        else:
            yield one


def marks_of(score):
    """Every mark of a bid in the order of the columns of "Notes", the total last."""

    def below(parts):
        for part in parts:
            yield float(part.value)
            yield from below(part.parts)

    return [*below(score.parts), float(score.value)]


@pytest.fixture(scope="module")
def books(soffice, tmp_path_factory):
    """Every workbook of this module written, then recalculated in one run of LibreOffice."""
    folder = tmp_path_factory.mktemp("matrices")
    judgements = {name: judged(name) for name in EVERY} | {"graded": graded(), "in-common": in_common()}
    apart = load(RULES).consultation
    judgements["apart"] = apart, judge(apart, BIDS)
    in_both = (STANDS, "graded", "in-common", "apart")  # one of real size, one with every kind of formula
    low = Fraction(36756720, 4)  # many divisors, nine million euros
    for mode in RoundingMode:
        judgements[f"price-{mode.value}"] = on_price(low, mode)
    judgements["price-hundred-million"] = on_price(low * 100 / 9, RoundingMode.HALF_UP)
    judgements["price-beyond"] = on_price(low * 40_000 / 3, RoundingMode.HALF_UP)
    written = []
    for name, (rules, judgement) in judgements.items():
        for suffix in (".xlsx", ".ods") if name in in_both else (".xlsx",):
            path = folder / f"{name}-{suffix[1:]}{suffix}"
            write_matrix(rules, judgement, path)
            written.append(path)
            if name == STANDS:
                written.append(with_false_results(path, folder / f"false-{path.name}"))
    for suffix in (".xlsx", ".ods"):
        path = folder / f"{STANDS}-{suffix[1:]}{suffix}"
        written.append(with_other_inputs(path, folder / f"changed-{suffix[1:]}{suffix}", CHANGED))
    return folder, judgements, recalculated(soffice, written, folder)


@pytest.mark.parametrize(
    "name", [*EVERY, "graded", "in-common", "apart", *(f"price-{mode.value}" for mode in RoundingMode)]
)
def test_libreoffice_recalculates_every_cell_to_the_stored_result(books, name):
    folder, _, found = books
    expected = stored(folder / f"{name}-xlsx.xlsx")
    assert_same(found[f"{name}-xlsx"], expected)
    if f"{name}-ods" in found:
        assert_same(found[f"{name}-ods"], expected)


@pytest.mark.parametrize("kind", ["xlsx", "ods"])
def test_the_recalculation_is_a_real_one_false_results_are_replaced(books, kind):
    folder, _, found = books
    if kind == "xlsx":
        assert 777 in stored(folder / f"false-{STANDS}-xlsx.xlsx")["Notes"][5]
    else:
        with zipfile.ZipFile(folder / f"false-{STANDS}-ods.ods") as archive:
            assert b'office:value="777"' in archive.read("content.xml")
    assert_same(found[f"false-{STANDS}-{kind}"], stored(folder / f"{STANDS}-xlsx.xlsx"))


@pytest.mark.parametrize("kind", ["xlsx", "ods"])
def test_what_a_person_changes_in_the_workbook_gives_the_marks_of_the_changed_offers(books, kind):
    _, judgements, found = books
    rules, before = judgements[STANDS]
    bids = [one.bid for result in before.lots for one in (*result.ranked, *result.put_aside)]
    after = judge(rules, list(changed_offers(bids))).lots[0]
    sheets = found[f"changed-{kind}"]
    titles = next(row for row in sheets["Notes"] if row[0] == "Offre")
    marks = [place for place, title in enumerate(titles) if str(title).endswith((" : note", "Note totale"))]
    size = len(after.ranked)
    shown = {row[0]: [row[place] for place in marks] for row in sheets["Notes"][5 : 5 + size]}
    ranks = {row[1]: row[0] for row in sheets["Classement"][5 : 5 + size]}
    assert {name: pytest.approx(row, abs=1e-9) for name, row in shown.items()} == {
        one.bid.id: marks_of(one.total) for one in after.ranked
    }
    assert ranks == {one.bid.id: one.rank for one in after.ranked}
    assert after.ranked[0].bid.id != before.lots[0].ranked[0].bid.id  # or little was changed


def test_marks_and_ranks_stored_are_those_of_the_judgement(books):
    folder, judgements, _ = books
    for name, (_, judgement) in judgements.items():
        expected = [
            (one.bid.id, one.rank, float(one.total.value))
            for result in judgement.lots
            for one in result.ranked
        ]
        sheets = stored(folder / f"{name}-xlsx.xlsx")
        ranks, _ = marks_and_ranks(sheets)
        totals = {row[0]: row[-1] for row in sheets["Notes"]}
        assert [(row[1], row[0]) for row in ranks] == [(bid_id, rank) for bid_id, rank, _ in expected], name
        if len(judgement.lots) == 1:
            assert [totals[bid_id] for bid_id, _, _ in expected] == [total for _, _, total in expected]


def test_prices_up_to_a_hundred_million_round_exactly_on_and_beside_the_halves(books):
    folder, (_, judgement), found = books[0], books[1]["price-hundred-million"], books[2]
    assert len([one for one in judgement.lots[0].ranked if one.bid.id.startswith("moitie")]) > 15
    assert_same(found["price-hundred-million-xlsx"], stored(folder / "price-hundred-million-xlsx.xlsx"))


def test_beyond_what_a_double_can_tell_the_journal_names_each_mark_in_doubt(books):
    folder, (_, judgement), found = books[0], books[1]["price-beyond"], books[2]
    exact = {one.bid.id: float(one.total.value) for one in judgement.lots[0].ranked}
    recomputed = {row[0]: row[-1] for row in found["price-beyond-xlsx"]["Notes"] if row[0] in exact}
    wrong = {name for name in exact if recomputed[name] != pytest.approx(exact[name], abs=1e-9)}
    told = "\n".join(str(row[1]) for row in stored(folder / "price-beyond-xlsx.xlsx")["Journal"])
    assert wrong  # or this test shows nothing
    assert {name for name in wrong if f"offre {name}," not in told} == set()


def test_what_is_taken_from_all_the_bids_is_computed_once_and_shown_under_them(tmp_path):
    write_matrix(*in_common(), tmp_path / "m.xlsx")
    book, found = openpyxl.load_workbook(tmp_path / "m.xlsx"), stored(tmp_path / "m.xlsx")
    lines = {
        name: [(row[1], [cell for cell in row[2:] if cell is not None]) for row in rows if row[0] == "Repère"]
        for name, rows in found.items()
    }
    assert lines["Prix"] == [
        ("La médiane", [1010.5]),
        ("La moyenne", [pytest.approx(3110.5 / 3)]),
        ("Le plus haut", [1100]),
    ]
    assert [label for label, _ in lines["Notes"]] == [
        "La meilleure valeur",
        "Le plus haut",
        "le plus bas de (« Prix » + 10 × « Délai »)",
        "la meilleure valeur de (« A » + « B »)",
    ]
    formulas = [
        cell.value
        for sheet in (book["Prix"], book["Notes"])
        for row in sheet.iter_rows()
        for cell in row
        if cell.data_type == "f" and row[0].value in ("alice", "bob", "chloe")
    ]
    assert not [text for text in formulas if any(name in text for name in ("MEDIAN(", "AVERAGE(", "MAX("))]


def test_the_levels_of_a_column_are_proposed_by_one_rule(tmp_path):
    """A rule for each of a thousand cells took LibreOffice minutes to read."""
    write_matrix(*graded(), tmp_path / "m.xlsx")
    rules = openpyxl.load_workbook(tmp_path / "m.xlsx")["Notes"].data_validations.dataValidation
    assert sorted(str(rule.sqref) for rule in rules) == ["E15:E16", "E6:E10", "H15:H16", "H6:H10"]


def test_ties_follow_the_rules_of_the_rc_and_a_tie_left_is_said(books):
    ranks, _ = marks_and_ranks(books[2]["graded-xlsx"])
    assert [(row[1], row[0]) for row in ranks] == [
        ("bob", 1),  # same total and technique as alice, shorter delay
        ("alice", 2),
        ("chloe", 3),
        ("david", 3),
        ("eve", 5),
        ("alice", 1),
        ("eve", 2),
    ]


def test_a_tie_for_the_first_place_that_nothing_breaks_is_marked(tmp_path):
    rules, _ = on_price(Fraction(100), RoundingMode.HALF_UP)
    judgement = judge(rules, [bid(name, inputs={"p": "100"}) for name in ("alice", "bob")])
    write_matrix(rules, judgement, tmp_path / "m.xlsx")
    rows = [row for row in stored(tmp_path / "m.xlsx")["Classement"] if row[1] in ("alice", "bob")]
    assert [(row[0], row[-1]) for row in rows] == [(1, "à trancher"), (1, "à trancher")]


@pytest.mark.parametrize("suffix", [".xlsx", ".ods"])
def test_the_same_judgement_gives_the_same_bytes(tmp_path, suffix):
    rules, judgement = judged("amo-domaine-de-loos")
    one, two = tmp_path / f"1{suffix}", tmp_path / f"2{suffix}"
    write_matrix(rules, judgement, one)
    write_matrix(rules, judgement, two)
    assert one.read_bytes() == two.read_bytes()


def test_only_input_cells_are_open_and_there_is_no_password(tmp_path):
    rules, judgement = judged("amo-domaine-de-loos")
    path = tmp_path / "m.xlsx"
    write_matrix(rules, judgement, path)
    book = openpyxl.load_workbook(path)
    assert book.sheetnames == ["RC", "Offres", "Prix", "Notes", "Classement", "Motifs", "Journal"]
    for sheet in book:
        assert sheet.protection.sheet
        assert sheet.protection.password is None
        assert (sheet.page_setup.orientation, sheet.page_setup.paperSize) == ("landscape", 9)
        for row in sheet.iter_rows():
            for cell in row:
                yellow = cell.fill.fgColor.rgb == "FFFFF6DB"
                assert cell.protection.locked is not yellow
                assert not (yellow and cell.data_type == "f")
    open_cells = [
        cell.coordinate for row in book["Prix"].iter_rows() for cell in row if not cell.protection.locked
    ]
    assert len(open_cells) == 3 * len(judgement.lots[0].ranked)


def test_the_ods_reopens_with_its_formulas_and_stored_results(tmp_path):
    rules, judgement = judged("amo-domaine-de-loos")
    path = tmp_path / "m.ods"
    write_matrix(rules, judgement, path)
    document = odfdo.Document(path)
    tables = {table.name: table for table in document.body.tables}
    assert list(tables) == ["RC", "Offres", "Prix", "Notes", "Classement", "Motifs", "Journal"]
    first = tables["Notes"].get_rows()[5].get_cells()[-1]
    assert first.formula.startswith("of:=")
    assert Decimal(str(first.value)) == Decimal("82.3")
    assert tables["Notes"].get_attribute("table:protected") in (True, "true")


@pytest.mark.parametrize("suffix", [".xlsx", ".ods"])
def test_names_of_bidders_are_text_never_formulas(tmp_path, suffix):
    rules, _ = on_price(Fraction(100), RoundingMode.HALF_UP)
    names = (
        '=HYPERLINK("http://x";"y")',
        "+1+1",
        "@SUM(A1)",
        "<b>&amp;\u202e\u0000 😀",
        "A" * 40_000,
        "http://x",
    )
    bids = [bid(f"b{n}", bidder=name, inputs={"p": "100"}) for n, name in enumerate(names)]
    path = tmp_path / f"m{suffix}"
    write_matrix(rules, judge(rules, bids), path)
    if suffix == ".xlsx":
        book = openpyxl.load_workbook(path)
        cells = [book["Prix"].cell(row, 2) for row in range(6, 12)]
        assert {cell.data_type for cell in cells} == {"s"}
        assert not any(cell.hyperlink for cell in cells)
        shown = [cell.value for cell in cells]
    else:
        rows = odfdo.Document(io.BytesIO(path.read_bytes())).body.tables[2].get_rows()[5:11]
        shown = [str(row.get_cells()[1].value) for row in rows]
        assert not any(row.get_cells()[1].formula for row in rows)
    assert shown[:3] == list(names[:3])
    assert shown[3] == "<b>&amp; 😀" or shown[3] == "<b>&amp;  😀"


def test_the_rules_sheet_reads_in_french_and_a_figure_does_not_touch_the_text_beside_it(tmp_path):
    path = tmp_path / "matrice.xlsx"
    write_matrix(*judged("amo-domaine-de-loos"), path)
    rules = openpyxl.load_workbook(path)["RC"]
    words = " ".join(str(cell.value) for row in rules.iter_rows() for cell in row if cell.value)
    assert "N × le plus bas de « Montant TTC de la DPGF, toutes tranches »" in words
    assert "lowest" not in words
    assert "best(" not in words
    assert {rules["C6"].alignment.indent, rules["D6"].alignment.indent} == {1}


@pytest.mark.parametrize(("text", "width", "lines"), [("Groupement Archipel", 30, 1), ("mot " * 12, 20, 3)])
def test_a_row_is_as_tall_as_its_words_ask(text, width, lines):
    assert lines_of(Cell(text.strip()), width) == lines
