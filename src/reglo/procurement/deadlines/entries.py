"""What a calendar is made of: entries, checks of minimum periods, and the facts they are computed from."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time
from enum import StrEnum
from functools import cached_property
from typing import Required, TypedDict, Unpack
from zoneinfo import ZoneInfo

from reglo.procurement.consultation import Consultation, Term
from reglo.procurement.deadlines.events import EVENTS, SYNONYMS, event_names, label_of
from reglo.procurement.deadlines.findings import DateOutOfRange, EventUnknown
from reglo.procurement.deadlines.receipt import told_in, zone_of
from reglo.procurement.findings import Finding, Refused, Severity
from reglo.procurement.holidays import territory_of
from reglo.procurement.law import ProcedureLaw, procedure_on
from reglo.procurement.values import Instant

FIRST_YEAR, LAST_YEAR = 1900, 2200  # outside, a date is a slip of the keyboard


class Kind(StrEnum):
    """What an entry is about, in the order of a consultation's life."""

    EVENT = "event"  # a date entered for something that has happened, or is supposed to
    PUBLICATION = "publication"
    MINIMUM = "minimum"  # a limit set by the minimum period
    VISIT = "visit"
    DEADLINE = "deadline"
    TERM = "term"  # a term of the rules or of the code before or after an event
    OPENING = "opening"
    VALIDITY = "validity"
    AWARD = "award"
    REMEDY = "remedy"
    RECORD = "record"  # notices, essential data, retention
    CONTRACT = "contract"


