"""Amounts in French words, both ways (PX-03)."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from reglo.procurement.prices.words import Spelling, to_words
from reglo.procurement.prices.words_reading import parse_words
from reglo.procurement.values import TaxBasis, format_number

AMOUNTS = st.one_of(
    st.integers(0, 10**14 - 1),
    st.integers(0, 300_000),
    st.integers(0, 9_999).map(lambda euros: euros * 100),
    st.sampled_from([10**power for power in range(14)]),
).map(lambda cents: Decimal(cents) / 100)

SPELLINGS = st.builds(
    Spelling,
    seventy=st.sampled_from(["", "septante"]),
    eighty=st.sampled_from(["", "huitante", "octante"]),
    ninety=st.sampled_from(["", "nonante"]),
    teen_hundreds=st.booleans(),
)


@pytest.mark.parametrize(
    ("amount", "words"),
    [
        ("0", "zéro euro"),
        ("0.01", "zéro euro et un centime"),
        ("1", "un euro"),
        ("1.10", "un euro et dix centimes"),
        ("17", "dix-sept euros"),
        ("21", "vingt et un euros"),
        ("71", "soixante et onze euros"),
        ("77", "soixante-dix-sept euros"),
        ("80", "quatre-vingts euros"),
        ("81", "quatre-vingt-un euros"),
        ("91", "quatre-vingt-onze euros"),
        ("100", "cent euros"),
        ("101", "cent un euros"),
        ("200", "deux cents euros"),
        ("201", "deux cent un euros"),
        ("1000", "mille euros"),
        ("1200", "mille deux cents euros"),
        ("80000", "quatre-vingt mille euros"),
        ("200000", "deux cent mille euros"),
        ("300000.10", "trois cent mille euros et dix centimes"),
        ("1000000", "un million d'euros"),
        ("1000001", "un million un euros"),
        ("80000000", "quatre-vingts millions d'euros"),
        ("200000000000", "deux cents milliards d'euros"),
        ("659764", "six cent cinquante-neuf mille sept cent soixante-quatre euros"),
    ],
)
def test_an_amount_is_spelled_as_the_grammar_says(amount, words):
    assert to_words(Decimal(amount)) == words


def test_the_1990_spelling_puts_hyphens_everywhere():
    assert to_words(Decimal("1271.21"), reformed=True) == (
        "mille-deux-cent-soixante-et-onze euros et vingt-et-un centimes"
    )


@pytest.mark.parametrize("amount", ["-1", "0.005", "1000000000000", "NaN"])
def test_what_is_not_an_amount_in_centimes_is_not_spelled(amount):
    with pytest.raises(ValueError, match="deux décimales"):
        to_words(Decimal(amount))


@settings(max_examples=120, deadline=None)
@given(AMOUNTS, st.booleans(), SPELLINGS)
@example(Decimal("999999999999.99"), False, Spelling())
@example(Decimal("1180.80"), True, Spelling(eighty="huitante", teen_hundreds=True))
def test_every_spelling_reads_back_as_the_same_amount(amount, reformed, spelling):
    text = to_words(amount, reformed=reformed, spelling=spelling)
    assert parse_words(text).amount == amount


@settings(max_examples=70, deadline=None)
@given(AMOUNTS, st.data())
def test_case_accents_hyphens_and_plurals_change_nothing(amount, data):
    text = to_words(amount)
    for change in data.draw(st.sets(st.sampled_from(["upper", "plain", "spaces", "singular", "apostrophe"]))):
        text = {
            "upper": text.upper(),
            "plain": text.replace("é", "e").replace("É", "E"),
            "spaces": text.replace("-", " "),
            "singular": text.replace("cents", "cent").replace("vingts", "vingt"),
            "apostrophe": text.replace("'", "’"),
        }[change]
    before = data.draw(st.sampled_from(["", "la somme de ", "Soit : "]))
    after = data.draw(st.sampled_from(["", " HT", " T.T.C.", " toutes taxes comprises", " le mètre carré"]))
    assert parse_words(before + text + after).amount == amount


@pytest.mark.parametrize(
    ("text", "amount"),
    [
        ("trois cent mille euros et dix centimes", "300000.10"),
        ("trois cent mille euros dix centimes", "300000.10"),
        ("trois cent mille euros et 10/100", "300000.10"),
        ("quatre vingt euros", "80"),
        ("septante-cinq euros", "75"),
        ("huitante-et-un euros", "81"),
        ("octante-deux euros", "82"),
        ("nonante et un euros", "91"),
        ("douze cents euros", "1200"),
        ("mil neuf cent euros", "1900"),
        ("douze euros cinquante", "12.50"),
        ("douze euros et cinquante cents", "12.50"),
        ("douze virgule zéro cinq euros", "12.05"),
        ("douze virgule cinq", "12.5"),
        ("zéro virgule zéro zéro cinq euro", "0.005"),
        ("vingt centimes", "0.20"),
        ("300 000 euros et dix centimes", "300000.10"),
        ("300 mille euros", "300000"),
        ("1,5 million d'euros", "1500000"),
        ("deux cents", "200"),
        ("1 234,56 €", "1234.56"),
        ("trois cent mille euros (300 000 €)", "300000"),
        ("trois cent mille (300.000) euros", "300000"),
        ("moins dix euros", "-10"),
    ],
)
def test_what_can_be_read_only_one_way_is_read(text, amount):
    reading = parse_words(text)
    assert (reading.amount, reading.readings, reading.reason) == (Decimal(amount), (), "")


@pytest.mark.parametrize(
    ("text", "readings"),
    [
        ("quatre-vinght euros", ["80"]),  # a typo: nearest reading, never accepted
        ("deux milles euros", ["2000"]),
        ("vingtdeux euros", ["22"]),
        ("troi cent euros", ["300"]),
        ("dex euros", ["2", "10"]),
        ("vingt un euros", ["21"]),
        ("cent et un euros", ["101"]),
        ("un mille euros", ["1000"]),
        ("douze euros cinq", ["12.05", "12.50"]),
        ("trois cent dix centimes", ["3.10", "300.10"]),
        ("douze euros et cent vingt centimes", ["13.20"]),
        ("659,764 euros", ["659764", "659.764"]),
        ("1.234,56 €", ["1234.56"]),
        ("trois cent mille euros (300 000,20 €)", ["300000", "300000.20"]),
        ("dix euros HT TTC", ["10"]),
    ],
)
def test_what_can_be_read_otherwise_is_refused_with_its_readings(text, readings):
    reading = parse_words(text)
    assert reading.amount is None
    assert list(reading.readings) == [Decimal(value) for value in readings]
    assert reading.reason != ""


@pytest.mark.parametrize(
    "text",
    [
        "",
        "   ",
        "néant",
        "offert",
        "voir bordereau joint au présent acte d'engagement",
        "cent cent euros",
        "mille mille euros",
        "mille millions d'euros",
        "un deux trois euros",
        "dix dollars",
        "euros",
        "et",
        "virgule",
        "moins",
        "dix euros et vingt euros",
        "mille milliards d'euros",
        "9" * 300,
        "un " * 400,
        "12 ½",
        "\x00\ufffd",
    ],
)
def test_what_is_no_amount_has_no_reading(text):
    reading = parse_words(text)
    assert (reading.amount, reading.readings) == (None, ())
    assert reading.reason != ""


@settings(max_examples=70, deadline=None)
@given(st.text(max_size=80))
def test_no_text_breaks_the_reader(text):
    reading = parse_words(text)
    assert (reading.amount is None) == (reading.reason != "")


@settings(max_examples=70, deadline=None)
@given(
    st.lists(
        st.sampled_from(
            [
                *("un", "deux", "quatre", "vingt", "cent", "mille", "millions", "et", "onze", "soixante"),
                *("euros", "centimes", "virgule"),
            ]
        ),
        min_size=1,
        max_size=8,
    )
)
def test_an_accepted_amount_spelled_again_is_accepted_as_the_same(words):
    reading = parse_words(" ".join(words))
    if reading.amount is not None and reading.amount == round(reading.amount, 2):
        assert parse_words(to_words(reading.amount)).amount == reading.amount


def test_a_single_letter_changed_never_gives_another_amount_silently():
    """Unless the change makes another right word (six for dix), which no reader could see."""
    words = {"vingt", "trente", "quarante", "cinquante", "soixante", "quatre", "mille", "treize"}
    for word in words:
        for index in range(len(word)):
            for letter in "aeiouxz":
                typo = word[:index] + letter + word[index + 1 :]
                if typo not in words:
                    assert parse_words(f"{typo} euros").amount is None


def test_the_tax_basis_is_read_from_the_tail():
    assert parse_words("dix euros hors taxes").basis is TaxBasis.HT
    assert parse_words("dix euros T.T.C.").basis is TaxBasis.TTC
    assert parse_words("dix euros").basis is None


def test_the_table_of_the_documentation_is_true():
    page = (Path(__file__).parents[3] / "docs" / "prices.md").read_text(encoding="utf-8")
    table = page[page.index("| écrit | lu |") :].split("\n\n")[0].splitlines()[2:]
    assert len(table) == 6
    for row in table:
        text, said = (cell.strip() for cell in row.strip("|").split("|"))
        reading = parse_words(text)
        shown = [format_number(value, 2) for value in (reading.readings or (reading.amount,))]
        assert ("rien" in said) == (reading.amount is None)
        assert said.removeprefix("rien ;").removeprefix(" lecture la plus proche :").strip() == " ou ".join(
            shown
        )
