# SPDX-License-Identifier: Apache-2.0
"""WebSockets over HTTP/2, which begin by an extended CONNECT (RFC 8441)."""

import socket
from collections.abc import Sequence

from h2.connection import H2Connection
from h2.events import ConnectionTerminated, DataReceived, ResponseReceived, StreamEnded, StreamReset
from h2.settings import SettingCodes

from .site import Site


def open_websocket(site: Site, target: str, headers: Sequence[str] = (), host: str = "localhost",
                   origin: str | None = None) -> tuple[int, bytes]:
    """Ask for one on a connection of its own: the status (0 for none), and all bytes until the stream ends or falls silent."""
    trust = site.certificate.client()
    trust.set_alpn_protocols(["h2"])
    with (socket.create_connection(("127.0.0.1", site.httpd.port), 15) as plain,
          trust.wrap_socket(plain, server_hostname=host) as connection):
        assert connection.selected_alpn_protocol() == "h2"
        http = H2Connection()
        http.initiate_connection()
        connection.sendall(http.data_to_send())
        while http.remote_settings.enable_connect_protocol != 1:
            received = http.receive_data(connection.recv(65536))
            assert not any(isinstance(one, ConnectionTerminated) for one in received)
            assert SettingCodes.ENABLE_CONNECT_PROTOCOL in http.remote_settings or not received
        fields = [(":method", "CONNECT"), (":protocol", "websocket"), (":scheme", "https"), (":path", target),
                  (":authority", f"{host}:{site.httpd.port}"), ("sec-websocket-version", "13")]
        fields += [("origin", origin)] if origin else []
        fields += [(name.lower(), value) for name, _, value in (line.partition(": ") for line in headers)]
        http.send_headers(1, fields)
        connection.sendall(http.data_to_send())
        return _answer(http, connection)


def _answer(http: H2Connection, connection: socket.socket) -> tuple[int, bytes]:
    status, body = 0, b""
    connection.settimeout(1)
    while True:
        try:
            data = connection.recv(65536)
        except TimeoutError:
            return status, body
        if not data:
            return status, body
        for event in http.receive_data(data):
            match event:
                case ResponseReceived():
                    status = int(dict(event.headers)[b":status"])
                case DataReceived():
                    body += event.data
                case StreamEnded() | StreamReset() | ConnectionTerminated():
                    return status, body
        connection.sendall(http.data_to_send())
