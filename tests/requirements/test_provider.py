# SPDX-License-Identifier: Apache-2.0
"""Twilio as the validator, against the double: R14, R31, R40, R41, R83, R85, R114, R115, and the contract's pages."""

import os
import re
import signal
import time
from collections.abc import Callable, Iterator
from contextlib import suppress

import pytest

from harness.browser import OWN, Answer, Browser
from harness.expect import assert_asked_again, assert_enrolled, assert_passed, assert_sent_to
from harness.parallel import at_once
from harness.provider import TwilioSite, await_true
from harness.site import Site, User, Workshop, is_open
from harness.twilio import TwilioDouble
from harness.twilio_openapi import complaints_about
from harness import twilio as play

StartTwilio = Callable[..., TwilioSite]
STATUS = {60383: 400}  # Twilio does not state it


@pytest.fixture(scope="module")
def shared(workshop: Workshop) -> Iterator[TwilioSite]:
    """One site for the tests that leave Twilio in peace."""
    site = workshop.build()
    double = TwilioDouble(clock=site.clock.now).start()
    twilio = TwilioSite(site, double)
    twilio.configure({"UzmfaTwilioTimeout": "2s"})
    site.httpd.start()
    yield twilio
    site.httpd.stop()
    double.stop()


@pytest.fixture(autouse=True)
def requests_are_as_Twilio_documents_them(doubles: list[TwilioDouble]) -> Iterator[None]:
    """Whatever a test is about: each request is one of Twilio's own OpenAPI document."""
    yield
    assert [complaint for double in doubles for call in double.calls for complaint in complaints_about(call)] == []


@pytest.fixture
def quiet(shared: TwilioSite, doubles: list[TwilioDouble]) -> Iterator[TwilioSite]:
    """The shared site, its double without a past."""
    doubles.append(shared.double)
    shared.double.clear_scripts()
    shared.double.forget_calls()
    yield shared
    shared.double.clear_scripts()


def pending_browser(twilio: TwilioSite, user: User) -> Browser:
    """A browser in which an enrolled user is asked for a code."""
    browser = twilio.site.sign_in(user)
    assert browser.fetch(f"{OWN}/verify").status == 200
    return browser


def assert_unavailable(answer: Answer) -> None:
    """The page that says that codes cannot be checked now."""
    assert answer.status == 503, f"{answer.target}: {answer.status}"
    assert int(answer.headers["Retry-After"]) > 0
    assert not re.search(r"(AC|VA|YF|YE|SK)[0-9a-f]{32}|twilio|curl|select", answer.text, re.IGNORECASE)
    assert answer.page.title and answer.page.all("h1")


def assert_leads_out(browser: Browser, answer: Answer) -> None:
    """R97: who cannot go on can still sign out."""
    (form,) = [form for form in answer.page.forms() if form.action == f"{OWN}/logout"]
    assert_sent_to(browser.send(answer, form), "login")
    assert_sent_to(browser.fetch("/"), "login")


# --- the main job ---


@pytest.mark.parametrize("driver", ["sqlite3", "pgsql"])
def test_a_person_enrolls_and_verifies(start_twilio: StartTwilio, driver: str) -> None:
    twilio = start_twilio(driver)
    site, double = twilio.site, twilio.double
    user = site.add_user()
    browser = site.sign_in(user)
    page = browser.fetch(f"{OWN}/enroll")
    app = site.app(page.page.by_id("otpauth")["href"])
    assert (app.algorithm, app.digits, app.label.rpartition(":")[2]) == ("SHA1", 6, user.name)
    assert app.issuer == double.service.friendly_name
    assert b"<svg" in browser.fetch(f"{OWN}/enroll/qr.svg").body
    assert_asked_again(browser.submit(page, code=app.wrong()))
    assert site.database.row(user.name)["mfa_sid"] is None

    assert_enrolled(browser.submit(browser.fetch(f"{OWN}/enroll"), code=app.fresh()))
    assert is_open(browser.fetch("/"))
    row, factor = site.database.row(user.name), twilio.factor_of(user.name)
    assert (row["mfa_sid"], bool(row["mfa_enrolled"]), bool(row["mfa_enabled"])) == (factor.sid, True, True)
    assert factor.status == "verified"

    user.authenticator = app
    other = site.sign_in(user)
    assert not is_open(other.fetch("/"))
    assert_asked_again(other.verify(app.wrong()))
    assert_passed(other.verify(app.fresh()))
    assert is_open(other.fetch("/"))
    assert twilio.names_of_calls() == ["create_factor", "verify_factor", "list_factors", "verify_factor",
                                       "create_challenge", "create_challenge"]


