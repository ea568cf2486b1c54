"""Who may bid and how bids are examined: groupings, capacities, review, remedies."""

from __future__ import annotations

import re

from reglo.reading.rc.model import Reading, rule
from reglo.reading.rc.words import AMOUNT, COUNT, PERIOD, amount, articles, count, period, sentence_case


@rule("GRP-01", "la forme du groupement, le mandataire solidaire, la forme après attribution")
def group_form(r: Reading) -> None:
    liable = r.flow.first(
        r"mandataire (?:soit |sera |est |doit etre |devra etre )?(?:obligatoirement )?solidaire(?! (?:ou|de son choix))"
    )
    if liable:
        r.add("grouping.leader_liable", True, liable, 0.95)
    wished = r.flow.first(r"forme (?:souhaitee|preferee)[^.\n]{0,60}groupement (?P<f>solidaire|conjoint)")
    if wished:
        r.add("grouping.preferred", wished["f"], wished, 0.93)
    after: dict[str, re.Match[str]] = {}
    for found in r.flow.find(
        r"(?:assurer sa transformation|se transformer|contraint de se transformer|transformation)[^.\n]{0,50}groupement (?P<f>solidaire|conjoint(?:[^.\n]{0,12} mandataire solidaire)?)"
    ):
        after.setdefault(_form(found["f"]), found)
    for found in r.flow.find(
        r"sera conclu[^.\n]{0,90}(?:entreprises groupees|groupement d'entreprises|groupement) (?P<f>conjoint\w*[^.\n]{0,12} mandataire solidaire|solidaires?)"
    ):
        after.setdefault(_form(found["f"]), found)
    if len(after) == 1:
        form, found = next(iter(after.items()))
        r.add("grouping.form_after_award", [form], found, 0.92)
    elif after:
        r.doubt(
            "forme-du-groupement",
            "Le document demande deux formes de groupement après l'attribution. Laquelle ?",
            *(found.span() for found in after.values()),
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
    banned = r.flow.first(
        r"(?:interdi\w*|ne peuvent pas|ne peut pas|ne pourront pas|n'est pas autorise)[^.]{0,220}candidats? individuels? et (?:de |en qualite de )?membres?"
    )
    several = r.flow.first(
        r"(?:interdi\w*|ne peu\w+ pas|ne pourront pas|n'est pas autorise)[^.]{0,360}membres? de plusieurs groupements"
    )
    if not banned and not several:
        return
    place = banned or several
    assert place is not None
    if banned:
        r.add("grouping.exclusivity.single_and_member", True, banned, 0.95)
    if several:
        r.add("grouping.exclusivity.member_of_several", True, several, 0.95)
    cited = articles(r.flow.text[max(0, place.start() - 120) : place.end() + 40])
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
        r"plusieurs groupements[^.\n]{0,30}(?:seront|sera) (?:elimine|rejete|exclu)|l'ensemble des candidats[^.\n]{0,80}sera elimine|toutes les offres concernees (?:seront|sont) (?:rejetees|eliminees)"
    )
    if best:
        r.add("grouping.exclusivity.sanction", "best_ranked_kept", best, 0.92)
    elif all_out:
        r.add("grouping.exclusivity.sanction", "all_eliminated", all_out, 0.92)


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
        if floor and (written := amount(floor)):
            r.add("capacity.turnover.minimum", written, floor, 0.93)
    years = r.flow.first(
        r"(?:chiffre d'affaires|effectifs)[^.]{0,200}?(?P<n>\d|trois|deux|cinq) (?:dernier\w*|\w* ?annees|exercices)"
    )
    if years and (number_of := count(years["n"])):
        r.add("capacity.years", number_of, years, 0.93)
    least = r.flow.first(
        rf"fournir[^.\n]{{0,60}} (?P<n>{COUNT}) references|(?:au moins|minimum) (?:de )?(?P<m>{COUNT}) references|(?P<k>{COUNT}) references (?:minimum|au minimum|au moins|detaillees|exigees)"
    )
    most = r.flow.first(
        rf"maximum (?:de )?(?P<n>{COUNT}) references|(?P<m>{COUNT}) references (?:maximum|au maximum|au plus)|plus de (?P<k>{COUNT}) references"
    )
    value: dict[str, object] = {}
    if least and (number := count(least["n"] or least["m"] or least["k"])):
        value["minimum"] = number
    if most and (number := count(most["n"] or most["m"] or most["k"])):
        value["maximum"] = number
    age = r.flow.first(rf"references?[^.]{{0,120}}(?:de moins de|des|datees de) {PERIOD}") or r.flow.first(
        rf"(?:principaux services|travaux executes|principales (?:prestations|livraisons))[^.\n]{{0,60}}(?:cours des|des) {PERIOD.replace(' (?P<unit>', ' (?:dernieres? )?(?P<unit>')}"
    )
    if age and (written := period(age)):
        value["max_age"] = written
    if r.flow.first(r"references? ?(?:/|par) ?competence|pour (?:la|chaque) competence"):
        value["per"] = "compétence"
    if "minimum" in value or "maximum" in value:
        place = least or most
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
            r"(?:analyser|examiner|d'examiner) (?:des |les )?offres avant[^.\n]{0,30}candidatures?",
            0.95,
        ),
        (
            "review.candidacy_completion",
            r"(?:demand\w+[^.]{0,60}(?:de )?(?:produire ou )?completer (?:leur |son |ces |le )?(?:dossier|candidature|pieces)|completer leur dossier)",
            0.93,
        ),
        ("review.completion_by_others", r"autres candidats ont la possibilite de completer", 0.94),
        (
            "review.regularisation",
            r"(?:autoriser|inviter|demander)[^.\n]{0,60}(?:soumissionnaires|candidats)[^.\n]{0,40} regulariser|regularisation des offres irregulieres est (?:admise|possible)",
            0.93,
        ),
        (
            "review.clarifications",
            r"demander aux? (?:candidats?|soumissionnaires?)[^.\n]{0,40}preciser|demandes? de precisions",
            0.9,
        ),
        (
            "review.low_bids_detected",
            r"detection des offres anormalement basses|offres? (?:qualifiees? d'|parait |paraissent? |semblent? )?anormalement basses?[^.]{0,240}r\. ?2152-3|elimine les offres[^.\n]{0,20}anormalement basses",
            0.95,
        ),
        (
            "review.award_evidence_by_buyer",
            r"(?:prend directement en charge|recherche)[^.]{0,120}(?:api\.gouv|api entreprise|base documentaire)",
            0.93,
        ),
    )
    for path, words, confidence in facts:
        found = r.flow.first(words)
        if found and not (
            path == "review.regularisation"
            and re.search(r"ne sera pas|aucune", r.flow.folded[max(0, found.start() - 40) : found.start()])
        ):
            r.add(path, True, found, confidence)
    heard = r.flow.first(r"possibilite d'auditionner|seances? (?:«|\") ?d'audition")
    if heard:
        r.add("review.hearings", True, heard, 0.92)
    none_valid = r.flow.first(r"rejette sans les classer|rejetees? sans classement")
    if none_valid:
        r.notes["not_ranked"] = none_valid.span()


