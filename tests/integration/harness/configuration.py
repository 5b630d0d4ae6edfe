# SPDX-License-Identifier: Apache-2.0
"""The text of an httpd.conf, built around the smallest configuration of the contract."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from .application import Application
from .httpd import Httpd
from .paths import HTTPD_MODULES, MODULE, USUAL_MPM
from .tls import Certificate

BASE = ("mpm_{mpm}", "authn_core", "authz_core", "authz_user", "ssl", "socache_shmcb", "mime", "dir", "alias", "include",
        "env", "setenvif", "headers")
COMPANIONS = ("session", "dbd")

MPM = {
    "prefork": ["StartServers 2", "MinSpareServers 1", "MaxSpareServers 4", "MaxRequestWorkers 24"],
    "worker": ["StartServers 2", "ServerLimit 8", "ThreadsPerChild 64", "ThreadLimit 64", "MaxRequestWorkers 128",
               "MinSpareThreads 16", "MaxSpareThreads 128"],
}
MPM["event"] = MPM["worker"]

SMALLEST_GATE = ("Session On", "AuthType Uzmfa", "Require valid-user", "UzmfaEngine On")
# The same with a first factor of httpd's own; needs the module auth_basic.
BASIC_GATE = ("Session On", "AuthType Basic", 'AuthName "ERP"', "AuthBasicProvider uzerp", "Require valid-user", "UzmfaEngine On")


def place(kind: str, path: str, lines: Sequence[str]) -> list[str]:
    """A section such as `<Location "/x">`."""
    return [f'<{kind} "{path}">', *lines, f"</{kind}>"]


@dataclass(frozen=True)
class Host:
    """One more virtual host on the TLS port."""

    name: str
    lines: Sequence[str]

    def render(self, port: int, tls: Sequence[str]) -> list[str]:
        return [f"<VirtualHost 127.0.0.1:{port}>", f"ServerName {self.name}", *tls, *self.lines, "</VirtualHost>"]


@dataclass
class Configuration:
    """What a test may vary; as it stands it is the smallest configuration behind TLS, with the application."""

    database: Sequence[str]
    key_file: Path | None
    mpm: str = USUAL_MPM
    module: bool = True
    companions: Sequence[str] = COMPANIONS
    modules: Sequence[str] = ()
    gate: Sequence[str] = SMALLEST_GATE
    location: Sequence[str] = ()
    server: Sequence[str] = ()
    hosts: Sequence[Host] = ()
    plain_http: bool = False

    def render(self, httpd: Httpd, certificate: Certificate, application: Application) -> str:
        """The whole file."""
        tls = ["SSLEngine on", f'SSLCertificateFile "{certificate.certificate}"',
               f'SSLCertificateKeyFile "{certificate.key}"']
        main = Host("localhost", ())
        return "\n".join([
            f'ServerRoot "{httpd.root}"', f'DefaultRuntimeDir "{httpd.root}"', f'PidFile "{httpd.root}/httpd.pid"',
            f'ErrorLog "{httpd.log.path}"', "LogLevel info" + (" uzmfa:debug" if self.module else ""),
            "ServerName localhost", "User www-data", "Group www-data", "EnableSendfile Off",
            f"Listen 127.0.0.1:{httpd.port} https",
            *([f"Listen 127.0.0.1:{httpd.plain_port} http"] if self.plain_http else []),
            *self._loads(), 'TypesConfig "/etc/mime.types"', *MPM[self.mpm],
            f'SSLSessionCache "shmcb:{httpd.root}/tls_sessions(512000)"', "Timeout 2", "MaxKeepAliveRequests 0",
            # httpd may miss the SIGTERM that follows at once on the signal for a graceful stop.
            "GracefulShutdownTimeout 3",
            # A thread of worker that waits for the next request holds up a stop.
            "KeepAliveTimeout 2" if self.mpm == "worker" else "KeepAliveTimeout 30",
            *([] if self.mpm == "prefork" else [f'ScriptSock "{httpd.root}/cgid.sock"']),
            *application.directives(),
            *(self.database if "dbd" in self.companions else ()),
            *([f'UzmfaSessionKeyFile "{self.key_file}"'] if self.key_file else []),
            *place("Location", "/", [*self.gate, *self.location]),
            *self.server,
            *main.render(httpd.port, tls),
            *(line for host in self.hosts for line in host.render(httpd.port, tls)),
            *([f"<VirtualHost 127.0.0.1:{httpd.plain_port}>", "</VirtualHost>"] if self.plain_http else []),
            "",
        ])

    def _loads(self) -> list[str]:
        """LoadModule lines; each name once."""
        cgi = "cgi" if self.mpm == "prefork" else "cgid"
        names = dict.fromkeys([*(name.format(mpm=self.mpm) for name in BASE), cgi, *self.companions, *self.modules])
        loads = [f"LoadModule {name}_module {HTTPD_MODULES}/mod_{name}.so"
                 for name in names]
        return loads + ([f"LoadModule uzmfa_module {MODULE}"] if self.module else [])
