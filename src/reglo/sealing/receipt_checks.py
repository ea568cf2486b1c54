"""Verify a receipt, without network: what is proved, what is refuted, what stays unproved (V5).

No clock, no file, no trust in what the receipt says of itself: keys and certificates come from whoever
verifies, files by their size and SHA-256.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from cryptography.x509 import Certificate

from reglo.procurement.deadlines.receipt import Timeliness
from reglo.procurement.french import counted
from reglo.sealing import token
from reglo.sealing.journal import AT_MOST_LATE, instant
from reglo.sealing.notes import Checkpoint
from reglo.sealing.receipt import Receipt, Statement, documents_to_sign
from reglo.sealing.receipt_findings import (
    CopyAltered,
    DocumentsFalse,
    FileUnknown,
    InstantsClash,
    KeyNotGiven,
    MentionMissing,
    NoAuthority,
    NoDocumentList,
    NotBound,
    NotInJournal,
    NoToken,
    SignatureFalse,
    TokenFalse,
    WrittenLate,
)
from reglo.sealing.signing import PublicKey
from reglo.sealing.tree import verify_inclusion
from reglo.sealing.verdict import Point, Standing, Verdict, missing, proved, refuted

# the authority's clock is another: as far apart as when the platform kept its token (docs/seal.md §7)
_CLOCKS_APART = timedelta(seconds=5)


@dataclass(frozen=True, slots=True)
class GivenFile:
    """A file to compare with the receipt. ``name`` is only repeated in the verdict."""

    name: str
    size: int
    sha256: str


def verify(
    receipt: Receipt,
    *,
    keys: Sequence[PublicKey] = (),
    authorities: Sequence[Certificate] = (),
    files: Sequence[GivenFile] = (),
) -> Verdict:
    """Every point of a receipt, in reading order; first the signature, when the others wait on it.

    keys: those the platform publishes, obtained otherwise than from the receipt.
    authorities: certificates of the time-stamp authority.
    """
    signature, documents = _signature(receipt, keys), _documents(receipt)
    points = (
        *_mentions(receipt.statement),
        *_kind(receipt.statement),
        documents,
        signature,
        _copy(receipt),
        _inclusion(receipt),
        _instants(receipt),
        _timestamp(receipt, authorities),
        *_files(receipt, files, named=documents.standing is Standing.PROVED),
    )
    if signature.standing is not Standing.PROVED:
        others = (point for point in points if point is not signature)
        points = (signature, *map(_unbound, others))
    return Verdict(points, tuple(_limits(receipt, files)))


def _unbound(point: Point) -> Point:
    """A point that holds only if the platform signed; the authority's word stands by itself."""
    if point.standing is not Standing.PROVED or point.subject == "timestamp":
        return point
    return missing(point.subject, NotBound(facts={"text": point.text}))


# --- French wording ---------------------------------------------------------------------------

COPY_TEXT = (
    "Ce qui a été reçu est une copie de sauvegarde, non une offre : elle reste fermée et ne s'ouvre que si "
    "un programme malveillant est trouvé dans le pli électronique, ou si ce pli, dont la transmission avait "
    "commencé avant l'heure limite, est incomplet, tardif ou illisible (CCP R.2132-11 ; annexe 6, art. 2)."
)


def exact_moment(at: datetime) -> str:
    """An instant to the microsecond, its zone named: a second may decide.

    >>> from zoneinfo import ZoneInfo
    >>> exact_moment(datetime(2026, 1, 29, 12, 0, 0, 25000, tzinfo=ZoneInfo("Europe/Paris")))
    '29/01/2026 à 12:00:00,025 (heure de Paris)'
    """
    zone = getattr(at.tzinfo, "key", str(at.tzinfo))
    fraction = f",{at.microsecond:06d}".rstrip("0") if at.microsecond else ""
    return f"{at:%d/%m/%Y à %H:%M:%S}{fraction} ({'heure de Paris' if zone == 'Europe/Paris' else zone})"


