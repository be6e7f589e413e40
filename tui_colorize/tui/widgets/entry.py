"""A line of text that is answered at once."""

from __future__ import annotations

from collections.abc import Callable

from textual.events import Key
from textual.widgets import Input


class Entry(Input):
    """An Input that calls `accept` when enter is pressed, rather than sending a message.

    Keys may come in a burst (typed ahead on a slow link, or pasted): the one after enter must find
    the focus where enter put it, and a message would come too late for that.
    """

    def __init__(
        self, accept: Callable[[str], object], *, placeholder: str = "", id: str = ""
    ) -> None:
        super().__init__(
            placeholder=placeholder, id=id or None, compact=True, select_on_focus=False
        )
        self._accept = accept

    async def action_submit(self) -> None:
        self._accept(self.value)

    def feed(self, key: Key) -> None:
        """Insert what a key stands for, in place of the selection."""
        if key.character is not None:
            self.replace(key.character, *self.selection)
