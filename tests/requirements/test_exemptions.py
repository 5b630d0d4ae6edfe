# SPDX-License-Identifier: Apache-2.0
"""R8: requests that pass by an exemption, and what they may not do."""

from collections.abc import Callable

import pytest

from harness.application import PROTECTED
from harness.browser import OWN
from harness.configuration import BASIC_GATE, SMALLEST_GATE, place
from harness.expect import assert_sent_to
from harness.site import Site, Workshop, is_open

Build = Callable[..., Site]
PROBE = "UzmfaExempt probe \"%{REQUEST_URI} == '/static.html'\""
PROBED = r"UZMFA1056 exempt: passed by an exemption.*, probe"


@pytest.fixture(scope="module")
def exempt_site(workshop: Workshop) -> Site:
    return workshop.start(location=[PROBE, "UzmfaExempt env \"%{REQUEST_URI} =~ m#^/env(/|$)#\"",
                                    "UzmfaExempt monitor \"req('X-Monitor') == 'yes' && -R '127.0.0.0/8'\""])


@pytest.mark.parametrize("method", ["GET", "HEAD", "POST"])
def test_R8_an_exempt_path_needs_nobody_and_is_logged_by_its_name(exempt_site: Site, method: str) -> None:
    before = len(exempt_site.log.lines(PROBED))
    answer = exempt_site.browser().request(method, "/static.html")
    assert answer.status == 200 and not answer.set_cookies
    assert len(exempt_site.log.lines(PROBED)) == before + 1


def test_R8_every_other_path_is_gated(exempt_site: Site) -> None:
    stranger = exempt_site.browser()
    for target in ("/", "/static.html/", "/static.html/x", "//static.htmlx", "/folder/index.html?/static.html",
                   "/folder/../folder/", "/erp/static.html", "/env.cgi"):
        answer = stranger.fetch(target)
        assert not is_open(answer) and PROTECTED not in answer.text, target


def test_R8_a_network_is_exempt_by_an_expression(exempt_site: Site) -> None:
    stranger = exempt_site.browser()
    assert is_open(stranger.fetch("/", headers={"X-Monitor": "yes"}))
    assert_sent_to(stranger.fetch("/"), "login")
    assert exempt_site.log.lines(r"exempt: passed by an exemption.*, monitor")


def test_R8_an_exempt_script_gets_no_user_and_says_so(exempt_site: Site) -> None:
    user = exempt_site.enrolled_user()
    for browser in (exempt_site.browser(), exempt_site.sign_in(user)):
        answer = browser.request("GET", "/env", headers={"Authorization": "Basic YWRtaW46eA==", "X-Remote-User": "admin"})
        seen = answer.environment
        assert seen["UZMFA_DECISION"] == "exempt"
        for name in ("REMOTE_USER", "UZMFA_METHOD", "HTTP_AUTHORIZATION", "HTTP_X_REMOTE_USER", "AUTH_TYPE"):
            assert name not in seen
        assert "private" in answer.headers["Cache-Control"]


def test_R8_who_is_verified_needs_no_exemption(exempt_site: Site) -> None:
    user = exempt_site.add_user()
    verified = exempt_site.verify(user)
    before = len(exempt_site.log.lines("UZMFA1056"))
    seen = verified.fetch("/env").environment
    assert (seen["REMOTE_USER"], seen["UZMFA_DECISION"], seen["UZMFA_METHOD"]) == (user.name, "verified", "totp")
    assert len(exempt_site.log.lines("UZMFA1056")) == before


@pytest.mark.parametrize("target", ["/env/x", "/env/static.html", "/env//", "/env/..%2f"])
def test_R8_no_exemption_holds_with_path_info(exempt_site: Site, target: str) -> None:
    answer = exempt_site.browser().fetch(target)
    assert PROTECTED not in answer.text and "X-Protected" not in answer.headers


@pytest.fixture(scope="module")
def asset_site(workshop: Workshop) -> Site:
    site = workshop.build(location=["UzmfaExempt assets \"%{REQUEST_URI} =~ m#^/assets#\""])
    site.application.add("assets/x", "an asset")
    site.httpd.start()
    return site


BACKENDS_OWN = ["/assets/..;/erp/x", "/assets/;/../../erp/x", "/assets;/../erp", "/assets/..%5cerp", "/assets/%252e%252e/erp", "/assets/..;x=y/erp",
                "/erp/../assets/x", "/erp/%2e%2e/assets/x", "/erp;/../assets/x", "/erp%3b/../assets/x", "/erp%252e/../assets/x",
                "/assets//x", "//assets/x", "/./assets/x", "/assets/./x"]


