"""Criteria and sub-criteria with their weights, from lists, prose and tables, as a tree that adds up.

Lines that name something and weigh it are gathered in order; a tree is kept only when its sums
hold: the criteria make 100 (or the total the document states), the sub-criteria make their
criterion, or 100 % of it. A tree that does not add up is not given.
"""

from __future__ import annotations

import itertools
import re
from dataclasses import replace
from decimal import Decimal

from reglo.reading.rc.criteria_of_lots import openings, spans_of
from reglo.reading.rc.criteria_parts import headed, marked_apart, of_the_row
from reglo.reading.rc.criteria_table import ASIDE, Table, flat_heading, flat_row, heading, plain_row, summed
from reglo.reading.rc.levels import is_label, scales_in
from reglo.reading.rc.model import Reading, rule
from reglo.reading.rc.tree import Item, alike, solve
from reglo.reading.rc.words import decimal, sentence_case
from reglo.reading.text.model import fold

_WEIGHT = re.compile(
    r"(?P<w>\d{1,3}(?:[.,]\d{1,2})?)\s*(?P<u>%|points?\b|pts?\b)|coef(?:f(?:icient)?)?\.?s?\s*(?:de (?:ponderation )?|:|=)*\s*(?:de )?(?P<c>\d{1,2}(?:[.,]\d{1,2})?)|(?:note|notee|bareme|sur)\s+(?:sur\s+)?(?P<s>\d{1,3})(?=\s*(?:$|[.;,)]))"
)
_NOISE = re.compile(
    r"\bnote (?:de|du|finale|globale|maximale|obtenue|technique|sur|\()|=|arrondi|formule|egalite|retenue|obtien|des points\b|tva|avance\b|retenue de|penalit|garantie a|financement|delai de (?:validite|paiement|remise|\d)|\d jours|pages?\b|euros?\b|€|reductions? (?:de prix|tarif)|variation|"
    r"chaque (?:sous-?)?critere|\bcriteres\b|l'ensemble|total\b|note minimale|inferieure? a|au moins|superieure? a|eliminat|credit|\bannees?\b|attribution de|\bmoyenne|capital|tarif d|marge"
)
# what a line that is marked as a criterion, by its word, its number or its table, still cannot be
_NEVER = re.compile(
    r"=|arrondi|formule|egalite|\btotal\b|note (?:minimale|finale|globale)|chaque (?:sous-?)?critere|\bcriteres\b|l'ensemble|€|euros?\b"
)
# a paper the bid holds, not a mark: « Note technique : 30 points »
_NOTE_OF_THE_BID = re.compile(
    r"(?:la |une )?note (?:technique|methodologique|d'intention|d'organisation|explicative|descriptive|architecturale|de presentation)\b[^=]{0,60}"
)
_MARK = re.compile(
    r"^(?:[^\w«\"'(]|o\s)*(?P<paren>\(?)(?:(?:un|une|le|la|les|du|et)\s+)?(?P<sub>sous[- ]?criteres?)?(?P<top>criteres?\b(?! (?:et|avec|sont|retenus|suivants)\b))?(?:\s*(?:n\s*°|no)?\s*(?P<n>\d{1,2}(?:[.-]\d{1,2}|[a-h])?|[a-h]|[ivx]{1,4})(?=\s*[-:.)/–|°º\s]))?\s*[-:.)–|/°º]*\s*"
)


@rule(
    "CRI-01",
    "les critères pondérés et leurs sous-critères, en listes, phrases ou tableaux, dont les sommes tombent juste",
)
def criteria(r: Reading) -> None:
    levels = [(start, end) for _, start, end in scales_in(r.flow)]
    if (opened := openings(r)) and _of_lots(r, opened, levels):
        return
    best: Solved | None = None
    spans = [
        *r.spans(
            r"critere|jugement|notation|classement|attribution|analyse des offres|examen des offres|selection des offres|choix de l'offre"
        ),
        (0, len(r.flow.text)),
    ]
    for start, end in spans:
        solved = _solved(r, start, end, levels)
        if solved and (best is None or _size(solved[0]) > _size(best[0])):
            best = solved
    if best is None:
        items = [item for item in _items(r, 0, len(r.flow.text)) if not _inside(item, levels)]
        marked = [item for item in items if item.mark == "top"]
        if marked:
            said = ", ".join(f"{item.name} {item.weight}" for item in marked[:6])
            r.doubt(
                "criteres",
                f"Les poids lus ne font pas un total ({said}). Quels sont les critères et leurs poids ?",
                *((item.start, item.end) for item in marked[:4]),
            )
        return
    tree, total = best
    if opened:
        r.doubt(
            "criteres",
            "Les critères ne sont pas les mêmes pour tous les lots, et aucun n'a été lu. Quels sont ceux de chacun ?",
            *opened.values(),
        )
        return
    if not any(item.children for item in tree):
        tree = marked_apart(r, tree, _items(r, 0, len(r.flow.text)))
    r.notes["criteria"] = tree
    _add(r, tree, total, "award")


