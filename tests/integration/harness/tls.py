# SPDX-License-Identifier: Apache-2.0
"""The certificate of the servers under test, a client's trust in it, and certificates of people."""

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
        _request("/CN=localhost", made.key, made.certificate, "-addext", f"subjectAltName={names}",
                 "-addext", "basicConstraints=critical,CA:FALSE")
        return made

    def client(self) -> ssl.SSLContext:
        """What a client needs that trusts this certificate and no other."""
        return ssl.create_default_context(cafile=str(self.certificate))


@dataclass(frozen=True)
class Authority:
    """Issues certificates to people."""

    certificate: Path
    key: Path

    @classmethod
    def make(cls, folder: Path) -> "Authority":
        made = cls(folder / "people.pem", folder / "people.key")
        _request("/CN=People", made.key, made.certificate, "-addext", "basicConstraints=critical,CA:TRUE")
        return made

    def issue(self, name: str) -> Certificate:
        """A certificate of the person of this name."""
        made = Certificate(self.certificate.with_name(f"{name}.pem"), self.key.with_name(f"{name}.key"))
        _request(f"/CN={name}", made.key, made.certificate, "-CA", str(self.certificate), "-CAkey", str(self.key),
                 "-addext", "basicConstraints=critical,CA:FALSE")
        return made


def _request(subject: str, key: Path, certificate: Path, *options: str) -> None:
    """Make a key and a certificate of it, signed by itself but for other options."""
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes",
         "-days", "3650", "-subj", subject, *options, "-keyout", key, "-out", certificate],
        check=True, capture_output=True)
