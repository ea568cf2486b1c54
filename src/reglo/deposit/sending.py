"""The sender's side: deposit a pli through a network that cuts, and bring its receipt home.

Beside the pli, a small file (``.depot``) remembers where the upload lives; losing it costs nothing but
the bytes sent. Its address is the only proof of who may go on: nobody can guess it.
"""

from __future__ import annotations

import json
import os
import time
from base64 import b64encode
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, quote, urljoin, urlsplit

import httpx

from reglo import __version__
from reglo.deposit.findings import (
    NamesLeftOut,
    PliChanged,
    ServerUnreachable,
    StrangeAnswer,
    TooLarge,
    refuse,
)
from reglo.deposit.pli_stream import limit_documents
from reglo.deposit.withdrawal import withdrawal_statement
from reglo.procurement.findings import Refused
from reglo.sealing.pli import envelope_of, read_header
from reglo.sealing.receipt import NamedDocument, Receipt, complete
from reglo.sealing.signing import SigningKey

_TUS = {"Tus-Resumable": "1.0.0"}
_BLOCK = 256 * 1024
_TRANSIENT = {408, 423, 425, 429, 500, 502, 503, 504}
Progress = Callable[[int, int], None]
Cut = Callable[[str, str, float], None]  # where, why, seconds before the next try


@dataclass(frozen=True, slots=True, kw_only=True)
class Sender:
    """Who deposits, as the receipt will name them."""

    name: str
    email: str
    siret: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class State:
    """What the file beside the pli remembers."""

    location: str
    header_sha256: str
    size: int


class Away(Exception):
    """The server or the network is away for now."""


def beside(pli: Path, suffix: str, copy: bool = False) -> Path:
    """A file kept beside a pli; those of the same pli sent as a copie de sauvegarde have their own names."""
    return pli.with_name(f"{pli.name}{'.copie' if copy else ''}{suffix}")


def state_path(pli: Path, copy: bool = False) -> Path:
    return beside(pli, ".depot", copy)


def remembered(path: Path) -> State | None:
    """What a ``.depot`` file says, whatever pli it is of; None when there is none that can be read."""
    try:
        given = json.loads(path.read_text(encoding="utf-8"))
        return State(
            location=str(given["location"]),
            header_sha256=str(given["header_sha256"]),
            size=int(given["size"]),
        )
    except (OSError, ValueError, KeyError, TypeError, RecursionError):
        return None


def read_state(pli: Path, copy: bool = False) -> State | None:
    """The upload begun for this pli, if any. Raises Refused (PliChanged) when it was for other bytes."""
    state = remembered(state_path(pli, copy))
    if state is None:
        return None
    if (state.header_sha256, state.size) != (read_header(pli).sha256, pli.stat().st_size):
        raise refuse(PliChanged, file=pli.name)
    return state


def write_state(path: Path, state: State) -> None:
    temporary = path.with_name(f".{path.name}.{os.getpid()}")
    temporary.touch(mode=0o600)
    temporary.write_text(json.dumps(asdict(state)), encoding="utf-8")
    temporary.replace(path)


