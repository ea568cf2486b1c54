"""Provisions told in a sentence: groupings, references, capacities, formats, texts cited, documents to return."""

from __future__ import annotations

import re
from typing import Any

from reglo.reading.rc.model import Found, Quote, Reading, rule
from reglo.reading.rc.words import sentence_case
from reglo.reading.text.model import fold


def _said(r: Reading, path: str, words: str, confidence: float = 0.88) -> None:
    """The words of a group ``t`` as the value of a path."""
    found = r.flow.first(words)
    if found:
        text = r.flow.printed(found, "t").strip(" ;.,:")
        r.add(path, sentence_case(text)[:400], (found.start("t"), found.end("t")), confidence)


def _all_said(r: Reading, path: str, about: str, words: str, confidence: float = 0.88) -> None:
    """The sentences about a word that match, one after the other: their group ``t`` when they have one, else whole."""
    said: dict[str, tuple[int, int]] = {}
    for at, end, folded in r.sentences():
        if re.search(about, folded) and (found := re.search(words, folded)):
            part = found.span("t") if found.groupdict().get("t") else (0, len(folded))
            printed = " ".join(r.flow.text[at:end].split())  # as long as its folded form
            text = sentence_case(printed[slice(*part)].strip("-•* "))
            said.setdefault(text if len(text) <= 600 else text[:600].rpartition(" ")[0], (at, end))
    if said:
        r.add(path, " ; ".join(said), next(iter(said.values())), confidence)
        r.notes.setdefault("read_too", []).extend(said.values())  # one quote does not show them all


@rule("GRP-03", "les groupements : motif d'une forme imposée, rôle du mandataire, changement de composition")
def groupings(r: Reading) -> None:
    _said(
        r,
        "grouping.form_reason",
        r"forme du groupement est imposee (?:afin de |afin d'|pour |en raison (?:de |d'))(?P<t>[^.\n]{8,200})",
    )
    _all_said(
        r,
        "grouping.leader",
        "mandataire",
        r"(?P<t>l'un des operateurs economiques[^.]{0,60}comme mandataire[^.]{5,240}|\ble mandataire (?:n'est pas|s'engage|devra|doit|represente|coordonne|assure|produi\w+)\b(?![^.]{0,30}\bsolidaire)[^.]{5,240})",
    )
    _all_said(
        r,
        "grouping.composition_changes",
        "groupement",
        r"\bla composition du groupement ne peut[^.]{0,30} etre modifiee|\brestructuration de societe|\bnouveaux? membres? du groupement|\bmembres? du groupement (?:ainsi )?transforme",
    )
    _all_said(
        r,
        "grouping.subcontractors_declared",
        "sous-trait",
        r"\b(?:devra|doit|devront|doivent) (?:egalement )?indiquer (?P<t>tous les sous-traitants connus[^.]{0,160}|[^.]{0,80}\bsous-traitance est envisagee[^.]{0,160})"
        r"|\bsous-traitants? [^.]{0,30}\bdeclares? (?:des|lors|au moment|a) ",
    )
    both = r.flow.first(
        r"quelle que soit la forme du groupement|groupement,? ?\(? ?(?:conjoint ou solidaire|solidaire ou conjoint)|soit (?:conjoint|solidaire)[^.\n]{0,60} soit (?:conjoint|solidaire)"
    )
    if both and not r.flow.first(r"forme (?:du groupement )?(?:est )?(?:imposee|exigee)"):
        liable = any(each.path == "grouping.leader_liable" and each.value for each in r.found)
        joint = "conjoint, mandataire solidaire" if liable else "conjoint"
        r.add("grouping.forms_allowed", [joint, "solidaire"], both, 0.88)
    holder = r.flow.first(
        r"conclu sous la forme d'une entreprise individuelle ou d'un groupement(?: d'operateurs economiques)?"
    )
    if holder:
        forms = ["entreprise individuelle", "groupement d'opérateurs économiques"]
        r.add("contract.one_holder_form", forms, holder, 0.9)