Solved = tuple[list[Item], Decimal]


def _solved(r: Reading, start: int, end: int, levels: list[tuple[int, int]]) -> Solved | None:
    items = headed(r, start, end, _items(r, start, end))
    return solve(summed([item for item in items if not _inside(item, levels)]), *_stated(r))


def _of_lots(r: Reading, opened: dict[str, tuple[int, int]], levels: list[tuple[int, int]]) -> bool:
    """Write the criteria of each lot, when all of them add up; those of the first lots are the common ones."""
    read = [(each, _solved(r, *each[1:], levels)) for each in spans_of(r, opened)]
    groups = [(lots, start, end, *solved) for (lots, start, end), solved in read if solved]
    if not groups or len(groups) < len(read):
        return False
    r.notes["criteria"] = groups[0][3]
    r.notes["criteria of lots"] = []
    for rank, (lots, start, end, tree, total) in enumerate(groups, start=-1):
        base = f"award.for_lots[{rank}]" if rank >= 0 else "award"
        if rank >= 0:
            r.add(f"{base}.lots", lots, (start, min(end, start + 120)), 0.93)
        _add(r, tree, total, base, groups[0][4] if rank >= 0 else Decimal(100))
        r.notes["criteria of lots"].append((base, tree, start, end))
    return True


def _add(r: Reading, tree: list[Item], total: Decimal, base: str, usual: Decimal = Decimal(100)) -> None:
    used: set[str] = set()
    if total != usual:
        r.add(f"{base}.total", total, (tree[0].start, tree[0].end), 0.9)
    for item in tree:
        item.number = slug(item.name, used)
        value: dict[str, object] = {"id": item.number, "name": item.name, "weight": item.weight}
        if is_price(item.name):
            value |= {"price": True, "type": "price"}
        elif re.search(GREEN, fold(item.name)):
            value["environmental"] = True
        r.add(f"{base}.criteria[{item.number}]", value, (item.start, item.end), 0.95)
        for child in item.children:
            child.number = slug(child.name, used)
            weighed: dict[str, object] = {"id": child.number, "name": child.name}
            if child.share:
                weighed["share"] = f"{_plain(child.weight)} %"
            else:
                weighed["weight"] = child.weight
            if re.search(GREEN, fold(child.name)):
                weighed["environmental"] = True
            path = f"{base}.criteria[{item.number}].criteria[{child.number}]"
            r.add(path, weighed, (child.start, child.end), 0.94)


GREEN = r"environnement|ecologi|eco-?(?:conc|resp)|durab|dechets?\b|carbone|biodivers|circuits? courts?|saisonnalit|numerique responsable|recycl|sobriete|energetique|reemploi|phytosanit|nuisances"


def _inside(item: Item, places: list[tuple[int, int]]) -> bool:
    return any(start < item.end and item.start < end for start, end in places)


def _stated(r: Reading) -> tuple[Decimal | None, int]:
    """The total a document states when it is not 100, and how many coefficients it prints."""
    found = r.flow.first(
        r"(?:total|note (?:finale|globale|totale)|notee?s? globalement)[^.\n]{0,30}\b(?P<t>10|20|50|200)\b(?: points|\s*$|[ .,;)])"
    )
    printed = len(list(r.flow.find(r"coefficient (?:de (?:ponderation )?)?[:=]? ?\d")))
    return (Decimal(found["t"]) if found else None), printed


def is_price(name: str) -> bool:
    return bool(
        re.search(r"\bprix\b|\bcouts?\b|financier|\btarif|montant|economique|remuneration", fold(name))
    ) and not re.search(
        r"coherence|pertinence|(?:activite|insertion|developpement|emploi) economique|insertion|hors prix|autres? que le prix",
        fold(name),
    )


