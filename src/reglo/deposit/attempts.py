"""What a sender tries, kept as evidence whatever comes of it: creations, chunks, acts on an upload (RATP)."""

from __future__ import annotations

import logging
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime
from typing import TypeVar

import psycopg
from psycopg_pool import PoolTimeout

from reglo.deposit import acts, store, tus
from reglo.deposit.acts import Platform
from reglo.deposit.database import Connection, at_once
from reglo.deposit.findings import BadRequest, refuse
from reglo.deposit.http import Request, cause_of, status_of
from reglo.deposit.receiving import Receiving
from reglo.deposit.store import Consultation, Upload
from reglo.procurement.findings import Refused

T = TypeVar("T")

log = logging.getLogger("reglo.deposit")


def find_consultation(platform: Platform, name: str) -> Consultation:
    with at_once(platform.pool) as connection:
        return store.find_consultation(connection, name)


def find(platform: Platform, token: str) -> tuple[Upload, Consultation]:
    with at_once(platform.pool) as connection:
        upload = store.find_upload(connection, token)
        return upload, store.find_consultation(connection, upload.consultation)


def create(
    platform: Platform, request: Request, name: str, started: datetime, connection: Connection
) -> tuple[Upload, Consultation, str]:
    """Create the upload its headers ask for, and give its capability."""
    consultation = store.find_consultation(connection, name)
    given = tus.metadata(request.headers)
    if "upload-defer-length" in request.headers:
        how = "Déclarez la taille du pli à la création."
        raise refuse(BadRequest, header="Upload-Defer-Length", why="refusé", how=how)
    size = tus.number(request.headers, "Upload-Length")
    depositor = tus.depositor(given)
    digest = tus.header_digest(given)
    upload, token = acts.create_upload(
        platform,
        connection,
        consultation=consultation,
        size=size,
        header_sha256=digest,
        depositor=depositor,
        replaces=given.get("replaces", ""),
        backup_copy=given.get("kind", "") == "backup_copy",
    )
    _keep(platform, connection, request, "create", started, depositor, consultation, upload, 201)
    return upload, consultation, token


def creation_refused(
    platform: Platform, request: Request, name: str, started: datetime, refused: Refused
) -> None:
    """Keep why nothing was created, where there is such a consultation."""
    depositor: dict[str, str] = {}
    with suppress(Refused):
        given = tus.metadata(request.headers)
        depositor = {key: given[key] for key in ("name", "email", "siret") if given.get(key)}
    with suppress(Refused), at_once(platform.pool) as connection:
        consultation = store.find_consultation(connection, name)
        _keep(platform, connection, request, "create", started, depositor, consultation, None, refused)


def act_on(platform: Platform, request: Request, token: str, kind: str, act: Callable[[Upload], T]) -> T:
    """What ``act`` gives, done to the upload of this capability."""
    started = platform.clock.now()
    upload, consultation = find(platform, token)

    def over(end: int | Refused) -> None:
        who = upload.depositor
        with at_once(platform.pool) as connection:
            _keep(platform, connection, request, kind, started, who, consultation, upload, end)

    try:
        given = act(upload)
    except Refused as refused:
        over(refused)
        raise
    over(200)
    return given


def _keep(
    platform: Platform,
    connection: Connection,
    request: Request,
    kind: str,
    started: datetime,
    depositor: dict[str, str],
    consultation: Consultation,
    upload: Upload | None,
    end: int | Refused,
) -> None:
    """An attempt from its start to its end: a status, or why it was refused."""
    status, error = (end, "") if isinstance(end, int) else (status_of(end), cause_of(end))
    store.save_attempt(
        connection,
        request.caller,
        node=platform.node,
        kind=kind,
        started_at=started,
        consultation=consultation,
        upload=upload.id if upload else None,
        depositor=depositor,
        ended_at=platform.clock.now(),
        status=status,
        error=error,
    )


def begin_chunk(
    platform: Platform,
    request: Request,
    upload: Upload,
    consultation: Consultation,
    offset: int,
    started: datetime,
) -> int:
    """Say that a chunk begins to come; without an end, the server died meanwhile. The attempt's number."""
    with at_once(platform.pool) as connection:
        return store.save_attempt(
            connection,
            request.caller,
            node=platform.node,
            kind="append",
            started_at=started,
            consultation=consultation,
            upload=upload.id,
            depositor=upload.depositor,
            from_offset=offset,
        )


def chunk_failed(platform: Platform, receiving: Receiving | None, attempt: int, refused: Refused) -> None:
    """Keep why a chunk failed; if the database is what failed, its missing end will say so."""
    status, error = status_of(refused), cause_of(refused)
    try:
        if receiving is not None:
            receiving.abandon(refused, status, error)
            return
        with at_once(platform.pool) as connection:
            store.end_attempt(connection, attempt, ended_at=platform.clock.now(), status=status, error=error)
    except (psycopg.OperationalError, PoolTimeout, Refused) as failed:
        log.warning("tentative %s : %s", attempt, failed)
