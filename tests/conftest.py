# SPDX-License-Identifier: Apache-2.0
"""Fixtures: sites that live as long as the run, sites of one test, and the error log read after every test."""

from collections import defaultdict
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from zlib import crc32

import pytest

from harness.chrome import Chrome, start_chrome
from harness.cluster import Cluster
from harness.error_log import ErrorLog
from harness.installation import Installation
from harness.node_packages import node_packages
from harness.paths import INSTALLATION, MODULE, TOOL
from harness.provider import TwilioSite
from harness.site import Site, Workshop
from harness.twilio import TwilioDouble


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--sample", action="store_true", help="no test that is marked as long, and few cases of the others")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """For a sample: of a test one case, and one more for each fifty that it has; which one, its name says."""
    if not config.getoption("sample"):
        return
    cases = defaultdict(list)
    for item in items:
        if not item.get_closest_marker("long"):
            cases[item.nodeid.partition("[")[0]].append(item)
    chosen = set()
    for name, each in cases.items():
        count = 1 + len(each) // 50
        chosen |= {id(each[(crc32(name.encode()) + number * len(each) // count) % len(each)]) for number in range(count)}
    config.hook.pytest_deselected(items=[item for item in items if id(item) not in chosen])
    items[:] = [item for item in items if id(item) in chosen]


def pytest_sessionstart() -> None:
    """Say at once what is missing, instead of failing in every test."""
    for part in (TOOL,) if INSTALLATION else (MODULE, TOOL):
        if not part.exists():
            pytest.exit(f"{part} is missing: build first", returncode=2)


@pytest.fixture(scope="session")
def workshop() -> Iterator[Workshop]:
    """Where sites are made."""
    made = Installation(Path(INSTALLATION)) if INSTALLATION else Workshop()
    yield made
    made.close()


@pytest.fixture(autouse=True)
def clean_logs(workshop: Workshop) -> Iterator[None]:
    """No test may leave a line above `info` that it did not name, in any log."""
    for log in workshop.logs:
        log.mark()
    yield
    complaints = [complaint for log in workshop.logs for complaint in log.complaints()]
    assert not complaints, "\n".join(complaints)


@pytest.fixture(scope="session")
def site(workshop: Workshop) -> Site:
    """The smallest configuration on SQLite, or the running site; tests add users of their own."""
    return workshop.site if isinstance(workshop, Installation) else workshop.start()


@pytest.fixture(scope="session")
def pgsql_site(workshop: Workshop) -> Site:
    """The smallest configuration on PostgreSQL with uzERP's tables."""
    return workshop.start("pgsql")


@pytest.fixture(params=["sqlite3", "pgsql"])
def each_site(request: pytest.FixtureRequest, workshop: Workshop) -> Site:
    """The smallest configuration, on each database in turn, or the running site once."""
    driver = workshop.site.database.driver if isinstance(workshop, Installation) else "sqlite3"
    return request.getfixturevalue("site" if request.param == driver else "pgsql_site")


@pytest.fixture(scope="session")
def later_site(workshop: Workshop) -> Site:
    """The smallest configuration with a clock that tests move forward."""
    return workshop.start(movable_clock=True)


@pytest.fixture
def build_site(workshop: Workshop, clean_logs: None) -> Iterator[Callable[..., Site]]:
    """Make a site of this test, not yet started."""
    made: list[Site] = []

    def build(*arguments: object, **options: object) -> Site:
        made.append(workshop.build(*arguments, **options))
        return made[-1]

    yield build
    for one in made:
        one.httpd.stop()


@pytest.fixture
def start_site(build_site: Callable[..., Site]) -> Callable[..., Site]:
    """Make a site of this test and start it."""

    def start(*arguments: object, **options: object) -> Site:
        site = build_site(*arguments, **options)
        site.httpd.start()
        return site

    return start


@pytest.fixture
def start_cluster(build_site: Callable[..., Site]) -> Iterator[Callable[..., Cluster]]:
    """Make several nodes of this test on one database, and start them behind a balancer."""
    made: list[Cluster] = []

    def start(**options: Any) -> Cluster:
        made.append(Cluster(build_site, **options))
        made[-1].start()
        return made[-1]

    yield start
    for one in made:
        one.stop()


@pytest.fixture
def doubles() -> list[TwilioDouble]:
    """The doubles that a test uses."""
    return []


@pytest.fixture
def start_twilio(build_site: Callable[..., Site], workshop: Workshop,
                 doubles: list[TwilioDouble]) -> Iterator[Callable[..., TwilioSite]]:
    """Make a site of this test with a double of Twilio, and start both; `tls`: the double has a certificate."""

    def start(driver: str = "sqlite3", *, movable_clock: bool = False, tls: bool = False,
              directives: dict[str, str] | None = None, **options: Any) -> TwilioSite:
        site = build_site(driver, movable_clock=movable_clock)
        certificate = workshop.certificate
        files = {"certificate": certificate.certificate, "key": certificate.key} if tls else {}
        doubles.append(TwilioDouble(clock=site.clock.now, **files).start())
        twilio = TwilioSite(site, doubles[-1])
        twilio.configure({name: value.format(certificate=certificate.certificate)
                          for name, value in (directives or {}).items()}, **options)
        site.httpd.start()
        return twilio

    yield start
    for double in doubles:
        double.stop()


@pytest.fixture
def log(site: Site) -> ErrorLog:
    """The log of the default site."""
    return site.log


@pytest.fixture(scope="session")
def chrome_session() -> Iterator[Chrome]:
    """One Chromium for the run."""
    with start_chrome() as chrome:
        yield chrome


@pytest.fixture
def chrome(chrome_session: Chrome) -> Chrome:
    """Chromium as new: no cookies, a window of a desk, light colours, JavaScript on."""
    chrome_session.reset()
    return chrome_session


@pytest.fixture(scope="session")
def axe() -> str:
    """The source of axe-core."""
    return (node_packages() / "axe-core/axe.min.js").read_text()


@pytest.fixture(scope="session")
def sniffer() -> str:
    """The source of HTML_CodeSniffer, which pa11y asks."""
    return (node_packages() / "@pa11y/html_codesniffer/build/HTMLCS.js").read_text()
