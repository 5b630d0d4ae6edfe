# SPDX-License-Identifier: Apache-2.0
"""The same form sent twice, and two browsers on the way to the same goal: whoever is late is led on, and nothing is spent."""

from collections.abc import Callable

import pytest

from harness.browser import OWN, Answer, Browser
from harness.expect import assert_enrolled, assert_passed, assert_sent_to
from harness.parallel import at_once, piled_up
from harness.site import Site, is_open

NEXT = "/erp/orders?id=7"
STEPS = ["login", "enroll", "verify"]
Send = Callable[[Browser], Answer]


def filled_form(site: Site, step: str) -> tuple[Browser, Send]:
    """Somebody before a step of the way to NEXT, and how the form is sent by a browser with that session."""
    user = site.add_user() if step == "enroll" else site.enrolled_user()
    browser = site.browser()
    if step != "login":
        site.sign_in(user, browser)
    page = browser.fetch(browser.own_page(step, NEXT))
    if step == "login":
        values = {"username": user.name, "password": user.password}
    elif step == "enroll":
        values = {"code": site.app(page.page.by_id("otpauth")["href"]).fresh()}
    else:
        values = {"code": user.app.fresh()}
    return browser, lambda sender: sender.submit(page, **values)


def copies(site: Site, browser: Browser, count: int) -> list[Browser]:
    """Further browsers with the same cookie."""
    made = [site.browser() for _ in range(count)]
    for one in made:
        one.session = browser.session
    return made


def assert_led_on(answer: Answer) -> None:
    """A POST whose step the session has passed already."""
    assert_passed(answer, NEXT)
    assert answer.set_cookies == []


@pytest.mark.parametrize("step", STEPS)
def test_a_form_that_is_sent_again_is_not_evaluated(each_site: Site, step: str) -> None:
    browser, send = filled_form(each_site, step)
    first, second, third = copies(each_site, browser, 3)
    assert len(send(first).set_cookies) == 1
    before = each_site.database.dump()
    assert_led_on(send(second))
    assert_led_on(send(third))
    assert each_site.database.dump() == before
    assert is_open(first.fetch("/")) == (step != "login")
    assert not is_open(second.fetch("/"))


@pytest.mark.parametrize("step", STEPS)
@pytest.mark.parametrize("how", ["at once", "piled up"])
def test_of_a_form_that_is_sent_twice_together_one_is_evaluated(each_site: Site, step: str, how: str) -> None:
    browser, send = filled_form(each_site, step)
    pair = copies(each_site, browser, 2)
    calls = [lambda sender=sender: send(sender) for sender in pair]
    answers = at_once(calls) if how == "at once" else piled_up(each_site.database.writes_held(), calls)
    winners = [number for number in (0, 1) if answers[number].set_cookies]
    assert len(winners) == 1
    winner = winners[0]
    assert answers[winner].status == (200 if step == "enroll" else 303)
    assert_led_on(answers[1 - winner])
    assert is_open(pair[winner].fetch(NEXT)) == (step != "login")
    assert not is_open(pair[1 - winner].fetch(NEXT))


def test_a_sign_in_that_is_sent_again_leads_to_the_step_after_the_first(each_site: Site) -> None:
    browser, send = filled_form(each_site, "login")
    (second,) = copies(each_site, browser, 1)
    assert_sent_to(send(browser), "verify", NEXT)
    answer = send(second)
    assert_led_on(answer)
    assert_sent_to(browser.follow(answer), "verify", NEXT)


def test_a_sign_in_that_is_sent_again_spends_no_skip(each_site: Site) -> None:
    user = each_site.enrolled_user()
    browser = each_site.browser()
    page = browser.fetch(f"{OWN}/login")
    (second,) = copies(each_site, browser, 1)
    assert_sent_to(browser.submit(page, username=user.name, password=user.password), "verify")
    each_site.database.update(user.name, mfa_enabled=False)
    second.submit(page, username=user.name, password=user.password)
    assert not each_site.database.row(user.name)["mfa_enabled"]
    assert not is_open(second.fetch("/"))


def enrolling(site: Site, count: int) -> tuple[str, list[Browser], list[Callable[[], Answer]]]:
    """The name of a user, browsers that each show an enrollment page, and how each sends its right code."""
    user = site.add_user()
    browsers = [site.sign_in(user) for _ in range(count)]
    pages = [browser.fetch(browser.own_page("enroll", NEXT)) for browser in browsers]
    codes = [site.app(page.page.by_id("otpauth")["href"]).fresh() for page in pages]
    return user.name, browsers, [lambda b=browser, p=page, c=code: b.submit(p, code=c)
                                 for browser, page, code in zip(browsers, pages, codes)]


def test_who_enrolls_second_is_asked_for_a_code_of_the_first(each_site: Site) -> None:
    name, browsers, (first, second) = enrolling(each_site, 2)
    assert_enrolled(first(), NEXT)
    bound = each_site.database.row(name)
    assert_sent_to(second(), "verify", NEXT)
    assert each_site.database.row(name) == bound
    assert is_open(browsers[0].fetch("/")) and not is_open(browsers[1].fetch("/"))


@pytest.mark.parametrize("how", ["at once", "piled up"])
def test_of_two_who_enroll_together_one_binds_and_the_other_is_asked_for_a_code(each_site: Site, how: str) -> None:
    _, browsers, calls = enrolling(each_site, 2)
    answers = at_once(calls) if how == "at once" else piled_up(each_site.database.writes_held(), calls)
    opened = [is_open(browser.fetch("/")) for browser in browsers]
    assert sorted(opened) == [False, True]
    assert_enrolled(answers[opened.index(True)], NEXT)
    assert_sent_to(answers[opened.index(False)], "verify", NEXT)


@pytest.mark.long
def test_many_who_sign_in_and_verify_at_once_all_come_in(each_site: Site) -> None:
    users = [each_site.enrolled_user() for _ in range(20)]
    browsers = [each_site.browser() for _ in users]
    at_once([lambda b=browser, u=user: each_site.sign_in(u, b) for browser, user in zip(browsers, users)])
    pages = [browser.fetch(browser.own_page("verify", NEXT)) for browser in browsers]
    codes = [user.app.fresh() for user in users]
    answers = at_once([lambda b=browser, p=page, c=code: b.submit(p, code=c)
                       for browser, page, code in zip(browsers, pages, codes)])
    assert [answer.status for answer in answers] == [303] * len(users)
    assert all(is_open(browser.fetch("/")) for browser in browsers)


@pytest.mark.long
def test_a_form_is_evaluated_after_sqlite_was_vacuumed(site: Site) -> None:
    user = site.add_user()
    site.verify(user).close()
    for _ in range(3):
        site.database.execute("VACUUM")
        site.verify(user).close()
    site.database.execute("VACUUM")
    assert is_open(site.verify(site.add_user()).fetch("/"))
