"""The règlement de la consultation says every value of the rules, and its example is the program's."""

from __future__ import annotations

import random
import re
from collections.abc import Iterator
from dataclasses import fields, is_dataclass, replace
from datetime import date, timedelta
from decimal import Decimal
from enum import StrEnum
from functools import cache
from pathlib import Path
from typing import Any, get_args, get_origin

import pytest
from pypdf import PdfReader
from tests.examples.support import rules_of
from tests.procurement.cast import consultation as with_award

from reglo.exports.documents import (
    Block,
    BulletList,
    Callout,
    Formula,
    Heading,
    Paragraph,
    Table,
    plain,
    to_docx,
    to_odt,
    to_pdf,
)
from reglo.exports.tender_rules import body, tender_rules, undecided
from reglo.procurement.award import Award, AwardCriterion, Input, Method
from reglo.procurement.consultation import Consultation
from reglo.procurement.sentences import ARTICLES, UNSAID
from reglo.procurement.sentences.grammar import hints_of
from reglo.procurement.sentences.layout import (
    Criteria,
    Each,
    Facts,
    Formulas,
    Grid,
    Pairs,
    Part,
    Say,
    Section,
    type_at,
)
from reglo.procurement.sentences.slots import kind_of
from reglo.procurement.values import Instant, Money, Period, Share

DAY = date(2026, 1, 5)
EXAMPLES = ("amo-domaine-de-loos", "centre-operations-securite", "commissariat-vaulx", "stands-de-tir")
CRITERION = {"id", "name", "weight", "share", "criteria", "elements"}


@cache
def example(name: str) -> Consultation:
    consultation = rules_of(name).consultation
    assert consultation is not None
    return consultation


def text_of(blocks: Iterator[Block] | tuple[Block, ...]) -> str:
    out: list[str] = []
    for block in blocks:
        match block:
            case Heading():
                out.append(block.text)
            case Paragraph():
                out.append(plain(block.content))
            case BulletList():
                out += [plain(item) for item in block.items]
            case Table():
                out += [block.caption, *(column.title for column in block.columns)]
                out += [plain(cell) for row in block.rows for cell in row]
            case Formula():
                out += [block.label, block.text]
            case Callout():
                out += [block.title, *(plain(part) for part in block.content)]
    return "\n".join(out)


# --- Every key -----------------------------------------------------------------------------------


def said_by(part: Part, kind: type, path: str) -> Iterator[str]:
    """The paths of the keys a part says."""
    match part:
        case Section():
            for below in part.parts:
                yield from said_by(below, kind, path)
            return
        case Formulas():
            yield from (f"{path or 'award'}.values.formula", f"{path or 'award'}.criteria.formula")
            return
    base = f"{path}.{part.path}".strip(".")
    match part:
        case Say():
            keys = {key for each in part.sentences for key in each.keys}
        case Facts():
            keys = {key for key, _ in part.rows}
        case Grid():
            keys = {column.key for column in part.columns} | {k for s in part.remarks for k in s.keys}
            keys |= {part.only[0]} if part.only and not part.parent else set()
        case Criteria():
            keys = CRITERION | {key for each in part.remarks for key in each.keys}
        case Pairs():
            yield base
            return
        case Each():
            keys = {part.named_by}
            for below in part.parts:
                yield from said_by(below, type_at(kind, part.path), base)
    for key in keys:
        yield f"{base}.{key}".strip(".")


def keys_of_model(kind: type, path: str, above: tuple[type, ...]) -> Iterator[str]:
    for name, hint in hints_of(kind).items():
        below = f"{path}.{name}".strip(".")
        found = kind_of(hint)
        inner = get_args(found)[0] if get_origin(found) is tuple else found
        if name in UNSAID:
            continue
        if is_dataclass(inner) and not inner.__module__.endswith(".values"):
            if inner not in above:
                yield from keys_of_model(inner, below, (*above, inner))
        else:
            yield below


