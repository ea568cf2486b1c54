"""Changing a rules file in place: only what differs is written again, all the rest stays byte for byte."""

from __future__ import annotations

from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Any

from reglo.procurement.consultation import Consultation
from reglo.procurement.rules_file.nodes import Entry, Mapping, Node, Scalar, Sequence
from reglo.procurement.rules_file.shape import is_group
from reglo.procurement.rules_file.writing import (
    entry_lines,
    is_written,
    item_lines,
    one_line,
    values_of,
    whole,
)

_ABSENT: Any = object()
_NAMING_KEYS = ("id", "code", "ref", "label", "name")


@dataclass(frozen=True, slots=True)
class _Edit:
    start: int
    end: int
    text: str


def edited(text: str, root: Mapping, old: Consultation, new: Consultation) -> str:
    """``text``, whose tree is ``root`` and which reads as ``old``, changed to read as ``new``."""
    editor = _Editor(text)
    if not editor.group(root, old, new):
        return whole(new)
    newline = "\r\n" if "\r\n" in text else "\n"
    pieces, place = [], 0
    for edit in sorted(editor.edits, key=lambda edit: (edit.start, edit.end)):
        pieces += [text[place : edit.start], edit.text.replace("\n", newline)]
        place = edit.end
    return "".join([*pieces, text[place:]])