def test_a_reload_and_a_second_tab_show_the_same_code(quiet: TwilioSite) -> None:
    site = quiet.site
    browser = site.sign_in(site.add_user())
    shown = {browser.fetch(f"{OWN}/enroll").page.by_id("otpauth")["href"] for _ in range(3)}
    browser.fetch(f"{OWN}/enroll/qr.svg")
    assert len(shown) == 1
    assert quiet.names_of_calls() == ["create_factor"]


def test_R34_the_pending_factor_is_the_users_own(quiet: TwilioSite) -> None:
    site = quiet.site
    browser = site.sign_in(site.add_user())
    first = browser.fetch(f"{OWN}/enroll").page.by_id("otpauth")["href"]
    site.sign_in(site.add_user(), browser)
    assert browser.fetch(f"{OWN}/enroll").page.by_id("otpauth")["href"] != first


def test_what_a_pending_factor_holds_is_sealed(quiet: TwilioSite) -> None:
    site = quiet.site
    browser = site.sign_in(site.add_user())
    secret = site.app(browser.fetch(f"{OWN}/enroll").page.by_id("otpauth")["href"]).secret
    assert secret not in str(site.database.dump())


def test_R10_a_code_that_was_accepted_is_refused(quiet: TwilioSite) -> None:
    site = quiet.site
    user = site.add_user()
    browser = site.sign_in(user)
    page = browser.fetch(f"{OWN}/enroll")
    user.authenticator = site.app(page.page.by_id("otpauth")["href"])
    code = user.app.fresh()
    assert_enrolled(browser.submit(page, code=code))
    assert_asked_again(pending_browser(quiet, user).verify(code))
    browsers = [pending_browser(quiet, user) for _ in range(2)]
    code = user.app.fresh()
    assert_passed(browsers[0].verify(code))
    assert_asked_again(browsers[1].verify(code))
    assert not is_open(browsers[1].fetch("/"))


def test_R12_many_copies_of_a_code_pass_once(quiet: TwilioSite) -> None:
    site = quiet.site
    user = site.enrolled_user()
    browsers = [pending_browser(quiet, user) for _ in range(8)]
    code = user.app.fresh()
    forms = [(browser, browser.fetch(f"{OWN}/verify")) for browser in browsers]
    answers = at_once([lambda b=browser, f=form: b.submit(f, code=code) for browser, form in forms])
    assert sorted(answer.status for answer in answers) == [303] + [401] * 7


def test_a_form_that_is_sent_twice_leads_on_both_times(quiet: TwilioSite) -> None:
    site = quiet.site
    user = site.enrolled_user()
    browser = pending_browser(quiet, user)
    form = browser.fetch(f"{OWN}/verify")
    twin = site.browser()
    twin.session = browser.session
    code = user.app.fresh()
    answers = at_once([lambda b=one: b.submit(form, code=code) for one in (browser, twin)])
    assert [answer.status for answer in answers] == [303, 303]
    assert sum(bool(answer.set_cookies) for answer in answers) == 1


def test_R38_no_secret_is_in_the_log(quiet: TwilioSite) -> None:
    site = quiet.site
    user = site.add_user()
    site.verify(user)
    browser = pending_browser(quiet, user)
    code = user.app.fresh()
    browser.verify(code)
    text = site.httpd.log.path.read_text()
    for secret in (quiet.double.auth_token, user.app.secret, code, user.password):
        assert secret not in text


# --- what Twilio is told ---


def test_R40_Twilio_is_not_told_the_name(quiet: TwilioSite) -> None:
    site = quiet.site
    user = site.add_user("ada.lovelace@example.org")
    site.verify(user)
    (made,) = quiet.double.calls_of("create_factor")
    assert made.form["FriendlyName"] == quiet.identity(user.name)
    assert all("lovelace" not in (call.path + call.body.decode()).lower() for call in quiet.double.calls)


def test_R40_Twilio_is_told_the_name_where_that_is_configured(start_twilio: StartTwilio) -> None:
    twilio = start_twilio(directives={"UzmfaTwilioFriendlyName": "username"})
    user = twilio.site.add_user("grace")
    twilio.site.verify(user)
    (made,) = twilio.double.calls_of("create_factor")
    assert made.form["FriendlyName"] == "grace"


def test_R14_a_factor_is_made_with_explicit_settings(quiet: TwilioSite) -> None:
    quiet.site.sign_in(quiet.site.add_user()).fetch(f"{OWN}/enroll")
    (made,) = quiet.double.calls_of("create_factor")
    asked = {name: value for name, value in made.form.items() if name.startswith("Config.")}
    assert asked == {"Config.Alg": "sha1", "Config.TimeStep": "30", "Config.Skew": "1", "Config.CodeLength": "6"}


