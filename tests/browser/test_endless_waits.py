"""Whatever never answers (network, storage, thread, disk), the page says so and goes on."""

from __future__ import annotations

import re
from pathlib import Path
from time import monotonic

import pytest
from playwright.sync_api import Locator, Page, Route, expect
from tests.browser.cutting_proxy import CuttingProxy
from tests.browser.test_bad_paths import DROPPED
from tests.browser.test_deposit_page import check, deposited, fill, states
from tests.browser.test_pli_page import beside, visit
from tests.browser.test_pli_page import sealed as sealed_elsewhere
from tests.browser.test_seal_page import COMPARTMENTS, keys_file, opened, sealed
from tests.browser.test_seal_page import fill as fill_alone
from tests.deposit.support import REFERENCE, Server

MINUTE = 61_000  # milliseconds, and a little more
PATIENCE = 180  # seconds


def once_late(page: Page, place: Locator, said: str) -> None:
    """The hours of the page pass until it says so; what is under way beside it takes the time it takes."""
    limit = monotonic() + PATIENCE
    while said not in (place.text_content() or "").replace("\u00a0", " "):
        assert monotonic() < limit, f"never said: {said}"
        page.clock.fast_forward(MINUTE)
        page.wait_for_timeout(100)


def never(route: Route) -> None:
    """Neither an answer nor a cut."""


@pytest.fixture
def document(tmp_path: Path) -> Path:
    path = tmp_path / "O1.pdf"
    path.write_bytes(b"offre" * 1000)
    return path


def test_a_network_that_falls_silent_in_the_middle_is_tried_again(
    page: Page, started: Server, bid: Path, tmp_path: Path
) -> None:
    proxy = CuttingProxy(started.port)
    try:
        page.clock.install()
        fill(page, proxy.url, bid)
        proxy.silence(2_500_000)
        page.get_by_role("button", name="Sceller et déposer").click()
        expect(page.get_by_role("heading", name="Envoi en cours")).to_be_visible()
        proxy_silent(page, proxy)
        once_late(page, page.locator("article [role=status]"), "Interruption : rien n'avance depuis 60 s")
        proxy.cut()
        receipt, pli = deposited(page, tmp_path)
        check(receipt, pli, bid, tmp_path / "out")
    finally:
        proxy.close()


def proxy_silent(page: Page, proxy: CuttingProxy) -> None:
    limit = monotonic() + PATIENCE
    while not proxy.silent:
        assert monotonic() < limit
        page.wait_for_timeout(50)


def test_a_platform_that_never_answers_is_said_and_asked_again(page: Page, started: Server) -> None:
    page.clock.install()
    page.route("**/consultations/**", never)
    page.goto(f"{started.url}/deposer/?consultation={REFERENCE}")
    once_late(page, page.locator("#alert"), "La plateforme ne répond pas")
    page.unroute("**/consultations/**")
    page.clock.fast_forward(MINUTE)
    expect(page.locator("#consultation")).to_contain_text("Fournitures scolaires")


def test_a_receipt_that_never_comes_is_asked_again(page: Page, started: Server, bid: Path) -> None:
    page.clock.install()
    fill(page, started.url, bid)
    asked: list[str] = []
    page.route("**/recu", lambda route: asked.append(route.request.url))  # neither an answer nor a cut
    page.get_by_role("button", name="Sceller et déposer").click()
    limit = monotonic() + PATIENCE
    while len(asked) < 2:
        assert monotonic() < limit
        if asked:  # before, each minute that passes would interrupt what is under way
            page.clock.fast_forward(MINUTE)
        page.wait_for_timeout(100)
    page.unroute("**/recu")
    page.clock.fast_forward(MINUTE)
    page.get_by_role("heading", name="Dépôt reçu").wait_for()


def test_a_network_that_answers_in_the_place_of_the_platform_is_waited_for(
    page: Page, started: Server, bid: Path, tmp_path: Path
) -> None:
    """A hotel, a train: every address gives its page until one signs in."""
    portal = {"status": 200, "content_type": "text/html", "body": "<h1>Bienvenue</h1>"}
    page.route("**/consultations/**", lambda route: route.fulfill(**portal))
    page.goto(f"{started.url}/deposer/?consultation={REFERENCE}")
    expect(page.get_by_role("alert")).to_contain_text("n'est pas la plateforme")
    page.unroute("**/consultations/**")
    page.evaluate("dispatchEvent(new Event('online'))")
    fill(page, started.url, bid)
    page.route("**/depots", lambda route: route.fulfill(**portal))
    page.get_by_role("button", name="Sceller et déposer").click()
    expect(page.locator("article [role=status]")).to_contain_text("Interruption")
    page.unroute("**/depots")
    page.evaluate("dispatchEvent(new Event('online'))")
    deposited(page, tmp_path)


