# SPDX-License-Identifier: Apache-2.0
"""The database or the provider is away: R84 and R85."""

import re
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest

from harness.provider import await_true
from harness.browser import OWN, Answer, Browser
from harness.database import OwnPostgreSql
from harness.expect import arrive, assert_passed, assert_sent_to
from harness.forwarder import Forwarder
from harness.parallel import at_once
from harness.provider import TwilioSite
from harness.site import Site, is_open
from harness.twilio import error

INNER = re.compile(r"(AC|VA|YF|SK|LF)[0-9a-f]{32}|select|insert|update |uzmfa_|twilio|curl|postgres|sqlite|/tmp|\.cpp|0x[0-9a-f]{4}",
                   re.IGNORECASE)


def assert_tells_nothing(answer: Answer) -> None:
    """A page that says 503, with a reference and nothing of what is behind it."""
    assert answer.status == 503 and int(answer.headers["Retry-After"]) > 0
    (reference,) = [one.text.strip() for one in answer.page.all("dd")]
    assert re.fullmatch(r"\S{8,32}", reference)
    assert not INNER.search(answer.text)


@pytest.mark.parametrize("validator", ["local", "twilio"])
def test_R84_while_the_database_is_down_nobody_else_gets_in(start_site: Callable[..., Site],
                                                            start_twilio: Callable[..., TwilioSite],
                                                            validator: str) -> None:
    site = start_twilio("pgsql").site if validator == "twilio" else start_site("pgsql")
    verified = site.verify(site.add_user())
    user, newcomer = site.enrolled_user(), site.add_user()
    pending = site.sign_in(user)
    form = pending.fetch(f"{OWN}/verify")
    login = site.browser()
    login_form = login.fetch(f"{OWN}/login")

    site.log.expect("UZMFA1031")
    site.log.expect(r"\[dbd:(error|crit)\]")
    site.database.go_down()
    assert is_open(verified.fetch("/"))
    for answer in (pending.submit(form, code=user.app.wrong()), pending.fetch(f"{OWN}/verify"),
                   login.submit(login_form, username=newcomer.name, password=newcomer.password)):
        assert_tells_nothing(answer)
    assert not is_open(pending.fetch("/")) and not is_open(login.fetch("/"))

    site.database.come_back()
    await_true(lambda: health(site)[0] == 200, "the database is not back", BACK)
    assert_passed(pending.submit(form, code=user.app.fresh()))
    assert is_open(pending.fetch("/"))


# --- how long a verified session goes on ---

INTERVAL, GRACE = 2, 4
SHORT = [f"UzmfaRecheckInterval {INTERVAL}s", f"UzmfaOutageGrace {GRACE}s"]
BACK = 8  # seconds in which all recovers; a node looks each second, and one who waits for a connection waits two


def expect_outage(site: Site) -> None:
    """The lines of an outage: of the module's own, one for the database and one for events that it does not take."""
    for code in ("UZMFA1031", "UZMFA1110"):
        site.log.allow(code)
    site.log.allow(r"\[dbd:(error|crit)\]")


def holder(site: Site, session: str | None) -> Browser:
    browser = site.browser()
    browser.session = session
    return browser


def await_open(browser: Browser, seconds: float = BACK) -> None:
    began = time.monotonic()
    while not is_open(browser.fetch("/")):
        assert time.monotonic() - began < seconds, f"not open after {seconds} s"
        time.sleep(0.1)


def health(site: Site) -> tuple[int, str]:
    answer = site.browser().fetch(f"{OWN}/health")
    return answer.status, answer.json()["status"]


@pytest.mark.parametrize("grace", [GRACE, 0])
@pytest.mark.parametrize("mpm", ["prefork", "event"])
def test_R84_a_verified_session_goes_on_for_the_grace_and_is_then_refused(start_site: Callable[..., Site], mpm: str,
                                                                          grace: int) -> None:
    site = start_site("pgsql", mpm=mpm, server=[SHORT[0], f"UzmfaOutageGrace {grace}s" if grace else "UzmfaOutageGrace 0"])
    user = site.enrolled_user()
    browser = site.verify(user)
    assert is_open(browser.fetch("/"))
    time.sleep(INTERVAL + 0.5)
    assert is_open(browser.fetch("/"))
    checked_at = time.monotonic()
    expect_outage(site)
    site.database.go_down()
    while is_open(answer := browser.fetch("/")):
        assert time.monotonic() - checked_at < INTERVAL + grace + 1
        time.sleep(0.1)
    # A second may be gone of the whole seconds in which httpd counts.
    assert time.monotonic() - checked_at > INTERVAL + grace - 1.1
    assert_tells_nothing(answer)
    assert_tells_nothing(arrive(browser, "/"))
    newcomer = site.browser()
    assert_tells_nothing(newcomer.sign_in(user.name, user.password))
    assert not is_open(arrive(newcomer, "/"))
    await_true(lambda: health(site) == (503, "down"), "health does not say that the database is down")
    site.database.come_back()
    await_open(browser)
    assert health(site) == (200, "ok")
    assert is_open(site.verify(user).fetch("/"))


