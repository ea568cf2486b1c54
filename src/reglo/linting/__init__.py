"""What is wrong in a consultation before it is published: ``lint`` (legal-rules §2 to §6 and §10).

The rules are in ``rules``, one small function each. What the calendar and the invariants of formulas
find is taken as it is. An open point that names a rule of the list (« L-08 ») is that fault, recorded
by whoever read the RC. ``justify:`` silences a finding; its reason is kept and shown.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import date

from reglo.linting.fault import CHECKS, RULES, Draft, Fault, Passage, article_names, paths_of
from reglo.linting.rules import calendar as calendar_rules
from reglo.linting.rules import candidacies, clauses, criteria, deposits, pieces, procedure, texts, wordings
from reglo.linting.unread import certain, spoken_of
from reglo.procurement.consultation import Consultation, OpenPoint
from reglo.procurement.deadlines import calendar_of
from reglo.procurement.deadlines.findings import NoMinimumFigure
from reglo.procurement.findings import Finding, Place, Severity
from reglo.procurement.formulas import invariants
from reglo.procurement.law import CODE_SINCE
from reglo.procurement.observations import NEWEST, Observation, Report
from reglo.procurement.question_words import in_words
from reglo.procurement.rules_file import Loaded
from reglo.procurement.rules_file.checks import line_at

__all__ = ["Observation", "Passage", "Report", "lint", "rule_classes"]

_MODULES = (calendar_rules, candidacies, clauses, criteria, deposits, pieces, procedure, texts, wordings)
_ORDER = {Severity.BLOCKING: 0, Severity.TO_CHECK: 1, Severity.INFORMATION: 2}


class OpenPointLeft(Fault):
    rule, code = "point ouvert", "LINT-90"
    default_severity = Severity.INFORMATION
    title = "Point laissé ouvert par le règlement"
    cause = "{question}"
    why = (
        "Ce que le règlement laisse ouvert ou contredit se tranche avant la publication, non après "
        "l'ouverture."
    )
    mend = "Tranchez, écrivez la règle, puis retirez le point (ou notez qui a décidé, et pourquoi)."


class JustifiedNothing(Fault):
    rule, code = "justify", "LINT-91"
    default_severity = Severity.INFORMATION
    title = "Justification sans objet"
    cause = "« justify » accepte « {finding} », que rien ne soulève."
    why = "Une justification qui ne vise rien trompe celui qui relit."
    mend = "Retirez-la, ou corrigez l'identifiant qu'elle vise."


class JustifiedWithoutReason(Fault):
    rule, code = "sans motif", "LINT-92"
    default_severity = Severity.TO_CHECK
    title = "Justification sans motif"
    cause = "« justify » accepte « {finding} » sans dire pourquoi : le constat demeure."
    why = "Un constat s'accepte avec son motif, que le juriste relira ; sans lui, il est seulement caché."
    mend = "Écrivez le motif (reason), ou retirez la justification."


def rule_classes() -> Mapping[str, type[Fault]]:
    """Every rule of the linter by the id people know."""
    own: tuple[type[Fault], ...] = (OpenPointLeft, JustifiedNothing, JustifiedWithoutReason)
    return {**RULES, **{kind.rule: kind for kind in own}}


def lint(loaded: Loaded, launch: date | None = None, passages: tuple[Passage, ...] = ()) -> Report:
    """Every fault of these rules under the law of the day the notice is sent.

    launch: that day, in place of the rules' own; without either, the law of the deadline stands for it,
    and the report says so. passages: the text of the RC the rules were read from, for what only words
    show (texts repealed, numbers, names). ``loaded`` must hold a consultation; ValueError otherwise.
    Rules older than the code are held to its first law, their calendar left alone; a ``launch`` before it
    raises Refused with ``DELAI-10``.
    Source: legal-rules §0, §2 to §6, §10.
    """
    rules = loaded.consultation
    if rules is None:
        raise ValueError("these rules could not be read; show loaded.faults")
    known = launch or rules.launch_date
    day = known or _assumed(rules)
    too_old = launch is None and day < CODE_SINCE
    if too_old:
        known, day = None, CODE_SINCE
    draft = Draft(rules, day, assumed=known is None, passages=passages)

    def find(rules: Consultation) -> list[Finding]:
        faults = _unique([fault for check in CHECKS for fault in check(replace(draft, rules=rules))])
        return [*faults, *(() if too_old else _calendar(rules, launch))]

    held = certain(find(rules), rules, find)
    observed = [_observed(finding, draft) for finding in (*held, *_formulas(rules))]
    observed = [_spoken_of(one, draft) for one in observed]
    observed = [_uncertain(one, draft) for one in _with_open_points(observed, draft)]
    observed = _justified(observed, rules)
    placed = [_placed(one, loaded, draft) for one in observed]
    placed.sort(key=lambda one: (_ORDER[one.weight], one.finding.place.line or 0, one.rule))
    return Report(
        reference=rules.reference,
        title=rules.title,
        buyer=rules.buyer.name,
        launch=draft.launch,
        assumed=draft.assumed,
        digest=loaded.digest,
        observations=tuple(placed),
    )


def _assumed(rules: Consultation) -> date:
    """The notice was sent before the first deadline; without one, the newest law."""
    deadlines = (rules.calendar.candidacy_deadline, rules.calendar.submission_deadline)
    return min((it.day for it in deadlines if it), default=NEWEST)


def _unique(faults: list[Fault]) -> list[Fault]:
    """The same sentence about the same article once."""
    known: dict[tuple[str, str, str], Fault] = {}
    for fault in faults:
        known.setdefault((fault.code, fault.cause_text, fault.article), fault)
    return list(known.values())


def _calendar(rules: Consultation, launch: date | None) -> Iterator[Finding]:
    """What the calendar finds, less that a procedure has no minimum in figures, which is no fault."""
    yield from (it for it in calendar_of(rules, launch).findings if not isinstance(it, NoMinimumFigure))


def _formulas(rules: Consultation) -> Iterator[Finding]:
    """INV-1 to INV-9; their own reading of ``justify`` is redone here, with the reason."""
    yield from invariants.check(replace(rules, justify=()))


# --- From findings to observations --------------------------------------------------------------


def _observed(finding: Finding, draft: Draft) -> Observation:
    if isinstance(finding, Fault):
        return Observation(rule=finding.rule, finding=finding, title=finding.title, why=finding.why)
    rule = calendar_rules.SAME_AS.get(finding.code, finding.code.replace("INV-0", "INV-"))
    known = RULES.get(rule)
    title, why = (known.title, known.why) if known else ("", "")
    return Observation(rule=rule, finding=_located(finding, draft), title=title, why=why)


def _spoken_of(one: Observation, draft: Draft) -> Observation:
    """A silence of the RC is none when it speaks of the matter: it is a point to read."""
    unread = spoken_of(one.finding, draft.passages, draft.rules)
    return replace(one, finding=unread, left_open=True) if unread else one


def _uncertain(one: Observation, draft: Draft) -> Observation:
    """A duty that depends on a day of launch nobody gave is to check, not forbidden."""
    if draft.assumed and isinstance(one.finding, Fault) and one.finding.duty:
        return replace(one, finding=replace(one.finding, severity=Severity.TO_CHECK))
    return one


def _located(finding: Finding, draft: Draft) -> Finding:
    """A finding of the calendar with the path of the rule it is about."""
    if finding.place.path:
        return finding
    path = calendar_rules.path_of(finding, draft.rules)
    group = dict(draft.walk.groups).get(path) if path != "calendar" else None
    article = finding.article or getattr(group, "source", "")
    return replace(finding, place=Place(path=path), article=article)


def _with_open_points(observed: list[Observation], draft: Draft) -> list[Observation]:
    """Open points join the finding that says the same of the same article, or stand on their own."""
    found = list(observed)
    for index, point in enumerate(draft.rules.open_points):
        if point.decided_by or point.decided_on:
            continue
        ids = [one for one in re.findall(r"L-\d\d", point.rule) if one in RULES] or _understood(point)
        if not ids:
            found.append(_left_open(point, index))
        for rule in ids:
            kind = RULES[rule]
            if kind.duty and not draft.applies(kind.duty):
                continue
            where = _same(found, rule, point)
            if where is None:
                found.append(_recorded(kind, point, index))
            elif not found[where].point:
                found[where] = replace(found[where], question=in_words(point.question), point=point.id)
    return found


# what the choices of a point set, when its rule is not said -> the rule it records
_SETS = (
    (r"grouping\.form", "L-13"),
    (r"submission\.(successive_deposits|one_pli|separate_lots)", "L-08"),
    (r"\.page_limits\b|^calendar\.(?:\w+_deadline|bid_validity\.period)$", "L-07"),
    (r"^pieces\[[^\]]*\]\.folder$", "L-06"),
    (r"^submission\.translation$", "L-02"),
    (r"^award\.price_basis$", "CR-02"),
    (r"^award\.ties", "L-11"),
)


def _understood(point: OpenPoint) -> list[str]:
    """The rule of a point that names none (the reader's), from what it leaves undecided."""
    if point.rule:
        return []
    known = [rule for pattern, rule in _SETS if any(re.search(pattern, path) for path in paths_of(point))]
    return known or (["L-09"] if re.search(r"\bformule\b", point.question, re.IGNORECASE) else [])


def _same(found: list[Observation], rule: str, point: OpenPoint) -> int | None:
    """The observation of that rule about one of the point's articles."""
    articles = set().union(*(article_names(source) for source in (*point.sources, point.source)))
    for index, one in enumerate(found):
        about = isinstance(one.finding, Fault) and one.finding.recorded
        if one.rule == rule and not about and articles & article_names(one.finding.article):
            return index
    return None


def _article(point: OpenPoint) -> str:
    return ", ".join(point.sources) or point.source


def _recorded(kind: type[Fault], point: OpenPoint, index: int) -> Observation:
    place = Place(path=f"open_points[{index}]")
    facts = {"readings": _choices(point)}
    finding = kind(recorded=in_words(point.question), article=_article(point), place=place, facts=facts)
    return Observation(rule=kind.rule, finding=finding, title=kind.title, why=kind.why, point=point.id)


def _choices(point: OpenPoint) -> str:
    labels = [choice.label for choice in point.choices]
    return "Choisissez : " + " ; ".join(labels) + "." if labels else "Tranchez, et écrivez la règle."


def _left_open(point: OpenPoint, index: int) -> Observation:
    facts = {"question": in_words(point.question)}
    finding = OpenPointLeft(facts=facts, article=_article(point), place=Place(path=f"open_points[{index}]"))
    kind = OpenPointLeft
    return Observation(
        rule=point.rule or kind.rule,
        finding=finding,
        title=kind.title,
        why=kind.why,
        point=point.id,
        left_open=True,
    )


def _justified(observed: list[Observation], rules: Consultation) -> list[Observation]:
    """Each observation with the justification that names it: by its rule, its code or its open point.

    One that gives an article of the RC (``source``) accepts what is found there, and nothing elsewhere.
    """
    kept, used = [], set()
    for one in observed:
        names = {one.rule, one.finding.code, one.point, *one.rule.split(", ")}
        names |= {name.replace("-0", "-") for name in names}
        articles = article_names(one.finding.article)
        about = (
            rank
            for rank, it in enumerate(rules.justify)
            if it.finding in names
            and it.reason.strip()
            and (not it.source.startswith("RC ") or article_names(it.source) & articles)
        )
        rank = next(about, None)
        used.add(rank)
        kept.append(replace(one, justification=None if rank is None else rules.justify[rank]))
    for index, said in enumerate(rules.justify):
        if index not in used:
            place = Place(path=f"justify[{index}]")
            kind = JustifiedNothing if said.reason.strip() else JustifiedWithoutReason
            fault = kind(facts={"finding": said.finding}, place=place, article=said.source)
            kept.append(Observation(rule=fault.rule, finding=fault, title=fault.title, why=fault.why))
    return kept


def _placed(one: Observation, loaded: Loaded, draft: Draft) -> Observation:
    """With the file and the line of its path, and the buyer's sentence there or just above."""
    if one.finding.place.file:  # a passage of the RC
        return replace(one, quote=str(one.finding.facts["words"]))
    path = one.finding.place.path
    quote = next((text for text in _texts(path, draft)), "")
    place = Place(file=loaded.file, line=line_at(path, loaded.lines), path=path)
    return replace(one, finding=replace(one.finding, place=place), quote=quote)


def _texts(path: str, draft: Draft) -> Iterator[str]:
    """The sentences kept at a path and above it, the nearest first; the root's is not one."""
    groups = dict(draft.walk.groups)
    while path:
        text = getattr(groups.get(path), "text", "")
        if text:
            yield text
        path = re.sub(r"(\.?[^.\[\]]+|\[\d+\])$", "", path)
