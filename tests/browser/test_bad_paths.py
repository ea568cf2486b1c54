"""What goes wrong in the pages is told in French with its cause and its mend, and nothing given is lost."""

from __future__ import annotations

from hashlib import sha256
from pathlib import Path

import pytest
from playwright.sync_api import Page, Route, expect
from tests.browser.test_deposit_page import deposited, fill
from tests.browser.test_seal_page import COMPARTMENTS, keys_file, opened, sealed
from tests.browser.test_seal_page import fill as fill_alone
from tests.deposit.support import KEYS, REFERENCE, Server

from reglo.sealing.age import Identity
from reglo.sealing.opening_keys import OpeningKeys

SKEWED = {
    "findings": [
        {
            "code": "DEPOT-09",
            "cause": "L'horloge de ce serveur s'écarte de +2,4 s de l'horloge de référence.",
            "mend": "Réessayez dans quelques secondes.",
        }
    ]
}


def test_a_platform_away_at_first_is_asked_again_and_what_was_typed_stays(
    page: Page, started: Server, bid: Path, tmp_path: Path
) -> None:
    page.route("**/consultations/**", lambda route: route.abort())
    page.goto(f"{started.url}/deposer/?consultation={REFERENCE}")
    alert = page.get_by_role("alert")
    expect(alert).to_contain_text("La plateforme ne répond pas")
    expect(alert).to_contain_text("La page réessaie toutes les cinq secondes")
    page.get_by_label("Nom de l'entreprise").fill("Alice SARL")
    page.get_by_label("Adresse électronique").fill("alice@exemple.fr")
    page.locator("#folder").set_input_files(bid)
    page.unroute("**/consultations/**")
    page.evaluate("dispatchEvent(new Event('online'))")
    expect(page.locator("#consultation")).to_contain_text("Fournitures scolaires")
    expect(alert).to_be_hidden()
    page.get_by_role("button", name="Sceller et déposer").click()
    deposited(page, tmp_path)


def test_a_network_cut_once_the_page_is_there_seals_and_sends_when_it_comes_back(
    page: Page, started: Server, bid: Path, tmp_path: Path
) -> None:
    fill(page, started.url, bid)
    page.route("**/*", lambda route: route.abort())
    page.get_by_role("button", name="Sceller et déposer").click()
    expect(page.locator("article [role=status]")).to_contain_text("Interruption")
    page.unroute("**/*")
    page.evaluate("dispatchEvent(new Event('online'))")
    deposited(page, tmp_path)


def test_a_server_whose_clock_is_wrong_is_waited_for(
    page: Page,
    started: Server,
    bid: Path,
    tmp_path: Path,
) -> None:
    fill(page, started.url, bid)
    page.route("**/depots", lambda route: route.fulfill(status=503, json=SKEWED))
    page.get_by_role("button", name="Sceller et déposer").click()
    expect(page.locator("article [role=status]")).to_contain_text("L'horloge de ce serveur s'écarte")
    page.unroute("**/depots")
    deposited(page, tmp_path)


def test_a_server_that_answers_503_at_first_is_asked_again(page: Page, started: Server) -> None:
    page.route("**/consultations/2026-014", lambda route: route.fulfill(status=503, json=SKEWED))
    page.goto(f"{started.url}/deposer/?consultation={REFERENCE}")
    expect(page.get_by_role("alert")).to_contain_text("DEPOT-09")
    page.unroute("**/consultations/2026-014")
    page.evaluate("dispatchEvent(new Event('online'))")  # rather than wait five seconds
    expect(page.locator("#consultation")).to_contain_text("Fournitures scolaires")
    expect(page.get_by_role("alert")).to_be_hidden()


def test_a_receipt_lost_on_the_way_is_asked_again(
    page: Page,
    started: Server,
    bid: Path,
    tmp_path: Path,
) -> None:
    lost: list[str] = []

    def lose(route: Route) -> None:
        if len(lost) < 2:
            lost.append(route.request.url)
            route.abort()
        else:
            route.continue_()

    fill(page, started.url, bid)
    page.route("**/recu", lose)
    page.get_by_role("button", name="Sceller et déposer").click()
    deposited(page, tmp_path)
    assert len(lost) == 2


