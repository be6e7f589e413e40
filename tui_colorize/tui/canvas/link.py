"""The way to the terminal: how much may be on it, so that a key's answer is not held up.

What is written to a terminal far away is gone at once, into the buffers of the system, of ssh and
of the network, and a key's answer would wait behind all of it. So large amounts are handed over a
piece at a time, each followed by a question that any terminal answers; the answers tell how much
is on its way, and how fast it goes.
"""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable

QUESTION = "\x1b[6n"
"""Where is the cursor? Textual passes the answer on as CursorPosition."""

_PIECE = 8_000  # bytes between two questions
_SMALLEST, _LARGEST = 16_000, 2_000_000  # bytes on the way
_DELAY = 0.03  # seconds that pieces may wait for each other
_PATIENCE = 3.0  # seconds after which an answer will not come any more


class Link:
    """Counts what is sent and what has arrived. Times in seconds, amounts in bytes."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._asked: deque[tuple[float, int]] = deque()  # when, how much since the one before
        self._unasked = 0
        self._window = _SMALLEST
        self._fastest = float("inf")
        self._deaf = False
        self.throughput: float | None = None
        """Bytes per second, as far as they were put to the test."""

    def sent(self, count: int) -> bool:
        """So much was written. Whether to write the question now."""
        self._unasked += count
        if self._unasked < _PIECE or self._deaf:
            return False
        self._asked.append((self._clock(), self._unasked))
        self._unasked = 0
        return True

    def answered(self) -> None:
        """An answer came."""
        if not self._asked:
            return
        asked, amount = self._asked.popleft()
        on_the_way = amount + sum(more for _, more in self._asked)
        taken = max(1e-6, self._clock() - asked)
        self._fastest = min(self._fastest, taken)
        self.throughput = on_the_way / taken
        # More on the way as long as nothing waits; less as soon as pieces queue up somewhere.
        if taken - self._fastest > _DELAY:
            self._window = max(_SMALLEST, self._window * 3 // 4)
        else:
            self._window = min(_LARGEST, self._window + _PIECE)

    @property
    def room(self) -> int:
        """How much may be written now."""
        if self._asked and self._clock() - self._asked[0][0] > _PATIENCE:
            self._deaf = True
            self._asked.clear()
        if self._deaf:
            return _SMALLEST
        return self._window - self._unasked - sum(amount for _, amount in self._asked)
