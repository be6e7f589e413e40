"""The list of the frames on which hints are lost."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import ClassVar

from rich.text import Text
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.screen import ModalScreen
from textual.widgets import OptionList
from textual.widgets.option_list import Option

from tui_colorize.clock import clock_with_tenths
from tui_colorize.hints import HintSet
from tui_colorize.tui.film.tracks import Stretch
from tui_colorize.tui.glass import Glass
from tui_colorize.tui.theme import Shades, shades

Hide = Callable[[Stretch], Sequence[Stretch]]
"""Dismisses a stretch, or lists it again; gives all of them as they are then."""


class LostHints(Glass, ModalScreen[Stretch | None]):
    """Answers with the one to go to.

    time_of: seconds, of a frame. here: the frame on show; the next stretch is offered first.
    """

    DEFAULT_CSS = """
    LostHints { align: center bottom; background: transparent; }
    LostHints OptionList {
        width: 72; max-width: 100%; height: auto; max-height: 12; margin: 0 0 2 0;
        background: $panel; border: round $faint; padding: 0 1; scrollbar-size: 1 1;
        border-title-color: $accent; border-subtitle-color: $dim;
    }
    LostHints OptionList:focus { background-tint: transparent 0%; border: round $faint; }
    LostHints OptionList:focus > .option-list--option-highlighted {
        background: $edited; color: $foreground; text-style: none;
    }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,q,G", "dismiss", "back"),
        Binding("d,x,delete", "hide", "dismiss"),
    ]

    def __init__(
        self,
        stretches: Sequence[Stretch],
        hints: HintSet,
        time_of: Callable[[int], float],
        here: int,
        hide: Hide,
    ) -> None:
        super().__init__()
        self._stretches, self._hints, self._time_of = stretches, hints, time_of
        self._hide = hide
        self._first = next((i for i, each in enumerate(stretches) if each.last >= here), 0)
        self._list = OptionList(markup=False)

    def compose(self) -> ComposeResult:
        self._list.border_title = "Lost hints"
        self._list.border_subtitle = "enter goes there   d dismisses   escape back"
        yield self._list

    def on_mount(self) -> None:
        self._show(self._first)

    def _show(self, chosen: int) -> None:
        ink = shades(self.app)
        self._list.clear_options()
        self._list.add_options(Option(self._line(each, ink)) for each in self._stretches)
        self._list.highlighted = chosen

    def _line(self, stretch: Stretch, ink: Shades) -> Text:
        hint = self._hints[stretch.hint]
        text = ink.dim if stretch.hidden else ink.text
        line = Text.assemble((f"hint {stretch.hint + 1:<4}", text), ("█ ", hint.color))
        line.append(f"frames {stretch.first} to {stretch.last}".ljust(24), text)
        times = (clock_with_tenths(self._time_of(f)) for f in (stretch.first, stretch.last))
        line.append(" to ".join(times), ink.dim)
        if stretch.hidden:
            line.append("  dismissed", ink.dim)
        return line

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        event.stop()
        self.dismiss(self._stretches[event.option_index])

    def action_hide(self) -> None:
        chosen = self._list.highlighted
        if chosen is not None:
            self._stretches = self._hide(self._stretches[chosen])
            self._show(min(chosen, len(self._stretches) - 1))