@pytest.mark.parametrize("target", BACKENDS_OWN)
def test_R8_no_exemption_holds_for_a_path_that_a_backend_may_read_as_another(asset_site: Site, target: str) -> None:
    assert asset_site.browser().fetch("/assets/x").status == 200
    answer = asset_site.browser().fetch(target)
    assert answer.status in (303, 404) and "an asset" not in answer.text


def test_R8_an_exemption_opens_nothing_that_the_exempt_page_includes(build_site: Build) -> None:
    site = build_site(location=["UzmfaExempt outer \"%{REQUEST_URI} == '/outer.shtml'\""])
    site.application.add("outer.shtml", "<p>outer</p><!--#include virtual=\"/static.html\" -->")
    site.httpd.start()
    site.log.expect(r"include:error\]|uzmfa:error\]")
    answer = site.browser().fetch("/outer.shtml")
    assert answer.status == 200 and "outer" in answer.text and PROTECTED not in answer.text


@pytest.mark.parametrize("by", ["file", "virtual"])
@pytest.mark.parametrize("section", ["Location", "Directory"])
def test_R8_an_exempt_page_includes_no_file_of_another_folder(build_site: Build, section: str, by: str) -> None:
    site = build_site()
    path = "/" if section == "Location" else site.application.folder
    exempt = ["UzmfaExempt outer \"%{REQUEST_URI} == '/outer.shtml'\""]
    site.configure(gate=["Require all granted"], server=place(section, str(path), [*SMALLEST_GATE, *exempt]))
    site.application.add("outer.shtml", f"<p>outer</p><!--#include {by}=\"folder/index.html\" -->")
    site.httpd.start()
    site.log.allow(r"include:error\]|uzmfa:error\]")
    answer = site.browser().fetch("/outer.shtml")
    assert answer.status == 200 and "outer" in answer.text and PROTECTED not in answer.text
    assert PROTECTED in site.verify(site.add_user()).fetch("/outer.shtml").text


def test_R8_an_exemption_opens_nothing_that_an_internal_redirect_leads_to(start_site: Build) -> None:
    site = start_site(modules=["rewrite"], location=["UzmfaExempt go \"%{REQUEST_URI} =~ m#^/(go|missing)#\""], server=[
        "ErrorDocument 404 /static.html", "FallbackResource disabled",
        '<Directory "/">', "RewriteEngine On", "RewriteRule go$ /static.html", "</Directory>"])
    for target in ("/go", "/missing"):
        answer = site.browser().fetch(target)
        assert PROTECTED not in answer.text, answer.status


@pytest.mark.parametrize("header", ["X-Forwarded-For", "X-Real-IP", "Forwarded", "Client-IP"])
def test_R8_a_header_chooses_no_network(start_site: Build, header: str) -> None:
    site = start_site(location=["UzmfaExempt office \"-R '10.0.0.0/8'\""])
    assert_sent_to(site.browser().fetch("/", headers={header: "10.0.0.1"}), "login")


@pytest.mark.parametrize("requirement", [["Require ip 10.0.0.0/8"],
                                         ["<RequireAll>", "Require ip 10.0.0.0/8", "Require valid-user", "</RequireAll>"],
                                         ["<RequireAll>", "Require valid-user", "Require not ip 127.0.0.1", "</RequireAll>"]])
def test_R8_what_require_asks_besides_a_user_still_holds(start_site: Build, requirement: list[str]) -> None:
    site = start_site(modules=["authz_host"], gate=["Session On", "AuthType Uzmfa", *requirement, "UzmfaEngine On"], location=[PROBE])
    site.log.expect(r"authz_core:error\]")
    assert site.browser().fetch("/static.html").status in (401, 403)


@pytest.mark.parametrize("requirement", [["Require valid-user"], ["Require user alice"], ["Require mfa"], ["Require all granted"],
                                         ["<RequireAll>", "Require ip 127.0.0.1", "Require valid-user", "</RequireAll>"]])
def test_R8_a_user_is_what_an_exempt_request_does_without(start_site: Build, requirement: list[str]) -> None:
    site = start_site(modules=["authz_host"], gate=["Session On", "AuthType Uzmfa", *requirement, "UzmfaEngine On"], location=[PROBE])
    assert is_open(site.browser().fetch("/static.html"))
    assert_sent_to(site.browser().fetch("/folder/"), "login")


