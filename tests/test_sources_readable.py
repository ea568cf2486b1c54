"""What a finding gives as its source is an article or a decision, never a rule id of our own."""

from __future__ import annotations

import re

import pytest

from reglo.procurement import (
    formula_faults,
    group_findings,
    invariant_faults,
    judging_faults,
    piece_findings,
    price_findings,
)
from reglo.procurement.deadlines import findings as deadline_findings
from reglo.procurement.findings import Finding, catalogue
from reglo.procurement.rules_file import faults
from reglo.procurement.rules_file.checks import dates, identity, judging, references
from reglo.reading import cells

MODULES = {
    module.__name__
    for module in (
        *(formula_faults, group_findings, invariant_faults, judging_faults, piece_findings, price_findings),
        *(deadline_findings, faults, dates, identity, judging, references, cells),
    )
}
OURS = re.compile(r"\b(?:AP|CR|DM|GR|INV|L|PX|SG|TC)-\d+\b|legal-rules")


@pytest.mark.parametrize("cause", [cause for cause in catalogue() if cause.__module__ in MODULES])
def test_a_source_is_an_article_or_a_decision(cause: type[Finding]) -> None:
    assert not OURS.search(cause.source)
