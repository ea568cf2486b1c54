"""The company's page stays one page, however long the consultation."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from fractions import Fraction
from io import BytesIO

import pytest
from pypdf import PdfReader
from tests.examples.support import consultation_of, rules_of

from reglo.exports.brief_page import brief_pdf
from reglo.linting import lint
from reglo.procurement.brief import Brief, Criterion, Line, brief_of

TODAY = date(2026, 2, 1)


@pytest.fixture(scope="module")
def brief() -> Brief:
    return brief_of(consultation_of("stands-de-tir"), lint(rules_of("stands-de-tir")), Fraction(120_000))


def pages(brief: Brief) -> list[str]:
    return [page.extract_text() for page in PdfReader(BytesIO(brief_pdf(brief, TODAY))).pages]


def test_the_page_says_when_what_how_and_what_to_ask(brief: Brief) -> None:
    (text,) = pages(brief)
    for said in (
        "dans 17 jours",
        "O3-1",
        "Curatif",
        "2 000",
        "Ce qui élimine",
        "À demander",
        "autres questions",
    ):
        assert said in text.replace("\u202f", " ").replace("\u00a0", " "), said


def test_a_long_consultation_still_takes_one_page(brief: Brief) -> None:
    many = tuple(
        Line(f"C{n} Une pièce au nom plutôt long, demandée à chacun des membres", "RC 6") for n in range(150)
    )
    long = replace(
        brief,
        dates=many,
        pieces=(("Candidature", many), ("Offre", many)),
        eliminations=many,
        criteria=tuple(Criterion(n % 2, f"Critère {n}", Fraction(1)) for n in range(80)),
        questions=many,
    )
    (text,) = pages(long)
    assert "et 144 autres" in text or "et 132 autres" in text
    assert "150 autres questions" in text
