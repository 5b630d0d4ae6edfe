# SPDX-License-Identifier: Apache-2.0
"""The administrators' pages on a large site: users among 100,000, events among many, and what was counted by the hour (R52)."""

import re
import time
from urllib.parse import quote

import pytest

from administrators import HELEN, Administrator, helen_is_signed_in, on_each_database  # noqa: F401
from harness.browser import OWN, Answer, Browser
from harness.chrome import Chrome
from harness.configuration import place
from harness.database import Database
from harness.paths import REPOSITORY
from harness.site import Site, User
from harness.texts import LANGUAGES

ADMIN = f"{OWN}/admin"
EVENTS = f"{ADMIN}/events"
PLOT = f"{ADMIN}/plot.svg"
PLACE = place("LocationMatch", f"^{OWN}/(admin|api)(/|$)", ["UzmfaAdmin On", f"Require user {HELEN}"])
MANY = 100_000
STATEMENTS = re.compile(r'\{Statement::\w+, "(\w+)",\s*((?:"(?:[^"\\]|\\.)*"\s*)+)\}')

NUMBERS = {"sqlite3": f"WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {MANY})",
           "pgsql": f"WITH n(i) AS (SELECT generate_series(1, {MANY}))"}
PADDED = {"sqlite3": "printf('%06d', i)", "pgsql": "lpad(CAST(i AS text), 6, '0')"}


def fill(database: Database, now: int) -> None:
    """So many users, and as many events of one of them and of nobody in particular, each by one statement."""
    numbers, padded = NUMBERS[database.driver], PADDED[database.driver]
    database.execute(f"INSERT INTO users (username, access_enabled) {numbers} SELECT 'user' || {padded}, TRUE FROM n")
    row = "'', '192.0.2.1', '', '', '', 'node', '', ''"
    database.execute("INSERT INTO uzmfa_event (at, event, username, uuid, address, browser, session, method, node, made_by, detail)"
                     f" {numbers} SELECT {now} - {MANY} + i, 'wrong_password', 'typed' || i, {row} FROM n")
    database.execute("ANALYZE")


class Office(Administrator):
    """Of the large site."""

    def __init__(self, site: Site, helen: User, browser: Browser) -> None:
        super().__init__(site, helen, browser)
        self.now = int(time.time())
        fill(site.database, self.now - 100)

    def get(self, target: str) -> Answer:
        answer = self.browser.fetch(target)
        assert answer.status == 200, f"{target}: {answer.status} {answer.text}"
        return answer


office = on_each_database(Office, PLACE)


def sent_for(office: Office, target: str, part: str) -> list[str]:
    """The statements with the part that the answer took; on PostgreSQL, whose log has them."""
    before = len(office.site.database.sent(part))
    office.get(target)
    return office.site.database.sent(part)[before:]


def plan_of(database: Database, sql: str, *parameters: object) -> str:
    explain = "EXPLAIN QUERY PLAN" if database.driver == "sqlite3" else "EXPLAIN"
    return "\n".join(str(list(row.values())) for row in database.execute(f"{explain} {sql}", parameters))


def assert_by_index(plan: str, index: str) -> None:
    assert index in plan, plan
    assert "SCAN" not in plan and "Seq Scan" not in plan, plan


def statement(database: Database, name: str) -> str:
    """The SQL of a statement, as the source has it, for this database."""
    source = (REPOSITORY / "mod_uzmfa" / "store" / "statements.cpp").read_text()
    sql = next("".join(re.findall(r'"((?:[^"\\]|\\.)*)"', body)) for found, body in STATEMENTS.findall(source) if found == name)
    return sql.replace("{users}", "users").replace("{greatest}", "max" if database.driver == "sqlite3" else "greatest").replace("%s", "?")


def names_on(answer: Answer) -> list[str]:
    return [one.text for one in answer.page.all("bdi")]


def next_of(answer: Answer) -> str | None:
    return next((one["href"].partition("#")[0] for one in answer.page.all("a") if one.get("rel") == "next"), None)


# --- users ---


def test_a_user_among_many_is_found_by_one_statement(office: Office) -> None:
    target = f"{ADMIN}?search=user0777"
    assert names_on(office.get(target)) == [f"user0777{number:02}" for number in range(50)]
    assert names_on(office.get(f"{ADMIN}?search=user077777")) == ["user077777"]
    if office.site.database.driver == "pgsql":
        found = [sql for sql in sent_for(office, target, "FROM users") if "LIMIT" in sql]
        assert len(found) == 1, found


