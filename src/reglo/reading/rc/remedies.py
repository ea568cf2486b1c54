"""The ways of appeal: their windows, from what they run, to whom they are closed, what they do to other terms."""

from __future__ import annotations

import re
from collections.abc import Iterator

from reglo.reading.rc.model import Reading, rule
from reglo.reading.rc.words import PERIOD, period, sentence_case

_WAYS = (
    ("precontractual", r"refere(?:-| )precontractuel", "signature"),
    ("contractual", r"refere(?:-| )contractuel", ""),
    ("annulment", r"recours pour exces de pouvoir", ""),
    ("suspension", r"refere(?:-| )suspension", "signature"),
    (
        "contract_challenge",
        r"recours de pleine juridiction|recours de plein contentieux|recours (?:en|de) contestation|contestation de la validite|tarn[- ]et[- ]garonne",
        "",
    ),
    ("gracious", r"recours gracieux", ""),
    ("conciliation", r"mission de conciliation", ""),
)
_TIMED = ("annulment", "gracious", "contract_challenge")
_CLOSED = r"n'est (?:plus|pas) ouvert|n(?:e peut|e pourra|'est) (?:plus|pas),?(?: toutefois,?)? (?:etre )?(?:exerce|forme|introduit|recevable)|ne sont plus recevables"
_EFFECT = r"(?:interrompt|suspend|proroge)[^.]{0,40} delai"
# the two windows of the contractual summary procedure (CJA R.551-7)
_PUBLISHED = r"(?:31|trente[- ]et[- ]un(?:ieme)?)(?: \(31\))? ?e?(?:me)? jours?[^.]{0,60}?(?P<when>publication d[^.;(]{3,240})"
_CONCLUDED = r"(?:(?P<none>(?:en l'absence|a defaut|faute) [^.,;]{5,140})[^.]{0,80}?)?\b(?:6|six)(?: \(6\))? mois[^.]{0,30}? (?P<when>(?:lendemain (?:du jour )?de la )?conclusion(?: du (?:contrat|marche))?)"


@rule("REC-02", "les voies de recours, leurs délais, à qui elles sont fermées, leur effet")
def ways(r: Reading) -> None:
    marks: list[tuple[int, int, str, str]] = []
    for kind, words, until in _WAYS:
        found = r.flow.first(words)
        if found:
            marks.append((found.start(), found.end(), kind, until))
    marks.sort()
    known = {kind for _, _, kind, _ in marks}
    closed: dict[str, list[tuple[str, tuple[int, int]]]] = {}
    for rank, (start, end, kind, until) in enumerate(marks):
        stop = marks[rank + 1][0] if rank + 1 < len(marks) else min(len(r.flow.text), end + 700)
        stop = _sentence_start(r, stop) if rank + 1 < len(marks) else stop
        place = (start, min(end + 120, stop))
        text = " ".join(r.flow.folded[start:stop].split())
        value: dict[str, object] = {"kind": kind}
        if cited := _cited(text):
            value["legal_basis"] = cited
        if until and re.search(
            r"avant la (?:signature|conclusion)|jusqu'a la (?:signature|conclusion)", text
        ):
            value["until"] = until
        if kind in _TIMED and (window := _window(r, kind, start, stop)):
            value |= window
        for at, last, words in _parts(r, start, stop):
            said = sentence_case(" ".join(r.flow.text[at:last].split()))[:400]
            if re.search(_CLOSED, words):
                other = "annulment" if re.search(r"annulation|exces de pouvoir", words) else kind
                closed.setdefault(other if other in known else kind, []).append((said, (at, last)))
            if re.search(_EFFECT, words):
                value["effect"] = said
        windows = _contractual(r, start, stop) if kind == "contractual" else []
        for number, window in enumerate(windows or [{}], start=1):
            name = kind if number == 1 else f"{kind}-{number}"
            r.add(f"remedies.ways[{name}]", value | {"source": r.article_at(start)} | window, place, 0.9)
    for kind, sentences in closed.items():
        said = " ; ".join(dict.fromkeys(said for said, _ in sentences))
        names = [
            each.path for each in r.found if re.fullmatch(rf"remedies\.ways\[{kind}(?:-\d)?\]", each.path)
        ]
        for name in names:
            r.add(f"{name}.closed", said, sentences[0][1], 0.88)


def _sentence_start(r: Reading, offset: int) -> int:
    """Where the sentence of a place begins: what precedes it speaks of the way before."""
    starts = [at for at, _, _ in r.sentences(max(0, offset - 400), offset + 1) if offset - 160 < at <= offset]
    return starts[-1] if starts else offset


def _parts(r: Reading, start: int, stop: int) -> Iterator[tuple[int, int, str]]:
    """The sentences between two places, and apart what stands between parentheses."""
    for at, last, _ in r.sentences(start, stop):
        at, last = max(at, start), min(last, stop)
        inside = re.search(
            rf"\((?P<w>[^()]*(?:{_CLOSED})[^()]*)\)".replace(" ", r"\s+"), r.flow.folded[at:last]
        )
        if inside:
            at, last = at + inside.start("w"), at + inside.end("w")
        yield at, last, " ".join(r.flow.folded[at:last].split())


def _cited(text: str) -> list[str]:
    return list(
        dict.fromkeys(
            f"CJA {letter.upper()}.{number}" + (f" à {letter.upper()}.{last}" if last else "")
            for letter, number, last in re.findall(
                r"\b([lr])\.? ?(\d{3,4}-\d{1,2})(?: a [lr]\.? ?(\d{3,4}-\d{1,2}))?", text
            )
        )
    )


def _window(r: Reading, kind: str, start: int, stop: int) -> dict[str, object]:
    """« dans les deux mois suivant … »: the period, and the event it runs from."""
    found = r.flow.first(PERIOD, start, stop)
    written = period(found) if found else None
    if written is None:
        return {}
    return {"within": written, "of": "award_notice" if kind == "contract_challenge" else "notification"}


def _contractual(r: Reading, start: int, stop: int) -> list[dict[str, object]]:
    """Thirty-one days after the award notice, six months after the conclusion without one."""
    out: list[dict[str, object]] = []
    for words, within, of in (
        (_PUBLISHED, "31 jours", "award_notice"),
        (_CONCLUDED, "6 mois", "conclusion"),
    ):
        if found := r.flow.first(words, start, stop):
            case = "none" if of == "conclusion" and found["none"] else "when"
            when = sentence_case(r.flow.printed(found, case))
            out.append({"within": within, "of": of, "when": when})
    return out
