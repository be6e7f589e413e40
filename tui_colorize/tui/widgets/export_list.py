"""The exports with their bars."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from rich.text import Text
from textual.binding import Binding, BindingType
from textual.message import Message
from textual.widgets import OptionList
from textual.widgets.option_list import Option

from tui_colorize.export import Listed, Phase
from tui_colorize.terminaltext import printable
from tui_colorize.tui.theme import Shades, shades
from tui_colorize.video.progress import STAGES

_BAR = 24  # columns
_TITLE, _EMPTY = "Exports", "Exports  none yet"
_TROUBLE = (Phase.FAILED, Phase.INTERRUPTED)


class ExportList(OptionList):
    """Exports, the latest first; only what changes is sent."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("p,enter", "steer('pause')", show=False),
        Binding("c", "steer('cancel')", show=False),
        Binding("x,delete", "steer('remove')", show=False),
    ]

    class Steered(Message):
        """The export under the cursor is to be paused or gone on with, cancelled, or removed."""

        def __init__(self, wish: str, listed: Listed) -> None:
            self.wish, self.listed = wish, listed
            super().__init__()

    def __init__(self, id: str | None = None) -> None:
        super().__init__(id=id, markup=False)
        self.border_title = _EMPTY
        self._listed: list[Listed] = []
        self._texts: list[Text] = []
        self._wanted = ""

    @property
    def chosen(self) -> Listed | None:
        """The one under the cursor."""
        index = self.highlighted
        return None if index is None or index >= len(self._listed) else self._listed[index]

    def action_steer(self, wish: str) -> None:
        if self.chosen is not None:
            self.post_message(self.Steered(wish, self.chosen))

    def choose(self, id: str) -> None:
        """Move the cursor to that export as soon as it is shown."""
        ids = [each.export.id for each in self._listed]
        if id in ids:
            self.highlighted = ids.index(id)
        else:
            self._wanted = id

    def show(self, listed: Sequence[Listed]) -> None:
        """Show these, the one begun last at the end; the cursor stays on its export."""
        before = [each.export.id for each in self._listed]
        chosen = self._wanted or (self.chosen.export.id if self.chosen else "")
        self._listed = [*reversed(listed)]
        ids = [each.export.id for each in self._listed]
        texts = [_text(each, shades(self.app)) for each in self._listed]
        if ids == before:
            for index, (old, new) in enumerate(zip(self._texts, texts, strict=True)):
                if old != new:
                    self.replace_option_prompt_at_index(index, new)
        else:
            self.border_title = _TITLE if ids else _EMPTY
            self.clear_options()
            self.add_options(Option(text) for text in texts)
            if ids:
                self.highlighted = ids.index(chosen) if chosen in ids else 0
                self._wanted = ""
        self._texts = texts


def _text(listed: Listed, ink: Shades) -> Text:
    status, progress = listed.status, listed.status.progress
    text = Text(printable(listed.output.name), style=ink.text)
    text.append(f"  in {printable(listed.output.parent)}\n", ink.dim)
    if status.phase.active:
        part = status.percent
        filled = _BAR * (part or 0) // 100
        text.append("━" * filled, ink.accent)
        text.append("━" * (_BAR - filled), ink.faint)
        text.append("      " if part is None else f" {part:3} %", ink.text)
        text.append("  ")
    if status.phase is Phase.RUNNING and progress is not None:
        text.append(str(progress), ink.quiet)
        text.append(f"\nlimited by {STAGES.get(progress.slowest, '')}", ink.dim)
    else:
        text.append(printable(str(status)), ink.error if status.phase in _TROUBLE else ink.quiet)
    for notice in status.notices:
        text.append(f"\n{printable(notice)}", ink.dim)
    return text
