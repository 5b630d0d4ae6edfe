# SPDX-License-Identifier: Apache-2.0
"""The administrators' page: who may use it, and what it does (R28, R47 to R53, R62, R87)."""

import re
import time
from collections.abc import Callable
from pathlib import Path
from urllib.parse import quote

import pytest

from administrators import DRIVERS, HELEN, Administrator, helen_is_signed_in, on_each_database  # noqa: F401
from harness.browser import OWN, Answer, Browser
from harness.chrome import Chrome
from harness.configuration import place
from harness.expect import assert_passed, assert_sent_to
from harness.provider import TwilioSite, await_true
from harness.site import Site, User, Workshop, is_open
from harness.texts import OTHERS, english_texts_in

PAGE = f"{OWN}/admin"
ONLY_HELEN = place("Location", PAGE, ["UzmfaAdmin On", f"Require user {HELEN}"])
CHANGES = ["skip-next", "temp-code", "unlock", "end-sessions", "reset"]


class Office(Administrator):
    """Before the page."""

    def page(self, user: User) -> Answer:
        """What the page says of a user."""
        answer = self.browser.fetch(f"{PAGE}?user={quote(user.name)}")
        assert answer.status == 200, answer.status
        return answer

    def post(self, page: Answer, action: str, browser: Browser | None = None, headers: dict[str, str] | None = None,
             **changes: str) -> Answer:
        """Press a button of a page; a value of None leaves the field out."""
        (form,) = [form for form in page.page.forms() if form.fields.get("action") == action]
        fields = {name: value for name, value in {**form.fields, **changes}.items() if value is not None}
        return (browser or self.browser).post(form.action, fields, headers)

    def help(self, user: User, action: str, **changes: str) -> Answer:
        return self.post(self.page(user), action, **changes)


office = on_each_database(Office, ONLY_HELEN)


def assert_done(answer: Answer, user: User, done: str) -> None:
    assert (answer.status, answer.location) == (303, f"{PAGE}?user={user.name}&done={done}"), f"{answer.status} {answer.text}"


# --- who may ---


@pytest.mark.parametrize("page", [PAGE, f"{PAGE}/events"])
def test_R52_who_is_not_signed_in_is_sent_to_sign_in_and_back(office: Office, page: str) -> None:
    browser = office.site.browser()
    assert_sent_to(browser.fetch(page), "login", page)
    assert browser.script(page).status == 401
    answer = browser.sign_in(office.helen.name, office.helen.password, page)
    assert_sent_to(answer, "verify", page)
    assert_passed(browser.verify(office.helen.app.fresh(), page), page)
    assert browser.fetch(page).status == 200


def test_R52_without_a_second_factor_an_administrator_is_sent_to_verify(office: Office) -> None:
    browser = office.site.sign_in(office.helen)
    assert_sent_to(browser.fetch(PAGE), "verify", PAGE)
    user = office.site.enrolled_user()
    page = office.page(user)
    assert office.post(page, "reset", browser, confirm="1").status == 303
    assert office.site.database.row(user.name)["mfa_enrolled"]


def test_R52_a_skip_is_no_second_factor_of_an_administrator(office: Office) -> None:
    office.site.database.update(HELEN, mfa_enabled=False)
    browser = office.site.browser()
    assert_passed(browser.sign_in(office.helen.name, office.helen.password))
    assert is_open(browser.fetch("/"))
    assert_sent_to(browser.fetch(PAGE), "verify", PAGE)
    assert_passed(browser.verify(office.helen.app.fresh(), PAGE), PAGE)
    assert browser.fetch(PAGE).status == 200


def test_R52_a_user_who_is_no_administrator_is_refused(office: Office) -> None:
    user, other = office.site.add_user(), office.site.enrolled_user()
    browser = office.site.verify(user)
    office.site.log.expect("AH01631")  # httpd's own line
    for target in (PAGE, f"{PAGE}?user={other.name}"):
        answer = browser.fetch(target)
        assert answer.status == 403 and other.name not in answer.text and "WWW-Authenticate" not in answer.headers
    page = office.page(other)
    answer = office.post(page, "reset", browser, csrf=browser.token(), confirm="1")
    assert answer.status == 403
    assert office.site.database.row(other.name)["mfa_enrolled"]
    assert is_open(browser.fetch("/"))


