"""How well hints stay on their objects, and how well cuts are found.

Run: python benchmarks/tracking.py CLIP... [--seeds N] [--hints N] [--cache FOLDER]

Tracking. On frame 0 of each colour clip, --hints random hints are put for each seed: uniform in the
picture, each with the true ab, the mean of the 7x7 pixels about it. The tracker sees the gray
frames alone. Printed per clip, without the hinted frame itself:
- correct: of the (hint, frame) pairs reported visible, those where the true ab (again the mean of
  7x7 pixels about the reported place) is within 12 units of the hint's; in brackets with the single
  pixel at the reported place in place of the mean;
- visible: of the (hint, frame) pairs truly visible, those reported visible.
Truly visible is what a reference at full resolution with the colours says: chained DIS flow
('medium', both directions) from frame 0 to the frame and back misses its start by at most 4 pixels,
the place is inside the picture, and its colour and lightness are the hint's (ab within 12, L within
15, 7x7 means). Places that the reference loses (occluded, left, blurred) count as not truly visible
even if they come back, so the second figure says nothing about re-acquisition.
- ms: mean time per frame of the tracker, its flow included, decoding not.
The reference takes a fifth of a second per frame; --cache keeps it.

Cuts. The clips, reduced to 240 pixels, are joined in --seeds random orders, 40 frames of each, or
as many as leave 16 between two changes (a short clip goes on backwards): hard cuts as they are,
with flashes (1 to 3 frames), flicker (15 %), grain (15 gray levels), grain with scratches and dirt,
shake (2 % of the width); fades through black and white; dissolves.
A clip given with --film must be a single shot: it is joined too, and any start inside is false.
Found: a shot starts within 2 frames of a hard cut, or inside a gradual change (1 frame more on
either side); every other start but the first frame is false.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import av
import cv2
import numpy as np

from tui_colorize.hints import Hint, HintSet
from tui_colorize.video.shots import with_starts
from tui_colorize.video.tracker import Track, track_shot

NEAR = 12.0  # ab units
HALF = 3  # of the square that a colour is the mean of


@dataclass
class Clip:
    """The frames of a clip: gray as the tracker sees them, L and ab (means of 7x7 pixels)."""

    name: str
    gray: list[np.ndarray]
    lab: list[np.ndarray]
    mean_lab: list[np.ndarray]


def read(path: Path, limit: int = 150) -> Clip:
    clip = Clip(path.stem, [], [], [])
    with av.open(str(path)) as container:
        for frame in container.decode(video=0):
            rgb = frame.to_ndarray(format="rgb24")
            lab = cv2.cvtColor(rgb.astype(np.float32) / 255, cv2.COLOR_RGB2LAB)
            side = (2 * HALF + 1, 2 * HALF + 1)
            clip.gray.append(cv2.cvtColor(rgb, cv2.COLOR_RGB2GRAY))
            clip.lab.append(lab.astype(np.float16))
            clip.mean_lab.append(cv2.blur(lab, side).astype(np.float16))
            if len(clip.gray) == limit:
                break
    return clip


def reference_flows(clip: Clip, cache: Path | None) -> tuple[np.ndarray, np.ndarray]:
    """Flow of each frame to the next and of each to the one before, (n - 1, h / 2, w / 2, 2)."""
    stored = cache / f"{clip.name}.npz" if cache else None
    if stored and stored.exists():
        with np.load(stored) as arrays:
            return arrays["there"], arrays["back"]
    dis = cv2.DISOpticalFlow_create(cv2.DISOPTICAL_FLOW_PRESET_MEDIUM)
    there, back = [], []
    for before, after in zip(clip.gray, clip.gray[1:], strict=False):
        for one, other, flows in ((before, after, there), (after, before, back)):
            flows.append(dis.calc(one, other, None)[::2, ::2].astype(np.float16))
    result = np.stack(there), np.stack(back)
    if stored:
        stored.parent.mkdir(parents=True, exist_ok=True)
        np.savez(stored, there=result[0], back=result[1])
    return result


def sample(plane: np.ndarray, points: np.ndarray) -> np.ndarray:
    """The values of (h, w, c) at the nearest pixels of (n, 2) points x, y."""
    column = np.clip(np.rint(points[:, 0]).astype(int), 0, plane.shape[1] - 1)
    row = np.clip(np.rint(points[:, 1]).astype(int), 0, plane.shape[0] - 1)
    return plane[row, column].astype(np.float32)


def truly_visible(
    clip: Clip, flows: tuple[np.ndarray, np.ndarray], start: np.ndarray
) -> np.ndarray:
    """(frames, hints) bool for (hints, 2) places on frame 0: see the module's docstring."""
    there, back = flows
    height, width = clip.gray[0].shape
    own = sample(clip.mean_lab[0], start)
    places = [start]
    for field in there:
        places.append(places[-1] + sample(field, places[-1] / 2))
    result = np.ones((len(places), len(start)), bool)
    for frame in range(1, len(places)):
        place = places[frame]
        home = place
        for field in back[:frame][::-1]:
            home = home + sample(field, home / 2)
        seen = sample(clip.mean_lab[frame], place)
        result[frame] = (
            (np.linalg.norm(home - start, axis=1) <= 4)
            & (place >= 0).all(axis=1)
            & (place <= (width - 1, height - 1)).all(axis=1)
            & (np.linalg.norm(seen[:, 1:] - own[:, 1:], axis=1) <= NEAR)
            & (np.abs(seen[:, 0] - own[:, 0]) <= 15)
        )
    return result


