"""The page « Déposer un pli déjà scellé » : plis of the terminal and of other browsers, and back."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import psycopg
from playwright.sync_api import Page, expect
from tests.deposit.support import KEYS, REFERENCE, Server

from reglo.cli.verify import size_and_digest
from reglo.deposit.sending import Sender, Sending, read_state
from reglo.sealing.age import Identity
from reglo.sealing.bid_sealing import Document, seal_bid
from reglo.sealing.opening_keys import OpeningKeys
from reglo.sealing.receipt import Receipt
from reglo.sealing.receipt_checks import GivenFile, verify
from reglo.sealing.signing import SigningKey
from reglo.sealing.verdict import Standing

Open = Callable[..., None]


def sealed(folder: Path, keys: OpeningKeys = KEYS, size: int = 3_000_000) -> Path:
    """A pli as `reglo seal` leaves it: its key and the list of its documents beside it."""
    folder.mkdir(parents=True, exist_ok=True)
    source, pli = folder / "O1 - Acte.pdf", folder / "alice.pli"
    source.write_bytes(b"acte " * (size // 5))
    document = Document(path=source, name=source.name, compartment="bid/1", piece="O1", lot="1")
    with pli.open("wb") as sink:
        done = seal_bid(keys=keys, documents=[document], bidder={"name": "Alice", "siren": ""}, sink=sink)
    pli.with_name("alice.pli.cle").write_bytes(SigningKey(done.key.private_bytes_raw()).pem)
    listed = [
        {
            "name": each.document.name,
            "size": each.size,
            "sha256": each.sha256,
            "blob": each.blob,
            "piece": each.document.piece,
            "lot": each.document.lot,
        }
        for each in done.documents
    ]
    pli.with_name("alice.pli.documents.json").write_text(json.dumps(listed))
    return pli


def beside(pli: Path) -> list[Path]:
    return sorted(pli.parent.glob("alice.pli*"))


def visit(page: Page, server: Server) -> None:
    """From the first page, by its link: the consultation goes along."""
    page.goto(f"{server.url}/deposer/?consultation={REFERENCE}")
    page.get_by_role("link", name="J'ai déjà un pli scellé").click()
    expect(page.locator("#consultation")).to_contain_text("Fournitures scolaires")
    page.get_by_label("Nom de l'entreprise").fill("Alice SARL")
    page.get_by_label("Adresse électronique").fill("alice@exemple.fr")


def receipt_of(page: Page) -> Receipt:
    expect(page.get_by_role("heading", name="Dépôt reçu").first).to_be_focused()
    with page.expect_download() as download:
        page.get_by_role("button", name="Enregistrer le reçu").first.click()
    return Receipt.from_bytes(Path(download.value.path()).read_bytes())


def test_a_pli_of_the_terminal_is_deposited_and_its_receipt_names_its_documents(
    page: Page, started: Server, tmp_path: Path
) -> None:
    pli = sealed(tmp_path)
    visit(page, started)
    page.get_by_label("Choisir le pli et ses fichiers").set_input_files(beside(pli))
    expect(page.locator("#chosen")).to_contain_text("c'est bien la sienne")
    expect(page.locator("#chosen")).to_contain_text("1 document")
    page.get_by_role("button", name="Déposer ce pli").click()
    receipt = receipt_of(page)
    files = [GivenFile(path.name, *size_and_digest(path)) for path in (pli, tmp_path / "O1 - Acte.pdf")]
    verdict = verify(receipt, keys=[receipt.key], files=files)
    assert [point for point in verdict.points if point.standing is Standing.REFUTED] == []
    assert receipt.completion is not None
    assert [each.name for each in receipt.completion.documents] == ["O1 - Acte.pdf"]
    # and what this page writes of its upload, the terminal withdraws with
    with page.expect_download() as download:
        page.get_by_role("button", name="Enregistrer l'adresse du dépôt").click()
    download.value.save_as(pli.with_name("alice.pli.depot"))
    sending = Sending(f"{started.url}/consultations/{REFERENCE}", pli)
    state = read_state(pli)
    assert state is not None
    key = SigningKey.from_pem(pli.with_name("alice.pli.cle").read_bytes())
    sending.withdraw(state, sending.receipt(state), key)
    sending.close()
    page.reload()  # the page learns of it
    expect(page.get_by_role("heading", name="Dépôt retiré")).to_be_visible()


def test_an_upload_begun_in_the_terminal_goes_on_in_the_page_and_is_withdrawn_there(
    page: Page, started: Server, tmp_path: Path, urls: tuple[str, str]
) -> None:
    pli = sealed(tmp_path)
    sending = Sending(f"{started.url}/consultations/{REFERENCE}", pli)
    sending.begin(Sender(name="Alice SARL", email="alice@exemple.fr"))
    sending.close()
    visit(page, started)
    page.get_by_label("Choisir le pli et ses fichiers").set_input_files(beside(pli))
    expect(page.locator("#chosen")).to_contain_text("il reprendra où il s'est arrêté")
    page.get_by_role("button", name="Déposer ce pli").click()
    receipt_of(page)
    page.get_by_role("button", name="Retirer ce dépôt").click()
    page.get_by_role("button", name="Retirer définitivement").click()
    expect(page.get_by_role("heading", name="Dépôt retiré")).to_be_focused()
    with psycopg.connect(urls[1], options="-c search_path=reglo") as connection:
        assert connection.execute("SELECT count(*) FROM uploads").fetchone() == (1,)
        assert connection.execute("SELECT state FROM deposits").fetchall() == [("withdrawn",)]


def test_without_its_key_a_pli_is_deposited_but_cannot_be_withdrawn(
    page: Page, started: Server, tmp_path: Path
) -> None:
    visit(page, started)
    page.get_by_label("Choisir le pli et ses fichiers").set_input_files(sealed(tmp_path))
    expect(page.locator("#chosen")).to_contain_text("Clé")
    expect(page.locator("#chosen")).to_contain_text("ce dépôt ne pourra pas être retiré d'ici")
    page.get_by_role("button", name="Déposer ce pli").click()
    receipt = receipt_of(page)
    assert receipt.completion is None
    expect(page.get_by_role("button", name="Retirer ce dépôt")).to_have_count(0)


def test_a_pli_that_cannot_be_opened_here_is_refused_before_it_leaves(
    page: Page, server: Server, consultation: Open, pages: Path, tmp_path: Path
) -> None:
    consultation(max_size=5_000_000)
    server.start()
    other = OpeningKeys(consultation="AUTRE", rules_sha256="0" * 64, recipients=dict(KEYS.recipients))
    same = OpeningKeys(
        consultation=REFERENCE,
        rules_sha256="0" * 64,
        recipients={"bid/1": Identity(b"\5" * 32).recipient},
    )
    good, elsewhere = sealed(tmp_path / "bon"), sealed(tmp_path / "autre")
    empty, text = tmp_path / "vide.pli", tmp_path / "notes.txt"
    empty.touch()
    text.write_text("bonjour")
    visit(page, server)
    choose = page.get_by_label("Choisir le pli et ses fichiers")
    alert = page.get_by_role("alert")
    page.get_by_role("button", name="Déposer ce pli").click()
    expect(page.locator("#files-wrong")).to_be_focused()
    for files, code, said in (
        ([sealed(tmp_path / "a", other)], "PAGE-12", "« AUTRE »"),
        ([sealed(tmp_path / "b", same)], "PAGE-16", "d'autres clés"),
        ([sealed(tmp_path / "c", size=6_000_000)], "PAGE-14", "la plateforme accepte 5 Mo"),
        ([empty], "PAGE-05", "« vide.pli »"),
        ([text], "PAGE-05", "« notes.txt »"),
        ([good.with_name("alice.pli.cle")], "PAGE-15", "aucun n'est choisi"),
        ([good, empty], "PAGE-15", "plusieurs sont choisis"),
        ([good, elsewhere.with_name("alice.pli.cle")], "PAGE-19", "n'est pas la clé de ce pli"),
        ([good, elsewhere.with_name("alice.pli.documents.json")], "PAGE-19", "n'est pas la liste"),
    ):
        choose.set_input_files(files)
        expect(alert).to_contain_text(code)
        expect(alert).to_contain_text(said)
    expect(page.locator("article")).to_have_count(0)
    choose.set_input_files(good)
    expect(alert).to_be_hidden()
    page.get_by_role("button", name="Déposer ce pli").click()
    receipt_of(page)


def test_the_page_fits_every_screen(page: Page, started: Server, tmp_path: Path) -> None:
    visit(page, started)
    page.get_by_label("Choisir le pli et ses fichiers").set_input_files(beside(sealed(tmp_path)))
    page.get_by_role("button", name="Déposer ce pli").click()
    receipt_of(page)
    for width in (1280, 375, 320):
        page.set_viewport_size({"width": width, "height": 800})
        assert page.evaluate("document.documentElement.scrollWidth") == width
