"""Plays the four example consultations with the ``reglo`` command, their RCs, the sealed bids of two of them.

Each step is a command anyone can type. With ``--check``, nothing is shown but the outcome of each
verification: the marks must be, to the last digit, those ``script/recompute.py`` finds from the text
of each RC alone, each report must open and hold the winner's name, each sealed document must come out
as it went in, and each receipt be verified by public tools alone.

    script/demo            everything is left in demo/, to open
    script/demo --check    status 0 only if every verification holds
"""

from __future__ import annotations

import json
import shlex
import shutil
import signal
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Sequence
from fractions import Fraction
from pathlib import Path
from typing import Any

import make_bid_folders
import reading_demonstration
import recompute
import sealed_demonstration

ROOT = Path(__file__).resolve().parent.parent
REGLO = Path(sys.executable).with_name("reglo")
MOST_LINES = 60  # of one command's output, when it is shown
REPORTS = ("json", "xlsx", "ods", "pdf", "odt", "docx")


class Failed(Exception):
    """A verification does not hold."""


class Demonstration:
    def __init__(self, folder: Path, *, quiet: bool) -> None:
        self.folder = folder
        self.quiet = quiet
        self.checks = 0
        self.skipped: dict[str, str] = {}

    def say(self, text: str) -> None:
        """What is shown, its beginning when it is long: a person reads along."""
        lines = text.rstrip().splitlines()
        if len(lines) > MOST_LINES:
            lines[MOST_LINES:] = [f"… et {len(lines) - MOST_LINES} lignes."]
        if not self.quiet:
            print("\n".join(lines), flush=True)

    def command(self, words: Sequence[str]) -> None:
        """A command as one may type it, from this folder."""
        shown = shlex.join(["reglo", *(word.replace(f"{ROOT}/", "") for word in words)])
        self.say(f"\n\033[1m$ {shown}\033[0m")

    def stage(self, text: str) -> None:
        """What begins now, said even when the steps are not shown."""
        print(f"\n\033[1;34m━━ {text} ━━\033[0m" if not self.quiet else f"  {text}", flush=True)

    def skip(self, why: str, *, once: str = "") -> None:
        """What this machine cannot play, said aloud and again at the end; ``once``: the same said once."""
        if (once or why) not in self.skipped:
            print(f"SAUTÉ : {why}", flush=True)
        self.skipped[once or why] = why

    def run(self, *arguments: object, admitted: tuple[int, ...] = (0, 1)) -> str:
        """Run ``reglo``; its standard output. Status 1 only says that findings block, which examples hold."""
        return self._called(arguments, admitted).stdout

    def refused(self, *arguments: object, code: str, status: int = 2) -> None:
        """Run what must be refused, and for this reason."""
        done = self._called(arguments, (status,))
        self.verify(code in done.stdout + done.stderr, f"{code} attendu : {done.stdout}{done.stderr}")

    def _called(
        self, arguments: tuple[object, ...], admitted: tuple[int, ...]
    ) -> subprocess.CompletedProcess[str]:
        words = [str(argument) for argument in arguments]
        self.command(words)
        done = subprocess.run([REGLO, *words], capture_output=True, text=True, cwd=ROOT, check=False)
        for said in filter(str.strip, (done.stdout, done.stderr)):
            self.say(said)
        if done.returncode not in admitted or "Traceback" in done.stderr:
            raise Failed(f"reglo {' '.join(words)} : statut {done.returncode}\n{done.stdout}{done.stderr}")
        return done

    def verify(self, holds: bool, what: str) -> None:
        self.checks += 1
        if not holds:
            raise Failed(what)

    def consultation(self, name: str) -> None:
        example = ROOT / "examples" / name
        rules = example / "rules.yaml"
        out = self.folder / name
        out.mkdir(parents=True, exist_ok=True)
        self.say(f"\n\033[1;34m━━ {name} ━━\033[0m")
        self.run("check", rules, admitted=(0,))
        self.run("calendar", rules, "--ics", out / "calendrier.ics")
        self.verify(
            (out / "calendrier.ics").read_text().startswith("BEGIN:VCALENDAR"), f"{name} : calendrier.ics"
        )
        self.run("judge", rules, "--template", out / "offres-vierges.xlsx", admitted=(0,))
        for offers in sorted(example.glob("offres*.yaml")):
            self.judgement(name, rules, offers, out)
        self.bids(name, rules, out)

    def judgement(self, name: str, rules: Path, offers: Path, out: Path) -> None:
        reports = [out / f"{offers.stem}-resultat.{kind}" for kind in REPORTS]
        written = [word for report in reports for word in ("-o", report)]
        self.run("judge", rules, offers, *written)
        judged = json.loads(reports[0].read_text(encoding="utf-8"))
        expected = recompute.recompute(name)[offers.name]
        for lot in judged["lots"]:
            self.compare(f"{name}/{offers.name} lot {lot['lot']}", lot, expected.get(lot["lot"]))
        winners = [result["winner"] for result in judged["lots"] if result["winner"]]
        if winners:
            self.run("judge", rules, offers, "--explain", winners[0])
            self.readable(judged, reports)
        if offers.name == "offres.yaml":
            self.run("judge", rules, offers, "--lot", judged["lots"][0]["lot"], "--robust")

    def compare(self, where: str, lot: dict[str, Any], expected: dict[str, Any] | None) -> None:
        """The judged lot against the independent recomputation, exactly."""
        if expected is None:
            self.verify(not lot["ranked"], f"{where} : des offres classées que le recalcul ne connaît pas")
            return
        self.verify(
            (lot["winner"] is None) == (expected["question"] or not lot["ranked"]), f"{where} : égalité"
        )
        found = {ranked["bid"]: ranked for ranked in lot["ranked"]}
        self.verify(set(found) == {row["bid"] for row in expected["ranking"]}, f"{where} : offres classées")
        for row in expected["ranking"]:
            ranked = found[row["bid"]]
            self.verify(ranked["rank"] == row["rank"], f"{where} : rang de {row['bid']}")
            marks = dict(_marks(ranked["total"]))
            for criterion, mark in row["marks"].items():
                self.verify(marks[criterion] == fraction(mark), f"{where} : {row['bid']}, {criterion}")
            total = fraction(row["total"])
            self.verify(Fraction(ranked["total"]["value"]) == total, f"{where} : total de {row['bid']}")
        aside = {each["bid"]: each["standing"] for each in lot["put_aside"]}
        self.verify(
            aside == expected["aside"], f"{where} : offres non classées {aside} ≠ {expected['aside']}"
        )

    def readable(self, judged: dict[str, Any], reports: list[Path]) -> None:
        """Each report opens and names the winner of the first lot that has one."""
        import docx
        import odfdo
        import pypdf

        first = next(lot for lot in judged["lots"] if lot["winner"])
        name = next(bid["bidder"] for bid in first["ranked"] if bid["bid"] == first["winner"])
        by_kind = {report.suffix: report for report in reports}
        pdf = pypdf.PdfReader(by_kind[".pdf"])
        text = "".join(page.extract_text() for page in pdf.pages)
        self.verify(_plain(name) in _plain(text), f"{by_kind['.pdf']} ne nomme pas {name}")
        odt = odfdo.Document(by_kind[".odt"]).get_formatted_text()
        self.verify(_plain(name) in _plain(odt), f"{by_kind['.odt']} ne nomme pas {name}")
        word = docx.Document(str(by_kind[".docx"]))
        cells = [cell.text for table in word.tables for row in table.rows for cell in row.cells]
        everything = _plain(" ".join([*(paragraph.text for paragraph in word.paragraphs), *cells]))
        self.verify(_plain(name) in everything, f"{by_kind['.docx']} ne nomme pas {name}")
        for kind in (".xlsx", ".ods"):
            self.verify(zipfile.ZipFile(by_kind[kind]).testzip() is None, f"{by_kind[kind]} est abîmé")

    def bids(self, name: str, rules: Path, out: Path) -> None:
        """The example's bid folders, made on the spot, checked as a bidder would before sending."""
        folders = make_bid_folders.make(name, out / "plis")
        for folder in folders:
            self.run("check-bid", rules, folder)
        if len(folders) > 1:
            self.run("check-bids", rules, *folders)


