"""What a company needs to know of a consultation, on one page: when, what, how it is judged, what kills."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date
from fractions import Fraction

from reglo.procurement.award import Award, AwardCriterion, InputKind
from reglo.procurement.brief_contract import Line as Line
from reglo.procurement.brief_contract import contract_lines
from reglo.procurement.consultation import Consultation, OpenPoint, TermAbout, Visit
from reglo.procurement.deadlines import calendar_of
from reglo.procurement.deadlines.entries import Entry
from reglo.procurement.findings import Refused, Severity
from reglo.procurement.folding import as_typed
from reglo.procurement.formulas.homogeneity import is_scale_free
from reglo.procurement.formulas.methods import Plan, criteria_below, plan_of
from reglo.procurement.french import counted, french_day
from reglo.procurement.observations import Observation, Report
from reglo.procurement.question_words import in_words
from reglo.procurement.requirements import Folder, OwedBy, Piece, Sanction
from reglo.procurement.values import Instant, format_number

_STEPS = 48  # halvings: the cost of a point to a billionth of the price
_CLOSE = Fraction(1, 1000)  # of a point
_OWED_FR = {
    OwedBy.EACH_MEMBER: "chaque membre",
    OwedBy.MANDATARY: "mandataire",
    OwedBy.EACH_SUBCONTRACTOR: "chaque sous-traitant",
    OwedBy.EACH_NAMED_PERSON: "chaque personne nommée",
}


@dataclass(frozen=True, slots=True)
class Criterion:
    """A criterion or sub-criterion, ``depth`` 0 or more, with its points of the total."""

    depth: int
    name: str
    points: Fraction
    lots: str = ""  # "Lot 2", when not all are judged alike


@dataclass(frozen=True, slots=True)
class PointCost:
    """What one point of price is worth: a rival this much below ``price`` makes it lose one point."""

    price: Fraction
    cost: Fraction
    lots: str = ""  # as a criterion's


@dataclass(frozen=True, slots=True, kw_only=True)
class Brief:
    """The page, in the order a company reads it."""

    reference: str
    title: str
    buyer: str
    url: str
    deadlines: tuple[tuple[str, Instant], ...]
    undecided: tuple[Line, ...]  # deadlines of which the documents say several, or none was read
    contract: tuple[Line, ...]  # lots, place, length, amounts, negotiation
    dates: tuple[Line, ...]  # last questions, answers, visits…
    pieces: tuple[tuple[str, tuple[Line, ...]], ...]  # by folder
    criteria: tuple[Criterion, ...]
    point_costs: tuple[PointCost, ...]
    eliminations: tuple[Line, ...]
    questions: tuple[Line, ...]  # to put to the buyer, the gravest first
    unread: tuple[str, ...] = ()  # what the program did not find in the RC it was given
    ask_by: date | None = None  # the last day of questions, otherwise of the first deadline


def brief_of(consultation: Consultation, report: Report, price: Fraction | None = None) -> Brief:
    """The page of a consultation. ``report``: what the linter found; ``price``: to cost a point at.

    Raises Refused for dates no calendar holds.
    """
    rules = consultation
    calendar = rules.calendar
    deadlines = (
        ("Candidatures", calendar.candidacy_deadline),
        ("Offres", calendar.submission_deadline),
        ("Offres finales", calendar.final_bids_deadline),
    )
    submission = rules.submission
    points = [one for one in report.left_open if _UNREAD.search(one.question or one.finding.cause_text)]
    heard = replace(report, observations=tuple(_heard(rules.award, report, points)))
    return Brief(
        reference=_read(rules.reference, "non lue"),
        title=_read(rules.title, "Objet non lu"),
        buyer=_read(rules.buyer.name, "Acheteur non lu"),
        url=(submission.url if submission else "") or rules.buyer.profile_url,
        deadlines=tuple((label, instant) for label, instant in deadlines if instant is not None),
        undecided=tuple(line for point in rules.open_points for line in _undecided(point)),
        contract=tuple(contract_lines(rules)),
        dates=tuple(_dates(rules)),
        pieces=tuple(_pieces(rules)),
        criteria=() if _unread(rules.award) else tuple(_criteria(rules)),
        point_costs=tuple(_point_costs(rules, price)) if price else (),
        eliminations=tuple(_eliminations(rules)),
        questions=tuple(questions(heard)),
        unread=tuple(_missing(points)),
        ask_by=_ask_by(rules),
    )


# --- What the reading of an RC left to fill in ---------------------------------------------------

_TO_FILL = ("À COMPLÉTER", "A-COMPLETER")  # written where nothing was read
_OF_CRITERIA = ("L-09", "L-10", "L-11", "L-22", "L-23", "CR-02", "CR-03", "CR-08")
_UNREAD = re.compile(
    r"n'a (?:pas )?été lue?\b|ne l'a pas lu|n'est qu'un emplacement|Les règles écrites n'en ont"
)


def _read(text: str, otherwise: str) -> str:
    return otherwise if text in _TO_FILL else text


def _unread(award: Award) -> bool:
    return any(criterion.name in _TO_FILL for criterion in award.criteria)


def _heard(award: Award, report: Report, unread: Collection[Observation]) -> Iterator[Observation]:
    """The observations a buyer can answer: none of what was not read, of the law's own days."""
    for one in report.observations:
        of_criteria = _unread(award) and one.rule in _OF_CRITERIA
        of_the_law = one.finding.code == "CAL-06" and not one.finding.article
        lawful = one.finding.code == "DELAI-02"  # no day to spare: the buyer's concern, not a company's
        if one not in unread and not of_criteria and not of_the_law and not lawful:
            yield one


