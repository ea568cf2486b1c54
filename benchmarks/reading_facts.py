"""What a reading says, under the short names of the gold (``term.questions``, ``lot.3``, ``piece.C4.template``…)."""

# ruff: noqa: E501  (names and sentences stay whole)

from __future__ import annotations

import re
from typing import Any

from reglo.procurement.consultation import Consultation
from reglo.reading.rc import Read


def facts(read: Read) -> dict[str, Any]:
    """What a reading says, under the names of the gold; defaults nobody read are left out."""
    rules: Consultation = read.consultation
    paths = {found.path for found in read.values}
    out: dict[str, Any] = {}

    def take(name: str, path: str, value: Any) -> None:
        if path in paths:
            out[name] = value

    buyer, procedure, calendar = rules.buyer, rules.procedure, rules.calendar
    take("reference", "reference", rules.reference)
    take("title", "title", rules.title)
    take("nature", "nature", rules.nature.value)
    for name in ("name", "kind", "siret", "represented_by"):
        take(f"buyer.{name}", f"buyer.{name}", str(getattr(buyer, name)))
    if rules.cpv:
        out["cpv"] = list(rules.cpv)
    for place in rules.places:
        out[f"place.{place.postcode}"] = place.town
    if nuts := [place.nuts for place in rules.places if place.nuts]:
        out["nuts"] = nuts
    take("estimated_total", "estimated_total", str(rules.estimated_total))
    take("estimated_value", "estimated_value", str(rules.estimated_value))
    if rules.notice:
        for lot in rules.lots:
            for key in ("cpv", "duration", "estimated_value", "estimated_total"):
                if value := getattr(lot, key):
                    out[f"of_lot.{lot.id}.{key}"] = list(value) if key == "cpv" else str(value)
            for place in lot.places:
                out[f"of_lot.{lot.id}.place"] = [*place.lines, place.postcode, place.town]
    take("procedure", "procedure.type", procedure.type.value)
    take("procedure.legal_basis", "procedure.legal_basis", list(procedure.legal_basis))
    for name in (
        "variants_allowed",
        "variants_required",
        "public_opening",
        "fine_tuning",
        "directive",
        "gpa_covered",
        "suitable_for_sme",
    ):
        take(f"procedure.{name}", f"procedure.{name}", getattr(procedure, name))
    if (negotiation := procedure.negotiation) is not None:
        for name in ("allowed", "with_best", "award_without", "hearings"):
            take(f"negotiation.{name}", f"procedure.negotiation.{name}", getattr(negotiation, name))
        take("negotiation.excluded", "procedure.negotiation.excluded", list(negotiation.excluded))
    take("allotment.divided", "allotment.divided", rules.allotment.divided if rules.allotment else None)
    if rules.allotment and rules.allotment.divided:
        for lot in rules.lots:
            if lot.name != "À COMPLÉTER":  # counted, not named
                out[f"lot.{lot.id}"] = lot.name
            if lot.duration:
                out[f"lot.{lot.id}.duration"] = str(lot.duration)
    if (contract := rules.contract) is not None:
        for name in (
            "form",
            "duration",
            "duration_from",
            "financing",
            "general_conditions",
            "similar_services",
            "similar_services_within",
            "payment_within",
            "completion_guarantee",
            "maximum_duration",
            "starts_on",
        ):
            take(f"contract.{name}", f"contract.{name}", str(getattr(contract, name)))
        for tranche in contract.tranches:
            out[f"tranche.{tranche.id}"] = tranche.name
            if tranche.duration:
                out[f"tranche.{tranche.id}.duration"] = str(tranche.duration)
            if tranche.elements:
                out[f"tranche.{tranche.id}.elements"] = list(tranche.elements)
        if contract.renewal:
            for name in ("count", "duration", "tacit", "stated_in"):
                value = getattr(contract.renewal, name)
                if value not in (None, ""):
                    take(
                        f"renewal.{name}",
                        f"contract.renewal.{name}",
                        value if isinstance(value, (bool, int)) else str(value),
                    )
        if contract.framework:
            for name in ("orders", "maximum", "maximum_per", "holders"):
                take(
                    f"framework.{name}",
                    f"contract.framework.{name}",
                    value if isinstance(value := getattr(contract.framework, name), int) else str(value),
                )
    for name in (
        "submission_deadline",
        "candidacy_deadline",
        "sent_at",
        "opening_at",
        "deadline_inclusive",
        "time_zone_as_written",
        "opening_indicative",
    ):
        take(
            name,
            f"calendar.{name}",
            value if isinstance(value := getattr(calendar, name), bool) else str(value),
        )
    if calendar.bid_validity:
        out["validity"] = str(calendar.bid_validity.period)
    for term in calendar.terms:
        out[f"term.{term.about.value}"] = f"{term.period} {term.side} {term.of}"
    for visit in calendar.visits:
        out["visit.compulsory"] = visit.compulsory
        for name in ("at", "only_one", "arrive_before", "people_per_company", "questions_answered"):
            value = getattr(visit, name)
            take(
                f"visit.{name}",
                f"calendar.visits[visite].{name}",
                value if isinstance(value, (bool, int)) else str(value),
            )
        if visit.contacts:
            out["visit.emails"] = [contact.email for contact in visit.contacts if contact.email]
        if visit.bring:
            out["visit.bring"] = list(visit.bring)
    printed = "\n".join(line.text for reading in read.readings for line in reading.document.lines)
    for document in rules.procurement_documents:
        if re.search(rf"\b{re.escape(document.code.split('-')[0])}\b", printed):
            out[f"document.{document.code}"] = document.name
        else:  # the code is the reader's own
            out.setdefault("uncoded", []).append(document.name)
    if (submission := rules.submission) is not None:
        take(
            "url", "submission.url", re.sub(r"^https?://|/.*$", "", re.sub(r"^https?://", "", submission.url))
        )
        for name in (
            "electronic_only",
            "other_channel",
            "late",
            "one_pli_for_all_lots",
            "separate_lots_allowed",
            "successive_deposits",
            "translation",
            "open_document_required",
            "espd_accepted",
            "catalogue",
        ):
            take(
                name,
                f"submission.{name}",
                value if isinstance(value := getattr(submission, name), bool) else str(value),
            )
        for name in ("formats", "discouraged", "virus"):
            take(name, f"submission.{name}", [str(each) for each in getattr(submission, name)])
        if (copy := submission.backup_copy) is not None:
            for name in ("signed", "sealed", "unopened", "infected"):
                take(f"backup.{name}", f"submission.backup_copy.{name}", getattr(copy, name))
            for name in ("media", "opened_if"):
                take(f"backup.{name}", f"submission.backup_copy.{name}", list(getattr(copy, name)))
        if (signature := submission.signature) is not None:
            take("signature.required", "submission.signature.required", signature.required)
            take("signature.formats", "submission.signature.formats", list(signature.formats))
            take("signature.level", "submission.signature.level", signature.level)
            take(
                "signature.resigned_at_award",
                "submission.signature.resigned_at_award",
                signature.resigned_at_award,
            )
    if (group := rules.grouping) is not None:
        take("group.leader_liable", "grouping.leader_liable", group.leader_liable)
        take("group.preferred", "grouping.preferred", str(group.preferred))
        take("group.after", "grouping.form_after_award", [str(each) for each in group.form_after_award])
        if group.exclusivity:
            for name in ("single_and_member", "member_of_several"):
                take(f"group.{name}", f"grouping.exclusivity.{name}", getattr(group.exclusivity, name))
            take("group.sanction", "grouping.exclusivity.sanction", group.exclusivity.sanction)
    if (capacity := rules.capacity) is not None:
        if capacity.turnover:
            out["turnover.times"] = capacity.turnover.times_contract
        take("capacity.years", "capacity.years", capacity.years)
        take("capacity.if_insufficient", "capacity.if_insufficient", capacity.if_insufficient)
        for competence in capacity.competences:
            out[f"competence.{competence.id}"] = competence.name
            if competence.proofs:
                out[f"proofs.{competence.id}"] = list(competence.proofs)
        for references in capacity.references:
            for name in ("minimum", "maximum", "max_age"):
                if (value := getattr(references, name)) is not None:
                    out[f"references.{name}"] = value if isinstance(value, int) else str(value)
    for piece in rules.pieces:
        out[f"piece.{piece.code}"] = piece.name
        if piece.template:
            out[f"piece.{piece.code}.template"] = piece.template
        if piece.when:
            out[f"piece.{piece.code}.when"] = list(piece.when)
        if piece.signature.value != "none":
            out[f"piece.{piece.code}.signature"] = piece.signature.value
        if piece.page_limits:
            out[f"piece.{piece.code}.pages"] = [limit.pages for limit in piece.page_limits]
    _judgement(rules, out, paths)
    for name in (
        "bids_first",
        "candidacy_completion",
        "completion_by_others",
        "regularisation",
        "low_bids_detected",
        "award_evidence_by_buyer",
        "hearings",
    ):
        if rules.review:
            take(f"review.{name}", f"review.{name}", getattr(rules.review, name))
    if rules.remedies:
        out["court"] = rules.remedies.court.name
        if rules.remedies.address:
            out["court.town"] = rules.remedies.address.town
        if rules.remedies.court.email:
            out["court.email"] = rules.remedies.court.email
        if rules.remedies.court.phones:
            out["court.phones"] = [re.sub(r"\D", "", phone) for phone in rules.remedies.court.phones]
        for way in rules.remedies.ways:
            name, window = f"way.{way.kind.value}", str(way.within) if way.within else True
            out[name] = (
                [*out[name], window]
                if isinstance(out.get(name), list)
                else ([out[name], window] if name in out else window)
            )
            for key in ("when", "closed", "effect"):
                if said := getattr(way, key):
                    out.setdefault(f"said.{name}.{key}", []).extend(said.split(" ; "))
    if rules.notice:
        take("notice.number", "notice.number", rules.notice.number)
        take("notice.departments", "notice.departments", list(rules.notice.departments))
    _people_and_pieces(rules, out, paths)
    out["open"] = [point.id for point in rules.open_points]
    return out


