"""What the processes of a browser hold in memory, from /proc."""

from __future__ import annotations

import re
import threading
from collections import Counter
from pathlib import Path
from typing import Self

_OWN = re.compile(r"^Pss_(?:Anon|Shmem):\s+(\d+) kB", re.MULTILINE)
_TYPE = re.compile(rb"--(?:type|utility-sub-type)=([\w.\-]+)")


def _family(mark: str) -> dict[int, str]:
    """The process whose command line holds ``mark`` and all its descendants: their numbers and kinds."""
    parents: dict[int, int] = {}
    lines: dict[int, bytes] = {}
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            pid = int(folder.name)
            parents[pid] = int((folder / "stat").read_text().rpartition(")")[2].split()[1])
            lines[pid] = (folder / "cmdline").read_bytes()
        except OSError:
            continue
    found = {pid for pid, line in lines.items() if mark.encode() in line}
    grown = True
    while grown:
        more = {pid for pid, parent in parents.items() if parent in found} - found
        found |= more
        grown = bool(more)
    return {pid: " ".join(each.decode() for each in _TYPE.findall(lines.get(pid, b""))) for pid in found}


def _own(pid: int) -> int:
    """Bytes a process holds of its own or its fair part of what it shares, files left out (PSS)."""
    try:
        return 1024 * sum(map(int, _OWN.findall(Path(f"/proc/{pid}/smaps_rollup").read_text())))
    except OSError:
        return 0


class PeakMemory:
    """Within the block, ``peak`` follows the memory of all the processes of the family together, in bytes.

    ``start``: what they held before. ``by_kind``: the peak of each kind of process ("renderer"…), less its
    start.
    """

    def __init__(self, mark: str) -> None:
        self.mark = mark
        self.by_kind: Counter[str] = Counter()
        self.over = threading.Event()

    def __enter__(self) -> Self:
        self.before = self._held()
        self.start = self.peak = self.before.total()
        self.thread = threading.Thread(target=self._watch)
        self.thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.over.set()
        self.thread.join()

    def _watch(self) -> None:
        while not self.over.wait(0.1):
            held = self._held()
            self.peak = max(self.peak, held.total())
            held.subtract(self.before)
            self.by_kind |= held

    def _held(self) -> Counter[str]:
        held: Counter[str] = Counter()
        for pid, kind in _family(self.mark).items():
            held[kind or "browser"] += _own(pid)
        return held
