"""Colours the frames of one shot: the network on keyframes, motion in between.

A keyframe takes the colour that the motion brings it, from the keyframe before and from the next
hinted frame after it; what was not seen before is coloured by the network, to which everything
that was brought is a hint. Frames between two keyframes take their colour from both.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Protocol

import cv2
import numpy as np
from numpy.typing import NDArray

from tui_colorize.hintmemory import HintMemory, Places
from tui_colorize.pin import Pin, hold
from tui_colorize.video.pins import paint
from tui_colorize.video.shotframe import ShotColor, ShotFrame
from tui_colorize.video.temporal import (
    Arrival,
    Carrier,
    Path,
    Plane,
    Step,
    enlarged,
    mixed,
    pull,
    ramp,
)

LOOK_AHEAD = 240
"""Frames that a hint's colour is carried backwards at most."""

_GAP = 32  # frames from keyframe to keyframe at most
_UNSEEN = 0.7  # part of the picture that makes a keyframe when it was not in the last one
_NEGLIGIBLE = 0.002  # part of the picture for which the network is not asked
_BACK_GAP = 8  # frames between those that get colour from a later hint
_LEAST_BACK_GAP = 4  # the same where the network is to run more often: resampling blurs
_FADE = 48  # frames over which the colour of a later hint sets in, where it cannot reach the start
_IN_VIEW = 0.25  # part of the picture that an anchor must still show
_UNTRUSTED = np.float32(0.02)  # what colour counts that nobody asked for
_SEEN = 0.5  # confidence, or trust, from which a colour counts as known
_REACH = 2.5  # pixels over which a hint's missing colour fades out
_EDGE = np.ones((5, 5), np.uint8)
_KEYS = 32  # cells of carried colour that the network's attentions look at
_SPACING = 24  # pixels between the places of a reference that are remembered
_PROBE = 30.0  # ab units by which hints are changed to see what they reach
_REACHED = (0.1, 0.6)  # change of the result, relative to that, that counts, and fully counts


class Network(Protocol):
    """What is needed of the Colorizer."""

    def color_planes(
        self,
        lightness: Plane,
        ab: Plane,
        mask: Plane,
        memory: HintMemory | None = None,
        places: Places = ...,
        max_keys: int | None = None,
    ) -> Plane: ...
    def remember(self, lightness: Plane, ab: Plane, mask: Plane, places: Places) -> HintMemory: ...


@dataclass(frozen=True, eq=False)
class _Evidence:
    """Colour that came back from a later anchor; trust is its confidence, too."""

    ab: Plane
    trust: Plane


