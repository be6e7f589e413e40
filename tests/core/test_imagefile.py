"""tui_colorize.imagefile: pictures go in and out exactly, or are refused in one sentence."""

from __future__ import annotations

import errno
import io
import os
import stat
import struct
import subprocess
import sys
import tempfile
import threading
import warnings
import zlib
from pathlib import Path

import cv2
import numpy as np
import pytest
from PIL import Image, ImageCms, JpegImagePlugin
from PIL.TiffImagePlugin import IFDRational

from model.color import luminance_to_lightness, rgb_to_lab
from tui_colorize.errors import UserError
from tui_colorize.imagefile import (
    OUTPUT_SUFFIXES,
    SUFFIXES,
    Still,
    check_output,
    is_picture,
    read,
    read_still,
    save,
    save_still,
)
from tui_colorize.imagefile.icc import gray_to_srgb
from tui_colorize.imagefile.still import to_depth

# pytest sets its own filters, in place of those that the module sets.
pytestmark = pytest.mark.filterwarnings(r"ignore:::PIL\.")

SRGB = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()


# Pictures and files


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


# Reading: 8 bits


@pytest.mark.parametrize("suffix", [".png", ".tif", ".bmp", ".webp", ".pgm"])
def test_gray_and_colour_of_the_lossless_formats(tmp_path, suffix):
    options = {"lossless": True} if suffix == ".webp" else {}
    gray, rgb = picture(1), picture(3)
    still = read_still(write_pillow(tmp_path / f"gray{suffix}", gray, **options))
    assert np.array_equal(still.pixels if suffix != ".webp" else still.pixels[..., 1], gray)
    still = read_still(write_pillow(tmp_path / f"rgb{suffix}", rgb, **options))
    assert np.array_equal(still.pixels, rgb)
    assert still.pixels.dtype == np.uint8
    assert still.alpha is None


@pytest.mark.parametrize(
    ("name", "options"),
    [("a.png", {}), ("a.tif", {"compression": "tiff_lzw"}), ("a.webp", {"lossless": True})],
)
def test_alpha_beside_the_pixels(tmp_path, name, options):
    rgba = picture(4)
    if name.endswith("webp"):
        options["exact"] = True
    still = read_still(write_pillow(tmp_path / name, rgba, **options))
    assert np.array_equal(still.pixels, rgba[..., :3])
    assert np.array_equal(still.alpha, rgba[..., 3])


@pytest.mark.parametrize("suffix", [".png", ".tif"])
def test_gray_with_alpha(tmp_path, suffix):
    gray, alpha = picture(2)[..., 0], picture(2)[..., 1]
    image = Image.merge("LA", [Image.fromarray(gray), Image.fromarray(alpha)])
    image.save(tmp_path / f"a{suffix}")
    still = read_still(tmp_path / f"a{suffix}")
    assert np.array_equal(still.pixels, gray)
    assert np.array_equal(still.alpha, alpha)


def test_jpeg_as_pillow_decodes_it(tmp_path):
    for options in ({}, {"progressive": True}, {"quality": 40, "subsampling": 2}):
        path = write_pillow(tmp_path / "a.jpg", smooth(), **options)
        assert np.array_equal(read_still(path).pixels, np.asarray(Image.open(path)))
    path = write_pillow(tmp_path / "gray.jpg", smooth()[..., 0])
    assert np.array_equal(read_still(path).pixels, np.asarray(Image.open(path)))


def test_avif_with_alpha(tmp_path):
    rgba = np.dstack([smooth(), smooth()[..., :1]])
    still = read_still(write_pillow(tmp_path / "a.avif", rgba, quality=95, subsampling="4:4:4"))
    assert np.abs(still.pixels.astype(int) - rgba[..., :3]).mean() < 2
    assert np.abs(still.alpha.astype(int) - rgba[..., 3]).mean() < 2


@pytest.mark.parametrize("suffix", [".png", ".tif", ".bmp"])
def test_palette(tmp_path, suffix):
    image = Image.fromarray(picture(3)).quantize(40)
    image.save(tmp_path / f"a{suffix}")
    still = read_still(tmp_path / f"a{suffix}")
    assert np.array_equal(still.pixels, np.asarray(image.convert("RGB")))
    assert still.alpha is None


def test_palette_with_transparent_entries(tmp_path):
    image = Image.fromarray(picture(3)).quantize(5)
    index = np.asarray(image)
    image.save(tmp_path / "one.png", transparency=2)
    assert np.array_equal(read_still(tmp_path / "one.png").alpha, np.where(index == 2, 0, 255))
    image.save(tmp_path / "many.png", transparency=bytes([0, 50, 100, 150, 200]))
    still = read_still(tmp_path / "many.png")
    assert np.array_equal(still.alpha, index * 50)
    assert np.array_equal(still.pixels, np.asarray(image.convert("RGB")))


@pytest.mark.parametrize("suffix", [".png", ".tif", ".bmp", ".pbm"])
def test_one_bit_becomes_black_and_white(tmp_path, suffix):
    gray = np.where(picture(1) > 120, 255, 0).astype(np.uint8)
    Image.fromarray(gray).convert("1", dither=Image.Dither.NONE).save(tmp_path / f"a{suffix}")
    pixels = read_still(tmp_path / f"a{suffix}").pixels
    assert np.array_equal(pixels if pixels.ndim == 2 else pixels[..., 0], gray)


def test_two_and_four_bit_gray_fill_the_range(tmp_path):
    packed = np.array([[0b00011011], [0b11100100]], np.uint8)
    (tmp_path / "two.png").write_bytes(png(packed, 0, bits=2))
    assert read_still(tmp_path / "two.png").pixels.tolist() == [
        [0, 85, 170, 255],
        [255, 170, 85, 0],
    ]
    (tmp_path / "four.png").write_bytes(png(np.array([[0x0F], [0x71]], np.uint8), 0, bits=4))
    assert read_still(tmp_path / "four.png").pixels.tolist() == [[0, 255], [119, 17]]


def test_a_transparent_level_or_colour_of_a_png(tmp_path):
    gray, rgb, deep = picture(1), picture(3), picture(3, np.uint16)
    level = int(gray[5, 6])
    for name, data, same in [
        ("gray", png(gray[..., None], 0, chunk(b"tRNS", struct.pack(">H", level))), gray == level),
        (
            "rgb",
            png(rgb, 2, chunk(b"tRNS", struct.pack(">3H", *map(int, rgb[3, 4])))),
            (rgb == rgb[3, 4]).all(-1),
        ),
        (
            "deep",
            png(deep, 2, chunk(b"tRNS", struct.pack(">3H", *map(int, deep[3, 4])))),
            (deep == deep[3, 4]).all(-1),
        ),
        (
            "two bits",
            png(np.array([[0b00011011]], np.uint8), 0, chunk(b"tRNS", b"\0\2"), bits=2),
            np.array([[False, False, True, False]]),
        ),
    ]:
        path = tmp_path / f"{name}.png"
        path.write_bytes(data)
        still = read_still(path)
        top = np.iinfo(still.pixels.dtype).max
        assert np.array_equal(still.alpha, np.where(same, 0, top)), name
        assert still.alpha.dtype == still.pixels.dtype


def test_cmyk_becomes_rgb(tmp_path):
    rgb = smooth()
    hollow = icc_profile(b"prtr", b"CMYK", b"Lab ", {})
    for profile in (None, b"broken", hollow, SRGB):
        path = write_pillow(tmp_path / "a.jpg", rgb, "CMYK", quality=100, icc_profile=profile)
        still = read_still(path)
        assert np.abs(still.pixels.astype(int) - rgb).mean() < 3
        assert still.icc is None


