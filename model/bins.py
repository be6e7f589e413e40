"""The quantised ab plane: a 10-unit grid, kept where sRGB has a colour (Zhang et al. 2016, 3.1)."""

from __future__ import annotations

from functools import cache

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from .color import rgb_to_lab

GRID = 10.0
_REACH = 11  # the grid runs over -110..110


@cache
def bin_centers() -> NDArray[np.float32]:
    """(bins, 2) float32: a, b of every bin, in ab units, rows ordered by a, then b. Read only."""
    ramp = np.linspace(0, 1, 52)
    _, a, b = rgb_to_lab(*np.meshgrid(ramp, ramp, ramp))
    row, column = (np.rint(plane / GRID).astype(int) + _REACH for plane in (a, b))
    colored = np.zeros((2 * _REACH + 1, 2 * _REACH + 1), np.bool_)
    colored[row, column] = True
    centers = ((np.argwhere(colored) - _REACH) * GRID).astype(np.float32, order="C")
    centers.flags.writeable = False
    return centers


@cache
def bin_table() -> NDArray[np.int64]:
    """(23, 23) int64: the nearest bin of every grid cell; index with ab/10 rounded, plus 11."""
    steps = np.arange(-_REACH, _REACH + 1) * GRID
    a, b = np.meshgrid(steps, steps, indexing="ij")
    cells = np.stack([a, b], -1)[:, :, None]
    table: NDArray[np.int64] = np.square(cells - bin_centers()).sum(-1).argmin(-1)
    return table


def variance(logits: Tensor) -> Tensor:
    """(N, bins, h, w) logits -> (N, 1, h, w): variance of ab, in ab units squared."""
    share = logits.permute(0, 2, 3, 1).float().softmax(-1)
    mean_a, mean_b, square = (share @ _moments(logits.device)).unbind(-1)
    spread: Tensor = square - mean_a.square() - mean_b.square()
    return spread[:, None]


@cache
def _moments(device: torch.device) -> Tensor:
    """(bins, 3): a, b and the square of the chroma of every bin."""
    centers = torch.from_numpy(bin_centers().copy())
    return torch.cat([centers, centers.square().sum(1, keepdim=True)], 1).to(device)
