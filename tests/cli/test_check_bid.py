"""``reglo check-bid`` and ``reglo check-bids`` as they are called, on the examples."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import typst
from typer.testing import CliRunner, Result

from reglo.cli import app

ROOT = Path(__file__).parent.parent.parent
S3 = ROOT / "examples" / "stands-de-tir"
S4 = ROOT / "examples" / "commissariat-vaulx"


def run(*arguments: object) -> Result:
    return CliRunner().invoke(app, [str(each) for each in arguments])


@pytest.fixture(scope="module")
def pli(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Alice alone on lots 1 and 3 of S3, with a memoir too long and a price sheet without its PDF."""
    root = tmp_path_factory.mktemp("plis") / "pli-alice"
    page = typst.compile(b"Piece")
    long = typst.compile("#pagebreak()\n".join(["Mémoire\n"] * 13).encode())
    for code in ("C1", "C3", "C4", "C5", "C6", "C7", "C8"):
        _write(root / "candidature" / f"{code}.pdf", page)
    for lot in ("lot 1", "Lot n°03"):
        for code in ("O1", "O2", "O3-1"):
            _write(root / "offre" / lot / f"{code}.pdf", long if (code, lot) == ("O3-1", "lot 1") else page)
    facts = "facts: {redressement judiciaire: non, visite effectuée: non, absence de qualification: non}\n"
    operators = 'operators: [{name: Alice SARL, siren: "732829320"}]\n'
    (root / "reponse.yaml").write_text(
        f"bidder: Alice SARL\nlots: [1, 3]\n{operators}{facts}", encoding="utf-8"
    )
    return root


def _write(path: Path, content: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)


def test_a_bidder_reads_what_is_wrong_within_eighty_columns(pli: Path) -> None:
    result = run("check-bid", S3 / "rules.yaml", pli)
    assert result.exit_code == 1
    assert "la version .xlsx" in result.stdout.replace("\n              ", " ")
    assert "13 pages (lot 1)" in result.stdout
    assert max(len(line) for line in result.stdout.splitlines()) <= 80
    assert result.stdout.splitlines()[-1].endswith("personne.")


def test_the_json_says_each_piece_of_each_lot(pli: Path) -> None:
    result = run("check-bid", S3 / "rules.yaml", pli, "--json")
    verdict = json.loads(result.stdout)
    states = {(cell["code"], cell["lot"]): cell["state"] for cell in verdict["pieces"]}
    assert (verdict["lots"], verdict["blocking"]) == (["1", "3"], True)
    assert (states["C1", None], states["C2", None], states["O2", "3"]) == ("present", "not_due", "faulty")
    assert result.exit_code == 1


def test_only_the_stage_and_lots_asked_for_are_checked(pli: Path) -> None:
    result = run("check-bid", S3 / "rules.yaml", pli, "--stage", "candidature", "--lot", "1", "--json")
    verdict = json.loads(result.stdout)
    assert {cell["state"] for cell in verdict["pieces"] if cell["code"].startswith("O")} == {"not_due"}
    assert (verdict["lots"], result.exit_code) == (["1"], 0)


def test_wrong_arguments_end_with_status_2_and_how_to_mend_them(pli: Path, tmp_path: Path) -> None:
    (tmp_path / "note.txt").write_text("x")
    for arguments in (
        ("check-bid", S3 / "rules.yaml", tmp_path / "absent"),
        ("check-bid", S3 / "rules.yaml", tmp_path / "note.txt"),
        ("check-bid", S3 / "rules.yaml", pli, "--lot", "99"),
        ("check-bid", tmp_path / "note.txt", pli),
        ("check-bids", S3 / "rules.yaml"),
        ("check-bids", S3 / "rules.yaml", tmp_path / "absent"),
    ):
        result = run(*arguments)
        assert (result.exit_code, result.stdout) == (2, ""), arguments
        assert result.stderr


