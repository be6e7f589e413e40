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

PIECE = 4_000  # bytes between two questions
_FIRST = 16_000  # bytes on the way before the rate is known
_PLENTY = 8e6  # bytes per second; more are not needed, and times are not exact enough to tell
_AHEAD = 0.01  # seconds that the link is given work for: it waits for none, a key not for long
_HASTE = 0.9  # of the time that a piece takes: so there is something waiting mostly, to judge by
_PATIENCE = 3.0  # seconds after which an answer will not come any more
_EXACT = 0.002  # seconds by which times may be wrong
_STRETCH = 4 * PIECE  # bytes whose pace is taken at once: answers may come in bunches
_KEPT, _JUDGED = 15, 7  # stretches; so many of them tell how fast the link is
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
        self._first = _FIRST
        self._fastest = (float("inf"), 0)  # seconds until an answer, and to a piece of what size
        self._deaf = False
        self._answered = float("-inf")  # when the last answer came
        self._stretch = (0.0, 0)  # seconds that the link took for so many bytes
        self._paces: deque[float] = deque(maxlen=_KEPT)  # seconds per byte
        self._busy = float("-inf")  # until when the link has work, at its pace

    def sent(self, count: int) -> bool:
        """So much was written. Whether to write the question now."""
        if self._paces:
            self._busy = max(self._busy, self._clock()) + count * self._pace * _HASTE
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
        full = self._on_way >= self._first
        asked, size = self._asked.popleft()
        self._fastest = min(self._fastest, (at - asked, size))
        # A piece that was sent a whole round trip before the answer to the one before it had to
        # wait for that: the time between the answers is what the link took for it. That holds
        # however far away the terminal is, and however slow this program is at the moment.
        taken, least = self._fastest
        way = taken - (least * self._pace if self._paces else 0.0)
        if self._answered - asked >= way - _EXACT:
            seconds, count = self._stretch
            self._stretch = seconds + at - self._answered, count + size
            if self._stretch[1] >= _STRETCH:
                self._paces.append(max(1 / _PLENTY, self._stretch[0] / self._stretch[1]))
                self._stretch = (0.0, 0)
        elif full and not self._paces:
            self._first += 2 * size  # nothing waits yet: the link takes more
        self._answered = at

    @property
    def _on_way(self) -> int:
        """Bytes that have not been heard of."""
        return self._unasked + sum(piece.size for piece in self._asked)

    @property
    def _pace(self) -> float:
        """Seconds per byte."""
        return median(self._paces) if len(self._paces) > 2 else max(self._paces)

    @property
    def throughput(self) -> float | None:
        """Bytes per second; None until there was enough to judge by."""
        return 1 / self._pace if len(self._paces) >= _JUDGED else None

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
            return _FIRST
        if not self._paces:
            return self._first - self._on_way
        # What fills the link: as much as it passes on during a round trip. More would queue up
        # before it, and so would all of this if it were sent at once.
        ahead = self._busy - self._clock()
        window = max(_FIRST, (self._fastest[0] + _AHEAD) / self._pace)
        return int(min(window - self._on_way, (_AHEAD - max(0.0, ahead)) / self._pace))
