"""Threads joined by bounded queues: memory stays, whatever the film's length, and all can be
stopped at once."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterable, Iterator
from queue import Empty, Full, Queue
from threading import Event, Lock, Thread
from typing import Generic, TypeVar

Item = TypeVar("Item")

_WAKE = 0.1  # seconds between looks at whether all is to stop
_TURN = 0.0005  # seconds that a thread may run Python while another waits for that


class Stopped(Exception):
    """The work was stopped; raised inside of stages only."""


class AssemblyLine:
    """Stages that run side by side, each in a thread of its own, but the last.

    A stage is an iterator; what it yields goes through a queue to the stage that iterates over it.
    """

    def __init__(self) -> None:
        self.error: BaseException | None = None
        self._stop = Event()
        self._threads: list[Thread] = []
        self._waited: dict[str, float] = {}
        self._turns: _ShortTurns | None = None

    def stage(self, name: str, items: Iterable[Item], ahead: int) -> Iterator[Item]:
        """Run an iterator in a thread that keeps up to `ahead` items ready; they come out here.

        The output is to be iterated in one other thread. Raises, there, what the iterator raised.
        """
        self._turns = self._turns or _ShortTurns()
        belt: _Belt[Item] = _Belt(ahead, self._stop)
        self._waited[name] = 0.0

        def work() -> None:
            try:
                for item in items:
                    self._waited[name] += belt.put((item,))
                belt.put(None)
            except Stopped:
                pass
            except BaseException as error:
                # The first error counts: others follow from it.
                self.error = self.error or error
                self._stop.set()

        thread = Thread(target=work, name=name, daemon=True)
        self._threads.append(thread)
        thread.start()
        return self._taken(belt)

    def taking(self, name: str, items: Iterator[Item]) -> Iterator[Item]:
        """The items, with the time that the stage of this name waits for them noted."""
        self._waited.setdefault(name, 0.0)
        while True:
            start = time.monotonic()
            try:
                item = next(items)
            except StopIteration:
                return
            finally:
                self._waited[name] += time.monotonic() - start
            yield item

    def slowest(self) -> str:
        """The stage that has waited least: the one that the others wait for."""
        return min(self._waited, key=lambda name: self._waited[name], default="")

    def stop(self) -> None:
        """Stop all stages and wait until they have ended."""
        self._stop.set()
        for thread in self._threads:
            thread.join()
        if self._turns is not None:
            self._turns.end()
            self._turns = None

    def _taken(self, belt: _Belt[Item]) -> Iterator[Item]:
        while True:
            try:
                wrapped = belt.get()
            except Stopped:
                if self.error is not None:
                    raise self.error from None
                raise
            if wrapped is None:
                return
            yield wrapped[0]


class _ShortTurns:
    """As long as there are any, threads take shorter turns in running Python.

    A stage that comes back from OpenCV waits for the others' turns to end, many times a frame: with
    Python's usual 5 ms that is a fifteenth of the time that a film takes on two cores.
    """

    _lock = Lock()
    _count = 0
    _usual = 0.0

    def __init__(self) -> None:
        cls = type(self)
        with cls._lock:
            if not cls._count:
                cls._usual = sys.getswitchinterval()
                sys.setswitchinterval(min(_TURN, cls._usual))
            cls._count += 1

    def end(self) -> None:
        """Not to be called twice."""
        cls = type(self)
        with cls._lock:
            cls._count -= 1
            if not cls._count:
                sys.setswitchinterval(cls._usual)


class _Belt(Generic[Item]):
    """A bounded queue that gives up when all is to stop. Items travel in tuples; None ends it."""

    def __init__(self, size: int, stop: Event) -> None:
        self._queue: Queue[tuple[Item] | None] = Queue(size)
        self._stop = stop

    def put(self, item: tuple[Item] | None) -> float:
        """Returns how many seconds it had to wait for room."""
        start = time.monotonic()
        while not self._stop.is_set():
            try:
                self._queue.put(item, timeout=_WAKE)
                return time.monotonic() - start
            except Full:
                continue
        raise Stopped

    def get(self) -> tuple[Item] | None:
        while not self._stop.is_set():
            try:
                return self._queue.get(timeout=_WAKE)
            except Empty:
                continue
        raise Stopped
