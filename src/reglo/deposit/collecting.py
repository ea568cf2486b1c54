"""The plis of a consultation brought together for its opening, one file each, whatever store kept them.

Only what is to be opened leaves the store: late, replaced and withdrawn plis stay there, sealed, and the
register says so (V13). Copies de sauvegarde are no plis: they have states of their own.
"""

from __future__ import annotations

import hashlib
import os
import re
import unicodedata
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from reglo.adapters.storage import Storage, StorageFailed
from reglo.deposit import store
from reglo.deposit.clock import ReferenceClock
from reglo.deposit.database import Connection, Pool
from reglo.deposit.findings import CollectedTooEarly, PliDiffers, SeveralOfOne, refuse
from reglo.deposit.store import Consultation, french
from reglo.procurement.deadlines.receipt import Timeliness, timeliness
from reglo.procurement.findings import Finding, Refused
from reglo.sealing import canonical
from reglo.sealing.canonical import Json
from reglo.sealing.pli import envelope_of
from reglo.sealing.receipt import Receipt

FORMAT = "reglo-register/1"
LIGATURES = str.maketrans(
    {"œ": "oe", "Œ": "oe", "æ": "ae", "Æ": "ae", "ß": "ss"}
)  # no decomposition has them


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """One deposit of the register. ``file``: its name in the folder, "" when it stays in the store."""

    id: str  # of the deposit, which is that of its receipt
    upload: str
    depositor: str
    state: str
    first_byte_at: datetime
    last_byte_at: datetime
    size: int
    envelope_sha256: str
    file: str
    marks: frozenset[str] = frozenset()  # what two deposits of one depositor have in common, one at least
    beside: tuple[str, ...] = ()  # receipts of the other plis to open of the same depositor


@dataclass(frozen=True, slots=True, kw_only=True)
class Collected:
    consultation: Consultation
    deposits: tuple[Kept, ...]  # by their last byte
    findings: tuple[Finding, ...]

    def register(self) -> bytes:
        """Every deposit and where its pli is, as canonical JSON."""
        return canonical.encode(
            {
                "format": FORMAT,
                "consultation": self.consultation.reference,
                "deposits": [
                    {
                        "receipt": kept.id,
                        "depositor": kept.depositor,
                        "state": kept.state,
                        "first_byte_at": kept.first_byte_at.isoformat(),
                        "last_byte_at": kept.last_byte_at.isoformat(),
                        "size": kept.size,
                        "envelope_sha256": kept.envelope_sha256,
                        "file": kept.file,
                        "same_depositor": list(kept.beside),
                    }
                    for kept in self.deposits
                ],
            }
        )


def collect_plis(
    pool: Pool,
    storage: Storage,
    clock: ReferenceClock,
    *,
    consultation: str,
    folder: Path,
    also_late: bool = False,
    progress: Callable[[str], None] = lambda file: None,
) -> Collected:
    """Write each pli to open as one file of ``folder``, held against the hash its receipt gives.

    also_late: late plis too, in ``hors-delai``, for a buyer who may not put them aside (CE 449250).
    A pli that is no longer what was received is a finding, and no file.
    Raises Refused: Unknown, CollectedTooEarly while a bid would still be on time, for even the number of
    deposits is nobody's before then (AP-T09). OSError when the folder cannot be written.
    """
    with pool.connection() as connection:
        found = store.find_consultation(connection, consultation)
        now = clock.now()
        if timeliness(now, found.deadline, found.deadline_inclusive) is Timeliness.ON_TIME:
            raise refuse(CollectedTooEarly, deadline=found.deadline_shown, now=french(now, found.zone))
        deposits = _deposits(connection, found.id, also_late)
        parts = {kept.upload: store.parts_of(connection, kept.upload) for kept in deposits if kept.file}
    findings: list[Finding] = []
    outcomes: list[Kept] = []
    for kept in deposits:
        if kept.file:
            progress(kept.file)
            blocks = storage.read(kept.upload, parts[kept.upload], 0, kept.size)
            why = _write(folder / kept.file, blocks, kept.envelope_sha256)
            if why:
                findings.append(PliDiffers(facts={"receipt": kept.id, "name": kept.depositor, "why": why}))
                kept = replace(kept, file="")
        outcomes.append(kept)
    outcomes, several = _several(outcomes)
    findings += several
    collected = Collected(consultation=found, deposits=tuple(outcomes), findings=tuple(findings))
    counts: dict[str, Json] = {"deposits": len(outcomes), "files": sum(1 for kept in outcomes if kept.file)}
    with pool.connection() as connection:
        digest = hashlib.sha256(collected.register()).hexdigest()
        store.record(
            connection,
            at=clock.now(),
            act="plis.collected",
            who="acheteur",
            on=found.reference,
            consultation=found.id,
            facts={**counts, "register_sha256": digest},
        )
    return collected


