# SPDX-License-Identifier: Apache-2.0
"""R79: what each kind of request gets in each state in which the gate stops it."""

from collections.abc import Callable
from urllib.parse import parse_qs, urlsplit

import pytest

from harness.application import PROTECTED
from harness.browser import FORM, OWN, Answer, Browser
from harness.configuration import BASIC_GATE, place
from harness.expect import assert_sent_to
from harness.provider import await_true
from harness.site import Site, User, Workshop, is_open
from harness.texts import LANGUAGES

Headers = dict[str, str | None]

HTML = "text/html,application/xhtml+xml;q=0.9,*/*;q=0.8"
IMAGES = "image/avif,image/webp,image/apng,image/svg+xml,image/*,*/*;q=0.8"
JQUERY = "text/html, */*; q=0.01"  # what it accepts for a part of a page
OLD: Headers = {"Sec-Fetch-Mode": None, "Sec-Fetch-Dest": None, "Sec-Fetch-Site": None}  # a browser or program without these


def fetches(mode: str, destination: str, **more: str) -> Headers:
    """What a browser says of a request that a page makes."""
    return {"Sec-Fetch-Mode": mode, "Sec-Fetch-Dest": destination, "Accept": "*/*", **more}


XHR = {"X-Requested-With": "XMLHttpRequest"}
ORDERS = "/erp/orders?id=7&x=%26"
PART = "/erp?module=sales&action=view&id=7"  # as uzERP asks for them

NAVIGATIONS: dict[str, tuple[str, str, Headers]] = {
    "a link": ("GET", ORDERS, {}),
    "a form": ("POST", ORDERS, {"Content-Type": FORM}),
    "HEAD": ("HEAD", ORDERS, {}),
    "a frame": ("GET", ORDERS, {"Sec-Fetch-Dest": "iframe"}),
    "a link to a picture": ("GET", ORDERS, {"Sec-Fetch-Mode": "navigate", "Accept": "*/*"}),
    "an old browser": ("GET", ORDERS, {**OLD, "Accept": HTML}),
    "a text browser": ("GET", ORDERS, {**OLD, "Accept": "text/html"}),
}
CALLS: dict[str, tuple[str, str, Headers]] = {
    "fetch": ("GET", ORDERS, fetches("cors", "empty")),
    "fetch of HTML": ("GET", ORDERS, fetches("cors", "empty", Accept=HTML)),
    "fetch, same-origin": ("GET", ORDERS, fetches("same-origin", "empty")),
    "fetch, POST of JSON": ("POST", ORDERS, fetches("cors", "empty", **{"Content-Type": "application/json"})),
    "fetch, PUT": ("PUT", ORDERS, fetches("cors", "empty")),
    "fetch, PATCH": ("PATCH", ORDERS, fetches("cors", "empty")),
    "fetch, DELETE": ("DELETE", ORDERS, fetches("cors", "empty")),
    "a preflight": ("OPTIONS", ORDERS, fetches("cors", "empty", Origin="https://a.test", **{"Access-Control-Request-Method": "PUT"})),
    "HEAD by script": ("HEAD", ORDERS, fetches("cors", "empty")),
    "a beacon": ("POST", ORDERS, fetches("no-cors", "empty")),
    "XHR": ("GET", ORDERS, fetches("cors", "empty", Accept=JQUERY, **XHR)),
    "XHR of a form": ("POST", ORDERS, fetches("cors", "empty", Accept=JQUERY, **XHR, **{"Content-Type": FORM})),
    "a part of uzERP's page": ("GET", f"{PART}&ajax=1", fetches("cors", "empty", Accept=JQUERY, **XHR)),
    "uzERP's JSON": ("GET", f"{PART}&json=1", fetches("cors", "empty", Accept=f"application/json, {JQUERY}", **XHR)),
    "uzERP's dialog": ("POST", f"{PART}&dialog=1", fetches("cors", "empty", Accept=JQUERY, **XHR, **{"Content-Type": FORM})),
    "a script": ("GET", ORDERS, fetches("no-cors", "script")),
    "a module": ("GET", ORDERS, fetches("cors", "script")),
    "a worker": ("GET", ORDERS, fetches("same-origin", "worker")),
    "a style sheet": ("GET", ORDERS, fetches("no-cors", "style", Accept="text/css,*/*;q=0.1")),
    "an image": ("GET", ORDERS, fetches("no-cors", "image", Accept=IMAGES)),
    "a font": ("GET", ORDERS, fetches("cors", "font")),
    "a video": ("GET", ORDERS, fetches("no-cors", "video", Range="bytes=0-")),
    "a manifest": ("GET", ORDERS, fetches("cors", "manifest")),
    "events": ("GET", ORDERS, fetches("cors", "empty", Accept="text/event-stream")),
    "a websocket": ("GET", ORDERS, fetches("websocket", "empty", Upgrade="websocket", Connection="Upgrade")),
    "an old XHR": ("GET", ORDERS, {**OLD, **XHR, "Accept": HTML}),
    "an old XHR, POST": ("POST", ORDERS, {**OLD, **XHR, "Accept": HTML}),
    "an old image": ("GET", ORDERS, {**OLD, "Accept": "image/webp,image/*"}),
    "an old script": ("GET", ORDERS, {**OLD, "Accept": "*/*"}),
    "an old style sheet": ("GET", ORDERS, {**OLD, "Accept": "text/css,*/*;q=0.1"}),
    "an old form": ("POST", ORDERS, {**OLD, "Accept": HTML, "Content-Type": FORM}),
    "curl": ("GET", ORDERS, {**OLD, "Accept": "*/*", "User-Agent": "curl/8.5.0"}),
    "curl, POST": ("POST", ORDERS, {**OLD, "Accept": "*/*", "User-Agent": "curl/8.5.0", "Content-Type": FORM}),
    "a client of an API": ("GET", ORDERS, {**OLD, "Accept": "application/json"}),
    "a client with a token": ("GET", ORDERS, {**OLD, "Accept": "application/json", "Authorization": "Bearer abc"}),
    "a client that accepts nothing": ("GET", ORDERS, {**OLD, "Accept": None}),
    "WebDAV": ("PROPFIND", ORDERS, {**OLD, "Accept": None, "Depth": "1"}),
    "an unknown method": ("FROBNICATE", ORDERS, {**OLD, "Accept": HTML}),
}