@rule(
    "CAP-03",
    "les références : de quoi, préférées, admises ou non, en trop ; assurance, aptitude, capacités d'autrui",
)
def references(r: Reading) -> None:
    base = "capacity.references[0]"
    if any(each.path == base for each in r.found):
        _said(
            r,
            f"{base}.of",
            r"references (?:detaillees )?(?:pour|portant sur) (?:des |les )?(?P<t>(?:operations|prestations|projets|marches|travaux)[^.,;\n]{4,120})",
        )
        _said(r, f"{base}.preferred", r"privilegiera les references (?:de |d')(?P<t>[^.\n]{8,180})")
        refused = r.flow.first(r" ne (?:constituent|sont) pas (?:une|des) references?")
        if refused:
            start = max(r.flow.folded.rfind(mark, 0, refused.start()) for mark in ("\n", ". ")) + 1
            text = re.sub(r"^(?:Les |Des |- )", "", " ".join(r.flow.text[start : refused.start()].split()))
            r.add(f"{base}.excluded", re.split(r" ou | et |, ", text), (start, refused.end()), 0.88)
        admitted = r.flow.first(r"references presentees devront etre (?:des projets )?(?P<t>[^.\n]{6,160})")
        if admitted:
            text = r.flow.printed(admitted, "t")
            r.add(
                f"{base}.statuses",
                [re.sub(r"^des projets ", "", each) for each in re.split(r", | ou ", text)],
                admitted,
                0.86,
            )
        more = r.flow.first(
            r"plus de \w+ references[^.]{0,120}(?:il doit preciser|il precise)[^.]{0,140}\.(?P<t>[^.]{0,260})"
        )
        if more:
            order = ["choix du candidat"]
            order += ["les plus récentes"] if "plus recentes" in more["t"] else []
            order += ["tirage au sort"] if "tirera au sort" in " ".join(more["t"].split()) else []
            r.add(f"{base}.surplus", order, more, 0.88)
    _all_said(
        r,
        "capacity.insurance",
        "assurance",
        r"(?P<t>couverture proposee par l'assurance[^.]{8,200}|niveau approprie d'assurance des risques professionnels|declaration appropriee de banques[^.]{0,160}|(?:preuve|copie|attestation)\b[^.]{0,40}\bassurance (?:pour les|des|contre les) risques professionnels)",
    )
    _said(
        r,
        "capacity.aptitude",
        r"aptitude a exercer (?:une|l') ?activite professionnelle ?: ?(?P<t>sans objet|[^.\n]{8,160})",
    )
    _all_said(
        r,
        "capacity.reliance_proof",
        "capacites|engagement ecrit",
        r"(?:par un|produit un|produira un|au moyen d'un) (?P<t>engagement ecrit.{8,200})"
        r"|\b(?:fait|font) appel [^.]{0,30}\bcapacites\b[^.]{0,80}\b(?:sous-traitant|operateur)[^.]{0,40}\b(?:joindr|joint|produi|fourni|remet)",
    )


@rule("ENV-07", "les autres formats et sous quelle condition, le nommage des fichiers")
def other_formats(r: Reading) -> None:
    _said(r, "submission.other_formats", r"pour tout autre format[^.]{0,60}, (?P<t>[^.]{10,260})")
    _said(r, "submission.naming", r"(?P<t>numerotation et un nom correspondant[^.\n:]{5,160})")


@rule("SIG-02", "les textes cités pour la signature")
def cited_texts(r: Reading) -> None:
    known = (
        (r"arrete[^.]{0,80}du 12 avril 2018|12 avril 2018 relatif a la signature", "arrêté du 12 avril 2018"),
        (r"arrete du 15 juin 2012", "arrêté du 15 juin 2012"),
        (r"arrete du 22 mars 2019[^.\n]{0,40}signature", "arrêté du 22 mars 2019"),
        (r"reglement (?:\(ue\) )?n ?° ?910/2014", "règlement (UE) n° 910/2014"),
        (r"article 1367 du code civil", "article 1367 du code civil"),
        (r"\brgs\b|referentiel general de securite", "Référentiel général de sécurité (RGS)"),
    )
    said = {name: found for words, name in known if (found := r.flow.first(words))}
    if said:
        r.add("submission.signature.cited_texts", list(said), next(iter(said.values())), 0.92)


