"""How plis are sent: platform, formats, languages, deposits, viruses, backup copy, signature."""

from __future__ import annotations

import re
from collections.abc import Iterator

from reglo.reading.rc.model import Reading, rule

_SUFFIX = r"(?<![\w/])\.?(?P<s>zip|pdf|rtf|docx?|xlsx?|pptx?|odt|ods|odp|odg|dwf|dwg|dxf|bmp|jpe?g|gif|png|txt|csv|html?)\b"


_ADDRESS = r"(?P<scheme>https?://)?(?P<host>(?:www\.)?[a-z0-9-]+(?:\.[a-z0-9-]+)*\.(?:fr|com|info|org|net|eu|bzh|re|gouv|example|corsica|alsace|paris))(?![\w@-])(?P<rest>/[^\s)»\"|]*)?"
_PLATFORMS = r"marches-publics\.gouv\.fr|marches-?publics?[a-z0-9.-]*\.[a-z]{2,5}$|achatpublic\.com|maximilien\.fr|megalis\.bretagne\.bzh|e-marchespublics\.com|marches-securises\.fr|klekoon\.com|aws-achat\.info|agysoft|demat-ampa\.fr|xmarches\.fr|dematis\.com|ternum-bfc\.fr|safetender\.com|synapse-entreprises\.com|aji-france\.com|alsacemarchespublics\.eu|plateformedesachats"
_ELSEWHERE = r"economie\.gouv|legifrance|api\.gouv|ssi\.gouv|anssi|europa\.eu|tribunal-administratif|juradm|telerecours|chorus|dume|boamp|service-public|impots|urssaf|service\.gouv|infogreffe|certinfo|minefi|adobe|open-?office|libreoffice|java\.|moniteur|justice\.|conseil-etat|interieur\.gouv|ted\.europa|travail|societe\.com"
_PLATFORM_SAID = r"profil (?:d[e']? ?)?acheteur|profil acheteur|plate-?forme|dematerialis|telecharge|adresse (?:internet|electronique|url|suivante)|a l'adresse|site internet|deposer?|depot|retir|accessible|disponible|demat|mis en ligne|\bsur (?:le site )?$"


@rule("ENV-01", "le profil d'acheteur et la référence de dépôt")
def platform(r: Reading) -> None:
    known: dict[str, re.Match[str]] = {}
    near: dict[str, re.Match[str]] = {}
    for found in r.flow.find(_ADDRESS):
        host = found["host"].removeprefix("www.")
        if r.flow.text[max(0, found.start() - 1) : found.start()] == "@" or re.search(_ELSEWHERE, host):
            continue
        if re.search(_PLATFORMS, host):
            known.setdefault(host, found)
        around = r.flow.folded[max(0, found.start() - 160) : found.start()]
        if re.search(_PLATFORM_SAID, " ".join(around.split())):
            near.setdefault(host, found)
    seen = known or near
    if len(seen) == 1:
        found = next(iter(seen.values()))
        scheme = "http://" if found[0].startswith("http://") else "https://"
        for path in ("submission.url", "document_access.url", "buyer.profile_url"):
            r.add(path, f"{scheme}{found['host']}", (found.start("host"), found.end("host")), 0.95)
    elif seen:
        r.doubt(
            "profil-d-acheteur",
            f"Plusieurs plateformes sont nommées ({', '.join(sorted(seen))}). Sur laquelle déposer ?",
            *(found.span() for found in list(seen.values())[:3]),
        )
    number = r.flow.first(r"sous la reference (?P<ref>[a-z0-9][a-z0-9/_.\-]{3,40}[a-z0-9])")
    if number and re.search(r"\d", number["ref"]):
        for path in ("submission.reference", "document_access.reference"):
            r.add(path, r.flow.printed(number, "ref"), (number.start("ref"), number.end("ref")), 0.95)


_ON_PAPER = r"voie postale|par la poste|(?:support|format|voie|version) papier|pli cachete|sous enveloppe|contre recepisse"


