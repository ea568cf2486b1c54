"""Completeness of a bid: presence, by lot and by member, whatever the order of its files."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.procurement.pieces.support import (
    ALICE,
    BOB,
    BOTH,
    CHLOE,
    DENIS,
    bid,
    check,
    codes,
    consultation,
    file,
    only,
    piece,
    states,
)

from reglo.procurement.consultation import (
    Allotment,
    ProcedureType,
    Visit,
)
from reglo.procurement.findings import Severity
from reglo.procurement.pieces.documents import Completeness, Stage, State, completeness, stages_of
from reglo.procurement.pieces.inventory import BidFile, FileFacts, FileKind, Inventory
from reglo.procurement.requirements import (
    Capacity,
    Folder,
    GroupForm,
    Grouping,
    OwedBy,
    PageLimit,
    References,
    Requirement,
    Sanction,
    SignatureDue,
    Submission,
)
from reglo.reading.file_findings import Macros, WrongSuffix

# --- Present, missing, not due ----------------------------------------------------------------


def test_a_complete_bid_says_so() -> None:
    verdict = check(consultation(piece("C1"), piece("O1")), bid(file("C1.pdf"), file("O1.pdf")))
    assert set(states(verdict).values()) == {State.PRESENT}
    assert verdict.bottom_line == "Complet : rien ne manque, rien n'est à vérifier."
    assert not verdict.blocking


def test_a_missing_piece_blocks_and_names_its_article_and_consequence() -> None:
    rules = consultation(piece("O1", if_missing=Sanction.IRREGULAR, source="RC 6"))
    verdict = check(rules, bid())
    (finding,) = verdict.findings
    assert (finding.code, finding.weight) == ("PIECE-11", Severity.BLOCKING)
    assert "irrégulière" in finding.mend_text
    assert finding.source_text.startswith("RC 6 ; CCP L.2152-2")
    assert verdict.bottom_line == "Incomplet : 1 pièce manque."


def test_a_piece_owed_after_the_visit_of_a_lot_is_due_for_that_lot_alone() -> None:
    visit = Visit(id="v", lots=("2",), compulsory=True, pieces=("O1",))
    rules = consultation(piece("O1", per_lot=True), piece("O2"), lots=2)
    rules = replace(rules, calendar=replace(rules.calendar, visits=(visit,)))
    both = check(rules, bid(lots=("1", "2")))
    assert [(cell.piece.code, cell.lot, cell.state) for cell in both.cells] == [
        ("O1", "1", State.NOT_DUE),
        ("O1", "2", State.MISSING),
        ("O2", "", State.MISSING),
    ]
    assert both.cells[0].why == "liée à la visite d'un autre lot"
    visits = (visit, replace(visit, id="w", lots=()))
    for_all = replace(rules, calendar=replace(rules.calendar, visits=visits))
    assert check(for_all, bid(lots=("1",))).cells[0].state is State.MISSING


def test_a_missing_piece_is_asked_for_in_a_format_it_admits() -> None:
    own = check(consultation(piece("O1", formats=(".xlsx", ".ods"))), bid())
    assert "« O1.xlsx »" in own.findings[0].mend_text
    anything = check(consultation(piece("O1"), submission=Submission(formats=(".odt", ".pdf"))), bid())
    assert "« O1.pdf »" in anything.findings[0].mend_text
    wrong = check(consultation(piece("O1"), submission=Submission(formats=(".odt",))), bid(file("O1.png")))
    assert wrong.findings[0].mend_text == "Enregistrez-le en .odt."


def test_a_file_that_is_not_what_its_suffix_says_leaves_its_piece_to_check() -> None:
    doubt = WrongSuffix(facts={"name": "C1.pdf", "suffix": ".pdf", "kind": FileKind.TEXT})
    verdict = check(consultation(piece("C1")), bid(file("C1.pdf", kind=FileKind.TEXT, findings=(doubt,))))
    assert (only(verdict), codes(verdict)) == (State.TO_CHECK, ["FICHIER-09"])
    noted = check(consultation(piece("C1")), bid(file("C1.pdf", findings=(Macros(facts={"name": "C1"}),))))
    assert only(noted) is State.PRESENT


def test_ce_501774_a_piece_asked_to_judge_only_never_blocks() -> None:
    rules = consultation(piece("O3", where=Requirement.JUDGING, versions=((".ods",), (".pdf",))))
    assert not check(rules, bid()).blocking
    assert not check(rules, bid(file("O3.pdf"))).blocking
    assert codes(check(rules, bid())) == ["PIECE-11"]


@pytest.mark.parametrize(
    ("facts", "given", "state"),
    [
        ({}, False, State.TO_CHECK),
        ({"redressement judiciaire": False}, False, State.NOT_DUE),
        ({"redressement judiciaire": True}, False, State.MISSING),
        ({"redressement judiciaire": True}, True, State.PRESENT),
        ({}, True, State.PRESENT),
        ({"redressement judiciaire": False}, True, State.NOT_DUE),
    ],
)
def test_a_conditional_piece_is_due_missing_or_to_check(
    facts: dict[str, bool], given: bool, state: State
) -> None:
    rules = consultation(piece("C2", when=("Redressement judiciaire",)))
    assert only(check(rules, bid(*[file("C2.pdf")] * given, facts=facts))) is state


def test_the_condition_of_a_grouping_is_known_without_being_declared() -> None:
    rules = consultation(piece("C2", when=("groupement",)), piece("C3", when=("non groupement",)))
    assert list(states(check(rules, bid())).values()) == [State.NOT_DUE, State.MISSING]
    grouped = check(rules, bid(operators=(ALICE, BOB)))
    assert list(states(grouped).values()) == [State.MISSING, State.NOT_DUE]


def test_a_fact_of_one_member_makes_the_piece_due_from_that_member_only() -> None:
    rules = consultation(piece("C2", owed_by=OwedBy.EACH_MEMBER, when=("redressement judiciaire",)))
    one = bid(
        operators=(ALICE, BOB),
        facts={"redressement judiciaire": False},
        facts_of={"Bob": {"redressement judiciaire": True}},
    )
    assert states(check(rules, one)) == {("C2", "", "Alice"): State.NOT_DUE, ("C2", "", "Bob"): State.MISSING}


def test_a_misspelt_fact_is_reported_with_the_nearest_one() -> None:
    rules = consultation(piece("C2", when=("redressement judiciaire",)))
    verdict = check(rules, bid(facts={"redresement judiciaire": False}))
    (finding,) = [each for each in verdict.findings if each.code == "PIECE-39"]
    assert finding.mend_text == "Vouliez-vous « redressement judiciaire » ?"


def test_each_member_owes_its_own_piece() -> None:
    rules = consultation(piece("C5", owed_by=OwedBy.EACH_MEMBER))
    one = bid(
        file("Bob/C5.pdf", who=("Bob",)),
        operators=(ALICE, BOB, CHLOE),
        own_folder=frozenset({"Alice", "Bob", "Chloé"}),
    )
    verdict = check(rules, one)
    assert states(verdict) == {
        ("C5", "", "Alice"): State.MISSING,
        ("C5", "", "Bob"): State.PRESENT,
        ("C5", "", "Chloé"): State.MISSING,
    }
    assert "(Alice, Chloé)" in verdict.findings[0].cause_text


def test_a_common_file_is_the_leaders_and_may_be_the_others() -> None:
    rules = consultation(piece("C5", owed_by=OwedBy.EACH_MEMBER))
    verdict = check(rules, bid(file("C5.pdf"), operators=(ALICE, BOB)))
    assert list(states(verdict).values()) == [State.PRESENT, State.TO_CHECK]
    assert codes(verdict) == ["PIECE-34"]


def test_a_subcontractor_owes_its_pieces_and_without_one_they_are_not_due() -> None:
    rules = consultation(piece("C9", owed_by=OwedBy.EACH_SUBCONTRACTOR, when=("sous-traitance",)))
    assert only(check(rules, bid())) is State.TO_CHECK
    assert only(check(rules, bid(declared=True))) is State.NOT_DUE
    assert states(check(rules, bid(operators=(ALICE, DENIS)))) == {("C9", "", "Denis"): State.MISSING}
    assert only(check(rules, bid(file("C9.pdf"), operators=(ALICE, DENIS)))) is State.PRESENT


def test_s2_4_4_those_whose_capacities_are_relied_upon_owe_the_pieces_too() -> None:
    rules = consultation(piece("C1", owed_by=OwedBy.EACH_MEMBER, also_owed_by=(OwedBy.EACH_SUBCONTRACTOR,)))
    one = bid(file("C1.pdf"), operators=(ALICE, DENIS), own_folder=frozenset({"Denis"}))
    verdict = check(rules, one)
    assert [(cell.who, cell.state) for cell in verdict.cells] == [
        ("", State.PRESENT),
        ("Denis", State.PRESENT),
    ]
    assert len(check(rules, bid(file("C1.pdf"))).cells) == 1


def test_each_named_person_owes_its_piece() -> None:
    rules = consultation(piece("O2", owed_by=OwedBy.EACH_NAMED_PERSON))
    one = bid(file("O2 Léa.pdf", "O2", who=("Léa Roux",)), people=("Léa Roux", "Marc Petit"))
    assert list(states(check(rules, one)).values()) == [State.PRESENT, State.MISSING]
    assert only(check(rules, bid(people=()))) is State.NOT_DUE


def test_pieces_per_lot_are_due_for_each_lot_answered() -> None:
    rules = consultation(piece("O1", per_lot=True), lots=3)
    one = bid(file("lot 1/O1.pdf", lots=("1",)), lots=("1", "3"))
    verdict = check(rules, one)
    assert states(verdict) == {("O1", "1", ""): State.PRESENT, ("O1", "3", ""): State.MISSING}
    assert "(lot 3)" in verdict.findings[0].cause_text
    common = check(rules, bid(file("O1.pdf"), lots=("1", "3")))
    assert (set(states(common).values()), codes(common)) == ({State.TO_CHECK}, ["PIECE-34"])


def test_a_file_for_a_lot_not_answered_is_reported() -> None:
    rules = consultation(piece("O1", per_lot=True), lots=3)
    one = bid(file("a/O1.pdf", lots=("1",)), file("b/O1.pdf", lots=("2",)), lots=("1",))
    assert codes(check(rules, one)) == ["PIECE-35"]


def test_more_lots_than_the_rc_admits_block() -> None:
    rules = consultation(lots=3, allotment=Allotment(divided=True, max_lots_bid=1))
    assert codes(check(rules, bid(lots=("1", "2")))) == ["PIECE-37"]


def test_a_dume_stands_for_the_pieces_it_replaces_member_by_member() -> None:
    rules = consultation(
        piece("C1", owed_by=OwedBy.EACH_MEMBER),
        piece("DUME", folder=Folder.CANDIDACY, owed_by=OwedBy.EACH_MEMBER, optional=True, instead_of=("C1",)),
    )
    one = bid(
        file("Bob/DUME.xml", who=("Bob",)), operators=(ALICE, BOB), own_folder=frozenset({"Alice", "Bob"})
    )
    verdict = check(rules, one)
    assert states(verdict)["C1", "", "Bob"] is State.NOT_DUE
    assert states(verdict)["C1", "", "Alice"] is State.MISSING
    assert "DUME peut la remplacer" in verdict.findings[0].mend_text


def test_evidence_of_the_awardee_is_due_at_award_only() -> None:
    rules = consultation(piece("C12", at_award=True))
    assert only(check(rules, bid())) is State.NOT_DUE
    assert only(check(rules, bid(), Stage.AWARD)) is State.MISSING


def test_in_two_phases_only_the_stage_of_the_files_is_checked() -> None:
    rules = consultation(piece("C1"), piece("O1"), type=ProcedureType.NEGOTIATED)
    stages, assumed = stages_of(rules, bid(file("C1.pdf")))
    assert (stages, [finding.code for finding in assumed]) == ((Stage.CANDIDACY,), ["PIECE-38"])
    verdict = completeness(rules, bid(file("C1.pdf")), stages, assumed)
    assert list(states(verdict).values()) == [State.PRESENT, State.NOT_DUE]
    assert codes(verdict) == ["PIECE-38"]
    assert stages_of(rules, bid(file("O1.pdf")))[0] == (Stage.BID,)
    assert stages_of(consultation(), bid())[0] == BOTH


def test_a_file_that_resembles_a_piece_makes_it_to_check_not_missing() -> None:
    one = bid(
        BidFile(path="DC1.pdf", resembles="C4", facts=FileFacts(name="DC1.pdf", size=1, kind=FileKind.PDF))
    )
    verdict = check(consultation(piece("C4")), one)
    assert (only(verdict), codes(verdict)) == (State.TO_CHECK, ["PIECE-13"])
    assert verdict.findings[0].mend_text == "Si c'est elle, renommez-le « C4 - DC1.pdf »."


def nameless(name: str) -> BidFile:
    return BidFile(path=name, facts=FileFacts(name=name, size=1, kind=FileKind.PDF))


def test_r_2143_4_a_dume_may_stand_for_the_papers_of_the_candidacy() -> None:
    pieces = [piece("C1"), piece("C10", signature=SignatureDue.ANY), piece("O1")]
    verdict = check(consultation(*pieces), bid(nameless("DUME société X.pdf"), file("O1.pdf")))
    assert [(cell.piece.code, cell.state) for cell in verdict.cells] == [
        ("C1", State.TO_CHECK),
        ("C10", State.MISSING),  # an undertaking of its own
        ("O1", State.PRESENT),
    ]
    assert codes(verdict) == ["PIECE-10", "PIECE-43"]


def test_a_file_that_cites_another_piece_leaves_it_to_check() -> None:
    both = replace(file("C1-C2.pdf", "C1"), also=("C2",))
    verdict = check(consultation(piece("C1"), piece("C2")), bid(both))
    assert set(states(verdict).values()) == {State.PRESENT, State.TO_CHECK}
    assert codes(verdict) == ["PIECE-46"]


def test_one_file_for_everything_may_hold_what_is_said_to_be_missing() -> None:
    verdict = check(consultation(piece("C1"), piece("O1")), bid(nameless("Réponse complète.pdf")))
    assert codes(verdict) == ["PIECE-10", "PIECE-11", "PIECE-33", "PIECE-44"]


def test_a_file_without_code_is_never_ignored() -> None:
    one = bid(BidFile(path="photo.png", facts=FileFacts(name="photo.png", size=1, kind=FileKind.IMAGE)))
    assert codes(check(consultation(), one)) == ["PIECE-33"]


# --- Properties -------------------------------------------------------------------------------

PIECES = (
    piece("C1"),
    piece("C2", when=("redressement judiciaire",)),
    piece("C5", owed_by=OwedBy.EACH_MEMBER, signature=SignatureDue.ANY),
    piece("C9", owed_by=OwedBy.EACH_SUBCONTRACTOR),
    piece("DUME", folder=Folder.CANDIDACY, optional=True, instead_of=("C1", "C5")),
    piece("O1", per_lot=True, versions=((".pdf",), (".ods",))),
    piece("O2", owed_by=OwedBy.EACH_NAMED_PERSON),
    piece("O4", per_lot=True, page_limits=(PageLimit(pages=5),)),
)
RULES = consultation(*PIECES, lots=3)


def test_references_are_counted_against_the_maximum_of_the_rc_or_asked_to_be() -> None:
    """CA-04: too many references are told, never a ground of elimination by themselves (R.2142-14)."""
    rules = consultation(
        piece("C8", max_references=3, owed_by=OwedBy.EACH_MEMBER),
        capacity=Capacity(references=(References(maximum=3, surplus=("les plus récentes",)),)),
    )
    files = [file("membres/Alice/C8.pdf", "C8", who=("Alice",)), file("b/C8.pdf", "C8", who=("Bob",))]
    one = bid(*files, operators=(ALICE, BOB), own_folder=frozenset({"Alice", "Bob"}))

    def said(**more: Any) -> list[str]:
        verdict = check(rules, replace(one, **more))
        assert not verdict.blocking
        return [found.cause_text for found in verdict.findings if found.code in ("PIECE-40", "PIECE-41")]

    unsaid = "Rien ne dit combien de références donne la pièce C8 « Pièce C8 » (Alice, Bob)"
    assert said() == [f"{unsaid} ; le RC en admet 3."]
    assert said(references={"C8": 3}) == []
    (told,) = said(references={"C8": 3}, references_of={"Bob": {"C8": 5}})
    assert told == "La pièce C8 « Pièce C8 » donne 5 références (Bob), le RC en admet 3."
    apart = [file(f"C8/référence {n}.pdf", "C8", who=("Alice",)) for n in range(4)]
    assert "4 références (Alice)" in "".join(said(files=(*apart, files[1])))


def test_a_form_of_grouping_the_rc_does_not_admit_is_to_check() -> None:
    """GR-02: no form may be imposed to bid (R.2142-22), so nothing is eliminated for it."""
    rules = consultation(piece(), grouping=Grouping(forms_allowed=(GroupForm.SEVERAL,), source="RC 4"))
    one = bid(file("C1.pdf", "C1"), operators=(ALICE, BOB))
    (found,) = check(rules, replace(one, form=GroupForm.JOINT)).findings
    assert (found.code, found.weight) == ("PIECE-42", Severity.TO_CHECK)
    assert found.cause_text == "La réponse déclare un groupement « conjoint » ; le RC admet « solidaire »."
    assert check(rules, replace(one, form=GroupForm.SEVERAL)).findings == ()
    assert check(rules, one).findings == ()


FILES = st.builds(
    lambda code, suffix, lots, who, usable, number: file(
        f"{number}/{code}{suffix}", code, lots=lots, who=who, usable=usable, pages=number
    ),
    st.sampled_from([each.code for each in PIECES]),
    st.sampled_from([".pdf", ".ods", ".exe"]),
    st.sampled_from([(), ("1",), ("2",), ("1", "3")]),
    st.sampled_from([(), ("Alice",), ("Bob",), ("Denis",), ("Léa Roux",)]),
    st.booleans(),
    st.integers(1, 9),
)
BIDS = st.builds(
    lambda files, own: bid(
        *files,
        operators=(ALICE, BOB, DENIS),
        lots=("1", "2"),
        people=("Léa Roux", "Marc Petit"),
        own_folder=own,
    ),
    st.lists(FILES, max_size=8),
    st.sampled_from([frozenset(), frozenset({"Bob"})]),
)


def missing(verdict: Completeness) -> set[tuple[str, str, str]]:
    return {place for place, state in states(verdict).items() if state is State.MISSING}


def test_a_replacement_nobody_can_read_does_not_hide_the_one_that_serves_all() -> None:
    shared, own = file("DUME.pdf", "DUME"), file("Alice/DUME.pdf", "DUME", who=("Alice",), usable=False)
    one = bid(shared, operators=(ALICE, BOB), lots=("1",))
    assert missing(check(RULES, replace(one, files=(shared, own)))) <= missing(check(RULES, one))


@settings(max_examples=35, deadline=None)
@given(BIDS, FILES)
def test_adding_a_file_never_makes_another_piece_missing(one: Inventory, added: BidFile) -> None:
    more = replace(one, files=(*one.files, added))
    assert missing(check(RULES, more)) <= missing(check(RULES, one))


@settings(max_examples=40, deadline=None)
@given(BIDS, st.randoms(use_true_random=False))
def test_the_order_of_the_files_changes_nothing(one: Inventory, random: Any) -> None:
    files = list(one.files)
    random.shuffle(files)
    assert check(RULES, replace(one, files=tuple(files))) == check(RULES, one)
