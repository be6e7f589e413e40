"""Hints are honoured."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from tui_colorize import Hint
from tui_colorize.color import hex_to_lab, max_chroma
from tui_colorize.hints import patch
from tui_colorize.picture import Picture

from .measures import fitting_hints, hint_errors, lab_of, off_luma


class TestHints:
    """A hint's colour is there where it was put."""

    @pytest.mark.parametrize("radius", [0, 1, 3, 12])
    def test_honoured_at_a_third_of_a_megapixel(self, colorizer, photo, radius):
        hints = fitting_hints(photo, 12, radius)
        errors = hint_errors(colorizer.colorize(photo, hints), hints)
        assert np.median(errors) < 3
        assert np.percentile(errors, 95) < 8

    def test_honoured_to_the_rounding_of_8_bits(self, colorizer, photo):
        """Whatever lies around: every pixel of patches next to others of quite another colour."""
        hints = [
            Hint(x, y, color, 2)
            for x, y in ((300, 260), (450, 290), (520, 430))
            for x, y, color in ((x, y, "#905048"), (x + 5, y, "#40706a"), (x, y + 5, "#5a5a90"))
        ]
        assert hint_errors(colorizer.colorize(photo, hints), hints).max() < 1.5

    def test_honoured_at_12_megapixels(self, colorizer, scene):
        photo = cv2.resize(scene(1000, 750), (4000, 3000), interpolation=cv2.INTER_CUBIC)
        hints = fitting_hints(photo, 8, 6)
        result = colorizer.colorize(photo, hints)
        errors = hint_errors(result, hints)
        assert np.median(errors) < 3
        assert np.percentile(errors, 95) < 8
        assert off_luma(result[::4, ::4], photo[::4, ::4]) <= 0.5

    def test_a_hint_colours_what_is_around_it(self, colorizer, photo):
        """The wall becomes as red, green or blue as it is asked to be."""
        wall = (slice(250, 330), slice(400, 500))
        for color in ("#b02020", "#208020", "#2040b0"):
            hint = Hint(450, 290, color, 4)
            lab = lab_of(colorizer.colorize(photo, [hint]))[wall].reshape(-1, 3).mean(0)
            asked = np.array(hex_to_lab(color))
            direction = asked[1:] / np.hypot(*asked[1:])
            assert lab[1:] @ direction > 10, color

    def test_a_disabled_hint_colours_nothing(self, colorizer, photo):
        hint, other = Hint(450, 290, "#b02020", 4), Hint(100, 100, "#2040b0", 4, enabled=False)
        expected = colorizer.colorize(photo, [hint])
        assert np.array_equal(colorizer.colorize(photo, [hint, other]), expected)

    def test_opposite_hints_stay_on_their_sides_of_an_edge(self, colorizer):
        rng = np.random.default_rng(0)
        gray = np.full((400, 600), 80.0)
        gray[:, 300:] = 170
        image = (gray + rng.normal(0, 2, gray.shape)).astype(np.uint8)
        for left, right in (("#a03030", "#60d0c0"), ("#306030", "#e0a0d0")):
            result = colorizer.colorize(image, [Hint(150, 200, left, 3), Hint(450, 200, right, 3)])
            lab = lab_of(result)
            for columns, own, other in (
                (slice(20, 280), left, right),
                (slice(320, 580), right, left),
            ):
                ab = lab[20:380, columns, 1:]
                to_own, to_other = (
                    np.hypot(*np.moveaxis(ab - np.array(hex_to_lab(color)[1:]), 2, 0))
                    for color in (own, other)
                )
                assert (to_own < to_other).mean() > 0.99

    def test_a_colour_out_of_gamut_loses_chroma_and_nothing_else(self, colorizer):
        """Blue on something as bright as the sky."""
        image = np.full((120, 160), 215, np.uint8)
        hint = Hint(80, 60, "#0000ff", 6)
        lab = lab_of(colorizer.colorize(image, [hint])[patch(hint, 160, 120)]).reshape(-1, 3)
        asked = hex_to_lab("#0000ff")
        level = float(Picture.of(image).lightness[0, 0])
        hue = np.degrees(np.arctan2(asked[2], asked[1]))
        most = float(max_chroma(level, hue))
        assert np.abs(lab[:, 0] - level).max() < 0.5
        chroma = np.hypot(lab[:, 1], lab[:, 2])
        assert chroma.min() > 0.8 * most
        assert chroma.max() < most + 1.5
        turn = (np.degrees(np.arctan2(lab[:, 2], lab[:, 1])) - hue + 180) % 360 - 180
        assert np.abs(turn).max() < 5

    def test_the_later_of_two_overlapping_hints_wins(self, colorizer, photo):
        below, above = Hint(448, 290, "#308050", 6), Hint(452, 290, "#804060", 6)
        result = colorizer.colorize(photo, [below, above])
        assert np.median(hint_errors(result, [above])) < 3
        assert np.median(hint_errors(result, [below])) > 8

    def test_a_hint_in_the_last_corner(self, colorizer, photo):
        hint = Hint(639, 479, "#807040", 2)
        assert np.median(hint_errors(colorizer.colorize(photo, [hint]), [hint])) < 3

    def test_a_default_radius_is_that_of_the_picture(self, colorizer, photo):
        left_open = colorizer.colorize(photo, [Hint(100, 400, "#4c9f38")])
        given = colorizer.colorize(photo, [Hint(100, 400, "#4c9f38", 2)])
        assert np.array_equal(left_open, given)
