# SPDX-License-Identifier: Apache-2.0
"""Many requests at the same moment."""

import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager
from threading import Barrier
from typing import TypeVar

T = TypeVar("T")


def at_once(calls: Sequence[Callable[[], T]]) -> list[T]:
    """Make all calls together, each in a thread of its own, and return their results in order."""
    barrier = Barrier(len(calls))

    def run(call: Callable[[], T]) -> T:
        barrier.wait()
        return call()

    with ThreadPoolExecutor(len(calls)) as pool:
        return list(pool.map(run, calls))


def piled_up(hold: AbstractContextManager[None], calls: Sequence[Callable[[], T]]) -> list[T]:
    """Make all calls together while something holds them up, let go, and return their results in order."""
    with ThreadPoolExecutor(len(calls)) as pool:
        with hold:
            running = [pool.submit(call) for call in calls]
            time.sleep(0.5)  # enough for them to come as far as they can; fewer waiting would do no harm
        return [one.result() for one in running]
