# SPDX-License-Identifier: Apache-2.0
"""The users' own page, and browsers in which no code is asked: what the requirements say of both."""

import time
from collections.abc import Callable, Iterator
from urllib.parse import quote

import pytest

from harness.browser import COOKIE, OWN, Browser
from harness.clock import MovableClock
from harness.cluster import Cluster
from harness.configuration import place
from harness.expect import assert_asked_again, assert_enrolled, assert_passed, assert_sent_to
from harness.parallel import at_once, piled_up
from harness.provider import TwilioSite, await_true
from harness.site import PASSWORD, Site, User, Workshop, is_open

ACCOUNT = f"{OWN}/account"
REMEMBERED = f"{COOKIE}-browser"
FIREFOX = "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:128.0) Gecko/20100101 Firefox/128.0"
DAY = 86400

StartSite = Callable[..., Site]


act = Browser.act


def factor_of(site: Site, user: User) -> str:
    return str(site.database.row(user.name)["mfa_sid"])


def own_rows(site: Site, user: User, table: str) -> int:
    uuid = str(site.database.row(user.name)["uuid"])
    return len(site.database.execute(f"SELECT uuid FROM {table} WHERE uuid = ?", (uuid,)))


def events_of(site: Site, user: User) -> list[str]:
    rows = site.database.execute("SELECT event FROM uzmfa_event WHERE username = ? ORDER BY id", (user.name,))
    return [str(row["event"]) for row in rows]


# --- who sees the page ---

def test_R4_the_page_is_for_verified_sessions(each_site: Site) -> None:
    assert_sent_to(each_site.browser().fetch(ACCOUNT), "login", ACCOUNT)
    newcomer = each_site.add_user()
    assert_sent_to(each_site.sign_in(newcomer).fetch(ACCOUNT), "enroll", ACCOUNT)
    user = each_site.enrolled_user()
    pending = each_site.sign_in(user)
    assert_sent_to(pending.fetch(ACCOUNT), "verify", ACCOUNT)
    assert_sent_to(act(pending, "end-others"), "verify", ACCOUNT)
    assert pending.verify(user.app.fresh(), ACCOUNT).location == ACCOUNT
    assert pending.fetch(ACCOUNT).status == 200


@pytest.mark.parametrize("action", ["replace", "new-codes", "end-others", "end-session", "forget-browser", "", "reset"])
def test_R69_a_foreign_form_changes_nothing(each_site: Site, action: str) -> None:
    user = each_site.enrolled_user()
    browser, other = each_site.verify(user), each_site.verify(user)
    for token, headers in ((other.token(), {}), (browser.token(), {"Sec-Fetch-Site": "cross-site"})):
        answer = browser.post(ACCOUNT, {"csrf": token, "action": action, "password": PASSWORD}, headers)
        assert answer.status == 403
    assert is_open(other.fetch("/")) and own_rows(each_site, user, "uzmfa_recovery_code") == 10
    assert_passed(browser.fetch(f"{OWN}/enroll"))


def test_an_unknown_button_is_a_bad_request(site: Site) -> None:
    assert act(site.verify(site.add_user()), "reset").status == 400


# --- R35: another factor ---

def test_R35_an_app_takes_the_place_of_another(each_site: Site) -> None:
    user = each_site.enrolled_user()
    former, former_app, former_codes = factor_of(each_site, user), user.app, user.recovery_codes
    browser = each_site.verify(user)
    answer = act(browser, "replace", password=PASSWORD, next="/erp")
    assert_sent_to(answer, "enroll", f"{ACCOUNT}?next=/erp")
    assert is_open(browser.fetch("/"))
    assert factor_of(each_site, user) == former

    page = browser.follow(answer)
    user.authenticator = each_site.app(page.page.by_id("otpauth")["href"])
    shown = browser.submit(page, code=user.app.fresh())
    assert_enrolled(shown, f"{ACCOUNT}?next=/erp")
    user.recovery_codes = shown.recovery_codes
    assert factor_of(each_site, user) != former
    assert_asked_again(each_site.sign_in(user).verify(former_app.fresh()))
    assert_asked_again(each_site.sign_in(user).recover(former_codes[0]))
    each_site.verify(user)


def test_R35_the_app_in_use_works_until_the_other_has_shown_its_first_code(each_site: Site) -> None:
    user = each_site.enrolled_user()
    browser = each_site.verify(user)
    page = browser.follow(act(browser, "replace", password=PASSWORD))
    assert_asked_again(browser.submit(page, code=each_site.app(page.page.by_id("otpauth")["href"]).wrong()))
    each_site.verify(user)
    assert browser.fetch(ACCOUNT).status == 200


