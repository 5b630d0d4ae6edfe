# SPDX-License-Identifier: Apache-2.0
"""How often a password may be guessed, and how many are looked at at a time."""

import os
import re
import signal
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager

import pytest

from harness.browser import OWN, Answer, Browser
from harness.expect import assert_asked_again, assert_passed, assert_sent_to
from harness.parallel import at_once
from harness.site import Site, User, is_open

Start = Callable[..., Site]
LIMIT = 10  # the default
WINDOW = 600
HERE, ELSEWHERE = "192.0.2.1", "198.51.100.9"
TABLE = "uzmfa_sign_in_failure"

BEHIND_PROXY = {"modules": ["remoteip"], "server": ["RemoteIPHeader X-Forwarded-For", "RemoteIPInternalProxy 127.0.0.1"]}


def browser_at(site: Site, address: str) -> Browser:
    """Somebody new at another address."""
    return site.browser(headers={"X-Forwarded-For": address})


def fail(browser: Browser, name: str, times: int) -> list[Answer]:
    """Type wrong passwords."""
    return [browser.sign_in(name, "wrong") for _ in range(times)]


def assert_waits(answer: Answer, at_most: int = WINDOW) -> None:
    """The sign-in form again, with the time until the next try."""
    assert answer.status == 429, f"{answer.target}: {answer.status}"
    wait = int(answer.headers["Retry-After"])
    assert 0 < wait <= at_most
    told = f"{wait} seconds" if wait < 120 else f"{-(-wait // 60)} min"
    assert f"wait {told}" in answer.text
    assert answer.page.form("username", "password", "csrf")


def shut_out(site: Site, name: str, browser: Browser | None = None) -> Browser:
    """A browser that may try no more for this name."""
    browser = browser or site.browser()
    for answer in fail(browser, name, LIMIT):
        assert_asked_again(answer)
    assert_waits(browser.sign_in(name, "wrong"))
    return browser


def counted(site: Site) -> list[dict[str, object]]:
    return site.database.execute(f"SELECT * FROM {TABLE} ORDER BY pair")


def all_but_counted(site: Site) -> dict[str, object]:
    dump = site.database.dump()
    del dump[TABLE]
    return dump


# --- the limit ---

@pytest.fixture
def proxied_site(start_site: Start) -> Site:
    """A site that takes the client's address from a proxy."""
    return start_site(**BEHIND_PROXY)


def test_R27_after_so_many_wrong_passwords_a_right_one_is_not_looked_at(each_site: Site) -> None:
    user = each_site.enrolled_user()
    browser = shut_out(each_site, user.name)
    before = each_site.database.dump()
    for _ in range(3):
        assert_waits(browser.sign_in(user.name, user.password))
        assert_waits(each_site.browser().sign_in(user.name, user.password))
    assert each_site.database.dump() == before
    assert_sent_to(browser.fetch("/"), "login")
    assert_sent_to(each_site.browser().sign_in((other := each_site.add_user()).name, other.password), "enroll")


def test_R27_a_stranger_raises_no_counter_and_keeps_nobody_out(proxied_site: Site) -> None:
    site = proxied_site
    user = site.enrolled_user()
    before = all_but_counted(site)
    shut_out(site, user.name, browser_at(site, ELSEWHERE))
    assert all_but_counted(site) == before
    browser = browser_at(site, HERE)
    assert_sent_to(browser.sign_in(user.name, user.password), "verify")
    assert_passed(browser.verify(user.app.fresh()))
    assert_waits(browser_at(site, ELSEWHERE).sign_in(user.name, user.password))


def test_an_IPv6_network_counts_as_one_address(proxied_site: Site) -> None:
    site = proxied_site
    user = site.add_user()
    for number in range(LIMIT):
        assert_asked_again(browser_at(site, f"2001:db8:0:7::{number + 1:x}").sign_in(user.name, "wrong"))
    assert_waits(browser_at(site, "2001:db8:0:7:ffff::1").sign_in(user.name, user.password))
    assert_sent_to(browser_at(site, "2001:db8:0:8::1").sign_in(user.name, user.password), "enroll")


def test_R30_wrong_passwords_do_not_lock_codes(each_site: Site) -> None:
    user = each_site.enrolled_user()
    pending = each_site.sign_in(user)
    shut_out(each_site, user.name)
    assert_passed(pending.verify(user.app.fresh()))
    assert is_open(pending.fetch("/"))


def test_R30_wrong_codes_do_not_lock_the_password(each_site: Site) -> None:
    user = each_site.enrolled_user()
    browser = each_site.sign_in(user)
    before = counted(each_site)
    for _ in range(4):
        browser.verify(user.app.wrong())
    assert counted(each_site) == before
    each_site.sign_in(user)


