"""What a file cannot load without: marked as missing where it was not read, never invented."""

from __future__ import annotations

from typing import Any

from reglo.procurement.award import these_lots
from reglo.reading.rc.draft import Draft, Elements, get, plain, point_id, put
from reglo.reading.rc.model import Doubt

TO_FILL = "À COMPLÉTER"
NO_REFERENCE = "A-COMPLETER"
# groups of the model that must hold a key when they are written at all
_NEEDED = {
    "procedure.negotiation": "allowed",
    "allotment": "divided",
    "calendar.bid_validity": "period",
    "contract.framework": "orders",
    "remedies.court": "name",
    "remedies.address": "lines",
}
_ELEMENT_NEEDS = {
    "calendar.terms": ("period", "about", "side", "of"),
    "calendar.visits": ("compulsory",),
    "lots": ("name",),
    "pieces": ("name", "folder"),
    "procurement_documents": ("name",),
    "contract.tranches": ("name", "optional"),
    "award.criteria": ("name", "weight"),
    "clauses": ("topic", "rule"),
    "contacts": ("role", "name"),
    "review.eliminations": ("ground",),
    "buyer.services": ("role", "name"),
    "buyer.addresses": ("use", "lines"),
}
_ENUMS = {
    "buyer.kind": ("local", (("state", "l'État ou un de ses services"), ("local", "une collectivité ou un autre pouvoir adjudicateur"), ("utility", "une entité adjudicatrice"))),
    "nature": ("services", (("works", "travaux"), ("supplies", "fournitures"), ("services", "services"))),
    "procedure.type": (
        "open",
        (("open", "appel d'offres ouvert"), ("restricted", "appel d'offres restreint"), ("negotiated", "procédure avec négociation"), ("dialogue", "dialogue compétitif"), ("adapted", "procédure adaptée")),
    ),
}  # fmt: skip
_QUESTIONS = {
    "buyer.kind": "Le document ne dit pas si l'acheteur relève de l'État ou d'une collectivité.",
    "nature": "Le document ne dit pas si le marché est de travaux, de fournitures ou de services.",
    "procedure.type": "La procédure n'a pas été lue avec certitude.",
    "reference": "Aucun numéro de consultation n'a été lu. Lequel inscrire ?",
    "title": "L'objet n'a pas été lu avec certitude. Lequel inscrire ?",
    "buyer.name": "L'acheteur n'a pas été lu avec certitude. Lequel inscrire ?",
}


def complete(draft: Draft) -> None:
    data = draft.data
    data["reglo"] = 1
    for path in ("reference", "title", "buyer.name"):
        if not get(data, path):
            put(data, path, NO_REFERENCE if path == "reference" else TO_FILL)
            _necessity(draft, path, ())
    for path, (placeholder, values) in _ENUMS.items():
        if get(data, path) is None:
            put(data, path, placeholder)
            _necessity(draft, path, tuple((value, label, {path: value}) for value, label in values))
    data["procedure"].setdefault("legal_basis", [])
    data.setdefault("calendar", {})
    if not any(
        data["calendar"].get(key) for key in ("submission_deadline", "candidacy_deadline")
    ) and not any("date-limite" in doubt.id or "deadline" in doubt.id for doubt in draft.doubts):
        draft.doubts.append(
            Doubt("date-limite", "Aucune date limite de remise n'a été lue. Quelle est-elle ?")
        )
    _groups(draft)
    _lots(draft)
    _award(draft)
    _lot_awards(draft)


def _necessity(draft: Draft, path: str, choices: tuple[tuple[str, str, dict[str, Any]], ...]) -> None:
    """The point that marks what had to be filled in; a clash already found says it better."""
    if not any(doubt.id == point_id(path) for doubt in draft.doubts):
        marked = " La valeur écrite n'est qu'un emplacement." if choices else ""
        draft.doubts.append(Doubt(point_id(path), _QUESTIONS[path] + marked, (), choices))


_CONTRACT_FORM = Doubt(
    "contract-form",
    "Le document ne dit pas si le contrat est un marché ordinaire ou un accord-cadre. La valeur écrite n'est qu'un emplacement.",
    (),
    tuple(
        (id, label, {"contract.form": id})
        for id, label in (
            ("ordinaire", "un marché ordinaire"),
            ("accord-cadre", "un accord-cadre"),
            ("composite", "pour partie un marché, pour partie un accord-cadre"),
        )
    ),
)