@rule("ENV-02", "voie électronique obligatoire, hors délai, autre voie")
def channel(r: Reading) -> None:
    only = r.told(
        r"electronique|dematerialis|\bplace\b|plate-?forme|profil (?:d[e']? ?)?acheteur",
        r"obligatoire|obligatoirement|uniquement|exclusivement|exclusiv|imperativement|seule voie|nulle part ailleurs|a l'exclusion|r ?2132-7",
        r"transmis|transmission|remis|depos|depot|envo|repon|adress|achemin|\bvoie\b|plis?\b|offres?\b|candidatures?\b",
        but=r"signature|copie de sauvegarde|factur|questions?|renseignements|retrait|r ?2132-12",
    ) or r.told(
        r"(?:aucun|pas d[e']|plus d[e'])[^.]{0,30}papier",
        r"pli|offre|depot|reponse|candidature|envoi|transmission|remise",
        but=r"dossier de (?:la )?consultation|\bdce\b",
    )
    if only is None:  # « la transmission sur support papier n'est pas admise, hors copie de sauvegarde »
        only = r.told(
            r"\b(?:transmission|depot|envoi|remise|plis?|offres?)\b[^.]{0,60}papier[^.,;]{0,30}(?:n'est pas|ne sont pas|ne sera pas|n'est plus) (?:admis|autoris|accept)"
        )
    if only is None and not r.told(
        _ON_PAPER, but=r"copie de sauvegarde|aucun|n'est pas|ne sont pas|interdi|exclu"
    ):
        only = r.told(
            r"\b(?:offres?|plis?|candidatures?|reponses?|dossiers?)\b[^.]{0,40} (?:sont|seront|doivent|devront|est|sera|doit|devra) (?:etre )?(?:remis|transmis|depos|adress|envoy)\w*[^.]{0,80} par voie (?:electronique|dematerialisee)",
            but=r"\bpeu\w+|\bou\b|possib|choix|signature|copie de sauvegarde",
        )
    if only:
        r.add("submission.electronic_only", True, only, 0.93)
    late = r.told(
        r"\b(?:plis?|offres?|candidatures?|propositions?|depots?|dossiers?|documents?|remise|ceux|celles)\b",
        r"\bapres\b|hors (?:du )?delais?|hors-delais?|au-dela|tardi(?:f|ve)|posterieur|delai depasse",
        r"elimin|rejet|refus|ecarte|irrecevab|n(?:e (?:ser\w+|sont)|'est|'etait) pas (?:\w+ )?(?:retenu|ouvert|examin|pris|analys|admis|accept)|non (?:retenu|ouvert|recevab)|renvoye\w*|retourne\w*|sans (?:avoir ete|etre) ouvert",
        but=r"copie de sauvegarde|question|modification|visite|anormalement|apres (?:avoir|demande|examen|analyse|verification)",
    )
    if late:
        r.add("submission.late", "eliminated", late, 0.93)
        if r.flow.first(r"(?:en sera|en seront|est|sera) informee?", late[0], late[1] + 130):
            r.add("submission.late_informed", True, late, 0.9)
    other = r.told(
        r"autres? (?:mode|forme|voie|moyen|support|canal)|papier|voie postale",
        r"transmi|remi|envo|depot|depos|pli|offre",
        r"irregul|rejet|elimin|refus",
        but=r"copie de sauvegarde|variante|groupement",
    )
    if other:
        words = r.flow.folded[other[0] : other[1]]
        if not only and (
            way := r.told(
                r"voie (?:electronique|dematerialisee)",
                r"depot|depos|remis|transm|pli",
                but=r"signature|copie de sauvegarde|factur|question",
            )
        ):
            r.add("submission.electronic_only", True, way, 0.88)  # any other way is refused
        r.add("submission.other_channel", "irregular" if "irregul" in words else "eliminated", other, 0.93)
    receipt = r.flow.first(r"accuse de reception")
    if receipt:
        r.add("submission.receipt", True, receipt, 0.9)


