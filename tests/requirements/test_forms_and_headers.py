# SPDX-License-Identifier: Apache-2.0
"""Section 7 of the requirements: CSRF, return URLs, headers and parameters."""

import re
from collections.abc import Callable
from urllib.parse import quote, urlencode, urljoin, urlsplit

import pytest
from return_urls import HARMLESS, KEPT, REFUSED

from harness.browser import FORM, OWN, Answer, Browser
from harness.expect import assert_asked_again, assert_enrolled, assert_passed, assert_sent_to
from harness.site import PASSWORD, Site, User, is_open

TOKENS = ["missing", "empty", "foreign", "invented", "stale"]


def login_token(browser: Browser) -> str:
    """The token on the sign-in page."""
    return browser.fetch(f"{OWN}/login").page.form("csrf").fields["csrf"]


def bad_token(site: Site, kind: str, stale: str) -> dict[str, str]:
    """The csrf field of a request that the session's owner did not make, or made long ago."""
    tokens = {"empty": "", "invented": "A" * 43, "stale": stale}
    if kind == "missing":
        return {}
    return {"csrf": login_token(site.browser()) if kind == "foreign" else tokens[kind]}


@pytest.mark.parametrize("kind", TOKENS)
def test_R69_sign_in_needs_the_sessions_token(site: Site, kind: str) -> None:
    user = site.enrolled_user()
    browser = site.browser()
    stale = login_token(browser)
    browser.session = None
    browser.fetch(f"{OWN}/login")
    answer = browser.post(f"{OWN}/login", {"username": user.name, "password": user.password, "next": "/erp",
                                           **bad_token(site, kind, stale)})
    assert answer.status == 403
    assert_sent_to(browser.fetch(f"{OWN}/verify"), "login")
    form = answer.page.form("username", "password", "csrf")
    assert form.fields["username"] == user.name and form.fields["password"] == ""
    assert_sent_to(browser.send(answer, form, password=user.password), "verify", "/erp")


def test_R69_sign_in_without_cookies_says_so(site: Site) -> None:
    user = site.enrolled_user()
    page = site.browser().fetch(f"{OWN}/login")
    answer = site.browser().submit(page, username=user.name, password=user.password)
    assert answer.status == 403
    assert "cookie" in answer.text.lower()


@pytest.mark.parametrize("kind", TOKENS)
def test_R69_a_code_needs_the_sessions_token(each_site: Site, kind: str) -> None:
    user = each_site.enrolled_user()
    browser = each_site.browser()
    stale = login_token(browser)
    each_site.sign_in(user, browser)
    code = user.app.fresh()
    before = each_site.database.dump()
    answer = browser.post(f"{OWN}/verify", {"code": code, **bad_token(each_site, kind, stale)})
    assert answer.status == 403 and not is_open(browser.fetch("/"))
    assert each_site.database.dump() == before
    assert_passed(browser.verify(code))


@pytest.mark.parametrize("kind", TOKENS)
def test_R69_an_enrollment_needs_the_sessions_token(site: Site, kind: str) -> None:
    user = site.add_user()
    browser = site.browser()
    stale = login_token(browser)
    page = site.sign_in(user, browser).fetch(f"{OWN}/enroll")
    code = site.app(page.page.by_id("otpauth")["href"]).fresh()
    answer = browser.post(f"{OWN}/enroll", {"code": code, **bad_token(site, kind, stale)})
    assert answer.status == 403 and not is_open(browser.fetch("/"))
    assert not site.database.row(user.name)["mfa_enrolled"]
    assert_enrolled(browser.submit(page, code=code))


@pytest.mark.parametrize("kind", TOKENS)
def test_R69_a_logout_needs_the_sessions_token(site: Site, kind: str) -> None:
    browser = site.browser()
    stale = login_token(browser)
    site.verify(site.add_user(), browser)
    assert browser.post(f"{OWN}/logout", bad_token(site, kind, stale)).status == 403
    assert is_open(browser.fetch("/"))


@pytest.mark.parametrize("where", ["cross-site", "same-site"])
def test_R69_a_post_from_another_site_is_refused_whatever_its_token(site: Site, where: str) -> None:
    user = site.enrolled_user()
    browser = site.sign_in(user)
    fields = {"code": user.app.fresh(), "csrf": browser.token()}
    assert browser.post(f"{OWN}/verify", fields, {"Sec-Fetch-Site": where}).status == 403
    assert browser.post(f"{OWN}/logout", {"csrf": browser.token()}, {"Sec-Fetch-Site": where}).status == 403
    assert not is_open(browser.fetch("/"))
    assert_passed(browser.post(f"{OWN}/verify", fields))


