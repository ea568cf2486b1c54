"""Clauses that their words alone make unlawful, and their lawful neighbours."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import pytest

from reglo.linting import Passage, lint
from reglo.procurement.findings import Place, Severity
from reglo.procurement.rules_file import load

CLEAN = (Path(__file__).parent / "clean.yaml").read_text(encoding="utf-8")
RULES = (
    *("CRIT-05", "CRIT-06", "CAND-13", "PIECES-02", "CA-07", "R.2143-4", "L-13", "CA-04", "CA-05", "CA-08"),
    *("R.2143-5", "R.2143-14", "L.2151-1", "PROC-17", "CRIT-07", "SG-03", "SG-06", "DEMAT-14", "DM-09"),
    *("OAB", "R.2152-2", "L-08", "L-03"),
)

UNLAWFUL = [
    ("CRIT-05", "Proximité géographique de l'entreprise : 10 points"),
    ("CRIT-05", "Implantation locale de l’entreprise (agence ou dépôt) | 10"),
    ("CRIT-05", "Le candidat doit avoir son siège à moins de 50 km."),
    ("CRIT-05", "Une préférence est donnée aux entreprises locales à prix égal."),
    (
        "CAND-13",
        "- une référence de travaux réalisés pour la Ville de Villeneuve-sur-Lot, à peine de rejet ;",
    ),
    ("CAND-13", "Fournir trois références auprès du même acheteur."),
    ("PIECES-02", "Les luminaires seront de marque Philibert."),
    ("CA-07", "- la certification ISO 9001, à l'exclusion de toute autre preuve."),
    ("CA-07", "Aucune équivalence ne sera étudiée : les équivalences ne sont pas admises."),
    ("R.2143-4", "Le DUME n'est pas accepté."),
    ("R.2143-4", "Le document unique de marché européen ne peut pas être utilisé."),
    ("L-13", "Les candidats se présentent obligatoirement en groupement solidaire."),
    ("L-13", "Le groupement devra être conjoint."),
    ("CRIT-06", "Le critère Méthode compte pour 25 % de la note finale."),
    ("CA-04", "L'absence de références entraîne le rejet de la candidature."),
    ("CA-05", "Le candidat ne peut se prévaloir des capacités d'autres opérateurs économiques."),
    ("CA-05", "Les capacités des sous-traitants ne seront pas prises en compte."),
    ("CA-08", "Chaque membre du groupement doit justifier de toutes les capacités demandées."),
    ("R.2143-5", "Les copies certifiées conformes des diplômes sont jointes."),
    ("R.2143-14", "Les attestations sont fournies même si elles ont déjà été remises à la commune."),
    ("R.2143-14", "Les candidats joignent ces pièces même s'ils les ont déjà transmises."),
    ("L.2151-1", "Un rabais pourra être consenti en cas d'attribution de plusieurs lots."),
    ("PROC-17", "La négociation peut porter sur le prix et sur les critères d'attribution."),
    ("PROC-17", "La pondération pourra être ajustée en cours d'analyse."),
    ("CRIT-07", "Le candidat se note lui-même sur chaque sous-critère."),
    ("SG-03", "La signature se fait uniquement avec l'outil de signature de la plateforme."),
    ("SG-06", "La signature du fichier zip vaut signature des documents qu'il contient."),
    ("DEMAT-14", "Le dossier de consultation est remis contre paiement de 50 euros."),
    ("DEMAT-14", "Le retrait du dossier est subordonné à une identification préalable."),
    ("DM-09", "Les plis reçus hors délai pourront être acceptés par la commission."),
    ("OAB", "Toute offre inférieure de 20 % à la moyenne sera rejetée."),
    ("L-08", "Un document manquant peut être repris dans les plis antérieurs du candidat."),
    ("L-03", "Procédure de l'article 27 du décret du 25 mars 2016."),
    ("R.2152-2", "Les offres anormalement basses pourront être régularisées."),
    ("R.2152-2", "Les offres irrégulières ou inacceptables peuvent être régularisées."),
]
LAWFUL = [
    "Le chantier est à proximité immédiate d'une école ; l'entreprise protège les riverains.",
    "Le siège du tribunal est à moins de 5 km de la mairie.",
    "Les références indiquent le montant, la date et le destinataire public ou privé.",
    "Le certificat est délivré par le maître d'ouvrage pour lequel les références ont été réalisées.",
    "Les luminaires seront de marque Philibert ou équivalent.",
    "Les produits portent la marque NF.",
    "Tout moyen de preuve équivalent est admis.",
    "Le DUME est accepté ; il n'est pas obligatoire.",
    "Le DUME sous forme papier n'est pas accepté.",
    "Après attribution, le groupement sera conjoint, forme nécessaire à la bonne exécution du marché.",
    "En cas de groupement conjoint, le mandataire devra être solidaire.",
    "Le critère Méthode compte pour 30 % de la note finale.",
    "Le critère Méthode est noté sur 10 points puis pondéré à 30 %.",
    "L'absence de références n'entraîne pas à elle seule l'élimination du candidat.",
    "Le candidat peut se prévaloir des capacités d'autres opérateurs, sous-traitants compris.",
    "Le candidat ne peut se prévaloir des capacités d'un tiers que s'il prouve en disposer.",
    "Chaque membre du groupement remet un DC2 ; les capacités s'apprécient globalement.",
    "Les copies certifiées conformes ne sont pas exigées.",
    "Aucune copie certifiée conforme n'est demandée.",
    "Les candidats ne sont pas tenus de fournir les documents déjà transmis à l'acheteur.",
    "Les candidats ne peuvent présenter d'offres variables selon le nombre de lots.",
    "La négociation pourra porter sur toute l'offre, à l'exception des critères et des exigences minimales.",
    "La négociation ne peut porter sur les critères.",
    "Les critères ne peuvent être modifiés.",
    "Le candidat décrit ses moyens ; l'acheteur les note de 0 à 10.",
    "La plateforme met à disposition un outil de signature, que nul n'est obligé d'employer.",
    "Chaque document est signé : la signature du zip ne vaut pas signature des documents.",
    "Le retrait du dossier est gratuit ; l'identification est facultative.",
    "Les plis reçus hors délai ne pourront être acceptés.",
    "Aucun document manquant ne sera repris dans les plis antérieurs.",
    "Les offres reçues après la date limite sont éliminées sans être ouvertes.",
    "Une offre inférieure à la moyenne de plus de 20 % donne lieu à une demande de justifications.",
    "Les offres irrégulières peuvent être régularisées, à condition de ne pas être anormalement basses.",
]


def found(sentence: str) -> dict[str, Severity]:
    loaded = load(CLEAN)
    passage = Passage(sentence, Place(file="rc.pdf", line=12), sentence)
    return {
        one.rule: one.weight for one in lint(loaded, passages=(passage,)).observations if one.rule in RULES
    }


@pytest.mark.parametrize(("rule", "sentence"), UNLAWFUL)
def test_the_words_of_an_unlawful_clause_are_found(rule: str, sentence: str) -> None:
    assert list(found(sentence)) == [rule]


@pytest.mark.parametrize("sentence", LAWFUL)
def test_a_lawful_clause_of_near_words_is_left_alone(sentence: str) -> None:
    assert found(sentence) == {}


def test_a_reference_of_the_same_buyer_blocks_when_it_is_demanded() -> None:
    assert found(UNLAWFUL[4][1]) == {"CAND-13": Severity.BLOCKING}
    assert found(UNLAWFUL[5][1]) == {"CAND-13": Severity.TO_CHECK}


def test_words_that_run_over_two_lines_are_said_once() -> None:
    lines = [
        "Article 4 – Candidature",
        "Les candidats se présentent obligatoirement",
        "en groupement solidaire.",
        "",
    ]
    passages = tuple(
        Passage(f"{line} {after}".strip(), Place(file="rc.pdf", line=rank), line)
        for rank, (line, after) in enumerate(pairwise(lines), 1)
    )
    said = [one for one in lint(load(CLEAN), passages=passages).observations if one.rule == "L-13"]
    assert len(said) == 1
    assert said[0].quote.startswith("Les candidats")


def test_two_deadlines_are_two_numbers_for_one_limit_not_an_absence() -> None:
    text = (
        CLEAN.replace("  submission_deadline: 2026-10-15 12:00 Europe/Paris\n", "")
        + """
