"""How well a few hints on the first frame colour a whole clip, against the clip's true colours.

    python benchmarks/film_quality.py CLIP.mp4 [CLIP.mp4 ...] [--frames 60] [--sheets FOLDER]
    python benchmarks/film_quality.py CLIP.mp4 [CLIP.mp4 ...] --reference [--every 1]

At the network's working size; hints are 7x7 source pixels with their mean true ab at random
places. Ways: tracking, memory and both, by the network on every third frame, each by itself; film,
as the application does it, which also carries colour along the motion. Columns: PSNR (dB, RGB) of
the first frame, the mean over the clip less that, and what that is above the same hints left where
they were put and above no hints at all (both on every third frame by itself, too). flicker: mean
change of ab along the true motion, and CDC: Jensen-Shannon divergence of the RGB histograms 1, 2
and 4 frames apart (Liu et al. 2021, "Temporally Consistent Video Colorization with Deep Feature
Propagation and Self-regularization Learning"), and colourfulness (Hasler & Suesstrunk 2003), all
relative to the true clip. With --reference the film is coloured from the true colours of its
first frame alone, and the second is the first that counts.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from model.color import rgb_to_lab
from tui_colorize import Colorizer, Hint
from tui_colorize.hints import patch
from tui_colorize.picture import working_size
from tui_colorize.pin import Pin
from tui_colorize.video.pins import paint, pin_of, with_lightness
from tui_colorize.video.shotcolor import ShotColorist
from tui_colorize.video.shotframe import ShotFrame
from tui_colorize.video.source import open_film
from tui_colorize.video.temporal import Step, Trace, View, enlarged, pull
from tui_colorize.video.tracker import track_shot

Plane = NDArray[np.float32]
Gray = NDArray[np.uint8]

RADIUS = 3
EVERY_THIRD = 3
DELTAS = (1, 2, 4)


@dataclass(frozen=True, eq=False)
class Clip:
    """size: of the source. lab: true colours at the working size. gray: L times 2.55, and large:
    the same at the source's size, for the tracker."""

    size: tuple[int, int]
    lab: list[Plane]
    gray: list[Gray]
    large: list[Gray]


def read(path: Path, count: int, side: int) -> Clip:
    """The first frames of a clip."""
    lab, gray, large = [], [], []
    container, stream = open_film(path)
    with container:
        for frame in container.decode(stream):
            rgb = frame.to_ndarray(format="rgb24")
            height, width = rgb.shape[:2]
            size = working_size(width, height, side)
            lightness = full_lab(rgb)
            small = cv2.resize(lightness, size, interpolation=cv2.INTER_AREA)
            lab.append(small)
            gray.append(np.rint(small[..., 0] * 2.55).astype(np.uint8))
            large.append(np.rint(lightness[..., 0] * 2.55).astype(np.uint8))
            if len(lab) == count:
                break
    return Clip((width, height), lab, gray, large)


def full_lab(rgb: NDArray[np.uint8]) -> Plane:
    return np.stack(rgb_to_lab(*np.moveaxis(rgb / np.float32(255), -1, 0)), -1).astype(np.float32)


def place_hints(clip: Clip, count: int, seed: int) -> tuple[list[Hint], list[tuple[float, float]]]:
    """Random hints on the first frame, and their true ab."""
    width, height = clip.size
    draw = np.random.default_rng(seed)
    hints = [
        Hint(int(draw.integers(width)), int(draw.integers(height)), "#808080", RADIUS)
        for _ in range(count)
    ]
    true = cv2.resize(clip.lab[0][..., 1:], clip.size, interpolation=cv2.INTER_LINEAR)
    colors = []
    for hint in hints:
        a, b = true[patch(hint, width, height)].reshape(-1, 2).mean(0)
        colors.append((float(a), float(b)))
    return hints, colors


