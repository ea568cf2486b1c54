"""What the first page says by its layout alone: the object, and the buyer, that no label names."""

from __future__ import annotations

import re
from collections.abc import Iterator

from reglo.reading.rc.identity import ORGANISATION, buyer_name, first_article, kind, nature, shortened
from reglo.reading.rc.model import Reading, rule
from reglo.reading.text.model import fold

_DOCUMENT = r"reglement (?:de|particulier de)(?: la)?(?: consultation)?\b|^\W*\(?r\.? ?c\.?\)?\W*$|^consultation\b|piece n ?°"
_WHAT = r"(?:travaux|fournitures?|courantes?|services?|prestations?|intellectuelles?|maitrise|d'(?:œ|oe)uvre|assurances?)"
_CONTRACT = rf"\W*(?:marches?|accords?[- ]cadres?|contrats?)(?: publics?)?(?:(?: de| d'| en| a| et| et de| passe\w*| sur| selon| une| la| /| -|,)? ?(?:{_WHAT}|procedure|adaptee|ordinaire|bons? de commande|commandes?|\(?mapa\)?|formalisee?|simplifiee?))*\W*"
_OTHER = (
    r"\b(?:date|heure|remise|reception|depot|limites?)\b[^.]{0,40}(?::|limite|offres|plis)|\d{1,2} ?h(?:eures?)?(?: ?\d{2})?\b|heures?\b|procedure|appel d'offres|\barticles? (?:\d|[lr]\W)|code d(?:e la commande|es marches)|passee? (?:en|selon)"
    r"|tel(?:ephone)?\b|\bfax|courriel|@|www\.|https?:|\bsiret\b|\bbp ?\d|\bcs ?\d|cedex|^\W*\d{1,5}(?: ?bis)?,? (?:rue|av|bd|boul|place|quai|che|route|all|cours|square|imp|parvis|esp)|\b\d{1,4}(?: ?bis)?,? (?:rue|avenue|boulevard|place|quai|chemin|route|allee|square|impasse)\b|^(?:rue|avenue|place|boulevard|quai|hotel de)\b|\b(?:0[1-9]|[1-9]\d) ?\d{3} [a-z]|^\W*\(?\d+\)?\W*$|page \d|\d+ ?/ ?\d+$"
    r"|version|sommaire|\babreviations?\b|cahier des clauses|\bnuts\b|\bcpv\b|identifiant|reference|n ?° (?:de|du)\b|^n ?°|^\W*(?:marche|accord-cadre|consultation) n ?°\W*[\d -]+$|dossier de consultation|\bmaitre d'|maitrise d'ouvrage|^\W*(?:mairie|monsieur|madame|m\. |mme |representant|service|direction|pole|cellule|bureau|secretariat|sous-direction|departement des)\b|^(?:janvier|fevrier|mars|avril|mai|juin|juillet|aout|septembre|octobre|novembre|decembre)\b|lettre de consultation|annexe|^lot|^(?:en )?\d{1,2} lots\b"
)
# how an object begins: what is done, or bought
_DONE = r"\W*(?:(?:la|le|les|l'|des?|marche d'|marche de|n ?°\W*\w+) ?)?(?:\w{4,}(?:tion|tions|sion|ment|ments|age|ance|ances|ence|ure|ures|ise|tien|ques?)\b|travaux|missions?|achats?|etudes?|audits?|services?|marche|accords?-cadres?|refonte|mise|pose|fourni|concours|remplac|agrandi|voirie|amo\b|assistance|creation|diagnost|transports?|produits?|materiels?|equipements?|programme|operation|schema)"
_A_HEADING = r"(?:objet|etendue|contenu|conditions)\b[^:]{0,50}\b(?:consultation|marche|contrat|accord-cadre)\W*\d*\W*$"
_LABEL = re.compile(r"[^:|]{3,60}:$")
_OF_THE_OBJECT = r"\W*(?:objet|intitule|operation|projet|designation)\b"


@rule(
    "ID-13",
    "l'objet inscrit en couverture sans étiquette, entre le titre, le type de marché et la date limite",
)
def unlabelled_title(r: Reading) -> None:
    r.found = [each for each in r.found if each.path != "title" or not re.match(_A_HEADING, fold(each.value))]
    if any(each.path == "title" for each in r.found):
        return
    runs = [run for run in _runs(r) if 12 < len(run[0]) < 260 and re.match(_DONE, fold(run[0]))]
    if not runs:
        return
    # the longest lines set apart on the first page
    text, start, end = max(runs, key=lambda run: len(run[0]))
    r.add("title", shortened(text), (start, end), 0.78, weak=True)
    if not any(each.path == "nature" for each in r.found):
        nature(r)


def _runs(r: Reading) -> Iterator[tuple[str, int, int]]:
    """Lines of the first page that are none of its usual mentions, those that follow one another together."""
    last = min(first_article(r, 30), 40)
    text, start, end = "", 0, 0
    titled = labelled = False
    for index, line in enumerate(r.flow.lines[:last]):
        folded = fold(line.text).strip()
        at = r.flow.starts[index]
        if re.match(r"\W*(?:sommaire|table des matieres)\b", folded):
            break
        document = bool(re.search(_DOCUMENT, folded))
        contract = bool(re.fullmatch(_CONTRACT, folded))
        mention = (
            document or contract or labelled or line.cells or re.search(_OTHER, folded)
            or _SOMEBODY.fullmatch(line.text.strip())
            or re.match(ORGANISATION, folded) or len(folded) > 200 or re.search(r"(?<!\b\w)[.:]$", folded)
        )  # fmt: skip
        labelled = bool(_LABEL.fullmatch(line.text.strip())) and not re.match(_OF_THE_OBJECT, folded)
        titled = titled or document or contract
        if mention or not re.search(r"[a-z]{4}", folded):
            if text:
                yield text, start, end
            text = ""
            continue
        if not titled and index > 12:
            continue
        if not text or (re.match(_DONE, folded) and not re.match(_DONE, fold(text))):
            text, start = "", at  # what is done begins here; above it, where
        text, end = f"{text} {line.text}".strip(), at + len(line.text)
    if text:
        yield text, start, end