def _groups(draft: Draft) -> None:
    data = draft.data
    for path, key in _NEEDED.items():
        group = get(data, path)
        if isinstance(group, dict) and key not in group and path != "contract.framework":
            parent, _, name = path.rpartition(".")
            (get(data, parent) if parent else data).pop(name)
    for path, needs in _ELEMENT_NEEDS.items():
        elements = get(data, path)
        if isinstance(elements, Elements):
            for key in [
                key
                for key, each in elements.items()
                if not isinstance(each, dict) or any(need not in each for need in needs)
            ]:
                del elements[key]
    if "contract" in data:
        if "form" not in data["contract"]:
            data["contract"]["form"] = "ordinaire"
            draft.doubts.append(_CONTRACT_FORM)
        if isinstance(data["contract"].get("renewal"), dict):
            data["contract"]["renewal"].setdefault("count", None)
    remedies = data.get("remedies")
    if isinstance(remedies, dict):
        if "court" in remedies:
            remedies["court"].setdefault("role", "recours")
        else:
            data.pop("remedies")


def _lots(draft: Draft) -> None:
    data = draft.data
    if not isinstance(data.get("lots"), Elements) or not data["lots"]:
        divided = get(data, "allotment.divided")
        if divided:
            data.pop("allotment")
        if divided is None and not any(doubt.id == "nombre-de-lots" for doubt in draft.doubts):
            draft.doubts.append(
                Doubt(
                    "lots",
                    "Le document ne dit pas si le marché est divisé en lots. Les règles écrites n'en ont qu'un.",
                )
            )
        data["lots"] = Elements({"1": {"id": "1", "name": data["title"]}})
    elif get(data, "allotment.divided") is False and len(data["lots"]) > 1:
        data["allotment"]["divided"] = True


def _award(draft: Draft) -> None:
    award = draft.data.setdefault("award", {})
    criteria = award.get("criteria")
    inputs = award.setdefault("inputs", Elements())
    scales = award.get("scales") or Elements()
    for name in [name for name, scale in scales.items() if not scale.get("levels")]:
        del scales[name]  # its levels were not read: its name alone marks nothing
    own = award.get("for_lots") or Elements()
    apart = {lot for each in own.values() if each.get("criteria") for lot in each.get("lots", ())}
    if not isinstance(criteria, Elements) or not criteria:
        if apart >= {lot["id"] for lot in draft.data["lots"].values()}:
            return
        award["criteria"] = criteria = Elements(
            {"a_completer": {"id": "a_completer", "name": TO_FILL, "weight": award.get("total", 100)}}
        )
        if not any(doubt.id == "criteres" for doubt in draft.doubts):
            draft.doubts.append(
                Doubt(
                    "criteres", "Aucun critère pondéré n'a été lu. Quels sont les critères et leurs poids ?"
                )
            )
    used = {
        leaf.get("scale", "")
        for each in own.values()
        for item in each.get("criteria", Elements()).values()
        for leaf in (item, *item.get("criteria", Elements()).values())
    }
    by_hand: dict[str, str] = {}  # path of each criterion whose method was not read -> its name
    for item in criteria.values():
        below = item.get("criteria")
        for leaf in below.values() if isinstance(below, Elements) else (item,):
            path = f"award.criteria[{item['id']}]" + ("" if leaf is item else f".criteria[{leaf['id']}]")
            if leaf.get("method") not in ("scale", "normalised") and "level" not in leaf.get("formula", ""):
                leaf.pop("scale", None)
            known = {
                "scale": leaf.get("scale") in scales,
                "normalised": leaf.get("scale") in scales,
                "formula": "formula" in leaf,
            }.get(leaf.get("method", ""), "of" in leaf)
            if known:
                used.add(leaf.get("scale", ""))
                continue
            for key in ("method", "of", "scale", "formula"):
                leaf.pop(key, None)
            name = f"note_{leaf['id']}"
            inputs[name] = _note(name, leaf["name"])
            leaf |= {"method": "formula", "formula": f"min(N, {name})"}
            if leaf["name"] == TO_FILL:
                continue  # the criteria themselves were not read: that is the point
            if leaf.get("price") or item.get("price"):
                draft.doubts.append(_price_method(path, leaf, inputs))
            else:
                by_hand[path] = leaf["name"]
        if isinstance(below, Elements):
            for key in ("method", "of", "scale", "formula"):
                item.pop(key, None)
    if by_hand:
        draft.doubts.append(_quality_method(by_hand, [plain(each) for each in scales.values()], used))
    for name in [name for name in scales if name not in used]:
        del scales[name]
    figures = set(inputs) | set(award.get("values") or ())
    if award.get("price_figure") not in figures:
        award.pop("price_figure", None)
    for rank in list(award.get("ties") or {}):
        tie = award["ties"][rank]
        if tie.get("rule") == "lowest" and tie.get("of") not in figures:
            if figures and award.get("price_figure"):
                tie["of"] = award["price_figure"]
            else:
                del award["ties"][rank]
    if not inputs:
        award.pop("inputs")


