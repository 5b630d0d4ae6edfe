# SPDX-License-Identifier: Apache-2.0
"""A port in front of the database at which a connection is cut at a certain statement."""

import contextlib
import socket
import threading
from enum import Enum


class Cut(Enum):
    """What of a statement is lost with the connection."""

    STATEMENT = "before it came"
    ANSWER = "before its answer came"


class Severing:
    """Passes on; once armed, it cuts the connection that sends the so-many-th message from then on."""

    def __init__(self, target: int) -> None:
        self._target = target
        self._listener = socket.create_server(("127.0.0.1", 0), backlog=256)
        self.port = int(self._listener.getsockname()[1])
        self._lock = threading.Lock()
        self._left: int | None = None
        self._cut = Cut.STATEMENT
        threading.Thread(target=self._accept, daemon=True).start()

    def arm(self, number: int, cut: Cut) -> None:
        with self._lock:
            self._left, self._cut = number, cut

    def disarm(self) -> bool:
        """Whether it has cut."""
        with self._lock:
            has_cut, self._left = self._left == 0, None
        return has_cut

    def close(self) -> None:
        self._listener.close()

    def _is_due(self) -> bool:
        with self._lock:
            if not self._left:
                return False
            self._left -= 1
            return self._left == 0

    def _accept(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                client, _ = self._listener.accept()
                server = socket.create_connection(("127.0.0.1", self._target))
                lost = threading.Event()
                threading.Thread(target=self._ask, args=(client, server, lost), daemon=True).start()
                threading.Thread(target=self._answer, args=(client, server, lost), daemon=True).start()

    def _ask(self, client: socket.socket, server: socket.socket, lost: threading.Event) -> None:
        with contextlib.suppress(OSError):
            while data := client.recv(65536):
                if self._is_due():
                    if self._cut is Cut.STATEMENT:
                        break
                    lost.set()
                server.sendall(data)
        if not lost.is_set():
            end(client, server)

    @staticmethod
    def _answer(client: socket.socket, server: socket.socket, lost: threading.Event) -> None:
        with contextlib.suppress(OSError):
            while data := server.recv(65536):
                if lost.is_set():
                    break
                client.sendall(data)
        end(client, server)


def end(*sockets: socket.socket) -> None:
    for one in sockets:
        with contextlib.suppress(OSError):
            one.shutdown(socket.SHUT_RDWR)