@pytest.mark.parametrize(("beginning", "after"), [("user0777", ""), ("", "user099000"), ("", "")])
def test_the_search_goes_by_the_index(office: Office, beginning: str, after: str) -> None:
    database = office.site.database
    plan = plan_of(database, statement(database, "search_accounts"), beginning, after, after, beginning + "\U0010ffff", 51)
    assert_by_index(plan, {"sqlite3": "USING INDEX sqlite_autoindex_users_1", "pgsql": "users_pkey"}[database.driver])
    assert "Sort" not in plan and "B-TREE" not in plan, plan


def test_users_are_shown_a_page_at_a_time_without_javascript(office: Office) -> None:
    target, shown = f"{ADMIN}?search=user09999", []
    while target:
        answer = office.get(target)
        shown += names_on(answer)
        target = next_of(answer)
    assert shown == [f"user{number:06}" for number in range(99990, 100000)]
    target, shown = f"{ADMIN}?search=user0999", []
    while target:
        answer = office.get(target)
        assert answer.page.by_id("search")["value"] == "user0999"
        shown += names_on(answer)
        target = next_of(answer)
    assert shown == [f"user{number:06}" for number in range(99900, 100000)]


def test_a_page_of_names_that_are_hard_to_spell_leads_on(office: Office) -> None:
    names = sorted(f"&a=b%20'\"<x>{number:02}" for number in range(60))
    for name in names:
        office.site.database.execute("INSERT INTO users (username, access_enabled) VALUES (?, ?)", (name, True))
    first = office.get(f"{ADMIN}?search={quote('&a=b%20')}")
    assert names_on(first) + names_on(office.get(next_of(first))) == names


# --- events ---


