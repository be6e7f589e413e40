"""What the hints or the reference of a frame say about its colours."""

from __future__ import annotations

from dataclasses import replace
from typing import Protocol

import numpy as np

from tui_colorize.hintmemory import HintMemory, Places
from tui_colorize.pin import Pin, hold
from tui_colorize.video.pins import paint
from tui_colorize.video.shotframe import ShotFrame
from tui_colorize.video.temporal import Asked, Plane, ramp

_REACH = 2.5  # pixels over which a hint's missing colour fades out
_SPACING = 24  # pixels between the places of a reference that are remembered
_PROBE = 30.0  # ab units by which hints are changed to see what they reach
_REACHED = (0.1, 0.6)  # change of the result, relative to that, that counts, and fully counts


class Rememberer(Protocol):
    """What is needed of the Colorizer."""

    def remember(
        self,
        lightness: Plane,
        ab: Plane,
        mask: Plane,
        memory: HintMemory | None = None,
        places: Places = ...,
    ) -> tuple[Plane, HintMemory]: ...


def asked_on(
    frame: ShotFrame, network: Rememberer, memory: HintMemory | None
) -> tuple[Asked, HintMemory]:
    """An anchor's colours, trusted as far as its hints reach, and what to remember of them.

    How far that is shows where the network's answer moves when the hints' colours do.
    """
    height, width = frame.gray.shape
    if frame.reference is not None:
        ab, trust = frame.reference, np.ones((height, width), np.float32)
        sample = np.zeros_like(trust)
        sample[_SPACING // 2 :: _SPACING, _SPACING // 2 :: _SPACING] = 1
        sampled = ab * sample[..., None]
        _, seen = network.remember(frame.lightness[None], sampled[None], sample[None])
    else:
        known = np.zeros((2, height, width, 2), np.float32)
        mask = np.zeros((2, height, width), np.float32)
        other = [_moved(pin) for pin in frame.own]
        for number, own in enumerate((frame.own, other)):
            paint(known[number], mask[number], (*frame.tracked, *own))
        lightness = np.stack([frame.lightness] * 2)
        (ab, moved), seen = network.remember(lightness, known, mask, memory, frame.places)
        change = np.linalg.norm(moved - ab, axis=-1) / np.hypot(_PROBE, _PROBE)
        trust = ramp(change, *_REACHED)
    lab = np.dstack([frame.lightness, ab])
    hold(lab, frame.own, _REACH)
    return Asked(np.ascontiguousarray(lab[..., 1:]), trust), seen


def _moved(pin: Pin) -> Pin:
    """The pin with another colour, on the other side of gray."""
    a = pin.a - _PROBE if pin.a > 0 else pin.a + _PROBE
    b = pin.b - _PROBE if pin.b > 0 else pin.b + _PROBE
    return replace(pin, a=a, b=b)