def test_a_question_of_the_browser_left_unanswered_stops_no_sealing(
    page: Page, site: str, document: Path, tmp_path: Path
) -> None:
    page.add_init_script("StorageManager.prototype.persist = () => new Promise(() => {})")
    fill_alone(page, site, keys_file(tmp_path, "ESSAI-2", COMPARTMENTS))
    page.locator("#files").set_input_files(document)
    pli, _ = sealed(page, tmp_path)
    assert len(opened(pli, COMPARTMENTS, tmp_path / "out").documents) == 1


def test_a_storage_that_never_answers_is_said_and_the_consultation_is_shown(
    page: Page, started: Server
) -> None:
    page.clock.install()
    page.add_init_script("IDBFactory.prototype.open = () => ({})")
    page.goto(f"{started.url}/deposer/?consultation={REFERENCE}")
    once_late(page, page.locator("#alert"), "PAGE-07")
    expect(page.locator("#consultation")).to_contain_text("Fournitures scolaires")
    expect(page.locator("#left")).to_contain_text("Il reste")


def test_a_sealing_that_stands_still_says_so_and_is_stopped_with_nothing_lost(
    page: Page, site: str, document: Path, tmp_path: Path
) -> None:
    page.clock.install()
    page.route(
        "**/seal-worker.js",
        lambda route: route.fulfill(body="onmessage = () => {}", content_type="text/javascript"),
    )
    fill_alone(page, site, keys_file(tmp_path, "ESSAI-2", COMPARTMENTS))
    page.locator("#files").set_input_files(document)
    page.get_by_role("button", name="Sceller seulement").click()
    once_late(page, page.locator("#sealing [role=status]"), "rien n'avance depuis 20 s")
    # what would be added now would be in no pli
    page.evaluate(DROPPED, ["O2.pdf"])
    assert page.evaluate("document.querySelector('#files').closest('[inert]') !== null")
    expect(page.locator("#summary")).to_contain_text("1 document")
    page.unroute("**/seal-worker.js")
    page.get_by_role("button", name="Arrêter").click()
    expect(page.get_by_role("alert")).to_contain_text("PAGE-29")
    page.evaluate(DROPPED, ["O2.pdf"])
    expect(page.locator("#summary")).to_contain_text("2 documents")
    pli, _ = sealed(page, tmp_path)
    assert len(opened(pli, COMPARTMENTS, tmp_path / "out").documents) == 2


def test_a_hash_thread_that_could_not_be_loaded_is_loaded_again(
    page: Page, site: str, document: Path, tmp_path: Path
) -> None:
    """Threads of a thread are out of reach of the test's routes: their address is wrong at first."""
    lost = "{ let asked = 0; const own = Worker; self.Worker = class extends own {"
    lost += " constructor(name) { super(asked++ < 2 ? 'absent.js' : name); } }; }"
    page.route(
        "**/seal-worker.js",
        lambda route: route.fulfill(body=f"{lost}{route.fetch().text()}", content_type="text/javascript"),
    )
    fill_alone(page, site, keys_file(tmp_path, "ESSAI-2", COMPARTMENTS))
    page.locator("#files").set_input_files(document)
    page.get_by_role("button", name="Sceller seulement").click()
    expect(page.get_by_role("alert")).to_contain_text("PAGE-09")
    pli, _ = sealed(page, tmp_path)
    assert len(opened(pli, COMPARTMENTS, tmp_path / "out").documents) == 1


def test_a_double_click_sends_and_neither_suspends_nor_withdraws(
    page: Page, started: Server, bid: Path, tmp_path: Path
) -> None:
    proxy = CuttingProxy(started.port)
    try:
        fill(page, proxy.url, bid)
        page.get_by_role("button", name="Sceller seulement").click()
        card = page.locator("article").first
        expect(card.get_by_role("status")).to_contain_text("Rien n'est encore déposé")
        proxy.silence(2_500_000)
        card.get_by_role("button", name="Déposer", exact=True).dblclick()
        proxy_silent(page, proxy)
        expect(card.get_by_role("heading")).to_have_text("Envoi en cours")
        expect(page.get_by_role("alert")).to_be_hidden()
        proxy.cut()
        deposited(page, tmp_path)
        card.get_by_role("button", name="Retirer ce dépôt").dblclick()
        expect(card.get_by_role("button", name="Retirer définitivement")).to_be_visible()
        card.get_by_role("button", name="Garder").click()
        card.get_by_role("button", name="Effacer de ce navigateur").dblclick()
        expect(card.get_by_role("button", name="Effacer définitivement")).to_be_visible()
    finally:
        proxy.close()


