"""Debian's `age`, pyrage and the pages' module open each other's files, by key and by passphrase."""

from __future__ import annotations

import json
import os
import pty
import shutil
import subprocess
import time
from hashlib import sha256
from pathlib import Path

import pytest
from tests.browser.test_custody_module import BROWSER, bundled

from reglo.sealing.age import Identity, sealed_size

PASSPHRASE = "quatre mots sans rapport été"
KEY = Identity(sha256(b"commande age").digest())
SIZES = (0, 1, 65_535, 65_536, 65_537, 1_048_576, 1_048_577, 3_000_000)


@pytest.fixture(scope="module")
def age() -> str:
    found = shutil.which("age")
    if found is None:
        pytest.skip("la commande age est absente ; script/test l'installe en root")
    return found


def typed(command: list[str], times: int) -> None:
    """Run a command that asks for the passphrase at a terminal, and type it so many times."""
    pid, terminal = pty.fork()
    if pid == 0:
        os.execv(command[0], command)
    said, answered, limit = b"", 0, time.monotonic() + 300
    try:
        while time.monotonic() < limit:
            try:
                block = os.read(terminal, 1024)
            except OSError:  # the terminal is gone: the command is over
                break
            if not block:
                break
            said += block
            if answered < times and said.count(b"assphrase") > answered and said.rstrip().endswith(b":"):
                os.write(terminal, PASSPHRASE.encode() + b"\n")
                answered += 1
                said = b"assphrase" * answered
    finally:
        os.close(terminal)
        _, status = os.waitpid(pid, 0)
    assert os.waitstatus_to_exitcode(status) == 0, said


def module(node: Path, folder: Path, asked: dict[str, list[dict[str, object]]]) -> list[str]:
    """What the pages' module answers."""
    script = bundled(node, BROWSER / "peer" / "age-files.js", folder)
    given = json.dumps({"open": [], "seal": [], "lock": [], **asked}, default=str)
    done = subprocess.run(
        [node, script], input=given, capture_output=True, text=True, check=True, timeout=300
    )
    return json.loads(done.stdout)["opened"]


def plain(folder: Path) -> dict[int, Path]:
    """A file of each size."""
    made = {}
    for size in SIZES:
        made[size] = folder / f"clair-{size}"
        made[size].write_bytes((b"octets de l'offre " * (size // 18 + 1))[:size])
    return made


def digest(path: Path) -> str:
    return sha256(path.read_bytes()).hexdigest()


def test_the_module_opens_what_the_command_sealed_to_a_key_and_with_a_passphrase(
    node: Path, age: str, tmp_path: Path
) -> None:
    sealed = {}
    for size, path in plain(tmp_path).items():
        sealed[path] = tmp_path / f"{size}.age"
        subprocess.run([age, "-r", KEY.recipient, "-o", sealed[path], path], check=True, timeout=300)
    locked, secret = tmp_path / "phrase.age", tmp_path / "cle.txt"
    secret.write_text(f"# une clé\n{KEY.secret}\n")
    typed([age, "-p", "-o", str(locked), str(secret)], times=2)
    opened = module(
        node,
        tmp_path,
        {
            "open": [
                *({"file": path, "identity": KEY.secret} for path in sealed.values()),
                {"file": locked, "passphrase": PASSPHRASE},
                {"file": locked, "passphrase": PASSPHRASE, "locked": True},
            ]
        },
    )
    assert opened == [*(digest(path) for path in sealed), digest(secret), KEY.secret]


def test_the_command_opens_what_the_module_sealed_to_a_key_and_with_a_passphrase(
    node: Path, age: str, tmp_path: Path
) -> None:
    files = plain(tmp_path)
    sealed = {size: tmp_path / f"{size}.age" for size in files}
    locked, secret, out = tmp_path / "phrase.age", tmp_path / "cle.txt", tmp_path / "ouvert"
    secret.write_text(KEY.secret)
    module(
        node,
        tmp_path,
        {
            "seal": [
                {"file": path, "recipient": KEY.recipient, "out": sealed[size]}
                for size, path in files.items()
            ],
            "lock": [{"identity": KEY.secret, "passphrase": PASSPHRASE, "out": locked}],
        },
    )
    for size, path in files.items():
        assert sealed[size].stat().st_size == sealed_size(size)
        command = [age, "-d", "-i", secret, sealed[size]]
        assert subprocess.run(command, capture_output=True, check=True).stdout == path.read_bytes()
    typed([age, "-d", "-o", str(out), str(locked)], times=1)
    assert out.read_text() == f"{KEY.secret}\n"


def test_pyrage_the_command_and_the_module_open_what_each_other_sealed(
    node: Path, age: str, tmp_path: Path
) -> None:
    """Rust, Go and TypeScript, in every direction that the two tests above do not take."""
    pyrage = pytest.importorskip("pyrage", reason="pyrage n'est pas installé")
    key, secret = pyrage.x25519.Identity.from_str(KEY.secret), tmp_path / "cle.txt"
    secret.write_text(KEY.secret)
    files = plain(tmp_path)
    of_pyrage = {size: tmp_path / f"{size}.pyrage" for size in files}
    of_module = {size: tmp_path / f"{size}.module" for size in files}
    for size, path in files.items():
        of_pyrage[size].write_bytes(pyrage.encrypt(path.read_bytes(), [key.to_public()]))
    opened = module(
        node,
        tmp_path,
        {
            "open": [{"file": path, "identity": KEY.secret} for path in of_pyrage.values()],
            "seal": [
                {"file": path, "recipient": KEY.recipient, "out": of_module[size]}
                for size, path in files.items()
            ],
        },
    )
    assert opened == [digest(path) for path in files.values()]
    for size, path in files.items():
        data = path.read_bytes()
        assert pyrage.decrypt(of_module[size].read_bytes(), [key]) == data
        command = [age, "-d", "-i", secret, of_pyrage[size]]
        assert subprocess.run(command, capture_output=True, check=True).stdout == data
        sealed = subprocess.run([age, "-r", KEY.recipient, path], capture_output=True, check=True).stdout
        assert pyrage.decrypt(sealed, [key]) == data
