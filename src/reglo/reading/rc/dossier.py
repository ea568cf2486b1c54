"""The documents of the DCE and the pieces to send, with their codes, conditions and limits."""

from __future__ import annotations

import re
from dataclasses import dataclass

from reglo.reading.rc import pieces
from reglo.reading.rc.dce import ACRONYMS
from reglo.reading.rc.model import Reading, rule
from reglo.reading.rc.words import COUNT, count, sentence_case
from reglo.reading.text.model import fold

# --- Pieces -----------------------------------------------------------------------------------


@dataclass(slots=True)
class _Piece:
    code: str
    name: str
    folder: str
    start: int
    end: int = 0


_CODED = re.compile(
    r"[-•*➢ ]*(?:pieces?|document)\s+(?:n ?°\s*)?(?P<code>[a-z]{0,2}\s?\d{1,2}(?:[-.]\d{1,2})?)\b\s*[-:–.)|]?\s*(?P<name>.*)"
)
_FOLDER = re.compile(
    r"(?P<bid>(?:pieces|elements|documents|contenu|dossier|sous-dossier|presentation)[^.]{0,50}\boffres?\b)"
    r"|(?P<cand>(?:pieces|elements|documents|contenu|dossier|sous-dossier|presentation|renseignements)[^.]{0,60}\bcandidatures?\b)"
)


@rule("PIE-01", "les pièces numérotées par l'acheteur : « Pièce C1 – … », « Pièce 5 : … »")
def coded_pieces(r: Reading) -> None:
    folder = ""
    articles = {section.start for section in r.sections if section.number}
    numbered: list[_Piece] = []
    for index, line in enumerate(r.flow.lines):
        folded = fold(line.text)
        start = r.flow.starts[index]
        found = _CODED.match(folded) if len(folded) < 700 else None
        if found is None or not re.search(r"[a-z]{3}", found["name"]):
            if len(folded) < 140 and (head := _FOLDER.search(folded)):
                folder = (
                    "bid"
                    if head["bid"] and not head["cand"]
                    else "candidacy"
                    if head["cand"] and not head["bid"]
                    else folder
                )
                if numbered and not numbered[-1].end:
                    numbered[-1].end = start
            elif numbered and not numbered[-1].end and index in articles:
                numbered[-1].end = start
            continue
        letter = re.match(r"[a-z]*", found["code"])
        letters = letter[0] if letter else ""
        where = {"c": "candidacy", "o": "bid", "a": ""}.get(letters, folder) or folder
        if not where:
            continue
        code = found["code"].replace(" ", "").upper()
        if code.isdigit():
            code = ("C" if where == "candidacy" else "O") + str(int(code))
        if numbered and not numbered[-1].end:
            numbered[-1].end = start
        printed = line.text[found.start("name") :].strip(" :-–")
        if not printed or re.match(r"[àa] ", printed):
            continue
        numbered.append(_Piece(code, printed, where, start))
    if len(numbered) < 2:
        return
    if not numbered[-1].end:
        numbered[-1].end = min(len(r.flow.text), numbered[-1].start + 1200)
    done: dict[str, dict[str, object]] = {}
    for piece in numbered:
        if piece.code in done:
            r.doubt(
                f"piece-{piece.code.lower()}-deux-fois",
                f"Deux pièces portent le code {piece.code}. Est-ce la même, ou faut-il un autre code ?",
                (piece.start, min(piece.end, piece.start + 160)),
                rule="L-06",
            )
            first, _ = r.notes["piece_spans"][piece.code]
            r.notes["piece_spans"][piece.code] = (first, piece.end)  # what it holds is of the same piece
            continue
        done[piece.code] = _piece_value(r, piece)
        r.notes.setdefault("piece_spans", {})[piece.code] = (piece.start, piece.end)
        r.add(
            f"pieces[{piece.code}]", done[piece.code], (piece.start, min(piece.end, piece.start + 200)), 0.93
        )
    r.notes["pieces"] = done


