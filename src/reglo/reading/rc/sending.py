"""How plis are sent: platform, formats, languages, deposits, viruses, backup copy, signature."""

from __future__ import annotations

import re

from reglo.reading.rc.model import Reading, rule

_SUFFIX = r"(?<![\w/])\.?(?P<s>zip|pdf|rtf|docx?|xlsx?|pptx?|odt|ods|odp|odg|dwf|dwg|dxf|bmp|jpe?g|gif|png|txt|csv|html?)\b"


@rule("ENV-01", "le profil d'acheteur et la référence de dépôt")
def platform(r: Reading) -> None:
    seen: dict[str, re.Match[str]] = {}
    for found in r.flow.find(
        r"(?P<url>(?:https?://)?(?:www\.)?[a-z0-9.-]*(?:marches-publics\.gouv\.fr|marches-?publics?[a-z0-9.-]*\.[a-z]{2,5}|achatpublic\.com|maximilien\.fr|megalis\.bretagne\.bzh|e-marchespublics\.com|marches-securises\.fr|klekoon\.com|aws-achat\.info|agysoft\.marches-publics\.info|demat-ampa\.fr|xmarches\.fr|dematis\.com|ternum-bfc\.fr|safetender\.com|synapse-entreprises\.com|aji-france\.com|alsacemarchespublics\.eu|plateformedesachats[a-z.-]*))(?P<rest>[^\s)»\"]*)"
    ):
        if r.flow.text[max(0, found.start() - 1) : found.start()] == "@":
            continue
        host = re.sub(r"^https?://", "", found["url"])
        seen.setdefault(host, found)
    hosts = {host.removeprefix("www.") for host in seen}
    if len(hosts) == 1:
        host, found = next(iter(seen.items()))
        scheme = "http://" if found["url"].startswith("http://") else "https://"
        for path in ("submission.url", "document_access.url", "buyer.profile_url"):
            r.add(path, f"{scheme}{host}", (found.start("url"), found.end("url")), 0.95)
    elif hosts:
        r.doubt(
            "profil-d-acheteur",
            f"Plusieurs plateformes sont nommées ({', '.join(sorted(hosts))}). Sur laquelle déposer ?",
            *(found.span() for found in list(seen.values())[:3]),
        )
    number = r.flow.first(r"sous la reference (?P<ref>[a-z0-9][a-z0-9/_.\-]{3,40}[a-z0-9])")
    if number and re.search(r"\d", number["ref"]):
        for path in ("submission.reference", "document_access.reference"):
            r.add(path, r.flow.printed(number, "ref"), (number.start("ref"), number.end("ref")), 0.95)


@rule("ENV-02", "voie électronique obligatoire, hors délai, autre voie")
def channel(r: Reading) -> None:
    for words in (
        r"(?:obligatoirement|uniquement|exclusivement|imperativement)[^.\n]{0,60}(?:par )?(?:la )?voie (?:electronique|dematerialisee)",
        r"(?:remise|transmission|depot)[^.\n]{0,60}(?:par voie )?(?:electronique|dematerialisee?)s? (?:est )?obligatoire",
        r"r\. ?2132-7[^.\n]{0,140}(?:electronique|dematerialisee)",
    ):
        if found := r.flow.first(words):
            r.add("submission.electronic_only", True, found, 0.95)
            break
    late = r.flow.first(
        r"(?:apres|hors|au-dela)[^.\n]{0,60}(?:date|heure|delai)[^.\n]{0,70}(?P<what>eliminee?s?|rejetee?s?|ne ser(?:a|ont) pas (?:retenu|ouvert|examine)|refusee?s?)"
    )
    if late:
        r.add("submission.late", "eliminated", late, 0.93)
        if r.flow.first(r"(?:en sera|en seront|est|sera) informee?", late.end(), late.end() + 130):
            r.add("submission.late_informed", True, late, 0.9)
    other = r.flow.first(
        r"(?:remise sous une autre forme|autre (?:mode|forme|voie) de transmission|transmission par (?:voie )?papier)[^.\n]{0,110}(?P<what>irregul|rejet|elimin)"
    )
    if other:
        r.add(
            "submission.other_channel",
            "irregular" if other["what"] == "irregul" else "eliminated",
            other,
            0.93,
        )
    receipt = r.flow.first(r"accuse de reception")
    if receipt:
        r.add("submission.receipt", True, receipt, 0.9)


