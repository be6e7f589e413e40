"""Which part of the picture is on show, and how its pixels and the canvas's map to each other.

A canvas pixel is the smallest dot that the painter can colour: half a cell in half-cell drawing.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property

_CLOSEST = 4  # canvas pixels for one source pixel at the closest zoom


@dataclass(frozen=True)
class Viewport:
    """A window of the source, scaled into a pane.

    source: (width, height) of the picture. pane: (width, height) of the pane in canvas pixels.
    zoom: 0 shows the whole picture, each step doubles its size. corner: the source pixel in the
    window's top left. aspect: height of a canvas pixel, its width being 1. Everything else follows
    from these, and is worked out once: every hint asks for it with every step of the cursor.
    """

    source: tuple[int, int]
    pane: tuple[int, int]
    zoom: int = 0
    corner: tuple[int, int] = (0, 0)
    aspect: float = 1.0

    @cached_property
    def fit_scale(self) -> float:
        """Source pixels per canvas pixel at which the whole picture fits."""
        scale = max(self.source[0] / self.pane[0], self.source[1] / self.pane[1] / self.aspect)
        # Whole multiples where the picture is enlarged: every source pixel gets as many dots.
        return scale if scale >= 1 else 1 / int(1 / scale)

    @cached_property
    def deepest(self) -> int:
        """The last zoom that shows more than the one before."""
        zoom, scale = 0, self.fit_scale
        while scale > 1 / _CLOSEST:
            zoom += 1
            scale = _halve(scale)
        return zoom

    @cached_property
    def scale(self) -> float:
        """Source pixels per width of a canvas pixel, below 1 where the picture is enlarged."""
        scale = self.fit_scale
        for _ in range(min(self.zoom, self.deepest)):
            scale = _halve(scale)
        return scale

    @cached_property
    def region(self) -> tuple[int, int, int, int]:
        """The window in source pixels: x0, y0, x1, y1."""
        spans = []
        scales = self.scale, self.scale * self.aspect
        for corner, source, pane, scale in zip(
            self.corner, self.source, self.pane, scales, strict=True
        ):
            length = min(source, max(1, round(pane * scale)))
            start = max(0, min(corner, source - length))
            spans.append((start, start + length))
        (x0, x1), (y0, y1) = spans
        return x0, y0, x1, y1

    @cached_property
    def size(self) -> tuple[int, int]:
        """The window's size in canvas pixels; never larger than the pane."""
        x0, y0, x1, y1 = self.region
        scale = self.scale
        height = (y1 - y0) / scale / self.aspect
        # Shrunk, it ends with a whole cell, so that no mark stands out below it.
        rows = 2 * round(height / 2) if scale > 1 else round(height)
        return (
            max(1, min(self.pane[0], round((x1 - x0) / scale))),
            max(1, min(self.pane[1], rows)),
        )

    @cached_property
    def offset(self) -> tuple[int, int]:
        """Where the window begins in the pane: it is centred; a row begins on a whole cell."""
        width, height = self.size
        return (self.pane[0] - width) // 2, (self.pane[1] - height) // 4 * 2

    def to_canvas(self, x: int, y: int) -> tuple[int, int] | None:
        """The canvas pixel of the pane that shows this source pixel; None if out of the window."""
        x0, y0, x1, y1 = self.region
        if not (x0 <= x < x1 and y0 <= y < y1):
            return None
        (width, height), (left, top) = self.size, self.offset
        return (
            left + min(width - 1, int((x - x0 + 0.5) * width / (x1 - x0))),
            top + min(height - 1, int((y - y0 + 0.5) * height / (y1 - y0))),
        )

    def to_source(self, column: int, row: int) -> tuple[int, int] | None:
        """The source pixel in the middle of a canvas pixel of the pane; None beside the picture."""
        (width, height), (left, top) = self.size, self.offset
        if not (0 <= column - left < width and 0 <= row - top < height):
            return None
        return self._source(column - left, row - top)

    def _source(self, column: int, row: int) -> tuple[int, int]:
        x0, y0, x1, y1 = self.region
        width, height = self.size
        return (
            x0 + min(x1 - x0 - 1, int((column + 0.5) * (x1 - x0) / width)),
            y0 + min(y1 - y0 - 1, int((row + 0.5) * (y1 - y0) / height)),
        )

    def step(self, x: int, y: int, dx: int, dy: int) -> tuple[int, int]:
        """The source pixel that many steps from (x, y): canvas pixels, or source pixels where
        those are larger. Ends at the edges of the picture."""
        return (
            self._step(x, dx, 0),
            self._step(y, dy, 1),
        )

    def _step(self, at: int, by: int, axis: int) -> int:
        last = self.source[axis] - 1
        region = self.region
        scale = (region[axis + 2] - region[axis]) / self.size[axis]
        if by == 0:
            return at
        if scale <= 1:
            return max(0, min(last, at + by))
        # Middle of a canvas pixel to middle of a canvas pixel: every step is seen, and as many
        # steps back end where they began.
        start = region[axis]
        dot = int((at - start + 0.5) // scale) + by
        return max(0, min(last, start + int((dot + 0.5) * scale // 1)))

    def zoomed(self, by: int, x: int, y: int) -> Viewport:
        """Closer by so many steps, (x, y) kept where it is on the pane; 0 is the whole picture."""
        zoom = max(0, min(self.deepest, self.zoom + by)) if by else 0
        x0, y0, x1, y1 = self.region
        after = replace(self, zoom=zoom, corner=(0, 0))
        width, height = (after.region[2] - after.region[0], after.region[3] - after.region[1])
        corner = (
            round(x - (x - x0 + 0.5) / (x1 - x0) * width),
            round(y - (y - y0 + 0.5) / (y1 - y0) * height),
        )
        return replace(after, corner=corner).following(x, y)

    def following(self, x: int, y: int) -> Viewport:
        """Moved, if need be, so that (x, y) is well inside the window."""
        corner = []
        region = self.region
        for axis, at in enumerate((x, y)):
            start, end = region[axis], region[axis + 2]
            length = end - start
            margin = length // 8
            if at < start + margin or at >= end - margin:
                # A third of the window at once: a redraw now and then, not with every step.
                start = at - length // 3 if at < start + margin else at - length + length // 3
                start = max(at - length + 1, min(start, at))
            corner.append(max(0, min(start, self.source[axis] - length)))
        return replace(self, corner=(corner[0], corner[1]))

    def resized(self, pane: tuple[int, int], aspect: float, x: int, y: int) -> Viewport:
        """The same for a pane of another size, or cells of another shape."""
        after = replace(self, pane=pane, aspect=aspect)
        return replace(after, zoom=min(after.zoom, after.deepest)).following(x, y)


def _halve(scale: float) -> float:
    """The next closer scale; whole fractions from 1 on."""
    half = scale / 2
    if scale > 1 > half:
        return 1.0
    return half if half >= 1 else 1 / round(1 / half)
