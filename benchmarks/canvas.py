"""What the canvas sends to each kind of terminal, in bytes, and how soon keys show on a slow link.

Run: python benchmarks/canvas.py [PICTURE] [--painter NAME ...] [--moves N] [--no-link]
The app runs in a pseudo-terminal that answers like the terminal in question, with cells of 10 x 20
pixels and room for 100 x 40 of them. Bytes of a step of the cursor: those until nothing has come
for 0.4 s, both pictures side by side. Bytes of a result: the coloured picture alone, all of it new.
The link passes on 390 KB/s and takes 75 ms each way; hints are put all the while, and a key counts
as shown when the title has the new place.
"""

from __future__ import annotations

import argparse
import fcntl
import os
import pty
import re
import select
import signal
import struct
import sys
import tempfile
import termios
import time
from collections import deque
from pathlib import Path
from statistics import median, quantiles

SAMPLE = Path(__file__).parent.parent / "samples" / "coffee.jpg"
COLUMNS, ROWS, CELL = 139, 44, (10, 20)  # leaves 101 x 41 for the canvas, rulers included
QUIET = 0.4
RATE, DELAY = 390_000, 0.075
ARROWS = {"left": b"\x1b[D", "right": b"\x1b[C", "up": b"\x1b[A", "down": b"\x1b[B"}

ATTRIBUTES = {"halfcell": b"\x1b[?62;22c", "sixel": b"\x1b[?62;4;22c", "kitty": b"\x1b[?62c"}
VERSIONS = {"halfcell": b"alacritty 0.13", "sixel": b"foot(1.16.2)", "kitty": b"kitty(0.41.1)"}
BARS = {
    "halfcell": (300, 165_000, 82_500),
    "sixel": (2_500, 620_000, 310_000),
    "kitty": (120, 200_000, 100_000),
}
APP = """
import sys
from tui_colorize.cli import main
from tui_colorize.tui.canvas.widget import Canvas
start = Canvas.start
def begin(self, source):
    self.low_bandwidth = {frugal}
    start(self, source)
Canvas.start = begin
sys.exit(main(sys.argv[1:]))
"""


class Terminal:
    """The app in a pseudo-terminal. link: as slow as the link, instead of as fast as it goes."""

    def __init__(self, painter: str, picture: Path, folder: Path, *, frugal: bool, link: bool):
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
        self._link = link
        self._free = time.monotonic()  # when the link has passed on all it has
        self._arriving: deque[tuple[float, bytes]] = deque()
        self._going: deque[tuple[float, bytes]] = deque()
        self._unread = b""
        environment = os.environ | {
            "TERM": "xterm-256color",
            "COLORTERM": "truecolor",
            "XDG_DATA_HOME": str(folder / f"{painter}-{frugal}-{link}"),
        }
        self._pid, self._fd = pty.fork()
        if self._pid == 0:
            arguments = [sys.executable, "-c", APP.format(frugal=frugal)]
            os.execve(
                sys.executable, [*arguments, "--graphics", painter, str(picture)], environment
            )
        window = struct.pack("4H", ROWS, COLUMNS, COLUMNS * CELL[0], ROWS * CELL[1])
        fcntl.ioctl(self._fd, termios.TIOCSWINSZ, window)

    def send(self, data: bytes) -> None:
        self._going.append((time.monotonic() + (DELAY if self._link else 0), data))
        self._turn(0)

    def _turn(self, wait: float) -> bytes:
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
            self._free += len(data) / RATE if self._link else 0
            self._arriving.append((self._free + (DELAY if self._link else 0), data))
        arrived = b""
        while self._arriving and self._arriving[0][0] <= time.monotonic():
            arrived += self._arriving.popleft()[1]
        self._answer(arrived)
        return arrived

    def _answer(self, data: bytes) -> None:
        text = self._unread[-40:] + data
        start = len(text) - len(data)
        for question, answer in self._answers:
            for match in question.finditer(text):
                if match.end() > start:
                    self.send(answer)
        self._unread = text

    def read(self, quiet: float, until: bytes | None = None, patience: float = 60.0) -> bytes:
        """All that comes until nothing has come for so long, or until these bytes have."""
        begun = last = time.monotonic()
        data = b""
        while time.monotonic() - last < quiet and time.monotonic() - begun < patience:
            more = self._turn(0.002)
            if more:
                data += more
                last = time.monotonic()
            if until is not None and until in data:
                break
        return data

    def close(self) -> bytes:
        self.send(b"q")
        data = self.read(3.0)
        os.kill(self._pid, signal.SIGKILL)
        os.waitpid(self._pid, 0)
        os.close(self._fd)
        return data


