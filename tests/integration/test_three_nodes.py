# SPDX-License-Identifier: Apache-2.0
"""Three nodes at work while one of them is killed and the database goes down: nothing is lost, and nothing given twice."""

import http.client
import random
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor

import pytest

from harness import postgresql
from harness.browser import OWN, Answer, Browser
from harness.cluster import Cluster, node_of
from harness.database import OwnPostgreSql
from harness.site import Site, User, Workshop, is_open
from harness.totp import Authenticator

PEOPLE = 12
ACCOUNTS = 24  # of each
ENROLLMENT = 2  # seconds between two enrollments of a person
PAUSE = 0.02  # seconds between two requests of a person
ONE_BY_ONE = {"Connection": "close"}  # each request on a connection of its own: the balancer gives it to the next node


class Trouble(Exception):
    """No answer, or a 503: to be tried again."""


class Load:
    """What happens at the time, and what people have seen."""

    def __init__(self) -> None:
        self.phase = "calm"
        self.is_over = False
        self.surprises: list[str] = []
        self._seen: Counter[tuple[str, str]] = Counter()
        self._accepted: Counter[tuple[str, int]] = Counter()
        self._lock = threading.Lock()

    def count(self, what: str) -> None:
        with self._lock:
            self._seen[self.phase, what] += 1

    def seen(self, what: str, *phases: str) -> int:
        """How often this was seen, in some phases or in all."""
        with self._lock:
            return sum(times for (phase, kind), times in self._seen.items()
                       if kind == what and (not phases or phase in phases))

    def surprise(self, what: str) -> None:
        with self._lock:
            self.surprises.append(f"{self.phase}: {what}")

    def accept(self, user: User, step: int) -> None:
        """A node has taken the code of this step."""
        self.count("code accepted")
        with self._lock:
            self._accepted[user.name, step] += 1

    def accepted_steps(self, user: User) -> Counter[int]:
        with self._lock:
            return Counter({step: times for (name, step), times in self._accepted.items() if name == user.name})


