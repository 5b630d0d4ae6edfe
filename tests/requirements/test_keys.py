# SPDX-License-Identifier: Apache-2.0
"""R66: the keys roll over, nobody is signed out by it, and the old key can go."""

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from harness.browser import OWN, Browser
from harness.expect import assert_enrolled, assert_asked_again, assert_passed, assert_sent_to
from harness.parallel import at_once
from harness.provider import TwilioSite
from harness.site import Site, User, is_open
from harness.tool import Administrator

DRIVERS = ["sqlite3", "pgsql"]
DONE, REFUSED, USAGE = range(3)
SECRETS = "SELECT sid, secret FROM uzmfa_totp_factor ORDER BY sid"


def keys_in(file: Path) -> list[str]:
    return [line for line in file.read_text().splitlines() if line and not line.startswith("#")]


def keygen(site: Site, *options: str) -> None:
    """A step of the rollover on this node."""
    assert site.administrator().run("keygen", str(site.keys), *options).status == DONE


def roll_over(site: Site) -> None:
    """A new key in front of the old one, on a server that goes on serving."""
    for step in ("--add", "--promote"):
        keygen(site, step)
        site.httpd.graceful()


def remove_old_keys(site: Site) -> None:
    """Only the first key stays."""
    site.keys.write_text(keys_in(site.keys)[0] + "\n")
    site.httpd.graceful()


def somebody_with(site: Site, session: str | None) -> Browser:
    browser = site.browser()
    browser.session = session
    return browser


# --- sessions ---


@pytest.mark.parametrize("mpm", ["prefork", "event"])
@pytest.mark.parametrize("driver", DRIVERS)
def test_R66_sessions_and_open_forms_survive_each_step(start_site: Callable[..., Site], driver: str, mpm: str) -> None:
    site = start_site(driver, mpm=mpm)
    user = site.enrolled_user()
    verified, pending = site.verify(user), site.sign_in(user)
    form = pending.fetch(f"{OWN}/verify")
    for step in ("--add", "--promote"):
        keygen(site, step)
        site.httpd.graceful()
        assert is_open(verified.fetch("/"))
    assert_passed(pending.submit(form, code=user.app.fresh()))
    assert is_open(pending.fetch("/"))
    site.httpd.restart()
    assert is_open(verified.fetch("/")) and is_open(pending.fetch("/"))


def test_R66_an_enrollment_that_waits_for_its_code_survives_and_is_resealed(each_driver_site: Site) -> None:
    site = each_driver_site
    browser = site.sign_in(site.add_user())
    page = browser.fetch(f"{OWN}/enroll")
    app = site.app(page.page.by_id("otpauth")["href"])
    roll_over(site)
    assert browser.fetch(f"{OWN}/enroll").page.by_id("otpauth")["href"] == app.uri
    assert site.administrator().json("reseal")["resealed"] == 1
    later = browser.fetch(f"{OWN}/enroll")
    assert later.page.by_id("otpauth")["href"] == app.uri
    assert_enrolled(browser.submit(later, code=app.fresh()))


@pytest.fixture(params=DRIVERS)
def each_driver_site(request: pytest.FixtureRequest, start_site: Callable[..., Site]) -> Site:
    """A site of this test, on each database in turn."""
    return start_site(request.param)


@pytest.mark.long
@pytest.mark.parametrize("driver", DRIVERS)
@pytest.mark.parametrize("resealed", [True, False])
def test_R66_the_old_key_goes_with_its_sessions_and_reseal_keeps_the_secrets(start_site: Callable[..., Site],
                                                                             driver: str, resealed: bool) -> None:
    site = start_site(driver)
    user = site.enrolled_user()
    old = site.verify(user).session
    roll_over(site)
    new = site.verify(user).session
    assert is_open(somebody_with(site, old).fetch("/")) and is_open(somebody_with(site, new).fetch("/"))
    if resealed:
        assert site.administrator().run("reseal").status == DONE
    remove_old_keys(site)
    assert_sent_to(somebody_with(site, old).fetch("/"), "login")
    assert is_open(somebody_with(site, new).fetch("/"))
    if resealed:
        assert is_open(site.verify(user).fetch("/"))
        return
    site.log.expect("UZMFA1032.*does not open")
    browser = site.browser()
    assert browser.sign_in(user.name, user.password).status == 503
    assert_sent_to(browser.fetch("/"), "login")
    assert site.database.row(user.name)["mfa_enrolled"]


# --- two nodes ---


