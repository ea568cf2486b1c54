"""Who may bid and how bids are examined: groupings, capacities, review, remedies."""

from __future__ import annotations

import re
from collections.abc import Iterator

from reglo.reading.rc.model import Reading, rule
from reglo.reading.rc.words import AMOUNT, COUNT, PERIOD, amount, articles, count, period, sentence_case

# what a groupement becomes once it has won is no rule for the bids
_AFTER = r"apres (?:l')?attribution"
_FORM = r"solidaires?|conjoints?(?:[^.\n]{0,12} mandataire solidaire)?"


@rule("GRP-01", "la forme du groupement, le mandataire solidaire, la forme après attribution")
def group_form(r: Reading) -> None:
    liable = r.told(
        r"mandataire\b[^.;]{0,90}\bsolidaire",
        but=rf"n'est pas|ne sera pas|n'a pas|solidaire (?:ou|de son choix)|transform|{_AFTER}",
    ) or r.told(
        r"conjoint\w*[^.]{0,20} (?:avec |a )?mandataire solidaire", but=rf"n'est pas|ne sera pas|{_AFTER}"
    )
    if liable:
        r.add("grouping.leader_liable", True, liable, 0.95)
    wished = r.flow.first(rf"forme (?:souhaitee|preferee)[^.\n]{{0,60}}groupement (?P<f>{_FORM})")
    if wished:
        r.add("grouping.preferred", _form(wished["f"]), wished, 0.93)
    after: dict[str, tuple[int, int]] = {}
    for found in r.flow.find(
        rf"(?:assurer sa transformation|se transformer|contraint de se transformer|transformation)[^.\n]{{0,50}}groupement (?P<f>{_FORM})"
    ):
        after.setdefault(_form(found["f"]), found.span())
    for found in r.flow.find(
        rf"sera conclu[^.\n]{{0,90}}(?:entreprises groupees|groupement d'entreprises|groupement) (?P<f>{_FORM})"
    ):
        after.setdefault(_form(found["f"]), found.span())
    for begin, end, words in r.sentences():
        if not re.search(
            rf"{_AFTER}|groupement attributaire|attributaire du|groupement retenu|apres notification",
            words,
        ):
            continue
        if re.search(
            r"aucune forme|n'impose|pas impose|n'exige|ne souhaite imposer|ne fixe|quelle que soit", words
        ):
            continue
        said = re.search(
            rf"(?:prendr\w+|sera|seront|adopter|adoptera|devra (?:etre|prendre|revetir|adopter)|revetir|revetira|forme imposee[^.]{{0,30}})[^.]{{0,60}}?\b(?P<f>{_FORM})|(?P<same>(?:adopter|prendre|revetir) cette forme)|groupement (?P<asked>{_FORM})[^.,]{{0,30}} (?:est|sera) (?:exigee?|imposee?|requise?|demandee?)",
            words,
        )
        if re.search(r"si (?:cela est |c'est )?necessaire|le cas echeant|si la bonne execution", words):
            continue  # asked only if it turns out to be needed (R.2142-22)
        asked = (said["f"] or said["asked"]) if said else None
        if (asked or (said and wished)) and (
            why := re.search(
                r"(?:compte tenu d[eu']s?|en raison d[eu']s?|afin d[e']|\bcar\b|\bpour (?=assurer|garantir|permettre)|du fait d[eu']s?|(?=la [a-z ]{3,40} exigeant)|(?=(?:cette )?forme (?:etant |qui est )?(?:necessaire|indispensable))) ?(?P<t>[^.]{8,200})",
                words,
            )
        ):
            printed = " ".join(r.flow.text[begin:end].split())
            r.add(
                "grouping.form_reason",
                sentence_case(printed[why.start("t") : why.end("t")]),
                (begin, end),
                0.88,
            )
        if asked:
            after.setdefault(_form(asked), (begin, end))
        elif said and wished:
            after.setdefault(_form(wished["f"]), (begin, end))
    if len(after) == 1:
        form, place = next(iter(after.items()))
        r.add("grouping.form_after_award", [form], place, 0.92)
    elif after:
        r.doubt(
            "forme-du-groupement",
            "Le document demande deux formes de groupement après l'attribution. Laquelle ?",
            *after.values(),
            choices=tuple(
                (re.sub(r"\W+", "-", form), form, {"grouping.form_after_award": [form]}) for form in after
            ),
            rule="L-13",
        )


