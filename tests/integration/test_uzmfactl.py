# SPDX-License-Identifier: Apache-2.0
"""uzmfactl as an administrator uses it: users, resets, moves, and the check of a site (R14, R18, R50, R90)."""

import os
import pty
import pwd
import re
import subprocess
import time
from collections.abc import Callable, Iterator

import pytest

from harness import twilio as play
from harness.browser import OWN
from harness.expect import assert_passed, assert_sent_to
from harness.httpd import free_port
from harness.paths import HTTPD, REPOSITORY, SANITIZER, TOOL
from harness.provider import TwilioSite
from harness.site import Site, User, is_open
from harness.tool import Administrator
from harness.twilio import TwilioDouble
from harness.twilio_openapi import complaints_about

StartTwilio = Callable[..., TwilioSite]
DRIVERS = ["sqlite3", "pgsql"]
DONE, REFUSED, USAGE, UNREACHABLE = range(4)


@pytest.fixture(autouse=True)
def requests_are_as_Twilio_documents_them(doubles: list[TwilioDouble]) -> Iterator[None]:
    yield
    assert [complaint for double in doubles for call in double.calls for complaint in complaints_about(call)] == []


@pytest.fixture
def admin(each_site: Site) -> Administrator:
    """Somebody with the tool, on each database."""
    return each_site.administrator()


def secrets_of(admin: Administrator, *more: str) -> list[str]:
    """What may stand in no output."""
    keys = [line for line in open(admin.settings["key-file"]) if not line.startswith("#")]
    return [*(key.strip() for key in keys), *more, *filter(None, [admin.settings.get("twilio-auth-token")])]


# --- usage ---


@pytest.mark.parametrize("arguments", [[], ["nosuch"], ["user"], ["user", "nosuch"], ["user", "show"], ["user", "reset"],
                                       ["user", "move", "alice"], ["user", "move", "alice", "--to", "mars"],
                                       ["check", "more"], ["check", "--url", "http://localhost/"], ["check", "--url", "https://a b"], ["user", "list", "--nosuch"], ["events", "more"],
                                       ["events", "--since", "yesterday"], ["events", "--since", "2026-02-30"], ["user", "unlock"],
                                       ["user", "skip-next", "a", "--hours", "0"], ["user", "skip-next", "a", "--hours", "169"],
                                       ["user", "temp-code", "a", "--hours", "73"], ["user", "temp-code", "a", "--hours", "x"], ["user", "add"], ["user", "end-sessions"],
                                       ["user", "end-sessions", "a", "--all"]])
def test_wrong_usage_says_where_there_is_more(site: Site, arguments: list[str]) -> None:
    said = site.administrator().run(*arguments)
    assert said.status == USAGE and not said.out
    assert "--help" in said.err


@pytest.mark.parametrize("arguments", [["--help"], ["user", "--help"], ["check", "--help"], ["user", "reset", "--help"],
                                       ["user", "move", "--help"], ["events", "--help"], ["user", "skip-next", "--help"],
                                       ["user", "unlock", "--help"], ["user", "temp-code", "--help"],
                                       ["user", "add", "--help"], ["user", "end-sessions", "--help"], ["--version"]])
def test_help_is_no_error(site: Site, arguments: list[str]) -> None:
    said = site.administrator().run(*arguments)
    assert said.status == DONE and said.out and not said.err


@pytest.mark.parametrize("command", [["user", "list"], ["user", "show", "a"], ["user", "reset", "a"],
                                     ["user", "move", "a", "--to", "twilio"], ["user", "skip-next", "a"], ["events"],
                                     ["user", "unlock", "a"], ["user", "temp-code", "a"], ["user", "add", "a"],
                                     ["user", "end-sessions", "a"], ["user", "end-sessions", "--all"], ["check"]])
@pytest.mark.parametrize(("text", "complaint"), [
    ("driver = sqlite3\n\nnosuch = 1\n", "line 3"), ("driver = oracle\n", "driver"), ("key-file\n", "line 1"), (None, "No such file")])
def test_R90_a_configuration_that_cannot_be_read_is_refused(site: Site, command: list[str], text: str | None,
                                                            complaint: str) -> None:
    admin = site.administrator()
    admin.put(text or "")
    if text is None:
        admin.file.unlink()
    said = admin.run(*command)
    assert said.status == REFUSED
    assert complaint in said.said and str(admin.file) in said.said


def test_R90_a_configuration_that_others_may_read_holds_no_secret(site: Site) -> None:
    admin = site.administrator(twilio_auth_token="s3cret")
    admin.write(0o644)
    said = admin.run("user", "list")
    assert said.status == REFUSED and "chmod 0640" in said.err and "s3cret" not in said.said
    admin.write(0o640)
    assert admin.run("user", "list").status == DONE
    admin.write(0o660)
    assert admin.run("user", "list").status == REFUSED
    admin.write(0o644, twilio_auth_token="file:/nowhere")
    assert admin.run("user", "list").status == DONE


def test_R90_a_configuration_of_somebody_else_is_refused(site: Site) -> None:
    """It names programs that the tool runs."""
    admin = site.administrator()
    os.chown(admin.file, pwd.getpwnam("www-data").pw_uid, -1)
    said = admin.run("user", "list")
    admin.file.unlink()
    assert said.status == REFUSED and "belongs neither to root nor to you" in said.err and not said.out


@pytest.mark.parametrize("arguments", [["user", "list"], ["user", "list", "--json"], ["events"], ["events", "--json"], ["check"],
                                       ["schema", "--driver", "pgsql"], ["schema", "--driver", "pgsql", "--json"], ["--help"]])
def test_what_could_not_be_printed_is_no_success(site: Site, arguments: list[str]) -> None:
    """Such as a backup of the events on a full disk."""
    admin = site.administrator()
    with open("/dev/full", "w") as full:
        done = subprocess.run([TOOL, *arguments, "--config", admin.file], stdout=full, stderr=subprocess.PIPE, text=True, timeout=30)
    assert done.returncode == REFUSED and "not all could be printed" in done.stderr


@pytest.mark.parametrize("command", [["user", "list"], ["user", "show", "a"], ["user", "reset", "a"],
                                     ["user", "move", "a", "--to", "twilio"], ["user", "skip-next", "a"], ["events"],
                                     ["user", "unlock", "a"], ["user", "temp-code", "a"], ["user", "add", "a"],
                                     ["user", "end-sessions", "a"], ["user", "end-sessions", "--all"], ["check"]])
