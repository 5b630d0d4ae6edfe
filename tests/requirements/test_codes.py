# SPDX-License-Identifier: Apache-2.0
"""Section 2 of the requirements: verifying codes."""

import email.utils
from collections.abc import Callable

import pytest

from harness.browser import FORM, OWN, Answer, Browser
from harness.chrome import oathtool
from harness.configuration import Host
from harness.expect import assert_asked_again, assert_enrolled, assert_passed
from harness.parallel import at_once
from harness.site import Site, is_open
from harness.wire import request


def test_R10_a_code_works_once(each_site: Site) -> None:
    user = each_site.enrolled_user()
    first, second = each_site.sign_in(user), each_site.sign_in(user)
    code = user.app.fresh()
    assert_passed(first.verify(code))
    assert_asked_again(second.verify(code))
    assert_asked_again(each_site.sign_in(user, first).verify(code))
    assert not is_open(second.fetch("/")) and not is_open(first.fetch("/"))


def test_R21_who_types_a_spent_code_is_told_so_and_it_is_logged(each_site: Site) -> None:
    user = each_site.enrolled_user()
    code = user.app.fresh()
    assert_passed(each_site.sign_in(user).verify(code))
    browser = each_site.sign_in(user)
    wrong, spent = browser.verify(user.app.wrong()), browser.verify(code)
    assert_asked_again(spent)
    assert "already been used" in spent.text and "next one" in spent.text
    assert "already been used" not in wrong.text
    events = each_site.database.execute("SELECT event FROM uzmfa_event WHERE username = ? ORDER BY id DESC LIMIT 2", (user.name,))
    assert [row["event"] for row in events] == ["code_used", "wrong_code"]


def test_R10_the_code_of_the_enrollment_is_used_up(each_site: Site) -> None:
    user = each_site.add_user()
    browser = each_site.sign_in(user)
    user.authenticator = browser.enroll()
    used = user.app.code(-1)  # the app hands out the oldest code first
    assert_asked_again(each_site.sign_in(user).verify(used))


def test_R10_a_code_works_once_on_all_nodes_and_across_restarts(start_site: Callable[..., Site]) -> None:
    site = start_site()
    node = start_site(like=site)
    user = site.enrolled_user()
    code = user.app.fresh()
    assert_passed(site.sign_in(user).verify(code))
    assert_asked_again(node.sign_in(user).verify(code))
    site.httpd.graceful()
    assert_asked_again(site.sign_in(user).verify(code))
    site.httpd.restart()
    assert_asked_again(site.sign_in(user).verify(code))


def test_R11_an_older_code_is_refused_after_a_newer_one(each_site: Site) -> None:
    user = each_site.enrolled_user()
    user.app.fresh()  # the clock is now early enough in its step
    first, second = each_site.sign_in(user), each_site.sign_in(user)
    newest, older = user.app.spend(1), user.app.code(0)
    assert_passed(first.verify(newest))
    assert_asked_again(second.verify(older))


def test_R12_of_a_hundred_parallel_requests_with_one_code_one_succeeds(each_site: Site) -> None:
    user = each_site.enrolled_user()
    browsers = [each_site.sign_in(user) for _ in range(100)]
    forms = [browser.fetch(f"{OWN}/verify") for browser in browsers]
    code = user.app.fresh()
    answers = at_once([lambda b=browser, f=form: b.submit(f, code=code) for browser, form in zip(browsers, forms)])
    statuses = [answer.status for answer in answers]
    assert statuses.count(303) == 1
    assert set(statuses) <= {303, 401, 429}
    assert sum(is_open(browser.fetch("/")) for browser in browsers) == 1


def test_R12_one_session_is_verified_once(each_site: Site) -> None:
    user = each_site.enrolled_user()
    pending = each_site.sign_in(user)
    form = pending.fetch(f"{OWN}/verify")
    browsers = [each_site.browser() for _ in range(100)]
    for browser in browsers:
        browser.session = pending.session
    code = user.app.fresh()
    at_once([lambda b=browser: b.submit(form, code=code) for browser in browsers])
    assert sum(is_open(browser.fetch("/")) for browser in browsers) == 1


@pytest.mark.parametrize(("offset", "is_accepted"), [(-2, False), (-1, True), (0, True), (1, True), (2, False)])
def test_R13_the_window_is_one_step_to_each_side(later_site: Site, offset: int, is_accepted: bool) -> None:
    user = later_site.enrolled_user()
    later_site.clock.forward(300)
    browser = later_site.sign_in(user)
    later_site.clock.await_room(4)
    answer = browser.verify(user.app.code(offset))
    if is_accepted:
        assert_passed(answer)
    else:
        assert_asked_again(answer)
    assert is_open(browser.fetch("/")) == is_accepted


