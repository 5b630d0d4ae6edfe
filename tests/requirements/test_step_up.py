# SPDX-License-Identifier: Apache-2.0
"""R7, R49, R56: places that ask for a verification that is not long ago."""

from collections.abc import Callable

import pytest

from harness.browser import OWN
from harness.configuration import place
from harness.expect import assert_asked_again, assert_passed, assert_sent_to
from harness.site import Site, Workshop, is_open

VAULT = "/erp/vault/gold?id=7"
STEP_UP = place("Location", "/erp/vault", ["UzmfaVerifiedWithin 5min"])


@pytest.fixture(scope="module")
def later_vault(workshop: Workshop) -> Site:
    """A site with a place that asks again after five minutes, and a clock that tests move forward."""
    return workshop.start(server=STEP_UP, movable_clock=True)


@pytest.fixture(scope="module", params=["sqlite3", "pgsql"])
def vault(workshop: Workshop, request: pytest.FixtureRequest) -> Site:
    return workshop.start(request.param, server=STEP_UP)


@pytest.mark.parametrize(("age", "passes"), [(0, True), (298, True), (301, False)])
def test_R7_a_verification_is_good_for_so_long(later_vault: Site, age: int, passes: bool) -> None:
    browser = later_vault.verify(later_vault.add_user())
    later_vault.clock.forward(age)
    assert is_open(browser.fetch(VAULT)) == passes
    if not passes:
        assert_sent_to(browser.fetch(VAULT), "verify", VAULT)
    assert is_open(browser.fetch("/"))


def test_R7_after_the_code_the_request_passes_with_a_new_session(later_vault: Site) -> None:
    user = later_vault.add_user()
    browser = later_vault.verify(user)
    later_vault.clock.forward(301)
    answer = browser.fetch(VAULT)
    former = later_vault.browser()
    former.session = browser.session
    page = browser.follow(answer)
    assert page.status == 200
    assert_asked_again(browser.submit(page, code=user.app.wrong()))
    assert not is_open(browser.fetch(VAULT)) and is_open(browser.fetch("/"))
    assert_passed(browser.submit(browser.fetch(answer.location), code=user.app.fresh()), VAULT)
    assert is_open(browser.fetch(VAULT))
    assert browser.session != former.session
    assert not is_open(former.fetch("/")) and not is_open(former.fetch(VAULT))  # R56
    later_vault.clock.forward(298)
    assert is_open(browser.fetch(VAULT))
    later_vault.clock.forward(3)
    assert_sent_to(browser.fetch(VAULT), "verify", VAULT)


def test_R7_a_program_is_told_so(later_vault: Site) -> None:
    browser = later_vault.verify(later_vault.add_user())
    later_vault.clock.forward(301)
    for method in ("GET", "POST"):
        answer = browser.script(VAULT, method)
        assert (answer.status, answer.json()["error"]) == (401, "step_up_required")
        assert answer.headers["WWW-Authenticate"] == "Uzmfa"
        assert answer.json()["verify_url"].startswith(f"{OWN}/verify")
    assert browser.fetch(answer.json()["verify_url"]).status == 200


def test_R7_elsewhere_nobody_is_asked(later_vault: Site) -> None:
    browser = later_vault.verify(later_vault.add_user())
    later_vault.clock.forward(301)
    assert is_open(browser.fetch("/erp/vaults")) and is_open(browser.fetch("/"))
    assert_passed(browser.fetch(f"{OWN}/verify"))


def test_R7_where_the_engine_reports_only_it_is_logged_and_nothing_else_changes(workshop: Workshop) -> None:
    site = workshop.start(movable_clock=True, location=["UzmfaEngine ReportOnly", "UzmfaVerifiedWithin 5min", "UzmfaAppCookies PHPSESSID"])
    user = site.add_user()
    browser = site.verify(user)
    browser.cookies["PHPSESSID"] = "hers"
    for age, decision in ((298, "verified"), (3, "would_stop")):
        site.clock.forward(age)
        seen = browser.fetch("/env").environment
        assert (seen["REMOTE_USER"], seen["UZMFA_METHOD"], seen["UZMFA_DECISION"]) == (user.name, "totp", decision)
        assert "PHPSESSID=hers" in seen["HTTP_COOKIE"]
        assert len(site.log.lines(f"UZMFA1002.*user {user.name}")) == (decision == "would_stop")


