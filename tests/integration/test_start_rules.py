# SPDX-License-Identifier: Apache-2.0
"""What stops a start, what it says then, and what a running server survives."""

import base64
import re
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest

from harness.browser import OWN, Answer
from harness.site import Site, is_open

Build = Callable[..., Site]

BAD_VALUES = [
    "UzmfaEngine Maybe", "UzmfaEngine", "UzmfaEngine On Off", "UzmfaPath uzmfa", "UzmfaPath /", "UzmfaPath /a/../b", "UzmfaPath \"/a b\"",
    "UzmfaLoginProvider nosuchprovider", "UzmfaLoginProvider", "UzmfaSignInLimit x", "UzmfaSignInLimit 5", "UzmfaSignInLimit 0 10min", "UzmfaSignInLimit 1001 10min",
    "UzmfaSignInLimit 5 0s", "UzmfaSignInLimit 5 soon", "UzmfaValidator none", "UzmfaEnrollment closed",
    "UzmfaTotpAlgorithm MD5", "UzmfaTotpAlgorithm SHA-1", "UzmfaTotpDigits 5", "UzmfaTotpDigits 7", "UzmfaTotpDigits six",
    "UzmfaTotpDigits 6x", "UzmfaTotpSkew 2", "UzmfaTotpSkew -1", "UzmfaTotpSkew 1.5", "UzmfaSessionCookie \"a b\"",
    "UzmfaSessionCookie a=b", "UzmfaSessionCookie a;b", "UzmfaSessionCookie \"\"", "UzmfaAllowHttp Perhaps", "UzmfaClearSiteData Some",
    "UzmfaSessionIdleTimeout soon", "UzmfaSessionIdleTimeout -5", "UzmfaSessionIdleTimeout 0", "UzmfaSessionIdleTimeout 30x",
    "UzmfaSessionMaxAge never", "UzmfaSessionMaxAge 0", "UzmfaSessionMaxAge 99999999999999999999", "UzmfaRecheckInterval often",
    "UzmfaUsersTable \"users; DROP TABLE users\"", "UzmfaUsersTable \"\"", "UzmfaSessionKeyFile \"\"", "UzmfaTemplateDir /nowhere/at/all",
    "UzmfaMetrics Maybe", "UzmfaNoSuchDirective On",
]


@pytest.mark.parametrize("line", BAD_VALUES)
def test_a_bad_value_stops_the_start_and_names_the_directive(build_site: Build, line: str) -> None:
    assert line.split()[0] in build_site(server=[line]).httpd.refusal()


@pytest.mark.parametrize("line", [line for line in BAD_VALUES if re.match(r"UzmfaEngine|UzmfaSession(Idle|Max)", line)])
def test_a_bad_value_in_a_place_does_too(build_site: Build, line: str) -> None:
    assert line.split()[0] in build_site(location=[line]).httpd.refusal()


@pytest.mark.parametrize("line", ["UzmfaEngine Off", "UzmfaEngine ReportOnly", "UzmfaVerifiedWithin 9h", "UzmfaExempt all true", "UzmfaUserHeader X-User",
                                  "UzmfaAppCookies x", "UzmfaAppLogout ^/", "UzmfaAdmin On"])
@pytest.mark.parametrize("section", ["Limit OPTIONS", "LimitExcept GET POST"])
def test_R1_what_would_hold_for_all_methods_is_refused_in_limit(build_site: Build, section: str, line: str) -> None:
    said = build_site(location=[f"<{section}>", line, f"</{section.split()[0]}>"]).httpd.refusal()
    assert line.split()[0] in said and "within <Limit>" in said


GOOD_VALUES = [
    "UzmfaPath /sign-in", "UzmfaLoginProvider uzerp", "UzmfaValidator local", "UzmfaIssuer \"Größe & Söhne\"", "UzmfaTotpAlgorithm SHA512",
    "UzmfaTotpDigits 8", "UzmfaTotpSkew 0", "UzmfaSessionCookie __Host-x", "UzmfaSessionIdleTimeout 90s", "UzmfaSessionMaxAge 720h",
    "UzmfaUsersTable users", "UzmfaSignInLimit 5 1h",
]


@pytest.mark.parametrize("line", GOOD_VALUES)
def test_a_good_value_starts(build_site: Build, line: str) -> None:
    site = build_site(server=[line])
    site.httpd.configtest()
    site.httpd.start()


@pytest.mark.parametrize("line", ["UzmfaPath /x", "UzmfaLoginProvider uzerp", "UzmfaIssuer x", "UzmfaSessionKeyFile x", "UzmfaTotpDigits 6"])
def test_a_directive_of_a_server_is_refused_in_a_place(build_site: Build, line: str) -> None:
    said = build_site(location=[line]).httpd.refusal()
    assert line.split()[0] in said and "not allowed" in said


