# SPDX-License-Identifier: Apache-2.0
"""Section 10 of the requirements: what the gate costs a request that it lets pass."""

import re
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from harness import openid_provider
from harness.application import PROTECTED
from harness.browser import OWN, Browser
from harness.valgrind import instructions
from harness.configuration import SMALLEST_GATE, place
from harness.site import Site, Workshop, is_open

REQUESTS = 400
COUNTED = 100  # requests whose instructions are counted
ALLOWED = 8000  # of them for one
ENDED = 100_000  # sessions that were ended and would be alive
MANY = 1_000_000  # rows of the users table
CROWD = 100_000  # on SQLite
# The row of a session is looked at again after a while, however few requests there were: a slow machine must not count it.
RARE_RECHECK = {"server": ["UzmfaRecheckInterval 3min"]}
# The same file in two places, alike but for what guards them.
OPEN, GUARDED = "/open___/static.html", "/guarded/static.html"


def added_by(site: Site, options: dict[str, Any], guard: Sequence[str], enter: Callable[[], Browser]) -> float:
    """What this guard adds to the instructions of a request, once somebody has come in."""
    server = [*options.get("server", ()), *place("Location", "/open___", ["Require all granted"]),
              *place("Location", "/guarded", guard)]
    site.configure(**options | {"mpm": "prefork", "gate": (), "server": server})
    for file in (OPEN, GUARDED):
        site.application.add(file[1:], f"<p>{PROTECTED}</p>")

    def visit_often(path: str) -> None:
        browser = enter()
        for each in [OPEN, GUARDED, *[path] * COUNTED]:
            assert is_open(browser.fetch(each))
        browser.close()

    without, with_it = (instructions(site, lambda: visit_often(path)) for path in (OPEN, GUARDED))
    return (with_it - without) / COUNTED


def added_by_gate(workshop: Workshop, home: Site) -> float:
    """People sign in at home, uncounted: how many connections that takes, and so what is prepared on them, depends on what
    the server does meanwhile."""
    user = home.enrolled_user()
    site = workshop.build(like=home)
    return added_by(site, RARE_RECHECK, SMALLEST_GATE, lambda: site.holder(home.verify(user).session))


def added_by_openid(workshop: Workshop) -> float:
    site = workshop.build()

    def enter() -> Browser:
        browser = site.browser()
        assert is_open(openid_provider.sign_in(browser, GUARDED, "alice"))
        return browser

    alone = {"module": False, "companions": (), "key_file": None, "modules": ["auth_openidc"],
             "server": openid_provider.directives(site.url(""))}
    return added_by(site, alone, ["AuthType openid-connect", "Require valid-user"], enter)


def test_R111_a_verified_session_costs_few_instructions(workshop: Workshop, site: Site) -> None:
    gate = added_by_gate(workshop, site)
    assert 0 < gate <= ALLOWED
    assert gate <= added_by_openid(workshop) / 10


@pytest.mark.long
def test_R111_many_ended_sessions_add_nothing(workshop: Workshop, start_site: Callable[..., Site]) -> None:
    site = start_site()
    now = int(time.time())
    site.database.execute("WITH RECURSIVE numbers (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < ?)"
                          " INSERT INTO uzmfa_revocation (session, uuid, ends_at, made_at)"
                          " SELECT lower(hex(randomblob(16))), '', ?, ? FROM numbers", (ENDED, now + 7200, now - 60))
    gate = added_by_gate(workshop, site)
    (kept,) = site.database.execute("SELECT count(*) AS n FROM uzmfa_revocation")
    assert kept["n"] > ENDED
    assert 0 < gate <= ALLOWED, gate


@pytest.mark.long
def test_R113_a_sign_in_reads_no_table_of_users_from_end_to_end(start_site: Callable[..., Site]) -> None:
    site = start_site("pgsql")
    user = site.enrolled_user()
    site.database.execute("INSERT INTO users (username, password, access_enabled, uuid)"
                          " SELECT 'many' || n, repeat('x', 60), TRUE, gen_random_uuid()"
                          " FROM generate_series(1, ?) AS numbers (n)", (MANY,))
    site.database.execute("ANALYZE")

    def rows_read_in_order() -> int:
        time.sleep(11)  # a connection of the server may keep its counts for ten seconds
        (counts,) = site.database.execute("SELECT seq_tup_read AS n FROM pg_stat_user_tables WHERE relname = 'users'")
        return int(counts["n"])

    before = rows_read_in_order()
    browser = site.browser()
    assert browser.sign_in("nobody", "wrong").status == 401
    assert browser.sign_in(user.name, "wrong").status == 401
    site.verify(user, browser)
    assert is_open(browser.fetch("/"))
    assert rows_read_in_order() == before


@pytest.fixture
def crowded(start_site: Callable[..., Site]) -> Site:
    """A site on SQLite with many users."""
    site = start_site()
    site.database.execute("WITH RECURSIVE numbers (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < ?)"
                          " INSERT INTO users (username, password, access_enabled, uuid)"
                          " SELECT 'many' || n, printf('%060d', n), TRUE, lower(hex(randomblob(16))) FROM numbers", (CROWD,))
    site.database.execute("ANALYZE")
    return site


def sent_at_a_sign_in(site: Site) -> set[str]:
    """What PostgreSQL is asked about the users table. SQLite is asked the same, but for the clock."""
    user = site.enrolled_user()
    before = site.database.statements()
    browser = site.browser()
    assert browser.sign_in("nobody", "wrong").status == 401
    assert browser.sign_in(user.name, "wrong").status == 401
    site.verify(user, browser)
    clock = "CAST(extract(epoch FROM clock_timestamp()) AS bigint)"
    return {sql.replace(clock, "0") for sql in site.database.sent()[before:] if "FROM users" in sql}


def test_R113_on_SQLite_too_a_sign_in_finds_users_by_their_key(pgsql_site: Site, crowded: Site) -> None:
    asked = sent_at_a_sign_in(pgsql_site)
    assert any("u.mfa_sid" in sql for sql in asked) and any("u.password" in sql for sql in asked)
    for sql in asked:
        rows = crowded.database.execute(f"EXPLAIN QUERY PLAN {sql}", [None] * sql.count("?"))
        plan = [row["detail"] for row in rows]
        assert not [step for step in plan if re.match(r"SCAN (u|o|users)\b", step)], plan  # o is the users table too
        assert [step for step in plan if re.match(r"SEARCH u USING INDEX sqlite_autoindex_users_1 \(username[=>]", step)], plan


def test_R110_R113_on_SQLite_too_a_verified_session_asks_no_database(crowded: Site) -> None:
    user = crowded.enrolled_user()
    browser, pending = crowded.verify(user), crowded.sign_in(user)
    form = pending.fetch(f"{OWN}/verify")
    wrong = user.app.wrong()
    with ThreadPoolExecutor(1) as pool:
        with crowded.database.reads_held():
            other = pool.submit(lambda: pending.submit(form, code=wrong))
            assert all(is_open(browser.fetch("/static.html")) for _ in range(REQUESTS))
            assert not other.done()  # so it is held indeed
        assert other.result().status == 401


def test_R110_a_verified_session_asks_no_database(pgsql_site: Site) -> None:
    user = pgsql_site.add_user()
    browser = pgsql_site.verify(user)
    before = pgsql_site.database.statements()
    for _ in range(REQUESTS):
        assert is_open(browser.fetch("/static.html"))
    assert pgsql_site.database.statements() == before
    pgsql_site.verify(user).close()
    assert pgsql_site.database.statements() > before
