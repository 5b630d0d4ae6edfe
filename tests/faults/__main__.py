# SPDX-License-Identifier: Apache-2.0
"""What fails on the way in, and what comes of it: `./bootstrap faults [KILLS]`.

After each fault: whoever holds no more than before is not in, no code counts twice, no row is half written, and the person
comes in. Prints how often each was tried, as docs/security.md has it.
"""

import contextlib
import os
import random
import re
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

sys.path[:0] = [str(Path(__file__).resolve().parents[1] / "integration"), str(Path(__file__).resolve().parent)]

from harness.browser import OWN  # noqa: E402
from harness.database import OwnPostgreSql, Sqlite  # noqa: E402
from harness.site import Site, Workshop  # noqa: E402
from people import STEPS, check  # noqa: E402
from severing import Cut, Severing  # noqa: E402

KILLS = 1000
LONGEST = 0.15  # seconds from the sending of a form to a kill
DAY = 24 * 3600
# What httpd and the module say of it; anything else is a fault of theirs.
EXPECTED = (r"\[dbd", r"UZMFA1031", r"UZMFA1110", r"AH00052", r"AH01630", r"\[uzmfa:(error|warn)")


def start(workshop: Workshop, **options: object) -> Site:
    site = workshop.build("pgsql", movable_clock=True)
    site.configure(**options)
    site.httpd.start()
    return site


def stop(site: Site) -> None:
    site.httpd.stop()
    complaints = [line for line in site.log.complaints() if not re.search("|".join(EXPECTED), line)]
    assert not complaints, "\n".join(complaints)


def cut_every_statement(workshop: Workshop, cut: Cut) -> Iterator[str]:
    """One after the other, in each step, until the step needs no more."""
    site = workshop.build("pgsql", movable_clock=True)
    assert isinstance(site.database, OwnPostgreSql)
    between = Severing(site.database.port)
    site.configure(database=site.database.directives_by_way_of(between.port))
    site.httpd.start()
    for name, stand in STEPS.items():
        number = 0
        while True:
            number += 1
            person = stand(site)
            between.arm(number, cut)
            answer = person.take()
            has_cut = between.disarm()
            check(person, answer)
            if not has_cut:
                break
            yield name
    stop(site)
    between.close()


def kill_children(workshop: Workshop, times: int) -> Iterator[str]:
    """The child that has the request, or another one, at some moment after the form was sent."""
    site = start(workshop, mpm="prefork")
    chosen = random.Random(1)
    for _ in range(times):
        name = chosen.choice(list(STEPS))
        person = STEPS[name](site)
        timer = threading.Timer(chosen.random() * LONGEST, lambda: kill_all(site.httpd.children()))
        timer.start()
        answer = person.take()
        timer.join()
        await_health(site)
        check(person, answer)
        yield name
    stop(site)


def kill_all(pids: list[int]) -> None:
    for pid in pids:
        try:
            os.kill(pid, signal.SIGKILL)
        except ProcessLookupError:
            pass


def await_health(site: Site) -> None:
    """Children that were killed may have taken connections along, and a node asks a database that was away after a moment."""
    while True:
        with contextlib.suppress(OSError):
            if site.browser().fetch(f"{OWN}/health").status == 200:
                return
        time.sleep(0.1)


@contextlib.contextmanager
def read_only(site: Site) -> Iterator[None]:
    database = site.database
    assert isinstance(database, OwnPostgreSql)
    database.execute(f'ALTER DATABASE "{database.name}" SET default_transaction_read_only = on')
    database.break_connections()
    yield
    database.execute("SET default_transaction_read_only = off")
    database.execute(f'ALTER DATABASE "{database.name}" RESET default_transaction_read_only')
    database.break_connections()


@contextlib.contextmanager
def gone(site: Site) -> Iterator[None]:
    assert isinstance(site.database, OwnPostgreSql)
    site.database.go_down()
    yield
    site.database.come_back()


@contextlib.contextmanager
def broken(site: Site) -> Iterator[None]:
    assert isinstance(site.database, OwnPostgreSql)
    site.database.break_connections()
    yield


@contextlib.contextmanager
def slow(site: Site) -> Iterator[None]:
    """Each statement waits, but not for as long as its deadline."""
    let_go = threading.Event()

    def hold() -> None:
        with site.database.reads_held():
            let_go.set()
            time.sleep(1)

    holding = threading.Thread(target=hold)
    holding.start()
    let_go.wait()
    yield
    holding.join()


