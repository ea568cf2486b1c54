"""What courts decided about deposits (legal-rules §2.2 to §2.4), played on the real acts with a set clock.

The expected outcome is the court's. Each test bears its decision's number.
"""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from tests.deposit.conftest import Open
from tests.deposit.support import REFERENCE, Pli, finished, make_pli

from reglo.deposit import acts, store
from reglo.deposit.acts import Platform
from reglo.deposit.backup_copies import copies_of
from reglo.deposit.clock import ReferenceClock
from reglo.deposit.evidence import gather
from reglo.deposit.evidence_page import document, lines
from reglo.deposit.findings import StoreFailed, refuse
from reglo.deposit.receiving import HashStates, Receiving
from reglo.deposit.store import Caller, Deposit
from reglo.exports.documents import Table
from reglo.procurement.deadlines.receipt import Timeliness
from reglo.procurement.findings import Refused
from reglo.sealing.receipt import Receipt

PARIS = ZoneInfo("Europe/Paris")


def paris(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=PARIS)


class Play:
    """A deposit played by hand, each step at the instant the case says."""

    def __init__(self, platform: Platform) -> None:
        self.platform = platform
        self.now = platform.clock.now()
        platform.clock = ReferenceClock(lambda: self.now, lambda: self.now.timestamp(), lambda: 0.0)
        self.states = HashStates()

    def at(self, instant: datetime) -> None:
        self.now = instant
        self.platform.clock.check()

    def begin(self, pli: Pli, who: str = "Alice", agent: str = "", replaces: str = "") -> tuple[str, str]:
        """Create the upload: (its number, its capability)."""
        self.agent = agent
        depositor = {"name": who, "email": f"{who.lower()}@exemple.fr"}
        with self.platform.pool.connection() as connection:
            consultation = store.find_consultation(connection, REFERENCE)
            attempt = self._attempt(connection, "create", None, depositor, consultation)
            try:
                upload, token = acts.create_upload(
                    self.platform,
                    connection,
                    consultation=consultation,
                    size=len(pli.data),
                    header_sha256=pli.header_sha256,
                    depositor=depositor,
                    replaces=replaces,
                )
            except Refused as refused:
                error = str(refused.findings[0])
                store.end_attempt(connection, attempt, ended_at=self.now, status=413, error=error)
                connection.commit()
                raise
            store.end_attempt(connection, attempt, ended_at=self.now, status=201)
        return upload.id, token

    def _attempt(
        self,
        connection: store.Connection,
        kind: str,
        upload: str | None,
        who: dict[str, str],
        about: store.Consultation,
    ) -> int:
        return store.save_attempt(
            connection,
            Caller(client="192.0.2.1", agent=self.agent),
            node="essai",
            kind=kind,
            started_at=self.now,
            consultation=about,
            upload=upload,
            depositor=who,
            from_offset=0,
        )

    def send(
        self, upload: str, pli: Pli, start: int, end: int, first: datetime, last: datetime
    ) -> Deposit | None:
        """One chunk whose first and last byte arrive at these instants."""
        self.at(first)
        with self.platform.pool.connection() as connection:
            row = store.upload_by_id(connection, upload)
            consultation = store.find_consultation(connection, REFERENCE)
            attempt = self._attempt(connection, "append", upload, row.depositor, consultation)
        receiving = Receiving(self.platform, self.states, consultation, row, start, attempt)
        try:
            for step in (receiving.write, receiving.walk):
                step(pli.data[start:end])
            receiving.progress.add(end - start, (last - first).total_seconds())
            self.at(last)
            return finished(receiving, first, last)
        finally:
            receiving.close()

    def fail(self, upload: str, at: datetime) -> None:
        """A chunk the platform could not keep."""
        self.at(at)
        with self.platform.pool.connection() as connection:
            row = store.upload_by_id(connection, upload)
            consultation = store.find_consultation(connection, REFERENCE)
            attempt = self._attempt(connection, "append", upload, row.depositor, consultation)
            error = str(refuse(StoreFailed, why="le disque de la plateforme est plein").findings[0])
            store.end_attempt(connection, attempt, ended_at=at, status=503, error=error)

    def deposit(self, pli: Pli, first: datetime, last: datetime, **options: str) -> tuple[Deposit, str]:
        """A whole deposit in one chunk; its capability too."""
        self.at(first)
        upload, token = self.begin(pli, **options)
        found = self.send(upload, pli, 0, len(pli.data), first, last)
        assert found is not None
        return found, token

    def state(self, deposit: Deposit) -> str:
        with self.platform.pool.connection() as connection:
            found = store.deposit_of(connection, deposit.upload)
        assert found is not None
        return found.state


