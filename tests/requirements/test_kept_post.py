# SPDX-License-Identifier: Apache-2.0
"""R81, R98: what a person was sending when the session had ended is not lost, and goes out once, when the person says so."""

import hashlib
import json
import subprocess
from collections.abc import Callable, Iterator, Sequence
from urllib.parse import urlencode

import pytest

from harness.browser import COOKIE, FORM, OWN, Answer, Browser
from harness.chrome import Chrome
from harness.configuration import BASIC_GATE, place
from harness.pages import Form
from harness.site import Site, User, Workshop, is_open
from harness.uzerp import ENGINES, uzerp_site
from selenium.webdriver.common.keys import Keys

FIELD = "uzmfa_kept_post"
MULTIPART = (b"--xyz\r\nContent-Disposition: form-data; name=\"note\"\r\n\r\nGr\xfc\xdfe\r\n--xyz\r\nContent-Disposition: form-data; "
             b"name=\"file\"; filename=\"a.bin\"\r\nContent-Type: application/octet-stream\r\n\r\n" + bytes(range(256)) + b"\r\n--xyz--\r\n")
BODIES = {
    "form": (FORM, urlencode({"order": "7", "text": "a&b=c é"}).encode()),
    "multipart": ("multipart/form-data; boundary=xyz", MULTIPART),
    "plain": ("text/plain", b"line\r\nline\n"),
    "json": ("application/json; charset=utf-8", b'{"a": [1, 2]}'),
    "binary": ("application/x-odd", bytes(range(256)) * 200),
    "empty": (FORM, b""),
    "whole": (FORM, b"x=" + b"y" * (65536 - 2)),
}
# Says what it got, and counts.
ECHO = """#!/usr/bin/python3
import hashlib, json, os, sys
body = sys.stdin.buffer.read()
with open("{count}", "a") as count:
    count.write(".")
print("Content-Type: application/json\\r\\n\\r")
print(json.dumps({{"sha256": hashlib.sha256(body).hexdigest(), "size": len(body), "method": os.environ["REQUEST_METHOD"],
                   "length": os.environ.get("CONTENT_LENGTH"), "type": os.environ.get("CONTENT_TYPE"),
                   "coding": os.environ.get("HTTP_CONTENT_ENCODING"), "origin": os.environ.get("HTTP_ORIGIN"),
                   "referer": os.environ.get("HTTP_REFERER"), "user": os.environ.get("REMOTE_USER"),
                   "uri": os.environ.get("REQUEST_URI"), "query": os.environ.get("QUERY_STRING")}}))
"""


class Orders:
    """A site whose application says of each POST what arrived."""

    target = "/orders.cgi/new?id=7&x=%26"

    def __init__(self, site: Site) -> None:
        self.site = site
        self._count = site.httpd.root / "count"
        self._count.touch()
        self._count.chmod(0o666)
        site.application.add("orders.cgi", ECHO.format(count=self._count)).chmod(0o755)

    @property
    def arrived(self) -> int:
        return len(self._count.read_text())

    @property
    def kept(self) -> int:
        return len(self.site.database.execute("SELECT id FROM uzmfa_kept_post"))

    def send(self, browser: Browser, kind: str = "form", target: str | None = None, **headers: str | None) -> Answer:
        content_type, body = BODIES[kind]
        sent = {"Content-Type": content_type, "Origin": "https://localhost", "Referer": "https://localhost/form",
                **{name.replace("_", "-"): value for name, value in headers.items()}}
        return browser.request("POST", target or self.target, body, sent)


def assert_arrived(answer: Answer, kind: str, user: User) -> None:
    """Byte for byte, as it was sent."""
    content_type, body = BODIES[kind]
    assert answer.status == 200, (answer.status, answer.location)
    seen = json.loads(answer.body)
    assert (seen["method"], seen["user"], seen["type"]) == ("POST", user.name, content_type)
    assert (seen["sha256"], seen["size"]) == (hashlib.sha256(body).hexdigest(), len(body))
    assert seen["length"] == str(len(body))
    assert (seen["origin"], seen["referer"]) == ("https://localhost", "https://localhost/form")


def end_session(site: Site, browser: Browser) -> None:
    """Somebody signs out elsewhere; the browser still has its cookie."""
    former = browser.session
    browser.log_out()
    browser.session = former


