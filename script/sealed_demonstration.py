"""The sealed bids of the demonstration: S3 and S4 from the ceremony to the opening, each receipt by hand.

Real processes, a real clock, this machine only. The deadline of both consultations is put some minutes
ahead of now, far enough for this machine to deposit in time and near enough to see it pass: the late
bidder is truly late. ``demonstration.py`` calls ``play``.
"""

from __future__ import annotations

import json
import re
import shutil
import time
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from reglo.sealing.age import Identity
from reglo.sealing.pli import envelope_of
from sealed import browser
from sealed.bidders import BIDDERS, Way, candidates
from sealed.deposits import BY_WAY, TooSlow
from sealed.opening import open_by_two
from sealed.proofs import opened_by_age, same_as_the_receipt, verify_receipt
from sealed.scene import GB, PARIS, ROOT, Play, Scene, said, tree
from sealed.server import Server

if TYPE_CHECKING:
    from demonstration import Demonstration

ROOM = 7  # GB at most at once: both heavy plis sealed and received, one of them collected and opened
# Seconds until the deadline: at rest two or three times what the deposits take. The time the folders
# take tells how busy this machine is; when it is busier still, the play begins again, further ahead.
_LEAST, _PACE, _MOST = 170.0, 5.0, 300.0


def play(show: Demonstration, reglo: Path, out: Path) -> None:
    """Everything, or a ``Failed`` at the first thing that does not hold."""
    margin = 1.0
    while True:
        try:
            once(show, reglo, out, margin)
        except TooSlow as slow:
            if margin > 4:
                raise
            margin *= 3
            show.say(f"\nL'heure limite est passée avant le dépôt de {slow} : on recommence, plus loin.")
            shutil.rmtree(out)
        else:
            return


def once(show: Demonstration, reglo: Path, out: Path, margin: float) -> None:
    """The whole, its deadline ``margin`` times as far as it should need to be. Raises TooSlow."""
    out.mkdir(parents=True, exist_ok=True)
    heavy = heavy_size(show, out)
    show.stage(f"les dossiers de dix soumissionnaires, dont deux de {said(heavy)}")
    began = time.monotonic()
    plays = [make(example, out / example, heavy) for example in BIDDERS]
    seconds = margin * min(_LEAST + _PACE * (time.monotonic() - began), _MOST)
    deadline = datetime.now(PARIS).replace(microsecond=0) + timedelta(seconds=seconds)
    leave_browser_out(show, plays)
    for each in plays:
        publish(show, each, deadline)
    server = Server(reglo, out / "plateforme", [(each.rules, each.published) for each in plays])
    scene = Scene(show, reglo, server, datetime.now(PARIS))
    try:
        server.start()
        deposits(scene, plays, deadline)
        for each in plays:
            show.stage(f"{each.example} : ouverture par deux porteurs sur trois")
            opening(scene, each)
        show.stage("le journal et le relevé pour le juge")
        records(scene, plays, out)
    finally:
        server.stop()
    stopped = not (server.data / "postgresql" / "postmaster.pid").exists()
    show.verify(stopped, "le serveur arrêté arrête aussi la base qu'il avait adoptée")
    for kept in (scene.platform_key, scene.authority):
        kept.rename(out / kept.name)  # all a verifier needs of the platform
    shutil.rmtree(server.data)


def make(example: str, folder: Path, heavy: int) -> Play:
    """An example and its five bidders' folders, whose every hash is kept to be found again at the end."""
    made = candidates(example, folder / "reponses", heavy)
    return Play(example, folder, made, {each.id: tree(each.folder) for each in made})


def deposits(scene: Scene, plays: list[Play], deadline: datetime) -> None:
    """Every bidder its way, each receipt verified; the deadline waited for, then the late ones."""
    show = scene.show
    for each in plays:
        show.stage(f"{each.example} : réseau coupé, Chromium, remplacement, serveur tué pendant l'envoi")
        for candidate in each.on_time:
            BY_WAY[candidate.way](scene, each, candidate)
        closed_before_time(scene, each)
    show.stage("reçus vérifiés sans Réglo : bash, jq, openssl, sha256sum, tar")
    for each in plays:
        for name in each.receipts:
            verify_receipt(scene, each, name)
    wait(show, deadline)
    for each in plays:
        for candidate in each.candidates:
            if candidate.way is Way.LATE:
                BY_WAY[Way.LATE](scene, each, candidate)
                verify_receipt(scene, each, candidate.id)


