"""Where the contract is carried out: addresses, NUTS."""

from __future__ import annotations

import re

from reglo.reading.rc.model import Reading, rule
from reglo.reading.rc.words import sentence_case


@rule("ID-11", "les lieux d'exécution : l'adresse de l'article « lieu d'exécution »")
def places(r: Reading) -> None:
    nuts = r.flow.first(r"nuts[^\n]{0,60}?\b(?P<code>fr[a-z0-9]{1,3})\b")
    labels = list(r.spans(r"lieu(?:x|\(x\))? (?:d'execution|de livraison|d'intervention)"))
    for found in r.flow.find(
        r"(?<=\n)lieu(?:x|\(x\))? (?:d'execution|de livraison|d'intervention)[^\n:]{0,40}:"
    ):
        labels.append((found.end(), found.end() + 500))
    for found in r.flow.find(
        r"(?<=\n)lieu(?:x|\(x\))? (?:d'execution|de livraison|d'intervention)[^\n:]{0,40}: ?(?P<town>[a-z][a-z' -]{1,40}?) ?[-–(,] ?(?P<code>(?:0[1-9]|[1-9]\d)\d{3})(?!\d)"
    ):
        named = r.flow.printed(found, "town").strip()
        alone = {"postcode": found["code"], "town": named.title() if named.isupper() else named}
        r.add(f"places[{found['code']}]", {"name": "Lieu d'exécution", **alone}, found, 0.9)
    _places_in_sentences(r, labels)
    if any(each.path.startswith("places[") for each in r.found):
        return
    for start, end in labels:
        block: list[str] = []
        for index in range(r.flow.index_at(start), len(r.flow.lines)):
            if r.flow.starts[index] >= end:
                break
            text = r.flow.lines[index].text
            if r.flow.starts[index] < start or (
                re.match(r"\d+(?:\.\d+)*\.? [A-Z]", text) and r.flow.lines[index].heading
            ):
                continue
            town = re.search(
                r"(?<!\d)(?P<code>(?:0[1-9]|[1-9]\d) ?\d{3})\s+(?P<town>[A-ZÀ-Ü][\w'’\- À-ÿ]{1,40})", text
            )
            if town and block is not None:
                name = re.split(r" \| |, ", block[0])[0] if block else text[: town.start()].strip(" ,-")
                lines = [*block[1:], text[: town.start()].strip(" ,-")] if block else []
                value = {
                    "name": sentence_case(name) or "Lieu d'exécution",
                    "lines": [line for line in lines if line],
                    "postcode": re.sub(r"\s", "", town["code"]),
                    "town": town["town"].strip(" .,").title()
                    if town["town"].isupper()
                    else town["town"].strip(" .,"),
                }
                if nuts and len(r.flow.printed(nuts, "code")) >= 4:
                    value["nuts"] = r.flow.printed(nuts, "code").upper()
                offset = r.flow.starts[index]
                r.add(f"places[{value['postcode']}]", value, (offset, offset + len(text)), 0.9)
                block = []
                continue
            if len(text) > 110 or text.rstrip().endswith((".", ":", ";")) or re.match(r"[-•]", text):
                block = []
            else:
                block.append(text)


_ADDRESS = r"(?:(?P<name>[^\n;:|]{2,70}?)(?: ?: ?|, ))?(?P<street>(?:\d{1,4}(?: ?bis| ?ter)?,? )?(?:rue|avenue|av\.|boulevard|bd|place|quai|route|chemin|allee|cours|impasse|esplanade|square|zone|za |zi |parc|hameau|lieu-dit)[^\n;|]{2,80}?),? (?:- )?(?P<code>(?:0[1-9]|[1-9]\d) ?\d{3}),? (?P<town>[a-z][a-z'-]+(?:[ -][a-z'-]+){0,5}?(?: cedex(?: \d{1,2})?)?)(?= ?(?:[,.;()|\n]|$| et ))"


def _places_in_sentences(r: Reading, labels: list[tuple[int, int]]) -> None:
    """Addresses written on one line: « Campus Nord, 25 avenue des Sciences, 38400 Saint-Aubin »."""
    spans = labels or [*r.spans(r"^objet|objet (?:de la|du|de l')|objet et")][:1]
    found = [
        each
        for start, end in spans
        for each in r.flow.find(_ADDRESS, start, min(end, start + 1500))
        if not re.search(
            r"sieg|mairie|hotel de|acheteur|adjudicateur|\bbp\b",
            r.flow.folded[max(0, each.start() - 60) : each.end()],
        )
    ]
    if not labels and len(found) != 1:
        return
    for each in found:
        name = r.flow.printed(each, "name").strip(" -•,") if each["name"] else ""
        street = r.flow.printed(each, "street").strip(" ,")
        town = re.sub(r"(?i)(?<= cedex) \d+$", "", r.flow.printed(each, "town").strip(" .,"))
        postcode = re.sub(r"\s", "", each["code"])
        value: dict[str, object] = {
            "name": sentence_case(name) if name and len(name.split()) < 12 and labels else "Lieu d'exécution",
            "lines": [street],
            "postcode": postcode,
            "town": town.title() if town.isupper() else town,
        }
        r.add(f"places[{postcode}]", value, each, 0.88)
