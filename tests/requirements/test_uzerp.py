# SPDX-License-Identifier: Apache-2.0
"""uzERP behind its profile, on PostgreSQL, under mod_php and under php-fpm: R77, R100 to R102, R104, R107, R108."""

import time
from collections.abc import Iterator

import pytest

from harness.browser import COOKIE, OWN, SCRIPT, Answer, Browser
from harness.expect import arrive, assert_sent_to
from harness.profile import decisions
from harness.site import Site, User, Workshop, is_open
from harness.uzerp import APP_COOKIES, ENGINES, environment, expired, shown_user, uzerp_site
from harness.wire import RawAnswer, request

INTERVAL = 2
SLACK = 1.5  # httpd's times are whole seconds, and a busy machine is slow
ENVIRONMENT = "/?module=environment"
PROBE = "/lib/scripts/is_logged_in.php"
LOGO = "/data/company1/logos/print-logo.jpg"
LOGOUT = "/?module=login&action=logout"

# Debian's php-fpm.conf hands the client's credentials on, and other instructions for PHP do it in other ways.
TRICKS = ['SetEnvIfNoCase ^Authorization$ "(.+)" HTTP_AUTHORIZATION=$1',
          'SetEnvIf Authorization "(.*)" REDIRECT_HTTP_AUTHORIZATION=$1',
          'SetEnvIf X-Authorization "(.+)" HTTP_AUTHORIZATION=$1',
          '<DirectoryMatch "/uzerp">', "CGIPassAuth On", "</DirectoryMatch>"]


@pytest.fixture(scope="module", params=ENGINES)
def uzerp(request: pytest.FixtureRequest, workshop: Workshop) -> Iterator[Site]:
    """The profile behind settings that would pass a client's credentials on, looking at rows every two seconds."""
    with uzerp_site(workshop.build, request.param, [f"UzmfaRecheckInterval {INTERVAL}s", *TRICKS]) as site:
        yield site


def with_cookies(site: Site, **cookies: str | None) -> Browser:
    """A browser that has these cookies, and nothing else."""
    browser = site.browser()
    browser.cookies = {name: value for name, value in cookies.items() if value is not None}
    return browser


# --- R100: who the user is ---

CREDENTIALS = ["Basic YWRtaW46eA==", "basic YWRtaW46eA==", "BASIC YWRtaW46eA==", "Basic  YWRtaW46eA==", "Bearer admin",
               'Digest username="admin", realm="ERP", uri="/", response="x"', "Negotiate admin", "admin"]


def assert_is(seen: dict[str, str], user: User) -> None:
    """PHP takes its user for this one, and has nothing of what the client said."""
    assert (seen["PHP_AUTH_USER"], seen["REMOTE_USER"]) == (user.name, user.name)
    assert seen["UZMFA_DECISION"] == "verified"
    forged = [name for name, value in seen.items()
              if name.removeprefix("REDIRECT_") in ("HTTP_AUTHORIZATION", "PHP_AUTH_PW", "PHP_AUTH_DIGEST")
              or name.endswith("_USER") and value != user.name]
    assert forged == []


def test_R100_php_is_told_the_verified_user_whatever_credentials_are_sent(uzerp: Site) -> None:
    user = uzerp.add_user()
    browser = uzerp.verify(user)
    assert_is(environment(browser.fetch(ENVIRONMENT)), user)
    for name in ("Authorization", "authorization", "AUTHORIZATION"):
        for value in CREDENTIALS:
            answer = browser.request("GET", ENVIRONMENT, headers={name: value})
            assert_is(environment(answer), user)
            assert "YWRtaW46eA" not in answer.text
    assert shown_user(browser.request("GET", "/", headers={"Authorization": CREDENTIALS[0]})) == user.name


def test_R100_R77_other_names_and_repeated_headers_are_believed_no_more(uzerp: Site) -> None:
    user = uzerp.add_user()
    session = uzerp.verify(user).session

    def ask(*headers: str) -> dict[str, str]:
        raw: RawAnswer = uzerp.raw(request(f"GET {ENVIRONMENT} HTTP/1.1", f"Cookie: {COOKIE}={session}", *headers))
        assert raw.status == 200
        return dict(line.split("=", 1) for line in raw.body.decode().splitlines() if "=" in line)

    assert_is(ask("Authorization: Bearer x", "Authorization: Basic YWRtaW46eA==", "authorization: Basic YWRtaW46eA=="), user)
    seen = ask("X-Remote-User: admin", "X_Remote_User: admin", "X-Forwarded-User: admin", "X-Forwarded-For: 192.0.2.1",
               "X_Forwarded_Host: evil.test", "Forwarded: host=evil.test")
    assert_is(seen, user)
    assert [name for name in seen if name.startswith(("HTTP_X_", "HTTP_FORWARDED"))] == []