def _people_and_pieces(rules: Consultation, out: dict[str, Any], paths: set[str]) -> None:
    for service in rules.buyer.services:
        out[f"service.{service.role}"] = service.name
    for address in rules.buyer.addresses:
        out[f"address.{address.use}"] = address.postcode
    for contact in rules.contacts:
        host = re.sub(r"^https?://|/.*$", "", re.sub(r"^https?://", "", contact.url))
        support = contact.role.startswith("support")
        out[f"contact.{contact.role}"] = True if support else contact.email or host
    procedure = rules.procedure
    if procedure.negotiation and procedure.negotiation.channels:
        out["negotiation.channels"] = list(procedure.negotiation.channels)
    if procedure.shortlist:
        out["shortlist"] = list(procedure.shortlist.criteria)
    for visit in rules.calendar.visits:
        for name in ("request_with", "pieces", "place"):
            if value := getattr(visit, name):
                out[f"visit.{name}"] = list(value)
    copy = rules.submission.backup_copy if rules.submission else None
    for name in ("delivery", "mentions", "legal_basis"):
        if copy and getattr(copy, name):
            out[f"backup.{name}"] = list(getattr(copy, name))
    if copy and copy.hours:
        out["hours"] = list(copy.hours)
    if rules.grouping and rules.grouping.exclusivity and rules.grouping.exclusivity.legal_basis:
        out["grouping.legal_basis"] = list(rules.grouping.exclusivity.legal_basis)
    for name, group in (
        ("award", rules.award),
        ("submission", rules.submission),
        ("grouping", rules.grouping),
    ):
        if group and group.legal_basis:
            out.setdefault(f"{name}.legal_basis", []).extend(group.legal_basis)
    for lot in rules.lots:
        if lot.places:
            out[f"town.{lot.id}"] = [f"{place.town} {place.department}" for place in lot.places]
    for piece in rules.pieces:
        if not piece.optional or f"pieces[{piece.code}].owed_by" in paths:  # nobody owes what may be given
            out[f"owed.{piece.code}"] = piece.owed_by.value
        if piece.also_owed_by:
            out[f"owed_too.{piece.code}"] = [each.value for each in piece.also_owed_by]
        if piece.if_missing.value != "none":
            out[f"absent.{piece.code}"] = piece.if_missing.value
        if piece.parts:
            out[f"parts.{piece.code}"] = [part.name for part in piece.parts]
            if ages := [str(part.max_age) for part in piece.parts if part.max_age]:
                out[f"age.{piece.code}"] = ages
        if piece.versions:
            out[f"piece.{piece.code}.versions"] = [suffix for group in piece.versions for suffix in group]
        for limit in piece.page_limits:
            if limit.layout:
                out[f"piece.{piece.code}.layout"] = limit.layout
    for rank, criterion in enumerate(rules.award.criteria, start=1):
        leaves = [(f"{rank}.{below}", leaf) for below, leaf in enumerate(criterion.criteria, start=1)]
        for name, leaf in ((str(rank), criterion), *leaves):
            if leaf.elements:
                out[f"elements.{name}"] = list(leaf.elements)
            if leaf.judged_on:
                out[f"judged.{name}"] = leaf.judged_on
    _provisions(rules, out, paths)
    if rules.review and rules.review.eliminations:
        out["eliminates"] = [each.text or each.ground for each in rules.review.eliminations]
    if rules.clauses:
        out["clauses"] = [clause.rule for clause in rules.clauses]


