"""Dates, hours, terms and visits."""

from __future__ import annotations

import re

from reglo.reading.rc.model import Reading, rule
from reglo.reading.rc.words import DAY, HOUR, PERIOD, count, day, hour, period, sentence_case

_OVERSEAS = r"la reunion|saint-denis de la reunion|martinique|fort-de-france|guadeloupe|basse-terre|guyane|cayenne|mayotte|mamoudzou|nouvelle-caledonie|noumea|polynesie"
_LIMIT = (
    r"(?:(?:date|jour)s?(?: et (?:l')?heures?)?(?: limites?)?|limite|heure) ?(?:et heure )?(?:limites? )?(?:fixees? pour |pour |de |d')?(?:la |l')?"
    r"(?:remise|reception|depot|envoi|presentation)s? (?:des|de l'|de la|d'une|du) ?(?P<what>[^\n:]{3,60}?)"
)


def _zone(r: Reading) -> str | None:
    """The zone of the hours; None overseas unless the document says Paris."""
    if r.flow.first(
        r"heures? (?:de |locale de )?(?:paris|metropole)|\bparis, bruxelles|europe/paris|fuseau[^.\n]{0,60}paris"
    ):
        return "Europe/Paris"
    return None if r.flow.first(rf"tribunal administratif (?:de |de la )?(?:{_OVERSEAS})") else "Europe/Paris"


def _phase(text: str) -> str:
    """Which deadline words name: of the candidacies alone, or of the bids."""
    if re.search(r"candidature|demandes? de participation", text) and not re.search(r"offre|plis?\b", text):
        return "candidacy_deadline"
    if re.search(r"offres? finale", text):
        return "final_bids_deadline"
    return "submission_deadline"


@rule(
    "DATE-01",
    "la date et l'heure limites : « date limite de remise des plis » suivie d'un jour et d'une heure",
)
def deadline(r: Reading) -> None:
    zone = _zone(r)
    for found in r.flow.find(
        rf"{_LIMIT}(?=[ \n:|]|$)[^\w]{{0,12}}(?P<rest>[^a-z]{{0,6}}(?:(?:le |au |est fixee? au |lundi |mardi |mercredi |jeudi |vendredi |samedi )*))(?={DAY.replace('?P<', '?P<_')})"
    ):
        _add_deadline(r, found, zone)
    for found in r.flow.find(
        rf"(?:plis|offres|candidatures|dossiers)(?:[^.\n]|\.(?=\w)){{0,140}}?(?:avant le|au plus tard le|jusqu'au|pour le)(?: lundi| mardi| mercredi| jeudi| vendredi)? (?={DAY.replace('?P<', '?P<_')})"
    ):
        if re.search(r"visite|question|renseignement|validite", found[0]):
            continue
        _add_deadline(r, found, zone)


def _add_deadline(r: Reading, found: re.Match[str], zone: str | None) -> None:
    at = r.flow.first(DAY, found.end())
    assert at is not None
    when = day(at)
    clock = r.flow.first(HOUR, at.end(), at.end() + 90)
    what = found.groupdict().get("what") or found[0]
    if when is None:
        r.doubt(
            "date-limite",
            f"La date limite « {r.flow.printed(at)} » n'existe pas au calendrier. Quelle est-elle ?",
            at.span(),
        )
        return
    written = hour(clock) if clock else None
    path = f"calendar.{_phase(what)}"
    if written is None:
        r.doubt(
            "heure-limite",
            f"L'heure limite du {when:%d/%m/%Y} n'est pas écrite près de la date. Laquelle ?",
            at.span(),
        )
        return
    if zone is None:
        r.doubt(
            "fuseau",
            f"Le document ne dit pas dans quel fuseau compter {written} le {when:%d/%m/%Y}. Lequel ?",
            at.span(),
        )
        return
    r.add(
        path,
        f"{when.isoformat()} {written} {zone}",
        (found.start(), clock.end() if clock else at.end()),
        0.96,
    )


