"""``reglo calendar`` as a user runs it."""

from __future__ import annotations

import json
from pathlib import Path

import icalendar
import pytest
from typer.testing import CliRunner, Result

from reglo.cli import app

EXAMPLES = Path(__file__).parent.parent.parent / "examples"
S0 = EXAMPLES / "centre-operations-securite" / "rules.yaml"
S2 = EXAMPLES / "amo-domaine-de-loos" / "rules.yaml"
S3 = EXAMPLES / "stands-de-tir" / "rules.yaml"
S4 = EXAMPLES / "commissariat-vaulx" / "rules.yaml"


def run(*arguments: object) -> Result:
    return CliRunner(env={"COLUMNS": "80"}).invoke(app, ["calendar", *map(str, arguments)])


@pytest.mark.parametrize("rules", [S0, S2, S3, S4], ids=lambda path: path.parent.name)
def test_each_example_prints_within_80_columns_and_without_a_violation(rules: Path) -> None:
    result = run(rules)
    assert result.exit_code == 0, result.stderr
    assert max(map(len, result.stdout.splitlines())) <= 80
    assert result.stdout.index("Délais minimaux") < result.stdout.index("Constats")
    assert result.stdout.index("Constats") < result.stdout.index("Calendrier")


def test_a_violation_is_in_front_and_the_status_is_1() -> None:
    result = run(S3, "--sent", "19/01/2026")
    assert result.exit_code == 1
    assert "il manque 1 jour" in result.stdout
    assert "DELAI-01 · bloquant" in result.stdout
    assert result.stdout.index("DELAI-01") < result.stdout.index("Calendrier")


def test_the_margin_is_shown() -> None:
    assert "marge : 13 jours" in run(S3, "--sent", "2026-01-05").stdout


def test_events_date_what_depended_on_them() -> None:
    result = run(S3, "--event", "award=2026-03-20", "--event", "complement-candidature=17/09/2026")
    assert "mer. 01/04/2026" in result.stdout
    assert "mer. 23/09/2026" in result.stdout


def test_an_event_may_be_named_in_french() -> None:
    english = run(S3, "--event", "award=2026-03-20", "--event", "submission_deadline=2026-02-25")
    french = run(S3, "--event", "Attribution=2026-03-20", "--event", "limite des offres=25/02/2026")
    assert french.stdout == english.stdout
    assert "attribution : l'envoi des lettres" in run(S3).stdout
    assert "limite des offres finales" in " ".join(run("--help").stdout.split())


def test_json_is_the_same_calendar() -> None:
    told = json.loads(run(S0, "--json").stdout)
    assert told["minimum_periods"][0]["margin_days"] == 0
    entries = {entry["id"]: entry for entry in told["entries"]}
    assert entries["information"]["date"] == "2026-01-23"
    assert entries["submission_deadline"]["instant"] == "2026-01-29T12:00:00+01:00"
    assert entries["standstill"]["awaits"] == "award"
    assert [finding["code"] for finding in told["findings"]] == ["DELAI-02"]


def test_the_diary_file_is_written_then_moved(tmp_path: Path) -> None:
    ics = tmp_path / "calendrier.ics"
    assert run(S3, "--ics", ics).exit_code == 0
    first = icalendar.Calendar.from_ical(ics.read_bytes())
    run(S3, "--ics", ics, "--event", "submission_deadline=2026-02-25")
    second = icalendar.Calendar.from_ical(ics.read_bytes())
    sequences = [[int(event["SEQUENCE"]) for event in it.walk("VEVENT")] for it in (first, second)]
    assert sequences == [[0] * 7, [1] * 7]
    assert [path.name for path in tmp_path.iterdir()] == ["calendrier.ics"]


BAD = [
    (["--sent", "demain"], "demain"),
    (["--sent", "2026-02-30"], "2026-02-30"),
    (["--event", "award"], "NOM=DATE"),
    (["--event", "award=bientôt"], "bientôt"),
    (["--event", "award=2026-03-01", "--event", "award=2026-03-02"], "deux fois"),
    (["--event", "award=2026-03-01", "--event", "attribution=2026-03-02"], "sous deux noms"),
    (["--event", "fete=2026-03-01"], "CAL-16"),
    (["--event", "fete=2026-03-01"], "avis d'attribution"),
    (["--sent", "9999-12-31"], "CAL-22"),
]


@pytest.mark.parametrize(("arguments", "told"), BAD)
def test_a_bad_date_or_event_is_said_and_nothing_written(
    arguments: list[str], told: str, tmp_path: Path
) -> None:
    result = run(S3, *arguments, "--ics", tmp_path / "c.ics")
    assert result.exit_code == 2
    assert told in result.stderr
    assert result.stdout == ""
    assert list(tmp_path.iterdir()) == []


def test_unreadable_rules_are_said(tmp_path: Path) -> None:
    absent = run(tmp_path / "absent.yaml")
    assert absent.exit_code == 2
    assert "absent.yaml" in absent.stderr
    broken = tmp_path / "rules.yaml"
    broken.write_text("reglo: 1\nreference: [", encoding="utf-8")
    result = run(broken)
    assert result.exit_code == 2
    assert "rules.yaml:" in result.stderr


def test_a_file_that_is_no_calendar_is_kept(tmp_path: Path) -> None:
    letter = tmp_path / "lettre.txt"
    letter.write_text("Chère Alice,", encoding="utf-8")
    result = run(S3, "--ics", letter)
    assert result.exit_code == 2
    assert "n'est pas un agenda" in result.stderr
    assert letter.read_text(encoding="utf-8") == "Chère Alice,"


def test_a_place_where_nothing_can_be_written_is_said(tmp_path: Path) -> None:
    result = run(S3, "--ics", tmp_path)
    assert result.exit_code == 2
    assert "ne peut pas être écrit" in result.stderr
