"""From a hint to its colours on the screen, as ratios to the network's bare forward pass.

Run: python benchmarks/preview.py [PICTURE] [--painter NAME ...] [--hints N]
The app runs in a pseudo-terminal with a picture of one megapixel. First: from the key that puts a
hint to the first bytes of the coloured picture; fine: to the last of them. In between, while the
app rests, the forward passes of 256 x 256 pixels that all of this is compared with.
"""

from __future__ import annotations

import argparse
import tempfile
import time
from pathlib import Path
from statistics import median, quantiles

import torch
from pseudoterminal import PAINTERS, SAMPLE, Terminal, gray_copy, ready

from model.load import load_network, place

COLORS = ("#c08060", "#3050c0", "#40a040", "#b04040")
REST = 1.2  # seconds until nothing of a hint is going on any more


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


def put_hints(terminal: Terminal, count: int, forward: Forward) -> tuple[list[float], list[float]]:
    """When hints were put, and the seconds of forward passes."""
    put, passes = [], []
    for number in range(count):
        terminal.send(b"\x1b[1;2C" if number % 8 < 4 else b"\x1b[1;2D")
        terminal.read(REST, patience=REST)
        terminal.send(b"c" + COLORS[number % len(COLORS)].encode() + b"\r")
        terminal.read(REST, patience=REST)
        passes += [forward.seconds() for _ in range(2)]
        put.append(time.monotonic())
        terminal.send(b"\r")
        terminal.read(REST, patience=REST)
    return put, passes


def answers(terminal: Terminal, put: list[float]) -> tuple[list[float], list[float]]:
    """Seconds until the first and the last bytes of each hint's frames."""
    first, fine = [], []
    for begun in put:
        frames = [at for at in terminal.shown if begun < at < begun + REST]
        if not frames:
            continue
        came = [at for at, _ in terminal.arrivals if frames[0] < at < begun + REST]
        first.append(came[0] - begun)
        # What comes later than this is what the panels show of a resting cursor.
        fine.append(max(at for at in came if at < frames[-1] + 0.1) - begun)
    return first, fine


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("picture", type=Path, nargs="?", default=SAMPLE)
    parser.add_argument("--painter", action="append", choices=PAINTERS)
    parser.add_argument("--hints", type=int, default=12)
    options = parser.parse_args()
    forward = Forward()
    print(f"{torch.get_num_threads()} threads; medians, ms; in brackets the 95 %")
    print("             forward      first    ratio (bar 1.5)       fine    ratio (bar 3)")
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        picture = gray_copy(options.picture, folder, (1224, 816))
        for painter in options.painter or PAINTERS:
            terminal = ready(painter, picture, folder)
            put, passes = put_hints(terminal, options.hints, forward)
            terminal.close()
            bare = median(passes)
            columns = []
            for times in answers(terminal, put):
                last = quantiles(times, n=20)[-1]
                columns.append(
                    f"{median(times) * 1e3:8.0f} ({last * 1e3:4.0f}) {median(times) / bare:7.2f}"
                )
            print(f"{painter:12} {bare * 1e3:7.0f} {columns[0]:>26} {columns[1]:>24}", flush=True)


if __name__ == "__main__":
    main()
