"""How much better a picture gets with hints where `n` goes than with hints anywhere.

Run: python benchmarks/places.py FOLDER [--count N] [--hints N] [--device cpu]
A colour picture's luma is coloured with hints of its own colours: each time at the place that the
app offers first, at the most uncertain cell, and at random places (the mean of three drawings).
PSNR on RGB in dB, mean over the pictures, which are taken evenly from the folder.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable
from pathlib import Path

import cv2
import numpy as np

from tui_colorize import Colorizer, Hint
from tui_colorize.color import rgb_to_hex
from tui_colorize.hints import patch
from tui_colorize.tui.places import uncertain_places

Choose = Callable[[Colorizer, object, list[Hint]], tuple[int, int]]


def by_gain(colorizer: Colorizer, picture, hints: list[Hint]) -> tuple[int, int]:
    uncertainty = colorizer.uncertainty(picture, hints)
    lightness = picture.scaled(*reversed(uncertainty.shape))
    return uncertain_places(uncertainty, lightness, (picture.width, picture.height), hints, 1)[0]


def by_peak(colorizer: Colorizer, picture, hints: list[Hint]) -> tuple[int, int]:
    uncertainty = colorizer.uncertainty(picture, hints)
    height, width = uncertainty.shape
    row, column = np.unravel_index(int(uncertainty.argmax()), uncertainty.shape)
    return int((column + 0.5) * picture.width / width), int((row + 0.5) * picture.height / height)


def at_random(seed: int) -> Choose:
    random = np.random.default_rng(seed)

    def choose(colorizer: Colorizer, picture, hints: list[Hint]) -> tuple[int, int]:
        return int(random.integers(picture.width)), int(random.integers(picture.height))

    return choose


def true_hint(truth: np.ndarray, x: int, y: int) -> Hint:
    """A hint with the mean colour of its own patch."""
    height, width = truth.shape[:2]
    mean = truth[patch(Hint(x, y, "#000"), width, height)].reshape(-1, 3).mean(0)
    return Hint(x, y, rgb_to_hex(*(round(part) for part in mean.tolist())))


def quality(colorizer: Colorizer, truth: np.ndarray, choose: Choose, count: int) -> float:
    """PSNR with so many hints."""
    picture, hints = colorizer.prepare(truth), []
    while len(hints) < count:
        hints.append(true_hint(truth, *choose(colorizer, picture, hints)))
    return cv2.PSNR(colorizer.colorize(picture, hints), truth)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("--count", type=int, default=12)
    parser.add_argument("--hints", type=int, default=10)
    parser.add_argument("--device", default="cpu")
    options = parser.parse_args()
    files = sorted(file for file in options.folder.iterdir() if file.suffix in (".jpg", ".png"))
    files = files[:: max(1, len(files) // options.count)][: options.count]
    pictures = [cv2.cvtColor(cv2.imread(str(file)), cv2.COLOR_BGR2RGB) for file in files]
    colorizer = Colorizer(device=options.device)
    ways: dict[str, list[Choose]] = {
        "where n goes": [by_gain],
        "most uncertain": [by_peak],
        "random": [at_random(seed) for seed in range(3)],
    }
    print(f"{len(pictures)} pictures, {options.hints} hints")
    for name, choices in ways.items():
        results = [
            quality(colorizer, truth, choose, options.hints)
            for truth in pictures
            for choose in choices
        ]
        print(f"{name:16} {np.mean(results):.2f} dB", flush=True)


if __name__ == "__main__":
    main()