def test_R52_the_page_is_nowhere_but_where_it_is_on(site: Site) -> None:
    browser = site.verify(site.add_user())
    assert browser.fetch(PAGE).status == 404
    assert browser.post(PAGE, {"action": "end-everybody", "confirm": "1", "csrf": browser.token()}).status == 404


@pytest.mark.parametrize("lines", [[], ["Require all granted"], ["Require ip 127.0.0.1"], ["<Limit GET>", "Require valid-user", "</Limit>"]],
                         ids=["inherited", "all granted", "address", "of one method"])
def test_R52_without_a_require_that_names_administrators_everybody_is_refused(start_site: Callable[..., Site],
                                                                              lines: list[str]) -> None:
    site = start_site(server=place("Location", PAGE, ["UzmfaAdmin On", *lines]), modules=["authz_host"])
    site.log.expect("UZMFA1076")
    browser = site.verify(site.add_user())
    assert browser.fetch(PAGE).status == 403
    assert browser.post(PAGE, {"action": "end-everybody", "confirm": "1", "csrf": browser.token()}).status == 403
    assert is_open(browser.fetch("/"))


def test_R52_where_nothing_else_is_gated_the_page_asks_for_a_second_factor_all_the_same(start_site: Callable[..., Site]) -> None:
    site = start_site(gate=["Session On", "AuthType Uzmfa", "Require valid-user"], server=ONLY_HELEN)
    helen = site.add_user(HELEN)
    browser = site.sign_in(helen)
    assert_sent_to(browser.fetch(PAGE), "enroll", PAGE)
    helen.authenticator = browser.enroll()
    assert browser.fetch(PAGE).status == 200
    site.log.expect("AH01631")
    assert site.sign_in(site.add_user()).fetch(PAGE).status == 403


def test_R7_R52_the_page_may_ask_for_a_recent_verification(start_site: Callable[..., Site]) -> None:
    """Where the gate is not on as well."""
    lines = ["UzmfaAdmin On", f"Require user {HELEN}", "UzmfaVerifiedWithin 5min"]
    site = start_site(movable_clock=True, gate=["Session On", "AuthType Uzmfa", "Require valid-user"],
                      server=place("Location", PAGE, lines))
    helen, user = site.add_user(HELEN), site.add_user()
    office = Office(site, helen, site.verify(helen))
    site.clock.forward(298)
    page = office.page(user)
    site.clock.forward(3)
    before = site.database.dump()
    assert_sent_to(office.browser.fetch(PAGE), "verify", PAGE)
    assert_sent_to(office.post(page, "reset", confirm="1"), "verify")
    assert site.database.dump() == before
    assert_passed(office.browser.verify(helen.app.fresh(), PAGE), PAGE)
    assert_done(office.help(user, "end-sessions"), user, "sessions_ended")


@pytest.mark.long
def test_R52_one_who_is_no_administrator_any_more_is_refused(office: Office) -> None:
    browser = office.site.verify(office.helen)
    assert browser.fetch(PAGE).status == 200
    office.help(office.helen, "end-sessions")
    assert_sent_to(browser.fetch(PAGE), "login", PAGE)


# --- requests that change nothing ---


def test_R52_a_get_changes_nothing(office: Office) -> None:
    user = office.site.enrolled_user()
    page = office.page(user)
    before = office.site.database.dump()
    for action in [*CHANGES, "end-everybody"]:
        token = page.page.forms()[0].fields["csrf"]
        office.browser.fetch(f"{PAGE}?user={user.name}&action={action}&confirm=1&csrf={token}")
    office.browser.fetch(f"{PAGE}?user={user.name}&done=reset")
    office.browser.request("HEAD", f"{PAGE}?user={user.name}&action=reset&confirm=1")
    assert office.site.database.dump() == before


@pytest.mark.long
@pytest.mark.parametrize("action", CHANGES)
def test_R52_without_the_sessions_own_token_nothing_changes(office: Office, action: str) -> None:
    user = office.site.enrolled_user()
    page, foreign = office.page(user), office.site.verify(office.site.add_user()).token()
    before = office.site.database.dump()
    for csrf in (None, "", foreign, "x" * 40):
        answer = office.post(page, action, csrf=csrf, confirm="1")
        assert answer.status == 403 and 'role="alert"' in answer.text
    answer = office.post(page, action, confirm="1", headers={"Sec-Fetch-Site": "cross-site"})
    assert answer.status == 403
    assert office.site.database.dump() == before