def test_cmyk_through_its_profile(tmp_path):
    cyan = (130, 90, 170)  # olive, which no conversion without the profile makes of cyan
    profile = cmyk_profile(cyan)
    ink = Image.new("CMYK", (16, 16), (255, 0, 0, 0))
    ink.paste((0, 0, 0, 0), (0, 0, 16, 8))
    for name in ("a.jpg", "a.tif"):
        ink.save(tmp_path / name, icc_profile=profile)
        still = read_still(tmp_path / name)
        assert still.pixels[:8].min() > 250
        measured = lab(still.pixels)[:, 12, 8]
        expected = (cyan[0] / 2.55, cyan[1] - 128, cyan[2] - 128)
        assert np.abs(measured - expected).max() < 5  # D50 to D65
        assert still.icc is None


def test_the_first_page_of_many(tmp_path):
    first, second = picture(1), 255 - picture(1)
    for name in ("a.tif", "a.webp", "a.png", "a.mpo"):
        options = {"lossless": True} if name == "a.webp" else {}
        images = [Image.fromarray(np.repeat(p[..., None], 3, -1)) for p in (first, second)]
        images[0].save(tmp_path / name, save_all=True, append_images=images[1:], **options)
        pixels = read_still(tmp_path / name).pixels
        error = np.abs(pixels[..., 0].astype(int) - first)
        assert error.mean() < (20 if name == "a.mpo" else 1e-9)  # JPEG inside


def test_content_tells_the_format_not_the_suffix(tmp_path):
    path = tmp_path / "really.png.jpg"
    path.write_bytes(encoded("PNG", picture(3)))
    assert np.array_equal(read_still(path).pixels, picture(3))


def test_arrays_may_be_written_to_and_are_contiguous(tmp_path):
    still = read_still(write_pillow(tmp_path / "a.png", picture(4)))
    for samples in (still.pixels, still.alpha):
        assert samples.flags.writeable
        assert samples.flags.c_contiguous


# Reading: 16 bits


@pytest.mark.parametrize("channels", [1, 3, 4])
def test_16_bit_png(tmp_path, channels):
    samples = picture(channels, np.uint16)
    still = read_still(write_cv2(tmp_path / "a.png", samples))
    assert still.pixels.dtype == np.uint16
    assert np.array_equal(still.pixels, samples[..., :3] if channels > 1 else samples)
    assert (still.alpha is None) == (channels < 4)
    if channels == 4:
        assert np.array_equal(still.alpha, samples[..., 3])


@pytest.mark.parametrize("interlaced", [False, True])
@pytest.mark.parametrize(("channels", "colour_type"), [(1, 0), (2, 4), (3, 2), (4, 6)])
def test_16_bit_png_of_every_kind(tmp_path, channels, colour_type, interlaced):
    samples = picture(channels, np.uint16).reshape(23, 37, channels)
    (tmp_path / "a.png").write_bytes(png(samples, colour_type, interlaced=interlaced))
    still = read_still(tmp_path / "a.png")
    colours = channels - 1 if channels in (2, 4) else channels
    assert np.array_equal(still.pixels.reshape(23, 37, colours), samples[..., :colours])
    assert (still.alpha is not None) == (colours < channels)
    if still.alpha is not None:
        assert np.array_equal(still.alpha, samples[..., -1])


@pytest.mark.parametrize("compression", [1, 5, 8, 32773])  # none, LZW, deflate, PackBits
@pytest.mark.parametrize("channels", [1, 3, 4])
def test_16_bit_tiff_of_another_writer(tmp_path, channels, compression):
    samples = picture(channels, np.uint16)
    path = write_cv2(tmp_path / "a.tif", samples, cv2.IMWRITE_TIFF_COMPRESSION, compression)
    still = read_still(path)
    assert still.pixels.dtype == np.uint16
    assert np.array_equal(still.pixels, samples[..., :3] if channels > 1 else samples)
    if channels == 4:
        assert np.array_equal(still.alpha, samples[..., 3])


@pytest.mark.parametrize("deflate", [False, True])
@pytest.mark.parametrize("order", ["<", ">"])
@pytest.mark.parametrize("channels", [1, 2, 3, 4])
def test_16_bit_tiff_of_either_byte_order(tmp_path, channels, order, deflate):
    samples = picture(channels, np.uint16).reshape(23, 37, channels)
    extra = 2 if channels in (2, 4) else None
    photometric = 1 if channels < 3 else 2
    path = tmp_path / "a.tif"
    path.write_bytes(tiff(samples, order, photometric=photometric, extra=extra, deflate=deflate))
    still = read_still(path)
    colours = channels - (extra is not None)
    assert np.array_equal(still.pixels.reshape(23, 37, colours), samples[..., :colours])
    if extra:
        assert np.array_equal(still.alpha, samples[..., -1])


@pytest.mark.parametrize("deflate", [False, True])
@pytest.mark.parametrize("order", ["<", ">"])
@pytest.mark.parametrize("channels", [1, 2, 3, 4])
def test_16_bit_tiff_in_tiles(tmp_path, channels, order, deflate):
    samples = picture(channels, np.uint16).reshape(23, 37, channels)
    options = {"photometric": 1 + (channels > 2), "deflate": deflate, "tile": 16}
    if channels in (2, 4):
        options["extra"] = 2
    (tmp_path / "a.tif").write_bytes(tiff(samples, order, **options))
    still = read_still(tmp_path / "a.tif")
    colours = channels - (channels in (2, 4))
    assert np.array_equal(still.pixels.reshape(23, 37, colours), samples[..., :colours])
    if channels in (2, 4):
        assert np.array_equal(still.alpha, samples[..., -1])


@pytest.mark.parametrize("channels", [2, 4])
def test_16_bit_premultiplied_tiff_is_divided_by_its_alpha(tmp_path, channels):
    stored = picture(channels, np.uint16, 300, 70)
    alpha = stored[..., -1:].astype(np.float64).clip(1)
    colours = (stored[..., :-1] * (65535 / alpha)).clip(max=65535)
    (tmp_path / "a.tif").write_bytes(tiff(stored, ">", photometric=1 + (channels > 2), extra=1))
    still = read_still(tmp_path / "a.tif")
    assert np.abs(still.pixels.reshape(colours.shape) - colours).max() <= 0.5
    assert np.array_equal(still.alpha, stored[..., -1])


def test_fully_transparent_premultiplied_pixels(tmp_path):
    stored = np.zeros((4, 5, 4), np.uint16)
    (tmp_path / "a.tif").write_bytes(tiff(stored, photometric=2, extra=1))
    assert not read_still(tmp_path / "a.tif").pixels.any()


@pytest.mark.parametrize(("channels", "extra"), [(1, None), (2, 2)])
def test_16_bit_tiff_where_white_is_zero(tmp_path, channels, extra):
    samples = picture(channels, np.uint16).reshape(23, 37, channels)
    (tmp_path / "a.tif").write_bytes(tiff(samples, photometric=0, extra=extra))
    assert np.array_equal(read_still(tmp_path / "a.tif").pixels, 65535 - samples[..., 0])


