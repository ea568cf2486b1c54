"""What will be signed: form, durations, renewals, payment, value."""

from __future__ import annotations

import re

from reglo.reading.rc.model import Reading, rule
from reglo.reading.rc.words import AMOUNT, COUNT, DAY, PERIOD, amount, count, day, period
from reglo.reading.text.model import fold


@rule("CTR-01", "accord-cadre ou marché ordinaire, bons de commande, nombre de titulaires, maximum")
def form(r: Reading) -> None:
    head = r.flow.starts[150] if len(r.flow.starts) > 150 else len(r.flow.text)
    frame = next(
        (
            found
            for found in r.flow.find(
                r"accord-cadre|accord cadre|marche (?:public )?a bons de commande", 0, head
            )
            if not re.search(
                r"(?:n'est|ne constitue|ne s'agit) pas (?:d'|un |en )*$",
                r.flow.folded[max(0, found.start() - 40) : found.start()],
            )
            and not re.match(
                r"[^.\n]{0,25}: ?(?:non|sans objet|neant)\b", r.flow.folded[found.end() : found.end() + 45]
            )
        ),
        None,
    )
    composite = r.flow.first(r"marche (?:public )?(?:composite|mixte)")
    if composite:
        r.add("contract.form", "composite", composite, 0.9)
    elif frame:
        r.add("contract.form", "accord-cadre", frame, 0.93)
    elif plain := r.flow.first(r"(?:marche|contrat) (?:public )?(?:ordinaire|simple)\b"):
        r.add("contract.form", "ordinaire", plain, 0.9)
    if not frame and not composite:
        return
    orders = r.flow.first(r"bons? de commande")
    calls = r.flow.first(r"marches? subsequents?")
    if orders and not calls:
        r.add("contract.framework.orders", "bons de commande", orders, 0.93)
    elif calls and not orders:
        r.add("contract.framework.orders", "marchés subséquents", calls, 0.93)
    one = r.flow.first(
        r"mono-?attributaire|titulaire unique|attributaire unique|operateur(?: economique)? unique|un seul (?:operateur|titulaire|attributaire)|avec un operateur economique|confiee? a une (?:seule )?entreprise ou (?:a )?un groupement"
    )
    if one:
        r.add("contract.framework.holders", 1, one, 0.93)
    several = r.flow.first(
        rf"(?:multi-?attributaires?|attribue a|conclu avec)[^.\n]{{0,40}}?(?P<n>{COUNT}) (?:titulaires|attributaires|operateurs)"
    )
    if several and (number := count(several["n"])) and number > 1:
        r.add("contract.framework.holders", number, several, 0.9)
    for index, line in enumerate(r.flow.lines):
        titles = [fold(cell) for cell in line.cells] or [fold(line.text)]
        if re.match(r"(?:n ?° (?:du |de )?)?lots?\b", titles[0]) and re.search(r"maxim", " ".join(titles)):
            at = r.flow.starts[index]
            r.add(
                "contract.framework.stated_in", "les montants de chaque lot", (at, at + len(line.text)), 0.85
            )
            break
    for key, word in (("maximum", "maximum|maximal"), ("minimum", "minimum|minimal")):
        amounts = r.flow.find(
            rf"(?:montant|valeur|seuil)?s? ?(?:total )?(?:{word})e?s?\b(?:(?!maxim|minim)[^.\n\d]){{0,70}}?(?:est de|de|:|fixe a|\|) ?{AMOUNT}"
        )
        found = next(
            (
                each
                for each in amounts
                if not re.search(
                    r"chiffres? d'affaires|\bca\b|assurance|garantie|effectif",
                    r.flow.folded[max(0, each.start() - 90) : each.end()],
                )
            ),
            None,
        )
        if found is None and key == "maximum":
            found = r.flow.first(
                rf"(?:montant|total|cumul)[^.\n]{{0,60}}(?:commandes|accord-cadre|prestations)[^.\n]{{0,60}}(?:exceder|depasser|superieur a) {AMOUNT}"
            ) or r.flow.first(
                rf"(?:bons de commande|accord-cadre|commandes)[^.\n]{{0,60}}dans la limite de {AMOUNT}"
            )
        if found and _by_lot(r, found.start()):
            r.add("contract.framework.stated_in", "les montants de chaque lot", found, 0.85)
            continue
        if found and (written := amount(found)):
            r.add(f"contract.framework.{key}", written, found, 0.93)
            each = r.flow.first(
                r"(?:pour chaque|par) periode|par an\b|annuel", found.start(), found.end() + 60
            )
            whole = r.told(
                r"maxim|dans la limite",
                r"\b(?:la|sa) duree\b|duree totale|reconductions? comprises?|toutes (?:les )?periodes confondu",
                r"\d ?(?:€|euros?)|\bh\.?t\b|montant",
                start=found.start() - 200,
                end=found.end() + 160,
            )
            if key == "maximum" and whole and not each:
                r.add("contract.framework.maximum_per", "total", whole, 0.9)
            if key == "maximum" and each and "periode" in each[0]:
                r.add("contract.framework.maximum_per", "période", each, 0.9)


