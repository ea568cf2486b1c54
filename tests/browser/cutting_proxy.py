"""A network that cuts: a TCP relay to a server whose connections are dropped after so many bytes."""

from __future__ import annotations

import contextlib
import socket
import threading

ENDLESS = 1 << 62


class CuttingProxy:
    """Relays to ``port``, whole until ``cut`` is called."""

    def __init__(self, port: int) -> None:
        self.target = port
        self.passing = threading.Event()
        self.passing.set()
        self.cut()
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self.listener.getsockname()[1]
        self.open: set[socket.socket] = set()
        self.lock = threading.Lock()
        self.cuts = 0
        self.threads = [threading.Thread(target=self._accept)]
        self.threads[0].start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def cut(self, *after: int) -> None:
        """Drop every connection after so many bytes towards the server, again after so many more…

        The network is whole after the last cut, unless it is 0: then nothing passes any more.
        """
        self.left, *self.next = *after, ENDLESS
        self.quiet_after = ENDLESS
        self.passing.set()

    def silence(self, after: int) -> None:
        """Fall silent after so many bytes towards the server, nothing cut, until ``cut`` is called."""
        self.quiet_after = after

    @property
    def silent(self) -> bool:
        return not self.passing.is_set()

    def close(self) -> None:
        self.left = 0
        self.passing.set()
        with contextlib.suppress(OSError):
            self.listener.shutdown(socket.SHUT_RDWR)
        self.listener.close()
        self._drop()
        for thread in self.threads:
            thread.join(5)

    def _accept(self) -> None:
        while True:
            try:
                client, _ = self.listener.accept()
            except OSError:
                return
            if self.left <= 0:
                client.close()
                continue
            try:
                server = socket.create_connection(("127.0.0.1", self.target))
            except OSError:  # the server is dead
                client.close()
                continue
            with self.lock:
                self.open |= {client, server}
            for pair in ((client, server, True), (server, client, False)):
                self.threads.append(threading.Thread(target=self._relay, args=pair))
                self.threads[-1].start()

    def _relay(self, source: socket.socket, sink: socket.socket, counted: bool) -> None:
        try:
            while data := source.recv(16_384):
                if counted:
                    self.quiet_after -= len(data)
                    if self.quiet_after <= 0:
                        self.passing.clear()
                self.passing.wait()
                if counted:
                    self.left -= len(data)
                    if self.left <= 0:
                        self.cuts += 1
                        self.left, *self.next = *self.next, 0
                        self._drop()
                        return
                sink.sendall(data)
        except OSError:
            pass
        finally:
            for each in (source, sink):
                with contextlib.suppress(OSError):
                    each.shutdown(socket.SHUT_RDWR)

    def _drop(self) -> None:
        with self.lock:
            dropped, self.open = self.open, set()
        for each in dropped:
            with contextlib.suppress(OSError):
                each.shutdown(socket.SHUT_RDWR)
            each.close()
