# SPDX-License-Identifier: Apache-2.0
"""R105 and R5: whatever names the user is the first factor, on each request anew."""

from collections.abc import Iterator
from dataclasses import dataclass

import pytest

from harness.application import PROTECTED
from harness.browser import OWN, Browser
from harness.configuration import place
from harness.expect import assert_asked_again, assert_passed, assert_sent_to
from harness.first_factors import FIRST_FACTORS, FirstFactor
from harness.site import Site, User, Workshop, is_open, numbers

WITH_LISTS_OF_THEIR_OWN = {name: one for name, one in FIRST_FACTORS.items() if not one.knows_the_table_only}
TARGETS = ("/static.html", "/env", "/folder/", "/erp/orders?id=7")
VAULT, REPORTED = "/erp/vault", "/env/reported"
PLACES = [*place("Location", VAULT, ["UzmfaVerifiedWithin 5min"]), *place("Location", REPORTED, ["UzmfaEngine ReportOnly"])]


@dataclass(frozen=True)
class Gated:
    """A site behind one first factor."""

    site: Site
    factor: FirstFactor

    def user(self) -> User:
        """Somebody whom the first factor and the table know."""
        user = self.site.add_user()
        self.factor.admit(user.name)
        return user

    def visitor(self, user: User, session: str | None = None) -> Browser:
        """Somebody new who has passed the first factor, in a browser that had this session."""
        browser = self.site.holder(session)
        self.factor.pass_as(user, browser)
        return browser

    def verified(self, user: User) -> Browser:
        """Somebody new who has passed both, the first time by enrolling."""
        browser = self.visitor(user)
        browser.fetch("/")
        if user.authenticator is None:
            user.authenticator = browser.enroll()
        else:
            assert_passed(browser.verify(user.app.fresh()))
        assert_named(browser, user)
        return browser


@pytest.fixture(scope="module", params=FIRST_FACTORS.values(), ids=FIRST_FACTORS.keys())
def gated(workshop: Workshop, request: pytest.FixtureRequest) -> Iterator[Gated]:
    """A site behind each first factor in turn, with a clock that tests move forward."""
    site = workshop.build(movable_clock=True)
    factor = request.param(site)
    site.configure(modules=factor.modules, server=[*factor.server(), *PLACES],
                   gate=["Session On", *factor.directives(), factor.requirement, "UzmfaEngine On"])
    site.httpd.start()
    yield Gated(site, factor)
    site.httpd.stop()
    factor.close()


def assert_named(browser: Browser, user: User, method: str = "totp") -> None:
    """The application is told who is there and how the user was verified."""
    answer = browser.fetch("/env")
    assert is_open(answer), f"{answer.status} {answer.location}"
    assert f"REMOTE_USER={user.name}\n" in answer.text and f"UZMFA_METHOD={method}\n" in answer.text


def assert_stopped(browser: Browser, page: str, error: str) -> None:
    """Navigations are sent to the page due, programs are told so, and nobody gets a byte of the application."""
    for target in TARGETS:
        assert_sent_to(browser.fetch(target), page, target)
        for method in ("GET", "POST"):
            answer = browser.script(target, method)
            assert answer.status == 401 and PROTECTED not in answer.text, f"{target}: {answer.status}"
            assert answer.headers["WWW-Authenticate"] == "Uzmfa"
            assert answer.headers.get_content_type() == "application/problem+json" and answer.json()["error"] == error
            assert answer.json()["verify_url"].startswith(f"{OWN}/{page}")


def test_R105_without_the_first_factor_nothing_is_open(gated: Gated) -> None:
    for target in TARGETS:
        gated.factor.assert_asks(gated.site.browser(), target)


def test_R105_the_first_factor_alone_leads_to_enrollment_which_opens_the_gate(gated: Gated) -> None:
    user = gated.user()
    browser = gated.visitor(user)
    assert_stopped(browser, "enroll", "enrollment_required")
    user.authenticator = browser.enroll("/erp/orders")
    assert all(is_open(browser.fetch(target)) for target in TARGETS)
    assert_named(browser, user)


