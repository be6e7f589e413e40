"""A terminal at the other end of a pty: it answers queries as real ones do, soon, late or never."""

from __future__ import annotations

import fcntl
import os
import pty
import re
import select
import struct
import subprocess
import sys
import termios
import threading
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Self

PATIENCE = 300  # seconds: the slowest machine needs less

XTVERSION, DA2, DA1 = b"\x1b[>q", b"\x1b[>c", b"\x1b[c"
CELL, AREA, REGISTERS = b"\x1b[16t", b"\x1b[14t", b"\x1b[?1;1;0S"
KITTY = b"\x1b_Gi=31,s=1,v=1,a=q,t=d,f=24;AAAA\x1b\\"
SGR, RGB, TC = b"\x1bP$qm\x1b\\", b"\x1bP+q524742\x1b\\", b"\x1bP+q5463\x1b\\"
QUERIES = (XTVERSION, DA2, CELL, AREA, REGISTERS, KITTY, SGR, RGB, TC, DA1)

_ANY_QUERY = re.compile(b"|".join(map(re.escape, QUERIES)))
_KEPT_RGB = b"\x1bP1$r0;48:2::1:2:3m\x1b\\"
_XTERM = {
    XTVERSION: b"\x1bP>|XTerm(379)\x1b\\",
    DA2: b"\x1b[>41;379;0c",
    REGISTERS: b"\x1b[?1;3S",
    SGR: _KEPT_RGB,
    DA1: b"\x1b[?64;1;2;6;9;15;16;17;18;21;22;28c",
}

# What these terminals replied when they were asked.
TERMINALS: dict[str, dict[bytes, bytes]] = {
    "xterm": _XTERM,
    "xterm -ti vt340": _XTERM
    | {
        DA2: b"\x1b[>19;379;0c",
        REGISTERS: b"\x1b[?1;0;1024S",
        DA1: b"\x1b[?63;1;2;4;6;9;15;16;22;28c",
    },
    "foot": {
        XTVERSION: b"\x1bP>|foot(1.13.1)\x1b\\",
        DA2: b"\x1b[>1;011301;0c",
        CELL: b"\x1b[6;14;7t",
        AREA: b"\x1b[4;476;770t",
        REGISTERS: b"\x1b[?1;0;1024S",
        SGR: _KEPT_RGB,
        RGB: b"\x1bP1+r524742=38\x1b\\",
        TC: b"\x1bP1+r5463\x1b\\",
        DA1: b"\x1b[?62;4;22c",
    },
    "kitty": {
        XTVERSION: b"\x1bP>|kitty(0.41.1)\x1b\\",
        DA2: b"\x1b[>1;4000;41c",
        CELL: b"\x1b[6;17;8t",
        AREA: b"\x1b[4;629;1000t",
        KITTY: b"\x1b_Gi=31;OK\x1b\\",
        SGR: b"\x1bP1$r48:2:1:2:3m\x1b\\",
        RGB: b"\x1bP0+r524742\x1b\\",
        TC: b"\x1bP1+r5463\x1b\\",
        DA1: b"\x1b[?62;c",
    },
    "mlterm": {
        DA2: b"\x1b[>24;279;0c",
        CELL: b"\x1b[6;19;10t",
        AREA: b"\x1b[4;456;800t",
        REGISTERS: b"\x1b[?1;0;1024S",
        SGR: b"\x1bP1$r0;48;5;16m\x1b\\",
        RGB: b"\x1bP0+r\x1b\\",
        TC: b"\x1bP0+r\x1b\\",
        DA1: b"\x1b[?63;1;2;3;4;6;7;15;18;22;29c",
    },
    "tmux": {
        XTVERSION: b"\x1bP>|tmux 3.3a\x1b\\",
        DA2: b"\x1b[>84;0;0c",
        DA1: b"\x1b[?1;2c",
    },
    "tmux with Sixel": {
        XTVERSION: b"\x1bP>|tmux 3.5a\x1b\\",
        DA2: b"\x1b[>84;0;0c",
        CELL: b"\x1b[6;14;7t",
        DA1: b"\x1b[?1;2;4c",
    },
    "screen": {DA2: b"\x1b[>83;40900;0c", DA1: b"\x1b[?1;2c"},
    "mute": {},
}


