"""How exactly hints are honoured, and luma kept.

Run: python benchmarks/fidelity.py [FOLDER] [--weights FILE]
Puts hints of random in-gamut colours at random places of every picture and compares, over each
hint's patch and at equal L, the ab asked for with the ab of the result (CIEDE2000), leaving out
pixels where that ab does not exist in sRGB. Beside it, the difference of L* between the source and
the result, at the 99.9th percentile, of the worst picture.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import cv2
import numpy as np

from model.color import rgb_to_lab
from tui_colorize import Colorizer, Hint, HintSet
from tui_colorize.color import ciede2000, fit_gamut, hex_to_lab, lab_to_hex
from tui_colorize.hints import patch
from tui_colorize.imagefile import is_picture, read_still
from tui_colorize.picture import Picture

SAMPLES = Path(__file__).parent.parent / "samples"
LARGE = (4000, 3000)
HINTS = 5


def to_lab(rgb: np.ndarray) -> np.ndarray:
    top = float(np.iinfo(rgb.dtype).max)
    return np.stack(rgb_to_lab(*(rgb.astype(np.float64) / top).transpose(2, 0, 1)), -1)


def random_hints(picture: Picture, random: np.random.Generator) -> HintSet:
    hints = HintSet()
    while len(hints) < HINTS:
        x, y = int(random.integers(picture.width)), int(random.integers(picture.height))
        lightness = picture.lightness_at(x, y)
        if 5 < lightness < 95:
            a, b = fit_gamut(lightness, *random.normal(0, 30, 2))
            hints = hints.add(Hint(x, y, lab_to_hex(lightness, float(a) * 0.95, float(b) * 0.95)))
    return hints


def hint_errors(picture: Picture, hints: HintSet, result: np.ndarray) -> np.ndarray:
    errors = []
    for hint in hints:
        lab = result[patch(hint, picture.width, picture.height)].reshape(-1, 3)
        _, a, b = hex_to_lab(hint.color)
        asked = np.stack([lab[:, 0], np.full(len(lab), a), np.full(len(lab), b)], -1)
        fitted = np.stack(fit_gamut(*asked.T), -1)
        exists = np.abs(fitted - asked[:, 1:]).max(1) < 1e-6
        errors.append(ciede2000(lab[exists], asked[exists]))
    return np.concatenate(errors)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=Path, nargs="?", default=SAMPLES)
    parser.add_argument("--weights", type=Path)
    parser.add_argument("--limit", type=int, default=20, help="pictures at most")
    options = parser.parse_args()
    colorizer = Colorizer("cpu", options.weights)
    files = sorted(path for path in options.folder.iterdir() if is_picture(path))
    files = files[:: max(1, len(files) // options.limit)]
    print(f"{'':>14} {'dE median':>10} {'95th':>6} {'99th':>6} {'L* 99.9th, worst':>17}")
    for name, kind, large in (
        ("8 bit", np.uint8, False),
        ("16 bit", np.uint16, False),
        ("8 bit, 12 MP", np.uint8, True),
    ):
        random = np.random.default_rng(0)
        errors, lumas = [], []
        for path in files[:4] if large else files:
            pixels = read_still(path).pixels
            if large:
                pixels = cv2.resize(pixels, LARGE, interpolation=cv2.INTER_CUBIC)
            if kind == np.uint16 and pixels.dtype == np.uint8:
                pixels = pixels.astype(np.uint16) * 257
            picture = colorizer.prepare(pixels)
            hints = random_hints(picture, random)
            result = to_lab(colorizer.colorize(picture, hints))
            errors.append(hint_errors(picture, hints, result))
            lumas.append(np.percentile(np.abs(result[..., 0] - picture.lightness), 99.9))
        median, high, higher = np.percentile(np.concatenate(errors), [50, 95, 99])
        print(f"{name:>14} {median:10.3f} {high:6.3f} {higher:6.3f} {max(lumas):17.4f}")


if __name__ == "__main__":
    main()
