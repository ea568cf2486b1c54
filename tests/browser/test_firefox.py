"""The same page in Debian's Firefox: sealed, cut, closed in the middle, resumed, received, proved."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.browser.cutting_proxy import CuttingProxy
from tests.browser.firefox import FIREFOX, Firefox
from tests.browser.test_deposit_page import check
from tests.deposit.support import REFERENCE, Server

from reglo.sealing.receipt import Receipt


@pytest.mark.skipif(FIREFOX is None, reason="firefox-esr est absent ; script/test l'installe en root")
def test_firefox_seals_and_resumes_where_the_platform_stopped(started: Server, tmp_path: Path) -> None:
    bid = tmp_path / "pli-alice"
    bid.mkdir()
    (bid / "O1 - Acte d'engagement.pdf").write_bytes(bytes(range(256)) * 24_000)
    (bid / "O2 - Été.ods").write_bytes(b"")
    proxy = CuttingProxy(started.port)
    try:
        with Firefox(tmp_path) as firefox:
            firefox.goto(f"{proxy.url}/deposer/?consultation={REFERENCE}")
            firefox.once("#consultation", "Fournitures scolaires")
            firefox.type("#name", "Alice SARL")
            firefox.type("#email", "alice@exemple.fr")
            for each in bid.iterdir():
                firefox.type("#files", str(each))
            firefox.once("#summary", "2 documents")
            proxy.cut(3_000_000, *[0] * 50)  # down until told otherwise
            firefox.press("Sceller et déposer")
            firefox.once("article [role=status]", "Interruption")
            proxy.cut()
            firefox.ask("WebDriver:Refresh")
            firefox.once("article [role=status]", "la plateforme a")
            firefox.press("Reprendre l'envoi")
            firefox.once("article h3", "Dépôt reçu")
            receipt = Receipt.from_bytes(firefox.download("Enregistrer le reçu").read_bytes())
            pli = firefox.download("Enregistrer le pli")
            assert firefox.text("#alert") == ""
            check(receipt, pli, bid, tmp_path / "out")
    finally:
        proxy.close()
