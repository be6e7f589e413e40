"""What the canvas draws: the views of a picture, marks on it, tiles of it, coarse and fine."""

from __future__ import annotations

import asyncio
from dataclasses import replace

import cv2
import numpy as np
import pytest
from rich.color import ColorSystem
from textual.drivers.headless_driver import HeadlessDriver
from textual.events import Resize
from textual.geometry import Offset

from tui_colorize.hints import Hint
from tui_colorize.tui.canvas.frame import FrameRequest, make_frames
from tui_colorize.tui.canvas.halfcell import HalfCellPainter
from tui_colorize.tui.canvas.kitty import KittyPainter
from tui_colorize.tui.canvas.marks import Overlay, draw_cursor, draw_hints, draw_rulers
from tui_colorize.tui.canvas.painter import RING, Block, Detail
from tui_colorize.tui.canvas.panes import View, arrange
from tui_colorize.tui.canvas.quantize import choose_palette
from tui_colorize.tui.canvas.sixel import SixelPainter
from tui_colorize.tui.canvas.viewport import Viewport
from tui_colorize.tui.terminal import Graphics, Terminal


def _request(size=(41, 10), view=View.SIDE_BY_SIDE, cell=(1, 2), **options):
    columns, rows = size
    panes = arrange(view, (20, 20), columns - 1, rows - 1).moved(1, 1)
    viewport = Viewport((20, 20), (panes.width, 2 * panes.height))
    return FrameRequest(size, panes, view, viewport, cell=cell, **options)


def _last_frame(*options):
    *_, frame = make_frames(*options)
    return frame


def _plain(*color):
    return lambda size, region: np.full((size[1], size[0], 3), color, np.uint8)


def _frame(gray=128, **options):
    return _last_frame(_request(**options), _plain(gray), None, HalfCellPainter(), None)


def _contrast(segment):
    one, other = (
        sum(w * c for w, c in zip((2, 5, 1), triplet, strict=True)) / 8
        for triplet in (segment.style.color.triplet, segment.style.bgcolor.triplet)
    )
    return abs(one - other)


