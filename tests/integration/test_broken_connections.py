# SPDX-License-Identifier: Apache-2.0
"""A database server that was restarted: the connections httpd had pooled are broken, and nobody notices."""

import time
from collections.abc import Callable
from threading import Thread

import pytest

from harness.browser import Browser
from harness.database import OwnPostgreSql
from harness.expect import assert_passed, assert_sent_to
from harness.parallel import at_once
from harness.provider import TwilioSite
from harness.site import Site, User, is_open
from harness.twilio.behaviours import Turn, usual

POOL = 6


@pytest.fixture(params=["prefork", "worker", "event"])
def pooled_site(request: pytest.FixtureRequest, start_site: Callable[..., Site]) -> Site:
    """A site that has opened several connections to its database."""
    site = start_site("pgsql", mpm=request.param)
    users = [site.add_user() for _ in range(POOL)]
    at_once([lambda user=user: site.sign_in(user) for user in users])
    return site


def break_connections(site: Site) -> None:
    assert isinstance(site.database, OwnPostgreSql)
    site.database.break_connections()


def test_the_first_sign_in_after_a_restart_of_the_database_works(pooled_site: Site) -> None:
    user = pooled_site.enrolled_user()
    break_connections(pooled_site)
    browser = pooled_site.sign_in(user)
    assert_passed(browser.verify(user.app.fresh()))
    assert is_open(browser.fetch("/"))


def test_no_step_notices_a_restart_of_the_database(pooled_site: Site) -> None:
    user: User = pooled_site.add_user()
    browser = pooled_site.browser()
    break_connections(pooled_site)
    assert_sent_to(browser.sign_in(user.name, user.password), "enroll")
    break_connections(pooled_site)
    user.authenticator = browser.enroll()
    break_connections(pooled_site)
    assert is_open(browser.fetch("/"))
    break_connections(pooled_site)
    assert_sent_to(browser.log_out(), "login")
    pooled_site.sign_in(user, browser)
    break_connections(pooled_site)
    assert_passed(browser.verify(user.app.fresh()))


def test_all_sign_ins_together_after_a_restart_of_the_database_work(pooled_site: Site) -> None:
    users = [pooled_site.enrolled_user() for _ in range(POOL)]
    break_connections(pooled_site)
    browsers: list[Browser] = at_once([lambda user=user: pooled_site.sign_in(user) for user in users])
    for user, browser in zip(users, browsers):
        assert_passed(browser.verify(user.app.fresh()))


def test_a_restart_of_the_database_while_the_provider_is_asked_is_not_noticed(
        start_twilio: Callable[..., TwilioSite]) -> None:
    twilio = start_twilio("pgsql")
    user = twilio.site.enrolled_user()
    browser = twilio.site.sign_in(user)

    def answer_after_a_restart(turn: Turn) -> None:
        break_connections(twilio.site)
        usual(turn)

    # Then the transaction's start is the first that is sent on the broken connection.
    twilio.double.script("create_challenge", answer_after_a_restart)
    assert_passed(browser.verify(user.app.fresh()))
    assert is_open(browser.fetch("/"))


@pytest.mark.parametrize("mpm", ["prefork", "worker", "event"])
def test_a_child_that_ends_while_it_looks_for_ended_sessions_ends_in_peace(start_site: Callable[..., Site], mpm: str) -> None:
    site = start_site("pgsql", mpm=mpm)
    with site.database.reads_held():
        waiting = "SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
        while not site.database.execute(waiting):
            time.sleep(0.1)
        stop = Thread(target=site.httpd.stop)
        stop.start()
        time.sleep(1.5)  # by then httpd has told its children to end
    stop.join()
    assert not site.log.lines("exit signal")
