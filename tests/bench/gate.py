# SPDX-License-Identifier: Apache-2.0
"""What a guard adds to a request that it lets pass, side by side: `./bootstrap bench`.

Every request has the same headers, the cookies of all contenders among them, so that they differ by the guard alone. The
times are of rounds that follow on each other; what counts is the median of the ratios within a round. Instructions do
not depend on the machine's mood.
"""

import re
import statistics
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass

from harness.browser import NAVIGATION
from harness.valgrind import instructions
from harness.site import Site, User, Workshop, basic_credentials, is_open

from contenders import CONTENDERS, FILE, USER, Contender

ROUNDS, SECONDS, CONNECTIONS = 15, 2, 4
COUNTED = 100  # requests whose instructions are counted


@dataclass
class Measured:
    """Of one contender."""

    name: str
    added: float         # microseconds of a processor a request, beside those of the open place
    instructions: float  # added likewise
    ratio: float         # requests in the same time, of those of the open place
    cookie: int          # bytes of its cookies


def build(workshop: Workshop, contender: Contender, mpm: str) -> Site:
    site = workshop.build()
    site.configure(**contender.options(site), mpm=mpm)
    return site


def headers_with(cookies: Mapping[str, str]) -> dict[str, str]:
    together = "; ".join(f"{name}={value}" for name, value in cookies.items())
    return {**NAVIGATION, **basic_credentials(User(USER)), "Cookie": together}


def requests_a_second(site: Site, headers: Mapping[str, str]) -> float:
    lines = [part for name, value in headers.items() for part in ("-H", f"{name}: {value}")]
    said = subprocess.run(["wrk", "-t1", f"-c{CONNECTIONS}", f"-d{SECONDS}s", *lines, site.url(FILE)],
                          check=True, capture_output=True, text=True).stdout
    assert "Non-2xx" not in said and "Socket errors" not in said, said
    found = re.search(r"Requests/sec:\s+([\d.]+)", said)
    assert found, said
    return float(found[1])


def rates(workshop: Workshop) -> tuple[list[list[float]], list[Mapping[str, str]]]:
    """For each contender its requests a second, round by round; and its cookies."""
    sites = [build(workshop, contender, "event") for contender in CONTENDERS]
    for site in sites:
        site.httpd.start()
    cookies = [contender.enter(site) for contender, site in zip(CONTENDERS, sites)]
    headers = headers_with({name: value for own in cookies for name, value in own.items()})
    for contender, site in zip(CONTENDERS, sites):
        assert is_open(site.browser().fetch(FILE, headers)), contender.name
    rounds = [[requests_a_second(site, headers) for site in sites] for _ in range(ROUNDS)]
    for site in sites:
        site.httpd.stop()
    return [list(one) for one in zip(*rounds)], cookies


def instructions_of(workshop: Workshop, contender: Contender, others: Mapping[str, str]) -> float:
    """Of one request. Where a session outlives a restart, nobody comes in while they are counted: how much is drawn and prepared
    on the way in is not the same twice."""
    site = build(workshop, contender, "prefork")
    lasting: Mapping[str, str] = {}
    if contender.outlives_restart:
        site.httpd.start()
        lasting = contender.enter(site)
        site.httpd.stop()

    def visit(times: int) -> None:
        own = lasting if contender.outlives_restart else contender.enter(site)
        browser = site.browser()
        headers = headers_with({**others, **own})
        for _ in range(times + 1):
            assert is_open(browser.fetch(FILE, headers)), contender.name
        browser.close()

    few, many = (instructions(site, lambda: visit(times)) for times in (0, COUNTED))
    return (many - few) / COUNTED


def measure(workshop: Workshop) -> list[Measured]:
    seen, cookies = rates(workshop)
    everybodys = {name: value for own in cookies for name, value in own.items()}
    counts = [instructions_of(workshop, contender, everybodys) for contender in CONTENDERS]
    return [Measured(
        contender.name,
        statistics.median(1e6 / one - 1e6 / opened for one, opened in zip(seen[place], seen[0])),
        counts[place] - counts[0],
        statistics.median(one / opened for one, opened in zip(seen[place], seen[0])),
        sum(len(name) + 1 + len(value) for name, value in cookies[place].items()),
    ) for place, contender in enumerate(CONTENDERS)]
