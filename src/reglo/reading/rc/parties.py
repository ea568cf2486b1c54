"""Services, addresses with their hours, and people to turn to."""

from __future__ import annotations

import re
from dataclasses import replace

from reglo.reading.rc.identity import capitalised
from reglo.reading.rc.model import Reading, rule
from reglo.reading.rc.words import HOUR, hour, sentence_case
from reglo.reading.text.model import fold, pattern

_SERVICES = (
    ("maître d'ouvrage", r"maitre d'ouvrage(?: delegue)?|maitrise d'ouvrage"),
    ("conducteur d'opération", r"conducteurs? d'operations?|conduite d'operation"),
    ("assistant à maîtrise d'ouvrage", r"assistant a (?:la )?maitrise d'ouvrage|\bamo\b"),
    ("maître d'œuvre", r"maitre d'(?:œ|oe)uvre|maitrise d'(?:œ|oe)uvre"),
    ("contrôleur technique", r"controleur technique|controle technique"),
    ("coordonnateur sécurité et protection de la santé", r"coordonnateur (?:en matiere de )?(?:sps|securite)|coordination (?:en matiere de )?securite|\bcsps\b"),
    ("service gestionnaire", r"service (?:gestionnaire|prescripteur|acheteur|instructeur|technique)"),
)  # fmt: skip
_TOWN = r"(?<!\d)(?P<code>(?:0[1-9]|[1-9]\d) ?\d{3})(?:,| -)? +(?P<town>[a-z][a-z'\- ]{1,38}?(?: cedex(?: ?\d{1,2})?)?)(?=\s*(?:[,;.()|\n]|$|\btel|\bentree|\bsur place| - ))"


@rule(
    "PAR-01",
    "les services : maître d'ouvrage, conducteur d'opération, contrôleur… de l'article de l'acheteur",
)
def services(r: Reading) -> None:
    found: list[tuple[dict[str, object], tuple[int, int]]] = []
    for start, end in r.spans(
        r"acheteur|pouvoir adjudicateur|identification|intervenants|maitrise d'ouvrage"
    ):
        first, last = r.flow.index_at(start), r.flow.index_at(end - 1)
        for index in range(first + 1, last + 1):
            line = r.flow.lines[index]
            folded = fold(line.text)
            for role, words in _SERVICES:
                label = re.match(rf"[-•* ]*(?:{words})(?: \([a-z]+\)|[^:.\n]{{0,40}})?\s*(?::|$)", folded)
                if label is None or len(folded) > 200:
                    continue
                name = line.text[label.end() :].strip(" :-–")
                at = r.flow.starts[index]
                if not name and index < last:
                    name, at = r.flow.lines[index + 1].text, r.flow.starts[index + 1]
                name = name.strip(" :;.,-–")
                if re.search(r"ulterieurement|designe ", fold(name)) and not any(
                    each["role"] == role for each, _ in found
                ):
                    name = "Désigné ultérieurement"
                elif not _names_someone(name):
                    break
                if not any(each["role"] == role for each, _ in found):
                    found.append(({"role": role, "name": _plain(name)}, (at, at + len(name))))
                break
    for role, words in _SERVICES:  # « au Bureau des bâtiments, chargé de la conduite d'opération »
        said = r.flow.first(rf", charge\w* (?:de |d')(?:la |l')?(?:{words})")
        if said is None or any(each["role"] == role for each, _ in found):
            continue
        first = max(0, said.start() - 90)
        before = r.flow.folded[first : said.start()]
        for opening in re.finditer(r"\b(?:au|a\s+la|le|la|du)\s+(?=[^,.;:\n]+$)", before):
            name = r.flow.text[first + opening.end() : said.start()]
            if _names_someone(name):
                found.append(({"role": role, "name": name}, (first + opening.end(), said.start())))
                break
    for start, end in _copy_regions(r):  # the office that takes the copies, when its name says what it does
        office = r.flow.first(
            r"\b(?P<n>(?:bureau|service|direction|cellule|pole) (?:des |de la )(?:(?P<buys>achats?)|marches|commande publique)\b[^\n|,;.]{0,60})",
            start,
            end,
        )
        role = "achats" if office and office["buys"] else "marchés"
        if (
            office
            and _names_someone(r.flow.printed(office, "n"))
            and all(each["role"] != role for each, _ in found)
        ):
            found.append(({"role": role, "name": r.flow.printed(office, "n")}, office.span("n")))
    for rank, (value, place) in enumerate(found):
        r.add(f"buyer.services[{rank}]", value, place, 0.88)


