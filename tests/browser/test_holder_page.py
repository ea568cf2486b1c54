"""The page « Répéter ou donner sa part » : what a holder answers there, Python rehearses and opens with."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from reglo.sealing.age import Identity
from reglo.sealing.amendments import Amendment, recipients_digest
from reglo.sealing.custody import (
    Ceremony,
    Holder,
    Person,
    Protection,
    Split,
    ceremony,
    combine,
    lock,
    open_contribution,
    ready,
    rehearse,
    to_words,
)

COMPARTMENTS = ("candidacy/1", "bid/1")
PASSPHRASE = "quatre mots sans rapport été"
ALICE, BOB, CHLOE = (Identity(bytes([number]) * 32) for number in (1, 2, 3))


@pytest.fixture(scope="module")
def born() -> Ceremony:
    """Alice keeps a sheet, Bob a passphrase, Chloé her own key."""
    holders = [
        Holder(id=f"comite-{number}", holder=Person(name=name, recipient=key.recipient, protection=how))
        for number, (name, key, how) in enumerate(
            (
                ("Alice", ALICE, Protection.SHEET),
                ("Bob", BOB, Protection.PASSPHRASE),
                ("Chloé", CHLOE, Protection.KEY),
            ),
            1,
        )
    ]
    return ceremony(
        consultation="2026-É",
        rules_sha256="0" * 64,
        compartments=COMPARTMENTS,
        committee=Split(threshold=2, holders=tuple(holders)),
        escrow=None,
        deadlines={
            "candidacy/1": datetime(2026, 2, 18, 11, tzinfo=UTC),
            "bid/1": datetime.now(UTC) + timedelta(days=2),
        },
    )


def choose(page: Page, site: str, born: Ceremony, holder: str, folder: Path) -> None:
    """Come from the ceremony's page, choose the package and what opens it."""
    page.goto(f"{site}ceremonie.html")
    page.get_by_role("link", name="répéter ou donner sa part").click()
    page.wait_for_url("**/porteur.html*")
    package = folder / f"{holder}.paquet.age"
    package.write_bytes(born.packages[holder])
    page.get_by_label("Choisir le paquet").set_input_files(package)
    match holder:
        case "comite-1":
            # as typed: capitals, no accent
            page.get_by_label("Les 24 mots, dans l'ordre").fill(" ".join(to_words(ALICE)).upper())
        case "comite-2":
            locked = folder / "comite-2.cle.age"
            locked.write_bytes(lock(BOB, PASSPHRASE, work=10))
            page.get_by_label("Ma phrase de passe").check()
            page.locator("#locked").set_input_files(locked)
            page.locator("#passphrase").fill(PASSPHRASE)
        case "comite-3":
            page.get_by_label("Ma propre clé age").check()
            page.locator("#key").fill(CHLOE.secret)


def answered(page: Page) -> bytes:
    expect(page.get_by_role("heading", name="Votre paquet s'ouvre")).to_be_focused()
    with page.expect_download() as download:
        page.get_by_role("button", name="Enregistrer").click()
    return Path(download.value.path()).read_bytes()


def test_three_holders_rehearse_in_the_page_and_publication_may_follow(
    page: Page, site: str, born: Ceremony, tmp_path: Path
) -> None:
    president = Identity.generate()
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.method))
    brought = []
    for holder in born.packages:
        choose(page, site, born, holder, tmp_path)
        page.get_by_label("Clé affichée par le poste du président").fill(f" {president.recipient}/3\n")
        page.get_by_role("button", name="Ouvrir mon paquet").click()
        data = answered(page)
        brought.append(open_contribution(data, president))
        # the true shares are not in what leaves, and what opens the package is no longer on the screen
        assert set(brought[-1].shares) == {"rehearsal"}
        assert [page.locator(f"#{name}").input_value() for name in ("words", "passphrase", "key")] == [""] * 3
    held, findings = rehearse(born.opening_keys, born.record, brought, at=datetime(2026, 3, 2, tzinfo=UTC))
    assert findings == ()
    assert ready(born.opening_keys, born.record, [held]) == ()
    assert set(asked) == {"GET"}


def test_two_holders_give_their_shares_of_what_opens_that_day_and_no_other(
    page: Page, site: str, born: Ceremony, tmp_path: Path
) -> None:
    machine = Identity.generate()
    brought = []
    for holder in ("comite-1", "comite-3"):
        choose(page, site, born, holder, tmp_path)
        page.get_by_label("Ouvrir : donner mes parts").check()
        page.get_by_label("Clé affichée par le poste du président").fill(machine.recipient)
        page.get_by_role("button", name="Ouvrir mon paquet").click()
        expect(page.get_by_role("alert")).to_contain_text("PAGE-24")
        expect(page.get_by_role("alert")).to_contain_text("candidacy/1, bid/1")
        page.get_by_label("Ce qui s'ouvre ce jour").fill("candidacy/1")
        page.get_by_role("button", name="Ouvrir mon paquet").click()
        brought.append(open_contribution(answered(page), machine))
    assert {name for each in brought for name in each.shares} == {"candidacy/1"}
    found = combine(born.opening_keys, born.record, brought, ["candidacy/1"])
    assert found.identities["candidacy/1"].recipient == born.opening_keys.recipients["candidacy/1"]


