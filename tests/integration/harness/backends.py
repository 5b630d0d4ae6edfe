# SPDX-License-Identifier: Apache-2.0
"""Small servers behind the gate that answer whatever comes with the protected text, and count who came."""

import base64
import contextlib
import hashlib
import re
import socketserver
import struct
import threading
from typing import BinaryIO, ClassVar

from .application import PROTECTED

WEBSOCKET = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"  # RFC 6455 §1.3
HEAD = f"Content-Type: text/plain\r\nX-Protected: {PROTECTED}\r\n"


class Backend(socketserver.ThreadingTCPServer):
    """Listens on a port of its own until it is closed."""

    daemon_threads = True
    allow_reuse_address = True

    def __init__(self, answerer: type["Answerer"]) -> None:
        super().__init__(("127.0.0.1", 0), answerer)
        self.port = int(self.server_address[1])
        self.asked = 0  # requests so far
        threading.Thread(target=self.serve_forever, args=(0.05,), daemon=True).start()

    def close(self) -> None:
        self.shutdown()
        self.server_close()


class Answerer(socketserver.StreamRequestHandler):
    """What one connection gets."""

    rfile: BinaryIO
    server: Backend
    timeout: ClassVar[float] = 5

    def handle(self) -> None:
        with contextlib.suppress(OSError):
            self.server.asked += 1
            self.answer()

    def answer(self) -> None:
        raise NotImplementedError


class WebSocket(Answerer):
    """Switches protocols and says the text in one frame (RFC 6455 §4.2.2, §5.2); or in HTTP, if not asked to."""

    def answer(self) -> None:
        asked = b""
        while (line := self.rfile.readline()) not in (b"\r\n", b""):
            asked += line
        text = PROTECTED.encode()
        if key := re.search(rb"(?i)^sec-websocket-key: *(\S+)", asked, re.MULTILINE):
            accept = base64.b64encode(hashlib.sha1(key[1] + WEBSOCKET.encode()).digest()).decode()
            self.wfile.write(f"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                             f"Sec-WebSocket-Accept: {accept}\r\n{HEAD}\r\n".encode() + bytes([0x81, len(text)]) + text)
        else:
            self.wfile.write(f"HTTP/1.1 200 OK\r\nConnection: close\r\n{HEAD}\r\n{PROTECTED}".encode())


class FastCgi(Answerer):
    """Reads a request to its end, and answers it by one record and an end (FastCGI 1.0 §3.3, §5)."""

    STDIN, STDOUT, END_REQUEST = 5, 6, 3

    def answer(self) -> None:
        while head := self.rfile.read(8):
            _, kind, number, length, padding = struct.unpack("!BBHHBx", head)
            self.rfile.read(length + padding)
            if kind == self.STDIN and length == 0:
                self._record(self.STDOUT, number, f"{HEAD}\r\n{PROTECTED}".encode())
                self._record(self.STDOUT, number, b"")
                self._record(self.END_REQUEST, number, bytes(8))
                return

    def _record(self, kind: int, number: int, content: bytes) -> None:
        self.wfile.write(struct.pack("!BBHHBx", 1, kind, number, len(content), 0) + content)
