"""What doctor says, as text and as JSON, of what is there and of what is missing."""

from __future__ import annotations

import json
import re

import pytest
import torch
from PIL import features

from model.load import BUNDLED
from tui_colorize import cli, doctor
from tui_colorize.tui.probe import Probe
from tui_colorize.tui.terminal import VARIABLE, Graphics
from tui_colorize.video import codecs

from ..fake_terminal import PATIENCE, TERMINALS, FakeTerminal


@pytest.fixture(autouse=True)
def plain(monkeypatch):
    """The output does not depend on where the tests run."""
    monkeypatch.setenv("COLUMNS", "80")
    for name in (VARIABLE, "TMUX", "STY", "COLORTERM", "FORCE_COLOR", "SVT_LOG"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("TERM", "xterm-256color")


@pytest.fixture
def run(capfd):
    def run(*arguments):
        status = cli.main(["doctor", *arguments])
        return status, *capfd.readouterr()

    return run


@pytest.fixture
def no_engine(monkeypatch):
    """The network need not be loaded once more."""
    monkeypatch.setattr(doctor, "_network", lambda *_: iter(()))


def test_text_for_80_columns_without_a_terminal(run):
    status, out, err = run("--device", "cpu")
    assert (status, err) == (0, "")
    assert max(map(len, out.splitlines())) <= 80
    assert "\x1b" not in out
    for heading in ("Terminal", "Network", "Film", "Pictures"):
        assert f"{heading}\n" in out
    assert "not asked, since stdin or stdout is no terminal" in out
    assert torch.__version__ in out
    assert re.search(r"Parameters +\d+\.\d\d million", out)


def test_json(run):
    status, out, err = run("--json", "--device", "cpu")
    assert (status, err) == (0, "")
    found = json.loads(out)
    assert found["terminal"] == {"name": None}
    assert found["network"]["runs_on"] == "cpu"
    assert found["network"]["weights"] == str(BUNDLED)
    assert found["network"]["parameters"] > 1e6
    assert len(found["network"]["fingerprint"]) == 64
    assert {"libx264", "ffv1"} <= set(found["film"]["encoders"])
    assert "h264" in found["film"]["decoders"]
    assert found["pictures"]["avif"]
    assert found["advice"]


@pytest.mark.parametrize(
    ("options", "problem"),
    [
        (["--weights", "gone.safetensors"], "gone.safetensors: no such weights file"),
        (["--device", "cuda:9"], "CUDA device"),
    ],
)
def test_a_network_that_does_not_work_is_a_finding(run, options, problem):
    status, out, _ = run("--json", *options)
    assert status == 0
    assert json.loads(out)["network"]["runs_on"] is None
    status, out, _ = run(*options)
    assert problem in " ".join(out.split())
    assert "Choose another --device or --weights" in out


@pytest.mark.parametrize(
    ("name", "wanted", "graphics", "colors"),
    [
        ("kitty", "", "Kitty; kitty 0.41.1 draws pictures at Unicode placeholders", "true colour"),
        ("foot", "", "Sixel, 1024 colours; the terminal says that it draws Sixel", "true colour"),
        ("screen", "", "half cells; GNU Screen passes no pictures on", "256 at most"),
        ("xterm", "sixel", "Sixel, 256 colours; as you asked for", "true colour"),
    ],
)
def test_the_terminal(name, wanted, graphics, colors, no_engine, monkeypatch):
    monkeypatch.setenv(VARIABLE, wanted)
    with FakeTerminal(TERMINALS[name]) as fake:
        monkeypatch.setattr(
            "tui_colorize.tui.probe.Probe",
            lambda *_: Probe(fake.slave, fake.slave, patience=PATIENCE),
        )
        findings = doctor.examine("cpu", None, ask_terminal=True)
    found = {line.name: line for line in findings.lines if line.section == "Terminal"}
    assert found["Graphics"].text == graphics
    assert found["Colours"].text == colors
    assert found["Graphics"].good == (Graphics.HALFCELL.value not in str(found["Graphics"].data))
    assert found["Answer"].good


def test_a_mute_terminal(no_engine, monkeypatch):
    with FakeTerminal({}) as fake:
        monkeypatch.setattr(
            "tui_colorize.tui.probe.Probe",
            lambda *_: Probe(fake.slave, fake.slave, patience=0.1),
        )
        findings = doctor.examine("cpu", None, ask_terminal=True)
    assert any("--graphics kitty or sixel" in advice for advice in findings.advice)


def test_everything_missing_has_a_line_of_advice(no_engine, monkeypatch, capsys):
    lacking = dict.fromkeys(codecs.CODECS, "it is not there")
    monkeypatch.setattr(codecs, "available", lambda: lacking)
    monkeypatch.setattr(features, "check", lambda _: False)
    monkeypatch.setattr(features, "version", lambda _: None)
    findings = doctor.examine("cpu", None, ask_terminal=False)
    doctor.show(findings)
    out = " ".join(capsys.readouterr().out.split())
    assert all(line.good or line.advice for line in findings.lines)
    assert re.search(r"✗ Encoders +none", out)
    assert "--force-reinstall av" in out
    assert "--force-reinstall pillow" in out
    assert len(findings.advice) == len(set(findings.advice))
