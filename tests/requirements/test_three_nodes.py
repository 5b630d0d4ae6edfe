# SPDX-License-Identifier: Apache-2.0
"""What the requirements say of all nodes together, on three of them behind a balancer."""

import asyncio
import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from urllib.parse import urlencode

import pytest

from harness.browser import COOKIE, FORM, NAVIGATION, OWN, Browser
from harness.cluster import Cluster, node_of
from harness.database import OwnPostgreSql
from harness.expect import assert_passed, assert_sent_to
from harness.parallel import piled_up
from harness.site import Site, User, Workshop, is_open

COPIES = 100
GUESSES = 10_000
CONNECTIONS = 60
LIMIT = 5


@pytest.fixture
def start_patient(start_cluster: Callable[..., Cluster], workshop: Workshop) -> Callable[..., Cluster]:
    """Many at once wait for one row, and on a slow machine for longer than the deadlines of the other tests."""
    database = OwnPostgreSql(workshop.cluster(), patience=60)
    return lambda *server: start_cluster(database=database, server=["Timeout 60", *server])


@pytest.fixture
def cluster(start_patient: Callable[..., Cluster]) -> Cluster:
    return start_patient()


# --- one code ---

def pending_browsers(cluster: Cluster, user: User, count: int) -> list[Browser]:
    """Browsers before the verification page, spread over all nodes."""
    browsers = [cluster.sign_in(user) for _ in range(count)]
    served = Counter(node_of(browser.fetch(f"{OWN}/verify")) for browser in browsers)
    assert sorted(served) == [1, 2, 3] and min(served.values()) >= count // 4
    return browsers


def assert_refused_everywhere(cluster: Cluster, user: User, code: str) -> None:
    for node in cluster.nodes:
        browser = node.sign_in(user)
        assert browser.verify(code).status in (401, 429)
        assert_sent_to(browser.fetch("/"), "verify")


@pytest.mark.long
def test_R12_R10_of_a_hundred_copies_of_a_code_over_three_nodes_one_succeeds(cluster: Cluster) -> None:
    user, control = cluster.enrolled_user(), cluster.enrolled_user()
    browsers = pending_browsers(cluster, user, COPIES)
    forms = [browser.fetch(f"{OWN}/verify") for browser in browsers]
    # Of the next step, so that their window is open for a minute yet.
    code, control_code = user.app.spend(1), control.app.spend(1)
    calls = [lambda b=browser, f=form: b.submit(f, code=code) for browser, form in zip(browsers, forms)]
    answers = piled_up(cluster.database.writes_held(), calls)  # so that many have been looked at when the first is taken
    statuses = Counter(answer.status for answer in answers)
    assert statuses[303] == 1 and set(statuses) <= {303, 401, 429}
    assert {node_of(answer) for answer in answers} == {1, 2, 3}
    assert sum(is_open(browser.fetch("/")) for browser in browsers) == 1

    assert_refused_everywhere(cluster, user, code)
    cluster.restart()
    assert_refused_everywhere(cluster, user, code)
    # The window is not over: a code of the same step that nobody has used is accepted.
    assert_passed(cluster.sign_in(control).verify(control_code))


@pytest.mark.long
def test_R10_a_code_that_one_node_took_is_refused_by_the_others(cluster: Cluster) -> None:
    for node in cluster.nodes:
        user = cluster.enrolled_user()
        code = user.app.fresh()
        assert_passed(node.sign_in(user).verify(code))
        assert_refused_everywhere(cluster, user, code)


@pytest.mark.long
def test_R11_an_older_code_is_refused_by_every_node_after_a_newer_one(cluster: Cluster) -> None:
    user = cluster.enrolled_user()
    user.app.fresh()  # the clock is now early enough in its step
    newest, older = user.app.spend(1), user.app.code(0)
    assert_passed(cluster.node(1).sign_in(user).verify(newest))
    assert_refused_everywhere(cluster, user, older)
    cluster.restart()
    assert_refused_everywhere(cluster, user, older)