def test_a_right_password_begins_anew(each_site: Site) -> None:
    user = each_site.enrolled_user()
    browser = each_site.browser()
    for _ in range(2):
        for answer in fail(browser, user.name, LIMIT - 1):
            assert_asked_again(answer)
        assert_sent_to(browser.sign_in(user.name, user.password), "verify")
    before = len(counted(each_site))
    fail(each_site.browser(), user.name, 1)
    each_site.sign_in(user)
    assert len(counted(each_site)) == before


def test_the_table_says_of_nobody_that_they_were_here(site: Site) -> None:
    user = site.add_user()
    fail(site.browser(), user.name, 1)
    for row in counted(site):
        assert re.fullmatch("[0-9a-f]{64}", str(row["pair"]))


def nobody(site: Site) -> str:
    return f"no{site.add_user().name}"


PEOPLE: dict[str, Callable[[Site], str]] = {
    "unknown": nobody,
    "disabled": lambda site: site.add_user(access_enabled=False).name,
    "not enrolled": lambda site: site.add_user().name,
    "enrolled": lambda site: site.enrolled_user().name,
    "without a hash": lambda site: site.add_user(company=False).name,
}


def seen(answer: Answer, name: str) -> tuple[int, dict[str, str], str]:
    """What somebody sees who does not know whether the name exists."""
    headers = {key: value for key, value in answer.headers.items() if key not in ("Date", "Retry-After", "Content-Length")}
    return answer.status, headers, answer.text.replace(name, "NAME")


def test_R86_every_name_gets_the_same_answers_by_the_same_statements(start_site: Start) -> None:
    site = start_site("pgsql", server=["UzmfaSignInLimit 3 10min"])
    browser = site.browser()
    page = browser.fetch(f"{OWN}/login")
    names = {kind: person(site) for kind, person in PEOPLE.items()}
    browser.submit(page, username="somebody", password="wrong")
    answered, sent = {}, {}
    for kind, name in names.items():
        ways, counts = [], []
        for password in ["wrong", "right", "", "wrong", "wrong"]:
            before = site.database.statements()
            ways.append(seen(browser.submit(page, username=name, password=password), name))
            counts.append(site.database.statements() - before)
        answered[kind], sent[kind] = ways, counts
    first = answered["enrolled"]
    assert [status for status, _, _ in first] == [401, 401, 401, 429, 429]
    assert all(ways == first for ways in answered.values())
    assert all(counts == sent["enrolled"] for counts in sent.values()), sent


# --- how many, how long ---

@pytest.mark.parametrize("driver", ["sqlite3", "pgsql"])
def test_R27_of_60_wrong_passwords_at_once_ten_are_looked_at(start_site: Start, driver: str) -> None:
    site = start_site(driver)
    node = start_site(driver, like=site)
    user = site.add_user()
    browsers = [one.browser() for one in (site, node) for _ in range(30)]
    pages = [browser.fetch(f"{OWN}/login") for browser in browsers]
    answers = at_once([lambda b=browser, p=page: b.submit(p, username=user.name, password="wrong")
                       for browser, page in zip(browsers, pages)])
    statuses = [answer.status for answer in answers]
    assert statuses.count(401) == LIMIT and statuses.count(429) == 50, statuses
    assert_waits(node.browser().sign_in(user.name, user.password))


