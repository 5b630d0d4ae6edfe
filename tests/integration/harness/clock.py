# SPDX-License-Identifier: Apache-2.0
"""The time that a server and the authenticators of its users go by."""

import os
import time
from pathlib import Path
from unittest import SkipTest

from .paths import SANITIZER

FAKETIME = next(Path("/usr/lib").glob("*/faketime/libfaketimeMT.so.1"), None)


class Clock:
    """The true time."""

    def now(self) -> float:
        return time.time()

    def environment(self) -> dict[str, str]:
        """What a server's environment must hold to go by this clock."""
        return {}

    def await_room(self, seconds: float, period: int = 30) -> None:
        """Return where at least so many seconds are left of the current time step."""
        left = period - self.now() % period
        if left < seconds:
            time.sleep(left + 0.05)


class MovableClock(Clock):
    """A clock that a test moves forward; the server sees it through libfaketime."""

    def __init__(self, file: Path) -> None:
        assert FAKETIME is not None, "install the package faketime"
        if "tsan" in SANITIZER:
            raise SkipTest("a process with libfaketime and ThreadSanitizer crashes before main, whichever comes first")
        self._file = file
        self._offset = 0
        self.forward(0)

    def now(self) -> float:
        return time.time() + self._offset

    def forward(self, seconds: int) -> None:
        """Let so many seconds pass."""
        self._offset += seconds
        self._write(f"{self._offset:+d}")

    def hasten(self, rate: int) -> None:
        """From now on let the server's time, its waits too, pass so many times as fast; `now` does not follow."""
        self._write(f"{self._offset:+d} x{rate}")

    def _write(self, setting: str) -> None:
        draft = self._file.with_suffix(".new")
        draft.write_text(f"{setting}\n")
        os.replace(draft, self._file)

    def environment(self) -> dict[str, str]:
        return {"LD_PRELOAD": str(FAKETIME), "FAKETIME_TIMESTAMP_FILE": str(self._file),
                "FAKETIME_NO_CACHE": "1", "FAKETIME_DONT_FAKE_MONOTONIC": "1", "DONT_FAKE_MONOTONIC": "1"}