def come_back(browser: Browser, answer: Answer, user: User) -> Answer:
    """From the answer to the stopped POST through sign-in and code to the page that says what waits."""
    assert answer.status == 303 and answer.leads_to == f"{OWN}/login", (answer.status, answer.location)
    page = browser.follow(answer)
    answer = browser.submit(page, username=user.name, password=user.password)
    page = browser.follow(answer)
    answer = browser.submit(page, code=user.app.fresh())
    assert answer.status == 303
    return browser.follow(answer)


def sending_form(page: Answer) -> Form:
    assert page.status == 200, (page.status, page.location)
    return page.page.form(FIELD)


def press(browser: Browser, page: Answer) -> Answer:
    """The button that sends what waits."""
    return browser.send(page, sending_form(page))


@pytest.fixture(scope="module", params=["sqlite3", "pgsql"])
def orders(workshop: Workshop, request: pytest.FixtureRequest) -> Orders:
    return Orders(workshop.start(request.param))


@pytest.fixture(scope="module")
def later_orders(workshop: Workshop) -> Orders:
    return Orders(workshop.start(movable_clock=True, server=place("Location", "/orders.cgi/vault", ["UzmfaVerifiedWithin 5min"])))


@pytest.mark.parametrize("kind", BODIES)
def test_R81_a_form_of_any_type_arrives_as_it_was_sent(orders: Orders, kind: str) -> None:
    user = orders.site.add_user()
    browser = orders.site.verify(user)
    before = orders.arrived
    end_session(orders.site, browser)
    page = come_back(browser, orders.send(browser, kind), user)
    form = sending_form(page)
    assert form.action == orders.target and form.method == "post"
    assert orders.arrived == before
    assert_arrived(press(browser, page), kind, user)
    assert orders.arrived == before + 1
    again = press(browser, page)
    assert again.status == 303 and again.location == orders.target
    assert orders.arrived == before + 1
    assert is_open(browser.fetch("/"))


def test_R81_what_met_an_idle_session_arrives(later_orders: Orders) -> None:
    site = later_orders.site
    user = site.add_user()
    browser = site.verify(user)
    site.clock.forward(31 * 60)
    page = come_back(browser, later_orders.send(browser, "multipart"), user)
    assert_arrived(press(browser, page), "multipart", user)


def test_R81_what_met_a_step_up_arrives(later_orders: Orders) -> None:
    site = later_orders.site
    user = site.add_user()
    browser = site.verify(user)
    site.clock.forward(301)
    answer = later_orders.send(browser, target="/orders.cgi/vault")
    assert answer.leads_to == f"{OWN}/verify"
    page = browser.follow(answer)
    page = browser.follow(browser.submit(page, code=user.app.fresh()))
    assert_arrived(press(browser, page), "form", user)


def test_R81_what_met_a_pending_sign_in_arrives(orders: Orders) -> None:
    user = orders.site.enrolled_user()
    browser = orders.site.sign_in(user)
    answer = orders.send(browser)
    assert answer.leads_to == f"{OWN}/verify"
    page = browser.follow(browser.submit(browser.follow(answer), code=user.app.fresh()))
    assert_arrived(press(browser, page), "form", user)


def test_R81_a_content_coding_goes_along(orders: Orders) -> None:
    user = orders.site.add_user()
    browser = orders.site.verify(user)
    end_session(orders.site, browser)
    page = come_back(browser, orders.send(browser, "binary", Content_Encoding="x-odd"), user)
    seen = json.loads(press(browser, page).body)
    assert seen["coding"] == "x-odd"


def test_R98_the_pages_say_how_long_it_is_kept(orders: Orders) -> None:
    user = orders.site.add_user()
    browser = orders.site.verify(user)
    end_session(orders.site, browser)
    answer = orders.send(browser)
    assert "30 minutes" in browser.follow(answer).text
    page = come_back(browser, answer, user)
    assert "It is kept until 20" in page.text


