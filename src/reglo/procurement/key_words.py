"""The French name of every key of a rules file, for a sentence that has none of its own."""

from __future__ import annotations

# key -> its name after the rule's: "Signature (formats admis)"
KEYS_FR = dict(
    line.split(": ", 1)
    for line in """\
abandonment: abandon de la procédure
about: objet du délai
address: adresse
addresses: adresses
advance: avance
after_demand: après une demande
alerts_need_identification: alertes aux seuls identifiés
aligned_by_winner: décomposition alignée par l'attributaire
all_concerned: pour tous les concernés
allotment: allotissement
allowed: admise
also_owed_by: due aussi par
amount: montant
annex_of: annexe de
aptitude: aptitude professionnelle
arithmetic: erreurs de calcul
arrive_before: arrivée en avance
assessed: appréciation
at: date et heure
at_award: due par le seul attributaire
at_most: délai maximal
award: jugement
award_evidence: preuves de l'attributaire
award_evidence_by_buyer: preuves obtenues par l'acheteur
award_without: attribution sans négocier
award_without_in_notice: attribution sans négocier dite dans l'avis
backup_copy: copie de sauvegarde
basis: base des prix
beyond: sanction au-delà
bid_validity: validité des offres
bids_first: offres examinées d'abord
bound: qui est tenu
bring: documents à apporter
buyer: acheteur
by: par
by_lot: lot par lot
calendar: calendrier
candidacy_completion: complément des candidatures
candidacy_deadline: date limite des candidatures
capacity: capacités
catalogue: catalogue électronique
channel: voie
channels: voies de la négociation
choices: choix
cited_texts: textes cités
clarifications: demandes de précisions
clauses: clauses
closed: cas de fermeture
code: code
columns: colonnes
compensation: indemnité d'attente ou de dédit
competences: compétences
completion_by_others: complément ouvert aux autres candidats
completion_guarantee: garantie de parfait achèvement
composition_changes: changements de composition
compulsory: obligatoire
confidentiality: confidentialité
contacts: contacts
contract: contrat
contractual: contractuel
costs_borne_by_bidder: frais à la charge du candidat
count: nombre
court: tribunal
cpv: code CPV
criteria: sous-critères
criterion: critère
curable: régularisable
currency: monnaie
dated: datée
deadline_inclusive: heure limite incluse
decided_by: décidé par
decided_on: décidé le
decimals: décimales
default: choix par défaut
delivery: modes de remise
department: département
departments: départements
description: description
directive: directive
discouraged: fichiers déconseillés
divided: alloti
document_access: accès au dossier
documents_off_profile: documents hors du profil d'acheteur
drawn_at: moment du tirage
duration: durée
duration_from: point de départ de la durée
duration_indicative: durée prévisionnelle
dynamic_purchasing_system: système d'acquisition dynamique
effect: effet
electronic: voie électronique
electronic_invoicing: facturation électronique
electronic_only: voie électronique seule
electronic_ordering: commande électronique
electronic_payment: paiement électronique
elements: éléments d'appréciation
eliminations: motifs d'élimination
email: adresse électronique
email_asked: adresse électronique demandée au retrait
environmental: critère environnemental
equivalents_accepted: preuves équivalentes admises
espd_accepted: DUME admis
estimated_total: valeur estimée totale
estimated_value: valeur estimée
eu_funds: fonds de l'Union européenne
every_cell_filled: toutes les cases remplies
excluded: exclus
excluding: hors
exclusivity: interdiction de répondre plusieurs fois
feeds: montant alimenté
final_bids_deadline: date limite des offres finales
financing: financement
finding: constat
fine_tuning: mise au point
first_place_only: pour la première place
folder: dossier
foreign_evidence: preuves du candidat étranger
form: forme
for_lots: jugements propres à des lots
form_after_award: forme à la signature
form_reason: motif de la forme
formats: formats
forms_allowed: formes admises
formula: formule
framework: accord-cadre
free: gratuit
from_document: document d'origine
general_conditions: cahier des clauses générales
gpa_covered: accord sur les marchés publics
ground: motif
grouping: groupements
hearings: auditions
hidden: non communiqué
higher_is_better: le plus haut est le meilleur
holders: nombre de titulaires
hours: horaires
id: identifiant
identification_optional: identification facultative
identifier: identifiant
identifiers: identifiants
if_insufficient: sanction de l'insuffisance
if_missed: sanction de l'absence
if_missing: sanction de l'absence
infected: copie infectée
inputs: données
instead_of: remplace
insurance: assurance
invoicing_codes: codes de facturation
item: article
judged_on: jugé sur
justification: motif
justify: constats acceptés
kind: genre
label: libellé
languages: langues
last_byte: dernier octet reçu
late: plis tardifs
late_informed: tardifs informés
launched_on: date de lancement
layout: présentation
leader: mandataire
leader_liable: mandataire solidaire
leader_power: habilitation du mandataire
legal_basis: articles cités
legal_type: forme juridique
level: niveau
levels: niveaux
lines: lignes
lots: lots
low_bid_estimate_share: seuil d'une offre basse par rapport à l'estimation
low_bid_formulas: détection des offres basses
low_bids_detected: offres anormalement basses détectées
lump_sum: prix forfaitaire
main_activity: activité principale
material_error_exception: erreur purement matérielle
max_age: ancienneté maximale
max_lots_awarded: nombre maximal de lots attribués
max_lots_bid: nombre maximal de lots
max_references: nombre maximal de références
maximum: maximum
maximum_duration: durée maximale
maximum_per: étendue du maximum
maximum_size: taille maximale
meaning: signification
media: supports
member_of_several: membre de plusieurs groupements
mentions: mentions
method: méthode
minimum: minimum
mode: sens
moves_with_deadline: suit le report de la limite
name: intitulé
naming: nommage des fichiers
nature: nature
negotiation: négociation
notice: avis
number: numéro
nuts: code NUTS
of: à compter de
on: le
on_each_document: sur chaque document
one_holder_form: forme du titulaire
one_pli_for_all_lots: un seul pli pour tous les lots
only_one: visite unique
open_document_required: formats OpenDocument exigés
open_points: points ouverts
opened_if: cas d'ouverture
opening_at: ouverture des plis
opening_indicative: ouverture prévisionnelle
optional: facultatif
optional_supplies: prestations supplémentaires éventuelles
optional_supplies_asked: prestations supplémentaires demandées
orders: mode de commande
other_channel: autre voie de remise
other_formats: autres formats
owed_by: due par
own_template_only: modèle imposé
page_limits: limites de pages
pages: pages
pages_per_sheet: pages par feuille
paper: dossier sur papier
paper_after_award: papier après l'attribution
parts: éléments
party: qui est tenu
payment_within: délai de paiement
people_per_company: personnes par entreprise
per: par
per_lot: par lot
per_member: par membre
percent: pourcentage
period: durée
phones: téléphones
piece: pièce
pieces: pièces
place: lieu
places: lieux d'exécution
postcode: code postal
precedence: ordre des prix
preferred: forme préférée
price: critère de prix
price_basis: base de comparaison des prix
price_figure: prix de référence
prices: prix
prior_notice: avis de préinformation
procedure: procédure
procurement_documents: documents du dossier
profile_url: profil d'acheteur
proofs: preuves
public_opening: ouverture publique
qualifications: qualifications
quantity: quantité
question: question
questions_answered: réponses pendant la visite
quotes: devis types
ranking: classement
read_up_to: dernière page lue
reason: motif
receipt: accusé de réception
ref: repère
reference: référence
references: références
refusal: effet d'un refus
registration: immatriculation
reglo: version du format
regularisation: régularisation
reliance_proof: preuve des capacités d'un autre opérateur
remedies: recours
renewal: reconductions
represented_by: représentant
request_with: à joindre à la demande
required: exigée
reserved_participation: participation réservée
resigned_at_award: signature à nouveau à l'attribution
review: examen
revision: révision des prix
role: rôle
rounding: arrondi
rounds: nombre de tours
rule: règle
sanction: sanction
scale: barème
scales: barèmes
scope: étendue
sealed: scellée
section: partie limitée
sent_at: envoi de l'avis
sent_to_publication_on: envoi à la publication
separate_contracts: un contrat par lot
separate_lots_allowed: plis séparés par lot
services: services
set: effet du choix
share: part
sheets: cadres de prix
sheltered_employment: emplois protégés
shortlist: sélection des candidats
side: avant ou après
signature: signature
signed: signée
similar_services: prestations similaires
similar_services_amount: montant des prestations similaires
similar_services_within: délai des prestations similaires
single_and_member: seul et membre d'un groupement
siret: SIRET
social: critère social
source: article
sources: articles
stage: étape
stages: étapes
starts_on: début
stated_in: dit dans
statuses: états admis
step: pas
strictly_more: strictement plus
subcontractors_count: sous-traitants compris
subcontractors_declared: déclaration des sous-traitants
submission: remise des plis
submission_deadline: date limite des offres
successive_deposits: dépôts successifs
suitable_for_sme: accessible aux PME
surplus: références en trop
tacit: tacite
template: modèle
terms: délais
territory: territoire
text: phrase de l'acheteur
ties: départage des égalités
time_zone_as_written: fuseau écrit
times_contract: multiple du montant du marché
title: titre
to_return: à remettre
topic: sujet
total: total des points
total_feeds: montant alimenté par le total
town: commune
tranche: tranche
tranches: tranches
translation: traduction
transmission_begun: transmission commencée à temps
turnover: chiffre d'affaires
type: type
unit: unité
unit_prices: prix unitaires
unopened: copie non ouverte
until: jusqu'à
urgency: urgence
url: adresse internet
use: usage
value: valeur
values: montants calculés
variants_allowed: variantes autorisées
variants_required: variantes exigées
verification_instructions: mode d'emploi de la vérification
version: version
versions: versions demandées
virus: virus
virus_trace: trace du virus conservée
visits: visites
ways: voies de recours
weight: poids
weights_in_order: critères par ordre décroissant
when: condition
where: portée de l'exigence
with_best: nombre d'offres négociées
within: délai
words: montants en lettres
works_start_on: début des travaux
years: exercices
zero_allowed: zéro admis""".splitlines()
)