def test_two_slow_clicks_send_once_and_blame_no_other_tab(
    page: Page, started: Server, bid: Path, tmp_path: Path
) -> None:
    fill(page, started.url, bid)
    page.get_by_role("button", name="Sceller seulement").click()
    button = page.locator("article").first.get_by_role("button", name="Déposer", exact=True)
    # neither is the second of a double click
    button.evaluate("(button) => { button.click(); button.click(); }")
    deposited(page, tmp_path)
    expect(page.get_by_role("alert")).to_be_hidden()


def test_a_pli_sent_by_another_tab_is_not_sent_twice(
    page: Page, started: Server, bid: Path, tmp_path: Path, urls: tuple[str, str]
) -> None:
    fill(page, started.url, bid)
    page.get_by_role("button", name="Sceller seulement").click()
    expect(page.locator("article").first.get_by_role("status")).to_contain_text("Rien n'est encore déposé")
    other = page.context.new_page()
    try:
        other.goto(page.url)
        other.locator("article").first.get_by_role("button", name="Déposer", exact=True).wait_for()
        page.locator("article").first.get_by_role("button", name="Déposer", exact=True).click()
        receipt, _ = deposited(page, tmp_path)
        other.locator("article").first.get_by_role("button", name="Déposer", exact=True).click()
        again, _ = deposited(other, tmp_path)
        assert again.statement == receipt.statement
    finally:
        other.close()


def test_the_hour_is_right_again_after_the_machine_has_slept(page: Page, started: Server) -> None:
    page.goto(f"{started.url}/deposer/?consultation={REFERENCE}")
    expect(page.locator("#left")).to_contain_text(re.compile(r"5\d min"))

    def half_an_hour_later(route: Route) -> None:
        answer = route.fetch()
        said = answer.json()
        said["deadline"], said["now"] = said["now"], said["now"]
        route.fulfill(response=answer, json=said)

    page.route(f"**/consultations/{REFERENCE}", half_an_hour_later)
    page.evaluate("{ const now = Date.now; Date.now = () => now() + 1_800_000; }")
    expect(page.locator("#left")).to_have_text("Heure limite passée")
    expect(page.locator("#late")).to_be_visible()


def test_a_pli_taken_by_another_tab_is_neither_copied_over_nor_sent_again(
    page: Page, started: Server, tmp_path: Path, urls: tuple[str, str]
) -> None:
    pli = sealed_elsewhere(tmp_path / "pli")
    other = page.context.new_page()
    try:
        for tab in (page, other):
            visit(tab, started)
            tab.locator("#files").set_input_files(beside(pli))
            expect(tab.locator("#chosen")).to_contain_text("alice.pli")
        page.get_by_role("button", name="Déposer ce pli").click()
        page.get_by_role("heading", name="Dépôt reçu").wait_for()
        other.get_by_role("button", name="Déposer ce pli").click()
        expect(other.get_by_role("alert")).to_contain_text("PAGE-13")
        other.reload()
        other.get_by_role("heading", name="Dépôt reçu").wait_for()
    finally:
        other.close()
    assert list(states(urls).values()) == ["received"]


def test_what_is_dropped_beside_the_frame_is_taken_too(page: Page, site: str, tmp_path: Path) -> None:
    fill_alone(page, site, keys_file(tmp_path, "ESSAI-2", COMPARTMENTS))
    page.evaluate(DROPPED.replace("'#drop'", "'h1'"), ["O1.pdf"])
    expect(page.locator("#summary")).to_contain_text("1 document")


def test_a_page_left_with_documents_chosen_and_not_sealed_asks_first(
    page: Page, site: str, document: Path, tmp_path: Path
) -> None:
    fill_alone(page, site, keys_file(tmp_path, "ESSAI-2", COMPARTMENTS))
    leaving = "() => !dispatchEvent(new Event('beforeunload', { cancelable: true }))"
    assert not page.evaluate(leaving)
    page.locator("#files").set_input_files(document)
    expect(page.locator("#summary")).to_contain_text("1 document")
    assert page.evaluate(leaving)
    sealed(page, tmp_path)
    assert not page.evaluate(leaving)
