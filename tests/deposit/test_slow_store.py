"""A store that answers nobody keeps waiting whoever sends, and nobody else."""

from __future__ import annotations

import asyncio
import threading

from tests.deposit.asgi import ask
from tests.deposit.conftest import Open
from tests.deposit.support import CHUNK, PATIENCE, REFERENCE, TUS, Pli, alone, creation

from reglo.adapters.storage import Part, Storage, Writer
from reglo.adapters.storage.fake import FailingStorage
from reglo.deposit.acts import Platform
from reglo.deposit.app import DepositApp
from reglo.deposit.http import Settings

CREATE = f"/consultations/{REFERENCE}/depots"


class SilentStorage(FailingStorage):
    """Makes nothing durable until it ``answers``."""

    def __init__(self, inner: Storage) -> None:
        super().__init__(inner, [])
        self.asked, self.answers = threading.Semaphore(0), threading.Event()

    def writer(self, upload: str) -> Writer:
        return SilentWriter(self, self.inner.writer(upload))


class SilentWriter:
    def __init__(self, owner: SilentStorage, inner: Writer) -> None:
        self._owner, self._inner = owner, inner
        self.start, self.write, self.close = inner.start, inner.write, inner.close

    def flush(self) -> tuple[Part, ...]:
        self._owner.asked.release()
        assert self._owner.answers.wait(4 * PATIENCE)
        return self._inner.flush()


def test_a_store_that_answers_nobody_stops_neither_the_announces_nor_who_begins(
    platform: Platform, consultation: Open, pli: Pli
) -> None:
    """Limits, positions, creations and the measures of each second need no store: more senders than there
    are threads wait for it, and all of them go on once it answers."""
    consultation()
    platform.storage = store = SilentStorage(platform.storage)

    async def begun(app: DepositApp) -> str:
        return (await ask(app, "POST", CREATE, creation(pli))).headers["location"]

    async def play() -> None:
        app = DepositApp(platform, Settings(threads=2))
        try:
            places = [await begun(app) for _ in range(5)]
            chunk = {**CHUNK, "Upload-Offset": "0"}
            sent = [asyncio.ensure_future(ask(app, "PATCH", where, chunk, pli.data)) for where in places]
            for _ in range(2):
                assert await asyncio.to_thread(store.asked.acquire, timeout=PATIENCE)
            async with asyncio.timeout(PATIENCE):
                assert (await ask(app, "GET", f"/consultations/{REFERENCE}", {})).status == 200
                assert (await ask(app, "HEAD", places[-1], TUS)).headers["upload-offset"] == "0"
                assert await begun(app)
            assert not any(each.done() for each in sent)
            store.answers.set()
            assert [answer.status for answer in await asyncio.gather(*sent)] == [204] * 5
        finally:
            store.answers.set()
            app.close()

    alone(play())
