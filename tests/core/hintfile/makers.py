"""Hints, and what a file of them is refused with."""

from __future__ import annotations

import pytest

from tui_colorize.errors import UserError
from tui_colorize.hintfile import read_hints
from tui_colorize.hints import Hint

RED = Hint(10, 20, "#ff0000")
TEAL = Hint(30, 20, "teal", radius=5)
LATER = Hint(10, 20, "#fff", frame=7)
HEADER = "frame,x,y,color,radius\n"


def refusal(path, size=None) -> str:
    """The message with which the file is refused, from the file's name on."""
    with pytest.raises(UserError) as caught:
        read_hints(path, size)
    message = str(caught.value)
    assert message.isprintable()
    return message[message.index(path.name) :]