class Sending:
    """One deposit, patient: each failure waits a little longer, each success starts afresh.

    copy: sent as a copie de sauvegarde (CS-01). patience: seconds without any progress after which it
    gives up.
    """

    def __init__(
        self,
        url: str,
        pli: Path,
        *,
        copy: bool = False,
        patience: float = 600.0,
        timeout: float = 60.0,
        pause: Callable[[float], None] = time.sleep,
        cut: Cut = lambda where, why, wait: None,
    ) -> None:
        self.url, self.pli = consultation_at(url), pli
        self.copy, self.patience, self.pause, self.cut = copy, patience, pause, cut
        self.tries, self.asked = 0, self.url
        self.client = httpx.Client(
            timeout=httpx.Timeout(timeout, connect=10.0),
            follow_redirects=True,
            headers={"User-Agent": f"reglo-deposit/{__version__}"},
        )

    def close(self) -> None:
        self.client.close()

    def _ask(self, method: str, url: str, **options: Any) -> httpx.Response:
        """One request. Raises Away when trying again may help, Refused when it will not."""
        self.tries, self.asked = self.tries + 1, origin_of(url)
        try:
            answer = self.client.request(method, url, **options)
        except httpx.TransportError as error:
            raise Away(str(error) or type(error).__name__) from error
        if answer.status_code in _TRANSIENT:
            raise Away(f"réponse {answer.status_code}")
        if answer.is_error and answer.status_code not in (404, 409, 410):
            raise told(answer)
        return answer

    def _patiently(self, act: Callable[[], httpx.Response]) -> httpx.Response:
        """Try until it answers, or until patience runs out."""
        begun, wait = time.monotonic(), 0.2
        while True:
            try:
                return act()
            except Away as away:
                wait = self._pause_after(away, begun, wait)

    def _pause_after(self, away: Away, begun: float, wait: float) -> float:
        """Wait before another try; the longer wait of the next one. Refused once patience runs out."""
        spent = time.monotonic() - begun
        if spent + wait > self.patience:
            facts = {"url": self.asked, "tries": self.tries, "seconds": round(spent), "why": away}
            raise refuse(ServerUnreachable, **facts) from away
        self.cut(self.asked, str(away), wait)
        self.pause(wait)
        return min(wait * 1.7, 15.0)

    def announced(self) -> dict[str, Any]:
        """What the consultation says before the first byte: limits, deadline, keys."""
        answer = self._patiently(lambda: self._ask("GET", self.url))
        try:
            said = answer.json()
            if answer.is_success and "deposits" in said:
                return dict(said)
        except ValueError:
            pass
        raise told(answer)

    def begin(self, sender: Sender, replaces: str = "") -> State:
        """Create the upload, and remember it beside the pli."""
        header, said, size = read_header(self.pli), self.announced(), self.pli.stat().st_size
        limits = said["limits"]
        if size > limits["max_size"]:
            raise refuse(TooLarge, what="Le pli", size=f"{size} octets", limit=f"{limits['max_size']} octets")
        limit_documents(
            [blob.size for blob in header.blobs],
            max_documents=limits["max_documents"],
            max_document_size=limits["max_document_size"],
        )
        kind = "backup_copy" if self.copy else ""
        values = {**asdict(sender), "header_sha256": header.sha256, "replaces": replaces, "kind": kind}
        metadata = ",".join(
            f"{key} {b64encode(value.encode()).decode()}" for key, value in values.items() if value
        )
        headers = {**_TUS, "Upload-Length": str(size), "Upload-Metadata": metadata}
        where = urljoin(self.url, said["deposits"])
        answer = self._patiently(lambda: self._ask("POST", where, headers=headers))
        if answer.status_code != 201:
            raise told(answer)
        state = State(
            location=urljoin(where, answer.headers["location"]), header_sha256=header.sha256, size=size
        )
        write_state(state_path(self.pli, self.copy), state)
        return state

    def send(self, state: State, progress: Progress = lambda done, total: None) -> None:
        """Send what the server does not have yet, as many times as it takes."""
        begun, best, wait = time.monotonic(), -1, 0.2
        while True:
            answer = self._patiently(lambda: self._ask("HEAD", state.location, headers=_TUS))
            if answer.status_code != 200:
                raise told(self._patiently(lambda: self._ask("GET", state.location, headers=_TUS)))
            offset = int(answer.headers["upload-offset"])
            progress(offset, state.size)
            if offset >= state.size:
                return
            if offset > best:
                begun, best, wait = time.monotonic(), offset, 0.2
            try:
                sent = self._ask(
                    "PATCH",
                    state.location,
                    headers={
                        **_TUS,
                        "Content-Type": "application/offset+octet-stream",
                        "Upload-Offset": str(offset),
                        "Content-Length": str(state.size - offset),
                    },
                    content=self._bytes(offset, state.size, progress),
                )
                if sent.status_code in (404, 410):
                    raise told(sent)
            except Away as away:
                wait = self._pause_after(away, begun, wait)

    def _bytes(self, offset: int, size: int, progress: Progress) -> Iterator[bytes]:
        with self.pli.open("rb") as stream:
            stream.seek(offset)
            while offset < size:
                block = stream.read(min(_BLOCK, size - offset))
                if not block:
                    raise refuse(PliChanged, file=self.pli.name)
                offset += len(block)
                yield block
                progress(offset, size)

    def standing(self, state: State) -> str:
        """Where the upload or its deposit stands: open, received, late, replaced, withdrawn."""
        answer = self._patiently(lambda: self._ask("GET", state.location, headers=_TUS))
        if not answer.is_success:
            raise told(answer)
        return str(answer.json()["state"])

    def receipt(self, state: State) -> Receipt:
        """The server's receipt, held against the file itself. Raises Refused (PliChanged)."""
        answer = self._patiently(lambda: self._ask("GET", f"{state.location}/recu"))
        if not answer.is_success:
            raise told(answer)
        receipt = Receipt.from_bytes(answer.content)
        if receipt.statement.envelope_sha256 != envelope_of(self.pli):
            raise refuse(PliChanged, file=self.pli.name)
        return receipt

    def withdraw(self, state: State, receipt: Receipt, key: SigningKey) -> bytes:
        """Withdraw the deposit, signed by the key of the pli; the platform's proof of it, as JSON."""
        statement = withdrawal_statement(receipt.statement.id, receipt.statement.pli)
        body = b64encode(key.sign(statement))
        answer = self._patiently(lambda: self._ask("POST", f"{state.location}/retrait", content=body))
        if not answer.is_success:
            raise told(answer)
        return answer.content


