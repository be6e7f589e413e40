"""tui_colorize.pin: hint colours held exactly where they were put, and fading around."""

from __future__ import annotations

import numpy as np
import pytest

from tui_colorize.pin import LIKENESS, Pin, hold

RED, BLUE = (40.0, 20.0), (-10.0, -50.0)


def plane(width=24, height=20, lightness=50.0, ab=(0.0, 0.0)):
    lab = np.empty((height, width, 3), np.float32)
    lab[:] = lightness, *ab
    return lab


def pin_at(x0, y0, x1, y1, ab=RED, lightness=50.0):
    return Pin(x0, y0, x1, y1, *ab, lightness)


def test_the_patch_is_exactly_the_pin_and_luma_is_left_alone():
    lab = plane(ab=(3, -7))
    lab[..., 0] = np.random.default_rng(0).uniform(0, 100, lab.shape[:2])
    before = lab.copy()
    hold(lab, [pin_at(8, 6, 13, 10)], 3)
    assert (lab[6:10, 8:13, 1:] == RED).all()
    assert np.array_equal(lab[..., 0], before[..., 0])


def test_around_the_patch_the_change_fades_out():
    lab = plane(ab=(10, 10))
    hold(lab, [pin_at(8, 6, 13, 10)], 4)
    row = lab[8, 13:18, 1]
    assert (np.diff(row[:4]) < 0).all()
    assert row[0] < 40
    assert row[2] > 10
    assert row[3:].tolist() == [10, 10]
    far = np.ones(lab.shape[:2], bool)
    far[3:13, 5:16] = False
    assert (lab[far][:, 1:] == 10).all()
    # the same on all sides
    assert lab[8, 7, 1] == lab[8, 13, 1] == lab[5, 10, 1] == lab[10, 10, 1]
    assert lab[5, 7, 1] < lab[5, 8, 1]


def test_a_colour_that_is_already_there_changes_nothing():
    lab = plane(ab=RED)
    before = lab.copy()
    hold(lab, [pin_at(8, 6, 13, 10)], 4)
    assert np.array_equal(lab, before)


def test_it_does_not_cross_an_edge():
    lab = plane()
    lab[:, 13:, 0] = 50 + 4 * LIKENESS
    hold(lab, [pin_at(8, 6, 13, 10)], 4)
    assert np.abs(lab[:, 13:, 1:]).max() < 1e-4
    assert lab[8, 7, 1] > 10


def test_the_later_pin_wins_where_patches_overlap():
    lab = plane()
    hold(lab, [pin_at(4, 4, 10, 10), pin_at(7, 7, 13, 13, BLUE)], 2)
    assert (lab[7:13, 7:13, 1:] == BLUE).all()
    assert (lab[4:7, 4:10, 1:] == RED).all()


def test_between_two_pins_of_one_colour_there_is_no_more_than_it():
    lab = plane()
    hold(lab, [pin_at(4, 4, 8, 10), pin_at(9, 4, 13, 10), pin_at(4, 11, 13, 14)], 5)
    assert lab[..., 1].max() <= RED[0] + 1e-4
    assert lab[6, 8, 1] > 0.6 * RED[0]


def test_the_order_matters_only_within_patches():
    pins = [pin_at(4, 4, 8, 8), pin_at(11, 4, 15, 8, BLUE), pin_at(4, 12, 8, 15, (0, 60))]
    first, second = plane(), plane()
    hold(first, pins, 5)
    hold(second, pins[::-1], 5)
    assert np.allclose(first, second, atol=1e-4)


@pytest.mark.parametrize(
    "box", [(-9, -9, -5, -5), (30, 4, 34, 8), (4, 25, 8, 29), (-30, 4, -20, 8), (27, 4, 30, 8)]
)
def test_pins_beyond_reach_change_nothing(box):
    lab = plane(ab=(1, 2))
    before = lab.copy()
    hold(lab, [pin_at(*box)], 2.5)
    assert np.array_equal(lab, before)


def test_pins_that_reach_in_from_outside_fade_in():
    lab = plane()
    hold(lab, [pin_at(-4, 4, 0, 8), pin_at(22, 18, 30, 30, BLUE)], 3)
    assert 0 < lab[6, 0, 1] < RED[0]
    assert lab[6, 0, 1] > lab[6, 1, 1]
    assert (lab[18:, 22:, 1:] == BLUE).all()


