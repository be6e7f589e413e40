"""tui_colorize.picture: luma of every kind of image, the network's working size."""

from __future__ import annotations

import numpy as np
import pytest

from model.color import rgb_to_lab
from tui_colorize.errors import UserError
from tui_colorize.picture import Picture, resample


@pytest.mark.parametrize("dtype", [np.uint8, np.uint16])
def test_luma_of_gray_is_its_lab_lightness(dtype):
    top = np.iinfo(dtype).max
    gray = np.arange(0, top + 1, dtype=dtype).reshape(16, -1)
    picture = Picture.of(gray)
    expected = rgb_to_lab(*[gray / top] * 3)[0]
    assert picture.lightness.dtype == np.float32
    assert picture.dtype == dtype
    assert np.abs(picture.lightness - expected).max() < 1e-4
    assert (picture.width, picture.height) == (gray.shape[1], 16)


@pytest.mark.parametrize("dtype", [np.uint8, np.uint16])
def test_luma_of_colours_is_their_lab_lightness(dtype):
    top = np.iinfo(dtype).max
    rgb = np.random.default_rng(0).integers(0, top + 1, (40, 50, 3), dtype=dtype)
    expected = rgb_to_lab(*np.moveaxis(rgb / top, 2, 0))[0]
    assert np.abs(Picture.of(rgb).lightness - expected).max() < 1e-3


def test_luma_does_not_depend_on_the_strips_it_is_made_in(monkeypatch):
    rgb = np.random.default_rng(0).integers(0, 256, (40, 50, 3), dtype=np.uint8)
    whole = Picture.of(rgb).lightness
    monkeypatch.setattr("tui_colorize.picture._ROWS", 120)
    assert np.array_equal(Picture.of(rgb).lightness, whole)


@pytest.mark.parametrize("shape", [(6, 8), (6, 8, 3)])
def test_views_of_arrays_are_images_too(shape):
    """Mirrored, turned, cut out: whatever the layout in memory."""
    image = np.random.default_rng(0).integers(0, 256, shape, dtype=np.uint8)
    lightness = Picture.of(image).lightness
    assert np.array_equal(Picture.of(image[::-1, ::-1]).lightness, lightness[::-1, ::-1])
    assert np.array_equal(Picture.of(image.swapaxes(0, 1)).lightness, lightness.T)
    assert np.array_equal(Picture.of(image[1:5:2, 2:]).lightness, lightness[1:5:2, 2:])
    image.flags.writeable = False
    assert np.array_equal(Picture.of(image).lightness, lightness)


@pytest.mark.parametrize(("dtype", "levels"), [(np.uint8, 256), (np.uint16, 65536)])
def test_gray_saved_as_rgb_is_the_same_to_the_bit(dtype, levels):
    gray = np.arange(levels, dtype=dtype).reshape(256, -1)
    lightness = Picture.of(np.dstack([gray] * 3)).lightness
    assert np.array_equal(lightness, Picture.of(gray).lightness)


@pytest.mark.parametrize(
    ("image", "reason"),
    [
        (np.zeros((4, 4), np.float32), "uint8 or uint16, not float32"),
        (np.zeros((4, 4), np.int16), "uint8 or uint16, not int16"),
        (np.zeros((4, 4), bool), "uint8 or uint16, not bool"),
        (np.zeros(4, np.uint8), "not (4,)"),
        (np.zeros((4, 4, 1), np.uint8), "not (4, 4, 1)"),
        (np.zeros((4, 4, 4), np.uint8), "not (4, 4, 4)"),
        (np.zeros((1, 4, 4, 3), np.uint8), "not (1, 4, 4, 3)"),
        (np.zeros((0, 4), np.uint8), "not (0, 4)"),
        (np.zeros((4, 0, 3), np.uint8), "not (4, 0, 3)"),
    ],
)
def test_other_arrays_are_refused(image, reason):
    with pytest.raises(UserError) as caught:
        Picture.of(image)
    assert reason in str(caught.value)


