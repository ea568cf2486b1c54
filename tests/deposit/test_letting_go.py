"""What a chunk leaves behind it: no byte acknowledged beside its deposit, no lock, no memory."""

from __future__ import annotations

import asyncio
import gc

import httpx
import psycopg
import pytest
from tests.deposit.asgi import ask
from tests.deposit.conftest import Open
from tests.deposit.support import CHUNK, REFERENCE, Pli, Server, alone, creation

from reglo.deposit.acts import Platform
from reglo.deposit.app import DepositApp
from reglo.deposit.findings import Locked, refuse
from reglo.deposit.pli_stream import Announced, PliStream
from reglo.deposit.receiving import MAX_STATES, MAX_WEIGHT, HashStates, Receiving

CREATE = f"/consultations/{REFERENCE}/depots"
WHOLE = {**CHUNK, "Upload-Offset": "0"}


def test_the_last_byte_is_acknowledged_with_its_deposit_or_not_at_all(
    server: Server, consultation: Open, pli: Pli, urls: tuple[str, str]
) -> None:
    """A server that dies between the two would leave a whole pli that is no deposit, and its sender with
    nothing more to send."""
    consultation()
    with psycopg.connect(urls[1]) as owner:  # keep what each transaction leaves
        owner.execute(
            """CREATE TABLE reglo.seen (state text, received bigint);
               GRANT INSERT ON reglo.seen TO reglo_app;
               CREATE FUNCTION reglo.see() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
                   INSERT INTO reglo.seen SELECT state, received FROM reglo.uploads WHERE id = NEW.id;
                   RETURN NULL;
               END $$;
               CREATE CONSTRAINT TRIGGER see AFTER UPDATE ON reglo.uploads
                   DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION reglo.see()"""
        )
    server.environment = {"TEST_BATCH": "20000", "TEST_DURABLE_EVERY": "1"}  # each batch is acknowledged
    server.start()
    with server.client() as client:
        where = client.post(CREATE, headers=creation(pli)).headers["location"]
        assert client.patch(where, headers=WHOLE, content=pli.data).status_code == 204
    with psycopg.connect(urls[1]) as owner:
        seen = set(owner.execute("SELECT state, received FROM reglo.seen").fetchall())
    assert len([each for each in seen if each[0] == "open"]) > 1
    assert ("complete", len(pli.data)) in seen
    assert ("open", len(pli.data)) not in seen


def test_a_fault_of_our_own_lets_go_of_the_upload(
    client: httpx.Client, pli: Pli, urls: tuple[str, str]
) -> None:
    where = client.post(CREATE, headers=creation(pli)).headers["location"]
    with psycopg.connect(urls[1]) as owner:
        owner.execute(
            """CREATE FUNCTION reglo.fail() RETURNS trigger LANGUAGE plpgsql AS $$
               BEGIN RAISE EXCEPTION 'essai'; END $$;
               CREATE TRIGGER fail BEFORE UPDATE ON reglo.uploads EXECUTE FUNCTION reglo.fail()"""
        )
    assert client.patch(where, headers=WHOLE, content=pli.data).status_code == 500
    with psycopg.connect(urls[1]) as owner:
        owner.execute("DROP TRIGGER fail ON reglo.uploads")
    assert client.patch(where, headers=WHOLE, content=pli.data).status_code == 204
    assert client.get(f"{where}/recu").json()["receipt"]["envelope_sha256"] == pli.envelope


def held() -> list[Receiving]:
    return [each for each in gc.get_objects() if isinstance(each, Receiving)]


def test_a_chunk_that_is_over_holds_no_memory(platform: Platform, consultation: Open, pli: Pli) -> None:
    """Python looks for what only holds itself when it sees fit: hundreds of megabytes later."""
    consultation()

    async def play() -> list[Receiving]:
        app = DepositApp(platform)
        try:
            where = (await ask(app, "POST", CREATE, creation(pli))).headers["location"]
            gc.collect()
            gc.disable()
            assert (await ask(app, "PATCH", where, WHOLE, pli.data[:5000])).status == 204
            wrong = {**CHUNK, "Upload-Offset": "5000", "Upload-Checksum": "sha1 " + "A" * 27 + "="}
            assert (await ask(app, "PATCH", where, wrong, pli.data[5000:9000])).status == 460
            limit = asyncio.get_running_loop().time() + 30
            while held() and asyncio.get_running_loop().time() < limit:
                await asyncio.sleep(0.01)  # a thread lets go of its act just after it has told
            return held()
        finally:
            gc.enable()
            app.close()

    assert alone(play()) == []


def test_a_chunk_whose_end_fails_holds_no_memory(
    platform: Platform,
    consultation: Open,
    pli: Pli,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    consultation()

    def failing(*_: object, **__: object) -> None:
        raise refuse(Locked)

    async def play() -> list[Receiving]:
        app = DepositApp(platform)
        try:
            where = (await ask(app, "POST", CREATE, creation(pli))).headers["location"]
            monkeypatch.setattr("reglo.deposit.acts.keep_bytes", failing)
            gc.collect()
            gc.disable()
            assert (await ask(app, "PATCH", where, WHOLE, pli.data)).status == 423
            limit = asyncio.get_running_loop().time() + 30
            while held() and asyncio.get_running_loop().time() < limit:
                await asyncio.sleep(0.01)
            return held()
        finally:
            gc.enable()
            app.close()

    assert alone(play()) == []


def test_the_states_kept_between_chunks_take_a_bounded_memory() -> None:
    """Each header may be of eight megabytes, of a sender who never goes on."""
    announced = Announced(
        size=1 << 30,
        header_sha256="0" * 64,
        consultation=REFERENCE,
        opening_keys_sha256="0" * 64,
        max_documents=1,
        max_document_size=1,
    )
    states = HashStates()
    for number in range(MAX_STATES):
        state = PliStream(announced)
        state._kept += bytes(1 << 20)
        states.give(str(number), state)
    kept = [state for number in range(MAX_STATES) if (state := states.take(str(number)))]
    assert 0 < sum(state.weight for state in kept) <= MAX_WEIGHT
    assert kept[-1] is state, "the last one is kept"
