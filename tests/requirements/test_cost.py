# SPDX-License-Identifier: Apache-2.0
"""Section 10 of the requirements: what the gate costs a request that it lets pass."""

from collections.abc import Callable, Sequence
from typing import Any

from harness import openid_provider
from harness.application import PROTECTED
from harness.browser import Browser
from harness.callgrind import instructions
from harness.configuration import SMALLEST_GATE, place
from harness.site import Site, Workshop, is_open

REQUESTS = 400
ALLOWED = 8000  # instructions a request
# The same file in two places, alike but for what guards them.
OPEN, GUARDED = "/open___/static.html", "/guarded/static.html"


def added_by(site: Site, options: dict[str, Any], guard: Sequence[str], enter: Callable[[Site], Browser]) -> float:
    """What this guard adds to the instructions of a request, once somebody has come in."""
    server = [*options.pop("server", ()), *place("Location", "/open___", ["Require all granted"]),
              *place("Location", "/guarded", guard)]
    site.configure(mpm="prefork", gate=(), server=server, **options)
    for file in (OPEN, GUARDED):
        site.application.add(file[1:], f"<p>{PROTECTED}</p>")

    def visit_often(path: str) -> None:
        browser = enter(site)
        for each in [OPEN, GUARDED, *[path] * REQUESTS]:
            assert is_open(browser.fetch(each))
        browser.close()

    without, with_it = (instructions(site, lambda: visit_often(path)) for path in (OPEN, GUARDED))
    return (with_it - without) / REQUESTS


def enter_by_openid(site: Site) -> Browser:
    browser = site.browser()
    assert is_open(openid_provider.sign_in(browser, GUARDED, "alice"))
    return browser


def test_R111_a_verified_session_costs_few_instructions(workshop: Workshop) -> None:
    gate = added_by(workshop.build(), {}, SMALLEST_GATE, lambda site: site.verify(site.add_user()))
    site = workshop.build()
    alone = {"module": False, "companions": (), "key_file": None, "modules": ["auth_openidc"],
             "server": openid_provider.directives(site.url(""))}
    openid = added_by(site, alone, ["AuthType openid-connect", "Require valid-user"], enter_by_openid)
    assert 0 < gate <= ALLOWED
    assert gate <= openid / 10


def test_R110_a_verified_session_asks_no_database(pgsql_site: Site) -> None:
    user = pgsql_site.add_user()
    browser = pgsql_site.verify(user)
    before = pgsql_site.database.statements()
    for _ in range(REQUESTS):
        assert is_open(browser.fetch("/static.html"))
    assert pgsql_site.database.statements() == before
    pgsql_site.verify(user).close()
    assert pgsql_site.database.statements() > before
