"""What the processes of a browser hold in memory, from /proc."""

from __future__ import annotations

import threading
from pathlib import Path
from typing import Self


def _family(mark: str) -> set[int]:
    """The process whose command line holds ``mark``, and all its descendants."""
    parents: dict[int, int] = {}
    found: set[int] = set()
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            pid = int(folder.name)
            parents[pid] = int((folder / "stat").read_text().rpartition(")")[2].split()[1])
            if mark.encode() in (folder / "cmdline").read_bytes():
                found.add(pid)
        except OSError:
            continue
    grown = True
    while grown:
        more = {pid for pid, parent in parents.items() if parent in found} - found
        found |= more
        grown = bool(more)
    return found


def _anonymous(pid: int) -> int:
    """Bytes a process holds of its own, files mapped or cached left out."""
    try:
        status = Path(f"/proc/{pid}/status").read_text()
    except OSError:
        return 0
    return sum(int(line.split()[1]) * 1024 for line in status.splitlines() if line.startswith("RssAnon"))


class PeakMemory:
    """Within the block, ``peak`` follows the memory of the biggest process of the family, in bytes."""

    def __init__(self, mark: str) -> None:
        self.mark = mark
        self.start = self.peak = 0
        self.over = threading.Event()

    def __enter__(self) -> Self:
        self.start = self.peak = self._biggest()
        self.thread = threading.Thread(target=self._watch)
        self.thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.over.set()
        self.thread.join()

    def _watch(self) -> None:
        while not self.over.wait(0.1):
            self.peak = max(self.peak, self._biggest())

    def _biggest(self) -> int:
        return max((_anonymous(pid) for pid in _family(self.mark)), default=0)