@rule("PIE-02", "les pièces sans numéro : les listes des articles « candidature » et « offre »")
def listed_pieces(r: Reading) -> None:
    coded = r.notes.setdefault("pieces", {})
    done = {value.get("folder") for value in coded.values()}
    ranks = {"candidacy": 0, "bid": 0}
    for each in pieces.listed(r):
        if each.folder in done:
            continue
        ranks[each.folder] += 1
        letter = "C" if each.folder == "candidacy" else "O"
        printed = re.fullmatch(r"[CO][-. ]?(\d{1,2}(?:[-.]\d)?)", each.code)
        code = f"{letter}{printed[1]}" if printed else f"{letter}{ranks[each.folder]}"
        piece = _Piece(code, each.name, each.folder, each.start, each.end)
        value = _piece_value(r, piece)
        if model := _model(r, each.model):
            value["template"] = model
        if "page_limits" not in value and (limits := _told_elsewhere(r, each.name)):
            value["page_limits"] = limits
        if code in coded:
            continue
        coded[code] = value
        r.notes.setdefault("piece_spans", {})[code] = (piece.start, piece.end)
        r.add(f"pieces[{code}]", value, (piece.start, min(piece.end, piece.start + 200)), 0.85)
    _forms(r, coded)


def _forms(r: Reading, known: dict[str, dict[str, object]]) -> None:
    """« les candidats utilisent soit les formulaires DC1 et DC2, soit le DUME »: forms they may use, where no list names them."""
    said = r.told(r"\butilis\w+", r"formulaires?|imprimes?", r"\bdc ?1\b", r"\bdc ?2\b")
    candidacy = [value for value in known.values() if value["folder"] == "candidacy"]
    if (
        said is None
        or not candidacy
        or any(str(value.get("template", "")).startswith("DC") for value in candidacy)
    ):
        return
    rank = len(candidacy)
    for form, name in (("DC1", "Lettre de candidature"), ("DC2", "Déclaration du candidat")):
        if any(name.lower() in str(value["name"]).lower() for value in candidacy):
            continue
        rank += 1
        code = f"C{rank}"
        if code in known:
            return
        known[code] = {"code": code, "name": name, "folder": "candidacy", "template": form, "optional": True}
        r.add(f"pieces[{code}]", known[code], said, 0.85)


def _told_elsewhere(r: Reading, name: str) -> list[dict[str, object]]:
    """The pages of the technical memorandum, when another sentence, or the article about it, limits them."""
    if not (
        kind := re.match(r"(?:cadre (?:de|du) )?(memoire|note) (?:technique|methodologique)", fold(name))
    ):
        return []
    spans = [*r.spans(rf"\b{kind[1]} (?:technique|methodologique)")]
    for start, end in [*spans, (0, len(r.flow.text))]:
        of_it = "" if (start, end) in spans else rf"\b{kind[1]}\b"
        told = r.told(of_it, r"\d pages", start=start, end=end)
        if told and (limits := _page_limits(" ".join(r.flow.folded[told[0] : told[1]].split()))):
            return limits
    return []


def _model(r: Reading, text: str) -> str:
    """The template a column « modèle » names: a form, a document of the dossier, or none."""
    folded = fold(text)
    if re.search(r"\blibre\b", folded):
        return "libre"
    if form := re.fullmatch(r".*\b(dc[124])\b.*", folded):
        return form[1].upper()
    known = r.notes.get("documents", {})
    return next((word for word in re.findall(r"[A-Z][A-Z0-9-]+", text) if word in known), "")


