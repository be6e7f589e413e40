"""Encoded pieces of a film, each in a file of its own until all are put together.

A container would round the times or change the packets; what is needed is only to have them back.
"""

from __future__ import annotations

import contextlib
import os
import struct
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from tui_colorize.errors import UserError, reason
from tui_colorize.terminaltext import printable

_MAGIC = b"tui-colorize segment 1\n"
_HEAD = struct.Struct("<qqBI")  # PTS, duration, keyframe, size


@dataclass(frozen=True, slots=True)
class Entry:
    """One encoded frame, in decoding order. offset, size: of its bytes in the segment's file."""

    path: Path
    pts: int
    duration: int
    keyframe: bool
    offset: int
    size: int


class SegmentFile:
    """Writes packets to a new file, which has its name only once it is complete."""

    def __init__(self, path: Path) -> None:
        """Raises OSError, as do all methods."""
        self._path = path
        self._partial = path.with_name(path.name + ".part")
        self._file: BinaryIO = self._partial.open("wb")
        self._file.write(_MAGIC)

    def add(self, pts: int, duration: int, keyframe: bool, data: memoryview | bytes) -> None:
        """Append a packet."""
        self._file.write(_HEAD.pack(pts, duration, keyframe, len(data)))
        self._file.write(data)

    def finish(self) -> None:
        """Put everything on the disk and give the file its name."""
        self._file.flush()
        os.fsync(self._file.fileno())
        self._file.close()
        self._partial.replace(self._path)
        sync_folder(self._path.parent)

    def discard(self) -> None:
        """Remove what was written."""
        with contextlib.suppress(OSError):  # of a full disk, a second time
            self._file.close()
        self._partial.unlink(missing_ok=True)


def sync_folder(folder: Path) -> None:
    """Put the names in a folder on the disk, where the system can."""
    try:
        handle = os.open(folder, os.O_RDONLY)
    except OSError:
        return
    try:
        os.fsync(handle)
    except OSError:
        pass
    finally:
        os.close(handle)


def entries(path: Path) -> Iterator[Entry]:
    """What a segment holds. Raises UserError where it is missing or damaged."""
    name = printable(path)
    try:
        with path.open("rb") as file:
            size = path.stat().st_size
            if file.read(len(_MAGIC)) != _MAGIC:
                raise UserError(f"{name} is not an encoded part of a film")
            while head := file.read(_HEAD.size):
                if len(head) < _HEAD.size:
                    raise UserError(f"{name} is damaged: it ends within a frame")
                pts, duration, keyframe, length = _HEAD.unpack(head)
                offset = file.tell()
                if offset + length > size:
                    raise UserError(f"{name} is damaged: it ends within a frame")
                yield Entry(path, pts, duration, bool(keyframe), offset, length)
                file.seek(length, os.SEEK_CUR)
    except OSError as error:
        raise UserError(f"{name} cannot be read: {reason(error)}") from error
