"""Seal then open gives the same bytes; tar and age alone do too; every alteration is said."""

from __future__ import annotations

import json
import random
import shutil
import subprocess
import tarfile
from hashlib import sha256
from io import BytesIO
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reglo.procurement.findings import Refused
from reglo.sealing import age
from reglo.sealing.bid_opening import open_pli
from reglo.sealing.bid_sealing import Document, SealedPli, padded_total, seal_bid
from reglo.sealing.opening_keys import OpeningKeys, read_opening_keys
from reglo.sealing.pli import BLOCK, RECORD, entry_header, read_header, safe_name

IDENTITIES = {
    name: age.Identity(sha256(name.encode()).digest()) for name in ("candidacy/1", "bid/1", "bid/2")
}
KEYS = OpeningKeys(
    consultation="ESSAI-1",
    rules_sha256="0" * 64,
    recipients={name: identity.recipient for name, identity in IDENTITIES.items()},
)
CANARY = b"CANARI-prix-659764-EUR"


def files(folder: Path) -> list[Document]:
    """Four documents of three compartments, one empty, one longer than two chunks."""
    contents = {
        ("candidacy/1", "C1 - DC1.pdf"): CANARY + b" pouvoirs",
        ("bid/1", "lot 1/O1 - AE.pdf"): CANARY * 10_000,
        ("bid/1", "lot 1/O2 - BPU.xlsx"): b"",
        ("bid/2", "O1 - Été œuvre.pdf"): random.Random(1).randbytes(70_000),
    }
    documents = []
    for place, ((compartment, name), data) in enumerate(contents.items()):
        path = folder / f"source{place}"
        path.write_bytes(data)
        documents.append(Document(path=path, name=name, compartment=compartment, piece=name[:2]))
    return documents


def sealed(folder: Path) -> tuple[Path, SealedPli]:
    path = folder / "alice.pli"
    with path.open("wb") as sink:
        result = seal_bid(keys=KEYS, documents=files(folder), bidder={"name": "Alice SARL"}, sink=sink)
    return path, result


def test_seal_then_open_gives_the_same_bytes(tmp_path: Path) -> None:
    path, result = sealed(tmp_path)
    assert path.stat().st_size == result.size
    opened = open_pli(path, IDENTITIES, tmp_path / "out")
    assert opened.findings == ()
    assert opened.bidder == {"name": "Alice SARL"}
    assert {(document.name, document.sha256) for document in opened.documents} == {
        (entry.document.name, entry.sha256) for entry in result.documents
    }
    for document in opened.documents:
        assert sha256(document.path.read_bytes()).hexdigest() == document.sha256
    assert not (tmp_path / "out" / "non-verifies").exists()


def test_stages_open_separately(tmp_path: Path) -> None:
    path, _ = sealed(tmp_path)
    opened = open_pli(path, {"candidacy/1": IDENTITIES["candidacy/1"]}, tmp_path / "out")
    assert [document.name for document in opened.documents] == ["C1 - DC1.pdf"]
    assert opened.findings == ()


def test_tar_and_age_alone_open_a_document(tmp_path: Path) -> None:
    if shutil.which("age") is None:
        pytest.skip("la commande age est absente ; script/test l'installe en root")
    path, result = sealed(tmp_path)
    subprocess.run(["tar", "xf", path, "-C", tmp_path], check=True)
    entry = result.documents[1]
    (tmp_path / "key").write_text(IDENTITIES["bid/1"].secret)
    blob = tmp_path / "blobs" / f"{entry.blob}.age"
    done = subprocess.run(["age", "-d", "-i", tmp_path / "key", blob], capture_output=True, check=True)
    assert sha256(done.stdout).hexdigest() == entry.sha256


def test_the_server_sees_neither_names_nor_kinds_nor_content(tmp_path: Path) -> None:
    path, result = sealed(tmp_path)
    data = path.read_bytes()
    for secret in (CANARY, b"C1 - DC1", b"O2 - BPU.xlsx", b"Alice SARL", b"candidacy"):
        assert secret not in data
    header = read_header(path)
    assert len(header.blobs) == len(result.documents) + 3 + 1  # manifests, padding
    assert header.consultation == "ESSAI-1"


def test_the_total_length_takes_few_values(tmp_path: Path) -> None:
    path, _ = sealed(tmp_path)
    total = sum(blob.size for blob in read_header(path).blobs)
    assert padded_total(total) - total < 17  # the tag of one more chunk cannot always be placed


@given(size=st.integers(min_value=2, max_value=2**40))
def test_padding_costs_at_most_twelve_percent(size: int) -> None:
    assert size <= padded_total(size) <= size * 1.12 + 1
    assert padded_total(padded_total(size)) == padded_total(size)


def test_a_file_that_changes_while_it_is_sealed_stops_the_sealing(tmp_path: Path) -> None:
    documents = files(tmp_path)
    victim = documents[1].path

    def change(done: int, total: int) -> None:
        victim.write_bytes(b"autre")

    with pytest.raises(Refused, match="SCEAU-22"):
        seal_bid(keys=KEYS, documents=documents, bidder={}, sink=BytesIO(), progress=change)


