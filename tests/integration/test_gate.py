# SPDX-License-Identifier: Apache-2.0
"""The gate in front of httpd's many ways to answer a request."""

import shutil
import subprocess
from collections.abc import Callable

import pytest

from harness.application import PROTECTED, PUBLIC
from harness.browser import COOKIE, OWN, Browser
from harness.configuration import Host, place
from harness.expect import assert_sent_to
from harness.site import Site, is_open
from harness.wire import request

Build = Callable[..., Site]
OPEN = ["UzmfaEngine Off", "AuthType None", "Require all granted"]
GATED = ["Session On", "AuthType Uzmfa", "Require valid-user", "UzmfaEngine On"]


def location(path: str, lines: list[str]) -> list[str]:
    return [f'<Location "{path}">', *lines, "</Location>"]


def visitors(site: Site) -> dict[str, Browser]:
    """Those who may not see anything."""
    return {"stranger": site.browser(), "to enroll": site.sign_in(site.add_user()),
            "to verify": site.sign_in(site.enrolled_user())}


@pytest.mark.parametrize("included", ["/static.html", "/env", "/folder/", "/erp/x", "/page.shtml"])
def test_an_open_page_cannot_include_a_gated_one(build_site: Build, included: str) -> None:
    site = build_site(server=location("/open", OPEN))
    site.application.add("open/page.shtml", PUBLIC.format(included=included))
    site.httpd.start()
    verified = site.verify(site.add_user())
    site.log.expect(r"include:error\]|uzmfa:error\]")
    for visitor in (*visitors(site).values(), verified):
        answer = visitor.fetch("/open/page.shtml")
        assert answer.status == 200 and "public" in answer.text and PROTECTED not in answer.text


def test_a_gated_page_may_include_a_gated_one(build_site: Build) -> None:
    site = build_site()
    site.application.add("outer.shtml", PUBLIC.format(included="/static.html"))
    site.httpd.start()
    assert is_open(site.verify(site.add_user()).fetch("/outer.shtml"))
    for visitor in visitors(site).values():
        assert PROTECTED not in visitor.fetch("/outer.shtml").text


def test_an_open_directory_cannot_be_indexed_by_a_gated_page(build_site: Build) -> None:
    site = build_site(server=[*location("/open", [*OPEN, "DirectoryIndex /static.html"]), "DirectoryIndexRedirect off"])
    site.application.add("open/x.txt", "x")
    site.httpd.start()
    for visitor in visitors(site).values():
        assert PROTECTED not in visitor.fetch("/open/").text


def test_an_error_document_cannot_show_a_gated_page(build_site: Build) -> None:
    site = build_site(server=[*location("/open", OPEN), "ErrorDocument 404 /static.html", "ErrorDocument 403 /env",
                              "ErrorDocument 401 /env"])
    site.application.add("open/x.txt", "x")
    site.httpd.start()
    for visitor in visitors(site).values():
        for target in ("/open/missing", "/missing", "/static.html", f"{OWN}/missing"):
            answer = visitor.fetch(target)
            assert PROTECTED not in answer.text and "X-Protected" not in answer.headers


def test_a_negotiated_page_is_gated(build_site: Build) -> None:
    site = build_site(modules=["negotiation"])
    site.configure(modules=["negotiation"], server=[f'<Directory "{site.application.folder}/negotiated">',
                                                    "Options +MultiViews", "</Directory>", "AddLanguage en .en"])
    site.httpd.start()
    assert is_open(site.verify(site.add_user()).fetch("/negotiated/leaf"))
    for visitor in visitors(site).values():
        for target in ("/negotiated/leaf", "/negotiated/leaf.html", "/negotiated/leaf.html.en"):
            assert not is_open(visitor.fetch(target))


