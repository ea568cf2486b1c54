"""The judge's question: who tried what, when, and did the platform work at that minute?

Facts only, read from the database: attempts as they were recorded, health second by second, starts and
stops, deposits, acts of the journal. Nothing here decides who was diligent (V14; CE 449250, CE 506640).

While a bid would still be on time, nobody learns who deposits, nor how many (V2, AP-T09): only the health of
the platform and what failed by its own fault are told, without any name, address or size.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from reglo.deposit import store
from reglo.deposit.database import Connection
from reglo.deposit.evidence_register import contradictions
from reglo.deposit.store import Consultation
from reglo.procurement.deadlines.receipt import Timeliness, timeliness

SLOW_MS = 2000  # beyond, a second counts as impaired
UNNAMED = "Nom tu jusqu'à l'heure limite"
SHORTEST = timedelta(seconds=2)  # a time that surely holds a sample
LONGEST_MINUTES = 7 * 24 * 60  # of a period whose health is told at all
LONGEST = timedelta(days=2)  # of a period told second by second; longer ones are told by minutes


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempt:
    """One request of a sender. ``status`` None: it never ended, the node having died."""

    id: int
    upload: str
    kind: str
    node: str
    client: str
    agent: str
    depositor: dict[str, str]
    limits: dict[str, int]
    started_at: datetime
    ended_at: datetime | None
    from_offset: int | None
    received: int
    kept: int
    progress: list[list[int]]
    status: int | None
    error: str
    backup_copy: bool = False  # of an electronic copie de sauvegarde, not of a bid

    @property
    def sender(self) -> str:
        """Who tried, as named at the attempt; a backup copy is told apart from a bid."""
        name = self.depositor.get("name", "") or "(non nommé)"
        return f"{name}, copie de sauvegarde" if self.backup_copy else name

    @property
    def origin(self) -> tuple[str, ...]:
        """Where it came from: electronic address given, network address, program."""
        return tuple(filter(None, (self.depositor.get("email", ""), self.client, self.agent)))

    @property
    def outcome(self) -> str:
        """Whose affair the end of it is: "reçu", "déposant ou réseau", "plateforme"."""
        if self.status is None or self.status >= 500:
            return "plateforme"
        return "reçu" if self.status < 400 else "déposant ou réseau"

    @property
    def rate(self) -> float | None:
        """Bytes per second over its whole length, None when it was too short to tell."""
        if self.ended_at is None or not self.received:
            return None
        seconds = (self.ended_at - self.started_at).total_seconds()
        return self.received / seconds if seconds >= 0.05 else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Minute:
    """What the platform shows of itself for one minute. ``seconds``: those with a sample from some node."""

    at: datetime
    seconds: int
    impaired: int  # seconds with a fault or a delay
    worst_loop_ms: int
    worst_storage_ms: int
    worst_database_ms: int
    worst_skew_ms: int
    received: int
    faults: tuple[str, ...]

    def shown(self, expected: int) -> str:
        """What this minute proves, in words."""
        if self.impaired:
            return f"dégradée pendant {self.impaired} s"
        if self.seconds < expected - 1 or not self.seconds:  # samples a hair over a second apart skip one
            return f"sans mesure pendant {max(expected - self.seconds, 1)} s"
        return "normale"


@dataclass(frozen=True, slots=True, kw_only=True)
class Second:
    """One sample of one node. ``impaired``: a fault or a delay beyond what is normal."""

    at: datetime
    node: str
    delay_ms: int  # the slowest of loop, durable write and database
    skew_ms: int
    received: int
    fault: str

    @property
    def impaired(self) -> bool:
        return bool(self.fault) or self.delay_ms > SLOW_MS


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """A node's life. ``stopped_at`` None: running, or killed."""

    node: str
    started_at: datetime
    stopped_at: datetime | None
    last_seen_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Received:
    """A deposit of the period."""

    id: str
    upload: str
    depositor: str
    first_byte_at: datetime
    last_byte_at: datetime
    state: str
    kind: str  # pli, backup_copy
    size: int
    journal_index: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Probe:
    """One look from outside."""

    at: datetime
    source: str
    ok: bool
    ms: int | None
    detail: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """Everything about one consultation between two instants, in order of time."""

    consultation: Consultation
    start: datetime
    end: datetime
    made_at: datetime
    attempts: tuple[Attempt, ...]
    deposits: tuple[Received, ...]
    minutes: tuple[Minute, ...]
    seconds: tuple[Second, ...]  # empty when the period is longer than LONGEST
    runs: tuple[Run, ...]
    probes: tuple[Probe, ...]
    journal_size: int
    journal_head: str  # leaf of the last entry: what is read here is bound to that state
    contradictions: tuple[str, ...] = ()  # between the register and what is signed or in the journal
    before_deadline: bool = False  # nothing that tells who deposits or how many is in it

    def expected(self, minute: Minute) -> int:
        """How many seconds of this minute fall within the period and before now."""
        begin = max(minute.at, self.start)
        return max(int((self.end_of(minute) - begin).total_seconds()), 0)

    def end_of(self, minute: Minute) -> datetime:
        """Where this minute ends, within the period and before now."""
        return min(minute.at + timedelta(minutes=1), self.end, self.made_at)

    @property
    def unfinished(self) -> bool:
        """Whether the period ends later than it was read: nothing can be said of the rest."""
        return self.end > self.made_at

    @property
    def normal(self) -> bool:
        """Whether each minute of the period, over and told whole, shows a working platform."""
        told = bool(self.minutes) and self.end_of(self.minutes[-1]) >= self.end - SHORTEST
        return told and all(minute.shown(self.expected(minute)) == "normale" for minute in self.minutes)


