"""Images, hints, devices and weights that are refused."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from tui_colorize import Colorizer, Hint
from tui_colorize.errors import UserError


class TestErrors:
    """Each is a UserError with one line."""

    @pytest.mark.parametrize(
        "image",
        [
            np.zeros((4, 4), np.float32),
            np.zeros((4, 4, 4), np.uint8),
            np.zeros((0, 4), np.uint8),
            np.zeros(7, np.uint8),
        ],
    )
    def test_images_that_are_none(self, colorizer, image):
        for function in (colorizer.colorize, colorizer.uncertainty, colorizer.prepare):
            with pytest.raises(UserError):
                function(image)

    @pytest.mark.parametrize("place", [(640, 0), (0, 480), (2**31 - 1, 2**31 - 1)])
    def test_hints_outside(self, colorizer, photo, place):
        with pytest.raises(UserError, match="outside"):
            colorizer.colorize(photo, [Hint(0, 0, "red"), Hint(*place, "red")])

    def test_hints_of_later_frames(self, colorizer, photo):
        with pytest.raises(UserError, match="frame 3"):
            colorizer.colorize(photo, [Hint(1, 1, "red", frame=3)])

    def test_devices_without_room(self, colorizer, photo, monkeypatch):
        def full(*_):
            raise torch.OutOfMemoryError("CUDA out of memory")

        monkeypatch.setattr(colorizer, "_network", full)
        with pytest.raises(UserError, match="not enough free memory"):
            colorizer.colorize(photo, [Hint(3, 3, "teal")])

    @pytest.mark.parametrize("device", ["gpu", "", "cpu:0", "cuda:", "cuda:x", "cuda:-1", "CPU"])
    def test_devices_that_do_not_exist(self, device, monkeypatch):
        monkeypatch.setattr("torch.cuda.is_available", lambda: True)
        with pytest.raises(UserError, match="auto, cpu, cuda or cuda:N"):
            Colorizer(device)

    @pytest.mark.parametrize("device", ["cuda", "cuda:0"])
    def test_cuda_without_cuda(self, device, monkeypatch):
        monkeypatch.setattr("torch.cuda.is_available", lambda: False)
        with pytest.raises(UserError, match="no CUDA device"):
            Colorizer(device)

    def test_more_cuda_devices_than_there_are(self, monkeypatch):
        monkeypatch.setattr("torch.cuda.is_available", lambda: True)
        monkeypatch.setattr("torch.cuda.device_count", lambda: 2)
        with pytest.raises(UserError, match="no CUDA device 2; 2 found"):
            Colorizer("cuda:2")

    @pytest.mark.parametrize("share", [-0.1, 1.01, float("nan"), float("inf")])
    def test_vividness_that_is_no_share(self, colorizer, share):
        with pytest.raises(UserError, match="a number from 0 to 1, not"):
            Colorizer("cpu", vividness=share)
        before = colorizer.vividness
        with pytest.raises(UserError, match="a number from 0 to 1, not"):
            colorizer.vividness = share
        assert colorizer.vividness == before

    def test_weights_that_cannot_be_used(self, tmp_path):
        text = tmp_path / "w.safetensors"
        text.write_text("no weights")
        for path in (tmp_path / "none.safetensors", text, str(text)):
            with pytest.raises(UserError) as caught:
                Colorizer("cpu", path)
            assert str(path) in str(caught.value)
            assert "\n" not in str(caught.value)