def random_case(seed):
    """A picture, pins on whole pixels, many overlapping, and reach."""
    rng = np.random.default_rng(seed)
    lab = np.dstack([rng.uniform(30, 70, (40, 50)), *rng.uniform(-30, 30, (2, 40, 50))]).astype(
        np.float32
    )
    low = rng.integers(-3, 48, (30, 2))
    high = low + rng.integers(1, 7, (30, 2))
    colors = rng.uniform(-60, 60, (30, 2))
    pins = [
        Pin(*map(float, (*a, *b)), *map(float, ab), float(rng.uniform(30, 70)))
        for a, b, ab in zip(low, high, colors, strict=True)
    ]
    return lab, pins


@pytest.mark.parametrize("strip", [1, 7, 13])
def test_in_strips_as_in_whole(strip):
    lab, pins = random_case(0)
    whole = lab.copy()
    hold(whole, pins, 3.5)
    for first in range(0, 40, strip):
        hold(lab[first : first + strip], [pin.on_grid(1, 1, 0, first) for pin in pins], 3.5)
    assert np.allclose(lab, whole, atol=1e-4)
    assert not np.allclose(whole, random_case(0)[0], atol=1)


@pytest.mark.parametrize("strip", [1, 7, 13])
def test_in_strips_as_in_whole_where_patches_end_between_pixels(strip):
    """As in a preview of half the size: halves round to the same side in every strip."""
    lab, pins = random_case(1)
    pins = [pin.on_grid(0.5, 0.5) for pin in pins]
    whole = lab.copy()
    hold(whole, pins, 3.5)
    for first in range(0, 40, strip):
        hold(lab[first : first + strip], [pin.on_grid(1, 1, 0, first) for pin in pins], 3.5)
    assert np.allclose(lab, whole, atol=1e-4)


def test_a_region_as_part_of_the_whole():
    lab, pins = random_case(2)
    whole = lab.copy()
    hold(whole, pins, 3.5)
    part = lab[11:31, 9:42].copy()
    hold(part, [pin.on_grid(1, 1, 9, 11) for pin in pins], 3.5)
    assert np.allclose(part, whole[11:31, 9:42], atol=1e-4)


def test_on_another_grid_the_patch_moves_and_scales():
    pin = pin_at(10, 20, 14, 22).on_grid(2, 0.5, 4, 10)
    assert (pin.x0, pin.y0, pin.x1, pin.y1) == (12, 5, 20, 6)
    assert (pin.a, pin.b, pin.lightness) == (*RED, 50)


@pytest.mark.parametrize(
    ("edges", "box"),
    [
        ((3, 4, 6, 8), (3, 4, 6, 8)),
        ((3.2, 4.4, 5.8, 8.1), (3, 4, 6, 8)),
        ((3.2, 4.6, 3.3, 4.9), (3, 4, 4, 5)),
        ((3.9, 4, 4.05, 5), (3, 4, 4, 5)),
        ((0, 0, 0.001, 0.001), (0, 0, 1, 1)),
    ],
)
def test_a_patch_has_at_least_one_pixel(edges, box):
    assert pin_at(*edges).box() == box


def test_a_patch_never_leaves_the_grid_it_lies_on():
    """However far the picture is scaled down, the last pixel lands on the last cell."""
    for scale in np.linspace(0.003, 1, 200):
        cells = max(1, round(1000 * scale))
        for x in (0, 1, 500, 998, 999):
            x0, _, x1, _ = pin_at(x, 0, x + 1, 1).on_grid(cells / 1000, 1).box()
            assert 0 <= x0 < x1 <= cells


def test_near_knows_what_can_be_touched():
    pin = pin_at(10, 10, 14, 14)
    assert pin.near((0, 0, 24, 20), 2)
    assert pin.near((0, 0, 9, 20), 2)
    assert not pin.near((0, 0, 8, 20), 2)
    assert pin.near((15, 0, 24, 20), 2)
    assert not pin.near((16, 0, 24, 20), 2)
    assert not pin.near((0, 16, 24, 20), 2)


def test_no_pins_change_nothing():
    lab = plane(ab=(5, 5))
    hold(lab, [], 3)
    assert (lab == (50, 5, 5)).all()
