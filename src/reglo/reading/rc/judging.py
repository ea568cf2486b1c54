"""How marks are made: price formulas and composite prices."""

from __future__ import annotations

import re
from dataclasses import replace
from fractions import Fraction

from reglo.reading.rc import formulas
from reglo.reading.rc.criteria import is_price
from reglo.reading.rc.formula_lines import candidates, legend_of
from reglo.reading.rc.model import Reading, rule
from reglo.reading.rc.regions import regions_of
from reglo.reading.rc.tree import Item
from reglo.reading.rc.words import sentence_case
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
            if (
                price.method != "normalised"
                and price.maximum in (None, Fraction(item.weight))
                and _own_formulas(r, item, regions)
            ):
                r.doubt(
                    f"formule-generale-{item.number}",
                    f"« {item.name} » a une formule pour l'ensemble et une pour chacun de ses sous-critères. Les règles écrites suivent les sous-critères.",
                    place,
                    rule="L-09",
                )
                return


def _own_formulas(r: Reading, item: Item, regions: dict[str, list[tuple[int, int]]]) -> bool:
    return any(
        price.method != "normalised"
        for child in item.children
        for start, end in regions.get(child.number, [])
        for price, _ in _formulas_in(r, start, end, _points(item, child))
    )


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
    timed = bool(re.search(r"delai|duree", fold(leaf.name)))
    for start, end in regions:
        for price, place in _formulas_in(r, start, end, weight):
            if bool(re.search(r"delai|duree", price.subject)) != timed and price.method != "normalised":
                continue  # the formula of another criterion
            if price.method == "normalised" and not priced:
                found.setdefault(("normalised", ""), (price, place))
            elif price.method != "normalised" and (priced or timed):
                found.setdefault((price.method, price.expression), (price, place))
    if len(found) > 1:
        r.doubt(
            f"formule-{leaf.number}",
            f"Plusieurs formules sont données pour « {leaf.name} ». Laquelle s'applique ?",
            *(place for _, place in found.values()),
            rule="L-09",
        )
        return
    if not found:
        if priced and not _only_formula(r, path, leaf, weight, composites, top) and top:
            _prose_price(r, path, leaf, regions)
        elif timed and not priced:
            _only_formula(r, path, leaf, weight, composites, top, timed=True)
        return
    price, place = next(iter(found.values()))
    if price.method == "normalised":
        r.add(f"{path}.method", "normalised", place, 0.93)
        return
    if (bounded := _bounded(r, price, place)) is None:
        r.doubt(
            f"seuil-{leaf.number}",
            f"Un prix au-dessus d'un seuil donne zéro à « {leaf.name} », mais ce seuil n'a pas été compris. Quelle est la formule ?",
            place,
        )
        return
    price = _floored(r, bounded, place)
    figure = _figure(r, price, leaf, composites, place, not top)
    r.add(f"{path}.method", price.method, place, 0.95)
    if price.method == "formula":
        r.add(f"{path}.formula", price.expression.replace("{x}", figure), place, 0.85)
    else:
        r.add(f"{path}.of", figure, place, 0.93)
    if top and priced:
        r.add("award.price_figure", figure, place, 0.9)


def _only_formula(
    r: Reading,
    path: str,
    leaf: Item,
    weight: Fraction,
    composites: dict[str, str],
    top: bool,
    timed: bool = False,
) -> bool:
    """The one formula of prices, or of periods, of the articles on judgement, when its maximum fits this criterion."""
    found: dict[tuple[str, str], tuple[formulas.Price, tuple[int, int]]] = {}
    for start, end in r.spans(
        r"critere|jugement|notation|attribution|classement|^analyse|analyse des offres|examen des offres|^offres$|\bnotes\b|choix d"
    ):
        for price, place in _formulas_in(r, start, end, weight):
            if price.method != "normalised" and bool(re.search(r"delai|duree", price.subject)) == timed:
                found.setdefault((price.method, price.expression), (price, place))
    if len(found) != 1:
        return False
    price, place = next(iter(found.values()))
    bounded = _bounded(r, price, place)
    if bounded is None:
        return False
    price = _floored(r, bounded, place)
    figure = _figure(r, price, leaf, composites, place, not top)
    r.add(f"{path}.method", price.method, place, 0.88)
    if price.method == "formula":
        r.add(f"{path}.formula", price.expression.replace("{x}", figure), place, 0.85)
    else:
        r.add(f"{path}.of", figure, place, 0.88)
    if top and not timed:
        r.add("award.price_figure", figure, place, 0.88)
    return True


