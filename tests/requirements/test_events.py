# SPDX-License-Identifier: Apache-2.0
"""R87, R88, R38: what happens to a person's sign-in is one row and one line, and neither can be forged or tells a secret."""

import hashlib
import re
import socket
from collections.abc import Callable
from typing import Any

import pytest

from harness import twilio as play
from harness.browser import OWN, Browser
from harness.configuration import BASIC_GATE, place
from harness.database import php_hash
from harness.expect import assert_sent_to
from harness.provider import TwilioSite
from harness.site import PASSWORD, Site, User

DRIVERS = ["sqlite3", "pgsql"]
StartSite = Callable[..., Site]

AGENT = "Mozilla/5.0 (Test) Browser/1"
NODE = socket.gethostname()[:64]
LINE = re.compile(r"\[client 127\.0\.0\.1:\d+\] UZMFA(?P<id>\d{4}) (?P<event>\w+): (?P<text>[^\"]*?), user (?P<user>[^,]+)"
                  r"(, session (?P<session>[0-9a-f]{16}))?(, method (?P<method>\w+))?, node (?P<node>[^,]+)(, (?P<detail>.*))?$")


def events_of(site: Site, name: str) -> list[dict[str, Any]]:
    return site.database.execute("SELECT * FROM uzmfa_event WHERE username = ? ORDER BY id", (name,))


def names_of(site: Site, name: str) -> list[str]:
    return [event["event"] for event in events_of(site, name)]


class Watch:
    """What a step leaves, in the table and in the log."""

    def __init__(self, site: Site, user: User) -> None:
        self.site = site
        self.user = user
        self.rows = len(events_of(site, user.name))
        self.lines = len(self._lines())

    def _lines(self) -> list[str]:
        return self.site.log.lines(rf":(info|warn|error)\].*UZMFA1\d\d\d .*, user {self.user.name}\b")

    def saw(self, name: str, method: str = "", agent: str = AGENT) -> dict[str, Any]:
        """Exactly one row and one line came, and they say the same."""
        (row,) = events_of(self.site, self.user.name)[self.rows:]
        (line,) = self._lines()[self.lines:]
        found = LINE.search(line)
        assert found, line
        uuid = str(self.site.database.row(self.user.name)["uuid"] or "")
        assert (row["event"], row["method"], row["node"], row["address"]) == (name, method, NODE, "127.0.0.1")
        assert (row["browser"], row["uuid"], row["made_by"]) == (agent, uuid, "")
        assert re.fullmatch(r"[0-9a-f]{16}", row["session"])
        said = (found["event"], found["user"], found["session"], found["method"] or "", found["node"])
        assert said == (row["event"], self.user.name, row["session"], row["method"], row["node"])
        assert abs(row["at"] - self.site.clock.now()) < 30
        self.rows, self.lines = self.rows + 1, self.lines + 1
        return row


def browser_of(site: Site) -> Browser:
    return site.browser(headers={"User-Agent": AGENT})


def assert_told_nowhere(site: Site, *secrets: str) -> None:
    """Neither table nor log has any of these."""
    told = repr(site.database.execute("SELECT * FROM uzmfa_event"))
    told += "\n".join(line.partition("UZMFA")[2] for line in site.log.lines("uzmfa:"))
    # Six digits may be a part of a digest.
    assert [secret for secret in secrets if re.search(rf"(?<![0-9a-f]){re.escape(secret)}(?![0-9a-f])", told)] == []


