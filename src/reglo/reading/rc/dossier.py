"""The documents of the DCE and the pieces to send, with their codes, conditions and limits."""

from __future__ import annotations

import re
from dataclasses import dataclass

from reglo.reading.rc.model import Reading, rule
from reglo.reading.rc.words import COUNT, count, sentence_case
from reglo.reading.text.model import fold

_ACRONYMS = {
    "RC": r"reglement (?:de )?(?:la )?consultation",
    "AE": r"actes? d'engagement",
    "CCAP": r"cahier des clauses administratives particulieres|\bccap\b",
    "CCTP": r"cahiers? des clauses techniques particulieres|\bcctp\b",
    "CCP": r"cahier des clauses particulieres|\bccp\b",
    "BPU": r"bordereaux? (?:de|des) prix(?: unitaires?)?|\bbpu\b",
    "DQE": r"detail quantitatif(?: et)? estimatif|\bdqe\b|detail estimatif",
    "DPGF": r"decomposition du prix global|\bdpgf\b",
    "DC4": r"\bdc4\b|declaration de sous-traitance|demande de sous-traitance",
    "DC1": r"\bdc1\b",
    "DC2": r"\bdc2\b",
    "CRT": r"cadre de (?:reponse|memoire) technique",
}
_CONTRACTUAL = {"AE", "CCAP", "CCTP", "CCP", "BPU"}
_RETURNED = {"AE", "BPU", "DQE", "DPGF", "DC4", "DC1", "DC2", "CRT"}


@rule("DCE-01", "les documents du dossier : la liste de l'article « contenu du dossier »")
def documents(r: Reading) -> None:
    spans = list(
        r.spans(
            r"(?:contenu|composition|liste|pieces|documents)[^.]{0,40}(?:dossier|consultation|dce)|dossier de consultation$"
        )
    )
    for start, end in spans[:2]:
        seen: dict[str, tuple[dict[str, object], tuple[int, int]]] = {}
        parent = ""
        for index in range(r.flow.index_at(start) + 1, r.flow.index_at(end - 1) + 1):
            line = r.flow.lines[index]
            item = re.match(
                r"[-•*✓➢o]\s+(?P<text>.+)|(?P<annex>(?:annexe )?(?:AE|RC|CCAP|CCTP) ?\d{1,2}\b.*)", line.text
            )
            if not item or len(line.text) > 260:
                continue
            text = (item["text"] or item["annex"]).strip()
            folded = fold(text)
            offset = r.flow.starts[index]
            annex = re.match(r"(?:annexe )?((?:ae|rc|ccap|cctp) ?\d{1,2})\b\s*[:–-]?\s*(?P<name>.*)", folded)
            if annex and annex["name"]:
                code = annex[1].replace(" ", "").upper()
                name = text[annex.start("name") :].strip(" ;.,:-–")
                seen.setdefault(
                    code,
                    (
                        {"code": code, "name": sentence_case(name), "annex_of": re.sub(r"\d", "", code)},
                        (offset, offset + len(line.text)),
                    ),
                )
                continue
            numbered = re.match(
                r"annexe (?P<n>\d{1,2})\b\s*(?:relative (?:a|au|aux))?\s*[:–-]?\s*(?P<name>.*)", folded
            )
            if numbered and parent and numbered["name"]:
                code = f"{parent}-{numbered['n']}"
                name = re.sub(r"^(?:la |le |les |l['’])", "", text[numbered.start("name") :].strip(" ;.,:-–"))
                seen.setdefault(
                    code,
                    (
                        {"code": code, "name": sentence_case(name), "annex_of": parent},
                        (offset, offset + len(line.text)),
                    ),
                )
                continue
            found_code = _code_of(folded)
            if not found_code and re.match(r"en cas d|le cas echeant", folded):
                below = r.flow.lines[index + 1 : index + 2]  # « En cas de sous-traitance », then the form
                text = below[0].text if below else ""
                folded = fold(text)
                found_code = _code_of(folded)
                text = re.sub(r"\s+(?:également|également disponible|disponible|\(DC\d\)).*$", "", text)
                if not found_code:
                    continue
            if not found_code:
                text = re.sub(r"^(?:l['’]|le |un )?(?:imprimé|formulaire) ", "", text).strip("«» ;")
                folded = fold(text)
                words = [
                    word
                    for word in re.findall(r"[a-z0-9]+", folded.split("(")[0])
                    if len(word) > 3 or word.isupper()
                ]
                found_code = "".join(word[0] for word in words[:5]).upper()
                if (
                    len(found_code) < 2
                    or found_code in seen
                    or found_code in _ACRONYMS
                    or not re.match(r"[-•*✓➢o]", line.text)
                    or len(line.text) > 130
                ):
                    continue
            name = re.sub(
                r"^(?:le présent |la présente |les? |la |l['’]|un |une )", "", text, flags=re.IGNORECASE
            )
            name = re.split(r"\s*\((?:AE|RC|CCAP|CCTP|BPU|DPGF|DQE|CCP|DC4|PGF)\)", name)[0].strip(" ;.,:")
            name = re.sub(r"\s+et (?:ses|son) (?:éventuelles )?annexes?.*$", "", name)
            parent = found_code
            value: dict[str, object] = {"code": found_code, "name": sentence_case(name)}
            if found_code in _RETURNED:
                value["to_return"] = True
            if found_code in _CONTRACTUAL:
                value["contractual"] = True
            seen.setdefault(found_code, (value, (offset, offset + len(line.text))))
        if len(seen) >= 2:
            for code, (value, place) in seen.items():
                r.add(f"procurement_documents[{code}]", value, place, 0.93)
            r.notes["documents"] = {code: str(value["name"]) for code, (value, _) in seen.items()}
            return


