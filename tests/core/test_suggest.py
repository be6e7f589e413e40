"""tui_colorize.suggest: few, distinct, likely colours out of a distribution."""

from __future__ import annotations

import numpy as np
import pytest

from model.bins import bin_centers
from model.suggestions import RADIUS
from tui_colorize.color import hex_to_lab, lab_to_hex
from tui_colorize.suggest import likely_colors


def distribution(shares):
    """A probability for every bin: {(a, b): share}."""
    bins = bin_centers()
    probability = np.zeros(len(bins), np.float32)
    for (a, b), share in shares.items():
        probability[(bins == (a, b)).all(1).nonzero()[0][0]] = share
    return probability


def test_one_certain_colour():
    probability = distribution({(30, -20): 1.0})
    assert likely_colors(probability, 60, 6) == [(lab_to_hex(60, 30, -20), pytest.approx(1))]


def test_distant_colours_come_likeliest_first():
    shares = {(0, 0): 0.2, (40, 30): 0.5, (-30, 30): 0.3}
    found = likely_colors(distribution(shares), 60, 6)
    expected = sorted(shares.items(), key=lambda pair: -pair[1])
    assert [color for color, _ in found] == [lab_to_hex(60, *ab) for ab, _ in expected]
    assert [share for _, share in found] == pytest.approx([0.5, 0.3, 0.2])


def test_neighbouring_bins_are_one_suggestion_at_their_mean():
    found = likely_colors(distribution({(30, 20): 0.5, (40, 20): 0.25, (-40, 0): 0.25}), 60, 6)
    assert len(found) == 2
    assert found[0][1] == pytest.approx(0.75)
    _, a, b = hex_to_lab(found[0][0])
    assert (a, b) == pytest.approx((33.3, 20), abs=1.5)


def test_the_centre_of_a_cluster_is_found_before_a_single_peak():
    """Five neighbours of 0.14 outweigh one bin of 0.3."""
    cluster = {(20, 20): 0.14, (30, 20): 0.14, (10, 20): 0.14, (20, 30): 0.14, (20, 10): 0.14}
    found = likely_colors(distribution({**cluster, (-40, 0): 0.3}), 60, 6)
    assert [share for _, share in found] == pytest.approx([0.7, 0.3])
    assert found[0][0] == lab_to_hex(60, 20, 20)


@pytest.mark.parametrize("k", [0, 1, 3, 6, 50])
@pytest.mark.parametrize("lightness", [3, 50, 95])
def test_any_distribution(k, lightness):
    """Sorted, distinct, at most k, together no more than everything, at that L."""
    rng = np.random.default_rng(k)
    bins = bin_centers()
    for spread in (0.3, 3.0):
        probability = rng.standard_normal(len(bins)).astype(np.float32)
        probability = np.exp(probability * spread)
        probability /= probability.sum()
        found = likely_colors(probability, lightness, k)
        colors, shares = [c for c, _ in found], [s for _, s in found]
        assert len(found) <= k
        assert len(set(colors)) == len(colors)
        assert shares == sorted(shares, reverse=True)
        assert all(share > 0 for share in shares)
        assert sum(shares) <= 1 + 1e-5
        assert all(abs(hex_to_lab(color)[0] - lightness) < 0.7 for color in colors)


def test_asked_for_enough_they_cover_everything():
    bins = bin_centers()
    probability = np.full(len(bins), 1 / len(bins), np.float32)
    found = likely_colors(probability, 50, 1000)
    assert sum(share for _, share in found) == pytest.approx(1, abs=1e-5)


@pytest.mark.parametrize(("lightness", "color"), [(0, "#000000"), (100, "#ffffff")])
def test_black_and_white_have_one_colour(lightness, color):
    bins = bin_centers()
    probability = np.full(len(bins), 1 / len(bins), np.float32)
    ((found, share),) = likely_colors(probability, lightness, 6)
    assert found == color
    assert share == pytest.approx(1, abs=1e-5)


def test_suggestions_cover_disjoint_parts():
    found = likely_colors(
        distribution({(0, 0): 0.4, (RADIUS, 0): 0.3, (2 * RADIUS, 0): 0.3}), 60, 6
    )
    assert sum(share for _, share in found) == pytest.approx(1)
    assert len(found) == 1
