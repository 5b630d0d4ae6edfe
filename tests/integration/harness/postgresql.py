# SPDX-License-Identifier: Apache-2.0
"""A PostgreSQL cluster that belongs to one run of the tests."""

import re
import shutil
import subprocess
from pathlib import Path

import psycopg2

from .httpd import free_port
from .paths import POSTGRESQL

ACCOUNT = "postgres"
WEB_ROLE = "www-data"
PATIENCE = 2  # seconds that httpd gives a statement

# What httpd asks each second, whatever is requested.
OF_THE_WATCH = re.compile(r"FROM uzmfa_epoch WHERE changed_at|FROM uzmfa_revocation WHERE made_at|: SELECT CAST\(extract\(epoch")


class Cluster:
    """The server, its data folder, and the databases in it."""

    def __init__(self, folder: Path) -> None:
        self._data = folder / "data"
        self._port = free_port()
        self._made = 0
        folder.mkdir()
        shutil.chown(folder, ACCOUNT, ACCOUNT)
        self._run("initdb", "-D", self._data, "-A", "trust", "--no-sync", "-E", "UTF8", "--locale=C.UTF-8")
        self._options = f"-p {self._port} -k {folder} -c listen_addresses=127.0.0.1 -c fsync=off -c max_connections=500 -c log_statement=all -c log_line_prefix='%u@%d '"
        self._log = folder / "log"
        self.start()
        self._administer(f'CREATE ROLE "{WEB_ROLE}" LOGIN')

    def start(self) -> None:
        self._run("pg_ctl", "-D", self._data, "-l", self._log, "-o", self._options, "-w", "start")

    def stop(self, mode: str = "fast") -> None:
        """`fast` breaks off transactions; `immediate` is a crash."""
        self._run("pg_ctl", "-D", self._data, "-m", mode, "-w", "stop")

    def create_database(self) -> str:
        """A new database, empty."""
        self._made += 1
        name = f"erp{self._made}"
        self._administer(f"CREATE DATABASE {name}")
        return name

    def close_database(self, name: str) -> None:
        """Let nobody in, and throw out who is."""
        self._administer(f"ALTER DATABASE {name} ALLOW_CONNECTIONS false")
        self._administer(f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{name}'")

    def break_connections(self, name: str) -> None:
        """Throw out whoever is connected as httpd, and let everybody in again at once."""
        self._administer(f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{name}' AND usename = '{WEB_ROLE}'")

    def open_database(self, name: str) -> None:
        self._administer(f"ALTER DATABASE {name} ALLOW_CONNECTIONS true")

    def connect(self, name: str) -> "psycopg2.extensions.connection":
        """A connection as the owner of the database."""
        connection = psycopg2.connect(host="127.0.0.1", port=self._port, dbname=name, user=ACCOUNT)
        connection.autocommit = True
        return connection

    @property
    def port(self) -> int:
        return self._port

    def parameters(self, name: str, port: int | None = None, patience: int = PATIENCE) -> str:
        """What httpd connects with, a deadline of so many seconds included; by way of another port where one is given."""
        return (f"host=127.0.0.1 port={port or self._port} dbname={name} user={WEB_ROLE} connect_timeout=2 "
                f"tcp_user_timeout=2000 options='-c statement_timeout={patience}s'")

    def sent(self, name: str, part: str = "") -> list[str]:
        """The statements that requests have sent to this database; with `part` those that contain it."""
        start = f"{WEB_ROLE}@{name} LOG: "
        with self._log.open(encoding="utf-8", errors="replace") as log:
            return [line.removeprefix(start).strip() for line in log
                    if line.startswith(start) and part in line and not OF_THE_WATCH.search(line)]

    def _administer(self, sql: str) -> None:
        connection = self.connect("postgres")
        try:
            with connection.cursor() as cursor:
                cursor.execute(sql)
        finally:
            connection.close()

    def _run(self, program: str, *arguments: str | Path) -> None:
        # Files, not pipes: the server inherits what pg_ctl holds, and a pipe would stay open with it.
        subprocess.run([POSTGRESQL / program, *arguments], check=True, user=ACCOUNT, group=ACCOUNT, extra_groups=[],
                       cwd="/", stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
