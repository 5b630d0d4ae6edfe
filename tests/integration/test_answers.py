# SPDX-License-Identifier: Apache-2.0
"""Statuses, headers and documents of the module's answers, and its economy with cookies. Stopped requests: test_calls.py."""

from collections.abc import Callable

import pytest

from harness.browser import FORM, OWN, Answer, Browser
from harness.expect import assert_asked_again, assert_enrolled, assert_passed, assert_sent_to
from harness.site import Site, is_open
from harness.wire import request


@pytest.fixture(scope="module")
def stopped(site: Site) -> dict[str, Browser]:
    """One visitor for each page that may be due."""
    return {"login": site.browser(), "enroll": site.sign_in(site.add_user()), "verify": site.sign_in(site.enrolled_user())}


METHODS = {"login": {"GET", "HEAD", "POST"}, "enroll": {"GET", "HEAD", "POST"}, "verify": {"GET", "HEAD", "POST"},
           "logout": {"GET", "HEAD", "POST"}, "enroll/qr.svg": {"GET", "HEAD"}, "done": {"GET", "HEAD"},
           "style.css": {"GET", "HEAD"}, "uzmfa.js": {"GET", "HEAD"}}


@pytest.mark.parametrize("method", ["PUT", "DELETE", "PATCH", "PROPFIND", "FROBNICATE", "POST"])
@pytest.mark.parametrize("page", METHODS)
def test_another_method_is_not_allowed(stopped: dict[str, Browser], page: str, method: str) -> None:
    if method in METHODS[page]:
        return
    for visitor in stopped.values():
        answer = visitor.request(method, f"{OWN}/{page}")
        assert answer.status == 405
        assert {name.strip() for name in answer.headers["Allow"].split(",")} >= METHODS[page] - {"HEAD"}
        assert method not in answer.headers["Allow"]


@pytest.mark.parametrize("page", ["nowhere", "login/", "login/x", "Login", "enroll/qr.png", "style.css/x", "../uzmfa/nowhere", "%6eowhere",
                                  "login;x", ".", "html/login.html", "layout.html", "login.html", "lang/en.json"])
def test_an_unknown_path_is_not_found(stopped: dict[str, Browser], page: str) -> None:
    for visitor in stopped.values():
        answer = visitor.fetch(f"{OWN}/{page}")
        assert answer.status == 404 and "</html>" in answer.text


@pytest.mark.parametrize("page", ["login", "logout"])
@pytest.mark.parametrize(("body", "status"), [
    (b"username=%00&password=x", 400), (b"username=%zz&password=x", 400), (b"username=%f", 400), (b"username=\xff", 400), (b"a=" + b"b" * 8193, 413),
])
def test_a_bad_form_is_refused(site: Site, page: str, body: bytes, status: int) -> None:
    browser = site.sign_in(site.add_user())
    if page == "logout" and status == 400 and b"%zz" in body:
        body += b"&csrf=" + browser.token().encode()
    assert browser.post(f"{OWN}/{page}", body).status == status


@pytest.mark.parametrize("missing", [("username",), ("password",), ("username", "password")], ids=" and ".join)
def test_a_sign_in_without_a_field_is_a_wrong_password(each_site: Site, missing: tuple[str, ...]) -> None:
    user = each_site.enrolled_user()
    browser = each_site.browser()
    form = browser.fetch(f"{OWN}/login?next=%2Ferp").page.form("username", "password", "csrf")
    fields = {**form.fields, "username": user.name, "password": user.password}
    answer = browser.post(f"{OWN}/login", {name: value for name, value in fields.items() if name not in missing})
    assert_asked_again(answer)
    again = browser.submit(answer, username=user.name, password=user.password)
    assert_sent_to(again, "verify", "/erp")


def test_a_verification_without_a_code_is_an_ill_formed_code(each_site: Site) -> None:
    user = each_site.enrolled_user()
    browser = each_site.sign_in(user)
    before = each_site.database.dump()
    answer = browser.post(f"{OWN}/verify", {"csrf": browser.token()})
    assert_asked_again(answer)
    assert each_site.database.dump() == before
    assert_passed(browser.submit(answer, code=user.app.fresh()))