@pytest.mark.parametrize(("driver", "params"), [
    ("sqlite3", "/nowhere/users.db"), ("pgsql", "host=127.0.0.1 port={port} dbname=x user=x password=s3cret connect_timeout=2"),
    ("pgsql", "host=127.0.0.1 s3cret 'password")])
def test_a_database_that_does_not_answer(site: Site, command: list[str], driver: str, params: str) -> None:
    said = site.administrator(driver=driver, params=params.format(port=free_port())).run(*command)
    assert said.status == UNREACHABLE
    assert "s3cret" not in said.said
    assert "params" in said.said


def test_a_locked_database_is_not_waited_for_long(site: Site) -> None:
    user = site.add_user()
    began = time.monotonic()
    with site.database.writes_held():
        said = site.administrator().run("user", "reset", user.name)
    assert said.status == REFUSED and "database is locked" in said.err
    assert time.monotonic() - began < 15


def test_the_tool_makes_no_database(site: Site) -> None:
    file = site.httpd.root / "none.db"
    site.administrator(params=str(file)).run("user", "list")
    assert not file.exists()


# --- user list and show ---


def test_users_are_listed(each_site: Site, admin: Administrator) -> None:
    fresh, enrolled = each_site.add_user(), each_site.enrolled_user()
    shown = {user["user"]: user for user in admin.json("user", "list")}
    assert shown[fresh.name] == {"user": fresh.name, "uuid": None, "enrolled": False, "enabled": False, "access": True,
                                 "validator": None, "mfa_sid": None}
    row = each_site.database.row(enrolled.name)
    assert shown[enrolled.name] == {"user": enrolled.name, "uuid": str(row["uuid"]), "enrolled": True, "enabled": True,
                                    "access": True, "validator": "local", "mfa_sid": row["mfa_sid"]}
    names = [user["user"] for user in admin.json("user", "list", "--not-enrolled")]
    assert fresh.name in names and enrolled.name not in names
    said = admin.run("user", "list").out
    assert f"{fresh.name} " in said and f"{enrolled.name} " in said


def test_a_user_is_shown(each_site: Site, admin: Administrator) -> None:
    user = each_site.enrolled_user()
    shown = admin.json("user", "show", user.name)
    factor, = each_site.database.execute("SELECT * FROM uzmfa_totp_factor WHERE username = ?", (user.name,))
    assert (shown["bound_at"], shown["bound_from"]) == (factor["bound_at"], "127.0.0.1")
    assert shown["owed_deletions"] == [] and shown["validator"] == "local"
    said = admin.run("user", "show", user.name)
    assert said.status == DONE
    for part in (user.name, shown["uuid"], shown["mfa_sid"], "127.0.0.1", "asks for a code"):
        assert part in said.out
    assert not any(secret in said.said for secret in secrets_of(admin, user.app.secret, factor["secret"]))
    each_site.database.update(user.name, mfa_enabled=False)
    assert "without a code" in admin.run("user", "show", user.name).out
    each_site.database.update(user.name, access_enabled=False)
    assert admin.json("user", "show", user.name)["access"] is False


@pytest.mark.parametrize("name", ["nobody", "' OR 1=1 --", "%s", "a\x1b[2J"])
@pytest.mark.parametrize("command", [["show"], ["reset"], ["move", "--to", "twilio"], ["skip-next"], ["unlock"], ["temp-code"],
                                     ["end-sessions"]])
def test_a_user_who_is_not_there_is_not_found(admin: Administrator, command: list[str], name: str) -> None:
    said = admin.run("user", command[0], name, *command[1:])
    assert said.status == REFUSED and not said.out
    assert "there is no user" in said.err and "\x1b" not in said.err


def test_a_name_for_a_terminal_has_no_control_characters(site: Site) -> None:
    name = "evil\x1b[31m"
    site.add_user(name)
    admin = site.administrator()
    assert "\x1b" not in admin.run("user", "list").out + admin.run("user", "show", name).out
    assert admin.json("user", "show", name)["user"] == name


# --- user reset ---


def test_R50_a_user_who_is_reset_enrolls_anew(each_site: Site, admin: Administrator) -> None:
    user, other = each_site.enrolled_user(), each_site.enrolled_user()
    said = admin.run("user", "reset", user.name)
    assert said.status == DONE and not said.err
    assert "remove the old entry" in said.out and "All sessions" in said.out
    row = each_site.database.row(user.name)
    assert (row["mfa_sid"], bool(row["mfa_enrolled"]), bool(row["mfa_enabled"])) == (None, False, False)
    browser = each_site.browser()
    assert_sent_to(browser.sign_in(user.name, user.password), "enroll")
    browser.enroll()
    each_site.verify(other).close()


def test_R50_a_reset_ends_all_sessions_within_two_seconds(each_site: Site, admin: Administrator) -> None:
    user, other = each_site.enrolled_user(), each_site.enrolled_user()
    verified, pending, others = each_site.verify(user), each_site.sign_in(user), each_site.verify(other)
    assert admin.run("user", "reset", user.name).status == DONE
    began = time.monotonic()
    while is_open(verified.fetch("/")) or pending.fetch(f"{OWN}/verify").status == 200:
        assert time.monotonic() - began < 2
        time.sleep(0.05)
    assert_sent_to(pending.fetch(f"{OWN}/verify"), "login")
    assert is_open(others.fetch("/"))
    assert admin.json("user", "show", user.name)["sessions"] == 0


def test_R50_a_reset_ends_a_pending_enrollment(each_site: Site, admin: Administrator) -> None:
    user = each_site.add_user()
    browser = each_site.sign_in(user)
    page = browser.fetch(f"{OWN}/enroll")
    app = each_site.app(page.page.by_id("otpauth")["href"])
    assert admin.json("user", "reset", user.name)["enrolled"] is False
    browser.submit(page, code=app.fresh())
    assert not each_site.database.row(user.name)["mfa_enrolled"]


@pytest.mark.parametrize("driver", DRIVERS)
def test_R50_a_reset_deletes_what_Twilio_has_of_the_user(start_twilio: StartTwilio, driver: str) -> None:
    twilio = start_twilio(driver)
    user, other = twilio.site.enrolled_user(), twilio.site.enrolled_user()
    identity = twilio.identity(user.name)
    shown = twilio.administrator().json("user", "reset", user.name)
    assert shown["enrolled"] is False and shown["owed_deletions"] == []
    assert twilio.double.identities() == [twilio.identity(other.name)]
    assert identity not in twilio.double.identities()
    assert_sent_to(twilio.site.browser().sign_in(user.name, user.password), "enroll")


