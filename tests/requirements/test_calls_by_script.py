# SPDX-License-Identifier: Apache-2.0
"""R79 in a real browser: an application's calls that are stopped lead to a window, and are repeated after it (`uzmfa.js`)."""

import re
from collections.abc import Iterator

import pytest
from selenium.common.exceptions import WebDriverException
from selenium.webdriver.common.keys import Keys

from harness.browser import OWN
from harness.caller import add_caller, directives
from harness.chrome import Chrome, start_chrome
from harness.site import Site, User, Workshop
from harness.texts import LANGUAGES

GET, KEPT, TWICE = "200 GET x=1", "[kept]", "[kept, twice]"
# What each button's call comes to once it has passed.
CALLS = {
    "fetch": f"{GET} []", "request": f"200 PUT x=1 {KEPT} of a request", "string": f"200 POST x=1 {KEPT} of a string",
    "parameters": f"200 POST x=1 {KEPT} a=1+%26+2", "blob": f"200 POST x=1 {KEPT} of a blob",
    "xhr": f"{GET} {TWICE}", "xhr-post": f"200 POST x=1 {TWICE} of a string", "xhr-json": f"200 POST x=1 {TWICE} of a string",
}
FORMS = {"form": KEPT, "xhr-buffer": TWICE}
PASSED = ["2 200", "3 200", "progress", "4 200", "load", "loadend"]


@pytest.fixture(scope="module")
def caller(workshop: Workshop) -> Site:
    """A site with an application that calls by script, over HTTP/2: browsers send no streams otherwise."""
    site = workshop.build(modules=["http2"])
    add_caller(site.application)
    site.configure(modules=["http2"], server=["Protocols h2 http/1.1", *directives(site.application)])
    site.httpd.start()
    return site


@pytest.fixture
def user(caller: Site) -> User:
    return caller.add_user()


@pytest.fixture
def page(chrome: Chrome, caller: Site, user: User) -> Iterator[str]:
    """The application's page in a browser whose session has ended since; its window's name."""
    window = open_page(chrome, caller, user)
    yield window
    close_others(chrome, window)


def open_page(chrome: Chrome, caller: Site, user: User) -> str:
    chrome.be(caller.verify(user), caller.url())
    chrome.open(caller.url("/caller"))
    chrome.forget()
    return chrome.driver.current_window_handle


def close_others(chrome: Chrome, window: str) -> None:
    for other in set(chrome.driver.window_handles) - {window}:
        chrome.driver.switch_to.window(other)
        chrome.driver.close()
    chrome.driver.switch_to.window(window)


def answers(chrome: Chrome) -> list[str]:
    return chrome.run("return answers")


def await_answers(chrome: Chrome, count: int = 1) -> list[str]:
    chrome.await_true(lambda: len(answers(chrome)) >= count, f"not {count} answers")
    return answers(chrome)


def go_to_window(chrome: Chrome, *known: str) -> str:
    """The one window that was opened."""
    chrome.await_true(lambda: len(chrome.driver.window_handles) == len(known) + 1, "there is not one window more")
    (opened,) = set(chrome.driver.window_handles) - set(known)
    chrome.driver.switch_to.window(opened)
    chrome.await_true(lambda: bool(chrome.all("h1")), "the window shows nothing")
    return opened


def give(chrome: Chrome, **values: str) -> None:
    """Fill in the last form: the window closes itself upon it."""
    for name, value in values.items():
        chrome.field(name).send_keys(value)
    try:
        chrome.field(name).send_keys(Keys.ENTER)
    except WebDriverException:  # gone before the driver could say so
        pass


def pass_window(chrome: Chrome, user: User, *known: str) -> None:
    """Sign in and verify in the window that was opened, and go back."""
    opened = go_to_window(chrome, *known)
    chrome.await_path(f"{OWN}/login")
    assert chrome.next == f"{OWN}/done"
    chrome.fill(username=user.name, password=user.password)
    chrome.await_path(f"{OWN}/verify")
    give(chrome, code=user.app.fresh())
    chrome.await_true(lambda: opened not in chrome.driver.window_handles, "the window does not close itself")
    chrome.driver.switch_to.window(known[-1])


# --- every kind of call ---


