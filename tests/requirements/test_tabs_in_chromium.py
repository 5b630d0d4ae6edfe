# SPDX-License-Identifier: Apache-2.0
"""R80, R81 and R82 in Chromium: real tabs, its back button, a button pressed twice, two people at it, and no cookies."""

from collections.abc import Callable, Iterator

import pytest
from selenium.webdriver import ActionChains

from harness.browser import COOKIE, OWN
from harness.chrome import Chrome, start_chrome
from harness.site import Site, User

COUNT = 10
TARGETS = [f"/erp/tab{number}?id={number}&view=all%20open&x=%26" for number in range(COUNT)]
LONGEST = 200  # bytes of a cookie's value
IDLE = 31 * 60

# Says how it was asked, and counts the forms.
DESK = """#!/bin/sh
[ "$REQUEST_METHOD" = POST ] && printf . >> "{count}"
printf 'Content-Type: text/html\\r\\n\\r\\n<p id="user">%s</p><p id="method">%s</p><p id="text">%s</p>' \\
    "$REMOTE_USER" "$REQUEST_METHOD" "$(head -c "${{CONTENT_LENGTH:-0}}")"
"""
FORM = '<form method="post" action="/desk.cgi/send"><input name="text" value="an hour of work"><button>Send</button></form>'

with_and_without_scripts = pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "no scripts"])


class Tabs:
    """Tabs of one Chromium, each with a history of its own."""

    def __init__(self, chrome: Chrome, site: Site, scripts: bool = True) -> None:
        self.chrome = chrome
        self.site = site
        self._scripts = scripts
        self._first = chrome.driver.current_window_handle

    def open(self, target: str) -> str:
        """A new tab at this address; its name."""
        self.chrome.driver.switch_to.new_window("tab")
        # What DevTools emulates is a tab's own.
        self.chrome.command("Emulation.setFocusEmulationEnabled", enabled=True)
        self.chrome.command("Emulation.setScriptExecutionDisabled", value=not self._scripts)
        self.chrome.open(self.site.url(target))
        return self.chrome.driver.current_window_handle

    def at(self, tab: str) -> Chrome:
        self.chrome.driver.switch_to.window(tab)
        return self.chrome

    def close(self) -> None:
        for tab in set(self.chrome.driver.window_handles) - {self._first}:
            self.chrome.driver.switch_to.window(tab)
            self.chrome.driver.close()
        self.chrome.driver.switch_to.window(self._first)


@pytest.fixture
def open_tabs(chrome: Chrome) -> Iterator[Callable[..., Tabs]]:
    made: list[Tabs] = []

    def begin(site: Site, scripts: bool = True) -> Tabs:
        made.append(Tabs(chrome, site, scripts))
        return made[-1]

    yield begin
    for tabs in made:
        tabs.close()


def cookies_of(chrome: Chrome) -> list[dict[str, str]]:
    return chrome.command("Network.getAllCookies")["cookies"]


def assert_one_small_cookie(chrome: Chrome) -> None:
    cookies = cookies_of(chrome)
    assert [one["name"] for one in cookies] == [COOKIE] and len(cookies[0]["value"]) < LONGEST, cookies


def assert_shown(chrome: Chrome, user: User, target: str) -> None:
    """The application's page at this address, for this user."""
    chrome.await_path(target)
    chrome.await_element("#user")
    assert (chrome.by_id("user").text, chrome.path) == (user.name, target)


def assert_asked(chrome: Chrome, page: str, target: str) -> None:
    """A page of the module's that will lead to this address."""
    chrome.await_path(f"{OWN}/{page}")
    assert chrome.next == target


def sign_in(chrome: Chrome, user: User) -> None:
    chrome.fill(username=user.name, password=user.password)


def come_in(chrome: Chrome, user: User, target: str) -> None:
    """From the sign-in page to the application."""
    sign_in(chrome, user)
    chrome.fill(code=user.app.fresh())
    assert_shown(chrome, user, target)


def press(chrome: Chrome, selector: str) -> None:
    chrome.await_element(selector)
    chrome.all(selector)[0].click()


def sign_out(chrome: Chrome, site: Site) -> None:
    chrome.open(site.url(f"{OWN}/logout"))
    press(chrome, "form button")
    chrome.await_path(f"{OWN}/login")


def accepted(site: Site, user: User) -> int:
    """How many codes of the user were."""
    return len(site.database.execute("SELECT at FROM uzmfa_event WHERE username = ? AND event = 'code_accepted'", (user.name,)))


def come_back(chrome: Chrome) -> None:
    """Leave the page, and press the back button."""
    chrome.open("about:blank")
    chrome.driver.back()


# --- ten tabs, one verification ---

