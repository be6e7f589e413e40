"""Colour hints: where the user says what colour a place has.

Coordinates are source pixels after orientation, from 0, x to the right and y down.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import overload

from tui_colorize.color import parse_color
from tui_colorize.errors import UserError
from tui_colorize.terminaltext import printable

LARGEST = 2**31 - 1
"""Of the numbers of a hint: far beyond any picture, and every array index holds it."""


@dataclass(frozen=True, slots=True)
class Hint:
    """A colour on a square patch of side 2 * radius + 1 about (x, y).

    color is anything parse_color reads and kept as `#rrggbb`; only its a and b count, lightness is
    the picture's own. radius None means default_radius of the picture. frame counts from 0 and is
    0 on a still. A hint that is not enabled colours nothing; it waits to be enabled again.
    Raises UserError for a colour or number that cannot be.
    """

    x: int
    y: int
    color: str
    radius: int | None = None
    frame: int = 0
    enabled: bool = True

    def __post_init__(self) -> None:
        for name in ("x", "y", "frame"):
            object.__setattr__(self, name, _whole(getattr(self, name), name))
        if self.radius is not None:
            object.__setattr__(self, "radius", _whole(self.radius, "radius"))
        object.__setattr__(self, "color", parse_color(self.color))

    @property
    def gray(self) -> bool:
        """Whether the colour is neutral: the hint keeps its place gray."""
        return self.color[1:3] == self.color[3:5] == self.color[5:]


def _whole(value: object, name: str) -> int:
    """The value as an int, numpy's integers included. Raises UserError."""
    if not isinstance(value, bool):  # an int to Python, a mistake to everybody else
        with suppress(TypeError):
            number = operator.index(value)  # type: ignore[arg-type]
            if 0 <= number <= LARGEST:
                return number
    raise UserError(f"{name} must be a whole number from 0 to {LARGEST}")