@pytest.mark.parametrize("action", ["replace", "new-codes"])
def test_R35_without_the_password_nothing_changes(each_site: Site, action: str) -> None:
    user = each_site.enrolled_user()
    browser = each_site.verify(user)
    for fields in ({"password": "wrong"}, {}):
        answer = act(browser, action, **fields)
        assert_asked_again(answer)
        assert "not right" in answer.page.by_id("error").text
    assert_passed(browser.fetch(f"{OWN}/enroll"))
    assert own_rows(each_site, user, "uzmfa_recovery_code") == 10
    assert_asked_again(each_site.sign_in(user).recover("AAAA-AAAA-AAAA-AAAA"))


def test_R35_passwords_are_guessed_no_more_than_at_the_sign_in(start_site: StartSite) -> None:
    site = start_site(server=["UzmfaSignInLimit 3 10min"])
    user = site.enrolled_user()
    browser = site.verify(user)
    for _ in range(3):
        assert_asked_again(act(browser, "replace", password="wrong"))
    answer = act(browser, "replace", password=PASSWORD)
    assert answer.status == 429 and int(answer.headers["Retry-After"]) > 500
    assert is_open(browser.fetch("/"))


@pytest.mark.parametrize("action", ["replace", "new-codes"])
def test_R35_a_code_must_have_been_entered_just_now(later_site: Site, action: str) -> None:
    assert isinstance(later_site.clock, MovableClock)
    user = later_site.enrolled_user()
    browser = later_site.verify(user)
    later_site.clock.forward(601)
    answer = act(browser, action, password=PASSWORD, next="/erp")
    assert_sent_to(answer, "verify", f"{ACCOUNT}?next=/erp")
    assert_sent_to(browser.fetch(f"{OWN}/enroll"), "verify")
    assert own_rows(later_site, user, "uzmfa_recovery_code") == 10
    assert browser.submit(browser.follow(answer), code=user.app.fresh()).location == f"{ACCOUNT}?next=/erp"
    answer = act(browser, action, password=PASSWORD)
    assert answer.leads_to == f"{OWN}/enroll" if action == "replace" else len(answer.recovery_codes) == 10


def test_R35_the_time_for_the_other_app_ends(later_site: Site) -> None:
    assert isinstance(later_site.clock, MovableClock)
    user = later_site.enrolled_user()
    browser = later_site.verify(user)
    former = factor_of(later_site, user)
    later_site.clock.forward(590)
    page = browser.follow(act(browser, "replace", password=PASSWORD))
    app = later_site.app(page.page.by_id("otpauth")["href"])
    later_site.clock.forward(620)
    answer = browser.submit(page, code=app.fresh())
    assert answer.leads_to == ACCOUNT and "has run out" in browser.follow(answer).text
    assert factor_of(later_site, user) == former


def test_R35_who_thinks_better_of_it_keeps_the_app(each_site: Site) -> None:
    user = each_site.enrolled_user()
    browser = each_site.verify(user)
    page = browser.follow(act(browser, "replace", password=PASSWORD, next="/erp"))
    former, copy = page.page.by_id("secret").text, each_site.browser()
    copy.session = browser.session
    assert browser.submit(page, action="keep").location == f"{ACCOUNT}?next=/erp"
    assert_passed(browser.fetch(f"{OWN}/enroll"))
    assert former not in copy.fetch(f"{OWN}/enroll").text
    assert is_open(browser.fetch("/"))


def test_R35_a_new_app_ends_what_the_former_one_had_opened(each_site: Site) -> None:
    user = each_site.enrolled_user()
    thief, owner = each_site.verify(user), each_site.verify(user)
    pages = [one.follow(act(one, "replace", password=PASSWORD)) for one in (thief, owner)]
    apps = [each_site.app(page.page.by_id("otpauth")["href"]) for page in pages]
    assert owner.submit(pages[1], code=apps[1].fresh()).status == 200
    bound = factor_of(each_site, user)
    assert is_open(owner.fetch("/")) and not is_open(thief.fetch("/"))
    assert thief.submit(pages[0], code=apps[0].fresh()).status == 303
    assert factor_of(each_site, user) == bound


def test_R25_new_recovery_codes_are_looked_at_though_others_were_wrong_too_often(start_site: StartSite) -> None:
    site = start_site(server=["UzmfaFailureLimit 3", "UzmfaFailureCap 3"])
    user = site.enrolled_user()
    pending = site.sign_in(user)
    for _ in range(3):
        assert_asked_again(pending.recover("AAAA-AAAA-AAAA-AAAA"))
    assert pending.recover(user.recovery_codes[0]).status == 403
    codes = act(site.verify(user), "new-codes", password=PASSWORD).recovery_codes
    assert site.sign_in(user).recover(codes[0]).status == 303