@pytest.mark.parametrize("mpm", ["prefork", "event"])
def test_R84_a_sign_out_while_it_is_down_counts_at_once_and_is_written_down(start_site: Callable[..., Site],
                                                                            mpm: str) -> None:
    site = start_site("pgsql", mpm=mpm)
    user = site.enrolled_user()
    browser, other = site.verify(user), site.verify(user)
    stolen = browser.session
    form = browser.fetch(f"{OWN}/logout")
    before = {row["session"] for row in site.database.execute("SELECT session FROM uzmfa_revocation")}
    expect_outage(site)
    site.database.go_down()
    answer = browser.submit(form, "csrf")
    assert_sent_to(answer, "login")
    for _ in range(20):
        assert not is_open(holder(site, stolen).fetch("/"))
    assert is_open(other.fetch("/"))
    site.httpd.graceful()  # what is owed is owed on
    assert not is_open(holder(site, stolen).fetch("/"))
    site.database.come_back()
    began = time.monotonic()
    while not (written := {row["session"] for row in site.database.execute("SELECT session FROM uzmfa_revocation")} - before):
        assert time.monotonic() - began < BACK, "the sign-out was not written down"
        time.sleep(0.1)
    assert len(written) == 1
    site.httpd.graceful()
    assert not is_open(holder(site, stolen).fetch("/")) and is_open(other.fetch("/"))
    site.httpd.restart()
    assert not is_open(holder(site, stolen).fetch("/")) and is_open(other.fetch("/"))


def test_R84_a_sign_out_past_the_grace_counts_too(start_site: Callable[..., Site]) -> None:
    site = start_site("pgsql", server=["UzmfaRecheckInterval 2s", "UzmfaOutageGrace 0"])
    browser = site.verify(site.add_user())
    stolen = browser.session
    form = browser.fetch(f"{OWN}/logout")
    expect_outage(site)
    site.database.go_down()
    time.sleep(4)
    assert_tells_nothing(browser.fetch("/"))
    assert_sent_to(browser.submit(form, "csrf"), "login")
    site.database.come_back()
    began = time.monotonic()
    while health(site)[0] != 200:
        assert time.monotonic() - began < BACK
        time.sleep(0.1)
    assert not is_open(holder(site, stolen).fetch("/"))


def test_R84_a_node_that_starts_meanwhile_lets_nobody_pass_until_it_is_back(start_site: Callable[..., Site]) -> None:
    site = start_site("pgsql")
    user = site.enrolled_user()
    verified, ended = site.verify(user), site.verify(user)
    stolen = ended.session
    assert_sent_to(ended.log_out(), "login")
    expect_outage(site)
    site.database.go_down()
    site.httpd.restart()
    for one in (verified, holder(site, stolen), site.browser()):
        assert_tells_nothing(arrive(one, "/"))
    await_true(lambda: health(site) == (503, "down"), "health does not say that the database is down")
    site.database.come_back()
    await_open(verified)
    assert not is_open(holder(site, stolen).fetch("/"))


# --- a database that is silent ---

WAIT = 2  # connect_timeout in DBDParams


@pytest.fixture
def forwarders() -> Iterator[list[Forwarder]]:
    made: list[Forwarder] = []
    yield made
    for one in made:
        one.close()


@contextmanager
def timed(durations: list[float]) -> Iterator[None]:
    began = time.monotonic()
    yield
    durations.append(time.monotonic() - began)


@pytest.mark.long
@pytest.mark.parametrize("mpm", ["prefork", "event"])
def test_R84_a_silent_database_holds_up_one_request_at_a_time(build_site: Callable[..., Site],
                                                              forwarders: list[Forwarder], mpm: str) -> None:
    site = build_site("pgsql")
    assert isinstance(site.database, OwnPostgreSql)
    forwarders.append(forwarder := Forwarder(site.database.port))
    site.configure(mpm=mpm, database=site.database.directives_by_way_of(forwarder.port),
                   server=["UzmfaRecheckInterval 2s"])
    site.httpd.start()
    count = 16
    sessions = [site.verify(site.add_user()).session for _ in range(count)]
    clients = [holder(site, session) for session in sessions]
    newcomers = [site.browser() for _ in range(4)]
    assert all(at_once([lambda one=one: is_open(one.fetch("/")) for one in clients]))
    time.sleep(3)

    expect_outage(site)
    forwarder.fall_silent()
    first: list[float] = []

    def ask(one: Browser, durations: list[float]) -> bool:
        with timed(durations):
            return is_open(one.fetch("/"))

    # All find it out together, in processes that may each have a connection to lose.
    assert all(at_once([lambda one=one: ask(one, first) for one in clients]))
    assert max(first) < 3 * WAIT
    # From now on one at a time tries it, the others are answered at once.
    later: list[float] = []
    until = time.monotonic() + 3 * WAIT

    def ask_on(one: Browser) -> bool:
        good = True
        while time.monotonic() < until:
            good = ask(one, later) and good
            time.sleep(0.05)
        return good

    assert all(at_once([lambda one=one: ask_on(one) for one in clients]))
    slow = [each for each in later if each > WAIT / 2]
    assert len(slow) <= 3 * 3 and max(later) < 2 * WAIT and len(later) > 20 * count
    for one in newcomers:
        with timed(first):
            answer = arrive(one, "/")
        assert answer.status in (200, 503) and not is_open(answer)
        assert first[-1] < 2 * WAIT

    forwarder.speak()
    user = site.add_user()
    began = time.monotonic()
    while health(site)[0] != 200:
        assert time.monotonic() - began < BACK
        time.sleep(0.1)
    assert is_open(site.verify(user).fetch("/"))
    assert all(is_open(one.fetch("/")) for one in clients)


def test_R85_a_page_about_the_provider_tells_nothing(start_twilio: Callable[..., TwilioSite]) -> None:
    twilio = start_twilio()
    site = twilio.site
    user = site.enrolled_user()
    browser = site.sign_in(user)
    site.log.expect("UZMFA103[67]")
    for code in (20003, 20500, 20503):
        twilio.double.script("create_challenge", error(code))
        assert_tells_nothing(browser.verify(user.app.wrong()))
