# SPDX-License-Identifier: Apache-2.0
"""Section 3 of the requirements: guessing codes."""

import itertools
import time
from collections.abc import Callable

import pytest

from harness import twilio as play
from harness.browser import OWN, Answer, Browser
from harness.expect import assert_asked_again, assert_enrolled, assert_passed, assert_sent_to
from harness.parallel import at_once
from harness.provider import TwilioSite
from harness.site import Site, User, Workshop, is_open

LIMIT = 5  # UzmfaFailureLimit as it is by default
FIRST, LONGEST = 2, 4
SHORT = [f"UzmfaLockout {FIRST}s {LONGEST}s"]
CAP = 4
NO_CODE = "AAAA-AAAA-AAAA-AAAA"
NO_TEMPORARY_CODE = "AAAA-AAAA-AAAA"
DRIVERS = ["sqlite3", "pgsql"]

StartSite = Callable[..., Site]


@pytest.fixture(scope="module", params=DRIVERS)
def short(workshop: Workshop, request: pytest.FixtureRequest) -> Site:
    """A site with short waits, on each database in turn."""
    return workshop.start(request.param, server=SHORT)


@pytest.fixture(scope="module", params=DRIVERS)
def capped(workshop: Workshop, request: pytest.FixtureRequest) -> Site:
    """A site that closes a factor behind few failures, and has next to no waits."""
    return workshop.start(request.param, server=["UzmfaLockout 1s 1s", f"UzmfaFailureLimit {CAP}", f"UzmfaFailureCap {CAP}"])


def fail(site: Site, user: User, times: int) -> Browser:
    """So many wrong codes, each looked at; the browser they were typed in."""
    browser = site.sign_in(user)
    for _ in range(times):
        assert_asked_again(browser.verify(user.app.wrong()))
    return browser


def fail_to_recover(site: Site, user: User, times: int) -> Browser:
    """So many wrong recovery codes, each looked at."""
    browser = site.sign_in(user)
    for _ in range(times):
        assert_asked_again(browser.recover(NO_CODE))
    return browser


def wait_of(answer: Answer) -> int:
    """How long the answer has one wait."""
    assert answer.status == 429, f"{answer.target}: {answer.status}"
    wait = int(answer.headers["Retry-After"])
    assert wait >= 1
    told = f"{wait} seconds" if wait < 120 else f"{-(-wait // 60)} min"
    assert told in answer.page.by_id("error").text
    assert answer.page.form("code")
    return wait


def failures_of(site: Site, user: User, kind: str = "code") -> int:
    """How many failures are counted at present."""
    rows = site.database.execute("SELECT failures FROM uzmfa_attempt WHERE kind = ? AND uuid = ?",
                                 (kind, str(site.database.row(user.name)["uuid"])))
    return rows[0]["failures"] if rows else 0


# --- R22: so many are looked at, wherever they come from ---

def test_R22_the_limit_is_exact_and_holds_for_right_codes_too(each_site: Site) -> None:
    user = each_site.enrolled_user()
    browser = fail(each_site, user, LIMIT)
    before = each_site.database.dump()["uzmfa_attempt"]
    assert 25 <= wait_of(browser.verify(user.app.wrong())) <= 30
    right = user.app.fresh()
    assert wait_of(browser.verify(right)) <= 30
    assert not is_open(browser.fetch("/"))
    assert each_site.database.dump()["uzmfa_attempt"] == before  # who only waits is not charged
    assert each_site.administrator().run("user", "unlock", user.name).status == 0
    assert_passed(browser.verify(right))  # it was not looked at, so it is not used up


def test_R22_sessions_and_addresses_share_the_count(each_site: Site) -> None:
    user = each_site.enrolled_user()
    for number in range(LIMIT):
        browser = each_site.browser(headers={"X-Forwarded-For": f"192.0.2.{number}", "User-Agent": f"Browser {number}"})
        assert_asked_again(each_site.sign_in(user, browser).verify(user.app.wrong()))
    wait_of(each_site.sign_in(user).verify(user.app.fresh()))


