# SPDX-License-Identifier: Apache-2.0
"""The users table and the module's own tables, on SQLite and on PostgreSQL, with one set of helpers."""

import hashlib
import re
import shutil
import sqlite3
from abc import ABC, abstractmethod
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Any

import bcrypt
import psycopg2
import psycopg2.extras

from . import tool
from .postgresql import PATIENCE, Cluster

Row = dict[str, Any]
UZERP = Path(__file__).with_name("uzerp.sql")


def php_hash(password: str, cost: int, legacy_md5: bool) -> str:
    """PHP's password_hash; for a legacy row over the hex MD5 of the password."""
    secret = password.encode()
    if legacy_md5:
        secret = hashlib.md5(secret).hexdigest().encode()
    return bcrypt.hashpw(secret, bcrypt.gensalt(cost)).decode().replace("$2b$", "$2y$", 1)


class Database(ABC):
    """What a test does to the tables, and what httpd must be told to reach them."""

    driver: str

    @abstractmethod
    def parameters(self) -> str:
        """What httpd and the tool connect with."""

    @abstractmethod
    def directives(self) -> list[str]:
        """The DBD lines of the configuration."""

    @abstractmethod
    def execute(self, sql: str, parameters: Sequence[Any] = ()) -> list[Row]:
        """Run one statement as the owner, with `?` for parameters; the rows if it has any."""

    @abstractmethod
    def tables(self) -> list[str]:
        """The names of the module's own tables."""

    @abstractmethod
    def writes_held(self) -> AbstractContextManager[None]:
        """Let everybody read, and whoever writes wait."""

    def add_user(self, name: str, password: str, *, cost: int = 4, legacy_md5: bool = False, company: bool = True,
                 **columns: Any) -> None:
        """A person of an enabled company; a low cost makes fast tests."""
        row = {"username": name, "password": php_hash(password, cost, legacy_md5), "access_enabled": True, **columns}
        marks = ", ".join("?" for _ in row)
        self.execute(f"INSERT INTO users ({', '.join(row)}) VALUES ({marks})", list(row.values()))
        if company:
            self.execute("INSERT INTO user_company_access (username, usercompanyid, enabled) VALUES (?, 1, ?)",
                         (name, True))

    def row(self, name: str) -> Row:
        """The row of one user."""
        (found,) = self.execute("SELECT * FROM users WHERE username = ?", (name,))
        return found

    def own_rows(self, name: str, table: str) -> list[Row]:
        """What one of the module's tables has of a user."""
        return self.execute(f"SELECT * FROM {table} WHERE uuid = ?", (str(self.row(name)["uuid"]),))

    def update(self, name: str, **columns: Any) -> None:
        """Change columns of one user."""
        changes = ", ".join(f"{column} = ?" for column in columns)
        self.execute(f"UPDATE users SET {changes} WHERE username = ?", [*columns.values(), name])

    def dump(self) -> dict[str, list[Row]]:
        """Every row of the users and of the module's own tables, but for the record of events."""
        return {table: self.execute(f"SELECT * FROM {table}") for table in ["users", *self.tables()]
                if table not in ("uzmfa_event", "uzmfa_event_count")}


class Sqlite(Database):
    """A database file."""

    driver = "sqlite3"

    def __init__(self, path: Path) -> None:
        self.path = path

    @classmethod
    def make(cls, folder: Path) -> "Sqlite":
        """A new one, which www-data may write."""
        folder.mkdir()
        made = cls(folder / "users.db")
        with made._connect() as connection:
            connection.executescript(tool.schema(cls.driver, users=True))
        made.execute("INSERT OR IGNORE INTO system_companies (id, enabled) VALUES (1, ?)", (True,))
        for path in (folder, *folder.iterdir()):
            shutil.chown(path, "www-data", "www-data")
        return made

    def parameters(self) -> str:
        return str(self.path)

    def directives(self) -> list[str]:
        return ["DBDriver sqlite3", f"DBDParams {self.parameters()}", 'DBDInitSQL "PRAGMA busy_timeout=3000"']

    def execute(self, sql: str, parameters: Sequence[Any] = ()) -> list[Row]:
        connection = self._connect()
        try:
            return [dict(row) for row in connection.execute(sql, parameters)]
        finally:
            connection.close()

    def tables(self) -> list[str]:
        rows = self.execute("SELECT name FROM sqlite_master WHERE type = 'table' AND name LIKE 'uzmfa_%'")
        return [row["name"] for row in rows]

    def writes_held(self) -> AbstractContextManager[None]:
        return self._held("IMMEDIATE")

    def reads_held(self) -> AbstractContextManager[None]:
        """Let nobody read either."""
        return self._held("EXCLUSIVE")

    @contextmanager
    def _held(self, how: str) -> Iterator[None]:
        connection = self._connect()
        connection.execute(f"BEGIN {how}")
        try:
            yield
        finally:
            connection.rollback()
            connection.close()

    def _connect(self) -> sqlite3.Connection:
        connection = sqlite3.connect(self.path, timeout=10, isolation_level=None)
        connection.row_factory = sqlite3.Row
        return connection


