"""The chroma of films by torch: from the upload of luma to the download of samples on one device.

On CUDA frames travel through pinned memory, and all that is done with them is queued on a stream of
its own: the thread that starts a frame does not wait for it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from tui_colorize.devicememory import enough_memory
from tui_colorize.pin import Pin
from tui_colorize.video.chroma import Chroma, CpuChroma, Plane, chroma_of
from tui_colorize.video.encoding import Encoding
from tui_colorize.video.frame import VideoFrame
from tui_colorize.video.torcharithmetic import TorchArithmetic


class DeviceChroma:
    """Makes chroma on a device, as decoded, while the caller goes on.

    Frames that hold hints of their own are few: they are made on the processor.
    """

    def __init__(self, encoding: Encoding, device: str) -> None:
        self._encoding = encoding
        self._hinted = CpuChroma(encoding)
        self._road = _Road(torch.device(device))
        self._by = TorchArithmetic(torch.device(device))

    def start(self, frame: VideoFrame, ab: Plane, pins: Sequence[Pin]) -> Callable[[], Chroma]:
        """See ChromaMaker."""
        if pins:
            return self._hinted.start(frame, ab, pins)
        encoding, by = self._encoding, self._by
        samples = encoding.samples
        coded = [samples.orientation.coded(plane) for plane in (ab[..., 0], ab[..., 1])]
        with self._road.open():
            luma = self._road.up(frame.luma).float()
            luma = frame.coded_luma_at(encoding.subsampling, luma, by)
            colors = by.stacked(*(self._road.up(plane) for plane in coded))
            planes = chroma_of(luma, colors, (), encoding.matrix, by)
            levels = torch.stack([samples.chroma_levels(plane) for plane in planes])
            arrival = self._road.down(levels, samples.dtype)

        def chroma() -> Chroma:
            cb, cr = arrival()
            return cb, cr

        return chroma


class _Road:
    """The way of arrays to a device and back."""

    def __init__(self, device: torch.device) -> None:
        self._device = device
        self._stream: torch.cuda.Stream | None = None
        if device.type == "cuda":
            self._stream = torch.cuda.Stream(device)  # type: ignore[no-untyped-call]

    @contextmanager
    def open(self) -> Iterator[None]:
        """What is done inside is done in order, on the device."""
        with enough_memory(self._device), torch.inference_mode(), torch.cuda.stream(self._stream):
            yield

    def up(self, array: NDArray[Any]) -> Tensor:
        """A plane on the device; unsigned samples of 16 bits come as int32."""
        array = np.ascontiguousarray(array)
        if array.dtype == np.uint16:
            # Most operations of torch do not know uint16.
            return self.up(array.view(np.int16)).to(torch.int32) & 0xFFFF
        tensor = torch.from_numpy(array)
        if self._stream is None:
            return tensor.to(self._device)
        return tensor.pin_memory().to(self._device, non_blocking=True)

    def down(self, levels: Tensor, dtype: np.dtype[Any]) -> Callable[[], NDArray[Any]]:
        """Whole numbers as an array of uint8 or uint16, for which the result waits."""
        if dtype == np.uint8:
            bits = levels.to(torch.uint8)
        else:
            bits = levels.to(torch.int32).to(torch.int16)
        if self._stream is None:
            return lambda: bits.cpu().numpy().view(dtype)
        buffer = torch.empty(bits.shape, dtype=bits.dtype, pin_memory=True)
        buffer.copy_(bits, non_blocking=True)
        arrived = torch.cuda.Event(blocking=True)  # type: ignore[no-untyped-call]
        arrived.record()

        def array() -> NDArray[Any]:
            arrived.synchronize()
            return buffer.numpy().view(dtype)

        return array
