"""A platform's journal exported from the terminal, then verified with the checkpoint a receipt kept."""

from __future__ import annotations

import json
from pathlib import Path

import httpx
import pytest
from tests.deposit.support import Pli, Server, once_true, send
from typer.testing import CliRunner

from reglo.cli import app
from reglo.deposit.acts import Platform


def reglo(*words: object) -> tuple[int, str]:
    result = CliRunner().invoke(app, [str(word) for word in words])
    return result.exit_code, result.output


def test_the_export_and_an_earlier_receipt_prove_each_other(
    client: httpx.Client,
    pli: Pli,
    server: Server,
    urls: tuple[str, str],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    (tmp_path / "recu.json").write_bytes(client.get(f"{send(client, pli)}/recu").content)
    send(client, pli)
    monkeypatch.setenv("DATABASE_URL", urls[0])
    monkeypatch.delenv("DATABASE_OWNER_URL", raising=False)
    data, export = tmp_path / "data", tmp_path / "journal.jsonl"
    status, said = reglo("journal", "export", "--data", data, "-o", export)
    assert (status, said.startswith("5 entrées de « ")) == (0, True)
    key = data / "signature" / "plateforme.pem"
    points = ("--checkpoint", tmp_path / "journal.checkpoint", "--checkpoint", tmp_path / "recu.json")
    status, said = reglo("journal", "verify", export, "--key", key, *points)
    assert (status, said.count("couvre exactement")) == (0, 2)
    export.write_bytes(export.read_bytes().replace(b"upload.created", b"upload.altered", 1))
    status, said = reglo("journal", "verify", export, "--key", key, *points)
    assert (status, "L'entrée 1 n'est plus celle qui a été inscrite" in said) == (1, True)


def test_the_servers_receipt_proves_all_but_the_names_it_never_knew(
    client: httpx.Client, platform: Platform, pli: Pli, tmp_path: Path
) -> None:
    where = send(client, pli)
    once_true(platform, "SELECT 1 FROM deposits WHERE token IS NOT NULL")
    (tmp_path / "recu.json").write_bytes(client.get(f"{where}/recu").content)
    trust = ("--key", tmp_path / "data/signature/plateforme.pem")
    trust += ("--tsa-ca", tmp_path / "data/horodatage/ca.pem")
    status, said = reglo("verify", tmp_path / "recu.json", tmp_path / "bid" / "pli.tar", *trust, "--json")
    points = json.loads(said)["points"]
    unproved = [point["finding"]["code"] for point in points if point["standing"] != "proved"]
    assert (status, unproved) == (1, ["RECU-10"])
    assert points[-1]["text"] == f"« {tmp_path}/bid/pli.tar » est le pli reçu, à l'octet près."


def test_a_folder_that_is_not_a_platforms_is_refused(tmp_path: Path) -> None:
    status, said = reglo("journal", "export", "--data", tmp_path, "-o", tmp_path / "journal.jsonl")
    assert (status, "n'est pas le dossier d'une plateforme" in said) == (2, True)
    assert list(tmp_path.iterdir()) == []
