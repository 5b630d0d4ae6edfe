# SPDX-License-Identifier: Apache-2.0
"""How many instructions an httpd executes, counted by valgrind: the same on a busy machine as on an idle one."""

import re
import subprocess
import time
from collections.abc import Callable

from .httpd import answers
from .paths import HTTPD
from .site import Site

PATIENCE = 120  # seconds for a start or a stop under valgrind


def instructions(site: Site, visit: Callable[[], None]) -> int:
    """Run the site as one process, for as long as the visit lasts; what it executed to answer requests.

    What it does by itself each second would count more the longer a busy machine takes.
    """
    result = site.httpd.root / "callgrind.out"
    result.touch()
    result.chmod(0o666)  # opened again at the end, by www-data
    said = site.httpd.root / "terminal.log"
    with said.open("wb") as terminal:
        process = subprocess.Popen(["valgrind", "--tool=callgrind", "--vgdb=no", "--toggle-collect=ap_process_request",
                                    f"--callgrind-out-file={result}",
                                    HTTPD, "-X", "-d", site.httpd.root, "-f", site.httpd.configuration],
                                   stdin=subprocess.DEVNULL, stdout=terminal, stderr=terminal, start_new_session=True)
    try:
        deadline = time.monotonic() + PATIENCE
        while not answers(site.httpd.port):
            assert process.poll() is None and time.monotonic() < deadline, said.read_text()
            time.sleep(0.1)
        visit()
    finally:
        process.terminate()
        process.wait(PATIENCE)
        (site.httpd.root / "httpd.pid").unlink(missing_ok=True)  # the debug mode leaves it behind
    total = re.search(r"^(?:summary|totals): (\d+)", result.read_text(), re.MULTILINE)
    assert total, said.read_text()
    return int(total[1])
