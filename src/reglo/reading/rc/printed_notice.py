"""The eForms notice as BOAMP prints it: « label : value » lines under numbered rubrics."""

from __future__ import annotations

import re
from collections.abc import Callable
from decimal import Decimal
from typing import Any

from reglo.reading.rc.criteria import slug, sub_criteria_of
from reglo.reading.rc.model import Reading
from reglo.reading.rc.notice_lots import backup_addresses, first_period, lot_details
from reglo.reading.rc.words import AMOUNT, DAY, HOUR, PERIOD, amount, articles, count, day, hour, period
from reglo.reading.text.model import fold, pattern

_PROCEDURES = {
    "ouverte": "open",
    "restreinte": "restricted",
    "negociee avec publication prealable": "negotiated",
    "dialogue competitif": "dialogue",
    "adaptee": "adapted",
}
_NATURES = {"travaux": "works", "fournitures": "supplies", "services": "services"}


def read_labels(r: Reading) -> None:
    """Everything the labels of a printed notice say, then its paragraphs of free text."""
    rows = []
    for index, line in enumerate(r.flow.lines):
        found = re.match(r"([^:]{3,110}?)\s*:\s*(.+)", line.text)
        if found:
            start = r.flow.starts[index]
            rows.append((fold(found[1]).strip(), found[2].strip(), (start, start + len(line.text))))
    seen: set[str] = set()
    for label, value, place in rows:
        for words, read in _LABELS:
            if re.fullmatch(words, label):
                key = read(r, value, place, seen)
                if key:
                    seen.add(key)
                break
    _organisations(r, rows)
    _criteria(r, rows)
    paragraphs(r)
    _standing(r)
    lot_details(r, rows)
    first_period(r)
    backup_addresses(r)


Place = tuple[int, int]
Read = Callable[[Reading, str, Place, set[str]], str]


def _put(
    path: str, rule: str, convert: Callable[[str], Any] = lambda text: text, again: bool = False
) -> Read:
    def read(r: Reading, value: str, place: Place, seen: set[str]) -> str:
        converted = convert(value)
        if converted in (None, "") or (path in seen and not again):
            return ""
        r.rule_id = rule
        r.add(path, converted, place, 0.98)
        return path

    return read


def _yes(text: str) -> bool | None:
    folded = fold(text)
    return (
        True
        if folded.startswith(("oui", "requise", "autorisee"))
        else False
        if folded.startswith(("non", "pas"))
        else None
    )


def _moment(text: str) -> str | None:
    folded = fold(text)
    at = pattern(DAY).search(folded)
    clock = pattern(HOUR).search(folded, at.end()) if at else None
    if at and clock and (when := day(at)) and (written := hour(clock)):
        return f"{when.isoformat()} {written} Europe/Paris"
    return None


def _date(text: str) -> str | None:
    at = pattern(DAY).search(fold(text))
    when = day(at) if at else None
    return when.isoformat() if when else None


def _span(text: str) -> str | None:
    found = pattern(PERIOD).search(fold(text))
    return period(found) if found else None


def _amount(path: str, rule: str) -> Read:
    """An amount; one that reads two ways (« 659,764 Euro ») is asked about, not taken."""
    plain = _put(path, rule, _money)

    def read(r: Reading, value: str, place: Place, seen: set[str]) -> str:
        key = plain(r, value, place, seen)
        if not key and path not in seen and re.search(r"\d", value):
            point = path.replace(".", "-").replace("_", "-")
            r.doubt(point, f"Le montant « {value} » peut se lire de deux façons. Lequel inscrire ?", place)
            return path
        return key

    return read


def _money(text: str) -> str | None:
    """An amount of the form, excluding tax; « 659,764 » could be two amounts and is not taken."""
    found = pattern(AMOUNT).search(fold(text) + " ht")
    return amount(found) if found else None


def _nuts(text: str) -> str | None:
    found = re.search(r"\b(FR[A-Z0-9]{1,3})\b", text)
    return found[1] if found else None


def _cpv(r: Reading, value: str, place: Place, seen: set[str]) -> str:
    found = re.match(r"(\d{8})\b", value)
    if found:
        r.rule_id = "BT-262"
        r.add(f"cpv[{found[1]}]", found[1], place, 0.98)
    return ""


def _languages(text: str) -> list[str]:
    return [each.strip() for each in text.split(",")]