class Person:
    """Somebody with several accounts, who enrolls one after another, signs in again and again, and works."""

    def __init__(self, cluster: Cluster, load: Load, users: Sequence[User]) -> None:
        self.users = list(users)
        self.working: list[tuple[User, Browser]] = []  # in verified sessions that were not signed out
        self._cluster = cluster
        self._load = load
        self._scanned: dict[str, list[Authenticator]] = {user.name: [] for user in users}
        self._next_enrollment = time.monotonic() + random.uniform(0, ENROLLMENT)
        self._to_replay: list[tuple[User, int, str, int]] = []

    def live(self) -> None:
        """Do a bit of everything until the load is over."""
        while not self._load.is_over:
            for step in (self._enroll_next, self._work, self._verify_some, self._work, self._sign_out, self.replay):
                try:
                    step()
                except Trouble:
                    time.sleep(5 * PAUSE)
                except Exception as failure:  # noqa: BLE001 - what fails in a thread must fail the test
                    self._load.surprise(f"{step.__name__}: {failure!r}")

    def sign_in(self, user: User, page: str) -> Browser:
        """A browser after the first factor, for which this page is due."""
        browser, due = self._password_given(user, self._browser())
        if due != f"{OWN}/{page}":
            self._load.surprise(f"the password of {user.name} led to {due}, not to {page}")
            raise Trouble
        return browser

    def verify(self, user: User) -> bool:
        """Pass both factors with the code that is at hand; false where none is."""
        found = user.app.at_hand()
        if not found:
            return False
        step, code = found
        browser = self.sign_in(user, "verify")
        page = self._ask(lambda: browser.fetch(f"{OWN}/verify"))
        try:
            answer = self._ask(lambda: browser.submit(page, code=code))
        except Trouble:
            self._to_replay.append((user, step, code, 0))
            raise
        if self._is_passed(answer, f"the code of {user.name}"):
            self._take_up(user, browser, step, code, answer)
        return True

    def replay(self) -> None:
        """Try the codes once more, each on another node than the one that has taken it."""
        while self._to_replay:
            self._replay(*self._to_replay[0])
            self._to_replay.pop(0)

    def enrolled(self) -> list[User]:
        return [user for user in self.users if user.authenticator]

    def settle(self, user: User) -> bool:
        """Find out whether an enrollment that got no answer was kept; false where no code is at hand to find out."""
        if user.authenticator or not self._scanned[user.name]:
            return True
        browser, due = self._password_given(user, self._browser())
        if due != f"{OWN}/verify":
            self._scanned[user.name].clear()
            return True
        for app in reversed(self._scanned[user.name]):
            found = app.at_hand()
            if not found:
                return False
            step, code = found
            page = self._ask(lambda: browser.fetch(f"{OWN}/verify"))
            answer = self._ask(lambda: browser.submit(page, code=code))
            if answer.status == 303:
                self._load.count("enrollment settled")
                user.authenticator = app
                self._take_up(user, browser, step, code, answer)
                return True
        self._load.surprise(f"{user.name} is enrolled, but with no secret that was shown")
        return True

    def _enroll_next(self) -> None:
        waiting = [user for user in self.users if not user.authenticator]
        if not waiting or time.monotonic() < self._next_enrollment:
            return
        self._next_enrollment += ENROLLMENT
        user = waiting[0]
        if self._scanned[user.name]:
            self.settle(user)
            return
        browser = self.sign_in(user, "enroll")
        page = self._ask(lambda: browser.fetch(f"{OWN}/enroll"))
        if page.status != 200:
            self._load.surprise(f"enrollment page of {user.name}: {page.status} {page.location}")
            return
        app = self._cluster.node(1).app(page.page.by_id("otpauth")["href"])
        step, code = app.at_hand() or (0, "")
        self._scanned[user.name].append(app)
        answer = self._ask(lambda: browser.submit(page, code=code))
        shows_recovery_codes = answer.status == 200 and answer.page.find("recovery-codes") is not None
        if shows_recovery_codes or self._is_passed(answer, f"the enrollment of {user.name}"):
            user.authenticator = app
            self._load.count("enrolled")
            self._take_up(user, browser, step, code, answer)

    def _verify_some(self) -> None:
        latest = self.enrolled()[-3:]
        if latest:
            self.verify(random.choice(latest))

    def _work(self) -> None:
        for user, browser in random.sample(self.working, min(3, len(self.working))):
            answer = self._ask(lambda: browser.fetch(f"/erp/{random.randrange(1000)}"))
            if is_open(answer):
                self._load.count("worked")
                self._load.count(f"worked on node {node_of(answer)}")
            else:
                self._load.surprise(f"{user.name} was stopped: {answer.status} {answer.location}")

    def _sign_out(self) -> None:
        if len(self.working) < 4:
            return
        user, browser = self.working.pop(random.randrange(len(self.working)))
        page = self._ask(lambda: browser.fetch(f"{OWN}/logout"))
        answer = self._ask(lambda: browser.submit(page, "csrf"))
        if (answer.status, answer.leads_to) == (303, f"{OWN}/login"):
            self._load.count("signed out")
        else:
            self._load.surprise(f"sign-out of {user.name}: {answer.status}")

    def _replay(self, user: User, step: int, code: str, taken_by: int) -> None:
        others = [number for number in (1, 2, 3) if number != taken_by]
        random.shuffle(others)
        for number in others:
            try:
                browser = self._cluster.node(number).browser(headers=ONE_BY_ONE)
                self._password_given(user, browser)
                page = self._ask(lambda: browser.fetch(f"{OWN}/verify"))
                if page.status != 200:
                    return  # an enrollment without an answer that was not kept: there is no factor
                answer = self._ask(lambda: browser.submit(page, code=code))
            except Trouble:
                continue
            if answer.status == 303:
                self._load.accept(user, step)
            elif answer.status == 401:
                self._load.count("used code refused")
            else:
                self._load.surprise(f"used code of {user.name}: {answer.status}")
            return
        raise Trouble

    def _take_up(self, user: User, browser: Browser, step: int, code: str, answer: Answer) -> None:
        """Begin to work in a session that this code has verified."""
        self._load.accept(user, step)
        self._to_replay.append((user, step, code, node_of(answer)))
        self.working.append((user, browser))

    def _browser(self) -> Browser:
        return self._cluster.browser(headers=ONE_BY_ONE)

    def _password_given(self, user: User, browser: Browser) -> tuple[Browser, str]:
        """The browser after the first factor, and where it was led."""
        page = self._ask(lambda: browser.fetch(f"{OWN}/login"))
        answer = self._ask(lambda: browser.submit(page, username=user.name, password=user.password))
        if answer.status != 303 or not answer.set_cookies:
            self._load.surprise(f"the password of {user.name}: {answer.status}")
            raise Trouble
        return browser, answer.leads_to

    def _is_passed(self, answer: Answer, what: str) -> bool:
        is_passed = (answer.status, answer.location) == (303, "/") and len(answer.set_cookies) == 1
        if not is_passed:
            self._load.surprise(f"{what}: {answer.status} {answer.location}")
        return is_passed

    def _ask(self, call: Callable[[], Answer]) -> Answer:
        time.sleep(PAUSE)
        try:
            answer = call()
        except (OSError, http.client.HTTPException) as lost:
            if isinstance(lost, ConnectionRefusedError):
                self._load.count("refused")
            else:
                self._load.count("lost")
            raise Trouble from lost
        if answer.status == 503:
            self._load.count("503")
            raise Trouble
        return answer


