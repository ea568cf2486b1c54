"""What was not read is asked about, and never called absent: the findings a placeholder would raise."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from reglo.cli.consultation_file import Source
from reglo.linting import Passage, lint
from reglo.procurement.findings import Place, Refused
from reglo.reading.rc import read_files

HEAD = """RÈGLEMENT DE LA CONSULTATION

Pouvoir adjudicateur : Commune de Sainte-Foy
Objet de la consultation : entretien des espaces verts
{limit}
Article 1 - Conditions
Les candidatures et les offres sont remises sur le profil d'acheteur. Code de la commande publique.
{body}
Article 2 - Jugement des offres
{criteria}
"""
LIMIT = "Date limite de réception des offres : 3 mars 2027 à 12h00\n"
CRITERIA = "Prix : 60 %\nQualité environnementale : 40 %"


def rules_of(tmp_path: Path, limit: str = LIMIT, body: str = "", criteria: str = CRITERIA) -> set[str]:
    path = tmp_path / "rc.txt"
    path.write_text(HEAD.format(limit=limit, body=body, criteria=criteria), encoding="utf-8")
    loaded = read_files([path]).loaded
    return {f"{one.rule} {one.finding.cause_text}" for one in lint(loaded).observations}


def raised(rule: str, found: set[str]) -> bool:
    return any(each.startswith(f"{rule} ") for each in found)


def test_lots_not_read_are_a_question_not_a_market_undivided(tmp_path: Path) -> None:
    assert not raised("L.2113-11", rules_of(tmp_path))
    assert raised("L.2113-11", rules_of(tmp_path, body="Le marché n'est pas alloti."))


def test_a_deadline_not_read_is_a_question_not_a_fault(tmp_path: Path) -> None:
    found = rules_of(tmp_path, limit="")
    assert not raised("R.2151-1", found)
    assert any("Aucune date limite de remise n'a été lue" in each for each in found)
    assert not any("2199" in each for each in found)


def test_criteria_not_read_are_not_called_without_environment_nor_asked_a_method(tmp_path: Path) -> None:
    found = rules_of(tmp_path, criteria="Les critères sont donnés dans l'avis, avec leur pondération en %.")
    assert not raised("L-22", found)
    assert not any("À COMPLÉTER" in each for each in found)
    assert raised("L-22", rules_of(tmp_path, criteria="Prix : 60 %\nQualité : 40 %"))


@pytest.mark.parametrize(
    ("body", "fires"),
    [
        ("La commune négociera avec les candidats.", False),  # adapted, perhaps
        ("La procédure est l'appel d'offres ouvert. La commune négociera avec les candidats.", True),
    ],
)
def test_a_procedure_not_read_raises_nothing_another_procedure_would_clear(
    tmp_path: Path, body: str, fires: bool
) -> None:
    assert raised("NG-01", rules_of(tmp_path, body=body)) is fires


# a sentence no rule of the reader takes, and the rule that would call the RC silent
SPOKEN = [
    ("PROC-09", "Nul ne retire son prix : la validité des offres est celle que fixe la lettre."),
    ("L-11", "Le tirage au sort ne sert qu'en cas d'égalité, si le maire le veut."),
    ("DM-10", "Qui envoie deux plis s'expose à voir ouvrir celui qu'il n'attend pas."),
    ("DM-06", "Au-delà de 80 Mo la plateforme peine."),
    ("CRIT-04", "On évite l'arrondi qui trompe."),
]


@pytest.mark.parametrize(("rule", "sentence"), SPOKEN)
def test_an_rc_that_speaks_of_a_matter_is_not_called_silent_on_it(
    tmp_path: Path, rule: str, sentence: str
) -> None:
    paper = "Les plis sont transmis uniquement par voie électronique sur https://marches.valbrun.fr.\n"
    for body, silent in ((paper, True), (paper + sentence, False)):
        path = tmp_path / "rc.txt"
        path.write_text(HEAD.format(limit=LIMIT, body=body, criteria=CRITERIA), encoding="utf-8")
        read = read_files([path])
        passages = tuple(
            Passage(line.text, Place(file="rc.txt", line=line.number), line.text)
            for line in read.readings[0].document.lines
        )
        found = [one for one in lint(read.loaded, passages=passages).observations if one.rule == rule]
        assert [one.left_open for one in found] == [not silent]
        assert silent or found[0].quote == sentence
        assert silent or found[0].finding.place.line


def test_rules_older_than_the_code_are_held_to_its_first_law_and_the_report_says_so(tmp_path: Path) -> None:
    path = tmp_path / "rc.txt"
    limit = "Date limite de réception des offres : 3 mars 2017 à 12h00\n"
    path.write_text(HEAD.format(limit=limit, body="", criteria=CRITERIA), encoding="utf-8")
    report = lint(Source(path).loaded)
    assert report.law == "droit au 01/04/2019, le plus ancien que Réglo connaît : la consultation est d'avant"
    with pytest.raises(Refused) as refused:
        lint(Source(path).loaded, date(2017, 1, 2))  # asked for, it is not guessed
    assert "_" not in str(refused.value)


def test_the_silence_of_a_document_half_read_is_to_check_not_a_fault(tmp_path: Path) -> None:
    unread = "Les critères sont donnés dans l'avis, avec leur pondération en %."
    for criteria, to_check in ((unread, {"PROC-09", "L-11", "L-19", "DM-10"}), (CRITERIA, set())):
        path = tmp_path / "rc.txt"
        path.write_text(HEAD.format(limit=LIMIT, body="", criteria=criteria), encoding="utf-8")
        source = Source(path)
        found = lint(source.loaded, passages=source.passages).observations
        doubtful = {one.rule for one in found if "Réglo ne l'a pas lu" in one.finding.cause_text}
        assert doubtful & {"PROC-09", "L-11", "L-19", "DM-10"} == to_check


@pytest.mark.parametrize(
    ("said", "told"),
    [
        ("Il ne dit rien d'un plafond.", "L'accord-cadre n'a pas de maximum"),
        ("Le montant maximum annuel est de 100 000 € HT.", "Le maximum est donné par période"),
        ("La quantité maximale est de 500 tonnes sur toute la durée.", "le règlement en parle sans doute"),
        ("Le montant maximum du lot 1 est de 100 000 € HT.", "le règlement en parle sans doute"),
        ("Cet accord-cadre est conclu avec maximum.", "le règlement en parle sans doute"),
    ],
)
def test_a_maximum_that_was_not_read_is_not_called_absent(tmp_path: Path, said: str, told: str) -> None:
    path = tmp_path / "rc.txt"
    body = f"Le présent marché est un accord-cadre à bons de commande, d'une durée de 2 ans.\n{said}"
    path.write_text(HEAD.format(limit=LIMIT, body=body, criteria=CRITERIA), encoding="utf-8")
    source = Source(path)
    found = lint(source.loaded, passages=source.passages).observations
    (one,) = [one.finding.cause_text for one in found if one.rule == "L-12"]
    assert told in one
