# SPDX-License-Identifier: Apache-2.0
"""Section 4 of the requirements: enrollment and secrets."""

import base64
import re
from collections.abc import Callable
from datetime import datetime, timezone

import pytest

from harness.browser import OWN, Answer
from harness.expect import assert_asked_again, assert_enrolled, assert_sent_to
from harness.site import Site, is_open

FACTOR = re.compile(r"LF[0-9a-f]{32}")
COLUMNS = ("uuid", "mfa_sid", "mfa_enrolled", "mfa_enabled")


def secret_of(page: Answer) -> str:
    """The secret as shown, without the blanks between its groups."""
    return re.sub(r"\s", "", page.page.by_id("secret").text)


def test_R32_enrollment_needs_a_first_factor(site: Site) -> None:
    stranger = site.browser()
    for page in ("enroll", "enroll/qr.svg", "verify"):
        answer = stranger.fetch(f"{OWN}/{page}")
        assert answer.status in (303, 401, 403, 404) and b"<svg" not in answer.body
    stranger.fetch(f"{OWN}/login")
    assert_sent_to(stranger.fetch(f"{OWN}/enroll"), "login")
    assert stranger.post(f"{OWN}/enroll", {"code": "123456"}).status in (303, 403)


def test_R32_enrollment_needs_a_fresh_first_factor(later_site: Site) -> None:
    browser = later_site.sign_in(later_site.add_user())
    assert browser.fetch(f"{OWN}/enroll").status == 200
    later_site.clock.forward(601)
    assert_sent_to(browser.fetch(f"{OWN}/enroll"), "login")
    assert browser.fetch(f"{OWN}/enroll/qr.svg").status != 200


def test_R33_a_factor_becomes_active_by_one_right_code(each_site: Site) -> None:
    user = each_site.add_user()
    before = each_site.database.row(user.name)
    browser = each_site.sign_in(user)
    page = browser.fetch(f"{OWN}/enroll")
    app = each_site.app(page.page.by_id("otpauth")["href"])
    assert_asked_again(browser.submit(page, code=app.wrong()))
    assert not is_open(browser.fetch("/"))
    unchanged = each_site.database.row(user.name)
    assert [unchanged[column] for column in COLUMNS[1:]] == [before[column] for column in COLUMNS[1:]]
    page = browser.fetch(f"{OWN}/enroll")
    assert_enrolled(browser.submit(page, code=each_site.app(page.page.by_id("otpauth")["href"]).fresh()))
    assert is_open(browser.fetch("/"))
    after = each_site.database.row(user.name)
    assert after["mfa_enrolled"] and after["mfa_enabled"] and after["uuid"]
    assert FACTOR.fullmatch(after["mfa_sid"])


def test_R33_an_abandoned_enrollment_changes_nothing_and_expires(later_site: Site) -> None:
    user = later_site.add_user()
    before = later_site.database.row(user.name)
    browser = later_site.sign_in(user)
    page = browser.fetch(f"{OWN}/enroll")
    app = later_site.app(page.page.by_id("otpauth")["href"])
    later_site.clock.forward(601)
    answer = browser.submit(page, code=app.fresh())
    assert answer.status in (303, 403) and not is_open(browser.fetch("/"))
    after = later_site.database.row(user.name)
    assert [after[column] for column in COLUMNS[1:]] == [before[column] for column in COLUMNS[1:]]
    again = later_site.sign_in(user)
    assert secret_of(again.fetch(f"{OWN}/enroll")) != app.secret


def test_R34_the_next_user_of_a_browser_does_not_see_a_pending_secret(each_site: Site) -> None:
    alice, bob = each_site.add_user(), each_site.add_user()
    browser = each_site.sign_in(alice)
    page = browser.fetch(f"{OWN}/enroll")
    hers, her_code = secret_of(page), browser.fetch(f"{OWN}/enroll/qr.svg").body
    each_site.sign_in(bob, browser)
    assert hers not in browser.fetch(f"{OWN}/enroll").text
    assert browser.fetch(f"{OWN}/enroll/qr.svg").body != her_code
    app = each_site.app(page.page.by_id("otpauth")["href"])
    answer = browser.submit(page, code=app.fresh())
    assert answer.status in (303, 401, 403) and not is_open(browser.fetch("/"))
    assert not each_site.database.row(bob.name)["mfa_enrolled"]
    assert not each_site.database.row(alice.name)["mfa_enrolled"]