@rule("DATE-02", "si la limite est exclue (« avant »), et quel octet compte")
def limits(r: Reading) -> None:
    before = r.flow.first(
        r"(?:transmis\w*|remis\w*|parven\w*|depos\w*|recu\w*|arriv\w*)[^.\n]{0,30} avant le (?:jour|date) et (?:l'|a l')?heure|avant la date et l'heure limites?(?! fixees? pour)"
    )
    if before and not re.search(
        r"questions?|visite|modification", r.flow.folded[before.start() - 60 : before.start()]
    ):
        r.add("calendar.deadline_inclusive", False, before, 0.9)
    last = r.flow.first(r"dernier octet")
    if last:
        r.add("calendar.last_byte", True, last, 0.97)
    zone = r.flow.first(r"fuseau horaire[^.\n]{0,60}?(?P<z>\(?gmt ?[+-] ?\d{1,2}(?::\d\d)?\)?[^.\n]{0,60})")
    if zone:
        r.add("calendar.time_zone_as_written", r.flow.printed(zone, "z").rstrip(" ."), zone, 0.95)


@rule("DATE-03", "le délai de validité des offres et ce dont il part")
def validity(r: Reading) -> None:
    for found in r.flow.find(
        rf"(?:delai (?:minimum )?(?:de validite|pendant lequel)|validite des (?:offres|candidatures|propositions)|duree de validite|engage\w* par (?:leur|son) offre|tenu\w* de maintenir)[^.]{{0,120}}?{PERIOD}"
    ):
        written = period(found)
        if written is None or re.search(r"heure|minute|an\b", written):
            continue
        rest = r.flow.folded[found.end() : found.end() + 700]
        value: dict[str, object] = {"period": written}
        final = re.search(r"offres? finales?", rest[:420])
        value["of"] = ["submission_deadline", "final_bids_deadline"] if final else ["submission_deadline"]
        r.add("calendar.bid_validity", value, found, 0.95)


_LIMIT_OF = r"(?:la )?(?:date|jour|heure|terme|limite)s?\b(?P<of>[^.\n]{0,110})"


@rule("DELAI-01", "les délais avant une limite : questions, réponses, modifications, visites")
def terms_before(r: Reading) -> None:
    for found in r.flow.find(
        rf"(?:au plus tard|au moins|plus tard|dans les|dernier delai|dans un delai de|au minimum|a plus de)? ?{PERIOD}(?P<after>[^.]{{0,150}})"
    ):
        written = period(found)
        after = " ".join(found["after"].split())
        lead_at = max(
            r.flow.folded.rfind(". ", 0, found.start()), r.flow.folded.rfind(".\n", 0, found.start())
        )
        lead = " ".join(r.flow.folded[max(lead_at + 1, found.start() - 330) : found.start()].split())
        before = re.search(r"^[^.]{0,25}\b(?:avant|precedant|precedents?|auparavant)\b", after) or re.search(
            r"\bau plus tard avant\b", after
        )
        if written is None or not before or re.search(r"heure|minute|\ban", written):
            continue
        if _add_before(r, found, written, lead, after):
            continue


def _add_before(r: Reading, found: re.Match[str], written: str, lead: str, after: str) -> bool:
    target = after + " " + lead[-120:]
    of = (
        "candidacy_deadline"
        if re.search(r"candidatures?", after[:140]) and not re.search(r"offre|plis?\b", after[:140])
        else "submission_deadline"
    )
    sentence = lead[-300:]
    value: dict[str, object] = {"period": written, "side": "before", "of": of}
    if re.search(r"intervention", after):
        value |= {"id": "acces", "about": "access_list", "of": "intervention", "party": "titulaire"}
    elif re.search(r"derniere visite", sentence):
        value |= {"id": "derniere-visite", "about": "visit_last", "party": "acheteur"}
    elif (
        re.search(r"(?:demande|inscription)[^.]{0,120}(?:visite|acces)", sentence)
        and re.search(r"visite|auparavant|date", after)
        and not re.search(r"remise|limite", after)
    ):
        value |= {"id": "demande-visite", "about": "visit_request", "of": "visit", "party": "candidats"}
    elif re.search(r"rendez-vous", sentence):
        value |= {"id": "rendez-vous-visite", "about": "visit_booking", "party": "candidats"}
    elif re.search(
        r"modifications?|se reserve le droit d'(?:apporter|envoyer)|modifier", sentence + " " + after[:120]
    ):
        value |= {"id": "modifications", "about": "changes", "party": "acheteur"}
    elif (
        re.search(
            r"(?:faire parvenir|poser|adresser|transmettre|formuler|envoyer|deposer)[^.]{0,160}$|questions?[^.]{0,120}$|demandes? de renseignements?[^.]{0,80}$",
            sentence,
        )
        and re.search(r"candidat|soumissionnaire|entreprise|question|demande", sentence)
        and not re.search(r"(?:reponses?|renseignements?)[^.]{0,60}(?:sera|seront|est|sont) ", sentence)
    ):
        value |= {"id": "questions", "about": "questions", "party": "candidats"}
    elif re.search(
        r"reponses?|repond|renseignements?[^.]{0,80}(?:communique|envoye|transmis|adresse)|(?:communique|envoye|transmis|adresse)[^.]{0,120}",
        sentence,
    ):
        value |= {"id": "reponses", "about": "answers", "party": "acheteur"}
    else:
        return False
    if value["about"] in ("changes",) and not re.search(r"candidatures?", after[:140]):
        value["of"] = "submission_deadline"
    place = (max(found.start() - min(len(lead), 60), 0), found.start("after") + min(len(after), 90))
    r.add(f"calendar.terms[{value['id']}]", value, place, 0.93)
    return bool(target)


