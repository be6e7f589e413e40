"""The shape of the pixels in Matroska and WebM, which FFmpeg's muxer is told by no way of PyAV.

The muxer is made to write an element that is not needed, in whose place the shape comes afterwards.
"""

from __future__ import annotations

import zlib
from fractions import Fraction
from pathlib import Path

from tui_colorize.video.ebml import CRC, TRACK, TRACKS, VIDEO, child, segment_of

UPSIDE_DOWN = (-(1 << 16), 0, 0, 0, -(1 << 16), 0, 0, 0, 1 << 30)
"""The display matrix that makes room: it is written as an element Projection."""

# RFC 9559, 5.1.4.1.28
_WIDTH, _HEIGHT, _UNIT, _PROJECTION = 0x54B0, 0x54BA, 0x54B2, 0x7670
_VOID = 0xEC
_LARGEST = 0xFFFF
_SMALL = 480  # rows; less are shown enlarged where that is more exact


def write_shape(path: Path, width: int, height: int, aspect: Fraction) -> bool:
    """Write the size at which players are to show the first track, whose matrix is UPSIDE_DOWN.

    width, height: of the picture as coded. aspect: of its pixels, width to height.
    Whether there was a place for it. Raises OSError.
    """
    shown = (Fraction(width, height) * aspect).limit_denominator(max(height, _SMALL))
    scale = max(1, round(height / shown.denominator))  # whole pixels, in very nearly this ratio
    size = shown.numerator * scale, shown.denominator * scale
    with path.open("r+b") as file:
        segment = segment_of(file)
        tracks = child(file, segment, TRACKS)
        video = child(file, child(file, tracks, TRACK), VIDEO)
        room = child(file, video, _PROJECTION)
        if tracks is None or tracks.size is None or room is None or room.end is None:
            return False
        left = room.end - room.at - 2
        data = b""
        if max(size) <= _LARGEST and left >= 10:
            data = _number(_WIDTH, size[0]) + _number(_HEIGHT, size[1])
            left -= len(data)
        file.seek(room.at)
        file.write(data + bytes((_VOID, 0x80 | left)) + bytes(left))
        unit = child(file, video, _UNIT)
        if data and unit is not None:
            file.seek(unit.start)
            file.write(bytes(unit.size or 0))  # pixels
        checksum = child(file, tracks, CRC)
        if checksum is not None and checksum.end is not None:
            file.seek(checksum.end)
            found = zlib.crc32(file.read(tracks.start + tracks.size - checksum.end))
            file.seek(checksum.start)
            file.write(found.to_bytes(4, "little"))
    return bool(data)


def _number(identity: int, value: int) -> bytes:
    """An element of five bytes."""
    return identity.to_bytes(2, "big") + bytes((0x82,)) + value.to_bytes(2, "big")
