"""What eliminates, who is shortlisted, how the buyer writes, and the articles each chapter cites."""

from __future__ import annotations

import re

from reglo.reading.rc.admitted import admitted
from reglo.reading.rc.lists import items
from reglo.reading.rc.model import Found, Reading, rule
from reglo.reading.rc.words import articles, sentence_case
from reglo.reading.text.model import fold, pattern

_OUT_WORDS = r"(?:elimine\w*|rejete\w*|\brejet\b|exclue?s?\b|irrecevables?|ecarte\w*|ne ser(?:a|ont) pas (?:admis|retenu|examine|analyse)\w*|irregulieres?|irregularite|eliminatoire)"
# an irregularity is a rule of the piece or of the way it is about, and may be mended
_IRREGULAR = r"irregulieres?|irregularite"
_OUT = re.compile(_OUT_WORDS)
# id, ground in our words, stage, what its sentence says
_GROUNDS = (
    ("exclusion", "candidat interdit de soumissionner", "candidature", r"ne peuvent (?:pas )?soumissionner|interdi\w+ de soumissionner|cas d'(?:exclusion|interdiction)|motifs? d'exclusion"),
    ("complement-tardif", "complément demandé, non transmis dans le délai fixé", "candidature", r"transmission du document complementaire|complements? (?:demandes?|attendus?)[^.]{0,60}delai"),
    ("dossier-incomplet", "pièces de candidature toujours manquantes après la demande de complément", "candidature", r"apres demande de complement|apres (?:mise en demeure|relance)|n'auront pas (?:produit|complete)|(?:complement|demande|relance|delai)[^.]{0,200}\ba defaut[^.]{0,40}candidature sera"),
    ("plusieurs-offres", "candidat présent dans plusieurs offres", "candidature", r"plusieurs (?:offres|candidatures)[^.]{0,160}groupements|un ou plusieurs de ces cas|candidats individuels et de membres"),
    ("membres-communs", "équipes ayant un membre en commun", "candidature", r"membres? en commun"),
    ("competence", "une compétence exigée manque", "candidature", r"absence (?:de l')?(?:d')?une des competences|competences? (?:exigee|requise)s?[^.]{0,60}(?:absen|manqu)"),
    ("capacites", "niveaux de capacité non atteints", "candidature", r"niveaux? (?:minimum \w* ?)?de capacites?|capacites? insuffisantes?|garanties[^.]{0,40}insuffisantes"),
    ("pieces-de-visite", "documents de visite absents de l'offre", "offre", r"non remise de ces documents|absence (?:de l'|d')attestation de visite"),
    ("visite", "visite obligatoire non faite", "offre", r"(?:absence|defaut|non[- ]participation)[^.]{0,30}visite|visite obligatoire[^.]{0,90}"),
    ("modele-maison", "acte d'engagement d'un autre modèle que celui du dossier", "offre", r"modele etabli par le candidat"),
    ("refus-de-rectifier", "refus de confirmer ou de rectifier l'offre", "offre", r"en cas de refus"),
    ("offre-basse", "offre anormalement basse non justifiée", "offre", r"anormalement basse|(?:prix|montant)\b[^.,;]{0,30} inferieure?s? (?:a|de)\b[^.,;]{0,60}(?:prix|offres|moyenne|estimation)"),
    ("note-eliminatoire", "note inférieure au minimum exigé", "offre", r"note (?:strictement )?inferieure|note eliminatoire|(?:inferieure?|moins de) (?:a )?\d{1,3}(?:[.,]\d+)? ?(?:points?|%|/)"),
    ("hors-delai", "pli parvenu après la date et l'heure limites", "offre", r"hors delai|apres l'echeance|apres (?:cette |la )?dates?\b[^.]{0,60}(?:heure|limite)|apres l'heure|tardi"),
    ("offre-non-classee", "offre demeurée inappropriée, irrégulière ou inacceptable", "offre", r"inappropriees?, irregulieres? ou inacceptables?|inacceptables?,? (?:ou )?inappropriee|sans les classer"),
    ("offre-incomplete", "offre sans toutes les pièces demandées, remplies et signées", "offre", r"(?:ne contient|ne comporte) pas tous les (?:documents|elements)|offre incomplete|absence (?:de l'une|d'une) des pieces"),
    ("autre-voie", "pli remis autrement que le règlement l'impose", "offre", r"remise sous une autre forme|autre (?:mode|voie|forme) de transmission|(?:format|voie) papier"),
    ("format", "fichier d'un format non admis sans moyen de le lire", "offre", r"tout autre format|format[^.]{0,60}(?:non admis|non lisible|illisible)|a defaut, (?:l'acheteur|le pouvoir adjudicateur) se reserve la possibilite de rejeter la candidature ou l'offre"),
    ("virus", "document infecté non réparé", "offre", r"reparation|malveillant|virus"),
)  # fmt: skip


