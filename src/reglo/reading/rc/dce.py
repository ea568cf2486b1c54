"""The documents of the DCE: lists, tables and sentences that enumerate them, with their codes."""

from __future__ import annotations

import re

from reglo.reading.rc.lists import Item, items
from reglo.reading.rc.model import Reading, rule
from reglo.reading.rc.words import sentence_case
from reglo.reading.text.model import fold

ACRONYMS = {
    "RC": r"reglement (?:de )?(?:la )?consultation|\br\.?c\.?(?= |$|\))|present reglement",
    "AE": r"actes? d'engagement|\ba\.?e\.?(?= |$|\))",
    "CCAP": r"cahiers? des clauses administratives particulieres|\bc\.?c\.?a\.?p\b",
    "CCTP": r"cahiers? des clauses techniques particulieres|\bc\.?c\.?t\.?p\b",
    "CCP": r"cahiers? des clauses particulieres|\bc\.?c\.?p\b",
    "BPU": r"bordereaux? (?:de|des) prix(?: unitaires?)?|\bb\.?p\.?u\b",
    "DQE": r"detail quantitatif(?: et)? estimatif|\bd\.?q\.?e\b|detail estimatif",
    "DPGF": r"decomposition du prix global|\bd\.?p\.?g\.?f\b",
    "DC4": r"\bdc4\b|declaration de sous-traitance|demande de sous-traitance",
    "DC1": r"\bdc1\b",
    "DC2": r"\bdc2\b",
    "CRT": r"cadre de (?:reponse|memoire) technique",
}
_CONTRACTUAL = {"AE", "CCAP", "CCTP", "CCP", "BPU"}
_RETURNED = {"AE", "BPU", "DQE", "DPGF", "DC4", "DC1", "DC2", "CRT"}
_NOT_CODES = {
    "HT",
    "TTC",
    "PDF",
    "DCE",
    "CD",
    "EUR",
    "UE",
    "CE",
    "SPS",
    "XLS",
    "XLSX",
    "PSE",
    "PLACE",
    "CCAG",
}
_PRINTED = re.compile(r"\((?P<code>(?:[A-Z]\.?){2,6}(?:-?\d{1,2})?)\)")
_LEADING = re.compile(r"(?P<code>(?:[A-Z]\.?){2,6}(?:-?\d{1,2})?)\s*[:–-]\s+(?P<name>\S.+)")
_TITLES = r"(?:contenu|composition|liste|pieces|documents|retrait)[^.]{0,40}(?:dossier|consultation|\bdce\b)|dossier de consultation|^(?:le )?(?:dossier|dce)$|\bdce\b|documents (?:remis|fournis|mis a disposition)|^contenu$"
_SAID = r"(?:dossier|dce|documents)[^.:]{0,60}(?:comprend|compren|contient|compos|constitu)|(?:comprend|contient|compose|constitue)[^.:]{0,40}(?:pieces|documents)|pieces mises a disposition|il (?:est compose|contient|comprend)"


# what the bidder sends is no document of the dossier
_BY_THE_BIDDER = r"a remettre|remettra|remettent|candidats?\b|candidature|l'offre\b|offres\b|entreprise|soumissionnaire|\bplis?\b|reponse"


@rule("DCE-01", "les documents du dossier : la liste de l'article « contenu du dossier »")
def documents(r: Reading) -> None:
    best: dict[str, tuple[dict[str, object], tuple[int, int]]] = {}
    for start, end in [*r.spans(_TITLES)][:6]:
        seen = _listed(r, start, end)
        if len(seen) < 2:
            seen = _bare(r, start, end) or _enumerated(r, start, end)
        if len(seen) > len(best):
            best = seen
        if len(best) >= 3:
            break
    if len(best) < 2:
        for start, end, words in r.sentences():
            if re.search(_SAID, words) and not re.search(_BY_THE_BIDDER, words):
                seen = _listed(r, start, min(len(r.flow.text), end + 3000), words) or _enumerated(
                    r, start, end
                )
                if len(seen) > max(1, len(best)):
                    best = seen
                    break
    if len(best) >= 2:
        _annexed(r, best)
        for code, (value, place) in best.items():
            r.add(f"procurement_documents[{code}]", value, place, 0.93)
        r.notes["documents"] = {code: str(value["name"]) for code, (value, _) in best.items()}


Documents = dict[str, tuple[dict[str, object], tuple[int, int]]]


def _annexed(r: Reading, seen: Documents) -> None:
    """A document that a sentence elsewhere says annexed to the dossier, and names between quotation marks."""
    for start, end, words in r.sentences():
        if not re.search(r"\bannexee?s? au (?:present )?(?:dossier de (?:la )?consultation|dce)\b", words):
            continue
        following = next((stop for at, stop, _ in r.sentences(end) if at - end < 4), end)
        named = re.search(r"«\s*([^»]{4,80}?)\s*»", r.flow.text[start:following])
        known = {fold(str(value["name"])) for value, _ in seen.values()}
        code = "".join(word[0] for word in re.findall(r"[a-z]+", fold(named[1]))).upper() if named else ""
        if named and fold(named[1]) not in known and 1 < len(code) < 7 and code not in {*seen, *ACRONYMS}:
            _keep(seen, code, named[1], (start, following))