def test_R52_what_is_not_on_the_page_is_refused(office: Office) -> None:
    user = office.site.enrolled_user()
    page = office.page(user)
    before = office.site.database.dump()
    assert office.post(page, "reset", confirm=None).status == 400
    unknown = {**page.page.forms()[0].fields, "action": "delete"}
    assert office.browser.post(PAGE, unknown).status == 400
    for hours in ("0", "-1", "169", "x", "1.5", "99999999999"):
        assert office.post(page, "skip-next", hours=hours).status == 400
    assert office.post(page, "temp-code", hours="73").status == 400
    assert office.browser.request("DELETE", f"{PAGE}?user={user.name}").status == 405
    assert office.site.database.dump() == before


def test_a_user_who_is_not_there_is_not_found(office: Office) -> None:
    page = office.page(office.helen)
    before = office.site.database.dump()
    for name in ("nobody", "' OR 1=1 --", "%s", "Helen"):
        assert office.browser.fetch(f"{PAGE}?user={quote(name)}").status == 404
        for action in CHANGES:
            assert office.post(page, action, user=name, confirm="1").status == 404
    assert office.site.database.dump() == before


# --- what is seen ---


def test_users_are_found_by_the_beginning_of_their_names(office: Office) -> None:
    names = ["find-anna", "find-bert", "find-%", "find-<b>", "find-ö"]
    for name in names:
        office.site.add_user(name)

    def found(beginning: str) -> set[str]:
        page = office.browser.fetch(f"{PAGE}?search={quote(beginning)}").page
        return {one.text for one in page.all("bdi")}

    assert found("find-") == set(names)
    assert found("find-a") == {"find-anna"}
    assert found("find-anna") == {"find-anna"}
    assert found("find-%") == {"find-%"}
    assert found("find-ö") == {"find-ö"}
    assert found("find-annaa") == found("nd-anna") == found("' OR 1=1 --") == set()
    assert HELEN in found("hel")


def test_a_list_has_fifty_users_at_most(office: Office) -> None:
    for number in range(51):
        office.site.database.execute("INSERT INTO users (username, access_enabled) VALUES (?, ?)", (f"many{number:02}", True))
    page = office.browser.fetch(f"{PAGE}?search=many")
    assert [one.text for one in page.page.all("bdi")] == [f"many{number:02}" for number in range(50)]
    assert "There are more" in page.text
    assert "There are more" not in office.browser.fetch(f"{PAGE}?search=many0").text


def test_R52_the_page_holds_no_secret(office: Office) -> None:
    user = office.site.enrolled_user()
    code = office.help(user, "temp-code").page.by_id("temporary-code").text
    (factor,) = office.site.database.execute("SELECT * FROM uzmfa_totp_factor WHERE username = ?", (user.name,))
    row = office.site.database.row(user.name)
    for target in (f"{PAGE}?user={user.name}", f"{PAGE}?search={user.name}"):
        text = office.browser.fetch(target).text
        for secret in (code, user.app.secret, factor["secret"], row["mfa_sid"], str(row["uuid"]), row["password"]):
            assert secret not in text
    assert "127.0.0.1" in office.page(user).text


def test_a_user_is_shown_in_words(office: Office) -> None:
    user, fresh = office.site.enrolled_user(), office.site.add_user()
    assert "a code from the authenticator app" in office.page(user).text
    assert "Not set up." in office.page(fresh).text and 'value="skip-next"' not in office.page(fresh).text
    office.site.database.update(user.name, access_enabled=False)
    assert "Refused" in office.page(user).text


# --- what is done ---


def test_R47_R48_a_skip_lets_in_once_and_has_an_end(office: Office) -> None:
    user = office.site.enrolled_user()
    assert_done(office.help(user, "skip-next"), user, "skip_set")
    (skip,) = office.site.database.execute("SELECT * FROM uzmfa_skip WHERE uuid = ?", (str(office.site.database.row(user.name)["uuid"]),))
    assert skip["set_by"] == HELEN and skip["expires_at"] == pytest.approx(time.time() + 24 * 3600, abs=30)
    assert f"set by {HELEN}" in office.page(user).text
    assert_passed(office.site.browser().sign_in(user.name, user.password))
    assert_sent_to(office.site.browser().sign_in(user.name, user.password), "verify")


