"""The content of a document, said once: headings, paragraphs, tables, figures, formulas.

Three writers turn it into PDF, .odt and .docx. Everything here is frozen data in reading order;
nothing knows of pages, fonts or files. All text is plain: no writer reads markup in it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from itertools import zip_longest
from typing import TypeAlias


@dataclass(frozen=True, slots=True)
class Span:
    """A run of text with its emphasis. ``code``: kept letter for letter (a digest, a command).

    ``faint``: small and grey, never cut by a hyphen (the key by which other pages name a row).
    """

    text: str
    strong: bool = False
    emphasis: bool = False
    code: bool = False
    faint: bool = False


Inline: TypeAlias = str | Sequence[str | Span]


def strong(text: str) -> Span:
    return Span(text, strong=True)


def code(text: str) -> Span:
    return Span(text, code=True)


def spans(inline: Inline) -> tuple[Span, ...]:
    """An inline content as spans.

    >>> spans(("Note : ", strong("89,77")))
    (Span(text='Note : ', strong=False, emphasis=False, code=False, faint=False), \
Span(text='89,77', strong=True, emphasis=False, code=False, faint=False))
    """
    if isinstance(inline, str):
        return (Span(inline),)
    return tuple(Span(part) if isinstance(part, str) else part for part in inline)


def plain(inline: Inline) -> str:
    """The text alone, without its emphasis."""
    return "".join(span.text for span in spans(inline))


@dataclass(frozen=True, slots=True)
class Heading:
    """A title in the text. ``level`` 1 to 4; numbers, when any, are part of ``text``."""

    level: int
    text: str

    def __post_init__(self) -> None:
        if not 1 <= self.level <= 4:
            raise ValueError(f"a heading has a level from 1 to 4, not {self.level}")


@dataclass(frozen=True, slots=True)
class Paragraph:
    content: Inline
    small: bool = False  # notes under a table


@dataclass(frozen=True, slots=True)
class BulletList:
    items: tuple[Inline, ...]
    numbered: bool = False


class Align(StrEnum):
    LEFT = "left"
    RIGHT = "right"  # figures, with digits of one width
    CENTER = "center"


@dataclass(frozen=True, slots=True)
class Column:
    """A column: its heading, alignment, and width relative to its neighbours."""

    title: str
    align: Align = Align.LEFT
    width: float = 1.0


@dataclass(frozen=True, slots=True)
class Table:
    """Rows under a heading row repeated on each page; the first cell of a row names the row.

    ``strong_rows``: indices of rows that stand out (a total, the first of a ranking).
    """

    caption: str
    columns: tuple[Column, ...]
    rows: tuple[tuple[Inline, ...], ...]
    strong_rows: frozenset[int] = frozenset()

    def __post_init__(self) -> None:
        for number, row in enumerate(self.rows):
            if len(row) != len(self.columns):
                raise ValueError(
                    f"row {number} of « {self.caption} » has {len(row)} cells for {len(self.columns)} columns"
                )


@dataclass(frozen=True, slots=True)
class Figure:
    """A drawing. ``alt`` says in words what it shows; ``share`` of the text width it takes."""

    svg: str
    alt: str
    caption: str = ""
    share: float = 1.0


@dataclass(frozen=True, slots=True)
class Formula:
    """A formula: ``typst`` mathematics where it can be set, ``text`` elsewhere and for screen readers.

    ``typst`` comes from ``formula.as_typst``, never from a user's text; ``#``, which would leave
    mathematics for code, is refused. Empty: the text alone is shown.
    """

    text: str
    typst: str = ""
    label: str = ""  # what it gives: "Note du critère « Prix »"
    spelled_out: bool = False  # ``text`` printed below the mathematics too

    def __post_init__(self) -> None:
        if "#" in self.typst:
            raise ValueError("a formula holds mathematics only")


@dataclass(frozen=True, slots=True)
class Callout:
    """A framed remark that begins with its ``title`` (never by its colour alone)."""

    title: str
    content: tuple[Inline, ...]

    @property
    def short(self) -> bool:
        """Whether it surely fits on one page: it is then not split over two."""
        return sum(len(plain(part)) + 80 for part in self.content) <= 2_000


@dataclass(frozen=True, slots=True)
class Contents:
    """The table of contents, headings down to ``depth``."""

    depth: int = 2


@dataclass(frozen=True, slots=True)
class PageBreak:
    pass


@dataclass(frozen=True, slots=True)
class SignatureBlock:
    """Room for signatures: one box for each capacity ("Le chef de service")."""

    capacities: tuple[str, ...]


Block: TypeAlias = (
    Heading
    | Paragraph
    | BulletList
    | Table
    | Figure
    | Formula
    | Callout
    | Contents
    | PageBreak
    | SignatureBlock
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Attachment:
    """A text file carried inside the PDF: the data the pages show, for whoever recomputes them."""

    name: str  # "recu.json"
    text: str
    media_type: str
    description: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """A document ready to be written. The day is given: no writer reads a clock."""

    title: str
    subject: str  # the consultation's title
    reference: str
    issuer: str  # the buyer
    day: date
    digest: str = ""  # of the rules it was made from
    body: tuple[Block, ...] = ()
    attachments: tuple[Attachment, ...] = ()  # in the PDF only
    read_back: bool = False  # by Réglo: a word the margin cuts bears an invisible mark in the PDF

    @property
    def leads(self) -> tuple[bool, ...]:
        """Of each block, whether it stays with the next: what a colon announces, a frame to sign."""
        announced = (BulletList, Table, Formula)
        return tuple(
            isinstance(block, Paragraph)
            and (
                isinstance(following, SignatureBlock)
                or (isinstance(following, announced) and plain(block.content).rstrip().endswith(":"))
            )
            for block, following in zip_longest(self.body, self.body[1:])
        )

    @property
    def identity(self) -> tuple[tuple[str, Inline], ...]:
        """What is printed under the title, label and value, in order."""
        rows: tuple[tuple[str, Inline], ...] = (
            ("Référence", self.reference),
            ("Date", f"{self.day:%d/%m/%Y}"),
            ("Empreinte des règles (SHA-256)", (code(self.digest),) if self.digest else ""),
        )
        return tuple((label, value) for label, value in rows if value)
