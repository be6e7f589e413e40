"""Frames between the two uses that are made of them, so that a film is decoded once."""

from __future__ import annotations

from pathlib import Path
from threading import Lock

from tui_colorize.video.frame import VideoFrame
from tui_colorize.video.reader import NEAR, VideoReader

_ROOM = 1 << 29  # bytes


class Shelf:
    """One thread puts frames there, another takes them in the same order, later.

    What found no room, since the second is far behind or the frames are large, is read again.
    A context manager.
    """

    def __init__(self, path: Path, room: int = _ROOM) -> None:
        """room: bytes that are held at most."""
        self._path = path
        self._room = room
        self._frames: dict[int, VideoFrame] = {}
        self._lock = Lock()
        self._reader: VideoReader | None = None
        self._last: VideoFrame | None = None  # that was read again

    def __enter__(self) -> Shelf:
        return self

    def __exit__(self, *_: object) -> None:
        if self._reader is not None:
            self._reader.close()

    @property
    def problems(self) -> tuple[str, ...]:
        """Sentences about what was damaged where frames were read again."""
        return () if self._reader is None else tuple(self._reader.problems)

    def put(self, frame: VideoFrame) -> None:
        """Keep a frame, if there is room."""
        size = frame.size
        with self._lock:
            if size <= self._room:
                self._frames[frame.index] = frame
                self._room -= size

    def take(self, index: int) -> VideoFrame | None:
        """The frame of this index, which grows from call to call; None if it cannot be decoded.

        Raises UserError where the film cannot be read any more.
        """
        with self._lock:
            frame = self._frames.pop(index, None)
            if frame is not None:
                self._room += frame.size
                return frame
        return self._again(index)

    def _again(self, index: int) -> VideoFrame | None:
        if self._reader is None:
            self._reader = VideoReader(self._path, index)
        elif self._last is not None and index - self._last.index > NEAR:
            self._reader.seek(index)
        while self._last is None or self._last.index < index:
            self._last = next(self._reader, None)
            if self._last is None:
                return None
        return self._last if self._last.index == index else None
