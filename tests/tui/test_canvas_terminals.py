"""What terminals that draw pictures have on the screen after what the app has sent them."""

from __future__ import annotations

import io
import re
from base64 import b64decode

import cv2
import numpy as np
import pytest
from PIL import Image
from textual.drivers.headless_driver import HeadlessDriver

from tui_colorize.tui.canvas.frame import make_frames
from tui_colorize.tui.canvas.kitty import KittyPainter
from tui_colorize.tui.canvas.painter import Block, Detail
from tui_colorize.tui.canvas.sixel import SixelPainter
from tui_colorize.tui.terminal import Graphics, Terminal

SIZE = (100, 36)
CELL = (6, 12)
_GROUND = (13, 15, 20)
_TOKEN = re.compile(
    r"\x1bP(?P<sixel>[^\x1b]*)\x1b\\|\x1b_G(?P<kitty>[^\x1b]*)\x1b\\"
    r"|\x1b\][^\x1b\x07]*(?:\x07|\x1b\\)"
    r"|\x1b\[(?P<arguments>[\d;?]*)(?P<final>[A-Za-z])|(?P<text>[^\x1b])",
    re.DOTALL,
)


class VirtualTerminal:
    """Shows what is sent to it: cells, and pictures drawn over them or kept under numbers."""

    def __init__(self) -> None:
        self.x = self.y = 0
        self.codes = ""
        self.cells: dict[tuple[int, int], tuple[str, str]] = {}
        self.pixels = np.zeros((SIZE[1] * 2 * CELL[1], SIZE[0] * 3 * CELL[0], 3), np.uint8)
        self.images: dict[int, tuple[np.ndarray, dict[str, str]]] = {}
        self.placed: dict[int, tuple[int, int]] = {}
        self.transmitted = 0
        self._half = ("", "")

    def feed(self, data: str) -> None:
        end = 0
        for match in _TOKEN.finditer(data):
            assert match.start() == end, data[end : match.start() + 20]
            end = match.end()
            if match["sixel"] is not None:
                self._sixel(match["sixel"])
            elif match["kitty"] is not None:
                self._kitty(match["kitty"])
            elif match["text"] is not None:
                self._write(match["text"])
            elif match["final"]:
                self._control(match["arguments"], match["final"])
        assert end == len(data)

    def _control(self, arguments: str, final: str) -> None:
        if final == "H":
            self.y, self.x = (int(number) - 1 for number in arguments.split(";"))
        elif final in "ABCD":
            step = int(arguments or 1) * (-1 if final in "AD" else 1)
            self.x, self.y = (self.x, self.y + step) if final in "AB" else (self.x + step, self.y)
        elif final == "G":
            self.x = int(arguments) - 1
        elif final == "d":
            self.y = int(arguments) - 1
        elif final == "m":
            parts = arguments.partition(";48;")
            if arguments.startswith("48;") and ";48;" in self.codes:
                self.codes = self.codes.partition(";48;")[0] + ";" + arguments
            elif arguments.startswith("38;") and not parts[1] and ";48;" in self.codes:
                self.codes = arguments + ";48;" + self.codes.partition(";48;")[2]
            else:
                self.codes = arguments.removeprefix("0;")
        else:
            assert arguments.startswith("?"), final + arguments

    def _write(self, text: str) -> None:
        if text == "\n":
            return
        if text == "\b":
            self.x -= 1
            return
        if "\u0300" <= text < "\u0370":
            before = (self.x - 1, self.y)
            self.cells[before] = (self.cells[before][0] + text, self.cells[before][1])
            return
        if text == "\U0010eeee":  # what its left neighbour does not say
            pass
        self.cells[self.x, self.y] = (text, self.codes)
        x, y = self.x * CELL[0], self.y * CELL[1]
        self.pixels[y : y + CELL[1], x : x + CELL[0]] = _GROUND
        self.x += 1

    def _sixel(self, data: str) -> None:
        head = re.match(r'[\d;]*q"1;1;(\d+);(\d+)', data)
        assert head is not None
        width, height = int(head[1]), int(head[2])
        left, top = self.x * CELL[0], self.y * CELL[1]
        colors: dict[int, tuple[int, ...]] = {}
        color, x, y = None, 0, 0
        for token in re.finditer(
            r"#(\d+)(?:;2;(\d+);(\d+);(\d+))?|!(\d+)(.)|([$-])|(.)", data[head.end() :]
        ):
            if token[2] is not None:
                colors[int(token[1])] = tuple(
                    round(int(part) * 2.55) for part in token.groups()[1:4]
                )
                color = None  # defining a colour does not select it
            elif token[1] is not None:
                color = colors[int(token[1])]
            elif token[7] is not None:
                x, y = 0, y + 6 * (token[7] == "-")
            else:
                count, bits = int(token[5] or 1), ord(token[6] or token[8]) - 63
                for row in range(6):
                    if bits >> row & 1:
                        assert color is not None
                        assert y + row < height
                        assert x + count <= width
                        self.pixels[top + y + row, left + x : left + x + count] = color
                x += count

    def _kitty(self, data: str) -> None:
        head, _, payload = data.partition(";")
        keys = dict(pair.split("=") for pair in head.split(","))
        if keys.get("a") in ("T", "t") or "a" not in keys:
            head, payload = self._half[0] or head, self._half[1] + payload
            if keys.get("m") == "1":
                self._half = (head, payload)
                return
            self._half = ("", "")
            keys = dict(pair.split("=") for pair in head.split(","))
            image = Image.open(io.BytesIO(b64decode(payload)))
            self.images[int(keys["i"])] = (np.array(image.convert("RGB")), keys)
            self.transmitted += 1
        elif keys["a"] == "p":
            assert int(keys["i"]) in self.images
            self.placed[int(keys["i"])] = (self.x, self.y)
        elif keys["a"] == "d":
            self.placed.pop(int(keys["i"]), None)
            if keys["d"] == "I":
                assert self.images.pop(int(keys["i"]), None) is not None
        assert keys["q"] == "2"


