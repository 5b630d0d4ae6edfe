# SPDX-License-Identifier: Apache-2.0
"""Every page in every state, language and theme, on a phone and on a desk (R95 to R99)."""

from collections.abc import Callable, Iterator

import pytest

from harness.browser import OWN, Answer
from harness.chrome import DESK, Chrome
from harness.expect import assert_passed, assert_sent_to
from harness.site import Site, Workshop
from harness.texts import LANGUAGES, english_texts_in
from harness.tour import STATES, TARGET, Tour, start_tour
from selenium.webdriver.common.keys import Keys

Show = Callable[..., Answer]
NOBODY = {"login", "login_wrong", "login_waits", "login_stale", "login_again", "login_keeps", "not_kept", "not_found", "cookies_blocked"}
PHONE = (320, 640)

# Colours as the eye sees them, and what of a page has too little contrast with what it stands on (WCAG 1.4.11).
CONTROLS = """
const parse = colour => colour.match(/[\\d.]+/g).map(Number), opaque = colour => (parse(colour)[3] ?? 1) === 1;
const linear = value => value <= .04045 ? value / 12.92 : ((value + .055) / 1.055) ** 2.4;
const light = colour => { const [r, g, b] = parse(colour).map(v => linear(v / 255)); return .2126 * r + .7152 * g + .0722 * b };
const contrast = (one, other) => { const both = [light(one), light(other)];
                                   return (Math.max(...both) + .05) / (Math.min(...both) + .05) };
const behind = e => { for (e = e.parentElement; e; e = e.parentElement) if (opaque(getComputedStyle(e).backgroundColor))
                          return getComputedStyle(e).backgroundColor; return 'rgb(255, 255, 255)' };
const faint = [];
for (const e of document.querySelectorAll('input:not([type=hidden]):not([type=checkbox]), .primary, .secondary')) {
    const s = getComputedStyle(e), has_edge = parseFloat(s.borderTopWidth) >= 1 && opaque(s.borderTopColor);
    const edge = has_edge ? s.borderTopColor : s.backgroundColor;
    if (e.getClientRects().length && contrast(edge, behind(e)) < 3) faint.push(e.outerHTML.slice(0, 120) + edge + behind(e));
}
return faint;
"""
# What reaches beyond the window, is too small for a finger, or asks without saying what for.
CUT = """return [...document.querySelectorAll('body *')].filter(e => { const r = e.getBoundingClientRect();
return r.width && (r.right > innerWidth + 1 || r.left < -1) }).map(e => e.outerHTML.slice(0, 120))"""
SMALL = """return [...document.querySelectorAll('a, button, input:not([type=hidden]), summary')]
.map(e => [e.outerHTML.slice(0, 120), e.getBoundingClientRect()])
.filter(([, r]) => r.width && (r.width < 24 || r.height < 24)).map(([text]) => text)"""
UNLABELLED = """const shown = e => e && e.getClientRects().length && e.textContent.trim();
return [...document.querySelectorAll('input:not([type=hidden])')].filter(e => e.getClientRects().length)
.filter(e => ![...e.labels].some(shown)
    || (e.getAttribute('aria-describedby') ?? '').split(' ').filter(id => id).some(id => !shown(document.getElementById(id))))
.map(e => e.outerHTML.slice(0, 200))"""
# The ways to leave: the button or the link that signs out; where nobody is signed in, any link.
WAYS_OUT = """return [...document.querySelectorAll('form[action$="/logout"] button, a[href$="/logout"]')]
.filter(e => e.getClientRects().length && e.textContent.trim()).length"""

@pytest.fixture(scope="module")
def tour(workshop: Workshop) -> Iterator[Tour]:
    made = start_tour(workshop)
    yield made
    made.site.httpd.stop()


