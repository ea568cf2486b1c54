"""Writing a rules file: read, write, read is the identity; in place, what did not change stays as it was."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.strategies import consultations, of_type

from reglo.procurement.award import PriceLine
from reglo.procurement.consultation import Consultation, Lot, ProcedureType
from reglo.procurement.findings import Refused
from reglo.procurement.rules_file import load, write
from reglo.procurement.rules_file.editing import edited
from reglo.procurement.rules_file.nodes import Mapping, parse
from reglo.procurement.rules_file.structure import Reader
from reglo.procurement.rules_file.writing import whole
from reglo.procurement.values import Instant, Money, Share

ROOT = Path(__file__).parents[3]
COMPLETE = (Path(__file__).parent / "complete.yaml").read_text(encoding="utf-8")
ANYTHING = of_type(Consultation).map(lambda rules: replace(rules, reglo=1))
CAMPAIGN = pytest.mark.parametrize("examples", [6, pytest.param(400, marks=pytest.mark.long)])
EXAMPLES = sorted((ROOT / "examples").glob("*/rules.yaml"))


def read(text: str) -> Consultation:
    """What a text says, cross-checks left out: any value of the model must be written and read again."""
    root, faults = parse(text, "rules.yaml")
    assert root is not None, [str(fault) for fault in faults]
    reader = Reader("rules.yaml")
    rules = reader.consultation(root)
    assert [str(fault) for fault in [*faults, *reader.faults]] == []
    assert rules is not None
    return rules


def loaded(text: str) -> Consultation:
    found = load(text)
    assert found.consultation is not None, [str(fault) for fault in found.faults]
    return found.consultation


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.parent.name)
def test_an_example_read_written_and_read_again_is_the_same(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    rules = loaded(text)
    assert loaded(write(rules)) == rules
    assert write(rules, base=text) == text


@settings(max_examples=5, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(consultations())
def test_a_faultless_consultation_is_written_faultless(rules: Consultation) -> None:
    found = load(write(rules))
    assert [str(fault) for fault in found.faults] == []
    assert found.consultation == rules


@CAMPAIGN
def test_any_value_of_the_model_is_written_and_read_again(examples: int) -> None:
    @settings(max_examples=examples, deadline=None, suppress_health_check=[HealthCheck.too_slow])
    @given(ANYTHING)
    def holds(rules: Consultation) -> None:
        assert read(whole(rules)) == rules

    holds()


@CAMPAIGN
def test_any_consultation_can_be_changed_into_any_other_in_place(examples: int) -> None:
    @settings(max_examples=examples, deadline=None, suppress_health_check=[HealthCheck.too_slow])
    @given(consultations() | ANYTHING, consultations() | ANYTHING, st.booleans())
    def holds(old: Consultation, new: Consultation, windows: bool) -> None:
        text = whole(old).replace("\n", "\r\n") if windows else whole(old)
        root, faults = parse(text, "rules.yaml")
        assert isinstance(root, Mapping), [str(fault) for fault in faults]
        changed = edited(text, root, old, new)
        assert read(changed) == new
        assert not windows or changed.count("\n") == changed.count("\r\n")

    holds()


def commented(text: str) -> str:
    """The text with a comment above each line and one at the end of each line that can bear it."""
    rows = []
    for number, row in enumerate(text.splitlines()):
        indent = row[: len(row) - len(row.lstrip())]
        rows += [
            f"{indent}# au-dessus {number}",
            row + ("" if row.endswith((">-", "|", "|-")) else f"  # ligne {number}"),
        ]
    return "\n".join(rows) + "\n"


@settings(max_examples=5, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.data())
def test_a_change_touches_its_own_lines_only(data: st.DataObject) -> None:
    text = commented(COMPLETE)
    rules = loaded(text)
    changes = {
        "title": "Un autre titre",
        "nature": data.draw(of_type(type(rules.nature))),
        "lots": (*rules.lots, Lot(id="3", name="Écoles de l'est", estimated_value=Money.parse("5 EUR HT"))),
        "description": "Une description ajoutée. " * 10,
        "procedure": replace(rules.procedure, type=ProcedureType.ADAPTED, urgency=True),
        "pieces": (*rules.pieces[:-1], replace(rules.pieces[-1], page_limits=())),
        "open_points": (),
        "calendar": replace(
            rules.calendar,
            opening_at=None,
            final_bids_deadline=Instant.parse("2026-03-18 12:00 Europe/Paris"),
        ),
    }
    wanted = data.draw(st.sets(st.sampled_from(sorted(changes)), min_size=1))
    new = replace(rules, **{key: changes[key] for key in wanted})

    changed = write(new, base=text)

    assert loaded(changed) == new
    before, after = text.splitlines(), changed.splitlines()
    lost = [row for row in before if row not in after]
    bound = {
        "title": 1,
        "nature": 1,
        "lots": 0,
        "description": 0,
        "procedure": 1,
        "pieces": 3,
        "open_points": 21,
        "calendar": 1,
    }
    assert len(lost) <= sum(bound[key] for key in wanted)


def test_comments_spelling_and_order_are_kept() -> None:
    text = COMPLETE.replace(
        "nature: services", "# Nature vérifiée le 3 mars\nnature:   'services'   # pas de travaux"
    )
    rules = loaded(text)
    assert rules.award.criteria[1].criteria[0].name == "Moyens"
    sheet = rules.prices.sheets[0] if rules.prices else None
    assert sheet is not None
    line = PriceLine(ref="MUR-1", name="Lavage des murs, lessivage", unit="m²")
    new = replace(
        rules,
        title="Nettoyage des écoles et des crèches",
        prices=replace(rules.prices, sheets=(replace(sheet, lines=(sheet.lines[0], line, sheet.lines[1])),)),
        award=replace(
            rules.award,
            scales=(
                replace(
                    rules.award.scales[0],
                    levels=(
                        *rules.award.scales[0].levels[:2],
                        replace(rules.award.scales[0].levels[2], share=Share.parse("10 %")),
                    ),
                ),
            ),
        ),
    )
    wanted = (
        text.replace("title: Nettoyage des écoles", "title: Nettoyage des écoles et des crèches")
        .replace(
            "        - {ref: VIT-1",
            '        - {ref: MUR-1, name: "Lavage des murs, lessivage", unit: m²}\n        - {ref: VIT-1',
        )
        .replace("share: 20 %", "share: 10 %")
    )
    assert write(new, base=text) == wanted


def test_a_base_with_faults_is_refused() -> None:
    with pytest.raises(Refused, match="RULES-20"):
        write(loaded(COMPLETE), base=COMPLETE.replace("title:", "titel:"))


def test_a_base_with_its_byte_order_mark_and_windows_lines_keeps_them() -> None:
    base = "\ufeff" + COMPLETE.replace("\n", "\r\n")
    new = replace(loaded(base), description="Ajoutée")
    assert write(new, base=base) == base.removesuffix("\r\n") + "\r\ndescription: Ajoutée\r\n"
