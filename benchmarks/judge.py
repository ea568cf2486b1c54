"""How fast and how large the judgement is. Run by hand: ``.venv/bin/python benchmarks/judge.py``.

Judges an S3-like consultation (12 lots, composite prices, three sample quotes, six sub-criteria),
explanations kept; the cost per bid from 10 to 10,000 bids; the cold start of ``reglo judge``; the
tests of the centre; and, in the same run, the same 12 × 1,000 bids as a workbook recalculated by
headless LibreOffice, its marks held against the exact ones. Each figure stands beside its target.
"""

from __future__ import annotations

import argparse
import gc
import os
import random
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from functools import partial
from operator import attrgetter
from pathlib import Path

from reglo.exports.wording import every
from reglo.procurement.bid import Assessment, Bid
from reglo.procurement.consultation import Consultation
from reglo.procurement.judging.explanation import as_text, explain
from reglo.procurement.judging.judgement import Judgement
from reglo.procurement.judging.scoring import judge, judge_lot
from reglo.reading.rules import read_rules

ROOT = Path(__file__).parent.parent
sys.path.insert(0, str(ROOT))  # for ``tests.exports.libreoffice``
LOTS, BIDS = 12, 1_000
LONGEST_WAIT = 600  # seconds granted to LibreOffice
EXAMPLE = ROOT / "examples" / "stands-de-tir"
LEVELS = ("Excellent", "Très satisfaisant", "Satisfaisant", "Peu satisfaisant", "Insatisfaisant")


def bids_for(consultation: Consultation, lots: int, count: int, seed: int = 1) -> list[Bid]:
    """``count`` invented bids for each of the first ``lots`` lots."""
    draw = random.Random(seed)
    award = consultation.award
    items = sorted({line.item for quote in award.quotes for line in quote.lines})
    scaled = [part.id for criterion in award.criteria for part in criterion.criteria if part.scale]
    return [
        Bid(
            id=f"b{place:05d}",
            bidder=f"Candidat {place}",
            lot=lot.id,
            inputs={one.id: Decimal(draw.randrange(50_000, 2_000_000)) / 100 for one in award.inputs},
            unit_prices={item: Decimal(draw.randrange(500, 90_000)) / 100 for item in items},
            assessments={name: Assessment(level=draw.choice(LEVELS)) for name in scaled},
        )
        for lot in consultation.lots[:lots]
        for place in range(count)
    ]


def timed(
    run: Callable[[], object], repeat: int = 1, clock: Callable[[], float] = time.perf_counter
) -> float:
    """The best of ``repeat`` runs, in seconds."""
    best = float("inf")
    for _ in range(repeat):
        gc.collect()
        started = clock()
        run()
        best = min(best, clock() - started)
    return best


