"""Exports: started, found again, paused, gone on with, cancelled, removed.

An export has a folder in the user's data folder, named by the film that it makes, so that there is
one for each:

    request.json   what is to be made
    status.json    how far it is, written by its process
    pause, cancel  wishes to the process, for as long as they are there
    lock           held by the process until it ends, whatever it ends of
    log            what the process and its libraries print
    seen           the user knows how it has ended
"""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from functools import cached_property
from pathlib import Path
from threading import Thread
from typing import NamedTuple

import msgspec
from platformdirs import user_data_path

import tui_colorize
from tui_colorize import flock
from tui_colorize.errors import UserError, reason
from tui_colorize.export.record import Phase, Request, Status, read, write
from tui_colorize.terminaltext import printable
from tui_colorize.video.codecs import codec_for

_COMMAND = (sys.executable, "-m", "tui_colorize.export")
_STAYS = 24 * 3600.0  # seconds that a done export stays listed once the user knows of it


class PartsKeptError(UserError):
    """There are parts of this film, made with other hints or settings, which would be lost."""


class Export:
    """One export. It remembers nothing: what it says is what is on the disk."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    @property
    def id(self) -> str:
        """What the command line calls it."""
        return self._folder.name

    @cached_property
    def request(self) -> Request:
        """What is to be made. Raises UserError where that cannot be read."""
        request = read(self._folder / "request.json", Request)
        if request is None:
            raise UserError(f"{printable(self._folder)} is not the record of an export")
        return request

    @property
    def output(self) -> Path:
        """The film that it makes."""
        return Path(self.request.output)

    @property
    def seen(self) -> bool:
        """Whether the user knows how it has ended."""
        return (self._folder / "seen").exists()

    def mark_seen(self) -> None:
        """The user knows how it has ended."""
        with suppress(OSError):
            (self._folder / "seen").touch()

    def status(self) -> Status:
        """How far it is. A process that has gone without a word was interrupted."""
        # In this order: a process says how it ends before it does.
        running = flock.is_taken(self._folder / "lock")
        status = read(self._folder / "status.json", Status) or Status(phase=Phase.STARTING)
        if running and status.phase.active and self._wishes("cancel"):
            return msgspec.structs.replace(status, phase=Phase.CANCELLING)
        if running and status.phase in (Phase.STARTING, Phase.RUNNING) and self._wishes("pause"):
            return msgspec.structs.replace(status, phase=Phase.PAUSED)
        if not running and status.phase.active:
            message = f"{self._last_words()}{self.what_is_kept()}"
            return msgspec.structs.replace(status, phase=Phase.INTERRUPTED, message=message)
        return status

    def what_is_kept(self) -> str:
        """The end of a sentence on an export that did not reach its end."""
        from tui_colorize.video.resume import has_parts

        return "; what is finished is kept" if has_parts(self.output) else ""

    # What is done with it.

    def pause(self) -> None:
        """Stop working until go_on; memory stays as it is. Raises UserError."""
        self._wish("pause", Phase.CANCELLING)

    def cancel(self) -> None:
        """End the process; finished parts stay, to go on with. Raises UserError."""
        self._wish("cancel")

    def go_on(self) -> None:
        """Work again: after a pause, or with a new process where the last one ended.

        Raises UserError.
        """
        if self._phase_but(Phase.DONE, Phase.CANCELLING).active:
            with _told():
                (self._folder / "pause").unlink(missing_ok=True)
            return
        with self._locked() as lock:
            self._launch(self.request, lock)

    def remove(self) -> None:
        """Forget the export. Of a film that is not done the parts go, too. Raises UserError."""
        from tui_colorize.video.resume import discard

        with self._locked():
            status = read(self._folder / "status.json", Status)
            if status is None or status.phase is not Phase.DONE:
                discard(self.output)
            shutil.rmtree(self._folder, ignore_errors=True)

    # The process.

    @contextmanager
    def _locked(self) -> Iterator[int]:
        """Gives the lock. Raises UserError while the process runs."""
        with _told():
            self._folder.mkdir(parents=True, exist_ok=True)
            lock = flock.take(self._folder / "lock")
        if lock is None:
            raise UserError("this film is being exported: cancel that first")
        try:
            yield lock
        finally:
            os.close(lock)

    def _launch(self, request: Request, lock: int) -> None:
        """Start a process that makes what is asked for; it outlives this one."""
        with _told():
            for name in ("pause", "cancel", "seen"):
                (self._folder / name).unlink(missing_ok=True)
            write(self._folder / "request.json", request)
            write(self._folder / "status.json", Status(phase=Phase.STARTING, began=time.time()))
            self._spawn(lock)

    def _spawn(self, lock: int) -> None:
        with (self._folder / "log").open("wb") as log:
            process = subprocess.Popen(
                [*_COMMAND, str(self._folder)],
                # Modules are looked for there first, and nowhere that the user happens to be.
                cwd=Path(tui_colorize.__file__).parents[1],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                # A connection that breaks down takes its session along.
                start_new_session=True,
                pass_fds=(lock,),
            )
        Thread(target=process.wait, daemon=True).start()

    def _phase_but(self, *useless: Phase) -> Phase:
        """The phase. Raises UserError in one where what is asked for would do nothing."""
        phase = self.status().phase
        if phase in useless:
            raise UserError(f"the export of {printable(self.output)} is {phase}")
        return phase

    def _wishes(self, name: str) -> bool:
        return (self._folder / name).exists()

    def _wish(self, name: str, *useless: Phase) -> None:
        if not self._phase_but(*useless).active:
            raise UserError(f"the export of {printable(self.output)} is not running")
        with _told():
            (self._folder / name).touch()

    def _last_words(self) -> str:
        log = self._folder / "log"
        with suppress(OSError):
            if log.stat().st_size:
                return f"its process has ended unexpectedly ({printable(log)} tells more)"
        return "its process has gone: killed, out of memory, or the machine was shut down"


class Listed(NamedTuple):
    """An export as it was at one moment."""

    export: Export
    output: Path
    status: Status


def start(request: Request, *, anew: bool = False) -> Export:
    """Start an export, or go on with it where an earlier one of the same film was left.

    anew: parts of this film that cannot be gone on with are thrown away.
    Raises UserError for what cannot be made and while the film is being exported, PartsKeptError
    where there are such parts.
    """
    from tui_colorize.imagefile.save import check_place
    from tui_colorize.video.resume import check_free, discard, has_parts

    source, output = Path(request.source).absolute(), settled(Path(request.output))
    request = msgspec.structs.replace(request, source=str(source), output=str(output))
    codec_for(request.codec, output.suffix)
    check_place(source, output, overwrite=request.overwrite)
    folder = _base() / hashlib.sha256(os.fsencode(output)).hexdigest()[:8]
    export = Export(folder)
    with export._locked() as lock:
        check_free(output)
        if has_parts(output):
            before = read(folder / "request.json", Request)
            if anew:
                discard(output)
            elif before is None or not request.makes_the_same(before):
                raise PartsKeptError(
                    f"{printable(output)}: parts made with other hints or settings are kept"
                )
        export._launch(request, lock)
    return export


def all_exports() -> list[Listed]:
    """All that are known, the one begun last at the end.

    Those that are done are forgotten a day after the user knew of it.
    """
    found = []
    for path in _base().glob("*/request.json"):
        export = Export(path.parent)
        with suppress(UserError, OSError):  # damaged, or removed this moment
            status = export.status()
            if status.phase is Phase.DONE and _seen_for(path.with_name("seen")) > _STAYS:
                export.remove()
            else:
                found.append(Listed(export, export.output, status))
    return sorted(found, key=lambda each: each.status.began)


def _seen_for(path: Path) -> float:
    """Seconds."""
    with suppress(OSError):
        return time.time() - path.stat().st_mtime
    return 0.0


def _base() -> Path:
    return user_data_path("tui-colorize") / "exports"


def settled(output: Path) -> Path:
    """The one name of a file that may not be there yet."""
    return Path(os.path.realpath(output.parent)) / output.name


@contextmanager
def _told() -> Iterator[None]:
    """Turn the system's errors into a UserError."""
    try:
        yield
    except OSError as error:
        raise UserError(f"the records of exports cannot be written: {reason(error)}") from error
