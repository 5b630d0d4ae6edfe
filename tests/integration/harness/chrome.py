# SPDX-License-Identifier: Apache-2.0
"""A real browser: headless Chromium, and what a person does with it."""

import base64
import subprocess
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

from selenium import webdriver
from selenium.common.exceptions import WebDriverException
from selenium.webdriver.chrome.service import Service
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.remote.webelement import WebElement
from selenium.webdriver.support.ui import WebDriverWait

from .browser import Browser
from .paths import CHROMEDRIVER, CHROMIUM

DESK = (1280, 900)
SHARP = 2  # device pixels in a CSS pixel, as on most screens of today
PATIENCE = 15

TEXTS = """
const texts = [document.title], nodes = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
while (nodes.nextNode()) texts.push(nodes.currentNode.data);
for (const name of ['alt', 'aria-label', 'title', 'placeholder', 'download'])
    texts.push(...[...document.querySelectorAll(`[${name}]`)].map(e => e.getAttribute(name)));
return texts.map(text => text.trim().replace(/\\s+/g, ' ')).filter(text => text);
"""

IS_STYLED = """
return document.readyState === 'complete' && [...document.querySelectorAll('link[rel=stylesheet]')].every(link => link.sheet);
"""

# The element with the focus, and whether it looks other than without.
FOCUS = """
const look = e => { const s = getComputedStyle(e); return [s.outlineStyle, s.outlineWidth, s.outlineColor, s.boxShadow]; };
const e = document.activeElement, focused = look(e);
e.blur();
const plain = look(e);
e.focus({focusVisible: true, preventScroll: true});
return {name: e.name || e.id || e.textContent.trim(), tag: e.tagName,
        visible: (focused[0] !== 'none' && parseFloat(focused[1]) >= 1 || focused[3] !== 'none')
                 && focused.join() !== plain.join()};
"""