@pytest.mark.parametrize("driver", DRIVERS)
def test_R22_nodes_and_restarts_share_the_count(start_site: StartSite, driver: str) -> None:
    one = start_site(driver)
    other = start_site(like=one)
    user = one.enrolled_user()
    for site in itertools.islice(itertools.cycle([one, other]), LIMIT):
        fail(site, user, 1)
    one.httpd.restart()
    for site in (one, other):
        wait_of(site.sign_in(user).verify(user.app.fresh()))


def test_R22_another_limit(start_site: StartSite) -> None:
    site = start_site(server=["UzmfaFailureLimit 1", "UzmfaLockout 7min 7min"])
    user = site.enrolled_user()
    browser = fail(site, user, 1)
    assert 415 <= wait_of(browser.verify(user.app.fresh())) <= 420


def test_R22_users_do_not_share_the_count(each_site: Site) -> None:
    user, other = each_site.enrolled_user(), each_site.enrolled_user()
    wait_of(fail(each_site, user, LIMIT).verify(user.app.wrong()))
    assert_passed(each_site.sign_in(other).verify(other.app.fresh()))


def test_R22_sessions_that_end_meanwhile_buy_no_try(each_site: Site) -> None:
    """Who ends his session while its code is looked at learns nothing from the answer."""
    user = each_site.enrolled_user()
    for _ in range(10):
        browser, same = each_site.sign_in(user), each_site.browser()
        same.session = browser.session
        form = browser.fetch(f"{OWN}/verify")
        leaving = same.fetch(f"{OWN}/logout")
        wrong = user.app.wrong()
        answer, _ = at_once([lambda: browser.submit(form, code=wrong), lambda: same.submit(leaving, "csrf")])
        if answer.status == 429:
            break
        assert answer.status in (303, 401)
        assert not is_open(browser.fetch("/"))


# --- R23: the attempt is charged before it is looked at ---

@pytest.mark.long
@pytest.mark.parametrize("driver", DRIVERS)
def test_R23_of_a_thousand_parallel_wrong_codes_few_are_looked_at(start_site: StartSite, driver: str) -> None:
    site = start_site(driver, server=["UzmfaLockout 10min 1h"])
    user = site.enrolled_user()
    browsers = [site.sign_in(user) for _ in range(50)]
    forms = [browser.fetch(f"{OWN}/verify") for browser in browsers]
    wrong = user.app.wrong()

    def guess(number: int) -> list[int]:
        return [browsers[number].submit(forms[number], code=wrong).status for _ in range(20)]

    statuses = list(itertools.chain(*at_once([lambda n=number: guess(n) for number in range(len(browsers))])))
    assert len(statuses) == 1000 and statuses.count(401) == LIMIT
    assert statuses.count(429) == 1000 - LIMIT
    assert failures_of(site, user) == LIMIT


def test_R23_of_parallel_wrong_recovery_codes_few_are_looked_at(each_site: Site) -> None:
    user = each_site.enrolled_user()
    browsers = [each_site.sign_in(user) for _ in range(50)]
    forms = [browser.fetch(f"{OWN}/recovery") for browser in browsers]
    answers = at_once([lambda b=browser, f=form: b.submit(f, code=NO_CODE) for browser, form in zip(browsers, forms)])
    assert [answer.status for answer in answers].count(401) == LIMIT


# --- R24: the wait grows ---

def test_R24_each_failure_behind_the_limit_doubles_the_wait(short: Site) -> None:
    user = short.enrolled_user()
    right = user.app.fresh()
    browser = fail(short, user, LIMIT)
    for longest in (FIRST, 2 * FIRST, LONGEST):
        wait = wait_of(browser.verify(user.app.wrong()))
        assert longest - 1 <= wait <= longest
        time.sleep(wait + 0.1)
        assert_asked_again(browser.verify(user.app.wrong()))  # one is looked at
    wait_of(browser.verify(right))


# --- R25: the cap ---

