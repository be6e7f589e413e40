"""Sessions as JSON: the whole of one, and the change that one action makes (docs/SESSIONS.md)."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from itertools import chain
from operator import is_
from typing import Literal, TypeVar

import msgspec
from msgspec import Struct

from tui_colorize.color import parse_color
from tui_colorize.errors import UserError, reason
from tui_colorize.hints import Hint, HintSet
from tui_colorize.history import History
from tui_colorize.session.work import Place, Whole, Work
from tui_colorize.terminaltext import printable

FORMAT, VERSION = "tui-colorize session", 1
LARGEST = 128 * 2**20
"""Bytes of a session; a larger one is neither written nor read."""
MOST_HINTS = 100_000_000
"""Of all steps of a history together; a small file could otherwise fill the memory."""

T = TypeVar("T")
Steps = History[HintSet]


class Origin(Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """The source of a session. sha256: its content_digest or film_digest. frames: of a film, None
    of a still. path: None where it is beside the file."""

    name: str
    sha256: str
    width: Whole
    height: Whole
    frames: Whole | None = None
    path: str | None = None


class Splice(Struct, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """How a HintSet becomes another: from index `at` on, `cut` hints make way for those in put."""

    label: str
    at: Whole = 0
    cut: Whole = 0
    put: tuple[Hint, ...] = ()


class Change(Struct, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """What one action did. instead: the step pushed takes the place of the last one."""

    move: Literal["undo", "redo"] | None = None
    push: Splice | None = None
    instead: bool = False
    place: Place | None = None


class _Header(Struct):
    format: str
    version: int


class _Session(Struct, kw_only=True, forbid_unknown_fields=True):
    """undo, redo: the nearest step first, each made from the state before it in the list."""

    format: str
    version: int
    source: Origin
    hints: tuple[Hint, ...]
    undo: list[Splice]
    redo: list[Splice]
    place: Place


_decode_change = msgspec.json.Decoder(Change).decode


# A whole session.


def encode(origin: Origin, work: Work) -> str:
    """A session in one line of JSON.

    Raises UnicodeEncodeError for a name that is not UTF-8, UserError for more than LARGEST.
    """
    history = work.history
    session = _Session(
        format=FORMAT,
        version=VERSION,
        source=origin,
        hints=tuple(history.state),
        undo=_splices(history, lambda h: h.undo_label, lambda h: h.undo()),
        redo=_splices(history, lambda h: h.redo_label, lambda h: h.redo()),
        place=work.place,
    )
    data = msgspec.json.encode(session)
    if len(data) >= LARGEST:  # with the line's end
        raise UserError(f"the session is larger than {LARGEST // 2**20} MiB")
    return data.decode()


def decode(data: str | bytes) -> tuple[Origin, Work]:
    """Read what encode wrote. Raises UserError, which does not name the file."""
    header = _guarded(lambda: msgspec.json.decode(data, type=_Header))
    if header.format != FORMAT:
        raise UserError("this is not a session of tui-colorize")
    if header.version != VERSION:
        raise UserError(
            f"the session is of version {header.version}; this program reads version {VERSION}"
        )
    session = _guarded(lambda: msgspec.json.decode(data, type=_Session))
    origin = session.source
    hints = HintSet(session.hints)
    _check_hints(session.hints, origin)
    budget = Budget()
    past = _states(hints, session.undo, origin, budget)[::-1]
    future = _states(hints, session.redo, origin, budget)
    states = [*past, hints, *future]
    history = History.start(states[0])
    for state, step in zip(states[1:], [*session.undo[::-1], *session.redo], strict=True):
        history = history.push(state, printable(step.label))
    if len(history) != 1 + len(session.undo) + len(session.redo):
        raise UserError("the history has a step that changes nothing")
    for _ in session.redo:
        history = history.undo()
    return origin, Work(history, _checked(session.place, history, origin))


class Budget:
    """Counts the hints of the states that a file asks for."""

    def __init__(self) -> None:
        self._left = MOST_HINTS

    def spend(self, hints: HintSet) -> None:
        """Raises UserError when it is used up."""
        self._left -= len(hints)
        if self._left < 0:
            raise UserError(f"the history holds more than {MOST_HINTS} hints")


def _splices(
    history: Steps, label: Callable[[Steps], str | None], step: Callable[[Steps], Steps]
) -> list[Splice]:
    splices = []
    while (name := label(history)) is not None:
        after = step(history)
        splices.append(splice(history.state, after.state, name))
        history = after
    return splices


def _states(
    hints: HintSet, splices: Iterable[Splice], origin: Origin, budget: Budget
) -> list[HintSet]:
    states = []
    for each in splices:
        hints = _spliced(hints, each, origin)
        budget.spend(hints)
        states.append(hints)
    return states


# A change.


def difference(before: Work, after: Work) -> Change | None:
    """The change that leads from one to the other; None where no single change does."""
    place = after.place if after.place != before.place else None
    old, new = before.history, after.history
    # Histories share what they have in common, so that comparing them costs next to nothing.
    if new is old or new == old:
        return Change(place=place)
    if new == old.undo():
        return Change(move="undo", place=place)
    if new == old.redo():
        return Change(move="redo", place=place)
    label = new.undo_label
    if label is None:
        return None
    for instead, base in ((False, old), (True, old.undo())):
        if new == base.push(new.state, label):
            push = splice(old.state, new.state, label)
            return Change(push=push, instead=instead, place=place)
    return None


def encode_change(change: Change) -> bytes:
    """One line of JSON, with its end."""
    return msgspec.json.encode(change) + b"\n"


def replay(work: Work, line: bytes, origin: Origin, budget: Budget) -> Work:
    """The work after a change that encode_change wrote. Raises UserError."""
    change = _guarded(lambda: _decode_change(line))
    history = work.history
    if change.move is not None:
        history = history.undo() if change.move == "undo" else history.redo()
    if change.push is not None:
        hints = _spliced(history.state, change.push, origin)
        if not change.instead:
            budget.spend(hints)
        base = history.undo() if change.instead else history
        history = base.push(hints, printable(change.push.label))
    return Work(history, _checked(change.place or work.place, history, origin))


def splice(before: HintSet, after: HintSet, label: str) -> Splice:
    """The splice that makes one of the other; short where they have the very same hints."""
    one, other = tuple(before), tuple(after)
    start = _common(one, other)
    end = min(_common(one[::-1], other[::-1]), len(one) - start, len(other) - start)
    return Splice(
        label=label, at=start, cut=len(one) - start - end, put=other[start : len(other) - end]
    )


def _common(one: tuple[Hint, ...], other: tuple[Hint, ...]) -> int:
    """How many hints are the same at the beginning."""
    same = list(map(is_, one, other))
    return same.index(False) if False in same else len(same)


def _spliced(hints: HintSet, by: Splice, origin: Origin) -> HintSet:
    if by.at + by.cut > len(hints):
        raise UserError(f"a step changes more than the {len(hints)} hints there are")
    _check_hints(by.put, origin)
    return HintSet(chain(hints[: by.at], by.put, hints[by.at + by.cut :]))


# What is refused.


def _guarded(decode: Callable[[], T]) -> T:
    try:
        return decode()
    except RecursionError:
        raise UserError("this is not a session of tui-colorize: nested too deep") from None
    except ValueError as error:  # of msgspec, and bytes that are not UTF-8
        raise UserError(f"this is not a session of tui-colorize: {reason(error)[:200]}") from None


def _check_hints(hints: Iterable[Hint], origin: Origin) -> None:
    for hint in hints:
        _check_point(hint.x, hint.y, "a hint", origin)
        _check_frame(hint.frame, "a hint", origin)


def _check_point(x: int, y: int, what: str, origin: Origin) -> None:
    if x >= origin.width or y >= origin.height:
        size = f"{origin.width} x {origin.height}"
        raise UserError(f"{what} at {x},{y} lies outside the picture ({size} pixels)")


def _check_frame(frame: int, what: str, origin: Origin) -> None:
    if origin.frames is not None and frame >= origin.frames:
        raise UserError(f"{what} is on frame {frame}, and the film has {origin.frames} frames")


def _checked(place: Place, history: Steps, origin: Origin) -> Place:
    _check_point(*place.cursor, "the cursor", origin)
    _check_frame(place.frame, "the cursor", origin)
    for color in (place.color, *place.recent):
        if parse_color(color) != color:
            raise UserError(f"the colour {printable(color)} is not written as #rrggbb")
    if place.selected is not None and place.selected >= len(history.state):
        return msgspec.structs.replace(place, selected=None)
    return place
