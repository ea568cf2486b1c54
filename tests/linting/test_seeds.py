"""The faults of the four real consultations, as legal-rules §10 lists them; two mended examples have none."""

from __future__ import annotations

import pytest
from tests.examples.support import rules_of

from reglo.linting import Report, lint
from reglo.procurement.findings import Severity

# the seed column of legal-rules §10, typed by hand
TABLE = {
    "centre-operations-securite": {"L-04", "L-11", "L-12", "L-19", "L-20"},
    "amo-domaine-de-loos": {"L-02", "L-03", "L-11", "L-17", "L-18", "L-19", "L-25"},
    "stands-de-tir": {
        *("L-03", "L-04", "L-05", "L-06", "L-08", "L-09", "L-12", "L-13", "L-14", "L-15", "L-19", "L-25"),
    },
    "commissariat-vaulx": {
        *("L-01", "L-02", "L-03", "L-04", "L-05", "L-06", "L-07", "L-10", "L-13", "L-14", "L-15", "L-16"),
        *("L-19", "L-21", "L-24"),
    },
}
# found beyond that column, each with its reason
BEYOND = {
    "centre-operations-securite": {
        "L-08": "two places to hand over the backup copy (Avis 2.1.2)",
        "L-21": "boulevard Livon, boulevard Charles Livon (Avis 5.1.2 and 8.1)",
    },
    "amo-domaine-de-loos": {
        "L-04": "« R2132 » is no article (RC 9.1)",
        "L-06": "the CVs are asked in both folders (RC 5.2 pièce 10, RC 7)",
        "L-15": "a foreign candidate proves at once that it is not excluded (RC 5.2 pièce 4; R.2144-4)",
        "L-16": "six days before the deadline is a Saturday (RC 12)",
        "L-21": "two names of the buyer and of the place (RC 1.1, 2.4, 14)",
        "L-24": "similar services within three years, but without an amount (RC 1.5)",
    },
    "stands-de-tir": {
        "L-10": "how the elements of a sub-criterion combine is not said (RC 7.2)",
        "L-11": "nothing if total and price mark are both equal (RC 7.2)",
        "L-16": "the last visit comes after the last question (RC 3.8, 9.1)",
    },
    "commissariat-vaulx": {
        "L-11": "nothing if total and price are both equal (RC 7.1.1)",
        "L-22": "the environmental sub-criterion judges the candidate, not the offer (RC 7.1)",
        "L-25": "the programme is not in the list of documents (RC 2.1.2, 3.1)",
    },
}


def report_of(example: str) -> Report:
    return lint(rules_of(example))


@pytest.mark.parametrize("example", TABLE)
def test_the_faults_of_the_seed_are_those_of_the_table(example: str) -> None:
    found = {one.rule for one in report_of(example).observations if one.rule.startswith("L-")}
    assert found == TABLE[example] | BEYOND[example].keys()


@pytest.mark.parametrize("example", TABLE)
def test_every_finding_has_a_line_and_an_article_or_is_of_the_whole_calendar(example: str) -> None:
    for one in report_of(example).observations:
        assert one.finding.place.line, one
        assert one.finding.article or one.finding.place.path == "calendar", one


@pytest.mark.parametrize("example", ["stands-de-tir-corrige", "commissariat-vaulx-corrige"])
def test_a_mended_consultation_has_no_finding(example: str) -> None:
    assert [str(one.finding) for one in report_of(example).observations] == []


def test_the_formulas_of_s3_are_contradictory_and_block() -> None:
    blocking = {one.rule for one in report_of("stands-de-tir").of(Severity.BLOCKING)}
    assert blocking == {"L-05", "L-09", "L-12", "L-13", "L-14", "L-15"}
