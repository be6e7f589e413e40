"""What an interrupted run leaves behind, so that the next one can go on: encoded segments, the
colours that the last of them ended with, and where hints and shots were found by then, in a folder
beside the film that is being made."""

from __future__ import annotations

import hashlib
import io
import json
import os
import shutil
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from threading import Lock
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tui_colorize import flock
from tui_colorize.errors import UserError
from tui_colorize.terminaltext import printable
from tui_colorize.video.assemble import partial_of
from tui_colorize.video.findings import Findings
from tui_colorize.video.segments import sync_folder
from tui_colorize.video.source import said

State = Mapping[str, NDArray[Any]]

_FORMAT = 6
_STATE = "state.npz"
_AHEAD = "ahead_"  # of the names of what was found ahead
_LOCK = "lock"
_OFTEN = 5.0  # seconds of following hints without a complete segment until that is kept, too
_ANEW = "--overwrite, or removing the export, begins anew"


@dataclass(frozen=True, eq=False)
class Checkpoint:
    """Where to go on.

    segments: how many are complete; frames: how many they hold. last: the index of their last
    frame, -1 without any. shots: how many have begun. problems: what was found damaged so far.
    state: of the ShotColorist of that frame's shot, behind the last keyframe; empty where there is
    none. ahead: what was found on the frames behind that keyframe.
    """

    segments: int
    frames: int
    last: int
    shots: int
    problems: tuple[str, ...]
    state: State
    ahead: Findings | None

    @property
    def keyframe(self) -> int:
        """The index of the last keyframe, -1 without any; all frames behind it are read again.

        Raises KeyError for an incomplete state.
        """
        return int(self.state["index"]) if self.state else -1


class Workshop:
    """The folder of the parts of a film that is being made, by one run at a time."""

    def __init__(self, out: Path, job: str) -> None:
        """job: tells whether parts that are there belong to the same film, see fingerprint().

        folder: that of the parts, which need not be there.
        """
        self.folder = out.with_name(f".{out.name}.parts")
        self._out, self._job = out, job
        self._lock: int | None = None

    @property
    def exists(self) -> bool:
        """Whether an earlier run has left anything to go on with."""
        return (self.folder / _STATE).is_file()

    @contextmanager
    def opened(self, *, resume: bool) -> Iterator[Checkpoint | None]:
        """Have the folder while the film is made; gives where to go on, None for the beginning.

        In the end the parts are removed; where something is raised, what can be gone on with is
        kept. resume: see open_again; else as open_new. Raises UserError like them.
        """
        checkpoint = None
        if resume:
            checkpoint = self.open_again()
        else:
            self.open_new()
        try:
            yield checkpoint
        except BaseException:
            self.leave()
            raise
        self.remove()

    def open_new(self) -> None:
        """An empty folder. Raises UserError, also where another run is at work in it."""
        with said(printable(self._out), "be written"):
            self._enter()
            for path in self.folder.iterdir():
                if path.name != _LOCK:
                    path.unlink()

    def open_again(self) -> Checkpoint | None:
        """Where the earlier run has come to; None, and an empty folder, where there was none.

        Raises UserError where it was another job or its parts are damaged.
        """
        if not self.exists:
            self.open_new()
            return None
        with said(printable(self._out), "be written"):
            self._enter()
        try:
            return self._read()
        except BaseException:
            self._let_go()
            raise

    def segment(self, number: int) -> Path:
        """The file of a segment."""
        return self.folder / f"{number:06}"

    def segments(self, count: int) -> list[Path]:
        """The files of the first `count` segments."""
        return [self.segment(number) for number in range(count)]

    def save(self, checkpoint: Checkpoint) -> None:
        """Put on the disk where to go on from, in one step. Raises UserError."""
        with said(printable(self._out), "be written"):
            size = self._size_of(checkpoint.segments)
        about = {
            "job": self._job,
            "size": size,
            "segments": checkpoint.segments,
            "frames": checkpoint.frames,
            "last": checkpoint.last,
            "shots": checkpoint.shots,
            "problems": list(checkpoint.problems),
        }
        text = np.frombuffer(json.dumps(about).encode(), np.uint8)
        data = io.BytesIO()
        found = checkpoint.ahead.state() if checkpoint.ahead else {}
        ahead = {_AHEAD + name: each for name, each in found.items()}
        arrays: dict[str, Any] = {**checkpoint.state, **ahead, "about": text}
        np.savez(data, **arrays)
        partial = self.folder / f"{_STATE}.part"
        with said(printable(self._out), "be written"):
            with partial.open("wb") as file:
                file.write(data.getbuffer())
                os.fsync(file.fileno())
            partial.replace(self.folder / _STATE)
            sync_folder(self.folder)

    def remove(self) -> None:
        """Remove all parts."""
        shutil.rmtree(self.folder, ignore_errors=True)
        self._let_go()

    def leave(self) -> None:
        """Keep the parts if there is anything to go on with."""
        if self.exists:
            self._let_go()
        else:
            self.remove()

    def _enter(self) -> None:
        self.folder.mkdir(exist_ok=True)
        self._lock = flock.take(self.folder / _LOCK)
        if self._lock is None:
            raise _taken(self._out)

    def _let_go(self) -> None:
        if self._lock is not None:
            os.close(self._lock)
            self._lock = None

    def _read(self) -> Checkpoint:
        try:
            with np.load(self.folder / _STATE, allow_pickle=False) as file:
                arrays = dict(file)
        except Exception as error:  # whatever garbage leads to
            raise self.damaged() from error
        try:
            about = json.loads(arrays.pop("about").tobytes())
            if about.pop("job") != self._job:
                raise UserError(
                    f"{printable(self._out)}: the interrupted run had another source, network, "
                    f"hints or settings; {_ANEW}"
                )
            size, about["problems"] = about.pop("size"), tuple(about["problems"])
            found = [name for name in arrays if name.startswith(_AHEAD)]
            ahead = {name.removeprefix(_AHEAD): arrays.pop(name) for name in found}
            checkpoint = Checkpoint(**about, state=arrays, ahead=Findings.restore(ahead))
            fits = checkpoint.keyframe <= checkpoint.last
            whole = self._size_of(checkpoint.segments) == size
        except (OSError, ValueError, LookupError, TypeError) as error:
            raise self.damaged() from error
        if not (fits and whole):
            raise self.damaged()
        return checkpoint

    def _size_of(self, segments: int) -> int:
        """In bytes. Raises OSError where one is missing."""
        return sum(path.stat().st_size for path in self.segments(segments))

    def damaged(self) -> UserError:
        """The refusal of parts that cannot be gone on with."""
        return UserError(
            f"{printable(self._out)}: what the interrupted run has left is damaged; {_ANEW}"
        )


