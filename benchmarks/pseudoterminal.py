"""The app in a pseudo-terminal that answers like a terminal of each kind, near or far away."""

from __future__ import annotations

import fcntl
import json
import os
import pty
import re
import select
import signal
import struct
import sys
import termios
import time
from collections import deque
from pathlib import Path

from PIL import Image, ImageOps

SAMPLE = Path(__file__).parent.parent / "samples" / "coffee.jpg"
SIZE, CELL = (139, 44), (10, 20)  # leaves 101 x 41 cells for the canvas, rulers included
RATE = 390_000  # bytes per second of a link, in both directions
ARROWS = {"left": b"\x1b[D", "right": b"\x1b[C", "up": b"\x1b[A", "down": b"\x1b[B"}
PAINTERS = ("halfcell", "sixel", "kitty")

ATTRIBUTES = {"halfcell": b"\x1b[?62;22c", "sixel": b"\x1b[?62;4;22c", "kitty": b"\x1b[?62c"}
VERSIONS = {"halfcell": b"alacritty 0.13", "sixel": b"foot(1.16.2)", "kitty": b"kitty(0.41.1)"}
APP = """
import asyncio, json, os, sys, time
from pathlib import Path
from tui_colorize.cli import main
from tui_colorize.tui.canvas.widget import Canvas
start = Canvas.start
gaps, shown = [], []
async def beat():
    while True:
        before, computed = time.monotonic(), time.thread_time()
        await asyncio.sleep(0.005)
        now = time.monotonic()
        gaps.append((now, now - before - 0.005, time.thread_time() - computed))
def begin(self, source):
    self.low_bandwidth = {frugal}
    self.beating = asyncio.create_task(beat())
    start(self, source)
Canvas.start = begin
show = Canvas.show
def shows(self, frame):
    shown.append(time.monotonic())
    show(self, frame)
Canvas.show = shows
status = main(sys.argv[1:])
Path({log!r}).write_text(json.dumps([gaps, shown]))
sys.exit(status)
"""


COMBINING = (0xCC, 0xCD)  # first bytes
TOKEN = re.compile(
    rb"\x1b(?:[P_\]X^].*?(?:\x1b\\|\x07)|\[([\d;?>=<]*)[ -/]*([@-~])|[^P_\]X^\[])|([^\x1b])",
    re.DOTALL,
)


class Screen:
    """The text that a terminal shows after what it was sent; pictures and styles are left out."""

    def __init__(self, columns: int, rows: int) -> None:
        self._cells = [[" "] * columns for _ in range(rows)]
        self._row = self._column = 0
        self._rest = b""

    def feed(self, data: bytes) -> None:
        data = self._rest + data
        end = 0
        for match in TOKEN.finditer(data):
            if match.end() == len(data) and match[3] is None and not match[2]:
                break  # maybe cut off
            if match.start() != end:
                break
            end = match.end()
            if match[3] is not None:
                self._write(match[3][0])
            elif match[2]:
                self._move(match[1], match[2])
        self._rest = data[end:]

    def line(self, row: int) -> str:
        return "".join(self._cells[row])

    def __contains__(self, text: str) -> bool:
        return any(text in self.line(row) for row in range(len(self._cells)))

    def _write(self, byte: int) -> None:
        if byte == 8:
            self._column -= 1
        elif byte >= 32 and byte & 0xC0 != 0x80 and byte not in COMBINING:
            # Of a longer character the first byte is enough.
            line = self._cells[self._row]
            if self._column < len(line):
                line[self._column] = chr(byte)
            self._column += 1

    def _move(self, arguments: bytes, final: bytes) -> None:
        if final == b"H":
            row, column = (int(number) for number in (arguments or b"1;1").split(b";"))
            self._row, self._column = row - 1, column - 1
        elif final in b"ABCD":
            count = int(arguments or 1) * (1 if final in b"BC" else -1)
            if final in b"AB":
                self._row += count
            else:
                self._column += count
        elif final == b"G":
            self._column = int(arguments) - 1
        elif final == b"d":
            self._row = int(arguments) - 1


