"""Kitty pictures as they are on the screen of a terminal."""

from __future__ import annotations

import cv2
import numpy as np

from tui_colorize.tui.canvas.frame import make_frames
from tui_colorize.tui.canvas.kitty import KittyPainter
from tui_colorize.tui.canvas.painter import Block, Detail
from tui_colorize.tui.canvas.panes import View
from tui_colorize.tui.canvas.pointer import CROSS
from tui_colorize.tui.terminal import Graphics

from .picture_terminal import PLACEHOLDER, SIZE, at_rest, picture_app


def _kitty_errors(app, screen):
    """Tiles of the frame that the placeholders on the screen do not show."""
    left, top = app.canvas.region.offset
    bad = []
    for tile in app.canvas.frame.tiles.values():
        red, green, blue = tile.key >> 16, tile.key >> 8 & 255, tile.key & 255
        codes = f"38;2;{red};{green};{blue}"
        pixels, keys = screen.images.get(tile.key, (None, {}))
        columns, rows = len(tile.cells[0]), len(tile.cells)
        if (keys.get("c"), keys.get("r"), keys.get("U")) != (str(columns), str(rows), "1"):
            bad.append((tile.place, keys))
            continue
        shown = {
            (column, row): screen.cell(left + tile.column + column, top + tile.row + row)
            for row in range(rows)
            for column in range(columns)
        }
        for (column, row), cell in shown.items():
            wanted = tile.cells[row][column].text, codes
            if cell[0][0] == PLACEHOLDER and cell != wanted:
                bad.append((tile.place, column, row, cell, wanted))
        height, width = tile.pixels.shape[:2]
        drawn = cv2.resize(pixels, (width, height), interpolation=cv2.INTER_LINEAR)
        if np.abs(drawn.astype(int) - tile.pixels).mean() > 8:
            bad.append((tile.place, "pixels"))
    return bad


async def test_kitty_pictures_are_what_the_cells_show(make_app, ready, until, screen):
    async with picture_app(make_app, Graphics.KITTY).run_test(size=SIZE) as pilot:
        app = await ready(pilot)
        await at_rest(until, pilot, app)
        assert _kitty_errors(app, screen) == []
        await pilot.press("c", *"red", "enter", "enter", *"llljj", "v", "v")
        await until(pilot, lambda: app.canvas.frame.request.view is app.canvas.view)
        await at_rest(until, pilot, app)
        assert _kitty_errors(app, screen) == []


async def test_the_kitty_cursor_is_a_picture_that_hides_under_others(
    make_app, ready, until, screen
):
    async with picture_app(make_app, Graphics.KITTY).run_test(size=SIZE) as pilot:
        app = await ready(pilot)
        await at_rest(until, pilot, app)

        def cross():
            request = app.canvas.frame.request
            dot = request.viewport.to_canvas(*app.document.cursor)
            x, y = request.panes.corners[0]
            left, top = app.canvas.region.offset
            return (left + x + dot[0] - 1, top + y + dot[1] // 2 - 1)

        assert screen.placed[CROSS] == cross()
        count = screen.transmitted
        await pilot.press("l", "l", "j")
        assert screen.placed[CROSS] == cross()
        assert screen.transmitted == count
        await pilot.press("question_mark")
        await until(pilot, lambda: not screen.placed)
        await pilot.press("escape")
        await until(pilot, lambda: screen.placed.get(CROSS) == cross())


async def test_kitty_pictures_do_not_pile_up(make_app, ready, until, screen):
    async with picture_app(make_app, Graphics.KITTY).run_test(size=(60, 20)) as pilot:
        app = await ready(pilot)
        await at_rest(until, pilot, app)
        tiles = len(app.canvas.frame.tiles)
        frame = app.canvas.frame
        most = 0
        for number in range(200):

            def gray(size, region, number=number):
                return np.full((size[1], size[0], 3), number, np.uint8)

            *_, frame = make_frames(frame.request, gray, None, app.painter, frame)
            app.canvas.show(frame)
            await pilot.pause()
            most = max(most, len(screen.images))
        await until(pilot, lambda: len(screen.images) == tiles + 3)
        assert screen.transmitted > 200 * tiles
        assert most <= 3 * tiles + 3
        await pilot.press("q")
    assert screen.images == {}


async def test_pictures_that_blink_are_sent_once(make_app, ready, until, screen, monkeypatch):
    monkeypatch.setattr("tui_colorize.tui.canvas.widget._BLINK", 0.1)
    async with picture_app(make_app, Graphics.KITTY).run_test(size=SIZE) as pilot:
        app = await ready(pilot)
        await at_rest(until, pilot, app)

        async def turned():
            phase = app.canvas.frame.request.gray_phase
            await until(pilot, lambda: app.canvas.frame.request.gray_phase is not phase)
            await until(pilot, lambda: app.canvas.complete and _kitty_errors(app, screen) == [])

        await pilot.press("v", "v", "v")
        await until(pilot, lambda: app.canvas.frame.request.view is View.BLINK)
        await until(pilot, lambda: app.canvas.frame.request.detail is Detail.FINE)
        await turned()
        await turned()
        count = screen.transmitted
        await turned()
        await turned()
        assert screen.transmitted == count
        await pilot.press("v")
        await at_rest(until, pilot, app)
        await until(pilot, lambda: len(screen.images) == len(app.canvas.frame.tiles) + 3)
        assert _kitty_errors(app, screen) == []


async def test_kitty_pictures_stay_below_a_dialogue(make_app, ready, until, screen):
    async with picture_app(make_app, Graphics.KITTY).run_test(size=SIZE) as pilot:
        app = await ready(pilot)
        await at_rest(until, pilot, app)
        numbers = {tile.key for tile in app.canvas.frame.tiles.values()}
        before = screen.transmitted
        for key in ("question_mark", "ctrl+p"):
            await pilot.press(key)
            await until(pilot, lambda: not app.canvas.screen.is_active)
            await at_rest(until, pilot, app)
            shown = {codes for text, codes in screen.cells.values() if text[0] == PLACEHOLDER}
            wanted = {f"38;2;{n >> 16};{n >> 8 & 255};{n & 255}" for n in numbers}
            assert shown
            assert shown <= wanted
            assert numbers <= screen.images.keys()
            assert _kitty_errors(app, screen) == []
            await pilot.press("escape")
            await until(pilot, lambda: app.canvas.screen.is_active)
            await at_rest(until, pilot, app)
            assert _kitty_errors(app, screen) == []
        assert screen.transmitted == before


def test_the_edges_of_enlarged_kitty_pictures_are_not_shown():
    random = np.random.default_rng(3)
    pixels = random.integers(0, 256, (160, 200, 3), np.uint8)
    painter = KittyPainter((10, 20))
    tiles = painter.paint(
        [Block((0, 0, 20, 8), pixels)], cell=(10, 20), detail=Detail.FINE, before={}
    )
    (fine,) = tiles.values()
    assert (fine.data.count("c=20,"), fine.cells[0][0].text[1:]) == (1, "\u0305\u0305")
    many = np.tile(pixels, (7, 7, 1))
    tiles = painter.paint(
        [Block((0, 0, 140, 56), many)], cell=(10, 20), detail=Detail.FRUGAL, before={}
    )
    for tile in tiles.values():
        assert "c=22,r=10," in tile.data
        assert tile.cells[0][0].text[1:] == "\u030d\u030d"
        assert tile.cells[-1][-1].text[1:] == "\u0346\u0366"
