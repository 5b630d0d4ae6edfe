# SPDX-License-Identifier: Apache-2.0
"""Section 10 of the requirements: the pages in a real browser, as different people use them."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest

from harness.browser import OWN
from harness.chrome import Chrome, oathtool, read_qr
from harness.site import Site, User, is_open
from selenium.webdriver.common.keys import Keys

Reach = Callable[[str], None]
MISTAKES = {"login": {"username": "nobody", "password": "wrong"}}


def sign_in(chrome: Chrome, site: Site, user: User, target: str = "/erp/orders?id=7") -> None:
    """From the page asked for to the one that asks for the second factor."""
    chrome.open(site.url(target))
    chrome.fill(username=user.name, password=user.password)


@pytest.fixture
def reach(chrome: Chrome, site: Site) -> Reach:
    """Go to a page of the module, or to the same page after a mistake."""

    def go(page: str) -> None:
        name, _, mistake = page.partition(" ")
        chrome.forget()
        visitor = site.browser()
        if name in ("enroll", "verify", "recovery", "logout"):
            site.sign_in(site.add_user() if name == "enroll" else site.enrolled_user(), visitor)
        chrome.be(visitor, site.url())
        chrome.open(site.url(f"{OWN}/{name}?next=%2Ferp"))
        if mistake:
            chrome.fill(**MISTAKES.get(name, {"code": "12x"}))

    return go


@pytest.mark.parametrize("page", ["enroll", "verify"])
def test_R92_there_is_one_field_for_the_code(chrome: Chrome, reach: Reach, page: str) -> None:
    reach(page)
    (field,) = [one for one in chrome.all("input, textarea") if one.is_displayed()]
    assert field.get_attribute("name") == "code"
    assert chrome.run("return arguments[0].getAttribute('type')", field) == "text"
    assert field.get_attribute("inputmode") == "numeric"
    assert field.get_attribute("autocomplete") == "one-time-code"
    assert int(field.get_attribute("maxlength") or 99) >= 9
    assert chrome.run("return arguments[0].validity.valid || arguments[0].value === ''", field)


def test_R92_names_and_passwords_can_be_filled_in_for_the_person(chrome: Chrome, reach: Reach) -> None:
    reach("login")
    assert chrome.field("username").get_attribute("autocomplete") == "username"
    assert chrome.field("password").get_attribute("autocomplete") == "current-password"
    assert chrome.field("password").get_attribute("type") == "password"


@pytest.mark.parametrize("pasted", ["{0}{1}", "{0} {1}", " {0} {1} ", "{0}-{1}"])
def test_R92_a_code_can_be_pasted(chrome: Chrome, site: Site, pasted: str) -> None:
    user = site.enrolled_user()
    sign_in(chrome, site, user)
    code = user.app.fresh()
    chrome.field("code").click()
    chrome.command("Input.insertText", text=pasted.format(code[:3], code[3:]))
    chrome.press(Keys.ENTER)
    chrome.await_path("/erp/orders?id=7")


def test_R92_a_password_manager_can_fill_the_code(chrome: Chrome, site: Site) -> None:
    user = site.enrolled_user()
    sign_in(chrome, site, user)
    chrome.run("const f = arguments[0]; f.value = arguments[1]; f.dispatchEvent(new Event('input', {bubbles: true}));"
               "f.form.requestSubmit()", chrome.field("code"), user.app.fresh())
    chrome.await_path("/erp/orders?id=7")


def test_R93_the_secret_can_be_copied_and_opened_in_an_app(chrome: Chrome, reach: Reach) -> None:
    reach("enroll")
    link = chrome.by_id("otpauth")
    assert link.tag_name == "a" and link.is_displayed() and link.text
    uri = link.get_attribute("href")
    assert uri.startswith("otpauth://totp/")
    secret = re.search(r"[?&]secret=([A-Z2-7]+)", uri)[1]
    copied = chrome.run("const s = getSelection(); s.selectAllChildren(arguments[0]); return s.toString()",
                        chrome.by_id("secret"))
    assert re.sub(r"\s", "", copied) == secret
    assert chrome.run("return getComputedStyle(arguments[0]).userSelect", chrome.by_id("secret")) != "none"


QR_PIXELS = """
const size = 1000, canvas = document.createElement('canvas'), image = arguments[0];
canvas.width = canvas.height = size;
const brush = canvas.getContext('2d');
brush.fillStyle = '#f0f';
brush.fillRect(0, 0, size, size);
brush.imageSmoothingEnabled = false;
brush.drawImage(image, 0, 0, size, size);
const data = brush.getImageData(0, 0, size, size).data, at = (x, y) => data[4 * (y * size + x)] << 16 |
    data[4 * (y * size + x) + 1] << 8 | data[4 * (y * size + x) + 2];
