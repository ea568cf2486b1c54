"""How the contract is awarded: type of procedure, articles, variants, negotiation, steps."""

from __future__ import annotations

import re

from reglo.reading.rc.model import Reading, rule
from reglo.reading.rc.words import COUNT, articles, count
from reglo.reading.text.model import fold

_TYPES = (
    ("open", r"appel d'offres(?: europeen)? ouvert|procedure (?:formalisee )?ouverte|\baoo\b"),
    ("restricted", r"appel d'offres restreint|procedure restreinte"),
    ("negotiated", r"procedure (?:(?:concurrentielle )?avec negociation|negociee)"),
    ("dialogue", r"dialogue competitif"),
    ("adapted", r"procedure adaptee|\bmapa\b"),
)
SUPPLIES = r"(?:prestations? supplementaires? eventuelles?|pse\b)"
_PASSED = r"\b(?:passee?|lancee?|organisee?|soumise?|conclue?|engagee?|mise en (?:œ|oe)uvre|realisee?|conduite|retenue|regie?|utilisee|il s'agit)\b|procedure (?:de passation )?(?:de la consultation |utilisee |retenue )?(?:est|:)|mode de passation"


@rule(
    "PROC-01",
    "la procédure : « passée selon la procédure… » d'abord, sinon le seul type que le document nomme",
)
def procedure(r: Reading) -> None:
    named = [
        (start, end, words, types)
        for start, end, words in r.sentences()
        if (types := _types(words)) and not _of_another(words)
    ]
    passed = [each for each in named if re.search(_PASSED, each[2])]
    spans = [*r.spans(r"procedure|mode de passation"), *r.spans(r"objet|organisation|consultation")]
    placed = [each for span in spans for each in named if span[0] <= each[0] < span[1]]
    for start, end, words, types in [*passed, *placed, *named]:
        if len(types) > 1:
            continue
        name = next(iter(types))
        if any(name not in other for *_, other in passed if len(other) == 1):
            r.add("procedure.type", name, (start, end), 0.97)
            other = next(each for each in passed if len(each[3]) == 1 and name not in each[3])
            r.add("procedure.type", next(iter(other[3])), other[:2], 0.97)
            return
        r.add("procedure.type", name, (start, end), 0.97 if re.search(_PASSED, words) else 0.9)
        break
    else:
        _formal(r)
        return
    for start, end, _, types in [*passed, *placed, *named]:
        if types == {name} and (cited := articles(_with_next(r, start, end))):
            r.add("procedure.legal_basis", list(cited), (start, end), 0.95)
            return


def _formal(r: Reading) -> None:
    """« passé en procédure formalisée en application des articles… »: which one is not said, the articles are."""
    told = r.told(_PASSED, r"procedure formalisee", r"\barticles?\b", but=r"seuils?\b|anterieur|precedent")
    if told and (cited := articles(_with_next(r, *told))):
        r.add("procedure.legal_basis", list(cited), told, 0.93)


def _of_another(words: str) -> bool:
    """A procedure a sentence names for another reason; « passé selon la procédure…, son montant étant sous les seuils » is its own."""
    told = re.search(rf"(?:{_PASSED})[^.,;]{{0,40}}procedure\b[^,;]{{0,90}}", words)
    return bool(re.search(r"seuils?\b|anterieur|precedent|infructu", words[: told.end()] if told else words))


def _types(words: str) -> set[str]:
    """The procedures a sentence names; an adapted one may be « avec négociation »."""
    found = {name for name, pattern in _TYPES if re.search(pattern, words)}
    if "adapted" in found:
        found.discard("negotiated")
        if re.search(r"procedure adaptee (?:ouverte|restreinte)", words):
            found -= {"open", "restricted"}
    return found


def _with_next(r: Reading, start: int, end: int) -> str:
    """A sentence, and the line after it when the sentence goes on there or that line opens with the articles."""
    text = r.flow.text[start:end]
    following = r.flow.text[end : end + 200].lstrip("\n. ").partition("\n")[0]
    following = re.split(r"(?<=[a-z)])\.\s", following)[0]
    cut = re.search(r"\b[LRD]\.$", text.rstrip())  # « R. 2161-2 à R. » / « 2161-5 du code »
    goes_on = (cut or text.rstrip()[-1:] not in ".:;") and r.flow.text[end : end + 1] == "\n"
    cites = re.match(
        r"\(?(?:en application|conform|articles?|art\.)|(?:elle|il|cette (?:procedure|consultation)) (?:est|sont) (?:soumise?|passee?|regie?|lancee?)",
        fold(following),
    )
    return (
        f"{text} {following}"
        if cites or (goes_on and re.match(r"[LRD]\. ?\d|[a-zà]|\d{4}-\d", following))
        else text
    )


