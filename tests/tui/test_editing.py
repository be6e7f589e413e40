"""Lines, the brush, several hints at once, hints that are switched off or gray."""

from __future__ import annotations

from itertools import pairwise

import pytest

from tui_colorize.hints import Hint, HintSet
from tui_colorize.tui.strokes import MOST, along, steps

SIZE = (100, 40)
HINTS = HintSet([Hint(5, 6, "#ff0000"), Hint(20, 10, "#00ff00", 2), Hint(30, 20, "#0000ff")])


def _places(app):
    return [(hint.x, hint.y) for hint in app.document.hints]


# Where strokes leave hints.


def test_a_line_has_both_its_ends_and_even_steps():
    points = along((0, 0), (30, 40), 10)
    assert points[0] == (0, 0)
    assert points[-1] == (30, 40)
    assert len(points) == 6
    assert along((3, 3), (3, 3), 10) == [(3, 3)]
    assert along((3, 3), (4, 3), 10) == [(3, 3), (4, 3)]


def test_a_long_line_has_not_hundreds_of_hints():
    points = along((0, 0), (6000, 4000), 3)
    assert len(points) == MOST
    assert points[-1] == (6000, 4000)


def test_steps_of_the_brush_are_as_far_apart_as_told():
    assert steps((0, 0), (10, 0), 3) == [(3, 0), (6, 0), (9, 0)]
    assert steps((0, 0), (2, 0), 3) == []
    assert steps((5, 5), (5, 5), 3) == []


# Lines.


async def test_a_line_is_one_step_of_undo(make_app, ready):
    async with make_app().run_test(size=SIZE) as pilot:
        app = await ready(pilot)
        await pilot.press("f", "L", "J")
        assert _places(app)[0] == (20, 15)
        assert _places(app)[-1] == (30, 25)
        count = len(app.document.hints)
        assert 3 <= count <= 8
        await pilot.press("f", "l", "l")
        assert len(app.document.hints) == count
        await pilot.press("u")
        assert len(app.document.hints) == 0
        await pilot.press("u")
        assert app.document.history.position == 0


async def test_enter_ends_a_line_too(make_app, ready):
    async with make_app().run_test(size=SIZE) as pilot:
        app = await ready(pilot)
        await pilot.press("f", "H", "enter")
        assert app.document.line_from is None
        assert _places(app)[-1] == (10, 15)


async def test_escape_abandons_a_line(make_app, ready):
    async with make_app(hints=HINTS).run_test(size=SIZE) as pilot:
        app = await ready(pilot)
        await pilot.press("x", "u")  # so that there is something to do again
        history = app.document.history
        await pilot.press("f", "L", "J", "escape")
        assert app.document.hints == HINTS
        assert app.document.history == history
        await pilot.press("U")
        assert len(app.document.hints) == 2


async def test_undo_in_a_line_takes_the_line_back(make_app, ready):
    async with make_app(hints=HINTS).run_test(size=SIZE) as pilot:
        app = await ready(pilot)
        await pilot.press("f", "L", "u")
        assert app.document.hints == HINTS
        assert app.document.line_from is None
        await pilot.press("L")
        assert app.document.hints == HINTS


@pytest.mark.parametrize(
    ("keys", "more"), [(["1"], 1), (["x"], -1), (["c", *"red", "enter"], 0), (["A", "d"], 0)]
)
async def test_an_edit_ends_a_line_as_it_is(make_app, ready, until, keys, more):
    async with make_app().run_test(size=SIZE) as pilot:
        app = await ready(pilot)
        await pilot.press("f", "L")
        line = app.document.hints
        await pilot.press("l", "l", "l", "l", "h", "h", "h", "h", *keys)
        await until(pilot, lambda: app.document.line_from is None)
        await until(pilot, lambda: abs(len(app.document.hints) - len(line)) <= abs(more))
        before = app.document.hints
        await pilot.press("J")
        assert app.document.hints == before
        while app.document.history.position:
            await pilot.press("u")
        assert len(app.document.hints) == 0


# The brush.


