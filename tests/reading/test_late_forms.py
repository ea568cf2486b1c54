"""Turns of phrase of buyers met late, of which something false or nothing was read."""

# ruff: noqa: E501  (texts stay whole)

from __future__ import annotations

from pathlib import Path

import pytest

from reglo.reading.rc import READERS, read_files
from reglo.reading.rc.levels import scales_in
from reglo.reading.rc.model import Reading
from reglo.reading.rc.review import page
from reglo.reading.text import kind_of
from reglo.reading.text.layout import rows_of
from reglo.reading.text.model import Flow
from reglo.reading.text.plain import of_text
from reglo.reading.text.recognised import with_apostrophes
from reglo.reading.text.runs import Run

HEAD = "Règlement de la consultation\n\n1. Objet\nLe marché a pour objet l'entretien des cloches.\n\n"


def read(text: str) -> Reading:
    reading = Reading(of_text(HEAD + text, "rc.md"), "RC")
    reading.run(READERS)
    return reading


def values(text: str, path: str) -> list[object]:
    return [found.value for found in read(text).found if found.path == path]


@pytest.mark.parametrize(
    ("sentence", "levels"),
    [
        (
            "La note est de 10 (très satisfaisant), 8 (satisfaisant), 4 (moyen) ou 0 (non renseigné).",
            ["Très satisfaisant 10", "Satisfaisant 8", "Moyen 4", "Non renseigné 0"],
        ),
        (
            "Chaque élément reçoit 5 points s'il est très satisfaisant, 3 points s'il est satisfaisant et 0 point en l'absence de réponse.",
            ["Très satisfaisant 5", "Satisfaisant 3", "Absence de réponse 0"],
        ),
        (
            "Les sous-critères sont notés : très satisfaisant : 100 % des points ; moyen : 50 % ; absence de réponse : 0.",
            ["Très satisfaisant 100 %", "Moyen 50 %", "Absence de réponse 0 %"],
        ),
        (
            "Très satisfaisant 100%\nSatisfaisant 70%\nPeu satisfaisant 40%\nNon satisfaisant 0%",
            ["Très satisfaisant 100 %", "Satisfaisant 70 %", "Peu satisfaisant 40 %", "Non satisfaisant 0 %"],
        ),
        # its best level is not understood: the three others are no scale
        (
            "On compte jusqu'à 5 points quand c'est très satisfaisant, 3 points s'il est satisfaisant, 1 point s'il est insuffisant et 0 point en l'absence de réponse.",
            [],
        ),
    ],
)
def test_a_scale_is_read_whole_or_not_at_all(sentence: str, levels: list[str]) -> None:
    flow = Flow.of(of_text(sentence, "rc.txt").lines)
    found = [
        f"{level['label']} {level.get('share') or level.get('value')}"
        for scale, *_ in scales_in(flow)
        for level in scale
    ]
    assert found == levels


def test_a_visit_owed_for_one_lot_and_advised_for_the_others_is_asked_about() -> None:
    text = "2. Lots\n- Lot 1 : cloches\n- Lot 2 : horloges\n- Lot 3 : beffrois\n\n3. Visite\nLa visite est obligatoire pour le lot 01 et conseillée pour les autres lots.\n"
    found = read(text)
    assert not [each.path for each in found.found if each.path.startswith("calendar.visits")]
    assert "visite-par-lot" in [doubt.id for doubt in found.doubts]


def test_who_may_lead_one_grouping_only_may_still_be_a_member_of_several() -> None:
    text = "3.6 Un même opérateur ne peut être mandataire de plus d'un groupement.\n"
    assert values(text, "grouping.exclusivity.member_of_several") == []


def test_what_is_not_negotiated_is_named_one_by_one() -> None:
    text = "Procédure avec négociation.\nLes exigences minimales et les critères d'attribution ne sont pas négociables.\n"
    assert values(text, "procedure.negotiation.excluded") == [
        ["exigences minimales", "critères d'attribution"]
    ]


@pytest.mark.parametrize("words", ["Il n'y aura pas de négociation.", "Les offres ne seront pas négociées."])
def test_no_negotiation(words: str) -> None:
    assert values(words, "procedure.negotiation.allowed") == [False]


