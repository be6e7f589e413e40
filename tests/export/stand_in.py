"""The process of an export with a quick stand-in for the network, and with accidents.

FOLDER is the export's, EXPORT_TEST in the environment what is to happen. "held" does not begin,
and "slow" takes half a second a frame from the sixteenth on, until there is a file "hurry" in the
folder: so a test that is slow itself does not miss the work. "full", "crash", "segfault" and
"memory" fail at the twentieth frame.
"""

from __future__ import annotations

import errno
import os
import signal
import sys
import time
import types
from itertools import count
from pathlib import Path

import numpy as np

from tui_colorize.workers import Workers

MODE = os.environ.get("EXPORT_TEST", "")
QUICK = 16  # frames


class StandIn:
    device, network_size, vividness, fingerprint = "cpu", 64, 0.0, "5eed"

    def workers(self):
        return Workers(1)

    def remember(self, lightness, *planes):
        return self.color_planes(lightness, *planes), None

    def color_planes(self, lightness, ab, *_, **__):
        return np.repeat(lightness[..., None] / 10, 2, axis=-1).astype(np.float32)


def fail() -> None:
    """The accident of this mode."""
    if MODE == "full":
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
    if MODE == "crash":
        raise RuntimeError("a mistake in the program")
    if MODE == "memory":
        raise MemoryError
    if MODE == "segfault":
        os.kill(os.getpid(), signal.SIGSEGV)


def wait(number: int) -> None:
    """As long as it takes to finish a frame in this mode."""
    begun, hurry = time.monotonic(), Path(sys.argv[1], "hurry")
    while not hurry.exists() and (
        MODE == "held" or (MODE == "slow" and number >= QUICK and time.monotonic() < begun + 0.5)
    ):
        time.sleep(0.01)


def main() -> None:
    """Put the stand-ins in their places, and work."""
    module = types.ModuleType("tui_colorize.colorizer")
    module.Colorizer = lambda *_: StandIn()
    sys.modules["tui_colorize.colorizer"] = module
    from tui_colorize.export.__main__ import main as work
    from tui_colorize.video import segmentlength, segments

    segmentlength.MOST = 8
    add, frames = segments.SegmentFile.add, count(1)

    def add_or_fail(self, *arguments) -> None:
        number = next(frames)
        wait(number)
        if number == 20:
            fail()
        add(self, *arguments)

    segments.SegmentFile.add = add_or_fail
    work(Path(sys.argv[1]))


if __name__ == "__main__":
    main()
