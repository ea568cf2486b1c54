"""A page that seals and deposits a file of any size holds the same memory, and what it sends opens whole."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect
from tests.browser.processes import PeakMemory
from tests.deposit.support import REFERENCE, Server

from reglo.sealing.age import Identity
from reglo.sealing.bid_opening import open_pli

MEGABYTE = 1_000_000
# measured: 60 MB more at every size, all processes of the browser together
MOST = 100 * MEGABYTE
Open = Callable[..., None]


@pytest.fixture
def started(server: Server, consultation: Open, pages: Path) -> Server:
    consultation(max_size=8_000 * MEGABYTE, max_document_size=8_000 * MEGABYTE)
    return server.start()


def big_file(path: Path, size: int) -> str:
    """A file whose every megabyte is another, and its SHA-256; nearly all of it holes on the disk."""
    path.parent.mkdir(exist_ok=True)
    with path.open("wb") as stream:
        stream.truncate(size)
        for at in range(0, size, 1024 * 1024):
            stream.seek(at)
            stream.write(at.to_bytes(8)[: size - at])
    digest = sha256()
    with path.open("rb") as stream:
        while block := stream.read(1024 * 1024):
            digest.update(block)
    return digest.hexdigest()


def grown(page: Page, url: str, profile: Path, big: Path) -> int:
    """Seal and deposit a file: by how much the browser grew at most, in bytes."""
    page.goto(f"{url}/deposer?consultation={REFERENCE}")
    expect(page.locator("#consultation")).to_contain_text("Fournitures scolaires")
    page.get_by_label("Nom de l'entreprise").fill("Alice SARL")
    page.get_by_label("Adresse électronique").fill("alice@exemple.fr")
    page.locator("#files").set_input_files(big)
    with PeakMemory(str(profile)) as memory:
        page.get_by_role("button", name="Sceller et déposer").click()
        page.get_by_role("heading", name="Dépôt reçu").wait_for(timeout=1_800_000)
    page.get_by_role("button", name="Effacer").click()
    page.get_by_role("button", name="Effacer définitivement").click()
    expect(page.locator("article")).to_have_count(0)
    return memory.peak - memory.start


def test_a_file_of_96_megabytes_is_sealed_and_deposited_in_flat_memory(
    page: Page, started: Server, tmp_path: Path, profile: Path
) -> None:
    # a page that held the file whole would take 150 MB
    big = tmp_path / "offre" / "O3 - maquette.bin"
    big_file(big, 96 * MEGABYTE)
    assert grown(page, started.url, profile, big) < MOST


@pytest.mark.long
def test_a_file_of_4_gigabytes_takes_the_memory_of_one_of_256_megabytes_and_opens_whole(
    page: Page, started: Server, tmp_path: Path, profile: Path
) -> None:
    big, out = tmp_path / "offre" / "O3 - maquette.bin", tmp_path / "out"
    taken = {}
    try:
        for megabytes in (256, 1_000, 4_000):
            digest = big_file(big, megabytes * MEGABYTE)
            taken[megabytes] = grown(page, started.url, profile, big) // MEGABYTE
            (pli,) = (started.data / "store" / "plis").glob("*.tar")
            opened = open_pli(pli, {"bid/1": Identity(b"\2" * 32)}, out)
            assert opened.findings == ()
            (document,) = opened.documents
            assert (document.sha256, document.path.stat().st_size) == (digest, megabytes * MEGABYTE)
            pli.unlink()
            shutil.rmtree(out)
    finally:  # pytest keeps its folders
        big.unlink()
        shutil.rmtree(started.data / "store" / "plis", ignore_errors=True)
        shutil.rmtree(out, ignore_errors=True)
    print(f"Mo de plus pendant le scellement et l'envoi : {taken}")
    assert max(taken.values()) < MOST // MEGABYTE
    assert max(taken.values()) - min(taken.values()) < 40
