"""A consultation from its rules file, or from its RC read on the way."""

from __future__ import annotations

import sys
from dataclasses import replace
from pathlib import Path

import typer

from reglo.cli.output import print_findings
from reglo.cli.rules import rules_or_exit
from reglo.procurement.consultation import Consultation
from reglo.procurement.findings import Place, Refused
from reglo.procurement.observations import Observation, Report
from reglo.procurement.rules_file import Loaded

_RULES = (".yaml", ".yml")


class Source:
    """The rules of ``path``; when it is an RC, where each value was read in it."""

    def __init__(self, path: Path) -> None:
        self.quotes: dict[str, tuple[Place, str]] = {}
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
        for found in read.values:
            quote = found.quote
            page = f"page {quote.page}" if quote.page else ""
            self.quotes[found.path] = (Place(file=quote.file, line=quote.line, path=page), quote.words)

    def placed(self, report: Report) -> Report:
        """The report with places and words of the RC in place of those of rules nobody wrote."""
        if not self.quotes:
            return report
        return replace(report, observations=tuple(self._placed(one) for one in report.observations))

    def _placed(self, one: Observation) -> Observation:
        path = one.finding.place.path
        under = [
            known for known in self.quotes if known == path or known.startswith((path + ".", path + "["))
        ]
        if not under or not path:
            return replace(one, finding=replace(one.finding, place=Place(path=path)))
        place, words = self.quotes[under[0]]
        return replace(one, finding=replace(one.finding, place=place), quote=one.quote or words)
