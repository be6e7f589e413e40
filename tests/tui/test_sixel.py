"""Sixel pictures as they are on the screen of a terminal."""

from __future__ import annotations

import numpy as np
import pytest

from tui_colorize.tui.canvas.painter import Block, Detail
from tui_colorize.tui.canvas.sixel import SixelPainter
from tui_colorize.tui.canvas.sixelcodes import sixels
from tui_colorize.tui.canvas.surface import Surface, _rectangles
from tui_colorize.tui.terminal import Graphics

from .picture_terminal import CELL, GROUND, SIZE, VirtualTerminal, at_rest, picture_app


def _sixel_errors(app, screen):
    """Tiles whose pixels on the screen are not those of the frame, cells with marks left out."""
    left, top = app.canvas.region.offset
    bad = []
    for tile in app.canvas.frame.tiles.values():
        for row in range(len(tile.cells)):
            for column in range(len(tile.cells[0])):
                x, y = left + tile.column + column, top + tile.row + row
                if screen.cells[x, y][0] != "\xa0":
                    continue
                part = np.s_[y * CELL[1] : (y + 1) * CELL[1], x * CELL[0] : (x + 1) * CELL[0]]
                wanted = tile.pixels[row * CELL[1] :, column * CELL[0] :][: CELL[1], : CELL[0]]
                difference = np.abs(screen.pixels[part].astype(int) - wanted).mean()
                if difference > 8:
                    bad.append((x, y, difference))
    return bad


async def test_sixel_pictures_are_whole_whatever_lay_over_them(make_app, ready, until, screen):
    async with picture_app(make_app, Graphics.SIXEL).run_test(
        size=SIZE, notifications=True
    ) as pilot:
        app = await ready(pilot)
        await at_rest(until, pilot, app)
        assert _sixel_errors(app, screen) == []
        await pilot.press("c", *"red", "enter", "enter", *"lllljjjjkkkkhh")
        await at_rest(until, pilot, app)
        assert _sixel_errors(app, screen) == []
        await pilot.press("question_mark")
        await at_rest(until, pilot, app)
        await pilot.press("escape")
        await at_rest(until, pilot, app)
        assert _sixel_errors(app, screen) == []
        app.notify("over the picture\n" * 8, timeout=3600)
        await until(pilot, lambda: app.screen.query("Toast"))
        await pilot.press("c", *"blue", "enter", "enter", "l")
        app.clear_notifications()
        await until(pilot, lambda: not app.screen.query("Toast"))
        await at_rest(until, pilot, app)
        assert _sixel_errors(app, screen) == []
        await pilot.resize_terminal(120, 44)
        await until(pilot, lambda: app.canvas.frame.request.size == tuple(app.canvas.size))
        await at_rest(until, pilot, app)
        assert _sixel_errors(app, screen) == []


async def test_little_is_mended_at_once(make_app, ready, until, screen, monkeypatch):
    """It is worked out in the event loop; the rest is drawn by tiles that are there already."""
    mended, mend = [], Surface._mend
    monkeypatch.setattr(Surface, "_mend", lambda *all: mended.append(0) or mend(*all))
    async with picture_app(make_app, Graphics.SIXEL).run_test(size=SIZE) as pilot:
        app = await ready(pilot)
        await at_rest(until, pilot, app)
        left, top = app.canvas.region.offset
        mended.clear()
        tiles = app.canvas.frame.tiles.values()
        app.canvas.drawn_over(
            [(top + tile.row, left + tile.column, left + tile.column + 2) for tile in tiles]
        )
        assert 0 < len(mended) <= 8 < len(tiles)
        await at_rest(until, pilot, app)
        assert len(mended) <= 8
        assert _sixel_errors(app, screen) == []


def test_cells_are_mended_in_few_pieces():
    square = {(x, y) for x in (3, 4) for y in (7, 8, 9)}
    others = {(9, 8), (9, 9), (10, 9)}
    assert sorted(_rectangles(square | others)) == [(3, 7, 2, 3), (9, 8, 1, 1), (9, 9, 2, 1)]


async def test_a_notification_is_not_drawn_over(make_app, ready, until, screen):
    async with picture_app(make_app, Graphics.SIXEL).run_test(
        size=SIZE, notifications=True
    ) as pilot:
        app = await ready(pilot)
        await pilot.press("v", "v")
        app.notify("X" * 30, timeout=20)
        await until(pilot, lambda: app.screen.query("Toast"))
        await pilot.press("c", *"red", "enter", "enter")
        await at_rest(until, pilot, app)
        toast = app.screen.query("Toast").first().region
        for y in range(toast.y, toast.bottom):
            line = screen.pixels[y * CELL[1], toast.x * CELL[0] : toast.right * CELL[0]]
            assert (line == GROUND).all()


@pytest.mark.parametrize("cell", [(10, 20), (9, 19), (7, 13)])
def test_a_coarse_sixel_tile_covers_its_cells_in_its_colours(cell):
    width, height = 7 * cell[0], 3 * cell[1]
    x, y = np.meshgrid(np.linspace(40, 220, width), np.linspace(60, 200, height))
    pixels = np.dstack([x, y, np.full_like(x, 90)]).astype(np.uint8)
    painter = SixelPainter(cell)
    tiles = painter.paint([Block((0, 0, 7, 3), pixels)], cell=cell, detail=Detail.COARSE, before={})
    terminal = VirtualTerminal()
    terminal.feed(tiles[0, 0, 7, 3].data)
    shown = terminal.pixels[:height, :width].astype(int)
    assert np.abs(shown - pixels).mean() < 15
    assert np.abs(shown - pixels).max() < 80


async def test_sixel_tiles_are_drawn_once_when_they_all_move(
    make_app, ready, until, screen, monkeypatch
):
    put = []
    monkeypatch.setattr(
        SixelPainter, "put", lambda _, tile: put.append((tile.place, tile.detail)) or tile.data
    )
    async with picture_app(make_app, Graphics.SIXEL).run_test(size=SIZE) as pilot:
        app = await ready(pilot)
        await at_rest(until, pilot, app)
        put.clear()
        monkeypatch.setattr("tui_colorize.tui.canvas.widget._FAST", 0.0)  # no frugal frame before
        app.canvas.set_view(app.canvas.view.next)
        await until(pilot, lambda: app.canvas.frame.request.view is app.canvas.view)
        await at_rest(until, pilot, app)
        assert put
        assert len(put) == len(set(put))
        assert _sixel_errors(app, screen) == []


@pytest.mark.parametrize(
    ("height", "width", "count"), [(1, 1, 1), (6, 40, 2), (17, 33, 9), (60, 250, 256)]
)
@pytest.mark.parametrize("smooth", [True, False])
def test_every_pixel_of_a_sixel_picture_has_its_colour(height, width, count, smooth):
    random = np.random.default_rng(count)
    colors = random.integers(0, 101, (count, 3)) * 255 // 100  # as Sixel can say them
    indices = random.integers(0, count, (height, width))
    if smooth:
        indices = np.sort(indices, axis=1)
        indices[:, width // 3 : width // 2] = 0
    terminal = VirtualTerminal()
    terminal.feed(sixels(indices, colors.astype(np.uint8)))
    shown = terminal.pixels[:height, :width].astype(int)
    assert np.abs(shown - colors[indices]).max() <= 3
    assert not terminal.pixels[height:].any()
    assert not terminal.pixels[:, width:].any()
