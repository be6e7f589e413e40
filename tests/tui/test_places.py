"""Where a hint would help most."""

from __future__ import annotations

import numpy as np

from tui_colorize.hints import Hint
from tui_colorize.tui.places import uncertain_places

FLAT = np.full((64, 64), 50.0, np.float32)


def _near(place, wanted, reach=40):
    return max(abs(place[0] - wanted[0]), abs(place[1] - wanted[1])) <= reach


def test_places_are_distinct_and_not_at_hints():
    plane = np.zeros((64, 64), np.float32)
    for peak, (x, y) in ((5, (11, 11)), (4, (51, 51)), (3, (51, 11))):
        plane[y, x] = peak
    hints = [Hint(515, 515, "#ffffff")]
    places = uncertain_places(plane, FLAT, (640, 640), hints, count=1)
    assert _near(places[0], (115, 115))
    places = uncertain_places(plane, FLAT, (640, 640), [*hints, Hint(115, 115, "#fff")], count=1)
    assert _near(places[0], (515, 115))


def test_a_large_area_comes_before_a_speck():
    plane = np.ones((64, 64), np.float32)
    plane[8, 8] = 6
    plane[30:50, 30:50] = 3
    assert _near(uncertain_places(plane, FLAT, (64, 64), [], count=1)[0], (40, 40), 6)


def test_an_edge_parts_areas():
    """A hint does not reach over an edge of lightness, so what is beyond is still to be asked."""
    plane = np.ones((64, 64), np.float32)
    edge = FLAT.copy()
    edge[:, 32:] = 100
    hints = [Hint(28, 32, "#ff0000")]
    assert uncertain_places(plane, edge, (64, 64), hints, count=1)[0][0] >= 32


def test_a_disabled_hint_explains_nothing():
    plane = np.zeros((64, 64), np.float32)
    plane[30:34, 30:34] = 5
    (free,) = uncertain_places(plane, FLAT, (64, 64), [], count=1)
    (same,) = uncertain_places(plane, FLAT, (64, 64), [Hint(*free, "#fff", enabled=False)], count=1)
    assert same == free
    (other,) = uncertain_places(plane, FLAT, (64, 64), [Hint(*free, "#fff")], count=1)
    assert other != free


def test_each_place_takes_the_ones_before_it_into_account():
    plane = np.ones((64, 64), np.float32)
    places = uncertain_places(plane, FLAT, (64, 64), [], count=4)
    gaps = [np.hypot(a[0] - b[0], a[1] - b[1]) for a in places for b in places if a != b]
    assert min(gaps) > 8


def test_no_more_places_than_there_is_room_for():
    plane = np.ones((8, 8), np.float32)
    assert uncertain_places(plane, FLAT[:8, :8], (1, 1), [Hint(0, 0, "#fff")]) == []
    assert uncertain_places(plane, FLAT[:8, :8], (1, 1), []) == [(0, 0)]


def test_maps_of_one_row():
    plane = np.ones((1, 9), np.float32)
    assert uncertain_places(plane, FLAT[:1, :9], (90, 3), [], count=1)[0][1] in (0, 1, 2)
