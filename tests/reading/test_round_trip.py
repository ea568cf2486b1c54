"""What ``reglo write`` says, reading gives back: examples and random rules, in Word, OpenDocument and PDF."""

from __future__ import annotations

import random
import sys
import time
from collections.abc import Iterator
from dataclasses import fields, is_dataclass, replace
from datetime import date
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from docx import Document as open_docx
from tests.exports.test_tender_rules import leaves, put
from tests.procurement.judging.test_lots_judged_apart import RULES

from reglo.exports.documents import write
from reglo.exports.tender_rules import tender_rules
from reglo.procurement.consultation import Consultation
from reglo.procurement.requirements import References
from reglo.procurement.rules_file import load
from reglo.procurement.values import Period
from reglo.reading import text
from reglo.reading.rc import read_files
from reglo.reading.rc.model import Reading
from reglo.reading.rc.sentences import SentenceReader

FORMATS = [".docx", ".odt", ".pdf"]


@pytest.fixture(scope="module")
def benchmark() -> Iterator[ModuleType]:
    folder = str(Path(__file__).parent.parent.parent / "benchmarks")
    sys.path.insert(0, folder)
    try:
        import round_trip

        yield round_trip
    finally:
        sys.path.remove(folder)


@pytest.mark.parametrize("suffix", FORMATS)
def test_reading_gives_back_the_values_of_the_examples(benchmark: ModuleType, suffix: str) -> None:
    trip = benchmark.examples(suffix)
    assert trip.recall >= 0.99, trip.lost
    assert trip.precision >= 0.99, trip.made_up


@pytest.mark.parametrize(("suffix", "count"), [(".docx", 20), (".odt", 10), (".pdf", 8)])
def test_reading_gives_back_the_values_of_random_rules(
    benchmark: ModuleType, suffix: str, count: int
) -> None:
    trip = benchmark.randoms(suffix, count)
    assert trip.recall >= 0.99, trip.lost
    assert trip.precision >= 0.99, trip.made_up


@pytest.mark.parametrize("suffix", FORMATS)
def test_lots_judged_apart_are_read_back_as_they_were_written(tmp_path: Path, suffix: str) -> None:
    own = """\
    - lots: ["1", "3"]
      rounding: []
      ties: []
      price_figure: ""
      inputs: [{id: prix, name: Vitres}, {id: note, name: Note, kind: number, higher_is_better: true}]
      criteria:
        - {id: prix, name: Prix, weight: 70, method: inverse, of: prix, price: true}
        - id: technique
          name: Technique
          weight: 30
          criteria:
            - {id: moyens, name: Moyens, share: 60 %, method: scale, scale: fine, elements: [équipe, engins]}
            - {id: delais, name: Délais, share: 40 %, method: formula, formula: "min(N, note)"}
      scales: [{id: fine, name: Fine, step: 0.5, levels: [{label: Bon, value: 10}, {label: Nul, value: 0}]}]
open_points:"""
    text = RULES.replace("open_points:", own, 1).replace(
        "name: Vitrerie}", "name: Vitrerie, form: ordinaire}"
    )
    text = text.replace("calendar: {", 'calendar: {visits: [{id: v, lots: ["2"], compulsory: true}], ')
    told = load(text).consultation
    assert told is not None, [str(fault) for fault in load(text).faults]
    path = tmp_path / f"rc{suffix}"
    write(tender_rules(told, date(2026, 1, 5)), path)
    read = read_files([path]).consultation
    assert unsourced(read.award) == unsourced(told.award)
    assert (read.lots[2].form, read.calendar.visits[0].lots) == ("ordinaire", ("2",))
    assert {point.id for point in read.open_points} == {"poids"}


def unsourced(value: Any) -> Any:
    """A group without the articles it was read from."""
    if isinstance(value, tuple):
        return tuple(map(unsourced, value))
    if not is_dataclass(value) or isinstance(value, type):
        return value
    return {
        each.name: unsourced(getattr(value, each.name))
        for each in fields(value)
        if each.name not in ("source", "text")
    }


@pytest.mark.long
@pytest.mark.parametrize(("suffix", "count"), [(".docx", 200), (".odt", 200), (".pdf", 200)])
def test_reading_gives_back_the_values_of_two_hundred_random_rules(
    benchmark: ModuleType, suffix: str, count: int
) -> None:
    trip = benchmark.randoms(suffix, count)
    assert trip.recall >= 0.99, trip.lost
    assert trip.precision >= 0.99, trip.made_up


def edited(benchmark: ModuleType, folder: Path, old: str, new: str) -> Consultation:
    """What is read of an example's RC once a buyer has changed words of its paragraphs."""
    path = folder / "rc.docx"
    write(tender_rules(benchmark.example("commissariat-vaulx"), benchmark.DAY), path)
    document = open_docx(str(path))
    runs = [run for paragraph in document.paragraphs for run in paragraph.runs if old in run.text]
    assert runs
    for run in runs:
        run.text = run.text.replace(old, new)
    document.save(str(path))
    return read_files([path]).consultation


def test_what_a_buyer_edits_in_the_document_is_read(benchmark: ModuleType, tmp_path: Path) -> None:
    validity = edited(benchmark, tmp_path, "240", "180").calendar.bid_validity
    assert validity is not None
    assert str(validity.period) == "180 jours"