def test_an_enrollment_without_a_code_is_an_ill_formed_code(each_site: Site) -> None:
    browser = each_site.sign_in(each_site.add_user())
    page = browser.fetch(f"{OWN}/enroll")
    before = each_site.database.dump()
    answer = browser.post(f"{OWN}/enroll", {"csrf": browser.token()})
    assert_asked_again(answer)
    assert each_site.database.dump() == before
    app = each_site.app(page.page.by_id("otpauth")["href"])
    assert_enrolled(browser.submit(answer, code=app.fresh()))


@pytest.mark.parametrize("page", ["login", "enroll", "verify", "logout"])
def test_an_empty_form_lacks_its_token(each_site: Site, page: str) -> None:
    user = each_site.add_user() if page == "enroll" else each_site.enrolled_user()
    browser = each_site.browser()
    browser.fetch(f"{OWN}/login")
    if page in ("enroll", "verify"):
        each_site.sign_in(user, browser)
    elif page == "logout":
        each_site.verify(user, browser)
    assert browser.post(f"{OWN}/{page}").status == 403
    assert is_open(browser.fetch("/")) == (page == "logout")


def test_another_content_type_is_no_form(site: Site) -> None:
    user = site.enrolled_user()
    browser = site.sign_in(user)
    body = f"code={user.app.fresh()}&csrf={browser.token()}".encode()
    for kind in ("text/plain", "application/json", "multipart/form-data; boundary=x", ""):
        answer = browser.post(f"{OWN}/verify", body, {"Content-Type": kind})
        assert answer.status in (400, 415), kind
    assert browser.post(f"{OWN}/verify", body, {"Content-Type": f"{FORM}; charset=UTF-8"}).status == 303


def test_the_way_leads_to_the_page_due(site: Site) -> None:
    user = site.add_user()
    stranger, pending = site.browser(), site.sign_in(user)
    for page in ("enroll", "verify"):
        assert_sent_to(stranger.fetch(f"{OWN}/{page}?next=%2Ferp"), "login", "/erp")
    assert_sent_to(pending.fetch(f"{OWN}/login?next=%2Ferp"), "enroll", "/erp")
    assert_sent_to(pending.fetch(f"{OWN}/verify?next=%2Ferp"), "enroll", "/erp")
    user.authenticator = pending.enroll()
    for page in ("login", "enroll", "verify"):
        assert_passed(pending.fetch(f"{OWN}/{page}?next=%2Ferp"), "/erp")
    again = site.sign_in(user)
    assert_sent_to(again.fetch(f"{OWN}/login?next=%2Ferp"), "verify", "/erp")
    assert_sent_to(again.fetch(f"{OWN}/enroll?next=%2Ferp"), "verify", "/erp")


def test_next_may_stand_in_the_query_of_a_post(site: Site) -> None:
    user = site.enrolled_user()
    browser = site.sign_in(user)
    answer = browser.post(f"{OWN}/verify?next=%2Ferp%3Fa%3D1", {"code": user.app.fresh(), "csrf": browser.token()})
    assert_passed(answer, "/erp?a=1")


def test_the_own_pages_need_no_require(start_site: Callable[..., Site]) -> None:
    site = start_site(gate=["Session On", "AuthType Uzmfa", "Require user nobody", "UzmfaEngine On"])
    user = site.add_user()
    browser = site.browser()
    assert_sent_to(browser.sign_in(user.name, user.password), "enroll")
    assert browser.fetch(f"{OWN}/enroll").status == 200
    assert browser.fetch(f"{OWN}/style.css").status == 200


ERROR_PAGES = ["ErrorDocument 400 /erp", "ErrorDocument 401 /erp", "ErrorDocument 403 \"own text\"", "ErrorDocument 404 /erp",
               "ErrorDocument 405 /erp", "ErrorDocument 413 /erp", 'Header always set Strict-Transport-Security "max-age=1"']


def test_error_documents_of_the_site_do_not_replace_own_pages(start_site: Callable[..., Site]) -> None:
    site = start_site(server=ERROR_PAGES)
    user = site.enrolled_user()
    browser = site.browser()
    answers = [browser.sign_in(user.name, "wrong")]
    assert_asked_again(answers[0])
    assert answers[0].page.form("username", "password")
    site.sign_in(user, browser)
    answers.append(browser.verify("000"))
    assert_asked_again(answers[1])
    assert answers[1].page.form("code")
    refused = browser.post(f"{OWN}/verify", {"code": "123456"})
    assert refused.status == 403 and refused.page.form("code")
    script = browser.script("/erp")
    assert script.json()["error"] == "verification_required"
    assert_passed(browser.verify(user.app.fresh()))
    for answer in (*answers, refused, script, browser.fetch("/"), site.browser().fetch("/")):
        assert answer.headers["Strict-Transport-Security"] == "max-age=1", answer.status