@pytest.fixture
def play(platform: Platform) -> Play:
    return Play(platform)


def statement(deposit: Deposit) -> Receipt:
    return Receipt.from_bytes(deposit.receipt.encode())


def test_ta_dijon_1803328_a_bid_25_seconds_late_is_late(play: Play, consultation: Open, pli: Pli) -> None:
    consultation(paris("2018-11-05 12:00:00"))
    deposit, _ = play.deposit(pli, paris("2018-11-05 11:59:40"), paris("2018-11-05 12:00:25"))
    assert deposit.state == "late"
    assert statement(deposit).statement.timeliness is Timeliness.LATE


def test_ta_versailles_2300644_a_bid_29_seconds_late_is_late(
    play: Play, consultation: Open, pli: Pli
) -> None:
    consultation(paris("2023-01-17 10:00:00"))
    deposit, _ = play.deposit(pli, paris("2023-01-17 09:59:59"), paris("2023-01-17 10:00:29"))
    assert deposit.state == "late"


def test_begun_before_and_ended_after_the_hour_is_late_and_the_receipt_says_both_instants(
    play: Play, consultation: Open, pli: Pli
) -> None:
    """Ministry's doctrine: 16:55 to 17:01 for 17:00. It is received, and kept sealed (AP-B05)."""
    consultation(paris("2026-03-02 17:00:00"))
    deposit, _ = play.deposit(pli, paris("2026-03-02 16:55:00"), paris("2026-03-02 17:01:00"))
    said = statement(deposit).statement
    assert (said.first_byte_at, said.last_byte_at) == (
        paris("2026-03-02 16:55:00"),
        paris("2026-03-02 17:01:00"),
    )
    assert deposit.state == "late"
    read = play.platform.storage.read(deposit.upload, (), 0, deposit.size)
    assert b"".join(read) == pli.data


@pytest.mark.parametrize(("inclusive", "state"), [(True, "received"), (False, "late")])
def test_at_the_very_hour_depends_on_what_the_rules_say(
    play: Play, consultation: Open, pli: Pli, inclusive: bool, state: str
) -> None:
    """§2.2: « au plus tard à 12 h » or « avant 12 h » (S3, S4)."""
    noon = paris("2026-02-18 12:00:00")
    consultation(noon, deadline_inclusive=inclusive)
    deposit, _ = play.deposit(pli, noon - timedelta(seconds=3), noon)
    assert deposit.state == state
    with play.platform.pool.connection() as connection:
        page = list(lines(gather(connection, REFERENCE, noon - timedelta(hours=1), noon)))
    assert page[1].endswith("(Europe/Paris)" if inclusive else "(Europe/Paris), exclue")
    told = "" if inclusive else " (reçu hors délai)"
    assert any(line.endswith(f"Pli reçu en entier à l'heure limite même{told}.") for line in page)


def test_late_by_less_than_a_second_the_page_shows_by_how_much(
    play: Play, consultation: Open, pli: Pli
) -> None:
    noon = paris("2026-02-18 12:00:00")
    consultation(noon)
    play.deposit(pli, noon - timedelta(seconds=3), noon + timedelta(milliseconds=25))
    with play.platform.pool.connection() as connection:
        page = document(gather(connection, REFERENCE, noon - timedelta(hours=1), noon + timedelta(hours=1)))
    (received,) = (each for each in page.body if isinstance(each, Table) and "Plis reçus" in each.caption)
    assert received.rows[0][2] == "18/02/2026 12:00:00,025"
    assert received.rows[0][4] == "reçu hors délai, moins d'une seconde après l'heure limite"


def test_the_deadline_falls_inside_a_chunk(play: Play, consultation: Open, pli: Pli) -> None:
    """What counts is the last byte of the pli, not the first of its last chunk."""
    noon = paris("2026-02-18 12:00:00")
    consultation(noon)
    upload, _ = play.begin(pli)
    half = len(pli.data) // 2
    assert play.send(upload, pli, 0, half, noon - timedelta(minutes=5), noon - timedelta(minutes=1)) is None
    one = timedelta(microseconds=1)
    deposit = play.send(upload, pli, half, len(pli.data), noon - timedelta(seconds=9), noon + one)
    assert deposit is not None
    assert deposit.state == "late"


