"""Luma and hints in, colour out: the only caller of the network."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import groupby
from pathlib import Path
from threading import Lock
from types import MappingProxyType
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from model.attention import Memory
from model.color import AB_SCALE
from model.hint_planes import hint_planes, paint
from model.load import find_device, load_network, place, quick_dtype
from model.unet import Prediction
from model.vividness import DEFAULT as DEFAULT_VIVIDNESS
from model.vividness import enliven

from .color import hex_to_lab
from .errors import UserError
from .hintmemory import Cells, HintMemory, Places
from .hints import Hint, HintSet, patch
from .merge import merge
from .picture import Picture, Plane, Region
from .pin import Pin, hold
from .suggest import likely_colors
from .terminaltext import printable
from .upsample import GuidedChroma

NETWORK_SIZE = 256  # the network sees as many pixels as a square of this side has

_COARSE_REACH = 2.5  # cells of the network over which a hint's missing colour fades out
_FINE_REACH = 1.5  # the same at full resolution, in cells of the fit
_BATCH = 16

Image = NDArray[Any]


@dataclass(frozen=True, eq=False)
class Coloring:
    """The colours of one picture with one set of hints, ready to be rendered at any size.

    vividness: 0..1, see Colorizer.
    logits: (bins, h, w) float32, of the ab bins, over the picture at a quarter of the network's
    resolution; bins: (bins, 2) ab of their centres.
    """

    picture: Picture
    hints: HintSet
    chroma: GuidedChroma
    pins: tuple[Pin, ...]
    logits: NDArray[np.float32]
    bins: NDArray[np.float32]
    vividness: float

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
        bins = self.bins.astype(np.float64)
        mean = np.tensordot(bins.T, self.probabilities, 1)
        square = np.tensordot(np.square(bins).sum(1), self.probabilities, 1)
        variance = np.maximum(square - np.square(mean).sum(0), 0)
        return np.asarray(np.sqrt(variance), np.float32)

    def _merge(self, region: Region, lightness: Plane, dtype: np.dtype[Any]) -> Image:
        picture = self.picture
        x0, y0, x1, y1 = region
        height, width = lightness.shape
        across, down = width / (x1 - x0), height / (y1 - y0)
        pins = [pin.on_grid(across, down, x0, y0) for pin in self.pins]
        scale = 1 / (across * picture.width), 1 / (down * picture.height)
        cell = self.chroma.coefficients.shape[1] * scale[0]
        reach = _FINE_REACH / cell

        def chroma(rows: slice, strip: Plane) -> Plane:
            origin = x0 / picture.width, y0 / picture.height + rows.start * scale[1]
            lab = self.chroma.at(strip, origin, scale)
            hold(lab, [pin.on_grid(1, 1, 0, rows.start) for pin in pins], reach)
            return lab

        return merge(lightness, chroma, dtype)


class Colorizer:
    """Colours pictures under the guidance of hints. Safe to use from several threads."""

    def __init__(
        self,
        device: str = "auto",
        weights: str | Path | None = None,
        vividness: float | None = None,
    ) -> None:
        """Load the network.

        device: "auto" (CUDA where there is one), "cpu", "cuda" or "cuda:N". weights: a safetensors
        file, by default the bundled one. vividness: see there. Raises UserError when one of them
        cannot be used.
        """
        self.vividness = DEFAULT_VIVIDNESS if vividness is None else vividness
        try:
            self._device = find_device(device)
            network = load_network(Path(weights) if weights is not None else None).fold()
        except ValueError as error:
            raise UserError(printable(str(error))) from error
        self._dtype = quick_dtype(self._device)
        self._network = place(network, self._device, self._dtype)
        self._bins: NDArray[np.float32] = network.bin_centers.cpu().numpy()
        self._lock = Lock()
        self._last: Coloring | None = None

    @property
    def device(self) -> str:
        """Where the network runs: "cpu" or "cuda:N"."""
        return str(self._device)

    @property
    def network_size(self) -> int:
        """The network sees as many pixels as a square of this side has."""
        return NETWORK_SIZE

    @property
    def vividness(self) -> float:
        """How much more colourful than the network's careful guess unhinted places become, 0..1.

        0 is the guess as it is. What hints decide is the same with any. To be set at any time, for
        what is coloured from then on; raises UserError for what is no number from 0 to 1.
        """
        return self._vividness

    @vividness.setter
    def vividness(self, share: float) -> None:
        if not 0 <= share <= 1:
            raise UserError(f"vividness is a number from 0 to 1, not {share:g}")
        self._vividness = float(share)

    def prepare(self, image: Image | Picture) -> Picture:
        """Take the luma of an image, to be used for many results. Raises UserError."""
        return image if isinstance(image, Picture) else Picture.of(image)

    def colorize(self, image: Image | Picture, hints: Iterable[Hint] = ()) -> Image:
        """Colour an image at its full resolution.

        image: (H, W) or (H, W, 3) uint8 or uint16, sRGB; of a coloured one only the luma is used.
        hints: with positions in pixels of the image. Returns (H, W, 3) sRGB of the same type.
        Raises UserError for an unfit image or a hint outside of it.
        """
        return self.solve(image, hints).full()

    def colorize_batch(
        self, images: Sequence[Image | Picture], hints: Sequence[Iterable[Hint]] | None = None
    ) -> list[Image]:
        """Colour many images at once, each with its own hints; see `colorize`."""
        hints = hints if hints is not None else [()] * len(images)
        if len(hints) != len(images):
            raise UserError(f"{len(images)} images need as many sets of hints, not {len(hints)}")
        jobs = [self._job(image, some) for image, some in zip(images, hints, strict=True)]
        results: dict[int, Image] = {}

        def size(index: int) -> tuple[int, int]:
            return jobs[index][0].working_size(NETWORK_SIZE)

        for _, same_size in groupby(sorted(range(len(jobs)), key=size), size):
            order = list(same_size)
            for first in range(0, len(order), _BATCH):
                part = order[first : first + _BATCH]
                colorings = self._solve([jobs[index] for index in part])
                results |= {i: c.full() for i, c in zip(part, colorings, strict=True)}
        return [results[index] for index in range(len(jobs))]

    def solve(self, image: Image | Picture, hints: Iterable[Hint] = ()) -> Coloring:
        """Run the network; the result can be rendered at any size. Raises UserError."""
        picture, hint_set = self._job(image, hints)
        last, wanted = self._last, (hint_set, self.vividness)
        if last is None or last.picture is not picture or (last.hints, last.vividness) != wanted:
            last = self._solve([(picture, hint_set)])[0]
            self._last = last
        return last

    def suggest(
        self, image: Image | Picture, hints: Iterable[Hint], x: int, y: int, k: int = 6
    ) -> list[tuple[str, float]]:
        """Likely colours of a pixel, given the hints.

        Returns up to k pairs of '#rrggbb', at the pixel's own L, and the probability that the true
        colour lies within 10 ab units of it and no earlier one; the likeliest first.
        Raises UserError for a place outside of the image.
        """
        coloring = self.solve(image, hints)
        if not (0 <= x < coloring.picture.width and 0 <= y < coloring.picture.height):
            size = f"{coloring.picture.width}x{coloring.picture.height}"
            raise UserError(f"the place {x},{y} is outside of the picture ({size})")
        return coloring.suggest(x, y, k)

    def uncertainty(
        self, image: Image | Picture, hints: Iterable[Hint] = ()
    ) -> NDArray[np.float32]:
        """(h, w) float32, coarser than the image: where a hint would help most.

        The standard deviation of ab that the network expects, in ab units.
        """
        return self.solve(image, hints).uncertainty()

    def color_planes(
        self,
        lightness: Plane,
        ab: Plane,
        mask: Plane,
        memory: HintMemory | None = None,
        places: Places = MappingProxyType({}),
        max_keys: int | None = None,
    ) -> Plane:
        """The network's colours at its own size, without the enlargement and pins of a still.

        lightness: (n, h, w) float32 L, 0..100; h and w as Picture.working_size gives them.
        ab: (n, h, w, 2) float32 colours known beforehand, counting where mask (n, h, w) is 1.
        memory: of hints on other frames; places: where those hints are on these. max_keys: how many
        hinted cells the attentions look at; a few of them are enough, and quicker, where most of
        the picture is hinted.
        Returns (n, h, w, 2) float32 ab.
        """
        planes = _planes(lightness, ab, mask)
        recalled = _recalled(memory, places, planes)
        return self._predict(planes, self.vividness, recalled, max_keys)[0]

    def remember(self, lightness: Plane, ab: Plane, mask: Plane, places: Places) -> HintMemory:
        """What to remember of the hints on one frame, (h, w) and (h, w, 2); see color_planes."""
        planes = _planes(lightness[None], ab[None], mask[None])
        side = _side(planes)
        levels = []
        for cells in self._ask(planes).memory:
            valid = cells.valid[0]
            seen, color, place = (
                each[0][valid].float().cpu().numpy()
                for each in (cells.seen, cells.color, cells.place)
            )
            levels.append(Cells.of(seen, color, place[:, ::-1] * np.float32(side), places))
        return HintMemory(tuple(levels))

    def _job(self, image: Image | Picture, hints: Iterable[Hint]) -> tuple[Picture, HintSet]:
        picture = self.prepare(image)
        hint_set = hints if isinstance(hints, HintSet) else HintSet(hints)
        hint_set.check_inside(picture.width, picture.height)
        for hint in hint_set:
            if hint.frame:
                raise UserError(f"a still has only frame 0, and a hint is on frame {hint.frame}")
        return picture, hint_set

    def _solve(self, jobs: Sequence[tuple[Picture, HintSet]]) -> list[Coloring]:
        """Colour pictures of one working size in one pass of the network."""
        width, height = jobs[0][0].working_size(NETWORK_SIZE)
        pins = [_pins(picture, hints) for picture, hints in jobs]
        planes = torch.cat(
            [
                _network_input(picture, some, width, height)
                for (picture, _), some in zip(jobs, pins, strict=True)
            ]
        )
        vividness = self.vividness
        ab, logits = self._predict(planes, vividness)
        return [
            Coloring(
                picture, hints, _spread(picture, one, some), some, scores, self._bins, vividness
            )
            for (picture, hints), one, some, scores in zip(jobs, ab, pins, logits, strict=True)
        ]

    def _predict(
        self,
        planes: torch.Tensor,
        vividness: float,
        memory: tuple[Memory, ...] = (),
        max_keys: int | None = None,
    ) -> tuple[Plane, NDArray[np.float32]]:
        """The network's input (n, 4, h, w) -> ab (n, h, w, 2) and the logits of the bins."""
        prediction = self._ask(planes, memory, max_keys)
        with torch.inference_mode():
            vivid = enliven(prediction, vividness)
            ab = (vivid * AB_SCALE).permute(0, 2, 3, 1).float().cpu().numpy()
            logits = prediction.logits.float().cpu().numpy()
        return ab, logits

    def _ask(
        self,
        planes: torch.Tensor,
        memory: tuple[Memory, ...] = (),
        max_keys: int | None = None,
    ) -> Prediction:
        """What the network says, on its device, one thread at a time."""
        planes = planes.to(self._device, memory_format=torch.channels_last)
        recalled = tuple(Memory(*(t.to(self._device) for t in cells)) for cells in memory)
        half = torch.autocast(self._device.type, self._dtype, self._dtype != torch.float32)
        with self._lock, torch.inference_mode(), half:
            prediction: Prediction = self._network(planes, max_keys, recalled)
        return prediction


