"""Colours the frames of one shot: the network on keyframes, motion in between.

A keyframe takes the colour that the motion brings it, from the keyframe before and from the next
hinted frame after it; what was not seen before is coloured by the network, to which everything
that was asked for is a hint. Frames between two keyframes take their colour from both.

What the network is asked depends on hints and motion only, so that it may be asked about the next
keyframes while it is at work on one.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future
from typing import TYPE_CHECKING, Any, TypeVar

import cv2
import numpy as np
from numpy.typing import NDArray

from tui_colorize.hintmemory import HintMemory
from tui_colorize.video.anchor import asked_on
from tui_colorize.video.keyframe import UNTRUSTED, Colors, Keyframe, Later, Stretch
from tui_colorize.video.pins import paint
from tui_colorize.video.shotframe import ShotColor, ShotFrame
from tui_colorize.video.temporal import Asked, Carrier, Plane, Step, Trace, mixed
from tui_colorize.workers import Workers

if TYPE_CHECKING:
    from tui_colorize.colorizer import Colorizer

Made = TypeVar("Made")

CARRIED_BACK = 240
"""Frames that a hint's colour is carried backwards at most."""

_GAP = 32  # frames from keyframe to keyframe at most
_DENSE_GAP = 2  # the same behind a reference, of which motion over more frames loses too much
_UNSEEN = 0.7  # part of the picture that makes a keyframe when it was not in the last one
_NEGLIGIBLE = 0.002  # part of the picture for which the network is not asked
_BACK_GAP = 8  # frames between those that get colour from a later hint
_LEAST_BACK_GAP = 4  # the same where the network is to run more often: resampling blurs
_FADE = 48  # frames over which the colour of a later hint sets in, where it cannot reach the start
_IN_VIEW = 0.25  # part of the picture that an anchor must still show
_SEEN = 0.5  # confidence, or trust, from which a colour counts as known
_EDGE = np.ones((5, 5), np.uint8)
_KEYS = 128  # cells of carried colour that the network's attentions look at


