# SPDX-License-Identifier: Apache-2.0
"""The certificate of the servers under test, and a client's trust in it."""

import ssl
import subprocess
from dataclasses import dataclass
from pathlib import Path

HOSTS = ("localhost", "*.example.test")


@dataclass(frozen=True)
class Certificate:
    """A self-signed certificate and its key, as files."""

    certificate: Path
    key: Path

    @classmethod
    def make(cls, folder: Path) -> "Certificate":
        made = cls(folder / "server.pem", folder / "server.key")
        names = ",".join(f"DNS:{host}" for host in HOSTS) + ",IP:127.0.0.1"
        subprocess.run(
            ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes",
             "-days", "3650", "-subj", "/CN=localhost", "-addext", f"subjectAltName={names}",
             "-addext", "basicConstraints=critical,CA:FALSE", "-keyout", made.key, "-out", made.certificate],
            check=True, capture_output=True)
        return made

    def client(self) -> ssl.SSLContext:
        """What a client needs that trusts this certificate and no other."""
        return ssl.create_default_context(cafile=str(self.certificate))
