"""Notices."""

from __future__ import annotations

from reglo.reading.text.model import Document


def is_printed(document: Document) -> bool:
    return False