_BOUND = (
    r"(?:superieure?s?|depass\w*|exced\w*|au-dela|plus elevee?)[^.;]{0,60}?"
    r"(?:(?P<double>au double|du double|le double|deux fois)|(?P<times>\d(?:[.,]\d)?)\s?(?:fois|x\b|m[a-z]?\d?\b|p[a-z]?\d?\b)|de plus de (?P<more>\d{1,3}) ?%|(?:a|de) (?P<share>\d{3}) ?%)"
)


def _bounded(r: Reading, price: formulas.Price, place: tuple[int, int]) -> formulas.Price | None:
    """A formula with the price beyond which the mark is zero, when its paragraph gives one; None when unclear."""
    for start, _end, words in r.sentences(place[0], place[1] + 500):
        if not re.search(r"\b0\b|\bzero\b|\bnulle?\b", words) or not re.search(
            r"superieur|depass|exced|au-dela|plus elevee", words
        ):
            continue
        if start > place[1] + 260 or (price.clamped and re.search(r"double|deux fois|2 fois", words)):
            return price  # a straight line is at zero there by itself
        found = re.search(_BOUND, words)
        if found is None or price.method not in ("inverse", "formula"):
            return None
        factor = (
            Fraction(2)
            if found["double"]
            else Fraction(found["times"].replace(",", "."))
            if found["times"]
            else 1 + Fraction(int(found["more"]), 100)
            if found["more"]
            else Fraction(int(found["share"]), 100)
        )
        sign = ">=" if re.search(r"superieur\w* ou egal|atteint", words) else ">"
        number = str(factor.numerator) if factor.denominator == 1 else str(float(factor))
        inner = price.expression or "N * lowest({x}) / {x}"
        return replace(
            price, method="formula", expression=f"if({{x}} {sign} {number} * lowest({{x}}), 0, {inner})"
        )
    return price


def _floored(r: Reading, price: formulas.Price, place: tuple[int, int]) -> formulas.Price:
    """A formula kept at zero or above, when its paragraph says that no mark is negative."""
    floor = (
        r"ne (?:peut|pourra|saurait|pouvant)(?: pas)? etre (?:negative|inferieure a (?:0\b|zero))"
        r"|negatives?\b[^.]{0,60}(?:\b0\b|zero|nulle)|(?:\b0\b|zero)[^.]{0,40}negatives?\b|sans que[^.]{0,40}negative"
    )
    if price.method != "formula" or not r.flow.first(floor, place[0], place[1] + 260):
        return price
    return replace(price, expression=f"max(0, {price.expression})")


def _figure(
    r: Reading,
    price: formulas.Price,
    leaf: Item,
    composites: dict[str, str],
    place: tuple[int, int],
    part: bool = False,
) -> str:
    """The name of the figure a formula judges: a composite of that name, or a new input."""
    wanted = {word[:7] for word in re.findall(r"[a-z]{4,}", fold(price.subject + " " + leaf.name))}
    for phrase, name in composites.items():
        words = {word[:7] for word in re.findall(r"[a-z]{4,}", fold(phrase))} - {"offre", "prix"}
        if words and words <= wanted:
            return name
    kind = "delai" if re.search(r"delai|duree", fold(leaf.name)) else "prix"
    name, said = ("prix_offre", "Prix de l'offre") if kind == "prix" else ("delai_propose", "Délai proposé")
    if kind == "prix" and part:  # each part of the price has a figure of its own
        name, said = f"montant_{leaf.number}", sentence_case(leaf.name)
    value: dict[str, object] = {"id": name, "name": said}
    if kind == "delai":
        told = r.flow.first(
            r"delai[^.;\n]{0,60}\ben (?P<unit>jours|semaines|mois)\b", place[0], place[1] + 300
        )
        value |= {"kind": "number", "unit": told["unit"] if told else "jours"}
    r.add(f"award.inputs[{name}]", value, place, 0.9)
    return name


def _formulas_in(
    r: Reading, start: int, end: int, weight: Fraction
) -> list[tuple[formulas.Price, tuple[int, int]]]:
    first, last = r.flow.index_at(start), r.flow.index_at(max(start, end - 1))
    lines = [line.text for line in r.flow.lines[first : last + 1]]
    legend = legend_of(lines)
    averaged = any(re.search(r"\bmoyen", fold(line)) for line in lines)
    out = []
    for a, b, text in candidates(lines):
        tree = formulas.parse(text, legend)
        if tree and averaged and "pm" not in legend and "pm" in map(fold, formulas.atoms(tree)):
            continue  # the lowest price, or the mean: the text does not tell
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
        r"ponder|coefficient|ramenee?|multipliee?|affectee? d", max(0, start - 1500), end + 1500
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
    for a, b, text in candidates(lines):
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
                rule="L-09",
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
