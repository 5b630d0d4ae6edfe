# SPDX-License-Identifier: Apache-2.0
"""An httpd under valgrind: how many instructions it executes, the same on a busy machine as on an idle one, and what it does
wrong with memory."""

import re
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from unittest import SkipTest

from .httpd import answers
from .paths import HTTPD, SANITIZER
from .site import Site

PATIENCE = 120  # seconds for a start or a stop


@contextmanager
def valgrind(site: Site, tool: str, *options: str) -> Iterator[Path]:
    """The site as one process for as long as it lasts, and what valgrind prints."""
    if SANITIZER:
        raise SkipTest("valgrind cannot read what clang writes for debuggers, and would look at what a sanitizer does")
    said = site.httpd.root / "terminal.log"
    with said.open("wb") as terminal:
        process = subprocess.Popen(["valgrind", f"--tool={tool}", "--vgdb=no", *options,
                                    HTTPD, "-X", "-d", site.httpd.root, "-f", site.httpd.configuration],
                                   stdin=subprocess.DEVNULL, stdout=terminal, stderr=terminal, start_new_session=True)
    try:
        deadline = time.monotonic() + PATIENCE
        while not answers(site.httpd.port):
            assert process.poll() is None and time.monotonic() < deadline, said.read_text()
            time.sleep(0.1)
        yield said
    finally:
        process.terminate()
        process.wait(PATIENCE)
        (site.httpd.root / "httpd.pid").unlink(missing_ok=True)  # the debug mode leaves it behind


def instructions(site: Site, visit: Callable[[], None]) -> int:
    """What the site executes to answer the requests of a visit.

    What it does by itself each second would count more the longer a busy machine takes.
    """
    result = site.httpd.root / "callgrind.out"
    result.touch()
    result.chmod(0o666)  # opened again at the end, by www-data
    with valgrind(site, "callgrind", "--toggle-collect=ap_process_request", f"--callgrind-out-file={result}") as said:
        visit()
    total = re.search(r"^(?:summary|totals): (\d+)", result.read_text(), re.MULTILINE)
    assert total, said.read_text()
    return int(total[1])


def memory_errors(site: Site, visit: Callable[[], None]) -> list[str]:
    """What memcheck says of the module in a visit: reads and writes where there is nothing, what depends on bytes that nobody
    has set, memory that nobody can free any more."""
    with valgrind(site, "memcheck", "--leak-check=full", "--show-leak-kinds=definite", "--num-callers=40",
                  "--keep-debuginfo=yes") as said:
        visit()
    text = re.sub(r"^==\d+== ?", "", said.read_text(), flags=re.MULTILINE)
    assert "ERROR SUMMARY" in text, text
    return [block for block in text.split("\n\n") if "mod_uzmfa" in block and re.search(r"^   (?:at|by) 0x", block, re.MULTILINE)]
