"""Whatever ends or stops the app: the terminal is as it was before. The whole program in a pty."""

from __future__ import annotations

import os
import re
import signal
import termios
import time
from contextlib import suppress
from pathlib import Path

import pytest
from PIL import Image

from ..fake_terminal import DA1, PATIENCE, TERMINALS, FakeTerminal, wait_for

ALTERNATE, NORMAL = b"\x1b[?1049h", b"\x1b[?1049l"
LIST = b"a path opens it"  # said by the list of pictures
READY = b"half-cell"  # at the end of the status bar, the last thing on the screen
OFF = [f"\x1b[?{mode}l".encode() for mode in (1000, 1003, 1006, 1016, 2004, 1004, 2048, 2026)]
TYPED = b"}"  # stands nowhere else; of a word each letter may be drawn with other things between
# Typed by nobody: what an app that took a late reply for keys would act on.
LATE = [b"\x1b_G", b"i=31;OK\x1b", b"\\\x1bP>", b"|kitty(0.41", b".1)\x1b\\\x1b[?", b"62;4;6c"]


@pytest.fixture
def folder(tmp_path):
    return tmp_path


@pytest.fixture
def start(folder):
    """Opens the app in a terminal, without a picture: no test here needs the network."""

    def start(fake, *arguments, code="", **environment):
        places = {f"XDG_{name}_HOME": str(folder / name) for name in ("DATA", "STATE", "CONFIG")}
        variables = {"PYTHONPATH": str(Path(__file__).parents[2]), **places, **environment}
        return fake.run(*arguments, environment=variables, folder=folder, code=code)

    return start


def press(fake, key, happened):
    """Press escape and a key until something happens: a list of pictures is to be left first."""
    fake.until(LIST)
    for _ in range(10):
        fake.type(b"\x1b")
        time.sleep(0.4)
        fake.type(key)
        with suppress(AssertionError):
            return wait_for(happened, seconds=2)
    raise AssertionError("it did not happen")


def text(shown):
    """Without the escape sequences."""
    return re.sub(rb"\x1b\[[\d;]*[A-Za-z]", b"", shown)


def restored(fake):
    """All that the app has switched on in the terminal is off, in the right order."""
    fake.until(b"\x1b[?25h\x1b[m", fake.shown.count(ALTERNATE))
    shown = fake.shown
    left = shown.rindex(NORMAL)
    assert shown.count(ALTERNATE) == shown.count(NORMAL)
    assert shown.rindex(ALTERNATE) < left
    assert shown.count(b"\x1b[<u") == shown.count(b"\x1b[>25u")  # keyboard modes, a stack
    assert shown.rindex(b"\x1b[?25h") > shown.rindex(b"\x1b[?25l")
    assert shown.rindex(b"\x1b[?7h") > shown.rindex(b"\x1b[?7l")
    for off in OFF:
        assert shown.rindex(off) > shown.rfind(off.replace(b"l", b"h"))
    assert fake.as_it_was
    return True


def test_quit(start):
    """Also: in true colours without COLORTERM, which ssh does not pass on."""
    with FakeTerminal(TERMINALS["xterm"]) as fake:
        process = start(fake)
        fake.until(READY)
        press(fake, b"q", lambda: process.poll() is not None)
        assert process.returncode == 0
        assert restored(fake)
        assert b"38;2;" in fake.shown
        assert b"38;5;" not in fake.shown


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
def test_signals_end_the_app_in_order(start, number):
    """Also: a terminal of 256 colours gets no others."""
    with FakeTerminal({DA1: b"\x1b[?62c"}) as fake:
        process = start(fake)
        fake.until(READY)
        for _ in range(3):  # once more does no harm
            process.send_signal(number)
        assert process.wait(PATIENCE) == 128 + number
        assert restored(fake)
        assert b"38;5;" in fake.shown
        assert b"38;2;" not in fake.shown


