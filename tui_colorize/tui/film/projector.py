"""Frames for the screen, read in a thread of its own."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from tui_colorize.tui.film.reel import Plane, Reel
from tui_colorize.tui.latest import Latest
from tui_colorize.video.frame import VideoFrame

_KEPT = 160 * 2**20  # bytes of decoded frames
_AHEAD = 16  # frames that are read before they are asked for
_PATIENCE = 1.0  # seconds

Show = Callable[[int, Plane], object]
"""Called with the index and the gray picture of a frame, uint8 or uint16; from any thread."""


class Projector:
    """The newest frame asked for is read next; those asked for before it are dropped."""

    def __init__(self, path: Path, show: Show, fail: Callable[[Exception], object]) -> None:
        self._path, self._show, self._fail = path, show, fail
        self._thread = Latest("film", ("frame", "ahead"))
        self._reel: Reel | None = None
        self._asked = 0
        self._count = self._at_once = 0  # how many were asked for; the last shown from memory

    def ask(self, index: int) -> None:
        """Have a frame shown; those next to it, the same way on, are likely to be wanted soon."""
        step = -1 if index < self._asked else 1
        self._asked = index
        self._count += 1
        count = self._count
        known = self._reel.known(index) if self._reel is not None else None
        if known is None:
            self._thread.submit("frame", lambda: self._read(index, count))
        else:  # whatever the thread may be at, which is too late now
            self._at_once = count
            self._show(index, known)
        self._thread.submit("ahead", lambda: self._look_ahead(index, step))

    def close(self) -> None:
        """Let go of the film; a frame that is being read may take longer than this waits."""
        self._thread.close(timeout=_PATIENCE)
        if self._reel is not None and not any(map(self._thread.busy, ("frame", "ahead"))):
            self._reel.close()

    def _read(self, index: int, count: int) -> None:
        try:
            if self._reel is None:
                self._reel = Reel(self._path, VideoFrame.gray, _KEPT)
            gray = self._reel.at(index)
            if count > self._at_once:
                self._show(index, gray)
        except Exception as error:
            self._fail(error)

    def _look_ahead(self, index: int, step: int) -> None:
        for away in range(1, _AHEAD + 1):
            if self._reel is None or self._thread.busy("frame"):
                return
            try:
                self._reel.at(max(0, index + step * away))
            except Exception as error:
                self._fail(error)
                return
