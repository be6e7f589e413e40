"""Which frame of a film is to be seen while it plays."""

from __future__ import annotations

from collections import deque

from tui_colorize.tui.film.clip import Clip

_RECENT = 1.0  # seconds over which frames are counted


class Player:
    """Plays from a frame on, in the film's own time. Times in seconds, of any clock."""

    def __init__(self, clip: Clip, frame: int, now: float) -> None:
        self._clip = clip
        self._offset = clip.time_of(frame) - now
        self._shown: deque[float] = deque()
        self.awaited: int | None = None
        """The frame that was asked for and is not on the canvas yet."""
        self.drawn = False
        """Whether it is coloured and being drawn."""

    def due(self, now: float) -> int:
        """The frame for this moment; the last one from the end on."""
        return self._clip.frame_at(now + self._offset)

    def showed(self, now: float) -> None:
        """Another frame was shown."""
        self._shown.append(now)
        while self._shown[0] < now - _RECENT:
            self._shown.popleft()

    @property
    def rate(self) -> float:
        """Frames shown a second."""
        if len(self._shown) < 2:
            return 0.0
        return (len(self._shown) - 1) / max(self._shown[-1] - self._shown[0], 1e-3)
