# SPDX-License-Identifier: Apache-2.0
"""The ready configurations of conf/ start as they stand, and gate."""

import json
import re
import subprocess
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from harness.browser import OWN, SCRIPT, Answer
from harness.expect import assert_sent_to
from harness.profile import ADMINISTRATOR, decisions, install, readable
from harness.site import PASSWORD, Site, is_open
from harness.uzerp import ENGINES, environment, shown_user, uzerp_site
from harness.wire import request

Build = Callable[..., Site]
HSTS = "max-age=31536000"


def assert_gates(site: Site, target: str = "/") -> None:
    """Strangers are stopped, also after a graceful restart."""
    for _ in range(2):
        answer = site.browser().fetch(target)
        assert_sent_to(answer, "login", target)
        assert answer.headers["Strict-Transport-Security"] == HSTS
        site.httpd.graceful()


def assert_administrators_page_is_for(site: Site, name: str) -> None:
    """That user alone sees the list of users."""
    head = site.verify(site.add_user(name))
    assert head.fetch(f"{OWN}/admin").status == 200
    site.log.expect("AH01631", times=1)
    assert site.verify(site.add_user()).fetch(f"{OWN}/admin").status == 403


@pytest.mark.parametrize("engine", ENGINES)
def test_uzerp_starts_and_gates(build_site: Build, engine: str) -> None:
    with uzerp_site(build_site, engine) as site:
        assert_gates(site, "/?module=dashboard")
        user = site.add_user()
        browser = site.verify(user)
        answer = browser.fetch("/?module=dashboard")
        assert is_open(answer) and shown_user(answer) == user.name
        assert answer.headers["Strict-Transport-Security"] == HSTS
        seen = environment(browser.fetch("/?module=environment"))
        assert (seen["HTTPS"], seen["UZMFA_METHOD"], seen["UZMFA_DECISION"]) == ("on", "totp", "verified")
        assert_administrators_page_is_for(site, ADMINISTRATOR)
        site.httpd.stop()
        seen_by_log = decisions(site)
        assert ("/?module=dashboard", "-", "sign_in_required", "-") in seen_by_log
        assert ("/?module=dashboard", user.name, "verified", "totp") in seen_by_log


@pytest.fixture
def backend() -> Iterator[str]:
    """A server that answers what it was asked, header by header."""
    class Mirror(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            body = json.dumps({"path": self.path, "headers": [[name.lower(), value] for name, value in self.headers.items()]})
            self.send_response(200)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body.encode())

        def log_message(self, *arguments: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Mirror)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


def seen_by_backend(body: str, name: str) -> list[str]:
    """The values of a header in the backend's eyes, `_` read as `-`."""
    return [value for each, value in json.loads(body)["headers"] if each.replace("_", "-") == name]


@pytest.fixture
def proxy_site(build_site: Build, backend: str) -> Site:
    site = build_site()
    install(site, "proxy", {"BACKEND": backend, "DATABASE": site.database.parameters()}, modules=["proxy", "proxy_http"])
    site.httpd.start()
    return site


def test_proxy_starts_and_gates(proxy_site: Site) -> None:
    site = proxy_site
    assert_gates(site, "/reports?year=2024")
    user = site.add_user()
    browser = site.verify(user)
    answer = browser.fetch("/reports?year=2024")
    assert answer.status == 200 and answer.json()["path"] == "/reports?year=2024"
    assert seen_by_backend(answer.text, "x-remote-user") == [user.name]
    assert seen_by_backend(answer.text, "x-forwarded-proto") == ["https"]
    assert seen_by_backend(answer.text, "host") == [f"localhost:{site.httpd.port}"]
    assert_administrators_page_is_for(site, ADMINISTRATOR)
    site.httpd.stop()
    assert ("/reports?year=2024", user.name, "verified", "totp") in decisions(site)


