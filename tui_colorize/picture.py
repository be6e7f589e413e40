"""A source picture as the colorizer sees it: its luma, made once and used by every result."""

from __future__ import annotations

from dataclasses import dataclass, field
from math import sqrt
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from model.color import RGB_TO_XYZ, luminance_to_lightness, srgb_to_linear

from .errors import UserError

Plane = NDArray[np.float32]
Region = tuple[int, int, int, int]  # x0, y0, x1, y1 in source pixels, the end excluded

_STRIDE = 16  # the network's input is a multiple of this in both directions
_LONGEST = 1024  # side of the network's input, for panoramas
_ROWS = 1 << 20  # pixels converted at once
_VIEWS = 4  # that are kept: a coarse and a fine one of what is on show, and those before
_SMALL = 1 << 21  # pixels of a view that is kept


@dataclass(frozen=True, eq=False)
class Picture:
    """The luma of a picture.

    lightness: (H, W) float32, L 0..100; dtype: of the source's samples, uint8 or uint16.
    """

    lightness: Plane
    dtype: np.dtype[Any]
    _scaled: dict[tuple[int, int], Plane] = field(default_factory=dict, repr=False)
    _views: dict[tuple[Region, int, int], Plane] = field(default_factory=dict, repr=False)

    @classmethod
    def of(cls, image: NDArray[Any]) -> Picture:
        """Take the luma of an image: (H, W) or (H, W, 3) sRGB, uint8 or uint16.

        Raises UserError for any other shape or type.
        """
        image = np.asarray(image)
        if image.dtype not in (np.uint8, np.uint16):
            raise UserError(f"an image has samples of type uint8 or uint16, not {image.dtype}")
        if image.ndim not in (2, 3) or image.size == 0 or (image.ndim == 3 and image.shape[2] != 3):
            raise UserError(f"an image has the shape (H, W) or (H, W, 3), not {image.shape}")
        if image.ndim == 3 and _is_gray(image):
            image = np.ascontiguousarray(image[..., 0])
        top = int(np.iinfo(image.dtype).max)
        linear = srgb_to_linear(np.arange(top + 1) / top)
        if image.ndim == 2:
            lightness = _look_up(image, luminance_to_lightness(linear))
        else:
            lightness = _lightness_of_rgb(image, linear)
        return cls(lightness, image.dtype)

    @property
    def height(self) -> int:
        """Rows of pixels."""
        return len(self.lightness)

    @property
    def width(self) -> int:
        """Columns of pixels."""
        return len(self.lightness[0])

    def lightness_at(self, x: int, y: int) -> float:
        """L (0..100) of one pixel."""
        return float(self.lightness[y, x])

    def scaled(self, width: int, height: int) -> Plane:
        """The luma at another size, averaged over areas when that is smaller; kept."""
        key = width, height
        if key not in self._scaled:
            self._scaled[key] = resample(self.lightness, width, height)
        return self._scaled[key]

    def view(self, region: Region, width: int, height: int) -> Plane:
        """The luma of a region at a given size; single pixels stay square when enlarged.

        The newest few are kept: to make one of a large picture takes longer than all the rest.
        """
        x0, y0, x1, y1 = region
        part = self.lightness[y0:y1, x0:x1]
        if (x1 - x0, y1 - y0) == (width, height):
            return part
        key = region, width, height
        view = self._views.get(key)
        if view is None:
            view = resample(part, width, height, enlarge=cv2.INTER_NEAREST)
            if view.size <= _SMALL:
                for oldest in list(self._views)[: 1 - _VIEWS]:
                    self._views.pop(oldest, None)
                self._views[key] = view
        return view

    def working_size(self, side: int) -> tuple[int, int]:
        """(width, height) of the network's input: side*side pixels in the picture's proportions.

        Both are multiples of 16; a picture much longer than wide gets at most 1024 along.
        """
        return working_size(self.width, self.height, side)


def working_size(width: int, height: int, side: int) -> tuple[int, int]:
    """See Picture.working_size: the same for a picture that is not there yet."""
    aspect = width / height
    wide, high = side * sqrt(aspect), side / sqrt(aspect)
    return _round_to_stride(wide), _round_to_stride(high)


def resample(plane: Plane, width: int, height: int, enlarge: int = cv2.INTER_LINEAR) -> Plane:
    """A plane at another size: areas averaged when it shrinks, else interpolated as told."""
    if plane.shape == (height, width):
        return plane
    shrinks = width * height < plane.shape[0] * plane.shape[1]
    kind = cv2.INTER_AREA if shrinks else enlarge
    return cv2.resize(plane, (width, height), interpolation=kind).astype(np.float32, copy=False)


def eight_bits(gray: NDArray[Any]) -> NDArray[np.uint8]:
    """uint8 or uint16 -> uint8, what is finer cut off: to be looked at and compared, not saved."""
    return gray if gray.dtype == np.uint8 else (gray >> 8).astype(np.uint8)


def _is_gray(image: NDArray[Any]) -> bool:
    """Whether R = G = B everywhere; a few rows settle it for most coloured pictures."""
    step = max(1, len(image) // 8)
    return all(
        np.array_equal(part[..., 0], part[..., 1]) and np.array_equal(part[..., 0], part[..., 2])
        for part in (image[::step], image)
    )


def _round_to_stride(length: float) -> int:
    return min(max(_STRIDE, round(length / _STRIDE) * _STRIDE), _LONGEST)


def _look_up(image: NDArray[Any], table: NDArray[np.float64]) -> Plane:
    table = table.astype(np.float32)
    if image.dtype == np.uint8:
        return cv2.LUT(image, table).astype(np.float32, copy=False).reshape(image.shape)
    return np.asarray(table[image])


def _lightness_of_rgb(image: NDArray[Any], linear: NDArray[np.float64]) -> Plane:
    """L of an RGB image. Strips bound the memory that linear RGB takes."""
    lightness = np.empty(image.shape[:2], np.float32)
    weights = RGB_TO_XYZ[1:2].astype(np.float32)
    rows = max(1, _ROWS // image.shape[1])
    for first in range(0, len(image), rows):
        strip = np.ascontiguousarray(image[first : first + rows])
        luminance = cv2.transform(_look_up(strip, linear), weights)
        lightness[first : first + rows] = luminance_to_lightness(luminance).reshape(strip.shape[:2])
    return lightness