def test_R87_each_step_is_one_row_and_one_line(each_site: Site) -> None:
    site = each_site
    user = site.add_user()
    browser = browser_of(site)
    watch = Watch(site, user)

    assert browser.sign_in(user.name, "a wrong password").status == 401
    refused = watch.saw("wrong_password")
    site.sign_in(user, browser)
    signed_in = watch.saw("signed_in")
    cookies = [browser.session]
    enrolling = browser.fetch(f"{OWN}/enroll")
    app = user.authenticator = site.app(enrolling.page.by_id("otpauth")["href"])
    assert browser.submit(enrolling, code=app.wrong()).status == 401
    wrong = watch.saw("wrong_code", "totp")
    code = app.fresh()
    assert browser.submit(enrolling, code=code).status == 200
    enrolled = watch.saw("enrolled", "totp")
    cookies.append(browser.session)
    csrf = browser.token()
    browser.log_out()
    signed_out = watch.saw("signed_out", "totp")

    assert len({refused["session"], signed_in["session"], enrolled["session"]}) == 3
    assert wrong["session"] == signed_in["session"] and signed_out["session"] == enrolled["session"]

    site.sign_in(user, browser)
    watch.saw("signed_in")
    assert browser.verify(code).status == 401
    watch.saw("code_used", "totp")
    fresh = app.fresh()
    assert browser.verify(fresh).status == 303
    watch.saw("code_accepted", "totp")
    browser.fetch("/")
    browser.fetch(f"{OWN}/verify")
    assert len(events_of(site, user.name)) == watch.rows

    site.database.update(user.name, mfa_enabled=False)
    site.sign_in(user, browser)
    watch.saw("skip_used", "skip")
    assert_told_nowhere(site, PASSWORD, "a wrong password", code, fresh, app.wrong(), app.secret, csrf, "otpauth", *filter(None, cookies))


def test_R87_a_session_is_called_by_a_digest_of_its_id(each_site: Site) -> None:
    user = each_site.enrolled_user()
    browser = each_site.verify(user)
    browser.log_out()
    *_, event = events_of(each_site, user.name)
    ids = [row["session"] for row in each_site.database.execute("SELECT session FROM uzmfa_revocation")]
    assert event["session"] in [hashlib.sha256(bytes.fromhex(one)).hexdigest()[:16] for one in ids]
    assert_told_nowhere(each_site, *ids)


@pytest.mark.parametrize("driver", ["sqlite3", "pgsql"])
def test_R87_an_error_of_the_provider_is_an_event(start_twilio: Callable[..., TwilioSite], driver: str) -> None:
    twilio = start_twilio(driver)
    site, user = twilio.site, twilio.site.enrolled_user()
    browser = site.sign_in(user, browser_of(site))
    watch = Watch(site, user)
    site.log.expect(":warn.*UZMFA1036", times=1)
    twilio.double.script("create_challenge", play.error(20503))
    code = user.app.fresh()
    assert browser.verify(code).status == 503
    assert "20503" in watch.saw("provider_unavailable", "totp")["detail"]
    assert_told_nowhere(site, code, user.app.secret, twilio.double.auth_token)


def test_R87_ways_in_without_the_app_are_events(each_site: Site) -> None:
    user = each_site.enrolled_user()
    browser = each_site.sign_in(user, browser_of(each_site))
    watch = Watch(each_site, user)
    assert browser.recover(user.recovery_codes[0]).status == 303
    assert watch.saw("recovery_used", "recovery")["detail"] == "9 left"
    code = each_site.administrator().json("user", "temp-code", user.name)["temporary_code"]
    each_site.sign_in(user, browser)
    watch = Watch(each_site, user)
    assert browser.recover(code).status == 303
    watch.saw("temporary_used", "temporary")
    assert_told_nowhere(each_site, *user.recovery_codes, code)


def test_R87_the_wrong_code_that_begins_a_wait_says_so(each_site: Site) -> None:
    user = each_site.enrolled_user()
    browser = each_site.sign_in(user, browser_of(each_site))
    watch = Watch(each_site, user)
    for number, follows in enumerate(["", "", "", "", ", a wait begins"], 1):
        assert browser.verify(user.app.wrong()).status == 401
        assert watch.saw("wrong_code", "totp")["detail"] == f"{number} in a row{follows}"
    assert browser.verify(user.app.fresh()).status == 429
    watch.saw("too_many_codes", "totp")


@pytest.mark.parametrize("driver", DRIVERS)
def test_R87_R25_a_factor_that_is_closed_is_an_event(start_site: StartSite, driver: str) -> None:
    site = start_site(driver, server=["UzmfaFailureLimit 2", "UzmfaFailureCap 2"])
    user = site.enrolled_user()
    browser = site.sign_in(user, browser_of(site))
    watch = Watch(site, user)
    for number, follows in enumerate(["", ", none is looked at any more"], 1):
        assert browser.verify(user.app.wrong()).status == 401
        assert watch.saw("wrong_code", "totp")["detail"] == f"{number} in a row{follows}"
    assert browser.verify(user.app.fresh()).status == 403
    watch.saw("factor_closed", "totp")


