"""The reader on règlements written to resemble those of many buyers, and made into the files buyers send.

``tests/reading/corpus`` holds their sources, in sets: ``tuning`` (its failures may be read to mend the
reader), ``held_out`` and ``fresh`` (only their figures are looked at). A ``.txt`` is read as it is; a
``.md`` is first made into the format its first line names (``@format docx``, ``odt`` or ``pdf``), with
real tables, styles, page headers and footers. Beside each, ``NAME.gold.yaml`` holds the facts typed
from the text under the names of ``reading.py``, and ``lint``: what the linter must find in it.
"""

# ruff: noqa: E501  (typst and figures stay whole)

from __future__ import annotations

import json
import re
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from fractions import Fraction
from pathlib import Path
from typing import Any

import reading_facts
import yaml

import reading as seeds
from reglo.procurement.award import Method
from reglo.procurement.formulas.formula import FormulaError, parse
from reglo.procurement.values import Period
from reglo.reading.rc import Read, read_files

CORPUS = Path(__file__).parent.parent / "tests" / "reading" / "corpus"
SETS = ("tuning", "held_out", "fresh", "last")


@dataclass(frozen=True)
class Case:
    """A source of the corpus: its set, its text, and the facts typed from it."""

    kind: str
    source: Path

    @property
    def name(self) -> str:
        return self.source.stem

    @property
    def gold(self) -> Path:
        return self.source.with_name(f"{self.name}.gold.yaml")


def cases(kinds: tuple[str, ...] = SETS) -> list[Case]:
    """Every source of these sets, by name."""
    return [
        Case(kind, path)
        for kind in kinds
        for path in sorted((CORPUS / kind).glob("*"))
        if path.suffix in {".md", ".txt"}
    ]


# --- From a source to the file a buyer would send -----------------------------------------------


@dataclass(frozen=True)
class Block:
    """A paragraph, heading, list item, table or page break of a source."""

    kind: str  # "heading", "line", "item", "table", "page"
    text: str = ""
    level: int = 0
    rows: tuple[tuple[str, ...], ...] = ()


def blocks(text: str) -> Iterator[Block]:
    """The blocks of a source, in order; every line is a paragraph of its own."""
    rows: list[tuple[str, ...]] = []
    for line in [*text.splitlines(), ""]:
        if line.startswith("|"):
            cells = tuple(cell.strip() for cell in line.strip().strip("|").split("|"))
            if not all(re.fullmatch(r":?-+:?", cell) for cell in cells):
                rows.append(cells)
            continue
        if rows:
            yield Block("table", rows=tuple(rows))
            rows = []
        if line.startswith("@") or not line.strip():
            continue
        if line.startswith("\\pagebreak"):
            yield Block("page")
        elif found := re.match(r"(#+) (.*)", line):
            yield Block("heading", found[2], len(found[1]))
        elif found := re.match(r"(\s*)[-*] (.*)", line):
            yield Block("item", found[2], 1 + (len(found[1]) > 1))
        else:
            yield Block("line", line.strip())


def runs(text: str) -> list[tuple[str, bool]]:
    """A line cut into (words, bold)."""
    parts = re.split(r"\*\*(.+?)\*\*", text)
    out = [(part, bool(rank % 2)) for rank, part in enumerate(parts) if part]
    return [(re.sub(r"(?<!\w)\*(\S.*?\S)\*(?!\w)", r"\1", part), bold) for part, bold in out] or [("", False)]


def _directive(text: str, name: str) -> str:
    found = re.search(rf"^@{name} (.+)$", text, re.M)
    return found[1].strip() if found else ""


def build(source: Path, folder: Path) -> Path:
    """The file made of a source, in ``folder``; a ``.txt`` source is its own file."""
    if source.suffix == ".txt":
        return source
    text = source.read_text(encoding="utf-8")
    made, *manner = _directive(text, "format").split()
    path = folder / f"{source.stem}.{made}"
    {"docx": _docx, "odt": _odt, "pdf": _pdf}[made](text, path, bool(manner))
    return path


def _unnumbered(title: str) -> str:
    """A heading as Word stores it when its style numbers it: without its number."""
    return re.sub(r"^(?:\d+(?:\.\d+)*)\s*[-.–]?\s+", "", title)


def _docx(text: str, path: Path, numbered_by_style: bool) -> None:
    import docx

    document = docx.Document()
    document.sections[0].header.paragraphs[0].text = _directive(text, "header")
    document.sections[0].footer.paragraphs[0].text = _directive(text, "footer")
    for block in blocks(text):
        if block.kind == "page":
            document.add_page_break()  # type: ignore[no-untyped-call]
        elif block.kind == "heading":
            title = _unnumbered(block.text) if numbered_by_style else block.text
            document.add_heading(title, block.level)
        elif block.kind == "table":
            table = document.add_table(0, len(block.rows[0]), style="Table Grid")
            for row in block.rows:
                for cell, words in zip(table.add_row().cells, row, strict=True):
                    cell.paragraphs[0].text = ""
                    for part, bold in runs(words):
                        cell.paragraphs[0].add_run(part).bold = bold
        else:
            style = {1: "List Bullet", 2: "List Bullet 2"}.get(block.level)
            paragraph = document.add_paragraph(style=style)
            for part, bold in runs(block.text):
                paragraph.add_run(part).bold = bold
    document.save(str(path))


