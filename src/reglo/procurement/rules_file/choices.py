"""Open points: where a choice's ``set`` paths lead, and the rules under another reading.

A path is keys and selectors: ``award.criteria[prix].formula``. ``[x]`` takes the item whose id, code,
ref, label, name or kind is ``x``, else the item at that index, from 0. Everything up to the last key must
be written in the file; the last key may be new. An empty value takes the key away.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from reglo.procurement.consultation import Consultation
from reglo.procurement.findings import Finding, Place
from reglo.procurement.rules_file.checks.walking import hint
from reglo.procurement.rules_file.nodes import Entry, Mapping, Node, Scalar, Sequence
from reglo.procurement.rules_file.shape import entry_type, is_group, item_type, keys_of
from reglo.procurement.rules_file.structure import Reader

_STEP = re.compile(r"(?:^|\.)(?P<key>[A-Za-z_]\w*)|\[(?P<item>[^\]]+)\]")
_NAMING_KEYS = ("id", "code", "ref", "label", "name", "kind")


class UnknownPath(Finding):
    code = "REF-09"
    cause = "Le chemin « {path} » ne mène nulle part : {why}."
    mend = "{hint}"


class _NoSuchPath(Exception):
    def __init__(self, why: str, mend: str) -> None:
        super().__init__(why)
        self.why, self.mend = why, mend


def steps(path: str) -> list[tuple[str, bool]]:
    """The steps of a path, with True for a selector.

    >>> steps("award.criteria[prix].formula")
    [('award', False), ('criteria', False), ('prix', True), ('formula', False)]
    """
    found, place = [], 0
    while place < len(path):
        step = _STEP.match(path, place)
        if step is None or (place == 0 and step["item"]):
            raise _NoSuchPath(
                f"« {path[place:]} » n'est ni une clé ni un choix entre crochets",
                "Écrivez par exemple « award.criteria[prix].formula ».",
            )
        found.append((step["key"] or step["item"], step["key"] is None))
        place = step.end()
    return found


def set_paths(root: Node) -> Iterator[tuple[str, Entry]]:
    """Every path a choice sets, as the file writes it."""
    for point in _items(_below(root, "open_points")):
        for choice in _items(_below(point, "choices")):
            where = _below(choice, "set")
            if isinstance(where, Mapping):
                yield from where.entries.items()


def path_faults(root: Node, file: str) -> Iterator[Finding]:
    """Paths that lead nowhere, and values of the wrong form."""
    for path, entry in set_paths(root):
        try:
            wanted = _type_at(root, path)
        except _NoSuchPath as error:
            facts: dict[str, object] = {"path": path, "why": error.why, "hint": error.mend}
            yield UnknownPath(facts=facts, place=Place(file=file, line=entry.line))
            continue
        if not (isinstance(entry.node, Scalar) and entry.node.is_null):
            reader = Reader(file)
            reader.value(entry.node, wanted, path)
            yield from reader.faults


def with_choice(root: Node, point_id: str, choice_id: str) -> Node:
    """The tree under a choice; the tree given is left as it is. KeyError when there is no such choice."""
    for point in _items(_below(root, "open_points")):
        if _named(point, point_id):
            for choice in _items(_below(point, "choices")):
                if _named(choice, choice_id):
                    where = _below(choice, "set")
                    for path, entry in where.entries.items() if isinstance(where, Mapping) else ():
                        root = _put(root, steps(path), entry)
                    return root
    raise KeyError(f"{point_id}: {choice_id}")


def _type_at(root: Node, path: str) -> Any:
    """The type of the value at ``path``, every step but the last key being written."""
    wanted: Any = Consultation
    node: Node | None = root
    walked = steps(path)
    for index, (step, selects) in enumerate(walked):
        last = index == len(walked) - 1
        if selects:
            item = item_type(wanted)
            if item is None or not isinstance(node, Sequence):
                raise _NoSuchPath(f"« [{step}] » ne suit pas une liste", "Retirez les crochets.")
            place = _index(node, step)
            if place is None:
                names = [name for below in node.items for name in _names(below)[:1]]
                raise _NoSuchPath(f"la liste n'a pas d'élément « {step} »", hint(step, names))
            wanted, node = item, node.items[place]
            continue
        if is_group(wanted):
            keys = keys_of(wanted)
            if step not in keys:
                raise _NoSuchPath(f"la clé « {step} » n'existe pas", hint(step, list(keys)))
            wanted = keys[step].type
        elif entry_type(wanted) is not None:
            wanted = entry_type(wanted)
        else:
            raise _NoSuchPath(f"« {step} » suit une valeur simple", f"Arrêtez le chemin avant « {step} ».")
        node = _below(node, step)
        if node is None and not last:
            raise _NoSuchPath(f"« {step} » n'est pas écrit dans les règles", f"Écrivez d'abord « {step} ».")
    return wanted


def _put(node: Node, walked: list[tuple[str, bool]], entry: Entry) -> Node:
    """A copy of ``node`` with ``entry``'s value at the end of the steps."""
    (step, selects), rest = walked[0], walked[1:]
    if selects and isinstance(node, Sequence):
        place = _index(node, step)
        if place is not None:
            items = list(node.items)
            items[place] = _put(items[place], rest, entry) if rest else entry.node
            return replace(node, items=items)
    elif isinstance(node, Mapping):
        entries = dict(node.entries)
        if not rest:
            entries[step] = replace(entry)
            return replace(node, entries=entries)
        if step in entries:
            entries[step] = replace(entries[step], node=_put(entries[step].node, rest, entry))
            return replace(node, entries=entries)
    return node


def _below(node: Node | None, key: str) -> Node | None:
    if isinstance(node, Mapping) and key in node.entries:
        return node.entries[key].node
    return None


def _items(node: Node | None) -> list[Node]:
    return node.items if isinstance(node, Sequence) else []


def _names(node: Node) -> list[str]:
    found = (_below(node, key) for key in _NAMING_KEYS)
    return [name.text for name in found if isinstance(name, Scalar)]


def _named(node: Node, name: str) -> bool:
    return name in _names(node)


def _index(node: Sequence, step: str) -> int | None:
    for index, item in enumerate(node.items):
        if _named(item, step):
            return index
    if step.isdecimal() and len(step) <= 6 and int(step) < len(node.items):
        return int(step)
    return None
