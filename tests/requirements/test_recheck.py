# SPDX-License-Identifier: Apache-2.0
"""What the application changes in its users table ends sessions within UzmfaRecheckInterval: R51, R108, R6, R110."""

import os
import signal
import time
import uuid
from collections.abc import Callable
from dataclasses import dataclass

import pytest

from harness.browser import COOKIE, OWN, Browser
from harness.cluster import Cluster
from harness.configuration import BASIC_GATE, place
from harness.database import php_hash
from harness.expect import arrive, assert_passed, assert_sent_to
from harness.httpd import is_alive
from harness.parallel import at_once
from harness.site import PASSWORD, Site, User, is_open

INTERVAL = 2
SLACK = 1.5  # httpd's times are whole seconds, and a busy machine is slow
RECHECK = "SELECT u.username, u.uuid, u.access_enabled"  # the statement that compares a session with its row


def every(seconds: int, *more: str) -> list[str]:
    return [f"UzmfaRecheckInterval {seconds}s", *more]


@dataclass
class Deaf:
    """A client that holds one cookie and ignores every Set-Cookie."""

    browser: Browser
    session: str

    def is_let_in(self) -> bool:
        return is_open(self.browser.request("GET", "/", headers={"Cookie": f"{COOKIE}={self.session}"}))


def deaf(site: Site, session: str | None) -> Deaf:
    assert session
    return Deaf(site.browser(), session)


def disable(site: Site, user: User) -> None:
    site.database.update(user.name, access_enabled=False)


def delete(site: Site, user: User) -> None:
    site.database.execute("DELETE FROM users WHERE username = ?", (user.name,))


def clear_enrollment(site: Site, user: User) -> None:
    site.database.update(user.name, mfa_enrolled=False)


def change_password(site: Site, user: User) -> None:
    site.database.update(user.name, password=php_hash("another one", 4, False))


def change_uuid(site: Site, user: User) -> None:
    site.database.update(user.name, uuid=str(uuid.uuid4()))


CHANGES = [disable, delete, clear_enrollment, change_password, change_uuid]


@pytest.fixture(scope="module")
def quick_sites(workshop: object) -> dict[str, Site]:
    """A site that looks every two seconds, on each database."""
    return {driver: workshop.start(driver, server=every(INTERVAL)) for driver in ("sqlite3", "pgsql")}  # type: ignore[attr-defined]


@pytest.mark.parametrize("driver", ["sqlite3", "pgsql"])
def test_R51_a_change_by_the_application_ends_access_within_the_interval(quick_sites: dict[str, Site],
                                                                         driver: str) -> None:
    site = quick_sites[driver]
    users = [site.add_user() for _ in CHANGES]
    browsers = [site.verify(user) for user in users]
    deaf_ones = [deaf(site, browser.session) for browser in browsers]
    other = site.verify(site.add_user())
    time.sleep(INTERVAL + 1)  # a recheck has found nothing
    assert all(is_open(browser.fetch("/")) for browser in browsers) and all(one.is_let_in() for one in deaf_ones)
    for change, user in zip(CHANGES, users):
        change(site, user)
    changed_at = time.monotonic()
    left = {change.__name__: (browser, one) for change, browser, one in zip(CHANGES, browsers, deaf_ones)}
    while left:
        left = {name: (browser, one) for name, (browser, one) in left.items()
                if is_open(browser.fetch("/")) or one.is_let_in()}
        assert not left or time.monotonic() - changed_at < INTERVAL + SLACK, f"still open: {', '.join(left)}"
        assert is_open(other.fetch("/"))
        time.sleep(0.1)
    for one, browser in zip(deaf_ones, browsers):
        assert_sent_to(browser.fetch("/"), "login")
        assert not one.is_let_in()


@pytest.mark.long
def test_R51_an_unchanged_row_signs_nobody_out(quick_sites: dict[str, Site]) -> None:
    for site in quick_sites.values():
        browser = site.verify(user := site.add_user())
        one = deaf(site, browser.session)
        for number in range(30):
            if number % 10 == 5:  # what a form writes back as it was, and columns that the module does not know
                row = site.database.row(user.name)
                site.database.update(user.name, access_enabled=row["access_enabled"], password=row["password"])
            assert is_open(browser.fetch("/")) and one.is_let_in()
            time.sleep(0.2)