def test_R81_an_old_one_is_gone_and_its_address_is_not(later_orders: Orders) -> None:
    site = later_orders.site
    user = site.add_user()
    browser = site.verify(user)
    end_session(site, browser)
    before = later_orders.arrived
    page = come_back(browser, later_orders.send(browser), user)
    form = sending_form(page)
    site.database.execute("UPDATE uzmfa_kept_post SET expires_at = 1")
    assert browser.fetch(f"{OWN}/kept?next=%2Ferp").location == "/erp"
    answer = browser.send(page, form)
    assert answer.status == 303 and answer.location == later_orders.target
    assert later_orders.arrived == before


def test_R81_no_get_sends_or_drops_anything(orders: Orders) -> None:
    user = orders.site.add_user()
    browser = orders.site.verify(user)
    end_session(orders.site, browser)
    before = orders.arrived
    page = come_back(browser, orders.send(browser), user)
    token = sending_form(page).fields[FIELD]
    for target in (page.target, f"{orders.target}&{FIELD}={token}", f"{OWN}/kept?{FIELD}={token}"):
        browser.fetch(target)
        browser.request("HEAD", target)
    assert orders.arrived == before + 2  # the application's own GET and HEAD
    assert_arrived(press(browser, page), "form", user)


@pytest.mark.parametrize("token", ["", "wrong", None])
def test_R69_without_the_sessions_token_nothing_is_sent(orders: Orders, token: str | None) -> None:
    user = orders.site.add_user()
    browser = orders.site.verify(user)
    end_session(orders.site, browser)
    before = orders.arrived
    page = come_back(browser, orders.send(browser), user)
    right = sending_form(page).fields[FIELD]
    headers = {"Sec-Fetch-Site": "cross-site"} if token is None else {}
    answer = browser.post(orders.target, {FIELD: right if token is None else token}, headers)
    assert answer.status == 303 and answer.leads_to == f"{OWN}/kept"
    assert orders.arrived == before
    assert_arrived(press(browser, page), "form", user)


def test_R81_another_user_of_the_browser_sees_and_sends_nothing(orders: Orders) -> None:
    owner, other = orders.site.add_user(), orders.site.enrolled_user()
    browser = orders.site.verify(owner)
    end_session(orders.site, browser)
    answer = come_back(browser, orders.send(browser), other)
    assert answer.status == 200 and answer.target == orders.target
    before = orders.arrived
    answer = browser.post(orders.target, {FIELD: browser.token()})
    assert answer.status == 303 and orders.arrived == before
    # It waits for its owner.
    orders.site.verify(owner, browser)
    page = browser.fetch(f"{OWN}/kept?next=%2Ferp")
    assert_arrived(press(browser, page), "form", owner)


def test_R81_another_browser_of_the_user_sees_nothing(orders: Orders) -> None:
    user = orders.site.add_user()
    browser = orders.site.verify(user)
    end_session(orders.site, browser)
    orders.send(browser)
    elsewhere = orders.site.verify(user)
    assert elsewhere.fetch(f"{OWN}/kept?next=%2Ferp").location == "/erp"


@pytest.mark.parametrize(("headers", "status"), [
    ({"Sec-Fetch-Site": "cross-site"}, 303), ({"Sec-Fetch-Site": "same-site"}, 303), ({"Sec-Fetch-Mode": "cors"}, 401),
    ({"Sec-Fetch-Mode": None}, 401)], ids=["other site", "same site", "script", "old browser"])
def test_R81_only_a_persons_form_of_this_site_is_kept(orders: Orders, headers: dict[str, str | None], status: int) -> None:
    user = orders.site.add_user()
    browser = orders.site.verify(user)
    end_session(orders.site, browser)
    before = orders.kept
    answer = browser.request("POST", "/erp", b"x=1", {"Content-Type": FORM, **headers})
    assert answer.status == status
    assert orders.kept == before


@pytest.mark.parametrize("cookie", [None, "x" * 100, ""])
def test_R81_nothing_is_kept_for_who_was_not_signed_in(orders: Orders, cookie: str | None) -> None:
    browser = orders.site.holder(cookie)
    answer = orders.send(browser)
    assert answer.status == 303 and answer.leads_to == f"{OWN}/login" and answer.next == orders.target
    anonymous = orders.site.browser()
    anonymous.fetch(f"{OWN}/login")
    answer = orders.send(anonymous)
    assert answer.next == orders.target


