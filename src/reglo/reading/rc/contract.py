"""Procedure, lots and what will be signed: type, articles, variants, negotiation, durations, tranches."""

from __future__ import annotations

import re

from reglo.reading.rc.model import Reading, rule
from reglo.reading.rc.words import AMOUNT, COUNT, PERIOD, amount, articles, count, period

_TYPES = (
    ("open", r"appel d'offres ouvert|procedure ouverte"),
    ("restricted", r"appel d'offres restreint|procedure restreinte"),
    ("negotiated", r"procedure (?:(?:concurrentielle )?avec negociation|negociee)"),
    ("dialogue", r"dialogue competitif"),
    ("adapted", r"procedure adaptee|\bmapa\b"),
)
_PASSED = r"(?:passee?|lancee?|organisee?|soumise?|conclue?|engagee?|mise en (?:œ|oe)uvre|realisee?|conduite)\b[^.]{0,60}?(?:selon|suivant|sous (?:la )?forme|par|en|aux|d'une|a la|est une)?[^.]{0,40}?"


@rule(
    "PROC-01",
    "la procédure : « passée selon la procédure… » d'abord, sinon le seul type que le document nomme",
)
def procedure(r: Reading) -> None:
    spans = [
        *r.spans(r"procedure|mode de passation"),
        *r.spans(r"objet|organisation|consultation"),
        (0, len(r.flow.text)),
    ]
    for start, end in spans:
        found = {
            name: match
            for name, words in _TYPES
            if (match := r.flow.first(rf"{_PASSED}(?:{words})", start, end))
            or (
                match := r.flow.first(
                    rf"(?:procedure|passation) ?(?:de passation)? ?:? (?:{words})", start, end
                )
            )
        }
        # "procédure adaptée avec négociation" is an adapted procedure
        if (
            "adapted" in found
            and "negotiated" in found
            and not r.flow.first(r"procedure (?:concurrentielle )?avec negociation", start, end)
        ):
            del found["negotiated"]
        if found:
            for name, match in found.items():
                r.add("procedure.type", name, match, 0.97)
                stop = r.flow.text.find("\n\n", match.end())
                sentence_end = re.compile(r"\.(?=\s+[A-ZÀ-Ü]|\n|$)").search(r.flow.text, match.end())
                limit = min(
                    x
                    for x in (
                        sentence_end.start() if sentence_end else 10**9,
                        match.end() + 500,
                        stop if stop > 0 else 10**9,
                    )
                )
                cited = articles(r.flow.text[match.start() : limit])
                if cited:
                    r.add("procedure.legal_basis", list(cited), (match.start(), limit), 0.95)
            return
    seen = {name: match for name, words in _TYPES if (match := r.flow.first(words))}
    if len(seen) == 1:
        name, match = next(iter(seen.items()))
        r.add("procedure.type", name, match, 0.85)


_NOT = r"(?:n[e']? ?(?:est|sont|seront|sera) (?:pas|ni)|interdite?s?|non autorisee?s?|aucune|exclue?s?|ne (?:sont|peuvent|pourront) pas|n'est pas)"


@rule("PROC-02", "les variantes, autorisées, interdites ou exigées")
def variants(r: Reading) -> None:
    for word in r.flow.find(r"\bvariantes?\b[^.\n]{0,110}"):
        left = max(r.flow.folded.rfind(mark, 0, word.start()) for mark in ".\n") + 1
        found = (max(left, word.start() - 80), word.end())
        text = r.flow.folded[found[0] : found[1]]
        if r.flow.line_at(word.start()).heading:
            continue
        if re.search(r"exigee|obligatoire|imposee", text):
            if re.search(
                r"ne comporte (?:pas|aucune)|pas prevu|aucune variante|pas de variante|n'est (?:exigee|imposee|prevue)",
                text,
            ):
                r.add("procedure.variants_required", False, found, 0.95)
            elif re.search(r"(?:est|sont) (?:exigee|obligatoire|imposee)", text):
                r.add("procedure.variants_required", True, found, 0.85)
            if not re.search(r"initiative", text):
                continue
        if re.search(
            r"(?:n'est pas|ne sont pas|ne seront pas|n'est pas) (?:autorisee|admise|acceptee|permise)|interdite|non autorisee|aucune variante|exclue",
            text,
        ):
            r.add("procedure.variants_allowed", False, found, 0.96)
        elif re.search(r"variantes? (?:sont|est|seront) (?:autorisee|admise|acceptee)", text):
            r.add("procedure.variants_allowed", True, found, 0.93)


