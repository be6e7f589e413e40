"""HintUNet: luma and sparse colour hints in, chroma out.

A U-Net (Ronneberger et al. 2015) of four strided encoder stages, a dilated bottleneck and four
transposed-convolution decoder stages, after Zhang et al. 2017 ("Real-Time User-Guided Image
Colorization"). Two things are added to it:

- the hints, pooled to every scale, enter each encoder and decoder stage, so that a single hinted
  pixel is still there at 1/16 resolution;
- hint attention (`model.attention`) spreads the exact colours of the hints over what looks alike
  nearby, at 1/8 and 1/4 resolution. Its base colour is carried up to the output, which refines it.

An auxiliary head at 1/4 resolution predicts a distribution over quantised ab bins.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple, cast

import torch
from torch import Tensor, nn
from torch.nn import functional as F
from torch.nn.utils.fusion import fuse_conv_bn_eval

from .attention import HintAttention, Memory, PooledHints
from .bins import bin_centers

STRIDE = 16  # height and width of the input must be multiples of this


@dataclass(frozen=True)
class Widths:
    """Channels at full, 1/2, 1/4, 1/8 and 1/16 resolution and in the bottleneck."""

    full: int = 16
    half: int = 32
    quarter: int = 64
    eighth: int = 128
    sixteenth: int = 176
    bottleneck: int = 256


class Prediction(NamedTuple):
    """What the network says.

    ab: (N, 2, H, W) float, ab/110 in [-1, 1].
    logits: (N, bins, H/4, W/4) float, unnormalised log-probabilities of the ab bins.
    memory: the hinted cells of the two hint attentions, to be given to the network with other
        pictures of the same things.
    """

    ab: Tensor
    logits: Tensor
    memory: tuple[Memory, ...] = ()


class ConvBlock(nn.Module):
    """3x3 convolution, batch norm, ReLU."""

    def __init__(self, inputs: int, outputs: int, stride: int = 1, dilation: int = 1) -> None:
        super().__init__()
        self.conv = nn.Conv2d(inputs, outputs, 3, stride, dilation, dilation, bias=False)
        self.norm: nn.Module = nn.BatchNorm2d(outputs)

    def forward(self, x: Tensor) -> Tensor:
        return F.relu(self.norm(self.conv(x)), inplace=True)

    def fold(self) -> None:
        """Merge the batch norm into the convolution, for inference only."""
        self.conv = fuse_conv_bn_eval(self.conv, cast(nn.BatchNorm2d, self.norm))
        self.norm = nn.Identity()


class Residual(nn.Module):
    """Residual block (He et al. 2016) of two 3x3 convolutions, optionally dilated."""

    def __init__(self, channels: int, dilation: int = 1) -> None:
        super().__init__()
        self.first = ConvBlock(channels, channels, dilation=dilation)
        self.second = ConvBlock(channels, channels, dilation=dilation)
        nn.init.zeros_(cast(nn.BatchNorm2d, self.second.norm).weight)

    def forward(self, x: Tensor) -> Tensor:
        second = self.second
        out: Tensor = x + second.norm(second.conv(self.first(x)))
        return F.relu(out, inplace=True)


class GlobalContext(nn.Module):
    """Adds to every cell a bias drawn from the mean of all of them and of the hints."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.mix = nn.Sequential(
            nn.Linear(channels + 3, channels), nn.ReLU(inplace=True), nn.Linear(channels, channels)
        )
        nn.init.zeros_(cast(nn.Linear, self.mix[2]).weight)

    def forward(self, x: Tensor, hints: PooledHints) -> Tensor:
        summary = torch.cat([x.mean((2, 3)), hints.mean_colour()], 1)
        bias: Tensor = self.mix(summary)
        return x + bias[:, :, None, None]


class Encoder(nn.Module):
    """Strided convolution with the pooled hints beside it, then residual blocks."""

    def __init__(self, inputs: int, outputs: int, blocks: int) -> None:
        super().__init__()
        self.down = ConvBlock(inputs, outputs, stride=2)
        self.join = nn.Conv2d(3, outputs, 1)
        self.blocks = nn.Sequential(*(Residual(outputs) for _ in range(blocks)))

    def forward(self, x: Tensor, hints: PooledHints) -> Tensor:
        return cast(Tensor, self.blocks(self.down(x) + self.join(hints.planes)))


