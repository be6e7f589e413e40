"""Reading more than 8 bits: no bit is lost, whoever wrote the file."""

from __future__ import annotations

import cv2
import numpy as np
import pytest
from PIL import Image

from tui_colorize.imagefile import read_still

from .makers import picture, png, refused, tiff, write_cv2

# pytest sets its own filters, in place of those that the module sets.
pytestmark = pytest.mark.filterwarnings(r"ignore:::PIL\.")


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
