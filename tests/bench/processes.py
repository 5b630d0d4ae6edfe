# SPDX-License-Identifier: Apache-2.0
"""What the processes of a server have used."""

import os
import re
from pathlib import Path

from harness.site import Site

TICKS = os.sysconf("SC_CLK_TCK")


def processor_seconds(site: Site) -> float:
    """Of the parent and its children together."""
    total = 0
    for pid in (site.httpd.pid, *site.httpd.children()):
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        total += int(fields[11]) + int(fields[12])  # utime and stime, proc(5)
    return total / TICKS


def memory_of_child(site: Site) -> float:
    """Kilobytes of the child that has the most of its own; pages that are shared count in part."""
    rollups = (Path(f"/proc/{pid}/smaps_rollup").read_text() for pid in site.httpd.children())
    return max(float(re.search(r"^Pss:\s+(\d+)", text, re.MULTILINE)[1]) for text in rollups)  # type: ignore[index]