@pytest.mark.parametrize(("call", "answer"), CALLS.items(), ids=CALLS)
def test_R79_a_call_is_repeated_after_the_verification(chrome: Chrome, page: str, user: User, call: str, answer: str) -> None:
    chrome.by_id(call).click()
    pass_window(chrome, user, page)
    assert await_answers(chrome) == [answer]
    assert bar(chrome) == []


@pytest.mark.parametrize(("call", "header"), FORMS.items(), ids=FORMS)
def test_R79_a_form_is_sent_again(chrome: Chrome, page: str, user: User, call: str, header: str) -> None:
    chrome.by_id(call).click()
    pass_window(chrome, user, page)
    (answer,) = await_answers(chrome)
    assert re.fullmatch(rf"200 POST x=1 {re.escape(header)} -+\w+ .*name=a +1 & 2 -+\w+--", answer), answer


def test_R79_an_XHR_learns_nothing_of_the_first_answer(chrome: Chrome, page: str, user: User) -> None:
    chrome.by_id("xhr-post").click()
    go_to_window(chrome, page)
    chrome.driver.switch_to.window(page)
    assert chrome.run("return events") == []
    pass_window(chrome, user, page)
    await_answers(chrome)
    assert told(chrome) == ["1 0", *PASSED]  # it was opened once more


@pytest.mark.parametrize("call", ["stream", "xhr-sync"])
def test_R79_a_call_that_cannot_be_repeated_gets_the_401(chrome: Chrome, page: str, call: str) -> None:
    chrome.by_id(call).click()
    assert await_answers(chrome) == ["401 stopped"]
    assert chrome.driver.window_handles == [page] and bar(chrome) == []


def test_R79_without_a_reason_nothing_is_opened(chrome: Chrome, caller: Site, user: User) -> None:
    visitor = caller.verify(user)
    chrome.be(visitor, caller.url())
    chrome.open(caller.url("/caller"))
    chrome.by_id("xhr").click()
    assert await_answers(chrome) == [CALLS["xhr"]]
    assert told(chrome) == PASSED
    assert len(chrome.driver.window_handles) == 1


# --- one window, several tabs ---


@pytest.mark.long
def test_R79_one_window_serves_all_calls_of_a_page(chrome: Chrome, page: str, user: User) -> None:
    chrome.by_id("many").click()
    pass_window(chrome, user, page)
    got = await_answers(chrome, 10)
    assert sorted(got) == sorted([f"200 GET x={i} []" for i in range(5)] + [CALLS["xhr"]] * 5)
    assert chrome.driver.window_handles == [page]


def test_R79_one_verification_serves_all_tabs(chrome: Chrome, caller: Site, page: str, user: User) -> None:
    chrome.driver.switch_to.new_window("tab")
    second = open_page(chrome, caller, user)
    chrome.by_id("xhr-post").click()
    first_window = go_to_window(chrome, page, second)
    chrome.driver.switch_to.window(page)
    chrome.by_id("string").click()
    pass_window(chrome, user, second, first_window, page)
    assert await_answers(chrome) == [CALLS["string"]]
    chrome.driver.switch_to.window(second)
    assert await_answers(chrome) == [CALLS["xhr-post"]]
    # The window of the second tab is of no use any more.
    chrome.await_true(lambda: len(chrome.driver.window_handles) == 2, "a window is left over")


# --- the window is closed, blocked, or asked for by a page that is not to be trusted ---


@pytest.mark.long
@pytest.mark.parametrize("call", ["string", "xhr-post"])
def test_R79_when_the_window_is_closed_the_401_is_the_answer(chrome: Chrome, page: str, user: User, call: str) -> None:
    chrome.by_id(call).click()
    go_to_window(chrome, page)
    chrome.fill(username=user.name, password="wrong")
    chrome.driver.switch_to.window(page)
    pause(chrome, 5)
    assert answers(chrome) == []
    go_to_window(chrome, page)
    chrome.driver.close()
    chrome.driver.switch_to.window(page)
    (answer,) = await_answers(chrome)
    assert answer == "401 stopped"
    if call == "xhr-post":
        assert chrome.run("return events")[-4:] == ["progress", "4 401", "load", "loadend"]
    assert bar(chrome) == []
    chrome.by_id(call).click()
    pass_window(chrome, user, page)
    assert await_answers(chrome, 2)[1] == CALLS[call]