class FakeTerminal:
    """A context manager.

    replies: by query. latency: seconds from a query to its reply. piece: bytes of replies that
    arrive together, None for all. window: rows, columns, width, height in pixels. shown: all that
    has been written to the terminal.
    """

    def __init__(
        self,
        replies: Mapping[bytes, bytes],
        *,
        latency: float = 0.0,
        piece: int | None = None,
        window: tuple[int, int, int, int] = (40, 120, 1200, 800),
    ) -> None:
        self.replies = replies
        self.shown = b""
        self.latency, self._piece = latency, piece
        self._due: list[tuple[float, bytes]] = []
        self._read_to = 0
        self._leaving = False
        self._master, self.slave = pty.openpty()
        fcntl.ioctl(self.slave, termios.TIOCSWINSZ, struct.pack("4H", *window))
        self.settings = termios.tcgetattr(self.slave)
        self._thread = threading.Thread(target=self._work)
        self._process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        if self._process is not None and self._process.poll() is None:
            self._process.kill()
            self._process.wait()
        self.hang_up()
        os.close(self.slave)

    def hang_up(self) -> None:
        """The window is closed."""
        if not self._leaving:
            self._leaving = True
            self._thread.join()
            os.close(self._master)

    def answer(self) -> None:
        """Reply now, whatever the latency."""
        self._due = [(0.0, reply) for _, reply in self._due]

    def type(self, data: bytes) -> None:
        """What the user types, or what comes unasked."""
        os.write(self._master, data)

    def run(
        self, *arguments: str, environment: Mapping[str, str], folder: Path, code: str = ""
    ) -> subprocess.Popen[bytes]:
        """Start tui-colorize in the terminal, or other Python code."""
        program = ["-c", code] if code else ["-m", "tui_colorize"]
        inherited = {
            name: value
            for name, value in os.environ.items()
            if not name.startswith(("TEXTUAL", "COLORTERM", "SSH_", "TMUX", "STY", "TERM"))
        }
        self._process = subprocess.Popen(
            # The terminal becomes the one that controls the process: it gets SIGHUP and the like,
            # which whoever runs the tests may ignore (nohup).
            [
                "setsid",
                "--ctty",
                "env",
                "--default-signal=HUP",
                sys.executable,
                *program,
                *arguments,
            ],
            stdin=self.slave,
            stdout=self.slave,
            stderr=self.slave,
            env=inherited | {"TERM": "xterm-256color"} | dict(environment),
            cwd=folder,
        )
        return self._process

    def until(self, text: bytes, times: int = 1, seconds: float = PATIENCE) -> None:
        """Wait until a text has been written to the terminal so many times."""
        wait_for(lambda: self.shown.count(text) >= times, seconds)

    def until_quiet(self, seconds: float = 0.25) -> None:
        """Wait until nothing has been written for a while."""
        before = -1
        while before != len(self.shown):
            before = len(self.shown)
            time.sleep(seconds)

    @property
    def as_it_was(self) -> bool:
        """Whether the terminal has the settings that it had in the beginning."""
        return bool(termios.tcgetattr(self.slave) == self.settings)

    def _work(self) -> None:
        while not self._leaving:
            wait = 0.01 if self._due else 0.05
            if select.select([self._master], [], [], wait)[0]:
                try:
                    self.shown += os.read(self._master, 65536)
                except OSError:
                    return
                self._answer()
            while self._due and self._due[0][0] <= time.monotonic():
                os.write(self._master, self._due.pop(0)[1])

    def _answer(self) -> None:
        for query in _ANY_QUERY.finditer(self.shown, self._read_to):
            self._read_to = query.end()
            reply = self.replies.get(query.group(), b"")
            size = self._piece or max(len(reply), 1)
            for start in range(0, len(reply), size):
                due = time.monotonic() + self.latency
                self._due.append((due, reply[start : start + size]))


def wait_for(happened: Any, seconds: float = PATIENCE) -> None:
    """Wait until something is so."""
    deadline = time.monotonic() + seconds
    while not happened():
        assert time.monotonic() < deadline, "it did not happen"
        time.sleep(0.01)