def close_factor(site: Site, user: User) -> Browser:
    """Type wrong codes until none is looked at any more."""
    browser = fail(site, user, CAP)
    answer = browser.verify(user.app.wrong())
    assert answer.status == 403, answer.status
    return browser


def test_R25_behind_the_cap_no_code_helps(capped: Site) -> None:
    user = capped.enrolled_user()
    browser = close_factor(capped, user)
    time.sleep(1.1)
    right = user.app.fresh()
    for visitor in (browser, capped.sign_in(user)):
        answer = visitor.verify(right)
        assert answer.status == 403 and answer.page.form("code").action.endswith("/recovery")
        assert "Retry-After" not in answer.headers
        assert not is_open(visitor.fetch("/"))
    assert capped.administrator(failure_cap=str(CAP)).run("user", "unlock", user.name).status == 1
    assert capped.sign_in(user).verify(right).status == 403


def test_R25_a_recovery_code_leads_to_a_new_factor(capped: Site) -> None:
    user = capped.enrolled_user()
    browser = close_factor(capped, user)
    old = user.app
    answer = browser.recover(user.recovery_codes[0], "/erp")
    assert_sent_to(answer, "enroll", "/erp")
    assert not is_open(browser.fetch("/"))
    assert_sent_to(browser.fetch(f"{OWN}/verify"), "enroll")
    page = browser.follow(answer)
    user.authenticator = capped.app(page.page.by_id("otpauth")["href"])
    assert user.app.secret != old.secret
    assert_enrolled(browser.submit(page, code=user.app.fresh()), "/erp")
    assert is_open(browser.fetch("/"))
    assert failures_of(capped, user) == 0
    capped.verify(user).close()
    assert_asked_again(capped.sign_in(user).verify(old.code()))


def test_R25_a_recovery_code_alone_changes_nothing(capped: Site) -> None:
    user = capped.enrolled_user()
    before = capped.database.row(user.name)
    browser = close_factor(capped, user)
    assert_sent_to(browser.recover(user.recovery_codes[0]), "enroll")
    page = browser.fetch(f"{OWN}/enroll")
    assert_asked_again(browser.submit(page, code=capped.app(page.page.by_id("otpauth")["href"]).wrong()))
    assert not is_open(browser.fetch("/"))
    after = capped.database.row(user.name)
    assert [after[name] for name in ("mfa_sid", "mfa_enrolled", "mfa_enabled")] == [
        before[name] for name in ("mfa_sid", "mfa_enrolled", "mfa_enabled")]
    assert capped.sign_in(user).verify(user.app.fresh()).status == 403
    assert_sent_to(capped.sign_in(user).fetch(f"{OWN}/enroll"), "verify")  # that session alone may bind


def test_R25_a_reset_helps(capped: Site) -> None:
    user = capped.enrolled_user()
    close_factor(capped, user)
    assert capped.administrator().run("user", "reset", user.name).status == 0
    user.authenticator = None
    capped.verify(user).close()
    capped.verify(user).close()


def test_R25_the_last_try_may_be_right(capped: Site) -> None:
    user = capped.enrolled_user()
    browser = fail(capped, user, CAP - 1)
    assert_passed(browser.verify(user.app.fresh()))
    assert failures_of(capped, user) == 0


def test_R25_a_temporary_code_does_not_open_a_closed_factor(capped: Site) -> None:
    user = capped.enrolled_user()
    browser = close_factor(capped, user)
    code = capped.administrator().json("user", "temp-code", user.name)["temporary_code"]
    assert browser.recover(code).status == 403
    assert not is_open(browser.fetch("/"))
    assert failures_of(capped, user, "recovery") == 0  # it was not looked at


# --- R26: what begins the count anew ---

def test_R26_a_right_code_does(each_site: Site) -> None:
    user = each_site.enrolled_user()
    for _ in range(2):
        assert_passed(fail(each_site, user, LIMIT - 1).verify(user.app.fresh()))
    fail(each_site, user, LIMIT)


