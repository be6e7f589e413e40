"""What is lost when the app is killed in the midst of work: at most the last action.

Run: python benchmarks/killed.py [--kills N] [--seed N]
A process edits a document at random, as fast as it can, and keeps its session as the app does,
until it gets SIGKILL at a random moment. What the session restores must be the state before the
kill or the one before the last action, with the whole history and the place; the next process goes
on from there. Then, what keeping an action costs.
"""

from __future__ import annotations

import argparse
import os
import random
import select
import signal
import subprocess
import sys
import tempfile
import time
from statistics import median, quantiles

from tui_colorize.hints import Hint, HintSet
from tui_colorize.history import History
from tui_colorize.session import Origin, Place, Session, Work
from tui_colorize.tui.document import Document

WIDTH, HEIGHT = 640, 480
ORIGIN = Origin("benchmark", "0" * 64, WIDTH, HEIGHT)
LONGEST_RUN = 0.5  # seconds that a process has for its edits


def resume(work: Work | None) -> Document:
    document = Document.start(WIDTH, HEIGHT, HintSet())
    if work is not None:
        document.history = work.history
        for name in ("cursor", "color", "radius", "selected", "recent"):
            setattr(document, name, getattr(work.place, name))
    return document


def present(document: Document) -> Work:
    place = Place(
        cursor=document.cursor,
        color=document.color,
        radius=document.radius,
        selected=document.selected,
        recent=document.recent,
    )
    return Work(document.history, place)


def act(document: Document, rng: random.Random) -> None:
    """One action of the user."""

    def near(_: Hint) -> bool:
        return False

    x, y = rng.randrange(WIDTH), rng.randrange(HEIGHT)
    some = rng.randrange(len(document.hints)) if document.hints else None
    if document.brushing:
        if rng.random() < 0.1:
            document.end_brush()
        else:
            document.paint(document.cursor[0] + rng.randrange(-20, 21), y, near, 1)
        return
    match rng.randrange(12):
        case 0 | 1 | 2:
            document.put(near)
        case 3:
            document.take_color(f"#{rng.randrange(1 << 24):06x}")
        case 4:
            document.remove(some)
        case 5:
            document.grow(rng.choice((-1, 1)), some)
        case 6:
            document.begin_brush()
        case 7 | 8:
            document.undo()
        case 9:
            document.redo()
        case 10:
            document.toggle_enabled(some)
        case 11 if rng.random() < 0.05:
            document.reset()
    document.move_to(x, y)


def edit(seed: int) -> None:
    """Edit until killed. A byte on stdout for every action done, before it is kept."""
    session = Session(ORIGIN)
    document, rng = resume(session.restored), random.Random(seed)
    while True:  # until it is killed
        act(document, rng)
        os.write(1, b".")
        session.record(present(document))


def kill_one(seed: int, wait: float) -> int:
    """Kill a process that edits; how many actions it did."""
    child = subprocess.Popen(
        [sys.executable, __file__, "--edit", str(seed)], stdout=subprocess.PIPE
    )
    assert child.stdout is not None
    done = len(os.read(child.stdout.fileno(), 1))
    deadline = time.monotonic() + wait
    while (left := deadline - time.monotonic()) > 0:
        if select.select([child.stdout], [], [], left)[0]:
            done += len(os.read(child.stdout.fileno(), 1 << 16))
    child.send_signal(signal.SIGKILL)
    if child.wait() != -signal.SIGKILL:
        raise SystemExit("the process that edits has failed")
    while rest := os.read(child.stdout.fileno(), 1 << 16):
        done += len(rest)
    child.stdout.close()
    return done


def restored() -> Work | None:
    session = Session(ORIGIN)
    session.close()
    assert not session.notices, session.notices
    return session.restored


def kills(count: int, seed: int) -> None:
    rng = random.Random(seed)
    before: Work | None = None
    right, whole, actions = 0, 0, 0
    for turn in range(count):
        done = kill_one(seed + turn, rng.uniform(0, LONGEST_RUN))
        after = restored()
        document, script = resume(before), random.Random(seed + turn)
        states = [before or present(document)]
        for _ in range(done):
            act(document, script)
            states.append(present(document))
        right += after in states[-2:]
        whole += after == states[-1]
        actions += done
        before = after
    assert before is not None
    print(
        f"killed {count} times in {actions} actions: the state before the kill or one action "
        f"before it {right} of {count}, the very state {whole}; at the end {before}"
    )


def costs() -> None:
    """What keeping an action costs, with many hints and a long history."""
    session = Session(Origin("costs", "1" * 64, WIDTH, HEIGHT))
    document = resume(None)
    hints = HintSet(Hint(x, y, "red") for x in range(25) for y in range(20))
    document.history = History.start(hints)
    rng = random.Random(0)
    times = []
    for turn in range(2000):
        # A thousand steps, so many undone, and so on.
        index = rng.randrange(len(document.hints))
        if turn % 10 == 9:
            document.undo()
        else:
            document.drag(index, rng.randrange(WIDTH), rng.randrange(HEIGHT))
            document.begin_stroke()
        began = time.thread_time()
        session.record(present(document))
        if turn >= 1000:
            times.append((time.thread_time() - began) * 1e3)
    print(
        f"processor time of keeping an action, {len(document.hints)} hints and "
        f"{len(document.history)} steps: median "
        f"{median(times):.2f} ms, 99th percentile {quantiles(times, n=100)[-1]:.2f} ms, worst "
        f"{max(times):.2f} ms"
    )
    session.close()
    began = time.perf_counter()
    Session(Origin("costs", "1" * 64, WIDTH, HEIGHT)).close()
    print(f"restoring it: {(time.perf_counter() - began) * 1e3:.0f} ms")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--kills", type=int, default=50)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--edit", metavar="SEED", type=int, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.edit is not None:
        edit(options.edit)
    with tempfile.TemporaryDirectory() as folder:
        os.environ["XDG_DATA_HOME"] = folder
        kills(options.kills, options.seed)
        costs()


if __name__ == "__main__":
    main()
