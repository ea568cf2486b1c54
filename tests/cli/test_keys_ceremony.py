"""``reglo keys ceremony`` as people run it: what they plan, what they type, a ceremony given up."""

from __future__ import annotations

from pathlib import Path

import pytest
from pypdf import PdfReader
from tests.cli.terminal import converse
from tests.cli.test_keys import RULES, run, words_of

from reglo.sealing.age import Identity
from reglo.sealing.custody import read_record


@pytest.mark.parametrize(
    ("plan", "said"),
    [
        ("committee: 3\nescrow: none", "il faut « threshold » et « holders »"),
        ("committee: {threshold: 2, holders: []}\nescrow: none", "une liste de personnes"),
        ("committee: {threshold: 2, holders: [Alice]}\nescrow: none", "une personne a un « name »"),
        ("committee: {threshold: 1, holders: [{name: A, recipient: age1x}]}\nescrow: none", "SCEAU-04"),
        ("committee: {threshold: 3, holders: [{name: A}, {name: B}]}\nescrow: none", "GARDE-01"),
        ("committee: {threshold: 2, holders: [{name: A B}, {name: a  b}]}\nescrow: none", "GARDE-04"),
        (
            "committee: {threshold: 2, holders: [{name: A, alternate: {name: A}}, {name: B}]}\nescrow: none",
            "comite-1, porteur et comite-1, suppléant",
        ),
        (
            "committee: {threshold: 1, holders: [{name: A, recipient: AGE-SECRET-KEY-1X}]}\nescrow: none",
            "C'est une clé privée",
        ),
        ("committee: {threshold: 1, holders: [{name: A}, {name: B}]}\nescrow: none", "GARDE-01"),
        ("committee: {threshold: 2, holders: [{name: A}, {name: B}]}", "ne dit rien du séquestre"),
        ("committee: &a [*a]\nescrow: none", "« threshold » et « holders »"),
        ("a: [", "n'est pas du YAML"),
    ],
)
def test_a_plan_that_cannot_be_followed_is_refused(tmp_path: Path, plan: str, said: str) -> None:
    (tmp_path / "plan.yaml").write_text(plan, encoding="utf-8")
    result = run("ceremony", RULES, "--plan", tmp_path / "plan.yaml", "-o", tmp_path / "keys")
    assert result.exit_code == 2, result.output
    assert said in result.stderr
    assert not (tmp_path / "keys").exists()


def test_a_single_holder_gets_a_sheet_and_no_escrow(tmp_path: Path) -> None:
    (tmp_path / "plan.yaml").write_text(
        "committee: {threshold: 1, holders: [{name: Maire}]}\nescrow: none", encoding="utf-8"
    )
    result = run("ceremony", RULES, "--plan", tmp_path / "plan.yaml", "-o", tmp_path / "keys")
    assert result.exit_code == 0, result.output
    sheet = tmp_path / "keys" / "a-imprimer" / "comite-1.pdf"
    assert "elle ouvre à elle seule" in " ".join(PdfReader(sheet).pages[0].extract_text().split())
    (tmp_path / "mots.txt").write_text(words_of(sheet), encoding="utf-8")
    rehearsed = run("rehearse", tmp_path / "keys", f"--secret=comite-1={tmp_path / 'mots.txt'}")
    assert rehearsed.exit_code == 0, rehearsed.output


def test_passphrases_typed_at_the_terminal_are_never_shown(tmp_path: Path) -> None:
    secret, key = "cheval correct agrafe pile", Identity.generate()
    shown = converse(
        ["keys", "ceremony", str(RULES), "--holders", "2", "--threshold", "2", "--escrow", "aucun",
         "-o", str(tmp_path / "keys")],
        [
            ("Nom :", "Alice"), ("feuille, phrase ou clé", "phrase"), ("Phrase de passe de Alice", "courte"),
            ("Phrase de passe de Alice", secret), ("seconde fois", secret[:-1]),
            ("12 caractères au moins", secret),  # mistyped: no question that shows what is typed comes next
            ("seconde fois", secret), ("Nom du suppléant", ""),
            ("Nom :", "Bob"), ("feuille, phrase ou clé", "clé"), ("Clé publique de Bob", key.recipient[:-1]),
            ("Clé publique de Bob", key.secret), ("Clé publique de Bob", key.recipient),
            ("Nom du suppléant", ""),
        ],
    )  # fmt: skip
    assert "GARDE-42" in shown
    assert "SCEAU-04" in shown
    assert (tmp_path / "keys" / "custody.json").is_file(), shown
    assert secret not in shown
    assert secret[:-1] not in shown
    assert key.secret not in shown
    assert "C'est une clé privée : ne la donnez à personne" in shown
    assert key.recipient in shown
    assert "courte" not in shown.replace("courte.", "")
    rehearsed = converse(
        ["keys", "rehearse", str(tmp_path / "keys")],
        [("comite-1", "mauvaise phrase ici"), ("GARDE-41", secret), ("comite-2", key.secret)],
    )
    assert "La publication peut avoir lieu." in rehearsed
    assert secret not in rehearsed
    assert key.secret not in rehearsed


def test_without_a_word_of_it_the_keys_are_split_two_of_three_twice(tmp_path: Path) -> None:
    """Committee and escrow: the second split is there unless it is refused."""
    person = [("feuille, phrase ou clé", ""), ("Nom du suppléant", "")]
    answers = [each for number in range(6) for each in (("Nom :", f"Personne {number}"), *person)]
    shown = converse(["keys", "ceremony", str(RULES), "-o", str(tmp_path / "keys")], answers)
    assert "Séquestre : ouverture à 2 sur 3" in shown
    record = read_record((tmp_path / "keys" / "custody.json").read_bytes())
    assert {name: (split.threshold, len(split.holders)) for name, split in record.splits.items()} == {
        "committee": (2, 3),
        "escrow": (2, 3),
    }
    assert len(list((tmp_path / "keys" / "a-imprimer").iterdir())) == 6


def test_a_ceremony_given_up_leaves_nothing(tmp_path: Path) -> None:
    shown = converse(
        ["keys", "ceremony", str(RULES), "-o", str(tmp_path / "keys")],
        [("Nom :", "Alice"), ("feuille, phrase ou clé", "phrase"), ("Phrase de passe de Alice", "\x04")],
    )
    assert "Interrompu : rien n'a été écrit." in shown
    assert list(tmp_path.iterdir()) == []