def _plain(number: Decimal) -> str:
    return f"{number.normalize():f}".replace(".", ",")


def slug(name: str, used: set[str]) -> str:
    words = [
        word
        for word in re.findall(r"[a-z0-9]+", fold(name).replace("œ", "oe"))
        if len(word) > 2 and word not in ("des", "les", "une", "pour", "par", "aux", "sur", "dans")
    ]
    base = next((word for word in words if not word.isdigit()), "critere")
    slug = base
    for word in words:
        if slug not in used:
            break
        slug = f"{base}_{word}" if word != base else slug
    rank = 2
    while slug in used:
        slug, rank = f"{base}_{rank}", rank + 1
    used.add(slug)
    return slug


def _size(tree: list[Item]) -> int:
    return sum(1 + len(item.children) for item in tree)


# --- Lines ------------------------------------------------------------------------------------


def _items(r: Reading, start: int, end: int) -> list[Item]:
    items: list[Item] = []
    table: Table | None = None
    flat: tuple[int, str] | None = None  # the last line of a table that lost its columns, its unit
    last: Item | None = None  # the criterion last named
    for index in range(r.flow.index_at(start), r.flow.index_at(max(start, end - 1)) + 1):
        line = r.flow.lines[index]
        offset = r.flow.starts[index]
        folded = fold(line.text)
        if len(line.cells) >= 2:
            if head := heading(line.cells):
                table = Table(head, index)
                continue
            if table and index - table.index > 40:
                table = None
            found = table.row(line.cells) if table else plain_row(line.cells)
            for each in found:
                if not (_NEVER if table else _NOISE).search(fold(each.name)):
                    placed = replace(each, start=offset, end=offset + len(line.text))
                    last = _keep(items, placed, last)
                    if len(found) == 1:
                        for part in of_the_row(line.cells, placed):
                            _keep(items, part, last)
            if found or (line.cells[-1].strip() and len(line.cells) > 2):
                continue
        else:
            table = table if table and index - table.index <= 1 else None
            if unit := flat_heading(folded):
                flat = index, unit
                continue
            if flat and index - flat[0] <= 2 and (row := flat_row(line.text, flat[1])):
                last = _keep(items, replace(row, start=offset, end=offset + len(line.text)), last)
                flat = index, flat[1]
                continue
        bounds = [0, *(found.end() for found in _DECOMPOSING.finditer(folded)), len(folded)]
        for begin, finish in itertools.pairwise(bounds):
            last = _of_sentence(items, last, line.text[begin:finish], folded[begin:finish], offset + begin)
    return items


# a sentence that gives the parts of what the ones before it weigh, in the same paragraph
_DECOMPOSING = re.compile(
    r"(?<=[\w%)])\. (?=(?:la |le |les |l')?[^.:]{3,80}? (?:se decompos|est decompose|sont decompose|se repartit|est reparti)[^.]*\d)"
)


def _of_sentence(items: list[Item], last: Item | None, text: str, folded: str, offset: int) -> Item | None:
    """Adds what words outside any table weigh; the criterion the next ones may be parts of."""
    own, parent, said = _decomposed(text, folded, items)
    for each in own:
        each.start += offset
        each.end += offset
        last = _keep(items, each, last)
        parent = parent or last
    for name, weight, unit, mark, number, at, stop in (
        said or _weights_first(text, folded) or ([] if own else _prose(text, folded))
    ):
        item = Item(name, weight, unit, "sub" if said else mark, number, offset + at, offset + stop)
        item.style = _style(folded[at:], number, at)
        if _WORDED_SUB.match(folded[at:]):
            item.mark = item.mark or "sub"
        last = _keep(items, item, parent or last)
    return last


_WORDED_SUB = re.compile(r"[-•*✓➢>o\s]*dont\b")
_SPLIT = re.compile(
    r"^(?P<lead>.{0,160}?)\b(?:se decompos\w+|decompose\w*|est reparti\w*|sont repartis|reparti\w*|se repartit|comprend|est appreciee?|apprecie\w*|est jugee?|est evaluee?)\b[^:]{0,40}?(?:comme suit|en|sur la base de|au regard de|selon|:)\s*:?\s*"
)


