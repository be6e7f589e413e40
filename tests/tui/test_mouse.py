"""What the mouse does on the pictures."""

from __future__ import annotations

from textual.events import MouseScrollDown, MouseScrollUp
from textual.geometry import Offset

from tui_colorize.hints import Hint, HintSet

SIZE = (100, 40)


def _cell(app, x, y, pane=0):
    """The place on the screen of a source pixel on one of the panes."""
    request = app.canvas.frame.request
    column, row = request.viewport.to_canvas(x, y)
    left, top = request.panes.corners[pane]
    return app.canvas.region.offset + Offset(left + column, top + row // 2)


async def test_a_click_on_either_picture_moves_the_cursor(make_app, ready, until):
    async with make_app().run_test(size=SIZE) as pilot:
        app = await ready(pilot)
        for pane, place in enumerate([(4, 6), (31, 22)]):
            await pilot.click(offset=_cell(app, *place, pane))
            await until(pilot, lambda place=place: app.document.cursor[0] == place[0])
            assert abs(app.document.cursor[1] - place[1]) <= 1
        assert len(app.document.hints) == 0


async def test_a_double_click_puts_a_hint(make_app, ready, until):
    async with make_app().run_test(size=SIZE) as pilot:
        app = await ready(pilot)
        await pilot.click(offset=_cell(app, 9, 8, 1), times=2)
        await until(pilot, lambda: len(app.document.hints) == 1)
        assert app.document.hints[0].x == 9


async def test_a_drag_moves_a_hint_in_one_step_of_undo(make_app, ready, until):
    async with make_app().run_test(size=SIZE) as pilot:
        app = await ready(pilot)
        await pilot.press("enter")
        put = app.document.hints
        await pilot.mouse_down(offset=_cell(app, 20, 15))
        for x in (22, 25, 28):
            await pilot.hover(offset=_cell(app, x, 15))
        await pilot.mouse_up(offset=_cell(app, 28, 15))
        await until(pilot, lambda: app.document.hints[0].x == 28)
        await pilot.press("u")
        assert app.document.hints == put


async def test_a_drag_back_to_its_start_leaves_the_hint_there(make_app, ready, until):
    async with make_app().run_test(size=SIZE) as pilot:
        app = await ready(pilot)
        await pilot.press("enter")
        await pilot.mouse_down(offset=_cell(app, 20, 15))
        for x in (24, 28):
            await pilot.hover(offset=_cell(app, x, 15))
        await until(pilot, lambda: app.document.hints[0].x == 28)
        await pilot.hover(offset=_cell(app, 20, 15))
        await pilot.mouse_up(offset=_cell(app, 20, 15))
        await until(pilot, lambda: app.document.hints[0].x == 20)


async def test_a_drag_that_ends_outside_is_over(make_app, ready, until):
    async with make_app().run_test(size=SIZE) as pilot:
        app = await ready(pilot)
        await pilot.press("enter")
        start = _cell(app, 20, 15)
        await pilot.mouse_down(offset=start)
        await pilot.hover(offset=_cell(app, 28, 15))
        await until(pilot, lambda: app.document.hints[0].x == 28)
        await pilot.hover(offset=(0, 0))
        await pilot.mouse_up(offset=(0, 0))
        await until(pilot, lambda: app._drag_from is None)
        await pilot.mouse_down(offset=start)  # there is no hint any more
        await pilot.hover(offset=_cell(app, 10, 15))
        await pilot.mouse_up(offset=_cell(app, 10, 15))
        await until(pilot, lambda: app.document.cursor[0] == 10)
        assert [hint.x for hint in app.document.hints] == [28]
        await pilot.press("u")
        assert [hint.x for hint in app.document.hints] == [20]


async def test_hovering_draws_nothing(make_app, ready, at_rest, monkeypatch):
    async with make_app().run_test(size=SIZE) as pilot:
        app = await ready(pilot)
        drawn = []
        monkeypatch.setattr(type(app), "_display", lambda *args: drawn.append(args))
        await pilot.press("h", "l")
        await at_rest(pilot)
        drawn.clear()
        for x in range(3, 30, 3):
            await pilot.hover(offset=_cell(app, x, 12))
        await pilot.pause(0.1)
        assert drawn == []


async def test_clicks_in_the_colour_panel(make_app, ready, until):
    async with make_app().run_test(size=SIZE) as pilot:
        app = await ready(pilot)
        await pilot.press("c", *"red", "enter", "c", *"blue", "enter")
        await pilot.click("#swatches", offset=(4, 1))
        await until(pilot, lambda: app.document.color == "#ff0000")
        await pilot.click("#suggestions", offset=(3, 2))
        await until(pilot, lambda: len(app.document.hints) == 1)
        assert app.document.hints[0].color == f"#{50:02x}{20:02x}{15:02x}"


async def test_a_drag_with_the_brush_paints(make_app, ready, until):
    async with make_app().run_test(size=SIZE) as pilot:
        app = await ready(pilot)
        await pilot.press("b")
        for row in (5, 25):
            await pilot.mouse_down(offset=_cell(app, 10, row))
            for x in (15, 20, 28):
                await pilot.hover(offset=_cell(app, x, row))
            await pilot.mouse_up(offset=_cell(app, 28, row))
        await until(pilot, lambda: len({hint.y for hint in app.document.hints}) == 2)
        await until(pilot, lambda: app.document.hints[-1].x >= 25)
        assert len(app.document.hints) >= 8
        assert app.document.hints[0].x == 10
        await pilot.press("b", "u")
        assert len({hint.y for hint in app.document.hints}) == 1  # a drag, a step of undo
        await pilot.press("u")
        assert len(app.document.hints) == 0


async def test_the_wheel_over_a_hint_changes_its_size(make_app, ready, until):
    async with make_app().run_test(size=SIZE) as pilot:
        app = await ready(pilot)
        await pilot.press("g", *"8,8", "enter", "enter", "L")
        place = _cell(app, 8, 8)
        await pilot._post_mouse_events([MouseScrollUp], offset=place)
        await until(pilot, lambda: app.document.hints[0].radius == 2)
        await pilot._post_mouse_events([MouseScrollDown], offset=place)
        await until(pilot, lambda: app.document.hints[0].radius == 1)
        assert app.document.cursor == (18, 8)
        assert app.canvas.viewport.zoom == 0


async def test_the_wheel_elsewhere_zooms(make_app, ready, until):
    async with make_app().run_test(size=(60, 24)) as pilot:
        app = await ready(pilot)
        await pilot._post_mouse_events([MouseScrollUp], offset=_cell(app, 30, 8))
        await until(pilot, lambda: app.canvas.viewport.zoom == 1)
        assert app.canvas.viewport.to_canvas(30, 8) is not None
        await pilot._post_mouse_events([MouseScrollDown], offset=_cell(app, 30, 8))
        await until(pilot, lambda: app.canvas.viewport.zoom == 0)
        assert app.document.cursor == (20, 15)
        assert len(app.document.hints) == 0


async def test_a_drag_stretches_a_line(make_app, ready, until):
    async with make_app().run_test(size=SIZE) as pilot:
        app = await ready(pilot)
        await pilot.press("f")
        await pilot.mouse_down(offset=_cell(app, 22, 15))
        await pilot.hover(offset=_cell(app, 30, 15))
        await pilot.mouse_up(offset=_cell(app, 30, 15))
        await until(pilot, lambda: app.document.hints[-1].x >= 29)
        await pilot.press("escape")
        assert len(app.document.hints) == 0
        assert app.document.history.position == 0


async def test_a_drag_that_ends_outside_the_picture_is_over(make_app, ready, until):
    hints = HintSet([Hint(10, 10, "#ff0000"), Hint(30, 20, "#00ff00")])
    async with make_app(hints=hints).run_test(size=SIZE) as pilot:
        app = await ready(pilot)
        await pilot.mouse_down(offset=_cell(app, 10, 10))
        await pilot.hover(offset=_cell(app, 14, 10))
        await until(pilot, lambda: app.document.hints[0].x == 14)
        await pilot.mouse_up(offset=app.status.region.offset)
        await pilot.mouse_down(offset=_cell(app, 30, 20))
        await pilot.hover(offset=_cell(app, 34, 20))
        await pilot.mouse_up(offset=_cell(app, 34, 20))
        await until(pilot, lambda: app.document.hints[1].x == 34)
        assert app.document.hints[0].x == 14
        await pilot.press("u")
        assert [hint.x for hint in app.document.hints] == [14, 30]
