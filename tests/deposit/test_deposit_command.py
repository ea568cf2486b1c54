"""``reglo deposit`` as a bidder lives it: cut, withdrawn, replaced, begun elsewhere; no receipt is lost."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import time
from base64 import b64decode
from pathlib import Path

import httpx
import pytest
from tests.cli.terminal import converse
from tests.deposit.conftest import Open
from tests.deposit.cutting_proxy import CuttingProxy
from tests.deposit.support import REFERENCE, Pli, Server, free_port, make_pli, seeded
from typer.testing import CliRunner

from reglo.cli import app
from reglo.deposit.acts import Platform
from reglo.sealing import canonical
from reglo.sealing.notes import Checkpoint
from reglo.sealing.receipt import Receipt
from reglo.sealing.signing import PublicKey, SigningKey
from reglo.sealing.tree import leaf_hash, verify_inclusion

WHO = ("--name", "Alice SARL", "--email", "alice@exemple.fr")


def on_disk(folder: Path, pli: Pli, name: str = "alice.pli") -> Path:
    path = folder / name
    path.write_bytes(pli.data)
    write_key(path, pli.key)
    return path


def write_key(path: Path, key: SigningKey) -> None:
    path.with_name(path.name + ".cle").write_bytes(key.pem)


def start(port: int, path: Path, *more: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [
            *(sys.executable, "-c", "from reglo.cli import main; main()", "deposit"),
            *(f"http://127.0.0.1:{port}/consultations/{REFERENCE}", str(path), *more),
        ],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def deposit(port: int, path: Path, *more: str) -> tuple[int, str]:
    running = start(port, path, *more)
    said, told = running.communicate(timeout=300)
    assert "Traceback" not in told, told
    return running.returncode, said + told


def receipt_id(path: Path) -> str:
    return str(json.loads(path.read_bytes())["receipt"]["id"])


def test_a_withdrawn_pli_is_said_withdrawn_and_deposited_again_keeps_both_receipts(
    client: httpx.Client, server: Server, pli: Pli, tmp_path: Path
) -> None:
    path = on_disk(tmp_path, pli)
    assert deposit(server.port, path, *WHO)[0] == 0
    first = receipt_id(tmp_path / "alice.pli.recu.json")
    assert deposit(server.port, path, "--withdraw")[0] == 0
    proof = json.loads((tmp_path / f"alice.pli.retrait-{first[:8]}.json").read_bytes())
    entry = proof["inclusion"]["entry"]
    assert (proof["receipt"], entry["act"], entry["on"]) == (first, "deposit.withdrawn", first)
    leaf = leaf_hash(canonical.encode(entry))
    signed_by = json.loads((tmp_path / "alice.pli.recu.json").read_bytes())["signature"]["key"]
    checkpoint = Checkpoint.open(proof["inclusion"]["checkpoint"], PublicKey.from_base64(signed_by))
    path_up = [b64decode(each) for each in proof["inclusion"]["proof"]]
    assert verify_inclusion(leaf, entry["index"], checkpoint.size, path_up, checkpoint.root)
    status, said = deposit(server.port, path)
    assert (status, "DEPOT-25" in said, "Reçu, puis retiré par son déposant" in said) == (1, True, True)
    status, said = deposit(server.port, path, *WHO, "--restart")
    assert status == 0, said
    kept = tmp_path / f"alice.pli-{first[:8]}.recu.json"
    assert receipt_id(kept) == first
    assert kept.with_suffix(".pdf").read_bytes()[:5] == b"%PDF-"
    assert receipt_id(tmp_path / "alice.pli.recu.json") != first
    assert "DEPOT-26" not in said  # the one before was withdrawn


def test_a_second_pli_of_the_same_sender_is_asked_about_and_the_replaced_one_says_so(
    client: httpx.Client, server: Server, pli: Pli, tmp_path: Path
) -> None:
    first = on_disk(tmp_path, pli)
    assert deposit(server.port, first, *WHO)[0] == 0
    beside = on_disk(tmp_path, make_pli(tmp_path / "b"), "lot2.pli")
    status, said = deposit(server.port, beside, *WHO)
    assert (status, "DEPOT-26" in said, "--replaces alice.pli" in said) == (0, True, True)
    other = on_disk(tmp_path, make_pli(tmp_path / "c"), "mieux.pli")
    status, said = deposit(server.port, other, *WHO, "--replaces", str(first))
    assert (status, "DEPOT-26" in said) == (0, False)
    status, said = deposit(server.port, first)
    assert (status, "remplacé par un autre pli" in said) == (1, True)


@pytest.mark.parametrize(
    ("limit", "said"),
    [
        ({"max_documents": 1}, "Le nombre de fichiers scellés fait "),
        ({"max_document_size": 100}, "Un fichier scellé fait "),
        ({"max_size": 2048}, "Le pli fait "),
    ],
)
def test_every_announced_limit_is_held_before_the_first_byte(
    server: Server, consultation: Open, pli: Pli, tmp_path: Path, limit: dict[str, int], said: str
) -> None:
    """CE 506640: nothing is sent that would be refused."""
    path = on_disk(tmp_path, pli)
    consultation(**limit)
    server.start()
    status, told = deposit(server.port, path, *WHO)
    assert (status, "DEPOT-04" in told, said in told) == (2, True, True), told
    assert not path.with_name("alice.pli.depot").exists()


def test_the_address_of_the_page_where_one_deposits_will_do_and_another_page_is_said_so(
    client: httpx.Client, server: Server, pli: Pli, tmp_path: Path
) -> None:
    path = on_disk(tmp_path, pli)
    for place, status, said in (
        ("deposer/porteur.html", 2, "celle d'une page"),
        (f"deposer/?consultation={REFERENCE}", 0, "Reçu : dernier octet"),
    ):
        command = ["deposit", f"{server.url}/{place}", str(path), *WHO]
        result = CliRunner().invoke(app, command)
        assert (result.exit_code, said in result.output, "<html" in result.output) == (status, True, False)


@pytest.mark.parametrize(("answer", "state"), [("OUI", "replaced"), ("o", "replaced"), ("", "received")])
def test_asked_at_the_terminal_the_sender_says_whether_the_new_pli_replaces(
    client: httpx.Client, server: Server, pli: Pli, tmp_path: Path, answer: str, state: str
) -> None:
    assert deposit(server.port, on_disk(tmp_path, pli), *WHO)[0] == 0
    other = on_disk(tmp_path, make_pli(tmp_path / "b"), "mieux.pli")
    shown = converse(
        ["deposit", f"{server.url}/consultations/{REFERENCE}", str(other), *WHO],
        [("remplace-t-il « alice.pli » ? (oui, non)", answer)],
    )
    assert "Reçu : dernier octet" in shown
    said = json.loads((tmp_path / "mieux.pli.recu.json").read_bytes())["receipt"]
    first = receipt_id(tmp_path / "alice.pli.recu.json")
    assert said["replaces"] == ([first] if state == "replaced" else [])
    address = json.loads((tmp_path / "alice.pli.depot").read_bytes())["location"]
    assert client.get(address).json()["state"] == state


@pytest.mark.parametrize("answer", ["oui", "non"])
def test_asked_at_the_terminal_an_upload_is_shown_to_a_new_address_with_a_yes_only(
    client: httpx.Client, server: Server, pli: Pli, tmp_path: Path, answer: str
) -> None:
    path, dead = on_disk(tmp_path, pli), free_port()
    assert deposit(server.port, path, *WHO)[0] == 0
    state = tmp_path / "alice.pli.depot"
    state.write_text(state.read_text().replace(f":{server.port}/", f":{dead}/"))
    (tmp_path / "alice.pli.recu.json").unlink()
    shown = converse(
        ["deposit", f"{server.url}/consultations/{REFERENCE}", str(path)],
        [("est-elle la nouvelle adresse de la même plateforme ? (oui, non)", answer)],
    )
    moved = f":{server.port}/" in state.read_text()
    assert (moved, "DEPOT-27" in shown) == (answer == "oui", answer == "non")
    assert (tmp_path / "alice.pli.recu.json").exists() == moved


@pytest.mark.parametrize(
    ("suffix", "spoilt"),
    [
        (".documents.json", b"[" * 200_000),
        (".documents.json", b'[{"name": 3}]'),
        (".documents.json", b'[{"name":3,"size":"x","sha256":1,"blob":[],"piece":"","lot":""}]'),
        (".documents.json", b"\xff"),
        (".cle", b"illisible"),
        (".cle", SigningKey.generate().pem),
    ],
)
def test_a_spoilt_list_of_names_never_loses_the_receipt(
    client: httpx.Client, server: Server, pli: Pli, tmp_path: Path, suffix: str, spoilt: bytes
) -> None:
    path = on_disk(tmp_path, pli)
    (tmp_path / "alice.pli.documents.json").write_bytes(b"[]")
    good = (tmp_path / f"alice.pli{suffix}").read_bytes()
    (tmp_path / f"alice.pli{suffix}").write_bytes(spoilt)
    status, said = deposit(server.port, path, *WHO)
    assert (status, "DEPOT-28" in said, "Reçu : dernier octet" in said) == (0, True, True), said
    kept = Receipt.from_bytes((tmp_path / "alice.pli.recu.json").read_bytes())
    assert kept.completion is None
    (tmp_path / f"alice.pli{suffix}").write_bytes(good)
    assert deposit(server.port, path)[0] == 0
    assert Receipt.from_bytes((tmp_path / "alice.pli.recu.json").read_bytes()).completion is not None


def test_restarting_never_writes_over_a_receipt(
    client: httpx.Client, server: Server, pli: Pli, tmp_path: Path
) -> None:
    path = on_disk(tmp_path, pli)
    ids = set()
    status, said = deposit(server.port, path, "--restart")
    assert (status, "Gardé" in said, "--name" in said) == (2, False, True)
    for more in ((), ("--restart",), ("--restart",)):
        status, said = deposit(server.port, path, *WHO, *more)
        assert status == 0, said
        ids.add(receipt_id(tmp_path / "alice.pli.recu.json"))
    assert {receipt_id(found) for found in tmp_path.glob("*.recu.json")} == ids
    assert len(ids) == len(list(tmp_path.glob("*.recu.pdf"))) == len(list(tmp_path.glob("*.depot"))) == 3


def test_begun_at_a_dead_address_it_says_which_and_soon_and_a_receipt_here_counts(
    client: httpx.Client, server: Server, pli: Pli, tmp_path: Path
) -> None:
    path, dead = on_disk(tmp_path, pli), free_port()
    assert deposit(server.port, path, *WHO)[0] == 0
    state = tmp_path / "alice.pli.depot"
    state.write_text(state.read_text().replace(f":{server.port}/", f":{dead}/"))
    begun = time.monotonic()
    status, said = deposit(server.port, path)
    assert (status, "l'accusé de réception gardé ici" in said, "Reçu : dernier octet" in said) == (
        0,
        True,
        True,
    )
    (tmp_path / "alice.pli.recu.json").unlink()
    status, said = deposit(server.port, path)
    assert (status, "DEPOT-27" in said, f"http://127.0.0.1:{dead}" in said) == (2, True, True)
    assert time.monotonic() - begun < 300


def test_a_pli_whose_address_is_lost_is_not_deposited_twice(
    client: httpx.Client, server: Server, platform: Platform, pli: Pli, tmp_path: Path
) -> None:
    path = on_disk(tmp_path, pli)
    assert deposit(server.port, path, *WHO)[0] == 0
    (tmp_path / "alice.pli.depot").unlink()
    status, said = deposit(server.port, path, *WHO)
    assert (status, "déjà déposé" in said, "--restart" in said) == (0, True, True)
    with platform.pool.connection() as connection:
        assert connection.execute("SELECT count(*) AS n FROM deposits").fetchone() == {"n": 1}
        agents = connection.execute("SELECT DISTINCT agent FROM attempts").fetchall()
    assert [row["agent"].split("/")[0] for row in agents] == ["reglo-deposit"]


def test_cuts_are_told_a_line_each_and_the_going_on(
    client: httpx.Client, server: Server, pli: Pli, tmp_path: Path
) -> None:
    path = on_disk(tmp_path, pli)
    proxy = CuttingProxy(server.port, seeded(3), 6, path.stat().st_size // 3)
    try:
        status, said = deposit(proxy.port, path, *WHO)
    finally:
        proxy.stop()
    assert status == 0, said
    lines = said.splitlines()
    assert "Envoi de alice.pli : 0 %" in lines
    assert any(line.startswith(f"Coupure (http://127.0.0.1:{proxy.port} :") for line in lines)
    assert any(line.startswith("Reprise de alice.pli : ") for line in lines)
    assert "\r" not in said


def test_a_full_disk_never_passes_for_a_deposit_not_made(
    client: httpx.Client, server: Server, pli: Pli, tmp_path: Path
) -> None:
    """A limit on the size of files stands for the disk: whoever runs the tests may set it."""
    path = on_disk(tmp_path, pli)

    def limited(size: int) -> tuple[int, str]:
        limit = f"import resource; resource.setrlimit(resource.RLIMIT_FSIZE, ({size},) * 2)"
        command = [sys.executable, "-c", f"{limit}; from reglo.cli import main; main()", "deposit"]
        command += [f"{server.url}/consultations/{REFERENCE}", str(path), *WHO]
        done = subprocess.run(command, capture_output=True, text=True, timeout=300, check=False)
        assert "Traceback" not in done.stderr, done.stderr
        return done.returncode, done.stdout + done.stderr

    status, said = limited(0)  # not even the address of the upload
    assert (status, "l'adresse de l'envoi se garde à côté du pli" in said) == (2, True), said
    status, said = limited(1000)  # the address, not the receipt
    assert (status, "Reçu : dernier octet le" in said, "Le dépôt est fait, mais" in said) == (
        0,
        True,
        True,
    ), said
    assert not (tmp_path / "alice.pli.recu.json").exists()
    assert deposit(server.port, path, *WHO)[0] == 0
    assert (tmp_path / "alice.pli.recu.json").exists()


def test_interrupted_it_says_how_to_go_on_once(pli: Pli, tmp_path: Path) -> None:
    with start(free_port(), on_disk(tmp_path, pli), *WHO) as running:
        assert running.stderr is not None
        assert "Coupure" in running.stderr.readline()
        running.send_signal(signal.SIGINT)
        _, told = running.communicate(timeout=300)
    assert running.returncode == 130
    assert "Relancez la même commande pour reprendre" in told
    assert told.count("Interrompu") == 1


@pytest.mark.parametrize(
    ("more", "said"),
    [
        (("--name", "A", "--email", "gaelle"), "n'est pas une adresse électronique"),
        (("--name", "A", "--email", "a@b.fr", "--siret", "123"), "il faut quatorze chiffres"),
        (("--name", "A", "--email", "a@b.fr", "--siret", "73282932000075"), "clé de contrôle"),
    ],
)
def test_who_deposits_is_checked_before_anything_is_sent(
    pli: Pli, tmp_path: Path, more: tuple[str, ...], said: str
) -> None:
    status, told = deposit(free_port(), on_disk(tmp_path, pli), *more)
    assert (status, said in told) == (2, True), told
