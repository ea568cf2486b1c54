"""Stacked bars: the same figures as the table, without colour, from one bidder to forty."""

from __future__ import annotations

import re
from fractions import Fraction
from xml.etree import ElementTree

from reglo.exports.charts import Bar, stacked_bars
from reglo.exports.documents.pdf import rasterise

SVG = "{http://www.w3.org/2000/svg}"
TWO = ["Prix", "Valeur technique"]


def bars(count, name="Alice"):
    return [Bar(f"{name} {n}", (Fraction(40), Fraction(60 - n)), f"{100 - n},00") for n in range(count)]


def test_each_bar_prints_its_marks_and_total_and_each_series_has_its_own_pattern():
    tree = ElementTree.fromstring(stacked_bars("Notes", TWO, bars(2), Fraction(100)))
    texts = [text.text for text in tree.iter(f"{SVG}text")]
    assert {"Alice 0", "40,00", "60,00", "100,00", "Alice 1", "59,00", "99,00"} <= set(texts)
    assert {"Prix", "Valeur technique"} <= set(texts)
    legend = [rect.get("fill") for rect in tree.iter(f"{SVG}rect") if rect.get("width") == "14"]
    assert len(set(legend)) == 2
    assert tree.find(f"{SVG}title").text == "Notes"
    assert "Alice 0 : 100,00 points, Prix 40,00, Valeur technique 60,00." in tree.find(f"{SVG}desc").text


def test_widths_are_in_proportion_of_the_maximum():
    tree = ElementTree.fromstring(stacked_bars("Notes", TWO, bars(1), Fraction(100)))
    rects = [rect for rect in tree.iter(f"{SVG}rect") if rect.find(f"{SVG}title") is not None]
    first, second = (float(rect.get("width")) for rect in rects)
    assert first / second == 40 / 60


def test_forty_bidders_and_long_or_hostile_names_stay_inside_the_drawing():
    hostile = 'Établissements <script>&"\u202e 😀 ' + "x" * 300
    svg = stacked_bars("Notes", TWO, bars(40, hostile), Fraction(100))
    tree = ElementTree.fromstring(svg)
    assert "<script" not in svg
    assert max(len(text.text or "") for text in tree.iter(f"{SVG}text")) < 60
    height = float(tree.get("height"))
    assert all(float(rect.get("y", 0)) < height for rect in tree.iter(f"{SVG}rect"))
    assert rasterise(svg, 50).startswith(b"\x89PNG")


def test_the_same_marks_give_the_same_drawing_without_script_or_address():
    one, two = (stacked_bars("Notes", TWO, bars(3), Fraction(100)) for _ in range(2))
    assert one == two
    assert not re.search(r"script|https?://(?!www\.w3\.org/2000/svg)", one)


def test_a_zero_mark_draws_nothing_and_no_bidder_draws_no_bar():
    tree = ElementTree.fromstring(
        stacked_bars("Notes", TWO, [Bar("Alice", (Fraction(0), Fraction(0)), "0,00")], Fraction(100))
    )
    assert not [rect for rect in tree.iter(f"{SVG}rect") if rect.find(f"{SVG}title") is not None]
    assert "Aucune offre classée." in stacked_bars("Notes", TWO, [], Fraction(100))