def test_no_share_leaves_before_the_deadline_and_no_key_serves_another_act(
    page: Page, site: str, born: Ceremony, tmp_path: Path
) -> None:
    choose(page, site, born, "comite-3", tmp_path)
    key = page.get_by_label("Clé affichée par le poste du président")
    go, alert = page.get_by_role("button", name="Ouvrir mon paquet"), page.get_by_role("alert")
    machine = Identity.generate().recipient
    key.fill(machine)
    go.click()
    expect(alert).to_contain_text("n'a pas de numéro de répétition, vous avez choisi de répéter")
    page.get_by_label("Ouvrir : donner mes parts").check()
    page.get_by_label("Ce qui s'ouvre ce jour").fill("bid/1")
    key.fill(f"{machine}/2")
    go.click()
    expect(alert).to_contain_text("celle de la répétition n° 2, vous avez choisi de donner vos parts")
    expect(alert).to_contain_text("PAGE-27")
    key.fill(machine)
    go.click()
    expect(alert).to_contain_text("Une part de « bid/1 » ne se donne qu'après le")
    expect(alert).to_contain_text("GARDE-27")
    expect(page.get_by_role("button", name="Enregistrer")).to_have_count(0)


def test_the_page_counts_with_the_hour_an_act_puts_back_and_says_which(
    page: Page, site: str, born: Ceremony, tmp_path: Path
) -> None:
    def act(limit: datetime, name: str = "rectificatif-1.json", consultation: str = "2026-É") -> Path:
        made = Amendment(
            consultation=consultation,
            recipients_sha256=recipients_digest(born.opening_keys),
            number=1,
            before="0" * 64,
            rules_sha256="1" * 64,
            deadlines={"candidacy/1": limit, "bid/1": limit},
            at=datetime(2026, 2, 1, tzinfo=UTC),
        )
        (tmp_path / name).write_bytes(made.to_json())
        return tmp_path / name

    machine = Identity.generate()
    go, alert = page.get_by_role("button", name="Ouvrir mon paquet"), page.get_by_role("alert")
    choose(page, site, born, "comite-3", tmp_path)
    page.get_by_label("Ouvrir : donner mes parts").check()
    page.get_by_label("Ce qui s'ouvre ce jour").fill("candidacy/1")
    page.get_by_label("Clé affichée par le poste du président").fill(machine.recipient)
    acts = page.get_by_label("Choisir les rectificatifs")
    acts.set_input_files(act(datetime.now(UTC) + timedelta(days=1)))
    go.click()
    expect(alert).to_contain_text("GARDE-27")  # put back: the hour of the ceremony is past, this one is not
    acts.set_input_files(act(datetime(2026, 2, 20, 11, tzinfo=UTC), consultation="2026-B"))
    go.click()
    expect(alert).to_contain_text("est de la consultation « 2026-B »")
    acts.set_input_files(act(datetime(2026, 2, 20, 11, tzinfo=UTC)))
    go.click()
    assert set(open_contribution(answered(page), machine).shares) == {"candidacy/1"}
    expect(page.locator("#result")).to_contain_text("reportée par le rectificatif n° 1")
    expect(page.locator("#result")).to_contain_text("Reportée plus loin ? N'envoyez rien")


def test_alone_a_holder_checks_that_its_package_opens(
    page: Page, site: str, born: Ceremony, tmp_path: Path
) -> None:
    choose(page, site, born, "comite-1", tmp_path)
    page.get_by_role("button", name="Ouvrir mon paquet").click()
    expect(page.get_by_role("heading", name="Votre paquet s'ouvre")).to_be_focused()
    expect(page.locator("#result")).to_contain_text("2 parts entières (candidacy/1, bid/1)")
    expect(page.get_by_role("button", name="Enregistrer")).to_have_count(0)


def test_what_does_not_open_says_why(page: Page, site: str, born: Ceremony, tmp_path: Path) -> None:
    page.goto(f"{site}porteur.html")
    go, alert = page.get_by_role("button", name="Ouvrir mon paquet"), page.get_by_role("alert")
    go.click()
    expect(alert).to_contain_text("PAGE-25")
    choose(page, site, born, "comite-1", tmp_path)
    words = to_words(ALICE)
    for typed, said in (
        (" ".join(words[:23]), "23 au lieu de 24"),
        (" ".join([*words[:4], "zzzz", *words[5:]]), "hors de la liste : n° 5"),
        (" ".join(to_words(BOB)), "GARDE-43"),
    ):
        page.locator("#words").fill(typed)
        go.click()
        expect(alert).to_contain_text(said)
    page.get_by_label("Clé affichée par le poste du président").fill("age1faux")
    go.click()
    expect(alert).to_contain_text("SCEAU-04")
    page.get_by_label("Clé affichée par le poste du président").fill("")
    choose(page, site, born, "comite-2", tmp_path)
    page.locator("#passphrase").fill("une tout autre phrase")
    go.click()
    expect(alert).to_contain_text("GARDE-41")
    page.locator("#package").set_input_files({"name": "x.age", "mimeType": "", "buffer": b"bonjour"})
    page.locator("#passphrase").fill(PASSPHRASE)
    go.click()
    expect(alert).to_contain_text("GARDE-43")


def test_the_page_fits_every_screen(page: Page, site: str) -> None:
    page.goto(f"{site}porteur.html")
    for width in (1280, 375, 320):
        page.set_viewport_size({"width": width, "height": 800})
        for choice in ("Ma phrase de passe", "Ma propre clé age", "Ouvrir : donner mes parts"):
            page.get_by_label(choice).check()
            assert page.evaluate("document.documentElement.scrollWidth") == width
