"""The page « Cérémonie des clés » : from a file without network, or served; Python takes over from there."""

from __future__ import annotations

from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path

from playwright.sync_api import Page, expect

from reglo.sealing.age import Identity
from reglo.sealing.custody import combine, contribution, open_package, read_record
from reglo.sealing.custody.holder_keys import from_words, unlock
from reglo.sealing.opening_keys import read_opening_keys

PASSPHRASE = "quatre mots sans rapport été"


def saved(page: Page, name: str) -> bytes:
    with page.expect_download() as download:
        page.get_by_role("button", name=f"Enregistrer {name}").click()
    return Path(download.value.path()).read_bytes()


RULES = b"""reglo_rules: 1
reference: 2026-C\xc3\x89R\xc3\x89MONIE  # la n\xc3\xb4tre
lots:
  - id: "1"
    title: Murs
  - id: "2"
    title: Toits
calendar:
  submission_deadline: 2026-02-18 12:00 Europe/Paris
"""


def fill(page: Page) -> Identity:
    """Alice and her alternate on sheets, Bob under a passphrase, Chloé by her own key, given back."""
    chloe = Identity.generate()
    page.get_by_label("Choisir le fichier de règles").set_input_files(
        {"name": "rules.yaml", "mimeType": "application/yaml", "buffer": RULES}
    )
    expect(page.get_by_label("Référence")).to_have_value("2026-CÉRÉMONIE")
    expect(page.get_by_label("Lots")).to_have_value("1, 2")
    expect(page.locator("#rules-name")).to_contain_text(
        "Rien ne s'ouvrira avant le 18/02/2026 à 12:00:00 (heure de Paris)."
    )
    page.locator("#comite-1-nom").fill("Alice Martin")
    page.locator("#comite-1-suppleant-nom").fill("Ana Costa")
    page.locator("#comite-2-nom").fill("Bob Durand")
    page.locator("#comite-2-protection").select_option("Une phrase de passe")
    page.locator("#comite-2-secret").fill(PASSPHRASE)
    page.locator("#comite-2-secret-bis").fill(PASSPHRASE)
    page.locator("#comite-3-nom").fill("Chloé Petit")
    page.locator("#comite-3-protection").select_option("Sa propre clé age")
    page.locator("#comite-3-secret").fill(chloe.recipient)
    page.locator("#sequestre-porteurs").fill("1")
    page.locator("#sequestre-suffisent").fill("1")
    page.locator("#sequestre-1-nom").fill("Archives")
    return chloe


def test_keys_born_in_the_page_without_network_are_opened_by_python(page: Page, pages: Path) -> None:
    page.goto((pages / "ceremonie.html").as_uri())
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    chloe = fill(page)
    page.get_by_role("button", name="Créer et partager les clés").click()
    expect(page.get_by_role("heading", name="Les clés sont nées")).to_be_focused()
    keys = read_opening_keys(saved(page, "opening-keys.json"))
    assert keys.rules_sha256 == sha256(RULES).hexdigest()
    data = saved(page, "custody.json")
    record = read_record(data)
    record.check_against(keys)
    expect(page.locator("#result")).to_contain_text(sha256(data).hexdigest())
    assert set(keys.recipients) == {f"{folder}/{lot}" for folder in ("candidacy", "bid") for lot in "*12"}
    sheets = {
        sheet.get_by_role("heading").inner_text(): from_words(" ".join(sheet.locator("li").all_inner_texts()))
        for sheet in page.locator(".sheet").all()
    }
    expect(page.locator(".sheet").nth(1)).to_contain_text("Ouvre le paquet « comite-1.paquet.age »")
    assert list(sheets) == ["Feuille pour Alice Martin", "Feuille pour Ana Costa", "Feuille pour Archives"]
    bob = unlock(saved(page, "comite-2.cle.age"), PASSPHRASE)
    holders_ids = ("comite-1", "comite-2", "comite-3", "sequestre-1")
    packages = {name: saved(page, f"{name}.paquet.age") for name in holders_ids}
    leaving = "() => !dispatchEvent(new Event('beforeunload', { cancelable: true }))"
    assert page.evaluate(leaving), "the sheets are not printed: the keys they have would be lost"
    page.evaluate("globalThis.print = () => {}")
    page.get_by_role("button", name="Imprimer les feuilles").click()
    assert not page.evaluate(leaving)
    everything = list(keys.recipients)
    noon = datetime(2026, 2, 18, 11, tzinfo=UTC)
    assert record.deadlines == dict.fromkeys(everything, noon)
    assert open_package(packages["comite-2"], [bob]).deadlines == record.deadlines
    for holders in (
        {"comite-1": sheets["Feuille pour Alice Martin"], "comite-2": bob},
        {"comite-1": sheets["Feuille pour Ana Costa"], "comite-3": chloe},
        {"sequestre-1": sheets["Feuille pour Archives"]},
    ):
        brought = [
            contribution(open_package(packages[name], [identity]), everything)
            for name, identity in holders.items()
        ]
        found = combine(keys, record, brought, everything)
        assert {name: each.recipient for name, each in found.identities.items()} == dict(keys.recipients)
        assert found.findings == ()
    assert [
        url for url in asked if not url.startswith("blob:") and not url.endswith("/icon.svg")
    ] == []  # nothing left the page