def test_R69_a_step_that_is_passed_is_not_evaluated_again(each_site: Site) -> None:
    user = each_site.enrolled_user()
    browser = each_site.sign_in(user)
    form = browser.fetch(f"{OWN}/verify?next=%2Ferp%2Fx")
    assert_passed(browser.submit(form, code=user.app.fresh()), "/erp/x")
    before = each_site.database.dump()
    assert_passed(browser.submit(form, code=user.app.wrong()), "/erp/x")
    assert_passed(browser.post(f"{OWN}/verify", {"code": user.app.fresh(), "csrf": "x", "next": "/erp/x"}), "/erp/x")
    assert each_site.database.dump() == before


@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_R70_reading_consumes_nothing(each_site: Site, method: str) -> None:
    user = each_site.enrolled_user()
    browser = each_site.sign_in(user)
    code, token = user.app.fresh(), browser.token()
    for target in (f"{OWN}/verify?", f"{OWN}/enroll?", "/?", f"{OWN}/login?"):
        fields = urlencode({"code": code, "csrf": token, "username": user.name, "password": user.password})
        for headers in ({}, {"Sec-Purpose": "prefetch"}):
            assert not is_open(browser.request(method, target + fields, headers=headers))
    assert not is_open(browser.fetch("/"))
    assert_passed(browser.verify(code))


@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_R70_reading_consumes_no_skip(each_site: Site, method: str) -> None:
    user = each_site.enrolled_user()
    verified, pending, stranger = each_site.verify(user), each_site.sign_in(user), each_site.browser()
    each_site.database.update(user.name, mfa_enabled=False)
    for browser in (verified, pending, stranger):
        for page in ("/", f"{OWN}/login", f"{OWN}/verify", f"{OWN}/verify?skip=1", f"{OWN}/enroll", f"{OWN}/logout"):
            browser.request(method, page)
    assert not each_site.database.row(user.name)["mfa_enabled"]


@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_R70_reading_signs_nobody_out(site: Site, method: str) -> None:
    browser = site.verify(site.add_user())
    browser.request(method, f"{OWN}/logout?csrf={browser.token()}")
    assert is_open(browser.fetch("/"))


@pytest.fixture(scope="module")
def verified(site: Site) -> Browser:
    return site.verify(site.add_user())


def destination(answer: Answer) -> str:
    """The whole URL that a browser would go to, which reads backslashes and blanks its own way."""
    value = re.sub(r"[\t\r\n]", "", answer.headers["Location"]).strip().replace("\\", "/")
    return urljoin("https://localhost" + answer.target, value)


@pytest.mark.parametrize("payload", REFUSED, ids=ascii)
def test_R71_a_return_url_to_elsewhere_ends_on_the_default_page(verified: Browser, payload: str) -> None:
    assert_passed(verified.fetch(f"{OWN}/verify?next={quote(payload, safe='')}"), "/")
    assert_passed(verified.post(f"{OWN}/verify", {"next": payload}), "/")


@pytest.mark.parametrize("payload", ["/\0/evil.test", "\0//evil.test", "/x\0"], ids=ascii)
def test_R71_a_return_url_with_a_nul_is_a_bad_form(verified: Browser, payload: str) -> None:
    assert verified.fetch(f"{OWN}/verify?next={quote(payload, safe='')}").status == 400
    answer = verified.post(f"{OWN}/verify", {"next": payload})
    assert answer.status == 400 or (answer.status, answer.location) == (303, "/")


@pytest.mark.parametrize("payload", HARMLESS, ids=ascii)
def test_R71_a_doubtful_return_url_stays_on_the_site(verified: Browser, payload: str) -> None:
    answer = verified.fetch(f"{OWN}/verify?next={quote(payload, safe='')}")
    assert answer.status == 303
    assert urlsplit(destination(answer)).hostname == "localhost"
    assert re.fullmatch(r"/[\x21-\x7e]*", answer.location)
    assert "Set-Cookie" not in answer.location or "%0" in answer.location


@pytest.mark.parametrize("payload", KEPT)
def test_R71_a_path_of_the_site_is_kept(verified: Browser, payload: str) -> None:
    assert_passed(verified.fetch(f"{OWN}/verify?next={quote(payload, safe='')}"), payload)
    assert_passed(verified.post(f"{OWN}/verify", {"next": payload}), payload)


