# SPDX-License-Identifier: Apache-2.0
"""R87, R88: UzmfaAuditLog has each event as one JSON object a line, from every process, and none of them can be forged."""

import os
import re
import socket
import stat
from collections.abc import Callable
from pathlib import Path

import pytest

from harness.audit_log import AuditLog
from harness.browser import OWN
from harness.configuration import MPM, Host, place
from harness.parallel import at_once
from harness.provider import await_true
from harness.site import Site, Workshop

NODE = socket.gethostname()[:64]
QUOTES = '"' * 200
AGENT = "Mozilla/5.0 (Test) Browser/1"


@pytest.fixture
def audited(build_site: Callable[..., Site]) -> Callable[..., tuple[Site, AuditLog]]:
    """A site with an audit log, started."""

    def start(*arguments: str, server: tuple[str, ...] = (), **options: object) -> tuple[Site, AuditLog]:
        site = build_site(*arguments)
        log = AuditLog(site.httpd.root / "audit.log")
        site.configure(server=[log.directive, *server], **options)
        site.httpd.start()
        return site, log

    return start


@pytest.mark.parametrize("driver", ["sqlite3", "pgsql"])
def test_R87_an_entry_says_what_the_row_and_the_line_say(audited: Callable[..., tuple[Site, AuditLog]], driver: str) -> None:
    site, log = audited(driver)
    user = site.add_user()
    browser = site.browser(headers={"User-Agent": AGENT})
    assert browser.sign_in(user.name, "a wrong password").status == 401
    site.verify(user, browser)
    browser.fetch("/")
    browser.log_out()
    entries = log.entries()
    assert [entry["event"] for entry in entries] == ["wrong_password", "signed_in", "enrolled", "signed_out"]
    rows = site.database.execute("SELECT * FROM uzmfa_event ORDER BY id")
    for entry, row in zip(entries, rows, strict=True):
        said = {name: entry[name] or "" for name in ("event", "address", "session", "method", "node", "made_by", "detail", "browser")}
        assert said == {name: row[name] for name in said} and entry["user"] == row["username"] == user.name
        assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", entry["time"])
        assert site.log.lines(rf":info\].* {entry['id']} {entry['event']}: {entry['text']}, user {user.name}, session {entry['session']}")
    assert {entry["address"] for entry in entries} == {"127.0.0.1"} and {entry["node"] for entry in entries} == {NODE}


def test_R87_what_an_administrator_does_on_the_page_is_an_entry(audited: Callable[..., tuple[Site, AuditLog]]) -> None:
    site, log = audited(server=tuple(place("Location", f"{OWN}/admin", ["UzmfaAdmin On", "Require user chief"])))
    user, chief = site.enrolled_user(), site.add_user("chief")
    browser = site.verify(chief)
    page = browser.fetch(f"{OWN}/admin?user={user.name}")
    (form,) = [form for form in page.page.forms() if form.fields.get("action") == "skip-next"]
    assert browser.post(form.action, form.fields).status in (200, 303)
    (entry,) = log.entries(event="skip_set")
    assert (entry["user"], entry["made_by"], entry["id"]) == (user.name, "chief", "UZMFA1070")


def test_R87_what_LogLevel_hides_is_in_the_audit_log(audited: Callable[..., tuple[Site, AuditLog]]) -> None:
    site, log = audited(server=("LogLevel notice uzmfa:warn",))
    site.verify(site.add_user())
    assert [entry["event"] for entry in log.entries()] == ["signed_in", "enrolled"]
    assert not site.log.lines("UZMFA1021")


@pytest.mark.parametrize("name", [
    'a","id":"UZMFA1028","event":"code_accepted', "a\r\n{\"time\":\"2026-01-01T00:00:00Z\"}", "a\\", "a\x1b[2J\x07", "Jörg",
    "\u2028\u202e\u2066", "\x9b2J", "x" * 4000])
@pytest.mark.parametrize("agent", [AGENT, 'x","user":"root', "\xff\xfe" + "\"" * 3000])
def test_R88_neither_a_name_nor_a_header_forges_an_entry(audited_once: tuple[Site, AuditLog], name: str, agent: str) -> None:
    site, log = audited_once
    before = len(log.entries())
    assert site.browser(headers={"User-Agent": agent}).sign_in(name, "x").status == 401
    (entry,) = log.entries()[before:]
    assert (entry["event"], entry["address"], entry["session"] is not None) == ("wrong_password", "127.0.0.1", True)
    assert entry["user"] == re.sub(r"[\x00-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069]", "?", name).encode()[:255].decode()
    assert len(entry["browser"].encode()) <= 255 and not re.search(r"[\x00-\x1f\x7f-\x9f]", entry["browser"])
    assert not re.search(rb"[\x00-\x09\x0b-\x1f\x7f]", log.path.read_bytes())


@pytest.fixture(scope="module")
def audited_once(workshop: Workshop) -> tuple[Site, AuditLog]:
    site = workshop.build()
    log = AuditLog(site.httpd.root / "audit.log")
    site.configure(server=[log.directive])
    site.httpd.start()
    return site, log