def _form(folded: str) -> str:
    if "mandataire" in folded:
        return "conjoint, mandataire solidaire"
    return "conjoint" if folded.startswith("conjoint") else "solidaire"


@rule("GRP-02", "l'interdiction de se présenter plusieurs fois, et sa sanction")
def exclusivity(r: Reading) -> None:
    banned = several = None
    spoken: tuple[int, int] | None = None
    opened = len(r.flow.text)  # where the sentence begins that the list of cases goes on
    for start, end, words in _bans(r):
        if re.search(r"sous-traitan", words) and not re.search(r"individuel|groupement", words):
            continue
        single = re.search(r"individuel|a la fois seul|\bseule?\b[^.]{0,40}groupement|cumul", words)
        more = re.search(
            r"(?:(?<!un ou )plusieurs|differents) (?:groupements|equipes|candidatures groupees)|plus d'un groupement|membres? de plusieurs|deux groupements",
            words,
        )
        if words.endswith(":") and not banned and not several:
            opened = start
        if single and re.search(r"groupement|membre", words):
            banned = banned or (start, end)
        if more and not re.search(
            r"^(?:\W*\d[\d.]*)?[^.]{0,60}mandataire[^.]{0,60}(?:plusieurs|plus d'un)", words
        ):
            several = several or (start, end)
        spoken = (start, end)
    allowed = r.told(
        r"(?:peu\w+|pourr\w+|autoris\w+)",
        r"membres?|cotraitant|operateur",
        r"plusieurs (?:groupements|equipes)",
        but=r"ne peu|ne pourr|pas autoris|interdi|mandataires? de plusieurs",
    )
    if allowed and not several:
        r.add("grouping.exclusivity.member_of_several", False, allowed, 0.88)
    if not banned and not several:
        return
    place = banned or several
    assert place is not None
    if banned:
        r.add("grouping.exclusivity.single_and_member", True, banned, 0.95)
    if several:
        r.add("grouping.exclusivity.member_of_several", True, several, 0.95)
    cited = articles(r.flow.text[max(0, min(place[0] - 60, opened)) : place[1] + 40])
    if cited:
        r.add(
            "grouping.exclusivity.legal_basis",
            [each for each in cited if each.startswith("R.2142")] or list(cited),
            place,
            0.93,
        )
    best = r.flow.first(
        r"seule? (?:l'offre |la |l'equipe )?(?:la )?mieux classee (?:sera|est) (?:retenue|admise|conservee)"
    )
    all_out = r.flow.first(
        r"plusieurs groupements[^.\n]{0,30}(?:seront|sera) (?:elimine|rejete|exclu)|l'ensemble des candidats[^.\n]{0,80}sera elimine"
    ) or r.flow.first(
        r"(?:toutes les|l'ensemble des|les) (?:offres|candidatures|propositions|plis)(?: ainsi)? (?:concernee?s|en cause|deposee?s)[^.\n]{0,30}(?:seront|sont|sera|est|seraient) (?:rejet|elimin|declaree?s irreg|ecart|irrecev)|(?:rejet|elimination)[^.\n]{0,20} de (?:toutes les|l'ensemble des) (?:offres|candidatures)",
        place[0],
        (spoken or place)[1] + 260,
    )
    if best:
        r.add("grouping.exclusivity.sanction", "best_ranked_kept", best, 0.92)
    elif all_out:
        r.add("grouping.exclusivity.sanction", "all_eliminated", all_out, 0.92)


def _bans(r: Reading) -> Iterator[tuple[int, int, str]]:
    """Sentences that forbid to bid several times, with the items of the list that goes on below."""
    open_list = False
    for start, end, words in r.sentences():
        ban = re.search(
            r"interdi|(?:\bne|n'y|\bnul ne) (?:peu\w+|pourr\w+|saur\w+)\b|n'est pas (?:possible|autorise|admis|permis)|pas possible|impossib|\bni\b",
            words,
        )
        if (ban and re.search(r"groupement|equipe|membre", words)) or (
            ban and words.endswith(":") and re.search(r"offres?|candidat", words)
        ):
            open_list = words.endswith(":")
            yield start, end, words
        elif open_list and re.match(r"[-•*✓➢>]\s|en (?:qualite|tant)|soit ", words):
            yield start, end, words
        else:
            open_list = False