def test_R14_what_is_configured_is_asked_for(start_twilio: StartTwilio) -> None:
    twilio = start_twilio(server=["UzmfaTotpAlgorithm SHA256", "UzmfaTotpDigits 8", "UzmfaTotpSkew 0"])
    page = twilio.site.sign_in(twilio.site.add_user()).fetch(f"{OWN}/enroll")
    assert twilio.site.app(page.page.by_id("otpauth")["href"]).digits == 8
    (made,) = twilio.double.calls_of("create_factor")
    asked = {name: value for name, value in made.form.items() if name.startswith("Config.")}
    assert asked == {"Config.Alg": "sha256", "Config.TimeStep": "30", "Config.Skew": "0", "Config.CodeLength": "8"}


def test_R14_a_factor_with_other_settings_is_refused(start_twilio: StartTwilio) -> None:
    twilio = start_twilio()
    twilio.site.log.expect("UZMFA1037 .*other settings")

    def other_settings(turn: object) -> None:
        answer = turn.perform()  # type: ignore[attr-defined]
        told = answer.json
        told["config"]["skew"] = 2
        turn.send(type(answer).of_json(answer.status, told))  # type: ignore[attr-defined]

    twilio.double.script("create_factor", other_settings)
    assert_unavailable(twilio.site.sign_in(twilio.site.add_user()).fetch(f"{OWN}/enroll"))


# --- what an attacker who knows the password can bring about ---


@pytest.mark.long
def test_R31_challenges_stay_below_Twilios_limits(start_twilio: StartTwilio) -> None:
    twilio = start_twilio(movable_clock=True)
    site = twilio.site
    user = site.enrolled_user()
    twilio.double.forget_calls()
    browser = pending_browser(twilio, user)
    form = browser.fetch(f"{OWN}/verify")
    answers = [browser.submit(form, code=user.app.wrong()) for _ in range(60)]
    refused = [answer for answer in answers if answer.status == 429]
    assert len(twilio.double.calls_of("create_challenge")) < 50 and refused
    assert all(0 < int(answer.headers["Retry-After"]) <= 3606 for answer in refused)
    assert_shows_wait(refused[-1])
    site.log.await_line("UZMFA1034 .*own limit")
    assert_shows_wait(browser.submit(form, code=user.app.fresh()))

    for _ in range(4):
        site.clock.forward(3601)
        browser = pending_browser(twilio, user)
        form = browser.fetch(f"{OWN}/verify")
        for _ in range(52):
            browser.submit(form, code=user.app.wrong())
    assert len(twilio.double.calls_of("create_challenge")) < 100
    site.clock.forward(24 * 3600)
    assert_passed(pending_browser(twilio, user).verify(user.app.fresh()))


def assert_shows_wait(answer: Answer) -> None:
    """The verification page that says how long to wait."""
    assert answer.status == 429
    assert re.search(r"\d+ min", answer.page.by_id("error").text)


def test_R31_attempts_at_the_same_time_stay_below_Twilios_limits(start_twilio: StartTwilio) -> None:
    twilio = start_twilio("pgsql", directives={"UzmfaTwilioConnections": "100"})
    user = twilio.site.enrolled_user()
    twilio.double.forget_calls()
    browsers = [pending_browser(twilio, user) for _ in range(12)]
    forms = [(browser, browser.fetch(f"{OWN}/verify")) for browser in browsers]

    def guess(browser: Browser, form: Answer) -> list[int]:
        return [browser.submit(form, code=user.app.wrong()).status for _ in range(6)]

    statuses = sum(at_once([lambda b=browser, f=form: guess(b, f) for browser, form in forms]), [])
    assert set(statuses) == {401, 429} and statuses.count(401) == 49
    assert len(twilio.double.calls_of("create_challenge")) == 49


def test_R31_a_pending_factor_has_five_tries(quiet: TwilioSite) -> None:
    site = quiet.site
    user = site.add_user()
    browser = site.sign_in(user)
    first = browser.fetch(f"{OWN}/enroll").page.by_id("otpauth")["href"]
    old = quiet.factor_of(user.name).sid
    for _ in range(5):
        page = browser.fetch(f"{OWN}/enroll")
        answer = browser.submit(page, code=site.app(page.page.by_id("otpauth")["href"]).wrong())
        assert_asked_again(answer)
    second = answer.page.by_id("otpauth")["href"]
    assert second != first
    tries = [call for call in quiet.double.calls_of("verify_factor") if old in call.path]
    assert len(tries) == 5
    await_true(lambda: old not in [one.sid for one in quiet.double.factors(quiet.identity(user.name))],
               "the spent factor was not removed")
    assert_enrolled(browser.submit(browser.fetch(f"{OWN}/enroll"), code=site.app(second).fresh()))