SPELLINGS = ["/folder/", "/folder", "//folder/", "///folder///", "/./folder/", "/x/../folder/", "/folder/.", "/folder/./", "/%66older/",
             "/%66%6f%6c%64%65%72/index.html", "/folder/%69ndex.html", "/folder/index.html/", "/folder/index.html/x", "/folder/;x",
             "/folder;x/", "/folder%2findex.html", "/folder%2Findex.html", "/FOLDER/", "/Folder/index.html", "/folder/INDEX.HTML",
             "/folder//index.html", "/%2e/folder/", "/x/%2e%2e/folder/", "/folder/index.html?x", "/folder/index.html%00",
             "/folder/index.html%20", "/folder/index.html.", "/.%2ffolder/", "/folder\\index.html", "/open/../folder/", "/open/..;/folder/"]


@pytest.fixture(scope="module", params=["Location", "Directory"])
def folder_site(request: pytest.FixtureRequest, workshop) -> Site:
    """An open site with one gated folder."""
    site = workshop.build()
    path = "/folder" if request.param == "Location" else f"{site.application.folder}/folder"
    site.configure(gate=["Require all granted", "Session On"],
                   server=[f'<{request.param} "{path}">', *GATED, f"</{request.param}>"])
    site.httpd.start()
    return site


@pytest.mark.parametrize("target", SPELLINGS)
def test_every_spelling_of_a_gated_path_is_gated(folder_site: Site, target: str) -> None:
    for visitor in (folder_site.browser(), folder_site.sign_in(folder_site.enrolled_user())):
        answer = visitor.fetch(target)
        assert PROTECTED not in answer.text, answer.status


def test_the_rest_of_such_a_site_is_open(folder_site: Site) -> None:
    assert is_open(folder_site.browser().fetch("/static.html"))
    assert is_open(folder_site.verify(folder_site.add_user()).fetch("/folder/"))


@pytest.mark.parametrize("target", SPELLINGS)
def test_every_spelling_is_gated_below_a_gated_root(site: Site, target: str) -> None:
    answer = site.browser().fetch(target)
    assert PROTECTED not in answer.text and answer.status in (303, 400, 403, 404), answer.status


@pytest.mark.parametrize("line", ["GET /static.html HTTP/1.0", "GET /static.html HTTP/1.1", "TRACE /static.html HTTP/1.1",
                                  "TRACE /env HTTP/1.0", "OPTIONS * HTTP/1.1", "OPTIONS /static.html HTTP/1.1", "GET /env HTTP/1.0",
                                  "GET https://localhost/static.html HTTP/1.1", "get /static.html HTTP/1.1", "HEAD /env HTTP/1.0",
                                  "CONNECT localhost:443 HTTP/1.1", "GET static.html HTTP/1.1"])
def test_no_kind_of_request_gets_content(site: Site, line: str) -> None:
    answer = site.raw(request(line))
    assert PROTECTED.encode() not in answer.body and "x-protected" not in answer.headers
    assert answer.rest == b""


@pytest.mark.parametrize("header", [
    "X-Original-URL: /uzmfa/login", "X-Rewrite-URL: /uzmfa/login", "X-Forwarded-Host: evil.test", "X-HTTP-Method-Override: HEAD",
    "X-Forwarded-For: 127.0.0.1", "REMOTE_USER: admin", "X-Remote-User: admin", "UZMFA_METHOD: totp", "Uzmfa-Decision: pass",
    "Expect: 100-continue", "Upgrade: h2c\r\nConnection: Upgrade, HTTP2-Settings\r\nHTTP2-Settings: AAMAAABkAARAAAAAAAIAAAAA",
    "Upgrade: websocket\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13",
    "Range: bytes=0-10", "If-Modified-Since: Fri, 01 Jan 2100 00:00:00 GMT", "If-None-Match: *", "Content-Length: 0",
    "Authorization: Basic YWRtaW46YWRtaW4=", "Authorization: Bearer x", "Sec-Fetch-Dest: image", "Connection: close, Cookie"])
def test_no_header_opens_the_gate(site: Site, header: str) -> None:
    answer = site.raw(request("GET /static.html HTTP/1.1", "Accept: text/html", header))
    assert answer.status in (303, 401)
    assert PROTECTED.encode() not in answer.body + answer.rest