@pytest.mark.parametrize("driver", DRIVERS)
def test_R50_a_reset_works_while_Twilio_is_down(start_twilio: StartTwilio, driver: str) -> None:
    twilio = start_twilio(driver)
    user = twilio.site.enrolled_user()
    twilio.site.httpd.stop()
    twilio.double.stop()
    admin = twilio.administrator()
    said = admin.run("user", "reset", user.name)
    assert said.status == DONE
    assert "is reset" in said.err and "owed" in said.err and "cannot connect" in said.err
    assert not twilio.site.database.row(user.name)["mfa_enrolled"]
    owed, = admin.json("user", "show", user.name)["owed_deletions"]
    assert (owed["sid"], owed["tries"]) == (None, 1)
    assert "all that Twilio has" in admin.run("user", "show", user.name).out
    twilio.double.start()
    assert admin.json("user", "reset", user.name)["owed_deletions"] == []
    assert twilio.double.identities() == []


def test_a_reset_without_credentials_owes_the_deletion(start_twilio: StartTwilio) -> None:
    twilio = start_twilio()
    user = twilio.site.enrolled_user()
    twilio.site.httpd.stop()
    said = twilio.site.administrator().run("user", "reset", user.name)
    assert said.status == DONE and "twilio-service-sid" in said.err and "Uzmfa" not in said.err
    assert len(twilio.double.identities()) == 1
    assert len(twilio.administrator().json("user", "show", user.name)["owed_deletions"]) == 1


# --- events ---


def put_event(site: Site, event: str, user: str, at: int, **columns: str) -> None:
    """A row as the server would have written it."""
    row = {"at": at, "event": event, "username": user, "uuid": "", "address": "192.0.2.7", "browser": "", "session": "",
           "method": "", "node": "erp1", "made_by": "", "detail": ""} | columns
    site.database.execute(f"INSERT INTO uzmfa_event ({', '.join(row)}) VALUES ({', '.join('?' * len(row))})", list(row.values()))


def test_events_are_listed_with_the_newest_last(each_site: Site, admin: Administrator) -> None:
    user = each_site.enrolled_user()
    uuid = str(each_site.database.row(user.name)["uuid"])
    put_event(each_site, "reset", "former name", 1777638896, uuid=uuid, made_by="admin", detail="lost the phone")
    shown = admin.json("events", "--user", user.name)
    assert [one["event"] for one in shown] == ["signed_in", "enrolled", "reset"]
    assert shown[1] | {"at": "", "session": "", "node": ""} == {
        "at": "", "event": "enrolled", "user": user.name, "uuid": uuid, "address": "127.0.0.1", "browser": None, "session": "",
        "method": "totp", "node": "", "made_by": None, "detail": None}
    assert shown[2]["at"] == "2026-05-01T12:34:56Z" and shown[2]["made_by"] == "admin"
    said = admin.run("events", "--user", user.name)
    head, *lines = said.out.splitlines()
    assert head.split() == ["TIME", "EVENT", "USER", "ADDRESS", "METHOD", "SESSION", "NODE", "BY", "DETAIL"]
    assert len(lines) == 3 and lines[2].startswith("2026-05-01T12:34:56Z  reset")
    assert shown[2] in admin.json("events")


def test_events_are_listed_since_a_time(each_site: Site, admin: Administrator) -> None:
    now = int(each_site.clock.now())
    user = each_site.add_user()
    for age in (8 * 86400, 2 * 86400, 3600, 60):
        put_event(each_site, f"{age}", user.name, now - age)

    def since(text: str) -> list[str]:
        return [one["event"] for one in admin.json("events", "--user", user.name, "--since", text)]

    assert since("5min") == ["60"]
    assert since("24h") == ["3600", "60"]
    assert since("7d") == ["172800", "3600", "60"]
    assert since("2020-01-31") == ["691200", "172800", "3600", "60"]


def test_many_events_come_page_by_page(each_site: Site, admin: Administrator) -> None:
    each_site.database.execute(
        "INSERT INTO uzmfa_event (at, event, username, uuid, address, browser, session, method, node, made_by, detail)"
        " WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 1200)"
        " SELECT 1777638896, CAST(i AS varchar(32)), 'many', '', '', '', '', '', '', '', '' FROM n ORDER BY n.i")
    shown = admin.json("events", "--user", "many")
    assert [one["event"] for one in shown] == [str(i) for i in range(1, 1201)]
    assert len(admin.run("events", "--user", "many").out.splitlines()) == 1201


def test_events_of_a_name_that_is_nobodys(each_site: Site, admin: Administrator) -> None:
    said = admin.run("events", "--user", "nobody at all")
    assert said.status == REFUSED and "there is no user" in said.err and not said.out
    fresh = each_site.add_user()
    assert admin.json("events", "--user", fresh.name) == []
    put_event(each_site, "wrong_password", "somebody gone", 1777638896)
    assert len(admin.json("events", "--user", "somebody gone")) == 1


def test_events_on_a_terminal_have_no_control_characters(site: Site) -> None:
    put_event(site, "wrong_password", "evil\x1b[31m", 1777638896, detail="a\nb")
    said = site.administrator().run("events")
    assert said.status == DONE and "\x1b" not in said.out and "evil?[31m" in said.out and "a?b" in said.out
# --- user skip-next, unlock and temp-code ---


def in_hours(hours: int) -> pytest.approx:
    return pytest.approx(time.time() + hours * 3600, abs=30)


def test_R47_a_user_is_let_in_once_without_a_code(each_site: Site, admin: Administrator) -> None:
    user, other = each_site.enrolled_user(), each_site.enrolled_user()
    said = admin.run("user", "skip-next", user.name)
    assert said.status == DONE and "24 hours" in said.out and not said.err
    shown = admin.json("user", "show", user.name)
    assert shown["enabled"] is False and shown["skip_expires_at"] == in_hours(24)
    assert shown["skip_set_by"].startswith("uzmfactl:")
    assert "set by uzmfactl:" in admin.run("user", "show", user.name).out
    assert_passed(each_site.browser().sign_in(user.name, user.password))
    assert_sent_to(each_site.browser().sign_in(user.name, user.password), "verify")
    after = admin.json("user", "show", user.name)
    assert after["enabled"] is True and after["skip_expires_at"] is after["skip_set_by"] is None
    assert each_site.database.row(other.name)["mfa_enabled"]


