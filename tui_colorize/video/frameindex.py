"""Where every frame of a film is, found by reading its packets without decoding them."""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from tui_colorize.terminaltext import printable
from tui_colorize.video.source import open_film, said


@dataclass(frozen=True)
class FrameIndex:
    """times: the PTS of all frames in presentation order, so that the place is the frame's index.

    count: how many frames there are. keyframes: (PTS, DTS) of the frames that decoding can start
    at, by PTS. exact: False where the packets do not tell (missing or repeated PTS, time that jumps
    back): then times are of no use and only decoding from the start finds a frame.
    """

    count: int
    times: tuple[int, ...]
    keyframes: tuple[tuple[int, int], ...]
    exact: bool

    def keyframes_until(self, pts: int) -> list[tuple[int, int]]:
        """(PTS, DTS) of the keyframes at or before this PTS, the nearest first."""
        end = bisect_right(self.keyframes, pts, key=lambda each: each[0])
        return list(reversed(self.keyframes[:end]))


def scan(path: Path) -> FrameIndex:
    """Read all packets of a film, unless that was done already. Raises UserError as open_film."""
    try:
        status = path.stat()
    except (OSError, ValueError):
        return _scanned(path)  # which says what is wrong
    identity = (status.st_dev, status.st_ino, status.st_size, status.st_mtime_ns)
    return _remembered(path, identity)


@lru_cache(maxsize=4)
def _remembered(path: Path, _: tuple[int, ...]) -> FrameIndex:
    return _scanned(path)


def _scanned(path: Path) -> FrameIndex:
    container, stream = open_film(path)
    times: list[int] = []
    keyframes: list[tuple[int, int]] = []
    count, last_dts, exact = 0, None, True
    with container, said(printable(path), "be read"):
        for packet in container.demux(stream):
            if packet.size == 0 or packet.is_discard:
                continue
            count += 1
            if packet.pts is None:
                exact = False
                continue
            if packet.dts is not None:  # Matroska has none, and the first ones cannot be guessed
                exact &= last_dts is None or packet.dts > last_dts
                last_dts = packet.dts
            times.append(packet.pts)
            if packet.is_keyframe:
                keyframes.append((packet.pts, packet.pts if packet.dts is None else packet.dts))
    exact = exact and len(set(times)) == len(times)
    return FrameIndex(count, tuple(sorted(times)), tuple(sorted(keyframes)), exact)
