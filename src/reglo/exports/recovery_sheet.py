"""The recovery sheet of a key holder: one A4 page to print, put in an envelope and delete.

The key is there three times: QR, groups of letters to type, words to read aloud.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from io import BytesIO
from pathlib import Path
from typing import Any

import segno
import typst

from reglo.exports.documents.glyphs import drawable
from reglo.exports.documents.typography import french, printable

_TEMPLATE = Path(__file__).with_suffix(".typ")
_WHAT = (
    "Cette feuille est une clé. Elle ouvre le paquet scellé de la personne nommée ci-dessus, qui contient "
    "ses parts des clés d'ouverture des plis. Seule, elle n'ouvre aucun pli : il faut aussi le paquet "
    "(un fichier) et les parts des autres porteurs.",
)
_WHAT_ALONE = (
    "Cette feuille est une clé. Avec le paquet scellé (un fichier) de la personne nommée ci-dessus, elle "
    "ouvre à elle seule les plis de cette consultation. Si elle est perdue et la personne absente, personne "
    "ne les ouvrira plus.",
)
_STEPS = (
    "Imprimez-la une seule fois, vérifiez que le carré et les mots sont nets, puis effacez le fichier et "
    "videz la corbeille. Ne la photographiez pas, ne l'envoyez pas.",
    "Participez à la répétition avec la feuille imprimée : c'est elle qui prouve que tout est lisible.",
    "Mettez-la sous enveloppe cachetée et signée, dans un coffre ou une armoire fermée à clé.",
    "Le jour de l'ouverture, lisez le carré avec une douchette, ou tapez les mots, quand Réglo les demande "
    "(commande « reglo keys share »).",
    "Si elle est perdue ou si quelqu'un l'a vue, prévenez aussitôt l'acheteur : il remplace le porteur "
    "(« reglo keys replace »), sans que rien soit à sceller de nouveau.",
)


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class RecoverySheet:
    """What one sheet says. Never printed in a log: ``secret`` and ``words`` are the key."""

    secret: str  # AGE-SECRET-KEY-1…
    words: Sequence[str]
    recipient: str  # age1…, public
    person: str
    role: str  # "comité, porteur 2 sur 3", "séquestre, suppléant de …"
    day: date
    reference: str = ""
    title: str = ""
    buyer: str = ""
    opens_alone: bool = False

    def __repr__(self) -> str:
        return f"RecoverySheet({self.person})"


def to_pdf(sheet: RecoverySheet) -> bytes:
    """The page, tagged PDF (PDF/UA-1, PDF/A-2a). Text goes in as data, so that nothing in it is run."""
    subject = " · ".join(part for part in (_short(sheet.reference, 40), sheet.title) if part)
    identity = [
        ("Personne", _short(sheet.person), False),
        ("Rôle", _short(sheet.role), False),
        ("Consultation", _short(subject), False),
        ("Établie le", f"{sheet.day:%d/%m/%Y}", False),
        ("Clé publique", sheet.recipient, True),
    ]
    data = {
        "title": "Feuille de secours",
        "buyer": _clean(_short(sheet.buyer)) or "Réglo",
        "warning": _clean("SECRET — à imprimer, à mettre sous enveloppe, et à effacer de l'ordinateur."),
        "day": [sheet.day.year, sheet.day.month, sheet.day.day],
        "identity": [
            [label, drawable(printable(value)) if code else _clean(value), code]
            for label, value, code in identity
            if value
        ],
        "qr": _qr(sheet.secret),
        "qr_alt": "Code QR de la clé secrète, la même que les mots ci-dessous",
        "what": {
            "title": _clean("Ce que c'est"),
            "content": [_clean(each) for each in (_WHAT_ALONE if sheet.opens_alone else _WHAT)],
        },
        "typed": {"title": _clean("La même clé, à taper"), "key": _grouped(sheet.secret)},
        "words_title": _clean("La même clé, en mots"),
        "words": [drawable(word) for word in sheet.words],
        "words_note": _clean(
            "À taper dans l'ordre des numéros. Ni accents ni majuscules ne comptent ; les quatre premières "
            "lettres suffisent. Une faute est refusée, et sa place est dite."
        ),
        "todo": {"title": _clean("Ce qu'il faut faire"), "content": [_clean(each) for each in _STEPS]},
        "signatures": [_clean("Remise à (nom, date, signature) :"), _clean("Répétition faite le, devant :")],
    }
    options: dict[str, Any] = {
        "root": _TEMPLATE.parent,
        "font_paths": typst.Fonts(include_system_fonts=False, include_embedded_fonts=True),
        "ignore_system_fonts": True,
        "sys_inputs": {"sheet": json.dumps(data)},
        "format": "pdf",
        "pdf_standards": ["ua-1", "a-2a"],
        "timestamp": datetime(sheet.day.year, sheet.day.month, sheet.day.day, tzinfo=UTC),
    }
    result = typst.compile(_TEMPLATE.read_bytes(), **options)
    assert isinstance(result, bytes)
    return result


def _clean(text: str) -> str:
    return drawable(french(printable(text)))


def _short(text: str, longest: int = 150) -> str:
    """Two lines at most: the sheet is one page, whatever the names."""
    return text if len(text) <= longest else text[: longest - 1].rstrip() + "…"


def _qr(secret: str) -> str:
    """A QR read even if a quarter of it is spoilt (level Q); capitals and digits keep it small."""
    drawing = BytesIO()
    segno.make_qr(secret, error="q").save(drawing, kind="svg", border=4, xmldecl=False, svgns=True)
    return drawing.getvalue().decode("utf-8")


def _grouped(secret: str) -> str:
    """The key in groups of four, four or five to a line."""
    head, rest = secret[:16], secret[16:]
    groups = [rest[start : start + 4] for start in range(0, len(rest), 4)]
    lines = [" ".join(groups[start : start + 5]) for start in range(0, len(groups), 5)]
    return "\n".join((head, *lines))
