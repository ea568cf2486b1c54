"""Object stores by URL (S3 and what obstore reads): an upload is a row of immutable objects.

Each flush puts one object and reads it back: endpoints have been seen to accept a wrong checksum, so
only what was read back counts. No object is ever overwritten or renamed; the database names those
that count, in order, and any node may go on. Two writers cannot harm each other: their objects have
different names, and the database admits only one at each offset.
"""

from __future__ import annotations

import hashlib
import os
import re
import secrets
import tempfile
from collections.abc import Iterator, Sequence
from typing import Any

import obstore
from obstore.exceptions import BaseError
from obstore.store import from_url

from reglo.adapters.storage import Part, StorageFailed, failure

PART_SIZE = 32 * 1024 * 1024  # spooled on local disk before it is put
_BLOCK = 1024 * 1024
_OTHER_BYTES = "le service de stockage a rendu d'autres octets que ceux qu'il a reçus"


_STATUS = re.compile(r"status code: (\d{3})")
_STATUS_FR = {
    401: "clés d'accès refusées",
    403: "accès refusé",
    404: "seau ou objet introuvable",
    507: "plus de place",
}
_SILENCE_FR = {
    "dns error": "son nom ne mène à aucune adresse",
    "Connection refused": "connexion refusée",
    "kind: Timeout": "rien avant le délai",
    "kind: Connect": "connexion impossible",
}


def _down(error: BaseError | OSError) -> StorageFailed:
    """In our words: obstore's own quote the address, the keys in it, and what the service answers."""
    text = str(error)
    if status := _STATUS.search(text):
        code = int(status[1])
        why = f"{code}, {_STATUS_FR[code]}" if code in _STATUS_FR else f"erreur {code}"
        return StorageFailed(f"le service de stockage refuse ({why})", full=code == 507)
    why = next((said for sign, said in _SILENCE_FR.items() if sign in text), "connexion coupée")
    return StorageFailed(f"le service de stockage ne répond pas ({why})")


class ObjectStorage:
    """Uploads as objects ``<upload>/<start>-<random>-<sha256>``: an object read whole is held to its name."""

    def __init__(self, store: Any) -> None:
        self.store = store

    @classmethod
    def from_url(cls, url: str) -> ObjectStorage:
        """The store of a URL; endpoint, region and credentials from the usual AWS_* variables.

        Raises StorageFailed for what is no store's URL.
        """
        names = {
            "AWS_ACCESS_KEY_ID": "access_key_id",
            "AWS_SECRET_ACCESS_KEY": "secret_access_key",
            "AWS_SESSION_TOKEN": "session_token",
            "AWS_REGION": "region",
            "AWS_ENDPOINT_URL": "endpoint",
        }
        config: dict[str, Any] = {}
        if url.startswith("s3://"):
            config = {
                name: os.environ[variable] for variable, name in names.items() if os.environ.get(variable)
            }
        plain = str(config.get("endpoint", "")).startswith("http://")
        options: Any = {"timeout": "60s", "connect_timeout": "5s", "allow_http": plain}
        retry: Any = {"max_retries": 2}
        try:
            return cls(from_url(url, config=config or None, client_options=options, retry_config=retry))  # type: ignore[arg-type]
        except BaseError as error:
            known = "écrivez un dossier, ou « s3://seau/préfixe » avec les variables AWS_…"
            raise StorageFailed(f"« {url} » n'est pas un lieu de stockage : {known}") from error

    def writer(self, upload: str) -> ObjectWriter:
        return ObjectWriter(self.store, upload)

    def read(self, upload: str, parts: Sequence[Part], start: int, end: int) -> Iterator[bytes]:
        for part in parts:
            low, high = max(start, part.start), min(end, part.start + part.size)
            if low != start or low >= high:
                continue
            whole = hashlib.sha256() if (low, high) == (part.start, part.start + part.size) else None
            try:
                while low < high:
                    step = min(low + 8 * _BLOCK, high)
                    block = bytes(
                        obstore.get_range(
                            self.store, part.name, start=low - part.start, end=step - part.start
                        )
                    )
                    if len(block) != step - low:
                        raise StorageFailed("un objet est plus court que ce qui avait été relu")
                    if whole is not None:
                        whole.update(block)
                        if step == high and whole.hexdigest() != part.name.rsplit("-", 1)[-1]:
                            raise StorageFailed(_OTHER_BYTES)
                    yield block
                    low = step
            except (BaseError, OSError) as error:  # an absent object is a FileNotFoundError
                raise _down(error) from error
            start = high
        if start < end:
            raise StorageFailed("des octets reçus manquent dans le stockage")

    def settle(self, upload: str) -> None:
        """Nothing to do: each object has been whole and final since its flush."""

    def delete(self, upload: str, parts: Sequence[Part]) -> None:
        """Remove every object of the upload, those no flush acknowledged included."""
        try:
            for listed in obstore.list(self.store, prefix=upload):
                names = [entry["path"] for entry in listed]
                if names:
                    obstore.delete(self.store, names)
        except (BaseError, OSError) as error:
            raise _down(error) from error

    def probe(self) -> None:
        try:
            obstore.put(self.store, f"probe-{os.getpid()}", b"probe")
        except (BaseError, OSError) as error:
            raise _down(error) from error

    def free_bytes(self) -> int | None:
        return None


class ObjectWriter:
    """Spools to a nameless local file, puts it as one object at each flush, reads it back."""

    def __init__(self, store: Any, upload: str) -> None:
        self._store, self._upload = store, upload
        self._spool = tempfile.TemporaryFile()  # noqa: SIM115 (closed by close)
        self._offset = self._size = 0
        self._hash = hashlib.sha256()
        self._done: list[Part] = []  # put and read back, not yet told to the caller

    def start(self, offset: int) -> None:
        self._offset = offset

    def write(self, data: bytes) -> None:
        try:
            self._spool.write(data)
        except OSError as error:
            raise failure(error) from error
        self._hash.update(data)
        self._size += len(data)
        if self._size >= PART_SIZE:
            self._put()

    def flush(self) -> tuple[Part, ...]:
        if self._size:
            self._put()
        done, self._done = tuple(self._done), []
        return done

    def _put(self) -> None:
        name = f"{self._upload}/{self._offset:015d}-{secrets.token_hex(8)}-{self._hash.hexdigest()}"
        try:
            self._spool.seek(0)
            obstore.put(self._store, name, self._spool)
            back, size = hashlib.sha256(), 0
            for block in obstore.get(self._store, name).stream(min_chunk_size=_BLOCK):
                back.update(block)
                size += len(block)
        except BaseError as error:
            raise _down(error) from error
        except OSError as error:
            raise failure(error) from error
        if (size, back.digest()) != (self._size, self._hash.digest()):
            raise StorageFailed(_OTHER_BYTES)
        self._done.append(Part(self._offset, self._size, name))
        self._offset += self._size
        self._spool.seek(0)
        self._spool.truncate()
        self._size, self._hash = 0, hashlib.sha256()

    def close(self) -> None:
        self._spool.close()
