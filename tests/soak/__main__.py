# SPDX-License-Identifier: Apache-2.0
"""R91 and R112: a long time under load, with graceful restarts: `./bootstrap soak [PERCENT [MPM:HTTP…]]`.

A million requests of verified users and 20,000 whole sign-ins, shared by every kind of server and both versions of HTTP. In
each there are restarts while all goes on. No answer is another than it should be, no process dies of a signal, and the parent
holds no more memory or open files at the end than after the first restarts; nor does a child that has served long.
"""

import contextlib
import os
import re
import subprocess
import sys
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "integration"))

from harness.browser import NAVIGATION, Browser  # noqa: E402
from harness.paths import SANITIZER  # noqa: E402
from harness.site import Site, User, Workshop, is_open  # noqa: E402

KINDS = (("prefork", "http/1.1"), ("worker", "http/1.1"), ("worker", "h2"), ("event", "http/1.1"), ("event", "h2"))
REQUESTS, SIGN_INS, RESTARTS = 1_000_000, 20_000, 100
PEOPLE, AT_A_TIME = 40, 8
WARM = 3            # restarts after which a parent has what it needs
GROWTH = 1024       # kilobytes that no process may grow by (R112)
FILES = 4           # open ones that come and go
ROUNDS = 6          # of load, within which a child has grown to what its threads take
STEP = 30           # seconds for which a code is good


@dataclass(frozen=True)
class Size:
    """Of one process."""

    memory: int  # kilobytes that it has written, shared with its children or not
    files: int

    def __str__(self) -> str:
        return f"{self.memory} KB, {self.files} files"


def size_of(pid: int) -> Size:
    rollup = Path(f"/proc/{pid}/smaps_rollup").read_text()
    written = re.search(r"^Anonymous:\s+(\d+)", rollup, re.MULTILINE)
    assert written
    return Size(int(written[1]), len(os.listdir(f"/proc/{pid}/fd")))


def largest_child(site: Site) -> Size:
    sizes = []
    for pid in site.httpd.children():
        with contextlib.suppress(FileNotFoundError, ProcessLookupError):  # it ended meanwhile
            sizes.append(size_of(pid))
    return max(sizes, key=lambda size: size.memory)


def load(site: Site, verified: Browser, requests: int, http: str) -> int:
    """Requests of one verified user over eight connections; how many were answered. A restart ends some connections."""
    headers = {**NAVIGATION, "Cookie": f"__Host-uzmfa={verified.session}"}
    lines = [part for name, value in headers.items() for part in ("-H", f"{name}: {value}")]
    said = subprocess.run(["h2load", f"--npn-list={http}", f"-n{requests}", "-c8", "-m4", *lines, site.url("/static.html")],
                          capture_output=True, text=True, check=True).stdout
    counts = re.search(r"status codes: (\d+) 2xx, (\d+) 3xx, (\d+) 4xx, (\d+) 5xx", said)
    assert counts and [int(one) for one in counts.groups()[1:]] == [0, 0, 0], said
    return int(counts[1])


def sign_in(site: Site, user: User) -> None:
    """The whole way: sign-in page, password, verification page, code, the application."""
    browser = site.sign_in(user)
    code = user.app.at_hand()  # however long the server takes
    assert code and browser.verify(code[1]).status == 303, user.name
    assert is_open(browser.fetch("/static.html")), user.name
    browser.close()


def while_going(site: Site, calls: Sequence[Callable[[], object]], http: str, verified: Browser, requests: int) -> int:
    """Load and sign-ins together, and a graceful restart among them."""
    restart = threading.Timer(0.5, site.httpd.graceful)
    with ThreadPoolExecutor(AT_A_TIME + 1) as pool:
        restart.start()
        loaded = pool.submit(load, site, verified, requests, http)
        running = [pool.submit(call) for call in calls]
        for one in running:
            one.result()
        answered = loaded.result()
    restart.join()
    return answered


def soak(workshop: Workshop, mpm: str, http: str, share: float) -> str:
    """One kind of server; what is to be said of it."""
    requests, sign_ins, restarts = (max(floor, round(total * share / len(KINDS)))
                                    for total, floor in ((REQUESTS, 2000), (SIGN_INS, 4 * PEOPLE), (RESTARTS, WARM + 2)))
    site = workshop.start("pgsql", mpm=mpm, movable_clock=True, modules=["http2"] if http == "h2" else [],
                          server=[f"Protocols {http} http/1.1", "UzmfaSessionIdleTimeout 12h", "UzmfaSessionMaxAge 24h"])
    people = [site.enrolled_user() for _ in range(PEOPLE)]
    verified = site.verify(site.add_user())
    answered = passed = 0
    parent: list[Size] = []
    while len(parent) < restarts or answered < requests or passed < sign_ins:
        rounds_left = max(1, restarts - len(parent))
        turns = max(1, round((sign_ins - passed) / rounds_left / PEOPLE))
        for turn in range(turns):
            site.clock.forward(2 * STEP)
            calls = [lambda user=user: sign_in(site, user) for user in people]
            wanted = max(1000, (requests - answered) // rounds_left // turns)
            if turn == 0:
                answered += while_going(site, calls, http, verified, wanted)
            else:
                with ThreadPoolExecutor(AT_A_TIME) as pool:
                    list(pool.map(lambda call: call(), calls))
                answered += load(site, verified, wanted, http)
            passed += len(calls)
        parent.append(size_of(site.httpd.pid))
    # A child grows until each of its threads has been at work; what leaks, grows in each round.
    children: list[Size] = []
    while len(children) < 2 or (has_grown(*children[-2:]) and len(children) < ROUNDS):
        answered += load(site, verified, max(5000, requests // 4), http)
        children.append(largest_child(site))
    complaints = site.log.complaints()
    site.httpd.stop()
    assert not complaints, "\n".join(complaints)
    check_flat("the parent", parent[WARM], parent[-1])
    check_flat("a child", *children[-2:])
    return (f"{mpm}, {http}: {answered:,} requests, {passed:,} sign-ins, {len(parent)} restarts; the parent {parent[WARM]},"
            f" then {parent[-1]}; a child {', then '.join(map(str, children))}")


def has_grown(before: Size, after: Size) -> bool:
    return not SANITIZER and after.memory - before.memory > GROWTH  # a sanitizer keeps what was freed


def check_flat(what: str, before: Size, after: Size) -> None:
    assert not has_grown(before, after), f"{what} grew: {before}, then {after}"
    assert after.files - before.files <= FILES, f"{what} holds files open: {before}, then {after}"


def main() -> None:
    share = float(sys.argv[1] if len(sys.argv) > 1 else 100) / 100
    kinds = [tuple(kind.split(":")) for kind in sys.argv[2:]] or KINDS
    workshop = Workshop()
    try:
        for mpm, http in kinds:
            print(soak(workshop, mpm, http, share), flush=True)
    finally:
        workshop.close()


if __name__ == "__main__":
    main()
