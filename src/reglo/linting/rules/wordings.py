"""What the words of an RC ask for unlawfully, whatever values were read from them (legal-rules §4, §6)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal
from fractions import Fraction

from reglo.linting.fault import Draft, Fault, check
from reglo.linting.rules.candidacies import EspdRefused, FormImposed, NoEquivalentEvidence
from reglo.linting.said import cut, matches, plain, said_in, seen
from reglo.procurement.award import AwardCriterion
from reglo.procurement.findings import Severity
from reglo.procurement.values import format_number

_DUTY = r"(?:doi(?:t|vent)|devra(?:it|ient)?|devront|exige\w*|impose\w*|obligatoire\w*|imperati\w+|a peine d)"
_AFTER_AWARD = re.compile(
    r"attributaire|titulaire|(?:apres (?:l')?|(?:cas|issue|moment|stade) (?:d'|de l'))attribution"
    r"|transform|notifi|signature|souhait|prefer|mandataire"
)


class LocalFirms(Fault):
    rule = code = "CRIT-05"
    title = "Proximité ou implantation de l'entreprise"
    cause = "« {said} » : la place de l'entreprise compte, et non ce qu'elle offre."
    why = (
        "Un critère ou une condition tirés du lieu d'implantation écartent les entreprises d'ailleurs "
        "sans lien nécessaire avec l'objet du marché."
    )
    mend = (
        "Retirez-le ; s'il s'agit d'intervenir vite, jugez le délai d'intervention, que chacun peut tenir "
        "comme il l'entend."
    )
    source = "CCP L.3, L.2152-7, R.2152-7 ; CE 29 juillet 1994, n° 131562"


class SameBuyerReference(Fault):
    rule = code = "CAND-13"
    default_severity = Severity.TO_CHECK
    title = "Référence exigée auprès du même acheteur"
    cause = "« {said} » réserve le marché à qui a déjà travaillé pour cet acheteur."
    why = (
        "L'absence de marchés de même nature n'élimine pas à elle seule, et une référence chez cet acheteur "
        "avantage les titulaires sortants."
    )
    mend = "Demandez des références comparables, quel que soit le client, ou tout moyen équivalent."
    source = "CCP L.3, R.2142-14"


class BrandWithoutEquivalent(Fault):
    rule = code = "PIECES-02"
    default_severity = Severity.TO_CHECK
    title = "Marque nommée sans « ou équivalent »"
    cause = "« {said} » nomme une marque sans « ou équivalent »."
    why = "Une marque n'est citée que si l'objet du marché le justifie ; sinon, par exception, avec ces mots."
    mend = "Décrivez la performance attendue, ou ajoutez « ou équivalent »."
    source = "CCP R.2111-7 ; CE 10 février 2016, n° 382148"


class TwoWeights(Fault):
    rule = code = "CRIT-06"
    title = "Deux poids pour un même critère"
    cause = "« {name} » compte pour {known} dans la pondération, et pour {other} plus loin."
    why = "Deux poids donnent deux classements : le choix se ferait après l'ouverture."
    mend = "N'écrivez qu'un poids par critère."
    source = "CCP R.2152-12"


_LOCAL = re.compile(
    r"proximite (?:geographique|de l'entreprise|du (?:candidat|siege|soumissionnaire|prestataire|titulaire))"
    r"|criteres? (?:de |d')(?:la )?(?:proximite|implantation)\b"
    r"|(?:implantation|localisation|ancrage) "
    r"(?:locale?|regionale?|departementale?|geographique|de l'entreprise|du candidat)"
    r"|(?:preference|priorite|favoris\w+) [^.;]{0,30}entreprises? "
    r"(?:locales?|de la (?:commune|region)|du departement)"
    r"|(?:siege|etablissement|agence|depot|locaux|atelier|entreprise)\b"
    r"(?! d(?:u tribunal|e la |e l'acheteur))[^.;]{0,60}"
    r"(?:a moins de|dans un rayon de|distante? de moins de) \d+ ?(?:km|kilometres)"
    rf"|(?:candidat|entreprise|soumissionnaire|titulaire)[^.;]{{0,40}}{_DUTY}[^.;]{{0,40}}"
    r"(?:siege|implante\w*|etablie?s?|agence)\b[^.;]{0,30}(?:dans|sur) "
    r"(?:le |la |l')(?:commune|departement|region|territoire)"
)
_EXCLUSIVE_PROOF = re.compile(
    r"a l'exclusion de tou(?:te?|te?s|s) autres? (?:moyens? de )?"
    r"(?:preuves?|justificati\w+|certificat\w*|qualification\w*)"
    r"|aucun(?:e)? autre (?:moyen de )?(?:preuve|justificatif|certificat|certification|qualification)"
    r"[^.;]{0,20}(?:n'est|ne sera|n'etant) (?:pas )?(?:admis|accept|recev)"
    r"|(?:aucune equivalence|equivalences? (?:n'est|ne sont|ne seront|ne sera) pas (?:admis|accept))"
    r"|sans (?:aucune )?equivalence (?:possible|admise)"
)
_ESPD_REFUSED = re.compile(
    r"\b(?:dume|document unique de marche europeen)\b(?![^.;]{0,40}(?:papier|scann|pdf|structure))[^.;]{0,30}"
    r"(?:(?:n'est|ne sera) pas|ne (?:peut|pourra) pas etre) (?:accept|admis|autoris|recev|utilis)"
)
_FORM_IMPOSED = re.compile(
    rf"(?:candidat|soumissionn|repon|present|constitu|operateur)[^.;]{{0,80}}{_DUTY}[^.;]{{0,60}}"
    r"groupement[^.;]{0,15}\b(?:solidaire|conjoint)"
    rf"|groupement\b[^.;]{{0,20}}{_DUTY}[^.;]{{0,40}}\b(?:solidaire|conjoint)"
)
_BRAND = re.compile(
    r"\b(?:de|de la|exclusivement) marque (?!NF\b|CE\b|commerciale|déposée)([A-ZÉÈ][\w-]+)"
)  # as printed: a capital tells a name


_WEIGHED = re.compile(
    r"(?:compte(?:ra|nt)?|pondere(?:e|s|es)?|intervien(?:t|dra)|represente(?:ra)?) "
    r"(?:pour|a hauteur de|a|de)? ?(\d{1,3}(?:,\d+)?) ?(%|points?\b)"
)


def _same_buyer(draft: Draft) -> re.Pattern[str]:
    """A reference of work done for the buyer itself, by its name or as "the same buyer"."""
    name = re.escape(plain(draft.rules.buyer.name).strip())
    buyer = rf"|(?:la |le |l')?{name}\b" if len(name) > 5 else ""
    same = (
        r"(?:le |la |l')?meme (?:acheteur|maitre d'ouvrage|pouvoir adjudicateur|collectivite|commune|ville)"
    )
    ours = r"(?:la presente|notre) (?:collectivite|commune|ville)|l'acheteur\b(?! (?:public|prive|concern))"
    return re.compile(
        r"references?\b[^.;:]{0,80}\b(?:pour|aupres d[eu]|au (?:profit|benefice) d[eu]) (?:le compte de )?"
        rf"(?:{same}|{ours}{buyer})"
    )


@check(LocalFirms, SameBuyerReference, BrandWithoutEquivalent)
def unlawful_words(draft: Draft) -> Iterator[Fault]:
    """What no value of the rules shows; a value that says the same is not said twice."""
    submission, grouping = draft.rules.submission, draft.rules.grouping
    texts = [(words, plain(words), where) for words, where in said_in(draft)]
    for words, where, at in matches(_LOCAL, texts):
        yield seen(LocalFirms, where, words, at)
    for words, where, at in matches(_same_buyer(draft), texts):
        fault = seen(SameBuyerReference, where, words, at)
        commanded = re.search(rf"{_DUTY}|elimin|rejet", plain(words))
        yield replace(fault, severity=Severity.BLOCKING) if commanded else fault
    for words, where, at in matches(_EXCLUSIVE_PROOF, texts):
        yield seen(NoEquivalentEvidence, where, words, at)
    for words, where, at in matches(_BRAND, [(words, words, where) for words, _, where in texts]):
        if "quivalent" not in words:
            yield seen(BrandWithoutEquivalent, where, words, at)
    if submission is None or submission.espd_accepted is not False:
        for words, where, at in matches(_ESPD_REFUSED, texts):
            yield seen(EspdRefused, where, words, at)
    if grouping is None or not grouping.forms_allowed:
        for words, where, at in matches(_FORM_IMPOSED, texts):
            if not _AFTER_AWARD.search(plain(words)):
                problem = f"Une forme de groupement est imposée pour répondre : « {cut(words, at)} »."
                yield seen(FormImposed, where, words, at, problem=problem)


@check(TwoWeights)
def weights_told_twice(draft: Draft) -> Iterator[Fault]:
    """A sentence that gives a criterion another weight than its own: « compte pour 55 % »."""
    if draft.rules.award.for_lots:
        return  # a sentence seldom says of which lots it tells the weight
    award = draft.rules.award
    known = {plain(each.name): (each, parent) for each, parent in _with_parents(award.criteria, award.total)}
    for words, where in said_in(draft):
        for at in _WEIGHED.finditer(plain(words)):
            before = re.split(r"[.;:|]", plain(words)[: at.start()])[-1]
            named = max((name for name in known if name in before), key=len, default="")
            if not named or len(named) < 4 or any(other in before.replace(named, "", 1) for other in known):
                continue
            criterion, parent = known[named]
            told = Fraction(at[1].replace(",", "."))
            if criterion.weight is None or told in _admitted(criterion.weight, parent, award.total):
                continue
            weight = format_number(criterion.weight)
            facts = {"name": criterion.name, "known": f"{weight} points sur {format_number(parent)}"}
            yield seen(TwoWeights, where, words, at, **facts, other=f"{at[1]} {at[2]}")


def _with_parents(
    criteria: tuple[AwardCriterion, ...], parent: Decimal
) -> Iterator[tuple[AwardCriterion, Decimal]]:
    for each in criteria:
        yield each, parent
        if each.weight is not None:
            yield from _with_parents(each.criteria, each.weight)


def _admitted(weight: Decimal, parent: Decimal, total: Decimal) -> set[Fraction]:
    """The figures that say the same weight: its points, its share of the parent or of the whole."""
    points = Fraction(weight)
    return {points, *(100 * points / Fraction(whole) for whole in (parent, total) if whole)}