@pytest.mark.long
def test_R108_columns_that_a_form_writes_back_never_give_access(quick_sites: dict[str, Site]) -> None:
    for site in quick_sites.values():
        user = site.add_user()
        browser = site.sign_in(user)
        before = site.database.row(user.name)
        user.authenticator = browser.enroll()
        site.database.update(user.name, **{name: before[name] for name in ("mfa_sid", "mfa_enrolled", "mfa_enabled")})
        time.sleep(INTERVAL + SLACK)
        assert not is_open(browser.fetch("/"))
        again = site.sign_in(user)
        assert_sent_to(again.fetch("/"), "enroll")


@pytest.mark.long
def test_R6_a_row_made_again_under_the_name_inherits_no_session(quick_sites: dict[str, Site]) -> None:
    for site in quick_sites.values():
        user = site.add_user()
        verified, pending = site.verify(user), site.sign_in(user)
        kept = deaf(site, verified.session)
        delete(site, user)
        site.database.execute("DELETE FROM user_company_access WHERE username = ?", (user.name,))
        site.database.add_user(user.name, PASSWORD)
        time.sleep(INTERVAL + SLACK)
        assert not kept.is_let_in()
        assert_sent_to(verified.fetch("/"), "login")
        answer = arrive(pending, "/")
        assert not is_open(answer)
        again = site.sign_in(User(user.name))
        assert_sent_to(again.fetch("/"), "enroll")
        again.enroll()
        assert is_open(again.fetch("/")) and not kept.is_let_in()


@pytest.mark.long
@pytest.mark.parametrize("mpm", ["prefork", "event"])
def test_R110_one_query_a_session_and_interval_for_many_requests_at_once(start_site: Callable[..., Site], mpm: str) -> None:
    site = start_site("pgsql", mpm=mpm, server=every(4))
    session = site.verify(site.add_user()).session
    count = 20 if mpm == "prefork" else 50
    clients = [deaf(site, session) for _ in range(count)]
    at_once([one.is_let_in for one in clients])  # all are connected
    for _ in range(4):
        time.sleep(5)
        before = site.database.statements(RECHECK)
        assert all(at_once([one.is_let_in for one in clients]))
        assert site.database.statements(RECHECK) == before + 1
        assert all(at_once([one.is_let_in for one in clients]))
        assert site.database.statements(RECHECK) == before + 1


# --- the watch ---

def end_sessions_of(site: Site, uuid_of_user: str) -> None:
    """What ends all sessions of a user, as the database sees it."""
    now = int(time.time())
    site.database.execute("INSERT INTO uzmfa_epoch (uuid, epoch, changed_at) VALUES (?, 1, ?)"
                          " ON CONFLICT (uuid) DO UPDATE SET epoch = uzmfa_epoch.epoch + 1,"
                          " changed_at = excluded.changed_at", (uuid_of_user, now))


def await_end(one: Deaf, seconds: float) -> None:
    began = time.monotonic()
    while one.is_let_in():
        assert time.monotonic() - began < seconds, f"still open after {seconds} s"
        time.sleep(0.05)


@pytest.mark.long
@pytest.mark.parametrize("whose", ["one", "all"])
def test_R62_an_epoch_ends_the_older_sessions_on_all_nodes(start_cluster: Callable[..., Cluster], whose: str) -> None:
    cluster = start_cluster(count=2)
    user, other = cluster.add_user(), cluster.add_user()
    sessions = [node.verify(user).session for node in cluster.nodes]
    others = deaf(cluster.node(1), cluster.node(1).verify(other).session)
    holders = [deaf(node, session) for node in cluster.nodes for session in sessions]
    assert all(one.is_let_in() for one in holders) and others.is_let_in()
    end_sessions_of(cluster.node(1), "" if whose == "all" else str(cluster.database.row(user.name)["uuid"]).lower())
    began = time.monotonic()
    for one in holders:
        await_end(one, 2 - (time.monotonic() - began))
    assert others.is_let_in() == (whose == "one")
    assert is_open(cluster.node(2).verify(user).fetch("/"))
    cluster.restart()
    assert not any(one.is_let_in() for one in holders)


