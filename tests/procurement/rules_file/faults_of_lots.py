"""Faults of lots judged apart (« for_lots »). Each changes complete.yaml."""

from __future__ import annotations

from tests.procurement.rules_file.faults_of_form import Fault

_TIE = "    - {rule: best_mark, criterion: prix}\n"


def _for_lots(*groups: str) -> str:
    """The end of the judgement, with these groups of lots judged apart."""
    return _TIE + "  for_lots:\n" + "".join(f"    - {{{group}}}\n" for group in groups)


LOTS = {
    "a lot judged apart that the rules do not have": Fault(
        _TIE,
        _for_lots("lots: ['9'], total: 100"),
        "- {lots: ['9']",
        "REF-01",
        "« lots » désigne le lot « 9 », que les règles ne déclarent pas.",
        "Sont déclarés : 1, 2.",
    ),
    "criteria of one lot that do not add up": Fault(
        _TIE,
        _for_lots("lots: ['2'], criteria: [{id: prix, name: A, weight: 90, method: inverse, of: ensemble}]"),
        "- {lots: ['2']",
        "POIDS-01",
        "Les critères pèsent 90 points en tout, il en faut 100.",
        "Ajoutez 10 points. Sinon, corrigez « award.total ».",
    ),
    "a total of one lot that its criteria do not make": Fault(
        _TIE,
        _for_lots("lots: ['2'], total: 50"),
        "- {lots: ['2']",
        "POIDS-01",
        "Les critères pèsent 100 points en tout, il en faut 50.",
        "Retirez 50 points. Sinon, corrigez « award.total ».",
    ),
    "figures of one lot that a shared formula does not find": Fault(
        _TIE,
        _for_lots("lots: ['2'], quotes: []"),
        "- {lots: ['2']",
        "FORM-07",
        "La formule « montant + devis » nomme « devis », que les règles ne déclarent pas.",
        "Sont déclarés : ensemble, montant, vitrage.",
    ),
    "a lot judged apart twice": Fault(
        _TIE,
        _for_lots("lots: ['2'], total: 100", "lots: ['2'], rounding: []"),
        "- {lots: ['2'], rounding",
        "POIDS-10",
        "Le lot « 2 » a deux jugements propres.",
        "Ne le gardez que dans un seul élément de « for_lots ».",
    ),
    "a judgement apart for no lot": Fault(
        _TIE,
        _for_lots("lots: [], total: 100"),
        "- {lots: []",
        "POIDS-11",
        "Cet élément de « for_lots » ne nomme aucun lot.",
        "Écrivez les lots concernés, par exemple « lots: ['2'] ».",
    ),
    "a judgement apart that says nothing": Fault(
        _TIE,
        _for_lots("lots: ['2']"),
        "- {lots: ['2']",
        "POIDS-11",
        "Cet élément de « for_lots » ne dit rien qui leur soit propre.",
        "Écrivez ce qui change pour eux, par exemple « criteria: », ou retirez-le.",
    ),
}
