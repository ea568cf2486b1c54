"""Texts of law cited, numbers and names as written (legal-rules §10)."""

from __future__ import annotations

import re
from collections.abc import Iterator

from reglo.linting.fault import Draft, Fault, check, found, read
from reglo.procurement.consultation import Address, Place, ProcedureType, TermAbout
from reglo.procurement.findings import Severity
from reglo.procurement.folding import folded


class RepealedText(Fault):
    rule, code = "L-03", "LINT-03"
    default_severity = Severity.TO_CHECK
    title = "Texte abrogé cité"
    cause = "{text} est cité ; {now} l'a remplacé."
    why = "Un texte abrogé n'oblige plus personne, et ce qu'il exigeait peut n'être plus permis."
    mend = "Citez {now}."


_REPEALED = (
    (r"27 juillet 2018", "L'arrêté du 27 juillet 2018", "l'annexe 6 du code"),
    (r"12 avril 2018", "L'arrêté du 12 avril 2018", "l'annexe 12 du code"),
    (r"15 juin 2012", "L'arrêté du 15 juin 2012", "l'annexe 12 du code"),
    (
        r"\bRGS\b|référentiel général de sécurité",
        "Un niveau du RGS",
        "le règlement eIDAS (signature avancée qualifiée)",
    ),
    (
        r"décret (n° ?)?2016-360|décret du 25 mars 2016|décret (n° ?)?2006-975",
        "Un décret des marchés publics antérieur au code",
        "le code de la commande publique",
    ),
    (
        r"ordonnance (n° ?)?2015-899|ordonnance du 23 juillet 2015|ordonnance (n° ?)?2005-649",
        "Un texte des marchés publics antérieur au code (ordonnance)",
        "le code de la commande publique",
    ),
    (r"code des marchés publics", "Le code des marchés publics", "le code de la commande publique"),
)


@check(RepealedText)
def repealed(draft: Draft) -> Iterator[Fault]:
    signature = draft.rules.submission.signature if draft.rules.submission else None
    said = [*draft.citations, *draft.sentences]
    if signature and signature.level:
        said.append(("submission.signature.level", signature.level, signature.source))
    for pattern, text, now in _REPEALED:
        printed = next(
            ((it, at) for it in draft.passages if (at := re.search(pattern, it.line, re.IGNORECASE))), None
        )
        if printed:
            yield read(RepealedText, *printed, text=text, now=now)
            continue
        for path, sentence, source in said:
            if re.search(pattern, sentence, re.IGNORECASE):
                yield found(RepealedText, path, source, text=text, now=now)
                break


class ArticleDoesNotFit(Fault):
    rule, code = "L-04", "LINT-04"
    default_severity = Severity.TO_CHECK
    title = "Article cité qui ne convient pas"
    cause = "{cited} : {problem}."
    why = (
        "Un article mal cité fait douter de la règle, et peut soumettre le marché à une procédure qu'on ne "
        "voulait pas (CCP R.2123-6)."
    )
    mend = "{mend}."


# what an article of a formal procedure is for; citing another's may bring all its rules with it (R.2123-6)
_OWN = {
    ProcedureType.OPEN: r"R\.2161-[2-5]\b",
    ProcedureType.RESTRICTED: r"R\.2161-([6-9]|1[01])\b",
    ProcedureType.NEGOTIATED: r"R\.2161-(1[2-9]|2[0-3])\b|R\.2124-[34]\b",
    ProcedureType.DIALOGUE: r"R\.2161-(2[4-9]|3[01])\b|R\.2124-[56]\b",
    ProcedureType.ADAPTED: r"R\.2123-[1-6]\b|L\.2123-1\b",
}


_ARTICLE = re.compile(r"\b([LRD])\.? ?(2\d{3}-\d+)\b")
_NO_SUCH_ARTICLE = re.compile(
    r"\b([LR])\.? ?(\d{4})(?![\d-])[^.;]{0,30}code de justice administrative", re.IGNORECASE
)
_COMPLETED_UNDER_ANOTHER = re.compile(
    r"R\.? ?2151-1\b[^.;]{0,160}compléter (?:son|leur|le) (?:dossier|candidature)", re.IGNORECASE
)
_COMPLETION = {
    "cited": "R.2151-1",
    "problem": "cet article fixe les délais des offres, non le complément d'une candidature",
    "mend": "Citez R.2144-2",
}