def gather(
    connection: Connection, name: str, start: datetime, end: datetime, probes: Iterable[Probe] = ()
) -> Evidence:
    """Read the evidence: health and failures alone before the deadline.

    Raises Refused(Unknown) for a consultation nobody opened.
    """
    consultation = store.find_consultation(connection, name)
    within = (start, end)
    rows = connection.execute(
        """SELECT id, upload, kind, node, client, agent, depositor, limits, started_at, ended_at, from_offset,
                  received, kept, progress, status, error,
                  EXISTS (SELECT FROM uploads u WHERE u.id = upload AND u.kind = 'backup_copy') AS backup_copy
           FROM attempts WHERE consultation = %s AND started_at <= %s AND coalesce(ended_at, started_at) >= %s
           ORDER BY started_at, id""",
        (consultation.id, end, start),
    ).fetchall()
    attempts = tuple(Attempt(**{**row, "upload": row["upload"] or ""}) for row in rows)
    rows = connection.execute(
        """SELECT d.id, d.upload, u.depositor->>'name' AS depositor, d.first_byte_at, d.last_byte_at, d.state,
                  u.kind, d.size, d.journal_index FROM deposits d JOIN uploads u ON u.id = d.upload
           WHERE d.consultation = %s AND d.last_byte_at BETWEEN %s AND %s ORDER BY d.last_byte_at""",
        (consultation.id, *within),
    ).fetchall()
    head = store.read_head(connection)
    now = connection.execute("SELECT clock_timestamp() AS now").fetchone()
    assert now is not None
    when = timeliness(now["now"], consultation.deadline, consultation.deadline_inclusive)
    evidence = Evidence(
        consultation=consultation,
        start=start,
        end=end,
        made_at=now["now"],
        attempts=attempts,
        deposits=tuple(Received(**row) for row in rows),
        minutes=_minutes(connection, start, min(end, now["now"])),
        seconds=_seconds(connection, start, end),
        runs=_runs(connection, start, end),
        probes=tuple(probe for probe in probes if start <= probe.at <= end),
        journal_size=head.tree.size,
        journal_head=head.previous,
        contradictions=contradictions(connection, consultation),
    )
    return without_depositors(evidence) if when is Timeliness.ON_TIME else evidence


def without_depositors(evidence: Evidence) -> Evidence:
    """What may be told while bids may still come: health, and failures of the platform, naming nobody."""
    failed = [attempt for attempt in evidence.attempts if attempt.outcome == "plateforme"]
    unnamed: dict[str, Any] = {
        "upload": "",
        "client": "",
        "agent": "",
        "depositor": {"name": UNNAMED},
        "from_offset": None,
    }
    unsized: dict[str, Any] = {"received": 0, "kept": 0, "progress": [], "backup_copy": False}
    return replace(
        evidence,
        attempts=tuple(replace(attempt, **unnamed, **unsized) for attempt in failed),
        deposits=(),
        contradictions=(),
        minutes=tuple(replace(minute, received=0) for minute in evidence.minutes),
        seconds=tuple(replace(second, received=0) for second in evidence.seconds),
        before_deadline=True,
    )