@pytest.mark.parametrize("size", [65537, 300_000])
def test_R81_above_the_cap_the_person_is_warned_and_a_reload_sends_all(orders: Orders, size: int) -> None:
    user = orders.site.add_user()
    browser = orders.site.verify(user)
    end_session(orders.site, browser)
    before = orders.arrived
    body = b"x=" + b"z" * (size - 2)
    answer = browser.post(orders.target, body)
    assert answer.status == 401 and answer.headers["WWW-Authenticate"] == "Uzmfa"
    assert "64 KB" in answer.text
    (way,) = [link for link in answer.page.all("a") if link.get("target") == "_blank"]
    tab = browser.fetch(way["href"])
    answer = browser.submit(tab, username=user.name, password=user.password)
    browser.submit(browser.follow(answer), code=user.app.fresh())
    assert orders.arrived == before
    seen = json.loads(browser.post(orders.target, body).body)
    assert seen["sha256"] == hashlib.sha256(body).hexdigest()


def test_R81_a_second_form_is_warned_of_and_the_first_stays(orders: Orders) -> None:
    user = orders.site.add_user()
    browser = orders.site.verify(user)
    end_session(orders.site, browser)
    first = orders.send(browser, "plain")
    second = orders.send(browser, "form", "/orders.cgi/other")
    assert second.status == 401 and "Another form" in second.text
    page = come_back(browser, first, user)
    assert_arrived(press(browser, page), "plain", user)


def test_R81_a_form_of_another_tab_is_kept_while_the_sign_in_page_is_open(orders: Orders) -> None:
    user = orders.site.add_user()
    browser = orders.site.verify(user)
    end_session(orders.site, browser)
    browser.follow(browser.fetch("/erp"))
    page = come_back(browser, orders.send(browser, "plain"), user)
    assert_arrived(press(browser, page), "plain", user)


def test_R81_the_same_form_sent_twice_is_kept_once(orders: Orders) -> None:
    user = orders.site.add_user()
    browser = orders.site.verify(user)
    end_session(orders.site, browser)
    orders.send(browser, "plain")
    page = come_back(browser, orders.send(browser, "plain"), user)
    assert_arrived(press(browser, page), "plain", user)


def test_R81_a_dead_cookie_changes_nothing_that_waits(orders: Orders) -> None:
    """A thief of a session that is over exchanges no form for another."""
    user = orders.site.add_user()
    browser = orders.site.verify(user)
    end_session(orders.site, browser)
    answer = orders.send(browser, "plain")
    thief = orders.site.holder(browser.session)
    assert orders.send(thief, "json").status in (303, 401)
    page = come_back(browser, answer, user)
    assert orders.send(thief, "json").status in (303, 401)
    assert_arrived(press(browser, page), "plain", user)


@pytest.mark.parametrize("size", [1 << 20, 5 << 20])
def test_R81_large_forms_where_they_are_allowed(start_site: Callable[..., Site], size: int) -> None:
    orders = Orders(start_site(location=["UzmfaKeepPost 8M"]))
    user = orders.site.add_user()
    browser = orders.site.verify(user)
    end_session(orders.site, browser)
    body = b"x=" + b"z" * (size - 2)
    page = come_back(browser, browser.post(orders.target, body), user)
    assert json.loads(press(browser, page).body)["sha256"] == hashlib.sha256(body).hexdigest()


@pytest.mark.parametrize("gate", [("Session On", "AuthType Uzmfa", "Require valid-user", f"UzmfaEngine {engine}")
                                  for engine in ("Off", "ReportOnly")], ids=["Off", "ReportOnly"])
def test_R81_where_the_gate_sends_none_none_is_kept_and_it_says_so(start_site: Callable[..., Site], gate: Sequence[str]) -> None:
    site = start_site(gate=gate, server=place("Location", "/gated", ["UzmfaEngine On"]))
    user = site.add_user()
    browser = site.verify(user)
    end_session(site, browser)
    assert browser.post("/erp", {"x": "1"}).status == 401
    assert not site.database.execute("SELECT id FROM uzmfa_kept_post")


@pytest.mark.parametrize(("target", "status"), [
    ("/erp?" + "x" * 2044, 401), ("//erp", 401), (f"{OWN}/account", 303)], ids=["long", "two slashes", "own page"])