async def test_the_brush_leaves_hints_at_a_distance(make_app, ready):
    async with make_app().run_test(size=SIZE) as pilot:
        app = await ready(pilot)
        await pilot.press("b", *"lllllllll", "b")
        xs = [x for x, _ in _places(app)]
        assert xs[0] == 20
        side = 2 * app.document.new_radius + 1
        assert all(b - a >= side for a, b in pairwise(xs))
        assert len(xs) >= 3


async def test_a_brush_that_does_not_move_paints_nothing(make_app, ready):
    async with make_app().run_test(size=SIZE) as pilot:
        app = await ready(pilot)
        await pilot.press("b", "b")
        assert len(app.document.hints) == 0
        assert app.document.history.position == 0


# Switched off, and gray.


async def test_disabling_and_enabling(make_app, ready, until):
    async with make_app(hints=HINTS).run_test(size=SIZE) as pilot:
        app = await ready(pilot)
        await pilot.press("g", *"20,10", "enter", "d")
        assert [hint.enabled for hint in app.document.hints] == [True, False, True]
        assert app.table.grid.texts()[1][-1] == "○"
        await until(pilot, lambda: app.coloring.hints == app.document.hints)
        await pilot.press("d")
        assert app.document.hints == HINTS
        await pilot.press("u")
        assert not app.document.hints[1].enabled


async def test_a_gray_hint(make_app, ready):
    async with make_app().run_test(size=SIZE) as pilot:
        app = await ready(pilot)
        color = app.document.color
        await pilot.press("t")
        assert app.document.hints[0].gray
        assert app.document.color == color  # still the one in hand
        assert app.table.grid.texts()[0][3] == "█ gray"
        await pilot.press("t")
        assert app.document.hints[0].color == color
        await pilot.press("t", "u", "u")
        assert app.document.hints[0].gray


# Several at once.


async def test_rows_selected_with_the_keyboard(make_app, ready):
    async with make_app(hints=HINTS).run_test(size=SIZE) as pilot:
        app = await ready(pilot)
        await pilot.press("tab", "home", "space", "space")
        assert app.document.marked == (0, 1)
        assert app.table.grid.row == 2
        await pilot.press("up", "space")
        assert app.document.marked == (0,)
        await pilot.press("home", "shift+down", "shift+down")
        assert app.document.marked == (0, 1, 2)
        assert "3 selected" in app.table.border_title
        await pilot.press("escape")
        assert app.document.marked == ()
        assert app.focused is app.canvas


async def test_a_row_is_selected_at_once(make_app, ready):
    """The next key may be meant for it already: keys come typed ahead on a slow link."""
    async with make_app(hints=HINTS).run_test(size=SIZE) as pilot:
        app = await ready(pilot)
        await pilot.press("tab", "end")
        app.table.grid.action_step(-2, 0)
        assert (app.document.selected, app.document.cursor) == (0, (5, 6))


async def test_rows_selected_with_the_mouse(make_app, ready, until):
    async with make_app(hints=HINTS).run_test(size=SIZE) as pilot:
        app = await ready(pilot)
        for row in (1, 3):
            await pilot.click(app.table.grid, offset=(6, row), control=True)
        await until(pilot, lambda: app.document.marked == (0, 2))


@pytest.mark.parametrize(
    ("keys", "after"),
    [
        (["delete"], [HINTS[1]]),
        (["d"], [Hint(5, 6, "#ff0000", enabled=False), HINTS[1], None]),
        (["t"], [Hint(5, 6, "#808080"), HINTS[1], Hint(30, 20, "#808080")]),
        (
            ["right_parenthesis"],
            [Hint(5, 6, "#ff0000", 2), HINTS[1], Hint(30, 20, "#0000ff", 2)],
        ),
    ],
)
async def test_changes_of_several_are_one_step_of_undo(make_app, ready, keys, after):
    async with make_app(hints=HINTS).run_test(size=SIZE) as pilot:
        app = await ready(pilot)
        await pilot.press("tab", "home", "space", "down", "space", *keys)
        for hint, wanted in zip(app.document.hints, after, strict=True):
            assert wanted is None or hint == wanted
        await pilot.press("u")
        assert app.document.hints == HINTS


async def test_the_colour_in_hand_for_all(make_app, ready):
    async with make_app(hints=HINTS).run_test(size=SIZE) as pilot:
        app = await ready(pilot)
        await pilot.press("c", *"teal", "enter", "A", "y")
        assert {hint.color for hint in app.document.hints} == {"#008080"}
        await pilot.press("u")
        assert app.document.hints == HINTS
        await pilot.press("A")  # again: none
        assert app.document.marked == ()


