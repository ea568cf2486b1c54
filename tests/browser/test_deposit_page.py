"""The page against the real deposit server: deposit, network cut, reload in the middle, late, refused."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path

import psycopg
from playwright.sync_api import Page, expect
from tests.browser.cutting_proxy import CuttingProxy
from tests.deposit.support import REFERENCE, Server, in_hours

from reglo.cli.verify import size_and_digest
from reglo.reading.receipt_file import read_receipt
from reglo.sealing.age import Identity
from reglo.sealing.bid_opening import open_pli
from reglo.sealing.receipt import Receipt
from reglo.sealing.receipt_checks import GivenFile, verify
from reglo.sealing.verdict import Standing

IDENTITIES = {"candidacy/1": Identity(b"\1" * 32), "bid/1": Identity(b"\2" * 32)}
Open = Callable[..., None]


def fill(page: Page, url: str, bid: Path) -> None:
    page.goto(f"{url}/deposer?consultation={REFERENCE}")
    expect(page.locator("#consultation")).to_contain_text("Fournitures scolaires")
    page.get_by_label("Nom de l'entreprise").fill("Alice SARL")
    page.get_by_label("Adresse électronique").fill("alice@exemple.fr")
    page.get_by_label("SIREN ou SIRET").fill("73282932000074")
    page.locator("#folder").set_input_files(bid)


def deposited(page: Page, folder: Path) -> tuple[Receipt, Path]:
    """The receipt and the pli, saved as the person does."""
    card = page.locator("article").first
    expect(card.get_by_role("heading", name="Dépôt reçu")).to_be_focused()
    saved = []
    for button in ("Enregistrer le reçu", "Enregistrer le pli"):
        with page.expect_download() as download:
            card.get_by_role("button", name=button).click()
        path = folder / download.value.suggested_filename
        download.value.save_as(path)
        saved.append(path)
    return Receipt.from_bytes(saved[0].read_bytes()), saved[1]


def printed(page: Page, folder: Path) -> Receipt:
    """The receipt that the pages to print hold."""
    with page.expect_download() as download:
        page.locator("article").first.get_by_role("button", name="Reçu à imprimer (PDF)").click()
    path = folder / download.value.suggested_filename
    assert path.name.endswith("-recu.pdf")
    download.value.save_as(path)
    expect(page.locator("article").first.get_by_role("status")).to_contain_text("ignore les noms")
    return read_receipt(path)[0]


def check(receipt: Receipt, pli: Path, bid: Path, out: Path) -> None:
    """The receipt proves this very pli and these documents, and Python opens the same bytes."""
    files = [
        GivenFile(path.name, *size_and_digest(path)) for path in (pli, *bid.rglob("*")) if path.is_file()
    ]
    verdict = verify(receipt, keys=[receipt.key], files=files)
    assert [point for point in verdict.points if point.standing is Standing.REFUTED] == []
    assert receipt.completion is not None
    assert receipt.statement.depositor.name == "Alice SARL"
    opened = open_pli(pli, IDENTITIES, out)
    assert opened.findings == ()
    expected = {
        str(path.relative_to(bid)): sha256(path.read_bytes()).hexdigest()
        for path in bid.rglob("*")
        if path.is_file()
    }
    assert {each.name: each.sha256 for each in opened.documents} == expected
    assert {each.name: each.sha256 for each in receipt.completion.documents} == expected


def test_a_bid_is_sealed_deposited_and_its_receipt_proves_it(
    page: Page, started: Server, bid: Path, tmp_path: Path
) -> None:
    fill(page, started.url, bid)
    expect(page.locator("#time")).to_contain_text("heure de Paris")
    page.get_by_role("button", name="Sceller et déposer").click()
    receipt, pli = deposited(page, tmp_path)
    check(receipt, pli, bid, tmp_path / "out")
    assert receipt.statement.timeliness.value == "on_time"
    assert printed(page, tmp_path).statement == receipt.statement


def test_a_network_that_cuts_ends_in_the_same_deposit(
    page: Page, started: Server, bid: Path, tmp_path: Path
) -> None:
    proxy = CuttingProxy(started.port)
    try:
        fill(page, proxy.url, bid)
        proxy.cut(2_500_000, 2_000_000)
        page.get_by_role("button", name="Sceller et déposer").click()
        receipt, pli = deposited(page, tmp_path)
        assert proxy.cuts == 2
        check(receipt, pli, bid, tmp_path / "out")
    finally:
        proxy.close()


def test_a_page_reloaded_in_the_middle_resumes_where_the_platform_stopped(
    page: Page, started: Server, bid: Path, tmp_path: Path
) -> None:
    proxy = CuttingProxy(started.port)
    try:
        fill(page, proxy.url, bid)
        proxy.cut(3_000_000, *[0] * 50)  # down until told otherwise
        page.get_by_role("button", name="Sceller et déposer").click()
        expect(page.locator("article [role=status]")).to_contain_text("Interruption")
        proxy.cut()
        sent: list[int] = []
        page.on(
            "request",
            lambda request: (
                sent.append(int(request.headers["upload-offset"])) if request.method == "PATCH" else None
            ),
        )
        page.reload()
        card = page.locator("article").first
        expect(card.get_by_role("heading")).to_have_text("Envoi commencé, à reprendre")
        sent.clear()
        card.get_by_role("button", name="Reprendre l'envoi").click()
        receipt, pli = deposited(page, tmp_path)
        assert sent[0] > 1_000_000  # what was acknowledged is not sent again
        check(receipt, pli, bid, tmp_path / "out")
        page.reload()  # the receipt is kept too
        kept, _ = deposited_again(page, tmp_path)
        assert kept == receipt
    finally:
        proxy.close()


def test_a_tab_closed_in_the_middle_resumes_from_what_the_browser_keeps(
    page: Page, started: Server, bid: Path, tmp_path: Path
) -> None:
    proxy = CuttingProxy(started.port)
    try:
        fill(page, proxy.url, bid)
        proxy.cut(3_000_000, *[0] * 50)
        page.get_by_role("button", name="Sceller et déposer").click()
        expect(page.locator("article [role=status]")).to_contain_text("Interruption")
        page.close()
        proxy.cut()
        another = page.context.new_page()
        try:
            another.goto(f"{proxy.url}/deposer/?consultation={REFERENCE}")
            another.get_by_role("button", name="Reprendre l'envoi").click()
            receipt, pli = deposited(another, tmp_path)
            check(receipt, pli, bid, tmp_path / "out")
        finally:
            another.close()
    finally:
        proxy.close()


def test_a_deposit_is_replaced_then_withdrawn_from_the_page(
    page: Page, started: Server, bid: Path, tmp_path: Path, urls: tuple[str, str]
) -> None:
    fill(page, started.url, bid)
    expect(page.locator("#earlier")).to_be_hidden()
    page.get_by_role("button", name="Sceller et déposer").click()
    first, _ = deposited(page, tmp_path)
    page.get_by_role("button", name="Remplacer ce dépôt").click()
    expect(page.get_by_label("Il remplace le dépôt reçu")).to_be_focused()
    page.locator("#folder").set_input_files(bid)
    page.get_by_role("button", name="Sceller et déposer").click()
    expect(page.get_by_role("heading", name="Dépôt remplacé")).to_be_visible()
    second, _ = deposited(page, tmp_path)
    assert second.statement.replaces == (first.statement.id,)
    assert states(urls) == {first.statement.id: "replaced", second.statement.id: "received"}
    card = page.locator("article").first
    card.get_by_role("button", name="Retirer ce dépôt").click()
    expect(card.get_by_role("button", name="Garder")).to_be_focused()
    card.get_by_role("button", name="Garder").click()
    card.get_by_role("button", name="Retirer ce dépôt").press("Enter")
    card.get_by_role("button", name="Retirer définitivement").press("Enter")
    expect(card.get_by_role("heading", name="Dépôt retiré")).to_be_focused()
    assert states(urls)[second.statement.id] == "withdrawn"
    page.reload()
    expect(page.get_by_role("heading", name="Dépôt retiré")).to_be_visible()
    with page.expect_download() as download:
        page.get_by_role("button", name="Enregistrer la preuve du retrait").click()
    entry = json.loads(Path(download.value.path()).read_bytes())["inclusion"]["entry"]
    assert (entry["act"], entry["on"]) == ("deposit.withdrawn", second.statement.id)
    expect(page.get_by_role("button", name="Retirer ce dépôt")).to_have_count(0)


def test_two_lots_are_deposited_side_by_side_when_the_person_says_so(
    page: Page, started: Server, bid: Path, tmp_path: Path, urls: tuple[str, str]
) -> None:
    for _ in range(2):
        fill(page, started.url, bid)
        if page.locator("#earlier").is_visible():
            page.get_by_label("Il s'ajoute").check()
        page.get_by_role("button", name="Sceller et déposer").click()
        deposited(page, tmp_path)
    assert list(states(urls).values()) == ["received", "received"]


def test_a_withdrawal_refused_past_the_deadline_is_said_in_the_platforms_words(
    page: Page, started: Server, bid: Path, tmp_path: Path, urls: tuple[str, str]
) -> None:
    fill(page, started.url, bid)
    page.get_by_role("button", name="Sceller et déposer").click()
    deposited(page, tmp_path)
    with psycopg.connect(urls[1], options="-c search_path=reglo") as connection:
        connection.execute("UPDATE consultations SET deadline = now() - interval '1 minute'")
    page.get_by_role("button", name="Retirer ce dépôt").click()
    page.get_by_role("button", name="Retirer définitivement").click()
    expect(page.get_by_role("alert")).to_contain_text("l'heure limite est passée")
    expect(page.get_by_role("alert")).to_contain_text("DEPOT-15")
    expect(page.get_by_role("heading", name="Dépôt reçu")).to_be_visible()


def states(urls: tuple[str, str]) -> dict[str, str]:
    """Receipt -> state of its deposit, in the order received."""
    with psycopg.connect(urls[1], options="-c search_path=reglo") as connection:
        return dict(connection.execute("SELECT id, state FROM deposits ORDER BY last_byte_at").fetchall())


def deposited_again(page: Page, folder: Path) -> tuple[Receipt, Path]:
    page.locator("article").first.get_by_role("heading", name="Dépôt reçu").focus()
    return deposited(page, folder)


def test_a_late_bid_is_told_late_before_and_after_and_received(
    page: Page, server: Server, consultation: Open, pages: Path, bid: Path, tmp_path: Path
) -> None:
    consultation(deadline=in_hours(-1))
    server.start()
    fill(page, server.url, bid)
    expect(page.locator("#late")).to_contain_text("L'heure limite est passée")
    page.get_by_role("button", name="Sceller et déposer").click()
    receipt, pli = deposited(page, tmp_path)
    expect(page.locator("article")).to_contain_text("HORS DÉLAI")
    assert receipt.statement.timeliness.value == "late"
    check(receipt, pli, bid, tmp_path / "out")


def test_a_bid_over_the_announced_limit_is_refused_before_it_leaves(
    page: Page, server: Server, consultation: Open, pages: Path, bid: Path
) -> None:
    consultation(max_size=5_000_000)
    server.start()
    fill(page, server.url, bid)
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.method))
    page.get_by_role("button", name="Sceller et déposer").click()
    alert = page.get_by_role("alert")
    expect(alert).to_contain_text("la plateforme accepte 5 Mo")
    expect(alert).to_be_focused()
    assert "POST" not in asked
    expect(page.locator("article")).to_have_count(0)


def test_an_unknown_consultation_is_said(page: Page, started: Server) -> None:
    with page.expect_response("**/consultations/inconnue"):
        page.goto(f"{started.url}/deposer/?consultation=inconnue")
    expect(page.get_by_role("alert")).to_contain_text("DEPOT-01")


def test_the_page_says_at_each_instant_what_is_done_and_what_remains(
    page: Page, started: Server, bid: Path, tmp_path: Path
) -> None:
    """Eight minutes before the hour: sealed, sent, received; how much is safe; what to do."""
    proxy = CuttingProxy(started.port)
    try:
        fill(page, proxy.url, bid)
        page.get_by_role("button", name="Sceller seulement").click()
        card = page.locator("article").first
        expect(card.locator("li")).to_have_text(
            ["Scellé : fait", "Envoyé : à faire", "Reçu par la plateforme : pas encore"]
        )
        expect(card.get_by_role("status")).to_contain_text("Rien n'est encore déposé")
        proxy.cut(2_500_000, *[0] * 50)
        card.get_by_role("button", name="Déposer").click()
        expect(card.get_by_role("status")).to_contain_text("Interruption")
        expect(card.locator("li").nth(1)).to_have_text("Envoyé : en cours")
        proxy.cut()
        page.reload()  # as a tab closed and opened again; who deposits is not asked twice
        expect(card.locator("li").nth(1)).to_have_text("Envoyé : à reprendre")
        kept = re.compile(
            r"la plateforme a [1-9][\d,\s]* [kM]o sur 6 Mo"
        )  # of the 2,5 Mo, what reached it before the cut
        expect(card.get_by_role("status")).to_contain_text(kept)
        expect(card.get_by_role("status")).to_contain_text("ce qui est reçu reste reçu, même page fermée")
        assert page.get_by_label("Nom de l'entreprise").input_value() == "Alice SARL"
        assert page.locator("#done").is_hidden()
        card.get_by_role("button", name="Reprendre l'envoi").click()
        deposited(page, tmp_path)
        expect(card.locator("li")).to_have_text(
            ["Scellé : fait", "Envoyé : fait", "Reçu par la plateforme : fait"]
        )
        expect(page.locator("#done")).to_contain_text("Votre réponse est déposée")
    finally:
        proxy.close()


def test_an_upload_too_slow_for_the_hour_says_so(
    page: Page, server: Server, consultation: Open, pages: Path, bid: Path
) -> None:
    consultation(deadline=in_hours(50 / 3600))  # and six megabytes take sixty seconds
    server.start()
    fill(page, server.url, bid)
    session = page.context.new_cdp_session(page)
    slow = {"offline": False, "latency": 0, "downloadThroughput": -1, "uploadThroughput": 100_000}
    session.send("Network.emulateNetworkConditions", slow)
    page.get_by_role("button", name="Sceller et déposer").click()
    expect(page.locator("article [role=status]")).to_contain_text("soit après l'heure limite")
    page.get_by_role("button", name="Suspendre l'envoi").click()
    expect(page.locator("article [role=status]")).to_contain_text("Envoi suspendu")
