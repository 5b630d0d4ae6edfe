# SPDX-License-Identifier: Apache-2.0
"""R38: in a run through everything that handles a secret, no log, table, page of the server's state or address has one."""

import re
from collections.abc import Callable
from urllib.parse import quote

import pytest

from harness import twilio as play
from harness.audit_log import AuditLog
from harness.browser import OWN, Answer, Browser
from harness.configuration import place
from harness.provider import TwilioSite, await_true
from harness.site import PASSWORD, Site, User

DATABASE_PASSWORD = "database-password-53d1"
WRONG_PASSWORD = "a wrong password 8e21"
PREFIX = re.compile(r"^\[[^]]*\] \[[^]]*\] \[pid [^]]*\] ")  # time and numbers of processes may look like a code
ACCESS_LOG = (r'LogFormat "%h %l %u \"%r\" %>s \"%{Referer}i\" \"%{User-Agent}i\" %{UZMFA_DECISION}e %{UZMFA_METHOD}e '
              r'%{UZMFA_VERIFIED_AT}e %U %q" all')


class Keeper(Browser):
    """A browser whose owner writes down every secret that goes or comes."""

    def __init__(self, site: Site, secrets: set[str]) -> None:
        super().__init__(site.httpd.port, site.certificate.client(), site.clock)
        self.secrets = secrets

    def request(self, *arguments: object, **named: object) -> Answer:
        answer = super().request(*arguments, **named)
        self.secrets |= set(self.cookies.values())
        if "html" in (answer.headers["Content-Type"] or "") and answer.body:
            self.secrets |= {form.fields["csrf"] for form in answer.page.forms() if "csrf" in form.fields}
            self.secrets |= set(answer.recovery_codes)
            if "otpauth:" in answer.text:
                uri = answer.page.by_id("otpauth")["href"]
                self.secrets |= {uri, quote(uri), *re.findall(r"secret=(\w+)", uri)}
        return answer


class Run:
    """One site, what its people typed and were shown, and all that anybody else could read of it."""

    def __init__(self, site: Site, driver: str, *secrets: str) -> None:
        self.site = site
        self.driver = driver
        self.secrets = {PASSWORD, WRONG_PASSWORD, *secrets, *site.keys.read_text().split()}
        self.codes: set[str] = set()
        self.audit = AuditLog(site.httpd.root / "audit.log")
        self.access = site.httpd.root / "access.log"
        self.shown = ""

    def server(self) -> list[str]:
        return [self.audit.directive, "LogLevel debug", ACCESS_LOG, f'CustomLog "{self.access}" all', "ExtendedStatus On",
                "UzmfaRememberBrowser 720h", *place("Location", f"{OWN}/admin", ["UzmfaAdmin On", "Require user chief"]),
                *place("Location", "/server-status", ["UzmfaEngine Off", "AuthType None", "Require all granted",
                                                      "SetHandler server-status"])]

    def database(self) -> list[str]:
        lines = self.site.database.directives()
        return lines if self.driver == "sqlite3" else [lines[0], f'{lines[1][:-1]} password={DATABASE_PASSWORD}"']

    def browser(self) -> Keeper:
        return Keeper(self.site, self.secrets)

    def look(self) -> None:
        """Read what the server shows of itself; the last request stays to be seen there for a while."""
        self.shown += self.site.browser().fetch("/server-status").text

    def wrong(self, user: User) -> str:
        return self.typed(user.app.wrong())

    def typed(self, code: str) -> str:
        self.codes.add(code)
        return code

    def enroll(self, user: User, browser: Keeper) -> None:
        page = browser.fetch(f"{OWN}/enroll?next=%2Ferp%2F")
        browser.fetch(f"{OWN}/enroll/qr.svg")
        user.authenticator = self.site.app(page.page.by_id("otpauth")["href"])
        assert browser.submit(page, code=self.wrong(user)).status == 401
        answer = browser.submit(page, code=self.typed(user.app.fresh()))
        user.recovery_codes = answer.recovery_codes
        assert answer.status == 200 and len(user.recovery_codes) == 10
        self.look()

    def told(self) -> dict[str, str]:
        """Everything but what went to the people themselves."""
        tables = repr(self.site.database.execute("SELECT * FROM uzmfa_event"))
        error_log = "\n".join(PREFIX.sub("", line) for line in self.site.log.path.read_text(errors="replace").splitlines())
        audit_log = re.sub(r'"time":"[^"]*"', "", self.audit.path.read_text())
        return {"error log": error_log, "audit log": audit_log, "access log": self.access.read_text(), "events": tables,
                "server-status": self.shown, "terminal": (self.site.httpd.root / "terminal.log").read_text()}

    def assert_silent(self) -> None:
        assert len(self.secrets) > 30 and len(self.codes) >= 6
        for place_, text in self.told().items():
            found = [secret for secret in self.secrets if secret and secret in text]
            # Six digits may be a part of a digest, of a time, or a colour.
            found += [code for code in self.codes if re.search(rf"(?<![0-9a-f.#]){code}(?![0-9a-f])", text)]
            found += [typed for typed in ("otpauth:", "code=", "password=", "csrf=") if typed in text]
            assert not found, (place_, found)


