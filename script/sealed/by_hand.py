"""The commands that ``docs/receipt.md`` and ``docs/seal.md`` give a judge, taken from the pages, and run.

Nothing of Réglo: ``bash``, ``jq``, ``openssl``, ``sha256sum``, ``tar``, ``pdfdetach``, ``age``.
"""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

DOCS = Path(__file__).resolve().parent.parent.parent / "docs"
TOOLS = ("base64", "bash", "jq", "openssl", "pdfdetach", "sha256sum", "tar")
_FROM_PDF = "pdfdetach -save 1 -o recu.json accuse.pdf\n"


def receipt_md(*, from_pdf: bool) -> str:
    """The seven steps of « Vérifier sans Réglo »; whoever has ``recu.json`` already skips the first line."""
    text = (DOCS / "receipt.md").read_text("utf-8")
    section = text.partition("## Vérifier sans Réglo")[2].partition("\n## ")[0]
    found = re.findall(r"^\*\*\d\. .*?^```sh\n(.*?)^```", section, re.M | re.S)
    script = "".join(found)
    assert len(found) == 7
    assert script.startswith(_FROM_PDF)
    return script if from_pdf else script.removeprefix(_FROM_PDF)


def seal_md() -> tuple[str, str]:
    """The commands of docs/seal.md §10; apart, the last: ``age`` opening the sealed file ``<id>``."""
    section = (DOCS / "seal.md").read_text("utf-8").partition("## 10. ")[2].partition("\n## ")[0]
    (script,) = re.findall(r"^```\n(.*?)^```", section, re.M | re.S)
    *public, with_age = script.rstrip().splitlines(keepends=True)
    assert "<id>" in with_age
    return "".join(public), with_age


def missing(*tools: str) -> list[str]:
    return [tool for tool in tools or TOOLS if shutil.which(tool) is None]


def lay_out(folder: Path, *, receipt: Path, pli: Path, platform: Path, authority: Path) -> bool:
    """The four files a judge is given, under the names the pages use; whether the receipt is a PDF."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    from_pdf = receipt.suffix == ".pdf"
    given = {"accuse.pdf" if from_pdf else "recu.json": receipt, "pli.tar": pli}
    for name, path in {**given, "plateforme.pem": platform, "autorite.pem": authority}.items():
        (folder / name).symlink_to(path.resolve())
    return from_pdf


def run(script: str, folder: Path) -> str:
    """What the commands print. Raises CalledProcessError: they stop at the first that fails."""
    done = subprocess.run(
        ["bash", "-c", f"set -euo pipefail\n{script}"],
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise subprocess.CalledProcessError(done.returncode, script, done.stdout, done.stderr)
    return done.stdout
