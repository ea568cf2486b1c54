"""The embedded PostgreSQL: it outlives who is killed, the next adopts it, the last stops it."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest
from tests.deposit.support import CHUNK, KEYS, REFERENCE, Pli, Server, creation, in_hours, resume

from reglo.cli import run
from reglo.deposit.consultations import open_consultation
from reglo.deposit.server import Node, platform_of

USER = """
import sys
from pathlib import Path
from reglo.deposit.consultations import open_consultation
from reglo.deposit.database import Embedded
server = Embedded(Path(sys.argv[1]))
print("prêt", flush=True)
sys.stdin.read()
server.stop()
"""


@pytest.fixture
def folder() -> Iterator[Path]:
    """Not under pytest's own folder, too long a path for a socket."""
    root = Path(tempfile.mkdtemp(prefix="reglo-pg-"))
    yield root / "data"
    shutil.rmtree(root, ignore_errors=True)


def user(folder: Path) -> subprocess.Popen[str]:
    """Another process that uses the database until it is told to end."""
    process = subprocess.Popen(
        [sys.executable, "-c", USER, folder], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "prêt\n"
    return process


def postmaster(folder: Path) -> int:
    return int((folder / "postmaster.pid").read_text().split()[0])


def alive(pid: int) -> bool:
    """A process nobody has waited for yet is dead all the same."""
    try:
        return str(psutil.Process(pid).status()) != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


def test_the_database_of_the_killed_is_adopted_and_the_last_living_user_stops_it(folder: Path) -> None:
    killed = user(folder)
    database = postmaster(folder)
    killed.kill()
    killed.communicate()
    assert alive(database)
    adopting = user(folder)
    assert postmaster(folder) == database
    beside, killed_beside = user(folder), user(folder)
    beside.communicate("")
    assert alive(database)  # two still use it
    killed_beside.kill()
    killed_beside.communicate()
    adopting.communicate("")
    assert not alive(database)
    assert not (folder / "postmaster.pid").exists()


UNBURIED = """
import ctypes, os, signal, sys, threading, time
from pathlib import Path
import psutil, psycopg
from reglo.deposit.database import Embedded
ctypes.CDLL(None).prctl(36, 1, 0, 0, 0)  # orphans come to this process, which waits for nobody
folder = Path(sys.argv[1])
server = Embedded(folder)
dead = int((folder / "postmaster.pid").read_text().split()[0])
children = psutil.Process(dead).children()
for child in children:
    child.suspend()  # as on a busy machine, they have not yet seen that they are orphans
os.kill(dead, signal.SIGKILL)
threading.Timer(float(sys.argv[2]), lambda: [child.kill() for child in children]).start()
limit = time.monotonic() + 120
while psutil.Process(dead).status() != psutil.STATUS_ZOMBIE:
    assert time.monotonic() < limit
while time.monotonic() < limit:
    server.revive()
    try:
        psycopg.connect(server.owner_url, connect_timeout=2).close()
        print("revenue")
        break
    except psycopg.OperationalError:
        time.sleep(0.1)
server.stop()
"""


@pytest.mark.parametrize("lingering", ["0", "1"], ids=["dead at once", "children a second later"])
def test_a_database_nobody_buries_is_started_again_all_the_same(folder: Path, lingering: str) -> None:
    """As in a container whose first process is the server itself: a dead child seems to run for ever."""
    run = subprocess.run(
        [sys.executable, "-c", UNBURIED, folder, lingering], capture_output=True, text=True, timeout=300
    )
    assert run.stdout == "revenue\n", run.stderr


def test_a_platform_is_read_by_its_folder_alone_while_its_server_runs_and_after(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for name in ("DATABASE_URL", "DATABASE_OWNER_URL"):
        monkeypatch.delenv(name, raising=False)
    data = folder.parent / "noeud"

    def read() -> None:
        assert run(["journal", "export", "--data", str(data), "-o", str(folder.parent / "j.jsonl")]) == 0
        assert run(["backup-copy", "list", "2026-999", "--data", str(data)]) == 2
        assert run(["evidence", "2026-999", "--from=2026-01-01", "--to=2026-01-02", "--data", str(data)]) == 2
        said = capsys.readouterr()
        assert said.out.startswith("0 entrées de « ")
        assert said.err.count("Aucune consultation « 2026-999 » sur cette plateforme. Elle n'en tient") == 2

    server = Server(data, "", "")
    server.start()
    try:
        read()
        assert postmaster(data / "postgresql")  # the server still has its database
        with server.client() as client:
            assert client.get("/sante").json()["fault"] == ""
    finally:
        server.stop()
    read()


def test_the_embedded_database_killed_in_the_middle_comes_back_with_all_that_was_acknowledged(
    folder: Path, pli: Pli
) -> None:
    """The server itself starts it again."""
    folder = folder.parent / "noeud"
    node = Node(data=folder, port=0)
    with platform_of(node) as (platform, embedded):
        assert embedded is not None
        open_consultation(
            platform,
            id=REFERENCE,
            reference=REFERENCE,
            title="Fournitures",
            object="Cahiers",
            buyer="Ville",
            rules_sha256=KEYS.rules_sha256,
            opening_keys=KEYS.to_json(),
            deadline=in_hours(1),
            deadline_inclusive=True,
            zone="Europe/Paris",
            max_size=1 << 26,
            max_documents=100,
            max_document_size=1 << 25,
        )
        server = Server(folder, "", "")
        server.start()
        try:
            with server.client() as client:
                made = client.post(f"/consultations/{REFERENCE}/depots", headers=creation(pli))
                where = made.headers["location"]
                first = client.patch(where, headers={**CHUNK, "Upload-Offset": "0"}, content=pli.data[:9_000])
                assert first.status_code == 204
                pid = int((folder / "postgresql" / "postmaster.pid").read_text().split()[0])
                os.kill(pid, signal.SIGKILL)
                away = client.patch(
                    where, headers={**CHUNK, "Upload-Offset": "9000"}, content=pli.data[9_000:20_000]
                )
                assert away.status_code in (204, 409, 503)  # 204: its children have not seen yet that it died
                promised = 20_000 if away.status_code == 204 else 9_000
                limit = time.monotonic() + 120
                while time.monotonic() < limit:
                    asked = client.head(where)
                    if asked.status_code == 200:
                        break
                    time.sleep(0.2)
                assert int(asked.headers["upload-offset"]) >= promised
                resume(client, where, pli)
                assert client.get(f"{where}/recu").json()["receipt"]["envelope_sha256"] == pli.envelope
        finally:
            server.stop()
