"""Firm and optional tranches: listed, in tables, or in a sentence."""

from __future__ import annotations

import re

from reglo.reading.rc.model import Reading, rule
from reglo.reading.rc.words import COUNT, PERIOD, count, period
from reglo.reading.text.model import fold


@rule("CTR-03", "les tranches fermes et optionnelles, leur durée, leurs éléments")
def tranches(r: Reading) -> None:
    seen: dict[str, dict[str, object]] = {}
    places: dict[str, tuple[int, int]] = {}
    for found in r.flow.find(
        r"(?:^|(?<=\n))[-•*➢ ]*tranche (?P<kind>ferme|optionnelle|conditionnelle) ?(?:n ?° ?)?(?P<n>\d{1,2})? ?[-:|(] ?(?P<name>[^\n]{3,160})"
    ):
        optional = found["kind"] != "ferme"
        rank = found["n"] or ""
        tranche = ("TO" if optional else "TF") + (rank if optional else "")
        name, _, _rest = r.flow.printed(found, "name").partition(" | ")
        name = re.sub(r"\s*[;.]$", "", name.split(" (")[0]).strip()
        value = seen.setdefault(
            tranche,
            {
                "id": tranche,
                "name": f"Tranche {'optionnelle' if optional else 'ferme'}{' ' + rank if optional and rank else ''} - {name[:1].lower() + name[1:]}",
                "optional": optional,
            },
        )
        places.setdefault(tranche, found.span())
        lasting = re.search(PERIOD.replace(" ", r"\s+"), found["name"])
        if lasting and (written := period(lasting)):
            value["duration"] = written
        codes: list[str] = []
        after = r.flow.index_at(found.end()) + 1
        for line in r.flow.lines[after : after + 12]:
            code = re.match(r"[-•* ]*([A-Z]{2,5}(?:/[A-Z]{2,5})?) ?[:|]", line.text)
            if code and not re.match(r"AE|RC|CCAP|CCTP", code[1]):
                codes.append(code[1])
            elif codes or not re.search(r"(?i)element|mission", line.text):
                break
        if codes:
            value["elements"] = codes
        if optional and re.search(r"sans indemnite", found[0]):
            value["compensation"] = False
    if not seen:
        _short(r, seen, places)
    if not seen:
        _counted(r, seen, places)
    for tranche, value in seen.items():
        r.add(f"contract.tranches[{tranche}]", value, places[tranche], 0.94)
    guarantee = r.flow.first(rf"garantie de parfait achevement ?(?:[:|] ?){{1,3}}{PERIOD}")
    if guarantee and (written := period(guarantee)):
        r.add("contract.completion_guarantee", written, guarantee, 0.93)
    _whole(r, seen, places, guarantee)


def _counted(r: Reading, seen: dict[str, dict[str, object]], places: dict[str, tuple[int, int]]) -> None:
    """« deux tranches : une tranche ferme et une tranche optionnelle »: named by their kind alone."""
    found = r.flow.first(
        rf"\bune tranche ferme(?: de [^,;.\n]{{1,30}}?)? et (?P<n>{COUNT}) tranches? (?P<kind>optionnelle|conditionnelle)s?\b"
    )
    options = count(found["n"]) if found else None
    if found is None or not options or options > 20:
        return
    seen["TF"], places["TF"] = {"id": "TF", "name": "Tranche ferme", "optional": False}, found.span()
    for rank in range(1, options + 1):
        number = str(rank) if options > 1 else ""
        seen[f"TO{number}"] = {
            "id": f"TO{number}",
            "name": f"Tranche {found['kind']} {number}".strip(),
            "optional": True,
        }
        places[f"TO{number}"] = found.span()


