"""What a piece is made of, who owes it, in which files, and what its absence costs."""

from __future__ import annotations

import re
from typing import Any

from reglo.reading.rc.model import Reading, rule
from reglo.reading.rc.words import PERIOD, articles, period, sentence_case
from reglo.reading.text.model import fold

_BULLET = re.compile(r"\s*(?:[-•*✓➢▪■–]|o(?= ))\s*(?P<text>.+)")
_ITEM = r"acte|copie|attestation|certificat|capacite|rib\b|releve d'identite|numero|extrait|engagement|declaration|jugement|preuve|curriculum|\bcv\b|fiche|habilitation|dc4|formulaire|imprime|tableau|document|planning|note|organigramme|reference|liste|assurance|pouvoir|diplome|annexe"
_NAMED_PEOPLE = (
    r"\bcv\b|curriculum|engagements? de confidentialite individuel|personnes? nommement|habilitations?"
)


def _pieces(r: Reading) -> list[tuple[str, dict[str, Any], int, int]]:
    spans: dict[str, tuple[int, int]] = r.notes.get("piece_spans", {})
    known: dict[str, dict[str, Any]] = r.notes.get("pieces", {})
    return [(code, known[code], *spans[code]) for code in known if code in spans]


@rule("PIE-03", "ce que contient une pièce : la liste sous son titre, son âge maximal, ses conditions")
def parts(r: Reading) -> None:
    for code, piece, start, end in _pieces(r):
        found = _annexes(r, start)
        place: tuple[int, int] | None = (start, start + len(r.flow.line_at(start).text)) if found else None
        first = r.flow.index_at(start)
        for index in range(first + 1, len(r.flow.lines)):
            line = r.flow.lines[index]
            at = r.flow.starts[index]
            if at >= end:
                break
            bullet = _BULLET.match(line.text)
            folded = fold(line.text)
            if bullet is None:
                if found and (
                    len(folded) > 90
                    or re.match(r"a defaut|pour |precision|entreprise|les |la |le |nota", folded)
                ):
                    break
                continue
            text = bullet["text"].strip()
            if text.endswith(":"):  # the title of the next group of pieces
                break
            if (
                len(text) > 260
                or re.search(r"[a-zà-ü»)]\. [A-ZÀ-Ü]", text)
                or not re.search(_ITEM, fold(text))
                or _speaks(fold(text))
            ):
                continue
            found.append(_part(r, text))
            place = (at, at + len(line.text)) if place is None else (place[0], at + len(line.text))
        if len(found) < 2:  # one item alone is a word of the list, not a list of what to give
            found = _in_sentences(r, start, end) + _told(r, piece, start, end)
            place = (start, min(end, start + 200))
        if all(part["name"] != "CV" for part in found) and (joined := _joined_cv(r, piece, start)):
            found, place = [*found, {"name": "CV", "owed_by": "each_named_person"}], place or joined
        if place is not None and 1 <= len(found) <= 20:
            r.add(f"pieces[{code}].parts", found, place, 0.88)
            piece["parts"] = found


def _joined_cv(r: Reading, piece: dict[str, Any], start: int) -> tuple[int, int] | None:
    """« Les CV … seront joints », however far it stands in the content of a memoir that is the last piece."""
    if not re.match(r"memoire|note (?:technique|methodologique)", fold(piece.get("name", ""))):
        return None
    ends = [r.bounds(section)[1] for section in r.sections if section.number]
    end = min((each for each in ends if each > start), default=len(r.flow.text))
    if any(start < at < end for _, _, at, _ in _pieces(r)):
        return None
    return r.told(
        r"\b(?:cv|curriculum[- ]?vitae)\b", r"\b(?:joints?|annexes?|fournis?|transmis|remis)\b", but=r"\bhors\b",
        start=start, end=end,
    )  # fmt: skip