def _deposits(connection: Connection, consultation: str, also_late: bool) -> list[Kept]:
    rows = connection.execute(
        """SELECT deposits.* FROM deposits JOIN uploads ON uploads.id = deposits.upload
           WHERE deposits.consultation = %s AND uploads.kind = 'pli'
           ORDER BY deposits.last_byte_at, deposits.id""",
        (consultation,),
    ).fetchall()
    found = []
    for row in rows:
        said = Receipt.from_bytes(row["receipt"].encode()).statement.depositor
        depositor = said.name
        file = f"{_file_name(depositor)}-{row['id'][:8]}.pli"
        places = {"received": file, "late": f"hors-delai/{file}" if also_late else ""}
        found.append(
            Kept(
                id=row["id"],
                upload=row["upload"],
                depositor=depositor,
                state=row["state"],
                first_byte_at=row["first_byte_at"],
                last_byte_at=row["last_byte_at"],
                size=row["size"],
                envelope_sha256=row["envelope_sha256"],
                file=places.get(row["state"], ""),
                marks=frozenset({said.siret, said.account.casefold(), _folded(depositor)} - {""}),
            )
        )
    return found


def _several(deposits: Sequence[Kept]) -> tuple[list[Kept], list[Finding]]:
    """The deposits, each knowing those to open of the same depositor: same SIRET, account or name."""
    groups: list[list[Kept]] = []
    for kept in deposits:
        if kept.file:
            alike = [group for group in groups if any(kept.marks & each.marks for each in group)]
            groups = [group for group in groups if group not in alike]
            groups.append([each for group in alike for each in group] + [kept])
    beside: dict[str, tuple[str, ...]] = {}
    findings: list[Finding] = []
    for group in (group for group in groups if len(group) > 1):
        beside |= {kept.id: tuple(each.id for each in group if each is not kept) for kept in group}
        files = ", ".join(f"« {kept.file} »" for kept in group)
        findings.append(
            SeveralOfOne(facts={"count": len(group), "name": group[-1].depositor, "files": files})
        )
    return [replace(kept, beside=beside.get(kept.id, ())) for kept in deposits], findings


def _folded(name: str) -> str:
    return " ".join(name.casefold().split())


def _file_name(depositor: str) -> str:
    """A name any file system takes.

    >>> _file_name("Électricité Brunoy-Tassel & Cie"), _file_name("Œuvres & Cœur"), _file_name("../..")
    ('electricite-brunoy-tassel-cie', 'oeuvres-coeur', 'pli')
    """
    plain = (
        unicodedata.normalize("NFKD", depositor.translate(LIGATURES))
        .encode("ascii", "ignore")
        .decode()
        .lower()
    )
    return re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[:60] or "pli"


def _write(path: Path, blocks: Iterable[bytes], envelope: str) -> str:
    """Write the blocks, whole or not at all; why the file is not the one received, "" when it is."""
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(f".{path.name}.partiel")
    try:
        with temporary.open("wb") as sink:
            for block in blocks:
                sink.write(block)
            sink.flush()
            os.fsync(sink.fileno())
        found = envelope_of(temporary)
        if found != envelope:
            return f"son empreinte est {found}, le reçu dit {envelope}"
        temporary.replace(path)
    except StorageFailed as error:
        return error.why
    except Refused as refused:
        return str(refused.findings[0].facts["why"])
    finally:
        temporary.unlink(missing_ok=True)
    return ""
