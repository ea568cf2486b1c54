"""From nodes to the model: each key known, each value of its form, every fault reported in one pass.

What cannot be read becomes a neutral value and its path is kept in ``unread``, so that the rest is still
built and cross-checked without false alarms; a consultation with such a hole is never handed out.
"""

from __future__ import annotations

import re
from datetime import date
from decimal import Decimal
from difflib import get_close_matches
from enum import StrEnum
from typing import Any, Final

from reglo.procurement.consultation import Consultation
from reglo.procurement.findings import Finding, Place
from reglo.procurement.rules_file import faults
from reglo.procurement.rules_file.glosses import glossed, meant
from reglo.procurement.rules_file.nodes import (
    INVISIBLE_SPACES,
    Mapping,
    Node,
    Scalar,
    Sequence,
    Unreadable,
    join,
    plain_value,
)
from reglo.procurement.rules_file.shape import COMPACT, Key, entry_type, is_group, item_type, keys_of, neutral
from reglo.procurement.values import Instant, Money, Period, Share, parse_number

FORMAT_VERSION = 1
_NAMING_KEYS = ("id", "code", "ref")
_CURLY = re.compile("[“„‘].*[”“’]")
_LONGEST_VALUE = 100  # characters of a number, an amount, a date
_SENTENCES = re.compile(r"(?<=\.) (?=(?:Écrivez|Vérifiez) )")
_HAS_BASIS = re.compile(r"(?:EUR|€|euros?)\s*(?:HT|TTC)\s*$", re.IGNORECASE)


class _Unread:
    """What reading returns for a value whose fault is reported; it never leaves ``Reader``."""


UNREAD: Final = _Unread()