@pytest.mark.parametrize("gray", [0, 128, 255])
@pytest.mark.parametrize("color", ["#000000", "#808080", "#ffffff", "#ffff00", "#0000ff"])
def test_marks_are_seen_on_any_picture_and_told_apart(gray, color):
    frame = _frame(gray)
    hints = (Hint(5, 5, color), Hint(12, 12, color), Hint(15, 5, color, enabled=False))
    overlay = Overlay((2, 2), hints, 1)
    marks = draw_hints(overlay, frame, RING) | draw_cursor(overlay, frame)
    viewport = frame.request.viewport
    glyphs = []
    for left, top in frame.request.panes.corners:
        for x, y in ((5, 5), (12, 12), (15, 5), (2, 2)):
            column, row = viewport.to_canvas(x, y)
            mark = marks[left + column, top + row // 2]
            assert _contrast(mark) >= 90
            glyphs.append(mark.text)
        column, row = viewport.to_canvas(12, 12)
        assert marks[left + column + 1, top + row // 2].text == "2"
    assert len(set(glyphs)) == 4


def test_the_rulers_are_in_line_with_the_cursor():
    frame = _frame()
    marks = draw_rulers(Overlay((7, 13)), frame)
    cross = draw_cursor(Overlay((7, 13)), frame)
    columns = {column for column, row in marks if marks[column, row].text == "▾"}
    rows = {row for column, row in marks if marks[column, row].text == "▸"}
    assert columns == {column for column, _ in cross}
    assert rows == {row for _, row in cross}
    assert len(marks) == 4
    assert not any(frame.request.panes.at(*place) for place in marks if place[1] == 0)


def test_marks_at_the_edges_stay_on_the_canvas():
    frame = _frame()
    hints = tuple(Hint(x, y, "#ff0000") for x in (0, 19) for y in (0, 19)) * 125
    for selected in range(4):
        marks = draw_hints(Overlay((19, 19), hints, selected), frame, RING)
        assert all(0 <= x < 41 and 0 <= y < 10 for x, y in marks)


@pytest.mark.parametrize("cell", [(1, 2), (8, 17)])
def test_the_split_view_is_gray_left_of_the_seam(cell):
    painter = HalfCellPainter() if cell == (1, 2) else SixelPainter(cell)
    for seam in (0.0, 0.25, 1.0):
        request = _request(size=(21, 11), view=View.SPLIT, cell=cell, seam=seam)
        frame = _last_frame(request, _plain(10), _plain(200), painter, None)
        (left, top), (width, height) = (
            (request.corners[0][0] * cell[0], request.corners[0][1] * cell[1]),
            request.pixel(request.viewport.size),
        )
        picture = frame.pixels[top : top + height, left : left + width]
        edge = round(request.seam_dot * cell[0])
        assert (picture[:, :edge] == 10).all()
        assert (picture[:, edge + cell[0] :] == 200).all()


def test_the_tint_is_where_the_map_is_high():
    tint = np.zeros((2, 2), np.float32)
    tint[0, 1] = 1
    request = _request(view=View.COLOR, size=(21, 11), tint=tint)
    frame = _last_frame(request, _plain(100), _plain(100), HalfCellPainter(), None)
    (x, y), (width, height) = request.corners[0], request.viewport.size
    picture = frame.pixels[2 * y : 2 * y + height, x : x + width]
    assert picture[0, -1].tolist() == [208, 85, 144]
    assert picture[-1, 0].tolist() == [100, 100, 100]
    assert picture[-1, -1].tolist() == [100, 100, 100]


def test_only_tiles_that_changed_are_made_anew():
    painter = SixelPainter((4, 8))
    request = _request(size=(81, 40), view=View.COLOR, cell=(4, 8))
    pixels = np.random.default_rng(0).integers(0, 256, (2000, 2000, 3), np.uint8)

    def picture(size, region):
        return pixels[: size[1], : size[0]]

    before = _last_frame(request, picture, None, painter, None)
    pixels[0, 0] = 0
    after = _last_frame(request, picture, None, painter, before)
    assert len(after.tiles) > 20
    assert sum(after.tiles[place] is not tile for place, tile in before.tiles.items()) == 1


def test_a_coarse_tile_gives_way_to_a_fine_one():
    painter = SixelPainter((4, 8))
    coarse = _last_frame(
        _request(cell=(4, 8), detail=Detail.FRUGAL), _plain(90), None, painter, None
    )
    fine = _last_frame(_request(cell=(4, 8)), _plain(90), None, painter, coarse)
    assert not set(coarse.tiles.values()) & set(fine.tiles.values())
    again = _last_frame(
        _request(cell=(4, 8), detail=Detail.FRUGAL), _plain(90), None, painter, fine
    )
    assert set(again.tiles.values()) == set(fine.tiles.values())


def test_a_preview_comes_first_and_is_much_smaller():
    random = np.random.default_rng(2)
    noise = random.integers(0, 256, (400, 400, 3), np.uint8)

    def picture(size, region):
        return noise[: size[1], : size[0]]

    for painter in (SixelPainter((10, 20)), KittyPainter((10, 20))):
        request = _request(cell=painter.cell, preview=True)
        request = replace(request, viewport=replace(request.viewport, source=(400, 400)))
        coarse, fine = make_frames(request, picture, None, painter, None)
        assert [coarse.request.detail, fine.request.detail] == [Detail.COARSE, Detail.FINE]
        assert coarse.tiles.keys() == fine.tiles.keys()
        sizes = [sum(len(t.data) for t in frame.tiles.values()) for frame in (coarse, fine)]
        assert 4 * sizes[0] < sizes[1]


def test_a_preview_asks_for_few_pixels_of_the_colours_and_once_for_the_gray():
    asked = []

    def picture(name):
        def scaled(size, region):
            asked.append((name, size[0] * size[1]))
            return np.full((size[1], size[0], 3), 90, np.uint8)

        return scaled

    painter = SixelPainter((4, 8))
    request = _request(cell=(4, 8), preview=True)
    request = replace(request, viewport=replace(request.viewport, source=(400, 400)))
    gray = picture("gray")
    *_, fine = make_frames(request, gray, picture("color"), painter, None)
    assert [name for name, _ in asked] == ["gray", "color", "color"]
    assert asked[1][1] * 10 < asked[2][1]
    asked.clear()
    list(make_frames(request, gray, picture("color"), painter, fine))
    assert [name for name, _ in asked] == ["color", "color"]
    asked.clear()
    list(make_frames(request, picture("gray"), None, painter, fine))
    assert "gray" in [name for name, _ in asked]


def test_a_preview_leaves_what_is_the_same_as_it_is():
    painter = SixelPainter((4, 8))
    fine = _last_frame(_request(cell=(4, 8)), _plain(90), _plain(10), painter, None)
    request = _request(cell=(4, 8), preview=True)
    coarse, after = make_frames(request, _plain(90), _plain(200), painter, fine)
    same = {place for place, tile in fine.tiles.items() if after.tiles[place] is tile}
    assert same
    assert same == {place for place, tile in fine.tiles.items() if coarse.tiles[place] is tile}


def test_a_picture_is_as_good_as_it_may_be_whatever_came_before_it():
    random = np.random.default_rng(4)
    smooth = np.full((200, 400, 3), 90, np.uint8)
    rough = random.integers(0, 256, (200, 400, 3), np.uint8)
    for kind in (SixelPainter, KittyPainter):

        def size(painter, pixels):
            block = Block((0, 0, 40, 10), pixels)
            tiles = painter.paint([block], cell=(10, 20), detail=Detail.FRUGAL, before={})
            return sum(len(tile.data) for tile in tiles.values())

        fresh = [size(kind((10, 20)), pixels) for pixels in (smooth, rough)]
        painter = kind((10, 20))
        used = [size(painter, pixels) for pixels in (smooth, rough, smooth, rough)]
        # Nearly: Kitty's pictures have numbers of different lengths.
        assert used == pytest.approx(fresh * 2, abs=50)


@pytest.mark.parametrize("painter", [SixelPainter, KittyPainter])
def test_a_picture_is_as_good_as_it_may_be_after_a_font_zoom(painter):
    random = np.random.default_rng(1)
    few = cv2.resize(random.integers(0, 128, (12, 15, 3), np.uint8), (1300, 1080))
    grain = random.integers(0, 70, (1080, 1300, 3)) * np.linspace(0, 1, 1300)[:, None]
    picture = (few + grain).astype(np.uint8)

    def size(painter, cell, columns, rows):
        pixels = cv2.resize(picture, (columns * cell[0], rows * cell[1]))
        block = Block((0, 0, columns, rows), pixels)
        tiles = painter.paint([block], cell=cell, detail=Detail.FINE, before={})
        return sum(len(tile.data) for tile in tiles.values())

    used = painter((14, 28))
    size(used, (14, 28), 85, 31)
    used.resize(lambda: (13, 27))
    after = size(used, (13, 27), 100, 40)
    assert after == pytest.approx(size(painter((13, 27)), (13, 27), 100, 40), abs=50)


def test_preset_codes_are_what_rich_would_make():
    preset = HalfCellPainter(ColorSystem.TRUECOLOR).cell_of([1, 2, 3], [200, 100, 0])
    plain = HalfCellPainter(ColorSystem.EIGHT_BIT).cell_of([1, 2, 3], [200, 100, 0])
    assert preset.style.render("▀") == plain.style.render("▀")
    fewer = HalfCellPainter(ColorSystem.EIGHT_BIT).cell_of([1, 2, 3], [200, 100, 0])
    assert "48;5;" in fewer.style.render("▀", color_system=ColorSystem.EIGHT_BIT)


@pytest.mark.parametrize("aspect", [1.0, 17 / 16, 0.9])
def test_pictures_keep_their_shape_whatever_the_cells(aspect):
    viewport = Viewport((3000, 2000), (90, 100), aspect=aspect)
    width, height = viewport.size
    assert width / (height * aspect) == pytest.approx(1.5, rel=0.03)


async def test_the_seam_is_moved_by_steps_and_by_the_mouse(make_app, ready, until):
    async with make_app().run_test(size=(100, 40)) as pilot:
        app = await ready(pilot)
        await pilot.press("v")
        await until(pilot, lambda: app.canvas.frame.request.view is View.SPLIT)
        app.canvas.move_seam(-5)
        await until(pilot, lambda: app.canvas.frame.request.seam == pytest.approx(0.4))
        request = app.canvas.frame.request
        left, top = request.corners[0]
        seam = app.canvas.region.offset + Offset(left + request.seam_dot, top + 4)
        await pilot.mouse_down(offset=seam)
        await pilot.hover(offset=seam + Offset(6, 0))
        await pilot.mouse_up(offset=seam + Offset(6, 0))
        wanted = request.seam_dot + 6
        await until(pilot, lambda: abs(app.canvas.frame.request.seam_dot - wanted) <= 1)


async def test_an_outdated_frame_is_not_shown(make_app, ready, until):
    async with make_app().run_test(size=(100, 40)) as pilot:
        app = await ready(pilot)
        old = app.canvas.frame
        await pilot.resize_terminal(90, 36)
        await until(pilot, lambda: app.canvas.frame is not old)
        shown = app.canvas.frame
        app.canvas.show(old)
        assert app.canvas.frame is shown


async def test_what_a_frame_brings_is_drawn_at_once(make_app, ready, at_rest, monkeypatch):
    sent = []
    monkeypatch.setattr(HeadlessDriver, "write", lambda _, data: sent.append(data))
    async with make_app().run_test(size=(100, 40)) as pilot:
        app = await ready(pilot)
        await at_rest(pilot)
        frame = _last_frame(app.canvas.frame.request, _plain(1, 2, 3), None, app.painter, None)
        sent.clear()
        app.canvas.show(frame)
        assert "38;2;1;2;3" in "".join(sent) or "48;2;1;2;3" in "".join(sent)


async def test_what_a_frame_brings_leaves_the_rest_to_its_turn(make_app, ready, until, monkeypatch):
    sent = []
    monkeypatch.setattr(HeadlessDriver, "write", lambda _, data: sent.append(data))
    async with make_app().run_test(size=(100, 40)) as pilot:
        app = await ready(pilot)
        app.status.update(device="elsewhere")
        while app.status not in app.screen._dirty_widgets:
            await asyncio.sleep(0)
        app.draw_now(app.canvas)
        await until(pilot, lambda: "elsewhere" in "".join(sent))


async def test_a_step_of_the_seam_has_no_preview(make_app, ready, until, monkeypatch):
    terminal = Terminal(graphics=Graphics.SIXEL, cell=(6, 12), true_color=True)
    async with make_app(terminal=terminal).run_test(size=(100, 40)) as pilot:
        app = await ready(pilot)
        await pilot.press("v")
        await until(pilot, lambda: app.canvas.frame.request.view is View.SPLIT)
        await until(pilot, lambda: app.canvas.frame.request.detail is Detail.FINE)
        shown, show = [], app.canvas.show
        monkeypatch.setattr(app.canvas, "show", lambda frame: shown.append(frame) or show(frame))
        app.canvas.move_seam(-5)
        await until(pilot, lambda: shown)
        assert Detail.COARSE not in {frame.request.detail for frame in shown}


async def test_cells_of_another_size(make_app, ready, until, monkeypatch):
    """As when the font grows and the window with it: as many columns and rows as before."""
    terminal = Terminal(graphics=Graphics.SIXEL, cell=(6, 12), true_color=True)
    async with make_app(terminal=terminal).run_test(size=(80, 24)) as pilot:
        app = await ready(pilot)
        assert app.canvas.frame.request.cell == (6, 12)
        monkeypatch.setattr(app, "cell_size", lambda: (9, 18))
        app.post_message(Resize(app.size, app.size))
        await until(pilot, lambda: app.canvas.frame.request.cell == (9, 18))
        assert {tile.cell for tile in app.canvas.frame.tiles.values()} == {(9, 18)}


@pytest.mark.parametrize("painter", [SixelPainter, KittyPainter])
def test_a_picture_like_the_last_one_is_encoded_about_once(painter, monkeypatch):
    random = np.random.default_rng(0)
    cell, size = (4, 8), (100, 40)
    smooth = cv2.resize(random.integers(0, 255, (8, 10, 3)).astype(np.uint8), (400, 320))
    painter = painter(cell)
    encoded, encode = [], painter.encode
    monkeypatch.setattr(painter, "encode", lambda *a: encoded.append(0) or encode(*a))
    for number in range(6):
        encoded.clear()
        noise = random.integers(0, 40, smooth.shape)
        pixels = (smooth // 2 + noise + 10 * (number % 2)).astype(np.uint8)
        block = Block((0, 0, *size), pixels)
        tiles = painter.paint([block], cell=cell, detail=Detail.FINE, before={})
    assert len(tiles) <= len(encoded) <= 1.5 * len(tiles)


@pytest.mark.parametrize(("saturation", "worst"), [(0.0, 2.6), (0.1, 3.5), (1.0, 11.0)])
def test_a_palette_is_close_to_the_picture_however_pale(saturation, worst):
    random = np.random.default_rng(0)
    small = random.integers(0, 255, (6, 8, 3)).astype(np.float32)
    colors = cv2.resize(small, (400, 300), interpolation=cv2.INTER_CUBIC)
    gray = colors.mean(axis=2, keepdims=True)
    pixels = (gray + saturation * (colors - gray)).clip(0, 255).astype(np.uint8)
    palette = choose_palette(pixels, 256)
    shown = palette.colors[palette.indices(pixels)].astype(float)
    assert np.sqrt(((shown - pixels) ** 2).mean()) < worst