@rule("PROC-02", "les variantes, autorisées, interdites ou exigées")
def variants(r: Reading) -> None:
    for word in r.flow.find(r"\bvariantes?\b[^.\n]{0,110}"):
        left = max(r.flow.folded.rfind(mark, 0, word.start()) for mark in ".\n;") + 1
        found = (max(left, word.start() - 80), word.end())
        text = r.flow.folded[found[0] : found[1]]
        if r.flow.line_at(word.start()).heading and not re.search(r"variantes?[^\n]{0,12}: ?\w", text):
            continue
        if re.search(r"exigee|obligatoire|imposee", text):
            if re.search(
                r"ne comporte (?:pas|aucune)|pas prevu|aucune variante|pas de variante|n'est (?:exigee|imposee|prevue)",
                text,
            ):
                r.add("procedure.variants_required", False, found, 0.95)
            elif re.search(
                r"variantes? (?:imposee|exigee|obligatoire)s? ?: ?(?:non|neant|aucune|sans objet)", text
            ):
                r.add("procedure.variants_required", False, found, 0.93)
            elif re.search(r"(?:est|sont) (?:exigee|obligatoire|imposee)", text):
                r.add("procedure.variants_required", True, found, 0.85)
            if not re.search(r"initiative", text):
                continue
        if re.search(
            r"variantes?\b[^.;]{0,60} (?:que pour|qu'au|qu'a|uniquement (?:pour|sur)|seulement (?:pour|sur)|sauf|a l'exception|excepte|hormis) (?!au|si\b|stipulation|disposition)",
            text,
        ):
            r.doubt(
                "variantes",
                "Les variantes ne sont pas admises ou interdites pour tout le marché, et ne l'ont pas été lues. Pour quoi le sont-elles ?",
                found,
            )
            continue
        if re.search(
            r"(?:n'est pas|ne sont pas|ne seront pas|n'est pas) (?:autorisee|admise|acceptee|permise|prevue)|interdite|refusee|non (?:autorisee|admise)|(?:aucune|pas de) variante|exclue|variantes?(?: libres?)? ?: ?(?:non|neant|interdit|aucune|sans objet)",
            text,
        ):
            r.add("procedure.variants_allowed", False, found, 0.96)
        elif re.search(
            r"variantes?[^.;]{0,40} (?:sont|est|seront) (?:donc |toutefois )?(?:autorisee|admise|acceptee|permise)|variantes? ?: ?(?:oui|autorisee|admise)|peu\w+ (?:proposer|presenter)[^.;]{0,30} variante",
            text,
        ):
            r.add("procedure.variants_allowed", True, found, 0.93)


