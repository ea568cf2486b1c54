"""Terms and their units: what the calendar finds, under the ids people know; and the code's own duties."""

from __future__ import annotations

from collections.abc import Iterator

from reglo.linting.fault import Fault, recorded_only
from reglo.procurement.consultation import Consultation, TermAbout
from reglo.procurement.deadlines.before import title_of
from reglo.procurement.findings import Finding, Severity

# findings of the calendar that the linter's list names otherwise
SAME_AS = {"CAL-01": "L-16", "CAL-02": "L-16", "CAL-03": "L-16", "CAL-04": "L-16", "CAL-07": "L-17"}


@recorded_only
class LittleTimeToAnswer(Fault):
    rule, code = "L-16", "LINT-16"
    default_severity = Severity.TO_CHECK
    title = "Trop peu de temps entre questions et réponses"
    cause = "Les délais des questions, des réponses et des modifications se contredisent."
    why = "Une question posée à temps doit pouvoir recevoir sa réponse assez tôt pour servir à l'offre."
    mend = "Laissez deux jours ouvrés au moins entre la dernière question et la dernière réponse."
    source = "CCP R.2132-6"


@recorded_only
class UnitOfDays(Fault):
    rule, code = "L-17", "LINT-17"
    default_severity = Severity.TO_CHECK
    title = "Unité des jours absente ou mêlée"
    cause = "Un délai ne dit pas s'il se compte en jours calendaires, ouvrés ou ouvrables."
    why = "Trois jours ouvrés et trois jours calendaires ne finissent pas le même jour."
    mend = "Écrivez l'unité de chaque délai, et n'en gardez qu'une."
    source = "docs/calendar.md"


# what a finding of the calendar is about -> where the rules say it
_ABOUT = {
    "CAL-01": TermAbout.QUESTIONS,
    "CAL-02": TermAbout.QUESTIONS,
    "CAL-03": TermAbout.QUESTIONS,
    "CAL-04": TermAbout.ANSWERS,
    "CAL-05": TermAbout.CHANGES,
}
_KEYS = {
    "CAL-08": "calendar.time_zone_as_written",
    "CAL-09": "calendar.submission_deadline",
    "CAL-10": "calendar.opening_at",
    "CAL-19": "contract.starts_on",
    "CAL-14": "buyer.territory",
}
_INSTANTS = {
    "La date limite des candidatures": "calendar.candidacy_deadline",
    "La date limite des offres": "calendar.submission_deadline",
    "La date limite des offres finales": "calendar.final_bids_deadline",
    "L'ouverture des plis": "calendar.opening_at",
}


def path_of(finding: Finding, rules: Consultation) -> str:
    """Where the rules say what a finding of the calendar is about; "calendar" when it is of the whole."""
    return next(_paths(finding, rules), "calendar")


def _paths(finding: Finding, rules: Consultation) -> Iterator[str]:
    calendar = rules.calendar
    facts = finding.facts
    if finding.code in _KEYS:
        yield _KEYS[finding.code]
    if str(facts.get("what", "")) in _INSTANTS:
        yield _INSTANTS[str(facts["what"])]
    for index, term in enumerate(calendar.terms):
        if _ABOUT.get(finding.code) is term.about or facts.get("title") == title_of(term):
            yield f"calendar.terms[{index}]"
    if finding.code == "CAL-07":  # mixed units: the term whose unit is not the first one's
        units = [term.period.unit for term in calendar.terms]
        yield from (f"calendar.terms[{index}]" for index, unit in enumerate(units) if unit != units[0])
    for index, way in enumerate(rules.remedies.ways if rules.remedies else ()):
        if finding.code == "CAL-21" and way.within == facts.get("stated"):
            yield f"remedies.ways[{index}]"
    for index, visit in enumerate(calendar.visits):
        if f"« {visit.id} »" in str(facts.get("what", "")) or (
            finding.code == "CAL-11" and facts.get("earlier_named") == "la visite"
        ):
            yield f"calendar.visits[{index}]"
    if finding.code.startswith("DELAI-"):
        phase = "candidacy" if "candidature" in str(facts.get("step", "")) else "submission"
        if getattr(calendar, f"{phase}_deadline"):
            yield f"calendar.{phase}_deadline"