def _odt(text: str, path: Path, _: bool) -> None:
    from odfdo import Cell, Document, Header, List, ListItem, Paragraph, Row, Table

    document = Document("text")
    document.body.clear()
    for block in blocks(text):
        plain = "".join(part for part, _ in runs(block.text))
        if block.kind == "heading":
            document.body.append(Header(block.level, plain))
        elif block.kind == "item":
            document.body.append(List([ListItem(plain)]))
        elif block.kind == "table":
            table = Table(f"t{id(block)}")
            for words in block.rows:
                row = Row()
                for each in words:
                    row.append_cell(Cell("".join(part for part, _ in runs(each)), cell_type="string"))
                table.append_row(row)
            document.body.append(table)
        elif block.kind == "line":
            document.body.append(Paragraph(plain))
    document.save(str(path))


def _pdf(text: str, path: Path, _: bool) -> None:
    import typst

    def words(line: str) -> str:
        return "".join(
            f"#{'strong' if bold else 'text'}({json.dumps(part, ensure_ascii=False)})"
            for part, bold in runs(line)
        )

    head = json.dumps(_directive(text, "header"), ensure_ascii=False)
    out = [
        f'#set page(paper: "a4", header: text(8pt, {head}), footer: context align(right)[Page #counter(page).display() / #counter(page).final().first()])',
        '#set text(size: 10.5pt, lang: "fr")',
        "#set table(stroke: 0.5pt)",
    ]
    for block in blocks(text):
        if block.kind == "page":
            out.append("#pagebreak()")
        elif block.kind == "heading":
            out.append("=" * block.level + " " + words(block.text))
        elif block.kind == "item":
            out.append("  " * (block.level - 1) + "- " + words(block.text))
        elif block.kind == "table":
            cells = ", ".join(f"[{words(cell)}]" for row in block.rows for cell in row)
            out.append(f"#table(columns: {len(block.rows[0])}, {cells})")
        else:
            out.append(words(block.text) + "\n")
    path.write_bytes(typst.compile("\n".join(out).encode()))


# --- Facts --------------------------------------------------------------------------------------


def facts(read: Read) -> dict[str, Any]:
    """What ``reading_facts`` says, and what only the corpus asks: limits, minimums, printed formulas."""
    out = reading_facts.facts(read)
    rules = read.consultation
    extra: dict[str, Any] = {}
    if rules.allotment:
        extra["allotment.max_lots_bid"] = rules.allotment.max_lots_bid
        extra["allotment.max_lots_awarded"] = rules.allotment.max_lots_awarded
    if rules.procedure.shortlist:
        extra["shortlist.minimum"] = rules.procedure.shortlist.minimum
        extra["shortlist.maximum"] = rules.procedure.shortlist.maximum
    if rules.contract and rules.contract.framework and rules.contract.framework.minimum:
        extra["framework.minimum"] = str(rules.contract.framework.minimum)
    if rules.capacity and rules.capacity.turnover and rules.capacity.turnover.minimum:
        extra["turnover.minimum"] = str(rules.capacity.turnover.minimum)
    for rank, criterion in enumerate(rules.award.criteria, start=1):
        for below, leaf in enumerate(criterion.criteria or (criterion,), start=1):
            name = f"criterion.{rank}.{below}" if criterion.criteria else f"criterion.{rank}"
            if leaf.method is Method.FORMULA and f"{name}.method" in out:
                extra[f"{name}.formula"] = leaf.formula
    out |= {name: value for name, value in extra.items() if value is not None}
    out |= {f"document.{each.code}": each.name for each in rules.procurement_documents}
    return {re.sub(r"^(lot\.)0+(?=\d)", r"\1", name): value for name, value in out.items()}


def aligned(given: dict[str, Any], gold: dict[str, Any]) -> dict[str, Any]:
    """The facts read, pieces and competences renamed after those of the gold that bear their names.

    A code the RC does not print is only a rank, and one piece missed would make every next one wrong.
    """
    renamed: dict[str, str] = {}
    for name, value in given.items():
        if (
            not (found := re.fullmatch(r"(piece|competence|document)\.([A-Z]*).*", name))
            or name.count(".") != 1
        ):
            continue
        if found[1] == "document" and name in gold:
            continue
        start = "document.?" if found[1] == "document" else f"{found[1]}.{found[2]}"
        free = (each for each in gold if each.count(".") == 1 and each.startswith(start))
        likely = (
            each
            for each in free
            if each not in renamed.values()
            and (same(each, gold[each], value) or same(each, value, gold[each]))
        )
        renamed[name] = next(likely, f"{found[1]}.?{name.split('.')[1]}")
    out = {}
    for name, value in given.items():
        whole = ".".join(name.split(".")[:2])
        out[name.replace(whole, renamed[whole], 1) if whole in renamed else name] = value
    return out


