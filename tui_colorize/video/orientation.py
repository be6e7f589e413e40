"""How the decoded picture is turned and mirrored to be shown."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

T = TypeVar("T", bound=np.generic)


@dataclass(frozen=True)
class Orientation:
    """Transposed first, then mirrored left to right and top to bottom. All eight cases of EXIF.

    matrix: the display matrix of the file (nine numbers, see FFmpeg's libavutil/display.h), to be
    written again; None for an ordinary picture.
    """

    transposed: bool = False
    mirrored: bool = False
    flipped: bool = False
    matrix: tuple[int, ...] | None = None

    @classmethod
    def of(cls, matrix: Sequence[int] | None) -> Orientation:
        """From a display matrix. An angle between the quarters is shown as the nearest quarter."""
        if matrix is None:
            return cls()
        a, b, _, c, d = matrix[:5]
        transposed = abs(b) + abs(c) > abs(a) + abs(d)
        x, y = (c, b) if transposed else (a, d)
        return cls(transposed, x < 0, y < 0, tuple(matrix))

    @property
    def rotation(self) -> int:
        """Degrees clockwise from the decoded to the shown picture: 0, 90, 180 or 270."""
        if self.transposed:
            return 90 if self.mirrored else 270
        return 180 if self.flipped else 0

    def size(self, width: int, height: int) -> tuple[int, int]:
        """Width and height after turning (or before: it is the same exchange)."""
        return (height, width) if self.transposed else (width, height)

    def shown(self, plane: NDArray[T]) -> NDArray[T]:
        """A plane (H, W) as decoded -> as shown; a view."""
        plane = plane.T if self.transposed else plane
        plane = plane[:, ::-1] if self.mirrored else plane
        return plane[::-1] if self.flipped else plane

    def coded(self, plane: NDArray[T]) -> NDArray[T]:
        """The inverse of shown; a view."""
        plane = plane[::-1] if self.flipped else plane
        plane = plane[:, ::-1] if self.mirrored else plane
        return plane.T if self.transposed else plane
