"""The drawings of the judge's page: each state where it was, the deadline across, the same in words."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from xml.etree import ElementTree

import pytest
from tests.deposit.conftest import Open
from tests.deposit.support import REFERENCE

from reglo.deposit import store
from reglo.deposit.acts import Platform
from reglo.deposit.evidence import Attempt, Evidence, Probe, Second, gather
from reglo.deposit.evidence_drawings import Drawing, drawings, rates
from reglo.deposit.evidence_page import document
from reglo.exports.documents import to_html, to_pdf

NOON = datetime(2026, 2, 18, 11, 0, tzinfo=UTC)
START = NOON - timedelta(minutes=5)


def second(number: int, **more: object) -> Second:
    values = {"node": "n1", "delay_ms": 20, "skew_ms": 1, "received": 0, "fault": ""}
    return Second(at=START + timedelta(seconds=number), **{**values, **more})  # type: ignore[arg-type]


def attempt(number: int, **more: object) -> Attempt:
    values: dict[str, object] = {
        "id": number,
        "upload": "ab" * 16,
        "kind": "append",
        "node": "n1",
        "client": "192.0.2.1",
        "agent": "essai",
        "depositor": {"name": "Alice SARL"},
        "limits": {},
        "started_at": START + timedelta(seconds=number),
        "ended_at": START + timedelta(seconds=number + 10),
        "from_offset": 0,
        "received": 1_500_000,
        "kept": 1_500_000,
        "progress": [[0, 500_000], [3, 1_500_000]],
        "status": 204,
        "error": "",
    }
    return Attempt(**{**values, **more})  # type: ignore[arg-type]


@pytest.fixture
def evidence(platform: Platform, consultation: Open) -> Evidence:
    """Ten minutes around noon, measured each second unless a test says otherwise."""
    consultation(NOON)
    with platform.pool.connection() as connection:
        store.find_consultation(connection, REFERENCE)
        empty = gather(connection, REFERENCE, START, NOON + timedelta(minutes=5))
    return replace(empty, seconds=tuple(second(number) for number in range(601)))


def fills(drawing: Drawing) -> list[str]:
    """The fill of each rectangle, in order."""
    return [each.get("fill", "") for each in ElementTree.fromstring(drawing.svg).findall(".//{*}rect")]


def test_a_sound_platform_is_one_band_and_says_so(evidence: Evidence) -> None:
    (platform,) = drawings(evidence)
    assert (
        platform.words
        == "601 secondes mesurées sur 600, dont 0 dégradées ; temps de réponse le plus lent 20 ms."
    )
    assert "heure limite, 12:00:00" in platform.svg
    assert "url(#plateforme)" not in fills(platform)[6:]


def test_impaired_and_missing_seconds_are_drawn_where_they_were(evidence: Evidence) -> None:
    kept = [each for each in evidence.seconds if not 60 <= (each.at - START).total_seconds() <= 90]
    kept[300] = replace(kept[300], fault="le disque de la plateforme est plein")
    kept[310] = replace(kept[310], delay_ms=2500)
    (platform,) = drawings(replace(evidence, seconds=tuple(kept)))
    assert "dont 2 dégradées ; temps de réponse le plus lent 2500 ms" in platform.words
    band = [
        each
        for each in ElementTree.fromstring(platform.svg).findall(".//{*}rect")
        if each.get("height") == "14"
    ]
    states = [each.get("fill") for each in band]
    assert states == [
        "#c9d6e6", "url(#rien)", "#c9d6e6", "url(#plateforme)", "#c9d6e6", "url(#plateforme)", "#c9d6e6",
    ]  # fmt: skip
    silent = float(str(band[1].get("x")))
    assert silent == pytest.approx(20 + 640 * 60 / 600, abs=4)


def test_attempts_are_drawn_with_their_rates_and_outcomes(evidence: Evidence) -> None:
    given = (
        attempt(0),
        attempt(30, status=503, error="DEPOT-10 · panne", progress=[], received=0),
        attempt(60, status=None, ended_at=None, progress=[[0, 100]], received=100),
        attempt(90, status=499, depositor={"name": "Bob"}, upload="cd" * 16),
        attempt(95, status=413, depositor={"name": "Bob"}, upload="", received=0, progress=[]),
    )
    senders, _ = drawings(replace(evidence, attempts=given))
    for said in (
        "Alice SARL, envoi abababab : 3 requêtes, 1,5 Mo arrivés, pointe 1,0 Mo/s ; 2 en échec du fait de la "
        "plateforme.",
        "Bob, envoi cdcdcdcd : 1 requête, 1,5 Mo arrivés, pointe 1,0 Mo/s ; 1 en échec du fait du déposant "
        "ou du réseau.",
        "Bob, sans envoi : 1 requête, 0 o arrivés ; 1 en échec du fait du déposant ou du réseau.",
    ):
        assert said in senders.words
    assert rates(given[0]) == ((0, 500_000), (3, 1_000_000))
    drawn = fills(senders)
    assert drawn.count("url(#plateforme)") == 1 + 2  # the legend, and two attempts
    assert drawn.count("url(#reseau)") == 1 + 2


def test_failed_probes_are_crosses_and_a_long_period_is_drawn_again_around_the_deadline(
    evidence: Evidence,
) -> None:
    probes = tuple(
        Probe(at=NOON + timedelta(minutes=minute), source="s", ok=minute != 1, ms=5, detail="")
        for minute in range(3)
    )
    found = drawings(replace(evidence, start=NOON - timedelta(hours=3), probes=probes))
    assert [each.title for each in found] == [
        "La plateforme, toute la période",
        "La plateforme, dix minutes autour de l'heure limite",
    ]
    assert "3 sondes extérieures, 1 en échec" in found[1].words


def test_hundreds_of_senders_and_strange_names_still_make_pages(evidence: Evidence) -> None:
    many = tuple(
        attempt(number, upload=f"{number:032x}", depositor={"name": f"<Entreprise> & Cie {number} \x01"})
        for number in range(45)
    )
    page = document(replace(evidence, attempts=many))
    assert to_pdf(page)[:5] == b"%PDF-"
    assert "&lt;Entreprise&gt; &amp; Cie 44" in to_html(page)
    assert to_html(page).count("<svg") == 6