@rule("ENV-03", "plusieurs dépôts du même candidat, un pli pour tous les lots")
def deposits(r: Reading) -> None:
    readings = {
        "last_only": r"seul(?:e|s)?(?: est ouvert| sera ouvert\w*)? ?,? ?(?:le|la|les)? ?(?:derni\w+) (?:pli|offre|depot|envoi|candidature)[^.\n]{0,60}(?:sera|seront|est|recu|ouvert|retenu)|seule? (?:sera|est) ouverte? (?:le|la) derni",
        "last_then_earlier_documents": r"integrer le document[^.]{0,60}premier pli",
        "last_per_lot": r"meme lot[^.]{0,30}derniere offre",
    }
    seen = {name: found for name, words in readings.items() if (found := r.flow.first(words))}
    if len(seen) == 1:
        name, found = next(iter(seen.items()))
        r.add("submission.successive_deposits", name, found, 0.93)
    elif seen:
        labels = {
            "last_only": "le dernier pli seul",
            "last_then_earlier_documents": "le dernier pli, complété par un document du premier",
            "last_per_lot": "la dernière offre de chaque lot",
        }
        r.doubt(
            "depots-successifs",
            "Le document donne plusieurs règles quand un candidat dépose plusieurs plis. Laquelle s'applique ?",
            *(found.span() for found in seen.values()),
            choices=tuple(
                (name.replace("_", "-"), labels[name], {"submission.successive_deposits": name})
                for name in seen
            ),
            rule="L-08",
        )
    one = r.flow.first(r"(?:dans|en) un seul pli[^.\n]{0,50}lots")
    if one:
        r.add("submission.one_pli_for_all_lots", True, one, 0.92)
    apart = r.flow.first(r"de maniere separee pour chaque lot|separement pour chaque lot|un pli par lot")
    if apart:
        r.add("submission.separate_lots_allowed", True, apart, 0.92)


@rule("ENV-04", "les formats de fichiers admis et déconseillés")
def formats(r: Reading) -> None:
    anchors = {
        "document_access.formats": r"lire les documents mis a disposition, la personne publique invite|telechargement[^.]{0,200}disposer des formats",
        "submission.formats": r"formats? (?:electroniques? )?(?:dans lesquels|acceptes?|admis|autorises?|suivants?|de fichiers?|ci-dessous)",
    }
    for path, words in anchors.items():
        for found in r.flow.find(words):
            stop = found.end() + 900
            block = r.flow.folded[found.end() : stop]
            end = re.search(
                r"soumissionnaire est invite|candidat est invite|lors du telechargement|est invite a|signature",
                block,
            )
            block = block[: end.start()] if end else block
            seen: list[str] = []
            last = 0
            for each in re.finditer(_SUFFIX, block):
                if seen and each.start() - last > 190:
                    break
                seen.append("." + each["s"])
                last = each.end()
            near = r.flow.folded[max(0, found.start() - 400) : found.end()]
            is_withdrawal = "dossier de consultation" in near[-330:] and "soumissionnaires a disposer" in near
            if len(seen) >= 3 and not (path == "submission.formats" and is_withdrawal):
                r.add(path, list(dict.fromkeys(seen)), (found.start(), found.end() + last), 0.9)
                break
    bad = [name for name, words in ((".exe", r"\.exe\b"), ("macros", r"\bmacros?\b")) if r.flow.first(words)]
    refused = r.flow.first(
        r"(?:ne pas utiliser|eviter|interdit\w*|ne doivent pas)[^.\n]{0,60}(?:formats|fichiers|outils|\.exe|macro)"
    )
    if bad and refused:
        r.add("submission.discouraged", bad, refused, 0.92)
    opened = r.flow.first(
        r"format (?:open ?office|opendocument|open document)[^.\n]{0,90}(?:obligatoire|impose|exige)|(?:obligatoire|respect de l'usage)[^.\n]{0,60}format (?:open ?office|opendocument)"
    )
    if opened:
        r.add("submission.open_document_required", True, opened, 0.92)


