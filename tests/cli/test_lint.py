"""``reglo lint``, ``explain``, ``brief`` and ``diff`` as a user runs them."""

from __future__ import annotations

import json
from io import BytesIO
from itertools import pairwise
from pathlib import Path

import pytest
from pypdf import PdfReader
from typer.testing import CliRunner, Result

from reglo.cli import app
from reglo.linting import rule_classes

EXAMPLES = Path(__file__).parent.parent.parent / "examples"
S0, S2, S3, S4, CLEAN = (
    EXAMPLES / name / "rules.yaml"
    for name in (
        "centre-operations-securite",
        "amo-domaine-de-loos",
        "stands-de-tir",
        "commissariat-vaulx",
        "commissariat-vaulx-corrige",
    )
)


def run(*arguments: object) -> Result:
    return CliRunner(env={"COLUMNS": "80"}).invoke(app, [str(argument) for argument in arguments])


# --- lint ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("rules", [S0, S2, S3, S4], ids=lambda path: path.parent.name)
def test_findings_print_within_80_columns_and_the_status_is_1(rules: Path) -> None:
    result = run("lint", rules)
    assert result.exit_code == 1, result.stderr
    assert max(map(len, result.stdout.splitlines())) <= 80
    assert result.stdout.index("Bloquant") < result.stdout.index("À justifier")


def test_clean_rules_say_so_and_the_status_is_0() -> None:
    result = run("lint", CLEAN)
    assert result.exit_code == 0
    assert "aucune faute trouvée" in result.stdout


def test_the_law_is_that_of_the_day_of_launch() -> None:
    found = {
        day: {
            one["rule"] for one in json.loads(run("lint", S4, "--json", "--launch", day).stdout)["findings"]
        }
        for day in ("2025-12-01", "2026-06-01", "2026-08-22")
    }
    assert [{"L-01", "L-22"} & rules for rules in found.values()] == [{"L-01"}, {"L-01"}, {"L-01", "L-22"}]


def test_the_json_says_where_why_and_how_to_mend() -> None:
    (one,) = [it for it in json.loads(run("lint", S4, "--json").stdout)["findings"] if it["rule"] == "L-05"]
    assert (one["code"], one["severity"], one["path"]) == (
        "LINT-05",
        "blocking",
        "submission.signature.formats",
    )
    assert "PAdES" in one["cause"]
    assert "annexe 12" in one["source"]
    assert one["line"]
    assert one["why"]
    assert one["question"]


def test_sarif_has_the_structure_of_version_2_1_0(tmp_path: Path) -> None:
    path = tmp_path / "constats.sarif"
    run("lint", S4, "--sarif", path)
    sarif = json.loads(path.read_text(encoding="utf-8"))
    assert (sarif["version"], len(sarif["runs"])) == ("2.1.0", 1)
    driver = sarif["runs"][0]["tool"]["driver"]
    ids = [rule["id"] for rule in driver["rules"]]
    assert len(ids) == len(set(ids))
    assert driver["name"]
    for result in sarif["runs"][0]["results"]:
        assert ids[result["ruleIndex"]] == result["ruleId"]
        assert result["level"] in ("error", "warning", "note")
        assert result["message"]["text"]
        (location,) = result["locations"]
        assert location["physicalLocation"]["artifactLocation"]["uri"].endswith("rules.yaml")
        assert location["physicalLocation"]["region"]["startLine"] >= 1


def test_the_report_is_a_pdf_that_says_every_rule(tmp_path: Path) -> None:
    path = tmp_path / "rapport.pdf"
    run("lint", S4, "-o", path)
    text = "".join(page.extract_text() for page in PdfReader(path).pages)
    assert "Relecture des règles" in text
    assert all(rule in text for rule in ("L-01", "L-13", "L-22"))


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("lint", "absent.yaml"), "absent.yaml"),
        (("lint", S4, "-o", "rapport.txt"), ".pdf"),
        (("lint", S4, "--launch", "1999-01-01"), "DELAI-10"),
        (("brief", S4, "--price", "cher"), "n'est pas un nombre"),
        (("brief", S4, "--price", "0"), "plus grand que zéro"),
        (("brief", S4, "-o", "page.txt"), ".pdf"),
        (("diff", S4, "absent.yaml"), "absent.yaml"),
        (("explain", "ZZ-99"), "n'est pas un identifiant"),
    ],
)
def test_a_bad_command_says_why_and_writes_nothing(arguments: tuple[object, ...], said: str) -> None:
    result = run(*arguments)
    assert result.exit_code == 2
    assert said in result.stderr
    assert "Traceback" not in result.stderr


def test_a_novel_and_an_empty_file_are_refused(tmp_path: Path) -> None:
    for name, text in (
        ("vide.txt", ""),
        ("roman.txt", "Longtemps, je me suis couché de bonne heure. " * 500),
    ):
        path = tmp_path / name
        path.write_text(text, encoding="utf-8")
        for command in ("lint", "brief"):
            result = run(command, path)
            assert result.exit_code == 2, (name, result.stdout)
            assert result.stderr


@pytest.mark.parametrize("width", ["60", "80", "97"])
@pytest.mark.parametrize("command", ["lint", "calendar"])
def test_no_line_is_cut_where_french_typography_forbids_it(command: str, width: str) -> None:
    wide = CliRunner(env={"COLUMNS": width, "TERM": "xterm"})
    lines = wide.invoke(app, [command, str(S2)]).stdout.splitlines()
    assert len(lines) > 60
    assert max(map(len, lines)) <= int(width)
    assert [line for line in lines if line.endswith(("«", " ")) or line.strip()[:1] in tuple("»:;?!%")] == []
    cut = [(one, two) for one, two in pairwise(lines) if one[-1:].isdigit() and two.split()[:1] == ["jours"]]
    assert cut == []


