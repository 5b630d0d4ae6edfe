# SPDX-License-Identifier: Apache-2.0
"""R105 and R5: whatever names the user is the first factor, on each request anew."""

import base64
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

import pytest

from harness.application import PROTECTED
from harness.browser import OWN, Browser
from harness.configuration import place
from harness.expect import arrive, assert_asked_again, assert_passed, assert_sent_to
from harness.first_factors import (FIRST_FACTORS, Basic, BasicFile, CertificateAsBasic, CertificateOfPlace, Digest, FirstFactor,
                                   Form, InlineForm, OwnPage, digest_credentials)
from harness.site import PASSWORD, Site, User, Workshop, basic_credentials, is_open, numbers

TARGETS = ("/static.html", "/env", "/folder/", "/erp/orders?id=7")
VAULT, REPORTED = "/erp/vault", "/env/reported"
PLACES = [*place("Location", VAULT, ["UzmfaVerifiedWithin 5min"]),
          *place("Location", REPORTED, ["UzmfaEngine ReportOnly"])]


@dataclass(frozen=True)
class Gated:
    """A site behind one first factor."""

    site: Site
    factor: FirstFactor

    def user(self, name: str | None = None) -> User:
        """Somebody whom the first factor and the table know."""
        user = self.site.add_user(self.factor.spelling.format(name or f"user{next(numbers)}"))
        self.factor.admit(user.name)
        return user

    def visitor(self, user: User, session: str | None = None) -> Browser:
        """Somebody new who has passed the first factor, in a browser that had this session."""
        browser = self.site.holder(session)
        self.factor.pass_as(user, browser)
        return browser

    def verified(self, user: User, gate: str = "/env") -> Browser:
        """Somebody new who has passed both at this gate, the first time by enrolling."""
        browser = self.visitor(user)
        browser.fetch(gate)
        if user.authenticator is None:
            user.authenticator = browser.enroll()
        else:
            assert_passed(browser.verify(user.app.fresh()))
        assert_named(browser, user, gate)
        return browser


@contextmanager
def standing_before(kind: type[FirstFactor], workshop: Workshop, engine: str = "On", requirement: str | None = None,
                    server: Sequence[str] = (), path: str = "/", **options: object) -> Iterator[Gated]:
    """A site behind this first factor, or what is below a path of it, as long as it is needed."""
    site = workshop.build(**options)
    factor = kind(site)
    gate = ["Session On", *factor.directives(), requirement or factor.requirement, f"UzmfaEngine {engine}"]
    if path != "/":
        server, gate = [*place("Location", path, gate), *server], ["Session On", "Require all granted"]
    site.configure(modules=(*factor.modules, "authz_host"), gate=gate, server=[*factor.server(), *server])
    try:
        site.httpd.start()
        yield Gated(site, factor)
    finally:
        site.httpd.stop()
        factor.close()


@pytest.fixture(scope="module", params=FIRST_FACTORS.values(), ids=FIRST_FACTORS.keys())
def gated(workshop: Workshop, request: pytest.FixtureRequest) -> Iterator[Gated]:
    """A site behind each first factor in turn, with a clock that tests move forward."""
    with standing_before(request.param, workshop, server=PLACES, movable_clock=True) as made:
        yield made


def of_those(fits: Callable[[type[FirstFactor]], bool]) -> pytest.MarkDecorator:
    """Behind some first factors only."""
    fitting = {name: one for name, one in FIRST_FACTORS.items() if fits(one)}
    return pytest.mark.parametrize("gated", fitting.values(), ids=fitting.keys(), indirect=True)


def assert_named(browser: Browser, user: User, target: str = "/env") -> None:
    """The application is told who is there and how the user was verified."""
    answer = browser.fetch(target)
    assert is_open(answer), f"{answer.status} {answer.location}"
    assert f"REMOTE_USER={user.name}\n" in answer.text and "UZMFA_METHOD=totp\n" in answer.text


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