def fraction(text: str) -> Fraction:
    """A mark as ``recompute`` prints it: "82,3" or "800/19"."""
    return Fraction(text.replace(",", "."))


def _marks(score: dict[str, Any]) -> list[tuple[str, Fraction]]:
    """(criterion, mark) of a score and all its parts."""
    own = [(score["criterion"], Fraction(score["value"]))] if score["criterion"] else []
    return own + [pair for part in score["parts"] for pair in _marks(part)]


def _plain(text: str) -> str:
    return "".join(text.split()).casefold()


def main() -> int:
    check = "--check" in sys.argv[1:]
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # told to end, it still stops what it started
    folder = Path(tempfile.mkdtemp(prefix="reglo-demo-")) if check else ROOT / "demo"
    shutil.rmtree(folder, ignore_errors=True)  # of an earlier run: made by this script, nothing else
    play = Demonstration(folder, quiet=check)
    try:
        for place, name in enumerate(recompute.CONSULTATIONS, 1):
            print(f"[{place}/{len(recompute.CONSULTATIONS)}] {name}", flush=True)
            play.consultation(name)
        print("Les règlements, lus, contrôlés, corrigés et réécrits", flush=True)
        reading_demonstration.play(play, folder / "reglements")
        print("Les plis scellés", flush=True)
        sealed_demonstration.play(play, REGLO, folder / "plis-scelles")
    except Failed as failure:
        print(f"ÉCHEC : {failure}", file=sys.stderr)
        return 1
    finally:
        if check:
            shutil.rmtree(folder, ignore_errors=True)
    print(f"{play.checks} vérifications, toutes justes.")
    for why in play.skipped.values():
        print(f"SAUTÉ : {why}")
    if not check:
        print(f"Les rapports sont dans {folder.relative_to(ROOT)}/ : ouvrez par exemple")
        for name in recompute.CONSULTATIONS:
            print(f"  demo/{name}/offres-resultat.pdf")
        print("  demo/reglements/commissariat-vaulx/reglement-corrige.pdf")
        print("  demo/plis-scelles/stands-de-tir/plis/orvanche.pli.recu.pdf")
    return 0


if __name__ == "__main__":
    sys.exit(main())