def test_R81_what_could_not_be_sent_is_not_kept(orders: Orders, target: str, status: int) -> None:
    user = orders.site.add_user()
    browser = orders.site.verify(user)
    end_session(orders.site, browser)
    before = orders.kept
    assert browser.post(target, {"x": "1"}).status == status
    assert orders.kept == before


def test_R81_an_address_of_the_longest_is_come_back_to(orders: Orders) -> None:
    user = orders.site.add_user()
    browser = orders.site.verify(user)
    end_session(orders.site, browser)
    target = orders.target.ljust(2048, "&")
    page = come_back(browser, orders.send(browser, target=target), user)
    assert_arrived(press(browser, page), "form", user)


def test_R77_a_kept_form_names_no_user(start_site: Callable[..., Site]) -> None:
    site = start_site(location=["UzmfaUserHeader Content-User"])
    user = site.add_user()
    browser = site.verify(user)
    end_session(site, browser)
    answer = browser.post("/env", {"x": "1"}, {"Content-User": "boss", "Content-Language": "de"})
    seen = press(browser, come_back(browser, answer, user)).environment
    assert (seen["HTTP_CONTENT_USER"], seen["HTTP_CONTENT_LANGUAGE"]) == (user.name, "de")


def test_R80_the_page_leads_to_itself_once_at_most(orders: Orders) -> None:
    browser = orders.site.verify(orders.site.add_user())
    assert browser.fetch(f"{OWN}/kept?next={OWN}/kept%3Fnext={OWN}/kept").location == "/"


def test_R81_a_form_can_be_let_go(orders: Orders) -> None:
    user = orders.site.add_user()
    browser = orders.site.verify(user)
    end_session(orders.site, browser)
    before = orders.arrived
    page = come_back(browser, orders.send(browser), user)
    assert browser.submit(page, "csrf").location == orders.target
    assert browser.fetch(page.target).location == orders.target
    assert orders.arrived == before


def test_R81_the_button_pressed_too_late_loses_nothing(orders: Orders) -> None:
    """The session has ended once more between the page and the button."""
    user = orders.site.add_user()
    browser = orders.site.verify(user)
    end_session(orders.site, browser)
    page = come_back(browser, orders.send(browser, "json"), user)
    end_session(orders.site, browser)
    page = come_back(browser, press(browser, page), user)
    assert_arrived(press(browser, page), "json", user)


def test_R81_the_button_pressed_once_more_takes_nothing_that_has_come_since(later_orders: Orders) -> None:
    """As by a reload of what the first form was answered with."""
    site = later_orders.site
    user = site.add_user()
    browser = site.verify(user)
    end_session(site, browser)
    page = come_back(browser, later_orders.send(browser), user)
    form = sending_form(page)
    assert_arrived(browser.send(page, form), "form", user)
    site.clock.forward(301)
    answer = later_orders.send(browser, "plain", "/orders.cgi/vault")
    assert answer.leads_to == f"{OWN}/verify"
    again = browser.send(page, form)
    assert again.status == 303 and again.location == later_orders.target
    page = browser.follow(browser.submit(browser.follow(answer), code=user.app.fresh()))
    assert_arrived(press(browser, page), "plain", user)


@pytest.mark.long
def test_R81_the_button_of_a_session_that_is_over_sends_nothing(orders: Orders) -> None:
    """Nor does the application get the button's form in place of the one that was kept."""
    user, other = orders.site.add_user(), orders.site.enrolled_user()
    browser = orders.site.verify(user)
    end_session(orders.site, browser)
    page = come_back(browser, orders.send(browser), user)
    form = sending_form(page)
    before = orders.arrived
    for next_one in (user, other):
        browser.log_out()
        orders.site.verify(next_one, browser)
        assert browser.send(page, form).status == 303
        assert orders.site.verify(next_one).send(page, form).status == 303  # in another browser
    assert orders.arrived == before


def test_R81_a_form_of_the_buttons_size_is_handed_on_as_it_came(orders: Orders) -> None:
    user = orders.site.add_user()
    browser = orders.site.verify(user)
    body = b"text=" + b"y" * (len(f"{FIELD}={browser.token()}") - 5)
    answer = browser.post(orders.target, body)
    assert json.loads(answer.body)["sha256"] == hashlib.sha256(body).hexdigest()


