"""Luma and hints in, colour out: the only caller of the network."""

from __future__ import annotations

import hashlib
import math
from collections.abc import Iterable, Sequence
from functools import cached_property
from itertools import groupby
from pathlib import Path
from threading import Semaphore
from types import MappingProxyType

import numpy as np
import torch
from numpy.typing import NDArray

from model.attention import Memory
from model.color import AB_SCALE
from model.hint_planes import hint_planes, paint
from model.load import BUNDLED, find_device, load_network, place, quick_dtype
from model.unet import Prediction
from model.vividness import DEFAULT as DEFAULT_VIVIDNESS
from model.vividness import enliven

from .color import hex_to_lab
from .coloring import Coloring, Image
from .devicememory import enough_memory
from .errors import UserError, reason
from .hintmemory import Cells, HintMemory, Places
from .hints import Hint, HintSet, patch
from .picture import Picture, Plane
from .pin import Pin, hold
from .terminaltext import printable
from .workers import Workers

NETWORK_SIZE = 256  # the network sees as many pixels as a square of this side has

_COARSE_REACH = 2.5  # cells of the network over which a hint's missing colour fades out
_BATCH = 16
_KEPT = 3  # answers: that before an edit is asked for again, or one was asked for ahead
_AT_ONCE = 4  # questions that the network answers at once: each needs memory of its own


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
        self._weights = BUNDLED if weights is None else Path(weights)
        try:
            self._device = find_device(device)
            network = load_network(self._weights).fold()
        except ValueError as error:
            raise UserError(printable(str(error))) from error
        self._dtype = quick_dtype(self._device)
        self._network = place(network, self._device, self._dtype)
        self._at_once = 1
        if self._device.type == "cpu":
            self._at_once = min(torch.get_num_threads(), _AT_ONCE)
        self._turns = Semaphore(self._at_once)
        # of one picture, those asked for last, the latest first; never changed in place
        self._solved: list[tuple[object, Coloring]] = []

    @property
    def device(self) -> str:
        """Where the network runs: "cpu" or "cuda:N"."""
        return str(self._device)

    @cached_property
    def fingerprint(self) -> str:
        """SHA-256 of the weights' file, in hex. Raises UserError where it has gone meanwhile."""
        try:
            with self._weights.open("rb") as file:
                return hashlib.file_digest(file, "sha256").hexdigest()
        except OSError as error:
            name = printable(self._weights)
            raise UserError(f"{name} cannot be read: {reason(error)}") from error

    @property
    def network_size(self) -> int:
        """The network sees as many pixels as a square of this side has."""
        return NETWORK_SIZE

    @property
    def vividness(self) -> float:
        """How much more colourful than the network's careful guess the result becomes, 0..1.

        0 is the guess as it is. What is sure, as by hints, hardly changes. To be set at any time,
        for what is coloured from then on; raises UserError for what is no number from 0 to 1.
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
                colorings = self._solve([jobs[index] for index in part], self.vividness)
                results |= {i: c.full() for i, c in zip(part, colorings, strict=True)}
        return [results[index] for index in range(len(jobs))]

    def solve(
        self,
        image: Image | Picture,
        hints: Iterable[Hint] = (),
        numbers: Sequence[int] | None = None,
        memory: HintMemory | None = None,
    ) -> Coloring:
        """Run the network; the result can be rendered at any size. Raises UserError.

        For a frame of a film: numbers: by which memories know these hints, one for each; memory: of
        hints on other frames of the shot.
        """
        picture, hint_set = self._job(image, hints)
        numbers, vividness = None if numbers is None else tuple(numbers), self.vividness
        wanted = hint_set, numbers, memory, vividness
        before = [each for each in self._solved if each[1].picture is picture]
        coloring = next((found for asked, found in before if asked == wanted), None)
        if coloring is None:
            places = None if numbers is None else _places(picture, hint_set, numbers)
            (coloring,) = self._solve([(picture, hint_set)], vividness, places, memory)
        others = [each for each in before if each[1] is not coloring]
        self._solved = [(wanted, coloring), *others[: _KEPT - 1]]
        return coloring

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
        vividness = self.vividness
        return _ab(self._ask(planes, _recalled(memory, places, planes), max_keys), vividness)

    def remember(
        self,
        lightness: Plane,
        ab: Plane,
        mask: Plane,
        memory: HintMemory | None = None,
        places: Places = MappingProxyType({}),
    ) -> tuple[Plane, HintMemory]:
        """The colours as color_planes gives them, and what to remember of the first picture."""
        planes = _planes(lightness, ab, mask)
        vividness = self.vividness
        prediction = self._ask(planes, _recalled(memory, places, planes))
        seen = _remembered(prediction.memory, places, _side(planes))
        return _ab(prediction, vividness), seen

    def workers(self) -> Workers:
        """Threads in which to ask for the colours of several frames side by side.

        On the processor a network on one core waits for nobody, while the threads of one on several
        wait for each other after every layer; so each has its share of them. To be closed.
        """
        threads = torch.get_num_threads()

        def begin() -> None:
            torch.get_num_threads()  # or the first use would take over the others' number
            torch.set_num_threads(max(1, threads // self._at_once))

        workers = Workers(self._at_once, begin)
        torch.set_num_threads(threads)  # or threads that begin later would have as few
        return workers

    def _job(self, image: Image | Picture, hints: Iterable[Hint]) -> tuple[Picture, HintSet]:
        picture = self.prepare(image)
        hint_set = hints if isinstance(hints, HintSet) else HintSet(hints)
        hint_set.check_inside(picture.width, picture.height)
        for hint in hint_set:
            if hint.frame:
                raise UserError(f"a still has only frame 0, and a hint is on frame {hint.frame}")
        return picture, hint_set

    def _solve(
        self,
        jobs: Sequence[tuple[Picture, HintSet]],
        vividness: float,
        places: Places | None = None,
        memory: HintMemory | None = None,
    ) -> list[Coloring]:
        """Colour pictures of one working size in one pass of the network.

        places: of the hints, where there is but one picture, and they are to be remembered.
        """
        width, height = jobs[0][0].working_size(NETWORK_SIZE)
        pins = [_pins(picture, hints) for picture, hints in jobs]
        planes = torch.cat(
            [
                _network_input(picture, some, width, height)
                for (picture, _), some in zip(jobs, pins, strict=True)
            ]
        )
        recalled = _recalled(memory, places or {}, planes)
        prediction = self._ask(planes, recalled)
        logits = prediction.logits.float().cpu().numpy()
        seen = None if places is None else _remembered(prediction.memory, places, _side(planes))
        return [
            Coloring(picture, _held(picture, one, some), some, scores, seen)
            for (picture, _), one, some, scores in zip(
                jobs, _ab(prediction, vividness), pins, logits, strict=True
            )
        ]

    def _ask(
        self,
        planes: torch.Tensor,
        memory: tuple[Memory, ...] = (),
        max_keys: int | None = None,
    ) -> Prediction:
        """What the network says, on its device, to a few threads at a time."""
        half = torch.autocast(self._device.type, self._dtype, self._dtype != torch.float32)
        with self._turns, torch.inference_mode(), half, enough_memory(self._device):
            planes = planes.to(self._device, memory_format=torch.channels_last)
            recalled = tuple(Memory(*(t.to(self._device) for t in cells)) for cells in memory)
            prediction: Prediction = self._network(planes, max_keys, recalled)
        return prediction


def _planes(lightness: Plane, ab: Plane, mask: Plane) -> torch.Tensor:
    """The network's input (n, 4, h, w) from planes as color_planes takes them."""
    return hint_planes(
        torch.from_numpy(lightness)[:, None],
        torch.from_numpy(ab).permute(0, 3, 1, 2),
        torch.from_numpy(mask)[:, None],
    )


