"""What a Sixel picture draws in each of its bands of six rows, and in which order."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Numbers = NDArray[np.integer]
    Mask = NDArray[np.bool_]

BAND = 6
"""Rows of pixels that are sent together."""

GO_ON, BACK, DOWN = range(3)
"""What comes before a run: nothing, to the left again, or to the next band."""

SAME = -1
"""The colour of the run before."""

_GAP = 10  # columns without a colour that are jumped over rather than written
_ROWS = 8  # of a band, and two that it does not have


class Runs(NamedTuple):
    """Neighbouring columns that have a colour in the same rows, in the order in which they are
    drawn; an array each of as many numbers as there are runs.

    turn: GO_ON, BACK or DOWN. color: its number, or SAME. gap: columns before it in which nothing
    is drawn. size: columns that are drawn. bits: in which rows, the highest one being 1.
    """

    turn: Numbers
    color: Numbers
    gap: Numbers
    size: Numbers
    bits: Numbers


def drawn(colors: Numbers, count: int) -> Runs:
    """The runs of a picture of at most count colours; colors: (height, width), their numbers.

    Runs in one colour with at most small gaps are a stretch, and stretches that do not overlap are
    a line, so that the terminal's cursor seldom goes back. What comes first in a band may fill its
    columns: the rest is drawn over that.
    """
    import numpy as np

    height, width = colors.shape
    stride = width + _GAP  # no stretch reaches from one colour's columns into the next one's
    place, size, bits = _runs(colors, count, stride)
    gap = place - np.append(-stride, (place + size)[:-1])
    first = np.flatnonzero(gap >= _GAP)
    many = np.diff(first, append=len(place))
    last = first + many - 1
    row, start = np.divmod(place[first], stride)
    band, color = np.divmod(row, count)
    stop = start + (place + size)[last] - place[first]

    line = _lines(band, start, stop)
    order = np.lexsort((start, line, band))
    band, line, start, stop = band[order], line[order], start[order], stop[order]
    filling = line < 0
    many = np.where(filling, 1, many[order])
    down, back = _changes(band), _changes(line)
    back |= down
    # From stretches to runs: those of each, one after the other.
    opening = np.cumsum(many) - many
    chosen = np.arange(many.sum()) + np.repeat(first[order] - opening, many)
    turn, hue = np.full(len(chosen), GO_ON), np.full(len(chosen), SAME)
    turn[opening] = np.where(down, DOWN, np.where(back, BACK, GO_ON))
    turn[0] = GO_ON
    hue[opening] = color[order]
    gap, size, bits = gap[chosen], size[chosen], bits[chosen]
    gap[opening] = start - np.where(back, 0, np.append(0, stop[:-1]))
    size[opening[filling]] = (stop - start)[filling]
    bits[opening[filling]] = (1 << np.minimum(BAND, height - BAND * band[filling])) - 1
    return Runs(turn, hue, gap, size, bits)


def _runs(colors: Numbers, count: int, stride: int) -> tuple[Numbers, Numbers, Numbers]:
    """Places, sizes and bits of all runs, by bands, colours and columns."""
    import numpy as np

    height, width = colors.shape
    # The fewer bytes the keys have, the sooner they are sorted.
    kind = np.min_scalar_type(-(height + BAND) * count * stride * _ROWS)
    pixels = _pixels(height, width, count * stride, kind)
    keys = (pixels + colors.astype(kind) * kind.type(stride * _ROWS)).ravel()
    keys.sort()
    place, row = keys // _ROWS, keys % _ROWS
    first = np.flatnonzero(_changes(place))
    place = place[first]
    bits = np.bitwise_or.reduceat(np.left_shift(1, row), first)
    neighbours = np.append(False, np.diff(place) == 1)
    begins = np.flatnonzero(~neighbours | _changes(bits))
    return place[begins], np.diff(begins, append=len(place)), bits[begins]


@lru_cache(maxsize=8)
def _pixels(height: int, width: int, band: int, kind: np.dtype[np.signedinteger]) -> Numbers:
    """A key of each pixel but for its colour: of its band, of so many places, column and row."""
    import numpy as np

    row, column = np.ogrid[:height, :width]
    return np.asarray((row // BAND * band + column) * _ROWS + row % BAND, kind)


def _lines(band: Numbers, start: Numbers, stop: Numbers) -> Numbers:
    """The line of each stretch, by number; -1 is the first one of a band, as long as can be."""
    import numpy as np

    far = stop.max() + 1
    start, stop = band * far + start, band * far + stop
    line = np.arange(len(start))
    line[_longest(start, stop)] = -1
    rest = np.flatnonzero(line >= 0)
    line[rest] = rest[_heads(band[rest], start[rest], stop[rest])]
    return line


def _longest(start: Numbers, stop: Numbers) -> list[int]:
    """Stretches from the left to the right, always the next one, or the longest of the next."""
    import numpy as np

    order = np.lexsort((-stop, start))
    following = np.searchsorted(start[order], stop[order]).tolist()
    numbers = order.tolist()
    chain, at = [], 0
    while at < len(numbers):
        chain.append(numbers[at])
        at = following[at]
    return chain


def _heads(band: Numbers, start: Numbers, stop: Numbers) -> Numbers:
    """The first stretch of the line of each: one goes on in the line that has ended last.

    Lines that are free are a stack, from which those that begin take and on which those that end
    put; what is put on a certain height of it is what is taken from that height next.
    """
    import numpy as np

    count = len(start)
    # An end comes before a start at the same place.
    order = np.argsort(np.concatenate([2 * stop, 2 * start + 1]), kind="stable")
    begins = order >= count
    stretch = order - count * begins
    band = band[stretch]
    total = np.cumsum(np.where(begins, -1, 1))
    # What begins while no line is free takes none; no line is free where a band begins.
    below = band * (2 * count + 1)
    lowest = np.minimum(np.minimum.accumulate(total - below) + below, 0)
    free = total - lowest
    before = np.where(_changes(band), 0, np.append(0, free[:-1]))
    stacked = np.flatnonzero(~begins | (before > 0))
    height = np.where(begins, before, free)[stacked]
    ranked = stacked[np.lexsort((height, band[stacked]))]
    taking = np.flatnonzero(begins[ranked])
    heads = np.arange(count)
    heads[stretch[ranked[taking]]] = stretch[ranked[taking - 1]]
    while ((further := heads[heads]) != heads).any():
        heads = further
    return heads


def _changes(values: Numbers) -> Mask:
    """Where another value begins."""
    import numpy as np

    changes = np.ones(len(values), bool)
    np.not_equal(values[1:], values[:-1], out=changes[1:])
    return changes
