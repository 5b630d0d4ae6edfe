# SPDX-License-Identifier: Apache-2.0
"""uzmfactl, the module's command line."""

import json
import os
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from .paths import TOOL


def uzmfactl(*arguments: str | Path) -> str:
    """Run the tool, insist that it succeeds, and return what it printed."""
    done = subprocess.run([TOOL, *arguments], capture_output=True, text=True, timeout=30)
    assert done.returncode == 0, f"uzmfactl {arguments}: {done.returncode}\n{done.stderr}"
    return done.stdout


def keygen(path: Path) -> Path:
    """Make a key file that httpd accepts."""
    uzmfactl("keygen", path)
    return path


def schema(driver: str, *, users: bool = False) -> str:
    """The SQL that makes the module's tables, and with `users` the table of users as well."""
    return uzmfactl("schema", "--driver", driver, *(["--users"] if users else []))


@dataclass(frozen=True)
class Outcome:
    """What a run of the tool came to."""

    status: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)

    @property
    def said(self) -> str:
        return self.out + self.err


class Administrator:
    """The tool with a configuration file of its own."""

    def __init__(self, file: Path, settings: dict[str, str]) -> None:
        self.file = file
        self.settings = settings
        self.write()

    def write(self, mode: int = 0o600, **changes: str) -> None:
        """Write the file, with other values for some settings; an empty one is left out, `_` stands for `-`."""
        self.settings |= {name.replace("_", "-"): value for name, value in changes.items()}
        self.put("".join(f"{name} = {value}\n" for name, value in self.settings.items() if value), mode)

    def put(self, text: str, mode: int = 0o600) -> None:
        """Write the file as it is given."""
        self.file.write_text(text)
        self.file.chmod(mode)

    def run(self, *arguments: str, stdin: str = "", **environment: str) -> Outcome:
        done = subprocess.run([TOOL, *arguments, "--config", self.file], capture_output=True, text=True, timeout=60,
                              input=stdin, env={**os.environ, **environment})
        return Outcome(done.returncode, done.stdout, done.stderr)

    def json(self, *arguments: str) -> Any:
        """What a run that succeeds prints as JSON."""
        done = self.run(*arguments, "--json")
        assert done.status == 0, done.said
        return done.json

    def findings(self) -> dict[str, list[str]]:
        """What `check` finds: by subject the levels."""
        found: dict[str, list[str]] = {}
        for finding in self.run("check", "--json").json["findings"]:
            found.setdefault(finding["subject"], []).append(finding["level"])
        return found