def _whole(
    r: Reading,
    seen: dict[str, dict[str, object]],
    places: dict[str, tuple[int, int]],
    guarantee: re.Match[str] | None,
) -> None:
    """The whole duration, where a sentence leaves it to the table: never printed, so what its rows add up to is asked."""
    told = r.told(r"duree (?:globale|totale)", r"\btableau\b|ci-(?:apres|dessous)")
    lasting = [
        re.fullmatch(r"(\d+) (mois|ans?|semaines?|jours?)", str(value.get("duration", "")))
        for value in seen.values()
    ]
    if told is None or len(lasting) < 2 or any(each.path == "contract.duration" for each in r.found):
        return
    rows = [found for found in lasting if found]
    after = re.search(_PERIOD, guarantee[0]) if guarantee else None
    last = re.fullmatch(r"(\d+) (\w+)", period(after) or "") if after else None
    if len(rows) < len(lasting) or (guarantee and not last):
        return
    unit = rows[0][2].rstrip("s")
    if any(found[2].rstrip("s") != unit for found in [*rows, *([last] if last else [])]):
        return
    short = sum(int(found[1]) for found in rows)
    written = f"{{}} {'mois' if unit == 'moi' else unit + 's'}"
    sums = [(written.format(short), "les lignes du tableau")]
    if last:
        sums.append((written.format(short + int(last[1])), "les lignes et la garantie de parfait achèvement"))
    r.doubt(
        "duree-totale",
        f"La durée totale n'est pas écrite. {' ; '.join(f'{total} : {what}' for total, what in sums)}. Laquelle inscrire ?",
        told,
        *([guarantee.span()] if guarantee else []),
        choices=tuple(
            (total.replace(" ", "-"), f"{total}, {what}", {"contract.duration": total})
            for total, what in sums
        ),
    )


_CODE = r"(?P<kind>tf|to|tc)\s?(?:n ?° ?)?(?P<n>\d{1,2})?"
_PERIOD = PERIOD.replace(" ", r"\s+")


def _short(r: Reading, seen: dict[str, dict[str, object]], places: dict[str, tuple[int, int]]) -> None:
    """Tranches named by their code (« TF », « TO1 ») in rows, lines or parentheses, or only by their kind."""
    for index, line in enumerate(r.flow.lines):
        at = r.flow.starts[index]
        if len(line.cells) >= 2:
            code = re.fullmatch(
                rf"(?:tranche\s+)?(?:{_CODE}|(?P<word>ferme|optionnelle|conditionnelle)(?:\s+n ?°)?\s*(?P<m>\d{{1,2}})?)",
                fold(line.cells[0]).strip(),
            )
            if code:
                optional = (code["kind"] or "") in ("to", "tc") or code["word"] in (
                    "optionnelle",
                    "conditionnelle",
                )
                lasting = next(
                    (
                        found
                        for cell in line.cells[1:]
                        if (found := re.fullmatch(_PERIOD, fold(cell).strip()))
                    ),
                    None,
                )
                _note(
                    seen,
                    places,
                    optional,
                    code["n"] or code["m"] or "",
                    line.cells[1],
                    lasting,
                    (at, at + len(line.text)),
                )
            continue
        for found in re.finditer(
            rf"(?<![\w]){_CODE}\s*[:=–-]\s*(?P<name>[^;()|\n]{{3,140}}?)(?:\s*[,(]\s*(?:duree : )?(?P<last>{_PERIOD})\)?)?(?=[;).|]|$)",
            fold(line.text),
        ):
            lasting = re.fullmatch(_PERIOD, found["last"]) if found["last"] else None
            name = line.text[found.start("name") : found.end("name")]
            _note(
                seen,
                places,
                found["kind"] != "tf",
                found["n"] or "",
                name,
                lasting,
                (at + found.start(), at + found.end()),
            )
    if seen:
        return
    for start, end, words in r.sentences():
        kinds = [
            *re.finditer(
                r"tranche (?P<kind>ferme|optionnelle|conditionnelle)(?:\s*n ?°)?\s*(?P<n>\d)?(?:\s*[:(]\s*(?P<name>[^,;.()]{3,90}))?",
                words,
            )
        ]
        if len(kinds) >= 2 and any(each["name"] for each in kinds):
            for each in kinds:
                _note(
                    seen,
                    places,
                    each["kind"] != "ferme",
                    each["n"] or "",
                    each["name"] or "",
                    None,
                    (start, end),
                )
            return


def _note(
    seen: dict[str, dict[str, object]],
    places: dict[str, tuple[int, int]],
    optional: bool,
    rank: str,
    name: str,
    lasting: re.Match[str] | None,
    place: tuple[int, int],
) -> None:
    tranche = f"TO{rank}" if optional else "TF"
    if tranche in seen:
        return
    kind = f"Tranche {'optionnelle' if optional else 'ferme'}{' ' + rank if optional and rank else ''}"
    name = name.strip(" ;.:-–")
    value: dict[str, object] = {
        "id": tranche,
        "name": f"{kind} - {name[:1].lower() + name[1:]}" if name else kind,
        "optional": optional,
    }
    if lasting and (written := period(lasting)):
        value["duration"] = written
    seen[tranche] = value
    places[tranche] = place