def ready(painter: str, picture: Path, folder: Path, *, frugal: bool, link: bool) -> Terminal:
    """With the network loaded and the first result on the screen."""
    terminal = Terminal(painter, picture, folder, frugal=frugal, link=link)
    if b"cpu" not in terminal.read(60, until=b"cpu"):
        raise SystemExit("The app has not started.")
    terminal.read(3)
    return terminal


def steps(terminal: Terminal, count: int) -> list[int]:
    """Bytes of single steps, as many in each direction."""
    turns = ["right", "down", "right", "down", "left", "up", "left", "up"]
    counts = []
    for step in range(count):
        terminal.send(ARROWS[turns[step % len(turns)]])
        counts.append(len(terminal.read(QUIET)))
    return counts


def full(terminal: Terminal) -> int:
    """Bytes of the coloured picture, when every pixel of it changes."""
    for _ in range(2):
        terminal.send(b"v")
        terminal.read(4)
    sizes = []
    for key in (b"+", b"0"):
        terminal.send(key)
        sizes.append(len(terminal.read(4)))
    return max(sizes)


def key_times(terminal: Terminal, count: int) -> list[float]:
    """Seconds from a key to the new place on the screen, while results keep arriving."""
    times = []
    for step in range(count):
        if step % 6 == 0:
            terminal.send(b"\r")
            terminal.read(0.3, patience=0.3)
        begun = time.monotonic()
        terminal.send(ARROWS["left" if step // 10 % 2 else "right"])
        # The title is the only place where digits stand alone or before a comma.
        while time.monotonic() - begun < 5:
            if re.search(
                rb"H(\x1b\[[\d;]*m)*\d{1,4}(,|\x1b|  L|$)", terminal.read(5, patience=0.002)
            ):
                break
        times.append(time.monotonic() - begun)
        terminal.read(0.15, patience=0.15)
    return times


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("picture", type=Path, nargs="?", default=SAMPLE)
    parser.add_argument("--painter", action="append", choices=list(BARS))
    parser.add_argument("--moves", type=int, default=32)
    parser.add_argument("--no-link", action="store_true")
    options = parser.parse_args()
    from PIL import Image, ImageOps

    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        picture = folder / "picture.png"
        with Image.open(options.picture) as image:
            ImageOps.fit(image.convert("L"), (1000, 800)).save(picture)
        print("bytes       step: median   95 %   bar |    result      bar | frugal      bar")
        for painter in options.painter or list(BARS):
            terminal = ready(painter, picture, folder, frugal=False, link=False)
            moves = steps(terminal, options.moves)
            result = full(terminal)
            terminal.close()
            terminal = ready(painter, picture, folder, frugal=True, link=False)
            frugal = full(terminal)
            terminal.close()
            bars = BARS[painter]
            print(
                f"{painter:10} {median(moves):12.0f} {quantiles(moves, n=20)[-1]:8.0f} {bars[0]:6}"
                f" | {result:9} {bars[1]:8} | {frugal:7} {bars[2]:8}",
                flush=True,
            )
        if options.no_link:
            return
        print(
            "\nkey to screen over 390 KB/s, 75 ms each way, results arriving (bar 350 ms at 95 %)"
        )
        for painter in options.painter or list(BARS):
            terminal = ready(painter, picture, folder, frugal=False, link=True)
            times = [seconds * 1e3 for seconds in key_times(terminal, 60)]
            terminal.close()
            print(
                f"{painter:10} median {median(times):4.0f} ms, "
                f"95 % {quantiles(times, n=20)[-1]:4.0f} ms, worst {max(times):4.0f} ms",
                flush=True,
            )


if __name__ == "__main__":
    main()
