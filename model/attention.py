"""Hint attention: every cell looks at the cells that hold a hint and takes over their colour."""

from __future__ import annotations

import math
from typing import NamedTuple

import torch
from torch import Tensor, nn
from torch.nn import functional as F

MAX_KEYS = 512  # hinted cells that one attention looks at; more are thinned out evenly


class PooledHints(NamedTuple):
    """The hints at one scale.

    planes: (N, 3, h, w): a/110, b/110 (mean over the hinted pixels of the cell, 0 where there are
        none) and 1 where the cell holds a hint.
    weight: (N, 1, h, w): share of the cell that is hinted, 0..1.
    """

    planes: Tensor
    weight: Tensor

    @classmethod
    def pyramid(cls, planes: Tensor) -> dict[int, PooledHints]:
        """Pool the network's input (N, 4, H, W) to strides 2, 4, 8 and 16."""
        mask = planes[:, 3:4]
        # the sums stay exact however small the hint, because they're divided by the same mask
        pooled = torch.cat([planes[:, 1:3] * mask, mask], 1).float()
        levels = {}
        for stride in (2, 4, 8, 16):
            pooled = F.avg_pool2d(pooled, 2)
            weight = pooled[:, 2:3]
            ab = pooled[:, :2] / weight.clamp_min(1e-6)
            levels[stride] = cls(torch.cat([ab, (weight > 0).float()], 1), weight)
        return levels

    def mean_colour(self) -> Tensor:
        """(N, 3): mean a/110 and b/110 over all hinted cells, and 1 where there is any hint."""
        total = self.planes.sum((2, 3))
        count = total[:, 2:3]
        return torch.cat([total[:, :2] / count.clamp_min(1), (count > 0).float()], 1)


class Memory(NamedTuple):
    """Hinted cells as one attention saw them, for it to look at from other pictures, too.

    seen: (N, K, C) features. color: (N, K, 3): a/110, b/110 and 1. place: (N, K, 2): row and column
    of the cell's centre, in units of the square root of the picture's area. placed: (N, K) bool,
    false where nobody knows where on the other picture that is. valid: (N, K) bool, false for
    padding.
    """

    seen: Tensor
    color: Tensor
    place: Tensor
    placed: Tensor
    valid: Tensor

    def beside(self, other: Memory) -> Memory:
        """The cells of both, one after the other."""
        return Memory(*(torch.cat(pair, 1) for pair in zip(self, other, strict=True)))


