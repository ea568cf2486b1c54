"""A bidder seals a folder, a buyer opens it: through the commands, with real files."""

from __future__ import annotations

import json
import os
import stat
import subprocess
import sys
from hashlib import sha256
from pathlib import Path

import pytest
from typer.testing import CliRunner

from reglo.cli import app
from reglo.reading.rules import read_rules
from reglo.sealing.age import Identity
from reglo.sealing.opening_keys import OpeningKeys, compartments_of
from reglo.sealing.pli import envelope_of

RULES = Path(__file__).parents[2] / "examples" / "stands-de-tir" / "rules.yaml"


@pytest.fixture
def keys(tmp_path: Path) -> dict[str, Path]:
    """opening-keys.json in ``tmp_path``, and a key file per compartment."""
    loaded = read_rules(RULES)
    assert loaded.consultation is not None
    files, recipients = {}, {}
    for place, name in enumerate(compartments_of(loaded.consultation)):
        identity = Identity.generate()
        recipients[name] = identity.recipient
        files[name] = tmp_path / f"cle{place}.txt"
        files[name].write_text(identity.secret)
    published = OpeningKeys(
        consultation=loaded.consultation.reference, rules_sha256=loaded.digest, recipients=recipients
    )
    (tmp_path / "opening-keys.json").write_bytes(published.to_json())
    return files


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    reply = tmp_path / "reponse"
    for name in (
        "candidature/C1 - Pouvoirs.pdf",
        "offre/lot 1/O1 - AE.pdf",
        "offre/lot 2/O1 - AE.pdf",
        "note.txt",
    ):
        (reply / name).parent.mkdir(parents=True, exist_ok=True)
        (reply / name).write_bytes(name.encode() * 50)
    return reply


def call(*arguments: object) -> tuple[int, str]:
    result = CliRunner().invoke(app, [str(argument) for argument in arguments])
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    return result.exit_code, result.output


def sealed(tmp_path: Path, folder: Path, output: str = "alice.pli") -> tuple[int, str]:
    return call("seal", RULES, folder, "--keys", tmp_path / "opening-keys.json", "-o", tmp_path / output)


def opened(tmp_path: Path, keys: dict[str, Path], names: list[str], out: str) -> tuple[int, str]:
    given = [word for name in names for word in ("--key", f"{name}={keys[name]}")]
    return call("open", tmp_path / "alice.pli", "-o", tmp_path / out, *given)


