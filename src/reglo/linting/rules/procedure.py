"""The procedure, its dates, lots and contract (legal-rules §3, §5.4, §6.5, §8, §9)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal

from reglo.linting.fault import Draft, Fault, Passage, check, found, read
from reglo.procurement.consultation import BuyerKind, Lot, ProcedureType, TermAbout
from reglo.procurement.contract import Contract, Framework
from reglo.procurement.findings import Severity
from reglo.procurement.french import counted
from reglo.procurement.law import figure_on, threshold_on
from reglo.procurement.observations import NEWEST
from reglo.procurement.values import Period, PeriodUnit, TaxBasis, format_number

_MONTHS = {PeriodUnit.MONTHS: 1, PeriodUnit.YEARS: 12}


class FrameworkMaximum(Fault):
    rule, code = "L-12", "LINT-12"
    title = "Maximum d'accord-cadre absent ou donné par période"
    cause = "{problem}"
    why = (
        "Un accord-cadre a toujours un maximum, en valeur ou en quantité, pour toute sa durée : atteint, il "
        "s'éteint."
    )
    mend = (
        "Écrivez le maximum de toute la durée, reconductions comprises (maximum, maximum_per: total) ; une "
        "quantité, ou le renvoi aux montants de chaque lot, dans stated_in."
    )
    source = "CCP R.2162-4 ; CJUE 17 juin 2021, C-23/20"


@check(FrameworkMaximum)
def framework(draft: Draft) -> Iterator[Fault]:
    contract, lots = draft.rules.contract, draft.framework_lots
    if not lots:
        return
    own_terms = contract.framework if contract else None
    terms = own_terms or Framework()
    without = [lot for lot in lots if lot.maximum is None]
    if len(without) < len(lots):
        yield from _lot_maxima(draft, terms, lots)
    elif terms.maximum:
        if terms.maximum_per and terms.maximum_per != "total":
            problem = f"Le maximum de {terms.maximum} vaut par {terms.maximum_per}, non pour toute la durée."
            facts = {"problem": problem, "said": terms.maximum}
            yield found(FrameworkMaximum, "contract.framework.maximum", terms, **facts)
    elif printed := _said(_PER_YEAR, draft):
        yield read(FrameworkMaximum, *printed, problem="Le maximum est donné par période, non en tout.")
    elif printed := _said(_NO_MAXIMUM, draft):
        yield read(FrameworkMaximum, *printed, problem="L'accord-cadre est dit sans maximum.")
    elif not re.search(r"\blots?\b|quantité", terms.stated_in):  # each lot has its own, or it is counted
        where = f" ; il est renvoyé à « {terms.stated_in} »" if terms.stated_in else ""
        problem = f"L'accord-cadre n'a pas de maximum dans ces règles{where}."
        path, group = ("contract.framework", terms) if own_terms else ("contract", contract)
        fault = found(FrameworkMaximum, path, group, problem=problem)
        yield replace(fault, severity=Severity.TO_CHECK) if terms.stated_in else fault


def _lot_maxima(draft: Draft, terms: Framework, lots: tuple[Lot, ...]) -> Iterator[Fault]:
    """Lots that have their own maximum, and those that lack one beside them."""
    for rank, lot in enumerate(draft.rules.lots):
        if lot not in lots:
            continue
        if lot.maximum is None and terms.maximum is None:
            problem = f"Le lot {lot.id} n'a pas de maximum, quand d'autres ont le leur."
            yield found(FrameworkMaximum, f"lots[{rank}]", lot, problem=problem)
        elif lot.maximum and terms.maximum_per not in ("", "total"):
            problem = f"Le maximum du lot {lot.id} ({lot.maximum}) vaut par {terms.maximum_per}, non en tout."
            yield found(FrameworkMaximum, f"lots[{rank}].maximum", lot, problem=problem, said=lot.maximum)


_NO_MAXIMUM = re.compile(
    r"sans (?:montant |minimum ni |montant minimum ni )?maximum|(?:pas|aucun) de (?:montant )?maximum", re.I
)


_PERIOD = r"annuels?|par an\b|par année|par période|(?:pour )?chaque (?:année|période)|par reconduction"
_PER_YEAR = re.compile(
    rf"\bmaxim\w+ (?:{_PERIOD})[^.;|]{{0,40}}\d[\d ,.]*(?:€|euros|EUR|unités|tonnes)"
    rf"|\bmaxim\w+[^.;|]{{0,40}}\d[\d ,.]*(?:€|euros|EUR)[^.;|]{{0,20}}(?:{_PERIOD})",
    re.IGNORECASE,
)


def _said(pattern: re.Pattern[str], draft: Draft) -> tuple[Passage, re.Match[str]] | None:
    """Where the RC itself says so."""
    return next(((it, at) for it in draft.passages if (at := pattern.search(it.line))), None)


class SimilarServicesIncomplete(Fault):
    rule, code = "L-24", "LINT-24"
    default_severity = Severity.TO_CHECK
    title = "Prestations similaires annoncées sans montant ou sans délai"
    cause = "Des prestations similaires sont annoncées {problem}."
    why = (
        "Elles ne se passent sans concurrence que dans les trois ans, et leur montant compte dans la valeur "
        "estimée."
    )
    mend = "Écrivez leur montant total et leur délai, trois ans au plus (similar_services_amount, …_within)."
    source = "CCP R.2122-7"


@check(SimilarServicesIncomplete)
def similar_services(draft: Draft) -> Iterator[Fault]:
    contract = draft.rules.contract
    if contract is None or not contract.similar_services:
        return
    within = contract.similar_services_within
    problems = []
    if contract.similar_services_amount is None:
        problems.append("sans montant")
    if within is None:
        problems.append("sans délai")
    elif _months(within) > 36:
        problems.append(f"pendant {within}")
    if problems:
        problem = " et ".join(problems)
        yield found(SimilarServicesIncomplete, "contract.similar_services", contract, problem=problem)


def _months(period: Period) -> Decimal:
    """A length in months, days counted by thirty."""
    return Decimal(period.count) * _MONTHS.get(period.unit, Decimal(1) / 30)


class FrameworkTooLong(Fault):
    rule, code = "L.2125-1", "PROC-01"
    default_severity = Severity.TO_CHECK
    title = "Accord-cadre trop long"
    cause = "La durée, reconductions comprises, atteint {months} mois ; la loi en admet {years} ans."
    why = (
        "Un accord-cadre dure quatre ans au plus (huit pour une entité adjudicatrice), sauf cas exceptionnel "
        "motivé par son objet."
    )
    mend = "Ramenez la durée totale à {years} ans (contract.renewal), ou écrivez le motif."
    source = "CCP L.2125-1 1°"


@check(FrameworkTooLong)
def framework_duration(draft: Draft) -> Iterator[Fault]:
    contract, lots = draft.rules.contract, draft.framework_lots
    if contract is None or not lots:
        return
    utility = draft.rules.buyer.kind is BuyerKind.UTILITY
    years = figure_on("framework_duration_utility" if utility else "framework_duration", draft.launch).value
    own = [
        (f"lots[{rank}].duration", lot)
        for rank, lot in enumerate(draft.rules.lots)
        if lot.duration and lot in lots
    ]
    lengths = [("contract.duration", contract, _total_months(contract))] if len(own) < len(lots) else []
    for path, said, months in (
        *lengths,
        *((path, lot, _total_months(replace(contract, duration=lot.duration))) for path, lot in own),
    ):
        if months is not None and months > 12 * years:
            facts = {"months": format_number(months), "years": format_number(years)}
            yield found(FrameworkTooLong, path, said, **facts)


def _total_months(contract: Contract) -> Decimal | None:
    if contract.maximum_duration:
        return _months(contract.maximum_duration)
    if contract.duration is None:
        return None
    renewal = contract.renewal
    if renewal is None or renewal.count is None:
        return _months(contract.duration)
    return _months(contract.duration) + renewal.count * _months(renewal.duration or contract.duration)


class NegotiationForbidden(Fault):
    rule, code = "NG-01", "PROC-02"
    title = "Négociation annoncée en appel d'offres"
    cause = "Une négociation est annoncée dans un appel d'offres."
    why = "En appel d'offres, l'acheteur ne peut que demander de préciser la teneur d'une offre."
    mend = "Retirez la négociation (procedure.negotiation), ou choisissez une procédure qui l'admet."
    source = "CCP R.2161-5, R.2161-11"


class NegotiationRight(Fault):
    rule, code = "NG-02", "PROC-03"
    default_severity = Severity.TO_CHECK
    title = "Attribution sans négocier : à dire aussi dans l'avis"
    cause = (
        "Le droit d'attribuer sur les offres initiales est réservé ici ; rien ne dit qu'il l'est dans l'avis."
    )
    why = "En procédure avec négociation, ce droit ne s'exerce que si l'avis de marché le réserve."
    mend = "Écrivez-le dans l'avis et notez-le ici (award_without_in_notice: true)."
    source = "CCP R.2161-17"


@check(NegotiationForbidden, NegotiationRight)
def negotiation(draft: Draft) -> Iterator[Fault]:
    procedure = draft.rules.procedure
    said = procedure.negotiation
    if said is None or not said.allowed:
        return
    path = "procedure.negotiation"
    if procedure.type in (ProcedureType.OPEN, ProcedureType.RESTRICTED):
        yield found(NegotiationForbidden, f"{path}.allowed", said)
    negotiated = procedure.type is ProcedureType.NEGOTIATED
    if negotiated and said.award_without and said.award_without_in_notice is not True:
        yield found(NegotiationRight, f"{path}.award_without", said)


class NegotiatedWithoutGround(Fault):
    rule, code = "NG-07", "PROC-04"
    title = "Procédure avec négociation sans son cas d'ouverture"
    cause = "Aucun des cas qui permettent la procédure avec négociation n'est cité."
    why = "Un pouvoir adjudicateur n'y recourt que dans les six cas de R.2124-3."
    mend = "Citez le cas et son alinéa (legal_basis: [R.2124-3 1°])."
    source = "CCP R.2124-3"


@check(NegotiatedWithoutGround)
def ground_of_negotiation(draft: Draft) -> Iterator[Fault]:
    rules = draft.rules
    negotiated = (
        rules.procedure.type is ProcedureType.NEGOTIATED and rules.buyer.kind is not BuyerKind.UTILITY
    )
    if negotiated and not any("2124-3" in cited for cited in rules.procedure.legal_basis):
        yield found(NegotiatedWithoutGround, "procedure", rules.procedure)


class VariantsContradict(Fault):
    rule, code = "R.2151-8", "PROC-05"
    title = "Variantes exigées et non autorisées"
    cause = "Des variantes sont exigées alors qu'elles ne sont pas autorisées."
    why = "Une variante exigée s'annonce, avec ses exigences minimales."
    mend = "Autorisez les variantes (variants_allowed: true), ou ne les exigez pas."
    source = "CCP R.2151-8 à R.2151-10"


@check(VariantsContradict)
def variants(draft: Draft) -> Iterator[Fault]:
    procedure = draft.rules.procedure
    if procedure.variants_required and not procedure.variants_allowed:
        yield found(VariantsContradict, "procedure.variants_required", procedure)


class VariantsWithoutRequirements(Fault):
    rule, code = "R.2151-10", "PROC-13"
    default_severity = Severity.TO_CHECK
    title = "Variantes sans exigences minimales"
    cause = "Des variantes sont {admitted}, et aucune exigence minimale n'est écrite pour elles."
    why = "Sans exigences minimales, une variante ne se compare ni ne se refuse."
    mend = "Écrivez les exigences minimales que les variantes respectent, et comment elles se présentent."
    source = "CCP R.2151-10"


_MINIMAL = re.compile(r"\bminima(?:les?|ux|l)?\b", re.IGNORECASE)


@check(VariantsWithoutRequirements)
def minimal_requirements(draft: Draft) -> Iterator[Fault]:
    procedure = draft.rules.procedure
    if not procedure.variants_allowed:
        return
    said = [it.words for it in draft.passages] or [it.rule for it in draft.rules.clauses]
    if not any(_MINIMAL.search(words) for words in (*said, procedure.text)):
        admitted = "exigées" if procedure.variants_required else "admises"
        yield found(VariantsWithoutRequirements, "procedure.variants_allowed", procedure, admitted=admitted)


class AboveTheThreshold(Fault):
    rule = code = "PROC-06"
    title = "Procédure adaptée au-dessus du seuil"
    cause = "La valeur estimée, {value}, atteint le seuil des procédures formalisées ({threshold} EUR HT)."
    why = (
        "À partir de ce seuil, le marché se passe selon une procédure formalisée, tous lots et reconductions "
        "compris ; la valeur d'un accord-cadre est son maximum."
    )
    mend = (
        "Choisissez une procédure formalisée, ou citez l'exception : petits lots, services sociaux "
        "(legal_basis: [R.2123-1 3°])."
    )
    source = "CCP L.2123-1, R.2123-1, R.2121-1, R.2121-8 ; annexe 2"


_AT_ANY_VALUE = re.compile(r"2123-1,? ?(?:alinéa )?[234] ?°|2123-2\b|services sociaux et autres services")


@check(AboveTheThreshold)
def threshold(draft: Draft) -> Iterator[Fault]:
    rules = draft.rules
    cited = [*rules.procedure.legal_basis, *(passage.words for passage in draft.passages)]
    if rules.procedure.type is not ProcedureType.ADAPTED or any(map(_AT_ANY_VALUE.search, cited)):
        return
    figure = threshold_on(rules.nature, rules.buyer.kind, draft.launch)
    known = (("estimated_value", draft.value), ("contract.framework.maximum", draft.ceiling))
    for path, value in known:
        if value is not None and value.basis is TaxBasis.HT and value.amount >= figure.value:
            amount = format_number(figure.value)
            yield found(AboveTheThreshold, path, rules, value=value, threshold=amount)
            return


class NotDividedWithoutReason(Fault):
    rule, code = "L.2113-11", "PROC-07"
    default_severity = Severity.TO_CHECK
    title = "Non-allotissement sans motif"
    cause = "Le marché n'est pas alloti et le motif n'est pas donné."
    why = (
        "L'allotissement est la règle ; y renoncer se motive, dans les documents quand la procédure est "
        "formalisée."
    )
    mend = "Écrivez le motif (allotment.reason), ou allotissez."
    source = "CCP L.2113-10, L.2113-11, R.2113-2, R.2113-3"


@check(NotDividedWithoutReason)
def allotment(draft: Draft) -> Iterator[Fault]:
    said = draft.rules.allotment
    if len(draft.rules.lots) == 1 and (said is None or not said.reason):
        fault = found(
            NotDividedWithoutReason, "allotment" if said else "lots[0]", said or draft.rules.lots[0]
        )
        # R.2113-3: below the thresholds the reason is kept by the buyer, not told to candidates
        adapted = draft.rules.procedure.type is ProcedureType.ADAPTED
        yield replace(fault, severity=Severity.INFORMATION) if adapted else fault


class LotsWithoutRule(Fault):
    rule, code = "R.2113-1", "PROC-14"
    default_severity = Severity.TO_CHECK
    title = "Nombre de lots limité sans règle de choix"
    cause = (
        "Un candidat ne peut se voir attribuer plus de {count} ; rien ne dit quels lots il garde s'il est "
        "premier sur davantage."
    )
    why = "Limiter le nombre de lots attribués oblige à écrire la règle qui désigne alors les titulaires."
    mend = (
        "Écrivez cette règle (un ordre des lots, l'ordre de préférence du candidat…) dans « allotment.text »."
    )
    source = "CCP L.2113-10, R.2113-1"


_KEPT_LOTS = re.compile(
    r"préféren|priorité|(?:ordre|importance|montant|valeur) (?:décroissante? )?des lots|lots? (?:le|les) plus"
    r"|combinaison|(?:plus|davantage|supérieur)[^.;]{0,60}lots?[^.;]{0,120}"
    r"(?:attribu|retenu|class|écart|désign|choi)",
    re.IGNORECASE,
)


@check(LotsWithoutRule)
def lots_awarded(draft: Draft) -> Iterator[Fault]:
    said = draft.rules.allotment
    if said is None or said.max_lots_awarded is None or said.max_lots_awarded >= len(draft.rules.lots):
        return
    words = [passage.words for passage in draft.passages]
    words += [sentence for _, sentence, _ in draft.sentences]
    if not any(_KEPT_LOTS.search(sentence) and "lot" in sentence for sentence in words):
        count = counted(said.max_lots_awarded, "lot")
        yield found(LotsWithoutRule, "allotment.max_lots_awarded", said, count=count)


class NoDeadline(Fault):
    rule, code = "R.2151-1", "PROC-08"
    title = "Date limite absente"
    cause = "La date limite de remise des {what} n'est pas donnée."
    why = "Sans date et heure limites, aucun pli ne peut être dit tardif ni à l'heure."
    mend = (
        "Écrivez la date, l'heure et le fuseau (calendar.submission_deadline: 2026-10-15 12:00 Europe/Paris)."
    )
    source = "CCP R.2143-1, R.2151-1"


@check(NoDeadline)
def deadline(draft: Draft) -> Iterator[Fault]:
    key, what = (
        ("candidacy_deadline", "candidatures") if draft.two_phases else ("submission_deadline", "offres")
    )
    if getattr(draft.rules.calendar, key) is None and f"calendar.{key}" not in draft.asked:
        yield found(NoDeadline, "calendar", what=what)


class NoValidity(Fault):
    rule = code = "PROC-09"
    default_severity = Severity.TO_CHECK
    title = "Délai de validité des offres absent"
    cause = "Rien ne dit jusqu'à quand les candidats sont tenus par leur offre."
    why = "L'attribution doit tomber dans ce délai ; le prolonger demande l'accord de tous."
    mend = (
        "Écrivez un délai de validité (calendar.bid_validity: {{period: 120 jours, of: "
        "[submission_deadline]}})."
    )
    source = "CE 10 avril 2015, n° 386912"


@check(NoValidity)
def validity(draft: Draft) -> Iterator[Fault]:
    if draft.rules.calendar.bid_validity is None and "calendar.bid_validity.period" not in draft.asked:
        yield found(NoValidity, "calendar")


class LaunchUnknown(Fault):
    rule = code = "PROC-10"
    default_severity = Severity.INFORMATION
    title = "Date d'envoi de l'avis inconnue"
    cause = "La date d'envoi de l'avis n'est pas donnée : {law}."
    why = "Les seuils, plafonds et obligations qui s'appliquent sont ceux du jour où l'avis est envoyé."
    mend = "Écrivez calendar.sent_at, ou donnez --launch."


@check(LaunchUnknown)
def launch(draft: Draft) -> Iterator[Fault]:
    if draft.assumed:
        day = "le plus récent" if draft.launch == NEWEST else f"celui du {draft.launch:%d/%m/%Y}"
        yield found(LaunchUnknown, "calendar", draft.rules.calendar, law=f"le droit retenu est {day}")


class PaidLate(Fault):
    rule, code = "R.2192-10", "PROC-11"
    title = "Délai de paiement trop long"
    cause = "Le délai de paiement est de {period} ; la loi en admet {limit} jours."
    why = (
        "L'État, ses établissements et les collectivités paient en 30 jours, les établissements publics de "
        "santé en 50, les entreprises publiques en 60."
    )
    mend = "Ramenez le délai de paiement à la limite légale (contract.payment_within)."
    source = "CCP R.2192-10, R.2192-11"


_HOSPITAL = re.compile(
    r"\bCHR?U?\b|\bEPSM\b|h[ôo]pit|hospital|hospices|établissements? (?:public )?de santé|santé mentale"
    r"|service de santé des armées|assistance publique",
    re.IGNORECASE,
)
_DAYS = {PeriodUnit.MONTHS: 30, PeriodUnit.YEARS: 365}


@check(PaidLate)
def payment(draft: Draft) -> Iterator[Fault]:
    contract = draft.rules.contract
    within, buyer = contract.payment_within if contract else None, draft.rules.buyer
    if within is None:
        return
    if buyer.kind is BuyerKind.UTILITY:
        key = "payment_public_company"
    else:
        key = "payment_hospital" if _HOSPITAL.search(buyer.name) else "payment"
    limit = figure_on(key, draft.launch).value
    if within.count * _DAYS.get(within.unit, 1) > limit:
        facts = {"period": within, "limit": format_number(limit)}
        yield found(PaidLate, "contract.payment_within", contract, **facts)


class CureNotForAll(Fault):
    rule, code = "R.2152-2", "PROC-15"
    title = "Régularisation inégale, ou d'une offre qui n'en admet pas"
    cause = "{problem}"
    why = (
        "L'acheteur est libre de faire régulariser les offres irrégulières ; s'il le fait, c'est pour tous, "
        "sans toucher à leurs caractéristiques substantielles, et jamais pour une offre anormalement basse."
    )
    mend = "Écrivez que la demande va à tous les soumissionnaires concernés, dans le même délai."
    source = "CCP R.2152-1, R.2152-2"


@check(CureNotForAll)
def cure(draft: Draft) -> Iterator[Fault]:
    for index, term in enumerate(draft.rules.calendar.terms):
        if term.about is TermAbout.REGULARISATION and not term.all_concerned:
            problem = "La régularisation peut n'être demandée qu'à certains des soumissionnaires concernés."
            yield found(CureNotForAll, f"calendar.terms[{index}]", term, problem=problem)


class LowBidsExcludedAutomatically(Fault):
    rule, code = "OAB", "PROC-12"
    title = "Offre anormalement basse écartée sans demande"
    cause = "« {ground} » élimine sans qu'une justification soit demandée d'abord."
    why = "Une offre qui paraît anormalement basse n'est rejetée qu'après une demande écrite d'explications."
    mend = "Écrivez que l'élimination suit la demande et l'examen des justifications (after_demand: true)."
    source = "CCP L.2152-6, R.2152-3 à R.2152-5 ; CJCE C-285/99"


@check(LowBidsExcludedAutomatically)
def low_bids(draft: Draft) -> Iterator[Fault]:
    review = draft.rules.review
    for index, ground in enumerate(review.eliminations if review else ()):
        words = ground.ground.lower()
        if "anormalement bas" in words and not ground.after_demand and "régularis" not in words:
            path = f"review.eliminations[{index}]"
            yield found(LowBidsExcludedAutomatically, path, ground, ground=ground.ground)