def heavy_size(show: Demonstration, out: Path) -> int:
    """One gigabyte, or what the disk bears, said aloud."""
    free, needed = shutil.disk_usage(out).free, ROOM * GB
    show.say(f"Il faut {said(needed)} libres pendant ce jeu ; il y en a {said(free)}.")
    if free >= needed:
        return GB
    show.skip(
        f"le pli de 1 Go, qui demande {said(needed)} libres dans {out.parent} quand il y en a {said(free)} ; "
        f"il est joué avec {said(GB // 4)}"
    )
    return GB // 4


def leave_browser_out(show: Demonstration, plays: list[Play]) -> None:
    if why := browser.why_not():
        show.skip(f"le dépôt depuis le navigateur : {why}")
        for each in plays:
            each.candidates = [one for one in each.candidates if one.way is not Way.BROWSER]


# --- Before the deposits: rules, ceremony, rehearsal -----------------------------------------------


def publish(show: Demonstration, each: Play, deadline: datetime) -> None:
    """The rules with a deadline of today, keys shared two of three, everyone rehearsed."""
    show.stage(f"{each.example} : cérémonie 2 sur 3, séquestre 2 sur 3, répétition")
    show.say(f"Heure limite : aujourd'hui, {deadline:%H:%M:%S} (Europe/Paris), seul changement aux règles")
    text = (ROOT / "examples" / each.example / "rules.yaml").read_text("utf-8")
    line = rf"\g<1>{deadline:%Y-%m-%d %H:%M:%S} Europe/Paris"
    text, count = re.subn(r"^(  submission_deadline: ).*$", line, text, flags=re.M)
    show.verify(count == 1, f"{each.example} : une heure limite à remplacer")
    each.rules.write_text(text, encoding="utf-8")
    show.run("keys", "ceremony", each.rules, "--plan", plan(each.folder), "-o", each.keys, admitted=(0,))
    show.refused("keys", "check", each.keys, "--rules", each.rules, code="GARDE-32", status=1)
    secrets = [f"--secret={holder}={each.folder / file}" for holder, file in SECRETS.items()]
    held = show.run("keys", "rehearse", each.keys, *secrets, admitted=(0,))
    show.verify("La publication peut avoir lieu." in held, f"répétition de {each.example}")
    show.run("keys", "check", each.keys, "--rules", each.rules, admitted=(0,))


SECRETS = {
    "comite-1": "alice.txt",
    "comite-2": "bob.txt",
    "comite-3": "chloe.txt",
    "sequestre-1": "archives.txt",
    "sequestre-2": "deleguee.txt",
    "sequestre-3": "etude.txt",
}


def plan(folder: Path) -> Path:
    """Who holds the keys: passphrases, keys of one's own, an alternate."""
    keys = {name: Identity.generate() for name in ("ana", "bob", "archives", "deleguee", "etude")}
    for name, key in keys.items():
        (folder / f"{name}.txt").write_text(key.secret + "\n", encoding="ascii")
    for name in ("alice", "chloe"):
        (folder / f"{name}.txt").write_text(f"une longue phrase de {name}\n", encoding="utf-8")
    people = {name: key.recipient for name, key in keys.items()}
    written = folder / "porteurs.yaml"
    written.write_text(
        f"""committee:
  threshold: 2
  holders:
    - name: Alice Martin
      passphrase_file: {folder / "alice.txt"}
      alternate: {{name: Ana Costa, recipient: {people["ana"]}}}
    - {{name: Bob Durand, recipient: {people["bob"]}}}
    - {{name: Chloé Petit, passphrase_file: {folder / "chloe.txt"}}}
escrow:
  threshold: 2
  holders:
    - {{name: Archives, recipient: {people["archives"]}}}
    - {{name: Déléguée à la protection des données, recipient: {people["deleguee"]}}}
    - {{name: Étude Leroy, recipient: {people["etude"]}}}
""",
        encoding="utf-8",
    )
    return written


def closed_before_time(scene: Scene, each: Play) -> None:
    """Before the deadline nothing is opened, no holder gives its share, nobody learns how many there are."""
    nothing, data = each.folder / "rien", scene.server.data
    scene.show.refused("collect", each.reference, "--data", data, "-o", nothing, code="DEPOT-41")
    pli = each.pli(next(iter(each.receipts)))
    sealed = (pli, "-o", nothing, "--keys", each.keys, "--rules", each.rules)
    asked = ("--compartment", each.compartments[0], "--parts", each.folder / "parts")
    scene.show.refused("open", *sealed, *asked, code="GARDE-24")
    stranger = Identity.generate().recipient  # somebody who says the opening has begun
    bob = (each.keys / "comite-2.paquet.age", "--key", each.folder / "bob.txt", "-o", nothing)
    scene.show.refused("keys", "share", *bob, "--for", stranger, *asked[:2], code="GARDE-27")