Way = Callable[[Chrome, User, str], None]
OF_CODE: dict[str, Way] = {
    "form sent": lambda chrome, user, url: chrome.fill(code=user.app.code()),
    "form sent with a slip": lambda chrome, user, url: chrome.fill(code=user.app.wrong()),
    "reloaded": lambda chrome, user, url: chrome.driver.refresh(),
    "other way chosen": lambda chrome, user, url: press(chrome, "a.quiet"),
}
OF_SIGN_IN: dict[str, Way] = {
    "form sent": lambda chrome, user, url: sign_in(chrome, user),
    "form sent with a slip": lambda chrome, user, url: chrome.fill(username=user.name, password="a slip"),
    "reloaded": lambda chrome, user, url: chrome.driver.refresh(),
    "address typed": lambda chrome, user, url: chrome.open(url),
    "come back to": lambda chrome, user, url: come_back(chrome),
}
assert len(OF_CODE) + len(OF_SIGN_IN) == COUNT - 1
KEEP_THE_PART = {"reloaded", "address typed", "come back to"}  # a form does not send the part of the page that was asked for


def go_on_in_all(tabs: Tabs, user: User, opened: list[str], first_page: str) -> None:
    """In the first tab the user signs in and verifies; then each of the others goes on in a way of its own."""
    first, *others = opened
    assert_asked(tabs.at(first), first_page, TARGETS[0])
    sign_in(tabs.chrome, user)
    assert_asked(tabs.chrome, "verify", TARGETS[0])
    for tab, target in zip(others[:len(OF_CODE)], TARGETS[1:]):
        tabs.at(tab).driver.refresh()
        assert_asked(tabs.chrome, "verify", target)
    tabs.at(first).fill(code=user.app.fresh())
    assert_shown(tabs.chrome, user, TARGETS[0])

    before, cookies = tabs.site.database.dump(), cookies_of(tabs.chrome)
    ways = [*OF_CODE.items(), *OF_SIGN_IN.items()]
    for tab, target, (name, way) in zip(others, TARGETS[1:], ways):
        url = f"{tabs.site.url(target)}#part"
        way(tabs.at(tab), user, url)
        assert_shown(tabs.chrome, user, target)
        assert name not in KEEP_THE_PART or tabs.chrome.driver.current_url == url, name
        assert cookies_of(tabs.chrome) == cookies, name
    assert tabs.site.database.dump() == before


@pytest.mark.long
@with_and_without_scripts
def test_R80_in_Chromium_all_tabs_reach_their_pages_by_one_verification(open_tabs: Callable[..., Tabs], site: Site,
                                                                      scripts: bool) -> None:
    user = site.enrolled_user()
    tabs = open_tabs(site, scripts)
    opened = []
    for target in TARGETS:
        opened.append(tabs.open(f"{target}#part"))
        assert_asked(tabs.chrome, "login", target)
        assert_one_small_cookie(tabs.chrome)
    go_on_in_all(tabs, user, opened, "login")
    assert_one_small_cookie(tabs.chrome)


@pytest.mark.long
@with_and_without_scripts
def test_R80_in_Chromium_so_they_do_when_their_session_has_ended_by_idleness(open_tabs: Callable[..., Tabs], later_site: Site,
                                                                           scripts: bool) -> None:
    user = later_site.add_user()
    tabs = open_tabs(later_site, scripts)
    tabs.chrome.be(later_site.verify(user), later_site.url())
    opened = []
    for target in TARGETS:
        opened.append(tabs.open(f"{target}#part"))
        assert_shown(tabs.chrome, user, target)
    later_site.clock.forward(IDLE)
    for tab, target in zip(opened, TARGETS):
        tabs.at(tab).driver.refresh()
        assert_asked(tabs.chrome, "login", target)
    go_on_in_all(tabs, user, opened, "login")
    assert_one_small_cookie(tabs.chrome)


@pytest.mark.long
def test_R80_in_Chromium_all_tabs_enroll_by_one_picture(open_tabs: Callable[..., Tabs], site: Site) -> None:
    user = site.add_user()
    tabs = open_tabs(site)
    opened = [tabs.open(TARGETS[0])]
    sign_in(tabs.chrome, user)
    links = {tabs.chrome.by_id("otpauth").get_attribute("href")}
    for target in TARGETS[1:]:
        opened.append(tabs.open(target))
        assert_asked(tabs.chrome, "enroll", target)
        links.add(tabs.chrome.by_id("otpauth").get_attribute("href"))
    (uri,) = links
    code = site.app(uri).fresh()
    tabs.chrome.fill(code=code)
    assert len(tabs.chrome.all("#recovery-codes li")) == 10
    before = site.database.dump()
    tabs.chrome.driver.refresh()  # sends the form once more
    assert_shown(tabs.chrome, user, TARGETS[-1])
    for tab, target in zip(opened[:-1], TARGETS):
        tabs.at(tab).fill(code=code)
        assert_shown(tabs.chrome, user, target)
        assert_one_small_cookie(tabs.chrome)
    assert site.database.dump() == before


