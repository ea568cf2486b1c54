"""What was not read is asked about, and never called absent: the findings a placeholder would raise."""

from __future__ import annotations

from pathlib import Path

import pytest

from reglo.linting import lint
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
