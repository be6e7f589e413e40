"""The priority of encoders: that of everything else."""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path


def take_back_real_time() -> None:
    """Call after an encoder was opened.

    SVT-AV1 makes its threads, and the one that opens it, real-time ones where it may, as for root.
    They and the processes started by them would let nothing else run on a busy machine.
    """
    tasks = Path("/proc/self/task")
    for task in tasks.iterdir() if tasks.exists() else ():
        with suppress(OSError):  # of a thread that has just ended
            number = int(task.name)
            if os.sched_getscheduler(number) == os.SCHED_FIFO:
                os.sched_setscheduler(number, os.SCHED_OTHER, os.sched_param(0))
