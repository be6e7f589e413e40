"""How the making of a film goes on after an interruption, and when it does not."""

from __future__ import annotations

import os
import shutil
import sys
import types
from pathlib import Path

import numpy as np
import pytest
from squares import RED, StandIn, color, planes, same, scene, write_film

from tui_colorize import Hint, colorize_video, flock
from tui_colorize.errors import UserError
from tui_colorize.video import resume, shotcolor, tracker

pytestmark = pytest.mark.usefixtures("small_segments")


def interrupted(network, frames):
    """Leave what a run has made of a film of 30 frames when so many were coloured."""
    write_film("film.mkv", (30,))

    def stop(now):
        if now.done == frames:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        color("film.mkv", "out.mkv", [RED], network, progress=stop)


@pytest.mark.parametrize("stop", [1, 17, 30])
def test_an_interrupted_run_goes_on_to_the_same_film(network, stop):
    """Stopped anywhere, it resumes; finished parts are not done again."""
    write_film("film.mkv", (14, 20))
    hints = [RED, Hint(40, 30, "#3232c8", 2, frame=14), Hint(52, 30, "#32c832", 2, frame=28)]
    whole = color("film.mkv", "whole.mkv", hints, network)
    calls = network.calls

    class Enough(Exception):
        pass

    def progress(now):
        if now.done == stop:
            raise Enough

    with pytest.raises(Enough):
        color("film.mkv", "out.mkv", hints, network, progress=progress)
    assert not Path("out.mkv").exists()
    network.calls = 0
    seen = []
    result = color("film.mkv", "out.mkv", hints, network, resume=True, progress=seen.append)
    assert (result.frames, result.shots) == (whole.frames, whole.shots)
    assert len(seen) >= 34 - stop
    if stop == 30:
        assert len(seen) <= 34 - 30 + 12 + 8  # a segment and what a keyframe may be late
        assert network.calls < calls
    assert [pts for pts, _ in planes("out.mkv")] == [pts for pts, _ in planes("whole.mkv")]
    for (_, one), (_, two) in zip(planes("out.mkv"), planes("whole.mkv"), strict=True):
        assert same(one, two)
    assert sorted(path.name for path in Path().iterdir()) == [
        "film.mkv",
        "out.mkv",
        "whole.mkv",
    ]


class Stop(Exception):
    pass


def stopping_at(frames):
    """A progress callback that ends the run when so many frames are coloured."""

    def progress(now):
        if now.done == frames:
            raise Stop

    return progress


def same_film(one, other) -> bool:
    pairs = list(zip(planes(one), planes(other), strict=True))
    return all(a == b and same(some, others) for (a, some), (b, others) in pairs)


SQUARE = [Hint(62, 30, "#c83232", 2, frame=62), Hint(74, 32, "#3232c8", 2, frame=77)]
SITUATIONS = {
    "no hints": [],
    "hints on frames before": [RED, SQUARE[0], Hint(80, 10, "#32c832", 2, frame=63)],
    "a hint ahead": [SQUARE[1]],
    "on both sides": [RED, *SQUARE],
    "a reference": [],
}


@pytest.mark.parametrize(
    ("situation", "cut"),
    [
        *((situation, 80) for situation in SITUATIONS),
        *(("on both sides", cut) for cut in (71, 72, 73)),
    ],
)
def test_it_goes_on_amid_a_shot_as_if_never_stopped(network, monkeypatch, situation, cut):
    """Stopped when 72 frames were complete, in the second shot, or where the third one starts."""
    monkeypatch.setattr(tracker, "LOOK_BACK", 6)
    monkeypatch.setattr(shotcolor, "CARRIED_BACK", 10)
    write_film("film.mkv", (40, cut - 40, 12))
    settings = {}
    if situation == "a reference":
        still = np.dstack([scene(20, 1)] * 3)
        still[:, :40, 0] += 20
        settings["references"] = {60: still}
    hints = SITUATIONS[situation]
    color("film.mkv", "whole.mkv", hints, network, **settings)
    with pytest.raises(Stop):
        color("film.mkv", "out.mkv", hints, network, progress=stopping_at(75), **settings)
    result = color("film.mkv", "out.mkv", hints, network, resume=True, **settings)
    assert (result.frames, result.shots) == (cut + 12, 3)
    assert same_film("out.mkv", "whole.mkv")


