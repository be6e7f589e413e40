"""A contact sheet: results side by side, to be looked at."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path

import numpy as np
from PIL import Image
from torch import Tensor

_ACROSS = 3  # rows of pictures beside each other
_GAP = 12  # pixels between these


def save_sheet(path: Path, rows: Iterable[Sequence[Tensor]]) -> None:
    """Write rows of equally large pictures, (3, H, W) RGB 0..1 each, as one picture.

    Raises OSError when it cannot be written, ValueError for an unknown suffix.
    """
    strips = [np.concatenate([_pixels(one) for one in row], 1) for row in rows]
    height, width = strips[0].shape[:2]
    down = -(-len(strips) // _ACROSS)
    step = width + _GAP
    sheet = np.full((down * height, min(len(strips), _ACROSS) * step - _GAP, 3), 255, np.uint8)
    for number, strip in enumerate(strips):
        row, column = divmod(number, _ACROSS)
        sheet[row * height :, column * step :][:height, :width] = strip
    Image.fromarray(sheet).save(path)


def _pixels(picture: Tensor) -> np.ndarray[tuple[int, ...], np.dtype[np.uint8]]:
    return (picture.permute(1, 2, 0).cpu().numpy() * 255).round().astype(np.uint8)
