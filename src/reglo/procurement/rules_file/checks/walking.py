"""Walking the model: every group with its path in the file."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import fields
from difflib import get_close_matches
from itertools import islice
from typing import Any, TypeVar

from reglo.procurement.consultation import Consultation
from reglo.procurement.findings import Place
from reglo.procurement.rules_file.nodes import join
from reglo.procurement.rules_file.shape import is_group

Group = TypeVar("Group")


def groups(root: Any, path: str = "") -> Iterator[tuple[str, Any]]:
    """``root`` and every group below it, with paths ("award.criteria[0]"), in the file's usual order."""
    yield path, root
    for field in fields(root):
        value = getattr(root, field.name)
        below = join(path, field.name)
        if isinstance(value, tuple):
            for index, item in enumerate(value):
                if is_group(type(item)):
                    yield from groups(item, f"{below}[{index}]")
        elif is_group(type(value)):
            yield from groups(value, below)


class Walk:
    """A consultation and all its groups, walked once for every check."""

    def __init__(self, rules: Consultation) -> None:
        self.rules = rules
        self.groups = list(groups(rules))

    def of_type(self, kind: type[Group]) -> Iterator[tuple[str, Group]]:
        """The groups of one type, with their paths."""
        for path, group in self.groups:
            if isinstance(group, kind):
                yield path, group


def at(path: str, key: str = "") -> Place:
    """The place of a group, or of one of its keys."""
    return Place(path=join(path, key) if key else path)


def hint(name: str, known: Collection[str]) -> str:
    """The nearest known name, or all of them."""
    near = get_close_matches(name, known, n=1) if len(known) <= 500 else []  # comparing takes time
    if near:
        return f"Vouliez-vous « {near[0]} » ?"
    if not known:
        return "Aucun n'est déclaré."
    more = " …" if len(known) > 30 else "."
    return f"Sont déclarés : {', '.join(islice(known, 30))}{more}"
