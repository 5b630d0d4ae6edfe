# SPDX-License-Identifier: Apache-2.0
"""What a sign-in, a code and an enrollment take, on both databases, and with a million users."""

import statistics
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from harness.browser import OWN, Answer, Browser
from harness.site import Site, User, Workshop

from processes import processor_seconds

PEOPLE, AT_A_TIME = 200, 8
MANY, ROUNDS, IN_A_ROUND = 1_000_000, 7, 30
MILLION = {
    "pgsql": "INSERT INTO users (username, password, access_enabled, uuid) SELECT 'many' || n, repeat('x', 60), TRUE,"
             " gen_random_uuid() FROM generate_series(1, ?) AS numbers (n)",
    "sqlite3": "WITH RECURSIVE numbers (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < ?)"
               " INSERT INTO users (username, password, access_enabled, uuid) SELECT 'many' || n, printf('%060d', n), TRUE,"
               " lower(hex(randomblob(16))) FROM numbers",
}


@dataclass
class Step:
    """How many a second from one client on this machine, and the milliseconds of a processor that one takes httpd."""

    name: str
    driver: str
    per_second: float
    processor: float


def together(site: Site, name: str, calls: Sequence[Callable[[], Answer]], status: int) -> Step:
    before, begun = processor_seconds(site), time.perf_counter()
    with ThreadPoolExecutor(AT_A_TIME) as pool:
        answers = list(pool.map(lambda call: call(), calls))
    took, used = time.perf_counter() - begun, processor_seconds(site) - before
    assert {answer.status for answer in answers} == {status}, name
    return Step(name, site.database.driver, len(calls) / took, used / len(calls) * 1e3)


def steps(workshop: Workshop, driver: str) -> list[Step]:
    """Every person signs in and enrolls; then signs in once more, and types the next code."""
    site = workshop.start(driver)
    people = [site.add_user() for _ in range(PEOPLE)]
    browsers = [site.browser() for _ in people]

    def of_all(call: Callable[[Browser, User], Answer]) -> list[Callable[[], Answer]]:
        return [lambda browser=browser, user=user: call(browser, user) for browser, user in zip(browsers, people)]

    pages: dict[str, Answer] = {}

    def show(page: str) -> Callable[[Browser, User], Answer]:
        def opened(browser: Browser, user: User) -> Answer:
            pages[user.name] = browser.fetch(f"{OWN}/{page}")
            return pages[user.name]
        return opened

    def send_password(browser: Browser, user: User) -> Answer:
        return browser.submit(pages[user.name], username=user.name, password=user.password)

    def send_code(browser: Browser, user: User) -> Answer:
        if user.authenticator is None:
            user.authenticator = site.app(pages[user.name].page.by_id("otpauth")["href"])
        return browser.submit(pages[user.name], code=user.app.fresh())

    site.clock.await_room(10)
    taken = [
        together(site, "sign-in page", of_all(show("login")), 200),
        together(site, "password (bcrypt, cost 4)", of_all(send_password), 303),
        together(site, "enrollment page with QR code", of_all(show("enroll")), 200),
        together(site, "first code", of_all(send_code), 200),
    ]
    for browser in browsers:
        browser.cookies.clear()
    together(site, "sign-in page", of_all(show("login")), 200)
    together(site, "password", of_all(send_password), 303)
    taken.append(together(site, "verification page", of_all(show("verify")), 200))
    time.sleep(31)  # every app has a code that was not used
    site.clock.await_room(20)
    taken.append(together(site, "code", of_all(send_code), 303))
    site.httpd.stop()
    return taken


def crowd_ratio(workshop: Workshop, driver: str) -> float:
    """The processor's time of a sign-in among a million users, to that among ten; median of rounds side by side."""
    few, many = (workshop.start(driver) for _ in range(2))
    many.database.execute(MILLION[driver], (MANY,))
    many.database.execute("ANALYZE")
    user = {site: site.add_user() for site in (few, many)}

    def sign_in(site: Site) -> Answer:
        return site.browser().sign_in(user[site].name, user[site].password)

    ratios = []
    for _ in range(ROUNDS):
        taken = [together(site, "sign-in", [lambda site=site: sign_in(site)] * IN_A_ROUND, 303) for site in (few, many)]
        ratios.append(taken[1].processor / taken[0].processor)
    for site in (few, many):
        site.httpd.stop()
    return statistics.median(ratios)
