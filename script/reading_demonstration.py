"""From an RC to rules, findings, a corrected RC and the company's page, with the ``reglo`` command.

The RCs are ours: ``examples/*/reglement.docx``, what ``reglo write`` makes of the rules read by hand
from four real consultations, faults included. Each is written again (same bytes), read back from the
Word file and from the PDF, checked, corrected, written, read and checked once more.
"""

from __future__ import annotations

import json
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any, Protocol

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "benchmarks"))

import round_trip  # noqa: E402

from reglo.procurement.consultation import Consultation, OpenPoint  # noqa: E402
from reglo.procurement.rules_file import load, write  # noqa: E402
from reglo.procurement.values import Money  # noqa: E402

DAY = "2026-01-05"  # printed on the RCs shipped
# what lint must find in each, among the rest: the faults legal-rules §10 lists for the four texts
EXPECTED = {
    "amo-domaine-de-loos": {"L-02", "L-15", "L-18"},
    "centre-operations-securite": {"L-12", "L-19", "L-20"},
    "commissariat-vaulx": {"L-01", "L-04", "L-05", "L-07", "L-13", "L-14"},
    "stands-de-tir": {"L-05", "L-09", "L-12", "L-13", "L-14"},
}


class Play(Protocol):
    def say(self, text: str) -> None: ...
    def stage(self, text: str) -> None: ...
    def run(self, *arguments: object, admitted: tuple[int, ...] = (0, 1)) -> str: ...
    def verify(self, holds: bool, what: str) -> None: ...


def play(demo: Play, folder: Path) -> None:
    """The four RCs, from the Word file to the company's page."""
    for name in round_trip.EXAMPLES:
        demo.stage(f"{name} : du règlement aux règles, et retour")
        _consultation(demo, name, folder / name)


def _consultation(demo: Play, name: str, out: Path) -> None:
    out.mkdir(parents=True, exist_ok=True)
    rules = ROOT / "examples" / name / "rules.yaml"
    shipped = ROOT / "examples" / name / "reglement.docx"
    word, pdf = out / "reglement.docx", out / "reglement.pdf"
    demo.run("write", rules, "-o", word, "-o", pdf, "--on", DAY, admitted=(0,))
    demo.verify(word.read_bytes() == shipped.read_bytes(), f"{shipped} n'est plus ce qu'écrit reglo write")

    told = load(rules.read_text(encoding="utf-8")).consultation
    assert told is not None
    for document in (shipped, pdf):
        read = out / f"regles-lues-{document.suffix[1:]}.yaml"
        demo.run("read", document, "-o", read, admitted=(0,))
        _same_values(demo, told, read)

    found, by_hand = _findings(demo, shipped), _findings(demo, rules)
    demo.verify(EXPECTED[name] <= found, f"{name} : il manque {EXPECTED[name] - found}")
    demo.verify(found == by_hand, f"{name} : {found - by_hand} en trop, {by_hand - found} en moins")

    better = out / "regles-corrigees.yaml"
    better.write_text(_corrected(name, out / "regles-lues-docx.yaml"), encoding="utf-8")
    corrected = out / "reglement-corrige.docx"
    demo.run(
        "write", better, "-o", corrected, "-o", corrected.with_suffix(".pdf"), "--on", DAY, admitted=(0,)
    )
    left = _findings(demo, corrected, blocking=True)
    demo.verify(not left, f"{name} : le règlement corrigé garde {left}")

    page = demo.run("brief", corrected, "-o", out / "essentiel.pdf", "--ics", out / "dates.ics")
    deadline = told.calendar.submission_deadline or told.calendar.candidacy_deadline
    assert deadline is not None
    demo.verify(f"{deadline.day:%d/%m/%Y}" in page, f"{name} : la page ne dit pas la date limite")
    demo.verify((out / "essentiel.pdf").read_bytes().startswith(b"%PDF"), f"{name} : essentiel.pdf")


def _same_values(demo: Play, told: Consultation, path: Path) -> None:
    """At least 99 values in a hundred of the rules are read from what was written of them."""
    read = load(path.read_text(encoding="utf-8")).consultation
    assert read is not None
    trip = round_trip.compared(told, read)
    demo.say(
        f"{trip.count - len(trip.lost)} valeurs retrouvées sur {trip.count}, {len(trip.made_up)} en trop."
    )
    demo.verify(trip.recall >= 0.99 and trip.precision >= 0.99, f"{path.name} : {trip.lost}{trip.made_up}")


def _findings(demo: Play, rules: Path, *, blocking: bool = False) -> set[str]:
    """The rules of the linter that find something; those that block, if asked."""
    report: dict[str, Any] = json.loads(demo.run("lint", rules, "--json"))
    return {each["rule"] for each in report["findings"] if not blocking or each["severity"] == "blocking"}


# --- Corrections ----------------------------------------------------------------------------------


def _corrected(name: str, read: Path) -> str:
    """The rules once the buyer has mended what blocks, as lint advises.

    Of two consultations the repository holds a whole corrected version; of the others it is made here.
    """
    whole = ROOT / "examples" / f"{name}-corrige" / "rules.yaml"
    if whole.is_file():
        return whole.read_text(encoding="utf-8")
    consultation = load(read.read_text(encoding="utf-8")).consultation
    assert consultation is not None
    mend = {"amo-domaine-de-loos": _loos, "centre-operations-securite": _soc}[name]
    return write(mend(consultation))


def _loos(given: Consultation) -> Consultation:
    """The number of candidates admitted (L-18); the foreign proof left to the awardee (L-15)."""
    assert given.procedure.shortlist is not None
    shortlist = replace(given.procedure.shortlist, minimum=3, maximum=5)
    pieces = tuple(
        replace(piece, parts=tuple(part for part in piece.parts if "exclusion" not in part.name))
        for piece in given.pieces
    )
    return replace(
        given,
        procedure=replace(given.procedure, shortlist=shortlist),
        pieces=pieces,
        open_points=_left(given, "L-15", "L-18"),
    )


def _soc(given: Consultation) -> Consultation:
    """A maximum for the whole duration (L-12); the two amounts written as they are read (L-20)."""
    assert given.contract is not None
    assert given.contract.framework is not None
    maximum = Money.parse("330 000 EUR HT")
    framework = replace(given.contract.framework, maximum=maximum, maximum_per="total")
    return replace(
        given,
        contract=replace(given.contract, framework=framework),
        open_points=_left(given, "L-12", "L-20"),
    )


def _left(given: Consultation, *mended: str) -> tuple[OpenPoint, ...]:
    return tuple(point for point in given.open_points if point.rule not in mended)