@rule("PROC-03", "la négociation : réservée, avec combien d'offres, attribution sans négocier, auditions")
def negotiation(r: Reading) -> None:
    allowed = r.flow.first(
        r"(?:se reserve (?:la possibilite|le droit|la faculte) de negocier|avec (?:possibilite de )?negociation|engagera (?:des|une|les) negociations?|negociera avec|pourra (?:decider de )?negocier|possibilite de negociation|decide d'engager des negociations)"
    )
    refused = r.flow.first(
        r"(?:il ne sera pas (?:procede a une |fait de )?negoci|aucune negociation|sans aucune negociation|ne (?:donnera|fera) (?:pas )?(?:lieu|l'objet) (?:a|d')(?: une| aucune)? ?negociation|negociation (?:n'est pas|est interdite))"
    )
    if allowed:
        r.add("procedure.negotiation.allowed", True, allowed, 0.93)
    if refused:
        r.add("procedure.negotiation.allowed", False, refused, 0.93)
    if not allowed:
        return
    best = r.flow.first(
        rf"negoci\w+ (?:uniquement )?avec (?:les|le) (?P<n>{COUNT}) (?:premiers? |meilleur\w+ |candidats|soumissionnaires|offres|entreprises)"
    )
    if best and (number := count(best["n"])):
        r.add("procedure.negotiation.with_best", number, best, 0.93)
    without = r.flow.first(
        r"attribuer le (?:present )?(?:marche|accord-cadre)[^.]{0,40} sur la base des offres initiales|sans (?:proceder a une )?negociation"
    )
    if without:
        r.add("procedure.negotiation.award_without", True, without, 0.95)
    kept_out = r.flow.first(
        r"negociation[^.]{0,80}(?:a l'exception|hormis|sauf) des? (?P<what>(?:criteres|exigences)[^.]{3,100})"
    )
    if kept_out:
        printed = re.split(r"\s+et\s+(?:des\s+)?|,\s*", r.flow.printed(kept_out, "what"))
        r.add(
            "procedure.negotiation.excluded",
            [each.strip() for each in printed if each.strip()],
            kept_out,
            0.9,
        )
    heard = r.flow.first(
        r"seances? (?:«|\") ?d'audition|audition(?:s|ner)?\b[^.]{0,80}(?:candidats|soumissionnaires|negociations)"
    )
    if heard and "negociation" in r.flow.folded[heard.start() : heard.end() + 60]:
        r.add("procedure.negotiation.hearings", True, heard, 0.85)


@rule("PROC-04", "ouverture des plis, mise au point, sans suite, prestations supplémentaires")
def steps(r: Reading) -> None:
    found = r.flow.first(
        r"ouverture des (?:plis|offres|candidatures) (?:n'est|ne sera) pas publique|seance non publique"
    )
    if found:
        r.add("procedure.public_opening", False, found, 0.97)
    tuning = r.flow.first(
        r"articles? (?P<a>r\.? ?2152-13)\b[^.]{0,160}mise au point|mise au point[^.]{0,160}(?P<b>r\.? ?2152-13)"
    )
    if tuning:
        r.add("procedure.fine_tuning", "R.2152-13", tuning, 0.96)
    dropped = r.flow.first(r"ne pas donner suite|sans suite")
    if dropped:
        reason = r.flow.first(r"motifs? d'interet general", dropped.start(), dropped.end() + 160)
        text = "motif d'intérêt général" if reason else "réservé, sans motif énoncé"
        r.add(
            "procedure.abandonment", text, (dropped.start(), reason.end() if reason else dropped.end()), 0.85
        )