@of_those(lambda one: issubclass(one, (Basic, Digest)))
def test_R105_a_wrong_password_opens_nothing(gated: Gated) -> None:
    gated.site.log.expect("AH01617|AH01618|AH01794")
    gated.factor.assert_asks(gated.visitor(User(gated.user().name, "wrong")), "/static.html")


@of_those(lambda one: not one.lives_in_the_session)
def test_R105_a_verified_session_opens_nothing_without_the_first_factor(gated: Gated) -> None:
    browser = gated.verified(gated.user())
    for target in TARGETS:
        gated.factor.assert_asks(gated.site.holder(browser.session), target)
    assert is_open(browser.fetch("/static.html"))


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


@of_those(lambda one: not one.ends_the_former_session)
def test_R34_the_pages_of_a_session_are_not_open_to_whom_the_first_factor_names_next(gated: Gated) -> None:
    alice, bob = gated.user(), gated.user()
    pending = gated.visitor(alice)
    pending.fetch("/env")
    secret = pending.fetch(f"{OWN}/enroll").page.by_id("secret").text
    verified = gated.verified(gated.user())
    for browser, pages in ((pending, ("enroll", "enroll/qr.svg", "recovery")), (verified, ("account", "verify", "recovery"))):
        gated.factor.pass_as(bob, browser)
        for page in pages:
            answer = browser.fetch(browser.own_page(page, "/env"))
            assert answer.status == 403 and secret not in answer.text and "/env" in answer.text, page
            assert browser.post(f"{OWN}/{page}", {"code": "000000"}).status in (403, 405), page
        assert_sent_to(browser.fetch("/env"), "enroll", "/env")
        assert browser.fetch(f"{OWN}/enroll").page.by_id("secret").text != secret


@of_those(lambda one: not one.ends_the_former_session)
def test_R105_the_own_pages_are_open_to_whom_the_first_factor_names(gated: Gated) -> None:
    browser = gated.verified(gated.user())
    for page in ("account", "logout", "health", "style.css"):
        assert browser.fetch(f"{OWN}/{page}").status == 200, page


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


@of_those(lambda one: one.has_sign_out)
def test_R5_R105_after_a_sign_out_of_the_first_factor_nothing_is_open(gated: Gated) -> None:
    alice, bob = gated.user(), gated.user()
    browser = gated.verified(alice)
    gated.factor.sign_out(browser)
    for target in TARGETS:
        gated.factor.assert_asks(browser, target)
        assert PROTECTED not in browser.script(target).text
    gated.factor.pass_as(bob, browser)
    assert_stopped(browser, "enroll", "enrollment_required")
    bob.authenticator = browser.enroll()
    assert_named(browser, bob)


@pytest.mark.parametrize("line", ["UzmfaAppLogout ^/leave$", None], ids=["named", "not named"])
def test_R61_R105_a_sign_out_of_the_form_ends_both_factors_where_it_is_named(workshop: Workshop,
                                                                             line: str | None) -> None:
    leave = place("Location", "/leave", ["SetHandler form-logout-handler", *filter(None, [line])])
    with standing_before(Form, workshop, server=leave) as form:
        user = form.user()
        browser = form.verified(user)
        former = browser.session
        assert browser.fetch("/leave").status == 200
        form.factor.assert_asks(browser, "/static.html")
        assert is_open(form.site.holder(former).fetch("/static.html")) == (line is None)
        form.factor.pass_as(user, browser)
        assert is_open(browser.fetch("/static.html")) == (line is None)


@of_those(lambda one: not one.knows_the_table_only)
@pytest.mark.parametrize("spelling", ["another name", "another case"])
def test_R6_a_user_whom_the_table_does_not_know_is_not_known(gated: Gated, spelling: str) -> None:
    unknown = gated.factor.spelling.format(f"ghost{next(numbers)}")
    name = unknown if spelling == "another name" else gated.user().name.upper()
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


