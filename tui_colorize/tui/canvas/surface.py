"""What the canvas has on the screen: cells, and the tiles of the picture on their way to it."""

from __future__ import annotations

import sys
from collections import deque
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, cast

from rich.segment import Segment
from rich.style import Style
from textual.errors import NoWidget
from textual.filter import ANSIToTruecolor
from textual.geometry import Region
from textual.strip import Strip
from textual.timer import Timer
from textual.widget import Widget

from tui_colorize.tui.canvas.frame import Frame
from tui_colorize.tui.canvas.marks import Marks
from tui_colorize.tui.canvas.painter import HOLE, Ground, Painter, Place, Tile

if TYPE_CHECKING:
    from tui_colorize.tui.canvas.display import Display
    from tui_colorize.tui.screenful import Span

_TURN = 0.015  # seconds between two looks whether there is room on the link
_AT_ONCE = 4000  # cells; to draw more of them would hold keys up
_MENDED = 500  # of them in the time that it takes to draw a part of a tile


class Surface(Widget):
    """Shows tiles with marks on them, or words where there is no frame.

    Lives in an app that is a Display.
    """

    ALLOW_SELECT = False

    def __init__(self, painter: Painter, id: str | None = None) -> None:
        super().__init__(id=id)
        self.painter = painter
        self.frame: Frame | None = None
        self._ground = Ground()
        self._blank, self._hole = (Segment(text, self._ground.style) for text in (" ", HOLE))
        self._placeholder = ""
        self._grid: list[list[Segment]] = []
        self._strips: dict[int, Strip] = {}
        self._shown: dict[Place, Tile] = {}
        self._waiting: deque[Tile] = deque()
        self._put_cells = 0  # since something was drawn
        self._undrawn: set[Place] = set()
        self._gone: list[Tile] = []
        self._spare: dict[Place, Tile] = {}  # what was shown before
        self._keeps_spare = False  # it will be shown again soon
        self._marks: Marks = {}
        self._turn: Timer | None = None

    @property
    def _host(self) -> Display:
        return cast("Display", self.app)

    def point(self) -> None:
        """Have the painter's own pointer, if it has one, where the cursor is."""
        raise NotImplementedError

    def stand_on(self, ground: Ground) -> None:
        """Have this around the picture."""
        before, self._ground = self._blank, ground
        self._blank, self._hole = (Segment(text, ground.style) for text in (" ", HOLE))
        self._grid = [
            [self._blank if cell is before else cell for cell in row] for row in self._grid
        ]
        self._strips.clear()
        self.refresh()

    def say(self, text: str) -> None:
        """Words in the middle of an empty canvas."""
        self._placeholder = text
        if self.frame is None:
            self._clear()

    def keep_spare(self, wanted: bool) -> None:
        """Whether what is replaced stays with the terminal, since it will be shown again soon."""
        self._keeps_spare = wanted
        self._gone += self._spare.values()
        self._spare.clear()

    def _show_tiles(self, tiles: dict[Place, Tile]) -> None:
        """Show these and no others: what differs is sent, as the link has room for it; what has
        not been sent of earlier ones is dropped."""
        for place in [place for place in self._shown if place not in tiles]:
            self._gone.append(self._shown.pop(place))
            self._fill(place, [[self._blank] * place[2]] * place[3])
        again = {tile.place for tile in self._waiting}  # or what something lay over
        self._waiting = deque(
            tile
            for place, tile in tiles.items()
            if place in again or self._shown.get(place) is not tile
        )
        self.go_on()

    def _show_marks(self, marks: Marks) -> None:
        """Show these and no others; only the cells that change are sent."""
        old, self._marks = self._marks, marks
        self._renew(
            cell for cell in old.keys() | marks.keys() if old.get(cell) is not marks.get(cell)
        )

    # How it gets to the terminal.

    def go_on(self) -> None:
        """Send as much of what waits as there is room for."""
        room = sys.maxsize if self.app.is_headless else self._host.link.room
        while self._waiting and room > 0 and self._put_cells < _AT_ONCE and not self._host.backlog:
            tile = self._waiting.popleft()
            self._put(tile)
            room -= tile.cost
            self._put_cells += tile.place[2] * tile.place[3]
        if self._waiting and self._turn is None:
            self._turn = self.set_timer(_TURN, self._next_turn)

    def _next_turn(self) -> None:
        self._turn = None
        self._put_cells = 0
        self.go_on()

    @property
    def complete(self) -> bool:
        """Whether the whole frame is on its way."""
        return not self._waiting

    def _put(self, tile: Tile) -> None:
        old = self._shown.get(tile.place)
        self._shown[tile.place] = tile
        if old is not None and old is not tile:
            if self._keeps_spare:
                self._spare[tile.place], old = old, self._spare.get(tile.place, tile)
            if old is not tile:
                self._gone.append(old)
        if self.painter.mends:
            self._draw(tile)
            if old is None:
                self._fill(tile.place, [[self._hole] * tile.place[2]] * tile.place[3])
        else:
            self._host.send(self.painter.put(tile))
            self._fill(tile.place, tile.cells)

    def _draw(self, tile: Tile) -> None:
        """Draw a tile over its cells, as far as those are on the screen and nothing covers them."""
        left, top, columns, rows = tile.place
        free = self._holes((y, left, left + columns) for y in range(top, top + rows))
        if not free:
            return  # they will be written, and the tile drawn then
        cells = {(x, y) for y in range(top, top + rows) for x in range(left, left + columns)}
        if not all(self._on_top(cell) for cell in cells - free):
            self._mend(tile, free)
            return
        if not cells - free <= self._marks.keys():
            self._undrawn.add(tile.place)  # what is written soon would erase a part of it
            return
        text = self._goto(tile.place) + self.painter.put(tile)
        x, y = self.region.offset
        again = self._host.screenful.again((x + cell[0], y + cell[1]) for cell in cells - free)
        self._host.send(text + again)

    def _mend(self, tile: Tile, cells: set[tuple[int, int]]) -> None:
        """Draw these cells of a tile, which were written over."""
        self._put_cells += _MENDED
        text = ""
        for place in _rectangles(cells):
            text += self._goto(place) + self.painter.mend(tile, place)
        self._host.send(text)

    def drawn_over(self, spans: list[Span]) -> None:
        """Something was written there: pictures have to be drawn again where they should be seen,
        and those that nothing refers to any more can go."""
        self._put_cells = 0
        offset = self.region.offset
        written: dict[int, list[tuple[int, int]]] = {}
        for row, x0, x1 in spans:
            written.setdefault(row - offset.y, []).append((x0 - offset.x, x1 - offset.x))
        if self._gone:
            hidden = not (self.display and self.screen.is_current)
            gone, self._gone = self._gone, []
            if not hidden:
                self._gone = [tile for tile in gone if not _touched(tile, written)]
                gone = [tile for tile in gone if _touched(tile, written)]
            self._host.send(self.painter.forget(gone))
        if self.painter.mends and written:
            # To write that took its time, too.
            self._put_cells = sum(end - first for _, first, end in spans)
            coming = {tile.place for tile in self._waiting}
            for tile in self._shown.values():
                hit = self._holes(_touched(tile, written))
                if not hit:
                    continue
                most = 2 * len(hit) > tile.place[2] * tile.place[3]
                if most or tile.place in self._undrawn or self._put_cells >= _AT_ONCE:
                    self._undrawn.discard(tile.place)
                    if tile.place not in coming:
                        self._waiting.append(tile)
                else:
                    self._mend(tile, hit)
            if not self._waiting:
                self._put_cells = 0
            self.go_on()
        self.point()

    def send_anew(self) -> None:
        """The terminal has lost its pictures."""
        if self.painter.pointer is not None:
            self.painter.pointer.forget()
        self._host.send(self.painter.close())
        self._waiting = deque(self.frame.tiles.values() if self.frame is not None else ())
        self.go_on()

    def free(self) -> None:
        """Free the terminal's memory: the app ends, or somebody else gets the terminal."""
        self._waiting.clear()
        pointer = self.painter.pointer
        self._host.send(self.painter.close() + (pointer.close() if pointer else ""))

    def _goto(self, place: Place) -> str:
        x, y = self.region.offset
        return f"\x1b[{y + place[1] + 1};{x + place[0] + 1}H"

    def _holes(self, spans: Iterable[Span]) -> set[tuple[int, int]]:
        """The cells of these parts of the canvas where the screen has a picture or room for one."""
        left, top = self.region.offset
        columns_of = self._host.screenful.columns_of
        return {
            (x - left, row)
            for row, first, end in spans
            for x in columns_of(HOLE, row + top, first + left, end + left)
        }

    def _on_top(self, cell: tuple[int, int]) -> bool:
        """Whether nothing lies over a cell of the canvas, such as a notification."""
        if self.app.screen is not self.screen:
            return False
        x, y = self.region.offset
        try:
            return self.screen.get_widget_at(cell[0] + x, cell[1] + y)[0] is self
        except NoWidget:
            return False

    # Its cells.

    def render_lines(self, crop: Region) -> list[Strip]:
        """Without the styling that widgets with borders and padding need."""
        lines = [self._line(y) for y in crop.line_range]
        if crop.width == self.size.width:
            return lines
        return [line.crop(*crop.column_span) for line in lines]

    def _line(self, y: int) -> Strip:
        strip = self._strips.get(y)
        if strip is None:
            strip = self._words(y) if self.frame is None else self._picture(y)
            self._strips[y] = strip = filtered(strip, self)
        return strip

    def _picture(self, y: int) -> Strip:
        width = self.size.width
        if y >= len(self._grid):
            return Strip([Segment(" " * width, self._ground.style)], width)
        marks = self._marks
        cells = [marks.get((x, y), cell) for x, cell in enumerate(self._grid[y])]
        return Strip(cells, width)

    def _words(self, y: int) -> Strip:
        width, height = self.size
        lines = self._placeholder.splitlines()
        row = y - (height - len(lines)) // 2
        text = lines[row].center(width) if 0 <= row < len(lines) else ""
        ink = Style(color=self._ground.words)
        return Strip([Segment(text.ljust(width)[:width], self._ground.style + ink)], width)

    def _clear(self) -> None:
        """Nothing but ground."""
        self._gone += self._shown.values()
        self._shown.clear()
        self.keep_spare(self._keeps_spare)
        self._undrawn.clear()
        self._waiting.clear()
        self._marks = {}
        self._grid = [[self._blank] * self.size.width for _ in range(self.size.height)]
        self._strips.clear()
        self.refresh()

    def _fill(self, place: Place, cells: list[list[Segment]]) -> None:
        left, top, columns, rows = place
        for row, line in enumerate(cells, top):
            self._grid[row][left : left + columns] = line
            self._strips.pop(row, None)
        self.refresh(Region(left, top, columns, rows))

    def _renew(self, cells: Iterable[tuple[int, int]]) -> None:
        regions = []
        for column, row in cells:
            self._strips.pop(row, None)
            regions.append(Region(column, row, 1, 1))
        if regions:
            self.refresh(*regions)


