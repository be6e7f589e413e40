"""The top line: the file and where in it the cursor is."""

from __future__ import annotations

from rich.text import Text
from textual.app import ComposeResult
from textual.containers import Horizontal
from textual.widgets import Static

from tui_colorize.tui.theme import shades

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

    def on_mount(self) -> None:
        self.app.theme_changed_signal.subscribe(self, lambda _: self._show())

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
        wide, ink = self.size.width >= _WIDE, shades(self.app)
        self.set_class(not wide, "-narrow")
        name = Text(" ")
        if wide or not self._picture:
            name.append("tui-colorize", f"bold {ink.accent}")
            name.append(" │ " if self._picture else "", ink.faint)
        name.append(self._picture, ink.text)
        where, how = self._shown
        place = Text(where, style=ink.text)
        place.append(f"  {how} " if wide and how else " ", ink.dim)
        for widget, text in ((self._file, name), (self._place, place)):
            # Static sends itself anew with every update, changed or not.
            if self._sent.get(widget) != text.markup:
                self._sent[widget] = text.markup
                widget.update(text, layout=False)
