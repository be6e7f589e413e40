"""Time and memory of colouring stills, as ratios to the network's bare forward pass.

Run: python benchmarks/stills.py [--repeat N]
Absolute times drift with the machine; the ratios are taken in one run, forward passes in between.
"""

from __future__ import annotations

import argparse
import resource
import subprocess
import sys
import time
from collections.abc import Callable
from functools import partial
from statistics import median

import cv2
import numpy as np
import torch

from model.load import load_network, place
from tui_colorize import Colorizer, Hint

SIZES = {"1 MP": (1000, 1000), "1 MP, 3:2": (1224, 816), "12 MP": (4000, 3000)}
HINTS = [("#c08060", 0.5, 0.5), ("#3050c0", 0.2, 0.1), ("#40a040", 0.8, 0.9)]


def scene(width: int, height: int, channels: int = 1) -> np.ndarray:
    """A made-up photograph: soft shapes, edges, and grain."""
    random = np.random.default_rng(1)
    soft = cv2.resize(random.normal(0, 40, (9, 12)), (width, height), interpolation=cv2.INTER_CUBIC)
    steps = cv2.resize(random.normal(0, 30, (6, 8)), (width, height), interpolation=0)
    gray = 120 + soft + steps + random.normal(0, 4, (height, width))
    gray = np.clip(gray, 0, 255).astype(np.uint8)
    if channels == 1:
        return gray
    tint = random.integers(-20, 20, (6, 8, 3)).astype(np.float32)
    tint = cv2.resize(tint, (width, height), interpolation=cv2.INTER_CUBIC)
    return np.clip(gray[..., None] + tint, 0, 255).astype(np.uint8)


def hints_for(width: int, height: int) -> list[Hint]:
    return [Hint(int(x * width), int(y * height), color) for color, x, y in HINTS]


def seconds(work: Callable[[], object]) -> float:
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def times(repeat: int) -> None:
    colorizer = Colorizer(device="cpu")
    network = place(load_network().fold(), torch.device("cpu"))
    planes = torch.zeros(1, 4, 256, 256)
    planes[:, 1:, 100:107, 100:107] = 0.4
    planes = planes.contiguous(memory_format=torch.channels_last)

    def forward() -> None:
        with torch.inference_mode():
            network(planes)

    rows = []
    for name, (width, height) in SIZES.items():
        for kind, channels in (("gray", 1), ("RGB", 3)):
            image, hints = scene(width, height, channels), hints_for(width, height)
            bare, whole = [], []
            for turn in range(repeat + 2):
                one, other = seconds(forward), seconds(partial(colorizer.colorize, image, hints))
                if turn >= 2:  # the first rounds warm up
                    bare.append(one)
                    whole.append(other)
            rows.append((f"{name} {kind}", median(bare) * 1e3, median(whole) * 1e3))
    print(f"{torch.get_num_threads()} threads, medians of {repeat}")
    print(f"{'picture':>16} {'forward 256x256':>16} {'hint to result':>15} {'ratio':>6}")
    for name, bare_ms, whole_ms in rows:
        print(f"{name:>16} {bare_ms:13.1f} ms {whole_ms:12.1f} ms {whole_ms / bare_ms:6.2f}")


def memory() -> None:
    """Colour 24 megapixels and print the peak of this process's memory."""
    image = scene(6000, 4000, 3)
    Colorizer(device="cpu").colorize(image, hints_for(6000, 4000))
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"peak memory at 24 MP (RGB, picture and result included): {peak:.0f} MiB")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--repeat", type=int, default=9)
    parser.add_argument("--memory", action="store_true", help="only the memory run")
    options = parser.parse_args()
    if options.memory:
        memory()
        return
    times(options.repeat)
    # a process of its own, so that the peak is this one picture's
    subprocess.run([sys.executable, __file__, "--memory"], check=True)


if __name__ == "__main__":
    main()
