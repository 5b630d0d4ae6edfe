# SPDX-License-Identifier: Apache-2.0
"""R80, R82, R84: from every page, with every session, whatever becomes of the cookie, the way ends on a page."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import product
from typing import Any
from urllib.parse import quote

import pytest

from harness.browser import OWN, Answer, Browser
from harness.configuration import BASIC_GATE, SMALLEST_GATE, place
from harness.site import Site, User, Workshop, basic_credentials, is_open

LIMITS = ("UzmfaSessionMaxAge 10min", "UzmfaSessionIdleTimeout 2min")
PLACES = {
    "/erp/orders?id=7&x=%26": [],
    "/erp/vault": ["UzmfaVerifiedWithin 5min"],
    "/erp/instant": ["UzmfaVerifiedWithin 1s"],
    "/erp/short": LIMITS,
    "/erp/short-vault": [*LIMITS, "UzmfaVerifiedWithin 1min"],
    "/erp/long": ["UzmfaSessionMaxAge 24h", "UzmfaSessionIdleTimeout 12h"],
    "/erp/long-vault": ["UzmfaSessionMaxAge 24h", "UzmfaSessionIdleTimeout 12h", "UzmfaVerifiedWithin 5min"],
    "/erp/somebody": ["Require user somebody"],
    "/erp/on": ["UzmfaEngine On"],
    "/erp/reported": ["UzmfaEngine ReportOnly", *LIMITS],
    "/erp/required": ["UzmfaEngine Off", "Require mfa"],
    "/erp/by-basic": [line for line in BASIC_GATE if line.startswith("Auth")],
    "/erp/by-page": ["AuthType Uzmfa"],
}
OWN_PAGES = [OWN, *(f"{OWN}/{page}" for page in ("login", "enroll", "enroll/qr.svg", "verify", "recovery", "account", "logout",
                                                 "admin", "nowhere"))]
SITES: dict[str, dict[str, Any]] = {
    "own page": {},
    "reported only": {"gate": (*SMALLEST_GATE[:-1], "UzmfaEngine ReportOnly")},
    "enrollment by code": {"server": ["UzmfaEnrollment code"]},
    "own pages with shorter limits": {"server": place("Location", OWN, LIMITS)},
    "own pages behind a password": {"server": place("Location", OWN, [*BASIC_GATE[1:4], "Require valid-user"])},
    "Basic": {"gate": BASIC_GATE},
    "Basic, own pages with shorter limits": {"gate": BASIC_GATE, "server": place("Location", OWN, LIMITS)},
    "Basic, own pages without a gate": {
        "gate": BASIC_GATE, "server": place("Location", OWN, ["UzmfaEngine Off", "AuthType None", "Require all granted"])},
    "Basic, reported only": {"gate": (*BASIC_GATE[:-1], "UzmfaEngine ReportOnly")},
}


@dataclass
class Maze:
    """One of those sites, with a session in each state."""

    site: Site
    is_basic: bool
    sessions: dict[str, str | None] = field(default_factory=dict)
    headers: dict[str, str] = field(default_factory=dict)

    def come(self, user: User) -> Browser:
        """Somebody who has passed the first factor."""
        if not self.is_basic:
            return self.site.sign_in(user)
        browser = self.site.basic_browser(user)
        browser.fetch("/erp/on")
        return browser

    def verified(self, user: User) -> Browser:
        browser = self.come(user)
        assert browser.verify(user.app.fresh()).status == 303
        return browser

    def fill(self) -> None:
        """A session in each state, the oldest first."""
        site = self.site
        user = site.add_user()
        site.administrator().json("user", "temp-code", user.name)
        browser = self.come(user)
        if browser.fetch(f"{OWN}/enroll").leads_to == f"{OWN}/recovery":
            code = site.administrator().json("user", "temp-code", user.name)["temporary_code"]
            assert browser.recover(code).leads_to == f"{OWN}/enroll"
        user.authenticator = browser.enroll()
        self.headers = basic_credentials(user) if self.is_basic else {}
        kept: dict[str, Browser] = {}
        kept["beyond its max age"] = self.verified(user)
        site.clock.forward(9 * 3600)
        kept["idle too long"] = self.verified(user)
        site.clock.forward(31 * 60)
        kept["pending too long"] = self.come(user)
        kept["step-up due"] = self.verified(user)
        marked = {"step-up begun": "/erp/vault", "refused by a place": "/erp/short", "and at its step-up": "/erp/short-vault"}
        kept |= {name: self.verified(user) for name in marked}
        site.clock.forward(11 * 60)
        for name, path in marked.items():
            kept[name].fetch(path)
        kept["to verify"] = self.come(user)
        kept["to enroll"] = self.come(site.add_user())
        kept["anonymous"] = site.browser()
        kept["anonymous"].fetch(f"{OWN}/login")
        site.administrator().json("user", "skip-next", user.name)
        kept["skipped"] = self.come(user)
        if self.is_basic:
            kept["skipped"].submit(kept["skipped"].fetch(f"{OWN}/verify"), "skip")
        kept["verified"] = self.verified(user)
        kept["about to replace the factor"] = self.verified(user)
        kept["about to replace the factor"].act("replace", password=user.password)
        self.sessions = {name: one.session for name, one in kept.items()}
        ended = self.verified(user)
        self.sessions["ended"] = ended.session
        ended.log_out()
        self.sessions["tampered with"] = "A" + str(self.sessions["verified"])[1:-1] + "A"
        self.sessions["none"] = None


@pytest.fixture(scope="module", params=SITES.items(), ids=SITES.keys())
def maze(workshop: Workshop, request: pytest.FixtureRequest) -> Iterator[Maze]:
    """Each of the sites in turn."""
    name, options = request.param
    server = [line for path, lines in PLACES.items() if lines for line in place("Location", path, lines)]
    made = Maze(workshop.build(movable_clock=True, modules=("auth_basic",), gate=options.get("gate", SMALLEST_GATE),
                               server=[*server, *options.get("server", ())]), name.startswith("Basic"))
    made.site.httpd.start()
    made.fill()
    yield made
    made.site.httpd.stop()


def entries() -> Iterator[tuple[str, str]]:
    """Every address by GET and by POST, and those to which the gate leads with every `next`."""
    for method, target in product(("GET", "POST"), [*PLACES, *OWN_PAGES]):
        yield method, target
    for page, target in product([f"{OWN}/{page}" for page in ("login", "enroll", "verify")], [*PLACES, f"{OWN}/account", f"{OWN}/verify"]):
        yield "GET", f"{page}?next={quote(target, safe='')}"


KEPT, BLOCKED, CUT = "kept", "blocked", "cut off behind the first request"
MOST = {KEPT: 5, BLOCKED: 2, CUT: 3}  # redirects; the first one is still led by the cookie


def way_from(browser: Browser, method: str, target: str, most: int, is_kept: bool) -> tuple[list[str], Answer]:
    """The addresses to which redirects lead from there, one more than may be at most, and the last answer."""
    answer = browser.post(target) if method == "POST" else browser.fetch(target)
    way = []
    while answer.status in (301, 302, 303, 307) and len(way) <= most:
        way.append(answer.location)
        if not is_kept:
            browser.session = None
        answer = browser.fetch(answer.location)
    return way, answer


@pytest.mark.long
@pytest.mark.parametrize("cookies", MOST)
def test_R80_R82_every_way_ends_on_a_page(maze: Maze, cookies: str) -> None:
    maze.site.log.allow("AH01631")  # of those whom `Require` refuses
    most = MOST[cookies]
    wrong = []
    browser = maze.site.browser(headers=maze.headers)
    for state, (method, target) in product(["none"] if cookies == BLOCKED else maze.sessions, entries()):
        browser.session = maze.sessions[state]
        way, answer = way_from(browser, method, target, most, cookies == KEPT)
        is_picture = answer.headers.get_content_type() == "image/svg+xml"
        if len(way) > most or not (is_picture or answer.page.all("h1") or is_open(answer) or answer.status in (401, 404)):
            wrong.append(f"{state}: {' > '.join([f'{method} {target}', *way])}: {answer.status}")
    assert not wrong, f"{len(wrong)} of them:\n" + "\n".join(wrong)