class Record:
    """Keeps where to go on from, as two threads tell it: one follows hints, one encodes."""

    def __init__(self, workshop: Workshop, checkpoint: Checkpoint | None) -> None:
        """checkpoint: where the run goes on from, None at the film's beginning."""
        self._workshop = workshop
        self._last = checkpoint or Checkpoint(0, 0, -1, 0, (), {}, None)
        self._saved = time.monotonic()
        self._lock = Lock()

    def followed(self, found: Findings) -> None:
        """This was found behind what was found so far. Raises UserError."""
        with self._lock:
            ahead = self._last.ahead
            self._last = replace(self._last, ahead=ahead.joined(found) if ahead else found)
            if time.monotonic() - self._saved >= _OFTEN:
                self._save()

    def complete(self, checkpoint: Checkpoint) -> None:
        """A segment is complete. checkpoint: its `ahead` is not needed. Raises UserError."""
        with self._lock:
            ahead = self._last.ahead
            known = ahead.behind(checkpoint.keyframe) if ahead else None
            self._last = replace(checkpoint, ahead=known)
            self._save()

    def _save(self) -> None:
        self._workshop.save(self._last)
        self._saved = time.monotonic()


def check_free(out: Path) -> None:
    """Raise UserError where another run is making this film."""
    with said(printable(out), "be written"):
        if flock.is_taken(Workshop(out, "").folder / _LOCK):
            raise _taken(out)


def _taken(out: Path) -> UserError:
    return UserError(f"{printable(out)} is being made by another run")


def has_parts(out: Path) -> bool:
    """Whether an interrupted run has left parts of this film to go on with."""
    return Workshop(out, "").exists


def discard(out: Path) -> None:
    """Remove what an interrupted run has left of this film. Raises UserError while one runs."""
    workshop = Workshop(out, "")
    if workshop.folder.exists():
        workshop.open_new()
        workshop.remove()
    partial_of(out).unlink(missing_ok=True)


def fingerprint(source: Path, *settings: object) -> str:
    """What tells a job from another: the source's name, size and date, and the settings."""
    status = source.stat()
    parts = (_FORMAT, source.resolve(), status.st_size, status.st_mtime_ns, *settings)
    return hashlib.sha256("\n".join(map(repr, parts)).encode("utf-8", "replace")).hexdigest()