class Nodes:
    """Two servers on one database, each with its copy of the key file, and a person whose requests alternate."""

    def __init__(self, nodes: list[Site]) -> None:
        self.nodes = nodes
        self.users = [nodes[0].enrolled_user() for _ in range(6)]
        self.browsers = self.person()
        nodes[0].verify(self.users.pop(), self.browsers[0])

    def person(self) -> list[Browser]:
        """One person's browser as each node sees it: the cookies are the same."""
        browsers = [node.browser() for node in self.nodes]
        for browser in browsers:
            browser.cookies = browsers[0].cookies
        return browsers

    def assert_all_goes_on(self) -> None:
        """The session of the beginning is open everywhere, and a sign-in may go to whichever node."""
        for browser in self.browsers * 2:
            assert is_open(browser.fetch("/"))
        user = self.users.pop()
        self.verify(user, 0, 1)
        self.verify(user, 1, 0)

    def verify(self, user: User, first: int, second: int) -> None:
        """Sign in at one node, verify at the other, and use the session at both."""
        person = self.person()
        self.nodes[first].sign_in(user, person[first])
        form = person[first].fetch(f"{OWN}/verify")
        code = user.app.fresh()
        assert_passed(person[second].submit(form, code=code))
        for browser in person:
            assert is_open(browser.fetch("/"))
        # Whatever keys a node has, the code has been used.
        for node in self.nodes:
            assert_asked_again(node.sign_in(user).verify(code))

    def distribute(self, order: tuple[int, int]) -> None:
        """Copy the first node's file to all, and restart them in this order; everything goes on after each."""
        shutil.copy(self.nodes[0].keys, self.nodes[1].keys)
        for index in order:
            self.nodes[index].httpd.graceful()
            self.assert_all_goes_on()


@pytest.mark.long
@pytest.mark.parametrize("order", [(0, 1), (1, 0)], ids=["in order", "in reverse"])
@pytest.mark.parametrize("driver", DRIVERS)
def test_R66_nodes_restarted_one_after_the_other_serve_the_same_sessions(start_site: Callable[..., Site], driver: str,
                                                                         order: tuple[int, int]) -> None:
    first = start_site(driver)
    nodes = Nodes([first, start_site(driver, like=first)])
    nodes.assert_all_goes_on()
    for step in ("--add", "--promote"):
        keygen(first, step)
        nodes.distribute(order)
    assert keys_in(first.keys) == keys_in(nodes.nodes[1].keys)
    assert first.administrator().run("reseal").status == DONE
    for node in nodes.nodes:
        remove_old_keys(node)
    user = first.enrolled_user()
    nodes.verify(user, 0, 1)
    nodes.verify(user, 1, 0)


def test_R66_a_code_that_Twilio_approves_twice_works_once_around_a_promotion(
        start_twilio: Callable[..., TwilioSite], start_site: Callable[..., Site]) -> None:
    twilio = start_twilio()
    site = twilio.site
    node = start_site(like=site, server=twilio.lines())
    users = [site.enrolled_user() for _ in range(4)]

    def assert_once(first: Site, second: Site) -> None:
        user = users.pop()
        code = user.app.fresh()
        assert_passed(first.sign_in(user).verify(code))
        assert_asked_again(second.sign_in(user).verify(code))

    for step in ("--add", "--promote"):
        keygen(site, step)
        site.httpd.graceful()
        assert_once(site, node)
        assert_once(node, site)
        shutil.copy(site.keys, node.keys)
        node.httpd.graceful()


# --- keygen ---


@pytest.fixture
def file(site: Site, tmp_path: Path) -> Path:
    """A key file with a key and comments."""
    path = tmp_path / "keys"
    shutil.copy(site.keys, path)
    path.write_text(f"# ours\n\n{path.read_text()}# end\n")
    path.chmod(0o600)
    return path


@pytest.fixture
def admin(site: Site) -> Administrator:
    return site.administrator()


def test_R66_keygen_adds_behind_and_promotes_to_the_front(admin: Administrator, file: Path) -> None:
    old, = keys_in(file)
    file.chmod(0o640)
    said = admin.run("keygen", str(file), "--add")
    assert said.status == DONE and said.out.index("copy") < said.out.index("graceful") < said.out.index("--promote")
    first, added = keys_in(file)
    assert first == old != added
    said = admin.run("keygen", str(file), "--promote")
    assert said.status == DONE and keys_in(file) == [added, old]
    assert (said.out.index("copy") < said.out.index("graceful") < said.out.index("reseal")
            < said.out.index("UzmfaSessionMaxAge") < said.out.index("uzmfactl check"))
    assert file.read_text().startswith("# ours\n\n") and "# end\n" in file.read_text()
    assert file.stat().st_mode & 0o7777 == 0o640
    assert [path.name for path in file.parent.iterdir()] == ["keys"]
    assert old not in said.said and added not in said.said


