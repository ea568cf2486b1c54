"""The calendar file: read back by an independent library, and moved without changing identity."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import icalendar
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reglo.exports.ics import NotACalendar, as_ics
from reglo.procurement.consultation import Consultation
from reglo.procurement.deadlines import calendar_of
from reglo.procurement.deadlines.entries import Bound, CalendarView, Entry, Kind
from reglo.reading.rules import read_rules

EXAMPLES = Path(__file__).parent.parent.parent / "examples"
STAMP = datetime(2026, 1, 5, 9, 30, tzinfo=UTC)


def rules() -> Consultation:
    loaded = read_rules(EXAMPLES / "stands-de-tir" / "rules.yaml")
    assert loaded.consultation is not None
    return loaded.consultation


def events(text: str) -> dict[str, icalendar.Event]:
    """The events of a file, by summary."""
    calendar = icalendar.Calendar.from_ical(text)
    return {str(event["SUMMARY"]).partition("] ")[2]: event for event in calendar.walk("VEVENT")}


def view_with(title: str, computation: str = "calcul", *, reference: str = "R-1") -> CalendarView:
    entry = Entry(
        id="essai",
        title=title,
        kind=Kind.TERM,
        bound=Bound.LATEST,
        on=date(2026, 2, 6),
        computation=computation,
    )
    return CalendarView(reference, "Essai", "Europe/Paris", None, (), (entry,), ())


def test_the_dated_entries_come_back_with_day_and_hour() -> None:
    view = calendar_of(rules())
    found = events(as_ics(view, stamp=STAMP))
    assert len(found) == sum(entry.on is not None for entry in view.entries)
    deadline = found["Date limite de réception (candidatures et offres)"]
    assert deadline["DTSTART"].dt == datetime(2026, 2, 18, 11, 0, tzinfo=UTC)  # noon in Paris
    assert "18/02/2026 à 12:00 (Europe/Paris)" in deadline["DESCRIPTION"]
    question = found["Dernier jour pour poser une question"]
    assert (question["DTSTART"].dt, question["DTEND"].dt) == (date(2026, 2, 6), date(2026, 2, 7))
    assert "17, 16, 13, 12, 11, 10, 9, 6" in question["DESCRIPTION"]
    assert "RC 9.1" in question["DESCRIPTION"]


def test_alarms_ring_before_the_deadline_and_in_the_morning_of_whole_days() -> None:
    found = events(as_ics(calendar_of(rules()), stamp=STAMP))
    deadline = found["Date limite de réception (candidatures et offres)"]
    assert [alarm["TRIGGER"].dt for alarm in deadline.walk("VALARM")] == [
        timedelta(-7),
        timedelta(-2),
        timedelta(-1),
    ]
    (alarm,) = found["Dernier jour pour poser une question"].walk("VALARM")
    assert alarm["TRIGGER"].dt == -timedelta(days=1, hours=15)  # nine o'clock, two days before
    assert [a["TRIGGER"].dt.days for a in found["Fin de validité des offres"].walk("VALARM")] == [-30, -15]


def test_a_moved_deadline_keeps_its_identity_and_raises_its_sequence() -> None:
    first = as_ics(calendar_of(rules()), stamp=STAMP)
    again = as_ics(calendar_of(rules()), stamp=STAMP, previous=first)
    assert again == first  # nothing moved
    moved_view = calendar_of(rules(), events={"submission_deadline": date(2026, 2, 25)})
    moved = as_ics(moved_view, stamp=STAMP + timedelta(days=1), previous=first)
    before, after = events(first), events(moved)
    title = "Dernier jour pour poser une question"
    assert before[title]["UID"] == after[title]["UID"]
    assert (before[title]["SEQUENCE"], after[title]["SEQUENCE"]) == (0, 1)
    assert after[title]["DTSTART"].dt == date(2026, 2, 13)


def test_a_date_that_vanished_is_cancelled_once() -> None:
    with_award = calendar_of(rules(), events={"award": date(2026, 4, 1)})
    first = as_ics(with_award, stamp=STAMP)
    second = as_ics(calendar_of(rules()), stamp=STAMP, previous=first)
    gone = events(second)["Fin du délai de suspension : signature risquée ce jour, interdite avant"]
    assert (gone["STATUS"], gone["SEQUENCE"]) == ("CANCELLED", 1)
    third = as_ics(calendar_of(rules()), stamp=STAMP, previous=second)
    assert third == second
    back_again = as_ics(with_award, stamp=STAMP, previous=third)
    restored = events(back_again)["Fin du délai de suspension : signature risquée ce jour, interdite avant"]
    assert (restored["STATUS"], restored["SEQUENCE"]) == ("TENTATIVE", 2)


def test_two_consultations_never_share_an_identifier() -> None:
    one, two = (as_ics(view_with("a", reference=ref), stamp=STAMP) for ref in ("R-1", "R-2"))
    ids = [{event["UID"] for event in events(text).values()} for text in (one, two)]
    assert not ids[0] & ids[1]


@settings(max_examples=80, deadline=None)
@given(st.text(st.characters(exclude_categories=["Cc", "Cs", "Zl", "Zp"]), min_size=1, max_size=300))
def test_any_text_comes_back_whole_from_lines_of_75_octets(title: str) -> None:
    text = as_ics(view_with(title, f"{title}\n{title}"), stamp=STAMP)
    assert all(len(line.encode()) <= 75 for line in text.split("\r\n"))
    assert "\n" not in text.replace("\r\n", "")
    (event,) = icalendar.Calendar.from_ical(text).walk("VEVENT")
    assert str(event["SUMMARY"]) == f"[R-1] {title}"
    assert str(event["DESCRIPTION"]) == f"{title}\n{title}"
    assert as_ics(view_with(title, f"{title}\n{title}"), stamp=STAMP, previous=text) == text


def test_control_characters_do_not_break_the_lines() -> None:
    view = view_with("a\r\nBEGIN:VEVENT\x00b\u2028c\x85d")
    text = as_ics(view, stamp=STAMP)
    assert text.count("\r\nBEGIN:VEVENT") == 1
    assert as_ics(view, stamp=STAMP, previous=text) == text


def test_a_document_that_is_not_a_calendar_is_not_written_over() -> None:
    with pytest.raises(NotACalendar):
        as_ics(view_with("a"), stamp=STAMP, previous="Chère Alice,")


def test_a_broken_calendar_is_read_as_far_as_it_goes() -> None:
    broken = "BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nUID:x\r\nSEQUENCE:beaucoup\r\nEND:VEVENT\r\nBEGIN:VEV"
    text = as_ics(view_with("a"), stamp=STAMP, previous=broken)
    assert "STATUS:CANCELLED" in text
