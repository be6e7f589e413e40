"""EBML (RFC 8794), of which Matroska and WebM (RFC 9559) are made: elements within elements."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO

HEADER, SEGMENT, CLUSTER = 0x1A45DFA3, 0x18538067, 0x1F43B675
TRACKS, TRACK, VIDEO = 0x1654AE6B, 0xAE, 0xE0
CRC = 0xBF

_LONGEST_HEAD = 12  # four bytes of identity, eight of size
_LONGEST_IDENTITY = 4


@dataclass(frozen=True, slots=True)
class Element:
    """identity: with its marker, as it is written. at, start: where the element and where its data
    begin in the file. size: of the data in bytes; None where the file does not tell."""

    identity: int
    at: int
    start: int
    size: int | None

    @property
    def end(self) -> int | None:
        """Where the next element begins."""
        return None if self.size is None else self.start + self.size


def element_at(file: BinaryIO, at: int) -> Element | None:
    """The element that begins there; None where none does. Raises OSError."""
    file.seek(at)
    head = file.read(_LONGEST_HEAD)
    width = _width(head, 0)
    if not 0 < width <= _LONGEST_IDENTITY:
        return None
    sized = _width(head, width)
    if not 0 < sized <= 8 or len(head) < width + sized:
        return None
    size = int.from_bytes(head[width : width + sized], "big") & ((1 << 7 * sized) - 1)
    unknown = size == (1 << 7 * sized) - 1
    identity = int.from_bytes(head[:width], "big")
    return Element(identity, at, at + width + sized, None if unknown else size)


def children(file: BinaryIO, parent: Element) -> Iterator[Element]:
    """The elements in one of known size, up to its end or to what is none. Raises OSError."""
    at, end = parent.start, parent.end
    while end is not None and at < end:
        child = element_at(file, at)
        if child is None or child.end is None:
            return
        yield child
        at = child.end


def child(file: BinaryIO, parent: Element | None, identity: int) -> Element | None:
    """The first of them with this identity, if any. Raises OSError."""
    if parent is None:
        return None
    return next((each for each in children(file, parent) if each.identity == identity), None)


def segment_of(file: BinaryIO) -> Element | None:
    """All that comes after the header of the file, if it is one of this kind. Raises OSError."""
    header = element_at(file, 0)
    if header is None or header.identity != HEADER or header.end is None:
        return None
    segment = element_at(file, header.end)
    return segment if segment is not None and segment.identity == SEGMENT else None


def _width(data: bytes, at: int) -> int:
    """Bytes of the number that begins there, by the zeros before its marker; 0 behind the end."""
    return 9 - data[at].bit_length() if at < len(data) else 0