def test_every_key_of_the_model_is_said_by_an_article() -> None:
    said = {key for article in ARTICLES for part in article.parts for key in said_by(part, Consultation, "")}
    wanted = set(keys_of_model(Consultation, "", (Consultation,)))
    assert wanted - said == set()


# --- Every value ---------------------------------------------------------------------------------


def leaves(value: Any, path: tuple[str | int, ...] = ()) -> Iterator[tuple[tuple[str | int, ...], Any]]:
    """Every set value with the way to it."""
    if is_dataclass(value) and not type(value).__module__.endswith(".values"):
        for key in fields(value):
            if key.name not in UNSAID and getattr(value, key.name) not in (None, "", (), {}):
                yield from leaves(getattr(value, key.name), (*path, key.name))
    elif isinstance(value, tuple) and value and is_dataclass(value[0]):
        for rank, element in enumerate(value):
            yield from leaves(element, (*path, rank))
    else:
        yield path, value


def other(value: Any, path: tuple[str | int, ...]) -> Any:
    """Another value of the same type."""
    match value:
        case bool():
            return not value
        case StrEnum():
            kind = type(value)
            return next(each for each in kind if each is not value)
        case str():
            if path[-1] == "formula":
                return f"2 * ({value})"
            return {"contract": "lot", "lot": "contract", "before": "after"}.get(value, f"{value} autre")
        case int():
            return value + 1
        case Decimal():
            return value + 1
        case Money():
            return replace(value, amount=value.amount + 1)
        case Share():
            return replace(value, percent=value.percent + 1)
        case Period():
            return replace(value, count=value.count + 1)
        case Instant():
            return Instant(value.at + timedelta(minutes=1))
        case date():
            return value + timedelta(days=1)
        case dict():
            return {**value, "autre": "valeur"}
        case tuple():
            return value[:-1] if len(value) > 1 else (*value, *([other(value[0], path)] if value else ()))
    raise AssertionError(value)


def put(group: Any, path: tuple[str | int, ...], value: Any) -> Any:
    step, rest = path[0], path[1:]
    if isinstance(step, int):
        return (*group[:step], put(group[step], rest, value) if rest else value, *group[step + 1 :])
    return replace(group, **{step: put(getattr(group, step), rest, value) if rest else value})


@cache
def whole_text(name: str) -> str:
    return text_of(tuple(body(example(name))))


# a name that nothing bears any more: check refuses such rules before they are written
NAMES_ANOTHER = {"scale", "of", "formula", "id", "method"}


def unsaid_changes(name: str, sample: int | None) -> list[str]:
    consultation = example(name)
    found = list(leaves(consultation))
    if sample is not None:
        found = random.Random(2026).sample(found, sample)
    unsaid = []
    for path, value in found:
        changed = put(consultation, path, other(value, path))
        try:
            text = text_of(tuple(body(changed)))
        except (KeyError, ValueError):
            assert path[-1] in NAMES_ANOTHER, path
            continue
        if text == whole_text(name):
            unsaid.append(".".join(map(str, path)))
    return unsaid


@pytest.mark.parametrize("name", EXAMPLES)
def test_no_value_changes_without_the_text_changing(name: str) -> None:
    assert unsaid_changes(name, 60) == []


@pytest.mark.long
@pytest.mark.parametrize("name", EXAMPLES)
def test_no_value_at_all_changes_without_the_text_changing(name: str) -> None:
    assert unsaid_changes(name, None) == []


# --- The document --------------------------------------------------------------------------------


def tables(consultation: Consultation, caption: str) -> list[list[str]]:
    (found,) = (
        block for block in body(consultation) if isinstance(block, Table) and block.caption == caption
    )
    return [[plain(cell) for cell in row] for row in found.rows]


def number(text: str) -> Decimal:
    return Decimal(re.sub(r"[^\d,]", "", text).replace(",", "."))