def _annexes(r: Reading, start: int) -> list[dict[str, object]]:
    """« (annexes RC2 et RC3) »: each a part of the piece, under its own name."""
    both = re.search(r"annexes ((?:rc|ae)\d{1,2}) et ((?:rc|ae)\d{1,2})", fold(r.flow.line_at(start).text))
    known: dict[str, str] = r.notes.get("documents", {})
    codes = [code.upper() for code in both.groups()] if both else []
    return [
        {"name": known[code], "code": code, "template": code, "signature": "any"}
        | ({"owed_by": "each_named_person"} if "individuel" in fold(known[code]) else {})
        for code in codes
        if code in known
    ]


def _in_sentences(r: Reading, start: int, end: int) -> list[dict[str, object]]:
    """What the sentences of a piece ask besides: CVs to annex, a form each person fills, several annexes."""
    text = " ".join(r.flow.folded[start:end].split())
    known: dict[str, str] = r.notes.get("documents", {})
    out: list[dict[str, object]] = []
    for found in re.finditer(
        r"doivent fournir (?:l'|un |une |le |la )(?P<t>[^.(]{5,90}?) ?\(annexe (?P<a>(?:rc|ae)\d{1,2})\)",
        text,
    ):
        code = found["a"].upper()
        if code in known and re.search(r"personnes?|intervenants?", text[: found.start()]):
            out.append({"name": known[code], "code": code, "template": code, "signature": "any"})
            out[-1]["owed_by"] = "each_named_person"
    annexes = [
        (found[1].upper(), text[max(0, found.start() - 260) : found.start()])
        for found in re.finditer(r"\(annexe ((?:rc|ae)\d{1,2})\)", text)
    ]
    if not out and len({code for code, _ in annexes}) >= 2:
        for code, before in annexes:
            if code in known and all(part["code"] != code for part in out):
                out.append({"name": known[code], "code": code, "template": code})
                absent = re.search(r"en cas d'absence d(?:e la |es |e )(\w+?)s?\b[^.]*$", before)
                if absent:
                    out[-1]["when"] = [f"absence de {absent[1]}"]
    if held := re.search(r"habilitations?\b[^.]{0,160}(?:en annexe|joint)", text):
        of = re.search(
            r" des (?:intervenants|personnes|titulaires|salaries)\b(?:(?! (?:sont|seront|doi\w+|et) )[^.(,]){0,50}",
            held[0],
        )
        printed = " ".join(r.flow.text[start:end].split())[held.start() :]
        name = f"Habilitations{printed[of.start() : of.end()].rstrip()}" if of else "Habilitations"
        out.append({"name": name, "owed_by": "each_named_person"})
    if re.search(r"\b(?:cv|curriculum[- ]?vitae)\b", re.sub(r"\bhors [^.;,:]{0,60}\bcv\b", "", text[60:])):
        out.append({"name": "CV", "owed_by": "each_named_person"})
    return out


_GIVEN = (
    r"description|liste|declaration|indication|presentation|note|attestation|copie|extrait|tableau|certificat"
)


def _told(r: Reading, piece: dict[str, Any], start: int, end: int) -> list[dict[str, object]]:
    """Parts that words name without a list: the annexes of a document, chapters, a proof, a thing by a sentence."""
    names: list[str] = []
    if re.search(r"\bet (?:ses|son) annexes?\b", r.flow.folded[start:end].partition("\n")[0]):
        documents = [
            each.value for each in r.found if re.fullmatch(r"procurement_documents\[[^\]]+\]", each.path)
        ]
        names += [
            str(each["name"]) for each in documents if each.get("annex_of") == piece.get("template", "-")
        ]
    asked: list[str] = []
    for at, stop, words in r.sentences(start, end):
        printed = " ".join(r.flow.text[at:stop].split())
        chapter = re.match(r"\W*chapitre \d{1,2} ?[:–-] ?[^:]{4,140}", words)
        abroad = re.search(
            r"\bpour les (?:entreprises|candidats|operateurs) (?:etrangere?s|etablie?s (?:hors|a l'etranger)[^:]{0,40}) ?: (?:un |une |le |la )?(?=\w)",
            words,
        )
        proven = re.search(
            r"\b(?:prouve|justifie|atteste)e?s? par (?:des |une |un )(?=attestations?|certificats?|declarations?)",
            words,
        )
        if chapter:
            names.append(printed[: chapter.end()].strip(" -•"))
        elif abroad:
            names.append(f"Entreprises étrangères : {printed[abroad.end() :]}")
        elif proven:
            names.append(printed[proven.end() :])
        elif (
            alone := re.match(rf"(?:en matiere de [^,]{{4,60}}, )?(?:une? |la )?(?=(?:{_GIVEN})\b)", words)
        ) and not re.search(r"\b(?:doit|doivent|devra|devront|sera|seront|est|sont|peut|pourra)\b", words):
            asked.append(printed[alone.end() :])
    names += asked if len(asked) > 1 else []  # one alone is the piece itself
    return [{"name": sentence_case(name.strip(" .;"))[:180]} for name in names]


