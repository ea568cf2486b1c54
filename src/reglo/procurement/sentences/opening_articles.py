"""Who buys, what, by which procedure, in which lots, under which contract: articles 1 to 5."""

from __future__ import annotations

from reglo.procurement.consultation import ProcedureType
from reglo.procurement.sentences.grammar import Sentence, flag, one_or_more, pick, sentence
from reglo.procurement.sentences.layout import (
    TEXTS,
    Article,
    Column,
    Facts,
    Grid,
    Pairs,
    Say,
    Section,
    basis,
)

CONTACT = (
    Column("role", "Pour", 1.3),
    Column("name", "Nom", 2.2),
    Column("phones", "Téléphone", 1.4),
    Column("registration", "Immatriculation", 1.2),
)
# Addresses of the network stand in one wide column: they are copied whole.
COORDINATES = (*sentence("Courriel : {email}[ ;]"), *sentence("Site : {url}[ ;]"), *TEXTS)
ADDRESS = (
    Column("use", "Usage", 1.2),
    Column("lines", "Adresse", 3),
    Column("postcode", "Code postal", 0.8),
    Column("town", "Ville", 1.2),
    Column("hours", "Horaires", 1.8),
    Column("nuts", "NUTS", 0.9),
)
PLACE = (
    Column("name", "Lieu", 1.8),
    Column("lines", "Adresse", 2.4),
    Column("postcode", "Code postal", 0.8),
    Column("town", "Ville", 1.2),
    Column("nuts", "NUTS", 0.9),
    Column("department", "Département", 1.2),
)


def contacts(path: str, caption: str) -> Grid:
    """A table of people and services to write to or to call."""
    return Grid(path, caption, CONTACT, COORDINATES, told="Coordonnées", width=4.2)


BUYER = Article(
    "Acheteur",
    (
        Facts(
            "buyer",
            "L'acheteur",
            (
                ("name", "Acheteur"),
                ("kind", "Qualité"),
                ("represented_by", "Représenté par"),
                ("siret", "SIRET"),
                ("legal_type", "Forme juridique"),
                ("main_activity", "Activité principale"),
                ("profile_url", "Profil d'acheteur"),
                ("territory", "Jours fériés pris en compte"),
                ("legal_basis", "Textes"),
            ),
        ),
        contacts("buyer.services", "Services et intervenants"),
        Grid("buyer.addresses", "Adresses de l'acheteur", ADDRESS, TEXTS),
        contacts("contacts", "À qui s'adresser"),
        Facts(
            "notice",
            "L'avis d'appel à la concurrence",
            (
                ("number", "Numéro de l'annonce"),
                ("identifier", "Identifiant"),
                ("version", "Version"),
                ("form", "Forme"),
                ("type", "Type"),
                ("languages", "Langues"),
                ("departments", "Départements de publication"),
                ("url", "Adresse"),
                ("sent_to_publication_on", "Envoyé à la publication le"),
                ("legal_basis", "Textes"),
            ),
        ),
    ),
)

OBJECT = Article(
    "Objet de la consultation",
    (
        Facts(
            "",
            "La consultation",
            (
                ("reference", "Référence"),
                ("title", "Objet"),
                ("nature", "Nature"),
                ("description", "Description"),
                ("cpv", "Codes CPV"),
                ("estimated_value", "Valeur estimée"),
                ("estimated_total", "Valeur estimée, reconductions et options comprises"),
                ("legal_basis", "Textes"),
            ),
        ),
        Grid("places", "Lieux d'exécution", PLACE, TEXTS),
        Pairs("identifiers", "Identifiants de la consultation"),
    ),
)

