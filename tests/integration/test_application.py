# SPDX-License-Identifier: Apache-2.0
"""What the application behind the gate gets, and what a client cannot make it believe."""

import time
from collections.abc import Callable

import pytest

from harness.site import Site


@pytest.mark.long
def test_it_gets_the_user_and_how_the_user_was_verified(each_site: Site) -> None:
    user = each_site.add_user()
    seen = each_site.verify(user).fetch("/env").environment
    assert seen["REMOTE_USER"] == user.name
    assert seen["UZMFA_METHOD"] == "totp"
    assert abs(int(seen["UZMFA_VERIFIED_AT"]) - time.time()) < 30
    assert seen["UZMFA_DECISION"]


def test_a_skip_has_no_time(site: Site) -> None:
    user = site.enrolled_user()
    site.database.update(user.name, mfa_enabled=False)
    seen = site.sign_in(user).fetch("/env").environment
    assert (seen["UZMFA_METHOD"], seen.get("UZMFA_VERIFIED_AT", "")) == ("skip", "")


FORGED = {"Remote-User": "admin", "X-Remote-User": "admin", "Uzmfa-Method": "totp", "REMOTE_USER": "admin", "UZMFA_METHOD": "recovery",
          "UZMFA_VERIFIED_AT": "1", "UZMFA-DECISION": "forged", "Redirect-Remote-User": "admin"}


def test_a_clients_headers_do_not_become_its_variables(site: Site) -> None:
    user = site.add_user()
    browser = site.verify(user)
    honest = browser.fetch("/env").environment
    seen = browser.request("GET", "/env", headers=FORGED).environment
    for name in ("REMOTE_USER", "UZMFA_METHOD", "UZMFA_VERIFIED_AT", "UZMFA_DECISION"):
        assert seen[name] == honest[name]
    assert "REDIRECT_REMOTE_USER" not in seen


@pytest.mark.parametrize("place", [[], ['SetEnvIf Authorization "(.*)" HTTP_AUTHORIZATION=$1'], ["CGIPassAuth On"],
                                   ['SetEnvIf Authorization "(.*)" REDIRECT_HTTP_AUTHORIZATION=$1', "CGIPassAuth On"]])
def test_a_clients_authorization_does_not_reach_it(build_site: Callable[..., Site], place: list[str]) -> None:
    site = build_site()
    site.configure(server=[f'<Directory "{site.application.folder}">', *place, "</Directory>"])
    site.httpd.start()
    user = site.add_user()
    browser = site.verify(user)
    for value in ("Basic YWRtaW46YW55dGhpbmc=", "Bearer forged", "Digest username=forged", "forged"):
        answer = browser.request("GET", "/env", headers={"Authorization": value})
        seen = answer.environment
        assert seen["REMOTE_USER"] == user.name
        assert not [name for name in seen if name.endswith("AUTHORIZATION")]
        assert value.split()[-1] not in answer.text


@pytest.mark.parametrize("target", ["/static.html", "/env", "/erp/x", "/folder/"])
@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_its_answers_are_private(site: Site, method: str, target: str) -> None:
    answer = site.verify(site.add_user()).request(method, target)
    assert answer.status == 200
    assert "private" in answer.headers["Cache-Control"]


@pytest.mark.parametrize(("target", "headers", "status"), [
    ("/missing", {}, 404), ("/folder", {}, 301), ("/static.html", {"Range": "bytes=9999-"}, 416),
    ("/static.html", {"If-None-Match": "*"}, 304)], ids=["404", "301", "416", "304"])
def test_httpds_own_answers_are_private(site: Site, target: str, headers: dict[str, str], status: int) -> None:
    answer = site.verify(site.add_user()).request("GET", target, headers=headers)
    assert answer.status == status
    assert answer.headers["Cache-Control"] == "private"


def test_an_open_error_document_for_a_gated_page_is_private(start_site: Callable[..., Site]) -> None:
    site = start_site(server=['ErrorDocument 404 "/public/404.html"', '<Location "/public">', "UzmfaEngine Off",
                              "AuthType None", "Require all granted", "</Location>"])
    site.application.add("public/404.html", "<p>not here</p>")
    answer = site.verify(site.add_user()).fetch("/missing")
    assert answer.status == 404 and "not here" in answer.text
    assert "private" in answer.headers["Cache-Control"]


@pytest.mark.parametrize("said", ["no-store", "no-cache, no-store", "private, max-age=5"])
def test_a_stricter_word_of_its_own_stands(build_site: Callable[..., Site], said: str) -> None:
    site = build_site()
    site.application.add("own.cgi", f"#!/bin/sh\nprintf 'Content-Type: text/plain\\r\\nCache-Control: {said}\\r\\n\\r\\nx'\n"
                         ).chmod(0o755)
    site.httpd.start()
    answer = site.verify(site.add_user()).fetch("/own.cgi")
    assert set(said.split(", ")) <= set(", ".join(answer.headers.get_all("Cache-Control")).split(", "))


def test_a_public_word_of_its_own_does_not(build_site: Callable[..., Site]) -> None:
    site = build_site()
    site.application.add("own.cgi", "#!/bin/sh\nprintf 'Content-Type: text/plain\\r\\nCache-Control: public, s-maxage=60, max-age=60\\r\\n\\r\\nx'\n"
                         ).chmod(0o755)
    site.httpd.start()
    answer = site.verify(site.add_user()).fetch("/own.cgi")
    told = ", ".join(answer.headers.get_all("Cache-Control"))
    assert "private" in told and "public" not in told and "s-maxage" not in told


def test_the_decision_can_be_logged(build_site: Callable[..., Site]) -> None:
    site = build_site()
    access = site.httpd.root / "access.log"
    site.configure(server=[f'CustomLog "{access}" "%u|%{{UZMFA_DECISION}}n|%{{UZMFA_METHOD}}n|%s|%U"'])
    site.httpd.start()
    user = site.add_user()
    site.browser().fetch("/static.html")
    site.verify(user).fetch("/static.html")
    site.httpd.stop()
    entries = [line.split("|") for line in access.read_text().splitlines() if line.endswith("/static.html")]
    stopped, passed = entries
    assert stopped[0] == "-" and stopped[1] not in ("", "-") and stopped[3] == "303"
    assert passed[0] == user.name and passed[1] not in ("", "-", stopped[1]) and passed[2] == "totp" and passed[3] == "200"
