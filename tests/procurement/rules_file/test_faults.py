"""Each fault of a rules file: told alone at its line, with facts and mend; exit status 2, nothing written."""

from __future__ import annotations

from collections.abc import Iterator
from enum import StrEnum
from pathlib import Path
from typing import Any

import pytest
from tests.procurement.rules_file.faults_of_form import FORM, YAML
from tests.procurement.rules_file.faults_of_lots import LOTS
from tests.procurement.rules_file.faults_of_meaning import MEANING
from typer.testing import CliRunner

from reglo.cli import app
from reglo.procurement.award import PriceSheetKind
from reglo.procurement.consultation import Consultation
from reglo.procurement.findings import Severity
from reglo.procurement.requirements import GroupForm
from reglo.procurement.rules_file import load
from reglo.procurement.rules_file.glosses import GLOSSES
from reglo.procurement.rules_file.shape import entry_type, is_group, item_type, keys_of
from reglo.procurement.values import TaxBasis

COMPLETE = (Path(__file__).parent / "complete.yaml").read_text(encoding="utf-8")
FAULTS = YAML | FORM | LOTS | MEANING


def test_the_complete_file_has_no_fault() -> None:
    assert load(COMPLETE).faults == ()


@pytest.mark.parametrize("name", FAULTS)
def test_one_fault_is_told_alone_at_its_line_and_the_command_stops(name: str, tmp_path: Path) -> None:
    case = FAULTS[name]
    assert COMPLETE.count(case.old) == 1, "the complete file must hold the passage once"
    text = COMPLETE.replace(case.old, case.new)
    line = text.count("\n", 0, text.index(case.at)) + 1
    path = tmp_path / "rules.yaml"
    path.write_text(text, encoding="utf-8")

    ran = CliRunner().invoke(app, ["check", str(path)])

    said, count = ran.stderr.splitlines()[:-1], ran.stderr.splitlines()[-1]
    source = load(text).faults[0].source_text
    tail = f" ({source})" if source else ""
    assert said == [f"{path.as_posix()}:{line} · {case.code} · {case.cause} {case.mend}{tail}"]
    assert count == "1 faute : rien n'a été écrit."
    assert (ran.exit_code, ran.stdout) == (2, "")
    assert list(tmp_path.iterdir()) == [path]


def test_every_fault_of_form_and_meaning_is_told_at_once() -> None:
    """Thirty faults in one file are all reported, each with a line and a mend, and none is invented."""
    text, wanted = COMPLETE, list[str]()
    for case in (FORM | LOTS | MEANING).values():
        if text.count(case.old) == 1 and text.replace(case.old, case.new).count(case.at) == 1:
            changed = text.replace(case.old, case.new)
            codes = sorted(fault.code for fault in load(changed).faults)
            if codes == sorted([*wanted, case.code]):
                text, wanted = changed, [*wanted, case.code]
    found = load(text).faults
    assert len(found) >= 30
    assert [fault.place.line for fault in found] == sorted(fault.place.line or 0 for fault in found)
    assert all(fault.mend_text and fault.weight is Severity.BLOCKING for fault in found)


_FORM_AND_MEANING = """\
reglo: 1
reference: X-1
title: T
buyer: {name: Commune, kind: local}
nature: services
procedure: {type: adapted, legal_basis: [R.2123-1]}
lots: [{id: "1", name: A}]
calendar:
  submission_deadline: 2026-03-02 12:00 Europe/Paris
  terms:
    - {id: t, about: questions, period: x jours, side: avant, of: submission_deadline, party: candidats}
pieces:
  - {code: C1, name: X, folder: dossier}
  - {code: C1, name: Y, folder: bid, signature: non, formats: [pdf], instead_of: [C9]}
award:
  price_basis: HTVA
  price_figure: prx
  inputs: [{id: prix, name: Prix}, {id: prix, name: Bis, unit: [a]}]
  values: [{id: v, name: V, formula: "prix +", unit: [a]}]
  scales:
    - {id: s, levels: [{label: A, share: 70}, {label: A, share: 30 %}]}
  criteria:
    - {id: p, name: P, weight: 60, method: inverce, of: prix}
    - {id: f, name: F, weight: x, method: formula, formula: N / 0}
    - {id: g, name: G, weight: x, method: formula, formula: N * z}
  ties: [{rule: hasard, of: nope}]
"""


