"""How far one hint reaches, and whether its colour stays on its object.

There are no outlines of objects to measure with. So regions between strong edges of luma are taken,
and given a new colour in thought: the true one, moved by 40 ab units. One hint of the new colour
goes into the region, one of the true colour outside of it.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from .color import AB_SCALE, lab_to_rgb, rgb_to_lab
from .hint_planes import hint_planes

NEAR = 10.0  # ab units: two colours count as one, or as different
SHIFT = 40.0  # ab units from the true colour to the new one
_PATCH = 3  # pixels from a hint's middle to its edge
_BESIDE = (3, 10)  # pixels from a region: what is across its edge
_SHARES = (0.015, 0.2)  # of the picture, for a region
_CONTRAST = 8.0  # of L, that most of what is across the edge has from the region

Mask = NDArray[np.bool_]


@dataclass(frozen=True)
class Reach:
    """Means over the pictures in which a region was found (`pictures` of them).

    reached: share of the region that comes within NEAR of its new colour. leaked: share of all
    else whose colour its hint changes by more than NEAR; beside: of what is across the edge.
    apart: of two mirrored regions with hints of opposite colours, the share that's nearer to the
    own hint's colour than to the other's.
    """

    pictures: int
    reached: float
    leaked: float
    beside: float
    apart: float


@torch.inference_mode()
def judge_reach(network: nn.Module, pictures: NDArray[np.uint8]) -> Reach | None:
    """Judge the reach of hints on pictures (N, 3, H, W) uint8 RGB.

    None where no picture has a fit region.
    """
    alone, twins = [], []
    for picture in pictures:
        region = find_region(picture)
        if region is not None:
            alone.append(_alone(network, picture, region))
        width = picture.shape[2] // 2
        region = find_region(np.ascontiguousarray(picture[:, :, :width]))
        if region is not None and not region[:, width - _BESIDE[1] :].any():
            twins.append(_twins(network, picture[:, :, :width], region))
    if not (alone and twins):
        return None
    reached, leaked, beside = np.mean(alone, 0).tolist()
    return Reach(len(alone), reached, leaked, beside, float(np.mean(twins)))


def find_region(picture: NDArray[np.uint8]) -> Mask | None:
    """(H, W): the largest region of like colour with an edge of luma around most of it.

    picture: (3, H, W) uint8 RGB. None where there is no such region.
    """
    rgb = np.ascontiguousarray(picture.transpose(1, 2, 0))
    flat = cv2.pyrMeanShiftFiltering(rgb, 6, 18)
    lightness = cv2.cvtColor(rgb, cv2.COLOR_RGB2GRAY).astype(np.float32) / 2.55
    height, width = lightness.shape
    free = np.zeros((height + 2, width + 2), np.uint8)
    best, least = None, _SHARES[0] * height * width
    for y, x in np.ndindex(height // 8, width // 8):
        if free[y * 8 + 5, x * 8 + 5]:
            continue
        before = free.copy()
        flags = 4 | cv2.FLOODFILL_MASK_ONLY | (1 << 8)
        seed = x * 8 + 4, y * 8 + 4
        if cv2.floodFill(flat, free, seed, 0, (4, 4, 4), (4, 4, 4), flags)[0] <= least:
            continue
        filled = (free - before)[1:-1, 1:-1]
        region = cv2.morphologyEx(filled, cv2.MORPH_OPEN, np.ones((5, 5), np.uint8)) > 0
        size = int(region.sum())
        if least < size < _SHARES[1] * height * width and _stands_out(region, lightness):
            best, least = region, size
    return best


def _stands_out(region: Mask, lightness: NDArray[np.float32]) -> bool:
    across = _ring(region, 2, 5)
    unlike = np.abs(lightness[across] - lightness[region].mean()) > _CONTRAST
    return bool(across.any() and unlike.mean() > 0.7 and _depth(region).max() > _PATCH + 1)


def _ring(region: Mask, start: int, end: int) -> Mask:
    """What is from `start` to `end` pixels away from the region."""
    away = cv2.distanceTransform((~region).astype(np.uint8), cv2.DIST_L2, 5)
    ring: Mask = (away > start) & (away <= end)
    return ring


def _depth(region: Mask) -> NDArray[np.float32]:
    """Distance to the region's edge, or to the picture's."""
    framed = np.pad(region.astype(np.uint8), 1)
    return np.asarray(cv2.distanceTransform(framed, cv2.DIST_L2, 5)[1:-1, 1:-1], np.float32)


class _Scene:
    """A picture's luma and true colours, on which hints can be tried."""

    def __init__(self, network: nn.Module, picture: NDArray[np.uint8]) -> None:
        self.network = network
        self.device = next(network.parameters()).device
        rgb = torch.from_numpy(np.ascontiguousarray(picture))[None].to(self.device).float() / 255
        self.lightness, *ab = rgb_to_lab(*rgb.chunk(3, 1))
        self.ab = torch.cat(ab, 1)

    def shift(self, region: Tensor) -> Tensor:
        """(2, 1, 1): of eight moves by SHIFT, that which keeps most of the region in the gamut."""
        best, kept = self.ab.new_zeros(2, 1, 1), -1.0
        for angle in torch.arange(8, device=self.device) * torch.pi / 4:
            move = torch.stack([angle.cos(), angle.sin()])[:, None, None] * SHIFT
            rgb = torch.cat(lab_to_rgb(self.lightness, *(self.ab + move).chunk(2, 1)), 1)
            inside = ((rgb >= 0) & (rgb <= 1)).all(1)[0]
            if (share := float(inside[region].float().mean())) > kept:
                best, kept = move, share
        return best

    def color(self, *hints: tuple[Mask, Tensor]) -> Tensor:
        """(2, H, W) ab that the network gives; hints: in the depth of a mask, of these colours."""
        ab, mask = torch.zeros_like(self.ab), torch.zeros_like(self.lightness)
        for place, color in hints:
            y, x = np.unravel_index(int(_depth(place).argmax()), place.shape)
            rows = slice(max(int(y) - _PATCH, 0), int(y) + _PATCH + 1)
            columns = slice(max(int(x) - _PATCH, 0), int(x) + _PATCH + 1)
            ab[0, :, rows, columns] = color[:, rows, columns].mean((1, 2))[:, None, None]
            mask[..., rows, columns] = 1
        planes = hint_planes(self.lightness, ab, mask)
        found: Tensor = self.network(planes.contiguous(memory_format=torch.channels_last)).ab
        return found[0] * AB_SCALE