def _speaks(folded: str) -> bool:
    """Whether words are a sentence about the content rather than a thing to give."""
    return bool(
        re.match(
            r"(?:la |les |le |l')?(?:comprehension|methodologie|modalites|pertinence|organisation|disponibilite|contenu|detail|noms?)\b",
            folded,
        )
    )


def _part(r: Reading, text: str) -> dict[str, object]:
    folded = fold(text)
    name = re.sub(
        r"^(?:un |une |le |la |les |l['’]|des |du )", "", text.strip(" ;.,:«»"), flags=re.IGNORECASE
    )
    name = re.sub(r"^(?:candidat (?:produit|doit apporter) |doit fournir )(?:une |un |la |le )?", "", name)
    name = re.sub(r"^(?:imprimé|formulaire) ", "", name)
    name = re.sub(r"\s*\((?:selon|à remplir|cadre|modèle|formulaire)[^()]*\)", "", name)
    name = re.sub(r"\s+de moins de (?:\d+|\w+(?: \(\d+\))?) (?:mois|ans?|jours?)\b.*$", "", name).strip(
        " ;.,«»"
    )
    value: dict[str, object] = {"name": sentence_case(name)[:180]}
    age = re.search(
        rf"(?:de moins de|datant de moins de|dates? de moins de) {PERIOD}".replace(" ", r"\s+"), folded
    )
    if age and (written := period(age)):
        value["max_age"] = written
    if re.search(r"redressement judiciaire", folded):
        value["when"] = ["redressement judiciaire"]
    if re.search(r"\bdc4\b", folded):
        value |= {"code": "DC4", "template": "DC4"}
    else:
        for code, title in r.notes.get("documents", {}).items():
            if len(title) > 14 and fold(title)[:40] in folded:
                value["template"] = code
                break
    if re.search(r"\bsignee?s?\b", folded):
        value["signature"] = "any"
    if re.search(_NAMED_PEOPLE, folded):
        value["owed_by"] = "each_named_person"
    if re.search(r"le cas echeant|facultati|optionnel", folded):
        value["optional"] = True
    return value


# each member of a grouping owes the pieces; where the sentence does not name the folder, those that follow it
_EACH = (
    r"chaque (?:candidat ou chaque )?(?:membre|cotraitant|co-traitant)(?: de l'equipe candidate| du groupement)?[^.\n]{0,40}(?:devra|doit|remet|fournit|produi)\w*[^.\n]{0,60}(?:pieces|documents|ensemble|elements|renseignements)[^.\n]{0,160}"
    r"|chacun des (?:membres|cotraitants?(?:\(s\))?)[^.\n]{0,110}(?:produi\w+|fourni\w+|remet\w*) les memes documents"
)
_OTHERS_OWE = r"(?:sous-?traitants?(?:\(s\))?|operateurs? (?:lies?|economiques?)|autres? operateurs?)(?!\w)[^.\n]{0,60}\bmemes documents|memes documents (?:concernant|pour) (?:cet|chaque|chacun)[^.\n]{0,40}(?:operateur|sous-?traitant)"
_BY_ONE = r"^(?!.{0,120}\bdc2\b).{0,300}(?:lettre de candidature|\bdc1\b)|un seul imprime|un seul (?:dc1|dume)|une seule lettre|soumissionnaire \(ou membre|tableau de synthese"
_OF_CAPACITY = r"chiffres? d'affaires|bilans?\b|assurance|references?\b|services fournis|travaux executes|livraisons|effectifs?|encadrement|titres? d'etudes|qualifications?\b|moyens\b|equipement|outillage|competences?\b|capacites?\b|\bcv\b"