def test_a_fault_of_meaning_is_told_beside_a_fault_of_form() -> None:
    """What cannot be read hides only what depends on it: one reading of the file tells all the rest."""
    told = sorted((fault.place.line or 0, fault.code) for fault in load(_FORM_AND_MEANING).faults)
    meaning = [pair for pair in told if not pair[1].startswith(("RULES-2", "RULES-3"))]
    assert (11, "RULES-28") in told  # « side », a word of the format
    assert meaning == [
        (14, "REF-02"),
        (14, "RULES-40"),
        (14, "RULES-48"),
        (17, "FORM-07"),
        (18, "FORM-14"),
        (19, "FORM-01"),
        (21, "RULES-40"),
        (24, "FORM-05"),
        (25, "FORM-07"),
    ]


def test_an_unknown_scale_is_told_beside_an_unreadable_level_weight_or_method() -> None:
    """Only what is said of the scale whose level cannot be read waits."""
    scales = "[{id: s, levels: [{label: A, share: 70}, {label: B, share: 30 %}]}]"
    text = f"""award:
  scales: {scales}
  criteria:
    - {{id: f, name: F, weight: x, method: scale, scale: nope}}
    - {{id: g, name: G, weight: 40, method: scale, scale: s}}
"""
    told = {(fault.place.line, fault.code) for fault in load(text).faults}
    assert {(2, "RULES-30"), (4, "RULES-26"), (4, "FORM-18")} <= told
    assert not any(line == 5 for line, _ in told)
    text = text.replace("method: scale, scale: nope", "method: scal, scale: nope")
    assert {(4, "RULES-28"), (4, "FORM-18")} <= {(one.place.line, one.code) for one in load(text).faults}
    text = text.replace("method: scal, scale: nope", "method: invers, of: nope")
    assert {(4, "RULES-28"), (4, "FORM-18")} <= {(one.place.line, one.code) for one in load(text).faults}


@pytest.mark.parametrize(
    ("old", "new", "code", "cause"),
    [
        (
            "read_up_to: 10",
            "read_up_to: 8",
            "RULES-52",
            "La limite est de 10 pages, et la lecture s'arrête après la page 8.",
        ),
        (
            "  scales:\n",
            "  scales:\n    - {id: reste, levels: [{label: Bien, value: 1}]}\n",
            "POIDS-06",
            "La grille « reste » n'est employée par aucun critère.",
        ),
    ],
)
def test_what_a_person_must_look_at_does_not_stop(old: str, new: str, code: str, cause: str) -> None:
    loaded = load(COMPLETE.replace(old, new))
    assert loaded.consultation is not None
    assert [(fault.code, fault.weight, fault.cause_text) for fault in loaded.faults] == [
        (code, Severity.TO_CHECK, cause)
    ]


def test_rules_without_a_lot_say_how_to_write_the_only_one() -> None:
    start, end = COMPLETE.index("lots:"), COMPLETE.index("allotment:")
    found = load(COMPLETE[:start] + "lots: []\n" + COMPLETE[end:]).faults
    assert [fault.mend_text for fault in found if fault.code == "RULES-45"] == [
        "Un marché sans allotissement a un lot : « lots: [{id: '1', name: …}] »."
    ]


def _words_of_the_format(kind: Any, met: set[type]) -> Iterator[type[StrEnum]]:
    inner = item_type(kind) or entry_type(kind) or kind
    if inner is not kind:
        yield from _words_of_the_format(inner, met)
    elif is_group(kind) and kind not in met:
        met.add(kind)
        for key in keys_of(kind).values():
            yield from _words_of_the_format(key.type, met)
    elif isinstance(kind, type) and issubclass(kind, StrEnum):
        yield kind


def test_every_english_word_of_the_format_is_glossed_in_french() -> None:
    french = {TaxBasis, GroupForm, PriceSheetKind}
    found = set(_words_of_the_format(Consultation, set()))
    assert found - GLOSSES.keys() == french
    assert all(len(GLOSSES[kind]) == len(kind) for kind in found - french)


def test_two_spellings_of_a_fact_are_to_check_and_facts_that_differ_by_a_letter_are_two() -> None:
    def said(*written: str) -> list[tuple[str, object]]:
        text = COMPLETE.replace("[non groupement, visite effectuée]", f"[{', '.join(written)}]")
        return [(fault.code, fault.weight) for fault in load(text).faults]

    assert said("redressement judiciaire", "redressement judicaire") == [("REF-12", Severity.TO_CHECK)]
    assert said("qualification A", "qualification B", "en cas de sous-traitance", "lot 2") == []