def wait(show: Demonstration, deadline: datetime) -> None:
    left = (deadline - datetime.now(PARIS)).total_seconds()
    show.stage(f"attente de l'heure limite ({max(left, 0):.0f} s), puis un dépôt hors délai de chaque côté")
    while (left := (deadline - datetime.now(PARIS)).total_seconds()) > -1:
        time.sleep(min(left + 1.1, 5))


# --- The opening ------------------------------------------------------------------------------------


def opening(scene: Scene, each: Play) -> None:
    """Collected, opened by two of three, candidacies before bids; every hash as its bidder had it."""
    show, collected = scene.show, each.folder / "a-ouvrir"
    show.run("collect", each.reference, "--data", scene.server.data, "-o", collected, admitted=(0,))
    (collected / "registre.json").rename(each.folder / "registre.json")
    files = held_against_register(scene, each, collected)
    opened = open_by_two(
        scene,
        plis=list(files.values()),
        keys=each.keys,
        rules=each.rules,
        shares={
            "comite-2": ("--key", each.folder / "bob.txt"),
            "comite-3": ("--passphrase-file", each.folder / "chloe.txt"),
        },
        phases={
            "candidatures": [name for name in each.compartments if name.startswith("candidacy/")],
            "offres": [name for name in each.compartments if name.startswith("bid/")],
        },
        out=each.folder / "ouverts",
    )
    shutil.rmtree(collected)
    for candidate in each.on_time:
        found = (opened / files[candidate.id].stem).rename(opened / candidate.id)
        show.verify(tree(found) == each.trees[candidate.id], f"documents de {candidate.name}")
        same_as_the_receipt(scene, each, candidate.id, found)
    opened_by_age(scene, each)
    for path in each.folder.rglob("*"):
        if path.is_file() and path.stat().st_size > GB // 20:
            path.unlink()  # its hashes are held; the next consultation, and the reader's disk, need its room


def held_against_register(scene: Scene, each: Play, collected: Path) -> dict[str, Path]:
    """Every deposit in its stated place (V13); the files to open, by bidder."""
    show = scene.show
    listed = json.loads((each.folder / "registre.json").read_text("utf-8"))["deposits"]
    register = {one["receipt"]: one for one in listed}
    states = {one.id: "late" if one.way is Way.LATE else "received" for one in each.candidates}
    files = {}
    for name in each.receipts:
        kept, told = register.pop(each.statement(name)["id"]), each.statement(name)
        state = states.get(name, "replaced")
        show.verify(kept["state"] == state, f"registre : {name} est {kept['state']}, {state} attendu")
        same = kept["envelope_sha256"] == told["envelope_sha256"]
        show.verify(same, f"registre : empreinte du pli de {name}")
        show.verify(bool(kept["file"]) == (state == "received"), f"registre : place du pli de {name}")
        if kept["file"]:
            files[name] = collected / kept["file"]
        else:  # sealed where it was, to the byte
            alike = [path for path in scene.server.kept() if path.stat().st_size == kept["size"]]
            there = any(envelope_of(path) == kept["envelope_sha256"] for path in alike)
            show.verify(there, f"pli de {name} gardé scellé")
    show.verify(not register, f"registre : dépôts que personne n'a faits {list(register)}")
    return files


# --- What a judge asks afterwards ---------------------------------------------------------------------


def records(scene: Scene, plays: list[Play], out: Path) -> None:
    """The journal against every receipt; the evidence file, which tells the server's death."""
    show, data, journal = scene.show, scene.server.data, out / "journal.jsonl"
    show.run("journal", "export", "--data", data, "-o", journal, admitted=(0,))
    given = [journal.with_suffix(".checkpoint"), *(path for each in plays for path in each.receipts.values())]
    points = [word for path in given for word in ("--checkpoint", path)]
    show.run("journal", "verify", journal, "--key", scene.platform_key, *points, admitted=(0,))
    since, until = scene.began, datetime.now(PARIS) + timedelta(minutes=1)
    period = ("--from", f"{since:%Y-%m-%d %H:%M}", "--to", f"{until:%Y-%m-%d %H:%M}")
    for each in plays:
        page = each.folder / "releve.json"
        written = ("-o", page, "-o", page.with_suffix(".pdf"))
        show.run("evidence", each.reference, *period, "--data", data, *written)
        attempts = json.loads(page.read_text("utf-8"))["attempts"]
        dead = {one["upload"] for one in attempts if one["status"] is None}
        again = [one for one in attempts if one["upload"] in dead and one["from_offset"]]
        told = [(one["upload"][:8], one["kind"], one["status"], one["from_offset"]) for one in attempts]
        show.verify(
            len(dead) == 1 and again != [], f"{each.example} : mort du serveur et reprise au relevé : {told}"
        )
