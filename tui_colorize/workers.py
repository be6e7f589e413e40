"""Threads in which several things are done side by side."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from threading import Barrier
from typing import TypeVar

Made = TypeVar("Made")


class Workers:
    """A fixed number of threads that all run from the start, until they are closed."""

    def __init__(self, count: int, begin: Callable[[], None] = lambda: None) -> None:
        """begin: called once in each thread, before this returns."""
        self.count = count
        self._pool = ThreadPoolExecutor(count, thread_name_prefix="worker")
        all_there = Barrier(count)

        def first() -> None:
            all_there.wait()  # or one thread would begin for all of them
            begin()

        for begun in [self._pool.submit(first) for _ in range(count)]:
            begun.result()

    def submit(self, work: Callable[[], Made]) -> Future[Made]:
        """What the work returns or raises comes with the Future."""
        return self._pool.submit(work)

    def close(self) -> None:
        """Give up what has not begun, and wait for what has."""
        self._pool.shutdown(cancel_futures=True)