def test_a_deposit_whole_when_the_page_was_closed_finds_its_receipt(
    page: Page,
    started: Server,
    bid: Path,
    tmp_path: Path,
) -> None:
    fill(page, started.url, bid)
    page.route("**/recu", lambda route: route.abort())
    page.get_by_role("button", name="Sceller et déposer").click()
    expect(page.locator("article [role=status]")).to_contain_text("Interruption")
    page.unroute("**/recu")
    page.reload()
    page.get_by_role("heading", name="Dépôt reçu").focus()
    deposited(page, tmp_path)


def test_a_field_being_put_right_is_no_longer_said_wrong(page: Page, started: Server) -> None:
    page.goto(f"{started.url}/deposer/?consultation={REFERENCE}")
    expect(page.locator("#consultation")).to_contain_text("Fournitures scolaires")
    page.get_by_role("button", name="Sceller et déposer").click()
    expect(page.locator("#name-wrong")).to_contain_text("Indiquez le nom")
    page.get_by_label("Nom de l'entreprise").fill("Alice SARL")
    expect(page.locator("#name-wrong")).to_be_hidden()
    expect(page.get_by_label("Nom de l'entreprise")).to_have_attribute("aria-invalid", "false")
    expect(page.locator("#email-wrong")).to_be_visible()


def test_other_keys_than_the_published_ones_are_refused_and_the_same_are_said_the_same(
    page: Page,
    started: Server,
    tmp_path: Path,
) -> None:
    page.goto(f"{started.url}/deposer/?consultation={REFERENCE}")
    expect(page.locator("#consultation")).to_contain_text("Fournitures scolaires")
    choose, alert = page.locator("#keys"), page.get_by_role("alert")
    path = tmp_path / "opening-keys.json"
    for keys, said in (
        (OpeningKeys(consultation="AUTRE", rules_sha256="0" * 64, recipients=KEYS.recipients), "« AUTRE »"),
        (
            OpeningKeys(
                consultation=REFERENCE,
                rules_sha256="0" * 64,
                recipients={"bid/1": Identity(b"\7" * 32).recipient},
            ),
            "la plateforme en publie d'autres",
        ),
    ):
        path.write_bytes(keys.to_json())
        choose.set_input_files(path)
        expect(alert).to_contain_text(said)
        expect(alert).to_contain_text("PAGE-08")
    path.write_bytes(b"")
    choose.set_input_files(path)
    expect(alert).to_contain_text("PAGE-01")
    path.write_bytes(KEYS.to_json())
    choose.set_input_files(path)
    expect(page.locator("#consultation")).to_contain_text("les mêmes que « opening-keys.json »")
    expect(alert).to_be_hidden()


def test_documents_that_cannot_be_read_are_all_named_before_anything_is_sealed(
    page: Page, site: str, tmp_path: Path
) -> None:
    folder = tmp_path / "offre"
    folder.mkdir()
    for number in range(8):
        (folder / f"O{number}.pdf").write_bytes(b"offre")
    fill_alone(page, site, keys_file(tmp_path, "ESSAI-2", COMPARTMENTS))
    page.locator("#folder").set_input_files(folder)
    expect(page.locator("#summary")).to_contain_text("8 documents")
    for number in (1, 2, 4, 5, 6, 7):
        (folder / f"O{number}.pdf").unlink()
    page.get_by_role("button", name="Sceller seulement").click()
    alert = page.get_by_role("alert")
    expect(alert).to_contain_text("6 documents ne se lisent pas : « offre/O1.pdf », « offre/O2.pdf »")
    expect(alert).to_contain_text("et 1 autre.")
    expect(alert).to_contain_text("PAGE-18")
    for number in (1, 2, 4, 5, 6, 7):  # the list is still there: what is faulty is taken out, the rest sealed
        page.get_by_role("button", name=f"Retirer offre/O{number}.pdf").click()
    pli, _ = sealed(page, tmp_path)
    assert len(opened(pli, COMPARTMENTS, tmp_path / "out").documents) == 2


