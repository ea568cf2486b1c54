"""Award criteria, scales, ties, rounding (legal-rules §6)."""

from __future__ import annotations

import re
from collections.abc import Iterator

from reglo.linting.fault import Draft, Fault, check, for_each_judgement, found, recorded_only
from reglo.procurement.award import AwardCriterion, Level
from reglo.procurement.findings import Severity
from reglo.procurement.formulas.methods import criteria_below


class NoEnvironmentalCriterion(Fault):
    rule, code = "L-22", "LINT-22"
    duty = "environmental_criterion"
    title = "Aucun critère environnemental"
    cause = "Aucun critère ne porte sur les caractéristiques environnementales de l'offre."
    why = (
        "Depuis le 22 août 2026, un critère au moins porte sur l'environnement, au titre de l'offre "
        "elle-même."
    )
    mend = "Ajoutez un critère ou un sous-critère lié à l'objet (environmental: true)."
    source = "CCP L.2152-7, R.2152-7 ; loi 2021-1104 art. 35"


@check(NoEnvironmentalCriterion)
@for_each_judgement
def environment(draft: Draft) -> Iterator[Fault]:
    if draft.applies(NoEnvironmentalCriterion.duty):
        award = draft.rules.award
        if not any(criterion.environmental for _, criterion in criteria_below(award.criteria)):
            yield found(NoEnvironmentalCriterion, "award.criteria", award)


class PriceOnly(Fault):
    rule, code = "L-23", "LINT-23"
    title = "Attribution sur le seul prix"
    cause = "Le prix est le seul critère."
    why = (
        "Depuis le 21 août 2026, le prix seul ne suffit plus : un critère unique est un coût global qui "
        "compte "
        "l'environnement, sinon il en faut plusieurs."
    )
    mend = "Ajoutez un critère de qualité et d'environnement, ou jugez le coût du cycle de vie."
    source = "CCP R.2152-7 ; décret 2022-767"


@check(PriceOnly)
@for_each_judgement
def price_only(draft: Draft) -> Iterator[Fault]:
    award = draft.rules.award
    if draft.applies("price_only_award") or not award.criteria:
        return
    if all(criterion.price or criterion.type == "price" for criterion in award.criteria):
        yield found(PriceOnly, "award.criteria", award.criteria[0])


class TieOrLowestLevelMissing(Fault):
    rule, code = "L-11", "LINT-11"
    default_severity = Severity.TO_CHECK
    title = "Égalités ou plus bas niveau non réglés"
    cause = "{problem}"
    why = "Ce que le règlement ne dit pas se décide après l'ouverture, quand les noms sont connus."
    mend = (
        "Écrivez ce qui départage deux offres égales (award.ties) et ce que vaut une réponse absente "
        "(un niveau à 0 %)."
    )
    source = "CCP R.2152-11"


@check(TieOrLowestLevelMissing)
@for_each_judgement
def ties_and_lowest_level(draft: Draft) -> Iterator[Fault]:
    award = draft.rules.award
    if not award.ties:
        problem = "Rien ne départage deux offres qui ont la même note."
        yield found(TieOrLowestLevelMissing, "award", award, problem=problem)
    used = {criterion.scale for _, criterion in criteria_below(award.criteria)}
    for index, scale in enumerate(award.scales):
        if scale.id in used and scale.levels and not any(_is_zero(level) for level in scale.levels):
            label = scale.levels[-1].label
            problem = (
                f"Le plus bas niveau (« {label} ») vaut plus que zéro : une réponse absente n'a pas de note."
            )
            path = f"award.scales[{index}]"
            yield found(TieOrLowestLevelMissing, path, scale, problem=problem)


def _is_zero(level: Level) -> bool:
    return (
        level.value == 0 if level.value is not None else level.share is not None and level.share.percent == 0
    )


@recorded_only
class TwoFormulas(Fault):
    rule, code = "L-09", "LINT-09"
    title = "Formule générale différente de la formule détaillée"
    cause = "Deux formules donnent des notes différentes pour le même critère."
    why = "Deux formules, deux classements possibles : le choix se ferait après l'ouverture."
    mend = "N'écrivez qu'une formule, avec ses parenthèses, et un exemple chiffré."
    source = "CCP R.2152-11"


@recorded_only
class ElementsWithoutWeight(Fault):
    rule, code = "L-10", "LINT-10"
    default_severity = Severity.TO_CHECK
    title = "Poids des éléments d'un sous-critère absent"
    cause = "Des éléments notés à part n'ont pas de poids dans leur sous-critère."
    why = "Un poids qui peut changer ce que les candidats préparent doit leur être connu."
    mend = (
        "Donnez un poids à chaque élément (criteria: …), ou écrivez qu'une seule note les juge "
        "ensemble (elements: …)."
    )
    source = "CE 18 juin 2010, n° 337377 ; CE 18 mai 2021, n° 448618"


class WeightsReplacedByOrder(Fault):
    rule, code = "CR-03", "CRIT-03"
    default_severity = Severity.TO_CHECK
    title = "Critères hiérarchisés sans pondération"
    cause = "Les critères sont rangés par ordre décroissant, sans poids, dans une procédure formalisée."
    why = "La pondération est la règle ; l'ordre décroissant suppose qu'elle soit objectivement impossible."
    mend = "Pondérez les critères, ou écrivez pourquoi c'est impossible."
    source = "CCP R.2152-12"


