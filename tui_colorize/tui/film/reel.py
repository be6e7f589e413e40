"""Any frame of a film, whichever way one goes through it: a reader behind a cache."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable
from pathlib import Path
from typing import Any

from numpy.typing import NDArray

from tui_colorize.errors import UserError
from tui_colorize.video.frame import VideoFrame
from tui_colorize.video.reader import NEAR, VideoReader

Plane = NDArray[Any]

_BACK = 32  # frames before the wanted one that are read too when one goes back
_FEWEST = 8  # frames that are kept, however large they are


class Reel:
    """Not to be shared by threads. A context manager."""

    def __init__(self, path: Path, view: Callable[[VideoFrame], Plane], most: int) -> None:
        """view: what is kept of a frame. most: bytes that are kept. Raises UserError."""
        self._reader = VideoReader(path)
        self._view, self._most = view, most
        self._kept: OrderedDict[int, Plane] = OrderedDict()
        self._bytes = 0
        self._next = 0  # the index that reading on begins with
        self._end = self._reader.count()  # from here on nothing can be decoded

    def __enter__(self) -> Reel:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Let go of the file."""
        self._reader.close()
        self._kept.clear()

    def known(self, index: int) -> Plane | None:
        """A frame if it is in memory. Any thread may ask."""
        return self._kept.get(index)

    def at(self, index: int) -> Plane:
        """A frame. One that cannot be decoded is the next one, or the last that can.

        Raises UserError where none can.
        """
        while True:
            index = min(index, self._end - 1)
            if index < 0:
                raise UserError("This film holds no frame that can be decoded.")
            if index in self._kept:
                self._kept.move_to_end(index)
                return self._kept[index]
            if not self._next <= index <= self._next + NEAR:
                self._go(index)
            plane = None
            while self._next <= index < self._end:
                plane = self._read_on()
            if plane is not None:  # in memory it may be no longer, behind a long damaged stretch
                return plane

    def _go(self, index: int) -> None:
        """Let reading on begin at the frame, or before it when going back."""
        place = max(0, index - _BACK) if index < self._next else index
        self._next = place
        try:
            self._reader.seek(place)
        except UserError:
            self._end = place

    def _read_on(self) -> Plane | None:
        frame = next(self._reader, None)
        if frame is None:
            self._end = self._next
            return None
        plane = self._view(frame)
        for index in range(self._next, frame.index + 1):  # of damaged ones, too
            self._keep(index, plane)
        self._next = frame.index + 1
        return plane

    def _keep(self, index: int, plane: Plane) -> None:
        if index not in self._kept:
            self._bytes += plane.nbytes
        self._kept[index] = plane
        while self._bytes > self._most and len(self._kept) > _FEWEST:
            self._bytes -= self._kept.popitem(last=False)[1].nbytes
