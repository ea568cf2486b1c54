"""Reading an RC whose sentences, tables and headings are those of ``procurement.sentences``.

That is what ``reglo write`` gives, and what is left of it once a buyer has edited it: each line is
read by the grammar of its article or not at all, and what is not is left to the other rules.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from reglo.procurement.award import AwardCriterion, Value
from reglo.procurement.consultation import Consultation
from reglo.procurement.formulas.formula import MAX_LENGTH
from reglo.procurement.sentences import ARTICLES, COVER, EXAMPLE
from reglo.procurement.sentences.effects import effect_of
from reglo.procurement.sentences.formulas import from_linear, is_legend
from reglo.procurement.sentences.grammar import Sentence, hints_of, read_paragraph
from reglo.procurement.sentences.layout import (
    ELEMENTS,
    REMARKS,
    SHARES,
    Article,
    Criteria,
    Each,
    Facts,
    Formulas,
    Grid,
    Pairs,
    Part,
    Say,
    Section,
    key_name,
    type_at,
)
from reglo.procurement.sentences.slots import normal, unshown, unspelled
from reglo.reading.rc.model import Doubt, Found, Quote, Reading
from reglo.reading.text.model import Line

RULE = "PHRASE-01"
LOOKS_FOR = "les phrases, tableaux et titres d'un règlement écrit par « reglo write »"
CONFIDENCE = 0.99
EFFORT = 400_000  # ways of cutting paragraphs into sentences; an RC of sixty pages has some ten thousand
FEWEST, SHARE = 12, 0.5  # lines understood, and their share of the document, to call it such an RC

_NUMBERED = re.compile(r"(?:(?:article|annexe) )?\d[\d.]* ?[-–—.:)]* ?", re.IGNORECASE)
_NUMBER = re.compile(r"\d[\d.]*")
_IDENTITY = re.compile(r"(?:Date|Version|Établi par|Empreinte des règles \(SHA-256\)) ?: ")
_BULLET = re.compile("^(?:- )?[-–•▪◦‣·\uf0b7\uf0a7] ?(?!\\d)")
_FORMULA = re.compile(r"(?P<mark>note\()?(?P<id>[^\W\d]\w*)\)? = (?P<formula>.+)")
_SAFE = re.compile(r"[^\[\]]+")


@dataclass(slots=True)
class _Place:
    """A part within reach, below the element its sub-article is about ("calendar.visits[site]")."""

    part: Part
    base: str
    kind: type


@dataclass(slots=True)
class _Table:
    place: _Place
    titles: tuple[str, ...] = ()
    rows: int = 0


@dataclass(slots=True)
class SentenceReader:
    """One pass over the lines of an RC."""

    reading: Reading
    found: list[Found] = field(default_factory=list)
    understood: set[int] = field(default_factory=set)  # indices of lines
    lines: int = 0  # that could have been
    _article: Article | None = None
    _places: list[_Place] = field(default_factory=list)
    _caption: _Place | None = None
    _table: _Table | None = None
    _at: Line = field(default_factory=lambda: Line("", 0))
    _number: str = ""  # of the article
    _section: str = ""
    _unread: list[int] = field(default_factory=list)  # lines of articles
    _example: bool = False
    _effort: int = 0
    _keys: dict[str, dict[str, str]] = field(default_factory=dict)  # list -> key printed -> name in the path
    # of each judgement, "" or "award.for_lots[0]": number, id of a criterion, "= id" of a value -> path
    _judged: dict[tuple[str, str], str] = field(default_factory=dict)
    _formulas: list[tuple[str, str, str, Line]] = field(default_factory=list)

    def run(self) -> SentenceReader:
        self._places = [_Place(part, "", Consultation) for part in COVER]
        for index, line in enumerate(self.reading.document.lines):
            self._at = line
            if self._line(line) or self._example:
                self.understood.add(index)
            elif self._article is not None:
                self._unread.append(index)
        self._resolve_formulas()
        return self

    @property
    def convincing(self) -> bool:
        count = len(self.understood)
        return count >= FEWEST and count >= SHARE * max(1, self.lines)

    @property
    def rest(self) -> tuple[Line, ...]:
        """What is not understood: the rest of the first page, and what a buyer wrote in other words."""
        said = {normal(str(each.value)) for each in self.found if each.path in ("title", "buyer.name")}
        return tuple(
            line
            for index, line in enumerate(self.reading.document.lines)
            if index not in self.understood and normal(line.text) not in said
        )

    @property
    def doubts(self) -> list[Doubt]:
        """The point that shows what is left to read by a person."""
        quotes = [self._quote(self.reading.document.lines[index]) for index in self._unread]
        if not quotes:
            return []
        shown = " / ".join(f"« {quote.words[:120]} »" for quote in quotes[:8])
        more = f" et {len(quotes) - 8} autres" if len(quotes) > 8 else ""
        return [
            Doubt(
                "phrases-a-relire",
                f"Ces lignes ne suivent pas les tournures du règlement et n'ont peut-être pas été lues en "
                f"entier : {shown}{more}. Que faut-il en retenir ?",
                tuple(quotes[:8]),
            )
        ]

    # --- Lines ---------------------------------------------------------------------------------

    def _line(self, line: Line) -> bool:
        if line.cells:
            self.lines += self._article is not None
            return self._row(tuple(normal(cell) for cell in line.cells))
        table, self._table = self._table, None
        text = _BULLET.sub("", normal(line.text), count=1)
        if self._heading(text, line.heading):
            found = _NUMBER.search(text)
            self._number = found[0] if found else "annexe"
            return True
        if self._article is None:
            return not self._example and (self._said(text) or bool(_IDENTITY.match(text)))
        if self._captioned(text):
            return True
        self.lines += 1
        return self._formula(text) or self._said(text) or self._aside(text) or self._only_cell(text, table)

    def _heading(self, text: str, marked: bool) -> bool:
        title = _NUMBERED.sub("", text, count=1)
        named = marked or title != text or text.startswith("Annexe")
        for article in ARTICLES:
            if named and title == article.title:
                self._article, self._section, self._example = article, "", False
                self._places = [_Place(part, "", Consultation) for part in _flat(article.parts)]
                return True
        if text == EXAMPLE:
            self._article, self._places, self._example = None, [], True
            return True
        if self._article is None or not (marked or title != text):
            return False
        for part in self._article.parts:
            if isinstance(part, Each) and (id := part.key(title)):
                kind, printed = type_at(Consultation, part.path), id if part.named_by == "id" else ""
                base, self._section = self._element(part.path, printed), ""
                self._places = [_Place(below, base, kind) for below in part.parts]
                self._places += [_Place(each, "", Consultation) for each in _flat(self._article.parts)]
                if printed:
                    self._add(f"{base}.id", id)
                    return True
                return self._cell(f"{base}.{part.named_by}", kind, part.named_by, id)
            if isinstance(part, Section) and title == part.title:
                self._section = title
                self._places = [_Place(each, "", Consultation) for each in _flat(self._article.parts)]
                return True
        return False

    def _captioned(self, text: str) -> bool:
        for place in self._places:
            if getattr(place.part, "caption", None) == text:
                self._caption = place
                return True
        judged = next((place for place in self._places if isinstance(place.part, Criteria)), None)
        if text == ELEMENTS and judged is not None:
            self._caption = _Place(Pairs("", ELEMENTS), judged.base, judged.kind)
            return True
        return False

    def _said(self, text: str) -> bool:
        self._effort += text.count(". ") ** 2
        if self._effort > EFFORT:
            return False
        for place in self._places:
            if isinstance(place.part, Say):
                base = _join(place.base, place.part.path)
                kind = type_at(place.kind, place.part.path)
                groups = read_paragraph(text, place.part.sentences, kind)
                if groups is not None:
                    self._group(base, groups)
                    return True
        return False

    def _group(self, base: str, groups: list[dict[str, Any]]) -> None:
        for group in groups:
            for key, value in group.items():
                self._add(_join(base, key), value)

    def _aside(self, text: str) -> bool:
        """A line that says nothing by itself: what formulas are called and their words mean."""
        judging = next((place for place in self._places if isinstance(place.part, Formulas)), None)
        if judging is None:
            return False
        label = (self._section == "Formules" or judging.base != "") and text.endswith(" :")
        return label or text == SHARES or is_legend(text)

    def _formula(self, text: str) -> bool:
        found = _FORMULA.fullmatch(text) if len(text) <= MAX_LENGTH else None
        judging = next((place for place in self._places if isinstance(place.part, Formulas)), None)
        if found is None or judging is None:
            return False
        name = found["id"] if found["mark"] else f"= {found['id']}"
        self._formulas.append((judging.base, name, from_linear(found["formula"]), self._at))
        return True

    def _resolve_formulas(self) -> None:
        """A formula counts where the criterion says it has its own."""
        own = {
            each.path.removesuffix(".method")
            for each in self.found
            if each.path.endswith(".method") and each.value == "formula"
        }
        for base, name, formula, at in self._formulas:
            self._at = at
            path = self._judged.get((base, name), "")
            if path and (name.startswith("= ") or path in own):
                self._add(f"{path}.formula", formula)

    # --- Tables --------------------------------------------------------------------------------

    def _only_cell(self, text: str, table: _Table | None) -> bool:
        """A line that is the row of a table of one column: no format keeps the frame of a single cell."""
        caption = self._caption
        if caption is not None and isinstance(caption.part, Grid):
            return any(text == column.title for column in caption.part.columns) and self._row((text,))
        if table is None or len(table.titles) != 1:
            return False
        self._table = table
        return self._row((text,))

    def _row(self, cells: tuple[str, ...]) -> bool:
        if self._caption is not None:
            self._table, self._caption = _Table(self._caption, cells), None
            return True
        table = self._table
        if table is None or len(cells) != len(table.titles):
            return False
        if cells == table.titles:  # repeated on a new page
            return True
        table.rows += 1
        match table.place.part:
            case Facts() as part:
                return self._fact(table, part, cells)
            case Grid() as part:
                return self._element_row(table, part, cells)
            case Criteria() as part:
                return self._criterion(table.place, part, dict(zip(table.titles, cells, strict=True)))
            case Pairs() as part:
                return self._pair(table, part, cells)
        return False

    def _fact(self, table: _Table, part: Facts, cells: tuple[str, ...]) -> bool:
        kind = type_at(table.place.kind, part.path)
        for key, label in part.rows:
            if label == cells[0]:
                return self._cell(_join(_join(table.place.base, part.path), key), kind, key, cells[1])
        return False

    def _element_row(self, table: _Table, part: Grid, cells: tuple[str, ...]) -> bool:
        kind = type_at(table.place.kind, part.path)
        given = dict(zip(table.titles, cells, strict=True))
        path = _join(table.place.base, part.path)
        if part.parent:
            outer, _, inner = part.path.rpartition(".")
            parent = self._keys.get(_join(table.place.base, outer), {}).get(given.get(part.parent, ""))
            if parent is None:
                return False
            path = f"{_join(table.place.base, outer)}[{parent}].{inner}"
        name = key_name(kind)
        printed = next((given.get(each.title, "") for each in part.columns if each.key == name), "")
        element = self._element(path, printed)
        understood = True
        for column in part.columns:
            text = given.get(column.title, "")
            if text:
                understood &= self._cell(f"{element}.{column.key}", kind, column.key, text)
        if part.only is not None and not part.parent:
            self._add(f"{element}.{part.only[0]}", part.only[1].value)
        if kind is Value:
            self._judged[table.place.base, f"= {printed}"] = element
        return self._remarks(element, given.get(part.told, ""), part.remarks, kind) and understood

    def _remarks(self, path: str, text: str, sentences: tuple[Sentence, ...], kind: type) -> bool:
        groups = read_paragraph(text, sentences, kind) if text else []
        if groups is None:
            return False
        self._group(path, groups)
        return True

    def _cell(self, path: str, kind: type, key: str, text: str) -> bool:
        hint = hints_of(kind)[key]
        try:
            if hint == dict[str, Any]:
                value = effect_of(text)
            else:
                value = unspelled(text, hint, f"{kind.__name__}.{key}")
        except (ValueError, KeyError):
            return False
        self._add(path, value)
        return True

    def _criterion(self, place: _Place, part: Criteria, given: dict[str, str]) -> bool:
        number, id = given.get("N°", ""), given.get("Repère", "")
        outer, _, _ = number.rpartition(".")
        above = self._judged.get((place.base, outer)) if outer else None
        base = f"{above}.criteria" if above else _join(place.base, part.path)
        path = f"{base}[{id}]"
        self._judged[place.base, number] = self._judged[place.base, id] = path
        self._add(f"{path}.id", id)
        self._add(f"{path}.name", given.get("Critère", ""))
        understood = True
        for title, key in (("Points", "weight"), ("Part", "share")):
            if given.get(title):
                understood &= self._cell(f"{path}.{key}", AwardCriterion, key, given[title])
        return self._remarks(path, given.get(REMARKS, ""), part.remarks, AwardCriterion) and understood

    def _pair(self, table: _Table, part: Pairs, cells: tuple[str, ...]) -> bool:
        if part.caption == ELEMENTS:
            path = self._judged.get((table.place.base, cells[0]))
            return path is not None and self._cell(f"{path}.elements", AwardCriterion, "elements", cells[1])
        path = _join(table.place.base, part.path)
        if part.parent:
            outer, _, inner = part.path.rpartition(".")
            parent = self._keys.get(_join(table.place.base, outer), {}).get(cells[0])
            if parent is None:
                return False
            path, cells = f"{_join(table.place.base, outer)}[{parent}].{inner}", cells[1:]
        keys = _key_words(table.place.kind, part.path)
        known = next((each for each in self.found if each.path == path), None)
        values = dict(known.value) if known else {}
        values[keys.get(cells[0], unshown(cells[0]))] = unshown(cells[1])
        if known:
            self.found.remove(known)
        self._add(path, values)
        return True

    # --- Paths ---------------------------------------------------------------------------------

    def _element(self, path: str, printed: str) -> str:
        """The path of one more element of a list, named by its key or its rank."""
        keys = self._keys.setdefault(path, {})
        name = printed if printed and printed not in keys and _SAFE.fullmatch(printed) else str(len(keys))
        keys[printed if printed and printed not in keys else f"\n{len(keys)}"] = name
        return f"{path}[{name}]"

    def _add(self, path: str, value: Any) -> None:
        self.found.append(Found(path, value, self._quote(self._at), CONFIDENCE, RULE))

    def _quote(self, line: Line) -> Quote:
        name = self.reading.document.name
        return Quote(name, line.text[:300], line.number, line.page, f"RC {self._number}".strip())


def _flat(parts: tuple[Part, ...]) -> Iterator[Part]:
    for part in parts:
        if isinstance(part, Section):
            yield from _flat(part.parts)
        elif not isinstance(part, Each):
            yield part


def _join(base: str, path: str) -> str:
    return f"{base}.{path}" if base and path else base or path


def _key_words(kind: type, path: str) -> dict[str, str]:
    """The keys a free mapping has words for."""
    from reglo.procurement.sentences.vocabulary import WORDS

    hint = hints_of(kind).get(path)
    keys = getattr(hint, "__args__", (str,))[0]
    if isinstance(keys, type) and issubclass(keys, StrEnum):
        return {said: value for value, said in WORDS[keys.__name__].items()}
    return {}


__all__ = ["LOOKS_FOR", "RULE", "SentenceReader"]