class Decoder(nn.Module):
    """Transposed convolution, the skip, the hints and the base colour; then residual blocks.

    Kernel 4 at stride 2 reaches every output pixel with the same number of taps, which keeps the
    checkerboard of other transposed convolutions away (Odena et al. 2016).
    """

    def __init__(self, inputs: int, skip: int, outputs: int, extra: int, blocks: int) -> None:
        super().__init__()
        self.up = nn.ConvTranspose2d(inputs, outputs, 4, 2, 1)
        self.fuse = ConvBlock(outputs + skip + extra, outputs)
        self.blocks = nn.Sequential(*(Residual(outputs) for _ in range(blocks)))

    def forward(self, x: Tensor, *beside: Tensor) -> Tensor:
        up = self.up(x)
        joined = torch.cat([up, *(each.to(up.dtype) for each in beside)], 1)
        return cast(Tensor, self.blocks(self.fuse(joined)))


class HintUNet(nn.Module):
    """The network. See the module's docstring for its parts."""

    def __init__(self, widths: Widths | None = None) -> None:
        super().__init__()
        w = self.widths = widths or Widths()
        self.stem = ConvBlock(4, w.full)
        self.encode2 = Encoder(w.full, w.half, 1)
        self.encode4 = Encoder(w.half, w.quarter, 2)
        self.encode8 = Encoder(w.quarter, w.eighth, 2)
        self.encode16 = Encoder(w.eighth, w.sixteenth, 2)
        self.widen = ConvBlock(w.sixteenth, w.bottleneck)
        self.bottleneck = nn.Sequential(*(Residual(w.bottleneck, d) for d in (1, 2, 4)))
        self.context = GlobalContext(w.bottleneck)
        self.decode8 = Decoder(w.bottleneck, w.eighth, w.eighth, 3, 2)
        self.attend8 = HintAttention(w.eighth, heads=8)
        self.decode4 = Decoder(w.eighth, w.quarter, w.quarter, 5, 2)
        self.attend4 = HintAttention(w.quarter, heads=4)
        self.decode2 = Decoder(w.quarter, w.half, w.half, 5, 1)
        self.decode1 = Decoder(w.half, w.full, w.full, 6, 0)
        self.output = nn.Conv2d(w.full, 2, 3, padding=1)
        nn.init.zeros_(self.output.weight)
        nn.init.zeros_(cast(Tensor, self.output.bias))

        centers = torch.tensor(bin_centers())
        self.bin_centers: Tensor
        self.register_buffer("bin_centers", centers)
        self.classify = nn.Conv2d(w.quarter, len(centers), 1)

    def forward(
        self,
        planes: Tensor,
        max_keys: int | None = None,
        memory: tuple[Memory, ...] = (),
    ) -> Prediction:
        """Colour a batch.

        planes: (N, 4, H, W) float: L in [-1, 1], a/110 and b/110 of the hints, mask 0..1
            (`model.hint_planes`); H and W multiples of 16.
        max_keys: a fixed number of hinted cells for the attention, which keeps shapes static for
            torch.compile; None takes as many as the batch holds.
        memory: hints on other pictures of a batch as large, as a Prediction holds them; they
            colour what looks like what they were put on.
        """
        if planes.shape[-1] % STRIDE or planes.shape[-2] % STRIDE:
            raise ValueError(f"height and width must be multiples of {STRIDE}: {planes.shape}")
        hints = PooledHints.pyramid(planes)
        x1 = self.stem(planes)
        x2 = self.encode2(x1, hints[2])
        x4 = self.encode4(x2, hints[4])
        x8 = self.encode8(x4, hints[8])
        x16 = self.encode16(x8, hints[16])
        x = self.context(self.bottleneck(self.widen(x16)), hints[16])

        x = self.decode8(x, x8, hints[8].planes)
        recalled8, recalled4 = memory or (None, None)
        x, base, seen8 = self.attend8(x, hints[8], None, max_keys, recalled8)
        x = self.decode4(x, x4, hints[4].planes, base := _double(base))
        x, base, seen4 = self.attend4(x, hints[4], base, max_keys, recalled4)
        logits = self.classify(x)
        x = self.decode2(x, x2, hints[2].planes, base := _double(base))
        base = _double(base)
        x = self.decode1(x, x1, planes, base)
        # atanh, so that an untouched base colour comes out of the tanh as it went in
        ab = torch.tanh(torch.atanh(base.float().clamp(-0.97, 0.97)) + self.output(x).float())
        return Prediction(ab, logits, (seen8, seen4))

    def fold(self) -> HintUNet:
        """Switch to inference: evaluation mode, batch norms merged into the convolutions."""
        self.eval()
        for module in self.modules():
            if isinstance(module, ConvBlock):
                module.fold()
        return self


def _double(x: Tensor) -> Tensor:
    return F.interpolate(x, scale_factor=2.0, mode="bilinear", align_corners=False)
