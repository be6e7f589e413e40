"""Colours a film: hints put on a few frames colour their shots, without flicker.

Stages in threads, joined by bounded queues: one reads ahead, one follows the hints, one looks for
motion, one colours, one enlarges the colours under each frame's luma, and the caller's own encodes.
On few cores the first three share a thread, and the next two.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass
from functools import partial
from itertools import chain, islice
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import cv2
import numpy as np
from numpy.typing import NDArray

from tui_colorize.allocator import keep_freed_memory
from tui_colorize.color import hex_to_lab
from tui_colorize.errors import UserError
from tui_colorize.hints import Hint, HintSet
from tui_colorize.imagefile.save import check_place
from tui_colorize.picture import working_size
from tui_colorize.pin import Pin
from tui_colorize.terminaltext import printable
from tui_colorize.video.assemble import assemble
from tui_colorize.video.chroma import Chroma, chroma_maker
from tui_colorize.video.encoding import Encoding, plan
from tui_colorize.video.frame import VideoFrame
from tui_colorize.video.info import VideoInfo
from tui_colorize.video.pins import pin_of
from tui_colorize.video.progress import Meter, Progress
from tui_colorize.video.reader import VideoReader
from tui_colorize.video.reference import read_reference
from tui_colorize.video.resume import (
    Checkpoint,
    Record,
    State,
    Workshop,
    check_free,
    fingerprint,
    has_parts,
)
from tui_colorize.video.scout import Scout, Scouted, with_motion
from tui_colorize.video.segmentlength import segment_length
from tui_colorize.video.shelf import Shelf
from tui_colorize.video.shotcolor import ShotColorist
from tui_colorize.video.shotframe import ShotColor
from tui_colorize.video.stages import AssemblyLine
from tui_colorize.video.writer import SegmentWriter
from tui_colorize.workers import Workers

if TYPE_CHECKING:
    from tui_colorize.colorizer import Colorizer

Plane = NDArray[np.float32]
Item = TypeVar("Item")
Made = TypeVar("Made")

_MANY = 4  # cores: with fewer, some stages share a thread
# finished items that wait there
_AHEAD = {"read": 8, "scout": 8, "motion": 16, "color": 16, "chroma": 4}


@dataclass(frozen=True, slots=True)
class FilmResult:
    """What was done.

    frames: of the film, those of an interrupted run included; seconds: this run took; problems:
    sentences on what was damaged in the source; notices: on what could not be kept.
    """

    output: Path
    width: int
    height: int
    frames: int
    shots: int
    hints: int
    seconds: float
    device: str
    problems: tuple[str, ...]
    notices: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Colored:
    """A frame's colour, and from where a run can go on to the next one.

    state: what a ShotColorist needs to go on behind the last keyframe.
    """

    color: ShotColor
    shots: int
    state: State


@dataclass(frozen=True, eq=False)
class _Ready:
    """A frame for the encoder. chroma: waits for its chroma; problems: of the source so far."""

    frame: VideoFrame
    chroma: Callable[[], Chroma]
    colored: _Colored
    problems: tuple[str, ...]


def colorize_video(
    source: str | Path,
    out: str | Path,
    hints: Iterable[Hint] = (),
    *,
    references: Mapping[int, str | Path | NDArray[Any]] | None = None,
    colorizer: Colorizer | None = None,
    device: str = "auto",
    weights: str | Path | None = None,
    vividness: float | None = None,
    codec: str = "x264",
    crf: int | None = None,
    preset: str | None = None,
    chroma: str | None = None,
    every: int | None = None,
    overwrite: bool = False,
    resume: bool = False,
    progress: Callable[[Progress], None] | None = None,
) -> FilmResult:
    """Colour a film; its luma stays as it is, and sound, subtitles and all else are copied.

    source: any film that FFmpeg reads. out: .mp4, .mkv, .mov or .webm, as the codec allows.
    hints: with their frames, counted from 0, and positions in pixels of the film as shown. Each
    colours what it was put on, forwards and backwards in time as far as its shot goes (backwards
    10 s at 24 frames a second at most). references: coloured stills of single frames, by frame: a
    file, or (H, W, 3) sRGB uint8 or uint16, of any size in the film's proportions.
    colorizer: the network; without it one is loaded from `weights` on `device`, with `vividness`,
    see Colorizer.
    codec: x264, x265, av1, ffv1, x264-lossless or prores; crf, preset: its settings. chroma: the
    resolution of the colour, "420", "422" or "444" (full); None for the source's. every: frames
    from one pass of the network to the next; None where the motion decides, which is faster.
    overwrite: replace what is there. resume: go on where an interrupted run of the same job ended;
    begins anew where there was none. progress: called after every frame, in the calling thread;
    what it raises stops the work, which `resume` can go on with.
    Raises UserError for a source, a hint, a reference or settings that cannot be used.
    """
    began = time.monotonic()
    keep_freed_memory()
    source, out = Path(source), Path(out)
    if every is not None and every < 1:
        raise UserError("every is a number of frames from 1 on")
    hint_set = hints if isinstance(hints, HintSet) else HintSet(hints)
    references = references or {}
    with VideoReader(source) as reader:
        info = reader.info
        # Bad input is to be refused without waiting for torch.
        _check_output(source, out, overwrite=overwrite, resume=resume)
        total = _count(reader, hint_set, references)
        encoding = plan(info, out, codec=codec, crf=crf, preset=preset, chroma=chroma)
        if colorizer is None:
            from tui_colorize.colorizer import Colorizer

            colorizer = Colorizer(device, weights, vividness)
        size = working_size(info.width, info.height, colorizer.network_size)
        planes = {
            frame: read_reference(picture, size, (info.width, info.height))
            for frame, picture in references.items()
        }
        drawn = [(frame, plane.tobytes()) for frame, plane in sorted(planes.items())]
        network = colorizer.fingerprint, colorizer.vividness
        job = fingerprint(source, hint_set, drawn, network, every, encoding)
        workshop = Workshop(out, job)
        given = info, encoding, hint_set, planes, size, every, colorizer, workshop
        with workshop.opened(resume=resume) as checkpoint:
            film = _Film(*given, checkpoint)
            with _few_threads():
                film.color(reader, Meter(total, film.done), progress)
            notices, damage = assemble(info, encoding, film.parts, out, overwrite=overwrite)
        return FilmResult(
            out,
            info.width,
            info.height,
            film.done,
            film.shots,
            len(hint_set.enabled),
            time.monotonic() - began,
            colorizer.device,
            (*film.problems, *damage),
            (*encoding.notices, *notices),
        )


def _check_output(source: Path, out: Path, *, overwrite: bool, resume: bool) -> None:
    """Raise UserError where the film would replace what it must not."""
    check_place(source, out, overwrite=overwrite)
    check_free(out)
    if has_parts(out) and not (resume or overwrite):
        raise UserError(
            f"{printable(out)}: an interrupted run has left its parts; --resume goes on with "
            "them, --overwrite begins anew"
        )


def _count(reader: VideoReader, hints: HintSet, references: Iterable[int]) -> int | None:
    """How many frames there are, if the film tells; exact where hints or references need it.

    Raises UserError for those that lie outside of the film.
    """
    info = reader.info
    hints.check_inside(info.width, info.height, str(info.path))
    last = max([*(hint.frame for hint in hints), *references], default=0)
    if not last:
        return info.frames
    total = reader.count()
    if last >= total:
        raise UserError(
            f"{printable(info.path)} has {total} frames, counted from 0, "
            f"and none with number {last}"
        )
    return total


class _Film:
    """One run over a film."""

    def __init__(
        self,
        info: VideoInfo,
        encoding: Encoding,
        hints: HintSet,
        references: Mapping[int, Plane],
        size: tuple[int, int],
        every: int | None,
        colorizer: Colorizer,
        workshop: Workshop,
        checkpoint: Checkpoint | None,
    ) -> None:
        self._info, self._encoding = info, encoding
        self._hints, self._references = hints, references
        self._size, self._every, self._colorizer = size, every, colorizer
        self._workshop, self._checkpoint = workshop, checkpoint
        self._record = Record(workshop, checkpoint)
        self._anchors = sorted({*(hint.frame for hint in hints.enabled), *references})
        self._number = checkpoint.segments if checkpoint else 0
        self.done = checkpoint.frames if checkpoint else 0
        self.shots = checkpoint.shots if checkpoint else 0
        self.problems = checkpoint.problems if checkpoint else ()
        self._first = checkpoint.last + 1 if checkpoint else 0
        self._shelf = Shelf(info.path)
        told = self._keep, self._record.followed
        start = (checkpoint.keyframe + 1, checkpoint.ahead) if checkpoint else (0, None)
        self._scout = Scout(size, hints, references, *told, *start)

    @property
    def parts(self) -> list[Path]:
        """All segments, in order."""
        return self._workshop.segments(self._number)

    def color(
        self, reader: VideoReader, meter: Meter, progress: Callable[[Progress], None] | None
    ) -> None:
        """Make all segments that are missing. reader: of the film, at its start."""
        line = AssemblyLine()

        def stage(
            name: str, work: Callable[[Iterator[Item]], Iterator[Made]], items: Iterator[Item]
        ) -> Iterator[Made]:
            return line.stage(name, work(line.taking(name, items)), _AHEAD[name])

        with closing(self._colorizer.workers()) as workers:
            try:
                read, follow = self._scout.read(reader), self._scout.follow
                colored = partial(self._colored, workers)
                if (os.cpu_count() or 1) < _MANY:
                    # what more threads of Python gain is less than they wait for each other
                    moving = line.stage("scout", with_motion(follow(read)), _AHEAD["motion"])
                    ready = stage("color", lambda items: self._ready(colored(items)), moving)
                else:
                    scouted = stage("scout", follow, line.stage("read", read, _AHEAD["read"]))
                    moving = stage("motion", with_motion, scouted)
                    ready = stage("chroma", self._ready, stage("color", colored, moving))
                for _ in self._encoded(line.taking("encode", ready)):
                    if progress is not None:
                        meter.tell(progress, self.done, line.slowest())
                self.problems = self._joined((*self._scout.problems, *self._shelf.problems))
            finally:
                line.stop()

    def _keep(self, frame: VideoFrame) -> None:
        if frame.index >= self._first:
            self._shelf.put(frame)

    def _colored(self, workers: Workers, scouted: Iterator[Scouted]) -> Iterator[_Colored]:
        """Colour shot after shot."""
        checkpoint = self._checkpoint
        given = self._colorizer, self._anchors, self._every, workers
        shots = 0
        state: State = {}
        colorist: ShotColorist | None = None

        def told(colors: Iterable[ShotColor]) -> Iterator[_Colored]:
            nonlocal state
            for color in colors:
                if color.state is not None:
                    state = color.state
                if color.index >= self._first:
                    yield _Colored(color, shots, state)

        if checkpoint is not None and checkpoint.state:
            shots, state = checkpoint.shots, checkpoint.state
            try:
                colorist = ShotColorist.resumed(state, *given)
            except KeyError:
                raise self._workshop.damaged() from None
        for each in scouted:
            if colorist is None or each.starts:
                if colorist is not None:
                    yield from told(colorist.finish())
                colorist = ShotColorist(*given)
                shots += 1
            yield from told(colorist.feed(each.frame))
        if colorist is not None:
            yield from told(colorist.finish())

    def _ready(self, colored: Iterator[_Colored]) -> Iterator[_Ready]:
        """Put colours under the luma of their frames."""
        maker = chroma_maker(self._encoding, self._colorizer.device)
        with self._shelf:
            for each in colored:
                frame = self._shelf.take(each.color.index)
                if frame is None:
                    continue
                chroma = maker.start(frame, each.color.ab, self._exact(frame.index))
                problems = (*self._scout.problems, *self._shelf.problems)
                yield _Ready(frame, chroma, each, problems)

    def _exact(self, index: int) -> list[Pin]:
        """The hints that were put on this frame, on the grid of its chroma."""
        size, grid = (self._info.width, self._info.height), self._encoding.chroma_size
        across, down = grid[0] / size[0], grid[1] / size[1]
        return [
            pin_of(hint, hex_to_lab(hint.color)[1:], (hint.x, hint.y), size).on_grid(across, down)
            for hint in self._hints.enabled.for_frame(index)
        ]

    def _encoded(self, ready: Iterator[_Ready]) -> Iterator[None]:
        """Encode segment after segment; behind each of them a run can go on."""
        enough = segment_length(self._encoding)
        for first in ready:
            with SegmentWriter(self._encoding, self._workshop.segment(self._number)) as writer:
                for item in chain([first], islice(ready, enough - 1)):
                    writer.write(item.frame, *item.chroma())
                    self.done += 1
                    self.shots, self.problems = item.colored.shots, self._joined(item.problems)
                    yield
            self._number += 1
            self._record.complete(self._reached(item.colored))

    def _joined(self, problems: Iterable[str]) -> tuple[str, ...]:
        return tuple(dict.fromkeys((*self.problems, *problems)))

    def _reached(self, colored: _Colored) -> Checkpoint:
        return Checkpoint(
            self._number,
            self.done,
            colored.color.index,
            colored.shots,
            self.problems,
            colored.state,
            None,
        )


@contextmanager
def _few_threads() -> Iterator[None]:
    """Let every stage have its share of the processor's cores for what OpenCV does in threads:
    more of them take time from each other and wait for each other."""
    before = cv2.getNumThreads()
    cv2.setNumThreads(max(1, (os.cpu_count() or 1) // len(_AHEAD)))
    try:
        yield
    finally:
        cv2.setNumThreads(before)
