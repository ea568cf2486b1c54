"""The bidders of the sealed demonstration: real folders, and what happens to each on its way.

Five for S3 (``stands-de-tir``, twelve lots) and five for S4 (``commissariat-vaulx``, one lot, its own tree).
Names and prices are those of each example's ``offres.yaml``; every file is made on the spot.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import Enum
from pathlib import Path

import yaml
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms

import make_bid_folders
from make_bid_folders import EXAMPLES, Bidder, bpu

MB = 1_000_000
_BLOCK = bytes(MB)


class Way(Enum):
    """What happens to a bidder between the seal and the receipt."""

    CUT = "par un réseau qui coupe"
    BROWSER = "depuis la page, dans Chromium"
    REPLACED = "deux fois : le second pli remplace le premier"
    HEAVY = "un pli de {size}, pendant lequel le serveur est tué"
    LATE = "après l'heure limite"


@dataclass(frozen=True)
class Candidate:
    """A bidder, its folder, and its way."""

    id: str
    name: str
    way: Way
    folder: Path


def candidates(example: str, under: Path, heavy: int) -> list[Candidate]:
    """Make the five folders of an example under ``under``; the heavy one holds a file of ``heavy`` bytes."""
    offers = yaml.safe_load((EXAMPLES / example / "offres.yaml").read_text(encoding="utf-8"))
    found = []
    for id, (way, build) in BIDDERS[example].items():
        given = next(bid for bid in offers["bids"] if bid["id"] == id)
        bidder = Bidder(example, given, under / id)
        build(bidder)
        if way is Way.HEAVY:
            noise(bidder.folder / HEAVY_FILE[example], heavy, seed=id)
        found.append(Candidate(id, given["bidder"], way, bidder.folder))
    return found


def earlier(candidate: Candidate, folder: Path) -> Path:
    """The first version of a bid its bidder then thinks better of: the same, with another memoir."""
    for path in candidate.folder.rglob("*"):
        if path.is_file():
            copy = folder / path.relative_to(candidate.folder)
            copy.parent.mkdir(parents=True, exist_ok=True)
            copy.write_bytes(path.read_bytes())
    (folder / "offre" / "Note à relire.txt").write_text("Première version, remplacée depuis.\n", "utf-8")
    return folder


def noise(path: Path, size: int, *, seed: str) -> None:
    """A file of ``size`` bytes nothing compresses, always the same: the ChaCha20 key stream of ``seed``."""
    stream = Cipher(algorithms.ChaCha20(seed.encode().ljust(32)[:32], bytes(16)), None).encryptor()
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("wb") as sink:
        for start in range(0, size, MB):
            sink.write(stream.update(_BLOCK[: size - start]))


# --- S3: lots apart ------------------------------------------------------------------------------

_CANDIDACY_S3 = {
    "C1": "Pouvoirs",
    "C3": "Assurance des risques professionnels",
    "C4": "DC1",
    "C5": "DC2",
    "C6": "Effectifs",
    "C7": "Tableau des qualifications",
    "C8": "Moyens techniques",
}
_OTHER_PRICES = {"ENT-01": "600", "ENT-02": "800", "CON-01": "52", "VIS-01": "1 050", "VIS-02": "3 400"}
_FACTS = {"redressement judiciaire": "non", "sous-traitance": "non", "visite effectuée": "non"}


def _several_lots(*lots: int) -> Callable[[Bidder], None]:
    """A candidacy common to all lots; per lot an engagement, a price sheet, a memoir."""

    def build(bidder: Bidder) -> None:
        bidder.response(list(lots), facts=_FACTS | {"absence de qualification": "non"})
        bidder.pdfs("candidature", _CANDIDACY_S3)
        for lot in lots:
            under = f"offre/lot {lot}"
            bidder.pdf(f"{under}/O1 - Acte d'engagement.pdf", f"Acte d'engagement du lot {lot}")
            if bidder.given["lots"][str(lot)]:
                bpu(bidder, f"{under}/O2 - BPU.xlsx", str(lot), _OTHER_PRICES)
            bidder.pdf(f"{under}/O2 - BPU.pdf", f"Bordereau des prix unitaires du lot {lot}")
            bidder.pdf(f"{under}/O3-1 - Mémoire technique.pdf", f"Mémoire technique du lot {lot}", pages=8)

    return build


# --- S4: one lot, a tree of its own --------------------------------------------------------------


def _team(*people: str) -> Callable[[Bidder], None]:
    """Candidacy and offer of a team of architects, with a folder per annex."""

    def build(bidder: Bidder) -> None:
        bidder.response([1], people=list(people), facts=_FACTS)
        common = {"C1": "DC1", "C2": "Pouvoirs", "C4": "DC2", "C5": "Chiffres d'affaires", "C6": "Assurance"}
        bidder.pdfs("candidature", common | {"C8": "Références", "C9": "Effectifs", "C11": "Délais AE2"})
        bidder.pdf("offre/O1 - Acte d'engagement.pdf", "Acte d'engagement")
        bidder.odt("offre/O2 - Personnes désignées/O2 - AE1.odt", "Personnes nommément désignées")
        bidder.pdf("offre/O3 - DPGF.pdf", "Décomposition du prix")
        memoir = "offre/O4 - Mémoire technique"
        bidder.pdf(f"{memoir}/O4 - Mémoire technique.pdf", "Mémoire technique", pages=14)
        for person in people:
            under = "candidature/C10 - Engagements"
            bidder.pdf(f"{under}/C10 - Engagement {person}.pdf", f"Engagement de {person}")
            bidder.pdf(f"{memoir}/CV {person}.pdf", f"CV de {person}", pages=2)

    return build


_MADE = make_bid_folders.FOLDERS
HEAVY_FILE = {
    "stands-de-tir": "offre/lot 2/O3-1 - Relevé laser des stands.e57",
    "commissariat-vaulx": "offre/O4 - Mémoire technique/O4 - Maquette numérique.e57",
}
BIDDERS: Mapping[str, Mapping[str, tuple[Way, Callable[[Bidder], None]]]] = {
    "stands-de-tir": {
        "orvanche": (Way.CUT, _MADE["stands-de-tir"]["orvanche"]),
        "girolle": (Way.BROWSER, _several_lots(2, 3, 6)),
        "cendrelle": (Way.REPLACED, _MADE["stands-de-tir"]["cendrelle"]),
        "malbosc": (Way.HEAVY, _several_lots(1, 2, 5)),
        "dombelles": (Way.LATE, _several_lots(1, 12)),
    },
    "commissariat-vaulx": {
        "sorbier": (Way.CUT, _MADE["commissariat-vaulx"]["sorbier"]),
        "vaneau": (Way.BROWSER, _MADE["commissariat-vaulx"]["vaneau"]),
        "cordelle": (Way.REPLACED, _MADE["commissariat-vaulx"]["cordelle"]),
        "ormes": (Way.HEAVY, _team("Baptiste Ormeaux", "Lila Dauphelin")),
        "tardif": (Way.LATE, _team("Rosalie Passelande")),
    },
}
