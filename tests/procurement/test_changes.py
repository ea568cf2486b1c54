"""What changed between two versions, and what it obliges to do (R.2151-4)."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from reglo.procurement.changes import Changes, Importance, changes_between
from reglo.procurement.consultation import Consultation
from reglo.procurement.rules_file import load

TEXT = (Path(__file__).parent.parent / "linting" / "clean.yaml").read_text(encoding="utf-8")


def read(text: str) -> Consultation:
    loaded = load(text)
    assert loaded.consultation is not None, [str(fault) for fault in loaded.faults]
    return loaded.consultation


def changed(*pairs: tuple[str, str], sent: date | None = None) -> Changes:
    text = TEXT
    for old, new in pairs:
        assert text.count(old) == 1, old
        text = text.replace(old, new)
    return changes_between(read(TEXT), read(text), sent)


def said(changes: Changes) -> list[tuple[str, Importance]]:
    return [(change.sentence.replace("\u00a0", " "), change.importance) for change in changes.changes]


def test_the_same_rules_do_not_differ() -> None:
    nothing = changes_between(read(TEXT), read(TEXT))
    assert (nothing.changes, nothing.moved, nothing.told, nothing.findings) == ((), (), (), ())


WEIGHTS = (("Prix, weight: 60", "Prix, weight: 50"), ("Méthode, weight: 30", "Méthode, weight: 40"))


def test_weights_that_change_postpone_the_deadline() -> None:
    changes = changed(*WEIGHTS)
    assert said(changes) == [
        ("Poids du critère « Prix » : au lieu de « 60 », lire « 50 ».", Importance.IMPORTANT),
        ("Poids du critère « Méthode » : au lieu de « 30 », lire « 40 ».", Importance.IMPORTANT),
    ]
    assert [finding.code for finding in changes.findings] == ["DIFF-01"]
    assert changes.blocked
    assert any("BOAMP" in told for told in changes.told)


def test_a_change_names_what_is_noted_and_the_events_in_french() -> None:
    old = read(TEXT)
    (price, *others) = old.award.criteria
    validity = old.calendar.bid_validity
    assert validity is not None
    new = replace(
        old,
        award=replace(old.award, criteria=(replace(price, of="autre", type="price"), *others)),
        calendar=replace(old.calendar, bid_validity=replace(validity, of=("notification",))),
    )
    sentences = [sentence for sentence, _ in said(changes_between(old, new))]
    assert any(it.startswith("Donnée notée par le critère « Prix » : ") for it in sentences)
    assert "Nature du critère « Prix » : ajouter « prix »." in sentences
    assert any("« la notification" in it.replace("\u00a0", " ") for it in sentences)


LATER = ("submission_deadline: 2026-10-15", "submission_deadline: 2026-10-26")


def test_a_deadline_postponed_with_them_is_lawful_and_moves_the_dates_that_follow() -> None:
    changes = changed(*WEIGHTS, LATER)
    assert changes.findings == ()
    moved = {one.title: (one.before, one.after) for one in changes.moved}
    assert moved["Dernier jour pour poser une question"] == (date(2026, 9, 29), date(2026, 10, 8))
    assert len(moved) >= 4


def test_a_deadline_brought_forward_is_refused() -> None:
    changes = changed(("submission_deadline: 2026-10-15", "submission_deadline: 2026-10-12"))
    assert said(changes)[0][1] is Importance.IMPORTANT
    assert [finding.code for finding in changes.findings] == ["DIFF-02"]


@pytest.mark.parametrize(
    ("old", "new", "sentence", "importance"),
    [
        (
            "  - {code: C1, name: Déclaration sur l'honneur, folder: candidacy, source: RC 7}\n",
            "",
            "Pièce à remettre « C1 » : à supprimer.",
            Importance.IMPORTANT,
        ),
        (
            "name: Mémoire\n",
            "name: Mémoire technique\n",
            "Intitulé de la pièce « O3 » : au lieu de « Mémoire », lire « Mémoire technique ».",
            Importance.MINOR,
        ),
        (
            "maximum_size: 2 Go",
            "maximum_size: 4 Go",
            "Taille maximale d'un pli : au lieu de « 2 Go », lire « 4 Go ».",
            Importance.MINOR,
        ),
        (
            "successive_deposits: last_only",
            "successive_deposits: last_per_lot",
            "Dépôts successifs : au lieu de « le dernier pli seul », lire « le dernier pli de chaque lot ».",
            Importance.MINOR,
        ),
        (
            "maximum_size: 2 Go",
            "maximum_size: 2 Go\n  virus_trace: true",
            "Remise des plis (trace du virus conservée) : ajouter « oui ».",
            Importance.MINOR,
        ),
    ],
)
def test_a_change_is_said_as_a_notice_says_it(
    old: str, new: str, sentence: str, importance: Importance
) -> None:
    assert said(changed((old, new))) == [(sentence, importance)]


def test_where_a_rule_is_written_is_no_change() -> None:
    assert changed(("source: RC 6.2", "source: RC 12.4")).changes == ()


def test_a_change_after_the_last_day_of_changes_is_late() -> None:
    term = (
        "    - {id: modifs, about: changes, period: 6 jours ouvrés, side: before, of: submission_deadline}\n"
    )
    with_term = ("  terms:\n", "  terms:\n" + term)
    late = changed(with_term, ("maximum_size: 2 Go", "maximum_size: 4 Go"), sent=date(2026, 10, 8))
    assert "DIFF-03" in [finding.code for finding in late.findings]
    early = changed(with_term, ("maximum_size: 2 Go", "maximum_size: 4 Go"), sent=date(2026, 10, 7))
    assert "DIFF-03" not in [finding.code for finding in early.findings]


def test_two_consultations_are_told_apart() -> None:
    changes = changed(("reference: PROPRE-1", "reference: AUTRE-2"))
    assert [finding.code for finding in changes.findings] == ["DIFF-04"]


def test_an_apostrophe_or_a_blank_is_no_change() -> None:
    assert changed(("Il est conseillé d'essayer", "Il est conseillé  d’essayer")).changes == ()


def test_a_new_deadline_stands_first_without_the_articles_of_its_whole_group() -> None:
    line = "  submission_deadline: 2026-10-15 12:00 Europe/Paris\n"
    later = line.replace("10-15", "10-29") + "  source: RC 1, RC 3.1, RC 6\n"
    title, (change,) = changed((line, later)).sections[0]
    assert title == "Dates limites"
    assert change.sentence.startswith("Date limite de remise des offres : au lieu de")
    assert change.article == ""


def test_a_group_that_says_nothing_is_no_change_and_another_is_told_by_its_words() -> None:
    group = (
        "form_reason: site occupé, source: RC 4",
        "form_reason: site occupé, exclusivity: {{{}}}, source: RC 4",
    )
    assert changed((group[0], group[1].format("source: RC 4"))).changes == ()
    (change,) = changed((group[0], group[1].format("scope: lot, sanction: all_eliminated"))).changes
    assert change.sentence.replace("\u00a0", " ") == (
        "Interdiction de répondre plusieurs fois : ajouter « étendue : lot, sanction : toutes éliminées »."
    )


@pytest.mark.parametrize(
    ("sent", "codes"),
    [
        (date(2026, 10, 9), []),
        (date(2026, 10, 10), ["DIFF-06"]),  # R.2132-6: six days before the 15th
        (date(2026, 10, 16), ["DIFF-05"]),
    ],
)
def test_what_is_sent_after_the_last_day_of_information_moves_the_deadline(
    sent: date, codes: list[str]
) -> None:
    one_word = ("name: Mémoire\n", "name: Mémoire technique\n")
    assert [finding.code for finding in changed(one_word, sent=sent).findings] == codes


def test_a_new_deadline_on_a_day_off_or_too_early_is_told() -> None:
    sunday = changed(("submission_deadline: 2026-10-15", "submission_deadline: 2026-10-25"))
    assert [finding.code for finding in sunday.findings] == ["CAL-12"]
    soon = changed(("submission_deadline: 2026-10-15", "submission_deadline: 2026-09-18"))
    assert {"DIFF-02", "DELAI-01"} <= {finding.code for finding in soon.findings}


def test_each_deadline_of_two_phases_is_kept_or_moved_later_and_the_invited_are_told() -> None:
    two = TEXT.replace("type: open", "type: restricted").replace(
        "submission_deadline: 2026-10-15",
        "candidacy_deadline: 2026-10-08 12:00 Europe/Paris\n  submission_deadline: 2026-12-15",
    )
    changes = changes_between(read(two), read(two.replace("2026-10-08", "2026-10-07")))
    assert "DIFF-02" in {finding.code for finding in changes.findings}
    assert any("invités" in told for told in changes.told)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("estimated_value: 300 000,00", "estimated_value: 350 000,00"),
        ("duration: 1 an\n  renewal", "duration: 2 ans\n  renewal"),
        ("bid_validity: {period: 120 jours", "bid_validity: {period: 180 jours"),
        ('times_contract: "1.5"', 'times_contract: "1"'),
    ],
)
def test_what_the_notice_announces_is_corrected_there_too(old: str, new: str) -> None:
    assert any("avis rectificatif" in told for told in changed((old, new)).told)


def test_a_document_added_is_an_important_change() -> None:
    document = (
        "  - {code: RC, name",
        "  - {code: CCTP2, name: Cahier des clauses techniques}\n  - {code: RC, name",
    )
    assert [it.code for it in changed(document).findings] == ["DIFF-01"]


def test_what_changes_for_some_lots_names_them() -> None:
    apart = """\
  for_lots:
    - lots: ["1"]
      criteria: [{id: prix, name: Prix, weight: 100, method: inverse, of: prix, price: true}]
"""
    end = "  ties: [{rule: best_mark, criterion: prix, source: RC 9}]\n"
    added = changed((end, end + apart))
    assert said(added) == [("Jugement propre « lot 1 » : à ajouter (Prix : 100).", Importance.IMPORTANT)]
    old = read(TEXT.replace(end, end + apart))
    new = read(TEXT.replace(end, end + apart.replace("name: Prix,", "name: Prix, social: true,")))
    assert said(changes_between(old, new)) == [
        (
            "Critère « lot 1 › Prix » (critère social) : au lieu de « non », lire « oui ».",
            Importance.IMPORTANT,
        )
    ]
