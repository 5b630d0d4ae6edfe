# SPDX-License-Identifier: Apache-2.0
"""R54: UzmfaNotify tells a program of what happens to an account, away from the request, and once."""

import json
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from harness.audit_log import MEMBERS
from harness.browser import OWN
from harness.configuration import place
from harness.parallel import at_once
from harness.provider import await_true
from harness.site import PASSWORD, Site


class Notified:
    """A program that keeps what it is told, and the directive that names it."""

    def __init__(self, folder: Path, script: str = "") -> None:
        self.folder = folder / "told"
        self.folder.mkdir(mode=0o777)
        self.folder.chmod(0o777)
        self.program = folder / "notify"
        self.program.write_text(f'#!/bin/sh\n{script}\nfile=$(mktemp {self.folder}/XXXXXX)\n'
                                f'{{ cat; echo; echo "$# $*"; env; id -un; ls -l /proc/self/fd; }} > "$file"\nmv "$file" "$file.whole"\n')
        self.program.chmod(0o755)

    @property
    def directive(self) -> str:
        return f'UzmfaNotify "{self.program} --to \'the user\' $HOME;id"'

    def runs(self) -> list[str]:
        return [file.read_text() for file in sorted(self.folder.glob("*.whole"), key=lambda file: file.stat().st_mtime_ns)]

    def told(self) -> list[dict[str, Any]]:
        events = [json.loads(run.splitlines()[0]) for run in self.runs()]
        for event in events:
            assert list(event) == MEMBERS
        return events

    def await_told(self, *events: str) -> list[dict[str, Any]]:
        await_true(lambda: len(self.told()) >= len(events), f"not told: {[one['event'] for one in self.told()]}")
        told = self.told()
        assert sorted(one["event"] for one in told) == sorted(events)
        return told


@pytest.fixture
def notified(build_site: Callable[..., Site]) -> Callable[..., tuple[Site, Notified]]:
    """A site with such a program, started."""

    def start(driver: str = "sqlite3", script: str = "", server: tuple[str, ...] = (), **options: object) -> tuple[Site, Notified]:
        site = build_site(driver)
        program = Notified(site.httpd.root, script)
        site.configure(server=[program.directive, *server], **options)
        site.httpd.start()
        return site, program

    return start


@pytest.mark.long
@pytest.mark.parametrize("driver", ["sqlite3", "pgsql"])
def test_R54_a_program_is_told_of_enrollment_recovery_skip_and_reset(notified: Callable[..., tuple[Site, Notified]], driver: str) -> None:
    site, program = notified(driver)
    user = site.add_user()
    browser = site.verify(user, site.browser(headers={"User-Agent": "Browser/1"}))
    (enrolled,) = program.await_told("enrolled")
    assert {name: enrolled[name] for name in ("id", "event", "user", "address", "method", "made_by", "browser", "text")} == {
        "id": "UZMFA1023", "event": "enrolled", "user": user.name, "address": "127.0.0.1", "method": "totp", "made_by": None,
        "browser": "Browser/1", "text": "enrolled"}
    site.log.await_line(r":info\].*UZMFA1112 UzmfaNotify told of event \d+ enrolled")

    site.sign_in(user, browser)
    browser.recover(user.recovery_codes[0])
    site.sign_in(user, browser)
    browser.verify(user.app.wrong())
    browser.verify(user.app.fresh())
    site.database.update(user.name, mfa_enabled=False)
    site.sign_in(user, browser)
    tool = site.administrator()
    tool.json("user", "skip-next", user.name)
    tool.json("user", "temp-code", user.name)
    tool.json("user", "reset", user.name)
    told = program.await_told("enrolled", "recovery_used", "skip_used", "skip_set", "temporary_code_made", "reset")
    assert {event["made_by"] for event in told if event["event"] in ("skip_set", "reset")} == {"uzmfactl:root"}
    time.sleep(3)
    assert len(program.told()) == 6, "something is told twice"


def test_R54_an_administrator_on_the_page_is_told_of_too(notified: Callable[..., tuple[Site, Notified]]) -> None:
    site, program = notified(server=tuple(place("Location", f"{OWN}/admin", ["UzmfaAdmin On", "Require user chief"])))
    user, chief = site.add_user(), site.add_user("chief")
    admin = site.verify(chief)
    site.verify(user)
    page = admin.fetch(f"{OWN}/admin?user={user.name}")
    (form,) = [form for form in page.page.forms() if form.fields.get("action") == "reset"]
    assert admin.post(form.action, {**form.fields, "confirm": "1"}).status in (200, 303)
    *_, reset = sorted(program.await_told("enrolled", "enrolled", "reset"), key=lambda event: event["event"])
    assert (reset["user"], reset["made_by"]) == (user.name, "chief")