@pytest.mark.parametrize("maximum", [65535, 1023])
@pytest.mark.parametrize("channels", [1, 3])
def test_deep_pnm(tmp_path, channels, maximum):
    samples = picture(channels, np.uint16).astype(np.uint32) % np.uint32(maximum + 1)
    magic = "P5" if channels == 1 else "P6"
    samples[0, 0] = maximum
    beyond = samples.copy()
    beyond[0, 0] = 65535
    header = f"{magic}\n# a comment\n37 23\n{maximum}\n".encode()
    (tmp_path / "a.pnm").write_bytes(header + beyond.astype(">u2").tobytes())
    expected = np.rint(samples * (65535 / maximum))
    assert np.array_equal(read_still(tmp_path / "a.pnm").pixels, expected)


def test_12_bit_tiff_fills_the_range(tmp_path):
    samples = picture(1, np.uint16)[:, :36] >> 4
    left, right = samples[:, ::2], samples[:, 1::2]
    packed = np.stack([left >> 4, (left & 15) << 4 | right >> 8, right & 255], -1)
    packed = packed.reshape(23, -1).astype(np.uint8)
    (tmp_path / "a.tif").write_bytes(tiff(packed, t256=36, t258=12))
    error = read_still(tmp_path / "a.tif").pixels - samples * (65535 / 4095)
    assert np.abs(error).max() < 1


def test_kinds_of_samples_that_are_not_read(tmp_path):
    Image.fromarray(picture(1).astype(np.float32)).save(tmp_path / "float.tif")
    assert "not gray or colour of 8 or 16 bits" in refused(tmp_path / "float.tif")
    deep = picture(3, np.uint16)
    (tmp_path / "planes.tif").write_bytes(tiff(deep, photometric=2, planar=True))
    assert "separate colour planes" in refused(tmp_path / "planes.tif")
    deep = picture(2, np.uint16)
    (tmp_path / "ga.tif").write_bytes(tiff(deep, extra=2, t339=2))
    assert "a kind that is not read" in refused(tmp_path / "ga.tif")  # signed
    (tmp_path / "ga.tif").write_bytes(tiff(deep, extra=2, planar=True))
    refused(tmp_path / "ga.tif")
    (tmp_path / "planes8.tif").write_bytes(tiff(picture(3), photometric=2, planar=True))
    assert np.array_equal(read_still(tmp_path / "planes8.tif").pixels, picture(3))


# Reading: orientation, profiles, metadata


def turned(upright: np.ndarray, orientation: int) -> np.ndarray:
    """How a camera stores it: the inverse of what EXIF 2.32, 4.6.4 A, asks of a viewer."""
    return {
        1: lambda p: p,
        2: np.fliplr,
        3: lambda p: np.rot90(p, 2),
        4: np.flipud,
        5: lambda p: np.swapaxes(p, 0, 1),
        6: lambda p: np.rot90(p, 1),
        7: lambda p: np.rot90(np.swapaxes(p, 0, 1), 2),
        8: lambda p: np.rot90(p, -1),
    }[orientation](upright)


@pytest.mark.parametrize("orientation", range(1, 9))
@pytest.mark.parametrize("suffix", [".png", ".jpg", ".tif", ".webp", ".avif"])
def test_orientation_is_applied_and_reset(tmp_path, suffix, orientation):
    upright = smooth()
    upright[:16, :16] = 255  # one corner tells all eight apart
    exif = Image.Exif()
    exif[274] = orientation
    exif[271] = "A camera"
    options = {
        ".jpg": {"quality": 100, "subsampling": 0},
        ".webp": {"lossless": True},
        ".avif": {"quality": 100, "subsampling": "4:4:4"},
    }.get(suffix, {})
    stored = np.ascontiguousarray(turned(upright, orientation))
    path = write_pillow(tmp_path / f"a{suffix}", stored, exif=exif, **options)
    still = read_still(path)
    assert still.pixels.shape == upright.shape
    assert np.abs(still.pixels.astype(int) - upright).mean() < 2
    kept = Image.Exif()
    kept.load(still.exif)
    assert 274 not in kept
    assert kept[271] == "A camera"


@pytest.mark.parametrize("orientation", [3, 6, 7])
@pytest.mark.parametrize("channels", [1, 2, 3, 4])
@pytest.mark.parametrize("suffix", [".png", ".tif"])
def test_orientation_of_16_bits_and_alpha(tmp_path, suffix, channels, orientation):
    upright = picture(channels, np.uint16).reshape(23, 37, channels)
    stored = turned(upright, orientation)
    if suffix == ".png":
        exif = Image.Exif()
        exif[274] = orientation
        kind = {1: 0, 2: 4, 3: 2, 4: 6}[channels]
        data = png(stored, kind, chunk(b"eXIf", exif.tobytes()[6:]))
    else:
        extra = 2 if channels in (2, 4) else None
        data = tiff(stored, ">", photometric=1 + (channels > 2), extra=extra, t274=orientation)
    (tmp_path / "a").write_bytes(data)
    still = read_still(tmp_path / "a")
    colours = channels - (channels in (2, 4))
    assert np.array_equal(still.pixels.reshape(23, 37, -1), upright[..., :colours])
    if still.alpha is not None:
        assert np.array_equal(still.alpha, upright[..., -1])


def test_xmp_that_speaks_of_orientation(tmp_path):
    xmp = b'<x:xmpmeta><rdf:Description tiff:Orientation="6"/></x:xmpmeta>'
    stored = np.ascontiguousarray(np.rot90(picture(3)))
    still = read_still(write_pillow(tmp_path / "a.tif", stored, tiffinfo={700: xmp, 274: 6}))
    assert np.array_equal(still.pixels, picture(3))
    assert b'Orientation="6"' not in still.xmp
    path = write_pillow(tmp_path / "a.jpg", np.ascontiguousarray(np.rot90(smooth())), xmp=xmp)
    still = read_still(path)
    assert still.pixels.shape == smooth().shape
    assert b'tiff:Orientation="1"' in still.xmp
    save_still(still, still.pixels, tmp_path / "b.jpg")
    assert read_still(tmp_path / "b.jpg").pixels.shape == smooth().shape


def test_a_tiff_that_states_no_resolution(tmp_path):
    (tmp_path / "a.tif").write_bytes(tiff(picture(1)))
    assert read_still(tmp_path / "a.tif").dpi is None


@pytest.mark.parametrize(
    "exif", [b"Exif\0\0II*\0\xff\xff\xff\x7f", b"Exif\0\0garbage", b"Exif\0\0MM\0*\0\0\0\x08\xff"]
)
def test_broken_exif_costs_the_exif_only(tmp_path, exif):
    path = write_pillow(tmp_path / "a.jpg", smooth(), exif=exif)
    still = read_still(path)
    assert still.exif is None
    assert still.pixels.shape == smooth().shape


CURVES = {
    "linear": curve_gamma(1.0),
    "identity": struct.pack(">4s4xI", b"curv", 0),
    "gamma 1.8": curve_gamma(1.8),
    "table": curve_table(np.linspace(0, 1, 256) ** 2.2),
    "power": curve_parametric(0, 2.2),
    "offset": curve_parametric(1, 2.0, 0.9, 0.1),
    "lifted": curve_parametric(2, 2.0, 0.874679, 0.1, 0.05),
    "sRGB": curve_parametric(3, 2.4, 1 / 1.055, 0.055 / 1.055, 1 / 12.92, 0.04045),
    "five": curve_parametric(4, 2.4, 1 / 1.055, 0.055 / 1.055, 1 / 12.92, 0.04045, 0.0, 0.0),
}


