"""Arithmetic on planes by torch, on any device; see tui_colorize.arithmetic."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn import functional as F


@dataclass(frozen=True)
class TorchArithmetic:
    """On a device. The channels of a plane are kept one after the other."""

    device: torch.device
    at_once: int = 1 << 22  # 8K film has twice as many in its chroma

    def constant(self, table: NDArray[Any]) -> Tensor:
        return torch.from_numpy(table).to(self.device)

    def empty(self, height: int, width: int) -> Tensor:
        return torch.empty(height, width, device=self.device)

    def floats(self, plane: Tensor) -> Tensor:
        return plane.to(torch.float32, copy=True)

    def whole(self, plane: Tensor) -> Tensor:
        return plane.to(torch.int64)

    def looked_up(self, table: Tensor, indices: Tensor) -> Tensor:
        return table[indices]

    def at_least(self, plane: Tensor, low: Any) -> Tensor:
        return torch.clamp(plane, min=low)

    def at_most(self, plane: Tensor, high: Any) -> Tensor:
        return torch.clamp(plane, max=high)

    def with_sign(self, sizes: Tensor, signs: Tensor) -> Tensor:
        return torch.copysign(sizes, signs)

    def scaled(self, planes: Tensor, factor: float, more: Tensor, constant: float = 0) -> Tensor:
        return torch.add(more, planes, alpha=factor) + constant

    def power(self, planes: Tensor, exponent: float) -> Tensor:
        return planes**exponent

    def stacked(self, *planes: Tensor) -> Tensor:
        return torch.stack(planes).movedim(0, -1)

    def split(self, planes: Tensor) -> tuple[Tensor, ...]:
        return planes.unbind(-1)

    def transformed(self, planes: Tensor, matrix: NDArray[Any]) -> Tensor:
        # Written out: a product of matrices may be calculated in TF32, with 10 bits.
        first, *others = planes.unbind(-1)
        sums = []
        for factor, *factors in matrix.tolist():
            total = factor * first
            for more, channel in zip(factors, others, strict=True):
                total = total.add(channel, alpha=more)
            sums.append(total)
        return self.stacked(*sums)

    def padded(self, plane: Tensor, below: int, left: int, right: int) -> Tensor:
        return F.pad(plane[None, None], (left, right, 0, below), mode="replicate")[0, 0]

    def mean(self, planes: Tensor, radius: int) -> Tensor:
        padded = F.pad(_first(planes), (radius,) * 4, mode="reflect")
        return _last(F.avg_pool2d(padded, 2 * radius + 1, stride=1), planes)

    def resized(self, planes: Tensor, size: tuple[int, int]) -> Tensor:
        wanted = size[1], size[0]
        result = F.interpolate(_first(planes), wanted, mode="bilinear", align_corners=False)
        return _last(result, planes)

    def averaged(self, plane: Tensor, size: tuple[int, int]) -> Tensor:
        down, across = (
            _shares(length, count, self)
            for length, count in zip(plane.shape, reversed(size), strict=True)
        )
        return down @ plane @ across.T


def _first(planes: Tensor) -> Tensor:
    """(1, channels, h, w)."""
    return planes.reshape(*planes.shape[:2], -1).movedim(-1, 0)[None]


def _last(batch: Tensor, planes: Tensor) -> Tensor:
    """The inverse of _first, with the dimensions of these planes."""
    channels = batch[0].movedim(0, -1)
    return channels[..., 0] if planes.ndim == 2 else channels


@cache
def _shares(length: int, count: int, by: TorchArithmetic) -> Tensor:
    """(count, length): the shares that pixels have in the means of so many stretches of them."""
    edges = np.arange(count + 1) * (length / count)
    starts = np.arange(length)
    ends = np.minimum(edges[1:, None], starts + 1)
    overlap = (ends - np.maximum(edges[:-1, None], starts)).clip(0)
    return by.constant((overlap * (count / length)).astype(np.float32))
