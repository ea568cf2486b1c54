"""The older shapes of BOAMP records (FNSimple, MAPA, IDENTITE): what their fields say, by their names.

The shapes name the same things differently; a field is known by the end of its path, written without
capitals or underscores: ``natureMarche/dureeMois``, ``DUREE_DELAI/DUREE_MOIS``.
"""

from __future__ import annotations

import html
import re
from collections.abc import Callable, Iterator
from datetime import datetime
from decimal import Decimal, InvalidOperation
from typing import Any
from zoneinfo import ZoneInfo

from reglo.reading.rc.criteria import is_price, slug
from reglo.reading.rc.model import Reading
from reglo.reading.rc.words import DAY, HOUR, day, hour
from reglo.reading.text.model import fold, pattern

_PARIS = ZoneInfo("Europe/Paris")
Convert = Callable[[str], Any]


def _text(value: str) -> str | None:
    return value[:400] or None


def _url(value: str) -> str | None:
    value = value if value.startswith("http") else f"https://{value}" if value.startswith("www.") else ""
    return value if re.fullmatch(r"https?://[^\s]{4,400}", value) else None


def _siret(value: str) -> str | None:
    digits = re.sub(r"\D", "", value)
    total = sum(sum(divmod(int(digit) * (2 - rank % 2), 10)) for rank, digit in enumerate(digits))
    return digits if len(digits) == 14 and total % 10 == 0 else None


def _reference(value: str) -> str | None:
    return value if re.fullmatch(r"[\w./-]{3,40}", value) and re.search(r"\d", value) else None


def _cpv(value: str) -> list[str] | None:
    found = re.match(r"\d{8}", value)
    return [found[0]] if found else None


def _months(value: str) -> str | None:
    return f"{int(value)} mois" if re.fullmatch(r"\d{1,3}", value) and int(value) else None


def _validity(value: str) -> dict[str, object] | None:
    found = re.fullmatch(r"(\d{1,3})(?: jours?)?", value)
    return {"period": f"{int(found[1])} jours", "of": ["submission_deadline"]} if found else None


def _instant(value: str) -> str | None:
    """A day with its hour; a day alone, or an hour without a day, is none."""
    if re.match(r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}", value):
        try:
            at = datetime.fromisoformat(value)
        except ValueError:
            return None
        at = at.astimezone(_PARIS) if at.tzinfo else at
        return f"{at:%Y-%m-%d %H:%M} Europe/Paris"
    folded = fold(value)
    at_day = pattern(DAY).search(folded)
    clock = pattern(HOUR).search(folded, at_day.end()) if at_day else None
    if at_day and clock and (when := day(at_day)) and (written := hour(clock)):
        return f"{when.isoformat()} {written} Europe/Paris"
    return None


_PROCEDURES = (
    ("adapted", r"adapt"),
    ("restricted", r"restreint"),
    ("negotiated", r"negoci"),
    ("dialogue", r"dialogue"),
    ("open", r"ouvert"),
)


def _procedure(value: str) -> str | None:
    return next((name for name, words in _PROCEDURES if re.search(words, fold(value))), None)


def _divided(value: str) -> bool | None:
    return {"oui": True, "non": False}.get(fold(value))


# the end of a path -> where it goes, how it is written there
_FIELDS: tuple[tuple[str, str, Convert], ...] = (
    (r"(?:organisme|identite)/(?:nomofficiel|acheteurpublic|denomination)", "buyer.name", _text),
    (r"(?:codeidentificationnational|siret|codeidentification)", "buyer.siret", _siret),
    (r"urlprofilacheteur", "buyer.profile_url", _url),
    (r"(?:urldocconsul|urldocument)", "document_access.url", _url),
    (r"(?:identifiantinterne|referencemarche|numeroreference|numeromarche)", "reference", _reference),
    (r"(?:naturemarche/intitule|titremarche|initial/description/objet)", "title", _text),
    (r"(?:naturemarche/description|caracteristiques/principales|objetcomplet)", "description", _text),
    (r"(?:classprincipale|cpv/principal|cpv/objetprincipal)", "cpv", _cpv),
    (r"(?:dureemois|nbmois)", "contract.duration", _months),
    (r"validiteoffres?(?:/(?:dureejours|nbjours|duree|jours))?", "calendar.bid_validity", _validity),
    (
        r"(?:receptionoffres?|datereceptionplis|datereceptoffres|receptoffres?|datereceptionoffres)",
        "calendar.submission_deadline",
        _instant,
    ),
    (
        r"(?:receptcandidatures?|receptioncandidatures?|datereceptioncandidatures?)",
        "calendar.candidacy_deadline",
        _instant,
    ),
    (r"typeprocedure", "procedure.type", _procedure),
    (r"(?:divenlots|divisionlots|divisionenlots)", "allotment.divided", _divided),
)  # fmt: skip


