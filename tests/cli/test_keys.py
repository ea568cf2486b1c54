"""``reglo keys`` as people run it: a ceremony, its rehearsal, shares, a holder replaced."""

from __future__ import annotations

import re
import shutil
from base64 import b64encode
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from io import BytesIO
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from pypdf import PdfReader
from tests.cli.terminal import converse
from typer.testing import CliRunner, Result

from reglo.cli import app
from reglo.sealing.age import Identity
from reglo.sealing.amendments import read_amendment
from reglo.sealing.custody import combine, open_contribution, open_package, read_record
from reglo.sealing.opening_keys import read_opening_keys

RULES = Path(__file__).parent.parent.parent / "examples" / "amo-domaine-de-loos" / "rules.yaml"
PLAN = """
committee:
  threshold: 2
  holders:
    - {{name: Alice, passphrase_file: alice.txt, alternate: {{name: Ana, recipient: {ana}}}}}
    - {{name: Bob, recipient: {bob}}}
    - {{name: Chloé, alternate: {{name: Cyril, recipient: {cyril}}}}}
escrow:
  threshold: 1
  holders:
    - {{name: Archives, recipient: {archives}}}
"""


def run(*arguments: object) -> Result:
    return CliRunner(env={"COLUMNS": "100"}).invoke(app, ["keys", *map(str, arguments)])


