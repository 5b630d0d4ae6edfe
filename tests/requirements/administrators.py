# SPDX-License-Identifier: Apache-2.0
"""Helen, who administers a site: a fixture on each database in turn, and what she is asked for again."""

from collections.abc import Callable, Iterator, Sequence
from typing import Self, TypeVar

import pytest

from harness.browser import Browser
from harness.site import Site, User, Workshop, is_open

HELEN = "helen"
DRIVERS = ["sqlite3", "pgsql"]
Kind = TypeVar("Kind", bound="Administrator")


class Administrator:
    """Helen's browser, and the site it is for."""

    def __init__(self, site: Site, helen: User, browser: Browser) -> None:
        self.site = site
        self.helen = helen
        self.browser = browser

    @classmethod
    def of(cls, site: Site) -> Self:
        """Verified."""
        helen = site.add_user(HELEN)
        return cls(site, helen, site.verify(helen))

    def come_back(self) -> None:
        """Whatever has ended the session."""
        if not is_open(self.browser.fetch("/")):
            self.browser = self.site.verify(self.helen)

    def events(self, user: User, name: str) -> list[dict[str, object]]:
        """What is recorded of what was done with the user."""
        return self.site.database.execute("SELECT * FROM uzmfa_event WHERE username = ? AND event = ?", (user.name, name))


def on_each_database(kind: type[Kind], server: Sequence[str]) -> Callable[..., Iterator[Kind]]:
    """A fixture for a module: such an administrator of a site with these lines in its configuration."""

    @pytest.fixture(scope="module", params=DRIVERS)
    def administrator(workshop: Workshop, request: pytest.FixtureRequest) -> Iterator[Kind]:
        made = kind.of(workshop.start(request.param, server=server))
        yield made
        made.site.httpd.stop()

    return administrator


@pytest.fixture(autouse=True)
def helen_is_signed_in(request: pytest.FixtureRequest) -> None:
    """For modules that import it: before each test that has her."""
    for name in request.fixturenames:
        if name in ("office", "desk"):
            request.getfixturevalue(name).come_back()