def test_R48_a_skip_of_the_page_or_the_tool_expires_and_one_of_the_application_does_not(office: Office) -> None:
    site, admin = office.site, office.site.administrator()
    by_page, by_tool, by_application = (site.enrolled_user() for _ in range(3))
    office.help(by_page, "skip-next", hours="1")
    assert admin.run("user", "skip-next", by_tool.name, "--hours", "1").status == 0
    site.database.update(by_application.name, mfa_enabled=False)
    site.database.execute("UPDATE uzmfa_skip SET expires_at = expires_at - 3601")
    assert "Expired" in office.page(by_page).text
    for user in (by_page, by_tool):
        assert_sent_to(site.browser().sign_in(user.name, user.password), "verify")
    assert_passed(site.browser().sign_in(by_application.name, by_application.password))


def test_R47_there_is_no_skip_for_who_is_not_enrolled(office: Office) -> None:
    user = office.site.add_user()
    page = office.page(office.helen)
    answer = office.post(page, "skip-next", user=user.name)
    assert answer.status == 409 and 'role="alert"' in answer.text
    assert not office.site.database.row(user.name)["mfa_enabled"] and office.events(user, "skip_set") == []


def test_R49_a_skip_opens_no_place_that_asks_for_a_recent_verification(start_site: Callable[..., Site]) -> None:
    site = start_site(server=[*ONLY_HELEN, *place("Location", "/pay", ["UzmfaVerifiedWithin 5min"])])
    office = Office.of(site)
    user = site.enrolled_user()
    office.help(user, "skip-next")
    browser = site.browser()
    assert_passed(browser.sign_in(user.name, user.password))
    assert is_open(browser.fetch("/"))
    assert_sent_to(browser.fetch("/pay"), "verify")


def test_R50_R51_a_reset_ends_all_that_the_user_had(office: Office) -> None:
    user, other = office.site.enrolled_user(), office.site.enrolled_user()
    verified, pending = office.site.verify(user), office.site.sign_in(user)
    others = office.site.verify(other)
    office.help(user, "temp-code")
    office.help(user, "skip-next")
    uuid = str(office.site.database.row(user.name)["uuid"])
    assert_done(office.help(user, "reset", confirm="1"), user, "reset")
    assert_sent_to(verified.fetch("/"), "login")
    assert_sent_to(pending.fetch(f"{OWN}/verify"), "login")
    row = office.site.database.row(user.name)
    assert (row["mfa_sid"], bool(row["mfa_enrolled"]), bool(row["mfa_enabled"])) == (None, False, False)
    for table in office.site.database.tables():
        columns = office.site.database.execute(f"SELECT * FROM {table}")
        left = [one for one in columns if one.get("uuid") == uuid]
        assert not left or table in ("uzmfa_event", "uzmfa_epoch", "uzmfa_quota"), table
    assert is_open(others.fetch("/"))
    assert "remove" in office.browser.fetch(f"{PAGE}?user={user.name}&done=reset").text
    assert_sent_to(office.site.browser().sign_in(user.name, user.password), "enroll")


@pytest.mark.parametrize("driver", DRIVERS)
def test_R50_a_reset_works_while_Twilio_is_down(start_twilio: Callable[..., TwilioSite], driver: str) -> None:
    twilio = start_twilio(driver, server=ONLY_HELEN)
    office, user = Office.of(twilio.site), twilio.site.enrolled_user()
    identity = twilio.identity(user.name)
    twilio.double.stop()
    twilio.site.log.allow("UZMFA1036|UZMFA1102")
    assert_done(office.help(user, "reset", confirm="1"), user, "reset")
    assert not twilio.site.database.row(user.name)["mfa_enrolled"]
    assert "still to be deleted" in office.page(user).text
    twilio.double.start()
    await_true(lambda: identity not in twilio.double.identities(), "the entity is still there", 60)


def test_R28_an_administrator_ends_a_wait(office: Office) -> None:
    user = office.site.enrolled_user()
    browser = office.site.sign_in(user)
    for _ in range(5):
        assert browser.verify(user.app.wrong()).status == 401
    assert browser.verify(user.app.fresh()).status == 429
    assert "Wrong codes in a row" in office.page(user).text
    assert_done(office.help(user, "unlock"), user, "unlocked")
    assert "Wrong codes in a row" not in office.page(user).text
    assert_passed(browser.verify(user.app.fresh()))
    assert len(office.events(user, "unlocked")) == 1


def close_factor(office: Office, user: User) -> None:
    """As a hundred wrong codes in a row do."""
    office.site.database.execute("INSERT INTO uzmfa_attempt (uuid, kind, failures, open_at, era) VALUES (?, 'code', 100, 1, 'era')",
                                 (str(office.site.database.row(user.name)["uuid"]),))


