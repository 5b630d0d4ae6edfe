# SPDX-License-Identifier: Apache-2.0
"""More sessions were ended than a node's table of them holds: R51, R61, R62, R84."""

import time
from collections.abc import Iterator

import pytest

from harness.browser import OWN
from harness.database import OwnPostgreSql
from harness.expect import assert_sent_to
from harness.parallel import at_once
from harness.provider import await_true
from harness.site import Site, Workshop, is_open

ROWS = 330_000  # the table has 262,144 slots
DRIVERS = ["sqlite3", "pgsql"]
SESSION_ID = {"sqlite3": "lower(hex(randomblob(16)))", "pgsql": "md5(CAST(n AS text))"}


def fill(site: Site) -> None:
    now = int(time.time())
    site.database.execute("WITH RECURSIVE numbers (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < ?)"
                          " INSERT INTO uzmfa_revocation (session, uuid, ends_at, made_at)"
                          f" SELECT {SESSION_ID[site.database.driver]}, '', ?, ? FROM numbers",
                          (ROWS, now + 28_000, now - 100))


def started_full(workshop: Workshop, driver: str) -> Site:
    site = workshop.build(driver)
    fill(site)
    site.httpd.start()
    return site


@pytest.fixture(scope="module")
def full_sites(workshop: Workshop) -> Iterator[dict[str, Site]]:
    """A site on each database that has started with a full table."""
    sites = {driver: started_full(workshop, driver) for driver in DRIVERS}
    yield sites
    for site in sites.values():
        site.httpd.stop()


@pytest.fixture(params=DRIVERS)
def full(full_sites: dict[str, Site], request: pytest.FixtureRequest) -> Site:
    """On each database in turn."""
    return full_sites[request.param]


@pytest.fixture(scope="module")
def nodes(workshop: Workshop, full_sites: dict[str, Site]) -> Iterator[list[Site]]:
    """Two on one PostgreSQL, both with a full table."""
    other = workshop.build(like=full_sites["pgsql"])
    other.httpd.start()
    yield [full_sites["pgsql"], other]
    other.httpd.stop()


def await_end(node: Site, session: str | None, began: float) -> None:
    """The session is over within two seconds, in all processes."""
    await_true(lambda: not is_open(node.holder(session).fetch("/")), "still open 2 s after its end",
               2 - (time.monotonic() - began))
    assert not any(is_open(node.holder(session).fetch("/")) for _ in range(5))


@pytest.mark.long
def test_R61_a_verified_session_works_all_the_same(full: Site) -> None:
    user = full.enrolled_user()
    browser = full.verify(user)
    assert all(is_open(browser.fetch("/")) for _ in range(20))
    assert_sent_to(full.sign_in(user).fetch("/"), "verify")


def test_R61_a_session_that_was_signed_out_never_passes(full: Site) -> None:
    browser, other = full.verify(full.add_user()), full.verify(full.add_user())
    assert is_open(browser.fetch("/"))
    clients = [full.holder(browser.session) for _ in range(6)]
    for one in clients:
        one.fetch(f"{OWN}/login")  # is connected
    assert_sent_to(browser.log_out(), "login")
    answers = [answer for some in at_once([lambda c=one: [c.fetch("/") for _ in range(30)] for one in clients])
               for answer in some]
    assert len(answers) == 180 and not any(is_open(answer) for answer in answers)
    assert is_open(other.fetch("/"))


def test_R56_a_session_that_a_step_replaced_never_passes(full: Site) -> None:
    user = full.enrolled_user()
    browser = full.verify(user)
    former = browser.session
    full.verify(user, browser)
    assert not any(is_open(full.holder(former).fetch("/")) for _ in range(10))
    assert is_open(browser.fetch("/"))


def test_R51_a_row_that_is_gone_ends_access_within_two_seconds(full: Site) -> None:
    user = full.add_user()
    browser = full.verify(user)
    assert is_open(browser.fetch("/"))
    for table in ("user_company_access", "users"):
        full.database.execute(f"DELETE FROM {table} WHERE username = ?", (user.name,))
    await_end(full, browser.session, time.monotonic())


def test_R62_sessions_that_an_administrator_ends_are_over(full: Site) -> None:
    user = full.add_user()
    browser, other = full.verify(user), full.verify(full.add_user())
    assert is_open(browser.fetch("/"))
    assert full.administrator().run("user", "end-sessions", user.name).status == 0
    await_end(full, browser.session, time.monotonic())
    assert is_open(other.fetch("/")) and is_open(full.verify(user).fetch("/"))


@pytest.mark.parametrize("way", ["signed out", "ended"])
def test_R61_R62_what_ends_on_one_node_ends_on_the_other_within_two_seconds(nodes: list[Site], way: str) -> None:
    here, there = nodes
    user = here.add_user()
    browser = here.verify(user)
    session = browser.session
    assert is_open(there.holder(session).fetch("/"))
    if way == "signed out":
        assert_sent_to(browser.log_out(), "login")
    else:
        assert there.administrator().run("user", "end-sessions", user.name).status == 0
    began = time.monotonic()
    for node in nodes:
        await_end(node, session, began)


def test_R84_while_the_database_is_down_nobody_passes(full_sites: dict[str, Site]) -> None:
    site = full_sites["pgsql"]
    assert isinstance(site.database, OwnPostgreSql)
    browser, ended = site.verify(site.add_user()), site.verify(site.add_user())
    stolen = ended.session
    assert_sent_to(ended.log_out(), "login")
    for line in ("UZMFA1031", "UZMFA1110", r"\[dbd:(error|crit)\]"):
        site.log.allow(line)
    site.database.go_down()
    for _ in range(5):
        assert browser.fetch("/").status == 503
        assert not is_open(site.holder(stolen).fetch("/"))
    site.database.come_back()
    await_true(lambda: is_open(browser.fetch("/")), "not open again", 8)
    assert not is_open(site.holder(stolen).fetch("/"))
