"""The canvas: shows finished frames with the marks on them, and reports what the mouse does."""

from __future__ import annotations

from typing import ClassVar

from rich.segment import Segment
from rich.style import Style
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.events import Click, MouseDown, MouseMove, MouseUp, Resize
from textual.geometry import Offset, Region
from textual.strip import Strip
from textual.timer import Timer
from textual.widget import Widget

from tui_colorize.tui.canvas.frame import GROUND, Frame, FrameRequest
from tui_colorize.tui.canvas.marks import Marks, Overlay, draw
from tui_colorize.tui.canvas.panes import Panes, View, arrange
from tui_colorize.tui.canvas.viewport import Viewport
from tui_colorize.tui.keys import bindings
from tui_colorize.tui.messages import FrameWanted, PictureClicked, PictureDragged

_TILE = 8  # columns
_BLINK = 0.8  # seconds
_GROUND_STYLE = Style(bgcolor="#{:02x}{:02x}{:02x}".format(*GROUND))
_TEXT_STYLE = _GROUND_STYLE + Style(color="#8b93a7")


class Tile(Widget):
    """A few columns of the canvas.

    Textual sends a change in a line from the left edge of its widget on, so a widget as wide as
    the picture would send half a line for every step of the cursor.
    """

    ALLOW_SELECT = False
    DEFAULT_CSS = f"Tile {{ width: {_TILE}; height: 100%; }}"

    def __init__(self, canvas: Canvas, start: int) -> None:
        super().__init__()
        self._canvas = canvas
        self._start = start
        self._strips: dict[int, Strip] = {}

    def renew(self, *regions: Region) -> None:
        """Draw these regions anew, one row each, or all of it."""
        if regions:
            for region in regions:
                self._strips.pop(region.y, None)
        else:
            self._strips.clear()
        self.refresh(*regions)

    def render_lines(self, crop: Region) -> list[Strip]:
        """All rows at once, without the styling that widgets with borders and padding need.

        Textual renders every widget between two changed ones, and there are many tiles.
        """
        return [
            self._line(y) if crop.width == _TILE else self._line(y).crop(*crop.column_span)
            for y in crop.line_range
        ]

    def _line(self, y: int) -> Strip:
        strip = self._strips.get(y)
        if strip is None:
            strip = self._canvas.line(y, self._start, self._start + _TILE)
            for line_filter in self.app.get_line_filters():
                strip = strip.apply_filter(line_filter, self.background_colors[1])
            self._strips[y] = strip
        return strip