def test_R31_new_factors_of_a_user_are_bounded(quiet: TwilioSite) -> None:
    site = quiet.site
    user = site.add_user()
    browser = site.browser()
    for _ in range(51):
        site.sign_in(user, browser)
        answer = browser.fetch(f"{OWN}/enroll")
        if answer.status != 200:
            break
    assert answer.status == 429 and int(answer.headers["Retry-After"]) > 0
    assert "24 hours" in answer.text
    assert len(quiet.double.calls_of("create_factor")) == 50
    assert_leads_out(browser, answer)


# --- errors, by their codes ---


@pytest.mark.parametrize("code", [60311, 60324, 60308, 60322, 60323])
def test_a_wrong_code_may_be_an_error(quiet: TwilioSite, code: int) -> None:
    user = quiet.site.enrolled_user()
    browser = pending_browser(quiet, user)
    quiet.double.script("create_challenge", play.error(code, STATUS.get(code)))
    assert_asked_again(browser.verify(user.app.fresh()))
    assert not is_open(browser.fetch("/"))


def test_a_wait_of_no_time_is_a_second(quiet: TwilioSite) -> None:
    user = quiet.site.enrolled_user()
    browser = pending_browser(quiet, user)
    form = browser.fetch(f"{OWN}/verify")
    quiet.site.log.expect("UZMFA1036")
    for code, status in ((60312, 429), (20503, 503)):
        quiet.double.script("create_challenge", play.error(code, headers={"Retry-After": "0"}))
        answer = browser.submit(form, code=user.app.wrong())
        assert (answer.status, answer.headers["Retry-After"]) == (status, "1")


def test_a_lock_at_Twilio_says_how_long(quiet: TwilioSite) -> None:
    user = quiet.site.enrolled_user()
    browser = pending_browser(quiet, user)
    quiet.double.script("create_challenge", play.error(60312))
    answer = browser.verify(user.app.fresh())
    assert_shows_wait(answer)
    assert int(answer.headers["Retry-After"]) == 3600
    quiet.site.log.await_line(r"UZMFA1034 .*Twilio error 60312, request RQ")


@pytest.mark.parametrize("code", [20404, 60318, 60383])
def test_a_factor_that_Twilio_lost_is_set_up_anew(quiet: TwilioSite, code: int) -> None:
    site = quiet.site
    user = site.enrolled_user()
    old = quiet.factor_of(user.name).sid
    browser = pending_browser(quiet, user)
    quiet.double.script("create_challenge", play.error(code, STATUS.get(code)))
    answer = browser.verify(user.app.fresh(), "/wanted")
    assert answer.status == 401 and answer.page.by_id("error").text
    site.log.await_line(rf"UZMFA1035 .*Twilio error {code}, request RQ")
    assert not is_open(browser.fetch("/"))
    user.authenticator = site.app(answer.page.by_id("otpauth")["href"])
    assert_enrolled(browser.submit(answer, code=user.app.fresh()), "/wanted")
    assert site.database.row(user.name)["mfa_sid"] != old
    await_true(lambda: [one.sid for one in quiet.double.factors(quiet.identity(user.name))]
               == [site.database.row(user.name)["mfa_sid"]], "the old factor was not removed")


def test_R41_a_recheck_while_a_lost_factor_is_set_up_anew_ends_nothing(start_twilio: StartTwilio) -> None:
    twilio = start_twilio(server=["UzmfaRecheckInterval 1s"])
    site, user = twilio.site, twilio.site.enrolled_user()
    browser = pending_browser(twilio, user)
    twilio.double.script("create_challenge", play.error(20404))
    answer = browser.verify(user.app.fresh(), "/wanted")
    assert_asked_again(answer)
    user.authenticator = site.app(answer.page.by_id("otpauth")["href"])
    time.sleep(2.5)
    assert_enrolled(browser.submit(answer, code=user.app.fresh()), "/wanted")
    assert is_open(browser.fetch("/"))


def test_a_wrong_service_lets_nobody_enroll_anew(quiet: TwilioSite) -> None:
    site = quiet.site
    user = site.enrolled_user()
    before = site.database.row(user.name)
    browser = pending_browser(quiet, user)
    site.log.expect("UZMFA1037")
    quiet.double.script("*", play.error(20404), times=None)
    assert_unavailable(browser.verify(user.app.fresh()))
    quiet.double.clear_scripts()
    assert site.database.row(user.name) == before
    assert_passed(browser.verify(user.app.fresh()))


