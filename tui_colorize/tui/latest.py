"""A thread that does the newest of each kind of job and drops those it did not get to."""

from __future__ import annotations

import os
import sys
import threading
from collections.abc import Callable, Collection
from contextlib import suppress

Job = Callable[[], None]

_NICE = 3


class Latest:
    """Jobs go into named slots; a new job takes the place of one that waits in the same slot.

    The thread takes the slots in the order given here. Jobs must not raise.
    """

    def __init__(self, name: str, slots: tuple[str, ...]) -> None:
        self._slots = slots
        self._waiting: dict[str, Job] = {}
        self._running: str | None = None
        self._closed = False
        self._changed = threading.Condition()
        self._thread = threading.Thread(target=self._work, name=name, daemon=True)
        self._started = False

    def submit(self, slot: str, job: Job) -> None:
        """Do this job instead of the one that waits in the slot."""
        assert slot in self._slots
        with self._changed:
            if self._closed:
                return
            self._waiting[slot] = job
            if not self._started:
                self._started = True
                self._thread.start()
            self._changed.notify_all()

    def busy(self, slot: str) -> bool:
        """Whether a job of this slot waits or runs."""
        with self._changed:
            return self._running == slot or slot in self._waiting

    def waits(self, slot: str) -> bool:
        """Whether a job waits in this slot."""
        with self._changed:
            return slot in self._waiting

    def close(self, essential: Collection[str] = (), timeout: float = 3.0) -> None:
        """Take no more jobs, drop those that wait except the essential ones, wait for the end.

        Only an essential job is waited for however long it takes.
        """
        with self._changed:
            self._closed = True
            self._waiting = {k: v for k, v in self._waiting.items() if k in essential}
            patient = bool(self._waiting) or self._running in essential
            self._changed.notify_all()
        if self._started:
            self._thread.join(None if patient else timeout)

    def _work(self) -> None:
        step_back(_NICE)
        while True:
            with self._changed:
                self._running = None
                self._changed.wait_for(lambda: self._waiting or self._closed)
                if not self._waiting:
                    return
                slot = next(name for name in self._slots if name in self._waiting)
                job = self._waiting.pop(slot)
                self._running = slot
            job()


def step_back(nice: int) -> None:
    """Let what is more pressing go before this thread and those that it starts, by so much."""
    if sys.platform == "linux":  # where threads have a priority of their own
        with suppress(OSError):
            os.nice(nice)
