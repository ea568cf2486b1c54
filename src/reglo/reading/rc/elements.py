"""What the judge looks at under each criterion, and the piece it is judged on."""

from __future__ import annotations

import re
from typing import Any

from reglo.reading.rc.criteria import is_price
from reglo.reading.rc.model import Doubt, Reading, rule
from reglo.reading.rc.regions import regions_of
from reglo.reading.rc.tree import Item
from reglo.reading.text.model import fold

_BULLET = re.compile(r"\s*(?:[-•*✓➢▪■–]|o(?= )|\d{1,2}\)|[a-h]\))\s*(?P<text>.+)")
_WEIGHED = r"\d\s*(?:%|points?\b|pts?\b)"


# a line before a list that says what the criterion looks at
_JUDGES = r"apprec|juge|evalu|not[eé]|element|regard|critere|memoire|suivant|porte|tenu compte|analys|precis"


def _leaves(r: Reading) -> list[tuple[str, Item]]:
    tree: list[Item] = r.notes.get("criteria", [])
    out: list[tuple[str, Item]] = []
    for item in tree:
        path = f"award.criteria[{item.number}]"
        out.extend((f"{path}.criteria[{child.number}]", child) for child in item.children)
        if not item.children:
            out.append((path, item))
    return out


@rule("CRI-02", "les éléments d'appréciation : la cellule du tableau, ou la liste sous le critère")
def elements(r: Reading) -> None:
    starts = {r.flow.index_at(item.start) for _, item in _leaves(r)}
    tree: list[Item] = r.notes.get("criteria", [])
    priced = tuple(f"award.criteria[{item.number}]." for item in tree if is_price(item.name))
    apart = r.flow.first(r"chaque element d'appreciation (?:est|sera) (?:evalue|note|juge|apprecie)")
    several = None
    for path, item in _leaves(r):
        if is_price(item.name) or path.startswith(priced):
            continue
        index = r.flow.index_at(item.start)
        line = r.flow.lines[index]
        if sum(other.start == item.start for _, other in _leaves(r)) > 1:
            found, last = list[str](), index  # parts told in one cell: the rest of the row is of them all
        elif line.cells:
            found, last = _of_the_row(r, item, index, starts)
        else:
            found, last = _below(r, index, starts)
        if not found:
            found, index, last = _in_the_offer(r, item)
        if found:
            end = r.flow.starts[last] + len(r.flow.lines[last].text)
            r.add(f"{path}.elements", found, (r.flow.starts[index], end), 0.87)
            several = several or (item if len(found) > 1 else None)
    if apart and several:
        r.doubt(
            "poids-des-elements",
            f"Chaque élément d'appréciation est noté, mais les éléments de « {several.name} » n'ont pas de poids. Comment se combinent-ils ?",
            apart.span(),
            (several.start, several.end),
            rule="L-10",
        )


def _of_the_row(r: Reading, item: Item, index: int, starts: set[int]) -> tuple[list[str], int]:
    """What the cells of the row say besides the name and the weight, and the rows that go on with it."""
    texts: list[str] = []
    last = index
    for rank in range(index, min(index + 6, len(r.flow.lines))):
        line = r.flow.lines[rank]
        if not line.cells or (rank > index and (rank in starts or line.cells[0].strip())):
            break
        for cell in line.cells:
            folded = fold(cell)
            if re.fullmatch(rf"\W*(?:\d{{1,2}}(?:\.\d)?|.{{0,12}}{_WEIGHED}.{{0,20}}|\d{{1,3}})?\W*", folded):
                continue
            name = fold(item.name)[:25]
            before = re.sub(r"sous|criteres?|\b\w{1,3}\b|[\W\d]", "", folded.partition(name)[0])
            if rank == index and name in folded and not before:  # the name opens its own cell
                cell = cell[folded.find(name) + len(fold(item.name)) :]
            texts.append(cell)
            last = rank
    return _split(texts), last


def _split(texts: list[str]) -> list[str]:
    """Words of cells, one element each: list items, then sentences."""
    out: list[str] = []
    for text in texts:
        for piece in re.split(r"\s;\s|;\s*(?=[-•*])|(?:^|\s)[-•✓➢▪]\s|(?<=[a-zà-ü)])\.\s+(?=[A-ZÀ-Ü])", text):
            said = piece.strip(" ;.,:-–|•")
            if len(said) > 8 and re.search(r"[a-zà-ü]{4}", said):
                out.append(said[:300])
    return out[:15]


def _below(r: Reading, index: int, starts: set[int]) -> tuple[list[str], int]:
    """The list under the line of a criterion that weighs nothing itself."""
    found: list[str] = []
    last = index
    articles = {section.start for section in r.sections}
    for rank in range(index + 1, min(index + 16, len(r.flow.lines))):
        line = r.flow.lines[rank]
        if rank in starts or line.heading or line.cells or rank in articles:
            break
        bullet = _BULLET.match(line.text)
        folded = fold(line.text)
        if bullet is None:
            other = line.text.endswith(":") and not re.search(_JUDGES, folded)
            if found or other or rank > index + 2 or re.search(_WEIGHED, folded):
                break
            continue
        if re.search(rf"{_WEIGHED}|=|critere", folded) or len(line.text) > 320:
            break
        found.append(bullet["text"].strip(" ;.,"))
        last = rank
    return (found, last) if len(found) >= 2 else ([], index)