def test_R48_a_skip_that_has_expired_lets_nobody_in(each_site: Site, admin: Administrator) -> None:
    user = each_site.enrolled_user()
    assert admin.json("user", "skip-next", user.name, "--hours", "168")["skip_expires_at"] == in_hours(168)
    each_site.database.execute("UPDATE uzmfa_skip SET expires_at = 1700000000")
    said = admin.run("user", "show", user.name).out
    assert "asks for a code" in said and "expired 2023-11-14" in said
    assert_sent_to(each_site.browser().sign_in(user.name, user.password), "verify")
    assert each_site.database.row(user.name)["mfa_enabled"]
    each_site.database.execute("DELETE FROM uzmfa_skip")


def test_R47_no_skip_for_a_user_who_is_not_enrolled(each_site: Site, admin: Administrator) -> None:
    user = each_site.add_user()
    before = each_site.database.execute("SELECT * FROM uzmfa_skip")
    said = admin.run("user", "skip-next", user.name, "--json")
    assert said.status == REFUSED and "not enrolled" in said.err and not said.out
    assert each_site.database.execute("SELECT * FROM uzmfa_skip") == before


def fail(site: Site, user: User, kind: str, failures: int, wait: int) -> None:
    """As after so many wrong codes."""
    site.database.execute("INSERT INTO uzmfa_attempt (uuid, kind, failures, open_at, era) VALUES (?, ?, ?, ?, 'era')",
                          (str(site.database.row(user.name)["uuid"]), kind, failures, int(time.time()) + wait))


def test_R28_an_administrator_ends_a_wait(each_site: Site, admin: Administrator) -> None:
    user, other = each_site.enrolled_user(), each_site.enrolled_user()
    fail(each_site, user, "code", 7, 120)
    fail(each_site, user, "recovery", 6, 60)
    fail(each_site, other, "code", 6, 60)
    shown = admin.json("user", "show", user.name)
    assert (shown["failures"], shown["closed"], shown["recovery_failures"]) == (7, False, 6)
    assert 90 <= shown["locked_for"] <= 120 and 30 <= shown["recovery_locked_for"] <= 60
    assert "7 in a row" in admin.run("user", "show", user.name).out
    said = admin.run("user", "unlock", user.name)
    assert said.status == DONE and "may try codes again" in said.out
    shown = admin.json("user", "unlock", user.name)
    assert (shown["failures"], shown["locked_for"], shown["recovery_failures"]) == (0, 0, 0)
    assert admin.json("user", "show", other.name)["failures"] == 6
    assert admin.run("user", "unlock", each_site.add_user().name).status == DONE


def test_R25_an_administrator_opens_nothing_that_is_closed(each_site: Site, admin: Administrator) -> None:
    user = each_site.enrolled_user()
    fail(each_site, user, "code", 20, -60)
    assert admin.json("user", "show", user.name)["closed"] is False
    admin.write(failure_cap="20")
    said = admin.run("user", "unlock", user.name)
    assert said.status == REFUSED and "user reset" in said.err and not said.out
    assert admin.json("user", "show", user.name)["closed"] is True
    assert "closed" in admin.run("user", "show", user.name).out
    assert admin.json("user", "reset", user.name)["closed"] is False


def test_R53_a_temporary_code_is_shown_once_and_kept_as_a_digest(each_site: Site, admin: Administrator) -> None:
    user = each_site.add_user(uuid=None)
    said = admin.run("user", "temp-code", user.name)
    assert said.status == DONE and "4 hours" in said.out and not said.err
    code = said.out.split()[0]
    assert re.fullmatch("[A-Z2-7]{4}(-[A-Z2-7]{4}){2}", code)
    shown = admin.json("user", "show", user.name)
    assert shown["uuid"] and shown["temporary_code_expires_at"] == in_hours(4)
    kept = str(each_site.database.dump())
    assert code not in kept and code.replace("-", "") not in kept
    assert "temporary code    until" in admin.run("user", "show", user.name).out
    again = admin.json("user", "temp-code", user.name, "--hours", "72")
    assert again["temporary_code"] != code and again["temporary_code_expires_at"] == in_hours(72)
    assert len(each_site.database.execute("SELECT * FROM uzmfa_temporary_code WHERE uuid = ?", (shown["uuid"],))) == 1
    assert "temporary_code" not in admin.json("user", "show", user.name)


# --- user end-sessions ---


@pytest.mark.parametrize("whose", ["one", "all"])
def test_R62_sessions_end_within_two_seconds(each_site: Site, admin: Administrator, whose: str) -> None:
    user, other = each_site.add_user(), each_site.add_user()
    browser, others = each_site.verify(user), each_site.verify(other)
    assert admin.json("user", "show", user.name)["sessions"] == 1
    said = admin.run("user", "end-sessions", user.name if whose == "one" else "--all")
    assert said.status == DONE and "are over" in said.out and not said.err
    began = time.monotonic()
    while is_open(browser.fetch("/")):
        assert time.monotonic() - began < 2
        time.sleep(0.05)
    assert is_open(others.fetch("/")) == (whose == "one")
    assert admin.json("user", "show", user.name)["sessions"] == 0
    each_site.verify(user).close()
    assert admin.json("user", "end-sessions", user.name)["user"] == user.name
    assert admin.json("user", "end-sessions", "--all") == {"ended": True}


def test_R62_a_user_who_has_never_signed_in_ends_nobodys_sessions(each_site: Site, admin: Administrator) -> None:
    fresh, other = each_site.add_user(uuid=None), each_site.add_user()
    browser = each_site.verify(other)
    assert admin.run("user", "end-sessions", fresh.name).status == DONE
    assert admin.run("user", "reset", fresh.name).status == DONE
    time.sleep(1.5)
    assert is_open(browser.fetch("/"))


# --- user add ---


@pytest.fixture
def keeper(each_site: Site, admin: Administrator) -> Administrator:
    """Somebody who may make users, which httpd's own role may not."""
    if each_site.database.driver == "pgsql":
        each_site.database.execute('GRANT INSERT, DELETE ON user_company_access TO "www-data"')
    return admin


def test_a_user_who_is_added_signs_in_and_enrolls(each_site: Site, keeper: Administrator) -> None:
    name, password = f"new user {time.monotonic_ns()}", "correct hörse % battery"
    said = keeper.run("user", "add", name, stdin=password + "\n")
    assert said.status == DONE and password not in said.said
    row = each_site.database.row(name)
    assert row["password"].startswith("$2y$10$") and len(row["password"]) == 60 and password not in str(row)
    assert each_site.browser().sign_in(name, "wrong").status == 401
    browser = each_site.browser()
    assert_sent_to(browser.sign_in(name, password), "enroll")
    browser.enroll()
    assert is_open(browser.fetch("/"))
    said = keeper.run("user", "add", name, stdin="other\n")
    assert said.status == REFUSED and "already" in said.err and not said.out
    assert each_site.database.row(name)["password"] == row["password"]


