"""Undo and redo over immutable states."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Generic, NamedTuple, TypeVar

State = TypeVar("State")


class Step(NamedTuple, Generic[State]):
    """A state and the label of the change that led to it ("" for the first)."""

    state: State
    label: str


# Compared, hashed and shown by History only, which walks the chain in a loop: the methods that a
# dataclass would generate call themselves once per link and run out of stack.
@dataclass(frozen=True, slots=True, eq=False, repr=False)
class _Link(Generic[State]):
    """A state of the past or future; label names the change between it and the next nearer one."""

    state: State
    label: str
    beyond: _Link[State] | None
    depth: int  # of this link and all beyond


class History(Generic[State]):
    """A state, those before it and those undone after it; immutable and without a limit.

    Every operation returns a new history that shares its past and future with the old one, at a
    cost that does not depend on their length. States must be comparable with == and, for hash(),
    hashable. Iterating gives every Step from the first to the last undone one; `position` says
    which of them is the present, so pushing the steps and undoing the rest restores the history.
    """

    __slots__ = ("_future", "_past", "_state")

    def __init__(
        self, state: State, past: _Link[State] | None = None, future: _Link[State] | None = None
    ) -> None:
        self._state = state
        self._past = past
        self._future = future

    @classmethod
    def start(cls, state: State) -> History[State]:
        """A history of this one state."""
        return cls(state)

    @property
    def state(self) -> State:
        """The present."""
        return self._state

    @property
    def position(self) -> int:
        """How many changes can be undone: the index of the present among the steps."""
        return _depth(self._past)

    @property
    def undo_label(self) -> str | None:
        """What undo would take back; None where there is nothing."""
        return self._past.label if self._past else None

    @property
    def redo_label(self) -> str | None:
        """What redo would do again; None where there is nothing."""
        return self._future.label if self._future else None

    def push(self, state: State, label: str) -> History[State]:
        """Make this the present and forget what was undone; an equal state changes nothing."""
        if state == self._state:
            return self
        return History(state, _Link(self._state, label, self._past, self.position + 1))

    def undo(self) -> History[State]:
        """One change back; this same history where there is none."""
        past = self._past
        if past is None:
            return self
        future = _Link(self._state, past.label, self._future, _depth(self._future) + 1)
        return History(past.state, past.beyond, future)

    def redo(self) -> History[State]:
        """The change last undone, again; this same history where there is none."""
        future = self._future
        if future is None:
            return self
        past = _Link(self._state, future.label, self._past, self.position + 1)
        return History(future.state, past, future.beyond)

    def __iter__(self) -> Iterator[Step[State]]:
        # A link's label belongs to the change out of its state when in the past, into it when in
        # the future.
        label = ""
        for link in reversed(list(_chain(self._past))):
            yield Step(link.state, label)
            label = link.label
        yield Step(self._state, label)
        for link in _chain(self._future):
            yield Step(link.state, link.label)

    def __len__(self) -> int:
        return self.position + 1 + _depth(self._future)

    def __eq__(self, other: object) -> bool:
        """Same steps, same present."""
        if not isinstance(other, History):
            return NotImplemented
        return (
            self._state == other._state
            and _same(self._past, other._past)
            and _same(self._future, other._future)
        )

    def __hash__(self) -> int:
        return hash((self._state, self.position, len(self)))

    def __repr__(self) -> str:
        return f"<History {self.position + 1} of {len(self)}: {self._state!r}>"


def _depth(link: _Link[State] | None) -> int:
    return link.depth if link else 0


def _chain(link: _Link[State] | None) -> Iterator[_Link[State]]:
    while link:
        yield link
        link = link.beyond


def _same(one: _Link[State] | None, other: _Link[State] | None) -> bool:
    if _depth(one) != _depth(other):
        return False
    for mine, theirs in zip(_chain(one), _chain(other), strict=True):
        if mine is theirs:  # and so is everything beyond
            return True
        if mine.label != theirs.label or mine.state != theirs.state:
            return False
    return True
