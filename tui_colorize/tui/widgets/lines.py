"""Lines that are drawn already."""

from __future__ import annotations

from textual.geometry import Region
from textual.strip import Strip
from textual.widget import Widget

from tui_colorize.tui.canvas.surface import filtered


class Lines(Widget):
    """Shows lines as they are: to wrap, measure and style them like the text of other widgets takes
    longer than keys may wait."""

    ALLOW_SELECT = False

    def __init__(self, id: str | None = None) -> None:
        super().__init__(id=id)
        self._lines: list[Strip] = []

    def show(self, lines: list[Strip]) -> None:
        """Show these lines and no others, from the top."""
        self._lines = [filtered(line, self) for line in lines]
        self.refresh()

    def render_lines(self, crop: Region) -> list[Strip]:
        style = self.rich_style
        lines = [self._lines[y : y + 1] for y in crop.line_range]
        return [
            Strip.join(line).adjust_cell_length(self.size.width, style).crop(*crop.column_span)
            for line in lines
        ]
