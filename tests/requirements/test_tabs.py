# SPDX-License-Identifier: Apache-2.0
"""R80 and R82: many tabs of one browser, two people at it, its back button, no cookies, no database. Never a loop."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import cycle

import pytest

from harness.browser import COOKIE, OWN, Answer, Browser
from harness.configuration import BASIC_GATE, SMALLEST_GATE
from harness.database import OwnPostgreSql
from harness.expect import arrive, assert_passed, assert_sent_to
from harness.parallel import at_once
from harness.provider import await_true
from harness.site import Site, User, is_open

COUNT = 10
TARGETS = [f"/erp/tab{number}?id={number}&view=all%20open&x=%26" for number in range(COUNT)]
LONGEST = 200  # bytes of a cookie's value
OPENINGS = ["one after the other", "at once"]


class Jar(dict[str, str]):
    """The cookies of a browser, by whichever tab they came: the module's own, each in its place, and none that is long."""

    def __setitem__(self, name: str, value: str) -> None:
        assert name in (COOKIE, f"{COOKIE}-browser") and len(value) < LONGEST, f"{name}: {len(value)} bytes"
        super().__setitem__(name, value)

    def items(self) -> list[tuple[str, str]]:  # type: ignore[override]
        return list(super().items())  # another tab may get one meanwhile


def tabs_of(site: Site, count: int = COUNT) -> list[Browser]:
    """Tabs of one new browser: connections of their own, one jar."""
    jar = Jar()
    tabs = [site.browser() for _ in range(count)]
    for tab in tabs:
        tab.cookies = jar
    return tabs


def opened(tabs: list[Browser], how: str) -> list[Answer]:
    """Each tab at its own address, and the page that it came to."""
    calls = [lambda tab=tab, target=target: arrive(tab, target) for tab, target in zip(tabs, cycle(TARGETS))]
    return at_once(calls) if how == "at once" else [call() for call in calls]


def reached(tab: Browser, answer: Answer) -> Answer:
    """Where a tab comes to from this answer."""
    return arrive(tab, answer.location) if answer.status == 303 else answer


def sent(tab: Browser, page: Answer, user: User) -> Answer:
    """The sign-in form of a page, once more where it was of a session that another tab has replaced."""
    answer = reached(tab, tab.submit(page, username=user.name, password=user.password))
    if answer.status == 403:
        assert answer.page.form("username").fields["username"] == user.name
        answer = reached(tab, tab.submit(answer, password=user.password))
    return answer


def assert_at(answer: Answer, page: str, target: str) -> None:
    """A page of the module's that will lead to this address."""
    assert answer.status == 200 and answer.target.startswith(f"{OWN}/{page}"), f"{answer.status} {answer.target}"
    assert answer.page.form("next").fields["next"] == target


def assert_arrived(answer: Answer, target: str) -> None:
    assert is_open(answer) and answer.target == target, f"{answer.status} {answer.target}"


def rows_of_event(site: Site, user: User, event: str) -> list[dict[str, object]]:
    return site.database.execute("SELECT at FROM uzmfa_event WHERE username = ? AND event = ?", (user.name, event))


def reload(tab: Browser, page: Answer) -> Answer:
    return arrive(tab, page.target)


# --- ten tabs, one verification ---

Way = Callable[[Browser, Answer, User, str], Answer]
OF_SIGN_IN: dict[str, Way] = {
    "form sent": lambda tab, page, user, target: tab.submit(page, username=user.name, password=user.password),
    "form sent with a slip": lambda tab, page, user, target: tab.submit(page, username=user.name, password="a slip"),
    "reloaded": lambda tab, page, user, target: reload(tab, page),
    "link clicked": lambda tab, page, user, target: arrive(tab, target),
}
OF_CODE: dict[str, Way] = {
    "form sent": lambda tab, page, user, target: tab.submit(page, code=user.app.code()),
    "form sent with a slip": lambda tab, page, user, target: tab.submit(page, code=user.app.wrong()),
    "form sent without a digit": lambda tab, page, user, target: tab.submit(page, code="x"),
    "reloaded": lambda tab, page, user, target: reload(tab, page),
    "other way chosen": lambda tab, page, user, target: arrive(tab, tab.own_page("recovery", target)),
}