@of_those(lambda one: issubclass(one, CertificateOfPlace))
def test_R105_a_form_that_opens_the_connection_arrives_with_its_certificate(gated: Gated) -> None:
    user = gated.user()
    gated.verified(user)
    browser = gated.visitor(user)
    page = arrive(browser, "/erp/orders")
    browser.close()
    assert_passed(browser.submit(page, code=user.app.fresh()), "/erp/orders")


@of_those(lambda one: issubclass(one, CertificateAsBasic))
@pytest.mark.parametrize("password", ["password", "x"])
def test_R5_nobody_takes_the_name_of_another_certificate_in_the_password_dialog(gated: Gated, password: str) -> None:
    gated.site.log.allow("AH02035")  # of the password that mod_ssl gives everybody
    alice, bob = gated.user(), gated.user()
    own = gated.verified(alice)
    browser = gated.visitor(bob, own.session)
    browser.headers.update(basic_credentials(User(alice.name, password)))
    for target in TARGETS:
        answer = browser.fetch(target)
        assert answer.status in (303, 403) and PROTECTED not in answer.text, f"{target}: {answer.status}"
    assert_named(own, alice)


def test_R105_the_own_pages_need_no_certificate_and_open_nothing_without_it(workshop: Workshop) -> None:
    with standing_before(CertificateOfPlace, workshop, path="/erp") as gated:
        user = gated.user()
        browser = gated.visitor(user)
        assert_sent_to(browser.fetch("/erp/orders"), "enroll", "/erp/orders")
        without = gated.site.holder(browser.session)
        without.enroll("/erp/orders")
        gated.site.log.expect("AH10158|AH10129|extension not received")
        answer = without.fetch("/erp/orders")
        assert answer.status == 403 and PROTECTED not in answer.text
        browser.session = without.session
        assert is_open(browser.fetch("/erp/orders"))


@of_those(lambda one: one is Form)
def test_R58_what_mod_auth_form_keeps_of_the_user_cannot_be_read(gated: Gated) -> None:
    user = gated.user()
    for browser in (gated.visitor(user), gated.verified(user)):
        opened = base64.urlsafe_b64decode(f"{browser.session}==")
        assert user.name.encode() not in opened and PASSWORD.split()[0].encode() not in opened
        assert PASSWORD.split()[0] not in browser.fetch("/env").text


@pytest.mark.parametrize("page", ["/static.html", "/folder/", "/page.shtml", "/env"])
@pytest.mark.parametrize("kind", [Basic, Digest])
def test_R2_R5_the_sites_page_about_a_wrong_password_is_no_way_in(workshop: Workshop, kind: type[FirstFactor], page: str) -> None:
    with standing_before(kind, workshop, server=[f"ErrorDocument 401 {page}"]) as gated:
        gated.site.log.allow("auth_(basic|digest):error")
        user = gated.user()
        browser = gated.verified(user)
        for known in (user, gated.user()):
            for session in (browser.session, None):
                thief = gated.visitor(User(known.name, "wrong"), session)
                for target in (*TARGETS, page, "/nowhere"):
                    answer = thief.fetch(target)
                    assert answer.status == 401 and PROTECTED not in answer.text, f"{target}: {answer.status}"
                    assert answer.headers["WWW-Authenticate"].lower().startswith(kind.__name__.lower())
                assert thief.session == session  # nor a sign-in that waits for its second factor
        assert_named(browser, user)


class OthersBasic(BasicFile):
    """Whom its file does not know is left to others, of whom there are none: httpd answers 500."""

    def directives(self) -> list[str]:
        return [*super().directives(), "AuthBasicAuthoritative Off"]


def for_another_address(user: User, browser: Browser) -> None:
    """Credentials of which no more is true than the name: mod_auth_digest answers 400 before it looks at the rest."""
    challenge = browser.fetch("/static.html").headers["WWW-Authenticate"]
    answer = digest_credentials(User(user.name, "wrong"), challenge)
    browser.credentials = lambda method, target: answer(method, "/somewhere/else")