def test_an_added_user_is_printed_as_json(each_site: Site, keeper: Administrator) -> None:
    name = f"json {time.monotonic_ns()}"
    said = keeper.run("user", "add", name, "--json", stdin="secret")
    assert said.status == DONE and said.json["user"] == name and said.json["enrolled"] is False


@pytest.mark.parametrize("password", ["", "\n", "x" * 73, "nul\0nul"])
def test_a_password_that_is_none_is_refused(each_site: Site, keeper: Administrator, password: str) -> None:
    said = keeper.run("user", "add", "never", stdin=password)
    assert said.status == REFUSED and "72" in said.err and not said.out
    assert each_site.database.execute("SELECT * FROM users WHERE username = 'never'") == []


@pytest.mark.parametrize("name", ["", "x" * 300, "a\x1bb"])
def test_a_name_that_is_none_is_refused(keeper: Administrator, name: str) -> None:
    said = keeper.run("user", "add", name, stdin="secret")
    assert said.status in (REFUSED, USAGE) and not said.out


def test_nobody_is_added_without_an_enabled_company(site: Site) -> None:
    site.database.execute("UPDATE system_companies SET enabled = ?", (False,))
    try:
        said = site.administrator().run("user", "add", "never", stdin="secret")
        assert said.status == REFUSED and "company" in said.err
        assert site.database.execute("SELECT * FROM users WHERE username = 'never'") == []
    finally:
        site.database.execute("UPDATE system_companies SET enabled = ?", (True,))


# --- what the tool has done ---


def test_R87_each_change_is_an_event_with_the_login_name_of_who_made_it(each_site: Site, keeper: Administrator) -> None:
    user, name = each_site.enrolled_user(), f"event {time.monotonic_ns()}"
    for command in ("skip-next", "unlock", "temp-code", "end-sessions", "reset"):
        assert keeper.run("user", command, user.name).status == DONE
    assert keeper.run("user", "add", name, stdin="secret").status == DONE
    assert keeper.run("user", "end-sessions", "--all").status == DONE
    made = [one for who in (user.name, name) for one in keeper.json("events", "--user", who) if one["made_by"]]
    assert [one["event"] for one in made] == ["skip_set", "unlocked", "temporary_code_made", "sessions_ended", "reset", "added"]
    everybody, = [one for one in keeper.json("events", "--since", "1min") if one["event"] == "sessions_ended" and not one["user"]][-1:]
    who = f"uzmfactl:{pwd.getpwuid(os.getuid()).pw_name}"
    assert {one["made_by"] for one in [*made, everybody]} == {who}
    assert all(one["uuid"] for one in made)


def test_R87_what_is_refused_is_no_event(each_site: Site, admin: Administrator) -> None:
    user = each_site.add_user()
    assert admin.run("user", "skip-next", user.name).status == REFUSED
    assert admin.json("events", "--user", user.name) == []


# --- user move ---


def local_site(start_twilio: StartTwilio, driver: str = "sqlite3") -> TwilioSite:
    """A site whose users enroll here, and a double that waits for them."""
    return start_twilio(driver, directives={"UzmfaValidator": "local"})


def assert_as_before(twilio: TwilioSite, user: User) -> None:
    """The user still has the local factor, and Twilio nothing."""
    assert twilio.site.database.row(user.name)["mfa_sid"].startswith("LF")
    assert twilio.double.factors(twilio.identity(user.name)) == []
    assert twilio.site.database.execute("SELECT * FROM uzmfa_owed_deletion") == []
    twilio.site.verify(user).close()


@pytest.mark.parametrize("driver", DRIVERS)
def test_a_factor_moves_to_Twilio_and_the_app_goes_on(start_twilio: StartTwilio, driver: str) -> None:
    twilio = local_site(start_twilio, driver)
    site, user = twilio.site, twilio.site.enrolled_user()
    before, = site.database.execute("SELECT * FROM uzmfa_totp_factor")
    admin = twilio.administrator()
    said = admin.run("user", "move", user.name, "--to", "twilio")
    assert said.status == DONE, said.err
    assert not any(secret in said.said for secret in secrets_of(admin, user.app.secret))
    factor = twilio.factor_of(user.name)
    assert (factor.status, factor.secret, factor.friendly_name) == ("verified", user.app.secret, twilio.identity(user.name))
    row = site.database.row(user.name)
    assert row["mfa_sid"] == factor.sid and row["mfa_enrolled"] and row["mfa_enabled"]
    after, = site.database.execute("SELECT * FROM uzmfa_totp_factor")
    assert (after["sid"], after["secret"]) == (factor.sid, twilio.double.service.sid)
    assert [after[name] for name in ("bound_at", "bound_from")] == [before[name] for name in ("bound_at", "bound_from")]
    assert site.database.execute("SELECT * FROM uzmfa_owed_deletion") == []
    assert admin.json("events", "--user", user.name)[-1]["event"] == "moved"

    twilio.configure()
    site.httpd.graceful()
    assert_passed(site.sign_in(user).verify(user.app.fresh()))
    assert "nothing to do" in admin.run("user", "move", user.name, "--to", "twilio").out
    assert len(twilio.double.calls_of("create_factor")) == 1


def test_R10_a_code_used_before_the_move_is_of_no_use_after_it(start_twilio: StartTwilio) -> None:
    twilio = local_site(start_twilio)
    site, user = twilio.site, twilio.site.enrolled_user()
    site.clock.await_room(15)
    used = user.app.spend()
    site.database.execute("UPDATE uzmfa_totp_factor SET last_step = 0")
    assert_passed(site.sign_in(user).verify(used))
    assert twilio.administrator().run("user", "move", user.name, "--to", "twilio").status == DONE
    twilio.configure()
    site.httpd.graceful()
    assert site.sign_in(user).verify(used).status == 401