def test_R85_the_id_that_an_error_page_shows_is_in_the_access_log(proxy_site: Site) -> None:
    user = proxy_site.add_user()
    proxy_site.database.execute("ALTER TABLE uzmfa_session RENAME TO elsewhere")
    proxy_site.log.expect("UZMFA1031", times=1)
    answer = proxy_site.browser().sign_in(user.name, user.password)
    (shown,) = re.findall(r"<dd>([\w@+/-]{8,})</dd>", answer.text)
    proxy_site.httpd.stop()
    (line,) = [line for line in (proxy_site.httpd.root / "access.log").read_text().splitlines() if line.endswith(f" {shown}")]
    assert answer.status == 503 and f"{OWN}/login" in line


FORGED = ["X-Remote-User: admin", "x_remote_user: admin", "X-Remote_User: admin", "X-REMOTE-USER: admin",
          "X-Forwarded-Proto: http", "X-Forwarded-For: 192.0.2.1", "X_Forwarded_For: 192.0.2.1", "X-Forwarded-Host: evil.test",
          "X-Forwarded-User: admin", "Forwarded: for=192.0.2.1;host=evil.test", "Authorization: Basic YWRtaW46eA==",
          "Connection: close, X-Remote-User, X-Forwarded-Proto"]


def test_R77_what_a_client_says_of_itself_does_not_reach_the_backend(proxy_site: Site) -> None:
    user = proxy_site.add_user()
    browser = proxy_site.verify(user)
    raw = proxy_site.raw(request("GET /page HTTP/1.1", f"Cookie: __Host-uzmfa={browser.session}", *FORGED))
    assert raw.status == 200
    told = raw.body.decode()
    assert seen_by_backend(told, "x-remote-user") == [user.name]
    assert seen_by_backend(told, "x-forwarded-for") == ["127.0.0.1"]
    assert seen_by_backend(told, "x-forwarded-proto") == ["https"]
    for gone in ("x-forwarded-user", "forwarded", "authorization"):
        assert seen_by_backend(told, gone) == []
    assert "admin" not in told and "192.0.2.1" not in told and "evil" not in told


def test_R77_who_names_a_user_by_a_header_alone_is_stopped(proxy_site: Site) -> None:
    stopped = proxy_site.browser().request("GET", "/page", headers={**SCRIPT, "X-Remote-User": "admin"})
    assert stopped.status == 401 and stopped.json()["error"] == "sign_in_required"


@pytest.fixture
def basic_site(build_site: Build) -> Site:
    site = build_site()
    passwords = site.httpd.root / "passwords"
    hashed = subprocess.run(["openssl", "passwd", "-apr1", PASSWORD], check=True, capture_output=True, text=True).stdout
    passwords.write_text("".join(f"{name}:{hashed}" for name in ("alice", ADMINISTRATOR, "ghost")))
    passwords.chmod(0o644)
    readable(site.application.folder)
    install(site, "basic", {"ROOT": site.application.folder, "PASSWORDS": passwords, "DATABASE": site.database.parameters()},
            modules=["auth_basic", "authn_file"])
    site.httpd.start()
    return site


def test_basic_starts_and_gates(basic_site: Site) -> None:
    site = basic_site
    users = [site.add_user(name) for name in ("alice", ADMINISTRATOR)]
    for _ in range(2):
        answer = site.browser().fetch("/static.html")
        assert answer.status == 401 and answer.headers["WWW-Authenticate"].startswith("Basic") and not is_open(answer)
        assert answer.headers["Strict-Transport-Security"] == HSTS
        site.httpd.graceful()
    site.log.expect("AH01631", times=1)
    opened: list[Answer] = []
    for user in users:
        browser = site.basic_browser(user)
        assert_sent_to(browser.fetch("/static.html"), "enroll", "/static.html")
        user.authenticator = browser.enroll("/static.html")
        assert is_open(browser.fetch("/static.html"))
        opened.append(browser.fetch(f"{OWN}/admin"))
    assert [answer.status for answer in opened] == [401, 200]
    again = site.basic_browser(users[0])
    assert_sent_to(again.fetch("/static.html"), "verify", "/static.html")
    site.httpd.stop()
    assert ("/static.html", "alice", "verified", "totp") in decisions(site)


def test_basic_lets_nobody_in_who_has_no_row(basic_site: Site) -> None:
    ghost = basic_site.add_user("somebody")
    ghost.name = "ghost"
    assert basic_site.basic_browser(ghost).fetch("/static.html").status == 403