@pytest.mark.parametrize(
    ("width", "height", "working"),
    [
        (256, 256, (256, 256)),
        (5000, 5000, (256, 256)),
        (1, 1, (256, 256)),
        (4000, 1000, (512, 128)),
        (1000, 4000, (128, 512)),
        (1500, 1000, (320, 208)),
        (1000, 1500, (208, 320)),
    ],
)
def test_working_size_keeps_proportions_and_area(width, height, working):
    assert Picture.of(np.zeros((height, width), np.uint8)).working_size(256) == working


@pytest.mark.parametrize("ratio", [1, 1.1, 1.33, 1.5, 1.9, 2.4, 3.3, 5, 9, 14])
def test_working_size_is_a_multiple_of_16_of_about_the_same_area(ratio):
    for shape in ((200, round(200 * ratio)), (round(200 * ratio), 200)):
        width, height = Picture.of(np.zeros(shape, np.uint8)).working_size(256)
        assert width % 16 == height % 16 == 0
        assert 0.85 < width * height / 256**2 < 1.15
        assert width / height == pytest.approx(shape[1] / shape[0], rel=0.15)


@pytest.mark.parametrize("shape", [(1, 500), (500, 1), (3, 30000), (30000, 3)])
def test_working_size_of_panoramas_is_limited(shape):
    working = Picture.of(np.zeros(shape, np.uint8)).working_size(256)
    assert working == ((1024, 16) if shape[1] > shape[0] else (16, 1024))


def test_lightness_at_a_place():
    gray = np.zeros((3, 4), np.uint8)
    gray[1, 2] = 255
    picture = Picture.of(gray)
    assert picture.lightness_at(2, 1) == pytest.approx(100, abs=1e-3)
    assert picture.lightness_at(1, 2) == pytest.approx(0, abs=1e-4)


def test_scaled_luma_is_averaged_and_kept():
    gray = np.tile(np.array([[0, 255], [255, 0]], np.uint8), (10, 10))
    picture = Picture.of(gray)
    small = picture.scaled(10, 10)
    assert np.allclose(small, picture.lightness.mean(), atol=1e-3)
    assert picture.scaled(10, 10) is small
    assert picture.scaled(20, 20) is picture.lightness
    assert picture.scaled(40, 30).shape == (30, 40)


def test_view_of_a_region():
    picture = Picture.of(np.arange(80, dtype=np.uint8).reshape(8, 10))
    region = (2, 3, 6, 5)
    part = picture.lightness[3:5, 2:6]
    assert np.array_equal(picture.view(region, 4, 2), part)
    doubled = picture.view(region, 8, 4)
    assert np.array_equal(doubled, part.repeat(2, 0).repeat(2, 1))
    assert np.allclose(picture.view(region, 2, 1), part.reshape(2, 2, 2).mean((0, 2)), atol=1e-4)


def test_the_newest_views_are_kept(monkeypatch):
    picture = Picture.of(np.arange(80, dtype=np.uint8).reshape(8, 10))
    regions = [(x, 0, x + 4, 8) for x in range(6)]
    views = [picture.view(region, 2, 4) for region in regions]
    assert picture.view(regions[-1], 2, 4) is views[-1]
    assert picture.view(regions[-1], 2, 2) is not views[-1]
    again = picture.view(regions[0], 2, 4)
    assert again is not views[0]
    assert np.array_equal(again, views[0])
    monkeypatch.setattr("tui_colorize.picture._SMALL", 1)
    large = picture.view(regions[0], 4, 3)
    assert picture.view(regions[0], 4, 3) is not large


def test_resample_averages_areas_when_it_shrinks():
    plane = np.random.default_rng(0).random((12, 18)).astype(np.float32)
    expected = plane.reshape(4, 3, 6, 3).mean((1, 3))
    assert np.allclose(resample(plane, 6, 4), expected, atol=1e-5)
    assert resample(plane, 18, 12) is plane
    assert resample(plane, 30, 40).dtype == np.float32