def test_another_service_lets_nobody_enroll_anew(start_twilio: StartTwilio, doubles: list[TwilioDouble]) -> None:
    twilio = start_twilio()
    site, first = twilio.site, twilio.double
    user = site.enrolled_user()
    before = site.database.row(user.name)
    with TwilioDouble(clock=site.clock.now, account_sid=first.account_sid, auth_token=first.auth_token) as other:
        doubles.append(other)
        twilio.configure({"UzmfaTwilioUrl": other.url, "UzmfaTwilioServiceSid": other.service.sid})
        site.httpd.graceful()
        site.log.expect("UZMFA1037 .*another service")
        browser = pending_browser(twilio, user)
        assert_unavailable(browser.verify(user.app.fresh()))
        assert_sent_to(browser.fetch("/"), "verify")
    assert site.database.row(user.name) == before


@pytest.mark.parametrize(("code", "meaning"), [(20404, "expired"), (60318, "expired"), (60383, "expired"), (60310, "spent")])
def test_a_pending_factor_that_is_dead_is_made_anew(quiet: TwilioSite, code: int, meaning: str) -> None:
    site = quiet.site
    browser = site.sign_in(site.add_user())
    page = browser.fetch(f"{OWN}/enroll")
    app = site.app(page.page.by_id("otpauth")["href"])
    quiet.double.script("verify_factor", play.error(code, STATUS.get(code)))
    again = browser.submit(page, code=app.fresh())
    assert_asked_again(again)
    assert again.page.by_id("otpauth")["href"] != app.uri
    assert_enrolled(browser.submit(again, code=site.app(again.page.by_id("otpauth")["href"]).fresh()))


def test_refused_credentials_are_an_alarm_once_a_minute(start_twilio: StartTwilio) -> None:
    twilio = start_twilio()
    user = twilio.site.enrolled_user()
    browser = pending_browser(twilio, user)
    twilio.site.log.expect(r":error\].*UZMFA1037 .*20003.*RQ[0-9a-f]{32}", times=1)
    twilio.double.script("create_challenge", play.error(20003), times=None)
    for _ in range(3):
        assert_unavailable(browser.verify(user.app.fresh() if _ == 0 else user.app.wrong()))


def test_too_many_requests_at_a_time_are_repeated_once(quiet: TwilioSite) -> None:
    user = quiet.site.enrolled_user()
    browser = pending_browser(quiet, user)
    quiet.double.forget_calls()
    quiet.double.script("create_challenge", play.error(20429))
    assert_passed(browser.verify(user.app.fresh()))
    assert quiet.names_of_calls() == ["create_challenge", "create_challenge"]


def test_a_factor_is_not_made_twice(quiet: TwilioSite) -> None:
    quiet.site.log.allow("UZMFA1036")
    browser = quiet.site.sign_in(quiet.site.add_user())
    for behaviour in (play.error(20500), play.lose_answer()):
        quiet.double.forget_calls()
        quiet.double.script("create_factor", behaviour)
        assert_unavailable(browser.fetch(f"{OWN}/enroll"))
        assert quiet.names_of_calls() == ["create_factor"]
    assert browser.fetch(f"{OWN}/enroll").status == 200


def test_what_a_reset_left_goes_before_there_is_a_new_factor(quiet: TwilioSite) -> None:
    site, uuid = quiet.site, "0f8b6a52-7c0e-4f4e-9a0e-3b0f3e0a0002"
    quiet.double.add_factor(uuid)
    site.database.execute("INSERT INTO uzmfa_owed_deletion (uuid, sid, owed_at, due_at, claimed_until, tries)"
                          " VALUES (?, '', 0, ?, 0, 9)", (uuid, 2**40))  # not due in the background
    user = site.add_user(uuid=uuid)
    site.verify(user)
    assert [call.name for call in quiet.double.calls if uuid in call.path] == ["delete_entity", "create_factor", "verify_factor"]
    assert quiet.factor_of(user.name).status == "verified"
    assert site.database.execute("SELECT * FROM uzmfa_owed_deletion WHERE uuid = ?", (uuid,)) == []


def owe_entity(site: Site, uuid: str) -> None:
    """What a reset writes down."""
    site.database.execute("INSERT INTO uzmfa_owed_deletion (uuid, sid, owed_at, due_at, claimed_until, tries)"
                          f" VALUES ('{uuid}', '', 0, 0, 0, 0)")


def test_a_deletion_that_Twilio_does_not_permit_is_an_alarm(start_twilio: StartTwilio) -> None:
    twilio = start_twilio()
    twilio.site.log.expect(r":error\].*UZMFA1037 .*70051.*RQ[0-9a-f]{32}", times=1)
    twilio.double.script("delete_entity", play.error(70051, 403), times=None)
    owe_entity(twilio.site, "0f8b6a52-7c0e-4f4e-9a0e-3b0f3e0a0003")
    twilio.site.log.await_line("UZMFA1037")


