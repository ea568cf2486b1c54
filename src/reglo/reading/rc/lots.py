"""Lots: their numbers and names, how many one may bid for and win, the duration of each."""

from __future__ import annotations

import re

from reglo.reading.rc.model import Reading, rule
from reglo.reading.rc.necessities import TO_FILL
from reglo.reading.rc.words import COUNT, PERIOD, count, period, sentence_case
from reglo.reading.text.model import fold

_ID = r"(?P<id>\d{1,3}|[a-h])(?![\w])"
_LOT = rf"(?:^|(?<=\n)|(?<=[;:])\s*)[-•*✓➢>| ]*lot ?(?:n ?°|no|numero)? ?0?{_ID} ?(?:[-:|.)(]|\n) ?(?P<name>[^\n;]{{3,160}})"
# « LOT 2 COUVERTURE »: nothing between, but capitals
_CAPITALS = re.compile(
    r"(?:^|(?<=\n))[-•* ]*L(?:OT|ot) (?:[Nn] ?° ?)?0?(?P<id>\d{1,2}) (?P<name>[A-ZÀ-Ü][A-ZÀ-Ü'’\- ,/&.()]{2,110})(?=\n|$)"
)
# « lot 1 « Voirie » … lot 2 « Réseaux » », « Lot 1 : voirie, lot 2 : réseaux »
_ON_ONE_LINE = (
    rf"\blot ?(?:n ?° ?)?0?{_ID} ?[-–:]? ?(?:«|\")\s?(?P<name>[^«»\"\n]{{3,120}}?)\s?(?:»|\")"
    rf"|\blot ?(?:n ?° ?)?0?{_ID.replace('id', 'id2')} ?[-–:] ?(?P<name2>[a-z][^;:\n]{{2,120}}?)(?=[ ,;]+(?:et )?lot ?(?:n ?° ?)?0?\d{{1,2}} ?[-–:]|[.;\n]|$)"
)
_SAID = rf"\b(?:le |du )?lot ?(?:n ?° ?)?0?{_ID} (?:concerne|porte sur|correspond a|est relatif a|est consacre a|regroupe|comprend|a pour objet|est reserve a|couvre)? ?(?:l'|la |le |les )(?P<name>[^.;,\n]{{3,120}}?)(?=,? et (?:le )?lot|, le lot|[.;,\n])"

# what is said of a lot, after its number, that is not what it is
_NOT_A_NAME = r"\d|(?:est|sera|fait|doit|dont|qui|maxim|minim|montant|duree|delai)\w*\b"
_MOST = 60  # lots a document counts without naming them


