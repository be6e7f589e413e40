"""What the canvas sends to each kind of terminal, in bytes.

Run: python benchmarks/canvas.py [PICTURE] [--painter NAME ...] [--moves N]
The app runs in a pseudo-terminal that answers like the terminal in question, with cells of 10 x 20
pixels. A move is one step of the cursor by an arrow key, both pictures side by side: everything
that comes until nothing has come for 0.4 s. A result is the coloured picture alone, 100 x 40 cells,
all of it new; low: the same with low bandwidth.
"""

from __future__ import annotations

import argparse
import tempfile
from pathlib import Path
from statistics import median, quantiles

from pseudoterminal import ARROWS, PAINTERS, SAMPLE, Terminal, gray_copy, ready

QUIET = 0.4  # seconds
BARS = {
    "halfcell": (300, 165_000, 82_500),
    "sixel": (2_500, 620_000, 310_000),
    "kitty": (120, 200_000, 100_000),
}
SIZES = ((80, 24), (120, 40), (139, 44), (200, 60))
TURNS = ("right", "down", "right", "down", "left", "up", "left", "up")


def steps(terminal: Terminal, count: int) -> list[int]:
    """Bytes of single steps, as many in each direction."""
    counts = []
    for step in range(count):
        terminal.send(ARROWS[TURNS[step % len(TURNS)]])
        counts.append(len(terminal.read(QUIET)))
    return counts


def full(terminal: Terminal) -> int:
    """Bytes of the coloured picture, when every pixel of it changes."""
    for _ in range(2):
        terminal.send(b"v")
        terminal.read(3)
    sizes = []
    for key in (b"+", b"0"):
        terminal.send(key)
        sizes.append(len(terminal.read(3)))
    return max(sizes)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("picture", type=Path, nargs="?", default=SAMPLE)
    parser.add_argument("--painter", action="append", choices=PAINTERS)
    parser.add_argument("--moves", type=int, default=32)
    options = parser.parse_args()
    painters = options.painter or PAINTERS
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        picture = gray_copy(options.picture, folder, (1000, 800))
        print("a move, bytes   terminal   median    95 %   worst     bar   over it")
        for painter in painters:
            bar = BARS[painter][0]
            for size in SIZES:
                terminal = ready(painter, picture, folder, size=size)
                counts = steps(terminal, options.moves)
                terminal.close()
                print(
                    f"{painter:15} {size[0]:4} x {size[1]:2} {median(counts):8.0f}"
                    f" {quantiles(counts, n=20)[-1]:7.0f} {max(counts):7} {bar:7}"
                    f" {sum(count > bar for count in counts):4} of {len(counts)}",
                    flush=True,
                )
        print("\na result, bytes     full      bar       low      bar   low / full")
        for painter in painters:
            sizes = []
            for low in (False, True):
                terminal = ready(painter, picture, folder, frugal=low)
                sizes.append(full(terminal))
                terminal.close()
            bars = BARS[painter]
            print(
                f"{painter:15} {sizes[0]:8} {bars[1]:8}  {sizes[1]:8} {bars[2]:8}"
                f" {sizes[1] / sizes[0]:12.2f}",
                flush=True,
            )


if __name__ == "__main__":
    main()
