# SPDX-License-Identifier: Apache-2.0
"""Section 5 of the requirements: ways in without the app."""

import re
from collections.abc import Callable, Iterator

import pytest

from harness import twilio as play
from harness.browser import OWN
from harness.expect import assert_asked_again, assert_enrolled, assert_passed, assert_recovered, assert_sent_to
from harness.parallel import at_once
from harness.provider import TwilioSite
from harness.site import Site, User, Workshop, is_open
from harness.totp import Authenticator

CODE = re.compile(r"[A-Z2-7]{4}(-[A-Z2-7]{4}){3}")
TEMPORARY = re.compile(r"[A-Z2-7]{4}(-[A-Z2-7]{4}){2}")
NO_CODE = "AAAA-AAAA-AAAA-AAAA"
DRIVERS = ["sqlite3", "pgsql"]
FACTOR = ("mfa_sid", "mfa_enrolled", "mfa_enabled")

StartSite = Callable[..., Site]


def factor_of(site: Site, user: User) -> list[object]:
    row = site.database.row(user.name)
    return [row[column] for column in FACTOR]


def temporary_code(site: Site, user: User, *options: str) -> str:
    """What the help desk tells the user."""
    code = site.administrator().json("user", "temp-code", user.name, *options)["temporary_code"]
    assert TEMPORARY.fullmatch(code)
    return code


def codes_left(site: Site, user: User) -> int:
    uuid = str(site.database.row(user.name)["uuid"])
    return len(site.database.execute("SELECT digest FROM uzmfa_recovery_code WHERE uuid = ?", (uuid,)))


# --- R44: recovery codes ---

def test_R44_codes_have_64_bits_and_no_two_are_alike(each_site: Site) -> None:
    users = [each_site.enrolled_user() for _ in range(10)]
    codes = [code for user in users for code in user.recovery_codes]
    assert len(codes) == len(set(codes)) == 100
    assert all(CODE.fullmatch(code) for code in codes)  # 16 letters of 5 bits
    letters = "".join(codes).replace("-", "")
    assert len(set(letters)) == 32
    assert max(letters.count(letter) for letter in set(letters)) < 2.2 * len(letters) / 32


def test_R44_codes_are_kept_as_salted_digests_only(each_site: Site) -> None:
    user = each_site.enrolled_user()
    assert_recovered(each_site.sign_in(user), user.recovery_codes[0])
    kept = repr(each_site.database.dump()).upper() + repr(each_site.database.execute("SELECT * FROM uzmfa_event")).upper()
    kept += each_site.log.path.read_text("utf-8", "replace").upper()
    for code in user.recovery_codes:
        assert code not in kept and code.replace("-", "") not in kept
    uuid = str(each_site.database.row(user.name)["uuid"])
    rows = each_site.database.execute("SELECT salt, digest FROM uzmfa_recovery_code WHERE uuid = ?", (uuid,))
    assert len(rows) == len({row["salt"] for row in rows}) == len({row["digest"] for row in rows}) == 9
    assert all(len(row["salt"]) == 32 and len(row["digest"]) == 64 for row in rows)


def test_R44_each_code_works_once(each_site: Site) -> None:
    user = each_site.enrolled_user()
    for left, code in enumerate(reversed(user.recovery_codes)):
        browser = each_site.sign_in(user)
        assert_recovered(browser, code, 9 - left)
        assert "UZMFA_METHOD=recovery\n" in browser.fetch("/env").text
        assert_asked_again(each_site.sign_in(user).recover(code))
        assert codes_left(each_site, user) == 9 - left
    assert_asked_again(each_site.sign_in(user).recover(NO_CODE))
    assert_passed(each_site.sign_in(user).verify(user.app.fresh()))


def test_R44_a_code_works_once_in_parallel_too(each_site: Site) -> None:
    user = each_site.enrolled_user()
    browsers = [each_site.sign_in(user) for _ in range(20)]
    forms = [browser.fetch(f"{OWN}/recovery") for browser in browsers]
    code = user.recovery_codes[3]
    at_once([lambda b=browser, f=form: b.submit(f, code=code) for browser, form in zip(browsers, forms)])
    assert sum(is_open(browser.fetch("/")) for browser in browsers) == 1
    assert codes_left(each_site, user) == 9


def test_R44_a_form_sent_twice_costs_one_code(each_site: Site) -> None:
    user = each_site.enrolled_user()
    pending = each_site.sign_in(user)
    form = pending.fetch(f"{OWN}/recovery")
    pair = [each_site.browser() for _ in range(2)]
    for one in pair:
        one.session = pending.session
    answers = at_once([lambda b=one: b.submit(form, code=user.recovery_codes[0]) for one in pair])
    assert [answer.status for answer in answers] == [303, 303]
    assert sum(is_open(one.fetch("/")) for one in pair) == 1
    assert codes_left(each_site, user) == 9


