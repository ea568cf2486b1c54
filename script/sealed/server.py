"""The deposit server of the sealed demonstration: a real process, killed and started again."""

from __future__ import annotations

import contextlib
import random
import signal
import socket
import subprocess
import time
import urllib.request
from collections.abc import Iterator, Sequence
from pathlib import Path

START = 180.0  # seconds a slow machine may take to make a database and answer


class Server:
    """``reglo deposit-server`` on 127.0.0.1, its data in ``data``."""

    def __init__(self, reglo: Path, data: Path, opened: Sequence[tuple[Path, Path]]) -> None:
        """opened: the rules and the published keys of each consultation."""
        self.reglo, self.data, self.port = reglo, data, free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.words = ["deposit-server", "--data", str(data), "--port", str(self.port)]
        for rules, keys in opened:
            self.words += ["--open", str(rules), "--keys", str(keys)]
        self.process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        self.data.mkdir(parents=True, exist_ok=True)
        with (self.data / "serveur.log").open("ab") as log:
            self.process = subprocess.Popen([self.reglo, *self.words], stdout=log, stderr=log)
        limit = time.monotonic() + START
        while time.monotonic() < limit and self.process.poll() is None:
            with contextlib.suppress(OSError):
                urllib.request.urlopen(f"{self.url}/sante", timeout=5).close()
                return
            time.sleep(0.1)
        raise RuntimeError(
            "le serveur de dépôt n'a pas démarré :\n" + (self.data / "serveur.log").read_text()
        )

    def kill(self) -> None:
        """As a power cut would: SIGKILL, nothing said, nothing put away."""
        assert self.process is not None
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()

    def stop(self) -> None:
        """SIGTERM: the server ends, and with it the database it holds or has adopted."""
        if self.process is not None and self.process.poll() is None:
            self.process.terminate()
            with contextlib.suppress(subprocess.TimeoutExpired):
                self.process.wait(timeout=60)
        if self.process is not None and self.process.poll() is None:
            self.kill()
        if (self.data / "postgresql" / "postmaster.pid").exists():  # killed and never started again
            words = [str(self.reglo), "deposit-server", "--data", str(self.data), "--only-open"]
            words += ["--port", str(free_port())]
            subprocess.run(words, capture_output=True, timeout=180, check=False)

    def kept(self) -> Iterator[Path]:
        """The plis of the store, as they were received."""
        yield from (self.data / "store").rglob("*.tar")
        yield from (self.data / "store").rglob("*.part")


def free_port() -> int:
    """Below the ports the system gives to clients: a server started again must find its own free."""
    while True:
        port = random.SystemRandom().randrange(15_000, 32_000)
        with contextlib.suppress(OSError), socket.create_server(("127.0.0.1", port)):
            return port