@pytest.mark.parametrize("way", ["code", "recovery"])
def test_R87_a_session_that_ends_before_its_code_comes_is_an_event_and_costs_no_try(each_site: Site, way: str) -> None:
    user = each_site.enrolled_user()
    browser = each_site.sign_in(user, browser_of(each_site))
    page, right, wrong = (("verify", user.app.fresh(), user.app.wrong()) if way == "code" else
                          ("recovery", user.recovery_codes[0], "AAAA-AAAA-AAAA-AAAA"))
    form = browser.fetch(f"{OWN}/{page}")
    assert browser.submit(form, code=wrong).status == 401
    watch = Watch(each_site, user)
    each_site.database.update(user.name, password=php_hash("another one", 4, False))
    assert_sent_to(browser.submit(form, code=right), "login")
    watch.saw("session_over")
    assert [row["failures"] for row in each_site.database.own_rows(user.name, "uzmfa_attempt")] == [1]
    assert len(each_site.database.own_rows(user.name, "uzmfa_recovery_code")) == 10


def test_R87_a_step_up_is_an_event(start_site: StartSite) -> None:
    site = start_site(movable_clock=True, server=place("Location", "/erp/vault", ["UzmfaVerifiedWithin 5min"]))
    user = site.add_user()
    browser = site.verify(user, browser_of(site))
    site.clock.forward(301)
    form = browser.follow(browser.fetch("/erp/vault"))
    watch = Watch(site, user)
    assert browser.submit(form, code=user.app.fresh()).location == "/erp/vault"
    assert watch.saw("code_accepted", "totp")["detail"] == "verified again"


@pytest.mark.parametrize("driver", DRIVERS)
def test_R87_what_a_user_does_on_the_own_page_is_an_event(start_site: StartSite, driver: str) -> None:
    site = start_site(driver, server=["UzmfaRememberBrowser 720h"])
    user = site.enrolled_user()
    browser = site.sign_in(user, browser_of(site))
    watch = Watch(site, user)
    assert browser.submit(browser.fetch(f"{OWN}/verify"), code=user.app.fresh(), remember="1").status == 303
    assert watch.saw("code_accepted", "totp")["detail"] == "browser remembered"

    def name_of(field: str) -> str:
        return browser.fetch(f"{OWN}/account").page.form(field).fields[field]

    for action, event, fields in (
            ("end-session", "own_session_ended", {"session": name_of("session")}),
            ("forget-browser", "browser_forgotten", {"browser": name_of("browser")}),
            ("end-others", "other_sessions_ended", {}),
            ("new-codes", "recovery_codes_made", {"password": PASSWORD}),
            ("replace", "factor_replacing", {"password": PASSWORD})):
        assert browser.act(action, **fields).status in (200, 303)
        watch.saw(event, "totp")
        browser.fetch(f"{OWN}/account")
        assert len(events_of(site, user.name)) == watch.rows


@pytest.mark.parametrize("driver", DRIVERS)
def test_R87_a_sign_in_in_a_remembered_browser_is_an_event(start_site: StartSite, driver: str) -> None:
    site = start_site(driver, server=["UzmfaRememberBrowser 720h"])
    user = site.enrolled_user()
    browser = site.sign_in(user, browser_of(site))
    assert browser.submit(browser.fetch(f"{OWN}/verify"), code=user.app.fresh(), remember="1").status == 303
    browser.log_out()
    watch = Watch(site, user)
    assert browser.sign_in(user.name, PASSWORD).location == "/"
    watch.saw("browser_known", "remembered")
    assert_told_nowhere(site, *browser.cookies.values())


def test_R87_a_sign_in_by_another_AuthType_is_an_event(start_site: Callable[..., Site]) -> None:
    site = start_site(modules=["auth_basic"], gate=BASIC_GATE)
    user = site.add_user()
    browser = site.basic_browser(user, **{"User-Agent": AGENT})
    watch = Watch(site, user)
    assert browser.fetch("/").leads_to == f"{OWN}/enroll"
    watch.saw("signed_in")
    browser.fetch("/")
    assert len(events_of(site, user.name)) == watch.rows


