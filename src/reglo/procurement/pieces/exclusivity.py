"""Who is in several bids: the graph of operators, by SIREN, and what the RC attaches to it.

Source: CCP R.2142-21 and R.2151-7 (GR-04), R.2142-23 (GR-03), R.2142-4 (GR-05), R.2151-6 (one
tender per lot, CE 436532). Nobody is eliminated here: proposals, with the article.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from reglo.procurement.bid import Bid, Operator, Standing
from reglo.procurement.consultation import Consultation
from reglo.procurement.findings import Finding, Severity
from reglo.procurement.folding import folded
from reglo.procurement.judging.best_ranked import Rank, Solution, best_ranked_kept
from reglo.procurement.pieces.group_findings import (
    AllConcerned,
    BestAcrossLots,
    LeaderTwice,
    NotForbidden,
    OnlyBestKept,
    OutcomesDiffer,
    OutcomeSettled,
    RankedTogether,
    RankingNeeded,
    RepresentsTwice,
    SameNameWithoutSiren,
    SameTendererTwice,
    SanctionOpen,
    SubcontractorElsewhere,
    WithoutSiren,
)
from reglo.procurement.pieces.inventory import short_name
from reglo.procurement.pieces.slots import lots_text
from reglo.procurement.requirements import Exclusivity, ExclusivitySanction

_NOT_PRESENTED = {Standing.LATE, Standing.WITHDRAWN}  # never opened, or no longer there


@dataclass(frozen=True, slots=True)
class Conflict:
    """Bids the RC forbids together: one operator is a candidate in each. ``lot`` "": whole contract."""

    operator: Operator
    bids: tuple[str, ...]
    lot: str


@dataclass(frozen=True, slots=True)
class Exclusivities:
    """What was found across the bids; ``eliminated`` is what the RC's sanction proposes, by lot ("": all)."""

    conflicts: tuple[Conflict, ...]
    findings: tuple[Finding, ...]
    eliminated: Mapping[str, tuple[str, ...]]
    solutions: Mapping[str, Solution]  # by lot, when only the best ranked is kept

    @property
    def blocking(self) -> bool:
        return any(finding.weight is Severity.BLOCKING for finding in self.findings)


@dataclass(frozen=True, slots=True)
class _Candidate:
    """One bidder and the lots it bids for, whatever the number of its folders."""

    id: str
    bidder: str
    lots: frozenset[str]
    operators: tuple[Operator, ...]
    excluded: bool  # a person already decided to put it aside

    @property
    def members(self) -> tuple[Operator, ...]:
        return tuple(operator for operator in self.operators if operator.role != "sous-traitant")

    @property
    def composition(self) -> frozenset[str]:
        """Its members' identities: two candidates of one composition are one tenderer."""
        return frozenset(operator.siren or short_name(operator.name) for operator in self.members)


def conflicts(
    consultation: Consultation, bids: Iterable[Bid], rank_in: Mapping[str, Rank] | None = None
) -> Exclusivities:
    """Operators in several bids and what the RC proposes.

    rank_in: for each lot a ``Rank`` (see ``best_ranked``), needed when only the best ranked is kept.
    The order of the bids changes nothing.
    """
    candidates = _candidates(bids)
    rule = consultation.grouping.exclusivity if consultation.grouping else None
    found = list(_conflicts(candidates, rule))
    findings: list[Finding] = []
    eliminated: dict[str, tuple[str, ...]] = {}
    solutions: dict[str, Solution] = {}
    if rule is not None:
        findings += [_conflict_finding(conflict, candidates, rule) for conflict in found]
        pending = [conflict for conflict in found if not _decided(conflict, candidates, rule)]
        if rule.sanction is ExclusivitySanction.ALL_ELIMINATED:
            eliminated = _all_by_lot(pending)
        elif rule.sanction is ExclusivitySanction.BEST_RANKED_KEPT:
            best = _best_kept(consultation, rule, candidates, pending, rank_in or {}, eliminated, solutions)
            findings += best
        findings += _open_points(consultation) if pending else ()
    findings += _not_forbidden(candidates, rule)
    findings += _same_tenderer(candidates)
    findings += _leaders(candidates)
    findings += _representatives(candidates)
    findings += _subcontractors(candidates, rule)
    findings += _without_siren(candidates)
    weights = list(Severity)
    findings.sort(key=lambda finding: weights.index(finding.weight))
    return Exclusivities(tuple(found), tuple(findings), eliminated, solutions)