def test_cookies_are_set_when_something_changed_and_only_then(site: Site) -> None:
    user = site.add_user()
    browser = site.browser()

    def cookies(answer: Answer) -> int:
        return len(answer.set_cookies)

    assert cookies(browser.fetch(f"{OWN}/login")) == 1
    assert cookies(browser.fetch(f"{OWN}/login")) == 0
    assert cookies(browser.fetch("/")) == 0
    assert cookies(browser.sign_in("nobody", "wrong")) == 0
    assert cookies(browser.sign_in(user.name, user.password)) == 1
    page = browser.fetch(f"{OWN}/enroll")
    assert cookies(page) <= 1 and cookies(browser.fetch(f"{OWN}/enroll")) == 0
    assert cookies(browser.fetch(f"{OWN}/enroll/qr.svg")) == 0
    assert cookies(browser.submit(page, code="000")) == 0
    app = site.app(page.page.by_id("otpauth")["href"])
    assert cookies(browser.submit(page, code=app.fresh())) == 1
    for target in ("/", "/env", "/static.html", "/missing", "/folder", f"{OWN}/verify", f"{OWN}/logout", f"{OWN}/nowhere"):
        assert cookies(browser.fetch(target)) == 0, target
    assert cookies(browser.log_out()) == 1


KINDS = {
    "200": ("GET", "/static.html", {}, 200), "HEAD": ("HEAD", "/static.html", {}, 200), "CGI": ("GET", "/env", {}, 200),
    "SSI": ("GET", "/erp/x", {}, 200), "206": ("GET", "/static.html", {"Range": "bytes=0-3"}, 206),
    "304": ("GET", "/static.html", {"If-None-Match": "*"}, 304),
    "416": ("GET", "/static.html", {"Range": "bytes=9999-"}, 416),
    "301": ("GET", "/folder", {}, 301), "404": ("GET", "/missing", {}, 404),
    "POST": ("POST", "/env", {}, 200), "own 303": ("GET", f"{OWN}/verify", {}, 303), "own 200": ("GET", f"{OWN}/logout", {}, 200),
    "own 404": ("GET", f"{OWN}/nowhere", {}, 404),
}


@pytest.mark.parametrize(("method", "target", "headers", "status"), KINDS.values(), ids=KINDS.keys())
def test_every_kind_of_answer_carries_a_changed_session_once(later_site: Site, method: str, target: str,
                                                             headers: dict[str, str], status: int) -> None:
    browser = later_site.verify(later_site.add_user())
    later_site.clock.forward(10 * 60)
    answer = browser.request(method, target, headers=headers)
    assert answer.status == status
    assert len(answer.set_cookies) == 1
    assert browser.request(method, target, headers=headers).set_cookies == []
    later_site.clock.forward(25 * 60)
    assert is_open(browser.fetch("/static.html"))


def test_requests_on_one_connection_do_not_mix(site: Site) -> None:
    user = site.add_user()
    session = site.verify(user).session
    ask = request("GET /env HTTP/1.1", "Accept: text/html").replace(b"Connection: close\r\n", b"")
    known = request("GET /env HTTP/1.1", f"Cookie: __Host-uzmfa={session}").replace(b"Connection: close\r\n", b"")
    last = request("GET /env HTTP/1.1", "Accept: text/html")
    answer = site.raw(known + ask + known + last)
    everything = answer.body + answer.rest
    assert answer.status == 200
    assert everything.count(b"HTTP/1.1 303") == 2 and everything.count(b"HTTP/1.1 200") == 1


def test_the_sign_in_page_says_that_a_session_ended(later_site: Site) -> None:
    browser = later_site.verify(later_site.add_user())
    later_site.clock.forward(31 * 60)
    page = browser.follow(browser.fetch("/static.html"))
    assert "Your session has ended" in page.text
    assert "Your session has ended" not in browser.fetch(f"{OWN}/login").text
    assert "Your session has ended" not in later_site.browser().fetch(f"{OWN}/login").text