def first_pass(site: Site) -> Browser:
    return site.sign_in(site.enrolled_user())


def ended(site: Site) -> Browser:
    """Holds the cookie of a session that was signed out."""
    browser = site.verify(site.add_user())
    holder = site.holder(browser.session)
    browser.log_out()
    return holder


def idle(site: Site) -> Browser:
    browser = site.verify(site.add_user())
    site.clock.forward(31 * 60)
    return browser


def long_ago(site: Site) -> Browser:
    """Verified, but too long ago for some places."""
    browser = site.verify(site.add_user())
    site.clock.forward(301)
    return browser


def forged(site: Site) -> Browser:
    return site.holder("x" * 150)


# Of each state: the site, who is in it, the page that is due, and the word for it.
STATES: dict[str, tuple[str, Callable[[Site], Browser], str, str]] = {
    "no session": ("calls", Site.browser, "login", "sign_in_required"),
    "a form of sign-in": ("calls", lambda site: fetched(site.browser(), f"{OWN}/login"), "login", "sign_in_required"),
    "a forged session": ("calls", forged, "login", "sign_in_required"),
    "a revoked session": ("calls", ended, "login", "sign_in_required"),
    "signed in": ("calls", first_pass, "verify", "verification_required"),
    "not enrolled": ("calls", lambda site: site.sign_in(site.add_user()), "enroll", "enrollment_required"),
    "an idle session": ("idle_calls", idle, "login", "sign_in_required"),
    "a verification long ago": ("later_calls", long_ago, "verify", "step_up_required"),
    "Basic, enrolled": ("basic_calls", lambda site: site.basic_browser(enrolled(site)), "verify", "verification_required"),
    "Basic, not enrolled": ("basic_calls", lambda site: site.basic_browser(site.add_user()), "enroll", "enrollment_required"),
}


def fetched(browser: Browser, target: str) -> Browser:
    browser.fetch(target)
    return browser


def enrolled(site: Site) -> User:
    user = site.add_user()
    browser = site.basic_browser(user)
    browser.fetch("/erp")
    user.authenticator = browser.enroll()
    return user


@pytest.fixture(scope="module")
def calls(workshop: Workshop) -> Site:
    return workshop.start()


@pytest.fixture(scope="module")
def later_calls(workshop: Workshop) -> Site:
    """With a place that asks again, and a clock that tests move forward."""
    return workshop.start(server=place("Location", "/erp", ["UzmfaVerifiedWithin 5min"]), movable_clock=True)


@pytest.fixture(scope="module")
def idle_calls(workshop: Workshop) -> Site:
    return workshop.start(movable_clock=True)


