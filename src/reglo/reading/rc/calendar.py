"""Dates, hours, terms and visits."""

from __future__ import annotations

import re

from reglo.procurement.french import ZONES
from reglo.procurement.holidays import zone_name
from reglo.reading.rc.model import Reading, rule
from reglo.reading.rc.words import COUNT, DAY, HOUR, PERIOD, count, day, hour, period, sentence_case

_LIMIT = (
    r"(?:(?:date|jour)s?(?: et (?:l')?heures?)?(?: limites?)?|limite|heure) ?(?:et heure )?(?:limites? )?(?:fixees? pour |pour |de |d')?(?:la |l')?"
    r"(?:remise|reception|depot|envoi(?! (?:de l'avis|du present avis|a la publication))|presentation)s? (?:des|de l'|de la|d'une|du) ?(?P<what>[^\n:]{3,60}?)"
)

_ZONES = {
    "reunion": "Indian/Reunion", "mayotte": "Indian/Mayotte", "martinique": "America/Martinique",
    "guadeloupe": "America/Guadeloupe", "guyane": "America/Cayenne", "cayenne": "America/Cayenne",
    "noumea": "Pacific/Noumea", "nouvelle-caledonie": "Pacific/Noumea", "papeete": "Pacific/Tahiti",
}  # fmt: skip
_COURTS = {
    **_ZONES, "saint-denis de la reunion": "Indian/Reunion", "mamoudzou": "Indian/Mayotte",
    "fort-de-france": "America/Martinique", "basse-terre": "America/Guadeloupe", "polynesie": "Pacific/Tahiti",
}  # fmt: skip
_POSTCODE = r"(?<![\d.,])\b(?P<dept>97[1-46])\d\d (?!eur|habitant)(?=[a-z])"


def _zone(r: Reading) -> tuple[str, bool]:
    """The zone of the hours, and whether the document leaves no doubt of it: overseas, it must say it."""
    if r.flow.first(
        r"heures? (?:de |locale de )?(?:paris|metropole)|\bparis, bruxelles|europe/paris|fuseau[^.\n]{0,60}paris"
    ):
        return "Europe/Paris", True
    said = r.flow.first(
        rf"heures? (?:de |locale de |locale )?(?:l'ile de )?(?:la )?(?P<where>{'|'.join(_ZONES)})\b"
        r"(?! (?:d[eu']|des|sera|est|avec|pour|publique|a lieu)\b)"  # « l'heure de la réunion de … »
    )
    if said:
        return _ZONES[said["where"]], True
    court = r.flow.first(rf"tribunal administratif (?:de |de la )?(?:la )?(?P<where>{'|'.join(_COURTS)})\b")
    if court:
        return _COURTS[court["where"]], False
    postcode = r.flow.first(_POSTCODE)
    return (zone_name(postcode["dept"]), False) if postcode else ("Europe/Paris", True)


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
        rf"{_LIMIT}[^.\n]{{0,90}}?\b(?:reportee?|repoussee?|prolongee?|prorogee?|decalee?|portee?) (?:au |jusqu'au )(?:lundi |mardi |mercredi |jeudi |vendredi )?(?={DAY.replace('?P<', '?P<_')})"
    ):
        _add_deadline(r, found, zone)
    for found in r.flow.find(  # « avant 17:00 heure de Paris le 3 mars 2026 »
        rf"(?:plis|offres|candidatures)[^.\n]{{0,80}}? avant {HOUR}[^.\n\d]{{0,30}}? le (?:lundi |mardi |mercredi |jeudi |vendredi )?(?={DAY.replace('?P<', '?P<_')})"
    ):
        if not re.search(_OTHER_DATE, found[0]):
            _add_deadline(r, found, zone)
    for found in r.flow.find(_LIMIT_ALONE):
        _add_deadline(r, found, zone)
    head = r.flow.starts[min(len(r.flow.starts) - 1, r.sections[0].start if r.sections else 40)]
    for found in r.flow.find(_BARE, 0, head):  # alone on the cover
        _add_deadline(r, found, zone)
    for found in r.flow.find(
        rf"(?:plis|offres|candidatures|dossiers)(?:[^.\n]|\.(?=\w)){{0,140}}?(?:avant le|au plus tard le|jusqu'au|pour le|[:|] ?(?:le )?)(?: ?(?:lundi|mardi|mercredi|jeudi|vendredi|samedi))? ?(?={DAY.replace('?P<', '?P<_')})"
    ):
        if re.search(_OTHER_DATE, found[0]) or not re.search(_SENDING, _around(r, found.start())):
            continue
        _add_deadline(r, found, zone)