def tree(folder: Path) -> dict[str, str]:
    return {
        str(path.relative_to(folder)): sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def test_what_is_sealed_is_opened_as_the_same_tree(
    tmp_path: Path, keys: dict[str, Path], folder: Path
) -> None:
    status, said = sealed(tmp_path, folder)
    assert status == 0, said
    assert "SCEAU-40" in said  # note.txt stands in no folder: with the bid, opened last
    assert "pièces manquent" in said
    assert "scellé tel quel" in said
    assert f"({(tmp_path / 'alice.pli').stat().st_size} octets, 4 documents)" in said
    assert stat.S_IMODE((tmp_path / "alice.pli.cle").stat().st_mode) == 0o600
    status, said = opened(tmp_path, keys, list(keys), "ouvert")
    assert (status, tree(tmp_path / "ouvert")) == (0, tree(folder)), said


def test_the_candidacies_open_first_and_one_lot_alone(
    tmp_path: Path, keys: dict[str, Path], folder: Path
) -> None:
    sealed(tmp_path, folder)
    opened(tmp_path, keys, ["candidacy/*"], "candidatures")
    assert list(tree(tmp_path / "candidatures")) == ["candidature/C1 - Pouvoirs.pdf"]
    opened(tmp_path, keys, ["bid/2"], "lot2")
    assert list(tree(tmp_path / "lot2")) == ["offre/lot 2/O1 - AE.pdf"]


def test_a_bad_path_is_answered_and_writes_nothing(
    tmp_path: Path, keys: dict[str, Path], folder: Path
) -> None:
    assert sealed(tmp_path, tmp_path / "absent")[0] == 2
    (tmp_path / "vide").mkdir()
    assert "SCEAU-43" in sealed(tmp_path, tmp_path / "vide")[1]
    (tmp_path / "opening-keys.json").write_text("{}")
    status, said = sealed(tmp_path, folder)
    assert (status, "SCEAU-10" in said, (tmp_path / "alice.pli").exists()) == (2, True, False)
    assert [path.name for path in tmp_path.glob(".*")] == []


def test_a_pli_goes_neither_into_its_own_folder_nor_under_a_file(
    tmp_path: Path, keys: dict[str, Path], folder: Path
) -> None:
    before = tree(tmp_path)
    status, said = sealed(tmp_path, folder, "reponse/alice.pli")
    assert (status, "le prochain pli le contiendrait, lui et sa clé" in said) == (2, True)
    status, said = sealed(tmp_path, folder, "opening-keys.json/alice.pli")
    assert (status, "un fichier porte le nom d'un de ses dossiers" in said) == (2, True)
    assert tree(tmp_path) == before


def test_what_is_left_out_empty_outside_or_of_other_rules_is_said(
    tmp_path: Path, keys: dict[str, Path], folder: Path
) -> None:
    (folder / "offre" / "lot 1" / "~$O1.docx").write_bytes(b"x")
    (folder / "offre" / "Thumbs.db").write_bytes(b"x")
    (folder / "offre" / "vide.pdf").write_bytes(b"")
    status, said = sealed(tmp_path, folder)
    assert status == 0, said
    assert "Thumbs.db" in said
    assert "~$O1.docx" in said
    assert "SCEAU-45 · « offre/vide.pdf » est vide" in said
    status, said = sealed(tmp_path, folder)
    assert (status, "existe déjà" in said, "--force" in said) == (2, True, False)
    (folder / "offre" / "lien.pdf").symlink_to(tmp_path / "opening-keys.json")
    status, said = sealed(tmp_path, folder, "b.pli")
    assert (status, "SCEAU-46" in said, (tmp_path / "b.pli").exists()) == (2, True, False)
    (folder / "offre" / "lien.pdf").unlink()
    other = tmp_path / "rules.yaml"
    other.write_text(RULES.read_text(encoding="utf-8") + "\n", encoding="utf-8")
    status, said = call(
        "seal", other, folder, "--keys", tmp_path / "opening-keys.json", "-o", tmp_path / "c.pli"
    )
    assert (status, "SCEAU-44" in said) == (0, True)


def test_a_pli_the_register_does_not_give_to_open_is_opened_but_said(
    tmp_path: Path, keys: dict[str, Path], folder: Path
) -> None:
    sealed(tmp_path, folder)
    data = (tmp_path / "alice.pli").read_bytes()
    entry = {"envelope_sha256": envelope_of(tmp_path / "alice.pli"), "size": len(data)}
    for state, said_so in (("received", False), ("replaced", True), ("withdrawn", True), (None, True)):
        deposits = [{**entry, "state": state}] if state else []
        (tmp_path / "registre.json").write_text(json.dumps({"deposits": deposits}))
        status, said = opened(tmp_path, keys, ["bid/1"], f"ouvert-{state}")
        assert (status, "DEPOT-44" in said) == (0, said_so), said


def test_every_file_is_sealed_however_its_name_is_written(
    tmp_path: Path, keys: dict[str, Path], folder: Path
) -> None:
    """Long, of another encoding, alike but for what cannot be seen, too deep: all are in the pli."""
    place = folder / "candidature"
    names = [
        "Mémoire technique et méthodologique " * 6 + ".pdf",
        "Kbis.pdf",
        "Kbis\u200b.pdf",
        "Kbis\u202e.pdf",
        os.fsdecode("attestation r\xe9sum\xe9.pdf".encode("latin-1")),
        "/".join("abcdefgh") + "/Kbis.pdf",
        "/".join("Xbcdefgh") + "/Kbis.pdf",
    ]
    for name in names:
        (place / name).parent.mkdir(parents=True, exist_ok=True)
        (place / name).write_text(f"contenu {names.index(name)}", encoding="utf-8")
    before = sorted(sha256(path.read_bytes()).hexdigest() for path in place.rglob("*.pdf"))
    status, said = sealed(tmp_path, folder)
    assert status == 0, said
    assert not {"\u200b", "\u202e"} & set(said)
    assert opened(tmp_path, keys, ["candidacy/*"], "ouvert")[0] == 0
    assert sorted(tree(tmp_path / "ouvert").values()) == before
    assert "Kbis (2).pdf" in said
    status, said = call("check-bid", RULES, folder, "--lot", "1")
    assert (status, "\ufffd" in said) == (1, True)


def test_opening_refuses_a_full_folder_a_wrong_key_and_what_is_no_pli(
    tmp_path: Path, keys: dict[str, Path], folder: Path
) -> None:
    sealed(tmp_path, folder)
    status, said = opened(tmp_path, keys, ["bid/1"], "reponse")
    assert (status, "existe déjà" in said) == (2, True)
    status, said = call("open", folder / "note.txt", "-o", tmp_path / "x", "--key", f"bid/1={keys['bid/1']}")
    assert (status, "SCEAU-20" in said) == (2, True)
    status, said = call(
        "open", tmp_path / "alice.pli", "-o", tmp_path / "x", "--key", f"bid/1={folder / 'note.txt'}"
    )
    assert status == 2
    (folder / "alea").write_bytes(b"\xa4")
    status, said = call(
        "open", tmp_path / "alice.pli", "-o", tmp_path / "x", "--key", f"bid/1={folder / 'alea'}"
    )
    assert (status, "ne se lit pas : ce n'est pas une clé age" in said) == (2, True)
    status, said = call(
        "open", tmp_path / "alice.pli", "-o", tmp_path / "y", "--key", f"bid/1={keys['bid/2']}"
    )
    assert status == 1, said  # this key opens another lot, not the one named


def test_two_holders_of_three_open_what_no_one_alone_can(tmp_path: Path, folder: Path) -> None:
    names = ("alice", "bob", "chloe")
    for name in names:
        (tmp_path / f"{name}.txt").write_text(f"la phrase de {name} est longue")
    holders = "".join(
        f"    - {{name: {name.title()} Martin, passphrase_file: {tmp_path / name}.txt}}\n" for name in names
    )
    (tmp_path / "plan.yaml").write_text(f"committee:\n  threshold: 2\n  holders:\n{holders}escrow: none\n")
    status, said = call("keys", "ceremony", RULES, "--plan", tmp_path / "plan.yaml", "-o", tmp_path / "cles")
    assert status == 0, said
    (tmp_path / "opening-keys.json").write_bytes((tmp_path / "cles" / "opening-keys.json").read_bytes())
    assert sealed(tmp_path, folder)[0] == 0

    reglo = str(Path(sys.executable).with_name("reglo"))
    command = [reglo, "open", tmp_path / "alice.pli", "-o", tmp_path / "ouvert", "--keys", tmp_path / "cles"]
    command += ["--rules", RULES, "--compartment", "bid/1", "--parts", tmp_path / "parts", "--wait", "10"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as opening:
        try:
            assert opening.stdout is not None
            opening.stdout.readline()
            recipient = opening.stdout.readline().strip()
            for place, name in enumerate(names[:2], 1):
                assert opening.poll() is None  # one share opens nothing
                package = tmp_path / "cles" / f"comite-{place}.paquet.age"
                phrase = tmp_path / f"{name}.txt"
                written = tmp_path / "parts" / f"{name}.part.age"
                given = ["--passphrase-file", phrase, "-o", written, "--compartment", "bid/1"]
                status, said = call("keys", "share", package, "--for", recipient, *given)
                assert status == 0, said
            out, errors = opening.communicate(timeout=300)
        finally:
            opening.kill()
    assert opening.returncode == 0, out + errors
    assert list(tree(tmp_path / "ouvert")) == ["offre/lot 1/O1 - AE.pdf"]


def test_no_key_is_even_shown_before_the_deadline_or_under_other_rules(tmp_path: Path, folder: Path) -> None:
    rules = tmp_path / "rules.yaml"
    rules.write_text(RULES.read_text(encoding="utf-8").replace("2026-02-18 12:00", "2099-02-18 12:00"))
    (tmp_path / "alice.txt").write_text("la phrase de alice est longue")
    plan = "committee:\n  threshold: 1\n  holders:\n    - {name: Alice}\nescrow: none\n"
    (tmp_path / "plan.yaml").write_text(plan)
    status, said = call("keys", "ceremony", rules, "--plan", tmp_path / "plan.yaml", "-o", tmp_path / "cles")
    assert status == 0, said
    pli = tmp_path / "alice.pli"
    assert call("seal", rules, folder, "--keys", tmp_path / "cles" / "opening-keys.json", "-o", pli)[0] == 0
    command = ["open", pli, "-o", tmp_path / "ouvert", "--keys", tmp_path / "cles"]
    command += ["--compartment", "bid/1", "--parts", tmp_path / "parts"]
    status, said = call(*command, "--rules", rules)
    assert (status, "GARDE-24" in said, "18/02/2099 à 12:00:00" in said) == (2, True, True)
    status, said = call(*command, "--rules", RULES)  # whose deadline is past, but which are not the keys' own
    assert (status, "GARDE-25" in said) == (2, True)
    status, said = call(*command)
    assert (status, "--rules" in said) == (2, True)
    assert not (tmp_path / "parts").exists()
    assert "age1" not in said


def test_a_disk_too_small_is_said_and_neither_a_pli_without_key_nor_a_document_stays(
    keys: dict[str, Path], folder: Path, tmp_path: Path
) -> None:
    """A limit on the size of files stands for the disk: whoever runs the tests may set it."""
    limited = (
        "import resource, sys; from reglo.__main__ import main;"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (int(sys.argv[1]),) * 2); sys.argv[:2] = ['reglo']; main()"
    )

    def call_limited(*arguments: object, limit: int) -> tuple[int, str]:
        command = [sys.executable, "-c", limited, str(limit), *map(str, arguments)]
        done = subprocess.run(command, capture_output=True, text=True, timeout=300, check=False)
        assert "Traceback" not in done.stderr
        return done.returncode, done.stderr

    (folder / "offre" / "lot 1" / "plan.bin").write_bytes(bytes(3_000_000))
    pli = tmp_path / "plis" / "alice.pli"
    sealing = ("seal", RULES, folder, "--keys", tmp_path / "opening-keys.json", "-o", pli)
    code, said = call_limited(*sealing, limit=1_000_000)
    assert (code, list(pli.parent.iterdir())) == (2, [])
    assert f"« {pli} » ne s'écrit pas" in said
    assert call_limited(*sealing, limit=-1)[0] == 0  # the same command, once there is room

    opening = (
        "open",
        pli,
        "-o",
        tmp_path / "ouvert",
        *(f"--key={name}={path}" for name, path in keys.items()),
    )
    code, said = call_limited(*opening, limit=1_000_000)
    assert (code, (tmp_path / "ouvert").exists()) == (2, False)
    assert "rien n'est gardé de « alice.pli »" in said
    assert call_limited(*opening, limit=-1)[0] == 0
