"""The sealed bids of the demonstration: ceremony, deposits over a server that dies, opening by two of three.

Played with the ``reglo`` command and real processes on this machine only. ``demonstration.py`` calls it.
"""

from __future__ import annotations

import hashlib
import os
import re
import signal
import socket
import subprocess
import time
import urllib.request
from datetime import date, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import make_bid_folders

if TYPE_CHECKING:
    from demonstration import Demonstration

HOLDERS = ("alice", "bob", "chloe")
EVERYTHING = ("candidacy/*", "candidacy/1", "bid/*", "bid/1")


def play(show: Demonstration, reglo: Path, rules: Path, out: Path) -> None:
    """Three bidders of the shooting ranges seal, deposit, and are opened; every document must be the same."""
    out.mkdir(parents=True, exist_ok=True)
    tomorrow = f"{date.today() + timedelta(days=1)} 12:00"
    open_rules = out / "rules.yaml"
    text = rules.read_text(encoding="utf-8")
    open_rules.write_text(text.replace("2026-02-18 12:00", tomorrow), encoding="utf-8")
    for name in HOLDERS:
        (out / f"{name}.txt").write_text(f"une longue phrase de {name}\n")
    holders = "".join(f"    - {{name: {n.title()}, passphrase_file: {out / n}.txt}}\n" for n in HOLDERS)
    (out / "porteurs.yaml").write_text(f"committee:\n  threshold: 2\n  holders:\n{holders}escrow: none\n")
    show.run(
        "keys", "ceremony", open_rules, "--plan", out / "porteurs.yaml", "-o", out / "cles", admitted=(0,)
    )
    keys = out / "cles" / "opening-keys.json"

    folders = make_bid_folders.make("stands-de-tir", out / "reponses")
    for folder in folders:
        show.run("seal", open_rules, folder, "--keys", keys, "-o", out / f"{folder.name}.pli", admitted=(0,))
    deposit(show, reglo, open_rules, keys, [out / f"{folder.name}.pli" for folder in folders], out)
    opening(show, reglo, folders, out)


def deposit(show: Demonstration, reglo: Path, rules: Path, keys: Path, plis: list[Path], out: Path) -> None:
    """Deposit each pli; the server is killed once on the way. Each receipt is verified away from it."""
    port = free_port()
    data = out / "plateforme"
    command = [reglo, "deposit-server", "--data", data, "--open", rules, "--keys", keys, "--port", str(port)]
    server = start(command, port)
    try:
        address = consultation(rules, port)
        for place, pli in enumerate(plis):
            if place == 1:  # a server that dies loses nothing it acknowledged
                server.send_signal(signal.SIGKILL)
                server.wait()
                server = start(command, port)
            show.run(
                "deposit", address, pli, "--name", pli.stem, "--email", "depot@example.org", admitted=(0,)
            )
    finally:
        server.terminate()
        server.wait(timeout=30)
        stop_database(data)
    authority = data / "horodatage" / "ca.pem"
    for pli in plis:
        receipt = pli.with_name(pli.name + ".recu.json")
        signed = ["--key", data / "signature" / "plateforme.pem", "--tsa-ca", authority]
        said = show.run("verify", receipt, pli, *signed, admitted=(0,))
        show.verify("prouvé" in said.lower(), f"reçu de {pli.name}")


def opening(show: Demonstration, reglo: Path, folders: list[Path], out: Path) -> None:
    """Two holders of three answer the opening machine; what comes out is what each bidder had."""
    plis = [out / f"{folder.name}.pli" for folder in folders]
    wanted = [word for name in EVERYTHING for word in ("--compartment", name)]
    command = [reglo, "open", *plis, "-o", out / "ouverts", "--keys", out / "cles", "--parts", out / "parts"]
    with subprocess.Popen([*command, *wanted], stdout=subprocess.PIPE, text=True) as machine:
        assert machine.stdout is not None
        machine.stdout.readline()
        recipient = machine.stdout.readline().strip()
        for place, name in enumerate(HOLDERS[:2], 1):
            package = out / "cles" / f"comite-{place}.paquet.age"
            part = out / "parts" / f"{name}.part.age"
            phrase = ["--passphrase-file", out / f"{name}.txt"]
            show.run(
                "keys", "share", package, "--for", recipient, *phrase, *wanted, "-o", part, admitted=(0,)
            )
        show.say(machine.communicate(timeout=120)[0].rstrip())
    show.verify(machine.returncode == 0, "ouverture par deux porteurs sur trois")
    for folder in folders:
        show.verify(tree(folder) == tree(out / "ouverts" / folder.name), f"documents de {folder.name}")


def tree(folder: Path) -> dict[str, str]:
    """Relative path -> SHA-256 of every file."""
    return {
        str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in folder.rglob("*")
        if path.is_file()
    }


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def start(command: list[object], port: int) -> subprocess.Popen[bytes]:
    """The server, once it answers."""
    words = [os.fspath(word) if isinstance(word, Path) else str(word) for word in command]
    server = subprocess.Popen(words, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    for _ in range(300):
        try:
            urllib.request.urlopen(f"http://127.0.0.1:{port}/sante", timeout=1).close()
            return server
        except OSError:
            if server.poll() is not None:
                break
            time.sleep(0.2)
    server.kill()
    raise RuntimeError("le serveur de dépôt n'a pas démarré")


def stop_database(data: Path) -> None:
    """The embedded PostgreSQL outlives a server that was killed; here it ends with the demonstration."""
    running = data / "postgresql" / "postmaster.pid"
    for _ in range(100):
        if not running.exists():
            return
        try:
            os.kill(int(running.read_text().split()[0]), signal.SIGINT)
        except (ProcessLookupError, FileNotFoundError):
            return
        time.sleep(0.1)


def consultation(rules: Path, port: int) -> str:
    """The address of the consultation of these rules."""
    reference = re.search(r"^reference: (\S+)", rules.read_text(encoding="utf-8"), re.MULTILINE)
    assert reference is not None
    return f"http://127.0.0.1:{port}/consultations/{reference.group(1).lower()}"