@rule(
    "PIE-04", "qui doit chaque pièce : chaque membre du groupement, ceux sur qui il compte, le seul candidat"
)
def owed_by(r: Reading) -> None:
    known = _pieces(r)
    each: dict[str, re.Match[str]] = {}
    for found in r.flow.find(_EACH):
        named = [
            name
            for name, word in (("bid", r"\boffres?\b"), ("candidacy", "candidature"))
            if re.search(word, found[0])
        ]
        following = [str(piece.get("folder")) for _, piece, at, _ in known if at > found.start()]
        folder = named[0] if len(named) == 1 else following[0] if following else "candidacy"
        each.setdefault(folder, found)
    others = r.flow.first(_OTHERS_OWE)  # those relied upon owe the same documents (CA-05)
    whole = r.flow.first(
        r"(?:pour justifier|justification) d[eu]s?(?: ces| ses| leurs)? capacites[^.\n]{0,60}chacun des (?:membres|cotraitants?)"
    )
    lone: list[str] = []
    for code, piece, start, end in known:
        text = " ".join(r.flow.folded[start:end].split())
        place = (start, min(end, start + 200))
        said = each.get(str(piece.get("folder")))
        if re.match(
            r".{0,300}\b(?:le|chaque|tout) sous-traitant (?:devra|doit|fournit|produit|remet)\b", text
        ):
            r.add(f"pieces[{code}].owed_by", "each_subcontractor", place, 0.88)
        elif re.search(
            r"pour (?:chacun|chaque|tous les|l'ensemble) (?:des )?(?:membres?|cotraitants?)|(?:chaque|chacun des) (?:membres?|cotraitants?) du groupement",
            text,
        ):
            if not re.search(r"tableau de synthese|pour l'ensemble des membres", text):
                r.add(f"pieces[{code}].owed_by", "each_member", place, 0.88)
        elif said and not re.search(_BY_ONE, text[:420]):
            if not whole or whole.end() < said.start() or re.search(_OF_CAPACITY, fold(str(piece["name"]))):
                r.add(f"pieces[{code}].owed_by", "each_member", said, 0.85)
                if piece.get("folder") == "bid":
                    lone.append(code)
            if others and piece.get("folder") == "candidacy":
                r.add(f"pieces[{code}].also_owed_by", ["each_subcontractor"], others, 0.85)
    if lone:
        r.doubt(
            "offre-de-chaque-membre",
            f"Le document demande les pièces de l'offre ({', '.join(lone)}) à chaque membre d'un groupement. Est-ce une offre commune ?",
            each["bid"].span(),
            choices=(
                (
                    "commune",
                    "une seule offre pour le groupement",
                    {f"pieces[{code}].owed_by": "bidder" for code in lone},
                ),
                (
                    "chacun",
                    "chaque membre remet ces pièces",
                    {f"pieces[{code}].owed_by": "each_member" for code in lone},
                ),
            ),
        )


_EMPTY = {"les", "des", "une", "dans", "pour", "offre"}  # words of a piece that name nothing


