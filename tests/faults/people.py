# SPDX-License-Identifier: Apache-2.0
"""One step of somebody on the way in, what must hold after whatever befell it, and how the person goes on."""

import http.client
import time
from collections.abc import Callable
from dataclasses import dataclass, field

from harness.browser import OWN, Answer, Browser
from harness.site import Site, User, is_open

FILE = "/static.html"
TRIES = 6
STEP = 30  # seconds for which a code is good


@dataclass
class Person:
    """At a step, with the page of it open."""

    site: Site
    user: User
    browser: Browser
    page: Answer
    values: dict[str, str] = field(default_factory=dict)
    before: str | None = None  # the session then

    def take(self) -> Answer | None:
        """Sends the form; nothing where the server broke off."""
        self.before = self.browser.session
        try:
            return self.browser.submit(self.page, **self.values)
        except (OSError, http.client.HTTPException):
            return None

    def go_on(self) -> None:
        """Tries again as a person does, from the beginning, until the application shows."""
        for _ in range(TRIES):
            try:
                if is_open(self.browser.fetch(FILE)):
                    return
                self._next_step()
            except (OSError, http.client.HTTPException):
                pass
            time.sleep(0.5)  # a node learns within a second which sessions the database has ended
        assert is_open(self.browser.fetch(FILE)), f"{self.user.name} does not come in"

    def _next_step(self) -> None:
        answer = self.browser.fetch(f"{OWN}/login?next={FILE}")
        if answer.status == 200:
            answer = self.browser.submit(answer, username=self.user.name, password=self.user.password)
        page = self.browser.follow(answer)
        if page.body and page.page.find("otpauth"):
            self.user.authenticator = self.browser.enroll()
        elif page.target.startswith(f"{OWN}/verify") and page.status == 200:
            self.site.clock.forward(2 * STEP)  # type: ignore[attr-defined]
            self.browser.submit(page, code=self.user.app.fresh())


def at_password(site: Site) -> Person:
    user = site.enrolled_user()
    browser = site.browser()
    return Person(site, user, browser, browser.fetch(f"{OWN}/login"), {"username": user.name, "password": user.password})


def at_first_code(site: Site) -> Person:
    user = site.add_user()
    browser = site.sign_in(user)
    page = browser.fetch(f"{OWN}/enroll")
    user.authenticator = site.app(page.page.by_id("otpauth")["href"])
    return Person(site, user, browser, page, {"code": user.app.fresh()})


def at_code(site: Site) -> Person:
    user = site.enrolled_user()
    browser = site.sign_in(user)
    site.clock.forward(2 * STEP)  # type: ignore[attr-defined]
    return Person(site, user, browser, browser.fetch(f"{OWN}/verify"), {"code": user.app.fresh()})


def at_recovery_code(site: Site) -> Person:
    user = site.enrolled_user()
    browser = site.sign_in(user)
    return Person(site, user, browser, browser.fetch(f"{OWN}/recovery"), {"code": user.recovery_codes[0]})


STEPS: dict[str, Callable[[Site], Person]] = {
    "password": at_password, "first code": at_first_code, "code": at_code, "recovery code": at_recovery_code,
}


def check(person: Person, answer: Answer | None) -> None:
    """Whoever holds no more than before is not in; what is in the database is whole; nothing counts twice; all come in."""
    site, user = person.site, person.user
    assert not is_open(site.holder(person.before).fetch(FILE)), "in without a second factor"
    passed = answer is not None and answer.status in (200, 303) and person.browser.session != person.before
    times = 0
    if "code" in person.values:
        if passed:
            assert is_open(person.browser.fetch(FILE)), "said to be in, and is not"
        times = passed + sum(is_good(person) for _ in range(2))
        assert times <= 1, "a code counted twice"
    row = site.database.row(user.name)
    sids = [str(factor["sid"]) for factor in site.database.own_rows(user.name, "uzmfa_totp_factor")] if row["uuid"] else []
    assert bool(row["mfa_enrolled"]) == bool(row["mfa_sid"]), f"half a row: {row}"
    assert not row["mfa_sid"] or row["mfa_sid"] in sids, f"a row without its factor: {row}"
    person.go_on()


def is_good(person: Person) -> bool:
    """Whether the code that was sent is good in another browser, now."""
    browser = person.site.sign_in(person.user)
    page = browser.fetch(person.page.target)
    if page.status != 200:
        page = browser.fetch(f"{OWN}/verify")
    browser.submit(page, code=person.values["code"])
    return is_open(browser.fetch(FILE))
