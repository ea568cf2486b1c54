"""Recomputes the marks of the examples from the text of each RC alone, by another road than Réglo.

Imports nothing of Réglo and reads no rules file: the arithmetic of each consultation is written
here by hand, article by article, in plain fractions. Reads ``examples/<name>/offres*.yaml`` and
prints marks and ranks as JSON, in the shape of ``attendu.yaml``; a test and the demo compare both
with what Réglo computes.

    .venv/bin/python script/recompute.py                    every example
    .venv/bin/python script/recompute.py amo-domaine-de-loos
    .venv/bin/python script/recompute.py --write            writes each attendu.yaml
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterable
from datetime import datetime
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any

import yaml

EXAMPLES = Path(__file__).resolve().parent.parent / "examples"
Marks = dict[str, Fraction]
Bid = dict[str, Any]


# --- Tools shared by the consultations ---------------------------------------------------------


def figure(text: object) -> Fraction:
    """A figure typed in an offers file: "48 000,00", "4,5", 5."""
    return Fraction(Decimal(str(text).replace(" ", "").replace("\u00a0", "").replace(",", ".")))


def rounded(value: Fraction, decimals: int) -> Fraction:
    """Nearest, halves up. Marks are never negative."""
    scaled = value * 10**decimals
    return Fraction((2 * scaled.numerator + scaled.denominator) // (2 * scaled.denominator), 10**decimals)


def printed(value: Fraction) -> str:
    """Whole when the decimals end, otherwise as a fraction: "82,3", "800/19"."""
    for decimals in range(7):
        if (value * 10**decimals).denominator == 1:
            return f"{value.numerator / Decimal(value.denominator):.{decimals}f}".replace(".", ",")
    return str(value)


def received_late(bid: Bid, deadline: str, strictly_before: bool) -> bool:
    """``deadline`` and ``received_at`` are both in Paris time: compared as written, to the second."""
    given = str(bid.get("received_at", "")).removesuffix(" Europe/Paris")
    if not given:
        return False
    received, last = datetime.fromisoformat(given), datetime.fromisoformat(deadline)
    return received >= last if strictly_before else received > last


def standing(bid: Bid, lot: str, deadline: str = "", strictly_before: bool = False) -> str:
    """What a person decided of the bid, or "late" when the clock says so."""
    decided = bid["lots"][lot].get("standing") or bid.get("standing")
    if decided:
        return str(decided)
    return "late" if deadline and received_late(bid, deadline, strictly_before) else "admitted"


def split(
    offers: dict[str, Any], lot: str, deadline: str = "", strictly_before: bool = False
) -> tuple[dict[str, Any], dict[str, str]]:
    """The bids admitted for a lot, by id, and the standing of the others."""
    concerned = [bid for bid in offers["bids"] if lot in bid["lots"]]
    status = {bid["id"]: standing(bid, lot, deadline, strictly_before) for bid in concerned}
    admitted = {b["id"]: b["lots"][lot] for b in concerned if status[b["id"]] == "admitted"}
    return admitted, {bid: state for bid, state in status.items() if state != "admitted"}


def low_bids(prices: dict[str, Fraction]) -> list[str]:
    """The double mean: mean without the prices above 1.2 times the first mean; alert at 0.9 of it."""
    if not prices:
        return []
    first = sum(prices.values()) / len(prices)
    kept = [price for price in prices.values() if price <= first * Fraction(12, 10)]
    limit = sum(kept, Fraction(0)) / len(kept) * Fraction(9, 10)
    return sorted(bid for bid, price in prices.items() if price <= limit)


def ranking(
    totals: Marks, marks: dict[str, Marks], tie_key: Callable[[str], Any] | None = None
) -> tuple[list[dict[str, Any]], bool]:
    """Competition ranks 1, 1, 3; and whether a tie for the first place waits for a decision.

    ``tie_key``: smaller is better, separates bids tied for the first place when the RC says how.
    """
    order = sorted(totals, key=lambda bid: (-totals[bid], bid))
    merit = {bid: (-totals[bid],) for bid in order}
    if tie_key is not None:
        best = max(totals.values(), default=Fraction(0))
        merit |= {bid: (-totals[bid], tie_key(bid)) for bid in order if totals[bid] == best}
        order.sort(key=lambda bid: (merit[bid], bid))
    rows = [
        {
            "bid": bid,
            "rank": 1 + sum(merit[other] < merit[bid] for other in order),
            "total": printed(totals[bid]),
            "marks": {name: printed(mark) for name, mark in marks[bid].items()},
        }
        for bid in order
    ]
    return rows, sum(row["rank"] == 1 for row in rows) > 1


def result(
    totals: Marks,
    marks: dict[str, Marks],
    aside: dict[str, str],
    prices: dict[str, Fraction],
    tie_key: Callable[[str], Any] | None = None,
) -> dict[str, Any]:
    rows, waits = ranking(totals, marks, tie_key)
    return {"question": waits, "ranking": rows, "aside": aside, "low_bids": low_bids(prices)}


# --- S0: notice 25-142768, 5.1.10 ---------------------------------------------------------------


def centre_operations_securite(offers: dict[str, Any]) -> dict[str, Any]:
    """60 points for the price incl. VAT (proportional, default reading), 40 = 12 + 16 + 12 for quality.

    No rounding and no tie rule are printed: marks stay exact, a tie for the first place waits.
    """
    share = {
        "Très satisfaisant": Fraction(1),
        "Satisfaisant": Fraction(3, 4),
        "Moyen": Fraction(1, 2),
        "Insuffisant": Fraction(1, 4),
        "Sans réponse": Fraction(0),
    }
    admitted, aside = split(offers, "1", deadline="2026-01-29 12:00")
    prices = {
        b: figure(o["inputs"]["forfait"]) + figure(o["inputs"]["commandes"]) for b, o in admitted.items()
    }
    lowest = min(prices.values())
    marks: dict[str, Marks] = {}
    for bid, offer in admitted.items():
        level = {
            key: share[value["level"] if isinstance(value, dict) else value]
            for key, value in offer["levels"].items()
        }
        own = {
            "organisation": 12 * level["organisation"],
            "expertise": 16 * level["expertise"],
            "independance": 12 * level["independance"],
        }
        marks[bid] = {"prix": 60 * lowest / prices[bid], "technique": sum(own.values(), Fraction(0)), **own}
    totals = {bid: own["prix"] + own["technique"] for bid, own in marks.items()}
    return {"1": result(totals, marks, aside, prices)}


# --- S2: RC 8.2 ----------------------------------------------------------------------------------


def amo_domaine_de_loos(offers: dict[str, Any]) -> dict[str, Any]:
    """40 x evaluation / best, 30 x evaluation / best, 30 x lowest / price; each to the nearest 0.1.

    Price: the DPGF incl. VAT, all tranches. The total is the sum of the rounded marks; no tie rule.
    """
    admitted, aside = split(offers, "1")
    prices = {bid: sum(map(figure, offer["inputs"].values())) for bid, offer in admitted.items()}
    levels = {
        bid: {key: figure(given["mark"]) for key, given in offer["levels"].items()}
        for bid, offer in admitted.items()
    }
    lowest = min(prices.values())
    best = {key: max(own[key] for own in levels.values()) for key in ("methodologie", "equipe")}
    marks = {
        bid: {
            "methodologie": rounded(40 * levels[bid]["methodologie"] / best["methodologie"], 1),
            "equipe": rounded(30 * levels[bid]["equipe"] / best["equipe"], 1),
            "prix": rounded(30 * lowest / prices[bid], 1),
        }
        for bid in admitted
    }
    totals = {bid: sum(own.values(), Fraction(0)) for bid, own in marks.items()}
    return {"1": result(totals, marks, aside, prices)}


# --- S3: RC 7.2 ----------------------------------------------------------------------------------

# Quantities of the three sample quotes, drawn by the buyer; lots 3, 6 and 9 have a second stand.
S3_QUOTES = {
    "I": {"MUR-01": 40, "MUR-02": 25, "MUR-03": 20},
    "II": {"ECL-01": 10, "ECL-02": 4, "ECL-03": 12},
    "III": {"FIL-01": 12, "FIL-02": 6, "FIL-03": 1},
}
S3_GRID = {
    "Excellent": Fraction(1),
    "Très satisfaisant": Fraction(4, 5),
    "Satisfaisant": Fraction(3, 5),
    "Peu satisfaisant": Fraction(2, 5),
    "Insatisfaisant": Fraction(1, 5),
    "Absence d'information": Fraction(0),
}


def stands_de_tir(offers: dict[str, Any]) -> dict[str, Any]:
    """30 for maintenance and 30 for repairs, each lowest / own, then 10 + 16 + 8 + 6 on a grid, per lot.

    Every mark to the nearest 0.01. A tie for the first place goes to the better price mark.
    "Before" noon: noon sharp is late.
    """
    return {str(lot): _stand(offers, str(lot)) for lot in range(1, 13)}


def _stand(offers: dict[str, Any], lot: str) -> dict[str, Any]:
    admitted, aside = split(offers, lot, deadline="2026-02-18 12:00", strictly_before=True)
    stands = 2 if lot in ("3", "6", "9") else 1
    upkeep: Marks = {}
    repairs: Marks = {}
    for bid, offer in admitted.items():
        a, b, c, d = (figure(offer["inputs"][name]) for name in "ABCD")
        upkeep[bid] = ((a + b) * 60 + c * 30 + d * 10) / 100
        quote = {
            name: sum(
                figure(offer["unit_prices"][item]) * quantity * stands for item, quantity in lines.items()
            )
            for name, lines in S3_QUOTES.items()
        }
        repairs[bid] = (quote["I"] * 60 + quote["II"] * 30 + quote["III"] * 10) / 100
    marks: dict[str, Marks] = {}
    for bid, offer in admitted.items():
        points = {"humains": 10, "planning": 16, "methodologie": 8, "dechets": 6}
        own = {name: rounded(points[name] * S3_GRID[offer["levels"][name]["level"]], 2) for name in points}
        price = {
            "entretien": rounded(30 * min(upkeep.values()) / upkeep[bid], 2),
            "curatif": rounded(30 * min(repairs.values()) / repairs[bid], 2),
        }
        marks[bid] = {
            "prix": sum(price.values(), Fraction(0)),
            **price,
            "technique": sum(own.values(), Fraction(0)),
            **own,
        }
    totals = {bid: own["prix"] + own["technique"] for bid, own in marks.items()}
    prices = {bid: upkeep[bid] + repairs[bid] for bid in admitted}
    return result(totals, marks, aside, prices, tie_key=lambda bid: -marks[bid]["prix"])


# --- S4: RC 7.1, 7.1.1 and 4 ---------------------------------------------------------------------

S4_GRID = {
    "Très satisfaisant": Fraction(1),
    "Satisfaisant": Fraction(4, 5),
    "Moyennement satisfaisant": Fraction(3, 5),
    "Peu satisfaisant": Fraction(2, 5),
    "Insatisfaisant": Fraction(1, 5),
    "Absence d'information": Fraction(0),
}


def commissariat_vaulx(offers: dict[str, Any]) -> dict[str, Any]:
    """50 x lowest / price, then 25 + 10 + 10 and 5 on a grid, each to the nearest 0.01.

    A tie for the first place goes to the lowest price. ``shared_operators``: of the admitted bids
    with an operator in common, those that leave because a better ranked one stays (RC 4).
    """
    admitted, aside = split(offers, "1", deadline="2026-09-15 12:00", strictly_before=True)
    prices = {bid: sum(map(figure, offer["inputs"].values())) for bid, offer in admitted.items()}
    points = {"methodologie": 25, "equipe": 10, "delais": 10, "projets": 5}
    marks: dict[str, Marks] = {}
    for bid, offer in admitted.items():
        own = {name: rounded(points[name] * S4_GRID[offer["levels"][name]["level"]], 2) for name in points}
        marks[bid] = {
            "prix": rounded(50 * min(prices.values()) / prices[bid], 2),
            "technique": own["methodologie"] + own["equipe"] + own["delais"],
            **{name: own[name] for name in ("methodologie", "equipe", "delais")},
            "environnement": own["projets"],
            "projets": own["projets"],
        }
    totals = {bid: own["prix"] + own["technique"] + own["environnement"] for bid, own in marks.items()}
    judged = result(totals, marks, aside, prices, tie_key=lambda bid: prices[bid])
    members = {
        bid["id"]: {each["siren"] for each in bid["operators"] if each.get("role") != "sous-traitant"}
        for bid in offers["bids"]
    }
    kept: list[str] = []
    leaving = []
    for row in judged["ranking"]:
        rivals = [bid for bid in kept if members[bid] & members[row["bid"]]]
        (leaving if rivals else kept).append(row["bid"])
    return {"1": {**judged, "shared_operators": leaving}}


# --- The command ---------------------------------------------------------------------------------

CONSULTATIONS: dict[str, Callable[[dict[str, Any]], dict[str, Any]]] = {
    "centre-operations-securite": centre_operations_securite,
    "amo-domaine-de-loos": amo_domaine_de_loos,
    "stands-de-tir": stands_de_tir,
    "commissariat-vaulx": commissariat_vaulx,
}


def recompute(name: str) -> dict[str, Any]:
    """Marks and ranks of every offers file of an example: file name -> lot -> result."""
    found = {}
    for path in sorted((EXAMPLES / name).glob("offres*.yaml")):
        offers = yaml.safe_load(path.read_text(encoding="utf-8"))
        found[path.name] = CONSULTATIONS[name](offers)
    return found


def main(arguments: Iterable[str]) -> None:
    given = list(arguments)
    write = "--write" in given
    names = [name for name in given if name != "--write"] or list(CONSULTATIONS)
    results = {name: recompute(name) for name in names}
    if write:
        for name, files in results.items():
            text = yaml.safe_dump(files, allow_unicode=True, sort_keys=False, width=110)
            head = "# Notes et rangs attendus : script/recompute.py, d'après le seul texte des règles.\n"
            (EXAMPLES / name / "attendu.yaml").write_text(head + text, encoding="utf-8")
    print(json.dumps(results, ensure_ascii=False, indent=2))


if __name__ == "__main__":
    main(sys.argv[1:])
