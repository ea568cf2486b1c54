"""What settles marks: rounding, ties, the tax basis of prices, which price prevails, errors of sums."""

from __future__ import annotations

import re

from reglo.reading.rc.criteria import is_price
from reglo.reading.rc.model import Reading, rule
from reglo.reading.rc.tree import Item
from reglo.reading.rc.words import NUMBER_WORDS
from reglo.reading.text.model import fold

_PLACES = {"dixieme": 1, "centieme": 2, "millieme": 3, "entier": 0, "unite": 0}


_WITH_PLACES = r"(?:calcul|exprim|donne|etabli|arrete)\w* (?:avec|a) (?P<n>\d|une?|deux|trois|quatre) (?:decimales?|chiffres? apres la virgule)[^.]{0,40}\barrondi"


@rule("ARR-01", "les arrondis : combien de décimales, sur quelles notes")
def rounding(r: Reading) -> None:
    found: dict[int, re.Match[str]] = {}
    for match in r.flow.find(
        rf"arrondi\w*[^.\n]{{0,40}}?(?:1/(?P<f>10{{1,3}})|(?P<w>{'|'.join(_PLACES)})|(?P<n>\d|un|deux|trois|premiere|deuxieme|seconde|troisieme)e? (?:chiffres?|decimales?))"
    ):
        if match["f"]:
            places = len(match["f"]) - 1
        elif match["w"]:
            places = _PLACES[match["w"]]
        else:
            ranks = {"premiere": 1, "deuxieme": 2, "seconde": 2, "troisieme": 3, **NUMBER_WORDS}
            places = ranks[match["n"]] if not match["n"].isdigit() else int(match["n"])
        found.setdefault(places, match)
    if not found:  # « les notes sont calculées avec deux décimales, la troisième étant arrondie »
        for start, end, words in r.sentences():
            if re.search(r"\bnotes?\b", words) and (told := re.search(_WITH_PLACES, words)):
                places = NUMBER_WORDS.get(told["n"]) or int(told["n"])
                r.add(
                    "award.rounding[0]",
                    {"decimals": places, "stages": ["leaf"], "mode": "half_up"},
                    (start, end),
                    0.85,
                )
                return
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
    after = " ".join(r.flow.folded[match.start() : match.end() + 80].split())
    if re.search(
        r"tronque\w*|arrondi\w*[^.;]{0,60}(?:par defaut|(?:a l'|chiffre |valeur )?inferieure?s?\b)(?! (?:si|lorsque|quand|a 5|a 0))",
        after,
    ):
        mode = "down"
    if re.search(
        r"arrondi\w*[^.;]{0,60}(?:par exces|superieure?s?\b)(?! (?:si|lorsque|quand|a partir|a 5|ou egal))",
        after,
    ):
        mode = "up" if mode == "half_up" else "half_up"  # both: below five one way, from five the other
    r.add("award.rounding[0]", {"decimals": places, "stages": stages, "mode": mode}, match, 0.9)


@rule("EGA-01", "comment on départage : meilleure note d'un critère, moins-disant ; ex æquo au même rang")
def ties(r: Reading) -> None:
    tree: list[Item] = r.notes.get("criteria", [])
    rules: list[dict[str, object]] = []
    place = None
    spoken: list[tuple[int, int]] = []
    for start, end, text in r.sentences():
        if not re.search(
            r"\begalites?\b|ex[- ]?(?:ae|æ)quo|points egaux|meme (?:total|nombre de points|note (?:finale|globale))",
            text,
        ):
            continue
        if re.search(
            r"egalite (?:de traitement|des candidats|d'acces|entre les (?:candidats|femmes)|professionnelle|homme|femme)",
            text,
        ):
            continue
        spoken.append((start, end))
        best = re.search(
            r"meilleure note|note la plus (?:elevee|haute)|mieux (?:notee?|classee?|placee?)|meilleure (?:offre )?au regard|priorite|preponder|classee? premiere? (?:au titre|sur|pour)|meilleur\w* [^.]{0,20} critere|departag\w+[^.]{0,60} critere|departag\w+ (?:par|selon|grace a|d'apres) |critere (?P<c>[^,;.]{3,40}) (?:prevaudra|sera (?:preponderant|determinant)|primera|l'emporte)",
            text,
        )
        cheapest = re.search(
            r"moins[- ]disante?|moins chere|prix le plus bas|prix (?:est |sera )?le (?:plus bas|moins eleve)|montant (?:est |sera )?le (?:plus bas|moins eleve)|plus bas prix|prix le plus avantageux",
            text,
        )
        named = [item for item in tree if any(word in text for word in _keys(item))]
        if not named and (
            called := re.search(r"criteres? (?:de (?:la )?)?[«\"] ?(?P<n>[^»\"]{4,70}?) ?[»\"]", text)
        ):
            words = set(re.findall(r"[a-z]{4,}", called["n"]))
            named = [
                item for item in tree if words and words <= set(re.findall(r"[a-z]{4,}", fold(item.name)))
            ]
        ranked = re.search(r"critere (?:n ?° ?)?(?P<r>[a-h]|\d)\b", text)
        if ranked and not named:
            rank = int(ranked["r"]) if ranked["r"].isdigit() else ord(ranked["r"]) - ord("a") + 1
            named = tree[rank - 1 : rank]
            best = best or re.search(r"l'emporte|prim|prevau|preval|departag", text)
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
            place = place or (start, end)
    if len(rules) > 1:
        r.doubt(
            "egalites",
            "Le document donne plusieurs règles pour départager les égalités. Laquelle d'abord ?",
            *spoken,
        )
    elif rules and place:
        parts = [each for each in r.found if each.path.startswith("award.inputs[montant_")]
        if rules[0]["rule"] == "lowest" and parts and not _known(r, "award.inputs[prix_offre]"):
            names = list(dict.fromkeys(each.value["id"] for each in parts))
            whole = {"id": "prix_offre", "name": "Prix de l'offre", "formula": " + ".join(names)}
            r.add("award.values[prix_offre]", whole, place, 0.85)
        r.add("award.ties[0]", rules[0], place, 0.92)


