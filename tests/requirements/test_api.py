# SPDX-License-Identifier: Apache-2.0
"""The JSON API: who may use it, what it answers, and what it refuses (R38, R47 to R53, R69, R72, R78, R79)."""

import json
from collections.abc import Callable
from typing import Any
from urllib.parse import quote

import pytest

from administrators import HELEN, Administrator, helen_is_signed_in, on_each_database  # noqa: F401
from harness import openapi
from harness.browser import OWN, SCRIPT, Answer, Browser
from harness.configuration import place
from harness.expect import assert_passed, assert_sent_to
from harness.site import Site, User, is_open
from harness.texts import OTHERS

API = f"{OWN}/api/v1"
USERS = f"{API}/users"
SESSION = f"{API}/session"
ONLY_HELEN = place("Location", f"{OWN}/api", ["UzmfaAdmin On", f"Require user {HELEN}"])
ACTIONS = ["skip-next", "temp-code", "unlock", "end-sessions", "reset"]
JSON = {"Content-Type": "application/json"}


def of(user: User | str, action: str = "") -> str:
    name = user if isinstance(user, str) else user.name
    return f"{USERS}/{quote(name, safe='')}" + (f"/{action}" if action else "")


def asked(browser: Browser, target: str, method: str = "GET", body: bytes | None = None,
          headers: dict[str, str | None] | None = None) -> Answer:
    """What the API answers to a program; each answer is held against the OpenAPI document."""
    answer = browser.request(method, target, body, {**SCRIPT, **(headers or {})})
    if method in ("GET", "POST") and answer.status != 405:
        complaints = openapi.complaints_about(method, answer)
        assert not complaints, "\n".join(complaints)
    return answer


def assert_problem(answer: Answer, status: int, error: str) -> None:
    assert answer.headers["Content-Type"] == "application/problem+json", answer.headers["Content-Type"]
    problem = answer.json()
    assert (answer.status, problem["status"], problem["error"]) == (status, status, error), answer.text
    assert problem["title"] and problem["title"] != error, "its title is no text"


class Desk(Administrator):
    """With a program."""

    def get(self, target: str) -> Answer:
        return asked(self.browser, target)

    def csrf(self) -> str:
        return self.get(SESSION).json()["csrf"]

    def post(self, user: User | str, action: str, body: bytes | dict[str, Any] = b"{}",
             headers: dict[str, str | None] | None = None, browser: Browser | None = None) -> Answer:
        sent = body if isinstance(body, bytes) else json.dumps(body).encode()
        mine = {**JSON, **({} if "X-Uzmfa-Csrf" in (headers or {}) else {"X-Uzmfa-Csrf": self.csrf()}), **(headers or {})}
        return asked(browser or self.browser, of(user, action), "POST", sent, mine)

    def done(self, user: User | str, action: str, body: dict[str, Any] | None = None) -> dict[str, Any]:
        answer = self.post(user, action, body or {})
        assert answer.status == 200, answer.text
        return answer.json()


desk = on_each_database(Desk, ONLY_HELEN)


# --- the document ---


def test_the_document_is_an_openapi_document() -> None:
    assert openapi.complaints_about_document() == []


def test_the_document_has_all_that_the_api_has(desk: Desk) -> None:
    """And nothing else: what it names answers, and what it does not name is not found."""
    listed = {(method, path) for method, path in openapi.operations()}
    assert listed == {("GET", "/api/v1/session"), ("GET", "/api/v1/users"), ("GET", "/api/v1/users/{name}"),
                      *(("POST", f"/api/v1/users/{{name}}/{action}") for action in ACTIONS)}
    for method, path in listed:
        user = desk.site.enrolled_user()
        headers = {**SCRIPT, **JSON, "X-Uzmfa-Csrf": desk.csrf()}
        answer = desk.browser.request(method, OWN + path.replace("{name}", user.name), b"{}" if method == "POST" else None, headers)
        assert answer.status == 200, f"{method} {path}: {answer.status} {answer.text}"
    for target in (f"{OWN}/api/", API, f"{API}/", f"{API}/nothing", f"{USERS}/", f"{USERS}/{user.name}/", f"{USERS}/{user.name}/x",
                   f"{USERS}/{user.name}/reset/", f"{USERS}//reset", f"{USERS}/{user.name}/end-everybody", f"{OWN}/api/v2/session", f"{SESSION}/x"):
        answer = desk.browser.request("GET", target, headers=SCRIPT)
        assert (answer.status, answer.headers["Content-Type"]) in ((404, "application/problem+json"),), f"{target}: {answer.status}"