def test_an_answer_that_is_no_deletion_leaves_it_owed(start_twilio: StartTwilio) -> None:
    twilio, uuid = start_twilio(), "0f8b6a52-7c0e-4f4e-9a0e-3b0f3e0a0004"
    twilio.double.script("delete_entity", play.http_status(200, "<html>welcome</html>"))
    owe_entity(twilio.site, uuid)
    twilio.site.log.await_line("UZMFA1102")
    assert twilio.site.database.execute("SELECT * FROM uzmfa_owed_deletion WHERE uuid = ?", (uuid,)) != []


def test_R115_a_deletion_that_hangs_holds_no_database_connection(start_twilio: StartTwilio) -> None:
    twilio = start_twilio("pgsql", mpm="event", server=["DBDMin 1", "DBDKeep 1", "DBDMax 1"],
                          directives={"UzmfaTwilioTimeout": "20s"})
    user = twilio.site.add_user()
    twilio.double.script("delete_entity", play.hang(), times=None)
    owe_entity(twilio.site, "0f8b6a52-7c0e-4f4e-9a0e-3b0f3e0a0005")
    twilio.double.await_hanging(1)
    begin = time.monotonic()
    for _ in range(6):  # whichever child
        twilio.site.sign_in(user)
    assert time.monotonic() - begin < 10
    twilio.double.release()
    # A child that is at it when the server stops would take a connection that is no longer there.
    await_true(lambda: not twilio.site.database.execute("SELECT * FROM uzmfa_owed_deletion WHERE claimed_until > 0"), "not over")


# --- outage ---

FAILURES = {
    "hangs": play.hang(), "reset": play.reset(), "half an answer": play.half_answer(), "lost": play.lose_answer(),
    "500": play.error(20500), "503": play.error(20503), "429": play.error(20429), "gateway": play.http_status(502),
    "not JSON": play.not_json(), "empty": play.empty_object(), "too large": play.oversized(),
    "redirect": play.redirect("https://localhost:1/"), "401 without a code": play.http_status(401),
}


@pytest.mark.parametrize("what", FAILURES)
def test_R83_a_failure_of_Twilio_is_503(start_twilio: StartTwilio, what: str) -> None:
    twilio = start_twilio(directives={"UzmfaTwilioTimeout": "1s"})
    site = twilio.site
    user = site.enrolled_user()
    other = site.sign_in(site.add_user())
    browser = pending_browser(twilio, user)
    site.log.expect("UZMFA103[67]")
    twilio.double.script("*", FAILURES[what], times=None)
    answer = browser.verify(user.app.fresh(), "/wanted")
    assert_unavailable(answer)
    assert f"{OWN}/verify?next=/wanted" in [link["href"] for link in answer.page.all("a")]
    assert_unavailable(other.fetch(f"{OWN}/enroll"))
    assert not is_open(browser.fetch("/"))
    twilio.double.clear_scripts()
    twilio.double.release()
    assert other.fetch(f"{OWN}/enroll").status == 200
    answer = browser.verify(user.app.fresh())
    assert answer.status == 303 and is_open(browser.fetch("/"))


def test_R97_while_Twilio_is_down_one_can_sign_out(start_twilio: StartTwilio) -> None:
    twilio = start_twilio()
    twilio.site.log.expect("UZMFA1036")
    twilio.double.script("*", play.error(20503), times=None)
    browser = twilio.site.sign_in(twilio.site.add_user())
    assert_leads_out(browser, browser.fetch(f"{OWN}/enroll"))


def test_R83_a_wrong_certificate_is_503(start_twilio: StartTwilio) -> None:
    twilio = start_twilio(tls=True)  # with a certificate that nobody vouches for
    twilio.site.log.expect("UZMFA1036 .*certificate")
    assert_unavailable(twilio.site.sign_in(twilio.site.add_user()).fetch(f"{OWN}/enroll"))
    assert twilio.double.calls == []


def test_a_certificate_that_is_trusted_is_enough(start_twilio: StartTwilio) -> None:
    twilio = start_twilio(tls=True, directives={"UzmfaTwilioCaFile": "{certificate}"})
    twilio.site.verify(twilio.site.add_user())


def test_R83_no_answer_at_all_is_503(start_twilio: StartTwilio) -> None:
    twilio = start_twilio()
    user = twilio.site.enrolled_user()
    browser = pending_browser(twilio, user)
    twilio.double.stop()
    twilio.site.log.expect("UZMFA1036")
    assert_unavailable(browser.verify(user.app.fresh()))


