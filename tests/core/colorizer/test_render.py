"""A solution rendered whole, in part and smaller."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from tui_colorize import Hint

from .measures import lab_of


class TestRender:
    """One solution, rendered at any size."""

    def test_full_is_what_colorize_gives(self, colorizer, photo, hints, full):
        assert np.array_equal(colorizer.colorize(photo, hints), full)

    def test_the_whole_region_is_the_whole_to_the_bit(self, coloring, full):
        assert np.array_equal(coloring.render(region=(0, 0, 640, 480)), full)

    @pytest.mark.parametrize(
        "region", [(200, 100, 500, 400), (33, 7, 512, 333), (451, 291, 452, 292)]
    )
    def test_a_region_is_the_crop_of_the_whole_but_for_rounding(self, coloring, full, region):
        x0, y0, x1, y1 = region
        part = coloring.render(region=region).astype(int)
        different = np.abs(part - full[y0:y1, x0:x1])
        assert different.max() <= 1
        assert np.count_nonzero(different) <= 1e-4 * different.size

    def test_every_small_region_is_within_rounding(self, coloring, full):
        rng = np.random.default_rng(0)
        for _ in range(20):
            x0, y0 = int(rng.integers(0, 600)), int(rng.integers(0, 440))
            part = coloring.render(region=(x0, y0, x0 + 40, y0 + 40)).astype(int)
            assert np.abs(part - full[y0 : y0 + 40, x0 : x0 + 40]).max() <= 1

    @pytest.mark.parametrize("size", [(320, 240), (213, 160), (80, 60)])
    def test_smaller_it_looks_like_the_whole_made_smaller(self, coloring, full, size):
        small = coloring.render(size)
        assert small.shape == (size[1], size[0], 3)
        assert small.dtype == np.uint8
        expected = cv2.resize(full, size, interpolation=cv2.INTER_AREA)
        assert np.abs(small.astype(int) - expected).mean() < 2

    def test_a_region_larger_shows_single_pixels(self, coloring, full):
        region = (430, 280, 470, 310)
        large = coloring.render((400, 300), region)
        assert large.shape == (300, 400, 3)
        pixels = large.reshape(30, 10, 40, 10, 3)[:, 5, :, 5].astype(int)
        assert np.abs(pixels - full[280:310, 430:470]).mean() < 1.5
        lightness = coloring.picture.lightness[280:310, 430:470].repeat(10, 0).repeat(10, 1)
        assert np.percentile(np.abs(lab_of(large)[..., 0] - lightness), 99.9) < 0.5

    def test_a_region_smaller(self, coloring, full):
        part = coloring.render((100, 60), (100, 100, 500, 340)).astype(int)
        expected = cv2.resize(full[100:340, 100:500], (100, 60), interpolation=cv2.INTER_AREA)
        assert np.abs(part - expected).mean() < 2

    def test_of_16_bits_it_shows_8(self, colorizer, photo, hints, full):
        deep = colorizer.solve(photo.astype(np.uint16) * 257, hints).render()
        assert deep.dtype == np.uint8
        assert np.abs(deep.astype(int) - full).max() <= 1

    def test_small_pictures_do_not_wait_for_what_large_ones_need(self, colorizer, photo):
        fresh = colorizer.solve(photo, [Hint(20, 20, "#808080")])
        fresh.render((160, 120))
        assert "chroma" not in vars(fresh)
        fresh.render((640, 480))
        chroma = vars(fresh)["chroma"]
        fresh.full()
        assert fresh.chroma is chroma
