# SPDX-License-Identifier: Apache-2.0
"""What the module takes of memory in a child."""

from harness.browser import NAVIGATION
from harness.configuration import SMALLEST_GATE
from harness.site import Site, Workshop

from contenders import FILE, alone
from gate import requests_a_second
from processes import memory_of_child


def used(site: Site, cookie: str) -> float:
    """Kilobytes of a child that has served."""
    requests_a_second(site, {**NAVIGATION, "Cookie": cookie})
    return memory_of_child(site)


def lines(workshop: Workshop) -> str:
    """For the children of each kind of server."""
    told = []
    for mpm in ("prefork", "worker", "event"):
        without, gated = workshop.build(), workshop.build()
        without.configure(**alone(gate=["Require all granted"], mpm=mpm))
        gated.configure(gate=SMALLEST_GATE, mpm=mpm)
        for site in (without, gated):
            site.httpd.start()
        browser = gated.verify(gated.add_user())
        assert browser.fetch(FILE).status == 200
        cookie = "; ".join(f"{name}={value}" for name, value in browser.cookies.items())
        plain, with_it = used(without, ""), used(gated, cookie)
        told.append(f"- {mpm}: {with_it / 1024:.1f} MiB, where it is {plain / 1024:.1f} MiB without mod_uzmfa, mod_session and mod_dbd")
        for site in (without, gated):
            site.httpd.stop()
    return "\n".join(told)
