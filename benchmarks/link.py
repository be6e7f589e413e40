"""How soon keys show on a slow link while results keep arriving, and how long the app is ever busy.

Run: python benchmarks/link.py [PICTURE] [--painter NAME ...] [--keys N]
The app runs in a pseudo-terminal behind a link of 390 KB/s with 75 or 150 ms each way. Hints are
put all the while. A key counts as shown when the title has the new place; of that, twice the delay
is the link's own. The last table is without a link: for how long the event loop did not take a
turn, while views, zoom, hints and dialogues made it draw much, and for how long it computed then.
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


def busy(terminal: Terminal) -> float:
    """Everything that draws much: views, zoom, hints, moves, help. When it began."""
    begun = time.monotonic()
    for keys in (b"v", b"v", b"+", b"+", b"0", b"v", b"v", b"\r", b"\x1b[C", b"\r", b"?", b"\x1b"):
        terminal.send(keys)
        terminal.read(0.5, patience=1.0)
    return begun


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("picture", type=Path, nargs="?", default=SAMPLE)
    parser.add_argument("--painter", action="append", choices=PAINTERS)
    parser.add_argument("--keys", type=int, default=60)
    options = parser.parse_args()
    painters = options.painter or PAINTERS
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        picture = gray_copy(options.picture, folder, (1000, 800))
        print("key to screen, ms   each way   median   95 %   worst   95 % less the round trip")
        for painter in painters:
            for delay in DELAYS:
                terminal = ready(painter, picture, folder, delay=delay)
                times = [seconds * 1e3 for seconds in key_times(terminal, options.keys)]
                terminal.close()
                last = quantiles(times, n=20)[-1]
                print(
                    f"{painter:19} {delay * 1e3:8.0f} {median(times):8.0f} {last:6.0f}"
                    f" {max(times):7.0f} {last - 2e3 * delay:26.0f}",
                    flush=True,
                )
        print("\nturns of the loop, ms   terminal   longest   over 50 ms   longest computing")
        for painter in painters:
            for size in SIZES:
                terminal = ready(painter, picture, folder, size=size)
                begun = busy(terminal)
                terminal.close()
                turns = [turn for turn in terminal.gaps if turn[0] > begun]
                gaps = [1e3 * gap for _, gap, _ in turns]
                print(
                    f"{painter:22} {size[0]:4} x {size[1]:2} {max(gaps):9.1f}"
                    f" {sum(gap > 50 for gap in gaps):4} of {len(gaps):4}"
                    f" {1e3 * max(computed for _, _, computed in turns):17.1f}",
                    flush=True,
                )


if __name__ == "__main__":
    main()
