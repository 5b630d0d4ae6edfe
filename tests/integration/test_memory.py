# SPDX-License-Identifier: Apache-2.0
"""From the first sign-in to the account page, in an httpd under valgrind."""

import pytest

from harness.browser import OWN
from harness.site import Workshop, is_open
from harness.valgrind import memory_errors


@pytest.mark.long
@pytest.mark.parametrize("driver", ["sqlite3", "pgsql"])
def test_no_step_of_an_enrollment_misuses_or_loses_memory(workshop: Workshop, driver: str) -> None:
    site = workshop.build(driver, mpm="prefork")
    user = site.add_user()

    def visit() -> None:
        browser = site.browser()
        assert browser.sign_in(user.name, "wrong").status == 401
        site.sign_in(user, browser)
        form = browser.fetch(f"{OWN}/enroll")
        assert browser.fetch(f"{OWN}/enroll/qr.svg").status == 200
        assert browser.submit(form, code=site.app(form.page.by_id("otpauth")["href"]).wrong()).status == 401
        user.authenticator = browser.enroll()
        assert is_open(browser.fetch("/")) and browser.fetch(f"{OWN}/account").status == 200
        browser.close()  # the one process serves one connection at a time
        again = site.sign_in(user)
        assert again.verify(user.app.wrong()).status == 401
        assert again.verify(user.app.fresh()).status == 303 and is_open(again.fetch("/"))
        assert again.fetch(f"{OWN}/logout").status == 200
        assert again.submit(again.fetch(f"{OWN}/logout")).status in (200, 303)
        again.close()

    assert memory_errors(site, visit) == []
