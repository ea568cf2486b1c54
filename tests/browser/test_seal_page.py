"""The page « Sceller et déposer » in a real Chromium: what it seals, Python opens."""

from __future__ import annotations

import shutil
import subprocess
from hashlib import sha256
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect
from tests.examples.support import made_folders

from reglo.reading.bid_folder import read_bid_folder
from reglo.reading.rules import read_rules
from reglo.sealing import age
from reglo.sealing.bid_opening import Opened, open_pli
from reglo.sealing.opening_keys import OpeningKeys, compartments_of
from reglo.sealing.pli import read_header, safe_name
from reglo.sealing.signing import SigningKey

ROOT = Path(__file__).resolve().parents[2]


def identities_for(compartments: tuple[str, ...]) -> dict[str, age.Identity]:
    return {name: age.Identity(sha256(name.encode()).digest()) for name in compartments}


def keys_file(folder: Path, reference: str, compartments: tuple[str, ...]) -> Path:
    identities = identities_for(compartments)
    keys = OpeningKeys(
        consultation=reference,
        rules_sha256="0" * 64,
        recipients={name: identity.recipient for name, identity in identities.items()},
    )
    path = folder / "opening-keys.json"
    path.write_bytes(keys.to_json())
    return path


def fill(page: Page, site: str, keys: Path) -> None:
    page.goto(site)
    page.get_by_label("Choisir un fichier de clés").set_input_files(keys)
    expect(page.locator("#consultation")).to_contain_text("opening-keys.json")
    page.get_by_label("Nom de l'entreprise").fill("Alice & Fils – Œuvre")
    page.get_by_label("Adresse électronique").fill("alice@exemple.fr")
    page.get_by_label("SIREN ou SIRET").fill("732 829 320")


def sealed(page: Page, folder: Path) -> tuple[Path, Path]:
    """Seal what the form holds; the pli and its key as the person saves them."""
    page.get_by_role("button", name="Sceller seulement").click()
    card = page.locator("article").first
    expect(card.get_by_role("heading", name="Pli scellé")).to_be_focused()
    saved = []
    for button in ("Enregistrer le pli", "Enregistrer la clé du pli"):
        with page.expect_download() as download:
            card.get_by_role("button", name=button).click()
        path = folder / download.value.suggested_filename
        download.value.save_as(path)
        saved.append(path)
    card.get_by_role("button", name="Effacer").click()
    card.get_by_role("button", name="Effacer définitivement").click()
    expect(card).to_have_count(0)
    return saved[0], saved[1]


def hashes(folder: Path) -> dict[str, str]:
    """Name sealed -> SHA-256, of every file of a bid folder."""
    return {
        safe_name(str(path.relative_to(folder))): sha256(path.read_bytes()).hexdigest()
        for path in folder.rglob("*")
        if path.is_file()
    }


def opened(pli: Path, compartments: tuple[str, ...], out: Path) -> Opened:
    found = open_pli(pli, identities_for(compartments), out)
    assert found.findings == ()
    return found


@pytest.mark.parametrize("example", ["stands-de-tir", "commissariat-vaulx"])
def test_a_real_bid_sealed_in_chromium_opens_in_python(
    page: Page, site: str, tmp_path: Path, example: str
) -> None:
    consultation = read_rules(ROOT / "examples" / example / "rules.yaml").consultation
    assert consultation is not None
    compartments = compartments_of(consultation)
    folder = next(iter(made_folders(example, tmp_path / "bids").values()))
    fill(page, site, keys_file(tmp_path, consultation.reference, compartments))
    page.locator("#folder").set_input_files(folder)
    expect(page.locator("#summary")).to_contain_text("document")
    pli, key = sealed(page, tmp_path)
    found = opened(pli, compartments, tmp_path / "out")
    assert {each.name: each.sha256 for each in found.documents} == hashes(folder)
    for each in found.documents:
        assert sha256(each.path.read_bytes()).hexdigest() == each.sha256
    assert found.bidder == {"name": "Alice & Fils – Œuvre", "siren": "732829320"}
    assert SigningKey.from_pem(key.read_bytes()).public.raw == read_header(pli).pli_key
    # the places proposed are those that Python reads in the same folder, knowing the rules
    read = {file.path: file for file in read_bid_folder(folder, consultation).files}
    for each in found.documents:
        file = read[each.name]
        assert each.compartment.startswith(f"{file.folder}/" if file.folder else "candidacy/"), each.name
        if file.code:
            assert (each.name, each.piece) == (each.name, file.code)


