"""What formulas on planes are made of, so that one formula serves the processor and a GPU."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Protocol

import cv2
import numpy as np
from numpy.typing import NDArray

Plane = NDArray[np.float32]

_SIGN = np.uint32(1 << 31)  # the bit of a float32


class Arithmetic(Protocol):
    """What operators and methods of arrays do not do alike in NumPy and torch.

    Planes are (h, w) or (h, w, channels), float32 where nothing else is said; sizes are (width,
    height). Two that calculate alike are equal.
    """

    def __hash__(self) -> int: ...

    @property
    def at_once(self) -> int:
        """How many pixels are best worked on at once."""

    def constant(self, table: NDArray[Any]) -> Any:
        """A table as these planes are kept."""

    def empty(self, height: int, width: int) -> Any:
        """A plane to be filled."""

    def floats(self, plane: Any) -> Any:
        """A copy of a plane of integers."""

    def whole(self, plane: Any) -> Any:
        """A plane of whole numbers as indices."""

    def looked_up(self, table: Any, indices: Any) -> Any:
        """The rows of a table for each pixel."""

    def at_least(self, plane: Any, low: Any) -> Any:
        """The larger of the two, pixel by pixel; low: a plane or a number."""

    def at_most(self, plane: Any, high: Any) -> Any:
        """The smaller of the two, pixel by pixel; high: a plane or a number."""

    def with_sign(self, sizes: Any, signs: Any) -> Any:
        """The first, which are not negative, with the signs of the second."""

    def scaled(self, planes: Any, factor: float, more: Any, constant: float = 0) -> Any:
        """The planes times a factor, plus others of their shape and a number."""

    def power(self, planes: Any, exponent: float) -> Any:
        """planes: positive."""

    def stacked(self, *planes: Any) -> Any:
        """Planes as the channels of one."""

    def split(self, planes: Any) -> Any:
        """The channels as planes of their own."""

    def transformed(self, planes: Any, matrix: NDArray[Any]) -> Any:
        """(h, w, n) the channels (h, w, m) of each pixel, times a matrix (n, m)."""

    def padded(self, plane: Any, below: int, left: int, right: int) -> Any:
        """With so many rows and columns more; the outermost pixels stand in for them."""

    def mean(self, planes: Any, radius: int) -> Any:
        """Of the square about each pixel; what is beyond the border mirrors what is inside."""

    def resized(self, planes: Any, size: tuple[int, int]) -> Any:
        """Bilinear interpolation between the centres of pixels."""

    def averaged(self, plane: Any, size: tuple[int, int]) -> Any:
        """The means of areas, at a size that is nowhere larger."""


@dataclass(frozen=True)
class NumpyArithmetic:
    """On the processor, by NumPy and OpenCV."""

    at_once: int = 1 << 16  # few enough for the cache, and so many that calls cost little

    def constant(self, table: NDArray[Any]) -> NDArray[Any]:
        return table

    def empty(self, height: int, width: int) -> Plane:
        return np.empty((height, width), np.float32)

    def floats(self, plane: NDArray[Any]) -> Plane:
        return plane.astype(np.float32)

    def whole(self, plane: Plane) -> NDArray[np.int32]:
        return plane.astype(np.int32)

    def looked_up(self, table: NDArray[Any], indices: NDArray[np.int32]) -> NDArray[Any]:
        return np.take(table, indices, axis=0)

    def at_least(self, plane: Plane, low: Any) -> Plane:
        # np.maximum takes several times as long
        if isinstance(low, np.ndarray):
            return np.asarray(cv2.max(plane, low), np.float32)
        return plane.clip(low, np.inf)

    def at_most(self, plane: Plane, high: Any) -> Plane:
        if isinstance(high, np.ndarray):
            return np.asarray(cv2.min(plane, high), np.float32)
        return plane.clip(-np.inf, high)

    def with_sign(self, sizes: Plane, signs: Plane) -> Plane:
        # np.copysign takes several times as long
        bits = sizes.view(np.uint32) | (signs.view(np.uint32) & _SIGN)
        return np.asarray(bits.view(np.float32))

    def scaled(self, planes: Plane, factor: float, more: Plane, constant: float = 0) -> Plane:
        return np.asarray(cv2.addWeighted(planes, factor, more, 1, constant), np.float32)

    def power(self, planes: Plane, exponent: float) -> Plane:
        # cv2.pow takes three times as long
        logarithms = np.asarray(cv2.log(planes), np.float32)
        logarithms *= exponent
        return np.asarray(cv2.exp(logarithms), np.float32)

    def stacked(self, *planes: Plane) -> Plane:
        return np.asarray(cv2.merge(planes), np.float32)

    def split(self, planes: Plane) -> Any:
        return cv2.split(planes)

    def transformed(self, planes: Plane, matrix: NDArray[Any]) -> Plane:
        result = np.asarray(cv2.transform(planes, matrix), np.float32)
        return result.reshape(*planes.shape[:2], len(matrix))

    def padded(self, plane: NDArray[Any], below: int, left: int, right: int) -> NDArray[Any]:
        return np.asarray(cv2.copyMakeBorder(plane, 0, below, left, right, cv2.BORDER_REPLICATE))

    def mean(self, planes: Plane, radius: int) -> Plane:
        window = (2 * radius + 1, 2 * radius + 1)
        return np.asarray(cv2.blur(planes, window, borderType=cv2.BORDER_REFLECT_101), np.float32)

    def resized(self, planes: Plane, size: tuple[int, int]) -> Plane:
        return np.asarray(cv2.resize(planes, size), np.float32)

    def averaged(self, plane: Plane, size: tuple[int, int]) -> Plane:
        return np.asarray(cv2.resize(plane, size, interpolation=cv2.INTER_AREA), np.float32)


NUMPY = NumpyArithmetic()