@pytest.fixture(scope="module")
def basic_calls(workshop: Workshop) -> Site:
    return workshop.start(gate=BASIC_GATE, modules=["auth_basic"])


@pytest.fixture(scope="module")
def in_state(request: pytest.FixtureRequest) -> Callable[[str], Browser]:
    """Somebody in this state, who was made once and has not changed it since."""
    made: dict[str, Browser] = {}

    def find(state: str) -> Browser:
        if state not in made:
            name, make, _, _ = STATES[state]
            made[state] = make(request.getfixturevalue(name))
        return made[state]

    return find


def as_before(browser: Browser, method: str, target: str, headers: Headers) -> Answer:
    """One request in the state as it was made, whatever the answer does to the browser's cookies."""
    kept = dict(browser.cookies)
    # Basic's own header is not a call's to replace.
    own = {name: value for name, value in headers.items() if name not in browser.headers}
    answer = browser.request(method, target, headers=own)
    browser.cookies = kept
    return answer


@pytest.mark.parametrize(("method", "target", "headers"), NAVIGATIONS.values(), ids=NAVIGATIONS)
@pytest.mark.parametrize("state", STATES)
def test_R79_a_navigation_is_sent_to_the_page_due(in_state: Callable[[str], Browser], state: str, method: str, target: str,
                                                 headers: Headers) -> None:
    answer = as_before(in_state(state), method, target, headers)
    assert_sent_to(answer, STATES[state][2], target)


@pytest.mark.parametrize(("method", "target", "headers"), CALLS.values(), ids=CALLS)
@pytest.mark.parametrize("state", STATES)
def test_R79_anything_else_gets_a_problem_document(in_state: Callable[[str], Browser], state: str, method: str, target: str,
                                                  headers: Headers) -> None:
    _, _, page, error = STATES[state]
    answer = as_before(in_state(state), method, target, headers)
    assert_is_problem(answer, 401)
    assert answer.headers.get_all("WWW-Authenticate") == ["Uzmfa"]
    if method == "HEAD":
        return
    problem = answer.json()
    assert problem["error"] == error and problem["title"] == LANGUAGES["en"][error]
    parts = urlsplit(problem["verify_url"])
    assert (parts.scheme, parts.netloc, parts.path) == ("", "", f"{OWN}/{page}")
    assert parse_qs(parts.query) == {"next": [target]}


def assert_is_problem(answer: Answer, status: int) -> None:
    assert answer.status == status
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert answer.headers["Location"] is None and answer.headers["Cache-Control"] == "no-store"
    assert PROTECTED not in answer.text and "<" not in answer.text
    if answer.body:
        assert int(answer.headers["Content-Length"]) == len(answer.body)
        assert answer.json()["status"] == status and answer.json()["type"] == "about:blank"


def test_R79_who_is_through_gets_every_kind_of_answer_from_the_application(calls: Site) -> None:
    calls.log.expect("AH00135")  # of a method that httpd does not know
    browser = calls.verify(calls.add_user())
    for method, target, headers in [*NAVIGATIONS.values(), *CALLS.values()]:
        answer = as_before(browser, method, target, headers)
        assert answer.headers["WWW-Authenticate"] is None and answer.status != 401, (method, headers)
        assert is_open(answer) or method not in ("GET", "POST") or headers.get("Range"), (method, headers)


def test_R79_while_the_database_is_down_a_call_is_told_so(start_site: Callable[..., Site]) -> None:
    site = start_site("pgsql", server=["UzmfaRecheckInterval 1s", "UzmfaOutageGrace 0"])
    for complaint in ("UZMFA1031", "UZMFA1110", r"\[dbd:(error|crit)\]"):
        site.log.allow(complaint)
    verified, stranger = site.verify(site.add_user()), site.browser()
    site.database.go_down()
    await_true(lambda: verified.script("/erp").status == 503, "the session is not rechecked")
    for method, target, headers in CALLS.values():
        answer = as_before(verified, method, target, headers)
        assert_is_problem(answer, 503)
        assert answer.headers["WWW-Authenticate"] is None and int(answer.headers["Retry-After"]) > 0
        assert method == "HEAD" or (answer.json()["error"] == "unavailable" and "verify_url" not in answer.json())
        assert_is_problem(as_before(stranger, method, target, headers), 401)  # for which no database is needed
    for method, target, headers in NAVIGATIONS.values():
        answer = as_before(verified, method, target, headers)
        assert answer.status == 503 and answer.headers["Content-Type"].startswith("text/html")
    site.database.come_back()
