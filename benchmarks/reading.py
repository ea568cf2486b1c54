"""Recall and precision of the reader on the seeds, by kind of value, and its speed.

    python benchmarks/reading.py [SEEDS]

SEEDS is the folder of the four seeds (default: ``../shared/seeds`` beside the checkout). The gold,
``tests/vectors/reading/gold_*.yaml``, was typed from the texts by people who had seen neither the
reader nor what it finds: one fact a line, under short names (``term.questions``, ``lot.3``,
``piece.C4.template``…); where they and the reader differed, a third person chose by the text, not
knowing which was whose. ``facts`` gives what was read under the same names. A value counts as wrong when it differs from the gold, or when the gold holds
a list of that kind (lots, terms, pieces, criteria…) and not this element. Values of which the gold
says nothing are counted apart: they enter neither figure.
"""

# ruff: noqa: E501  (names and sentences stay whole)

from __future__ import annotations

import re
import resource
import subprocess
import sys
import tempfile
import time
import unicodedata
from collections import Counter
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import Any

import yaml
from as_pdf import as_pdf

from reglo.procurement.consultation import Consultation
from reglo.reading.rc import Read, read_files

ROOT = Path(__file__).parent.parent
GOLD = ROOT / "tests" / "vectors" / "reading"
SEEDS = {"s0": "S0*", "s2": "S2*", "s3": "S3*", "s4": "S4*"}
# kinds whose elements the gold lists in full: another one read is wrong
CLOSED = (
    "lot",
    "term",
    "tranche",
    "piece",
    "criterion",
    "place",
    "document",
    "way",
    "competence",
    "value",
    "cpv",
    "service",
    "address",
    "contact",
    "town",
    "parts",
    "elements",
    "eliminates",
    "judged",
)


@dataclass
class Score:
    """What was read of one file against its gold, by kind."""

    right: Counter[str] = field(default_factory=Counter)
    missing: dict[str, object] = field(default_factory=dict)
    wrong: dict[str, tuple[object, object]] = field(default_factory=dict)
    unjudged: list[str] = field(default_factory=list)
    seconds: float = 0.0

    @property
    def recall(self) -> float:
        total = (
            self.right.total()
            + len(self.missing)
            + sum(expected is not None for expected, _ in self.wrong.values())
        )
        return self.right.total() / max(total, 1)

    @property
    def precision(self) -> float:
        return self.right.total() / max(self.right.total() + len(self.wrong), 1)


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


def _words(text: object) -> set[str]:
    straight = str(text).replace("’", "'")
    plain = (
        unicodedata.normalize("NFD", straight).encode("ascii", "ignore").decode().lower().replace("œ", "oe")
    )
    return {word[:7] for word in re.findall(r"[a-z0-9]+", plain) if len(word) > 2}


def same(name: str, expected: object, given: object) -> bool:
    """Whether a value read says the fact of the gold; a name must share most of its words.

    ``{either: […]}``: the text says two things, and one is enough.
    """
    if isinstance(expected, dict):
        return any(same(name, each, given) for each in expected["either"])
    if isinstance(expected, bool) or isinstance(given, bool):
        return expected is given
    if name == "open":
        assert isinstance(expected, list)
        assert isinstance(given, list)
        return all(any(each.startswith(point) for each in given) for point in expected)
    if isinstance(expected, list) and isinstance(given, list):
        return sorted(map(_number, expected)) == sorted(
            _number(str(each).replace("’", "'")) for each in given
        )
    if isinstance(expected, (int, float)) and isinstance(given, (int, Decimal)):
        return Decimal(str(expected)) == Decimal(given)
    if re.match(
        r"(?:title|lot\.\d+$|document|piece\.[^.]+$|criterion(?:\.\d+)+$|competence|tranche\.\w+$|buyer\.(?:name|represented)|service\..*|contract\.financing|renewal\.stated|court$)",
        name,
    ):
        one, two = _words(expected), _words(given)
        return bool(one) and len(one & two) >= 0.75 * len(one)
    one, two = (re.sub(r"\s+", " ", str(each).replace("’", "'")).lower() for each in (expected, given))
    return one == two


def _number(value: object) -> str:
    try:
        return str(Decimal(str(value)).normalize())
    except ArithmeticError:
        return str(value)


# lists whose every member is a fact, told by its words
MEMBERS = ("said", "eliminates", "clauses", "elements", "parts", "shortlist", "uncoded")
# … of which the gold holds some only: one read besides is not wrong
OPEN_LISTS = ("clauses",)


def _members(name: str, expected: list[str], given: list[str], result: Score) -> None:
    """Each member of the gold found by its words in one member read; what is read besides is wrong."""
    kind = name.split(".")[0]
    left, used = list(given), set[str]()
    for fact in expected:
        words = _words(fact)
        best = max(left, key=lambda each: len(words & _words(each)), default="")
        if best and len(words & _words(best)) >= 0.6 * len(words):
            used.add(best)
            if kind not in (*OPEN_LISTS, "said"):  # a sentence may say several facts of the gold
                left.remove(best)
            result.right[kind] += 1
        else:
            result.missing[f"{name}[{fact}]"] = fact
    if kind not in OPEN_LISTS:
        for each in left:
            if each not in used:
                result.wrong[f"{name}[{each[:40]}]"] = (None, each)


