"""Every page is walked with the keyboard alone: each control named, its focus seen, links to the others."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

AT = """(() => {
  const at = document.activeElement;
  const ring = getComputedStyle(at.type === 'file' ? at.nextElementSibling : at);
  const name = at.id || at.value || at.getAttribute('href') || at.textContent.trim();
  return [name, ring.outlineStyle !== 'none', at.labels?.length > 0 || at.textContent.trim() !== ''];
})()"""
LINKS = ["ceremonie.html", "porteur.html", "deposer.html", "pli.html", "licences.txt"]


@pytest.mark.parametrize(
    ("name", "controls"),
    [
        ("pli.html", ["deposer.html", "name", "email", "siren", "files"]),
        ("porteur.html", ["package", "words", "words", "rehearse", "recipient", "go"]),
        (
            "ceremonie.html",
            ["rules", "reference", "lots", "comite-porteurs", "comite-suffisent", "comite-1-nom"],
        ),
    ],
)
def test_a_page_is_walked_with_the_keyboard(page: Page, site: str, name: str, controls: list[str]) -> None:
    page.goto(f"{site}{name}?consultation=2026-014" if name == "pli.html" else f"{site}{name}")
    if name == "pli.html":  # no platform answers here: what the page says of it takes the focus once
        expect(page.get_by_role("alert")).to_be_visible()
    page.get_by_role("link", name="Aller au contenu").focus()
    walked = []
    for _ in range(80):
        page.keyboard.press("Tab")
        walked.append(page.evaluate(AT))
        if walked[-1][0].endswith(LINKS[-1]):
            break
    names = [each[0].partition("?")[0].rpartition("/")[2] for each in walked]
    assert names[: len(controls)] == controls
    assert names[-len(LINKS) :] == LINKS
    assert [each for each in walked if not (each[1] and each[2])] == []
