"""Every kind of bad input, through the whole program: a sentence, status 2, nothing written."""

from __future__ import annotations

import re
import struct
import zlib
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image
from safetensors import safe_open
from safetensors.torch import save_file

from model.load import BUNDLED
from tui_colorize import cli


@pytest.fixture(autouse=True)
def here(tmp_path, monkeypatch):
    """A folder with a sound picture."""
    monkeypatch.chdir(tmp_path)
    gradient = np.add.outer(np.arange(48), np.arange(64)).astype(np.uint8)
    Image.fromarray(gradient).save("good.png")
    return tmp_path


def cut(name: str, share: float) -> None:
    data = Path(name).read_bytes()
    Path(name).write_bytes(data[: int(len(data) * share)])


def truncated(suffix: str):
    def prepare():
        noise = np.random.default_rng(0).integers(0, 256, (64, 64), np.uint8)
        Image.fromarray(noise).save(f"cut{suffix}")
        cut(f"cut{suffix}", 0.6)
        return [f"cut{suffix}"], rf"cut\{suffix} is damaged or cut short"

    return prepare


def bomb():
    def chunk(name: bytes, body: bytes) -> bytes:
        return (
            struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))
        )

    header = struct.pack(">IIBBBBB", 60000, 60000, 8, 0, 0, 0, 0)
    rows = zlib.compress(bytes(1000))
    data = chunk(b"IHDR", header) + chunk(b"IDAT", rows) + chunk(b"IEND", b"")
    Path("bomb.png").write_bytes(b"\x89PNG\r\n\x1a\n" + data)
    return ["bomb.png"], r"bomb\.png has more than 100 megapixels"


def text_named_png():
    Path("text.png").write_text("This is no picture.\n" * 100)
    return ["text.png"], r"text\.png is not a picture of a kind that can be read"


def nothing_in_it():
    Path("zero.jpg").touch()
    return ["zero.jpg"], r"zero\.jpg is empty"


def weights_of_another_network():
    save_file({"layer.weight": torch.zeros(3, 3)}, "other.safetensors")
    return ["good.png", "--weights", "other.safetensors"], r"other\.safetensors: .*network"


def weights_of_the_wrong_shape():
    with safe_open(BUNDLED, framework="pt") as file:
        tensors = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118
        notes = file.metadata()
    name = max(tensors, key=lambda name: tensors[name].numel())
    tensors[name] = torch.zeros(1, 2)
    save_file(tensors, "shape.safetensors", notes)
    return ["good.png", "--weights", "shape.safetensors"], r"the weights do not fit, .* is \(1, 2\)"


def weights_that_are_none():
    Path("text.safetensors").write_text("no weights")
    return ["good.png", "--weights", "text.safetensors"], r"not a safetensors file"


def weights_that_are_missing():
    return ["good.png", "--weights", "gone\x1b.safetensors"], r"gone\\x1b\.safetensors: no such"


def hints(text: str, problem: str):
    def prepare():
        Path("h.csv").write_text(text)
        return ["good.png", "--hints", "h.csv"], rf"h\.csv.*{problem}"

    return prepare


@pytest.mark.parametrize(
    "prepare",
    [
        pytest.param(truncated(".jpg"), id="truncated-jpeg"),
        pytest.param(truncated(".png"), id="truncated-png"),
        pytest.param(truncated(".tif"), id="truncated-tiff"),
        bomb,
        text_named_png,
        nothing_in_it,
        weights_of_another_network,
        weights_of_the_wrong_shape,
        weights_that_are_none,
        weights_that_are_missing,
        pytest.param(hints("x,y\n1,1\n", "line 1: column 'color' is missing"), id="no-color"),
        pytest.param(hints("x,y,color\n1,a,red\n", "line 2, column 'y'"), id="no-number"),
        pytest.param(hints("x,y,color\n1,48,red\n", "line 2, column 'y'"), id="outside"),
        pytest.param(hints("[{]", "line 1, column 3"), id="no-json"),
    ],
)
def test_bad_input(here, capfd, prepare):
    arguments, problem = prepare()
    before = set(here.rglob("*"))
    assert cli.main(["image", *arguments, "-o", "out.png", "--device", "cpu"]) == 2
    out, err = capfd.readouterr()
    assert out == ""
    assert re.match(rf"tui-colorize: {problem}|tui-colorize: .*{problem}", err)
    assert err.count("\n") == 1
    assert err.removesuffix("\n").isprintable()
    assert set(here.rglob("*")) == before


@pytest.mark.skipif(torch.cuda.is_available(), reason="there is CUDA here")
@pytest.mark.parametrize("device", ["cuda", "cuda:0"])
def test_cuda_where_there_is_none(capfd, device):
    assert cli.main(["image", "good.png", "-o", "out.png", "--device", device]) == 2
    out, err = capfd.readouterr()
    assert (out, err.count("\n")) == ("", 1)
    assert "no CUDA device was found" in err
    assert list(Path().iterdir()) == [Path("good.png")]