@rule("PIE-05", "ce que coûte une pièce absente : dossier incomplet, offre irrégulière")
def if_missing(r: Reading) -> None:
    candidacy = r.flow.first(
        r"candidature sera consideree comme incomplete|pieces? (?:visees|reclamees|demandees|requises)[^.\n]{0,60}(?:manquantes|absentes|incompletes)[^.\n]{0,200}(?:completer|produire)"
    )
    visited = r.flow.first(
        r"(?:non remise|absence|defaut)[^.\n]{0,30} de ces documents[^.\n]{0,60}offres?\b[^.\n]{0,30}\belimine"
    )
    brought: list[str] = next(
        (each.value for each in r.found if each.path == "calendar.visits[visite].bring"), []
    )
    bid = r.flow.first(
        r"offre (?:pourra etre|sera) (?:rejetee|declaree irreguliere|consideree comme irreguliere)[^.\n]{0,40}si elle ne (?:contient|comporte) pas|absence (?:de l'une|d'une) (?:de ces|des) pieces[^.\n]{0,80}irreguli|offre incomplete[^.\n]{0,40}irreguli"
    )
    lacking = [
        (set(re.findall(r"[a-z]{3,}", each["what"])) - _EMPTY, each)
        for each in r.flow.find(
            r"(?:absence|defaut|non[- ](?:remise|production)) (?:du|de la|de l'|des|d'un\w*) (?P<what>[^.;\n]{3,70}?) (?:entraine\w*|ren[dt]\w*|vaut|emporte|implique)[^.;\n]{0,60}irregul"
        )
    ]
    for code, piece, *_ in _pieces(r):
        named = set(re.findall(r"[a-z]{3,}", fold(f"{piece.get('name')} {piece.get('template', '')}")))
        own = next((each for words, each in lacking if words and words <= named), None)
        if own and "if_missing" not in piece:
            r.add(f"pieces[{code}].if_missing", "irregular", own, 0.88)
            continue
        if visited and piece.get("folder") == "bid" and piece.get("template") in brought:
            r.add(f"pieces[{code}].if_missing", "eliminated", visited, 0.88)
            continue
        place = candidacy if piece.get("folder") == "candidacy" else bid
        if place is None or piece.get("optional") or "if_missing" in piece:
            continue
        r.add(
            f"pieces[{code}].if_missing",
            "incomplete" if piece.get("folder") == "candidacy" else "irregular",
            place,
            0.86,
        )


@rule("PIE-06", "les articles cités par une pièce")
def cited(r: Reading) -> None:
    for code, _, start, end in _pieces(r):
        line = r.flow.line_at(start)
        stop = min(end, start + max(len(line.text), 420))
        labour = "code du travail" in r.flow.folded[start:stop]
        found = [
            each if each[2] == "2" else f"code du travail {each}"
            for each in articles(r.flow.text[start:stop])
            if each[2] == "2" or labour
        ]
        if found:
            r.add(f"pieces[{code}].legal_basis", found, (start, stop), 0.9)


@rule("PIE-07", "les versions d'une pièce : modifiable et PDF")
def versions(r: Reading) -> None:
    both = r.flow.first(
        r"(?P<what>bpu|dpgf|dqe|pieces? financieres?)[^.\n]{0,90}(?:format|version)[^.\n]{0,30}(?:modifiable|excel|tableur)[^.\n]{0,90}\bpdf\b"
    )
    if both is None:
        return
    sheet = [".xlsx", ".xls", ".ods"]
    if "excel" in both[0]:
        sheet = [".xlsx", ".xls"]
    elif any(each.path == "submission.open_document_required" and each.value for each in r.found):
        sheet = [".ods"]
    priced = {"bpu": r"bordereau|\bbpu\b", "dpgf": r"decomposition|\bdpgf\b", "dqe": r"detail|\bdqe\b"}
    words = priced.get(
        both["what"], r"bordereau|\bbpu\b|decomposition|\bdpgf\b|\bdqe\b|detail (?:quantitatif|estimatif)"
    )
    for code, piece, *_ in _pieces(r):
        if piece.get("folder") == "bid" and re.search(words, fold(str(piece["name"]))):
            r.add(f"pieces[{code}].versions", [sheet, [".pdf"]], both, 0.88)