def _decomposed(text: str, folded: str, items: list[Item]) -> tuple[list[Item], Item | None, list[Said]]:
    """« La valeur technique (60 points) se décompose en A sur 35 points, B sur 25 points ».

    The thing weighed before its parts, when the line weighs it; what was already known of it; its parts.
    """
    if (found := _THEN_WEIGHED.match(folded)) and (name := _clean(text[: found.end("lead")])):
        at = found.end("parts") - len(found["parts"].lstrip(" -"))
        parts = _prose("- " + text[at : found.end("parts")], "- " + folded[at : found.end("parts")])
        item = Item(name, decimal(found["w"]), "%", "", "", 0, len(text), style=_style(folded, "", 0))
        if len(parts) > 1 and sum((part[1] for part in parts), Decimal(0)) == item.weight:
            return [item], None, [(*part[:5], *found.span("parts")) for part in parts]
    found = _SPLIT.match(folded) or _IN_PARENTHESES.match(folded)
    if found is None:
        return [], None, []
    rest, stop = found.end("lead"), len(text)
    if found.re is _IN_PARENTHESES:
        rest, stop = found.start("parts"), found.end("parts")
    else:
        rest = found.end()
    parts = [
        (name, weight, unit, mark, number, at + rest - 2, end + rest - 2)
        for name, weight, unit, mark, number, at, end in _prose(
            "- " + text[rest:stop], "- " + folded[rest:stop]
        )
    ]
    own = [
        Item(name, weight, unit, mark, number, at, end, style=_style(folded[at:], number, at))
        for name, weight, unit, mark, number, at, end in _prose(text[: found.end("lead")], found["lead"])
    ]
    whole = next((item for item in items if _words_in(item.name, found["lead"])), None)
    if len(own) > 1 or len(parts) < 2 or (not own and whole is None):
        return [], None, []
    return own, None if own else whole, parts


Said = tuple[str, Decimal, str, str, str, int, int]
# « valeur technique (- méthode 20 % ; - références 30 %) : 50 % »
_THEN_WEIGHED = re.compile(
    r"(?P<lead>[^()%:]{4,120})\((?P<parts>[^()]*\d ?%[^()]*\d ?%[^()]*)\)\s*[:–-]?\s*(?P<w>\d{1,3}) ?%\W*$"
)
_IN_PARENTHESES = re.compile(
    r"(?P<lead>[^()]{4,160}\d\s*(?:%|points?|pts?))\s*\((?!soit)(?P<parts>[^()]*\d\s*(?:%|points?|pts?)[^()]*\d\s*(?:%|points?|pts?)[^()]*)\)"
)


def _weights_first(text: str, folded: str) -> list[Said]:
    """« 40 % : prix », « à 40 % sur le prix et à 60 % sur la valeur technique »."""
    out: list[Said] = []
    opens = re.match(r"\s*(?:[-•*✓➢>]\s*)?\d", folded)
    for found in _WEIGHT_FIRST.finditer(folded):
        if _NOISE.search(found["n"]) or not (opens or found[0].startswith("a ")):
            continue
        printed = _clean(text[found.start("n") : found.end("n")])
        unit = "%" if found["u"] == "%" else "points"
        out.append((printed, decimal(found["w"]), unit, "", "", found.start(), found.end()))
    return out if opens or len(out) > 1 else []


def _words_in(name: str, folded: str) -> bool:
    words = re.findall(r"[a-z]{4,}", fold(name))
    return bool(words) and all(word[:8] in folded for word in words[:3])


def _style(folded: str, number: str, at: int) -> str:
    """How a line is marked, to tell criteria from their parts."""
    if number:
        return (
            "1.1"
            if re.search(r"\d[.-]?[a-h\d]$", number) and not number.isdigit()
            else "1"
            if number.isdigit()
            else "a"
        )
    bullet = re.match(r"\s*([-•*✓➢>])\s", folded)
    return bullet[1] if bullet else "," if at else "abc" if folded[:1].isalpha() else ""


