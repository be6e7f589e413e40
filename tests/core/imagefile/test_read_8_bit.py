"""Reading 8 bits and fewer: every format and mode becomes gray or RGB, and alpha."""

from __future__ import annotations

import struct

import numpy as np
import pytest
from PIL import Image

from tui_colorize.imagefile import read_still

from .makers import (
    SRGB,
    chunk,
    cmyk_profile,
    encoded,
    icc_profile,
    lab,
    picture,
    png,
    smooth,
    write_pillow,
)

# pytest sets its own filters, in place of those that the module sets.
pytestmark = pytest.mark.filterwarnings(r"ignore:::PIL\.")


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