def ranked_together(consultation: Consultation, bids: Iterable[Bid]) -> tuple[Finding, ...]:
    """What a ranking must say of operators present in several of its bids against the RC (GR-04)."""
    rule = consultation.grouping.exclusivity if consultation.grouping else None
    candidates = _candidates(bid for bid in bids if bid.standing is Standing.ADMITTED)
    return tuple(
        RankedTogether(facts=_conflict_facts(conflict, candidates), article=rule.source)
        for conflict in _conflicts(candidates, rule)
        if rule is not None
    )


def presented(bids: Iterable[Bid]) -> list[Bid]:
    """The bids that count: neither late, hence never opened, nor withdrawn."""
    return [bid for bid in bids if bid.standing not in _NOT_PRESENTED]


def _candidates(bids: Iterable[Bid]) -> list[_Candidate]:
    by_id: dict[str, list[Bid]] = {}
    for bid in presented(bids):
        by_id.setdefault(bid.id, []).append(bid)
    candidates = []
    for name in sorted(by_id):
        own = by_id[name]
        operators = tuple(dict.fromkeys(operator for bid in own for operator in bid.operators))
        operators = operators or (Operator(name=own[0].bidder),)
        excluded = all(bid.standing is Standing.EXCLUDED for bid in own)
        candidates.append(
            _Candidate(name, own[0].bidder, frozenset(bid.lot for bid in own), operators, excluded)
        )
    return candidates


# --- The graph --------------------------------------------------------------------------------


def _presences(candidates: Iterable[_Candidate], *, subcontractors: bool) -> dict[str, list[_Candidate]]:
    """For each SIREN, the candidates it is in; one composition counts once (the same tenderer)."""
    found: dict[str, list[_Candidate]] = {}
    for candidate in candidates:
        operators = candidate.operators if subcontractors else candidate.members
        for siren in dict.fromkeys(operator.siren for operator in operators if operator.siren):
            found.setdefault(siren, []).append(candidate)
    return dict(sorted(found.items()))


def _conflicts(candidates: list[_Candidate], rule: Exclusivity | None) -> Iterator[Conflict]:
    if rule is None:
        return
    for siren, present in _presences(candidates, subcontractors=bool(rule.subcontractors_count)).items():
        for lot, together in _by_scope(present, rule):
            if len({each.composition for each in together}) > 1 and _forbidden(siren, together, rule):
                operator = _operator(siren, together)
                yield Conflict(operator, tuple(candidate.id for candidate in together), lot)


def _by_scope(present: list[_Candidate], rule: Exclusivity) -> Iterator[tuple[str, list[_Candidate]]]:
    if rule.scope != "lot":
        yield "", present
        return
    for lot in sorted({lot for candidate in present for lot in candidate.lots}):
        yield lot, [candidate for candidate in present if lot in candidate.lots]


def _forbidden(siren: str, together: list[_Candidate], rule: Exclusivity) -> bool:
    """Whether that operator's presences are of a kind the RC bans; a subcontractor counts as a member."""
    alone = [one for one in together if len(one.members) == 1 and one.members[0].siren == siren]
    grouped = {one.composition for one in together if one not in alone}
    both = bool(alone) and bool(grouped)
    return bool((both and rule.single_and_member) or (len(grouped) > 1 and rule.member_of_several))


def _operator(siren: str, candidates: Iterable[_Candidate]) -> Operator:
    return next(one for candidate in candidates for one in candidate.operators if one.siren == siren)


