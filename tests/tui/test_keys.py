"""Every key of the map does what the map says."""

from __future__ import annotations

import pytest
from textual.app import App

from tui_colorize.tui.canvas.panes import View
from tui_colorize.tui.keys import KEYS, commands

SIZE = (100, 40)


def test_every_key_has_an_action(make_app):
    app = make_app()
    for key in KEYS:
        name = key.action.partition("(")[0]
        assert hasattr(app, f"action_{name}"), key


def test_no_key_is_bound_twice():
    keys = [name for key in KEYS if key.keys for name in key.keys.split(",")]
    assert len(keys) == len(set(keys))


MOVES = {
    "left h": (-1, 0),
    "right l": (1, 0),
    "up k": (0, -1),
    "down j": (0, 1),
    "shift+left H": (-10, 0),
    "shift+right L": (10, 0),
    "shift+up K": (0, -10),
    "shift+down J": (0, 10),
}


async def test_moving(make_app, ready):
    async with make_app().run_test(size=SIZE) as pilot:
        app = await ready(pilot)
        assert app.canvas.viewport.scale <= 1
        for keys, (dx, dy) in MOVES.items():
            for key in keys.split():
                app.document.move_to(20, 15)
                await pilot.press(key)
                assert app.document.cursor == (20 + dx, 15 + dy), key


async def test_the_cursor_stops_at_the_edges(make_app, ready):
    async with make_app().run_test(size=SIZE) as pilot:
        app = await ready(pilot)
        await pilot.press("H", "H", "H", "K", "K")
        assert app.document.cursor == (0, 0)
        await pilot.press("L", "L", "L", "L", "L", "J", "J", "J", "J")
        assert app.document.cursor == (39, 29)


async def test_go_to(make_app, ready):
    async with make_app().run_test(size=SIZE) as pilot:
        app = await ready(pilot)
        await pilot.press("g", *"3,7", "enter")
        assert app.document.cursor == (3, 7)
        assert app.focused is app.canvas
        await pilot.press("g", *"12", "space", *"9", "enter")
        assert app.document.cursor == (12, 9)


async def test_go_to_nowhere(make_app, ready, said):
    async with make_app().run_test(size=SIZE) as pilot:
        app = await ready(pilot)
        nowhere = ["40,1", "1,30", "-1,2", "one", "1", "1,2,3", "²,1", "", "1" * 5000 + ",1"]
        for count, text in enumerate(nowhere, 1):
            await pilot.press("g")
            app.foot.query_one("#answer").value = text
            await pilot.press("enter")
            assert app.document.cursor == (20, 15)
            assert len(said(app, "error")) == count
            assert app.focused is app.canvas


async def test_putting_and_recolouring(make_app, ready):
    async with make_app().run_test(size=SIZE) as pilot:
        app = await ready(pilot)
        first = app.document.color
        for key in ("enter", "space"):
            await pilot.press(key)
            assert [(h.x, h.y, h.color) for h in app.document.hints] == [(20, 15, first)]
            await pilot.press("c", *"red", "enter", key)
            assert [(h.x, h.y, h.color) for h in app.document.hints] == [(20, 15, "#ff0000")]
            await pilot.press("u")
            assert app.document.hints[0].color == first
            await pilot.press("u", "c", *first, "enter")


async def test_a_typed_colour(make_app, ready, said):
    async with make_app().run_test(size=SIZE) as pilot:
        app = await ready(pilot)
        await pilot.press("c", *"#3a7bd5", "enter")
        assert app.document.color == "#3a7bd5"
        assert app.focused is app.canvas
        await pilot.press("c", *"nocolour", "enter")
        assert app.document.color == "#3a7bd5"
        assert len(said(app, "error")) == 1
        assert app.focused is app.color_panel.entry
        await pilot.press("escape")
        assert app.focused is app.canvas


async def test_keys_in_one_burst_find_the_focus_where_it_will_be(make_app, ready):
    """As they come typed ahead on a slow link: nothing waits between them."""
    async with make_app().run_test(size=SIZE) as pilot:
        app = await ready(pilot)
        from textual.events import Key

        burst = ["c", *"#f00", "enter", "enter", "g", *"5,6", "enter", "enter", "l"]
        names = {"#": "number_sign", ",": "comma"}
        for key in burst:
            app.post_message(Key(names.get(key, key), key if len(key) == 1 else None))
        await pilot.pause()
        assert [(h.x, h.y, h.color) for h in app.document.hints] == [
            (20, 15, "#ff0000"),
            (5, 6, "#ff0000"),
        ]
        assert app.document.cursor == (6, 6)


