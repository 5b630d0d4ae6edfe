# SPDX-License-Identifier: Apache-2.0
"""Section 1 of the requirements: what is covered, and in which order."""

import pytest

from harness.application import PROTECTED
from harness.browser import COOKIE, OWN, Browser
from harness.expect import assert_passed, assert_sent_to
from harness.site import Site, User, is_open
from harness.wire import request

METHODS = ("GET", "HEAD", "POST", "PUT", "DELETE", "OPTIONS", "PATCH", "TRACE", "PROPFIND", "MKCOL", "COPY", "LOCK",
           "REPORT", "FROBNICATE")
TARGETS = ("/", "/static.html", "/folder/", "/folder", "/env", "/erp/orders?id=7")


@pytest.fixture(scope="module")
def enrolled(site: Site) -> User:
    return site.enrolled_user()


@pytest.fixture(scope="module")
def verified(site: Site) -> Browser:
    return site.verify(site.add_user())


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("state", ["stranger", "to enroll", "to verify"])
def test_R1_no_method_gets_content_without_the_second_factor(site: Site, enrolled: User, state: str, method: str
                                                             ) -> None:
    browser = site.browser()
    if state != "stranger":
        site.sign_in(enrolled if state == "to verify" else site.add_user(), browser)
    for target in TARGETS:
        for headers in ({}, {"Sec-Fetch-Mode": "cors", "Accept": "*/*"}):
            answer = browser.request(method, target, headers=headers)
            assert PROTECTED.encode() not in answer.body
            assert "X-Protected" not in answer.headers
            assert "ETag" not in answer.headers and "Last-Modified" not in answer.headers
            if method in ("GET", "HEAD", "POST", "PUT", "DELETE", "PATCH"):
                assert answer.status in (303, 401), f"{method} {target}: {answer.status}"


@pytest.mark.parametrize("method", ["GET", "POST", "PUT", "DELETE", "OPTIONS", "PATCH", "FROBNICATE"])
def test_R1_the_same_methods_reach_the_application_with_it(verified: Browser, method: str) -> None:
    answer = verified.request(method, "/env")
    assert answer.headers["X-Protected"] == PROTECTED


PAGES = [
    "GET / HTTP/1.0", "GET / HTTP/1.1", "HEAD / HTTP/1.1", "GET /env HTTP/1.1", "GET /static.html HTTP/1.1",
    f"GET {OWN}/login HTTP/1.0", f"GET {OWN}/login HTTP/1.1", f"GET {OWN}/verify HTTP/1.1",
    f"GET {OWN}/enroll HTTP/1.1", f"GET {OWN}/enroll/qr.svg HTTP/1.1", f"GET {OWN}/logout HTTP/1.1",
    f"GET {OWN}/style.css HTTP/1.1", f"GET {OWN}/nowhere HTTP/1.1", f"DELETE {OWN}/login HTTP/1.1",
]


@pytest.mark.parametrize("line", PAGES)
@pytest.mark.parametrize("state", ["stranger", "to enroll", "to verify"])
def test_R3_an_own_answer_holds_its_page_and_nothing_more(site: Site, enrolled: User, line: str, state: str) -> None:
    for decoy in ("login", "verify", "enroll", "logout", "nowhere"):
        site.application.add(f"{OWN[1:]}/{decoy}", PROTECTED)
    browser = site.browser()
    if state != "stranger":
        site.sign_in(enrolled if state == "to verify" else site.add_user(), browser)
    cookie = [f"Cookie: {COOKIE}={browser.session}"] if browser.session else []
    answer = site.raw(request(line, "Accept: text/html", *cookie))
    assert PROTECTED.encode() not in answer.body
    assert answer.body.lower().count(b"</html>") <= 1
    assert answer.rest == b""
    if line.startswith("HEAD"):
        assert answer.body == b""


@pytest.mark.parametrize("content", ["application/x-www-form-urlencoded", "multipart/form-data; boundary=x", "text/plain"])
def test_R3_a_stopped_post_is_answered_by_one_page(site: Site, content: str) -> None:
    body = b"module=orders&action=save"
    answer = site.raw(request("POST /env HTTP/1.1", "Accept: text/html", "Sec-Fetch-Mode: navigate",
                              f"Content-Type: {content}", f"Content-Length: {len(body)}", body=body))
    assert answer.status in (303, 401)
    assert PROTECTED.encode() not in answer.body and answer.rest == b""


def test_R4_verify_without_the_first_factor_changes_nothing(each_site: Site) -> None:
    user = each_site.enrolled_user()
    stranger = each_site.browser()
    stranger.fetch(f"{OWN}/login")
    before = each_site.database.dump()
    answer = stranger.post(f"{OWN}/verify", {"code": user.app.fresh(), "username": user.name})
    assert answer.status in (303, 403)
    assert not is_open(stranger.fetch("/"))
    assert each_site.database.dump() == before


def test_R4_enroll_by_an_enrolled_user_changes_nothing(each_site: Site) -> None:
    user = each_site.enrolled_user()
    before = each_site.database.row(user.name)
    pending = each_site.sign_in(user)
    assert_sent_to(pending.fetch(f"{OWN}/enroll"), "verify")
    answer = pending.post(f"{OWN}/enroll", {"code": user.app.fresh(), "csrf": pending.token()})
    assert answer.status in (303, 403)
    assert not is_open(pending.fetch("/"))
    verified = each_site.verify(user)
    assert_passed(verified.fetch(f"{OWN}/enroll"))
    answer = verified.post(f"{OWN}/enroll", {"code": user.app.code(), "csrf": verified.token()})
    assert answer.status in (303, 403)
    assert each_site.database.row(user.name) == before


def test_R4_enroll_without_the_first_factor_shows_no_secret(site: Site) -> None:
    stranger = site.browser()
    assert_sent_to(stranger.fetch(f"{OWN}/enroll"), "login")
    assert stranger.fetch(f"{OWN}/enroll/qr.svg").headers.get_content_type() != "image/svg+xml"


def test_R5_a_new_sign_in_ends_the_other_users_verification(each_site: Site) -> None:
    alice, bob = each_site.enrolled_user(), each_site.enrolled_user()
    browser = each_site.verify(alice)
    assert is_open(browser.fetch("/"))
    each_site.sign_in(bob, browser)
    assert_sent_to(browser.fetch("/"), "verify")
    assert browser.post(f"{OWN}/verify", {"code": alice.app.fresh(), "csrf": browser.token()}).status == 401
    assert not is_open(browser.fetch("/"))