def test_R26_a_session_a_skip_and_a_recovery_code_do_not(each_site: Site) -> None:
    user = each_site.enrolled_user()
    fail(each_site, user, LIMIT - 2).log_out()
    each_site.database.update(user.name, mfa_enabled=False)
    skipping = each_site.sign_in(user)
    assert is_open(skipping.fetch("/"))
    fail(each_site, user, 1)
    assert each_site.sign_in(user).recover(user.recovery_codes[0]).status == 303
    wait_of(fail(each_site, user, 1).verify(user.app.fresh()))


def test_R26_a_new_secret_does_not(each_site: Site) -> None:
    user = each_site.enrolled_user()
    fail(each_site, user, LIMIT - 1)
    each_site.sign_in(user).fetch(f"{OWN}/enroll")
    each_site.sign_in(user).fetch(f"{OWN}/enroll/qr.svg")
    wait_of(fail(each_site, user, 1).verify(user.app.fresh()))


# --- R28: a lock ends ---

def test_R28_a_wait_ends_by_itself(short: Site) -> None:
    user = short.enrolled_user()
    browser = fail(short, user, LIMIT)
    time.sleep(wait_of(browser.verify(user.app.fresh())) + 0.1)
    assert_passed(browser.verify(user.app.fresh()))


def test_R28_an_administrator_ends_a_wait(each_site: Site) -> None:
    user = each_site.enrolled_user()
    browser = fail(each_site, user, LIMIT)
    wait_of(browser.verify(user.app.wrong()))
    assert each_site.log.lines("UZMFA1034 .*user " + user.name)
    assert each_site.administrator().run("user", "unlock", user.name).status == 0
    fail(each_site, user, LIMIT - 1)
    assert_passed(browser.verify(user.app.fresh()))
    events = each_site.database.execute("SELECT event FROM uzmfa_event WHERE username = ?", (user.name,))
    assert "too_many_codes" in {row["event"] for row in events}


# --- R29: recovery and temporary codes ---

def test_R29_recovery_codes_have_a_count_of_their_own(each_site: Site) -> None:
    user = each_site.enrolled_user()
    browser = fail_to_recover(each_site, user, LIMIT)
    assert 25 <= wait_of(browser.recover(NO_TEMPORARY_CODE)) <= 30
    assert wait_of(browser.recover(user.recovery_codes[0])) <= 30
    assert_passed(browser.verify(user.app.fresh()))
    assert wait_of(each_site.sign_in(user).recover(user.recovery_codes[0]))  # a right code of the app does not end it


def test_R29_temporary_codes_share_it(each_site: Site) -> None:
    user = each_site.enrolled_user()
    code = each_site.administrator().json("user", "temp-code", user.name)["temporary_code"]
    browser = each_site.sign_in(user)
    for wrong in (NO_TEMPORARY_CODE, NO_CODE) * 2:
        assert_asked_again(browser.recover(wrong))
    assert_asked_again(browser.recover(NO_TEMPORARY_CODE))
    wait_of(browser.recover(code))
    assert not is_open(browser.fetch("/"))


def test_R29_codes_of_the_app_do_not_count_for_it(each_site: Site) -> None:
    user = each_site.enrolled_user()
    browser = fail(each_site, user, LIMIT)
    assert browser.recover(user.recovery_codes[0]).status == 303
    assert is_open(browser.fetch("/"))


def test_R29_a_right_recovery_code_begins_it_anew(each_site: Site) -> None:
    user = each_site.enrolled_user()
    assert fail_to_recover(each_site, user, LIMIT - 1).recover(user.recovery_codes[0]).status == 303
    fail_to_recover(each_site, user, LIMIT)


def test_R29_it_has_a_cap_too(capped: Site) -> None:
    user = capped.enrolled_user()
    browser = fail_to_recover(capped, user, CAP)
    answer = browser.recover(user.recovery_codes[0])
    assert answer.status == 403 and "Retry-After" not in answer.headers
    assert_passed(browser.verify(user.app.fresh()))