def test_R100_credentials_that_the_server_takes_from_another_header_are_believed_no_more(uzerp: Site) -> None:
    user = uzerp.add_user()
    answer = uzerp.verify(user).request("GET", ENVIRONMENT, headers={"X-Authorization": "Basic YWRtaW46eA=="})
    assert_is(environment(answer), user)


def test_R100_credentials_alone_open_nothing(uzerp: Site) -> None:
    user = uzerp.enrolled_user()
    for value in CREDENTIALS:
        credentials = {"Authorization": value}
        assert_sent_to(uzerp.browser().request("GET", "/", headers=credentials), "login")
    signed_in = uzerp.sign_in(user)
    assert_sent_to(signed_in.request("GET", "/", headers={"Authorization": CREDENTIALS[0]}), "verify")


# --- R101, R102: one user's session of the application is never the next one's ---

def test_R101_the_stand_in_trusts_its_own_cookie_as_uzerp_does(uzerp: Site) -> None:
    alice, bob = uzerp.add_user(), uzerp.add_user()
    hers, his = uzerp.verify(alice), uzerp.verify(bob)
    assert shown_user(hers.fetch("/")) == alice.name
    assert set(APP_COOKIES) <= set(hers.cookies)
    both = with_cookies(uzerp, PHPSESSID=hers.cookies["PHPSESSID"], **{COOKIE: his.session})
    assert shown_user(both.fetch("/")) == alice.name


def test_R101_after_a_sign_out_the_next_user_of_the_browser_is_himself(uzerp: Site) -> None:
    alice, bob = uzerp.add_user(), uzerp.add_user()
    browser = uzerp.verify(alice)
    assert shown_user(browser.fetch("/")) == alice.name
    answer = browser.log_out()
    assert_sent_to(answer, "login")
    assert expired(answer) >= set(APP_COOKIES)
    assert not set(browser.cookies) & set(APP_COOKIES)
    uzerp.verify(bob, browser)
    assert shown_user(browser.fetch("/")) == bob.name


def test_R101_a_change_of_user_without_a_sign_out_ends_the_former_ones_session(uzerp: Site) -> None:
    alice, bob = uzerp.add_user(), uzerp.add_user()
    browser = uzerp.verify(alice)
    assert shown_user(browser.fetch("/")) == alice.name
    answer = browser.sign_in(bob.name, bob.password)
    assert answer.status == 303 and expired(answer) >= set(APP_COOKIES)
    bob.authenticator = browser.enroll()
    assert shown_user(browser.fetch("/")) == bob.name


def test_R101_a_planted_session_of_the_application_does_not_outlive_the_sign_in(uzerp: Site) -> None:
    mallory, alice = uzerp.add_user(), uzerp.add_user()
    attacker = uzerp.verify(mallory)
    assert shown_user(attacker.fetch("/")) == mallory.name
    browser = with_cookies(uzerp, **{name: attacker.cookies[name] for name in APP_COOKIES})
    uzerp.verify(alice, browser)
    assert shown_user(browser.fetch("/")) == alice.name


@pytest.mark.parametrize("target", [LOGOUT, "/?action=logout&module=login",
                                    "/index.php?pid=7&action=logout&x=1&module=login&y=",
                                    "/?module=log%69n&%61ction=%6cogout", "//index%2ephp?module=login&action=logout"])
def test_R102_the_applications_logout_reaches_it_and_ends_both_sessions(uzerp: Site, target: str) -> None:
    user = uzerp.add_user()
    browser = uzerp.verify(user)
    assert shown_user(browser.fetch("/")) == user.name
    kept = dict(browser.cookies)
    answer = browser.fetch(target)
    assert (answer.status, answer.location) == (302, "/")
    assert expired(answer) >= {*APP_COOKIES, COOKIE}
    assert_sent_to(browser.follow(answer), "login")
    assert_sent_to(with_cookies(uzerp, **kept).fetch("/"), "login")
    other = uzerp.add_user()
    thief = uzerp.verify(other)
    thief.cookies["PHPSESSID"] = kept["PHPSESSID"]
    assert shown_user(thief.fetch("/")) == other.name