def test_the_program_runs_without_a_shell_and_knows_nothing_but_the_event(notified: Callable[..., tuple[Site, Notified]]) -> None:
    site, program = notified()
    user = site.enrolled_user()
    program.await_told("enrolled")
    (run,) = program.runs()
    _, _, arguments, *environment = run.splitlines()
    assert arguments == "3 --to the user $HOME;id"
    names = {line.split("=")[0] for line in environment if "=" in line}
    assert names <= {"PATH", "PWD", "_", "SHLVL", "OLDPWD"}
    assert "www-data" in environment
    assert not [line for line in environment if "->" in line and ("socket:" in line or "users.db" in line or "error.log" in line)]
    secrets = [PASSWORD, user.app.secret, *user.recovery_codes, *site.keys.read_text().split()]
    assert not [secret for secret in secrets if secret in run]


def test_R54_a_slow_program_keeps_nobody_waiting(notified: Callable[..., tuple[Site, Notified]]) -> None:
    site, program = notified(script="sleep 4")
    start = time.monotonic()
    site.enrolled_user()
    assert time.monotonic() - start < 4
    program.await_told("enrolled")


def test_R54_what_a_program_cannot_do_now_it_does_later(notified: Callable[..., tuple[Site, Notified]]) -> None:
    site, program = notified(script="test -e $0.may || { printf 'no \\033[2Jmail\\n' >&2; exit 9; }")
    site.log.expect(r":error\].*UZMFA1113 UzmfaNotify did not tell of event \d+ enrolled: \S+ ended with status 9, and said: no \?\[2Jmail\?$", times=1)
    site.enrolled_user()
    site.log.await_line("UZMFA1113")
    assert program.told() == []
    (row,) = site.database.execute("SELECT at, notify_at FROM uzmfa_event WHERE event = 'enrolled'")
    assert row["notify_at"] >= row["at"] + 60
    Path(f"{program.program}.may").touch()
    site.database.execute("UPDATE uzmfa_event SET notify_at = 1 WHERE event = 'enrolled'")
    program.await_told("enrolled")
    (row,) = site.database.execute("SELECT notify_at FROM uzmfa_event WHERE event = 'enrolled'")
    await_true(lambda: site.database.execute("SELECT notify_at FROM uzmfa_event WHERE event = 'enrolled'")[0]["notify_at"] == 0, "not settled")


@pytest.mark.parametrize("mpm", ["event", "prefork"])
def test_a_program_that_hangs_keeps_no_child_from_ending(notified: Callable[..., tuple[Site, Notified]], mpm: str) -> None:
    site, program = notified(script="touch $(dirname $0)/told/began; exec sleep 25", mpm=mpm)
    site.enrolled_user()
    await_true((program.folder / "began").exists, "the program was not run")
    start = time.monotonic()
    site.httpd.stop()
    assert time.monotonic() - start < 8


@pytest.mark.long
@pytest.mark.parametrize("driver", ["sqlite3", "pgsql"])
def test_R54_two_nodes_tell_each_event_once(build_site: Callable[..., Site], driver: str) -> None:
    one = build_site(driver)
    program = Notified(one.httpd.root)
    two = build_site(like=one)
    for node in (one, two):
        node.configure(server=[program.directive])
        node.httpd.start()
    users = [one.add_user() for _ in range(6)]
    at_once([lambda site=site, user=user: site.verify(user) for site, user in zip([one, two] * 3, users)])
    told = program.await_told(*["enrolled"] * 6)
    assert {event["user"] for event in told} == {user.name for user in users}
    time.sleep(3)
    assert len(program.told()) == 6


@pytest.mark.long
def test_without_UzmfaNotify_nothing_runs_and_what_is_older_than_a_day_is_not_told(build_site: Callable[..., Site]) -> None:
    site = build_site()
    program = Notified(site.httpd.root)
    site.httpd.start()
    old, new = site.enrolled_user(), site.enrolled_user()
    time.sleep(3)
    assert program.told() == []
    site.database.execute("UPDATE uzmfa_event SET at = at - 90000 WHERE username = ?", (old.name,))
    site.configure(server=[program.directive])
    site.httpd.graceful()
    assert [event["user"] for event in program.await_told("enrolled")] == [new.name]


@pytest.mark.parametrize("value", ["/nowhere/at/all", "notify", "/", "/etc/passwd", "'\"/bin/true \\'x\"'", '""'])
def test_R90_a_program_that_cannot_be_run_stops_the_start_and_names_the_directive(build_site: Callable[..., Site], value: str) -> None:
    assert "UzmfaNotify" in build_site(server=[f"UzmfaNotify {value}"]).httpd.refusal()