class Film:
    """One clip with its hints, coloured in several ways."""

    def __init__(
        self, clip: Clip, colorizer: Colorizer, count: int, seed: int, *, reference: bool = False
    ) -> None:
        self.clip, self.network = clip, colorizer
        self.reference = np.ascontiguousarray(clip.lab[0][..., 1:]) if reference else None
        self.hints, self.colors = place_hints(clip, count, seed)
        self.tracks = list(track_shot(clip.large, self.hints))

    def pins(self, frame: int, places: Sequence[tuple[int, float, float, float]]) -> list[Pin]:
        gray = self.clip.gray[frame]
        across, down = gray.shape[1] / self.clip.size[0], gray.shape[0] / self.clip.size[1]
        pins = (
            pin_of(self.hints[i], self.colors[i], (x, y), self.clip.size, scale)
            for i, x, y, scale in places
        )
        return [with_lightness(pin.on_grid(across, down), gray / 2.55) for pin in pins]

    def put(self, frame: int) -> list[Pin]:
        """The hints where they were put."""
        return self.pins(frame, [(i, hint.x, hint.y, 1.0) for i, hint in enumerate(self.hints)])

    def followed(self, frame: int) -> list[Pin]:
        """The hints where they are."""
        visible = [track for track in self.tracks[frame] if track.visible]
        return self.pins(frame, [(track.index, track.x, track.y, track.scale) for track in visible])

    def places(self, frame: int) -> dict[int, tuple[float, float]]:
        """Where the hints are on the working grid."""
        gray = self.clip.gray[frame]
        across, down = gray.shape[1] / self.clip.size[0], gray.shape[0] / self.clip.size[1]
        return {
            track.index: ((track.x + 0.5) * across, (track.y + 0.5) * down)
            for track in self.tracks[frame]
            if track.visible
        }

    def carried(self, every: int | None) -> list[Plane]:
        """As the application does it."""
        colorist = ShotColorist(self.network, [0], every)
        results = []
        for index, gray in enumerate(self.clip.gray):
            own = tuple(self.put(0)) if index == 0 else ()
            tracked = tuple(self.followed(index)) if index else ()
            still = self.reference if index == 0 else None
            frame = ShotFrame(index, gray, tracked, own, still, places=self.places(index))
            results += colorist.feed(frame)
        return [result.ab for result in (*results, *colorist.finish())]

    def alone(self, pins: Callable[[int], list[Pin]], *, memory: bool = False) -> dict[int, Plane]:
        """Every third frame by itself; with the memory of the first, whose places the pins know."""
        recalled = None
        if memory:
            first = (each[None] for each in self.planes(0, self.put(0)))
            _, recalled = self.network.remember(*first, None, self.places(0))
        results = {}
        for index in range(0, len(self.clip.gray), EVERY_THIRD):
            given = pins(index)
            planes = (each[None] for each in self.planes(index, given))
            places = self.places(index) if given else {}
            (results[index],) = self.network.color_planes(*planes, recalled, places)
        return results

    def planes(self, frame: int, pins: Sequence[Pin]) -> tuple[Plane, Plane, Plane]:
        """L, ab and mask of a frame with these hints."""
        lightness = self.clip.gray[frame] / np.float32(2.55)
        ab, mask = np.zeros((*lightness.shape, 2), np.float32), np.zeros_like(lightness)
        paint(ab, mask, pins)
        return lightness, ab, mask


def to_rgb(lab: Plane) -> Plane:
    return np.clip(cv2.cvtColor(np.ascontiguousarray(lab), cv2.COLOR_LAB2RGB), 0, 1)


def under(clip: Clip, index: int, ab: Plane) -> Plane:
    return to_rgb(np.dstack([clip.lab[index][..., 0], ab]))


def psnr(clip: Clip, index: int, ab: Plane) -> float:
    error = np.square(under(clip, index, ab) - to_rgb(clip.lab[index])).mean()
    return float(-10 * np.log10(error))


def flicker(colors: Sequence[Plane], steps: Sequence[Step]) -> float:
    """Mean change of ab along the motion where nothing was uncovered."""
    changes = []
    for number, step in enumerate(steps):
        back = enlarged(Trace(step.back, step.back_sure))
        moved = np.linalg.norm(colors[number + 1] - pull(colors[number], back.position), axis=-1)
        changes.append(moved[back.confidence > 0.5].mean())
    return float(np.mean(changes))


def cdc(frames: Sequence[Plane]) -> float:
    """Colour distribution consistency, in 256 bins a channel."""
    shares = [
        [np.histogram(frame[..., c], 256, (0, 1))[0] / frame[..., c].size for c in range(3)]
        for frame in frames
    ]
    values = [
        np.mean([divergence(p, q) for p, q in zip(one, other, strict=True)])
        for delta in DELTAS
        for one, other in zip(shares[:-delta], shares[delta:], strict=True)
    ]
    return float(np.mean(values))


