"""``reglo price-sheet`` and ``reglo prices`` as a user runs them."""

from __future__ import annotations

import json
from decimal import Decimal
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from reglo.cli import app
from reglo.exports.price_template import Filled, write_price_sheets
from reglo.reading.rules import read_rules

EXAMPLES = Path(__file__).parent.parent.parent / "examples"
S0 = EXAMPLES / "centre-operations-securite" / "rules.yaml"
S2 = EXAMPLES / "amo-domaine-de-loos" / "rules.yaml"
S3 = EXAMPLES / "stands-de-tir" / "rules.yaml"
S4 = EXAMPLES / "commissariat-vaulx" / "rules.yaml"


def run(*arguments: object) -> Result:
    return CliRunner(env={"COLUMNS": "100"}).invoke(app, [*map(str, arguments)])


def filled(rules: Path, sheet: str, path: Path, prices: dict[str, str], lot: str = "1", **more) -> Path:
    consultation = read_rules(rules).consultation
    assert consultation is not None
    assert consultation.prices is not None
    [one] = [each for each in consultation.prices.sheets if each.id == sheet]
    values = {ref: Decimal(price) for ref, price in prices.items()}
    write_price_sheets(consultation, lot, [one], path, filled=Filled(prices=values, **more))
    return path


S4_PRICES = dict.fromkeys(("DIA", "AVP", "PRO", "ACT", "VISA", "DET", "OPC", "AOR"), "10000")
S3_PRICES = {
    "ENT-01": "500", "ENT-02": "1000", "CON-01": "50", "VIS-01": "1000", "VIS-02": "5000",
    "MUR-01": "100", "MUR-02": "40", "MUR-03": "30", "ECL-01": "90", "ECL-02": "60", "ECL-03": "55",
    "FIL-01": "110", "FIL-02": "420", "FIL-03": "800",
}  # fmt: skip


@pytest.mark.parametrize("suffix", ["xlsx", "ods"])
@pytest.mark.parametrize(("rules", "lot"), [(S2, "1"), (S3, "11"), (S4, "1")])
def test_the_blank_sheet_of_each_example_is_written_and_reads_as_unpriced(tmp_path, rules, lot, suffix):
    path = tmp_path / f"bordereau.{suffix}"
    done = run("price-sheet", rules, "--lot", lot, "-o", path)
    assert (done.exit_code, done.stderr) == (0, "")
    assert [each.name for each in tmp_path.iterdir()] == [path.name]
    read = run("prices", rules, path, "--lot", lot, "--json")
    assert read.exit_code == 1
    found = json.loads(read.stdout)
    blocking = {one["code"] for one in found["findings"] if one["severity"] == "blocking"}
    assert blocking <= {"MONTANT-02", "MONTANT-15"}
    assert found["judged_amount"] is None


def test_s3_prices_feed_the_inputs_and_the_three_sample_quotes(tmp_path):
    path = filled(S3, "bpu", tmp_path / "bpu.ods", S3_PRICES)
    result = run("prices", S3, path, "--lot", "1", "--json")
    assert result.exit_code == 0, result.stdout
    found = json.loads(result.stdout)
    assert found["inputs"] == {"A": "10000", "B": "600", "C": "2000", "D": "5000"}
    assert {one["id"]: one["total"] for one in found["quotes"]} == {"I": "5600", "II": "1800", "III": "4640"}
    assert found["unit_prices"]["FIL-02"] == "420"


def test_s4_the_words_of_the_commitment_are_judged_and_alignment_is_proposed(tmp_path):
    path = filled(S4, "dpgf", tmp_path / "dpgf.xlsx", S4_PRICES)
    words = ["--words", "Soixante-dix-neuf mille neuf cents euros", "--acte", "79 900 EUR HT"]
    result = run("prices", S4, path, *words)
    assert result.exit_code == 0
    assert "Montant jugé : 79 900,00 EUR HT, d'après les lettres de l'acte d'engagement" in result.stdout
    assert "DIA : 10 000,00 → 9 987,50" in result.stdout
    found = json.loads(run("prices", S4, path, *words, "--json").stdout)
    assert sum(Decimal(line["after"]) for line in found["aligned"]) == 79_900
    assert found["inputs"] == {}


