"""Imports go one way, as README tells (« La carte »), and the centre touches nothing outside itself."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parent.parent / "src" / "reglo"

# each folder may import itself and what is listed; nothing else of Réglo
ALLOWED = {
    "procurement": set(),
    "sealing": {"procurement"},
    "linting": {"procurement"},
    "exports": {"procurement", "sealing"},
    "reading": {"procurement", "sealing"},
    "adapters": {"procurement", "sealing", "exports", "reading"},
    "deposit": {"procurement", "sealing", "exports", "reading", "adapters"},
    "cli": {"procurement", "sealing", "linting", "exports", "reading", "adapters", "deposit"},
}
# the centre is pure: no framework, network, database or clock
PURE = {
    "procurement": {
        "django",
        "socket",
        "http",
        "urllib",
        "requests",
        "httpx",
        "psycopg",
        "sqlite3",
        "time",
        "subprocess",
    }
}


def imported(path: Path) -> set[str]:
    """Absolute names of the modules a file imports, wherever in it."""
    names: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: relative import"
            names |= {f"{node.module}.{alias.name}" for alias in node.names}
    return names


@pytest.mark.parametrize("folder", ALLOWED)
def test_a_folder_imports_only_what_stands_before_it(folder: str) -> None:
    for path in sorted((PACKAGE / folder).rglob("*.py")):
        for name in imported(path):
            parts = name.split(".")
            if parts[0] == "reglo" and len(parts) > 1 and parts[1] != "__version__":
                assert parts[1] == folder or parts[1] in ALLOWED[folder], f"{path} imports {name}"


def test_every_folder_has_its_place_in_the_order() -> None:
    folders = {path.name for path in PACKAGE.iterdir() if path.is_dir() and path.name != "__pycache__"}
    assert folders == set(ALLOWED)


def test_the_centre_is_pure() -> None:
    for path in sorted((PACKAGE / "procurement").rglob("*.py")):
        for name in imported(path):
            assert name.split(".")[0] not in PURE["procurement"], f"{path} imports {name}"
        text = path.read_text(encoding="utf-8")
        for clock in ("datetime.now(", "date.today(", "utcnow(", "time.time("):
            assert clock not in text, f"{path} reads the clock"