# --- explain ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "identifier", [*rule_classes(), "LINT-05", "INV-3", "DELAI-01", "l-05", "TC-01", "f-inv"]
)
def test_every_id_is_explained(identifier: str) -> None:
    result = run("explain", identifier)
    assert result.exit_code == 0, result.stderr
    assert len(result.stdout.splitlines()) >= 3
    assert max(map(len, result.stdout.splitlines()[1:])) <= 80


# --- brief --------------------------------------------------------------------------------------


@pytest.mark.parametrize("rules", [S0, S2, S3, S4], ids=lambda path: path.parent.name)
def test_the_brief_fits_80_columns_and_one_page(rules: Path, tmp_path: Path) -> None:
    path, agenda = tmp_path / "page.pdf", tmp_path / "agenda.ics"
    result = run("brief", rules, "--price", "120 000 EUR HT", "-o", path, "--ics", agenda)
    assert result.exit_code == 0, result.stderr
    prose = [line for line in result.stdout.splitlines() if "http" not in line and str(tmp_path) not in line]
    assert max(map(len, prose)) <= 80
    assert "un point de prix vaut" in result.stdout
    assert len(PdfReader(BytesIO(path.read_bytes())).pages) == 1
    assert agenda.read_text(encoding="utf-8").startswith("BEGIN:VCALENDAR")


# --- diff ---------------------------------------------------------------------------------------


def test_the_change_notice_is_written(tmp_path: Path) -> None:
    path = tmp_path / "avis.docx"
    result = run("diff", S4, CLEAN, "-o", path, "--on", "2026-08-01")
    assert result.exit_code == 1
    assert "DIFF-01" in result.stdout
    assert max(len(line) for line in result.stdout.splitlines() if str(path) not in line) <= 80
    assert path.read_bytes()[:2] == b"PK"


def test_the_same_file_twice_changes_nothing() -> None:
    result = run("diff", S4, S4)
    assert (result.exit_code, "Rien ne change" in result.stdout) == (0, True)


# --- an RC --------------------------------------------------------------------------------------

RC = """\
RÈGLEMENT DE LA CONSULTATION
Acheteur : Ville de Villeneuve-sur-Lot
Consultation n° 2026-12
Objet : Nettoyage des écoles de Villeneuve-sur-Lot
Date limite de remise des plis : 15/10/2026 à 12:00

Article 1 - Procédure
La consultation est passée selon une procédure adaptée en application des articles L.2123-1 et R.2123-1 du
code de la commande publique. Les offres peuvent être examinées avant les candidatures (article R.2161-4).

Article 2 - Jugement des offres
Les critères sont les suivants :
Critère 1 : Prix des prestations, 60 points
Critère 2 : Valeur technique, 40 points

Article 3 - Remise des plis
La copie de sauvegarde est transmise conformément à l'arrêté du 27 juillet 2018.
Le marché est exécuté à Villeneuve-sur-Lod pour un montant estimé à 90,000 euros par an.
"""


def test_an_rc_is_read_and_its_faults_show_its_lines_and_words(tmp_path: Path) -> None:
    path = tmp_path / "rc.txt"
    path.write_text(RC, encoding="utf-8")
    found = {it["rule"]: it for it in json.loads(run("lint", path, "--json").stdout)["findings"]}
    lines = RC.splitlines()
    for rule, words in (
        ("L-03", "27 juillet 2018"),
        ("L-04", "R.2161-4"),
        ("L-20", "90,000"),
        ("L-21", "Villeneuve-sur-Lod"),
    ):
        assert (found[rule]["file"], words in found[rule]["quote"]) == ("rc.txt", True), rule
        assert words in lines[found[rule]["line"] - 1] + lines[found[rule]["line"]]
    assert "R.2161-4" not in found["L-03"]["quote"]


def test_the_brief_of_an_rc_says_its_deadline(tmp_path: Path) -> None:
    path = tmp_path / "rc.txt"
    path.write_text(RC, encoding="utf-8")
    result = run("brief", path, "--price", "60000")
    assert result.exit_code == 0, result.stderr
    assert "15/10/2026 à 12:00" in result.stdout
    assert "Prix" in result.stdout


# --- RCs in place of rules --------------------------------------------------------------------------

WORKS_RC = Path(__file__).parent.parent / "vectors" / "reading" / "travaux-ouvert.md"


def test_two_versions_of_a_reglement_are_compared_without_a_rules_file(tmp_path: Path) -> None:
    text = WORKS_RC.read_text(encoding="utf-8")
    after = tmp_path / "rc-modifie.md"
    after.write_text(text.replace("dix jours avant", "douze jours avant"), encoding="utf-8")
    assert after.read_text(encoding="utf-8") != text
    said = " ".join(run("diff", WORKS_RC, after).stdout.split())
    assert "au lieu de « 10 jours », lire « 12 jours »" in said
    assert "Un RC a été lu : relisez chaque changement dans son texte" in said


def test_a_finding_of_the_calendar_bears_its_title(tmp_path: Path) -> None:
    report = tmp_path / "constats.sarif"
    run("lint", S3, "--sarif", report)
    rules = json.loads(report.read_text(encoding="utf-8"))["runs"][0]["tool"]["driver"]["rules"]
    unnamed = [rule["id"] for rule in rules if rule["shortDescription"]["text"] == rule["id"]]
    assert unnamed == []