# --- the session ---


def test_a_verified_session_says_who_it_is(desk: Desk) -> None:
    user = desk.site.add_user()
    browser = desk.site.verify(user)
    answer = asked(browser, SESSION)
    assert answer.status == 200 and answer.headers["Content-Type"] == "application/json"
    session, seen = answer.json(), browser.fetch("/env").environment
    assert set(session) == {"user", "method", "verified_at", "csrf"}
    assert (session["user"], session["method"], str(session["verified_at"])) == (user.name, seen["UZMFA_METHOD"], seen["UZMFA_VERIFIED_AT"])


def test_the_token_of_the_session_is_good_for_its_forms(desk: Desk) -> None:
    browser = desk.site.verify(desk.site.add_user())
    token = asked(browser, SESSION).json()["csrf"]
    assert browser.post(f"{OWN}/logout", {"csrf": token}).status == 303
    assert_problem(asked(browser, SESSION), 401, "sign_in_required")


def test_R79_without_a_verified_session_a_program_is_told_which_page_is_due(desk: Desk) -> None:
    for headers in (SCRIPT, {}):  # a person who opens it too: it is no page
        browser, user = desk.site.browser(), desk.site.enrolled_user()
        answer = browser.request("GET", SESSION, headers=headers)
        assert_problem(answer, 401, "sign_in_required")
        assert answer.json()["verify_url"] == f"{OWN}/login" and answer.headers["WWW-Authenticate"] == "Uzmfa"
        browser = desk.site.sign_in(user, browser)
        answer = browser.request("GET", SESSION, headers=headers)
        assert_problem(answer, 401, "verification_required")
        assert answer.json()["verify_url"] == f"{OWN}/verify"
        answer = desk.site.sign_in(desk.site.add_user()).request("GET", SESSION, headers=headers)
        assert_problem(answer, 401, "enrollment_required")
        assert answer.json()["verify_url"] == f"{OWN}/enroll" and "csrf" not in answer.json()


def test_a_session_that_a_skip_let_in_has_no_time_of_verification(desk: Desk) -> None:
    user = desk.site.enrolled_user()
    desk.done(user, "skip-next")
    browser = desk.site.browser()
    assert_passed(browser.sign_in(user.name, user.password))
    session = asked(browser, SESSION).json()
    assert (session["method"], session["verified_at"]) == ("skip", None)


def test_the_session_needs_no_require_and_no_admin(site: Site) -> None:
    browser = site.verify(site.add_user())
    assert asked(browser, SESSION).status == 200
    assert asked(site.browser(), SESSION).status == 401


# --- who may ---


def test_R52_who_is_not_signed_in_or_not_verified_is_refused(desk: Desk) -> None:
    user = desk.site.enrolled_user()
    before = desk.site.database.dump()
    for browser, error in ((desk.site.browser(), "sign_in_required"), (desk.site.sign_in(desk.helen), "verification_required")):
        for target in (USERS, of(user)):
            assert_problem(asked(browser, target), 401, error)
            assert_problem(browser.fetch(target), 401, error)
        for action in ACTIONS:
            assert_problem(desk.post(user, action, browser=browser), 401, error)
    assert desk.site.database.dump()["users"] == before["users"]


def test_R52_a_skip_is_no_second_factor_of_an_administrator(desk: Desk) -> None:
    desk.site.database.update(HELEN, mfa_enabled=False)
    browser, user = desk.site.browser(), desk.site.enrolled_user()
    assert_passed(browser.sign_in(desk.helen.name, desk.helen.password))
    token = asked(browser, SESSION).json()["csrf"]
    answer = asked(browser, USERS)
    assert_problem(answer, 401, "step_up_required")
    assert answer.json()["verify_url"] == f"{OWN}/verify"
    assert_problem(desk.post(user, "reset", browser=browser, headers={"X-Uzmfa-Csrf": token}), 401, "step_up_required")
    assert desk.site.database.row(user.name)["mfa_enrolled"]
    assert_passed(browser.verify(desk.helen.app.fresh()))
    assert asked(browser, USERS).status == 200


