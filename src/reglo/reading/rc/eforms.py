"""The tree of an eForms notice, by the places its standard gives each business term (BT)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from reglo.reading.rc.criteria import sub_criteria_of
from reglo.reading.rc.model import Found, Quote, Reading

_PROCEDURES = {
    "open": "open",
    "restricted": "restricted",
    "neg-w-call": "negotiated",
    "comp-dial": "dialogue",
    "oth-single": "adapted",
    "oth-mult": "adapted",
}
_STATES = {"cga", "ra-aut", "body-pl-cga", "org-sub-cga", "def-cont"}  # buyer-legal-type: the State
_LOCALS = {"la", "ra", "body-pl-la", "body-pl-ra", "body-pl", "org-sub-la", "org-sub-ra"}
_UNITS = {"DAY": "jours", "MONTH": "mois", "YEAR": "ans", "WEEK": "semaines"}


def _each(node: Any, path: str) -> Iterator[Any]:
    """Every node at a path "A/B/C", prefixes left out, lists spread."""
    if not path:
        yield node
        return
    step, _, rest = path.partition("/")
    if isinstance(node, list):
        for each in node:
            yield from _each(each, path)
    elif isinstance(node, dict):
        for key, value in node.items():
            if key.rpartition(":")[2] == step and not key.startswith("@"):
                for each in value if isinstance(value, list) else [value]:
                    yield from _each(each, rest)


def _text(node: Any) -> str:
    if isinstance(node, dict):
        node = node.get("#text", "")
    return " ".join(str(node).split()) if isinstance(node, (str, int, float)) else ""


def _attribute(node: Any, name: str) -> str:
    return str(node.get(f"@{name}", "")) if isinstance(node, dict) else ""


class _Notice:
    def __init__(self, reading: Reading, places: dict[int, int]) -> None:
        self.reading, self.places = reading, places

    def put(self, path: str, value: Any, node: Any, term: str, confidence: float = 0.99) -> None:
        """Record a value at the line of its node, with the business term it comes from."""
        at = self.places.get(id(node), 0)
        line = self.reading.flow.lines[at] if self.reading.flow.lines else None
        words = line.text[:240] if line else ""
        quote = Quote(self.reading.document.name, words, at + 1, None, f"Avis {term}")
        self.reading.found.append(Found(path, value, quote, confidence, term))


def read_tree(reading: Reading, notice: Any, places: dict[int, int]) -> None:
    """Everything a contract notice says that the rules file holds."""
    n = _Notice(reading, places)
    _identity(n, notice)
    _parties(n, notice)
    lots = [
        lot
        for lot in _each(notice, "ProcurementProjectLot")
        if _attribute(next(_each(lot, "ID"), {}), "schemeName") in ("Lot", "")
    ]
    for lot in lots:
        _lot(n, lot, len(lots))
    if lots:
        _common(n, lots)


def _identity(n: _Notice, notice: Any) -> None:
    for node in _each(notice, "ID"):
        n.put("notice.identifier", _text(node), node, "BT-701")
    for node in _each(notice, "VersionID"):
        n.put("notice.version", _text(node), node, "BT-757")
    day = next(_each(notice, "IssueDate"), None)
    clock = next(_each(notice, "IssueTime"), None)
    if day is not None and clock is not None and (instant := _instant(_text(day), _text(clock))):
        n.put("calendar.sent_at", instant, day, "BT-05")
    for node in _each(notice, "RegulatoryDomain"):
        found = re.fullmatch(r"3(\d{4})L(\d{4})", _text(node))
        if found:
            n.put("procedure.directive", f"{found[1]}/{int(found[2])}/UE", node, "BT-01")
    project: Any = next(_each(notice, "ProcurementProject"), {})
    for node in _each(project, "ID"):
        n.put("reference", _text(node), node, "BT-22", 0.9)
    for node in _each(project, "Name"):
        n.put("title", _text(node), node, "BT-21")
    for node in _each(project, "Description"):
        n.put("description", _text(node), node, "BT-24")
    for node in _each(project, "ProcurementTypeCode"):
        if _text(node) in ("works", "supplies", "services"):
            n.put("nature", _text(node), node, "BT-23")
    for node in _each(project, "MainCommodityClassification/ItemClassificationCode"):
        n.put(f"cpv[{_text(node)[:8]}]", _text(node)[:8], node, "BT-262")
    for node in _each(project, "AdditionalCommodityClassification/ItemClassificationCode"):
        n.put(f"cpv[{_text(node)[:8]}]", _text(node)[:8], node, "BT-263")
    for node in _each(project, "RequestedTenderTotal/EstimatedOverallContractAmount"):
        if amount := _money(node):
            n.put("estimated_value", amount, node, "BT-27")
    for address in _each(project, "RealizedLocation/Address"):
        _place(n, "places", address)
    for node in _each(notice, "TenderingProcess/ProcedureCode"):
        if kind := _PROCEDURES.get(_text(node)):
            n.put("procedure.type", kind, node, "BT-105", 0.99 if not _text(node).startswith("oth") else 0.85)


def _instant(day: str, clock: str) -> str:
    """A date and an hour of eForms, whose offset must be that of Paris that day."""
    from datetime import datetime
    from zoneinfo import ZoneInfo

    date_part = re.match(r"\d{4}-\d\d-\d\d", day)
    time_part = re.match(r"(\d\d:\d\d)(?::\d\d)?(?:\.\d+)?(Z|[+-]\d\d:\d\d)?", clock)
    if not date_part or not time_part:
        return ""
    offset = (time_part[2] or "").replace("Z", "+00:00")
    try:
        at = datetime.fromisoformat(f"{date_part[0]}T{time_part[1]}{offset}")
    except ValueError:
        return ""
    if at.tzinfo is None:
        return ""
    return f"{at.astimezone(ZoneInfo('Europe/Paris')):%Y-%m-%d %H:%M} Europe/Paris"


def _money(node: Any) -> str:
    from decimal import Decimal, InvalidOperation

    from reglo.procurement.values import Money, TaxBasis

    if _attribute(node, "currencyID") not in ("EUR", ""):
        return ""
    try:
        return str(Money(Decimal(_text(node)), TaxBasis.HT))
    except InvalidOperation:
        return ""


def _place(n: _Notice, path: str, address: Any) -> None:
    town = next(_each(address, "CityName"), None)
    if town is None:
        return
    street = _text(next(_each(address, "StreetName"), ""))
    value: dict[str, Any] = {"name": street or _text(town), "town": _text(town)}
    if postcode := _text(next(_each(address, "PostalZone"), "")):
        value["postcode"] = postcode
    if nuts := _text(next(_each(address, "CountrySubentityCode"), "")):
        value["nuts"] = nuts
    n.put(f"{path}[{value.get('postcode', value['town'])}]", value, town, "BT-5101")


def _parties(n: _Notice, notice: Any) -> None:
    companies = {
        _text(next(_each(company, "PartyIdentification/ID"), "")): company
        for company in _each(
            notice,
            "UBLExtensions/UBLExtension/ExtensionContent/EformsExtension/Organizations/Organization/Company",
        )
    }
    buyer = companies.get(_text(next(_each(notice, "ContractingParty/Party/PartyIdentification/ID"), "")))
    for node in _each(buyer, "PartyName/Name"):
        n.put("buyer.name", _text(node), node, "BT-500")
    for node in _each(buyer, "PartyLegalEntity/CompanyID"):
        if re.fullmatch(r"\d{14}", _text(node)):
            n.put("buyer.siret", _text(node), node, "BT-501")
    for node in _each(notice, "ContractingParty/BuyerProfileURI"):
        n.put("buyer.profile_url", _text(node), node, "BT-508")
    for node in _each(notice, "ContractingParty/ContractingPartyType/PartyTypeCode"):
        code = _text(node)
        if code in _STATES | _LOCALS:
            n.put("buyer.kind", "state" if code in _STATES else "local", node, "BT-11", 0.95)
        elif code.startswith("pub-undert") or code == "spec-rights-entity":
            n.put("buyer.kind", "utility", node, "BT-11", 0.9)
    review = companies.get(
        _text(
            next(
                _each(
                    notice,
                    "ProcurementProjectLot/TenderingTerms/AppealTerms/AppealReceiverParty/PartyIdentification/ID",
                ),
                "",
            )
        )
    )
    for node in _each(review, "PartyName/Name"):
        n.put("remedies.court.name", _text(node), node, "OPT-301")
        for mail in _each(review, "Contact/ElectronicMail"):
            n.put("remedies.court.email", _text(mail), mail, "BT-506")
        for phone in _each(review, "Contact/Telephone"):
            n.put("remedies.court.phones", [_text(phone)], phone, "BT-503")


def _period(node: Any) -> str:
    unit = _UNITS.get(_attribute(node, "unitCode"), "")
    number = _text(node)
    if not unit or not number.isdigit():
        return ""
    unit = unit if int(number) > 1 or unit == "mois" else unit.rstrip("s")
    return f"{number} {unit}"


def _lot(n: _Notice, lot: Any, count: int) -> None:
    node = next(_each(lot, "ID"), None)
    if not (key := _key(lot)):
        return
    name = next(_each(lot, "ProcurementProject/Name"), None)
    title = next((found.value for found in n.reading.found if found.path == "title"), "")
    n.put(
        f"lots[{key}]",
        {"id": key, "name": _text(name) if name is not None else title or f"Lot {key}"},
        name or node,
        "BT-21",
    )
    for duration in _each(lot, "ProcurementProject/PlannedPeriod/DurationMeasure"):
        if written := _period(duration):
            n.put("contract.duration" if count == 1 else f"lots[{key}].duration", written, duration, "BT-36")
    for amount in _each(lot, "ProcurementProject/RequestedTenderTotal/EstimatedOverallContractAmount"):
        if written := _money(amount):
            n.put(f"lots[{key}].estimated_value", written, amount, "BT-27")


def _key(lot: Any) -> str:
    """The lot as the rules name it: "2" for "LOT-0002"; "" when it has no number."""
    rank = re.search(r"(\d+)$", _text(next(_each(lot, "ID"), None)))
    return str(int(rank[1])) if rank else ""


def _common(n: _Notice, lots: list[Any]) -> None:
    """What every lot says alike; two lots that differ leave an open point by their clash."""
    if len(lots) > 1:  # the form has one lot, even for what is not divided
        n.put("allotment.divided", True, next(_each(lots[0], "ID"), None), "BT-137")
    for lot in lots:
        for period in _each(lot, "TenderingProcess/TenderSubmissionDeadlinePeriod"):
            _deadline(n, "calendar.submission_deadline", period, "BT-131")
        for period in _each(lot, "TenderingProcess/ParticipationRequestReceptionPeriod"):
            _deadline(n, "calendar.candidacy_deadline", period, "BT-1311")
        for event in _each(lot, "TenderingProcess/OpenTenderEvent"):
            day, clock = (
                next(_each(event, "OccurrenceDate"), None),
                next(_each(event, "OccurrenceTime"), None),
            )
            if day is not None and clock is not None and (instant := _instant(_text(day), _text(clock))):
                n.put("calendar.opening_at", instant, day, "BT-132")
        for node in _each(lot, "TenderingTerms/TenderValidityPeriod/DurationMeasure"):
            if written := _period(node):
                n.put(
                    "calendar.bid_validity", {"period": written, "of": ["submission_deadline"]}, node, "BT-98"
                )
        for node in _each(lot, "TenderingTerms/VariantConstraintCode"):
            if _text(node) in ("allowed", "not-allowed", "required"):
                n.put("procedure.variants_allowed", _text(node) != "not-allowed", node, "BT-63")
        for node in _each(lot, "TenderingProcess/SubmissionMethodCode"):
            if _text(node) == "required":
                n.put("submission.electronic_only", True, node, "BT-17")
        for node in _each(lot, "TenderingTerms/TenderRecipientParty/EndpointID"):
            n.put("submission.url", _text(node), node, "BT-18")
        for node in _each(
            lot, "TenderingTerms/CallForTendersDocumentReference/Attachment/ExternalReference/URI"
        ):
            n.put("document_access.url", _text(node), node, "BT-15")
        for node in _each(lot, "ProcurementProject/ContractExtension/MaximumNumberNumeric"):
            if _text(node).isdigit():
                n.put("contract.renewal.count", int(_text(node)), node, "BT-58")
        for node in _each(lot, "TenderingProcess/ContractingSystem/ContractingSystemTypeCode"):
            if _text(node).startswith("fa-"):
                n.put("contract.form", "accord-cadre", node, "BT-765", 0.9)
        for node in _each(lot, "TenderingProcess/FrameworkAgreement/MaximumOperatorQuantity"):
            if _text(node).isdigit():
                n.put("contract.framework.holders", int(_text(node)), node, "BT-113")
        for path, term in (
            ("ElectronicOrderUsageIndicator", "ordering"),
            ("ElectronicPaymentUsageIndicator", "payment"),
        ):
            for node in _each(lot, f"TenderingTerms/PostAwardProcess/{path}"):
                n.put(
                    f"contract.electronic_{term}",
                    _text(node) == "true",
                    node,
                    "BT-92" if term == "ordering" else "BT-93",
                )
        for node in _each(
            lot,
            "ProcurementProject/RequestedTenderTotal/UBLExtensions/UBLExtension/ExtensionContent/EformsExtension/FrameworkMaximumAmount",
        ):
            if written := _money(node):
                own = f"lots[{_key(lot)}].maximum" if len(lots) > 1 else "contract.framework.maximum"
                n.put(own, written, node, "BT-271")
    _criteria(n, lots)


def _deadline(n: _Notice, path: str, period: Any, term: str) -> None:
    day, clock = next(_each(period, "EndDate"), None), next(_each(period, "EndTime"), None)
    if day is not None and clock is not None and (instant := _instant(_text(day), _text(clock))):
        n.put(path, instant, day, term)


_Criterion = tuple[str, int, str, str, Any]  # name, weight, kind, description, node


def _criteria(n: _Notice, lots: list[Any]) -> None:
    """The criteria of each lot, when all make 100: those of the first are the common ones."""
    groups: dict[tuple[tuple[str, int, str], ...], tuple[list[str], list[_Criterion]]] = {}
    for lot in lots:
        path = "TenderingTerms/AwardingTerms/AwardingCriterion/SubordinateAwardingCriterion"
        read = [_criterion(each) for each in _each(lot, path)]
        shape = tuple((name, weight, kind) for name, weight, kind, *_ in read)
        groups.setdefault(shape, ([], read))[0].append(_key(lot))
    whole = all(sum(weight for _, weight, _ in shape) == 100 for shape in groups)
    if not whole or (len(groups) > 1 and any("" in ids for ids, _ in groups.values())):
        return
    for rank, (ids, read) in enumerate(groups.values(), start=-1):
        base = f"award.for_lots[{rank}]" if rank >= 0 else "award"
        if rank >= 0:
            n.put(f"{base}.lots", ids, read[0][-1], "BT-137")
        _award(n, base, read)


def _award(n: _Notice, base: str, read: list[_Criterion]) -> None:
    from reglo.reading.rc.criteria import slug

    used: set[str] = set()
    for name, weight, kind, description, node in read:
        head, children = sub_criteria_of(description)
        label = name or ("Prix" if kind in ("price", "cost") else head or "Valeur technique")
        key = slug(label, used)
        value: dict[str, Any] = {"id": key, "name": label, "weight": weight, "type": kind}
        if kind in ("price", "cost"):
            value["price"] = True
        n.put(f"{base}.criteria[{key}]", value, node, "BT-541")
        for child, share in children:
            below = slug(child, used)
            part = {"id": below, "name": child, "share": f"{share} %"}
            n.put(f"{base}.criteria[{key}].criteria[{below}]", part, node, "BT-540", 0.9)
        if (
            kind == "price"
            and re.search(r"\bttc\b", description, re.IGNORECASE)
            and not re.search(r"\bht\b", description, re.IGNORECASE)
        ):
            n.put(f"{base}.price_basis", "TTC", node, "BT-540", 0.9)


def _criterion(node: Any) -> tuple[str, int, str, str, Any]:
    kind = _text(next(_each(node, "AwardingCriterionTypeCode"), ""))
    name = _text(next(_each(node, "Name"), ""))
    described = next(_each(node, "Description"), None)
    weight = 0
    for parameter in _each(
        node, "UBLExtensions/UBLExtension/ExtensionContent/EformsExtension/AwardCriterionParameter"
    ):
        number = _text(next(_each(parameter, "ParameterNumeric"), ""))
        code = _text(next(_each(parameter, "ParameterCode"), ""))
        if code in ("per-exa", "poi-exa", "") and re.fullmatch(r"\d+(?:\.0+)?", number):
            weight = int(float(number))
    return name, weight, kind or "quality", _text(described), described if described is not None else node
