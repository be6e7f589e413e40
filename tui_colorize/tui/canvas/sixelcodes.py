"""Sixel pictures from indexed pixels (VT330/VT340 Programmer Reference, chapter 14).

A picture is sent in bands of six rows. A colour is selected, characters say in which of the six
rows each pixel has it, and "$" goes back to the left for the next colour.
"""

from __future__ import annotations

from functools import lru_cache
from itertools import groupby
from typing import TYPE_CHECKING

from tui_colorize.tui.canvas.sixelbands import BAND, Runs, drawn

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Pixels = NDArray[np.uint8]
    Indices = NDArray[np.integer]

_NONE = 63  # the character of a column in which no pixel has the colour; its bits are added
_SHORT = 4  # repetitions that take fewer bytes as they are
_COLORS = 256


def sixels(indices: Indices, colors: Pixels) -> str:
    """The picture of these (height, width) indices of (n, 3) colours, n at most 256."""
    import numpy as np

    height, width = indices.shape
    kinds, kind = _kinds(colors.tobytes())
    counts = np.bincount(kind, np.bincount(indices.ravel(), minlength=len(colors)))
    # Those that are selected most often get the shortest numbers.
    order = np.argsort(-counts, kind="stable")[: np.count_nonzero(counts)]
    number = np.empty(len(kinds), np.intp)
    number[order] = np.arange(len(order))
    parts = [_head(width, height)]
    parts += [_definition(number, kinds[kind]) for number, kind in enumerate(order.tolist())]
    runs = drawn(number[kind][indices], len(order))
    return "".join([*parts, _vocabulary(width).text(runs), "-\x1b\\"])


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


@lru_cache(maxsize=8)
def _kinds(colors: bytes) -> tuple[list[list[int]], NDArray[np.intp]]:
    """Colours in percent, where many are the same: each of those once, and which one each is."""
    import numpy as np

    percent = _percent(np.frombuffer(colors, np.uint8).reshape(-1, 3))
    kinds, kind = np.unique(percent, axis=0, return_inverse=True)
    return kinds.tolist(), kind.reshape(-1)


def _percent(colors: Pixels) -> Pixels:
    import numpy as np

    return np.rint(colors / 2.55).astype(np.uint8)


def _definition(number: int, percent: list[int]) -> str:
    red, green, blue = percent
    return f"#{number};2;{red};{green};{blue}"


@lru_cache(maxsize=4096)
def _run(character: str, count: int) -> str:
    return character * count if count < _SHORT else f"!{count}{character}"


class _Vocabulary:
    """The words of pictures of a width, put together by number: word by word takes long."""

    def __init__(self, width: int) -> None:
        import numpy as np

        words = ["", "$", "-"]  # GO_ON, BACK, DOWN
        self._selects = len(words)
        words += [*(f"#{number}" for number in range(_COLORS)), ""]  # the last one is SAME
        self._times = len(words)
        words += ["" if count < _SHORT else f"!{count}" for count in range(width + 1)]
        self._characters = len(words)
        words += [
            chr(_NONE + bits) * (count if count < _SHORT else 1)
            for bits in range(1 << BAND)
            for count in range(_SHORT + 1)
        ]
        self._bytes = np.frombuffer("".join(words).encode(), np.uint8)
        self._lengths = np.array([len(word) for word in words])
        self._starts = np.cumsum(self._lengths) - self._lengths

    def text(self, runs: Runs) -> str:
        import numpy as np

        words = np.empty((len(runs.turn), 6), np.intp)
        words[:, 0] = runs.turn
        words[:, 1] = self._selects + runs.color % (_COLORS + 1)
        for column, count, bits in ((2, runs.gap, 0), (4, runs.size, runs.bits)):
            words[:, column] = self._times + count
            words[:, column + 1] = (
                self._characters + bits * (_SHORT + 1) + np.minimum(count, _SHORT)
            )
        lengths = self._lengths[words]
        said = np.flatnonzero(lengths)
        starts, lengths = self._starts[words].ravel()[said], lengths.ravel()[said]
        letters = np.repeat(starts - (np.cumsum(lengths) - lengths), lengths)
        letters += np.arange(len(letters))
        return bytes(self._bytes[letters]).decode("ascii")


_vocabulary = lru_cache(maxsize=8)(_Vocabulary)