class Reader:
    """Reads nodes as values of the model's types; ``faults`` and ``unread`` paths grow as it goes.

    Raises Enough once there are more faults than are told.
    """

    def __init__(self, file: str) -> None:
        self.file = file
        self.faults: list[Finding] = []
        self.unread: list[str] = []

    def report(self, cause: type[Finding], line: int, path: str, **facts: object) -> _Unread:
        facts.setdefault("key", _last_key(path))
        self.faults.append(cause(facts=facts, place=Place(file=self.file, line=line)))
        if len(self.faults) > faults.MAX_FAULTS:
            raise faults.Enough
        return UNREAD

    def consultation(self, root: Node) -> Consultation | None:
        """The consultation, with neutral values at the ``unread`` paths; None when the root is no group."""
        read = self.value(root, Consultation, "")
        if not isinstance(read, Consultation) or not isinstance(root, Mapping):
            return None
        if "reglo" not in self.unread and read.reglo != FORMAT_VERSION:
            line = root.entries["reglo"].line
            self.report(faults.UnknownVersion, line, "reglo", version=read.reglo, known=FORMAT_VERSION)
        return read

    def kept(self, node: Node, key: Key, path: str) -> Any:
        """The value of a key; when it cannot be read, its default or a neutral one, and its path is kept."""
        read = self.value(node, key.type, path)
        if read is not UNREAD:
            return read
        self.unread.append(path)
        return neutral(key.type) if key.required else key.default

    def value(self, node: Node, wanted: Any, path: str) -> Any:
        """The value of ``node`` as type ``wanted``, or UNREAD once its fault is reported."""
        if isinstance(node, Unreadable):
            return UNREAD
        if wanted is Any:
            return plain_value(node)
        if (item := item_type(wanted)) is not None:
            return self.listing(node, item, path)
        if (entry := entry_type(wanted)) is not None:
            return self.free_mapping(node, entry, path)
        if is_group(wanted):
            return self.group(node, wanted, path)
        if not isinstance(node, Scalar) or node.is_null:
            return self.wrong_form(node, wanted, path)
        return self.scalar(node, wanted, path)

    def group(self, node: Node, group: type, path: str) -> Any:
        if not isinstance(node, Mapping):
            some = ", ".join(_required(group) or list(keys_of(group))[:4])
            return self.report(faults.GroupExpected, node.line, path, found=_found(node), keys=some)
        keys = keys_of(group)
        values: dict[str, Any] = {}
        meant: set[str] = set()  # keys that stand misspelled
        for name, entry in node.entries.items():
            key = keys.get(name)
            if key is None:
                meant.update(self.unknown_key(name, node, keys, path))
            elif isinstance(entry.node, Scalar) and entry.node.is_null and (key.nullable or not key.required):
                values[name] = None if key.nullable else key.default
            else:
                values[name] = self.kept(entry.node, key, join(path, name))
        for name, key in keys.items():
            if key.required and name not in values:
                if name not in meant:
                    self.report(faults.MissingKey, node.line, path, key=name, where=_where(path))
                    self.unread.append(join(path, name))
                values[name] = neutral(key.type)
        self.unread += [join(path, name) for name in meant]
        return group(**values)

    def unknown_key(self, name: str, node: Mapping, keys: dict[str, Key], path: str) -> list[str]:
        """Report it; the key that was likely meant, if any."""
        entry, free = node.entries[name], [key for key in keys if key not in node.entries]
        bare = name.strip(INVISIBLE_SPACES + " ")
        if bare != name and name[0] in INVISIBLE_SPACES:
            self.report(faults.WrongIndentation, entry.line, path, what=faults.NO_BREAK_SPACE)
            return [bare] if bare in keys else []
        near = get_close_matches(name, free, n=1)
        if node.flow and isinstance(entry.node, Scalar) and entry.node.is_null:
            hint = "Entre accolades, une virgule sépare les clés : mettez la valeur entre guillemets."
        elif near:
            hint = f"Vouliez-vous « {near[0]} » ?"
        else:
            hint = f"Les clés encore libres : {', '.join(free)}."
        self.report(faults.UnknownKey, entry.line, path, key=name, where=_where(path), hint=hint)
        return near

    def listing(self, node: Node, item: Any, path: str) -> Any:
        if not isinstance(node, Sequence):
            if isinstance(node, Scalar) and not node.is_null and not is_group(item):
                hint = f"Même seul, un élément s'écrit entre crochets : « [{node.text[:60]}] »."
            else:
                hint = "Écrivez chaque élément à la ligne, après un tiret « - »."
            return self.report(faults.ListExpected, node.line, path, found=_found(node), hint=hint)
        return tuple(
            self.item(below, item, f"{path}[{index}]", path) for index, below in enumerate(node.items)
        )

    def item(self, node: Node, wanted: Any, path: str, of: str) -> Any:
        empty = isinstance(node, Scalar) and node.is_null
        read = self.report(faults.EmptyItem, node.line, of) if empty else self.value(node, wanted, path)
        if read is UNREAD:
            self.unread.append(path)
            return neutral(wanted)
        return read

    def free_mapping(self, node: Node, entry: Any, path: str) -> Any:
        if not isinstance(node, Mapping):
            form = "« nom: valeur »"
            return self.report(faults.GroupExpected, node.line, path, found=_found(node), keys=form)
        key = Key("", entry, required=True, nullable=False, default=None)
        return {name: self.kept(below.node, key, join(path, name)) for name, below in node.entries.items()}

    def wrong_form(self, node: Node, wanted: Any, path: str) -> Any:
        """A list, a group or nothing where one value is expected."""
        found = _found(node)
        if wanted is bool:
            return self.report(faults.YesOrNoExpected, node.line, path, found=found)
        if wanted is int:
            return self.report(faults.WholeNumberExpected, node.line, path, found=found)
        if wanted is date:
            return self.report(faults.NotADay, node.line, path, found=found)
        if isinstance(wanted, type) and issubclass(wanted, StrEnum):
            hint = _admitted(wanted)
            return self.report(faults.UnknownChoice, node.line, path, found=found, hint=hint)
        hint = f"Écrivez une seule valeur après « {_last_key(path)}: »."
        return self.report(faults.TextExpected, node.line, path, found=found, hint=hint)

    def scalar(self, node: Scalar, wanted: Any, path: str) -> Any:
        text, line = node.text, node.line
        if wanted is str:
            if node.is_boolean:
                hint = f'Mettez le mot entre guillemets : « "{text}" ».'
                return self.report(faults.TextExpected, line, path, found=_found(node), hint=hint)
            if node.plain and _last_key(path) in _NAMING_KEYS and _CURLY.fullmatch(text):
                bare = text[1:-1].strip()
                return self.report(faults.CurlyQuotes, line, path, found=_found(node), bare=bare)
            return text
        if wanted is bool:
            if node.is_boolean:
                return node.value
            return self.report(faults.YesOrNoExpected, line, path, found=_found(node))
        if issubclass(wanted, StrEnum):
            return self.choice(node, wanted, path)
        if len(text) > _LONGEST_VALUE:
            hint = "Écrivez une valeur plus courte."
            return self.report(faults.TextExpected, line, path, found="un très long texte", hint=hint)
        if wanted is int:
            return self.whole_number(node, path)
        if wanted is date:
            return self.day(node, path)
        if wanted is Decimal:
            return self.number(node, path)
        assert wanted in COMPACT, wanted
        try:
            value = wanted.parse(text)
        except ValueError as error:
            why, mend = _cause_and_mend(error)
            return self.report(_compact_fault(wanted, text, why), line, path, why=why, mend=mend)
        if (wanted is Money and value.amount < 0) or (wanted is Share and value.percent < 0):
            return self.report(faults.NegativeNumber, line, path, value=text)
        return value

    def choice(self, node: Scalar, wanted: type[StrEnum], path: str) -> Any:
        try:
            return wanted(node.text)
        except ValueError:
            hint = _admitted(wanted)
            near = get_close_matches(node.text, [member.value for member in wanted], n=1)
            likely = meant(node.text, wanted) or (wanted(near[0]) if near else None)
            if likely is not None:
                hint = f"« {likely.value} » ; sont admis {hint}"
            return self.report(faults.UnknownChoice, node.line, path, found=_found(node), hint=hint)

    def whole_number(self, node: Scalar, path: str) -> Any:
        if not re.fullmatch(r"[-+]?[0-9]{1,9}", node.text):
            return self.report(faults.WholeNumberExpected, node.line, path, found=_found(node))
        number = int(node.text)
        if number < 0:
            return self.report(faults.NegativeNumber, node.line, path, value=node.text)
        return number

    def day(self, node: Scalar, path: str) -> Any:
        try:
            if not re.fullmatch(r"\d{4}-\d\d-\d\d", node.text):
                raise ValueError
            return date.fromisoformat(node.text)
        except ValueError:
            return self.report(faults.NotADay, node.line, path, found=_found(node))

    def number(self, node: Scalar, path: str) -> Any:
        """An exact decimal: YAML's own "4.5", or French "4,5" and "1 234,5" where nothing is ambiguous."""
        if node.is_decimal:
            number = Decimal(node.text)
        else:
            try:
                number = parse_number(node.text)
            except ValueError as error:
                why, mend = _cause_and_mend(error)
                if share := re.fullmatch(r"(\d[\d,.]*)\s?%", node.text):
                    why = f"« {node.text} » est un pourcentage."
                    mend = f"Écrivez le nombre seul : « {share[1]} »."
                cause = faults.AmountAmbiguous if "peut se lire" in why else faults.NumberExpected
                return self.report(cause, node.line, path, why=why, mend=mend)
        if number < 0:
            return self.report(faults.NegativeNumber, node.line, path, value=node.text)
        return number