def test_R44_the_codes_are_shown_once(each_site: Site) -> None:
    user = each_site.add_user()
    browser = each_site.sign_in(user)
    page = browser.fetch(f"{OWN}/enroll")
    code = each_site.app(page.page.by_id("otpauth")["href"]).fresh()
    answer = browser.submit(page, code=code)
    assert_enrolled(answer)
    assert "no-store" in answer.headers["Cache-Control"]
    assert_passed(browser.submit(page, code=code))
    for target in (f"{OWN}/enroll", f"{OWN}/recovery", f"{OWN}/verify", "/"):
        assert answer.recovery_codes[0] not in browser.fetch(target).text


def test_R44_codes_belong_to_one_user(each_site: Site) -> None:
    alice, bob = each_site.enrolled_user(), each_site.enrolled_user()
    assert_asked_again(each_site.sign_in(bob).recover(alice.recovery_codes[0]))
    assert codes_left(each_site, alice) == codes_left(each_site, bob) == 10


def test_R44_codes_of_a_former_factor_end_with_it(each_site: Site) -> None:
    user = each_site.enrolled_user()
    former = user.recovery_codes
    assert each_site.administrator().run("user", "reset", user.name).status == 0
    assert codes_left(each_site, user) == 0
    user.authenticator = None
    each_site.verify(user).close()
    assert not set(former) & set(user.recovery_codes)
    assert_asked_again(each_site.sign_in(user).recover(former[0]))


@pytest.mark.parametrize("count", [1, 3, 20])
def test_R44_another_number_of_codes(start_site: StartSite, count: int) -> None:
    site = start_site(server=[f"UzmfaRecoveryCodes {count}"])
    assert len(site.enrolled_user().recovery_codes) == count


def test_R44_no_codes_where_they_are_off(start_site: StartSite) -> None:
    site = start_site(server=["UzmfaRecoveryCodes Off"])
    user = site.add_user()
    browser = site.sign_in(user)
    page = browser.fetch(f"{OWN}/enroll?next=/erp")
    user.authenticator = site.app(page.page.by_id("otpauth")["href"])
    assert_passed(browser.submit(page, code=user.app.fresh()), "/erp")
    assert codes_left(site, user) == 0
    code = temporary_code(site, user)
    assert_passed(site.sign_in(user).recover(code))


def lower(code: str) -> str:
    return code.lower()


def without_dashes(code: str) -> str:
    return code.replace("-", "")


def with_blanks(code: str) -> str:
    return f"  {code.replace('-', ' ')}\t"


def misread(code: str) -> str:
    return code.replace("O", "0").replace("I", "1").replace("B", "8")


def word_processed(code: str) -> str:
    return code.replace("-", "\u2013").replace("A", "a")


@pytest.mark.parametrize("written", [lower, without_dashes, with_blanks, misread, word_processed])
def test_R44_a_code_may_be_written_as_people_write_it(site: Site, written: Callable[[str], str]) -> None:
    user = site.enrolled_user()
    code = next((one for one in user.recovery_codes if set(one) & set("OIB")), user.recovery_codes[0])
    assert_recovered(site.sign_in(user), written(code))


# --- R46: the first factor is needed ---

def test_R46_a_recovery_code_does_not_replace_the_password(each_site: Site) -> None:
    user = each_site.enrolled_user()
    stranger = each_site.browser()
    assert_sent_to(stranger.fetch(f"{OWN}/recovery"), "login")
    stranger.fetch(f"{OWN}/login")
    assert_sent_to(stranger.fetch(f"{OWN}/recovery"), "login")
    answer = stranger.post(f"{OWN}/recovery", {"code": user.recovery_codes[0], "username": user.name})
    assert answer.status in (303, 403)
    assert not is_open(stranger.fetch("/")) and codes_left(each_site, user) == 10
    assert stranger.sign_in(user.name, user.recovery_codes[0]).status == 401


def test_R46_the_form_must_be_the_sessions_own(each_site: Site) -> None:
    user = each_site.enrolled_user()
    browser = each_site.sign_in(user)
    foreign = each_site.sign_in(user).token()
    for token in ("", foreign):
        assert browser.post(f"{OWN}/recovery", {"code": user.recovery_codes[0], "csrf": token}).status == 403
    assert browser.post(f"{OWN}/recovery", {"code": user.recovery_codes[0], "csrf": browser.token()},
                        {"Sec-Fetch-Site": "cross-site"}).status == 403
    assert codes_left(each_site, user) == 10