def test_R79_an_aborted_fetch_waits_no_longer(chrome: Chrome, page: str) -> None:
    chrome.by_id("aborted").click()
    go_to_window(chrome, page)
    chrome.driver.switch_to.window(page)
    chrome.run("controller.abort()")
    assert await_answers(chrome) == ["AbortError"]


def test_R79_an_aborted_XHR_is_not_sent_again(chrome: Chrome, page: str, user: User) -> None:
    chrome.by_id("xhr-aborted").click()
    go_to_window(chrome, page)
    chrome.driver.switch_to.window(page)
    assert chrome.run("return request.readyState") == 1  # jQuery aborts no other
    chrome.run("request.abort()")
    pass_window(chrome, user, page)
    chrome.by_id("fetch").click()
    assert await_answers(chrome) == [CALLS["fetch"]]


@pytest.mark.long
def test_R79_where_windows_are_blocked_a_button_opens_it(caller: Site, user: User, axe: str) -> None:
    with start_chrome(blocks_windows=True) as chrome:
        chrome.reset()
        chrome.speak("de")
        page = open_page(chrome, caller, user)
        chrome.run("document.getElementById('xhr').click()")  # by no person
        chrome.await_true(lambda: bool(bar(chrome)), "there is no button")
        pause(chrome, 4)
        assert chrome.driver.window_handles == [page] and answers(chrome) == []
        (button,) = bar(chrome)
        assert button.text == LANGUAGES["de"]["sign_in_required"]
        assert button.is_displayed() and button.size["height"] >= 24
        assert chrome.violations(axe) == []
        button.send_keys(Keys.ENTER)
        pass_window(chrome, user, page)
        assert await_answers(chrome) == [CALLS["xhr"]]
        assert bar(chrome) == []


@pytest.mark.parametrize("verify_url", ["https://evil.test/uzmfa/verify", "//evil.test/", "javascript:alert(1)", "data:,x", ""])
def test_R79_no_page_of_another_site_is_opened(chrome: Chrome, page: str, verify_url: str) -> None:
    """As if something between the gate and the page had changed the document."""
    chrome.run("const json = Response.prototype.json, [url] = arguments;"
               "Response.prototype.json = async function () { return { ...await json.call(this), verify_url: url || undefined } }",
               verify_url)
    chrome.by_id("xhr").click()
    assert await_answers(chrome) == ["401 stopped"]
    assert bar(chrome) == []


# --- enrollment, and the end ---


@pytest.mark.long
def test_R79_a_user_who_has_to_enroll_comes_back_too(chrome: Chrome, caller: Site, page: str) -> None:
    newcomer = caller.add_user()
    chrome.by_id("fetch").click()
    window = go_to_window(chrome, page)
    chrome.fill(username=newcomer.name, password=newcomer.password)
    app = caller.app(chrome.by_id("otpauth").get_attribute("href"))
    chrome.fill(code=app.fresh())
    chrome.await_element("#recovery-codes")
    chrome.by_id("continue").click()
    chrome.await_true(lambda: window not in chrome.driver.window_handles, "the window does not close itself")
    chrome.driver.switch_to.window(page)
    assert await_answers(chrome) == [CALLS["fetch"]]


def test_R79_R95_the_end_says_what_to_do_without_scripts(chrome: Chrome, caller: Site, user: User) -> None:
    caller.verify(user)
    chrome.disable_scripts()
    chrome.open(caller.url(f"{OWN}/login?next={OWN}/done"))
    chrome.fill(username=user.name, password=user.password)
    chrome.fill(code=user.app.fresh())
    assert chrome.path == f"{OWN}/done"
    assert chrome.all("h1")[0].text == LANGUAGES["en"]["done_heading"]
    assert chrome.all("main p")[0].text == LANGUAGES["en"]["done_text"]


def told(chrome: Chrome) -> list[str]:
    """What an XHR was told of; an answer may arrive in pieces."""
    return list(dict.fromkeys(chrome.run("return events")))


def bar(chrome: Chrome) -> list:
    return chrome.all("[role=alert] button")


def pause(chrome: Chrome, seconds: float) -> None:
    chrome.driver.execute_async_script("setTimeout(arguments[1], arguments[0] * 1000)", seconds)
