"""What is kept of an export: what was asked for, and how far it is."""

from __future__ import annotations

import json
from enum import StrEnum
from pathlib import Path
from typing import TypeVar

import msgspec
from msgspec import Struct

from tui_colorize.errors import UserError
from tui_colorize.hints import Hint
from tui_colorize.textfile import write_text
from tui_colorize.video.progress import STAGES, Progress

Kept = TypeVar("Kept", bound=Struct)


class Phase(StrEnum):
    """What an export is doing, or how it has ended."""

    STARTING = "starting"
    RUNNING = "running"
    PAUSED = "paused"
    FINISHING = "finishing"
    CANCELLING = "cancelling"
    DONE = "done"
    FAILED = "failed"
    CANCELLED = "cancelled"
    INTERRUPTED = "interrupted"

    @property
    def active(self) -> bool:
        """Whether there is a process at work."""
        return self in _ACTIVE


_ACTIVE = {Phase.STARTING, Phase.RUNNING, Phase.PAUSED, Phase.FINISHING, Phase.CANCELLING}


class Request(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What is to be made; the fields are parameters of colorize_video. Paths are absolute."""

    source: str
    output: str
    hints: tuple[Hint, ...] = ()
    codec: str = "x264"
    crf: int | None = None
    preset: str | None = None
    every: int | None = None
    device: str = "auto"
    weights: str | None = None
    vividness: float | None = None
    overwrite: bool = False

    def makes_the_same(self, other: Request) -> bool:
        """Whether the film will be the same, so that one can go on where the other ended."""
        return self._film() == other._film()

    def _film(self) -> Request:
        return msgspec.structs.replace(self, device="", overwrite=False)


class Status(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How far an export is.

    progress: None before the first frame. message: a sentence on what went wrong, "" where
    nothing did. notices: sentences on what could not be kept, and on what was damaged in the
    source. began: seconds since the epoch; pid, host: of the process.
    """

    phase: Phase
    progress: Progress | None = None
    message: str = ""
    notices: tuple[str, ...] = ()
    began: float = 0.0
    pid: int = 0
    host: str = ""

    @property
    def percent(self) -> int | None:
        """How much is done; None where that is not known."""
        if self.progress is None or not self.progress.total:
            return None
        return min(100, 100 * self.progress.done // self.progress.total)

    def __str__(self) -> str:
        """In a line: what it is doing and how far it is, or how it has ended."""
        details = []
        if self.progress is not None and self.phase is Phase.RUNNING:
            details = [str(self.progress), f"limited by {STAGES.get(self.progress.slowest, '')}"]
        elif self.progress is not None:
            details = [self.progress.frames]
        if self.message:
            details.append(self.message)
        return f"{self.phase}: {', '.join(details)}" if details else self.phase


def write(path: Path, kept: Struct) -> None:
    """Replace a record in one step. Raises UserError."""
    # The standard library's JSON carries names that are not UTF-8, too.
    write_text(path, json.dumps(msgspec.to_builtins(kept)), make_folder=True)


def read(path: Path, kind: type[Kept]) -> Kept | None:
    """A record; None where there is none, or none that can be understood."""
    try:
        return msgspec.convert(json.loads(path.read_bytes()), kind)
    except (OSError, ValueError, RecursionError, UserError):
        return None
