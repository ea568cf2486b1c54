"""Candidacies: capacities, evidence, groupings, completion (legal-rules §4)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from decimal import Decimal

from reglo.linting.fault import Draft, Fault, check, found
from reglo.procurement.consultation import ProcedureType, TermAbout
from reglo.procurement.findings import Severity
from reglo.procurement.law import figure_on
from reglo.procurement.requirements import Folder, GroupForm, Piece, PiecePart, Sanction, Turnover
from reglo.procurement.values import format_number


class TurnoverAboveTheCap(Fault):
    rule, code = "L-01", "LINT-01"
    default_severity = Severity.TO_CHECK
    title = "Chiffre d'affaires minimal au-dessus du plafond"
    cause = (
        "Le chiffre d'affaires exigé ({asked}) dépasse {cap} fois la valeur estimée, et aucun motif n'est "
        "donné."
    )
    why = (
        "Un minimum trop haut écarte sans raison les petites entreprises ; le plafond est passé de 2 à "
        "1,5 fois la "
        "valeur estimée pour les consultations lancées depuis le 1er janvier 2026."
    )
    mend = (
        "Ramenez le minimum à {cap} fois la valeur estimée au plus, ou écrivez le motif "
        "(capacity.turnover.justification)."
    )
    source = "CCP R.2142-6, R.2142-7"


@check(TurnoverAboveTheCap)
def turnover(draft: Draft) -> Iterator[Fault]:
    capacity = draft.rules.capacity
    asked = capacity.turnover if capacity else None
    if asked is None or asked.justification:
        return
    cap = figure_on("turnover_cap", draft.launch).value
    words = _above(asked, cap, draft)
    if words:
        yield found(TurnoverAboveTheCap, "capacity.turnover", asked, asked=words, cap=format_number(cap))


def _above(asked: Turnover, cap: Decimal, draft: Draft) -> str:
    """What is asked, in words, when it passes the cap; "" otherwise or when it cannot be known."""
    if asked.times_contract:
        times = asked.times_contract
        if times > cap or (times == cap and asked.strictly_more):
            more = "plus de " if asked.strictly_more else ""
            return f"{more}{format_number(times)} fois le montant du marché"
    value = draft.value
    if (
        asked.minimum
        and value
        and asked.minimum.basis is value.basis
        and asked.minimum.amount > cap * value.amount
    ):
        return f"{asked.minimum} pour {value} estimés"
    return ""


class FormImposed(Fault):
    rule, code = "L-13", "LINT-13"
    title = "Forme de groupement imposée ou contradictoire"
    cause = "{problem}"
    why = (
        "Personne ne peut être obligé de choisir une forme juridique pour répondre ; après "
        "l'attribution, une forme "
        "ne s'impose que si la bonne exécution le rend nécessaire, et ce motif s'écrit."
    )
    mend = (
        "Laissez la forme libre pour répondre ; si une forme s'impose à la signature, n'en écrivez qu'une, "
        "motivée."
    )
    source = "CCP R.2142-22"


@check(FormImposed)
def grouping_form(draft: Draft) -> Iterator[Fault]:
    grouping = draft.rules.grouping
    if grouping is None:
        return
    several = GroupForm.SEVERAL in grouping.forms_allowed
    joint = bool({GroupForm.JOINT, GroupForm.JOINT_LIABLE_LEADER} & set(grouping.forms_allowed))
    if grouping.forms_allowed and not (several and joint):
        only = ", ".join(form.value for form in grouping.forms_allowed)
        problem = f"Seule la forme « {only} » est admise pour répondre."
        yield found(FormImposed, "grouping.forms_allowed", grouping, problem=problem)
    if grouping.form_after_award and not (grouping.form_reason or _reason_in_words(draft)):
        problem = "Une forme est imposée après l'attribution sans que le motif soit écrit."
        yield found(FormImposed, "grouping.form_after_award", grouping, problem=problem)
    if grouping.preferred and grouping.form_after_award and not several:
        problem = (
            f"La forme « {grouping.preferred.value} » est dite préférée, puis une forme est imposée à la "
            "signature."
        )
        yield found(FormImposed, "grouping.preferred", grouping, problem=problem)


_REASON = re.compile(
    r"groupement[^.]*\bforme\b[^.]*nécessaire (?:à|pour) (?:la |sa )?(?:bonne )?exécution", re.IGNORECASE
)


def _reason_in_words(draft: Draft) -> bool:
    """Whether the sentence that asks for the form says why it is needed."""
    said = [passage.words for passage in draft.passages] or [sentence for _, sentence, _ in draft.sentences]
    return any(_REASON.search(words) for words in said)


class AskedThoughObtainable(Fault):
    rule, code = "L-14", "LINT-14"
    title = "Document demandé alors que l'acheteur peut l'obtenir"
    cause = (
        "La pièce {piece} demande « {name} », que l'acheteur peut obtenir directement d'une administration."
    )
    why = (
        "Un candidat ne fournit pas ce qu'un système officiel donne gratuitement à l'acheteur (API "
        "Entreprise)."
    )
    mend = "Retirez ce document ; demandez seulement le numéro SIRET, ou le document si la recherche échoue."
    source = "CCP R.2143-13 ; CRPA L.113-12"


class ExclusionEvidenceFromAll(Fault):
    rule, code = "L-15", "LINT-15"
    title = "Preuve de non-exclusion demandée à tous"
    cause = "La pièce {piece} demande « {name} » dès la candidature."
    why = "La preuve de n'être pas exclu n'est due que par le candidat auquel le marché va être attribué."
    mend = (
        "Demandez à tous une déclaration sur l'honneur, et ce document au seul attributaire pressenti "
        "(at_award: true)."
    )
    source = "CCP R.2143-3, R.2144-4"


_OBTAINABLE = re.compile(
    r"k-?bis|extrait.{0,30}(registre|rcs|répertoire)|avis de situation|"
    r"(attestation|certificat)s?\b.{0,30}(fiscal|social|vigilance|urssaf|impôt)",
    re.IGNORECASE,
)
_NUMBER_EXTRACT = re.compile(r"insee|siren|siret|sirene", re.IGNORECASE)  # an extract when it has an age
_NOT_EXCLUDED = re.compile(
    r"(attest|certificat|preuve|justificatif).{0,40}"
    r"(fiscal|social|vigilance|urssaf|non[- ]interdiction|d'exclusion)|casier judiciaire",
    re.IGNORECASE,
)
_SWORN = re.compile(r"honneur", re.IGNORECASE)


def _asked_at_candidacy(draft: Draft) -> Iterator[tuple[str, Piece, Piece | PiecePart]]:
    """Each piece and part due with the candidacy, with its path."""
    for index, piece in enumerate(draft.rules.pieces):
        if piece.folder is Folder.CANDIDACY and not piece.at_award:
            yield f"pieces[{index}]", piece, piece
            for rank, part in enumerate(piece.parts):
                yield f"pieces[{index}].parts[{rank}]", piece, part


@check(AskedThoughObtainable)
def obtainable(draft: Draft) -> Iterator[Fault]:
    for path, piece, item in _asked_at_candidacy(draft):
        dated = isinstance(item, PiecePart) and item.max_age and _NUMBER_EXTRACT.search(item.name)
        if (_OBTAINABLE.search(item.name) or dated) and not _SWORN.search(item.name):
            yield found(AskedThoughObtainable, path, piece, piece=piece.code, name=item.name)


@check(ExclusionEvidenceFromAll)
def exclusion_evidence(draft: Draft) -> Iterator[Fault]:
    for path, piece, item in _asked_at_candidacy(draft):
        if _NOT_EXCLUDED.search(item.name) and not _SWORN.search(item.name):
            yield found(ExclusionEvidenceFromAll, path, piece, piece=piece.code, name=item.name)


class CertifiedCopyAsked(Fault):
    rule, code = "R.2143-5", "CAND-15"
    default_severity = Severity.TO_CHECK
    title = "Original ou copie certifiée exigés"
    cause = "« {said} » demande un original ou une copie certifiée conforme."
    why = "L'acheteur se contente d'une copie, sauf raison impérieuse d'intérêt général."
    mend = "Demandez une simple copie."
    source = "CCP R.2143-5, R.2151-12"


_ORIGINAL = re.compile(
    r"^originaux\b|\boriginal (?:d[ue] |de la |de l')(?!acte|offre|pouvoir|DC|ATTRI)", re.IGNORECASE
)  # certified copies: by their words, wherever they are (rules/clauses.py)


@check(CertifiedCopyAsked)
def originals(draft: Draft) -> Iterator[Fault]:
    for path, piece, item in _asked_at_candidacy(draft):
        if _ORIGINAL.search(item.name):
            yield found(CertifiedCopyAsked, path, piece, said=item.name)


class NoSwornStatement(Fault):
    rule, code = "R.2143-3", "CAND-16"
    default_severity = Severity.TO_CHECK
    title = "Déclaration sur l'honneur non demandée"
    cause = "Aucune pièce de la candidature n'est la déclaration sur l'honneur de n'être pas exclu."
    why = "Chaque candidat la joint à sa candidature ; sans elle, rien ne dit qu'il peut soumissionner."
    mend = "Demandez cette déclaration (le DC1 la contient), ou un DUME."
    source = "CCP R.2143-3 1°, R.2143-4"


_SWEARS = re.compile(
    r"honneur|\bDC ?1\b|\bDUME\b|interdiction|document unique de marché|R\.? ?2143-3\b", re.IGNORECASE
)


@check(NoSwornStatement)
def sworn_statement(draft: Draft) -> Iterator[Fault]:
    asked = [(piece, item) for _, piece, item in _asked_at_candidacy(draft)]
    words = [passage.words for passage in draft.passages]
    extract = words and not any("candidature" in said.lower() for said in words)
    if not asked or extract or any(map(_SWEARS.search, words)):
        return
    said = [f"{item.name} {item.template} {piece.text} {piece.legal_basis}" for piece, item in asked]
    if not any(map(_SWEARS.search, said)):
        yield found(NoSwornStatement, "pieces", asked[0][0])


class FiguresTooOld(Fault):
    rule, code = "R.2143-11", "CAND-17"
    default_severity = Severity.TO_CHECK
    title = "Chiffres de plus de trois exercices"
    cause = "Le chiffre d'affaires ou les effectifs sont demandés pour {years} ans."
    why = "La liste des renseignements qu'un acheteur peut demander s'arrête aux trois derniers exercices."
    mend = "Demandez trois exercices au plus (capacity.years: 3)."
    source = "CCP R.2143-11, annexe 9"


@check(FiguresTooOld)
def years_of_figures(draft: Draft) -> Iterator[Fault]:
    capacity = draft.rules.capacity
    if capacity and capacity.years and capacity.years > 3:
        yield found(FiguresTooOld, "capacity.years", capacity, years=capacity.years)


class NoNumberOfCandidates(Fault):
    rule, code = "L-18", "LINT-18"
    title = "Sélection de candidats sans leur nombre"
    cause = "Des critères de sélection des candidatures sont annoncés, sans nombre de candidats admis."
    why = "Limiter le nombre de candidats suppose d'annoncer les critères et le nombre, minimal au moins."
    mend = "Écrivez le nombre minimal (et au besoin maximal) de candidats admis, ou retirez ces critères."
    source = "CCP R.2142-15 à R.2142-18"


class TooFewCandidates(Fault):
    rule, code = "CA-09", "CAND-09"
    title = "Nombre minimal de candidats trop bas"
    cause = "Le nombre minimal de candidats admis est {minimum} ; la loi en veut {least} au moins."
    why = "Trop peu de candidats ne fait pas une concurrence."
    mend = "Portez le minimum à {least} (procedure.shortlist.minimum)."
    source = "CCP R.2142-15 à R.2142-18"


class SelectionInOpenProcedure(Fault):
    rule, code = "R.2142-15", "CAND-14"
    title = "Nombre de candidats limité en appel d'offres ouvert"
    cause = "Une sélection des candidats est annoncée dans un appel d'offres ouvert."
    why = "En procédure ouverte, tout opérateur qui remplit les conditions voit son offre examinée."
    mend = "Retirez la sélection (procedure.shortlist), ou choisissez une procédure qui l'admet."
    source = "CCP R.2142-15, R.2124-2"


@check(NoNumberOfCandidates, TooFewCandidates, SelectionInOpenProcedure)
def shortlist(draft: Draft) -> Iterator[Fault]:
    chosen = draft.rules.procedure.shortlist
    if chosen is None:
        return
    path = "procedure.shortlist"
    if draft.rules.procedure.type is ProcedureType.OPEN:
        yield found(SelectionInOpenProcedure, path, chosen)
    elif chosen.minimum is None and chosen.maximum is None:
        yield found(NoNumberOfCandidates, path, chosen)
    elif chosen.minimum is not None and draft.two_phases:
        restricted = draft.rules.procedure.type is ProcedureType.RESTRICTED
        figure = figure_on("shortlist_restricted" if restricted else "shortlist_negotiated", draft.launch)
        if chosen.minimum < figure.value:
            yield found(
                TooFewCandidates, path, chosen, minimum=chosen.minimum, least=format_number(figure.value)
            )


class ReferencesAloneEliminate(Fault):
    rule, code = "CA-04", "CAND-04"
    default_severity = Severity.TO_CHECK
    title = "Absence de références éliminatoire"
    cause = "{problem}"
    why = "L'absence de références de même nature ne justifie pas à elle seule l'élimination d'un candidat."
    mend = "Admettez tout moyen équivalent de preuve (capacity.equivalents_accepted: true)."
    source = "CCP R.2142-14"


class NoEquivalentEvidence(Fault):
    rule, code = "CA-07", "CAND-07"
    default_severity = Severity.TO_CHECK
    title = "Preuves équivalentes refusées"
    cause = (
        "Un candidat qui ne peut fournir un document demandé n'a pas d'autre moyen de prouver sa capacité."
    )
    why = (
        "Qui est objectivement empêché (entreprise récente) prouve sa capacité par tout autre document "
        "approprié."
    )
    mend = (
        "Écrivez que la capacité se prouve par tout moyen équivalent (capacity.equivalents_accepted: true)."
    )
    source = "directive 2014/24/UE, art. 60 § 3"


@check(ReferencesAloneEliminate, NoEquivalentEvidence)
def equivalents(draft: Draft) -> Iterator[Fault]:
    capacity = draft.rules.capacity
    if capacity is None or capacity.equivalents_accepted is not False:
        return
    yield found(NoEquivalentEvidence, "capacity.equivalents_accepted", capacity)
    for index, references in enumerate(capacity.references):
        if references.minimum and capacity.if_insufficient is Sanction.ELIMINATED:
            problem = f"{references.minimum} références sont exigées et rien d'équivalent n'est admis."
            path = f"capacity.references[{index}]"
            yield found(ReferencesAloneEliminate, path, references, problem=problem)


class GroupingNotJudgedAsAWhole(Fault):
    rule, code = "CA-08", "CAND-08"
    title = "Capacités d'un groupement appréciées membre par membre"
    cause = "Les capacités d'un groupement sont appréciées de façon « {assessed} »."
    why = "Les capacités d'un groupement s'apprécient globalement : aucun membre n'a à les avoir toutes."
    mend = "Écrivez que l'appréciation est globale ; réservez au besoin une tâche essentielle à un membre."
    source = "CCP R.2142-25, R.2142-27"


@check(GroupingNotJudgedAsAWhole)
def judged_as_a_whole(draft: Draft) -> Iterator[Fault]:
    capacity = draft.rules.capacity
    if capacity and capacity.assessed and "global" not in capacity.assessed.lower():
        yield found(GroupingNotJudgedAsAWhole, "capacity.assessed", capacity, assessed=capacity.assessed)


class EspdRefused(Fault):
    rule, code = "R.2143-4", "CAND-10"
    title = "DUME refusé"
    cause = "Le document unique de marché européen (DUME) n'est pas accepté."
    why = "Un candidat peut toujours présenter sa candidature par un DUME."
    mend = "Acceptez le DUME électronique (espd_accepted: true)."
    source = "CCP R.2143-4"


@check(EspdRefused)
def espd(draft: Draft) -> Iterator[Fault]:
    submission = draft.rules.submission
    if submission and submission.espd_accepted is False:
        yield found(EspdRefused, "submission.espd_accepted", submission)


class CompletionNotForAll(Fault):
    rule, code = "R.2144-2", "CAND-11"
    title = "Complément de candidature inégal"
    cause = "{problem}"
    why = (
        "Qui demande un complément le demande à tous les candidats concernés, dans le même délai, et à eux "
        "seuls."
    )
    mend = (
        "Écrivez que la demande va à tous les candidats au dossier incomplet, et à eux seuls "
        "(all_concerned: true)."
    )
    source = "CCP R.2144-2"
    default_severity = Severity.TO_CHECK


@check(CompletionNotForAll)
def completion(draft: Draft) -> Iterator[Fault]:
    review = draft.rules.review
    if review and review.completion_by_others:
        problem = (
            "Les candidats dont le dossier est complet peuvent le compléter aussi : cette faculté n'existe "
            "plus."
        )
        yield found(CompletionNotForAll, "review.completion_by_others", review, problem=problem)
    for index, term in enumerate(draft.rules.calendar.terms):
        if term.about is TermAbout.SUPPLEMENT and not term.all_concerned:
            problem = "Le complément peut n'être demandé qu'à certains des candidats concernés."
            yield found(CompletionNotForAll, f"calendar.terms[{index}]", term, problem=problem)


class BidsBeforeCandidacies(Fault):
    rule, code = "R.2161-4", "CAND-12"
    title = "Offres examinées avant les candidatures"
    cause = (
        "Les offres pourraient être examinées avant les candidatures, dans une procédure où seuls les admis "
        "en font."
    )
    why = "L'examen inversé n'est ouvert qu'en appel d'offres ouvert, et librement en procédure adaptée."
    mend = "Examinez les candidatures d'abord (bids_first: false)."
    source = "CCP R.2161-4"


@check(BidsBeforeCandidacies)
def order_of_review(draft: Draft) -> Iterator[Fault]:
    review = draft.rules.review
    if review and review.bids_first and draft.two_phases:
        yield found(BidsBeforeCandidacies, "review.bids_first", review)
