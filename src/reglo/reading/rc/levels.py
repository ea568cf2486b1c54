"""Scales of appreciation in a text: tables, lists, and enumerations within one sentence."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

from reglo.reading.rc.words import decimal, sentence_case
from reglo.reading.text.model import Flow, fold

_LABEL = (
    r"satisf|excellent|insuffisan|\bbon(?:ne)?s?\b|\bbien\b|moyen|correct|accept|absen|faible|mediocre|passable|non (?:trait|renseign|repond|conform)|ne repond|au-dela|conforme|\btres |inadapt|adapte|pertinent|complet"
    r"|superieur|inexist|sans reponse|pas de reponse|aucune|mauvais|convenable|remarquable|limite|partiel|\bnul(?:le)?\b|hors sujet|lacun|parfait|exceptionnel|adequat|suffisan|attentes|neant|optimal|imprecis|inferieur"
)
_NOTE = r"(?P<n>\d{1,3}(?:[.,]\d{1,2})?)\s*(?:(?P<p>%)(?:\s*(?:d|de la note|du nombre).*)?|points?|pts?|/\s*\d{1,3}.*)?"
_PARTS = {
    r"(?:la )?totalite(?: des points)?|(?:la )?note maximale|tous les points|maximum": "100",
    r"(?:les )?(?:trois quarts|3/4)(?: des points)?": "75",
    r"(?:les )?(?:deux tiers|2/3)(?: des points)?": "",
    r"(?:la )?moitie(?: des points)?|1/2(?: des points)?": "50",
    r"(?:un |le )?(?:quart|1/4)(?: des points)?": "25",
    r"aucun point|zero(?: point)?|0(?: point)?": "0",
}


@dataclass(frozen=True, slots=True)
class Level:
    """A level read: its label, its number, "%" or "", where it stands."""

    label: str
    number: str
    unit: str
    start: int
    end: int


def scales_in(flow: Flow) -> list[tuple[list[dict[str, object]], int, int]]:
    """Every scale of a text: its levels from the best as the rules file writes them, and its place."""
    out: list[tuple[list[dict[str, object]], int, int]] = []
    run: list[Level] = []
    last = -9
    rows = False  # whether the run is in a table
    header = -99  # line of the heading of a table of levels
    told = 0  # where the last scale told in a sentence ends

    def close() -> None:
        nonlocal run
        if levels := _ordered(run):
            meanings = {each.label: _meaning(flow.line_at(each.start).cells) for each in run}
            for level in levels:
                if said := meanings[str(level["label"])]:
                    level["meaning"] = said
            out.append((levels, run[0].start, run[-1].end))
        run = []

    for index, line in enumerate(flow.lines):
        start = flow.starts[index]
        if line.cells and _heads(line.cells):
            close()
            header = index
            continue
        found = _level(line.text, line.cells, bool(line.cells) and index - header <= 12)
        if found is None:
            if index - last > (6 if rows else 2):  # the words of a row may go on below it
                close()
            if not line.cells and start >= told:
                below = flow.lines[index + 1] if index + 1 < len(flow.lines) else None
                stop = start + len(line.text)
                if below and not (below.gap or below.cells or below.heading) and line.text[-1] != ".":
                    stop += 1 + len(below.text)  # the sentence may go on
                for scale in _inline(flow, start, stop):
                    out.append(scale)
                    told = scale[2]
            continue
        level = Level(*found, start, start + len(line.text))
        if run and (
            index - last > (7 if rows else 3)
            or rows != bool(line.cells)
            or any(level.label == each.label for each in run)
        ):
            close()
        run.append(level)
        rows = bool(line.cells)
        last = index
    close()
    return sorted(out, key=lambda scale: scale[1])


def _meaning(cells: tuple[str, ...]) -> str:
    """What a row says a level means: the cell between its label and its mark."""
    filled = [cell.strip(" ;.") for cell in cells if cell.strip()]
    if len(filled) >= 3 and len(filled[1]) > 12 and re.match(r"[A-Za-zÀ-ü]", filled[1]):
        return filled[1][:300]
    return ""


_ONLY_LABEL = re.compile(
    r"(?:(?:offres?|reponses?|niveau|appreciation|note) )?(?:tres |peu |assez |moyennement |non |plus que )?"
    r"(?:bon(?:ne)?s?|bien|moyen(?:ne)?s?|faibles?|excellente?s?|satisfaisante?s?|insuffisante?s?|insatisfaisante?s?|nul(?:le)?s?|sans reponse|absen(?:ce|te?)(?: de reponse)?|correcte?s?|passables?|mauvaise?s?|mediocres?|acceptables?|partiel(?:le)?|complete?|inexistante?|hors sujet)(?: reponse| offre)?"
)


def is_label(name: str) -> bool:
    """Whether words are only an appreciation: « très satisfaisant », « sans réponse »."""
    return bool(_ONLY_LABEL.fullmatch(fold(name).strip(" .:;-")))


def _heads(cells: tuple[str, ...]) -> bool:
    """Whether a row is the heading of a table of levels: an appreciation beside a mark."""
    folded = [fold(cell) for cell in cells if cell.strip()]
    return (
        any(re.search(r"appreciation|signification|niveau|evaluation|mention|definition|qualite de la reponse", cell) for cell in folded)
        and any(re.search(r"\bnotes?\b|points?|\bparts?\b|%|pourcentage|bareme", cell) for cell in folded)
        and not any(re.search(r"critere|coefficient|ponderation", cell) for cell in folded)
    )  # fmt: skip


def _level(text: str, cells: tuple[str, ...], headed: bool) -> tuple[str, str, str] | None:
    """A line of a scale: its label, its number, "%" or ""."""
    if len(cells) >= 2:
        filled = [cell.strip() for cell in cells if cell.strip()]
        if len(filled) < 2:
            return None
        for label, note in ((filled[0], filled[-1]), (filled[0], filled[1]), (filled[1], filled[0])):
            found = re.fullmatch(_NOTE, fold(note).strip())
            worded = headed or bool(re.search(_LABEL, fold(label)))
            if found and worded and len(label) < 90 and re.search(r"[A-Za-zÀ-ü]{3}", label):
                return _label(label, ";"), found["n"], found["p"] or ""
        return None
    folded = fold(text)
    after = re.match(
        r"[-•*✓➢>\s]*(?P<l>[^\d:=]{3,80}?)\s*[:=(–-]+\s*(?P<n>\d{1,3}(?:[.,]\d{1,2})?)\s*(?P<p>%)?\s*(?:points?|pts?|des points.*|de la note.*|/\s*\d+)?\)?\s*[.;,)]*$",
        folded,
    )
    before = re.match(
        r"[-•*✓➢>\s]*(?:note (?:de )?)?(?P<n>\d{1,3}(?:[.,]\d{1,2})?)\s*(?P<p>%)?\s*(?:points?|pts?|/\s*\d+|des points)?\s*[:=–-]+\s*(?P<l>[^\d:=]{3,110})$",
        folded,
    )
    bare = re.fullmatch(
        r"[-•*\s]*(?P<l>[^\d:=]{3,60}?)\s+(?P<n>\d{1,3})\s*(?P<p>%)(?:\s*des points)?[.;]?", folded
    )
    if bare and is_label(bare["l"]):  # a table that lost its columns
        return _label(text[bare.start("l") : bare.end("l")]), bare["n"], "%"
    for found in (after, before):
        if found and re.search(_LABEL, found["l"]) and not re.search(r"criteres?|ponderation", found["l"]):
            return _label(text[found.start("l") : found.end("l")]), found["n"], found["p"] or ""
    return None


# what opens a scale told in a sentence: « la note est de 10 (excellent), 8 (bon)… »
_BEFORE_LEVELS = (
    r"[^\d=:]{0,60}\b(?:notes? (?:attribuee |donnee |obtenue )?(?:est|sera|sont|seront|vaut) (?:de |soit )?|(?:recoi|obtien)\w+ |se voit attribuer )(?=\d)"
    r"|(?:ou|et) (?=\d)"
)


def _inline(flow: Flow, start: int, end: int) -> Iterator[tuple[list[dict[str, object]], int, int]]:
    """« très bon 100 %, bon 70 %, nul 0 % » ; « 20 = excellent ; 12 = moyen ; 0 = absence » in one line."""
    folded = flow.folded[start:end]
    if scale := _listed(flow, start, folded):
        yield scale
        return
    at = 0
    run: list[Level] = []
    cut = False  # whether a level that was not understood stands beside the run: a part is not the scale
    for piece in [*re.split(r"(?<=[;,:.])\s|\n|\s(?=(?:ou|et) \d)", folded), ""]:
        said = re.match(_BEFORE_LEVELS, piece)
        skipped = said.end() if said else 0
        level = _phrase(
            flow.text[start + at + skipped : start + at + len(piece)], piece[skipped:].strip(" ;,.:")
        )
        if level is not None:
            run.append(Level(*level, start + at, start + at + len(piece)))
        else:
            unread = bool(re.search(r"\d", piece) and re.search(_LABEL, piece))
            if run and not (cut or unread) and (levels := _ordered(run)):
                yield levels, run[0].start, run[-1].end
            cut = unread or (cut and not run and not piece.strip(" ;,.:"))
            run = []
        at += len(piece) + 1


# « satisfaisant : 75 % des points ; » in a sentence
_AFTER = r"(?:^|[;:,])\s*(?P<l>[a-z][^\d;:=,]{2,50}?)\s*[:=]\s*(?P<n>\d{1,3}(?:[.,]\d{1,2})?)\s*(?P<p>%)?(?:\s*(?:des points|de la note|points?|pts?))?\s*(?=[;,.]|$|\n)"


def _listed(flow: Flow, start: int, folded: str) -> tuple[list[dict[str, object]], int, int] | None:
    """Levels set apart by their marks: « 10 = excellent, complet ; 5 = acceptable ; 0 = absent », « bon : 75 % ; nul : 0 »."""
    run: list[Level] = []
    after = list(re.finditer(_AFTER, folded))
    if len(after) >= 3 and all(re.search(_LABEL, found["l"]) for found in after):
        run = [
            Level(
                _label(flow.text[start + found.start("l") : start + found.end("l")]),
                found["n"],
                found["p"] or "",
                start + found.start("l"),
                start + found.end(),
            )
            for found in after
        ]
        if levels := _ordered(run):
            return levels, run[0].start, run[-1].end
        return None
    for found in re.finditer(
        r"(?:^|[;:]|(?<=\d)\s)\s*(?P<n>\d{1,3}(?:[.,]\d)?)\s*(?P<p>%)?\s*(?:points?|pts?)?\s*[=:]\s*(?P<l>[a-z][^;=:]{2,160}?)\s*(?=;|$|\.\s|\.$|\n)",
        folded,
    ):
        label = found["l"].partition(",")[0].strip()
        if len(label) > 60 or not re.search(_LABEL, label) or re.search(r"criteres?", label):
            return None
        at = start + found.start("l")
        run.append(
            Level(
                _label(flow.text[at : at + len(label)]),
                found["n"],
                found["p"] or "",
                start + found.start("n"),
                start + found.end(),
            )
        )
    levels = _ordered(run)
    return (levels, run[0].start, run[-1].end) if levels and len(run) >= 3 else None


def _phrase(printed: str, folded: str) -> tuple[str, str, str] | None:
    at = len(printed) - len(printed.lstrip(" ;,.:"))
    worded = re.fullmatch(
        r"(?:et )?(?P<n>\d{1,3}(?:[.,]\d)?)\s*(?P<p>%)?\s*(?:points? )?(?:(?:si (?:elle est|la reponse est|l'offre est|celle-ci est)|s'il est|si elle est) |en cas d[e'] ?|en l')?(?P<l>[a-z][^\d=:]{2,40})",
        folded,
    )
    if worded and re.search(_LABEL, worded["l"]) and not re.search(r"criteres?|des points", worded["l"]):
        return _label(printed[at + worded.start("l") : at + worded.end("l")]), worded["n"], worded["p"] or ""
    said = re.fullmatch(r"(?P<l>[^\d=:]{3,40}?)\s*[=:]\s*(?P<part>.{1,30})", folded)
    if said and re.search(_LABEL, said["l"]):
        for words, share in _PARTS.items():
            if share and re.fullmatch(words, said["part"].strip()):
                return _label(printed[at + said.start("l") : at + said.end("l")]), share, "%"
    found = re.fullmatch(
        r"(?:et )?(?P<l>[^\d=:]{3,60}?)\s*(?:[=:(]|a hauteur de)?\s*(?P<n>\d{1,3}(?:[.,]\d{1,2})?)\s*(?P<p>%)?(?:\s*(?:points?|pts?|des points|de la note|/\s*\d+))*\)?",
        folded,
    ) or re.fullmatch(
        r"(?:et )?(?P<n>\d{1,3}(?:[.,]\d{1,2})?)\s*(?P<p>%)?\s*(?:points?|pts?|/\s*\d+)?\s*(?:[=:(-]|pour une (?:offre|reponse))\s*(?P<l>[^\d=:]{3,60}?)\)?",
        folded,
    )
    if found and re.search(_LABEL, found["l"]) and not re.search(r"criteres?", found["l"]):
        label = printed[at + found.start("l") : at + found.end("l")]
        return _label(label), found["n"], found["p"] or ""
    return None


def _label(text: str, ends: str = ",") -> str:
    """The label of a level, up to ``ends``: a cell is one label, a line of text goes on."""
    text = re.sub(r"^\d{1,3}\s*[-–.)]\s*(?=[A-Za-zÀ-ü])", "", text)  # « 3- Bon »
    text = re.split(rf"\s*(?:{ends}| ; | : )", text.strip(" -–•:;.>"))[0]
    return sentence_case(
        re.sub(r"^(?:Proposition|Réponse|Offre) (?=\w+isfaisante|correcte|acceptable|très|peu|in)", "", text)
    )


def _ordered(run: list[Level]) -> list[dict[str, object]] | None:
    """The levels of a run from the best, when there are three or more and their numbers only fall."""
    if len(run) < 3:
        return None
    units = {level.unit for level in run if level.number.strip("0") not in ("", ".", ",")}
    numbers = [decimal(level.number) for level in run]
    labels = [level.label for level in run]
    if len(units) != 1 or len(set(labels)) != len(labels):
        return None
    if numbers == sorted(numbers) and numbers != sorted(numbers, reverse=True):
        numbers, labels = numbers[::-1], labels[::-1]
    if any(a <= b for a, b in itertools.pairwise(numbers)):
        return None
    if units == {"%"}:
        if numbers[0] > 100:
            return None
        return [
            {"label": label, "share": f"{_plain(number)} %"}
            for label, number in zip(labels, numbers, strict=True)
        ]
    return [{"label": label, "value": number} for label, number in zip(labels, numbers, strict=True)]


def _plain(number: Decimal) -> str:
    return format(number.normalize(), "f").replace(".", ",")
