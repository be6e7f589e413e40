"""Torch's largest library is loaded ahead of torch itself."""

from __future__ import annotations

import subprocess
import sys

import pytest

LOAD = """
import sys
from pathlib import Path
from tui_colorize.tui.torchlibrary import load_torch_library

load_torch_library()
assert "torch" not in sys.modules
assert "libtorch_cpu" in Path("/proc/self/maps").read_text()
import torch
assert torch.ones(2).sum() == 2
"""


@pytest.mark.skipif(sys.platform != "linux", reason="the import does it elsewhere")
def test_the_library_is_there_before_torch_which_then_works():
    subprocess.run([sys.executable, "-c", LOAD], check=True)


def test_without_torch_nothing_happens(monkeypatch):
    from tui_colorize.tui import torchlibrary

    monkeypatch.setattr(torchlibrary, "find_spec", lambda _: None)
    torchlibrary.load_torch_library()