@rule("CAP-01", "les capacités : chiffre d'affaires, années, références, appréciation globale")
def capacities(r: Reading) -> None:
    turnover = r.flow.first(
        rf"chiffre d'affaires[^.\n]{{0,60}}(?P<strict>superieur|au moins|minimum|minimal|egal)[^.\n]{{0,30}}?(?P<n>{COUNT}|\d[.,]\d) fois"
    )
    if turnover:
        number = turnover["n"] if re.match(r"\d[.,]\d", turnover["n"]) else str(count(turnover["n"]))
        r.add("capacity.turnover.times_contract", number.replace(",", "."), turnover, 0.94)
        if turnover["strict"] == "superieur" and "egal" not in turnover[0]:
            r.add("capacity.turnover.strictly_more", True, turnover, 0.9)
    else:
        floor = r.flow.first(
            rf"chiffre d'affaires[^.\n]{{0,80}}(?:minimum|minimal|au moins|superieur)[^.\n\d]{{0,50}}{AMOUNT}"
        )
        written = amount(floor) if floor else None
        if floor and written is None and re.search(r"\bh\.?t\b|hors taxes", floor[0]):
            written = amount(re.match(AMOUNT, f"{floor['amount'].strip()} € ht") or floor)
        if floor and re.match(
            r"[^.\n]{0,12} pour l[ea]s? lots?\b[^.\n]{0,40}\d ?(?:€|euros?\b)",
            r.flow.folded[floor.end() : floor.end() + 90],
        ):
            r.doubt(
                "chiffre-d-affaires-par-lot",
                "Le chiffre d'affaires minimal n'est pas le même pour tous les lots, et n'a pas été lu. Lequel retenir ?",
                floor.span(),
            )
        elif floor and written:
            r.add("capacity.turnover.minimum", written, floor, 0.93)
    years = r.flow.first(
        r"(?:chiffres? d'affaires|effectifs)[^.]{0,200}?(?P<n>\d|trois|deux|cinq) (?:dernier\w*|\w* ?annees|exercices)"
    )
    if years and (number_of := count(years["n"])):
        r.add("capacity.years", number_of, years, 0.93)
    least = r.flow.first(
        rf"fournir[^.\n]{{0,60}} (?P<n>{COUNT}) references|(?:au moins|minimum) (?:de )?(?P<m>{COUNT}) references|(?P<k>{COUNT}) references (?:minimum|au minimum|au moins|detaillees|exigees)"
        rf"|references[^.\n]{{0,90}}\(?(?P<p>{COUNT}) (?:au )?minimum|(?:presentation|liste|production) (?:de |d')(?P<q>{COUNT}) references(?! (?:au plus|au maximum|maximum|maxi))"
    )
    most = r.flow.first(
        rf"maximum (?:de )?(?P<n>{COUNT}) references|(?P<m>{COUNT}) references (?:maximum|au maximum|au plus|maxi)|plus de (?P<k>{COUNT}) references|references ?:? ?(?P<p>{COUNT}) [^.\n]{{0,40}}(?:au maximum|maximum|au plus)"
    )
    value: dict[str, object] = {}
    if least and (number := _counted(least)):
        value["minimum"] = number
    if most and (number := _counted(most)):
        value["maximum"] = number
        if value.get("minimum") == number and least and least.start() == most.start():
            del value["minimum"]
    age = r.flow.first(
        rf"references?[^.\n]{{0,120}}(?:de moins de|depuis moins de|datant de moins de|des|datees de|sur les) {_RECENT}"
    ) or r.flow.first(
        rf"(?:principaux services|travaux executes|principales (?:prestations|livraisons|fournitures))[^.\n]{{0,60}}(?:cours des|des|pendant les|depuis) {_RECENT}"
    )
    if (
        age
        and (written := period(age))
        and ("minimum" in value or "maximum" in value or "reference" in age[0])
    ):
        value["max_age"] = written
    if r.flow.first(r"references? ?(?:/|par) ?competence|pour (?:la|chaque) competence"):
        value["per"] = "compétence"
    if value.keys() & {"minimum", "maximum", "max_age"}:
        place = least or most or age
        assert place is not None
        r.add("capacity.references[0]", value, place, 0.9)
    whole = r.flow.first(r"(?:appreciation|appreciees?)[^.]{0,200}(?:globale|globalement)")
    if whole:
        r.add("capacity.assessed", "globale", whole, 0.95)
    equal = r.flow.first(
        r"(?:tout (?:autre )?document|tout moyen de preuve|tout moyen)[^.\n]{0,60}(?:equivalent|approprie)|par tout moyen"
    )
    if equal:
        r.add("capacity.equivalents_accepted", True, equal, 0.9)
    short = r.flow.first(
        r"niveaux de capacites?[^.\n]{0,120}elimine\w*|(?:capacites|garanties) (?:sont )?insuffisantes?[^.\n]{0,80}elimine"
    )
    if short:
        r.add("capacity.if_insufficient", "eliminated", short, 0.93)


