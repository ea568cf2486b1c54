"""What reading gives back of what ``reglo write`` said: values found again, lost, made up.

    python benchmarks/round_trip.py [--random 200] [--pdf 40]

The four examples and random consultations (tests/strategies.py), each written as .docx, .odt and
.pdf and read from the file alone. A value is a set leaf of the rules file. Blanks are compared as
one space; the keys that an RC does not print (``sentences.UNSAID``) are left out.
"""

from __future__ import annotations

import argparse
import re
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import MISSING, dataclass, field, fields, is_dataclass
from datetime import date
from pathlib import Path
from typing import Any

from reglo.exports.documents import write
from reglo.exports.tender_rules import tender_rules
from reglo.procurement.consultation import Consultation
from reglo.procurement.rules_file import load
from reglo.procurement.sentences import UNSAID
from reglo.procurement.sentences.slots import normal
from reglo.reading.rc import read_files

ROOT = Path(__file__).parent.parent
EXAMPLES = ("amo-domaine-de-loos", "centre-operations-securite", "commissariat-vaulx", "stands-de-tir")
FORMATS = (".docx", ".odt", ".pdf")
DAY = date(2026, 1, 5)


def values(group: Any, path: str = "") -> Iterator[tuple[str, object]]:
    """Every set leaf of a group with its path; elements of lists are named by code, id or rank."""
    for key in fields(group):
        value = getattr(group, key.name)
        if key.name in UNSAID or value in (None, "", (), {}):
            continue
        if key.default is not MISSING and value == key.default:
            continue
        yield from _leaves(value, f"{path}.{key.name}" if path else key.name)


def _leaves(value: Any, path: str) -> Iterator[tuple[str, object]]:
    if is_dataclass(value) and not type(value).__module__.endswith(".values"):
        yield from values(value, path)
    elif isinstance(value, tuple) and value and is_dataclass(value[0]):
        names: set[str] = set()
        for rank, element in enumerate(value):
            name = str(getattr(element, "code", "") or getattr(element, "id", "") or rank)
            name = name if name not in names else str(rank)
            names.add(name)
            yield from values(element, f"{path}[{name}]")
    elif isinstance(value, dict):
        for name, below in value.items():
            yield f"{path}.{normal(str(name))}", normal(str(below))
    elif isinstance(value, tuple):
        yield path, tuple(normal(str(each)) for each in value)
    elif type(value) is str:
        words = normal(value)
        if words:
            yield path, words.replace(" ", "") if path.endswith("formula") else words
    else:
        yield path, value


@dataclass(slots=True)
class Trip:
    """Rules files gone through a document and back."""

    files: int = 0
    count: int = 0
    lost: list[tuple[str, object, object]] = field(default_factory=list)  # path, written, read
    made_up: list[tuple[str, object]] = field(default_factory=list)
    seconds: float = 0.0

    @property
    def recall(self) -> float:
        return 1 - len(self.lost) / max(self.count, 1)

    @property
    def precision(self) -> float:
        right = self.count - len(self.lost)
        return right / max(right + len(self.made_up) + sum(read is not None for *_, read in self.lost), 1)

    def add(self, consultation: Consultation, suffix: str) -> None:
        """Write, read, compare."""
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / f"rc{suffix}"
            write(tender_rules(consultation, DAY), path)
            started = time.perf_counter()
            read = read_files([path]).consultation
            self.seconds += time.perf_counter() - started
        self.compare(consultation, read)

    def compare(self, told: Consultation, read: Consultation) -> None:
        """Count the values of ``told`` found again in ``read``."""
        said, back = dict(values(told)), dict(values(read))
        self.files += 1
        self.count += len(said)
        self.lost += [
            (path, value, back.get(path)) for path, value in said.items() if back.get(path) != value
        ]
        self.made_up += [(path, value) for path, value in back.items() if path not in said]

    def __str__(self) -> str:
        return (
            f"{self.files} fichiers, {self.count} valeurs, rappel {self.recall:.2%}, "
            f"précision {self.precision:.2%}, {self.seconds / max(self.files, 1):.2f} s par lecture"
        )


def compared(told: Consultation, read: Consultation) -> Trip:
    """One rules file against what was read of it."""
    trip = Trip()
    trip.compare(told, read)
    return trip


def example(name: str) -> Consultation:
    consultation = load((ROOT / "examples" / name / "rules.yaml").read_text(encoding="utf-8")).consultation
    assert consultation is not None
    return consultation


def examples(suffix: str) -> Trip:
    """The four examples in one format."""
    trip = Trip()
    for name in EXAMPLES:
        trip.add(example(name), suffix)
    return trip


def randoms(suffix: str, count: int) -> Trip:
    """The same ``count`` random consultations each time, in one format."""
    from hypothesis import HealthCheck, Phase, given, settings

    sys.path.insert(0, str(ROOT / "tests"))
    try:
        from strategies import consultations
    finally:
        sys.path.pop(0)
    trip = Trip()
    settle: Callable[[Any], Any] = settings(
        max_examples=count,
        derandomize=True,
        database=None,
        deadline=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )

    @settle
    @given(consultations())
    def go(consultation: Consultation) -> None:
        trip.add(consultation, suffix)

    go()
    return trip


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--random", type=int, default=200)
    parser.add_argument("--pdf", type=int, default=40)
    asked = parser.parse_args()
    for suffix in FORMATS:
        count = asked.pdf if suffix == ".pdf" else asked.random
        for what, trip in (("exemples", examples(suffix)), ("au hasard", randoms(suffix, count))):
            print(f"{suffix:5} {what:9} : {trip}")
            kinds = Counter(re.sub(r"\[[^\]]*\]", "[]", path) for path, *_ in trip.lost)
            for path, value, read in trip.lost[:10]:
                print(f"    perdu    {path} : {value!r}, lu {read!r}")
            for path, given_value in trip.made_up[:10]:
                print(f"    en trop  {path} : {given_value!r}")
            if len(trip.lost) > 10:
                print("    par genre :", dict(kinds.most_common(12)))


if __name__ == "__main__":
    main()