PROCEDURE = Article(
    "Procédure",
    (
        Say(
            "procedure",
            (
                *pick(
                    "type",
                    {
                        ProcedureType.OPEN: "Le marché est passé par appel d'offres ouvert.",
                        ProcedureType.RESTRICTED: "Le marché est passé par appel d'offres restreint.",
                        ProcedureType.NEGOTIATED: "Le marché est passé par procédure avec négociation.",
                        ProcedureType.DIALOGUE: "Le marché est passé par dialogue compétitif.",
                        ProcedureType.ADAPTED: "Le marché est passé selon une procédure adaptée.",
                    },
                ),
                *sentence("La procédure est soumise aux textes suivants : {legal_basis}."),
                *sentence("La procédure relève de la directive {directive}."),
                *flag(
                    "electronic",
                    "La procédure est conduite par voie électronique.",
                    "La procédure n'est pas conduite par voie électronique.",
                ),
                *flag("prior_notice", "Un avis de préinformation a réduit les délais de la procédure."),
                *flag("urgency", "Les délais sont réduits en raison de l'urgence."),
                *flag(
                    "documents_off_profile",
                    "Une partie des documents ne peut pas être mise à disposition sur le profil d'acheteur.",
                ),
                *flag(
                    "public_opening",
                    "La séance d'ouverture des plis est publique.",
                    "La séance d'ouverture des plis n'est pas publique.",
                ),
                *flag(
                    "reserved_participation",
                    "La participation est réservée dans les conditions des documents de la consultation.",
                ),
                *flag("dynamic_purchasing_system", "Un système d'acquisition dynamique est mis en place."),
                *flag(
                    "gpa_covered",
                    "L'accord sur les marchés publics s'applique.",
                    "L'accord sur les marchés publics ne s'applique pas.",
                ),
                *flag(
                    "suitable_for_sme",
                    "Le marché convient aux petites et moyennes entreprises.",
                    "Le marché n'est pas signalé comme convenant aux petites et moyennes entreprises.",
                ),
                *flag("eu_funds", "Le marché est financé en partie par des fonds de l'Union européenne."),
            ),
        ),
        Section(
            "Variantes et prestations supplémentaires",
            (
                Say(
                    "procedure",
                    (
                        *flag(
                            "variants_allowed",
                            "Les variantes sont autorisées.",
                            "Les variantes ne sont pas autorisées.",
                        ),
                        *flag(
                            "variants_required",
                            "Des variantes sont exigées.",
                            "Aucune variante n'est exigée.",
                        ),
                        *flag(
                            "optional_supplies_asked",
                            "Des prestations supplémentaires éventuelles sont demandées.",
                            "Aucune prestation supplémentaire éventuelle n'est demandée.",
                        ),
                        *sentence("Prestations supplémentaires éventuelles : {optional_supplies}."),
                    ),
                ),
            ),
        ),
        Section(
            "Sélection des candidats",
            (
                Say(
                    "procedure.shortlist",
                    (
                        *sentence(
                            "Seuls les candidats sélectionnés sont invités à soumissionner[, au nombre de {minimum} "
                            "au moins][, de {maximum} au plus]."
                        ),
                        *sentence("La sélection se fait d'après les critères suivants : {criteria}."),
                        *basis("la sélection des candidats"),
                    ),
                ),
            ),
        ),
        Section(
            "Mise au point et abandon",
            (
                Say(
                    "procedure",
                    (
                        *sentence(
                            "L'acheteur peut procéder à une mise au point avec l'attributaire pressenti "
                            "({fine_tuning})."
                        ),
                        *sentence("Renonciation à la procédure (déclaration sans suite) : {abandonment}."),
                    ),
                ),
            ),
        ),
    ),
)

LOTS = Article(
    "Allotissement",
    (
        Say(
            "allotment",
            (
                *flag(
                    "divided",
                    "Le marché est divisé en lots.",
                    "Le marché n'est pas divisé en lots.",
                ),
                *sentence("Motif du choix de ne pas allotir : {reason}."),
                *one_or_more(
                    "max_lots_bid",
                    "Un candidat ne peut présenter une offre que pour un lot.",
                    "Un candidat peut présenter une offre pour {max_lots_bid} lots au plus.",
                ),
                *one_or_more(
                    "max_lots_awarded",
                    "Un candidat ne peut se voir attribuer qu'un lot.",
                    "Un candidat peut se voir attribuer {max_lots_awarded} lots au plus.",
                ),
                Sentence(
                    "Chaque lot donne lieu à un marché distinct.",
                    (("separate_contracts", True),),
                    (("divided", False),),
                ),
                *flag(
                    "separate_contracts",
                    "",
                    "Les lots attribués à un même titulaire font l'objet d'un seul marché.",
                ),
                *basis("l'allotissement"),
            ),
        ),
        Grid(
            "lots",
            "Les lots",
            (
                Column("id", "Lot", 0.5),
                Column("name", "Intitulé", 2.6),
                Column("description", "Contenu", 2.6),
                Column("cpv", "CPV", 0.9),
                Column("duration", "Durée", 0.8),
                Column("form", "Forme du contrat", 1),
                Column("minimum", "Montant minimum", 1.3),
                Column("maximum", "Montant maximum", 1.3),
                Column("estimated_value", "Valeur estimée", 1.3),
                Column("estimated_total", "Valeur estimée, toutes périodes", 1.3),
            ),
            TEXTS,
        ),
        Grid("lots.places", "Lieux d'exécution par lot", PLACE, TEXTS, parent="Lot"),
        Pairs("lots.identifiers", "Identifiants des lots", parent="Lot"),
    ),
)

