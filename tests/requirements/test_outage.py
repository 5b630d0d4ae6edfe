# SPDX-License-Identifier: Apache-2.0
"""The database or the provider is away: R84, as far as this version goes, and R85."""

import re
from collections.abc import Callable

import pytest

from harness.browser import OWN, Answer
from harness.expect import assert_passed
from harness.provider import TwilioSite
from harness.site import Site, is_open
from harness.twilio import error

INNER = re.compile(r"(AC|VA|YF|SK|LF)[0-9a-f]{32}|select|insert|update |uzmfa_|twilio|curl|postgres|sqlite|/tmp|\.cpp|0x[0-9a-f]{4}",
                   re.IGNORECASE)


def assert_tells_nothing(answer: Answer) -> None:
    """A page that says 503, with a reference and nothing of what is behind it."""
    assert answer.status == 503 and int(answer.headers["Retry-After"]) > 0
    (reference,) = [one.text.strip() for one in answer.page.all("dd")]
    assert re.fullmatch(r"\S{8,32}", reference)
    assert not INNER.search(answer.text)


@pytest.mark.parametrize("validator", ["local", "twilio"])
def test_R84_while_the_database_is_down_nobody_else_gets_in(start_site: Callable[..., Site],
                                                            start_twilio: Callable[..., TwilioSite],
                                                            validator: str) -> None:
    site = start_twilio("pgsql").site if validator == "twilio" else start_site("pgsql")
    verified = site.verify(site.add_user())
    user, newcomer = site.enrolled_user(), site.add_user()
    pending = site.sign_in(user)
    form = pending.fetch(f"{OWN}/verify")
    login = site.browser()
    login_form = login.fetch(f"{OWN}/login")

    site.log.expect("UZMFA1031")
    site.log.expect(r"\[dbd:(error|crit)\]")
    site.database.go_down()
    assert is_open(verified.fetch("/"))
    for answer in (pending.submit(form, code=user.app.wrong()), pending.fetch(f"{OWN}/verify"),
                   login.submit(login_form, username=newcomer.name, password=newcomer.password)):
        assert_tells_nothing(answer)
    assert not is_open(pending.fetch("/")) and not is_open(login.fetch("/"))

    site.database.come_back()
    assert_passed(pending.submit(form, code=user.app.fresh()))
    assert is_open(pending.fetch("/"))


def test_R85_a_page_about_the_provider_tells_nothing(start_twilio: Callable[..., TwilioSite]) -> None:
    twilio = start_twilio()
    site = twilio.site
    user = site.enrolled_user()
    browser = site.sign_in(user)
    site.log.expect("UZMFA103[67]")
    for code in (20003, 20500, 20503):
        twilio.double.script("create_challenge", error(code))
        assert_tells_nothing(browser.verify(user.app.wrong()))