def test_R46_a_stale_first_factor_is_not_enough(later_site: Site) -> None:
    user = later_site.enrolled_user()
    browser = later_site.sign_in(user)
    form = browser.fetch(f"{OWN}/recovery")
    later_site.clock.forward(601)
    assert browser.submit(form, code=user.recovery_codes[0]).status in (303, 403)
    assert not is_open(browser.fetch("/")) and codes_left(later_site, user) == 10


@pytest.mark.parametrize("driver", DRIVERS)
def test_R83_recovery_codes_work_while_the_provider_is_down(start_twilio: Callable[..., TwilioSite], driver: str) -> None:
    twilio = start_twilio(driver)
    site = twilio.site
    user = site.enrolled_user()
    site.log.allow("UZMFA1036")
    twilio.double.script("*", play.error(50000, 503), times=None)
    browser = site.sign_in(user)
    assert browser.verify(user.app.wrong()).status == 503
    assert_recovered(browser, user.recovery_codes[0])
    assert_passed(site.sign_in(user).recover(temporary_code(site, user)))


# --- R47, R48: the administrator's skip ---

def test_R48_a_skip_by_the_tool_passes_one_sign_in(each_site: Site) -> None:
    user = each_site.enrolled_user()
    each_site.administrator().json("user", "skip-next", user.name)
    pending = each_site.browser()
    browser = each_site.sign_in(user, pending)
    assert "UZMFA_METHOD=skip\n" in browser.fetch("/env").text
    assert_sent_to(each_site.sign_in(user).fetch("/"), "verify")


def test_R48_a_skip_is_not_for_a_stale_session(each_site: Site) -> None:
    user = each_site.enrolled_user()
    pending = each_site.sign_in(user)
    each_site.administrator().json("user", "skip-next", user.name)
    for target in ("/", f"{OWN}/verify", f"{OWN}/recovery", f"{OWN}/login"):
        pending.fetch(target)
    pending.post(f"{OWN}/verify", {"csrf": pending.token(), "skip": "1"})
    assert not is_open(pending.fetch("/"))
    assert not each_site.database.row(user.name)["mfa_enabled"]


def test_R48_a_skip_expires(each_site: Site) -> None:
    user = each_site.enrolled_user()
    each_site.administrator().json("user", "skip-next", user.name)
    each_site.database.execute("UPDATE uzmfa_skip SET expires_at = expires_at - 86401 WHERE uuid = ?",
                               (str(each_site.database.row(user.name)["uuid"]),))
    browser = each_site.sign_in(user)
    assert_sent_to(browser.fetch("/"), "verify")
    assert_passed(browser.verify(user.app.fresh()))


# --- R53: temporary codes ---

def test_R53_a_temporary_code_works_once_and_changes_no_factor(each_site: Site) -> None:
    user = each_site.enrolled_user()
    before = factor_of(each_site, user)
    code = temporary_code(each_site, user)
    browser = each_site.sign_in(user)
    assert_passed(browser.recover(code, "/erp"), "/erp")
    assert "UZMFA_METHOD=temporary\n" in browser.fetch("/env").text
    assert factor_of(each_site, user) == before and codes_left(each_site, user) == 10
    assert_passed(browser.fetch(f"{OWN}/enroll"))
    assert_asked_again(each_site.sign_in(user).recover(code))
    assert_passed(each_site.sign_in(user).verify(user.app.fresh()))


def test_R53_a_temporary_code_works_once_in_parallel_too(each_site: Site) -> None:
    user = each_site.enrolled_user()
    code = temporary_code(each_site, user)
    browsers = [each_site.sign_in(user) for _ in range(20)]
    forms = [browser.fetch(f"{OWN}/recovery") for browser in browsers]
    at_once([lambda b=browser, f=form: b.submit(f, code=code) for browser, form in zip(browsers, forms)])
    assert sum(is_open(browser.fetch("/")) for browser in browsers) == 1


def test_R53_a_temporary_code_expires(each_site: Site) -> None:
    user = each_site.enrolled_user()
    code = temporary_code(each_site, user, "--hours", "1")
    each_site.database.execute("UPDATE uzmfa_temporary_code SET expires_at = expires_at - 3600 WHERE uuid = ?",
                               (str(each_site.database.row(user.name)["uuid"]),))
    assert_asked_again(each_site.sign_in(user).recover(code))


def test_R53_a_new_temporary_code_ends_the_former(each_site: Site) -> None:
    user = each_site.enrolled_user()
    former, code = temporary_code(each_site, user), temporary_code(each_site, user)
    browser = each_site.sign_in(user)
    assert_asked_again(browser.recover(former))
    assert_passed(browser.recover(code))


def test_R53_a_temporary_code_is_kept_as_a_salted_digest(each_site: Site) -> None:
    user, other = each_site.enrolled_user(), each_site.enrolled_user()
    code = temporary_code(each_site, user)
    kept = repr(each_site.database.dump()) + each_site.log.path.read_text("utf-8", "replace")
    assert code not in kept and code.replace("-", "") not in kept
    assert_asked_again(each_site.sign_in(other).recover(code))