@rule("ELI-01", "ce qui élimine : chaque phrase qui rejette, élimine ou rend irrégulier")
def eliminations(r: Reading) -> None:
    found: dict[str, tuple[dict[str, object], tuple[int, int]]] = {}
    before = 0
    titles = {section.start for section in r.sections}
    for at, end in sentences_of(r):
        text = " ".join(r.flow.folded[at:end].split())
        start, before = before, at
        if r.flow.index_at(at) in titles and len(text) < 130 and not text.endswith("."):
            continue  # a title rules nothing
        if (
            re.match(r"\W*(?:a defaut|en cas de manquement|sinon|dans (?:ce|le) cas contraire)\b", text)
            and end - start < 700
        ):
            at = start  # a sentence that says nothing without the one above
            text = " ".join(r.flow.folded[at:end].split())
        out = _OUT.search(text)
        if (
            out is None
            or len(text) < 25
            or re.search(
                r"pourra (?:faire l'objet|etre regularis)[^.]{0,40}regulari|\(hors offres?|n'est pas (?:eliminatoire|un motif)|(?:sans|aucune|pas de) notes? eliminatoire|ne peut (?:pas )?etre (?:elimine|rejete)",
                text,
            )
        ):
            continue
        if not _OUT.search(re.sub(_IRREGULAR, "", text)) and not re.search(r"sans les classer", text):
            continue
        ground = next((each for each in _GROUNDS if re.search(each[3], text)), None)
        words = r.flow.text[at:end]
        if ground is None:
            if not re.search(
                r"(?:sera|seront|est|etre) (?:systematiquement |automatiquement )?(?:elimine|rejete|exclu|ecarte)|eliminatoire",
                text,
            ) or re.search(
                r"regulariser|possibilite de|certificat|copie de sauvegarde|arrondi|soumissionnaires? elimine",
                text,
            ):
                continue
            name = f"autre-{sum(each.startswith('autre') for each in found) + 1}"
            said = " ".join(words.split()).strip(" -✓•*")
            stage = (
                "candidature" if re.search(r"candidat", text) and not re.search(r"offre", text) else "offre"
            )
            ground = (name, said[:200], stage, "")
        id, said, stage, _ = ground
        if (
            id in found
            or (id == "virus" and not re.search(r"\b(?:offre|candidature|pli)s?\b[^.]{0,60}\brejete", text))
            or (id == "offre-basse" and "regulariser" in text)
            or (id == "offre-non-classee" and not re.search(r"rejet|elimin|classer|ecart", text))
        ):
            continue
        value: dict[str, object] = {
            "id": id,
            "ground": said,
            "stage": stage,
            "text": " ".join(words.split()).strip(" -✓•*")[:400],
        }
        if id == "dossier-incomplet" or re.search(
            r"apres (?:avoir )?(?:demande|verification|mise en demeure)|precisions|justifi|n'est pas repondu",
            text,
        ):
            value["after_demand"] = True
        if cited := articles(words):
            value["legal_basis"] = list(cited)
        found[id] = (value, (at, end))
    for id, (value, place) in found.items():
        r.add(f"review.eliminations[{id}]", value, place, 0.88)


