"""How far a result is off the luma of its picture and the colours of its hints."""

from __future__ import annotations

import numpy as np

from model.color import rgb_to_lab
from tui_colorize import Hint
from tui_colorize.color import ciede2000, hex_to_lab, lab_to_hex, max_chroma
from tui_colorize.hints import patch
from tui_colorize.picture import Picture

# of L at the 99.9th percentile
LUMA_BARS = {np.uint8: 0.5, np.uint16: 0.02}


def lab_of(image):
    return np.stack(rgb_to_lab(*np.moveaxis(image / np.iinfo(image.dtype).max, 2, 0)), 2)


def off_luma(result, image):
    """99.9th percentile of the difference in L."""
    return np.percentile(np.abs(lab_of(result)[..., 0] - Picture.of(image).lightness), 99.9)


def hint_errors(result, hints):
    """CIEDE2000 at equal L between the asked and the found ab, over the patches of the hints."""
    height, width = result.shape[:2]
    errors = []
    for hint in hints:
        lab = lab_of(result[patch(hint, width, height)]).reshape(-1, 3)
        asked = lab.copy()
        asked[:, 1:] = hex_to_lab(hint.color)[1:]
        errors.append(ciede2000(lab, asked))
    return np.concatenate(errors)


def fitting_hints(gray, count, radius, seed=0):
    """Hints with colours that sRGB has at the luma of their places."""
    rng = np.random.default_rng(seed)
    height, width = gray.shape
    lightness = Picture.of(gray).lightness
    hints = []
    for hue in np.linspace(0, 360, count, endpoint=False):
        x = int(rng.integers(radius, width - radius))
        y = int(rng.integers(radius, height - radius))
        around = lightness[y - radius : y + radius + 1, x - radius : x + radius + 1]
        chroma = 0.9 * min(float(max_chroma(level, hue)) for level in (around.min(), around.max()))
        a, b = chroma * np.cos(np.radians(hue)), chroma * np.sin(np.radians(hue))
        hints.append(Hint(x, y, lab_to_hex(float(around.mean()), a, b), radius))
    return hints