# « Date limite de remise : 30/04/2026 »: of what, everybody knows
_LIMIT_ALONE = rf"(?:^|(?<=\n))[-• ]*date(?: et heure)?s? limites? (?:de |d')?(?:remise|depot|reception) ?[:|] ?(?:le )?(?={DAY.replace('?P<', '?P<_')})"
_BARE = rf"(?:^|(?<=\n))(?:date(?: et heure)?s? limites?|echeance|plis? attendus?|offres? attendues?)[^\n]{{0,20}}?(?= ?(?:(?:le|:|pour le|avant le) ?)*(?:lundi|mardi|mercredi|jeudi|vendredi)? ?{DAY.replace('?P<', '?P<_')})"

# what a date near « offres » or « plis » is a limit of, and what it is not
_SENDING = r"remise|reception|recue?s\b|attendu|depot|limite|envoi|transmi|parven|remettre|deposer|presentation|retour"
_OTHER_DATE = r"visite|question|renseignement|validite|ouverture|negocia|retrait|demande|modification|envoi de l|invitation|notification|attribution"


def _around(r: Reading, at: int) -> str:
    """The words of the line a place is in, and of the one above."""
    index = r.flow.index_at(at)
    first = r.flow.starts[max(0, index - 1)]
    return r.flow.folded[first : r.flow.starts[index] + len(r.flow.lines[index].text)]


def _add_deadline(r: Reading, found: re.Match[str], told: tuple[str, bool]) -> None:
    at = r.flow.first(DAY, found.end())
    assert at is not None
    when = day(at)
    clock = r.flow.first(HOUR, at.end(), at.end() + 90) if "hour" not in found.groupdict() else found
    what = found.groupdict().get("what") or found[0]
    before = r.flow.folded[found.start() : at.start()]
    if re.search(
        r"\b(?:initialement|anciennement|precedemment|auparavant|au lieu)\b(?!.*\b(?:report|repouss|prolong|prorog|decal|port)e)",
        before,
    ):
        return  # the deadline that was put off
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
    zone, sure = told
    if not sure:
        choices = tuple(
            (
                name.rpartition("/")[2].lower(),
                ZONES.get(name, name),
                {path: f"{when.isoformat()} {written} {name}"},
            )
            for name in (zone, "Europe/Paris")
        )
        question = f"Le document ne dit pas dans quel fuseau compter {written} le {when:%d/%m/%Y}. Lequel ?"
        if all(doubt.question != question for doubt in r.doubts):
            r.doubt("fuseau-date-limite", question, at.span(), choices=choices, rule="DM-09")
        return
    r.add(
        path,
        f"{when.isoformat()} {written} {zone}",
        (found.start(), clock.end() if clock else at.end()),
        0.96,
    )


