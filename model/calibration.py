"""Whether the suggested colours come true, and as often as they claim."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray

from .color import rgb_to_lab
from .hint_planes import hint_planes
from .protocols import Protocol, simulate_hints
from .suggestions import RADIUS, cover
from .unet import HintUNet

SHOWN = 9
_PLACES = 20  # of each picture
_DECILES = 10

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Judgement:
    """How suggestions fare with one number of hints, at random places without a hint.

    recall: share of the places whose true colour is within RADIUS of one of the nine; claimed,
    true, count: for each tenth of probability that has any suggestions, what they claim on average,
    how many come true (the true colour is within RADIUS of it and of none before it), their number.
    """

    recall: float
    claimed: list[float]
    true: list[float]
    count: list[int]

    @property
    def error(self) -> float:
        """Expected calibration error (Guo et al. 2017, equation 5)."""
        gaps = np.abs(np.subtract(self.claimed, self.true))
        return float(np.average(gaps, weights=self.count))


@torch.inference_mode()
def judge(
    network: HintUNet,
    pictures: NDArray[np.uint8],
    protocol: Protocol,
    counts: Sequence[int] = (0, 10),
) -> dict[int, Judgement]:
    """Judge the suggestions by the true colours of pictures (N, 3, size, size) uint8 RGB."""
    device = next(network.parameters()).device
    random = np.random.default_rng(0)
    claims: dict[int, list[Floats]] = {count: [] for count in counts}
    hits: dict[int, list[NDArray[np.bool_]]] = {count: [] for count in counts}
    for picture in pictures:
        rgb = torch.from_numpy(picture)[None].float() / 255
        lightness, a, b = rgb_to_lab(*rgb.chunk(3, 1))
        ab = torch.cat([a, b], 1)
        for count in counts:
            hint_ab, mask = simulate_hints(ab, count, protocol, random)
            planes = hint_planes(lightness, hint_ab, mask).to(device)
            logits = network(planes.contiguous(memory_format=torch.channels_last)).logits
            free = (mask[0, 0] == 0).nonzero().numpy()
            y, x = random.choice(free, _PLACES).T
            chances = logits[0].float().softmax(0).cpu().numpy()[:, y // 4, x // 4].T
            colors, masses = cover(chances, SHOWN)
            truth = ab[0, :, y, x].numpy().T[:, None]
            inside = np.square(colors - truth).sum(-1) <= RADIUS * RADIUS
            first = inside & (inside.cumsum(1) == 1) & (masses > 0)
            claims[count].append(masses)
            hits[count].append(first)
    return {
        count: _judgement(np.concatenate(claims[count]), np.concatenate(hits[count]))
        for count in counts
    }


def _judgement(claims: Floats, hits: NDArray[np.bool_]) -> Judgement:
    tenth = np.minimum((claims * _DECILES).astype(int), _DECILES - 1)
    groups = [(claims > 0) & (tenth == decile) for decile in range(_DECILES)]
    groups = [group for group in groups if group.any()]
    return Judgement(
        float(hits.any(1).mean()),
        [float(claims[group].mean()) for group in groups],
        [float(hits[group].mean()) for group in groups],
        [int(group.sum()) for group in groups],
    )
