"""Clocks of a running server stepped from outside: a file holds how far each is moved, in seconds."""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path

from reglo.deposit.clock import ReferenceClock


def move_clocks(clock: ReferenceClock, path: Path) -> None:
    """From now on ``wall`` (the node's time of day) and ``reference`` (the database's) follow the file."""

    def moved(name: str) -> float:
        return float(json.loads(path.read_text()).get(name, 0.0)) if path.exists() else 0.0

    wall, reference = clock._wall, clock._reference
    clock._wall = lambda: wall() + moved("wall")
    clock._reference = lambda: reference() + timedelta(seconds=moved("reference"))
