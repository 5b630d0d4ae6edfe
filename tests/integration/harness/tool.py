# SPDX-License-Identifier: Apache-2.0
"""uzmfactl, the module's command line."""

import subprocess
from pathlib import Path

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