async def test_suggestions(make_app, ready, engine):
    async with make_app().run_test(size=SIZE) as pilot:
        app = await ready(pilot)
        for number, (color, _) in enumerate(engine.suggest(None, (), 20, 15), 1):
            await pilot.press(str(number))
            assert [(h.x, h.y, h.color) for h in app.document.hints] == [(20, 15, color)]


async def test_a_suggestion_right_after_a_step_is_for_the_new_place(make_app, ready, until, engine):
    async with make_app().run_test(size=SIZE) as pilot:
        app = await ready(pilot)
        await pilot.press("l", "1", "l")
        await until(pilot, lambda: app.document.hints)
        (hint,) = app.document.hints
        assert (hint.x, hint.color) == (21, engine.suggest(None, (), 21, 15)[0][0])
        assert app.document.cursor == (22, 15)


async def test_picking_a_colour(make_app, ready, until):
    async with make_app().run_test(size=SIZE) as pilot:
        app = await ready(pilot)
        await pilot.press("c", *"#0000ff", "enter", "enter")
        await until(pilot, lambda: app.coloring.render((1, 1), (0, 0, 1, 1))[0, 0, 2] > 100)
        await pilot.press("i")
        # 0.6 of the gray there and 0.4 of the hint
        assert app.document.color == "#3939" + f"{int(95 * 0.6 + 255 * 0.4):02x}"


async def test_uncertain_places(make_app, ready, until):
    async with make_app().run_test(size=SIZE) as pilot:
        app = await ready(pilot)
        await pilot.press("n")
        await until(pilot, lambda: app.document.cursor != (20, 15))
        first = app.document.cursor
        assert abs(first[0] - 6) <= 2
        await pilot.press("n")
        second = app.document.cursor
        assert abs(second[0] - 20) <= 2
        await pilot.press("N")
        assert app.document.cursor == first
        # A place with a hint is no longer uncertain.
        await pilot.press("enter", "n")
        await until(pilot, lambda: app.document.cursor != first)
        assert abs(app.document.cursor[0] - 20) <= 2


async def test_going_from_hint_to_hint(make_app, ready):
    async with make_app().run_test(size=SIZE) as pilot:
        app = await ready(pilot)
        await pilot.press("enter", "L", "enter", "J", "enter")
        places = [(h.x, h.y) for h in app.document.hints]
        assert places == [(20, 15), (30, 15), (30, 25)]
        await pilot.press("right_square_bracket")
        assert app.document.cursor == places[0]
        await pilot.press("right_square_bracket")
        assert app.document.cursor == places[1]
        await pilot.press("left_square_bracket", "left_square_bracket")
        assert app.document.cursor == places[2]


async def test_removing_the_nearest(make_app, ready):
    async with make_app().run_test(size=SIZE) as pilot:
        app = await ready(pilot)
        await pilot.press("enter", "L", "enter", "h", "h", "h")
        for key in ("x", "delete"):
            await pilot.press(key)
            assert [(h.x, h.y) for h in app.document.hints] == [(20, 15)]
            await pilot.press("u")
            assert len(app.document.hints) == 2


async def test_the_brush_is_one_step_of_undo(make_app, ready):
    async with make_app().run_test(size=SIZE) as pilot:
        app = await ready(pilot)
        await pilot.press("b", "L", "b", "J")
        painted = [(h.x, h.y) for h in app.document.hints]
        assert len(painted) > 2
        assert {y for _, y in painted} == {15}
        await pilot.press("u")
        assert len(app.document.hints) == 0
        await pilot.press("U")
        assert [(h.x, h.y) for h in app.document.hints] == painted
        await pilot.press("b", "escape", "L")
        assert not app.document.brushing


async def test_sizes(make_app, ready):
    async with make_app().run_test(size=SIZE) as pilot:
        app = await ready(pilot)
        start = app.document.new_radius
        await pilot.press("right_parenthesis", "right_parenthesis", "enter")
        assert app.document.hints[0].radius == start + 2
        await pilot.press("left_parenthesis")
        assert app.document.hints[0].radius == start + 1
        await pilot.press(*["left_parenthesis"] * 9)
        assert app.document.hints[0].radius == 0


async def test_undo_and_redo_without_end(make_app, ready):
    async with make_app().run_test(size=SIZE) as pilot:
        app = await ready(pilot)
        await pilot.press("g", *"1,1", "enter")
        states = [app.document.hints]
        for _ in range(4):
            await pilot.press("enter", "shift+right")
            states.append(app.document.hints)
        await pilot.press("r")
        assert len(app.document.hints) == 0
        for redo in ("U", "ctrl+r"):
            for state in reversed(states):
                await pilot.press("u")
                assert app.document.hints == state
            await pilot.press("u")
            assert app.document.hints == states[0]
            for state in states[1:]:
                await pilot.press(redo)
                assert app.document.hints == state
            await pilot.press(redo)