def test_ce_449250_the_platform_shows_what_it_did_while_a_diligent_bidder_failed(
    play: Play, consultation: Open, pli: Pli
) -> None:
    """RATP: late because the platform failed. The bid is kept and the page shows whose fault."""
    noon = paris("2026-02-18 12:00:00")
    consultation(noon)
    play.at(noon - timedelta(hours=2))
    upload, _ = play.begin(pli)
    for minutes in (90, 60, 30, 5):
        play.fail(upload, noon - timedelta(minutes=minutes))
    late = noon + timedelta(minutes=8)
    deposit = play.send(upload, pli, 0, len(pli.data), late, late)
    assert deposit is not None
    assert deposit.state == "late"
    with play.platform.pool.connection() as connection:
        page = gather(connection, REFERENCE, noon - timedelta(hours=3), noon + timedelta(hours=1))
    failed = [each for each in page.attempts if each.outcome == "plateforme"]
    assert [each.started_at for each in failed] == [
        noon - timedelta(minutes=minutes) for minutes in (90, 60, 30, 5)
    ]
    text = "\n".join(lines(page))
    assert "Alice : 6 requêtes, la première 2 h avant l'heure limite" in text
    assert "4 en échec du fait de la plateforme" in text
    assert all(minute.seconds == 0 for minute in page.minutes)  # no sample: nothing proved for the platform


def test_ce_506640_no_limit_but_the_one_announced(play: Play, consultation: Open, pli: Pli) -> None:
    """AP-HP: a 1 GB limit announced nowhere. Ours is announced, told before any byte, on record."""
    consultation(paris("2026-02-18 12:00:00"), max_size=len(pli.data))
    play.at(paris("2026-02-18 09:00:00"))
    upload, _ = play.begin(pli)  # exactly the limit: received
    assert play.send(upload, pli, 0, len(pli.data), play.now, play.now) is not None
    bigger = Pli(pli.data + bytes(10_240), pli.key, pli.pli)
    with pytest.raises(Refused) as refused:
        play.begin(bigger, who="Bob")
    assert f"la limite annoncée est de {len(pli.data)} octets" in str(refused.value)
    with play.platform.pool.connection() as connection:
        page = gather(connection, REFERENCE, paris("2026-02-18 08:00:00"), paris("2026-02-18 12:00:00"))
    assert page.attempts[-1].depositor["name"] == "Bob"
    assert page.attempts[-1].limits["max_size"] == len(pli.data)
    assert "la limite annoncée" in page.attempts[-1].error
    (bob,) = (line for line in lines(page) if line.startswith("– Bob"))
    assert bob.endswith(
        "; 1 sans suite du côté du déposant ou du réseau. Aucun pli reçu en entier pendant la période."
    )


def test_ce_506640_a_cap_nobody_announced_shows_as_the_platforms_failure(
    play: Play, consultation: Open, pli: Pli
) -> None:
    """A pli within the announced limits that stops each time at the same place: it is not too big."""
    noon = paris("2026-02-18 12:00:00")
    consultation(noon)
    play.at(noon - timedelta(hours=3))
    upload, _ = play.begin(pli)
    play.send(upload, pli, 0, 30_000, noon - timedelta(hours=3), noon - timedelta(hours=2, minutes=50))
    for minutes in (160, 100, 45, 10):
        play.fail(upload, noon - timedelta(minutes=minutes))
    with play.platform.pool.connection() as connection:
        page = gather(connection, REFERENCE, noon - timedelta(hours=4), noon)
        assert store.upload_by_id(connection, upload).state == "open"  # kept, and resumable
    assert len(pli.data) < page.consultation.limits["max_size"]
    assert [each.outcome for each in page.attempts[2:]] == ["plateforme"] * 4
    assert not any("DEPOT-04" in each.error for each in page.attempts)
    assert "4 en échec du fait de la plateforme" in "\n".join(lines(page))


def test_ce_449250_sending_no_copie_de_sauvegarde_is_held_against_nobody(
    play: Play, consultation: Open, pli: Pli
) -> None:
    """RATP: the copy is optional (CS-01). Without one, the same state, the same facts, not a word of it."""
    noon = paris("2026-02-18 12:00:00")
    consultation(noon)
    deposit, _ = play.deposit(pli, noon - timedelta(hours=1), noon + timedelta(minutes=3))
    with play.platform.pool.connection() as connection:
        page = gather(connection, REFERENCE, noon - timedelta(hours=2), noon + timedelta(hours=1))
        assert copies_of(connection, REFERENCE) == ()
    assert deposit.state == "late"
    assert "sauvegarde" not in "\n".join(lines(page))


def test_ta_dijon_2100373_a_first_try_20_minutes_before_shows_on_the_page(
    play: Play, consultation: Open, pli: Pli
) -> None:
    """Connecting about 20 minutes before is not diligent: the page says it, the judge concludes (V14)."""
    noon = paris("2021-01-15 12:00:00")
    consultation(noon)
    play.deposit(pli, noon - timedelta(minutes=20), noon + timedelta(minutes=1))
    with play.platform.pool.connection() as connection:
        page = gather(connection, REFERENCE, noon - timedelta(hours=1), noon + timedelta(hours=1))
    assert "la première 20 min avant l'heure limite" in "\n".join(lines(page))