CONTRACT = Article(
    "Contrat",
    (
        Section(
            "Forme et durée",
            (
                Say(
                    "contract",
                    (
                        *sentence("Forme du contrat : {form}."),
                        *sentence("Il se compose des parties suivantes : {parts}."),
                        *sentence("La durée du contrat est de {duration}."),
                        *flag("duration_indicative", "La durée du contrat est donnée à titre indicatif."),
                        *sentence("Point de départ de la durée : {duration_from}."),
                        *sentence("L'exécution commence le {starts_on}."),
                        *sentence("La durée du contrat ne dépasse pas {maximum_duration} en tout."),
                        *sentence(
                            "La garantie de parfait achèvement, incluse au contrat, dure {completion_guarantee}."
                        ),
                        *sentence(
                            "Cahier des clauses administratives générales applicable : {general_conditions}."
                        ),
                        *sentence("Le contrat peut être attribué à : {one_holder_form}."),
                        *basis("le contrat"),
                    ),
                ),
            ),
        ),
        Section(
            "Reconduction",
            (
                Say(
                    "contract.renewal",
                    (
                        *flag(
                            "tacit",
                            "Le contrat est reconduit tacitement.",
                            "Le contrat est reconduit sur décision expresse de l'acheteur.",
                        ),
                        *sentence("Le nombre de reconductions est de {count}.", tacit=True),
                        *sentence("Le nombre de reconductions expresses est de {count}.", tacit=False),
                        *sentence("Le contrat est reconductible {count} fois.", tacit=None),
                        *sentence("Le contrat est reconductible.", tacit=None, count=None),
                        *sentence("Chaque période de reconduction dure {duration}."),
                        *sentence("Les conditions de la reconduction sont fixées par : {stated_in}."),
                        *basis("la reconduction"),
                    ),
                ),
            ),
        ),
        Section(
            "Accord-cadre",
            (
                Say(
                    "contract.framework",
                    (
                        *one_or_more(
                            "holders",
                            "L'accord-cadre est conclu avec un seul opérateur économique.",
                            "L'accord-cadre est conclu avec {holders} opérateurs économiques.",
                        ),
                        *sentence("Il s'exécute par : {orders}."),
                        *sentence("Montant minimum de l'accord-cadre : {minimum}."),
                        *sentence("Montant maximum de l'accord-cadre : {maximum}."),
                        *sentence("Le montant maximum vaut pour : {maximum_per}."),
                        *sentence("Les montants de l'accord-cadre sont fixés par : {stated_in}."),
                        *basis("l'accord-cadre"),
                    ),
                ),
            ),
        ),
        Section(
            "Tranches",
            (
                Grid(
                    "contract.tranches",
                    "Les tranches",
                    (
                        Column("id", "Tranche", 1.1),
                        Column("name", "Intitulé", 3),
                        Column("optional", "Optionnelle", 1.4),
                        Column("duration", "Durée", 0.9),
                        Column("elements", "Éléments de mission", 2),
                    ),
                    (
                        *flag(
                            "compensation",
                            "Ouvre droit à une indemnité d'attente ou de dédit.",
                            "N'ouvre droit à aucune indemnité d'attente ni de dédit.",
                        ),
                        *TEXTS,
                    ),
                ),
            ),
        ),
        Section(
            "Financement et paiement",
            (
                Facts(
                    "contract",
                    "Financement, paiement et suites",
                    (
                        ("financing", "Financement"),
                        ("payment_within", "Délai de paiement"),
                        ("advance", "Avance"),
                        ("electronic_invoicing", "Facturation électronique"),
                        ("electronic_ordering", "Commandes par voie électronique"),
                        ("electronic_payment", "Paiement par voie électronique"),
                        ("sheltered_employment", "Emplois protégés"),
                        ("similar_services", "Prestations similaires, article"),
                        ("similar_services_within", "Prestations similaires, délai"),
                        ("similar_services_amount", "Prestations similaires, montant"),
                    ),
                ),
                Pairs("contract.invoicing_codes", "Références de facturation"),
            ),
        ),
    ),
)
