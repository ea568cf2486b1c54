"""The age v1 file format (C2SP): X25519 and passphrase recipients, streamed in constant memory.

A format, not a cipher: every primitive is ``cryptography``'s. It exists because the bindings we
measured keep the interpreter locked or hold whole files (docs/decisions/0100); any file it writes
opens with the ``age`` command, and the other way round.

>>> from io import BytesIO
>>> key, sealed, opened = Identity.generate(), BytesIO(), BytesIO()
>>> seal(BytesIO(b"offre"), sealed, recipients=[key.recipient])
>>> open_sealed(BytesIO(sealed.getvalue()), opened, identities=[key])
>>> opened.getvalue(), len(sealed.getvalue()) == sealed_size(5)
(b'offre', True)
"""

from __future__ import annotations

import hashlib
import hmac
import os
from base64 import b64decode, b64encode
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import BinaryIO

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from reglo.procurement.findings import Finding, Refused
from reglo.sealing.bech32 import bech32_decode, bech32_encode

CHUNK = 64 * 1024
TAG = 16
_RUN = 16  # chunks read, ciphered and written at a time: fewer hands between one thread and another
_INTRO = b"age-encryption.org/v1\n"
_MAX_HEADER = 64 * 1024  # ours: a header has one or two recipients
_MAX_WORK_FACTOR = 20  # log2 of scrypt's N: a passphrase file cannot cost more than this to try
_COLUMNS = 64


class NotAge(Finding):
    code = "SCEAU-01"
    cause = "Ce n'est pas un fichier age lisible : {why}."
    mend = "Reprenez le fichier d'origine ; s'il vient d'un envoi, comparez son empreinte à celle du reçu."
    source = "docs/seal.md §3"


class WrongKey(Finding):
    code = "SCEAU-02"
    cause = "Aucune des clés données n'ouvre ce fichier."
    mend = "Prenez la clé du compartiment auquel il appartient."
    source = "docs/seal.md §2"


class Altered(Finding):
    code = "SCEAU-03"
    cause = "Le contenu scellé a été modifié ou coupé ({where})."
    mend = "Rien n'en est gardé. Reprenez le fichier d'origine et comparez son empreinte à celle du reçu."
    source = "docs/seal.md §3"


class NotAKey(Finding):
    code = "SCEAU-04"
    cause = "« {shown} » n'est pas {what}."
    mend = "Recopiez-la entière ; une lettre fausse se reconnaît à la somme de contrôle."
    source = "docs/seal.md §2"


def _refuse(cause: type[Finding], **facts: object) -> Refused:
    return Refused(cause(facts=facts))


# --- Keys -------------------------------------------------------------------------------------


def public_bytes(recipient: str) -> bytes:
    """The 32 bytes of an ``age1…`` recipient."""
    try:
        prefix, data = bech32_decode(recipient)
    except ValueError:
        prefix, data = "", b""
    if prefix != "age" or len(data) != 32:
        raise _refuse(NotAKey, shown=recipient[:24], what="une clé publique age (« age1… »)")
    return data


@dataclass(frozen=True, slots=True, repr=False)
class Identity:
    """The private key of a compartment or a holder. Never printed by accident."""

    seed: bytes  # 32 bytes

    @classmethod
    def generate(cls) -> Identity:
        return cls(os.urandom(32))

    @classmethod
    def parse(cls, text: str) -> Identity:
        """From ``AGE-SECRET-KEY-1…``, blank space and comment lines around it allowed."""
        lines = [line.strip() for line in text.splitlines() if line.strip() and not line.startswith("#")]
        try:
            prefix, data = bech32_decode("".join(lines))
        except ValueError:
            prefix, data = "", b""
        if prefix != "age-secret-key-" or len(data) != 32:
            raise _refuse(NotAKey, shown="…", what="une clé privée age (« AGE-SECRET-KEY-1… »)")
        return cls(data)

    @property
    def private(self) -> X25519PrivateKey:
        return X25519PrivateKey.from_private_bytes(self.seed)

    @property
    def recipient(self) -> str:
        return bech32_encode("age", self.private.public_key().public_bytes_raw())

    @property
    def secret(self) -> str:
        """``AGE-SECRET-KEY-1…``, for the file or the sheet of its holder."""
        return bech32_encode("age-secret-key-", self.seed).upper()

    def __repr__(self) -> str:
        return f"Identity({self.recipient})"


