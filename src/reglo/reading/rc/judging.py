"""How marks are made: price formulas, composite prices, scales, rounding, ties, prices in words."""

from __future__ import annotations

import re
from fractions import Fraction

from reglo.reading.rc import formulas
from reglo.reading.rc.criteria import is_price
from reglo.reading.rc.model import Reading, rule
from reglo.reading.rc.regions import regions_of
from reglo.reading.rc.tree import Item
from reglo.reading.rc.words import NUMBER_WORDS, sentence_case
from reglo.reading.text.model import fold


@rule("FOR-01", "la formule du prix, reconnue par ce qu'elle calcule, et l'offre type qu'elle juge")
def price_formulas(r: Reading) -> None:
    tree: list[Item] = r.notes.get("criteria", [])
    regions = regions_of(r, tree)
    composites = _composites(r)
    for item in tree:
        leaves = [
            (f"award.criteria[{item.number}].criteria[{child.number}]", child, _points(item, child))
            for child in item.children
        ] or [(f"award.criteria[{item.number}]", item, Fraction(item.weight))]
        if item.children and is_price(item.name):
            _general_formula(r, item, regions)
        for path, leaf, weight in leaves:
            priced = is_price(leaf.name) or (is_price(item.name) and bool(item.children))
            _price_leaf(r, path, leaf, weight, regions.get(leaf.number, []), composites, priced, leaf is item)


def _general_formula(r: Reading, item: Item, regions: dict[str, list[tuple[int, int]]]) -> None:
    """A formula for the whole price beside those of its parts: two ways of marking, to be asked about."""
    for start, end in regions.get(item.number, []):
        for price, place in _formulas_in(r, start, end, Fraction(item.weight)):
            if price.method != "normalised":
                r.doubt(
                    f"formule-generale-{item.number}",
                    f"« {item.name} » a une formule pour l'ensemble et une pour chacun de ses sous-critères. Les règles écrites suivent les sous-critères.",
                    place,
                )
                return


def _points(item: Item, child: Item) -> Fraction:
    return Fraction(item.weight) * Fraction(child.weight) / 100 if child.share else Fraction(child.weight)


def _price_leaf(
    r: Reading,
    path: str,
    leaf: Item,
    weight: Fraction,
    regions: list[tuple[int, int]],
    composites: dict[str, str],
    priced: bool,
    top: bool,
) -> None:
    found: dict[tuple[str, str], tuple[formulas.Price, tuple[int, int]]] = {}
    for start, end in regions:
        for price, place in _formulas_in(r, start, end, weight):
            if price.method == "normalised" and not priced:
                found.setdefault(("normalised", ""), (price, place))
            elif price.method != "normalised" and (priced or re.search(r"delai|duree", fold(leaf.name))):
                found.setdefault((price.method, price.expression), (price, place))
    if len(found) > 1:
        r.doubt(
            f"formule-{leaf.number}",
            f"Plusieurs formules sont données pour « {leaf.name} ». Laquelle s'applique ?",
            *(place for _, place in found.values()),
        )
        return
    if not found:
        if priced and top and not _only_formula(r, path, leaf, weight, composites):
            _prose_price(r, path, leaf, regions)
        return
    price, place = next(iter(found.values()))
    if price.method == "normalised":
        r.add(f"{path}.method", "normalised", place, 0.93)
        return
    figure = _figure(r, price, leaf, composites, place)
    r.add(f"{path}.method", price.method, place, 0.95)
    if price.method == "formula":
        r.add(f"{path}.formula", price.expression.replace("{x}", figure), place, 0.85)
    else:
        r.add(f"{path}.of", figure, place, 0.93)
    if top and priced:
        r.add("award.price_figure", figure, place, 0.9)


def _only_formula(r: Reading, path: str, leaf: Item, weight: Fraction, composites: dict[str, str]) -> bool:
    """The one price formula of the articles on judgement, when its maximum is this criterion's points."""
    found: dict[tuple[str, str], tuple[formulas.Price, tuple[int, int]]] = {}
    for start, end in r.spans(
        r"critere|jugement|notation|attribution|classement|analyse des offres|examen des offres"
    ):
        for price, place in _formulas_in(r, start, end, weight):
            if price.method != "normalised" and price.maximum == weight:
                found.setdefault((price.method, price.expression), (price, place))
    if len(found) != 1:
        return False
    price, place = next(iter(found.values()))
    figure = _figure(r, price, leaf, composites, place)
    r.add(f"{path}.method", price.method, place, 0.88)
    if price.method == "formula":
        r.add(f"{path}.formula", price.expression.replace("{x}", figure), place, 0.85)
    else:
        r.add(f"{path}.of", figure, place, 0.88)
    r.add("award.price_figure", figure, place, 0.88)
    return True