def origin_of(url: str) -> str:
    """Scheme, host and port: what may be shown of an address whose end is a secret.

    >>> origin_of("https://plis.exemple.fr:8443/depots/secret")
    'https://plis.exemple.fr:8443'
    """
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}"


def moved_to(state: State, url: str) -> State:
    """The same upload, asked of the platform at another address."""
    parts = urlsplit(state.location)
    return replace(state, location=origin_of(url) + parts.path)


def capability(state: State) -> str:
    """The unguessable part of an address, by which a later deposit names the one it replaces."""
    return urlsplit(state.location).path.rstrip("/").rsplit("/", 1)[-1]


def completed(pli: Path, receipt: Receipt) -> Receipt:
    """The receipt with the documents as their depositor names them, when the sealing left their list.

    Raises Refused (DEPOT-28) when the list or the key is not this pli's: the receipt holds all the same.
    """
    key_path, list_path = pli.with_name(pli.name + ".cle"), pli.with_name(pli.name + ".documents.json")
    if not (key_path.exists() and list_path.exists()):
        return receipt
    try:
        listed = json.loads(list_path.read_text(encoding="utf-8"))
        documents = [NamedDocument(**entry) for entry in listed]
        whole = complete(receipt, documents, SigningKey.from_pem(key_path.read_bytes(), key_path.name))
        return Receipt.from_bytes(whole.to_bytes())
    except Refused as refused:
        why = refused.findings[0].cause_text
    except (OSError, ValueError, TypeError, AttributeError, RecursionError):
        why = f"« {list_path.name} » n'est pas la liste écrite en scellant."
    raise refuse(NamesLeftOut, why=why)


def consultation_at(address: str) -> str:
    """The address of a consultation, whether it is given or that of the page where one deposits.

    >>> consultation_at("https://plis.exemple.fr/deposer/pli.html?consultation=2026-014")
    'https://plis.exemple.fr/consultations/2026-014'
    >>> consultation_at("https://plis.exemple.fr/consultations/2026-014/")
    'https://plis.exemple.fr/consultations/2026-014'
    """
    given = urlsplit(address)
    before, page, _ = given.path.partition("/deposer")
    name = parse_qs(given.query).get("consultation", [""])[0]
    if page and name:
        given = given._replace(path=f"{before}/consultations/{quote(name, safe='')}", query="", fragment="")
    return given.geturl().rstrip("/")


def told(answer: httpx.Response) -> Refused:
    """What the server refuses, as it says it."""
    try:
        findings = answer.json()["findings"]
        texts = [f"{each['code']} · {each['cause']} {each['mend']}" for each in findings]
    except (ValueError, KeyError, TypeError):
        page = "text/html" in answer.headers.get("content-type", "")
        what = "cette adresse est celle d'une page, non d'une consultation où déposer"
        texts = [what if page else answer.text[:300] or answer.reason_phrase]
    return refuse(StrangeAnswer, status=answer.status_code, text=" ".join(texts))