def of_a_stranger(user: User, browser: Browser) -> None:
    browser.headers.update(basic_credentials(User(user.name, "wrong")))


@pytest.mark.parametrize("page", ["/static.html", "/folder/", "/page.shtml", "/env"])
@pytest.mark.parametrize(("kind", "status", "pretend"), [(Digest, 400, for_another_address), (OthersBasic, 500, of_a_stranger)])
@pytest.mark.parametrize("engine", ["On", "ReportOnly"])
def test_R2_R5_the_sites_page_about_a_name_that_was_not_checked_is_no_way_in(
        workshop: Workshop, kind: type[FirstFactor], status: int, pretend: Callable[[User, Browser], None], engine: str, page: str) -> None:
    with standing_before(kind, workshop, engine=engine, server=[f"ErrorDocument {status} {page}"]) as gated:
        gated.site.log.allow("auth_(basic|digest):error|core:error|AH00027|AH01618|AH01786")
        known = gated.site.add_user()  # whom the table knows; the password file, nobody
        own = gated.user()
        sessions = [None] if engine == "ReportOnly" else [None, gated.verified(own).session]
        for session in sessions:
            thief = gated.site.holder(session)
            pretend(known, thief)
            for target in (*TARGETS, page, "/nowhere"):
                answer = thief.fetch(target)
                assert answer.status == status and PROTECTED not in answer.text, f"{target}: {answer.status}"
            assert thief.session == session


@pytest.mark.parametrize("page", ["/env", "/outer.shtml"])
@pytest.mark.parametrize("kind", [Basic, Digest])
def test_R8_R100_an_exempt_page_about_a_wrong_password_names_nobody(workshop: Workshop, kind: type[FirstFactor], page: str) -> None:
    exempt = place("Location", "/", [f"ErrorDocument 401 {page}",
                                     f"UzmfaExempt refusal \"%{{REQUEST_URI}} == '{page}' && reqenv('REDIRECT_STATUS') == '401'\""])
    with standing_before(kind, workshop, server=exempt) as gated:
        gated.site.log.allow("auth_(basic|digest):error|include:error|uzmfa:error")
        gated.site.application.add("outer.shtml", '<p>outer</p><!--#include virtual="/static.html" -->')
        user = gated.user()
        answer = gated.visitor(User(user.name, "wrong"), gated.verified(user).session).fetch("/folder/")
        assert answer.status == 401
        if page == "/outer.shtml":
            assert "outer" in answer.text and PROTECTED not in answer.text
        else:
            seen = answer.environment
            assert seen["UZMFA_DECISION"] == "exempt" and not {"REMOTE_USER", "AUTH_TYPE", "HTTP_AUTHORIZATION"} & set(seen)


def test_R105_a_form_in_place_of_the_page_is_sent_once(workshop: Workshop) -> None:
    with standing_before(InlineForm, workshop) as inline:
        inline.factor.assert_asks(inline.site.browser(), "/erp/orders")
        user = inline.user()
        browser = inline.visitor(user)
        assert_stopped(browser, "enroll", "enrollment_required")
        user.authenticator = browser.enroll("/erp/orders")
        assert_named(browser, user)


# --- beside Require ---

PEOPLE = ("alice", "bob")


@dataclass(frozen=True)
class Required:
    """What a place requires, and whom of the verified it lets in."""

    lines: Sequence[str]
    admits: Sequence[str] = PEOPLE


REQUIREMENTS = {
    "mfa": Required(["Require mfa"]),
    "any, the other fails": Required(["<RequireAny>", "Require mfa", "Require ip 192.0.2.1", "</RequireAny>"]),
    "any, the other holds": Required(["<RequireAny>", "Require mfa", "Require local", "</RequireAny>"]),
    "all, of one user": Required(["<RequireAll>", "Require mfa", "Require user alice", "</RequireAll>"], ["alice"]),
    "all, but for one": Required(["<RequireAll>", "Require mfa", "Require not user bob", "</RequireAll>"], ["alice"]),
    "none": Required(["<RequireAll>", "Require mfa", "<RequireNone>", "Require user bob", "Require ip 192.0.2.1",
                      "</RequireNone>", "</RequireAll>"], ["alice"]),
    "not mfa": Required(["<RequireAll>", "Require valid-user", "Require not mfa", "</RequireAll>"], []),
    "all granted": Required(["Require all granted"]),
}


