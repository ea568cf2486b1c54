"""Clauses whose words alone are unlawful: capacities, bids, negotiation, signature (legal-rules §2 to §6)."""

from __future__ import annotations

import re
from collections.abc import Iterator

from reglo.linting.fault import Draft, Fault, check
from reglo.linting.rules.candidacies import (
    CertifiedCopyAsked,
    GroupingNotJudgedAsAWhole,
    ReferencesAloneEliminate,
)
from reglo.linting.rules.deposits import AccessNotFree, LateBidsAccepted, TwoWaysToDeposit
from reglo.linting.rules.procedure import CureNotForAll, LowBidsExcludedAutomatically
from reglo.linting.said import Where, cut, matches, plain, said_in, seen
from reglo.procurement.consultation import ProcedureType
from reglo.procurement.findings import Severity


class OthersCapacitiesRefused(Fault):
    rule, code = "CA-05", "CAND-18"
    title = "Capacités d'un autre opérateur refusées"
    cause = "« {said} » refuse les capacités d'un autre opérateur."
    why = "Un candidat peut s'appuyer sur d'autres, quel que soit le lien, s'il prouve en disposer."
    mend = "Admettez-les, avec la preuve par tout moyen que le candidat en disposera."
    source = "CCP R.2142-3, R.2143-12"


class AlreadyGiven(Fault):
    rule, code = "R.2143-14", "CAND-19"
    title = "Documents déjà remis exigés de nouveau"
    cause = "« {said} » exige ce que l'acheteur a déjà reçu."
    why = "Un document déjà transmis au même acheteur et encore valable n'a pas à l'être une seconde fois."
    mend = "Dispensez-en les candidats qui l'ont déjà remis, et qui disent où."
    source = "CCP R.2143-14"


class DiscountForSeveralLots(Fault):
    rule, code = "L.2151-1", "PROC-16"
    title = "Offre variable selon le nombre de lots"
    cause = "« {said} » fait dépendre le prix du nombre de lots obtenus."
    why = "Une offre ne varie pas selon le nombre de lots : chaque lot se juge seul."
    mend = "Retirez-le ; jugez chaque lot sur son prix propre."
    source = "CCP L.2151-1, L.2152-7"


class CriteriaNegotiated(Fault):
    rule = code = "PROC-17"
    title = "Critères ou exigences minimales négociés ou changés"
    cause = "« {said} » laisse changer ce qui doit rester le même pour tous."
    why = "Les critères et les exigences minimales ne se négocient pas, et ne changent pas en cours de route."
    mend = "Écrivez qu'ils sont exclus de la négociation (negotiation.excluded)."
    source = "CCP R.2161-13, R.2161-17, L.3"


class MarkedByTheBidder(Fault):
    rule = code = "CRIT-07"
    title = "Note donnée par le candidat"
    cause = "« {said} » laisse le candidat fixer sa note."
    why = "L'acheteur, et lui seul, apprécie les offres."
    mend = "Demandez au candidat des faits ; fixez vous-même le barème qui les note."
    source = "CCP R.2152-6 ; CE 22 novembre 2019, n° 418460"


class SigningToolImposed(Fault):
    rule, code = "SG-03", "DEMAT-15"
    title = "Outil de signature imposé"
    cause = "« {said} » impose l'outil de signature."
    why = "Le signataire emploie l'outil de son choix ; il joint alors de quoi vérifier sa signature."
    mend = "Proposez l'outil du profil d'acheteur sans l'imposer."
    source = "CCP annexe 12"


class ArchiveSigned(Fault):
    rule, code = "SG-06", "DEMAT-16"
    default_severity = Severity.TO_CHECK
    title = "Signature de l'archive tenue pour celle des pièces"
    cause = "« {said} » : signer l'archive ne signe pas les documents qu'elle contient."
    why = "Un document d'une archive signée n'est pas lui-même signé."
    mend = "Demandez que chaque document à signer le soit séparément."
    source = "TA Toulouse 9 mars 2011, n° 1100792"


