# SPDX-License-Identifier: Apache-2.0
"""R101, R102: the application's own session ends with ours, and ours with the application's."""

import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from http.cookies import SimpleCookie

import pytest

from harness.browser import COOKIE, OWN, Answer, Browser
from harness.configuration import BASIC_GATE, place
from harness.expect import assert_sent_to
from harness.site import Site, Workshop, is_open

Build = Callable[..., Site]
COOKIES = ("PHPSESSID", "csrf_token")
LOGOUT = "/env?action=logout&module=login"
LOGOUT_LINE = r'UzmfaAppLogout "^/env\?(?=.*\bmodule=login\b).*\baction=logout\b"'
APP = ["UzmfaAppCookies " + " ".join(COOKIES), LOGOUT_LINE]


@pytest.fixture(scope="module", params=["sqlite3", "pgsql"])
def app_site(workshop: Workshop, request: pytest.FixtureRequest) -> Site:
    """A site whose application has cookies of its own; /report only reports, /exempt is exempt."""
    site = workshop.build(request.param)
    script = f"{site.application.folder}/env.cgi"
    site.configure(location=APP, server=[
        f'Alias "/report" "{script}"', f'Alias "/exempt" "{script}"', *place("Location", "/report", ["UzmfaEngine ReportOnly"]),
        *place("Location", "/exempt", ["UzmfaExempt probe true"])])
    site.httpd.start()
    return site


def expired(answer: Answer) -> set[tuple[str, str]]:
    """Name and path of each cookie that an answer takes away."""
    gone = set()
    for line in answer.set_cookies:
        for name, cookie in SimpleCookie(line).items():
            if cookie["max-age"] == "0":
                assert cookie["secure"] and cookie.value == ""
                gone.add((name, cookie["path"]))
    return gone


AT_ROOT = {(name, "/") for name in COOKIES}


def cookies_of(answer: Answer) -> str:
    return next((line.partition("=")[2] for line in answer.text.splitlines() if line.startswith("HTTP_COOKIE=")), "")


def test_R101_sign_in_change_of_user_and_logout_expire_the_applications_cookies(app_site: Site) -> None:
    alice, bob = app_site.add_user(), app_site.add_user()
    browser = app_site.browser()
    assert expired(browser.sign_in(alice.name, "wrong")) == set()
    assert expired(browser.sign_in(alice.name, alice.password)) == AT_ROOT
    page = browser.fetch(f"{OWN}/enroll")
    assert expired(page) == set()
    alice.authenticator = browser.enroll()
    browser.cookies |= {"PHPSESSID": "alice's", "csrf_token": "t", "other": "o"}
    answer = browser.fetch("/env")
    assert expired(answer) == set() and "PHPSESSID=alice's" in cookies_of(answer)
    assert expired(browser.sign_in(bob.name, bob.password)) == AT_ROOT
    assert browser.cookies.keys() == {COOKIE, "other"}
    assert expired(browser.log_out()) == {*AT_ROOT, (COOKIE, "/")}


def test_R101_under_another_auth_type_too(start_site: Build) -> None:
    site = start_site(gate=BASIC_GATE, modules=["auth_basic"], location=APP)
    alice, bob = site.add_user(), site.add_user()
    browser = site.basic_browser(alice)
    stopped = browser.fetch("/")
    assert stopped.status == 303 and expired(stopped) == AT_ROOT
    browser.enroll()
    assert expired(browser.fetch("/")) == set()
    other = site.basic_browser(bob)
    other.session = browser.session
    assert expired(other.fetch("/")) == AT_ROOT


def test_R101_cookies_of_an_inner_place_go_too_with_its_path(start_site: Build) -> None:
    site = start_site(location=["UzmfaAppCookies outer"], server=place("Location", "/erp", ["UzmfaAppCookies inner"]))
    user = site.add_user()
    assert expired(site.browser().sign_in(user.name, user.password)) == {
        ("outer", "/"), ("inner", "/"), ("inner", "/erp"), ("inner", "/erp/")}


