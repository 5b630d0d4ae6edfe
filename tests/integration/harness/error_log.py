# SPDX-License-Identifier: Apache-2.0
"""httpd's error log, part of every assertion: a test names each line above `info` that it causes."""

import re
import time
from dataclasses import dataclass
from pathlib import Path

LEVEL = re.compile(r"^\[[^]]*\] \[[^]:]*:(?P<level>\w+)\]")
QUIET = {"notice", "info", "debug", "trace1", "trace2", "trace3", "trace4", "trace5", "trace6", "trace7", "trace8"}
# What httpd says of itself: a kept-alive connection that event closes at a graceful restart, and a mod_ssl that was
# built with a newer OpenSSL than the machine's.
OF_HTTPD = re.compile("AH03093|AH01882")
CRASH = re.compile(r"exit signal (?!Terminated)")


@dataclass
class Expectation:
    """A pattern that a test announced, and how many lines it may match; None is one or more, or any number."""

    pattern: re.Pattern[str]
    times: int | None
    must_come: bool = True
    seen: int = 0

    def is_met(self) -> bool:
        if not self.must_come:
            return True
        return self.seen > 0 if self.times is None else self.seen == self.times


class ErrorLog:
    """What one server wrote since the last mark."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._start = 0
        self._expectations: list[Expectation] = []

    def mark(self) -> None:
        """Begin anew: forget earlier lines and expectations."""
        self._start += len(self._read())
        self._expectations.clear()

    def expect(self, pattern: str, times: int | None = None) -> None:
        """Name a line above `info` that this test causes; it must come."""
        self._expectations.append(Expectation(re.compile(pattern), times))

    def allow(self, pattern: str) -> None:
        """Name a line above `info` that may come, or not."""
        self._expectations.append(Expectation(re.compile(pattern), None, must_come=False))

    def lines(self, pattern: str = "") -> list[str]:
        """The lines since the mark that contain the pattern."""
        text = self._read().decode("utf-8", "backslashreplace")
        return [line for line in text.splitlines() if line and re.search(pattern, line)]

    def await_line(self, pattern: str, seconds: float = 10, number: int = 1) -> str:
        """The first line with the pattern, or that of another number, as soon as it is there."""
        deadline = time.monotonic() + seconds
        while len(found := self.lines(pattern)) < number:
            assert time.monotonic() < deadline, f"{len(found)} lines {pattern!r} in the error log, not {number}"
            time.sleep(0.05)
        return found[number - 1]

    def loud(self) -> list[str]:
        """The lines above `info`, those without a level, and crashes of children."""
        return [line for line in self.lines() if is_loud(line)]

    def complaints(self) -> list[str]:
        """What is wrong with the log: lines that no expectation names, and expectations that no line met."""
        for expectation in self._expectations:
            expectation.seen = 0
        wrong = []
        for line in self.loud():
            named = [one for one in self._expectations if one.pattern.search(line)]
            for one in named:
                one.seen += 1
            if not named:
                wrong.append(f"not expected: {line}")
        wrong += [f"expected {one.times or 'some'}, seen {one.seen}: {one.pattern.pattern}"
                  for one in self._expectations if not one.is_met()]
        return wrong

    def _read(self) -> bytes:
        """The whole lines since the mark; the last may be half written."""
        if not self.path.exists():
            return b""
        with self.path.open("rb") as file:
            file.seek(self._start)
            data = file.read()
        return data[:data.rfind(b"\n") + 1]


def is_loud(line: str) -> bool:
    """Whether an administrator would have to look at this line."""
    if OF_HTTPD.search(line):
        return False
    found = LEVEL.match(line)
    return found is None or found["level"] not in QUIET or CRASH.search(line) is not None