# --- UzmfaEnrollment code ---

@pytest.fixture(scope="module", params=DRIVERS)
def guarded(workshop: Workshop, request: pytest.FixtureRequest) -> Iterator[Site]:
    """A site where nobody enrolls without a code from the administrator."""
    yield workshop.start(request.param, server=["UzmfaEnrollment code"])


def test_R32_the_password_alone_shows_no_secret(guarded: Site) -> None:
    user = guarded.add_user()
    browser = guarded.browser()
    assert_sent_to(browser.sign_in(user.name, user.password), "recovery")
    for page in ("enroll", "enroll/qr.svg", "verify"):
        answer = browser.fetch(f"{OWN}/{page}")
        assert_sent_to(answer, "recovery")
        assert b"otpauth" not in answer.body
    answer = browser.post(f"{OWN}/enroll", {"code": "123456", "csrf": browser.token()})
    assert_sent_to(answer, "recovery")
    assert guarded.database.execute("SELECT * FROM uzmfa_enrollment WHERE username = ?", (user.name,)) == []
    assert not guarded.database.row(user.name)["mfa_enrolled"]
    assert not is_open(browser.fetch("/"))


def test_R32_a_temporary_code_allows_one_enrollment_of_its_session(guarded: Site) -> None:
    user = guarded.add_user()
    code = temporary_code(guarded, user)
    browser, other = guarded.sign_in(user), guarded.sign_in(user)
    assert_asked_again(browser.recover(NO_CODE))
    assert_asked_again(browser.recover("AAAA-AAAA-AAAA"))
    answer = browser.recover(code, "/erp")
    assert_sent_to(answer, "enroll", "/erp")
    assert not is_open(browser.fetch("/"))
    assert_sent_to(other.fetch(f"{OWN}/enroll"), "recovery")
    assert_sent_to(guarded.sign_in(user).fetch(f"{OWN}/enroll"), "recovery")
    assert browser.fetch(f"{OWN}/enroll/qr.svg").status in (200, 404)
    page = browser.follow(answer)
    user.authenticator = guarded.app(page.page.by_id("otpauth")["href"])
    assert_asked_again(browser.submit(page, code=user.app.wrong()))
    assert_enrolled(browser.submit(page, code=user.app.fresh()), "/erp")
    assert is_open(browser.fetch("/"))
    assert_passed(browser.fetch(f"{OWN}/enroll"))
    assert_sent_to(other.fetch(f"{OWN}/enroll"), "verify")
    assert_passed(guarded.sign_in(user).verify(user.app.fresh()))


def test_R32_users_without_a_uuid_do_not_share_a_count(guarded: Site) -> None:
    one, other = guarded.add_user(), guarded.add_user()
    browser = guarded.sign_in(one)
    for _ in range(5):
        assert_asked_again(browser.recover(NO_CODE))
    assert browser.recover(NO_CODE).status == 429
    assert_asked_again(guarded.sign_in(other).recover(NO_CODE))


def test_R32_a_reset_user_needs_a_code_again(guarded: Site) -> None:
    user = guarded.add_user()
    browser = guarded.sign_in(user)
    assert_sent_to(browser.recover(temporary_code(guarded, user)), "enroll")
    browser.enroll()
    assert guarded.administrator().run("user", "reset", user.name).status == 0
    assert_sent_to(guarded.sign_in(user).fetch(f"{OWN}/enroll"), "recovery")


def test_R32_the_gate_sends_a_program_nowhere_else(guarded: Site) -> None:
    browser = guarded.sign_in(guarded.add_user())
    answer = browser.script("/")
    assert answer.status == 401 and answer.json()["error"] == "enrollment_required"


def test_R53_a_temporary_code_changes_no_factor_that_was_bound_meanwhile(start_site: Callable[..., Site]) -> None:
    site = start_site(server=["UzmfaEnrollment code"])
    user = site.add_user()
    thief, owner = site.sign_in(user), site.sign_in(user)
    thief.recover(temporary_code(site, user))
    page = thief.fetch(f"{OWN}/enroll")
    app = Authenticator(page.page.by_id("otpauth")["href"], site.clock)
    owner.recover(temporary_code(site, user))
    user.authenticator = owner.enroll()
    bound = site.database.row(user.name)["mfa_sid"]
    assert thief.submit(page, code=app.fresh()).leads_to.startswith(f"{OWN}/verify")
    assert thief.fetch(f"{OWN}/enroll").leads_to.startswith(f"{OWN}/verify")
    assert site.database.row(user.name)["mfa_sid"] == bound
    assert is_open(owner.fetch("/")) and not is_open(thief.fetch("/"))
