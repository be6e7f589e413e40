"""Whether a film's file is all there."""

from __future__ import annotations

import struct
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO

if TYPE_CHECKING:
    import av
    from av.container import InputContainer
    from av.video.stream import VideoStream

_HEADED = ("matroska", "mov", "avi", "flv")  # whose header knows; elsewhere it is an estimate
_TOLERANCE = 1.0  # seconds


class Ending:
    """Watches all packets of a file that is read from its start."""

    def __init__(self, container: InputContainer, stream: VideoStream) -> None:
        self._stream = stream
        self._promised_frames = stream.frames
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


def is_cut_off(path: Path, container: InputContainer) -> bool:
    """Whether the file ends within its outermost pieces, whatever is in them.

    What was cut off may be pictures alone, if the sound comes before them. Only formats whose
    pieces tell their sizes are looked at. Raises OSError.
    """
    names = container.format.name.split(",")
    walk = next((walk for name, walk in _WALKS.items() if name in names), None)
    if walk is None:
        return False
    with path.open("rb") as file:
        size = file.seek(0, 2)
        file.seek(0)
        return walk(file, size)


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
    """Matroska and WebM, RFC 8794 and 9559: a header and one segment."""
    for identity in (b"\x1a\x45\xdf\xa3", b"\x18\x53\x80\x67"):
        if file.read(4) != identity or not (first := file.read(1)):
            return False
        width = 9 - first[0].bit_length()  # of the number, in bytes
        if width > 8:
            return False
        bits = 7 * width
        length = int.from_bytes(first + file.read(width - 1), "big") & ((1 << bits) - 1)
        if length == (1 << bits) - 1:  # unknown
            return False
        file.seek(length, 1)
    return file.tell() > size


def _packets_end_early(file: BinaryIO, size: int) -> bool:
    """MPEG-2 transport stream, ISO/IEC 13818-1: packets of one size, in three variants."""
    start = file.read(5 * 204)
    for length, place in ((188, 0), (192, 4), (204, 0)):
        marks = start[place : 5 * length : length]
        if len(marks) == 5 and set(marks) == {0x47}:
            return size % length != 0
    return False


_WALKS: dict[str, Callable[[BinaryIO, int], bool]] = {
    "mp4": _boxes_end_early,
    "matroska": _segment_ends_early,
    "avi": _chunks_end_early,
    "mpegts": _packets_end_early,
}
"""By FFmpeg's name of the format."""