def _missing(unread: Iterable[Observation]) -> Iterator[str]:
    """What to look for in the RC, a sentence each."""
    for one in unread:
        said = (one.question or one.finding.cause_text).partition(" : la note")[0]
        first = re.split(r"(?<=[.?]) ", said)[0].rstrip(".")
        if not any(mark in first for mark in _TO_FILL):
            yield f"{first}."


# --- Dates --------------------------------------------------------------------------------------

_LIMITS = {
    "calendar.candidacy_deadline": "Candidatures",
    "calendar.submission_deadline": "Offres",
    "calendar.final_bids_deadline": "Offres finales",
}


_VISIT_AT = re.compile(r"calendar\.visits\[[^\]]*\]\.at$")


def _undecided(point: OpenPoint) -> Iterator[Line]:
    """A deadline of which several readings are open, or which was found nowhere."""
    if point.decided_by or point.decided_on:
        return
    if point.id == "date-limite":  # of the reader
        yield Line("Date limite non lue par Réglo : cherchez-la dans le document")
    for path, label in _LIMITS.items():
        given = [str(choice.set[path]) for choice in point.choices if path in choice.set]
        if len(given) > 1:
            said = " ou ".join(in_words(instant) for instant in dict.fromkeys(given))
            yield Line(f"{label} : {said}, selon l'endroit ; tenez la plus proche", ", ".join(point.sources))


def _terms(rules: Consultation) -> Iterator[tuple[TermAbout, Entry, date]]:
    """The dates of the RC's own terms, in order."""
    abouts = {f"term:{term.id}": term.about for term in rules.calendar.terms}
    try:
        entries = calendar_of(rules).entries
    except Refused:  # older than the code: only the dates it writes are known
        entries = ()
    for entry in entries:
        if entry.on is not None and entry.id in abouts:
            yield abouts[entry.id], entry, entry.on


def _ask_by(rules: Consultation) -> date | None:
    last = [on for about, _, on in _terms(rules) if about is TermAbout.QUESTIONS]
    limits = (rules.calendar.candidacy_deadline, rules.calendar.submission_deadline)
    return min(last or [limit.day for limit in limits if limit], default=None)


def _dates(rules: Consultation) -> Iterator[Line]:
    wanted = (TermAbout.QUESTIONS, TermAbout.ANSWERS, TermAbout.VISIT_BOOKING, TermAbout.VISIT_LAST)
    for about, entry, on in _terms(rules):
        if about in wanted:
            yield Line(f"{entry.title} : {french_day(on)}", entry.source)
    asked = [point for point in rules.open_points if not (point.decided_by or point.decided_on)]
    unsure = any(
        point.id == "date-de-visite" or any(_VISIT_AT.match(path) for it in point.choices for path in it.set)
        for point in asked
    )
    for visit in rules.calendar.visits:
        yield Line(_visit(visit, unsure=unsure), visit.source)
    validity = rules.calendar.bid_validity
    if validity is not None:
        yield Line(f"Offre valable {validity.period}", validity.source)


def _visit(visit: Visit, *, unsure: bool) -> str:
    when = (
        f"le {visit.at.french}"
        if visit.at
        else "date à voir dans le règlement"
        if unsure
        else "sur rendez-vous"
    )
    duty = "obligatoire" if visit.compulsory else "facultative"
    who = visit.contacts[0] if visit.contacts else None
    contact = ", ".join(part for part in (who.name, *who.phones[:1], who.email) if part) if who else ""
    return f"Visite {duty}{visit.whose}, {when}" + (f" ({contact})" if contact else "")


# --- Pieces -------------------------------------------------------------------------------------


