"""Suggested colours and uncertainty."""

from __future__ import annotations

import numpy as np
import pytest

from tui_colorize import Hint
from tui_colorize.color import hex_to_lab
from tui_colorize.errors import UserError


class TestSuggestions:
    """Colours to choose from, and where choosing helps."""

    @pytest.mark.parametrize("place", [(0, 0), (639, 479), (450, 290), (320, 100)])
    def test_sorted_distinct_likely_and_at_the_luma_of_the_place(self, colorizer, photo, place):
        x, y = place
        picture = colorizer.prepare(photo)
        level = picture.lightness_at(x, y)
        for k in (1, 6, 9):
            found = colorizer.suggest(picture, [], x, y, k)
            colors, shares = [c for c, _ in found], [s for _, s in found]
            assert 1 <= len(found) <= k
            assert len(set(colors)) == len(colors)
            assert shares == sorted(shares, reverse=True)
            assert min(shares) > 0
            assert sum(shares) <= 1 + 1e-5
            assert all(abs(hex_to_lab(color)[0] - level) < 0.7 for color in colors)

    def test_six_unless_told_otherwise(self, colorizer, photo):
        assert len(colorizer.suggest(photo, [], 320, 100)) == 6

    def test_next_to_a_hint_they_are_like_it(self, colorizer, photo):
        for color in ("#b02020", "#2040b0"):
            hint = Hint(450, 290, color, 4)
            best = colorizer.suggest(photo, [hint], 450, 290)[0][0]
            asked, found = np.array(hex_to_lab(color)[1:]), np.array(hex_to_lab(best)[1:])
            assert asked @ found > 0.5 * np.hypot(*asked) * np.hypot(*found)

    @pytest.mark.parametrize("place", [(640, 0), (0, 480), (-1, 0), (0, -1)])
    def test_places_outside_are_refused(self, colorizer, photo, place):
        with pytest.raises(UserError, match="outside of the picture"):
            colorizer.suggest(photo, [], *place)

    def test_uncertainty_is_a_map_of_spreads_in_ab_units(self, colorizer, photo):
        found = colorizer.uncertainty(photo)
        assert found.dtype == np.float32
        height, width = found.shape
        assert width / height == pytest.approx(640 / 480, rel=0.15)
        assert found.min() >= 0
        assert 2 < found.mean() < 60
        assert found.std() > 0

    def test_a_likely_hint_lowers_uncertainty_about_it(self, colorizer, photo):
        coloring = colorizer.solve(photo)
        before = coloring.uncertainty()
        height, width = before.shape
        for x, y in ((450, 290), (320, 60), (500, 430), (100, 260)):
            cell = y * height // 480, x * width // 640
            color, _ = coloring.suggest(x, y, 3)[2]
            after = colorizer.uncertainty(photo, [Hint(x, y, color, 4)])
            assert after[cell] < 0.8 * before[cell], (x, y, color)
