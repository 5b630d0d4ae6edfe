# SPDX-License-Identifier: Apache-2.0
"""What tells an administrator how uzmfactl is used: its help, the manual page, completion in bash."""

import re
import subprocess
from pathlib import Path

import pytest

from harness.documents import REFERENCE, code_in
from harness.paths import REPOSITORY, TOOL

MANUAL = REPOSITORY / "docs/uzmfactl.8"
COMPLETION = REPOSITORY / "conf/bash-completion/uzmfactl"
EVERYWHERE = {"--config", "--json", "--help"}


def help_on(*words: str) -> str:
    return subprocess.run([TOOL, *words, "--help"], capture_output=True, text=True, check=True, timeout=30).stdout


def section(text: str, name: str) -> list[str]:
    """The first words of the lines of a section of the help."""
    found = re.search(rf"^{name}:\n((?: .*\n)+)", text, re.MULTILINE)
    return re.findall(r"^  (\S.*?)(?:  |$)", found[1], re.MULTILINE) if found else []


def options_in(text: str) -> set[str]:
    return {name for line in section(text, "Options") for name in re.findall(r"--[a-z-]+", line)} - EVERYWHERE


def commands(*words: str) -> dict[str, set[str]]:
    """Every command that does something, with its options."""
    text = help_on(*words)
    below = [line.split()[0] for line in section(text, "Subcommands")]
    if not below:
        return {" ".join(words): options_in(text)}
    return {name: options for word in below for name, options in commands(*words, word).items()}


@pytest.fixture(scope="module")
def offered() -> dict[str, set[str]]:
    """The commands as the help has them."""
    found = commands()
    assert {"keygen", "user reset", "events"} <= set(found)
    return found


def test_each_command_has_an_example(offered: dict[str, set[str]]) -> None:
    for command in offered:
        assert f"\n  uzmfactl {command}" in help_on(*command.split()), command
    assert "\n  uzmfactl user show alice" in help_on()


def test_the_manual_has_each_command_and_option_and_no_other(offered: dict[str, set[str]]) -> None:
    text = MANUAL.read_text().replace("\\-", "-")
    part = text[text.index(".SH COMMANDS"):text.index(".SH CONFIGURATION FILE")]
    described = {}
    for head, body in re.findall(r"^\.SS (.*)\n((?:(?!\.SS ).*\n)*)", part, re.MULTILINE):
        command = " ".join(word for word in head.split() if re.fullmatch("[a-z-]+", word))
        described[command] = set(re.findall(r"^\.BI? (--[a-z-]+)", body, re.MULTILINE))
        assert f"\nuzmfactl {command}" in body, f"{command} has no example"
    assert described == offered
    options = text[text.index(".SH OPTIONS"):text.index(".SH COMMANDS")]
    assert set(re.findall(r"^\.BI? (--[a-z-]+)", options, re.MULTILINE)) == EVERYWHERE | {"--version"}


def test_the_manual_has_each_setting_and_no_other() -> None:
    settings = set(re.findall(r"^  ([a-z-]+)  +", help_on().split("The configuration file")[1], re.MULTILINE))
    assert {"driver", "twilio-url", "httpd"} <= settings
    text = MANUAL.read_text().replace("\\-", "-")
    part = text[text.index(".SH CONFIGURATION FILE"):text.index(".SH EXIT STATUS")]
    heads = re.findall(r"^\.TP\n\.BR? (.*)", part, re.MULTILINE)
    assert {name for head in heads for name in re.findall(r"[a-z-]+", head)} == settings


def test_the_manual_is_sound() -> None:
    done = subprocess.run(["man", "--warnings", "-E", "UTF-8", "-l", MANUAL], capture_output=True, text=True, timeout=30)
    assert done.returncode == 0 and not done.stderr
    assert "EXIT STATUS" in done.stdout


def test_the_build_installs_manual_and_completion() -> None:
    stage = Path(TOOL).parents[1]
    for file, place in ((MANUAL, "share/man/man8"), (COMPLETION, "share/bash-completion/completions")):
        assert (stage / place / file.name).read_bytes() == file.read_bytes()


def complete(line: str, folder: Path = REPOSITORY) -> set[str]:
    """What bash offers for the last word of a line, where a blank at its end begins a new one."""
    words = [*line.split(), *([""] if line.endswith(" ") else [])]
    script = (f'source "{COMPLETION}"; compopt() {{ :; }}; COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _uzmfactl; '
              'printf "%s\\n" "${COMPREPLY[@]}"')
    done = subprocess.run(["bash", "-euc", script, "bash", *words], capture_output=True, text=True, cwd=folder, timeout=30)
    assert done.returncode == 0 and not done.stderr, done.stderr
    return set(done.stdout.split())


def test_bash_completes_every_command_and_option(offered: dict[str, set[str]]) -> None:
    firsts = {command.split()[0] for command in offered}
    assert complete("uzmfactl ") == firsts | EVERYWHERE | {"--version"}
    assert complete("uzmfactl user ") == {command.split()[1] for command in offered if command.startswith("user ")} | EVERYWHERE
    for command, options in offered.items():
        assert {word for word in complete(f"uzmfactl {command} -") if word.startswith("-")} == options | EVERYWHERE, command


@pytest.mark.parametrize(("line", "offers"), [
    ("uzmfactl us", {"user"}), ("uzmfactl user mo", {"move"}), ("uzmfactl user move alice --to ", {"local", "twilio"}),
    ("uzmfactl schema --driver p", {"pgsql"}), ("uzmfactl --json user end-sessions --a", {"--all"}),
    ("uzmfactl --config x us", {"user"}), ("uzmfactl user temp-code alice --hours ", set()), ("uzmfactl check --httpd a",
                                                                                             {"apache2ctl", "apachectl"})])
def test_bash_completes_a_word(line: str, offers: set[str]) -> None:
    assert complete(line) == offers


def test_bash_completes_files(tmp_path: Path) -> None:
    (tmp_path / "keys").touch()
    assert complete("uzmfactl keygen k", tmp_path) == complete("uzmfactl check --config ", tmp_path) == {"keys"}


def test_the_reference_has_each_command_and_option_and_no_other(offered: dict[str, set[str]]) -> None:
    told: dict[str, set[str]] = {}
    for cell, _ in REFERENCE.table("uzmfactl", "command"):
        (words, *more) = code_in(cell)
        command = re.match("uzmfactl((?: [a-z][a-z-]*)*)", words)[1].strip()
        named = {option for text in (words, *more) for option in re.findall(r"--[a-z-]+", text)}
        told.setdefault(command, set()).update(named)
    assert told.pop("") == {"--help", "--version"}  # the last row, and with a command as well
    assert told == offered
    everywhere = EVERYWHERE | {"--version"} | {option for options in offered.values() for option in options}
    assert set(re.findall(r"(?<![\w-])--[a-z][a-z-]*", REFERENCE.section("uzmfactl"))) <= everywhere