def test_R49_a_skip_is_no_verification(vault: Site) -> None:
    user = vault.enrolled_user()
    vault.administrator().json("user", "skip-next", user.name)
    browser = vault.sign_in(user)
    assert is_open(browser.fetch("/")) and "UZMFA_METHOD=skip\n" in browser.fetch("/env").text
    for _ in range(2):
        assert_sent_to(browser.fetch(VAULT), "verify", VAULT)
        assert browser.script(VAULT).json()["error"] == "step_up_required"
    vault.administrator().json("user", "skip-next", user.name)  # no second one lets it in
    page = browser.fetch(f"{OWN}/verify?next=/erp/vault/gold")
    browser.post(f"{OWN}/verify", {"csrf": browser.token(), "skip": "1"})
    assert not is_open(browser.fetch(VAULT))
    assert not vault.database.row(user.name)["mfa_enabled"]
    former = vault.browser()
    former.session = browser.session
    assert_passed(browser.submit(page, code=user.app.fresh()), "/erp/vault/gold")
    assert is_open(browser.fetch(VAULT)) and "UZMFA_METHOD=totp\n" in browser.fetch("/env").text
    assert not is_open(former.fetch("/"))


def test_R49_a_skip_changes_no_factor(vault: Site) -> None:
    user = vault.enrolled_user()
    vault.administrator().json("user", "skip-next", user.name)
    browser = vault.sign_in(user)
    before = vault.database.row(user.name)
    for page in ("enroll", "enroll/qr.svg"):
        assert_passed(browser.fetch(f"{OWN}/{page}"))
    browser.fetch(VAULT)
    for page in ("enroll", "enroll/qr.svg"):
        assert_sent_to(browser.fetch(f"{OWN}/{page}"), "verify")
    browser.post(f"{OWN}/enroll", {"csrf": browser.token(), "code": "123456"})
    assert vault.database.row(user.name) == before


def test_R49_wrong_codes_at_a_step_up_count(vault: Site) -> None:
    user = vault.enrolled_user()
    vault.administrator().json("user", "skip-next", user.name)
    browser = vault.sign_in(user)
    browser.fetch(VAULT)
    for _ in range(5):
        assert_asked_again(browser.verify(user.app.wrong()))
    assert browser.verify(user.app.fresh()).status == 429
    assert is_open(browser.fetch("/")) and not is_open(browser.fetch(VAULT))


@pytest.mark.parametrize("kind", ["recovery", "temporary"])
def test_R7_a_recovery_code_is_a_verification(vault: Site, kind: str) -> None:
    user = vault.enrolled_user()
    code = (user.recovery_codes[0] if kind == "recovery" else
            vault.administrator().json("user", "temp-code", user.name)["temporary_code"])
    browser = vault.sign_in(user)
    assert browser.recover(code, VAULT).status == 303
    assert is_open(browser.fetch(VAULT))


# --- a factor that is closed at a step-up ---

@pytest.fixture
def capped_vault(start_site: Callable[..., Site]) -> Site:
    """Four wrong codes close a factor."""
    return start_site(movable_clock=True, server=[*STEP_UP, "UzmfaFailureLimit 4", "UzmfaFailureCap 4"])


@pytest.mark.parametrize("way", ["code", "skip"])
def test_R25_R7_a_recovery_code_leads_a_verified_session_to_a_new_factor(capped_vault: Site, way: str) -> None:
    site = capped_vault
    user = site.enrolled_user()
    if way == "skip":
        site.database.update(user.name, mfa_enabled=False)
    browser = site.sign_in(user) if way == "skip" else site.verify(user)
    site.clock.forward(21 * 60)  # a verification that old replaces no factor
    assert is_open(browser.fetch("/"))
    assert_sent_to(browser.fetch(VAULT), "verify", VAULT)
    for _ in range(4):
        assert_asked_again(browser.verify(user.app.wrong(), VAULT))
    assert browser.verify(user.app.fresh(), VAULT).status == 403
    assert not is_open(browser.fetch(VAULT))

    # The password was given long ago: it is asked for once more before another app is bound.
    assert_sent_to(browser.recover(user.recovery_codes[0], VAULT), "account", VAULT)
    assert len(site.database.own_rows(user.name, "uzmfa_recovery_code")) == 9
    page = browser.follow(browser.act("replace", password=user.password, next=VAULT))
    assert page.status == 200
    user.authenticator = site.app(page.page.by_id("otpauth")["href"])
    assert browser.submit(page, code=user.app.fresh()).status == 200
    assert is_open(browser.fetch(VAULT)) and is_open(browser.fetch("/"))
    used = site.database.execute("SELECT event FROM uzmfa_event WHERE username = ? AND event = 'recovery_used'", (user.name,))
    assert len(used) == 1
    assert is_open(site.verify(user).fetch(VAULT))
