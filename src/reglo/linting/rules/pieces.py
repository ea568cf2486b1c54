"""Pieces, page limits, documents (legal-rules §5.1, §10)."""

from __future__ import annotations

import re
from collections.abc import Iterator

from reglo.linting.fault import Draft, Fault, Passage, check, found, read
from reglo.procurement.award import PriceSheet
from reglo.procurement.findings import Severity
from reglo.procurement.folding import folded
from reglo.procurement.french import counted
from reglo.procurement.requirements import Folder, PageLimit, Piece, PiecePart, Sanction


class AskedTwice(Fault):
    rule, code = "L-06", "LINT-06"
    default_severity = Severity.TO_CHECK
    title = "Pièce demandée dans deux dossiers, ou numérotée deux fois"
    cause = "{problem}"
    why = "Un candidat ne sait pas où la mettre ; son absence dans un dossier aurait deux sanctions."
    mend = "Demandez la pièce une fois, dans un seul dossier, sous un seul code."
    source = "CCP R.2143-3, R.2151-1 ; CE 22 mai 2019, n° 426763"


def _asked(piece: Piece) -> Iterator[tuple[str, str]]:
    """What a piece asks for: (key to compare, words)."""
    items: tuple[Piece | PiecePart, ...] = (piece, *piece.parts)
    for item in items:
        if item.template and item.template not in ("libre", "DC1", "DC2", "DC4"):
            yield item.template, f"le document {item.template}"
        else:
            yield folded(item.name), f"« {item.name} »"


def _named(piece: Piece) -> str:
    return f"{piece.code} ({'offre' if piece.folder is Folder.BID else 'candidature'})"


@check(AskedTwice)
def asked_twice(draft: Draft) -> Iterator[Fault]:
    asked: dict[str, Piece] = {}
    for index, piece in enumerate(draft.rules.pieces):
        for key, words in _asked(piece):
            other = asked.setdefault(key, piece)
            if other.folder is not piece.folder and not (other.at_award or piece.at_award):
                problem = f"{_named(other)} et {_named(piece)} demandent toutes deux {words}."
                yield found(AskedTwice, f"pieces[{index}]", piece, problem=problem)
                break


@check(AskedTwice)
def annex_of_the_commitment(draft: Draft) -> Iterator[Fault]:
    """An annex of the acte d'engagement belongs to the bid."""
    annexes = {it.code for it in draft.rules.procurement_documents if it.annex_of.upper() == "AE"}
    for index, piece in enumerate(draft.rules.pieces):
        if piece.folder is Folder.CANDIDACY and piece.template in annexes:
            problem = (
                f"{piece.template}, annexe de l'acte d'engagement, est demandée dans la candidature "
                f"({piece.code})."
            )
            yield found(AskedTwice, f"pieces[{index}]", piece, problem=problem)


class TwoLimits(Fault):
    rule, code = "L-07", "LINT-07"
    title = "Deux nombres pour une même limite"
    cause = "{problem}"
    why = "La limite la plus sévère ne peut être opposée quand une autre est écrite."
    mend = "N'écrivez qu'un nombre, avec sa sanction (page_limits: pages, beyond)."
    source = "TA Montreuil 28 juillet 2023, n° 2308306"


class LayoutUndefined(Fault):
    rule = code = "PIECES-01"
    default_severity = Severity.TO_CHECK
    title = "Limite de pages sans présentation définie"
    cause = "Passer {pages} est sanctionné, sans que le format ni le corps du texte soient définis."
    why = "Une limite de pages n'est opposable que si le règlement définit la page."
    mend = "Définissez la page (A4, corps, interligne), ou retirez la sanction."
    source = "TA Poitiers 6 octobre 2023, n° 2302509"


def _page_limits(draft: Draft) -> Iterator[tuple[str, Piece, PageLimit]]:
    for index, piece in enumerate(draft.rules.pieces):
        for rank, limit in enumerate(piece.page_limits):
            yield f"pieces[{index}].page_limits[{rank}]", piece, limit


@check(TwoLimits)
def page_limits(draft: Draft) -> Iterator[Fault]:
    for path, piece, limit in _page_limits(draft):
        if limit.read_up_to is not None and limit.read_up_to != limit.pages:
            pages, read = counted(limit.pages, "page"), limit.read_up_to
            problem = f"La pièce {piece.code} est limitée à {pages}, et n'est pas lue après la page {read}."
            yield found(TwoLimits, path, limit if limit.source else piece, problem=problem)


@check(TwoLimits)
def reference_limits(draft: Draft) -> Iterator[Fault]:
    capacity = draft.rules.capacity
    maxima = {it.maximum for it in capacity.references if it.maximum} if capacity else set()
    for index, piece in enumerate(draft.rules.pieces):
        if piece.max_references and maxima and piece.max_references not in maxima:
            said = " ou ".join(str(maximum) for maximum in sorted(maxima))
            problem = f"La pièce {piece.code} admet {piece.max_references} références, les capacités {said}."
            yield found(TwoLimits, f"pieces[{index}].max_references", piece, problem=problem)