class Canvas(Widget, can_focus=True):
    """The gray and the coloured picture, the cursor and the hints."""

    ALLOW_SELECT = False
    BINDINGS: ClassVar[list[BindingType]] = [*bindings(on_canvas=True)]
    DEFAULT_CSS = "Canvas { layout: horizontal; overflow: hidden; }"

    def __init__(self, id: str | None = None) -> None:
        super().__init__(id=id)
        self.view = View.SIDE_BY_SIDE
        self.viewport: Viewport | None = None
        self.frame: Frame | None = None
        self.overlay = Overlay()
        self._placeholder = ""
        self._marks: Marks = {}
        self._tiles: list[Tile] = []
        self._gray_phase = False
        self._blink: Timer | None = None
        self._grabbed: tuple[int, int] | None = None

    def compose(self) -> ComposeResult:
        self._tiles = [Tile(self, start) for start in range(0, self.app.size.width, _TILE)]
        yield from self._tiles

    def on_mount(self) -> None:
        self._blink = self.set_interval(_BLINK, self._toggle, pause=True)

    def on_resize(self, event: Resize) -> None:
        missing = range(len(self._tiles) * _TILE, event.size.width, _TILE)
        tiles = [Tile(self, start) for start in missing]
        if tiles:
            self._tiles += tiles
            self.mount(*tiles)
        self._refresh_all()
        if self.viewport is not None:
            self.viewport = self.viewport.resized(self._pane(self._panes()), *self.overlay.cursor)
            self.ask()

    # What it shows.

    def start(self, source: tuple[int, int]) -> None:
        """A new picture of that size, whole."""
        self.frame = None
        self._marks = {}
        self.viewport = Viewport(source, (1, 1))
        self.viewport = Viewport(source, self._pane(self._panes()))
        self._refresh_all()
        self.ask()

    def say(self, text: str) -> None:
        """Words in the middle of an empty canvas."""
        self._placeholder = text
        if self.frame is None:
            self._refresh_all()

    def set_view(self, view: View) -> None:
        """Show another view of the picture."""
        self.view = view
        self._gray_phase = False
        if self._blink is not None:
            (self._blink.resume if view is View.BLINK else self._blink.pause)()
        if self.viewport is not None:
            self.viewport = self.viewport.resized(self._pane(self._panes()), *self.overlay.cursor)
            self.ask()

    def look(self, viewport: Viewport) -> None:
        """Show another part of the picture."""
        if viewport != self.viewport:
            self.viewport = viewport
            self.ask()

    def ask(self) -> None:
        """Ask for a frame of what is to be seen now."""
        if self.viewport is not None and self.size.width and self.size.height:
            size = (self.size.width, self.size.height)
            self.post_message(
                FrameWanted(
                    FrameRequest(size, self._panes(), self.view, self.viewport, self._gray_phase)
                )
            )

    def show(self, frame: Frame) -> None:
        """Show a finished frame: only cells that differ from those on the screen are sent."""
        old, self.frame = self.frame, frame
        self._marks, marks = draw(self.overlay, frame), self._marks
        if old is None or old.request.size != frame.request.size:
            self._refresh_all()
            return
        changed = marks.keys() ^ self._marks.keys()
        changed |= {place for place, mark in self._marks.items() if marks.get(place) != mark}
        for row, (before, after) in enumerate(zip(old.cells, frame.cells, strict=True)):
            if before is not after:
                for start, tile in enumerate(self._tiles[: -(-len(after) // _TILE)]):
                    span = slice(start * _TILE, (start + 1) * _TILE)
                    columns = [
                        column
                        for column, (one, other) in enumerate(
                            zip(before[span], after[span], strict=True)
                        )
                        if one is not other
                    ]
                    if columns:
                        tile.renew(Region(columns[0], row, columns[-1] - columns[0] + 1, 1))
        self._refresh_cells(changed)

    def mark(self, overlay: Overlay) -> None:
        """Move the cursor and the hints; only the cells they leave and enter are sent."""
        self.overlay = overlay
        if self.frame is None:
            return
        old, self._marks = self._marks, draw(overlay, self.frame)
        self._refresh_cells(
            {
                place
                for place in old.keys() | self._marks.keys()
                if old.get(place) != self._marks.get(place)
            }
        )

    def line(self, y: int, start: int, end: int) -> Strip:
        """The cells of a tile."""
        width = end - start
        if self.frame is None or y >= len(self.frame.cells):
            return self._words(y).crop(start, end)
        cells = self.frame.cells[y][start:end]
        marks = self._marks
        if marks:
            cells = [marks.get((start + place, y), cell) for place, cell in enumerate(cells)]
        if len(cells) < width:
            cells = [*cells, Segment(" " * (width - len(cells)), _GROUND_STYLE)]
        return Strip(cells, width)

    def _words(self, y: int) -> Strip:
        width, height = max(1, len(self._tiles) * _TILE), self.size.height
        lines = self._placeholder.splitlines() if self.frame is None else []
        row = y - (height - len(lines)) // 2
        text = lines[row].center(self.size.width) if 0 <= row < len(lines) else ""
        return Strip([Segment(text.ljust(width)[:width], _TEXT_STYLE)], width)

    def _refresh_all(self) -> None:
        for tile in self._tiles:
            tile.renew()

    def _refresh_cells(self, places: set[tuple[int, int]]) -> None:
        for column, row in places:
            index, within = divmod(column, _TILE)
            if index < len(self._tiles):
                self._tiles[index].renew(Region(within, row, 1, 1))

    def _panes(self) -> Panes:
        source = self.viewport.source if self.viewport else (1, 1)
        return arrange(self.view, source, self.size.width, self.size.height)

    def _pane(self, panes: Panes) -> tuple[int, int]:
        return panes.width, panes.height * 2

    def _toggle(self) -> None:
        self._gray_phase = not self._gray_phase
        self.ask()

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

    def on_mouse_down(self, event: MouseDown) -> None:
        self.focus()
        place = self._source_at(event.screen_offset)
        if event.button == 1 and place is not None:
            self._grabbed = place
            self.capture_mouse()

    def on_mouse_move(self, event: MouseMove) -> None:
        if self._grabbed is None:
            return
        place = self._source_at(event.screen_offset)
        if place is not None and place != self._grabbed:
            self.post_message(PictureDragged(self._grabbed, place, done=False))

    def on_mouse_up(self, event: MouseUp) -> None:
        grabbed, self._grabbed = self._grabbed, None
        self.release_mouse()
        place = self._source_at(event.screen_offset)
        if grabbed is not None and place is not None and place != grabbed:
            self.post_message(PictureDragged(grabbed, place, done=True))

    def on_click(self, event: Click) -> None:
        place = self._source_at(event.screen_offset)
        if place is not None:
            self.post_message(PictureClicked(*place, double=event.chain == 2))
