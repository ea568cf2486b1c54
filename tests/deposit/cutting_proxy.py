"""A network that cuts: a TCP proxy on 127.0.0.1 that drops each connection after some bytes."""

from __future__ import annotations

import contextlib
import random
import socket
import threading


class CuttingProxy:
    """Cuts the first ``cuts`` connections that send, each after a number of bytes drawn from ``dice``."""

    def __init__(self, port: int, dice: random.Random, cuts: int, most: int) -> None:
        self.target, self.dice, self.left, self.most = port, dice, cuts, most
        self.cut = 0
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = int(self.listener.getsockname()[1])
        self.threads: list[threading.Thread] = []
        self.sockets = [self.listener]
        self._start(self._accept)

    def _start(self, work: object, *arguments: object) -> None:
        thread = threading.Thread(target=work, args=arguments, daemon=True)  # type: ignore[arg-type]
        self.threads.append(thread)
        thread.start()

    def _accept(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                near, _ = self.listener.accept()
                self.sockets.append(near)
                far = socket.create_connection(("127.0.0.1", self.target))
                self.sockets.append(far)
                limit = self.dice.randrange(300, self.most) if self.left > 0 else None
                self._start(self._pump, near, far, limit)
                self._start(self._pump, far, near, None)

    def _pump(self, source: socket.socket, sink: socket.socket, limit: int | None) -> None:
        passed = 0
        with contextlib.suppress(OSError):
            while data := source.recv(4096):
                passed += len(data)
                if limit is not None and passed > limit:
                    self.left -= 1
                    self.cut += 1
                    break
                sink.sendall(data)
        for end in (source, sink):
            with contextlib.suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)

    def stop(self) -> None:
        for each in self.sockets:
            with contextlib.suppress(OSError):
                each.shutdown(socket.SHUT_RDWR)
        for thread in self.threads:
            thread.join(2)
        for each in self.sockets:
            each.close()
