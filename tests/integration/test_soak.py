# SPDX-License-Identifier: Apache-2.0
"""A small part of the soak; all of it: `./bootstrap soak`."""

import subprocess
import sys

import pytest

from harness.paths import REPOSITORY


@pytest.mark.long
def test_R91_R112_restarts_and_load_break_nothing_and_fill_no_memory() -> None:
    done = subprocess.run([sys.executable, REPOSITORY / "tests/soak", "1"], capture_output=True, text=True, timeout=3600)
    assert done.returncode == 0, done.stdout + done.stderr
    assert len(done.stdout.splitlines()) == 5  # kinds of servers