def curl(site: Site, target: str, *arguments: str) -> tuple[str, str]:
    """Protocol, status and body of a request by curl."""
    done = subprocess.run(["curl", "-sS", "--http2", "--cacert", site.certificate.certificate, "-w",
                           "\n%{http_version} %{http_code}", *arguments, site.url(target)], capture_output=True, text=True,
                          timeout=20)
    assert done.returncode == 0, f"{target} {arguments}: {done.stderr}"
    body, _, told = done.stdout.rpartition("\n")
    return told, body


@pytest.mark.parametrize("mpm", ["event", "worker"])
def test_the_gate_holds_over_http_2(start_site: Build, mpm: str) -> None:
    site = start_site(mpm=mpm, modules=["http2"], server=["Protocols h2 http/1.1"])
    user = site.add_user()
    verified = site.verify(user).session
    pending = site.sign_in(user).session
    for cookie in (None, f"{COOKIE}={pending}", f"{COOKIE}=x"):
        arguments = ["-H", "Accept: text/html", *(["-H", f"Cookie: {cookie}"] if cookie else [])]
        for target in ("/static.html", "/env", "/erp/x"):
            told, body = curl(site, target, *arguments)
            assert told == "2 303" and PROTECTED not in body
            told, body = curl(site, target, "-X", "POST", "-d", "x=1", *arguments)
            assert told == "2 401" and PROTECTED not in body
    told, body = curl(site, "/env", "-H", f"Cookie: {COOKIE}={verified}")
    assert told == "2 200" and f"REMOTE_USER={user.name}" in body
    told, body = curl(site, f"{OWN}/login")
    assert told == "2 200" and "</html>" in body


CACHE = ["CacheQuickHandler {quick}", "CacheRoot \"{root}/cache\"", "CacheEnable disk /", "CacheIgnoreNoLastMod On",
         "CacheDefaultExpire 3600", "CacheStorePrivate {private}", "CacheIgnoreCacheControl On"]


@pytest.mark.parametrize("quick", ["On", "Off"])
@pytest.mark.parametrize("private", ["On", "Off"])
def test_a_shared_cache_does_not_serve_what_is_gated(build_site: Build, quick: str, private: str) -> None:
    site = build_site()
    root = site.httpd.root
    (root / "cache").mkdir()
    shutil.chown(root / "cache", "www-data")
    site.application.add("open/page.shtml", PUBLIC.format(included="/static.html"))
    site.configure(modules=["cache", "cache_disk", "expires"], server=[
        *(line.format(quick=quick, private=private, root=root) for line in CACHE), *location("/open", OPEN),
        "ExpiresActive On", 'ExpiresDefault "access plus 1 hour"', "XBitHack full"])
    site.httpd.start()
    site.log.expect(r"include:error\]|uzmfa:error\]")
    verified = site.verify(site.add_user())
    targets = ("/static.html", "/env", "/erp/x", "/folder/", "/open/page.shtml", "/")
    for target in targets * 2:
        verified.fetch(target)
    for visitor in visitors(site).values():
        for target in targets:
            answer = visitor.fetch(target)
            assert PROTECTED not in answer.text, target
            assert "X-Protected" not in answer.headers


def test_the_own_pages_are_not_cached(build_site: Build) -> None:
    site = build_site()
    (site.httpd.root / "cache").mkdir()
    shutil.chown(site.httpd.root / "cache", "www-data")
    site.configure(modules=["cache", "cache_disk"],
                   server=[line.format(quick="On", private="On", root=site.httpd.root) for line in CACHE])
    site.httpd.start()
    first, second = site.browser(), site.browser()
    pages = [browser.fetch(f"{OWN}/login") for browser in (first, second)]
    assert pages[0].page.form("csrf").fields["csrf"] != pages[1].page.form("csrf").fields["csrf"]
    assert first.session != second.session
    assert is_open(site.verify(site.add_user()).fetch("/"))