def test_events_go_by_an_index(office: Office) -> None:
    database = office.site.database
    uuid = str(database.row(HELEN)["uuid"])
    for at in (office.now - MANY // 2, 2**63 - 1):
        plan = plan_of(database, statement(database, "find_latest_events"), at, at, 2**63 - 1, 26)
        assert_by_index(plan, "uzmfa_event_at")
        plan = plan_of(database, statement(database, "find_latest_events_of"), uuid, at, at, 2**63 - 1, 26)
        assert_by_index(plan, "uzmfa_event_uuid")


def test_the_numbers_are_one_statement_whatever_happened(office: Office) -> None:
    database = office.site.database
    plan = plan_of(database, statement(database, "find_event_counts"), office.now // 3600 - 720)
    assert "uzmfa_event_count" in plan and not re.search(r"uzmfa_event\b", plan), plan
    if database.driver == "pgsql":
        assert len(sent_for(office, EVENTS, "uzmfa_event_count")) == 1 and len(sent_for(office, f"{PLOT}?days=30", "uzmfa_event_count")) == 1
        assert sent_for(office, f"{PLOT}?days=30", "FROM uzmfa_event ") == []


def test_the_events_of_the_site_come_a_page_at_a_time(office: Office) -> None:
    typed, target = [], f"{EVENTS}?before={office.now - 100}-{2**62}"
    for _ in range(3):
        answer = office.get(target)
        typed += [name for name in names_on(answer)]
        target = next_of(answer)
    assert typed == [f"typed{number}" for number in range(MANY, MANY - 75, -1)]
    last = office.get(f"{EVENTS}?before={office.now - 100 - MANY + 3}-{2**62}")
    assert [one for one in names_on(last)] == ["typed3", "typed2", "typed1"] and next_of(last) is None


def test_events_of_one_second_are_not_lost_between_pages(office: Office) -> None:
    user = office.site.enrolled_user()
    uuid = str(office.site.database.row(user.name)["uuid"])
    for number in range(60):
        office.site.database.execute(
            "INSERT INTO uzmfa_event (at, event, username, uuid, address, browser, session, method, node, made_by, detail)"
            " VALUES (?, 'wrong_code', ?, ?, '', '', '', '', '', '', ?)", (office.now - 100, user.name, uuid, f"number {number}"))
    details, target = [], f"{ADMIN}?user={user.name}"
    while target:
        answer = office.get(target)
        details += re.findall(r"number (\d+)", answer.text)
        target = next_of(answer)
    assert [int(one) for one in details] == list(range(59, -1, -1))


def test_the_events_of_a_user_are_on_the_users_page_and_of_nobody_else(office: Office) -> None:
    user, other = office.site.enrolled_user(), office.site.enrolled_user()
    browser = office.site.sign_in(user)
    browser.verify(user.app.wrong())
    page = office.get(f"{ADMIN}?user={user.name}")
    said = [one.text for one in page.page.all("strong")]
    assert said[0] == LANGUAGES["en"]["log_wrong_code"] and LANGUAGES["en"]["log_enrolled"] in said
    assert other.name not in page.text and user.app.secret not in page.text
    assert "127.0.0.1" in page.text


def test_every_event_has_a_text_in_every_language(office: Office) -> None:
    said = re.search(r"### Events\n(.*?)\n\n", reference(), re.DOTALL)[1]
    names = set(re.findall(r"`([a-z_]+)`", said)) - {"uzmfa_event", "username"}
    assert len(names) > 20
    for language, texts in LANGUAGES.items():
        assert not [name for name in names if f"log_{name}" not in texts], language


def reference() -> str:
    return (REPOSITORY / "docs" / "reference.md").read_text()


def test_R75_what_was_typed_is_shown_inert(office: Office) -> None:
    office.site.browser().sign_in("<script>alert(1)</script>", "x")
    page = office.get(EVENTS)
    assert "<script>alert" not in page.text and "&lt;script&gt;alert(1)" in page.text


# --- what is counted ---


def numbers_on(answer: Answer, table: str) -> list[list[str]]:
    rows = [one for one in answer.page.all("tr") if one.is_in(answer.page.by_id(table))]
    return [[cell.text for cell in answer.page.all("th", "td") if cell.is_in(row)] for row in rows][1:]


def test_sign_ins_verifications_and_failures_are_counted(office: Office) -> None:
    def sums() -> list[int]:
        rows = numbers_on(office.get(EVENTS), "day-numbers")
        assert len(rows) == 24
        return [sum(int(row[column]) for row in rows) for column in (1, 2, 3)]

    user = office.site.enrolled_user()
    before = sums()
    browser = office.site.browser()
    browser.sign_in(user.name, "wrong")
    browser.sign_in(user.name, user.password)
    browser.verify(user.app.wrong())
    browser.verify(user.app.fresh())
    assert [after - earlier for after, earlier in zip(sums(), before)] == [1, 1, 2]


def test_the_numbers_of_days_are_those_of_their_hours(office: Office) -> None:
    database, hour = office.site.database, int(time.time()) // 3600
    day = hour // 24
    for at, number in ((hour - 5, 1000), (hour - 23, 2000), (hour - 24, 4000), ((day - 29) * 24, 8000), ((day - 29) * 24 - 1, 16000)):
        for node, share in (("a", number - 1), ("b", 1)):
            database.execute("INSERT INTO uzmfa_event_count (hour, kind, node, number) VALUES (?, 'failure', ?, ?)", (at, node, share))
    page = office.get(EVENTS)
    by_hour, by_day = numbers_on(page, "day-numbers"), numbers_on(page, "month-numbers")
    assert (by_hour[-6][3], by_hour[0][3]) == ("1000", "2000") and len(by_day) == 30
    assert by_day[0][3] == "8000"
    assert sum(int(row[3]) for row in by_day) in range(15000, 15999)


@pytest.mark.parametrize("days", ["1", "30"])
def test_the_plot_is_a_picture_that_the_policy_lets_show(office: Office, days: str) -> None:
    answer = office.get(f"{PLOT}?days={days}")
    assert answer.headers["Content-Type"] == "image/svg+xml" and answer.headers["Cache-Control"] == "no-store"
    assert "<style" not in answer.text and "<script" not in answer.text and "style=" not in answer.text
    assert answer.text.count("<text") == 8 and LANGUAGES["en"]["plot_sign_ins"] in answer.text
    german = office.browser.request("GET", f"{PLOT}?days={days}", headers={"Accept-Language": "de"})
    assert LANGUAGES["de"]["plot_failures"] in german.text


def test_what_is_no_page_of_them_is_refused(office: Office) -> None:
    for query in ("", "?days=", "?days=2", "?days=30&days=1"):
        assert office.browser.fetch(PLOT + query).status == 400
    for key in ("x", "1", "1-", "-1", "1-x", "-1-1", "1-1-1", "99999999999999999999-1"):
        assert office.browser.fetch(f"{EVENTS}?before={key}").status == 400
        assert office.browser.fetch(f"{ADMIN}?user={HELEN}&before={key}").status == 400
    for target in (EVENTS, f"{PLOT}?days=1"):
        assert office.browser.post(target, {"csrf": office.browser.token()}).status == 405


def test_R52_the_pages_are_for_administrators(office: Office) -> None:
    user = office.site.add_user()
    browser = office.site.verify(user)
    office.site.log.expect("AH01631")
    for target in (EVENTS, f"{PLOT}?days=1"):
        assert browser.fetch(target).status == 403
        assert office.site.browser().fetch(target).status == 303
        assert office.site.browser().script(target).status == 401


def test_R95_R99_the_pages_in_a_browser(office: Office, chrome: Chrome, axe: str) -> None:
    """The plot is shown, and axe finds nothing."""
    chrome.be(office.browser, office.site.url("/"))
    for target in (EVENTS, f"{ADMIN}?user={HELEN}", ADMIN):
        chrome.open(office.site.url(target))
        assert chrome.run("return [...document.images].every(one => one.naturalWidth > 0)"), target
        assert chrome.violations(axe) == [], target