def _code_of(folded: str) -> str:
    """The document a line names first."""
    places = {code: found.start() for code, words in _ACRONYMS.items() if (found := re.search(words, folded))}
    if not places:
        return ""
    code = min(places, key=places.__getitem__)
    return code if places[code] < 60 else ""


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
    pieces: list[_Piece] = []
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
                if pieces and not pieces[-1].end:
                    pieces[-1].end = start
            elif pieces and not pieces[-1].end and line.heading and re.match(r"\d", line.text):
                pieces[-1].end = start
            continue
        letter = re.match(r"[a-z]*", found["code"])
        letters = letter[0] if letter else ""
        where = {"c": "candidacy", "o": "bid", "a": ""}.get(letters, folder) or folder
        if not where:
            continue
        code = found["code"].replace(" ", "").upper()
        if code.isdigit():
            code = ("C" if where == "candidacy" else "O") + str(int(code))
        if pieces and not pieces[-1].end:
            pieces[-1].end = start
        printed = line.text[found.start("name") :].strip(" :-–")
        if not printed or re.match(r"[àa] ", printed):
            continue
        pieces.append(_Piece(code, printed, where, start))
    if len(pieces) < 2:
        return
    if not pieces[-1].end:
        pieces[-1].end = min(len(r.flow.text), pieces[-1].start + 1200)
    done: dict[str, dict[str, object]] = {}
    for piece in pieces:
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
    for folder, letter, titles in (
        ("candidacy", "C", (r"(?:presentation|contenu|pieces|dossier|documents)[^.]{0,40}candidature",)),
        ("bid", "O", (r"(?:presentation|contenu|pieces|dossier|documents)[^.]{0,40}\boffre",)),
    ):
        if any(value.get("folder") == folder for value in coded.values()):
            continue
        for start, end in r.spans(*titles):
            pieces = _bullets(r, start, end, folder, letter)
            if len(pieces) >= 2:
                for piece in pieces:
                    value = _piece_value(r, piece)
                    coded[piece.code] = value
                    r.notes.setdefault("piece_spans", {})[piece.code] = (piece.start, piece.end)
                    r.add(
                        f"pieces[{piece.code}]",
                        value,
                        (piece.start, min(piece.end, piece.start + 200)),
                        0.85,
                    )
                break


