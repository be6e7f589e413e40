"""Wrong usage, --help and --version."""

from __future__ import annotations

from importlib.metadata import PackageNotFoundError

import pytest

from tui_colorize import cli

from .makers import picture


def test_the_version_of_what_is_not_installed(capsys, monkeypatch):
    """Run from its source."""

    def missing(name):
        raise PackageNotFoundError(name)

    monkeypatch.setattr("importlib.metadata.version", missing)
    with pytest.raises(SystemExit) as left:
        cli.main(["--version"])
    assert not left.value.code
    assert capsys.readouterr().out == "tui-colorize unknown version\n"


@pytest.mark.parametrize(
    ("arguments", "problem"),
    [
        (["image"], "the following arguments are required: IN, -o/--output"),
        (["image", "a.png"], "the following arguments are required: -o/--output"),
        (["image", "-o", "b.png"], "the following arguments are required: IN"),
        (["image", "a.png", "-o"], "expected one argument"),
        (["image", "a.png", "-o", "b.png", "--over"], "unrecognized arguments: --over"),
        (["image", "a.png", "-o", "b.png", "--device", "tpu"], "'tpu' is none of auto, cpu"),
        (["image", "a.png", "-o", "b.png", "--device", "cuda:x"], "'cuda:x' is none of"),
        (["image", "a.png", "-o", "b.png", "--vividness", "2"], "'2' is no number from 0 to 1"),
        (["image", "a.png", "-o", "b.png", "--vividness", "nan"], "'nan' is no number from"),
        (["video", "a.mp4", "-o", "b.mp4", "--vividness", "x"], "'x' is no number from 0 to 1"),
        (["a.png", "b.png"], "unrecognized arguments: b.png"),
        (["--device", "gpu"], "'gpu' is none of"),
        (["--hints", "h.csv"], "--hints and -o need the PATH of a picture"),
        (["-o", "b.png"], "--hints and -o need the PATH of a picture"),
    ],
)
def test_wrong_usage(run, network, arguments, problem):
    picture("a.png")
    status, out, err = run(*arguments)
    assert (status, out) == (2, "")
    assert err.startswith("tui-colorize: ")
    assert problem in err
    assert err.count("\n") == 1
    assert network.loaded == []


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--version"], "tui-colorize 0."),
        (["--help"], "usage: tui-colorize [-h]"),
        (["image", "--help"], "usage: tui-colorize image [-h]"),
    ],
)
def test_questions_about_itself(capsys, arguments, said):
    with pytest.raises(SystemExit) as left:
        cli.main(arguments)
    assert not left.value.code
    out, err = capsys.readouterr()
    assert out.startswith(said)
    assert err == ""