@pytest.fixture
def screen(monkeypatch):
    terminal = VirtualTerminal()
    monkeypatch.setattr(HeadlessDriver, "write", lambda _, data: terminal.feed(data))
    return terminal


def _app(make_app, graphics):
    return make_app(terminal=Terminal(graphics=graphics, cell=CELL, true_color=True))


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


async def _quiet(until, pilot, app):
    await until(
        pilot, lambda: app.canvas.complete and app.canvas.frame.request.detail is Detail.FINE
    )
    await pilot.pause(0.05)


async def test_sixel_pictures_are_whole_whatever_lay_over_them(make_app, ready, until, screen):
    async with _app(make_app, Graphics.SIXEL).run_test(size=SIZE, notifications=True) as pilot:
        app = await ready(pilot)
        await _quiet(until, pilot, app)
        assert _sixel_errors(app, screen) == []
        await pilot.press("c", *"red", "enter", "enter", *"lllljjjjkkkkhh")
        await _quiet(until, pilot, app)
        assert _sixel_errors(app, screen) == []
        await pilot.press("question_mark")
        await pilot.pause(0.1)
        await pilot.press("escape")
        await _quiet(until, pilot, app)
        assert _sixel_errors(app, screen) == []
        app.notify("over the picture\n" * 8, timeout=0.5)
        await until(pilot, lambda: app.screen.query("Toast"))
        await pilot.press("c", *"blue", "enter", "enter", "l")
        await until(pilot, lambda: not app.screen.query("Toast"))
        await _quiet(until, pilot, app)
        assert _sixel_errors(app, screen) == []
        await pilot.resize_terminal(120, 44)
        await until(pilot, lambda: app.canvas.frame.request.size == tuple(app.canvas.size))
        await _quiet(until, pilot, app)
        assert _sixel_errors(app, screen) == []


async def test_a_notification_is_not_drawn_over(make_app, ready, until, screen):
    async with _app(make_app, Graphics.SIXEL).run_test(size=SIZE, notifications=True) as pilot:
        app = await ready(pilot)
        await pilot.press("v", "v")
        app.notify("X" * 30, timeout=20)
        await until(pilot, lambda: app.screen.query("Toast"))
        await pilot.press("c", *"red", "enter", "enter")
        await _quiet(until, pilot, app)
        toast = app.screen.query("Toast").first().region
        for y in range(toast.y, toast.bottom):
            line = screen.pixels[y * CELL[1], toast.x * CELL[0] : toast.right * CELL[0]]
            assert (line == _GROUND).all()


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
        shown = [
            screen.cells[left + tile.column + column, top + tile.row + row]
            for row in range(rows)
            for column in range(columns)
        ]
        if not all(cell[1] == codes for cell in shown if cell[0][0] == "\U0010eeee"):
            bad.append((tile.place, "cells"))
        height, width = tile.pixels.shape[:2]
        drawn = cv2.resize(pixels, (width, height), interpolation=cv2.INTER_LINEAR)
        if np.abs(drawn.astype(int) - tile.pixels).mean() > 8:
            bad.append((tile.place, "pixels"))
    return bad


async def test_kitty_pictures_are_what_the_cells_show(make_app, ready, until, screen):
    async with _app(make_app, Graphics.KITTY).run_test(size=SIZE) as pilot:
        app = await ready(pilot)
        await _quiet(until, pilot, app)
        assert _kitty_errors(app, screen) == []
        await pilot.press("c", *"red", "enter", "enter", *"llljj", "v", "v")
        await until(pilot, lambda: app.canvas.frame.request.view is app.canvas.view)
        await _quiet(until, pilot, app)
        assert _kitty_errors(app, screen) == []


