"""What is said in passing: windows of appeal, secrecy, proofs, durations to add up, lots of a notice."""

# ruff: noqa: E501  (texts stay whole)

from __future__ import annotations

import re
from typing import Any

import pytest

from reglo.reading.rc import READERS
from reglo.reading.rc.elements import judges_the_candidate
from reglo.reading.rc.model import Reading
from reglo.reading.rc.printed_notice import read_labels
from reglo.reading.text.plain import of_text

HEAD = "Règlement de la consultation\n\n1. Objet\n\nLe marché a pour objet l'entretien des jardins.\n\n"
PIECES = "3. Dossier de candidature\n\nLe candidat remet :\n- une lettre de candidature ;\n- une déclaration du chiffre d'affaires ;\n- une liste de références.\n\n"
CONTRACTUAL = "9. Recours\nLe référé contractuel peut être formé dans les 31 jours suivant la publication de l'avis d'attribution, ou, à défaut d'avis, dans les six mois à compter du lendemain de la conclusion du contrat.\n"
ANNULMENT = "9. Recours\nRecours pour excès de pouvoir : dans les deux mois suivant la notification du rejet (ce recours n'est plus ouvert après la conclusion du contrat).\n"
GRACIOUS = "9. Recours\nUn recours gracieux est possible dans un délai de deux mois à compter de la notification de la décision. Il interrompt le délai du recours contentieux.\n"
SECRET = "2. Secret\nLes plans remis ne peuvent être ni reproduits ni communiqués à des tiers. Ils sont détruits par les candidats non retenus.\n"
TEAM = "3. Équipe\nL'équipe devra réunir les compétences suivantes :\n- architecte\n- économiste de la construction\n\n"
ROWS = "2. Durée\nLa durée totale du marché est celle du tableau ci-dessous.\n\n| Tranche | Désignation | Durée |\n|---|---|---|\n| TF | Études | 4 mois |\n| TO1 | Travaux | 8 mois |\n"
GUARANTEE = "| Garantie de parfait achèvement | | 12 mois |\n"
DOSSIER = "2. Contenu du dossier de consultation\n\nIl comprend :\n- le règlement de la consultation (RC)\n- le cahier des clauses administratives (CCAP) et son annexe (charte du site)\n- le cahier des clauses techniques (CCTP)\n- la décomposition du prix (DPGF) accompagnée de la décomposition du temps prévu (DTP)\n\n"
PART = "3. Candidature\n- Pièce C1 : {}.\n- Pièce C2 : les comptes.\n"
COPY = "3. Envoi\nLe pli cacheté de la copie de sauvegarde est remis à l'adresse suivante :\n"
VISIT = (
    "2. Dossier de consultation\n\nIl comprend :\n- l'acte d'engagement (AE)\n- le cahier des clauses particulières (CCP)\n- Annexe RC1 : attestation de visite des lieux\n\n"
    "3. Visite\n\nUne visite obligatoire a lieu le 3 mars 2026 à 9h00. Se présenter à l'entrée du parc, 4 rue Basse, 71000 Mâcon.\n\n"
    "Le candidat doit être muni des documents suivants, à joindre à l'offre : attestation de visite (annexe RC1).\n\nEn cas de non remise de ces documents dans l'offre, le candidat est éliminé.\n\n"
)
OFFER = "4. Offre\n- Pièce O1 : bordereau des prix (BPU)\n- Pièce O2 : attestation de visite (annexe RC1)\n\n5. Fichiers\n"
FORMS: list[tuple[str, str, Any]] = [
    (CONTRACTUAL, "remedies.ways[contractual].within", "31 jours"),
    (CONTRACTUAL, "remedies.ways[contractual-2].within", "6 mois"),
    (CONTRACTUAL, "remedies.ways[contractual-2].of", "conclusion"),
    (ANNULMENT, "remedies.ways[annulment].of", "notification"),
    (ANNULMENT, "remedies.ways[annulment].closed", "Ce recours n'est plus ouvert après la conclusion du contrat"),
    (GRACIOUS, "remedies.ways[gracious].effect", "Il interrompt le délai du recours contentieux"),
    (
        SECRET,
        "document_access.confidentiality",
        ["Les plans remis ne peuvent être ni reproduits ni communiqués à des tiers", "Ils sont détruits par les candidats non retenus"],
    ),
    (
        TEAM + "Ces compétences sont attestées par des diplômes, des certificats de qualification ou des références.\n",
        "capacity.competences[K2].proofs",
        ["diplômes", "certificats de qualification", "références"],
    ),
    (
        PIECES + "4. Groupement\nPour justifier de ces capacités, chacun des cotraitants produit les mêmes documents qu'un candidat seul.\n",
        "pieces[C2].owed_by",
        "each_member",
    ),
    (
        "3. Offre\nChaque membre du groupement devra produire les documents de l'offre :\n- Pièce O1 : acte d'engagement\n- Pièce O2 : mémoire technique\n",
        "pieces[O1].owed_by",
        "each_member",
    ),
    (
        "3. Exclusivité\nL'article R. 2142-21 interdit à un candidat de présenter plusieurs offres :\n- en tant que candidat individuel et membre d'un groupement ;\n",
        "grouping.exclusivity.legal_basis",
        ["R.2142-21"],
    ),
    ("3. Remise des plis\nEn vertu de l'article R2132, les plis sont remis par voie électronique.\n", "submission.legal_basis", ["R.2132"]),
    (
        "3. Groupement\nLe mandataire produira l'original du pouvoir à la première demande.\n\nLe mandataire n'est pas nécessairement l'architecte.\n",
        "grouping.leader",
        "Le mandataire produira l'original du pouvoir à la première demande ; Le mandataire n'est pas nécessairement l'architecte",
    ),
    (
        "3. Groupement\nSous réserve de l'article L. 2141-13, la composition du groupement ne peut être modifiée avant la signature.\n\nUn membre défaillant cède la place à de nouveaux membres du groupement.\n",
        "grouping.composition_changes",
        "Sous réserve de l'article L. 2141-13, la composition du groupement ne peut être modifiée avant la signature ; Un membre défaillant cède la place à de nouveaux membres du groupement",
    ),
    ("3. Sous-traitance\nIls doivent également indiquer les parts dont la sous-traitance est envisagée à ce jour.\n", "grouping.subcontractors_declared", "Les parts dont la sous-traitance est envisagée à ce jour"),
    ("3. Capacités\nLa preuve d'une assurance contre les risques professionnels est jointe.\n", "capacity.insurance", "Preuve d'une assurance contre les risques professionnels"),
    (
        "3. Moyens\nLe candidat qui fait appel aux capacités d'un sous-traitant joint l'acte spécial.\n",
        "capacity.reliance_proof",
        "Le candidat qui fait appel aux capacités d'un sous-traitant joint l'acte spécial",
    ),
    ("3. Lots\nL'accord-cadre de chaque lot est confié à une seule entreprise ou un groupement.\n", "contract.framework.holders", 1),
    (
        DOSSIER + "3. Offre\nLe CCAP et les documents remis par l'acheteur ne sont pas à joindre.\n",
        "procurement_documents[CCTP].to_return",
        False,
    ),
    (DOSSIER, "procurement_documents[DTP].name", "Décomposition du temps prévu"),
    (DOSSIER, "procurement_documents[CS].name", "Charte du site, annexe du CCAP"),
    (DOSSIER + "3. Accès\nLes consignes sont annexées au dossier de consultation, sous le titre « Mesures de sécurité ».\n", "procurement_documents[MDS].name", "Mesures de sécurité"),
    (
        "1. Acheteur\nVille de Bel-Air\n12 rue Haute - 71000 Mâcon\n\n2. Sites\nLes travaux sont suivis par le Bureau des bâtiments, chargé de la conduite d'opération.\n",
        "buyer.services[0].name",
        "Bureau des bâtiments",
    ),
    ("2. Acheteur\nVille de Bel-Air\n12 rue Haute - 71000 Mâcon\n", "buyer.addresses[0].use", "siège"),
    (
        "3. Langue\nLes documents sont rédigés en français ou accompagnés d'une traduction en français.\n\n4. Traduction\nLa traduction est certifiée conforme par un traducteur assermenté.\n",
        "submission.translation",
        "certifiée par traducteur assermenté",
    ),
    (PART.format("les statuts. Pour les entreprises étrangères : un certificat de leur pays"), "pieces[C1].parts", ["Entreprises étrangères : certificat de leur pays"]),
    (PART.format("les services rendus. Ils sont prouvés par des attestations des clients"), "pieces[C1].parts", ["Attestations des clients"]),
    (PART.format("les moyens. Une description des ateliers. Liste des machines"), "pieces[C1].parts", ["Description des ateliers", "Liste des machines"]),
    (PART.format("l'équipe. Les habilitations des intervenants et leurs diplômes sont en annexe"), "pieces[C1].parts", ["Habilitations des intervenants"]),
    (
        COPY + "Par courrier recommandé avec A.R ou par dépôt à l'accueil, en main propre contre récépissé.\n",
        "submission.backup_copy.delivery",
        ["envoi postal en recommandé avec avis de réception", "remise sur place contre récépissé"],
    ),
    (COPY + "Bureau des achats du canton\nEnvoi postal : 12 rue Haute 71000 Mâcon\n", "buyer.services[0].role", "achats"),
    ("3. Fin\nLa mission de l'architecte prend fin avec la dernière plantation du parc.\n", "clauses[fin-de-la-mission].effect", "information"),
    ("3. Lots\nLe candidat remet un acte d'engagement par lot auquel il répond.\n", "clauses[acte-d-engagement-par-lot].bound", "candidats"),
    ("3. Offre\nLes pages au-delà de la dixième ne seront pas lues par la commune.\n", "clauses[pages-en-trop].bound", "candidats"),
    ("3. Offre\nLes offres se régularisent, sauf celles qui sont anormalement basses.\n", "clauses[regularisation-exclue].bound", "candidats"),
    (VISIT, "calendar.visits[visite].place", ["entrée du parc", "4 rue Basse, 71000 Mâcon"]),
    (VISIT + OFFER, "pieces[O2].if_missing", "eliminated"),
    (OFFER + "Pour le BPU, une version au format Excel accompagne la version PDF.\n", "pieces[O1].versions", [[".xlsx", ".xls"], [".pdf"]]),
    (OFFER + "Le BPU est remis en version modifiable et en PDF.\n", "pieces[O1].versions", [[".xlsx", ".xls", ".ods"], [".pdf"]]),
    (ROWS + "\nLa durée globale prévisionnelle du marché comprend la réception.\n", "contract.duration_indicative", True),
    ("2. Options\nIl n'est pas prévu de prestations supplémentaires éventuelles.\n", "procedure.optional_supplies_asked", False),
    ("2. Options\nAucune PSE n'est demandée.\n", "procedure.optional_supplies_asked", False),
    (
        PIECES + "4. Moyens\nS'il compte sur un tiers, le candidat joint l'engagement écrit de celui-ci de mettre ses moyens à sa disposition.\n",
        "pieces[C4].when",
        ["capacités d'un autre opérateur"],
    ),
    (
        PIECES + "4. Groupement\nChacun des cotraitants et sous-traitants produit les mêmes documents qu'un candidat seul.\n",
        "pieces[C2].also_owed_by",
        ["each_subcontractor"],
    ),
]  # fmt: skip