@pytest.mark.parametrize("name", CURVES)
def test_gray_through_its_profile_as_littlecms_does_it(tmp_path, name):
    ramp = np.arange(256, dtype=np.uint8).reshape(8, 32)
    profile = gray_profile(CURVES[name])
    path = write_pillow(tmp_path / "a.png", ramp, icc_profile=profile)
    still = read_still(path)
    reference = ImageCms.profileToProfile(
        Image.fromarray(ramp),
        ImageCms.ImageCmsProfile(io.BytesIO(profile)),
        ImageCms.createProfile("sRGB"),
        outputMode="RGB",
        renderingIntent=ImageCms.Intent.RELATIVE_COLORIMETRIC,
    )
    difference = (still.pixels.astype(int) - np.asarray(reference)[..., 1]).flatten()
    assert np.abs(difference[16:]).max() <= 1  # LittleCMS is coarse in the darkest tones
    assert still.icc is None
    if name == "sRGB":
        assert np.array_equal(still.pixels, ramp)


def test_16_bit_gray_through_its_profile_keeps_16_bits(tmp_path):
    ramp = np.arange(65536, dtype=np.uint16).reshape(256, 256)
    profile = gray_profile(curve_gamma(2.0))
    path = tmp_path / "a.png"
    iccp = chunk(b"iCCP", b"gray\0\0" + zlib.compress(profile))
    path.write_bytes(png(ramp[..., None], 0, iccp))
    pixels = read_still(path).pixels
    # The gray level of half the light is 0.5 ** (1 / 2) before and 0.7354 after.
    assert abs(int(pixels.flat[round(0.5**0.5 * 65535)]) - 0.735357 * 65535) < 2
    assert len(np.unique(pixels)) > 40000


def test_gray_profile_whose_curve_gives_lightness():
    levels = np.linspace(0, 65535, 99).astype(np.uint16)
    profile = gray_profile(struct.pack(">4s4xI", b"curv", 0), b"Lab ")
    srgb = gray_to_srgb(levels, profile) / 65535
    linear = np.where(srgb <= 0.04045, srgb / 12.92, ((srgb + 0.055) / 1.055) ** 2.4)
    assert np.abs(luminance_to_lightness(linear) - levels / 655.35).max() < 0.01


@pytest.mark.parametrize(
    "profile",
    [
        gray_profile(b"what\0\0\0\0"),
        gray_profile(curve_parametric(9, 1.0)),
        gray_profile(curve_parametric(4, 1.0)),
        gray_profile(curve_parametric(1, 2.0, 0.0, 1.0)),
        gray_profile(curve_parametric(0, -1.0)),
        gray_profile(struct.pack(">4s4xI", b"curv", 1 << 30)),
        gray_profile(b"curv"),
        gray_profile(curve_gamma(2.2)).replace(b"kTRC", b"none"),
        b"",
        b"no profile at all" * 20,
    ],
)
def test_gray_with_a_broken_profile_is_read_as_it_is(tmp_path, profile):
    path = write_pillow(tmp_path / "a.png", picture(1), icc_profile=profile)
    with warnings.catch_warnings():
        warnings.simplefilter("error", RuntimeWarning)
        still = read_still(path)
    assert np.array_equal(still.pixels, picture(1))
    assert still.icc is None


def test_rgb_profile_of_a_gray_picture_is_kept(tmp_path):
    still = read_still(write_pillow(tmp_path / "a.jpg", smooth()[..., 0], icc_profile=SRGB))
    assert still.pixels.ndim == 2
    assert still.icc == SRGB


def test_gray_profile_of_a_colour_picture_is_dropped(tmp_path):
    profile = gray_profile(curve_gamma(2.2))
    still = read_still(write_pillow(tmp_path / "a.png", picture(3), icc_profile=profile))
    assert np.array_equal(still.pixels, picture(3))
    assert still.icc is None


# Reading: what is refused

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


