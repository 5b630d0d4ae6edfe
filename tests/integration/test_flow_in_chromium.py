# SPDX-License-Identifier: Apache-2.0
"""The main job in a real browser: the code is read from the screenshot, and typed from another implementation."""

from collections.abc import Callable
from pathlib import Path

import pytest

from harness.browser import OWN
from harness.chrome import Chrome, oathtool, read_qr
from harness.provider import TwilioSite
from harness.site import Site
from harness.twilio_openapi import complaints_about

WANTED = "/erp/orders?id=7&view=all%20open&x=%26"
KINDS = [("sqlite3", "prefork"), ("sqlite3", "event"), ("sqlite3", "worker"), ("pgsql", "prefork"), ("pgsql", "event"),
         ("pgsql", "worker")]


@pytest.mark.long
@pytest.mark.parametrize(("driver", "mpm"), KINDS)
def test_a_person_enrolls_and_later_signs_in_with_a_code(start_site: Callable[..., Site], chrome: Chrome, tmp_path: Path,
                                                        driver: str, mpm: str) -> None:
    do_the_main_job(start_site(driver, mpm=mpm), chrome, tmp_path)


@pytest.mark.long
@pytest.mark.parametrize(("driver", "mpm"), KINDS)
def test_a_person_does_so_where_Twilio_checks_the_codes(start_twilio: Callable[..., TwilioSite], chrome: Chrome,
                                                        tmp_path: Path, driver: str, mpm: str) -> None:
    twilio = start_twilio(driver, mpm=mpm)
    do_the_main_job(twilio.site, chrome, tmp_path)
    assert twilio.names_of_calls() == ["create_factor", "verify_factor", "create_challenge"]
    assert [complaint for call in twilio.double.calls for complaint in complaints_about(call)] == []


def do_the_main_job(site: Site, chrome: Chrome, tmp_path: Path) -> None:
    """Enroll by the picture, sign out, and sign in with a code."""
    user = site.add_user()

    chrome.open(site.url(WANTED))
    assert chrome.path.startswith(f"{OWN}/login") and chrome.next == WANTED
    chrome.fill(username=user.name, password="not the password")
    assert chrome.by_id("error").is_displayed()
    chrome.fill(password=user.password)

    assert chrome.path.startswith(f"{OWN}/enroll")
    uri = read_qr(chrome.screenshot(tmp_path / "enroll.png"))
    assert uri == chrome.by_id("otpauth").get_attribute("href")
    chrome.fill(code="12345")
    assert read_qr(chrome.screenshot(tmp_path / "again.png")) == uri
    site.clock.await_room(4)
    user.authenticator = site.app(uri)
    user.app.spend()
    chrome.fill(code=oathtool(uri))

    assert len(chrome.all("#recovery-codes li")) == 10
    chrome.by_id("continue").click()
    chrome.await_path(WANTED)
    assert (chrome.by_id("user").text, chrome.by_id("path").text) == (user.name, WANTED)
    assert site.database.row(user.name)["mfa_enrolled"]

    chrome.open(site.url(f"{OWN}/logout"))
    chrome.all("form button")[0].click()
    chrome.await_path(f"{OWN}/login")

    chrome.open(site.url(WANTED))
    chrome.fill(username=user.name, password=user.password)
    assert chrome.path.startswith(f"{OWN}/verify")
    site.httpd.graceful()
    chrome.fill(code=user.app.fresh())
    assert chrome.path == WANTED and chrome.by_id("user").text == user.name


def test_the_back_button_does_no_harm(chrome: Chrome, site: Site) -> None:
    user = site.enrolled_user()
    chrome.open(site.url(WANTED))
    chrome.fill(username=user.name, password=user.password)
    chrome.fill(code=user.app.fresh())
    assert chrome.path == WANTED
    chrome.driver.back()
    chrome.driver.back()
    assert not chrome.all("#user") or chrome.by_id("user").text == user.name
    chrome.open(site.url(f"{OWN}/verify"))
    assert chrome.path == "/"


@pytest.mark.long
def test_two_tabs_reach_their_own_pages(chrome: Chrome, site: Site) -> None:
    user = site.enrolled_user()
    first = chrome.driver.current_window_handle
    chrome.open(site.url("/erp/first"))
    chrome.driver.switch_to.new_window("tab")
    second = chrome.driver.current_window_handle
    chrome.open(site.url("/erp/second"))
    chrome.fill(username=user.name, password=user.password)
    chrome.fill(code=user.app.fresh())
    assert chrome.path == "/erp/second"
    chrome.driver.switch_to.window(first)
    chrome.driver.refresh()
    assert chrome.path == "/erp/first" and chrome.by_id("user").text == user.name
    chrome.driver.switch_to.window(second)
    chrome.driver.close()
    chrome.driver.switch_to.window(first)


def test_the_cookie_is_out_of_reach_of_scripts(chrome: Chrome, site: Site) -> None:
    user = site.enrolled_user()
    chrome.open(site.url(WANTED))
    chrome.fill(username=user.name, password=user.password)
    chrome.fill(code=user.app.fresh())
    assert chrome.run("return document.cookie") == ""
    (cookie,) = chrome.driver.get_cookies()
    assert cookie["name"] == "__Host-uzmfa" and cookie["httpOnly"] and cookie["secure"] and cookie["sameSite"] == "Lax"


def test_a_second_press_of_a_button_loses_nothing(chrome: Chrome, site: Site) -> None:
    user = site.enrolled_user()
    chrome.open(site.url(WANTED))
    chrome.fill(username=user.name, password=user.password)
    code = user.app.fresh()
    chrome.command("Network.enable")
    chrome.command("Network.emulateNetworkConditions", offline=False, latency=300, downloadThroughput=-1,
                   uploadThroughput=-1)
    try:
        chrome.run("const button = document.querySelector('button.primary'); document.getElementById('code').value = arguments[0];"
                   "button.click(); setTimeout(() => button.click(), 100);", code)
        chrome.await_path(WANTED)
    finally:
        chrome.command("Network.disable")
    assert chrome.by_id("user").text == user.name