@pytest.mark.parametrize("payload", ["//evil.test", "/\\evil.test", "https:evil.test", "/x\r\nSet-Cookie: a=b",
                                     "javascript:alert(1)", "https://localhost@evil.test/"])
def test_R71_it_holds_through_the_whole_way(site: Site, payload: str) -> None:
    user = site.add_user()
    browser = site.browser()
    answer = browser.sign_in(user.name, user.password, payload)
    assert_sent_to(answer, "enroll")
    assert answer.next in ("", "/")
    page = browser.fetch(f"{OWN}/enroll?next={quote(payload, safe='')}")
    app = site.app(page.page.by_id("otpauth")["href"])
    assert_enrolled(browser.submit(page, code=app.fresh()))
    browser.log_out()
    browser.sign_in(user.name, user.password, payload)
    assert_passed(browser.verify(app.fresh(), payload), "/")


CSP = {"default-src": "'none'", "object-src": "'none'", "base-uri": "'none'", "frame-ancestors": "'none'",
       "form-action": "'self'", "style-src": "'self'", "img-src": "'self'"}


def assert_closed(answer: Answer) -> None:
    """The headers of every own answer."""
    headers = answer.headers
    rules = dict(rule.strip().split(" ", 1) for rule in headers["Content-Security-Policy"].split(";") if rule.strip())
    assert "unsafe" not in headers["Content-Security-Policy"]
    for name, value in CSP.items():
        assert rules.get(name, rules["default-src"] if name in ("object-src",) else None) == value, name
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Referrer-Policy"] == "no-referrer"
    assert headers["Cross-Origin-Opener-Policy"] == "same-origin"
    assert "no-store" in headers["Cache-Control"]
    assert all(len(headers.get_all(name)) == 1 for name in ("Content-Security-Policy", "Cache-Control", "Content-Type"))


def own_answers(site: Site) -> dict[str, Callable[[], Answer]]:
    """One of each kind of page, by name."""
    user = site.enrolled_user()
    stranger, enrolling, pending, verified = (site.browser(), site.sign_in(site.add_user()), site.sign_in(user),
                                              site.verify(user))
    return {
        "login": lambda: stranger.fetch(f"{OWN}/login"),
        "wrong password": lambda: stranger.sign_in("nobody", "wrong"),
        "stale token": lambda: stranger.post(f"{OWN}/login", {"username": "x", "password": "y", "csrf": "z"}),
        "no cookies": lambda: site.browser().post(f"{OWN}/login", {"username": "x", "password": "y", "csrf": "z"}),
        "bad form": lambda: pending.post(f"{OWN}/verify", b"code=1&code=2"),
        "enroll": lambda: enrolling.fetch(f"{OWN}/enroll"),
        "wrong first code": lambda: enrolling.submit(enrolling.fetch(f"{OWN}/enroll"), code="abc"),
        "verify": lambda: pending.fetch(f"{OWN}/verify"),
        "wrong code": lambda: pending.verify("abc"),
        "logout": lambda: verified.fetch(f"{OWN}/logout"),
        "done": lambda: stranger.fetch(f"{OWN}/done"),
        "in a window": lambda: stranger.fetch(f"{OWN}/login?next={OWN}/done"),
        "not found": lambda: stranger.fetch(f"{OWN}/nowhere"),
        "wrong method": lambda: stranger.request("DELETE", f"{OWN}/login"),
        "too large": lambda: pending.post(f"{OWN}/verify", b"code=" + b"1" * 9000),
    }


PAGES = ["login", "wrong password", "stale token", "no cookies", "bad form", "enroll", "wrong first code", "verify",
         "wrong code", "logout", "done", "in a window", "not found", "wrong method", "too large"]


@pytest.fixture(scope="module")
def answers(site: Site) -> dict[str, Answer]:
    return {name: ask() for name, ask in own_answers(site).items()}


@pytest.mark.parametrize("page", PAGES)
def test_R72_own_pages_carry_strict_headers(answers: dict[str, Answer], page: str) -> None:
    answer = answers[page]
    assert_closed(answer)
    assert re.fullmatch(r"text/html; ?charset=utf-8", answer.headers["Content-Type"], re.I)
    for element in answer.page.elements:
        assert "style" not in element.attributes and not any(name.startswith("on") for name in element.attributes)
        assert element.tag != "style" and (element.tag != "script" or element.get("src").startswith(OWN))
    for element in answer.page.all("img", "link", "script"):
        address = element.get("src") or element.get("href")
        assert address.startswith(f"{OWN}/"), address