@rule("PROC-03", "la négociation : réservée, avec combien d'offres, attribution sans négocier, auditions")
def negotiation(r: Reading) -> None:
    allowed = r.flow.first(
        r"(?:se reserve (?:la possibilite|le droit|la faculte) de negocier|avec (?:possibilite de )?negociation|engagera (?:des|une|les) negociations?|negociera avec|pourra (?:decider de )?negocier|possibilite de negociation|decide d'engager des negociations|negocie avec|se reserve[^.]{0,40} (?:d'engager|de conduire|de mener)[^.]{0,20} negociation|engagera[^.]{0,20} negociation|negociations? (?:sera|seront|(?:pourr|peu)\w+ etre) (?:\w+ )?(?:engagee|menee|ouverte|conduite)s?|(?:pourra|peut|souhaite) (?:\w+ )?(?:negocier|(?:engager|ouvrir|mener|conduire) (?:une|des|les) negociations?)\b)"
    )
    refused = r.flow.first(
        r"(?:il (?:ne sera pas (?:procede a une |fait de )?negoci|n'(?:y aura|est prevu|y a)(?: pas| aucune)?(?: de)? (?:negociation|phase de negociation))|les offres ne (?:seront|sont) pas negociees|aucune negociation|sans aucune negociation|aucune (?:phase|procedure) de negociation|ne (?:donnera|fera) (?:pas )?(?:lieu|l'objet) (?:a|d')(?: une| aucune)? ?negociation|negociation (?:n'est pas(?! exclu| interdi)|est interdite))"
    )
    if allowed:
        r.add("procedure.negotiation.allowed", True, allowed, 0.93)
    if refused:
        r.add("procedure.negotiation.allowed", False, refused, 0.93)
    if not allowed:
        return
    best = r.flow.first(
        rf"negoci\w+ (?:\w+ ){{0,4}}?avec (?:les|le|au maximum|au plus) (?:les )?(?P<n>{COUNT}) (?:premier\w* |meilleur\w+ |candidats?|soumissionnaires?|offres?|entreprises?|auteurs)"
    )
    if best and (number := count(best["n"])):
        r.add("procedure.negotiation.with_best", number, best, 0.93)
    without = r.flow.first(
        r"attribuer (?:le |les |un )?(?:present )?(?:marches?|accords?-cadres?|contrat)[^.]{0,60} sur la base des offres initiales|sur la base des offres initiales[^.]{0,40} sans|sans (?:proceder a (?:une |la )?|aucune )?negoci\w+|ne pas negocier|renoncer a (?:la )?negoci\w+|s'en dispenser|ne pas (?:recourir a|engager) (?:la|de) negociation"
    )
    if without:
        r.add("procedure.negotiation.award_without", True, without, 0.95)
    kept_out = r.flow.first(
        r"negociation[^.]{0,80}(?:a l'exception|hormis|sauf) des? (?P<what>(?:criteres|exigences)[^.;]{0,100})"
    )
    if kept_out:
        r.add("procedure.negotiation.excluded", _each(r.flow.printed(kept_out, "what")), kept_out, 0.9)
    fixed = r.flow.first(
        r"(?P<what>(?:criteres|exigences) [^.;\n]{3,60}?) (?:ne sont|ne seront|ne peuvent etre) pas (?:negociables?|negocies?|l'objet)"
    )
    if fixed and not kept_out:
        r.add("procedure.negotiation.excluded", _each(r.flow.printed(fixed, "what")), fixed, 0.88)
    heard = r.flow.first(
        r"seances? (?:«|\") ?d'audition|audition(?:s|ner)?\b[^.]{0,80}(?:candidats|soumissionnaires|negociations)"
    )
    if heard and "negociation" in r.flow.folded[heard.start() : heard.end() + 60]:
        r.add("procedure.negotiation.hearings", True, heard, 0.85)


def _each(said: str) -> list[str]:
    """What an enumeration names, one by one.

    >>> _each("exigences minimales et les critères d'attribution")
    ['exigences minimales', "critères d'attribution"]
    """
    named = re.split(r"(?:,\s*|\s+)et\s+(?:[dl]es\s+)?|,\s*(?:[dl]es\s+)?", said)
    return [each.strip() for each in named if each.strip()]


@rule("PROC-04", "ouverture des plis, mise au point, sans suite, prestations supplémentaires")
def steps(r: Reading) -> None:
    found = r.flow.first(
        r"ouverture des (?:plis|offres|candidatures) (?:n'est|ne sera) pas publique|seance non publique"
    )
    if found:
        r.add("procedure.public_opening", False, found, 0.97)
    named = [
        r.flow.printed(found).strip(" ;.,")
        for found in r.flow.find(
            r"(?:(?<=\n)|(?<=[-:;•]\s))pse ?(?:n ?° ?)?\d{1,2} ?[-:] ?[a-z][^.;:\n]{5,120}"
        )
    ]
    if named and (place := r.flow.first(r"pse ?(?:n ?° ?)?\d{1,2} ?[-:]")):
        r.add("procedure.optional_supplies_asked", True, place, 0.9)
        r.add("procedure.optional_supplies", list(dict.fromkeys(named)), place, 0.88)
    none = r.flow.first(
        rf"(?:comporte|prevoit|n'est|n'y a) pas (?:prevue? |demandee? )?(?:de |d'){SUPPLIES}"
        rf"|aucune {SUPPLIES}[^.\n]{{0,12}} n'est (?:prevue|demandee|exigee)|{SUPPLIES} ?: ?(?:neant|aucune|sans objet)"
    )
    if none:
        r.add("procedure.optional_supplies_asked", False, none, 0.95)
    tuning = r.flow.first(
        r"articles? (?P<a>r\.? ?2152-13)\b[^.]{0,160}mise au point|mise au point[^.]{0,160}(?P<b>r\.? ?2152-13)"
    )
    if tuning:
        r.add("procedure.fine_tuning", "R.2152-13", tuning, 0.96)
    dropped = r.flow.first(r"ne pas donner suite|sans suite")
    if dropped:
        reason = r.flow.first(r"motifs? d'interet general", dropped.start(), dropped.end() + 160)
        text = "motif d'intérêt général" if reason else "réservé, sans motif énoncé"
        r.add(
            "procedure.abandonment", text, (dropped.start(), reason.end() if reason else dropped.end()), 0.85
        )


# --- The contract -----------------------------------------------------------------------------
