"""What brings the terminal back to what it was, even when the app is killed."""

from __future__ import annotations

import os
import signal
import struct
import termios
from collections.abc import Iterable
from contextlib import suppress
from typing import Any, Self

from tui_colorize.tui.canvas.kittycodes import POINTER, delete

FORMER_SCREEN = "\x1b[<u\x1b[?1049l"
"""The keyboard and the screen as before the app; to be sent once."""

MODES_OFF = (
    "\x1b[?1000l\x1b[?1003l\x1b[?1015l\x1b[?1006l\x1b[?1016l"
    "\x1b[?2004l\x1b[?1004l\x1b[?2048l\x1b[?2026l\x1b[?7h\x1b[?25h\x1b[m"
)
"""No reports of mouse, paste, focus and size, no synchronised updates; lines wrapped, cursor shown,
no colour. Textual forgets some of these; to send them twice does no harm."""

_OFF, _ON, _OVER = range(3)  # smaller than the number of any picture
_AT_ONCE = 1000  # words that a pipe takes whole or not at all
_WORD = struct.Struct("=I")  # what the watcher is told is made of these
_STRING_END = "\x1b\\"  # of a picture that was being sent


class Watcher:
    """A process of its own that gives the terminal back when this one cannot: killed by a signal
    that cannot be caught, by a kernel without memory, or by a fault in a library.

    Without that a terminal with kitty's keyboard protocol would not even let `reset` be typed.
    reading, writing: of the terminal. To be entered before there are threads.
    """

    def __init__(self, reading: int = 0, writing: int = 2) -> None:
        self._reading, self._writing = reading, writing
        self._process = self._pipe = 0

    def __enter__(self) -> Self:
        settings = termios.tcgetattr(self._reading)
        told, self._pipe = os.pipe()
        os.set_blocking(self._pipe, False)  # the app does not wait for one that was stopped
        self._process = os.fork()
        if self._process == 0:
            try:
                os.close(self._pipe)
                self._watch(told, settings)
            finally:
                os._exit(0)
        os.close(told)
        return self

    def __exit__(self, *_: object) -> None:
        self._tell(_OVER)
        os.close(self._pipe)
        with suppress(ChildProcessError):
            os.waitpid(self._process, 0)

    def on_screen(self, on: bool) -> None:
        """Whether the app has the terminal from now on; not while it is suspended."""
        self._tell(_ON if on else _OFF)

    def pictures(self, numbers: Iterable[int]) -> None:
        """Kitty pictures that the terminal now keeps; told again, that it does no longer."""
        self._tell(*numbers)

    def _tell(self, *words: int) -> None:
        with suppress(OSError):  # somebody has killed it, or stopped it
            for start in range(0, len(words), _AT_ONCE):
                os.write(self._pipe, b"".join(map(_WORD.pack, words[start : start + _AT_ONCE])))

    def _watch(self, told: int, settings: list[Any]) -> None:
        os.setsid()  # keys and the end of the session are none of its business
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, signal.SIG_IGN)
        last = _OFF
        kept: set[int] = set()
        while last != _OVER and (data := os.read(told, _WORD.size)):
            (word,) = _WORD.unpack(data)
            if word in (_OFF, _ON, _OVER):
                last = word
            else:
                kept ^= {word}
        if last == _ON:
            # Pictures belong to the screen that they are on.
            pictures = "".join(map(delete, (*kept, *POINTER))) if kept else ""
            with suppress(OSError, termios.error):
                text = _STRING_END + pictures + FORMER_SCREEN + MODES_OFF
                os.write(self._writing, text.encode())
                termios.tcsetattr(self._reading, termios.TCSANOW, settings)
                termios.tcflush(self._reading, termios.TCIFLUSH)  # replies that nobody awaits now