def sign_in_and_fail(run: Run, user: User, browser: Keeper) -> None:
    assert browser.sign_in(user.name, WRONG_PASSWORD).status == 401
    assert browser.sign_in(user.name, PASSWORD, "/erp/").status == 303
    run.look()


def go_all_ways(run: Run, tool: Callable[..., object]) -> None:
    """Enrollment, verification, wrong codes, a remembered browser, recovery, the own page, help, a script, a reset."""
    site, (user, chief) = run.site, (run.site.add_user(), run.site.add_user("chief"))
    browser = run.browser()
    sign_in_and_fail(run, user, browser)
    run.enroll(user, browser)
    for answer in (browser.fetch("/erp/"), browser.script("/env"), browser.fetch(f"{OWN}/account")):
        assert answer.status == 200
    browser.log_out()
    assert browser.script("/erp/").status == 401

    sign_in_and_fail(run, user, browser)
    form = browser.fetch(f"{OWN}/verify")
    for code in (run.wrong(user), "123 45", "not a code"):
        assert browser.submit(form, code=run.typed(code)).status == 401
    assert browser.submit(form, code=run.typed(user.app.fresh()), remember="1").status == 303
    assert browser.act("new-codes", password=PASSWORD).status == 200
    assert browser.act("new-codes", password=WRONG_PASSWORD).status == 401
    run.look()

    other = run.browser()
    sign_in_and_fail(run, user, other)
    assert other.recover(user.recovery_codes[0]).status == 401  # there are new ones
    admin = run.browser()
    sign_in_and_fail(run, chief, admin)
    run.enroll(chief, admin)
    assert admin.fetch(f"{OWN}/admin?user={user.name}").status == 200
    made = tool("user", "temp-code", user.name)["temporary_code"]
    run.secrets |= {made, made.replace("-", "")}
    assert other.recover(made).status == 303
    assert other.post(f"{OWN}/login", {"csrf": "stale", "username": "somebody-else", "password": PASSWORD}).status == 403
    assert other.post(f"{OWN}/verify", b"code=1&code=2").status in (303, 400)
    assert other.fetch(f"{OWN}/nothing").status == 404
    page = admin.fetch(f"{OWN}/admin?user={user.name}")
    (form,) = [form for form in page.page.forms() if form.fields.get("action") == "reset"]
    assert admin.post(form.action, {**form.fields, "confirm": "1"}).status in (200, 303)
    assert browser.fetch("/erp/").status == 303
    run.look()


@pytest.mark.parametrize("driver", ["sqlite3", "pgsql"])
def test_R38_no_secret_is_told_where_the_module_checks_the_codes(build_site: Callable[..., Site], driver: str) -> None:
    run = Run(build_site(driver), driver, DATABASE_PASSWORD)
    run.site.configure(modules=["status"], server=run.server(), database=run.database())
    run.site.httpd.start()
    tool = run.site.administrator()
    go_all_ways(run, tool.json)
    if driver == "pgsql":
        run.site.log.allow("dbd:|UZMFA1031|UZMFA1110|UZMFA1093")
        run.site.database.go_down()
        await_true(lambda: run.browser().sign_in("anybody", PASSWORD).status == 503, "the database is still there")
        run.site.database.come_back()
    said = tool.run("check", "--json").said + tool.run("user", "list", "--json").said + tool.run("events", "--json").said
    assert not [secret for secret in run.secrets if secret in said]
    run.assert_silent()
    assert len(run.audit.entries()) > 15 and "/uzmfa/verify" in run.access.read_text() and "uzmfa" in run.shown


def test_R38_no_secret_is_told_where_Twilio_checks_the_codes(start_twilio: Callable[..., TwilioSite]) -> None:
    twilio = start_twilio("sqlite3")
    run = Run(twilio.site, "sqlite3", twilio.double.auth_token)
    twilio.configure(modules=["status"], server=run.server())
    twilio.site.httpd.restart()
    go_all_ways(run, twilio.administrator().json)
    twilio.site.log.allow("UZMFA103[67]|UZMFA1102")
    for name, behaviour in (("create_factor", play.error(20003)), ("create_factor", play.not_json()),
                            ("create_factor", play.half_answer()), ("create_factor", play.redirect("https://example.com/"))):
        browser = run.browser()
        sign_in_and_fail(run, twilio.site.add_user(), browser)
        twilio.double.script(name, behaviour)
        assert browser.fetch(f"{OWN}/enroll").status == 503
    user, browser = twilio.site.add_user(), run.browser()
    sign_in_and_fail(run, user, browser)
    run.enroll(user, browser)
    browser.log_out()
    sign_in_and_fail(run, user, browser)
    twilio.double.script("create_challenge", play.not_json())
    assert browser.verify(run.typed(user.app.fresh())).status == 503
    run.assert_silent()
