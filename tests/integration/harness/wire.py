# SPDX-License-Identifier: Apache-2.0
"""Bytes on the wire, for requests that no browser sends."""

import socket
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

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

    def read_head(self) -> bytes:
        """The status line and the headers of the next answer."""
        data = b""
        while END not in data and (part := self._connection.recv(4096)):
            data += part
        return data.partition(END)[0]


@contextmanager
def wire(port: int, trust: ssl.SSLContext | None, timeout: float = 15) -> Iterator[Wire]:
    """A connection to the server under test."""
    plain = socket.create_connection(("127.0.0.1", port), timeout)
    connection = trust.wrap_socket(plain, server_hostname="localhost") if trust else plain
    try:
        yield Wire(connection)
    finally:
        connection.close()


def request(line: str, *headers: str, body: bytes = b"") -> bytes:
    """The bytes of a request that asks the server to close afterwards."""
    return "\r\n".join([line, "Host: localhost", "Connection: close", *headers, "", ""]).encode("latin-1") + body


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
