# SPDX-License-Identifier: Apache-2.0
"""`Require mfa` where the engine is Off, and an .htaccess that would say who somebody is (R104)."""

from collections.abc import Callable

import pytest

from harness.application import PROTECTED
from harness.browser import OWN
from harness.configuration import BASIC_GATE, SMALLEST_GATE, place
from harness.expect import assert_sent_to
from harness.first_factors import password_file
from harness.site import Site, is_open

Build = Callable[..., Site]
MFA = {"alone": ["Require mfa"], "or a network": ["<RequireAny>", "Require ip 10.0.0.0/8", "Require mfa", "</RequireAny>"],
       "and a user": ["<RequireAll>", "Require mfa", "Require not user nobody", "</RequireAll>"]}


@pytest.mark.parametrize("engine", ["On", "Off", "ReportOnly"])
@pytest.mark.parametrize("requirement", MFA.values(), ids=MFA.keys())
def test_whom_it_refuses_is_led_to_the_second_factor(start_site: Build, requirement: list[str], engine: str) -> None:
    site = start_site(gate=["Session On", "AuthType Uzmfa", *requirement, f"UzmfaEngine {engine}"], modules=["authz_host"])
    site.log.allow(r"authz_core:error\].*AH01631")  # httpd's own
    user = site.enrolled_user()
    assert_sent_to(site.browser().fetch("/static.html"), "login", "/static.html")
    pending = site.sign_in(user)
    assert_sent_to(pending.fetch("/static.html?x=1"), "verify", "/static.html?x=1")
    refused = pending.script("/env")
    assert (refused.status, refused.json()["error"]) == (401, "verification_required")
    assert refused.json()["verify_url"].startswith(f"{OWN}/verify")
    assert_sent_to(site.sign_in(site.add_user()).fetch("/static.html"), "enroll", "/static.html")
    assert pending.verify(user.app.fresh()).status == 303
    assert is_open(pending.fetch("/static.html"))


def test_a_network_may_do_without_the_second_factor(start_site: Build) -> None:
    near = ["<RequireAny>", "Require ip 127.0.0.0/8", "Require mfa", "</RequireAny>"]
    site = start_site(gate=["Session On", "AuthType Uzmfa", *near, "UzmfaEngine Off"], modules=["authz_host"])
    assert is_open(site.browser().fetch("/static.html"))


@pytest.mark.parametrize("engine", ["On", "Off", "ReportOnly"])
def test_nobody_passes_where_it_is_said_of_those_who_must_not(start_site: Build, engine: str) -> None:
    none = ["<RequireAll>", "Require valid-user", "<RequireNone>", "Require mfa", "</RequireNone>", "</RequireAll>"]
    site = start_site(gate=["Session On", "AuthType Uzmfa", *none, f"UzmfaEngine {engine}"])
    site.log.allow(r"authz_core:error\].*AH01631")
    user = site.enrolled_user()
    assert not is_open(site.browser().fetch("/static.html"))
    assert is_open(site.sign_in(user).fetch("/static.html")) == (engine != "On")
    assert not is_open(site.verify(user).fetch("/static.html"))


@pytest.mark.parametrize("network", ["127.0.0.0/8", "192.0.2.0/24"])
def test_under_another_auth_type_the_gate_says_who_needs_a_second_factor(start_site: Build, network: str) -> None:
    inside = [f'<If "! -R \'{network}\'">', "UzmfaEngine On", "</If>"]
    site = start_site(gate=[*BASIC_GATE[:-1], *inside], modules=["auth_basic"])
    user = site.add_user()
    assert site.browser().fetch("/static.html").status == 401
    browser = site.basic_browser(user)
    if network.startswith("127"):
        assert is_open(browser.fetch("/static.html"))
    else:
        assert_sent_to(browser.fetch("/static.html"), "enroll", "/static.html")
        browser.enroll()
        assert is_open(browser.fetch("/static.html"))


@pytest.mark.parametrize("section", [None, "Files *", "If true"])
def test_R104_an_htaccess_names_nobody_who_may_enroll(build_site: Build, section: str | None) -> None:
    site = build_site()
    victim = site.add_user()
    site.configure(modules=["auth_basic", "authn_file"], gate=["Require all granted"],
                   server=place("Directory", str(site.application.folder), ["AllowOverride AuthConfig", *SMALLEST_GATE]))
    begin, end = ([f"<{section}>"], [f"</{section.split()[0]}>"]) if section else ([], [])
    passwords = password_file(site.httpd.root / "passwords", victim.name)
    site.application.add(".htaccess", "\n".join([*begin, "AuthType Basic", 'AuthName "mine"', f'AuthUserFile "{passwords}"', *end, ""]))
    site.httpd.start()
    site.log.expect("UZMFA1122")
    browser = site.basic_browser(victim)
    for target in ("/static.html", "/env", "/folder/"):
        answer = browser.fetch(target)
        assert answer.status == 403 and PROTECTED not in answer.text
        assert "not set up correctly" in answer.text
    assert_sent_to(browser.fetch(f"{OWN}/enroll"), "login")