def _pieces(rules: Consultation) -> Iterator[tuple[str, tuple[Line, ...]]]:
    folders = ((Folder.CANDIDACY, "Candidature"), (Folder.BID, "Offre"))
    for folder, name in folders:
        due = [piece for piece in rules.pieces if piece.folder is folder and not piece.at_award]
        if due:
            yield name, tuple(Line(_piece(piece), piece.source) for piece in due)
    later = [piece for piece in rules.pieces if piece.at_award]
    if later:
        yield "Si vous êtes retenu", tuple(Line(_piece(piece), piece.source) for piece in later)


def _piece(piece: Piece) -> str:
    """A piece with what limits it: condition, who owes it, pages, signature.

    >>> _piece(Piece(code="O3", name="Mémoire", folder=Folder.BID, optional=True))
    'O3 Mémoire (facultatif)'
    """
    said = ["facultatif"] if piece.optional else []
    said += [f"si {condition}" for condition in piece.when]
    said += [_OWED_FR[piece.owed_by]] if piece.owed_by in _OWED_FR else []
    said += ["par lot"] if piece.per_lot else []
    said += [counted(limit.pages, "page") for limit in piece.page_limits]
    said += ["signé"] if piece.signature.value != "none" else []
    said += ["éliminatoire"] if piece.if_missing is Sanction.ELIMINATED else []
    return f"{piece.code} {piece.name}" + (f" ({', '.join(said)})" if said else "")


# --- Criteria and the cost of a point -----------------------------------------------------------


def _criteria(rules: Consultation) -> Iterator[Criterion]:
    for judged in rules.judged:
        try:
            plan = plan_of(judged.award)
        except Refused:
            continue
        lots = judged.title if rules.award.for_lots else ""
        for path, criterion in criteria_below(judged.award.criteria):
            depth = path.count(".criteria[") - 1
            yield Criterion(depth, criterion.name, plan.maxima[criterion.id], lots)


def _point_costs(rules: Consultation, price: Fraction) -> Iterator[PointCost]:
    for judged in rules.judged:
        cost = point_cost(judged.award, price)
        if cost is not None:
            yield replace(cost, lots=judged.title if rules.award.for_lots else "")


def point_cost(award: Award, price: Fraction) -> PointCost | None:
    """How much cheaper one point is, at that price; None when the formula or the price cannot say.

    Every price of a bid moves in the same proportion. The cost is the gap with the cheapest rival that
    loses one point: lowering the price by it wins the point back.
    Under ``N * lowest(x) / x`` it is the price divided by N.
    """
    try:
        plan = plan_of(award)
    except Refused:
        return None
    leaves = [
        leaf for _, leaf in criteria_below(award.criteria) if not leaf.criteria and _on_price(leaf, plan)
    ]
    maximum = sum((plan.maxima[leaf.id] for leaf in leaves), Fraction(0))
    if not leaves or maximum <= 1 or price <= 0:
        return None
    low, high = Fraction(1, 1000), Fraction(1)
    for _ in range(_STEPS):
        middle = Fraction((low + high) / 2)
        marks = _marks(leaves, plan, middle)
        if marks is None:
            return None
        low, high = (middle, high) if marks < maximum - 1 else (low, middle)
    marks = _marks(leaves, plan, high)
    if marks is None or abs(marks - (maximum - 1)) > _CLOSE:
        return None
    return PointCost(price, price * (1 - high))


def _on_price(leaf: AwardCriterion, plan: Plan) -> bool:
    """Whether a criterion is marked from sums of money alone, whatever their level."""
    formula = plan.formulas[leaf.id]
    read = plan.read_by(formula) - plan.values.keys()
    numbers = {one.id for one in plan.award.inputs if one.kind is not InputKind.MONEY}
    money = bool(read) and not formula.uses_level and not read & numbers
    return money and is_scale_free(formula, plan.values)


def _marks(leaves: list[AwardCriterion], plan: Plan, share: Fraction) -> Fraction | None:
    """The marks of price of a bid, facing one whose prices are all that share of its own."""
    from reglo.procurement.formulas.expression import Columns

    total = Fraction(0)
    for leaf in leaves:
        read = plan.read_by(plan.formulas[leaf.id]) - plan.values.keys()
        columns: dict[str, list[Fraction | None]] = {name: [Fraction(1), share] for name in read}
        lot = Columns(2, columns, plan.maxima[leaf.id])
        for name, value in plan.values.items():
            if value.names <= columns.keys():
                columns[name] = list(value.run(lot))
        mark = next(iter(plan.formulas[leaf.id].run(lot)))
        if mark is None:
            return None
        total += mark
    return total


# --- What kills, what to ask --------------------------------------------------------------------


