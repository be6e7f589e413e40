"""When the network fails, memory runs out, or the user interrupts."""

from __future__ import annotations

from pathlib import Path

import pytest

from tui_colorize.errors import UserError

from .makers import files, picture


def test_a_network_that_cannot_be_used(run, network):
    network.no_load = UserError("w: these are not weights")
    picture("a.png")
    picture("b.png")
    status, out, err = run("image", "a.png", "b.png", "-o", "out")
    assert (status, out, err) == (2, "", "tui-colorize: w: these are not weights\n")
    assert files() == {"a.png", "b.png"}
    assert not Path("out").exists()


@pytest.mark.parametrize(
    ("trouble", "problem"),
    [
        (MemoryError(), "b.png needs more memory than there is"),
        (RuntimeError("CUDA out of memory. Tried to"), "b.png needs more memory than there is"),
        (UserError("in a sentence"), "in a sentence"),
        (KeyError("x\x1b"), r"b.png could not be coloured: 'x\x1b' (KeyError)"),
        (ValueError(), "b.png could not be coloured: no reason given (ValueError)"),
    ],
)
def test_trouble_with_one_picture(run, network, trouble, problem):
    network.trouble = {200: trouble}
    picture("a.png")
    picture("b.png", first=200)
    picture("c.png")
    status, _, err = run("image", "a.png", "b.png", "c.png", "-o", "out")
    assert status == 2
    assert err == f"tui-colorize: 1 of 3 pictures were not coloured:\n  {problem}\n"
    assert files("out") == {"a-color.png", "c-color.png"}


def test_too_little_memory_for_the_network(run, network):
    network.no_load = MemoryError()
    picture("a.png")
    assert run("image", "a.png", "-o", "b.png") == (
        2,
        "",
        "tui-colorize: there is not enough memory for this\n",
    )


def test_interrupted(run, network):
    network.trouble = {200: KeyboardInterrupt()}
    picture("a.png")
    picture("b.png", first=200)
    picture("c.png")
    status, out, err = run("image", "a.png", "b.png", "c.png", "-o", "out")
    assert (status, err) == (130, "tui-colorize: interrupted\n")
    assert out.startswith("out/a-color.png: ")
    assert files("out") == {"a-color.png"}
