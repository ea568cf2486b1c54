"""One thing said in the many ways buyers say it: a short text, what must be read of it."""

# ruff: noqa: E501  (texts stay whole)

from __future__ import annotations

from typing import Any

import pytest

from reglo.reading.rc import READERS
from reglo.reading.rc.model import Reading
from reglo.reading.text.plain import of_text

HEAD = "Règlement de la consultation\n\n1. Objet\n\nLe marché a pour objet l'entretien des jardins.\n\n"
FORMS: list[tuple[str, str, Any]] = [
    # --- lots
    ("2. Allotissement\nLot 1 : Gros œuvre\nLot 2 : Peinture", "lots[2].name", "Peinture"),
    ("2. Allotissement\nLot n°01 - Gros œuvre\nLot n°02 - Peinture", "lots[1].name", "Gros œuvre"),
    ("2. Allotissement\nLot A – Nord\nLot B – Sud", "lots[B].name", "Sud"),
    ("2. Allotissement\n| Lots | Intitulé |\n|---|---|\n| 1 | Nord |\n| 2 | Sud |", "lots[2].name", "Sud"),
    ("2. Allotissement\nLot Désignation\n1 Pain frais 10 000\n2 Viennoiserie 5 000", "lots[2].name", "Viennoiserie"),
    ("2. Allotissement\nDeux lots : le lot 1 concerne la voirie et le lot 2 concerne les réseaux.", "lots[2].name", "réseaux"),
    ("2. Allotissement\n• Lot 1 (Nord)\n• Lot 2 (Sud)", "lots[1].name", "Nord"),
    ("2. Allotissement\nLe marché n'est pas alloti.", "allotment.divided", False),
    ("2. Allotissement\nSans objet : marché unique.", "allotment.divided", False),
    ("2. Lots\nLes candidats ne peuvent soumissionner que pour 2 lots au maximum.", "allotment.max_lots_bid", 2),
    ("2. Lots\nUn même candidat ne peut se voir attribuer plus de trois lots.", "allotment.max_lots_awarded", 3),
    ("2. Lots\nLe marché n'est pas alloti car l'ouvrage est unique.", "allotment.reason", "l'ouvrage est unique"),
    ("3. Pièces de la candidature\n- C1 : DC1\n- C2 : la déclaration du chiffre d'affaires des trois dernières années", "pieces[C2].name", "Déclaration du chiffre d'affaires des trois dernières années"),
    ("3. Pièces de l'offre\n- O1 : l'acte d'engagement\n- O2 : le mémoire technique, limité à 15 pages. Les pages au-delà de la 20e ne seront pas lues.", "pieces[O2].page_limits", [{"pages": 15, "read_up_to": 20, "beyond": "not_read"}]),
    # --- the deadline
    ("Date limite de réception des offres : 2027-06-30 à 12:00", "calendar.submission_deadline", "2027-06-30 12:00 Europe/Paris"),
    ("Date limite de réception des offres : 30/06/27 à 12h", "calendar.submission_deadline", "2027-06-30 12:00 Europe/Paris"),
    ("Date limite de réception des offres : 30/06/2027 à 12h00\n\n2. Questions\nLes questions sont posées sur la plateforme jusqu'au 18 juin 2027 à 17 h 00.", "calendar.terms[questions].period", "12 jours"),
    ("Date limite de réception des offres : 30/06/2027 à 12h00\n\n2. Questions\nLes questions sont posées sur la plateforme jusqu'au 18 juin 2027 à 17 h 00.", "calendar.terms[questions].at", "17:00"),
    ("Date d'envoi de l'avis d'appel public à la concurrence : 05/05/2027 Date limite de remise des offres : le mercredi 30/06/2027 à 12h00", "calendar.submission_deadline", "2027-06-30 12:00 Europe/Paris"),
    ("Date limite de réception des offres : 30/06/2027\nHeure limite : 12h00 (heure de La Réunion)", "calendar.submission_deadline", "2027-06-30 12:00 Indian/Reunion"),
    ("2. Plis\nToute offre reçue après cette date sera renvoyée à son auteur sans avoir été ouverte.", "submission.late", "eliminated"),
    ("2. Questions\nToute demande de renseignement est adressée jusqu'à 6 jours avant la date limite de remise des offres.", "calendar.terms[questions].period", "6 jours"),
    # --- the number of the consultation
    ("MARCHÉ N° AMO 2027-05 : conduite d'opération", "reference", "AMO 2027-05"),
    ("REFERENCE : GCDX / 2027", "reference", "GCDX / 2027"),
    ("Référence du marché : 2027-MOE-04. Mission complète au sens de la loi MOP n° 85-704 du 12 juillet 1985.", "reference", "2027-MOE-04"),
    # --- tranches
    ("2. Tranches\nLes travaux font l'objet de deux tranches : une tranche ferme et une tranche optionnelle.", "contract.tranches[TO].optional", True),
    ("2. Tranches\nIl y a une tranche ferme et deux tranches conditionnelles.", "contract.tranches[TO2].name", "Tranche conditionnelle 2"),
    ("MARCHÉ DE TRAVAUX D'IMPRIMERIE\n\n1. Objet\nLe marché a pour objet des travaux d'imprimerie.", "nature", "services"),
    # --- durations
    ("Délai d'exécution : 8 semaines à compter de l'ordre de service", "contract.duration", "8 semaines"),
    # --- negotiation
    ("2. Négociation\nLe maître d'ouvrage pourra engager des négociations avec les trois candidats arrivés en tête.", "procedure.negotiation.with_best", 3),
    # --- documents whose bullets were lost
    ("2. Contenu du dossier de consultation\nLe DCE comprend :\nle présent règlement de consultation (RC),\nl'acte d'engagement (AE),\nle CCAP,\nle CCTP et ses annexes.\nIl se télécharge.", "procurement_documents[CCTP].name", "CCTP"),
    ("2. Durée\nLe marché est conclu pour une durée de 24 mois à compter de sa notification.", "contract.duration", "24 mois"),
    ("2. Durée\nDurée : 1 an ferme, renouvelable 3 fois 1 an par tacite reconduction.", "contract.renewal.count", 3),
    ("2. Durée\nDurée : 1 an ferme, renouvelable 3 fois 1 an par tacite reconduction.", "contract.duration", "1 an"),
    ("2. Durée\nIl est reconductible tacitement trois fois pour une période d'un an.", "contract.renewal.duration", "1 an"),
    ("2. Durée\nL'accord-cadre pourra être reconduit deux fois, par périodes successives de 12 mois.", "contract.renewal.count", 2),
    ("2. Durée\nReconduction tacite, au plus trois fois, pour un an.", "contract.renewal.count", 3),
    ("2. Durée\nLe nombre de périodes de reconduction est fixé à 3. La durée de chaque période de reconduction est de 12 mois.", "contract.renewal.count", 3),
    ("2. Durée\nLe nombre de périodes de reconduction est fixé à 3. La durée de chaque période de reconduction est de 12 mois.", "contract.renewal.duration", "12 mois"),
    ("2. Durée\nLa durée maximale du contrat, toutes périodes confondues, est de 4 ans.", "contract.maximum_duration", "4 ans"),
    ("2. Durée\nLe marché prend effet au 1er mars 2027 pour 36 mois.", "contract.starts_on", "2027-03-01"),
    ("2. Durée\nLe délai d'exécution des travaux est fixé à 10 semaines à compter de l'ordre de service.", "contract.duration", "10 semaines"),
    # --- tranches
    ("2. Tranches\n- Tranche ferme : études\n- Tranche optionnelle n° 1 : travaux", "contract.tranches[TO1].name", "Tranche optionnelle 1 - travaux"),
    ("2. Tranches\n| Tranche | Désignation | Durée |\n|---|---|---|\n| TF | Études | 4 mois |\n| TO1 | Travaux | 8 mois |", "contract.tranches[TO1].duration", "8 mois"),
    ("2. Tranches\nTF : études (4 mois)\nTO 1 : travaux (8 mois)", "contract.tranches[TF].duration", "4 mois"),
    ("2. Tranches\nLe marché comprend une tranche ferme (études) et une tranche optionnelle (travaux).", "contract.tranches[TO].optional", True),
    # --- money
    ("2. Montants\nAccord-cadre sans minimum et avec un maximum de 90 000 € HT.", "contract.framework.maximum", "90 000,00 EUR HT"),
    ("2. Montants de l'accord-cadre\nMontant maximum : 1 200 000,00 € HT", "contract.framework.maximum", "1 200 000,00 EUR HT"),
    ("2. Montants\nLe montant total des commandes ne pourra excéder 400 000 euros HT sur la durée de l'accord-cadre.", "contract.framework.maximum", "400 000,00 EUR HT"),
    (
        "2. Forme\nAccord-cadre à bons de commande, dans la limite de 600 000 € HT pour sa durée totale.",
        "contract.framework.maximum",
        "600 000,00 EUR HT",
    ),
    # --- deadlines
    ("Date limite de remise des offres : mardi 3 mars 2026 à 12h00", "calendar.submission_deadline", "2026-03-03 12:00 Europe/Paris"),
    ("Les offres doivent être remises au plus tard le 03/03/2026 à 12 h 00.", "calendar.submission_deadline", "2026-03-03 12:00 Europe/Paris"),
    ("DATE ET HEURE LIMITES DE RECEPTION DES PLIS\nLe 3 mars 2026 - 12h00 (heure de Paris)", "calendar.submission_deadline", "2026-03-03 12:00 Europe/Paris"),
    ("| Date limite de réception des offres | 3 mars 2026 à 12:00 |\n|---|---|", "calendar.submission_deadline", "2026-03-03 12:00 Europe/Paris"),
    ("Remise des plis : 3 mars 2026, 12 heures", "calendar.submission_deadline", "2026-03-03 12:00 Europe/Paris"),
    ("Réception des offres jusqu'au mardi 03 mars 2026 à 17h00.", "calendar.submission_deadline", "2026-03-03 17:00 Europe/Paris"),
    ("Les candidatures sont à remettre avant le 3 mars 2026 à midi.", "calendar.candidacy_deadline", "2026-03-03 12:00 Europe/Paris"),
    ("Les offres sont à remettre avant le 3 mars 2026 à 12h00.", "calendar.deadline_inclusive", False),
    # --- terms
    ("Toute question doit parvenir dix (10) jours au plus tard avant la date limite de remise des offres.", "calendar.terms[questions].period", "10 jours"),
    ("Les candidats peuvent poser leurs questions jusqu'à 8 jours ouvrés avant la date limite.", "calendar.terms[questions].period", "8 jours ouvrés"),
    ("Une réponse est adressée à tous les candidats six jours au plus tard avant la date limite.", "calendar.terms[reponses].period", "6 jours"),
    ("L'acheteur peut modifier le dossier au plus tard 7 jours avant la date limite de réception des offres.", "calendar.terms[modifications].period", "7 jours"),
    ("L'attributaire fournit les certificats dans un délai de 7 jours à compter de la demande.", "calendar.terms[preuves].period", "7 jours"),
    ("Les candidats concernés complètent leur dossier de candidature sous 5 jours ouvrés.", "calendar.terms[complement].period", "5 jours ouvrés"),
    ("L'offre reste valable quatre-vingt-dix (90) jours à compter de la date limite de remise des offres.", "calendar.bid_validity.period", "90 jours"),
    ("Durée de validité des offres : 6 mois.", "calendar.bid_validity.period", "6 mois"),
    ("Le candidat est tenu de maintenir son offre pendant 120 jours.", "calendar.bid_validity.period", "120 jours"),
    # --- shortlist, competences
    ("3. Sélection\nLe nombre minimum de candidats admis à présenter une offre est de 3 et le maximum de 5.", "procedure.shortlist.maximum", 5),
    ("3. Sélection\nNombre de candidats retenus : minimum 5, maximum 8.", "procedure.shortlist.minimum", 5),
    ("3. Sélection\n4 candidats au maximum seront admis à remettre une offre.", "procedure.shortlist.maximum", 4),
    ("3. Sélection\nL'acheteur retiendra trois candidats admis à soumissionner.", "procedure.shortlist.maximum", 3),
    ("3. Équipe\nL'équipe devra réunir les compétences suivantes :\n- architecte\n- économiste de la construction", "capacity.competences[K2].name", "Économiste de la construction"),
    ("3. Équipe\nCompétences exigées :\n• Paysagiste concepteur\n• Bureau d'études VRD", "capacity.competences[K1].name", "Paysagiste concepteur"),
    # --- sending
    ("Les plis sont transmis exclusivement par voie électronique.", "submission.electronic_only", True),
    ("Aucune réponse sous format papier n'est admise.", "submission.electronic_only", True),
    ("Les offres arrivées après la date limite ne seront pas ouvertes.", "submission.late", "eliminated"),
    ("Tout pli reçu hors délai sera rejeté.", "submission.late", "eliminated"),
    ("En cas d'envois successifs, seul le dernier pli reçu sera ouvert.", "submission.successive_deposits", "last_only"),
    ("Si un nouveau pli est déposé, il annule et remplace le précédent.", "submission.successive_deposits", "last_only"),
    ("La signature électronique des documents n'est pas exigée au stade de la remise des offres.", "submission.signature.required", "none"),
    ("Le dépôt de l'offre ne nécessite aucune signature.", "submission.signature.required", "none"),
    ("Les documents rédigés dans une autre langue sont accompagnés d'une traduction en français.", "submission.translation", "simple"),
    ("Langue : français, ou joindre une traduction.", "submission.translation", "simple"),
    ("Formats de fichiers acceptés : PDF, ODT, XLSX et ZIP.", "submission.formats", [".pdf", ".odt", ".xlsx", ".zip"]),
    ("Le DUME est accepté.", "submission.espd_accepted", True),
    ("Le dossier est à télécharger sur la plateforme https://marches.ville-exemple.fr/accueil", "submission.url", "https://marches.ville-exemple.fr"),
    # --- groupings
    ("Le groupement conjoint aura un mandataire solidaire.", "grouping.leader_liable", True),
    ("Une même entreprise ne peut être membre de plusieurs groupements.", "grouping.exclusivity.member_of_several", True),
    ("Il est interdit de candidater à la fois à titre individuel et comme membre d'un groupement.", "grouping.exclusivity.single_and_member", True),
    # --- procedure
    ("La présente consultation est une procédure adaptée (article R. 2123-1 du code de la commande publique).", "procedure.type", "adapted"),
    ("Procédure : MAPA", "procedure.type", "adapted"),
    ("Variantes : interdites.", "procedure.variants_allowed", False),
    ("Les candidats peuvent présenter une variante.", "procedure.variants_allowed", True),
    ("L'acheteur négociera avec les 3 candidats ayant remis les meilleures offres.", "procedure.negotiation.with_best", 3),
    ("Aucune négociation n'est prévue.", "procedure.negotiation.allowed", False),
    ("Référence du marché : 2026-VRD-012", "reference", "2026-VRD-012"),
    ("Consultation n° 26M0045", "reference", "26M0045"),
    ("Affaire n° TX-2026-08", "reference", "TX-2026-08"),
    ("Code CPV : 77310000-6", "cpv[77310000]", "77310000"),
    # --- what real règlements write
    ("2. Allotissement\nLOT 1 MAÇONNERIE\nLOT 2 PLÂTRERIE ISOLATION", "lots[2].name", "Plâtrerie isolation"),
    ("2. Allotissement\nLot n°1 : Nord - Montant maximum : 400 000 € HT\nLot n°2 : Sud - Montant maximum : 300 000 € HT", "lots[1].name", "Nord"),
    ("2. Allotissement\nLa consultation comprend deux lots : Lot 1 — Serveurs ; Lot 2 — Réseau.", "lots[2].name", "Réseau"),
    ("2. Procédure\nLa procédure utilisée est : l'appel d'offres ouvert. Elle est soumise aux articles L. 2124-2 et R. 2124-2 du code.", "procedure.legal_basis", ["L.2124-2", "R.2124-2"]),
    ("2. Procédure\nAppel d'offres ouvert. Aucune phase de négociation n'est prévue.", "procedure.negotiation.allowed", False),
    ("2. Forme\nLe marché est un marché public à bons de commande, avec un montant maximum de 80 000 € HT.", "contract.framework.maximum", "80 000,00 EUR HT"),
    ("2. Capacités\nChiffre d'affaires annuel hors taxes minimum de 400 000 € sur trois exercices.", "capacity.turnover.minimum", "400 000,00 EUR HT"),
    ("8. Recours\nSeul le Tribunal administratif de Melun est compétent :\n43 rue du Général de Gaulle\n77000 MELUN\nTéléphone : 01 60 56 66 30", "remedies.court.name", "Tribunal administratif de Melun"),
    ("8. Recours\nTribunal administratif de Lyon\n184 rue Duguesclin\n69003 LYON\nTél : 04 87 63 50 00", "remedies.address.town", "Lyon"),
]  # fmt: skip
SILENT: list[tuple[str, str]] = [
    ("Date limite de réception des offres : 30/06/2027 à 12h00\n\n2. Visite\nLa visite se demande jusqu'au 18 juin 2027.", "calendar.terms[questions]"),
    ("Les questions doivent être posées avant le 3 mars 2026 à 12h00.", "calendar.submission_deadline"),
    ("La visite aura lieu le 3 mars 2026 à 10h00.", "calendar.submission_deadline"),
    ("Les réponses aux questions sont publiées le 3 mars 2026 à 12h00.", "calendar.submission_deadline"),
    ("Les factures sont transmises exclusivement par voie électronique.", "submission.electronic_only"),
    ("La garantie est de 12 mois renouvelable.", "contract.duration"),
    ("Le délai de paiement est de 30 jours.", "contract.duration"),
    ("L'attestation de visite doit être signée.", "submission.signature.required"),
    ("Le candidat peut demander des précisions sur la visite des lieux.", "calendar.visits[visite]"),
    ("Les candidats respectent l'égalité entre les femmes et les hommes.", "award.ties[0]"),
    ("Le lot de copropriété n° 3 concerne la cave.", "lots[3].name"),
    ("2. Forme\nAccord-cadre sans montant minimum et avec un montant maximum de 90 000 € HT.", "contract.framework.minimum"),
    ("2. Forme\nAccord-cadre à bons de commande.\n3. Capacités\nLe chiffre d'affaires annuel minimal exigé est de 90 000 € HT.", "contract.framework.minimum"),
    ("2. Groupement\nUn même mandataire ne peut représenter plus d'un groupement.", "grouping.exclusivity.member_of_several"),
    ("8. Recours\nTribunal administratif de Montreuil\n93100 Montreuil\nSIRET : 130 006 869 00015", "buyer.siret"),
    ("2. Forme\nLe titulaire du marché sera prévenu.", "contract.form"),
    ("7. Examen\nToute offre irrégulière pourra faire l'objet d'une demande de régularisation.", "review.eliminations[autre-1]"),
    ("3. Dossier\nLe dossier à remettre par le candidat comprendra :\n- l'acte d'engagement\n- la DPGF\n- le CCAP signé", "procurement_documents[AE]"),
]  # fmt: skip


def read(text: str) -> dict[str, Any]:
    r = Reading(of_text(HEAD + text + "\n", "rc.txt"), "RC")
    r.run(READERS)
    out: dict[str, Any] = {}
    for found in r.found:
        if isinstance(found.value, dict):
            out[found.path] = found.value
            for key, value in found.value.items():
                out.setdefault(f"{found.path}.{key}", value)
        else:
            out.setdefault(found.path, found.value)
    return out


@pytest.mark.parametrize(("text", "path", "value"), FORMS, ids=lambda each: str(each)[:60])
def test_this_form_is_read(text: str, path: str, value: Any) -> None:
    assert read(text).get(path) == value


@pytest.mark.parametrize(("text", "path"), SILENT, ids=lambda each: str(each)[:60])
def test_words_that_say_something_else_are_not_read_as_this(text: str, path: str) -> None:
    assert path not in read(text)