# --- Lots -------------------------------------------------------------------------------------

_LOT = r"(?:^|(?<=\n))[-•*✓➢ ]*lot ?(?:n ?°|no|numero)? ?0?(?P<id>\d{1,3}) ?(?:[-:|.)]|\n) ?(?P<name>[^\n]{3,160})"


@rule("LOT-01", "les lots : lignes « Lot n° 1 – … » et tableaux de lots")
def lots(r: Reading) -> None:
    seen: dict[str, tuple[str, tuple[int, int]]] = {}
    clash = False
    for found in r.flow.find(_LOT):
        name = re.sub(r"\s*[;.,]$", "", r.flow.printed(found, "name")).strip(" -:|")
        cells = name.split(" | ")
        name = cells[0]
        if re.match(r"\d|(?:est|sera|fait|doit|dont|qui)\b", name):
            continue
        lot = found["id"]
        if lot in seen:
            continue
        seen[lot] = (name, found.span())
    for start, row in _lot_rows(r):
        if row[0] not in seen:
            seen[row[0]] = (row[1], (start, start + len(row[1])))
    numbers = sorted(int(lot) for lot in seen)
    if len(numbers) >= 2 and numbers == list(range(1, len(numbers) + 1)):
        announced = r.flow.first(
            rf"(?:decompose\w*|divise\w*|alloti\w*|comprend|reparti\w*|les) [^.\n]{{0,60}}?(?P<n>{COUNT}) lots"
        )
        total = count(announced["n"]) if announced else None
        if announced and total is not None and total != len(numbers):
            r.doubt(
                "nombre-de-lots",
                f"Le document annonce {total} lots et en décrit {len(numbers)}. Combien y en a-t-il ?",
                announced.span(),
                seen["1"][1],
            )
            clash = True
        for lot in map(str, numbers):
            name, place = seen[lot]
            value: dict[str, object] = {"id": lot, "name": name}
            r.add(f"lots[{lot}]", value, place, 0.97)
        if not clash:
            r.add("allotment.divided", True, seen["1"][1], 0.97)
            r.notes["lots"] = len(numbers)
        return
    single = r.flow.first(
        r"n'est pas (?:alloti|decompose|divise)\w*|pas prevu de decomposition en lots|non alloti\w*|lot unique|sans allotissement|ne fait pas l'objet d'un allotissement|ne comporte pas de lots?"
        r"|pas de (?:decomposition|division) en lots|n'est pas divise en lots|ne sont pas allotis"
    )
    if single:
        r.add("allotment.divided", False, single, 0.96)
        reason = r.flow.first(
            r"(?:,|car|en raison d|du fait|parce que|puisque) ?(?P<why>[^.\n]{0,30}(?:objet|ne permet|prestations? distinctes?|indissociable|techniquement|financierement)[^.\n]{0,140})",
            single.end(),
            single.end() + 300,
        )
        if reason:
            r.add("allotment.reason", r.flow.printed(reason, "why"), reason, 0.85)


def _lot_rows(r: Reading) -> list[tuple[int, tuple[str, str]]]:
    """Rows of a table headed « lot | désignation », their number and name."""
    rows: list[tuple[int, tuple[str, str]]] = []
    inside = False
    from reglo.reading.text.model import fold

    for index, line in enumerate(r.flow.lines):
        if len(line.cells) < 2:
            inside = False
            continue
        head = [fold(cell) for cell in line.cells[:2]]
        if re.match(r"(?:n ?° (?:du|de) )?lots?\b|n ?°", head[0]) and re.search(
            r"designation|intitule|libelle|objet|description|nom", head[1]
        ):
            inside = True
            continue
        number = re.fullmatch(r"(?:lot ?)?(?:n ?° ?)?0?(\d{1,3})", head[0])
        if inside and number:
            rows.append((r.flow.starts[index], (number[1], line.cells[1].strip(" ;."))))
    return rows