def test_R52_a_user_who_is_no_administrator_is_refused(desk: Desk) -> None:
    user, other = desk.site.add_user(), desk.site.enrolled_user()
    browser = desk.site.verify(user)
    token = asked(browser, SESSION).json()["csrf"]
    desk.site.log.expect("AH01631")  # httpd's own line
    for target in (USERS, of(other)):
        answer = asked(browser, target)
        assert_problem(answer, 403, "not_permitted")
        assert other.name not in answer.text
    for action in ACTIONS:
        assert_problem(desk.post(other, action, browser=browser, headers={"X-Uzmfa-Csrf": token}), 403, "not_permitted")
    assert desk.site.database.row(other.name)["mfa_enrolled"] and is_open(browser.fetch("/"))


def test_R52_the_api_is_nowhere_but_where_admin_is_on(site: Site) -> None:
    browser = site.verify(site.add_user())
    token = asked(browser, SESSION).json()["csrf"]
    for target in (USERS, of("alice")):
        assert_problem(asked(browser, target), 404, "not_found")
    assert_problem(asked(browser, of("alice", "reset"), "POST", b"{}", {**JSON, "X-Uzmfa-Csrf": token}), 404, "not_found")


@pytest.mark.parametrize("lines", [[], ["Require all granted"]], ids=["inherited", "all granted"])
def test_R52_without_a_require_that_names_administrators_everybody_is_refused(start_site: Callable[..., Site],
                                                                              lines: list[str]) -> None:
    site = start_site(server=place("Location", f"{OWN}/api", ["UzmfaAdmin On", *lines]))
    site.log.expect("UZMFA1076")
    browser, user = site.verify(site.add_user()), site.enrolled_user()
    assert_problem(asked(browser, USERS), 403, "admin_open")
    token = asked(browser, SESSION).json()["csrf"]
    assert_problem(asked(browser, of(user, "reset"), "POST", b"{}", {**JSON, "X-Uzmfa-Csrf": token}), 403, "admin_open")
    assert site.database.row(user.name)["mfa_enrolled"]


def test_R7_R52_the_api_may_ask_for_a_recent_verification(start_site: Callable[..., Site]) -> None:
    """Where the gate is not on as well."""
    lines = ["UzmfaAdmin On", f"Require user {HELEN}", "UzmfaVerifiedWithin 5min"]
    site = start_site(movable_clock=True, gate=["Session On", "AuthType Uzmfa", "Require valid-user"],
                      server=place("Location", f"{OWN}/api", lines))
    desk = Desk.of(site)
    assert desk.get(USERS).status == 200
    site.clock.forward(301)
    assert_problem(desk.get(USERS), 401, "step_up_required")
    assert desk.get(SESSION).status == 200
    assert_passed(desk.browser.verify(desk.helen.app.fresh()))
    assert desk.get(USERS).status == 200


def test_R52_an_ended_session_is_of_no_use(desk: Desk) -> None:
    token = desk.csrf()
    user, browser = desk.site.enrolled_user(), desk.browser
    desk.done(desk.helen, "end-sessions")
    for answer in (asked(browser, SESSION), asked(browser, USERS), desk.post(user, "reset", browser=browser, headers={"X-Uzmfa-Csrf": token})):
        assert_problem(answer, 401, "sign_in_required")
    assert desk.site.database.row(user.name)["mfa_enrolled"]


# --- requests that change nothing ---


@pytest.mark.parametrize("action", ACTIONS)
def test_R52_R69_without_the_sessions_own_token_nothing_changes(desk: Desk, action: str) -> None:
    user = desk.site.enrolled_user()
    foreign = asked(desk.site.verify(desk.site.add_user()), SESSION).json()["csrf"]
    own = desk.csrf()
    before = desk.site.database.dump()
    for csrf in (None, "", foreign, "x" * 40, own[:-1]):
        assert_problem(desk.post(user, action, headers={"X-Uzmfa-Csrf": csrf}), 403, "form_stale")
    for elsewhere in ("cross-site", "same-site"):
        assert_problem(desk.post(user, action, headers={"Sec-Fetch-Site": elsewhere}), 403, "form_stale")
    assert_problem(asked(desk.browser, of(user, action) + f"?csrf={own}", "POST", b"{}", JSON), 403, "form_stale")
    assert desk.site.database.dump() == before and not desk.events(user, action)


@pytest.mark.parametrize("action", ACTIONS)
def test_R69_R78_a_form_is_no_request_of_a_program(desk: Desk, action: str) -> None:
    """What another site's form can send without asking is not taken, whatever its token."""
    user = desk.site.enrolled_user()
    before = desk.site.database.dump()
    for kind in (None, "", "text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x", "application/jsonx",
                 "application/problem+json", "text/plain; application/json"):
        answer = desk.post(user, action, headers={"Content-Type": kind})
        assert_problem(answer, 415, "unsupported_type")
    assert desk.site.database.dump() == before