def test_s2_judges_with_tax_and_asks_to_confirm(tmp_path):
    path = filled(S2, "DPGF", tmp_path / "dpgf.xlsx", {"TF": "28800", "TO1": "13200", "TO2": "15600"})
    exact = json.loads(
        run("prices", S2, path, "--words", "cinquante-sept mille six cents euros", "--json").stdout
    )
    assert exact["judged_amount"] == {"amount": "57600", "basis": "TTC"}
    assert exact["inputs"]["tranche_optionnelle_2"] == "15600"
    assert exact["confirmations"] == []
    other = json.loads(run("prices", S2, path, "--words", "cinquante-sept mille euros", "--json").stdout)
    assert other["if_confirmed"] == {"amount": "57600", "basis": "TTC"}


@pytest.mark.parametrize("file", ["absent.xlsx", "bpu.xlsx"])
def test_nothing_readable_is_status_2_with_the_cause(tmp_path, file):
    (tmp_path / "bpu.xlsx").write_bytes(b"%PDF-1.7")
    result = run("prices", S4, tmp_path / file)
    assert (result.exit_code, result.stdout) == (2, "")
    assert "BORD-0" in result.stderr


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["prices", S3, "a.xlsx"], "Il y a plusieurs lots"),
        (["prices", S3, "a.xlsx", "--lot", "99"], "n'est pas dans les règles"),
        (["prices", S4, "a.xlsx", "--acte", "80,000"], "n'est pas un montant complet"),
        (["prices", S4, "a.xlsx", "--acte", "80,000 EUR HT"], "peut se lire"),
        (["prices", S4, "a.xlsx", "--sheet", "zz"], "n'est pas dans les règles"),
        (["prices", "absent.yaml", "a.xlsx"], "absent.yaml"),
        (["price-sheet", S4, "-o", "dpgf.pdf"], ".xlsx ou en .ods"),
        (["price-sheet", S4, "-o", "a.ods", "--sheet", "zz"], "Il y a : dpgf"),
        (["price-sheet", S0, "-o", "a.ods"], "Les règles n'ont pas de bordereau"),
    ],
)
def test_a_wrong_command_line_is_status_2_says_how_to_mend_it_and_writes_nothing(
    tmp_path, monkeypatch, arguments, says
):
    monkeypatch.chdir(tmp_path)
    result = run(*arguments)
    assert result.exit_code == 2
    assert says in result.stderr
    assert list(tmp_path.iterdir()) == []


def test_two_files_of_one_bid_are_read_together(tmp_path):
    dpgf = filled(S2, "DPGF", tmp_path / "dpgf.xlsx", {"TF": "1", "TO1": "2", "TO2": "3"})
    result = run("prices", S2, dpgf, tmp_path / "absent.ods", "--words", "six euros")
    assert result.exit_code == 1  # the second is missing, the first is still read
    assert "BORD-01" in result.stdout
    assert "Montant jugé : 6,00 EUR TTC" in result.stdout


def test_the_example_a_refusal_gives_makes_a_sheet_once_it_is_in_the_rules(tmp_path):
    lacking = run("price-sheet", S0, "-o", tmp_path / "a.ods").stderr
    example = lacking.partition("\n")[2].replace("O1", read_rules(S0).consultation.pieces[0].code)
    rules = tmp_path / "regles.yaml"
    rules.write_text(S0.read_text(encoding="utf-8") + "\n" + example, encoding="utf-8")
    done = run("price-sheet", rules, "-o", tmp_path / "a.ods")
    assert (done.exit_code, done.stderr) == (0, "")
    assert "BPU, 1 ligne" in done.stdout