@rule("LOT-02", "combien de lots on peut demander et obtenir")
def lot_limits(r: Reading) -> None:
    bid = r.flow.first(
        rf"(?:repondre|soumissionner|presenter une offre|candidater|deposer une offre)[^.\n]{{0,60}}(?:au maximum|au plus|dans la limite de|maximum de|limite a) ?(?:a |de )?(?P<n>{COUNT}) lots?"
    )
    if bid and (number := count(bid["n"])):
        r.add("allotment.max_lots_bid", number, bid, 0.93)
    won = r.flow.first(
        rf"(?:se voir attribuer|etre attributaire|attribue\w*|etre titulaire|remporter)[^.\n]{{0,40}}(?:plus de|au maximum|maximum de|plus d'|au plus) ?(?P<n>{COUNT}) lots?"
    )
    if won and (number := count(won["n"])):
        r.add("allotment.max_lots_awarded", number, won, 0.93)


@rule("LOT-03", "la durée propre à un lot")
def lot_durations(r: Reading) -> None:
    for found in r.flow.find(
        rf"(?:excepte|sauf|a l'exception|hormis)[^.\n]{{0,25}}lot ?(?:n ?° ?)?(?P<id>\d{{1,3}})\b[^.\n]{{0,80}}?{PERIOD}"
    ):
        if written := period(found):
            r.add(f"lots[{found['id']}].duration", written, found, 0.95)


# --- The contract -----------------------------------------------------------------------------


@rule("CTR-01", "accord-cadre ou marché ordinaire, bons de commande, nombre de titulaires, maximum")
def form(r: Reading) -> None:
    head = r.flow.starts[min(len(r.flow.starts) - 1, 150)]
    frame = r.flow.first(r"accord-cadre|accord cadre", 0, head)
    composite = r.flow.first(r"marche (?:public )?(?:composite|mixte)")
    if composite:
        r.add("contract.form", "composite", composite, 0.9)
    elif frame:
        r.add("contract.form", "accord-cadre", frame, 0.93)
    elif plain := r.flow.first(
        r"tranches? (?:ferme|optionnelle)|prix global et forfaitaire|marche ordinaire"
    ):
        r.add("contract.form", "ordinaire", plain, 0.85)
    if not frame and not composite:
        return
    orders = r.flow.first(r"bons? de commande")
    calls = r.flow.first(r"marches? subsequents?")
    if orders and not calls:
        r.add("contract.framework.orders", "bons de commande", orders, 0.93)
    elif calls and not orders:
        r.add("contract.framework.orders", "marchés subséquents", calls, 0.93)
    one = r.flow.first(
        r"mono-?attributaire|un seul (?:operateur|titulaire|attributaire)|avec un operateur economique"
    )
    if one:
        r.add("contract.framework.holders", 1, one, 0.93)
    several = r.flow.first(
        rf"(?:multi-?attributaires?|attribue a|conclu avec)[^.\n]{{0,40}}?(?P<n>{COUNT}) (?:titulaires|attributaires|operateurs)"
    )
    if several and (number := count(several["n"])) and number > 1:
        r.add("contract.framework.holders", number, several, 0.9)
    for key, word in (("maximum", "maximum|maximal"), ("minimum", "minimum|minimal")):
        found = r.flow.first(
            rf"(?:montant|valeur|seuil)?s? ?(?:total )?(?:{word})e?s?\b[^.\n\d]{{0,70}}?(?:est de|de|:|fixe a|\|) ?{AMOUNT}"
        )
        if found and (written := amount(found)):
            r.add(f"contract.framework.{key}", written, found, 0.93)
            each = r.flow.first(
                r"(?:pour chaque|par) periode|par an\b|annuel", found.start(), found.end() + 60
            )
            if key == "maximum" and each and "periode" in each[0]:
                r.add("contract.framework.maximum_per", "période", each, 0.9)


