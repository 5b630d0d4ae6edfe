# SPDX-License-Identifier: Apache-2.0
"""A gated site with users: a server, its database, its log, and the browsers that visit it."""

import base64
import itertools
import shutil
import tempfile
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

from .application import PROTECTED, Application
from .browser import COOKIE, OWN, Answer, Browser
from .clock import Clock, MovableClock
from .configuration import Configuration
from .database import Database, OwnPostgreSql, Sqlite
from .error_log import ErrorLog
from .httpd import Httpd
from .paths import HOST
from .postgresql import Cluster
from .tls import Certificate
from .tool import Administrator, keygen
from .totp import Authenticator
from .wire import HeldForm, RawAnswer, exchange

PASSWORD = "correct horse battery"
numbers = itertools.count(1)


@dataclass
class User:
    """A row of the users table, and the app once the person has enrolled."""

    name: str
    password: str = PASSWORD
    authenticator: Authenticator | None = None
    recovery_codes: list[str] = field(default_factory=list)

    @property
    def app(self) -> Authenticator:
        assert self.authenticator is not None, f"{self.name} has not enrolled"
        return self.authenticator


def basic_credentials(user: User) -> dict[str, str]:
    """The header that a browser sends after the password dialog of Basic authentication."""
    return {"Authorization": "Basic " + base64.b64encode(f"{user.name}:{user.password}".encode()).decode()}


class Site:
    """Everything that belongs to one server under test."""

    def __init__(self, httpd: Httpd, database: Database, application: Application, certificate: Certificate,
                 keys: Path) -> None:
        self.httpd = httpd
        self.database = database
        self.application = application
        self.certificate = certificate
        self.keys = keys

    @property
    def log(self) -> ErrorLog:
        return self.httpd.log

    @property
    def clock(self) -> Clock:
        return self.httpd.clock

    def configure(self, **options: Any) -> None:
        """Write the configuration: the smallest one but for these options."""
        options.setdefault("key_file", self.keys)
        options.setdefault("database", self.database.directives())
        self.httpd.configure(Configuration(**options).render(self.httpd, self.certificate, self.application))

    def administrator(self, **settings: str) -> Administrator:
        """Somebody with the tool; `_` stands for `-` in the settings."""
        named = {"driver": self.database.driver, "params": self.database.parameters(), "key-file": str(self.keys)}
        return Administrator(self.httpd.root / "uzmfactl.conf",
                             named | {name.replace("_", "-"): value for name, value in settings.items()})

    def url(self, target: str = "/") -> str:
        """The whole address, for a real browser."""
        return f"https://{HOST}:{self.httpd.port}{target}"

    def browser(self, host: str = HOST, headers: Mapping[str, str] | None = None, own: str = "/uzmfa") -> Browser:
        """Somebody new."""
        return self._welcome(Browser(self.httpd.port, self.certificate.client(), self.clock, host, headers, own))

    def holder(self, session: str | None) -> Browser:
        """Somebody who holds this session cookie and nothing else."""
        browser = self.browser()
        browser.session = session
        return browser

    def hold_forms(self, browser: Browser, page: str, forms: Sequence[Mapping[str, str]]) -> list[HeldForm]:
        """Forms of this browser to an own page, of which httpd has all but the last byte; it waits for two seconds."""
        held = [HeldForm(self.httpd.port, self.certificate.client(), f"{OWN}/{page}", f"{COOKIE}={browser.session}", fields)
                for fields in forms]
        time.sleep(0.5)  # nothing tells when httpd has read so far
        return held

    def basic_browser(self, user: User, **headers: str) -> Browser:
        """Somebody who has answered the password dialog of Basic authentication."""
        return self.browser(headers={**headers, **basic_credentials(user)})

    def plain_browser(self) -> Browser:
        """Somebody new who does not use TLS."""
        return self._welcome(Browser(self.httpd.plain_port, None, self.clock))

    def app(self, uri: str) -> Authenticator:
        """An authenticator app that has scanned this `otpauth:` link."""
        return Authenticator(uri, self.clock)

    def raw(self, data: bytes) -> RawAnswer:
        """Send bytes as they are, on a connection of their own."""
        return exchange(self.httpd.port, self.certificate.client(), data)

    def add_user(self, name: str | None = None, **options: Any) -> User:
        """A user who has not enrolled."""
        user = User(name or f"user{next(numbers)}")
        self.database.add_user(user.name, user.password, **options)
        return user

    def sign_in(self, user: User, browser: Browser | None = None) -> Browser:
        """A browser in which the user has passed the first factor."""
        browser = browser or self.browser()
        answer = browser.sign_in(user.name, user.password)
        assert answer.status == 303, f"sign-in of {user.name}: {answer.status}"
        return browser

    def verify(self, user: User, browser: Browser | None = None) -> Browser:
        """A browser in which the user has passed both factors; the first time by enrolling."""
        browser = self.sign_in(user, browser)
        if user.authenticator is None:
            user.authenticator = browser.enroll()
            user.recovery_codes = browser.recovery_codes
        else:
            answer = browser.verify(user.app.fresh())
            assert answer.status == 303, f"verification of {user.name}: {answer.status}"
        return browser

    def enrolled_user(self, name: str | None = None, **options: Any) -> User:
        """A user with an app who is signed in nowhere that matters."""
        user = self.add_user(name, **options)
        self.verify(user).close()
        return user

    def _welcome(self, browser: Browser) -> Browser:
        self.httpd.visitors.add(browser)
        return browser


