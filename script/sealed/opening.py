"""The opening of the sealed demonstration: a machine that waits, two holders who answer it."""

from __future__ import annotations

import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path

from reglo.sealing.age import Identity
from reglo.sealing.custody import combine, contribution, open_package, read_record
from reglo.sealing.opening_keys import read_opening_keys

from .scene import Scene


def open_by_two(
    scene: Scene,
    *,
    plis: Sequence[Path],
    keys: Path,
    rules: Path,
    shares: Mapping[str, tuple[str, Path]],
    phases: Mapping[str, Sequence[str]],
    out: Path,
) -> Path:
    """Open the phases one after the other, each with shares given for it alone; a folder per pli, whole.

    shares: holder -> the option and file that unlock the package. phases: name -> compartments.
    """
    show, reglo = scene.show, scene.reglo
    for phase, compartments in phases.items():
        asked = [word for name in compartments for word in ("--compartment", name)]
        parts = out / f"parts-{phase}"
        given = (*plis, "-o", out / phase, "--keys", keys, "--rules", rules, *asked, "--parts", parts)
        words = ["open", *(str(word) for word in given)]
        show.command(words)
        with subprocess.Popen(
            [reglo, *words], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
        ) as machine:
            try:
                assert machine.stdout is not None
                machine.stdout.readline()
                recipient = machine.stdout.readline().strip()
                if recipient.startswith("age1"):
                    for holder, unlocked in shares.items():
                        show.verify(machine.poll() is None, f"{phase} : une part de moins n'ouvre rien")
                        answer = ("--for", recipient, *unlocked, *asked, "-o", parts / f"{holder}.part.age")
                        show.run("keys", "share", keys / f"{holder}.paquet.age", *answer, admitted=(0,))
                output, errors = machine.communicate(timeout=600)
            finally:
                machine.kill()
        show.say(output.rstrip())
        show.verify(machine.returncode == 0, f"ouverture des {phase} par deux porteurs :\n{output}{errors}")
    for pli in plis:
        for phase in phases:
            for path in sorted((out / phase / pli.stem).rglob("*")):
                if path.is_file():
                    place = out / pli.stem / path.relative_to(out / phase / pli.stem)
                    place.parent.mkdir(parents=True, exist_ok=True)
                    path.rename(place)
    return out


def rebuilt_by_two(keys: Path, holders: Mapping[str, Path], compartment: str) -> Identity:
    """The key of one compartment, rebuilt for an expert by holders who keep theirs in a file."""
    published = read_opening_keys((keys / "opening-keys.json").read_bytes())
    record = read_record((keys / "custody.json").read_bytes())
    brought = []
    for holder, file in holders.items():
        sealed = (keys / f"{holder}.paquet.age").read_bytes()
        package = open_package(sealed, [Identity.parse(file.read_text("ascii"))])
        brought.append(contribution(package, [compartment]))
    return combine(published, record, brought, [compartment]).identities[compartment]
