"""The text of a rules file as a tree of nodes that know their lines: the part of YAML 1.2 it needs.

Anchors, aliases, tags, several documents, repeated keys are faults. A scalar keeps its raw text, so that
``01000`` stays a postcode, ``yes`` a word and ``4.5`` an exact decimal: what it means depends on the field.
The parser is libyaml's event stream, so depth and size are bounded before anything is built.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

import yaml

from reglo.procurement.findings import Finding, Place
from reglo.procurement.rules_file import faults

MAX_BYTES = 5_000_000
MAX_NODES = 100_000
MAX_DEPTH = 40

INVISIBLE_SPACES = "\u00a0\u202f\u2007"  # no-break: YAML takes them for letters
_APOSTROPHE = re.compile(r"(?:[:\-,\[{]\s+|^\s*)'[^'\"]*?(?P<word>\w*'\w+)")
_NULL = re.compile(r"null|Null|NULL|~|")
_BOOLEAN = re.compile(r"true|True|TRUE|false|False|FALSE")
_INTEGER = re.compile(r"[-+]?[0-9]+")
_DECIMAL = re.compile(r"[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)")
_UNPRINTABLE = re.compile(r"[^\t\n\r\x20-\x7e\x85\xa0-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


@dataclass(slots=True)
class Node:
    """A piece of the file: its first line (1-based), its extent in characters without comments after it."""

    line: int
    start: int
    end: int


@dataclass(slots=True)
class Scalar(Node):
    """A leaf. ``plain``: written without quotes nor block mark, hence open to YAML 1.2's own types."""

    text: str
    plain: bool

    @property
    def is_null(self) -> bool:
        return self.plain and _NULL.fullmatch(self.text) is not None

    @property
    def is_boolean(self) -> bool:
        return self.plain and _BOOLEAN.fullmatch(self.text) is not None

    @property
    def is_integer(self) -> bool:
        return self.plain and _INTEGER.fullmatch(self.text) is not None

    @property
    def is_decimal(self) -> bool:
        return self.plain and _DECIMAL.fullmatch(self.text) is not None

    @property
    def value(self) -> object:
        """The value by YAML 1.2's core schema, decimals kept exact."""
        if self.is_null:
            return None
        if self.is_boolean:
            return self.text.lower() == "true"
        if self.is_integer and len(self.text) <= 40:
            return int(self.text)
        if self.is_decimal and len(self.text) <= 40:
            return Decimal(self.text)
        return self.text


@dataclass(slots=True)
class Entry:
    """A key of a mapping, where it stands, and its node."""

    line: int
    start: int
    node: Node


@dataclass(slots=True)
class Mapping(Node):
    entries: dict[str, Entry]
    flow: bool  # written {…}


@dataclass(slots=True)
class Sequence(Node):
    items: list[Node]
    flow: bool  # written […]


@dataclass(slots=True)
class Unreadable(Node):
    """A node already reported: nothing more is said of it."""


def join(path: str, key: str) -> str:
    """The path of a key below ``path``."""
    return f"{path}.{key}" if path else key


def plain_value(node: Node) -> object:
    """The node as Python values: dict, tuple, str, int, Decimal, bool, None."""
    match node:
        case Mapping():
            return {key: plain_value(entry.node) for key, entry in node.entries.items()}
        case Sequence():
            return tuple(plain_value(item) for item in node.items)
        case Scalar():
            return node.value
    return None


def lines_of(root: Node) -> dict[str, int]:
    """The line of every path of the file ("award.criteria[0].weight"): that of its key or of its dash."""
    lines = {"": root.line}

    def visit(node: Node, path: str) -> None:
        if isinstance(node, Mapping):
            for key, entry in node.entries.items():
                below = join(path, key)
                lines[below] = entry.line
                visit(entry.node, below)
        elif isinstance(node, Sequence):
            for index, item in enumerate(node.items):
                below = f"{path}[{index}]"
                lines[below] = item.line
                visit(item, below)

    visit(root, "")
    return lines


def _extent(event: yaml.Event) -> tuple[int, int, int]:
    """The event's first line (1-based), first character, and the character after its last."""
    assert event.start_mark is not None  # libyaml always gives both
    assert event.end_mark is not None
    return event.start_mark.line + 1, event.start_mark.index, event.end_mark.index


class _Stop(Exception):
    """The rest of the file cannot be read; the fault says why."""


