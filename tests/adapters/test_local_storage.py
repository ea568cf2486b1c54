"""The local directory: what is read while it finds its last place."""

from __future__ import annotations

from pathlib import Path

import pytest

from reglo.adapters.storage import StorageFailed
from reglo.adapters.storage.local import LocalStorage

UPLOAD = "ab" * 16


class Settling(LocalStorage):
    """A pli that is settled at the very moment its place among the incoming ones is looked for."""

    def _incoming(self, upload: str) -> Path:
        place = super()._incoming(upload)
        if place.exists():
            place.rename(self._pli(upload))
        return place


def test_a_pli_settled_while_it_is_sought_is_read(tmp_path: Path) -> None:
    """A collecting beside the server said it was lost (DEPOT-42)."""
    storage = Settling(tmp_path)
    (tmp_path / "incoming" / f"{UPLOAD}.part").write_bytes(b"un pli")
    assert b"".join(storage.read(UPLOAD, (), 0, 6)) == b"un pli"
    assert b"".join(storage.read(UPLOAD, (), 3, 6)) == b"pli"
    with pytest.raises(StorageFailed):
        b"".join(storage.read("cd" * 16, (), 0, 6))
