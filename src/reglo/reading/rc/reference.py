"""The number of the consultation."""

from __future__ import annotations

import re
from collections import Counter

from reglo.reading.rc.model import Reading, rule

_REFERENCE = (
    r"(?:(?:numero|n°|n o|ref(?:erence)?\.?)(?: (?:du|de la|de l'|de|d'))? ?(?:marche|consultation|accord-cadre|procedure|affaire|dossier|projet|operation)?"
    r"(?: public)?|(?:marche|consultation|accord-cadre|affaire|dossier) (?:public )?n(?:°| (?=[a-z]{1,6}-\d))|sous la reference|reference (?:de la consultation|du marche)|(?:^|(?<=\n))consultation(?= ?: ?20\d\d[a-z]))"
    r" ?(?:n°)? ?[:|]? ?(?P<ref>(?:(?!lot|art|page)[a-z]{2,6} (?=\d{2,4}[-./]\d))?[a-z0-9](?:[a-z0-9/_.\-]| / (?=\d)){3,40}[a-z0-9])"
)
# « Accord-cadre n°26 041 », alone on its line
_TWO_GROUPS = (
    r"(?:^|(?<=\n))(?:marche|accord-cadre|consultation)(?: public)? n ?° ?(?P<ref>\d{2} \d{3})(?=\n)"
)
# « la loi MOP n° 85-704 »: the number of a text, not of a consultation
_A_LAW = r"\b(?:lois?|decrets?|ordonnances?|arretes?|directives?|circulaires?|reglements? \(?ue\)?)\b[^.;:\n]{0,25}$"


@rule("ID-01", "le numéro de la consultation : « référence », « numéro du marché », « marché n° »")
def reference(r: Reading) -> None:
    seen: Counter[str] = Counter()
    first: dict[str, re.Match[str]] = {}
    for found in r.flow.find(_REFERENCE):
        text = r.flow.printed(found, "ref").strip(".-/")
        if not re.search(r"\d", text) or re.fullmatch(
            r"[\d./]{1,8}|\d{2}/\d{2}/\d{4}|\d{4}[-/]\d{3,4}", text
        ):
            continue
        if (
            re.fullmatch(r"\d+(?:er|eme|e)?|\d{1,4}/\d{4}|20\d\d-\d{3}|\d{4}/\d{2}/[a-z]{2}", text.lower())
            and "-" not in text
        ):
            continue
        if re.search(_A_LAW, r.flow.folded[max(0, found.start() - 40) : found.start()]):
            continue
        if re.search(r"www|http|@|\.(?:fr|com|pdf)", text.lower()):
            continue
        seen[text] += 1
        first.setdefault(text, found)
    if not seen and (split := r.flow.first(_TWO_GROUPS, 0, 3000)):
        text = r.flow.printed(split, "ref")
        seen[text] += 1
        first[text] = split
    if not seen:
        return
    # the same number, shortened in a running title, is the same consultation
    best = max(seen, key=lambda text: (seen[text], len(text), -first[text].start()))
    others = [text for text in seen if text not in best and best not in text and seen[text] >= seen[best]]
    for text in (best, *others):
        r.add("reference", text, (first[text].start("ref"), first[text].end("ref")), 0.95)