def test_faults_are_told_and_what_was_typed_is_kept(page: Page, site: str) -> None:
    page.goto(f"{site}ceremonie.html")
    button = page.get_by_role("button", name="Créer et partager les clés")
    alert = page.get_by_role("alert")
    button.click()
    expect(alert).to_contain_text("PAGE-21")
    fill(page)
    page.locator("#comite-1-nom").fill("")
    button.click()
    expect(alert).to_contain_text("PAGE-20")
    page.locator("#comite-1-nom").fill("Alice Martin")
    for both in ("#comite-2-secret", "#comite-2-secret-bis"):
        page.locator(both).fill("court")
    button.click()
    expect(alert).to_contain_text("GARDE-42")
    page.locator("#comite-2-secret").fill(PASSPHRASE)
    button.click()
    expect(alert).to_contain_text("Les deux phrases de passe de Bob Durand diffèrent")
    expect(alert).to_contain_text("PAGE-23")
    page.locator("#comite-2-secret-bis").fill(PASSPHRASE)
    page.locator("#rules").set_input_files([])
    button.click()
    expect(alert).to_contain_text("PAGE-22")
    page.locator("#rules").set_input_files({"name": "r.yaml", "mimeType": "", "buffer": b"reglo_rules: 1\n"})
    expect(alert).to_contain_text("PAGE-26")
    button.click()
    expect(alert).to_contain_text("PAGE-26")
    page.locator("#rules").set_input_files({"name": "r.yaml", "mimeType": "", "buffer": RULES})
    expect(page.locator("#rules-name")).to_contain_text("Rien ne s'ouvrira")
    page.locator("#reference").fill("2026-AUTRE")
    button.click()
    expect(alert).to_contain_text("Référence de cette page : 2026-AUTRE")
    expect(alert).to_contain_text("PAGE-28")
    page.locator("#reference").fill("2026-CÉRÉMONIE")
    page.locator("#lots").fill("1")
    button.click()
    expect(alert).to_contain_text("PAGE-28")
    page.locator("#lots").fill("2, 1")
    page.locator("#comite-1-suppleant-nom").fill("bob  durand")
    button.click()
    expect(alert).to_contain_text("GARDE-04")
    page.locator("#comite-1-suppleant-nom").fill("Ana Costa")
    page.locator("#comite-suffisent").fill("4")
    button.click()
    expect(alert).to_contain_text("GARDE-01")
    assert page.locator("#comite-3-nom").input_value() == "Chloé Petit"


def test_a_passphrase_is_judged_as_it_is_typed_and_compared_with_the_second(page: Page, site: str) -> None:
    page.goto(f"{site}ceremonie.html")
    page.locator("#comite-1-protection").select_option("Une phrase de passe")
    first, again = page.locator("#comite-1-secret"), page.locator("#comite-1-secret-bis")
    for typed, said in (
        ("soleil", "6 caractères sur 12"),
        ("azertyuiop123", "facile à deviner"),
        ("aaaaaaaaaaaaaaaa", "facile à deviner"),
        ("Mairie-2026!x", "Acceptable"),
        (PASSPHRASE, "Bonne phrase"),
    ):
        first.fill(typed)
        expect(page.locator("#comite-1-conseil")).to_contain_text(said)
    again.fill("quatre mots")
    expect(page.locator("#comite-1-bis-dit")).to_have_text("Les deux diffèrent.")
    again.fill(PASSPHRASE)
    expect(page.locator("#comite-1-bis-dit")).to_have_text("Les deux sont les mêmes.")


def test_the_ceremony_fits_every_screen(page: Page, site: str) -> None:
    def fits() -> None:
        for width in (1280, 375, 320):
            page.set_viewport_size({"width": width, "height": 800})
            assert page.evaluate("document.documentElement.scrollWidth") == width

    page.goto(f"{site}ceremonie.html")  # served, under the content policy
    fill(page)
    fits()
    page.get_by_role("button", name="Créer et partager les clés").click()
    expect(page.get_by_role("heading", name="Les clés sont nées")).to_be_focused()
    fits()