@rule("DATE-02", "si la limite est exclue (« avant »), et quel octet compte")
def limits(r: Reading) -> None:
    announced = r.told(
        rf"\b(?:plis?|offres?|candidatures?|propositions?|remise|reception|depot|transmission|date limite)\b[^.]{{0,120}}\b(?:avant (?:le|midi)[^.]{{0,30}}{DAY.replace('?P<', '?P<_')}|{DAY.replace('?P<', '?P<b')}[^.]{{0,14}}avant (?:midi|\d))",
        but=r"questions?|visite|modification|renseignement|ouverture|validite",
    )
    if announced is None and (
        found := r.flow.first(
            rf"{_LIMIT}[^\w]{{0,12}}(?:le |au |lundi |mardi |mercredi |jeudi |vendredi )*{DAY}[^\w\n]{{0,4}}avant (?:midi|\d)"
        )
    ):
        announced = found.span()
    said = r.flow.first(
        r"(?:transmis\w*|remis\w*|parven\w*|depos\w*|recu\w*|arriv\w*)[^.\n]{0,30} avant le (?:jour|date) et (?:l'|a l')?heure|avant la date et l'heure (?:limites?(?! fixees? pour)|indiquee|mentionnee|fixee|precisee)"
    )
    if said and re.search(
        r"questions?|visite|modification", r.flow.folded[max(0, said.start() - 60) : said.start()]
    ):
        said = None
    if announced or said:
        r.add("calendar.deadline_inclusive", False, announced or said or (0, 0), 0.9)
    last = r.flow.first(r"dernier octet")
    if last:
        r.add("calendar.last_byte", True, last, 0.97)
    zone = r.flow.first(r"fuseau horaire[^.\n]{0,60}?(?P<z>\(?gmt ?[+-] ?\d{1,2}(?::\d\d)?\)?[^.\n]{0,60})")
    if zone:
        r.add("calendar.time_zone_as_written", r.flow.printed(zone, "z").rstrip(" ."), zone, 0.95)


@rule("DATE-03", "le délai de validité des offres et ce dont il part")
def validity(r: Reading) -> None:
    for found in r.flow.find(
        rf"(?:delai (?:minimum )?(?:de validite|pendant lequel)|validite des (?:offres|candidatures|propositions)|duree de validite|(?:engage|lie)\w* par (?:leur|son)s? offres?|tenu\w* de maintenir|rest\w+ valables?|maint\w+ (?:leur|son)s? offres?|valables? pendant|offres? (?:sont |est |seront |demeurent )?valables?|offre engage)[^.]{{0,120}}?{PERIOD}"
    ):
        written = period(found)
        if written is None or re.search(r"heure|minute|an\b", written):
            continue
        rest = r.flow.folded[found.end() : found.end() + 700]
        if re.match(
            r" pour l[ea]s? lots?\b[^.\n]*\d{1,4} (?:jours|mois)[^.\n]{0,20} pour l[ea]s? (?:autres )?lots?\b",
            rest,
        ):
            r.doubt(
                "validite-par-lot",
                "Le délai de validité n'est pas le même pour tous les lots, et n'a pas été lu. Lequel retenir ?",
                found.span(),
            )
            continue
        value: dict[str, object] = {"period": written}
        final = re.search(r"offres? finales?", rest[:420])
        value["of"] = ["submission_deadline", "final_bids_deadline"] if final else ["submission_deadline"]
        r.add("calendar.bid_validity", value, found, 0.95)


@rule("DATE-04", "l'envoi de l'avis et l'ouverture des plis")
def other_dates(r: Reading) -> None:
    zone, sure = _zone(r)
    for path, words in (
        ("sent_at", r"date d'envoi (?:du present avis|de l'avis|a la publication)[^\n]{0,60}?"),
        ("opening_at", r"(?:date d'ouverture|ouverture des (?:plis|offres)[^.\n]{0,40}?)[^\n]{0,20}?"),
    ):
        found = r.flow.first(rf"{words}{DAY} (?:a )?{HOUR}")
        if found and sure and (when := day(found)) and (clock := hour(found)):
            r.add(f"calendar.{path}", f"{when.isoformat()} {clock} {zone}", found, 0.93)


