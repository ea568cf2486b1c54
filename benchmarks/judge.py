"""How fast and how large the judgement is. Run by hand: ``.venv/bin/python benchmarks/judge.py``.

Judges an S3-like consultation (12 lots, composite prices, three sample quotes, six sub-criteria),
explanations kept; the cost per bid from 10 to 10,000 bids; the cold start of ``reglo judge``; and,
in the same run, the same judgement as a workbook recalculated by headless LibreOffice.
"""

from __future__ import annotations

import argparse
import gc
import random
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from decimal import Decimal
from functools import partial
from pathlib import Path

from reglo.procurement.bid import Assessment, Bid
from reglo.procurement.consultation import Consultation
from reglo.procurement.explanation import as_text, explain
from reglo.procurement.scoring import judge, judge_lot
from reglo.reading.rules import read_rules

ROOT = Path(__file__).parent.parent
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


def whole(consultation: Consultation) -> None:
    bids = bids_for(consultation, 12, 1_000)
    before = peak()
    started, computing = time.perf_counter(), time.process_time()
    judgement = judge(consultation, bids)
    elapsed, computed = time.perf_counter() - started, time.process_time() - computing
    print(f"12 lots × 1 000 offres, explications gardées : {elapsed:.2f} s (objectif 3 s)")
    print(f"  dont {computed:.2f} s de calcul ; le reste est l'attente du processeur")
    print(f"  mémoire du processus : {peak():.0f} Mo, dont {before:.0f} Mo avant de juger (objectif 300 Mo)")
    ranked = sum(len(lot.ranked) for lot in judgement.lots)
    last = judgement.lots[-1].ranked[-1]
    lines = as_text(explain(last, consultation.award)).count("\n") + 1
    print(f"  {ranked} offres classées ; l'explication de la dernière tient en {lines} lignes")


def per_bid(consultation: Consultation) -> None:
    costs = {}
    for count in (10, 100, 1_000, 10_000):
        bids = bids_for(consultation, 1, count)
        repeat = max(3, min(200, 2_000 // count))
        costs[count] = timed(partial(judge_lot, consultation, "1", bids), repeat, time.process_time) / count
        print(f"  {count:>6} offres : {costs[count] * 1e6:6.1f} µs par offre")
    ratio = costs[10_000] / costs[10]
    print(f"coût par offre, 10 000 contre 10 : × {ratio:.2f} (objectif 1,3 au plus)")


def cold_start() -> None:
    command = [
        str(Path(sys.executable).parent / "reglo"),
        "judge",
        str(EXAMPLE / "rules.yaml"),
        str(EXAMPLE / "offres.yaml"),
    ]
    best = timed(lambda: subprocess.run(command, capture_output=True, check=False), 5)
    print(f"reglo judge sur l'exemple, démarrage compris : {best:.2f} s (objectif 0,6 s)")


ALWAYS_RECALCULATE = (
    '<?xml version="1.0" encoding="UTF-8"?><oor:items xmlns:oor="http://openoffice.org/2001/registry">'
    '<item oor:path="/org.openoffice.Office.Calc/Formula/Load"><prop oor:name="ODFRecalcMode" '
    'oor:op="fuse"><value>0</value></prop></item></oor:items>'
)


def beside_libreoffice(consultation: Consultation, count: int) -> None:
    """The same bids as a workbook of live formulas, every one recalculated by LibreOffice."""
    soffice = shutil.which("soffice")
    if soffice is None:
        print("LibreOffice est absent : pas de comparaison")
        return
    from reglo.exports.matrix import write_matrix

    bids = bids_for(consultation, 12, count)
    ours = timed(lambda: judge(consultation, bids), 3)
    judgement = judge(consultation, bids)
    with tempfile.TemporaryDirectory() as folder:
        profile, book, empty = (Path(folder) / name for name in ("profile", "matrice.ods", "vide.csv"))
        (profile / "user").mkdir(parents=True)
        (profile / "user" / "registrymodifications.xcu").write_text(ALWAYS_RECALCULATE, encoding="utf-8")
        empty.write_text("1\n", encoding="utf-8")
        written = timed(lambda: write_matrix(consultation, judgement, book))
        command = [soffice, f"-env:UserInstallation=file://{profile}", "--headless", "--convert-to", "xlsx"]
        command += ["--outdir", str(Path(folder) / "out")]

        def convert(path: Path) -> float:
            return timed(lambda: subprocess.run([*command, str(path)], capture_output=True, check=True))

        convert(empty)  # makes the profile
        idle, theirs = convert(empty), convert(book)
    print(f"12 lots × {count} offres : Réglo juge en {ours:.2f} s (et écrit le classeur en {written:.1f} s)")
    print(
        f"  LibreOffice ouvre, recalcule et enregistre ce classeur en {theirs:.1f} s, un vide en {idle:.1f} s"
    )
    print(f"  rapport, le temps du classeur vide déduit : × {max(theirs - idle, 0) / ours:.0f}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--no-office", action="store_true", help="sans LibreOffice")
    parser.add_argument("--office-bids", type=int, default=100)
    arguments = parser.parse_args()
    consultation = read_rules(EXAMPLE / "rules.yaml").consultation
    assert consultation is not None
    whole(consultation)
    per_bid(consultation)
    cold_start()
    if not arguments.no_office:
        beside_libreoffice(consultation, arguments.office_bids)


if __name__ == "__main__":
    main()
