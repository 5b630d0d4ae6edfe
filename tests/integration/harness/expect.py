# SPDX-License-Identifier: Apache-2.0
"""What tests say about answers, in the contract's words."""

from .application import PROTECTED
from .browser import OWN, Answer, Browser
from .site import is_open


def assert_sent_to(answer: Answer, page: str, next_path: str | None = None) -> None:
    """The answer leads to one of the module's pages, and gives nothing away."""
    assert (answer.status, answer.leads_to) == (303, f"{OWN}/{page}"), f"{answer.target}: {answer.status}"
    assert next_path is None or answer.next == next_path
    assert PROTECTED not in answer.text


def assert_asked_again(answer: Answer) -> None:
    """The same page again after a wrong password or code."""
    assert answer.status == 401, f"{answer.target}: {answer.status}"
    assert answer.headers["WWW-Authenticate"] == "Uzmfa"


def assert_passed(answer: Answer, next_path: str = "/") -> None:
    """The answer leads on, into the application."""
    assert (answer.status, answer.location) == (303, next_path), f"{answer.target}: {answer.status} {answer.location}"


def assert_enrolled(answer: Answer, next_path: str = "/") -> None:
    """The answer shows the recovery codes once, and leads on into the application."""
    assert answer.status == 200, f"{answer.target}: {answer.status} {answer.location}"
    assert len(set(answer.recovery_codes)) == 10
    assert answer.page.by_id("continue")["href"] == next_path


def assert_recovered(browser: Browser, code: str, left: int = 9) -> None:
    """The recovery code is right; the account page says how many are left, and leads on."""
    answer = browser.recover(code, "/erp")
    assert_sent_to(answer, "account", "/erp")
    page = browser.follow(answer).page
    assert page.by_id("codes-left").text == str(left)
    assert page.by_id("continue")["href"] == "/erp"
    assert is_open(browser.fetch("/erp"))


def arrive(browser: Browser, target: str) -> Answer:
    """Open an address and follow redirects as a browser does; a loop is an error."""
    answer = browser.fetch(target)
    way = [target]
    while answer.status in (301, 302, 303, 307):
        way.append(answer.location)
        assert len(way) <= 6, f"too many redirects: {way}"
        answer = browser.follow(answer)
    return answer
