"""Where shots begin, found piece by piece, so that what is wanted first is known first."""

from __future__ import annotations

from bisect import bisect_right, insort
from collections.abc import Callable, Iterator

import numpy as np
from numpy.typing import NDArray

from tui_colorize.video.shots import LOOK_AHEAD, WARM_UP, with_starts

Gray = NDArray[np.uint8]

_BLOCK = 240  # frames that are looked at together


class Cuts:
    """Not to be shared by threads."""

    def __init__(self, count: int, frame: Callable[[int], Gray]) -> None:
        """count: frames of the film. frame: gives one."""
        self._count, self._frame = count, frame
        self._scans: dict[int, Iterator[None]] = {}  # of blocks that are begun
        self._done: set[int] = set()
        self._known: dict[int, int] = {}  # by block, the frame up to which it is known
        self._starts = [0]

    @property
    def starts(self) -> tuple[int, ...]:
        """The first frames of the shots known so far, in order."""
        return tuple(self._starts)

    def begins(self, frame: int) -> bool | None:
        """Whether a shot begins with this frame; None as long as that is not known."""
        if frame >= self._known.get(frame // _BLOCK, 0):
            return None
        return self._starts[bisect_right(self._starts, frame) - 1] == frame

    def next_unknown(self, frame: int) -> int | None:
        """A frame of which that is not known, the nearest block first; None where there is none."""
        here, blocks = frame // _BLOCK, -(-self._count // _BLOCK)
        if len(self._done) == blocks:
            return None
        left = (block for block in range(blocks) if block not in self._done)
        return min(left, key=lambda block: abs(block - here)) * _BLOCK

    def look(self, frame: int) -> None:
        """Look at one frame more, to know sooner of this one."""
        block = frame // _BLOCK
        if block not in self._done:
            scan = self._scans.setdefault(block, self._scan(block))
            if next(scan, self._done) is self._done:
                self._done.add(block)
                del self._scans[block]

    def _scan(self, block: int) -> Iterator[None]:
        first = block * _BLOCK
        last = min(first + _BLOCK, self._count)
        begin = max(0, first - WARM_UP)
        seen = range(begin, min(last + LOOK_AHEAD, self._count))
        for frame, starts in with_starts(seen, self._frame):
            if first <= frame < last:
                if starts and frame > begin:
                    insort(self._starts, frame)
                self._known[block] = frame + 1
            yield
