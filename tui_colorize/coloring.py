"""The colours of a picture: rendered at any size, told of places, without asking the network."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from model.bins import variance

from .hintmemory import HintMemory
from .merge import merge
from .picture import Picture, Plane, Region
from .pin import Pin, hold
from .suggest import likely_colors
from .upsample import GuidedChroma

_FINE_REACH = 1.5  # cells of the fit over which a hint's missing colour fades out

Image = NDArray[Any]


@dataclass(frozen=True, eq=False)
class Coloring:
    """The colours of one picture with one set of hints, ready to be rendered at any size.

    ab: (h, w, 2) float32, at the network's size. logits: (bins, h, w) float32, of the ab bins, over
    the picture at a quarter of the network's resolution. memory: what to remember of the hints, for
    other frames of a film.
    """

    picture: Picture
    ab: Plane
    pins: tuple[Pin, ...]
    logits: NDArray[np.float32]
    memory: HintMemory | None = None

    @cached_property
    def chroma(self) -> GuidedChroma:
        """ab for any size; worked out once more is wanted than the network's own."""
        size = self.picture.width, self.picture.height
        return GuidedChroma.enlarging(self.ab, self.picture.scaled, size)

    @cached_property
    def probabilities(self) -> NDArray[np.float32]:
        """(bins, h, w) float32, the softmax of the logits."""
        powers = np.exp(self.logits - self.logits.max(0))
        return np.asarray(powers / powers.sum(0), np.float32)

    def render(
        self, size: tuple[int, int] | None = None, region: Region | None = None
    ) -> NDArray[np.uint8]:
        """The coloured picture, or a region of it, at a size.

        size: (width, height) of the result, by default the region's own. region: (x0, y0, x1, y1)
        in source pixels, the end excluded, by default everything.
        Returns (height, width, 3) uint8 sRGB.
        """
        x0, y0, x1, y1 = region = region or (0, 0, self.picture.width, self.picture.height)
        width, height = size or (x1 - x0, y1 - y0)
        return self._merge(region, self.picture.view(region, width, height), np.dtype(np.uint8))

    def full(self) -> Image:
        """(H, W, 3) sRGB at the source's size, with samples of the source's type."""
        everything = (0, 0, self.picture.width, self.picture.height)
        return self._merge(everything, self.picture.lightness, self.picture.dtype)

    def suggest(self, x: int, y: int, k: int) -> list[tuple[str, float]]:
        """The k likeliest colours of the source pixel (x, y); see `Colorizer.suggest`."""
        _, high, wide = self.probabilities.shape
        column = min(x * wide // self.picture.width, wide - 1)
        row = min(y * high // self.picture.height, high - 1)
        lightness = self.picture.lightness_at(x, y)
        return likely_colors(self.probabilities[:, row, column], lightness, k)

    def uncertainty(self) -> NDArray[np.float32]:
        """(h, w) float32: standard deviation of ab, in ab units, that the network expects."""
        found = variance(torch.from_numpy(self.logits)[None])[0, 0]
        return np.asarray(found.clamp_min(0).sqrt(), np.float32)

    def _merge(self, region: Region, lightness: Plane, dtype: np.dtype[Any]) -> Image:
        picture = self.picture
        x0, y0, x1, y1 = region
        height, width = lightness.shape
        across, down = width / (x1 - x0), height / (y1 - y0)
        pins = [pin.on_grid(across, down, x0, y0) for pin in self.pins]
        scale = 1 / (across * picture.width), 1 / (down * picture.height)
        fine = 1 / scale[0] > self.ab.shape[1]
        guided = self.chroma if fine else GuidedChroma.plain(self.ab)
        reach = _FINE_REACH / (guided.coefficients.shape[1] * scale[0])

        def chroma(rows: slice, strip: Plane) -> Plane:
            origin = x0 / picture.width, y0 / picture.height + rows.start * scale[1]
            lab = guided.at(strip, origin, scale)
            hold(lab, [pin.on_grid(1, 1, 0, rows.start) for pin in pins], reach)
            return lab

        return merge(lightness, chroma, dtype)