def test_R101_cookies_with_a_path_or_a_domain_go_where_the_application_has_put_them(start_site: Build) -> None:
    site = start_site(location=['UzmfaAppCookies plain "deep; Path=/erp/" "wide; Domain=.example.test" "both; domain=example.test; path=/erp"'])
    user = site.add_user()
    answer = site.browser().sign_in(user.name, user.password)
    gone = {tuple(part for part in line.split("; ") if part not in ("Max-Age=0", "HttpOnly", "SameSite=Lax", "Secure"))
            for line in answer.set_cookies if "Max-Age=0" in line}
    paths = ("Path=/", "Path=/erp", "Path=/erp/")
    assert gone == {("plain=", "Path=/"), *(("deep=", path) for path in paths),
                    ("wide=", "Path=/"), ("wide=", "Path=/", "Domain=.example.test"),
                    *(("both=", path) for path in paths), *(("both=", path, "Domain=example.test") for path in paths)}


def test_R101_a_domain_can_be_taken_from_what_the_application_sets(build_site: Build) -> None:
    edit = 'edit Set-Cookie "(?i)^(PHPSESSID=.*?); *Domain=[^;]*" "$1"'
    site = build_site(location=[*APP, f"Header {edit}", f"Header always {edit}"])
    cookies = ("PHPSESSID=a; path=/; domain=.example.test; HttpOnly", "other=b; domain=.example.test")
    lines = "".join(f"Set-Cookie: {one}\\r\\n" for one in cookies)
    site.application.add("wide.cgi", f"#!/bin/sh\nprintf 'Content-Type: text/plain\\r\\n{lines}\\r\\n'\n").chmod(0o755)
    site.httpd.start()
    answer = site.verify(site.add_user()).fetch("/wide.cgi")
    assert answer.set_cookies == ["PHPSESSID=a; path=/; HttpOnly", cookies[1]]


SPELLINGS = ["PHPSESSID={x}", "a=b; PHPSESSID={x}", "a=b, PHPSESSID={x}", "PHPSESSID={x};a=b", ";PHPSESSID={x}", "phpsessid={x}",
             "PHPSESSID ={x}", "\tPHPSESSID={x}", "PHPSESSID={x}; PHPSESSID={x}", "csrf.token={x}", "csrf token={x}", "csrf[token={x}",
             "PHPSESSID[a]={x}", "CSRF_TOKEN={x}", "a=b PHPSESSID={x}", "a=b\tPHPSESSID={x}", "%50HPSESSID={x}", "\xa0PHPSESSID={x}",
             "PHPSESSID\t= {x}", '"PHPSESSID"={x}']


@pytest.mark.parametrize("target", ["/exempt", "/report"])
def test_R101_without_a_verified_session_the_application_gets_none_of_them(app_site: Site, target: str) -> None:
    browser = app_site.browser() if target == "/exempt" else app_site.sign_in(app_site.enrolled_user())
    for spelling in SPELLINGS:
        cookie = spelling.format(x="secret") + "; keep=1,2; " + f"{COOKIE}={browser.session}"
        answer = browser.request("GET", target, headers={"Cookie": cookie})
        assert answer.status == 200
        assert "secret" not in answer.text, spelling
        assert "keep=1,2" in cookies_of(answer), spelling


def test_R101_other_cookies_stay_as_they_are(app_site: Site) -> None:
    sent = 'PHPSESSID2=a; XPHPSESSID=b; quoted="x; y"; empty=; plain; date=Thu, 01 Jan; csrf_tokens=c'
    assert cookies_of(app_site.browser().request("GET", "/exempt", headers={"Cookie": sent})) == sent


SLOW = """#!/bin/sh
sleep 1.5
printf 'Content-Type: text/plain\\r\\nSet-Cookie: PHPSESSID=hers; path=/\\r\\nSet-Cookie: other=o; path=/\\r\\n\\r\\nslow'
"""