@rule("CTR-02", "la durée du contrat, son départ, ses reconductions")
def duration(r: Reading) -> None:
    spans = [
        *r.spans(
            r"\bduree|delais? d'execution|delai(?: et|s)? (?:de|du) (?:marche|l'accord)|options|reconduction"
        ),
        *r.spans(r"objet|caracteristiques|conditions de la consultation|contrat"),
    ]
    for start, end in spans:
        found = r.flow.first(
            rf"(?:duree|periode initiale|delai (?:global )?d'execution|conclu\w*|passe\w* pour)[^.\n]{{0,130}}?(?:est de|est fixee? a|d'une duree (?:ferme )?(?:de|d')|une duree (?:de|d')|pour|de|:) ?{PERIOD}",
            start,
            end,
        )
        written = period(found) if found else None
        if (
            found
            and written
            and "validite" not in found[0]
            and "heure" not in written
            and "minute" not in written
        ):
            r.add("contract.duration", written, found, 0.93)
            origin = r.flow.first(
                r"(?:a compter de|allant de|a partir de) (?:la |sa |l'|le |leur )?(?:date de (?:sa |la )?)?(?P<event>notification|ordre de service)",
                found.end() - 5,
                found.end() + 140,
            )
            if origin:
                r.add(
                    "contract.duration_from",
                    {"notification": "notification", "ordre de service": "ordre de service"}[origin["event"]],
                    origin,
                    0.9,
                )
            break
    if not any(each.path == "contract.duration" for each in r.found):
        found = r.flow.first(
            rf"(?:conclue?|passee?) (?:pour une |avec une |d'une )?duree (?:initiale |ferme )?(?:de |d')?{PERIOD}"
        )
        if found and (written := period(found)):
            r.add("contract.duration", written, found, 0.92)
    again = r.flow.first(
        rf"(?:reconductible|renouvelable|reconduit)[^.\n]{{0,60}}?(?P<n>{COUNT}) fois(?:[^.\n]{{0,60}}?(?:pour|par periodes? de|d'|de|une duree de)? ?{PERIOD})?"
    )
    if again and (number := count(again["n"])):
        r.add("contract.renewal.count", number, again, 0.95)
        if again["count"] and (written := period(again)):
            r.add("contract.renewal.duration", written, again, 0.92)
        tacit = r.flow.first(r"tacite", max(0, again.start() - 120), again.end() + 160)
        express = r.flow.first(r"expresse|decision expresse", max(0, again.start() - 120), again.end() + 160)
        if bool(tacit) != bool(express):
            r.add("contract.renewal.tacit", bool(tacit), tacit or express or again, 0.92)
    elif stated := r.flow.first(
        r"reconductible[^.\n]{0,60}(?:figurant|prevue?s|fixee?s|definie?s|indiquee?s) (?:a|au|dans) (?P<where>[^.\n]{5,80})"
    ):
        r.add("contract.renewal.stated_in", r.flow.printed(stated, "where"), stated, 0.9)
        r.add("contract.renewal.count", None, stated, 0.9)
    whole = r.flow.first(
        rf"duree (?:totale|maximale)[^.\n]{{0,70}}?(?:exceder|depasser|superieure a|est de|de) {PERIOD}"
    )
    if whole and (written := period(whole)):
        total = re.search(r"exceder|depasser|superieure|maximale", whole[0])
        if total:
            r.add("contract.maximum_duration", written, whole, 0.93)


