"""The pieces to send that the buyer did not number: the lists under « candidature » and « offre »."""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import groupby

from reglo.reading.rc.lists import Item, items
from reglo.reading.rc.model import Reading
from reglo.reading.text.model import fold

_CANDIDACY = r"\bcandidatures?\b|(?:pieces|dossier|documents|renseignements|justificatifs) administrati(?:ve|f)s?|situation juridique|capacites? (?:economique|technique|financiere|professionnelle)|justifications? a produire"
_BID = r"\boffres?\b|projet de (?:marche|contrat|accord-cadre)|propositions? (?:technique|financiere)s?|(?:pieces|dossier) (?:techniques?|financiere?s?)"
_GIVES = r"pieces|documents?\b|dossier|justifi|renseignements|contenu|produi|comprend|contient|remet|fourni|compos|presentation|presente|appui|joindre|suivant|reponse|^\W*(?:[a-z0-9]{1,4}[.)/ –-]+)*(?:candidature|offre|projet)"
_ELSE = r"jugement|examen|analyse|critere|selection|attribution|notation|\bremise|envoi|transmission|depot|groupement|echantillon|visite|signature|duree|validite|langue|recours|renseignements? complementaire|variante|sous-traitance|negociation|copie|conditions de participation|niveaux? minim|ouverture|modalites|dossier de consultation|\bdce\b|classement|choix"
_NOT_LISTS = r"interdi|exclu|\bcas\b|virus|ouvert|criteres|negocia|qualite de|formats?\b|elimin|apprecie|note[sr]?\b|au regard|verifi|certificats? de signature|lots? suivants|question|avant tout rejet|garanties"
_NAMES = r"acte|lettre|memoire|decomposition|\bdpgf|bordereau|\bbpu|\bb\.p|\bdqe|\bd\.e|declaration|attestation|certificat|engagement|\bdc ?\d|copie|liste|note\b|cadre|planning|fiche|pouvoir|jugement|presentation|references?|reponse|rib\b|k-?bis|detail|indication|tableau|dume|devis|annexe|echantillon|chiffres? d'affaires|effectifs|moyens|titres|qualification|assurance|autorisation|agrement|licence|calendrier|programme|plan\b|extrait|habilitation|simulation|questionnaire|catalogue|formulaire|imprime|preuve|bilan|description|organigramme|\bcv\b|curriculum"


# a list of what one piece must say, not of pieces
_ONE_PIECE = r"\W*(?:\d[\d.]*\W*)?(?:contenu d[ue] |le |la |l')?(?:memoire|note (?:technique|methodologique|de synthese)|cadre de (?:reponse|memoire)|offre (?:financiere|de prix))\b"
_RUBRICS = r"rubriques?|(?:memoire|note|cadre|cv|planning|references?)\b[^.;:]{0,90}(?:comprend\w*|comport\w*|contien\w*|contenir|precis\w*|decri\w*|detail\w*|presente\w*|developp\w*|indiqu\w*|fai\w* apparaitre)\b[^.;]{0,60}:$"
_TO_SEND = r"(?:documents|pieces|dossier|elements)\b[^:.]{0,40}(?:a (?:fournir|produire|remettre|joindre|transmettre)|demande\w*|exige\w*)\b[^:.]{0,40}:?$"
# what tells the candidate apart from its bid
_OF_THE_CANDIDATE = r"(?:(?:les?|la|l'|une?|des|formulaires?|imprimes?) )*(?:dc ?[12]\b|dume\b|lettre de candidature|declaration (?:du candidat|sur l'honneur|indiquant|concernant)|attestations? (?:de qualif|sur l'honneur|d'assurance|fiscal|social|de (?:vigilance|regularite))|k-?bis|extrait k|references?\b|liste des (?:principa|references|travaux|moyens)|chiffres? d'affaires|qualifications?|certificats? (?:de )?qualif|pouvoirs?\b|copie (?:du|des)(?: ou (?:du|des))? jugement)"
_MOST_WORDS = 1_000  # characters said of a piece


@dataclass(slots=True)
class Listed:
    """A piece found in a list: its name, its folder, what its row says of its model."""

    name: str
    folder: str
    start: int
    end: int
    code: str = ""
    model: str = ""


