"""Works to keep, and the sources that they are on."""

from __future__ import annotations

import hashlib
import os
import random
from pathlib import Path

import msgspec

from tui_colorize.hints import Hint, HintSet
from tui_colorize.history import History
from tui_colorize.session import Origin, Place, Session, Work

SIZE = WIDTH, HEIGHT = 40, 30
CONTENT = b"as good as a picture"
ORIGIN = Origin("old.png", hashlib.sha256(CONTENT).hexdigest(), *SIZE)
PLACE = Place(
    cursor=(20, 15),
    color="#c98f5e",
    radius=None,
    recent=("#c98f5e", "#00ff00"),
    selected=None,
    zoom=2,
    corner=(3, 4),
    view="split",
)
HINTS = (
    Hint(1, 2, "red", 3),
    Hint(39, 29, "#123456", enabled=False),
    Hint(5, 6, "teal", 0, frame=7),
)


def work(steps: int = 3, undone: int = 0) -> Work:
    """The hints put one after the other, again and again, of which some are undone."""
    history = History.start(HintSet())
    for step in range(steps):
        history = history.push(history.state.add(HINTS[step % 3]), f"put hint {step + 1}")
        if step % 3 == 2:
            history = history.push(history.state.clear(), "remove all")
    for _ in range(undone):
        history = history.undo()
    return Work(history, PLACE)


def actions(count: int) -> list[Work]:
    """The works of one user after each action: pushes, a stroke, undo, redo, moves."""
    works = [Work(History.start(HintSet()), PLACE)]

    def then(history=None, **place):
        last = works[-1]
        works.append(Work(history or last.history, msgspec.structs.replace(last.place, **place)))

    for turn in range(count):
        history = works[-1].history
        then(history.push(history.state.add(Hint(turn, 1, "red")), f"put {turn}"), radius=turn)
        then(cursor=(turn, 5))
        before = works[-1].history
        for x in range(3):
            hints = [*before.state, *(Hint(x, 20 + turn % 9, "blue") for x in range(x + 1))]
            then(before.push(HintSet(hints), "brush stroke"), cursor=(x, 20))
        then(works[-1].history.undo())
        then(works[-1].history.undo(), color="#010203")
        then(works[-1].history.redo(), recent=("#010203",))
    return works


def long_work(steps: int, seed: int = 0) -> Work:
    """A random history, with undone steps."""
    rng = random.Random(seed)
    history = History.start(HintSet())
    for step in range(steps):
        hints, color = history.state, f"#{rng.randrange(1 << 24):06x}"
        match rng.randrange(4) if len(hints) > 2 else 0:
            case 0 | 1:
                hints = hints.add(Hint(rng.randrange(WIDTH), rng.randrange(HEIGHT), color))
            case 2:
                hints = hints.remove(rng.randrange(len(hints)))
            case 3:
                hints = hints.move(rng.randrange(len(hints)), rng.randrange(WIDTH), 3)
        history = history.push(hints, f"step {step}")
    for _ in range(steps // 5):
        history = history.undo()
    return Work(history, PLACE)


def source(folder: Path, content: bytes = CONTENT) -> Path:
    """A file with the content of ORIGIN's."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / "old.png"
    path.write_bytes(content)
    return path


def files(folder: Path) -> list[str]:
    """What is kept of ORIGIN, each name without its digest."""
    return sorted(path.name.removeprefix(ORIGIN.sha256) for path in folder.iterdir())


def kill(session: Session) -> None:
    """Leave a session as the system does when its process is killed."""
    if session._file is not None:
        os.close(session._file)
    if session._lock is not None:
        session._lock.release()
    session._file = session._lock = None
    session._closed = True
