"""What the rules name must be declared: lots, pieces, documents, tranches, price lines, figures, events."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from difflib import SequenceMatcher, get_close_matches
from typing import ClassVar

from reglo.procurement.award import AwardCriterion, Input, PriceLine, PriceSheet, Quote
from reglo.procurement.consultation import (
    BidValidity,
    OpenPoint,
    ProcurementDocument,
    Term,
    Visit,
)
from reglo.procurement.deadlines import EVENTS
from reglo.procurement.findings import Finding, Severity
from reglo.procurement.folding import folded
from reglo.procurement.pieces.conditions import DERIVED, bare, fact_words
from reglo.procurement.requirements import Piece, PiecePart
from reglo.procurement.rules_file.checks.walking import Walk, at, hint

_OFFICIAL_FORM = re.compile(r"libre|DUME|(?:DC|NOTI|OUV|ATTRI|EXE)\d{1,2}")
_FACTS_COMPARED = 200  # of the rules: comparing takes time
_DEADLINES = dict.fromkeys(("candidacy_deadline", "submission_deadline", "final_bids_deadline"))


class UnknownReference(Finding):
    """The common words of the faults below; each names what it looked for."""

    what: ClassVar[str] = ""
    cause = "« {key} » désigne {what} « {name} », que les règles ne déclarent pas."
    mend = "{hint}"


class UnknownLot(UnknownReference):
    code, what = "REF-01", "le lot"


class UnknownPiece(UnknownReference):
    code, what = "REF-02", "la pièce"


class UnknownDocument(UnknownReference):
    code, what = "REF-03", "le document"


class UnknownTranche(UnknownReference):
    code, what = "REF-04", "la tranche"


class UnknownPriceLine(UnknownReference):
    code, what = "REF-05", "la ligne de prix"


class UnknownInput(UnknownReference):
    code, what = "REF-06", "le chiffre de l'offre"


class UnknownEvent(UnknownReference):
    code, what = "REF-07", "l'événement"


class UnknownDefault(UnknownReference):
    code, what = "REF-08", "la lecture"


class FedTwice(Finding):
    code = "REF-13"
    cause = "« {figure} » reçoit le total du cadre « {sheet} » et encore {lines} de ses lignes."
    mend = "Gardez « total_feeds » sur le cadre, ou « feeds » sur ses lignes, pas les deux."


class MisspeltCondition(Finding):
    code = "REF-12"
    cause = "La condition « {condition} » n'est pas un fait connu, et en est très proche : « {near} »."
    mend = "Vouliez-vous « {near} » ? Écrivez toujours un même fait avec les mêmes mots."


def _unknown(
    cause: type[UnknownReference], path: str, key: str, named: str | Iterable[str], known: Mapping[str, None]
) -> Iterator[Finding]:
    """A fault for each of the names (one, or a list) that is not among the ``known`` ones, kept in order."""
    names = [(key, named)] if isinstance(named, str) else [(f"{key}[{i}]", n) for i, n in enumerate(named)]
    for below, name in names:
        if name and name not in known:
            facts: dict[str, object] = {"key": key, "what": cause.what, "name": name}
            yield cause(facts={**facts, "hint": hint(name, known)}, place=at(path, below))


def lots(walk: Walk) -> Iterator[Finding]:
    ids = dict.fromkeys(lot.id for lot in walk.rules.lots)
    for path, group in walk.groups:
        named = getattr(group, "lots", ())
        if group is not walk.rules and all(isinstance(name, str) for name in named):
            yield from _unknown(UnknownLot, path, "lots", named, ids)


def pieces(walk: Walk) -> Iterator[Finding]:
    known = dict.fromkeys(piece.code for piece in walk.rules.pieces)
    known |= dict.fromkeys(part.code for _, part in walk.of_type(PiecePart) if part.code)
    for path, group in walk.groups:
        match group:
            case Piece():
                yield from _unknown(UnknownPiece, path, "instead_of", group.instead_of, known)
            case Visit():
                yield from _unknown(UnknownPiece, path, "pieces", group.pieces, known)
            case PriceSheet():
                yield from _unknown(UnknownPiece, path, "piece", group.piece, known)
            case Input():
                yield from _unknown(UnknownPiece, path, "from_document", group.from_document, known)
            case AwardCriterion() if known:
                code = re.match(r"[\w-]*", group.judged_on)
                yield from _unknown(UnknownPiece, path, "judged_on", code.group() if code else "", known)


def documents(walk: Walk) -> Iterator[Finding]:
    known = dict.fromkeys(document.code for document in walk.rules.procurement_documents)
    for path, group in walk.groups:
        match group:
            case ProcurementDocument():
                yield from _unknown(UnknownDocument, path, "annex_of", group.annex_of, known)
            case Visit() if known:
                yield from _unknown(UnknownDocument, path, "bring", group.bring, known)
            case Piece() | PiecePart() if known and not _OFFICIAL_FORM.fullmatch(group.template):
                yield from _unknown(UnknownDocument, path, "template", group.template, known)


def price_lines(walk: Walk) -> Iterator[Finding]:
    """Tranches and figures that lines feed; lines that sample quotes price, once a sheet is detailed."""
    contract = walk.rules.contract
    tranches = dict.fromkeys(tranche.id for tranche in (contract.tranches if contract else ()))
    inputs = dict.fromkeys(figure.id for _, figure in walk.of_type(Input))
    lines = dict.fromkeys(line.ref for _, line in walk.of_type(PriceLine))
    for path, group in walk.groups:
        match group:
            case PriceLine():
                yield from _unknown(UnknownTranche, path, "tranche", group.tranche, tranches)
                yield from _unknown(UnknownInput, path, "feeds", group.feeds, inputs)
            case PriceSheet():
                yield from _unknown(UnknownInput, path, "total_feeds", group.total_feeds, inputs)
                again = sum(line.feeds == group.total_feeds for line in group.lines)
                if group.total_feeds and again:
                    facts: dict[str, object] = {"figure": group.total_feeds, "sheet": group.name or group.id}
                    yield FedTwice(facts=facts | {"lines": again}, place=at(path, "total_feeds"))
            case Quote() if lines:
                for index, line in enumerate(group.lines):
                    below = f"{path}.lines[{index}]"
                    yield from _unknown(UnknownPriceLine, below, "item", line.item, lines)


def events(walk: Walk) -> Iterator[Finding]:
    """Events are open (a person gives their day), but a near miss of a known one is a slip."""
    calendar = walk.rules.calendar
    known = dict.fromkeys(
        [*EVENTS, *(visit.id for visit in calendar.visits), *(term.id for term in calendar.terms)]
    )
    for path, group in walk.groups:
        match group:
            case Term() if group.of not in known and get_close_matches(group.of, known, 1, 0.85):
                yield from _unknown(UnknownEvent, path, "of", group.of, known)
            case BidValidity():
                yield from _unknown(UnknownEvent, path, "of", group.of, _DEADLINES)


def conditions(walk: Walk) -> Iterator[Finding]:
    """Facts are open (the bidder declares them), but a lot must be one, and a near miss is a slip.

    It blocks beside a fact known from the bid itself; beside another fact of the rules, a person looks.
    """
    lots = {folded(f"lot {lot.id}"): lot.id for lot in walk.rules.lots}
    said: dict[str, str] = {}  # fact -> as first written
    for path, group in walk.groups:
        if not isinstance(group, Piece | PiecePart):
            continue
        for index, condition in enumerate(group.when):
            fact, _ = bare(condition)
            place = at(path, f"when[{index}]")
            if fact in DERIVED or fact in lots or fact in said:
                continue
            if numbered := re.fullmatch(r"lot (\w+)", fact):
                yield from _unknown(
                    UnknownLot, path, f"when[{index}]", numbered[1], dict.fromkeys(lots.values())
                )
            elif near := _slip_of(fact, DERIVED):
                yield MisspeltCondition(facts={"condition": condition, "near": near}, place=place)
            elif len(said) <= _FACTS_COMPARED and (near := _slip_of(fact, said)):
                facts: dict[str, object] = {"condition": condition, "near": near}
                yield MisspeltCondition(facts=facts, place=place, severity=Severity.TO_CHECK)
            else:
                said[fact] = fact_words(condition)


def _slip_of(fact: str, known: Mapping[str, str]) -> str:
    """The known fact that these words write badly, "" when there is none: word for word, long words alike."""
    words = fact.split()
    for other, written in known.items():
        theirs = other.split()
        if len(theirs) == len(words) and all(map(_alike, words, theirs)):
            return written
    return ""


def _alike(one: str, other: str) -> bool:
    long = min(len(one), len(other)) > 4  # "qualification A" is not "qualification B"
    return one == other or (long and SequenceMatcher(None, one, other).ratio() > 0.84)


def defaults(walk: Walk) -> Iterator[Finding]:
    for path, point in walk.of_type(OpenPoint):
        choices = dict.fromkeys(choice.id for choice in point.choices)
        yield from _unknown(UnknownDefault, path, "default", point.default, choices)