def test_R102_other_addresses_sign_nobody_out(uzerp: Site) -> None:
    user = uzerp.add_user()
    browser = uzerp.verify(user)
    for target in ("/?module=login", "/?action=logout", "/?module=login2&action=logout", "/?xmodule=login&action=logout",
                   "/?module=login&action=logouts", "/?next=module=login&do=action=logout"):
        assert is_open(browser.fetch(target)), target
    assert_sent_to(uzerp.browser().fetch(LOGOUT), "login", "")
    assert is_open(browser.fetch("/"))


# --- what passes without a session, and what does not ---

OPEN = ["/assets/style.css", "/dist/app.js", "/favicon.ico", "/user/theme-default.css", LOGO]
CLOSED = [
    "/", "/index.php", "/?module=dashboard", "/index.php?x=/assets/", "/data/users/alice/report.txt",
    "/data/company1/logos/other.jpg", f"{LOGO}/x", "/data/company1/logos/../../users/alice/report.txt",
    "/data/company1/x/../../users/alice/report.txt", "/index.php/assets/x", "/index.php/assets/style.css",
    "/index.php/favicon.ico", f"/index.php{LOGO}", f"/index.php{PROBE}", f"{PROBE}/x", "/lib/scripts/other.php",
    f"/lib/scripts/other.php{PROBE}", "/lib/scripts/", "/assets/", "/assets/tool.php", "/assets/tool.php/style.css",
    "/assets/tool.PHP", "/assets/../index.php", "/assets/%2e%2e/index.php", "/assets/..%2findex.php", "/assets//../index.php",
    "//index.php", "//assets/tool.php", "/dist/../data/users/alice/report.txt", "/favicon.ico/x", "/favicon.ico.php",
    "/user/notes.txt", "/user/theme.css/../notes.txt", "/user/theme/../notes.css", "/assets;/../index.php",
    "/session.php", "/data/", "/user/",
]


def test_static_files_and_the_print_logo_need_no_cookie(uzerp: Site) -> None:
    before = uzerp.database.statements()
    for target in OPEN:
        for headers in ({}, SCRIPT, {"Sec-Fetch-Mode": None, "Accept": "*/*"}):
            answer = uzerp.browser().request("GET", target, headers=headers)
            assert answer.status == 200 and answer.body, target
            assert COOKIE not in "".join(answer.set_cookies)
        assert uzerp.browser().request("HEAD", target).status == 200
    assert uzerp.database.statements() == before
    assert ("/favicon.ico", "-", "exempt", "-") in decisions(uzerp)


def test_everything_else_is_stopped(uzerp: Site) -> None:
    uzerp.log.allow("AH10244|AH00127|AH01276|AH00026")  # paths that httpd itself refuses
    for target in CLOSED:
        answer = uzerp.browser().fetch(target)
        assert answer.status in (303, 400, 403, 404), f"{target}: {answer.status}"
        assert answer.status != 303 or answer.leads_to == f"{OWN}/login", target
        assert not is_open(answer) and "content" not in answer.text, target
        stopped = uzerp.browser().script(target)
        assert stopped.status in (400, 401, 403, 404) and "content-behind" not in stopped.text, target
        forger = with_cookies(uzerp, **{COOKIE: "forged", "PHPSESSID": "forged"})
        assert not is_open(forger.fetch(target)), target


def test_hidden_files_are_nobodys(uzerp: Site) -> None:
    verified = uzerp.verify(uzerp.add_user())
    for browser in (uzerp.browser(), verified):
        for target in ("/.env", "/.git/config", "/data/.htaccess"):
            answer = browser.fetch(target)
            assert answer.status == 404 and "UZERP" not in answer.text


def test_a_verified_user_gets_every_file_that_is_there(uzerp: Site) -> None:
    browser = uzerp.verify(uzerp.add_user())
    for target in (*OPEN, "/data/users/alice/report.txt", "/lib/scripts/other.php", "/assets/tool.php"):
        assert browser.fetch(target).status == 200, target
    assert browser.fetch("/index.php/assets/x").status == 200


def test_R104_htaccess_is_not_read(uzerp: Site) -> None:
    file = uzerp.httpd.root / "uzerp/data/.htaccess"
    file.write_text("UzmfaEngine Off\nAuthType None\nRequire all granted\n")
    file.chmod(0o644)
    try:
        assert_sent_to(uzerp.browser().fetch("/data/users/alice/report.txt"), "login")
    finally:
        file.unlink()


# --- the application's own questions ---