@pytest.mark.parametrize("meanwhile", ["another user signs in", "signed out", "the application's logout"])
def test_R101_a_late_answer_brings_no_cookie_back(build_site: Build, meanwhile: str) -> None:
    site = build_site(location=APP)
    site.application.add("slow.cgi", SLOW).chmod(0o755)
    site.httpd.start()
    alice, bob = site.add_user(), site.add_user()
    browser = site.verify(alice)
    assert any(line.startswith("PHPSESSID=hers") for line in browser.fetch("/slow.cgi").set_cookies)
    late = site.holder(browser.session)
    with ThreadPoolExecutor() as pool:
        waiting = pool.submit(late.fetch, "/slow.cgi")
        time.sleep(0.5)
        if meanwhile == "another user signs in":
            site.sign_in(bob, browser)
        else:
            assert expired(browser.log_out() if meanwhile == "signed out" else browser.fetch(LOGOUT)) >= AT_ROOT
        answer = waiting.result()
    assert answer.text == "slow"
    assert [line.split("=")[0] for line in answer.set_cookies] == ["other"]


@pytest.mark.parametrize("logout", [LOGOUT, "/env?module=login&action=logout", "/env?x=1&module=login&y=2&action=logout",
                                    "/env?module=login&action=log%6Fut", "/env?%6dodule=%6C%6fgin&x=%26&%61ction=logout", "/%65nv?module=login&action=logou%74"])
def test_R102_the_applications_logout_reaches_it_and_ends_our_session(app_site: Site, logout: str) -> None:
    user = app_site.add_user()
    browser = app_site.verify(user)
    copy = app_site.holder(browser.session)
    assert is_open(copy.fetch("/"))
    browser.cookies["PHPSESSID"] = "alice's"
    answer = browser.fetch(logout)
    assert is_open(answer) and f"REMOTE_USER={user.name}\n" in answer.text and "PHPSESSID=alice's" in cookies_of(answer)
    assert expired(answer) == {*AT_ROOT, (COOKIE, "/")}
    assert browser.session is None
    assert_sent_to(copy.fetch("/"), "login")
    assert_sent_to(browser.fetch("/"), "login")
    events = app_site.database.execute("SELECT event FROM uzmfa_event WHERE username = ? AND event = 'signed_out'", (user.name,))
    assert len(events) == 1


def test_R102_a_post_is_a_logout_too(app_site: Site) -> None:
    browser = app_site.verify(app_site.add_user())
    copy = app_site.holder(browser.session)
    assert is_open(browser.post(LOGOUT, {"really": "yes"}))
    assert_sent_to(copy.fetch("/"), "login")


@pytest.mark.parametrize("target", ["/env?module=login", "/env?action=logout", "/erp/env?action=logout&module=login",
                                    "/?next=/env%3Faction=logout&module=login", "/env?next=%26action=logout&module=login",
                                    "/env?action=log%256fut&module=login", "/env?action%3Dlogout&module=login", "/env?action=log%6&module=login"])
def test_R102_other_addresses_end_nothing(app_site: Site, target: str) -> None:
    browser = app_site.verify(app_site.add_user())
    assert expired(browser.fetch(target)) == set()
    assert is_open(browser.fetch("/"))


FRONT = {"an index": ("/", ["DirectoryIndex env.cgi"]), "a fallback": ("/app", ["FallbackResource /env.cgi"]),
         "a rewrite": ("/app", ["RewriteEngine On", "RewriteRule ^app$ /env.cgi"])}


@pytest.mark.parametrize(("path", "lines"), FRONT.values(), ids=FRONT.keys())
def test_R102_what_httpd_looks_up_on_the_way_is_still_signed_in(build_site: Build, path: str, lines: list[str]) -> None:
    site = build_site()
    site.configure(modules=["rewrite"], location=["UzmfaAppCookies PHPSESSID", rf'UzmfaAppLogout "^{path}\?action=logout"'],
                   server=[f'<Directory "{site.application.folder}">', *lines, "</Directory>"])
    site.httpd.start()
    user = site.add_user()
    browser = site.verify(user)
    copy = site.holder(browser.session)
    answer = browser.fetch(f"{path}?action=logout")
    assert is_open(answer) and f"REMOTE_USER={user.name}\n" in answer.text
    assert (COOKIE, "/") in expired(answer)
    assert_sent_to(copy.fetch("/"), "login")


