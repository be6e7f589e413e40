"""Whether a film's file is damaged in its midst, by what its format tells of its pieces.

Decoders conceal what they can and demuxers pass over what they cannot read, both without a word.
"""

from __future__ import annotations

import zlib
from collections.abc import Callable, Collection
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO

import numpy as np
from numpy.typing import NDArray

from tui_colorize.terminaltext import printable
from tui_colorize.video.ebml import (
    CLUSTER,
    CRC,
    HEADER,
    Element,
    children,
    element_at,
    segment_of,
)
from tui_colorize.video.ending import of_format, transport_layout

if TYPE_CHECKING:
    import av
    from av.container import InputContainer
    from av.video.codeccontext import VideoCodecContext
    from av.video.stream import VideoStream

_JUDGES = {"vp9": "libvpx-vp9"}
_BLOCK = 1 << 20  # bytes read at once
_NEXT_TO_NOTHING = 12  # bytes in which a whole element may not fit


class Damage:
    """Looks for damage while all packets of a film are read. found: whether there is any.

    Where there is none, pictures may be damaged all the same: not every format tells.
    """

    def __init__(self, path: Path, container: InputContainer, picture: VideoStream) -> None:
        """Raises OSError."""
        self.sentence = f"{printable(path)} is damaged: parts of it are lost or overwritten"
        self._picture = picture.index
        by_pieces = _is_damaged(path, container)
        self.found = bool(by_pieces)
        self._by_flags = by_pieces is None
        self._judge = _judge(picture.codec_context.name)
        self._judged = 0  # frames

    def saw(self, packet: av.Packet[Any]) -> None:
        """Look at a packet."""
        from av.error import FFmpegError

        if self.found:
            return
        if self._by_flags and packet.is_corrupt:
            self.found = True
        elif self._judge is not None and packet.stream.index == self._picture and packet.size:
            try:
                self._judged += len(self._judge.decode(packet))
            except FFmpegError:
                # It may not know this kind of film: then it refuses its first frame.
                self.found = self._judged > 0
                self._judge = None


def _judge(codec: str) -> VideoCodecContext | None:
    """A decoder that refuses what FFmpeg's own conceals, for a codec that has one."""
    from av.codec.codec import Codec, UnknownCodecError

    try:
        return Codec(_JUDGES[codec], "r").create("video") if codec in _JUDGES else None
    except UnknownCodecError:  # built without it
        return None


def _is_damaged(path: Path, container: InputContainer) -> bool | None:
    """Whether bytes are overwritten or missing between the film's start and the file's end.

    None where the format tells nothing of it. Raises OSError.
    """
    check = of_format(container, _CHECKS)
    if check is None:
        return None
    with path.open("rb") as file:
        return check(file, file.seek(0, 2), container)


def _segment_is_damaged(file: BinaryIO, size: int, _: InputContainer) -> bool | None:
    """Matroska and WebM: whether elements fit together, and clusters with their checksums."""
    segment = segment_of(file)
    if segment is None:
        return None
    end = size if segment.end is None else segment.end
    at = segment.start
    while at < min(end, size):
        piece = element_at(file, at)
        if piece is None:
            return at + _NEXT_TO_NOTHING < size
        if piece.end is None and piece.identity == CLUSTER:
            at = piece.start  # what is in it is followed by what is not, and looks alike
            continue
        if piece.end is None or piece.end > end:
            return True
        # Another film behind this one; or the rest is missing, which is told elsewhere.
        if piece.identity == HEADER or piece.end > size:
            return False
        if piece.identity == CLUSTER and not _is_whole(file, piece):
            return True
        at = piece.end
    return False


def _is_whole(file: BinaryIO, cluster: Element) -> bool:
    at, end = cluster.start, cluster.end
    for number, child in enumerate(children(file, cluster)):
        assert child.end is not None and end is not None  # of children
        if number == 0 and child.identity == CRC:  # of all that follows, RFC 8794, 11.3.1
            file.seek(child.start)
            return int.from_bytes(file.read(4), "little") == _checksum(file, end - child.end)
        at = child.end
    return at == end


def _checksum(file: BinaryIO, length: int) -> int:
    found = 0
    while length > 0 and (data := file.read(min(length, _BLOCK))):
        found = zlib.crc32(data, found)
        length -= len(data)
    return found


def _transport_is_damaged(file: BinaryIO, _: int, container: InputContainer) -> bool | None:
    """MPEG-2 transport stream, ISO/IEC 13818-1, 2.4.3: whether its packets follow each other."""
    layout = transport_layout(file)
    if layout is None:
        return None
    length, place = layout
    streams = {stream.id for stream in container.streams}
    last: dict[int, NDArray[Any]] = {}  # of each of them, the last packet of the block before
    file.seek(0)
    while data := file.read(_BLOCK // length * length):
        whole = len(data) // length * length
        packets = np.frombuffer(data[:whole], np.uint8).reshape(-1, length)[:, place : place + 188]
        if _have_gaps(packets, streams, last):
            return True
    return False


def _have_gaps(
    packets: NDArray[Any], streams: Collection[int], last: dict[int, NDArray[Any]]
) -> bool:
    if (packets[:, 0] != 0x47).any():
        return True
    identities = (packets[:, 1] & 0x1F).astype(int) << 8 | packets[:, 2]
    for stream in streams:
        found = packets[identities == stream]
        if (found[:, 1] & 0x80).any():  # the receiver has marked it
            return True
        # Only those with a payload are counted; a jump may be announced by one without.
        found = found[(found[:, 3] & 0x10 > 0) | _jumps(found)]
        if stream in last:
            found = np.concatenate([last[stream], found])
        if len(found):
            last[stream] = found[-1:]
        if not _follow(found).all():
            return True
    return False


def _follow(packets: NDArray[Any]) -> NDArray[np.bool_]:
    """Whether each packet of a stream but the first is the one behind the one before."""
    before, after = packets[:-1], packets[1:]
    step = (after[:, 3] - before[:, 3]) & 0x0F
    jumps, empty = _jumps(packets), before[:, 3] & 0x10 == 0
    # Files may be joined: then counting begins anew with the start of a frame.
    anew = (after[:, 3] & 0x0F == 0) & (after[:, 1] & 0x40 > 0)
    # A packet may be there twice, the same but for its clock.
    twice = (step == 0) & (after[:, 12:] == before[:, 12:]).all(axis=1)
    good: NDArray[np.bool_] = (step == 1) | twice | anew | jumps[1:] | (jumps[:-1] & empty)
    return good


def _jumps(packets: NDArray[Any]) -> NDArray[np.bool_]:
    """Which packets say that the count goes on elsewhere."""
    found: NDArray[np.bool_] = (packets[:, 3] & 0x20 > 0) & (packets[:, 4] > 0)
    return found & (packets[:, 5] & 0x80 > 0)


_CHECKS: dict[str, Callable[[BinaryIO, int, InputContainer], bool | None]] = {
    "matroska": _segment_is_damaged,
    "mpegts": _transport_is_damaged,
}
"""By FFmpeg's name of the format."""