def test_R8_behind_basic_an_exempt_request_still_needs_the_password(start_site: Build) -> None:
    site = start_site(gate=BASIC_GATE, modules=["auth_basic"], location=[PROBE])
    user = site.add_user()
    assert site.browser().fetch("/static.html").status == 401
    assert is_open(site.basic_browser(user).fetch("/static.html"))
    assert_sent_to(site.basic_browser(user).fetch("/"), "enroll")


def test_R8_where_nobody_has_to_be_named_basic_asks_for_no_password(start_site: Build) -> None:
    site = start_site(gate=BASIC_GATE, modules=["auth_basic"],
                      server=place("Location", "/static.html", ["Require all granted", "UzmfaExempt asset true"]))
    assert is_open(site.browser().fetch("/static.html"))
    assert site.browser().fetch("/folder/").status == 401


def test_R59_R8_nothing_is_exempt_over_plain_http(start_site: Build) -> None:
    site = start_site(plain_http=True, location=[PROBE])
    answer = site.plain_browser().fetch("/static.html")
    assert answer.status == 403 and not is_open(answer)


def test_R9_R8_an_upgrade_for_another_site_is_not_exempt(exempt_site: Site) -> None:
    wanted = {"Connection": "Upgrade", "Upgrade": "websocket"}
    own = f"https://localhost:{exempt_site.httpd.port}"
    assert exempt_site.browser().request("GET", "/static.html", headers={**wanted, "Origin": own}).status == 200
    assert exempt_site.browser().request("GET", "/static.html", headers={**wanted, "Origin": "https://evil.test"}).status == 403


def test_R8_nobody_is_named_whomever_another_module_names(start_site: Build) -> None:
    site = start_site(location=["UzmfaExempt env \"%{REQUEST_URI} == '/env'\"", "SSLUserName SSL_PROTOCOL"])
    seen = site.browser().fetch("/env").environment
    assert seen["UZMFA_DECISION"] == "exempt" and "REMOTE_USER" not in seen and "AUTH_TYPE" not in seen


def test_R8_R84_an_exempt_request_needs_no_database(start_site: Build) -> None:
    site = start_site("pgsql", location=[PROBE])
    site.database.go_down()
    site.log.allow("error")
    try:
        assert is_open(site.browser().fetch("/static.html"))
        assert not is_open(site.browser().fetch("/folder/"))
    finally:
        site.database.come_back()


def test_R8_an_inner_place_has_the_exemptions_of_the_outer_one(start_site: Build) -> None:
    site = start_site(location=["UzmfaExempt outer \"req('X-Outer') == '1'\""],
                      server=place("Location", "/folder", ["UzmfaExempt inner \"req('X-Inner') == '1'\""]))
    for header in ("X-Outer", "X-Inner"):
        assert is_open(site.browser().fetch("/folder/", headers={header: "1"}))
    assert not is_open(site.browser().fetch("/static.html", headers={"X-Inner": "1"}))


def test_R8_an_exempt_own_page_is_as_any_other(start_site: Build) -> None:
    site = start_site(location=["UzmfaExempt everything true"])
    assert site.browser().fetch(f"{OWN}/login").page.form("csrf")
    assert_sent_to(site.browser().fetch(f"{OWN}/account"), "login")


@pytest.mark.parametrize(("line", "said"), [
    ("UzmfaExempt probe", "takes two arguments"), ('UzmfaExempt "a b" true', "UzmfaExempt"),
    ('UzmfaExempt probe "%{REQUEST_URI} =="', "UzmfaExempt: probe: "), ('UzmfaAppLogout "("', "UzmfaAppLogout"),
    ('UzmfaUserHeader "X User"', "UzmfaUserHeader"), ('UzmfaAppCookies "a;b"', "UzmfaAppCookies"),
    ('UzmfaAppCookies "a; Path=b"', "UzmfaAppCookies"), ('UzmfaAppCookies "a; Domain=b/"', "UzmfaAppCookies"),
    ('UzmfaAppCookies "; Path=/b"', "UzmfaAppCookies"), ('UzmfaAppCookies "a; Secure"', "UzmfaAppCookies")])
def test_R90_a_wrong_value_stops_the_start(build_site: Build, line: str, said: str) -> None:
    site = build_site(location=[line])
    assert said in site.httpd.refusal()


def test_an_exemption_that_cannot_be_evaluated_lets_nobody_pass(start_site: Build) -> None:
    site = start_site(location=["UzmfaExempt broken \"file('/nowhere') == 'x' || true\""])
    site.log.expect("nowhere|UZMFA1120")
    assert not is_open(site.browser().fetch("/static.html"))