def test_a_signal_ends_an_app_that_does_not_end_by_itself(start):
    code = """
import asyncio
from tui_colorize.tui import guarded
guarded._PATIENCE = 0.5
async def never(self):
    await asyncio.sleep(1000)
guarded.GuardedApp.on_exit_app = guarded.GuardedApp._on_exit_app = never
from tui_colorize.cli import main
raise SystemExit(main([]))
"""
    with FakeTerminal({DA1: b"\x1b[?62c"}) as fake:
        process = start(fake, code=code)
        fake.until(READY)
        process.send_signal(signal.SIGTERM)
        assert process.wait(PATIENCE) == 128 + signal.SIGTERM
        assert restored(fake)
        assert b"Traceback" not in fake.shown


def test_killed(start):
    """By what no program can catch."""
    with FakeTerminal(TERMINALS["xterm"]) as fake:
        process = start(fake)
        fake.until(READY)
        fake.until_quiet()
        process.kill()
        assert process.wait(PATIENCE) == -signal.SIGKILL
        assert restored(fake)


def test_killed_while_suspended(start):
    """The terminal is the shell's then: nothing is written to it."""
    with FakeTerminal(TERMINALS["xterm"]) as fake:
        process = suspended(start, fake)
        before = len(fake.shown)
        process.kill()
        assert process.wait(PATIENCE) == -signal.SIGKILL
        time.sleep(0.3)
        assert len(fake.shown) == before


def test_ctrl_c_again_and_again_while_the_app_starts(start):
    with FakeTerminal({}) as fake:
        process = start(fake)
        fake.until(DA1)
        for _ in range(5):
            fake.type(b"\x03")
            time.sleep(0.01)
        assert process.wait(PATIENCE) == 130
        assert ALTERNATE not in fake.shown
        assert fake.as_it_was
        assert b"Traceback" not in fake.shown


def test_a_signal_while_the_app_starts(start):
    with FakeTerminal({}) as fake:
        process = start(fake)
        fake.until(DA1)
        process.terminate()
        assert process.wait(PATIENCE) == 128 + signal.SIGTERM
        assert ALTERNATE not in fake.shown
        assert fake.as_it_was


CRASH = """
import sys
from tui_colorize import cli
from tui_colorize.tui import app

def fail(self, *_):
    raise RuntimeError("unforeseen")

app.ColorizeApp.action_open = fail
sys.exit(cli.main([]))
"""


def test_a_crash_is_one_sentence_and_a_log(start, folder):
    with FakeTerminal(TERMINALS["xterm"]) as fake:
        process = start(fake, code=CRASH)
        assert process.wait(PATIENCE) == 70
        assert restored(fake)
        said = fake.shown[fake.shown.rindex(b"tui-colorize: ") :].decode()
        assert said.count("\n") == 1
        assert "Traceback" not in fake.shown.decode()
        [log] = (folder / "STATE").rglob("crash-*.txt")
        assert str(log) in said
        assert "RuntimeError: unforeseen" in log.read_text()


def stopped(process):
    state = Path(f"/proc/{process.pid}/stat").read_text().rpartition(") ")[2]
    return state.startswith("T")


def suspended(start, fake):
    """The app, started and stopped with ctrl+z; the terminal is as it was before."""
    process = start(fake)
    fake.until(READY)
    press(fake, b"\x1a", lambda: stopped(process))
    termios.tcflush(fake.slave, termios.TCIFLUSH)  # what was pressed once too often
    assert restored(fake)
    return process


def test_suspended_and_resumed(start):
    """With ctrl+z, and without warning, which leaves no time to clear up."""
    with FakeTerminal(TERMINALS["xterm"]) as fake:
        process = suspended(start, fake)
        drawn = fake.shown.count(READY)
        process.send_signal(signal.SIGCONT)
        fake.until(READY, drawn + 1)
        process.send_signal(signal.SIGSTOP)
        wait_for(lambda: stopped(process))
        drawn = fake.shown.count(READY)
        process.send_signal(signal.SIGCONT)
        fake.until(READY, drawn + 1)
        process.terminate()
        assert process.wait(PATIENCE) == 128 + signal.SIGTERM
        assert restored(fake)


