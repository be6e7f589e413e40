"""Whether a film's file is all there: its end, and what lies between."""

from __future__ import annotations

import struct
from collections.abc import Callable, Mapping, Sequence
from itertools import pairwise
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING, Any, BinaryIO, TypeVar

from tui_colorize.video.ebml import segment_of

if TYPE_CHECKING:
    import av
    from av.container import InputContainer
    from av.video.stream import VideoStream

Kind = TypeVar("Kind")

_HEADED = ("matroska", "mov", "avi", "flv")  # whose header knows; elsewhere it is an estimate
_TOLERANCE = 1.0  # seconds
_STEADY = 0.9  # part of the steps from frame to frame that are alike in a film of constant rate
_ALIKE = 0.1  # part of a step, or one unit, by which such steps differ
_PAUSE = 4  # times as long as the others


class Ending:
    """Watches all packets of a file that is read from its start."""

    def __init__(self, container: InputContainer, stream: VideoStream) -> None:
        self._stream = stream
        # AVI's header counts empty chunks, too, for which the frame before is shown once more.
        avi = container.format.name == "avi"
        self._promised_frames = len(stream.index_entries) if avi else stream.frames
        self._frames = 0
        headed = container.format.name.startswith(_HEADED)
        self._promised_end: float | None = None
        if headed and container.duration:
            # From 0 on in Matroska, from its start elsewhere: the earlier of the two.
            self._promised_end = container.duration / 1_000_000
        self._end = 0.0

    def saw(self, packet: av.Packet[Any]) -> None:
        """Count a packet in."""
        if not packet.size and packet.dts is None:
            return
        self._frames += packet.stream.index == self._stream.index
        if packet.pts is not None and packet.time_base:
            length = packet.duration or 0
            self._end = max(self._end, float((packet.pts + length) * packet.time_base))

    def is_early(self) -> bool:
        """Whether fewer frames or less time came than promised."""
        if self._promised_frames and self._frames < self._promised_frames:
            return True
        return self._promised_end is not None and self._end < self._promised_end - _TOLERANCE


def pauses(times: Sequence[int]) -> list[tuple[int, int]]:
    """Where a film of constant rate has no frames for long: it rests there, or a part is lost.

    times: of the frames, in ascending order, in any unit. The answer holds the times of the last
    frame before and the first one after.
    """
    steps = [after - before for before, after in pairwise(times)]
    usual = median(steps) if steps else 0
    alike = sum(abs(step - usual) <= max(1, _ALIKE * usual) for step in steps)
    if alike < _STEADY * len(steps):
        return []
    return [pair for pair in pairwise(times) if pair[1] - pair[0] >= _PAUSE * usual]


def is_cut_off(path: Path, container: InputContainer) -> bool:
    """Whether the file ends within its outermost pieces, whatever is in them.

    What was cut off may be pictures alone, if the sound comes before them. Only formats whose
    pieces tell their sizes are looked at. Raises OSError.
    """
    walk = of_format(container, _WALKS)
    if walk is None:
        return False
    with path.open("rb") as file:
        size = file.seek(0, 2)
        file.seek(0)
        return walk(file, size)


def of_format(container: InputContainer, kinds: Mapping[str, Kind]) -> Kind | None:
    """What is for the format of this film, of those by FFmpeg's names of formats, if anything."""
    names = container.format.name.split(",")
    return next((kind for name, kind in kinds.items() if name in names), None)


def _boxes_end_early(file: BinaryIO, size: int) -> bool:
    """MP4 and MOV, ISO/IEC 14496-12, 4.2: boxes one after the other."""
    at = 0
    while at < size:
        file.seek(at)
        head = file.read(16)
        length, least = int.from_bytes(head[:4], "big"), 8
        if length == 1 and len(head) == 16:
            length, least = int.from_bytes(head[8:], "big"), 16
        if len(head) < 8 or length < least:  # 0: to the end of the file; else no box
            return False
        at += length
    return at > size


def _chunks_end_early(file: BinaryIO, size: int) -> bool:
    """AVI: RIFF chunks one after the other, more than one in files beyond 1 GB."""
    at = 0
    while at < size:
        file.seek(at)
        head = file.read(8)
        if head[:4] != b"RIFF" or len(head) < 8:  # what follows is not of the film
            return False
        (length,) = struct.unpack("<I", head[4:])
        if not length:  # written to where it could not be filled in later
            return False
        at += 8 + length + length % 2
    return at - 1 > size  # a missing pad byte is no loss


def _segment_ends_early(file: BinaryIO, size: int) -> bool:
    """Matroska and WebM: a header and one segment."""
    segment = segment_of(file)
    return segment is not None and segment.end is not None and segment.end > size


def _packets_end_early(file: BinaryIO, size: int) -> bool:
    layout = transport_layout(file)
    return layout is not None and size % layout[0] != 0


def transport_layout(file: BinaryIO) -> tuple[int, int] | None:
    """MPEG-2 transport stream, ISO/IEC 13818-1: packets of one size, in three variants.

    Their length, and where in it the 188 bytes begin. Raises OSError.
    """
    file.seek(0)
    start = file.read(5 * 204)
    for length, place in ((188, 0), (192, 4), (204, 0)):
        marks = start[place : 5 * length : length]
        if len(marks) == 5 and set(marks) == {0x47}:
            return length, place
    return None


_WALKS: dict[str, Callable[[BinaryIO, int], bool]] = {
    "mp4": _boxes_end_early,
    "matroska": _segment_ends_early,
    "avi": _chunks_end_early,
    "mpegts": _packets_end_early,
}
"""By FFmpeg's name of the format."""