def _piece_value(r: Reading, piece: _Piece) -> dict[str, object]:
    """What the words of a piece say of it."""
    text = " ".join(r.flow.folded[piece.start : piece.end].split())
    head = fold(piece.name)
    raw = re.split(r"\s*;\s+|(?<=\w),? conforme (?:à|aux?) (?=l'article|l’article)", piece.name, maxsplit=1)[
        0
    ]
    if len(raw) > 110 and not re.match(
        r"Le cas|Conform|En cas", raw
    ):  # its detail is cut, not its parentheses
        raw, equal = (
            re.split(
                r"(?: : (?=[a-zà-ü])|(?<=[\w)])\. (?=[A-ZÀ-Ü])|, (?!(?:les? |la |l['’])[^,.;]{3,45},? et (?:les? |la |l['’])))(?![^()]*\))",
                raw,
                maxsplit=1,
            )[0],
            re.search(
                r",? ou (?:(?:un |tout |des |leurs? |son )?(?:document |certificat )?)?équivalente?s?\b", raw
            ),
        )
        if equal and equal[0].strip(", ") not in raw:  # never cut: without it, the piece closes the door
            raw += f", {equal[0].strip(', ')}"
    raw = re.sub(
        r"^(?:(?:(?:[Ll]e )?[Cc]as échéant,?|(?:En cas de [^,]{3,40}|(?:Si|Lorsque) [^,]{5,60}|Conformément à [^,]{5,90}),) ?)(?:des |de la |du |un |une |la |le )?",
        "",
        raw,
    )
    name = re.sub(r"^(?:un |une |le |la |les |l['’])", "", raw.strip(' ;.,:«»"'), flags=re.IGNORECASE)
    name = re.sub(r"\s*\((?:cadre|formulaire|imprimé|format libre|annexes?|à compléter)[^()]*\)", "", name)
    name = re.sub(
        r"\s*[«»\"]?\s*(?:(?:dûment )?\b(?:complété|rempli|daté|signé|paraphé)e?s?\b(?:,? (?:et )?|$))+$",
        "",
        name,
    )
    name = re.sub(
        r"\s+(?:dûment )?(?:complété|rempli|renseigné)e?s?,? (?:sans|par|selon|conformément|et|en)\b.*$",
        "",
        name,
    )
    name = re.sub(r"\s*\((?:[^()]*\d+ pages\b[^()]*|(?:[A-Z]\.?){2,6})\)", "", name)
    name = re.sub(r",? (?:limitée? à|de|en|dans la limite de) \d+ pages.*$", "", name)
    name = re.sub(r"\s+pour (?:chacun des|chaque) lots?$", "", name)
    name = re.sub(r"\s*\((?:AE|BPU|DPGF|DQE)\)$", "", name)
    value: dict[str, object] = {"code": piece.code, "name": sentence_case(name)[:200], "folder": piece.folder}
    conditions = []
    if re.match(r".{0,60}redressement judiciaire", head) or re.search(
        r"(?:si|s'il)[^.;]{0,40} est en redressement|en cas de redressement judiciaire", text[:200]
    ):
        conditions.append("redressement judiciaire")
    if re.search(r"sous-traitance eventuelle|en cas de sous-traitance|sous-traitance", head) or re.match(
        r".{0,40}si le candidat[^.]{0,80}sous-traitant", text
    ):
        conditions.append("sous-traitance")
    if re.search(
        r"obligatoire pour les groupements|en cas de groupement(?: d'operateurs)?[,:]?$", text[:120]
    ):
        conditions.append("groupement")
    if conditions:
        value["when"] = conditions
    template = _template(r, text, head, piece.name)
    if template:
        value["template"] = template
    if re.search(r"pour chacun des lots|un par lot|par lot\b|pour chaque lot", text):
        value["per_lot"] = True
    if "sous-traitance" in conditions:
        pass
    elif re.search(
        r"\bsignee?s?\b(?! par voie)|signer\b", re.sub(r"(?:non|pas) signee?s?", "", text)
    ) and not re.search(r"l'offre", head):
        value["signature"] = "any"
    if "sous-traitance" not in conditions and re.search(
        r"\bdatee?s? (?:et|,) ?signe|, datee?s? et|, dater\b|\bdater et\b|completee?, datee?|complete, date",
        text,
    ):
        value["dated"] = True
    limits = _page_limits(text)
    if limits:
        value["page_limits"] = limits
    if re.search(
        r"(?:toutes les lignes|chaque ligne|toutes les cases)[^.]{0,60}(?:remplies|renseignee|completee)",
        text,
    ):
        value["every_cell_filled"] = True
    if re.search(r"modele etabli par le candidat[^.]{0,40}irreguli", text):
        value["own_template_only"] = True
        value["if_missing"] = "irregular"
    if re.search(
        r"\ba defaut,? (?:la |sa |votre )?(?:candidature|offre) (?:sera |est )?(?:rejetee|eliminee|ecartee|irrecevable)",
        text,
    ):
        value["if_missing"] = "eliminated"
    most = re.search(
        rf"(?:plus de|au maximum|maximum(?: de)?) (?P<n>{COUNT}) references".replace(" ", r"\s+"), text
    ) or re.search(rf"(?P<n>{COUNT}) references maximum".replace(" ", r"\s+"), text)
    if most and (number := count(most["n"])):
        value["max_references"] = number
    if re.search(r"^(?:(?:le )?cas echeant|facultatif|optionnel)|\(facultati", head):
        value["optional"] = True
    return value


