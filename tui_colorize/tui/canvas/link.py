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
from statistics import median
from typing import NamedTuple

QUESTION = "\x1b[6n"
"""Where is the cursor? Textual passes the answer on as CursorPosition."""

PIECE = 8_000  # bytes between two questions
_SMALLEST, _LARGEST = 16_000, 2_000_000  # bytes on the way
_DELAY = 0.03  # seconds that pieces may wait for each other
_PATIENCE = 3.0  # seconds after which an answer will not come any more
_AT_ONCE = 0.005  # seconds
_EXACT = 0.002  # seconds by which times may be wrong
_JUDGED = 15  # pieces whose pace tells how fast the link is
_SLOW = 500_000  # bytes per second; a whole picture takes about a second


class _Piece(NamedTuple):
    """asked: when the question after it was written. size: bytes since the question before."""

    asked: float
    size: int


class Link:
    """Counts what is sent and what has arrived. Times in seconds, amounts in bytes."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._asked: deque[_Piece] = deque()
        self._unasked = 0
        self._window = _SMALLEST
        self._fastest = float("inf")
        self._deaf = False
        self._answered = float("-inf")  # when the last answer came
        self._paces: deque[float] = deque(maxlen=_JUDGED)

    def sent(self, count: int) -> bool:
        """So much was written. Whether to write the question now."""
        self._unasked += count
        if self._unasked < PIECE or self._deaf:
            return False
        self._asked.append(_Piece(self._clock(), self._unasked))
        self._unasked = 0
        return True

    def answered(self, at: float | None = None) -> None:
        """An answer came, now or at that time of the clock."""
        if not self._asked:
            return
        at = self._clock() if at is None else at
        asked, size = self._asked.popleft()
        taken = at - asked
        self._fastest = min(self._fastest, taken)
        # A piece that was sent a whole round trip before the answer to the one before it had to
        # wait for that: the time between the answers is what the link took for it. That holds
        # however far away the terminal is, and however slow this program is at the moment.
        if self._answered - asked >= self._fastest - _EXACT:
            self._paces.append((at - self._answered) / size)
        self._answered = at
        if self._asked and self._asked[0].asked - asked < _AT_ONCE:
            return  # the last one of those that were written together tells
        # More on the way as long as nothing waits; less as soon as pieces queue up somewhere. What
        # is on its way when they begin to will be heard of only a round trip later.
        waited = taken - self._fastest
        if waited > _DELAY:
            self._window = max(_SMALLEST, self._window * 3 // 4)
        elif waited < _DELAY / 3:
            self._window = min(_LARGEST, self._window + PIECE)

    @property
    def throughput(self) -> float | None:
        """Bytes per second; None until there was enough to judge by."""
        if len(self._paces) < _JUDGED:
            return None
        return 1 / max(1e-9, median(self._paces))

    @property
    def slow(self) -> bool:
        """Whether pictures take so long that fewer bytes would be better."""
        return self.throughput is not None and self.throughput < _SLOW

    @property
    def room(self) -> int:
        """How much may be written now."""
        if self._asked and self._clock() - self._asked[0].asked > _PATIENCE:
            self._deaf = True
            self._asked.clear()
        if self._deaf:
            return _SMALLEST
        return self._window - self._unasked - sum(piece.size for piece in self._asked)
