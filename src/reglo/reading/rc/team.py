"""The competences asked of a team, when a list gives them."""

from __future__ import annotations

import re

from reglo.reading.rc.lists import Item, items
from reglo.reading.rc.model import Reading, rule
from reglo.reading.rc.words import sentence_case
from reglo.reading.text.model import fold

# « l'équipe réunira au moins les compétences suivantes : architecture, structure, fluides »
_NAMED = r"(?:equipe|groupement|candidat)[^.:\n]{0,60} (?:reunira|reunit|comprendra|comprend|comportera|disposera|dispose|possedera|justifiera|doi\w+|devra)[^.:\n]{0,50} competences? (?:suivantes|exigees|requises|minimales)? ?: ?(?P<names>[a-z][^.:;\n]{3,60}(?:, [^.:;,\n]{3,60})+)(?=\.|\n|$)"


@rule("CAP-09", "les compétences exigées de l'équipe : la liste qu'annonce « les compétences suivantes »")
def team(r: Reading) -> None:
    if any(each.path.startswith("capacity.competences[") for each in r.found):
        return
    listed = [
        item
        for item in items(r, 0, len(r.flow.text))
        if re.search(
            r"competences?\b[^.]{0,60}:$|competences (?:exigees|requises|demandees|suivantes|minimales)",
            item.intro,
        )
        and not re.search(r"critere|note|sous-critere|memoire|piece|dossier", item.intro)
        and not item.cells
    ]
    if not listed and (told := r.flow.first(_NAMED)):  # in one sentence
        at = told.start("names")
        for name in re.split(r"\s*[,;]\s*|\s+et\s+", r.flow.printed(told, "names").strip(" .")):
            listed.append(Item(name, at, told.end("names"), ""))
    if (
        len(listed) < 1
        or len(listed) > 15
        or any(re.search(r"\d+ ?(?:%|points)", fold(item.text)) for item in listed)
    ):
        return
    out = r.flow.first(
        r"absence (?:de l')?(?:d')?une (?:des |de ces )?competences?[^.\n]{0,60}(?:rejet|elimin|irrecev)"
    )
    for rank, item in enumerate(listed, start=1):
        value: dict[str, object] = {"id": f"K{rank}", "name": sentence_case(item.text.strip(" ;.,"))}
        if out:
            value["if_missing"] = "eliminated"
        r.add(f"capacity.competences[K{rank}]", value, (item.start, item.start + len(item.text)), 0.88)


@rule(
    "CAP-10",
    "les preuves d'une compétence : « les compétences seront prouvées par », les pièces qui en justifient",
)
def proofs(r: Reading) -> None:
    known = [each.path for each in r.found if re.fullmatch(r"capacity\.competences\[[^\]]+\]", each.path)]
    if not known:
        return
    said: dict[str, tuple[int, int]] = {}
    for at, end, words in r.sentences():
        found = re.search(
            r"\bcompetences?\b[^.]{0,60}\b(?:prouvees?|demontrees?|justifiees?|attestees?|etablies?) (?:par|au moyen) (?:des |de |d'|une? |les? )?(?P<t>.{5,200}?)[.;]?$",
            words,
        )
        if found is None or re.search(r"\bn[e']|\btout moyen\b", words):
            continue
        whole = " ".join(r.flow.text[at:end].split())
        for each in re.split(
            r"\s*,\s*|\s+et/ou\s+|\s+ou\s+|\s+et\s+", whole[found.start("t") : found.end("t")]
        ):
            name = re.sub(r"^(?:par )?(?:des |de |d['’]|une? |les? )", "", each.strip(" .;"))
            if 4 < len(name) < 90:
                said.setdefault(name, (at, end))
    if not said:
        spans: dict[str, tuple[int, int]] = r.notes.get("piece_spans", {})
        for code, piece in r.notes.get("pieces", {}).items():
            if code in spans and piece.get("folder") == "candidacy":
                start, end = spans[code]
                text = " ".join(r.flow.folded[start:end].split())
                if re.search(r"\bcompetences? (?:exigee|requise|demandee)s?\b", text):
                    said[code] = (start, min(end, start + 160))
    for path in known if said else ():
        r.add(f"{path}.proofs", list(said), next(iter(said.values())), 0.86)
