"""The RCs shipped beside the examples are what ``reglo write`` makes of their rules."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from tests.examples.support import EXAMPLES, rules_of

from reglo.exports.documents import to_docx
from reglo.exports.tender_rules import tender_rules

DAY = date(2026, 1, 5)


@pytest.mark.parametrize("path", sorted(EXAMPLES.glob("*/reglement.docx")), ids=lambda path: path.parent.name)
def test_an_rc_shipped_is_the_one_its_rules_give(path: Path) -> None:
    loaded = rules_of(path.parent.name)
    assert loaded.consultation is not None
    again = (
        f"reglo write {path.parent.name}/rules.yaml -o {path.parent.name}/reglement.docx --on {DAY} --force"
    )
    written = to_docx(tender_rules(loaded.consultation, DAY, loaded.digest))
    assert written == path.read_bytes(), f"dans examples/ : {again}"