def _prose(text: str, folded: str) -> list[tuple[str, Decimal, str, str, str, int, int]]:
    """What a line of prose weighs; several things when it holds several weights."""
    out = []
    pieces = _pieces(folded)
    for at, stop in pieces:
        piece = folded[at:stop]
        found = _WEIGHT.search(piece)
        if found is None:
            continue
        worth = found
        if not found["c"] and re.search(r"\bsur\s*$|\bde \d+ a\s*$", piece[: found.start()]):
            worth = next((each for each in _WEIGHT.finditer(piece) if each["c"]), found)
        mark = _MARK.match(piece)
        assert mark is not None
        kind = "sub" if mark["sub"] else "top" if mark["top"] else ""
        name = piece[mark.end() : found.start()]
        printed = text[at + mark.end() : at + found.start()]
        rest = piece[worth.end() :]
        if len(rest.strip()) > 70 and not kind and not re.match(r"\s*[.):;]", rest):
            continue
        if verb := re.match(r"\s*(?:sont|seront) (?:le |la |les |l')?", name):
            name, printed = name[verb.end() :], printed[verb.end() :]
        if aside := ASIDE.search(name):  # « la valeur technique, appréciée au vu du mémoire »
            name, printed = name[: aside.start()], printed[: aside.start()]
        elif judged := _JUDGED_ON.match(name):  # « la valeur technique au vu du mémoire »
            name, printed = name[: judged.end("own")], printed[: judged.end("own")]
        lead = _LEAD_IN.match(name) if not kind and not aside else None
        if (
            lead
        ):  # « l'offre la mieux placée au regard du prix », « en fonction des critères suivants : prix »
            name, printed = name[lead.end() :], printed[lead.end() :]
        if not kind and re.search(r"\bou\b|\bsi\b|\bque\b|\bqui\b|\bdans\b", name):
            continue
        if re.match(r"\s*des (?:points|prestations|voix)|\s*(?:d'|de )", rest) or (
            re.match(r"\s*[-x/*]\s*(?!soit)\w", rest) and "(soit" not in rest
        ):
            continue
        end_of_name = re.search(
            r"[\s:,(\-–|\[=]*(?:avec une? )?(?:est |sera )?(?:(?:de )?ponderation|pondere\w*|notee?s?|apprecie\w*|juge\w*|represent\w*|compte\w*|evalue\w*|affecte\w*|coefficient|bareme|poids|soit|maximum|max|valeur de la)?(?:\s*(?:\b(?:sur|a|de|a hauteur de|pour|d'un coefficient)|:))*[\s:,(\-–|\[=]*$",
            name,
        )
        cut = end_of_name.start() if end_of_name else len(name)
        name, printed = name[:cut], printed[:cut]
        if not (3 <= len(name.strip()) <= 150) or not re.search(r"[a-z]{3}", name):
            continue
        own = kind or mark["n"] or _NOTE_OF_THE_BID.fullmatch(name.strip())
        if (_NEVER if own else _NOISE).search(name):
            continue
        first = text.strip(" «\"'(-–•")[:1] if at == 0 else printed.strip(" «\"'")[:1]
        ends = at == 0 and not rest.strip() and len(name) < 80  # a row of a table that lost its rules
        if not kind and not (
            ends or first.isupper() or at > 0 or lead or re.match(r"\s*[-•*✓➢>]", text) or mark["n"]
        ):
            continue
        printed = _clean(printed)
        if len(printed) < 3:
            continue
        weight = worth["w"] or worth["c"] or worth["s"]
        unit = "coef" if worth["c"] else "%" if worth["u"] == "%" else "points"
        out.append((printed, decimal(weight), unit, kind, mark["n"] or "", at, at + worth.end()))
    return out


def _pieces(folded: str) -> list[tuple[int, int]]:
    """The line cut where one weighed thing ends and the next begins."""
    cuts = [0]
    weights = [
        found
        for found in _WEIGHT.finditer(folded)
        if not re.search(
            r"soit\s*$|(?:%|points?|pts?|coef\w*\.?\s*\d+)\s*\(\s*$", folded[: found.start()][-24:]
        )
    ]
    for first, second in itertools.pairwise(weights):
        between = folded[first.end() : second.start()]
        joint = re.match(
            r"\s*(?:\)|\(soit[^)]*\))?\s*(?:[;,.•]|\bet\b|-|(?=sous-?critere|critere|\d[.)] ))\s*", between
        )
        if (
            joint
            and re.search(r"[a-z]{3}", between[joint.end() :])
            and (joint[0].strip() or re.match(r"(?:sous-?)?critere", between[joint.end() :]))
        ):
            cuts.append(first.end() + joint.end())
        elif first["u"] == "%" and re.fullmatch(r"\s+[a-z][a-z' ]{5,60} ?: ?", between):
            cuts.append(first.end() + 1)
    if len(cuts) == 1 and (head := re.search(r": ?(?=sous-?critere)", folded)) and len(weights) > 1:
        cuts = [0, head.end()]
    bounds = [*cuts, len(folded)]
    return list(itertools.pairwise(bounds))


