"""Zip-based formats written the same twice: fixed dates, fixed attributes, same order."""

from __future__ import annotations

import io
import zipfile


def reproducible(data: bytes) -> bytes:
    """The same archive with neutral member dates; ``mimetype`` stays first and stored (ODF)."""
    target = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as source, zipfile.ZipFile(target, "w") as archive:
        for name in member_names(source):
            archive.writestr(neutral_member(name), source.read(name))
    return target.getvalue()


def member_names(archive: zipfile.ZipFile) -> list[str]:
    """The members in the order they are to be written."""
    return sorted(archive.namelist(), key=lambda name: (name != "mimetype", name))


def neutral_member(name: str) -> zipfile.ZipInfo:
    member = zipfile.ZipInfo(name, date_time=(1980, 1, 1, 0, 0, 0))
    member.compress_type = zipfile.ZIP_STORED if name == "mimetype" else zipfile.ZIP_DEFLATED
    member.external_attr = 0o644 << 16
    member.create_system = 3
    return member