@rule("PIE-08", "ce que doit seulement l'attributaire pressenti, et le DUME à la place d'autres pièces")
def at_award(r: Reading) -> None:
    known = r.notes.get("pieces", {})
    if not known:
        return
    later = r.flow.first(
        r"candidat (?:auquel il est envisage d'attribuer|pressenti|retenu|dont l'offre a ete retenue)[^.\n]{0,120}(?:produira|devra (?:produire|fournir|remettre)|produit|fournit|remet)[^.\n]{0,30}?(?P<what>(?:justificatifs|certificats|attestations|documents)[^.\n]{5,200})"
    )
    if later and "A1" not in known:
        name = re.split(r" lui permettant| qui lui| afin | dans ", r.flow.printed(later, "what"))[0]
        value = {"code": "A1", "name": sentence_case(name)[:180], "folder": "candidacy", "at_award": True}
        r.add("pieces[A1]", value, later, 0.88)
    espd = r.flow.first(
        r"(?:presenter|deposer|remettre|constituer)[^.\n]{0,60}candidature[^.\n]{0,40}(?:au moyen d'un|sous (?:la )?forme d'un|par un|via le|au format) (?:dume|document unique de marche europeen)"
    )
    replaced = [code for code, piece in known.items() if piece.get("folder") == "candidacy"]
    if espd and "DUME" not in known and replaced:
        value = {
            "code": "DUME",
            "name": "Document unique de marché européen",
            "folder": "candidacy",
            "optional": True,
            "instead_of": replaced,
        }
        cited_there = [
            each for each in articles(r.flow.text[espd.start() - 120 : espd.end()]) if each == "R.2143-4"
        ]
        r.add("pieces[DUME]", value | ({"legal_basis": cited_there} if cited_there else {}), espd, 0.86)


@rule(
    "PIE-09", "les pièces de l'offre à produire pour chaque lot : « de façon distincte pour chacun des lots »"
)
def per_lot(r: Reading) -> None:
    if r.notes.get("lots", 1) < 2:
        return
    apart = r.flow.first(
        r"(?:produire|fournir|remettre|presenter)[^.\n]{0,30} de (?:facon|maniere) distincte pour (?:chacun des|chaque) lots?|offre (?:distincte|separee) (?:par|pour chaque) lot[^.\n]{0,60}comprenant"
    )
    for code, piece, *_ in _pieces(r) if apart else ():
        if piece.get("folder") == "bid" and not piece.get("per_lot"):
            assert apart is not None
            r.add(f"pieces[{code}].per_lot", True, apart, 0.86)


@rule(
    "PIE-12",
    "l'engagement écrit de celui sur qui le candidat compte, que demande la prose d'un autre article",
)
def in_prose(r: Reading) -> None:
    pieces: dict[str, dict[str, Any]] = r.notes.get("pieces", {})
    ranks = [int(code[1:]) for code in pieces if re.fullmatch(r"C\d{1,2}", code)]
    if not ranks or r.flow.first(r"\bc1\b"):  # a buyer who numbers its pieces itself has said them all
        return
    named = " ".join(
        fold(" ".join([each.get("name", ""), *(part["name"] for part in each.get("parts", []))]))
        for each in pieces.values()
    )
    found = r.flow.first(
        r"\b(?:produi|fourni|remet|joi(?:nt|ndr|gn)|apport)\w*\b[^.;]{0,60}\b(?:un |l'|cet )(?P<t>engagement ecrit [^.;]{0,200})"
    )
    if found is None or re.search(r"engagement ecrit|mise a disposition", named):
        return
    said = next(words for _, stop, words in r.sentences(found.start()) if stop > found.start())
    if not re.search(r"mise a disposition|\bdispos|\bcapacites\b|\bmoyens\b", said + found[0]):
        return
    code = f"C{max(ranks) + 1}"
    name = sentence_case(r.flow.printed(found, "t").strip(" ;.,:"))[:200]
    value = {"code": code, "name": name, "folder": "candidacy", "when": ["capacités d'un autre opérateur"]}
    r.add(f"pieces[{code}]", value, found, 0.85)