def test_R105_another_browser_of_the_user_must_verify(gated: Gated) -> None:
    user = gated.user()
    gated.verified(user)
    browser = gated.visitor(user)
    assert_stopped(browser, "verify", "verification_required")
    assert_asked_again(browser.verify(user.app.wrong()))
    assert not is_open(browser.fetch("/static.html"))
    assert_passed(browser.verify(user.app.fresh(), "/erp/orders"), "/erp/orders")
    assert_named(browser, user)


def test_R5_a_session_opens_nothing_to_another_user(gated: Gated) -> None:
    alice, bob = gated.user(), gated.user()
    gated.verified(bob)
    own = gated.verified(alice)
    browser = gated.visitor(bob, own.session)
    assert_stopped(browser, "verify", "verification_required")
    for target in (*TARGETS, f"{OWN}/verify", f"{OWN}/account", f"{OWN}/logout"):
        assert alice.name not in browser.fetch(target).text, target
    assert_asked_again(browser.verify(alice.app.fresh()))
    assert not is_open(browser.fetch("/static.html"))
    assert_passed(browser.verify(bob.app.fresh()))
    assert_named(browser, bob)
    if gated.factor.ends_the_former_session:
        gated.factor.assert_asks(own, "/env")
    else:
        assert_named(own, alice)


def test_R5_who_changes_the_user_and_comes_back_must_verify_again(gated: Gated) -> None:
    alice, bob = gated.user(), gated.user()
    browser = gated.verified(alice)
    gated.factor.pass_as(bob, browser)
    assert_stopped(browser, "enroll", "enrollment_required")
    gated.factor.pass_as(alice, browser)
    assert_stopped(browser, "verify", "verification_required")


def test_R105_signing_out_ends_the_second_factor(gated: Gated) -> None:
    user = gated.user()
    browser = gated.verified(user)
    former = browser.session
    answer = browser.log_out()
    assert (answer.status, answer.leads_to) == (303, f"{OWN}/login")
    assert browser.session is None
    if gated.factor.lives_in_the_session:
        gated.factor.assert_asks(browser, "/static.html")
        gated.factor.pass_as(user, browser)
    assert_stopped(browser, "verify", "verification_required")
    browser.session = former  # as a thief who had it
    assert not is_open(browser.fetch("/static.html"))


@pytest.mark.parametrize("gated", WITH_LISTS_OF_THEIR_OWN.values(), ids=WITH_LISTS_OF_THEIR_OWN.keys(), indirect=True)
@pytest.mark.parametrize("spelling", ["another name", "another case"])
def test_R6_a_user_whom_the_table_does_not_know_is_not_known(gated: Gated, spelling: str) -> None:
    name = f"ghost{next(numbers)}" if spelling == "another name" else gated.user().name.upper()
    ghost = gated.visitor(gated.factor.admit(name))
    for target in TARGETS:
        answer = ghost.fetch(target)
        assert answer.status == 403 and PROTECTED not in answer.text and answer.page.all("h1")
        answer = ghost.script(target)
        assert (answer.status, answer.json()["error"]) == (403, "not_known")


def test_R7_a_place_asks_again_for_a_code_and_for_nothing_else(gated: Gated) -> None:
    user = gated.user()
    browser = gated.verified(user)
    assert is_open(browser.fetch(VAULT))
    gated.site.clock.forward(301)
    assert is_open(browser.fetch("/static.html"))
    assert browser.script(VAULT).json()["error"] == "step_up_required"
    assert_sent_to(browser.fetch(VAULT), "verify", VAULT)
    assert_passed(browser.verify(user.app.fresh(), VAULT), VAULT)
    assert is_open(browser.fetch(VAULT))


def test_R105_where_the_engine_reports_only_the_first_factor_is_enough(gated: Gated) -> None:
    gated.factor.assert_asks(gated.site.browser(), REPORTED)
    user = gated.user()
    browser = gated.visitor(user)
    answer = browser.fetch(REPORTED)
    assert is_open(answer) and f"REMOTE_USER={user.name}\n" in answer.text and "UZMFA_METHOD" not in answer.text
    (line,) = gated.site.log.lines("UZMFA1002")
    assert f"would_stop: would have been stopped, but for UzmfaEngine ReportOnly, user {user.name}" in line
    assert_stopped(browser, "enroll", "enrollment_required")
