# SPDX-License-Identifier: Apache-2.0
"""R80 and R82 in Chromium: real tabs, its history, and no cookies."""

from collections.abc import Callable, Iterator

import pytest

from harness.browser import COOKIE, OWN
from harness.chrome import Chrome, start_chrome
from harness.site import Site, User

COUNT = 10
TARGETS = [f"/erp/tab{number}?id={number}&view=all%20open&x=%26" for number in range(COUNT)]
LONGEST = 200  # bytes of a cookie's value


@pytest.fixture
def window(chrome: Chrome) -> Iterator[Chrome]:
    """Chromium with one tab, which closes those that a test has opened."""
    first = chrome.driver.current_window_handle
    yield chrome
    for handle in chrome.driver.window_handles:
        if handle != first:
            chrome.driver.switch_to.window(handle)
            chrome.driver.close()
    chrome.driver.switch_to.window(first)


def assert_one_small_cookie(chrome: Chrome) -> None:
    cookies = chrome.command("Network.getAllCookies")["cookies"]
    assert [one["name"] for one in cookies] == [COOKIE] and len(cookies[0]["value"]) < LONGEST, cookies


def assert_shown(chrome: Chrome, user: User, target: str) -> None:
    """The application's page at this address, for this user."""
    chrome.await_path(target)
    chrome.await_element("#user")
    assert (chrome.by_id("user").text, chrome.path) == (user.name, target)


IN_CHROMIUM: list[Callable[[Chrome, Site, User, str], None]] = [
    lambda chrome, site, user, url: chrome.fill(code=user.app.code()),
    lambda chrome, site, user, url: chrome.fill(code=user.app.wrong()),
    lambda chrome, site, user, url: chrome.driver.refresh(),
    lambda chrome, site, user, url: chrome.all("a.quiet")[0].click(),
    lambda chrome, site, user, url: chrome.driver.back(),
    lambda chrome, site, user, url: chrome.fill(username=user.name, password=user.password),
    lambda chrome, site, user, url: chrome.fill(username=user.name, password="a slip"),
    lambda chrome, site, user, url: chrome.driver.refresh(),
    lambda chrome, site, user, url: chrome.open(url),
]
AT_CODE = 5  # so many of those tabs have gone on to the page for the code
KEEP_THE_PART = {2, 7, 8}  # a form does not send the part of the page that was asked for


def test_R80_in_Chromium_all_tabs_reach_their_pages_by_one_verification(window: Chrome, site: Site) -> None:
    user = site.enrolled_user()
    urls = [f"{site.url(target)}#part{number}" for number, target in enumerate(TARGETS)]
    handles = []
    for url, target in zip(urls, TARGETS):
        if handles:
            window.driver.switch_to.new_window("tab")
        handles.append(window.driver.current_window_handle)
        window.open(url)
        assert window.path.startswith(f"{OWN}/login") and window.next == target
        assert_one_small_cookie(window)
    window.driver.switch_to.window(handles[0])
    window.fill(username=user.name, password=user.password)
    assert_one_small_cookie(window)
    for handle in handles[1:1 + AT_CODE]:
        window.driver.switch_to.window(handle)
        window.driver.refresh()
        assert window.path.startswith(f"{OWN}/verify")
    window.driver.switch_to.window(handles[0])
    window.fill(code=user.app.fresh())
    assert_shown(window, user, TARGETS[0])

    before = site.database.dump()
    for number, (way, handle, url, target) in enumerate(zip(IN_CHROMIUM, handles[1:], urls[1:], TARGETS[1:])):
        window.driver.switch_to.window(handle)
        way(window, site, user, url)
        assert_shown(window, user, target)
        assert number not in KEEP_THE_PART or window.driver.current_url == url
        assert_one_small_cookie(window)
    assert site.database.dump() == before


