"""A coloured still of a frame, as the colour of that frame."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from model.color import rgb_to_lab
from tui_colorize.errors import UserError
from tui_colorize.imagefile import read_still
from tui_colorize.terminaltext import printable

_PROPORTIONS = 0.03  # by which a still may differ from the film


def read_reference(
    picture: str | Path | NDArray[Any], size: tuple[int, int], film: tuple[int, int]
) -> NDArray[np.float32]:
    """ab, (height, width, 2) float32 at that size (width, height), of a file or an RGB array.

    film: width and height of the film, whose proportions the picture must have.
    Raises UserError for what is no picture, is gray, or has other proportions.
    """
    if isinstance(picture, str | Path):
        name, pixels = printable(picture), read_still(Path(picture)).pixels
    else:
        name, pixels = "the reference", np.asarray(picture)
    if pixels.ndim != 3 or pixels.shape[2] != 3 or pixels.dtype not in (np.uint8, np.uint16):
        raise UserError(f"{name} is not a coloured picture, which a reference has to be")
    height, width = pixels.shape[:2]
    if abs(width / height * film[1] / film[0] - 1) > _PROPORTIONS:
        raise UserError(
            f"{name} ({width} x {height}) has other proportions than the film "
            f"({film[0]} x {film[1]})"
        )
    shrinks = width * height > size[0] * size[1]
    scaled = cv2.resize(pixels, size, interpolation=cv2.INTER_AREA if shrinks else cv2.INTER_LINEAR)
    rgb = scaled / np.float32(np.iinfo(pixels.dtype).max)
    _, a, b = rgb_to_lab(*np.moveaxis(rgb, -1, 0))
    return np.stack([a, b], axis=-1).astype(np.float32)
