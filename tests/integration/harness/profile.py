# SPDX-License-Identifier: Apache-2.0
"""The ready configurations of `conf/`, started as they stand: a test only defines what an administrator would change."""

import shutil
from collections.abc import Mapping, Sequence
from pathlib import Path

from .configuration import MPM
from .paths import HTTPD_MODULES, MODULE, PHP_MODULE, REPOSITORY
from .site import Site

ADMINISTRATOR = "head"
# What Debian loads by itself, and what each profile asks for.
MODULES = ("authn_core", "authz_core", "authz_user", "authz_host", "access_compat", "mime", "dir", "alias", "env", "setenvif",
           "negotiation", "autoindex", "ssl", "socache_shmcb", "headers", "session", "dbd")
LOADS = {"php": PHP_MODULE, "uzmfa": MODULE}


def install(site: Site, profile: str, values: Mapping[str, str | Path], *, modules: Sequence[str] = (), mpm: str = "event",
            lines: Sequence[str] = ()) -> None:
    """Configure a site by a profile with these values; the lines stand in the server around it."""
    root = site.httpd.root
    prefix = profile.upper()
    common = {"HOST": "localhost", "PORT": str(site.httpd.port), "CERTIFICATE": site.certificate.certificate,
              "CERTIFICATE_KEY": site.certificate.key, "KEYS": site.keys, "ADMINS": ADMINISTRATOR, "LOG": root / "access.log"}
    site.httpd.configure("\n".join([
        f'ServerRoot "{root}"', f'DefaultRuntimeDir "{root}"', f'PidFile "{root}/httpd.pid"', f'ErrorLog "{site.log.path}"',
        "LogLevel info", "ServerName localhost", "User www-data", "Group www-data", "GracefulShutdownTimeout 3",
        f"Listen 127.0.0.1:{site.httpd.port} https", "MaxKeepAliveRequests 0", "KeepAliveTimeout 30", "Timeout 10",
        *(f"LoadModule {name}_module {LOADS.get(name, HTTPD_MODULES / f'mod_{name}.so')}"
          for name in (f"mpm_{mpm}", *MODULES, *modules, "uzmfa")),
        'TypesConfig "/etc/mime.types"', *MPM[mpm], f'SSLSessionCache "shmcb:{root}/tls_sessions(512000)"', *lines,
        *(f'Define {prefix}_{name} "{value}"' for name, value in {**common, **values}.items()),
        f'Include "{REPOSITORY}/conf/{profile}.conf"', ""]))


def decisions(site: Site) -> list[tuple[str, str, str, str]]:
    """What the profile's access log says of each request: target, user, decision and method."""
    found = []
    for line in (site.httpd.root / "access.log").read_text().splitlines():
        before, request, after, *_ = line.split('"')
        user = before.split()[1]
        _, _, decision, method = after.split()
        found.append((request.split()[1], user, decision, method))
    return found


def readable(folder: Path) -> None:
    """Let httpd's children read everything in a folder."""
    for path in (folder, *folder.rglob("*")):
        path.chmod(0o755 if path.is_dir() else 0o644)


def copy(source: Path, target: Path) -> Path:
    """A copy of a folder that httpd's children can read."""
    shutil.copytree(source, target)
    readable(target)
    return target