def test_no_key_published_for_a_compartment_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "a"
    path.write_bytes(b"x")
    with pytest.raises(Refused, match="SCEAU-23"):
        seal_bid(
            keys=KEYS,
            documents=[Document(path=path, name="a", compartment="bid/9")],
            bidder={},
            sink=BytesIO(),
        )


def test_a_flipped_byte_anywhere_is_said_and_the_rest_is_opened(tmp_path: Path) -> None:
    path, result = sealed(tmp_path)
    original = path.read_bytes()
    header = read_header(path)
    sums = {entry.sha256 for entry in result.documents}
    chance = random.Random(20261121)
    for turn in range(60):
        blob = chance.choice(header.blobs)
        place = blob.offset + chance.randrange(blob.size)
        changed = bytearray(original)
        changed[place] ^= 1 << chance.randrange(8)
        path.write_bytes(changed)
        opened = open_pli(path, IDENTITIES, tmp_path / f"out{turn}")
        assert opened.findings, f"octet {place}"
        assert {document.sha256 for document in opened.documents} <= sums
        for document in opened.documents:
            assert sha256(document.path.read_bytes()).hexdigest() == document.sha256


def test_every_altered_or_cut_header_is_refused_or_harmless(tmp_path: Path) -> None:
    path, _ = sealed(tmp_path)
    original = path.read_bytes()
    size = json.loads(original[512 : original.index(b"}]", 512) + 2] + b"}")["blobs"][0]["size"]
    assert size
    for cut in (0, 1, 511, 512, 600, 2000, len(original) // 2):
        path.write_bytes(original[:cut])
        with pytest.raises(Refused, match="SCEAU-20"):
            read_header(path)


def repacked(path: Path, change) -> None:
    """Rebuild the archive with its header (a dict) and its blobs (a dict) changed by hand."""
    with tarfile.open(path) as archive:
        held = {info.name: archive.extractfile(info).read() for info in archive}
    header = json.loads(held.pop("pli.json"))
    change(header, held)
    made = b""
    for name, data in {"pli.json": json.dumps(header).encode(), **held}.items():
        made += entry_header(name, len(data)) + data + bytes(-len(data) % BLOCK)
    path.write_bytes(made + bytes(-(-(len(made) + 2 * BLOCK) // RECORD) * RECORD - len(made)))


def test_a_blob_named_by_the_manifest_and_missing_is_said(tmp_path: Path) -> None:
    path, result = sealed(tmp_path)
    gone = result.documents[1].blob

    def remove(header, held) -> None:
        header["blobs"] = [blob for blob in header["blobs"] if blob["id"] != gone]
        del held[f"blobs/{gone}.age"]

    repacked(path, remove)
    opened = open_pli(path, IDENTITIES, tmp_path / "out")
    assert [finding.code for finding in opened.findings] == ["SCEAU-33"]
    assert len(opened.documents) == 3


def test_a_blob_slipped_in_after_sealing_is_set_aside(tmp_path: Path) -> None:
    path, _ = sealed(tmp_path)
    extra = BytesIO()
    age.seal(BytesIO(b"intrus"), extra, recipients=[KEYS.recipients["bid/1"]])

    def add(header, held) -> None:
        header["blobs"].append({"id": "f" * 32, "size": len(extra.getvalue())})
        held[f"blobs/{'f' * 32}.age"] = extra.getvalue()

    repacked(path, add)
    opened = open_pli(path, IDENTITIES, tmp_path / "out")
    assert [finding.code for finding in opened.findings] == ["SCEAU-31"]
    assert (tmp_path / "out" / "non-verifies" / ("f" * 32)).read_bytes() == b"intrus"


def test_a_lying_size_in_the_header_is_refused(tmp_path: Path) -> None:
    path, _ = sealed(tmp_path)

    def lie(header, held) -> None:
        header["blobs"][0]["size"] += 1

    repacked(path, lie)
    with pytest.raises(Refused, match="déclare"):
        read_header(path)


def test_an_entry_of_less_than_no_byte_is_refused_and_read_once(tmp_path: Path) -> None:
    """A size of -512 would lead back to the same header, for ever."""
    path, _ = sealed(tmp_path)
    data = path.read_bytes()
    for size in (-512, -1):
        path.write_bytes(entry_header("pli.json", size) + data[512:])
        with pytest.raises(Refused, match="SCEAU-20"):
            read_header(path)
    place = data.index(b"blobs/")
    path.write_bytes(
        data[:place] + entry_header(data[place : place + 42].decode(), -512) + data[place + 512 :]
    )
    with pytest.raises(Refused, match="SCEAU-20"):
        read_header(path)


@pytest.mark.parametrize(
    "name",
    [
        "../../etc/passwd",
        "/etc/passwd",
        "a\x00b",
        "x" * 1000,
        "..",
        "",
        "a/../b",
        "C:\\x",
        "é" * 300 + ".pdf",
    ],
)
def test_a_hostile_name_in_a_manifest_never_leaves_the_folder(tmp_path: Path, name: str) -> None:
    source = tmp_path / "source"
    source.write_bytes(b"contenu")
    path = tmp_path / "b.pli"
    with path.open("wb") as sink:
        seal_bid(
            keys=KEYS,
            documents=[Document(path=source, name=name, compartment="bid/1")],
            bidder={},
            sink=sink,
        )
    opened = open_pli(path, IDENTITIES, tmp_path / "out")
    assert [finding.code for finding in opened.findings] == ["SCEAU-34"]
    (document,) = opened.documents
    assert document.path.resolve().is_relative_to((tmp_path / "out").resolve())
    assert document.path.read_bytes() == b"contenu"


@given(name=st.text(max_size=400))
def test_a_safe_name_is_safe_and_stays_as_it_is(name: str) -> None:
    safe = safe_name(name)
    assert safe == safe_name(safe)
    assert not safe.startswith("/")
    assert all(part not in ("", ".", "..") and len(part.encode()) <= 255 for part in safe.split("/"))


def test_published_keys_are_read_back_and_checked() -> None:
    assert read_opening_keys(KEYS.to_json()) == KEYS
    for bad in (
        b"",
        b"[]",
        b"{}",
        b'{"format": "reglo-opening-keys/1"}',
        KEYS.to_json().replace(b"age1", b"age2"),
    ):
        with pytest.raises(Refused):
            read_opening_keys(bad)


def many_tiny_documents(folder: Path, count: int) -> None:
    source = folder / "x"
    source.write_bytes(b"x")
    documents = [Document(path=source, name=f"{place}.txt", compartment="bid/1") for place in range(count)]
    path = folder / "many.pli"
    with path.open("wb") as sink:
        seal_bid(keys=KEYS, documents=documents, bidder={}, sink=sink)
    opened = open_pli(path, {"bid/1": IDENTITIES["bid/1"]}, folder / "out")
    assert (len(opened.documents), opened.findings) == (count, ())


def test_a_thousand_tiny_documents_are_sealed_and_opened(tmp_path: Path) -> None:
    many_tiny_documents(tmp_path, 1_000)


@pytest.mark.long
def test_ten_thousand_tiny_documents_are_sealed_and_opened(tmp_path: Path) -> None:
    many_tiny_documents(tmp_path, 10_000)


# --- Names nobody would choose, that the format lets a hostile program write --------------------


def opened_with(folder: Path, names: list[str]) -> dict[str, bytes]:
    """Seal a document under each name, open, and hold what is on disk against what was sealed."""
    documents, contents = [], {}
    folder.mkdir(exist_ok=True)
    for place, name in enumerate(names):
        source = folder / f"source{place}"
        source.write_bytes(contents.setdefault(place, f"contenu {place}".encode()))
        documents.append(Document(path=source, name=name, compartment="bid/1"))
    path = folder / "b.pli"
    with path.open("wb") as sink:
        seal_bid(keys=KEYS, documents=documents, bidder={}, sink=sink)
    before = set(folder.rglob("*"))
    opened = open_pli(path, IDENTITIES, folder / "out")
    written = {each for each in folder.rglob("*") if each.is_file()} - before
    assert all(each.resolve().is_relative_to((folder / "out").resolve()) for each in written)
    assert sorted(each.read_bytes() for each in written) == sorted(contents.values())
    assert len({document.path for document in opened.documents}) == len(names)
    return {str(each.relative_to(folder / "out")): each.read_bytes() for each in written}


@pytest.mark.parametrize(
    "names",
    [
        ["é" * 120 + ".pdf"] * 3,  # twice the same, as long as a name may be
        ["x" * 255, "x" * 255],
        ["a", "a/b", "a/b/c", "a"],  # a file and a folder of one name
        ["a/b", "a"],
        ["non-verifies", "non-verifies/x", "non-verifies/" + "0" * 32],
        ["/".join(["d" * 250] * 20) + "/x.pdf"],  # longer than a system lets a path be
        ["A.pdf", "a.pdf", "a.PDF"],
        ["e\u0301.pdf", "\u00e9.pdf"],
        ["a\u202egpj.exe", "\ufeffx", "\u200b"],
        ["CON", "nul.txt", "com1"],
    ],
)
def test_names_that_clash_or_do_not_fit_lose_nothing_and_stay_inside(
    tmp_path: Path, names: list[str]
) -> None:
    assert len(opened_with(tmp_path / "bid", names)) == len(names)


@given(names=st.lists(st.text(max_size=40), min_size=1, max_size=4))
@settings(max_examples=25, deadline=None)
def test_any_names_at_all_lose_nothing_and_stay_inside(
    tmp_path_factory: pytest.TempPathFactory, names: list[str]
) -> None:
    assert len(opened_with(tmp_path_factory.mktemp("n"), names)) == len(names)