HTACCESS = ["UzmfaEngine Off", "UzmfaEngine On", "UzmfaSessionIdleTimeout 9h", "UzmfaSessionMaxAge 9h", "UzmfaPath /x",
            "UzmfaTotpSkew 1", "UzmfaSessionCookie x", "UzmfaLoginProvider file", "UzmfaAllowHttp On",
            "UzmfaClearSiteData On", "UzmfaMetrics On", "UzmfaAuditLog /dev/null", "UzmfaNotify /bin/true"]


@pytest.fixture(scope="module")
def htaccess_site(workshop) -> Site:
    """A gated directory whose .htaccess may say whatever httpd lets it."""
    site = workshop.build(gate=["Require all granted"])
    folder = f'<Directory "{site.application.folder}/folder">'
    site.configure(gate=["Session On"], server=[folder, "AllowOverride All", "AuthType Uzmfa", "Require valid-user",
                                                "UzmfaEngine On", "</Directory>"], modules=["access_compat", "rewrite"])
    site.httpd.start()
    return site


@pytest.mark.parametrize("line", HTACCESS)
def test_no_directive_is_allowed_in_htaccess(htaccess_site: Site, line: str) -> None:
    verified = htaccess_site.verify(htaccess_site.add_user())
    assert is_open(verified.fetch("/folder/"))
    htaccess_site.application.add("folder/.htaccess", line + "\n")
    htaccess_site.log.expect(rf"core:alert.*{line.split()[0]} not allowed here")
    try:
        assert verified.fetch("/folder/").status == 500
        assert not is_open(htaccess_site.browser().fetch("/folder/"))
    finally:
        (htaccess_site.application.folder / "folder/.htaccess").unlink()


OTHER_AUTH_TYPE = r"UZMFA1122 .*an .htaccess puts another AuthType in the place of Uzmfa"
TRICKS = {
    "Require all granted": None,
    "AuthType None\nRequire all granted": OTHER_AUTH_TYPE,
    "Satisfy Any\nAllow from all": None,
    "Session Off": None,
    "AuthType None\nRequire all granted\nSession Off": OTHER_AUTH_TYPE,
    "SetHandler default-handler": None,
    "ErrorDocument 401 /static.html": None,
    "RewriteEngine On\nRewriteRule .* - [E=UZMFA_METHOD:totp]": None,
    "SetEnv REMOTE_USER admin\nRequire all granted": None,
    "SetEnvIf Host . UZMFA_DECISION=pass\nRequire all granted": None,
    "SessionHeader X-Session": None,
    "AuthMerging And": None,
    "<RequireAny>\nRequire all granted\nRequire valid-user\n</RequireAny>": None,
    "Require method GET": None,
    "<Files index.html>\nAuthType None\nRequire all granted\n</Files>": OTHER_AUTH_TYPE,
}


@pytest.mark.parametrize(("text", "complaint"), TRICKS.items())
def test_htaccess_cannot_switch_the_gate_off(htaccess_site: Site, text: str, complaint: str | None) -> None:
    if complaint:
        htaccess_site.log.expect(complaint)
    pending = htaccess_site.sign_in(htaccess_site.enrolled_user())
    htaccess_site.application.add("folder/.htaccess", text + "\n")
    try:
        for visitor in (htaccess_site.browser(), pending):
            for target in ("/folder/", "/folder/index.html"):
                assert not is_open(visitor.fetch(target))
    finally:
        (htaccess_site.application.folder / "folder/.htaccess").unlink()


BAD_KEYS = {
    "empty": "",
    "blank lines": "\n\n",
    "short": base64.b64encode(bytes(31)).decode(),
    "long": base64.b64encode(bytes(range(33))).decode(),
    "not base64": "!" * 44,
    "second line bad": base64.b64encode(bytes(range(32))).decode() + "\nabc",
    "binary": "\0" * 32,
}


@pytest.mark.parametrize("text", BAD_KEYS.values(), ids=BAD_KEYS.keys())
def test_an_ill_formed_key_file_stops_the_start(build_site: Build, text: str) -> None:
    site = build_site()
    site.keys.write_text(text)
    said = site.httpd.refusal()
    assert "UzmfaSessionKeyFile" in said
    assert text.strip() == "" or text.strip() not in said


def test_a_missing_key_file_stops_the_start(build_site: Build) -> None:
    site = build_site()
    site.keys.unlink()
    assert "UzmfaSessionKeyFile" in site.httpd.refusal()


def test_a_missing_key_file_directive_stops_the_start(build_site: Build) -> None:
    assert "UzmfaSessionKeyFile" in build_site(key_file=None).httpd.refusal()