def _lot_awards(draft: Draft) -> None:
    """Criteria of some lots whose method was not read: marked by hand, with their own notes to give."""
    award = draft.data["award"]
    for rank, own in enumerate(award.get("for_lots", Elements()).values()):
        criteria = own.get("criteria", Elements())
        inputs = Elements(own.get("inputs") or award.get("inputs") or {})
        scales = {*award.get("scales", ()), *own.get("scales", ())}
        by_hand = []
        for item in criteria.values():
            for leaf in item.get("criteria", Elements({"": item})).values():
                method = leaf.get("method", "")
                read = {"formula": "formula" in leaf, "scale": leaf.get("scale") in scales}
                read["normalised"] = read["scale"]
                if not read.get(method, "of" in leaf):
                    by_hand.append(leaf["name"])
                    name = f"note_{leaf['id']}"
                    inputs[name] = _note(name, leaf["name"])
                    for key in ("of", "scale"):
                        leaf.pop(key, None)
                    leaf |= {"method": "formula", "formula": f"min(N, {name})"}
        if by_hand:
            own["inputs"] = inputs
            said = ", ".join(f"« {name} »" for name in by_hand)
            question = f"La façon de noter {said} ({these_lots(tuple(own.get('lots', ())))}) n'a pas été lue : la note est à donner à la main. Quelle est la méthode ?"
            draft.doubts.append(Doubt(f"notation-des-lots-{rank + 1}", question, rule="CR-02"))
        known = {
            leaf["id"] for item in criteria.values() for leaf in (item, *item.get("criteria", {}).values())
        }
        ties = award.get("ties", Elements())
        if criteria and any(tie.get("criterion", "") not in {"", *known} for tie in ties.values()):
            own.setdefault("ties", Elements())  # the others' rule names a criterion they do not have


def _note(id: str, criterion: str) -> dict[str, Any]:
    """A mark to give by hand, in points."""
    return {
        "id": id,
        "name": f"Note donnée pour « {criterion} », en points",
        "kind": "number",
        "unit": "points",
        "higher_is_better": True,
        "zero_allowed": True,
    }


_PRICE_METHODS = (
    ("proportionnelle", "points × prix le plus bas / prix", "inverse"),
    ("lineaire", "points × (2 − prix / prix le plus bas), zéro au-delà du double", "linear"),
    ("min-max", "tous les points au plus bas, zéro au plus haut, proportionnel entre eux", "min_max"),
)


def _price_method(path: str, leaf: dict[str, Any], inputs: Elements) -> Doubt:
    """How a price is marked, when nothing says it: the usual methods to choose from, by hand until then."""
    figure = "prix_offre" if path.count("[") == 1 else f"prix_{leaf['id']}"
    inputs.setdefault(figure, {"id": figure, "name": f"Montant jugé, {leaf['name']}", "kind": "money"})
    choices = [("a-la-main", "la note est donnée à la main", dict[str, Any]())]
    for id, label, method in _PRICE_METHODS:
        values = {f"{path}.method": method, f"{path}.of": figure, f"{path}.formula": ""}
        choices.append((id, label, values))
    question = f"La façon de noter « {leaf['name']} » n'a pas été lue. Quelle est la formule ?"
    return Doubt(f"notation-{leaf['id']}", question, (), tuple(choices), "a-la-main", "CR-02")


_FIVE_LEVELS = (
    ("Très satisfaisant", 100),
    ("Satisfaisant", 75),
    ("Moyen", 50),
    ("Insuffisant", 25),
    ("Sans réponse", 0),
)


def _quality_method(leaves: dict[str, str], read: list[dict[str, Any]], used: set[str]) -> Doubt:
    """How quality is marked, when nothing says it: by hand, on a scale of the document, or on a usual one.

    read: the scales of the document; those used by a criterion stay, whatever is chosen.
    """
    choices = [("a-la-main", "la note est donnée à la main", dict[str, Any]())]
    usual: dict[str, Any] = {
        "id": "grille",
        "levels": [{"label": label, "share": f"{share} %"} for label, share in _FIVE_LEVELS],
    }
    for scale in read or [usual]:
        name = scale["id"]
        values: dict[str, Any] = {
            "award.scales": [each for each in read if each["id"] in used and each["id"] != name] + [scale]
        }
        for path in leaves:
            values |= {f"{path}.method": "scale", f"{path}.scale": name, f"{path}.formula": ""}
        said = ", ".join(
            f"{each['label']} {each.get('share', each.get('value'))}" for each in scale["levels"]
        )
        label = (
            f"la grille du document : {said}"
            if read
            else "une grille de cinq niveaux : 100, 75, 50, 25 et 0 % des points"
        )
        choices.append((name, label, values))
    return Doubt(
        "notation",
        f"La façon de noter {', '.join(f'« {name} »' for name in leaves.values())} n'a pas été lue : la note est à donner à la main. Quelle est la méthode ?",
        (),
        tuple(choices),
        "a-la-main",
        "CR-02",
    )