@pytest.mark.parametrize("situation", ["on both sides", "a reference"])
def test_killed_at_any_moment(network, monkeypatch, situation):
    """From whatever was on the disk at any time, it goes on to the same film."""
    monkeypatch.setattr(resume, "_OFTEN", 0)
    monkeypatch.setattr(tracker, "LOOK_BACK", 6)
    monkeypatch.setattr(shotcolor, "CARRIED_BACK", 10)
    write_film("film.mkv", (40, 33, 12))
    hints, settings = SITUATIONS[situation], {}
    if situation == "a reference":
        settings["references"] = {60: np.dstack([scene(20, 1)] * 3)}
    kept = []
    save = resume.Workshop.save

    def keeping(self, checkpoint):
        save(self, checkpoint)
        kept.append(Path(f"kept{len(kept)}"))
        # what is not complete has no name yet, and may have one in the next moment
        shutil.copytree(self.folder, kept[-1], ignore=shutil.ignore_patterns("*.part"))

    with monkeypatch.context() as patched:
        patched.setattr(resume.Workshop, "save", keeping)
        whole = color("film.mkv", "whole.mkv", hints, network, **settings)
    assert len(kept) > 85
    for parts in [*kept[:-1:9], kept[-1]]:
        parts.rename(".out.mkv.parts")
        again = color("film.mkv", "out.mkv", hints, network, resume=True, **settings)
        assert (again.frames, again.shots) == (whole.frames, whole.shots) == (85, 3)
        assert same_film("out.mkv", "whole.mkv")
        Path("out.mkv").unlink()


def stand(parts=Path(".out.mkv.parts")):
    """Of the tracker: its shot's first frame, the last one reported, the last one that it saw."""
    with np.load(parts / "state.npz") as file:
        first, reported, behind = file["ahead_tracker_stand"].tolist()
    return first, reported, reported + behind


@pytest.mark.parametrize(("hint", "stop"), [(62, 50), (78, 17)])
def test_what_was_followed_is_not_followed_again(network, monkeypatch, hint, stop):
    """Nor where it waits for a hint that is ahead; behind what was seen, all is followed."""
    write_film("film.mkv", (40, 40, 40, 40))
    hints = [RED, Hint(hint - 10, 30, "#c83232", 2, frame=hint)]
    with pytest.raises(Stop):
        color("film.mkv", "out.mkv", hints, network, every=5, progress=stopping_at(stop))
    _, reported, seen = stand()
    assert seen >= stop // 8 * 8
    followed = []
    step = tracker.Follower.step
    monkeypatch.setattr(tracker.Follower, "step", lambda *given: followed.append(1) or step(*given))
    color("film.mkv", "out.mkv", hints, network, every=5, resume=True)
    back = max(hint - max(reported, 39), 0)  # from the hint, in its shot
    assert len(followed) == 160 - (seen + 1) + back


def test_what_is_followed_before_any_segment_is_kept(network, monkeypatch):
    """It may take long, with a hint far ahead."""
    monkeypatch.setattr(resume, "_OFTEN", 0)
    hints = [RED, Hint(60, 30, "#c83232", 2, frame=25)]
    write_film("film.mkv", (30,))
    whole = color("film.mkv", "whole.mkv", hints, network)
    calls = network.calls
    with pytest.raises(Stop):
        color("film.mkv", "out.mkv", hints, network, progress=stopping_at(1))
    assert len(list(Path(".out.mkv.parts").iterdir())) == 2  # with the lock, no segment
    first, reported, _ = stand()
    assert (first, reported >= 25) == (0, True)
    network.calls = 0
    again = color("film.mkv", "out.mkv", hints, network, resume=True)
    assert (again.frames, again.shots, network.calls) == (whole.frames, whole.shots, calls)
    assert same_film("out.mkv", "whole.mkv")


@pytest.mark.parametrize("first", [22, 23])
def test_hints_of_the_shot_before_are_not_gone_on_with(network, first):
    """The tracker's shot is not always that of the last colours."""
    write_film("film.mkv", (first, 20))
    hints = [RED, Hint(40, 30, "#3232c8", 2, frame=27)]
    color("film.mkv", "whole.mkv", hints, network)
    with pytest.raises(Stop):
        color("film.mkv", "out.mkv", hints, network, progress=stopping_at(17))
    with np.load(".out.mkv.parts/state.npz") as file:
        assert int(file["index"]) < first
    assert stand()[0] == first
    assert color("film.mkv", "out.mkv", hints, network, resume=True).frames == first + 20
    assert same_film("out.mkv", "whole.mkv")


def test_a_state_with_a_part_missing(network):
    """It is said in a sentence, and what was made so far stays."""
    interrupted(network, 25)
    state = Path(".out.mkv.parts/state.npz")
    with np.load(state) as file:
        parts = dict(file)
    for name in parts:
        if not name.startswith("memory"):
            np.savez(state, **{key: each for key, each in parts.items() if key != name})
            with pytest.raises(UserError, match="what the interrupted run has left is damaged"):
                color("film.mkv", "out.mkv", [RED], network, resume=True)
    np.savez(state, **parts)
    assert color("film.mkv", "out.mkv", [RED], network, resume=True).frames == 30


