"""The embedded PostgreSQL: it outlives who is killed, the next adopts it, the last stops it."""

from __future__ import annotations

import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

USER = """
import sys
from pathlib import Path
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