def divergence(p: NDArray[np.float64], q: NDArray[np.float64]) -> float:
    middle = (p + q) / 2
    total = 0.0
    for one in (p, q):
        some = one > 0
        total += float((one[some] * np.log(one[some] / middle[some])).sum()) / 2
    return total


def colorfulness(rgb: Plane) -> float:
    r, g, b = np.moveaxis(rgb * 255, -1, 0)
    rg, yb = r - g, (r + g) / 2 - b
    return float(np.hypot(rg.std(), yb.std()) + 0.3 * np.hypot(rg.mean(), yb.mean()))


def measure(path: Path, film: Film, ways: Sequence[str], every: int | None) -> None:
    clip = film.clip
    true = [np.ascontiguousarray(lab[..., 1:]) for lab in clip.lab]
    true_rgb = [to_rgb(lab) for lab in clip.lab]
    views = [View.of(gray) for gray in clip.gray]
    steps = [Step.between(before, after) for before, after in pairwise(views)]
    scale = flicker(true, steps), cdc(true_rgb), np.mean([colorfulness(rgb) for rgb in true_rgb])

    def mean(colors: dict[int, Plane]) -> float:
        return float(np.mean([psnr(clip, index, ab) for index, ab in colors.items()]))

    def nothing(_: int) -> list[Pin]:
        return []

    static, none = mean(film.alone(film.put)), mean(film.alone(nothing))
    for way in ways:
        if way == "film":
            carried = film.carried(every)
            colors = dict(enumerate(carried))
        else:
            pins = nothing if way == "memory" else film.followed
            colors = film.alone(pins, memory=way != "tracking")
        begin = 0 if film.reference is None else 1
        first = psnr(clip, begin, colors[begin])
        average = mean({index: ab for index, ab in colors.items() if index >= begin})
        rgb = [under(clip, index, ab) for index, ab in colors.items()]
        vivid = np.mean([colorfulness(each) for each in rgb])
        rest = "       -       -"
        if way == "film":
            steadiness = flicker(carried, steps) / scale[0], cdc(rgb) / scale[1]
            rest = "".join(f"{value:8.2f}" for value in steadiness)
        print(
            f"{path.stem[:16]:16} {way:9}{first:8.2f}{average - first:8.2f}{average - static:8.2f}"
            f"{average - none:8.2f}{rest}{vivid / scale[2]:8.2f}",
            flush=True,
        )


def save_sheet(path: Path, film: Film, every: int | None) -> None:
    """Six frames of the coloured clip above the true ones."""
    clip = film.clip
    colors = film.carried(every)
    chosen = np.linspace(0, len(colors) - 1, 6).astype(int)
    rows = [
        np.hstack([under(clip, index, colors[index]) for index in chosen]),
        np.hstack([to_rgb(clip.lab[index]) for index in chosen]),
    ]
    sheet = (np.vstack(rows) * 255).astype(np.uint8)
    cv2.imwrite(str(path), cv2.cvtColor(sheet, cv2.COLOR_RGB2BGR))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("clips", nargs="+", type=Path)
    parser.add_argument("--frames", type=int, default=60)
    parser.add_argument("--hints", type=int, default=10)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--every", type=int)
    parser.add_argument("--ways", nargs="+", default=["tracking", "memory", "both", "film"])
    parser.add_argument("--reference", action="store_true")
    parser.add_argument("--weights", type=Path)
    parser.add_argument("--sheets", type=Path)
    options = parser.parse_args()
    colorizer = Colorizer(weights=options.weights)
    heads = ("frame 0", "mean", "-static", "-none", "flicker", "CDC", "vivid")
    print(f"{'clip':16} {'way':9}" + "".join(f"{head:>8}" for head in heads))
    for path in options.clips:
        clip = read(path, options.frames, colorizer.network_size)
        count, ways = (0, ["film"]) if options.reference else (options.hints, options.ways)
        film = Film(clip, colorizer, count, options.seed, reference=options.reference)
        measure(path, film, ways, options.every)
        if options.sheets:
            save_sheet(options.sheets / f"{path.stem}.png", film, options.every)


if __name__ == "__main__":
    main()