def score(read: Read, gold: dict[str, Any]) -> Score:
    """The reading of one file against its gold.

    ``not_said``: names the text gives no value, one read is wrong; ``debatable``: honest readers
    differ, whatever is read is neither right nor wrong.
    """
    result = Score()
    read_facts = facts(read)
    not_said, debatable = gold.get("not_said", []), gold.get("debatable", [])
    gold = {name: value for name, value in gold.items() if name not in ("not_said", "debatable")}
    read_facts = {name: value for name, value in read_facts.items() if name not in debatable}
    sentences = [found.quote.words for found in read.values]
    closed = {kind for kind in CLOSED if any(name.split(".")[0] == kind for name in gold)}
    for name, expected in gold.items():
        kind = name.split(".")[0]
        if kind in MEMBERS:
            # a rule without a name is carried by whatever was read from its sentence
            told = sentences if kind in OPEN_LISTS else []
            _members(name, expected, [*read_facts.get(name, []), *told], result)
        elif name not in read_facts:
            result.missing[name] = expected
        elif same(name, expected, read_facts[name]):
            result.right[kind] += 1
        else:
            result.wrong[name] = (expected, read_facts[name])
    for name, given in read_facts.items():
        if name in gold:
            continue
        kind = name.split(".")[0]
        if kind in closed or name in not_said:
            result.wrong[name] = (None, given)
        else:
            result.unjudged.append(name)
    return result


def gold_of(seed: str) -> dict[str, Any]:
    loaded: dict[str, Any] = yaml.safe_load((GOLD / f"gold_{seed}.yaml").read_text(encoding="utf-8"))
    return {name: str(value) if hasattr(value, "isoformat") else value for name, value in loaded.items()}


def run(seeds: Path) -> dict[str, Score]:
    """Every seed present, scored."""
    out = {}
    for seed, pattern in SEEDS.items():
        for path in seeds.glob(pattern):
            started = time.perf_counter()
            read = read_files([path])
            out[seed] = score(read, gold_of(seed))
            out[seed].seconds = time.perf_counter() - started
    return out


def _sixty_pages() -> str:
    """A text of some sixty pages, made of our invented RCs' clauses."""
    clause = (GOLD / "travaux-ouvert.md").read_text(encoding="utf-8")
    filler = "\n\n".join(
        f"Les prestations du lieu {number} sont décrites au cahier des clauses techniques et le titulaire prend toutes dispositions utiles, "
        "y compris pour la protection des ouvrages existants, la sécurité des personnes et la continuité du service rendu aux usagers."
        for number in range(760)
    )
    return clause + "\n\n" + filler


def _speed() -> None:
    """Seconds and megabytes of ``reglo read``, start included, for sixty pages as a text and as a PDF."""
    with tempfile.TemporaryDirectory() as folder:
        as_text, as_print = Path(folder) / "rc.md", Path(folder) / "rc.pdf"
        as_text.write_text(_sixty_pages(), encoding="utf-8")
        as_print.write_bytes(as_pdf(_sixty_pages()))
        for path in (as_text, as_print):
            command = [
                str(Path(sys.executable).with_name("reglo")),
                "read",
                str(path),
                "-o",
                str(path.with_suffix(".yaml")),
                "--force",
            ]
            taken = []
            for _ in range(3):
                started = time.perf_counter()
                subprocess.run(command, check=True, capture_output=True)
                taken.append(time.perf_counter() - started)
            used = resource.getrusage(resource.RUSAGE_CHILDREN)
            print(
                f"soixante pages, {path.suffix[1:]} : {min(taken):.2f} s au mieux de trois, {used.ru_maxrss / 1024:.0f} Mo au plus"
            )


def main() -> None:
    seeds = Path(sys.argv[1]) if len(sys.argv) > 1 else ROOT.parent / "shared" / "seeds"
    scores = run(seeds)
    kinds: dict[str, list[int]] = {}
    for seed, result in scores.items():
        print(
            f"{seed} : rappel {result.recall:.1%}, précision {result.precision:.1%}, {result.right.total()} justes, {len(result.missing)} manquants, {len(result.wrong)} faux, {len(result.unjudged)} hors référence, {result.seconds:.2f} s"
        )
        for name, expected in result.missing.items():
            print(f"    manque {name} : {expected}")
        for name, (wanted, given) in result.wrong.items():
            print(f"    faux   {name} : lu {given!r}, attendu {wanted!r}")
        for kind, count in result.right.items():
            kinds.setdefault(kind, [0, 0, 0])[0] += count
        for name in result.missing:
            kinds.setdefault(name.split(".")[0], [0, 0, 0])[1] += 1
        for name in result.wrong:
            kinds.setdefault(name.split(".")[0], [0, 0, 0])[2] += 1
    for kind, (right, missing, wrong) in sorted(kinds.items()):
        print(f"{kind:24} justes {right:3}  manquants {missing:2}  faux {wrong:2}")
    import reading_corpus  # it counts as this module does, on règlements that resemble other buyers'

    reading_corpus.report(details=())
    _speed()


if __name__ == "__main__":
    main()