@pytest.fixture
def show(tour: Tour, chrome: Chrome) -> Show:
    """Come to a state in a language, and have the page before one with everything on it unfolded."""

    def go(state: str, language: str = "en") -> Answer:
        tour.language = language
        tour.site.log.allow("AH01631")  # what httpd says of not_permitted
        browser, answer = STATES[state](tour)
        assert answer.status != 303 and answer.page.all("h1"), f"{answer.target}: {answer.status} {answer.location}"
        chrome.be(browser, tour.site.url())
        chrome.show(tour.site.url(f"{OWN}/nowhere"), answer.text)
        chrome.run("for (const folded of document.querySelectorAll('details')) folded.open = true")
        return answer

    return go


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("state", STATES)
def test_R95_R96_R97_R99_every_page_is_good_in_every_language(chrome: Chrome, show: Show, axe: str, sniffer: str, state: str,
                                                             language: str) -> None:
    answer = show(state, language)
    assert chrome.run("return document.documentElement.lang") == language
    assert english_texts_in(chrome.texts(), language) == []
    alerts = chrome.all("[role=alert]")
    prefix = LANGUAGES[language]["title_error_prefix"].partition("{")[0]
    assert chrome.driver.title.startswith(prefix) == bool(alerts), chrome.driver.title
    assert (answer.status == 200) == (not alerts and state not in ("not_kept", "not_found", "cookies_blocked", "not_permitted"))
    assert chrome.run(UNLABELLED) == []
    assert chrome.run(WAYS_OUT) or state in NOBODY
    assert chrome.run("return [...document.querySelectorAll('.primary')].filter(e => e.getClientRects().length).length") <= 1
    chrome.resize(*PHONE)
    assert_fits(chrome)
    assert chrome.run(SMALL) == []
    assert chrome.run(CONTROLS) == []
    assert chrome.violations(axe) == []
    assert chrome.sniffed(sniffer) == []
    chrome.resize(320, 225, 4)
    assert_fits(chrome)
    chrome.resize(*DESK)
    chrome.prefer("dark")
    assert_fits(chrome)
    assert chrome.run(SMALL) == []
    assert chrome.run(CONTROLS) == []
    assert chrome.violations(axe, ["color-contrast"]) == []


def assert_fits(chrome: Chrome) -> None:
    assert chrome.overflow() <= 0
    assert chrome.run(CUT) == []


@pytest.mark.parametrize("state", STATES)
def test_R95_every_stop_of_the_keyboard_is_visible(chrome: Chrome, show: Show, state: str) -> None:
    show(state)
    reachable = chrome.run("return [...document.querySelectorAll('a[href], button, input:not([type=hidden]), summary')]"
                           ".filter(e => e.getClientRects().length).length")
    chrome.run("const top = document.querySelector('h1'); top.setAttribute('tabindex', -1); top.focus()")
    stops = set()
    for _ in range(min(reachable, 20)):
        chrome.press(Keys.TAB)
        stop = chrome.focus()
        if stop["tag"] == "BODY":
            break
        assert stop["visible"], stop
        stops.add(stop["name"])
    assert stops


@pytest.mark.parametrize("state", STATES)
def test_R95_no_page_needs_a_script(chrome: Chrome, show: Show, state: str) -> None:
    """Only the buttons that copy and print are hidden without one."""
    chrome.disable_scripts()
    page = show(state).page
    hidden = [one for one in page.elements if "hidden" in one.attributes]
    assert [one.get("id") for one in hidden] == (["keep"] if state == "recovery_codes" else [])
    assert [one for one in page.elements if any(name.startswith("on") or name == "style" for name in one.attributes)] == []
    assert {one.get("src").rsplit("/", 1)[-1] for one in page.all("script")} <= {"submit.js", "recovery_codes.js", "done.js"}


# --- R98: time limits ---


@pytest.mark.parametrize("page", ["enroll", "verify", "recovery"])
def test_R98_a_page_says_how_long_there_is(site: Site, page: str) -> None:
    user = site.add_user() if page == "enroll" else site.enrolled_user()
    text = site.sign_in(user).fetch(f"{OWN}/{page}").text
    assert "You have 10 minutes" in text and "sign in again" in text