@pytest.mark.parametrize(("name", "kind"), [("style.css", "text/css"), ("enroll/qr.svg", "image/svg+xml"),
                                           ("uzmfa.js", "text/javascript"), ("wait.js", "text/javascript")])
def test_R72_assets_carry_them_too(site: Site, name: str, kind: str) -> None:
    browser = site.sign_in(site.add_user())
    browser.fetch(f"{OWN}/enroll")
    answer = browser.fetch(f"{OWN}/{name}")
    assert answer.status == 200 and answer.headers.get_content_type() == kind
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Content-Security-Policy"]
    assert "no-store" in answer.headers["Cache-Control"]


def test_R72_redirects_and_refusals_carry_them_too(site: Site) -> None:
    stranger = site.browser()
    for answer in (stranger.fetch("/"), stranger.script("/"), stranger.fetch(f"{OWN}/verify"),
                   stranger.fetch(f"{OWN}/enroll/qr.svg")):
        assert "no-store" in answer.headers["Cache-Control"], answer.target
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert answer.headers["Referrer-Policy"] == "no-referrer"
        assert answer.headers["Content-Security-Policy"]


@pytest.mark.parametrize(("method", "page", "status"), [
    ("POST", "login", 413), ("POST", "style.css", 405), ("POST", "health", 405), ("POST", "enroll/qr.svg", 405), ("PUT", "login", 405),
    ("GET", "login", 200), ("POST", "nowhere", 404)])
@pytest.mark.parametrize("measure", ["Content-Length: 100000000", "Transfer-Encoding: chunked"])
def test_R78_the_answer_does_not_wait_for_a_large_body(site: Site, method: str, page: str, status: int, measure: str) -> None:
    begun = b"" if "Length" in measure else b"2001\r\n" + b"x" * 0x2001 + b"\r\n"
    head = f"{method} {OWN}/{page} HTTP/1.1\r\nHost: localhost\r\nContent-Type: {FORM}\r\n{measure}\r\n\r\n"
    answer = site.raw(head.encode() + begun)
    assert (answer.status, answer.headers["connection"]) == (status, "close")


REPEATED = {
    "code": ("", "code={code}&code=000000&csrf={csrf}"),
    "code, the right one last": ("", "code=000000&code={code}&csrf={csrf}"),
    "code, both the same": ("", "code={code}&code={code}&csrf={csrf}"),
    "csrf": ("", "code={code}&csrf={csrf}&csrf=x"),
    "next": ("", "code={code}&csrf={csrf}&next=/a&next=/b"),
    "code, once in the query": ("?code={code}", "code={code}&csrf={csrf}"),
    "csrf, once in the query": ("?csrf={csrf}", "code={code}&csrf={csrf}"),
    "next, once in the query": ("?next=/a", "code={code}&csrf={csrf}&next=/b"),
    "next, twice in the query": ("?next=/a&next=/b", "code={code}&csrf={csrf}"),
    "an encoded name": ("", "code={code}&c%6fde=000000&csrf={csrf}"),
}


@pytest.mark.parametrize(("query", "body"), REPEATED.values(), ids=REPEATED.keys())
def test_R74_repeated_parameters_are_refused(site: Site, query: str, body: str) -> None:
    user = site.enrolled_user()
    browser = site.sign_in(user)
    values = {"code": user.app.fresh(), "csrf": browser.token()}
    assert browser.post(f"{OWN}/verify" + query.format(**values), body.format(**values).encode()).status == 400
    assert not is_open(browser.fetch("/"))
    assert_passed(browser.verify(values["code"]))


@pytest.mark.parametrize("extra", ["&username=x", "&password=x", "&csrf=x", "&next=/a&next=/b", "&%75sername=x"])
def test_R74_sign_in_refuses_them_too(site: Site, extra: str) -> None:
    user = site.enrolled_user()
    browser = site.browser()
    token = login_token(browser)
    body = urlencode({"username": user.name, "password": user.password, "csrf": token}) + extra
    assert browser.post(f"{OWN}/login", body.encode()).status == 400
    assert_sent_to(browser.fetch(f"{OWN}/verify"), "login")


