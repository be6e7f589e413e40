"""Pictures, files of every format, ICC profiles, and headers that claim too much."""

from __future__ import annotations

import io
import struct
import zlib
from pathlib import Path

import cv2
import numpy as np
import pytest
from PIL import Image, ImageCms

from model.color import rgb_to_lab
from tui_colorize.errors import UserError
from tui_colorize.imagefile import Still, read_still

SRGB = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()


def picture(channels: int = 1, dtype: type = np.uint8, height: int = 23, width: int = 37):
    """Distinct samples over the whole range: (H, W) for one channel, else (H, W, channels)."""
    y, x = np.mgrid[:height, :width]
    top = np.iinfo(dtype).max
    planes = [
        ((x * (7 + 3 * c) + y * (13 - 2 * c)) * (top // 255) + x * y * (1 + c)) % (top + 1)
        for c in range(channels)
    ]
    return np.stack(planes, -1).astype(dtype) if channels > 1 else planes[0].astype(dtype)


def smooth(channels: int = 3) -> np.ndarray:
    """What photographs are made of, for the lossy formats."""
    y, x = np.mgrid[:64, :96] / 96
    planes = [127 + 90 * np.sin(3 * x + c) * np.cos(4 * y - c) for c in range(channels)]
    return np.stack(planes, -1).round().astype(np.uint8)


def write_pillow(path: Path, samples: np.ndarray, mode: str | None = None, **options) -> Path:
    image = Image.fromarray(samples)
    (image if mode is None else image.convert(mode)).save(path, **options)
    return path


def write_cv2(path: Path, rgb: np.ndarray, *parameters: int) -> Path:
    """An encoder that shares nothing with the code under test."""
    order = [2, 1, 0, 3][: rgb.shape[2]] if rgb.ndim == 3 else slice(None)
    assert cv2.imwrite(str(path), rgb[..., order], list(parameters))
    return path


def chunk(name: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))


ADAM7 = ((0, 0, 8, 8), (0, 4, 8, 8), (4, 0, 8, 4), (0, 2, 4, 4), (2, 0, 4, 2), (0, 1, 2, 2),
         (1, 0, 2, 1))  # fmt: skip


def png(samples: np.ndarray, colour_type: int, *extra: bytes, bits=0, interlaced=False) -> bytes:
    """A PNG from rows of samples, (H, W, C), or of bytes already packed, (H, bytes)."""
    height, width = samples.shape[:2]
    passes = [samples]
    if interlaced:
        passes = [samples[y::dy, x::dx] for y, x, dy, dx in ADAM7]
    data = b"".join(
        b"\0" + np.ascontiguousarray(row.astype(row.dtype.newbyteorder(">"))).tobytes()
        for part in passes
        if part.size
        for row in part
    )
    depth = bits or samples.itemsize * 8
    if bits:
        width = width * 8 // bits
    header = struct.pack(">IIBBBBB", width, height, depth, colour_type, 0, 0, interlaced)
    return (
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + b"".join(extra)
        + chunk(b"IDAT", zlib.compress(data)) + chunk(b"IEND", b"")
    )  # fmt: skip


def blocks(samples: np.ndarray, rows: int, tile: int, planar: bool) -> list[np.ndarray]:
    """The strips of a TIFF, or its square tiles, (H, W, C) each."""
    if tile:
        height, width = samples.shape[:2]
        padded = np.pad(samples, [(0, -height % tile), (0, -width % tile), (0, 0)])
        corners = [(y, x) for y in range(0, height, tile) for x in range(0, width, tile)]
        return [padded[y : y + tile, x : x + tile] for y, x in corners]
    planes = np.split(samples, samples.shape[2], 2) if planar else [samples]
    return [plane[top : top + rows] for plane in planes for top in range(0, len(plane), rows)]


def tiff(
    samples: np.ndarray,
    order: str = "<",
    *,
    photometric: int = 1,
    extra: int | None = None,
    deflate: bool = False,
    planar: bool = False,
    rows: int = 10,
    tile: int = 0,
    **changes: int,
) -> bytes:
    """A TIFF with the directory in front. changes: tags (t256=...) put wrongly."""
    samples = samples if samples.ndim == 3 else samples[..., None]
    height, width, channels = samples.shape
    strips = [
        block.astype(samples.dtype.newbyteorder(order)).tobytes()
        for block in blocks(samples, rows, tile, planar)
    ]
    strips = [zlib.compress(strip) for strip in strips] if deflate else strips
    places, counts = (324, 325) if tile else (273, 279)
    tags: dict[int, tuple[int, ...]] = {
        256: (width,), 257: (height,), 258: (samples.itemsize * 8,) * channels,
        259: (8 if deflate else 1,), 262: (photometric,), 277: (channels,), 284: (1 + planar,),
        places: (0,) * len(strips), counts: tuple(map(len, strips)),
    }  # fmt: skip
    tags |= {322: (tile,), 323: (tile,)} if tile else {278: (rows,)}
    if extra is not None:
        tags[338] = (extra,)
    start = 8 + 2 + 12 * len(tags) + 4 + sum(4 * len(v) for v in tags.values())
    tags[places] = tuple(start + sum(map(len, strips[:n])) for n in range(len(strips)))
    tags |= {int(name[1:]): (value,) for name, value in changes.items()}
    entries, data, place = b"", b"", 8 + 2 + 12 * len(tags) + 4
    for tag, values in sorted(tags.items()):
        body = struct.pack(f"{order}{len(values)}I", *values)
        where = body if len(values) == 1 else struct.pack(f"{order}I", place + len(data))
        data += body if len(values) > 1 else b""
        entries += struct.pack(f"{order}HHI", tag, 4, len(values)) + where
    head = (b"II*\0" if order == "<" else b"MM\0*") + struct.pack(f"{order}I", 8)
    head += struct.pack(f"{order}H", len(tags)) + entries + bytes(4) + data
    return head.ljust(start, b"\0") + b"".join(strips)


def icc_profile(device: bytes, space: bytes, connection: bytes, tags: dict[bytes, bytes]) -> bytes:
    """An ICC profile of version 2 with what LittleCMS wants besides the tags."""
    d50 = struct.pack(">4s4xiii", b"XYZ ", 63190, 65536, 54061)
    tags = {b"wtpt": d50, b"cprt": b"text\0\0\0\0none\0", **tags}
    table, body = struct.pack(">I", len(tags)), b""
    for name, data in tags.items():
        place = 128 + 4 + 12 * len(tags) + len(body)
        table += struct.pack(">4sII", name, place, len(data))
        body += data.ljust(-(-len(data) // 4) * 4, b"\0")
    size = 128 + len(table) + len(body)
    head = struct.pack(
        ">I4sI4s4s4s12x4s28xiii", size, b"none", 0x02100000, device, space, connection, b"acsp",
        63190, 65536, 54061,
    )  # fmt: skip
    return head.ljust(128, b"\0") + table + body


def gray_profile(curve: bytes, connection: bytes = b"XYZ ") -> bytes:
    """An ICC profile of a monochrome device with this tone curve."""
    return icc_profile(b"mntr", b"GRAY", connection, {b"kTRC": curve})


def curve_gamma(gamma: float) -> bytes:
    return struct.pack(">4s4xIH", b"curv", 1, round(gamma * 256))


def curve_table(values: np.ndarray) -> bytes:
    body = np.rint(values * 65535).astype(">u2").tobytes()
    return struct.pack(">4s4xI", b"curv", len(values)) + body


def curve_parametric(function: int, *numbers: float) -> bytes:
    fixed = [round(n * 65536) for n in numbers]
    return struct.pack(f">4s4xHH{len(fixed)}i", b"para", function, 0, *fixed)


def cmyk_profile(cyan: tuple[int, int, int]) -> bytes:
    """An ICC profile of a printer with white paper, one colour of cyan (Lab, 8 bit), else black."""
    ramp, corners = bytes(range(256)), [(0, 128, 128)] * 16
    corners[0b0000], corners[0b1000] = (255, 128, 128), cyan
    lut = struct.pack(">4s4xBBBx9i", b"mft1", 4, 3, 2, *(65536 * (n % 4 == 0) for n in range(9)))
    lut += ramp * 4 + bytes(value for corner in corners for value in corner) + ramp * 3
    return icc_profile(b"prtr", b"CMYK", b"Lab ", {b"A2B0": lut})


def refused(path: Path) -> str:
    with pytest.raises(UserError) as caught:
        read_still(path)
    message = str(caught.value)
    assert path.name in message
    assert "\n" not in message
    return message


def encoded(format_: str, samples: np.ndarray | None = None, **options) -> bytes:
    buffer = io.BytesIO()
    Image.fromarray(smooth() if samples is None else samples).save(buffer, format_, **options)
    return buffer.getvalue()


def still_of(tmp_path: Path, alpha: np.ndarray | None = None, **metadata) -> Still:
    return Still(tmp_path / "source.png", picture(1), alpha, **metadata)


def lab(rgb: np.ndarray) -> np.ndarray:
    return np.stack(rgb_to_lab(*np.moveaxis(rgb / 255, -1, 0)))


WHOLE = {
    "gray.png": encoded("PNG", picture(1)),
    "deep.png": png(picture(3, np.uint16), 2),
    "deepgray.png": png(picture(1, np.uint16)[..., None], 0),
    "interlaced.png": png(picture(3), 2, interlaced=True),
    "baseline.jpg": encoded("JPEG"),
    "progressive.jpg": encoded("JPEG", progressive=True),
    "gray.jpg": encoded("JPEG", smooth()[..., 0]),
    "lzw.tif": encoded("TIFF", compression="tiff_lzw"),
    "jpeg.tif": encoded("TIFF", compression="jpeg"),
    "raw.tif": tiff(picture(3), photometric=2),
    "deep.tif": tiff(picture(3, np.uint16), photometric=2),
    "deepdeflate.tif": tiff(picture(3, np.uint16), photometric=2, deflate=True),
    "deepgrayalpha.tif": tiff(picture(2, np.uint16), extra=2, deflate=True),
    "deepgray.tif": tiff(picture(1, np.uint16), ">"),
    "lossy.webp": encoded("WEBP"),
    "lossless.webp": encoded("WEBP", lossless=True),
    "a.avif": encoded("AVIF"),
    "a.bmp": encoded("BMP"),
    "a.ppm": encoded("PPM"),
    "deep.pgm": b"P5 37 23 65535\n" + picture(1, np.uint16).astype(">u2").tobytes(),
}


def claim_png(dtype: type, width: int, height: int) -> bytes:
    def header(width: int, height: int) -> bytes:
        bits = np.iinfo(dtype).bits
        return chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, bits, 2, 0, 0, 0))

    return png(picture(3, dtype), 2).replace(header(37, 23), header(width, height))


def claim_tiff(width: int, height: int, channels: int = 3, dtype: type = np.uint8) -> bytes:
    changes = {"t256": width, "t257": height, "t278": height}
    kind = {"photometric": 2} if channels == 3 else {"extra": 2}
    return tiff(picture(channels, dtype), deflate=dtype == np.uint16, rows=23, **kind, **changes)


def claim_other(format_: str, fields: str, width: int, height: int) -> bytes:
    before, after = (23, 37), (height, width)
    if fields == "<II":
        before, after = before[::-1], after[::-1]
    return encoded(format_, picture(3)).replace(
        struct.pack(fields, *before), struct.pack(fields, *after)
    )


# Small files whose headers claim a large picture.
CLAIMS = {
    "8.png": lambda w, h: claim_png(np.uint8, w, h),
    "16.png": lambda w, h: claim_png(np.uint16, w, h),
    "8.tif": claim_tiff,
    "16.tif": lambda w, h: claim_tiff(w, h, 3, np.uint16),
    "grayalpha.tif": lambda w, h: claim_tiff(w, h, 2, np.uint16),
    "a.jpg": lambda w, h: claim_other("JPEG", ">HH", w, h),
    "a.bmp": lambda w, h: claim_other("BMP", "<II", w, h),
    "a.ppm": lambda w, h: f"P6 {w} {h} 255\n".encode() + bytes(100),
}
