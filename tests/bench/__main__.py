# SPDX-License-Identifier: Apache-2.0
"""Measures everything, and writes docs/performance.md, which is performance.md of this folder with figures: `./bootstrap bench`."""

import sys
from collections.abc import Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT / "tests/integration"), str(Path(__file__).resolve().parent)]

import gate  # noqa: E402
import journeys  # noqa: E402
import memory  # noqa: E402
import provider  # noqa: E402
from harness.site import Workshop  # noqa: E402
from picture import bars  # noqa: E402

TEMPLATE = Path(__file__).with_name("performance.md")
DOCUMENT, PICTURE = ROOT / "docs/performance.md", ROOT / "docs/performance.svg"


def table(heads: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    aligned = ["---", *["---:"] * (len(heads) - 1)]
    return "\n".join(f"| {' | '.join(row)} |" for row in [heads, aligned, *rows])


def gate_table(measured: Sequence[gate.Measured]) -> str:
    opened, *guards = measured
    rows = [[one.name, f"{one.instructions:,.0f}", f"{one.added:,.1f}", f"{one.ratio:.3f}", f"{one.cookie:,}"] for one in guards]
    return table(["guard", "instructions added", "µs added", "requests in the same time", "cookie, bytes"],
                 [[opened.name, "0", "0", "1", "0"], *rows])


def gate_alone(measured: Sequence[gate.Measured]) -> str:
    _, loaded, verified, *_ = measured
    return f"A verified request adds {verified.instructions - loaded.instructions:,.0f} instructions to that."


def journey_table(steps: Sequence[journeys.Step]) -> str:
    names = list(dict.fromkeys(step.name for step in steps))
    found = {(step.name, step.driver): step for step in steps}
    rows = [[name, *(cell for driver in ("sqlite3", "pgsql")
                     for cell in (f"{found[name, driver].per_second:,.0f}", f"{found[name, driver].processor:.1f}"))]
            for name in names]
    return table(["", "SQLite: a second", "ms of a processor", "PostgreSQL: a second", "ms of a processor"], rows)


def provider_lines(seen: provider.Provider) -> str:
    return "\n".join([
        f"- {seen.verifications:,} right codes, {provider.AT_A_TIME} at a time, at a provider that answers in"
        f" {provider.LATENCY * 1e3:.0f} ms: {seen.failures} failed. Median {seen.through / seen.alone:.2f} of what the provider takes"
        f" alone, over {seen.connections} connections.",
        f"- While the codes of {provider.AT_A_TIME} users wait for a provider that hangs, verified requests pass at"
        f" {seen.ratio_while_it_hangs:.2f} of the rate before.",
    ])


def fill(document: str, name: str, text: str) -> str:
    """With this in the place of its mark."""
    mark = f"<!-- {name} -->"
    assert mark in document
    print(f"{text}\n", flush=True)
    return document.replace(mark, text)


def main() -> None:
    workshop = Workshop()
    try:
        measured = gate.measure(workshop)
        document = fill(TEMPLATE.read_text(), "gate", gate_table(measured))
        document = fill(document, "gate alone", gate_alone(measured))
        steps = [step for driver in ("sqlite3", "pgsql") for step in journeys.steps(workshop, driver)]
        document = fill(document, "journeys", journey_table(steps))
        document = fill(document, "crowd", "\n".join(f"- {name}: {journeys.crowd_ratio(workshop, driver):.2f}"
                                                     for driver, name in (("sqlite3", "SQLite"), ("pgsql", "PostgreSQL"))))
        document = fill(document, "provider", provider_lines(provider.measure(workshop)))
        document = fill(document, "memory", memory.lines(workshop))
    finally:
        workshop.close()
    PICTURE.write_text(bars(measured))
    DOCUMENT.write_text(document)


if __name__ == "__main__":
    main()
