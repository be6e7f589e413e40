"""Damage that decoders pass over: found by walking a file's structure before it is decoded.

Pillow refuses files that end early, in every format. But data that is formally complete may be
too short for the picture that the header promises, and then it leaves the rest black (PNG, TIFF)
or gray (JPEG). Nor does it look at the checksums of a PNG's pixels, or for its end.
"""

from __future__ import annotations

import io
import struct
import zlib
from collections.abc import Iterator
from typing import BinaryIO

from PIL.ImageFile import ImageFile
from PIL.JpegImagePlugin import JpegImageFile
from PIL.PngImagePlugin import PngImageFile
from PIL.TiffImagePlugin import TiffImageFile

PNG_SIGNATURE = b"\x89PNG\r\n\x1a\n"
_BLOCK = 1 << 20  # bytes read or decompressed at a time

_PNG_CHANNELS = {0: 1, 2: 3, 3: 1, 4: 2, 6: 4}  # by colour type
# Of Adam7: the first column and row of each pass, and the distances to the next ones.
_PNG_PASSES = (
    *((0, 0, 8, 8), (4, 0, 8, 8), (0, 4, 4, 8), (2, 0, 4, 4)),
    *((0, 2, 2, 4), (1, 0, 2, 2), (0, 1, 1, 2)),
)

_JPEG_SCAN, _JPEG_END = b"\xff\xda", b"\xff\xd9"
_JPEG_SEQUENTIAL = (0xC0, 0xC1)  # frames with Huffman coding
_JPEG_FRAMES = range(0xC0, 0xD0)
_JPEG_TABLES = (0xC4, 0xC8, 0xCC)  # markers within that range that begin no frame
_JPEG_LOOKAHEAD = 16  # bytes; libjpeg fills a register of 8

_IMAGE_WIDTH, _IMAGE_LENGTH, _SAMPLES_PER_PIXEL, _PLANAR_CONFIGURATION = 256, 257, 277, 284
_STRIP_OFFSETS, _ROWS_PER_STRIP = 273, 278
_TILE_WIDTH, _TILE_LENGTH, _TILE_OFFSETS = 322, 323, 324
_SEPARATE_PLANES = 2


class DamagedError(Exception):
    """The file is not as its format wants it."""


def check(image: ImageFile, file: BinaryIO, most_pixels: int) -> None:
    """Raise DamagedError where a decoder would make up pixels. The image is opened, not loaded.

    most_pixels: a tile of a TIFF, which libtiff makes room for as a whole, may not be larger.
    """
    if isinstance(image, PngImageFile):
        _check_png(file)
    elif isinstance(image, JpegImageFile):
        _check_jpeg(file)
    elif isinstance(image, TiffImageFile):
        _check_tiff(image, most_pixels)


def _check_png(file: BinaryIO) -> None:
    """The pixels are all there and every chunk is whole, up to IEND."""
    file.seek(len(PNG_SIGNATURE))
    needed = found = 0
    decompressor = zlib.decompressobj()
    for name, block in _checked_chunks(file):
        if name == b"IHDR":
            needed = _png_size(block)
        elif name == b"IDAT":
            waiting = block
            while waiting and found < needed:
                found += len(decompressor.decompress(waiting, _BLOCK))
                waiting = decompressor.unconsumed_tail
    if found < needed:
        raise DamagedError("the PNG has fewer rows than it promises")


def _checked_chunks(file: BinaryIO) -> Iterator[tuple[bytes, bytes]]:
    """Name and data of each chunk, of long ones in several parts."""
    name = b""
    while name != b"IEND":
        header = file.read(8)
        if len(header) < 8:
            raise DamagedError("the PNG ends without IEND")
        left, name = struct.unpack(">I4s", header)
        checksum = zlib.crc32(name)
        while left:
            block = file.read(min(left, _BLOCK))
            if not block:
                raise DamagedError("a PNG chunk is cut short")
            checksum = zlib.crc32(block, checksum)
            left -= len(block)
            yield name, block
        if file.read(4) != checksum.to_bytes(4):
            raise DamagedError("a PNG chunk has the wrong checksum")


def _png_size(header: bytes) -> int:
    """Bytes of all rows, each with the number of its filter, before compression."""
    width, height, bits, kind, _, _, interlaced = struct.unpack(">IIBBBBB", header)
    size = 0
    for x, y, across, down in _PNG_PASSES if interlaced else ((0, 0, 1, 1),):
        columns, rows = -(-(width - x) // across), -(-(height - y) // down)
        if columns > 0 and rows > 0:
            size += rows * (1 + -(-columns * bits * _PNG_CHANNELS[kind] // 8))
    return size


def _check_jpeg(file: BinaryIO) -> None:
    """The compressed data of a sequential JPEG reaches as far as the picture.

    At an end marker libjpeg takes all pixels that are still missing as gray. Without one, it asks
    for more data. So the picture is decoded, at an eighth of the size, with the marker taken away
    and no more bytes in its place than libjpeg looks ahead: they are enough if, and only if, the
    data is complete. (Progressive files need their end marker.)
    """
    file.seek(0)
    data = file.read()
    scan = _sequential_scan(data)
    if scan is None:
        return
    end = data.find(_JPEG_END, scan)
    if end < 0 or data.find(_JPEG_SCAN, scan + 2, end) >= 0:  # no end, or several scans
        return
    probe = JpegImageFile(io.BytesIO(data[:end] + bytes(_JPEG_LOOKAHEAD)))
    probe.draft(probe.mode, (max(1, probe.width // 8), max(1, probe.height // 8)))
    try:
        probe.load()
    except OSError:
        raise DamagedError("the JPEG has fewer rows than it promises") from None


def _sequential_scan(data: bytes) -> int | None:
    """Where the first scan begins, if it is of a sequential JPEG with Huffman coding."""
    sequential = False
    position = 2
    while (position := data.find(b"\xff", position)) >= 0 and position + 4 <= len(data):
        marker = data[position + 1]
        if marker == _JPEG_SCAN[1]:
            return position if sequential else None
        if marker in _JPEG_FRAMES and marker not in _JPEG_TABLES:
            sequential = marker in _JPEG_SEQUENTIAL
        if marker == 0xFF:  # padding
            position += 1
        else:
            position += 2 + int.from_bytes(data[position + 2 : position + 4])
    return None


def _check_tiff(image: TiffImageFile, most_pixels: int) -> None:
    """There are strips or tiles for the whole picture."""
    tags = image.tag_v2
    width, length = tags[_IMAGE_WIDTH], tags[_IMAGE_LENGTH]
    if _TILE_OFFSETS in tags:
        offsets, across, down = tags[_TILE_OFFSETS], tags[_TILE_WIDTH], tags[_TILE_LENGTH]
    else:
        offsets, across = tags[_STRIP_OFFSETS], width
        down = min(tags.get(_ROWS_PER_STRIP, length), length)
    if not 0 < across * down <= most_pixels:
        raise DamagedError("a TIFF tile of an impossible size")
    needed = -(-width // across) * -(-length // down)
    if tags.get(_PLANAR_CONFIGURATION) == _SEPARATE_PLANES:
        needed *= tags.get(_SAMPLES_PER_PIXEL, 1)
    if len(offsets) < needed:
        raise DamagedError("the TIFF lacks strips")
