"""The first step of nearly every command: the rules file, or every fault of it."""

from __future__ import annotations

import sys
from collections.abc import Iterable
from pathlib import Path

import typer

from reglo.cli.output import print_findings
from reglo.procurement.consultation import Consultation
from reglo.procurement.findings import Finding, Severity
from reglo.procurement.rules_file import Loaded
from reglo.reading.rules import read_rules


def rules_or_exit(path: Path) -> tuple[Loaded, Consultation]:
    """The rules read and the consultation they state; else every fault on standard error, status 2."""
    loaded = read_rules(path)
    if loaded.consultation is None:
        print_faults(loaded.faults)
        raise typer.Exit(2)
    return loaded, loaded.consultation


def print_faults(faults: Iterable[Finding]) -> None:
    """On standard error, what blocks first; then, under their own heading, the points to check."""
    faults = list(faults)
    blocking = [fault for fault in faults if fault.weight is Severity.BLOCKING]
    others = [fault for fault in faults if fault.weight is not Severity.BLOCKING]
    print_findings(blocking, stream=sys.stderr)
    if others:
        print("À vérifier, sans bloquer :", file=sys.stderr)
        print_findings(others, stream=sys.stderr)
