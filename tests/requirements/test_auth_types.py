# SPDX-License-Identifier: Apache-2.0
"""R105, R5, R100: every AuthType is a first factor, and the session is that of the user whom it names on this request."""

from collections.abc import Callable, Iterator
from typing import NamedTuple

import pytest

from harness.application import PROTECTED
from harness.browser import OWN, Browser
from harness.configuration import place
from harness.expect import assert_sent_to
from harness.first_factors import ALL, GATE, FirstFactor, password_file
from harness.site import Site, User, Workshop, is_open

NAMES = [f"person{number}" for number in range(30)]
GHOST = "ghost"
QUIET = "AH01617|AH01618|AH01788|AH01790|AH01807|AH01808|AH02227"  # of wrong or no credentials, httpd's own


class Front(NamedTuple):
    """A site behind one first factor, and people who have not come yet."""

    site: Site
    factor: FirstFactor
    people: list[User]

    def person(self) -> User:
        return self.people.pop()

    def enter(self, user: User, browser: Browser | None = None) -> Browser:
        return self.factor.enter(self.site, user, browser)

    def verify(self, user: User) -> Browser:
        """Somebody who has passed both factors, by enrolling."""
        browser = self.enter(user)
        browser.fetch("/")
        user.authenticator = browser.enroll()
        return browser


@pytest.fixture(scope="module", params=ALL.keys())
def front(workshop: Workshop, request: pytest.FixtureRequest) -> Iterator[Front]:
    site = workshop.build()
    factor = ALL[request.param]
    factor.configure(site, [*NAMES, GHOST])
    site.httpd.start()
    yield Front(site, factor, [site.add_user(name) for name in NAMES])
    site.httpd.stop()


def test_R105_without_the_first_factor_nothing_is_open(front: Front) -> None:
    front.site.log.allow(rf"{QUIET}|uzmfa:error\].*no_user")
    for method in ("GET", "POST", "PUT"):
        for target in ("/", "/static.html", "/env", "/folder/"):
            answer = front.site.browser().request(method, target)
            assert answer.status in (302, 303, 401, 403) and PROTECTED not in answer.text
            assert "X-Protected" not in answer.headers


def test_R105_the_second_factor_is_asked_for(front: Front) -> None:
    user = front.person()
    browser = front.enter(user)
    assert_sent_to(browser.fetch("/erp/x?y=1"), "enroll", "/erp/x?y=1")
    refused = browser.script("/env")
    assert (refused.status, refused.json()["error"]) == (401, "enrollment_required")
    user.authenticator = browser.enroll("/erp/x")
    seen = browser.fetch("/env").text
    assert f"REMOTE_USER={user.name}\n" in seen and "UZMFA_METHOD=totp\n" in seen and "UZMFA_DECISION=verified\n" in seen
    again = front.enter(user)
    assert_sent_to(again.fetch("/"), "verify")
    assert not is_open(again.fetch("/static.html"))
    assert again.script("/env").json()["error"] == "verification_required"
    assert again.verify(user.app.fresh()).status == 303
    assert is_open(again.fetch("/")) and is_open(browser.fetch("/"))


def test_R5_another_first_factor_in_the_same_browser_is_not_verified(front: Front) -> None:
    alice, bob = front.person(), front.person()
    hers = front.verify(alice)
    kept = hers.session
    front.verify(bob)
    his = front.enter(bob, hers)
    stopped = his.fetch("/")
    assert_sent_to(stopped, "verify")
    page = his.follow(stopped)
    assert bob.name in page.text and alice.name not in page.text
    shown = his.fetch("/env")
    assert shown.status == 303 and alice.name not in shown.text
    assert his.verify(alice.app.fresh()).status == 401
    assert not is_open(his.fetch("/"))
    assert his.session != kept


