"""The process of an export: it works on its own, heeds wishes, and never ends without a word."""

from __future__ import annotations

import os
import re
import signal
import sys
import time
from pathlib import Path

import msgspec
import numpy as np
import pexpect
import pytest

from tui_colorize.errors import UserError
from tui_colorize.export import Phase, all_exports

FRAMES = 40
LEAST = 19  # no process has a lower priority


def is_under_way(status) -> bool:
    return status.progress is not None and status.progress.done >= 12


def test_a_film_is_made(request_for, run, until, frames_of, film):
    """All frames, the luma of the source, nothing left over; the record says what was done."""
    export = run(request_for())
    status = until(export, Phase.DONE, Phase.FAILED, Phase.INTERRUPTED)
    assert (status.phase, status.progress.done, status.message) == (Phase.DONE, FRAMES, "")
    assert status.percent == 100
    for before, after in zip(frames_of(film), frames_of(export.output), strict=True):
        assert np.array_equal(before[:32], after[:32])
    assert [path.name for path in export.output.parent.glob(".*")] == []


def test_a_pause_stops_the_work(request_for, run, until, hurry):
    """While it is paused no frame is finished and no time counts; then the work goes on.

    It never goes before what people wait for.
    """
    began = time.monotonic()
    export = run(request_for(), "slow")
    pid = until(export, is_under_way).pid
    priorities = [os.getpriority(os.PRIO_PROCESS, number) for number in (pid, os.getpid())]
    assert priorities[0] > priorities[1] or priorities[1] == LEAST
    export.pause()
    until(export, Phase.PAUSED)
    before = None
    while before != (before := export.status().progress):
        time.sleep(1)
    paused = time.monotonic()
    time.sleep(3)
    after = export.status().progress
    assert after.done <= before.done + 1 < FRAMES  # the one that was being finished
    hurry(export)
    paused = time.monotonic() - paused
    export.go_on()
    progress = until(export, Phase.DONE).progress
    if progress.remaining is None:  # the rate is that of the whole time
        assert progress.done / progress.fps < time.monotonic() - began - paused


def test_what_was_cancelled_goes_on_later(request_for, run, until, hurry, frames_of):
    """The finished parts stay, and the film is the same as that of one run."""
    export = run(request_for(), "slow")
    until(export, is_under_way)
    export.cancel()
    status = until(export, Phase.CANCELLED)
    assert status.message == "what is finished is kept"
    assert not export.output.exists()
    hurry(export)
    export.go_on()
    until(export, Phase.DONE)
    whole = run(request_for("whole.mkv"))
    until(whole, Phase.DONE)
    for one, two in zip(frames_of(export.output), frames_of(whole.output), strict=True):
        assert np.array_equal(one, two)


def test_cancelling_early_keeps_nothing(request_for, run, until):
    """Before anything is finished there is nothing to keep, also while it is paused."""
    export = run(request_for(), "held")
    export.pause()
    export.cancel()
    status = until(export, Phase.CANCELLED)
    assert status.message == ""
    assert list(export.output.parent.glob(".*")) == []


def test_a_killed_process_is_shown_as_interrupted(request_for, run, until, hurry):
    """kill -9 leaves a sentence and what was finished; go on makes the film."""
    export = run(request_for(), "slow")
    os.kill(until(export, is_under_way).pid, signal.SIGKILL)
    status = until(export, Phase.INTERRUPTED)
    assert "its process has gone" in status.message
    assert status.message.endswith("what is finished is kept")
    hurry(export)
    export.go_on()
    until(export, Phase.DONE)


def test_the_end_of_the_system_is_an_interruption(request_for, run, until):
    """SIGTERM, as when the machine is shut down, leaves the record in order."""
    export = run(request_for(), "slow")
    os.kill(until(export, is_under_way).pid, signal.SIGTERM)
    status = until(export, Phase.INTERRUPTED)
    assert status.message == "the system has ended its process; what is finished is kept"


def test_the_connection_may_break(request_for, until, hurry, tmp_path):
    """The terminal from which it was started goes, with SIGHUP for all in it: it works on."""
    script = tmp_path / "app.py"
    stand_in = str(Path(__file__).with_name("stand_in.py"))
    script.write_text(
        "import msgspec, signal, sys, time\n"
        "from tui_colorize.export import Request, job, start\n"
        "signal.signal(signal.SIGHUP, signal.SIG_DFL)\n"  # whatever runs the tests may ignore it
        f"job._COMMAND = (sys.executable, {stand_in!r})\n"
        "start(msgspec.json.decode(sys.argv[1], type=Request))\n"
        "print('started', flush=True)\n"
        "time.sleep(3600)\n"
    )
    text = msgspec.json.encode(request_for()).decode()
    child = pexpect.spawn(
        sys.executable, [str(script), text], env=os.environ | {"EXPORT_TEST": "held"}, timeout=300
    )
    child.expect("started")
    child.close()  # SIGHUP
    assert child.signalstatus == signal.SIGHUP
    (listed,) = all_exports()
    assert listed.status.phase.active
    hurry(listed.export)
    until(listed.export, Phase.DONE)


def test_a_recycled_pid_is_no_confusion(request_for, run, until, data_home):
    """A record that names the process of another program is that of an interrupted export."""
    export = run(request_for(), "slow")
    os.kill(until(export, is_under_way).pid, signal.SIGKILL)
    until(export, Phase.INTERRUPTED)
    (record,) = data_home.glob("tui-colorize/exports/*/status.json")
    pid = export.status().pid
    record.write_text(record.read_text().replace(str(pid), str(os.getpid())))
    assert export.status().pid == os.getpid()
    assert export.status().phase is Phase.INTERRUPTED
    with pytest.raises(UserError, match="not running"):
        export.pause()


def test_a_full_disk_is_said_and_gone_on_from(request_for, run, until, monkeypatch):
    """The status has the reason; with room again the export goes on behind what is finished."""
    export = run(request_for(), "full")
    status = until(export, Phase.FAILED)
    assert "no space left on device" in status.message
    assert status.message.endswith("what is finished is kept")
    monkeypatch.setenv("EXPORT_TEST", "")
    export.go_on()
    assert until(export, Phase.DONE).progress.done == FRAMES


@pytest.mark.parametrize(
    ("mode", "phase", "words"),
    [
        ("crash", Phase.FAILED, r"should not \(RuntimeError\); please report it with .*crash-"),
        ("memory", Phase.FAILED, "not enough memory"),
        ("segfault", Phase.INTERRUPTED, "its process has"),
    ],
)
def test_no_end_is_silent(request_for, run, until, mode, phase, words, monkeypatch, tmp_path):
    """Whatever the process dies of, its status has a sentence."""
    monkeypatch.setenv("HOME", str(tmp_path))
    status = until(run(request_for(), mode), phase)
    assert re.search(words, status.message)


def test_a_process_that_does_not_begin_is_told(request_for, run, until, monkeypatch):
    """What Python says of a broken installation is in a log, which the status names."""
    from tui_colorize.export import job

    monkeypatch.setattr(job, "_COMMAND", (sys.executable, "-c", "import no_such_module"))
    status = until(run(request_for()), Phase.INTERRUPTED)
    log = Path(status.message.partition("(")[2].partition(" tells")[0])
    assert "no_such_module" in log.read_text()
    monkeypatch.setattr(job, "_COMMAND", ("/no/such/python",))
    with pytest.raises(UserError, match="no such file"):
        run(request_for("other.mkv"))