def does_help(office: Office, user: User, action: str, by: str) -> bool:
    """Whether the page or the tool does it; else it is refused in its own way."""
    if by == "page":
        answer = office.help(user, action)
        assert answer.status in (200, 303, 409), answer.status
        assert (answer.status == 409) == ('role="alert"' in answer.text)
        return answer.status != 409
    outcome = office.site.administrator().run("user", action, user.name)
    assert outcome.status in (0, 1), outcome.said
    return outcome.status == 0


@pytest.mark.parametrize("by", ["page", "tool"])
def test_R28_R87_a_wait_for_recovery_codes_ends_though_the_factor_is_closed(office: Office, by: str) -> None:
    user = office.site.enrolled_user()
    close_factor(office, user)
    browser = office.site.sign_in(user)
    for _ in range(5):
        assert browser.recover("AAAA-AAAA-AAAA-AAAA").status == 401
    assert browser.recover(user.recovery_codes[0]).status == 429
    assert does_help(office, user, "unlock", by)
    assert len(office.events(user, "unlocked")) == 1
    assert not does_help(office, user, "unlock", by)
    assert len(office.events(user, "unlocked")) == 1
    assert browser.verify(user.app.fresh()).status == 403
    assert_sent_to(browser.recover(user.recovery_codes[0]), "enroll")


@pytest.mark.parametrize("by", ["page", "tool"])
def test_R25_R87_there_is_no_temporary_code_for_a_closed_factor(office: Office, by: str) -> None:
    user = office.site.enrolled_user()
    close_factor(office, user)
    assert not does_help(office, user, "temp-code", by)
    assert office.site.database.own_rows(user.name, "uzmfa_temporary_code") == []
    assert office.events(user, "temporary_code_made") == []


def test_R25_what_is_closed_stays_so(office: Office) -> None:
    user = office.site.enrolled_user()
    close_factor(office, user)
    assert "only a reset helps" in office.page(user).text
    assert office.help(user, "unlock").status == 409
    assert office.events(user, "unlocked") == []


def test_R53_a_temporary_code_is_shown_once_and_works_once(office: Office) -> None:
    user = office.site.enrolled_user()
    answer = office.help(user, "temp-code", hours="2")
    code = answer.page.by_id("temporary-code").text
    assert answer.status == 200 and re.fullmatch("[A-Z2-7]{4}(-[A-Z2-7]{4}){2}", code)
    assert code not in office.page(user).text and "made by" in office.page(user).text
    kept = str(office.site.database.dump())
    assert code not in kept and code.replace("-", "") not in kept
    (row,) = office.site.database.execute("SELECT * FROM uzmfa_temporary_code WHERE uuid = ?", (str(office.site.database.row(user.name)["uuid"]),))
    assert row["made_by"] == HELEN and row["expires_at"] == pytest.approx(time.time() + 2 * 3600, abs=30)
    for passes in (True, False):
        browser = office.site.sign_in(user)
        typed = browser.submit(browser.fetch(f"{OWN}/recovery"), code=code)
        assert typed.status == (303 if passes else 401)
        assert is_open(browser.fetch("/")) == passes


@pytest.mark.parametrize("whose", ["one", "all"])
def test_R62_sessions_end_at_once_here_and_soon_on_another_node(workshop: Workshop, office: Office, whose: str) -> None:
    second = workshop.build(like=office.site, server=ONLY_HELEN)
    second.httpd.start()
    try:
        user, other = office.site.add_user(), office.site.add_user()
        browser, others = office.site.verify(user), office.site.verify(other)
        visitor = second.browser()
        visitor.session = browser.session
        assert is_open(visitor.fetch("/")) and is_open(browser.fetch("/"))
        if whose == "one":
            assert_done(office.help(user, "end-sessions"), user, "sessions_ended")
        else:
            answer = office.post(office.browser.fetch(PAGE), "end-everybody", confirm="1")
            assert (answer.status, answer.location) == (303, PAGE)
        began = time.monotonic()
        assert_sent_to(browser.fetch("/"), "login")
        await_true(lambda: not is_open(visitor.fetch("/")), "the other node takes the session", 2 - (time.monotonic() - began))
        assert is_open(others.fetch("/")) == (whose == "one")
        assert is_open(office.browser.fetch("/")) == (whose == "one")
    finally:
        second.httpd.stop()


