"""docs/rules-file.md is true: its extracts are faultless, its fault is the one told, its code runs."""

from __future__ import annotations

import re
from pathlib import Path

from reglo.procurement.award import Method
from reglo.procurement.rules_file import load, with_choices

PAGE = (Path(__file__).parent.parent / "docs" / "rules-file.md").read_text(encoding="utf-8")
EXTRACTS = "".join(re.findall(r"^```yaml\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL))


def test_the_extracts_put_end_to_end_are_a_rules_file_without_fault() -> None:
    loaded = load(EXTRACTS)
    assert [str(fault) for fault in loaded.faults] == []
    read = with_choices(loaded, {"base-des-prix": "ttc", "methode-du-prix": "lineaire"})
    assert read.consultation is not None
    assert read.consultation.award.criteria[0].method is Method.LINEAR


def test_the_fault_shown_is_the_one_told() -> None:
    ((old, new, told),) = re.findall(r"^```faute (.*?) -> (.*?)\n(.*?)\n```$", PAGE, re.MULTILINE | re.DOTALL)
    assert EXTRACTS.count(old) == 1
    assert [str(fault) for fault in load(EXTRACTS.replace(old, new), "regles.yaml").faults] == [told]


def test_every_method_is_in_the_table() -> None:
    table = PAGE[PAGE.index("| `method` |") :].splitlines()[2:]
    named = [row.split("`")[1] for row in table[: table.index("")]]
    assert named == ["inverse", "linear", "min_max", "mean", "scale", "normalised", "formula", "sum"]
    assert set(named) == {method.value for method in Method}


def test_the_python_shown_changes_one_line(tmp_path: Path) -> None:
    path = tmp_path / "regles.yaml"
    path.write_text(EXTRACTS, encoding="utf-8")
    (code,) = re.findall(r"^```python\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)
    exec(code, {"path": path})
    before, after = EXTRACTS.splitlines(), path.read_text(encoding="utf-8").splitlines()
    assert [(a, b) for a, b in zip(before, after, strict=True) if a != b] == [
        ("title: Nettoyage des écoles de Bellerive", "title: Nettoyage des écoles et crèches")
    ]
