"""Small networks, planes and pictures for the tests of the network package."""

from __future__ import annotations

import io
import tarfile
from collections.abc import Callable, Mapping
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image
from torch import nn

from model.load import save_network
from model.unet import HintUNet, Widths


@pytest.fixture(scope="session")
def tiny() -> Widths:
    """Channels of a network for tests in which quality does not matter."""
    return Widths(full=4, half=4, quarter=8, eighth=8, sixteenth=8, bottleneck=8)


@pytest.fixture(scope="session")
def shaken() -> Callable[[HintUNet], HintUNet]:
    """Moves every parameter and statistic of a network away from where it starts."""

    def shake(network: HintUNet) -> HintUNet:
        random = torch.Generator().manual_seed(1)
        with torch.no_grad():
            for parameter in network.parameters():
                parameter.add_(0.15 * torch.randn(parameter.shape, generator=random))
            for module in network.modules():
                if isinstance(module, nn.BatchNorm2d):
                    module.running_mean.normal_(0, 0.3, generator=random)
                    module.running_var.uniform_(0.5, 2.0, generator=random)
        return network

    return shake


@pytest.fixture
def tiny_weights(tmp_path: Path, tiny: Widths) -> Path:
    """A weights file of an untrained tiny network."""
    torch.manual_seed(0)
    path = tmp_path / "tiny.safetensors"
    save_network(HintUNet(tiny), path, {})
    return path


@pytest.fixture(scope="session")
def sparse_planes() -> Callable[..., torch.Tensor]:
    """Network input (N, 4, h, w): random luma, and single hinted pixels at the places given.

    hints: for each picture, {(x, y): (a/110, b/110)}.
    """

    def make(
        *hints: Mapping[tuple[int, int], tuple[float, float]], height: int = 64, width: int = 64
    ) -> torch.Tensor:
        random = torch.Generator().manual_seed(7)
        planes = torch.zeros(len(hints), 4, height, width)
        planes[:, 0] = torch.rand(len(hints), height, width, generator=random) * 2 - 1
        for picture, some in zip(planes, hints, strict=True):
            for (x, y), ab in some.items():
                picture[1:3, y, x] = torch.tensor(ab)
                picture[3, y, x] = 1
        return planes

    return make


@pytest.fixture(scope="session")
def encoded() -> Callable[..., bytes]:
    """Encodes (H, W, 3) uint8, as PNG unless told otherwise."""

    def encode(rgb: np.ndarray, kind: str = "PNG", **options: object) -> bytes:
        file = io.BytesIO()
        Image.fromarray(rgb).save(file, kind, **options)
        return file.getvalue()

    return encode


@pytest.fixture(scope="session")
def write_tar() -> Callable[[Path, Mapping[str, bytes]], Path]:
    """Writes a tar of these members, and returns its path."""

    def write(path: Path, members: Mapping[str, bytes]) -> Path:
        with tarfile.open(path, "w") as tar:
            for name, content in members.items():
                entry = tarfile.TarInfo(name)
                entry.size = len(content)
                tar.addfile(entry, io.BytesIO(content))
        return path

    return write


@pytest.fixture(scope="session")
def halves() -> Callable[..., np.ndarray]:
    """(H, W, 3) uint8 of two colours, side by side, or one above the other."""

    def make(
        width: int, height: int, first: tuple[int, ...], second: tuple[int, ...], stacked: bool
    ) -> np.ndarray:
        rgb = np.empty((height, width, 3), np.uint8)
        rgb[:] = second
        if stacked:
            rgb[: height // 2] = first
        else:
            rgb[:, : width // 2] = first
        return rgb

    return make