def _by_lot(r: Reading, at: int) -> bool:
    """Whether an amount is that of one lot: its line, or the table it is in, is about lots."""
    index = r.flow.index_at(at)
    line = r.flow.lines[index]
    if re.match(r"\W*lot\b", fold(line.text)):
        return True
    return bool(line.cells) and any(
        re.search(r"\blots?\b", fold(cell))
        for above in r.flow.lines[max(0, index - 14) : index + 1]
        if above.cells
        for cell in above.cells[:1]
    )


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
            rf"(?:duree|periode initiale|delai (?:global )?d'execution|conclu\w*|passe\w* pour)(?! (?:maximale|totale) )[^.\n]{{0,130}}?(?:est de|est fixee? a|d'une duree (?:ferme |initiale )?(?:de |d')|une duree (?:ferme |initiale )?(?:de |d')|pour|de|d'|:) ?{PERIOD}",
            start,
            end,
        )
        written = period(found) if found else None
        if (
            found
            and written
            and not re.search(r"validite|maximale|duree totale|garantie|preparation", found[0])
            and "heure" not in written
            and "minute" not in written
        ):
            r.add("contract.duration", written, found, 0.93)
            _origin(r, found)
            break
    if not any(each.path == "contract.duration" for each in r.found):
        found = r.flow.first(
            rf"(?:conclue?|passee?) (?:pour une |avec une |d'une )?duree (?:initiale |ferme )?(?:de |d')?{PERIOD}"
        )
        if found and (written := period(found)):
            r.add("contract.duration", written, found, 0.92)
            _origin(r, found)
    if not any(each.path == "contract.duration" for each in r.found):
        found = r.flow.first(
            rf"delai (?:global )?d'execution (?:des travaux |de chaque lot |des prestations )?(?:(?:est|sera) (?:de|fixe a)|:) {PERIOD}"
        )
        if found and (written := period(found)):
            r.add("contract.duration", written, found, 0.9)
            _origin(r, found)
    if not any(each.path == "contract.duration" for each in r.found):
        found = r.flow.first(
            rf"(?:marche|contrat|accord-cadre)\b[^.\n]{{0,20}} prend effet (?:le|au) {DAY} pour (?:une duree de )?{PERIOD}"
        )
        if found and (written := period(found)):
            r.add("contract.duration", written, found, 0.9)
    if not any(each.path == "contract.duration" for each in r.found):
        for start, end in r.spans(r"\bduree|delais? d'execution"):
            alone = [
                (found, written)
                for found in r.flow.find(
                    rf"(?:(?<=\n)|soit |: ){PERIOD}(?=[^.\n]{{0,4}}(?:a compter|ferme|a partir|renouvelable|reconductible|[.;]|\n|$))",
                    start,
                    min(end, start + 400),
                )
                if (written := period(found))
                and re.search(r"mois|an|semaine|jour", written)
                and not re.match(_ONE_PHASE, fold(r.flow.line_at(found.start()).text))
            ]
            if alone:
                found, written = alone[0]
                r.add("contract.duration", written, found, 0.85)
                _origin(r, found)
                break
    starts = r.told(
        r"(?:a compter|a partir|debut\w*|effet|commenc\w*|demarr\w*|^du|\bdu) ?(?:du|le|au)? (?=\d{1,2}(?:er)? )",
        r"marche|accord-cadre|contrat|duree|prestations|periode|an\b|mois",
        but=r"offres?\b|plis?\b|candidature|visite|arrete|decret|code|validite|abroge|facture",
    )
    if (
        starts
        and (
            at := r.flow.first(
                rf"(?:a compter du|a partir du|effet (?:le|au)|debut\w* le|commenc\w* le|\bdu) (?=\d){DAY}",
                *starts,
            )
        )
        and (when := day(at))
    ):
        r.add("contract.starts_on", when.isoformat(), at, 0.88)
    elif (  # « Période du 01/07/2027 au 30/06/2030 »
        run := r.flow.first(
            rf"(?:^|(?<=\n))(?:periode|duree)(?: du marche| de l'accord-cadre)? ?:? du {DAY} au (?=\d)"
        )
    ) and (when := day(run)):
        r.add("contract.starts_on", when.isoformat(), run, 0.88)
    forecast = r.flow.first(
        r"duree (?:\w+ )?(?:previsionnelle|indicative)\b[^.\n]{0,30}\b(?:marche|contrat|accord-cadre|prestations?|mission)"
    )
    if forecast:
        r.add("contract.duration_indicative", True, forecast, 0.93)
    renewed = _renewals(r)
    if renewed is not None:
        number, lasting, place = renewed
        r.add("contract.renewal.count", number, place, 0.95)
        if lasting:
            r.add("contract.renewal.duration", lasting, place, 0.92)
        tacit = r.flow.first(r"tacite", max(0, place[0] - 160), place[1] + 200)
        express = r.flow.first(r"expresse", max(0, place[0] - 160), place[1] + 200)
        if bool(tacit) != bool(express):
            r.add("contract.renewal.tacit", bool(tacit), tacit or express or place, 0.92)
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