_ARCHIVE = r"(?:zip|archive|dossier compresse|fichier compresse)"
_PAST_DUE = r"(?:hors delai|tardi[fv]\w*|(?:apres|au-dela de) (?:la date|l'heure|le delai|la limite))"
# each with the letters of ``plain``: small, without accents
_UNLAWFUL: tuple[tuple[type[Fault], str], ...] = (
    (
        AlreadyGiven,
        r"meme s(?:'ils?|i elles?) (?:les? |l')?(?:ont|a) deja (?:ete )?"
        r"(?:remis|fourni|transmis|produit|communique)"
        r"|meme (?:si[^.;]{0,40} )?(?:deja )(?:remis|fourni|transmis|produit|communique)\w*"
        r"|(?:documents?|pieces?|attestations?)[^.;]{0,40}deja (?:remis|fourni|transmis|produit)\w*"
        r"[^.;]{0,60}(?:doivent|devront) (?:a nouveau|de nouveau|etre (?:a |de )nouveau)",
    ),
    (
        DiscountForSeveralLots,
        r"(?:remise|rabais|reduction)s?\b[^.;]{0,60}(?:peu(?:t|vent)|pourr\w+|consenti\w*|propos\w*|accord\w*)"
        r"[^.;]{0,60}(?:plusieurs lots|nombre de lots|tous les lots|ensemble des lots)",
    ),
    (
        CriteriaNegotiated,
        r"negociation\b[^.;]{0,40}\b(?:peut|pourra|porte|portera)\b(?! pas)"
        r"(?:(?!except|hors|sauf|exclu|autre)[^.;]){0,60}\b(?:criteres?|exigences minimales)\b"
        r"|\b(?:criteres?|ponderations?)\b[^.;]{0,40}(?:peuvent|pourront|pourra|peut) (?:etre )?"
        r"(?:modifi|chang|ajust|adapt)\w+",
    ),
    (
        MarkedByTheBidder,
        r"\b(?:candidat|soumissionnaire|entreprise)s?\b[^.;]{0,40}(?:s'auto-?(?:evalue|note)\w*|"
        r"se (?:note|notent|noteront|notera)\b|s'attribue\w* (?:lui|elle|eux)?[^.;]{0,20}(?:note|points))"
        r"|auto-?(?:notation|evaluation) d[ue]s? (?:candidat|soumissionnaire)s?[^.;]{0,60}"
        r"\b(?:note|points)\b",
    ),
    (
        SigningToolImposed,
        r"(?:signature|signe\w*)\b[^.;]{0,60}(?:uniquement|exclusivement|obligatoirement|imperativement)"
        r"[^.;]{0,30}(?:outil|logiciel|module|application)[^.;]{0,20}(?:de signature )?[^.;]{0,15}"
        r"(?:de la plate-?forme|du profil|mis a disposition|integre)",
    ),
    (
        ArchiveSigned,
        rf"signature (?:d[eu] |de l'|du (?:fichier |dossier )?)?{_ARCHIVE}\b[^.;]{{0,40}}"
        r"(?:vaut|suffit|tient lieu|emporte)"
        rf"|{_ARCHIVE}s?\b[^.;]{{0,30}}signee?s?[^.;]{{0,30}}(?:vaut|suffit|tient lieu)",
    ),
    (
        TwoWaysToDeposit,
        r"(?:documents?|pieces?)\b[^.;]{0,40}(?:manquant|absent|omis)\w*[^.;]{0,60}"
        r"(?:repris\w*|reprendre|recherch\w+|extrait\w*|puis\w+|pris\w*)[^.;]{0,40}"
        r"(?:plis?|envois?|depots?|dossiers?) (?:anterieur|precedent)s?",
    ),
    (
        CertifiedCopyAsked,
        r"(?<!aucune )(?<!aucune des )(?<!pas de )(?:copies?|photocopies?) certifiees? conformes?"
        r"(?![^.;]{0,40}(?:ne (?:peut|peuvent|sont|sera|seront)|n'est|n'ont|supprim))",
    ),
    (
        AccessNotFree,
        r"(?:dossier|dce|documents de la consultation)\b[^.;]{0,60}(?:contre (?:paiement|le paiement|"
        r"versement|remboursement)|moyennant (?:le )?(?:paiement|versement)|\bpayants?\b)"
        r"|(?:retrait|telechargement|acces|consultation)\b[^.;]{0,40}\b(?:dossier|dce|documents)\b[^.;]{0,40}"
        r"(?:subordonn\w+ a|necessite\w*|exige\w*|impose\w*)[^.;]{0,30}"
        r"(?:identification|inscription|authentification)",
    ),
)
_OTHERS_REFUSED = re.compile(
    r"(?:ne (?:peut|peuvent|pourra|pourront) (?:pas |en aucun cas )?(?:se prevaloir|s'appuyer|"
    r"faire etat|recourir|faire valoir)[^.;]{0,30}capacites?[^.;]{0,50}(?:d'autres|d'un autre|tiers|"
    r"sous-traitant)|capacites?[^.;]{0,30}(?:d'autres operateurs|de tiers|d'un tiers|des? sous-traitants?)"
    r"[^.;]{0,40}(?:ne (?:sont|seront|sera|peuvent|pourront)(?: etre)? pas (?:etre )?"
    r"(?:pris|admis|accept|retenu)))(?![^.;]{0,80}\b(?:que|qu'|sauf|a moins))"
)
_CAPACITY_OF_EACH = re.compile(
    r"(?:chaque|chacun des) (?:membres?|cotraitants?)[^.;]{0,40}(?:doit|devra|doivent|devront)[^.;]{0,40}"
    r"(?:justifi|satisf|poss|dispos|rempli|attein)\w+[^.;]{0,40}"
    r"(?:toutes les|l'ensemble des|la totalite des|chacune des)"
    r" (?:capacites|conditions de participation|niveaux|references|qualifications|competences)"
)
_REFERENCES_ALONE = re.compile(
    r"(?:l'absence|le defaut|faute) de references?\b[^.;]{0,60}"
    r"(?:entraine\w*|conduit|vaut|sera|est|emporte)[^.;]{0,30}(?:elimin|rejet|irreceva|exclu)"
)
_LATE_ADMITTED = re.compile(
    rf"(?:\bplis?|offres?|candidatures?)\b[^.;]{{0,40}}{_PAST_DUE}[^.;]{{0,50}}"
    r"\b(?:peut|peuvent|pourra|pourront)\b (?:etre |toutefois |neanmoins |cependant |, )*(?:etre )?"
    r"(?:accept|admis|ouvert|examin|retenu|pris)"
)
_BELOW_A_FIGURE = re.compile(
    r"(?:offres?|prix|montants?)\b[^.;]{0,60}(?:inferieure?s?|en dessous|au-dessous)[^.;]{0,60}"
    r"(?:moyenne|estimation|estime)[^.;]{0,50}(?:elimin|rejet|ecart|exclu)\w*"
)
_DENIED = re.compile(r"\bne\b|\bn'|\bni\b|\baucune?\b")  # the clause says the contrary
_EXPLAINED = re.compile(r"justifi|explica|precision|demand|detect|soupcon|presum|consider|examin")
_CURED = re.compile(
    r"offres? (?:irregulieres? (?:ou|et) )?(?P<kind>inacceptables?|anormalement basses?)[^.;]{0,30}"
    r"\b(?:peut|peuvent|pourra|pourront)\b (?:etre |faire l'objet d'une |toutefois )*regularis"
)
_NEGOTIATING = (ProcedureType.NEGOTIATED, ProcedureType.DIALOGUE)