@rule("VIS-01", "la visite : obligatoire ou facultative, quand, combien de personnes, questions, contacts")
def visits(r: Reading) -> None:
    compulsory: list[tuple[int, int]] = []
    optional: list[tuple[int, int]] = []
    for start, end, words in r.sentences():
        if not re.search(r"visite", words) or r.flow.line_at(start).heading:
            continue
        if re.search(
            r"visite[^.]{0,60} (?:facultative|conseillee|recommandee|souhaitable|libre)|possibilite d'effectuer une visite|n'est pas obligatoire|pas (?:de )?caractere obligatoire|n'a pas de caractere obligatoire|non obligatoire|peu(?:t|vent) (?:\w+ )?(?:visiter|effectuer une visite)",
            words,
        ):
            optional.append((start, end))
        elif re.search(
            r"visite[^.]{0,90}\bobligatoire\b|obligatoirement[^.]{0,40} (?:visite|visiter)|visite[^.]{0,50} imperative|doi\w+ (?:imperativement |obligatoirement )?(?:visiter|avoir visite|effectuer|participer a|proceder a)[^.]{0,60}|visite[^.]{0,60} a peine d|visite[^.]{0,60} sous peine",
            words,
        ) and re.search(r"visite", words):
            compulsory.append((start, end))
    if not compulsory and not optional:  # only the title says it
        titles = [section for section in r.sections if re.search(r"visite", section.folded)]
        for section in titles:
            place = (
                r.flow.starts[section.start],
                r.flow.starts[section.start] + len(r.flow.lines[section.start].text),
            )
            if re.search(r"\bobligatoire", section.folded) and "non obligatoire" not in section.folded:
                compulsory.append(place)
            elif re.search(r"facultative|non obligatoire", section.folded):
                optional.append(place)
    if not compulsory and not optional:
        return
    if compulsory and optional:
        r.doubt(
            "visite",
            "La visite est dite obligatoire et facultative. Laquelle des deux ?",
            compulsory[0],
            optional[0],
        )
        return
    value: dict[str, object] = {"id": "visite", "compulsory": bool(compulsory)}
    place = (compulsory or optional)[0]
    zone, sure = _zone(r)
    dated = [
        (when, clock, found)
        for start, end in _visit_places(r)
        for found in r.flow.find(rf"{DAY}[^.\n]{{0,25}}?{HOUR}", start, end)
        if (when := day(found))
        and (clock := hour(found))
        and not re.search(
            r"limite|avant le|au plus tard|jusqu'au|questions?|remise",
            re.split(r"\.\s", r.flow.folded[max(0, found.start() - 60) : found.start()])[-1],
        )
    ]
    instants = {(when, clock) for when, clock, _ in dated}
    if len(instants) == 1 and sure:
        value["at"] = f"{dated[0][0].isoformat()} {dated[0][1]} {zone}"
        place = dated[0][2].span()
    elif len(instants) > 1:
        r.doubt(
            "date-de-visite",
            "Plusieurs jours de visite sont écrits. Lequel est le bon, ou y a-t-il plusieurs visites ?",
            *(found.span() for *_, found in dated[:4]),
        )
    for start, end in _visit_places(r):
        people = r.flow.first(
            rf"(?:limite\w* a|represente\w* par|maximum (?:de )?|au plus|plus de) ?(?P<n>{COUNT}) (?:personnes?|representants?)|(?P<m>{COUNT}) (?:personnes?|representants?) (?:au )?max\w*",
            start,
            end,
        )
        if people and (number := count(people["n"] or people["m"])):
            value.setdefault("people_per_company", number)
        if r.flow.first(
            r"il ne sera repondu a aucune question|aucune question ne |aucune reponse ne sera (?:apportee|donnee)|aucune question[^.\n]{0,40}(?:visite|repon)",
            start,
            end,
        ):
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


def _visit_places(r: Reading) -> list[tuple[int, int]]:
    """Where a visit is spoken of: its articles, and otherwise the sentences that name it and the next one."""
    places = list(r.spans(r"visite"))
    if places:
        return places
    sentences = list(r.sentences())
    return [
        (start, sentences[min(rank + 1, len(sentences) - 1)][1])
        for rank, (start, _, words) in enumerate(sentences)
        if re.search(r"\bvisites?\b", words)
    ]


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