_RECENT = PERIOD.replace(" (?P<unit>", " (?:dernieres? )?(?P<unit>")


def _counted(found: re.Match[str]) -> int | None:
    return next((count(text) for name, text in found.groupdict().items() if text and len(name) == 1), None)


@rule("CAP-02", "les compétences exigées : « Compétence 1 : … », « la compétence suivante »")
def competences(r: Reading) -> None:
    seen: dict[str, tuple[str, tuple[int, int]]] = {}
    for found in r.flow.find(r"(?:^|(?<=\n))[-• ]*competence (?P<n>\d{1,2}) ?: ?(?P<name>[^\n]{5,160})"):
        name = re.sub(r"\s*\(\*?\)\s*$", "", r.flow.printed(found, "name")).rstrip(" .;")
        seen.setdefault(f"K{found['n']}", (name, found.span()))
    if not seen:
        found2 = r.flow.first(
            r"(?:justifier|disposer)[^.\n]{0,30} (?:de la|des) competences? suivantes? ?:\n(?P<list>(?:[-•] ?[^\n]{3,120}\n){1,8})"
        )
        if found2:
            for rank, line in enumerate(found2["list"].strip().split("\n"), start=1):
                at = found2.start("list") + found2["list"].find(line)
                printed = r.flow.text[at : at + len(line)].strip(" -•.;")
                seen[f"K{rank}"] = (printed, (at, at + len(line)))
    out = r.flow.first(r"absence (?:de l')?(?:d')?une des competences[^.\n]{0,60}rejet")
    for key, (name, place) in seen.items():
        value: dict[str, object] = {"id": key, "name": sentence_case(name)}
        if out:
            value["if_missing"] = "eliminated"
        r.add(f"capacity.competences[{key}]", value, place, 0.92)


@rule("EXA-01", "l'examen : offres d'abord, compléments, régularisation, précisions, offres basses, preuves")
def review(r: Reading) -> None:
    facts = (
        (
            "review.bids_first",
            (r"(?:analys|examin|etudi|verifi|ouvr)\w*[^.]{0,40}\boffres avant[^.]{0,40}candidatures?",),
            r"n'examine pas",
        ),
        (
            "review.candidacy_completion",
            (
                r"complet|complement|produire|manqu|absent|incomplet|font defaut",
                r"candidatures?\b|dossiers?\b|pieces\b",
                r"\bpeu(?:t|vent)\b|pourr|invit|demand|se reserve|\baur[ao]",
                r"candidats?\b|concern|candidature",
            ),
            r"attributaire|retenu|recours|ne sera pas demande|aucune demande|questions?\b|\bne peu|renseignements? complement|copie de sauvegarde",
        ),
        ("review.completion_by_others", (r"autres candidats ont la possibilite de completer",), ""),
        (
            "review.regularisation",
            (
                r"regularis",
                r"\bpeu(?:t|vent)\b|pourr|autoris|invit|demand|se reserve|possib|admis|procede a la regularis",
            ),
            r"ne (?:sera|seront|peu\w+|pourra) (?:pas|etre)|aucune regularis|n'est pas (?:possible|admis)",
        ),
        (
            "review.clarifications",
            (r"precis(?:er|ion)", r"offres?\b", r"demand", r"candidats?|soumissionnaires?"),
            r"\bquestions?\b|renseignement",
        ),
        (
            "review.low_bids_detected",
            (
                r"anormalement basse",
                r"justif|explic|precis|demand|detect|elimin|rejet|ecart|r ?2152|l ?2152|trait",
            ),
            r"regularis",
        ),
        (
            "review.award_evidence_by_buyer",
            (
                r"(?:prend directement en charge|recherche)[^.]{0,120}(?:api\.gouv|api entreprise|base documentaire)|(?:acheteur|adjudicateur|collectivite|commune|metropole|ville|departement|region|elle|il|etablissement|administration)[^.]{0,40}(?:se procur|obten|obtien|recuper|collect|consult)\w*",
                r"attestation|certificat|justificatif|pieces|documents|ceux|api",
            ),
            r"candidats? (?:peut|peuvent|doi\w+) se procurer|dossier de consultation",
        ),
    )
    for path, cues, but in facts:
        if found := r.told(*cues, but=but):
            r.add(path, True, found, 0.92)
    heard = r.told(
        r"possibilite d'auditionner|seances? (?:«|\") ?d'audition",
        but=r"negoci",  # an audition said apart from the negotiation is a rule of the negotiation
    )
    if heard:
        r.add("review.hearings", True, heard, 0.92)
    none_valid = r.flow.first(r"rejette sans les classer|rejetees? sans classement")
    if none_valid:
        r.notes["not_ranked"] = none_valid.span()


