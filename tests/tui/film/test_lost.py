"""Hints that were lost: listed, gone to, put anew, dismissed.

The square covers what is at 70,40 from frame 20 to frame 30 or so.
"""

from __future__ import annotations

import numpy as np
import pytest

from tui_colorize.hints import Hint, HintSet
from tui_colorize.tui.film.lost import LostHints
from tui_colorize.tui.film.tracks import _runs
from tui_colorize.video.tracker import Track

SIZE = (120, 40)


@pytest.fixture
def with_lost(open_film, settled):
    """Makes apps with a teal hint that gets lost, the film settled."""

    async def begin(pilot):
        app = await settled(pilot)
        app.go(70, 40)
        app.edit(lambda document: document.take_color("teal"))
        await pilot.press("enter")
        await settled(pilot)
        app.look_over()
        (stretch,) = app._overview.stretches
        assert 15 <= stretch.first <= 25 < stretch.last < 39
        app.edit(lambda document: document.take_color("red"))
        return app, stretch

    return begin


async def test_it_is_listed_and_can_be_put_anew(open_film, with_lost, settled, screen_text, until):
    async with open_film().run_test(size=SIZE) as pilot:
        app, stretch = await with_lost(pilot)
        await pilot.press("G")
        await until(pilot, lambda: isinstance(app.screen, LostHints))
        line = f"frames {stretch.first} to {stretch.last}"
        assert line in screen_text(app)
        assert "hint 1" in screen_text(app)
        await pilot.press("enter")
        await settled(pilot)
        assert app.document.frame == stretch.first
        assert app.document.color == "#008080"
        assert f"hint 1 is lost from here to {stretch.last}" in screen_text(app)
        assert app.table.grid.texts()[0][-2:] == ["0", "lost"]
        assert app.status.status.film.lost == 1
        await pilot.press("enter")
        await settled(pilot)
        app.look_over()
        assert app.document.hints[1].frame == stretch.first
        assert not [each for each in app._overview.stretches if not each.hidden]
        assert app.status.status.film.lost == 0


async def test_it_can_be_dismissed_and_listed_again(
    open_film, with_lost, settled, screen_text, until
):
    async with open_film().run_test(size=SIZE) as pilot:
        app, stretch = await with_lost(pilot)
        app.show_frame(stretch.first + 1)
        assert app.status.status.film.lost == 1
        assert app._overview.lost[stretch.first]
        await pilot.press("G", "d")
        await until(pilot, lambda: "dismissed" in screen_text(app))
        await pilot.press("escape")
        assert app.status.status.film.lost == 0
        assert app.table.grid.texts()[0][-1] == "out"
        assert not app._overview.lost[stretch.first]
        await pilot.press("G", "d", "escape")
        await settled(pilot)
        assert app.status.status.film.lost == 1
        assert app.document.hidden == ()


async def test_what_was_dismissed_stays_so_when_the_film_is_opened_again(
    open_film, with_lost, settled
):
    async with open_film().run_test(size=SIZE) as pilot:
        app, stretch = await with_lost(pilot)
        await pilot.press("G", "d", "escape", "q")
    async with open_film().run_test(size=SIZE) as pilot:
        app = await settled(pilot)
        app.look_over()
        assert app._overview.stretches == (stretch._replace(hidden=True),)


async def test_where_nothing_is_lost_nothing_is_listed(open_film, settled, screen_text):
    async with open_film(hints=HintSet([Hint(20, 48, "#ff0000")])).run_test(size=SIZE) as pilot:
        app = await settled(pilot)
        await pilot.press("G")
        assert "no hint is lost" in screen_text(app)


async def test_of_several_hints_on_one_object_one_is_enough(open_film, settled):
    """A hint is not lost where another on its object is seen."""
    hints = HintSet([Hint(20, 48, "#ff0000"), Hint(24, 48, "#ff0000")])
    async with open_film(hints=hints).run_test(size=SIZE) as pilot:
        app = await settled(pilot)
        unseen = Track(0, 60.0, 48.0, 1.0, 0.1, visible=False, group=0, share=0.0)
        for group, lost in ((0, False), (1, True)):
            app._here = {0: unseen, 1: Track(1, 64.0, 48.0, 1.0, 0.9, True, group)}
            assert app._lost(unseen) is lost


def test_short_gaps_do_not_divide_a_stretch():
    states = np.zeros(80, np.uint8)
    for first, end in ((3, 5), (20, 30), (35, 40), (60, 70)):
        states[first:end] = 1
    assert _runs(states) == [(20, 40), (60, 70)]
