"""The thread of an export's process that says how far it is and heeds the user's wishes."""

from __future__ import annotations

import os
import platform
import signal
from contextlib import suppress
from pathlib import Path
from threading import Event, Thread

import msgspec

from tui_colorize.errors import UserError
from tui_colorize.export.record import Phase, Status, read, write
from tui_colorize.video.progress import Progress

_LOOK = 0.25  # seconds between looks at the user's wishes


class Reporter:
    """Writes the status of an export.

    Sends SIGTERM to its own process when the export is to be cancelled.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        kept = read(folder / "status.json", Status) or Status(phase=Phase.STARTING)
        self._status = msgspec.structs.replace(kept, pid=os.getpid(), host=platform.node())
        self._written: Status | None = None
        self._latest: Progress | None = None
        self._go, self._ended = Event(), Event()
        self._go.set()
        self._thread = Thread(target=self._watch, daemon=True)

    def begin(self) -> None:
        """Begin to look and to write."""
        self._thread.start()

    def saw(self, progress: Progress) -> None:
        """A frame is finished. Returns when work is to go on."""
        self._latest = progress
        self._go.wait()

    def end(self, phase: Phase, message: str = "", notices: tuple[str, ...] = ()) -> None:
        """Say how it has ended."""
        self._ended.set()
        self._thread.join()
        self._write(
            msgspec.structs.replace(
                self._status,
                phase=phase,
                message=message,
                notices=notices,
                progress=self._latest,
            )
        )

    def _watch(self) -> None:
        asked = False
        while True:
            if (self._folder / "pause").exists():
                self._go.clear()
            else:
                self._go.set()
            if not asked and (self._folder / "cancel").exists():
                asked = True
                os.kill(os.getpid(), signal.SIGTERM)
            self._write(
                msgspec.structs.replace(self._status, phase=self._phase(), progress=self._latest)
            )
            if self._ended.wait(_LOOK):
                return

    def _phase(self) -> Phase:
        latest = self._latest
        if latest is None:
            return Phase.STARTING
        return Phase.FINISHING if _is_complete(latest) else Phase.RUNNING

    def _write(self, status: Status) -> None:
        if status != self._written:
            with suppress(UserError):  # a full disk may have room again later
                write(self._folder / "status.json", status)
                self._written = status


def _is_complete(progress: Progress) -> bool:
    return progress.total is not None and progress.done >= progress.total