# --- the back button ---


@pytest.mark.long
@with_and_without_scripts
def test_R80_the_back_button_behind_the_password_and_the_code_leads_on(open_tabs: Callable[..., Tabs], site: Site,
                                                                      scripts: bool) -> None:
    user = site.enrolled_user()
    target = TARGETS[3]
    tabs = open_tabs(site, scripts)
    tabs.open(target)
    chrome = tabs.chrome
    sign_in(chrome, user)
    chrome.driver.back()
    chrome.await_element("[name=code]")  # the page for signing in is passed
    assert_asked(chrome, "verify", target)
    chrome.fill(code=user.app.fresh())
    assert_shown(chrome, user, target)
    before, cookies = site.database.dump(), cookies_of(chrome)
    chrome.driver.back()
    assert_shown(chrome, user, target)
    chrome.driver.forward()
    assert_shown(chrome, user, target)
    assert site.database.dump() == before and cookies_of(chrome) == cookies


@pytest.mark.long
@with_and_without_scripts
def test_R44_the_back_button_shows_no_recovery_code_again(open_tabs: Callable[..., Tabs], site: Site, scripts: bool) -> None:
    user = site.add_user()
    target = TARGETS[4]
    tabs = open_tabs(site, scripts)
    tabs.open(target)
    chrome = tabs.chrome
    sign_in(chrome, user)
    uri = chrome.by_id("otpauth").get_attribute("href")
    secret = chrome.by_id("secret").text
    chrome.fill(code=site.app(uri).fresh())
    codes = [one.text for one in chrome.all("#recovery-codes li")]
    assert len(codes) == 10
    press(chrome, "#continue")
    assert_shown(chrome, user, target)
    before = site.database.dump()
    for step in (chrome.driver.back, chrome.driver.refresh, chrome.driver.back, chrome.driver.back):
        step()
        assert not any(one in chrome.driver.page_source for one in (secret, *codes)), step
    assert site.database.dump() == before
    chrome.open(site.url(target))
    assert_shown(chrome, user, target)


@pytest.mark.long
@with_and_without_scripts
def test_R61_the_back_button_behind_the_sign_out_shows_nothing_of_the_user(open_tabs: Callable[..., Tabs], site: Site,
                                                                          scripts: bool) -> None:
    user = site.enrolled_user()
    tabs = open_tabs(site, scripts)
    tabs.open(f"{OWN}/account")
    chrome = tabs.chrome
    sign_in(chrome, user)
    chrome.fill(code=user.app.fresh())
    chrome.await_element("#sessions")
    chrome.open(site.url(f"{OWN}/recovery"))
    chrome.open(site.url(f"{OWN}/account?next=/erp"))
    chrome.await_element("#sessions")
    sign_out(chrome, site)
    before = site.database.dump()
    for _ in range(4):
        chrome.driver.back()
        if chrome.path.startswith(OWN):
            chrome.await_element("[name=password]")
            assert user.name not in chrome.driver.page_source and not chrome.all("#sessions"), chrome.path
    assert site.database.dump() == before


# --- a button that is pressed twice ---


@with_and_without_scripts
def test_R80_a_double_click_on_the_button_spends_one_code(open_tabs: Callable[..., Tabs], site: Site, scripts: bool) -> None:
    user = site.enrolled_user()
    target = TARGETS[5]
    tabs = open_tabs(site, scripts)
    tabs.open(target)
    chrome = tabs.chrome
    sign_in(chrome, user)
    before = accepted(site, user)
    chrome.field("code").send_keys(user.app.fresh())
    ActionChains(chrome.driver).double_click(chrome.all("button.primary")[0]).perform()
    ends = "#user" if scripts else "#user, [name=password]"
    chrome.await_element(ends)
    assert accepted(site, user) == before + 1
    if chrome.all("[name=password]"):  # without scripts the browser may drop the answer to the first, and its cookie
        come_in(chrome, user, target)
    assert_shown(chrome, user, target)


# --- two people ---