def _names_someone(name: str) -> bool:
    return (
        4 < len(name) < 140
        and name[0].isupper()
        and not re.search(r"(?<![-\w])(?:sera|est|sont|peut|doit|confie|seront)(?![-\w])", fold(name))
        and not re.match(r"\d", name)
    )


def _plain(name: str) -> str:
    """A name without the address that follows it."""
    cut = re.split(
        r"\s*[-–,]\s*(?=\d{1,4},? (?:bis )?(?:rue|avenue|boulevard|place|quai|allée|chemin|route))", name
    )[0]
    return sentence_case(cut) if cut.isupper() and " " in cut else cut


# --- Addresses --------------------------------------------------------------------------------

_USES = (
    ("remise sur place", r"sur place|(?:en )?main propre|remise (?:directe|en mains? propres?|contre recepisse)|depot (?:sur place|physique)"),
    ("envoi postal", r"envoi postal|voie postale|par courrier|par la poste|par pli recommande"),
    ("postale", r"adresse postale"),
    ("site", r"adresse (?:du site|geographique|physique)"),
    ("entrée des véhicules", r"entree des vehicules"),
    ("siège", r"siege(?: social)?|adresse (?:officielle|de l'acheteur|du pouvoir adjudicateur)"),
)  # fmt: skip
_USE = re.compile("|".join(f"(?P<u{rank}>{words})" for rank, (_, words) in enumerate(_USES)))
_STREET = r"\d{1,4}(?: ?(?:bis|ter|[a-d]\b))?,? (?:rue|avenue|av\.|boulevard|bd|place|cours|quai|allee|chemin|route|impasse|square|esplanade|promenade|voie|parvis)\b"


@rule(
    "PAR-02",
    "les adresses de l'acheteur : « envoi postal », « sur place », « adresse postale », avec leurs heures",
)
def addresses(r: Reading) -> None:
    regions = [*r.spans(r"acheteur|pouvoir adjudicateur|identification"), *_copy_regions(r)]
    found: list[tuple[dict[str, object], tuple[int, int]]] = []
    seen: set[int] = set()  # where each address ends: two labels may announce one
    opened = hours(r)
    for start, end in regions:
        for label in _USE.finditer(r.flow.folded, start, end):
            colon = re.compile(r"[^.:\n]{0,70}:").match(r.flow.folded, label.end())
            if colon is None:
                continue
            place = _address(r, colon.end(), min(end, colon.end() + 420))
            if place is None:
                continue
            value, span = place
            use = next(name for rank, (name, _) in enumerate(_USES) if label[f"u{rank}"])
            said = fold(r.flow.text[label.start() : colon.end()])
            if use == "envoi postal" and re.search(r"main propre|sur place", said):
                use = "envoi postal ou remise sur place"
            if use in {each["use"] for each, _ in found} or span[1] in seen:
                continue
            seen.add(span[1])
            value = {"use": use, **value}
            if opened and "sur place" in use:
                value["hours"] = opened[0]
            found.append((value, span))
    if seat := _seat(r, seen):
        found.append(seat)
    for rank, (value, span) in enumerate(found):
        r.add(f"buyer.addresses[{rank}]", value, span, 0.88)