def test_a_name_that_nobody_has_is_kept_as_text_only(each_site: Site) -> None:
    each_site.browser().sign_in("no such name", "x")
    (event,) = events_of(each_site, "no such name")
    assert (event["event"], event["uuid"]) == ("wrong_password", "")


@pytest.mark.parametrize(("name", "written"), [
    ("a, session 0000000000000000, node x", r'"a, session 0000000000000000, node x"'),
    ('a" , user root', r'"a"" , user root"'),
    ("a\\", r"a\\"),
    ('a\\", user root', r'"a\\"", user root"'),
    ("a\r\nUZMFA1028 code_accepted: code accepted, user root", r'"a\r\nUZMFA1028 code_accepted: code accepted, user root"'),
    ("a\x1b[2J\x07", r'"a\x1b[2J\x07"'),
    ("Jörg", r"J\xc3\xb6rg"),
    ("x" * 4000, "x" * 255),
])
@pytest.mark.parametrize("agent", [AGENT, "x\", user root\xc2\x9b2J, session 0000000000000000", "\xff\xfe" + "y" * 2000])
def test_R88_neither_a_name_nor_a_header_forges_a_line_or_a_field(each_site: Site, name: str, written: str, agent: str) -> None:
    browser = each_site.browser(headers={"User-Agent": agent, "Referer": "https://x/, user root, session 0000000000000000"})
    before = each_site.database.execute("SELECT coalesce(max(id), 0) AS id FROM uzmfa_event")[0]["id"]
    lines = len(each_site.log.lines())
    assert browser.sign_in(name, "x").status == 401
    (line,) = [line for line in each_site.log.lines()[lines:] if "UZMFA1020" in line]
    assert not any(ord(character) < 32 or ord(character) == 127 for character in line)
    assert re.search(rf"\] UZMFA1020 wrong_password: wrong user name or password, user {re.escape(written)}, "
                     rf"session [0-9a-f]{{16}}, node {re.escape(NODE)}(, referer: .*)?$", line), line
    assert not [one for one in each_site.log.lines()[lines:] if "UZMFA1028" in one.partition("] UZMFA")[0] or one.startswith("UZMFA")]
    (row,) = each_site.database.execute("SELECT * FROM uzmfa_event WHERE id > ?", (before,))
    assert row["event"] == "wrong_password" and row["uuid"] == ""
    assert row["username"] == re.sub(r"[\x00-\x1f]", "?", name)[:255]
    assert len(row["browser"].encode()) <= 255 and not re.search(r"[\x00-\x1f\x7f]", row["browser"])


def test_an_event_that_cannot_be_kept_changes_no_answer(start_site: Callable[..., Site]) -> None:
    site = start_site()
    user = site.enrolled_user()
    site.database.execute("ALTER TABLE uzmfa_event RENAME TO gone")
    site.log.expect(":error.*UZMFA1110 ", times=1)
    browser = site.verify(user)
    assert browser.fetch("/").status == 200
    assert len(site.log.lines(":info.*UZMFA1110 ")) >= 1
    site.database.execute("ALTER TABLE gone RENAME TO uzmfa_event")
    browser.log_out()
    assert names_of(site, user.name)[-1] == "signed_out"


@pytest.mark.parametrize("driver", ["sqlite3", "pgsql"])
def test_events_are_kept_for_UzmfaEventRetention(build_site: Callable[..., Site], driver: str) -> None:
    site = build_site(driver)
    site.configure(server=["UzmfaEventRetention 1h"])
    for age in (10, 3000, 3700):
        site.database.execute("INSERT INTO uzmfa_event (at, event, username, uuid, address, browser, session, method, node, made_by, detail)"
                              " VALUES (?, 'old', ?, '', '', '', '', '', '', '', '')", (int(site.clock.now()) - age, f"before {age}"))
    site.httpd.start()
    site.browser().sign_in("nobody", "x")
    left = {row["username"] for row in site.database.execute("SELECT username FROM uzmfa_event")}
    assert left == {"nobody", "before 10", "before 3000"}
    site.database.execute("UPDATE uzmfa_event SET at = at - 3700")
    site.browser().sign_in("nobody", "x")
    assert len(site.database.execute("SELECT id FROM uzmfa_event")) == 4, "the next purge is due in an hour"