# value written in the file -> as a notice says it; those already French are not here
VALUES_FR = dict(
    line.split(": ", 1)
    for line in """\
open: appel d'offres ouvert
restricted: appel d'offres restreint
negotiated: procédure avec négociation
dialogue: dialogue compétitif
adapted: procédure adaptée
works: travaux
supplies: fournitures
services: services
none: aucune
incomplete: candidature incomplète
irregular: offre irrégulière
eliminated: élimination
not_read: non lu
candidacy: candidature
bid: offre
bidder: le candidat
each_member: chaque membre
mandatary: le mandataire
each_subcontractor: chaque sous-traitant
each_named_person: chaque personne nommée
content: contenu de l'offre
judging: jugement seulement
any: électronique ou manuscrite
electronic: électronique
all_eliminated: toutes éliminées
best_ranked_kept: la mieux classée gardée
last_only: le dernier pli seul
last_then_earlier_documents: le dernier pli, complété par les précédents
last_per_lot: le dernier pli de chaque lot
unstated: non dit
quarantine: mise à l'écart
attempt_repair: réparation
backup_copy_first: copie de sauvegarde d'abord
inverse: proportion inverse
linear: linéaire
min_max: entre le plus bas et le plus haut
mean: écart à la moyenne
normalised: rapporté au meilleur
scale: barème
formula: formule
sum: somme des sous-critères
half_up: au plus proche
half_even: au pair le plus proche
down: vers le bas
up: vers le haut
leaf: chaque note
criterion: chaque critère
total: le total
best_mark: meilleure note
lowest: montant le plus bas
corrected: corrigées
confirmed: confirmées par le candidat
not_corrected: non corrigées
money: montant
number: nombre
state: l'État
local: collectivité ou autre pouvoir adjudicateur
utility: entité adjudicatrice
questions: questions
answers: réponses
changes: modifications du dossier
visit_last: dernière visite
visit_booking: rendez-vous de visite
visit_request: demande de visite
supplement: complément de candidature
regularisation: régularisation
clarification: précisions
award_evidence: preuves de l'attributaire
access_list: liste des intervenants
other: autre délai
precontractual: référé précontractuel
contractual: référé contractuel
contract_challenge: contestation du contrat
annulment: recours pour excès de pouvoir
suspension: référé suspension
gracious: recours gracieux
conciliation: conciliation
acte_engagement_words: lettres de l'acte d'engagement
acte_engagement_figures: chiffres de l'acte d'engagement
sheet_words: lettres du cadre de prix
sheet_figures: chiffres du cadre de prix
recomputed: montant recalculé
ref: repère
name: intitulé
unit: unité
quantity: quantité
unit_price: prix unitaire
amount: montant
words: montant en lettres""".splitlines()
)