def test_a_tie_written_with_a_ligature() -> None:
    text = "2. Jugement\nEn cas d'ex æquo, le prix le plus bas départage les offres.\n"
    assert values(text, "award.ties[0]") == [{"rule": "lowest", "of": "prix_offre"}]


def test_words_of_two_cells_taken_for_one_line_are_parted_at_the_rule() -> None:
    near = Run(20, 12, 118, 22, "le bordereau (BPU) Non", starts=(20, 32, 70, 101))
    rules = [(10.0, y, 150.0, y + 0.5) for y in (10.0, 25.0, 40.0)]
    rules += [(x, 10.0, x + 0.5, 40.0) for x in (10.0, 98.0, 150.0)]
    rows = rows_of([Run(20, 28, 60, 38, "Pièce"), Run(101, 28, 145, 38, "Signature"), near], rules)
    assert [row.cells for row in rows] == [("Pièce", "Signature"), ("le bordereau (BPU)", "Non")]


JUDGEMENT = "2. Jugement des offres\nPrix : 40 points\nValeur technique : 60 points\n\n2.1 Prix\n"
INVERSE = ("inverse", None)


@pytest.mark.parametrize(
    ("sentence", "method"),
    [
        ("N = 40 × [1 – (P – Pmin)/Pmin], la note ne pouvant être négative.", ("linear", None)),
        ("Note = (Prix maxi – Prix du candidat) / (Prix maxi – Prix mini) x 40", ("min_max", None)),
        ("La note est égale au prix le plus bas divisé par le prix de l'offre, multiplié par 40.", INVERSE),
        ("Note sur 10 = 10 – [(prix de l'offre – prix le plus bas) / prix le plus bas x 10], puis pondérée.", ("linear", None)),
        (
            "N = 10 x (1 - ((P - Pmin) / Pmin)²) avec P le prix de l'offre notée et Pmin le prix le plus bas ; la note ne peut être inférieure à 0. Chaque note est ensuite pondérée.",
            ("formula", "max(0, N * (1 - ((prix_offre - lowest(prix_offre)) / lowest(prix_offre)) ^ 2))"),
        ),
        (
            "Une offre égale à la moyenne M des offres reçoit 5 : Note = 10 – 5 x (P / M), P étant le prix de l'offre, la note étant ramenée à 0 si elle est négative. Elle est ensuite pondérée.",
            ("formula", "max(0, N * (10 - 5 * (prix_offre / mean(prix_offre))) / 10)"),
        ),
        # « Pm » is the lowest price, unless the text says the mean
        ("Note = 40 x (Pm / P), Pm : prix moyen des offres\nP : prix de l'offre", ("formula", "40 * (mean(prix_offre) / prix_offre)")),
        (
            "N = P x (Pmin / Po), où P est le nombre de points du critère, Pmin le montant de l'offre la plus basse et Po celui de l'offre examinée.",
            INVERSE,
        ),
        ("Note du prix : 20 x prix le plus bas / prix proposé, pondérée à 40 %.", INVERSE),
        ("Note = 40 x (Pm / P). Le prix moyen sert de repère.", (None, None)),
    ],
)  # fmt: skip
def test_a_price_formula(sentence: str, method: tuple[str | None, str | None]) -> None:
    found = {each.path.rpartition(".")[2]: each.value for each in read(JUDGEMENT + sentence + "\n").found if each.path.startswith("award.criteria[prix].")}  # fmt: skip
    assert (found.get("method"), found.get("formula")) == method


def test_insertion_by_economic_activity_is_no_price() -> None:
    text = "2. Jugement des offres\nPrix : 60 points\nQualité : 30 points\nInsertion par l'activité économique : 10 points\n"
    assert [each.value["id"] for each in read(text).found if isinstance(each.value, dict) and each.value.get("price")] == ["prix"]  # fmt: skip


def test_how_many_lots_one_may_win_is_not_how_many_there_are() -> None:
    text = "2. Lots\n\nLot n°1 : Collecte\n\nLot n°2 : Composteurs\n\nLot n°3 : Traitement\n\nUn candidat peut répondre à tous les lots mais ne pourra être attributaire de plus de deux lots.\n"
    assert values(text, "allotment.divided") == [True]
    assert values(text, "allotment.max_lots_awarded") == [2]