def test_R35_the_new_app_forgets_the_remembered_browsers(remembering: Site) -> None:
    user, home = remembered_user(remembering)
    browser = remembering.verify(user)
    page = browser.follow(act(browser, "replace", password=PASSWORD))
    user.authenticator = remembering.app(page.page.by_id("otpauth")["href"])
    assert browser.submit(page, code=user.app.fresh()).status == 200
    assert_sent_to(home.sign_in(user.name, PASSWORD), "verify")


def test_R35_the_place_of_a_stolen_session_is_not_enough(each_site: Site) -> None:
    """The cookie of before, once the factor may be replaced, is worth nothing."""
    user = each_site.enrolled_user()
    browser = each_site.verify(user)
    thief = each_site.browser()
    thief.session = browser.session
    act(browser, "replace", password=PASSWORD)
    assert_sent_to(thief.fetch(f"{OWN}/enroll"), "login")
    assert not is_open(thief.fetch("/"))


def test_R35_at_Twilio_the_former_factor_is_deleted(start_twilio: Callable[..., TwilioSite]) -> None:
    twilio = start_twilio()
    site = twilio.site
    user = site.enrolled_user()
    former = twilio.factor_of(user.name).sid
    browser = site.verify(user)
    page = browser.follow(act(browser, "replace", password=PASSWORD))
    site.verify(user)  # the former app is still the one
    user.authenticator = site.app(page.page.by_id("otpauth")["href"])
    assert browser.submit(page, code=user.app.fresh()).status == 200
    assert factor_of(site, user) != former
    await_true(lambda: former not in [one.sid for one in twilio.double.factors(twilio.identity(user.name))], "not deleted")
    assert twilio.factor_of(user.name).sid == factor_of(site, user)
    site.verify(user)


# --- R49: what a skip, a temporary code or a remembered browser do not open ---

@pytest.mark.parametrize("action", ["replace", "new-codes"])
@pytest.mark.parametrize("way", ["skip", "temporary"])
def test_R49_less_than_a_code_changes_no_way_in(each_site: Site, way: str, action: str) -> None:
    user = each_site.enrolled_user()
    if way == "skip":
        assert each_site.administrator().run("user", "skip-next", user.name).status == 0
        browser = each_site.sign_in(user)
    else:
        browser = each_site.sign_in(user)
        code = each_site.administrator().json("user", "temp-code", user.name)["temporary_code"]
        assert browser.recover(code).status == 303
    assert is_open(browser.fetch("/"))
    assert_sent_to(act(browser, action, password=PASSWORD), "verify", ACCOUNT)
    assert own_rows(each_site, user, "uzmfa_recovery_code") == 10
    assert_sent_to(browser.fetch(f"{OWN}/enroll"), "verify")


def test_R46_a_recovery_code_is_enough_for_another_app(each_site: Site) -> None:
    user = each_site.enrolled_user()
    browser = each_site.sign_in(user)
    assert browser.recover(user.recovery_codes[0]).status == 303
    assert_sent_to(act(browser, "replace", password=PASSWORD), "enroll", ACCOUNT)


# --- R45: new recovery codes ---

def test_R45_new_codes_end_the_former_ones_at_once(each_site: Site) -> None:
    user = each_site.enrolled_user()
    former = user.recovery_codes
    browser = each_site.verify(user)
    answer = act(browser, "new-codes", password=PASSWORD)
    assert_enrolled(answer, ACCOUNT)
    assert not set(answer.recovery_codes) & set(former)
    assert own_rows(each_site, user, "uzmfa_recovery_code") == 10
    assert_asked_again(each_site.sign_in(user).recover(former[1]))
    assert each_site.sign_in(user).recover(answer.recovery_codes[1]).status == 303
    assert answer.recovery_codes[0] not in browser.fetch(ACCOUNT).text
    assert "recovery_codes_made" in events_of(each_site, user)


def test_R45_two_at_once_leave_one_set(each_site: Site) -> None:
    user = each_site.enrolled_user()
    browsers = [each_site.verify(user) for _ in range(2)]
    shown = at_once([lambda b=browser: act(b, "new-codes", password=PASSWORD) for browser in browsers])
    assert own_rows(each_site, user, "uzmfa_recovery_code") == 10
    good = [answer for answer in shown if each_site.sign_in(user).recover(answer.recovery_codes[0]).status == 303]
    assert len(good) == 1