# --- Header -----------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Stanza:
    kind: str
    arguments: tuple[str, ...]
    body: bytes


def _b64(data: bytes) -> str:
    return b64encode(data).decode().rstrip("=")


def _unb64(text: str) -> bytes:
    """Canonical unpadded base64, nothing else."""
    data = b64decode(text + "=" * (-len(text) % 4), validate=True)
    if _b64(data) != text:
        raise ValueError("base64 non canonique")
    return data


def _write_stanza(stanza: Stanza) -> bytes:
    body = _b64(stanza.body)
    lines = [body[start : start + _COLUMNS] for start in range(0, len(body), _COLUMNS)]
    if len(body) % _COLUMNS == 0:
        lines.append("")  # the last line is always shorter than the others
    return ("-> " + " ".join((stanza.kind, *stanza.arguments)) + "\n" + "\n".join(lines) + "\n").encode()


def _read_line(source: BinaryIO, seen: list[bytes]) -> str:
    line = source.readline(_MAX_HEADER)
    if not line.endswith(b"\n") or sum(map(len, seen)) + len(line) > _MAX_HEADER:
        raise ValueError("en-tête incomplet ou trop long")
    seen.append(line)
    if any(byte < 0x20 or byte > 0x7E for byte in line[:-1]):
        raise ValueError("caractère interdit dans l'en-tête")
    return line[:-1].decode("ascii")


def _read_header(source: BinaryIO) -> tuple[list[Stanza], bytes, bytes]:
    """The stanzas, the bytes the MAC covers, the MAC. ValueError when it is not one."""
    seen: list[bytes] = []
    if _read_line(source, seen) != _INTRO[:-1].decode():
        raise ValueError("la première ligne n'est pas « age-encryption.org/v1 »")
    stanzas: list[Stanza] = []
    line = _read_line(source, seen)
    while line.startswith("-> "):
        kind, *arguments = line[3:].split(" ")
        if not kind or not all(arguments):
            raise ValueError("destinataire mal formé")
        body: list[str] = []
        while True:
            part = _read_line(source, seen)
            if len(part) > _COLUMNS:
                raise ValueError("ligne d'en-tête trop longue")
            body.append(part)
            if len(part) < _COLUMNS:
                break
        stanzas.append(Stanza(kind, tuple(arguments), _unb64("".join(body))))
        line = _read_line(source, seen)
    if not line.startswith("--- ") or not stanzas:
        raise ValueError("fin d'en-tête introuvable")
    mac = _unb64(line[4:])
    if len(mac) != 32:
        raise ValueError("somme de l'en-tête de taille inattendue")
    covered = b"".join(seen[:-1]) + b"---"
    return stanzas, covered, mac


def _hkdf(key: bytes, salt: bytes, info: bytes) -> bytes:
    return HKDF(algorithm=SHA256(), length=32, salt=salt, info=info).derive(key)


def _mac(file_key: bytes, covered: bytes) -> bytes:
    return hmac.new(_hkdf(file_key, b"", b"header"), covered, hashlib.sha256).digest()


def _wrap(key: bytes, file_key: bytes) -> bytes:
    return ChaCha20Poly1305(key).encrypt(bytes(12), file_key, None)


def _unwrap(key: bytes, body: bytes) -> bytes | None:
    if len(body) != 32:
        raise ValueError("clé de fichier de taille inattendue")
    try:
        return ChaCha20Poly1305(key).decrypt(bytes(12), body, None)
    except InvalidTag:
        return None


def _stanza_for(recipient: str, file_key: bytes) -> Stanza:
    public = public_bytes(recipient)
    ephemeral = X25519PrivateKey.generate()
    share = ephemeral.public_key().public_bytes_raw()
    shared = ephemeral.exchange(X25519PublicKey.from_public_bytes(public))
    key = _hkdf(shared, share + public, b"age-encryption.org/v1/X25519")
    return Stanza("X25519", (_b64(share),), _wrap(key, file_key))