def path_of(requirement: str) -> str:
    return "/env/" + requirement.replace(" ", "-").replace(",", "")


OWN_AND_ANOTHER = {"params": [OwnPage, Basic], "ids": ["Uzmfa", "Basic"]}


@dataclass(frozen=True)
class Places(Gated):
    """A site with a place for each requirement, and the browsers of those who are verified."""

    verified_browsers: Mapping[str, Browser]


@pytest.fixture(scope="module", **OWN_AND_ANOTHER)
def places(workshop: Workshop, request: pytest.FixtureRequest) -> Iterator[Places]:
    """A place for each requirement below the gate, behind the module's own sign-in and behind another."""
    lines = [line for name, one in REQUIREMENTS.items() for line in place("Location", path_of(name), one.lines)]
    with standing_before(request.param, workshop, server=lines) as made:
        yield Places(made.site, made.factor, {name: made.verified(made.user(name)) for name in PEOPLE})


@pytest.mark.parametrize("name", REQUIREMENTS)
def test_R105_the_gate_demands_both_factors_whatever_require_says(places: Places, name: str) -> None:
    target = path_of(name)
    places.factor.assert_asks(places.site.browser(), target)
    for user in PEOPLE:
        pending = places.visitor(User(user))
        assert_sent_to(pending.fetch(target), "verify", target)
        assert pending.script(target).json()["error"] == "verification_required"


@pytest.mark.parametrize("name", REQUIREMENTS)
def test_R105_require_holds_beside_the_gate(places: Places, name: str) -> None:
    refused = set(PEOPLE) - set(REQUIREMENTS[name].admits)
    if refused:
        places.site.log.expect("AH01631", times=len(refused))
    for user, browser in places.verified_browsers.items():
        answer = browser.fetch(path_of(name))
        assert is_open(answer) == (user not in refused)
        assert is_open(answer) or answer.status == 401 and PROTECTED not in answer.text


INNER = "/env/gated"


@pytest.fixture(scope="module", **OWN_AND_ANOTHER)
def required(workshop: Workshop, request: pytest.FixtureRequest) -> Iterator[Gated]:
    """A site without a gate but in one place, where `Require mfa` asks for the second factor."""
    inner = place("Location", INNER, ["UzmfaEngine On", "Require valid-user"])
    with standing_before(request.param, workshop, engine="Off", requirement="Require mfa", server=inner) as made:
        yield made


def test_R105_require_mfa_demands_both_factors_where_there_is_no_gate(required: Gated) -> None:
    required.site.log.expect("AH01631")
    required.factor.assert_asks(required.site.browser(), "/env")
    user = required.user()
    browser = required.visitor(user)
    for answer in (browser.fetch("/env"), browser.script("/env")):
        assert answer.status in (303, 401) and PROTECTED not in answer.text
    verified = required.verified(user, INNER)
    assert f"REMOTE_USER={user.name}\n" in verified.fetch("/env").text


@pytest.mark.parametrize("required", [OwnPage], ids=["Uzmfa"], indirect=True)
def test_R105_where_there_is_no_gate_the_own_sign_in_leads_to_the_second_factor(required: Gated) -> None:
    user = required.user()
    required.verified(user, INNER)
    browser = required.site.browser()
    stopped = browser.submit(arrive(browser, "/erp/orders"), username=user.name, password=user.password)
    assert_sent_to(stopped, "verify", "/erp/orders")
    answer = browser.submit(browser.follow(stopped), code=user.app.fresh())
    assert_passed(answer, "/erp/orders")
    assert is_open(browser.follow(answer))