@rule("DELAI-02", "les délais après une demande : compléter, régulariser, prouver")
def terms_after(r: Reading) -> None:
    for found in r.flow.find(
        rf"(?:dans (?:un|le|les)|sous|delai (?:imparti|maximum|de|d'un)|superieur a|fixe a|impartit)[^.;]{{0,110}}?{PERIOD}(?P<after>[^.]{{0,130}})"
    ):
        written = period(found)
        sentence_start = max(r.flow.folded.rfind(mark, 0, found.start()) for mark in (". ", ".\n"))
        lead = " ".join(r.flow.folded[max(sentence_start + 1, found.start() - 420) : found.start()].split())
        after = " ".join(found["after"].split())
        whole = f"{lead} {' '.join(found[0].split())}"
        if (
            written is None
            or re.search(r"\bavant\b|precedant", after[:40])
            or re.search(
                r"validite|execution|paiement|livraison|recours|refere|virus|moins de|signature du contrat|similaires|payees",
                whole,
            )
        ):
            continue
        if "an" in written.split()[1:] or "mois" in written:
            continue
        value: dict[str, object] = {"period": written, "side": "after", "of": "request", "party": "candidats"}
        if re.search(r"regulari", whole) and re.search(r"offre", whole):
            value |= {"id": "regularisation", "about": "regularisation"}
        elif (
            re.search(r"complet|produire|manquant|absente", whole)
            and re.search(r"candidature|dossier|pieces", whole)
            and not re.search(r"attributaire|attribuer", whole)
        ):
            value |= {"id": "complement", "about": "supplement"}
        elif re.search(
            r"attributaire|retenu|attribuer",
            f"{r.flow.folded[max(0, found.start() - 700) : found.start()]} {whole}",
        ) and re.search(
            r"justificatif|certificat|attestation|document",
            whole + r.flow.folded[max(0, found.start() - 400) : found.start()],
        ):
            value |= {"id": "preuves", "about": "award_evidence", "party": "attributaire pressenti"}
        elif re.search(r"precision", whole) and re.search(r"offre", whole):
            value |= {"id": "precisions", "about": "clarification"}
        else:
            continue
        if re.search(r"delai maximum|maximum de|superieur a|au plus|maximal", found[0]):
            value["at_most"] = True
        r.add(f"calendar.terms[{value['id']}]", value, found, 0.92)


@rule("DATE-04", "l'envoi de l'avis et l'ouverture des plis")
def other_dates(r: Reading) -> None:
    zone = _zone(r)
    for path, words in (
        ("sent_at", r"date d'envoi (?:du present avis|de l'avis|a la publication)[^\n]{0,60}?"),
        ("opening_at", r"(?:date d'ouverture|ouverture des (?:plis|offres)[^.\n]{0,40}?)[^\n]{0,20}?"),
    ):
        found = r.flow.first(rf"{words}{DAY} (?:a )?{HOUR}")
        if found and zone and (when := day(found)) and (clock := hour(found)):
            r.add(f"calendar.{path}", f"{when.isoformat()} {clock} {zone}", found, 0.93)