def _bullets(r: Reading, start: int, end: int, folder: str, letter: str) -> list[_Piece]:
    pieces: list[_Piece] = []
    inside = True
    titled = False
    for index in range(r.flow.index_at(start) + 1, r.flow.index_at(end - 1) + 1):
        line = r.flow.lines[index]
        folded = fold(line.text)
        offset = r.flow.starts[index]
        if not re.match(r"[-•*✓➢]\s", line.text):
            head = _FOLDER.search(folded) if len(folded) < 110 else None
            if head:
                inside = bool(head["bid"] if folder == "bid" else head["cand"])
                titled = True
            elif re.match(r"chapitre|article|\d+\.\d", folded) and pieces and titled:
                inside = False
            if head and pieces and not pieces[-1].end:
                pieces[-1].end = offset
            continue
        if (
            not inside
            or len(line.text) < 6
            or (line.text.endswith(":") and folded.startswith("- les renseignements"))
        ):
            continue
        if not re.search(
            r"acte|lettre|memoire|decomposition|\bdpgf|bordereau|\bbpu|\bdqe|declaration|attestation|certificat|engagement|\bdc\d|copie|liste|note|cadre|planning|fiche|pouvoir|jugement|presentation|references|reponse|rib\b|k-?bis|detail|indication|tableau|dume|devis|annexe|echantillon",
            folded,
        ):
            continue
        if pieces and not pieces[-1].end:
            pieces[-1].end = offset
        name = line.text.lstrip("-•*✓➢ ").strip()
        pieces.append(_Piece(f"{letter}{len(pieces) + 1}", name, folder, offset))
    if pieces and not pieces[-1].end:
        pieces[-1].end = min(end, pieces[-1].start + 900)
    return pieces


def _piece_value(r: Reading, piece: _Piece) -> dict[str, object]:
    """What the words of a piece say of it."""
    text = " ".join(r.flow.folded[piece.start : piece.end].split())
    head = fold(piece.name)
    raw = (
        re.split(r" : (?=[a-zà-ü])|(?<=\w)\. (?=[A-ZÀ-Ü])|, ", piece.name, maxsplit=1)[0]
        if len(piece.name) > 110 and not re.match(r"Le cas|Conform|En cas", piece.name)
        else piece.name
    )
    raw = re.sub(
        r"^(?:Le cas échéant|En cas de [^,]{3,40}|Conformément à [^,]{5,90}), ?(?:des |de la |du |un |une )?",
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
    name = re.sub(r",? (?:limité à|de|en) \d+ pages.*$", "", name)
    value: dict[str, object] = {"code": piece.code, "name": sentence_case(name)[:200], "folder": piece.folder}
    conditions = []
    if re.match(r".{0,60}redressement judiciaire", head) or re.search(
        r"s'il est en redressement|en cas de redressement judiciaire", text[:160]
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
    template = _template(r, text, head)
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
    most = re.search(
        rf"(?:plus de|au maximum|maximum(?: de)?) (?P<n>{COUNT}) references".replace(" ", r"\s+"), text
    ) or re.search(rf"(?P<n>{COUNT}) references maximum".replace(" ", r"\s+"), text)
    if most and (number := count(most["n"])):
        value["max_references"] = number
    if re.search(r"^(?:le cas echeant|facultatif|optionnel)|\(facultati", head):
        value["optional"] = True
    return value


def _template(r: Reading, text: str, head: str) -> str:
    if re.search(r"format libre", text[:400]):
        return "libre"
    if form := re.search(r"(?:imprime|formulaire)\s+(dc[124])\b", head):
        return form[1].upper()
    if annex := re.search(r"annexes? ((?:rc|ae|ccap)\d{1,2})\b(?! et )", head) or re.search(
        r"annexe ((?:rc|ae)\d{1,2})", text[-420:] if len(text) < 500 else text[:300]
    ):
        return annex[1].upper()
    for code in ("AE", "DPGF", "BPU", "DQE"):
        if re.match(rf".{{0,12}}(?:{_ACRONYMS[code]})", head) and code in r.notes.get("documents", {}):
            return code
    return ""


def _page_limits(text: str) -> list[dict[str, object]]:
    """« 10 pages maximum », « limité à 10 pages », with what does not count and what lies beyond."""
    out: list[dict[str, object]] = []
    for found in re.finditer(
        r"(?:limitee? a |maximum (?:de )?|n'excede(?:ra)?(?: pas)? |ne (?:doit|devra) pas (?:depasser|exceder) |note de )(?P<n>\d{1,3}) pages(?: (?:recto|maximum|maxi))*|(?P<m>\d{1,3}) pages (?:recto[- ]?(?:verso)? )?(?:maximum|maxi|au maximum|au plus)",
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
            if re.search(rf"hors[^.]{{0,70}}\b{words}\b", around)
        ]
        if excluded:
            limit["excluding"] = excluded
        beyond = re.search(
            rf"(?:au-dela de la|au-dela des|depassant) (?P<n>\d{{1,3}}|{'|'.join(_ORDINALS)})(?:eme|e|nde)? ?pages?",
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