def listed(r: Reading) -> list[Listed]:
    """The pieces of the lists under « candidature » and « offre », in the order of the document."""
    out: list[Listed] = []
    for start, end, folder in _places(r):
        for intro, group in groupby(items(r, start, end), key=lambda item: item.intro):
            block = list(group)
            if re.search(
                r"dossier de consultation|\bdce\b|fournis? aux candidats|remis aux candidats", intro
            ) or re.search(_RUBRICS, intro):
                continue
            own = _folder(intro) or folder
            if (
                own == folder == "bid"
                and not _folder(intro)
                and any(start <= piece.start < end and piece.folder == "candidacy" for piece in out)
            ):
                own = _EITHER  # the article has listed those of the candidate: each says its own
            if not own and re.search(_TO_SEND, intro):
                own = _EITHER
            if not own or (
                re.search(_NOT_LISTS, intro)
                and not re.search(r"(?:pieces|documents)[^.]{0,60}:$|candidature|offre", intro)
            ):
                continue
            for piece in (found := _block(block, own)):
                piece.end = end
            out.extend(found)
        if not any(start <= piece.start < end for piece in out):
            out.extend(_enumerated(r, start, end, folder) or _bare(r, start, end, folder))
    for folder in ("candidacy", "bid"):  # said in another article
        if not any(piece.folder in (folder, _EITHER) for piece in out):
            out.extend(
                piece for piece in _enumerated(r, 0, len(r.flow.text), "", _SUBJECT) if piece.folder == folder
            )
    if not out:
        out.extend(_to_send(r))
    sure = {id(piece) for piece in out if re.match(_CANDIDACY_FORM, fold(piece.name))}
    one = sure and all(piece.folder == "bid" for piece in out)  # one list called « l'offre » for both folders
    for piece in out:
        if one or piece.folder == _EITHER or id(piece) in sure:
            of_him = re.match(_OF_THE_CANDIDATE, fold(piece.name))
            piece.folder = "candidacy" if of_him or id(piece) in sure else "bid"
    if all(piece.folder == "bid" for piece in out):  # the forms of the candidacy, wherever they are listed
        forms = [
            item
            for item in items(r, 0, len(r.flow.text))
            if re.match(_CANDIDACY_FORM, fold(item.text)) and "disponible" not in fold(item.text)
        ]
        out = [*_block([item for item in forms if not item.cells], "candidacy"), *out]
    return _once(out)


_RELATED = r"|^(?:a (?:la|ses|son|sa) |a l'|aux? )"
_RULES = r"\b(?:est|sont|sera|seront|doit|doivent|peut|peuvent|devra|devront|pourra|pourront|n'est|disponibles? (?:sur|gratuit|a l'adresse|aupres))\b|https?:|www\."
_HEAD_OF_COLUMNS = r"(?:libelles?|designation|pieces|documents)(?: (?:niveaux?(?: minimaux)?|signature|electronique|observations?))*"


def _bare(r: Reading, start: int, end: int, folder: str) -> list[Listed]:
    """Pieces line after line with no bullet left, or the rows of a table that lost its columns."""
    out: list[Listed] = []
    run: list[Listed] = []
    articles = {section.start for section in r.sections}
    own, least = folder, 2
    about = False  # under « les renseignements relatifs : », each line is one of them
    for index in range(r.flow.index_at(start), r.flow.index_at(max(start, end - 1)) + 1):
        line = r.flow.lines[index]
        folded = fold(line.text)
        if index in articles or re.fullmatch(_HEAD_OF_COLUMNS, folded):
            least = 2 if index in articles else 1
            continue
        named = (
            re.search(rf"{_NAMES}|^renseignements|^preuve{_RELATED if about else ''}", folded[:45])
            and 7 < len(folded) < 230
            and not folded.endswith(":")
        )
        if named and own and not line.cells and not re.search(_RULES, folded):
            text = line.text
            if text.count("(") > text.count(")") and index + 1 < len(r.flow.lines):
                text = f"{text} {r.flow.lines[index + 1].text}"  # its parenthesis ends on the next line
            name = re.sub(r"\s+(?:Oui|Non|X)$", "", text).strip(" ,;.")
            name = re.sub(r"^(?:[AÀ] (?:la |ses |son |sa |l['’])|Aux? )" if about else "^(?!)", "", name)
            at = r.flow.starts[index]
            run.append(Listed(re.sub(r"^(?:Les? |La |L['’]|Une? )", "", name), own, at, at + len(line.text)))
            continue
        if run and r.flow.lines[index - 1].text.count("(") > r.flow.lines[index - 1].text.count(")"):
            continue
        out.extend(run if len(run) >= least else [])
        run, least = [], 2
        about = bool(re.search(r"\brelatifs?(?: a)? ?:$", folded))
        if folded.endswith(":") or re.match(r"\W*(?:capacites?|situation) [^.]{4,60}$", folded):
            own = _folder(folded) or _named(folded if len(folded) < 70 else "") or own
    out.extend(run if len(run) >= least else [])
    return out