def test_R45_a_form_sent_twice_makes_codes_once(each_site: Site) -> None:
    user = each_site.enrolled_user()
    browser = each_site.verify(user)
    form = {"csrf": browser.token(), "action": "new-codes", "password": PASSWORD}
    pair = [each_site.browser() for _ in range(2)]
    for one in pair:
        one.session = browser.session
    answers = at_once([lambda b=one: b.post(ACCOUNT, form) for one in pair])
    assert sorted(answer.status for answer in answers) == [200, 303]
    codes = next(answer.recovery_codes for answer in answers if answer.status == 200)
    assert each_site.sign_in(user).recover(codes[0]).status == 303


def test_R45_there_are_none_to_make_where_they_are_off(start_site: StartSite) -> None:
    site = start_site(server=["UzmfaRecoveryCodes Off"])
    user = site.add_user()
    browser = site.sign_in(user)
    page = browser.fetch(f"{OWN}/enroll")
    assert_passed(browser.submit(page, code=site.app(page.page.by_id("otpauth")["href"]).fresh()))
    assert browser.fetch(ACCOUNT).page.find("codes-left") is None
    assert act(browser, "new-codes", password=PASSWORD).status == 400


# --- R63: own sessions ---

def sessions_shown(browser: Browser) -> list[str]:
    """Which can be ended, by the name that the form has for each."""
    return [form.fields["session"] for form in browser.fetch(ACCOUNT).page.forms() if "session" in form.fields]


def test_R63_the_user_ends_one_session(each_site: Site) -> None:
    user, other = each_site.enrolled_user(), each_site.enrolled_user()
    here, there = each_site.verify(user), each_site.browser(headers={"User-Agent": FIREFOX})
    each_site.verify(user, there)
    stranger = each_site.verify(other)
    page = here.fetch(ACCOUNT)
    assert "Firefox on Windows" in page.text and "127.0.0.1" in page.text and "this browser" in page.text
    assert there.session not in page.text
    assert len(sessions_shown(here)) == 2  # the one in which the user enrolled as well
    answers = [act(here, "end-session", session=name) for name in sessions_shown(here)]
    assert [answer.leads_to for answer in answers] == [ACCOUNT, ACCOUNT]
    assert "signed out" in here.follow(answers[0]).text
    assert_sent_to(there.fetch("/"), "login")
    assert is_open(here.fetch("/")) and is_open(stranger.fetch("/"))
    assert not sessions_shown(here)
    assert "own_session_ended" in events_of(each_site, user)


def test_R63_nobody_ends_what_is_not_theirs(each_site: Site) -> None:
    victim, thief = each_site.enrolled_user(), each_site.enrolled_user()
    there, here = each_site.verify(victim), each_site.verify(thief)
    names = sessions_shown(each_site.verify(victim))
    for name in [*names, "", "0" * 16, "'; DROP TABLE uzmfa_session; --"]:
        assert act(here, "end-session", session=name).status == 303
    assert is_open(there.fetch("/"))


@pytest.mark.long
def test_R63_the_user_signs_out_everywhere_else(each_site: Site) -> None:
    user = each_site.enrolled_user()
    here, there = each_site.verify(user), [each_site.verify(user) for _ in range(3)]
    pending, former = each_site.sign_in(user), here.session
    assert act(here, "end-others").leads_to == ACCOUNT
    assert is_open(here.fetch("/"))
    assert [is_open(one.fetch("/")) for one in there] == [False] * 3
    assert_sent_to(pending.fetch(f"{OWN}/verify"), "login")
    there[0].session = former
    assert not is_open(there[0].fetch("/"))
    assert not sessions_shown(here)


@pytest.mark.parametrize("way", ["sign out", "replace", "other"])
def test_R61_a_session_that_another_node_has_ended_ends_nobody_elses(start_cluster: Callable[..., Cluster], way: str) -> None:
    nodes = start_cluster(count=2).nodes
    user = nodes[0].enrolled_user()
    victim, owner = nodes[0].verify(user), nodes[0].verify(user)
    thief = nodes[1].browser()
    thief.session = victim.session
    token = thief.token()
    if way == "sign out":
        assert victim.log_out().status == 303
    elif way == "replace":
        assert_sent_to(act(victim, "replace", password=PASSWORD), "enroll")
    else:
        for name in sessions_shown(owner):
            act(owner, "end-session", session=name)
    thief.post(ACCOUNT, {"csrf": token, "action": "end-others"})  # the node may not have heard yet
    time.sleep(2.5)
    assert not is_open(thief.fetch("/")) and is_open(owner.fetch("/"))


def test_R63_signed_out_everywhere_else_by_a_form_sent_twice(each_site: Site) -> None:
    user = each_site.enrolled_user()
    browser = each_site.verify(user)
    pair = [each_site.browser() for _ in range(2)]
    for one in pair:
        one.session = browser.session
    form = {"csrf": browser.token(), "action": "end-others"}
    answers = piled_up(each_site.database.writes_held(), [lambda b=one: b.post(ACCOUNT, form) for one in pair])
    assert [answer.leads_to for answer in answers] == [ACCOUNT] * 2
    assert sum(is_open(one.fetch("/")) for one in pair) == 1


