# SPDX-License-Identifier: Apache-2.0
"""The tests of the requirements at a site that somebody else runs."""

import re
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from harness.paths import REPOSITORY, TOOL
from harness.site import Site

AGAINST = REPOSITORY / "tests/requirements/against"
TESTS = [REPOSITORY / f"tests/requirements/test_{name}.py" for name in ("codes", "coverage_and_flow", "keys", "outage")]


def run(site: Site, folder: Path, *arguments: str | Path) -> subprocess.CompletedProcess[str]:
    """Run tests at this site, which is told to them as that of somebody else."""
    site.log.allow(r"core:error\] .*(AH00135|AH02429)")  # what no browser sends
    file = folder / "installation"
    file.write_text(f"url = {site.url()}\nca-file = {site.certificate.certificate}\nerror-log = {site.log.path}\n"
                    f"uzmfactl = {TOOL}\nuzmfactl-config = {site.administrator().file}\n")
    return subprocess.run([AGAINST, file, "-q", "-p", "no:xdist", *arguments], capture_output=True, text=True, timeout=600)


def counted(said: str, what: str) -> int:
    found = re.search(rf"(\d+) {what}", said.splitlines()[-1])
    return int(found[1]) if found else 0


@pytest.mark.parametrize("driver", ["sqlite3", "pgsql"])
def test_what_needs_no_server_of_its_own_runs_and_leaves_nobody_behind(start_site: Callable[..., Site], driver: str,
                                                                      tmp_path: Path) -> None:
    site = start_site(driver)
    site.add_user()
    before = site.database.execute("SELECT * FROM users")
    done = run(site, tmp_path, "--sample", *TESTS)
    assert done.returncode == 0, done.stdout
    assert counted(done.stdout, "passed") >= 12 and counted(done.stdout, "skipped") >= 10, done.stdout
    assert site.database.execute("SELECT * FROM users") == before
    assert site.httpd.is_running


def test_a_gate_that_stands_open_is_seen(start_site: Callable[..., Site], tmp_path: Path) -> None:
    site = start_site(location=["UzmfaEngine Off", "Require all granted"])
    done = run(site, tmp_path, REPOSITORY / "tests/requirements/test_coverage_and_flow.py", "-k", "R1_ or R3_")
    assert done.returncode == 1
    assert counted(done.stdout, "failed") + counted(done.stdout, "error") >= 3