def test_R80_the_cookie_does_not_grow(orders: Orders) -> None:
    user = orders.site.add_user("n" * 40)
    browser = orders.site.verify(user)
    end_session(orders.site, browser)
    page = come_back(browser, orders.send(browser), user)
    assert set(browser.cookies) == {COOKIE} and len(browser.session or "") < 200
    press(browser, page)
    assert set(browser.cookies) == {COOKIE} and len(browser.session or "") < 200


@pytest.mark.parametrize("kind", BODIES)
def test_R81_the_body_of_a_verified_session_is_not_touched(orders: Orders, kind: str) -> None:
    """Nor where a form was kept before: small forms are read then, and given back."""
    user = orders.site.add_user()
    browser = orders.site.verify(user)
    assert_arrived(orders.send(browser, kind), kind, user)
    end_session(orders.site, browser)
    press(browser, come_back(browser, orders.send(browser), user))
    assert_arrived(orders.send(browser, kind), kind, user)
    answer = browser.post(orders.target, {"small": "form"}, {"Origin": "https://localhost", "Referer": "https://localhost/form"})
    assert json.loads(answer.body)["sha256"] == hashlib.sha256(b"small=form").hexdigest()


def test_R81_the_table_holds_nothing_that_can_be_read(orders: Orders) -> None:
    user = orders.site.add_user()
    browser = orders.site.verify(user)
    end_session(orders.site, browser)
    browser.post("/orders.cgi/very-private", {"text": "very-private"})
    rows = orders.site.database.execute("SELECT * FROM uzmfa_kept_post")
    assert rows and "private" not in str(rows)


def test_R81_off_keeps_nothing_and_says_so(start_site: Callable[..., Site]) -> None:
    orders = Orders(start_site(location=["UzmfaKeepPost Off"]))
    user = orders.site.add_user()
    browser = orders.site.verify(user)
    end_session(orders.site, browser)
    assert orders.send(browser).status == 401
    assert orders.kept == 0


@pytest.mark.parametrize("wrong", ["64Q", "0", "-1", "9M", "64 K", ""])
def test_R90_a_wrong_size_stops_the_start(build_site: Callable[..., Site], wrong: str) -> None:
    site = build_site(location=[f'UzmfaKeepPost "{wrong}"'])
    assert "UzmfaKeepPost" in site.httpd.refusal()


def test_R81_under_another_auth_type(start_site: Callable[..., Site]) -> None:
    orders = Orders(start_site(gate=BASIC_GATE, modules=["auth_basic"]))
    site = orders.site
    user = site.add_user()
    browser = site.basic_browser(user)
    browser.fetch("/")
    user.authenticator = browser.enroll()
    assert_arrived(orders.send(browser), "form", user)
    end_session(site, browser)
    answer = orders.send(browser)
    assert answer.leads_to == f"{OWN}/verify"
    page = browser.follow(browser.submit(browser.follow(answer), code=user.app.fresh()))
    assert_arrived(press(browser, page), "form", user)


@pytest.mark.parametrize("lines", [
    ['Alias "/front.cgi" "{folder}/orders.cgi"', '<Location "/shop">', "FallbackResource /front.cgi", "</Location>"],
    ['<Location "/shop">', "RewriteEngine On", "RewriteRule ^ /orders.cgi [PT]", "</Location>"],
    ['Action shop /orders.cgi virtual', '<Location "/shop">', "SetHandler shop", "</Location>"],
], ids=["FallbackResource", "rewriting", "Action"])
def test_R81_through_redirects_within_httpd(build_site: Callable[..., Site], lines: Sequence[str]) -> None:
    site = build_site()
    modules = ["rewrite", "actions"]
    orders = Orders(site)
    site.configure(modules=modules, server=[line.format(folder=site.application.folder) for line in lines])
    site.httpd.start()
    user = site.add_user()
    browser = site.verify(user)
    end_session(site, browser)
    site.application.add("shop/.keep", "")
    page = come_back(browser, orders.send(browser, "multipart", "/shop/new"), user)
    assert_arrived(press(browser, page), "multipart", user)