def test_a_table_of_criteria_that_lost_its_columns() -> None:
    text = "2. Critères\nCritère Points\nPrix des prestations 60\nValeur technique 30\ndont moyens dédiés 10\ndont mode opératoire 20\nDélai 10\n"
    tree = {each.value["id"]: each.value["weight"] for each in read(text).found if each.rule == "CRI-01"}
    assert tree == {"prix": 60, "valeur": 30, "moyens": 10, "mode": 20, "delai": 10}


def test_the_formula_of_a_period_beside_that_of_the_price() -> None:
    text = "2. Jugement des offres\nPrix : 70 points\nDélai d'exécution : 30 points\n\nPour le prix : Note = 70 x (prix le plus bas / prix de l'offre).\n\nLe critère délai est noté sur 30 : Note = 30 x (délai le plus court / délai proposé par le candidat).\n"
    assert values(text, "award.criteria[delai].method") == ["inverse"]
    assert values(text, "award.criteria[prix].of") == ["prix_offre"]


@pytest.mark.parametrize(
    ("words", "names"),
    [
        (
            "2. Offres\nL'offre initiale se compose de l'acte d'engagement, de l'annexe financière et d'un mémoire technique.\n",
            ["Acte d'engagement", "Annexe financière", "Mémoire technique"],
        ),
        (
            "2. Candidature\nChaque candidat aura à produire : le formulaire DC1, le formulaire DC2, une attestation d'assurance.\n",
            ["Formulaire DC1", "Formulaire DC2", "Attestation d'assurance"],
        ),
        (
            "2. Candidatures\n2.1 Pièces à produire : lettre de candidature (DC1), déclaration du candidat (DC2), attestation d'assurance.\n",
            ["Lettre de candidature (DC1)", "Déclaration du candidat (DC2)", "Attestation d'assurance"],
        ),
    ],
)
def test_pieces_named_one_after_the_other(words: str, names: list[str]) -> None:
    found = [each.value for each in read(words).found if each.path.startswith("pieces[")]
    assert [each["name"] for each in found if isinstance(each, dict) and "name" in each] == names


@pytest.mark.parametrize(
    ("words", "path", "value"),
    [
        (
            "Les candidatures sont reçues jusqu'au mercredi 4 février 2026 à midi.",
            "calendar.candidacy_deadline",
            "2026-02-04 12:00 Europe/Paris",
        ),
        (
            "Trois candidats au moins et quatre au plus sont invités à soumissionner.",
            "procedure.shortlist.minimum",
            3,
        ),
        (
            "Les candidatures sont classées au regard des critères suivants :\n- qualité des références ;\n- moyens de l'équipe.",
            "procedure.shortlist.criteria",
            ["qualité des références", "moyens de l'équipe"],
        ),
        (
            "Les notes sont calculées avec deux décimales, la troisième étant arrondie au plus proche.",
            "award.rounding[0]",
            {"decimals": 2, "stages": ["leaf"], "mode": "half_up"},
        ),
        (
            "La transmission par courriel ou sur support papier n'est pas admise, hors copie de sauvegarde.",
            "submission.electronic_only",
            True,
        ),
        (
            "Les candidats ex aequo sont départagés par le prix.\n\n2. Jugement des offres\nPrix : 60 points\nQualité : 40 points",
            "award.ties[0]",
            {"rule": "best_mark", "criterion": "prix"},
        ),
        (
            "Offres valables 5 mois.",
            "calendar.bid_validity",
            {"period": "5 mois", "of": ["submission_deadline"]},
        ),
        ("Le dernier pli déposé remplace les précédents.", "submission.successive_deposits", "last_only"),
        ("Le marché prend effet le 1er septembre 2026 pour 12 mois.", "contract.duration", "12 mois"),
        ("Le délai d'exécution de chaque lot est de 16 semaines.", "contract.duration", "16 semaines"),
        (
            "La date limite de remise des offres, initialement fixée au 5 janvier 2026 à 12h00, est reportée au 9 janvier 2026 à 16h00.",
            "calendar.submission_deadline",
            "2026-01-09 16:00 Europe/Paris",
        ),
        (
            "Les offres doivent parvenir avant 17:00 heure de Paris le 3 mars 2026.",
            "calendar.submission_deadline",
            "2026-03-03 17:00 Europe/Paris",
        ),
        (
            "Les notes sont arrondies à l'entier supérieur.",
            "award.rounding[0]",
            {"decimals": 0, "stages": ["leaf"], "mode": "up"},
        ),
        (
            "Les notes sont arrondies au centième supérieur si la troisième décimale atteint 5, inférieur sinon.",
            "award.rounding[0]",
            {"decimals": 2, "stages": ["leaf"], "mode": "half_up"},
        ),
        (
            "Nombre maximum de candidats admis à présenter une offre : 4.",
            "procedure.shortlist.maximum",
            4,
        ),
        ("Un candidat peut être attributaire d'un seul lot.", "allotment.max_lots_awarded", 1),
        ("La taille d'un pli n'est pas limitée.", "submission.maximum_size", "sans limite"),
        ("Le volume des plis ne peut excéder 500 Mo.", "submission.maximum_size", "500 Mo"),
        (
            "L'équipe réunira au moins les compétences suivantes : architecture, structure, acoustique.",
            "capacity.competences[K3]",
            {"id": "K3", "name": "Acoustique"},
        ),
    ],
)
def test_one_sentence(words: str, path: str, value: object) -> None:
    assert values(words + "\n", path) == [value]


