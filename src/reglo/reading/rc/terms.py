"""Terms before a limit and after a demand: what each limits, told by the words of its clause."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date
from itertools import pairwise

from reglo.reading.rc.model import Reading, rule
from reglo.reading.rc.words import DAY, HOUR, PERIOD, day, hour, period

_PERIOD = re.compile(PERIOD)
_BEFORE = re.compile(
    r"[^.;]{0,40}?\b(?:avant|precedant|precedents?|precedentes?|auparavant|a l'avance|au prealable)\b|\s*au plus tard avant\b"
)
_ORDINALS = {
    "deuxieme": 2, "troisieme": 3, "quatrieme": 4, "cinquieme": 5, "sixieme": 6, "septieme": 7, "huitieme": 8,
    "neuvieme": 9, "dixieme": 10, "douzieme": 12, "quinzieme": 15, "vingtieme": 20,
}  # fmt: skip
_ORDINAL = re.compile(
    rf"\b(?P<rank>{'|'.join(_ORDINALS)}|\d{{1,2}}\s?(?:eme|e)) jour (?P<unit>ouvre |ouvrable |calendaire )?(?:precedant|avant|qui precede)"
)


@rule("DELAI-01", "les délais avant une limite : questions, réponses, modifications, visites")
def terms_before(r: Reading) -> None:
    for start, end, words in r.sentences():
        for at, stop, written, clause, after in _periods(words):
            if written is None:
                if "franc" in words[at:stop] and _BEFORE.match(after):
                    _clear_days(r, words[at:stop], (start, end))
                continue
            if not _BEFORE.match(after) or re.search(r"minute|\ban", written):
                continue
            _add_before(r, (start, end), written, clause, after, words)
        for found in _ORDINAL.finditer(words):
            rank = found["rank"]
            number = _ORDINALS.get(rank) or int(re.sub(r"\D", "", rank))
            unit = {"ouvre ": " ouvrés", "ouvrable ": " ouvrables"}.get(found["unit"] or "", "")
            after = words[found.end() : found.end() + 150]
            _add_before(r, (start, end), f"{number} jours{unit}", words[: found.start()], after, words)


def _periods(words: str) -> Iterator[tuple[int, int, str | None, str, str]]:
    """Each period of a sentence: its place, as written, the words from the last one, those to the next one."""
    found = list(_PERIOD.finditer(words))
    bounds = [0, *(each.end() for each in found)]
    for rank, each in enumerate(found):
        stop = found[rank + 1].start() if rank + 1 < len(found) else len(words)
        after = words[each.end() : min(stop, each.end() + 160)]
        yield each.start(), each.end(), period(each), words[bounds[rank] : each.start()], after


def _clear_days(r: Reading, printed: str, place: tuple[int, int]) -> None:
    r.doubt(
        "jours-francs",
        f"« {printed} » : en jours francs, ni le premier jour ni le dernier ne comptent. Les règles n'ont pas cette unité : écrivez un jour de plus, en jours.",
        place,
        rule="L-17",
    )


def _add_before(
    r: Reading, place: tuple[int, int], written: str, clause: str, after: str, words: str
) -> None:
    of = (
        "candidacy_deadline"
        if re.search(r"candidatures?", after[:140]) and not re.search(r"offre|plis?\b", after[:140])
        else "submission_deadline"
    )
    value: dict[str, object] = {"period": written, "side": "before", "of": of}
    own = re.split(r"[,;]", after, maxsplit=1)[0]  # what follows may be of the next term
    nears = (f"{clause} … {own}", f"{clause} … {after}", words)
    kind = next((kind for near in nears if (kind := _limits(near, after))), "")
    match kind:
        case "access_list":
            value |= {"id": "acces", "about": kind, "of": "intervention", "party": "titulaire"}
        case "visit_last":
            value |= {"id": "derniere-visite", "about": kind, "party": "acheteur"}
        case "visit_request":
            value |= {"id": "demande-visite", "about": kind, "of": "visit", "party": "candidats"}
        case "visit_booking":
            value |= {"id": "rendez-vous-visite", "about": kind, "party": "candidats"}
        case "changes":
            value |= {"id": "modifications", "about": kind, "party": "acheteur"}
        case "questions":
            value |= {"id": "questions", "about": kind, "party": "candidats"}
        case "answers":
            value |= {"id": "reponses", "about": kind, "party": "acheteur"}
        case _:
            return
    if "heure" in written and kind != "visit_request":
        return
    r.add(f"calendar.terms[{value['id']}]", value, place, 0.93)


def _limits(near: str, after: str) -> str:
    """What a term before a limit is about, from the words of its clause."""
    limit = re.search(
        r"remise|limite|reception|depot des|echeance|plis?\b|offres?\b|candidatures?\b", after[:90]
    )
    if re.search(r"intervention", after) and not limit:
        return "access_list"
    if re.search(r"derniere visite", near):
        return "visit_last"
    visiting = re.search(r"visite|rendez-vous|demande d'acces", near)
    if visiting and not re.search(r"question|renseignement", near):
        if (
            re.search(r"\bvisite", after)
            or re.search(r"auparavant|a l'avance|au prealable", after)
            or not limit
        ):
            return "visit_request"
        return "visit_booking" if re.search(r"rendez-vous|inscri|demande|reserv", near) else ""
    if re.search(r"inscri|rendez-vous|reserv", near) and re.search(
        r"auparavant|a l'avance|au prealable", after
    ):
        return "visit_request"
    answers = re.search(
        r"\brepon(?:ses?|d|du|dra|dre|dront)\b|(?<!demande de )(?<!demandes de )(?:renseignements?|informations?|precisions?)[^.]{0,80}(?:ser\w+|est|sont) (?:\w+ )?(?:communique|envoye|transmis|adresse|fourni|apporte|publie|diffuse)",
        near,
    )
    changes = re.search(
        r"modif|rectificati|additif|se reserve (?:le droit|la faculte|la possibilite) d'(?:apporter|envoyer|adresser|y apporter)|complements? (?:ou|au|peu)|complements?\b[^.]{0,40}(?:dossier|dce)",
        near,
    )
    asks = re.search(r"questions?\b|demandes?\b|renseignements?\b|interrog|precisions?\b", near)
    if changes and not re.search(r"questions?\b|renseignements?\b[^.]{0,40} doi", near):
        return "changes"
    if answers:
        return "answers"
    return "questions" if asks else ""


_UNTIL = re.compile(
    rf"(?:jusqu'au|au plus tard (?:le|:)|dernier delai :?|avant le|date limite[^.:]{{0,60}}:)"
    rf" ?(?:lundi |mardi |mercredi |jeudi |vendredi |samedi |dimanche )?{DAY}(?:[^.\n]{{0,12}}?{HOUR})?"
)


@rule("DELAI-03", "le jour écrit jusqu'auquel poser une question, ou répondre, compté avant la date limite")
def fixed_days(r: Reading) -> None:
    """« Les questions sont posées jusqu'au 30 janvier à 12 h »: that day does not move with the deadline."""
    limits = {each.value for each in r.found if each.path == "calendar.submission_deadline"}
    if len(limits) != 1:
        return
    last = date.fromisoformat(str(next(iter(limits))).split()[0])
    for start, end, words in r.sentences():
        if not (found := _UNTIL.search(words)) or not (when := day(found)):
            continue
        kind = _limits(words[: found.start()], "")
        if kind not in ("questions", "answers") or not 0 < (last - when).days < 90:
            continue
        at = hour(found) if found["hour"] or found["noon"] else None
        if found[0].startswith("avant") and not at:
            continue
        left = (last - when).days
        value: dict[str, object] = {
            "id": "questions" if kind == "questions" else "reponses",
            "about": kind,
            "period": f"{left} jour{'s' if left > 1 else ''}",
            "side": "before",
            "of": "submission_deadline",
            "party": "candidats" if kind == "questions" else "acheteur",
            "moves_with_deadline": False,
        }
        if at:
            value["at"] = at
        r.add(f"calendar.terms[{value['id']}]", value, (start, end), 0.85, weak=True)