@rule("CTR-06", "l'avance, et les codes de facturation")
def invoicing(r: Reading) -> None:
    given_up = r.flow.first(r"(?P<t>renoncer au benefice de l'avance[^.\n]{5,200})")
    if given_up:
        r.add("contract.advance", sentence_case(r.flow.printed(given_up, "t")), given_up, 0.86)
    code = r.flow.first(
        r"(?:code (?:se|service(?: executant)?)\)?|service executant)[^\w\n]{0,6}(?P<c>[a-z]{3,10}\d{3,8})"
    )
    if code:
        r.add(
            "contract.invoicing_codes", {"service exécutant Chorus Pro": r.flow.printed(code, "c")}, code, 0.9
        )


@rule(
    "DCE-02",
    "les documents à rendre : ceux qu'une pièce demande ; les annexes d'un document contractuel le sont",
)
def to_return(r: Reading) -> None:
    listed = {
        each.path[len("procurement_documents[") : -1]: each
        for each in r.found
        if re.fullmatch(r"procurement_documents\[[^\]]+\]", each.path)
    }
    asked: dict[str, tuple[int, int]] = {}
    conditional: set[str] = set()
    spans: dict[str, tuple[int, int]] = r.notes.get("piece_spans", {})
    pieces: dict[str, dict[str, Any]] = r.notes.get("pieces", {})
    for code, piece in pieces.items():
        subcontracted = "sous-traitance" in piece.get("when", [])  # its forms are not those of every bid
        if subcontracted:
            conditional |= {item.get("template", "") for item in piece.get("parts", [])}
        for item in (piece, *(() if subcontracted else piece.get("parts", []))):
            template = item.get("template", "")
            if template in listed and code in spans:
                start, end = spans[code]
                asked.setdefault(template, (start, min(end, start + 120)))
    kept = r.told(
        r"\b(?:documents?|pieces?|cahiers?|ccap|cctp)\b",
        r"\bne (?:sont|doivent|seront) pas (?:a |etre )(?:remis|remettr|join|fourni|produi|retourn)|\bn'ont pas a etre (?:remis|joint|fourni)",
    )
    if kept:
        said = " ".join(r.flow.text[slice(*kept)].split())
        every = re.search(r"\bdocuments (?:remis|fournis|mis a disposition)", fold(said))
        for code, document in listed.items():
            if code in asked or code in conditional or document.value.get("to_return"):
                continue
            if every or re.search(rf"(?<![\w-]){re.escape(code)}(?![\w-])", said):
                r.add(f"procurement_documents[{code}].to_return", False, kept, 0.86)
    for code, document in listed.items():
        if code in asked and not document.value.get("to_return"):
            r.add(f"procurement_documents[{code}].to_return", True, asked[code], 0.88)
        if document.value.get("annex_of") in ("AE", "CCAP", "CCTP", "CCP") and not document.value.get(
            "contractual"
        ):
            at = r.flow.text.find(document.quote.words[:30])
            r.add(f"procurement_documents[{code}].contractual", True, (max(at, 0), max(at, 0) + 10), 0.85)


_REFUSED = r"\bne (?:pourr\w+|peu\w+|doi\w+|devr\w+|sont|seront)\b|\binterdi|s'engage\w* a ne pas"
_HANDED = r"\bdocuments?\b|\bpieces?\b|\bplans?\b|\binformations?\b|\bdossier\b"


@rule("DCE-03", "les devoirs de confidentialité : ne pas transmettre, détruire")
def confidentiality(r: Reading) -> None:
    duties: dict[str, Quote] = {}
    for at, end, words in r.sentences():
        kept = re.search(
            r"\b(?:transmis|publies?|photocopie|reprodui|divulgu|diffuse|communique)\w*\b.{0,60}\b(?:par|aux?|a des) (?:les )?(?:candidats?|soumissionnaires?|titulaire|tiers)",
            words,
        )
        lost = re.search(r"\bdetrui\w+", words) and re.search(
            r"candidats? non retenus?|par le titulaire|candidats? evinces?", words
        )
        if re.search(r"copies? de sauvegarde|\bplis?\b|\bcandidatures?\b|\boffres?\b|\bvirus\b", words):
            continue
        if (kept and re.search(_REFUSED, words) and re.search(_HANDED, words)) or lost:
            said = sentence_case(" ".join(r.flow.text[at:end].split()))[:400]
            duties.setdefault(said, r.quote(at, end))
    if duties:
        quote = next(iter(duties.values()))
        path = "document_access.confidentiality"
        r.found.append(Found(path, list(duties), quote, 0.88, r.rule_id))