def filtered(strip: Strip, widget: Widget) -> Strip:
    """A line of true colours as the app is to show it, without colours maybe."""
    for line_filter in widget.app.get_line_filters():
        if not isinstance(line_filter, ANSIToTruecolor):  # it takes long
            strip = strip.apply_filter(line_filter, widget.background_colors[1])
    return strip


def _touched(tile: Tile, written: Mapping[int, Iterable[tuple[int, int]]]) -> list[Span]:
    """The parts of a tile within what was written: of each row, first columns and ends."""
    left, top, columns, rows = tile.place
    return [
        (row, max(left, x0), min(left + columns, x1))
        for row in range(top, top + rows)
        for x0, x1 in written.get(row, ())
        if x0 < left + columns and x1 > left
    ]


def _rectangles(cells: Iterable[tuple[int, int]]) -> list[Place]:
    """Cells as few places: neighbours of a row, with the same of the rows below."""
    runs: list[Place] = []
    for column, row in sorted(cells, key=lambda cell: cell[::-1]):
        if runs and runs[-1][1] == row and runs[-1][0] + runs[-1][2] == column:
            runs[-1] = (*runs[-1][:2], runs[-1][2] + 1, 1)
        else:
            runs.append((column, row, 1, 1))
    heights: dict[Place, int] = {}
    for column, row, columns, _ in runs:
        above = next(
            (place for place, rows in heights.items() if place == (column, row - rows, columns, 1)),
            (column, row, columns, 1),
        )
        heights[above] = heights.get(above, 0) + 1
    return [(*place[:3], rows) for place, rows in heights.items()]
