"""The text of a document, line by line with its place: PDF, DOCX, ODT, text and Markdown."""

from __future__ import annotations

import errno
import re
import stat
from dataclasses import replace
from pathlib import Path

from reglo.reading.text.model import MAX_CHARACTERS, Document, Flow, Line, Unreadable, fold, pattern

__all__ = ["Document", "Flow", "Line", "Unreadable", "fold", "kind_of", "pattern", "read"]

_OTHER = "Donnez un PDF avec du texte, un DOCX, un ODT, un texte, ou un avis XML ou JSON."


def kind_of(path: Path) -> str:
    """ "pdf", "docx", "odt", "xml", "json" or "texte", by content. Raises Unreadable."""
    try:
        status = path.stat()
        if not stat.S_ISREG(status.st_mode):
            raise Unreadable("ce n'est pas un fichier", _OTHER)
        if status.st_size == 0:
            raise Unreadable("le fichier est vide", "Vérifiez son envoi ou sa copie.")
        with path.open("rb") as stream:
            head = stream.read(4096)
    except OSError as error:
        why = "il n'y a pas de fichier à cet endroit" if error.errno == errno.ENOENT else "l'accès est refusé"
        raise Unreadable(why, "Vérifiez le chemin.") from error
    if b"%PDF-" in head[:1024]:
        return "pdf"
    if head.startswith(b"PK"):
        return _kind_of_package(path)
    if head.startswith(b"\xd0\xcf\x11\xe0"):
        raise Unreadable(
            "c'est un ancien document Office, ou un document chiffré", "Enregistrez-le en DOCX ou en PDF."
        )
    start = head.lstrip(b"\xef\xbb\xbf \t\r\n")
    if head[:2] in (b"\xff\xfe", b"\xfe\xff"):
        start = head.decode("utf-16", "ignore").lstrip().encode()
    if re.match(rb"<\?xml|<(?:\w+:)?ContractNotice", start):
        return "xml"
    if re.match(rb"(?i)<!doctype html|<html", start):
        raise Unreadable("c'est une page web", "Enregistrez-la en PDF ou en DOCX.")
    if start.startswith(rb"{\rtf"):
        raise Unreadable("c'est un document RTF", "Enregistrez-le en DOCX ou en PDF.")
    if start.startswith((b"{", b"[")):
        return "json"
    if head.count(b"\x00") > len(head) // 4 and head[:2] not in (b"\xff\xfe", b"\xfe\xff"):
        raise Unreadable("ce fichier n'est ni un texte, ni un PDF, ni un document", _OTHER)
    return "texte"


def read(path: Path) -> Document:
    """The text of a document. Raises Unreadable; never anything else on a bad file."""
    from reglo.reading.text import office, pdf, plain
    from reglo.reading.text.recognised import with_apostrophes

    kind = kind_of(path)
    readers = {"pdf": pdf.read, "docx": office.read_docx, "odt": office.read_odt, "texte": plain.read}
    if kind not in readers:
        raise Unreadable("ce fichier est un avis, pas un document", _OTHER)
    document = readers[kind](path)
    if document.characters > MAX_CHARACTERS:
        raise Unreadable(
            f"le texte compte plus de {MAX_CHARACTERS} caractères",
            "Donnez le seul règlement de la consultation.",
        )
    return replace(document, lines=with_apostrophes(document.lines))


def _kind_of_package(path: Path) -> str:
    from reglo.reading import archives

    try:
        with archives.open_zip(path) as archive:
            names = set(archive.namelist())
    except archives.Refused as error:
        raise Unreadable(
            f"l'archive de ce document est refusée : {error}", "Demandez-le à nouveau."
        ) from error
    except archives.Truncated as error:
        raise Unreadable(f"ce document est abîmé ou incomplet : {error}", "Demandez-le à nouveau.") from error
    if "word/document.xml" in names:
        return "docx"
    if "content.xml" in names and "mimetype" in names:
        return "odt"
    raise Unreadable("cette archive n'est pas un document texte", _OTHER)