@pytest.mark.long
@pytest.mark.parametrize("mpm", ["prefork", "worker", "event"])
def test_R61_R67_the_watch_goes_on_over_restarts_and_lost_children(start_site: Callable[..., Site], mpm: str) -> None:
    site = start_site("pgsql", mpm=mpm)
    user = site.enrolled_user()
    name = str(site.database.row(user.name)["uuid"]).lower()
    ended = deaf(site, site.verify(user).session)
    end_sessions_of(site, name)
    await_end(ended, 2)
    site.httpd.graceful()
    assert not ended.is_let_in()
    after = deaf(site, site.verify(user).session)
    assert after.is_let_in()
    end_sessions_of(site, name)
    await_end(after, 3)

    site.log.allow("AH00052")  # a child that was killed
    last = deaf(site, site.verify(user).session)
    children = site.httpd.children()
    servers = [pid for pid in children if b"cgid" not in open(f"/proc/{pid}/cmdline", "rb").read()]
    doomed = servers[-1]
    os.kill(doomed, signal.SIGKILL)
    while is_alive(doomed):
        time.sleep(0.02)
    end_sessions_of(site, name)
    await_end(Deaf(site.browser(), last.session), 4)


# --- the table of ended sessions ---

@pytest.mark.long
def test_R61_many_sign_ins_of_one_user_leave_few_rows(start_site: Callable[..., Site]) -> None:
    site = start_site("pgsql", server=["UzmfaRecoveryCodes Off"])
    user, other = site.add_user(), site.verify(site.add_user())
    site.verify(user)
    name = str(site.database.row(user.name)["uuid"]).lower()
    browser = site.browser()
    for _ in range(200):
        site.sign_in(user, browser)
        assert_sent_to(browser.fetch("/"), "verify")
        assert_sent_to(browser.log_out(), "login")
    (rows,) = site.database.execute("SELECT count(*) AS n FROM uzmfa_revocation WHERE uuid = ? AND ends_at > ?",
                                    (name, int(time.time())))
    assert 0 < rows["n"] <= 33
    newest = site.verify(user)
    assert is_open(newest.fetch("/")) and is_open(other.fetch("/"))
    time.sleep(2)  # the watch has read what is in the database
    assert is_open(newest.fetch("/")) and is_open(other.fetch("/"))


@pytest.mark.long
def test_R61_a_sign_out_is_remembered_by_a_single_node_over_a_full_restart(start_site: Callable[..., Site]) -> None:
    site = start_site()
    user = site.enrolled_user()
    browser, kept = site.verify(user), site.verify(user)
    ended = deaf(site, browser.session)
    end_sessions_of(site, "0" * 8 + str(uuid.uuid4())[8:])  # somebody else's
    assert_sent_to(browser.log_out(), "login")
    site.httpd.restart()
    assert not ended.is_let_in() and is_open(kept.fetch("/"))
    end_sessions_of(site, str(site.database.row(user.name)["uuid"]).lower())
    site.httpd.restart()
    assert not ended.is_let_in() and not is_open(kept.fetch("/"))
    assert_sent_to(kept.fetch("/"), "login")


# --- answers that come late ---

SLOW = """#!/bin/sh
sleep 3
printf 'Content-Type: text/plain\\r\\n%s\\r\\n' "$1"
echo content-behind-the-gate
"""


@pytest.mark.long
def test_R56_a_late_answer_brings_no_session_that_is_over(start_site: Callable[..., Site]) -> None:
    site = start_site(server=["Timeout 10", "UzmfaSessionIdleTimeout 10s"])  # last activity has a grain of one second
    site.application.add("slow.cgi", SLOW).chmod(0o755)
    user = site.enrolled_user()
    browser = site.verify(user)
    old = site.browser()
    old.session = browser.session
    time.sleep(2.1)  # so that it is to be written anew

    def verify_again() -> None:
        time.sleep(1)
        site.verify(user, browser)

    late, _ = at_once([lambda: old.fetch("/slow.cgi"), verify_again])
    assert is_open(late) and late.set_cookies == []
    assert is_open(browser.fetch("/"))


