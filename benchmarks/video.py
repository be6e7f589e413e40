"""Speed of colouring film against the network's own ceiling, and whether memory stays.

    python benchmarks/video.py [--frames 120] [--clip FILM] [--memory [FRAMES ...]]

The ceiling is the bare network in float32, one frame after the other, with all cores; ratio: the
film's frames a second over it. own: the same over the network as the Colorizer runs it, which on
some processors is in bfloat16. Absolute figures drift with the machine: ceilings and film are
measured in turn. work: processor time of the bare network on one frame over that of the film, all
included, a frame; it is the ratio that can be reached, and holds on a busy machine, too. --clip:
that film in place of a made-up one. --memory: instead, the peak of runs over so many frames of 720
rows (200 and 2,000), each in a process of its own.
"""

from __future__ import annotations

import argparse
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import av
import cv2
import numpy as np
import torch

from model.hint_planes import hint_planes
from model.load import load_network, place
from tui_colorize import Colorizer, Hint, colorize_video
from tui_colorize.picture import working_size
from tui_colorize.video.reader import VideoReader

SIZE_480, SIZE_720 = (854, 480), (1280, 720)


def write_film(path: Path, size: tuple[int, int], frames: int) -> None:
    """A made-up shot: the camera pans over a landscape, in front of which boxes move."""
    width, height = size
    draw = np.random.default_rng(1)
    shape = (2 * width, height)
    soft = cv2.resize(draw.normal(0, 40, (9, 24)), shape, interpolation=cv2.INTER_CUBIC)
    fine = cv2.resize(draw.normal(0, 20, (90, 240)), shape, interpolation=cv2.INTER_CUBIC)
    ground = np.clip(120 + soft + fine, 0, 255).astype(np.uint8)
    box = np.clip(190 + draw.normal(0, 12, (height // 4, height // 4)), 0, 255).astype(np.uint8)
    side = len(box)
    with av.open(str(path), "w") as container:
        stream = container.add_stream("libx264", rate=24, options={"crf": "18"})
        stream.width, stream.height, stream.pix_fmt = width, height, "yuv420p"
        for number in range(frames):
            start = round(width / 2 * (1 - np.cos(number / 60)))
            gray = ground[:, start : start + width].copy()
            for which in range(3):
                x = int((width - side) * (0.5 + 0.5 * np.sin(number / 40 + 2 * which)))
                gray[which * height // 4 + side // 4 :, x : x + side][:side] = box
            frame = av.VideoFrame.from_ndarray(gray, format="gray")
            container.mux(stream.encode(frame.reformat(format="yuv420p")))
        container.mux(stream.encode(None))


def hints(size: tuple[int, int]) -> list[Hint]:
    width, height = size
    colors = ("#c08060", "#3050c0", "#40a040", "#c0b040")
    return [
        Hint((2 * number + 1) * width // 8, (number + 1) * height // 5, color)
        for number, color in enumerate(colors)
    ]


@dataclass(frozen=True)
class Pace:
    """Seconds of a frame: on the clock, the median, and of the processors, the mean."""

    seconds: float
    work: float


def paced(ask: Callable[[], object]) -> Pace:
    """How fast that is."""
    ask()
    times = []
    worked = time.process_time()
    for _ in range(8):
        start = time.perf_counter()
        ask()
        times.append(time.perf_counter() - start)
    return Pace(float(np.median(times)), (time.process_time() - worked) / len(times))


class Ceiling:
    """The network on one picture of the film's shape, with one hint."""

    def __init__(self, colorizer: Colorizer, size: tuple[int, int]) -> None:
        width, height = working_size(*size, colorizer.network_size)
        self._colorizer = colorizer
        self._bare = place(load_network().fold(), torch.device(colorizer.device))
        self._lightness = np.full((1, height, width), 50, np.float32)
        self._ab = np.zeros((1, height, width, 2), np.float32)
        self._mask = np.zeros_like(self._lightness)
        self._ab[:, 40:60, 40:60], self._mask[:, 40:60, 40:60] = 30, 1

    def bare(self) -> Pace:
        """Of the network alone, in float32."""
        planes = hint_planes(
            torch.from_numpy(self._lightness)[:, None],
            torch.from_numpy(self._ab).permute(0, 3, 1, 2),
            torch.from_numpy(self._mask)[:, None],
        ).to(self._colorizer.device, memory_format=torch.channels_last)

        def ask() -> None:
            with torch.inference_mode():
                self._bare(planes).ab.sum().item()  # which waits for the device

        return paced(ask)

    def own(self) -> Pace:
        """Of the Colorizer."""
        return paced(lambda: self._colorizer.color_planes(self._lightness, self._ab, self._mask))


def speed(film: Path, folder: Path) -> None:
    colorizer = Colorizer()
    with VideoReader(film) as reader:
        frames, size = reader.count(), (reader.info.width, reader.info.height)
    print(f"{frames} frames of {size[0]} x {size[1]} on {colorizer.device}")
    print(f"{'every':>6}{'fps':>8}{'ceiling':>9}{'ratio':>7}{'own':>7}{'work':>7}  limited by")
    ceiling = Ceiling(colorizer, size)
    for every in (1, None):
        before = ceiling.bare(), ceiling.own()
        seen = []
        start, worked = time.perf_counter(), time.process_time()
        colorize_video(
            film,
            folder / "out.mp4",
            hints(size),
            colorizer=colorizer,
            every=every,
            overwrite=True,
            progress=seen.append,
        )
        took = (time.perf_counter() - start) / frames
        worked = (time.process_time() - worked) / frames
        after = ceiling.bare(), ceiling.own()
        (bare, own) = (
            Pace((one.seconds + two.seconds) / 2, (one.work + two.work) / 2)
            for one, two in zip(before, after, strict=True)
        )
        name = "auto" if every is None else str(every)
        print(
            f"{name:>6}{1 / took:8.1f}{1 / bare.seconds:9.1f}{bare.seconds / took:7.2f}"
            f"{own.seconds / took:7.2f}{bare.work / worked:7.2f}  {seen[-1].slowest}",
            flush=True,
        )


def memory(folder: Path, lengths: Sequence[int]) -> None:
    print(f"{'frames':>7}  peak, MiB")
    for frames in lengths:
        film = folder / f"{frames}.mp4"
        write_film(film, SIZE_720, frames)
        command = [sys.executable, __file__, "--peak-of", str(film)]
        result = subprocess.run(command, capture_output=True, text=True, check=True)
        print(f"{frames:7}  {int(result.stdout):9}", flush=True)


def peak_of(film: Path) -> None:
    out = film.with_name("out.mp4")
    colorize_video(film, out, hints(SIZE_720), overwrite=True)
    print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--frames", type=int, default=120)
    parser.add_argument("--clip", type=Path, metavar="FILM")
    parser.add_argument("--memory", type=int, nargs="*", metavar="FRAMES")
    parser.add_argument("--peak-of", type=Path, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.peak_of:
        peak_of(options.peak_of)
        return
    with tempfile.TemporaryDirectory() as folder:
        if options.memory is not None:
            memory(Path(folder), options.memory or (200, 2000))
        elif options.clip:
            speed(options.clip, Path(folder))
        else:
            film = Path(folder) / "film.mp4"
            write_film(film, SIZE_480, options.frames)
            speed(film, Path(folder))


if __name__ == "__main__":
    main()