BAD_BODIES = [b"", b" ", b"{", b"[]", b"null", b"1", b'"{}"', b"{}x", b"{}{}", b'{"hours":"24"}', b'{"hours":null}', b'{"hours":24.0}',
              b'{"hours":1e1}', b'{"hours":true}', b'{"hours":1,"hours":2}', b'{"hours":1,"confirm":1}', b'{"Hours":1}', b'{"user":"bob"}',
              b'{"":1}', b'{"hours":99999999999999999999}', b'{"hours":\xff}', b'{"a\\u0000":1}', b"hours=24", b"[" * 4000, b'{"a":' * 1500]


@pytest.mark.parametrize("body", BAD_BODIES, ids=lambda body: body[:24].decode(errors="replace") or "empty")
def test_R78_a_body_that_is_not_as_documented_is_refused(desk: Desk, body: bytes) -> None:
    user = desk.site.enrolled_user()
    before = desk.site.database.dump()
    assert_problem(desk.post(user, "skip-next", body), 400, "bad_request")
    assert desk.site.database.dump() == before


def test_R78_hours_are_bounded_as_on_the_page(desk: Desk) -> None:
    user = desk.site.enrolled_user()
    before = desk.site.database.dump()
    for action, hours in (("skip-next", [0, -1, 169, 2**31, 2**62]), ("temp-code", [0, 73]), ("unlock", [1]), ("reset", [24]), ("end-sessions", [1])):
        for count in hours:
            assert_problem(desk.post(user, action, {"hours": count}), 400, "hours_wrong")
    assert desk.site.database.dump() == before


def test_R78_a_large_body_is_not_read(desk: Desk) -> None:
    user = desk.site.enrolled_user()
    answer = desk.post(user, "skip-next", b" " * 8190 + b"{}")
    assert answer.status == 200
    answer = desk.post(user, "skip-next", b" " * 8191 + b"{}")
    assert_problem(answer, 413, "too_large")
    assert not desk.site.database.execute("SELECT * FROM uzmfa_event WHERE username = ? AND event = ?", (user.name, "reset"))


def test_R78_other_methods_are_refused_with_those_there_are(desk: Desk) -> None:
    user = desk.site.enrolled_user()
    before = desk.site.database.dump()
    for target, allow in ((SESSION, "GET, HEAD"), (USERS, "GET, HEAD"), (of(user), "GET, HEAD"), *((of(user, action), "POST") for action in ACTIONS)):
        headers = {**JSON, "X-Uzmfa-Csrf": desk.csrf()}
        for method in {"GET", "POST", "PUT", "PATCH", "DELETE"} - set(allow.split(", ")):
            answer = asked(desk.browser, target, method, b"{}", headers)
            assert_problem(answer, 405, "method_not_allowed")
            assert answer.headers["Allow"] == allow
        head = desk.browser.request("HEAD", target, headers=SCRIPT)
        assert (head.status, head.body) == (405 if allow == "POST" else 200, b"")
    assert desk.site.database.dump() == before


def test_R72_every_answer_has_the_headers_of_an_own_answer(desk: Desk) -> None:
    user = desk.site.enrolled_user()
    answers = [desk.get(SESSION), desk.get(USERS), desk.get(of(user)), desk.get(of("nobody")), desk.post(user, "unlock"), desk.post(user, "unlock", b"x"),
               asked(desk.site.browser(), SESSION), asked(desk.site.browser(), USERS), asked(desk.browser, SESSION, "PUT")]
    for answer in answers:
        headers = answer.headers
        assert headers["Cache-Control"] == "no-store" and headers["X-Content-Type-Options"] == "nosniff", answer.target
        assert headers["Referrer-Policy"] == "no-referrer" and "default-src 'none'" in headers["Content-Security-Policy"]
        assert headers["Content-Type"].split("/")[0] == "application" and headers["Cross-Origin-Opener-Policy"] == "same-origin"
        assert not [name for name in headers if name.lower().startswith("access-control-")]


# --- what is seen ---


def test_a_user_is_shown_as_by_the_tool(desk: Desk) -> None:
    for user in (desk.site.enrolled_user(), desk.site.add_user()):
        answer = desk.get(of(user))
        assert answer.status == 200 and answer.headers["Content-Type"] == "application/json"
        assert answer.json() == desk.site.administrator().json("user", "show", user.name)