def test_R14_a_form_that_comes_slowly_has_a_code_as_old_as_its_end(later_site: Site) -> None:
    user = later_site.enrolled_user()
    later_site.clock.forward(300)
    browser = later_site.sign_in(user)
    form = browser.fetch(f"{OWN}/verify").page.form("code")
    (held,) = later_site.hold_forms(browser, "verify", [{**form.fields, "code": user.app.code(0)}])
    later_site.clock.forward(120)
    answer = held.send_rest()
    assert answer.status == 401 and "set-cookie" not in answer.headers
    assert not is_open(browser.fetch("/"))


@pytest.mark.parametrize(("offset", "is_accepted"), [(-1, False), (0, True), (1, False)])
def test_R13_without_tolerance_only_the_present_step_counts(start_site: Callable[..., Site], offset: int,
                                                            is_accepted: bool) -> None:
    site = start_site(server=["UzmfaTotpSkew 0"], movable_clock=True)
    user = site.add_user()
    browser = site.sign_in(user)
    page = browser.fetch(f"{OWN}/enroll")
    site.clock.await_room(4)
    user.authenticator = site.app(page.page.by_id("otpauth")["href"])
    assert_enrolled(browser.submit(page, code=user.app.code()))
    site.clock.forward(300)
    site.clock.await_room(4)
    assert (site.sign_in(user).verify(user.app.code(offset)).status == 303) == is_accepted


KINDS = [(algorithm, digits) for algorithm in ("SHA1", "SHA256", "SHA512") for digits in (6, 8)]


@pytest.fixture(scope="module")
def kinds_site(workshop) -> Site:
    """One virtual host for each kind of code."""
    return workshop.start(hosts=[
        Host(f"{algorithm}-{digits}.example.test".lower(),
             [f"UzmfaTotpAlgorithm {algorithm}", f"UzmfaTotpDigits {digits}", f'UzmfaIssuer "{algorithm} & co"'])
        for algorithm, digits in KINDS])


@pytest.mark.parametrize(("algorithm", "digits"), KINDS)
def test_R15_codes_agree_with_other_implementations(kinds_site: Site, algorithm: str, digits: int) -> None:
    user = kinds_site.add_user()
    browser = kinds_site.browser(f"{algorithm}-{digits}.example.test".lower())
    kinds_site.sign_in(user, browser)
    page = browser.fetch(f"{OWN}/enroll")
    uri = page.page.by_id("otpauth")["href"]
    app = kinds_site.app(uri)
    kinds_site.clock.await_room(4)
    code = oathtool(uri)
    assert code == app.code() and len(code) == digits
    assert app.algorithm == algorithm and app.issuer == f"{algorithm} & co"
    assert_asked_again(browser.submit(page, code=app.wrong()))
    assert_enrolled(browser.submit(browser.fetch(f"{OWN}/enroll"), code=code))


@pytest.mark.parametrize("headers", [
    {"Date": email.utils.formatdate(0)},
    {"Date": email.utils.formatdate(4102444800), "X-Timezone": "Pacific/Kiritimati", "TZ": "UTC+14"},
    {"Cookie2": "timezone=-840", "If-Modified-Since": email.utils.formatdate(0), "Age": "86400"},
])
def test_R16_the_clients_time_changes_nothing(later_site: Site, headers: dict[str, str]) -> None:
    user = later_site.enrolled_user()
    later_site.clock.forward(300)
    browser = later_site.sign_in(user)
    browser.headers.update(headers)
    told = {"date": "0", "time": "0", "now": "0", "timestamp": "0", "t": "0", "tz": "840", "step": "0"}
    later_site.clock.await_room(4)
    for offset in (-20, 20):
        form = browser.fetch(f"{OWN}/verify")
        assert_asked_again(browser.submit(form, code=user.app.code(offset)))
    form = browser.fetch(f"{OWN}/verify").page.form("code")
    answer = browser.post(f"{OWN}/verify", {**form.fields, **told, "code": user.app.code()})
    assert answer.status in (303, 400)  # unknown fields may be refused, but never believed
    if answer.status == 400:
        assert_passed(browser.verify(user.app.code()))


def spaced(code: str) -> str:
    return f"{code[:3]} {code[3:]}"


def hyphenated(code: str) -> str:
    return f"{code[:3]}-{code[3:]}"


def full_width(code: str) -> str:
    return "".join(chr(ord("０") + int(digit)) for digit in code)


def pasted(code: str) -> str:
    return f"  {code[:3]}\u00a0{code[3:]}\t"


@pytest.mark.parametrize("written", [spaced, hyphenated, full_width, pasted])
def test_R19_a_code_may_be_written_as_people_write_it(site: Site, written: Callable[[str], str]) -> None:
    user = site.enrolled_user()
    assert_passed(site.sign_in(user).verify(written(user.app.fresh())))


ILL_FORMED = ["", " ", "12345", "1234567", "12345678", "abcdef", "12345a", "0x1234", "1e5000", "-12345", "+123456", "12.456",
              "½½½½½½", "123456;", "' OR 1=1", "123456" * 100]


def test_R19_an_ill_formed_code_is_wrong_but_not_charged(each_site: Site) -> None:
    user = each_site.enrolled_user()
    browser = each_site.sign_in(user)
    before = each_site.database.dump()
    for code in ILL_FORMED:
        answer = browser.verify(code)
        assert_asked_again(answer)
        assert answer.page.form("code")
    assert each_site.database.dump() == before
    assert_passed(browser.verify(user.app.fresh()))