def test_a_document_changed_since_it_was_chosen_is_named(page: Page, site: str, tmp_path: Path) -> None:
    document = tmp_path / "O1.pdf"
    document.write_bytes(b"offre" * 1_000_000)
    fill_alone(page, site, keys_file(tmp_path, "ESSAI-2", COMPARTMENTS))
    page.locator("#files").set_input_files(document)
    expect(page.locator("#sizes")).to_contain_text("5 Mo")
    document.write_bytes(b"autre")
    page.get_by_role("button", name="Sceller seulement").click()
    expect(page.get_by_role("alert")).to_contain_text("« O1.pdf »")
    expect(page.locator("#summary")).to_contain_text("1 document")


DROPPED = """(names) => {
  const refused = new DOMException('refusé', 'NotReadableError');
  const entry = (name) => name.endsWith('!')
    ? { isFile: true, fullPath: `/offre/${name.slice(0, -1)}`, file: (_, fail) => fail(refused) }
    : { isFile: true, fullPath: `/offre/${name}`, file: (take) => take(new File(['octets'], name)) };
  let given = names.map(entry);
  const folder = { isFile: false, fullPath: '/offre', createReader: () => ({
    readEntries: (take) => { take(given); given = []; } }) };
  const drop = new DragEvent('drop', { bubbles: true, cancelable: true });
  Object.defineProperty(drop, 'dataTransfer', { value: { items: [{ webkitGetAsEntry: () => folder }] } });
  document.querySelector('#drop').dispatchEvent(drop);
}"""


def test_a_dropped_folder_with_an_unreadable_file_names_it_and_keeps_the_others(
    page: Page, site: str, tmp_path: Path
) -> None:
    fill_alone(page, site, keys_file(tmp_path, "ESSAI-2", COMPARTMENTS))
    page.evaluate(DROPPED, ["O1.pdf", "O2 secret.pdf!", "O3.pdf"])
    expect(page.get_by_role("alert")).to_contain_text("« offre/O2 secret.pdf »")
    expect(page.get_by_role("alert")).to_contain_text("PAGE-18")
    expect(page.locator("#summary")).to_contain_text("2 documents")


NAMED = """(names) => {
  const all = new DataTransfer();
  for (const name of names) all.items.add(new File([name.slice(0, 20)], name));
  const input = document.querySelector('#files');
  input.files = all.files;
  input.dispatchEvent(new Event('change'));
}"""


def test_names_no_system_can_write_are_sealed_under_names_all_can(
    page: Page, site: str, tmp_path: Path
) -> None:
    names = [
        "x" * 1000 + ".pdf",
        "é" * 1000,
        "\ud800 demi.pdf",
        "nul\0lf\n.pdf",
        "..",
        "CON.txt",
        "👩\u200d⚖️.pdf",
        "\u202egpj.exe",
        "a:b.pdf",
        "a?b.pdf",  # would take the same name: neither is lost
    ]
    fill_alone(page, site, keys_file(tmp_path, "ESSAI-2", COMPARTMENTS))
    page.evaluate(NAMED, names)
    expect(page.locator("#summary")).to_contain_text(f"{len(names)} documents")
    pli, _ = sealed(page, tmp_path)
    found = opened(pli, COMPARTMENTS, tmp_path / "out").documents
    assert len({each.name for each in found}) == len(names)
    assert {"a_b.pdf", "a_b (2).pdf", "document"} <= {each.name for each in found}
    assert all(len(part.encode()) <= 255 for each in found for part in each.name.split("/"))


MANY = """(count) => {
  const all = new DataTransfer();
  for (let each = 0; each < count; each += 1) {
    all.items.add(new File([`plan ${each}`], `O1 plan ${each}.txt`));
  }
  const input = document.querySelector('#files');
  input.files = all.files;
  input.dispatchEvent(new Event('change'));
}"""


