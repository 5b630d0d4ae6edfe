# SPDX-License-Identifier: Apache-2.0
"""Every page of the module as people meet it: each state, and how one comes there."""

from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import quote

from .browser import OWN, Answer, Browser
from .configuration import BASIC_GATE, Host, place
from .paths import HOST
from .site import PASSWORD, Site, User, Workshop

ADMIN = "administrator"
TARGET = "/erp/orders?id=7"
GUARDED = "guarded.example.test"  # nobody enrolls there without a code from the administrator
BASIC = "basic.example.test"      # httpd asks for the password
LONG = "maria-magdalena.von-und-zu-hohenstein-wartenberg@warehouse{0}"
NO_CODE = "AAAA-AAAA-AAAA-AAAA"
OPTIONS = {
    "server": ["UzmfaHelpUrl https://help.example.test/", "UzmfaRememberBrowser 720h", "UzmfaFailureLimit 2",
               "UzmfaSignInLimit 2 10min", *place("Location", f"{OWN}/admin", ["UzmfaAdmin On", f"Require user {ADMIN}"])],
    "hosts": [Host(GUARDED, ["UzmfaEnrollment code"]), Host(BASIC, place("Location", "/", BASIC_GATE))],
    "modules": ["auth_basic"],
}


@dataclass
class Tour:
    """Who goes through the pages of a site, in one language."""

    site: Site
    office: User
    language: str = "en"
    desk: Browser | None = None

    def browser(self, host: str = HOST) -> Browser:
        return self.site.browser(host, headers={"Accept-Language": self.language})

    def signed_in(self, user: User) -> Browser:
        return self.site.sign_in(user, self.browser())

    def verified(self, user: User | None = None) -> Browser:
        return self.site.verify(user or self.site.enrolled_user(), self.browser())

    def admin(self) -> Browser:
        """The administrator, signed in as long as it lasts: a code works once, and the next may take half a minute."""
        if self.desk is None or self.desk.fetch(f"{OWN}/admin").status != 200:
            self.desk = self.verified(self.office)
        self.desk.headers["Accept-Language"] = self.language
        return self.desk

    def page(self, browser: Browser, name: str) -> Answer:
        return browser.fetch(browser.own_page(name, TARGET))

    def after(self, browser: Browser, name: str, times: int = 1, **values: str) -> Answer:
        """The answer to the form of a page, filled in so often."""
        answer = self.page(browser, name)
        for _ in range(times):
            answer = browser.submit(answer, **values)
        return answer

    def pressed(self, answer: Answer, browser: Browser, action: str, **values: str) -> Answer:
        """The answer to one button of several."""
        form = next(form for form in answer.page.forms() if form.fields.get("action") == action)
        return browser.send(answer, form, **values)

    def of_user(self, user: User) -> str:
        return f"{OWN}/admin?user={quote(user.name)}"

    def closed(self, kind: str) -> User:
        """Who has typed a hundred wrong codes in a row."""
        user = self.site.enrolled_user()
        self.site.database.execute(
            "INSERT INTO uzmfa_attempt (uuid, kind, failures, open_at, era) VALUES (?, ?, 100, 1, 'era')",
            (str(self.site.database.row(user.name)["uuid"]), kind))
        return user


Shown = tuple[Browser, Answer]
Way = Callable[[Tour], Shown]
STATES: dict[str, Way] = {}


def state(way: Way) -> Way:
    STATES[way.__name__] = way
    return way


# --- signing in ---


@state
def login(tour: Tour) -> Shown:
    browser = tour.browser()
    return browser, tour.page(browser, "login")


@state
def login_wrong(tour: Tour) -> Shown:
    browser = tour.browser()
    return browser, tour.after(browser, "login", username="no-such-name", password="wrong")


@state
def login_waits(tour: Tour) -> Shown:
    browser, user = tour.browser(), tour.site.add_user()
    return browser, tour.after(browser, "login", 3, username=user.name, password="wrong")


@state
def login_stale(tour: Tour) -> Shown:
    browser = tour.browser()
    return browser, tour.after(browser, "login", username="anna", password=PASSWORD, csrf="stale")


