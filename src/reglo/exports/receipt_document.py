"""The "Accusé de réception" (AP-T11) as a document; its PDF carries the receipt itself, ``recu.json``.

The pages are for reading. What is proved is in the attached file: ``reglo verify`` takes the PDF as well.
"""

from __future__ import annotations

from collections.abc import Iterator
from io import BytesIO

import segno

from reglo.exports.documents import (
    Align,
    Attachment,
    Block,
    BulletList,
    Callout,
    Column,
    Document,
    Figure,
    Heading,
    Inline,
    Paragraph,
    Table,
    code,
    strong,
)
from reglo.procurement.deadlines.receipt import Timeliness, timeliness
from reglo.procurement.french import plural
from reglo.sealing.notes import Checkpoint
from reglo.sealing.receipt import Receipt, Statement
from reglo.sealing.receipt_checks import COPY_TEXT, exact_moment, timeliness_text

ATTACHED = "recu.json"


def receipt_document(receipt: Receipt) -> Document:
    """The pages of a receipt: the depositor's copy names its documents, the platform's only sealed files."""
    statement = receipt.statement
    late = statement.timeliness is Timeliness.LATE
    words = ["Accusé de réception"]
    if statement.backup_copy:
        words.append("d'une copie de sauvegarde")
    elif late:
        words.append("d'un pli")
    return Document(
        title=" ".join([*words, "hors délai"] if late else words),
        subject=statement.consultation.title,
        reference=statement.consultation.reference,
        issuer=statement.buyer,
        day=statement.shown(statement.last_byte_at).date(),
        body=tuple(_body(receipt)),
        attachments=(
            Attachment(
                name=ATTACHED,
                text=receipt.to_bytes().decode(),
                media_type="application/json",
                description="Le reçu signé dont ces pages sont la lecture",
            ),
        ),
    )


def _body(receipt: Receipt) -> Iterator[Block]:
    statement = receipt.statement
    late = statement.timeliness is Timeliness.LATE
    yield Callout("Hors délai" if late else "Dans les délais", (timeliness_text(statement),))
    yield Heading(1, "Ce qui a été reçu")
    yield _pairs("Mentions de l'accusé de réception", list(_received(receipt)))
    yield Heading(1, "Documents déposés")
    yield from _documents(receipt)
    yield from _copy() if statement.backup_copy else _after_late(statement) if late else _replacing()
    yield Heading(1, "Preuve")
    yield _pairs("Ce qui lie la plateforme", list(_proof(receipt)))
    yield Figure(
        svg=_qr(receipt),
        alt="Code QR : numéro du reçu, empreinte de son énoncé, place au journal, tels que ci-dessus",
        caption="À lire par un téléphone : ce que le journal de la plateforme doit montrer de ce reçu",
        share=0.26,
    )
    yield Heading(1, "Vérifier")
    yield BulletList(
        (
            (
                "Le fichier ",
                code(ATTACHED),
                " joint à ce PDF est le reçu lui-même. Les pages n'en sont que la lecture : en cas d'écart, "
                "lui seul compte.",
            ),
            (
                "Sans réseau, sur n'importe quelle machine : ",
                code("reglo verify ACCUSE.pdf PLI --key CLE --tsa-ca AC"),
                " dit point par point ce qui est prouvé et ce qui ne l'est pas.",
            ),
            "Sans Réglo, avec openssl et sha256sum : la marche à suivre est publiée (docs/receipt.md).",
        )
    )


def _replacing() -> Iterator[Block]:
    yield Heading(1, "Remplacer ce pli")
    yield Paragraph(
        "Jusqu'à la date limite, un nouveau dépôt complet prend la place de celui-ci : seul le dernier pli "
        "reçu à temps est ouvert, sauf règle contraire de la consultation (CCP R.2151-6). N'envoyez pas un "
        "simple complément. Chaque dépôt a son propre accusé de réception."
    )


def _copy() -> Iterator[Block]:
    yield Heading(1, "Une copie de sauvegarde, non une offre")
    yield Paragraph(
        f"{COPY_TEXT} Ouverte et utilisée, elle remplace entièrement le pli électronique ; jamais ouverte, "
        "elle est détruite. Déposez donc aussi votre réponse : cette copie seule n'en tient pas lieu."
    )


def _after_late(statement: Statement) -> Iterator[Block]:
    yield Heading(1, "Suite donnée à un pli hors délai")
    yield Paragraph(
        "Un pli tardif est écarté sans être ouvert (CCP R.2143-2 et R.2151-5). Il ne peut l'être si vous "
        "aviez agi à temps avec un matériel en état et que l'acheteur n'établit pas que sa plateforme "
        "fonctionnait (CE, 23 septembre 2021, n° 449250). Gardez le pli, sa clé et cet accusé ; un pli "
        "déjà reçu à temps n'est pas remplacé par celui-ci."
    )
    begun = timeliness(statement.first_byte_at, statement.deadline, statement.deadline_inclusive)
    if begun is Timeliness.ON_TIME:
        yield Paragraph(
            "Son envoi avait commencé avant la date limite, cet accusé le prouve : une copie de sauvegarde "
            "remise à temps peut donc être ouverte (CCP R.2132-11 ; annexe 6, art. 2)."
        )


