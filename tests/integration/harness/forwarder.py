# SPDX-License-Identifier: Apache-2.0
"""A port in front of the database, which may fall silent: it accepts connections and never answers."""

import contextlib
import socket
import threading


class Forwarder:
    """Passes bytes on to another port of this machine, or keeps them."""

    def __init__(self, target: int) -> None:
        self._target = target
        self._listener = socket.create_server(("127.0.0.1", 0), backlog=256)
        self.port = int(self._listener.getsockname()[1])
        self._lock = threading.Lock()
        self._open: list[socket.socket] = []
        self._is_silent = False
        self.unanswered = 0  # connections that came since it fell silent
        threading.Thread(target=self._accept, daemon=True).start()

    def fall_silent(self) -> None:
        """Break the connections there are, and answer no new one."""
        with self._lock:
            self._is_silent, self.unanswered = True, 0
        self._break()

    def speak(self) -> None:
        """Pass on again; who still waits is told to try anew."""
        with self._lock:
            self._is_silent = False
        self._break()

    def close(self) -> None:
        self._listener.close()
        self._break()

    def _break(self) -> None:
        with self._lock:
            broken, self._open = self._open, []
        for one in broken:
            with contextlib.suppress(OSError):
                one.shutdown(socket.SHUT_RDWR)
            one.close()

    def _accept(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                client, _ = self._listener.accept()
                with self._lock:
                    self._open.append(client)
                    is_silent = self._is_silent
                    self.unanswered += is_silent
                if not is_silent:
                    self._forward(client)

    def _forward(self, client: socket.socket) -> None:
        server = socket.create_connection(("127.0.0.1", self._target))
        with self._lock:
            self._open.append(server)
        for one, other in ((client, server), (server, client)):
            threading.Thread(target=self._pass_on, args=(one, other), daemon=True).start()

    @staticmethod
    def _pass_on(source: socket.socket, sink: socket.socket) -> None:
        with contextlib.suppress(OSError):
            while data := source.recv(65536):
                sink.sendall(data)
        for one in (source, sink):
            with contextlib.suppress(OSError):
                one.shutdown(socket.SHUT_RDWR)