@rule("VIS-01", "la visite : obligatoire ou facultative, quand, combien de personnes, questions, contacts")
def visits(r: Reading) -> None:
    compulsory = [
        *r.flow.find(
            r"visite (?:[a-z ]{0,30})?(?:est )?obligatoire\b|obligatoirement (?:effectuer|proceder a|participer a)[^.\n]{0,20} visite|visite[^.\n]{0,50} imperative|doivent(?: imperativement| obligatoirement) (?:visiter|effectuer)"
        )
    ]
    optional = [
        *r.flow.find(
            r"visite[^.\n]{0,30} facultative|possibilite d'effectuer une visite|visite[^.\n]{0,40} n'est pas obligatoire|visite[^.\n]{0,30} (?:conseillee|recommandee)|peuvent visiter"
        )
    ]
    compulsory = [
        found
        for found in compulsory
        if not re.search(r"n'est pas|non ", r.flow.folded[found.start() : found.end()])
    ]
    if not compulsory and not optional:
        return
    if compulsory and optional:
        r.doubt(
            "visite",
            "La visite est dite obligatoire et facultative. Laquelle des deux ?",
            compulsory[0].span(),
            optional[0].span(),
        )
        return
    value: dict[str, object] = {"id": "visite", "compulsory": bool(compulsory)}
    place = (compulsory or optional)[0]
    zone = _zone(r)
    dated = [
        (when, clock, found)
        for found in r.flow.find(rf"visites?\b[^.\n]{{0,90}}?{DAY}[^.\n]{{0,25}}?{HOUR}")
        if (when := day(found)) and (clock := hour(found)) and "limite" not in found[0]
    ]
    instants = {(when, clock) for when, clock, _ in dated}
    if len(instants) == 1 and zone:
        value["at"] = f"{dated[0][0].isoformat()} {dated[0][1]} {zone}"
        place = dated[0][2]
    elif len(instants) > 1:
        r.doubt(
            "date-de-visite",
            "Plusieurs jours de visite sont écrits. Lequel est le bon, ou y a-t-il plusieurs visites ?",
            *(found.span() for *_, found in dated[:4]),
        )
    people = r.flow.first(r"visite[^.]{0,60}limitee a (?P<n>\w+) personnes? par")
    if people and (number := count(people["n"])):
        value["people_per_company"] = number
    silent = r.flow.first(
        r"(?:il ne sera repondu a aucune question|aucune question ne (?:sera|pourra))[^.\n]{0,40}visite"
    )
    if silent:
        value["questions_answered"] = False
    early = r.flow.first(rf"se presenter {PERIOD} avant")
    if early and (written := period(early)):
        value["arrive_before"] = written
    if r.flow.first(r"(?:unique visite|visite unique|une seule visite)"):
        value["only_one"] = True
    missed = r.flow.first(
        r"(?:absence|defaut|non[- ]participation)[^.\n]{0,30}(?:de|a la) visite[^.\n]{0,80}(?P<what>irreguli|elimin|rejet)"
    )
    if missed:
        value["if_missed"] = "irregular" if missed["what"] == "irreguli" else "eliminated"
    contacts = _contacts(r)
    if contacts:
        value["contacts"] = contacts
    r.add("calendar.visits[visite]", value, place, 0.93)


def _contacts(r: Reading) -> list[dict[str, object]]:
    """People to call for a visit: a name, then telephones and an address, within its article."""
    found: list[dict[str, object]] = []
    for start, end in r.spans(r"visite"):
        lines = r.flow.lines[r.flow.index_at(start) : r.flow.index_at(end - 1) + 1]
        name = ""
        phones: list[str] = []
        for line in lines:
            mail = re.search(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+", line.text)
            numbers = re.findall(r"(?<!\d)0\d(?:[ .]?\d\d){4}(?!\d)", line.text)
            if len(line.cells) >= 3 and mail:
                found.append(
                    {"role": "visites", "name": line.cells[0].strip(), "phones": numbers, "email": mail[0]}
                )
                continue
            phones.extend(numbers)
            if mail:
                found.append(
                    {
                        "role": "visites",
                        "name": name or "Service à contacter",
                        "phones": phones,
                        "email": mail[0],
                    }
                )
                name, phones = "", []
            elif (
                not numbers
                and len(line.text) < 50
                and re.match(
                    r"(?:Monsieur|Madame|M\.|Mme|Mr|Secrétariat|Service|Bureau|Direction)", line.text
                )
            ):
                name = sentence_case(re.sub(r"^(?:Monsieur|Madame|M\.|Mme|Mr)\s+", "", line.text))
    return [{key: value for key, value in each.items() if value} for each in found]