# « Camille DUBOIS », in charge of the consultation or of the works
_SOMEBODY = re.compile(
    r"(?:M\. |Mme |Monsieur |Madame )?[A-ZÀ-Ü][a-zà-ü]+(?:-[A-ZÀ-Ü][a-zà-ü]+)? [A-ZÀ-Ü][A-ZÀ-Ü'’-]+"
)
_FOR = r"\W*(?:marches?|accords?[- ]cadres?)\b[^.:]{0,70}? (?:pour (?:la|le|les|l'|des?|du)|portant sur|relati(?:f|ve) (?:a|aux?)|ayant pour objet|concernant)\b"


@rule(
    "ID-15",
    "le titre que la couverture donne au contrat, et que le document redit : « Accord-cadre … pour … »",
)
def contract_title(r: Reading) -> None:
    """What the first page calls the contract is its title; the sentence of the object may describe it otherwise."""
    last = next((each.start for each in r.sections if each.number), 30)
    flat = " ".join(r.flow.folded.split())
    for index in range(min(last, 40, len(r.flow.lines))):
        if not re.match(r"\W*(?:marche|accord)", fold(r.flow.lines[index].text)):
            continue
        begin = end = r.flow.starts[index]
        for below in range(index, min(index + 8, len(r.flow.lines))):  # as far as the document repeats it
            stop = r.flow.starts[below] + len(r.flow.lines[below].text)
            folded = " ".join(r.flow.folded[begin:stop].split())
            if flat.count(folded) < 2:
                break
            end = stop
        text = " ".join(r.flow.text[begin:end].split())
        if 40 < len(text) < 260 and re.match(_FOR, fold(text)):
            r.found = [each for each in r.found if each.path != "title"]
            r.add("title", shortened(text), (begin, end), 0.93)
            return


_NAMED = r"(?:pouvoir adjudicateur|personne publique(?: contractante)?|acheteur(?: public)?|entite adjudicatrice|maitre d'ouvrage|maitrise d'ouvrage|organisme acheteur|collectivite)(?: est)?(?: (?:est )?(?:la personne (?:morale|publique) )?designee? ci-apres)?\s*[:|]\s*"
_PERSON = r"\b(?:monsieur|madame|m\.|mme|maire|president\w*|directeur|directrice|prefete?|proviseur|principal|secretaire|chef|representant\w*|responsable|architecte|cabinet)\b"


@rule("ID-14", "l'acheteur que sa ligne nomme, quel que soit son nom : « Maître d'ouvrage : … »")
def labelled_buyer(r: Reading) -> None:
    if any(each.path == "buyer.name" and not each.weak and each.confidence > 0.9 for each in r.found):
        return
    for found in r.flow.find(
        rf"(?:^|(?<=\n))[-• ]*(?:le |la |l')?{_NAMED}(?:l[ea] (?=[a-z]+ )|l')?(?P<name>[^\n|]{{3,110}})",
        0,
        len(r.flow.text) // 3 + 400,
    ):
        printed = r.flow.printed(found, "name").strip(" ;.")
        folded = fold(printed)
        words = printed.split()
        if (
            not printed[:1].isupper()
            or len(words) > 12
            or re.search(_PERSON, folded)
            or re.search(
                r"\b(?:est|sont|sera|seront|peut|doit|designe\w*|ci-apres|se reserve|tel)\b|[?@]|\d{4}",
                folded,
            )
        ):
            continue
        r.found = [each for each in r.found if each.path not in ("buyer.name", "buyer.kind")]
        r.add("buyer.name", buyer_name(r, printed), (found.start("name"), found.end("name")), 0.9)
        kind(r)
        return


@rule(
    "ID-16",
    "l'acheteur : le nom en capitales seul au-dessus du titre, que le document redit dans ses phrases",
)
def buyer_above_the_title(r: Reading) -> None:
    if any(each.path == "buyer.name" for each in r.found) or len(r.flow.lines) < 2:
        return
    name, under = r.flow.lines[0].text.strip(" -–"), r.flow.folded[r.flow.starts[1] :][:120]
    folded = fold(name)
    if (
        not name.isupper()
        or not 2 <= len(name.split()) <= 8
        or re.search(_DOCUMENT, folded)
        or re.search(_OTHER, folded)
        or re.match(_DONE, folded)
        or not re.match(_DOCUMENT, under.lstrip())
    ):
        return
    said = re.compile(rf"\b(?:de|du|d'|a|au|par|avec)\s?(?:la |le |l')?{re.escape(folded)}\b")
    if any(said.search(line) for line in r.flow.folded[r.flow.starts[1] :].split("\n")):
        r.add("buyer.name", buyer_name(r, name), (0, len(r.flow.lines[0].text)), 0.75, weak=True)