def test_R34_the_secret_is_not_shown_again_after_activation(site: Site) -> None:
    user = site.add_user()
    browser = site.verify(user)
    later = site.sign_in(user)
    for visitor in (browser, later):
        for page in ("enroll", "enroll/qr.svg", "verify", "logout", "login"):
            answer = visitor.fetch(f"{OWN}/{page}")
            assert user.app.secret not in re.sub(r"\s|<[^>]*>", "", answer.text)
            assert b"<svg" not in answer.body or page != "enroll/qr.svg"


def test_R36_secrets_have_160_bits_and_no_two_are_alike(site: Site) -> None:
    secrets = [secret_of(site.sign_in(site.add_user()).fetch(f"{OWN}/enroll")) for _ in range(100)]
    raw = [base64.b32decode(secret) for secret in secrets]
    assert all(len(secret) >= 20 for secret in raw)
    assert len(set(raw)) == len(raw)
    ones = sum(bin(byte).count("1") for secret in raw for byte in secret)
    bits = 8 * sum(map(len, raw))
    assert abs(ones - bits / 2) < 5 * (bits / 4) ** 0.5


def test_R37_secrets_at_rest_cannot_be_read(each_site: Site) -> None:
    user = each_site.enrolled_user()
    raw = base64.b32decode(user.app.secret)
    kept = repr(each_site.database.dump()).lower()
    for form in (user.app.secret, raw.hex(), base64.b64encode(raw).decode(), repr(raw)[2:-1]):
        assert form.lower().rstrip("=") not in kept
    assert user.app.secret.encode() not in each_site.log.path.read_bytes()


def test_R37_a_sealed_secret_serves_no_other_row(each_site: Site) -> None:
    database = each_site.database
    mallory, victim = each_site.enrolled_user(), each_site.enrolled_user()
    own, target = database.row(mallory.name), database.row(victim.name)
    copied = 0
    for table in database.tables():
        for row in database.execute(f"SELECT * FROM {table}"):
            if str(row.get("uuid")) != str(own["uuid"]):
                continue
            sealed = {name: value for name, value in row.items() if name not in ("uuid", "id", "name", "digest")
                      and isinstance(value, (bytes, memoryview, str)) and len(value) >= 40}
            for column, value in sealed.items():
                database.execute(f"UPDATE {table} SET {column} = ? WHERE uuid = ?", (value, target["uuid"]))
                copied += 1
    assert copied, "no sealed secret was found"
    each_site.log.expect(r"uzmfa:error\]")
    browser = each_site.browser()
    answer = browser.sign_in(victim.name, victim.password)
    if answer.status == 303:
        answer = browser.verify(mallory.app.fresh())
    assert answer.status == 503
    assert not is_open(browser.fetch("/"))
    assert database.row(victim.name)["mfa_enrolled"]


def test_R42_when_and_where_the_factor_was_bound_is_kept_and_shown(each_site: Site) -> None:
    user = each_site.add_user()
    began = int(each_site.clock.now())
    browser = each_site.verify(user)
    (factor,) = each_site.database.own_rows(user.name, "uzmfa_totp_factor")
    assert factor["bound_at"] == pytest.approx(began, abs=10) and factor["bound_from"] == "127.0.0.1"
    told = each_site.administrator().json("user", "show", user.name)
    when = datetime.fromtimestamp(factor["bound_at"], timezone.utc)
    assert (told["bound_at"], told["bound_from"]) == (factor["bound_at"], "127.0.0.1")
    (shown,) = [one.text for one in browser.fetch(f"{OWN}/account").page.all("p") if "Set up" in one.text]
    assert when.strftime("%Y-%m-%d %H:%M") in shown and "127.0.0.1" in shown


@pytest.mark.parametrize("codes", ["10", "Off"])
def test_R42_the_page_tells_to_keep_a_second_way(start_site: Callable[..., Site], codes: str) -> None:
    site = start_site(server=[f"UzmfaRecoveryCodes {codes}"])
    assert "a second way to sign in" in site.sign_in(site.add_user()).fetch(f"{OWN}/enroll").text


def test_R39_the_secret_is_not_stored_and_for_its_session_only(site: Site) -> None:
    browser, other = site.sign_in(site.add_user()), site.sign_in(site.add_user())
    page = browser.fetch(f"{OWN}/enroll")
    picture = browser.fetch(f"{OWN}/enroll/qr.svg")
    assert picture.status == 200 and picture.headers.get_content_type() == "image/svg+xml"
    for answer in (page, picture):
        assert "no-store" in answer.headers["Cache-Control"]
    other.fetch(f"{OWN}/enroll")
    assert other.fetch(f"{OWN}/enroll/qr.svg").body != picture.body
    assert site.browser().fetch(f"{OWN}/enroll/qr.svg").status != 200
    verified = site.verify(site.add_user())
    assert verified.fetch(f"{OWN}/enroll/qr.svg").status != 200
