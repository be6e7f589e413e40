"""The command in process, in a folder of its own, with a stand-in for the network."""

from __future__ import annotations

import signal
import sys
import types
from typing import ClassVar

import numpy as np
import pytest

from tui_colorize import cli
from tui_colorize.hints import Hint


class FakeColorizer:
    """Notes what it is asked for. trouble: raised in place of a result, by the pixel (0, 0)."""

    loaded: ClassVar[list[tuple[str, object, float | None]]]
    asked: ClassVar[list[list[Hint]]]
    trouble: ClassVar[dict[int, BaseException]]
    no_load: ClassVar[BaseException | None] = None

    def __init__(self, device, weights, vividness):
        if self.no_load:
            raise self.no_load
        self.loaded.append((device, weights, vividness))
        self.device = "cpu"

    def colorize(self, image, hints):
        self.asked.append(list(hints))
        if problem := self.trouble.get(int(image.flat[0])):
            raise problem
        if image.ndim == 3:
            return image
        return np.dstack([image, image // 2, 255 - image])


@pytest.fixture(autouse=True)
def network(monkeypatch):
    fake = type("Fresh", (FakeColorizer,), {"loaded": [], "asked": [], "trouble": {}})
    module = types.ModuleType("tui_colorize.colorizer")
    module.Colorizer = fake
    monkeypatch.setitem(sys.modules, "tui_colorize.colorizer", module)
    return fake


@pytest.fixture(autouse=True)
def here(tmp_path, monkeypatch):
    """Names are short: every test works in a folder of its own."""
    monkeypatch.chdir(tmp_path)
    handler = signal.getsignal(signal.SIGINT)
    yield tmp_path
    signal.signal(signal.SIGINT, handler)


@pytest.fixture
def run(capsys):
    def run(*arguments):
        status = cli.main([str(argument) for argument in arguments])
        return status, *capsys.readouterr()

    return run
