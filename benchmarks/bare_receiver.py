"""What anything that receives over TCP cannot beat here: recv, SHA-256, write, fdatasync, and no more.

    python benchmarks/bare_receiver.py FOLDER PORT

Speaks just enough HTTP for the sender of ``deposit_bench``: no checks, no database.
"""

from __future__ import annotations

import hashlib
import os
import re
import socket
import sys
import threading
from pathlib import Path


def head(connection: socket.socket) -> tuple[str, int, bytes]:
    """A request's method, the length of its body, and the bytes of it that came along."""
    came = b""
    while b"\r\n\r\n" not in came:
        more = connection.recv(65536)
        if not more:
            return "", 0, b""
        came += more
    lines, body = came.split(b"\r\n\r\n", 1)
    length = re.search(rb"content-length: *(\d+)", lines, re.IGNORECASE)
    return lines.split(b" ", 1)[0].decode(), int(length[1]) if length else 0, body


def receive(connection: socket.socket, path: Path) -> None:
    buffer, digest = bytearray(1 << 20), hashlib.sha256()
    room = memoryview(buffer)
    with connection, path.open("wb", buffering=0) as sink:
        while (request := head(connection))[0]:
            method, left, body = request
            if method == "POST":
                connection.sendall(b"HTTP/1.1 201 Created\r\nLocation: /x\r\nContent-Length: 0\r\n\r\n")
                continue
            digest.update(body)
            sink.write(body)
            left -= len(body)
            while left and (size := connection.recv_into(buffer)):
                digest.update(room[:size])
                sink.write(room[:size])
                left -= size
            os.fdatasync(sink.fileno())
            connection.sendall(b"HTTP/1.1 204 No Content\r\n\r\n")
    path.unlink()


def main() -> None:
    folder, port = Path(sys.argv[1]), int(sys.argv[2])
    with socket.create_server(("127.0.0.1", port), backlog=128) as listening:
        for number in range(sys.maxsize):
            connection, _ = listening.accept()
            threading.Thread(target=receive, args=(connection, folder / str(number)), daemon=True).start()


if __name__ == "__main__":
    main()