def test_R63_the_one_who_ends_very_many_sessions_stays_signed_in(each_site: Site) -> None:
    user = each_site.enrolled_user()
    browser, other = each_site.verify(user), each_site.verify(user)
    uuid, now = str(each_site.database.row(user.name)["uuid"]), int(time.time())
    for number in range(33 - own_rows(each_site, user, "uzmfa_revocation")):
        each_site.database.execute("INSERT INTO uzmfa_revocation (session, uuid, ends_at, made_at) VALUES (?, ?, ?, ?)",
                                   (f"{now:016x}{number:016x}", uuid, now + 7200, now))
    assert act(browser, "end-session", session=sessions_shown(browser)[0]).leads_to == ACCOUNT
    assert is_open(browser.fetch("/")) and not is_open(other.fetch("/"))


@pytest.mark.parametrize("meanwhile", ["sessions end", "reset", "password changes"])
def test_R51_R62_a_step_that_was_under_way_outlives_nothing(start_site: StartSite, meanwhile: str) -> None:
    site = start_site("pgsql", server=["UzmfaRememberBrowser 720h"])
    user = site.enrolled_user()
    browser = site.sign_in(user)
    page = browser.fetch(f"{OWN}/verify")
    site.database.execute("CREATE FUNCTION slow() RETURNS trigger LANGUAGE plpgsql AS"
                          " $$ BEGIN PERFORM pg_sleep(1); RETURN NEW; END $$")
    site.database.execute("CREATE TRIGGER slow BEFORE INSERT ON uzmfa_revocation FOR EACH ROW EXECUTE FUNCTION slow()")

    def interfere() -> None:
        time.sleep(0.4)  # the step is waiting in the trigger
        if meanwhile == "password changes":
            site.database.update(user.name, password="$2y$04$" + 53 * "x")
        else:
            verb = "reset" if meanwhile == "reset" else "end-sessions"
            assert site.administrator().run("user", verb, user.name).status == 0

    at_once([lambda: browser.submit(page, code=user.app.fresh(), remember="1"), interfere])
    time.sleep(2.5)
    assert not is_open(browser.fetch("/"))
    assert own_rows(site, user, "uzmfa_browser") == 0


def test_R51_R68_a_remembered_browser_that_signs_in_outlives_no_end_of_all_sessions(start_site: StartSite) -> None:
    site = start_site("pgsql", server=["UzmfaRememberBrowser 720h"])
    user = site.enrolled_user()
    browser = site.sign_in(user)
    browser.submit(browser.fetch(f"{OWN}/verify"), code=user.app.fresh(), remember="1")
    browser.log_out()
    page = browser.fetch(f"{OWN}/login")
    site.database.execute("CREATE FUNCTION slow() RETURNS trigger LANGUAGE plpgsql AS"
                          " $$ BEGIN PERFORM pg_sleep(1); RETURN NEW; END $$")
    site.database.execute("CREATE TRIGGER slow BEFORE INSERT ON uzmfa_revocation FOR EACH ROW EXECUTE FUNCTION slow()")

    def interfere() -> None:
        time.sleep(0.5)  # the sign-in is waiting in the trigger
        assert site.administrator().run("user", "end-sessions", user.name).status == 0

    at_once([lambda: browser.submit(page, username=user.name, password=user.password), interfere])
    time.sleep(2.5)
    assert not is_open(browser.fetch("/"))


def test_R51_a_sign_in_by_the_former_password_does_not_outlive_the_change(start_site: StartSite) -> None:
    site = start_site()
    user = site.add_user(cost=13)
    browser = site.browser()
    page = browser.fetch(f"{OWN}/login")

    def change() -> None:
        time.sleep(0.2)  # the password is being looked at
        site.database.update(user.name, password="$2y$04$" + 53 * "x")

    answer, _ = at_once([lambda: browser.submit(page, username=user.name, password=user.password), change])
    assert answer.status in (303, 401) and not is_open(browser.fetch("/"))
    assert_sent_to(browser.fetch("/"), "login")


# --- R68: remembered browsers ---

@pytest.fixture(scope="module", params=["sqlite3", "pgsql"])
def remembering(request: pytest.FixtureRequest, workshop: Workshop) -> Iterator[Site]:
    """A browser may be remembered for thirty days."""
    site = workshop.start(request.param, server=["UzmfaRememberBrowser 720h"])
    yield site
    site.httpd.stop()