@contextlib.contextmanager
def hanging(site: Site) -> Iterator[None]:
    with site.database.reads_held():
        yield


@contextlib.contextmanager
def full(site: Site) -> Iterator[None]:
    """No room on the disk of the database: SQLite cannot begin to write."""
    assert isinstance(site.database, Sqlite)
    filler = site.database.path.with_name("filler")
    with contextlib.suppress(OSError), filler.open("wb", buffering=0) as file:
        for size in (65536, 512, 1):
            with contextlib.suppress(OSError):
                while True:
                    file.write(bytes(size))
    yield
    filler.unlink()


@contextlib.contextmanager
def on_small_disk(database: Sqlite) -> Iterator[None]:
    """The database's folder as a file system of its own."""
    folder = database.path.parent
    kept = {path.name: path.read_bytes() for path in folder.iterdir()}
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=4m,mode=0755", "tmpfs", folder], check=True)
    try:
        shutil.chown(folder, "www-data")
        for name, data in kept.items():
            (folder / name).write_bytes(data)
            shutil.chown(folder / name, "www-data")
        yield
    finally:
        subprocess.run(["umount", folder], check=True)


@contextlib.contextmanager
def an_hour_late(site: Site) -> Iterator[None]:
    site.clock.forward(3600)  # type: ignore[attr-defined]
    yield


@contextlib.contextmanager
def an_hour_early(site: Site) -> Iterator[None]:
    site.clock.forward(-3600)  # type: ignore[attr-defined]
    yield
    site.clock.forward(3600)  # type: ignore[attr-defined]


@contextlib.contextmanager
def nothing(site: Site) -> Iterator[None]:
    yield


Fault = Callable[[Site], contextlib.AbstractContextManager[None]]


def while_it_lasts(workshop: Workshop, fault: Fault, stops: bool = False, **options: object) -> Iterator[str]:
    """Each step is taken while this lasts, on each kind of server; `stops`: nobody can come on."""
    for mpm in ("prefork", "worker", "event"):
        site = start(workshop, mpm=mpm, **options)
        yield from take_each_step(site, fault, stops)
        stop(site)


def while_disk_is_full(workshop: Workshop) -> Iterator[str]:
    for mpm in ("prefork", "worker", "event"):
        site = workshop.build("sqlite3", movable_clock=True)
        assert isinstance(site.database, Sqlite)
        site.configure(mpm=mpm)
        with on_small_disk(site.database):
            site.httpd.start()
            yield from take_each_step(site, full, stops=True)
            stop(site)


def take_each_step(site: Site, fault: Fault, stops: bool) -> Iterator[str]:
    for name, stand in STEPS.items():
        person = stand(site)
        with fault(site):
            answer = person.take()
        assert not stops or answer is not None and answer.status == 503, "the fault was not felt"
        await_health(site)
        check(person, answer)
        yield name


def main() -> None:
    kills = int(sys.argv[1]) if len(sys.argv) > 1 else KILLS
    workshop = Workshop()
    faults: dict[str, Callable[[], Iterator[str]]] = {
        "connection cut before a statement came": lambda: cut_every_statement(workshop, Cut.STATEMENT),
        "connection cut before its answer came": lambda: cut_every_statement(workshop, Cut.ANSWER),
        "database restarted": lambda: while_it_lasts(workshop, broken),
        "database stopped": lambda: while_it_lasts(workshop, gone, stops=True),
        "database read-only": lambda: while_it_lasts(workshop, read_only, stops=True),
        "database slow": lambda: while_it_lasts(workshop, slow),
        "database beyond its deadline": lambda: while_it_lasts(workshop, hanging, stops=True),
        "no room for the database": lambda: while_disk_is_full(workshop),
        "clock an hour late": lambda: while_it_lasts(workshop, an_hour_late),
        "clock an hour early": lambda: while_it_lasts(workshop, an_hour_early),
        "no room for logs": lambda: while_it_lasts(workshop, nothing, server=["UzmfaAuditLog /dev/full"]),
        "kill -9 of the children": lambda: kill_children(workshop, kills),
    }
    try:
        print(f"| fault | {' | '.join(STEPS)} |\n| --- |{' ---: |' * len(STEPS)}")
        for fault, tried in faults.items():
            counts = dict.fromkeys(STEPS, 0)
            for name in tried():
                counts[name] += 1
            print(f"| {fault} | {' | '.join(str(count) for count in counts.values())} |", flush=True)
    finally:
        workshop.close()


if __name__ == "__main__":
    main()