def _all_by_lot(found: Iterable[Conflict]) -> dict[str, tuple[str, ...]]:
    by_lot: dict[str, set[str]] = {}
    for conflict in found:
        by_lot.setdefault(conflict.lot, set()).update(conflict.bids)
    return {lot: tuple(sorted(ids)) for lot, ids in by_lot.items()}


# --- Findings ---------------------------------------------------------------------------------


def _conflict_finding(conflict: Conflict, candidates: list[_Candidate], rule: Exclusivity) -> Finding:
    best = rule.sanction is ExclusivitySanction.BEST_RANKED_KEPT
    facts = _conflict_facts(conflict, candidates) | {
        "follows": "Le RC prévoit d'éliminer toutes les offres concernées"
        if rule.sanction
        else "Le RC ne dit pas ce qu'il advient des offres concernées",
    }
    severity = Severity.INFORMATION if _decided(conflict, candidates, rule) else None
    return (OnlyBestKept if best else AllConcerned)(facts=facts, article=rule.source, severity=severity)


def _conflict_facts(conflict: Conflict, candidates: Iterable[_Candidate]) -> dict[str, object]:
    together = [candidate for candidate in candidates if candidate.id in conflict.bids]
    return {
        "operator": _called(conflict.operator),
        "roles": _roles(conflict.operator.siren, together),
        "scope": f" (lot {conflict.lot})" if conflict.lot else "",
        "bids": _names(together),
    }


def _decided(conflict: Conflict, candidates: list[_Candidate], rule: Exclusivity) -> bool:
    """Whether enough of the bids are already put aside for the sanction to be done with."""
    standing = sum(one.id in conflict.bids and not one.excluded for one in candidates)
    return standing <= (1 if rule.sanction is ExclusivitySanction.BEST_RANKED_KEPT else 0)


def _best_kept(
    consultation: Consultation,
    rule: Exclusivity,
    candidates: list[_Candidate],
    found: list[Conflict],
    rank_in: Mapping[str, Rank],
    eliminated: dict[str, tuple[str, ...]],
    solutions: dict[str, Solution],
) -> Iterator[Finding]:
    """Solve the rule lot by lot; what the ranking cannot decide is a question."""
    by_id = {candidate.id: candidate for candidate in candidates}
    article = rule.source
    for conflict in found:
        lots = [by_id[bid].lots for bid in conflict.bids]
        if not conflict.lot and any(each != lots[0] for each in lots):
            together = [by_id[bid] for bid in conflict.bids]
            yield BestAcrossLots(facts={"bids": _names(together)}, article=article)
    for lot in (each.id for each in consultation.lots):
        own = _bids_by_tenderer(candidate for candidate in candidates if lot in candidate.lots)
        of = {bid: tenderer for tenderer, bids in own.items() for bid in bids}
        here = [conflict for conflict in found if conflict.lot in ("", lot)]
        linked = [{of[bid] for bid in conflict.bids if bid in of} for conflict in here]
        linked = [each for each in linked if len(each) > 1]
        if not linked:
            continue
        if lot not in rank_in:
            yield RankingNeeded(article=article)
            continue
        solution = best_ranked_kept(own, linked, _ranking_tenderers(rank_in[lot], own))
        solutions[lot] = solution
        yield _solution_finding(solution, by_id, article)
        if solution.settled:
            eliminated[lot] = tuple(sorted(bid for one in solution.outcomes[0].removed for bid in own[one]))


def _bids_by_tenderer(candidates: Iterable[_Candidate]) -> dict[str, list[str]]:
    """The bids of each tenderer, under its first one: a variant stands or falls with its base offer."""
    by_composition: dict[frozenset[str], list[str]] = {}
    for candidate in candidates:
        by_composition.setdefault(candidate.composition, []).append(candidate.id)
    return {bids[0]: bids for bids in by_composition.values()}