def random_hints(clip: Clip, count: int, seed: int) -> tuple[HintSet, np.ndarray]:
    """Hints on frame 0 with any colour (the tracker does not look at it), and their places."""
    height, width = clip.gray[0].shape
    random = np.random.default_rng(seed)
    places = np.stack([random.integers(0, width, count), random.integers(0, height, count)], 1)
    return HintSet(Hint(int(x), int(y), "#808080") for x, y in places), places.astype(np.float32)


@dataclass
class Score:
    """Counts of (hint, frame) pairs, and seconds."""

    reported: int = 0
    correct: int = 0
    correct_pixel: int = 0
    true: int = 0
    found: int = 0
    frames: int = 0
    seconds: float = 0.0

    def add(self, other: Score) -> None:
        for name, value in vars(other).items():
            setattr(self, name, getattr(self, name) + value)

    def row(self, name: str) -> str:
        reported, true = max(1, self.reported), max(1, self.true)
        return (
            f"{name:>16} {100 * self.correct / reported:7.1f} %"
            f" ({100 * self.correct_pixel / reported:5.1f} %)"
            f" {100 * self.found / true:8.1f} % {1e3 * self.seconds / max(1, self.frames):8.1f} ms"
        )


def score(clip: Clip, flows: tuple[np.ndarray, np.ndarray], count: int, seed: int) -> Score:
    hints, places = random_hints(clip, count, seed)
    start = time.perf_counter()
    tracks = list(track_shot(clip.gray, hints))
    result = Score(frames=len(clip.gray), seconds=time.perf_counter() - start)
    true = truly_visible(clip, flows, places)
    own = sample(clip.mean_lab[0], places)[:, 1:]
    for frame in range(1, len(tracks)):
        result.add(_score_frame(clip, frame, tracks[frame], true[frame], own))
    return result


def _score_frame(
    clip: Clip, frame: int, tracks: Sequence[Track], true: np.ndarray, own: np.ndarray
) -> Score:
    visible = [track for track in tracks if track.visible]
    indices = np.array([track.index for track in visible], int)
    where = np.array([(track.x, track.y) for track in visible], np.float32).reshape(-1, 2)
    mean, pixel = (
        np.linalg.norm(sample(planes[frame], where)[:, 1:] - own[indices], axis=1) <= NEAR
        for planes in (clip.mean_lab, clip.lab)
    )
    return Score(len(visible), mean.sum(), pixel.sum(), true.sum(), true[indices].sum())


HARD = ("cuts", "flashes", "flicker", "grain", "dirt", "shake")
GRADUAL = (("black", 6), ("black", 14), ("white", 10), ("dissolve", 8), ("dissolve", 16))
LONG = ("dissolve", 24)
CLEAN = 16  # frames between two gradual changes, at least


def reduced(path: Path) -> list[np.ndarray]:
    with av.open(str(path)) as container:
        frames = [frame.to_ndarray(format="gray") for frame in container.decode(video=0)]
    return [cv2.resize(frame, (240, 136), interpolation=cv2.INTER_AREA) for frame in frames]


