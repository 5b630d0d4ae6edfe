# SPDX-License-Identifier: Apache-2.0
"""The module's own sign-in page with different providers, beside httpd's AuthTypes, and beside `Require`."""

from collections.abc import Callable

import pytest

from harness.browser import OWN, Answer, Browser
from harness.configuration import BASIC_GATE, place
from harness.expect import arrive, assert_asked_again, assert_sent_to
from harness.first_factors import password_file
from harness.site import PASSWORD, Site, User, basic_credentials, is_open

Build = Callable[..., Site]


def test_a_site_may_ask_a_password_file(build_site: Build) -> None:
    site = build_site()
    passwords = password_file(site.httpd.root / "passwords", "alice", "ghost")
    site.configure(modules=["authn_file"], server=[
        "UzmfaLoginProvider file", f'<Location "{OWN}">', f'AuthUserFile "{passwords}"', "</Location>"])
    site.httpd.start()
    site.database.add_user("alice", "another password")
    site.database.add_user("bob", PASSWORD)
    assert_asked_again(site.browser().sign_in("alice", "another password"))
    assert_asked_again(site.browser().sign_in("bob", PASSWORD))
    assert is_open(site.verify(User("alice")).fetch("/"))
    answer = site.browser().sign_in("ghost", PASSWORD)
    assert answer.status == 403


def test_providers_are_asked_in_order(build_site: Build) -> None:
    site = build_site()
    passwords = password_file(site.httpd.root / "passwords", "alice")
    site.configure(modules=["authn_file"], server=[
        "UzmfaLoginProvider file uzerp", f'<Location "{OWN}">', f'AuthUserFile "{passwords}"', "</Location>"])
    site.httpd.start()
    site.database.add_user("alice", "another password")
    bob = site.add_user("bob")
    assert is_open(site.verify(User("alice")).fetch("/"))
    assert is_open(site.verify(bob).fetch("/"))
    assert_asked_again(site.browser().sign_in("bob", "wrong"))


@pytest.fixture
def mixed_site(start_site: Build) -> Site:
    """Basic authentication in front of one place, the module's own sign-in in front of the rest."""
    return start_site(modules=["auth_basic"], server=place("Location", "/folder", BASIC_GATE))


@pytest.mark.parametrize("still_sends_the_password", [False, True])
def test_a_session_behind_basic_is_none_behind_the_own_sign_in(mixed_site: Site, still_sends_the_password: bool) -> None:
    user = mixed_site.add_user()
    browser = mixed_site.basic_browser(user)
    assert_sent_to(browser.fetch("/folder/"), "enroll", "/folder/")
    user.authenticator = browser.enroll("/folder/")
    assert is_open(browser.fetch("/folder/"))
    if not still_sends_the_password:
        browser.headers.clear()
    page = arrive(browser, "/static.html")
    assert page.status == 200
    stopped = browser.submit(page, username=user.name, password=user.password)
    assert_sent_to(stopped, "verify", "/static.html")
    answer = browser.submit(browser.follow(stopped), code=user.app.fresh())
    assert is_open(browser.follow(answer))
    browser.headers.update(basic_credentials(user))
    assert arrive(browser, "/folder/").status == 200


def test_a_pending_session_behind_basic_runs_in_no_circle(mixed_site: Site) -> None:
    user = mixed_site.enrolled_user()
    browser = mixed_site.basic_browser(user)
    assert_sent_to(browser.fetch("/folder/"), "verify", "/folder/")
    assert arrive(browser, "/static.html").status == 200
    answer = arrive(browser, "/folder/")
    assert is_open(browser.follow(browser.submit(answer, code=user.app.fresh())))


def test_a_session_of_the_own_sign_in_runs_in_no_circle_behind_basic(mixed_site: Site) -> None:
    user = mixed_site.add_user()
    browser = mixed_site.verify(user)
    assert is_open(browser.fetch("/static.html"))
    assert browser.fetch("/folder/").status == 401
    browser.headers.update(basic_credentials(user))
    assert arrive(browser, "/folder/").status == 200


@pytest.mark.parametrize("gate", [
    ["Session On", "Require all granted", "UzmfaEngine On"],
    ["Session On", "AuthType None", "Require all granted", "UzmfaEngine On"],
])
def test_a_gate_without_a_first_factor_lets_nobody_pass(start_site: Build, gate: list[str]) -> None:
    site = start_site(gate=gate)
    site.log.expect(r"uzmfa:error\]", times=1)
    answer = site.browser().fetch("/static.html")
    assert answer.status == 403 and not is_open(answer)


@pytest.mark.parametrize("requirement", [
    ["Require all granted"], ["<RequireAny>", "Require all granted", "Require valid-user", "</RequireAny>"],
    ["Require method GET"], ["Satisfy Any", "Require valid-user"], ["Require expr true"],
])
def test_the_gate_asks_for_the_first_factor_whatever_require_says(start_site: Build, requirement: list[str]) -> None:
    site = start_site(gate=["Session On", "AuthType Uzmfa", *requirement, "UzmfaEngine On"], modules=["access_compat"])
    stranger = site.browser()
    assert_sent_to(stranger.fetch("/static.html"), "login")
    assert_sent_to(site.sign_in(site.enrolled_user()).fetch("/static.html"), "verify")
    assert is_open(site.verify(site.add_user()).fetch("/static.html"))


def assert_refused_by_module(answer: Answer) -> None:
    """Nothing of the application; 401 names the module's scheme (RFC 9110 §15.5.2)."""
    assert answer.status in (401, 403) and not is_open(answer)
    assert answer.headers.get_all("WWW-Authenticate", []) == (["Uzmfa"] if answer.status == 401 else [])
    assert "no-store" in answer.headers["Cache-Control"]
    assert answer.headers["Content-Security-Policy"]


@pytest.mark.parametrize("requirement", [
    ["Require user alice"], ["<RequireAll>", "Require valid-user", "Require not user bob", "</RequireAll>"],
    ["<RequireAll>", "Require mfa", "Require user alice", "</RequireAll>"],
])
def test_a_user_whom_require_refuses_gets_a_page_of_the_module(start_site: Build, requirement: list[str]) -> None:
    site = start_site(gate=["Session On", "AuthType Uzmfa", *requirement, "UzmfaEngine On"])
    assert is_open(site.verify(site.add_user("alice")).fetch("/"))
    site.log.expect(r"authz_core:error\].*AH01631")
    bob = site.verify(site.add_user("bob"))
    for target in ("/", "/static.html", "/env"):
        answer = bob.fetch(target)
        assert_refused_by_module(answer)
        assert answer.page.all("h1") and f"{OWN}/style.css" in answer.text
    assert_refused_by_module(bob.script("/env"))


def test_each_request_of_a_session_has_the_rows_spelling(site: Site) -> None:
    user = site.add_user("MixedCase")
    assert_asked_again(site.browser().sign_in("mixedcase", user.password))
    assert "REMOTE_USER=MixedCase\n" in site.verify(user).fetch("/env").text


def test_an_unknown_and_a_known_user_get_the_same_answer(site: Site) -> None:
    known = site.add_user()

    def answer(name: str) -> tuple[int, str]:
        browser: Browser = site.browser()
        got = browser.sign_in(name, "wrong")
        token = got.page.form("csrf").fields["csrf"]
        return got.status, got.text.replace(name, "NAME").replace(token, "TOKEN")

    assert answer(known.name) == answer("nobody-at-all") == answer(site.add_user(access_enabled=False).name)