@rule("ENV-05", "langue, traduction, monnaie, DUME")
def language(r: Reading) -> None:
    french = r.flow.first(r"(?:redige\w*|exprime\w*)[^.\n]{0,30}(?:langue francaise|francais)")
    if french:
        r.add("submission.languages", ["français"], french, 0.96)
    sworn = r.flow.first(
        r"tradu\w+[^.]{0,90}(?:traducteur (?:assermente|jure)|assermente|certifiee conforme)"
    )
    simple = r.flow.first(r"accompagne\w* d'une traduction(?: en (?:langue )?francais\w*)?")
    elsewhere = (
        simple
        if simple
        and not re.search(r"assermente|certifiee", r.flow.folded[simple.start() : simple.end() + 110])
        else None
    )
    if sworn and elsewhere:
        r.doubt(
            "traduction",
            "Une traduction est demandée simple à un endroit, assermentée à un autre. Laquelle ?",
            elsewhere.span(),
            sworn.span(),
            choices=(
                ("simple", "traduction simple", {"submission.translation": "simple"}),
                (
                    "assermentee",
                    "par un traducteur assermenté",
                    {"submission.translation": "certifiée par traducteur assermenté"},
                ),
            ),
            rule="L-02",
        )
    elif sworn:
        r.add("submission.translation", "certifiée par traducteur assermenté", sworn, 0.95)
    elif simple:
        r.add("submission.translation", "simple", simple, 0.9)
    espd = r.flow.first(
        r"(?:peut|peuvent|possibilite|admis|accepte)[^.\n]{0,120}\bdume\b|document unique de marche europeen[^.\n]{0,80}(?:accepte|peut|peuvent)"
    )
    if espd:
        r.add("submission.espd_accepted", True, espd, 0.93)
    costs = r.flow.first(r"frais[^.\n]{0,90} a la charge (?:de chaque|des|du) (?:candidat|soumissionnaire)s?")
    if costs:
        r.add("submission.costs_borne_by_bidder", True, costs, 0.92)
    posted = r.flow.first(r"rematerialis")
    if posted:
        r.add("submission.paper_after_award", True, posted, 0.9)


@rule("ENV-06", "ce que devient un document infecté par un virus")
def virus(r: Reading) -> None:
    archived = r.flow.first(
        r"(?:virus|malveillant)[^.]{0,200}(?:archivage de securite|repute n'avoir jamais ete recu)"
    )
    policies: list[str] = []
    if archived:
        policies.append("quarantine")
        if r.flow.first(r"(?:reparer|reparation)", archived.start(), archived.end() + 600):
            policies.append("attempt_repair")
        r.add("submission.virus", policies, archived, 0.93)
        trace = r.flow.first(r"trace de (?:cette|la) malveillance")
        if trace:
            r.add("submission.virus_trace", True, trace, 0.93)


@rule("COP-01", "la copie de sauvegarde : supports, signature, cas d'ouverture, destruction, remise")
def backup(r: Reading) -> None:
    allowed = r.flow.first(r"copie de sauvegarde")
    if allowed is None:
        return
    region = (max(0, allowed.start() - 300), len(r.flow.text))
    refused = r.flow.first(
        r"copie de sauvegarde (?:n'est pas|ne sera pas) (?:admise|acceptee|autorisee)", *region
    )
    r.add("submission.backup_copy.allowed", not refused, refused or allowed, 0.93)
    if refused:
        return
    media: list[str] = []
    places: list[re.Match[str]] = []
    for found in r.flow.find(
        r"(?:sur|ou sur|support) ?(?:un )?(?P<m>support physique electronique|support papier|papier)", *region
    ):
        near = r.flow.folded[max(0, found.start() - 260) : found.end() + 200]
        if "copie de sauvegarde" not in near or "transmises par voie" in near[200:330]:
            continue
        name = "papier" if "papier" in found["m"] else "support physique électronique"
        if name not in media:
            media.append(name)
            places.append(found)
    if media:
        r.add("submission.backup_copy.media", sorted(media), places[0], 0.9)
    signed = r.flow.first(r"copie de sauvegarde (?:devra|doit) etre signee", *region)
    if signed:
        r.add("submission.backup_copy.signed", True, signed, 0.95)
    sealed = r.flow.first(r"pli (?:scelle|cachete)", *region)
    if sealed:
        r.add("submission.backup_copy.sealed", True, sealed, 0.95)
    opening = r.flow.first(
        r"(?:copie|elle|qu'elle|cette copie)[^.]{0,260}(?:ouverte?|prise en compte) (?:que |dans les cas|si|lorsqu)",
        *region,
    )
    if opening:
        block = r.flow.folded[opening.end() : opening.end() + 750]
        words = {
            "virus": r"malveillant|virus",
            "incomplete": r"incomplete",
            "late": r"hors delais?",
            "unreadable": r"n'a pu etre ouverte|pas pu etre ouverte",
        }
        cases = [name for name, each in words.items() if re.search(each, re.sub(r"\s+", " ", block))]
        if cases:
            r.add("submission.backup_copy.opened_if", cases, (opening.start(), opening.end() + 500), 0.92)
        begun = re.search(r"ait commence avant la cloture", re.sub(r"\s+", " ", block))
        if begun:
            r.add("submission.backup_copy.transmission_begun", True, opening, 0.92)
    gone = r.flow.first(
        r"sauvegarde[^.\n]{0,60}(?:sera|est) detruit\w*[^.\n]{0,60}(?:pas ouvert|non ouvert)|(?:non ouverte?|pas ouverte?)[^.\n]{0,60}detruit",
        *region,
    )
    if gone:
        r.add("submission.backup_copy.unopened", "détruite", gone, 0.93)
    dropped = r.flow.first(r"malveillant[^.\n]{0,60}dans la copie de sauvegarde[^.\n]{0,40}ecartee", *region)
    if dropped:
        r.add("submission.backup_copy.infected", "écartée", dropped, 0.93)
    if r.flow.first(r"sur place ?:|main propre|remise directe|contre recepisse", *region) and (
        ways := _delivery(r, region)
    ):
        r.add("submission.backup_copy.addresses", [address for address, _ in ways], ways[0][1], 0.85)