class Chrome:
    """Thin words around selenium, so that tests read like what a person does."""

    def __init__(self, driver: webdriver.Chrome) -> None:
        self.driver = driver

    def reset(self) -> None:
        """As new: no cookies, a desk's window, light colours, English, JavaScript on."""
        self.driver.get("about:blank")
        self.forget()
        self.command("Emulation.setScriptExecutionDisabled", value=False)
        self.command("Emulation.setFocusEmulationEnabled", enabled=True)  # as in the window that a person uses
        self.prefer(scheme="light")
        self.speak("en")
        self.resize(*DESK, SHARP)

    def forget(self) -> None:
        """Drop all cookies."""
        self.command("Network.clearBrowserCookies")

    def command(self, name: str, /, **parameters: Any) -> Any:
        """One command of the DevTools protocol."""
        return self.driver.execute_cdp_cmd(name, parameters)

    def resize(self, width: int, height: int, scale: float = 1) -> None:
        """The size of the page in CSS pixels, and how many device pixels each has."""
        self.command("Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=scale,
                     mobile=False)

    def prefer(self, scheme: str) -> None:
        """The person's colour scheme: light or dark."""
        self.media("", **{"prefers-color-scheme": scheme})

    def media(self, kind: str, **features: str) -> None:
        """The medium of the page, such as print, and what the person prefers."""
        self.command("Emulation.setEmulatedMedia", media=kind,
                     features=[{"name": name, "value": value} for name, value in features.items()])

    def speak(self, language: str) -> None:
        """The language that the person wants pages in."""
        self.command("Network.enable")
        self.command("Network.setExtraHTTPHeaders", headers={"Accept-Language": language})

    def disable_scripts(self) -> None:
        self.command("Emulation.setScriptExecutionDisabled", value=True)

    def open(self, url: str) -> None:
        self.driver.get(url)

    def be(self, browser: Browser, site_url: str) -> None:
        """Go on with the session of somebody who came so far without a real browser."""
        for name, value in browser.cookies.items():
            self.command("Network.setCookie", url=site_url, name=name, value=value, path="/", secure=True, httpOnly=True,
                         sameSite="Lax")

    def show(self, url: str, html: str) -> None:
        """A page that somebody without a real browser was given, as if it stood at this address."""
        self.open(url)
        frame = self.command("Page.getFrameTree")["frameTree"]["frame"]["id"]
        self.command("Page.setDocumentContent", frameId=frame, html=html)
        self.await_true(lambda: self.run(IS_STYLED), "the page does not load")  # says `complete` before it has its style

    @property
    def path(self) -> str:
        """Path and query of the page shown."""
        parts = urlsplit(self.driver.current_url or "")
        return parts.path + (f"?{parts.query}" if parts.query else "")

    @property
    def next(self) -> str:
        """The `next` in the address of the page shown."""
        return parse_qs(urlsplit(self.driver.current_url).query).get("next", [""])[0]

    def by_id(self, identifier: str) -> WebElement:
        return self.driver.find_element(By.ID, identifier)

    def all(self, selector: str) -> list[WebElement]:
        return self.driver.find_elements(By.CSS_SELECTOR, selector)

    def field(self, name: str) -> WebElement:
        """The visible field with this name."""
        shown = [one for one in self.driver.find_elements(By.NAME, name) if one.is_displayed()]
        assert shown, f"no field {name} at {self.path}"
        return shown[0]

    def fill(self, **values: str) -> None:
        """Type into fields, and press Enter in the last one."""
        for name, value in values.items():
            self.field(name).clear()
            self.field(name).send_keys(value)
        shown = self.driver.find_element(By.TAG_NAME, "html")
        self.field(name).send_keys(Keys.ENTER)
        self.await_true(lambda: is_gone(shown), "the form was not sent")
        self.await_true(lambda: self.run("return document.readyState") == "complete", "the page does not load")

    def press(self, *keys: str) -> None:
        """Type where the focus is."""
        webdriver.ActionChains(self.driver).send_keys(*keys).perform()

    def await_path(self, start: str) -> None:
        """Return when a page whose path begins so is shown."""
        self.await_true(lambda: self.path.startswith(start), f"{start} is not shown")

    def await_element(self, selector: str) -> None:
        """Return when a page with such an element is shown."""
        self.await_true(lambda: bool(self.all(selector)), f"no {selector} is shown")

    def await_true(self, is_done: Callable[[], bool], complaint: str) -> None:
        """Return when it is so."""
        WebDriverWait(self.driver, PATIENCE, poll_frequency=0.05).until(lambda _: is_done(), complaint)

    def run(self, script: str, *arguments: Any) -> Any:
        return self.driver.execute_script(script, *arguments)

    def focus(self) -> dict[str, Any]:
        """Where the keyboard is: the name and the tag of the element, and whether one sees that it is there."""
        return self.run(FOCUS)

    def texts(self) -> list[str]:
        """What a person reads or is read out, the title first."""
        return self.run(TEXTS)

    def screenshot(self, file: Path, whole: bool = True) -> Path:
        """A picture of the page."""
        picture = self.command("Page.captureScreenshot", captureBeyondViewport=whole)
        file.write_bytes(base64.b64decode(picture["data"]))
        return file

    def overflow(self) -> int:
        """How many CSS pixels the page is wider than the window."""
        return self.run("const e = document.scrollingElement; return e.scrollWidth - e.clientWidth")

    def violations(self, axe: str, rules: Sequence[str] = ()) -> list[str]:
        """What axe-core, given as its source, finds against WCAG 2.2 A and AA, or against these rules, one line each."""
        self.run(axe)
        found = self.driver.execute_async_script(
            "const done = arguments[1]; axe.run({runOnly: arguments[0]}).then(result => done(result.violations))",
            list(rules) or ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"])
        return [f"{one['id']}: {one['help']}: {[node['html'] for node in one['nodes']]}" for one in found]

    def sniffed(self, sniffer: str) -> list[str]:
        """What pa11y's HTML_CodeSniffer, given as its source, finds against WCAG 2 AA, one line each."""
        self.run(sniffer)
        return self.driver.execute_async_script(
            "const done = arguments[0], say = one => `${one.code}: ${one.msg}: ${one.element.outerHTML?.slice(0, 120)}`;"
            "HTMLCS.process('WCAG2AA', document,"
            " () => done(HTMLCS.getMessages().filter(one => one.type === HTMLCS.ERROR).map(say)))")


def is_gone(element: WebElement) -> bool:
    """Whether the page of this element has been left."""
    try:
        element.is_enabled()
    except WebDriverException:
        return True
    return False


def read_qr(picture: Path) -> str:
    """The text of the one QR code in a picture, by zbar."""
    done = subprocess.run(["zbarimg", "--quiet", "--raw", "-Sdisable", "-Sqrcode.enable", picture], capture_output=True, text=True)
    lines = done.stdout.splitlines()
    assert len(lines) == 1, f"zbarimg found {len(lines)} codes in {picture.name}"
    return lines[0]


def oathtool(uri: str) -> str:
    """The present code for an `otpauth:` link, by oathtool."""
    parameters = parse_qs(urlsplit(uri).query)
    value = lambda name, default: parameters.get(name, [default])[0]  # noqa: E731
    done = subprocess.run(["oathtool", f"--totp={value('algorithm', 'SHA1').lower()}", f"--digits={value('digits', '6')}",
                           f"--time-step-size={value('period', '30')}s", "--base32", value("secret", "")],
                          capture_output=True, text=True, check=True)
    return done.stdout.strip()


@contextmanager
def start_chrome(preferences: Mapping[str, Any] | None = None, blocks_windows: bool = False) -> Iterator[Chrome]:
    """Chromium without a screen, which trusts the certificate of the servers under test; it may block windows that no person
    has asked for, as outside of tests."""
    options = webdriver.ChromeOptions()
    options.binary_location = str(CHROMIUM)
    for argument in ("--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--no-proxy-server",
                     "--hide-scrollbars", "--lang=en",
                     # No tab waits for its turn behind the one that is in front.
                     "--disable-background-timer-throttling", "--disable-backgrounding-occluded-windows",
                     "--disable-renderer-backgrounding"):
        options.add_argument(argument)
    options.accept_insecure_certs = True
    options.add_experimental_option("prefs", dict(preferences or {}))
    if blocks_windows:
        options.add_experimental_option("excludeSwitches", ["disable-popup-blocking"])
    driver = webdriver.Chrome(service=Service(str(CHROMEDRIVER)), options=options)
    driver.set_page_load_timeout(4 * PATIENCE)
    try:
        yield Chrome(driver)
    finally:
        driver.quit()
