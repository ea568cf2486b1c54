"""A consultation from its rules file, or from its RC read on the way."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from reglo.cli.output import print_findings
from reglo.cli.rules import rules_or_exit
from reglo.linting import Passage
from reglo.procurement.consultation import Consultation
from reglo.procurement.findings import Place, Refused
from reglo.procurement.observations import Observation, Report
from reglo.procurement.rules_file import Loaded

if TYPE_CHECKING:
    from reglo.reading.rc import Read

_RULES = (".yaml", ".yml")


class Source:
    """The rules of ``path``; when it is an RC, where each value was read in it."""

    def __init__(self, path: Path) -> None:
        self.file = path.name
        self.quotes: dict[str, tuple[Place, str]] = {}
        self.passages: tuple[Passage, ...] = ()
        self.loaded: Loaded
        self.consultation: Consultation
        if path.suffix.lower() in _RULES or not path.is_file():
            self.loaded, self.consultation = rules_or_exit(path)
            return
        from reglo.reading.rc import read_files

        try:
            read = read_files([path])
        except Refused as refused:
            print_findings(refused.findings, stream=sys.stderr)
            raise typer.Exit(2) from refused
        self.loaded, self.consultation = read.loaded, read.consultation
        self.passages = tuple(_passages(read))
        for found in read.values:
            quote = found.quote
            page = f"page {quote.page}" if quote.page else ""
            self.quotes[found.path] = (Place(file=quote.file, line=quote.line, path=page), quote.words)
        for doubt in read.doubts:
            for quote in doubt.quotes[:1]:
                page = f"page {quote.page}" if quote.page else ""
                place = Place(file=quote.file, line=quote.line, path=page)
                self.quotes[f"open_points[{doubt.id}]"] = (place, quote.words)

    def placed(self, report: Report) -> Report:
        """The report with places and words of the RC in place of those of rules nobody wrote."""
        if not self.quotes:
            return report
        return replace(report, observations=tuple(self._placed(one) for one in report.observations))

    def _placed(self, one: Observation) -> Observation:
        """Where the value was read; what is absent from a whole chapter has the file alone."""
        place = one.finding.place
        if place.file == self.file:  # seen in the words themselves
            return one
        path = _named(place.path, self.consultation)
        whole = "." not in path and "[" not in path
        while path and not whole:
            under = [it for it in self.quotes if it == path or it.startswith((path + ".", path + "["))]
            if under:
                place, words = self.quotes[under[0]]
                return replace(one, finding=replace(one.finding, place=place), quote=one.quote or words)
            path = re.sub(r"(\.?[^.\[\]]+|\[[^\]]*\])$", "", path)
            whole = "." not in path and "[" not in path
        return replace(one, finding=replace(one.finding, place=Place(file=self.file)))


def _named(path: str, root: object) -> str:
    """The path with the names of items for their ranks: "pieces[3].parts[0]" -> "pieces[C4].parts[0]"."""
    said: list[str] = []
    here: object = root
    for key, rank in re.findall(r"([^.\[\]]+)|\[([^\]]*)\]", path):
        if key:
            said.append(f".{key}" if said else key)
            here = getattr(here, key, None)
        elif isinstance(here, tuple) and rank.isdigit() and int(rank) < len(here):
            here = here[int(rank)]
            name = next((str(getattr(here, it)) for it in ("id", "code") if getattr(here, it, "")), rank)
            said.append(f"[{name}]")
    return "".join(said)


def _passages(read: Read) -> Iterator[Passage]:
    """The lines of the documents read, each with the next one: a sentence runs over, a row does not."""
    for reading in read.readings:
        lines = reading.document.lines
        for line, after in zip(lines, [*lines[1:], None], strict=True):
            goes_on = after is not None and not (line.cells and after.cells)
            words = " ".join(
                part for part in (line.text.strip(), after.text.strip() if after and goes_on else "") if part
            )
            page = f"page {line.page}" if line.page else ""
            place = Place(file=reading.document.name, line=line.number, path=page)
            yield Passage(words, place, line.text)