def sentences_of(r: Reading) -> list[tuple[int, int]]:
    """Where each sentence or list item begins and ends, headings and rows of tables left out."""
    out = []
    for index, line in enumerate(r.flow.lines):
        if line.cells or (line.heading and len(line.text) < 90):
            continue
        start = r.flow.starts[index]
        at = start
        for stop in re.finditer(r"[.;](?=\s+[«A-ZÀ-Ü]|\s*$)", line.text):
            if re.search(r"\b(?:[LRD]|MM?)\.$|\b(?:art|n)\.$", line.text[: stop.end()]):
                continue
            out.append((at, start + stop.end()))
            at = start + stop.end()
        if len(line.text) - (at - start) > 3:
            out.append((at, start + len(line.text)))
    return out


@rule("SEL-01", "les critères de sélection des candidatures, et combien sont admises")
def shortlist(r: Reading) -> None:
    for start, end in r.spans(
        r"selection des candidat|choix des candidat|limitation du nombre de candidat|reduction du nombre"
    ):
        asked = r.flow.first(
            r"(?:au regard des|selon les|sur la base des|suivant les) criteres? (?:de selection )?(?:suivants?|ci-dessous|ci-apres)|criteres? de selection[^.\n]{0,60}:",
            start,
            end,
        )
        lines = r.flow.lines[
            r.flow.index_at(asked.end() if asked else end) + 1 : r.flow.index_at(end - 1) + 1
        ]
        named: list[str] = []
        for line in lines:
            text = line.cells[0] if line.cells else line.text
            if re.fullmatch(r"criteres?(?: de selection)?", fold(text).strip(" :")) or re.match(
                r"\d+\.\d", text
            ):
                continue
            if (
                len(named) >= 8
                or (len(text) > 260)
                or (named and not line.cells and text.endswith((".", ":")))
            ):
                break
            named.append(re.sub(r"^[-•*✓➢\d.) ]+", "", text).strip(" ;."))
        if not asked or not named:
            continue
        r.add("procedure.shortlist.criteria", named, asked, 0.88)
    if not any(
        each.path == "procedure.shortlist.criteria" for each in r.found
    ):  # in an article named otherwise
        said = r"candidat\w*[^.]{0,60}(?:class|selectionn|choisi|retenu|admis)\w*[^.]{0,60}criteres?[^.:]{0,30} suivants ?:$"
        ranked = [item for item in items(r, 0, len(r.flow.text)) if re.search(said, item.intro)]
        if ranked:
            named = [item.text.strip(" ;.") for item in ranked]
            r.add("procedure.shortlist.criteria", named, (ranked[0].start, ranked[-1].end), 0.85)
    least, most, place = admitted(r)
    for key, number in (("minimum", least), ("maximum", most)):
        if number:
            r.add(f"procedure.shortlist.{key}", number, place, 0.9)
    if (least or most) and not any(each.path == "procedure.shortlist.criteria" for each in r.found):
        r.add("procedure.shortlist.criteria", [], place, 0.8)


@rule("NEG-02", "par quelles voies l'acheteur négocie, et sous quel article")
def channels(r: Reading) -> None:
    if not any(each.path == "procedure.negotiation.allowed" and each.value for each in r.found):
        return
    ways = {
        "par écrit": r"negocier[^.\n]{0,60}par ecrit|negociations?[^.\n]{0,60}par ecrit|negoci\w+ les offres par ecrit",
        "voie dématérialisée": r"negoci\w+[^.\n]{0,40}par voie (?:dematerialisee|electronique)",
        "réunion": r"negoci\w+[^.\n]{0,90}(?:reunion|dans les locaux|rendez-vous|audition|entretien)|convocation[^.\n]{0,80}negociation",
    }
    said = {name: found for name, words in ways.items() if (found := r.flow.first(words))}
    if said:
        r.add("procedure.negotiation.channels", list(said), next(iter(said.values())), 0.88)
    based = r.flow.first(r"r\.? ?2123-5|r\.? ?2161-17")
    if based:
        r.add(
            "procedure.negotiation.legal_basis",
            list(articles(r.flow.text[based.start() - 2 : based.end() + 2])),
            based,
            0.92,
        )