def truncated(path):
    path.write_bytes(path.read_bytes()[:-1])


def garbled(path):
    """As the first part of the archive were compressed by a method that nobody knows."""
    data = bytearray(path.read_bytes())
    for name, at in ((b"PK\x03\x04", 8), (b"PK\x01\x02", 10)):
        data[data.index(name) + at] = 77
    path.write_bytes(data)


DAMAGE = {
    "truncated state": lambda parts: truncated(parts / "state.npz"),
    "garbled state": lambda parts: garbled(parts / "state.npz"),
    "empty state": lambda parts: (parts / "state.npz").write_bytes(b""),
    "another state": lambda parts: (parts / "state.npz").write_bytes(b"\x80\x04N."),
    "truncated segment": lambda parts: truncated(parts / "000001"),
    "missing segment": lambda parts: (parts / "000001").unlink(),
}


@pytest.mark.parametrize("damage", DAMAGE)
def test_damaged_parts(network, damage):
    """They are refused at once, in a sentence, and stay where they are."""
    interrupted(network, 25)
    DAMAGE[damage](Path(".out.mkv.parts"))
    network.calls = 0
    with pytest.raises(UserError, match="damaged; --overwrite, or removing the export, begins"):
        color("film.mkv", "out.mkv", [RED], network, resume=True)
    assert network.calls == 0
    assert Path(".out.mkv.parts/000000").exists()


def test_parts_of_another_run_are_neither_used_nor_lost(network):
    """Other hints do not go on with them; without a word nothing is begun anew."""
    interrupted(network, 25)
    with pytest.raises(UserError, match="--resume goes on with them"):
        color("film.mkv", "out.mkv", [RED], network)
    with pytest.raises(UserError, match="another source, network, hints or settings"):
        color("film.mkv", "out.mkv", [], network, resume=True)
    state = Path(".out.mkv.parts/state.npz")
    state.write_bytes(state.read_bytes()[:100])
    with pytest.raises(UserError, match="damaged; --overwrite, or removing the export, begins"):
        color("film.mkv", "out.mkv", [RED], network, resume=True)
    assert color("film.mkv", "out.mkv", [RED], network, overwrite=True).frames == 30


def test_parts_are_refused_before_the_network_is_loaded(network, monkeypatch):
    """Whoever forgot --resume need not wait to learn so."""
    write_film("film.mkv")
    parts = Path(".out.mkv.parts")
    parts.mkdir()
    (parts / "state.npz").touch()
    module = types.ModuleType("tui_colorize.colorizer")
    module.Colorizer = lambda *_: pytest.fail("loaded")
    monkeypatch.setitem(sys.modules, "tui_colorize.colorizer", module)
    with pytest.raises(UserError, match="--resume goes on with them"):
        colorize_video("film.mkv", "out.mkv")
    assert (parts / "state.npz").exists()


@pytest.mark.parametrize("how", [{}, {"resume": True}, {"overwrite": True}])
@pytest.mark.parametrize("state", [False, True])
def test_a_film_that_another_run_makes(network, state, how):
    """It is refused as such, before the network is loaded, and nothing happens to its parts."""
    write_film("film.mkv")
    parts = Path(".out.mkv.parts")
    parts.mkdir()
    lock = flock.take(parts / "lock")
    if state:
        (parts / "state.npz").write_bytes(b"of the other run")
    with pytest.raises(UserError, match="is being made by another run"):
        colorize_video("film.mkv", "out.mkv", weights="none", **how)
    assert len(list(parts.iterdir())) == 1 + state
    os.close(lock)
    if state:
        with pytest.raises(UserError, match="an interrupted run has left its parts"):
            color("film.mkv", "out.mkv", [], network)


def test_parts_that_another_network_coloured_are_not_gone_on_with(network):
    """Wherever its weights are: a film is of one network from its first frame to the last."""
    interrupted(network, 25)
    trained = StandIn()
    trained.fingerprint = "beef"
    with pytest.raises(UserError, match="another source, network, hints or settings"):
        color("film.mkv", "out.mkv", [RED], trained, resume=True)
    assert color("film.mkv", "out.mkv", [RED], network, resume=True).frames == 30


def test_a_run_that_leaves_nothing_to_resume_leaves_nothing(network, monkeypatch):
    """Stopped soon, before the first segment is complete, its folder is gone."""
    monkeypatch.setattr(resume, "_OFTEN", 1e9)
    interrupted(network, 1)
    assert [path.name for path in Path().iterdir()] == ["film.mkv"]