class HintSet(Sequence[Hint]):
    """Hints in the order they are painted, the last on top; immutable, equal by content, hashable.

    A point of a frame has at most one hint: a later one takes the place of an earlier one in the
    order, here and in every method. Indices are those of a list; IndexError outside.
    """

    __slots__ = ("_hints",)

    def __init__(self, hints: Iterable[Hint] = ()) -> None:
        # A dict keeps the first place of a key and its last value.
        self._hints = tuple({(hint.frame, hint.x, hint.y): hint for hint in hints}.values())

    @overload
    def __getitem__(self, index: int) -> Hint: ...
    @overload
    def __getitem__(self, index: slice) -> HintSet: ...
    def __getitem__(self, index: int | slice) -> Hint | HintSet:
        if isinstance(index, slice):
            return HintSet(self._hints[index])
        return self._hints[index]

    def __len__(self) -> int:
        return len(self._hints)

    def __iter__(self) -> Iterator[Hint]:
        return iter(self._hints)

    def __eq__(self, other: object) -> bool:
        return self._hints == other._hints if isinstance(other, HintSet) else NotImplemented

    def __hash__(self) -> int:
        return hash(self._hints)

    def __repr__(self) -> str:
        return f"HintSet({list(self._hints)!r})"

    def add(self, hint: Hint) -> HintSet:
        """With this hint on top, or in place of the one on the same point (recoloured)."""
        return HintSet((*self._hints, hint))

    def remove(self, *indices: int) -> HintSet:
        """Without these hints."""
        gone = {range(len(self._hints))[index] for index in indices}
        return HintSet(hint for index, hint in enumerate(self._hints) if index not in gone)

    def replace(self, index: int, hint: Hint) -> HintSet:
        """With this hint instead of that one; another hint on the new point goes.

        The index of the new hint is one less where such another stood before it.
        """
        old, point = self._hints[index], (hint.frame, hint.x, hint.y)
        return HintSet(
            hint if other is old else other
            for other in self._hints
            if other is old or (other.frame, other.x, other.y) != point
        )

    def move(self, index: int, x: int, y: int) -> HintSet:
        """With that hint moved to (x, y) of its frame; otherwise like replace.

        Raises UserError for coordinates that no hint can have.
        """
        hint = self._hints[index]
        return self.replace(index, replace(hint, x=x, y=y))

    def change(self, indices: Iterable[int], change: Callable[[Hint], Hint]) -> HintSet:
        """With each of these hints as `change` makes it, which must leave it on its point."""
        hints = list(self._hints)
        for index in set(indices):
            hints[index] = change(hints[index])
        return HintSet(hints)

    def clear(self) -> HintSet:
        """Without any hints."""
        return HintSet()

    def index_at(
        self, x: int, y: int, frame: int = 0, size: tuple[int, int] | None = None
    ) -> int | None:
        """The topmost hint of the frame whose patch covers (x, y).

        size: (width, height) of the picture, which decides the radius of hints that leave it open;
        without it they count as the smallest default, 1.
        """
        open_radius = default_radius(*size) if size else 1
        for index in reversed(range(len(self._hints))):
            hint = self._hints[index]
            radius = open_radius if hint.radius is None else hint.radius
            if hint.frame == frame and max(abs(hint.x - x), abs(hint.y - y)) <= radius:
                return index
        return None

    def nearest(self, x: int, y: int, frame: int = 0) -> int | None:
        """The hint of the frame whose centre is nearest to (x, y), the topmost of equals."""
        return min(
            (index for index, hint in enumerate(self._hints) if hint.frame == frame),
            key=lambda i: ((self._hints[i].x - x) ** 2 + (self._hints[i].y - y) ** 2, -i),
            default=None,
        )

    def next_after(self, index: int | None) -> int | None:
        """The index after this one, around the end; the first for None; None where no hints."""
        if not self._hints:
            return None
        return 0 if index is None else (index + 1) % len(self._hints)

    def previous_before(self, index: int | None) -> int | None:
        """The index before this one, around the start; the last for None; None where no hints."""
        if not self._hints:
            return None
        count = len(self._hints)
        return ((count if index is None else index) - 1) % count

    @property
    def enabled(self) -> HintSet:
        """The hints that colour something, in order."""
        return HintSet(hint for hint in self._hints if hint.enabled)

    def for_frame(self, frame: int) -> HintSet:
        """The hints of this frame, in order."""
        return HintSet(hint for hint in self._hints if hint.frame == frame)

    def check_inside(self, width: int, height: int, name: str = "the picture") -> None:
        """Raise UserError for the first hint whose point lies outside width x height pixels.

        name: what the message calls the picture.
        """
        for number, hint in enumerate(self._hints, 1):
            if hint.x >= width or hint.y >= height:
                raise UserError(
                    f"Hint {number} at {hint.x},{hint.y} lies outside {printable(name)} "
                    f"({width} x {height} pixels)"
                )

    def check_frames(self, frames: int) -> None:
        """Raise UserError for the first hint on a frame that a film of so many does not have."""
        for number, hint in enumerate(self._hints, 1):
            if hint.frame >= frames:
                raise UserError(
                    f"Hint {number} is on frame {hint.frame}, outside the film, which has "
                    f"{frames} frames, counted from 0"
                )


def default_radius(width: int, height: int) -> int:
    """The radius of hints that leave it open: 1/256 of the shorter side, in pixels, at least 1."""
    return max(1, round(min(width, height) / 256))


def patch(hint: Hint, width: int, height: int) -> tuple[slice, slice]:
    """Rows and columns of the square that the hint paints, clipped to width x height pixels."""
    radius = default_radius(width, height) if hint.radius is None else hint.radius
    return (
        slice(max(0, hint.y - radius), min(height, hint.y + radius + 1)),
        slice(max(0, hint.x - radius), min(width, hint.x + radius + 1)),
    )
