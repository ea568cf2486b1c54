"""How long ``lint`` and ``brief`` take beyond start. Run by hand: ``.venv/bin/python benchmarks/lint.py``.

For each example: reading the rules, the first and the tenth lint of the process, the brief, its PDF.
Targets: lint 0.2 s, brief 1 s beyond reading.
"""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Callable
from datetime import date
from fractions import Fraction
from pathlib import Path

from reglo.exports.brief_page import brief_pdf
from reglo.linting import lint
from reglo.procurement.brief import brief_of
from reglo.reading.rules import read_rules

EXAMPLES = Path(__file__).parent.parent / "examples"


def seconds(act: Callable[[], object], times: int = 1) -> float:
    """The shortest of several runs."""
    taken = []
    for _ in range(times):
        start = time.perf_counter()
        act()
        taken.append(time.perf_counter() - start)
    return min(taken)


def first(path: Path) -> float:
    """Lint in a process that has only read the rules: the law's files are read too."""
    code = (
        "import sys, time; from pathlib import Path; from reglo.linting import lint; "
        "from reglo.reading.rules import read_rules; loaded = read_rules(Path(sys.argv[1])); "
        "start = time.perf_counter(); lint(loaded); print(time.perf_counter() - start)"
    )
    done = subprocess.run([sys.executable, "-c", code, str(path)], capture_output=True, text=True, check=True)
    return float(done.stdout)


def main() -> None:
    print(f"{'exemple':32}{'lecture':>10}{'1er lint':>10}{'lint':>10}{'page':>10}{'PDF':>10}   (secondes)")
    for path in sorted(EXAMPLES.glob("*/rules.yaml")):
        loaded = read_rules(path)
        rules = loaded.consultation
        assert rules is not None
        report = lint(loaded)
        page = brief_of(rules, report, Fraction(120_000))
        taken = [
            seconds(lambda path=path: read_rules(path), 3),  # type: ignore[misc]
            first(path),
            seconds(lambda loaded=loaded: lint(loaded), 10),  # type: ignore[misc]
            seconds(lambda rules=rules, report=report: brief_of(rules, report, Fraction(120_000)), 3),  # type: ignore[misc]
            seconds(lambda page=page: brief_pdf(page, date(2026, 1, 1)), 3),  # type: ignore[misc]
        ]
        print(f"{path.parent.name:32}" + "".join(f"{one:10.3f}" for one in taken))


if __name__ == "__main__":
    main()