async def test_zoom_follows_the_cursor(make_app, ready, until):
    async with make_app().run_test(size=(60, 24)) as pilot:
        app = await ready(pilot)
        await pilot.press("g", *"33,22", "enter")
        while app.canvas.viewport.zoom < app.canvas.viewport.deepest:
            await pilot.press("plus")
        viewport = app.canvas.viewport
        assert viewport.scale == 0.25
        assert viewport.to_canvas(33, 22) is not None
        await pilot.press("H", "K")
        assert app.document.cursor == (23, 12)
        assert app.canvas.viewport.to_canvas(23, 12) is not None
        await until(pilot, lambda: app.canvas.frame.request.viewport == app.canvas.viewport)
        await pilot.press("minus")
        assert app.canvas.viewport.zoom == viewport.zoom - 1
        await pilot.press("0")
        assert app.canvas.viewport.region == (0, 0, 40, 30)


async def test_views(make_app, ready, until):
    async with make_app().run_test(size=SIZE) as pilot:
        app = await ready(pilot)
        for view in (View.SPLIT, View.COLOR, View.BLINK, View.SIDE_BY_SIDE):
            await pilot.press("v")
            await until(pilot, lambda view=view: app.canvas.frame.request.view is view)
            panes = app.canvas.frame.request.panes.corners
            assert len(panes) == (2 if view is View.SIDE_BY_SIDE else 1)


async def test_tab_goes_round(make_app, ready):
    async with make_app().run_test(size=SIZE) as pilot:
        app = await ready(pilot)
        areas = [app.canvas, app.table.grid, app.color_panel.entry]
        for area in [*areas[1:], areas[0]]:
            await pilot.press("tab")
            assert app.focused is area
        for area in reversed(areas):
            await pilot.press("shift+tab")
            assert app.focused is area


@pytest.mark.parametrize("change", ["tab", "shift+tab", "to the picture"])
async def test_a_dialogue_keeps_its_keys(make_app, ready, until, change):
    """Also where the focus of the screen below it is to go elsewhere."""
    async with make_app().run_test(size=SIZE) as pilot:
        app = await ready(pilot)
        await pilot.press("question_mark")
        if change.endswith("tab"):
            await pilot.press(change)
        else:
            app.focus_canvas()
        await pilot.press("x", "escape")
        await until(pilot, lambda: len(app.screen_stack) == 1)
        assert app.focused is app.canvas


async def test_help_names_every_key(make_app, ready, until, screen_text):
    async with make_app().run_test(size=(120, 50)) as pilot:
        app = await ready(pilot)
        await pilot.press("question_mark")
        for key in KEYS:
            await until(pilot, lambda key=key: key.shown in screen_text(app))
        await pilot.press("escape")
        await until(pilot, lambda: len(app.screen_stack) == 1)


async def test_the_palette_runs_commands(make_app, ready, until, command):
    async with make_app().run_test(size=SIZE) as pilot:
        app = await ready(pilot)
        await pilot.press("enter")
        await command(pilot, "remove all")
        await until(pilot, lambda: len(app.document.hints) == 0)


def test_the_palette_has_what_the_keys_do():
    actions = {key.action for key in commands()}
    assert {"undo", "redo", "save", "open", "help", "leave", "reset", "brush"} <= actions


async def test_text_fields_get_their_own_characters(make_app, ready):
    async with make_app().run_test(size=SIZE) as pilot:
        app = await ready(pilot)
        await pilot.press("enter", "c", *"xrubsq12")
        assert app.color_panel.entry.value == "xrubsq12"
        assert len(app.document.hints) == 1
        await pilot.press("backspace", "backspace", "left", "delete")
        assert app.color_panel.entry.value == "xrubs"


async def test_q_quits_without_asking(make_app, ready):
    app = make_app()
    async with app.run_test(size=SIZE) as pilot:
        await ready(pilot)
        await pilot.press("q")
    assert app.return_code == 0
    assert not app.is_running


@pytest.mark.parametrize("key", ["question_mark", "o", "ctrl+p", "c", "tab", "s"])
async def test_the_shell_is_never_far(make_app, ready, monkeypatch, key):
    """ctrl+z over a dialogue and while something is typed, too."""
    suspended = []
    monkeypatch.setattr(App, "action_suspend_process", lambda _: suspended.append(key))
    async with make_app().run_test(size=(100, 40)) as pilot:
        await ready(pilot)
        await pilot.press(key, "ctrl+z")
        assert suspended