def test_R5_a_stolen_session_cookie_opens_nothing_to_another_user(front: Front) -> None:
    alice, bob = front.person(), front.person()
    stolen = front.verify(alice).session
    his = front.enter(bob)
    former = his.session
    his.session = stolen
    answer = his.fetch("/env")
    # Under the own sign-in and mod_auth_form the cookie is the first factor too: who has it is alice.
    if is_open(answer):
        assert f"REMOTE_USER={alice.name}\n" in answer.text and former is not None
    else:
        assert answer.status == 303 and alice.name not in answer.text


def test_R100_what_the_client_says_of_itself_does_not_arrive(front: Front) -> None:
    user = front.person()
    browser = front.verify(user)
    forged = {"X-Remote-User": "admin", "X-Forwarded-User": "admin"}
    if front.factor not in (ALL["Basic"], ALL["Basic by the users table"], ALL["Digest"]):
        forged["Authorization"] = "Basic YWRtaW46eA=="
    seen = browser.fetch("/env", headers=forged).text
    assert f"REMOTE_USER={user.name}\n" in seen
    assert "admin" not in seen and "AUTHORIZATION" not in seen and "YWRtaW46eA" not in seen


def test_R61_after_sign_out_the_code_is_asked_for_again(front: Front) -> None:
    user = front.person()
    browser = front.verify(user)
    copy = front.enter(user)
    copy.cookies = dict(browser.cookies)
    assert_sent_to(browser.log_out(), "login")
    for former in (browser, copy):
        assert not is_open(former.fetch("/"))
    assert_sent_to(front.enter(user, browser).fetch("/"), "verify")


def test_R105_a_user_who_is_not_in_the_table_is_not_known(front: Front) -> None:
    if front.factor in (ALL["the own page"], ALL["Basic by the users table"]):
        pytest.skip("knows nobody else")
    ghost = front.enter(User(GHOST))
    for target in ("/", "/env"):
        answer = ghost.fetch(target)
        assert answer.status == 403 and PROTECTED not in answer.text
    assert ghost.script("/env").json()["error"] == "not_known"


# --- places of other policies ---

BOTH = [ALL["the own page"], ALL["Basic"], ALL["form"]]


@pytest.fixture(scope="module", params=BOTH, ids=["the own page", "Basic", "form"])
def policies(workshop: Workshop, request: pytest.FixtureRequest) -> Iterator[Front]:
    """A site with a movable clock, where /erp/vault asks for a late verification and /report only reports."""
    site = workshop.build(movable_clock=True)
    factor: FirstFactor = request.param
    extra = [*place("Location", "/erp/vault", ["UzmfaVerifiedWithin 5min"]), *place("Location", "/erp/report", ["UzmfaEngine ReportOnly"])]
    options = factor.options(site, NAMES, [])
    factor.configure(site, NAMES, server=[*options.get("server", []), *extra])
    site.httpd.start()
    yield Front(site, factor, [site.add_user(name) for name in NAMES])
    site.httpd.stop()


def test_R7_step_up_works_behind_every_first_factor(policies: Front) -> None:
    user = policies.person()
    browser = policies.verify(user)
    assert is_open(browser.fetch("/erp/vault"))
    policies.site.clock.forward(298)
    assert is_open(browser.fetch("/erp/vault"))
    policies.site.clock.forward(3)
    assert_sent_to(browser.fetch("/erp/vault"), "verify", "/erp/vault")
    assert browser.script("/erp/vault").json()["error"] == "step_up_required"
    assert is_open(browser.fetch("/"))
    assert browser.verify(user.app.fresh(), "/erp/vault").status == 303
    assert is_open(browser.fetch("/erp/vault"))


def test_reporting_only_asks_for_the_first_factor_and_names_who_would_be_stopped(policies: Front) -> None:
    user = policies.person()
    policies.site.log.allow(QUIET)
    assert not is_open(policies.site.browser().fetch("/erp/report"))
    browser = policies.enter(user)
    policies.site.log.mark()
    answer = browser.fetch("/erp/report")
    assert is_open(answer) and user.name in answer.text
    assert len(policies.site.log.lines(rf"UZMFA1002 would_stop: .*user {user.name},")) == 1
    assert_sent_to(browser.fetch("/"), "enroll")