def words_of(pdf: Path) -> str:
    [page] = PdfReader(BytesIO(pdf.read_bytes())).pages
    text = page.extract_text()
    table = text[text.index("en mots") : text.index("À taper dans")]
    found = {int(number): word for number, word in re.findall(r"(\d+)\s+([^\W\d]+)", table)}
    return " ".join(found[number] for number in range(1, 25))


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder where a ceremony was held: keys/, and the secrets of each person in files."""
    home = tmp_path_factory.mktemp("mairie")
    keys = {name: Identity.generate() for name in ("ana", "bob", "cyril", "archives")}
    for name, key in keys.items():
        (home / f"{name}.txt").write_text(f"# created: today\n{key.secret}\n", encoding="ascii")
    (home / "alice.txt").write_text("une phrase assez longue\n", encoding="utf-8")
    plan = PLAN.format(**{name: key.recipient for name, key in keys.items()})
    (home / "plan.yaml").write_text(plan, encoding="utf-8")
    result = run("ceremony", RULES, "--plan", home / "plan.yaml", "-o", home / "keys")
    assert result.exit_code == 0, result.output
    (home / "chloe.txt").write_text(words_of(home / "keys" / "a-imprimer" / "comite-3.pdf"), encoding="utf-8")
    return home


def everybody(town: Path) -> list[str]:
    people = {"comite-1": "alice", "comite-2": "bob", "comite-3": "chloe", "sequestre-1": "archives"}
    return [f"--secret={holder}={town / name}.txt" for holder, name in people.items()]


def test_a_ceremony_leaves_public_files_and_sealed_packages_for_their_owner_alone(town: Path) -> None:
    files = sorted(path.relative_to(town / "keys").as_posix() for path in (town / "keys").rglob("*.*"))
    assert files == [
        "a-imprimer/comite-3.pdf",
        "comite-1.cle.age",
        "comite-1.paquet.age",
        "comite-2.paquet.age",
        "comite-3.paquet.age",
        "custody.json",
        "opening-keys.json",
        "sequestre-1.paquet.age",
    ]
    assert {(town / "keys" / file).stat().st_mode & 0o777 for file in files} == {0o600}
    assert (town / "keys").stat().st_mode & 0o777 == 0o700


def test_no_secret_is_in_clear_in_the_files_of_a_ceremony(town: Path) -> None:
    """V2: seeds, shares and identities, searched raw, in hexadecimal, base64 and bech32."""
    archives = Identity.parse((town / "archives.txt").read_text())
    package = open_package((town / "keys" / "sequestre-1.paquet.age").read_bytes(), [archives])
    keys = read_opening_keys((town / "keys" / "opening-keys.json").read_bytes())
    record = read_record((town / "keys" / "custody.json").read_bytes())
    from reglo.sealing.custody import contribution

    opened = combine(keys, record, [contribution(package)], record.compartments)
    seeds = [identity.seed for identity in opened.identities.values()]
    hunted = [
        *(share.encode() for share in package.shares.values()),
        *(canary.encode() for canary in package.canaries),
        *seeds,
        *(seed.hex().encode() for seed in seeds),
        *(b64encode(seed)[:40] for seed in seeds),
        *(identity.secret.encode() for identity in opened.identities.values()),
        (town / "alice.txt").read_bytes().strip(),
    ]
    files = [path.read_bytes() for path in (town / "keys").rglob("*") if path.is_file()]
    files += [PdfReader(path).pages[0].extract_text().encode() for path in (town / "keys").rglob("*.pdf")]
    assert len(files) == 9
    assert [secret for secret in hunted for data in files if secret in data] == []


def test_a_rehearsal_with_everybody_lets_the_publication_go(town: Path) -> None:
    before = run("check", town / "keys", "--rules", RULES)
    assert before.exit_code == 1
    assert "GARDE-32" in before.output
    first = run("rehearse", town / "keys", *everybody(town)[:2])
    assert first.exit_code == 1
    assert "Comité : paquets ouverts, 2 sur 3 ; le pli factice s'ouvre." in first.output
    second = run("rehearse", town / "keys", *everybody(town))
    assert second.exit_code == 0, second.output
    assert "La publication peut avoir lieu." in second.output
    assert (town / "keys" / "repetition-2.json").stat().st_mode & 0o777 == 0o600
    after = run("check", town / "keys", "--rules", RULES)
    assert after.exit_code == 0
    assert "La publication peut avoir lieu." in after.output


@pytest.mark.parametrize(
    ("package", "option"),
    [
        ("comite-1", "--passphrase-file=alice.txt"),
        ("comite-1", "--key=ana.txt"),
        ("comite-2", "--key=bob.txt"),
        ("comite-3", "--key=chloe.txt"),
        ("comite-3", "--key=cyril.txt"),
    ],
)
def test_a_share_goes_to_the_opening_machine_for_the_compartments_asked_only(
    town: Path, tmp_path: Path, package: str, option: str
) -> None:
    worker = Identity.generate()
    name, _, file = option.partition("=")
    result = run(
        "share", town / "keys" / f"{package}.paquet.age", "--for", worker.recipient,
        "--compartment", "candidacy/1", f"{name}={town / file}", "-o", tmp_path / "part",
    )  # fmt: skip
    assert result.exit_code == 0, result.output
    brought = open_contribution((tmp_path / "part").read_bytes(), worker)
    assert (brought.holder, list(brought.shares), brought.canary) == (package, ["candidacy/1"], "")


def test_no_real_share_is_given_before_the_deadline_whoever_asks(town: Path, tmp_path: Path) -> None:
    """Design, third walk: the deadline passes, then k members give their shares, not the other way round."""
    late = f"{datetime.now(ZoneInfo('Europe/Paris')) + timedelta(days=2):%Y-%m-%d %H:%M} Europe/Paris"
    rules = tmp_path / "rules.yaml"
    text = (RULES.parents[1] / "commissariat-vaulx" / "rules.yaml").read_text(encoding="utf-8")
    rules.write_text(re.sub(r"(submission_deadline:) 2026.*", rf"\1 {late}", text), encoding="utf-8")
    born = run("ceremony", rules, "--plan", town / "plan.yaml", "-o", tmp_path / "keys")
    assert born.exit_code == 0, born.output
    worker = Identity.generate().recipient
    asked = (
        "share",
        tmp_path / "keys" / "comite-2.paquet.age",
        "--key",
        town / "bob.txt",
        "-o",
        tmp_path / "part",
    )
    refused = run(*asked, "--for", worker, "--compartment", "candidacy/1", "--compartment", "bid/1")
    assert refused.exit_code == 2
    assert refused.stderr.count("GARDE-27") == 2
    assert "À qui la demande plus tôt, refusez" in " ".join(refused.stderr.split())
    assert not (tmp_path / "part").exists()
    rehearsed = run(*asked, "--for", f"{worker}/3", "--rehearsal")  # the dummy share is no secret
    assert rehearsed.exit_code == 0, rehearsed.output
    (tmp_path / "denis.yaml").write_text("{name: Denis}", encoding="utf-8")
    moved = run(
        "replace", tmp_path / "keys", "--leaving", "comite-1", "--joining", tmp_path / "denis.yaml",
        "-o", tmp_path / "new", f"--secret=comite-2={town / 'bob.txt'}",
        f"--secret=comite-3={town / 'cyril.txt'}",
    )  # fmt: skip
    assert moved.exit_code == 0, moved.output  # before the deadline, all of them at one table
    again = read_record((tmp_path / "new" / "custody.json").read_bytes())
    package = open_package(
        (tmp_path / "new" / "comite-2.paquet.age").read_bytes(),
        [Identity.parse((town / "bob.txt").read_text())],
    )
    assert package.deadlines == again.deadlines != {}


def test_a_compartment_whose_rules_give_no_deadline_is_said_so_and_its_shares_stay(
    town: Path, tmp_path: Path
) -> None:
    """A two-phase procedure: bids have no deadline yet, an act sets it and nothing is given before it."""
    born = run("ceremony", RULES, "--plan", town / "plan.yaml", "-o", tmp_path / "keys")
    assert (born.exit_code, born.stderr.count("GARDE-26")) == (0, 1)
    assert "« bid/1 »" in born.stderr
    worker = Identity.generate()
    asked = [
        "share", tmp_path / "keys" / "comite-2.paquet.age", "--for", worker.recipient,
        "--key", town / "bob.txt", "-o", tmp_path / "part", "--compartment",
    ]  # fmt: skip
    refused = run(*asked, "bid/1")
    assert refused.exit_code == 2
    assert "GARDE-26" in refused.stderr
    given = run(*asked, "candidacy/1")
    assert "celle de la cérémonie : aucun rectificatif n'est à côté du paquet" in given.output
    text = RULES.read_text(encoding="utf-8")
    limit = f"{datetime.now(ZoneInfo('Europe/Paris')) + timedelta(days=2):%Y-%m-%d %H:%M} Europe/Paris"
    invited = tmp_path / "invited.yaml"
    invited.write_text(
        text.replace("  candidacy_deadline:", f"  submission_deadline: {limit}\n  candidacy_deadline:"),
        encoding="utf-8",
    )
    said = run("amend", tmp_path / "keys", "--rules", invited)
    assert (said.exit_code, "pour bid/1" in said.output) == (0, True), said.output
    early = run(*asked, "bid/1")
    assert (early.exit_code, "GARDE-27" in early.stderr) == (2, True), early.output
    path = tmp_path / "keys" / "rectificatif-1.json"
    act = read_amendment(path.read_bytes())
    past = {**act.deadlines, "bid/1": datetime.now(UTC) - timedelta(minutes=1)}  # as if days had gone by
    long_ago = replace(act, deadlines=past, at=datetime.now(UTC) - timedelta(days=3))
    path.write_bytes(long_ago.to_json())
    given = run(*asked, "bid/1")
    assert given.exit_code == 0, given.output
    assert list(open_contribution((tmp_path / "part").read_bytes(), worker).shares) == ["bid/1"]
    assert f"fixée par le seul rectificatif n° 1, d'empreinte {long_ago.digest}" in given.output
    path.write_bytes(replace(long_ago, consultation="2026-99").to_json())
    other = run(*asked, "bid/1")
    assert (other.exit_code, "est de la consultation « 2026-99 »" in " ".join(other.stderr.split())) == (
        2,
        True,
    )


def test_a_holder_is_replaced(town: Path, tmp_path: Path) -> None:
    (tmp_path / "denis.yaml").write_text("{name: Denis, alternate: {name: Dora}}", encoding="utf-8")
    asked = ("replace", town / "keys", "--leaving", "comite-2", "--joining", tmp_path / "denis.yaml")
    alone = run(*asked, everybody(town)[0], "-o", tmp_path / "new")
    assert alone.exit_code == 2
    assert "Pas assez de parts" in alone.stderr
    assert not (tmp_path / "new").exists()
    result = run(*asked, everybody(town)[0], everybody(town)[2], "-o", tmp_path / "new")
    assert result.exit_code == 0, result.output
    for name in ("sequestre-1.paquet.age", "comite-1.cle.age"):
        assert (tmp_path / "new" / name).read_bytes() == (town / "keys" / name).read_bytes()
    assert sorted(path.name for path in (tmp_path / "new" / "a-imprimer").iterdir()) == [
        "comite-2b-suppleant.pdf",
        "comite-2b.pdf",
    ]
    (tmp_path / "denis.txt").write_text(
        words_of(tmp_path / "new" / "a-imprimer" / "comite-2b.pdf"), encoding="utf-8"
    )
    rehearsed = run(
        "rehearse", tmp_path / "new", f"--secret=comite-2b={tmp_path / 'denis.txt'}",
        *(each for each in everybody(town) if "comite-2" not in each),
    )  # fmt: skip
    assert rehearsed.exit_code == 0, rehearsed.output


def test_every_wrong_secret_is_named_by_its_holder_and_its_file(town: Path, tmp_path: Path) -> None:
    (tmp_path / "phrase.txt").write_text("une autre phrase longue", encoding="utf-8")
    (tmp_path / "cle.txt").write_text(Identity.generate().secret, encoding="ascii")
    words = (town / "chloe.txt").read_text(encoding="utf-8").split()
    (tmp_path / "mots.txt").write_text("\n".join([words[1], words[0], *words[2:]]), encoding="utf-8")
    wrong = {"comite-1": "phrase.txt", "comite-2": "cle.txt", "comite-3": "mots.txt"}
    secrets = [f"--secret={holder}={tmp_path / file}" for holder, file in wrong.items()]
    before = sorted(path.name for path in (town / "keys").iterdir())
    (tmp_path / "denis.yaml").write_text("name: Denis", encoding="utf-8")
    replacing = ("--leaving", "sequestre-1", "--joining", tmp_path / "denis.yaml", "-o", tmp_path / "new")
    for act in (("rehearse", town / "keys"), ("replace", town / "keys", *replacing)):
        result = run(*act, *secrets, f"--secret=sequestre-1={town / 'ana.txt'}")
        assert result.exit_code == 2
        said = result.stderr.splitlines()
        assert [line.partition(" · ")[0] for line in said] == [
            f"{tmp_path}/phrase.txt pour comite-1 (Alice ou Ana)",
            f"{tmp_path}/cle.txt pour comite-2 (Bob)",
            f"{tmp_path}/mots.txt pour comite-3 (Chloé ou Cyril)",
            f"{town}/ana.txt pour sequestre-1 (Archives)",
        ]
        assert "cette clé (Alice)" in said[0]
        assert f"n'ouvre pas « {town}/keys/comite-2.paquet.age »" in said[1]
        assert "n° 1 et n° 2" in said[2]
        assert "est celui de comite-1 (Alice ou Ana). Donnez celui de Archives" in said[3]
    assert sorted(path.name for path in (town / "keys").iterdir()) == before
    assert not (tmp_path / "new").exists()


def test_a_passphrase_whose_locked_key_is_elsewhere_is_not_taken_for_words(
    town: Path, tmp_path: Path
) -> None:
    shutil.copytree(town / "keys", tmp_path / "keys")
    (tmp_path / "keys" / "comite-1.cle.age").unlink()
    said = run("rehearse", tmp_path / "keys", f"--secret=comite-1={town / 'alice.txt'}").stderr
    assert "pour comite-1 (Alice ou Ana) · GARDE-45" in said
    assert "« comite-1.cle.age »" in said


def test_a_person_prepares_a_sheet_at_home(tmp_path: Path) -> None:
    result = run("sheet", "--name", "Élodie", "-o", tmp_path / "feuille.pdf", "--rules", RULES)
    assert result.exit_code == 0, result.output
    from reglo.sealing.custody import from_words

    assert from_words(words_of(tmp_path / "feuille.pdf")).recipient in result.output
    assert "AGE-SECRET-KEY" not in result.output
    again = run("sheet", "--name", "Élodie", "-o", tmp_path / "feuille.pdf")
    assert again.exit_code == 2
    assert "une clé écrasée est perdue" in again.stderr


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["ceremony", RULES, "-o", "{town}/keys", "--plan", "{town}/plan.yaml"], "existe déjà"),
        (["ceremony", RULES, "-o", "{tmp}/x", "--plan", "{town}/alice.txt"], "il faut « committee »"),
        (["ceremony", RULES, "-o", "{tmp}/x", "--plan", "{tmp}/absent"], "il n'existe pas"),
        (["ceremony", RULES, "-o", "{tmp}/x"], "pas de terminal"),
        (["ceremony", RULES, "-o", "{tmp}/x", "--escrow", "deux"], "écrivez K/N"),
        (["ceremony", RULES, "-o", "{tmp}/x", "--holders", "2", "--threshold", "3"], "3 sur 2 n'est pas"),
        (["ceremony", RULES, "-o", "{tmp}/x", "--escrow", "1/3"], "ouvrirait seul"),
        (["ceremony", "{town}/plan.yaml", "-o", "{tmp}/x"], "RULES-"),
        (["rehearse", "{tmp}"], "opening-keys.json"),
        (["rehearse", "{town}/keys"], "pas de terminal"),
        (["rehearse", "{town}/keys", "--secret", "comite-9={town}/bob.txt"], "n'est pas un porteur"),
        (["rehearse", "{town}/keys", "--secret", "comite-2"], "écrivez PORTEUR=FICHIER"),
        (["rehearse", "{town}/keys", "--secret", "comite-2={town}/ana.txt"], "GARDE-44"),
        (["rehearse", "{town}/keys", "--secret", "comite-1={town}/plan.yaml"], "GARDE-4"),
        (["share", "{town}/keys/comite-1.paquet.age", "--for", "age1zz", "--rehearsal"], "SCEAU-04"),
        (["share", "{tmp}/absent", "--for", "{worker}", "--compartment", "bid/1"], "il n'existe pas"),
        (["share", "{town}/keys", "--for", "{worker}/1", "--rehearsal"], "c'est un dossier"),
        (["share", "{town}/keys/comite-1.paquet.age", "--for", "{worker}", "--rehearsal"], "son numéro"),
        (["share", "{town}/keys/comite-1.paquet.age", "--for", "{worker}/0", "--rehearsal"], "son numéro"),
        (
            ["share", "{town}/keys/comite-1.paquet.age", "--for", "{worker}/1", "--compartment", "bid/1"],
            "est la clé d'une répétition",
        ),
        (["share", "{town}/keys/comite-1.paquet.age", "--for", "{worker}"], "Dites quoi ouvrir"),
        (
            ["share", "{town}/keys/comite-2.paquet.age", "--for", "{worker}", "--compartment", "bid/9",
             "--key", "{town}/bob.txt"], "GARDE-23",
        ),
        (
            ["share", "{town}/plan.yaml", "--for", "{worker}/1", "--rehearsal", "--key", "{town}/bob.txt"],
            "SCEAU-01",
        ),
        (["share", "{town}/keys/custody.json", "--for", "{worker}/1", "--rehearsal"], "ne le connaît pas"),
        (
            ["share", "{town}/plan.yaml", "--for", "{worker}/1", "--rehearsal", "--key", "{town}/alice.txt"],
            "SCEAU-01",
        ),
        *(
            (
                ["share", "{town}/keys/comite-2.paquet.age", "--for", "{worker}/1", "--rehearsal",
                 "--key", "{town}/bob.txt", "-o", f"{{town}}/keys/{kept}"],
                "rien ne l'écrase",
            )
            for kept in ("comite-2.paquet.age", "custody.json", "opening-keys.json")
        ),
        (["sheet", "--name", " ", "-o", "{tmp}/feuille.pdf"], "« --name » est vide"),
        (["replace", "{town}/keys", "--leaving", "maire", "-o", "{tmp}/x"], "n'est pas un porteur"),
        (["check", "{town}/plan.yaml"], "n'est pas un dossier"),
        (["sheet", "--name", "Bob", "-o", "{tmp}/feuille.txt"], "s'écrit en .pdf"),
    ],
)  # fmt: skip
def test_what_cannot_be_used_is_answered_and_nothing_is_written(
    town: Path, tmp_path: Path, arguments: list[object], said: str
) -> None:
    places = {"town": town, "tmp": tmp_path, "worker": Identity.generate().recipient}
    before = sorted(path.name for path in (town / "keys").iterdir())
    package = (town / "keys" / "comite-2.paquet.age").read_bytes()
    result = run(*(str(each).format(**places) for each in arguments))
    assert result.exit_code == 2, result.output
    assert said in result.stderr
    assert "Traceback" not in result.output
    assert list(tmp_path.iterdir()) == []
    assert sorted(path.name for path in (town / "keys").iterdir()) == before
    assert (town / "keys" / "comite-2.paquet.age").read_bytes() == package


def test_the_keys_of_another_consultation_are_noticed(town: Path, tmp_path: Path) -> None:
    text = RULES.read_text(encoding="utf-8")
    other = tmp_path / "rules.yaml"
    other.write_text(re.sub(r"^reference: .*$", "reference: 2026-AUTRE", text, flags=re.M), encoding="utf-8")
    result = run("check", town / "keys", "--rules", other)
    assert (result.exit_code, "SCEAU-11" in result.output) == (1, True), result.output


def test_every_command_has_its_help() -> None:
    for command in ("ceremony", "sheet", "rehearse", "share", "replace", "check"):
        assert run(command, "--help").exit_code == 0


# --- At a real terminal -----------------------------------------------------------------------


def test_a_holder_far_away_rehearses_by_a_file(town: Path, tmp_path: Path) -> None:
    far = tmp_path / "comite-2.part.age"

    def from_far_away(shown: str) -> str:
        recipients = re.findall(r"age1[0-9a-z]{58}/\d+", shown)
        sent = run(
            "share", town / "keys" / "comite-2.paquet.age", "--for", recipients[0], "--rehearsal",
            "--key", town / "bob.txt", "-o", far,
        )  # fmt: skip
        assert sent.exit_code == 0, sent.output
        return str(far)

    shown = converse(
        ["keys", "rehearse", str(town / "keys")],
        [
            ("comite-1", (town / "ana.txt").read_text().splitlines()[1]),
            ("comite-2", from_far_away),
            ("comite-3", ""),
            ("sequestre-1", ""),
        ],
    )
    assert "Comité : paquets ouverts, 2 sur 3 ; le pli factice s'ouvre." in shown
    assert "Séquestre : paquets ouverts, 0 sur 1" in shown


def test_a_lost_record_of_rehearsal_makes_no_canary_come_again(town: Path, tmp_path: Path) -> None:
    shutil.copytree(town / "keys", tmp_path / "keys", ignore=shutil.ignore_patterns("repetition-*"))
    present = everybody(town)[1:]  # without Alice, whose passphrase is slow to try
    for _ in range(2):
        run("rehearse", tmp_path / "keys", *present)
    (tmp_path / "keys" / "repetition-1.json").unlink()
    third = run("rehearse", tmp_path / "keys", *present)
    assert "Comité : paquets ouverts, 2 sur 3 ; le pli factice s'ouvre." in third.output
    assert "repetition-3.json" in third.output


def test_a_sheet_says_truly_whether_it_opens_alone(tmp_path: Path) -> None:
    (tmp_path / "plan.yaml").write_text(
        "committee: {threshold: 2, holders: [{name: A}, {name: B}]}\n"
        "escrow: {threshold: 1, holders: [{name: Archives}]}",
        encoding="utf-8",
    )
    result = run("ceremony", RULES, "--plan", tmp_path / "plan.yaml", "-o", tmp_path / "keys")
    assert result.exit_code == 0, result.output
    said = {
        path.stem: "elle ouvre à elle seule" in " ".join(PdfReader(path).pages[0].extract_text().split())
        for path in (tmp_path / "keys" / "a-imprimer").iterdir()
    }
    assert said == {"comite-1": False, "comite-2": False, "sequestre-1": True}