def _provisions(rules: Consultation, out: dict[str, Any], paths: set[str]) -> None:
    """What is told in a sentence."""
    for name in (
        "grouping.form_reason",
        "grouping.leader",
        "grouping.composition_changes",
        "grouping.subcontractors_declared",
        "capacity.insurance",
        "capacity.aptitude",
        "capacity.reliance_proof",
        "submission.other_formats",
        "contract.advance",
    ):
        chapter, key = name.split(".")
        if name in paths:
            out[f"said.{name}"] = getattr(getattr(rules, chapter), key).split(" ; ")
    for references in rules.capacity.references if rules.capacity else ():
        for key in ("surplus", "excluded"):
            if getattr(references, key):
                out[f"references.{key}"] = list(getattr(references, key))
        if references.preferred:
            out["said.references.preferred"] = [references.preferred]
    signature = rules.submission.signature if rules.submission else None
    if signature and signature.cited_texts:
        out["cited_texts"] = list(signature.cited_texts)
    if rules.document_access and rules.document_access.confidentiality:
        out["said.confidentiality"] = list(rules.document_access.confidentiality)
    if rules.grouping and rules.grouping.forms_allowed:
        out["group.forms"] = [str(form) for form in rules.grouping.forms_allowed]
    if len(rules.award.scales) == 1 and (
        meant := sum(bool(level.meaning) for level in rules.award.scales[0].levels)
    ):
        out["meanings"] = meant
    for document in rules.procurement_documents:
        if f"procurement_documents[{document.code}].to_return" in paths:
            out[f"return.{document.code}"] = document.to_return