@pytest.mark.long
def test_R115_while_Twilio_hangs_verified_users_notice_nothing(start_twilio: StartTwilio) -> None:
    twilio = start_twilio(mpm="event", directives={"UzmfaTwilioConnections": "2", "UzmfaTwilioTimeout": "3s"})
    site = twilio.site
    verified = site.browser()
    site.verify(site.add_user(), verified)
    users = [site.enrolled_user() for _ in range(8)]
    browsers = [pending_browser(twilio, user) for user in users]
    forms = [browser.fetch(f"{OWN}/verify") for browser in browsers]
    site.log.expect("UZMFA1036")
    twilio.double.forget_calls()
    twilio.double.script("*", play.hang(), times=None)
    calls = [lambda b=browser, f=form, u=user: [b.submit(f, code=u.app.wrong())]
             for browser, form, user in zip(browsers, forms, users)]

    def walk() -> list[Answer]:
        twilio.double.await_hanging(1)
        return [verified.fetch("/") for _ in range(50)]

    *stuck, walked = at_once([*calls, walk])
    assert all(is_open(answer) for answer in walked)
    for (answer,) in stuck:
        assert_unavailable(answer)
    processes = len(twilio.site.httpd.children())
    assert twilio.double.most_at_once <= 2 * processes


def test_the_circuit_breaker_spares_Twilio_and_recovers(start_twilio: StartTwilio) -> None:
    twilio = start_twilio()
    site = twilio.site
    user = site.enrolled_user()
    browser = pending_browser(twilio, user)
    assert site.browser().fetch(f"{OWN}/health").json() == {"status": "ok"}
    site.log.expect("UZMFA1036")
    twilio.double.script("*", play.error(20503), times=None)
    twilio.double.forget_calls()
    form = browser.fetch(f"{OWN}/verify")
    for _ in range(12):
        assert_unavailable(browser.submit(form, code=user.app.wrong()))
    assert len(twilio.double.calls) == 5
    health = site.browser().fetch(f"{OWN}/health")
    assert (health.status, health.json()) == (200, {"status": "degraded"})
    twilio.double.clear_scripts()

    await_true(lambda: browser.submit(form, code=user.app.wrong()).status == 401, "the breaker did not close")
    assert_passed(browser.submit(form, code=user.app.fresh()))
    assert site.browser().fetch(f"{OWN}/health").json() == {"status": "ok"}


def test_health_needs_nothing_and_changes_nothing(site: Site) -> None:
    stranger = site.browser()
    answer = stranger.fetch(f"{OWN}/health")
    assert (answer.status, answer.json()) == (200, {"status": "ok"})
    assert answer.headers["Content-Type"] == "application/json" and not answer.set_cookies
    assert stranger.post(f"{OWN}/health").status == 405


# --- crashes ---


def test_R41_a_child_that_dies_between_Twilios_answer_and_ours(start_twilio: StartTwilio) -> None:
    twilio = start_twilio(mpm="prefork")
    site = twilio.site
    user = site.add_user()
    browser = site.sign_in(user)
    page = browser.fetch(f"{OWN}/enroll")
    app = site.app(page.page.by_id("otpauth")["href"])
    killed = []

    def kill_children() -> None:
        for pid in site.httpd.children():
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
                killed.append(pid)

    twilio.double.script("verify_factor", play.answer_then(kill_children))
    with suppress(OSError):
        assert browser.submit(page, code=app.fresh()).status == 200  # sent again on a new connection
    assert killed
    row = site.database.row(user.name)
    assert (row["mfa_sid"] is None) == (not row["mfa_enrolled"])
    if not row["mfa_enrolled"]:
        again = browser.fetch(f"{OWN}/enroll")
        assert_enrolled(browser.submit(again, code=app.fresh()))
    user.authenticator = app
    assert_passed(pending_browser(twilio, user).verify(app.fresh()))


@pytest.mark.parametrize("mpm", ["prefork", "event"])
def test_a_database_that_is_restarted_between_Twilios_answer_and_ours(start_twilio: StartTwilio, mpm: str) -> None:
    twilio = start_twilio("pgsql", mpm=mpm)
    site = twilio.site
    user = site.enrolled_user()
    browser = pending_browser(twilio, user)
    children = site.httpd.children()
    twilio.double.forget_calls()
    twilio.double.script("create_challenge", play.answer_then(site.database.break_connections))
    assert_passed(browser.verify(user.app.fresh()))
    assert is_open(browser.fetch("/"))
    assert twilio.names_of_calls() == ["create_challenge"]
    assert set(children) <= set(site.httpd.children())