def _seat(r: Reading, seen: set[int]) -> tuple[dict[str, object], tuple[int, int]] | None:
    """The address the article of the buyer gives without a word for its use."""
    for start, end in r.spans(r"acheteur|pouvoir adjudicateur|identification"):
        if any(start <= at < end for at in seen):
            continue
        for index in range(r.flow.index_at(start) + 1, r.flow.index_at(end - 1) + 1):
            at = r.flow.starts[index]
            stop = at + len(r.flow.lines[index].text)
            if re.match(rf"\W*{_STREET}", r.flow.folded[at:stop]) and (
                place := _address(r, at, min(end, stop + 60))
            ):
                return {"use": "siège", **place[0]}, place[1]
    return None


def _copy_regions(r: Reading) -> list[tuple[int, int]]:
    """Where the delivery of the backup copy is told."""
    out = []
    for found in r.flow.find(
        r"copie de sauvegarde[^.]{0,200}(?:adresse|remis|envoy)|pli (?:cachete|scelle)[^.\n]{0,90}adresse suivante|sauvegarde[^.]{0,30}s'effectuera"
    ):
        out.append((found.start(), min(len(r.flow.text), found.end() + 1300)))
    return out


def _address(r: Reading, start: int, end: int) -> tuple[dict[str, object], tuple[int, int]] | None:
    """The address that begins here: the words before its town, line by line or part by part."""
    town = pattern(_TOWN).search(r.flow.folded, start, end)
    if town is None:
        return None
    if "." in re.sub(r"\b(?:av|bd|st|n)\.", "", r.flow.folded[start : town.start()]).replace("..", ""):
        return None
    words = r.flow.text[start : town.start()]
    lines = [each.strip(" ,;:-–|") for each in re.split(r"\n| [-–] |, (?=\d{1,4},? |BP)|\s\|\s| ; ", words)]
    lines = [line for line in lines if line and not re.fullmatch(r"[\W\d]{0,3}", line)]
    if (
        not lines
        or len(lines) > 6
        or not any(re.search(rf"{_STREET}|\bbp\b|\bcs\b|immeuble|hotel de", fold(line)) for line in lines)
    ):
        return None
    value: dict[str, object] = {
        "lines": lines,
        "postcode": re.sub(r"\s", "", town["code"]),
        "town": " ".join(_cased(word) for word in r.flow.printed(town, "town").split()),
    }
    return value, (start, town.end())


def _cased(word: str) -> str:
    return capitalised(word) if word.isupper() and len(word) > 2 else word


_DAYS = r"(?:du )?(?P<from>lundi|mardi|mercredi|jeudi|vendredi) (?:au|-) (?P<to>mardi|mercredi|jeudi|vendredi|samedi)"


def hours(r: Reading) -> tuple[list[str], tuple[int, int]] | None:
    """The hours of delivery near the backup copy: "lundi-vendredi 09:00-12:00"."""
    for start, end in _copy_regions(r):
        days = r.flow.first(_DAYS, start, end)
        if days is None:
            continue
        around = (max(start, days.start() - 90), min(end, days.end() + 110))
        slots = []
        for slot in pattern(rf"(?:de |entre )?{HOUR} ?(?:a|-|et) ?{_second(HOUR)}").finditer(
            r.flow.folded, *around
        ):
            first = hour(slot)
            second = hour(_Renamed(slot))  # type: ignore[arg-type]
            if first and second:
                slots.append(f"{days['from']}-{days['to']} {first}-{second}")
        if slots:
            off = (
                ", hors jours fériés"
                if r.flow.first(r"sauf (?:les )?jours feries|hors jours feries", around[0], around[1] + 60)
                else ""
            )
            return [slot + off for slot in dict.fromkeys(slots)], (around[0], around[1])
    return None


def _second(text: str) -> str:
    return text.replace("?P<", "?P<b_")


class _Renamed:
    """A match whose second hour is asked for by the names of the first."""

    def __init__(self, found: re.Match[str]) -> None:
        self._found = found

    def __getitem__(self, name: str) -> str | None:
        value: str | None = self._found[f"b_{name}"]
        return value