@state
def login_again(tour: Tour) -> Shown:
    browser = tour.verified()
    tour.site.clock.forward(31 * 60)
    return browser, browser.follow(browser.fetch(TARGET))


# --- setting up the app ---


@state
def enroll(tour: Tour) -> Shown:
    browser = tour.signed_in(tour.site.add_user())
    return browser, tour.page(browser, "enroll")


@state
def enroll_wrong(tour: Tour) -> Shown:
    browser = tour.signed_in(tour.site.add_user())
    return browser, tour.after(browser, "enroll", code="12x")


@state
def enroll_new_secret(tour: Tour) -> Shown:
    browser = tour.signed_in(tour.site.add_user())
    return browser, tour.after(browser, "enroll", 5, code="000000")


@state
def enroll_replacing(tour: Tour) -> Shown:
    browser = tour.verified()
    account = tour.page(browser, "account")
    return browser, browser.follow(tour.pressed(account, browser, "replace", password=PASSWORD))


@state
def recovery_codes(tour: Tour) -> Shown:
    browser = tour.signed_in(tour.site.add_user())
    page = tour.page(browser, "enroll")
    return browser, browser.submit(page, code=tour.site.app(page.page.by_id("otpauth")["href"]).fresh())


# --- codes ---


@state
def verify(tour: Tour) -> Shown:
    browser = tour.signed_in(tour.site.enrolled_user())
    return browser, tour.page(browser, "verify")


@state
def verify_wrong(tour: Tour) -> Shown:
    browser = tour.signed_in(tour.site.enrolled_user())
    return browser, tour.after(browser, "verify", code="12x")


@state
def verify_waits(tour: Tour) -> Shown:
    user = tour.site.enrolled_user()
    browser = tour.signed_in(user)
    return browser, tour.after(browser, "verify", 3, code=user.app.wrong())


@state
def verify_closed(tour: Tour) -> Shown:
    browser = tour.signed_in(tour.closed("code"))
    return browser, tour.after(browser, "verify", code="000000")


@state
def verify_events(tour: Tour) -> Shown:
    user = tour.site.enrolled_user()
    tour.after(tour.signed_in(user), "verify", code=user.app.wrong())
    browser = tour.signed_in(user)
    return browser, tour.page(browser, "verify")


@state
def verify_skip(tour: Tour) -> Shown:
    user = tour.site.enrolled_user()
    tour.site.database.update(user.name, mfa_enabled=False)
    browser = tour.browser(BASIC)
    browser.headers |= tour.site.basic_browser(user).headers
    return browser, browser.follow(browser.fetch(TARGET))


@state
def recovery(tour: Tour) -> Shown:
    browser = tour.signed_in(tour.site.enrolled_user())
    return browser, tour.page(browser, "recovery")


@state
def recovery_wrong(tour: Tour) -> Shown:
    browser = tour.signed_in(tour.site.enrolled_user())
    return browser, tour.after(browser, "recovery", code="12x")


@state
def recovery_waits(tour: Tour) -> Shown:
    browser = tour.signed_in(tour.site.enrolled_user())
    return browser, tour.after(browser, "recovery", 3, code=NO_CODE)


@state
def recovery_closed(tour: Tour) -> Shown:
    browser = tour.signed_in(tour.closed("recovery"))
    return browser, tour.after(browser, "recovery", code=NO_CODE)


@state
def recovery_enrolling(tour: Tour) -> Shown:
    browser = tour.site.sign_in(tour.site.add_user(), tour.browser(GUARDED))
    return browser, tour.page(browser, "recovery")


# --- the account ---


@state
def account(tour: Tour) -> Shown:
    user = tour.site.enrolled_user()
    browser = tour.signed_in(user)
    answer = browser.submit(tour.page(browser, "verify"), code=user.app.fresh(), remember="1")
    assert answer.status == 303, answer.status
    tour.after(tour.signed_in(user), "verify", code=user.app.wrong())
    other = tour.verified(user)
    return other, tour.page(other, "account")


@state
def account_wrong(tour: Tour) -> Shown:
    browser = tour.verified()
    return browser, tour.pressed(tour.page(browser, "account"), browser, "replace", password="wrong")


