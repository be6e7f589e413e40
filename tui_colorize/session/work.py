"""What a session holds: the history of the hints, and where the user is in it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from msgspec import Meta, Struct

from tui_colorize.hints import LARGEST, HintSet
from tui_colorize.history import History, Step

Whole = Annotated[int, Meta(ge=0, le=LARGEST)]
Share = Annotated[float, Meta(ge=0, le=1)]


Hidden = tuple[Whole, Whole, Whole, Whole, Whole]
"""Frame, x and y of a hint, and the first and the last frame on which it is known to be out of
sight."""


class Place(Struct, frozen=True, forbid_unknown_fields=True):
    """Where the user is on the picture, what part of it they see, and what is in hand.

    cursor, corner: source pixels. zoom: doublings of the picture that fits; corner: the top left of
    the part on show. view: the canvas's name for the way the pictures are shown. color, recent:
    `#rrggbb`. radius: None is default_radius. selected: the index of a hint. frame: of a film.
    vividness: 0..1, see Colorizer; None is its own. hidden: where losing a hint is no matter.
    """

    cursor: tuple[Whole, Whole]
    color: str
    radius: Whole | None
    recent: tuple[str, ...]
    selected: Whole | None
    zoom: Whole = 0
    corner: tuple[Whole, Whole] = (0, 0)
    view: str = ""
    frame: Whole = 0
    vividness: Share | None = None
    hidden: tuple[Hidden, ...] = ()


@dataclass(frozen=True, slots=True)
class Work:
    """Everything that the user made and where they were; immutable."""

    history: History[HintSet]
    place: Place

    @property
    def is_empty(self) -> bool:
        """Whether nothing was ever done."""
        return len(self.history) == 1 and not self.history.state

    def __str__(self) -> str:
        hints, steps = len(self.history.state), len(self.history) - 1
        return f"{hints} hint{'s' * (hints != 1)} and {steps} step{'s' * (steps != 1)} of history"


def join(older: Work, newer: Work, label: str) -> Work:
    """The newer work, with undo leading on to the older one.

    What both did first is there once. label: of the step from the older work to the newer.
    """
    history = older.history
    mine = list(history)[: history.position + 1]
    others = list(newer.history)
    shared = 0
    for one, other in zip(mine, others, strict=False):
        if one != other:
            break
        shared += 1
    start = max(0, shared - 1)  # of what is different
    if _contains(others, mine[start:]):
        return newer
    if _contains(mine, others[start:]):
        return Work(history.push(newer.history.state, label), newer.place)
    start = min(start, newer.history.position)
    history = history.push(others[start].state, label)
    for step in others[start + 1 :]:
        history = history.push(*step)
    for _ in range(len(others) - 1 - newer.history.position):
        history = history.undo()
    return Work(history, newer.place)


def _contains(steps: list[Step[HintSet]], run: list[Step[HintSet]]) -> bool:
    """Whether the steps lead, at some time, from the first state of the run on just as it does."""
    first, *rest = run
    return any(
        step.state == first.state and steps[start : start + len(rest)] == rest
        for start, step in enumerate(steps, 1)
    )
