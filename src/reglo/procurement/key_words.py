"""The French name of the keys of a rules file, for a sentence that has none of its own."""

from __future__ import annotations

# key -> its name after the rule's: "Signature (formats admis)"
KEYS_FR = dict(
    line.split(": ", 1)
    for line in """\
addresses: adresses
advance: avance
after_demand: après une demande
all_concerned: pour tous les concernés
allowed: admise
also_owed_by: due aussi par
annex_of: annexe de
arithmetic: erreurs de calcul
assessed: appréciation
at: date et heure
at_award: due par le seul attributaire
at_most: délai maximal
award_evidence: preuves de l'attributaire
award_without: attribution sans négocier
basis: base des prix
beyond: sanction au-delà
bids_first: offres examinées d'abord
bound: qui est tenu
by_lot: lot par lot
candidacy_completion: complément des candidatures
channel: voie
cited_texts: textes cités
competences: compétences
compulsory: obligatoire
confidentiality: confidentialité
contacts: contacts
cpv: code CPV
criteria: sous-critères
criterion: critère
deadline_inclusive: heure limite incluse
decimals: décimales
delivery: modes de remise
description: description
divided: alloti
duration: durée
duration_from: point de départ de la durée
effect: effet
electronic: voie électronique
electronic_only: voie électronique seule
elements: éléments d'appréciation
email: adresse électronique
environmental: critère environnemental
equivalents_accepted: preuves équivalentes admises
espd_accepted: DUME admis
every_cell_filled: toutes les cases remplies
excluded: exclus
excluding: hors
first_place_only: pour la première place
folder: dossier
form: forme
form_reason: motif de la forme
formats: formats
formula: formule
ground: motif
hearings: auditions
hours: horaires
if_insufficient: sanction de l'insuffisance
if_missed: sanction de l'absence
if_missing: sanction de l'absence
instead_of: remplace
insurance: assurance
judged_on: jugé sur
languages: langues
late: plis tardifs
launched_on: date de lancement
layout: présentation
leader: mandataire
leader_liable: mandataire solidaire
legal_basis: articles cités
level: niveau
levels: niveaux
lines: lignes
lump_sum: prix forfaitaire
max_age: ancienneté maximale
max_lots_awarded: nombre maximal de lots attribués
max_lots_bid: nombre maximal de lots
max_references: nombre maximal de références
maximum: maximum
maximum_per: étendue du maximum
media: supports
mentions: mentions
method: méthode
minimum: minimum
mode: sens
name: intitulé
naming: nommage des fichiers
nature: nature
negotiation: négociation
of: à compter de
on_each_document: sur chaque document
one_pli_for_all_lots: un seul pli pour tous les lots
open_document_required: formats OpenDocument exigés
opened_if: cas d'ouverture
optional: facultatif
optional_supplies: prestations supplémentaires éventuelles
owed_by: due par
own_template_only: modèle imposé
page_limits: limites de pages
pages: pages
pages_per_sheet: pages par feuille
paper_after_award: papier après l'attribution
parts: éléments
party: qui est tenu
payment_within: délai de paiement
per_lot: par lot
period: durée
phones: téléphones
precedence: ordre des prix
preferred: forme préférée
price: critère de prix
price_figure: prix de référence
prior_notice: avis de préinformation
profile_url: profil d'acheteur
proofs: preuves
quantity: quantité
ranking: classement
read_up_to: dernière page lue
reason: motif
reference: référence
references: références
regularisation: régularisation
renewal: reconductions
required: exigée
rounding: arrondi
rule: règle
sanction: sanction
scale: barème
scope: étendue
sealed: scellée
separate_lots_allowed: plis séparés par lot
share: part
sheets: cadres de prix
signature: signature
signed: signée
similar_services: prestations similaires
similar_services_amount: montant des prestations similaires
similar_services_within: délai des prestations similaires
stages: étapes
starts_on: début
strictly_more: strictement plus
successive_deposits: dépôts successifs
template: modèle
times_contract: multiple du montant du marché
title: titre
to_return: à remettre
topic: sujet
town: commune
transmission_begun: transmission commencée à temps
turnover: chiffre d'affaires
unit_prices: prix unitaires
urgency: urgence
url: adresse internet
value: valeur
versions: versions demandées
virus: virus
visits: visites
weight: poids
when: condition
with_best: nombre d'offres négociées
within: délai""".splitlines()
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
number: nombre""".splitlines()
)
