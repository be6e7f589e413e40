"""Chroma under a frame's luma: by NumPy on the processor, by torch on any device, alike."""

from __future__ import annotations

import subprocess
import sys

import cv2
import numpy as np
import pytest
import torch
from makers import film, to_lab

from tui_colorize.errors import UserError
from tui_colorize.pin import Pin
from tui_colorize.video import chroma, devicechroma
from tui_colorize.video.chroma import CpuChroma, chroma_maker, chroma_of
from tui_colorize.video.devicechroma import DeviceChroma
from tui_colorize.video.encoding import plan
from tui_colorize.video.reader import VideoReader
from tui_colorize.video.torcharithmetic import TorchArithmetic

LIMITED, FULL = 1, 2


def first_frame(path, **settings):
    """The first frame of a film that is made so, and how it would be encoded."""
    film(path, frames=1, **settings)
    with VideoReader(path) as reader:
        return next(reader), plan(reader.info, path.with_name("out.mkv"), codec="ffv1")


def colors(shape=(24, 40), seed=0):
    """Soft ab (h, w, 2), some of it beyond the gamut."""
    noise = np.random.default_rng(seed).normal(0, 160, (*shape, 2)).astype(np.float32)
    return cv2.GaussianBlur(noise, (0, 0), 2)


def assert_alike(frame, encoding, ab, found):
    """No sample is off by more than a level of 8 bits, and next to none by one of its own."""
    wanted, depth = CpuChroma(encoding).start(frame, ab, [])(), encoding.samples.depth
    for one, other in zip(found, wanted, strict=True):
        assert (one.dtype, one.shape) == (other.dtype, other.shape)
        away = np.abs(one.astype(int) - other.astype(int))
        assert away.max() <= 1 << (depth - 8)
        assert away.mean() <= max(0.01, 2**depth / 1e6)
        assert np.ptp(other.astype(int)) > 50  # there is something to differ


@pytest.mark.parametrize("size", [(17, 33), (96, 64), (214, 130)], ids=str)
@pytest.mark.parametrize(
    "pixel_format", ["yuv420p", "yuv422p", "yuv444p", "gray", "yuv420p10le", "yuv422p16le"]
)
def test_device_is_like_the_processor(tmp_path, size, pixel_format):
    """Torch gives the samples that NumPy gives, for small frames and for those that need a fit."""
    frame, encoding = first_frame(tmp_path / "a.mkv", size=size, pixel_format=pixel_format)
    ab = colors()
    assert_alike(frame, encoding, ab, DeviceChroma(encoding, "cpu").start(frame, ab, [])())


@pytest.mark.parametrize("matrix", [1, 6, 7, 9])
@pytest.mark.parametrize("color_range", [LIMITED, FULL])
def test_device_knows_all_matrices(tmp_path, matrix, color_range):
    frame, encoding = first_frame(
        tmp_path / "a.mkv", size=(130, 80), tags=(matrix, 1, 1, color_range)
    )
    ab = colors()
    assert_alike(frame, encoding, ab, DeviceChroma(encoding, "cpu").start(frame, ab, [])())


@pytest.mark.parametrize("rotation", [90, 180, 270])
def test_device_turns_colour_as_the_film_is_turned(tmp_path, rotation):
    frame, encoding = first_frame(tmp_path / "a.mkv", size=(96, 64), rotation=rotation)
    ab = colors((40, 24) if rotation % 180 else (24, 40))
    found = DeviceChroma(encoding, "cpu").start(frame, ab, [])()
    assert found[0].shape == (32, 48)
    assert_alike(frame, encoding, ab, found)


def test_device_keeps_fields_apart(tmp_path):
    """Interlaced luma is thinned field by field."""
    frame, encoding = first_frame(
        tmp_path / "a.mkv", size=(64, 52), codec="libx264", field_order=2, options={"qp": "0"}
    )
    assert frame.decoded.interlaced_frame
    ab = colors()
    assert_alike(frame, encoding, ab, DeviceChroma(encoding, "cpu").start(frame, ab, [])())