def joined(
    clips: Sequence[list[np.ndarray]], kind: str, length: int, random: np.random.Generator
) -> tuple[list[np.ndarray], list[tuple[int, int]]]:
    """The frames, and where each change begins and ends."""
    frames: list[np.ndarray] = []
    changes = []
    count = max(40, 2 * length + CLEAN)
    for number, clip in enumerate(random.permutation(len(clips))):
        there_and_back = clips[clip] + clips[clip][-2::-1]
        first = int(random.integers(0, max(1, len(clips[clip]) - count)))
        part = [frame.astype(np.float32) for frame in there_and_back[first : first + count]]
        if number:
            at = len(frames)
            share = [(step + 1) / (length + 1) for step in range(length)]
            if kind == "dissolve":
                pairs = zip(frames[-length:], part, share, strict=False)
                frames[-length:] = [a * (1 - s) + b * s for a, b, s in pairs]
                part = part[length:]
                changes.append((at - length, at))
            elif length:
                level = 255.0 if kind == "white" else 0.0
                share = [(step + 1) / length for step in range(length)]
                pairs = zip(frames[-length:], share, strict=True)
                frames[-length:] = [a * (1 - s) + level * s for a, s in pairs]
                part[:length] = [b * s + level * (1 - s) for b, s in zip(part, share, strict=False)]
                changes.append((at - length, at + length))
            else:
                changes.append((at, at))
        frames += part
    return [
        np.clip(frame, 0, 255).astype(np.uint8) for frame in aged(frames, kind, random)
    ], changes


def aged(frames: list[np.ndarray], kind: str, random: np.random.Generator) -> Iterator[np.ndarray]:
    flashes = {
        int(start) + step
        for start in random.choice(len(frames) - 6, 8, replace=False)
        for step in range(random.integers(1, 4))
    }
    for number, frame in enumerate(frames):
        height, width = frame.shape
        if kind == "flashes" and number in flashes:
            yield frame * 0.3 + 210
        elif kind == "flicker":
            yield frame * (1 + 0.15 * random.normal()) + 5 * random.normal()
        elif kind == "shake":
            move = np.array([[1, 0, 5 * random.normal()], [0, 1, 3 * random.normal()]])
            yield cv2.warpAffine(frame, move, (width, height), borderMode=cv2.BORDER_REFLECT)
        elif kind in ("grain", "dirt"):
            worn = frame + random.normal(0, 15, frame.shape)
            if kind == "dirt":
                column = random.integers(0, width)
                worn[:, column : column + 2] = 255
                for _ in range(random.integers(0, 6)):
                    y, x = random.integers(0, height - 8), random.integers(0, width - 8)
                    worn[y : y + 8, x : x + 8] = random.choice([0, 255])
            yield worn
        else:
            yield frame


def cuts(paths: Sequence[Path], seeds: int) -> None:
    clips = [reduced(path) for path in paths]
    print(f"{'joined by':>16} {'recall':>12} {'precision':>12}")
    for kind, length in (*((kind, 0) for kind in HARD), *GRADUAL, LONG):
        found = true = false = 0
        slack = 1 if length else 2
        for seed in range(seeds):
            frames, changes = joined(clips, kind, length, np.random.default_rng(seed))
            marked = with_starts(frames, lambda frame: frame)
            starts = [number for number, (_, start) in enumerate(marked) if start and number]
            hits = {
                next((at for at in starts if first - slack <= at <= last + slack), None)
                for first, last in changes
            } - {None}
            found, true, false = (
                found + len(hits),
                true + len(changes),
                false + len(starts) - len(hits),
            )
        name = f"{kind} {length}" if length else kind
        precision = 100 * found / max(1, found + false)
        print(f"{name:>16} {found:4}/{true:<4} {100 * found / true:3.0f} {precision:10.0f} %")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("clips", type=Path, nargs="+", metavar="CLIP")
    parser.add_argument("--seeds", type=int, default=5)
    parser.add_argument("--hints", type=int, default=10)
    parser.add_argument("--cache", type=Path, metavar="FOLDER")
    parser.add_argument("--film", type=Path, nargs="*", default=[], help="more clips, for the cuts")
    options = parser.parse_args()
    cv2.setNumThreads(1)
    print(f"{'clip':>16} {'correct':>9} {'(pixel)':>9} {'visible':>10} {'per frame':>11}")
    total = Score()
    for path in options.clips:
        clip = read(path)
        flows = reference_flows(clip, options.cache)
        here = Score()
        for seed in range(options.seeds):
            here.add(score(clip, flows, options.hints, seed))
        print(here.row(clip.name), flush=True)
        total.add(here)
    print(total.row("all"))
    if len(options.clips) > 1:
        cuts([*options.clips, *options.film], options.seeds)


if __name__ == "__main__":
    main()
