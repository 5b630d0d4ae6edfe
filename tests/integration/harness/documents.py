# SPDX-License-Identifier: Apache-2.0
"""The documents as text: their sections, tables and links, and tables of the source to compare with."""

import re
from pathlib import Path

from .paths import REPOSITORY

DOCUMENTS = [REPOSITORY / "README.md", REPOSITORY / "CHANGELOG.md", *sorted((REPOSITORY / "docs").glob("*.md"))]


def source(name: str) -> str:
    """A file below `mod_uzmfa`."""
    return (REPOSITORY / "mod_uzmfa" / name).read_text()


def sources() -> str:
    """All of the code."""
    return "\n".join(path.read_text() for path in sorted((REPOSITORY / "mod_uzmfa").rglob("*.[ch]pp")))


def code_in(text: str) -> list[str]:
    """What stands in backticks."""
    return re.findall(r"`([^`]+)`", text)


class Document:
    """A file of Markdown."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.text = path.read_text()
        # What looks like a heading in a block of code is none.
        self._prose = re.sub(r"^```.*?^```", lambda block: re.sub("[^\n]", " ", block[0]), self.text, flags=re.DOTALL | re.MULTILINE)

    def section(self, heading: str) -> str:
        """What stands below a heading, with the sections in it."""
        found = re.search(rf"^(#+) {re.escape(heading)}\n", self._prose, re.MULTILINE)
        assert found, f"{self.path.name} has no section {heading}"
        end = re.compile(rf"^#{{1,{len(found[1])}}} ", re.MULTILINE).search(self._prose, found.end())
        return self.text[found.end():end.start() if end else None]

    def table(self, heading: str, first: str) -> list[list[str]]:
        """The rows of the table of a section whose first column is called so."""
        found = re.search(rf"^\| {re.escape(first)} \|.*\n\|[-| ]*\n((?:\|.*\n)+)", self.section(heading), re.MULTILINE)
        assert found, f"{self.path.name} has no table of {first} in {heading}"
        return [[cell.strip() for cell in re.split(r"(?<!\\)\|", row)[1:-1]] for row in found[1].splitlines()]

    def headings(self) -> list[str]:
        """The text of each."""
        return re.findall(r"^#+ (.*)$", self._prose, re.MULTILINE)

    def anchors(self) -> set[str]:
        """What a link may name behind `#`."""
        return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in self.headings()}

    def links(self) -> list[str]:
        """Where its links and pictures lead."""
        return re.findall(r"\]\(([^)\s]+)\)", self.text)


REFERENCE = Document(REPOSITORY / "docs/reference.md")