@pytest.mark.long
@with_and_without_scripts
def test_R80_in_Chromium_the_next_user_gets_nothing_of_the_last_one(open_tabs: Callable[..., Tabs], site: Site, scripts: bool
                                                                    ) -> None:
    alice, bob = site.enrolled_user(), site.enrolled_user()
    tabs = open_tabs(site, scripts)
    account = tabs.open(f"{OWN}/account")
    sign_in(tabs.chrome, alice)
    tabs.chrome.fill(code=alice.app.fresh())
    tabs.chrome.await_element("#sessions")
    application, early = tabs.open(TARGETS[1]), tabs.open(TARGETS[2])
    assert_shown(tabs.chrome, alice, TARGETS[2])
    last = tabs.open(f"{OWN}/logout")
    press(tabs.chrome, "form button")
    assert_asked(tabs.chrome, "login", "")
    tabs.at(early).driver.refresh()
    assert_asked(tabs.chrome, "login", TARGETS[2])

    come_in(tabs.at(last), bob, "/")
    for tab, target in ((application, TARGETS[1]), (early, TARGETS[2])):
        tabs.at(tab).driver.refresh()
        assert_shown(tabs.chrome, bob, target)
    before = site.database.dump()
    tabs.at(account)
    assert tabs.chrome.all("#sessions")  # as it was when she left
    press(tabs.chrome, "[value=end-others]")
    tabs.chrome.await_path(f"{OWN}/account")
    assert site.database.dump() == before
    tabs.chrome.driver.refresh()
    assert alice.name not in tabs.chrome.driver.page_source


# --- a form that meets the end of its session, in one of several tabs ---


def add_desk(site: Site) -> Callable[[], int]:
    """An application with a form; how many of them have arrived."""
    count = site.httpd.root / "desk-count"
    count.write_text("")
    count.chmod(0o666)
    site.application.add("desk.cgi", DESK.format(count=count)).chmod(0o755)
    site.application.add("desk.html", FORM)
    return lambda: len(count.read_text())


@pytest.mark.long
@with_and_without_scripts
def test_R81_a_form_waits_in_its_tab_while_another_one_verifies(open_tabs: Callable[..., Tabs], later_site: Site, scripts: bool
                                                              ) -> None:
    arrived = add_desk(later_site)
    user = later_site.add_user()
    tabs = open_tabs(later_site, scripts)
    tabs.chrome.be(later_site.verify(user), later_site.url())
    desk, other = tabs.open("/desk.html"), tabs.open(TARGETS[6])
    later_site.clock.forward(IDLE)
    press(tabs.at(desk), "button")
    tabs.chrome.await_path(f"{OWN}/login")
    tabs.at(other).driver.refresh()
    come_in(tabs.chrome, user, TARGETS[6])
    assert arrived() == 0

    chrome = tabs.at(desk)
    chrome.driver.refresh()
    press(chrome, "form.fields button.primary")
    chrome.await_element("#method")
    assert [chrome.by_id(one).text for one in ("user", "method", "text")] == [user.name, "POST", "text=an+hour+of+work"]
    assert arrived() == 1
    # Neither back nor reload sends it once more.
    for step in (chrome.driver.refresh, chrome.driver.back, chrome.driver.forward, chrome.driver.refresh):
        step()
        assert arrived() == 1, step
    chrome.open(later_site.url("/desk.cgi/send"))
    assert chrome.by_id("method").text == "GET"


# --- no cookies ---

@pytest.fixture(scope="module")
def blocking() -> Iterator[Chrome]:
    """A Chromium whose user wants no cookies at all."""
    with start_chrome({"profile.default_content_setting_values.cookies": 2}) as chrome:
        yield chrome


ENTRIES = [TARGETS[7], *(f"{OWN}/{page}" for page in ("login", "verify", "enroll", "recovery", "account", "logout"))]


@pytest.mark.long
@pytest.mark.parametrize("entry", ENTRIES)
def test_R82_a_Chromium_without_cookies_is_told_so(blocking: Chrome, site: Site, entry: str) -> None:
    user = site.enrolled_user()
    blocking.open(site.url(entry))
    assert blocking.path.startswith(f"{OWN}/login")
    for _ in range(2):
        sign_in(blocking, user)
        assert "cookie" in blocking.all("h1")[0].text.lower() and not blocking.all("form")
        press(blocking, "a.primary")
        blocking.await_element("[name=password]")
    assert cookies_of(blocking) == []


@pytest.mark.long
def test_R82_a_Chromium_that_loses_its_cookies_on_the_way_begins_anew(open_tabs: Callable[..., Tabs], site: Site) -> None:
    user = site.enrolled_user()
    tabs = open_tabs(site)
    tabs.open(TARGETS[2])
    chrome = tabs.chrome
    sign_in(chrome, user)
    for again in range(2):
        chrome.forget()
        if again:
            chrome.driver.refresh()
        else:
            chrome.fill(code=user.app.code())
        assert_asked(chrome, "login", TARGETS[2])
        sign_in(chrome, user)
    chrome.fill(code=user.app.fresh())
    assert_shown(chrome, user, TARGETS[2])