def _delivery(r: Reading, region: tuple[int, int]) -> list[tuple[str, tuple[int, int]]]:
    """Addresses given after « envoi postal » and « sur place »."""
    out = []
    for found in r.flow.find(
        r"(?:envoi postal|sur place|voie postale) ?: ?(?:[^\d\n]{0,40}? ?- )?(?P<a>\d{1,4}[^\n;]{5,80}?\d{2} ?\d{3} [a-z-]+(?: cedex(?: ?\d+)?)?)",
        *region,
    ):
        text = re.sub(r"\s+-\s+", ", ", r.flow.printed(found, "a"))
        out.append((text, found.span()))
    return out


@rule("SIG-01", "la signature : exigée ou non, formats, niveau, re-signature à l'attribution")
def signature(r: Reading) -> None:
    none = r.flow.first(
        r"signature (?:electronique )?n'est pas (?:rendue )?(?:obligatoire|exigee|requise)|n'ont pas a etre signe|ne sont pas tenus de signer|signature[^.\n]{0,40} n'est requise qu"
    )
    any_of = r.flow.first(
        r"(?:signer manuscritement|de maniere manuscrite|signature manuscrite)[^.\n]{0,90}(?:scan|electronique)|signature electronique ou de (?:signer )?manuscrit"
    )
    must = r.flow.first(r"offres?[^.\n]{0,70}(?:doivent|devront) etre (?:remises )?signees?")
    electronic = r.flow.first(
        r"(?:doivent|devront|doit|devra) etre signee?s? electroniquement|signature electronique (?:est )?obligatoire|faire l'objet d'une signature electronique"
    )
    if none and (must or (any_of and must)):
        r.doubt(
            "signature",
            "La signature est dite facultative et exigée. L'offre doit-elle être signée au dépôt ?",
            none.span(),
            (must or none).span(),
        )
    elif none:
        r.add("submission.signature.required", "none", none, 0.93)
    elif any_of:
        r.add("submission.signature.required", "any", any_of, 0.93)
    elif electronic:
        r.add("submission.signature.required", "electronic", electronic, 0.9)
    names = {"xades": "XAdES", "cades": "CAdES", "pades": "PAdES"}
    seen: dict[str, re.Match[str]] = {}
    for found in r.flow.find(r"\b(?P<f>xades|cades|pades)\b"):
        seen.setdefault(names[found["f"]], found)
    if seen:
        r.add("submission.signature.formats", list(seen), next(iter(seen.values())), 0.95)
    qualified = r.flow.first(r"signature[^.\n]{0,30}avancee[^.\n]{0,80}certificat qualifie")
    rgs = r.flow.first(
        r"niveau \(?(?P<stars>\*{2,3})\)? (?:du )?rgs|rgs ?(?P<stars2>\*{2,3})|(?:referentiel general de securite|\brgs\b)"
    )
    if qualified:
        r.add("submission.signature.level", "avancée, certificat qualifié", qualified, 0.93)
    elif rgs and re.search(r"niveau|certificat", r.flow.folded[max(0, rgs.start() - 160) : rgs.end()]):
        stars = rgs["stars"] or rgs["stars2"] or ("***" if "niveau ()" in rgs[0] else "")
        r.add("submission.signature.level", f"RGS {stars}".strip(), rgs, 0.85)
    again = r.flow.first(r"signature manuscrite[^.\n]{0,90}devront etre signes? a l'attribution")
    if again:
        r.add("submission.signature.resigned_at_award", True, again, 0.93)
    each = r.flow.first(
        r"chaque (?:piece|document)[^.\n]{0,70}signature[^.\n]{0,60}individuelle|tous les documents remis signes[^.\n]{0,60}signature originale"
    )
    if each:
        r.add("submission.signature.on_each_document", True, each, 0.9)
    power = r.flow.first(r"acte d'habilitation du mandataire")
    if power:
        r.add("submission.signature.leader_power", True, power, 0.9)
