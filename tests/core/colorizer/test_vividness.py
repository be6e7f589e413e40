"""Vividness: more colour where no hint speaks, the same under the hints."""

from __future__ import annotations

import re

import numpy as np
import pytest

from tui_colorize import Colorizer, Hint
from tui_colorize.color import rgb_to_lab
from tui_colorize.console import Parser, add_vividness
from tui_colorize.hints import patch


@pytest.fixture
def dial(colorizer):
    """The colorizer, turned back to what it was afterwards."""
    before = colorizer.vividness
    yield colorizer
    colorizer.vividness = before


def chroma(rgb):
    _, a, b = rgb_to_lab(*np.moveaxis(rgb / 255, -1, 0))
    return np.hypot(a, b)


def test_more_is_more_colourful_at_the_same_luma(dial, photo):
    found = []
    for share in (0.0, 0.4, 1.0):
        dial.vividness = share
        found.append(dial.colorize(photo))
    colors = [float(chroma(rgb).mean()) for rgb in found]
    assert colors[0] < colors[1] < colors[2]
    pale, vivid = (rgb_to_lab(*np.moveaxis(rgb / 255, -1, 0))[0] for rgb in (found[0], found[2]))
    assert np.abs(pale - vivid).mean() < 0.3


def test_a_new_value_counts_at_once_and_an_old_one_gives_what_it_gave(dial, photo):
    picture = dial.prepare(photo)
    dial.vividness = 0.2
    first = dial.solve(picture)
    dial.vividness = 0.9
    assert not np.array_equal(dial.colorize(picture), first.full())
    dial.vividness = 0.2
    assert np.array_equal(dial.colorize(picture), first.full())


def test_hints_are_held_whatever_the_vividness(dial, photo):
    hint = Hint(320, 240, "#8a6a5a", 6)
    patches = []
    for share in (0.0, 1.0):
        dial.vividness = share
        patches.append(dial.colorize(photo, [hint])[patch(hint, 640, 480)])
    assert np.array_equal(*patches)


def test_a_picture_full_of_hints_stays_as_it_is(dial, photo):
    hints = [Hint(x, y, "#7f9a6b", 8) for x in range(20, 640, 40) for y in range(20, 480, 40)]
    found = []
    for share in (0.0, 1.0):
        dial.vividness = share
        found.append(dial.colorize(photo, hints).astype(int))
    assert np.abs(found[0] - found[1]).mean() < 0.5


def test_the_help_names_the_default():
    parser = Parser()
    add_vividness(parser)
    (named,) = re.findall(r"; ([0-9.]+)\s+unless told otherwise", parser.format_help())
    assert Colorizer("cpu").vividness == float(named)


def test_suggestions_do_not_depend_on_it(dial, photo):
    suggestions = []
    for share in (0.0, 1.0):
        dial.vividness = share
        suggestions.append(dial.suggest(photo, [], 100, 100))
    assert suggestions[0] == suggestions[1]
