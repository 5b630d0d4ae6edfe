# SPDX-License-Identifier: Apache-2.0
"""The session beside httpd's own session: others can neither read nor forge what the module knows."""

import base64
from collections.abc import Callable

import pytest

from harness.browser import COOKIE, OWN
from harness.expect import assert_sent_to
from harness.site import Site, is_open

ECHO = """#!/bin/sh
printf 'Content-Type: text/plain\\r\\nX-Session: %s\\r\\n\\r\\n' "$QUERY_STRING"
env
"""
FORGED = ["user=admin", "uzmfa-user=admin&uzmfa-method=totp&uzmfa-verified=9999999999", "uzmfa=verified", "expiry=9999999999999999",
          "user=admin&verified_at=9999999999&method=totp&state=verified", "%00", "a=" + "b" * 3000, "&&&===", "user"]


@pytest.fixture(scope="module")
def lax_site(workshop) -> Site:
    """A site whose application may write httpd's session, and reads it."""
    site = workshop.build()
    site.application.add("session.cgi", ECHO).chmod(0o755)
    site.configure(location=["SessionHeader X-Session", "SessionEnv On"])
    site.httpd.start()
    return site


@pytest.mark.parametrize("forged", FORGED)
def test_an_application_cannot_forge_a_session(lax_site: Site, forged: str) -> None:
    user = lax_site.add_user()
    browser = lax_site.verify(user)
    browser.fetch(f"/session.cgi?{forged}")
    shown = browser.fetch("/env").text
    assert f"REMOTE_USER={user.name}\n" in shown or "REMOTE_USER" not in shown
    lax_site.sign_in(user, browser)
    assert_sent_to(browser.fetch("/"), "verify")


def test_an_open_place_cannot_forge_a_session(build_site: Callable[..., Site]) -> None:
    site = build_site()
    site.application.add("open/session.cgi", ECHO).chmod(0o755)
    site.configure(server=['<Location "/open">', "UzmfaEngine Off", "AuthType None", "Require all granted", "Session On",
                           "SessionHeader X-Session", "SessionEnv On", "</Location>"])
    site.httpd.start()
    user = site.enrolled_user()
    stranger, pending = site.browser(), site.sign_in(user)
    for forged in FORGED:
        for visitor, page in ((stranger, "login"), (pending, "verify")):
            visitor.fetch(f"/open/session.cgi?{forged}")
            assert_sent_to(visitor.fetch("/"), page)


def test_an_application_cannot_read_the_session(lax_site: Site) -> None:
    user = lax_site.add_user()
    browser = lax_site.verify(user)
    shown = browser.fetch("/env").text
    (entries,) = [line.partition("=")[2] for line in shown.splitlines() if line.startswith("HTTP_SESSION=")] or [""]
    assert user.name not in entries and "totp" not in entries and "uzmfa" not in entries.lower()
    assert COOKIE not in shown.replace(f"HTTP_COOKIE={COOKIE}", "")


def test_entries_of_others_are_sealed_along(lax_site: Site) -> None:
    user = lax_site.add_user()
    browser = lax_site.verify(user)
    before = browser.session
    answer = browser.fetch("/session.cgi?basket=seven-apples")
    assert len(answer.set_cookies) == 1 and browser.session != before
    assert browser.session and b"apples" not in base64.urlsafe_b64decode(browser.session + "==")
    shown = browser.fetch("/env").text
    assert "HTTP_SESSION=basket=seven-apples\n" in shown and f"REMOTE_USER={user.name}\n" in shown


def test_a_place_without_a_session_is_closed(start_site: Callable[..., Site]) -> None:
    site = start_site(server=['<Location "/folder">', "Session Off", "</Location>"])
    verified = site.verify(site.add_user())
    assert not is_open(site.browser().fetch("/folder/"))
    answer = verified.fetch("/folder/")
    assert not is_open(answer) or f"{OWN}" not in answer.text


@pytest.mark.parametrize("line", ["SessionMaxAge 60", "SessionExclude /folder", "SessionExpiryUpdateInterval 10", "SessionEnv On"])
def test_httpds_own_session_settings_do_not_open_the_gate(start_site: Callable[..., Site], line: str) -> None:
    site = start_site(location=[line])
    user = site.enrolled_user()
    pending = site.sign_in(user)
    for visitor in (site.browser(), pending):
        assert not is_open(visitor.fetch("/folder/")) and not is_open(visitor.fetch("/"))
    assert pending.verify(user.app.fresh()).status == 303
    assert is_open(pending.fetch("/"))
