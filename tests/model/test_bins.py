"""model.bins: the quantised ab plane."""

from __future__ import annotations

import numpy as np
import pytest

from model.bins import GRID, bin_centers, bin_table
from model.color import AB_SCALE, rgb_to_lab


@pytest.fixture(scope="module")
def gamut() -> np.ndarray:
    """(N, 2): ab of random sRGB colours, the surface of the cube included."""
    rng = np.random.default_rng(0)
    inner = rng.random((20000, 3))
    surface = rng.random((20000, 3))
    surface[np.arange(20000), rng.integers(0, 3, 20000)] = rng.integers(0, 2, 20000)
    _, a, b = rgb_to_lab(*np.concatenate([inner, surface]).T)
    return np.stack([a, b], 1)


def test_centers_are_distinct_points_of_the_grid_in_order():
    centers = bin_centers()
    assert centers.dtype == np.float32
    assert np.array_equal(centers, np.round(centers / GRID) * GRID)
    assert np.abs(centers).max() <= AB_SCALE
    keys = [tuple(row) for row in centers.tolist()]
    assert keys == sorted(set(keys))
    assert 200 <= len(keys) <= 530
    assert (0.0, 0.0) in keys


def test_centers_cover_the_gamut_and_nothing_else(gamut):
    """Every sRGB colour has its own grid cell as a bin, and every bin has sRGB colours."""
    centers = {tuple(row) for row in bin_centers().tolist()}
    found = {tuple(row) for row in (np.round(gamut / GRID) * GRID).tolist()}
    # a cell that the gamut only touches may be missed by one sample or the other
    assert len(found - centers) <= 3
    assert len(centers - found) <= 3


def test_centers_are_shared_and_cannot_be_changed():
    with pytest.raises(ValueError, match="read-only"):
        bin_centers()[0] = 0


def test_table_gives_the_nearest_bin():
    table, centers = bin_table(), bin_centers()
    assert table.shape == (23, 23)
    for i in range(23):
        for j in range(23):
            place = np.array([i - 11, j - 11]) * GRID
            distances = np.hypot(*(centers - place).T)
            assert distances[table[i, j]] == distances.min()


def test_table_leads_every_center_to_itself():
    centers = bin_centers()
    cells = (centers / GRID).astype(int) + 11
    assert bin_table()[cells[:, 0], cells[:, 1]].tolist() == list(range(len(centers)))