def _url(text: str) -> str:
    return text if text.startswith("http") else ""


_LABELS: tuple[tuple[str, Read], ...] = (
    (r"titre", _put("title", "BT-21")),
    (r"description", _put("description", "BT-24")),
    (r"identifiant interne", _put("reference", "BT-22")),
    (r"annonce n°.*", _put("notice.number", "BOA-01")),
    (r"type de procedure", _put("procedure.type", "BT-105", lambda text: _PROCEDURES.get(fold(text)))),
    (r"la procedure est acceleree", _put("procedure.urgency", "BT-106", _yes)),
    (r"nature du marche", _put("nature", "BT-23", lambda text: _NATURES.get(fold(text)))),
    (r"nomenclature principale.*", _cpv),
    (r"forme juridique de l'acheteur", _put("buyer.kind", "BT-11", lambda text: "local" if "local" in fold(text) or "region" in fold(text) else "state" if "central" in fold(text) or "national" in fold(text) else None)),
    (r"valeur estimee hors tva", _amount("estimated_value", "BT-27")),
    (r"valeur maximale de l'accord-cadre", _amount("contract.framework.maximum", "BT-271")),
    (r"date de debut", _put("contract.starts_on", "BT-536", _date)),
    (r"duree", _put("contract.duration", "BT-36", _span)),
    (r"nombre maximal de renouvellements", _put("contract.renewal.count", "BT-58", count)),
    (r"participation reservee", _put("procedure.reserved_participation", "BT-71", lambda text: False if "pas" in fold(text) else None)),
    (r"le marche releve de l'accord sur les marches publics.*", _put("procedure.gpa_covered", "BT-115", _yes)),
    (r"le marche en question convient aussi aux petites.*", _put("procedure.suitable_for_sme", "BT-726", _yes)),
    (r"variantes", _put("procedure.variants_allowed", "BT-63", lambda text: not fold(text).startswith("non"))),
    (r"presentation par voie electronique", _put("submission.electronic_only", "BT-17", lambda text: True if fold(text).startswith("requise") else None)),
    (r"adresse de presentation", _put("submission.url", "BT-18", _url)),
    (r"adresse des documents de marche", _put("document_access.url", "BT-15", _url)),
    (r"profil de l'acheteur", _put("buyer.profile_url", "BT-508", _url)),
    (r"catalogue electronique", _put("submission.catalogue", "BT-764", _yes)),
    (r"langues dans lesquelles les offres.*", _put("submission.languages", "BT-97", _languages)),
    (r"date limite de reception des offres", _put("calendar.submission_deadline", "BT-131", _moment)),
    (r"date limite de reception des demandes de participation", _put("calendar.candidacy_deadline", "BT-1311", _moment)),
    (r"date limite de validite de l'offre", _put("calendar.bid_validity", "BT-98", lambda text: {"period": _span(text), "of": ["submission_deadline"]} if _span(text) else None)),
    (r"date d'ouverture", _put("calendar.opening_at", "BT-132", _moment)),
    (r"date d'envoi de l'avis", _put("calendar.sent_at", "BT-05", _moment)),
    (r"date d'envoi du present avis a la publication", _put("notice.sent_to_publication_on", "BT-803", _date)),
    (r"type d'avis", _put("notice.type", "BT-02")),
    (r"type de formulaire", _put("notice.form", "BT-03")),
    (r"facturation en ligne", _put("contract.electronic_invoicing", "BT-743", lambda text: text.lower())),
    (r"la commande en ligne sera utilisee", _put("contract.electronic_ordering", "BT-92", _yes)),
    (r"le paiement en ligne sera utilise", _put("contract.electronic_payment", "BT-93", _yes)),
    (r"nombre maximal de participants", _put("contract.framework.holders", "BT-113", count)),
    (r"activite du pouvoir adjudicateur", _put("buyer.main_activity", "BT-10")),
    (r"langues dans lesquelles les documents de marche.*", _put("document_access.languages", "BT-708", _languages)),
    (r"langues dans lesquelles l'avis.*", _put("notice.languages", "BT-702", _languages)),
    (r"le marche doit etre execute dans le cadre de programmes d'emplois proteges", _put("contract.sheltered_employment", "BT-736", lambda text: text.lower())),
)  # fmt: skip