def test_R84_a_database_that_goes_down_between_Twilios_answer_and_ours(start_twilio: StartTwilio) -> None:
    twilio = start_twilio("pgsql")
    site = twilio.site
    user = site.enrolled_user()
    browser = pending_browser(twilio, user)
    site.log.expect("UZMFA1031")
    site.log.allow(r"\[dbd:error\]")  # the node looks once a second which sessions have ended
    twilio.double.script("create_challenge", play.answer_then(site.database.go_down))
    form, code = browser.fetch(f"{OWN}/verify"), user.app.fresh()
    assert_unavailable(browser.submit(form, code=code))
    assert not is_open(browser.fetch("/"))
    site.database.come_back()
    await_true(lambda: site.browser().fetch(f"{OWN}/health").status == 200, "the database is not back")
    assert_passed(browser.submit(form, code=code))


# --- connections ---


def test_R114_connections_are_reused(quiet: TwilioSite) -> None:
    site = quiet.site
    users = [site.enrolled_user() for _ in range(4)]
    before = quiet.double.connections
    browser = site.browser()
    for user in users:
        site.sign_in(user, browser)
        form = browser.fetch(f"{OWN}/verify")
        for _ in range(25):
            assert_asked_again(browser.submit(form, code=user.app.wrong()))
    assert quiet.double.connections - before <= 1


@pytest.mark.long
def test_a_burst_has_no_failure_and_few_connections(start_twilio: StartTwilio) -> None:
    twilio = start_twilio(mpm="event")
    site = twilio.site
    users = [site.enrolled_user() for _ in range(16)]
    forms = [(user, browser := pending_browser(twilio, user), browser.fetch(f"{OWN}/verify")) for user in users]
    twilio.double.script("*", play.latency(0.1), times=None)
    twilio.double.forget_calls()
    answers = at_once([lambda u=user, b=browser, f=form: [b.submit(f, code=u.app.wrong()) for _ in range(10)]
                       for user, browser, form in forms])
    assert {answer.status for some in answers for answer in some} == {401}
    assert twilio.double.most_at_once <= 8 * len(site.httpd.children())


# --- uzERP's semantics, row by row ---


def test_a_factor_that_uzERP_made_is_taken(quiet: TwilioSite) -> None:
    site, uuid = quiet.site, "8B9C1E1C-0f0e-4f3a-9d5c-3b0f3e0a0001"
    factor = quiet.double.add_factor(uuid.lower(), secret="JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP")
    user = site.add_user(uuid=uuid, mfa_sid=factor.sid, mfa_enrolled=True, mfa_enabled=True)
    user.authenticator = site.app(f"otpauth://totp/x:y?secret={factor.secret}&issuer=x")
    assert_passed(pending_browser(quiet, user).verify(user.app.fresh()))


def test_not_enrolled_wins(quiet: TwilioSite) -> None:
    for enabled in (True, False, None):
        for sid in (None, "null", ""):
            user = quiet.site.add_user(mfa_sid=sid, mfa_enrolled=False, mfa_enabled=enabled)
            assert_sent_to(quiet.site.browser().sign_in(user.name, user.password), "enroll")


def test_a_local_factor_means_enrollment_here(quiet: TwilioSite) -> None:
    user = quiet.site.add_user(mfa_sid="LF" + "0" * 32, mfa_enrolled=True, mfa_enabled=True)
    assert_sent_to(quiet.site.browser().sign_in(user.name, user.password), "enroll")


@pytest.mark.parametrize("driver", ["sqlite3", "pgsql"])
def test_back_to_local_everybody_enrolls_again(start_twilio: StartTwilio, driver: str) -> None:
    twilio = start_twilio(driver)
    site = twilio.site
    user = site.enrolled_user()
    site.configure()
    site.httpd.graceful()
    browser = site.browser()
    assert_sent_to(browser.sign_in(user.name, user.password), "enroll")
    browser.enroll()
    assert is_open(browser.fetch("/"))
    assert site.database.row(user.name)["mfa_sid"].startswith("LF")


def test_an_administrator_lets_one_login_pass_without_a_code(quiet: TwilioSite) -> None:
    site = quiet.site
    user = site.enrolled_user()
    site.database.update(user.name, mfa_enabled=False)
    quiet.double.forget_calls()
    first, second = site.browser(), site.browser()
    assert_passed(first.sign_in(user.name, user.password))
    assert is_open(first.fetch("/"))
    assert site.database.row(user.name)["mfa_enabled"]
    assert_sent_to(second.sign_in(user.name, user.password), "verify")
    assert quiet.names_of_calls() == []