def peak() -> float:
    """The most memory this process has held, in MB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def verdict(held: bool, target: str) -> str:
    return f"(objectif : {target} — {'tenu' if held else 'NON TENU'})"


def whole(consultation: Consultation) -> None:
    bids = bids_for(consultation, LOTS, BIDS)
    before = peak()
    judgement = judge(consultation, bids)
    memory = peak()
    elapsed = timed(lambda: judge(consultation, bids), 3)
    computed = timed(lambda: judge(consultation, bids), 3, time.process_time)
    print(
        f"{LOTS} lots × {BIDS} offres, explications gardées : {elapsed:.2f} s {verdict(elapsed <= 3, '3 s')}"
    )
    print(f"  dont {computed:.2f} s de calcul ; le reste est l'attente du processeur")
    print(f"  mémoire du processus : {memory:.0f} Mo, dont {before:.0f} Mo avant de juger", end=" ")
    print(verdict(memory <= 300, "300 Mo"))
    ranked = sum(len(lot.ranked) for lot in judgement.lots)
    last = judgement.lots[-1].ranked[-1]
    lines = as_text(explain(last, consultation.award)).count("\n") + 1
    print(f"  {ranked} offres classées ; l'explication de la dernière tient en {lines} lignes")


def per_bid(consultation: Consultation) -> None:
    """The sizes in turn, round after round: what else the machine does weighs on all alike."""
    sizes = (10, 100, 1_000, 10_000)
    bids = {count: bids_for(consultation, 1, count) for count in sizes}
    costs = dict.fromkeys(sizes, float("inf"))
    for _ in range(5):
        for count in sizes:
            run = partial(judge_lot, consultation, "1", bids[count])
            found = timed(run, max(1, min(50, 1_000 // count)), time.process_time) / count
            costs[count] = min(costs[count], found)
    for count in sizes:
        print(f"  {count:>6} offres : {costs[count] * 1e6:6.1f} µs par offre")
    ratio = costs[10_000] / costs[10]
    print(f"coût par offre, 10 000 contre 10 : × {ratio:.2f} {verdict(ratio <= 1.3, '1,3 au plus')}")


def cold_start() -> None:
    reglo = str(Path(sys.executable).parent / "reglo")
    command = [reglo, "judge", str(EXAMPLE / "rules.yaml"), str(EXAMPLE / "offres.yaml")]
    # as on the machine of a user, whose Python keeps what it has compiled
    environment = {key: value for key, value in os.environ.items() if key != "PYTHONDONTWRITEBYTECODE"}

    def run() -> None:
        subprocess.run(command, capture_output=True, check=False, env=environment)

    run()
    times = sorted(timed(run) for _ in range(9))
    median, best = times[len(times) // 2], times[0]
    print(
        f"reglo judge sur l'exemple, démarrage compris : {median:.2f} s en médiane, {best:.2f} s au mieux",
        end=" ",
    )
    print(verdict(median <= 0.6, "0,6 s"))


def centre_tests() -> None:
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "tests/procurement"]
    elapsed = timed(lambda: subprocess.run(command, capture_output=True, check=True, cwd=ROOT))
    print(f"tests du centre : {elapsed:.1f} s {verdict(elapsed <= 20, '20 s')}")


@dataclass(frozen=True, slots=True)
class Spent:
    """Seconds on the clock, and of processor."""

    clock: float
    processor: float


def spent(run: Callable[[], object]) -> Spent:
    """What the processes that ``run`` starts take."""
    before, started = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    run()
    after, clock = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter() - started
    return Spent(clock, after.ru_utime - before.ru_utime + after.ru_stime - before.ru_stime)


def beside_libreoffice(consultation: Consultation) -> None:
    """The same bids as a workbook of live formulas, every one recalculated by LibreOffice.

    Its stored results are made false first: what LibreOffice saves is then its own. Ratios are of
    processor time, for other work on the machine weighs on the clock: whole, less an empty
    workbook; and for the recalculation alone, less the same workbook saved without recalculating.
    """
    soffice = shutil.which("soffice")
    if soffice is None:
        print("LibreOffice est absent : pas de comparaison")
        return
    from tests.exports.libreoffice import convert, profile, with_false_results

    from reglo.exports.matrix import write_matrix

    bids = bids_for(consultation, LOTS, BIDS)
    judgement = judge(consultation, bids)
    clock = timed(lambda: judge(consultation, bids), 3)
    ours = timed(lambda: judge(consultation, bids), 3, time.process_time)
    print(f"{LOTS} lots × {BIDS} offres, côte à côte : Réglo juge en {clock:.2f} s (processeur {ours:.2f} s)")
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        empty = folder / "vide.csv"
        empty.write_text("1\n", encoding="utf-8")
        always, never = profile(folder / "always"), profile(folder / "never", recalculate=False)

        def office(settings: Path, path: Path) -> Spent:
            return spent(lambda: convert(soffice, settings, [path], folder / "out", LONGEST_WAIT))

        for settings in (always, never):
            office(settings, empty)  # makes the profile
        processor = attrgetter("processor")
        idle = min((office(always, empty) for _ in range(3)), key=processor)
        books = [folder / f"matrice{suffix}" for suffix in (".xlsx", ".ods")]
        for book in books:
            written = timed(partial(write_matrix, consultation, judgement, book))
            size = book.stat().st_size / 1e6
            told = verdict(written <= 20, "20 s")
            print(f"  {book.suffix} : écrit en {written:.1f} s, {size:.1f} Mo {told}")
        print(f"  mémoire du processus, les deux classeurs écrits : {peak():.0f} Mo")
        for book in books:
            false = with_false_results(book, folder / f"fausse{book.suffix}")
            try:
                without = min((office(never, false) for _ in range(2)), key=processor)
                theirs = min((office(always, false) for _ in range(2)), key=processor)
            except subprocess.TimeoutExpired:
                print(f"  {book.suffix} : LibreOffice n'en est pas venu à bout en {LONGEST_WAIT} s")
                continue
            alone = max(theirs.processor - without.processor, 0.0)
            print(
                f"  {book.suffix} : LibreOffice ouvre, recalcule et enregistre en {theirs.clock:.1f} s "
                f"(processeur {theirs.processor:.1f} s ; sans recalculer {without.processor:.1f} s ; "
                f"un classeur vide {idle.processor:.1f} s)"
            )
            told = (
                f"{alone:.1f} s : × {alone / ours:.1f}" if alone >= 0.3 else "moins que le bruit de la mesure"
            )
            print(
                f"    face à Réglo, démarrage déduit : × {(theirs.processor - idle.processor) / ours:.1f} ; "
                f"le recalcul seul, {told}"
            )
            same, other = compared(folder / "out" / "fausse.xlsx", judgement)
            print(f"    {same + other} notes, totaux et rangs comparés à ceux de Réglo : {other} différents")


def compared(found: Path, judgement: Judgement) -> tuple[int, int]:
    """Every mark, total and rank LibreOffice computed, held against the exact one: same, different."""
    from python_calamine import CalamineWorkbook

    book = CalamineWorkbook.from_path(found)
    notes = book.get_sheet_by_name("Notes").to_python()
    heading = next(row for row in notes if row[0] == "Offre")
    columns = [
        place
        for place, title in enumerate(heading)
        if str(title).endswith(" : note") or title == "Note totale"
    ]
    results = [one for lot in judgement.lots for one in lot.ranked]
    names = {one.bid.id for one in results}
    marks = [row for row in notes if row[0] in names]
    ranks = [row for row in book.get_sheet_by_name("Classement").to_python() if row[1] in names]
    same = other = 0
    for one, noted, ranked in zip(results, marks, ranks, strict=True):
        assert one.bid.id == noted[0] == ranked[1]
        exact = [score.value for _, score in every(one.total.parts)] + [one.total.value]
        pairs = [*zip([noted[column] for column in columns], exact, strict=True), (ranked[0], one.rank)]
        agreed = sum(isinstance(got, float) and abs(got - value) < 1e-9 for got, value in pairs)
        same, other = same + agreed, other + len(pairs) - agreed
    return same, other


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--no-office", action="store_true", help="sans LibreOffice")
    parser.add_argument("--no-tests", action="store_true", help="sans les tests du centre")
    arguments = parser.parse_args()
    consultation = read_rules(EXAMPLE / "rules.yaml").consultation
    assert consultation is not None
    whole(consultation)
    per_bid(consultation)
    cold_start()
    if not arguments.no_tests:
        centre_tests()
    if not arguments.no_office:
        beside_libreoffice(consultation)


if __name__ == "__main__":
    main()