COMPARTMENTS = ("candidacy/*", "candidacy/1", "candidacy/2", "bid/*", "bid/1", "bid/2")


def test_any_unicode_name_empty_and_chunk_sized_files_come_back_whole(
    page: Page, site: str, tmp_path: Path
) -> None:
    contents = {
        "candidature/vide.txt": b"",
        "offre/lot 1/O1 - exactement 64 Kio.bin": b"\x01" * 65_536,
        "offre/lot 2/O1 - un de plus.bin": b"\x02" * 65_537,
        "offre/👩\u200d⚖️ avis « été ».pdf": b"avis",
        "offre/e\u0301te\u0301 \u202efdp.exe": b"e",
        "offre/عرض السعر.pdf": b"arabe",
        "offre/" + "é" * 120 + ".pdf": b"long",
        "offre/con: *?.txt": b"signes",
        "reponse.yaml": b"reglo_response: 1",
        "plan sans dossier.dwg": b"plan",
    }
    folder = tmp_path / "pli-alice"
    for name, data in contents.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(data)
    fill(page, site, keys_file(tmp_path, "ESSAI-2", COMPARTMENTS))
    page.locator("#folder").set_input_files(folder)
    expect(page.locator("#summary")).to_contain_text(f"{len(contents)} documents")
    expect(page.get_by_role("row", name="plan sans dossier.dwg")).to_contain_text("À vérifier")
    page.get_by_label("Dossier de plan sans dossier.dwg").select_option("Candidature")
    page.get_by_label("Lot de plan sans dossier.dwg").select_option("Lot 2")
    page.get_by_label("Pièce de plan sans dossier.dwg").fill("C7")
    pli, _ = sealed(page, tmp_path)
    found = opened(pli, COMPARTMENTS, tmp_path / "out")
    assert {each.name: each.sha256 for each in found.documents} == hashes(folder)
    placed = {each.name: (each.compartment, each.lot, each.piece) for each in found.documents}
    assert placed["plan sans dossier.dwg"] == ("candidacy/2", "2", "C7")
    assert placed["reponse.yaml"] == ("candidacy/*", "", "")
    assert placed["offre/lot 1/O1 - exactement 64 Kio.bin"] == ("bid/1", "1", "O1")


def test_the_age_command_opens_a_document_sealed_in_chromium(page: Page, site: str, tmp_path: Path) -> None:
    if shutil.which("age") is None:
        pytest.skip("la commande age est absente ; script/test l'installe en root")
    document = tmp_path / "O1.pdf"
    document.write_bytes(b"offre" * 30_000)
    fill(page, site, keys_file(tmp_path, "ESSAI-2", ("bid/1",)))
    page.locator("#files").set_input_files(document)
    pli, _ = sealed(page, tmp_path)
    subprocess.run(["tar", "xf", pli, "-C", tmp_path], check=True)
    key = tmp_path / "cle"
    key.write_text(identities_for(("bid/1",))["bid/1"].secret)
    plain = [
        subprocess.run(["age", "-d", "-i", key, blob], capture_output=True, check=True).stdout
        for blob in (tmp_path / "blobs").iterdir()
    ]
    assert len(plain) == 3  # the document, its manifest, the padding
    assert document.read_bytes() in plain


def test_wrong_keys_file_is_said_and_the_form_kept(page: Page, site: str, tmp_path: Path) -> None:
    keys = keys_file(tmp_path, "ESSAI-2", COMPARTMENTS)
    fill(page, site, keys)
    wrong = tmp_path / "autre.json"
    for content, said in (
        (b"bonjour", "ce n'est pas du JSON"),
        (b"{}", "son « format »"),
        (keys.read_bytes().replace(b"age1", b"age2", 1), "n'est pas une clé publique age"),
    ):
        wrong.write_bytes(content)
        page.get_by_label("Choisir un fichier de clés").set_input_files(wrong)
        expect(page.get_by_role("alert")).to_contain_text(said)
        expect(page.get_by_role("alert")).to_contain_text("PAGE-01")
    expect(page.locator("#consultation")).to_contain_text("ESSAI-2")
    assert page.get_by_label("Nom de l'entreprise").input_value() == "Alice & Fils – Œuvre"