class ShotColorist:
    """Feed it the frames of one shot, in order; collect their colours, in order.

    Nothing that comes from another shot is known here, so no colour crosses a cut.
    """

    def __init__(
        self,
        network: Colorizer,
        anchors: Sequence[int] = (),
        every: int | None = None,
        workers: Workers | None = None,
    ):
        """anchors: all of the film's frames with hints or a reference, sorted.

        every: how far keyframes are apart; None where the motion decides. workers: in which the
        network colours several keyframes side by side; without them it is waited for.
        """
        self._network, self._anchors, self._every = network, anchors, every
        self._workers = workers
        self._frames: list[ShotFrame] = []  # from the last keyframe on
        self._steps: list[Step] = []  # between those frames, as far as the walk has come
        self._traces: list[Trace] = []  # of the frames after the keyframe, back to it
        self._carrier: Carrier | None = None  # None before the first keyframe
        self._since_anchor: int | None = None  # frames
        self._gap = _GAP
        self._evidence: dict[int, Asked] = {}  # by the frames' indices
        self._own: dict[int, Asked] = {}
        self._memory: HintMemory | None = None
        # the anchor that was remembered last, and the memory before it
        self._before: tuple[int, HintMemory | None] = -1, None
        self._under_way: deque[Keyframe] = deque()
        self._colors: Colors | None = None  # of the last keyframe that is not under way

    @classmethod
    def resumed(
        cls,
        state: Mapping[str, NDArray[Any]],
        network: Colorizer,
        anchors: Sequence[int],
        every: int | None,
        workers: Workers | None = None,
    ) -> ShotColorist:
        """Go on behind the keyframe whose state that is. Raises KeyError for an incomplete one."""
        colorist = cls(network, anchors, every, workers)
        colorist._carrier = Carrier.restore(state)
        colorist._frames = [ShotFrame(int(state["index"]), state["gray"].astype(np.uint8))]
        colorist._colors = Colors.restore(state)
        colorist._memory = HintMemory.restore(state)
        since = int(state["since_anchor"])
        colorist._since_anchor = None if since < 0 else since
        colorist._gap = int(state["gap"])
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
        at_work = self._workers.count + 1 if self._workers else 0
        settled: list[ShotColor] = []
        while (place := self._next_keyframe(ended=ended)) is not None:
            self._under_way.append(self._planned(place))
            settled += self._settled(at_work)
        return settled + self._settled(0 if ended else at_work)

    def _settled(self, at_work: int) -> list[ShotColor]:
        """The colours up to the keyframes that are not ready, of which so many may be left."""
        settled: list[ShotColor] = []
        while self._under_way:
            if len(self._under_way) <= at_work and not self._under_way[0].is_ready:
                break
            keyframe, before = self._under_way.popleft(), self._colors
            self._colors = colors = keyframe.colors(before)
            if before is not None:
                settled += keyframe.stretch.colors(before.shown, colors.shown)
            state = {**keyframe.state, **colors.state()}
            settled.append(ShotColor(keyframe.frame.index, colors.shown, state))
        return settled

    def _next_keyframe(self, *, ended: bool) -> int | None:
        """The place of the next keyframe among the frames; None while that cannot be said."""
        undecided = 0 if self._carrier is None else 1
        if undecided >= len(self._frames) or (not ended and self._awaits_anchor(undecided)):
            return None
        if self._carrier is None:
            return 0
        while len(self._traces) + 1 < len(self._frames):
            place = len(self._traces) + 1
            frame = self._frames[place]
            step = frame.step_from(self._frames[place - 1])
            self._steps.append(step)
            trace = self._carrier.advance(step.back, step.back_sure)
            self._traces.append(trace)
            if frame.is_anchor or frame.index in self._evidence:
                return place
            # Between two anchors every keyframe needs the colour of both.
            if max(self._evidence, default=-1) < frame.index and self._far(place, trace):
                return place
        return len(self._traces) if ended else None

    def _far(self, place: int, trace: Trace) -> bool:
        if self._every is not None:
            return place >= self._every
        return place >= self._gap or _unseen(trace.confidence) > _UNSEEN

    def _awaits_anchor(self, undecided: int) -> bool:
        """Whether an anchor still to come may reach back to the first undecided frame."""
        first, newest = self._frames[undecided].index, self._frames[-1].index
        following = bisect_left(self._anchors, first)
        if following == len(self._anchors):
            return False
        return newest < self._anchors[following] <= first + CARRIED_BACK

    # What is asked for on them.

    def _look_back(self) -> None:
        """Carry the newest frame's own colours back to the frames that are undecided."""
        anchor = self._frames[-1]
        own = self._own_colors(anchor)
        carrier = Carrier(anchor.view, own)
        later = anchor
        self._evidence[anchor.index] = own
        gap = max(self._every or _BACK_GAP, _LEAST_BACK_GAP)
        first = 0 if self._carrier is None else 1
        for place in reversed(range(first, len(self._frames) - 1)):
            frame = self._frames[place]
            distance = anchor.index - frame.index
            if distance > CARRIED_BACK:
                break
            step = later.step_from(frame)
            carrier.advance(step.ahead, step.ahead_sure)
            later = frame
            start_of_shot = place == 0 and self._carrier is None
            if distance % gap == 0 or start_of_shot:
                asked = carrier.arrive(frame.view).asked
                carrier.settle(asked, frame.view)
                trust = asked.trust
                if self._carrier is not None and self._since_anchor is None:
                    trust = trust * np.float32(min(1, (CARRIED_BACK - distance) / _FADE))
                self._evidence[frame.index] = Asked(
                    asked.ab.astype(np.float16), trust.astype(np.float16)
                )

    def _planned(self, place: int) -> Keyframe:
        """All about the keyframe at this place but its colours; those behind it go on from it."""
        frame, carrier = self._frames[place], self._carrier
        own = self._own_colors(frame) if frame.is_anchor else None
        evidence = self._evidence.get(frame.index)
        ways, later, fresh = None, None, None
        if carrier is None:
            asked = Asked.nothing(*frame.gray.shape)
            confidence = asked.trust
        else:
            if self._since_anchor is not None:
                self._since_anchor += frame.index - self._frames[0].index
            arrival = carrier.arrive(frame.view)
            asked, confidence, ways = arrival.asked, arrival.confidence, arrival.ways
        if carrier is None and own is not None and evidence is own:
            # nothing else is known, and the network has been asked
            fresh = _at_once(own.ab)
        else:
            told = asked
            if evidence is not None:
                later, told, asked = self._met(frame.index, asked, evidence)
                confidence = confidence + later.shown * (evidence.trust - confidence)
            if self._every is not None or _unseen(confidence) > _NEGLIGIBLE:
                fresh = self._fresh(frame, told.ab, np.minimum(confidence, told.trust))
        if own is not None:
            before = asked.trust * (1 - own.trust)
            asked = Asked(asked.beside(own, before, own.trust), before + own.trust)
            self._since_anchor = 0
            self._gap = _GAP if frame.reference is None else _DENSE_GAP
        if carrier is None:
            self._carrier, becomes_anchor = Carrier(frame.view, asked), True
        else:
            carrier.settle(asked, frame.view)
            becomes_anchor = frame.is_anchor or carrier.anchor_in_view < _IN_VIEW
            if becomes_anchor:
                carrier.anchor(frame.view)
        stretch = Stretch(self._frames[1:place], self._traces, self._steps)
        for each in self._frames[: place + 1]:
            self._evidence.pop(each.index, None)
            self._own.pop(each.index, None)
        del self._frames[:place]
        self._steps, self._traces = [], []
        return Keyframe(
            frame, stretch, ways, confidence, later, fresh, own, becomes_anchor, self._state()
        )

    def _met(self, index: int, asked: Asked, later: Asked) -> tuple[Later, Asked, Asked]:
        """What is asked for on a frame between two anchors: as it is shown, and as it is kept."""
        # the nearer of two anchors counts more, and what nobody asked for hardly counts
        part = np.float32(self._part_of_later(index))
        from_before, from_later = asked.trust * (1 - part), later.trust * part
        shown = from_later / (from_before + from_later + UNTRUSTED)
        kept = shown * (1 - asked.trust)
        trust = asked.trust + kept * (later.trust - asked.trust)
        return (
            Later(later, shown, kept),
            Asked(asked.beside(later, from_before, from_later), trust),
            Asked(asked.beside(later, asked.trust, kept * later.trust), trust),
        )

    def _part_of_later(self, index: int) -> float:
        """How far the frame is on the way from the last anchor to the next."""
        if self._since_anchor is None:
            return 1.0
        later = self._anchors[bisect_left(self._anchors, index)]
        return self._since_anchor / max(self._since_anchor + later - index, 1)

    def _own_colors(self, frame: ShotFrame) -> Asked:
        """What an anchor's hints or its reference say; kept in mind for the rest of the shot."""
        if frame.index not in self._own:
            asked, seen = asked_on(frame, self._network, self._memory, self._submit)
            self._before = frame.index, self._memory
            self._memory = self._memory.joined(seen) if self._memory else seen
            self._own[frame.index] = asked
        return self._own[frame.index]

    # What the network is asked.

    def _fresh(self, frame: ShotFrame, ab: Plane, trust: Plane) -> Future[Plane]:
        """The network's colours, given the hints that were followed here and what was brought.

        Only what goes back to an anchor is a hint: the network's own inventions, told to it again
        and again, would fade to gray.
        """
        memory = self._memory

        def answer() -> Plane:
            # less a pixel or two, since motion is not known more finely at the edge of a thing
            mask = (cv2.erode(trust, _EDGE) > _SEEN).astype(np.float32)
            known = mixed(np.zeros_like(ab), ab, mask)
            paint(known, mask, (*frame.tracked, *frame.own))
            (fresh,) = self._network.color_planes(
                frame.lightness[None], known[None], mask[None], memory, frame.places, _KEYS
            )
            return np.asarray(fresh)

        return self._submit(answer)

    def _submit(self, work: Callable[[], Made]) -> Future[Made]:
        return self._workers.submit(work) if self._workers else _at_once(work())

    def _state(self) -> dict[str, NDArray[Any]]:
        """What is needed to go on behind the last keyframe, without its colours."""
        assert self._carrier is not None
        frame = self._frames[0]
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
            "gap": np.array(self._gap),
        }


def _unseen(confidence: Plane) -> float:
    """The part of the picture that was not seen before."""
    return float(np.count_nonzero(confidence < _SEEN)) / confidence.size


def _at_once(answer: Made) -> Future[Made]:
    """An answer that is there."""
    future: Future[Made] = Future()
    future.set_result(answer)
    return future