def test_documents_said_in_a_sentence() -> None:
    text = "2. Retrait du DCE\nLe DCE est téléchargeable. Il est composé du règlement de consultation (RC), du cahier des clauses particulières (CCP), de l'acte d'engagement et de l'annexe financière.\n"
    found = [each.value for each in read(text).found if each.path.startswith("procurement_documents[")]
    assert [each["code"] for each in found if isinstance(each, dict)] == ["RC", "CCP", "AE", "AF"]


def test_the_apostrophes_a_recognition_lost_come_back() -> None:
    lost = "Le marché n est pas alloti. L offre, l acte d engagement et l attestation d assurance valent tant qu il dure.\nLot C aussi."
    lines = with_apostrophes(of_text(lost, "rc.txt").lines)
    assert lines[0].text.startswith("Le marché n'est pas alloti. L'offre, l'acte d'engagement")
    kept = of_text("Le lot d est l'objet d'un marché.", "rc.txt").lines
    assert with_apostrophes(kept) == kept


def test_a_notice_in_utf_16_is_no_text(tmp_path: Path) -> None:
    notice = tmp_path / "avis.xml"
    notice.write_text('<?xml version="1.0" encoding="UTF-16"?><ContractNotice/>', encoding="utf-16")
    assert kind_of(notice) == "xml"


def test_criteria_of_some_lots_that_do_not_add_up_are_asked_about() -> None:
    text = "2. Lots\n- Lot 1 : seringues\n- Lot 2 : sondes\n- Lot 3 : gants\n\n3. Sélection\n3.1 Critères des lots 1 et 3\n- Prix : 60 points\n- Valeur technique : 40 points\n3.2 Critères du lot 2\n- Prix : 30 points\n- Valeur technique : 60 points\n"
    found = read(text)
    assert not [each for each in found.found if each.path.startswith("award.criteria")]
    assert "criteres" in [doubt.id for doubt in found.doubts]


def test_a_piece_whose_absence_makes_the_bid_irregular() -> None:
    text = "2. Offre\n- Acte d'engagement ;\n- BPU et DQE.\n\nL'absence du BPU entraîne l'irrégularité de l'offre.\n"
    assert values(text, "pieces[O2].if_missing") == ["irregular"]
    assert values(text, "pieces[O1].if_missing") == []