def remember(site: Site, user: User, browser: Browser | None = None) -> Browser:
    """A browser in which the user has ticked the box."""
    browser = site.sign_in(user, browser)
    answer = browser.submit(browser.fetch(f"{OWN}/verify"), code=user.app.fresh(), remember="1")
    assert_passed(answer)
    return browser


def remembered_user(site: Site) -> tuple[User, Browser]:
    user = site.enrolled_user()
    return user, remember(site, user)


def test_R68_it_is_off_by_default(each_site: Site) -> None:
    user = each_site.enrolled_user()
    browser = each_site.sign_in(user)
    page = browser.fetch(f"{OWN}/verify")
    assert "remember" not in page.text
    answer = browser.post(f"{OWN}/verify", {"csrf": browser.token(), "code": user.app.fresh(), "remember": "1"})
    assert_passed(answer)
    assert REMEMBERED not in browser.cookies
    assert own_rows(each_site, user, "uzmfa_browser") == 0


def test_R68_the_browser_is_asked_for_the_password_only(remembering: Site) -> None:
    user, browser = remembered_user(remembering)
    browser.log_out()
    assert not is_open(browser.fetch("/"))
    assert_passed(browser.sign_in(user.name, PASSWORD, "/erp"), "/erp")
    assert "UZMFA_METHOD=remembered\n" in browser.fetch("/env").text
    assert_asked_again(browser.sign_in(user.name, "wrong"))
    assert "browser_known" in events_of(remembering, user)


def test_R68_the_cookie_is_as_strict_as_the_session(remembering: Site) -> None:
    user = remembering.enrolled_user()
    browser = remembering.sign_in(user)
    answer = browser.submit(browser.fetch(f"{OWN}/verify"), code=user.app.fresh(), remember="1")
    line = next(line for line in answer.set_cookies if line.startswith(f"{REMEMBERED}="))
    value, *attributes = line.split("; ")
    assert set(attributes) == {"Path=/", "HttpOnly", "SameSite=Lax", "Secure", f"Max-Age={30 * DAY}"}
    token = value.removeprefix(f"{REMEMBERED}=")
    assert len(token) == 43
    kept = str(remembering.database.execute("SELECT * FROM uzmfa_browser"))
    assert token not in kept and user.name not in kept
    assert token not in "\n".join(remembering.log.lines())


def test_R68_nothing_is_remembered_by_a_box_left_empty_or_a_wrong_code(remembering: Site) -> None:
    user = remembering.enrolled_user()
    browser = remembering.sign_in(user)
    assert_asked_again(browser.submit(browser.fetch(f"{OWN}/verify"), code=user.app.wrong(), remember="1"))
    assert_passed(browser.verify(user.app.fresh()))
    assert REMEMBERED not in browser.cookies


@pytest.mark.parametrize("way", ["recovery", "temporary"])
def test_R68_only_a_code_of_the_app_is_remembered(remembering: Site, way: str) -> None:
    user = remembering.enrolled_user()
    browser = remembering.sign_in(user)
    code = (user.recovery_codes[0] if way == "recovery" else
            remembering.administrator().json("user", "temp-code", user.name)["temporary_code"])
    answer = browser.post(f"{OWN}/recovery", {"csrf": browser.token(), "code": code, "remember": "1"})
    assert answer.status == 303 and REMEMBERED not in browser.cookies


def test_R68_it_is_per_user_and_browser(remembering: Site) -> None:
    alice, home = remembered_user(remembering)
    bob = remembering.enrolled_user()
    assert_sent_to(home.sign_in(bob.name, PASSWORD), "verify")
    assert_sent_to(remembering.browser().sign_in(alice.name, PASSWORD), "verify")
    tampered = remembering.browser()
    tampered.cookies[REMEMBERED] = home.cookies[REMEMBERED][:-1] + "_"
    assert_sent_to(tampered.sign_in(alice.name, PASSWORD), "verify")
    # Whoever is remembered next in the same browser takes the place of the one before.
    remember(remembering, bob, home)
    assert own_rows(remembering, alice, "uzmfa_browser") == 0
    assert_sent_to(home.sign_in(alice.name, PASSWORD), "verify")


def test_R68_a_name_given_again_inherits_no_browser(remembering: Site) -> None:
    user, home = remembered_user(remembering)
    for table in ("user_company_access", "users"):
        remembering.database.execute(f"DELETE FROM {table} WHERE username = ?", (user.name,))
    remembering.database.add_user(user.name, PASSWORD)
    assert_sent_to(home.sign_in(user.name, PASSWORD), "enroll")