@pytest.mark.parametrize("mpm", ["prefork", "worker"])
def test_R81_on_each_mpm(start_site: Callable[..., Site], mpm: str) -> None:
    orders = Orders(start_site(mpm=mpm))
    user = orders.site.add_user()
    browser = orders.site.verify(user)
    end_session(orders.site, browser)
    page = come_back(browser, orders.send(browser, "binary"), user)
    assert_arrived(press(browser, page), "binary", user)


@pytest.mark.long
def test_R81_through_a_proxy(start_site: Callable[..., Site], build_site: Callable[..., Site]) -> None:
    backend = build_site(module=False, companions=[], gate=["Require all granted"], plain_http=True, key_file=None)
    orders = Orders(backend)
    backend.httpd.start()
    site = start_site(modules=["proxy", "proxy_http"], server=[
        f'ProxyPass "/orders.cgi" "http://127.0.0.1:{backend.httpd.plain_port}/orders.cgi"'])
    user = site.add_user()
    browser = site.verify(user)
    for kind in ("multipart", "binary", "empty"):
        end_session(site, browser)
        answer = press(browser, come_back(browser, orders.send(browser, kind), user))
        seen = json.loads(answer.body)
        assert (seen["sha256"], seen["type"]) == (hashlib.sha256(BODIES[kind][1]).hexdigest(), BODIES[kind][0])


PHP_ECHO = """<?php
$body = file_get_contents("php://input");
header("Content-Type: application/json");
echo json_encode(["sha256" => hash("sha256", $body), "post" => $_POST, "type" => $_SERVER["CONTENT_TYPE"] ?? null,
    "user" => $_SERVER["REMOTE_USER"], "file" => isset($_FILES["file"]) ? hash_file("sha256", $_FILES["file"]["tmp_name"]) : null], JSON_INVALID_UTF8_SUBSTITUTE);
"""


@pytest.fixture(params=ENGINES)
def erp(build_site: Callable[..., Site], request: pytest.FixtureRequest) -> Iterator[Site]:
    with uzerp_site(build_site, request.param) as site:
        (site.httpd.root / "uzerp/echo.php").write_text(PHP_ECHO)
        yield site


def test_R81_php_gets_fields_and_files(erp: Site) -> None:
    user = erp.add_user()
    browser = erp.verify(user)
    for kind in ("form", "multipart"):
        content_type, body = BODIES[kind]
        end_session(erp, browser)
        answer = browser.request("POST", "/echo.php?x=1", body, {"Content-Type": content_type})
        page = come_back(browser, answer, user)
        seen = json.loads(press(browser, page).body)
        assert (seen["user"], seen["type"]) == (user.name, content_type)
        if kind == "form":
            assert seen["sha256"] == hashlib.sha256(body).hexdigest()
            assert seen["post"] == {"order": "7", "text": "a&b=c é"}
        else:
            assert seen["file"] == hashlib.sha256(bytes(range(256))).hexdigest()


def test_R84_while_the_database_is_away_nothing_is_lost(build_site: Callable[..., Site]) -> None:
    """503: the browser still has the form, and a reload sends it again."""
    site = build_site("pgsql")
    orders = Orders(site)
    site.httpd.start()
    user = site.add_user()
    browser = site.verify(user)
    end_session(site, browser)
    site.database.execute("ALTER TABLE uzmfa_kept_post RENAME TO uzmfa_kept_post_away")
    assert orders.send(browser).status == 503
    site.log.expect("UZMFA1031")
    site.database.execute("ALTER TABLE uzmfa_kept_post_away RENAME TO uzmfa_kept_post")
    page = come_back(browser, orders.send(browser), user)
    assert_arrived(press(browser, page), "form", user)



# --- in a real browser ---

FORM_PAGE = """<!DOCTYPE html><html lang="en"><head><meta charset="utf-8"><title>Order</title></head><body>
<form method="post" action="/orders.cgi/new?id=7" enctype="{enctype}"><label>Text <textarea name="text"></textarea></label>
<button>Send</button></form></body></html>
"""