@pytest.mark.long
def test_R11_of_copies_of_two_codes_over_three_nodes_each_is_accepted_once_at_most(cluster: Cluster) -> None:
    user = cluster.enrolled_user()
    browsers = pending_browsers(cluster, user, 30)
    forms = [browser.fetch(f"{OWN}/verify") for browser in browsers]
    user.app.fresh()
    newest, older = user.app.spend(1), user.app.code(0)
    codes = [newest, older] * 15
    calls = [lambda b=browser, f=form, c=code: b.submit(f, code=c)
             for browser, form, code in zip(browsers, forms, codes)]
    answers = piled_up(cluster.database.writes_held(), calls)
    accepted = Counter(code for code, answer in zip(codes, answers) if answer.status == 303)
    assert accepted[newest] <= 1 and accepted[older] <= 1 and accepted.total() >= 1
    assert_refused_everywhere(cluster, user, older)


@pytest.mark.long
@pytest.mark.parametrize("kind", ["recovery", "temporary"])
def test_R44_R53_of_copies_of_a_code_for_once_over_three_nodes_one_succeeds(cluster: Cluster, kind: str) -> None:
    user = cluster.enrolled_user()
    code = (user.recovery_codes[0] if kind == "recovery" else
            cluster.node(1).administrator().json("user", "temp-code", user.name)["temporary_code"])
    browsers = pending_browsers(cluster, user, 30)
    forms = [browser.fetch(f"{OWN}/recovery") for browser in browsers]
    calls = [lambda b=browser, f=form: b.submit(f, code=code) for browser, form in zip(browsers, forms)]
    answers = piled_up(cluster.database.writes_held(), calls)
    statuses = Counter(answer.status for answer in answers)
    assert statuses[303] == 1 and set(statuses) <= {303, 401, 429}
    assert {node_of(answer) for answer in answers} == {1, 2, 3}
    assert sum(is_open(browser.fetch("/")) for browser in browsers) == 1
    assert len(cluster.database.own_rows(user.name, "uzmfa_recovery_code")) == (9 if kind == "recovery" else 10)
    for node in cluster.nodes:
        assert node.sign_in(user).recover(code).status in (401, 429)


# --- signed out ---

def visit(node: Site, session: str | None) -> Browser:
    """Somebody who holds this session cookie and nothing else."""
    browser = node.browser()
    browser.session = session
    return browser


@dataclass
class SignedOut:
    """A session that all nodes took, until it was signed out on node 1."""

    cluster: Cluster
    session: str | None
    at: float

    def is_open_on(self, number: int) -> bool:
        return is_open(visit(self.cluster.node(number), self.session).fetch("/"))

    def await_end_on(self, number: int) -> None:
        """Ask again and again until the node refuses; 2 s after the sign-out it must."""
        while self.is_open_on(number):
            assert time.monotonic() - self.at < 2, f"node {number} takes the session 2 s after its end"
            time.sleep(0.05)


def sign_out_on_node_1(cluster: Cluster) -> SignedOut:
    browser = cluster.node(1).verify(cluster.add_user())
    session = browser.session
    assert all(is_open(visit(node, session).fetch("/")) for node in cluster.nodes)
    assert_sent_to(browser.log_out(), "login")
    return SignedOut(cluster, session, time.monotonic())


@pytest.mark.long
def test_R61_a_sign_out_holds_at_once_on_its_node_and_after_a_restart_on_another(cluster: Cluster) -> None:
    signed_out = sign_out_on_node_1(cluster)
    assert not signed_out.is_open_on(1)
    cluster.node(2).httpd.restart()
    assert not signed_out.is_open_on(2)
    cluster.node(1).httpd.restart()
    assert not signed_out.is_open_on(1)


def test_R61_a_sign_out_holds_within_two_seconds_on_all_nodes(cluster: Cluster) -> None:
    signed_out = sign_out_on_node_1(cluster)
    for number in (2, 3):
        signed_out.await_end_on(number)
    for number in (1, 2, 3):
        assert not signed_out.is_open_on(number)


@pytest.mark.long
def test_R56_a_session_that_a_step_replaced_is_over_within_two_seconds_on_all_nodes(cluster: Cluster) -> None:
    user = cluster.enrolled_user()
    browser = cluster.node(1).sign_in(user)
    pending = browser.session
    assert_passed(browser.verify(user.app.fresh()))
    replaced_at = time.monotonic()
    for node in (cluster.node(2), cluster.node(3)):
        while visit(node, pending).fetch(f"{OWN}/verify").status == 200:
            assert time.monotonic() - replaced_at < 2, "a node takes the session 2 s after its end"
            time.sleep(0.05)
        assert_sent_to(visit(node, pending).fetch("/"), "login")
        assert is_open(visit(node, browser.session).fetch("/"))


