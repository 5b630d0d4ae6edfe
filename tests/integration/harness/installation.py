# SPDX-License-Identifier: Apache-2.0
"""A site that runs somewhere already, for tests that need no other: see "A running installation" in docs/contributing.md."""

import secrets
from pathlib import Path
from typing import Any, NoReturn
from urllib.parse import urlsplit
from weakref import WeakSet

import pytest

from .clock import Clock
from .database import PostgreSql, Sqlite
from .error_log import ErrorLog
from .paths import HOST
from .settings_file import settings_in
from .site import Site, User, Workshop
from .tls import Certificate


class NotOurs:
    """A test that asks for what this does not have is skipped: somebody else's server is not ours to stop or to configure.
    Only at a running installation; elsewhere a test that does not run is a failure of `tests/requirements/evidence`.
    """

    def __getattr__(self, name: str) -> NoReturn:
        if name.startswith("_"):
            raise AttributeError(name)
        pytest.skip(f"{name} is not for us to do at a running installation")


class TheirHttpd(NotOurs):
    """A server that nobody here may configure or stop."""

    def __init__(self, root: Path, port: int, log: Path) -> None:
        self.root = root
        self.port = port
        self.log = ErrorLog(log)
        self.clock = Clock()
        self.visitors: WeakSet[Any] = WeakSet()


class TheirPostgreSql(PostgreSql, NotOurs):
    """A database of a server that nobody here may stop."""


class Installation(Workshop):
    """In the place of a workshop: makes no sites, and has one."""

    def __init__(self, file: Path) -> None:
        super().__init__()
        told = settings_in(file)
        tool = settings_in(Path(told["uzmfactl-config"]))
        address = urlsplit(told["url"])
        assert address.hostname == HOST, f"set UZMFA_HOST={address.hostname}"
        params = tool["params"]
        database = TheirPostgreSql(params) if tool["driver"] == "pgsql" else Sqlite(Path(params))
        httpd = TheirHttpd(self.folder, address.port or 443, Path(told["error-log"]))
        trust = Certificate(Path(told["ca-file"]), self.folder)
        self.site = VisitedSite(httpd, database, NotOurs(), trust, Path(tool["key-file"]))
        self.logs.append(self.site.log)

    def build(self, *_: object, **__: object) -> NoReturn:
        pytest.skip("needs a server of its own")

    def close(self) -> None:
        self.site.forget_users()
        super().close()


class VisitedSite(Site):
    """A site of which only the users are ours."""

    def __init__(self, *parts: Any) -> None:
        super().__init__(*parts)
        self._users: list[str] = []

    def add_user(self, name: str | None = None, **options: Any) -> User:
        user = super().add_user(name or f"uzmfa-test-{secrets.token_hex(6)}", **options)
        self._users.append(user.name)
        return user

    def forget_users(self) -> None:
        """End what they have, and remove their rows."""
        administrator = self.administrator()
        for name in self._users:
            administrator.run("user", "reset", name)
            for table in ("user_company_access", "users"):
                self.database.execute(f"DELETE FROM {table} WHERE username = ?", (name,))
