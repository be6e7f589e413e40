"""Second views of pictures: what another frame of a film would show of the same things.

The first view has hints, and the second is coloured with what is remembered of them. The views are
made from stills, so it is known where everything moves.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn import functional as F

from .attention import Memory
from .augment import Augment


@dataclass(frozen=True)
class Tracker:
    """A simulated tracker of the hints, by its shares.

    nothing, unrelated: of the pictures, those without memory and those with another picture's;
    all_lost: of the pictures, those where no hint's place is known; wrong: of the remembered
    cells, those at a wrong place.
    """

    nothing: float = 0.1
    unrelated: float = 0.1
    all_lost: float = 0.4
    wrong: float = 0.05


@dataclass(frozen=True, eq=False)
class Views:
    """How second views lie on the first, and what is known of their hints.

    affine: (N, 2, 3) from places on the second to those on the first, x first, both -1..1 over the
    square picture. source: (N,) the picture whose hints each remembers. known: (N,) bool, false
    where it remembers nothing.
    """

    affine: Tensor
    source: Tensor
    known: Tensor

    @classmethod
    def draw(cls, n: int, tracker: Tracker, augment: Augment) -> Views:
        """Turn, scale, stretch and move n pictures as the objects of a film move."""
        rand = augment.rand
        angle = (rand(n) - 0.5) * math.radians(30)
        scale, stretch = torch.exp(rand(n) - 0.5), torch.exp((rand(n) - 0.5) * 0.3)
        cos, sin = angle.cos() * scale, angle.sin() * scale
        shift = (rand(n, 2) - 0.5) * 0.9
        rows = [cos * stretch, -sin, shift[:, 0], sin, cos / stretch, shift[:, 1]]
        chance = rand(n)
        order = torch.arange(n, device=augment.device)
        unrelated = chance > 1 - tracker.unrelated
        return cls(
            torch.stack(rows, 1).view(n, 2, 3),
            torch.where(unrelated, order.roll(1), order),
            chance >= tracker.nothing,
        )

    @property
    def related(self) -> Tensor:
        """(N,) bool: whether a second view remembers its own picture's hints."""
        order = torch.arange(len(self.source), device=self.source.device)
        return self.known & (self.source == order)

    def show(self, planes: Tensor) -> Tensor:
        """(N, C, H, W) of the first views -> of the second; mirrored beyond the edges."""
        grid = F.affine_grid(self.affine, list(planes.shape), align_corners=False)
        return F.grid_sample(planes, grid, padding_mode="reflection", align_corners=False)

    def recall(self, memory: Memory, tracker: Tracker, augment: Augment) -> Memory:
        """What a tracker knows on the second views of the hints remembered from the first."""
        n, cells = memory.valid.shape
        first = 2 * memory.place - 1
        linear, shift = self.affine[:, :, :2], self.affine[:, :, 2]
        moved = torch.linalg.solve(linear, (first.flip(-1) - shift[:, None]).mT).mT
        place = moved.flip(-1) / 2 + 0.5
        wrong = augment.rand(n, cells, 1) < tracker.wrong
        error = torch.randn(n, cells, 2, generator=augment.generator, device=augment.device)
        place = place + error * torch.where(wrong, 0.2, 0.005)
        # from picture to picture anything from all seen to all lost
        share = augment.rand(n, 1) / (1 - tracker.all_lost)
        placed = (augment.rand(n, cells) > share) & ((place > 0) & (place < 1)).all(-1)
        return Memory(
            memory.seen[self.source],
            memory.color[self.source],
            place,
            placed & self.related[:, None],
            memory.valid[self.source] & self.known[:, None],
        )