@rule("EXA-02", "par quel canal l'acheteur écrit ; ce que prouvent l'attributaire et le candidat étranger")
def correspondence(r: Reading) -> None:
    means = {
        "courriel": r"(?:regularisations?|demandes?|precisions?|complements?)[^.\n]{0,160}(?:par )?(?:courriel|courrier electronique|e-?mail)",
        "profil d'acheteur": r"(?:mails?|messages?|echanges?|demandes?)[^.\n]{0,90}(?:via|par|sur) (?:la plateforme|le profil d'acheteur)",
    }
    said = {name: found for name, words in means.items() if (found := r.flow.first(words))}
    if said:
        r.add("review.channel", " et ".join(said), next(iter(said.values())), 0.88)
    abroad = r.flow.first(
        r"candidats? etablis? dans un (?:etat|pays) autre que la france(?P<t>[^.]{10,220})\."
    )
    if abroad:
        r.add("review.foreign_evidence", sentence_case(r.flow.printed(abroad, "t")), abroad, 0.9)
    insured = r.flow.first(r"attestations? d'assurances?[^.\n]{0,20} (?:est|sont) a produire[^.\n]{0,90}")
    if insured:
        r.add("review.award_evidence", [sentence_case(r.flow.printed(insured))], insured, 0.88)


# path of a chapter -> titles of its articles, articles of the law that belong to it
_BASES = (
    ("award.legal_basis", r"jugement|critere|notation|examen des offres|classement", r"[LR]\.2152-[67]\b"),
    ("review.legal_basis", r"jugement|examen|candidature|informations complementaires|attribution", r"R\.2161-4\b|R\.2144-[1-7]\b|R\.2152-[1-5]\b|R\.2143-16\b"),
    ("submission.legal_basis", r"remise|envoi|transmission|dematerialis|depot", r"R\.2132(?:-[79])?$|R\.2151-6\b"),
    ("capacity.legal_basis", r"capacit|participation|candidature", r"[LR]\.2142-(?:[1-9]|1[0-4])\b"),
    ("grouping.legal_basis", r"groupement|forme juridique|devolution|candidature", r"R\.2142-(?:2[0-7]|19)\b|L\.2141-1[34]\b"),
)  # fmt: skip


@rule(
    "LEG-01",
    "les articles du code cités par chaque chapitre : jugement, examen, dépôt, capacités, groupements",
)
def legal_bases(r: Reading) -> None:
    for path, titles, wanted in _BASES:
        seen: dict[str, int] = {}
        for start, end in r.spans(titles):
            for cited in (*articles(r.flow.text[start:end]), *_unnumbered(r.flow.folded[start:end])):
                if re.search(wanted, cited) and cited not in seen:
                    letter, rest = cited.split(".")
                    at = pattern(rf"\b{letter.lower()}\.? ?{re.escape(rest)}\b").search(
                        r.flow.folded, start, end
                    )
                    seen[cited] = at.start() if at else end  # inside a range
        exclusive = next((each for each in r.found if each.path == "grouping.exclusivity.legal_basis"), None)
        if path == "grouping.legal_basis" and exclusive:
            seen = {cited: at for cited, at in seen.items() if cited not in exclusive.value}
        if seen:
            first = min(seen.values())
            r.add(path, list(seen), (first, first + 10), 0.88)


def _unnumbered(folded: str) -> list[str]:
    """Articles cited by their chapter alone: « l'article R2132 »."""
    return [
        f"{letter.upper()}.{chapter}"
        for letter, chapter in re.findall(r"\barticle\s+([lr])\.?\s?(\d{4})\b(?!\s?-)", folded)
    ]


@rule("PROC-09", "la remise des plis est électronique")
def electronic(r: Reading) -> None:
    said = next((each for each in r.found if each.path == "submission.electronic_only" and each.value), None)
    if said is not None:  # in the same sentence
        r.found.append(Found("procedure.electronic", True, said.quote, 0.92, r.rule_id))