@rule("LOT-01", "les lots : lignes « Lot n° 1 – … » et tableaux de lots")
def lots(r: Reading) -> None:
    seen: dict[str, tuple[str, tuple[int, int]]] = {}
    clash = False
    for start, row in _lot_rows(r):
        seen.setdefault(row[0], (row[1], (start, start + len(row[1]))))
    for found in r.flow.find(_LOT):
        name = re.sub(r"\s*[;.,]$", "", r.flow.printed(found, "name")).strip(" -:|–")
        name = name.rstrip(")") if name.count(")") > name.count("(") else name
        name = name.split(" | ")[0]
        name = (
            re.split(r"\s*[-–—,(]?\s*(?:[Mm]ontant|[Mm]aximum|[Mm]inimum|[Ee]stimation)\b[^:]{0,30}:", name)[
                0
            ].strip(" -–—,(")
            or name
        )
        if re.match(_NOT_A_NAME, fold(name)):
            continue
        seen.setdefault(found["id"].upper(), (name, found.span()))
    for found in _CAPITALS.finditer(r.flow.text):
        seen.setdefault(found["id"], (sentence_case(found["name"]), found.span()))
    if len(seen) < 2:
        for found in (*r.flow.find(_ON_ONE_LINE), *r.flow.find(_SAID)):
            group = "2" if found.groupdict().get("id2") else ""
            name = r.flow.printed(found, f"name{group}").strip(" -:")
            if re.match(_NOT_A_NAME, fold(name)) or re.search(r"\d ?(?:€|euros?|eur|%)", fold(name)):
                continue
            seen.setdefault(found[f"id{group}"].upper(), (name, found.span()))
    numbers = _in_order(seen)
    if len(numbers) >= 2:
        announced = next(
            (
                each
                for each in r.flow.find(
                    rf"(?:decompose\w*|divise\w*|alloti\w*|comprend|comporte|reparti\w*|les) [^.\n]{{0,60}}?(?P<n>{COUNT}) lots"
                )
                if not re.search(r"plus de|au plus|maxim|attributaire|attribu|titulaire|soumission", each[0])
            ),
            None,
        )
        total = count(announced["n"]) if announced else None
        if announced and total is not None and total != len(numbers):
            r.doubt(
                "nombre-de-lots",
                f"Le document annonce {total} lots et en décrit {len(numbers)}. Combien y en a-t-il ?",
                announced.span(),
                seen[numbers[0]][1],
            )
            clash = True
        for lot in numbers:
            name, place = seen[lot]
            value: dict[str, object] = {"id": lot, "name": name}
            r.add(f"lots[{lot}]", value, place, 0.97)
        if not clash:
            r.add("allotment.divided", True, seen[numbers[0]][1], 0.97)
            r.notes["lots"] = len(numbers)
        return
    single = r.flow.first(
        r"n'est pas (?:alloti|decompose|divise)\w*|qu'un(?: seul)? lot\b|non[ -]allotissement|(?:ne sont|n'ont|n'est) pas (?:ete )?allotie?s?|pas prevu de decomposition en lots|non alloti\w*|lot unique|(?:marche|accord-cadre|contrat) unique|sans allotissement|ne fait pas l'objet d'un allotissement|ne comporte pas de lots?"
        r"|pas de (?:decomposition|division) en lots|n'est pas divise en lots|ne sont pas allotis"
    )
    if single is None:
        _announced(r, seen)
    else:
        r.add("allotment.divided", False, single, 0.96)
        reason = r.flow.first(
            r"(?:[,:(](?= ?[^.\n]{25})|car\b|en raison d[eu']s?|du fait d[eu']s?|parce qu[e']|puisqu[e']|au motif qu[e']) ?(?P<why>(?!en application)[^.\n]{8,220})",
            single.end(),
            min(
                single.end() + 320,
                r.flow.starts[r.flow.index_at(single.start())] + len(r.flow.line_at(single.start()).text),
            ),
        )
        if reason:
            r.add("allotment.reason", r.flow.printed(reason, "why").strip(" ,;:()"), reason, 0.85)


def _announced(r: Reading, seen: dict[str, tuple[str, tuple[int, int]]]) -> None:
    """Lots the document counts, or says there are, without naming each: as many, their names to be filled."""
    found = r.flow.first(
        rf"(?:decompose\w*|divise\w*|allotie?s?|reparti\w*|comprend|comporte)(?: [^.\n]{{0,60}}?)? (?:[«\"] ?)?(?P<n>{COUNT})(?: ?[»\"])? lots\b"
        rf"|(?:^|(?<=\n))(?:en )?(?P<m>{COUNT}) lots(?=\n|$)"
    )
    bare = r.flow.first(
        r"(?:marches?|consultation|accord-cadre|prestations|travaux|fournitures) (?:est|sont|fait|font) (?:l'objet d'un allotissement|allotie?s?)\b"
    )
    total = count(found["n"] or found["m"]) or 0 if found else 0
    place = found if total else bare
    if place is None or (total and not 2 <= total <= _MOST):
        return
    named = f"en nomme {len(seen)}" if seen else "n'en nomme aucun"
    said = f"annonce {total} lots et {named}" if total else "est alloti et ne nomme pas ses lots"
    r.doubt("nombre-de-lots", f"Le document {said}. Quels sont-ils ?", place.span())
    if total and not seen:
        r.add("allotment.divided", True, place, 0.9)
        for rank in range(1, total + 1):
            r.add(f"lots[{rank}]", {"id": str(rank), "name": TO_FILL}, place, 0.8)


def _in_order(seen: dict[str, tuple[str, tuple[int, int]]]) -> list[str]:
    """The numbers of lots, or their letters, when none is missing; empty otherwise."""
    ranks = sorted(int(lot) for lot in seen if lot.isdigit())
    if len(ranks) >= 2 and ranks == list(range(1, len(ranks) + 1)):
        return [str(rank) for rank in ranks]
    letters = sorted(lot for lot in seen if lot.isalpha())
    return letters if len(letters) >= 2 and letters == list("ABCDEFGH"[: len(letters)]) else []


