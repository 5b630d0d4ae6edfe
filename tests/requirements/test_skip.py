# SPDX-License-Identifier: Apache-2.0
"""R47, R48: an administrator lets one sign-in pass without a code."""

from collections.abc import Callable, Iterator

import pytest

from harness.browser import OWN, Browser
from harness.configuration import BASIC_GATE
from harness.expect import assert_asked_again, assert_passed, assert_sent_to
from harness.parallel import at_once
from harness.site import Site, User, Workshop, is_open


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


def skip_by_tool(site: Site, user: User, *, has_expired: bool = False) -> None:
    site.administrator().json("user", "skip-next", user.name)
    if has_expired:
        site.database.execute("UPDATE uzmfa_skip SET expires_at = expires_at - 86401 WHERE uuid = ?",
                              (str(site.database.row(user.name)["uuid"]),))


# --- a skip of the tool and one of the application ---

@pytest.mark.parametrize("has_expired", [False, True])
def test_R47_R48_what_the_tool_set_does_not_limit_what_the_application_sets_later(each_site: Site, has_expired: bool) -> None:
    user = each_site.enrolled_user()
    skip_by_tool(each_site, user, has_expired=has_expired)
    each_site.database.update(user.name, mfa_enabled=True)
    browser = each_site.sign_in(user)
    assert_sent_to(browser.fetch("/"), "verify")
    assert_passed(browser.verify(user.app.fresh()))
    assert each_site.database.own_rows(user.name, "uzmfa_skip") == []

    each_site.database.update(user.name, mfa_enabled=False)
    each_site.database.execute("UPDATE uzmfa_skip SET expires_at = 1")
    assert "UZMFA_METHOD=skip\n" in each_site.sign_in(user).fetch("/env").text
    assert each_site.database.row(user.name)["mfa_enabled"]
    assert_sent_to(each_site.sign_in(user).fetch("/"), "verify")


def give_ways_in(site: Site, user: User) -> None:
    skip_by_tool(site, user)
    site.administrator().json("user", "temp-code", user.name)


def reset(site: Site, user: User) -> Browser:
    give_ways_in(site, user)
    assert site.administrator().run("user", "reset", user.name).status == 0
    site.administrator().json("user", "temp-code", user.name)  # the first one ended by the reset
    return site.sign_in(user)


def cleared_by_the_application(site: Site, user: User) -> Browser:
    give_ways_in(site, user)
    site.database.update(user.name, mfa_enrolled=False)
    return site.sign_in(user)


def replaced(site: Site, user: User) -> Browser:
    browser = site.verify(user)
    give_ways_in(site, user)
    assert_sent_to(browser.act("replace", password=user.password), "enroll")
    return browser


@pytest.mark.parametrize("way", [reset, cleared_by_the_application, replaced])
def test_R48_R53_a_new_factor_ends_what_was_to_let_in_without_the_former(each_site: Site,
                                                                         way: Callable[[Site, User], Browser]) -> None:
    user = each_site.enrolled_user()
    browser = way(each_site, user)
    assert each_site.database.own_rows(user.name, "uzmfa_temporary_code")
    user.authenticator = browser.enroll()
    assert is_open(browser.fetch("/"))
    for table in ("uzmfa_skip", "uzmfa_temporary_code"):
        assert each_site.database.own_rows(user.name, table) == []
    assert each_site.database.row(user.name)["mfa_enabled"]
    assert_sent_to(each_site.sign_in(user).fetch("/"), "verify")


# --- where httpd asks for the password, a button takes it ---

@pytest.fixture(scope="module", params=["sqlite3", "pgsql"])
def basic_site(workshop: Workshop, request: pytest.FixtureRequest) -> Iterator[Site]:
    site = workshop.start(request.param, gate=BASIC_GATE, modules=["auth_basic"])
    yield site
    site.httpd.stop()


def enrolled_by_basic(site: Site) -> User:
    user = site.add_user()
    browser = site.basic_browser(user)
    browser.fetch("/")
    user.authenticator = browser.enroll()
    return user


def test_R48_an_expired_skip_has_no_button(basic_site: Site) -> None:
    user = enrolled_by_basic(basic_site)
    skip_by_tool(basic_site, user, has_expired=True)
    browser = basic_site.basic_browser(user)
    page = browser.follow(browser.fetch("/"))
    assert page.page.form("code") and "No code needed" not in page.text
    assert_asked_again(browser.post(f"{OWN}/verify", {"csrf": browser.token(), "skip": "1"}))
    assert not is_open(browser.fetch("/"))
    assert_passed(browser.verify(user.app.fresh()))


@pytest.mark.parametrize("by", ["tool", "application"])
def test_R47_of_parallel_presses_of_the_button_one_passes(basic_site: Site, by: str) -> None:
    user = enrolled_by_basic(basic_site)
    if by == "tool":
        skip_by_tool(basic_site, user)
    else:
        basic_site.database.update(user.name, mfa_enabled=False)
    browsers = [basic_site.basic_browser(user) for _ in range(15)]
    pages = [browser.follow(browser.fetch("/")) for browser in browsers]
    answers = at_once([lambda b=browser, p=page: b.submit(p, "skip") for browser, page in zip(browsers, pages)])
    assert sorted(answer.status for answer in answers) == [303] + [401] * 14
    assert sum(is_open(browser.fetch("/")) for browser in browsers) == 1
    assert basic_site.database.row(user.name)["mfa_enabled"]


@pytest.mark.parametrize("by", ["tool", "application"])
def test_R25_R47_no_skip_opens_a_factor_that_wrong_codes_have_closed(site: Site, by: str) -> None:
    user = site.enrolled_user()
    site.database.execute("INSERT INTO uzmfa_attempt (uuid, kind, failures, open_at, era) VALUES (?, 'code', 100, 1, 'era')",
                          (str(site.database.row(user.name)["uuid"]),))
    if by == "tool":
        assert site.administrator().run("user", "skip-next", user.name).status == 1
    else:
        site.database.update(user.name, mfa_enabled=False)
    other = site.sign_in(user)
    assert not is_open(other.fetch("/"))
    assert other.fetch("/").leads_to.startswith(f"{OWN}/verify")
