"""What film and time do to luma, and colour changes of the target. On whole batches, any device."""

from __future__ import annotations

import math

import torch
from torch import Generator, Tensor
from torch.nn import functional as F


class Augment:
    """Random changes of a batch; every picture draws its own.

    The draws come from `generator`, which fixes the device that the batches live on.
    """

    def __init__(self, generator: Generator) -> None:
        self.generator = generator
        self.device = generator.device

    def rand(self, *shape: int) -> Tensor:
        return torch.rand(*shape, generator=self.generator, device=self.device)

    def chance(self, n: int, share: float) -> Tensor:
        """(n, 1, 1, 1) bool, true for this share of the pictures."""
        return self.rand(n, 1, 1, 1) < share

    def colors(self, ab: Tensor, hinted: Tensor) -> Tensor:
        """Rotate the hue and scale the chroma of some pictures.

        So that the network learns to follow a hint of any colour. Only where `hinted` (N,) is
        true: without hints the likely colours are to be learned, not arbitrary ones.
        ab: (N, 2, H, W) in ab units.
        """
        n = ab.shape[0]
        hinted = hinted.view(n, 1, 1, 1)
        angle = (self.rand(n, 1, 1, 1) - 0.5) * 2 * math.pi
        angle = torch.where(self.chance(n, 0.1) & hinted, angle, 0.0)
        scale = torch.exp((self.rand(n, 1, 1, 1) - 0.4) * 0.8)
        scale = torch.where(self.chance(n, 0.2) & hinted, scale, 1.0)
        a, b = ab[:, :1], ab[:, 1:]
        cos, sin = angle.cos() * scale, angle.sin() * scale
        return torch.cat([a * cos - b * sin, a * sin + b * cos], 1).clamp(-105, 105)

    def film(self, lightness: Tensor, share: float = 0.35) -> Tensor:
        """Degrade the luma of some pictures the way old film and prints are.

        lightness: (N, 1, H, W) L, 0..100. Each of blur, contrast curve, fading, vignetting, grain,
        scratches, dust and 8x8 block compression has a chance of its own.
        """
        n = lightness.shape[0]
        old = self.chance(n, share)
        x = lightness / 100
        for change in (
            self._blur,
            self._curve,
            self._vignette,
            self._grain,
            self._scratches,
            self._blocks,
        ):
            x = torch.where(old & self.chance(n, 0.4), change(x), x)
        return x.clamp(0, 1) * 100

    def _blur(self, x: Tensor) -> Tensor:
        soft = F.avg_pool2d(F.avg_pool2d(x, 3, 1, 1), 3, 1, 1)
        return torch.lerp(x, soft, self.rand(x.shape[0], 1, 1, 1))

    def _curve(self, x: Tensor) -> Tensor:
        n = x.shape[0]
        gamma = torch.exp((self.rand(n, 1, 1, 1) - 0.5) * 1.4)
        black = self.rand(n, 1, 1, 1) * 0.2
        white = 1 - self.rand(n, 1, 1, 1) * 0.25
        contrast = self.rand(n, 1, 1, 1)
        y = x.clamp(0, 1) ** gamma
        y = torch.lerp(y, y * y * (3 - 2 * y), contrast)
        return black + y * (white - black)

    def _vignette(self, x: Tensor) -> Tensor:
        n, _, h, w = x.shape
        rows = torch.linspace(-1, 1, h, device=x.device)[:, None]
        columns = torch.linspace(-1, 1, w, device=x.device)
        shift = (self.rand(n, 2, 1, 1) - 0.5) * 0.6
        far = (columns - shift[:, :1]).square() + (rows - shift[:, 1:]).square()
        return x * (1 - self.rand(n, 1, 1, 1) * 0.3 * far)

    def _grain(self, x: Tensor) -> Tensor:
        noise = torch.randn(x.shape, generator=self.generator, device=x.device)
        coarse = F.avg_pool2d(noise, 3, 1, 1) * 2
        noise = torch.where(self.chance(x.shape[0], 0.5), coarse, noise)
        # silver grain shows most in the middle tones
        strength = self.rand(x.shape[0], 1, 1, 1) * 0.08 * (0.3 + 2.8 * x * (1 - x))
        return x + noise * strength

    def _scratches(self, x: Tensor) -> Tensor:
        n, _, h, w = x.shape
        columns = self.rand(n, 1, 1, w) < 0.01
        long = self.rand(n, 1, h // 16 + 1, w).repeat_interleave(16, 2)[:, :, :h] < 0.7
        dust = self.rand(n, 1, h, w) < 0.0005
        dust = F.max_pool2d(dust.float(), 3, 1, 1) > 0
        shade = torch.where(self.chance(n, 0.5), 0.9, 0.1)
        marked = torch.where((columns & long) | dust, shade, x)
        return torch.lerp(x, marked, 0.3 + 0.6 * self.rand(n, 1, 1, 1))

    def _blocks(self, x: Tensor) -> Tensor:
        """Quantise the 8x8 DCT, which is what JPEG does to luma."""
        n, _, h, w = x.shape
        high, wide = h - h % 8, w - w % 8
        k = torch.arange(8, device=x.device, dtype=torch.float32)
        basis = torch.cos(math.pi / 8 * (k + 0.5) * k[:, None]) * math.sqrt(2 / 8)
        basis[0] = math.sqrt(1 / 8)
        blocks = x[:, 0, :high, :wide].reshape(n, high // 8, 8, wide // 8, 8)
        blocks = blocks.transpose(2, 3)  # (N, rows, columns, 8, 8)
        frequency = (1 + k + k[:, None]) / 255
        step = frequency * (2 + 14 * self.rand(n, 1, 1, 1, 1))
        coded = (basis @ blocks @ basis.T / step).round() * step
        decoded = (basis.T @ coded @ basis).transpose(2, 3).flatten(3, 4).flatten(1, 2)
        return torch.cat(
            [torch.cat([decoded[:, None], x[:, :, :high, wide:]], 3), x[:, :, high:]], 2
        )