def many_documents(page: Page, site: str, folder: Path, number: int) -> None:
    fill_alone(page, site, keys_file(folder, "ESSAI-2", COMPARTMENTS))
    page.evaluate(MANY, number)
    expect(page.locator("#summary")).to_contain_text("documents")
    assert page.locator("#rows tr").count() == 200
    page.get_by_role("button", name="Montrer la suite").click()
    expect(page.get_by_label("Dossier de O1 plan 200.txt")).to_be_focused()
    page.get_by_role("button", name="Sceller seulement").click()
    page.get_by_role("heading", name="Pli scellé").wait_for(timeout=600_000)
    with page.expect_download() as download:
        page.get_by_role("button", name="Enregistrer le pli").click()
    found = opened(Path(download.value.path()), COMPARTMENTS, folder / "out")
    assert {each.sha256 for each in found.documents} == {
        sha256(f"plan {each}".encode()).hexdigest() for each in range(number)
    }
    page.get_by_role("button", name="Effacer de").click()
    page.get_by_role("button", name="Effacer définitivement").click()
    expect(page.locator("article")).to_have_count(0)


def test_hundreds_of_tiny_documents_are_listed_by_pages_and_sealed(
    page: Page, site: str, tmp_path: Path
) -> None:
    many_documents(page, site, tmp_path, 220)


def test_a_browser_that_frees_memory_at_every_instant_seals_all_the_same(
    page: Page, site: str, tmp_path: Path
) -> None:
    freeing = "setInterval(() => gc(), 1);"
    page.route(
        "**/seal-worker.js",
        lambda route: route.fulfill(body=f"{freeing}{route.fetch().text()}", content_type="text/javascript"),
    )
    fill_alone(page, site, keys_file(tmp_path, "ESSAI-2", COMPARTMENTS))
    page.evaluate(MANY, 40)
    pli, _ = sealed(page, tmp_path)
    assert len(opened(pli, COMPARTMENTS, tmp_path / "out").documents) == 40


@pytest.mark.long
def test_ten_thousand_tiny_documents_are_listed_by_pages_and_sealed(
    page: Page, site: str, tmp_path: Path
) -> None:
    many_documents(page, site, tmp_path, 10_000)


def test_a_browser_whose_worker_cannot_write_says_what_to_do(page: Page, site: str, tmp_path: Path) -> None:
    page.route(
        "**/seal-worker.js",
        lambda route: route.fulfill(
            body=f"delete FileSystemFileHandle.prototype.createSyncAccessHandle;{route.fetch().text()}",
            content_type="text/javascript",
        ),
    )
    fill_alone(page, site, keys_file(tmp_path, "ESSAI-2", COMPARTMENTS))
    document = tmp_path / "O1.pdf"
    document.write_bytes(b"x")
    page.locator("#files").set_input_files(document)
    page.get_by_role("button", name="Sceller seulement").click()
    expect(page.get_by_role("alert")).to_contain_text("PAGE-07")
    expect(page.locator("#summary")).to_contain_text("1 document")


def test_a_browser_that_fills_no_buffer_of_ours_nor_tells_its_room_seals_all_the_same(
    page: Page, site: str, tmp_path: Path
) -> None:
    refusal = "ReadableStream.prototype.getReader = () => { throw new TypeError('byob'); };"
    refusal += "delete StorageManager.prototype.estimate;"  # as Safari 16 is
    page.route(
        "**/seal-worker.js",
        lambda route: route.fulfill(body=f"{refusal}{route.fetch().text()}", content_type="text/javascript"),
    )
    fill_alone(page, site, keys_file(tmp_path, "ESSAI-2", COMPARTMENTS))
    document = tmp_path / "O1.pdf"
    document.write_bytes(b"offre" * 500_000)
    page.locator("#files").set_input_files(document)
    pli, _ = sealed(page, tmp_path)
    (found,) = opened(pli, COMPARTMENTS, tmp_path / "out").documents
    assert found.path.read_bytes() == document.read_bytes()
