"""How the field measures: the two published protocols, their pictures and their hints."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from .data import read_rgb
from .hint_planes import paint

COUNTS = (0, 1, 2, 5, 10, 20, 50, 100, 200)
# Published for ImageNet's validation set, dB: the 2017 paper's figure 6 and the authors' retrain.
PUBLISHED_Z = {
    "Zhang 2017": {
        0: 24.43,
        1: 25.37,
        2: 26.20,
        5: 27.39,
        10: 28.42,
        20: 29.34,
        50: 30.42,
        100: 31.13,
    },
    "its retrain": {0: 26.5, 1: 27.1, 5: 28.3, 10: 29.1, 20: 29.9, 50: 30.9, 100: 31.65},
}


@dataclass(frozen=True)
class Protocol:
    """How hints are simulated and the result is scored."""

    name: str
    size: int
    patch: int
    eight_bit: bool


Z = Protocol("Z", 256, 6, eight_bit=True)
I = Protocol("I", 224, 2, eight_bit=False)  # noqa: E741
PROTOCOLS = {"Z": Z, "I": I}


def load_truth(folder: Path, protocol: Protocol, pattern: str = "*") -> NDArray[np.uint8]:
    """(N, 3, size, size) uint8 RGB: the folder's pictures, squashed to the protocol's square.

    Raises ValueError when none decodes.
    """
    squares = []
    for path in sorted(folder.glob(pattern)):
        rgb = read_rgb(path.read_bytes()) if path.is_file() else None
        if rgb is not None:
            shrinks = min(rgb.shape[:2]) > protocol.size
            kind = cv2.INTER_AREA if shrinks else cv2.INTER_CUBIC
            square = cv2.resize(rgb, (protocol.size, protocol.size), interpolation=kind)
            squares.append(square.transpose(2, 0, 1))
    if not squares:
        raise ValueError(f"no pictures in {folder}")
    return np.ascontiguousarray(np.stack(squares)).astype(np.uint8)


def simulate_hints(
    ab: Tensor, count: int, protocol: Protocol, random: np.random.Generator
) -> tuple[Tensor, Tensor]:
    """The protocol's hints for one picture.

    ab: (1, 2, size, size) true colours. Returns hint ab of that shape and mask (1, 1, size, size).
    """
    room = protocol.size - protocol.patch
    if protocol is Z:
        places = random.normal((room + 1) / 2, (room + 1) / 4, (count, 2))
        low = np.clip(places, 0, room).astype(np.int64)
    else:
        side = protocol.size // protocol.patch
        cells = random.choice(side * side, count, replace=False)
        low = np.stack([cells % side, cells // side], 1) * protocol.patch
    boxes = torch.from_numpy(np.concatenate([low, low + protocol.patch], 1))
    colors = [ab[0, :, y0:y1, x0:x1].mean((1, 2)) for x0, y0, x1, y1 in boxes.tolist()]
    table = torch.stack(colors)[None] if colors else ab.new_zeros(1, 0, 2)
    return paint(boxes[None], table, protocol.size, protocol.size)
