"""From colour hints to the network's 4-channel input; training and inference both pass here."""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn import functional as F

from .color import AB_SCALE

_AT_ONCE = 1 << 22  # pixels that one scatter may touch, which bounds memory


def hint_planes(lightness: Tensor, ab: Tensor, mask: Tensor) -> Tensor:
    """The network's input.

    lightness: (N, 1, H, W) L, 0..100; ab: (N, 2, H, W) hint colours in ab units; mask: (N, 1, H, W)
    0..1. Returns (N, 4, H, W): L in [-1, 1], a/110, b/110 (0 where no hint is), mask.
    """
    return torch.cat([lightness / 50 - 1, ab * mask / AB_SCALE, mask], 1)


def paint(boxes: Tensor, colors: Tensor, height: int, width: int) -> tuple[Tensor, Tensor]:
    """Paint rectangular patches; where they overlap, the later one wins.

    boxes: (N, K, 4) int64: x0, y0, x1, y1, the end excluded, clipped to the picture here; an empty
        box paints nothing. colors: (N, K, 2) float ab of each patch.
    Returns ab (N, 2, height, width), 0 where nothing is painted, and mask (N, 1, height, width).
    """
    n, count, _ = boxes.shape
    limit = boxes.new_tensor([width, height, width, height])
    low, high = torch.minimum(boxes.clamp_min(0), limit).chunk(2, -1)
    reach = int((high - low).max().clamp_min(0)) if count else 0
    top = torch.zeros(n, height * width + 1, dtype=torch.int64, device=boxes.device)
    chunk = max(1, _AT_ONCE // max(1, n * reach * reach))
    steps = torch.arange(reach, device=boxes.device)
    for first in range(0, count if reach else 0, chunk):
        part = slice(first, first + chunk)
        x = low[:, part, 0, None, None] + steps
        y = low[:, part, 1, None, None] + steps[:, None]
        inside = (x < high[:, part, 0, None, None]) & (y < high[:, part, 1, None, None])
        # what lies outside goes to one spare pixel at the end
        pixel = torch.where(inside, y * width + x, height * width)
        rank = torch.arange(first + 1, first + 1 + pixel.shape[1], device=boxes.device)
        top.scatter_reduce_(
            1, pixel.flatten(1), rank[None, :, None, None].expand_as(pixel).flatten(1), "amax"
        )
    top = top[:, :-1]
    table = F.pad(colors, (0, 0, 1, 0))
    ab = table.gather(1, top[..., None].expand(-1, -1, 2)).transpose(1, 2)
    return ab.reshape(n, 2, height, width), (top > 0).to(ab.dtype).view(n, 1, height, width)
