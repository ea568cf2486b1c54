"""Recall and precision of the reader on the seeds, by kind of value, and its speed.

    python benchmarks/reading.py [SEEDS]

SEEDS is the folder of the four seeds (default: ``../shared/seeds`` beside the checkout). The gold,
``tests/vectors/reading/gold_*.yaml``, was typed from the texts by people who had seen neither the
reader nor what it finds: one fact a line, under short names (``term.questions``, ``lot.3``,
``piece.C4.template``…); where they and the reader differed, a third person chose by the text, not
knowing which was whose. ``reading_facts`` gives what was read under the same names. A value counts as wrong when it differs from the gold, or when the gold holds
a list of that kind (lots, terms, pieces, criteria…) and not this element. Values of which the gold
says nothing are counted apart: they enter neither figure.
"""

# ruff: noqa: E501  (names and sentences stay whole)

from __future__ import annotations

import re
import resource
import subprocess
import sys
import tempfile
import time
import unicodedata
from collections import Counter
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import Any

import yaml
from as_pdf import as_pdf
from reading_facts import facts

from reglo.reading.rc import Read, read_files

ROOT = Path(__file__).parent.parent
GOLD = ROOT / "tests" / "vectors" / "reading"
SEEDS = {"s0": "S0*", "s2": "S2*", "s3": "S3*", "s4": "S4*"}
# kinds whose elements the gold lists in full: another one read is wrong
CLOSED = (
    "lot",
    "term",
    "tranche",
    "piece",
    "criterion",
    "place",
    "document",
    "way",
    "competence",
    "value",
    "cpv",
    "service",
    "address",
    "contact",
    "town",
    "parts",
    "elements",
    "eliminates",
    "judged",
)


@dataclass
class Score:
    """What was read of one file against its gold, by kind."""

    right: Counter[str] = field(default_factory=Counter)
    missing: dict[str, object] = field(default_factory=dict)
    wrong: dict[str, tuple[object, object]] = field(default_factory=dict)
    unjudged: list[str] = field(default_factory=list)
    seconds: float = 0.0

    @property
    def recall(self) -> float:
        total = (
            self.right.total()
            + len(self.missing)
            + sum(expected is not None for expected, _ in self.wrong.values())
        )
        return self.right.total() / max(total, 1)

    @property
    def precision(self) -> float:
        return self.right.total() / max(self.right.total() + len(self.wrong), 1)


def _words(text: object) -> set[str]:
    straight = str(text).replace("’", "'")
    plain = (
        unicodedata.normalize("NFD", straight).encode("ascii", "ignore").decode().lower().replace("œ", "oe")
    )
    return {word[:7] for word in re.findall(r"[a-z0-9]+", plain) if len(word) > 2}


def same(name: str, expected: object, given: object) -> bool:
    """Whether a value read says the fact of the gold; a name must share most of its words.

    ``{either: […]}``: the text says two things, and one is enough.
    """
    if isinstance(expected, dict):
        return any(same(name, each, given) for each in expected["either"])
    if isinstance(expected, bool) or isinstance(given, bool):
        return expected is given
    if name == "open":
        assert isinstance(expected, list)
        assert isinstance(given, list)
        return all(any(each.startswith(point) for each in given) for point in expected)
    if isinstance(expected, list) and isinstance(given, list):
        return sorted(map(_number, expected)) == sorted(
            _number(str(each).replace("’", "'")) for each in given
        )
    if isinstance(expected, (int, float)) and isinstance(given, (int, Decimal)):
        return Decimal(str(expected)) == Decimal(given)
    if re.match(
        r"(?:title|lot\.\d+$|document|piece\.[^.]+$|criterion(?:\.\d+)+$|competence|tranche\.\w+$|buyer\.(?:name|represented)|service\..*|contract\.financing|renewal\.stated|court$)",
        name,
    ):
        one, two = _words(expected), _words(given)
        return bool(one) and len(one & two) >= 0.75 * len(one)
    one, two = (re.sub(r"\s+", " ", str(each).replace("’", "'")).lower() for each in (expected, given))
    return one == two


def _number(value: object) -> str:
    try:
        return str(Decimal(str(value)).normalize())
    except ArithmeticError:
        return str(value)


# lists whose every member is a fact, told by its words
MEMBERS = ("said", "eliminates", "clauses", "elements", "parts", "shortlist", "uncoded")
# … of which the gold holds some only: one read besides is not wrong
OPEN_LISTS = ("clauses",)


def _members(name: str, expected: list[str], given: list[str], result: Score) -> None:
    """Each member of the gold found by its words in one member read; what is read besides is wrong."""
    kind = name.split(".")[0]
    left, used = list(given), set[str]()
    for fact in expected:
        words = _words(fact)
        best = max(left, key=lambda each: len(words & _words(each)), default="")
        if best and len(words & _words(best)) >= 0.6 * len(words):
            used.add(best)
            if kind not in (*OPEN_LISTS, "said"):  # a sentence may say several facts of the gold
                left.remove(best)
            result.right[kind] += 1
        else:
            result.missing[f"{name}[{fact}]"] = fact
    if kind not in OPEN_LISTS:
        for each in left:
            if each not in used:
                result.wrong[f"{name}[{each[:40]}]"] = (None, each)