def test_R98_who_has_passed_already_has_no_time_limit(start_site: Callable[..., Site]) -> None:
    site = start_site(location=["UzmfaVerifiedWithin 1s"], movable_clock=True)
    user = site.enrolled_user()
    browser = site.verify(user)
    site.clock.forward(60)
    assert_sent_to(browser.fetch(TARGET), "verify", TARGET)
    assert "You have 10 minutes" not in browser.fetch(f"{OWN}/verify").text


@pytest.mark.parametrize("page", ["enroll", "verify", "recovery"])
def test_R98_after_the_time_limit_one_starts_again_and_comes_where_one_wanted(later_site: Site, page: str) -> None:
    user = later_site.add_user() if page == "enroll" else later_site.enrolled_user()
    browser = later_site.browser()
    assert_sent_to(browser.fetch(TARGET), "login", TARGET)
    form = browser.follow(browser.sign_in(user.name, user.password, TARGET))
    form = form if page != "recovery" else browser.fetch(browser.own_page(page, TARGET))
    later_site.clock.forward(5 * 60)
    assert browser.submit(form, code="12x").status == 401  # there is time yet
    later_site.clock.forward(5 * 60 + 5)
    sent = browser.submit(form, code="123456")
    assert_sent_to(sent, "login", TARGET)
    sent = browser.submit(browser.follow(sent), username=user.name, password=user.password)
    if page == "enroll":
        assert_sent_to(sent, "enroll", TARGET)
        shown = browser.follow(sent)
        done = browser.submit(shown, code=later_site.app(shown.page.by_id("otpauth")["href"]).fresh())
        assert done.page.by_id("continue")["href"] == TARGET
    else:
        assert_passed(browser.submit(browser.follow(sent), code=user.app.fresh()), TARGET)


# --- what is rare ---


@pytest.mark.parametrize("language", LANGUAGES)
def test_R95_every_error_page_fits_a_narrow_window(chrome: Chrome, show: Show, language: str) -> None:
    show("not_found", language)
    chrome.resize(*PHONE)
    for key in LANGUAGES[language]:
        if key.endswith("_heading") and (text := LANGUAGES[language].get(key.removesuffix("_heading"))):
            chrome.run("document.querySelector('h1').textContent = arguments[0];"
                       "document.querySelector('main p').textContent = arguments[1]",
                       LANGUAGES[language][key], text)
            assert_fits(chrome)


def test_R95_a_long_name_breaks_no_page(chrome: Chrome, show: Show, tour: Tour) -> None:
    """Neither does one without a place to break it."""
    for state in ("enroll", "verify", "account", "admin", "admin_user"):
        show(state)
        chrome.resize(*PHONE)
        chrome.run("const walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT); let n;"
                   "while (n = walk.nextNode()) n.data = n.data.replace(/user\\d+|administrator/g, 'W'.repeat(60))")
        assert_fits(chrome)


def test_R94_R95_colours_of_the_system_and_paper(chrome: Chrome, show: Show) -> None:
    """With colours forced, everything keeps an edge; on paper there is what is to be kept, and no button."""
    show("enroll")
    chrome.media("", **{"forced-colors": "active"})
    assert chrome.run("return getComputedStyle(document.querySelector('.qr')).backgroundColor") == "rgb(255, 255, 255)"
    assert chrome.run("return parseFloat(getComputedStyle(document.querySelector('.primary')).borderTopWidth)") >= 1
    show("recovery_codes")
    chrome.media("print")
    assert len([one for one in chrome.all("#recovery-codes li") if one.is_displayed()]) == 10
    assert [one.text for one in chrome.all("button, a") if one.is_displayed()] == []
    assert chrome.run("return getComputedStyle(document.documentElement).backgroundColor") == "rgb(255, 255, 255)"


def test_who_wants_no_motion_gets_none(chrome: Chrome, show: Show) -> None:
    show("verify")
    chrome.media("", **{"prefers-reduced-motion": "reduce"})
    assert chrome.run("return [...document.querySelectorAll('body *')].map(e => getComputedStyle(e))"
                      ".every(s => parseFloat(s.transitionDuration) === 0 && s.animationName === 'none')")
