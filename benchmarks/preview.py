"""From a hint to its colours on the screen, as ratios to the network's bare forward pass.

Run: python benchmarks/preview.py [PICTURE] [--painter NAME ...] [--hints N] [--hasty] [--whole]
The app runs in a pseudo-terminal with a picture of one megapixel. First: from the key that puts a
hint to the first bytes of the coloured picture; fine: to the last of them. Before and after each
hint, while the app rests, the forward passes of 256 x 256 pixels that its times are compared with.
While the cursor rests, the app colours the hint that is likely to come; hasty: it has no time to.
whole: the coloured picture alone is on the canvas, twice as large.
"""

from __future__ import annotations

import argparse
import tempfile
import time
from pathlib import Path
from statistics import median, quantiles
from typing import NamedTuple

import torch
from pseudoterminal import PAINTERS, SAMPLE, Terminal, gray_copy, ready

from model.load import load_network, place

COLORS = ("#c08060", "#3050c0", "#40a040", "#b04040")
PASSES = 3  # forward passes before and after a hint
HASTE = 0.08  # seconds from the colour to its hint: those in which it is shown
REST = 1.2  # seconds until nothing of a hint is going on any more


class Answer(NamedTuple):
    """ratio: of the seconds to those of a forward pass at about that time."""

    seconds: float
    ratio: float


class Forward:
    """The bare network."""

    def __init__(self) -> None:
        self._network = place(load_network().fold(), torch.device("cpu"))
        planes = torch.zeros(1, 4, 256, 256)
        planes[:, 1:, 100:107, 100:107] = 0.4
        self._planes = planes.contiguous(memory_format=torch.channels_last)
        for _ in range(3):
            self.seconds()

    def seconds(self) -> float:
        begun = time.perf_counter()
        with torch.inference_mode():
            self._network(self._planes)
        return time.perf_counter() - begun


def put_hints(
    terminal: Terminal, count: int, forward: Forward, *, hasty: bool
) -> list[tuple[float, float]]:
    """When each hint was put, and the seconds of a forward pass at about that time."""
    put = []
    for number in range(count):
        terminal.send(b"\x1b[1;2C" if number % 8 < 4 else b"\x1b[1;2D")
        terminal.read(REST, patience=REST)
        color = b"c" + COLORS[number % len(COLORS)].encode() + b"\r"
        if not hasty:
            terminal.send(color)
            terminal.read(REST, patience=REST)
        passes = [forward.seconds() for _ in range(PASSES)]
        if hasty:
            terminal.send(color)
            terminal.read(HASTE, patience=HASTE)
        begun = time.monotonic()
        terminal.send(b"\r")
        terminal.read(REST, patience=REST)
        passes += [forward.seconds() for _ in range(PASSES)]
        put.append((begun, median(passes)))
    return put


def answers(
    terminal: Terminal, put: list[tuple[float, float]]
) -> tuple[list[Answer], list[Answer]]:
    """How long the first and the last bytes of each hint's frames took."""
    first, fine = [], []
    for begun, bare in put:
        frames = [at for at in terminal.shown if begun < at < begun + REST]
        if not frames:
            continue
        came = [at for at, _ in terminal.arrivals if frames[0] < at < begun + REST]
        first.append(Answer(came[0] - begun, (came[0] - begun) / bare))
        # What comes later than this is what the panels show of a resting cursor.
        taken = max(at for at in came if at < frames[-1] + 0.1) - begun
        fine.append(Answer(taken, taken / bare))
    return first, fine


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("picture", type=Path, nargs="?", default=SAMPLE)
    parser.add_argument("--painter", action="append", choices=PAINTERS)
    parser.add_argument("--hints", type=int, default=12)
    parser.add_argument("--hasty", action="store_true")
    parser.add_argument("--whole", action="store_true")
    options = parser.parse_args()
    forward = Forward()
    print(f"{torch.get_num_threads()} threads; medians, ms; in brackets the 95 %")
    print("             forward      first    ratio (bar 1.5)       fine    ratio (bar 3)")
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        picture = gray_copy(options.picture, folder, (1224, 816))
        for painter in options.painter or PAINTERS:
            terminal = ready(painter, picture, folder)
            if options.whole:
                terminal.send(b"vv")
                terminal.read(REST)
            put = put_hints(terminal, options.hints, forward, hasty=options.hasty)
            terminal.close()
            bare = median(seconds for _, seconds in put)
            columns = []
            for each in answers(terminal, put):
                times = [1e3 * answer.seconds for answer in each]
                ratio = median(answer.ratio for answer in each)
                columns.append(
                    f"{median(times):8.0f} ({quantiles(times, n=20)[-1]:4.0f}) {ratio:7.2f}"
                )
            print(f"{painter:12} {bare * 1e3:7.0f} {columns[0]:>26} {columns[1]:>24}", flush=True)


if __name__ == "__main__":
    main()
