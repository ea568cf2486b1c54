"""Sealing in headless Chromium, against typage alone in the same page: same run, same file, alternating.

    .venv/bin/python benchmarks/seal_browser.py [--megabytes 128] [--runs 3]

Sealing also hashes the document and the pli, writes the pli to the browser's private storage and flushes it.
The memory it takes at every size is held by tests/browser/test_large_files.py.
"""

from __future__ import annotations

import argparse
import shutil
import statistics
import subprocess
import threading
from hashlib import sha256
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from tempfile import TemporaryDirectory

from playwright.sync_api import Page, sync_playwright

from reglo.sealing.age import Identity
from reglo.sealing.opening_keys import OpeningKeys

ROOT = Path(__file__).resolve().parents[1]
KEY = Identity(sha256(b"banc").digest())
KEYS = OpeningKeys(consultation="BANC", rules_sha256="", recipients={"bid/1": KEY.recipient})
TIMED = """([script, message]) => new Promise((resolve, reject) => {
  const file = document.querySelector('#file').files[0];
  const worker = new Worker(script);
  const started = performance.now();
  worker.onerror = (event) => reject(new Error(event.message));
  worker.onmessage = ({ data }) => {
    if (data.refused) reject(new Error(data.refused.message));
    if (!data.sealed && !data.done) return;
    resolve(performance.now() - started);
    worker.terminate();
  };
  if (message.documents) Object.assign(message.documents[0], { file, size: file.size });
  worker.postMessage({ ...message, file });
})"""


def build(target: Path) -> None:
    """The pages, and typage alone."""
    subprocess.run([ROOT / "script" / "build-browser"], check=True)
    shutil.copytree(ROOT / "src" / "reglo" / "deposit" / "static", target)
    browser = ROOT / "browser"
    bundle = ["bench/typage.js", "--bundle", "--minify", "--format=iife", "--log-level=error"]
    esbuild = browser / "node_modules" / "esbuild" / "bin" / "esbuild"
    subprocess.run([esbuild, *bundle, f"--outfile={target / 'typage.js'}"], cwd=browser, check=True)


def served(folder: Path) -> ThreadingHTTPServer:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            path = folder / self.path.strip("/")
            content = path.read_bytes() if path.is_file() else b"<title>Banc</title><input type=file id=file>"
            self.send_response(200)
            self.send_header("Content-Type", "text/javascript" if path.is_file() else "text/html")
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return server


def measure(page: Page, size: int, runs: int) -> dict[str, list[float]]:
    """MB/s of each run."""
    document = {
        "name": "offre.bin",
        "compartment": "bid/1",
        "piece": "",
        "lot": "1",
        "member": "",
        "type": "",
    }
    sealing = {
        "keysText": KEYS.to_json().decode(),
        "documents": [document],
        "bidder": {"name": "Banc", "siren": ""},
        "depositor": {},
    }
    found: dict[str, list[float]] = {"typage": [], "page": []}
    for _ in range(runs):
        for name, script, message in (
            ("typage", "typage.js", {"recipient": KEY.recipient}),
            ("page", "seal-worker.js", sealing),
        ):
            found[name].append(size / 1000 / page.evaluate(TIMED, [script, message]))
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--megabytes", type=int, default=128)
    parser.add_argument("--runs", type=int, default=3)
    arguments = parser.parse_args()
    size = arguments.megabytes * 1_000_000
    with TemporaryDirectory() as temporary, sync_playwright() as playwright:
        folder = Path(temporary)
        build(folder / "pages")
        big = folder / "offre.bin"
        with big.open("wb") as stream:
            stream.truncate(size)
        server = served(folder / "pages")
        browser = playwright.chromium.launch(
            executable_path=shutil.which("chromium"), args=["--no-sandbox", "--disable-gpu"]
        )
        try:
            page = browser.new_page()
            page.set_default_timeout(120_000)
            page.goto(f"http://127.0.0.1:{server.server_port}/")
            page.locator("#file").set_input_files(big)
            found = measure(page, size, arguments.runs)
        finally:
            browser.close()
            server.shutdown()
            server.server_close()
    for name, rates in found.items():
        print(f"{name:8} {min(rates):6.1f} / {statistics.median(rates):6.1f} / {max(rates):6.1f} Mo/s")
    ratio = statistics.median(found["page"]) / statistics.median(found["typage"])
    print(f"page / typage seul : {ratio:.2f} (empreintes du document et du pli, écriture et flush compris)")


if __name__ == "__main__":
    main()