def _figure(
    r: Reading, price: formulas.Price, leaf: Item, composites: dict[str, str], place: tuple[int, int]
) -> str:
    """The name of the figure a formula judges: a composite of that name, or a new input."""
    wanted = {word[:7] for word in re.findall(r"[a-z]{4,}", fold(price.subject + " " + leaf.name))}
    for phrase, name in composites.items():
        words = {word[:7] for word in re.findall(r"[a-z]{4,}", fold(phrase))} - {"offre", "prix"}
        if words and words <= wanted:
            return name
    kind = "delai" if re.search(r"delai|duree", fold(leaf.name)) else "prix"
    name = "prix_offre" if kind == "prix" else "delai_propose"
    value: dict[str, object] = {"id": name, "name": "Prix de l'offre" if kind == "prix" else "Délai proposé"}
    if kind == "delai":
        value |= {"kind": "number", "unit": "jours"}
    r.add(f"award.inputs[{name}]", value, place, 0.9)
    return name


def _formulas_in(
    r: Reading, start: int, end: int, weight: Fraction
) -> list[tuple[formulas.Price, tuple[int, int]]]:
    first, last = r.flow.index_at(start), r.flow.index_at(max(start, end - 1))
    lines = [line.text for line in r.flow.lines[first : last + 1]]
    legend = formulas.legend_of(lines)
    out = []
    for a, b, text in formulas.candidates(lines):
        tree = formulas.parse(text, legend)
        price = formulas.understand(tree, weight, legend) if tree else None
        if price is None or not _maximum_fits(r, price, weight, start, end):
            continue
        at = r.flow.starts[first + a]
        stop = r.flow.starts[first + b] + len(r.flow.lines[first + b].text)
        out.append((price, (at, stop)))
    return out


def _maximum_fits(r: Reading, price: formulas.Price, weight: Fraction, start: int, end: int) -> bool:
    """Whether the best bid gets the criterion's points: at once, or once a mark on 5, 10, 20 or 100 is weighted."""
    if price.maximum is None or price.maximum == weight:
        return True
    if price.method == "formula" and "N *" not in price.expression:
        return False
    weighted = r.flow.first(
        r"ponder|coefficient|ramenee?|multipliee?|affectee? d", max(0, start - 200), end + 200
    )
    return price.maximum in (1, 5, 10, 20, 100) and weighted is not None


def _prose_price(r: Reading, path: str, leaf: Item, regions: list[tuple[int, int]]) -> None:
    """A formula said in words: « inversement proportionnelle au prix »."""
    for start, end in regions:
        found = r.flow.first(r"inversement proportionnel\w*|regle de trois inverse", start, end)
        if found:
            price = formulas.Price("inverse", "prix", None)
            r.add(f"{path}.method", "inverse", found, 0.8)
            r.add(f"{path}.of", _figure(r, price, leaf, {}, found.span()), found, 0.8)
            return


# --- Composite prices -------------------------------------------------------------------------


def _composites(r: Reading) -> dict[str, str]:
    """Weighted prices computed before the marks: phrase -> name of the value in the rules file."""
    out: dict[str, str] = {}
    lines = [line.text for line in r.flow.lines]
    for a, b, text in formulas.candidates(lines):
        tree = formulas.parse(text)
        read = formulas.composite(tree) if tree else None
        if read is None or re.search(r"\bnotes?\b|critere", fold(text)):
            continue
        start, end = r.flow.starts[a], r.flow.starts[b] + len(lines[b])
        naming = r"(?:une|l'|la|le|un)\s*(?P<n>(?:offre|prix|montant|cout|total|panier|devis)(?:\s+[a-z'-]+){1,3}?)\s+(?:type\s+)?(?:est|sera|ainsi|=|pour)"
        named = max(
            re.compile(naming).finditer(r.flow.folded, max(0, start - 420), start),
            key=re.Match.start,
            default=None,
        )
        if named is None:
            continue
        phrase = r.flow.text[named.start("n") : named.end("n")]
        words = [
            word
            for word in re.findall(r"[a-z]+", fold(phrase))
            if word not in ("offre", "prix", "type", "montant")
        ]
        name = "offre_" + "_".join(words) if words else "prix_compose"
        names = {atom: _input_name(atom, rank) for rank, atom in enumerate(read.atoms)}
        for atom, each in names.items():
            shown = re.sub(r"^(?:somme des |le |la |les |l['’])", "", atom)
            r.add(f"award.inputs[{each}]", {"id": each, "name": sentence_case(shown)}, (start, end), 0.9)
        whole = formulas.whole_divided(read.tree) if read.fault else read.tree
        written = formulas.render(whole, names)
        r.add(
            f"award.values[{name}]",
            {"id": name, "name": sentence_case(phrase), "formula": written},
            (start, end),
            0.9 if not read.fault else 0.7,
        )
        if read.fault:
            literal = formulas.render(read.tree, names)
            r.doubt(
                f"parentheses-{'-'.join(words) or 'prix'}",
                f"La formule de « {phrase} » ne divise que son dernier terme, alors que ses poids font le diviseur. La division porte-t-elle sur toute la somme ?",
                (start, end),
                choices=(
                    ("tout", "toute la somme est divisée", {}),
                    (
                        "dernier-terme",
                        "lecture littérale : le dernier terme seul est divisé",
                        {f"award.values[{name}].formula": literal},
                    ),
                ),
                default="tout",
            )
        out[phrase] = name
    return out


