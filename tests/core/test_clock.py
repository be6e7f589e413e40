"""Lengths of time in words."""

from __future__ import annotations

import pytest

from tui_colorize.clock import clock, clock_with_tenths


@pytest.mark.parametrize(
    ("seconds", "words"),
    [(0, "0:00"), (7.4, "0:07"), (59.6, "1:00"), (750, "12:30"), (3600, "1:00:00")],
)
def test_a_clock_shows_hours_only_where_there_are_any(seconds, words):
    """Nothing is ever 60 seconds past a minute."""
    assert clock(seconds) == words


@pytest.mark.parametrize(
    ("seconds", "words"), [(0, "0:00.0"), (7.31, "0:07.3"), (59.97, "1:00.0"), (4500, "75:00.0")]
)
def test_a_place_in_a_film_has_tenths_of_a_second(seconds, words):
    """Also where they round up to the next minute."""
    assert clock_with_tenths(seconds) == words
