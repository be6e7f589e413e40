"""Any size and type of picture: luma kept."""

from __future__ import annotations

import numpy as np
import pytest

from tui_colorize import Hint

from .measures import LUMA_BARS, hint_errors, lab_of, off_luma


class TestSizesAndTypes:
    """Any picture in, one of the same size and type out, its luma unchanged."""

    @pytest.mark.parametrize("kind", ["gray 8", "gray 16", "RGB 8", "RGB 16"])
    @pytest.mark.parametrize("size", [(1, 1), (3, 2), (17, 33)])
    def test_small(self, colorizer, size, kind):
        self.check(colorizer, size, kind)

    @pytest.mark.parametrize("kind", ["gray 8", "RGB 16"])
    @pytest.mark.parametrize("size", [(1, 500), (500, 1), (2, 3), (300, 200)])
    def test_long_and_larger(self, colorizer, size, kind):
        self.check(colorizer, size, kind)

    def check(self, colorizer, size, kind):
        width, height = size
        dtype = np.uint8 if kind.endswith(" 8") else np.uint16
        shape = (height, width) if kind.startswith("gray") else (height, width, 3)
        top = np.iinfo(dtype).max
        image = np.random.default_rng(0).integers(0, top + 1, shape, dtype=dtype)
        before = image.copy()
        result = colorizer.colorize(image, [Hint(width // 2, height // 2, "#a04030")])
        assert result.shape == (height, width, 3)
        assert result.dtype == dtype
        assert off_luma(result, image) <= LUMA_BARS[dtype]
        assert np.array_equal(image, before)

    def test_a_panorama_longer_than_opencv_may_warp(self, colorizer):
        image = np.random.default_rng(0).integers(80, 120, (8, 40000), dtype=np.uint8)
        hint = Hint(39000, 4, "#b04030", 2)
        result = colorizer.colorize(image, [hint])
        assert off_luma(result, image) <= 0.5
        assert np.median(hint_errors(result, [hint])) < 3

    @pytest.mark.parametrize("level", [0, 255])
    def test_black_and_white_stay(self, colorizer, level):
        image = np.full((40, 50), level, np.uint8)
        result = colorizer.colorize(image, [Hint(20, 20, "#ff0000", 5)])
        assert (result == level).all()

    def test_without_hints_there_is_colour(self, colorizer, photo):
        result = colorizer.colorize(photo)
        assert np.hypot(*np.moveaxis(lab_of(result)[..., 1:], 2, 0)).mean() > 2
        assert off_luma(result, photo) <= 0.5

    def test_16_bit_luma_of_a_photo(self, colorizer, photo, hints):
        image = photo.astype(np.uint16) * 256 + 77
        result = colorizer.colorize(image, hints)
        assert off_luma(result, image) <= 0.02
        eight = colorizer.colorize(photo, hints)
        assert np.abs(result / 257 - eight).mean() < 2

    def test_coloured_input_is_taken_by_its_luma(self, colorizer, photo, hints):
        """Gray saved as RGB gives what gray gives; colours of equal luma nearly so."""
        gray = colorizer.colorize(photo, hints)
        assert np.array_equal(colorizer.colorize(np.dstack([photo] * 3), hints), gray)
        again = colorizer.colorize(gray, hints)
        assert np.abs(again.astype(int) - gray).mean() < 1.5