async def test_a_cell_edited_for_all_that_are_selected(make_app, ready):
    async with make_app(hints=HINTS).run_test(size=SIZE) as pilot:
        app = await ready(pilot)
        await pilot.press("A", "tab", "home", "right", "right")
        await pilot.press("enter", *"navy", "enter")
        assert {hint.color for hint in app.document.hints} == {"#000080"}
        await pilot.press("right", "enter", *"5", "enter")
        assert {hint.radius for hint in app.document.hints} == {5}
        await pilot.press("right", "enter")
        assert not any(hint.enabled for hint in app.document.hints)
        await pilot.press("u", "u", "u")
        assert app.document.hints == HINTS


async def test_moving_on_the_picture_selects_no_longer(make_app, ready):
    """Or a later key would change hints that are out of sight and out of mind."""
    async with make_app(hints=HINTS).run_test(size=SIZE) as pilot:
        app = await ready(pilot)
        await pilot.press("A", "l")
        assert app.document.marked == ()
        await pilot.press("x")
        assert len(app.document.hints) == 2


async def test_marks_stay_with_their_hints(make_app, ready):
    async with make_app(hints=HINTS).run_test(size=SIZE) as pilot:
        app = await ready(pilot)
        await pilot.press("tab", "end", "space")
        app.document.history = app.document.history.push(app.document.hints.remove(0), "other")
        assert app.document.marked == (1,)


# What is selected after undo and redo.


@pytest.mark.parametrize("place", ["5,6", "20,10", "30,20"])
async def test_a_hint_that_comes_back_is_the_selected_one(make_app, ready, place):
    async with make_app(hints=HINTS).run_test(size=SIZE) as pilot:
        app = await ready(pilot)
        await pilot.press("g", *place, "enter", "x")
        assert len(app.document.hints) == 2
        await pilot.press("u")
        index = app.document.selected
        assert "{0.x},{0.y}".format(app.document.hints[index]) == place
        assert app.table.grid.row == index


async def test_a_hint_put_or_changed_again_is_the_selected_one(make_app, ready):
    async with make_app(hints=HINTS).run_test(size=SIZE) as pilot:
        app = await ready(pilot)
        await pilot.press("g", *"5,6", "enter", "d", "g", *"8,25", "enter", "enter")
        await pilot.press("u", "g", *"20,10", "enter")
        for key, index in (("U", 3), ("u", None), ("u", 0), ("U", 0), ("U", 3)):
            await pilot.press(key)
            assert app.document.selected == index


async def test_the_selected_hint_stays_it_when_others_go(make_app, ready):
    async with make_app(hints=HINTS).run_test(size=SIZE) as pilot:
        app = await ready(pilot)
        await pilot.press("g", *"5,6", "enter", "x", "u", "g", *"30,20", "enter", "U")
        assert app.document.hints == HintSet(HINTS[1:])
        assert app.document.selected == 1


# 'n', a digit, 'n', a digit.


async def test_digits_of_a_burst_are_for_the_places_of_their_own(make_app, ready, until, engine):
    async with make_app().run_test(size=SIZE) as pilot:
        app = await ready(pilot)
        await pilot.press("n", "1", "n", "1", "n", "1")
        await until(pilot, lambda: len(app.document.hints) == 3)
        for hint in app.document.hints:
            assert hint.color == engine.suggest(None, (), hint.x, hint.y)[0][0]
        assert len(set(_places(app))) == 3


async def test_the_uncertainty_lies_over_the_picture_until_it_is_hidden(make_app, ready, until):
    async with make_app().run_test(size=SIZE) as pilot:
        app = await ready(pilot)
        shown = []
        app.canvas.show_overlay = shown.append
        await pilot.press("w")
        await until(pilot, lambda: shown)
        assert shown[0].shape == (30, 40)
        assert 0 <= shown[0].min() < shown[0].max() <= 1
        assert app.document.cursor == (20, 15)
        await pilot.press("enter")
        await until(pilot, lambda: len(shown) == 2)  # again for the new hint
        await pilot.press("w")
        assert shown[-1] is None