def test_R62_everybodys_sessions_end_only_where_it_was_confirmed(office: Office) -> None:
    assert office.post(office.browser.fetch(PAGE), "end-everybody", confirm=None).status == 400
    assert office.browser.fetch(PAGE).status == 200


def test_R87_each_action_is_one_event_and_one_line(office: Office) -> None:
    events = {"skip-next": "skip_set", "temp-code": "temporary_code_made", "unlock": "unlocked",
              "end-sessions": "sessions_ended", "reset": "reset"}
    user = office.site.enrolled_user()
    for action, name in events.items():
        office.help(user, action, confirm="1")
        (event,) = office.events(user, name)
        assert (event["made_by"], event["address"]) == (HELEN, "127.0.0.1")
        assert event["uuid"] == str(office.site.database.row(user.name)["uuid"])
        (line,) = office.site.log.lines(rf"UZMFA107\d {name}: .*, user {user.name},")
        assert f", by {HELEN}," in line


# --- how it looks ---


@pytest.mark.long
@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [320, 390, 1280])
def test_R95_R99_the_page_fits_and_has_no_barrier(office: Office, chrome: Chrome, axe: str, tmp_path: Path, width: int,
                                                  scheme: str) -> None:
    user = office.site.enrolled_user()
    office.help(user, "skip-next")
    chrome.be(office.browser, office.site.url())
    chrome.resize(width, 900)
    chrome.prefer(scheme)
    for name, target in (("list", PAGE), ("user", f"{PAGE}?user={user.name}&done=skip_set")):
        chrome.open(office.site.url(target))
        assert chrome.overflow() == 0
        assert chrome.violations(axe) == []
        for summary in chrome.all("summary"):
            summary.click()
        chrome.screenshot(tmp_path / f"{name}-{width}-{scheme}.png")
        assert chrome.overflow() == 0
        assert chrome.violations(axe) == []


@pytest.mark.long
@pytest.mark.parametrize("language", OTHERS)
def test_R97_R99_the_page_is_good_in_every_language(office: Office, chrome: Chrome, axe: str, language: str) -> None:
    user = office.site.enrolled_user()
    office.help(user, "skip-next")
    office.help(user, "temp-code")
    chrome.speak(language)
    chrome.resize(320, 900)
    chrome.be(office.browser, office.site.url())
    for target in (PAGE, f"{PAGE}?user={user.name}&done=skip_set"):
        chrome.open(office.site.url(target))
        for summary in chrome.all("summary"):
            summary.click()
        assert chrome.run("return document.documentElement.lang") == language
        assert english_texts_in(chrome.texts(), language) == []
        assert chrome.overflow() == 0
        for scheme in ("light", "dark"):
            chrome.prefer(scheme)
            assert chrome.violations(axe) == []


def test_R95_without_javascript_and_by_keyboard(office: Office, chrome: Chrome) -> None:
    user = office.site.enrolled_user()
    chrome.be(office.browser, office.site.url())
    chrome.disable_scripts()
    chrome.open(office.site.url(PAGE))
    chrome.fill(search=user.name)
    link = [one for one in chrome.all(".list a") if one.text == user.name]
    link[0].send_keys("\n")
    chrome.await_element("dl.facts")
    summary = next(one for one in chrome.all("summary") if "temporary" in one.text)
    summary.send_keys("\n")
    chrome.by_id("code-hours").send_keys("\n")
    chrome.await_element("#temporary-code")


@pytest.mark.parametrize("meanwhile", ["signed out", "not allowed any more"])
def test_R52_what_an_administrator_sent_does_nothing_once_the_session_is_over(office: Administrator, meanwhile: str) -> None:
    site, user = office.site, office.site.enrolled_user()
    before = site.database.row(user.name)
    token = office.browser.token()
    held = site.hold_forms(office.browser, "admin", [
        {"csrf": token, "user": user.name, "action": "temp-code"}, {"csrf": token, "user": user.name, "action": "skip-next"},
        {"csrf": token, "user": user.name, "action": "reset", "confirm": "1"}])
    if meanwhile == "signed out":
        office.browser.log_out()
    else:
        site.database.update(office.helen.name, access_enabled=False)
    try:
        for one in held:
            assert one.send_rest().status == 303
        assert site.database.row(user.name) == before
        assert not site.database.own_rows(user.name, "uzmfa_temporary_code")
    finally:
        site.database.update(office.helen.name, access_enabled=True)
