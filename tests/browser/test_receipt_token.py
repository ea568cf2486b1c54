"""A receipt whose time-stamp is late: valid at once, completed by the page when the authority answers."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, Route, expect
from tests.browser.test_deposit_page import fill
from tests.deposit.support import REFERENCE, Server, make_pli, send
from tests.deposit.test_clock import AuthorityServer, authority  # noqa: F401

from reglo.adapters.timestamp.fake import Failing
from reglo.sealing.receipt import Receipt
from reglo.sealing.receipt_checks import verify
from reglo.sealing.verdict import Standing

Open = Callable[..., None]


@pytest.fixture
def silent(server: Server, consultation: Open, pages: Path, authority: AuthorityServer) -> AuthorityServer:  # noqa: F811
    """A platform open for an hour, whose authority is down."""
    consultation()
    authority.failing = Failing.DOWN
    server.environment = {"TEST_AUTHORITY": authority.url}
    server.start()
    return authority


def back(authority: AuthorityServer, server: Server, folder: Path) -> None:  # noqa: F811
    """The authority answers again; the next deposit wakes up the asking."""
    authority.failing = None
    with server.client() as client:
        send(client, make_pli(folder / "next"))


def saved(page: Page, button: Locator) -> tuple[str, Receipt]:
    with page.expect_download() as download:
        button.click()
    return download.value.suggested_filename, Receipt.from_bytes(Path(download.value.path()).read_bytes())


def deposited(page: Page, server: Server, bid: Path) -> Locator:
    """The card of a bid deposited while the authority is down."""
    fill(page, server.url, bid)
    page.get_by_role("button", name="Sceller et déposer").click()
    card = page.locator("article").first
    expect(card.get_by_role("heading", name="Dépôt reçu")).to_be_focused()
    expect(card).to_contain_text("jeton attendu")
    return card


def check(bare: Receipt, whole: Receipt, authority: AuthorityServer) -> None:  # noqa: F811
    """The same deposit, the names signed on both; the completed copy is proved by the authority too."""
    assert bare.timestamp is None
    assert whole.timestamp is not None
    assert whole.statement == bare.statement
    assert whole.completion == bare.completion is not None
    verdict = verify(whole, keys=[whole.key], authorities=[authority.honest.ca])
    assert {point.standing for point in verdict.points} == {Standing.PROVED}


def test_a_receipt_saved_without_its_token_is_completed_by_the_page(
    page: Page,
    server: Server,
    silent: AuthorityServer,
    bid: Path,
    tmp_path: Path,
) -> None:
    card = deposited(page, server, bid)
    first, bare = saved(page, card.get_by_role("button", name="Enregistrer le reçu"))
    assert first.endswith("-recu-sans-jeton.json")
    card.get_by_role("button", name="Enregistrer le pli").focus()
    back(silent, server, tmp_path)
    again = card.get_by_role("button", name="Enregistrer le reçu complété")
    again.wait_for()
    expect(card.get_by_role("status")).to_contain_text(first)  # which copy has no token
    expect(card.get_by_role("button", name="Enregistrer le pli")).to_be_focused()
    second, whole = saved(page, again)
    assert second.endswith("-recu.json")
    check(bare, whole, silent)
    expect(again).to_have_count(0)  # said and done
    page.reload()
    expect(card.get_by_role("status")).not_to_contain_text("jeton")
    assert saved(page, card.get_by_role("button", name="Enregistrer le reçu"))[1] == whole


def test_a_page_opened_again_completes_the_receipt_and_takes_no_question_away(
    page: Page,
    server: Server,
    silent: AuthorityServer,
    bid: Path,
    tmp_path: Path,
) -> None:
    card = deposited(page, server, bid)
    _, bare = saved(page, card.get_by_role("button", name="Enregistrer le reçu"))
    page.goto("about:blank")
    back(silent, server, tmp_path)
    held: list[Route] = []
    page.route("**/recu", lambda route: held.append(route))  # until the person is asked something
    page.goto(f"{server.url}/deposer/?consultation={REFERENCE}")
    card.get_by_role("button", name="Retirer ce dépôt").click()
    with page.expect_response("**/recu"):
        while not held:
            page.wait_for_timeout(20)
        page.unroute("**/recu")  # lets it go on
    expect(card.get_by_role("button", name="Garder")).to_be_focused()
    card.get_by_role("button", name="Garder").click()
    check(bare, saved(page, card.get_by_role("button", name="Enregistrer le reçu complété"))[1], silent)