_CANDIDACY_FORM = r"(?:\W*(?:les?|la|formulaires?|imprimes?))*\W*(?:dc ?[12]\b|lettre de candidature|declaration du candidat)"
_EITHER = "either"  # a list for both folders: each piece says its own
_SUBJECT = r"^\W*(?:[\da-z]{1,3}(?:[.)-]\d{0,2})*\W*)?(?:le |l'|la |son |chaque )?(?:dossier (?:de candidature|d'offre|de l'offre)|candidature|offre(?: technique| financiere)?)\b[^:]{0,60}$"


def _to_send(r: Reading) -> list[Listed]:
    """The list a line opens wherever it stands: « Documents à fournir : »."""
    for index, line in enumerate(r.flow.lines):
        if line.cells or not re.search(_TO_SEND, fold(line.text)) or len(line.text) > 120:
            continue
        at = r.flow.starts[index]
        end = r.flow.starts[index + 40] if index + 40 < len(r.flow.starts) else len(r.flow.text)
        block = [item for item in items(r, at, end) if item.intro == fold(line.text)]
        if found := _block(block, _EITHER):
            return found
    return []


# « 3.1 Pièces de la candidature : lettre DC1 ; déclaration DC2 ; … », « Offre : l'acte d'engagement, le mémoire »
_HEADED = r"\W*(?:[\da-z]{1,3}(?:[.)-]\d{0,2})*\W*)?(?:(?:pieces|documents|contenu|dossier|elements)\b[^:;.]{0,50}\b(?:candidature|offre)s?\b[^:;.]{0,30}: (?=[^;]{3,200};)|(?:la |l')?(?:candidature|offre)s? ?: (?=(?:l[ae] |l'|les |une? )?(?:lettre|acte|memoire|declaration|dc ?[12]\b|dume|bordereau|decomposition|dpgf|bpu|attestation|formulaire|pouvoir)[^,;]{0,200}[,;]))"
# « 3.5 Pièces à produire : lettre de candidature (DC1), déclaration du candidat (DC2), … »
_HEADED += r"|\W*(?:\d[\d.]*\W*)?(?:pieces|documents)(?: de la candidature| de l'offre)? (?:a (?:produire|fournir|remettre|joindre)|demande\w*|exige\w*) ?: (?=[^,;]{3,200}[,;])"


def _enumerated(r: Reading, start: int, end: int, folder: str, subject: str = "") -> list[Listed]:
    """Pieces named one after the other: « L'offre comprend : l'acte d'engagement ; le mémoire technique. »."""
    out: list[Listed] = []
    for at, stop, words in r.sentences(start, end):
        found = re.search(
            r"\b(?:comprend|comprendra|comprendront|comprennent|contient|contiendra|contiennent|(?:doit|devra|doivent) (?:comprendre|contenir|comporter)|se compose\w* de|compose\w* de|comporte\w*)\b(?:[^:]{0,40}: | )"
            r"|^(?:l'|le |la |les |chaque )(?:candidats?|soumissionnaires?|concurrents?|entreprises?) (?:devra |devront |doit |doivent |aura a |auront a )?(?:produi\w+|fourni\w+|remet\w*|joi\w+|transmet\w*)(?= ?(?:: ?)?(?:une? |l[ae'] ?|les |des )) ?:? ?",
            words,
        ) or re.match(_HEADED, words)
        own = _named(words[: found.start() or found.end()]) if found else ""
        if found is None or not (own or folder):
            continue
        if re.search(_RUBRICS, words[: found.end()].rstrip()) or (
            subject and not re.search(subject, words[: found.start()]) and found.start()
        ):
            continue
        text = " ".join(r.flow.text[at:stop].split())[found.end() :].strip(" .")
        parts = (
            re.split(r"\s*;\s*", text)
            if ";" in text
            else re.split(r"\s*,\s*(?![^()]*\))|\s+et\s+(?=(?:d[eu'’] ?)?(?:l[ae'’]|un))", text)
        )
        parts = [
            re.sub(
                r"^(?:et\s+)?(?:d(?:e\s+(?=l)|['’](?=une?\b)|(?:u|es)\s+))?(?:(?:les?|la|une?)\s+(?!cas échéant)|l['’])?",
                "",
                part,
            )
            for part in parts
            if len(part) > 2
        ]
        if len(parts) >= 2 and sum(bool(re.search(_NAMES, fold(part))) for part in parts) * 2 >= len(parts):
            # each piece stands where its words do, for what is said of it
            for part in parts:
                offset = r.flow.text.find(part[:20], at, stop)
                place = offset if offset >= 0 else at
                out.append(Listed(part, own or folder, place, stop))
    return out


