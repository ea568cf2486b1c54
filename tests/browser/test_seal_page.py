"""The page « Sceller et déposer » in a real Chromium: what it seals, Python opens."""

from __future__ import annotations

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
    page.get_by_label("Fichier de clés d'ouverture").set_input_files(keys)
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