@pytest.mark.parametrize("name", WHOLE)
def test_truncated_wherever_it_is_cut(tmp_path, name):
    data, path = WHOLE[name], tmp_path / name
    path.write_bytes(data)
    assert read_still(path).pixels.ndim in (2, 3)
    cuts = {*range(20, len(data), max(1, len(data) // 40)), len(data) - 13, len(data) - 5}
    for length in sorted(cuts):
        path.write_bytes(data[:length])
        assert "damaged or cut short" in refused(path), length


JPEG_KINDS = {
    "usual": {},
    "full colour": {"quality": 95, "subsampling": 0},
    "restarts": {"restart_marker_rows": 1},
    "gray": {"mode": "L"},
    "CMYK": {"mode": "CMYK"},
    "fill bytes": {},
}


@pytest.mark.parametrize("kind", JPEG_KINDS)
def test_a_jpeg_whose_data_ends_early_is_never_half_gray(tmp_path, kind):
    options = dict(JPEG_KINDS[kind])
    path = tmp_path / "a.jpg"
    # A thumbnail, with scan and end markers of its own, must not confuse.
    options["exif"] = b"Exif\0\0II*\0\x08\0\0\0\0\0\0\0\0\0" + encoded("JPEG", picture(3))
    samples = np.tile(smooth(), (3, 3, 1))
    write_pillow(path, samples, options.pop("mode", "RGB"), **options)
    data = path.read_bytes()
    if kind == "fill bytes":
        frame = data.rindex(b"\xff\xc0")
        data = data[:frame] + b"\xff\xff" + data[frame:]
    path.write_bytes(data)
    assert read_still(path).pixels.shape[:2] == samples.shape[:2]
    path.write_bytes(data + b"what cameras put behind the end\xff\xd9")
    assert read_still(path).pixels.shape[:2] == samples.shape[:2]
    scan = data.rindex(b"\xff\xda")
    for length in range(scan + 20, len(data) - 40, (len(data) - scan) // 20):
        path.write_bytes(data[:length].rstrip(b"\xff") + b"\xff\xd9")
        assert "damaged" in refused(path), length


def test_a_jpeg_with_a_scan_for_each_component(tmp_path):
    planes = [encoded("JPEG", smooth()[..., c]) for c in range(3)]
    frame, scan = planes[0].index(b"\xff\xc0"), planes[0].index(b"\xff\xda")
    header = bytearray(planes[0][:frame] + b"\xff\xc0\0\x11" + planes[0][frame + 4 : frame + 9])
    header += b"\3" + b"".join(bytes((c + 1, 0x11, 0)) for c in range(3))
    header += planes[0][frame + 13 : scan]
    for component, plane in enumerate(planes, 1):
        data = plane[plane.index(b"\xff\xda") + 10 : -2]
        header += b"\xff\xda\0\x08\1" + bytes((component, 0, 0, 63, 0)) + data
    (tmp_path / "a.jpg").write_bytes(header + b"\xff\xd9")
    pixels = read_still(tmp_path / "a.jpg").pixels
    colours = Image.merge("YCbCr", [Image.open(io.BytesIO(plane)) for plane in planes])
    assert np.abs(pixels.astype(int) - np.asarray(colours.convert("RGB"))).max() <= 2


def test_a_wrong_byte_anywhere_in_a_png(tmp_path):
    path = tmp_path / "a.png"
    for position in range(8, len(WHOLE["deep.png"]) - 12, 97):
        data = bytearray(WHOLE["deep.png"])
        data[position] ^= 0x55
        path.write_bytes(data)
        refused(path)


def test_a_tiff_that_lacks_strips(tmp_path):
    path = tmp_path / "a.tif"
    whole = tiff(picture(1), rows=23)
    path.write_bytes(whole)
    assert np.array_equal(read_still(path).pixels, picture(1))
    path.write_bytes(tiff(picture(1), tile=16, t257=50))
    assert "damaged" in refused(path)
    path.write_bytes(tiff(picture(1), rows=23, t278=5))
    assert "damaged" in refused(path)
    planes = {"t262": 2, "t277": 3, "t284": 2}
    path.write_bytes(tiff(picture(1), rows=23, **planes))
    assert "damaged" in refused(path)


def test_rows_per_strip_without_a_limit(tmp_path):
    (tmp_path / "a.tif").write_bytes(tiff(picture(1), rows=23, t278=2**32 - 1))
    assert np.array_equal(read_still(tmp_path / "a.tif").pixels, picture(1))


@pytest.mark.parametrize("size", [(1, 1), (2, 3), (5, 1), (1, 9)])
def test_interlaced_png_of_few_pixels(tmp_path, size):
    samples = picture(3, np.uint16, *size)
    (tmp_path / "a.png").write_bytes(png(samples, 2, interlaced=True))
    assert np.array_equal(read_still(tmp_path / "a.png").pixels, samples)


def test_a_fax_that_lacks_its_last_bytes(tmp_path):
    path = tmp_path / "a.tif"
    page = Image.fromarray(picture(1)).convert("1")
    page.save(path, compression="group4")
    with Image.open(path) as image:
        (start,), (count,) = image.tag_v2[273], image.tag_v2[279]
    strip = np.frombuffer(path.read_bytes(), np.uint8, count, start)[None]
    data = tiff(strip, t256=37, t257=23, t258=1, t259=4, t278=23)  # ends with the strip
    path.write_bytes(data)
    assert np.array_equal(read_still(path).pixels, np.asarray(page) * 255)
    for length in range(len(data) - 5, len(data)):
        path.write_bytes(data[:length])
        assert "damaged" in refused(path), length


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


@pytest.mark.parametrize("size", [(60000, 60000), (10001, 10000)])
@pytest.mark.parametrize("name", CLAIMS)
def test_bombs_are_refused_before_decoding(tmp_path, monkeypatch, name, size):
    monkeypatch.setattr(read, "decode", lambda *_: pytest.fail("decoded"))
    path = tmp_path / name
    path.write_bytes(CLAIMS[name](*size))
    assert "more than 100 megapixels" in refused(path)


@pytest.mark.parametrize("name", CLAIMS)
def test_more_rows_in_the_header_than_in_the_data(tmp_path, name):
    path = tmp_path / name
    if name != "a.ppm":
        path.write_bytes(CLAIMS[name](37, 23))
        assert read_still(path).pixels.shape[:2] == (23, 37)
    path.write_bytes(CLAIMS[name](37, 40))
    refused(path)


def test_webp_and_avif_at_the_limit(tmp_path, monkeypatch):
    monkeypatch.setattr(read, "MOST_PIXELS", 64 * 96 - 1)
    monkeypatch.setattr(read, "decode", lambda *_: pytest.fail("decoded"))
    for name in ("lossy.webp", "a.avif"):
        (tmp_path / name).write_bytes(WHOLE[name])
        assert "megapixels" in refused(tmp_path / name)


def test_exactly_the_limit_is_opened(tmp_path, monkeypatch):
    monkeypatch.setattr(read, "MOST_PIXELS", 23 * 37)
    assert read_still(write_pillow(tmp_path / "a.png", picture(1))).pixels.shape == (23, 37)


def test_a_tile_larger_than_any_picture(tmp_path, monkeypatch):
    monkeypatch.setattr(read, "decode", lambda *_: pytest.fail("decoded"))
    path = tmp_path / "a.tif"
    path.write_bytes(tiff(picture(1), tile=64, t322=20000, t323=20000))
    refused(path)


@pytest.mark.parametrize(
    ("error", "reason"),
    [
        (MemoryError(), "more memory"),
        (OSError(errno.EIO, os.strerror(errno.EIO)), "input/output error"),
        (OSError(errno.EINVAL, "beyond the end"), "damaged"),
    ],
)
def test_a_failing_system(tmp_path, monkeypatch, error, reason):
    def fail(*_):
        raise error

    path = write_pillow(tmp_path / "a.png", picture(1))
    monkeypatch.setattr(read, "decode", fail)
    assert reason in refused(path)


def test_what_is_no_picture(tmp_path):
    (tmp_path / "empty.png").touch()
    assert "is empty" in refused(tmp_path / "empty.png")
    (tmp_path / "text.png").write_text("no picture at all, just words\n")
    assert "not a picture of a kind" in refused(tmp_path / "text.png")
    (tmp_path / "a.gif").write_bytes(encoded("GIF", picture(1)))
    assert "not a picture of a kind" in refused(tmp_path / "a.gif")
    (tmp_path / "a.psd").write_bytes(b"8BPS\0\1" + bytes(30))
    assert "not a picture of a kind" in refused(tmp_path / "a.psd")
    assert "no such file" in refused(tmp_path / "missing.png")
    (tmp_path / "folder.png").mkdir()
    assert "a folder" in refused(tmp_path / "folder.png")
    refused(tmp_path / "text.png" / "inside.png")
    refused(tmp_path / ("long" * 100 + ".png"))
    with pytest.raises(UserError):
        read_still(tmp_path / "nul\0.png")


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no named pipes here")
def test_a_pipe_is_refused_without_waiting(tmp_path):
    os.mkfifo(tmp_path / "pipe.png")
    outcome: list[str] = []
    thread = threading.Thread(target=lambda: outcome.append(refused(tmp_path / "pipe.png")))
    thread.daemon = True
    thread.start()
    thread.join(10)
    assert "a device or a pipe" in outcome[0]


def test_names_are_safe_to_print(tmp_path):
    with pytest.raises(UserError) as caught:
        read_still(tmp_path / "a\x1b[2J\n.png")
    assert r"a\x1b[2J\x0a.png" in str(caught.value)
    assert str(caught.value).isprintable()
    still = Still(tmp_path / "source.png", picture(1))
    with pytest.raises(UserError) as caught:
        save_still(still, picture(3), tmp_path / "a\x1b[2J\n.gif")
    assert str(caught.value).isprintable()


def test_libraries_say_nothing_on_stderr(tmp_path):
    corrupt = bytearray(WHOLE["deepdeflate.tif"])
    corrupt[-100] ^= 0x55
    lzw = bytearray(WHOLE["lzw.tif"])
    lzw[10:400] = bytes(range(130)) * 3
    files = {
        "corrupt.tif": bytes(corrupt),
        "lzw.tif": bytes(lzw),
        "samples.tif": tiff(picture(1), t277=60000),
        "directory.tif": encoded("TIFF")[:-20],
        "end.tif": encoded("TIFF", compression="tiff_adobe_deflate")[:-3],
        "wide.png": CLAIMS["8.png"](9999, 9999),  # above the size at which Pillow warns
        "exif.jpg": encoded("JPEG", exif=b"Exif\0\0II*\0\x08\0\0\0\x09\0garbage"),
        "cut.png": WHOLE["deep.png"][:-100],
        "cut.jpg": WHOLE["baseline.jpg"][:-100],
        "text.png": b"words",
    }
    for name, data in files.items():
        (tmp_path / name).write_bytes(data)
    program = (
        "import sys, pathlib\n"
        "from tui_colorize.errors import UserError\n"
        "from tui_colorize.imagefile import read_still\n"
        "for path in sorted(pathlib.Path(sys.argv[1]).iterdir()):\n"
        "    try:\n"
        "        read_still(path)\n"
        "        print(path.name, 'read')\n"
        "    except UserError:\n"
        "        print(path.name, 'refused')\n"
    )
    done = subprocess.run(
        [sys.executable, "-W", "default", "-c", program, tmp_path],
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert done.stderr == ""
    assert done.stdout.splitlines() == [
        f"{name} {'read' if name == 'exif.jpg' else 'refused'}" for name in sorted(files)
    ]


# Folder scan


def test_what_a_folder_scan_takes(tmp_path):
    for name in ("a.png", "b.JPG", "c.Tiff", "d.txt", ".hidden.png", "e.gif", "f"):
        (tmp_path / name).touch()
    (tmp_path / "folder.png").mkdir()
    assert {p.name for p in tmp_path.iterdir() if is_picture(p)} == {"a.png", "b.JPG", "c.Tiff"}
    assert OUTPUT_SUFFIXES < SUFFIXES


# Saving


def still_of(tmp_path: Path, alpha: np.ndarray | None = None, **metadata) -> Still:
    return Still(tmp_path / "source.png", picture(1), alpha, **metadata)


@pytest.mark.parametrize("dtype", [np.uint8, np.uint16])
@pytest.mark.parametrize("channels", [3, 4])
@pytest.mark.parametrize("suffix", [".png", ".tif", ".TIFF", ".webp"])
def test_lossless_formats_give_back_what_was_saved(tmp_path, suffix, channels, dtype):
    samples = picture(channels, dtype)
    alpha = samples[..., 3] if channels == 4 else None
    out = tmp_path / f"out{suffix}"
    save_still(still_of(tmp_path, alpha), samples[..., :3], out)
    still = read_still(out)
    expected = to_depth(samples, np.dtype(np.uint8)) if suffix == ".webp" else samples
    assert still.pixels.dtype == expected.dtype
    assert np.array_equal(still.pixels, expected[..., :3])
    assert (still.alpha is None) == (channels == 3)
    if channels == 4:
        assert np.array_equal(still.alpha, expected[..., 3])


@pytest.mark.parametrize("dtype", [np.uint8, np.uint16])
@pytest.mark.parametrize("channels", [3, 4])
@pytest.mark.parametrize("suffix", [".png", ".tif"])
def test_other_programs_read_the_same(tmp_path, suffix, channels, dtype):
    samples = picture(channels, dtype, 300, 70)  # rows for more than one band of the PNG
    alpha = samples[..., 3] if channels == 4 else None
    out = tmp_path / f"out{suffix}"
    save_still(still_of(tmp_path, alpha, icc=SRGB, dpi=(300, 300)), samples[..., :3], out)
    if channels == 4 and dtype == np.uint8 and suffix == ".tif":
        read_back = np.asarray(Image.open(out))  # OpenCV premultiplies these
    else:
        read_back = cv2.imread(str(out), cv2.IMREAD_UNCHANGED)[..., [2, 1, 0, 3][:channels]]
    assert np.array_equal(read_back, samples)


def test_tiff_of_several_strips(tmp_path):
    rgb = picture(3, np.uint16, 700, 500)
    save_still(Still(tmp_path / "a", rgb), rgb, tmp_path / "a.tif")
    assert len(Image.open(tmp_path / "a.tif").tag_v2[273]) == 3
    assert np.array_equal(read_still(tmp_path / "a.tif").pixels, rgb)
    assert np.array_equal(cv2.imread(str(tmp_path / "a.tif"), -1)[..., ::-1], rgb)


def lab(rgb: np.ndarray) -> np.ndarray:
    return np.stack(rgb_to_lab(*np.moveaxis(rgb / 255, -1, 0)))


@pytest.mark.parametrize("dtype", [np.uint8, np.uint16])
@pytest.mark.parametrize(("suffix", "worst"), [(".jpg", 0.4), (".avif", 0.4)])
def test_lossy_formats_stay_close(tmp_path, suffix, worst, dtype):
    rgb = smooth().astype(dtype) * (257 if dtype == np.uint16 else 1)
    out = tmp_path / f"out{suffix}"
    save_still(Still(tmp_path / "a", rgb), rgb.astype(dtype), out)
    pixels = read_still(out).pixels
    assert pixels.dtype == np.uint8
    error = np.abs(lab(pixels) - lab(smooth()))
    assert error[0].mean() < worst
    assert error[1:].mean() < 3 * worst


def test_colour_has_the_full_resolution_in_jpeg_and_avif(tmp_path):
    rgb = np.zeros((32, 32, 3), np.uint8)
    rgb[:, ::2] = (200, 60, 60)
    rgb[:, 1::2] = (60, 100, 200)  # of about the same luma
    for suffix in (".jpg", ".avif"):
        save_still(Still(tmp_path / "a", rgb), rgb, tmp_path / f"out{suffix}")
        error = np.abs(read_still(tmp_path / f"out{suffix}").pixels.astype(int) - rgb)
        assert error.mean() < 6, suffix
    assert JpegImagePlugin.get_sampling(Image.open(tmp_path / "out.jpg")) == 0


def test_rounding_to_8_bits_is_to_the_nearest(tmp_path):
    every = np.arange(65536, dtype=np.uint16)
    assert np.array_equal(to_depth(every, np.dtype(np.uint8)), np.rint(every / 257))
    levels = np.arange(256, dtype=np.uint8)
    assert np.array_equal(to_depth(levels, np.dtype(np.uint16)), np.arange(256) * 257)


def test_jpeg_shows_alpha_on_white(tmp_path):
    rgb = np.full((16, 16, 3), 40, np.uint8)
    alpha = np.full((16, 16), 255, np.uint8)
    alpha[:, 8:] = 0
    save_still(Still(tmp_path / "a", rgb, alpha), rgb, tmp_path / "out.jpg")
    pixels = read_still(tmp_path / "out.jpg").pixels
    assert np.abs(pixels[:, :8].astype(int) - 40).max() < 4
    assert pixels[:, 8:].min() > 250


def test_alpha_takes_the_depth_of_the_colours(tmp_path):
    alpha = picture(1)
    save_still(still_of(tmp_path, alpha), picture(3, np.uint16), tmp_path / "out.png")
    assert np.array_equal(read_still(tmp_path / "out.png").alpha, alpha * np.uint16(257))


def rich_source(tmp_path: Path) -> Still:
    """A JPEG with everything in it, read."""
    exif = Image.Exif()
    exif[270] = "D\u00fcsseldorf, K\u00f6nigsallee".encode()
    exif[315] = "An archive"
    exif[274] = 6
    exif[256] = 9999  # a tag of the file's layout, which must not wander into another file
    exif.get_ifd(0x8769).update({0x9003: "1926:05:04 12:00:00", 0xA002: 96, 0xA003: 64})
    exif.get_ifd(0x8769).update({0xA434: "S?? 1:4", 0xA005: {1: "R98"}})
    exif.get_ifd(0x8825).update({1: "N", 2: (IFDRational(51), IFDRational(13), IFDRational(0))})
    data = exif.tobytes().replace(b"S??", "S\u00fc\u00df".encode("latin-1"))
    path = write_pillow(
        tmp_path / "rich.jpg", smooth(), exif=data, icc_profile=SRGB, dpi=(600, 300),
        xmp=b"<x:xmpmeta>caption \xc3\xa9</x:xmpmeta>",
    )  # fmt: skip
    return read_still(path)


@pytest.mark.parametrize("deep", [False, True])
@pytest.mark.parametrize("suffix", [".png", ".jpg", ".tif", ".webp", ".avif"])
def test_metadata_is_kept(tmp_path, suffix, deep):
    source = rich_source(tmp_path)
    assert source.pixels.shape == (96, 64, 3)
    rgb = source.pixels.astype(np.uint16) * 257 if deep else source.pixels
    out = tmp_path / f"out{suffix}"
    save_still(source, rgb, out)
    still = read_still(out)
    assert still.icc == SRGB
    assert still.xmp == b"<x:xmpmeta>caption \xc3\xa9</x:xmpmeta>"
    exif = Image.Exif()
    exif.load(still.exif)
    assert exif[270].encode("latin-1").decode() == "D\u00fcsseldorf, K\u00f6nigsallee"
    assert exif[315] == "An archive"
    assert 274 not in exif
    assert 256 not in exif
    taken = exif.get_ifd(0x8769)
    assert taken[0x9003] == "1926:05:04 12:00:00"
    assert (taken[0xA002], taken[0xA003]) == (64, 96)
    assert taken[0xA434] == "S\u00fc\u00df 1:4"
    assert 0xA005 not in taken
    assert still.text == {}
    assert exif.get_ifd(0x8825)[1] == "N"
    if suffix not in (".webp", ".avif"):
        assert still.dpi == pytest.approx((300, 600), rel=1e-3)
    if suffix == ".tif":
        assert Image.open(out).tag_v2[296] == 2  # per inch


def test_the_thumbnail_is_dropped(tmp_path):
    thumbnail = encoded("JPEG", picture(3))
    ifd0 = struct.pack("<HHHI4sI", 1, 271, 2, 4, b"Leo\0", 26)
    ifd1 = struct.pack("<HHHIIHHIII", 2, 513, 4, 1, 56, 514, 4, 1, len(thumbnail), 0)
    exif = b"Exif\0\0II*\0\x08\0\0\0" + ifd0 + ifd1 + thumbnail
    still = read_still(write_pillow(tmp_path / "a.jpg", smooth(), exif=exif))
    assert b"Leo" in still.exif
    assert thumbnail[:20] not in still.exif
    assert len(still.exif) < 100


@pytest.mark.parametrize("deep", [False, True])
def test_text_chunks_of_a_png(tmp_path, deep):
    text = {"Title": "Harbour", "Description": "K\u00f6ln \u2013 \u5199\u771f"}
    rgb = picture(3, np.uint16 if deep else np.uint8)
    save_still(Still(tmp_path / "a", rgb, text=text), rgb, tmp_path / "out.png")
    assert read_still(tmp_path / "out.png").text == text


def test_metadata_too_large_for_jpeg_does_not_stop_the_picture(tmp_path):
    exif = Image.Exif()
    exif[270] = "x" * 70000
    still = still_of(tmp_path, exif=exif.tobytes(), xmp=b"y" * 70000, icc=SRGB)
    save_still(still, picture(3), tmp_path / "out.jpg")
    assert read_still(tmp_path / "out.jpg").icc == SRGB
    save_still(still, picture(3), tmp_path / "out.png")
    assert read_still(tmp_path / "out.png").xmp == still.xmp


@pytest.mark.parametrize("suffix", [".webp", ".jpg", ".avif"])
def test_a_picture_too_long_for_the_format(tmp_path, suffix):
    rgb = np.zeros((1, 70000, 3), np.uint8)
    with pytest.raises(UserError, match=r"pixels a side; choose \.png or \.tif"):
        save_still(Still(tmp_path / "a", rgb), rgb, tmp_path / f"out{suffix}")
    assert not list(tmp_path.iterdir())
    save_still(Still(tmp_path / "a", rgb), rgb, tmp_path / "out.png")


@pytest.mark.parametrize(
    "rgb", [picture(1), picture(4), picture(3).astype(float), picture(3, height=5)]
)
def test_arrays_that_no_caller_should_pass(tmp_path, rgb):
    with pytest.raises(ValueError, match="rgb"):
        save_still(still_of(tmp_path, picture(1)), rgb, tmp_path / "out.png")
    assert not list(tmp_path.iterdir())


# Saving: atomic, and never over what must stay


@pytest.fixture(params=[False, True], ids=["new", "over an old file"])
def target(request, tmp_path):
    """(out, overwrite, check that all is as before)."""
    out = tmp_path / "out.png"
    if request.param:
        out.write_bytes(b"old")

    def check() -> None:
        assert [p.name for p in tmp_path.iterdir()] == (["out.png"] if request.param else [])
        assert not request.param or out.read_bytes() == b"old"

    return out, request.param, check


def fail_with(code: int):
    def fail(*_args, **_options):
        raise OSError(code, os.strerror(code))

    return fail


@pytest.mark.parametrize("function", ["fsync", "replace", "link", "write"])
def test_a_failure_leaves_nothing_behind(monkeypatch, target, function):
    out, overwrite, check = target
    if function == "write":
        monkeypatch.setattr(save, "encode", lambda *_: memoryview(b"x" * 100_000))
        resource = pytest.importorskip("resource")
        before = resource.getrlimit(resource.RLIMIT_FSIZE)
        resource.setrlimit(resource.RLIMIT_FSIZE, (50_000, before[1]))
    elif function == "link":
        monkeypatch.setattr(os, "link", fail_with(errno.EPERM))
        monkeypatch.setattr(os, "replace", fail_with(errno.EIO))
    elif function == "replace":
        monkeypatch.setattr(os, "replace", fail_with(errno.EIO))
        monkeypatch.setattr(os, "link", fail_with(errno.EIO))
    else:
        monkeypatch.setattr(os, function, fail_with(errno.ENOSPC))
    try:
        with pytest.raises(UserError) as caught:
            save_still(still_of(out.parent), picture(3), out, overwrite=overwrite)
    finally:
        if function == "write":
            resource.setrlimit(resource.RLIMIT_FSIZE, before)
    check()
    assert "out.png cannot be saved" in str(caught.value)
    if function == "fsync":
        assert "no space left" in str(caught.value)


@pytest.mark.parametrize("error", [OSError("encoder error -2"), MemoryError()])
def test_a_failing_encoder(monkeypatch, target, error):
    out, overwrite, check = target

    def fail(*_):
        raise error

    monkeypatch.setattr(save, "encode", fail)
    with pytest.raises(UserError, match=r"out\.png"):
        save_still(still_of(out.parent), picture(3), out, overwrite=overwrite)
    check()


def test_an_interrupt_leaves_nothing_behind(monkeypatch, target):
    out, overwrite, check = target

    def interrupt(_):
        raise KeyboardInterrupt

    monkeypatch.setattr(os, "fsync", interrupt)
    with pytest.raises(KeyboardInterrupt):
        save_still(still_of(out.parent), picture(3), out, overwrite=overwrite)
    check()


def test_nobody_sees_half_a_file(monkeypatch, tmp_path):
    out = tmp_path / "out.png"
    seen = []
    fsync = os.fsync

    def watch(fd: int) -> None:
        seen.append((out.exists(), os.fstat(fd).st_size))
        fsync(fd)

    monkeypatch.setattr(os, "fsync", watch)
    save_still(still_of(tmp_path), picture(3), out)
    assert seen == [(False, out.stat().st_size)]
    assert [p.name for p in tmp_path.iterdir()] == ["out.png"]


def test_overwrite_replaces(tmp_path):
    out = tmp_path / "out.png"
    out.write_bytes(b"old")
    save_still(still_of(tmp_path), picture(3), out, overwrite=True)
    assert np.array_equal(read_still(out).pixels, picture(3))


@pytest.mark.parametrize("hard_links", [True, False])
def test_a_file_that_appears_during_the_work_is_not_replaced(monkeypatch, tmp_path, hard_links):
    out = tmp_path / "out.png"
    fsync = os.fsync

    def meanwhile(fd: int) -> None:
        fsync(fd)
        out.write_bytes(b"of someone else")

    monkeypatch.setattr(os, "fsync", meanwhile)
    if not hard_links:
        monkeypatch.setattr(os, "link", fail_with(errno.EPERM))
    with pytest.raises(UserError, match="exists already"):
        save_still(still_of(tmp_path), picture(3), out)
    assert out.read_bytes() == b"of someone else"
    assert [p.name for p in tmp_path.iterdir()] == ["out.png"]


def test_saving_where_there_are_no_hard_links(monkeypatch, tmp_path):
    monkeypatch.setattr(os, "link", fail_with(errno.EPERM))
    out = tmp_path / "out.png"
    save_still(still_of(tmp_path), picture(3), out)
    assert np.array_equal(read_still(out).pixels, picture(3))
    assert [p.name for p in tmp_path.iterdir()] == ["out.png"]


@pytest.mark.skipif(os.name != "posix", reason="file modes of POSIX")
@pytest.mark.parametrize("mask", [0o022, 0o077])
def test_the_mode_is_what_the_umask_gives(tmp_path, mask):
    before = os.umask(mask)
    try:
        save_still(still_of(tmp_path), picture(3), tmp_path / "out.png")
    finally:
        os.umask(before)
    assert stat.S_IMODE((tmp_path / "out.png").stat().st_mode) == 0o666 & ~mask


def test_the_longest_name_that_the_file_system_takes(tmp_path):
    out = tmp_path / ("n" * 251 + ".png")
    save_still(still_of(tmp_path), picture(3), out)
    assert read_still(out).pixels.shape == (23, 37, 3)


@pytest.mark.parametrize("overwrite", [False, True])
def test_the_source_is_never_replaced(tmp_path, monkeypatch, overwrite):
    source = write_pillow(tmp_path / "source.png", picture(1))
    before = source.read_bytes()
    (tmp_path / "soft.png").symlink_to(source)
    (tmp_path / "hard.png").hardlink_to(source)
    (tmp_path / "folder").mkdir()
    (tmp_path / "elsewhere").symlink_to(tmp_path)
    monkeypatch.chdir(tmp_path)
    names = ["source.png", "soft.png", "hard.png", "elsewhere/source.png", "folder/../source.png"]
    for out in [*(tmp_path / name for name in names), *map(Path, names)]:
        with pytest.raises(UserError, match="the original picture"):
            check_output(source, out, overwrite=overwrite)
        with pytest.raises(UserError, match="the original picture"):
            save_still(read_still(source), picture(3), out, overwrite=overwrite)
        with pytest.raises(UserError, match="the original picture"):
            check_output(tmp_path / "soft.png", out, overwrite=overwrite)
    assert source.read_bytes() == before


def test_a_source_that_is_gone_is_not_replaced_either(tmp_path):
    with pytest.raises(UserError, match="the original picture"):
        check_output(tmp_path / "a.png", tmp_path / "a.png", overwrite=True)


@pytest.mark.parametrize(
    ("name", "overwrite", "reason"),
    [
        ("there.png", False, "exists already"),
        ("dangling.png", False, "exists already"),
        ("folder.png", False, "a folder or a device"),
        ("folder.png", True, "a folder or a device"),
        ("no/such/folder.png", False, "there is no folder"),
        ("there.png/inside.png", False, "is not a folder"),
        ("out.gif", False, r"has to end in \.png"),
        ("out.bmp", True, r"has to end in \.png"),
        ("out", False, r"has to end in \.png"),
        ("png", False, r"has to end in \.png"),
        ("n" * 300 + ".png", False, "too long"),
        ("nul\0.png", False, "cannot be saved"),
    ],
)
def test_where_nothing_can_be_saved(tmp_path, name, overwrite, reason):
    (tmp_path / "there.png").write_bytes(b"old")
    (tmp_path / "folder.png").mkdir()
    (tmp_path / "dangling.png").symlink_to(tmp_path / "nowhere")
    before = sorted(p.name for p in tmp_path.rglob("*"))
    for attempt in (
        lambda: check_output(tmp_path / "source.png", tmp_path / name, overwrite=overwrite),
        lambda: save_still(still_of(tmp_path), picture(3), tmp_path / name, overwrite=overwrite),
    ):
        with pytest.raises(UserError, match=reason) as caught:
            attempt()
        assert "\n" not in str(caught.value)
    assert sorted(p.name for p in tmp_path.rglob("*")) == before
    assert (tmp_path / "there.png").read_bytes() == b"old"


@pytest.mark.skipif(not Path("/dev/null").exists(), reason="no devices here")
def test_a_device_is_never_replaced(tmp_path):
    (tmp_path / "null.png").symlink_to("/dev/null")
    with pytest.raises(UserError, match="a folder or a device"):
        check_output(tmp_path / "a.png", tmp_path / "null.png", overwrite=True)


@pytest.mark.parametrize("suffix", sorted(OUTPUT_SUFFIXES))
def test_where_it_can_be_saved_nothing_is_said_or_written(tmp_path, suffix):
    check_output(tmp_path / "source.png", tmp_path / f"out{suffix.upper()}", overwrite=False)
    assert not list(tmp_path.iterdir())


@pytest.fixture
def unprivileged_folder():
    """A folder that the process, root or not, may enter but not write to."""
    if os.name != "posix":
        pytest.skip("permissions of POSIX")
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        write_pillow(folder / "secret.png", picture(1)).chmod(0)
        folder.chmod(0o555)
        user = os.geteuid()
        if user == 0:
            os.seteuid(65534)
        try:
            yield folder
        finally:
            if user == 0:
                os.seteuid(user)
            folder.chmod(0o755)


def test_without_permission(unprivileged_folder):
    folder = unprivileged_folder
    assert "permission denied" in refused(folder / "secret.png")
    with pytest.raises(UserError, match="may not be written to"):
        check_output(folder / "source.png", folder / "out.png", overwrite=False)
    with pytest.raises(UserError, match="may not be written to"):
        save_still(Still(folder / "source.png", picture(1)), picture(3), folder / "out.png")


@pytest.mark.parametrize("size", [(1, 1), (7, 3), (3, 500), (500, 7)])
@pytest.mark.parametrize("suffix", [".jpg", ".png", ".tif", ".webp", ".avif"])
def test_tiny_and_narrow_pictures(tmp_path, size, suffix):
    path = tmp_path / f"tiny{suffix}"
    Image.new("L", size, 90).save(path)
    still = read_still(path)
    assert still.pixels.shape[:2] == size[::-1]
    out = tmp_path / f"out{suffix}"
    save_still(still, np.zeros((*size[::-1], 3), np.uint8), out)
    assert read_still(out).pixels.shape == (*size[::-1], 3)