def test_bids_are_compared_by_their_folders(pli: Path, tmp_path: Path) -> None:
    operators = """operators:
  - {name: Bob, siren: "552100554", role: mandataire}
  - {name: Alice, siren: "732829320", role: membre}
"""
    (tmp_path / "pli-bob").mkdir()
    (tmp_path / "pli-bob" / "reponse.yaml").write_text(
        f"bidder: Groupement Bob\nlots: [2]\n{operators}", encoding="utf-8"
    )
    result = run("check-bids", S3 / "rules.yaml", pli, tmp_path / "pli-bob", "--json")
    found = json.loads(result.stdout)
    assert found["elimination_proposed"] == {"*": ["pli-alice", "pli-bob"]}
    assert result.exit_code == 1
    assert run("check-bids", S3 / "rules.yaml", pli).exit_code == 0


def test_operators_without_siren_make_the_comparison_incomplete_and_it_is_said(tmp_path: Path) -> None:
    for name, siren in (("a", ', siren: "732829320"'), ("b", "")):
        (tmp_path / name).mkdir()
        (tmp_path / name / "reponse.yaml").write_text(
            f"bidder: Bidder {name}\nlots: [2]\noperators:\n  - {{name: Bidder {name}{siren}}}\n",
            encoding="utf-8",
        )
    said = " ".join(run("check-bids", S3 / "rules.yaml", tmp_path / "a", tmp_path / "b").stdout.split())
    assert "Comparaison incomplète : 1 opérateur sans SIREN, comparé par le nom seulement." in said
    assert "par SIREN" not in said
    sure = " ".join(run("check-bids", S3 / "rules.yaml", tmp_path / "a").stdout.split())
    assert "1 offre, comparée par SIREN." in sure
    assert "incomplète" not in sure


def test_a_wrong_siren_is_told_where_bids_are_compared_by_it(tmp_path: Path) -> None:
    for name, siren in (("a", "732829320"), ("b", "732829321")):
        (tmp_path / name).mkdir()
        (tmp_path / name / "reponse.yaml").write_text(
            f"bidder: {name}\nlots: [1]\noperators: [{{name: {name}, siren: '{siren}'}}]\n", encoding="utf-8"
        )
    result = run("check-bids", S3 / "rules.yaml", tmp_path / "a", tmp_path / "b")
    assert "FICHIER-24" in result.stderr
    assert "732829321" in result.stderr


def test_s4_the_best_ranked_is_worked_out_from_the_offers() -> None:
    result = run("check-bids", S4 / "rules.yaml", "--offers", S4 / "offres.yaml", "--json")
    found = json.loads(result.stdout)
    assert found["elimination_proposed"] == {"1": ["vaneau"]}
    (outcome,) = found["readings"]["1"]
    assert (outcome["kept"], outcome["stable"]) == (["cordelle"], True)
    page = run("check-bids", S4 / "rules.yaml", "--offers", S4 / "offres.yaml").stdout
    assert max(len(line) for line in page.splitlines()) <= 80


def test_s4_once_decided_the_conflict_no_longer_blocks() -> None:
    assert (
        run("check-bids", S4 / "rules.yaml", "--offers", S4 / "offres-apres-exclusivite.yaml").exit_code == 0
    )


def test_folders_whose_lots_nobody_knows_are_compared_all_the_same(tmp_path: Path) -> None:
    """« No conflict between 0 bids » would be a false comfort."""
    for name, leader, siren in (("a", "Alice", "000052530"), ("b", "Bob", "552100554")):
        (tmp_path / name).mkdir()
        own = f"{{name: {leader}, siren: '{siren}', role: mandataire}}"
        shared = "{name: Commun, siren: '732829320', role: membre}"
        text = f"bidder: Groupement {leader}\noperators: [{own}, {shared}]\n"
        (tmp_path / name / "reponse.yaml").write_text(text, encoding="utf-8")
    result = run("check-bids", S3 / "rules.yaml", tmp_path / "a", tmp_path / "b")
    assert result.exit_code == 1
    assert "2 offres comparées" in result.stdout
    assert "GROUPE-01" in result.stdout
    assert result.stderr.count("PIECE-02") == 2
