# SPDX-License-Identifier: Apache-2.0
"""One real httpd on ports of its own."""

import contextlib
import os
import signal
import socket
import subprocess
import time
from collections.abc import Callable
from pathlib import Path
from typing import Protocol
from weakref import WeakSet

from .clock import Clock
from .error_log import ErrorLog
from .paths import HTTPD, SANITIZER

PATIENCE = 20  # seconds for a start, a restart or a stop


class StartRefused(AssertionError):
    """httpd did not start; the text is what it said on the terminal and in its log."""


def free_port() -> int:
    """A port of 127.0.0.1 that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Visitor(Protocol):
    """Somebody who may hold a connection open."""

    def close(self) -> None: ...


class Httpd:
    """A server root with its configuration, and the process that serves it."""

    def __init__(self, root: Path, clock: Clock | None = None) -> None:
        self.root = root
        self.clock = clock or Clock()
        self.port = free_port()
        self.plain_port = free_port()
        self.log = ErrorLog(root / "error.log")
        self.visitors: WeakSet[Visitor] = WeakSet()
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def configuration(self) -> Path:
        return self.root / "httpd.conf"

    @property
    def pid(self) -> int:
        """The parent's process id."""
        assert self._process is not None, "httpd is not running"
        return self._process.pid

    @property
    def is_running(self) -> bool:
        return self._process is not None and self._process.poll() is None

    def children(self) -> list[int]:
        """The process ids of the parent's children."""
        try:
            return [int(pid) for pid in Path(f"/proc/{self.pid}/task/{self.pid}/children").read_text().split()]
        except OSError:  # the parent ended meanwhile
            return []

    def configure(self, text: str) -> None:
        self.configuration.write_text(text)

    def configtest(self) -> str:
        """Run `httpd -t`: what it said, if it was content; else StartRefused."""
        done = subprocess.run([*self._command(), "-t"], capture_output=True, text=True, env=self._environment())
        if done.returncode != 0:
            raise StartRefused(done.stderr)
        return done.stderr

    def start(self) -> None:
        """Start, and return when it serves; raise StartRefused if it ends instead."""
        with (self.root / "terminal.log").open("wb") as terminal:
            # A session of its own, since httpd signals its whole process group when it stops.
            self._process = subprocess.Popen([*self._command(), "-D", "FOREGROUND"], stdin=subprocess.DEVNULL,
                                             stdout=terminal, stderr=terminal, env=self._environment(),
                                             start_new_session=True)
        try:
            self._await(lambda: self.log.lines("resuming normal operations"))
            self._await(lambda: answers(self.port))
        except StartRefused:
            self.kill()
            raise

    def refusal(self) -> str:
        """What it says when it refuses to start, as it must here; its log lines count as read."""
        try:
            self.start()
        except StartRefused as refused:
            self.log.mark()
            return str(refused)
        raise AssertionError("httpd started")

    def stop(self) -> None:
        """End the server and wait until it is gone."""
        if self._process is None:
            return
        if self._process.poll() is None:
            self._let_children_end()
            self._process.terminate()
        try:
            self._process.wait(PATIENCE)
        except subprocess.TimeoutExpired:
            self.kill()
            raise AssertionError(f"httpd did not stop within {PATIENCE} s") from None
        self._process = None

    def kill(self) -> None:
        """End the server at once, its children too, as a machine that fails does."""
        if self._process is not None:
            group = [self.pid, *self.children()]
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self.pid, signal.SIGKILL)
            self._process.wait()
            while any(is_alive(pid) for pid in group):
                time.sleep(0.02)
            self._process = None

    def graceful(self) -> None:
        """Restart without breaking off a request; return when the new configuration serves."""
        self._signal(signal.SIGUSR1)

    def hangup(self) -> None:
        """Restart at once (`httpd -k restart`), breaking off requests."""
        self._signal(signal.SIGHUP)

    def restart(self) -> None:
        """End the server, and start it again."""
        self.stop()
        self.start()

    def _let_children_end(self) -> None:
        """Ask for a graceful stop, and give the children some seconds for it.

        At SIGTERM a child of event or worker frees what its threads still use: it would crash now and then, and the log
        is to show our crashes only.
        """
        remain = "mod_cgid.so" in self.configuration.read_text()  # its daemon ends with the parent
        for visitor in list(self.visitors):
            visitor.close()
        self._process.send_signal(signal.SIGWINCH)
        deadline = time.monotonic() + 3
        while sum(is_alive(pid) for pid in self.children()) > remain and time.monotonic() < deadline:
            time.sleep(0.02)

    def _signal(self, number: signal.Signals) -> None:
        before = len(self.log.lines("resuming normal operations"))
        os.kill(self.pid, number)
        self._await(lambda: len(self.log.lines("resuming normal operations")) > before)
        self._await(lambda: answers(self.port))

    def _await(self, is_done: Callable[[], object]) -> None:
        deadline = time.monotonic() + PATIENCE
        while not is_done():
            if not self.is_running:
                raise StartRefused(self.said())
            if time.monotonic() > deadline:
                raise StartRefused(f"not ready within {PATIENCE} s\n{self.said()}")
            time.sleep(0.02)

    def said(self) -> str:
        """What it printed on the terminal, and the lines of its log since the last mark."""
        return (self.root / "terminal.log").read_text() + "\n".join(self.log.lines())

    def _command(self) -> list[str]:
        return [str(HTTPD), "-d", str(self.root), "-f", str(self.configuration)]

    def _environment(self) -> dict[str, str]:
        environment = {"PATH": os.environ["PATH"], "LANG": "C.UTF-8", **self.clock.environment()}
        if SANITIZER:
            # Behind a movable clock, and before all else: the clock asks the sanitizer's functions for the true time.
            environment["LD_PRELOAD"] = ":".join(filter(None, (environment.get("LD_PRELOAD"), SANITIZER)))
            environment |= {name: value for name, value in os.environ.items() if name.endswith("SAN_OPTIONS")}
        return environment


def is_alive(pid: int) -> bool:
    """Whether a process has not ended; one that its parent has not yet asked about has."""
    try:
        return ") Z " not in Path(f"/proc/{pid}/stat").read_text()
    except (FileNotFoundError, ProcessLookupError):
        return False


def answers(port: int) -> bool:
    """Whether somebody accepts connections there."""
    with socket.socket() as probe:
        probe.settimeout(1)
        return probe.connect_ex(("127.0.0.1", port)) == 0
