"""The probe in a pty: terminals that answer at once, late, in pieces or not at all."""

from __future__ import annotations

import os
import select
import termios

import pytest

from tui_colorize.tui.probe import Probe

from ..fake_terminal import DA1, KITTY, PATIENCE, QUERIES, SGR, TERMINALS, FakeTerminal, wait_for

ENVIRONMENT = {"TERM": "xterm-256color"}


def probed(fake, environment=None, patience=PATIENCE):
    with Probe(fake.slave, fake.slave, environment or ENVIRONMENT, patience) as probe:
        return probe.terminal(), probe


@pytest.mark.parametrize("name", sorted(set(TERMINALS) - {"mute"}))
@pytest.mark.parametrize("piece", [None, 1, 7])
def test_a_terminal_that_answers(name, piece):
    with FakeTerminal(TERMINALS[name], piece=piece) as fake:
        terminal, probe = probed(fake)
        assert probe.replies.found == list(TERMINALS[name].values())
        assert not probe.may_be_late
        assert probe.typed == b""
        assert terminal.round_trip is not None
        assert fake.as_it_was
        assert not select.select([fake.slave], [], [], 0)[0]


def test_a_terminal_far_away():
    with FakeTerminal(TERMINALS["foot"], latency=0.3) as fake:
        terminal, _ = probed(fake)
    assert terminal.graphics == "sixel"
    assert terminal.round_trip is not None
    assert terminal.round_trip >= 0.3


def test_a_mute_terminal():
    with FakeTerminal({}) as fake:
        terminal, probe = probed(fake, patience=0.1)
        assert (terminal.graphics, terminal.round_trip) == ("halfcell", None)
        assert probe.may_be_late
        assert fake.as_it_was


def test_a_terminal_that_answers_too_late():
    with FakeTerminal(TERMINALS["foot"], latency=2 * PATIENCE) as fake:
        terminal, probe = probed(fake, patience=0.1)
        assert terminal.graphics == "halfcell"
        assert probe.may_be_late


def test_what_is_typed_meanwhile_is_kept():
    with FakeTerminal(TERMINALS["foot"], latency=2 * PATIENCE) as fake:
        with Probe(fake.slave, fake.slave, ENVIRONMENT, PATIENCE) as probe:
            fake.until(DA1)
            fake.type(b"j\r\x1b[A")
            wait_for(lambda: probe.typed)
            fake.answer()
            terminal = probe.terminal()
        assert probe.typed == b"j\r\x1b[A"
        assert terminal.graphics == "sixel"
        assert b"j" not in fake.shown  # not echoed


def test_a_reply_is_not_waited_for_after_the_last_one():
    with FakeTerminal({DA1: b"\x1b[?62;4c"}) as fake:
        terminal, _ = probed(fake)
    assert terminal.graphics == "sixel"


@pytest.mark.parametrize(
    "environment",
    [
        {"TERM": "tmux-256color"},
        {"TERM": "screen"},
        {"TERM": "xterm", "STY": "1.pts-0"},
        {"TERM": "xterm", "TMUX": "gone,1,0"},
    ],
)
def test_a_multiplexer_is_not_asked_what_it_would_print(environment):
    with FakeTerminal(TERMINALS["screen"]) as fake:
        _, probe = probed(fake, environment)
        assert probe.may_be_late
        assert KITTY not in fake.shown
        assert SGR not in fake.shown
        assert b"\x1bP" not in fake.shown


@pytest.mark.parametrize("kind", ["dumb", "linux", ""])
def test_a_terminal_that_would_print_the_queries_is_not_asked(kind):
    with FakeTerminal(TERMINALS["xterm"]) as fake:
        terminal, _ = probed(fake, {"TERM": kind})
        assert terminal.graphics == "halfcell"
        assert fake.shown == b""


def test_the_question_that_every_terminal_answers_comes_last():
    with FakeTerminal(TERMINALS["foot"]) as fake:
        probed(fake)
        places = [fake.shown.index(query) for query in QUERIES]
        assert places == sorted(places)
        # What the queries have left on the line is erased, in no colour.
        assert fake.shown.endswith(b"\r\x1b[K")
        assert fake.shown.index(b"\x1b[m") > fake.shown.index(b"\x1b[48;2;1;2;3m")


def test_the_terminal_is_as_it_was_after_an_exception():
    with FakeTerminal({}) as fake:
        with pytest.raises(KeyboardInterrupt), Probe(fake.slave, fake.slave, ENVIRONMENT):
            assert not fake.as_it_was
            raise KeyboardInterrupt
        assert fake.as_it_was


def test_ctrl_c_still_interrupts():
    with FakeTerminal({}) as fake, Probe(fake.slave, fake.slave, ENVIRONMENT, 0.1):
        assert termios.tcgetattr(fake.slave)[3] & termios.ISIG


def test_a_terminal_that_hangs_up():
    fake = FakeTerminal({})
    with fake, Probe(fake.slave, fake.slave, ENVIRONMENT, PATIENCE) as probe:
        fake.until(DA1)
        fake.hang_up()
        assert probe.terminal().graphics == "halfcell"


def test_tmux_is_asked_about_the_terminal_around_it(tmp_path, monkeypatch):
    tmux = tmp_path / "tmux"
    tmux.write_text("#!/bin/sh\necho bpaste,mouse\n")
    tmux.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:{os.environ['PATH']}")
    environment = {"TERM": "tmux-256color", "TMUX": "x,1,0"}
    with FakeTerminal(TERMINALS["tmux with Sixel"]) as fake:
        terminal, _ = probed(fake, environment)
        assert not terminal.true_color
    tmux.write_text("#!/bin/sh\nexit 1\n")
    with FakeTerminal(TERMINALS["tmux with Sixel"]) as fake:
        terminal, _ = probed(fake, environment)
        assert terminal.true_color