@pytest.mark.parametrize(("companions", "missing", "gate"), [
    (("dbd",), "session_module", ["AuthType Uzmfa", "Require valid-user", "UzmfaEngine On"]),
    (("session",), "dbd_module", ["Session On", "AuthType Uzmfa", "Require valid-user", "UzmfaEngine On"]),
    (("session",), "dbd_module", ["Session On", "Require all granted", "UzmfaEngine On"]),
])
def test_a_missing_companion_module_stops_the_start(build_site: Build, companions: tuple[str, ...], missing: str,
                                                    gate: list[str]) -> None:
    said = build_site(companions=companions, gate=gate).httpd.refusal()
    assert missing in said and re.search(r"Uzmfa\w+", said)


def own_tables(site: Site) -> list[str]:
    tables = site.database.tables()
    assert tables
    return tables


@pytest.mark.long
@pytest.mark.parametrize("driver", ["sqlite3", "pgsql"])
def test_a_missing_table_stops_the_first_start_with_its_name(build_site: Build, driver: str) -> None:
    site = build_site(driver)
    for table in own_tables(site):
        site.database.execute(f"ALTER TABLE {table} RENAME TO elsewhere")
        assert table in site.httpd.refusal()
        site.database.execute(f"ALTER TABLE elsewhere RENAME TO {table}")
    site.httpd.start()


@pytest.mark.parametrize("driver", ["sqlite3", "pgsql"])
@pytest.mark.parametrize("column", ["uuid", "mfa_sid", "mfa_enrolled", "mfa_enabled", "access_enabled", "password"])
def test_a_missing_column_stops_the_first_start_with_its_name(build_site: Build, driver: str, column: str) -> None:
    site = build_site(driver)
    site.database.execute(f"ALTER TABLE users RENAME COLUMN {column} TO elsewhere")
    said = site.httpd.refusal()
    assert column in said and "users" in said
    site.database.execute(f"ALTER TABLE users RENAME COLUMN elsewhere TO {column}")
    site.httpd.start()


@pytest.mark.parametrize("driver", ["sqlite3", "pgsql"])
def test_a_table_missing_at_a_graceful_restart_closes_the_gate(build_site: Build, driver: str) -> None:
    site = build_site(driver)
    site.httpd.start()
    verified = site.verify(site.add_user())
    table = own_tables(site)[0]
    site.database.execute(f"ALTER TABLE {table} RENAME TO elsewhere")
    site.log.expect(rf"uzmfa:error\].*{table}", times=1)
    site.httpd.graceful()
    for visitor in (verified, site.browser()):
        for target in ("/", "/env", f"{OWN}/login"):
            answer = visitor.fetch(target)
            assert answer.status == 503 and not is_open(answer)
    site.database.execute(f"ALTER TABLE elsewhere RENAME TO {table}")
    site.httpd.graceful()
    assert is_open(verified.fetch("/"))


def await_answer(ask: Callable[[], Answer], status: int, seconds: float = 15) -> Answer:
    """Ask until this status comes."""
    deadline = time.monotonic() + seconds
    while (answer := ask()).status != status:
        assert time.monotonic() < deadline, f"still {answer.status}"
        time.sleep(0.2)
    return answer


@pytest.mark.parametrize("mpm", ["prefork", "event"])
def test_a_database_that_is_down_at_the_start_comes_back_by_itself(build_site: Build, mpm: str) -> None:
    site = build_site("pgsql", mpm=mpm)
    user = site.add_user()
    site.database.go_down()
    site.log.expect(r"\[dbd:(error|crit)\]")
    site.log.expect(r"\[uzmfa:error\]", times=1)
    site.httpd.start()
    for _ in range(5):
        assert site.browser().fetch("/").status == 503
    site.database.come_back()
    stranger = site.browser()
    await_answer(lambda: stranger.fetch(f"{OWN}/login"), 200)
    assert is_open(site.verify(user).fetch("/"))


def test_a_start_waits_for_who_writes_to_sqlite_just_then(build_site: Build) -> None:
    site = build_site()
    with ThreadPoolExecutor(1) as pool:
        with site.database.reads_held():
            started = pool.submit(site.httpd.start)
            time.sleep(0.6)
        started.result()
    assert site.browser().fetch(f"{OWN}/login").status == 200


def test_a_sign_in_while_the_database_is_down_gets_503_and_works_later(build_site: Build) -> None:
    site = build_site("pgsql")
    site.httpd.start()
    user = site.enrolled_user()
    browser = site.browser()
    form = browser.fetch(f"{OWN}/login")
    site.database.go_down()
    site.log.expect(r"\[(dbd|uzmfa):error\]")
    answer = browser.submit(form, username=user.name, password=user.password)
    assert answer.status == 503 and "SELECT" not in answer.text and "pgsql" not in answer.text.lower()
    site.database.come_back()
    await_answer(lambda: browser.submit(form, username=user.name, password=user.password), 303)
    browser.close()