def test_the_parameters_of_a_factor_move_along(start_twilio: StartTwilio) -> None:
    twilio = start_twilio(directives={"UzmfaValidator": "local", "UzmfaTotpAlgorithm": "SHA256", "UzmfaTotpDigits": "8"})
    user = twilio.site.enrolled_user()
    admin = twilio.administrator(totp_skew="0", twilio_friendly_name="username")
    twilio.site.clock.await_room(5)
    assert admin.run("user", "move", user.name, "--to", "twilio").status == DONE
    factor = twilio.factor_of(user.name)
    assert (factor.config.alg, factor.config.code_length, factor.config.skew, factor.config.time_step) == ("sha256", 8, 0, 30)
    assert factor.friendly_name == user.name


@pytest.mark.parametrize(("call", "behaviour", "status"), [
    ("create_factor", play.error(20003), REFUSED), ("create_factor", play.error(60326), REFUSED),
    ("create_factor", play.error(20500), UNREACHABLE), ("create_factor", play.reset(), UNREACHABLE),
    ("verify_factor", play.error(60310), REFUSED), ("verify_factor", play.error(20503), UNREACHABLE),
    ("verify_factor", play.reset(), UNREACHABLE), ("verify_factor", play.empty_object(), UNREACHABLE)])
def test_a_move_that_fails_leaves_the_user_as_before(start_twilio: StartTwilio, call: str, behaviour: play.behaviours.Behaviour,
                                                     status: int) -> None:
    twilio = local_site(start_twilio)
    user = twilio.site.enrolled_user()
    twilio.double.script(call, behaviour)
    said = twilio.administrator().run("user", "move", user.name, "--to", "twilio")
    assert said.status == status and not said.out
    assert "was not moved" in said.err
    assert_as_before(twilio, user)


def test_a_factor_of_a_move_that_failed_is_owed_where_Twilio_is_down(start_twilio: StartTwilio) -> None:
    twilio = local_site(start_twilio)
    user = twilio.site.enrolled_user()
    twilio.double.script("verify_factor", play.reset())
    twilio.double.script("delete_factor", play.reset(), None)
    admin = twilio.administrator()
    assert admin.run("user", "move", user.name, "--to", "twilio").status == UNREACHABLE
    owed, = admin.json("user", "show", user.name)["owed_deletions"]
    assert owed["sid"] == twilio.factor_of(user.name).sid
    twilio.double.clear_scripts()
    assert admin.run("user", "move", user.name, "--to", "twilio").status == DONE
    assert twilio.factor_of(user.name).status == "verified"


def test_a_move_whose_answer_was_lost_can_be_made_again(start_twilio: StartTwilio) -> None:
    twilio = local_site(start_twilio)
    user = twilio.site.enrolled_user()
    twilio.double.script("create_factor", play.lose_answer())
    admin = twilio.administrator()
    assert admin.run("user", "move", user.name, "--to", "twilio").status == UNREACHABLE
    left = twilio.factor_of(user.name)
    assert admin.run("user", "move", user.name, "--to", "twilio").status == DONE
    assert twilio.factor_of(user.name).sid != left.sid


def test_a_user_who_changes_during_a_move_is_not_moved(start_twilio: StartTwilio) -> None:
    twilio = local_site(start_twilio)
    user = twilio.site.enrolled_user()
    sid = "LF" + "0" * 32
    twilio.double.script("verify_factor", play.answer_then(lambda: twilio.site.database.update(user.name, mfa_sid=sid)))
    said = twilio.administrator().run("user", "move", user.name, "--to", "twilio")
    assert said.status == REFUSED and "changed" in said.err
    assert twilio.site.database.row(user.name)["mfa_sid"] == sid
    assert twilio.double.factors(twilio.identity(user.name)) == []


def test_a_move_makes_the_deletion_of_a_reset_first(start_twilio: StartTwilio) -> None:
    twilio = local_site(start_twilio)
    user = twilio.site.enrolled_user()
    identity = twilio.identity(user.name)
    twilio.double.add_factor(identity)
    twilio.site.database.execute("INSERT INTO uzmfa_owed_deletion VALUES (?, '', 1, 1, 0, 0)", (identity,))
    assert twilio.administrator().run("user", "move", user.name, "--to", "twilio").status == DONE
    assert [call.name for call in twilio.double.calls][:2] == ["delete_entity", "create_factor"]
    assert twilio.factor_of(user.name).secret == user.app.secret


def test_what_cannot_move_says_why(start_twilio: StartTwilio) -> None:
    twilio = start_twilio()
    admin = twilio.administrator()
    enrolled, fresh = twilio.site.enrolled_user(), twilio.site.add_user()
    said = admin.run("user", "move", enrolled.name, "--to", "local")
    assert said.status == REFUSED and "user reset" in said.err and "never gives a secret back" in said.err
    for target in ("local", "twilio"):
        said = admin.run("user", "move", fresh.name, "--to", target)
        assert said.status == REFUSED and "not enrolled" in said.err
    foreign = twilio.site.add_user(mfa_sid="LF" + "1" * 32, mfa_enrolled=True,
                                   uuid="33333333-3333-4333-8333-333333333333")
    said = admin.run("user", "move", foreign.name, "--to", "twilio")
    assert said.status == REFUSED and "not in this database" in said.err


def test_a_secret_of_another_key_does_not_move(start_twilio: StartTwilio) -> None:
    twilio = local_site(start_twilio)
    user = twilio.site.enrolled_user()
    other = twilio.site.httpd.root / "other"
    admin = twilio.administrator(key_file=str(other))
    assert "No such file" in admin.run("user", "move", user.name, "--to", "twilio").err
    assert admin.run("keygen", str(other)).status == DONE
    said = admin.run("user", "move", user.name, "--to", "twilio")
    assert said.status == REFUSED and "does not open" in said.err
    assert_as_before(twilio, user)


# --- check ---


def test_R90_a_sound_site_has_no_errors(each_site: Site, admin: Administrator) -> None:
    found = admin.findings()
    assert admin.run("check").status == DONE
    assert {level for levels in found.values() for level in levels} <= {"ok", "warning"}
    wanted = {"configuration", "key file", "database", "tables", "rights", "secrets", "deletions"}
    assert wanted | ({"deadlines"} if each_site.database.driver == "pgsql" else set()) == set(found)
    assert found["tables"] == found["database"] == found["key file"] == ["ok"]


