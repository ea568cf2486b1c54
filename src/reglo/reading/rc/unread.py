"""The sentences that command something and gave no value: kept as they are, for a person to read.

A reader that shows only what it understood hides what it did not. These sentences are told by their
verbs alone (« devra », « sous peine de »…), after every other rule has read: they become clauses of
low confidence, so that no rule of the document is lost on its way to the rules file.
"""

from __future__ import annotations

import itertools
import re
from collections import defaultdict

from reglo.reading.rc.model import Reading, rule
from reglo.reading.rc.words import articles
from reglo.reading.text.model import fold

_COMMANDS = re.compile(
    r"\b(?:doit|doivent|devra|devront|est tenue?|sont tenue?s|est exigee?|sont exigee?s|obligatoire(?:ment|s)?"
    r"|imperative?(?:ment|s)?|interdite?s?|irrecevables?|exclusivement|(?:sous|a) peine d|en aucun cas"
    r"|(?:sera|seront|est|sont) (?:\w+ )?(?:rejete|elimine|ecarte|exclu|irreguli|refuse|repute)"
    r"|ne (?:peut|peuvent|pourra|pourront|sera|seront|s'oppose|s'opposent)\b"
    # what one takes on, what falls to one, what is spared, granted or done: the future of a règlement commands
    r"|prevalent\b|prevaut\b|prevaudr|s'engage(?:nt)? a|il (?:convient|conviendra|appartient|appartiendra)\b|accept\w+ sans reserve|se f(?:er)?ont par\b"
    r"|(?:est|sont|sera|seront) (?:\w+ ){0,2}?(?:dispense|puni|regi|class|adress|inform|retenu|integre|remplace|demande|pris en charge)"
    r"|(?:demeurent|restent) (?:regi|valable|applicable)|peu(?:t|vent) (?:la |le |les |etre )(?:rejet|elimin|remplac|complet))"
)
_EFFECTS = (
    ("élimination", re.compile(r"\b(?:rejete|elimine|ecarte|exclu|irrecevable)")),
    ("irrégularité", re.compile(r"\birreguli")),
)
_BOUND = (
    ("titulaire", re.compile(r"\b(?:titulaire|attributaire|prestataire)\b")),
    ("candidats", re.compile(r"\b(?:candidat|soumissionnaire|concurrent|groupement|offre|pli|candidature)")),
    ("acheteur", re.compile(r"\b(?:acheteur|pouvoir adjudicateur|maitre d'ouvrage|collectivite)\b")),
)
_SHORT = 30  # characters: titles and cells of tables are no sentences
_NEAR = 6  # lines around a sentence whose quotes may have come from it


KEPT = "CLA-02"


@rule(KEPT, "les phrases qui commandent et dont aucune autre règle n'a rien lu, gardées telles quelles")
def unread(r: Reading) -> None:
    quoted: dict[int, list[str]] = defaultdict(list)
    for found in r.found:
        quoted[found.quote.line].append(_plain(found.quote.words))
    for start, end in r.notes.get("read_too", []):
        quoted[r.flow.line_at(start).number].append(_plain(r.flow.text[start:end]))
    kept: dict[str, tuple[int, int]] = {}
    for at, stop, part in list(r.sentences()):
        line = r.flow.line_at(at)
        if line.cells or line.heading or not _COMMANDS.search(part):
            continue
        start, end = r.flow.extent(at, max(at, stop - 1))
        said = _plain(r.flow.text[start:end])
        near = [
            words
            for number in range(line.number - _NEAR, line.number + _NEAR + 1)
            for words in quoted[number]
        ]
        if r.flow.text[start:end].rstrip().endswith(":"):  # it opens a list, which was read on its own
            continue
        if len(said) >= _SHORT and not any(said in words or (words and words in said) for words in near):
            kept.setdefault(said, (start, end))
    taken = r.notes.get("clauses", set())  # of an RC that keeps such sentences already
    ranks = (rank for rank in itertools.count(1) if f"phrase-{rank}" not in taken)
    for rank, (start, end) in zip(ranks, kept.values(), strict=False):
        words = r.flow.folded[start:end]
        value: dict[str, object] = {
            "id": f"phrase-{rank}",
            "topic": _topic(r, start),
            "rule": " ".join(r.flow.text[start:end].split()).strip(" -✓•*"),
            "effect": next((name for name, cue in _EFFECTS if cue.search(words)), "obligation"),
            "bound": next((name for name, cue in _BOUND if cue.search(words)), ""),
        }
        if cited := articles(r.flow.text[start:end]):
            value["legal_basis"] = list(cited)
        r.add(f"clauses[{value['id']}]", value, (start, end), 0.6)


def _plain(words: str) -> str:
    """Words alone: a quote is cut short, and its blanks and signs are not always those of the text."""
    return " ".join(re.findall(r"\w+", fold(words)))


def _topic(r: Reading, offset: int) -> str:
    """The title of the article a sentence stands in."""
    index = r.flow.index_at(offset)
    around = [section for section in r.sections if section.start <= index < section.end and section.title]
    innermost = max(around, key=lambda section: section.start, default=None)
    return " ".join(innermost.title.lower().split()).strip(" .:-–•✓") if innermost else "à relire"