def _ab(prediction: Prediction, vividness: float) -> Plane:
    """(n, h, w, 2) float32 ab."""
    with torch.inference_mode():
        ab = enliven(prediction, vividness) * AB_SCALE
        return np.asarray(ab.permute(0, 2, 3, 1).float().cpu())


def _side(planes: torch.Tensor) -> float:
    """The side, in pixels, of a square as large as these pictures."""
    return math.sqrt(planes.shape[-2] * planes.shape[-1])


def _places(picture: Picture, hints: HintSet, numbers: Sequence[int]) -> Places:
    """Where the hints that count are in the network's picture."""
    width, height = picture.working_size(NETWORK_SIZE)
    across, down = width / picture.width, height / picture.height
    return {
        number: ((hint.x + 0.5) * across, (hint.y + 0.5) * down)
        for number, hint in zip(numbers, hints, strict=True)
        if hint.enabled
    }


def _remembered(memory: Sequence[Memory], places: Places, side: float) -> HintMemory:
    """What the network says of the first picture of its batch, to be kept."""
    levels = []
    for cells in memory:
        valid = cells.valid[0]
        seen, color, place = (
            each[0][valid].float().cpu().numpy() for each in (cells.seen, cells.color, cells.place)
        )
        levels.append(Cells.of(seen, color, place[:, ::-1] * np.float32(side), places))
    return HintMemory(tuple(levels))


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


def _held(picture: Picture, ab: Plane, pins: Sequence[Pin]) -> Plane:
    """The network's ab (h, w, 2) with the hints' own at their places."""
    height, width = ab.shape[:2]
    lab = np.dstack([picture.scaled(width, height), ab])
    hold(
        lab,
        [pin.on_grid(width / picture.width, height / picture.height) for pin in pins],
        _COARSE_REACH,
    )
    return np.ascontiguousarray(lab[..., 1:])
