# SPDX-License-Identifier: Apache-2.0
"""Bytes on the wire, for requests that no browser sends."""

import contextlib
import socket
import ssl
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import BinaryIO
from urllib.parse import urlencode

from .paths import ADDRESS, HOST

END = b"\r\n\r\n"


class Wire:
    """One connection on which any bytes may be sent."""

    def __init__(self, connection: socket.socket) -> None:
        self._connection = connection

    def send(self, data: bytes) -> None:
        self._connection.sendall(data)

    def read_to_end(self) -> bytes:
        """Everything until the server closes."""
        parts = []
        try:
            while part := self._connection.recv(65536):
                parts.append(part)
        except (ssl.SSLEOFError, ConnectionResetError):
            pass
        return b"".join(parts)


@contextmanager
def wire(port: int, trust: ssl.SSLContext | None, timeout: float = 15) -> Iterator[Wire]:
    """A connection to the server under test."""
    plain = socket.create_connection((ADDRESS, port), timeout)
    connection = trust.wrap_socket(plain, server_hostname=HOST) if trust else plain
    try:
        yield Wire(connection)
    finally:
        connection.close()


class HeldForm:
    """A form of a browser without its last byte: its cookie was read, its body not yet."""

    def __init__(self, port: int, trust: ssl.SSLContext, page: str, cookie: str, fields: Mapping[str, str]) -> None:
        body = urlencode(fields).encode()
        plain = socket.create_connection((ADDRESS, port), 15)
        self._connection = trust.wrap_socket(plain, server_hostname=HOST)
        self._last = body[-1:]
        head = request(f"POST {page} HTTP/1.1", f"Cookie: {cookie}", "Content-Type: application/x-www-form-urlencoded",
                       f"Content-Length: {len(body)}")
        self._connection.sendall(head + body[:-1])

    def send_rest(self) -> "RawAnswer":
        self._connection.sendall(self._last)
        answer = RawAnswer.parse(Wire(self._connection).read_to_end())
        self._connection.close()
        return answer


def request(line: str, *headers: str, body: bytes = b"") -> bytes:
    """The bytes of a request that asks the server to close afterwards."""
    return "\r\n".join([line, f"Host: {HOST}", "Connection: close", *headers, "", ""]).encode("latin-1") + body


@dataclass(frozen=True)
class RawAnswer:
    """The first answer of a connection, and the bytes that came after it."""

    status: int
    headers: dict[str, str]
    body: bytes
    rest: bytes

    @classmethod
    def parse(cls, data: bytes) -> "RawAnswer":
        head, _, after = data.partition(END)
        first, *lines = head.decode("latin-1").split("\r\n")
        headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
        status = int(first.split()[1])
        if headers.get("transfer-encoding") == "chunked":
            body, rest = unchunk(after)
        else:
            length = int(headers.get("content-length", len(after)))
            body, rest = after[:length], after[length:]
        return cls(status, headers, body, rest)


def unchunk(data: bytes) -> tuple[bytes, bytes]:
    """A chunked body put together, and what follows it."""
    body = b""
    while True:
        size, _, data = data.partition(b"\r\n")
        length = int(size, 16)
        if length == 0:
            return body, data.removeprefix(b"\r\n")
        body, data = body + data[:length], data[length + 2:]


def exchange(port: int, trust: ssl.SSLContext | None, data: bytes) -> RawAnswer:
    """Send bytes on a connection of their own and read until the server closes."""
    with wire(port, trust) as connection:
        connection.send(data)
        return RawAnswer.parse(connection.read_to_end())


class Stream:
    """A connection that stays open, on which any requests are made one after the other; opened again when closed."""

    def __init__(self, port: int, trust: ssl.SSLContext, host: str = HOST) -> None:
        self._port = port
        self._trust = trust
        self._host = host
        self._connection: socket.socket | None = None
        self._file: BinaryIO | None = None

    def ask(self, line: str, *headers: str, body: bytes = b"") -> RawAnswer:
        """Send one request, and read one answer and no more."""
        method, version = line.partition(" ")[0], line.rpartition(" ")[2]
        data = "\r\n".join([line, f"Host: {self._host}", *headers, "", ""]).encode("latin-1") + body
        answer = self._exchange(data, method == "HEAD")
        is_kept = version == "HTTP/1.1" and "close" not in answer.headers.get("connection", "").lower()
        if not is_kept or answer.status == 101:
            with contextlib.suppress(OSError):
                answer = replace(answer, rest=self._file.read())
            self.close()
        return answer

    def close(self) -> None:
        if self._connection is not None:
            self._file.close()
            self._connection.close()
            self._connection = None

    def _exchange(self, data: bytes, is_head: bool) -> RawAnswer:
        """Once more on a new connection if the server had closed the old one meanwhile."""
        was_open = self._connection is not None
        if not was_open:
            plain = socket.create_connection(("127.0.0.1", self._port), 15)
            plain.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            self._connection = self._trust.wrap_socket(plain, server_hostname=self._host)
            self._file = self._connection.makefile("rb")
        try:
            self._connection.sendall(data)
            return read_answer(self._file, is_head)
        except (OSError, EOFError):
            self.close()
            if not was_open:
                raise
            return self._exchange(data, is_head)


def read_answer(file: BinaryIO, is_head: bool) -> RawAnswer:
    """The next answer of a connection; interim ones are passed over. What is no answer stands in `rest`."""
    first = file.readline()
    if not first:
        raise EOFError
    if not first.startswith(b"HTTP/1."):
        return RawAnswer(0, {}, b"", first + file.read())
    status, headers = int(first.split()[1]), {}
    while (line := file.readline()) not in (END[:2], b""):
        name, _, value = line.decode("latin-1").partition(":")
        headers[name.lower()] = ", ".join(filter(None, [headers.get(name.lower()), value.strip()]))
    if status in (100, 103):
        return read_answer(file, is_head)
    if is_head or status in (101, 204, 304):
        body = b""
    elif headers.get("transfer-encoding") == "chunked":
        body = b"".join(iter(lambda: read_chunk(file), b""))
    else:
        body = file.read(int(headers["content-length"]) if "content-length" in headers else -1)
    return RawAnswer(status, headers, body, b"")


def read_chunk(file: BinaryIO) -> bytes:
    """One chunk of a chunked body; empty at its end."""
    length = int(file.readline(), 16)
    return file.read(length + 2)[:length]
