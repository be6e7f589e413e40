"""Dialogues that stand on the picture and leave it as it is, and open without delay."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from textual._context import visible_screen_stack
from textual.await_complete import AwaitComplete
from textual.events import InputEvent, Resize
from textual.geometry import Region
from textual.message import Message
from textual.screen import Screen
from textual.strip import Strip

if TYPE_CHECKING:
    _Base = Screen[Any]
else:
    _Base = object  # Textual takes styles from the first base that is a screen: not from here


class ClosedOnce(_Base):
    """To be put before a screen that keys close.

    Textual closes whichever screen is on top when one is closed for the second time, and the app if
    there is none but its first.
    """

    _leaving = False

    def dismiss(self, result: Any = None) -> AwaitComplete:
        if self._leaving:
            return AwaitComplete()
        self._leaving = True
        return super().dismiss(result)

    async def _dispatch_message(self, message: Message) -> None:
        # What quick fingers do behind the key that closes it finds nothing any more.
        of_fingers = isinstance(message, InputEvent) or message.control is not None
        if not (self._leaving and of_fingers):
            await super()._dispatch_message(message)


class LaidOutOnce(ClosedOnce):
    """To be put before a screen that takes long to draw.

    Textual lays a screen out when it opens, and again, in the same turn of the event loop, when the
    screen is told of the size that it then has.
    """

    _laid_out = False

    async def _on_resize(self, event: Resize) -> None:
        if not self._laid_out and event.size == self.size == self.app.size:
            event.prevent_default()
        self._laid_out = True


class Glass(LaidOutOnce):
    """Shows the screen below around its own widgets; to be put before a screen with a transparent
    background.

    Textual dims what is below a dialogue: all of the picture would be sent, and again when the
    dialogue goes. Even with nothing to dim it works on every cell, for longer than keys may wait.
    """

    def render_lines(self, crop: Region) -> list[Strip]:
        below = visible_screen_stack.get()
        if not below:
            return super().render_lines(crop)
        lines = below.pop()._compositor.render_strips(self.size)[crop.y : crop.bottom]
        # While the terminal is resized, the screen below has its old size for a moment.
        lines += [Strip.blank(self.size.width)] * (crop.height - len(lines))
        return [line.adjust_cell_length(self.size.width).crop(*crop.column_span) for line in lines]