class Bound(StrEnum):
    """How to read the date."""

    ON = "on"  # le
    LATEST = "latest"  # au plus tard le
    EARLIEST = "earliest"  # à partir du


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One date of the consultation, or the event it waits for.

    ``on`` is None when the date depends on the event ``awaits``, which can be given.
    ``at`` is set when an hour counts; a latest date without hour runs to midnight, local time.
    ``assumed``: computed from a date somebody entered, not from the rules.
    """

    id: str
    title: str
    kind: Kind
    bound: Bound
    computation: str
    party: str = ""  # "candidats", "acheteur"…
    on: date | None = None
    at: datetime | None = None
    awaits: str = ""
    assumed: bool = False
    source: str = ""  # article of the rules
    law: str = ""  # article of the law, or rule id

    def as_dict(self) -> dict[str, object]:
        """The stable JSON form."""
        return {
            "id": self.id,
            "title": self.title,
            "kind": self.kind.value,
            "bound": self.bound.value,
            "date": self.on.isoformat() if self.on else None,
            "instant": self.at.isoformat() if self.at else None,
            "awaits": self.awaits or None,
            "assumed": self.assumed,
            "party": self.party or None,
            "computation": self.computation,
            "source": self.source or None,
            "law": self.law or None,
        }


# from the day of an event, the day computed and the words that show how
Computed = Callable[[date], tuple[date, str]]


class EntryParts(TypedDict, total=False):
    """What an entry says whatever its date."""

    id: Required[str]
    title: Required[str]
    kind: Required[Kind]
    bound: Required[Bound]
    party: str
    source: str
    law: str


@dataclass(frozen=True, slots=True, kw_only=True)
class MinimumCheck:
    """The minimum period of one step, held against the dates known.

    ``margin``: days between the earliest lawful deadline and the one set; negative when violated.
    """

    step: str
    name: str
    days: int | None  # None: the code gives no figure
    ground: str  # why this period: "voie électronique", "urgence"…
    article: str
    sent: date | None
    deadline: date | None
    earliest: date | None  # lawful deadline for that sending
    latest_sending: date | None  # for that deadline
    margin: int | None
    computation: str

    def as_dict(self) -> dict[str, object]:
        """The stable JSON form."""
        return {
            "step": self.step,
            "name": self.name,
            "days": self.days,
            "ground": self.ground,
            "article": self.article,
            "sent": self.sent.isoformat() if self.sent else None,
            "deadline": self.deadline.isoformat() if self.deadline else None,
            "earliest_deadline": self.earliest.isoformat() if self.earliest else None,
            "latest_sending": self.latest_sending.isoformat() if self.latest_sending else None,
            "margin_days": self.margin,
            "computation": self.computation,
        }


@dataclass(frozen=True, slots=True)
class CalendarView:
    """Every date of a consultation, dated ones first in order, and what is wrong with them."""

    reference: str
    title: str
    zone: str  # local time of the buyer
    launch_date: date | None
    minimums: tuple[MinimumCheck, ...]
    entries: tuple[Entry, ...]
    findings: tuple[Finding, ...]

    @property
    def blocked(self) -> bool:
        """Whether a finding forbids going on."""
        return any(finding.weight is Severity.BLOCKING for finding in self.findings)

    def entry(self, entry_id: str) -> Entry:
        """The entry of that id; KeyError otherwise."""
        for entry in self.entries:
            if entry.id == entry_id:
                return entry
        raise KeyError(entry_id)

    def as_dict(self) -> dict[str, object]:
        """The stable JSON form."""
        return {
            "reference": self.reference,
            "title": self.title,
            "time_zone": self.zone,
            "launch_date": self.launch_date.isoformat() if self.launch_date else None,
            "minimum_periods": [check.as_dict() for check in self.minimums],
            "entries": [entry.as_dict() for entry in self.entries],
            "findings": [finding.as_dict() for finding in self.findings],
        }


@dataclass(frozen=True, slots=True)
class Moment:
    """An event whose day is known; ``at`` when its hour is too; ``assumed`` when somebody entered it."""

    day: date
    at: datetime | None = None
    assumed: bool = False

    @classmethod
    def of(cls, instant: Instant) -> Moment:
        return cls(instant.day, instant.at)

    def __lt__(self, other: Moment) -> bool:
        """Earlier by the instant when both have one, otherwise by the day."""
        if self.at and other.at:
            return self.at.astimezone(UTC) < other.at.astimezone(UTC)
        return self.day < other.day

    @property
    def words(self) -> str:
        return f"{self.at:%d/%m/%Y à %H:%M}" if self.at else f"{self.day:%d/%m/%Y}"


@dataclass(frozen=True)
class Facts:
    """What a calendar is computed from: the rules, and the dates entered for events."""

    consultation: Consultation
    sent: date | None = None
    events: Mapping[str, date] = field(default_factory=dict)

    def __post_init__(self) -> None:
        known = event_names(self.consultation)
        shown = ", ".join(sorted({label_of(name) for name in known}))
        faults: list[Finding] = [
            EventUnknown(facts={"name": name, "known": shown}) for name in self.events if name not in known
        ]
        faults += [
            DateOutOfRange(facts={"what": name, "day": day.isoformat()})
            for name, day in self._days()
            if not FIRST_YEAR <= day.year <= LAST_YEAR
        ]
        if faults:
            raise Refused(*faults)

    def _days(self) -> Iterator[tuple[str, date]]:
        """Every day the calendar starts from, named."""
        calendar, contract = self.consultation.calendar, self.consultation.contract
        visits = {visit.id: visit.at for visit in calendar.visits}
        instants = {**self._announced, **visits}
        yield from ((name, instant.day) for name, instant in instants.items() if instant)
        yield from self.events.items()
        days = {
            "notice": self.sent,
            "launched_on": calendar.launched_on,
            "starts_on": contract.starts_on if contract else None,
        }
        yield from ((name, day) for name, day in days.items() if day)

    @property
    def territory(self) -> str:
        """The buyer's own; when the rules do not say it, the one whose hour the deadline is told in."""
        said, zone = self.consultation.buyer.territory, told_in(self.consultation.calendar)
        return said or (zone and territory_of(zone.key)) or "metropole"

    @cached_property
    def zone(self) -> ZoneInfo:
        """The zone deadlines are told in, or local time at the buyer's."""
        return zone_of(self.consultation)

    @cached_property
    def launch_date(self) -> date | None:
        """The day that decides which law applies; None when neither sending nor launch is known."""
        return self.sent or self.events.get("notice") or self.consultation.launch_date

    @cached_property
    def law_day(self) -> date:
        """The day the law is read on: the launch, or the last date known when the launch is not."""
        calendar = self.consultation.calendar
        known = [self.launch_date] if self.launch_date else []
        for instant in (calendar.candidacy_deadline, calendar.submission_deadline):
            known += [instant.day] if instant else []
        known += sorted(self.events.values())
        return known[0] if known else date.max

    @cached_property
    def procedure(self) -> ProcedureLaw:
        consultation = self.consultation
        return procedure_on(consultation.procedure.type, consultation.buyer.kind, self.law_day)

    @property
    def _announced(self) -> dict[str, Instant | None]:
        """The instants the rules give, by event."""
        calendar = self.consultation.calendar
        return {
            "notice": calendar.sent_at,
            "candidacy_deadline": calendar.candidacy_deadline,
            "submission_deadline": calendar.submission_deadline,
            "final_bids_deadline": calendar.final_bids_deadline,
            "opening": calendar.opening_at,
        }

    def moment(self, name: str) -> Moment | None:
        """When an event takes place, from what was entered, else from the rules; None when unknown."""
        name = SYNONYMS.get(name, name)
        announced = self._announced.get(name)
        entered = self.sent if name == "notice" and self.sent else self.events.get(name)
        if announced and entered in (None, announced.day):
            return Moment.of(announced)
        if entered is None:
            return None
        # a postponed deadline keeps its hour
        clock = announced.at.timetz() if announced and name.endswith("_deadline") else None
        at = datetime.combine(entered, clock) if clock else None
        return Moment(entered, at, assumed=True)

    def start_of(self, term: Term) -> Moment | None:
        """When a term starts: where the RC says so, from the deadline as first announced, even postponed."""
        name = SYNONYMS.get(term.of, term.of)
        announced = self._announced.get(name)
        if announced and name.endswith("_deadline") and not term.moves_with_deadline:
            return Moment.of(announced)
        return self.moment(name)

    def named(self, name: str) -> str:
        """How a sentence names an event."""
        name = SYNONYMS.get(name, name)
        for visit in self.consultation.calendar.visits:
            if visit.id == name:
                return f"la visite « {name} »"
        return EVENTS.get(name, f"l'événement « {name} »")

    def on_the_day(self, day: date, clock: str) -> datetime:
        """That day at "12:00", in the zone of the deadlines."""
        return datetime.combine(day, time.fromisoformat(clock), tzinfo=self.zone)

    def entry(
        self,
        event: str,
        rule: str,
        computed: Computed,
        *,
        moment: Moment | None = None,
        **fixed: Unpack[EntryParts],
    ) -> Entry:
        """An entry computed from an event, or the one that says what it waits for.

        ``rule``: the computation in words; ``computed``: from the event's day, the day and its
        words; ``moment``: the event's day when the rules give it elsewhere than in the calendar.
        """
        moment = moment or self.moment(event)
        if moment is None:
            awaits = SYNONYMS.get(event, event)
            return Entry(awaits=awaits, computation=f"dépend de {self.named(event)} : {rule}", **fixed)
        try:
            day, words = computed(moment.day)
        except (OverflowError, ValueError):
            return Entry(computation=f"ne se calcule pas : {rule} sort du calendrier", **fixed)
        return Entry(on=day, computation=words, assumed=moment.assumed, **fixed)