@pytest.mark.long
def test_R56_a_late_answer_with_entries_of_other_modules_brings_no_session_that_is_over(
        start_site: Callable[..., Site]) -> None:
    site = start_site(location=["SessionHeader X-Entries"], server=["Timeout 10"])
    site.application.add("slow.cgi", SLOW.replace("text/plain\\r\\n%s", "text/plain\\r\\nX-Entries: seen=now\\r\\n%s")).chmod(0o755)
    user = site.enrolled_user()
    browser = site.verify(user)
    assert is_open(answer := browser.fetch("/slow.cgi")) and len(answer.set_cookies) == 1
    for ending in (lambda: site.verify(user, browser), browser.log_out):
        old = site.browser()
        old.session = browser.session

        def end(ending: Callable[[], object] = ending) -> None:
            time.sleep(1)
            ending()

        late, _ = at_once([lambda old=old: old.fetch("/slow.cgi"), end])
        assert is_open(late) and late.set_cookies == []


def test_R57_a_pending_cookie_in_a_late_answer_does_not_come_back(start_site: Callable[..., Site]) -> None:
    site = start_site(location=["SessionHeader X-Entries"], server=[
        "Timeout 10", '<Location "/slow.cgi">', "UzmfaEngine Off", "AuthType None", "Require all granted", "</Location>"])
    site.application.add("slow.cgi", SLOW.replace("text/plain\\r\\n%s", "text/plain\\r\\nX-Entries: seen=now\\r\\n%s")).chmod(0o755)
    user = site.enrolled_user()
    browser = site.sign_in(user)
    old = site.browser()
    old.session = browser.session

    def verify() -> None:
        time.sleep(1)
        assert_passed(browser.verify(user.app.fresh()))

    late, _ = at_once([lambda: old.fetch("/slow.cgi"), verify])
    assert late.status == 200 and late.set_cookies == []
    assert is_open(browser.fetch("/"))
    assert_sent_to(old.fetch(f"{OWN}/verify"), "login")


@pytest.mark.parametrize("driver", ["sqlite3", "pgsql"])
def test_R56_a_script_with_the_cookie_of_before_does_not_sign_the_user_out(start_site: Callable[..., Site], driver: str) -> None:
    site = start_site(driver, gate=BASIC_GATE, modules=["auth_basic"])
    user = site.add_user()
    first = site.basic_browser(user)
    first.fetch("/")
    user.authenticator = first.enroll()
    browser = site.basic_browser(user)
    assert_sent_to(browser.fetch("/"), "verify")
    late = site.basic_browser(user)
    late.session = browser.session
    assert_passed(browser.verify(user.app.fresh()))
    for _ in range(3):
        answer = late.script("/")
        assert answer.status == 401 and answer.set_cookies == []
    assert is_open(browser.fetch("/"))
    assert_sent_to(late.fetch("/"), "verify")  # a person's own request may begin anew


@pytest.mark.long
def test_R56_another_node_does_not_write_a_session_anew_that_a_step_up_has_just_replaced(
        start_cluster: Callable[..., Cluster]) -> None:
    cluster = start_cluster(count=2, server=["UzmfaSessionIdleTimeout 30s",
                                             *place("Location", "/erp/vault", ["UzmfaVerifiedWithin 2s"])])
    here, there = cluster.nodes
    user = cluster.add_user()
    browser = here.verify(user)
    former = browser.session
    time.sleep(3.1)  # last activity has a grain of a tenth of the idle time
    form = browser.follow(browser.fetch("/erp/vault"))
    code = user.app.fresh()
    asked_before = there.holder(former).fetch("/")
    assert is_open(asked_before) and asked_before.set_cookies, "nothing is due to be written"
    assert_passed(browser.submit(form, code=code), "/erp/vault")
    for answer in (there.holder(former).fetch("/"), there.holder(former).script("/")):
        assert answer.set_cookies == []
    assert is_open(there.holder(browser.session).fetch("/erp/vault"))


@pytest.mark.long
@pytest.mark.parametrize("driver", ["sqlite3", "pgsql"])
def test_R60_a_session_in_use_stays(start_site: Callable[..., Site], driver: str) -> None:
    site = start_site(driver, server=["UzmfaSessionIdleTimeout 10s"])
    browser = site.verify(site.add_user())
    began = time.monotonic()
    while time.monotonic() - began < 25:
        time.sleep(2)
        assert is_open(browser.fetch("/")), f"over after {time.monotonic() - began:.0f} s"
