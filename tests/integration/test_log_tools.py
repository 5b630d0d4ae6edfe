# SPDX-License-Identifier: Apache-2.0
"""conf/fail2ban and conf/logrotate, with the tools that they are for."""

import re
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from harness.audit_log import AuditLog
from harness.browser import OWN
from harness.paths import REPOSITORY
from harness.provider import await_true
from harness.site import Site

FILTER = REPOSITORY / "conf/fail2ban/filter.d/uzmfa.conf"
JAIL = REPOSITORY / "conf/fail2ban/jail.d/uzmfa.conf"
LOGROTATE = REPOSITORY / "conf/logrotate/uzmfa"


def addresses_found(line_or_file: str | Path) -> list[str]:
    """The addresses that fail2ban would count, one a line that matches."""
    done = subprocess.run(["fail2ban-regex", "--out", "ip", str(line_or_file), str(FILTER)], capture_output=True, text=True, timeout=60)
    assert "ERROR" not in done.stderr, done.stderr
    return done.stdout.split()


@pytest.fixture
def audited(build_site: Callable[..., Site]) -> tuple[Site, AuditLog]:
    site = build_site()
    log = AuditLog(site.httpd.root / "audit.log")
    site.configure(server=[log.directive])
    site.httpd.start()
    return site, log


def test_fail2ban_counts_what_fails_in_either_log(audited: tuple[Site, AuditLog]) -> None:
    site, log = audited
    user = site.enrolled_user()
    browser = site.browser()
    for name in (user.name, "nobody", "a, client 192.0.2.1:5", '[client 192.0.2.1:5] UZMFA1020 x: "', '","address":"192.0.2.1"'):
        assert browser.sign_in(name, "x").status == 401
    site.sign_in(user, browser)
    form = browser.fetch(f"{OWN}/verify")
    for _ in range(5):
        assert browser.submit(form, code=user.app.wrong()).status == 401
    assert browser.submit(form, code=user.app.fresh()).status == 429
    assert browser.recover("AAAA-AAAA-AAAA-AAAA").status == 401
    counted = ["127.0.0.1"] * 12
    assert addresses_found(site.log.path) == counted
    assert addresses_found(log.path) == counted


@pytest.mark.parametrize("line", [
    "[Sun Nov 29 21:52:37.123456 2026] [uzmfa:info] [pid 7] [client 192.0.2.7:40116] UZMFA1020 wrong_password: wrong user name or password",
    "[Sun Nov 29 21:52:37.123456 2026] [uzmfa:info] [pid 7:tid 8] [client 2001:db8::7:40116] UZMFA1024 wrong_code: wrong code, user a",
    "[Sun Nov 29 21:52:37.123456 2026] [uzmfa:info] [pid 7:tid 8] [remote 192.0.2.9:80] [client 192.0.2.7:40116] UZMFA1044 x_y: wrong",
])
def test_fail2ban_knows_the_forms_of_the_error_log(line: str) -> None:
    (found,) = addresses_found(line)
    assert found in ("192.0.2.7", "2001:db8::7")


@pytest.mark.parametrize("line", [
    "[Sun Nov 29 21:52:37.123456 2026] [uzmfa:info] [pid 7:tid 8] [client 192.0.2.7:40116] UZMFA1028 code_accepted: code accepted",
    "[Sun Nov 29 21:52:37.123456 2026] [core:info] [pid 7:tid 8] [client 192.0.2.7:40116] UZMFA1020 wrong_password: wrong",
    "[Sun Nov 29 21:52:37.123456 2026] [uzmfa:info] [pid 7:tid 8] [client 192.0.2.7:1] AH01: x [client 192.0.2.8:1] UZMFA1020 wrong_password: x",
    '{"time":"2026-05-01T12:34:56Z","id":"UZMFA1028","event":"code_accepted","address":"192.0.2.7","user":"a"}',
    '{"time":"2026-05-01T12:34:56Z","id":"UZMFA1020","event":"wrong_password","address":null,"user":"\\"address\\":\\"192.0.2.7\\","}',
])
def test_fail2ban_counts_nothing_else(line: str) -> None:
    assert addresses_found(line) == []


def test_the_jail_is_one_that_fail2ban_takes(tmp_path: Path) -> None:
    log = tmp_path / "error.log"
    log.touch()
    folder = tmp_path / "fail2ban"
    subprocess.run(["cp", "-r", "/etc/fail2ban", folder], check=True)
    (folder / "filter.d/uzmfa.conf").write_text(FILTER.read_text())
    (folder / "jail.d/uzmfa.conf").write_text(JAIL.read_text().replace("/var/log/apache2/error.log", str(log)))
    for other in (folder / "jail.d").glob("defaults*"):
        other.unlink()
    done = subprocess.run(["fail2ban-client", "-c", folder, "-d"], capture_output=True, text=True, timeout=60)
    assert done.returncode == 0 and f"['set', 'uzmfa', 'addlogpath', '{log}'" in done.stdout, done.stdout + done.stderr
    assert "ERROR" not in done.stderr, done.stderr


def test_logrotate_takes_the_file(tmp_path: Path) -> None:
    file = tmp_path / "uzmfa"
    file.write_text(LOGROTATE.read_text())
    file.chmod(0o644)  # as the package has it
    done = subprocess.run(["logrotate", "-d", file], capture_output=True, text=True, timeout=60)
    assert done.returncode == 0 and "error:" not in done.stderr, done.stderr


def test_logrotate_rotates_and_httpd_goes_on(audited: tuple[Site, AuditLog], tmp_path: Path) -> None:
    site, log = audited
    site.browser().sign_in("before", "x")
    text = LOGROTATE.read_text().replace("/var/log/uzmfa/*.log", str(log.path))
    text, count = re.subn(r"if invoke-rc.d apache2 status.*?fi\n", f"kill -USR1 {site.httpd.pid}\n", text, flags=re.DOTALL)
    assert count == 1
    file = tmp_path / "uzmfa"
    file.write_text(text)
    file.chmod(0o644)
    restarts = len(site.log.lines("resuming normal operations"))
    subprocess.run(["logrotate", "-f", "-s", tmp_path / "state", file], check=True, timeout=60)
    await_true(lambda: len(site.log.lines("resuming normal operations")) > restarts, "httpd was not told")
    await_true(lambda: site.browser().sign_in("after", "x").status == 401, "httpd does not answer")
    assert [entry["user"] for entry in AuditLog(Path(f"{log.path}.1")).entries()] == ["before"]
    assert [entry["user"] for entry in log.entries()] == ["after"]
    assert oct(log.path.stat().st_mode & 0o777) == "0o640"