def _eliminations(rules: Consultation) -> Iterator[Line]:
    review = rules.review
    for ground in review.eliminations if review else ():
        after = " (après une demande)" if ground.after_demand else ""
        said = [] if as_typed(ground.ground) in as_typed(ground.text) else [ground.ground]
        said += [f"« {ground.text} »"] if ground.text else []
        yield Line(" ".join(said) + after, ground.source)
    yield from _sanctions(rules)
    for competence in rules.capacity.competences if rules.capacity else ():
        if competence.if_missing is Sanction.ELIMINATED:
            yield Line(f"Compétence absente : {competence.name}", competence.source)
    for visit in rules.calendar.visits:
        if visit.compulsory and visit.if_missed is not Sanction.NONE:
            yield Line(f"Visite obligatoire non faite{visit.whose}", visit.source)


def _sanctions(rules: Consultation) -> Iterator[Line]:
    """What the rules eliminate for elsewhere than in their list of grounds, and the list does not say."""
    listed = " ".join(
        as_typed(it.ground + it.text) for it in (rules.review.eliminations if rules.review else ())
    )
    submission, capacity = rules.submission, rules.capacity
    exclusivity = rules.grouping.exclusivity if rules.grouping else None
    if submission and submission.late is Sanction.ELIMINATED and not re.search(_LATE, listed):
        yield Line("Pli arrivé après la date limite", submission.source)
    if capacity and capacity.if_insufficient is Sanction.ELIMINATED and "capacit" not in listed:
        yield Line("Capacités insuffisantes", capacity.source)
    if exclusivity and exclusivity.sanction and "groupement" not in listed and "plusieurs" not in listed:
        yield Line("Même entreprise dans plusieurs offres", exclusivity.source)


_LATE = r"limite|delai|tardi|hors delai"


def questions(report: Report) -> Iterator[Line]:
    """The questions to put to the buyer, the gravest first: what is unlawful, contradictory, left open."""
    asked: set[str] = set()
    about: set[tuple[str, str]] = set()  # a question drafted from a finding is put once per rule and article
    graves = [*report.of(Severity.BLOCKING), *report.of(Severity.TO_CHECK)]
    for one in (*graves, *report.left_open):
        question, subject = _question(one), (one.rule, one.finding.article)
        if question in asked or (not one.point and subject in about):
            continue
        asked.add(question)
        about.add(subject)
        yield Line(question, "" if _LAW.match(one.finding.article) else one.finding.article)


_LAW = re.compile(r"\b(CCP|CJA|CE|CJUE|CJCE|CAA|TA|directive)\b.*")


def _question(one: Observation) -> str:
    """An open point is a question already; a finding is turned into one."""
    if one.point:
        said = in_words(one.question or one.finding.cause_text)
        said = said.replace("Lequel inscrire ?", "Lequel est le bon ?")  # what the reader asks its user
        return said if "?" in said else f"{said} Que faut-il comprendre ?"
    law = _LAW.search(type(one.finding).source) or _LAW.match(one.finding.article)
    asked = f"Au regard de {law.group()}, pouvez-vous" if law else "Pouvez-vous"
    return f"{one.finding.cause_text} {asked} corriger ou confirmer ?"


def price_words(cost: PointCost) -> str:
    """What a point costs, in words.

    >>> price_words(PointCost(Fraction(500), Fraction(10)))
    'À 500 €, un point de prix vaut 10 € : face à une offre moins chère de 10 €, vous le perdez.'
    """
    price, gap = (format_number(it, 0).replace(" ", "\u00a0") for it in (cost.price, cost.cost))
    whose = f"{cost.lots} : à" if cost.lots else "À"
    return (
        f"{whose} {price} €, un point de prix vaut {gap} € : "
        f"face à une offre moins chère de {gap} €, vous le perdez."
    )


def asking(ask_by: date | None, today: date) -> str:
    """The title of the questions, with the day they must be put by.

    >>> asking(date(2026, 1, 3), date(2026, 1, 3)), asking(None, date(2026, 1, 1))
    ("À demander à l'acheteur au plus tard le 03/01/2026", "À demander à l'acheteur")
    >>> asking(date(2026, 1, 3), date(2026, 1, 4))
    "À demander à l'acheteur : trop tard depuis le 03/01/2026"
    """
    title = "À demander à l'acheteur"
    if ask_by is None:
        return title
    return f"{title} {'au plus tard' if today <= ask_by else ': trop tard depuis'} le {french_day(ask_by)}"


def days_left(day: date, today: date) -> str:
    """Days left, in words.

    >>> days_left(date(2026, 1, 3), date(2026, 1, 1)), days_left(date(2026, 1, 1), date(2026, 1, 2))
    ('dans 2 jours', 'passé depuis 1 jour')
    """
    days = (day - today).days
    if days == 0:
        return "aujourd'hui"
    count = counted(abs(days), "jour")
    return f"dans {count}" if days > 0 else f"passé depuis {count}"