@pytest.fixture
def database(workshop: Workshop) -> Iterator[OwnPostgreSql]:
    """A database on a server of its own."""
    server = postgresql.Cluster(workshop.folder / "own_postgresql")
    yield OwnPostgreSql(server)
    server.stop()


def pass_phase(load: Load, phase: str, seconds: float) -> None:
    load.phase = phase
    time.sleep(seconds)


def allow_outage(node: Site) -> None:
    node.log.allow("UZMFA1031 unavailable: database not available")
    node.log.allow("UZMFA1110 the table of events takes no")
    node.log.allow(r"\[dbd:error\]")


@pytest.mark.long
def test_nobody_loses_or_gains_anything_when_a_node_dies_and_the_database_goes_down(
        start_cluster: Callable[..., Cluster], database: OwnPostgreSql) -> None:
    cluster = start_cluster(database=database)
    load = Load()
    people = [Person(cluster, load, [cluster.add_user() for _ in range(ACCOUNTS)]) for _ in range(PEOPLE)]
    for node in cluster.nodes:
        allow_outage(node)
    victim = cluster.node(2).httpd

    with ThreadPoolExecutor(PEOPLE) as pool:
        lives = [pool.submit(person.live) for person in people]
        try:
            pass_phase(load, "calm", 8)
            load.phase = "node down"
            cluster.node(2).log.expect("AH00098: pid file .* overwritten", 1)
            victim.kill()
            time.sleep(7)
            victim.start()
            time.sleep(2)
            pass_phase(load, "node back", 4)
            for mode in ("immediate", "fast"):
                load.phase = "database down"
                database.stop_server(mode)
                time.sleep(3)
                database.start_server()
                time.sleep(3)  # whoever was let down at the end has the answer by then
                pass_phase(load, "database back", 6)
        finally:
            load.is_over = True
        for life in lives:
            life.result()
    load.phase = "afterwards"

    assert_that_all_of_it_happened(load)
    assert load.surprises == []
    for person in people:
        for user, browser in person.working:
            assert is_open(browser.fetch("/")), user.name
            for node in cluster.nodes:
                assert is_open(with_session_of(browser, node).fetch("/")), user.name
    with ThreadPoolExecutor(PEOPLE) as pool:
        list(pool.map(finish, people))
    assert load.surprises == []
    for person in people:
        for user in person.users:
            assert_whole(database, load, user)


def assert_that_all_of_it_happened(load: Load) -> None:
    """The load was one: every kind of step was taken, at the times when it could be."""
    for phase in ("calm", "node down", "node back", "database back"):
        for step in ("enrolled", "code accepted", "worked", "used code refused", "signed out"):
            assert load.seen(step, phase) > 0, f"{phase}: {step}"
    assert load.seen("503", "database down") > 0 and load.seen("worked", "database down") > 0
    assert load.seen("worked on node 2", "node back") > 0
    for what in ("503", "lost"):
        assert load.seen(what, "calm", "node back", "database back", "afterwards") == 0, what
    assert load.seen("lost", "database down") == 0 and load.seen("503", "node down") == 0


def with_session_of(browser: Browser, node: Site) -> Browser:
    copy = node.browser(headers=ONE_BY_ONE)
    copy.session = browser.session
    return copy


def finish(person: Person) -> None:
    """Settle what had no answer, and once more sign in as everybody, and verify as all who have enrolled."""
    for user in person.users:
        await_code(lambda: person.settle(user))
        if user.authenticator:
            await_code(lambda: person.verify(user))
        else:
            person.sign_in(user, "enroll")
    person.replay()


def await_code(attempt: Callable[[], bool]) -> None:
    """Try until a code is at hand."""
    while not attempt():
        time.sleep(0.5)


def assert_whole(database: OwnPostgreSql, load: Load, user: User) -> None:
    """The user's row and factor say the same, and no code was taken twice."""
    row = database.row(user.name)
    factors = database.execute("SELECT sid, last_step FROM uzmfa_totp_factor WHERE username = ?", (user.name,))
    is_enrolled = user.authenticator is not None
    assert (row["mfa_enrolled"], row["mfa_enabled"], row["mfa_sid"] is not None) == (is_enrolled,) * 3, row
    assert [factor["sid"] for factor in factors] == ([row["mfa_sid"]] if is_enrolled else [])
    accepted = load.accepted_steps(user)
    assert all(times == 1 for times in accepted.values()), accepted
    if accepted:
        assert factors[0]["last_step"] >= max(accepted)
