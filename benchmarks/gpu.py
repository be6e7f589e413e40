"""What the network and its device cost a film, over decoding and encoding alone.

    python benchmarks/gpu.py [--device cuda] [--clip FILM] [--frames 240] [--codec x264]

Frames a second, one run after the other on the same film: its luma under constant chroma, decoded
and encoded and nothing else; the whole pipeline with the network replaced by a constant; and the
pipeline as it is. Their ratios are what is to be reached. Then each stage by itself, which shows
the one that limits the others when there are enough processors for all. --clip: that film in place
of a made-up one of 1080 rows.
"""

from __future__ import annotations

import argparse
import tempfile
import time
from collections import deque
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import numpy as np
from video import hints, write_film

from tui_colorize import Colorizer, colorize_video
from tui_colorize.hintmemory import HintMemory
from tui_colorize.hints import HintSet
from tui_colorize.picture import working_size
from tui_colorize.video.chroma import chroma_maker
from tui_colorize.video.encoding import Encoding, plan
from tui_colorize.video.frame import VideoFrame, chroma_samples
from tui_colorize.video.reader import VideoReader
from tui_colorize.video.scout import Scout
from tui_colorize.video.shotcolor import ShotColorist
from tui_colorize.video.writer import SegmentWriter
from tui_colorize.workers import Workers

SIZE = 1920, 1080
COLOR = 20.0, -15.0
HELD = 16  # frames that the stages by themselves are tried on


class Constant:
    """In place of the network: the same colour everywhere."""

    vividness, fingerprint = 0.0, ""

    def __init__(self, device: str, network_size: int) -> None:
        self.device, self.network_size = device, network_size

    def color_planes(self, lightness: Any, *_: Any) -> Any:
        return np.full((*lightness.shape, 2), COLOR, np.float32)

    def remember(self, lightness: Any, *_: Any) -> tuple[Any, HintMemory]:
        return self.color_planes(lightness), HintMemory(())

    def workers(self) -> Workers:
        return Workers(1)


def bare(film: Path, encoding: Encoding, out: Path) -> int:
    """Decode and encode; the number of frames."""
    plane = np.full(encoding.chroma_size[::-1], 0.1, np.float32)
    samples = chroma_samples(plane, encoding.samples)
    count = 0
    with VideoReader(film) as reader, SegmentWriter(encoding, out) as writer:
        for frame in reader:
            writer.write(frame, samples, samples)
            count += 1
    return count


def timed(work: Callable[[], object]) -> float:
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def whole(film: Path, folder: Path, colorizer: Any, codec: str) -> None:
    """Runs over the whole film."""
    with VideoReader(film) as reader:
        info = reader.info
    size = info.width, info.height
    encoding = plan(info, folder / "out.mkv", codec=codec)
    count = bare(film, encoding, folder / "bare")  # and the film is in memory
    least = timed(lambda: bare(film, encoding, folder / "bare"))
    print(f"{count} frames of {size[0]} x {size[1]}, {codec}, on {colorizer.device}")
    print(f"{'':24}{'fps':>8}{'over decode + encode':>22}{'over constant':>15}  limited by")
    print(f"{'decode + encode':24}{count / least:8.1f}")
    constant = Constant(colorizer.device, colorizer.network_size)
    for every in (1, None):
        reached = []
        for name, network in (("constant", constant), ("film", colorizer)):
            seen: deque[Any] = deque(maxlen=1)
            settings: dict[str, Any] = {"codec": codec, "every": every, "overwrite": True}

            def run(network: Any = network, seen: Any = seen, settings: Any = settings) -> None:
                colorize_video(
                    film,
                    folder / "out.mkv",
                    hints(size),
                    colorizer=network,
                    progress=seen.append,
                    **settings,
                )

            took = timed(run)
            reached.append(took)
            label = f"{name}, every {every or 'auto'}"
            print(
                f"{label:24}{count / took:8.1f}{least / took:22.2f}{reached[0] / took:15.2f}"
                f"  {seen[-1].slowest}",
                flush=True,
            )


def stages(film: Path, folder: Path, colorizer: Any, codec: str) -> None:
    """Milliseconds a frame of each stage by itself."""
    with VideoReader(film) as reader:
        info, frames = reader.info, [frame for _, frame in zip(range(HELD), reader, strict=False)]
    size = info.width, info.height
    encoding = plan(info, folder / "out.mkv", codec=codec)
    working = working_size(*size, colorizer.network_size)
    scout = Scout(working, HintSet(hints(size)), {}, lambda _: None)

    def read_all() -> list[Any]:
        with VideoReader(film) as reader:
            return list(scout.read(reader))

    read = read_all()
    scouted = [item.frame for item in scout.follow(read)]
    took = {
        "read": timed(read_all) / len(read),
        "scout": timed(lambda: list(scout.follow(read))) / len(read),
    }
    print(f"\n{'ms a frame':24}{'by itself':>10}")
    for every in (1, None):
        for name, network in (
            ("constant", Constant(colorizer.device, colorizer.network_size)),
            ("network", colorizer),
        ):
            with closing(network.workers()) as workers:
                colorist = ShotColorist(network, [0], every, workers)
                start = time.perf_counter()
                colors = [color for frame in scouted for color in colorist.feed(frame)]
                colors += colorist.finish()
            took[f"{name}, every {every or 'auto'}"] = (time.perf_counter() - start) / len(scouted)
    ab = colors[-1].ab
    for device in dict.fromkeys(("cpu", colorizer.device)):
        maker = chroma_maker(encoding, device)

        def make(frames: list[VideoFrame], maker: Any = maker) -> list[Any]:
            started = [maker.start(frame, ab, []) for frame in frames]
            return [fetch() for fetch in started]

        samples = make(frames)  # tables, and memory that is kept
        took[f"chroma on {device}"] = timed(lambda: make(frames)) / len(frames)

    def encode() -> None:
        with SegmentWriter(encoding, folder / "segment") as writer:
            for frame, chroma in zip(frames, samples, strict=True):
                writer.write(frame, *chroma)

    took["encode"] = timed(encode) / len(frames)
    for name, seconds in took.items():
        print(f"{name:24}{seconds * 1e3:10.2f}", flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--device", default="cuda")
    parser.add_argument("--clip", type=Path, metavar="FILM")
    parser.add_argument("--frames", type=int, default=240)
    parser.add_argument("--codec", default="x264")
    options = parser.parse_args()
    colorizer = Colorizer(options.device)
    with tempfile.TemporaryDirectory() as folder:
        film = options.clip or Path(folder) / "film.mp4"
        if options.clip is None:
            write_film(film, SIZE, options.frames)
        whole(film, Path(folder), colorizer, options.codec)
        stages(film, Path(folder), colorizer, options.codec)


if __name__ == "__main__":
    main()
