"""The parts an RC is made of: paragraphs, fact sheets, tables, a heading for each element of a list.

A part names the group or list of the consultation it says by its path ("calendar.visits"). What
writes an RC and what reads one walk the same parts.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, TypeAlias, get_args, get_origin

from reglo.procurement.sentences.grammar import Sentence, hints_of
from reglo.procurement.sentences.slots import kind_of


@dataclass(frozen=True, slots=True)
class Say:
    """The sentences of a group, as one paragraph or as a list."""

    path: str
    sentences: tuple[Sentence, ...]
    listed: bool = False


@dataclass(frozen=True, slots=True)
class Facts:
    """A table of two columns: a label and what the group holds under a key."""

    path: str
    caption: str
    rows: tuple[tuple[str, str], ...]  # key, label


@dataclass(frozen=True, slots=True)
class Column:
    key: str
    title: str
    width: float = 1.0


@dataclass(frozen=True, slots=True)
class Grid:
    """A row for each element of a list. ``remarks``: what only some elements say, in a last column.

    A list inside the elements of another ("pieces.page_limits") names its parent in a first
    column ``parent``, by its code or id. ``only``: a key and the value its rows have. ``told`` and
    ``width``: the title and width of the column of remarks.
    """

    path: str
    caption: str
    columns: tuple[Column, ...]
    remarks: tuple[Sentence, ...] = ()
    parent: str = ""
    only: tuple[str, Any] | None = None
    told: str = "Précisions"
    width: float = 2.4


@dataclass(frozen=True, slots=True)
class Pairs:
    """A free mapping as a table: a name and its text. ``parent`` as in ``Grid``."""

    path: str
    caption: str
    parent: str = ""


@dataclass(frozen=True, slots=True)
class Each:
    """A sub-article for each element of a list, with its key: "Visite (nord)".

    The heading alone names the element whose key is ``usual``. ``named_by``: the key in the heading.
    """

    path: str
    heading: str
    parts: tuple[Part, ...]
    usual: str
    named_by: str = "id"

    def titled(self, key: str) -> str:
        """The heading of the element of a key."""
        return self.heading if key == self.usual else f"{self.heading} ({key})"

    def key(self, title: str) -> str:
        """The key a heading names, "" when it is another heading.

        >>> visit = Each("calendar.visits", "Visite", (), "visite")
        >>> visit.key("Visite"), visit.key("Visite (nord)"), visit.key("Visites")
        ('visite', 'nord', '')
        """
        if title == self.heading:
            return self.usual
        key = title.removeprefix(f"{self.heading} (").removesuffix(")")
        return key if title == self.titled(key) else ""


@dataclass(frozen=True, slots=True)
class Section:
    """A numbered sub-article."""

    title: str
    parts: tuple[Part, ...]


@dataclass(frozen=True, slots=True)
class Criteria:
    """The tree of criteria: numbered rows."""

    path: str
    caption: str
    remarks: tuple[Sentence, ...]


@dataclass(frozen=True, slots=True)
class Formulas:
    """The formulas of values and criteria, set as mathematics with their linear form."""

    path: str


Part: TypeAlias = "Say | Facts | Grid | Pairs | Each | Section | Criteria | Formulas"
REMARKS = "Précisions"
ELEMENTS = "Éléments d'appréciation"
SHARES = "La part d'un sous-critère est celle des points du critère qui le contient."


@dataclass(frozen=True, slots=True)
class Article:
    title: str
    parts: tuple[Part, ...]


def basis(what: str) -> tuple[Sentence]:
    """The texts an RC cites for a rule, beside the others of its article."""
    return (Sentence(f"Textes cités sur {what} : {{legal_basis}}."),)


TEXTS = (Sentence("Textes : {legal_basis}."),)  # in the remarks of a table


def get(group: Any, path: str) -> Any:
    """What a path leads to, None when a group on the way is not set."""
    for step in path.split(".") if path else ():
        if group is None:
            return None
        group = getattr(group, step)
    return group


def type_at(kind: type, path: str) -> Any:
    """The type a path leads to; the type of the elements when it is a list."""
    for step in path.split(".") if path else ():
        found = kind_of(hints_of(kind)[step])
        kind = get_args(found)[0] if get_origin(found) is tuple else found
    return kind


def rows_of(group: Any, path: str) -> Iterator[tuple[Any, Any]]:
    """Each element of a list, with the element of the outer list that holds it (None when none does)."""

    def down(node: Any, steps: list[str], parent: Any) -> Iterator[tuple[Any, Any]]:
        if node is None:
            return
        if isinstance(node, tuple):
            for each in node:
                if steps:
                    yield from down(each, steps, each)
                else:
                    yield parent, each
        elif steps:
            yield from down(getattr(node, steps[0]), steps[1:], parent)
        elif node:
            yield parent, node

    yield from down(group, path.split("."), None)


def key_of(element: Any) -> str:
    """What names an element in the text: its code or its id."""
    return str(getattr(element, "code", "") or getattr(element, "id", ""))


def key_name(kind: type) -> str:
    hints = hints_of(kind)
    return next((name for name in ("code", "id") if name in hints), "")
