# SPDX-License-Identifier: Apache-2.0
"""Section 6 of the requirements: the session and its cookie."""

import base64
import re
import socket
import ssl
import time
from collections import Counter
from collections.abc import Callable, Iterator

import pytest

from harness.application import PROTECTED
from harness.browser import COOKIE, OWN, Browser
from harness.expect import arrive, assert_passed, assert_sent_to
from harness.paths import HOST
from harness.site import Site, User, is_open
from harness.wire import RawAnswer, wire

TOKENS = 100_000
BATCH = 500
SET_COOKIE = re.compile(rb"\r\nSet-Cookie: __Host-uzmfa=([^;]+);")


def read_tokens(site: Site, count: int) -> Iterator[bytes]:
    """Anonymous session cookies, by pipelined requests on one connection."""
    asked = f"HEAD {OWN}/login HTTP/1.1\r\nHost: localhost\r\nAccept: text/html\r\n\r\n".encode() * BATCH
    trust = site.certificate.client()
    with socket.create_connection(("127.0.0.1", site.httpd.port), 30) as plain:
        with trust.wrap_socket(plain, server_hostname="localhost") as connection:
            for _ in range(count // BATCH):
                connection.sendall(asked)
                yield from read_batch(connection)


def read_batch(connection: ssl.SSLSocket) -> list[bytes]:
    """The cookies of one batch of answers."""
    data = bytearray()
    while data.count(b"\r\n\r\n") < BATCH:
        part = connection.recv(1 << 16)
        assert part, "the server closed the connection"
        data += part
    found = SET_COOKIE.findall(data)
    assert len(found) == BATCH
    return found


def decode(token: bytes) -> bytes:
    """The bytes of a cookie value in base64url."""
    return base64.urlsafe_b64decode(token + b"=" * (-len(token) % 4))


@pytest.mark.long
def test_R55_a_hundred_thousand_tokens_show_no_repeats_and_no_structure(site: Site) -> None:
    tokens = list(read_tokens(site, TOKENS))
    assert len(set(tokens)) == TOKENS
    raw = [decode(token) for token in tokens]
    assert len({len(token) for token in raw}) == 1
    columns = list(zip(*raw))
    expected = TOKENS / 256
    random_bytes = 0
    for position, column in enumerate(columns):
        counts = Counter(column)
        if len(counts) == 1:
            continue  # the same in all: a version or the name of the key
        chi_square = sum((counts[value] - expected) ** 2 / expected for value in range(256))
        assert chi_square < 255 + 8 * (2 * 255) ** 0.5, f"byte {position} is not even"
        random_bytes += 1
    assert random_bytes >= 16 + 12 + 16  # an identity of 128 bits, a nonce and a tag at the least
    assert len(columns) - random_bytes <= 8


def test_R55_neighbouring_tokens_are_unrelated(site: Site) -> None:
    raw = [decode(token) for token in read_tokens(site, 5000)]
    bits = 8 * len(raw[0])
    distances = [sum(bin(a ^ b).count("1") for a, b in zip(one, other)) for one, other in zip(raw, raw[1:])]
    mean = sum(distances) / len(distances)
    assert bits / 2 - 40 < mean <= bits / 2 + 2
    assert min(distances) > bits / 4


def visit(site: Site, session: str | None) -> Browser:
    """Somebody who holds this session cookie and nothing else."""
    browser = site.browser()
    browser.session = session
    return browser


def test_R56_the_token_changes_at_each_step_and_the_old_one_is_dead(each_site: Site) -> None:
    user = each_site.enrolled_user()
    browser = each_site.browser()
    browser.fetch(f"{OWN}/login")
    anonymous = browser.session
    each_site.sign_in(user, browser)
    pending = browser.session
    assert browser.verify(user.app.fresh()).status == 303
    verified = browser.session
    assert len({anonymous, pending, verified}) == 3
    assert is_open(browser.fetch("/"))
    for old in (anonymous, pending):
        assert_sent_to(visit(each_site, old).fetch("/"), "login")
        assert_sent_to(visit(each_site, old).fetch(f"{OWN}/verify"), "login")
    assert is_open(visit(each_site, verified).fetch("/"))

    each_site.verify(user, browser)
    assert not is_open(visit(each_site, verified).fetch("/"))
    last = browser.session
    assert_sent_to(browser.log_out(), "login")
    assert_sent_to(visit(each_site, last).fetch("/"), "login")


def test_R56_a_sign_in_ends_the_pending_session_before_it(site: Site) -> None:
    alice, bob = site.enrolled_user(), site.enrolled_user()
    browser = site.sign_in(alice)
    pending = browser.session
    site.sign_in(bob, browser)
    assert browser.session != pending
    assert_sent_to(visit(site, pending).fetch(f"{OWN}/verify"), "login")


def test_R56_the_token_of_an_enrollment_is_dead_after_it(each_site: Site) -> None:
    user = each_site.add_user()
    browser = each_site.sign_in(user)
    pending = browser.session
    browser.enroll()
    assert browser.session != pending
    assert_sent_to(visit(each_site, pending).fetch(f"{OWN}/enroll"), "login")


def test_R56_a_failed_sign_in_leaves_the_session_there_was(site: Site) -> None:
    browser = site.verify(site.add_user())
    assert browser.sign_in("nobody", "wrong").status == 401
    assert is_open(browser.fetch("/"))


def test_R57_a_planted_token_is_never_promoted(site: Site) -> None:
    user = site.enrolled_user()
    attacker = site.browser()
    attacker.fetch(f"{OWN}/login")
    planted = attacker.session
    victim = visit(site, planted)
    site.sign_in(user, victim)
    assert victim.session != planted
    assert not is_open(attacker.fetch("/"))
    assert_sent_to(attacker.fetch(f"{OWN}/verify"), "login")
    assert_passed(victim.verify(user.app.fresh()))
    for thief in (attacker, visit(site, planted)):
        assert_sent_to(thief.fetch("/"), "login")


def test_R57_a_planted_pending_token_is_never_promoted(site: Site) -> None:
    user, mallory = site.enrolled_user(), site.enrolled_user()
    planted = site.sign_in(mallory).session
    victim = visit(site, planted)
    site.verify(user, victim)
    assert is_open(victim.fetch("/"))
    assert not is_open(visit(site, planted).fetch("/"))


def attributes(line: str) -> set[str]:
    """The attributes of a Set-Cookie line, lower case."""
    return {part.strip().lower() for part in line.split(";")[1:]}


@pytest.mark.parametrize("name", ["eve", "a" * 40, "zoë", "ü" * 20])
def test_R58_the_cookie_is_small_strict_and_opaque(site: Site, name: str) -> None:
    browser = site.browser()
    user = site.add_user(name)
    lines = browser.fetch(f"{OWN}/login").set_cookies
    lines += browser.sign_in(user.name, user.password).set_cookies
    page = browser.fetch(f"{OWN}/enroll")
    lines += page.set_cookies
    lines += browser.submit(page, code=site.app(page.page.by_id("otpauth")["href"]).fresh()).set_cookies
    assert len(lines) >= 3
    for line in lines:
        assert line.startswith(f"{COOKIE}=")
        assert attributes(line) >= {"secure", "httponly", "path=/", "samesite=lax"}
        assert not any(part.startswith("domain=") for part in attributes(line))
        value = line.partition("=")[2].partition(";")[0]
        assert len(value) < 200
        assert re.fullmatch(r"[A-Za-z0-9_-]+", value)
        assert name.encode() not in decode(value.encode()) or len(name) < 4
        assert name not in value or len(name) < 4


def test_R58_the_cookie_may_be_renamed(start_site: Callable[..., Site]) -> None:
    site = start_site(server=["UzmfaSessionCookie __Host-erp"])
    browser = site.verify(site.add_user())
    assert list(browser.cookies) == ["__Host-erp"]
    assert is_open(browser.fetch("/"))


def test_R59_without_tls_no_cookie_is_set_and_nothing_granted(start_site: Callable[..., Site]) -> None:
    site = start_site(plain_http=True)
    user = site.enrolled_user()
    verified = site.verify(user)
    plain = site.plain_browser()
    plain.session = verified.session
    for target in ("/", "/env", "/static.html", f"{OWN}/login", f"{OWN}/verify", f"{OWN}/logout"):
        answer = plain.fetch(target)
        assert not is_open(answer) and answer.set_cookies == []
    answer = plain.post(f"{OWN}/login", {"username": user.name, "password": user.password, "csrf": verified.token()})
    assert answer.set_cookies == [] and not is_open(plain.fetch("/"))
    assert is_open(verified.fetch("/"))


def test_R59_a_test_directive_allows_it_with_a_warning(start_site: Callable[..., Site]) -> None:
    site = start_site(plain_http=True, server=["UzmfaAllowHttp On"])
    site.log.expect("UzmfaAllowHttp")
    assert "UzmfaAllowHttp" in site.httpd.configtest()
    browser = site.plain_browser()
    user = site.add_user()
    answer = browser.sign_in(user.name, user.password)
    assert answer.status == 303 and len(answer.set_cookies) == 1
    assert "secure" not in attributes(answer.set_cookies[0])
    assert not answer.set_cookies[0].startswith("__Host-")
    browser.enroll()
    assert is_open(browser.fetch("/"))


def test_R60_an_idle_session_ends(later_site: Site) -> None:
    browser = later_site.verify(later_site.add_user())
    later_site.clock.forward(20 * 60)
    assert is_open(browser.fetch("/"))
    later_site.clock.forward(20 * 60)
    assert is_open(browser.fetch("/"))
    later_site.clock.forward(31 * 60)
    assert_sent_to(browser.fetch("/"), "login")


def test_R60_a_session_in_use_ends_at_its_age(later_site: Site) -> None:
    browser = later_site.verify(later_site.add_user())
    for _ in range(23):
        later_site.clock.forward(20 * 60)
        assert is_open(browser.fetch("/"))
    later_site.clock.forward(20 * 60 + 1)
    assert_sent_to(browser.fetch("/"), "login")


def test_R60_a_kept_cookie_is_as_old_as_it_is(later_site: Site) -> None:
    browser = later_site.verify(later_site.add_user())
    kept = browser.session
    later_site.clock.forward(28 * 60)
    assert is_open(browser.fetch("/"))
    later_site.clock.forward(10 * 60)
    assert is_open(browser.fetch("/"))
    assert not is_open(visit(later_site, kept).fetch("/"))


def test_R60_a_request_that_comes_slowly_is_as_late_as_its_end(later_site: Site) -> None:
    browser = later_site.verify(later_site.add_user())
    with wire(later_site.httpd.port, later_site.certificate.client()) as slow:
        slow.send(f"GET /static.html HTTP/1.1\r\nHost: {HOST}\r\nCookie: {COOKIE}={browser.session}\r\n".encode())
        time.sleep(0.5)  # nothing tells when httpd has read so far
        later_site.clock.forward(31 * 60)
        slow.send(b"Connection: close\r\n\r\n")
        answer = RawAnswer.parse(slow.read_to_end())
    assert answer.status in (303, 401) and PROTECTED.encode() not in answer.body


def test_R60_limits_may_be_set_for_a_place(start_site: Callable[..., Site]) -> None:
    site = start_site(movable_clock=True, server=[
        '<Location "/folder">', "UzmfaSessionIdleTimeout 2min", "UzmfaSessionMaxAge 10min", "</Location>"])
    browser = site.verify(site.add_user())
    site.clock.forward(100)
    assert is_open(browser.fetch("/folder/"))
    site.clock.forward(130)
    assert not is_open(browser.fetch("/folder/"))
    assert is_open(browser.fetch("/"))
    for _ in range(5):
        site.clock.forward(90)
        browser.fetch("/")
    assert not is_open(browser.fetch("/folder/"))


def assert_the_way_back(site: Site, browser: Browser, user: User, target: str) -> None:
    """Where the session is too old for a place, signing in and verifying again lead to it."""
    page = arrive(browser, target)
    assert page.status == 200 and page.page.form("username", "password")
    stopped = browser.submit(page, username=user.name, password=user.password)
    assert_sent_to(stopped, "verify", target)
    answer = browser.submit(browser.follow(stopped), code=user.app.fresh())
    assert_passed(answer, target)
    assert is_open(browser.follow(answer))


def place_with(*lines: str) -> list[str]:
    return ['<Location "/folder">', *lines, "</Location>"]


def test_R60_a_session_too_old_for_a_place_leads_to_sign_in(start_site: Callable[..., Site]) -> None:
    site = start_site(movable_clock=True, server=["UzmfaSessionMaxAge 8h", *place_with("UzmfaSessionMaxAge 1h")])
    user = site.add_user()
    browser = site.verify(user)
    for _ in range(3):
        site.clock.forward(19 * 60)
        assert is_open(browser.fetch("/folder/")) and is_open(browser.fetch("/"))
    site.clock.forward(4 * 60)
    assert is_open(browser.fetch("/"))
    assert_the_way_back(site, browser, user, "/folder/")


def test_R60_a_session_too_idle_for_a_place_leads_to_sign_in(start_site: Callable[..., Site]) -> None:
    site = start_site(movable_clock=True, server=["UzmfaSessionIdleTimeout 30min",
                                                  *place_with("UzmfaSessionIdleTimeout 5min")])
    user = site.add_user()
    browser = site.verify(user)
    site.clock.forward(4 * 60)
    assert is_open(browser.fetch("/folder/"))
    site.clock.forward(6 * 60)
    assert_the_way_back(site, browser, user, "/folder/")


@pytest.mark.parametrize("line", ["UzmfaSessionMaxAge 1h", "UzmfaSessionIdleTimeout 5min"])
def test_R60_going_back_where_the_limit_is_longer_needs_no_sign_in(start_site: Callable[..., Site], line: str) -> None:
    site = start_site(movable_clock=True, server=place_with(line))
    browser = site.verify(site.add_user())
    for _ in range(4):
        site.clock.forward(16 * 60)
        assert is_open(browser.fetch("/static.html"))
    site.clock.forward(16 * 60)
    assert arrive(browser, "/folder/").page.form("username", "password")
    assert is_open(browser.fetch("/static.html"))


LONGER = {"idle": ("UzmfaSessionIdleTimeout 4h", 40 * 60), "old": ("UzmfaSessionMaxAge 20h", 9 * 3600)}


@pytest.mark.parametrize("kind", LONGER)
def test_R61_a_sign_out_ends_a_session_that_some_place_still_takes(start_site: Callable[..., Site], kind: str) -> None:
    line, seconds = LONGER[kind]
    site = start_site(movable_clock=True, server=place_with(line, *(
        ["UzmfaSessionIdleTimeout 20h"] if kind == "old" else [])))
    kept, left = site.verify(site.add_user()), site.verify(site.add_user())
    stolen = left.session
    token = left.token()
    site.clock.forward(seconds)
    assert is_open(kept.fetch("/folder/")) and not is_open(site.browser().fetch("/folder/"))
    assert_sent_to(left.post(f"{OWN}/logout", {"csrf": token}), "login")
    assert not is_open(visit(site, stolen).fetch("/folder/"))
    site.httpd.restart()
    assert not is_open(visit(site, stolen).fetch("/folder/"))


def test_R61_the_page_to_sign_out_serves_a_session_that_some_place_still_takes(start_site: Callable[..., Site]) -> None:
    site = start_site(movable_clock=True, server=place_with("UzmfaSessionIdleTimeout 4h"))
    browser = site.verify(site.add_user())
    stolen = browser.session
    site.clock.forward(40 * 60)
    assert_sent_to(browser.log_out(), "login")
    assert not is_open(visit(site, stolen).fetch("/folder/"))


def changed(value: str) -> Iterator[str]:
    """Damaged forms of a cookie: flipped bits, truncations, swaps, additions."""
    alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
    for position, character in enumerate(value):
        for bit in range(6):
            flipped = alphabet[alphabet.index(character) ^ 1 << bit]
            yield value[:position] + flipped + value[position + 1:]
        for bit in range(7):
            flipped = chr(ord(character) ^ 1 << bit)
            if flipped.isprintable() and flipped not in ' ;,"':
                yield value[:position] + flipped + value[position + 1:]
        yield value[:position]
        yield value[position + 1:]
        yield value[:position] + value[position + 1:]
        if value[position - 1] != character:
            swapped = list(value)
            swapped[position - 1], swapped[position] = character, value[position - 1]
            yield "".join(swapped)
    yield from (value + "A", "A" + value, value * 2, value.upper(), value.lower(), value[::-1], "", "=", ".", "A" * 4000,
                "%00" + value)


def test_R64_a_damaged_cookie_is_no_session(site: Site) -> None:
    browser = site.verify(site.add_user())
    good = browser.session
    assert good
    for damaged in changed(good):
        if damaged == good:
            continue
        answer = browser.request("GET", "/", headers={"Cookie": f"{COOKIE}={damaged}"})
        assert (answer.status, answer.leads_to) == (303, f"{OWN}/login"), damaged
    browser.session = good
    assert is_open(browser.fetch("/"))


def test_R64_parts_of_two_cookies_make_no_session(site: Site) -> None:
    one, other = (site.verify(site.add_user()).session for _ in range(2))
    assert one and other
    browser = site.browser()
    for cut in range(1, len(one), 3):
        browser.session = one[:cut] + other[cut:]
        if browser.session in (one, other):
            continue
        assert_sent_to(browser.fetch("/"), "login")


def test_R64_cookies_that_are_no_cookies_do_no_harm(site: Site) -> None:
    browser = site.browser()
    for line in (f"{COOKIE}", f"{COOKIE}=;;;", "=;=", f"{COOKIE}={COOKIE}=", f"{COOKIE}=\xff\xfe", "a" * 7000,
                 "; ".join(f"{COOKIE}={number}" for number in range(200))):
        answer = browser.request("GET", "/", headers={"Cookie": line})
        assert (answer.status, answer.leads_to) == (303, f"{OWN}/login"), line


@pytest.mark.parametrize("mode", [0o600, 0o640])
def test_R65_a_closed_key_file_serves(build_site: Callable[..., Site], mode: int) -> None:
    site = build_site()
    site.keys.chmod(mode)
    site.httpd.start()
    assert is_open(site.verify(site.add_user()).fetch("/"))


@pytest.mark.parametrize("mode", [0o644, 0o604, 0o660, 0o620, 0o666, 0o777])
def test_R65_an_open_key_file_stops_the_start(build_site: Callable[..., Site], mode: int) -> None:
    site = build_site()
    site.keys.chmod(mode)
    assert "UzmfaSessionKeyFile" in site.httpd.refusal()


@pytest.mark.parametrize("how", ["graceful", "hangup", "restart"])
@pytest.mark.parametrize("mpm", ["prefork", "worker", "event"])
@pytest.mark.parametrize("driver", ["sqlite3", "pgsql"])
def test_R67_sessions_survive_a_restart(start_site: Callable[..., Site], driver: str, mpm: str, how: str) -> None:
    site = start_site(driver, mpm=mpm)
    user = site.enrolled_user()
    verified, pending = site.verify(user), site.sign_in(user)
    form = pending.fetch(f"{OWN}/verify")
    getattr(site.httpd, how)()
    assert is_open(verified.fetch("/"))
    assert_passed(pending.submit(form, code=user.app.fresh()))
    assert is_open(pending.fetch("/"))