class _Editor:
    def __init__(self, text: str) -> None:
        self.text = text
        self.edits: list[_Edit] = []

    # Where things stand

    def column(self, place: int) -> int:
        return place - (self.text.rfind("\n", 0, place) + 1)

    def line_end(self, place: int) -> int:
        """The end of the line, before its line break."""
        end = self.text.find("\n", place)
        if end == -1:
            return len(self.text)
        return end - 1 if end > place and self.text[end - 1] == "\r" else end

    def before_line(self, place: int) -> int:
        """The end of the line before, so that what is taken away takes its line break along."""
        start = self.text.rfind("\n", 0, place)
        return start - 1 if start > 0 and self.text[start - 1] == "\r" else max(start, 0)

    def starts_line(self, place: int) -> bool:
        return not self.text[self.text.rfind("\n", 0, place) + 1 : place].strip()

    # Edits

    def replace(self, node: Node, value: Any, indent: int, flow: bool) -> None:
        """Another value in the place of an item, ``indent`` the column of its first character."""
        if flow:
            self.edits.append(_Edit(node.start, node.end, one_line(value)))
            return
        first, *others = item_lines(value, indent - 2)
        self.edits.append(_Edit(node.start, node.end, "\n".join([first[indent:], *others])))

    def replace_entry(self, name: str, entry: Entry, value: Any) -> None:
        lines = entry_lines(name, value, self.column(entry.start))
        self.edits.append(_Edit(entry.start, max(entry.node.end, entry.start), "\n".join(lines).lstrip(" ")))

    def remove(self, first: int, last: int) -> None:
        """Take away the lines from one character to another."""
        start = self.before_line(first)
        end = self.line_end(last)
        self.edits.append(_Edit(start, end, "") if start else _Edit(0, min(end + 1, len(self.text)), ""))

    def insert(self, place: int, lines: list[str]) -> None:
        self.edits.append(_Edit(place, place, "".join(f"\n{line}" for line in lines)))

    # Differences

    def group(self, node: Mapping, old: Any, new: Any) -> bool:
        """Edit a group key by key; False when it must be written again whole."""
        changes: dict[str, tuple[Any, Any]] = {}
        for (key, before), (_, after) in zip(values_of(old), values_of(new), strict=True):
            if before != after:
                changes[key.name] = (before, after if is_written(key, after) else _ABSENT)
        return self.mapping(node, changes)

    def mapping(self, node: Mapping, changes: dict[str, tuple[Any, Any]]) -> bool:
        gone = [name for name, (_, after) in changes.items() if after is _ABSENT and name in node.entries]
        added = {
            name: after
            for name, (_, after) in changes.items()
            if name not in node.entries and after is not _ABSENT
        }
        kept = [name for name in node.entries if name not in gone]
        firm = all(self.starts_line(node.entries[name].start) for name in gone)
        if (node.flow and (gone or added)) or not kept or not firm:
            return False
        mark = len(self.edits)
        for name, (before, after) in changes.items():
            if name in kept and not self.value(name, node.entries[name], before, after, node.flow):
                del self.edits[mark:]
                return False
        for name in gone:
            self.remove(node.entries[name].start, node.entries[name].node.end)
        if added:
            indent = self.column(node.entries[kept[0]].start)
            lines = [line for name, after in added.items() for line in entry_lines(name, after, indent)]
            self.insert(self.line_end(node.entries[kept[-1]].node.end), lines)
        return True

    def value(self, name: str, entry: Entry, old: Any, new: Any, flow: bool) -> bool:
        """Edit the value of a key, as little of it as can be; False when that is not possible in place."""
        node = entry.node
        if self.inside(node, old, new):
            return True
        if flow:
            if not isinstance(node, Scalar) or node.start == node.end:
                return False
            self.replace(node, new, 0, flow=True)
        else:
            self.replace_entry(name, entry, new)
        return True

    def inside(self, node: Node, old: Any, new: Any) -> bool:
        """Edit below a group, a mapping or a list; False when the value must be written again."""
        if is_group(type(old)) and type(old) is type(new) and isinstance(node, Mapping):
            return self.group(node, old, new)
        if isinstance(old, dict) and isinstance(new, dict) and isinstance(node, Mapping):
            names = [name for name in {**old, **new} if old.get(name, _ABSENT) != new.get(name, _ABSENT)]
            return self.mapping(
                node, {name: (old.get(name, _ABSENT), new.get(name, _ABSENT)) for name in names}
            )
        if isinstance(old, tuple) and isinstance(new, tuple) and new and isinstance(node, Sequence):
            return self.items(node, old, new)
        return False

    def items(self, node: Sequence, old: tuple[Any, ...], new: tuple[Any, ...]) -> bool:
        """Edit a list: items that bear the same name are the same item."""
        names_before, names_after = [_name(item) for item in old], [_name(item) for item in new]
        steps = SequenceMatcher(None, names_before, names_after, autojunk=False).get_opcodes()
        same = all(step[0] == "equal" for step in steps)
        if not same and (node.flow or not all(self.has_dash(item) for item in node.items)):
            return False
        mark = len(self.edits)
        for step, i, i_end, j, j_end in steps:
            if step == "equal":
                for item, before, after in zip(node.items[i:i_end], old[i:i_end], new[j:j_end], strict=True):
                    if before != after and not self.item(item, before, after, node.flow):
                        del self.edits[mark:]
                        return False
                continue
            for item in node.items[i:i_end]:
                self.remove(item.start, item.end)
            if j < j_end:
                dash = self.text.rfind("-", 0, node.items[0].start)
                indent = self.column(dash)
                lines = [line for item in new[j:j_end] for line in item_lines(item, indent)]
                above = self.line_end(node.items[i - 1].end) if i else self.before_line(node.items[0].start)
                self.insert(above, lines)
        return True

    def item(self, node: Node, old: Any, new: Any, flow: bool) -> bool:
        if self.inside(node, old, new):
            return True
        if flow and node.start == node.end:
            return False
        inside_braces = flow or (isinstance(node, Mapping | Sequence) and node.flow)
        self.replace(node, new, self.column(node.start), flow=inside_braces)
        return True

    def has_dash(self, node: Node) -> bool:
        """Whether the item's dash opens its line, nothing but spaces between it and the item."""
        line = self.text[self.text.rfind("\n", 0, node.start) + 1 : node.start]
        return line.strip() == "-"


def _name(item: Any) -> str:
    for key in _NAMING_KEYS:
        if hasattr(item, key):
            return f"{key} {getattr(item, key)}"
    return type(item).__name__ if is_group(type(item)) else repr(item)
