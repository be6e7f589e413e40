"""The public names of tui_colorize, and that they come without waiting for torch."""

from __future__ import annotations

import subprocess
import sys

import pytest

import tui_colorize


def imports_torch(code: str) -> bool:
    """Whether a fresh interpreter has torch loaded after this code."""
    tail = "; import sys; print('torch' in sys.modules)"
    run = subprocess.run(
        [sys.executable, "-c", code + tail], check=True, capture_output=True, text=True
    )
    return run.stdout.strip() == "True"


def test_importing_the_package_does_not_import_torch():
    assert not imports_torch("import tui_colorize")


def test_hints_do_not_import_torch():
    code = "from tui_colorize import Hint, HintSet; HintSet([Hint(1, 2, 'teal')])"
    assert not imports_torch(code)


@pytest.mark.parametrize("name", tui_colorize.__all__)
def test_every_public_name_is_there(name):
    value = getattr(tui_colorize, name)
    assert value.__name__ == name


def test_the_names_of_the_contract_are_public():
    assert {"Colorizer", "Hint", "HintSet"} <= set(tui_colorize.__all__)


def test_the_names_are_those_of_their_modules():
    from tui_colorize import Colorizer, Hint, HintSet, colorizer, hints

    assert Colorizer is colorizer.Colorizer
    assert Hint is hints.Hint
    assert HintSet is hints.HintSet


def test_other_names_are_errors():
    with pytest.raises(AttributeError, match="no attribute 'Nothing'"):
        _ = tui_colorize.Nothing