@check(ArticleDoesNotFit)
def articles(draft: Draft) -> Iterator[Fault]:
    for path, cited, source in draft.citations:
        said = _misfit(cited, draft) or _incomplete(cited)
        if said:
            problem, mend = said
            yield found(ArticleDoesNotFit, path, source, cited=cited, problem=problem, mend=mend)
    seen = {cited for _, cited, _ in draft.citations}
    for passage in draft.passages:
        for at in _ARTICLE.finditer(passage.words):
            cited = f"{at[1]}.{at[2]}"
            said = None if cited in seen else _misfit(cited, draft)
            seen.add(cited)
            if said:
                yield read(ArticleDoesNotFit, passage, at, cited=cited, problem=said[0], mend=said[1])
        if unknown := _NO_SUCH_ARTICLE.search(passage.words):
            yield read(
                ArticleDoesNotFit,
                passage,
                unknown,
                cited=f"CJA {unknown[1]}.{unknown[2]}",
                problem="cet article n'existe pas dans le code de justice administrative",
                mend="Citez l'article entier (L.213-1…)",
            )
        if completed := _COMPLETED_UNDER_ANOTHER.search(passage.words):
            yield read(ArticleDoesNotFit, passage, completed, **_COMPLETION)


def _misfit(cited: str, draft: Draft) -> tuple[str, str] | None:
    kind = draft.rules.procedure.type
    if re.search(r"R\.2123-7\b", cited) and kind is ProcedureType.ADAPTED:
        return "cet article ne régit pas la procédure adaptée", "Citez L.2123-1 et R.2123-1"
    for owner, pattern in _OWN.items():
        if re.search(pattern, cited) and owner is not kind and not re.search(_OWN[kind], cited):
            return (
                "cet article régit une autre procédure que celle-ci",
                "Citez les articles de votre procédure",
            )
    return None


def _incomplete(cited: str) -> tuple[str, str] | None:
    if re.fullmatch(r"[LRD]\.? ?\d{4}", cited):
        return "cette référence désigne une section, non un article", "Citez l'article entier"
    if re.match(r"CJA ", cited) and not re.search(r"[LRD]\.? ?\d{3}-\d+", cited):
        return (
            "cet article n'existe pas dans le code de justice administrative",
            "Citez l'article entier (CJA L.213-1…)",
        )
    return None


@check(ArticleDoesNotFit)
def exclusion_range(draft: Draft) -> Iterator[Fault]:
    """Exclusion grounds cut at L.2141-5: the optional ones (L.2141-7 to -11) are left out."""
    review = draft.rules.review
    for index, ground in enumerate(review.eliminations if review else ()):
        numbers = {int(number) for it in ground.legal_basis for number in re.findall(r"L\.2141-(\d+)", it)}
        if numbers and max(numbers) < 7:
            facts = {"cited": "L.2141-1 à L.2141-5", "problem": "les motifs L.2141-7 à L.2141-11 manquent"}
            yield found(
                ArticleDoesNotFit,
                f"review.eliminations[{index}]",
                ground,
                mend="Citez L.2141-1 à L.2141-5 et L.2141-7 à L.2141-11",
                **facts,
            )


@check(ArticleDoesNotFit)
def article_of_completion(draft: Draft) -> Iterator[Fault]:
    """R.2151-1 sets the term of bids; completing a candidacy is R.2144-2."""
    terms = [it for it in draft.rules.calendar.terms if it.about is TermAbout.SUPPLEMENT]
    about = [it for it in draft.rules.clauses if re.search(r"complément de candidature|compléter", it.rule)]
    for group, path in [
        *((it, f"clauses[{draft.rules.clauses.index(it)}]") for it in about),
        *((it, f"calendar.terms[{draft.rules.calendar.terms.index(it)}]") for it in terms),
    ]:
        if any(re.search(r"R\.2151-1\b", cited) for cited in group.legal_basis):
            yield found(
                ArticleDoesNotFit,
                path,
                group,
                **_COMPLETION,
            )


class AmbiguousNumber(Fault):
    rule, code = "L-20", "LINT-20"
    title = "Nombre qui se lit de deux façons"
    cause = "« {number} » se lit {large} ou {small}."
    why = "Un montant qui varie du simple au mille ne fixe ni seuil, ni maximum, ni prix."
    mend = "Séparez les milliers par des espaces : « {large} »."
    source = "CCP R.2132-1"