def _clean(name: str) -> str:
    name = re.sub(r"^[\s«\"'’(\-–•:.]+|[\s«»\"'’(\-–•:.,|]+$", "", name)
    name = (
        re.sub(
            r"^(?:d(?:e la |e l['’]|es? |u |['’])|la |le |les |l['’])(?=\w)", "", name, flags=re.IGNORECASE
        )
        if not name.isupper()
        else name
    )
    return sentence_case(
        name.capitalize() if re.fullmatch(r"PRIX|COÛTS?|COUTS?|DÉLAIS?|DELAIS?", name) else name
    )


_LEAD_IN = re.compile(
    r".*(?:au regard|en fonction|sur la base|au vu|selon|a partir|suivants?(?: pondere\w*)?|ci-apres|ci-dessous) ?(?::|(?:de la |de l'|du |des |de |la |le |l'|d')(?!criteres))\s*|.*\bcriteres [^:]{0,60}: *|.*\bcriteres (?:\w+ ){0,4}?(?:sont|seront) (?:le |la |les |l')?"
)
_JUDGED_ON = re.compile(
    r"(?P<own>\s*(?:la |le |les |l')?(?:valeur|qualite|prix|couts?|delais?|pertinence|methodologie|performances?|moyens|organisation|technique|esthetique|services?|conditions|adequation)\b[^,:;]{0,60}?),? (?:au vu|au regard|en fonction|sur la base|a partir) (?:de |du |des |d').*"
)
_WEIGHT_FIRST = re.compile(
    r"(?:\ba (?:hauteur de )?)?(?P<w>\d{1,3}(?:[.,]\d{1,2})?)\s*(?P<u>%|points?|pts?)\s*(?:sur|pour|au titre (?:de|du)|[:–-])\s*(?:le |la |les |l'|du |de la |de l')?(?P<n>[a-z][^;,.:%\d]{2,80}?)(?=\s*(?:[;,.]|$|\bet a? ?\d))"
)


def _keep(items: list[Item], item: Item, last: Item | None) -> Item | None:
    """Add an item, or note it as a mention of one already there; the criterion the next ones may be parts of."""
    if is_label(item.name):
        return last
    for other in items:
        if other.weight == item.weight and alike(other, item):
            other.mentions.append(item.start)
            other.mark = other.mark or item.mark
            return other if other.mark != "sub" and other.under is None else last
    item.mentions.append(item.start)
    if last is not None and last in items and items.index(last) != len(items) - 1 and _ended(items, last):
        item.under = last
    items.append(item)
    return item if item.mark == "top" else last


def _ended(items: list[Item], last: Item) -> bool:
    """Whether things stand between a criterion and what is now said under it, other than its own parts."""
    return any(item.under is not last for item in items[items.index(last) + 1 :])


# --- Notices ---------------------------------------------------------------------------------------


def sub_criteria_of(description: str) -> tuple[str, list[tuple[str, int]]]:
    """The name and the sub-criteria a notice packs in one description, when their shares make 100 %.

    >>> sub_criteria_of("Valeur technique : Sous-critère 1 : Moyens : 60% Sous-critère 2 : Délais 40%")
    ('Valeur technique', [('Moyens', 60), ('Délais', 40)])
    """
    pieces = re.split(r"[Ss]ous[- ][Cc]rit[èe]re\s*(?:n°\s*)?\d*\s*[:.–-]?\s*", description)
    read = [
        re.match(r"(.{3,200}?)\s*[:(–-]?\s*(\d{1,3})\s*%", piece.strip(), re.DOTALL) for piece in pieces[1:]
    ]
    children = [(found[1].strip(" :;"), int(found[2])) for found in read if found]
    head = pieces[0].strip(" :;.-") if len(pieces) > 1 else ""
    if len(children) != len(pieces) - 1 or sum(share for _, share in children) != 100:
        return head, []
    return head, children
