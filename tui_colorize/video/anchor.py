"""What the hints or the reference of a frame say about its colours."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from concurrent.futures import Future
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np

from tui_colorize.hintmemory import HintMemory, Places
from tui_colorize.pin import Pin, hold
from tui_colorize.video.pins import paint
from tui_colorize.video.shotframe import ShotFrame
from tui_colorize.video.temporal import Asked, Plane, ramp

if TYPE_CHECKING:
    from tui_colorize.colorizer import Colorizer

_REACH = 2.5  # pixels over which a hint's missing colour fades out
_SPACING = 16  # pixels between the places of a reference that are remembered
_PROBE = 30.0  # ab units by which hints are changed to see what they reach
_REACHED = (0.1, 0.6)  # change of the result, relative to that, that counts, and fully counts


Submit = Callable[[Callable[[], Any]], Future[Any]]
"""Has something done, at once or in another thread."""


def asked_on(
    frame: ShotFrame, network: Colorizer, memory: HintMemory | None, submit: Submit
) -> tuple[Asked, HintMemory]:
    """An anchor's colours, trusted as far as its hints reach, and what to remember of them.

    How far that is shows where the network's answer moves when the hints' colours do.
    """
    height, width = frame.gray.shape
    lightness = frame.lightness[None]
    if frame.reference is not None:
        ab, trust = frame.reference, np.ones((height, width), np.float32)
        sample = np.zeros((1, height, width), np.float32)
        sample[:, _SPACING // 2 :: _SPACING, _SPACING // 2 :: _SPACING] = 1
        sampled = ab * sample[..., None]
        _, seen = submit(partial(network.remember, lightness, sampled, sample)).result()
    else:

        def told(own: Iterable[Pin]) -> tuple[Plane, Plane, Plane, HintMemory | None, Places]:
            known, mask = np.zeros((1, height, width, 2), np.float32), np.zeros_like(lightness)
            paint(known[0], mask[0], (*frame.tracked, *own))
            return lightness, known, mask, memory, frame.places

        answer = submit(partial(network.remember, *told(frame.own)))
        other = submit(partial(network.color_planes, *told(map(_moved, frame.own))))
        ((ab,), seen), (moved,) = answer.result(), other.result()
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