@rule("COP-02", "la copie de sauvegarde : comment la remettre, quand, ce que porte le pli, le texte cité")
def backup_delivery(r: Reading) -> None:
    regions = _copy_regions(r)
    if not regions:
        return
    start, end = regions[0][0], max(end for _, end in regions)
    copy = r.flow.first(r"copie de sauvegarde")
    assert copy is not None
    ways = {
        "envoi postal": r"envoi postal|voie postale|par courrier|par la poste|recommande (?:en )?avec a",
        "remise sur place": r"sur place|main propre|remise directe",
    }
    how = (  # how each is done, when it is said
        (
            "envoi postal",
            r"recommande (?:en )?avec (?:a\.?r|avis|accuse)",
            " en recommandé avec avis de réception",
        ),
        (
            "envoi postal",
            r"tout moyen[^.]{0,40}date[^.]{0,12} certaine",
            " ou par tout moyen donnant date certaine",
        ),
        ("remise sur place", r"contre recepisse|recepisse de depot", " contre récépissé"),
    )
    said = {name: found for name, words in ways.items() if (found := r.flow.first(words, start, end))}
    if said:
        named = [
            name
            + "".join(more for way, words, more in how if way == name and r.flow.first(words, start, end))
            for name in said
        ]
        r.add("submission.backup_copy.delivery", named, next(iter(said.values())), 0.88)
    opened = hours(r)
    if opened:
        r.add("submission.backup_copy.hours", opened[0], opened[1], 0.9)
    mention = r.flow.first(
        r"(?:porte\w*|comporte\w*|avec)[^.\n]{0,40}mentions?\b[^.]{0,500}", copy.start(), end
    )
    if mention:
        block = r.flow.folded[mention.start() : mention.end() + 500]
        marks = (
            ("copie de sauvegarde", r"copie de sauvegarde"),
            ("nom du candidat", r"nom du candidat|candidat ?:|nom de l'entreprise|nom du soumissionnaire"),
            (
                "identification de la procédure",
                r"identification de la (?:procedure|consultation)|pli pour la consultation|objet de la consultation|intitule d",
            ),
            ("ne pas ouvrir", r"ne pas ouvrir"),
        )
        written = [name for name, words in marks if re.search(words, " ".join(block.split()))]
        if written:
            r.add("submission.backup_copy.mentions", written, mention, 0.88)
    texts: list[str] = []
    for found in r.flow.find(
        r"r\.? ?2132-11|arretes? du (?P<d>\d{1,2} [a-z]+ \d{4}) fixant les modalites de mise a disposition"
    ):
        texts.append(f"arrêté du {r.flow.printed(found, 'd')}" if found["d"] else "R.2132-11")
    if texts:
        at = r.flow.first(r"r\.? ?2132-11|arretes? du \d{1,2} [a-z]+ \d{4} fixant les modalites")
        assert at is not None
        r.add("submission.backup_copy.legal_basis", list(dict.fromkeys(texts)), at, 0.92)


# --- Contacts ---------------------------------------------------------------------------------

_SITES = (
    ("formulaires DC1 et DC2", "Direction des affaires juridiques", r"https?://www\.economie\.gouv\.fr/daj/[^\s)»\",;]+"),
    ("pièces obtenues par l'acheteur", "API Entreprise", r"https?://(?:www\.)?(?:api|entreprise\.api)\.gouv\.fr/[^\s)»\",;]+"),
    ("liste de confiance française", "ANSSI", r"https?://(?:www|cyber)\.(?:ssi\.)?gouv\.fr/[^\s)»\",;]+"),
    ("liste de confiance européenne", "Commission européenne", r"https?://(?:webgate\.ec|eidas\.ec|ec)\.europa\.eu/(?!tools/espd)[^\s)»\",;]+"),
)  # fmt: skip


