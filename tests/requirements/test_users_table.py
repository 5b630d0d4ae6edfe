# SPDX-License-Identifier: Apache-2.0
"""Section 11 of the requirements, as far as it is about rows of the application's users table."""

import hashlib
import uuid

import pytest

from harness.expect import assert_asked_again, assert_passed
from harness.site import Site, is_open


def test_R106_a_legacy_password_signs_in(each_site: Site) -> None:
    user = each_site.add_user(legacy_md5=True)
    browser = each_site.browser()
    assert_asked_again(browser.sign_in(user.name, "wrong"))
    assert is_open(each_site.verify(user).fetch("/"))


def test_R106_the_md5_itself_is_no_password(each_site: Site) -> None:
    user = each_site.add_user(legacy_md5=True)
    digest = hashlib.md5(user.password.encode()).hexdigest()
    browser = each_site.browser()
    assert_asked_again(browser.sign_in(user.name, digest.upper()))


@pytest.mark.parametrize("legacy_md5", [False, True])
def test_R106_a_disabled_user_does_not_sign_in(each_site: Site, legacy_md5: bool) -> None:
    user = each_site.add_user(legacy_md5=legacy_md5, access_enabled=False)
    assert_asked_again(each_site.browser().sign_in(user.name, user.password))
    each_site.database.update(user.name, access_enabled=True)
    each_site.sign_in(user)


def test_R106_a_user_without_an_enabled_company_does_not_sign_in(each_site: Site) -> None:
    database = each_site.database
    user = each_site.add_user(company=False)
    assert_asked_again(each_site.browser().sign_in(user.name, user.password))
    grant = "INSERT INTO user_company_access (username, usercompanyid, enabled) VALUES (?, ?, ?)"
    database.execute(grant, (user.name, 1, False))
    assert_asked_again(each_site.browser().sign_in(user.name, user.password))
    closed = 1000 + len(database.execute("SELECT id FROM system_companies"))
    database.execute("INSERT INTO system_companies (id, enabled) VALUES (?, ?)", (closed, False))
    database.execute(grant, (user.name, closed, True))
    assert_asked_again(each_site.browser().sign_in(user.name, user.password))
    database.execute("UPDATE system_companies SET enabled = ? WHERE id = ?", (True, closed))
    each_site.sign_in(user)


@pytest.mark.parametrize("hash_", ["", "!", "$2y$10$short", "$2y$04$" + "a" * 52, "plain", None, "$1$abc$def", "$2y$99$" + "a" * 53])
def test_R106_a_damaged_hash_signs_nobody_in(each_site: Site, hash_: str | None) -> None:
    user = each_site.add_user()
    each_site.database.update(user.name, password=hash_)
    for password in (user.password, "", hash_ or "x"):
        assert_asked_again(each_site.browser().sign_in(user.name, password))


@pytest.mark.parametrize("empty", [{"uuid": None, "mfa_enrolled": None, "mfa_enabled": None, "mfa_sid": None}, {"mfa_sid": "null"}])
def test_R107_nulls_read_as_not_enrolled_and_get_a_uuid(each_site: Site, empty: dict[str, None]) -> None:
    user = each_site.add_user(**empty)
    browser = each_site.verify(user)
    assert is_open(browser.fetch("/"))
    row = each_site.database.row(user.name)
    assert len(str(row["uuid"])) == 36 and row["mfa_enrolled"] and row["mfa_enabled"]
    assert row["mfa_sid"].startswith("LF")


def test_R107_a_uuid_that_is_there_stays(each_site: Site) -> None:
    given = str(uuid.uuid4())
    user = each_site.add_user(uuid=given)
    each_site.verify(user)
    assert str(each_site.database.row(user.name)["uuid"]) == given


def test_R107_enabled_null_of_an_enrolled_user_reads_as_false(each_site: Site) -> None:
    user = each_site.enrolled_user()
    each_site.database.update(user.name, mfa_enabled=None)
    browser = each_site.browser()
    browser.sign_in(user.name, user.password)
    assert "UZMFA_METHOD=skip" in browser.fetch("/env").text
    assert each_site.database.row(user.name)["mfa_enabled"]


def test_R107_enrolled_null_sends_to_enrollment(each_site: Site) -> None:
    user = each_site.enrolled_user()
    each_site.database.update(user.name, mfa_enrolled=None)
    assert each_site.browser().sign_in(user.name, user.password).leads_to.endswith("/enroll")


def test_R107_each_user_gets_a_uuid_of_their_own(each_site: Site) -> None:
    users = [each_site.enrolled_user() for _ in range(5)]
    assert len({str(each_site.database.row(user.name)["uuid"]) for user in users}) == 5
    assert_passed(each_site.sign_in(users[0]).verify(users[0].app.fresh()))