@pytest.mark.parametrize("how", OPENINGS)
def test_R80_all_tabs_reach_their_pages_by_one_verification(each_site: Site, how: str) -> None:
    user = each_site.enrolled_user()
    first, *others = tabs_of(each_site)
    page, *pages = opened([first, *others], how)
    for each, target in zip([page, *pages], TARGETS):
        assert_at(each, "login", target)

    page = sent(first, page, user)
    assert_at(page, "verify", TARGETS[0])
    waiting = list(zip(others, pages, TARGETS[1:]))
    by_code = [(tab, reload(tab, shown), target) for tab, shown, target in waiting[:len(OF_CODE)]]
    for _, shown, target in by_code:
        assert_at(shown, "verify", target)
    assert_arrived(reached(first, first.submit(page, code=user.app.fresh())), TARGETS[0])

    before, session = each_site.database.dump(), first.session
    for ways, rest in ((OF_CODE, by_code), (OF_SIGN_IN, waiting[len(OF_CODE):])):
        assert len(ways) == len(rest)
        for (name, way), (tab, shown, target) in zip(ways.items(), rest):
            answer = reached(tab, way(tab, shown, user, target))
            assert is_open(answer) and answer.target == target, f"{name}: {answer.status} {answer.target}"
    assert each_site.database.dump() == before
    assert list(first.cookies.items()) == [(COOKIE, session)]


@pytest.mark.parametrize("how", OPENINGS)
def test_R80_tabs_that_sign_in_and_verify_together_all_come_in(each_site: Site, how: str) -> None:
    user = each_site.enrolled_user()
    tabs = tabs_of(each_site)
    pages = opened(tabs, how)
    answers = at_once([lambda t=tab, p=page: t.submit(p, username=user.name, password=user.password)
                       for tab, page in zip(tabs, pages)])
    pages = [reached(tab, answer) for tab, answer in zip(tabs, answers)]
    pages = [sent(tab, page, user) if page.status == 403 else page for tab, page in zip(tabs, pages)]
    for page, target in zip(pages, TARGETS):
        assert_at(page, "verify", target)
    code = user.app.fresh()
    answers = at_once([lambda t=tab, p=page: t.submit(p, code=code) for tab, page in zip(tabs, pages)])
    for tab, page, answer, target in zip(tabs, pages, answers, TARGETS):
        if answer.status != 429:  # more codes at a time than may be looked at, this one not among them
            assert_passed(answer, target)
        assert_arrived(reload(tab, page), target)
    assert len(rows_of_event(each_site, user, "code_accepted")) == 1


@pytest.mark.parametrize("how", OPENINGS)
def test_R80_all_tabs_enroll_by_one_picture(each_site: Site, how: str) -> None:
    user = each_site.add_user()
    tabs = tabs_of(each_site)
    pages = opened(tabs, how)
    pages[0] = sent(tabs[0], pages[0], user)
    calls = [lambda t=tab, p=page: reload(t, p) for tab, page in zip(tabs[1:], pages[1:])]
    pages[1:] = at_once(calls) if how == "at once" else [call() for call in calls]
    for page, target in zip(pages, TARGETS):
        assert_at(page, "enroll", target)
    (uri,) = {page.page.by_id("otpauth")["href"] for page in pages}
    assert len({tab.fetch(f"{OWN}/enroll/qr.svg").body for tab in tabs}) == 1

    code = each_site.app(uri).fresh()
    answers = at_once([lambda t=tab, p=page: t.submit(p, code=code) for tab, page in zip(tabs, pages)])
    (winner,) = [number for number, answer in enumerate(answers) if answer.recovery_codes]
    before = each_site.database.dump()
    for number, (tab, answer, target) in enumerate(zip(tabs, answers, TARGETS)):
        if answer.status != 429:  # more codes at a time than may be looked at, this one not among them
            assert (answer.page.by_id("continue")["href"] if number == winner else answer.location) == target
        assert_arrived(arrive(tab, target), target)
        assert_passed(tab.submit(pages[number], code=code), target)  # and once more
    assert each_site.database.dump() == before
    assert each_site.database.row(user.name)["mfa_enrolled"]


# --- two people in one browser ---

def assert_shows_only(answer: Answer, user: User, other: User) -> None:
    """A page of the module's for this user, or one of the application."""
    assert other.name not in answer.text, f"{answer.target} names {other.name}"
    assert answer.status == 200 and (user.authenticator is not None) == answer.target.startswith(f"{OWN}/verify")


