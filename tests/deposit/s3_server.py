"""An S3 server on 127.0.0.1 for the tests (moto's), which can go deaf on demand."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Iterable
from itertools import count
from typing import Any

import httpx

_numbers = count()


class S3:
    """``deaf``: answers 500 to everything while it is set."""

    def __init__(self) -> None:
        self.deaf = False
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
            answer: Iterable[bytes] = inner(environ, start)
            return answer

        self._server = make_server("127.0.0.1", 0, application, threaded=True)
        self.port = self._server.server_port
        self._thread = threading.Thread(target=self._server.serve_forever, daemon=True)
        self._thread.start()

    def stop(self) -> None:
        self._server.shutdown()
        self._server.server_close()
        assert self._thread is not None
        self._thread.join()

    @property
    def environment(self) -> dict[str, str]:
        return {
            "AWS_ACCESS_KEY_ID": "essai",
            "AWS_SECRET_ACCESS_KEY": "essai",
            "AWS_REGION": "us-east-1",
            "AWS_ENDPOINT_URL": f"http://127.0.0.1:{self.port}",
        }

    def new_bucket(self) -> str:
        """Its URL."""
        name = f"seau-{next(_numbers)}"
        httpx.put(f"http://127.0.0.1:{self.port}/{name}").raise_for_status()
        return f"s3://{name}"