# « Phase ACT : 8 semaines »: of a part, not of the contract
_ONE_PHASE = r"\W*(?:phases?|etapes?|lots?|tranches?|elements?|missions?|livraisons?|preparation|periode de preparation)\b"
_AGAIN = r"reconduct|reconduit|reconduction|renouvel"
_TIMES = rf"(?P<n>{COUNT}) (?:fois|reprises?|reconductions?|renouvellements?)\b|nombre (?:maximal |maximum )?(?:de |d')(?:periodes? de )?(?:reconductions?|renouvellements?)[^.]{{0,30}}?(?:fixe a|est de|:) ?(?P<m>{COUNT})\b"
_EACH_TIME = rf"(?:(?:reconduction|renouvellement)s? (?:tacites? |expresses? )?(?:de |d')|(?:reconduction|renouvellement)s? (?:est|sont) (?:fixee? )?(?:a |de |d')|periodes? (?:successives? |supplementaires? )?(?:de |d')|pour (?:une (?:nouvelle )?(?:periode|duree) (?:de |d'))?|fois |reprises? |duree (?:de chaque [a-z ]{{0,40}})?(?:est )?(?:de |d'))(?P<whole>{PERIOD})"


def _renewals(r: Reading) -> tuple[int, str | None, tuple[int, int]] | None:
    """How many times a contract is renewed, for how long each time, and where it is said."""
    number, lasting, place = None, None, None
    for start, end, words in r.sentences():
        again = re.search(_AGAIN, words)
        if again is None or re.search(
            r"non reconductible|pas (?:re)?(?:conductible|nouvelable|conduit)|n'est pas recon|aucune reconduction|pas de reconduction",
            words,
        ):
            continue
        times = re.search(_TIMES, words)
        if times and number is None and (number := count(times["n"] or times["m"])) is not None:
            place = (start, end)
        if number is None or place is None or lasting or start > place[1] + 400:
            continue
        for each in re.finditer(_EACH_TIME, words[again.start() :]):
            before = words[again.start() : again.start() + each.start()]
            if re.search(r"maximale|totale|exced|depass|soit\b|avant", before[-40:] + each[0][:20]):
                continue
            lasting = period(each)
            break
    return (number, lasting, place) if number is not None and place is not None else None


def _origin(r: Reading, found: re.Match[str]) -> None:
    """What a duration runs from, said after it in its sentence or the next one."""
    origin = r.flow.first(
        r"(?:a compter d\w*|allant de|a partir d\w*|court (?:a compter )?d\w*|des) ?(?:la |sa |l'|le |leur )?[^.\n]{0,40}?(?P<event>ordre de service|notification)(?: de l'(?P<order>ordre de service))?",
        found.end() - 5,
        found.end() + 200,
    )
    if origin:
        event = "ordre de service" if origin["order"] else origin["event"]
        r.add("contract.duration_from", event, origin, 0.9)


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
            said = re.split(r"\. ", r.flow.printed(money, "text"))[0].rstrip(" .")
            by = re.search(
                r"financée?s? (?:sur|par|au moyen d[eu]s?|à l['’]aide d[eu]s?) (?:le |la |les |l['’])?([^,;]{5,120})",
                said,
            )
            r.add("contract.financing", by[1] if by else said, money, 0.85)
            break
    paid = r.flow.first(
        rf"(?:delai (?:global|maximum)?[^.\n]{{0,40}}paiement|delai global|payees?)[^.\n]{{0,80}}?{PERIOD}"
    )
    if paid and (written := period(paid)) and "jour" in written:
        r.add("contract.payment_within", written, paid, 0.93)
    if not paid and (
        told := r.told(
            r"paiement|virement|mandat\b|reglement des factures",
            r"\d{2} jours",
            but=r"retard|validite|avance|offre",
        )
    ):
        found = r.flow.first(PERIOD, *told)
        if found and (written := period(found)) and "jour" in written:
            r.add("contract.payment_within", written, told, 0.85)
    if not any(each.path == "contract.financing" for each in r.found):
        money = r.flow.first(
            r"(?:^|(?<=\.)\s+|(?<=\n)|financ\w+ (?:par|sur|:) ?(?:le |les |la )?)(?P<text>(?:budget (?:principal|annexe|general|communal|departemental|regional|propre|de l)|ressources propres|fonds propres|autofinancement)[^.\n,;]{0,80})"
        )
        if money:
            r.add("contract.financing", r.flow.printed(money, "text"), money, 0.85)
    portal = r.flow.first(r"chorus ?-?pro")
    if portal:
        r.add("contract.electronic_invoicing", "Chorus Pro", portal, 0.9)


@rule("CTR-05", "la valeur estimée hors taxes")
def value(r: Reading) -> None:
    found = r.flow.first(
        rf"(?:valeur estimee|montant (?:estime|estimatif|previsionnel)|estimation)[^.\n\d]{{0,80}}?(?:est de|de|:|s'eleve a|\|) ?{AMOUNT}"
    )
    if found and (written := amount(found)):
        r.add("estimated_value", written, found, 0.9)