def _ranking_tenderers(rank: Rank, own: Mapping[str, list[str]]) -> Rank:
    """The same ranking, of tenderers: each at the place of its best bid."""
    of = {bid: tenderer for tenderer, bids in own.items() for bid in bids}

    def ranked(tenderers: frozenset[str]) -> list[list[str]]:
        groups, placed = [], set[str]()
        for group in rank(frozenset(bid for tenderer in tenderers for bid in own[tenderer])):
            new = {of[bid] for bid in group} - placed
            placed |= new
            groups += [sorted(new)] if new else []
        return groups

    return ranked


def _solution_finding(solution: Solution, by_id: Mapping[str, _Candidate], article: str) -> Finding:
    def names(ids: Iterable[str]) -> str:
        return _names([by_id[each] for each in ids]) or "aucune offre"

    if solution.settled:
        outcome = solution.outcomes[0]
        orders = (
            "tous les ordres d'élimination essayés" if solution.exhaustive else "ordres essayés en partie"
        )
        facts: dict[str, object] = {
            "kept": names(outcome.kept),
            "removed": names(outcome.removed),
            "proof": f"{orders}, {solution.rankings} classements",
        }
        if outcome.stable:
            return OutcomeSettled(facts=facts, article=article)
        facts["proof"] = (
            f"{facts['proof']} ; remise seule dans le classement final, l'une d'elles passerait devant"
        )
        return OutcomeSettled(facts=facts, article=article, severity=Severity.TO_CHECK)
    texts = [f"{names(outcome.kept)} ({' ; '.join(outcome.readings)})" for outcome in solution.outcomes]
    firsts = [names(outcome.first) for outcome in solution.outcomes]
    winner = (
        f"La première reste {firsts[0]} dans tous les cas."
        if solution.same_first
        else f"La première change aussi : {' ou '.join(dict.fromkeys(firsts))}."
    )
    return OutcomesDiffer(facts={"outcomes": " — ".join(texts), "winner": winner}, article=article)


def _open_points(consultation: Consultation) -> Iterator[Finding]:
    """Points left open on the sanction itself: another reading would give another proposal."""
    for point in consultation.open_points:
        paths = [path for choice in point.choices for path in choice.set]
        if not point.decided_by and any(path.startswith("grouping.exclusivity") for path in paths):
            labels = " ; ".join(choice.label for choice in point.choices)
            yield SanctionOpen(facts={"question": point.question, "labels": labels}, article=point.source)


def _not_forbidden(candidates: list[_Candidate], rule: Exclusivity | None) -> Iterator[Finding]:
    if rule is not None and rule.single_and_member and rule.member_of_several:
        return
    for siren, present in _presences(candidates, subcontractors=False).items():
        several = len({candidate.composition for candidate in present}) > 1
        if several and (rule is None or not _forbidden(siren, present, rule)):
            operator = _operator(siren, present)
            facts: dict[str, object] = {
                "operator": _called(operator),
                "roles": _roles(siren, present),
                "scope": "",
            }
            yield NotForbidden(facts=facts)


def _same_tenderer(candidates: list[_Candidate]) -> Iterator[Finding]:
    by_composition: dict[frozenset[str], list[_Candidate]] = {}
    for candidate in candidates:
        by_composition.setdefault(candidate.composition, []).append(candidate)
    for together in by_composition.values():
        lots = sorted(lot for lot in _all_lots(together) if sum(lot in each.lots for each in together) > 1)
        if lots:
            operator = ", ".join(_called(each) for each in together[0].members)
            facts: dict[str, object] = {
                "bids": ", ".join(f"« {each.id} »" for each in together),
                "operator": operator,
                "lots": lots_text(lots),
            }
            yield SameTendererTwice(facts=facts)


def _leaders(candidates: list[_Candidate]) -> Iterator[Finding]:
    led: dict[str, list[_Candidate]] = {}
    for candidate in candidates:
        for operator in candidate.members:
            if operator.role == "mandataire" and operator.siren:
                led.setdefault(operator.siren, []).append(candidate)
    for siren, present in sorted(led.items()):
        for together in _of_one_contract(present):
            facts: dict[str, object] = {
                "operator": _called(_operator(siren, together)),
                "bids": _names(together),
            }
            yield LeaderTwice(facts={**facts, "scope": _scope(together)})


