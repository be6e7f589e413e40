"""The canvas: shows finished frames with the marks on them, and reports what the mouse does."""

from __future__ import annotations

import sys
import time
from collections import deque
from collections.abc import Iterable
from typing import TYPE_CHECKING, ClassVar, cast

from rich.segment import Segment
from rich.style import Style
from textual.binding import BindingType
from textual.errors import NoWidget
from textual.events import Click, MouseDown, MouseMove, MouseScrollDown, MouseScrollUp, MouseUp, Resize
from textual.geometry import Offset, Region
from textual.strip import Strip
from textual.timer import Timer
from textual.widget import Widget

from tui_colorize.tui.canvas.frame import Frame, FrameRequest
from tui_colorize.tui.canvas.marks import (
    RULER,
    Marks,
    Overlay,
    draw_cursor,
    draw_hints,
    draw_rulers,
)
from tui_colorize.tui.canvas.painter import GROUND_STYLE, HALVES, HOLE, Painter, Place, Tile
from tui_colorize.tui.canvas.panes import Panes, View, arrange
from tui_colorize.tui.canvas.pointer import Spot
from tui_colorize.tui.canvas.viewport import Viewport
from tui_colorize.tui.keys import bindings
from tui_colorize.tui.messages import FrameWanted, PictureClicked, PictureDragged, PictureScrolled

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from tui_colorize.tui.canvas.display import Display
    from tui_colorize.tui.screenful import Span

_BLINK = 0.8  # seconds
_FAST = 0.25  # seconds between two requests from which on they are fast
_REST = 0.3  # seconds after which the fine picture follows
_TURN = 0.03  # seconds between two looks whether there is room on the link
_SEAM_STEP = 0.02  # of the picture's width
_GROUND = Segment(" ", GROUND_STYLE)
_TEXT_STYLE = GROUND_STYLE + Style(color="#8b93a7")