def write(chrome: Chrome, orders: Orders, text: str, enctype: str = FORM) -> User:
    """A person fills in the application's form; by the time of the button the session has ended."""
    site = orders.site
    site.application.add("order.html", FORM_PAGE.format(enctype=enctype))
    user = site.add_user()
    browser = site.verify(user)
    chrome.be(browser, site.url())
    chrome.open(site.url("/order.html"))
    chrome.run("arguments[0].value = arguments[1]", chrome.field("text"), text)
    browser.log_out()
    return user


def arrived_in(chrome: Chrome) -> dict[str, str]:
    chrome.await_path("/orders.cgi/new")
    return json.loads(chrome.run("return document.body.innerText"))


@pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "no scripts"])
@pytest.mark.parametrize("enctype", [FORM, "multipart/form-data", "text/plain"])
def test_R81_in_Chromium_a_form_is_not_lost(chrome: Chrome, orders: Orders, enctype: str, scripts: bool) -> None:
    user = write(chrome, orders, "an hour of work\nGrüße", enctype)
    before = orders.arrived
    if not scripts:
        chrome.disable_scripts()
    chrome.all("button")[0].click()
    chrome.await_path(f"{OWN}/login")
    assert "has not been sent yet" in chrome.all("main")[0].text
    chrome.fill(username=user.name, password=user.password)
    chrome.fill(code=user.app.fresh())
    chrome.await_path(f"{OWN}/kept")
    assert "/orders.cgi/new" in chrome.all("main")[0].text and orders.arrived == before
    chrome.all("button.primary")[0].click()
    seen = arrived_in(chrome)
    assert (seen["user"], seen["type"].partition(";")[0], seen["query"]) == (user.name, enctype, "id=7")
    assert int(seen["size"]) > 24 and orders.arrived == before + 1


@pytest.mark.long
def test_R81_in_Chromium_a_form_that_is_too_large_is_sent_by_a_reload(chrome: Chrome, orders: Orders) -> None:
    user = write(chrome, orders, "x" * 90_000)
    before = orders.arrived
    chrome.all("button")[0].click()
    chrome.await_element("a[target=_blank]")
    first = chrome.driver.current_window_handle
    chrome.all("a[target=_blank]")[0].click()
    chrome.await_true(lambda: len(chrome.driver.window_handles) == 2, "no tab is opened")
    chrome.driver.switch_to.window(next(one for one in chrome.driver.window_handles if one != first))
    chrome.await_element("[name=username]")
    chrome.fill(username=user.name, password=user.password)
    chrome.field("code").send_keys(user.app.fresh(), Keys.ENTER)
    chrome.await_true(lambda: len(chrome.driver.window_handles) == 1 or chrome.path.startswith(f"{OWN}/done"), "it goes on")
    chrome.driver.switch_to.window(first)
    assert orders.arrived == before
    chrome.driver.refresh()
    assert arrived_in(chrome)["size"] > 90_000 and orders.arrived == before + 1


def test_R81_over_http_2(start_site: Callable[..., Site]) -> None:
    """Small forms are kept, large ones told of; in between curl would lose the connection if a body were left unread."""
    orders = Orders(start_site(modules=["http2"], server=["Protocols h2 http/1.1"]))
    user = orders.site.add_user()
    browser = orders.site.verify(user)
    end_session(orders.site, browser)
    kept, large = (post_over_http_2(orders.site, browser, body) for body in (b"x=1", b"x=" + b"y" * 400_000))
    assert kept == (303, f"{OWN}/login?next=/orders.cgi") and large[0] == 401
    assert orders.kept == 1


def post_over_http_2(site: Site, browser: Browser, body: bytes) -> tuple[int, str]:
    """Status and Location."""
    done = subprocess.run(
        ["curl", "--http2", "-s", "-o", "-", "-w", "\n%{http_version} %{http_code} %header{location}", "--cacert",
         site.certificate.certificate, "-H", f"Cookie: {COOKIE}={browser.session}", "-H", "Sec-Fetch-Mode: navigate",
         "-H", f"Content-Type: {FORM}", "--data-binary", "@-", f"https://localhost:{site.httpd.port}/orders.cgi"],
        input=body, capture_output=True, timeout=60)
    version, status, location = done.stdout.decode().rsplit("\n", 1)[1].split(" ")
    assert version == "2", done.stderr
    return int(status), location.partition(f":{site.httpd.port}")[2] or location
