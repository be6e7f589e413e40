"""Saving: each format gives back what it can hold."""

from __future__ import annotations

import cv2
import numpy as np
import pytest
from PIL import Image, JpegImagePlugin

from tui_colorize.errors import UserError
from tui_colorize.imagefile import Still, read_still, save_still
from tui_colorize.imagefile.still import to_depth

from .makers import SRGB, lab, picture, smooth, still_of

# pytest sets its own filters, in place of those that the module sets.
pytestmark = pytest.mark.filterwarnings(r"ignore:::PIL\.")


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