def _alone(network: nn.Module, picture: NDArray[np.uint8], region: Mask) -> list[float]:
    """Reached, leaked and beside, of one picture."""
    scene = _Scene(network, picture)
    inside = torch.from_numpy(region).to(scene.device)
    others = ~cv2.dilate(region.astype(np.uint8), np.ones((7, 7), np.uint8)).astype(bool)
    wanted = scene.ab[0] + scene.shift(inside)
    without = scene.color((others, scene.ab[0]))
    found = scene.color((others, scene.ab[0]), (region, wanted))
    changed = ((found - without).norm(dim=0) > NEAR).cpu().numpy()
    reached = (found - wanted).norm(dim=0)[inside] <= NEAR
    beside = changed[_ring(region, *_BESIDE)]
    return [float(reached.float().mean()), float(changed[others].mean()), float(beside.mean())]


def _twins(network: nn.Module, half: NDArray[np.uint8], region: Mask) -> float:
    """Apart, of a half and its mirror image beside it."""
    scene = _Scene(network, np.concatenate([half, half[:, :, ::-1]], 2))
    nowhere = np.zeros_like(region)
    left, right = np.hstack([region, nowhere]), np.hstack([nowhere, region[:, ::-1]])
    masks = [torch.from_numpy(mask).to(scene.device) for mask in (left, right)]
    move = scene.shift(masks[0])
    wanted = scene.ab[0] + move, scene.ab[0] - move
    found = scene.color((left, wanted[0]), (right, wanted[1]))
    first = (found - wanted[0]).norm(dim=0) < (found - wanted[1]).norm(dim=0)
    own = torch.cat([first[masks[0]], ~first[masks[1]]])
    return float(own.float().mean())