class _Parser:
    def __init__(self, text: str, file: str) -> None:
        self.text, self.file = text, file
        self.faults: list[Finding] = []
        self.events: Iterator[yaml.Event] = yaml.parse(text, Loader=yaml.CSafeLoader)
        self.count = 0
        self.quoted_over_lines = 0  # first line of the last quoted text that runs over several

    def report(self, cause: type[Finding], line: int, **facts: object) -> None:
        self.faults.append(cause(facts=facts, place=Place(file=self.file, line=line)))
        if len(self.faults) > faults.MAX_FAULTS:
            raise _Stop

    def document(self) -> Node | None:
        next(self.events)  # start of the stream
        event = next(self.events)
        if isinstance(event, yaml.StreamEndEvent):
            self.report(faults.EmptyFile, 1)
            return None
        root = self.node(next(self.events), 1)
        next(self.events)  # end of the document
        after = next(self.events)
        if not isinstance(after, yaml.StreamEndEvent):
            self.report(faults.SeveralDocuments, _extent(after)[0])
        return root

    def node(self, event: yaml.Event, depth: int) -> Node:
        line, start, end = _extent(event)
        self.count += 1
        if self.count > MAX_NODES:
            self.report(faults.TooManyNodes, line, limit=f"{MAX_NODES:,}".replace(",", " "))
            raise _Stop
        if depth > MAX_DEPTH:
            self.report(faults.TooDeep, line, limit=MAX_DEPTH)
            raise _Stop
        if isinstance(event, yaml.AliasEvent):
            self.report(faults.AnchorOrAlias, line, mark=f"*{event.anchor}")
            return Unreadable(line, start, end)
        assert isinstance(event, (yaml.ScalarEvent, yaml.SequenceStartEvent, yaml.MappingStartEvent))
        if event.anchor is not None:
            self.report(faults.AnchorOrAlias, line, mark=f"&{event.anchor}")
        if event.tag is not None:
            self.report(faults.TagRefused, line, tag=event.tag)
        if isinstance(event, yaml.ScalarEvent):
            if event.style in ("|", ">"):  # libyaml counts the blank lines after the block
                block = self.text[start:end]
                keeps = "+" in block.split("\n", 1)[0].split("#")[0]
                end = start + len(block.removesuffix("\n") if keeps else block.rstrip())
            if event.style in ("'", '"') and "\n" in self.text[start:end]:
                self.quoted_over_lines = line
            return Scalar(line, start, end, event.value, plain=not event.style)
        if isinstance(event, yaml.SequenceStartEvent):
            return self.sequence(event, depth)
        return self.mapping(event, depth)

    def sequence(self, opening: yaml.SequenceStartEvent, depth: int) -> Sequence:
        items: list[Node] = []
        while not isinstance(event := next(self.events), yaml.SequenceEndEvent):
            items.append(self.node(event, depth + 1))
        flow = bool(opening.flow_style)
        line, start, _ = _extent(opening)
        end = _extent(event)[2] if flow or not items else items[-1].end
        return Sequence(line, start, end, items, flow)

    def mapping(self, opening: yaml.MappingStartEvent, depth: int) -> Mapping:
        entries: dict[str, Entry] = {}
        line, start, last = _extent(opening)
        while not isinstance(event := next(self.events), yaml.MappingEndEvent):
            key = self.node(event, depth + 1)
            value = self.node(next(self.events), depth + 1)
            last = max(value.end, key.end)
            if not isinstance(key, Scalar):
                if not isinstance(key, Unreadable):
                    self.report(faults.KeyNotText, key.line)
            elif key.text in entries:
                self.report(faults.RepeatedKey, key.line, key=key.text, first=entries[key.text].line)
            else:
                entries[key.text] = Entry(key.line, key.start, value)
        flow = bool(opening.flow_style)
        end = _extent(event)[2] if flow else last
        return Mapping(line, start, end, entries, flow)


def parse(text: str, file: str) -> tuple[Node | None, list[Finding]]:
    """The tree of a file and the faults of its writing. No tree when the text cannot be read to its end.

    >>> root, found = parse("lots:\\n  - id: 01\\n    id: 2\\n", "rules.yaml")
    >>> plain_value(root), [str(fault.place) for fault in found]
    ({'lots': ({'id': 1},)}, ['rules.yaml:3'])
    """
    text = text.removeprefix("\ufeff")
    unprintable = _UNPRINTABLE.search(text)
    if unprintable:
        line = text.count("\n", 0, unprintable.start() + 1) + 1
        code = f"U+{ord(unprintable.group()):04X}"
        return None, [faults.ControlCharacter(facts={"code": code}, place=Place(file=file, line=line))]
    parser = _Parser(text, file)
    try:
        return parser.document(), parser.faults
    except _Stop:
        return None, parser.faults
    except yaml.MarkedYAMLError as error:
        return None, [*parser.faults, _syntax_fault(error, text, file, parser.quoted_over_lines)]


def _syntax_fault(error: yaml.MarkedYAMLError, text: str, file: str, quoted: int) -> Finding:
    """The fault behind libyaml's words, at the line where a person will mend it."""
    mark = error.problem_mark
    line = mark.line + 1 if mark else 1
    rows = text.split("\n")
    row = rows[line - 1] if line <= len(rows) else ""
    indentation = row[: len(row) - len(row.lstrip())]
    for signs, what in (("\t", faults.TABULATION), (INVISIBLE_SPACES, faults.NO_BREAK_SPACE)):
        if any(sign in indentation for sign in signs):
            return faults.WrongIndentation(facts={"what": what}, place=Place(file=file, line=line))
    for number in dict.fromkeys((quoted, line, line - 1)):
        cut = _APOSTROPHE.search(rows[number - 1]) if 0 < number <= len(rows) else None
        if cut:
            why, mend = faults.CUT_BY_APOSTROPHE
            facts: dict[str, object] = {"why": why.format(word=cut["word"]), "mend": mend}
            return faults.NotYaml(facts=facts, place=Place(file=file, line=number))
    problem = error.problem or ""
    if quoted and problem.startswith("did not find expected"):  # a quote closed by the next one met
        problem, line = faults.OPEN_QUOTE, quoted
    elif problem == faults.OPEN_QUOTE and error.context_mark:
        line = error.context_mark.line + 1
    known = ((why, mend) for words, why, mend in faults.YAML_WORDS if words in problem)
    why, mend = next(known, faults.NOT_YAML_OTHERWISE)
    return faults.NotYaml(facts={"why": why, "mend": mend}, place=Place(file=file, line=line))
