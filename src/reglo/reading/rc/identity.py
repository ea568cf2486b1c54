"""Who buys what: title, buyer, nature, CPV."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

from reglo.reading.rc.model import Reading, rule
from reglo.reading.rc.words import sentence_case
from reglo.reading.text.model import fold

_OBJECT = (
    r"(?:(?:la|le|les|l'|cette?|du) ?(?:presente?s?|present)? ?(?:consultation|marches?|accord-cadre(?: a bons de commande)?|procedure|dossier de consultation|reglement(?: de (?:la )?consultation)?|contrat|travaux|prestations|mission|stipulations)\b"
    r"(?:[^.;:]{0,110}?),? (?:a pour objet|ont pour objet|porte sur|concerne|concernent|est relatif a|est relative a|portent sur)\b\s*:?\s*"
    r"(?P<title>[^.;\n]{8,}(?:\n(?![-•]|\d)[^.;\n]{3,}){0,3})"
    r")"
)
ORGANISATION = (
    r"(?:ministere|etat\b|l'etat\b|republique|prefete?\b|conseil (?:departemental|regional|municipal)|agglomeration|lycee|college|ecole|crous|musee|office de tourisme|sivom|sivu|siaep|\bs\.?d\.?i\.?s\b|groupement de (?:commandes|cooperation)|maison|cour d|\bars\b|ephad|centre (?:hospitalier|de gestion|national|communal)|direction (?:inter|region|depart|general|zonal|central)|secretariat general|ville d|commune d|mairie d|communaute (?:de|d'|urb)"
    r"|metropole|departement (?:de |du |des |d')(?!affaires|achats|march|finances|immobil|ressources)|conseil (?:depart|region|general)|region [a-z]|syndicat|centre hospitalier|chu\b|chru\b|hopital|hospices|groupement hospitalier|(?:sa |s\.a\. )?(?:d')?h\.?l\.?m\b|habitat \w|opac\b|oph\b|gie\b|groupement d'interet|cpam\b|urssaf\b|sncf\b|ratp\b|afpa\b|cnrs\b|theatre|conservatoire|smictom|sictom|syctom|pole metropolitain|pays de |assistance publique|universite"
    r"|office (?:public|national|intercommunal)|etablissement public|chambre (?:de|d'|reg)|sdis|\bspla?\b|\bsaem\w*\b|\bsem(?:ag|apa|)\b|\bsiaepa?\b|service departemental|prefecture|prefet|rectorat|academie|agence|institut|centre communal|ccas|caisse|societe publique|regie|grand port|parc )"
)
_STATE = r"ministere|direction regionale des (?:affaires culturelles|finances publiques|douanes)|direction regionale de l'(?:environnement|alimentation|economie)|\bdrac\b|\betat\b|prefe(?:t|cture)|direction departementale|direction zonale|secretariat general pour l'administration|\bsgami\b|rectorat|gendarmerie|armee|tribunal|universite|\bdreal\b|\bcrous\b|centre regional des (?:oe|œ)uvres|ecole nationale|institut national|\bddt"
_LOCAL = (
    r"\bville d|\bcommunes?\b|mairie|\bagglomeration|\blycee|\bcollege|service departemental|s\.?d\.?i\.?s\b|\bsivom|\bsyndicat|office de tourisme|metropole|communaute (?:de|d'|urb)|departement d|conseil (?:depart|region)|\bregion [a-z]|syndicat|centre hospitalier|\bchu\b|\bchru\b|hopital|hospices|hospitali|etablissements? publics? de sante|\bspla?\b|\bsaem|\bsem(?:ag|apa|)\b|\bsiaepa?\b|\bs[iy]ctom|\bsmictom|\bsivu"
    r"|assistance publique|\bsdis\b|service departemental d'incendie|\bccas\b|centre communal|office public de l'habitat|autorite locale|\behpad\b|centre de gestion|etablissement public [^,]{0,40}\bsoins\b"
)
_LABEL = r"(?:nom(?: officiel)?(?: et adresse(?: officiels?)?)?(?: de l'organisme acheteur| du pouvoir adjudicateur| de l'acheteur| de l'organisme)?|pouvoir adjudicateur|acheteur(?: public)?|entite adjudicatrice|collectivite(?: contractante)?|maitrise? d'ouvrage(?: publique)?|organisme acheteur|identification de l'acheteur)"


@rule("ID-02", "l'objet : « a pour objet », « porte sur », « est relatif à », dans l'article de l'objet")
def title(r: Reading) -> None:
    spans = list(r.spans(r"^(?:objet|nature|intitule)|objet (?:de la|du|de l')|description")) or [
        (0, min(len(r.flow.text), 12_000))
    ]
    for start, end in spans:
        found = r.flow.first(_OBJECT, start, min(end, start + 5000))
        if found is None:
            continue
        own = re.search(r"\n\s*$", r.flow.text[: found.start("title")][-4:])
        text = _own_lines(r, found.start("title")) if own else r.flow.printed(found, "title").strip(" :-")
        text = re.sub(
            r"^(?:de définir la consistance de |(?:de )?mettre en place (?:un |une )?(?=contrat|marché|accord)|de définir |la définition de |les prestations suivantes ?:? ?|la réalisation (?:de |des )"
            r"|(?:la )?(?:passation|conclusion|attribution) (?:d['’]un|du|de) [^.]{5,70}? (?:portant sur|relatif à|relative à|ayant pour objet|pour|concernant) )",
            "",
            text,
        )
        text = re.split(r"\s+Lieux? d['’](?:exécution|intervention) ?:", text)[0]
        text = re.sub(_OPENING, "", text.strip(" -•"))
        if len(text) > 8:
            r.add("title", shortened(text), (found.start("title"), found.end("title")), 0.9)
            return


# an article that opens the object, unless others of the same list keep theirs (« La fourniture, l'installation et… »)
_OPENING = (
    r"^(?:l'exécution (?:de la|des|du|de) |de la |des |du |(?:d['’]une? |une? )(?=mission|prestation)"
    r"|(?:la |les |le |l['’])(?!\w+(?: \w+)?(?:,| et) (?:la |les? |l['’]))|de (?=\w+(?:er|ir|re)\b))"
)


def _own_lines(r: Reading, at: int) -> str:
    """A title on lines of its own: the first, and the next ones the first page prints with it."""
    index = r.flow.index_at(at)
    text = r.flow.lines[index].text
    first = min(40, len(r.flow.starts) - 1, r.sections[0].start if r.sections else 40)
    cover = " ".join(r.flow.folded[: r.flow.starts[first]].split())
    for line in r.flow.lines[index + 1 : index + 4]:
        longer = f"{text} {line.text}"
        if " ".join(fold(longer).split()) not in cover:
            break
        text = longer
    return re.split(r"\s(?=(?:Le|La|Les|L['’]) ?(?:présente?s?\b|marché|accord-cadre|consultation))", text)[
        0
    ].strip(" :-•")


def shortened(text: str) -> str:
    """A title as people write it, cut where it goes into detail once it is long."""
    text = sentence_case(re.sub(r" ?: - ", " ", text))
    text = re.sub(r"^Marché public de (?:travaux|services|fournitures) [–:-] (?=\w{4})", "", text)
    text = re.sub(
        r"(?:\s+(?:pour|de|des|du|la|le|les|et|à|au|aux|par|sur))+$", "", text
    )  # what it was cut from
    text += '"' * (text.count('"') % 2)
    if len(text) > 130 and (list_of := re.search(r"(?<=\w) : (?=[^:]+,)", text[60:])):
        text = text[: 60 + list_of.start()]  # « … des communes du bassin : Brume, Valbrun, … »
    if len(text) > 130 and (
        detail := re.search(
            r",? (?:incluant|comprenant|y compris|notamment|conformément|conforme)\w*\b", text[60:]
        )
    ):
        text = text[: 60 + detail.start()]
    return text if len(text) <= 220 else text[:220].rpartition(" ")[0]


_OF_WHAT = r"(?:objet|intitule)(?: (?:de la consultation|du (?:marche|contrat)|de l'(?:accord-cadre|operation|appel (?:public a (?:la )?concurrence|d'offres))))?"


def first_article(r: Reading, default: int) -> int:
    """The line of the first article; a line in capitals of the first page is none."""
    numbered = r"\W*(?:article|\d(?!\d ?\d{3} )|[ivx]+\W)"
    starts = (each.start for each in r.sections if re.match(numbered, fold(r.flow.lines[each.start].text)))
    return next(starts, default)


@rule("ID-03", "l'objet inscrit sur la couverture, entre le titre et la date limite")
def cover_title(r: Reading) -> None:
    for index, line in enumerate(r.flow.lines[: min(25, first_article(r, 25))]):
        # « Objet du marché : … », or a label and its words that lost the colon between them
        label = re.match(rf"\W*{_OF_WHAT}(?: ?: ?|(?=\s))", fold(line.text))
        said = line.text[label.end() :].strip() if label else ""
        if label and 10 <= len(said) <= 300 and (label[0].strip()[-1:] == ":" or said[:1].isupper()):
            at = r.flow.starts[index]
            r.add("title", shortened(said), (at + label.end(), at + len(line.text)), 0.85, weak=True)
            return
    for start, _ in r.spans(r"^(?:intitule|objet)\b"):  # the title stands alone under its heading
        index = r.flow.index_at(start) + 1
        if index >= len(r.flow.lines):
            continue
        own = r.flow.lines[index - 1].text.partition(" : ")[2].strip(" .")
        if 15 < len(own) < 220 and not re.search(_SAYING, fold(own)):  # « 2.1 Objet : fourniture de… »
            at = r.flow.starts[index - 1]
            r.add("title", sentence_case(own), (at, at + len(r.flow.lines[index - 1].text)), 0.82, weak=True)
            return
        line = r.flow.lines[index]
        opens = any(section.start == index for section in r.sections)
        if opens or line.cells or re.search(_SAYING, fold(line.text)):
            continue
        if 15 < len(line.text) < 220:
            at = r.flow.starts[index]
            title = re.sub(r"^(?:La|Le|Les|L['’]) ?", "", line.text.strip(" ."))
            r.add("title", sentence_case(title), (at, at + len(line.text)), 0.8, weak=True)
            return


_SAYING = r"^\W*(?:voir|cf\b|se reporter|conforme)|\b(?:est|sont|sera|seront|a pour|ont pour|porte|concerne|vise|pourra|doit|peut)\b|:$"


@rule("ID-04", "l'acheteur : la ligne nommée « pouvoir adjudicateur » ou « acheteur », ou qui la suit")
def buyer(r: Reading) -> None:
    spans = [
        *r.spans(r"acheteur|pouvoir adjudicateur|identification|collectivite"),
        (0, r.flow.starts[min(60, len(r.flow.starts) - 1)]),
    ]
    for start, end in spans:
        for found in r.flow.find(
            rf"(?:^|(?<=\n)|(?<=\|\s))[-• ]*{_LABEL} ?:?(?: \|)?(?P<name>[^\n|]*)(?:\n(?P<next>[^\n]+))?",
            start,
            min(end, start + 3000),
        ):
            if r.flow.line_at(found.start()).heading and re.match(r"\d", r.flow.line_at(found.start()).text):
                continue
            same = r.flow.printed(found, "name").strip(" :")
            group = "name" if same else "next"
            if found[group] is None:
                continue
            name = r.flow.printed(found, group).strip(" :")
            if (
                re.search(ORGANISATION, found[group].strip())
                and 4 < len(name) < 140
                and not re.search(r"\b(?:se reserve|peut|est|sont|doit|pourra)\b", found[group])
            ):
                name = re.split(
                    r",\s+(?=agissant|établissement|représent|sis|dont|\d)|\s+[-–]\s+(?=\d)", name
                )[0]
                r.add("buyer.name", buyer_name(r, name), (found.start(group), found.end(group)), 0.95)
                return


@rule("ID-05", "l'acheteur : l'organisme que le document nomme en tête et répète")
def buyer_from_the_cover(r: Reading) -> None:
    if any(each.path == "buyer.name" for each in r.found):
        return
    places: list[tuple[int, int]] = []
    cover = first_article(r, 30)
    for start, end in r.spans(
        r"acheteur|pouvoir adjudicateur|identification|maitre d'ouvrage|collectivite|coordonnateur"
    ):
        places.append((start, min(end, start + 900)))
    places.append((0, r.flow.starts[min(max(cover, 1), 40, len(r.flow.starts)) - 1] + 200))
    for start, end in places:
        named = [each for each in _organisations(r, start, end) if not _service(each[0])]
        if named:
            name, place = max(named, key=lambda each: (_mentions(r, each[0]), -each[1][0]))
            name, place = _overseen(r, *place) or (name, place)
            r.add("buyer.name", buyer_name(r, name), place, 0.8)
            return
    seen: dict[str, tuple[int, int]] = {}  # organisations above an address, wherever they are
    for index, line in enumerate(r.flow.lines):
        start = r.flow.starts[index]
        end = start + len(line.text)
        if not re.match(ORGANISATION, r.flow.folded[start:end]) or len(line.text) > 90:
            continue
        below = r.flow.folded[end : end + 200].split("\n")[1:4]
        if any(re.match(r"\s*(?:\d{2} ?\d{3}) [a-z]", each) for each in below):
            seen.setdefault(buyer_name(r, line.text.strip(" ,;")), (start, end))
    for name, place in seen.items():
        r.add("buyer.name", name, place, 0.75)


_BODY = r"\b(?:centre (?!de services|ministeriel|de prestations|d'expertise)|etablissement public|ecole |institut |universite |lycee |college |agence |office |musee |conservatoire )"


def _overseen(r: Reading, start: int, end: int) -> tuple[str, tuple[int, int]] | None:
    """The body named between the ministry that oversees it and the address: the ministry is not the buyer."""
    if not re.match(r"\W*(?:ministere|academie|rectorat)\b", r.flow.folded[start:end]):
        return None
    stop = re.search(r"(?<!\d)\d{2} ?\d{3} [a-z]", r.flow.folded[end : end + 300])
    body = re.search(_BODY, r.flow.folded[end : end + stop.start()]) if stop else None
    if stop is None or body is None:
        return None
    at = end + body.start()
    name = re.split(r"\s+(?=\d)", r.flow.text[at : end + stop.start()])[0].strip(" -–,")
    return " ".join(name.split()), (at, at + len(name))


def _organisations(r: Reading, start: int, end: int) -> Iterator[tuple[str, tuple[int, int]]]:
    """The organisations that open a line or a cell between two places."""
    for index in range(r.flow.index_at(start), r.flow.index_at(max(start, end - 1)) + 1):
        line = r.flow.lines[index]
        at = r.flow.starts[index]
        if index and line.heading and re.match(r"\W*(?:article|\d|[ivx]+\W)", fold(line.text)):
            continue
        for found in re.finditer(r"[^|:]+", line.text):
            part = found[0].strip(" -•")
            folded = fold(part)
            opening = re.match(rf"(?:l'|la |le |les )?(?:{ORGANISATION})", folded)
            if opening is None or len(part) < 6:
                continue
            name = re.split(
                r"\s+[-–]\s+(?=\d|[A-Z]{0,2}\d)|\s+\d{1,4}(?: ?(?:bis|ter))?,\s+(?=rue|place|av|boul|quai|che|route|all|cours|square|imp)|,\s+(?=\d|place|rue|avenue|boulevard|BP|CS|hôtel|établissement|représent|agissant|sis|dont|ci-après|domicili|coordonnat)|\s+\d{2}\s?\d{3}\s|\s*[,(]\s*(?=ci-après|représent)|\.\s|;|\s+(?:représentée?|agissant|sise?)\s",
                part,
            )[0].strip(" ,;.-–")
            name = re.sub(r"^(?:La|Le|Les|L['’])\s*(?=[A-ZÀ-Ü])", "", name)
            if 5 < len(name) < 120 and not re.search(_NOT_A_NAME, fold(name)):
                yield name, (at + found.start(), at + found.end())


_NOT_A_NAME = r"reglement|consultation|\bmarche|procedure|\bobjet|accord-cadre|appel d'offres|\bse reserve|\bpeut\b|\best\b|\bsont\b|date |offres?\b|tribunal|\blots? (?:n|\d)|travaux|fourniture|candidat|prestations"


def _service(name: str) -> bool:
    """A part of an organisation, not the buyer itself."""
    return bool(re.match(_PART, fold(name)))


_PART = r"direction (?!interregionale|regionale|interdepartementale)|service (?!departemental)|bureau|cellule|secretariat general(?! pour)|pole"


def _mentions(r: Reading, name: str) -> int:
    return min(" ".join(r.flow.folded.split()).count(" ".join(fold(name).split())), 6)


def buyer_name(r: Reading, name: str) -> str:
    """A name without what follows it, and in small letters: as the document prints it elsewhere, or set in them."""
    name = _ALONE.split(name, maxsplit=1)[0].strip(" ,;-–—")
    if name.isupper():
        for found in re.finditer(re.escape(fold(name)).replace(r"\ ", r"\s+"), r.flow.folded):
            printed = " ".join(r.flow.text[found.start() : found.end()].split())
            if not printed.isupper() and printed[:1].isupper():
                return printed
    return _proper(name)


# its address, the service that buys for it, its département
_ALONE = re.compile(
    r"(?<=\w{3})(?<!\b[LlDd][EeÉé][Ss])\s+(?=(?:\d{1,4},?\s+(?:\w+\s)?[A-ZÀ-Üa-zà-ü]{3}|[Ss]ervice (?!départ)|SERVICE (?!D[ÉE]PART)|Cellule\b|Direction des (?:affaires|achats|finances|marchés|services)|(?:Place|Rue|Avenue|BP|CS)\s+[\wÀ-ü]))|\s*\((?=[^()]*\)$)|(?<![EÉ]tat)\s+[—–]\s+(?=Direction|Service|Pôle)"
)
_ACCENTS = (
    "Ministère Département Région Communauté Agglomération Métropole Université Préfecture État Hôpital École "
    "Régie Lycée Collège Établissement République Intérieur Armées Économie Éducation Société Général Générale "
    "Régional Régionale Départemental Départementale Académie Pénitentiaires Santé Énergie Énergies Île "
    "Développement Interrégionale Forêts Métiers Réseau Sécurité Défense"
)
_ACCENTED = {fold(word): word for word in re.findall(r"\S+", _ACCENTS)}
_ACRONYMS = frozenset(
    re.findall(
        r"\w+",
        "GIE SA HLM CHU CHRU CH GHT OPH SEM SPL SPLA SIAEP SIAEPA SIVU SICTOM SMICTOM SYCTOM SDIS CCAS CIAS CROUS ARS ONF EHPAD SNCF RATP AFPA CNRS CPAM SIVOM",
    )
)


def _proper(name: str) -> str:
    name = re.sub(r"\s*[,;:]$", "", name)
    if not name.isupper():
        return name
    small = {"DE", "DU", "DES", "LA", "LE", "LES", "ET", "D'", "L'", "EN", "-"}
    words = [word.lower() if word in small else capitalised(word) for word in name.split()]
    return " ".join(words)[:1].upper() + " ".join(words)[1:]


def capitalised(word: str) -> str:
    """A word of a name in capitals, in small letters but its first, with its accents when they are known."""
    if word.strip('()«»"') in _ACRONYMS:
        return word
    head = re.match(r"(?:D|L)['’]", word)
    start = head.end() if head else 0
    parts = [
        part.lower() if rank and len(part) < 4 else part[:1] + part[1:].lower()
        for rank, part in enumerate(word[start:].split("-"))
    ]
    return word[:start].lower() + "-".join(_ACCENTED.get(fold(part), part) for part in parts)


@rule("ID-06", "l'acheteur est l'État ou une collectivité, d'après son nom")
def kind(r: Reading) -> None:
    if r.flow.first(r"entite adjudicatrice") and not r.flow.first(r"pouvoir adjudicateur"):
        found = r.flow.first(r"entite adjudicatrice")
        assert found is not None
        r.add("buyer.kind", "utility", found, 0.85)
        return
    names = [each for each in r.found if each.path == "buyer.name"]
    for each in names:
        folded = fold(each.value)
        state, local = re.search(_STATE, folded), re.search(_LOCAL, folded)
        if bool(state) != bool(local):
            r.found.append(
                replace(
                    each,
                    path="buyer.kind",
                    value="state" if state else "local",
                    confidence=0.9,
                    rule=r.rule_id,
                )
            )
            return


@rule("ID-07", "qui représente l'acheteur : « représenté par »")
def represented(r: Reading) -> None:
    for found in r.flow.find(
        r"(?:(?:^|(?<=\n))representante? (?:legale? )?(?:du pouvoir adjudicateur|de l'acheteur)(?: \(\w+\))?[ \n:|]+(?=monsieur |madame |m\. |mme |le |la )|represente[es]? par|represent(?:ant|ante)(?: legale?)?(?: de l'acheteur| du pouvoir adjudicateur)? ?[:|]) ?(?:monsieur |madame |m\. |mme )?(?:le |la |l'|son |sa )?(?P<who>(?:[^\n.;(|]|(?<=\b[a-z])\.){5,110})"
    ):
        if found.start() >= len(r.flow.text) // 3:
            return
        who = re.split(r",\s*(?=\d|place|rue|avenue|boulevard|hôtel)", r.flow.printed(found, "who"))[0]
        if re.search(r"…|_{3}|\.{3}", r.flow.text[found.start("who") : found.end("who") + 3]):
            continue  # a blank the company fills
        r.add("buyer.represented_by", sentence_case(who), (found.start("who"), found.end("who")), 0.9)
        return


@rule("ID-08", "le SIRET de l'acheteur, dont la clé est juste")
def siret(r: Reading) -> None:
    for found in r.flow.find(
        r"(?:siret|numero d'enregistrement)[^\d\n]{0,25}(?P<n>\d{3} ?\d{3} ?\d{3} ?\d{5})"
    ):
        if re.search(r"tribunal|greffe", r.flow.folded[max(0, found.start() - 400) : found.start()]):
            continue  # that of the court
        digits = re.sub(r"\D", "", found["n"])
        total = sum(sum(divmod(int(digit) * (2 - rank % 2), 10)) for rank, digit in enumerate(digits))
        if total % 10 == 0:
            r.add("buyer.siret", digits, (found.start("n"), found.end("n")), 0.98)
            return


@rule("ID-09", "travaux, fournitures ou services : le mot qui ouvre l'objet, le type de marché, le CCAG")
def nature(r: Reading) -> None:
    explicit = (
        r"(?:marche|accord-cadre)s?(?: public)?s?(?: a bons de commande)? (?:est un marche )?(?:de|d') ?(?P<word>travaux|fournitures|services|prestations intellectuelles|maitrise d'(?:œ|oe)uvre|prestations de services)"
        r"|(?:nature|type|categorie) (?:du|de) (?:marche|l'accord-cadre|contrat) ?:? (?P<word2>travaux|fournitures|services)"
    )
    votes: dict[str, tuple[re.Match[str], float]] = {}
    for found in r.flow.find(explicit):
        word = found["word"] or found["word2"]
        line = r.flow.folded[max(0, found.start() - 60) : found.start()]
        after = r.flow.folded[found.end() : found.end() + 30]
        if re.search(r"passation d|contrats? de$", line) or re.match(
            r" d'(?:imprimerie|impression|edition)", after
        ):
            continue  # « travaux d'imprimerie » are a service
        if re.match(
            r",? (?:courantes? )?(?:et|ou|,) (?:de |d')?(?:services|fournitures)|,? courantes?", after
        ):
            continue  # « fournitures courantes et services » is the name of a CCAG, not a choice
        value = {"travaux": "works", "fournitures": "supplies"}.get(word, "services")
        votes.setdefault(value, (found, 0.9))
        if "maitrise d" in word or "intellectuelles" in word:
            votes = {"services": (found, 0.95)}
            break
    if len(votes) == 1:
        value, (found, confidence) = next(iter(votes.items()))
        r.add("nature", value, found, confidence)
        return
    opening = next((each for each in r.found if each.path == "title"), None)
    if opening is None:
        return
    text = fold(opening.value)[:60]
    kinds = {
        "services": r"maintenance|entretien|nettoyage|assistance|maitrise d'|etude|mission|prestation|service|gardiennage|surveillance|formation|transport|hebergement|assurance|conception|exploitation|collecte|restauration collective|restauration scolaire|fonctionnement|conduite d'operation|blanchiss|imprimerie|infogerance|audit|location|confection|portage|souscription|restauration(?! (?:de l|des?|du|de la)\b)|gestion|conseil|numerisation|impression|transport",
        "works": r"travaux(?! d'(?:imprimerie|impression|edition))|construction|rehabilitation|renovation|refection|demolition|restructuration|amenagement|extension|ravalement|mise (?:aux normes|en conformite)|reprise d|restauration d|voirie|enfouissement|desamiantage|etancheite|couverture d|remplacement des (?:menuiseries|chaudieres|fenetres)",
        "supplies": r"fourniture|acquisition|achat|livraison|approvisionnement|denrees|produits|mobilier|materiels?\b|vehicules?\b",
    }
    places = {kind: match.start() for kind, words in kinds.items() if (match := re.search(words, text))}
    if places:
        kind = min(places, key=places.__getitem__)
        r.found.append(
            replace(opening, path="nature", value=kind, confidence=0.85, rule=r.rule_id, weak=True)
        )


@rule("ID-10", "les codes CPV : huit chiffres près de « CPV »")
def cpv(r: Reading) -> None:
    codes: dict[str, tuple[int, int]] = {}
    for label in r.flow.find(r"\bcpv\b|vocabulaire commun|\bnomenclature\b"):
        window = r.flow.folded[label.end() : label.end() + 220]
        for found in re.finditer(
            r"(?<!\d)(\d{8}|\d{5}000|\d{2}\.?\d{2}\.?\d{2}\.?\d{2}-\d|\d{8}-\d)(?!\d)", window
        ):
            code = re.sub(r"\D", "", found[1])[:8]
            codes.setdefault(code, (label.end() + found.start(), label.end() + found.end()))
    for code, place in codes.items():
        r.add(f"cpv[{code}]", code, place, 0.97)
