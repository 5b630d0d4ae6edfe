# SPDX-License-Identifier: Apache-2.0
"""A small part of the soak; all of it: `./bootstrap soak`."""

import subprocess
import sys

import pytest

from harness.paths import REPOSITORY


@pytest.mark.parametrize("kind", ["prefork:http/1.1", "worker:http/1.1", "worker:h2", "event:http/1.1", "event:h2"])
def test_R91_R112_restarts_and_load_break_nothing_and_fill_no_memory(kind: str) -> None:
    done = subprocess.run([sys.executable, REPOSITORY / "tests/soak", "1", kind], capture_output=True, text=True, timeout=3600)
    assert done.returncode == 0, done.stdout + done.stderr
    assert " requests, " in done.stdout