MFA = {
    "alone": (["Require mfa"], {"mfa"}),
    "or a network that is far": (["<RequireAny>", "Require ip 10.0.0.0/8", "Require mfa", "</RequireAny>"], {"mfa"}),
    "or this network": (["<RequireAny>", "Require ip 127.0.0.0/8", "Require mfa", "</RequireAny>"], {"stranger", "signed in", "mfa"}),
    "and a network that is far": (["<RequireAll>", "Require ip 10.0.0.0/8", "Require mfa", "</RequireAll>"], set()),
    "and this network": (["<RequireAll>", "Require ip 127.0.0.0/8", "Require mfa", "</RequireAll>"], {"mfa"}),
    "and another user": (["<RequireAll>", "Require user somebody", "Require mfa", "</RequireAll>"], set()),
    "not": (["<RequireAll>", "Require valid-user", "Require not mfa", "</RequireAll>"], {"signed in"}),
}


@pytest.mark.parametrize(("requirement", "passing"), MFA.values(), ids=MFA.keys())
@pytest.mark.parametrize("auth_type", ["the own page", "Basic"])
def test_require_mfa_stands_among_the_other_requirements(build_site: Callable[..., Site], auth_type: str, requirement: list[str],
                                                         passing: set[str]) -> None:
    site = build_site()
    factor = ALL[auth_type]
    gate = [line for line in factor.options(site, NAMES, [])["gate"] if not line.startswith("Require")]
    modules = [*factor.options(site, NAMES, []).get("modules", []), "authz_host"]
    site.configure(modules=modules, gate=["Session On", *gate, *requirement],
                   server=place("Location", "/erp/gated", ["UzmfaEngine On", "Require valid-user"]))
    site.httpd.start()
    site.log.allow(rf"AH01630|AH01631|{QUIET}")
    user = site.add_user(NAMES[0])
    visitors = {"stranger": site.browser(), "signed in": factor.enter(site, user)}
    for name, browser in visitors.items():
        assert is_open(browser.fetch("/static.html")) == (name in passing), name
    visitors["signed in"].fetch("/erp/gated")
    user.authenticator = visitors["signed in"].enroll()
    assert is_open(visitors["signed in"].fetch("/static.html")) == ("mfa" in passing)


@pytest.mark.parametrize("section", [[], ["<Files *>"], ["<If true>"]], ids=["plain", "Files", "If"])
def test_R104_an_htaccess_names_nobody_who_may_enroll(build_site: Callable[..., Site], section: list[str]) -> None:
    site = build_site()
    victim = site.add_user()
    own = [*place("Directory", str(site.application.folder), ["AllowOverride AuthConfig", *ALL["the own page"].options(site, [], [])["gate"], *GATE])]
    site.configure(modules=["auth_basic", "authn_file"], gate=["Require all granted"], server=own)
    end = [line.split()[0].replace("<", "</") + ">" if " " in line else line.replace("<", "</") for line in section]
    site.application.add(".htaccess", "\n".join([
        *section, "AuthType Basic", 'AuthName "mine"', f'AuthUserFile "{password_file(site, [victim.name])}"', *end, ""]))
    site.httpd.start()
    site.log.expect("UZMFA1122")
    browser = site.basic_browser(victim)
    for target in ("/static.html", "/env", "/folder/"):
        answer = browser.fetch(target)
        assert answer.status == 403 and PROTECTED not in answer.text
    assert_sent_to(browser.fetch(f"{OWN}/enroll"), "login")


def test_the_own_pages_ask_no_auth_type(front: Front) -> None:
    front.site.log.allow(QUIET)
    stranger = front.site.browser()
    assert stranger.fetch(f"{OWN}/health").status == 200
    assert stranger.fetch(f"{OWN}/login").status in (200, 303)
    assert_sent_to(stranger.fetch(f"{OWN}/verify"), "login")