def test_the_example_is_marked_by_the_rules_themselves() -> None:
    consultation = example("centre-operations-securite")
    given = {row[0]: row[1:] for row in tables(consultation, "Ce que portent les offres")}
    marks = {row[0]: row[1:] for row in tables(consultation, "Notes")}
    prices = [number(price) for price in given["Montant global des prix TTC (montant_global)"]]
    expected = [60 * min(prices) / price for price in prices]
    shown = [number(mark) for mark in marks["Prix, sur 60"]]
    assert len(set(prices)) > 1
    assert all(abs(one - two) < Decimal("0.0001") for one, two in zip(expected, shown, strict=True))
    worth = {"Très satisfaisant": 1, "Satisfaisant": Decimal("0.75"), "Moyen": Decimal("0.5")}
    weights = {leaf.name: leaf.share for leaf in consultation.award.criteria[1].criteria}
    for name, share in weights.items():
        assert share is not None
        (marked,) = (row for title, row in marks.items() if title.startswith(f"– {name}, sur"))
        assert [number(mark) for mark in marked] == [
            share.percent * 40 / 100 * worth[level] for level in given[name]
        ]


@pytest.mark.parametrize("name", EXAMPLES)
def test_an_rc_with_points_to_settle_is_a_draft_that_lists_them(name: str) -> None:
    consultation = example(name)
    document = tender_rules(consultation, DAY)
    assert document.title.endswith("projet")
    listed = {row[0] for row in tables(consultation, "Points à trancher")}
    assert listed == {point.id for point in undecided(consultation)}
    settled = tuple(replace(point, decided_by="La directrice") for point in consultation.open_points)
    assert (
        tender_rules(replace(consultation, open_points=settled), DAY).title == "Règlement de la consultation"
    )


@pytest.mark.parametrize("name", EXAMPLES)
def test_no_key_of_the_rules_file_is_left_untranslated(name: str) -> None:
    consultation = replace(example(name), open_points=())  # they quote keys, being for the buyer alone
    award = consultation.award
    own = {one.id for group in (award.inputs, award.quotes, award.values) for one in group}
    words = set(re.findall(r"\b[a-z]+_[a-z_0-9]+\b", text_of(tuple(body(consultation)))))
    assert words - own <= {"plus_bas", "plus_haut"}


def test_the_three_formats_say_the_same_and_the_pdf_is_tagged(tmp_path: Path) -> None:
    document = tender_rules(example("centre-operations-securite"), DAY)
    pdf = to_pdf(document)
    assert b"pdfuaid" in pdf
    path = tmp_path / "rc.pdf"
    path.write_bytes(pdf)
    reader = PdfReader(path)
    assert reader.root_object["/MarkInfo"]["/Marked"].value is True  # type: ignore[index]
    printed = " ".join(" ".join(page.extract_text() for page in reader.pages).split())
    for words in ("Article 1 – Acheteur", "Jugement des offres", "Exemple de notation"):
        assert words in printed
    assert to_pdf(document) == pdf
    assert to_docx(document)[:2] == to_odt(document)[:2] == b"PK"


@pytest.mark.parametrize(("name", "most"), [("Prix d'un repas", 20), ("Montant des prix unitaires", 200_000)])
def test_an_invented_price_is_of_the_size_of_what_it_prices(name: str, most: int) -> None:
    price = AwardCriterion(id="prix", name="Prix", weight=Decimal(100), method=Method.INVERSE, of="p")
    rules = with_award(Award(criteria=(price,), inputs=(Input(id="p", name=name),)))
    ((_, *prices),) = tables(rules, "Ce que portent les offres")
    assert most / 4 < max(map(number, prices)) <= most
    assert tables(rules, "Notes")[0][0] == "Prix, sur 100"


def test_what_breaks_a_tie_is_named_beside_its_key() -> None:
    assert tables(example("stands-de-tir"), "Égalités, dans l'ordre")[0][0] == "Prix (prix)"