@check(LayoutUndefined)
def layout(draft: Draft) -> Iterator[Fault]:
    for path, piece, limit in _page_limits(draft):
        if limit.beyond is not Sanction.NONE and not limit.layout:
            yield found(
                LayoutUndefined, path, limit if limit.source else piece, pages=counted(limit.pages, "page")
            )


class DocumentOutOfTheList(Fault):
    rule, code = "L-25", "LINT-25"
    default_severity = Severity.TO_CHECK
    title = "Document cité et absent du dossier, ou listé et jamais jugé"
    cause = "{problem}"
    why = "Une règle de notation ou de correction qui vise un document inconnu ne peut être appliquée."
    mend = "Ajoutez le document à la liste, corrigez son nom, ou dites à quoi il sert."
    source = "CCP R.2132-1, R.2152-11"


_NAMED = {
    r"détail (quantitatif )?estimatif|\bDQE\b": "un détail estimatif",
    r"état des prix forfaitaires": "un état des prix forfaitaires",
    r"scénario fictif|simulation de commande": "un scénario de commande",
    r"bordereau des? prix|\bBPU\b": "un bordereau des prix",
    r"\bDPGF\b|décomposition du prix global": "une décomposition du prix",
}


_JUDGING = re.compile(
    r"discordance|incohérence|rectifi|prévau|jugement|critère|pris en compte|\bnotes?\b", re.IGNORECASE
)


@check(DocumentOutOfTheList)
def named_but_not_listed(draft: Draft) -> Iterator[Fault]:
    rules = draft.rules
    sheets = rules.prices.sheets if rules.prices else ()
    names = [f"{it.code} {it.name}" for it in rules.procurement_documents]
    names += [f"{it.code} {it.name}" for it in rules.pieces]
    listed = " ".join([*names, *(f"{sheet.kind} {sheet.name}" for sheet in sheets)])
    if not rules.procurement_documents:
        return
    for pattern, words in _NAMED.items():
        if re.search(pattern, listed, re.I):
            continue
        problem = f"La règle nomme {words}, absent de la liste des documents."
        for path, sentence, source in draft.sentences:
            if re.search(pattern, sentence, re.I):
                yield found(DocumentOutOfTheList, path, source, problem=problem)
        for passage in draft.passages:
            at = re.search(pattern, passage.words, re.I)
            if at and _JUDGING.search(passage.words):
                yield read(DocumentOutOfTheList, passage, at, problem=problem)
                break


_PRICE_LISTS = {
    r"bordereaux? (de |des )?prix( unitaires?)?|\bB\.?P\.?U\b": "Un bordereau des prix",
    r"détail (quantitatif )?estimatif|\bD\.?Q\.?E\b": "Un détail estimatif",
}


@check(DocumentOutOfTheList)
def listed_once(draft: Draft) -> Iterator[Fault]:
    """A price list the RC names once, in its list of documents, judges nothing."""
    listed = " ".join(f"{it.code} {it.name}" for it in draft.rules.procurement_documents)
    for pattern, words in _PRICE_LISTS.items():
        lines = _lines(pattern, draft.passages)
        if re.search(pattern, listed, re.I) and len(lines) == 1:
            passage, at = lines[0]
            problem = f"{words} est dans la liste des documents, et rien n'en parle ensuite."
            yield read(DocumentOutOfTheList, passage, at, problem=problem)


def _lines(pattern: str, passages: tuple[Passage, ...]) -> list[tuple[Passage, re.Match[str]]]:
    """The lines that name something; a passage holds its line and the next one."""
    seen: list[tuple[Passage, re.Match[str]]] = []
    for passage in passages:
        at = re.search(pattern, passage.line, re.I)
        if at:
            seen.append((passage, at))
    return seen


@check(DocumentOutOfTheList)
def listed_but_never_judged(draft: Draft) -> Iterator[Fault]:
    prices = draft.rules.prices
    quotes = (quote for judged in draft.rules.judged for quote in judged.award.quotes)
    quoted = {line.item for quote in quotes for line in quote.lines}
    for index, sheet in enumerate(prices.sheets if prices else ()):
        if not _feeds(sheet, quoted):
            name = sheet.name or sheet.kind.value
            problem = f"« {name} » est demandé, et aucun de ses prix n'entre dans le jugement."
            yield found(DocumentOutOfTheList, f"prices.sheets[{index}]", sheet, problem=problem)


def _feeds(sheet: PriceSheet, quoted: set[str]) -> bool:
    return bool(sheet.total_feeds) or any(line.feeds or line.ref in quoted for line in sheet.lines)
