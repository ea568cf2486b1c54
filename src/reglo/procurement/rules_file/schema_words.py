"""What the JSON Schema says of groups and keys, in French: whoever writes rules reads it while typing."""

from __future__ import annotations

# group of the model -> what it is
GROUPS_FR = dict(
    line.split(": ", 1)
    for line in """\
Consultation: Les règles d'une consultation.
Address: Une adresse, avec ses heures d'ouverture quand des plis y sont remis en main propre.
Allotment: L'allotissement : lots à viser et à obtenir, ou pourquoi il n'y en a pas (L.2113-10 et -11).
Award: Le jugement des offres : chiffres, critères, grilles, arrondis, égalités.
AwardCriterion: Un critère ou sous-critère, qui pèse des points (weight) ou une part du critère (share).
BackupCopyRules: La copie de sauvegarde (R.2132-11).
BidValidity: Le délai de validité des offres, compté de la dernière des dates limites nommées.
Buyer: L'acheteur.
Calendar: Les dates annoncées, et les délais dont Réglo calcule les autres.
Capacity: Les conditions de participation (R.2142-1 et suivants).
Choice: Une lecture admissible d'un point ouvert : les chemins du fichier et la valeur qu'elle leur donne.
Clause: Une règle qui ne se calcule pas, gardée avec son effet.
Competence: Une compétence exigée, avec ses preuves.
Contact: Une personne, un service ou un site à qui s'adresser, et pour quoi.
Contract: Le marché à signer : forme, durée, reconductions, tranches, paiement.
DocumentAccess: Comment le dossier de consultation s'obtient, et ce qu'on peut en faire.
Elimination: Un motif d'élimination annoncé.
Exclusivity: L'interdiction de répondre plusieurs fois, seul ou en groupement (R.2142-21, R.2151-7).
Framework: L'accord-cadre (R.2162-2 à R.2162-14) ; un maximum est obligatoire (R.2162-4).
Grouping: Les groupements d'opérateurs (R.2142-19 à R.2142-27).
Input: Un chiffre lu dans chaque offre ; son identifiant sert dans les formules.
Justification: Pourquoi un constat de « reglo lint » est accepté ; gardé avec les règles.
Level: Un degré d'une grille : son libellé, et ce qu'il vaut en points ou en part du maximum.
Lot: Un lot. Un marché sans allotissement en a un, d'identifiant "1".
LotAward: Le jugement propre à des lots : chaque clé donnée remplace, entière, celle de tous ; « [] » : aucun.
Negotiation: La négociation : si elle a lieu, avec qui et comment.
Notice: L'avis qui a ouvert la consultation.
OpenPoint: Ce que le règlement laisse ouvert ou contredit, et ses lectures ; sans elles, une question.
PageLimit: Une limite de pages, et ce qui arrive au-delà.
Piece: Une pièce à remettre.
PiecePart: Un élément d'une pièce : le DC4 d'un dossier de sous-traitance, le CV joint à un mémoire.
Place: Un lieu d'exécution.
PriceLine: Une ligne de prix.
PriceRules: Les documents de prix, lequel l'emporte, et la correction des erreurs.
PriceSheet: Un cadre de prix (BPU, DQE, DPGF) : ses lignes et ses colonnes.
Procedure: La procédure, ses articles, ses variantes.
ProcurementDocument: Un document du dossier de consultation.
Quote: Un devis type, chiffré à partir des prix unitaires de l'offre ; son identifiant sert dans les formules.
QuoteLine: Une ligne de devis type : un prix du bordereau fois la quantité de l'acheteur.
References: Les références exigées. Leur absence n'élimine jamais à elle seule (R.2142-14).
Remedies: Le tribunal et les voies de recours.
Remedy: Une voie de recours et son délai.
Renewal: Les reconductions (R.2112-4).
Review: L'examen des candidatures et des offres : son ordre, ce que l'acheteur se réserve.
Rounding: Un arrondi : à combien de décimales, à quelles étapes, dans quel sens.
Scale: Une grille d'appréciation, du meilleur degré au moins bon.
Shortlist: La sélection de candidats avant les offres.
SignatureRules: La signature, électronique ou manuscrite (annexe 12 du Code).
Submission: L'envoi des plis : voie, formats, langues, dépôts successifs, virus, copie, signature.
Term: Un délai avant ou après un événement.
TieBreak: Une règle qui départage les égalités ; elles s'appliquent dans l'ordre.
Tranche: Une tranche ferme ou optionnelle (R.2113-4 à R.2113-6).
Turnover: Un chiffre d'affaires annuel minimal : un montant, ou un multiple du montant du marché (R.2142-7).
Value: Un chiffre calculé pour chaque offre à partir des autres.
Visit: Une visite des lieux (R.2151-3).""".splitlines()
)