def _in_the_offer(r: Reading, item: Item) -> tuple[list[str], int, int]:
    """The list that answers a criterion by its name: « Réponse au critère « … » : … précisant : »."""
    name = re.escape(fold(item.name))
    for mention in r.flow.find(
        rf"critere ?«? ?{name} ?»?[^.]{{0,160}}?(?:precis\w+|comprenant|comportant|decrivant|detaillant) ?:"
    ):
        index = r.flow.index_at(mention.end() - 1)
        found: list[str] = []
        last = index
        for rank in range(index + 1, min(index + 14, len(r.flow.lines))):
            bullet = _BULLET.match(r.flow.lines[rank].text)
            if bullet is None:
                break
            if re.match(r"o ", bullet["text"].strip()):
                last = rank
                continue  # a detail of the element above
            found.append(bullet["text"].strip(" ;.,:"))
            last = rank
        if len(found) >= 2:
            return found, index, last
    return [], 0, 0


@rule("CRI-03", "sur quelle pièce un critère se juge : « au regard du mémoire technique »")
def judged_on(r: Reading) -> None:
    tree: list[Item] = r.notes.get("criteria", [])
    regions = regions_of(r, tree)
    for item in tree:
        for path, leaf in [(f"award.criteria[{item.number}]", item)] + [
            (f"award.criteria[{item.number}].criteria[{child.number}]", child) for child in item.children
        ]:
            for start, end in regions.get(leaf.number, []):
                found = r.flow.first(
                    r"(?:au regard|sur la base|a partir|au vu) (?:de la |du |de l'|des |d')(?P<what>(?:(?:montant|prix) [^.\n]{0,25}(?:figurant|inscrit|porte)\w* (?:a l'|au |dans (?:le |la |l')))?(?:chapitre (?P<n>\d) (?:du |de la ))?(?P<piece>[a-z' -]{4,60}))",
                    start,
                    min(end, start + 900),
                )
                code = _piece_named(r, found["piece"]) if found else ""
                if found and code:
                    chapter = f" chapitre {found['n']}" if found["n"] else ""
                    r.add(f"{path}.judged_on", code + chapter, found, 0.88)
                    break


def _piece_named(r: Reading, words: str) -> str:
    """The code of the piece these words name, when only one can be."""
    known: dict[str, dict[str, Any]] = r.notes.get("pieces", {})
    wanted = (
        ("memoire|note methodologique", r"memoire|note (?:technique|methodologique|justificative)"),
        ("acte d'engagement", r"acte d'engagement"),
        (r"dpgf|decomposition du prix", r"decomposition du prix|\bdpgf\b"),
        (r"bpu|bordereau (?:de|des) prix", r"bordereau|\bbpu\b"),
        (r"dqe|detail (?:quantitatif|estimatif)", r"detail (?:quantitatif|estimatif)|\bdqe\b"),
        ("cadre de reponse", r"cadre de (?:reponse|memoire)"),
    )
    for said, names in wanted:
        if re.search(said, words):
            codes = [
                code
                for code, piece in known.items()
                if piece.get("folder") == "bid" and re.search(names, fold(str(piece["name"])))
            ]
            return codes[0] if len(codes) == 1 else ""
    return ""


# what a company is or knows, whatever it offers
_OF_THE_CANDIDATE = r"\b(?:candidat|soumissionnaire|entreprise|societe)\b[^.;]{0,120}\b(?:maitrise\w* (?:de )?(?:la |les )?(?:notion|enjeux|sujet)|connai\w+|sensibilite|sensibilis\w+|son experience|son engagement|sa politique|sa demarche (?:rse|interne)|est certifiee?|ses certifications)"


@rule("ELT-02", "un critère environnemental qui juge le candidat plutôt que l'offre (L. 2152-7)")
def judges_the_candidate(r: Reading) -> None:
    leaves: dict[str, dict[str, Any]] = {}
    for each in r.found:
        if re.fullmatch(r"award\.criteria\[[^\]]+\](?:\.criteria\[[^\]]+\])?", each.path):
            leaves[each.path] = each.value
    green = [
        path
        for path, value in leaves.items()
        if (
            value.get("environmental")
            or leaves.get(path.rpartition(".criteria[")[0], {}).get("environmental")
        )
        and not any(other.startswith(f"{path}.criteria[") for other in leaves)
    ]
    said = {each.path.removesuffix(".elements"): each for each in r.found if each.path.endswith(".elements")}
    texts = [said[path] for path in green if path in said]
    if not green or len(texts) < len(green):
        return
    judged = [each for each in texts if all(re.search(_OF_THE_CANDIDATE, fold(one)) for one in each.value)]
    if len(judged) == len(texts):
        question = (
            "Le critère de l'environnement juge ce que le candidat sait ou est, non une caractéristique de l'offre. "
            "Que doit montrer l'offre elle-même ?"
        )
        quotes = tuple(each.quote for each in judged)
        r.doubts.append(Doubt("critere-environnemental", question, quotes, rule="L-22"))