def test_hinted_frames_are_exact_on_any_device(tmp_path):
    """Over a hint of the frame's own there is its very colour, with the same samples."""
    frame, encoding = first_frame(tmp_path / "a.mkv", size=(96, 64), pixel_format="yuv444p10le")
    pins = [Pin(30, 20, 34, 24, 12, -9, 0)]
    wanted = CpuChroma(encoding).start(frame, colors(), pins)()
    found = DeviceChroma(encoding, "cpu").start(frame, colors(), pins)()
    for one, other in zip(found, wanted, strict=True):
        np.testing.assert_array_equal(one, other)
    luma = frame.luma_at(encoding.subsampling)
    cb, cr = (((plane.astype(np.float32) - 512) / (224 << 2))[20:24, 30:34] for plane in found)
    lab = to_lab(luma[20:24, 30:34], cb, cr, encoding.matrix)
    assert np.abs(lab[..., 1:] - (12, -9)).max() < 0.5


def test_samples_are_of_the_frame_that_was_asked_for(tmp_path):
    """Frames that were started before the first was fetched do not get into each other's way."""
    frame, encoding = first_frame(tmp_path / "a.mkv", size=(96, 64))
    both = [colors(seed=seed) for seed in (1, 2)]
    maker = DeviceChroma(encoding, "cpu")
    started = [maker.start(frame, ab, []) for ab in both]
    for fetch, ab in zip(started, both, strict=True):
        assert_alike(frame, encoding, ab, fetch())


@pytest.mark.parametrize("size", [(40, 30), (300, 200)])
def test_nothing_is_calculated_elsewhere(size):
    """From luma to Cb and Cr all is where luma and ab are: torch would refuse a second device."""
    by = TorchArithmetic(torch.device("meta"))
    luma = by.empty(size[1], size[0])
    ab = by.stacked(by.empty(24, 40), by.empty(24, 40))
    for plane in chroma_of(luma, ab, (), "bt709", by):
        assert (plane.device, plane.shape) == (by.device, luma.shape)


def test_lightness_is_worked_out_once(monkeypatch):
    """Large frames with hints of their own need L twice."""
    calls = []
    work_out = chroma._lightness_of
    monkeypatch.setattr(chroma, "_lightness_of", lambda *given: calls.append(1) or work_out(*given))
    luma = np.full((200, 300), 0.5, np.float32)
    chroma_of(luma, colors(), [Pin(30, 20, 34, 24, 12, -9, 0)], "bt709")
    assert len(calls) == 1


def test_device_without_room(tmp_path, monkeypatch):
    """A device that is full is a sentence, and says what to do."""

    def full(*_):
        raise torch.OutOfMemoryError("CUDA out of memory")

    frame, encoding = first_frame(tmp_path / "a.mkv")
    maker = DeviceChroma(encoding, "cpu")
    monkeypatch.setattr(devicechroma, "chroma_of", full)
    with pytest.raises(UserError, match=r"cpu has not enough free memory .* --device cpu"):
        maker.start(frame, colors(), [])


WITHOUT_TORCH = """
import sys
from pathlib import Path
from tui_colorize.video.chroma import CpuChroma, chroma_maker
from tui_colorize.video.encoding import plan
from tui_colorize.video.reader import VideoReader

path = Path(sys.argv[1])
with VideoReader(path) as reader:
    maker = chroma_maker(plan(reader.info, path), "cpu")
print(isinstance(maker, CpuChroma), "torch" in sys.modules)
"""


def test_films_on_the_processor_do_not_need_torch_for_their_chroma(tmp_path):
    """Seen in an interpreter of its own: this one has it already."""
    path = film(tmp_path / "a.mkv", frames=1)
    run = [sys.executable, "-c", WITHOUT_TORCH, str(path)]
    assert subprocess.check_output(run, text=True).split() == ["True", "False"]


@pytest.mark.skipif(not torch.cuda.is_available(), reason="needs CUDA")
def test_on_cuda(tmp_path):
    """Many frames in flight on a GPU come back as the processor makes them."""
    frame, encoding = first_frame(tmp_path / "a.mkv", size=(640, 360), pixel_format="yuv420p10le")
    many = [colors(seed=seed) for seed in range(12)]
    maker = chroma_maker(encoding, "cuda:0")
    started = [maker.start(frame, ab, []) for ab in many]
    for fetch, ab in zip(started, many, strict=True):
        assert_alike(frame, encoding, ab, fetch())