# --- Remedies ---------------------------------------------------------------------------------


@rule("REC-01", "le tribunal et ses coordonnées")
def court(r: Reading) -> None:
    found = None
    for start, end in [*r.spans(r"recours"), (0, len(r.flow.text))]:
        found = r.flow.first(
            r"(?P<name>(?:tribunal (?:administratif|judiciaire) d[eu'] ?(?:la )?[a-zà-ü][a-z' -]{1,40}?))(?= ?[\n,.:;(|]| (?:peut|est|sera|competent|territorialement|sis)\b| -|$)",
            start,
            end,
        )
        if found:
            break
    if found is None:
        return
    name = r.flow.printed(found, "name")
    name = (
        "Tribunal "
        + name.split(" ", 1)[1].lower().split(" ")[0]
        + " de "
        + sentence_case(re.split(r"\bd[eu'] ?", name, maxsplit=1, flags=re.IGNORECASE)[1])
    )
    r.add("remedies.court.name", name, (found.start("name"), found.end("name")), 0.96)
    block_end = min(len(r.flow.text), found.end() + 260)
    mail = r.flow.first(r"greffe[\w.+-]*@[\w-]+(?:\.[\w-]+)+", max(0, found.start() - 100), found.end() + 500)
    if mail:
        r.add("remedies.court.email", r.flow.printed(mail), mail, 0.97)
    phone = r.flow.first(
        r"(?<![\d.])(?P<n>0[1-9](?:[ .-]?\d\d){4})(?!\d)",
        found.end(),
        min(len(r.flow.text), found.end() + 420),
    )
    if phone and not re.search(
        r"telecopie|fax", r.flow.folded[max(found.end(), phone.start() - 16) : phone.start()]
    ):
        r.add("remedies.court.phones", [r.flow.printed(phone, "n")], phone.span("n"), 0.93)
    site = r.flow.first(
        r"(?P<u>https?://[\w.-]*tribunal-administratif\.fr)", found.start(), found.end() + 500
    )
    if site:
        r.add("remedies.court.url", r.flow.printed(site, "u"), site, 0.95)
    street = r.flow.first(
        r"(?P<s>\d{1,3},? ?(?:bis,? ?)?(?:rue|avenue|boulevard|place|cours|quai|allee|chemin|route)[^\n,|]{3,60})",
        found.end(),
        block_end,
    )
    towns = [
        *r.flow.find(
            r"(?<!\d)(?P<c>\d{2} ?\d{3}) (?P<t>[a-z][a-z'-]*(?:[ ](?!cedex|tel\b|telephone|fax|courriel)[a-z'-]+){0,5}(?:[ ]cedex(?: ?\d{1,2}\b)?)?)",
            found.end(),
            block_end,
        )
    ]
    towns = [town for town in towns if not re.match(r"cedex", town["t"])]
    if street and towns:
        chosen = next((town for town in towns if town.start() > street.start()), towns[0])
        postcode = re.sub(r"\s", "", chosen["c"])
        town_name = " ".join(_title(word) for word in r.flow.printed(chosen, "t").strip().split())
        value = {
            "use": "greffe",
            "lines": [r.flow.printed(street, "s").strip()],
            "postcode": postcode,
            "town": town_name,
        }
        r.add("remedies.address", value, street, 0.92)


def _title(word: str) -> str:
    return word.capitalize() if word.isupper() or word.islower() else word
