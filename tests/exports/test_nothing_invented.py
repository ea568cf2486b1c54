"""A written RC says what the rules file says, or the law with its article: no default is published."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from reglo.exports.documents import BulletList, Paragraph, Table, plain
from reglo.exports.tender_rules import body
from reglo.procurement.consultation import Consultation
from reglo.procurement.requirements import Folder, Piece, Sanction
from reglo.procurement.rules_file import load
from reglo.procurement.rules_file.shape import is_group, item_type, keys_of, neutral
from reglo.procurement.sentences import ARTICLES
from reglo.procurement.sentences.grammar import UNSET, Sentence
from reglo.procurement.sentences.layout import Criteria, Each, Facts, Grid, Part, Say, Section, type_at

README = Path(__file__).parents[2] / "README.md"
BY_LAW = re.compile(r"\(CCP, article [LR]\.\d+-\d+\)")
IMPLIED = (
    "Les offres sont notées sur {total} points.",  # the sum of the weights, which the file must give
    "Seuls les candidats sélectionnés sont invités",  # the file must give the criteria of a selection
)


@cache
def minimal() -> Consultation:
    """The rules file of the README: what a newcomer writes, and nothing more."""
    (text,) = re.findall(r"^```yaml regles\.yaml\n(.*?)^```$", README.read_text("utf-8"), re.M | re.S)
    rules = load(text).consultation
    assert rules is not None
    return rules


def sentences_of(part: Part, kind: type) -> Iterator[tuple[type, Sentence]]:
    match part:
        case Section():
            for below in part.parts:
                yield from sentences_of(below, kind)
        case Each():
            for below in part.parts:
                yield from sentences_of(below, type_at(kind, part.path))
        case Say():
            yield from ((type_at(kind, part.path), each) for each in part.sentences)
        case Grid() | Criteria():
            yield from ((type_at(kind, part.path), each) for each in part.remarks)


SENTENCES = [
    found for article in ARTICLES for part in article.parts for found in sentences_of(part, Consultation)
]


@pytest.mark.parametrize(
    ("kind", "said"), SENTENCES, ids=[f"{kind.__name__}-{said.template[:40]}" for kind, said in SENTENCES]
)
def test_no_sentence_is_said_of_a_group_that_leaves_its_keys_out(kind: type, said: Sentence) -> None:
    keys = {key: keys_of(kind)[key] for key in said.keys}
    if any(key.required for key in keys.values()):
        return
    silent = neutral(kind)
    if said.template.startswith(IMPLIED) or BY_LAW.search(said.template):
        return
    assert said.said(silent) is None


def facts_of(part: Part, kind: type) -> Iterator[tuple[str, Any]]:
    match part:
        case Section():
            for below in part.parts:
                yield from facts_of(below, kind)
        case Each():
            for below in part.parts:
                yield from facts_of(below, type_at(kind, part.path))
        case Facts():
            owner = type_at(kind, part.path)
            yield from ((f"{owner.__name__}.{key}", keys_of(owner)[key]) for key, _ in part.rows)


def test_no_row_of_facts_is_filled_by_a_default() -> None:
    found = [each for article in ARTICLES for part in article.parts for each in facts_of(part, Consultation)]
    assert [name for name, key in found if not key.required and key.default not in UNSET] == []


def text_of(consultation: Consultation) -> set[str]:
    """Every sentence, cell and bullet of the articles and annexes."""
    out: set[str] = set()
    for block in body(consultation):
        match block:
            case Paragraph():
                out |= set(re.split(r"(?<=\.) (?=[A-Z])", plain(block.content)))
            case BulletList():
                out |= {plain(item) for item in block.items}
            case Table():
                out |= {plain(cell) for row in block.rows for cell in row}
    return out


def test_the_readme_rules_give_an_rc_that_says_only_what_they_say() -> None:
    prose = {
        sentence
        for block in body(minimal())
        if isinstance(block, Paragraph) and not block.small
        for sentence in re.split(r"(?<=\.) (?=[A-Z])", plain(block.content))
    }
    assert prose == {
        "Le marché est passé selon une procédure adaptée.",
        "La procédure est soumise aux textes suivants : R.2123-1.",
        "Les offres sont notées sur 100 points.",
        "Les prix sont comparés hors taxes.",
        "Le prix de l'offre est : Prix annuel (prix).",
        "Trois offres inventées, sans rapport avec le marché, montrent comment les règles s'appliquent.",
        "Cet exemple n'engage pas l'acheteur sur un niveau de prix.",
        "Calcul des notes de l'offre « Entreprise C » :",
    }


def empty_groups(kind: type, path: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    """The ways to the groups that may be written with no key at all."""
    for key in keys_of(kind).values():
        if is_group(key.type) and item_type(key.type) is None and not key.required:
            way = (*path, key.name)
            if not any(each.required for each in keys_of(key.type).values()):
                yield way
            yield from empty_groups(key.type, way)


def with_group(owner: Any, way: tuple[str, ...]) -> Any:
    kind = keys_of(type(owner))[way[0]].type
    inner = getattr(owner, way[0]) or neutral(kind)
    return replace(owner, **{way[0]: inner if len(way) == 1 else with_group(inner, way[1:])})


@pytest.mark.parametrize(
    "way",
    [
        way
        for way in empty_groups(Consultation)
        if not any(key.required for name in way[:-1] for key in keys_of(type_at(Consultation, name)).values())
    ],
    ids=".".join,
)
def test_a_group_written_empty_adds_nothing_but_the_law(way: tuple[str, ...]) -> None:
    added = text_of(with_group(minimal(), way)) - text_of(minimal())
    assert {each for each in added if not BY_LAW.search(each)} == set()


def test_a_cell_says_nothing_of_a_row_that_is_silent() -> None:
    """One piece has a sanction: the others, whose rules say nothing, are not said to have none."""
    pieces = (
        Piece(code="O1", name="Mémoire", folder=Folder.BID, if_missing=Sanction.ELIMINATED),
        Piece(code="O2", name="Planning", folder=Folder.BID),
    )
    tables = [block for block in body(replace(minimal(), pieces=pieces)) if isinstance(block, Table)]
    (found,) = (table for table in tables if table.caption == "Pièces de l'offre")
    assert found.rows == (("O1", "Mémoire", "élimination"), ("O2", "Planning", ""))