def test_R68_it_ends_and_is_never_prolonged(start_site: StartSite) -> None:
    site = start_site(movable_clock=True, server=["UzmfaRememberBrowser 48h"])
    user, browser = remembered_user(site)
    verified_at = browser.fetch("/env").text.split("UZMFA_VERIFIED_AT=")[1].split("\n")[0]
    site.clock.forward(2 * DAY - 60)
    assert_passed(browser.sign_in(user.name, PASSWORD))
    assert f"UZMFA_VERIFIED_AT={verified_at}\n" in browser.fetch("/env").text
    site.clock.forward(61)
    assert_sent_to(browser.sign_in(user.name, PASSWORD), "verify")


def test_R68_a_shorter_time_holds_for_those_remembered_before(start_site: StartSite) -> None:
    site = start_site(movable_clock=True, server=["UzmfaRememberBrowser 720h"])
    user, browser = remembered_user(site)
    site.configure(server=["UzmfaRememberBrowser 24h"])
    site.httpd.graceful()
    assert_passed(browser.sign_in(user.name, PASSWORD))
    site.clock.forward(DAY + 1)
    assert_sent_to(browser.sign_in(user.name, PASSWORD), "verify")
    site.configure()
    site.httpd.graceful()
    assert_sent_to(browser.sign_in(user.name, PASSWORD), "verify")


def test_R68_it_is_no_step_up(start_site: StartSite) -> None:
    site = start_site(movable_clock=True, server=[
        "UzmfaRememberBrowser 720h", *place("Location", "/erp/vault", ["UzmfaVerifiedWithin 5min"])])
    user, browser = remembered_user(site)
    assert is_open(browser.fetch("/erp/vault"))
    site.clock.forward(301)
    assert_passed(browser.sign_in(user.name, PASSWORD))
    assert is_open(browser.fetch("/"))
    assert_sent_to(browser.fetch("/erp/vault"), "verify", "/erp/vault")
    assert browser.fetch(f"{OWN}/verify").status == 200  # and is not led on
    assert_sent_to(act(browser, "replace", password=PASSWORD), "verify", ACCOUNT)
    assert_passed(browser.verify(user.app.fresh(), "/erp/vault"), "/erp/vault")
    assert is_open(browser.fetch("/erp/vault"))


@pytest.mark.parametrize("verb", ["reset", "end-sessions"])
def test_R68_an_administrator_ends_it(remembering: Site, verb: str) -> None:
    user, browser = remembered_user(remembering)
    assert remembering.administrator().json("user", "show", user.name)["remembered_browsers"] == 1
    assert remembering.administrator().run("user", verb, user.name).status == 0
    assert_sent_to(browser.sign_in(user.name, PASSWORD), "enroll" if verb == "reset" else "verify")
    assert own_rows(remembering, user, "uzmfa_browser") == 0


def test_R63_R68_the_user_ends_it(remembering: Site) -> None:
    user, home = remembered_user(remembering)
    work = remember(remembering, user, remembering.browser(headers={"User-Agent": FIREFOX}))
    page = home.fetch(ACCOUNT)
    assert home.cookies[REMEMBERED] not in page.text
    buttons = [one for one in page.page.all("button") if one.get("value") == "forget-browser"]
    assert len(buttons) == 2
    button = next(one for one in buttons if "Firefox" in one["aria-label"])
    name = next(one["value"] for one in page.page.all("input") if one["name"] == "browser" and one.parent is button.parent)
    stranger = remembering.verify(remembering.enrolled_user())
    act(stranger, "forget-browser", browser=name)
    assert own_rows(remembering, user, "uzmfa_browser") == 2
    assert act(home, "forget-browser", browser=name).leads_to == ACCOUNT
    assert_sent_to(work.sign_in(user.name, PASSWORD), "verify")
    assert_passed(home.sign_in(user.name, PASSWORD))
    assert act(home, "end-others").leads_to == ACCOUNT
    assert_sent_to(home.sign_in(user.name, PASSWORD), "verify")


def test_R68_a_closed_factor_is_not_remembered(start_site: StartSite) -> None:
    site = start_site(server=["UzmfaRememberBrowser 720h", "UzmfaFailureLimit 3", "UzmfaFailureCap 3"])
    user, home = remembered_user(site)
    browser = site.sign_in(user)
    for _ in range(3):
        assert_asked_again(browser.verify(user.app.wrong()))
    assert_sent_to(home.sign_in(user.name, PASSWORD), "verify")
    assert home.verify(user.app.fresh()).status == 403


# --- R89: codes that were not right ---

WRONG = "A code was not right"


def told_at_sign_in(site: Site, user: User) -> str:
    """What the page of the code says has happened."""
    found = site.sign_in(user).fetch(f"{OWN}/verify").page.find("events")
    return found.text if found else ""