def _input_name(atom: str, rank: int) -> str:
    words = [
        word
        for word in re.findall(r"[a-z]+", fold(atom).replace("œ", "oe"))
        if len(word) > 3 and word not in ("somme", "pour", "montant", "montants", "type")
    ]
    roman = re.search(r"\b(I{1,3}|IV|V|[A-Z]|\d)$", atom)
    tail = f"_{roman[1].lower()}" if roman else ""
    return ("_".join(words[:3]) or f"{re.sub(r'[^a-z]', '', fold(atom))[:12] or 'montant'}") + (
        tail or (f"_{rank + 1}" if not words else "")
    )


# --- Rounding, ties, basis, prices in words ---------------------------------------------------

_PLACES = {"dixieme": 1, "centieme": 2, "millieme": 3, "entier": 0, "unite": 0}


@rule("ARR-01", "les arrondis : combien de décimales, sur quelles notes")
def rounding(r: Reading) -> None:
    found: dict[int, re.Match[str]] = {}
    for match in r.flow.find(
        rf"arrondi\w*[^.\n]{{0,40}}?(?:1/(?P<f>10{{1,3}})|(?P<w>{'|'.join(_PLACES)})|(?P<n>\d|un|deux|trois) (?:chiffres?|decimales?))"
    ):
        if match["f"]:
            places = len(match["f"]) - 1
        elif match["w"]:
            places = _PLACES[match["w"]]
        else:
            places = NUMBER_WORDS.get(match["n"], -1) if not match["n"].isdigit() else int(match["n"])
        found.setdefault(places, match)
    if len(found) != 1:
        if len(found) > 1:
            r.doubt(
                "arrondi",
                "Plusieurs arrondis sont écrits. Lequel s'applique, et à quelles notes ?",
                *(match.span() for match in found.values()),
            )
        return
    places, match = next(iter(found.items()))
    around = " ".join(r.flow.folded[max(0, match.start() - 140) : match.end() + 60].split())
    if re.search(
        r"notes? sur les \w+ criteres|note de chaque critere|chaque critere", around
    ) and not re.search(r"chaque note\b", around):
        stages = ["criterion"]
    elif re.search(r"note (?:finale|globale|totale)|total", around) and not re.search(r"chaque", around):
        stages = ["total"]
    elif re.search(r"chaque note|notes?\b", around):
        stages = (
            ["leaf", "criterion", "total"]
            if re.search(r"chaque note", r.flow.folded[match.start() - 200 : match.end()])
            or len(list(r.flow.find("chaque note sera arrondie")))
            else ["leaf"]
        )
    else:
        stages = ["leaf"]
    mode = "half_up"
    cut = r.flow.first(r"tronque\w*|arrondi\w* (?:par defaut|a l'inferieur)", match.start(), match.end() + 80)
    if cut:
        mode = "down"
    r.add("award.rounding[0]", {"decimals": places, "stages": stages, "mode": mode}, match, 0.9)


@rule("EGA-01", "comment on départage : meilleure note d'un critère, moins-disant ; ex æquo au même rang")
def ties(r: Reading) -> None:
    tree: list[Item] = r.notes.get("criteria", [])
    rules: list[dict[str, object]] = []
    place = None
    for found in r.flow.find(r"en cas d'egalite(?P<t>[^.]{0,330})"):
        text = " ".join(found["t"].split())
        best = re.search(
            r"meilleure note|note la plus elevee|mieux notee?|meilleure (?:offre )?au regard|critere (?P<c>[^,;.]{3,40}) (?:prevaudra|sera (?:preponderant|determinant))",
            text,
        )
        cheapest = re.search(r"moins[- ]disante?|moins chere|prix le plus bas|montant le plus bas", text)
        named = [item for item in tree if any(word in text for word in _keys(item))]
        value: dict[str, object] | None = None
        if best and len(named) == 1:
            value = {"rule": "best_mark", "criterion": named[0].number}
        elif cheapest and not best:
            value = {"rule": "lowest", "of": "prix_offre"}
        if value is not None:
            if re.search(
                r"offre retenue|sera retenue|attributaire|classee premiere|premiere place|premiere position",
                text,
            ):
                value["first_place_only"] = True
            if value not in rules:
                rules.append(value)
            place = place or found
    if len(rules) > 1:
        r.doubt(
            "egalites",
            "Le document donne plusieurs règles pour départager les égalités. Laquelle d'abord ?",
            *(found.span() for found in r.flow.find(r"en cas d'egalite[^.]{0,200}")),
        )
    elif rules and place:
        r.add("award.ties[0]", rules[0], place, 0.92)