def _judgement(rules: Consultation, out: dict[str, Any], paths: set[str]) -> None:
    award = rules.award
    if award.criteria[0].id == "a_completer":
        return
    for rank, criterion in enumerate(award.criteria, start=1):
        out[f"criterion.{rank}"] = criterion.name
        out[f"criterion.{rank}.weight"] = criterion.weight
        leaves = [
            (f"criterion.{rank}.{below}", child) for below, child in enumerate(criterion.criteria, start=1)
        ]
        for name, child in leaves:
            out[name] = child.name
            if child.share is not None:
                out[f"{name}.share"] = str(child.share)
            else:
                out[f"{name}.weight"] = child.weight
        for name, leaf in leaves or [(f"criterion.{rank}", criterion)]:
            if not leaf.formula.startswith("min(N, note_"):
                out[f"{name}.method"] = leaf.method.value
    letters: dict[str, str] = {}
    for rank, value in enumerate(award.values, start=1):
        for word in re.findall(r"[a-z_]{2,}", value.formula):
            letters.setdefault(word, "abcdefghijklmnop"[len(letters)])
        out[f"value.{rank}"] = re.sub(r"[a-z_]{2,}", lambda found: letters[found[0]], value.formula)
    if len(award.scales) == 1:
        scale = award.scales[0]
        out["scale"] = [level.share.percent if level.share else level.value for level in scale.levels]
        if scale.step:
            out["scale.step"] = scale.step
    for rounding in award.rounding:
        out["rounding"] = f"{rounding.decimals} [{', '.join(stage.value for stage in rounding.stages)}]"
    for tie in award.ties:
        order = {criterion.id: str(rank) for rank, criterion in enumerate(award.criteria, start=1)}
        out["tie"] = f"{tie.rule.value} {order.get(tie.criterion, '')}".strip()
    if award.price_basis:
        out["price_basis"] = award.price_basis.value
    if rules.prices:
        if rules.prices.precedence:
            out["prices.precedence"] = [str(each) for each in rules.prices.precedence]
        if rules.prices.arithmetic:
            out["prices.arithmetic"] = rules.prices.arithmetic.value
