"""Looks: what surrounds a place, and how like two of them are."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from tui_colorize.video.appearance import LARGE, Looks, compare, compare_whole, cut, stacked


@pytest.fixture(scope="module")
def gray():
    """A picture with texture of all sizes, far from black and white."""
    noise = np.random.default_rng(3).normal(0, 1, (90, 120))
    soft = sum(cv2.GaussianBlur(noise, (0, 0), size) * size for size in (1, 3, 6))
    return np.clip(120 + 25 * soft, 30, 220).astype(np.uint8)


def at(gray, *places):
    return Looks.at(gray, np.array(places, np.float32))


def test_looks_are_the_squares_that_are_cut_out(gray):
    """At any scale and angle, also beyond the frame, to the rounding of interpolation."""
    places = [(40, 50, 1, 0), (60.3, 40.7, 1.4, 0.3), (118, 3, 0.8, -1.2)]
    for place, levels in zip(places, at(gray, *places).levels, strict=True):
        square = cut(gray, np.array(place, np.float32), LARGE)
        assert np.abs(levels - square.ravel()).max() <= 2


def test_what_is_beyond_the_frame_is_known(gray):
    """In the corner only a quarter of the square is inside."""
    inside = at(gray, (0, 0, 1, 0)).inside[0].reshape(2 * LARGE + 1, -1)
    assert inside[LARGE:, LARGE:].all()
    assert inside.sum() == (LARGE + 1) ** 2


def test_the_same_but_brighter(gray):
    """Structure is 1 whatever the brightness, which is told by itself."""
    one, other = at(gray, (50, 40, 1, 0)), at(gray + 20, (50, 40, 1, 0))
    np.testing.assert_allclose(compare(one, other), [[1, 1, 1, 20, 0]], atol=0.01)


def correlation(one, other):
    """As NumPy has it, with a variance of 40 gray levels allowed for noise."""
    (var_one, both), (_, var_other) = np.cov(one, other, ddof=0)
    return (both + 40) / np.sqrt((var_one + 40) * (var_other + 40))


def test_structure_is_a_correlation(gray):
    """Of the whole square and of its middle."""
    one, other = at(gray, (50, 40, 1, 0)), at(gray, (52, 41, 1, 0))
    small, large, *_ = compare(one, other)[0]
    assert large == pytest.approx(correlation(one.levels[0], other.levels[0]), abs=1e-3)
    middles = one.middle.levels[0], other.middle.levels[0]
    assert middles[0].size == 49
    assert small == pytest.approx(correlation(*middles), abs=1e-3)
    assert compare_whole(one, other)[0][0] == pytest.approx(large, abs=1e-4)


def test_only_what_both_show_counts(gray):
    """Whatever stands in for what is beyond the frame makes no difference."""
    one = at(gray, (2, 40, 1, 0))
    other = Looks(np.where(one.inside > 0, one.levels, 255), one.inside)
    np.testing.assert_allclose(compare(one, other), [[1, 1, 1, 0, 0]], atol=0.01)


def test_a_thing_at_an_edge(gray):
    """If one side changes, the better half still tells that it is the same."""
    changed = gray.copy()
    changed[:, 54:] = np.flipud(gray[:, 54:])
    _, large, half, *_ = compare(at(gray, (50, 40, 1, 0)), at(changed, (50, 40, 1, 0)))[0]
    assert large < 0.9
    assert half > large


def test_many_at_once(gray):
    """Each pair of rows is compared by itself."""
    places = [(40, 50, 1, 0), (60, 40, 1.2, 0.2), (30, 30, 1, 0)]
    together = compare(at(gray, *places), at(gray, *places[::-1]))
    each = [compare(at(gray, a), at(gray, b)) for a, b in zip(places, places[::-1], strict=True)]
    np.testing.assert_allclose(together, np.concatenate(each), atol=1e-3)
    singles = stacked([at(gray, place) for place in places])
    np.testing.assert_array_equal(singles.levels, at(gray, *places).levels)