def _found(reading: Reading) -> dict[str, Any]:
    out: dict[str, Any] = {}
    for found in reading.found:
        out[found.path] = found.value
        if isinstance(found.value, dict):
            out |= {f"{found.path}.{key}": value for key, value in found.value.items()}
    return out


def _read(text: str) -> Reading:
    reading = Reading(of_text(HEAD + text, "rc.md"), "RC")
    reading.run(READERS)
    return reading


@pytest.mark.parametrize(
    ("text", "path", "value"), FORMS, ids=[f"{path} {text[:20]!r}" for text, path, _ in FORMS]
)
def test_said_in_passing(text: str, path: str, value: Any) -> None:
    found = _found(_read(text)).get(path)
    assert ([part["name"] for part in found] if path.endswith(".parts") and found else found) == value


@pytest.mark.parametrize(
    ("text", "path"),
    [
        ("2. Plis\nLes plis des candidats non retenus sont détruits.\n", "document_access.confidentiality"),
        (TEAM + "Les compétences sont prouvées par tout moyen.\n", "capacity.competences[K1].proofs"),
        (ROWS.replace("8 mois", ""), "contract.duration"),
        (ROWS.replace("La durée totale du marché est celle du tableau ci-dessous.", ""), "contract.duration"),
        (PIECES.replace("lettre", "engagement écrit d'un tiers, lettre") + "4. Moyens\nLe candidat joint l'engagement écrit de mise à disposition des moyens.\n", "pieces[C4].when"),
        ("2. Options\nUn candidat qui ne répond pas à la prestation supplémentaire éventuelle est écarté.\n", "procedure.optional_supplies_asked"),
        (ROWS, "contract.duration_indicative"),
        (ANNULMENT.replace("n'est plus ouvert après", "est ouvert jusqu'à"), "remedies.ways[annulment].closed"),
        (ANNULMENT, "remedies.ways[annulment].when"),
        (ROWS, "contract.duration"),
        (PIECES + "4. Sous-traitance\nLes candidats devront déclarer les sous-traitants connus au dépôt.\n", "pieces[C4]"),
        ("2. Offres\nL'acheteur élimine les offres anormalement basses après avoir entendu leurs auteurs.\n", "submission.late"),
        ("2. Auditions\nDes séances « d'audition », qui ne sont pas des négociations, pourront se tenir.\n", "review.hearings"),
        ("2. Formes\nUne remise sous une autre forme entraîne l'irrégularité de l'offre.\n", "review.eliminations[autre-voie]"),
        ("2. Virus\nLe document dont la réparation échoue sera rejeté.\n", "review.eliminations[virus]"),
    ],
)  # fmt: skip
def test_what_says_something_else_is_not_read(text: str, path: str) -> None:
    assert path not in _found(_read(text))