def _received(receipt: Receipt) -> Iterator[tuple[str, Inline]]:
    statement = receipt.statement
    depositor, about = statement.depositor, statement.consultation
    yield "Nature", "copie de sauvegarde" if statement.backup_copy else ""
    yield "Déposant", depositor.name
    yield "SIRET", depositor.siret
    yield "Compte", depositor.account
    yield "Acheteur", statement.buyer
    yield "Consultation", about.reference
    yield "Titre", about.title
    yield "Objet", about.object
    yield "Lots", _lots(receipt)
    yield "Reçu le", (strong(exact_moment(statement.shown(statement.last_byte_at))), " (dernier octet)")
    yield "Début de l'envoi", exact_moment(statement.shown(statement.first_byte_at)) + " (premier octet)"
    yield (
        "Date limite",
        exact_moment(statement.shown(statement.deadline))
        + ("" if statement.deadline_inclusive else ", exclue"),
    )
    yield "Pli", (code(statement.pli), f" — {_octets(statement.size)}")
    yield "Empreinte de l'enveloppe", (code(statement.envelope_sha256),)
    yield "SHA-256 de pli.json", (code(statement.header_sha256),)
    for earlier in statement.replaces:
        yield "Remplace le reçu", (code(earlier),)


def _lots(receipt: Receipt) -> str:
    if receipt.completion is None:
        return "connus du seul déposant : le pli est scellé"
    return ", ".join(sorted({document.lot for document in receipt.completion.documents if document.lot}))


def _documents(receipt: Receipt) -> Iterator[Block]:
    statement = receipt.statement
    size, digest = Column("Taille (octets)", Align.RIGHT, 1.1), Column("SHA-256", width=2.6)
    if receipt.completion is None:
        yield Paragraph(
            "Cet exemplaire est celui de la plateforme : le pli est scellé, elle n'en connaît pas les noms. "
            "Le déposant en a la liste dans le sien. Un fichier scellé peut être un document, un manifeste "
            "ou du bourrage."
        )
        yield from _tables(
            "Fichiers scellés du pli",
            (Column("Fichier scellé", width=2.0), size, digest),
            [((code(blob.id),), _grouped(blob.size), _digest(blob.sha256)) for blob in statement.blobs],
        )
        return
    yield Paragraph(
        "Liste établie par le déposant et signée avec la clé du pli. La plateforme n'a pas connu ces noms ; "
        "à l'ouverture, le manifeste scellé fera foi."
    )
    yield from _tables(
        "Documents, comme le déposant les a nommés",
        (Column("Document", width=2.4), Column("Pièce", width=0.8), Column("Lot", width=0.6), size, digest),
        [
            (
                document.name,
                document.piece or "–",
                document.lot or "–",
                _grouped(document.size),
                _digest(document.sha256),
            )
            for document in receipt.completion.documents
        ],
    )


# Setting a table takes a time and a memory that grow as the square of its rows; a pli may hold 10,000 files.
_ROWS, _MOST_ROWS = 100, 2_000


def _tables(caption: str, columns: tuple[Column, ...], rows: list[tuple[Inline, ...]]) -> Iterator[Block]:
    """The rows in tables of a hundred; past two thousand, the attached receipt alone has them."""
    shown = rows[:_MOST_ROWS]
    for start in range(0, len(shown), _ROWS):
        part = shown[start : start + _ROWS]
        place = f" ({start + 1} à {start + len(part)} sur {len(rows)})" if len(rows) > _ROWS else ""
        yield Table(caption + place, columns, tuple(part))
    if len(shown) < len(rows):
        yield Paragraph(
            f"Les {_grouped(len(rows) - len(shown))} suivants, trop nombreux pour ces pages, sont "
            "dans le fichier "
            f"{ATTACHED} joint, dont ils font partie au même titre."
        )


def _proof(receipt: Receipt) -> Iterator[tuple[str, Inline]]:
    statement, checkpoint = receipt.statement, Checkpoint.read(receipt.checkpoint)
    yield "Reçu", (code(statement.id),)
    yield "Empreinte SHA-256 de l'énoncé", (code(statement.digest),)
    yield "Journal", f"entrée {statement.journal_index} de « {statement.journal_origin} »"
    yield (
        "Point de contrôle signé",
        (f"taille {checkpoint.size}, tête ", code(checkpoint.root.hex())),
    )
    yield "Clé de la plateforme (SHA-256)", (code(receipt.key.id),)
    yield (
        "Horodatage",
        f"jeton RFC 3161 du {exact_moment(statement.shown(receipt.timestamp.at))}"
        if receipt.timestamp
        else "l'autorité n'avait pas encore répondu ; le jeton s'ajoutera au reçu",
    )


def _qr(receipt: Receipt) -> str:
    """What names this receipt, for whoever has paper only. No address: a receipt needs nobody's site."""
    statement = receipt.statement
    lines = (
        f"RECU {statement.id}",
        f"SHA-256 {statement.digest}",
        f"JOURNAL {statement.journal_origin} {statement.journal_index}",
    )
    drawing = BytesIO()
    segno.make_qr("\n".join(lines), error="m").save(drawing, kind="svg", border=4, xmldecl=False, svgns=True)
    return drawing.getvalue().decode("utf-8")


def _pairs(caption: str, pairs: list[tuple[str, Inline]]) -> Table:
    rows = tuple((label, value) for label, value in pairs if value)
    return Table(caption, (Column("Mention", width=1.0), Column("Valeur", width=2.6)), rows)


def _digest(sha256: str) -> Inline:
    """In two lines, as wide as a column may be."""
    return (code(f"{sha256[:32]}\n{sha256[32:]}"),)


def _grouped(number: int) -> str:
    return f"{number:,}".replace(",", "\u202f")


def _octets(number: int) -> str:
    return f"{_grouped(number)} octet{plural(number)}"
