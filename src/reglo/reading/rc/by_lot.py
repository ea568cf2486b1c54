"""What a document says of some lots only: never a rule of the whole consultation.

The rules of the contract and of the visit read a sentence whatever it limits itself to. Those that
« le lot 3 » or « les lots 1 et 2 » limit are taken back here: given to their lots when the format
has a place for it (a duration), otherwise kept in the words of the document and asked about.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

from reglo.reading.rc.model import Found, Reading, rule
from reglo.reading.rc.words import AMOUNT, PERIOD, amount, period
from reglo.reading.text.model import fold

_LOTS = re.compile(
    r"\b(?:l[oe]s |du |le |au |aux |des |chacun des )?lots? (?:n ?°s? ?)?(?P<ids>\d{1,3}(?:(?:, ?| et | a |, et )(?:le lot |du lot |lot )?(?:n ?° ?)?\d{1,3})*)\b(?! ?(?:%|€|jours?|mois|ans?\b|points?|euros?))"
)
# a sentence that goes on with what the one before spoke of
_SAME = re.compile(r"(?:il|elle|ils|elles|celui-ci|celle-ci|ce|cet|cette|ces|sa|son|ses)\b")
_WHOLE = re.compile(
    r"contract\.(?:duration|duration_from|starts_on|maximum_duration|renewal\b.*|framework\.(?:minimum|maximum|maximum_per)"
    r"|completion_guarantee)$|calendar\.visits\[[^\]]+\]$"
)
# what a value is about: the open point that asks it lot by lot
_ASKED = (
    (
        r"calendar\.visits",
        "visite-par-lot",
        "La visite n'est pas la même pour tous les lots, et n'a pas été lue. Comment vaut-elle pour chacun ?",
    ),
    (
        r"contract\.(?:renewal|maximum_duration)",
        "reconduction-par-lot",
        "La reconduction ne concerne pas tous les lots, et n'a pas été lue. Lesquels sont reconduits, et combien de fois ?",
    ),
    (
        r"contract\.framework",
        "montants-par-lot",
        "Le minimum ou le maximum ne concerne pas tous les lots, et n'a pas été lu. Que vaut-il pour chacun, et sur quelle durée ?",
    ),
)
_LASTS = re.compile(
    rf"\b(?:duree|periode initiale|delai (?:global )?d'execution|conclu\w*|passe\w* pour)\b(?! (?:maximale|totale) )[^.]{{0,110}}?\b(?:de |d'|pour |a ){PERIOD}"
)


def lots_of(r: Reading) -> list[str]:
    return [found.path[5:-1] for found in r.found if re.fullmatch(r"lots\[\w+\]", found.path)]


def _scopes(r: Reading, known: list[str]) -> Iterator[tuple[int, int, str, list[str]]]:
    """Each sentence, and the lots it limits itself to: none when it speaks of all or of no lot."""
    line, before = -1, list[str]()
    for start, end, words in r.sentences():
        index = r.flow.index_at(start)
        named = [lot for found in _LOTS.finditer(words) for lot in lot_ids(found["ids"])]
        cells = r.flow.lines[index].cells
        if cells and (row := re.fullmatch(r"(?:lot )?(?:n ?° ?)?0?(\d{1,3})", fold(cells[0]).strip())):
            named = [row[1]]
        if not named and index == line and _SAME.match(words):
            named = before
        if re.search(
            r"(?:tous les|toutes? les|chaque|chacun des|l'ensemble des|(?<!pour les )autres) lots?\b", words
        ):
            named = []  # « pour tous les lots, excepté le lot 11 »
        line, before = index, named
        some = [lot for lot in known if lot in named]
        yield start, end, words, some if len(some) < len(known) else []


def lot_ids(said: str) -> list[str]:
    """The lots of « 1, 2 et 4 », « 1 à 3 ».

    >>> lot_ids("1, 2 et 4"), lot_ids("1 a 3")
    (['1', '2', '4'], ['1', '2', '3'])
    """
    out: list[str] = []
    for found in re.finditer(r"(\d+)(?: a (?:lot )?(\d+))?", said):
        first, last = int(found[1]), int(found[2] or found[1])
        out.extend(str(each) for each in range(first, min(last, first + 40) + 1))
    return out


@rule("LOT-06", "ce qui n'est dit que de certains lots : durée, reconduction, minimum, visite, forme")
def by_lot(r: Reading) -> None:
    known = lots_of(r)
    if len(known) < 2:
        return
    scoped = [each for each in _scopes(r, known) if each[3]]
    kept: dict[str, list[tuple[int, int]]] = {}
    for start, end, words, lots in scoped:
        lasting = _LASTS.search(words)
        written = period(lasting) if lasting else None
        if (
            written
            and lasting
            and not re.search(r"validite|maximale|totale|garantie|preparation|exced", lasting[0])
        ):
            for lot in lots:
                if not any(each.path == f"lots[{lot}].duration" for each in r.found):
                    r.add(f"lots[{lot}].duration", written, (start, end), 0.92)
    for found in list(r.found):
        if not _WHOLE.match(found.path):
            continue
        sentence = next((each for each in scoped if each[0] <= found.quote.offset < each[1]), None)
        if sentence is None:
            continue
        if "visits" in found.path and _one_visit(scoped, sentence[3]):
            r.add(f"{found.path}.lots", sentence[3], sentence[:2], 0.92)
            continue
        r.found.remove(found)
        key = found.path.rpartition(".")[2]
        if key in ("minimum", "maximum") and _own_amounts(r, key, scoped):
            continue
        for about, id, _ in _ASKED:
            if re.match(about, found.path):
                index = r.flow.index_at(sentence[0])
                kept.setdefault(id, []).append(sentence[:2])
                if "visits" in about:  # « Elle est facultative pour le lot 3 »
                    kept[id] += [
                        (start, end)
                        for start, end, words, _ in scoped
                        if r.flow.index_at(start) == index and re.search(r"visite|facultat|obligat", words)
                    ]
    for rank, found in enumerate(r.found):
        if found.path == "procedure.optional_supplies":
            sentence = next((each for each in scoped if each[0] <= found.quote.offset < each[1]), None)
            if sentence:
                of = f"lot{'s' * (len(sentence[3]) > 1)} {', '.join(sentence[3])}"
                r.found[rank] = replace(found, value=[f"{name} ({of})" for name in found.value])
    _form(r, known)
    for _, id, question in _ASKED:
        if places := kept.get(id):
            _ask(r, id, question, places)


_Scope = tuple[int, int, str, list[str]]


def _one_visit(scoped: list[_Scope], lots: list[str]) -> bool:
    """Whether no sentence says of other lots what a visit is for them."""
    said = [(words, named) for *_, words, named in scoped if re.search(r"visite|facultat|obligatoire", words)]
    return all(named == lots and not re.search(r"\bautres\b", words) for words, named in said)


def _own_amounts(r: Reading, key: str, scoped: list[_Scope]) -> bool:
    """Give each lot its minimum or maximum; False when one is of several lots, of a year, or said twice."""
    given: dict[str, tuple[str, tuple[int, int]]] = {}
    for start, end, words, lots in scoped:
        said = list(re.finditer(rf"\b{key[:5]}\w*\b(?:(?!maxim|minim)[^.\d]){{0,70}}?{AMOUNT}", words))
        if not said:
            continue
        written = amount(said[0])
        yearly = re.search(r"annuel|par an\b|/ ?an\b|period", words)
        if len(said) > 1 or len(lots) > 1 or lots[0] in given or yearly or written is None:
            return False
        given[lots[0]] = written, (start, end)
    for lot, (written, place) in given.items():
        r.add(f"lots[{lot}].{key}", written, place, 0.92)
    return bool(given)


def _ask(r: Reading, id: str, question: str, places: list[tuple[int, int]]) -> None:
    """An open point, and the sentences themselves as clauses."""
    places = list(dict.fromkeys(places))
    r.doubt(id, question, *places)
    for rank, (start, end) in enumerate(places, start=1):
        name = id if rank == 1 else f"{id}-{rank}"
        said = " ".join(r.flow.text[start:end].split()).strip(" -•")
        r.add(f"clauses[{name}]", {"id": name, "topic": "lots", "rule": said[:500]}, (start, end), 0.8)


def _form(r: Reading, known: list[str]) -> None:
    """Some lots are an accord-cadre and others a plain contract: the whole is neither."""
    plain: dict[str, tuple[int, int]] = {}
    frame: dict[str, tuple[int, int]] = {}
    for start, end, words, lots in _scopes(r, known):
        for cue, said in (
            (r"marches? (?:publics? )?(?:ordinaire|simple)s?\b", plain),
            (r"accords?-cadres?", frame),
        ):
            if re.search(cue, words):
                for lot in lots:
                    said.setdefault(lot, (start, end))
    if not plain or not frame or set(plain) & set(frame):
        return
    forms = [each for each in r.found if each.path == "contract.form"]
    if any(each.value == "composite" for each in forms):
        return
    r.found[:] = [each for each in r.found if each not in forms]
    for form, said in (("ordinaire", plain), ("accord-cadre", frame)):
        for lot, place in said.items():
            r.add(f"lots[{lot}].form", form, place, 0.85)
    r.add("contract.form", "composite", next(iter(frame.values())), 0.85)


@rule("LOT-07", "un minimum ou un maximum dit « annuel » n'est pas celui de toute la durée")
def yearly(r: Reading) -> None:
    for found in list(r.found):
        if found.path not in ("contract.framework.minimum", "contract.framework.maximum"):
            continue
        if per_year := _per_year(r, found):
            r.found.remove(found)
            key = found.path.rpartition(".")[2]
            _ask(
                r,
                f"{key}-par-an",
                f"Le {key} de {found.value} est annuel, et une règle porte celui de toute la durée. Combien en tout ?",
                [per_year],
            )


def _per_year(r: Reading, found: Found) -> tuple[int, int] | None:
    """The sentence of an amount, when it says « annuel » beside it."""
    word = found.path.rpartition(".")[2][:5]
    for start, end, words in r.sentences(found.quote.offset, found.quote.offset + 1):
        if re.search(
            rf"{word}\w* annuel|annuel\w* {word}|{word}[^,;]{{0,60}}(?:par an\b|annuel|/ ?an\b)", words
        ):
            return start, end
    return None