def _lot_rows(r: Reading) -> list[tuple[int, tuple[str, str]]]:
    """Rows of a table headed « lot | désignation », their number and name."""
    rows: list[tuple[int, tuple[str, str]]] = []
    inside = False
    flat = -9  # line of the heading of a table that lost its columns
    for index, line in enumerate(r.flow.lines):
        if len(line.cells) < 2:
            inside = False
            folded = fold(line.text)
            if re.match(
                r"(?:n ?° (?:du |de )?)?lots?\b.{0,12}(?:designation|intitule|libelle|objet|description|nom\b)",
                folded,
            ):
                flat = index
            elif flat >= 0 and index - flat <= 2:
                found = re.match(r"0?(\d{1,2}|[A-H])\s+[-–:]?\s*([A-ZÀ-Ü][^|]{3,150})$", line.text)
                last = rows[-1][1][0] if rows else ""
                if found and last.isdigit() and found[1].isdigit() and int(found[1]) != int(last) + 1:
                    flat = -9  # the articles after the table
                elif found:
                    name = re.sub(
                        r"(?:\s+\d{1,3}(?:[\s.]\d{3})*(?:,\d+)?\s*(?:€|EUR|HT|euros)*)+$", "", found[2]
                    )
                    rows.append((r.flow.starts[index], (found[1], name.strip(" ;."))))
                    flat = index
            continue
        head = [fold(cell) for cell in line.cells[:2]]
        if re.match(r"(?:(?:n ?°|numero) (?:du |de )?)?lots?\b|n ?°", head[0]) and re.search(
            r"designation|intitule|libelle|objet|description|nom|prestation|consistance|nature|secteur|site|perimetre|zone",
            head[1],
        ):
            inside = True
            continue
        number = re.fullmatch(r"(?:lot ?)?(?:n ?° ?)?0?(\d{1,3}|[a-h])", head[0].strip())
        if inside and number:
            rows.append((r.flow.starts[index], (number[1].upper(), line.cells[1].strip(" ;."))))
    return rows


@rule("LOT-02", "combien de lots on peut demander et obtenir")
def lot_limits(r: Reading) -> None:
    bid = r.flow.first(
        rf"(?:repondre|soumissionner|presenter une offre|candidater|deposer une offre|remettre une offre)[^.\n]{{0,60}}(?:au maximum|au plus|dans la limite de|maximum de|limite a|plus de) ?(?:a |de )?(?P<n>{COUNT}) lots?|(?:repondre|soumissionner|offre)[^.\n]{{0,30}} (?:pour|a) (?P<m>{COUNT}) lots? (?:au plus|au maximum|maximum)"
    )
    if bid and (number := count(bid["n"] or bid["m"])):
        r.add("allotment.max_lots_bid", number, bid, 0.93)
    won = r.flow.first(
        rf"(?:se voir attribuer|etre attributaire|attribue\w*|etre titulaire|etre retenue?s?|remporter)[^.\n]{{0,40}}(?:plus de|au maximum|maximum de|plus d'|au plus|que d'|que de|que pour|que|d'(?=une? seul)) ?(?P<n>{COUNT}) (?:seuls? )?lots?"
    )
    if won and (number := count(won["n"])):
        r.add("allotment.max_lots_awarded", number, won, 0.93)


@rule("LOT-03", "la durée propre à un lot")
def lot_durations(r: Reading) -> None:
    inside = False
    for index, line in enumerate(r.flow.lines):
        cells = [fold(cell).strip() for cell in line.cells]
        if len(cells) < 2:
            inside = False
        elif re.match(r"(?:n ?° (?:du |de )?)?lots?\b", cells[0]) and re.search(r"delai|duree", cells[-1]):
            inside = True
        elif inside and (number := re.fullmatch(r"(?:lot ?)?(?:n ?° ?)?0?(\d{1,3}|[a-z])", cells[0])):
            lasting = re.fullmatch(PERIOD.replace(" ", r"\s+"), cells[-1])
            if lasting and (written := period(lasting)):
                at = r.flow.starts[index]
                r.add(f"lots[{number[1].upper()}].duration", written, (at, at + len(line.text)), 0.93)
    for found in r.flow.find(
        rf"(?:excepte|sauf|a l'exception|hormis)[^.\n]{{0,25}}lot ?(?:n ?° ?)?(?P<id>\d{{1,3}})\b[^.\n]{{0,80}}?{PERIOD}"
    ):
        if written := period(found):
            r.add(f"lots[{found['id']}].duration", written, found, 0.95)