def _known(r: Reading, path: str) -> bool:
    return any(each.path == path for each in r.found)


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
        if re.search(r"minimum|maximum|estim(?!atif)|seuil|avance|penalite", found[0]):
            continue
        seen.setdefault("TTC" if found["b"].startswith("t") else "HT", found)
        other = re.search(
            r"\bet (?P<b>ttc|ht)\b|\bet (?:toutes taxes|hors taxes)",
            r.flow.folded[found.end() : found.end() + 60].partition(".")[0],
        )
        if other:  # « HT pour les uns et TTC pour les autres »
            seen.setdefault("TTC" if "tt" in other[0] or "toutes" in other[0] else "HT", found)
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
    for start, end, text in r.sentences():
        wins = re.search(
            r"\bpreva(?:u|l|ud)\w*|f(?:ont|eront|era|ait) foi|prim(?:e|ent|er\w*)\b|pri(?:s|se) en compte|seul\w* (?:retenu|valable)",
            text,
        )
        if wins is None or not re.search(
            r"lettres|bordereau|\bbpu\b|prix unitaires|acte d'engagement|montants?", text
        ):
            continue
        in_words = re.search(r"en (?:toutes )?lettres", text)
        before = (
            text[: wins.start()]
            if re.match(r".*(?:prix|montants?|indications?|bordereau|bpu)", text[: wins.start()])
            else text
        )
        last = before.rpartition(", ")[2] if in_words is None else before
        if in_words and re.search(r"actes? d'engagement", text):
            source = "acte_engagement_words"
        elif in_words and re.search(r"bordereau|\bbpu\b|etat des prix", text):
            source = "sheet_words"
        elif (
            not in_words
            and re.search(r"(?:bordereau|\bbpu\b|prix unitaires)", last)
            and re.search(r"cas (?:de|d')|sur (?:toute|le|les)|ecart|discord|contradiction", text)
        ):
            source = "sheet_figures"
        else:
            continue
        r.add("prices.precedence", [source], (start, end), 0.92)
        break
    seen: dict[str, tuple[int, int]] = {}
    for start, end, text in r.sentences():
        if not re.search(
            r"erreurs?\b|discordance|ne ser(?:a|ont) pas rectifi|offre rectifiee|decompos|bordereau|detail estimatif|montant",
            text,
        ):
            continue
        if re.search(r"confirmer l'offre (?:rectifiee|corrigee)", text):
            seen.setdefault("confirmed", (start, end))
        elif mended := re.search(
            r"(?P<no>n(?:e|')\s*(?:ser\w+|sont|est|seraient)[^.]{0,12} pas )?\b(?:rectifie|corrige|redresse)\w*",
            text,
        ):
            if mended["no"]:
                seen.setdefault("not_corrected", (start, end))
            elif re.search(
                r"(?:ser\w+|sont|est|qui est) (?:\w+ )?(?:rectifie|corrige|redresse)\w*", text
            ) and re.search(r"jugement|consequence|erreur|calcul|detail|ecart", text):
                seen.setdefault("corrected", (start, end))
    if len(seen) == 1:
        name, at = next(iter(seen.items()))
        r.add("prices.arithmetic", name, at, 0.92)
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
