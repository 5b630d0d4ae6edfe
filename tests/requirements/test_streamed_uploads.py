# SPDX-License-Identifier: Apache-2.0
"""R81: bodies whose length is not said before pass a verified session as they are, and none gets by without one.

The application reads to the end. One that answers without having read loses its answer now and then, with mod_cgid and
without this module too (AH00574): the script closes its socket while httpd still writes to it.
"""

import hashlib
import json

import pytest

from harness.browser import COOKIE, FORM, Browser
from harness.curl import Exchange, upload
from harness.site import Site, Workshop

READER = """#!/usr/bin/python3
import hashlib, json, os, sys
body = sys.stdin.buffer.read()
print("Content-Type: application/json\\r\\n\\r")
print(json.dumps({"sha256": hashlib.sha256(body).hexdigest(), "size": len(body), "user": os.environ["REMOTE_USER"],
                  "length": os.environ.get("CONTENT_LENGTH")}))
"""
SMALL, LARGE = b"uzmfa_kept_post=no&text=a", bytes(range(256)) * 12_000
KINDS = {"small form": (FORM, SMALL), "large form": (FORM, LARGE), "bytes": ("application/octet-stream", LARGE),
         "nothing": (FORM, b"")}

each_version = pytest.mark.parametrize("version", ["1.1", "2"])
each_kind = pytest.mark.parametrize("kind", KINDS)


@pytest.fixture(scope="module")
def reading(workshop: Workshop) -> Site:
    site = workshop.build(modules=["http2"], server=["Protocols h2 http/1.1"])
    site.application.add("reader.cgi", READER).chmod(0o755)
    site.httpd.start()
    return site


def send(site: Site, browser: Browser, version: str, kind: str, mode: str = "navigate") -> Exchange:
    content_type, body = KINDS[kind]
    return upload(site, version, "/reader.cgi", body, f"Content-Type: {content_type}", f"Sec-Fetch-Mode: {mode}",
                  f"Cookie: {COOKIE}={browser.session}")


def assert_arrived(exchange: Exchange, kind: str, user: str) -> None:
    _, body = KINDS[kind]
    assert exchange.status == 200, exchange.text
    seen = json.loads(exchange.text.rpartition("\r\n\r\n")[2])
    assert (seen["user"], seen["size"], seen["length"]) == (user, len(body), None)
    assert seen["sha256"] == hashlib.sha256(body).hexdigest()


@each_version
@each_kind
def test_R81_a_stream_of_a_verified_session_is_not_touched(reading: Site, version: str, kind: str) -> None:
    user = reading.add_user()
    browser = reading.verify(user)
    assert_arrived(send(reading, browser, version, kind), kind, user.name)
    assert_arrived(send(reading, browser, version, kind, "cors"), kind, user.name)


@each_version
def test_R81_nor_where_a_form_waits(reading: Site, version: str) -> None:
    user = reading.add_user()
    browser = reading.verify(user)
    former = browser.session
    browser.log_out()
    browser.session = former
    page = browser.follow(browser.post("/reader.cgi", {"a": "b"}))
    browser.follow(browser.submit(page, username=user.name, password=user.password))
    assert user.authenticator is not None and browser.verify(user.app.fresh()).status == 303
    for kind in KINDS:
        assert_arrived(send(reading, browser, version, kind), kind, user.name)
    assert len(reading.database.execute("SELECT id FROM uzmfa_kept_post WHERE uuid = ?",
                                        (reading.database.row(user.name)["uuid"],))) == 1


@pytest.mark.parametrize("mode", ["navigate", "cors"])
def test_R1_a_stream_without_a_session_reaches_nothing(reading: Site, mode: str) -> None:
    exchange = send(reading, reading.browser(), "1.1", "small form", mode)  # over HTTP/2 a stream error may be the answer
    assert exchange.status == (303 if mode == "navigate" else 401) and "sha256" not in exchange.text


@each_version
def test_R81_a_streamed_form_that_is_stopped_is_kept(reading: Site, version: str) -> None:
    user = reading.add_user()
    browser = reading.verify(user)
    former = browser.session
    browser.log_out()
    browser.session = former
    assert send(reading, browser, version, "large form").status == 401
    assert send(reading, browser, version, "nothing").status == 303
    assert len(reading.database.execute("SELECT id FROM uzmfa_kept_post WHERE uuid = ?",
                                        (reading.database.row(user.name)["uuid"],))) == 1