async def test_the_kitty_cursor_is_a_picture_that_hides_under_others(
    make_app, ready, until, screen
):
    async with _app(make_app, Graphics.KITTY).run_test(size=SIZE) as pilot:
        app = await ready(pilot)
        await _quiet(until, pilot, app)

        def cross():
            request = app.canvas.frame.request
            dot = request.viewport.to_canvas(*app.document.cursor)
            x, y = request.panes.corners[0]
            left, top = app.canvas.region.offset
            return (left + x + dot[0] - 1, top + y + dot[1] // 2 - 1)

        assert screen.placed[71] == cross()
        count = screen.transmitted
        await pilot.press("l", "l", "j")
        assert screen.placed[71] == cross()
        assert screen.transmitted == count
        await pilot.press("question_mark")
        await pilot.pause(0.1)
        assert not screen.placed
        await pilot.press("escape")
        await until(pilot, lambda: screen.placed.get(71) == cross())


async def test_kitty_pictures_do_not_pile_up(make_app, ready, until, screen):
    async with _app(make_app, Graphics.KITTY).run_test(size=(60, 20)) as pilot:
        app = await ready(pilot)
        await _quiet(until, pilot, app)
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
        await pilot.pause(0.1)
        assert screen.transmitted > 200 * tiles
        assert most <= 3 * tiles + 3
        assert len(screen.images) == tiles + 3
        await pilot.press("q")
    assert screen.images == {}


@pytest.mark.parametrize("graphics", list(Graphics))
async def test_low_bandwidth_takes_half_the_bytes(make_app, ready, until, monkeypatch, graphics):
    sent = []
    monkeypatch.setattr(HeadlessDriver, "write", lambda _, data: sent.append(len(data.encode())))
    async with _app(make_app, graphics).run_test(size=SIZE) as pilot:
        app = await ready(pilot)
        await _quiet(until, pilot, app)
        random = np.random.default_rng(1)
        colors = random.integers(30, 220, (6, 8, 3)).astype(np.float32)

        def photo(size, region):
            smooth = cv2.resize(colors, size, interpolation=cv2.INTER_CUBIC)
            grain = random.normal(0, 12, (*smooth.shape[:2], 1))
            return np.clip(smooth + grain, 0, 255).astype(np.uint8)

        sizes = []
        for low in (False, True):
            app.canvas.low_bandwidth = low
            await until(
                pilot, lambda low=low: (app.canvas.frame.request.detail is Detail.FRUGAL) is low
            )
            await pilot.pause(0.05)
            sent.clear()
            *_, frame = make_frames(app.canvas.frame.request, photo, None, app.painter, None)
            app.canvas.show(frame)
            await pilot.pause(0.1)
            sizes.append(sum(sent))
        cells = sum(tile.place[2] * tile.place[3] for tile in frame.tiles.values())
        # Half of the bytes that a picture of 100 x 40 cells may take.
        bars = {Graphics.HALFCELL: 20.6 * cells, Graphics.SIXEL: 77.5 * cells}
        assert sizes[1] < bars.get(graphics, 100_000)
        assert sizes[1] < sizes[0]


async def test_kitty_pictures_stay_below_a_dialogue(make_app, ready, until, screen):
    async with _app(make_app, Graphics.KITTY).run_test(size=SIZE) as pilot:
        app = await ready(pilot)
        await _quiet(until, pilot, app)
        numbers = {tile.key for tile in app.canvas.frame.tiles.values()}
        before = screen.transmitted
        for key in ("question_mark", "ctrl+p"):
            await pilot.press(key)
            await until(pilot, lambda: not app.canvas.screen.is_active)
            await pilot.pause(0.1)
            shown = {codes for text, codes in screen.cells.values() if text[0] == "\U0010eeee"}
            wanted = {f"38;2;{n >> 16};{n >> 8 & 255};{n & 255}" for n in numbers}
            assert shown
            assert shown <= wanted
            assert numbers <= screen.images.keys()
            await pilot.press("escape")
            await until(pilot, lambda: app.canvas.screen.is_active)
            await pilot.pause(0.05)
            assert _kitty_errors(app, screen) == []
        assert screen.transmitted == before


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


async def test_sixel_tiles_are_drawn_once_when_they_all_move(
    make_app, ready, until, screen, monkeypatch
):
    put = []
    monkeypatch.setattr(
        SixelPainter, "put", lambda _, tile: put.append((tile.place, tile.detail)) or tile.data
    )
    async with _app(make_app, Graphics.SIXEL).run_test(size=SIZE) as pilot:
        app = await ready(pilot)
        await _quiet(until, pilot, app)
        put.clear()
        monkeypatch.setattr("tui_colorize.tui.canvas.widget._FAST", 0.0)  # no frugal frame before
        app.canvas.set_view(app.canvas.view.next)
        await until(pilot, lambda: app.canvas.frame.request.view is app.canvas.view)
        await _quiet(until, pilot, app)
        assert put
        assert len(put) == len(set(put))
        assert _sixel_errors(app, screen) == []