def test_R80_in_Chromium_all_tabs_enroll_by_one_picture(window: Chrome, site: Site) -> None:
    user = site.add_user()
    window.open(site.url(TARGETS[0]))
    window.fill(username=user.name, password=user.password)
    handles = [window.driver.current_window_handle]
    for target in TARGETS[1:]:
        window.driver.switch_to.new_window("tab")
        handles.append(window.driver.current_window_handle)
        window.open(site.url(target))
        assert window.path.startswith(f"{OWN}/enroll") and window.next == target
    links = set()
    for handle in handles:
        window.driver.switch_to.window(handle)
        links.add(window.by_id("otpauth").get_attribute("href"))
    (uri,) = links
    code = site.app(uri).fresh()
    window.fill(code=code)
    assert len(window.all("#recovery-codes li")) == 10
    before = site.database.dump()
    window.driver.refresh()  # sends the form once more
    assert_shown(window, user, TARGETS[-1])
    for handle, target in zip(handles[:-1], TARGETS):
        window.driver.switch_to.window(handle)
        window.fill(code=code)
        assert_shown(window, user, target)
        assert_one_small_cookie(window)
    assert site.database.dump() == before


def test_R80_the_back_button_leads_on_and_after_the_sign_out_to_nothing_of_the_user(window: Chrome, site: Site) -> None:
    user = site.enrolled_user()
    target = TARGETS[3]
    window.open(site.url(target))
    window.fill(username=user.name, password=user.password)
    window.driver.back()
    window.await_element("[name=code]")  # the page for signing in is passed
    window.fill(code=user.app.fresh())
    assert_shown(window, user, target)
    before, session = site.database.dump(), window.command("Network.getAllCookies")["cookies"]
    for _ in range(3):
        window.driver.back()
        if window.driver.current_url.startswith(site.url("/")):
            assert_shown(window, user, target)
    assert site.database.dump() == before and window.command("Network.getAllCookies")["cookies"] == session

    window.open(site.url(f"{OWN}/account"))
    assert window.all("#sessions")
    window.open(site.url(f"{OWN}/logout"))
    window.all("form button")[0].click()
    window.await_path(f"{OWN}/login")
    for _ in range(4):
        window.driver.back()
        if window.path.startswith(OWN):
            assert user.name not in window.driver.page_source and not window.all("#sessions"), window.path
            window.await_element("[name=password]")
    window.open(site.url(target))
    window.await_path(f"{OWN}/login")


# --- no cookies ---

@pytest.fixture(scope="module")
def blocking() -> Iterator[Chrome]:
    """A Chromium whose user wants no cookies at all."""
    with start_chrome({"profile.default_content_setting_values.cookies": 2}) as chrome:
        yield chrome


ENTRIES = [TARGETS[7], *(f"{OWN}/{page}" for page in ("login", "verify", "enroll", "recovery", "account", "logout"))]


@pytest.mark.parametrize("entry", ENTRIES)
def test_R82_a_Chromium_without_cookies_is_told_so(blocking: Chrome, site: Site, entry: str) -> None:
    user = site.enrolled_user()
    blocking.open(site.url(entry))
    assert blocking.path.startswith(f"{OWN}/login")
    for _ in range(2):
        blocking.fill(username=user.name, password=user.password)
        assert "cookie" in blocking.all("h1")[0].text.lower() and not blocking.all("form")
        blocking.all("a.primary")[0].click()
        blocking.await_element("[name=password]")
    assert blocking.command("Network.getAllCookies")["cookies"] == []


def test_R82_a_Chromium_that_loses_its_cookies_on_the_way_begins_anew(window: Chrome, site: Site) -> None:
    user = site.enrolled_user()
    window.open(site.url(TARGETS[2]))
    window.fill(username=user.name, password=user.password)
    for again in range(2):
        window.forget()
        if again:
            window.driver.refresh()
        else:
            window.fill(code=user.app.code())
        assert window.path.startswith(f"{OWN}/login") and window.next == TARGETS[2]
        window.fill(username=user.name, password=user.password)
    window.fill(code=user.app.fresh())
    assert_shown(window, user, TARGETS[2])
