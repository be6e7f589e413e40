"""Few colours instead of many: palettes for the terminals' picture formats."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray
    from PIL.Image import Quantize

    Pixels = NDArray[np.uint8]
    Indices = NDArray[np.uint8]

_SAMPLE = 5_000  # pixels that a palette is chosen from
_USED = 0.75  # of the colours that there may be: with fewer of them, they are badly chosen
_BITS = 5  # of each channel that decide on a pixel's colour


class Palette:
    """colors: (n, 3) uint8, n at most 256."""

    def __init__(self, colors: Pixels) -> None:
        import numpy as np

        self.colors = colors
        # The nearest colour of each cell of the RGB cube; -1: not asked for yet.
        self._nearest = np.full(1 << 3 * _BITS, -1, np.int16)

    def indices(self, pixels: Pixels) -> Indices:
        """(height, width): the nearest colour of each pixel of (height, width, 3)."""
        import numpy as np

        red, green, blue = (pixels[..., channel] >> (8 - _BITS) for channel in range(3))
        place = (red.astype(np.uint16) << 2 * _BITS) | (green.astype(np.uint16) << _BITS) | blue
        found = self._nearest[place]
        if (found < 0).any():
            # A picture has few of all colours.
            self._find(np.flatnonzero(np.bincount(place[found < 0])))
            found = self._nearest[place]
        return np.asarray(found, np.uint8)

    def _find(self, places: NDArray[np.intp]) -> None:
        import numpy as np

        shifts = np.array([2 * _BITS, _BITS, 0])
        levels = (places[:, None] >> shifts) & ((1 << _BITS) - 1)
        colors = self.colors.astype(np.float32)
        middles = (levels.astype(np.float32) + 0.5) * (256 >> _BITS)
        # |middle - color|^2 without the part that is the same for all colours
        distance = (colors**2).sum(1) - 2 * middles @ colors.T
        self._nearest[places] = distance.argmin(1)


def choose_palette(pixels: Pixels, count: int) -> Palette:
    """A palette of at most so many colours for these (height, width, 3) pixels."""
    import numpy as np
    from PIL.Image import Quantize

    height, width = pixels.shape[:2]
    step = max(1, round((height * width / _SAMPLE) ** 0.5))
    sample = np.ascontiguousarray(pixels[::step, ::step])
    if (sample[..., 0] == sample[..., 2]).all():
        return _palette(sample, count, Quantize.MAXCOVERAGE)
    # Many times as quick as the other and better, unless there are too few kinds of colours.
    quick = _palette(sample, count, Quantize.FASTOCTREE)
    if len(quick.colors) >= _USED * count:
        return quick
    return _palette(sample, count, Quantize.MEDIANCUT)


def _palette(pixels: Pixels, count: int, method: Quantize) -> Palette:
    import numpy as np
    from PIL import Image

    reduced = Image.fromarray(pixels).quantize(count, method=method)
    colors = np.array(reduced.getpalette(), np.uint8).reshape(-1, 3)
    return Palette(colors[: int(np.asarray(reduced).max()) + 1])
