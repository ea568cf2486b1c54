"""What every part of the sealed demonstration stands on: the consultation played, its files, the server."""

from __future__ import annotations

import hashlib
import json
import re
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from reglo.reading.rules import read_rules
from reglo.sealing.opening_keys import compartments_of

from .bidders import Candidate, Way
from .server import Server

if TYPE_CHECKING:
    from demonstration import Demonstration

ROOT = Path(__file__).resolve().parent.parent.parent
PARIS = ZoneInfo("Europe/Paris")
GB = 1_000_000_000


@dataclass(frozen=True)
class Scene:
    show: Demonstration
    reglo: Path
    server: Server
    began: datetime

    @property
    def platform_key(self) -> Path:
        return self.server.data / "signature" / "plateforme.pem"

    @property
    def authority(self) -> Path:
        return self.server.data / "horodatage" / "ca.pem"


@dataclass
class Play:
    """A consultation of the demonstration and what its bidders sent."""

    example: str
    folder: Path
    candidates: list[Candidate]
    trees: dict[str, dict[str, str]] = field(default_factory=dict)  # bidder -> path -> SHA-256
    receipts: dict[str, Path] = field(
        default_factory=dict
    )  # name of a pli -> its receipt, PDF if there is one

    @property
    def rules(self) -> Path:
        return self.folder / "rules.yaml"

    @property
    def keys(self) -> Path:
        return self.folder / "cles"

    @property
    def published(self) -> Path:
        return self.keys / "opening-keys.json"

    @property
    def reference(self) -> str:
        found = re.search(r"^reference: (\S+)", self.rules.read_text("utf-8"), re.MULTILINE)
        assert found is not None
        return found.group(1)

    @property
    def compartments(self) -> tuple[str, ...]:
        consultation = read_rules(self.rules).consultation
        assert consultation is not None
        return compartments_of(consultation)

    @property
    def on_time(self) -> list[Candidate]:
        return [each for each in self.candidates if each.way is not Way.LATE]

    def address(self, url: str) -> str:
        return f"{url}/consultations/{self.reference.lower()}"

    def pli(self, name: str) -> Path:
        return self.folder / "plis" / f"{name}.pli"

    def receipt(self, name: str) -> dict[str, Any]:
        found: dict[str, Any] = json.loads(self.pli(name).with_suffix(".pli.recu.json").read_text("utf-8"))
        return found

    def statement(self, name: str) -> dict[str, Any]:
        found: dict[str, Any] = self.receipt(name)["receipt"]
        return found


def said(size: int) -> str:
    """A size in words: "1 Go", "62 Mo"."""
    if size < GB:
        return f"{size // 1_000_000} Mo"
    return f"{size / GB:.1f} Go".replace(".0", "").replace(".", ",")


def digest(path: Path) -> str:
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def tree(folder: Path) -> dict[str, str]:
    """Relative path -> SHA-256 of every file."""
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    return {path.relative_to(folder).as_posix(): digest(path) for path in files}