def link_of(answer: Answer) -> str:
    """The `otpauth:` link of an enrollment page, which holds the secret."""
    return answer.page.by_id("otpauth")["href"]


def test_R19_an_ill_formed_code_costs_no_try_of_an_enrollment(each_site: Site) -> None:
    browser = each_site.sign_in(each_site.add_user())
    page = browser.fetch(f"{OWN}/enroll")
    app = each_site.app(link_of(page))
    assert_asked_again(browser.submit(page, code=app.wrong()))
    before = each_site.database.dump()
    for code in ILL_FORMED:
        answer = browser.submit(page, code=code)
        assert_asked_again(answer)
        assert link_of(answer) == link_of(page)
    assert each_site.database.dump() == before
    assert_enrolled(browser.submit(page, code=app.fresh()))


def test_R19_ill_formed_codes_between_wrong_ones_do_not_count(each_site: Site) -> None:
    browser = each_site.sign_in(each_site.add_user())
    page = browser.fetch(f"{OWN}/enroll")
    wrong = each_site.app(link_of(page)).wrong()
    for _ in range(4):
        for code in ("abcdef", wrong, "12345"):
            assert link_of(browser.submit(page, code=code)) == link_of(page)
    assert link_of(browser.submit(page, code="1234567")) == link_of(page)
    answer = browser.submit(page, code=wrong)
    assert_asked_again(answer)
    assert link_of(answer) != link_of(page)


BAD_FORMS = {
    "NUL": "{field}=123%00456&csrf={csrf}",
    "NUL alone": "{field}=%00&csrf={csrf}",
    "NUL in a name": "{field}=123456&csrf={csrf}&a%00=b",
    "not UTF-8": "{field}=%FF%FE3456&csrf={csrf}",
    "overlong": "{field}=%C0%B1%C0%B1&csrf={csrf}",
    "a field twice": "{field}=123456&{field}=654321&csrf={csrf}",
    "csrf twice": "{field}=123456&csrf={csrf}&csrf={csrf}",
}
FIELDS = {"login": "username", "enroll": "code", "verify": "code", "logout": "next"}


def visitor_of(site: Site, page: str) -> Browser:
    """Somebody for whom this page is due."""
    browser = site.browser()
    if page == "enroll":
        site.sign_in(site.add_user(), browser)
    elif page == "verify":
        site.sign_in(site.enrolled_user(), browser)
    elif page == "logout":
        site.verify(site.add_user(), browser)
    assert browser.fetch(f"{OWN}/{page}").status == 200
    return browser


@pytest.mark.parametrize("page", FIELDS)
@pytest.mark.parametrize("body", BAD_FORMS.values(), ids=BAD_FORMS.keys())
def test_R19_a_bad_form_is_refused_and_changes_nothing(each_site: Site, body: str, page: str) -> None:
    browser = visitor_of(each_site, page)
    form = browser.fetch(f"{OWN}/{page}").page.form("csrf")
    session, before = browser.session, each_site.database.dump()
    sent = body.format(field=FIELDS[page], csrf=form.fields["csrf"])
    assert browser.post(f"{OWN}/{page}", sent.encode()).status == 400
    assert browser.session == session and each_site.database.dump() == before
    assert browser.fetch(f"{OWN}/{page}").status == 200


def large_post(page: str, browser: Browser, *headers: str) -> bytes:
    """The head of a POST that announces a body and does not send it."""
    return request(f"POST {OWN}/{page} HTTP/1.1", f"Content-Type: {FORM}", f"Cookie: __Host-uzmfa={browser.session}",
                   "Sec-Fetch-Mode: navigate", "Sec-Fetch-Site: same-origin", *headers)


@pytest.mark.parametrize("page", FIELDS)
def test_R19_a_large_body_is_refused_unread(site: Site, page: str) -> None:
    browser = visitor_of(site, page)
    before = site.database.dump()
    assert site.raw(large_post(page, browser, f"Content-Length: {1 << 20}")).status == 413
    assert site.database.dump() == before
    assert browser.fetch(f"{OWN}/{page}").status == 200


@pytest.mark.parametrize("page", FIELDS)
def test_R19_a_large_body_without_a_length_is_refused(site: Site, page: str) -> None:
    browser = visitor_of(site, page)
    chunk = b"2400\r\n" + b"a" * 0x2400 + b"\r\n"
    assert site.raw(large_post(page, browser, "Transfer-Encoding: chunked") + chunk).status == 413
    assert browser.fetch(f"{OWN}/{page}").status == 200


def test_R19_the_largest_allowed_body_is_read(site: Site) -> None:
    user = site.enrolled_user()
    browser = site.sign_in(user)
    body = f"csrf={browser.token()}&code={user.app.fresh()}&next="
    assert browser.post(f"{OWN}/verify", (body + "%2F".ljust(8192 - len(body), "a")).encode()).status == 303