def _compact_fault(wanted: type, text: str, why: str) -> type[Finding]:
    if wanted is Money:
        if not _HAS_BASIS.search(text):
            return faults.AmountIncomplete
        return faults.AmountAmbiguous if "peut se lire" in why else faults.NotAnAmount
    if wanted is Instant:
        if why.startswith("Le fuseau"):
            return faults.UnknownZone
        return faults.NoSuchInstant if "n'existe pas" in why else faults.InstantIncomplete
    return {Period: faults.NotAPeriod, Share: faults.NotAShare}[wanted]


def _cause_and_mend(error: ValueError) -> tuple[str, str]:
    """The two halves of what a compact value says of itself."""
    cause, *mend = _SENTENCES.split(str(error), maxsplit=1)
    return cause, " ".join(mend)


def _found(node: Node) -> str:
    """What stands there, in words."""
    match node:
        case Mapping():
            return "un groupe de clés"
        case Sequence():
            return "une liste"
        case Scalar() if node.is_null:
            return "rien"
        case Scalar():
            return f"« {node.text if len(node.text) <= 60 else node.text[:60] + '…'} »"
    return "un élément illisible"


def _admitted(wanted: type[StrEnum]) -> str:
    *first, last = (glossed(member) for member in wanted)
    return f"{', '.join(first)} ou {last}" if first else last


def _required(group: type) -> list[str]:
    return [key.name for key in keys_of(group).values() if key.required]


def _last_key(path: str) -> str:
    return path.rsplit(".", 1)[-1] if path else "le fichier"


def _where(path: str) -> str:
    return f"« {path} »" if path else "le fichier"
