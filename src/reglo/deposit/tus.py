"""The tus 1.0.0 protocol: its headers read strictly, what the server announces."""

from __future__ import annotations

import base64
import hashlib
import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import format_datetime
from typing import Any

from reglo.deposit.findings import BadRequest, WrongMediaType, WrongTus, refuse

VERSION = "1.0.0"
EXTENSIONS = "creation,creation-with-upload,checksum,expiration,termination"
CHECKSUMS = {"sha256": hashlib.sha256, "sha1": hashlib.sha1}
CHUNK_TYPE = "application/offset+octet-stream"
MAX_METADATA = 8192
MAX_TEXT = 500
_NUMBER = re.compile(r"0|[1-9]\d{0,17}")
_EMAIL = re.compile(r"[^@\s]+@[^@\s.]+(\.[^@\s.]+)+")
_SIRET = re.compile(r"[0-9]{14}")
_HEX64 = re.compile(r"[0-9a-f]{64}")

Headers = Mapping[str, str]


def check_version(headers: Headers) -> None:
    given = headers.get("tus-resumable", "")
    if given != VERSION:
        raise refuse(WrongTus, given=given[:40])


def number(headers: Headers, name: str) -> int:
    """A header that is a whole number. Raises Refused(BadRequest)."""
    given = headers.get(name.lower())
    if given is None:
        raise refuse(BadRequest, header=name, why="absent", how="Ajoutez-le : il est obligatoire.")
    if not _NUMBER.fullmatch(given):
        raise refuse(
            BadRequest, header=name, why=f"« {given[:40]} »", how="Donnez un nombre entier d'octets."
        )
    return int(given)


def check_chunk_type(headers: Headers) -> None:
    given = headers.get("content-type", "")
    if given.split(";")[0].strip().lower() != CHUNK_TYPE:
        raise refuse(WrongMediaType, given=given[:80])


@dataclass(frozen=True, slots=True)
class Checksum:
    """What a chunk must hash to."""

    algorithm: str
    digest: bytes

    def start(self) -> Any:
        return CHECKSUMS[self.algorithm]()


def checksum(headers: Headers) -> Checksum | None:
    """The checksum announced for a chunk, when there is one. Raises Refused(BadRequest)."""
    given = headers.get("upload-checksum")
    if given is None:
        return None
    name, _, value = given.partition(" ")
    try:
        digest = base64.b64decode(value, validate=True)
    except ValueError:
        digest = b""
    if name not in CHECKSUMS or len(digest) != CHECKSUMS[name]().digest_size:
        raise refuse(
            BadRequest,
            header="Upload-Checksum",
            why="illisible",
            how="Écrivez « sha256 » ou « sha1 », une espace, puis l'empreinte en base64.",
        )
    return Checksum(name, digest)


def metadata(headers: Headers) -> dict[str, str]:
    """The key-value pairs of Upload-Metadata, as plain one-line texts. Raises Refused(BadRequest).

    >>> metadata({"upload-metadata": "name QWxpY2U=,empty"})
    {'name': 'Alice', 'empty': ''}
    """
    given = headers.get("upload-metadata", "")
    if len(given) > MAX_METADATA:
        raise refuse(BadRequest, header="Upload-Metadata", why="trop long", how="8 192 caractères au plus.")
    found: dict[str, str] = {}
    for pair in filter(None, (part.strip() for part in given.split(","))):
        key, _, value = pair.partition(" ")
        try:
            text = base64.b64decode(value, validate=True).decode("utf-8")
        except ValueError:
            raise refuse(
                BadRequest,
                header="Upload-Metadata",
                why=f"illisible à la clé « {key[:40]} »",
                how="Écrivez chaque valeur en UTF-8, codée en base64.",
            ) from None
        if not key.isascii() or key in found:
            raise refuse(
                BadRequest, header="Upload-Metadata", why="ambigu", how="Une clé ASCII, une seule fois."
            )
        found[key] = one_line(text)
    return found


def one_line(text: str) -> str:
    """A text people can read on one line: NFC, no control or invisible character, bounded.

    >>> one_line("Alice\\x00\\n d'Œuvre")
    "Alice d'Œuvre"
    """
    shown = "".join(
        " "
        if letter.isspace()
        else ""
        if unicodedata.category(letter) in ("Cc", "Cf", "Cs", "Co", "Cn")
        else letter
        for letter in unicodedata.normalize("NFC", text)
    )
    return " ".join(shown.split())[:MAX_TEXT]


def header_digest(given: Mapping[str, str]) -> str:
    """The declared SHA-256 of pli.json. Raises Refused(BadRequest)."""
    digest = given.get("header_sha256", "")
    if not _HEX64.fullmatch(digest):
        raise refuse(
            BadRequest,
            header="Upload-Metadata",
            why="sans l'empreinte de pli.json",
            how="Ajoutez « header_sha256 » : 64 chiffres hexadécimaux.",
        )
    return digest


def depositor(given: Mapping[str, str]) -> dict[str, str]:
    """Who sends: a name and an e-mail, as they say; a SIRET when given. Raises Refused(BadRequest).

    >>> depositor({"name": "Alice", "email": "alice@exemple.fr", "siret": ""})
    {'name': 'Alice', 'email': 'alice@exemple.fr'}
    """
    who = {key: given[key] for key in ("name", "email", "siret") if given.get(key)}
    why = how = ""
    if not who.get("name"):
        why, how = "sans nom du déposant", "Ajoutez « name » : l'accusé de réception le nomme."
    elif not _EMAIL.fullmatch(who.get("email", "")):
        why = "sans adresse électronique du déposant"
        how = "Ajoutez « email », sous la forme nom@exemple.fr."
    elif "siret" in who and not _SIRET.fullmatch(who["siret"]):
        why, how = (
            "« siret » n'en est pas un",
            "Donnez ses quatorze chiffres, sans espace, ou ne l'envoyez pas.",
        )
    if why:
        raise refuse(BadRequest, header="Upload-Metadata", why=why, how=how)
    return who


def http_date(at: datetime) -> str:
    return format_datetime(at.astimezone(UTC).replace(microsecond=0), usegmt=True)