def assert_probe(answer: Answer, is_signed_in: bool) -> None:
    assert answer.status == 200 and answer.json() == {"logged_in": is_signed_in}


def test_the_probe_says_no_to_whoever_is_signed_out(uzerp: Site) -> None:
    assert_probe(uzerp.browser().script(PROBE), False)
    user = uzerp.add_user()
    browser = uzerp.verify(user)
    assert_probe(browser.script(PROBE), False)  # the application has not seen the user yet
    browser.fetch("/")
    assert_probe(browser.script(PROBE), True)
    kept = browser.cookies["PHPSESSID"]
    assert_probe(with_cookies(uzerp, PHPSESSID=kept).script(PROBE), False)
    browser.log_out()
    browser.cookies["PHPSESSID"] = kept
    assert_probe(browser.script(PROBE), False)


def test_the_probe_learns_of_no_user_and_no_cookie_without_a_session(uzerp: Site) -> None:
    browser = with_cookies(uzerp, PHPSESSID="planted", csrf_token="x", username="admin", uzerpdevice="y", theme="dark")
    for value in CREDENTIALS:
        answer = browser.request("GET", PROBE, headers={**SCRIPT, "Authorization": value, "X-Remote-User": "admin"})
        assert_probe(answer, False)
        assert (answer.headers["X-Seen-User"] or "", answer.headers["X-Seen-Authorization"] or "") == ("", "")
        assert "theme" in answer.headers["X-Seen-Cookies"] and "PHPSESSID" not in answer.headers["X-Seen-Cookies"]
        assert not set(APP_COOKIES) & set(answer.headers["X-Seen-Cookies"].split())
        browser.cookies.update(PHPSESSID="planted")


def test_a_pending_sign_in_is_no_session_for_the_probe(uzerp: Site) -> None:
    user = uzerp.add_user()
    verified = uzerp.verify(user)
    assert shown_user(verified.fetch("/")) == user.name
    pending = uzerp.sign_in(user)
    pending.cookies["PHPSESSID"] = verified.cookies["PHPSESSID"]
    answer = pending.script(PROBE)
    assert_probe(answer, False)
    assert (answer.headers["X-Seen-User"] or "") == ""


@pytest.mark.parametrize(("target", "headers"), [
    ("/?module=orders&ajax=", SCRIPT), ("/?module=orders&json=", SCRIPT), ("/?module=orders&dialog=", SCRIPT),
    ("/?module=orders", {"Sec-Fetch-Mode": None, "X-Requested-With": "XMLHttpRequest", "Accept": "text/html, */*; q=0.01"}),
    ("/?module=orders&ajax=", {"Sec-Fetch-Mode": "cors", "Accept": "*/*"}),
])
def test_a_partial_load_without_a_session_gets_a_problem_document(uzerp: Site, target: str, headers: dict[str, str]) -> None:
    for method in ("GET", "POST"):
        answer = uzerp.browser().request(method, target, b"" if method == "POST" else None, headers)
        assert answer.status == 401 and "Location" not in answer.headers
        assert answer.headers["WWW-Authenticate"] == "Uzmfa"
        assert answer.headers["Content-Type"].startswith("application/problem+json")
        assert answer.json()["error"] == "sign_in_required"


def test_partial_loads_of_a_verified_user_are_the_applications(uzerp: Site) -> None:
    user = uzerp.add_user()
    browser = uzerp.verify(user)
    assert browser.script("/?module=orders&json=").json() == {"status": True, "user": user.name}
    for target in ("/?module=orders&ajax=", "/?module=orders&dialog="):
        answer = browser.script(target)
        assert is_open(answer) and "<html" not in answer.text