@rule("CON-01", "à qui s'adresser : questions, support de la plateforme, formulaires, listes de confiance")
def contacts(r: Reading) -> None:
    found: list[tuple[dict[str, object], tuple[int, int]]] = []
    profile = next((each for each in r.found if each.path == "submission.url"), None)
    asked = r.flow.first(
        r"(?:demandes?|questions?|renseignements complementaires)[^.]{0,260}(?:via|sur|par l'intermediaire d[eu]|a l'adresse)[^.]{0,40}(?:la plateforme|le profil|profil d'acheteur|du profil)"
    )
    if profile and asked:
        found.append(({"role": "questions", "name": "Profil d'acheteur", "url": profile.value}, asked.span()))
    help_ = r.flow.first(r"support technique de la plateforme(?: (?P<n>[a-z][\w-]{2,24}))?")
    if help_:
        name = (
            r.flow.printed(help_, "n")
            if help_["n"] and r.flow.printed(help_, "n")[0].isupper()
            else "la plateforme"
        )
        value: dict[str, object] = {
            "role": "support du profil d'acheteur",
            "name": f"Support technique de {name}",
        }
        found.append((value | ({"url": profile.value} if profile else {}), help_.span()))
    sender = r.flow.first(
        r"(?P<m>ne-?pas-?repondre@[\w.-]+\.[a-z]{2,6}|nepasrepondre@[\w.-]+|no-?reply@[\w.-]+\.[a-z]{2,6})"
    )
    if sender:
        found.append(
            (
                {
                    "role": "expéditeur des messages de l'acheteur",
                    "name": "Profil d'acheteur",
                    "email": r.flow.printed(sender, "m").rstrip("."),
                },
                sender.span(),
            )
        )
    for role, name, words in _SITES:
        if site := r.flow.first(words):
            found.append(
                ({"role": role, "name": name, "url": r.flow.printed(site).rstrip(".,")}, site.span())
            )
    found.extend(_people(r))
    for rank, (value, place) in enumerate(found):
        r.add(f"contacts[{rank}]", value, place, 0.88)


def _people(r: Reading) -> list[tuple[dict[str, object], tuple[int, int]]]:
    """Services named in the article of information, with their telephone or address."""
    out: list[tuple[dict[str, object], tuple[int, int]]] = []
    for start, end in r.spans(r"renseignements|contacts?$|correspondant"):
        if r.flow.first(r"tribunal", start, min(end, start + 120)):
            continue
        for mail in r.flow.find(r"(?P<m>[\w.+-]+@[\w-]+(?:\.[\w-]+)+)", start, end):
            address = r.flow.printed(mail, "m").rstrip(".")
            if re.match(r"greffe|ne-?pas|nepas|no-?reply", address.lower()) or any(
                each["email"] == address for each, _ in out
            ):
                continue
            index = r.flow.index_at(mail.start())
            above = r.flow.lines[max(0, index - 5) : index + 1]
            role = next(
                (
                    f"renseignements {kind}s"
                    for line in reversed(above)
                    for kind in ("administratif", "technique")
                    if f"{kind}s" in fold(line.text) and "et " not in fold(line.text)
                ),
                "renseignements",
            )
            phones = [
                number
                for line in (*above, *r.flow.lines[index + 1 : index + 2])
                for number in re.findall(r"(?<!\d)0\d(?:[ .]?\d\d){4}(?!\d)", line.text)
            ]
            name = next(
                (
                    line.text.split(" | ")[0].strip(" :;,")
                    for line in reversed(above)
                    if re.match(
                        r"[-•* ]*(?:monsieur|madame|m\.|mme|mr|service|direction|bureau|pole|secretariat|cellule)\b",
                        fold(line.text),
                    )
                    and len(line.text) < 90
                    and "@" not in line.text
                ),
                "Service à contacter",
            )
            name = re.sub(r"^(?:[-•* ]*)(?:Monsieur|Madame|M\.|Mme|Mr)\s+", "", name)
            value: dict[str, object] = {"role": role, "name": name, "email": address}
            out.append((value | ({"phones": phones[-2:]} if phones else {}), mail.span()))
    return out[:6]


# --- Visits -----------------------------------------------------------------------------------


_MEETING = r"(?:se presenter|presentation|rendez-vous|\brdv\b|accueil|depart)\b[^.\n]{0,60}? (?:(?:a |devant )(?=l'|la |le )|au )(?:l'|la |le )?(?P<t>(?:entree|accueil|poste|portail|parking|loge|guichet|hall|barriere|secretariat)[^.,;()\n]{0,80})"