def _listed(r: Reading, start: int, end: int, intro: str = "") -> Documents:
    """The documents of the lists of an article; of the one list ``intro`` opens when it is given."""
    seen: Documents = {}
    parent = ""
    for item in items(r, start, end):
        if intro and " ".join(item.intro.split())[-60:] != intro[-60:]:
            if seen:
                break
            continue
        if re.search(
            r"candidature|offre (?:comprend|contient)|criteres|questions?|modifi|a remettre\b|remettra|par les? candidats?",
            item.intro,
        ) and not re.search(r"dossier de consultation|\bdce\b", item.intro):
            continue
        if len(item.text) > 260:
            continue
        parent = _read(r, item, seen, parent) or parent
    known = sum(code in ACRONYMS for code in seen)
    return seen if known >= 2 else {}


def _bare(r: Reading, start: int, end: int) -> Documents:
    """The lines of a list that lost its bullets, under the words that open it: one document on each."""
    seen: Documents = {}
    opened = False
    for index in range(r.flow.index_at(start), r.flow.index_at(max(start, end - 1)) + 1):
        line, at = r.flow.lines[index], r.flow.starts[index]
        folded = fold(line.text)
        if not opened:
            opened = folded.rstrip().endswith(":") and bool(re.search(_SAID, folded))
            opened = opened and not re.search(_BY_THE_BIDDER, folded)
        elif line.cells or not re.search("|".join(ACRONYMS.values()), folded[:70]) or len(folded) > 140:
            break
        else:
            _read(r, Item(line.text, at, at + len(line.text), ""), seen, "")
    return seen if sum(code in ACRONYMS for code in seen) >= 3 else {}


def _read(r: Reading, item: Item, seen: Documents, parent: str) -> str:
    """Adds the documents an item names; the code of the first, of which annexes below may be."""
    place = (item.start, item.start + len(item.text))
    if item.cells:
        code, name = _row(item)
        if code and name:
            _keep(seen, code, name, place)
        return code
    text = re.sub(r"^(?:Pi[eè]ce|Document) (?:n ?° ?)?\d{1,2} ?[-–:] ?(?=\w{3})", "", item.text)
    folded = fold(text)
    annex = re.match(r"(?:annexe )?((?:ae|rc|ccap|cctp) ?\d{1,2})\b\s*[:–-]?\s*(?P<name>.*)", folded)
    if annex and annex["name"]:
        code = annex[1].replace(" ", "").upper()
        _keep(seen, code, text[annex.start("name") :], place, re.sub(r"\d", "", code))
        return ""
    numbered = re.match(
        r"annexe (?P<n>\d{1,2})\b\s*(?:relative (?:a|au|aux))?\s*[:–-]?\s*(?P<name>.*)", folded
    )
    if numbered and parent and numbered["name"]:
        _keep(seen, f"{parent}-{numbered['n']}", text[numbered.start("name") :], place, parent)
        return ""
    if leading := _LEADING.match(text):
        code = leading["code"].replace(".", "")
        if code not in _NOT_CODES:
            _keep(seen, code, leading["name"], place)
            return code
    first = ""
    for part in _parts(text):
        own = re.sub(r"\((?:en )?annexes?[^()]*\)", "", fold(part))
        found = printed_code(part) or code_of(own)
        if not found and re.match(r"en cas d|le cas echeant", own):
            below = _below(r, item.start)
            part = re.sub(
                r"\s+(?:également|également disponible|disponible|\(DC\d\)).*$", "", below[0] if below else ""
            )
            found = code_of(fold(part))
            if not found:
                continue
        if not found and not first and part == text and not text.endswith(":"):
            part = re.sub(r"^(?:l['’]|le |un )?(?:imprimé|formulaire) ", "", part).strip("«» ;")
            found = _initials(part, seen) if not item.ranked or len(part) < 130 else ""
        if found and (found not in seen or not first):
            _keep(seen, found, part, place, first if re.match(r"son annexe|ses annexes|annexe", own) else "")
            first = first or found
    own_annex = re.search(r"\bet (?:son|ses) annexes? \((?P<name>[^()]{6,80})\)", folded)
    if own_annex and first:  # « le CCAP et son annexe (charte du site) »
        name = text[own_annex.start("name") : own_annex.end("name")]
        if code := _initials(name, seen):
            _keep(seen, code, f"{name}, annexe du {first}", place, first)
    return first


def _below(r: Reading, start: int) -> list[str]:
    index = r.flow.index_at(start) + 1
    return [r.flow.lines[index].text] if index < len(r.flow.lines) else []