def _planes(lightness: Plane, ab: Plane, mask: Plane) -> torch.Tensor:
    """The network's input (n, 4, h, w) from planes as color_planes takes them."""
    return hint_planes(
        torch.from_numpy(lightness)[:, None],
        torch.from_numpy(ab).permute(0, 3, 1, 2),
        torch.from_numpy(mask)[:, None],
    )


def _side(planes: torch.Tensor) -> float:
    """The side, in pixels, of a square as large as these pictures."""
    return math.sqrt(planes.shape[-2] * planes.shape[-1])


def _recalled(
    memory: HintMemory | None, places: Places, planes: torch.Tensor
) -> tuple[Memory, ...]:
    """What is remembered, as the network takes it, the same for all pictures of the batch."""
    levels = []
    for cells in memory.levels if memory else ():
        center, known = cells.on(places)
        place = center[:, ::-1] / np.float32(_side(planes))
        parts = cells.seen, cells.color, place, known, np.ones_like(known)
        levels.append(
            Memory(
                *(
                    torch.from_numpy(np.ascontiguousarray(part)).expand(len(planes), *part.shape)
                    for part in parts
                )
            )
        )
    return tuple(levels)


def _pins(picture: Picture, hints: HintSet) -> tuple[Pin, ...]:
    pins = []
    for hint in hints.enabled:
        rows, columns = patch(hint, picture.width, picture.height)
        lightness = float(picture.lightness[rows, columns].mean())
        _, a, b = hex_to_lab(hint.color)
        edges = columns.start, rows.start, columns.stop, rows.stop
        pins.append(Pin(*edges, a, b, lightness))
    return tuple(pins)


def _network_input(picture: Picture, pins: Sequence[Pin], width: int, height: int) -> torch.Tensor:
    """(1, 4, height, width): the picture's luma and the hints at the network's size."""
    across, down = width / picture.width, height / picture.height
    boxes = torch.tensor([[pin.on_grid(across, down).box() for pin in pins]], dtype=torch.int64)
    colors = torch.tensor([[(pin.a, pin.b) for pin in pins]], dtype=torch.float32)
    ab, mask = paint(boxes.view(1, len(pins), 4), colors.view(1, len(pins), 2), height, width)
    lightness = torch.from_numpy(picture.scaled(width, height))
    return hint_planes(lightness[None, None], ab, mask)


def _spread(picture: Picture, ab: Plane, pins: Sequence[Pin]) -> GuidedChroma:
    """Prepare the network's ab (h, w, 2) for every resolution."""
    height, width = ab.shape[:2]
    lab = np.dstack([picture.scaled(width, height), ab])
    hold(
        lab,
        [pin.on_grid(width / picture.width, height / picture.height) for pin in pins],
        _COARSE_REACH,
    )
    ab = np.ascontiguousarray(lab[..., 1:])
    return GuidedChroma.enlarging(ab, picture.scaled, (picture.width, picture.height))
