"""The age format: the public vectors, other implementations both ways, alterations, memory."""

from __future__ import annotations

import hashlib
import json
import random
import shutil
import subprocess
import zlib
from base64 import b64decode
from io import BytesIO
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reglo.procurement.findings import Refused
from reglo.sealing import age

VECTORS = json.loads((Path(__file__).parent.parent / "vectors" / "age" / "cctv.json").read_text())
REFUSALS = {
    "header failure": {"SCEAU-01", "SCEAU-02", "SCEAU-03"},  # a missing nonce is a cut file, to us
    "HMAC failure": {"SCEAU-03"},
    "payload failure": {"SCEAU-03"},
    "no match": {"SCEAU-02"},
}


def vector(name: str) -> tuple[dict[str, str], bytes]:
    head, _, body = b64decode(VECTORS[name]).partition(b"\n\n")
    facts = dict(line.split(": ", 1) for line in head.decode().splitlines() if ": " in line)
    return facts, zlib.decompress(body) if facts.get("compressed") == "zlib" else body


@pytest.mark.parametrize("name", sorted(VECTORS))
def test_c2sp_vector(name: str) -> None:
    facts, file = vector(name)
    plain = BytesIO()

    def open_it() -> None:
        if "passphrase" in facts:
            age.open_with_passphrase(BytesIO(file), plain, passphrase=facts["passphrase"])
        else:
            given = [age.Identity.parse(facts["identity"])] if "identity" in facts else []
            age.open_sealed(BytesIO(file), plain, identities=given)

    if facts["expect"] == "success":
        open_it()
        assert hashlib.sha256(plain.getvalue()).hexdigest() == facts["payload"]
    else:
        with pytest.raises(Refused) as refused:
            open_it()
        assert refused.value.findings[0].code in REFUSALS[facts["expect"]], facts


def sealed(data: bytes, key: age.Identity) -> bytes:
    sink = BytesIO()
    age.seal(BytesIO(data), sink, recipients=[key.recipient])
    return sink.getvalue()


def opened(file: bytes, key: age.Identity) -> bytes:
    sink = BytesIO()
    age.open_sealed(BytesIO(file), sink, identities=[key])
    return sink.getvalue()


SIZES = [0, 1, 65535, 65536, 65537, 131072, 200_001]


@pytest.mark.parametrize("size", SIZES)
def test_what_is_sealed_opens_to_the_same_bytes_and_its_size_was_known(size: int) -> None:
    key, data = age.Identity.generate(), random.Random(size).randbytes(size)
    file = sealed(data, key)
    assert opened(file, key) == data
    assert len(file) == age.sealed_size(size)
    assert age.answers(BytesIO(file), key)
    assert not age.answers(BytesIO(file), age.Identity.generate())


@pytest.mark.parametrize("size", SIZES)
def test_pyrage_opens_ours_and_we_open_pyrages(size: int) -> None:
    pyrage = pytest.importorskip("pyrage", reason="pyrage n'est pas installé")
    theirs, data = pyrage.x25519.Identity.generate(), random.Random(size).randbytes(size)
    ours = age.Identity.parse(str(theirs))
    assert ours.recipient == str(theirs.to_public())
    assert pyrage.decrypt(sealed(data, ours), [theirs]) == data
    assert opened(pyrage.encrypt(data, [theirs.to_public()]), ours) == data


@pytest.mark.parametrize("size", SIZES)
def test_debians_age_opens_ours_and_we_open_its(tmp_path: Path, size: int) -> None:
    if shutil.which("age") is None:
        pytest.skip("la commande age est absente ; script/test l'installe en root")
    key, data = age.Identity.generate(), random.Random(size).randbytes(size)
    (tmp_path / "key").write_text(key.secret + "\n")
    (tmp_path / "ours").write_bytes(sealed(data, key))
    done = subprocess.run(
        ["age", "-d", "-i", tmp_path / "key", tmp_path / "ours"], capture_output=True, check=True
    )
    assert done.stdout == data
    done = subprocess.run(["age", "-r", key.recipient], input=data, capture_output=True, check=True)
    assert opened(done.stdout, key) == data


def test_a_passphrase_opens_and_a_wrong_one_does_not() -> None:
    file, plain = BytesIO(), BytesIO()
    age.seal_with_passphrase(BytesIO(b"part"), file, passphrase="lune rousse", work=10)
    age.open_with_passphrase(BytesIO(file.getvalue()), plain, passphrase="lune rousse")
    assert plain.getvalue() == b"part"
    with pytest.raises(Refused, match="SCEAU-02"):
        age.open_with_passphrase(BytesIO(file.getvalue()), BytesIO(), passphrase="lune bleue")


def test_every_flipped_bit_of_a_sealed_file_is_detected() -> None:
    key = age.Identity.generate()
    file = sealed(b"montant : 659 764,00 EUR HT", key)
    for place in range(len(file)):
        changed = bytearray(file)
        changed[place] ^= 1 << place % 8
        with pytest.raises(Refused):
            opened(bytes(changed), key)


@given(cut=st.integers(min_value=0, max_value=70_000))
def test_every_truncation_is_detected(cut: int) -> None:
    key = age.Identity(bytes(range(32)))
    file = sealed(bytes(70_000), key)
    if cut < len(file):
        with pytest.raises(Refused):
            opened(file[:cut], key)


@pytest.mark.parametrize(
    "text", ["", "age1", "AGE-SECRET-KEY-1", "age1" + "q" * 58, "clé", "AGE-secret-key-1QQ"]
)
def test_a_key_with_a_wrong_letter_is_refused_without_being_shown(text: str) -> None:
    with pytest.raises(Refused, match="SCEAU-04"):
        age.Identity.parse(text)
    with pytest.raises(Refused, match="SCEAU-04"):
        age.seal(BytesIO(), BytesIO(), recipients=[text])


def test_an_identity_never_prints_its_secret() -> None:
    key = age.Identity.generate()
    assert key.secret not in f"{key!r} {key}"
    assert str(key.seed) not in repr(key)