def test_the_page_to_review_links_a_clash_to_its_lines(tmp_path: Path) -> None:
    rc = tmp_path / "rc.md"
    rc.write_text(
        HEAD
        + "2. Variantes\nLes variantes sont autorisées.\n\n3. Offres\nLes variantes sont interdites.\n\n"
        + "4. Jugement des offres\nDate limite de remise des offres : 4 mai 2026 à 12h00\nPrix : 60 points\nQualité : 40 points\n"
    )
    shown = page(read_files([rc]))
    assert "« procédure, variantes autorisées » : « oui »" in shown
    line = shown.partition("Les variantes sont interdites.")[2].partition("</div>")[0]
    point = line.partition('href="#')[2].partition('"')[0]
    assert 'id="l0-10"' in shown
    assert f'id="{point}"' in shown
    assert 'href="#l0-10"' in shown


def test_parts_named_in_the_last_cell_of_a_row_are_those_of_its_criterion() -> None:
    text = "2. Critères\n| Critères | Poids | Sous-critères |\n|---|---|---|\n| Valeur technique | 60 | Équipe (35) ; Méthode (25) |\n| Prix | 40 | |\n"
    tree = {each.value["name"]: each.value["weight"] for each in read(text).found if each.rule == "CRI-01"}
    assert tree == {"Valeur technique": 60, "Équipe": 35, "Méthode": 25, "Prix": 40}


def test_parts_marked_on_ten_are_those_of_the_criterion_their_line_names() -> None:
    text = "2. Jugement\nCritères et coefficients : prix (coefficient 5), valeur technique (coefficient 4), délai (coefficient 1). Chaque critère est noté sur 10.\nPrix : la note s'obtient par la formule Np = 10 x (Pmin / P).\nDélai : Nd = 10 x (Dmin / D), D étant le délai proposé en semaines.\nValeur technique : appréciée au vu du mémoire selon les éléments suivants : moyens humains (6 points), modes opératoires (4 points).\n"
    found = {each.path: each.value for each in read(text).found}
    assert [path for path in found if ".criteria[delai].criteria" in path] == []
    assert found["award.criteria[valeur].criteria[moyens]"]["share"] == "60 %"
    assert found["award.inputs[delai_propose]"]["unit"] == "semaines"
    assert found["award.criteria[delai].method"] == found["award.criteria[prix].method"] == "inverse"


def test_no_eliminating_mark_is_said() -> None:
    text = "2. Jugement\nLes critères sont notés sur 20 par pas d'un point, sans note éliminatoire.\n"
    assert [each for each in read(text).found if each.path.startswith("review.eliminations")] == []


def test_articles_lettered_from_a_to_the_last() -> None:
    letters = [
        "A) Objet\nEntretien",
        "B) Durée\n12 mois",
        "C) Lots\nUn seul lot",
        "D) Dossier\nIl est en ligne",
    ]
    bid = "E) Pièces de l'offre\n1) Acte d'engagement\n2) Bordereau des prix\n3) Mémoire technique\n"
    reading = Reading(
        of_text("Règlement de la consultation\n\n" + "\n".join([*letters, bid]), "rc.txt"), "RC"
    )
    assert [section.number for section in reading.sections] == ["A", "B", "C", "D", "E"]


@pytest.mark.parametrize(
    ("words", "path"),
    [
        ("Les variantes ne sont autorisées que pour le lot 2.", "procedure.variants_allowed"),
        ("Le présent marché n'est pas un accord-cadre.", "contract.form"),
        ("Accord-cadre : non.", "contract.form"),
        (
            "Chiffre d'affaires minimum exigé : 500 000 € HT pour le lot 1 et 200 000 € HT pour le lot 2.",
            "capacity.turnover.minimum",
        ),
        ("Les prix sont jugés HT pour les assujettis et TTC pour les autres.", "award.price_basis"),
        (
            "Il est interdit de présenter plusieurs offres en candidat individuel et membre d'un ou plusieurs groupements.",
            "grouping.exclusivity.member_of_several",
        ),
        ("Les variantes sont interdites, sauf sur le mobilier.", "procedure.variants_allowed"),
        ("Le recours à la négociation n'est pas exclu.", "procedure.negotiation.allowed"),
        (
            "Délai de validité des offres : 90 jours pour le lot 1 et 120 jours pour le lot 2.",
            "calendar.bid_validity",
        ),
    ],
)
def test_what_is_said_of_a_part_only_is_not_written_of_the_whole(words: str, path: str) -> None:
    assert values(words + "\n", path) == []