def test_R102_nobody_who_is_not_verified_reaches_it(app_site: Site) -> None:
    user = app_site.enrolled_user()
    assert_sent_to(app_site.browser().fetch(LOGOUT), "login")
    pending = app_site.sign_in(user)
    assert_sent_to(pending.fetch(LOGOUT), "verify")


def test_R102_who_is_signed_in_no_more_is_not_led_to_the_logout_by_the_next_sign_in(app_site: Site) -> None:
    user = app_site.enrolled_user()
    for browser, page in ((app_site.browser(), "login"), (app_site.sign_in(user), "verify")):
        assert "next" not in browser.fetch(LOGOUT).location
        assert_sent_to(browser.fetch(LOGOUT), page, "")
        assert_sent_to(browser.fetch("/erp?x=1"), page, "/erp?x=1")


@pytest.mark.parametrize("asks", ["navigation", "script"])
def test_R102_where_another_verification_is_due_the_logout_ends_the_session_without_the_application(
        build_site: Build, asks: str) -> None:
    site = build_site(movable_clock=True)
    site.configure(location=[*APP, "UzmfaVerifiedWithin 5min"])
    site.httpd.start()
    browser = site.verify(site.add_user())
    copy = site.holder(browser.session)
    site.clock.forward(301)
    if asks == "navigation":
        answer = browser.fetch(LOGOUT)
        assert_sent_to(answer, "login", "")
    else:
        answer = browser.script(LOGOUT)
        assert (answer.status, answer.json()["error"]) == (401, "sign_in_required")
    assert not is_open(answer) and expired(answer) == {*AT_ROOT, (COOKIE, "/")}
    assert browser.session is None
    assert_sent_to(copy.fetch("/"), "login")
    assert len(site.log.lines("UZMFA1022")) == 1


def test_R102_a_page_below_the_one_that_signs_out_does_not_put_the_cookie_back(build_site: Build) -> None:
    site = build_site(movable_clock=True)
    site.configure(location=["UzmfaAppCookies PHPSESSID", 'UzmfaAppLogout "action=logout"'])
    site.httpd.start()
    browser = site.verify(site.add_user())
    site.clock.forward(200)  # the last activity is to be written down
    answer = browser.fetch("/?action=logout")  # DirectoryIndex makes a request of its own
    assert expired(answer) == {("PHPSESSID", "/"), (COOKIE, "/")}
    assert browser.session is None


def test_R102_R84_while_the_database_is_away_it_ends_on_this_node(start_site: Build) -> None:
    site = start_site("pgsql", location=APP)
    browser: Browser = site.verify(site.add_user())
    copy = site.holder(browser.session)
    site.log.allow("error")
    site.database.go_down()
    try:
        answer = browser.fetch(LOGOUT)
        assert answer.status in (200, 503)
        assert not is_open(copy.fetch("/"))
    finally:
        site.database.come_back()


@pytest.mark.parametrize("line", ["UzmfaClearSiteData On", "UzmfaClearSiteData Off", ""])
def test_R61_Clear_Site_Data_goes_with_each_sign_out_and_with_nothing_else(start_site: Build, line: str) -> None:
    vault = place("Location", "/erp/vault", ["UzmfaAppLogout ^/erp/vault$", "UzmfaVerifiedWithin 1min"])
    site = start_site(movable_clock=True, location=[LOGOUT_LINE], server=[line, *vault])
    user = site.add_user()
    browser = site.browser()

    def by_step_up() -> Answer:
        site.clock.forward(61)
        return browser.fetch("/erp/vault")

    for way in (browser.log_out, lambda: browser.fetch(LOGOUT), by_step_up):
        for answer in (browser.fetch(f"{OWN}/login"), browser.sign_in(user.name, user.password)):
            assert "Clear-Site-Data" not in answer.headers
        site.verify(user, browser)
        for target in ("/env", f"{OWN}/account", f"{OWN}/logout"):
            assert "Clear-Site-Data" not in browser.fetch(target).headers
        assert way().headers["Clear-Site-Data"] == ('"cache", "storage"' if line.endswith("On") else None)
        assert not is_open(browser.fetch("/"))