class Terminal:
    """The app in a pseudo-terminal of so many columns and rows.

    delay: seconds each way on a link of RATE; None: no link, everything as fast as it goes. app:
    another program than the app as it is, without the records. arrivals: when so many bytes came.
    Once the app has been closed, gaps: between two turns of its event loop: when, the seconds that
    went by, and those of them that the loop itself computed; shown: when there was a new frame to
    show. All in seconds of time.monotonic.
    """

    def __init__(
        self,
        painter: str,
        picture: Path,
        folder: Path,
        *,
        frugal: bool = False,
        delay: float | None = None,
        size: tuple[int, int] = SIZE,
        app: str = APP,
    ) -> None:
        self._answers = [
            (re.compile(rb"\x1b\[c"), ATTRIBUTES[painter]),
            (re.compile(rb"\x1b\[>q"), b"\x1bP>|" + VERSIONS[painter] + b"\x1b\\"),
            (re.compile(rb"\x1b\[16t"), b"\x1b[6;%d;%dt" % CELL[::-1]),
            (re.compile(rb"\x1b\[\?1;1;0S"), b"\x1b[?1;0;256S"),
            (re.compile(rb"\x1b\[6n"), b"\x1b[1;1R"),
            (re.compile(rb"\x1b\[\?2026\$p"), b"\x1b[?2026;2$y"),
        ]
        if painter == "kitty":
            self._answers.append(
                (re.compile(rb"\x1b_Gi=31,[^\x1b]*\x1b\\"), b"\x1b_Gi=31;OK\x1b\\")
            )
        self._delay, self._rate = (0.0, float("inf")) if delay is None else (delay, RATE)
        self.screen = Screen(*size)
        self._log = folder / "log"
        self.gaps: list[tuple[float, float, float]] = []
        self.shown: list[float] = []
        self.arrivals: list[tuple[float, int]] = []
        self._free = time.monotonic()  # when the link has passed on all it has
        self._arriving: deque[tuple[float, bytes]] = deque()
        self._going: deque[tuple[float, bytes]] = deque()
        self._unread = b""
        environment = os.environ | {
            "TERM": "xterm-256color",
            "COLORTERM": "truecolor",
            "XDG_DATA_HOME": str(folder / f"{painter}-{frugal}-{delay}-{size}"),
            "XDG_CONFIG_HOME": str(folder / "config"),
        }
        self._pid, self._fd = pty.fork()
        if self._pid == 0:
            if app is APP:
                app = APP.format(frugal=frugal, log=str(self._log))
            arguments = [sys.executable, "-c", app]
            os.execve(
                sys.executable, [*arguments, "--graphics", painter, str(picture)], environment
            )
        self.resize(*size)

    def resize(self, columns: int, rows: int) -> None:
        """Have so many cells from now on, at most as many as in the beginning."""
        window = struct.pack("4H", rows, columns, columns * CELL[0], rows * CELL[1])
        fcntl.ioctl(self._fd, termios.TIOCSWINSZ, window)

    def send(self, data: bytes) -> None:
        """Passed on with the next turn, or later if there is a link."""
        self._going.append((time.monotonic() + self._delay, data))

    def turn(self, wait: float) -> bytes:
        """Pass on what is due in both directions; what has arrived."""
        now = time.monotonic()
        while self._going and self._going[0][0] <= now:
            os.write(self._fd, self._going.popleft()[1])
        # The buffers on the way are large, as those of ssh are.
        if select.select([self._fd], [], [], wait)[0]:
            try:
                data = os.read(self._fd, 1 << 16)
            except OSError:
                data = b""
            self._free = max(self._free, time.monotonic())
            self._free += len(data) / self._rate
            self._arriving.append((self._free + self._delay, data))
        arrived = b""
        while self._arriving and self._arriving[0][0] <= time.monotonic():
            arrived += self._arriving.popleft()[1]
        if arrived:
            self.arrivals.append((time.monotonic(), len(arrived)))
        self.screen.feed(arrived)
        self._answer(arrived)
        return arrived

    def _answer(self, data: bytes) -> None:
        text = self._unread[-40:] + data
        start = len(text) - len(data)
        self._unread = text
        asked = [
            (match.end(), answer)
            for question, answer in self._answers
            for match in question.finditer(text)
            if match.end() > start
        ]
        for _, answer in sorted(asked):  # in the order of the questions, as terminals do
            self.send(answer)

    def read(self, quiet: float, patience: float = 60.0) -> bytes:
        """All that comes until nothing has come for so long."""
        begun = last = time.monotonic()
        data = b""
        while time.monotonic() - last < quiet and time.monotonic() - begun < patience:
            more = self.turn(0.002)
            if more:
                data += more
                last = time.monotonic()
        return data

    def wait_for(self, text: str, patience: float = 60.0) -> None:
        """Until this is on the screen."""
        begun = time.monotonic()
        while text not in self.screen:
            self.turn(0.05)
            if time.monotonic() - begun > patience:
                raise SystemExit(f"The app has not shown {text!r}.")

    def close(self) -> bytes:
        """Quit; what came until then."""
        self.send(b"q")
        data = self.read(1.5 + 2 * self._delay)
        os.kill(self._pid, signal.SIGKILL)
        os.waitpid(self._pid, 0)
        os.close(self._fd)
        if self._log.exists():
            self.gaps, self.shown = json.loads(self._log.read_text())
            self._log.unlink()
        return data


def ready(painter: str, picture: Path, folder: Path, **options: object) -> Terminal:
    """A Terminal with the network loaded and the first result on the screen."""
    terminal = Terminal(painter, picture, folder, **options)  # type: ignore[arg-type]
    terminal.wait_for("cpu")
    terminal.read(2)
    return terminal


def gray_copy(path: Path, folder: Path, size: tuple[int, int]) -> Path:
    """The picture in gray, cut to that size in pixels."""
    with Image.open(path) as image:
        ImageOps.fit(image.convert("L"), size).save(folder / "picture.png")
    return folder / "picture.png"
