"""The top line: the file and where in it the cursor is."""

from __future__ import annotations

from rich.text import Text
from textual.app import ComposeResult
from textual.containers import Horizontal
from textual.widgets import Static

_WIDE = 60  # columns


class TitleBar(Horizontal):
    """The file's name at the left; place, zoom and view at the right.

    Two widgets, so that a step of the cursor sends only the right one.
    """

    def __init__(self, id: str | None = None) -> None:
        super().__init__(id=id)
        self._file = Static(markup=False, id="name")
        self._place = Static(markup=False, id="place")
        self._picture = ""
        self._shown = ("", "")
        self._sent: dict[Static, str] = {}

    def compose(self) -> ComposeResult:
        yield self._file
        yield self._place

    def on_resize(self) -> None:
        self._show()

    def name_picture(self, name: str) -> None:
        """name: safe to show."""
        self._picture = name
        self._show()

    def place(self, where: str, how: str) -> None:
        """where: cursor and lightness. how: zoom and view."""
        if (where, how) != self._shown:
            self._shown = (where, how)
            self._show()

    def _show(self) -> None:
        """On a narrow terminal only the picture's name and the place of the cursor."""
        wide = self.size.width >= _WIDE
        self.set_class(not wide, "-narrow")
        name = Text(" ")
        if wide or not self._picture:
            name.append("tui-colorize", "bold #e8b86d")
            name.append(" │ " if self._picture else "", "#3a4152")
        name.append(self._picture, "#c9d1e0")
        where, how = self._shown
        place = Text(where, style="#c9d1e0")
        place.append(f"  {how} " if wide and how else " ", "#6b7489")
        for widget, text in ((self._file, name), (self._place, place)):
            # Static sends itself anew with every update, changed or not.
            if self._sent.get(widget) != text.markup:
                self._sent[widget] = text.markup
                widget.update(text, layout=False)