def test_words_that_are_no_more_the_grammars_are_shown_to_a_person(
    benchmark: ModuleType, tmp_path: Path
) -> None:
    words = "Les variantes sont admises si la maîtrise d’ouvrage y consent."
    read = edited(benchmark, tmp_path, "Les variantes ne sont pas autorisées.", words)
    (point,) = (point for point in read.open_points if point.id == "phrases-a-relire")
    assert "si la maîtrise d" in point.question
    assert read.procedure.variants_allowed is not False
    assert len(read.pieces) == len(benchmark.example("commissariat-vaulx").pieces)


def test_a_first_page_that_contradicts_its_articles_is_an_open_point(
    benchmark: ModuleType, tmp_path: Path
) -> None:
    read = edited(
        benchmark, tmp_path, "Remise des offres\u202f: mardi 15", "Remise des offres\u202f: mercredi 16"
    )
    (point,) = (point for point in read.open_points if point.id == "calendar-submission-deadline")
    assert "2026-09-15" in point.question
    assert "2026-09-16" in point.question


def test_each_value_points_at_its_article_and_quotes_it(benchmark: ModuleType, tmp_path: Path) -> None:
    path = tmp_path / "rc.pdf"
    write(tender_rules(benchmark.example("commissariat-vaulx"), benchmark.DAY), path)
    read = read_files([path])
    (validity,) = (found for found in read.values if found.path == "calendar.bid_validity.period")
    assert validity.quote.article.startswith("RC 6")
    assert "240" in validity.quote.words
    assert validity.quote.page == next(
        line.page for line in read.readings[0].document.lines if "240" in line.text
    )


@pytest.mark.parametrize("suffix", FORMATS)
def test_a_table_of_one_column_is_read_again(benchmark: ModuleType, tmp_path: Path, suffix: str) -> None:
    example = benchmark.example("commissariat-vaulx")
    asked = (References(max_age=Period.parse("5 ans")),)
    path = tmp_path / f"rc{suffix}"
    write(
        tender_rules(replace(example, capacity=replace(example.capacity, references=asked)), benchmark.DAY),
        path,
    )
    read = read_files([path]).consultation
    assert read.capacity is not None
    assert [str(each.max_age) for each in read.capacity.references] == ["5 ans"]
    assert not [point for point in read.open_points if point.id == "phrases-a-relire"]


_DISGUISED = (
    "Oui. Non ; peut-être : voir l'article 3.2.",
    "« Direction », 2e étage ; bureau 4",
    "Lot n° 3 : toiture. Textes : R.2151-1.",
    "L'école – phase 1 (tranche ferme). Une par lot.",
    "1er janvier 2026, 12 h 00, heure de Paris",
    "M. Dupont. À défaut, Mme Martin, p. ex.",
    "oui",
    "« a » ; « b »",
    "10 % du prix, hors TVA",
)
_FREE = {
    *("title", "name", "description", "represented_by", "reason", "abandonment", "fine_tuning"),
    *("duration_from", "general_conditions", "financing", "advance", "one_holder_form", "parts", "elements"),
    *("lines", "town", "mentions", "addresses", "request_with", "place", "leader", "composition_changes"),
    *("insurance", "aptitude", "qualifications", "statuses", "excluded", "preferred", "confidentiality"),
    *("naming", "other_formats", "translation", "cited_texts", "refusal", "ground", "award_evidence"),
    *("foreign_evidence", "meaning", "closed", "topic", "section", "layout", "excluding"),
}  # fmt: skip


@pytest.mark.parametrize("name", ["amo-domaine-de-loos", "stands-de-tir"])
def test_texts_that_look_like_other_sentences_come_back_whole(benchmark: ModuleType, name: str) -> None:
    consultation = replace(benchmark.example(name), open_points=())
    chance = random.Random(name)
    for path, value in list(leaves(consultation)):
        key = next(step for step in reversed(path) if isinstance(step, str))
        if key in _FREE and type(value) is str:
            consultation = put(consultation, path, chance.choice(_DISGUISED))
        elif key in _FREE and isinstance(value, tuple):
            consultation = put(consultation, path, tuple(chance.sample(_DISGUISED, 2)))
    trip = benchmark.Trip()
    trip.add(consultation, ".docx")
    assert trip.lost == []
    assert trip.made_up == []


def test_a_hostile_text_under_known_headings_costs_little(tmp_path: Path) -> None:
    lines = ["# Règlement de la consultation", "## Article 1 – Prix"]
    lines += ["Révision des prix : " + "« a » ; " * 40_000]
    lines += ["## Article 2 – Jugement des offres", "note(a) = " + "x" * 300_000]
    lines += ["## Article 3 – Contrat", "La durée du contrat est de " * 9_000]
    lines += ["Point de départ de la durée : a. x. " * 30] * 500
    lines += ["## Article 4 – Procédure"]
    lines += ["Seuls les candidats sélectionnés sont invités à soumissionner, au nombre de " * 300]
    path = tmp_path / "rc.md"
    path.write_text("\n\n".join(lines), encoding="utf-8")
    document = text.read(path)
    started = time.process_time()
    SentenceReader(Reading(document, "RC")).run()
    assert time.process_time() - started < 10