def _places(r: Reading) -> list[tuple[int, int, str]]:
    """The articles to look into, innermost, with the folder their titles name."""
    out: list[tuple[int, int, str]] = []
    numbered = [section for section in r.sections if section.number]
    for rank, section in enumerate(numbered):
        start, end = r.bounds(section)
        below = next((other for other in numbered[rank + 1 :] if other.start < section.end), None)
        if below is not None:
            end = r.flow.starts[below.start]
        titles = [
            each.folded for each in numbered if each.start <= section.start and each.end >= section.end
        ]  # from the outermost
        named = [(_named(title), title) for title in titles]
        folder = next((name for name, _ in reversed(named) if name), "")
        own = section.folded
        if re.match(_ONE_PIECE, own):
            continue
        wanted = any(
            re.search(
                r"pieces|documents?\b|presentation|contenu|composition|dossier|enveloppe|\bplis?\b|candidature|offre|reponse|justifi|projet de (?:marche|contrat|accord)|a produire|a fournir|a remettre",
                title,
            )
            for title in titles
        )
        if not wanted or (
            re.search(_ELSE, own)
            and not re.search(
                r"pieces|presentation|contenu|a produire|a fournir|documents|dossier (?:de candidature|d'offre|de l'offre)|justificatif",
                own,
            )
        ):
            continue
        if re.search(
            r"dossier de consultation|\bdce\b|(?:fournis|remis) aux candidats|mis a (?:la )?disposition", own
        ) or any(re.search(r"examen|jugement|analyse|selection|attribution", title) for title in titles[:-1]):
            continue
        out.append((start, end, folder))
    return out


def _named(title: str) -> str:
    candidacy, bid = bool(re.search(_CANDIDACY, title)), bool(re.search(_BID, title))
    return "" if candidacy == bid else "candidacy" if candidacy else "bid"


def _folder(intro: str) -> str:
    """The folder the line above a list names."""
    return _named(intro) if len(intro) < 260 and re.search(_GIVES, intro) else ""


_BARE_CODE = re.compile(r"([CO]-?\d{1,2}(?:[-.]\d)?) ?(?:[:–|]|- ) ?(?=\S{2})")  # « C1 : DC1 »


def _block(block: list[Item], folder: str) -> list[Listed]:
    """The pieces of one list; none when it does not look like a list of pieces."""
    found: list[Listed] = []
    for item in block:
        if item.cells:
            if piece := _row(item, folder):
                found.append(piece)
            continue
        text = item.text.strip()
        if len(text) < 3 or (
            text.endswith(":") and not (len(text) > 45 and re.search(_NAMES, fold(text)[:40]))
        ):
            continue
        if re.search(r"\bcriteres?\b|\d ?(?:%|points)", fold(text)):
            continue
        coded = _BARE_CODE.match(text)
        name, code = (text[coded.end() :], coded[1]) if coded else (text, "")
        found.append(Listed(name, folder, item.start, item.end, code))
    likely = [piece for piece in found if re.search(_NAMES, fold(piece.name))]
    return found if found and len(likely) * 2 >= len(found) else []


def _row(item: Item, folder: str) -> Listed | None:
    head = item.head or ("",) * len(item.cells)
    code = name = model = ""
    for title, cell in zip(head, item.cells, strict=False):
        if re.match(r"n ?°|ref|code|rang", title):
            code = cell.strip(" .")
        elif re.match(r"modele|modalites|forme|support|observation|precision", title):
            model = cell.strip()
        elif not name and re.search(r"[A-Za-zÀ-ü]{2}", cell):
            name = cell.strip()
    if not item.head:
        cells = [cell.strip() for cell in item.cells if cell.strip()]
        if len(cells) > 1 and re.fullmatch(r"[A-Z]?\d{1,2}(?:[-.]\d)?", cells[0]):
            code, name = cells[0], cells[1]
            model = cells[2] if len(cells) > 2 else ""
        elif cells:
            name, model = cells[0], cells[1] if len(cells) > 1 else ""
    return Listed(name, folder, item.start, item.end, code, model) if len(name) > 2 else None


def _once(pieces: list[Listed]) -> list[Listed]:
    """Pieces in order, each once: the same list may be within two articles."""
    seen: set[int] = set()
    out: list[Listed] = []
    for piece in sorted(pieces, key=lambda piece: piece.start):
        if piece.start in seen:
            continue
        seen.add(piece.start)
        if out:
            out[-1].end = min(out[-1].end, piece.start)
        out.append(piece)
    for piece in out:
        piece.end = min(piece.end, piece.start + _MOST_WORDS)
    return out