SURROUNDINGS = {
    "a front controller": (["rewrite"], ["RewriteEngine On", "RewriteOptions InheritDownBefore", "RewriteRule ^ /page.shtml [PT]"]),
    "a fallback": ([], ["FallbackResource /page.shtml"]),
    "a handler for everything": ([], location("/", ["SetHandler server-parsed"])),
    "a proxy": (["proxy", "proxy_http"], ['ProxyPass "/" "http://127.0.0.1:{port}/"']),
    "an alias": ([], ['AliasMatch "^/uzmfa" "{folder}/static.html"']),
    "a redirect": ([], ['RedirectMatch "^/old" "/erp"']),
    "a script alias": ([], ['ScriptAliasMatch "^/uzmfa/" "{folder}/env.cgi"']),
}


@pytest.mark.parametrize(("modules", "lines"), SURROUNDINGS.values(), ids=SURROUNDINGS.keys())
def test_own_pages_answer_whatever_stands_around_them(build_site: Build, start_site: Build, modules: list[str],
                                                      lines: list[str]) -> None:
    backend = start_site(module=False, key_file=None, gate=["Require all granted"], plain_http=True)
    site = build_site()
    site.application.add(f"{OWN[1:]}/login", PROTECTED)
    site.configure(modules=modules, server=[
        line.format(port=backend.httpd.plain_port, folder=site.application.folder) for line in lines])
    site.httpd.start()
    for visitor in visitors(site).values():
        for target in ("/erp/x", "/static.html", "/page.shtml"):
            assert_sent_to(visitor.fetch(target), visitor.fetch(target).leads_to.rpartition("/")[2])
    verified = site.verify(site.add_user())
    assert is_open(verified.fetch("/static.html"))
    assert verified.fetch(f"{OWN}/logout").page.form("csrf")


def test_a_proxied_application_is_gated_and_private(build_site: Build, start_site: Build) -> None:
    backend = start_site(module=False, key_file=None, gate=["Require all granted"], plain_http=True)
    site = start_site(modules=["proxy", "proxy_http"],
                      server=[f'ProxyPass "/" "http://127.0.0.1:{backend.httpd.plain_port}/"'])
    for visitor in visitors(site).values():
        for method in ("GET", "POST", "PUT", "DELETE"):
            answer = visitor.request(method, "/env")
            assert answer.status in (303, 401) and "X-Protected" not in answer.headers
    answer = site.verify(site.add_user()).fetch("/env")
    assert is_open(answer) and "private" in answer.headers["Cache-Control"]


WAYS = {
    "another alias": (["Alias /erp2 {folder}/folder", "Alias /old {folder}/folder"], place("Location", "/erp2", GATED), "also be had as /old"),
    "a folder below": (["Alias /below {folder}/folder/sub"], place("Location", "/folder", GATED), "also be had as /below"),
    "mod_dav above": ([], [*place("Location", "/dav", ["Dav On"]), *place("Location", "/dav/in", GATED)], "mod_dav in /dav"),
}


@pytest.mark.parametrize(("aliases", "sections", "said"), WAYS.values(), ids=WAYS.keys())
@pytest.mark.parametrize("in_host", [False, True])
def test_the_start_warns_of_ways_around_a_gate_on_urls(build_site: Build, aliases: list[str], sections: list[str], said: str,
                                                       in_host: bool) -> None:
    site = build_site()
    lines = [line.format(folder=site.application.folder) for line in aliases] + sections
    options = {"hosts": [Host("other.example.test", lines)]} if in_host else {"server": lines}
    site.configure(gate=["Require all granted"], modules=["dav", "dav_fs"], **options)
    site.log.expect("uzmfa:warn.*UZMFA1121.*" + said)
    site.log.allow("UZMFA1121.*had as /folder, ")  # by its own name
    site.httpd.start()


def test_the_start_warns_of_nothing_where_all_is_gated(build_site: Build) -> None:
    site = build_site()
    site.configure(server=[f"Alias /old {site.application.folder}/folder", *place("Location", "/old", ["UzmfaEngine On"])])
    site.httpd.start()
    assert not site.log.lines("UZMFA1121")