def test_R66_keygen_says_the_same_in_JSON(admin: Administrator, file: Path) -> None:
    for step in ("--add", "--promote"):
        said = admin.json("keygen", str(file), step)
        assert (said["key_file"], said["keys"]) == (str(file), 2) and said["next"]


def test_R66_keygen_refuses_what_would_do_harm(admin: Administrator, file: Path) -> None:
    def refused(*options: str, why: str) -> None:
        before = file.read_bytes()
        said = admin.run("keygen", str(file), *options)
        assert said.status == REFUSED and why in said.err and file.read_bytes() == before

    refused(why="there already")
    refused("--promote", why="one key only")
    file.chmod(0o644)
    refused("--add", why="too open")
    file.chmod(0o600)
    for _ in range(15):
        assert admin.run("keygen", str(file), "--add").status == DONE
    refused("--add", why="16 keys")
    file.write_text(file.read_text() + "nonsense\n")
    refused("--add", why="is not a key")
    refused("--promote", why="is not a key")
    assert admin.run("keygen", str(file), "--add", "--promote").status == USAGE
    missing = admin.run("keygen", str(file.with_name("none")), "--add")
    assert missing.status == REFUSED and "none: No such file" in missing.err


# --- reseal and check ---


def test_R66_reseal_may_be_run_again_and_by_two_at_a_time(each_driver_site: Site) -> None:
    site = each_driver_site
    users = [site.enrolled_user() for _ in range(3)]
    admin = site.administrator()
    assert admin.json("reseal") == {"resealed": 0, "current": 3, "changed_meanwhile": 0, "unopened": []}
    before = site.database.execute(SECRETS)
    roll_over(site)
    outcomes = [outcome.json for outcome in at_once([lambda: admin.run("reseal", "--json")] * 2)]
    assert sum(outcome["resealed"] for outcome in outcomes) == 3
    after = site.database.execute(SECRETS)
    assert all(one["secret"] != other["secret"] for one, other in zip(before, after))
    said = admin.run("reseal")
    assert said.status == DONE and not said.err and "3 were sealed under it already" in said.out
    assert site.database.execute(SECRETS) == after
    for user in users:
        site.verify(user).close()


@pytest.mark.long
def test_R66_reseal_names_whose_secret_does_not_open_and_goes_on(each_driver_site: Site) -> None:
    site = each_driver_site
    lost, user = site.enrolled_user(), site.enrolled_user()
    site.database.execute("UPDATE uzmfa_totp_factor SET secret = 'AAAA' WHERE username = ?", (lost.name,))
    roll_over(site)
    admin = site.administrator()
    said = admin.run("reseal")
    assert said.status == REFUSED and f"a secret of {lost.name} does not open" in said.err
    again = admin.run("reseal", "--json")
    assert again.status == REFUSED
    assert again.json == {"resealed": 0, "current": 1, "changed_meanwhile": 0, "unopened": [lost.name]}
    assert admin.findings()["secrets"] == ["warning"]
    site.verify(user).close()


def test_R66_reseal_leaves_alone_what_is_Twilios(start_twilio: Callable[..., TwilioSite]) -> None:
    twilio = start_twilio()
    twilio.site.enrolled_user()
    before = twilio.site.database.execute(SECRETS)
    roll_over(twilio.site)
    admin = twilio.administrator()
    assert admin.json("reseal") == {"resealed": 0, "current": 0, "changed_meanwhile": 0, "unopened": []}
    assert twilio.site.database.execute(SECRETS) == before
    assert admin.findings()["key 2"] == ["ok"]


def test_R66_check_says_which_key_is_still_needed(each_driver_site: Site) -> None:
    site = each_driver_site
    site.enrolled_user()
    admin = site.administrator()
    assert "key 2" not in admin.findings()
    roll_over(site)
    said = admin.run("check")
    assert said.status == DONE
    assert "key 2" in said.out and "is not removable" in said.out and "uzmfactl reseal" in said.out
    assert admin.findings()["key 2"] == ["warning"]
    assert admin.run("reseal").status == DONE
    said = admin.run("check")
    assert said.status == DONE and "is removable" in said.out and "UzmfaSessionMaxAge" in said.out
    assert admin.findings()["key 2"] == ["ok"]
    assert admin.findings()["secrets"] == ["ok"]


def test_R66_check_warns_of_secrets_whose_key_is_not_there(each_driver_site: Site) -> None:
    site = each_driver_site
    site.enrolled_user()
    admin = site.administrator()
    roll_over(site)
    remove_old_keys(site)
    said = admin.run("check")
    assert said.status == DONE and "1 do not open" in said.out and "503" in said.out
    assert admin.findings()["secrets"] == ["warning"]
