"""A question that is answered with yes or no."""

from __future__ import annotations

from typing import ClassVar

from rich.text import Text
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.screen import ModalScreen
from textual.widgets import Static

from tui_colorize.tui.glass import Glass
from tui_colorize.tui.theme import shades


class Question(Glass, ModalScreen[bool]):
    """Answers whether it was yes. text: safe to show."""

    BINDINGS: ClassVar[list[BindingType]] = [
        ("y,Y", "dismiss(True)", "yes"),
        ("n,N,escape", "dismiss(False)", "no"),
    ]

    def __init__(self, text: str) -> None:
        super().__init__()
        self._text = text

    def compose(self) -> ComposeResult:
        keys = Text("\n\ny yes   n no", style=shades(self.app).dim)
        yield Static(Text(self._text) + keys, id="question-box")