def test_restarted_from_another_machine_the_whole_deposit_counts(
    play: Play, consultation: Open, pli: Pli
) -> None:
    """The first upload never ends; the second, begun elsewhere, is in on time. Both are shown."""
    noon = paris("2026-02-18 12:00:00")
    consultation(noon)
    play.at(noon - timedelta(minutes=50))
    first, _ = play.begin(pli, agent="poste 1")
    play.send(first, pli, 0, 30_000, noon - timedelta(minutes=50), noon - timedelta(minutes=40))
    deposit, _ = play.deposit(pli, noon - timedelta(minutes=15), noon - timedelta(minutes=2), agent="poste 2")
    assert deposit.state == "received"
    with play.platform.pool.connection() as connection:
        assert store.upload_by_id(connection, first).state == "open"
        page = gather(connection, REFERENCE, noon - timedelta(hours=1), noon)
    assert [each.agent for each in page.attempts] == ["poste 1", "poste 1", "poste 2", "poste 2"]
    said = "\n".join(lines(page))
    one, two = (f"origine {each} : alice@exemple.fr, 192.0.2.1, poste {each}" for each in (1, 2))
    assert f"Alice ({one} ; {two})" in said
    assert re.findall(r"· (.*?) · 0 o reçus", said) == ["création, origine 1", "création, origine 2"]
    assert re.findall(r"· (envoi.*?) ·", said) == ["envoi, origine 1", "envoi, origine 2"]
    assert "Pli reçu en entier 2 min avant l'heure limite." in said


def test_ta_poitiers_1702401_a_deposit_said_to_replace_another_stands_alone(
    play: Play, consultation: Open, pli: Pli, tmp_path: Path
) -> None:
    """No mixing of deposits; the replaced one ends in a stated place, its bytes kept sealed (V13)."""
    noon = paris("2026-02-18 12:00:00")
    consultation(noon)
    early = noon - timedelta(hours=2)
    first, token = play.deposit(pli, early, early)
    again = make_pli(tmp_path / "again")
    second, _ = play.deposit(again, noon - timedelta(hours=1), noon - timedelta(hours=1), replaces=token)
    assert (play.state(first), play.state(second)) == ("replaced", "received")
    assert statement(second).statement.replaces == (first.id,)
    read = play.platform.storage.read(first.upload, (), 0, first.size)
    assert b"".join(read) == pli.data


def test_of_two_replacements_of_one_pli_the_last_received_stands_alone(
    play: Play, consultation: Open, pli: Pli, tmp_path: Path
) -> None:
    """R.2151-6: begun on two machines, or in a page left open, both name the same earlier pli."""
    noon = paris("2026-02-18 12:00:00")
    consultation(noon)
    at = [noon - timedelta(hours=hours) for hours in (3, 2, 1)]
    first, token = play.deposit(pli, at[0], at[0])
    second, _ = play.deposit(make_pli(tmp_path / "again"), at[1], at[1], replaces=token)
    third, _ = play.deposit(make_pli(tmp_path / "other"), at[2], at[2], replaces=token)
    assert [play.state(each) for each in (first, second, third)] == ["replaced", "replaced", "received"]
    assert statement(third).statement.replaces == (second.id,)


def test_a_late_deposit_never_takes_away_the_one_received_in_time(
    play: Play, consultation: Open, pli: Pli, tmp_path: Path
) -> None:
    """R.2151-6: the last one received in time is opened."""
    noon = paris("2026-02-18 12:00:00")
    consultation(noon)
    first, token = play.deposit(pli, noon - timedelta(hours=2), noon - timedelta(hours=2))
    again, late = make_pli(tmp_path / "again"), noon + timedelta(seconds=1)
    second, _ = play.deposit(again, late, late, replaces=token)
    assert (play.state(first), play.state(second)) == ("received", "late")


def test_ce_454801_without_an_express_replacement_both_deposits_stay(
    play: Play, consultation: Open, pli: Pli, tmp_path: Path
) -> None:
    """Société TDS: the nature of each transmission is looked at; a person decides."""
    noon = paris("2026-02-18 12:00:00")
    consultation(noon)
    early = noon - timedelta(hours=2)
    first, _ = play.deposit(pli, early, early)
    second, _ = play.deposit(make_pli(tmp_path / "again"), early, early + timedelta(minutes=1))
    assert (play.state(first), play.state(second)) == ("received", "received")
