"""Asks the terminal what it can do, while the program goes on."""

from __future__ import annotations

import fcntl
import os
import select
import struct
import subprocess
import termios
import time
from collections.abc import Mapping
from contextlib import suppress
from threading import Thread
from typing import Any, Self

from tui_colorize.tui.replies import Replies
from tui_colorize.tui.terminal import RGB, Terminal, Window, in_multiplexer, judge

PATIENCE = 2.0  # seconds; what has not been answered by then, will not be waited for

LAST = "\x1b[c"
"""The query of primary device attributes: answered by every terminal, after all queries before."""

# XTVERSION, secondary device attributes, size of a cell and of the text area, colour registers.
_ANYWHERE = "\x1b[>q\x1b[>c\x1b[16t\x1b[14t\x1b[?1;1;0S"
# A Kitty picture that is not kept; an RGB background and whether it is one (DECRQSS), the
# capabilities RGB and Tc (XTGETTCAP). tmux makes a window title of the first, and GNU Screen prints
# the others on the terminal that it runs in.
_NO_MULTIPLEXER = (
    "\x1b_Gi=31,s=1,v=1,a=q,t=d,f=24;AAAA\x1b\\"
    f"\x1b[48;2;{RGB[0]};{RGB[1]};{RGB[2]}m\x1bP$qm\x1b\\\x1b[m"
    "\x1bP+q524742\x1b\\\x1bP+q5463\x1b\\"
)
# Whatever a terminal has printed because it does not understand all of this goes.
_END = LAST + "\r\x1b[K"


class Probe:
    """The queries are sent on entering; on leaving, the terminal has its settings back.

    Meanwhile keys are not echoed; typed: what the user has typed so far. replies: where later
    input belongs as long as a reply may still come.
    """

    def __init__(
        self,
        reading: int = 0,
        writing: int = 2,
        environment: Mapping[str, str] = os.environ,
        patience: float = PATIENCE,
    ) -> None:
        self._reading, self._writing = reading, writing
        self._environment = environment
        self._patience = patience
        self._before: list[Any] | None = None
        self._left = False
        self._round_trip: float | None = None
        self._thread = Thread(target=self._listen, name="terminal-probe", daemon=True)
        self.typed = b""
        self.replies = Replies()

    def __enter__(self) -> Self:
        if self._environment.get("TERM", "") in ("", "dumb", "linux"):
            return self  # nothing to ask; a console would print the queries
        self._before = termios.tcgetattr(self._reading)
        quiet = termios.tcgetattr(self._reading)
        quiet[0] &= ~(termios.ICRNL | termios.INLCR | termios.IGNCR)
        quiet[3] &= ~(termios.ECHO | termios.ICANON)
        quiet[6][termios.VMIN], quiet[6][termios.VTIME] = 1, 0
        termios.tcsetattr(self._reading, termios.TCSANOW, quiet)
        self._began = time.monotonic()
        self._thread.start()
        queries = _ANYWHERE
        if not in_multiplexer(self._environment):
            queries += _NO_MULTIPLEXER
        os.write(self._writing, (queries + _END).encode())
        return self

    def __exit__(self, *_: object) -> None:
        self.restore()
        self._left = True
        if self._thread.is_alive():
            self._thread.join()

    def restore(self) -> None:
        """Give the terminal its settings back."""
        if self._before is not None:
            with suppress(termios.error):
                termios.tcsetattr(self._reading, termios.TCSANOW, self._before)
            self._before = None

    @property
    def may_be_late(self) -> bool:
        """Whether replies may come after the probe.

        They come in the order of the queries, except where a multiplexer answers for itself.
        """
        return not self.replies.complete or in_multiplexer(self._environment)

    def terminal(self) -> Terminal:
        """What has been found out; waits for the last reply, if need be."""
        if self._thread.is_alive():
            self._thread.join()
        return judge(
            self.replies.found,
            self._environment,
            terminal_window(self._reading),
            _tmux_features(self._environment),
            self._round_trip,
        )

    def _listen(self) -> None:
        while not (self.replies.complete or self._left):
            left = self._began + self._patience - time.monotonic()
            if left <= 0:
                return
            if not select.select([self._reading], [], [], min(left, 0.05))[0]:
                continue
            try:
                data = os.read(self._reading, 4096)
            except OSError:
                return
            if not data:
                return
            self.typed += self.replies.feed(data)
            if self.replies.found and self._round_trip is None:
                self._round_trip = time.monotonic() - self._began


def terminal_window(terminal: int) -> Window:
    """What the kernel knows of a terminal's window."""
    try:
        packed = fcntl.ioctl(terminal, termios.TIOCGWINSZ, bytes(8))
    except OSError:
        return Window()
    return Window(*struct.unpack("4H", packed))


def _tmux_features(environment: Mapping[str, str]) -> frozenset[str] | None:
    """What tmux says of the terminal that it runs in; None if this tmux cannot be asked."""
    if not environment.get("TMUX"):
        return None
    command = ["tmux", "display-message", "-p", "#{client_termfeatures}"]
    try:
        done = subprocess.run(command, capture_output=True, timeout=1, check=True, text=True)
    except (OSError, subprocess.SubprocessError):
        return None
    return frozenset(done.stdout.strip().split(",")) if done.stdout.strip() else None
