# SPDX-License-Identifier: Apache-2.0
"""R47: an administrator lets one sign-in pass without a code."""

import pytest

from harness.browser import OWN, Browser
from harness.expect import assert_sent_to
from harness.parallel import at_once
from harness.site import Site, User, is_open


def sign_in_with_skip(site: Site, user: User, browser: Browser | None = None) -> Browser:
    """Sign in, and press the button of the verification page if the skip asks for it."""
    browser = browser or site.browser()
    answer = browser.sign_in(user.name, user.password)
    if answer.leads_to == f"{OWN}/verify":
        page = browser.follow(answer)
        forms = [form for form in page.page.forms() if "code" not in form.fields and "logout" not in form.action]
        if forms:
            browser.send(page, forms[0])
    return browser


@pytest.fixture
def skipped(each_site: Site) -> User:
    """A user whose next sign-in passes."""
    user = each_site.enrolled_user()
    each_site.database.update(user.name, mfa_enabled=False)
    return user


def test_R47_one_sign_in_passes_without_a_code(each_site: Site, skipped: User) -> None:
    browser = sign_in_with_skip(each_site, skipped)
    shown = browser.fetch("/env").text
    assert f"REMOTE_USER={skipped.name}\n" in shown and "UZMFA_METHOD=skip\n" in shown
    row = each_site.database.row(skipped.name)
    assert row["mfa_enabled"] and row["mfa_enrolled"]
    again = sign_in_with_skip(each_site, skipped)
    assert_sent_to(again.fetch("/"), "verify")


def test_R47_of_parallel_sign_ins_one_passes(each_site: Site, skipped: User) -> None:
    browsers = [each_site.browser() for _ in range(20)]
    for browser in browsers:
        browser.fetch(f"{OWN}/login")
    at_once([lambda b=browser: sign_in_with_skip(each_site, skipped, b) for browser in browsers])
    assert sum(is_open(browser.fetch("/")) for browser in browsers) == 1
    assert each_site.database.row(skipped.name)["mfa_enabled"]


def test_R47_neither_a_wrong_password_nor_a_disabled_user_takes_it(each_site: Site, skipped: User) -> None:
    assert each_site.browser().sign_in(skipped.name, "wrong").status == 401
    each_site.database.update(skipped.name, access_enabled=False)
    assert each_site.browser().sign_in(skipped.name, skipped.password).status == 401
    assert not each_site.database.row(skipped.name)["mfa_enabled"]


def test_R47_a_user_who_is_not_enrolled_must_enroll(each_site: Site) -> None:
    user = each_site.add_user(mfa_enrolled=False, mfa_enabled=False)
    browser = sign_in_with_skip(each_site, user)
    assert_sent_to(browser.fetch("/"), "enroll")