# --- Remedies ---------------------------------------------------------------------------------

_WAYS = (
    ("precontractual", r"refere(?:-| )precontractuel", "signature"),
    ("contractual", r"refere(?:-| )contractuel", ""),
    ("annulment", r"recours pour exces de pouvoir", ""),
    ("suspension", r"refere(?:-| )suspension", "signature"),
    (
        "contract_challenge",
        r"recours de pleine juridiction|recours de plein contentieux|tarn[- ]et[- ]garonne",
        "",
    ),
    ("gracious", r"recours gracieux", ""),
    ("conciliation", r"mission de conciliation", ""),
)


@rule("REC-01", "le tribunal et ses coordonnées")
def court(r: Reading) -> None:
    found = None
    for start, end in [*r.spans(r"recours"), (0, len(r.flow.text))]:
        found = r.flow.first(
            r"(?P<name>(?:tribunal (?:administratif|judiciaire) d[eu'] ?(?:la )?[a-zà-ü][a-z' -]{1,40}?))(?= ?[\n,.:;(|]| peut| -|$)",
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
    lines = r.flow.lines[r.flow.index_at(found.start()) + 1 : r.flow.index_at(found.start()) + 8]
    phones = [each for line in lines if (each := re.search(r"(?<!\d)0\d(?:[ .]?\d\d){4}(?!\d)", line.text))]
    if phones:
        at = r.flow.text.find(phones[0][0], found.end())
        r.add("remedies.court.phones", [phones[0][0]], (at, at + len(phones[0][0])), 0.93)
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
            r"(?<!\d)(?P<c>\d{2} ?\d{3}) (?P<t>[a-z][a-z' -]{2,30}(?:cedex(?: ?\d{1,2})?)?)",
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


@rule("REC-02", "les voies de recours et leurs délais")
def ways(r: Reading) -> None:
    marks: list[tuple[int, int, str, str]] = []
    for kind, words, until in _WAYS:
        found = r.flow.first(words)
        if found:
            marks.append((found.start(), found.end(), kind, until))
    marks.sort()
    for rank, (start, end, kind, until) in enumerate(marks):
        stop = marks[rank + 1][0] if rank + 1 < len(marks) else min(len(r.flow.text), end + 700)
        text = r.flow.folded[start:stop]
        value: dict[str, object] = {"kind": kind}
        plain = re.sub(r"\s+", " ", text)
        cited = [
            f"CJA {letter.upper()}.{number}" + (f" à {letter.upper()}.{last}" if last else "")
            for letter, number, last in re.findall(
                r"\b([lr])\.? ?(\d{3,4}-\d{1,2})(?: a [lr]\.? ?(\d{3,4}-\d{1,2}))?", plain
            )
        ]
        if cited:
            value["legal_basis"] = list(dict.fromkeys(cited))
        if until and re.search(
            r"avant la (?:signature|conclusion)|jusqu'a la (?:signature|conclusion)",
            re.sub(r"\s+", " ", text),
        ):
            value["until"] = until
        within = re.search(PERIOD.replace(" ", r"\s+"), text)
        if within and kind in ("annulment", "gracious", "contract_challenge") and (written := period(within)):
            value["within"] = written
            value["of"] = "award_notice" if kind == "contract_challenge" else "notification"
        r.add(f"remedies.ways[{kind}]", value, (start, min(end + 120, stop)), 0.9)