def _representatives(candidates: list[_Candidate]) -> Iterator[Finding]:
    people: dict[str, tuple[str, list[_Candidate]]] = {}
    for candidate in candidates:
        for operator in candidate.members:
            if operator.represented_by:
                name, present = people.setdefault(
                    folded(operator.represented_by), (operator.represented_by, [])
                )
                if candidate not in present:
                    present.append(candidate)
    for name, present in people.values():
        for together in _of_one_contract(present):
            facts: dict[str, object] = {"person": name, "bids": _names(together), "scope": _scope(together)}
            yield RepresentsTwice(facts=facts)


def _of_one_contract(present: list[_Candidate]) -> Iterator[list[_Candidate]]:
    """Several candidates for one lot, each lot being a contract; at most once for the same candidates."""
    said: set[tuple[str, ...]] = set()
    for lot in sorted(_all_lots(present)):
        together = [candidate for candidate in present if lot in candidate.lots]
        ids = tuple(candidate.id for candidate in together)
        if len({candidate.composition for candidate in together}) > 1 and ids not in said:
            said.add(ids)
            yield together


def _subcontractors(candidates: list[_Candidate], rule: Exclusivity | None) -> Iterator[Finding]:
    if rule is not None and rule.subcontractors_count:
        return
    candidacies = _presences(candidates, subcontractors=False)
    for candidate in candidates:
        for operator in candidate.operators:
            others = [each for each in candidacies.get(operator.siren, []) if each.id != candidate.id]
            if operator.role == "sous-traitant" and others:
                facts: dict[str, object] = {
                    "operator": _called(operator),
                    "sub": f"« {candidate.bidder} »",
                    "bids": _names(others),
                }
                yield SubcontractorElsewhere(facts=facts)


def _without_siren(candidates: list[_Candidate]) -> Iterator[Finding]:
    named: dict[str, list[tuple[Operator, _Candidate]]] = {}
    for candidate in candidates:
        for operator in candidate.operators:
            named.setdefault(short_name(operator.name), []).append((operator, candidate))
    for found in named.values():
        together = list({candidate.id: candidate for _, candidate in found}.values())
        sirens = {operator.siren for operator, _ in found}
        if len(together) > 1 and "" in sirens:
            yield SameNameWithoutSiren(facts={"name": found[0][0].name, "bids": _names(together)})
    lacking = sorted({one.name for each in candidates for one in each.operators if not one.siren})
    if lacking:
        yield WithoutSiren(facts={"count": len(lacking), "names": ", ".join(lacking)})


# --- Words ------------------------------------------------------------------------------------


def _roles(siren: str, candidates: Iterable[_Candidate]) -> str:
    """« est candidat seul (Alice) et membre (Groupement Bob) »."""
    roles: dict[str, dict[str, None]] = {}
    for candidate in candidates:
        operator = next(one for one in candidate.operators if one.siren == siren)
        role = "sous-traitant" if operator.role == "sous-traitant" else "membre"
        role = "candidat seul" if role == "membre" and len(candidate.members) == 1 else role
        roles.setdefault(role, {})[candidate.bidder] = None
    return "est " + " et ".join(f"{role} ({', '.join(names)})" for role, names in sorted(roles.items()))


def _names(candidates: Iterable[_Candidate]) -> str:
    return ", ".join(dict.fromkeys(f"« {candidate.bidder} »" for candidate in candidates))


def _called(operator: Operator) -> str:
    return f"« {operator.name} »" + (f" (SIREN {operator.siren})" if operator.siren else "")


def _all_lots(candidates: Iterable[_Candidate]) -> set[str]:
    return {lot for candidate in candidates for lot in candidate.lots}


def _scope(together: list[_Candidate]) -> str:
    common = sorted(frozenset.intersection(*(candidate.lots for candidate in together)))
    return f" ({lots_text(common)})" if common else ""