@rule("VIS-03", "où se tient la visite, et ce qu'il faut joindre à la demande")
def visit_place(r: Reading) -> None:
    visit = next((each for each in r.found if each.path == "calendar.visits[visite]"), None)
    if visit is None:
        return
    base = "calendar.visits[visite]"
    for start, end in r.spans(r"visite"):
        asked = {
            "pièce d'identité de chaque visiteur": r"pieces? d'identite|cartes? d'identite",
            "noms des visiteurs": r"noms?(?:\(s\))? des? (?:personnes|participants|visiteurs)|le\(s\) nom\(s\)",
            "date souhaitée": r"la date[^.\n]{0,25} souhaite",
            "horaire souhaité": r"(?:l'horaire|heure)[^.\n]{0,12} souhaite",
        }
        request = r.flow.first(
            r"demande (?:d'acces|de visite|de rendez-vous)|effectuer la demande|inscription", start, end
        )
        said = {name: found for name, words in asked.items() if (found := r.flow.first(words, start, end))}
        if request and said:
            r.add(f"{base}.request_with", list(said), next(iter(said.values())), 0.88)
        town = pattern(rf"(?:{_STREET})[^.\n]{{3,60}}?{_TOWN}").search(r.flow.folded, start, end)
        if town and "place" not in visit.value:
            line = r.flow.text[town.start() : town.start("code")]
            words = [each.strip(" ,-") for each in re.split(r",(?= )|\n", line) if each.strip(" ,-")]
            street = ", ".join(words)
            address = f"{street}, {' '.join(r.flow.text[town.start('code') : town.end('town')].split())}"
            meet = r.flow.first(_MEETING, max(start, town.start() - 220), town.start())
            point = [" ".join(r.flow.printed(meet, "t").split())] if meet else []
            r.add(f"{base}.place", [*point, address], (town.start(), town.end()), 0.88)
        owed = r.flow.first(
            r"(?:a (?:completer|inclure|joindre)|joints?|inclure)[^.\n]{0,60}(?:offre|dossier)", start, end
        )
        brought: list[str] = next((each.value for each in r.found if each.path == f"{base}.bring"), [])
        due = [
            code
            for code, piece in r.notes.get("pieces", {}).items()
            if piece.get("template") in brought
            or (
                len(piece.get("parts", [])) > 1
                and all(part.get("template") in brought for part in piece["parts"])
            )
        ]
        if owed and due:
            r.add(f"{base}.pieces", due, owed, 0.86)
        return


@rule("LOT-04", "où s'exécute chaque lot : « Stand de Grenoble (38) »")
def lot_places(r: Reading) -> None:
    for each in [each for each in r.found if re.fullmatch(r"lots\[[^\]]+\]", each.path)]:
        name = each.value["name"]
        number = r"(?:\((?P<d>0[1-9]|[1-9]\d|2A|2B|97\d)\))"
        towns = list(
            re.finditer(
                rf"(?P<art>\b(?:de |du |des |d['’]|à |et (?:de |du |d['’])?))(?P<town>[A-ZÀ-Ü][\w'’À-ÿ-]+(?: [A-ZÀ-Ü][\w'’À-ÿ-]+)*)\s*{number}?",
                name,
            )
        )
        towns = [town for town in towns if town["town"]]
        departments = [town["d"] for town in towns if town["d"]]
        if not departments:
            continue
        head = name[: towns[0].start()].strip(" -–:,")
        places = []
        following: str | None = None
        for town in reversed(towns):
            following = town["d"] or following
            written = (
                f"Le {town['town']}"
                if town["art"].startswith("du ") and town["town"] != following
                else town["town"]
            )
            places.append({"name": head or name, "town": written, "department": following})
        r.found.append(
            replace(each, path=f"{each.path}.places", value=places[::-1], rule=r.rule_id, confidence=0.88)
        )