def _row(item: Item) -> tuple[str, str]:
    """The code and the name a row of a table gives a document."""
    cells = [cell.strip() for cell in item.cells if cell.strip()]
    for rank, cell in enumerate(cells):
        if re.fullmatch(r"(?:[A-Z]\.?){2,6}(?:-?\d{1,2})?", cell) and len(cells) > 1:
            return cell.replace(".", ""), next(each for at, each in enumerate(cells) if at != rank)
    name = next((cell for cell in cells if re.search(r"[A-Za-zÀ-ü]{4}", cell)), "")
    return printed_code(name) or code_of(fold(name)), name


def _parts(text: str) -> list[str]:
    """An item that names two documents, cut between them: « le BPU et le DQE »."""
    codes = list(_PRINTED.finditer(text))
    if len(codes) < 2:
        return [text]
    out, at = [], 0
    for rank, code in enumerate(codes):
        if rank and not re.match(
            r"\s*(?:et|,|;|/|ainsi que|accompagnée?s?)\b\s*(?!accompagn)", text[at : code.start()]
        ):
            continue
        out.append(re.sub(r"^\s*(?:et|,|ainsi que|accompagnée?s? d(?:e|u|es))\s+", "", text[at : code.end()]))
        at = code.end()
    return out


def _enumerated(r: Reading, start: int, end: int) -> Documents:
    """Documents named one after the other in a sentence, at least three of which are known."""
    for at, stop, words in r.sentences(start, end):
        told = "documents de la consultation" in words or re.search(_SAID, words)
        if sum(bool(re.search(cue, words)) for cue in ACRONYMS.values()) < (2 if told else 3) or re.search(
            r"prevau|priorit|candidature", words
        ):
            continue
        seen: Documents = {}
        text = r.flow.text[at:stop].rpartition(" : ")[2]
        text = re.split(r"\b(?:est|sont) (?:composée?s?|constituée?s?) ", text)[-1]
        for part in re.split(r"\s*[,;]\s*|\s+et\s+|\s+ainsi que\s+", text.strip(" .")):
            part = re.sub(r"^(?:d(?:u|es)\s+|de\s+(?=l)|d['’](?=une?\b))?(?:\d\)\s*)?", "", part)
            code = printed_code(part) or code_of(fold(part)) or _initials(part, seen)
            if code:
                _keep(seen, code, part, (at, stop))
        if sum(code in ACRONYMS for code in seen) >= (2 if told else 3):
            return seen
    return {}


def _keep(seen: Documents, code: str, name: str, place: tuple[int, int], annex_of: str = "") -> None:
    quoted = re.search(r"«\s*([^»]{4,90}?)\s*»", name)
    if quoted and re.match(r"\W*(?:et )?(?:son|ses|l['’])?\s*annexe", fold(name)):
        name = quoted[1]
    name, _, rest = re.sub(r"\s*\((?:[A-Z]\.?){2,6}(?:-?\d)?\)", "\0", name, count=1).partition("\0")
    if re.fullmatch(r" (?:prestations|travaux|fournitures|services|lots?) [a-zà-ü ]{4,40}\W*", rest):
        name += rest  # « bordereau des prix (BPU) travaux imprévus »
    name = re.sub(
        r"^(?:le présent |la présente |les? |la |l['’]|un |une )",
        "",
        name.strip(" ;.,:-–"),
        flags=re.IGNORECASE,
    )
    name = re.sub(r"\s+et (?:ses|son) (?:éventuelles )?annexes?.*$", "", name).strip(" ;.,:-–")
    if not re.search(r"[A-Za-zÀ-ü]{2}", name):
        return
    value: dict[str, object] = {"code": code, "name": sentence_case(name)}
    if annex_of:
        value["annex_of"] = annex_of
    if code in _RETURNED:
        value["to_return"] = True
    if code in _CONTRACTUAL:
        value["contractual"] = True
    seen.setdefault(code, (value, place))


def printed_code(text: str) -> str:
    """The code a document's name is followed by, in parentheses: « (C.C.A.P.) »."""
    found = _PRINTED.search(text)
    code = found["code"].replace(".", "") if found else ""
    return code if code not in _NOT_CODES else ""


def code_of(folded: str) -> str:
    """The document a line names first."""
    places = {code: found.start() for code, words in ACRONYMS.items() if (found := re.search(words, folded))}
    if not places:
        return ""
    code = min(places, key=places.__getitem__)
    return code if places[code] < 60 else ""


def _initials(text: str, seen: Documents) -> str:
    """A code for a document without one: the initials of its words."""
    words = [
        word for word in re.findall(r"[a-z0-9]+", fold(text).split("(")[0]) if len(word) > 3 or word.isupper()
    ]
    code = (
        "".join(word[0] for word in words[:5]).upper()
        if len(words) > 1
        else (words[0].upper()[:8] if words else "")
    )
    return code if len(code) >= 2 and code not in seen and code not in ACRONYMS and len(text) <= 130 else ""