# --- After a demand -----------------------------------------------------------------------------

_NOT_DEMANDS = r"validite|d'execution|paiement|livraison|recours|refere|virus|moins de|signature du (?:contrat|marche)|similaires|payees|preavis|affermissement|reconduction|garantie|duree (?:du|de l'|initiale)|penalit"
_TIED = re.compile(
    r"\b(?:dans|sous|delai|dispos\w+|a compter|imparti\w*|superieur a|fixe a|aur[ao]\w*|limite a)\b[^.;]{0,70}$"
)
_TIED_AFTER = re.compile(
    r"\s*(?:maximum |au plus |au maximum )?(?:a compter|a partir|suivant|qui suivent|apres|des la|de la demande|pour (?:complet|regularis|fournir|produire|la complet|le complet))"
)


@rule("DELAI-02", "les délais après une demande : compléter, régulariser, prouver")
def terms_after(r: Reading) -> None:
    awardee_at = -9_999  # where the awardee was last named
    sentences = list(r.sentences())
    for (_, _, above), (start, end, words) in pairwise([(0, 0, ""), *sentences]):
        awardee = re.search(
            r"attributaire|\bretenue?s?\b|laureat|pressenti|titulaire designe|attribuer le", words
        )
        if awardee:
            awardee_at = end
        if re.search(_NOT_DEMANDS, words):
            continue
        for at, stop, written, clause, after in _periods(words):
            tied = _TIED.search(clause) or _TIED_AFTER.match(after)
            if _BEFORE.match(after) or not tied:
                continue
            if written is None:
                if "franc" in words[at:stop] and _demands(words, above, start - awardee_at < 700):
                    _clear_days(r, words[at:stop], (start, end))
                continue
            if (
                "mois" in written
                or "an" in written.split()[1:]
                or "ans" in written.split()[1:]
                or "minute" in written
            ):
                continue
            lead = words[:at] if re.search(r"complet|regulari|certificat|attestation", words[:at]) else words
            for about in _demands(lead, above, start - awardee_at < 700):
                value: dict[str, object] = {"period": written, "side": "after", "of": "request"}
                value |= {"about": about, "party": "candidats"}
                match about:
                    case "award_evidence":
                        value |= {"id": "preuves", "party": "attributaire pressenti"}
                    case "supplement":
                        value["id"] = "complement"
                    case "clarification":
                        value["id"] = "precisions"
                    case _:
                        value["id"] = "regularisation"
                if re.search(r"\bmaxim|superieur a|au plus", words[max(0, at - 60) : stop + 25]):
                    value["at_most"] = True
                r.add(f"calendar.terms[{value['id']}]", value, (start, end), 0.92)


def _demands(words: str, above: str, awardee_near: bool) -> list[str]:
    """What a demand with a term asks for; several things when one sentence says them."""
    out = []
    if re.search(r"regulari", words) and re.search(r"offre", words):
        out.append("regularisation")
    named = re.search(r"attributaire|\bretenue?s?\b|laureat|attribuer|pressenti", words)
    if (
        re.search(r"complet|complement|produire|manquant|absent|font defaut|incomplet", words)
        and re.search(r"candidature|dossier|pieces", words + (above if "incomplet" in above else ""))
        and not named
    ):
        out.append("supplement")
    if (
        not out
        and (named or awardee_near)
        and re.search(r"justificatif|certificat|attestation|documents?\b|pieces", words + above)
        and not re.search(r"question", words)
    ):
        out.append("award_evidence")
    if not out and re.search(r"precision", words) and re.search(r"offre", words):
        out.append("clarification")
    return out
