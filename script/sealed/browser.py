"""A bidder who has nothing but a browser: the real page « Sceller et déposer » in headless Chromium."""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path

from reglo.deposit.pages import pages

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
# no sandbox: root has none; the rest keeps the browser from speaking to anybody but our server
_FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)


def why_not() -> str:
    """Why this bidder cannot play here; "" when it can."""
    if CHROMIUM is None:
        return "chromium n'est pas installé (en root sur Debian, script/demo l'installe)"
    if not pages():
        return "les pages du navigateur ne sont pas construites (script/build-browser en dit la cause)"
    try:
        import playwright.sync_api  # noqa: F401
    except ImportError:
        return "playwright n'est pas installé dans .venv"
    return ""


def deposit(address: str, folder: Path, *, name: str, into: Path) -> tuple[Path, Path, list[str]]:
    """Seal and deposit ``folder`` from the page at ``address``, as a person does.

    The receipt and the pli it saves, then its faults: errors of the page, breaches of its content policy.
    """
    from playwright.sync_api import expect, sync_playwright

    faults: list[str] = []
    with tempfile.TemporaryDirectory(prefix="reglo-chromium-") as profile, sync_playwright() as playwright:
        context = playwright.chromium.launch_persistent_context(
            profile,
            executable_path=CHROMIUM,
            headless=True,
            args=list(_FLAGS),
            locale="fr-FR",
            accept_downloads=True,
            timeout=180_000,
            viewport={"width": 375, "height": 800},
        )
        try:
            context.set_default_timeout(180_000)
            expect.set_options(timeout=180_000)
            page = context.new_page()
            page.on("pageerror", lambda error: faults.append(str(error)))
            page.add_init_script(
                "document.addEventListener('securitypolicyviolation',"
                " (event) => { throw Error(`politique de contenu : ${event.violatedDirective}`) })"
            )
            page.goto(address)
            page.get_by_label("Nom de l'entreprise").fill(name)
            page.get_by_label("Adresse électronique").fill("depot@exemple.fr")
            page.locator("#folder").set_input_files(folder)
            page.get_by_role("button", name="Sceller et déposer").click()
            card = page.locator("article").first
            expect(card.get_by_role("heading", name="Dépôt reçu")).to_be_focused()
            saved = []
            for button in ("Enregistrer le reçu", "Enregistrer le pli"):
                with page.expect_download() as download:
                    card.get_by_role("button", name=button).click()
                saved.append(into / download.value.suggested_filename)
                download.value.save_as(saved[-1])
            page.screenshot(path=into.parent / "page-du-navigateur.png", full_page=True)
        finally:
            context.close()
    return saved[0], saved[1], faults