def _passphrase_key(passphrase: str, salt: bytes, work: int) -> bytes:
    return hashlib.scrypt(
        passphrase.encode(),
        salt=b"age-encryption.org/v1/scrypt" + salt,
        n=1 << work,
        r=8,
        p=1,
        maxmem=(1 << work) * 8 * 128 + (1 << 20),
        dklen=32,
    )


def _file_key(stanzas: Sequence[Stanza], identities: Iterable[Identity]) -> bytes | None:
    """The file key one of the identities unwraps; None when none does. ValueError on a malformed stanza."""
    if len(stanzas) > 1 and any(stanza.kind == "scrypt" for stanza in stanzas):
        raise ValueError("une phrase de passe ne se partage pas avec d'autres destinataires")
    known = [(identity.private, public_bytes(identity.recipient)) for identity in identities]
    for stanza in stanzas:
        if stanza.kind != "X25519":
            continue
        if len(stanza.arguments) != 1 or len(share := _unb64(stanza.arguments[0])) != 32:
            raise ValueError("destinataire X25519 mal formé")
        if len(stanza.body) != 32:
            raise ValueError("clé de fichier de taille inattendue")
        for private, public in known:
            shared = private.exchange(X25519PublicKey.from_public_bytes(share))
            found = _unwrap(_hkdf(shared, share + public, b"age-encryption.org/v1/X25519"), stanza.body)
            if found is not None:
                return found
    return None


# --- Payload ----------------------------------------------------------------------------------


def _nonce(counter: int, last: bool) -> bytes:
    return counter.to_bytes(11, "big") + bytes([last])


