"""What the network saw of hinted frames counts on the other frames of their shots, no further."""

from __future__ import annotations

import numpy as np

from tui_colorize.hintmemory import Cells, HintMemory
from tui_colorize.hints import Hint, HintSet
from tui_colorize.tui.film.remembered import Remembered, hinted_frames
from tui_colorize.video.tracker import Track

SIZE = (120, 40)


def frames_remembered(app, width=128, height=96):
    """The frames of the hints that the colours on show remember, each once, in order."""
    memory = app.coloring.reminded
    numbers = memory.levels[0].hint if memory else ()
    return sorted({int(number) // (width * height) for number in numbers})


async def put(app, pilot, settled, frame, x, y):
    app.show_frame(frame)
    app.go(x, y)
    await pilot.press("enter")
    await settled(pilot)


async def test_a_frame_is_coloured_with_what_hinted_frames_showed(open_film, settled):
    async with open_film().run_test(size=SIZE) as pilot:
        app = await settled(pilot)
        await put(app, pilot, settled, 5, 30, 48)
        assert frames_remembered(app) == []  # its own hints are in the picture
        app.show_frame(20)
        await settled(pilot)
        assert frames_remembered(app) == [5]
        await put(app, pilot, settled, 30, 100, 20)
        assert frames_remembered(app) == [5]
        app.show_frame(20)
        await settled(pilot)
        assert frames_remembered(app) == [5, 30]
        app.show_frame(5)  # as in the making of the film: what is put there knows nothing of later
        await settled(pilot)
        assert frames_remembered(app) == []
        app.show_frame(45)  # another shot
        await settled(pilot)
        assert frames_remembered(app) == []


async def test_what_was_undone_is_not_remembered(open_film, settled):
    async with open_film().run_test(size=SIZE) as pilot:
        app = await settled(pilot)
        await put(app, pilot, settled, 5, 30, 48)
        await put(app, pilot, settled, 10, 90, 20)
        app.show_frame(20)
        await settled(pilot)
        assert frames_remembered(app) == [5, 10]
        app.document.undo()
        app.refresh_all()
        await settled(pilot)
        assert frames_remembered(app) == [5]


async def test_frames_that_were_not_shown_yet_are_looked_at(open_film, settled, until):
    hints = HintSet([Hint(30, 48, "#c02020", frame=5), Hint(100, 20, "#2020c0", 0, frame=12)])
    async with open_film(hints=hints).run_test(size=SIZE) as pilot:
        app = await settled(pilot)
        app.show_frame(20)
        await until(pilot, lambda: frames_remembered(app) == [5, 12])
        assert app.coloring is not None
        changed = hints.change([0], lambda hint: Hint(hint.x, hint.y, "#20c020", frame=5))
        app.edit(lambda document: document._push(changed, "recolour"))
        await settled(pilot)
        await until(pilot, lambda: frames_remembered(app) == [5, 12])
        assert "#20c020" in {hint.color for hint in app.coloring.hints}
        assert app.document.frame == 20


def memory(*numbers: int) -> HintMemory:
    spots = {number: (float(i), 0.0) for i, number in enumerate(numbers)}
    count = len(numbers)
    centers = np.array([*spots.values()], np.float32)
    cells = Cells.of(np.zeros((count, 2), np.float32), np.ones((count, 3)), centers, spots)
    return HintMemory((cells,))


def test_only_what_hints_still_are_is_remembered():
    remembered = Remembered((10, 10))
    own, other = HintSet([Hint(1, 2, "#ff0000", frame=3)]), Hint(4, 4, "#00ff00", frame=1)
    hints = HintSet([other, *own])
    remembered.learn(own, hints, memory(144, 321))
    assert remembered.of([own], hints).levels[0].hint.tolist() == [144, 321]
    assert remembered.of([own], hints) is remembered.of([own], hints)
    recolored = hints.change([0], lambda hint: Hint(4, 4, "#0000ff", frame=1))
    assert remembered.of([own], recolored).levels[0].hint.tolist() == [321]
    assert remembered.of([own], own).levels[0].hint.tolist() == [321]
    others = own.change([0], lambda hint: Hint(1, 2, "#0000ff", frame=3))
    assert not remembered.knows(others)
    assert remembered.of([others], others) is None


def test_from_which_frames_a_frame_takes_over():
    hints = HintSet(
        [*(Hint(1, 1, "#ff0000", frame=frame) for frame in (2, 5, 9)), Hint(2, 2, "red", frame=30)]
    )
    tracks = [Track(index, 1.0, 1.0, 1.0, 0.5, index == 0, index) for index in range(3)]
    taken = [own[0].frame for own in hinted_frames(tracks, hints, 7)]
    assert taken == [2, 5, 9]  # also where the hints are lost
    assert [own[0].frame for own in hinted_frames(tracks, hints, 5)] == [2]


def test_hints_on_a_smaller_copy_of_their_frame():
    remembered = Remembered((100, 60))
    own = HintSet([Hint(50, 30, "#ff0000", 9), Hint(51, 31, "#00ff00"), Hint(99, 59, "#0000ff")])
    hints = {remembered.number(hint): hint for hint in own}
    assert [*remembered.on_copy(hints, (50, 30)).items()] == [
        (3151, Hint(25, 15, "#00ff00", 0)),
        (5999, Hint(49, 29, "#0000ff", 0)),
    ]