def test_a_user_who_is_not_there_is_not_found(desk: Desk) -> None:
    before = desk.site.database.dump()
    for name in ("nobody", "' OR 1=1 --", "%s", "Helen", "hele", "x" * 256, "x" * 5000, "%41", "a/b"):
        assert_problem(desk.get(of(name)), 404, "no_such_user")
        for action in ACTIONS:
            assert_problem(desk.post(name, action), 404, "no_such_user")
    assert desk.site.database.dump() == before


NAMES = ["o'neil", "a b", "a+b", "a%41", "a/b", "a//b", "a\\b", "a?b#c", "..a", "<b>", "\"q\"", "ü€😀", "a;b", "a&b=c", "%00", "reset", "a/reset", "\u202eabc",
         "tab\there", "x" * 255]


@pytest.mark.parametrize("name", NAMES, ids=lambda name: ascii(name)[1:20])
def test_R75_R76_a_name_may_hold_any_character(desk: Desk, name: str) -> None:
    user = desk.site.enrolled_user(name)
    assert desk.get(of(user)).json()["user"] == name
    assert desk.done(user, "skip-next")["user"] == name
    assert not desk.site.database.row(name)["mfa_enabled"]
    assert [one["user"] for one in desk.get(f"{USERS}?search={quote(name, safe='')}").json()["users"]] == [name]


def test_a_name_that_is_none_is_refused(desk: Desk) -> None:
    """httpd refuses what it cannot decode before the module sees it."""
    for name in ("%00", "a%00b", "%ff", "%c3", "%ed%a0%80"):
        answer = desk.browser.request("GET", f"{USERS}/{name}", headers=SCRIPT)
        assert answer.status in (400, 404), f"{name}: {answer.status}"
        assert "helen" not in answer.text
    for query in ("search=%00", "after=%ff", "limit=0", "limit=51", "limit=x", "limit=-1", "limit=1e1", "limit=+1", "search=a&search=b"):
        assert_problem(desk.get(f"{USERS}?{query}"), 400, "bad_request")


def test_users_come_a_page_at_a_time(desk: Desk) -> None:
    names = sorted(f"page{number:02}" for number in range(53))
    for name in names:
        desk.site.database.execute("INSERT INTO users (username, access_enabled) VALUES (?, ?)", (name, True))

    def pages(limit: str) -> list[list[str]]:
        found, after = [], ""
        while True:
            answer = desk.get(f"{USERS}?search=page&after={quote(after)}{limit}").json()
            found.append([one["user"] for one in answer["users"]])
            if answer["next"] is None:
                return found
            after = answer["next"]

    assert pages("") == [names[:50], names[50:]]
    assert [len(page) for page in pages("&limit=20")] == [20, 20, 13]
    assert sum(pages("&limit=20"), []) == names
    assert desk.get(f"{USERS}?search=page&limit=50&after=page02").json()["next"] is None
    assert desk.get(f"{USERS}?search=nobody-of-this").json() == {"users": [], "next": None}


def test_R38_R52_no_answer_holds_a_secret_and_no_log_the_code(desk: Desk) -> None:
    user = desk.site.enrolled_user()
    answer = desk.post(user, "temp-code")
    code = answer.json()["temporary_code"]
    (factor,) = desk.site.database.execute("SELECT * FROM uzmfa_totp_factor WHERE username = ?", (user.name,))
    row, token = desk.site.database.row(user.name), desk.csrf()
    later = [desk.get(of(user)), desk.get(f"{USERS}?search={user.name}"), desk.post(user, "unlock"), desk.get(SESSION)]
    for one in [answer, *later]:
        for secret in (user.app.secret, factor["secret"], row["password"], desk.browser.session):
            assert secret not in one.text
    logged = "\n".join(desk.site.log.lines()) + json.dumps(desk.site.database.execute("SELECT * FROM uzmfa_event"), default=str)
    for secret in (code, code.replace("-", ""), user.app.secret, token):
        assert not any(secret in one.text for one in later if one.target != SESSION) and secret not in logged
    assert code not in json.dumps(desk.site.database.dump(), default=str)


# --- what is done ---