@check(WeightsReplacedByOrder)
@for_each_judgement
def order_without_weights(draft: Draft) -> Iterator[Fault]:
    award = draft.rules.award
    if award.weights_in_order and draft.formal:
        yield found(WeightsReplacedByOrder, "award.weights_in_order", award)


class CandidateJudgedTwice(Fault):
    rule, code = "CR-08", "CRIT-08"
    default_severity = Severity.TO_CHECK
    title = "Expérience du candidat jugée comme une offre"
    cause = "Le critère « {criterion} » regarde « {element} »."
    why = (
        "Ce qui sert à choisir les candidats ne sert pas à noter les offres, sauf la qualité de l'équipe "
        "affectée."
    )
    mend = "Jugez l'équipe affectée au marché (ses personnes nommées), non les références de l'entreprise."
    source = "CCP R.2152-7"


_OF_THE_FIRM = re.compile(
    r"références|chiffre d'affaires|expérience (du candidat|de l'entreprise)|ancienneté", re.I
)
_OF_THE_TEAM = re.compile(r"équipe|personn|interven|\bCV\b|titulaires|encadrement", re.I)


@check(CandidateJudgedTwice)
@for_each_judgement
def experience(draft: Draft) -> Iterator[Fault]:
    for path, criterion in criteria_below(draft.rules.award.criteria):
        if criterion.price:
            continue
        for said in (criterion.name, *criterion.elements):
            if _OF_THE_FIRM.search(said) and not _OF_THE_TEAM.search(said):
                yield found(CandidateJudgedTwice, path, criterion, criterion=criterion.name, element=said)


class FirmJudgedForItself(Fault):
    rule, code = "CR-01", "CRIT-09"
    title = "Politique générale de l'entreprise jugée"
    cause = "Le critère « {criterion} » regarde « {element} », qui n'est pas lié à l'objet du marché."
    why = (
        "Un critère porte sur l'offre et ses conditions d'exécution ; la politique générale d'une entreprise "
        "(sociale, environnementale) ne peut être notée."
    )
    mend = "Jugez ce que le candidat fera pour ce marché, non ce qu'il est."
    source = "CCP L.2152-7, R.2152-7 ; CE 25 mai 2018, n° 417580"


_GENERAL_POLICY = re.compile(
    r"(?:politique|démarche|engagements?|performance|responsabilité) (?:générale |globale )?(?:en matière )?"
    r"(?:de )?(?:RSE\b|sociale?|sociétale?|environnementale?|développement durable)[^.;]{0,40}"
    r"(?:de l'entreprise|du candidat|du soumissionnaire|de la société)"
    r"|politique générale|politique RSE\b",
    re.IGNORECASE,
)
_FOR_THIS_CONTRACT = re.compile(
    r"marché|prestation|chantier|exécution|travaux|fourniture|mission", re.IGNORECASE
)


@check(FirmJudgedForItself)
@for_each_judgement
def general_policy(draft: Draft) -> Iterator[Fault]:
    for path, criterion in criteria_below(draft.rules.award.criteria):
        for said in (criterion.name, *criterion.elements):
            if _GENERAL_POLICY.search(said.replace("’", "'")) and not _FOR_THIS_CONTRACT.search(said):
                yield found(FirmJudgedForItself, path, criterion, criterion=criterion.name, element=said)


class PriceBasisUnsaid(Fault):
    rule, code = "CR-02", "CRIT-02"
    default_severity = Severity.TO_CHECK
    title = "Prix comparés hors taxes ou toutes taxes comprises : non dit"
    cause = "Rien ne dit si les prix se comparent hors taxes ou toutes taxes comprises."
    why = (
        "Deux offres aux taxes différentes se classent autrement selon la base ; elle doit être la même pour "
        "tous."
    )
    mend = "Écrivez la base de comparaison (price_basis: HT ou TTC)."
    source = "CCP R.2152-11 ; CAA Toulouse 19 mars 2024, n° 22TL20276"


def _judges_price(criteria: tuple[AwardCriterion, ...]) -> bool:
    return any(criterion.price for _, criterion in criteria_below(criteria))


@check(PriceBasisUnsaid)
@for_each_judgement
def price_basis(draft: Draft) -> Iterator[Fault]:
    award = draft.rules.award
    if award.price_basis is None and _judges_price(award.criteria):
        yield found(PriceBasisUnsaid, "award", award)


class RoundingUnsaid(Fault):
    rule = code = "CRIT-04"
    default_severity = Severity.INFORMATION
    title = "Arrondi des notes non dit"
    cause = (
        "Rien ne dit à quelle décimale ni à quelle étape les notes s'arrondissent : elles restent exactes."
    )
    why = "Un arrondi choisi après coup peut changer le classement."
    mend = "Écrivez l'arrondi (award.rounding) : décimales, étape, sens."


@check(RoundingUnsaid)
@for_each_judgement
def rounding(draft: Draft) -> Iterator[Fault]:
    if not draft.rules.award.rounding:
        yield found(RoundingUnsaid, "award", draft.rules.award)