def test_the_wait_ends_with_the_window(later_site: Site) -> None:
    user = later_site.add_user()
    browser = later_site.browser()
    fail(browser, user.name, 1)
    later_site.clock.forward(WINDOW // 2)
    fail(browser, user.name, LIMIT - 1)
    assert_waits(browser.sign_in(user.name, user.password), at_most=WINDOW // 2)
    later_site.clock.forward(WINDOW // 2 - 20)
    assert_waits(browser.sign_in(user.name, user.password), at_most=20)
    later_site.clock.forward(21)
    assert_sent_to(later_site.browser().sign_in(user.name, user.password), "enroll")


def test_the_next_window_takes_as_many(later_site: Site) -> None:
    name = later_site.add_user().name
    for _ in range(2):
        shut_out(later_site, name)
        later_site.clock.forward(WINDOW + 1)


def test_a_window_that_is_over_leaves_no_row(later_site: Site) -> None:
    for _ in range(3):
        fail(later_site.browser(), later_site.add_user().name, 1)
    later_site.clock.forward(WINDOW + 1)
    fail(later_site.browser(), later_site.add_user().name, 1)
    assert len(counted(later_site)) == 1


def test_the_directive_says_how_many_and_how_long(start_site: Start) -> None:
    site = start_site("pgsql", server=["UzmfaSignInLimit 2 3s"])
    user = site.add_user()
    for answer in fail(site.browser(), user.name, 2):
        assert_asked_again(answer)
    assert_waits(answer := site.browser().sign_in(user.name, user.password), at_most=3)
    time.sleep(int(answer.headers["Retry-After"]))
    site.sign_in(user)


def test_a_restart_forgets_nothing(start_site: Start) -> None:
    site = start_site()
    user = site.add_user()
    shut_out(site, user.name)
    site.httpd.graceful()
    assert_waits(site.browser().sign_in(user.name, user.password))
    site.httpd.restart()
    assert_waits(site.browser().sign_in(user.name, user.password))


# --- how many at a time ---

@contextmanager
def two_processors() -> Iterator[None]:
    """What is started here has two processors, and so checks one password at a time."""
    all_there_are = os.sched_getaffinity(0)
    os.sched_setaffinity(0, sorted(all_there_are)[:2])
    try:
        yield
    finally:
        os.sched_setaffinity(0, all_there_are)


def slow_check(seconds: float) -> list[str]:
    """Checks that PostgreSQL can count: each sleeps there for so long."""
    return ['UzmfaStatement find_password "SELECT u.username, u.password, u.access_enabled, 1'
            f' FROM users u, pg_sleep({seconds}) WHERE u.username = %s"']


def checks_now(site: Site) -> int:
    return len(site.database.execute("SELECT 1 FROM pg_stat_activity WHERE wait_event = 'PgSleep'"))


@contextmanager
def signing_in(site: Site, users: list[User]) -> Iterator[Future[list[Answer]]]:
    """All sign in at the same moment, while the test goes on."""
    browsers = [site.browser() for _ in users]
    pages = [browser.fetch(f"{OWN}/login") for browser in browsers]
    calls = [lambda b=browser, p=page, u=user: b.submit(p, username=u.name, password=u.password)
             for browser, page, user in zip(browsers, pages, users)]
    with ThreadPoolExecutor(1) as pool:
        yield pool.submit(at_once, calls)


def assert_busy(answer: Answer) -> None:
    assert answer.status == 503 and answer.headers["Retry-After"] == "5"
    assert "Many people are signing in" in answer.text


def test_one_password_is_looked_at_at_a_time_on_two_processors(start_site: Start) -> None:
    with two_processors():
        site = start_site("pgsql", server=slow_check(0.2))
    users = [site.add_user() for _ in range(12)]
    most = 0
    with signing_in(site, users) as running:
        while not running.done():
            most = max(most, checks_now(site))
    assert most == 1
    assert [answer.status for answer in running.result()] == [303] * len(users)


@pytest.mark.long
def test_who_waits_in_vain_is_told_so_and_is_not_charged(start_site: Start) -> None:
    with two_processors():
        site = start_site("pgsql", server=slow_check(1.5))
    users = [site.add_user() for _ in range(8)]
    site.log.expect(r":warn\].*UZMFA1040", times=1)
    with signing_in(site, users) as running:
        pass
    late = [answer for answer in running.result() if answer.status != 303]
    assert 3 <= len(late) <= 5
    for answer in late:
        assert_busy(answer)
    assert all(row["failures"] == 0 for row in counted(site))


@pytest.mark.long
def test_verified_users_are_served_while_many_sign_in(start_site: Start) -> None:
    with two_processors():
        # With one connection a process, whoever kept it would keep others from theirs.
        site = start_site("pgsql", server=["DBDMin 1", "DBDKeep 1", "DBDMax 1"])
    users = [site.add_user(cost=12) for _ in range(40)]
    verified = site.verify(site.add_user())
    pending = site.sign_in(site.enrolled_user())
    served = 0
    with signing_in(site, users) as running:
        while not running.done():
            assert is_open(verified.fetch("/"))
            assert pending.fetch(f"{OWN}/verify").status == 200
            served += not running.done()
    assert served >= 5
    late = [answer for answer in running.result() if answer.status != 303]
    if late:
        site.log.expect("UZMFA1040")
    for answer in late:
        assert_busy(answer)
    assert len(late) < len(users)


def test_a_graceful_restart_leaves_no_check_behind(start_site: Start) -> None:
    with two_processors():
        site = start_site("pgsql", server=slow_check(0.3))
    users = [site.add_user() for _ in range(10)]
    with signing_in(site, users) as running:
        while not checks_now(site):
            assert not running.done()
        site.httpd.graceful()
        most = 0
        while not running.done():
            most = max(most, checks_now(site))
    assert most <= 1
    assert [answer.status for answer in running.result()] == [303] * len(users)
    site.sign_in(users[0])


def test_a_child_that_dies_takes_no_check_with_it(start_site: Start) -> None:
    with two_processors():
        site = start_site("pgsql", server=slow_check(1.9))
    user = site.add_user()
    browser = site.browser()
    page = browser.fetch(f"{OWN}/login")
    with ThreadPoolExecutor(1) as pool:
        running = pool.submit(browser.submit, page, username=user.name, password=user.password)
        while not checks_now(site):
            assert not running.done()
        workers = [child for child in site.httpd.children()
                   if len(os.listdir(f"/proc/{child}/task")) > 1]  # not the daemon of mod_cgid
        assert workers
        for worker in workers:
            os.kill(worker, signal.SIGKILL)
        # The browser sends it again on a new connection.
        assert running.result().status == 303
    assert not set(workers) & set(site.httpd.children())