class HintAttention(nn.Module):
    """Attention from all cells (queries) to the hinted cells (keys), whose values are exact ab.

    The logit of a query and a key is the product of their features, less a learned penalty on
    their squared distance (one width per head, in units of the picture's side), against a learned
    'no hint' logit of the query. Each head gives an ab, weighted by its confidence (one minus the
    weight of 'no hint'), and that confidence. They go back into the features; a gated mean over
    the heads is the base colour.

    Remembered cells of other pictures are keys, too, with a learned handicap. Where nobody knows
    their place, the distance costs nothing.

    All of it is one scaled-dot-product attention: distance, 'no hint' and padding are folded into
    six extra feature columns, so that no logit matrix is ever kept.
    """

    def __init__(self, channels: int, heads: int, features: int = 26) -> None:
        super().__init__()
        self.heads, self.features = heads, features
        self.query = nn.Conv2d(channels, heads * features, 1)
        self.key = nn.Linear(channels, heads * features)
        self.no_hint = nn.Conv2d(channels, heads, 1)
        self.log_penalty = nn.Parameter(torch.linspace(math.log(1.0), math.log(400.0), heads))
        # as strange as if they were a fifth of the picture away, to begin with
        self.recall = nn.Parameter(-0.05 * self.log_penalty.detach().exp())
        self.gate = nn.Conv2d(channels, heads + 1, 1)
        self.back = nn.Conv2d(heads * 3, channels, 1)
        nn.init.constant_(self.no_hint.bias, -2.0)  # type: ignore[arg-type]
        nn.init.zeros_(self.no_hint.weight)
        nn.init.zeros_(self.gate.weight)
        nn.init.zeros_(self.gate.bias)  # type: ignore[arg-type]

    def forward(
        self,
        x: Tensor,
        hints: PooledHints,
        base: Tensor | None,
        max_keys: int | None,
        memory: Memory | None,
    ) -> tuple[Tensor, Tensor, Memory]:
        """Spread the hints.

        x: (N, C, h, w) features; hints: pooled to h x w; base: (N, 2, h, w) ab/110 from the coarser
        scale, or None; max_keys, memory: see HintUNet.forward.
        Returns the refined features, the base colour (N, 2, h, w), and what to remember of x.
        """
        n, _, h, w = x.shape
        own = _hinted_cells(x, hints.planes, max_keys)
        spread = self._spread(x, own, memory)  # (N, heads, h*w, 3)
        planes = spread.permute(0, 1, 3, 2).reshape(n, self.heads * 3, h, w)
        gate = self.gate(x).float()
        weight = gate[:, :-1].softmax(1)[:, :, None]
        mean = (weight * planes.view(n, self.heads, 3, h, w)).sum(1)
        if base is None:
            base = mean[:, :2]
        else:
            # the finer scale takes over as far as it is confident
            keep = gate[:, -1:].sigmoid() * mean[:, 2:]
            base = base * (1 - keep) + mean[:, :2] * keep / mean[:, 2:].clamp_min(1e-4)
        # as the features lie in memory, or joining them would mean moving them
        base = base.contiguous(memory_format=torch.channels_last)
        return x + self.back(planes.to(x.dtype)), base, own

    def _spread(self, x: Tensor, own: Memory, memory: Memory | None) -> Tensor:
        n, _, h, w = x.shape
        cells = own if memory is None else own.beside(memory)

        def split(t: Tensor) -> Tensor:
            return t.view(n, -1, self.heads, self.features).transpose(1, 2).float()

        query = split(self.query(x).flatten(2).transpose(1, 2)) / math.sqrt(self.features)
        key = split(self.key(cells.seen))
        no_hint = self.no_hint(x).flatten(2)[..., None].float()

        penalty = self.log_penalty.float().exp()[None, :, None, None]
        placed = cells.placed[:, None, :, None].float().expand(-1, self.heads, -1, -1)
        q_place = _places(h, w, x.device).expand(n, self.heads, -1, -1)
        k_place = cells.place[:, None] * placed
        # -p|q-k|^2 = 2p q.k - p|k|^2 - p|q|^2: the last term is the same for all placed keys of a
        # query, so it moves, with its sign turned, to the others
        q_norm, k_norm = (penalty * t.square().sum(-1, keepdim=True) for t in (q_place, k_place))
        one = torch.ones_like(q_norm)
        bias = torch.where(cells.valid, 0.0, -1e4)[:, None, :, None].repeat(1, self.heads, 1, 1)
        bias[:, :, own.valid.shape[1] :] += self.recall.float()[None, :, None, None]
        query = torch.cat([query, 2 * penalty * q_place, one, one, no_hint + q_norm, q_norm], -1)
        key = torch.cat([key, k_place, -k_norm, bias, torch.zeros_like(k_norm), 1 - placed], -1)
        nothing = torch.zeros_like(key[:, :, :1])
        nothing[..., -2] = 1
        # as wide as the keys: else no fused kernel takes it, and the logits are kept after all
        color = F.pad(cells.color.float(), (0, key.shape[-1] - 3, 0, 1))[:, None]
        color = color.expand(-1, self.heads, -1, -1)
        with torch.autocast(x.device.type, enabled=False):
            key = torch.cat([key, nothing], 2)
            return F.scaled_dot_product_attention(query, key, color, scale=1.0)[..., :3]


def _hinted_cells(x: Tensor, planes: Tensor, max_keys: int | None) -> Memory:
    """The cells that hold a hint, padded to as many as the batch needs, or to max_keys.

    x: (N, C, h, w) features; planes: PooledHints.planes. Where more are hinted, every n-th of them
    is taken.
    """
    n, _, h, w = x.shape
    hinted = planes[:, 2].flatten(1) > 0
    count = hinted.sum(1, keepdim=True)
    needed = max(int(count.max()), 1) if max_keys is None else h * w
    keys = min(needed, max_keys or MAX_KEYS)
    order = torch.argsort((~hinted).to(torch.uint8), dim=1, stable=True)
    step = (count / keys).clamp_min(1.0)
    slot = torch.arange(keys, device=x.device)
    chosen = (slot * step).long().clamp_max(h * w - 1)
    index = order.gather(1, chosen)

    def taken(values: Tensor) -> Tensor:
        at = index[:, None].expand(n, values.shape[1], keys)
        return values.flatten(2).gather(2, at).transpose(1, 2)

    valid = slot < count
    place = _places(h, w, x.device)[index]
    return Memory(taken(x), taken(planes), place, torch.ones_like(valid), valid)


def _places(h: int, w: int, device: torch.device) -> Tensor:
    """(h*w, 2): row and column of the cells' centres, see Memory."""
    side = math.sqrt(h * w)
    rows = (torch.arange(h, device=device, dtype=torch.float32) + 0.5) / side
    columns = (torch.arange(w, device=device, dtype=torch.float32) + 0.5) / side
    return torch.stack(torch.meshgrid(rows, columns, indexing="ij"), -1).view(h * w, 2)