def test_two_rules_on_one_matter_are_both_kept_and_a_rule_said_twice_is_kept_once() -> None:
    said = "Les factures sont déposées sur Chorus ; le titulaire s'oblige à y déposer ses factures."
    more = "Une facture envoyée autrement sera rejetée, même si Chorus est fermé."
    found = _found(_read(f"3. Factures\n{said}\n\n{more}\n\n{said}\n"))
    assert sorted(path for path in found if re.fullmatch(r"clauses\[facturation[^]]*\]", path)) == [
        "clauses[facturation-2]",
        "clauses[facturation]",
    ]


def test_a_sentence_on_capacities_says_nothing_of_the_other_pieces() -> None:
    reading = _read(
        PIECES
        + "4. Groupement\nPour justifier de ces capacités, chacun des cotraitants produit les mêmes documents.\n"
    )
    assert "pieces[C1].owed_by" not in _found(reading)
    assert _found(reading)["pieces[C3].owed_by"] == "each_member"


def test_a_bid_asked_of_each_member_is_read_and_asked_about() -> None:
    reading = _read(
        "3. Offre\nChaque membre du groupement devra produire les documents de l'offre :\n- Pièce O1 : acte d'engagement\n- Pièce O2 : mémoire technique\n"
    )
    (point,) = [doubt for doubt in reading.doubts if doubt.id == "offre-de-chaque-membre"]
    assert dict(point.choices[0][2]) == {"pieces[O1].owed_by": "bidder", "pieces[O2].owed_by": "bidder"}