def test_R47_R48_a_skip_lets_in_once(desk: Desk) -> None:
    user = desk.site.enrolled_user()
    said = desk.done(user, "skip-next", {"hours": 2})
    assert said["enabled"] is False and said["skip_set_by"] == HELEN
    assert desk.done(user, "skip-next")["skip_expires_at"] - said["skip_expires_at"] == pytest.approx(22 * 3600, abs=30)
    assert_passed(desk.site.browser().sign_in(user.name, user.password))
    assert_sent_to(desk.site.browser().sign_in(user.name, user.password), "verify")


def test_what_does_not_fit_the_user_is_refused(desk: Desk) -> None:
    fresh, closed = desk.site.add_user(), desk.site.enrolled_user()
    answer = desk.post(fresh, "skip-next")
    assert_problem(answer, 409, "skip_refused")
    assert fresh.name in answer.json()["detail"] and fresh.name not in answer.json()["title"]
    uuid = str(desk.site.database.row(closed.name)["uuid"])
    desk.site.database.execute("INSERT INTO uzmfa_attempt (uuid, kind, failures, open_at, era) VALUES (?, 'code', 100, 0, 'x')", (uuid,))
    assert_problem(desk.post(closed, "temp-code"), 409, "code_refused")
    assert_problem(desk.post(closed, "unlock"), 409, "unlock_refused")
    assert not desk.events(fresh, "skip_set") and not desk.events(closed, "temporary_code_made") and not desk.events(closed, "unlocked")


def test_R53_a_temporary_code_works_once(desk: Desk) -> None:
    user = desk.site.enrolled_user()
    code = desk.done(user, "temp-code", {"hours": 1})["temporary_code"]
    browser = desk.site.sign_in(user)
    assert_passed(browser.recover(code))
    assert desk.site.sign_in(user).recover(code).status == 401


def test_R28_unlock_ends_the_wait(desk: Desk) -> None:
    user = desk.site.enrolled_user()
    browser = desk.site.sign_in(user)
    for _ in range(5):
        browser.verify(user.app.wrong())
    assert desk.get(of(user)).json()["locked_for"] > 0
    said = desk.done(user, "unlock")
    assert (said["failures"], said["locked_for"]) == (0, 0)
    assert_passed(browser.verify(user.app.fresh()))


def test_R50_R51_R62_reset_and_end_sessions_end_the_sessions(desk: Desk) -> None:
    for action in ("end-sessions", "reset"):
        user = desk.site.enrolled_user()
        browser = desk.site.verify(user)
        assert is_open(browser.fetch("/"))
        said = desk.done(user, action)
        assert said["sessions"] == 0 and said["enrolled"] is (action == "end-sessions")
        assert_sent_to(browser.fetch("/"), "login")
    assert desk.done(user, "reset")["mfa_sid"] is None


@pytest.mark.parametrize(("action", "event"), [("skip-next", "skip_set"), ("temp-code", "temporary_code_made"), ("unlock", "unlocked"),
                                               ("end-sessions", "sessions_ended"), ("reset", "reset")])
def test_R87_an_action_is_one_event_and_one_line_with_the_administrators_name(desk: Desk, action: str, event: str) -> None:
    user = desk.site.enrolled_user()
    desk.done(user, action)
    (stored,) = desk.events(user, event)
    assert (stored["made_by"], stored["address"]) == (HELEN, "127.0.0.1")
    lines = [line for line in desk.site.log.lines(f" {event}: ") if f"user {user.name}," in line]
    assert len(lines) == 1 and f"by {HELEN}" in lines[0]


# --- in other surroundings ---


def test_R82_R85_while_the_database_is_away_a_program_gets_a_problem(start_site: Callable[..., Site]) -> None:
    site = start_site("pgsql", server=ONLY_HELEN)
    desk = Desk.of(site)
    user, token = site.enrolled_user(), desk.csrf()
    for line in ("UZMFA1031", "UZMFA1110", r"\[dbd:(error|crit)\]"):
        site.log.allow(line)
    site.database.go_down()
    try:
        for answer in (desk.get(USERS), desk.get(of(user)), desk.post(user, "reset", headers={"X-Uzmfa-Csrf": token})):
            assert_problem(answer, 503, "unavailable")
            assert "SELECT" not in answer.text and "retry" not in answer.json()
    finally:
        site.database.come_back()


def test_titles_of_problems_are_in_the_language_of_their_reader(desk: Desk) -> None:
    answers = [asked(desk.site.browser(), SESSION, headers={"Accept-Language": language}) for language in ("en", *OTHERS)]
    assert len({answer.json()["title"] for answer in answers}) == 1 + len(OTHERS)
    assert len({answer.json()["error"] for answer in answers}) == 1
