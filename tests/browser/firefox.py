"""Debian's Firefox, driven by its own Marionette protocol: JSON over TCP, nothing to install beside it."""

from __future__ import annotations

import json
import os
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, Self

FIREFOX = shutil.which("firefox-esr")
PATIENCE = 180  # seconds: busy processors do not make a page wrong
_PREFERENCES = {
    "marionette.port": 0,  # a free one, written in the profile
    "browser.download.folderList": 2,
    "browser.download.alwaysOpenPanel": False,
    # it speaks to nobody but the tests
    "app.normandy.enabled": False,
    "app.update.auto": False,
    "browser.safebrowsing.malware.enabled": False,
    "datareporting.policy.dataSubmissionEnabled": False,
    "network.captive-portal-service.enabled": False,
    "network.connectivity-service.enabled": False,
    "services.settings.server": "data:,#remote-settings-dummy/v1",
    "toolkit.telemetry.server": "",
}


class Firefox:
    """A headless Firefox with a profile of its own, gone at the end of the block."""

    def __init__(self, folder: Path) -> None:
        assert FIREFOX is not None
        self.profile = folder / "profil-firefox"
        self.saved = folder / "enregistres"
        for each in (self.profile, self.saved):
            each.mkdir()
        preferences = {**_PREFERENCES, "browser.download.dir": str(self.saved)}
        lines = [f"user_pref({_js(name)}, {_js(value)});" for name, value in preferences.items()]
        (self.profile / "user.js").write_text("\n".join(lines))
        self.log = (folder / "firefox.log").open("wb")
        self.process = subprocess.Popen(
            [FIREFOX, "--headless", "--marionette", "--no-remote", "--profile", str(self.profile)],
            env={**os.environ, "HOME": str(folder)},
            stdout=self.log,
            stderr=self.log,
            start_new_session=True,
        )

    def __enter__(self) -> Self:
        try:
            told = self.profile / "MarionetteActivePort"
            _once(lambda: told.exists() and told.read_text().strip(), lambda: "Firefox n'écoute pas")
            self.socket = socket.create_connection(("127.0.0.1", int(told.read_text())), timeout=PATIENCE)
            self.answers = self.socket.makefile("rb")
            self._read()
            self.last = 0
            self.ask("WebDriver:NewSession", unhandledPromptBehavior="accept")
        except BaseException:
            self._stop()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        self.answers.close()
        self.socket.close()
        self._stop()

    def _stop(self) -> None:
        os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()
        self.log.close()

    def _read(self) -> Any:
        length = b""
        while (byte := self.answers.read(1)) != b":":
            assert byte, "Firefox s'est arrêté"
            length += byte
        return json.loads(self.answers.read(int(length)))

    def ask(self, name: str, **parameters: object) -> Any:
        """The answer to one WebDriver command."""
        self.last += 1
        message = json.dumps([0, self.last, name, parameters]).encode()
        self.socket.sendall(b"%d:%s" % (len(message), message))
        _, _, error, result = self._read()
        assert error is None, error
        return result

    def goto(self, url: str) -> None:
        self.ask("WebDriver:Navigate", url=url)

    def value(self, expression: str) -> Any:
        """What an expression of the page is worth."""
        return self.ask("WebDriver:ExecuteScript", script=f"return {expression}", args=[])["value"]

    def text(self, selector: str) -> str:
        """The text seen there, "" where there is nothing yet."""
        shown = self.value(f"document.querySelector({_js(selector)})?.innerText ?? ''")
        return str(shown).replace("\xa0", " ")

    def once(self, selector: str, said: str) -> None:
        """Wait until the text there holds this."""
        _once(lambda: said in self.text(selector), lambda: f"« {said} » jamais dit : {self.text('body')}")

    def type(self, selector: str, text: str) -> None:
        """Keys in a field; the path of a file in a file field."""
        found = self.ask("WebDriver:FindElement", using="css selector", value=selector)["value"]
        self.ask("WebDriver:ElementSendKeys", id=next(iter(found.values())), text=text)

    def press(self, name: str) -> None:
        """Press the button of this name, once it is there: found and pressed at once, lest it moved."""
        named = f"(each) => each.innerText.trim() === {_js(name)} && !each.disabled"
        button = f"[...document.querySelectorAll('button')].find({named})"
        pressed = f"((button) => button ? (button.click(), true) : false)({button})"
        _once(lambda: self.value(pressed), lambda: f"« {name} » absent : {self.text('body')}")

    def download(self, name: str) -> Path:
        """The file that a button saves."""
        before = set(self.saved.iterdir())
        self.press(name)

        def whole() -> list[Path]:
            try:
                new = {each: each.stat().st_size for each in set(self.saved.iterdir()) - before}
            except FileNotFoundError:  # the partial file has just taken its name
                return []
            partial = any(path.suffix == ".part" or not size for path, size in new.items())
            return [] if partial else list(new)

        _once(whole, lambda: f"« {name} » n'a rien enregistré")
        return whole()[0]


_js = json.dumps


def _once(true: Callable[[], object], otherwise: Callable[[], str]) -> None:
    limit = time.monotonic() + PATIENCE
    while not true():
        assert time.monotonic() < limit, otherwise()
        time.sleep(0.05)