_AMBIGUOUS = re.compile(r"(?<![\d,.])(?<!\d )(\d{1,3})[,.](\d{3})(?=\s*(?:€|euros?\b|EUR\b))", re.IGNORECASE)


@check(AmbiguousNumber)
def numbers(draft: Draft) -> Iterator[Fault]:
    for path, sentence, source in draft.sentences:
        for number in _AMBIGUOUS.finditer(sentence):
            yield found(AmbiguousNumber, path, source, **_readings(number))
    for passage in draft.passages:
        for number in _AMBIGUOUS.finditer(passage.words):
            yield read(AmbiguousNumber, passage, number, **_readings(number))


def _readings(number: re.Match[str]) -> dict[str, object]:
    whole, digits = number.groups()
    return {"number": number.group(), "large": f"{whole} {digits}", "small": f"{whole},{digits}"}


class NameVariants(Fault):
    rule, code = "L-21", "LINT-21"
    default_severity = Severity.TO_CHECK
    title = "Nom écrit de deux façons"
    cause = "« {one} » et « {other} » désignent sans doute le même lieu."
    why = "Deux noms peuvent désigner deux lieux : l'objet, la visite ou l'adresse deviennent douteux."
    mend = "Écrivez partout le même nom."
    source = "CCP R.2132-1"


_PROPER = re.compile(r"\b[A-ZÉÈÀÎ][a-zà-ÿ]+(?:-[A-Za-zÀ-ÿ]+)+\b")  # « Vaulx-en-Velin »


@check(NameVariants)
def names(draft: Draft) -> Iterator[Fault]:
    seen: dict[str, str] = {}
    for path, name, source in _names(draft):
        key = folded(name)
        for other, spelled in seen.items():
            if _one_slip(key, other):
                yield found(NameVariants, path, source, one=spelled, other=name)
                break
        else:
            seen[key] = name
    for passage in draft.passages:  # names the rules know, misspelt elsewhere in the RC
        for at in _PROPER.finditer(passage.words):
            for other, spelled in seen.items():
                if len(at[0]) >= 8 and _one_slip(folded(at[0]), other):
                    yield read(NameVariants, passage, at, one=spelled, other=at[0])


_STREET = re.compile(r"(\d{1,4}) ?(?:bis|ter)?,? ([a-z][a-z' -]+)$")  # of a folded line


@check(NameVariants)
def streets(draft: Draft) -> Iterator[Fault]:
    """One number and postcode, a street's name within the other: « rue Hugo », « rue Victor Hugo »."""
    seen: list[tuple[str, str, set[str], str]] = []  # postcode, number, words, as written
    for path, group in draft.walk.groups:
        if not isinstance(group, (Address, Place)) or not group.postcode:
            continue
        for line in group.lines:
            at = _STREET.match(folded(line))
            if at is None or len(at[2].split()) < 2:
                continue
            words = set(at[2].split())
            for postcode, number, others, written in seen:
                if (postcode, number) == (group.postcode, at[1]) and (words < others or others < words):
                    yield found(NameVariants, path, group, one=written, other=line)
            seen.append((group.postcode, at[1], words, line))


def _names(draft: Draft) -> Iterator[tuple[str, str, str]]:
    """Compound proper names of places, in titles, towns and quoted sentences."""
    rules = draft.rules
    said = [("title", rules.title, rules.source), ("description", rules.description, rules.source)]
    for path, group in draft.walk.groups:
        if not path.startswith(("open_points", "justify")):
            words = [getattr(group, key, "") for key in ("town", "name", "text")]
            said += [(path, text, getattr(group, "source", "")) for text in words if text]
    known: set[str] = set()
    for path, text, source in said:
        for name in _PROPER.findall(text):
            if len(name) >= 8 and name not in known:
                known.add(name)
                yield path, name, source


def _one_slip(one: str, other: str) -> bool:
    """Whether two names differ by one letter: changed, missing or added.

    >>> _one_slip("vaulx en velin", "vaulx en verin"), _one_slip("saint cyr", "saint fons")
    (True, False)
    """
    if one == other or abs(len(one) - len(other)) > 1:
        return False
    short, long = sorted((one, other), key=len)
    start = next((i for i, (a, b) in enumerate(zip(short, long, strict=False)) if a != b), len(short))
    same_length = len(short) == len(long)
    return short[start + same_length :] == long[start + 1 :] and not long[start : start + 1].isdigit()
