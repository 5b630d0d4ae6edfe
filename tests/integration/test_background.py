# SPDX-License-Identifier: Apache-2.0
"""What a child does by itself beside its requests, in threads of mod_watchdog."""

import time
from collections.abc import Callable

import pytest

from harness.browser import OWN
from harness.clock import MovableClock
from harness.parallel import at_once
from harness.site import Site

RATE = 5000  # so many seconds pass for the server in one: its threads, which wait a second, hardly rest
SECONDS = 10
PEOPLE = 4


@pytest.mark.long
def test_the_threads_of_a_child_of_prefork_share_its_memory_with_its_requests(build_site: Callable[..., Site]) -> None:
    """Its pools have no lock of their own: without ours several children of this run crash, which the log tells."""
    minute = RATE * 60
    site = build_site(mpm="prefork", movable_clock=True, server=[f"Timeout {minute}", f"KeepAliveTimeout {minute}"])
    assert isinstance(site.clock, MovableClock)
    site.clock.hasten(RATE)
    site.httpd.start()
    end = time.monotonic() + SECONDS

    def visit() -> int:
        browser, served = site.browser(), 0
        while time.monotonic() < end:
            assert browser.fetch(f"{OWN}/style.css").status == 200
            served += 1
        return served

    assert min(at_once([visit] * PEOPLE)) > 0
    assert not site.log.lines("exit signal")
