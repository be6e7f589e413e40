"""Sixel pictures from indexed pixels (VT330/VT340 Programmer Reference, chapter 14).

A picture is sent in bands of six rows. A colour is selected, characters say in which of the six
rows each pixel has it, and "$" goes back to the left for the next colour.
"""

from __future__ import annotations

import re
from functools import lru_cache
from itertools import groupby
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    import numpy as np
    from numpy.typing import NDArray

    Pixels = NDArray[np.uint8]
    Indices = NDArray[np.integer]

BAND = 6
"""Rows of pixels that are sent together."""

_NONE = 63  # the character of a column in which no pixel has the colour; its bits are added
_GAP = 10  # columns without a colour that are jumped over rather than written
_SHORT = 4  # repetitions that take fewer bytes as they are
_LONG_RUN = re.compile(rf"([?-~])\1{{{_SHORT - 1},}}")


_Stretch = tuple[int, int, int, int]
"""Neighbouring columns of a band in one colour: the first of them, the one after the last, the
number of the colour, and where the characters are among all."""


def sixels(indices: Indices, colors: Pixels) -> str:
    """The picture of these (height, width) indices of (n, 3) colours, n at most 256."""
    import numpy as np

    height, width = indices.shape
    # In percent many colours are the same.
    kinds, kind = np.unique(_percent(colors), axis=0, return_inverse=True)
    indices = kind.reshape(-1)[indices]
    counts = np.bincount(indices.ravel(), minlength=len(kinds))
    # Those that are selected most often get the shortest numbers.
    order = np.argsort(-counts, kind="stable")[: np.count_nonzero(counts)]
    number = np.empty(len(kinds), np.intp)
    number[order] = np.arange(len(order))
    # Selected after it is defined: some terminals do not take the one for the other.
    selects = [f"{_definition(n, kind)}#{n}" for n, kind in enumerate(kinds[order].tolist())]
    bits = _bits(number[indices], len(order))
    characters = (bits.ravel() + _NONE).tobytes().decode("ascii")
    parts, nothing = [_head(width, height)], chr(_NONE)
    for band, stretches in enumerate(_stretches(bits)):
        # What comes first may fill its columns: the colours after it are drawn over that.
        full = chr(_NONE - 1 + (1 << min(BAND, height - BAND * band)))
        for layer, line in enumerate(_layers(stretches)):
            parts.append("$" if layer else "")
            end = 0
            for start, stop, color, at in line:
                parts.append(selects[color])
                selects[color] = f"#{color}"
                if start > end:
                    parts.append(_run(nothing, start - end))
                if layer:
                    parts.append(characters[at : at + stop - start])
                else:
                    parts.append(_run(full, stop - start))
                end = stop
        parts.append("-")
    packed = _LONG_RUN.sub(lambda run: _run(run[1], len(run[0])), "".join(parts))
    return packed + "\x1b\\"


def squares(indices: Indices, colors: Pixels, width: int, height: int) -> str:
    """The same enlarged to that size, each index a square as high as a band: each band is one row
    of runs."""
    import numpy as np

    parts = [_head(width, height)]
    percent = _percent(colors).tolist()
    parts += [_definition(number, percent[number]) for number in np.unique(indices).tolist()]
    edges = np.linspace(0, width, indices.shape[1] + 1).round().astype(int).tolist()
    for top in range(0, height, BAND):
        row = indices[min(top // BAND, len(indices) - 1)].tolist()
        full = chr(_NONE - 1 + (1 << min(BAND, height - top)))
        end = 0
        for number, run in groupby(row):
            start, end = end, end + len(list(run))
            parts.append(f"#{number}{_run(full, edges[end] - edges[start])}")
        parts.append("-")
    return "".join([*parts, "\x1b\\"])


def _head(width: int, height: int) -> str:
    return f'\x1bP0;0;0q"1;1;{width};{height}'


def _percent(colors: Pixels) -> Pixels:
    import numpy as np

    return np.rint(colors / 2.55).astype(np.uint8)


def _definition(number: int, percent: list[int]) -> str:
    red, green, blue = percent
    return f"#{number};2;{red};{green};{blue}"


@lru_cache(maxsize=4096)
def _run(character: str, count: int) -> str:
    return character * count if count < _SHORT else f"!{count}{character}"


def _bits(indices: NDArray[np.intp], count: int) -> Pixels:
    """(bands, count, width + _GAP): in which rows of each band each column has each colour."""
    import numpy as np

    height, width = indices.shape
    bands = -(-height // BAND)
    bits = np.zeros((bands, count, width + _GAP), np.uint8)
    band, column = np.ogrid[:bands, :width]
    for row in range(BAND):
        part = indices[row::BAND]
        bits[band[: len(part)], part, column] |= 1 << row
    return bits


def _stretches(bits: Pixels) -> Iterator[list[_Stretch]]:
    """Those of each band, from the left, of those that start together the longest first."""
    import numpy as np

    bands, count, stride = bits.shape
    # Rows end with a gap, so no stretch reaches into the next.
    inked = np.flatnonzero(bits != 0)  # several times as fast as of numbers
    breaks = np.flatnonzero(np.diff(inked) > _GAP)
    firsts, lasts = inked[np.r_[0, breaks + 1]], inked[np.r_[breaks, len(inked) - 1]]
    rows, starts = np.divmod(firsts, stride)
    stops = starts + lasts - firsts + 1
    band, colors = np.divmod(rows, count)
    order = np.lexsort((colors, -stops, starts, band))
    columns = (part[order].tolist() for part in (starts, stops, colors, firsts))
    stretches = list(zip(*columns, strict=True))
    ends = np.searchsorted(band[order], np.arange(bands), "right").tolist()
    for first, end in zip([0, *ends], ends, strict=False):
        yield stretches[first:end]


def _layers(stretches: list[_Stretch]) -> list[list[_Stretch]]:
    """As few lines as it takes, so that nothing overlaps within one."""
    layers: list[list[_Stretch]] = []
    ends: list[int] = []
    for stretch in stretches:
        for layer, end in enumerate(ends):
            if end <= stretch[0]:
                layers[layer].append(stretch)
                ends[layer] = stretch[1]
                break
        else:
            layers.append([stretch])
            ends.append(stretch[1])
    return layers
