# SPDX-License-Identifier: Apache-2.0
"""Settings of virtual hosts and places, and how they are inherited."""

from collections.abc import Callable

import pytest

from harness.configuration import Host
from harness.site import Site, is_open


@pytest.fixture(scope="module")
def hosts(workshop) -> Site:
    """A main server with settings, one host that changes some of them, and one that takes all as they are."""
    return workshop.start(
        server=['UzmfaIssuer "Main"', "UzmfaTotpDigits 8", "UzmfaSessionCookie __Host-main"],
        hosts=[Host("other.example.test", ["UzmfaPath /sign-in", 'UzmfaIssuer "Other"', "UzmfaTotpAlgorithm SHA256",
                                           "UzmfaSessionCookie __Host-other"]),
               Host("same.example.test", [])])


@pytest.mark.parametrize(("host", "own", "cookie", "issuer", "algorithm"), [
    ("localhost", "/uzmfa", "__Host-main", "Main", "SHA1"),
    ("same.example.test", "/uzmfa", "__Host-main", "Main", "SHA1"),
    ("other.example.test", "/sign-in", "__Host-other", "Other", "SHA256"),
])
def test_a_host_inherits_what_it_does_not_say(hosts: Site, host: str, own: str, cookie: str, issuer: str, algorithm: str
                                              ) -> None:
    browser = hosts.browser(host, own=own)
    stopped = browser.fetch("/static.html")
    assert stopped.leads_to == f"{own}/login"
    user = hosts.add_user()
    assert browser.sign_in(user.name, user.password).leads_to == f"{own}/enroll"
    app = browser.enroll()
    assert (app.issuer, app.algorithm, app.digits) == (issuer, algorithm, 8)
    assert list(browser.cookies) == [cookie]
    assert is_open(browser.fetch("/static.html"))


def test_the_path_of_one_host_is_nothing_on_another(hosts: Site) -> None:
    assert hosts.browser("localhost").fetch("/sign-in/login").leads_to == "/uzmfa/login"
    assert hosts.browser("other.example.test", own="/sign-in").fetch("/uzmfa/login").leads_to == "/sign-in/login"


def test_a_session_of_one_host_is_none_on_another_with_another_cookie(hosts: Site) -> None:
    browser = hosts.browser()
    hosts.verify(hosts.add_user(), browser)
    value = browser.cookies["__Host-main"]
    stranger = hosts.browser("other.example.test", own="/sign-in")
    stranger.cookies["__Host-main"] = value
    assert not is_open(stranger.fetch("/static.html"))


def test_the_name_of_the_server_is_the_issuer_by_default(start_site: Callable[..., Site]) -> None:
    site = start_site(hosts=[Host("shop.example.test", [])])
    user = site.add_user()
    browser = site.sign_in(user, site.browser("shop.example.test"))
    assert browser.enroll().issuer == "shop.example.test"


def test_a_place_may_be_left_open_and_another_closed(start_site: Callable[..., Site]) -> None:
    site = start_site(server=['<Location "/folder">', "UzmfaEngine Off", "AuthType None", "Require all granted",
                              "</Location>"])
    stranger = site.browser()
    assert is_open(stranger.fetch("/folder/"))
    assert not is_open(stranger.fetch("/static.html"))


def test_a_gate_below_an_open_server(start_site: Callable[..., Site]) -> None:
    site = start_site(gate=["Require all granted"], server=[
        '<Location "/folder">', "Session On", "AuthType Uzmfa", "Require valid-user", "UzmfaEngine On", "</Location>"])
    browser = site.browser()
    assert is_open(browser.fetch("/static.html"))
    assert not is_open(browser.fetch("/folder/"))
    assert is_open(site.verify(site.add_user(), browser).fetch("/folder/"))
    assert is_open(browser.fetch("/static.html"))


def test_report_only_waives_the_second_factor_alone(start_site: Callable[..., Site]) -> None:
    site = start_site(server=['<Location "/folder">', "UzmfaEngine ReportOnly", "</Location>"])
    assert site.browser().fetch("/folder/").leads_to == "/uzmfa/login"
    pending = site.sign_in(site.enrolled_user())
    assert is_open(pending.fetch("/folder/"))
    assert not is_open(pending.fetch("/static.html"))


def test_where_the_engine_reports_only_sign_in_leads_straight_to_the_page(start_site: Callable[..., Site]) -> None:
    site = start_site(gate=["Session On", "AuthType Uzmfa", "Require valid-user", "UzmfaEngine ReportOnly"])
    browser = site.browser()
    user = site.add_user()
    assert browser.sign_in(user.name, user.password, "/folder/").location == "/folder/"
    assert is_open(browser.fetch("/folder/"))


def test_a_session_that_was_ended_stays_so_as_long_as_any_place_would_take_it(start_site: Callable[..., Site]) -> None:
    site = start_site(movable_clock=True, server=['<Location "/folder">', "UzmfaSessionMaxAge 20h",
                                                  "UzmfaSessionIdleTimeout 20h", "</Location>"])
    browser = site.verify(site.add_user())
    stolen = browser.session
    browser.log_out()
    site.clock.forward(10 * 3600)
    site.httpd.restart()
    thief = site.browser()
    thief.session = stolen
    assert not is_open(thief.fetch("/folder/"))


def test_a_session_that_one_host_ended_stays_so_on_a_host_that_keeps_sessions_longer(start_site: Callable[..., Site]
                                                                                     ) -> None:
    site = start_site(movable_clock=True, hosts=[
        Host("short.example.test", ["UzmfaSessionMaxAge 1h"]),
        Host("long.example.test", ["UzmfaSessionMaxAge 24h", "UzmfaSessionIdleTimeout 24h"])])
    kept, ended = (site.verify(site.add_user(), site.browser("short.example.test")) for _ in range(2))
    values = {"kept": kept.session, "ended": ended.session}
    assert ended.log_out().leads_to == "/uzmfa/login"

    def is_taken(name: str) -> bool:
        visitor = site.browser("long.example.test")
        visitor.session = values[name]
        return is_open(visitor.fetch("/static.html"))

    assert is_taken("kept") and not is_taken("ended")
    site.clock.forward(9 * 3600)
    site.verify(site.add_user())  # ends sessions too, so that rows which may go are gone
    assert is_taken("kept") and not is_taken("ended")
    site.httpd.restart()
    assert is_taken("kept") and not is_taken("ended")


def test_a_condition_may_gate(start_site: Callable[..., Site]) -> None:
    site = start_site(gate=["Session On", "Require all granted"], server=[
        '<If "%{REQUEST_URI} =~ m#^/(folder|uzmfa)#">', "AuthType Uzmfa", "Require valid-user", "UzmfaEngine On", "</If>"])
    browser = site.browser()
    assert is_open(browser.fetch("/static.html"))
    assert not is_open(browser.fetch("/folder/"))
    assert is_open(site.verify(site.add_user(), browser).fetch("/folder/"))