@rule("ENV-03", "plusieurs dépôts du même candidat, un pli pour tous les lots")
def deposits(r: Reading) -> None:
    seen: dict[str, tuple[int, int]] = {}
    again = r.flow.first(r"integrer le document[^.]{0,60}premier pli")
    if again:
        seen["last_then_earlier_documents"] = again.span()
    for start, end, words in r.sentences():
        several = re.search(
            r"plusieurs|successi|multiple|nouve(?:au|lle|l) (?:pli|offre|envoi|depot)|\bderni(?:er|ere) (?:pli|offre|envoi|depot|candidature)|precedent",
            words,
        )
        last = re.search(
            r"\bderni(?:er|ere|ers|eres)\b[^.]{0,60}(?:ouver|retenu|pris|examin|recu|valable|compte|consider)|\bseul\w*[^.]{0,50}derni|(?:n'ouvre|ouvrira|ouvrir que|ouvert\w*|retient|retenu\w*|pris\w* en compte|annule\w*)[^.]{0,70}(?:derni|precedent|remplace)|annule\w* et remplace|derni\w+[^.]{0,40}(?:annul|remplac)",
            words,
        )
        if (
            not several
            or not last
            or re.search(r"copie de sauvegarde|offres? finale|negocia|signature", words)
        ):
            continue
        if not re.search(
            r"\bplis?\b|depots?\b|envois?\b|offres?\b|remises?\b|candidatures?\b|transmi", words
        ):
            continue
        name = "last_per_lot" if re.search(r"meme lot|pour chaque lot|par lot\b", words) else "last_only"
        seen.setdefault(name, (start, end))
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
            *seen.values(),
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
        "submission.formats": r"formats? (?:electroniques? )?(?:dans lesquels|acceptes?|admis|autorises?|suivants?|: ?(?=\.)|de fichiers?|des (?:fichiers?|documents?)|ci-dessous)",
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
    simple = r.flow.first(
        r"accompagne\w* d'une traduction(?: en (?:langue )?francais\w*)?|joindre une traduction|(?:francais|langue francaise),? ou (?:avec )?(?:une )?(?:traduction|traduit)"
    )
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
    if sworn:  # one that is certified does for both places
        r.add("submission.translation", "certifiée par traducteur assermenté", sworn, 0.95)
    elif simple:
        r.add("submission.translation", "simple", simple, 0.9)
    espd = r.told(
        r"\bdume\b|document unique de marche europeen",
        but=r"(?:n'est|ne sont|ne sera) pas (?:accepte|admis|autorise)|refuse|n'accepte pas",
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
    policies: dict[str, int] = {}
    place: tuple[int, int] | None = None
    for start, end, words in r.sentences():
        if not re.search(r"virus|malveillan|contamin|infecte", words) and (
            place is None or start > place[1] + 400
        ):
            continue
        for name, cue in (
            ("quarantine", r"archivage de securite|quarantaine|repute\w* n'avoir jamais ete recu"),
            ("attempt_repair", r"\brepar(?:er|ation|e)\b|desinfect"),
        ):
            if (found := re.search(cue, words)) and not re.search(
                r"copie de sauvegarde (?:est|sera)", words[: found.start()]
            ):
                policies.setdefault(name, start + found.start())
                place = place or (start, end)
    if place and "quarantine" in policies:
        r.add("submission.virus", sorted(policies, key=policies.__getitem__), place, 0.93)
    trace = r.flow.first(r"trace de (?:cette|la) malveillance")
    if trace:
        r.add("submission.virus_trace", True, trace, 0.93)


@rule("ENV-08", "la taille maximale d'un pli, ou qu'elle n'est pas limitée")
def size(r: Reading) -> None:
    seen: dict[str, tuple[int, int]] = {}
    for start, end, words in r.sentences():
        if not re.search(r"\b(?:plis?|envois?|depots?|reponses?|offres?)\b", words) or re.search(
            r"fichiers?\b|\bpieces?\b|\bdce\b|telecharg|messages?\b|courriel|copie de sauvegarde", words
        ):
            continue  # of each file, or of something else
        told = re.search(r"(?P<n>\d+(?:[.,]\d+)?) ?(?P<u>[mg])(?:o\b|(?:ega|iga)-?octets?)", words)
        if told and re.search(
            r"taille|volume|poids|capacite|maxim|limite|depass|exced|superieur|inferieur", words
        ):
            seen[f"{told['n']} {told['u'].upper()}o"] = (start, end)
        elif re.search(
            r"(?:taille|volume|poids)\b[^.]{0,60}(?:n'est pas|ne sont pas) limite|(?:aucune limite|sans limite) de (?:taille|volume|poids)",
            words,
        ):
            seen["sans limite"] = (start, end)
    if len(seen) == 1:
        said, place = next(iter(seen.items()))
        r.add("submission.maximum_size", said, place, 0.9)


@rule("COP-01", "la copie de sauvegarde : supports, signature, cas d'ouverture, destruction, remise")
def backup(r: Reading) -> None:
    allowed = r.flow.first(r"copie de sauvegarde")
    if allowed is None:
        return
    region = (max(0, allowed.start() - 300), len(r.flow.text))
    refused = r.told(
        r"copie de sauvegarde",
        r"(?:n'est|ne sera|n'est donc) pas (?:admise|acceptee|autorisee|prevue)|aucune copie",
        but=r"electronique|papier|support",
    )
    r.add("submission.backup_copy.allowed", not refused, refused or allowed, 0.93)
    if refused:
        return
    media: dict[str, tuple[int, int]] = {}
    electronic: tuple[bool, tuple[int, int]] | None = None
    for start, end, words in _backup_sentences(r, region[0]):
        said = re.split(
            r"(?:ne |n')?(?:sera|seront|est|sont|etre) (?:que )?(?:ouverte?s?|prise?s? en compte)|uniquement si|malveillant|virus",
            words,
        )[0]
        said = re.sub(
            r"(?:plis?|documents?|offres?|candidatures?|dossiers?|reponses?|propositions?|fichiers?|pieces)[^,.;:()]{0,45}(?:transmis|remis|envoye|depose|adresse)\w* (?:par (?:la )?voie )?(?:electronique\w*|dematerialisee?s?)",
            " ",
            said,
        )
        for name, cue in (
            ("papier", r"\bpapier\b"),
            (
                "support physique électronique",
                r"support physique|\bcle usb|\bcd(?:-?roms?)?\b|\bdvd\b|cle u\.?s\.?b|disque dur",
            ),
        ):
            if re.search(cue, said) and not re.search(
                rf"(?:{cue})[^,;]{{0,40}} n'est pas (?:admis|accept|autoris)", said
            ):
                media.setdefault(name, (start, end))
        if found := re.search(
            r"(?:voie|envoi|transmission|format|forme|support)s? (?:electronique|dematerialise)e?s?(?! \()|transmise? electroniquement",
            re.sub(r"supports? physiques? electroniques?", " ", said),
        ):
            denied = re.search(
                r"n'est pas|ne sera pas|non admise|exclue|interdite|ne peut",
                said[max(0, found.start() - 60) : found.end() + 60],
            )
            electronic = electronic or (not denied, (start, end))
    if electronic:
        r.add("submission.backup_copy.electronic", electronic[0], electronic[1], 0.88)
        if electronic[0]:
            media.setdefault("électronique", electronic[1])
    if media:
        r.add("submission.backup_copy.media", sorted(media), next(iter(media.values())), 0.9)
    signed = r.flow.first(r"copie de sauvegarde (?:devra|doit) etre signee", *region)
    if signed:
        r.add("submission.backup_copy.signed", True, signed, 0.95)
    sealed = r.flow.first(r"(?:pli|enveloppe)s? (?:bien )?(?:scelle|cachete|ferme)", *region)
    if sealed:
        r.add("submission.backup_copy.sealed", True, sealed, 0.95)
    opening = next(
        (
            (start, end)
            for start, end, words in _backup_sentences(r, region[0])
            if re.search(r"ouvert|prise? en compte|ouvrir", words)
            and (
                re.search(r"malveillant|virus", words)
                or re.search(r"(?:si|que|cas|suivants?) ?(?:suivants?)? ?:$", words)
            )
        ),
        None,
    )
    if opening:
        block = r.flow.folded[opening[0] : opening[0] + 850]
        cues = {
            "virus": r"malveillant|virus",
            "incomplete": r"incomplet",
            "late": r"hors (?:du )?delais?|parvenue?s? (?:a temps|dans les delais)|tardi(?:f|ve)",
            "unreadable": r"(?:n'a|n'ont|pas|avoir) pu etre (?:ouvert|lu)|illisible|ne peut etre (?:ouvert|lu)|n'a pu l'etre|impossible a ouvrir",
        }
        cases = [name for name, each in cues.items() if re.search(each, re.sub(r"\s+", " ", block))]
        if cases:
            r.add("submission.backup_copy.opened_if", cases, (opening[0], opening[0] + 500), 0.92)
        begun = re.search(r"(?:commence|debute)\w* avant", re.sub(r"\s+", " ", block))
        if begun:
            r.add("submission.backup_copy.transmission_begun", True, opening, 0.92)
    gone = r.told(
        r"detrui",
        r"copies?\b|sauvegarde|plis?\b",
        r"non ouvert|pas (?:ete )?ouvert|inutilise",
        start=region[0],
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


def _backup_sentences(r: Reading, start: int) -> Iterator[tuple[int, int, str]]:
    """The sentences that speak of the backup copy: that name it, or go on about it."""
    left = 0
    for at, end, words in r.sentences(start):
        if re.search(r"copies? de sauvegarde|pli[^.]{0,30} sauvegarde", words):
            left = 3
        elif left and re.match(
            r"(?:elle|celle-ci|cette copie|la copie|les copies|le pli|ce pli|les? supports?)\b", words
        ):
            left -= 1
        else:
            left = 0
            continue
        yield at, end, words


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
    none = r.told(
        r"\bsignatures?\b|\bsign(?:er|ee?s?)\b",
        r"(?:n'est|ne sont|n'ont|n'a|ne sera|n'y a) (?:\w+ )?(?:pas|plus|ni)\b|\bnon (?:exigee|requise|obligatoire)|aucune signature|pas de signature|facultative|\bpas a (?:signer|etre signe)|dispens",
        r"exig|requi|obligatoire|demand|tenus?\b|a etre|\ba signer|necessaire|impos|aucune signature|pas de signature|facultative|dispens",
        but=r"copie de sauvegarde|verification|certificat[^.]{0,40}figurant|attestation de visite",
    )
    any_of = r.flow.first(
        r"(?:signer manuscritement|de maniere manuscrite|signature manuscrite)[^.\n]{0,90}(?:scan|electronique)|signature electronique ou de (?:signer )?manuscrit"
    )
    must = r.flow.first(r"offres?[^.\n]{0,70}(?:doivent|devront) etre (?:remises )?signees?")
    electronic = r.told(
        r"(?:doi\w+|devr\w+|sont|est|sera|seront) (?:obligatoirement |imperativement )?(?:etre )?signee?s? (?:electroniquement|au moyen d'un certificat)|signature electronique (?:est |sera )?(?:obligatoire|exigee|requise)|faire l'objet d'une signature electronique",
        but=r"attributaire|retenu|titulaire|n'est pas|ne sont pas|non ",
    )
    if none and (must or (any_of and must)):
        r.doubt(
            "signature",
            "La signature est dite facultative et exigée. L'offre doit-elle être signée au dépôt ?",
            none,
            must.span() if must else none,
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
