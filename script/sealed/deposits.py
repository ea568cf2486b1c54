"""How each pli reaches the platform: through cuts, from the page, twice, past a dying server, too late."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Mapping
from pathlib import Path
from urllib.parse import urlsplit

from . import browser
from .bidders import Candidate, Way, earlier
from .scene import ROOT, Play, Scene, said
from .server import Server

sys.path.append(str(ROOT))  # the network that cuts is the one of the tests

_PERSON = ("--email", "depot@exemple.fr")


class TooSlow(Exception):
    """The deadline of the demonstration came before a bidder who was to be on time."""


def seal(scene: Scene, play: Play, folder: Path, name: str) -> Path:
    pli = play.pli(name)
    pli.parent.mkdir(exist_ok=True)
    scene.show.run("seal", play.rules, folder, "--keys", play.published, "-o", pli, admitted=(0,))
    return pli


def send(scene: Scene, play: Play, name: str, pli: Path, url: str, *more: object, late: bool = False) -> None:
    who = ("--name", name, *_PERSON)
    scene.show.run("deposit", play.address(url), pli, *who, *more)
    play.receipts[pli.stem] = pli.with_name(pli.name + ".recu.pdf")
    marked(scene, play, pli.stem, late=late)


def marked(scene: Scene, play: Play, name: str, *, late: bool) -> None:
    """On its receipt, on time or late as it should be. Raises TooSlow when this machine made it late."""
    said = play.statement(name)["timeliness"]
    if said == "late" and not late:
        raise TooSlow(name)
    scene.show.verify(said == ("late" if late else "on_time"), f"reçu de {name} marqué {said}")


def through_cuts(scene: Scene, play: Play, candidate: Candidate) -> None:
    from tests.browser.cutting_proxy import CuttingProxy

    pli = seal(scene, play, candidate.folder, candidate.id)
    proxy = CuttingProxy(scene.server.port)
    try:
        proxy.cut(60_000, 50_000, 70_000)  # bytes from one cut to the next
        send(scene, play, candidate.name, pli, proxy.url)
    finally:
        proxy.close()
    scene.show.say(f"Le réseau a été coupé {proxy.cuts} fois pendant cet envoi.")
    scene.show.verify(proxy.cuts == 3, f"{candidate.id} : trois coupures")


def from_page(scene: Scene, play: Play, candidate: Candidate) -> None:
    url = scene.server.url
    page = f"{url}/deposer?consultation={play.reference.lower()}"
    scene.show.say(f"\n{candidate.name} ouvre {page} dans Chromium")
    into = play.pli("").parent
    into.mkdir(exist_ok=True)
    receipt, pli, faults = browser.deposit(page, candidate.folder, name=candidate.name, into=into)
    scene.show.verify(not faults, f"la page du navigateur : {faults}")
    pli.rename(play.pli(candidate.id))
    play.receipts[candidate.id] = receipt.rename(into / f"{candidate.id}.pli.recu.json")
    marked(scene, play, candidate.id, late=False)
    scene.show.say(f"Reçu enregistré par la page : {play.receipts[candidate.id]}")


def twice(scene: Scene, play: Play, candidate: Candidate) -> None:
    """The second counts; the first stays sealed where it is, replaced (R.2151-6)."""
    folder = earlier(candidate, play.folder / "premiere-version" / candidate.id)
    first = seal(scene, play, folder, f"{candidate.id}-premier")
    send(scene, play, candidate.name, first, scene.server.url)
    pli = seal(scene, play, candidate.folder, candidate.id)
    send(scene, play, candidate.name, pli, scene.server.url, "--replaces", first)
    named, replaced = play.statement(candidate.id)["replaces"], play.statement(first.stem)["id"]
    scene.show.verify(named == [replaced], f"{candidate.id} : le premier pli est remplacé")


def while_the_server_dies(scene: Scene, play: Play, candidate: Candidate) -> None:
    """SIGKILL in the middle of the upload; the bidder's command goes on when the server is back.

    The network falls silent meanwhile: on a machine that sends it all in a breath, it would be over.
    """
    from tests.browser.cutting_proxy import CuttingProxy

    show, server = scene.show, scene.server
    pli = seal(scene, play, candidate.folder, candidate.id)
    shutil.rmtree(candidate.folder)  # its room; what it held is known by its hashes
    size, proxy = pli.stat().st_size, CuttingProxy(server.port)
    proxy.silence(after=size * 4 // 10)
    words = ["deposit", play.address(proxy.url), str(pli), "--name", candidate.name, *_PERSON]
    show.command(words)
    with subprocess.Popen(
        [scene.reglo, *words], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    ) as sender:
        try:
            until(sender, lambda: proxy.silent)
            time.sleep(1.2)  # the server acknowledges a long chunk every second
            proxy.cut()
            proxy.silence(after=size * 3 // 10)
            until(sender, lambda: proxy.silent and acknowledged(server, pli) > 0)
            reached = acknowledged(server, pli)
            server.kill()
            show.say(f"SIGKILL du serveur, {said(reached)} sur {said(size)} acquittés ; il redémarre.")
            show.verify(0 < reached < size and sender.poll() is None, f"{candidate.id} : tué pendant l'envoi")
            server.start()
            show.verify(acknowledged(server, pli) >= reached, f"{candidate.id} : rien d'acquitté n'est perdu")
            proxy.cut()
            output = sender.communicate(timeout=600)[0]
        finally:
            sender.kill()
            proxy.close()
    show.say(output.rstrip())
    show.verify(sender.returncode in (0, 1), f"{candidate.id} : l'envoi reprend\n{output}")
    play.receipts[candidate.id] = pli.with_name(pli.name + ".recu.pdf")
    marked(scene, play, candidate.id, late=False)


def until(sender: subprocess.Popen[str], happened: Callable[[], bool]) -> None:
    """Wait for something while the bidder's command runs."""
    while not happened() and sender.poll() is None:
        time.sleep(0.01)


def acknowledged(server: Server, pli: Path) -> int:
    """Bytes the server says are durable, asked as any tus client may."""
    path = urlsplit(json.loads(pli.with_name(pli.name + ".depot").read_text("utf-8"))["location"]).path
    request = urllib.request.Request(server.url + path, method="HEAD", headers={"Tus-Resumable": "1.0.0"})
    with urllib.request.urlopen(request, timeout=60) as answer:
        return int(answer.headers["Upload-Offset"])


def too_late(scene: Scene, play: Play, candidate: Candidate) -> None:
    """Received, marked, kept sealed, and its receipt says so (V3)."""
    pli = seal(scene, play, candidate.folder, candidate.id)
    send(scene, play, candidate.name, pli, scene.server.url, late=True)


BY_WAY: Mapping[Way, Callable[[Scene, Play, Candidate], None]] = {
    Way.CUT: through_cuts,
    Way.BROWSER: from_page,
    Way.REPLACED: twice,
    Way.HEAVY: while_the_server_dies,
    Way.LATE: too_late,
}