def _seal_payload(source: BinaryIO, sink: BinaryIO, file_key: bytes) -> None:
    nonce = os.urandom(16)
    sink.write(nonce)
    cipher = ChaCha20Poly1305(_hkdf(file_key, nonce, b"payload"))
    counter, run = 0, _read_full(source, _RUN * CHUNK)
    room = memoryview(bytearray(len(run) + -(-len(run) // CHUNK) * TAG + TAG))  # for every run in turn
    while True:
        following = _read_full(source, _RUN * CHUNK) if len(run) == _RUN * CHUNK else b""
        chunks = max(1, -(-len(run) // CHUNK))
        given = memoryview(run)
        for number in range(chunks):
            part = given[number * CHUNK : (number + 1) * CHUNK]
            last = not following and number == chunks - 1
            into = room[number * (CHUNK + TAG) :][: len(part) + TAG]
            cipher.encrypt_into(_nonce(counter + number, last), part, None, into)
        sink.write(room[: len(run) + chunks * TAG])
        if not following:
            return
        counter, run = counter + chunks, following


def _open_payload(source: BinaryIO, sink: BinaryIO, file_key: bytes) -> None:
    nonce = source.read(16)
    if len(nonce) != 16:
        raise _refuse(Altered, where="avant son premier octet")
    cipher = ChaCha20Poly1305(_hkdf(file_key, nonce, b"payload"))
    size = CHUNK + TAG
    counter, run = 0, _read_full(source, _RUN * size)
    room = memoryview(bytearray(len(run)))  # for every run in turn
    while True:
        following = _read_full(source, _RUN * size) if len(run) == _RUN * size else b""
        chunks = max(1, -(-len(run) // size))
        given, plain = memoryview(run), room[: max(0, len(run) - chunks * TAG)]
        for number in range(chunks):
            chunk = given[number * size : (number + 1) * size]
            last = not following and number == chunks - 1
            into = plain[number * CHUNK : (number + 1) * CHUNK]
            try:
                cipher.decrypt_into(_nonce(counter + number, last), chunk, None, into)
            except (InvalidTag, ValueError) as error:
                raise _refuse(Altered, where=f"autour de l'octet {(counter + number) * CHUNK}") from error
            if last and not into and counter + number:
                raise _refuse(Altered, where="à la fin")
        sink.write(plain)
        if not following:
            return
        counter, run = counter + chunks, following


def _read_full(source: BinaryIO, size: int) -> bytes:
    """``size`` bytes, or fewer only at the end, whatever the source gives at a time."""
    data = source.read(size)
    while 0 < len(data) < size:
        more = source.read(size - len(data))
        if not more:
            break
        data += more
    return data


# --- What others call -------------------------------------------------------------------------


def seal(source: BinaryIO, sink: BinaryIO, *, recipients: Sequence[str]) -> None:
    """Encrypt ``source`` to every recipient. Constant memory. Raises Refused on a bad recipient."""
    file_key = os.urandom(16)
    _write(source, sink, file_key, [_stanza_for(recipient, file_key) for recipient in recipients])


def seal_with_passphrase(source: BinaryIO, sink: BinaryIO, *, passphrase: str, work: int = 18) -> None:
    """Encrypt ``source`` to a passphrase; ``work`` is log2 of scrypt's N (18: about a second)."""
    file_key, salt = os.urandom(16), os.urandom(16)
    wrapped = _wrap(_passphrase_key(passphrase, salt, work), file_key)
    _write(source, sink, file_key, [Stanza("scrypt", (_b64(salt), str(work)), wrapped)])


def _write(source: BinaryIO, sink: BinaryIO, file_key: bytes, stanzas: Iterable[Stanza]) -> None:
    covered = _INTRO + b"".join(_write_stanza(stanza) for stanza in stanzas) + b"---"
    sink.write(covered + b" " + _b64(_mac(file_key, covered)).encode() + b"\n")
    _seal_payload(source, sink, file_key)


def open_sealed(source: BinaryIO, sink: BinaryIO, *, identities: Iterable[Identity]) -> None:
    """Decrypt ``source``. What was written before an alteration was found must be thrown away by the caller.

    Raises Refused: SCEAU-01 not an age file, SCEAU-02 no key opens it, SCEAU-03 altered or cut.
    """
    _open(source, sink, lambda stanzas: _file_key(stanzas, identities))


def open_with_passphrase(source: BinaryIO, sink: BinaryIO, *, passphrase: str) -> None:
    """Decrypt a file sealed with a passphrase; the same refusals as ``open_sealed``."""

    def unwrap(stanzas: Sequence[Stanza]) -> bytes | None:
        if [stanza.kind for stanza in stanzas] != ["scrypt"]:
            return None
        (stanza,) = stanzas
        if len(stanza.arguments) != 2 or len(salt := _unb64(stanza.arguments[0])) != 16:
            raise ValueError("destinataire scrypt mal formé")
        work = stanza.arguments[1]
        if not work.isascii() or not work.isdigit() or work.startswith("0"):
            raise ValueError("coût scrypt mal formé")
        if int(work) > _MAX_WORK_FACTOR:
            raise ValueError(f"coût scrypt {work} excessif")
        return _unwrap(_passphrase_key(passphrase, salt, int(work)), stanza.body)

    _open(source, sink, unwrap)


def _open(source: BinaryIO, sink: BinaryIO, unwrap: Callable[[Sequence[Stanza]], bytes | None]) -> None:
    try:
        stanzas, covered, mac = _read_header(source)
        file_key = unwrap(stanzas)
    except ValueError as error:
        raise _refuse(NotAge, why=str(error)) from error
    if file_key is None:
        raise _refuse(WrongKey)
    if not hmac.compare_digest(mac, _mac(file_key, covered)):
        raise _refuse(Altered, where="dans son en-tête")
    _open_payload(source, sink, file_key)


def answers(source: BinaryIO, identity: Identity) -> bool:
    """Whether ``identity`` opens this file, by its header alone; False when it is no age file."""
    try:
        stanzas, covered, mac = _read_header(source)
        file_key = _file_key(stanzas, [identity])
    except ValueError:
        return False
    return file_key is not None and hmac.compare_digest(mac, _mac(file_key, covered))


def sealed_size(size: int) -> int:
    """The length of the age file of ``size`` bytes sealed to one X25519 recipient."""
    chunks = max(1, -(-size // CHUNK))
    return _HEADER_SIZE + 16 + size + chunks * TAG


_HEADER_SIZE = (
    len(_INTRO) + len(_write_stanza(Stanza("X25519", ("x" * 43,), bytes(32)))) + len("--- ") + 43 + 1
)