def test_R90_a_missing_table_or_column_is_named(build_site: Callable[..., Site]) -> None:
    for driver in DRIVERS:
        site = build_site(driver)
        admin = site.administrator()
        site.database.execute("ALTER TABLE uzmfa_enrollment RENAME TO gone")
        said = admin.run("check")
        assert said.status == REFUSED
        assert "table uzmfa_enrollment is missing" in said.out and "uzmfactl schema --upgrade" in said.out
        assert admin.run("user", "reset", site.add_user(uuid="44444444-4444-4444-8444-444444444444").name).status == REFUSED
        site.database.execute("ALTER TABLE gone RENAME TO uzmfa_enrollment")
        site.database.execute("ALTER TABLE users RENAME COLUMN mfa_sid TO gone")
        said = admin.run("check")
        assert "column users.mfa_sid is missing" in said.out and "the application's" in said.out and "--upgrade" not in said.out


def test_R90_missing_rights_are_named(build_site: Callable[..., Site]) -> None:
    site = build_site("pgsql")
    admin = site.administrator()
    assert admin.findings()["rights"] == ["ok"]
    site.database.execute('REVOKE DELETE ON uzmfa_enrollment FROM "www-data"')
    site.database.execute("ALTER TABLE users OWNER TO postgres")
    site.database.execute('GRANT SELECT ON users TO "www-data"')
    said = admin.run("check")
    assert said.status == REFUSED
    assert "DELETE on uzmfa_enrollment" in said.out and "UPDATE of users.mfa_sid" in said.out and "GRANT" in said.out
    site.database.execute('GRANT UPDATE (uuid, mfa_sid, mfa_enrolled, mfa_enabled) ON users TO "www-data"')
    assert "UPDATE of users" not in admin.run("check").out


def test_R90_missing_deadlines_are_warned_of(pgsql_site: Site) -> None:
    params = pgsql_site.database.parameters()
    admin = pgsql_site.administrator(params=params.split(" connect_timeout")[0])
    said = admin.run("check")
    assert said.status == DONE
    assert "connect_timeout, tcp_user_timeout, statement_timeout" in said.out
    admin.write(params=params)
    assert admin.findings()["deadlines"] == ["ok"]


@pytest.mark.parametrize(("mode", "owner"), [(0o644, 0), (0o660, 0), (0o640, 33), (0o600, 33)])
def test_R90_a_key_file_that_httpd_does_not_take_is_an_error(site: Site, mode: int, owner: int) -> None:
    keys = site.httpd.root / "checked"
    admin = site.administrator(key_file=str(keys))
    keys.write_bytes(site.keys.read_bytes())
    keys.chmod(mode)
    os.chown(keys, owner, owner)
    try:
        assert admin.findings()["key file"] == ["error"]
        assert admin.run("check").status == REFUSED
    finally:
        keys.unlink()
    admin.write(key_file="")
    assert admin.findings()["key file"] == ["error"]


def test_R90_a_wrong_env_file_is_an_error_once(site: Site) -> None:
    env = site.httpd.root / "tool.env"
    admin = site.administrator(env_file=str(env), validator="twilio")
    env.write_text("TWILIO_AUTH_TOKEN=s3cret more\n")
    env.chmod(0o600)
    said = admin.run("check", "--json")
    assert said.status == REFUSED and "s3cret" not in said.said
    assert [finding["subject"] for finding in said.json["findings"] if finding["level"] == "error"] == ["env file"]


def test_the_env_file_has_the_credentials(start_twilio: StartTwilio) -> None:
    twilio = start_twilio()
    env = twilio.site.httpd.root / "tool.env"
    env.write_text(f"TWILIO_ACCOUNT_SID={twilio.double.account_sid}\nTWILIO_AUTH_TOKEN={twilio.double.auth_token}\n"
                   f"TWILIO_SERVICE_SID={twilio.double.service.sid}\n")
    env.chmod(0o600)
    admin = twilio.administrator(env_file=str(env), twilio_account_sid="", twilio_auth_token="", twilio_service_sid="")
    found = admin.findings()
    assert (found["env file"], found["twilio"]) == (["ok"], ["ok"])
    admin.write(twilio_service_sid="VA" + "0" * 32)
    assert admin.findings()["twilio"] == ["error"]


def test_R90_a_sound_service_is_ok(start_twilio: StartTwilio) -> None:
    twilio = start_twilio(tls=True)
    admin = twilio.administrator(twilio_ca_file=str(twilio.site.certificate.certificate))
    found = admin.findings()
    assert (found["twilio"], found["service"], found["clock"]) == (["ok"], ["ok"], ["ok"])
    admin.write(twilio_ca_file="")
    said = admin.run("check")
    assert said.status == UNREACHABLE and "not trusted" in said.out


@pytest.mark.parametrize(("behaviour", "status", "part"), [
    (play.error(20003), REFUSED, "twilio-auth-token"), (play.error(70051, 403), REFUSED, "70051"),
    (play.error(20404), REFUSED, "twilio-service-sid"), (play.error(20503), UNREACHABLE, "status.twilio.com"),
    (play.http_status(502), UNREACHABLE, "twilio-url"), (play.reset(), UNREACHABLE, "twilio-url"),
    (play.not_json(), UNREACHABLE, "twilio-url"), (play.hang(), UNREACHABLE, "in time")])
def test_R90_what_is_wrong_with_Twilio_is_said(start_twilio: StartTwilio, behaviour: play.behaviours.Behaviour, status: int,
                                               part: str) -> None:
    twilio = start_twilio()
    twilio.double.script("fetch_service", behaviour, None)
    admin = twilio.administrator(twilio_timeout="1s")
    said = admin.run("check")
    assert said.status == status and part in said.out
    assert twilio.double.auth_token not in said.said


@pytest.mark.parametrize(("settings", "levels"), [
    ({"code_length": 5}, {"error"}), ({"code_length": 8}, {"warning"}), ({"skew": 2}, {"error"}),
    ({"skew": 2, "time_step": 20}, {"warning"}), ({"time_step": 60}, {"error", "warning"}),
    ({"code_length": 6, "skew": 1, "time_step": 30}, {"ok"})])
def test_R14_R18_a_service_with_weak_settings_is_refused(start_twilio: StartTwilio, settings: dict[str, int],
                                                         levels: set[str]) -> None:
    twilio = start_twilio()
    vars(twilio.double.service.totp).update(settings)
    admin = twilio.administrator()
    assert set(admin.findings()["service"]) == levels
    assert admin.run("check").status == (REFUSED if "error" in levels else DONE)


@pytest.mark.parametrize(("off", "level"), [(0, "ok"), (15, "warning"), (-15, "warning"), (60, "error"), (-60, "error")])
def test_R90_the_clock_is_compared_with_Twilios(start_twilio: StartTwilio, off: int, level: str) -> None:
    twilio = start_twilio()
    twilio.double.forward(off)
    assert twilio.administrator().findings()["clock"] == [level]