def test_R89_wrong_codes_are_told_at_the_next_sign_in(each_site: Site) -> None:
    user = each_site.enrolled_user()
    thief = each_site.browser(headers={"User-Agent": FIREFOX})
    each_site.sign_in(user, thief)
    assert_asked_again(thief.verify(user.app.wrong()))
    assert WRONG not in thief.fetch(f"{OWN}/verify").text  # it knows already
    told = told_at_sign_in(each_site, user)
    assert told.count(WRONG) == told.count("Firefox on Windows") == 1
    assert "127.0.0.1" in told and " UTC" in told
    browser = each_site.verify(user)
    assert "Firefox on Windows" in browser.fetch(ACCOUNT).page.by_id("events").text
    assert not told_at_sign_in(each_site, user)


def test_R89_nobody_sees_those_of_others(each_site: Site) -> None:
    user, other = each_site.enrolled_user(), each_site.enrolled_user()
    assert_asked_again(each_site.sign_in(user).verify(user.app.wrong()))
    assert WRONG not in told_at_sign_in(each_site, other)
    assert WRONG not in each_site.verify(other).fetch(ACCOUNT).text


def test_R89_what_a_browser_calls_itself_does_no_harm(each_site: Site) -> None:
    user = each_site.enrolled_user()
    rude = each_site.browser(headers={"User-Agent": "<script>alert(1)</script>\"' \xff" + "x" * 400})
    each_site.sign_in(user, rude)
    assert_asked_again(rude.verify(user.app.wrong()))
    assert_passed(rude.verify(user.app.fresh()))
    text = rude.fetch(ACCOUNT).text
    assert "<script>alert" not in text and "&lt;script&gt;alert" in text
    assert quote("x" * 300) not in text


# --- R54: what else the user ought to know of ---

def test_R54_another_way_in_is_told_at_the_next_sign_in(each_site: Site) -> None:
    user = each_site.enrolled_user()
    assert "An authenticator app was set up" in told_at_sign_in(each_site, user)
    each_site.verify(user)
    assert not told_at_sign_in(each_site, user)

    thief = each_site.browser(headers={"User-Agent": FIREFOX})
    each_site.sign_in(user, thief)
    assert thief.recover(user.recovery_codes[0]).status == 303
    told = told_at_sign_in(each_site, user)
    assert "A recovery code was used" in told and "Firefox on Windows" in told and "127.0.0.1" in told
    assert "change your password" in each_site.sign_in(user).fetch(f"{OWN}/verify").text
    each_site.verify(user)
    assert not told_at_sign_in(each_site, user)


def test_R54_in_a_remembered_browser_it_is_told_after_the_password(remembering: Site) -> None:
    user, home = remembered_user(remembering)
    assert remembering.sign_in(user).recover(user.recovery_codes[0]).status == 303
    answer = home.sign_in(user.name, PASSWORD, "/erp")
    assert_sent_to(answer, "account", "/erp")
    page = home.follow(answer)
    assert "A recovery code was used" in page.page.by_id("events").text
    assert page.page.by_id("continue")["href"] == "/erp"
    assert_passed(home.sign_in(user.name, PASSWORD, "/erp"), "/erp")


def test_R54_nobody_hides_it_by_codes_that_are_not_right(each_site: Site) -> None:
    user = each_site.enrolled_user()
    each_site.verify(user)
    thief = each_site.sign_in(user)
    assert thief.recover(user.recovery_codes[0]).status == 303
    again = each_site.sign_in(user)
    form = again.fetch(f"{OWN}/verify").page.form("code")
    before = len(events_of(each_site, user))
    for code in ["abc"] * 12 + [user.app.wrong()] * 5:
        assert again.post(f"{OWN}/verify", {**form.fields, "code": code}).status == 401
    assert len(events_of(each_site, user)) == before + 5
    assert "A recovery code was used" in told_at_sign_in(each_site, user)


def test_R54_what_administrators_do_is_told_without_where_they_are(each_site: Site) -> None:
    user = each_site.enrolled_user()
    each_site.verify(user)
    administrator = each_site.administrator()
    code = administrator.json("user", "temp-code", user.name)["temporary_code"]
    assert administrator.run("user", "skip-next", user.name).status == 0
    assert is_open(each_site.sign_in(user).fetch("/"))
    assert each_site.sign_in(user).recover(code).status == 303
    told = told_at_sign_in(each_site, user)
    for said in ("made a temporary code", "let the next sign-in pass", "passed without a code", "temporary code was used"):
        assert said in told
    assert "uzmfactl" not in told
    assert code not in told


def test_R54_a_reset_is_told_after_the_enrollment(each_site: Site) -> None:
    user = each_site.enrolled_user()
    assert each_site.administrator().run("user", "reset", user.name).status == 0
    user.authenticator = None
    each_site.verify(user)
    assert "reset your sign-in" in told_at_sign_in(each_site, user)