HOSTILE = ["<script>alert(1)</script>", "\"><img src=x onerror=alert(1)>", "' onfocus='alert(1)", "</title><svg onload=alert(1)>",
           "{{csrf}} {{{csrf}}} {{#error}}", "&lt;b&gt; &amp; &quot;", "a\u202eb\u2066c", "\"; alert(1); //", "<!-- -->", "${7*7}%{user}"]


def assert_inert(answer: Answer, text: str) -> None:
    """Nothing of this text became markup."""
    assert "<script>alert" not in answer.text and "<svg onload" not in answer.text
    for element in answer.page.elements:
        assert not any(name.startswith("on") for name in element.attributes)
        assert "alert" not in element.text or element.tag != "script"
    assert not [one for one in answer.page.all("img") if one.get("src") == "x"]
    for name, value in answer.headers.items():
        assert "\r" not in value and "\n" not in value
        if name.lower() not in ("location",):
            assert text not in value


@pytest.mark.parametrize("text", HOSTILE, ids=ascii)
def test_R75_what_a_stranger_types_is_shown_inert(site: Site, text: str) -> None:
    browser = site.browser()
    page = browser.fetch(f"{OWN}/login?next={quote('/erp/' + text, safe='')}")
    assert_inert(page, text)
    answer = browser.submit(page, username=text, password=text)
    assert_asked_again(answer)
    assert_inert(answer, text)
    assert answer.page.form("username").fields["username"] == text
    assert_inert(browser.fetch(f"{OWN}/{quote(text, safe='')}"), text)
    refusal = browser.script(f"/erp?{quote(text, safe='')}")
    assert refusal.headers.get_content_type() == "application/problem+json"
    assert refusal.json()["error"] == "sign_in_required"


@pytest.mark.parametrize("text", HOSTILE, ids=ascii)
def test_R75_such_a_name_works_and_is_shown_inert(site: Site, text: str) -> None:
    user = site.add_user(text)
    browser = site.sign_in(user)
    page = browser.fetch(f"{OWN}/enroll")
    assert_inert(page, text)
    uri = page.page.by_id("otpauth")["href"]
    assert re.fullmatch(r"otpauth://totp/[\x21-\x7e]+", uri)
    assert_enrolled(browser.submit(page, code=site.app(uri).fresh()))
    for target in ("logout", "verify", "login"):
        assert_inert(browser.fetch(f"{OWN}/{target}"), text)
    site.sign_in(user, browser)
    assert_inert(browser.fetch(f"{OWN}/verify"), text)


NAMES = ["o'brien", "x'; DROP TABLE users; --", "x;--", "back\\slash", "back\\'slash", "\"quoted\"", "per%cent", "under_score",
         "a*b?c", "Zoë Ünïcödé", "名前", "user@example.test", "DOMAIN\\user", "%s%d%n", "$1", "?", ":name", "a--b", "/* x */",
         "tab\there", " leading", "trailing ", "ＷＩＤＥ"]


@pytest.mark.parametrize("name", NAMES, ids=ascii)
def test_R76_a_user_name_is_taken_literally(each_site: Site, name: str) -> None:
    user: User = each_site.add_user(name)
    count = len(each_site.database.execute("SELECT username FROM users"))
    browser = each_site.verify(user)
    assert is_open(browser.fetch("/"))
    assert_sent_to(each_site.sign_in(user).fetch("/"), "verify")
    assert each_site.database.row(name)["mfa_enrolled"]
    assert len(each_site.database.execute("SELECT username FROM users")) == count


INJECTIONS = ["' OR '1'='1", "' OR 1=1 --", "x' UNION SELECT username, password FROM users --", "%", "_", "*", "user%",
              "\\' OR 1=1 --", "admin'--", "'; UPDATE users SET mfa_enrolled = false; --", "$(id)", "\u02bc OR 1=1"]


@pytest.mark.parametrize("name", INJECTIONS)
def test_R76_an_injection_signs_nobody_in(each_site: Site, name: str) -> None:
    before = each_site.database.execute("SELECT * FROM users ORDER BY username")
    browser = each_site.browser()
    assert_asked_again(browser.sign_in(name, PASSWORD))
    browser.fetch(f"{OWN}/login")
    assert_asked_again(browser.sign_in(each_site.enrolled_user().name + name, PASSWORD))
    after = {row["username"]: row for row in each_site.database.execute("SELECT * FROM users")}
    assert all(after[row["username"]] == row for row in before)