def test_a_document_without_a_published_key_is_told_before_sealing(
    page: Page, site: str, tmp_path: Path
) -> None:
    fill(page, site, keys_file(tmp_path, "ESSAI-2", ("bid/1",)))
    document = tmp_path / "candidature" / "C1.pdf"
    document.parent.mkdir()
    document.write_bytes(b"x")
    page.locator("#folder").set_input_files(document.parent)
    page.get_by_role("button", name="Sceller seulement").click()
    expect(page.locator("#files-wrong")).to_contain_text("Aucune clé n'est publiée")
    expect(page.locator("#files-wrong")).to_be_focused()


@pytest.mark.parametrize(
    ("break_it", "code"),
    [
        ("StorageManager.prototype.getDirectory = () => Promise.reject(new Error('privé'))", "PAGE-07"),
        ("StorageManager.prototype.estimate = async () => ({quota: 10, usage: 0})", "PAGE-06"),
    ],
)
def test_a_browser_without_room_says_what_to_do(
    page: Page, site: str, tmp_path: Path, break_it: str, code: str
) -> None:
    page.add_init_script(break_it)
    # the room is asked for in the worker, which init scripts do not reach
    page.route(
        "**/seal-worker.js",
        lambda route: route.fulfill(
            body=f"{break_it};{route.fetch().text()}", content_type="text/javascript"
        ),
    )
    if code == "PAGE-07":
        page.goto(site)
    else:
        fill(page, site, keys_file(tmp_path, "ESSAI-2", COMPARTMENTS))
        document = tmp_path / "O1.pdf"
        document.write_bytes(b"x")
        page.locator("#files").set_input_files(document)
        page.get_by_role("button", name="Sceller seulement").click()
    expect(page.get_by_role("alert")).to_contain_text(code)
    expect(page.get_by_role("alert")).to_contain_text("reglo seal")


def test_the_whole_form_is_walked_and_sealed_with_the_keyboard(page: Page, site: str, tmp_path: Path) -> None:
    document = tmp_path / "O1.pdf"
    document.write_bytes(b"x")
    fill(page, site, keys_file(tmp_path, "ESSAI-2", COMPARTMENTS))
    page.locator("#files").set_input_files(document)
    expect(page.get_by_label("Pièce de O1.pdf")).to_be_visible()
    page.get_by_role("link", name="Aller au contenu").focus()
    walked = []
    for _ in range(30):
        walked.append(
            page.evaluate(
                "(() => { const at = document.activeElement;"
                " const ring = getComputedStyle(at.type === 'file' ? at.nextElementSibling : at);"
                " return [at.id || at.getAttribute('aria-label') || at.textContent.trim(),"
                " ring.outlineStyle !== 'none']; })()"
            )
        )
        if walked[-1][0] == "seal-only":
            break
        page.keyboard.press("Tab")
    assert [name for name, _ in walked] == [
        "Aller au contenu",
        "J'ai déjà un pli scellé (fichier «\u00a0.pli\u00a0»)",
        "keys",
        "name",
        "email",
        "siren",
        "folder",
        "files",
        "table",
        "Dossier de O1.pdf",
        "Lot de O1.pdf",
        "Pièce de O1.pdf",
        "Retirer O1.pdf",
        "seal-only",
    ]
    assert all(visible for _, visible in walked)
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Pli scellé")).to_be_focused()
    page.get_by_role("button", name="Effacer").press("Enter")
    expect(page.get_by_role("button", name="Garder")).to_be_focused()
    page.get_by_role("button", name="Effacer définitivement").press("Enter")
    expect(page.locator("article")).to_have_count(0)


@pytest.mark.parametrize("width", [1280, 375, 320])
def test_the_page_fits_the_screen_and_every_control_has_a_name_and_room(
    page: Page, site: str, tmp_path: Path, width: int
) -> None:
    page.set_viewport_size({"width": width, "height": 800})
    document = tmp_path / "offre" / ("O1 - " + "long" * 40 + ".pdf")
    document.parent.mkdir()
    document.write_bytes(b"x")
    fill(page, site, keys_file(tmp_path, "ESSAI-2", COMPARTMENTS))
    page.locator("#folder").set_input_files(document.parent)
    expect(page.locator("#rows tr")).to_have_count(1)
    assert page.evaluate("document.documentElement.scrollWidth") == width
    controls = page.evaluate(
        "[...document.querySelectorAll('button, select, input')].filter((each) => each.checkVisibility())"
        ".map((each) => [each.labels?.length > 0 || (each.ariaLabel ?? each.textContent) !== '',"
        " each.getBoundingClientRect().height])"
    )
    assert all(named and height >= 24 for named, height in controls)


def test_the_style_sheet_is_small(pages: Path) -> None:
    assert (pages / "style.css").stat().st_size < 15_000
