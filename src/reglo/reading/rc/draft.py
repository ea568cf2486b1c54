"""The rules file being made: the values kept, the doubts, and the tree a path writes to."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any

from reglo.reading.rc.model import Doubt, Found
from reglo.reading.text.model import fold

STEP = re.compile(r"([a-z_]+)|\[([^\]]*)\]")


@dataclass(slots=True)
class Draft:
    kept: dict[str, Found] = field(default_factory=dict)
    doubts: list[Doubt] = field(default_factory=list)
    data: dict[str, Any] = field(default_factory=dict)


def point_id(path: str) -> str:
    return re.sub(r"[^a-z0-9]+", "-", fold(path)).strip("-")


class Elements(dict[str, Any]):
    """A list whose elements are still named by their keys."""


def put(data: dict[str, Any], path: str, value: Any) -> None:
    steps = [(match[1], match[2]) for match in STEP.finditer(path)]
    node: Any = data
    for rank, (key, element) in enumerate(steps):
        last = rank == len(steps) - 1
        name = key if key else element
        if last:
            node[name] = value
            return
        following = steps[rank + 1]
        if name not in node or not isinstance(node[name], dict):
            node[name] = Elements() if following[1] is not None and not following[0] else {}
        node = node[name]


def get(data: Any, path: str) -> Any:
    for match in STEP.finditer(path):
        if not isinstance(data, dict):
            return None
        data = data.get(match[1] or match[2])
    return data


def plain(node: Any) -> Any:
    """The tree with its lists as lists."""
    if isinstance(node, Elements):
        return [plain(value) for value in node.values()]
    if isinstance(node, dict):
        return {key: plain(value) for key, value in node.items()}
    return node