# "Group.key" -> its name, where the one it has everywhere would mislead
NAMES_FR = {
    "Award.criteria": "critères",
    "LotAward.criteria": "critères",
    "Shortlist.criteria": "critères de sélection",
}

# key, or "Group.key" -> how to write it, after its name
NOTES_FR = dict(
    line.split(": ", 1)
    for line in """\
Address.use: « siège », « envoi postal », « remise sur place »…
AwardCriterion.judged_on: code de la pièce, puis la partie : « O3 chapitre 2 »
AwardCriterion.of: identifiant du chiffre, du devis ou du montant calculé qu'une méthode de prix compare
AwardCriterion.price: compte comme critère de prix, pour les égalités et les alertes d'offre basse
AwardCriterion.share: part du critère qui le contient, « 30 % »
AwardCriterion.type: celui d'eForms : price, cost ou quality
AwardCriterion.weight: en points du total, ou du critère qui le contient
Award.criteria: ceux des lots qui n'ont pas les leurs dans for_lots
Award.for_lots: les lots jugés autrement, groupés quand ils le sont de même
Award.price_basis: HT ou TTC ; vide si le règlement n'en dit rien
Award.price_figure: le chiffre qui est « le prix », pour les égalités et les alertes d'offre basse
Award.ranking: « competition » : 1, 1, 3
Award.ties: dans l'ordre ; sans règle, une égalité à la première place s'arrête sur une question
Award.weights_in_order: ordre décroissant d'importance au lieu de poids
BackupCopyRules.electronic: admise, refusée, ou vide si le règlement n'en dit rien
BackupCopyRules.opened_if: virus, incomplete, late, unreadable
BackupCopyRules.transmission_begun: un envoi commencé avant l'heure limite suffit
Buyer.territory: dont les jours fériés comptent : metropole, alsace-moselle, "974"…
Calendar.deadline_inclusive: un pli reçu à l'heure exacte est à temps
Calendar.last_byte: l'instant qui compte est celui du dernier octet reçu
Calendar.launched_on: sans avis, ou quand l'instant d'envoi n'est pas connu
Calendar.opening_indicative: annoncée à titre prévisionnel
Calendar.sent_at: envoi de l'avis à la publication ; décide du droit applicable
Calendar.submission_deadline: avec son fuseau : 2026-02-18 12:00 Europe/Paris
Calendar.time_zone_as_written: quand le règlement l'écrit autrement, « GMT+01:00 Paris »
Capacity.assessed: pour un groupement
Capacity.equivalents_accepted: entreprises créées récemment, R.2142-4
Choice.set: chemin : valeur, par exemple « award.criteria[prix].formula: … »
Clause.bound: « candidats », « acheteur », « titulaire »
Clause.effect: obligation, faculté, irrégularité, élimination ou information
Clause.rule: dite avec vos mots
Contract.duration_from: « notification », « ordre de service »…
Contract.duration_indicative: annoncée à titre prévisionnel
Contract.form: ordinaire, accord-cadre ou composite
Elimination.after_demand: seulement si une demande de complément est restée sans réponse
Elimination.stage: candidature ou offre
Exclusivity.scope: contract (tout le marché) ou lot
Framework.maximum_per: total ou période
Framework.minimum: 0 EUR HT : sans minimum ; vide si le règlement n'en dit rien
Framework.orders: bons de commande, marchés subséquents ou mixte
Grouping.forms_allowed: pour répondre ; vide : toutes, car aucune ne s'impose avant l'attribution (R.2142-22)
Grouping.form_after_award: celles qui peuvent s'imposer après l'attribution ; vide : toutes
Input.from_document: code de la pièce où il se lit
Input.unit: d'un nombre : « jours », « % »…
Justification.finding: L-01, INV-3…
Lot.duration: remplace celle du marché
Lot.form: remplace celle du marché
Lot.maximum: remplace celui de l'accord-cadre
Lot.minimum: remplace celui de l'accord-cadre
Negotiation.award_without: l'acheteur se réserve d'attribuer sur les offres initiales
Negotiation.excluded: ce qui ne se négocie pas : « critères », « exigences minimales »
Negotiation.rounds: vide : sans limite
Negotiation.with_best: les n premières d'un premier classement ; vide : toutes
OpenPoint.default: la lecture en vigueur tant que personne n'a choisi
OpenPoint.rule: identifiant du contrôle ou de la règle de droit : L-06, PX-03…
OpenPoint.sources: les articles qui se contredisent
PageLimit.excluding: « annexes », « sommaire », « page de garde », « CV »…
PageLimit.layout: « A4, interligne simple, corps 10 » ; vide si le règlement n'en dit rien
PageLimit.read_up_to: les pages suivantes ne sont pas analysées
PageLimit.section: la partie limitée, quand ce n'est pas toute la pièce
Piece.also_owed_by: opérateurs sur qui le candidat s'appuie, par exemple
Piece.every_cell_filled: cadre de prix : chaque ligne, même à zéro
Piece.formats: extensions, .pdf ; vide : celles de submission.formats
Piece.instead_of: codes des pièces qu'elle remplace quand elle est donnée
Piece.own_template_only: un autre modèle rend l'offre irrégulière
Piece.per_lot: une par lot visé
Piece.template: code du document à remplir, ou DC1, DC2, DUME, libre
Piece.versions: groupes d'extensions dont chacun doit être présent
Piece.when: faits qui doivent tous se présenter : « groupement », « non groupement » ; vide : toujours due
Piece.where: contenu de l'offre, ou seulement pour la juger : décide de la suite d'un manque
PriceLine.feeds: identifiant du chiffre de l'offre auquel son montant s'ajoute
PriceRules.precedence: le plus fort d'abord
PriceSheet.lines: vide : le cadre de l'acheteur est lu tel quel
PriceSheet.piece: code de la pièce qui le contient
PriceSheet.total_feeds: le chiffre de l'offre qui prend le total
PriceSheet.words: une colonne de prix en lettres
Procedure.electronic: vide : non dit ; la loi l'impose alors (R.2132-7)
Procedure.legal_basis: tels que cités : R.2161-2…
Procedure.optional_supplies_asked: vide si le règlement n'en dit rien
Procedure.variants_allowed: vide : non dit ; R.2151-8 en décide
Quote.lines: vide : son total est un chiffre de l'offre
QuoteLine.item: référence de la ligne du bordereau
QuoteLine.lots: vide : tous
References.per: « compétence », « candidat »
References.surplus: dans l'ordre : « choix du candidat », « les plus récentes », « tirage au sort »
Remedy.of: notification, conclusion, award_notice…
Review.bids_first: droit réservé (R.2161-4)
Review.low_bid_formulas: OAB-1 à OAB-4 ; des alertes, jamais une élimination
Scale.levels: du meilleur au moins bon
Scale.step: plus petit écart entre deux notes, 0,5 pour des demi-points ; vide : les seuls degrés écrits
SignatureRules.formats: XAdES, CAdES, PAdES ; vide : tous ceux de l'annexe 12
Submission.formats: extensions admises, .pdf
Submission.maximum_size: annoncée, « 2 Go »
Term.all_concerned: la même demande et le même délai pour tous
Term.at: « 12:00 » si le règlement donne une heure ; sinon la fin du jour
Term.at_most: la demande peut fixer un délai plus court
Term.moves_with_deadline: suit une date limite reportée
Term.of: submission_deadline, candidacy_deadline, visit, request, notification, intervention…
Term.side: before (avant) ou after (après)
TieBreak.first_place_only: ne départage que la première place
Turnover.times_contract: un nombre : 1,5 pour une fois et demie
Value.formula: « ((A + B) * 60 + C * 30 + D * 10) / 100 »
Visit.at: vide : sur rendez-vous
Visit.bring: codes des documents à apporter
Visit.lots: ceux qu'elle concerne ; vide : tous
Visit.pieces: codes des pièces alors dues dans l'offre
legal_basis: ceux que le règlement cite pour cette règle
source: celui du règlement, « RC 7.2 »
text: la phrase du règlement""".splitlines()
)
