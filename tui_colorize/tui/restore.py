"""What brings the terminal back to what it was, even when the app is killed."""

from __future__ import annotations

import os
import signal
import termios
from contextlib import suppress
from types import TracebackType
from typing import Any, Self

FORMER_SCREEN = "\x1b[<u\x1b[?1049l"
"""The keyboard and the screen as before the app; to be sent once."""

MODES_OFF = (
    "\x1b[?1000l\x1b[?1003l\x1b[?1015l\x1b[?1006l\x1b[?1016l"
    "\x1b[?2004l\x1b[?1004l\x1b[?2048l\x1b[?2026l\x1b[?7h\x1b[?25h\x1b[m"
)
"""No reports of mouse, paste, focus and size, no synchronised updates; lines wrapped, cursor shown,
no colour. Textual forgets some of these; to send them twice does no harm."""

_OFF, _ON, _OVER = b"0", b"1", b"2"


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
        self._process = os.fork()
        if self._process == 0:
            try:
                os.close(self._pipe)
                self._watch(told, settings)
            finally:
                os._exit(0)
        os.close(told)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._tell(_OVER)
        os.close(self._pipe)
        with suppress(ChildProcessError):
            os.waitpid(self._process, 0)

    def on_screen(self, on: bool) -> None:
        """Whether the app has the terminal from now on; not while it is suspended."""
        self._tell(_ON if on else _OFF)

    def _tell(self, what: bytes) -> None:
        with suppress(OSError):  # somebody has killed it
            os.write(self._pipe, what)

    def _watch(self, told: int, settings: list[Any]) -> None:
        os.setsid()  # keys and the end of the session are none of its business
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, signal.SIG_IGN)
        last = _OFF
        while last != _OVER and (state := os.read(told, 1)):
            last = state
        if last == _ON:
            with suppress(OSError, termios.error):
                os.write(self._writing, (FORMER_SCREEN + MODES_OFF).encode())
                termios.tcsetattr(self._reading, termios.TCSANOW, settings)
                termios.tcflush(self._reading, termios.TCIFLUSH)  # replies that nobody awaits now