def _minutes(connection: Connection, start: datetime, end: datetime) -> tuple[Minute, ...]:
    """Each minute of the period, those without any sample included; at most a week of them.

    What is left of a last minute too short to hold a sample is no minute of its own.
    """
    rows = connection.execute(
        """WITH seconds AS (
               SELECT date_trunc('minute', at) AS minute, date_trunc('second', at) AS second,
                      bool_or(fault <> '' OR greatest(storage_ms, loop_ms, database_ms) > %(slow)s) AS bad,
                      max(loop_ms) AS loop, max(storage_ms) AS storage, max(database_ms) AS database,
                      max(abs(skew_ms)) AS skew, sum(received) AS received,
                      array_remove(array_agg(DISTINCT fault), '') AS faults
               FROM health WHERE at >= %(start)s AND at < %(end)s GROUP BY 1, 2)
           SELECT minute, count(*) AS seconds, count(*) FILTER (WHERE bad) AS impaired, max(loop) AS loop,
                  max(storage) AS storage, max(database) AS database, max(skew) AS skew,
                  sum(received) AS received,
                  array_agg(DISTINCT fault) FILTER (WHERE fault IS NOT NULL) AS faults
           FROM seconds LEFT JOIN LATERAL unnest(faults) AS fault ON true GROUP BY minute""",
        {"start": start, "end": end, "slow": SLOW_MS},
    ).fetchall()
    found = {row["minute"]: row for row in rows}
    minutes: list[Minute] = []
    at = start.astimezone(UTC).replace(second=0, microsecond=0)
    while at < end - SHORTEST * bool(minutes) and len(minutes) < LONGEST_MINUTES:
        row = found.get(at)
        minutes.append(
            Minute(
                at=at,
                seconds=row["seconds"] if row else 0,
                impaired=row["impaired"] if row else 0,
                worst_loop_ms=row["loop"] if row else 0,
                worst_storage_ms=(row["storage"] or 0) if row else 0,
                worst_database_ms=row["database"] if row else 0,
                worst_skew_ms=row["skew"] if row else 0,
                received=int(row["received"]) if row else 0,
                faults=tuple(row["faults"] or ()) if row else (),
            )
        )
        at += timedelta(minutes=1)
    return tuple(minutes)


def _seconds(connection: Connection, start: datetime, end: datetime) -> tuple[Second, ...]:
    """Each sample of each node, in order of time."""
    if end - start > LONGEST:
        return ()
    rows = connection.execute(
        """SELECT at, node, greatest(loop_ms, coalesce(storage_ms, 0), database_ms) AS delay_ms, skew_ms,
                  received, fault FROM health WHERE at BETWEEN %s AND %s ORDER BY at, node""",
        (start, end),
    )
    return tuple(Second(**row) for row in rows)


def _runs(connection: Connection, start: datetime, end: datetime) -> tuple[Run, ...]:
    rows = connection.execute(
        """SELECT n.node, n.started_at, n.stopped_at,
                  (SELECT max(at) FROM health h WHERE h.node = n.node AND h.at >= n.started_at
                   AND h.at < coalesce((SELECT min(m.started_at) FROM nodes m WHERE m.node = n.node
                                        AND m.started_at > n.started_at), 'infinity')) AS last_seen_at
           FROM nodes n WHERE n.started_at <= %s AND coalesce(n.stopped_at, 'infinity') >= %s
           ORDER BY n.started_at""",
        (end, start),
    ).fetchall()
    return tuple(Run(**row) for row in rows)


def read_probes(path: Path) -> tuple[Probe, ...]:
    """Results of an outside probe, one JSON object a line: at (ISO 8601 and zone), source, ok, ms, detail.

    ValueError, in French, on a line that is not one.
    """
    probes = []
    with path.open(encoding="utf-8", errors="replace") as lines:
        for number, line in enumerate(lines, 1):
            if not line.strip():
                continue
            try:
                given = json.loads(line)
                at = datetime.fromisoformat(given["at"])
                ms = given.get("ms")
                if at.tzinfo is None:
                    raise ValueError
                probes.append(
                    Probe(
                        at=at,
                        source=str(given["source"]),
                        ok=bool(given["ok"]),
                        ms=None if ms is None else int(ms),
                        detail=str(given.get("detail", "")),
                    )
                )
            except (ValueError, KeyError, TypeError, AttributeError, OverflowError, RecursionError) as error:
                raise ValueError(
                    f"sa ligne {number} n'est pas une mesure : un objet JSON, avec « at » (date, heure et "
                    "fuseau), « source » et « ok »"
                ) from error
    return tuple(probes)


def as_dict(evidence: Evidence) -> dict[str, Any]:
    """The whole, for machines. Instants in UTC, ISO 8601."""

    def plain(value: Any) -> Any:
        if isinstance(value, datetime):
            return value.astimezone(UTC).isoformat()
        if hasattr(value, "__dataclass_fields__"):
            return {name: plain(getattr(value, name)) for name in value.__dataclass_fields__}
        if isinstance(value, (tuple, list)):
            return [plain(item) for item in value]
        return value

    consultation = evidence.consultation
    said: dict[str, Any] = {"format": "reglo-evidence/1"}
    said |= {name: plain(getattr(evidence, name)) for name in evidence.__dataclass_fields__}
    said["consultation"] = {
        "reference": consultation.reference,
        "title": consultation.title,
        "buyer": consultation.buyer,
        "deadline": plain(consultation.deadline),
        "limits": consultation.limits,
    }
    for given, attempt in zip(said["attempts"], evidence.attempts, strict=True):
        given["outcome"] = attempt.outcome
    return said


def by_sender(attempts: Sequence[Attempt]) -> dict[str, list[Attempt]]:
    """Attempts of each ``sender``, in order of their first try."""
    found: dict[str, list[Attempt]] = {}
    for attempt in attempts:
        found.setdefault(attempt.sender, []).append(attempt)
    return found