def is_open(answer: Answer) -> bool:
    """Whether the application itself answered."""
    return answer.status == 200 and PROTECTED in answer.text


class Workshop:
    """Makes sites, and knows all of them so that every log is read after every test."""

    def __init__(self) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="uzmfa-"))
        self.folder.chmod(0o755)  # www-data reads below it
        self.certificate = Certificate.make(self.folder)
        self.sites: list[Site] = []
        self.logs: list[ErrorLog] = []
        self._cluster: Cluster | None = None

    @cached_property
    def _keys(self) -> Path:
        return keygen(self.folder / "keys")

    def cluster(self) -> Cluster:
        """The PostgreSQL server of this run, made when first needed."""
        if self._cluster is None:
            self._cluster = Cluster(self.folder / "postgresql")
        return self._cluster

    def build(self, driver: str = "sqlite3", *, like: Site | None = None, database: Database | None = None,
              movable_clock: bool = False, **options: Any) -> Site:
        """A site that has not started; `like` another it is a second node with the same keys and database."""
        root = self.folder / f"site{len(list(self.folder.glob('site*')))}"
        root.mkdir()
        clock = MovableClock(root / "clock") if movable_clock else Clock()
        database = like.database if like else database or self._database(driver, root)
        keys = root / "keys"
        shutil.copy(like.keys if like else self._keys, keys)
        keys.chmod(0o600)
        site = Site(Httpd(root, clock), database, Application(root / "htdocs"), self.certificate, keys)
        site.configure(**options)
        self.sites.append(site)
        self.logs.append(site.log)
        return site

    def start(self, driver: str = "sqlite3", **options: Any) -> Site:
        """A site that serves, and had nothing to complain of."""
        site = self.build(driver, **options)
        site.httpd.start()
        complaints = site.log.complaints()
        assert not complaints, "\n".join(complaints)
        return site

    def close(self) -> None:
        """Stop everything and leave nothing behind."""
        for site in self.sites:
            site.httpd.stop()
            if isinstance(site.database, OwnPostgreSql):
                site.database.close()
        if self._cluster is not None:
            self._cluster.stop()
        shutil.rmtree(self.folder)

    def _database(self, driver: str, root: Path) -> Database:
        return OwnPostgreSql(self.cluster()) if driver == "pgsql" else Sqlite.make(root / "database")
