"""How far the colouring of a film is."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass

from tui_colorize.clock import clock

STAGES = {
    "read": "reading",
    "scout": "following hints",
    "motion": "motion",
    "color": "the network",
    "chroma": "enlarging colours",
    "encode": "encoding",
}
"""What the stages do, in words."""

# seconds
_SETTLING = 2.0
_PAUSE = 0.5
_LEAST = 1e-3


@dataclass(frozen=True, slots=True)
class Progress:
    """done: frames finished, those of an earlier, interrupted run included; total: all, None where
    the film does not tell. fps: frames a second in this run. remaining: seconds, None where
    unknown. slowest: the key in STAGES of what the other stages wait for."""

    done: int
    total: int | None
    fps: float
    remaining: float | None
    slowest: str

    @property
    def frames(self) -> str:
        """12 of 240 frames."""
        return f"{self.done}{'' if self.total is None else f' of {self.total}'} frames"

    def __str__(self) -> str:
        left = "" if self.remaining is None else f", {clock(self.remaining)} left"
        return f"{self.frames}, {self.fps:.1f} fps{left}"


class Meter:
    """Measures how fast frames are finished, and tells.

    Pauses do not count; nor does the time after one and after the start, when frames come at once
    that were ready before.
    """

    def __init__(self, total: int | None, before: int) -> None:
        """before: frames finished by an earlier run."""
        self._total, self._before = total, before
        self._began = time.monotonic()
        self._counts_from: float | None = None  # when; before the first frame that is not known
        self._last = before, self._began
        self._frames, self._seconds = 0, 0.0

    def tell(self, show: Callable[[Progress], None], done: int, slowest: str) -> None:
        """A frame is finished. done: how many are, those of the earlier run included.

        show: gets the Progress; if it takes long, that is a pause.
        """
        now = time.monotonic()
        if self._counts_from is None:
            self._counts_from = now + _SETTLING
        elif now >= self._counts_from:
            self._frames += done - self._last[0]
            self._seconds += now - self._last[1]
        show(self._progress(done, slowest, now))
        self._last = done, now
        after = time.monotonic()
        if after - now > _PAUSE:
            self._last = done, after
            self._began += after - now
            self._counts_from = after + _SETTLING

    def _progress(self, done: int, slowest: str, now: float) -> Progress:
        if self._seconds < _SETTLING:
            fps = (done - self._before) / max(now - self._began, _LEAST)
            return Progress(done, self._total, fps, None, slowest)
        fps = self._frames / self._seconds
        left = None if self._total is None else max(self._total - done, 0) / fps
        return Progress(done, self._total, fps, left, slowest)