@state
def account_recovered(tour: Tour) -> Shown:
    user = tour.site.enrolled_user()
    browser = tour.signed_in(user)
    return browser, browser.follow(tour.after(browser, "recovery", code=user.recovery_codes[0]))


@state
def account_after_skip(tour: Tour) -> Shown:
    user = tour.site.enrolled_user()
    tour.site.administrator().run("user", "skip-next", user.name)
    browser = tour.signed_in(user)
    return browser, browser.fetch(f"{OWN}/account")


@state
def logout(tour: Tour) -> Shown:
    browser = tour.verified()
    return browser, tour.page(browser, "logout")


# --- a form that met an ended session ---


def stopped_form(tour: Tour, size: int) -> tuple[Browser, User, Answer]:
    user = tour.site.add_user()
    browser = tour.verified(user)
    former = browser.session
    browser.log_out()
    browser.session = former
    return browser, user, browser.post(TARGET, b"x" * size)


@state
def login_keeps(tour: Tour) -> Shown:
    browser, _, answer = stopped_form(tour, 9)
    return browser, browser.follow(answer)


@state
def kept(tour: Tour) -> Shown:
    browser, user, answer = stopped_form(tour, 9)
    answer = browser.submit(browser.follow(answer), username=user.name, password=user.password)
    return browser, browser.follow(browser.submit(browser.follow(answer), code=user.app.fresh()))


@state
def not_kept(tour: Tour) -> Shown:
    browser, _, answer = stopped_form(tour, 70_000)
    return browser, answer


# --- administration ---


@state
def admin(tour: Tour) -> Shown:
    browser = tour.admin()
    return browser, browser.fetch(f"{OWN}/admin")


@state
def admin_none(tour: Tour) -> Shown:
    browser = tour.admin()
    return browser, browser.fetch(f"{OWN}/admin?search=nobody-of-that-name")


@state
def admin_events(tour: Tour) -> Shown:
    browser = tour.admin()
    return browser, browser.fetch(f"{OWN}/admin/events")


@state
def done(tour: Tour) -> Shown:
    browser = tour.verified()
    return browser, browser.fetch(f"{OWN}/done")


@state
def admin_unconfirmed(tour: Tour) -> Shown:
    browser = tour.admin()
    return browser, tour.pressed(browser.fetch(f"{OWN}/admin"), browser, "end-everybody")


@state
def admin_user(tour: Tour) -> Shown:
    user = tour.site.enrolled_user(LONG.format(len(tour.site.database.execute("SELECT username FROM users"))))
    tour.after(tour.signed_in(user), "verify", 3, code=user.app.wrong())
    tour.after(tour.signed_in(user), "recovery", 3, code=NO_CODE)
    for verb in ("skip-next", "temp-code"):
        assert tour.site.administrator().run("user", verb, user.name).status == 0
    browser = tour.admin()
    return browser, browser.fetch(f"{tour.of_user(user)}&done=skip_set")


@state
def admin_user_fresh(tour: Tour) -> Shown:
    browser = tour.admin()
    return browser, browser.fetch(tour.of_user(tour.site.add_user()))


@state
def admin_code(tour: Tour) -> Shown:
    browser = tour.admin()
    return browser, tour.pressed(browser.fetch(tour.of_user(tour.site.enrolled_user())), browser, "temp-code")


@state
def admin_refused(tour: Tour) -> Shown:
    browser = tour.admin()
    return browser, tour.pressed(browser.fetch(tour.of_user(tour.closed("code"))), browser, "temp-code")


# --- what does not work ---


@state
def not_found(tour: Tour) -> Shown:
    browser = tour.browser()
    return browser, browser.fetch(f"{OWN}/nowhere")


@state
def cookies_blocked(tour: Tour) -> Shown:
    browser = tour.browser()
    page = tour.page(browser, "login")
    browser.cookies.clear()
    return browser, browser.submit(page, username="anna", password=PASSWORD)


@state
def not_permitted(tour: Tour) -> Shown:
    browser = tour.verified()
    return browser, browser.fetch(f"{OWN}/admin")


def start_tour(workshop: Workshop) -> Tour:
    """A site on which every state can be reached."""
    site = workshop.start(movable_clock=True, **OPTIONS)
    office = site.enrolled_user(ADMIN)
    return Tour(site, office)