class ShotColorist:
    """Feed it the frames of one shot, in order; collect their colours, in order.

    Nothing that comes from another shot is known here, so no colour crosses a cut.
    """

    def __init__(self, network: Network, anchors: Sequence[int] = (), every: int | None = None):
        """anchors: all of the film's frames with hints or a reference, sorted.

        every: how far keyframes are apart; None where the motion decides.
        """
        self._network, self._anchors, self._every = network, anchors, every
        self._frames: list[ShotFrame] = []  # from the last keyframe on
        self._steps: list[Step] = []  # between those frames, as far as the walk has come
        self._paths: list[Path] = []  # of the frames after the keyframe, back to it
        self._carrier: Carrier | None = None  # None before the first keyframe
        self._shown: Plane  # ab of the last keyframe
        self._since_anchor: int | None = None  # frames
        self._evidence: dict[int, _Evidence] = {}  # by the frames' indices
        self._own: dict[int, _Evidence] = {}
        self._memory: HintMemory | None = None
        # the anchor that was remembered last, and the memory before it
        self._before: tuple[int, HintMemory | None] = -1, None

    @classmethod
    def resumed(
        cls,
        network: Network,
        anchors: Sequence[int],
        every: int | None,
        state: Mapping[str, NDArray[Any]],
    ) -> ShotColorist:
        """Go on behind the keyframe whose state that is. Raises KeyError for an incomplete one."""
        colorist = cls(network, anchors, every)
        colorist._carrier = Carrier.restore(state)
        colorist._frames = [ShotFrame(int(state["index"]), state["gray"].astype(np.uint8))]
        colorist._shown = state["shown"].astype(np.float32)
        colorist._memory = HintMemory.restore(state)
        since = int(state["since_anchor"])
        colorist._since_anchor = None if since < 0 else since
        return colorist

    def feed(self, frame: ShotFrame) -> list[ShotColor]:
        """The next frame of the shot -> the colours that are settled by now."""
        self._frames.append(frame)
        if frame.is_anchor:
            self._look_back()
        return self._drain(ended=False)

    def finish(self) -> list[ShotColor]:
        """The shot is over: the colours of all frames that are left."""
        return self._drain(ended=True)

    # Which frames are keyframes.

    def _drain(self, *, ended: bool) -> list[ShotColor]:
        settled: list[ShotColor] = []
        while (place := self._next_keyframe(ended=ended)) is not None:
            settled += self._settle(place)
        return settled

    def _next_keyframe(self, *, ended: bool) -> int | None:
        """The place of the next keyframe among the frames; None while that cannot be said."""
        undecided = 0 if self._carrier is None else 1
        if undecided >= len(self._frames) or (not ended and self._awaits_anchor(undecided)):
            return None
        if self._carrier is None:
            return 0
        while len(self._paths) + 1 < len(self._frames):
            place = len(self._paths) + 1
            frame = self._frames[place]
            step = frame.step_from(self._frames[place - 1])
            self._steps.append(step)
            path = self._carrier.advance(step.back, step.back_sure)
            self._paths.append(path)
            if frame.is_anchor or frame.index in self._evidence:
                return place
            # Between two anchors every keyframe needs the colour of both.
            if max(self._evidence, default=-1) < frame.index and self._far(place, path):
                return place
        return len(self._paths) if ended else None

    def _far(self, place: int, path: Path) -> bool:
        if self._every is not None:
            return place >= self._every
        return place >= _GAP or _unseen(path.confidence) > _UNSEEN

    def _awaits_anchor(self, undecided: int) -> bool:
        """Whether an anchor still to come may reach back to the first undecided frame."""
        first, newest = self._frames[undecided].index, self._frames[-1].index
        following = bisect_left(self._anchors, first)
        if following == len(self._anchors):
            return False
        return newest < self._anchors[following] <= first + LOOK_AHEAD

    # What colours they get.

    def _look_back(self) -> None:
        """Carry the newest frame's own colours back to the frames that are undecided."""
        anchor = self._frames[-1]
        own = self._own_colors(anchor)
        carrier = Carrier(anchor.view, own.ab, own.trust)
        later = anchor
        self._evidence[anchor.index] = own
        gap = max(self._every or _BACK_GAP, _LEAST_BACK_GAP)
        first = 0 if self._carrier is None else 1
        for place in reversed(range(first, len(self._frames) - 1)):
            frame = self._frames[place]
            distance = anchor.index - frame.index
            if distance > LOOK_AHEAD:
                break
            step = later.step_from(frame)
            carrier.advance(step.ahead, step.ahead_sure)
            later = frame
            start_of_shot = place == 0 and self._carrier is None
            if distance % gap == 0 or start_of_shot:
                ab, _, trust = carrier.arrive(frame.view)
                carrier.settle(ab, trust)
                if self._carrier is not None and self._since_anchor is None:
                    trust = trust * np.float32(min(1, (LOOK_AHEAD - distance) / _FADE))
                self._evidence[frame.index] = _Evidence(
                    ab.astype(np.float16), trust.astype(np.float16)
                )

    def _settle(self, place: int) -> list[ShotColor]:
        """Colour the keyframe at this place and all frames before it."""
        frame, carrier = self._frames[place], self._carrier
        results = []
        if carrier is None:
            shown, kept, trust = self._decided(frame, None)
            self._carrier = Carrier(frame.view, kept, trust)
        else:
            if self._since_anchor is not None:
                self._since_anchor += frame.index - self._frames[0].index
            shown, kept, trust = self._decided(frame, carrier.arrive(frame.view))
            between = self._between(self._shown, shown)
            results = [
                ShotColor(each.index, colors)
                for each, colors in zip(self._frames[1:place], between, strict=True)
            ]
            carrier.settle(kept, trust)
            if frame.is_anchor or carrier.anchor_in_view < _IN_VIEW:
                carrier.anchor(frame.view, kept, trust)
        if frame.is_anchor:
            self._since_anchor = 0
        self._shown = shown
        results.append(ShotColor(frame.index, shown, self._state(frame)))
        for each in self._frames[: place + 1]:
            self._evidence.pop(each.index, None)
            self._own.pop(each.index, None)
        del self._frames[:place]
        self._steps, self._paths = [], []
        return results

    def _decided(self, frame: ShotFrame, brought: Arrival | None) -> tuple[Plane, Plane, Plane]:
        """Of a keyframe: the ab that is shown, the ab that is carried on, and the trust in that.

        They differ between two anchors, where what is shown moves from the earlier one's colours
        to the later one's. brought: what came from the keyframe before.
        """
        shape = frame.gray.shape
        if brought is None:
            if frame.is_anchor and self._evidence[frame.index] is self._own_colors(frame):
                # nothing else is known, and the network has been asked
                own = self._own_colors(frame)
                return own.ab, own.ab, own.trust
            zero = np.zeros(shape, np.float32)
            brought = Arrival(np.zeros((*shape, 2), np.float32), zero, zero)
        kept, confidence, trust = brought
        shown = kept
        if (later := self._evidence.get(frame.index)) is not None:
            # the nearer of two anchors counts more, and what nobody asked for hardly counts
            part = np.float32(self._part_of_later(frame.index))
            from_before, from_later = trust * (1 - part), later.trust * part
            share = from_later / (from_before + from_later + _UNTRUSTED)
            shown = mixed(kept, later.ab, share)
            confidence = confidence + share * (later.trust - confidence)
            share = share * (1 - trust)
            kept = mixed(kept, later.ab, share)
            trust = trust + share * (later.trust - trust)
        if self._every is not None or _unseen(confidence) > _NEGLIGIBLE:
            fresh = self._fresh(frame, shown, np.minimum(confidence, trust))
            shown = mixed(fresh, shown, confidence)
            kept = mixed(fresh, kept, confidence)
        if frame.is_anchor:
            own = self._own_colors(frame)
            shown = mixed(shown, own.ab, own.trust)
            kept, trust = shown, trust + own.trust * (1 - trust)
        return shown, kept, trust

    def _part_of_later(self, index: int) -> float:
        """How far the frame is on the way from the last anchor to the next."""
        if self._since_anchor is None:
            return 1.0
        later = self._anchors[bisect_left(self._anchors, index)]
        return self._since_anchor / max(self._since_anchor + later - index, 1)

    def _fresh(self, frame: ShotFrame, ab: Plane, trust: Plane) -> Plane:
        """The network's colours, given the hints that were followed here and what was brought.

        Only what goes back to an anchor is a hint: the network's own inventions, told to it again
        and again, would fade to gray.
        """
        # less a pixel or two, since motion is not known more finely at the edge of a thing
        mask = (cv2.erode(trust, _EDGE) > _SEEN).astype(np.float32)
        known = mixed(np.zeros_like(ab), ab, mask)
        paint(known, mask, (*frame.tracked, *frame.own))
        (fresh,) = self._network.color_planes(
            frame.lightness[None], known[None], mask[None], self._memory, frame.places, _KEYS
        )
        return np.asarray(fresh)

    def _own_colors(self, frame: ShotFrame) -> _Evidence:
        """What an anchor's hints or its reference say, trusted as far as the hints reach.

        How far that is shows where the network's answer moves when the hints' colours do.
        """
        if frame.index not in self._own:
            self._own[frame.index] = self._asked(frame)
        return self._own[frame.index]

    def _asked(self, frame: ShotFrame) -> _Evidence:
        height, width = frame.gray.shape
        if frame.reference is not None:
            ab, trust = frame.reference, np.ones((height, width), np.float32)
            sample = np.zeros_like(trust)
            sample[_SPACING // 2 :: _SPACING, _SPACING // 2 :: _SPACING] = 1
            self._remember(frame, ab * sample[..., None], sample, {})
        else:
            known = np.zeros((2, height, width, 2), np.float32)
            mask = np.zeros((2, height, width), np.float32)
            other = [_moved(pin) for pin in frame.own]
            for number, own in enumerate((frame.own, other)):
                paint(known[number], mask[number], (*frame.tracked, *own))
            lightness = np.stack([frame.lightness] * 2)
            ab, moved = self._network.color_planes(
                lightness, known, mask, self._memory, frame.places
            )
            self._remember(frame, known[0], mask[0], frame.places)
            change = np.linalg.norm(moved - ab, axis=-1) / np.hypot(_PROBE, _PROBE)
            trust = ramp(change, *_REACHED)
        lab = np.dstack([frame.lightness, ab])
        hold(lab, frame.own, _REACH)
        return _Evidence(np.ascontiguousarray(lab[..., 1:]), trust)

    def _remember(self, frame: ShotFrame, ab: Plane, mask: Plane, places: Places) -> None:
        """Keep in mind what is hinted on a frame, for the rest of the shot."""
        self._before = frame.index, self._memory
        seen = self._network.remember(frame.lightness, ab, mask, places)
        self._memory = self._memory.joined(seen) if self._memory else seen

    def _between(self, before: Plane, after: Plane) -> list[Plane]:
        """The colours of the frames between two keyframes."""
        count = len(self._paths) - 1
        results: list[Plane] = []
        ahead = Path.start(*self._frames[0].view.gray.shape)
        for number in reversed(range(count)):
            step = self._steps[number + 1]
            ahead = ahead.extended(step.ahead, step.ahead_sure)
            back = self._paths[number]
            part = np.float32((number + 1) / (count + 1))
            from_before = (back.confidence + _UNTRUSTED) * (1 - part)
            from_after = (ahead.confidence + _UNTRUSTED) * part
            share = np.asarray(from_after / (from_before + from_after), np.float32)
            one, other = enlarged(back), enlarged(Path(ahead.position, share))
            colors = pull(before, one.position), pull(after, other.position)
            results.append(mixed(*colors, other.confidence))
        return results[::-1]

    def _state(self, frame: ShotFrame) -> dict[str, NDArray[Any]]:
        assert self._carrier is not None
        since = -1 if self._since_anchor is None else self._since_anchor
        # whoever goes on behind this frame will see a later anchor, and remember it, again
        newest, before = self._before
        memory = self._memory if newest <= frame.index else before
        return {
            **self._carrier.state(),
            **(memory.state() if memory else {}),
            "gray": frame.gray,
            "index": np.array(frame.index),
            "since_anchor": np.array(since),
            "shown": self._shown,
        }


def _unseen(confidence: Plane) -> float:
    """The part of the picture that was not seen before."""
    return float(np.count_nonzero(confidence < _SEEN)) / confidence.size


def _moved(pin: Pin) -> Pin:
    """The pin with another colour, on the other side of gray."""
    a = pin.a - _PROBE if pin.a > 0 else pin.a + _PROBE
    b = pin.b - _PROBE if pin.b > 0 else pin.b + _PROBE
    return replace(pin, a=a, b=b)
