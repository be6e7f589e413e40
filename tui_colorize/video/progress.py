"""How far the colouring of a film is."""

from __future__ import annotations

import time
from dataclasses import dataclass

STAGES = {
    "scout": "reading and following hints",
    "color": "the network and motion",
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