def _template(r: Reading, text: str, head: str, printed: str) -> str:
    if re.search(r"format libre", text[:400]):
        return "libre"
    forms = set(re.findall(r"\bdc ?([124])\b", head))
    if len(forms) == 1 and not re.search(r"redressement", head):
        return f"DC{forms.pop()}"
    if annex := re.search(r"annexes? ((?:rc|ae|ccap)\d{1,2})\b(?! et )", head) or re.search(
        r"annexe ((?:rc|ae)\d{1,2})", text[-420:] if len(text) < 500 else text[:300]
    ):
        return annex[1].upper()
    known: dict[str, str] = r.notes.get("documents", {})
    named = [code for code in known if re.search(rf"(?<![\w.]){re.escape(code)}(?![\w.])", printed)]
    named += [
        code
        for code, words in ACRONYMS.items()
        if code in known and code not in named and re.search(words, head[:70])
    ]
    named += [
        code
        for code, name in known.items()
        if code not in named
        and len(name) > 12
        and re.sub(r"^(?:le |la |les |l'|un |une )", "", head).startswith(fold(name)[:40])
    ]
    named = [code for code in named if code != "RC" and not (code == "AE" and "sous-trait" in head)]
    return (
        named[0]
        if len(named) == 1 and not re.search(r"memoire|attestation|declaration sur", head[:30])
        else ""
    )


def _page_limits(text: str) -> list[dict[str, object]]:
    """« 10 pages maximum », « limité à 10 pages », with what does not count and what lies beyond."""
    out: list[dict[str, object]] = []
    for found in re.finditer(
        r"(?:limitee? a |(?:dans la )?limite de |maximum (?:de )?|n'excede(?:ra)?(?: pas)? |(?:ne|qui ne) (?:(?:doit|devra|peut|pourra) (?:pas )?)?(?:depasse\w*|excede\w*)(?: pas)? |plus de |note de |\()(?P<n>\d{1,3}) pages\b(?: (?:recto|maximum|maxi))*|(?P<m>\d{1,3}) pages (?:recto[- ]?(?:verso)? )?(?:maximum|maxi|max\b|au maximum|au plus|par lot|a4)",
        text,
    ):
        limit: dict[str, object] = {"pages": int(found["n"] or found["m"])}
        around = text[found.start() : found.end() + 380]
        stop = re.search(r"chapitre \d|note de \d", around[len(found[0]) :])
        around = around[: stop.start() + len(found[0])] if stop else around
        excluded = [
            name
            for name, words in (
                ("annexes", "annexes?"),
                ("sommaire", "sommaire"),
                ("page de garde", "page de garde"),
                ("CV", "cv"),
                ("exemples de documents", "exemples de documents"),
                ("planning", "planning"),
            )
            if re.search(rf"hors[^.]{{0,70}}\b{words}\b|\b{words} (?:non|pas) comp(?:ris|t)", around)
        ]
        if excluded:
            limit["excluding"] = excluded
        beyond = re.search(
            rf"(?:au-dela de la|au-dela des|depassant) (?P<n>\d{{1,3}}|{'|'.join(_ORDINALS)})(?:eme|e|nde)?(?: ?pages?|(?= (?:ne|n'|sera)))",
            around,
        )
        if beyond:
            read = int(beyond["n"]) if beyond["n"].isdigit() else _ORDINALS[beyond["n"]]
            if read >= int(str(limit["pages"])):
                limit["read_up_to"] = read
                limit["beyond"] = "not_read"
        elif re.search(
            r"au-dela[^.]{0,60}(?:ne seront pas|pas (?:analyse|lue|examine|prises? en compte))|(?:supplementaires|excedentaires)[^.]{0,40}ne seront pas",
            around,
        ):
            limit["read_up_to"] = limit["pages"]
            limit["beyond"] = "not_read"
        if layout := _layout(around):
            limit["layout"] = layout
        if sheet := re.search(r"1 feuille = (\d) pages", around):
            limit["pages_per_sheet"] = int(sheet[1])
        before = text[max(0, found.start() - 160) : found.start()]
        if chapter := re.findall(r"chapitre (\d)", before):
            limit["section"] = f"Chapitre {chapter[-1]}"
        out.append(limit)
    return out