def marks(formula: str) -> list[Fraction | None]:
    """The marks out of 40 a formula of one figure gives to five prices."""
    prices = [Fraction(price) for price in (100, 115, 160, 200, 320)]
    compiled = parse(formula)
    return compiled.evaluate(dict.fromkeys(compiled.names, prices), Fraction(40))


def same(name: str, expected: Any, given: Any) -> bool:
    """Whether a value read says the fact of the gold; `` | `` separates two ways of writing it."""
    if isinstance(expected, str) and " | " in expected:
        return any(same(name, each, given) for each in expected.split(" | "))
    if name.endswith(".formula"):
        try:
            return marks(expected) == marks(given)
        except FormulaError:
            return False
    if name == "rounding":
        return str(given).startswith(f"{expected} ")
    if name == "procedure.legal_basis":
        return {re.sub(r"[ -]*\d+°.*", "", each) for each in given} == set(expected)
    if name.endswith("duration") and _months(expected) and _months(expected) == _months(given):
        return True
    if isinstance(expected, str) and len(seeds._words(given)) > 3 * len(seeds._words(expected)) + 4:
        return False  # a name drowned in the text around it
    return seeds.same(name, expected, given)


def _months(text: object) -> int | None:
    try:
        period = Period.parse(str(text))
    except ValueError:
        return None
    return {"mois": 1, "ans": 12}.get(period.unit.value, 0) * period.count


def score(read: Read, gold: dict[str, Any]) -> seeds.Score:
    """One reading against its gold, as ``reading.score`` does, pieces matched by name."""
    result = seeds.Score()
    given = aligned(facts(read), gold)
    closed = {kind for kind in seeds.CLOSED if any(name.split(".")[0] == kind for name in gold)}
    for name, expected in gold.items():
        kind = name.split(".")[0]
        if name not in given:
            result.missing[name] = expected
        elif same(name, expected, given[name]):
            result.right[kind] += 1
        else:
            result.wrong[name] = (expected, given[name])
    for name, value in given.items():
        if name in gold:
            continue
        if name.split(".")[0] in closed:
            result.wrong[name] = (None, value)
        else:
            result.unjudged.append(name)
    return result


def gold_of(case: Case) -> dict[str, Any]:
    """The facts typed from a source."""
    loaded = yaml.safe_load(case.gold.read_text(encoding="utf-8"))
    loaded.pop("lint", None)
    return {name: str(value) if hasattr(value, "isoformat") else value for name, value in loaded.items()}


# --- Figures ------------------------------------------------------------------------------------


@dataclass
class Tally:
    """Right, missing and wrong values of several files, by kind."""

    right: Counter[str] = field(default_factory=Counter)
    missing: Counter[str] = field(default_factory=Counter)
    wrong: Counter[str] = field(default_factory=Counter)
    wanted: int = 0  # values of the gold

    @property
    def recall(self) -> float:
        return self.right.total() / max(self.wanted, 1)

    @property
    def precision(self) -> float:
        return self.right.total() / max(self.right.total() + self.wrong.total(), 1)

    def add(self, score: seeds.Score) -> None:
        """Adds the score of one file."""
        self.right.update(score.right)
        self.missing.update(name.split(".")[0] for name in score.missing)
        self.wrong.update(name.split(".")[0] for name in score.wrong)
        replaced = sum(expected is not None for expected, _ in score.wrong.values())
        self.wanted += score.right.total() + len(score.missing) + replaced

    def table(self) -> Iterator[str]:
        """One line a kind."""
        for kind in sorted({*self.right, *self.missing, *self.wrong}):
            yield f"  {kind:24} justes {self.right[kind]:3}  manquants {self.missing[kind]:2}  faux {self.wrong[kind]:2}"


def run(kinds: tuple[str, ...] = SETS) -> Iterator[tuple[Case, seeds.Score]]:
    """Every case of these sets, made into its file, read and scored."""
    with tempfile.TemporaryDirectory() as folder:
        for case in cases(kinds):
            yield case, score(read_files([build(case.source, Path(folder))]), gold_of(case))


def report(kinds: tuple[str, ...] = SETS, details: tuple[str, ...] = ("tuning",)) -> None:
    """Prints figures by file, by set and by kind; failures one by one for the sets of ``details`` only."""
    tallies: dict[str, Tally] = {}
    for case, result in run(kinds):
        tallies.setdefault(case.kind, Tally()).add(result)
        print(
            f"{case.kind} {case.name} : rappel {result.recall:.1%}, précision {result.precision:.1%}, "
            f"{result.right.total()} justes, {len(result.missing)} manquants, {len(result.wrong)} faux"
        )
        if case.kind in details:
            for name, expected in result.missing.items():
                print(f"    manque {name} : {expected}")
            for name, (wanted, given) in result.wrong.items():
                print(f"    faux   {name} : lu {given!r}, attendu {wanted!r}")
    for kind, tally in tallies.items():
        print(f"{kind} : rappel {tally.recall:.1%}, précision {tally.precision:.1%}, {tally.wanted} faits")
        print("\n".join(tally.table()))


if __name__ == "__main__":
    report(tuple(sys.argv[1:]) or SETS)
