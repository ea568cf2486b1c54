"""What a printed notice says of each lot, of its value, and where a backup copy goes."""

from __future__ import annotations

import re
from dataclasses import replace
from decimal import Decimal
from typing import Any

from reglo.procurement.values import Money, TaxBasis
from reglo.reading.rc.model import Found, Reading
from reglo.reading.rc.words import AMOUNT, PERIOD, amount, period
from reglo.reading.text.model import fold, pattern

Row = tuple[str, str, tuple[int, int]]  # folded label, value, where it stands
_STREET = r"\d{1,4}(?:[ ,-]*(?:bis|ter|quater))?,? +(?:rue|avenue|av\.?|boulevard|bd|quai|place|allee|cours|chemin|route|impasse|square|esplanade)\b"


def lot_details(r: Reading, rows: list[Row]) -> None:
    """Rubric 5.1 of each lot: its CPV codes, its place, how long it lasts, its identifiers."""
    starts = [*r.flow.find(r"identifiant technique du lot ?: ?(?P<id>lot-0*(?P<n>\d+))")]
    last = r.flow.first(r"\n[#* ]*section 8\b", starts[-1].end() if starts else 0)
    ends = [lot.start() for lot in starts[1:]] + [last.start() if last else len(r.flow.text)]
    for lot, end in zip(starts, ends, strict=True):
        within: dict[str, tuple[str, tuple[int, int]]] = {}
        codes: dict[str, tuple[int, int]] = {}
        for label, value, at in rows:
            if lot.end() <= at[0] < end:
                within.setdefault(label, (value, at))
                code = re.match(r"\d{8}\b", value)
                if code and re.match(r"nomenclature (?:principale|supplementaire|complementaire)", label):
                    codes.setdefault(code[0], at)
        base = f"lots[{lot['n']}]"
        if codes:
            r.rule_id = "BT-262"
            r.add(f"{base}.cpv", list(codes), next(iter(codes.values())), 0.98)
        if lasts := within.get("duree"):
            found = pattern(PERIOD).search(fold(lasts[0]))
            if found and (written := period(found)):
                r.rule_id = "BT-36"
                r.add(f"{base}.duration", written, lasts[1], 0.98)
        r.rule_id = "BT-137"
        known = {"technique (BT-137)": r.flow.printed(lot, "id").upper()}
        if inner := within.get("identifiant interne"):
            known["interne (BT-22)"] = inner[0]
        r.add(f"{base}.identifiers", known, lot, 0.98)
        _place(r, base, within)
        whole = r.flow.first(rf"estimation reconductions? comprises?[^.\d]{{0,40}}{AMOUNT}", lot.end(), end)
        if whole and (written := amount(whole)):
            r.rule_id = "CTR-01"
            r.add(f"{base}.estimated_total", written, whole, 0.93)


def _place(r: Reading, base: str, within: dict[str, tuple[str, tuple[int, int]]]) -> None:
    if not {"ville", "code postal"} <= set(within) or not re.fullmatch(r"\d{5}", within["code postal"][0]):
        return
    town, at = within["ville"]
    where: dict[str, Any] = {"name": town, "town": town, "postcode": within["code postal"][0]}
    if address := within.get("adresse postale"):
        name, street = _parted(address[0])
        where["name"], at = name or town, address[1]
        if street:
            where["lines"] = [street]
    code = re.search(r"\bFR[A-Z0-9]{1,3}\b", within.get("subdivision pays (nuts)", ("",))[0])
    if code:
        where["nuts"] = code[0]
    r.rule_id = "BT-5101"
    where["source"] = r.article_at(at[0])
    r.add(f"{base}.places", [where], at, 0.95)


def _parted(text: str) -> tuple[str, str]:
    """What is before the street of an address on one line, and the street.

    >>> _parted("Mairie de Nord 12 rue Haute")
    ('Mairie de Nord', '12 rue Haute')
    """
    found = re.search(_STREET, fold(text))
    return (text[: found.start()].strip(" ,"), text[found.start() :].strip(" ,")) if found else (text, "")


def first_period(r: Reading) -> None:
    """« 659,764 Euro », when a whole that is written plainly says which of the two it is.

    The whole is that amount for each period, the first and the renewals; the point stays to be confirmed.
    """
    total = next((each for each in r.found if each.path == "estimated_total"), None)
    point = next((each for each in r.doubts if each.id == "estimated-value"), None)
    renewals = {each.value for each in r.found if each.path == "contract.renewal.count"}
    said = re.search(r"(\d{1,3})[,.](\d{3})\b", point.quotes[0].words) if point and point.quotes else None
    if total is None or point is None or said is None or len(renewals) != 1:
        return
    large = f"{said[1]} {said[2]},00 EUR HT"
    periods = renewals.pop() + 1
    first = int(said[1] + said[2])
    if str(Money(Decimal(first * periods), TaxBasis.HT)) != total.value or periods < 2:
        return
    r.found.append(Found("estimated_value", large, total.quote, 0.85, "BT-27"))
    lots = [each.path for each in r.found if re.fullmatch(r"lots\[\d+\]", each.path)]
    own = r.flow.first(rf"valeur estimee hors tva[ *:]*{re.escape(said[0])}\b", 0)
    paths = ["estimated_value"]
    if len(lots) == 1 and own:
        r.found.append(Found(f"{lots[0]}.estimated_value", large, total.quote, 0.85, "BT-27"))
        paths.append(f"{lots[0]}.estimated_value")
    choices = (
        ("milliers", f"{large} : le total écrit en fait {periods} fois autant", dict.fromkeys(paths, large)),
        ("autre", "un autre montant, à écrire", dict[str, str]()),
    )
    r.doubts[r.doubts.index(point)] = replace(
        point, quotes=(*point.quotes, total.quote), choices=choices, default="milliers"
    )


def backup_addresses(r: Reading) -> None:
    """Where the backup copy goes, by hand and by post, when the text of the notice gives the addresses."""
    copy = r.flow.first(r"copie de sauvegarde")
    if copy is None:
        return
    taken = {each.path for each in r.found}
    rank = sum(path.startswith("buyer.addresses[") for path in taken)
    r.rule_id = "COP-02"
    for found in r.flow.find(
        r"\b(?P<by>(?:par )?(?:remise (?:directe|sur place|en main propre)|voie postale|envoi postal|courrier|depot sur place)[^:.;\n]{0,60}) ?: ?(?P<a>[^\n;]{10,260}?)[ ,-]+(?P<code>\d{5}) (?P<town>[a-z][a-z' -]{1,30}?(?: cedex(?: \d{1,2})?)?)(?=[.,;\n]| par | ou |$)",
        copy.start(),
        min(len(r.flow.text), copy.start() + 2500),
    ):
        by = found["by"]
        name, street = _parted(r.flow.printed(found, "a"))
        post = "postal" in by or "courrier" in by
        use = "copie de sauvegarde, " + ("envoi postal" if post else "remise sur place")
        address = {
            "use": use,
            "lines": [line for line in (name, street) if line],
            "postcode": found["code"],
            "town": r.flow.printed(found, "town"),
        }
        r.add(f"buyer.addresses[{rank}]", address, found, 0.88)
        rank += 1
