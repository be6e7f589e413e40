"""The whole film in two rows: shots and hinted frames, and where hints are followed or lost."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import TYPE_CHECKING

from rich.segment import Segment
from rich.style import Style
from textual.events import MouseDown, MouseMove, MouseUp
from textual.strip import Strip
from textual.widget import Widget

from tui_colorize.tui.messages import TimelineClicked
from tui_colorize.tui.theme import Shades, shades

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

_HINTED, _HERE = "◆", "┃"
_SEEN, _LOST = "━", "╍"
_MARGIN = 1  # columns at either end


class Timeline(Widget):
    """Frames from left to right; a click or a drag goes to one."""

    ALLOW_SELECT = False

    def __init__(self, id: str | None = None) -> None:
        super().__init__(id=id)
        self._frames, self._frame = 1, 0
        self._hinted: Collection[int] = ()
        self._starts: Sequence[int] = (0,)
        self._states: tuple[NDArray[np.uint8], NDArray[np.uint8]] | None = None
        self._grabbed = False

    def show(self, frame: int, frames: int, hinted: Collection[int]) -> None:
        """Show these hinted frames and the one that is on show, out of so many."""
        if (frame, frames, hinted) != (self._frame, self._frames, self._hinted):
            self._frame, self._frames, self._hinted = frame, frames, hinted
            self.refresh()

    def show_tracks(
        self, starts: Sequence[int], seen: NDArray[np.uint8], lost: NDArray[np.uint8]
    ) -> None:
        """starts: of the shots. seen, lost: (frames,), 1 where hints are followed, are lost."""
        self._starts, self._states = starts, (seen, lost)
        self.refresh()

    # Between columns and frames.

    @property
    def _columns(self) -> int:
        return max(1, self.size.width - 2 * _MARGIN)

    def _column(self, frame: int) -> int:
        return frame * self._columns // self._frames

    def _frames_of(self, column: int) -> range:
        """The frames of a column; where there are more columns than frames, the one it is in."""
        first = -(-column * self._frames // self._columns)
        end = -(-(column + 1) * self._frames // self._columns)
        return range(first, end) if end > first else range(first - 1, first)

    # Drawing.

    def render_line(self, y: int) -> Strip:
        ink = shades(self.app)
        cells = self._shots(ink) if y == 0 else self._followed(ink)
        ground = Segment(" " * _MARGIN, Style(bgcolor=ink.ground))
        return Strip([ground, *cells, ground]).adjust_cell_length(self.size.width)

    def _shots(self, ink: Shades) -> list[Segment]:
        papers = (ink.panel, ink.raised)
        here = self._column(self._frame)
        hinted = {self._column(frame) for frame in self._hinted}
        shots = {self._column(start): number for number, start in enumerate(self._starts)}
        cells, shot = [], 0
        for column in range(self._columns):
            shot = shots.get(column, shot)
            paper = papers[shot % 2]
            if column == here:
                glyph = _HINTED if self._frame in self._hinted else _HERE
                cells.append(Segment(glyph, Style(color=ink.on_accent, bgcolor=ink.accent)))
            elif column in hinted:
                cells.append(Segment(_HINTED, Style(color=ink.text, bgcolor=paper)))
            else:
                cells.append(Segment(" ", Style(bgcolor=paper)))
        return cells

    def _followed(self, ink: Shades) -> list[Segment]:
        if self._states is None:
            return []
        seen, lost = self._states
        cells = []
        for column in range(self._columns):
            frames = self._frames_of(column)
            part = slice(frames.start, frames.stop)
            if lost[part].any():  # an alarm only where there is none left to go by
                color = ink.dim if seen[part].any() else ink.error
                cells.append(Segment(_LOST, Style(color=color, bgcolor=ink.ground)))
            elif seen[part].any():
                cells.append(Segment(_SEEN, Style(color=ink.dim, bgcolor=ink.ground)))
            else:
                cells.append(Segment(" ", Style(bgcolor=ink.ground)))
        return cells

    # The mouse.

    def on_mouse_down(self, event: MouseDown) -> None:
        if event.button == 1:
            self._grabbed = True
            self.capture_mouse()
            self._go(event.screen_x)

    def on_mouse_move(self, event: MouseMove) -> None:
        if self._grabbed:
            self._go(event.screen_x)

    def on_mouse_up(self, event: MouseUp) -> None:
        self._grabbed = False
        self.release_mouse()

    def _go(self, screen_x: float) -> None:
        column = int(screen_x) - self.region.x - _MARGIN
        frames = self._frames_of(max(0, min(self._columns - 1, column)))
        if self._frame not in frames:
            self.post_message(TimelineClicked(frames.start))
