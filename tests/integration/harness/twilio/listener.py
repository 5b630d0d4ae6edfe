# SPDX-License-Identifier: Apache-2.0
"""The connections of the double: HTTP/1.1 with keep-alive on a loopback port, with TLS or without."""

import ssl
import time
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from socket import SHUT_RDWR, SO_LINGER, SOL_SOCKET, socket
from struct import pack
from threading import Condition, Thread

HANDSHAKE = 10  # seconds a client may take for TLS
LARGEST_FORM = 1 << 20


class Connection(BaseHTTPRequestHandler):
    """One client's connection. Each request is handed on; what becomes of it is not decided here."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    def __init__(self, listener: "Listener", number: int, link: socket) -> None:
        self.number = number
        self.listener = listener
        self.body = b""
        super().__init__(link, None, listener)  # type: ignore[arg-type]

    def handle_one_request(self) -> None:
        try:
            super().handle_one_request()
        except OSError:  # the client, or stop(), has closed
            self.close_connection = True

    def serve(self) -> None:
        if "Transfer-Encoding" in self.headers:
            self.write(411, {"Connection": "close"})
            self.close_connection = True
            return
        length = self.headers.get("Content-Length", "0")
        if not length.isdecimal() or int(length) > LARGEST_FORM:
            self.write(413, {"Connection": "close"})
            self.close_connection = True
            return
        self.body = self.rfile.read(int(length))
        if len(self.body) == int(length):
            self.listener.handle(self)

    do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = do_HEAD = do_OPTIONS = serve

    def write(self, status: int, headers: dict[str, str], body: bytes = b"", length: int | None = None) -> None:
        """Send one answer in one piece. `length` is what it says of its length, if not the truth."""
        lines = [f"HTTP/1.1 {status} {self.responses.get(status, ('',))[0]}"]
        if status >= 200 and status not in (204, 304):
            headers = {**headers, "Content-Length": str(len(body) if length is None else length)}
        lines += [f"{name}: {value}" for name, value in headers.items()]
        shown = b"" if self.command == "HEAD" else body
        self.connection.sendall("\r\n".join([*lines, "", ""]).encode("latin-1") + shown)

    def close(self) -> None:
        """Close after this request."""
        self.close_connection = True

    def reset(self) -> None:
        """Close at once, by RST."""
        self.connection.setsockopt(SOL_SOCKET, SO_LINGER, pack("ii", 1, 0))
        self.close_connection = True

    def log_message(self, format: str, *arguments: object) -> None:
        pass


class Listener(ThreadingHTTPServer):
    """The port and its threads."""

    daemon_threads = True
    request_queue_size = 128

    def __init__(self, port: int, secure: ssl.SSLContext | None, accepted: Callable[[], int],
                 handle: Callable[[Connection], None]) -> None:
        super().__init__(("127.0.0.1", port), Connection)  # type: ignore[arg-type]
        self.handle = handle
        self._secure = secure
        self._accepted = accepted
        self._links: set[socket] = set()
        self._changed = Condition()
        self._thread = Thread(target=self.serve_forever, args=(0.05,), daemon=True)
        self._thread.start()

    @property
    def port(self) -> int:
        return int(self.server_address[1])

    def process_request(self, request: socket, client_address: object) -> None:  # type: ignore[override]
        number = self._accepted()
        with self._changed:
            self._links.add(request)
        Thread(target=self._serve, args=(request, number), daemon=True).start()

    def _serve(self, plain: socket, number: int) -> None:
        link = plain
        try:
            if self._secure:
                plain.settimeout(HANDSHAKE)
                link = self._secure.wrap_socket(plain, server_side=True)
                with self._changed:
                    self._links.add(link)
                link.settimeout(None)
            Connection(self, number, link)
        except OSError:  # no handshake, or closed by stop()
            pass
        finally:
            with self._changed:
                self._links -= {plain, link}
                self._changed.notify_all()
            link.close()
            plain.close()

    def stop(self, timeout: float = 10) -> None:
        """Close the port and every connection, and wait for the threads."""
        self.shutdown()
        self.server_close()
        self._thread.join(timeout)
        deadline = time.monotonic() + timeout
        with self._changed:
            while self._links and time.monotonic() < deadline:
                for link in self._links:
                    try:
                        link.shutdown(SHUT_RDWR)
                    except OSError:
                        pass
                self._changed.wait(0.1)