@pytest.mark.long
@pytest.mark.parametrize("way", ["file", "program"])
def test_R87_lines_of_several_processes_never_mix(build_site: Callable[..., Site], way: str) -> None:
    site = build_site()
    log = AuditLog(site.httpd.root / "audit.log")
    line = log.directive if way == "file" else f'UzmfaAuditLog "|/usr/bin/tee -a {log.path}"'
    site.configure(mpm="prefork", server=[line, *MPM["prefork"], "StartServers 8", "MaxSpareServers 20"])
    site.httpd.start()

    def guess(number: int) -> int:
        browser = site.browser(headers={"User-Agent": '"' * 2000})
        return [browser.sign_in(QUOTES + f"{number} {i}", "x").status for i in range(10)].count(401)

    assert at_once([lambda number=number: guess(number) for number in range(6)]) == [10] * 6
    await_true(lambda: log.path.exists() and len(log.entries()) == 60, "an entry is missing")
    assert len({entry["user"] for entry in log.entries()}) == 60
    assert max(len(line) for line in log.path.read_bytes().splitlines()) > 1000


def test_the_audit_log_is_opened_anew_at_a_graceful_restart(audited: Callable[..., tuple[Site, AuditLog]]) -> None:
    site, log = audited()
    site.browser().sign_in("before", "x")
    rotated = AuditLog(log.path.rename(log.path.with_name("audit.log.1")))
    site.browser().sign_in("between", "x")
    site.httpd.graceful()
    site.browser().sign_in("after", "x")
    assert [entry["user"] for entry in rotated.entries()] == ["before", "between"]
    assert [entry["user"] for entry in log.entries()] == ["after"]


def test_the_audit_log_is_roots_and_not_for_everybody(audited: Callable[..., tuple[Site, AuditLog]]) -> None:
    _, log = audited()
    status = log.path.stat()
    assert (status.st_uid, stat.S_IMODE(status.st_mode)) == (os.getuid(), 0o640)


def test_a_program_gets_the_entries_and_is_started_anew_where_it_dies(build_site: Callable[..., Site]) -> None:
    site = build_site()
    log = AuditLog(site.httpd.root / "audit.log")
    program = site.httpd.root / "program"
    program.write_text(f"#!/bin/sh\necho $$ > {site.httpd.root}/pid\nexec cat >> {log.path}\n")
    program.chmod(0o755)
    site.configure(server=[f'UzmfaAuditLog "|{program}"'])
    site.httpd.start()
    site.browser().sign_in("one", "x")
    await_true(lambda: len(log.entries()) == 1, "the program gets nothing")
    first = (site.httpd.root / "pid").read_text()
    site.log.allow("AH00106|piped log program .* terminated|AH00108")
    os.kill(int(first), 15)
    await_true(lambda: (site.httpd.root / "pid").read_text() not in ("", first), "the program is not started anew")
    site.browser().sign_in("two", "x")
    await_true(lambda: [entry["user"] for entry in log.entries()] == ["one", "two"], "the new program gets nothing")


def test_virtual_hosts_share_a_log(build_site: Callable[..., Site]) -> None:
    site = build_site()
    log = AuditLog(site.httpd.root / "audit.log")
    site.configure(server=['UzmfaAuditLog "|/usr/bin/tee -a audit.log"'.replace("audit.log", str(log.path))],
                   hosts=[Host("other.example.test", ())])
    site.httpd.start()
    site.browser().sign_in("one", "x")
    site.browser("other.example.test").sign_in("two", "x")
    await_true(lambda: log.path.exists() and len(log.entries()) == 2, "an entry is missing")
    children = [Path(f"/proc/{pid}/comm").read_text().strip() for pid in site.httpd.children()]
    assert children.count("tee") == 1


@pytest.mark.parametrize("value", ["/nowhere/at/all/audit.log", "/", "|/nowhere/at/all/program", "|", '""'])
def test_R90_a_log_that_cannot_be_opened_stops_the_start_and_names_the_directive(build_site: Callable[..., Site], value: str) -> None:
    assert "UzmfaAuditLog" in build_site(server=[f"UzmfaAuditLog {value}"]).httpd.refusal()


def test_a_path_is_relative_to_ServerRoot_and_a_place_may_name_none(build_site: Callable[..., Site]) -> None:
    site = build_site(server=["UzmfaAuditLog logs.json"])
    site.httpd.start()
    assert (site.httpd.root / "logs.json").exists()
    assert "not allowed" in build_site(location=["UzmfaAuditLog logs.json"]).httpd.refusal()


def test_a_full_disk_is_one_line_and_changes_no_answer(build_site: Callable[..., Site]) -> None:
    site = build_site(server=["UzmfaAuditLog /dev/full"])
    site.httpd.start()
    site.log.expect(":error.*UZMFA1111 the audit log takes no ", times=1)
    user = site.add_user()
    assert site.verify(user).fetch("/").status == 200
    assert len(site.log.lines(":info.*UZMFA1111 ")) == 1


def test_a_server_that_only_loads_the_module_opens_nothing(build_site: Callable[..., Site]) -> None:
    site = build_site(gate=(), server=["UzmfaAuditLog audit.log"])
    site.httpd.start()
    assert not (site.httpd.root / "audit.log").exists()
