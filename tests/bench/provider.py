# SPDX-License-Identifier: Apache-2.0
"""What the module adds to Twilio's own answer time, and what a provider that hangs does to everybody else.

Right codes, eight at a time, against a double that answers in 100 ms. Each thread sends, one after the other, a code to
the module's page and the same challenge to the double itself, so that both meet the same machine.
"""

import statistics
import threading
import time
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from harness.browser import NAVIGATION, OWN
from harness.site import Site, User, Workshop

from double import Direct, Double
from gate import requests_a_second

AT_A_TIME, CODES_OF_A_USER, USERS = 8, 2, 200
LATENCY, HANGS = 0.1, 60.0
ROUNDS = 5


@dataclass
class Provider:
    """Seconds, and how many requests pass while codes hang, of those that pass else."""

    verifications: int
    failures: int
    connections: int
    through: float
    alone: float
    ratio_while_it_hangs: float


def verify_all(site: Site, double: Double, users: Iterable[User]) -> tuple[list[float], list[float], int]:
    """One of the threads: verifies user after user, as long as there are any."""
    direct, through, alone, failures = Direct(double.url), [], [], 0
    for user in users:
        row = site.database.row(user.name)
        # A code of each user is told to the module once, so the earlier step of the window is the second one.
        site.clock.await_room(8)
        for offset in range(-1, CODES_OF_A_USER - 1):
            browser = site.sign_in(user)
            form = browser.fetch(f"{OWN}/verify")
            begun = time.perf_counter()
            answer = browser.submit(form, code=user.app.code(offset))
            through.append(time.perf_counter() - begun)
            failures += answer.status != 303
            browser.close()
            alone.append(direct.challenge(row["uuid"], row["mfa_sid"], user.app.code(1)))
    return through, alone, failures


def ratio_while_it_hangs(site: Site, double: Double, verified: str) -> float:
    """Each pair of rounds: the codes of eight users wait for the provider in the second."""
    headers = {**NAVIGATION, "Cookie": verified}
    waiting = [site.sign_in(double.enrolled(site)) for _ in range(AT_A_TIME * ROUNDS)]
    forms = [browser.fetch(f"{OWN}/verify") for browser in waiting]
    double.answer_late(HANGS)
    ratios = []
    for first in range(0, len(waiting), AT_A_TIME):
        before = requests_a_second(site, headers)
        threads = [threading.Thread(target=browser.submit, args=(form,), kwargs={"code": "123456"})
                   for browser, form in zip(waiting[first:first + AT_A_TIME], forms[first:first + AT_A_TIME])]
        for thread in threads:
            thread.start()
        ratios.append(requests_a_second(site, headers) / before)
        for thread in threads:
            thread.join()
    return statistics.median(ratios)


def measure(workshop: Workshop) -> Provider:
    double = Double()
    try:
        site = double.start_site(workshop, "pgsql")
        first, *users = [double.enrolled(site) for _ in range(USERS + 1)]
        double.answer_late(LATENCY)
        shares = [users[number::AT_A_TIME] for number in range(AT_A_TIME)]
        with ThreadPoolExecutor(AT_A_TIME) as pool:
            parts = list(pool.map(lambda share: verify_all(site, double, share), shares))
        through = [one for part in parts for one in part[0]]
        alone = [one for part in parts for one in part[1]]
        calls = double.control("calls")
        connections = {call["connection"] for call in calls if call["name"] == "create_challenge"}  # type: ignore
        site.clock.await_room(8)
        verified = site.sign_in(first)
        assert verified.verify(first.app.code()).status == 303
        cookies = "; ".join(f"{name}={value}" for name, value in verified.cookies.items())
        return Provider(len(through), sum(part[2] for part in parts), len(connections) - AT_A_TIME, statistics.median(through),
                        statistics.median(alone), ratio_while_it_hangs(site, double, cookies))
    finally:
        double.stop()