def test_a_terminal_that_answers_late_after_a_stop_types_nothing(start):
    """Later than the app waits for it: as when the terminal was stopped, too."""
    with FakeTerminal(TERMINALS["xterm"]) as fake:
        process = start(fake)
        fake.until(READY)
        fake.until_quiet()
        fake.latency = 3.0
        process.send_signal(signal.SIGSTOP)
        wait_for(lambda: stopped(process))
        asked = fake.shown.count(DA1)
        process.send_signal(signal.SIGCONT)
        fake.until(DA1, asked + 1)
        fake.until(ALTERNATE, 2)
        before = len(fake.shown)
        time.sleep(fake.latency)
        fake.type(TYPED)
        wait_for(lambda: TYPED in text(fake.shown[before:]))
        assert not re.search(rb"64;1|28c", text(fake.shown[before:]))


def test_the_window_is_closed(start):
    with FakeTerminal(TERMINALS["xterm"]) as fake:
        process = start(fake)
        fake.until(READY)
        fake.hang_up()
        assert process.wait(PATIENCE) == 128 + signal.SIGHUP


def test_replies_that_come_late_are_no_keys(start):
    """tmux answers for itself at once; the terminal around it may answer later."""
    with FakeTerminal(TERMINALS["tmux"]) as fake:
        process = start(fake, TERM="tmux-256color")
        fake.until(READY)
        fake.until_quiet()
        before = len(fake.shown)
        for piece in LATE:
            fake.type(piece)
            time.sleep(0.15)
        fake.type(b"\xff\xfe")  # nor is what is no UTF-8 a reason to fail
        fake.type(TYPED)  # keys are shown: there is a line to type in
        wait_for(lambda: TYPED in text(fake.shown[before:]))
        assert not re.search(rb"kitty|31|62", text(fake.shown[before:]))
        process.terminate()
        assert process.wait(PATIENCE) == 128 + signal.SIGTERM


WITHOUT_NETWORK = """
import sys
import types
from tui_colorize import cli
from tui_colorize.errors import UserError

def fail(**_):
    raise UserError("there is no network in this test")

stub = types.ModuleType("tui_colorize.colorizer")
stub.Colorizer = fail
sys.modules[stub.__name__] = stub
sys.exit(cli.main(sys.argv[1:]))
"""


def test_pictures_are_deleted_while_their_screen_is_there(start, folder):
    Image.new("L", (64, 48), 90).save(folder / "a.png")
    with FakeTerminal(TERMINALS["kitty"]) as fake:
        process = start(fake, "a.png", code=WITHOUT_NETWORK, TERM="xterm-kitty")
        fake.until(b"a=T,U=1")
        fake.until_quiet()
        process.terminate()
        assert process.wait(PATIENCE) == 128 + signal.SIGTERM
        assert restored(fake)
        shown = fake.shown[fake.shown.index(ALTERNATE) : fake.shown.rindex(NORMAL)]
        sent = re.findall(rb"\x1b_Ga=[tT][^;]*i=(\d+)", shown)
        assert sent
        assert set(sent) <= set(re.findall(rb"\x1b_Ga=d,d=I,i=(\d+)", shown))


def test_what_is_typed_while_the_app_starts_is_done(start):
    with FakeTerminal(TERMINALS["xterm"], latency=0.3) as fake:
        process = start(fake)
        fake.until(DA1)
        fake.type(b"?")
        fake.until(b"this help")
        process.terminate()
        assert process.wait(PATIENCE) == 128 + signal.SIGTERM


def test_replies_on_their_way_at_the_end_do_not_reach_the_shell(start):
    with FakeTerminal(TERMINALS["xterm"], latency=0.3) as fake:
        process = start(fake)
        fake.until(READY)
        process.terminate()
        fake.until(DA1, 2)  # the last question
        fake.type(b"\x1b[12;40R")
        assert process.wait(PATIENCE) == 128 + signal.SIGTERM
        time.sleep(0.1)
        os.set_blocking(fake.slave, False)
        assert b"R" not in (fake.shown[fake.shown.rindex(NORMAL) :])
        with pytest.raises(BlockingIOError):
            os.read(fake.slave, 100)
