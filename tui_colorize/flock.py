"""Locks that end with their process, whatever it dies of, and that another process can look at."""

from __future__ import annotations

import fcntl
import os
import time
from pathlib import Path

_PATIENCE = 0.5  # seconds: longer than others look
_PAUSE = 0.01


def take(path: Path) -> int | None:
    """Lock a file, which is made where there is none; None where another process holds it.

    The answer is a file descriptor: the lock lasts until it and all copies that were passed on to
    other processes are closed. Where the file system has no locks, everybody gets one.
    Raises OSError.
    """
    handle = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    deadline = time.monotonic() + _PATIENCE
    while True:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if time.monotonic() > deadline:
                os.close(handle)
                return None
            time.sleep(_PAUSE)
        except OSError:
            return handle
        else:
            return handle


def is_taken(path: Path) -> bool:
    """Whether a process holds the lock. Raises OSError."""
    try:
        handle = os.open(path, os.O_RDWR)
    except FileNotFoundError:
        return False
    try:
        fcntl.flock(handle, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    except OSError:
        return False
    finally:
        os.close(handle)
    return False