def _layout(text: str) -> str:
    """How a page is set, when the words say it: « format A4, interligne simple, police 10, recto »."""
    said = []
    if paper := re.search(r"\b(?:format )?(a[34])\b", text):
        said.append(paper[1].upper())
    if spacing := re.search(r"interligne (?:de )?(simple|double|1[.,]\d|1\b)", text):
        said.append(f"interligne {spacing[1]}")
    if size := re.search(
        r"(?:taille de (?:la )?police|police(?: de caracteres)?(?: de)?(?: taille)?|corps|caracteres?)(?: [a-z ]{0,25}?)? (\d{1,2})(?: points?)?\b",
        text,
    ):
        said.append(f"corps {size[1]}")
    if sides := re.search(r"\brecto(?:[- /]verso)?\b", text):
        said.append(sides[0])
    if re.search(r"une page par feuille", text):
        said.append("une page par feuille")
    return ", ".join(said)


_ORDINALS = {
    "dixieme": 10,
    "quinzieme": 15,
    "vingtieme": 20,
    "vingt-cinquieme": 25,
    "trentieme": 30,
    "cinquieme": 5,
    "quarantieme": 40,
    "cinquantieme": 50,
}


@rule("VIS-02", "ce qu'il faut apporter à la visite, et les pièces dues si elle a eu lieu")
def visit_documents(r: Reading) -> None:
    known: dict[str, str] = r.notes.get("documents", {})
    if not any(each.path == "calendar.visits[visite]" for each in r.found):
        return
    for start, end in r.spans(r"visite"):
        asked = r.flow.first(r"(?:etre munie?s?|se munir|munie?s?) (?:des|de) documents?", start, end)
        if asked is None:
            continue
        stop = r.flow.first(r"si la visite|en cas de non|il ne sera", asked.end(), end)
        block = r.flow.folded[asked.end() : stop.start() if stop else min(end, asked.end() + 600)]
        codes = [each.upper() for each in re.findall(r"annexes? ((?:rc|ae)\d{1,2})", block)]
        if not codes:
            codes = [
                code
                for code, name in known.items()
                if len(name) > 12 and fold(name)[:45] in " ".join(block.split())
            ]
        codes = [code for code in dict.fromkeys(codes) if code in known]
        if not codes:
            return
        r.add("calendar.visits[visite].bring", codes, asked, 0.92)
        only = r.flow.first(
            r"si la visite a (?:ete effectuee|eu lieu)[^.\n]{0,80}documents[^.\n]{0,60}joints", start, end
        )
        if only:
            for code, piece in r.notes.get("pieces", {}).items():
                if piece.get("template") in codes and piece.get("folder") == "bid":
                    r.add(f"pieces[{code}].when", ["visite effectuée"], only, 0.92)
        return