@pytest.mark.parametrize("how", OPENINGS)
def test_R80_of_two_people_nobody_gets_what_is_the_others(each_site: Site, how: str) -> None:
    alice, bob = each_site.enrolled_user(), each_site.add_user()
    bound = each_site.database.row(alice.name)
    tabs = tabs_of(each_site)
    people = [alice, bob] * (COUNT // 2)
    first = opened(tabs, how)
    pages = [sent(tab, page, person) for tab, page, person in zip(tabs, first, people)]
    for page, person in zip(pages, people):
        assert_shows_only(page, person, bob if person is alice else alice)

    # The session is bob's by now: what alice sends opens nothing, and no factor is bound to the wrong one of them.
    answer = reached(tabs[0], tabs[0].submit(pages[0], code=alice.app.fresh()))
    assert_at(answer, "enroll", TARGETS[0])
    code = each_site.app(pages[1].page.by_id("otpauth")["href"]).fresh()
    assert tabs[1].submit(pages[1], code=code).status == 403  # the picture of a session that another tab has replaced
    assert not each_site.database.row(bob.name)["mfa_enrolled"] and not is_open(tabs[0].fetch("/env"))
    bob.authenticator = each_site.app(pages[-1].page.by_id("otpauth")["href"])
    assert tabs[-1].submit(pages[-1], code=bob.app.fresh()).status == 200
    assert f"REMOTE_USER={bob.name}\n" in tabs[0].fetch("/env").text

    # Bob is in. Alice's password takes the browser over, and his verification is no part of that.
    page = sent(tabs[2], first[2], alice)
    assert_shows_only(page, alice, bob)
    assert not any(is_open(tab.fetch("/env")) for tab in tabs)
    assert each_site.database.row(alice.name) == bound
    assert_arrived(reached(tabs[2], tabs[2].submit(page, code=alice.app.fresh())), TARGETS[2])
    assert f"REMOTE_USER={alice.name}\n" in tabs[1].fetch("/env").text


@pytest.mark.parametrize("how", OPENINGS)
def test_R80_two_people_at_once_leave_one_of_them_signed_in(each_site: Site, how: str) -> None:
    alice, bob = each_site.enrolled_user(), each_site.add_user()
    bound = each_site.database.row(alice.name)
    tabs = tabs_of(each_site)
    people = [alice, bob] * (COUNT // 2)
    pages = opened(tabs, how)
    at_once([lambda t=tab, p=page, u=person: t.submit(p, username=u.name, password=u.password)
             for tab, page, person in zip(tabs, pages, people)])
    shown = [arrive(tab, target) for tab, target in zip(tabs, TARGETS)]
    assert len({one.target.partition("?")[0] for one in shown}) == 1
    came = bob if shown[0].target.startswith(f"{OWN}/enroll") else alice
    for page, target in zip(shown, TARGETS):
        assert_shows_only(page, came, alice if came is bob else bob)
        assert_at(page, "enroll" if came is bob else "verify", target)
    assert each_site.database.row(alice.name) == bound and not each_site.database.row(bob.name)["mfa_enrolled"]


# --- forms that are sent twice ---

def test_R80_a_recovery_code_that_is_sent_twice_is_spent_once(each_site: Site) -> None:
    user = each_site.enrolled_user()
    tabs = tabs_of(each_site, 3)
    each_site.sign_in(user, tabs[0])
    page = tabs[0].fetch(tabs[0].own_page("recovery", TARGETS[0]))
    answers = at_once([lambda t=tab: t.submit(page, code=user.recovery_codes[0]) for tab in tabs])
    for answer in answers:
        assert answer.status == 303 and (answer.leads_to == f"{OWN}/account" or answer.location == TARGETS[0])
    assert len(each_site.database.own_rows(user.name, "uzmfa_recovery_code")) == 9
    assert_passed(tabs[0].submit(page, code=user.recovery_codes[1]), TARGETS[0])
    assert len(each_site.database.own_rows(user.name, "uzmfa_recovery_code")) == 9


def test_R80_a_sign_out_that_is_sent_twice_or_reloaded_leads_to_the_sign_in(each_site: Site) -> None:
    tabs = tabs_of(each_site)
    each_site.verify(each_site.add_user(), tabs[0])
    page = tabs[0].fetch(f"{OWN}/logout")
    for answer in at_once([lambda t=tab: t.submit(page, "csrf") for tab in tabs]):
        assert_sent_to(answer, "login")
    assert tabs[0].session is None
    for tab in tabs[:3]:
        assert_sent_to(tab.submit(page, "csrf"), "login")
        assert arrive(tab, TARGETS[0]).target.startswith(f"{OWN}/login")


# --- no cookies ---

ENTRIES = [TARGETS[7], *(f"{OWN}/{page}" for page in ("login", "verify", "enroll", "recovery", "account", "logout"))]


class NoJar(dict[str, str]):
    """Where cookies are blocked."""

    def __setitem__(self, name: str, value: str) -> None:
        pass


def told_of_cookies(browser: Browser, answer: Answer, user: User) -> None:
    """At most two redirects lead to the error page, or to the sign-in form, which leads there."""
    for _ in range(2):
        if answer.status == 303:
            answer = browser.follow(answer)
    if answer.status == 200:
        answer = browser.submit(answer, username=user.name, password=user.password)
    assert answer.status == 403 and "cookie" in answer.page.all("h1")[0].text.lower(), f"{answer.target}: {answer.status}"
    assert answer.page.all("a")[0]["href"].startswith(f"{OWN}/login")


@pytest.mark.parametrize("gate", [SMALLEST_GATE, BASIC_GATE], ids=["Uzmfa", "Basic"])
def test_R82_without_cookies_the_error_page_is_two_redirects_away(start_site: Callable[..., Site], gate: list[str]) -> None:
    site = start_site(gate=gate, modules=["auth_basic"])
    user, newcomer = site.enrolled_user() if gate is SMALLEST_GATE else site.add_user(), site.add_user()
    for person in (user, newcomer):
        browser = site.basic_browser(person) if gate is BASIC_GATE else site.browser()
        browser.cookies = NoJar()
        for entry in ENTRIES:
            told_of_cookies(browser, browser.fetch(entry), person)
            fields = {"username": person.name, "password": person.password, "code": "123456", "next": TARGETS[1]}
            told_of_cookies(browser, browser.post(entry, fields), person)


# --- no database ---

@contextmanager
def away(site: Site) -> Iterator[None]:
    """The database answers nobody."""
    for pattern in ("UZMFA1031", "UZMFA1110", r"\[dbd:(error|crit)\]"):
        site.log.allow(pattern)
    assert isinstance(site.database, OwnPostgreSql)
    site.database.go_down()
    yield
    site.database.come_back()


@pytest.mark.long
def test_R82_R84_without_the_database_each_step_is_an_error_page_and_goes_on_when_it_is_back(start_site: Callable[..., Site]
                                                                                          ) -> None:
    site = start_site("pgsql")
    target = TARGETS[4]
    user, newcomer, passed = site.enrolled_user(), site.add_user(), site.enrolled_user()
    visitors = {page: site.browser() for page in ("login", "verify", "enroll", "recovery", "account")}
    site.sign_in(user, visitors["verify"])
    site.sign_in(user, visitors["recovery"])
    site.sign_in(newcomer, visitors["enroll"])
    site.verify(passed, visitors["account"])
    for visitor in visitors.values():
        visitor.cookies = Jar(visitor.cookies)
    pages = {page: visitor.fetch(visitor.own_page(page, target)) for page, visitor in visitors.items()}
    newcomer.authenticator = site.app(pages["enroll"].page.by_id("otpauth")["href"])
    send = {
        "login": lambda: visitors["login"].submit(pages["login"], username=user.name, password=user.password),
        "verify": lambda: visitors["verify"].submit(pages["verify"], code=user.app.fresh()),
        "enroll": lambda: visitors["enroll"].submit(pages["enroll"], code=newcomer.app.code()),
        "recovery": lambda: visitors["recovery"].submit(pages["recovery"], code=user.recovery_codes[0]),
        "account": lambda: visitors["account"].post(f"{OWN}/account", {
            **pages["account"].page.form("csrf").fields, "action": "new-codes", "password": passed.password}),
    }
    cookies = {page: dict(visitor.cookies) for page, visitor in visitors.items()}
    with away(site):
        for _ in range(2):
            for page, visitor in visitors.items():
                assert send[page]().status == 503, page
                answer = arrive(visitor, target)
                assert is_open(answer) if page == "account" else answer.status == (200 if page == "login" else 503), page
                answer = visitor.fetch(visitor.own_page(page, target))
                assert answer.status == (200 if page == "login" else 503), page
                assert dict(visitor.cookies) == cookies[page], page
    await_true(lambda: site.browser().fetch(f"{OWN}/health").status == 200, "the database is not back")
    for page, visitor in visitors.items():
        answer = reached(visitor, send[page]())
        assert answer.status == 200, f"{page}: {answer.status}"