class PostgreSql(Database):
    """A database of somebody's server."""

    driver = "pgsql"

    def __init__(self, parameters: str) -> None:
        self._parameters = parameters
        self._connection = self._connect()

    def parameters(self) -> str:
        return self._parameters

    def directives(self) -> list[str]:
        return ["DBDriver pgsql", f'DBDParams "{self.parameters()}"']

    def execute(self, sql: str, parameters: Sequence[Any] = ()) -> list[Row]:
        with self._connection.cursor(cursor_factory=psycopg2.extras.RealDictCursor) as cursor:
            cursor.execute(sql.replace("%", "%%").replace("?", "%s"), tuple(parameters))
            return [dict(row) for row in cursor] if cursor.description else []

    def tables(self) -> list[str]:
        rows = self.execute("SELECT tablename FROM pg_tables WHERE tablename LIKE 'uzmfa_%'")
        return [row["tablename"] for row in rows]

    @contextmanager
    def writes_held(self) -> Iterator[None]:
        with self._held("EXCLUSIVE"):
            yield

    @contextmanager
    def reads_held(self) -> Iterator[None]:
        """Whoever reads a table waits until the end of the block."""
        with self._held("ACCESS EXCLUSIVE"):
            yield

    @contextmanager
    def _held(self, mode: str) -> Iterator[None]:
        connection = self._connect()
        with connection.cursor() as cursor:
            cursor.execute("BEGIN")
            cursor.execute(f"LOCK TABLE {', '.join(['users', *self.tables()])} IN {mode} MODE")
        try:
            yield
        finally:
            connection.close()

    def _connect(self) -> "psycopg2.extensions.connection":
        connection = psycopg2.connect(self._parameters)
        connection.autocommit = True
        return connection

    def close(self) -> None:
        self._connection.close()


class OwnPostgreSql(PostgreSql):
    """A database of a private cluster, with uzERP's tables and rights."""

    def __init__(self, cluster: Cluster, patience: int = PATIENCE) -> None:
        """httpd gives up a statement after `patience` seconds."""
        self._cluster = cluster
        self.name = cluster.create_database()
        super().__init__(cluster.parameters(self.name, patience=patience))
        with self._connection.cursor() as cursor:
            cursor.execute(UZERP.read_text())
            cursor.execute(tool.schema(self.driver))
            cursor.execute('GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO "www-data"')
            cursor.execute('GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO "www-data"')

    def _connect(self) -> "psycopg2.extensions.connection":
        return self._cluster.connect(self.name)  # as the owner

    def break_connections(self) -> None:
        """End every connection of httpd, as a restart of the database server does."""
        self._cluster.break_connections(self.name)

    def statements(self, part: str = "") -> int:
        """How many statements httpd has sent so far; with `part` those that contain it."""
        return len(self.sent(part))

    def sent(self, part: str = "") -> list[str]:
        """The SQL of those statements, with `?` for parameters."""
        return [re.sub(r"\$\d+", "?", re.sub(r"^[^:]*: ", "", line)) for line in self._cluster.sent(self.name, part)]

    @property
    def port(self) -> int:
        return self._cluster.port

    def directives_by_way_of(self, port: int) -> list[str]:
        """The DBD lines for somebody who listens on that port and passes on."""
        return ["DBDriver pgsql", f'DBDParams "{self._cluster.parameters(self.name, port)}"']

    def go_down(self) -> None:
        """Refuse every connection, and break those there are."""
        self._connection.close()
        self._cluster.close_database(self.name)

    def come_back(self) -> None:
        """Accept connections again."""
        self._cluster.open_database(self.name)
        self._connection = self._connect()

    def stop_server(self, mode: str) -> None:
        """Stop the database server, which must be this site's alone."""
        self._connection.close()
        self._cluster.stop(mode)

    def start_server(self) -> None:
        """Start it again."""
        self._cluster.start()
        self._connection = self._connect()
