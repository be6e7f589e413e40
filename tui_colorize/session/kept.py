"""The work on a source, kept in the user's data folder with every action.

A kept session is a file of lines of JSON: a whole session, then the changes since, each written
before the next action is done. A process that is killed can only have cut the last line short.
"""

from __future__ import annotations

import os
import time
from contextlib import suppress
from functools import reduce
from itertools import count
from pathlib import Path

import msgspec
from filelock import FileLock, Timeout
from platformdirs import user_data_path

from tui_colorize.errors import UserError, reason
from tui_colorize.session.record import (
    LARGEST,
    Budget,
    Origin,
    decode,
    difference,
    encode,
    encode_change,
    replay,
)
from tui_colorize.session.work import Work, join
from tui_colorize.terminaltext import printable
from tui_colorize.textfile import write_text

_LONG = 8 * 2**20  # bytes of changes, after which the session is written as a whole again
_LARGEST = LARGEST + _LONG  # bytes that are read
_PATIENCE = 5.0  # seconds until keeping is tried again after it failed
_JOINED = "go on with the other window's hints"


class Session:
    """Keeps the work on one source.

    restored: the work as it was left, None where there is none. notices: what the user should know.
    While the source is open elsewhere, too, the work is kept apart; the next time it is joined.
    """

    def __init__(self, origin: Origin) -> None:
        """Restore the work and begin to keep it.

        Never raises: where the data folder cannot be used, a notice says so.
        """
        self.origin = origin
        self.restored: Work | None = None
        self.notices: list[str] = []
        self._folder = user_data_path("tui-colorize") / "sessions"
        self._lock: FileLock | None = None
        self._path = Path()
        self._file: int | None = None
        self._written = 0
        self._kept: Work | None = None
        self._tried = 0.0
        self._failed = self._elsewhere = self._closed = False
        try:
            self._restore()
        except (OSError, UserError) as error:
            self._give_up()
            self.notices.append(_complaint(error))
            self._failed = True

    @property
    def digest(self) -> str:
        """Of the source's content."""
        return self.origin.sha256

    def record(self, work: Work) -> None:
        """Keep the work as it is now. On the disk's cache when this returns.

        Raises UserError the first time that it fails; later calls try again now and then.
        """
        if work == self._kept or self._closed:
            return
        if self._failed and time.monotonic() - self._tried < _PATIENCE:
            return
        try:
            if self._lock is None:
                self._path, self._lock = self._free_slot()
            line = self._line(work)
            if line is None:
                self._write_whole(work)
            else:
                self._append(line)
            self._kept, self._failed = work, False
        except (OSError, UserError) as error:
            self._give_up()
            if not self._failed:
                self._failed = True
                raise UserError(_complaint(error)) from error

    def close(self) -> None:
        """Let others have the session. What holds no work is not kept."""
        self._closed = True
        if self._file is not None:
            with suppress(OSError):
                os.fsync(self._file)
                if self._kept is None or self._kept.is_empty:
                    self._path.unlink()
            self._close_file()
        if self._lock is not None:
            _release(self._lock)
            self._lock = None

    # Restoring.

    def _restore(self) -> None:
        mine: list[tuple[Path, FileLock]] = []
        works: list[Work] = []
        others: list[Work] = []
        whole = True
        problem: OSError | None = None
        for path in self._files():
            try:
                lock = self._try_lock(path)
            except OSError as error:  # it can be read for all that
                lock, problem = None, error
            work, changed = self._read(path, mine=lock is not None)
            if lock is None:
                others += [work] if work else []
                continue
            mine.append((path, lock))
            works += [work] if work else []
            whole = whole and work is not None and not changed
        if works:
            self.restored = reduce(lambda older, newer: join(older, newer, _JOINED), works)
        elif others:
            self.restored = others[-1]
        self._kept = self.restored
        if problem is not None:
            raise problem
        self._path, self._lock = mine[0] if mine else self._free_slot()
        if self._elsewhere:
            self.notices.append(
                "This source is open in another window, too: what you do here is kept apart, and "
                "joined with the rest the next time."
            )
        if len(mine) == 1 and whole:
            self._file = os.open(self._path, os.O_WRONLY | os.O_APPEND)
        elif works and self._kept is not None:  # of a second window nothing until it does something
            self._write_whole(self._kept)
        for path, lock in mine[1:]:  # all in the first one now
            path.unlink(missing_ok=True)
            _release(lock)

    def _files(self) -> list[Path]:
        """The sessions kept for this source, the one changed last at the end."""
        found = []
        for path in self._folder.glob(f"{self.digest}-*.jsonl"):
            with suppress(FileNotFoundError):
                found.append((path.stat().st_mtime_ns, path))
        return [path for _, path in sorted(found)]

    def _read(self, path: Path, *, mine: bool) -> tuple[Work | None, bool]:
        """The work kept there, as far as it can be read, and whether there were changes."""
        work, changed = None, True
        try:
            lines = _lines(path)
            # Behind the last line's end there is nothing, or a line that was cut short.
            changed = len(lines) > 2 or bool(lines[-1])
            origin, first = decode(lines[0])
            if msgspec.structs.replace(origin, name=self.origin.name) != self.origin:
                raise UserError("this is the session of another source")
            work, budget = first, Budget()
            for line in lines[1:-1]:
                work = replay(work, line, origin, budget)
        except FileNotFoundError:  # joined with another one a moment ago
            pass
        except UserError:
            self._set_aside(path, mine)
        return work, changed

    def _set_aside(self, path: Path, mine: bool) -> None:
        if not mine:
            return
        aside = next(
            name
            for number in count(1)
            if not (name := path.with_name(f"{path.stem}.damaged-{number}")).exists()
        )
        path.rename(aside)
        self.notices.append(
            "The work kept on this source is damaged: what cannot be read of it is set aside in "
            f"{printable(aside)}"
        )

    # Writing.

    def _free_slot(self) -> tuple[Path, FileLock]:
        """A name that no other process uses and that holds nothing."""
        for number in count(1):
            path = self._folder / f"{self.digest}-{number}.jsonl"
            if not path.exists() and (lock := self._try_lock(path)) is not None:
                return path, lock
        raise AssertionError

    def _try_lock(self, path: Path) -> FileLock | None:
        self._folder.mkdir(parents=True, exist_ok=True)
        lock = FileLock(path.with_suffix(".lock"), thread_local=False)
        try:
            lock.acquire(blocking=False)
        except Timeout:
            self._elsewhere = True
            return None
        return lock

    def _line(self, work: Work) -> bytes | None:
        """What makes the work that is kept this one; None where no line does, or too long a one."""
        if self._kept is None or self._file is None:
            return None
        change = difference(self._kept, work)
        line = b"" if change is None else encode_change(change)
        return line if line and self._written + len(line) <= _LONG else None

    def _write_whole(self, work: Work) -> None:
        self._close_file()
        write_text(self._path, encode(self.origin, work) + "\n", make_folder=True)
        self._file = os.open(self._path, os.O_WRONLY | os.O_APPEND)
        self._written = 0

    def _append(self, line: bytes) -> None:
        assert self._file is not None
        if os.write(self._file, line) < len(line):
            raise OSError(None, "No space left on device")
        self._written += len(line)

    def _give_up(self) -> None:
        self._close_file()
        self._tried = time.monotonic()

    def _close_file(self) -> None:
        if self._file is not None:
            os.close(self._file)
            self._file = None


def _lines(path: Path) -> list[bytes]:
    if path.stat().st_size > _LARGEST:
        raise UserError(f"larger than {_LARGEST // 2**20} MiB")
    return path.read_bytes().split(b"\n")


def _release(lock: FileLock) -> None:
    with suppress(OSError):  # those who wait for it notice that it is gone
        Path(lock.lock_file).unlink()
    lock.release()


def _complaint(error: Exception) -> str:
    return f"Your work here is not being kept: {reason(error)}"
