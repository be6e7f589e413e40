"""How far the colouring of a film is."""

from __future__ import annotations

import time
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
    """Makes a Progress of every finished frame."""

    def __init__(self, total: int | None, before: int) -> None:
        """before: frames finished by an earlier run."""
        self._total, self._before = total, before
        self._began = time.monotonic()

    def read(self, done: int, slowest: str) -> Progress:
        """done: frames finished, those of the earlier run included."""
        seconds = time.monotonic() - self._began
        fps = (done - self._before) / seconds if seconds > 0 else 0.0
        left = None
        if self._total is not None and fps > 0:
            left = max(self._total - done, 0) / fps
        return Progress(done, self._total, fps, left, slowest)
