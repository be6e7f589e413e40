"""Kitty keeps pictures until they are deleted: none stays when the app has gone or is stopped."""

from __future__ import annotations

import os
import re
import signal
from pathlib import Path

import pytest

from tui_colorize.tui.restore import Watcher

from ..fake_terminal import TERMINALS, FakeTerminal, wait_for

_COMMAND = re.compile(rb"\x1b_Ga=(T,U=1|t|d,d=I),i=(\d+)")


def _kept(shown):
    """The numbers of the pictures that the terminal keeps after that."""
    numbers = set()
    for what, number in _COMMAND.findall(shown):
        (numbers.discard if what.startswith(b"d") else numbers.add)(int(number))
    return numbers


@pytest.mark.parametrize("end", [signal.SIGKILL, signal.SIGABRT, signal.SIGTSTP])
def test_no_picture_is_left(picture, tmp_path, end):
    """Killed, ended by a fault, or stopped: the app with a picture in a terminal like kitty."""
    with FakeTerminal(TERMINALS["kitty"]) as fake:
        environment = {
            "PYTHONPATH": str(Path(__file__).parents[2]),
            "XDG_DATA_HOME": str(tmp_path / "data"),
            "XDG_CONFIG_HOME": str(tmp_path / "config"),
        }
        process = fake.run(str(picture), environment=environment, folder=tmp_path)
        wait_for(lambda: len(_kept(fake.shown)) > 4)  # the pointer's three, and tiles
        if end == signal.SIGTSTP:
            fake.type(b"\x1a")
        else:
            process.send_signal(end)
        fake.until(b"\x1b[?1049l")
        assert _kept(fake.shown[: fake.shown.rindex(b"\x1b[?1049l")]) == set()


def test_the_watcher_deletes_what_is_still_kept():
    with FakeTerminal({}) as fake:
        if not (child := os.fork()):
            watcher = Watcher(fake.slave, fake.slave).__enter__()
            watcher.on_screen(True)
            watcher.pictures(range(0x400000, 0x400000 + 3000))
            watcher.pictures(range(0x400000, 0x400000 + 2998))
            os._exit(9)
        os.waitpid(child, 0)
        fake.until(b"\x1b[?1049l")
        deleted = {int(number) for _, number in _COMMAND.findall(fake.shown)}
        assert deleted == {0x400000 + 2998, 0x400000 + 2999, 7301, 7302, 7303}
