"""What the browser tests need, each with the reason told when it is missing."""

from __future__ import annotations

import random
import shutil
import threading
from collections.abc import Callable, Iterator
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from playwright.sync_api import BrowserContext, ConsoleMessage, Page, expect, sync_playwright
from tests.deposit.conftest import consultation, platform, postgresql, server, urls  # noqa: F401
from tests.deposit.support import Server

from reglo.deposit.pages import HEADERS
from reglo.deposit.pages import pages as pages_served

ROOT = Path(__file__).resolve().parents[2]
PATIENCE = 90_000  # milliseconds: busy processors do not make a page wrong
expect.set_options(timeout=PATIENCE)


CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
# as root there is no sandbox; the rest keeps the browser from speaking to anybody but the tests
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--js-flags=--expose-gc",
]


@pytest.fixture(scope="session")
def profile(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of the browser's profile."""
    return tmp_path_factory.mktemp("profil")


@pytest.fixture(scope="session")
def chromium(profile: Path, pages: Path) -> Iterator[BrowserContext]:
    """A headless Chromium with a profile of its own, closed at the end."""
    if CHROMIUM is None:
        pytest.skip("chromium est absent ; script/test l'installe en root")
    with sync_playwright() as playwright:
        context = playwright.chromium.launch_persistent_context(
            profile,
            executable_path=CHROMIUM,
            headless=True,
            args=FLAGS,
            locale="fr-FR",
            accept_downloads=True,
            timeout=2 * PATIENCE,
        )
        context.set_default_timeout(PATIENCE)
        yield context
        context.close()


class _Pages(SimpleHTTPRequestHandler):
    """The built pages under /deposer/, with the headers of the deposit server."""

    def do_GET(self) -> None:
        name = self.path.split("?")[0].removeprefix("/deposer/")
        kind, content = pages_served().get(name, ("text/plain", b""))
        self.send_response(200 if content else 404)
        for header in (*HEADERS, ("Content-Type", kind), ("Content-Length", str(len(content)))):
            self.send_header(*header)
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture(scope="session")
def site(pages: Path) -> Iterator[str]:
    """The address of the page, served alone: sealing needs no platform."""
    pages_served.cache_clear()
    served = ThreadingHTTPServer(("127.0.0.1", 0), _Pages)
    thread = threading.Thread(target=served.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{served.server_port}/deposer/"
    served.shutdown()
    thread.join()
    served.server_close()


@pytest.fixture
def page(chromium: BrowserContext) -> Iterator[Page]:
    """A new tab; whatever breaks the content policy or throws fails the test."""
    page = chromium.new_page()
    faults: list[str] = []
    page.on("pageerror", lambda error: faults.append(str(error)))
    page.on("console", lambda said: faults.append(said.text) if _is_fault(said) else None)
    page.add_init_script(
        "document.addEventListener('securitypolicyviolation',"
        " (event) => console.error(`politique de contenu : ${event.violatedDirective} ${event.blockedURI}`))"
    )
    yield page
    page.close()
    assert faults == []


def _is_fault(said: ConsoleMessage) -> bool:
    """An error of the page; a cut network or a refusal of the platform is told by the browser itself."""
    where = said.location["url"]
    return said.type == "error" and "/consultations/" not in where and "/depots/" not in where


@pytest.fixture
def started(server: Server, consultation: Callable[..., None], pages: Path) -> Server:  # noqa: F811
    consultation()
    return server.start()


@pytest.fixture
def bid(tmp_path: Path) -> Path:
    """A bid of three documents, 6 MB in all."""
    folder = tmp_path / "pli-alice"
    contents = {
        "candidature/C1 - DC1.pdf": b"pouvoirs",
        "offre/O1 - Acte d'engagement.pdf": random.Random(3).randbytes(6_000_000),
        "offre/O2 - BPU.ods": b"",
    }
    for name, data in contents.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(data)
    return folder
