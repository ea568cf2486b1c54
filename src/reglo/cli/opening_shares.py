"""The shares of the holders, as they drop them in a folder on the opening day."""

from __future__ import annotations

import resource
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import typer

from reglo.cli.keys_folder import PACKAGE, SHARE, KeysFolder, read_file
from reglo.cli.output import print_findings
from reglo.procurement.findings import Finding, Place, Refused
from reglo.sealing.age import Identity, WrongKey
from reglo.sealing.custody import Combined, Contribution, combine, open_contribution
from reglo.sealing.custody.findings import NotEnoughShares, PartOfAnotherDay

_LOOK_EVERY = 0.5  # seconds between two looks at the folder
Stamp = tuple[int, int, int]  # inode, size, time of the last change


def gather_shares(
    held: KeysFolder, compartments: Sequence[str], parts: Path, minutes: float
) -> Mapping[str, Identity]:
    """The keys of ``compartments``, once enough holders have answered this machine's key of the day.

    The key is never written: kept for a restart, it would sit on the disk beside the shares sealed to it, and
    the two together are the whole keys. Whoever restarts asks each holder again, and is told so.
    """
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))  # a crash must not write the whole keys to a file
    worker = Identity.generate()
    parts.mkdir(parents=True, exist_ok=True)
    asked = " ".join(f"--compartment '{name}'" for name in compartments)
    print("Clé de ce poste, pour cette ouverture seulement :", flush=True)
    print(f"  {worker.recipient}", flush=True)
    print(f"Chaque porteur : reglo keys share SON{PACKAGE} --for {worker.recipient} {asked}")
    print(f"ou la page « Répéter ou donner sa part », où s'ouvre ce jour : {', '.join(compartments)}")
    print(f"puis dépose son fichier {SHARE} dans {parts}")
    print(
        "Ne fermez pas : la clé de ce poste n'est écrite nulle part, relancer oblige à redonner chaque part."
    )
    sys.stdout.flush()
    box = _Box(held, compartments, parts, worker)
    end = time.monotonic() + minutes * 60
    try:
        while time.monotonic() < end:
            if (combined := box.look()) is not None:
                return combined.identities
            time.sleep(_LOOK_EVERY)
    except KeyboardInterrupt:
        print(f"\nInterrompu : rien n'est ouvert. {box.left()}", file=sys.stderr)
        raise typer.Exit(130) from None
    print(f"Le temps donné est écoulé : rien n'est ouvert. {box.left()}", file=sys.stderr)
    raise typer.Exit(2)


class _Box:
    """The folder where holders drop their shares. A file that changes is read again."""

    def __init__(self, held: KeysFolder, compartments: Sequence[str], folder: Path, worker: Identity) -> None:
        self.held, self.compartments, self.folder, self.worker = held, compartments, folder, worker
        self.seen: dict[Path, Stamp] = {}  # at the last look: a file still being copied is not read
        self.read: dict[Path, Stamp] = {}
        self.received: dict[Path, Contribution] = {}
        self.said: set[str] = set()

    def look(self) -> Combined | None:
        """Take what is new; the keys as soon as they can be rebuilt."""
        fresh = [path for path in sorted(self.folder.glob(f"*{SHARE}")) if self._still(path)]
        for path in fresh:
            self._take(path)
        if not fresh or not self.received:
            return None
        try:
            combined = combine(
                self.held.keys, self.held.record, list(self.received.values()), self.compartments
            )
        except Refused as refused:
            self._say(refused.findings)
            return None
        self._say(combined.findings)
        return combined

    def left(self) -> str:
        """What to tell who stops before the opening."""
        if not self.received:
            return "Aucune part n'est arrivée. Relancez quand les porteurs sont là."
        given = ", ".join(sorted({each.holder for each in self.received.values()}))
        return (
            f"Parts lues : {given}. Au prochain lancement la clé du poste sera neuve : chaque porteur, "
            "ceux-là compris, redonnera sa part."
        )

    def _still(self, path: Path) -> bool:
        """Whether a file is new or changed, and has stopped changing."""
        try:
            found = path.stat()
        except OSError:
            return False
        stamp = (found.st_ino, found.st_size, found.st_mtime_ns)
        still = self.seen.get(path) == stamp and self.read.get(path) != stamp
        self.seen[path] = stamp
        if still:
            self.read[path] = stamp
        return still

    def _take(self, path: Path) -> None:
        self.received.pop(path, None)
        try:
            brought = open_contribution(read_file(path), self.worker, path.name)
        except Refused as refused:
            other_day = any(finding.code == WrongKey.code for finding in refused.findings)
            findings = (
                [PartOfAnotherDay(facts={"file": path.name})]
                if other_day
                else [replace(finding, place=Place(file=path.name)) for finding in refused.findings]
            )
            print_findings(findings, stream=sys.stderr)
            return
        self.received[path] = brought
        print(f"Part reçue : {brought.holder} ({path.name})", flush=True)

    def _say(self, findings: Sequence[Finding]) -> None:
        """Each fault once; how many shares there are each time."""
        for finding in findings:
            text = str(finding)
            if isinstance(finding, NotEnoughShares):
                facts = finding.facts
                print(f"Encore fermé : {facts['compartments']} ({facts['standing']}).", flush=True)
            elif text not in self.said:
                self.said.add(text)
                print(text, file=sys.stderr, flush=True)