open_points:
  - id: limite
    question: Deux heures limites sont écrites. Laquelle est la bonne ?
    sources: [RC 1, RC 6]
    choices:
      - {id: midi, label: midi, set: {calendar.submission_deadline: 2026-10-15 12:00 Europe/Paris}}
      - {id: soir, label: 16 h, set: {calendar.submission_deadline: 2026-10-15 16:00 Europe/Paris}}
"""
    )
    rules = {one.rule: one.weight for one in lint(load(text)).observations}
    assert rules.get("L-07") is Severity.BLOCKING
    assert "R.2151-1" not in rules


def test_a_framework_said_without_maximum_is_quoted_where_it_says_so() -> None:
    text = CLEAN.replace('maximum: "400 000,00 EUR HT", maximum_per: total, ', "")
    line = "Il est conclu sans montant maximum."
    passages = (Passage(line, Place(file="rc.pdf", line=9), line),)
    (one,) = [it for it in lint(load(text), passages=passages).observations if it.rule == "L-12"]
    assert (one.quote, one.finding.place.line) == (line, 9)


def test_bids_that_may_be_cured_unless_abnormally_low_are_no_automatic_exclusion() -> None:
    ground = "Offres régularisables, à condition de ne pas être anormalement basses"
    text = CLEAN.replace("ground: Offre anormalement basse, after_demand: true", f'ground: "{ground}"')
    assert "OAB" not in {one.rule for one in lint(load(text)).observations}