def score(read: Read, gold: dict[str, Any]) -> Score:
    """The reading of one file against its gold.

    ``not_said``: names the text gives no value, one read is wrong; ``debatable``: honest readers
    differ, whatever is read is neither right nor wrong.
    """
    result = Score()
    read_facts = facts(read)
    not_said, debatable = gold.get("not_said", []), gold.get("debatable", [])
    gold = {name: value for name, value in gold.items() if name not in ("not_said", "debatable")}
    read_facts = {name: value for name, value in read_facts.items() if name not in debatable}
    sentences = [found.quote.words for found in read.values]
    closed = {kind for kind in CLOSED if any(name.split(".")[0] == kind for name in gold)}
    for name, expected in gold.items():
        kind = name.split(".")[0]
        if kind in MEMBERS:
            # a rule without a name is carried by whatever was read from its sentence
            told = sentences if kind in OPEN_LISTS else []
            _members(name, expected, [*read_facts.get(name, []), *told], result)
        elif name not in read_facts:
            result.missing[name] = expected
        elif same(name, expected, read_facts[name]):
            result.right[kind] += 1
        else:
            result.wrong[name] = (expected, read_facts[name])
    for name, given in read_facts.items():
        if name in gold:
            continue
        kind = name.split(".")[0]
        if kind in closed or name in not_said:
            result.wrong[name] = (None, given)
        else:
            result.unjudged.append(name)
    return result


def gold_of(seed: str) -> dict[str, Any]:
    loaded: dict[str, Any] = yaml.safe_load((GOLD / f"gold_{seed}.yaml").read_text(encoding="utf-8"))
    return {name: str(value) if hasattr(value, "isoformat") else value for name, value in loaded.items()}


def run(seeds: Path) -> dict[str, Score]:
    """Every seed present, scored."""
    out = {}
    for seed, pattern in SEEDS.items():
        for path in seeds.glob(pattern):
            started = time.perf_counter()
            read = read_files([path])
            out[seed] = score(read, gold_of(seed))
            out[seed].seconds = time.perf_counter() - started
    return out


def _sixty_pages() -> str:
    """A text of some sixty pages, made of our invented RCs' clauses."""
    clause = (GOLD / "travaux-ouvert.md").read_text(encoding="utf-8")
    filler = "\n\n".join(
        f"Les prestations du lieu {number} sont décrites au cahier des clauses techniques et le titulaire prend toutes dispositions utiles, "
        "y compris pour la protection des ouvrages existants, la sécurité des personnes et la continuité du service rendu aux usagers."
        for number in range(760)
    )
    return clause + "\n\n" + filler


def _speed() -> None:
    """Seconds and megabytes of ``reglo read``, start included, for sixty pages as a text and as a PDF."""
    with tempfile.TemporaryDirectory() as folder:
        as_text, as_print = Path(folder) / "rc.md", Path(folder) / "rc.pdf"
        as_text.write_text(_sixty_pages(), encoding="utf-8")
        as_print.write_bytes(as_pdf(_sixty_pages()))
        for path in (as_text, as_print):
            command = [
                str(Path(sys.executable).with_name("reglo")),
                "read",
                str(path),
                "-o",
                str(path.with_suffix(".yaml")),
                "--force",
            ]
            taken = []
            for _ in range(3):
                started = time.perf_counter()
                subprocess.run(command, check=True, capture_output=True)
                taken.append(time.perf_counter() - started)
            used = resource.getrusage(resource.RUSAGE_CHILDREN)
            print(
                f"soixante pages, {path.suffix[1:]} : {min(taken):.2f} s au mieux de trois, {used.ru_maxrss / 1024:.0f} Mo au plus"
            )


def main() -> None:
    seeds = Path(sys.argv[1]) if len(sys.argv) > 1 else ROOT.parent / "shared" / "seeds"
    scores = run(seeds)
    kinds: dict[str, list[int]] = {}
    for seed, result in scores.items():
        print(
            f"{seed} : rappel {result.recall:.1%}, précision {result.precision:.1%}, {result.right.total()} justes, {len(result.missing)} manquants, {len(result.wrong)} faux, {len(result.unjudged)} hors référence, {result.seconds:.2f} s"
        )
        for name, expected in result.missing.items():
            print(f"    manque {name} : {expected}")
        for name, (wanted, given) in result.wrong.items():
            print(f"    faux   {name} : lu {given!r}, attendu {wanted!r}")
        for kind, count in result.right.items():
            kinds.setdefault(kind, [0, 0, 0])[0] += count
        for name in result.missing:
            kinds.setdefault(name.split(".")[0], [0, 0, 0])[1] += 1
        for name in result.wrong:
            kinds.setdefault(name.split(".")[0], [0, 0, 0])[2] += 1
    for kind, (right, missing, wrong) in sorted(kinds.items()):
        print(f"{kind:24} justes {right:3}  manquants {missing:2}  faux {wrong:2}")
    import reading_corpus  # it counts as this module does, on règlements that resemble other buyers'

    reading_corpus.report(details=())
    _speed()


if __name__ == "__main__":
    main()