const dark = (x, y) => at(x, y) < 0x800000;
let left = size, top = size, right = 0, bottom = 0;
for (let y = 0; y < size; ++y) for (let x = 0; x < size; ++x) if (dark(x, y)) {
    left = Math.min(left, x); right = Math.max(right, x + 1);
    top = Math.min(top, y); bottom = Math.max(bottom, y + 1);
}
let run = left;
while (dark(run, top + 1)) ++run;
return {left, top, right: size - right, bottom: size - bottom, module: (run - left) / 7,
        corner: at(1, 1), light: at(left >> 1, top >> 1), ink: at(left + 3, top + 3)};
"""


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_R94_the_qr_code_reads_in_every_theme(chrome: Chrome, reach: Reach, tmp_path: Path, scheme: str) -> None:
    chrome.prefer(scheme)
    reach("enroll")
    assert read_qr(chrome.screenshot(tmp_path / "enroll.png")) == chrome.by_id("otpauth").get_attribute("href")
    (image,) = chrome.all("img[src$='enroll/qr.svg']")
    assert len(image.get_attribute("alt")) > 10
    seen = chrome.run(QR_PIXELS, image)
    assert (seen["corner"], seen["light"], seen["ink"]) == (0xFFFFFF, 0xFFFFFF, 0)
    for side in ("left", "top", "right", "bottom"):
        assert seen[side] >= 3.9 * seen["module"], side


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_R94_the_qr_code_reads_on_a_small_screen(chrome: Chrome, reach: Reach, tmp_path: Path, scheme: str) -> None:
    chrome.prefer(scheme)
    chrome.resize(320, 640, 2)
    reach("enroll")
    assert read_qr(chrome.screenshot(tmp_path / "enroll.png")) == chrome.by_id("otpauth").get_attribute("href")


@pytest.mark.long
def test_R95_everything_works_with_scripts_off(chrome: Chrome, site: Site) -> None:
    chrome.disable_scripts()
    user = site.add_user()
    sign_in(chrome, site, user)
    uri = chrome.by_id("otpauth").get_attribute("href")
    chrome.fill(code=oathtool(uri))
    chrome.by_id("continue").click()
    chrome.await_path("/erp/orders?id=7")
    assert chrome.path == "/erp/orders?id=7" and chrome.by_id("user").text == user.name
    chrome.open(site.url(f"{OWN}/logout"))
    chrome.all("form button")[0].click()
    chrome.await_path(f"{OWN}/login")
    user.authenticator = site.app(uri)
    user.app.spend(0)
    sign_in(chrome, site, user)
    chrome.fill(code=user.app.fresh())
    assert chrome.path == "/erp/orders?id=7"


def tab_to(chrome: Chrome, name: str) -> None:
    """Press Tab until this field has the focus, which must be visible at every stop."""
    for _ in range(20):
        stop = chrome.focus()
        if stop["tag"] != "BODY":
            assert stop["visible"], f"no visible focus on {stop['name']}"
        if stop["name"] == name:
            return
        chrome.press(Keys.TAB)
    raise AssertionError(f"Tab does not reach {name}")


def sign_in_by_keyboard(chrome: Chrome, user: User) -> None:
    """From the sign-in page to the next one."""
    tab_to(chrome, "username")
    chrome.press(user.name)
    tab_to(chrome, "password")
    chrome.press(user.password, Keys.ENTER)


def test_R95_enrollment_works_by_keyboard(chrome: Chrome, site: Site) -> None:
    user = site.add_user()
    chrome.open(site.url("/erp/orders?id=7"))
    sign_in_by_keyboard(chrome, user)
    chrome.await_path(f"{OWN}/enroll")
    tab_to(chrome, chrome.by_id("otpauth").get_attribute("id"))
    tab_to(chrome, "code")
    chrome.press(oathtool(chrome.by_id("otpauth").get_attribute("href")), Keys.ENTER)
    chrome.await_element("#continue")
    tab_to(chrome, "continue")
    chrome.press(Keys.ENTER)
    chrome.await_path("/erp/orders?id=7")


def test_R95_verification_and_its_error_work_by_keyboard(chrome: Chrome, site: Site) -> None:
    user = site.enrolled_user()
    chrome.open(site.url("/erp/orders?id=7"))
    sign_in_by_keyboard(chrome, user)
    chrome.await_path(f"{OWN}/verify")
    tab_to(chrome, "code")
    chrome.press("12x", Keys.ENTER)
    chrome.await_element("[role=alert]")
    tab_to(chrome, "code")
    chrome.press(user.app.fresh())
    tab_to(chrome, "Continue")
    chrome.press(Keys.ENTER)
    chrome.await_path("/erp/orders?id=7")


def test_R95_a_wrong_password_is_corrected_by_keyboard(chrome: Chrome, site: Site) -> None:
    user = site.enrolled_user()
    chrome.open(site.url("/erp/orders?id=7"))
    tab_to(chrome, "username")
    chrome.press(user.name)
    tab_to(chrome, "password")
    chrome.press("wrong", Keys.ENTER)
    chrome.await_element("[role=alert]")
    tab_to(chrome, "password")
    chrome.press(user.password)
    tab_to(chrome, "Sign in")
    chrome.press(Keys.ENTER)
    chrome.await_path(f"{OWN}/verify")


def test_R95_signing_out_works_by_keyboard(chrome: Chrome, site: Site) -> None:
    visitor = site.verify(site.add_user())
    chrome.be(visitor, site.url())
    chrome.open(site.url(f"{OWN}/logout"))
    tab_to(chrome, "Sign out")
    chrome.press(Keys.ENTER)
    chrome.await_path(f"{OWN}/login")
    assert not is_open(visitor.fetch("/"))


@pytest.mark.parametrize(("page", "button"), [("enroll", "Cancel and sign out"), ("verify", "Sign in as someone else")])
def test_R95_a_sign_in_is_given_up_by_keyboard(chrome: Chrome, reach: Reach, page: str, button: str) -> None:
    reach(page)
    tab_to(chrome, button)
    chrome.press(Keys.ENTER)
    chrome.await_path(f"{OWN}/login")


def link_of_error_page(chrome: Chrome) -> str:
    """The text of the link that leads back; the other signs out."""
    back, _ = chrome.all("main a")
    return back.text


def test_R95_an_error_page_is_left_by_keyboard(chrome: Chrome, site: Site) -> None:
    user = site.enrolled_user()
    chrome.open(site.url(f"{OWN}/nowhere"))
    tab_to(chrome, link_of_error_page(chrome))
    chrome.press(Keys.ENTER)
    chrome.await_path(f"{OWN}/login")
    sign_in_by_keyboard(chrome, user)
    chrome.await_path(f"{OWN}/verify")
    tab_to(chrome, "code")
    chrome.press(user.app.fresh(), Keys.ENTER)
    chrome.await_path("/")
    chrome.await_element("#user")
    chrome.open(site.url(f"{OWN}/nowhere"))
    tab_to(chrome, link_of_error_page(chrome))
    chrome.press(Keys.ENTER)
    chrome.await_element("#user")


def test_R95_the_page_for_blocked_cookies_is_left_by_keyboard(chrome: Chrome, site: Site) -> None:
    chrome.open(site.url(f"{OWN}/login?next=%2Ferp"))
    chrome.forget()
    tab_to(chrome, "username")
    chrome.press("x")
    tab_to(chrome, "password")
    chrome.press("x", Keys.ENTER)
    chrome.await_element("a.primary")
    tab_to(chrome, "Try again")
    chrome.press(Keys.ENTER)
    chrome.await_element("[name=username]")
    assert chrome.next == "/erp"


@pytest.mark.parametrize("page", ["login", "enroll", "verify"])
def test_R96_an_error_is_text_tied_to_its_field_and_announced(chrome: Chrome, reach: Reach, page: str) -> None:
    reach(page)
    title = chrome.driver.title
    assert chrome.all("[role=alert]") == []
    reach(f"{page} after an error")
    assert chrome.driver.title != title and len(chrome.driver.title) > len(title) // 2
    (alert,) = chrome.all("[role=alert]")
    assert alert.is_displayed() and len(alert.text) > 20
    field = chrome.field("code" if page != "login" else "password")
    described = field.get_attribute("aria-describedby").split()
    assert alert.get_attribute("id") in described
    if page == "login":
        assert chrome.field("username").get_attribute("value") == "nobody"
        assert chrome.field("password").get_attribute("value") == ""
    else:
        assert field.get_attribute("aria-invalid") == "true"


def test_R96_an_error_keeps_where_the_person_was_going(chrome: Chrome, site: Site) -> None:
    user = site.add_user()
    chrome.open(site.url("/erp/orders?id=7&x=%26"))
    chrome.fill(username=user.name, password="wrong")
    chrome.fill(password=user.password)
    chrome.fill(code="000")
    chrome.fill(code=oathtool(chrome.by_id("otpauth").get_attribute("href")))
    chrome.by_id("continue").click()
    chrome.await_path("/erp/orders?id=7&x=%26")


@pytest.mark.long
def test_R96_an_error_keeps_the_secret_that_was_scanned(chrome: Chrome, site: Site) -> None:
    sign_in(chrome, site, site.add_user())
    secret = chrome.by_id("secret").text
    chrome.fill(code="000")
    assert chrome.by_id("secret").text == secret