def test_R29_ill_formed_recovery_codes_are_not_charged(each_site: Site) -> None:
    user = each_site.enrolled_user()
    browser = each_site.sign_in(user)
    before = each_site.database.dump()
    for code in ("", " ", "AAAA", "123456", "AAAA-AAAA-AAAA-AAA", "AAAA-AAAA-AAAA-AAAA-A", "9999-9999-9999-9999",
                 "AAAA-AAAA-AAAÄ", "' OR ''=''"):
        assert_asked_again(browser.recover(code))
    assert each_site.database.dump() == before


# --- R30: codes and passwords ---

def test_R30_codes_do_not_lock_the_password_nor_passwords_the_codes(each_site: Site) -> None:
    user = each_site.enrolled_user()
    fail(each_site, user, LIMIT)
    assert_sent_to(each_site.browser().sign_in(user.name, user.password), "verify")
    other = each_site.enrolled_user()
    pending = each_site.sign_in(other)
    stranger = each_site.browser()
    assert [stranger.sign_in(other.name, "wrong").status for _ in range(12)][-1] == 429
    assert_passed(pending.verify(other.app.fresh()))


def test_R27_strangers_raise_nobodys_count(each_site: Site) -> None:
    user = each_site.enrolled_user()
    stranger = each_site.browser()
    stranger.fetch(f"{OWN}/login")
    for page in ("verify", "recovery"):
        for _ in range(LIMIT + 1):
            answer = stranger.post(f"{OWN}/{page}", {"code": "123456", "username": user.name})
            assert answer.status in (303, 403)
    assert failures_of(each_site, user) == failures_of(each_site, user, "recovery") == 0


# --- what is not charged ---

def test_a_right_code_sent_often_is_not_charged(each_site: Site) -> None:
    user = each_site.enrolled_user()
    pending = each_site.sign_in(user)
    form = pending.fetch(f"{OWN}/verify")
    browsers = [each_site.browser() for _ in range(LIMIT)]
    for browser in browsers:
        browser.session = pending.session
    code = user.app.fresh()
    answers = at_once([lambda b=browser: b.submit(form, code=code) for browser in browsers])
    assert {answer.status for answer in answers} == {303}
    assert failures_of(each_site, user) == 0
    assert_passed(pending.submit(form, code=code))  # and later


@pytest.mark.parametrize("driver", DRIVERS)
def test_an_outage_of_the_provider_costs_nobody_a_try(start_twilio: Callable[..., TwilioSite], driver: str) -> None:
    twilio = start_twilio(driver)
    site = twilio.site
    user = site.enrolled_user()
    browser = fail(site, user, LIMIT - 1)
    site.log.allow("UZMFA1036")
    for _ in range(4):
        twilio.double.script("create_challenge", play.error(50000, 503), times=None)
        assert browser.verify(user.app.wrong()).status == 503
    twilio.double.clear_scripts()
    assert failures_of(site, user) == LIMIT - 1


# --- codes of sessions that were ended ---


def test_R22_R23_a_wrong_code_counts_though_its_session_was_ended_meanwhile(each_site: Site) -> None:
    user = each_site.enrolled_user()
    browser = each_site.sign_in(user)
    form = browser.fetch(f"{OWN}/verify").page.form("code").fields
    held = each_site.hold_forms(browser, "verify", [{**form, "code": code}
                                                    for code in (*[user.app.wrong()] * LIMIT, user.app.fresh())])
    browser.log_out()
    answers = [one.send_rest() for one in held]
    assert [answer.status for answer in answers] == [303] * LIMIT + [429]
    assert not any("set-cookie" in answer.headers for answer in answers)
    assert [row["failures"] for row in each_site.database.own_rows(user.name, "uzmfa_attempt")] == [LIMIT]
    events = each_site.database.execute("SELECT event FROM uzmfa_event WHERE username = ?", (user.name,))
    assert [row["event"] for row in events].count("wrong_code") == LIMIT
    assert each_site.sign_in(user).verify(user.app.fresh()).status == 429
