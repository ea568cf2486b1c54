"""The deposit server as a bare ASGI application: tus 1.0.0, receipts, state.

The event loop only moves bytes; hashing, disk and database work in threads. A chunk is answered
once it is durable and the database says so. The last byte makes the deposit, whether or not anybody
is still there to hear it.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from functools import partial
from typing import Any, TypeVar

import psycopg
from psycopg_pool import PoolTimeout

from reglo.deposit import acts, attempts, pages, receipts, store, tus
from reglo.deposit.acts import STATE_FR, Platform
from reglo.deposit.chunk import Chunk
from reglo.deposit.crew import Crew
from reglo.deposit.database import at_once
from reglo.deposit.findings import (
    AlreadyReceived,
    DatabaseDown,
    Gone,
    Locked,
    NotReceivedYet,
    TooSlow,
    Unknown,
    refuse,
)
from reglo.deposit.http import (
    Active,
    Answer,
    Body,
    Receive,
    Request,
    Scope,
    Send,
    Settings,
    beyond,
    cors,
    limit_headers,
    read_request,
    refusal,
)
from reglo.deposit.receiving import HashStates, Receiving
from reglo.deposit.store import Consultation, Deposit, Upload
from reglo.deposit.together import Together
from reglo.deposit.withdrawal import Withdrawn, withdraw_deposit
from reglo.procurement.findings import Refused
from reglo.sealing.receipt import Receipt

T = TypeVar("T")

log = logging.getLogger("reglo.deposit")


def receipt_pdf(receipt: bytes) -> bytes:
    """The pages of a receipt, its JSON inside. Slow to load: only when asked for."""
    from reglo.exports.documents import to_pdf
    from reglo.exports.receipt_document import receipt_document

    return to_pdf(receipt_document(Receipt.from_bytes(receipt)))


class DepositApp:
    """The ASGI application. ``run`` starts what works beside the requests; ``stop`` ends it."""

    def __init__(self, platform: Platform, settings: Settings | None = None) -> None:
        self.platform = platform
        self.settings = settings or Settings()
        self.states = HashStates()
        self.threads = Crew(self.settings.threads // 2, "reglo")
        self.storing = Crew(self.settings.threads, "reglo-store")  # a slow store keeps only whoever needs it
        self.hashers = Crew(4, "reglo-hash")
        self.together = Together(platform.pool)
        self.active: dict[str, Active] = {}
        self.requests = 0
        self.received = 0  # bytes, since the start
        self.news = asyncio.Event()  # a deposit has just been received
        self.stamped = asyncio.Event()  # some receipts have just been time-stamped
        self.fault = ""  # what is wrong at this moment, for the health samples

    def close(self) -> None:
        """Let the threads go, once nothing is served any more."""
        self.threads.close()
        self.storing.close()
        self.hashers.close()
        self.together.close()

    # --- ASGI ---------------------------------------------------------------------------------

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return
        self.requests += 1
        body = Body(receive)
        try:
            answer = await self._answer(scope, body)
            if answer.status >= 400 and scope["method"] in ("PATCH", "POST"):
                await body.drain()
        finally:
            self.requests -= 1
        await self._send(scope, send, answer)

    async def _send(self, scope: Scope, send: Send, answer: Answer) -> None:
        headers = [*answer.safe, ("Tus-Resumable", tus.VERSION), *answer.headers, *cors(scope, self.settings)]
        if answer.body:
            headers.append(("Content-Type", answer.type))
        if answer.status != 204:
            headers.append(("Content-Length", str(len(answer.body))))
        raw = [(name.lower().encode(), value.encode("latin-1", "replace")) for name, value in headers]
        body = b"" if scope["method"] == "HEAD" else answer.body
        await send({"type": "http.response.start", "status": answer.status, "headers": raw})
        await send({"type": "http.response.body", "body": body})

    async def _answer(self, scope: Scope, receive: Receive) -> Answer:
        """The answer to a request; every failure is a finding, told in French and as JSON."""
        try:
            return await self._route(read_request(scope, receive, self.settings))
        except Refused as refused:
            return refusal(refused)
        except (psycopg.OperationalError, PoolTimeout) as error:
            log.warning("base de données : %s", error)
            return refusal(refuse(DatabaseDown), retry=2)
        except Exception:
            log.exception("erreur imprévue")
            return Answer(500, body=store.as_json({"cause": "Erreur imprévue, consignée par la plateforme."}))

    async def _route(self, request: Request) -> Answer:
        method = request.method
        if method == "OPTIONS":
            return await self._options(request)
        match request.path:
            case ("",) if method in ("GET", "HEAD"):
                return Answer(302, [("Location", "/deposer/")])
            case ("deposer",) | ("deposer", _) if method in ("GET", "HEAD"):
                return pages.page(request.scope)
            case ("sante",) if method in ("GET", "HEAD"):
                return await self._health()
            case ("consultations", name) if method in ("GET", "HEAD"):
                return await self._consultation(name)
            case ("consultations", name, "cles") if method in ("GET", "HEAD"):
                consultation = await self.in_thread(attempts.find_consultation, self.platform, name)
                return Answer(200, body=consultation.opening_keys)
            case ("consultations", name, "depots") if method == "POST":
                return await self._create(request, name)
            case ("depots", token) if method in ("HEAD", "GET"):
                return await self._state(token)
            case ("depots", token) if method == "PATCH":
                tus.check_version(request.headers)
                upload, consultation = await self.in_thread(attempts.find, self.platform, token)
                return await self._append(request, token, upload, consultation)
            case ("depots", token) if method == "DELETE":
                tus.check_version(request.headers)
                await self.in_store(
                    attempts.act_on, self.platform, request, token, "terminate", self._terminate
                )
                return Answer(204)
            case ("depots", token, "recu") if method in ("GET", "HEAD"):
                return await self._receipt(token)
            case ("depots", token, "recu.pdf") if method in ("GET", "HEAD"):
                receipt = await self._receipt(token)
                body = await self.in_thread(receipt_pdf, receipt.body)
                return Answer(200, body=body, type="application/pdf")
            case ("depots", token, "retrait") if method == "POST":
                return await self._withdraw(request, token)
        raise refuse(Unknown)

    def in_thread(self, act: Callable[..., T], *arguments: Any) -> asyncio.Future[T]:
        return self.threads.do(act, *arguments)

    def in_store(self, act: Callable[..., T], *arguments: Any) -> asyncio.Future[T]:
        """As ``in_thread``, for what waits for the store."""
        return self.storing.do(act, *arguments)

    # --- What is announced ------------------------------------------------------------------------

    async def _options(self, request: Request) -> Answer:
        headers = [
            ("Tus-Version", tus.VERSION),
            ("Tus-Extension", tus.EXTENSIONS),
            ("Tus-Checksum-Algorithm", ",".join(tus.CHECKSUMS)),
        ]
        if request.path[:1] == ("consultations",) and len(request.path) >= 2:
            headers += limit_headers(
                await self.in_thread(attempts.find_consultation, self.platform, request.path[1])
            )
        return Answer(204, headers)

    async def _consultation(self, name: str) -> Answer:
        """What a sender must know before its first byte."""
        found = await self.in_thread(attempts.find_consultation, self.platform, name)
        said = {
            "id": found.id,
            "reference": found.reference,
            "title": found.title,
            "buyer": found.buyer,
            "deadline": found.deadline.isoformat(),
            "deadline_inclusive": found.deadline_inclusive,
            "zone": found.zone,
            "limits": found.limits,
            "opening_keys_sha256": found.opening_keys_sha256,
            "replaces_allowed": found.replaces_allowed,
            "deposits": f"/consultations/{found.id}/depots",
            "now": self.platform.clock.now().isoformat(),
        }
        return Answer(200, limit_headers(found), store.as_json(said))

    async def _health(self) -> Answer:
        """Whether this node may receive. 503 when not, so that a balancer sends elsewhere."""
        clock = self.platform.clock
        good = clock.trusted and not self.fault
        said = {
            "node": self.platform.node,
            "receives": good,
            "fault": self.fault,
            "skew_ms": round(clock.last.skew * 1000),
            "now": clock.now().isoformat(),
        }
        return Answer(200 if good else 503, body=store.as_json(said))

    # --- Creation -------------------------------------------------------------------------------------

    async def _create(self, request: Request, name: str) -> Answer:
        tus.check_version(request.headers)
        asked = self.platform, request, name, self.platform.clock.now()
        try:
            upload, consultation, token = await self.together.do(partial(attempts.create, *asked))
        except Refused as refused:
            await self.in_thread(attempts.creation_refused, *asked, refused)
            raise
        location = f"/depots/{token}"
        headers = [
            ("Location", location),
            ("Upload-Expires", tus.http_date(upload.expires_at)),
            *limit_headers(consultation),
        ]
        if request.headers.get("content-length", "0") == "0" and "transfer-encoding" not in request.headers:
            return Answer(201, headers)
        tus.check_chunk_type(request.headers)
        appended = await self._append(request, token, upload, consultation, offset=0)
        if appended.status != 204:
            return Answer(appended.status, [*headers, *appended.headers], appended.body)
        return Answer(201, [*headers, *appended.headers])

    # --- Chunks -----------------------------------------------------------------------------------------

    async def _append(
        self,
        request: Request,
        token: str,
        upload: Upload,
        consultation: Consultation,
        offset: int | None = None,
    ) -> Answer:
        """Receive one chunk. It is acknowledged by 204 and Upload-Offset, once durable."""
        if offset is None:
            tus.check_chunk_type(request.headers)
            offset = tus.number(request.headers, "Upload-Offset")
        checksum = tus.checksum(request.headers)
        if upload.state == "complete":
            raise refuse(AlreadyReceived)
        if upload.state != "open":
            raise refuse(Gone, why=STATE_FR[upload.state])
        self.platform.require_right_time()
        active = await self._only_one(upload.id)
        try:
            return await self._receive(request, token, upload, consultation, offset, checksum, active)
        finally:
            del self.active[upload.id]
            active.done.set()

    async def _only_one(self, upload: str) -> Active:
        """Take the upload in this process; a chunk that has gone silent gives way."""
        loop = asyncio.get_running_loop()
        other = self.active.get(upload)
        if other is not None:
            if loop.time() - other.last > self.settings.busy_for:
                other.give_way()
                try:
                    await asyncio.wait_for(other.done.wait(), 5)
                except TimeoutError:
                    raise refuse(Locked) from None
            if upload in self.active:
                raise refuse(Locked)
        mine = self.active[upload] = Active(loop.time())
        return mine

    async def _receive(
        self,
        request: Request,
        token: str,
        upload: Upload,
        consultation: Consultation,
        offset: int,
        checksum: tus.Checksum | None,
        active: Active,
    ) -> Answer:
        started = self.platform.clock.now()
        attempt = await self.in_thread(
            attempts.begin_chunk, self.platform, request, upload, consultation, offset, started
        )
        receiving: Receiving | None = None
        failed: Exception | None = None
        deposit: Deposit | None = None
        reached = offset
        try:
            length = request.headers.get("content-length")
            if length is not None and offset + tus.number(request.headers, "Content-Length") > upload.size:
                raise beyond(upload, offset + int(length))
            receiving = await self.in_store(
                Receiving,
                self.platform,
                self.states,
                consultation,
                upload,
                offset,
                attempt,
            )
            if checksum:
                receiving.remember()
            chunk = Chunk(self, request.receive, receiving, active, checksum)
            deposit = await asyncio.shield(asyncio.ensure_future(chunk.receive_all()))
            reached = receiving.kept
        except (psycopg.OperationalError, PoolTimeout) as error:
            log.warning("base de données : %s", error)
            failed = refuse(DatabaseDown)
        except Refused as refused:
            failed = refused.with_traceback(None)  # else it and what was received hold each other
        except Exception as error:  # a fault of our own too must let go of the upload
            failed = error
        try:
            if isinstance(failed, Refused):
                await self.in_thread(attempts.chunk_failed, self.platform, receiving, attempt, failed)
        finally:
            if receiving is not None:
                await self.in_thread(receiving.close)
        try:
            if failed is not None:
                raise failed
        finally:
            del failed
        headers = [("Upload-Offset", str(reached)), ("Upload-Expires", tus.http_date(upload.expires_at))]
        if deposit is not None:
            self.news.set()
            headers.append(("Reglo-Recu", f"/depots/{token}/recu"))
        return Answer(204, headers)

    # --- State and receipt ------------------------------------------------------------------------------

    async def _state(self, token: str) -> Answer:
        upload, deposit = await self.in_thread(self._find_state, token)
        if upload.state not in ("open", "complete"):
            raise refuse(Gone, why=STATE_FR[upload.state])
        said = {
            "state": deposit.state if deposit else upload.state,
            "size": upload.size,
            "received": upload.received,
            "expires_at": upload.expires_at.isoformat(),
            "receipt": f"/depots/{token}/recu" if deposit else None,
        }
        headers = [
            ("Upload-Offset", str(upload.received)),
            ("Upload-Length", str(upload.size)),
            ("Upload-Expires", tus.http_date(upload.expires_at)),
        ]
        return Answer(200, headers, store.as_json(said))

    def _find_state(self, token: str) -> tuple[Upload, Deposit | None]:
        with at_once(self.platform.pool) as connection:
            upload = store.find_upload(connection, token)
            return upload, store.deposit_of(connection, upload.id)

    async def _receipt(self, token: str) -> Answer:
        """The server's copy of the receipt, its time-stamp waited for a moment."""
        loop = asyncio.get_running_loop()
        limit = loop.time() + self.settings.stamp_wait
        while True:
            stamped = self.stamped
            upload, deposit = await self.in_thread(self._find_state, token)
            if deposit is None:
                raise refuse(NotReceivedYet, received=upload.received, size=upload.size)
            left = limit - loop.time()
            if deposit.token is not None or self.platform.authority is None or left <= 0:
                break
            try:
                await asyncio.wait_for(stamped.wait(), left)
            except TimeoutError:
                continue
        receipt = await self.in_thread(receipts.receipt_of, self.platform, deposit)
        return Answer(200, body=receipt.to_bytes())

    # --- Giving up, withdrawing -------------------------------------------------------------------------

    def _terminate(self, upload: Upload) -> None:
        acts.terminate_upload(self.platform, upload=upload.id)

    async def _withdraw(self, request: Request, token: str) -> Answer:
        seconds = self.settings.idle
        body = bytearray()
        more = True
        try:
            async with asyncio.timeout(seconds):
                while more and len(body) < 1024:
                    message = await request.receive()
                    body += message.get("body", b"")
                    more = bool(message.get("more_body"))
        except TimeoutError:
            raise refuse(TooSlow, what="La signature n'est pas arrivée", seconds=round(seconds)) from None
        signature = body.decode("ascii", "replace").strip()

        def withdraw(upload: Upload) -> Withdrawn:
            return withdraw_deposit(self.platform, upload=upload.id, signature=signature)

        withdrawn = await self.in_thread(attempts.act_on, self.platform, request, token, "withdraw", withdraw)
        return Answer(200, body=store.as_json(withdrawn.as_dict()))
