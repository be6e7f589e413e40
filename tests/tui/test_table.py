"""The hint table: cells edited in place, buttons, selection."""

from __future__ import annotations

from tui_colorize.hints import Hint, HintSet

SIZE = (100, 40)
HINTS = HintSet([Hint(5, 6, "#ff0000"), Hint(20, 10, "#00ff00", 2), Hint(30, 20, "#0000ff")])


async def test_it_shows_the_hints(make_app, ready):
    async with make_app(hints=HINTS).run_test(size=SIZE) as pilot:
        app = await ready(pilot)
        assert app.table.grid.texts() == [
            ["1", "5", "6", "█ #ff0000", "1", "●"],
            ["2", "20", "10", "█ #00ff00", "2", "●"],
            ["3", "30", "20", "█ #0000ff", "1", "●"],
        ]


async def test_an_empty_table_says_how_to_begin(make_app, ready, screen_text):
    async with make_app().run_test(size=SIZE) as pilot:
        app = await ready(pilot)
        assert "n goes where" in screen_text(app)
        await pilot.press("enter")
        assert "n goes where" not in screen_text(app)
        await pilot.press("u")
        assert "n goes where" in screen_text(app)


async def test_the_editor_covers_whole_columns(make_app, ready, until):
    """The end of the next cell would look like that of what is edited."""
    async with make_app(hints=HINTS).run_test(size=SIZE) as pilot:
        app = await ready(pilot)
        grid, editor = app.table.grid, app.table.editor
        await pilot.press("tab")
        for column in range(1, 5):
            grid.move_to(1, column)
            ends = [grid.cell_region().x]
            for after in range(column, 6):
                grid.move_to(1, after)
                ends.append(grid.cell_region().right)
            grid.move_to(1, column)
            await pilot.press("enter")
            left = grid.cell_region().x + grid.region.x
            await until(pilot, lambda left=left: editor.region.x == left)
            await until(pilot, lambda ends=ends: editor.region.right - grid.region.x in ends[1:])
            assert editor.region.width >= (8 if column == 3 else 5)
            await pilot.press("escape")


async def test_editing_a_cell(make_app, ready):
    async with make_app(hints=HINTS).run_test(size=SIZE) as pilot:
        app = await ready(pilot)
        await pilot.press("tab", "down")
        for column, text, wanted in [
            (1, "33", Hint(33, 10, "#00ff00", 2)),
            (2, "0", Hint(20, 0, "#00ff00", 2)),
            (3, "Red", Hint(20, 10, "#ff0000", 2)),
            (3, "#abc", Hint(20, 10, "#aabbcc", 2)),
            (4, "7", Hint(20, 10, "#00ff00", 7)),
            (4, "", Hint(20, 10, "#00ff00", None)),
        ]:
            app.table.grid.move_to(1, column)
            await pilot.press("enter")
            assert app.focused is app.table.editor
            await pilot.press("backspace", *text, "enter")
            assert app.document.hints[1] == wanted
            assert app.focused is app.table.grid
            await pilot.press("u")
            assert app.document.hints == HINTS


async def test_bad_input_leaves_the_cell_as_it_was(make_app, ready, said):
    bad = [(1, "40"), (1, "x"), (2, "-1"), (2, ""), (3, "no"), (4, "1.5"), (4, "9999"), (1, "²")]
    async with make_app(hints=HINTS).run_test(size=SIZE) as pilot:
        app = await ready(pilot)
        await pilot.press("tab")
        for count, (column, text) in enumerate(bad, 1):
            app.table.grid.move_to(0, column)
            await pilot.press("enter", "backspace", *text, "enter")
            assert app.document.hints == HINTS
            assert len(said(app, "error")) == count
            assert app.focused is app.table.grid


async def test_two_hints_cannot_be_in_one_place(make_app, ready, said):
    hints = HintSet([Hint(5, 6, "#ff0000"), Hint(7, 6, "#00ff00")])
    async with make_app(hints=hints).run_test(size=SIZE) as pilot:
        app = await ready(pilot)
        await pilot.press("tab", "enter", "backspace", "7", "enter")
        assert app.document.hints == hints
        assert len(said(app, "error")) == 1


async def test_escape_leaves_the_cell_as_it_was(make_app, ready):
    async with make_app(hints=HINTS).run_test(size=SIZE) as pilot:
        app = await ready(pilot)
        await pilot.press("tab", "enter", "9", "escape")
        assert app.document.hints == HINTS
        assert app.focused is app.table.grid
        await pilot.press("escape")
        assert app.focused is app.canvas


async def test_selecting_a_row_moves_the_cursor(make_app, ready, until):
    async with make_app(hints=HINTS).run_test(size=SIZE) as pilot:
        app = await ready(pilot)
        await pilot.press("tab", "down")
        await until(pilot, lambda: app.document.cursor == (20, 10))
        assert app.document.selected == 1
        await pilot.click(app.table.grid, offset=(2, 3))
        await until(pilot, lambda: app.document.cursor == (30, 20))


async def test_the_table_follows_the_canvas(make_app, ready):
    async with make_app(hints=HINTS).run_test(size=SIZE) as pilot:
        app = await ready(pilot)
        await pilot.press("g", *"30,20", "enter")
        assert app.table.grid.row == 2


async def test_the_number_is_not_for_the_cursor(make_app, ready):
    async with make_app(hints=HINTS).run_test(size=SIZE) as pilot:
        app = await ready(pilot)
        await pilot.press("tab", "left", "left", "enter")
        assert app.table.editor.value == "5"


async def test_the_buttons(make_app, ready, until):
    async with make_app(hints=HINTS).run_test(size=SIZE) as pilot:
        app = await ready(pilot)
        await pilot.click("#add")
        await until(pilot, lambda: len(app.document.hints) == 4)
        assert app.document.hints[3] == Hint(20, 15, app.document.color)
        await pilot.click("#delete")
        await until(pilot, lambda: app.document.hints == HINTS)
        await pilot.click("#reset")
        await until(pilot, lambda: len(app.document.hints) == 0)
        await pilot.press("u")
        assert app.document.hints == HINTS


async def test_the_keys_of_the_table(make_app, ready, until):
    async with make_app(hints=HINTS).run_test(size=SIZE) as pilot:
        app = await ready(pilot)
        await pilot.press("tab", "down", "delete")
        await until(pilot, lambda: app.document.hints == HintSet([HINTS[0], HINTS[2]]))
        await pilot.press("a")
        await until(pilot, lambda: len(app.document.hints) == 3)
        assert app.document.selected == 2


async def test_more_rows_than_fit(make_app, ready, until, screen_text):
    many = HintSet(Hint(i, 2 * (i % 15), "#ff0000") for i in range(39))
    async with make_app(hints=many).run_test(size=SIZE) as pilot:
        app = await ready(pilot)
        await pilot.press("tab", "end")
        assert app.table.grid.row == 38
        await until(pilot, lambda: "39  38" in screen_text(app))
        await pilot.press("enter")
        # The editor lies over the cell, not where the cell would be without scrolling.
        last = app.table.grid.region.bottom - 1
        await until(pilot, lambda: app.table.editor.region.y == last)
        await pilot.press("escape", "home")
        await until(pilot, lambda: "1   0" in screen_text(app))
        await pilot.press("escape", "r")
        assert app.table.grid.texts() == []