class Canvas(Widget, can_focus=True):
    """The gray and the coloured picture, the cursor and the hints.

    Lives in an app that is a Display.
    """

    ALLOW_SELECT = False
    BINDINGS: ClassVar[list[BindingType]] = [*bindings(on_canvas=True)]
    DEFAULT_CSS = "Canvas { overflow: hidden; }"

    def __init__(self, painter: Painter, id: str | None = None) -> None:
        super().__init__(id=id)
        self.painter = painter
        self.view = View.SIDE_BY_SIDE
        self.viewport: Viewport | None = None
        self.frame: Frame | None = None
        self.overlay = Overlay()
        self._placeholder = ""
        self._grid: list[list[Segment]] = []
        self._strips: dict[int, Strip] = {}
        self._shown: dict[Place, Tile] = {}
        self._waiting: deque[Tile] = deque()
        self._gone: list[Tile] = []
        self._marks: Marks = {}
        self._hint_marks: Marks = {}
        self._hints_of: tuple[object, ...] = ()
        self._tint: NDArray[np.float32] | None = None
        self._seam = 0.5
        self._low_bandwidth = False
        self._coarse = False
        self._asked = 0.0
        self._gray_phase = False
        self._blink: Timer | None = None
        self._rest: Timer | None = None
        self._turn: Timer | None = None
        self._grabbed: tuple[int, int] | None = None
        self._grabbed_seam = False

    def on_mount(self) -> None:
        self._blink = self.set_interval(_BLINK, self._toggle, pause=True)

    def on_resize(self, event: Resize) -> None:
        self.painter.resize(self._host.cell_size)
        self._clear()
        if self.viewport is not None:
            self._fit()
            self.ask()

    @property
    def _host(self) -> Display:
        return cast("Display", self.app)

    # What it shows.

    def start(self, source: tuple[int, int]) -> None:
        """A new picture of that size, whole."""
        self.frame = None
        self._clear()
        self.viewport = Viewport(source, (1, 1))
        self._fit()
        self.ask()

    def say(self, text: str) -> None:
        """Words in the middle of an empty canvas."""
        self._placeholder = text
        if self.frame is None:
            self._clear()

    def set_view(self, view: View) -> None:
        """Show another view of the picture."""
        self.view = view
        self._gray_phase = False
        if self._blink is not None:
            (self._blink.resume if view is View.BLINK else self._blink.pause)()
        if self.viewport is not None:
            self._fit()
            self.ask()

    def look(self, viewport: Viewport) -> None:
        """Show another part of the picture."""
        if viewport != self.viewport:
            self.viewport = viewport
            self.ask()

    def move_seam(self, steps: int) -> None:
        """Move the edge of the split view: to the right, or to the left by a negative number."""
        self._put_seam(self._seam + steps * _SEAM_STEP)

    def _put_seam(self, seam: float) -> None:
        seam = max(0.0, min(1.0, seam))
        if seam != self._seam:
            self._seam = seam
            if self.view is View.SPLIT:
                self.ask()

    def show_overlay(self, tint: NDArray[np.float32] | None) -> None:
        """Tint the coloured picture where the map, (h, w) from 0 to 1, is high; None: nowhere."""
        self._tint = tint
        self.ask()

    @property
    def low_bandwidth(self) -> bool:
        """Whether pictures take at most half the bytes, and look like it."""
        return self._low_bandwidth

    @low_bandwidth.setter
    def low_bandwidth(self, wanted: bool) -> None:
        if wanted != self._low_bandwidth:
            self._low_bandwidth = wanted
            self.ask()

    def ask(self) -> None:
        """Ask for a frame of what is to be seen now: a coarse one while this comes fast."""
        if self.viewport is None or not self.size.width or not self.size.height:
            return
        now = time.monotonic()
        # Cells alone are quick to send; it is pictures that may not keep up.
        self._coarse = self.painter.cell != HALVES and now - self._asked < _FAST
        self._asked = now
        if self._rest is not None:
            self._rest.stop()
        self._rest = self.set_timer(_REST, self._refine) if self._coarse else None
        self._request()

    def _refine(self) -> None:
        self._coarse = False
        self._request()

    def _request(self) -> None:
        assert self.viewport is not None
        request = FrameRequest(
            (self.size.width, self.size.height),
            self._panes(),
            self.view,
            self.viewport,
            self._gray_phase,
            self._seam,
            self.painter.cell,
            self._low_bandwidth or self._coarse,
            self._tint,
        )
        self.post_message(FrameWanted(request))

    def show(self, frame: Frame) -> None:
        """Show a finished frame: only tiles that differ from those on the screen are sent, as the
        link has room for them; what has not been sent of an older frame is dropped."""
        if frame.request.size != tuple(self.size) or frame.request.cell != self.painter.cell:
            return  # another one is on its way
        if self.frame is None:
            self._clear()  # of words
        self.frame = frame
        for place in [place for place in self._shown if place not in frame.tiles]:
            tile = self._shown.pop(place)
            self._gone.append(tile)
            self._fill(place, [[_GROUND] * place[2]] * place[3])
        self._waiting = deque(
            tile for place, tile in frame.tiles.items() if self._shown.get(place) is not tile
        )
        self._remark()
        self.go_on()

    def mark(self, overlay: Overlay) -> None:
        """Move the cursor and the hints; only the cells they leave and enter are sent."""
        self.overlay = overlay
        if self.frame is not None:
            self._remark()

    def _remark(self) -> None:
        assert self.frame is not None
        hints_of = (self.overlay.hints, self.overlay.selected, self.frame.request)
        if hints_of != self._hints_of:
            self._hints_of = hints_of
            self._hint_marks = draw_hints(self.overlay, self.frame)
        marks = self._hint_marks
        if self.painter.pointer is None:
            cursor = draw_cursor(self.overlay, self.frame)
            marks = draw_rulers(self.overlay, self.frame) | cursor | marks
        old, self._marks = self._marks, marks
        self._renew(
            cell for cell in old.keys() | marks.keys() if old.get(cell) is not marks.get(cell)
        )
        self._point()

    # How it gets to the terminal.

    def go_on(self) -> None:
        """Send as much of what waits as there is room for."""
        room = sys.maxsize if self.app.is_headless else self._host.link.room
        while self._waiting and room > 0 and not self._host.backlog:
            tile = self._waiting.popleft()
            self._put(tile)
            room -= tile.cost
        if self._waiting and self._turn is None:
            self._turn = self.set_timer(_TURN, self._next_turn)

    def _next_turn(self) -> None:
        self._turn = None
        self.go_on()

    @property
    def complete(self) -> bool:
        """Whether the whole frame is on its way."""
        return not self._waiting

    def _put(self, tile: Tile) -> None:
        old = self._shown.get(tile.place)
        self._shown[tile.place] = tile
        if old is not None and old is not tile:
            self._gone.append(old)
        if self.painter.mends:
            self._draw(tile)
        else:
            self._host.send(self._goto(tile.place) + self.painter.put(tile))
        if old is None or not self.painter.mends:
            self._fill(tile.place, tile.cells)

    def _draw(self, tile: Tile) -> None:
        """Draw a tile over its cells, as far as those are on the screen and nothing covers them."""
        left, top, columns, rows = tile.place
        cells = {(x, y) for y in range(top, top + rows) for x in range(left, left + columns)}
        free = {cell for cell in cells if self._text_at(cell) == HOLE.text}
        if not free:
            return  # they will be written, and the tile drawn then
        if not all(self._on_top(cell) for cell in cells - free):
            self._mend(tile, free)
            return
        text = self._goto(tile.place) + self.painter.put(tile)
        x, y = self.region.offset
        again = self._host.screenful.again((x + cell[0], y + cell[1]) for cell in cells - free)
        self._host.send(text + again)

    def _mend(self, tile: Tile, cells: set[tuple[int, int]]) -> None:
        """Draw these cells of a tile, which were written over."""
        text = ""
        for place in _runs(cells):
            text += self._goto(place) + self.painter.mend(tile, place)
        self._host.send(text)

    def drawn_over(self, spans: list[Span]) -> None:
        """Something was written there: pictures have to be drawn again where they should be seen,
        and those that nothing refers to any more can go."""
        offset = self.region.offset
        written = [(row - offset.y, x0 - offset.x, x1 - offset.x) for row, x0, x1 in spans]
        if self._gone:
            hidden = not self.display or self.app.screen is not self.screen
            gone = [tile for tile in self._gone if hidden or _touched(tile, written)]
            self._gone = [tile for tile in self._gone if tile not in gone]
            self._host.send(self.painter.forget(gone))
        if self.painter.mends and written:
            coming = {tile.place for tile in self._waiting}
            for tile in self._shown.values():
                left, top, columns, rows = tile.place
                hit = {
                    (x, row)
                    for row, x0, x1 in written
                    if top <= row < top + rows
                    for x in range(max(left, x0), min(left + columns, x1))
                    if self._text_at((x, row)) == HOLE.text
                }
                if 2 * len(hit) > columns * rows:
                    if tile.place not in coming:
                        self._waiting.append(tile)
                elif hit:
                    self._mend(tile, hit)
            self.go_on()
        self._point()

    def send_anew(self) -> None:
        """The terminal has lost its pictures."""
        if self.painter.pointer is not None:
            self.painter.pointer.forget()
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

    def _text_at(self, cell: tuple[int, int]) -> str:
        """What stands on the screen in a cell of the canvas."""
        x, y = self.region.offset
        return self._host.screenful.text_at(cell[0] + x, cell[1] + y)

    def _on_top(self, cell: tuple[int, int]) -> bool:
        """Whether nothing lies over a cell of the canvas, such as a notification."""
        if self.app.screen is not self.screen:
            return False
        x, y = self.region.offset
        try:
            return self.screen.get_widget_at(cell[0] + x, cell[1] + y)[0] is self
        except NoWidget:
            return False

    def _point(self) -> None:
        """Have the painter's own pointer, if it has one, where the cursor is."""
        if self.painter.pointer is not None:
            self._host.send(self.painter.pointer.show(self._spot()))

    def _spot(self) -> Spot | None:
        if self.frame is None or not self.display or self.app.screen is not self.screen:
            return None
        request = self.frame.request
        dot = request.viewport.to_canvas(*self.overlay.cursor)
        if dot is None:
            return None
        (x, y), *others = request.panes.corners
        corner = (self.region.x + x, self.region.y + y)
        cell = (corner[0] + dot[0], corner[1] + dot[1] // 2)
        if not self._on_top((x + dot[0], y + dot[1] // 2)):
            return None
        away = tuple((other_x - x, other_y - y) for other_x, other_y in others)
        return Spot(corner, cell, dot[1] % 2, away, request.cell, self.overlay.brush)

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
            for line_filter in self.app.get_line_filters():
                strip = strip.apply_filter(line_filter, self.background_colors[1])
            self._strips[y] = strip
        return strip

    def _picture(self, y: int) -> Strip:
        width = self.size.width
        if y >= len(self._grid):
            return Strip([Segment(" " * width, GROUND_STYLE)], width)
        marks = self._marks
        cells = [marks.get((x, y), cell) for x, cell in enumerate(self._grid[y])]
        return Strip(cells, width)

    def _words(self, y: int) -> Strip:
        width, height = self.size
        lines = self._placeholder.splitlines()
        row = y - (height - len(lines)) // 2
        text = lines[row].center(width) if 0 <= row < len(lines) else ""
        return Strip([Segment(text.ljust(width)[:width], _TEXT_STYLE)], width)

    def _clear(self) -> None:
        """Nothing but ground."""
        self._gone += self._shown.values()
        self._shown.clear()
        self._waiting.clear()
        self._marks = {}
        self._hints_of = ()
        self._grid = [[_GROUND] * self.size.width for _ in range(self.size.height)]
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

    # Its panes.

    def _panes(self) -> Panes:
        source = self.viewport.source if self.viewport else (1, 1)
        width, height = self.size.width - RULER, self.size.height - RULER
        return arrange(self.view, source, width, height).moved(RULER, RULER)

    def _fit(self) -> None:
        """Let the window fit its pane."""
        assert self.viewport is not None
        panes, (width, height) = self._panes(), self.painter.cell
        pane = panes.width, panes.height * 2
        aspect = height / 2 / width
        self.viewport = self.viewport.resized(pane, aspect, *self.overlay.cursor)

    def _toggle(self) -> None:
        if self.complete:  # over a slow link a picture takes longer
            self._gray_phase = not self._gray_phase
            self._request()

    # What the mouse does.

    def _source_at(self, screen: Offset) -> tuple[int, int] | None:
        """The source pixel under a place of the screen; None beside the pictures."""
        if self.frame is None:
            return None
        request = self.frame.request
        place = screen - self.region.offset
        within = request.panes.at(place.x, place.y)
        if within is None:
            return None
        viewport = request.viewport
        return viewport.to_source(within[0], within[1] * 2) or viewport.to_source(
            within[0], within[1] * 2 + 1
        )

    def _seam_at(self, screen: Offset) -> float | None:
        """Where the seam is if it is taken there, as a part of the picture's width."""
        if self.frame is None or self.frame.request.view is not View.SPLIT:
            return None
        request = self.frame.request
        start = self.region.x + request.panes.corners[0][0] + request.viewport.offset[0]
        return (screen.x - start) / request.viewport.size[0]

    def on_mouse_down(self, event: MouseDown) -> None:
        self.focus()
        place = self._source_at(event.screen_offset)
        if event.button != 1 or place is None:
            return
        at = self._seam_at(event.screen_offset)
        if at is not None and self.frame is not None:
            request = self.frame.request
            self._grabbed_seam = abs(at * request.viewport.size[0] - request.seam_dot) < 1
        self._grabbed = place
        self.capture_mouse()

    def on_mouse_move(self, event: MouseMove) -> None:
        if self._grabbed is None:
            return
        if self._grabbed_seam:
            self._put_seam(self._seam_at(event.screen_offset) or 0.0)
            return
        place = self._source_at(event.screen_offset)
        if place is not None and place != self._grabbed:
            self.post_message(PictureDragged(self._grabbed, place, done=False))

    def on_mouse_up(self, event: MouseUp) -> None:
        grabbed, self._grabbed = self._grabbed, None
        seam, self._grabbed_seam = self._grabbed_seam, False
        self.release_mouse()
        place = self._source_at(event.screen_offset)
        if not seam and grabbed is not None and place is not None and place != grabbed:
            self.post_message(PictureDragged(grabbed, place, done=True))

    def on_click(self, event: Click) -> None:
        place = self._source_at(event.screen_offset)
        if place is not None:
            self.post_message(PictureClicked(*place, double=event.chain == 2))

    def on_mouse_scroll_up(self, event: MouseScrollUp) -> None:
        self._scroll(event.screen_offset, 1)

    def on_mouse_scroll_down(self, event: MouseScrollDown) -> None:
        self._scroll(event.screen_offset, -1)

    def _scroll(self, screen: Offset, step: int) -> None:
        place = self._source_at(screen)
        if place is not None:
            self.post_message(PictureScrolled(*place, step))


def _touched(tile: Tile, spans: Iterable[Span]) -> bool:
    left, top, columns, rows = tile.place
    return any(
        top <= row < top + rows and x0 < left + columns and x1 > left for row, x0, x1 in spans
    )


def _runs(cells: Iterable[tuple[int, int]]) -> list[Place]:
    """Cells as places of one row each."""
    runs: list[Place] = []
    for column, row in sorted(cells, key=lambda cell: cell[::-1]):
        if runs and runs[-1][1] == row and runs[-1][0] + runs[-1][2] == column:
            runs[-1] = (*runs[-1][:2], runs[-1][2] + 1, 1)
        else:
            runs.append((column, row, 1, 1))
    return runs
