"""Simulated users: how many hints, where, how large."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch import Generator, Tensor
from torch.nn import functional as F

from .hint_planes import paint


@dataclass(frozen=True)
class User:
    """Shares of the training samples, and the sizes of the patches in pixels.

    no_hints: pictures without any; few: count geometric(1/8) (Zhang et al. 2017, 3.1.1);
    dense: a rectangle in which most pixels are hinted, like colour carried over from a previous
    frame; the rest has a count log-uniform in 1..max_count.
    """

    no_hints: float = 0.3
    few: float = 0.4
    dense: float = 0.05
    max_count: int = 200
    max_patch: int = 9


def draw_counts(n: int, user: User, generator: Generator) -> Tensor:
    """(n,) int64: how many hints each of n pictures gets."""
    draw = torch.rand(3, n, generator=generator, device=generator.device)
    geometric = 1 + (draw[1].clamp_min(1e-6).log() / math.log(7 / 8)).floor()
    spread = torch.exp(draw[2] * math.log(user.max_count + 1)).floor()
    count = torch.where(draw[0] < user.no_hints + user.few, geometric, spread)
    count = torch.where(draw[0] < user.no_hints, 0.0, count)
    return count.clamp_max(user.max_count).long()


def simulate(ab: Tensor, counts: Tensor, user: User, generator: Generator) -> tuple[Tensor, Tensor]:
    """Hints that a person might put on pictures of these true colours.

    ab: (N, 2, H, W) true colours; counts: (N,) from `draw_counts`. Returns hint ab (N, 2, H, W)
    and mask (N, 1, H, W); each patch has the mean true colour of its square.
    """
    n, _, height, width = ab.shape
    device = ab.device

    def rand(*shape: int) -> Tensor:
        return torch.rand(*shape, generator=generator, device=device)

    most = user.max_count
    # half of the pictures like a person who starts at the centre, half anywhere
    centre = torch.randn(n, most, 2, generator=generator, device=device) / 4 + 0.5
    place = torch.where(rand(n, 1, 1) < 0.5, centre.clamp(0, 1), rand(n, most, 2))
    side = (rand(n, most) * user.max_patch).long() + 1
    room = torch.stack([width - side, height - side], -1).clamp_min(0)
    low = (place * (room + 1)).long().minimum(room)
    used = torch.arange(most, device=device) < counts[:, None]
    high = torch.where(used[..., None], low + side[..., None], low)
    boxes = torch.cat([low, high], -1)
    hints, mask = paint(boxes, _box_means(ab, boxes), height, width)
    return _dense_region(ab, hints, mask, (rand(n) < user.dense) & (counts > 0), rand)


def _box_means(ab: Tensor, boxes: Tensor) -> Tensor:
    """(N, K, 2): mean of ab over each box, from an integral image."""
    width = ab.shape[-1]
    sums = F.pad(ab.double().cumsum(2).cumsum(3), (1, 0, 1, 0)).flatten(2)
    x0, y0, x1, y1 = boxes.unbind(-1)

    def corner(x: Tensor, y: Tensor) -> Tensor:
        return sums.gather(2, (y * (width + 1) + x)[:, None].expand(-1, 2, -1))

    total = corner(x1, y1) - corner(x0, y1) - corner(x1, y0) + corner(x0, y0)
    area = ((x1 - x0) * (y1 - y0)).clamp_min(1)[:, None]
    return (total / area).transpose(1, 2).to(ab.dtype)


def _dense_region(
    ab: Tensor, hints: Tensor, mask: Tensor, chosen: Tensor, rand: Callable[..., Tensor]
) -> tuple[Tensor, Tensor]:
    n, _, height, width = ab.shape
    # up to the whole picture, and never less than a third of a side
    size = (0.33 + 0.87 * rand(n, 2, 1, 1)).clamp_max(1)
    low = rand(n, 2, 1, 1) * (1 - size)
    high = low + size
    share = rand(n, 1, 1).square()
    x = torch.linspace(0, 1, width, device=ab.device)[None, None, :]
    y = torch.linspace(0, 1, height, device=ab.device)[None, :, None]
    inside = (x >= low[:, 0]) & (x <= high[:, 0]) & (y >= low[:, 1]) & (y <= high[:, 1])
    keep = inside & (rand(n, height, width) > share) & chosen[:, None, None]
    keep = keep[:, None]
    # carried colour is soft: it went through a warp
    soft = F.avg_pool2d(ab, 3, 1, 1)
    return torch.where(keep, soft, hints), torch.where(keep, 1.0, mask)
