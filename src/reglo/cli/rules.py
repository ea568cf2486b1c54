"""The first step of nearly every command: the rules file, or every fault of it."""

from __future__ import annotations

import sys
from pathlib import Path

import typer

from reglo.cli.output import print_findings
from reglo.procurement.consultation import Consultation
from reglo.procurement.rules_file import Loaded
from reglo.reading.rules import read_rules


def rules_or_exit(path: Path) -> tuple[Loaded, Consultation]:
    """The rules read and the consultation they state; else every fault on standard error, status 2."""
    loaded = read_rules(path)
    if loaded.consultation is None:
        print_findings(loaded.faults, stream=sys.stderr)
        raise typer.Exit(2)
    return loaded, loaded.consultation