def read_fields(r: Reading, notice: Any) -> None:
    """What the fields say; it goes before what the rules read in the same notice as a text."""
    said: dict[str, tuple[Any, str, str]] = {}
    for path, value in _walk(notice, ""):
        if "/lot" in path and not path.endswith(("nomofficiel", "acheteurpublic", "denomination")):
            continue
        for words, target, convert in _FIELDS:
            if target not in said and re.search(rf"(?:^|/){words}$", path):
                converted = convert(" ".join(html.unescape(value).split()))
                if converted is not None:
                    said[target] = (converted, path, value)
    r.rule_id = "BOA-02"
    r.found[:] = [each for each in r.found if not _under(each.path, said)]
    if "calendar.submission_deadline" in said:
        r.doubts[:] = [doubt for doubt in r.doubts if doubt.id not in ("heure-limite", "date-limite")]
    for target, (value, path, words) in said.items():
        if target == "cpv":
            r.add(f"cpv[{value[0]}]", value[0], _place(r, words, path), 0.97)
        else:
            r.add(target, value, _place(r, words, path), 0.97)
    _lots(r, notice)
    _criteria(r, notice)


def _under(path: str, said: dict[str, tuple[Any, str, str]]) -> bool:
    return any(path == target or path.startswith((target + ".", target + "[")) for target in said)


def _place(r: Reading, words: str, path: str = "") -> tuple[int, int]:
    """Where the value stands in the notice written as lines, « label : value »."""
    said = " ".join(html.unescape(words).split())[:60]
    key = path.rpartition("/")[2]
    for start, line in zip(r.flow.starts, r.flow.lines, strict=True):
        label, _, value = line.text.partition(" : ")
        if said and said in value and (not key or re.sub(r"[^a-z0-9]", "", fold(label)) == key):
            return (start, start + len(line.text))
    at = r.flow.text.find(said)
    return (at, at + len(said)) if at >= 0 else (0, 1)


def _walk(node: Any, path: str) -> Iterator[tuple[str, str]]:
    """Every text with the path of its keys; a key whose value is empty says itself (``{"ouvert": ""}``)."""
    stack: list[tuple[Any, str]] = [(node, path)]
    while stack:
        current, at = stack.pop()
        if isinstance(current, dict):
            for key, value in reversed(current.items()):
                if isinstance(value, str) and not value.strip() and not key.startswith(("@", "#")):
                    yield at, key
                name = "" if key == "#text" else key.lower().replace("_", "")
                stack.append((value, f"{at}/{name}" if at and name else name or at))
        elif isinstance(current, list):
            stack.extend((value, at) for value in reversed(current))
        elif current is not None and str(current).strip():
            yield at, str(current)


def _lists(node: Any, names: tuple[str, ...]) -> Iterator[list[Any]]:
    """Each list (or single element) under a key of these names."""
    stack = [node]
    while stack:
        current = stack.pop()
        if isinstance(current, dict):
            for key, value in current.items():
                if key.lower().replace("_", "") in names:
                    yield value if isinstance(value, list) else [value]
                stack.append(value)
        elif isinstance(current, list):
            stack.extend(current)


def _named(node: dict[str, Any], *names: str) -> str:
    for key, value in node.items():
        if key.lower().lstrip("@#").replace("_", "") in names and isinstance(value, str) and value.strip():
            return " ".join(html.unescape(value).split())
    return ""


def _lots(r: Reading, notice: Any) -> None:
    for lots in _lists(notice, ("lot",)):
        read = [
            (_named(lot, "num", "numero", "numlot"), _named(lot, "intitule", "objet", "titre"))
            for lot in lots
            if isinstance(lot, dict)
        ]
        numbered = [(number or str(rank), name) for rank, (number, name) in enumerate(read, start=1)]
        if len(numbered) < 2 or not all(name for _, name in numbered):
            continue
        if len({number for number, _ in numbered}) != len(numbered):
            continue
        r.found[:] = [each for each in r.found if not each.path.startswith(("lots[", "allotment.divided"))]
        for number, name in numbered:
            r.add(f"lots[{number}]", {"id": number, "name": name[:200]}, _place(r, name), 0.96)
        r.add("allotment.divided", True, _place(r, numbered[0][1]), 0.96)
        return


def _criteria(r: Reading, notice: Any) -> None:
    """Criteria given one by one with their weight, when the weights make 100."""
    for criteria in _lists(notice, ("critere", "criteres", "critereattribution")):
        read: list[tuple[str, Decimal]] = []
        for one in criteria:
            if not isinstance(one, dict):
                break
            name = _named(one, "libelle", "intitule", "nom", "text")
            printed = _named(one, "ponderation", "poids", "critereptd", "coefficient").rstrip(" %")
            try:
                read.append((name, Decimal(printed.replace(",", "."))))
            except InvalidOperation:
                break
        if len(read) < 1 or len(read) != len(criteria) or sum(weight for _, weight in read) != 100:
            continue
        r.found[:] = [each for each in r.found if not each.path.startswith("award.criteria")]
        r.doubts[:] = [doubt for doubt in r.doubts if doubt.id != "criteres"]
        used: set[str] = set()
        for name, weight in read:
            key = slug(name, used)
            value: dict[str, object] = {"id": key, "name": name, "weight": weight}
            if is_price(name):
                value |= {"price": True, "type": "price"}
            r.add(f"award.criteria[{key}]", value, _place(r, name), 0.95)
        return
