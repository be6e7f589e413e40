"""How soon keys show on a slow link while results keep arriving, and how long the app is ever busy.

Run: python benchmarks/link.py [PICTURE] [--painter NAME ...] [--keys N]
The app runs in a pseudo-terminal behind a link of 390 KB/s with 75 or 150 ms each way. Hints are
put all the while. A key counts as shown when the title has the new place; of that, twice the delay
is the link's own; the longest turn of the event loop was among them. The last table is without a
link: for how long the event loop did not take a turn, while everything was done that makes it draw
much, and for how long it computed then.
"""

from __future__ import annotations

import argparse
import tempfile
import time
from pathlib import Path
from statistics import median, quantiles

from pseudoterminal import ARROWS, PAINTERS, SAMPLE, Terminal, gray_copy, ready

DELAYS = (0.075, 0.15)  # seconds each way
SIZES = ((139, 44), (300, 80))
WORST = 4  # turns of the loop that are named
DOINGS = (
    ("view", b"v"),
    ("view", b"v"),
    ("zoom", b"+"),
    ("zoom", b"+"),
    ("move", b"\x1b[C"),
    ("zoom", b"0"),
    ("view", b"v"),
    ("view", b"v"),
    ("hint", b"\r"),
    ("move", b"\x1b[C"),
    ("hint", b"\r"),
    ("undo", b"u"),
    ("redo", b"U"),
    ("overlay", b"w"),
    ("overlay", b"w"),
    ("help", b"?"),
    ("help closed", b"\x1b"),
    ("palette", b"\x10"),
    ("palette typed", b"hint"),
    ("palette closed", b"\x1b"),
    ("open", b"o"),
    ("open closed", b"\x1b"),
    ("panels", b"F"),
    ("panels", b"F"),
    ("resize", b""),
    ("remove all", b"r"),
    ("the end", b""),
)


def key_times(terminal: Terminal, count: int) -> list[float]:
    """Seconds from a key to the new place on the screen, while results keep arriving."""
    times = []
    for step in range(count):
        if step % 6 == 0:
            terminal.send(b"\r")
            terminal.read(0.3, patience=0.3)
        title = terminal.screen.line(0)
        begun = time.monotonic()
        terminal.send(ARROWS["left" if step // 10 % 2 else "right"])
        while time.monotonic() - begun < 5 and terminal.screen.line(0) == title:
            terminal.turn(0.002)
        times.append(time.monotonic() - begun)
        terminal.read(0.15, patience=0.15)
    return times


def busy(terminal: Terminal, size: tuple[int, int]) -> list[tuple[float, str]]:
    """Everything that draws much. When each began, and what it was."""
    begun = []
    for what, keys in DOINGS:
        begun.append((time.monotonic(), what))
        if what == "resize":
            terminal.resize(size[0] - 20, size[1] - 4)
            terminal.read(0.2, patience=0.6)
            terminal.resize(*size)
        terminal.send(keys)
        terminal.read(0.2, patience=0.6)
    return begun


def print_turns(terminal: Terminal, begun: list[tuple[float, str]]) -> None:
    """How long the turns of the loop were since the first of these, and during what."""
    turns = [turn for turn in terminal.gaps if turn[0] > begun[0][0]]
    gaps = [1e3 * gap for _, gap, _ in turns]
    computing = [1e3 * computed for _, _, computed in turns]
    print(f"{max(gaps):9.1f} {sum(gap > 50 for gap in gaps):4} of {len(gaps):4}", end="")
    print(f" {max(computing):17.1f}   ", end="")
    worst = sorted(zip(computing, turns, strict=True), reverse=True)[:WORST]
    during = [
        f"{next(what for began, what in reversed(begun) if began < at)} {milliseconds:.0f}"
        for milliseconds, (at, *_) in worst
    ]
    print(", ".join(during), flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("picture", type=Path, nargs="?", default=SAMPLE)
    parser.add_argument("--painter", action="append", choices=PAINTERS)
    parser.add_argument("--keys", type=int, default=60, help="0: only the last table")
    options = parser.parse_args()
    painters = options.painter or PAINTERS
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        picture = gray_copy(options.picture, folder, (1000, 800))
        print(
            "key to screen, ms   each way   median   95 %   worst"
            "   95 % less the link   longest turn"
        )
        for painter in painters:
            for delay in DELAYS if options.keys else ():
                terminal = ready(painter, picture, folder, delay=delay)
                begun = time.monotonic()
                times = [seconds * 1e3 for seconds in key_times(terminal, options.keys)]
                ended = time.monotonic()
                terminal.close()
                turns = [1e3 * gap for at, gap, _ in terminal.gaps if begun < at < ended]
                last = quantiles(times, n=20)[-1]
                print(
                    f"{painter:19} {delay * 1e3:8.0f} {median(times):8.0f} {last:6.0f}"
                    f" {max(times):7.0f} {last - 2e3 * delay:20.0f} {max(turns):14.0f}",
                    flush=True,
                )
        print("\nturns of the loop, ms   terminal   longest   over 50 ms   most computing, in")
        for painter in painters:
            for size in SIZES:
                terminal = ready(painter, picture, folder, size=size)
                begun = busy(terminal, size)
                terminal.close()
                print(f"{painter:22} {size[0]:4} x {size[1]:2} ", end="")
                print_turns(terminal, begun)


if __name__ == "__main__":
    main()