def lasting(duration: timedelta) -> str:
    """A duration as one reads it, exact below the minute.

    >>> lasting(timedelta(seconds=25)), lasting(timedelta(hours=3, minutes=4, microseconds=7))
    ('25 s', '3 h 4 min')
    >>> lasting(timedelta(microseconds=400))
    '0,0004 s'
    """
    seconds = abs(duration) // timedelta(seconds=1)
    if seconds < 60:
        fraction = f",{abs(duration).microseconds:06d}".rstrip("0").rstrip(",")
        return f"{seconds}{fraction} s"
    counts = {"j": seconds // 86400, "h": seconds // 3600 % 24, "min": seconds // 60 % 60, "s": seconds % 60}
    return " ".join(f"{count} {unit}" for unit, count in counts.items() if count)


def timeliness_text(statement: Statement) -> str:
    """Whether the pli came on time, in one sentence: the same in receipt, verdict and page (DM-09, V3)."""
    gap = statement.deadline.astimezone(UTC) - statement.last_byte_at.astimezone(UTC)
    limit = f"la date limite du {exact_moment(statement.shown(statement.deadline))}"
    if statement.timeliness is Timeliness.ON_TIME:
        return f"Reçu dans les délais : son dernier octet précède de {lasting(gap)} {limit}."
    kept = "Le pli est gardé scellé ; c'est l'acheteur qui statue."
    if statement.backup_copy:
        kept = "La copie reste fermée et ne peut pas servir (CCP R.2132-11)."
    by = f"de {lasting(gap)}" if gap else "à l'instant même, alors qu'il fallait la précéder,"
    return f"Reçu hors délai : son dernier octet suit {by} {limit}. {kept}"


# --- The points -------------------------------------------------------------------------------


def _mentions(statement: Statement) -> Iterator[Point]:
    """AP-T11: depositor, buyer, title and object, date and hour. The fifth, the list, is ``_documents``."""
    about = statement.consultation
    mentions = (
        ("l'identité du déposant", statement.depositor.name),
        ("le nom de l'acheteur", statement.buyer),
        ("le titre de la consultation", about.title),
        ("l'objet de la consultation", about.object),
    )
    absent = [mention for mention, text in mentions if not text.strip()]
    yield from (refuted("mentions", MentionMissing(facts={"mention": mention})) for mention in absent)
    if not absent:
        named = " ; ".join(dict.fromkeys((about.title, about.object)))
        yield proved(
            "mentions",
            f"Le reçu nomme le déposant ({statement.depositor.name}), l'acheteur ({statement.buyer}), la "
            f"consultation ({named}) et dit l'instant de réception.",
        )


def _kind(statement: Statement) -> Iterator[Point]:
    """CS-03: whoever holds the receipt of a copy must not take it for that of a bid."""
    if statement.backup_copy:
        yield proved("kind", COPY_TEXT)


def _documents(receipt: Receipt) -> Point:
    completion, blobs = receipt.completion, {blob.id for blob in receipt.statement.blobs}
    if completion is None:
        return missing("documents", NoDocumentList(facts={"count": len(blobs)}))
    held = [document.blob for document in completion.documents]
    signed = documents_to_sign(receipt.statement, completion.documents)
    why = ""
    if not PublicKey.from_base64(receipt.statement.pli_key).verify(signed, completion.signature):
        why = "elle n'est pas signée par la clé du pli"
    elif strangers := set(held) - blobs:
        why = f"le fichier scellé {min(strangers)} qu'elle nomme n'est pas dans le pli reçu"
    elif len(held) != len(set(held)):
        why = "elle nomme deux fois le même fichier scellé"
    if why:
        return refuted("documents", DocumentsFalse(facts={"why": why}))
    return proved(
        "documents",
        f"La liste de {counted(len(held), 'document')} est signée par la clé qui a scellé le pli, et chacun "
        "y a son fichier scellé.",
    )


def _signature(receipt: Receipt, keys: Sequence[PublicKey]) -> Point:
    key = receipt.key
    if keys and key not in keys:
        why = f"il porte la clé {key.id[:16]}…, qui n'est pas celle que vous avez donnée"
        return refuted("signature", SignatureFalse(facts={"why": why}))
    if not key.verify(receipt.statement.encoded, receipt.signature):
        why = "la signature ne correspond pas à ce qui est écrit, donc l'un ou l'autre a été modifié"
        return refuted("signature", SignatureFalse(facts={"why": why}))
    if not keys:
        return missing("signature", KeyNotGiven(facts={"key": f"{key.id[:16]}…"}))
    return proved(
        "signature", f"L'énoncé est signé par la clé {key.id[:16]}… de la plateforme : rien n'y a changé."
    )


def _copy(receipt: Receipt) -> Point:
    if not receipt.key.verify(receipt.given, receipt.copy_signature):
        return refuted("copy", CopyAltered())
    return proved("copy", "L'exemplaire est tel que la plateforme l'a remis, à l'octet près.")


def _inclusion(receipt: Receipt) -> Point:
    statement, entry = receipt.statement, receipt.entry
    try:
        checkpoint = Checkpoint.open(receipt.checkpoint, receipt.key, statement.journal_origin)
    except ValueError as error:
        return refuted("inclusion", NotInJournal(facts={"why": str(error)}))
    why = ""
    if entry.act != "deposit.received" or any(
        entry.facts.get(name) != fact for name, fact in statement.facts.items()
    ):
        why = "l'entrée jointe n'est pas celle de ce reçu"
    elif entry.index != statement.journal_index:
        why = f"l'entrée jointe est la {entry.index}, le reçu dit {statement.journal_index}"
    elif not verify_inclusion(entry.leaf, entry.index, checkpoint.size, receipt.proof, checkpoint.root):
        why = "la preuve jointe ne mène pas à la tête signée"
    if why:
        return refuted("inclusion", NotInJournal(facts={"why": why}))
    return proved(
        "inclusion",
        f"Le dépôt est l'entrée {entry.index} du journal « {checkpoint.origin} », et le point de contrôle "
        f"signé, de taille {checkpoint.size}, la contient : la plateforme ne peut plus ni la retirer ni la "
        "modifier sans démentir cette signature.",
    )


def _instants(receipt: Receipt) -> Point:
    statement = receipt.statement
    first, last = statement.shown(statement.first_byte_at), statement.shown(statement.last_byte_at)
    why = ""
    if statement.first_byte_at.astimezone(UTC) > statement.last_byte_at.astimezone(UTC):
        why = f"premier octet le {exact_moment(first)}, dernier le {exact_moment(last)}"
    elif receipt.entry.at.astimezone(UTC) < statement.last_byte_at.astimezone(UTC):
        at = statement.shown(receipt.entry.at)
        why = f"l'inscription au journal ({exact_moment(at)}) précède le dernier octet ({exact_moment(last)})"
    if why:
        return refuted("instants", InstantsClash(facts={"why": why}))
    waited = receipt.entry.at.astimezone(UTC) - statement.last_byte_at.astimezone(UTC)
    if waited > AT_MOST_LATE:
        facts = {
            "last": exact_moment(last),
            "written": exact_moment(statement.shown(receipt.entry.at)),
            "gap": lasting(waited),
            "text": timeliness_text(statement),
        }
        return missing("instants", WrittenLate(facts=facts))
    return proved(
        "instants",
        f"La plateforme atteste le premier octet le {exact_moment(first)} et le dernier le "
        f"{exact_moment(last)}. " + timeliness_text(statement),
    )


def _timestamp(receipt: Receipt, authorities: Sequence[Certificate]) -> Point:
    statement, given = receipt.statement, receipt.timestamp
    if given is None:
        return missing("timestamp", NoToken())
    try:
        if authorities:
            at = token.verify(given.token, statement.encoded, authorities)
        else:
            at = token.read(given.token, statement.encoded)
        shown, gap = statement.shown(at), at - statement.last_byte_at.astimezone(UTC)
        if instant(at) != instant(given.at):
            raise ValueError(f"il dit le {exact_moment(shown)}, le reçu en dit un autre")
        if gap < -_CLOCKS_APART:
            last = exact_moment(statement.shown(statement.last_byte_at))
            raise ValueError(f"il dit le {exact_moment(shown)}, avant que le dernier octet n'arrive ({last})")
    except ValueError as error:
        return refuted("timestamp", TokenFalse(facts={"why": str(error)}))
    if not authorities:
        return missing("timestamp", NoAuthority(facts={"at": exact_moment(shown)}))
    if gap >= timedelta(0):
        apart = f"{lasting(gap)} après le dernier octet"
    else:
        apart = f"{lasting(gap)} avant le dernier octet, écart admis entre les deux horloges"
    return proved(
        "timestamp",
        f"L'autorité d'horodatage atteste que cet énoncé existait le {exact_moment(shown)}, {apart}.",
    )


def _files(receipt: Receipt, files: Sequence[GivenFile], *, named: bool) -> Iterator[Point]:
    statement = receipt.statement
    blobs = {(blob.sha256, blob.size): blob.id for blob in statement.blobs}
    declared = receipt.completion.documents if named and receipt.completion else ()
    documents = {(document.sha256, document.size): document.name for document in declared}
    for file in files:
        known = (file.sha256, file.size)
        if known == (statement.envelope_sha256, statement.size):
            yield proved("file", f"« {file.name} » est le pli reçu, à l'octet près.")
        elif known in blobs:
            yield proved("file", f"« {file.name} » est le fichier scellé {blobs[known]} du pli reçu.")
        elif known in documents:
            yield proved(
                "file", f"« {file.name} » est le document « {documents[known]} » que le déposant a déclaré."
            )
        else:
            yield refuted("file", FileUnknown(facts={"name": file.name, "digest": file.sha256}))


def _limits(receipt: Receipt, files: Sequence[GivenFile]) -> Iterator[str]:
    """What no receipt proves, said so that nobody reads more into it."""
    yield (
        "Le contenu du pli : il est resté scellé. À l'ouverture, son manifeste dira si les documents sont "
        "ceux que le déposant a déclarés."
    )
    if receipt.completion:
        yield "Les noms des documents : le déposant seul les a donnés, la plateforme ne les a pas connus."
    yield (
        "La personne : le reçu dit quel compte a déposé, et la clé du pli qui l'a scellé ; pas "
        "qui tenait le clavier."
    )
    yield (
        "La suite : un pli peut avoir été remplacé ou retiré après ce reçu, et un journal montré autrement à "
        "d'autres. L'export du journal le dit (reglo journal verify)."
    )
    if receipt.timestamp:
        yield (
            "La qualité de l'autorité d'horodatage : son certificat n'a été cherché ni dans la liste de "
            "confiance européenne ni dans une liste de révocation. Si l'exploitant la tient lui-même "
            "(l'autorité locale de Réglo), le jeton n'ajoute rien à sa parole."
        )
    if not files:
        yield "Les fichiers que vous détenez : aucun n'a été donné à comparer."
