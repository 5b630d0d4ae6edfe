# SPDX-License-Identifier: Apache-2.0
"""Section 10 of the requirements: what the gate costs a request that it lets pass."""

from harness.application import PROTECTED
from harness.callgrind import instructions
from harness.configuration import SMALLEST_GATE, place
from harness.site import Site, Workshop, is_open

REQUESTS = 400
ALLOWED = 8000  # instructions a request
OPEN, GATED = "/opened/static.html", "/gated_/static.html"  # alike but for what guards them


def visit_often(site: Site, path: str) -> None:
    """Sign in, verify, and ask many times for one of the two files; all else is the same for both."""
    browser = site.verify(site.add_user())
    for each in [OPEN, GATED, *[path] * REQUESTS]:
        assert is_open(browser.fetch(each))
    browser.close()


def test_R111_a_verified_session_costs_few_instructions(workshop: Workshop) -> None:
    site = workshop.build(mpm="prefork", gate=(), server=[*place("Location", "/opened", ["Require all granted"]),
                                                          *place("Location", "/gated_", SMALLEST_GATE)])
    for file in (OPEN, GATED):
        site.application.add(file[1:], f"<p>{PROTECTED}</p>")
    free = instructions(site, lambda: visit_often(site, OPEN))
    gated = instructions(site, lambda: visit_often(site, GATED))
    assert 0 < (gated - free) / REQUESTS <= ALLOWED


def test_R110_a_verified_session_asks_no_database(pgsql_site: Site) -> None:
    user = pgsql_site.add_user()
    browser = pgsql_site.verify(user)
    before = pgsql_site.database.statements()
    for _ in range(REQUESTS):
        assert is_open(browser.fetch("/static.html"))
    assert pgsql_site.database.statements() == before
    pgsql_site.verify(user).close()
    assert pgsql_site.database.statements() > before