def test_a_total_that_is_never_printed_is_asked_and_not_added_up() -> None:
    reading = _read(ROWS + GUARANTEE)
    assert "contract.duration" not in _found(reading)
    (point,) = [doubt for doubt in reading.doubts if doubt.id == "duree-totale"]
    assert len(point.quotes) == 2
    assert [values["contract.duration"] for _, _, values in point.choices] == ["12 mois", "24 mois"]


NOTICE = """Section 2 - Procédure
Titre : Entretien
Valeur estimée hors TVA : 240,500 Euro
Informations complémentaires : L'estimation reconductions comprises est de 481 000 euros HT. La copie de sauvegarde est remise aux adresses suivantes : Par remise sur place : Mairie de Nord 12 rue Haute, 1er étage 59000 Lille Par voie postale : Mairie de Nord 3 place Basse 59001 Lille Cedex.
Section 5 - Lot
5.1 Identifiant technique du lot : LOT-0001
Titre : Nord
Nomenclature principale ( cpv ): 77310000 Espaces verts
Adresse postale : Parc municipal 4 avenue du Lac
Ville : Lille
Code postal : 59000
Durée : 12 Mois
Nombre maximal de renouvellements : 1
5.1 Identifiant technique du lot : LOT-0002
Titre : Sud
Nomenclature principale ( cpv ): 77340000 Élagage
Ville : Lomme
Code postal : 59160
Section 8 - Organisations
Nom officiel : Mairie de Nord
Ville : Lille
Code postal : 59999
"""