@pytest.mark.parametrize("whose", ["one", "all"])
def test_R62_sessions_that_an_administrator_ends_are_over_within_two_seconds_on_all_nodes(cluster: Cluster,
                                                                                        whose: str) -> None:
    user, other = cluster.add_user(), cluster.add_user()
    session, others_session = cluster.verify(user).session, cluster.verify(other).session
    assert all(is_open(visit(node, session).fetch("/")) for node in cluster.nodes)
    named = user.name if whose == "one" else "--all"
    assert cluster.node(1).administrator().run("user", "end-sessions", named).status == 0
    ended = SignedOut(cluster, session, time.monotonic())
    for number in (1, 2, 3):
        ended.await_end_on(number)
        assert is_open(visit(cluster.node(number), others_session).fetch("/")) == (whose == "one")
    cluster.node(2).httpd.restart()
    assert not ended.is_open_on(2)


# --- guesses ---

def guess_of(browser: Browser, code: str) -> bytes:
    """The request that sends this code in this session, again and again."""
    fields = {**browser.fetch(f"{OWN}/verify").page.form("code").fields, "code": code}
    body = urlencode(fields).encode()
    headers = {"Host": "localhost", **NAVIGATION, "Cookie": f"{COOKIE}={browser.session}", "Content-Type": FORM,
               "Content-Length": str(len(body))}
    head = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
    return f"POST {OWN}/verify HTTP/1.1\r\n{head}\r\n".encode() + body


async def read_status(reader: asyncio.StreamReader) -> int:
    """The status of the next answer, whose body is read and forgotten."""
    head = (await reader.readuntil(b"\r\n\r\n")).lower()
    status = int(head.split(b" ", 2)[1])
    if b"\r\ntransfer-encoding: chunked" in head:
        while size := int(await reader.readline(), 16):
            await reader.readexactly(size + 2)
        await reader.readline()
    else:
        await reader.readexactly(int(head.partition(b"\r\ncontent-length:")[2].split(b"\r\n", 1)[0]))
    return status


async def send_guesses(node: Site, guess: bytes, count: int) -> Counter[int]:
    """Send a request so many times on one connection."""
    reader, writer = await asyncio.open_connection("127.0.0.1", node.httpd.port, ssl=node.certificate.client(),
                                                   server_hostname="localhost")
    statuses: Counter[int] = Counter()
    for _ in range(count):
        writer.write(guess)
        statuses[await read_status(reader)] += 1
    writer.close()
    return statuses


def send_all_guesses(cluster: Cluster, guesses: Sequence[bytes], count: int) -> Counter[int]:
    """Send `count` guesses, on one connection for each session, the nodes in turn."""

    async def send() -> list[Counter[int]]:
        return await asyncio.gather(*(
            send_guesses(cluster.nodes[number % 3], guess, count // len(guesses) + (number < count % len(guesses)))
            for number, guess in enumerate(guesses)))

    return sum(asyncio.run(send()), Counter())


@pytest.mark.long
def test_R22_R23_ten_thousand_parallel_guesses_over_three_nodes_get_five_evaluations(
        start_patient: Callable[..., Cluster]) -> None:
    cluster = start_patient("UzmfaLockout 1h 1h")  # no wait ends while the guesses are under way
    user = cluster.enrolled_user()
    browsers = [cluster.nodes[number % 3].sign_in(user) for number in range(CONNECTIONS)]
    guesses = [guess_of(browser, user.app.wrong()) for browser in browsers]
    assert send_all_guesses(cluster, guesses, GUESSES) == {401: LIMIT, 429: GUESSES - LIMIT}
    # Nor is a right one looked at, on any node and in a new session.
    for node in cluster.nodes:
        answer = node.sign_in(user).verify(user.app.code())
        assert answer.status == 429 and int(answer.headers["Retry-After"]) > 0
    assert_passed(cluster.sign_in(bystander := cluster.enrolled_user()).verify(bystander.app.fresh()))