def test_owed_deletions_are_counted(start_twilio: StartTwilio) -> None:
    twilio = start_twilio()
    twilio.site.httpd.stop()
    twilio.site.database.execute("INSERT INTO uzmfa_owed_deletion VALUES ('a', '', 1700000000, 1, 0, 0), ('b', '', 1800000000, 1, 0, 0)")
    said = twilio.administrator().run("check")
    assert said.status == DONE
    assert "2 owed" in said.out and "2023-11-14 22:13:20 UTC" in said.out


def test_check_changes_nothing(each_site: Site, admin: Administrator) -> None:
    before = each_site.database.dump()
    admin.run("check")
    assert each_site.database.dump() == before


@pytest.mark.parametrize(("driver", "subject"), [("pgsql", "deadlines"), ("sqlite3", "key file")])
def test_the_configuration_to_begin_with_is_right(site: Site, driver: str, subject: str) -> None:
    lines = (REPOSITORY / "conf/uzmfactl.conf").read_text().replace("#url  =", "url =").splitlines()
    first = lines.index(f"#driver = {driver}")
    lines[first:first + 2] = [line.removeprefix("#") for line in lines[first:first + 2]]
    admin = site.administrator()
    admin.put("\n".join(line for line in lines if not line.startswith("url")))
    found = admin.findings()
    assert found["configuration"] == ["ok"] and found["database"] == ["error"] and subject in found


# --- check, of httpd and the site ---

MODULES = ["uzmfa", "session", "dbd", "authn_core", "authz_core", "watchdog", "ssl"]


def httpd_that_loads(site: Site, *names: str) -> str:
    """A program that answers -M as httpd does."""
    program = site.httpd.root / "apache2ctl"
    lines = "".join(f" {name}_module (shared)\n" for name in names)
    program.write_text(f'#!/bin/sh\n[ "$1" = -M ] || exit 1\necho "AH00558: no name" >&2\ncat <<E\nLoaded Modules:\n{lines}E\n')
    program.chmod(0o755)
    return str(program)


def test_R90_the_modules_of_httpd_are_looked_at(site: Site) -> None:
    admin = site.administrator()
    assert "modules" not in admin.findings()
    said = admin.run("check", "--httpd", httpd_that_loads(site, *MODULES))
    assert said.status == DONE and "httpd loads mod_uzmfa" in said.out
    admin.write(httpd=httpd_that_loads(site, *MODULES))
    assert admin.findings()["modules"] == ["ok"]
    for names, part in ((["session", "dbd"], "a2enmod uzmfa"), (["uzmfa", "session", "authz_core", "ssl"], "a2enmod dbd authn_core watchdog,")):
        httpd_that_loads(site, *names)
        said = admin.run("check")
        assert said.status == REFUSED and part in said.out
    httpd_that_loads(site, *MODULES[:-1])
    assert admin.findings()["tls"] == ["warning"]


def test_R90_the_modules_of_the_real_httpd_are_read_while_it_is_down(build_site: Callable[..., Site]) -> None:
    site = build_site()
    sanitized = f"/usr/bin/env LD_PRELOAD={SANITIZER} " if SANITIZER else ""
    admin = site.administrator(httpd=f"{sanitized}{HTTPD} -f {site.httpd.configuration}")
    site.httpd.start()
    site.httpd.stop()
    assert admin.findings()["modules"] == ["ok"]


def test_R90_a_configuration_that_httpd_refuses_is_an_error(site: Site) -> None:
    program = site.httpd.root / "refusing"
    program.write_text("#!/bin/sh\necho 'AH00526: Syntax error on line 7' >&2\nexit 1\n")
    program.chmod(0o755)
    said = site.administrator().run("check", "--httpd", str(program))
    assert said.status == REFUSED and f"`{program} -M` fails: AH00526: Syntax error on line 7" in said.out
    assert "not found" in site.administrator().run("check", "--httpd", "/nowhere/httpd").out


@pytest.mark.parametrize(("header", "level", "part"), [
    (None, "warning", "Header always set Strict-Transport-Security"), ("max-age=31536000; includeSubDomains", "ok", "365 days"),
    ("max-age=300", "warning", "less than a year"), ("includeSubDomains", "warning", "less than a year")])
def test_R73_a_site_without_HSTS_is_reported(start_site: Callable[..., Site], header: str | None, level: str, part: str) -> None:
    lines = [] if header is None else [f'Header always set Strict-Transport-Security "{header}"']
    site = start_site(server=lines)
    admin = site.administrator(url=site.url("/"))
    said = admin.run("check")
    assert said.status == DONE and part in said.out
    assert admin.findings()["hsts"] == [level]
    assert "does not trust the certificate" in said.out
    site.httpd.stop()
    said = admin.run("check")
    assert said.status == DONE and "does not answer" in said.out and "hsts" not in said.out


# --- what only a terminal gets ---


def at_terminal(admin: Administrator, *arguments: str, **environment: str) -> str:
    """What somebody at a terminal sees of a run, standard error included."""
    shown = bytearray()
    pid, terminal = pty.fork()
    if pid == 0:
        os.execve(TOOL, [str(TOOL), *arguments, "--config", str(admin.file)], {**os.environ, "TERM": "xterm", **environment})
    try:
        while part := os.read(terminal, 4096):
            shown += part
    except OSError:  # how a terminal says that nobody is left
        pass
    os.close(terminal)
    os.waitpid(pid, 0)
    return shown.decode()


def test_a_terminal_gets_colours_unless_somebody_wants_none(site: Site) -> None:
    admin = site.administrator()
    assert "\x1b[32mok\x1b[0m" in at_terminal(admin, "check")
    for environment in ({"NO_COLOR": "1"}, {"TERM": "dumb"}):
        assert "\x1b[3" not in at_terminal(admin, "check", **environment)
    assert "\x1b[3" in at_terminal(admin, "check", NO_COLOR="")
    assert "\x1b" not in admin.run("check", TERM="xterm").said
    assert "\x1b" not in at_terminal(admin, "check", "--json")


def test_a_terminal_gets_a_bar_for_long_work(site: Site) -> None:
    site.enrolled_user()
    admin = site.administrator()
    for command in ("reseal", "check"):
        shown = at_terminal(admin, command)
        assert re.search(r"\r\[#* *\] +\d+ %  1 of \d+ secrets", shown) and "\r\x1b[K" in shown
        assert "%" not in at_terminal(admin, command, "--json")
        assert "%" not in admin.run(command).said