def _keys(item: Item) -> list[str]:
    if is_price(item.name):
        return ["prix", "cout", "financier"]
    return [fold(item.name)[:18]]


@rule("PRI-01", "prix jugés HT ou TTC")
def basis(r: Reading) -> None:
    seen: dict[str, re.Match[str]] = {}
    for found in r.flow.find(
        r"(?:prix|montants?|offres?|dpgf|dqe|detail estimatif|cout)[^.;\n]{0,60}?\b(?P<b>t\.?t\.?c\.?|h\.?t\.?|hors taxes?|toutes taxes comprises)(?=[\s),.;]|$)"
    ):
        article = r.article_at(found.start())
        title = next((section.folded for section in r.sections if article.endswith(" " + section.number)), "")
        near = r.flow.folded[max(0, found.start() - 600) : found.end() + 100]
        if not re.search(
            r"critere|jugement|notation|classement|attribution|examen des offres|analyse", title
        ) and not re.search(r"critere|note|juge", near):
            continue
        if re.search(r"minimum|maximum|estim|seuil|avance|penalite", found[0]):
            continue
        seen.setdefault("TTC" if found["b"].startswith("t") else "HT", found)
    if len(seen) == 1:
        name, found = next(iter(seen.items()))
        r.add("award.price_basis", name, found, 0.9)
    elif seen:
        r.doubt(
            "base-des-prix",
            "Le document parle de prix hors taxes et toutes taxes comprises pour juger. Laquelle des deux bases ?",
            *(found.span() for found in seen.values()),
            choices=(
                ("ht", "hors taxes", {"award.price_basis": "HT"}),
                ("ttc", "toutes taxes comprises", {"award.price_basis": "TTC"}),
            ),
        )


@rule("PRI-02", "ce qui l'emporte entre prix en lettres et en chiffres, et les erreurs de calcul")
def price_rules(r: Reading) -> None:
    words = r.flow.first(
        r"(?:indications?|montants?|prix)[^.]{0,60}en (?:toutes )?lettres[^.]{0,140}(?:prevau\w*|feront foi|pris en compte|primer\w*)|(?:prevau\w*|feront foi)[^.]{0,60}en (?:toutes )?lettres|montants[^.]{0,20}ecrits en lettres[^.]{0,140}"
    )
    if words:
        text = words[0]
        source = (
            "acte_engagement_words"
            if re.search(r"actes? d'engagement", text)
            else "sheet_words"
            if re.search(r"bordereau|\bbpu|etat des prix", text)
            else ""
        )
        if source:
            r.add("prices.precedence", [source], words, 0.92)
    confirmed = r.flow.first(r"(?:invitee?|demandee?)[^.\n]{0,40}confirmer l'offre rectifiee")
    untouched = r.flow.first(r"(?:montant|prix)[^.\n]{0,60}ne ser(?:a|ont) pas rectifies?")
    corrected = r.flow.first(r"(?:sera|seront) (?:rectifie|corrige)\w* (?:en consequence|pour le jugement)")
    seen = {
        name: found
        for name, found in (("confirmed", confirmed), ("not_corrected", untouched), ("corrected", corrected))
        if found
    }
    if len(seen) == 1:
        name, found = next(iter(seen.items()))
        r.add("prices.arithmetic", name, found, 0.92)
    refused = r.flow.first(r"en cas de refus[^.\n]{0,20} son offre sera (?P<w>eliminee[^.\n]{0,40})")
    if refused:
        r.add("prices.refusal", r.flow.printed(refused, "w"), refused, 0.92)
    exception = r.flow.first(r"sauf[^.\n]{0,60}erreur purement materielle")
    if exception:
        r.add("prices.material_error_exception", True, exception, 0.92)
    aligned = r.flow.first(r"(?:invite|appele)[^.\n]{0,20}a rectifier cette decomposition|mettre en harmonie")
    if aligned:
        r.add("prices.aligned_by_winner", True, aligned, 0.92)
    lump = r.flow.first(r"prix (?:global(?: et)? )?forfaitaires?")
    unit = r.flow.first(r"bordereaux? (?:de|des) prix unitaires?")
    if lump and r.notes.get("documents", {}).get("DPGF"):
        r.add("prices.lump_sum", True, lump, 0.9)
    if unit and r.notes.get("documents", {}).get("BPU"):
        r.add("prices.unit_prices", True, unit, 0.9)