def _notice(text: str) -> Reading:
    reading = Reading(of_text(text.replace("\n", "\n\n"), "avis.txt"), "Avis")
    read_labels(reading)
    return reading


def test_each_lot_of_a_notice_keeps_its_own() -> None:
    found = _found(_notice(NOTICE))
    assert found["lots[1].cpv"] == ["77310000"]
    assert found["lots[2].cpv"] == ["77340000"]
    assert found["lots[1].places"][0] | {"source": ""} == {
        "name": "Parc municipal", "lines": ["4 avenue du Lac"], "town": "Lille", "postcode": "59000", "source": "",
    }  # fmt: skip
    (place,) = found["lots[2].places"]
    assert (place["name"], place["town"], place["postcode"]) == ("Lomme", "Lomme", "59160")
    assert found["lots[1].duration"] == "12 mois"
    assert "lots[2].duration" not in found


def test_backup_addresses_of_a_notice() -> None:
    found = _found(_notice(NOTICE))
    hand, post = (found[path] for path in sorted(found) if path.endswith("]") and "addresses" in path)
    assert (hand["use"], hand["lines"], hand["postcode"]) == (
        "copie de sauvegarde, remise sur place", ["Mairie de Nord", "12 rue Haute, 1er étage"], "59000",
    )  # fmt: skip
    assert (post["use"], post["postcode"], post["town"]) == (
        "copie de sauvegarde, envoi postal", "59001", "Lille Cedex",
    )  # fmt: skip


def test_a_whole_written_plainly_settles_an_amount_read_two_ways() -> None:
    reading = _notice(NOTICE)
    assert _found(reading)["estimated_value"] == "240 500,00 EUR HT"
    (point,) = [doubt for doubt in reading.doubts if doubt.id == "estimated-value"]
    assert len(point.quotes) == 2
    other = _found(_notice(NOTICE.replace("481 000", "482 000")))
    assert "estimated_value" not in other


@pytest.mark.parametrize(
    ("first", "second", "asked"),
    [
        ("le candidat montre sa politique de protection de la nature", "le candidat dit son engagement pour le climat", True),
        ("le candidat montre sa politique de protection de la nature", "émissions des véhicules affectés au marché", False),
        ("part de matériaux recyclés proposée", "émissions des véhicules affectés au marché", False),
    ],
)  # fmt: skip
def test_a_green_criterion_that_judges_only_the_candidate_is_asked_about(
    first: str, second: str, asked: bool
) -> None:
    """CCP L.2152-7: it bears on the offer."""
    reading = Reading(of_text(HEAD, "rc.md"), "RC")
    reading.add("award.criteria[vert]", {"name": "Environnement", "environmental": True}, (0, 5))
    reading.add("award.criteria[vert].elements", [first, second], (0, 5))
    judges_the_candidate(reading)
    assert any(doubt.rule == "L-22" for doubt in reading.doubts) is asked