def test_the_way_back_from_the_tax_office_finds_the_session(uzerp: Site) -> None:
    target = "/?module=vat&controller=vat&action=getAuthToken&code=a1b2&state=c3d4"
    from_there = {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-User": "?1", "Referer": "https://tax.example.net/"}
    browser = uzerp.browser()
    user = uzerp.add_user()
    answer = browser.sign_in(user.name, user.password)
    (line,) = [line for line in answer.set_cookies if line.startswith(f"{COOKIE}=") and "Max-Age=0" not in line]
    assert "SameSite=Lax" in line.split("; ")
    user.authenticator = browser.enroll()
    answer = browser.request("GET", target, headers=from_there)
    assert is_open(answer) and answer.page.by_id("path").text == target and shown_user(answer) == user.name
    assert_sent_to(uzerp.browser().request("GET", target, headers=from_there), "login", target)


# --- R107, R108: the columns, as the application writes them ---

def open_form(clerk: Browser, user: User) -> Answer:
    """The application's user form of somebody, as it stands now."""
    answer = clerk.fetch(f"/?module=users&username={user.name}")
    assert answer.status == 200
    return answer


def save(clerk: Browser, form: Answer) -> None:
    """Write back what the form has loaded."""
    assert clerk.submit(form, "mfa_sid").status == 303


def await_end(browser: Browser) -> None:
    """The session ends within the interval."""
    began = time.monotonic()
    while is_open(browser.fetch("/")):
        assert time.monotonic() - began < INTERVAL + SLACK, "still open"
        time.sleep(0.1)


def test_R107_R108_a_form_that_was_opened_before_the_enrollment_takes_it_back(uzerp: Site) -> None:
    clerk = uzerp.verify(uzerp.add_user())
    user = uzerp.add_user(uuid=None, mfa_sid=None, mfa_enrolled=None, mfa_enabled=None)
    form = open_form(clerk, user)
    browser = uzerp.verify(user)
    row = uzerp.database.row(user.name)
    assert row["uuid"] and row["mfa_sid"] and (row["mfa_enrolled"], row["mfa_enabled"]) == (True, True)
    assert is_open(browser.fetch("/"))
    save(clerk, form)
    row = uzerp.database.row(user.name)
    assert [row[name] for name in ("uuid", "mfa_sid", "mfa_enrolled", "mfa_enabled")] == [None] * 4
    await_end(browser)
    again = uzerp.sign_in(user)
    assert_sent_to(again.fetch("/"), "enroll")
    assert_sent_to(again.fetch(f"{OWN}/verify"), "enroll")
    again.enroll()
    assert shown_user(again.fetch("/")) == user.name


@pytest.mark.long
def test_R108_a_stale_factor_that_is_written_back_means_enrollment(uzerp: Site) -> None:
    clerk = uzerp.verify(uzerp.add_user())
    user = uzerp.enrolled_user()
    form = open_form(clerk, user)
    former = user.app
    assert uzerp.administrator().run("user", "reset", user.name).status == 0
    user.authenticator = None
    browser = uzerp.verify(user)
    save(clerk, form)
    row = uzerp.database.row(user.name)
    assert row["mfa_sid"] == form.page.form("mfa_sid").fields["mfa_sid"] and row["mfa_enrolled"] is True
    again = uzerp.sign_in(user)
    assert_sent_to(again.fetch("/"), "enroll")
    assert_sent_to(again.fetch(f"{OWN}/verify"), "enroll")
    for code in (former.code(), user.app.code()):
        page = again.fetch(f"{OWN}/enroll")
        answer = again.submit(page, code=code)
        assert answer.status == 401 and not is_open(again.fetch("/"))
    user.authenticator = again.enroll()
    assert shown_user(again.fetch("/")) == user.name
    time.sleep(INTERVAL + SLACK)
    assert not is_open(browser.fetch("/"))


@pytest.mark.long
def test_R108_columns_that_are_cleared_amid_a_session_end_it(uzerp: Site) -> None:
    clerk = uzerp.verify(uzerp.add_user())
    users = [uzerp.add_user(), uzerp.add_user(mfa_enrolled=False, mfa_enabled=False)]
    forms = [open_form(clerk, user) for user in users]
    browsers = [uzerp.verify(user) for user in users]
    time.sleep(INTERVAL + 1)  # a recheck has found nothing
    assert all(is_open(browser.fetch("/")) for browser in browsers)
    for form in forms:
        save(clerk, form)
    for browser, user in zip(browsers, users):
        await_end(browser)
        assert arrive(browser, "/").target.startswith(f"{OWN}/login")
        assert not is_open(uzerp.sign_in(user).fetch("/"))
    assert is_open(clerk.fetch("/"))


def test_R108_a_skip_that_is_written_back_with_a_stale_factor_opens_nothing(uzerp: Site) -> None:
    clerk = uzerp.verify(uzerp.add_user())
    user = uzerp.enrolled_user()
    uzerp.database.update(user.name, mfa_enabled=False)
    form = open_form(clerk, user)
    assert uzerp.administrator().run("user", "reset", user.name).status == 0
    save(clerk, form)
    assert uzerp.database.row(user.name)["mfa_enabled"] is False
    assert_sent_to(uzerp.sign_in(user).fetch("/"), "enroll")
