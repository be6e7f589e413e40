"""`tui-colorize exports`: the list, and what is done with exports from the shell."""

from __future__ import annotations

import json

import pytest

from tui_colorize.cli import main
from tui_colorize.export import Phase, job


def test_without_exports(capsys):
    """Said in a sentence, or an empty list."""
    assert main(["exports"]) == 0
    assert capsys.readouterr().out == "there are no exports\n"
    assert main(["exports", "--json"]) == 0
    assert json.loads(capsys.readouterr().out) == {"exports": []}


def test_the_list(request_for, run, until, monkeypatch, capsys):
    """Id, film and status; the same for programs."""
    monkeypatch.setattr(job, "_COMMAND", ("true",))
    export = run(request_for("ou\x1bt.mkv"))
    until(export, Phase.INTERRUPTED)
    assert main(["exports"]) == 0
    first, second = capsys.readouterr().out.splitlines()
    assert first.startswith(f"{export.id}  /")
    assert first.endswith(r"ou\x1bt.mkv")
    assert second.strip().startswith("interrupted: its process has gone")
    assert main(["exports", "--json"]) == 0
    (listed,) = json.loads(capsys.readouterr().out)["exports"]
    assert listed["id"] == export.id
    assert (listed["phase"], listed["progress"]) == ("interrupted", None)
    assert listed["output"] == str(export.output)


def test_steering(request_for, run, until, capsys):
    """Pause, go on and cancel a running export by id and by name; then remove it."""
    export = run(request_for(), "slow")
    until(export, lambda status: status.progress)
    assert main(["exports", "pause", export.id]) == 0
    until(export, Phase.PAUSED)
    assert main(["exports", "go-on", str(export.output)]) == 0
    until(export, Phase.RUNNING)
    assert main(["exports", "remove", export.id]) == 2
    assert "is being exported" in capsys.readouterr().err
    assert main(["exports", "cancel", export.id]) == 0
    until(export, Phase.CANCELLED)
    assert main(["exports", "remove", export.id]) == 0
    assert main(["exports"]) == 0
    assert capsys.readouterr().out == "there are no exports\n"


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["stop", "x"], "invalid choice: 'stop'"),
        (["pause"], "need an EXPORT"),
        (["pause", "x", "--json"], "print nothing"),
        (["cancel", "ab\x1bc"], r"there is no export 'ab\x1bc'"),
    ],
)
def test_usage(arguments, words, capsys):
    """Refused in one sentence."""
    assert main(["exports", *arguments]) == 2
    error = capsys.readouterr().err
    assert words in error
    assert error.count("\n") == 1