@rule("CTR-03", "les tranches fermes et optionnelles, leur durée, leurs éléments")
def tranches(r: Reading) -> None:
    seen: dict[str, dict[str, object]] = {}
    places: dict[str, tuple[int, int]] = {}
    for found in r.flow.find(
        r"(?:^|(?<=\n))[-•*➢ ]*tranche (?P<kind>ferme|optionnelle|conditionnelle) ?(?:n ?° ?)?(?P<n>\d{1,2})? ?[-:|(] ?(?P<name>[^\n]{3,160})"
    ):
        optional = found["kind"] != "ferme"
        rank = found["n"] or ""
        tranche = ("TO" if optional else "TF") + (rank if optional else "")
        name, _, _rest = r.flow.printed(found, "name").partition(" | ")
        name = re.sub(r"\s*[;.]$", "", name.split(" (")[0]).strip()
        value = seen.setdefault(
            tranche,
            {
                "id": tranche,
                "name": f"Tranche {'optionnelle' if optional else 'ferme'}{' ' + rank if optional and rank else ''} - {name[:1].lower() + name[1:]}",
                "optional": optional,
            },
        )
        places.setdefault(tranche, found.span())
        lasting = re.search(PERIOD.replace(" ", r"\s+"), found["name"])
        if lasting and (written := period(lasting)):
            value["duration"] = written
        codes: list[str] = []
        after = r.flow.index_at(found.end()) + 1
        for line in r.flow.lines[after : after + 12]:
            code = re.match(r"[-•* ]*([A-Z]{2,5}(?:/[A-Z]{2,5})?) ?[:|]", line.text)
            if code and not re.match(r"AE|RC|CCAP|CCTP", code[1]):
                codes.append(code[1])
            elif codes or not re.search(r"(?i)element|mission", line.text):
                break
        if codes:
            value["elements"] = codes
        if optional and re.search(r"sans indemnite", found[0]):
            value["compensation"] = False
    for tranche, value in seen.items():
        r.add(f"contract.tranches[{tranche}]", value, places[tranche], 0.94)
    guarantee = r.flow.first(rf"garantie de parfait achevement ?[:|] ?{PERIOD}")
    if guarantee and (written := period(guarantee)):
        r.add("contract.completion_guarantee", written, guarantee, 0.93)


@rule("CTR-04", "prestations similaires, CCAG, financement, paiement, facturation")
def terms(r: Reading) -> None:
    similar = r.flow.first(
        r"prestations similaires[^.]{0,220}r\.? ?2122-7|r\.? ?2122-7[^.]{0,220}prestations similaires"
    )
    if similar:
        r.add("contract.similar_services", "R.2122-7", similar, 0.96)
        within = r.flow.first(
            rf"(?:delai maximum|delai|dans les) ?(?:de |d')?{PERIOD}", similar.start(), similar.end()
        )
        if within and (written := period(within)):
            r.add("contract.similar_services_within", written, within, 0.93)
    general = r.flow.first(
        r"\bccag ?[-/]? ?(?P<which>travaux|tx|fcs|pi|moe|tic|mi|maitrise d'(?:œ|oe)uvre)\b"
    )
    if general:
        which = {
            "tx": "Travaux",
            "travaux": "Travaux",
            "maitrise d'œuvre": "MOE",
            "maitrise d'oeuvre": "MOE",
        }.get(general["which"], general["which"].upper())
        r.add("contract.general_conditions", f"CCAG-{which}", general, 0.93)
    for start, end in r.spans(r"financement"):
        title_end = r.flow.text.find("\n", start)
        money = r.flow.first(
            r"(?P<text>[^\n]*(?:financement 100|financee?s? |ressources|budget|fonds propres)[^\n]{5,200})",
            title_end,
            end,
        )
        if money:
            r.add(
                "contract.financing",
                re.split(r"\. ", r.flow.printed(money, "text"))[0].rstrip(" ."),
                money,
                0.85,
            )
            break
    paid = r.flow.first(
        rf"(?:delai (?:global|maximum)?[^.\n]{{0,40}}paiement|delai global|payees?)[^.\n]{{0,80}}?{PERIOD}"
    )
    if paid and (written := period(paid)) and "jour" in written:
        r.add("contract.payment_within", written, paid, 0.93)
    portal = r.flow.first(r"chorus ?-?pro")
    if portal:
        r.add("contract.electronic_invoicing", "Chorus Pro", portal, 0.9)


@rule("CTR-05", "la valeur estimée hors taxes")
def value(r: Reading) -> None:
    found = r.flow.first(
        rf"(?:valeur estimee|montant estime|estimation)[^.\n\d]{{0,80}}?(?:est de|de|:|s'eleve a|\|) ?{AMOUNT}"
    )
    if found and (written := amount(found)):
        r.add("estimated_value", written, found, 0.9)