@check(
    OthersCapacitiesRefused,
    AlreadyGiven,
    DiscountForSeveralLots,
    CriteriaNegotiated,
    MarkedByTheBidder,
    SigningToolImposed,
    ArchiveSigned,
)
def unlawful_clauses(draft: Draft) -> Iterator[Fault]:
    texts = [(words, plain(words), where) for words, where in said_in(draft)]

    def met(pattern: str | re.Pattern[str]) -> Iterator[tuple[str, Where, re.Match[str], str]]:
        for words, where, at in matches(re.compile(pattern), texts):
            if not _DENIED.search(at[0]):
                yield words, where, at, f"« {cut(words, at)} »."

    for kind, pattern in _UNLAWFUL:
        for words, where, at, problem in met(pattern):
            yield seen(kind, where, words, at, problem=problem)
    for words, where, at in matches(_OTHERS_REFUSED, texts):
        yield seen(OthersCapacitiesRefused, where, words, at)
    for words, where, at, _ in met(_CAPACITY_OF_EACH):
        yield seen(GroupingNotJudgedAsAWhole, where, words, at, assessed="membre par membre")
    for words, where, at, problem in met(_REFERENCES_ALONE):
        yield seen(ReferencesAloneEliminate, where, words, at, problem=problem)
    for words, where, at, _ in met(_LATE_ADMITTED):
        if "sauvegarde" not in plain(words):
            yield seen(LateBidsAccepted, where, words, at)
    for words, where, at, _ in met(_BELOW_A_FIGURE):
        if not _EXPLAINED.search(plain(words)):
            yield seen(LowBidsExcludedAutomatically, where, words, at, ground=cut(words, at))
    procedure = draft.rules.procedure
    said = procedure.negotiation
    negotiated = procedure.type in _NEGOTIATING or bool(said and said.allowed)
    for words, where, at, _ in met(_CURED):
        if not (at["kind"].startswith("inacceptable") and negotiated):
            problem = f"« {cut(words, at)} » : ces offres ne se régularisent pas."
            yield seen(CureNotForAll, where, words, at, problem=problem)
