"""A still picture in memory, and the arithmetic of its samples."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

Pixels: TypeAlias = NDArray[np.unsignedinteger[Any]]  # uint8 or uint16

_ROUNDED = ((np.arange(65536) + 128) // 257).astype(np.uint8)


@dataclass(frozen=True, eq=False)
class Still:
    """A picture as a person sees it, and what of its file a coloured copy should keep."""

    path: Path
    pixels: Pixels
    """(H, W) gray or (H, W, 3) RGB, uint8 or uint16, the right way up."""
    alpha: Pixels | None = None
    """(H, W), dtype of the pixels, not premultiplied."""
    icc: bytes | None = None
    """An RGB profile. The pixels of gray and CMYK files with a profile are sRGB already."""
    exif: bytes | None = None
    """The descriptive tags, without orientation and thumbnail; begins with Exif NUL NUL."""
    xmp: bytes | None = None
    dpi: tuple[float, float] | None = None
    """Pixels per inch along x and y."""
    text: dict[str, str] = field(default_factory=dict)
    """The text chunks of a PNG."""


def to_depth(samples: Pixels, depth: np.dtype[np.uint8] | np.dtype[np.uint16]) -> Pixels:
    """The same samples as uint8 or uint16, 0 and the maximum kept, the rest rounded."""
    if samples.dtype == depth:
        return samples
    if depth == np.uint16:
        return samples.astype(np.uint16) * np.uint16(257)
    return _ROUNDED[samples]
