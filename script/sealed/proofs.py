"""Receipts verified without Réglo, by the commands of docs/receipt.md and docs/seal.md §10, to the letter."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

from . import by_hand
from .opening import rebuilt_by_two
from .scene import Play, Scene


def verify_receipt(scene: Scene, play: Play, name: str) -> None:
    """``reglo verify``, then bash, jq, openssl, sha256sum and tar alone, in a folder of four files."""
    show, pli, given = scene.show, play.pli(name), play.receipts[name]
    signed = ("--key", scene.platform_key, "--tsa-ca", scene.authority)
    proved = show.run("verify", given, pli, *signed, admitted=(0,))
    show.verify("RÉFUTÉ" not in proved and "PROUVÉ" in proved, f"reglo verify, reçu de {name} :\n{proved}")
    if lacking := by_hand.missing():
        show.skip(f"les reçus vérifiés à la main : il manque {', '.join(lacking)}", once="by-hand")
        return
    judge = play.folder / "juge"
    from_pdf = by_hand.lay_out(
        judge, receipt=given, pli=pli, platform=scene.platform_key, authority=scene.authority
    )
    said = played(scene, by_hand.receipt_md(from_pdf=from_pdf), judge, f"docs/receipt.md, reçu de {name}")
    good = ("Verification: OK" in said, "pli.json: OK" in said, said.count("Signature Verified Successfully"))
    show.verify(good == (True, True, 4), f"docs/receipt.md, reçu de {name} :\n{said}")
    said = played(scene, by_hand.seal_md()[0], judge, f"docs/seal.md §10, pli de {name}")
    again = "Verification: OK" in said and play.statement(name)["envelope_sha256"] in said
    show.verify(again, f"docs/seal.md §10, pli de {name} :\n{said}")
    shutil.rmtree(judge)
    show.say(f"À la main : signatures, jeton, pli, journal et liste des documents du reçu de {name} justes.")


def opened_by_age(scene: Scene, play: Play) -> None:
    """The last line of docs/seal.md §10: one document of each opened pli, by the ``age`` command alone.

    An expert is given the key of one compartment, rebuilt by two holders; no other is ever on a disk.
    """
    if lacking := by_hand.missing("age", "bash", "sha256sum", "tar"):
        scene.show.skip(f"un document déchiffré par age : il manque {', '.join(lacking)}", once="age")
        return
    compartment = play.compartments[0]
    own_keys = {"comite-1": play.folder / "ana.txt", "comite-2": play.folder / "bob.txt"}
    identity = rebuilt_by_two(play.keys, own_keys, compartment)
    judge = play.folder / "juge"
    for candidate in play.on_time:
        listed = play.receipt(candidate.id)["documents"]["list"]
        first = next(one for one in listed if one["piece"].startswith("C"))
        judge.mkdir()
        (judge / "identite.txt").write_text(identity.secret + "\n", encoding="ascii")
        (judge / "pli.tar").symlink_to(play.pli(candidate.id).resolve())
        blob = f"blobs/{first['blob']}.age"
        script = f"tar xf pli.tar {blob}\n" + by_hand.seal_md()[1].replace("<id>", first["blob"])
        said = played(scene, script, judge, f"age -d, {first['name']} de {candidate.id}")
        scene.show.verify(f"{first['sha256']}  document" in said, f"age -d, {first['name']} : {said}")
        shutil.rmtree(judge)
        scene.show.say(f"age -d : « {first['name']} » de {candidate.id} est celui du reçu.")


def same_as_the_receipt(scene: Scene, play: Play, name: str, opened: Path) -> None:
    """The names and hashes the bidder signed on its receipt, against what came out: ``sha256sum -c``."""
    listed = play.receipt(name)["documents"]["list"]
    lines = "".join(f"{one['sha256']}  {one['name']}\n" for one in listed)
    done = subprocess.run(
        ["sha256sum", "-c", "--quiet"], input=lines, cwd=opened, capture_output=True, text=True, check=False
    )
    scene.show.verify(
        done.returncode == 0 and len(listed) > 10, f"sha256sum -c, {name} :\n{done.stdout}{done.stderr}"
    )
    scene.show.say(f"sha256sum -c : les {len(listed)} documents de {name} sont ceux de son reçu.")


def played(scene: Scene, script: str, folder: Path, what: str) -> str:
    """What the commands print; a failed verification when one of them fails."""
    try:
        return by_hand.run(script, folder)
    except subprocess.CalledProcessError as error:
        scene.show.verify(False, f"{what} :\n{error.stdout}{error.stderr}")
        raise
