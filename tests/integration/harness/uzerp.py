# SPDX-License-Identifier: Apache-2.0
"""The stand-in of uzERP behind the profile `uzerp.conf`, run by mod_php or by php-fpm."""

import shutil
import subprocess
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from unittest import SkipTest

from .browser import Answer
from .httpd import PATIENCE
from .paths import PHP_FPM, SANITIZER
from .profile import copy, install
from .site import Site

SOURCE = Path(__file__).with_name("uzerp")
ENGINES = ("mod_php", "php_fpm")
APP_COOKIES = ("PHPSESSID", "csrf_token", "uzerpdevice", "username")
ENV = """UZERP_MANAGE_USER_SESSIONS=true
USER_ACTIVITY_TIMEOUT_SECS=1800
USER_SESSION_MAX_AGE_SECS=28800
"""


class PhpFpm:
    """A php-fpm with one pool, on a socket that httpd's children may use."""

    def __init__(self, root: Path) -> None:
        self.socket = root / "fpm.sock"
        self._log = root / "fpm.log"
        self._configuration = root / "fpm.conf"
        self._configuration.write_text(
            f"[global]\nerror_log = {self._log}\ndaemonize = no\n"
            f"[uzerp]\nuser = www-data\ngroup = www-data\nlisten = {self.socket}\nlisten.owner = www-data\n"
            "listen.mode = 0600\npm = static\npm.max_children = 4\n")
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        self._process = subprocess.Popen([PHP_FPM, "--nodaemonize", "--fpm-config", self._configuration],
                                         stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        deadline = time.monotonic() + PATIENCE
        while not self.socket.exists():
            assert self._process.poll() is None and time.monotonic() < deadline, self._log.read_text()
            time.sleep(0.02)

    def stop(self) -> None:
        if self._process is not None:
            self._process.terminate()
            self._process.wait(PATIENCE)


@contextmanager
def uzerp_site(build: Callable[..., Site], engine: str, lines: Sequence[str] = ()) -> Iterator[Site]:
    """The profile with the stand-in behind it, serving; the lines stand in the server around it."""
    if engine == "mod_php" and SANITIZER:
        raise SkipTest("mod_php loads opcache with RTLD_DEEPBIND, which a sanitizer ends the process for; php-fpm is a process of its own")
    site = build("pgsql")
    root = site.httpd.root
    folder = copy(SOURCE, root / "uzerp")
    environment = folder / ".env"
    environment.write_text(ENV)
    environment.chmod(0o600)
    sessions = root / "php_sessions"
    sessions.mkdir()
    shutil.chown(sessions, "www-data", "www-data")
    reach = site.database.parameters().partition(" connect_timeout")[0]
    parameters = root / "database_parameters"
    parameters.write_text(reach)
    parameters.chmod(0o644)
    fpm = PhpFpm(root)
    install(site, "uzerp", {"ROOT": folder, "ENV": environment, "DATABASE": reach, "FPM": fpm.socket},
            modules=["php"] if engine == "mod_php" else ["proxy", "proxy_fcgi"],
            mpm="prefork" if engine == "mod_php" else "event", lines=lines)
    try:
        if engine == "php_fpm":
            fpm.start()
        site.httpd.start()
        yield site
    finally:
        site.httpd.stop()
        fpm.stop()


def environment(answer: Answer) -> dict[str, str]:
    """The variables that PHP has seen, of the page `?module=environment`."""
    assert answer.status == 200, answer.status
    return dict(line.split("=", 1) for line in answer.text.splitlines() if "=" in line)


def shown_user(answer: Answer) -> str:
    """Whom the application takes its user for."""
    assert answer.status == 200, answer.status
    return answer.page.by_id("user").text


def expired(answer: Answer) -> set[str]:
    """The cookies of the whole site that an answer makes the browser forget."""
    found = set()
    for line in answer.set_cookies:
        pair, *attributes = [part.strip().lower() for part in line.split(";")]
        if "max-age=0" in attributes and "path=/" in attributes:
            found.add(line.partition("=")[0])
    return found