def _organisations(r: Reading, rows: list[tuple[str, str, Place]]) -> None:
    """Section 8: each organisation, and whether it is the buyer or the court."""
    groups: list[dict[str, tuple[str, Place]]] = []
    for label, value, place in rows:
        if label == "nom officiel":
            groups.append({})
        if groups:
            groups[-1].setdefault(label, (value, place))
    for rank, group in enumerate(groups):
        name, place = group["nom officiel"]
        start = place[1]
        end = groups[rank + 1]["nom officiel"][1][0] if rank + 1 < len(groups) else len(r.flow.text)
        if not r.article_at(start).startswith("Avis 8"):
            continue
        roles = r"roles de cette organisation\s*:\s*organisation chargee des procedures de recours"
        is_court = "tribunal" in fold(name) or re.search(roles, r.flow.folded[start:end]) is not None
        mail = (
            re.search(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+", group["adresse electronique"][0])
            if "adresse electronique" in group
            else None
        )
        if is_court:
            r.rule_id = "OPT-301"
            r.add("remedies.court.name", name, place, 0.98)
            if mail:
                r.add("remedies.court.email", mail[0], group["adresse electronique"][1], 0.98)
            if "telephone" in group:
                r.add("remedies.court.phones", [group["telephone"][0]], group["telephone"][1], 0.98)
            if {"adresse postale", "code postal", "ville"} <= set(group):
                address: dict[str, Any] = {
                    "use": "greffe",
                    "lines": [group["adresse postale"][0]],
                    "postcode": group["code postal"][0],
                    "town": group["ville"][0],
                }
                r.add("remedies.address", address, group["adresse postale"][1], 0.98)
            if "adresse internet" in group and group["adresse internet"][0].startswith("http"):
                r.add("remedies.court.url", group["adresse internet"][0], group["adresse internet"][1], 0.98)
            continue
        if rank == 0 or "numero d'enregistrement" in group:
            r.rule_id = "BT-500"
            r.add("buyer.name", name, place, 0.98)
            number = (
                re.fullmatch(r"\d{14}", group["numero d'enregistrement"][0])
                if "numero d'enregistrement" in group
                else None
            )
            if number:
                r.rule_id = "BT-501"
                r.add("buyer.siret", number[0], group["numero d'enregistrement"][1], 0.98)
            _buyer_details(r, name, place, group, mail[0] if mail else "")
    place_rows = {
        label: (value, place)
        for label, value, place in reversed(rows)
        if label in ("ville", "code postal", "subdivision pays (nuts)", "adresse postale")
    }
    if {"ville", "code postal"} <= set(place_rows):
        r.rule_id = "BT-5101"
        town, place = place_rows["ville"]
        where: dict[str, Any] = {
            "name": place_rows.get("adresse postale", (town, place))[0],
            "town": town,
            "postcode": place_rows["code postal"][0],
        }
        if "subdivision pays (nuts)" in place_rows and (
            code := _nuts(place_rows["subdivision pays (nuts)"][0])
        ):
            where["nuts"] = code
        r.add(f"places[{where['postcode']}]", where, place, 0.95)


def _buyer_details(
    r: Reading, name: str, place: Place, group: dict[str, tuple[str, Place]], mail: str
) -> None:
    """The seat of the buyer and how to reach it."""
    if {"adresse postale", "code postal", "ville"} <= set(group):
        seat: dict[str, Any] = {
            "use": "siège",
            "lines": [group["adresse postale"][0]],
            "postcode": group["code postal"][0],
            "town": group["ville"][0],
        }
        if "subdivision pays (nuts)" in group and (code := _nuts(group["subdivision pays (nuts)"][0])):
            seat["nuts"] = code
        r.rule_id = "BT-510"
        r.add("buyer.addresses[0]", seat, group["adresse postale"][1], 0.98)
    contact: dict[str, Any] = {"role": "acheteur", "name": name}
    if "telephone" in group:
        contact["phones"] = [group["telephone"][0]]
    if mail:
        contact["email"] = mail
    if "adresse internet" in group and group["adresse internet"][0].startswith("http"):
        contact["url"] = group["adresse internet"][0]
    if len(contact) > 2:
        r.rule_id = "BT-506"
        r.add("contacts[0]", contact, place, 0.98)


def _criteria(r: Reading, rows: list[tuple[str, str, Place]]) -> None:
    """Rubric 5.1.10: type, name, description and weight of each criterion."""
    read: list[dict[str, Any]] = []
    for label, value, place in rows:
        if label == "type" and fold(value) in ("prix", "qualite", "cout"):
            read.append(
                {"kind": {"prix": "price", "cout": "cost"}.get(fold(value), "quality"), "place": place}
            )
        elif read and label == "nom":
            read[-1].setdefault("name", value)
        elif read and label == "description":
            read[-1].setdefault("description", value)
        elif read and label in ("nombre critere d'attribution", "nombre"):
            found = re.match(r"\d{1,3}", value)
            if found:
                read[-1].setdefault("weight", int(found[0]))
    if not read or sum(each.get("weight", 0) for each in read) != 100:
        return
    used: set[str] = set()
    for each in read:
        description = each.get("description", "")
        head, children = sub_criteria_of(description)
        priced = each["kind"] in ("price", "cost")
        name = each.get("name") or ("Prix" if priced else head or "Valeur technique")
        key = slug(name, used)
        r.rule_id = "BT-541"
        weighed: dict[str, Any] = {
            "id": key,
            "name": name,
            "weight": Decimal(each["weight"]),
            "type": each["kind"],
        }
        if priced:
            weighed["price"] = True
            if re.search(r"\bTTC\b", description) and not re.search(r"\bHT\b", description):
                r.add("award.price_basis", "TTC", each["place"], 0.9)
        r.add(f"award.criteria[{key}]", weighed, each["place"], 0.97)
        for child, share in children:
            below = slug(child, used)
            r.add(
                f"award.criteria[{key}].criteria[{below}]",
                {"id": below, "name": child, "share": f"{share} %"},
                each["place"],
                0.9,
            )


def paragraphs(r: Reading) -> None:
    """What the free text of a notice says of the contract: kinds of agreement, renewals, amounts, remedies."""
    from reglo.reading.rc.model import READERS

    for name in ("CTR-02", "REC-02", "COP-02", "CLA-01", "ELI-01"):
        r.rule_id = name
        before = len(r.found)
        READERS[name].read(r)
        r.found[before:] = [
            each
            for each in r.found[before:]
            if each.path.startswith(
                (
                    *("contract.renewal", "contract.maximum_duration", "contract.duration", "remedies.ways"),
                    *("submission.backup_copy", "clauses", "review.eliminations"),
                )
            )
        ]
    duration = [each for each in r.found if each.path == "contract.duration"]
    if len(duration) > 1:  # the form's months and the text's years say the same thing
        months = {_in_months(each.value) for each in duration}
        if len(months) == 1:
            for each in duration[1:]:
                r.found.remove(each)
    r.rule_id = "CTR-01"
    composite = r.flow.first(r"marche public (?:composite|mixte)")
    frame = r.flow.first(r"accord-cadre, (?:sans|avec) remise en concurrence")
    if composite:
        r.found[:] = [each for each in r.found if each.path != "contract.form"]
        r.add("contract.form", "composite", composite, 0.95)
    elif frame:
        r.add("contract.form", "accord-cadre", frame, 0.95)
    orders = r.flow.first(r"emission de bons de commande")
    if orders:
        r.add("contract.framework.orders", "bons de commande", orders, 0.95)
    most = r.flow.first(rf"montant maximum de {AMOUNT}(?: pour chaque (?P<each>periode))?")
    if most and (written := amount(most)):
        r.add("contract.framework.maximum", written, most, 0.95)
        if most["each"]:
            r.add("contract.framework.maximum_per", "période", most, 0.93)
    if any(each.path == "contract.framework.maximum" for each in r.found):  # the text says it plainly
        r.doubts[:] = [doubt for doubt in r.doubts if doubt.id != "contract-framework-maximum"]
    whole = r.flow.first(rf"estimation (?:reconductions? comprises?|totale)[^.\d]{{0,40}}{AMOUNT}")
    if whole and (written := amount(whole)):
        r.add("estimated_total", written, whole, 0.93)
    cited = r.flow.first(r"accord-cadre au sens de l'article[^;]{0,500}")
    if cited and (basis := articles(r.flow.text[cited.start() : cited.end()])):
        r.add("contract.framework.legal_basis", list(basis), cited, 0.9)
    copy = r.flow.first(r"copie de sauvegarde")
    if copy:
        r.add("submission.backup_copy.allowed", True, copy, 0.9)
    since = r.flow.first(rf"duree de {PERIOD} a compter de (?:sa|la) notification")
    if since:
        r.add("contract.duration_from", "notification", since, 0.93)
    online = r.told(r"voie (?:electronique|dematerialisee)", r"obligatoire", r"\br\.? ?21\d\d-")
    if online and (basis := articles(r.flow.text[slice(*online)])):
        r.add("submission.legal_basis", list(basis), online, 0.93)
    owed = r.flow.first(
        r"candidats? (?:devr\w+|doi\w+) (?:remettre|produire|fournir) (?:les |des )(?P<t>[^.:;]{0,60}(?:declarations|certificats|attestations)[^:;]{4,160}? code de la commande publique)"
    )
    if owed:
        name = r.flow.printed(owed, "t")
        basis = articles(name)
        value = {"code": "C1", "name": name[:1].upper() + name[1:], "folder": "candidacy"}
        r.add("pieces[C1]", value | ({"legal_basis": list(basis)} if basis else {}), owed, 0.86)


def _in_months(text: str) -> int:
    number, unit = text.split(maxsplit=1)
    return int(number) * (12 if unit.startswith("an") else 1)


def _standing(r: Reading) -> None:
    """Rubrics whose words alone say something."""
    for words, path, value in (
        (r"seance non publique", "procedure.public_opening", False),
        (r"date previsionnelle", "calendar.opening_indicative", True),
        (r"non finance par des fonds de l'ue", "procedure.eu_funds", False),
        (r"pas de systeme d'acquisition dynamique", "procedure.dynamic_purchasing_system", False),
        (r"tous les documents seront remis gratuitement", "document_access.free", True),
        (r"fournir une adresse (?:mail|electronique)", "document_access.email_asked", True),
        (r"dossier de consultation jusqu'a la date limite", "document_access.until", "submission_deadline"),
    ):
        found = r.flow.first(words)
        if found:
            r.rule_id = "AVI-01"
            r.add(path, value, found, 0.95)
    directive = r.flow.first(r"directive (?P<d>\d{4}/\d+/(?:ue|ce))")
    if directive:
        r.rule_id = "BT-01"
        r.add("procedure.directive", r.flow.printed(directive, "d").upper(), directive, 0.98)
    lots = [*r.flow.find(r"identifiant technique du lot ?: ?lot-0*(?P<n>\d+)")]
    if lots:
        r.rule_id = "BT-137"
        if len(lots) > 1:  # the form has one lot, even for what is not divided
            r.add("allotment.divided", True, lots[0], 0.95)
        for lot in lots:
            name = r.flow.first(r"\ntitre ?: ?(?P<t>[^\n]+)", lot.end())
            title = r.flow.printed(name, "t") if name else f"Lot {lot['n']}"
            r.add(f"lots[{lot['n']}]", {"id": lot["n"], "name": title}, lot, 0.95)
    number = r.flow.first(r"annonce n° ?:? ?(?P<n>\d\d-\d{3,7})")
    if number:
        r.rule_id = "BOA-01"
        r.add("notice.number", number["n"], number, 0.98)
    departments = r.flow.first(r"departement\(?s?\)? de publication ?: ?(?P<d>[\dab, ]+)")
    if departments:
        r.rule_id = "BOA-01"
        r.add(
            "notice.departments",
            [each.strip().upper() for each in departments["d"].split(",") if each.strip()],
            departments,
            0.98,
        )
    online = r.flow.first(r"https://www\.boamp\.fr/pages/avis/\?q=idweb:\d\d-\d{3,7}")
    if online:
        r.rule_id = "BOA-01"
        r.add("notice.url", r.flow.printed(online), online, 0.98)
    procedure = r.flow.first(r"identifiant de la procedure ?: ?(?P<i>[0-9a-f-]{36})")
    inner = r.flow.first(r"identifiant interne ?: ?(?P<i>[\w./-]{3,40})")
    if procedure:
        r.rule_id = "BT-04"
        known = {"procédure (BT-04)": procedure["i"]}
        if inner:
            known["interne (BT-22)"] = r.flow.printed(inner, "i")
        r.add("identifiers", known, procedure, 0.98)
    version = r.flow.first(r"identifiant/version de l'avis ?: ?(?P<i>[0-9a-f-]{36}) ?- ?(?P<v>\d+)")
    if version:
        r.rule_id = "BT-701"
        r.add("notice.identifier", version["i"], version, 0.98)
        r.add("notice.version", version["v"], version, 0.98)
