"""What the mouse does on the pictures."""

from __future__ import annotations

from textual.geometry import Offset

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


async def test_hovering_draws_nothing(make_app, ready, monkeypatch):
    async with make_app().run_test(size=SIZE) as pilot:
        app = await ready(pilot)
        drawn = []
        monkeypatch.setattr(type(app), "_display", lambda *args: drawn.append(args))
        for x in range(3, 30, 3):
            await pilot.hover(offset=_cell(app, x, 12))
        await pilot.pause(0.1)
        assert drawn == []


async def test_clicks_in_the_colour_panel(make_app, ready, until):
    async with make_app().run_test(size=SIZE) as pilot:
        app = await ready(pilot)
        await pilot.press("c", *"red", "enter", "c", *"blue", "enter")
        await pilot.click("#recent", offset=(len("recent ") + 3, 0))
        await until(pilot, lambda: app.document.color == "#ff0000")
        await pilot.click("#suggestions", offset=(3, 2))
        await until(pilot, lambda: len(app.document.hints) == 1)
        assert app.document.hints[0].color == f"#{50:02x}{20:02x}{15:02x}"
