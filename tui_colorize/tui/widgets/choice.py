"""One of several values, chosen with the left and right keys."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import ClassVar

from rich.text import Text
from textual.binding import Binding, BindingType
from textual.message import Message
from textual.widget import Widget

from tui_colorize.tui.theme import shades


class Choice(Widget, can_focus=True):
    """Shows the value between arrows, and behind it what is said about it.

    about: words for some of the values.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("left", "step(-1)", show=False),
        Binding("right", "step(1)", show=False),
        Binding("home", "step(-1000000)", show=False),
        Binding("end", "step(1000000)", show=False),
    ]

    class Changed(Message):
        """Another value was chosen."""

    def __init__(
        self,
        values: Sequence[str],
        value: str,
        about: Mapping[str, str] | None = None,
        id: str | None = None,
    ) -> None:
        super().__init__(id=id)
        self._about = about or {}
        self.offer(values, value)

    @property
    def value(self) -> str:
        """The chosen one."""
        return self._values[self._index]

    def offer(self, values: Sequence[str], value: str) -> None:
        """Other values to choose from. value: the one that is chosen now, one of them."""
        self._values = list(values)
        self._index = self._values.index(value)
        self.refresh()

    def action_step(self, step: int) -> None:
        index = max(0, min(len(self._values) - 1, self._index + step))
        if index != self._index:
            self._index = index
            self.refresh()
            self.post_message(self.Changed())

    def on_click(self) -> None:
        last = self._index == len(self._values) - 1
        self.action_step(-self._index if last else 1)

    def on_focus(self) -> None:
        self.refresh()

    def on_blur(self) -> None:
        self.refresh()

    def render(self) -> Text:
        ink = shades(self.app)
        arrow = ink.accent if self.has_focus else ink.faint
        before = "‹ " if self._index else "  "
        after = " ›" if self._index < len(self._values) - 1 else "  "
        return Text.assemble(
            (before, arrow),
            (self.value, ink.accent if self.has_focus else ink.text),
            (after, arrow),
            (f"  {self._about.get(self.value, '')}", ink.dim),
            no_wrap=True,
            overflow="ellipsis",
        )
