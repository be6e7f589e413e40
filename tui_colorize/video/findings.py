"""What was found in a film ahead of its colours: where shots begin, and where hints are.

It is kept with a film that is not done, so that whoever goes on with it need not find it again.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tui_colorize.video.tracker import Mark, Track

_TRACK = np.dtype(
    [
        ("frame", np.int64),
        ("index", np.int32),
        ("x", float),
        ("y", float),
        ("scale", float),
        ("confidence", float),
        ("visible", bool),
        ("group", np.int32),
        ("share", float),
    ]
)


@dataclass(frozen=True, eq=False)
class Findings:
    """What is known of some frames, up to where a tracker stands.

    mark: of the tracker of the last of their shots. tracks: by the frames' numbers, up to the last
    one that was reported; frames without any may be left out. starts: the numbers of those that
    begin a shot, up to the last one that the tracker was fed.
    """

    mark: Mark
    tracks: Mapping[int, Sequence[Track]]
    starts: frozenset[int]

    def joined(self, later: Findings) -> Findings:
        """These with what was found behind them."""
        return Findings(later.mark, {**self.tracks, **later.tracks}, self.starts | later.starts)

    def behind(self, frame: int) -> Findings:
        """These without what is about that frame and those before it."""
        tracks = {number: each for number, each in self.tracks.items() if number > frame}
        return Findings(self.mark, tracks, frozenset(each for each in self.starts if each > frame))

    def state(self) -> dict[str, NDArray[Any]]:
        """Everything, by name."""
        rows = [
            (number, t.index, t.x, t.y, t.scale, t.confidence, t.visible, t.group, t.share)
            for number, tracks in self.tracks.items()
            for t in tracks
        ]
        return {
            **self.mark.state(),
            "tracks": np.array(rows, _TRACK),
            "starts": np.array(sorted(self.starts), np.int64),
        }

    @classmethod
    def restore(cls, state: Mapping[str, NDArray[Any]]) -> Findings:
        """What state() gave. Raises KeyError where a part is missing."""
        tracks: dict[int, list[Track]] = {}
        for number, *track in state["tracks"].tolist():
            tracks.setdefault(number, []).append(Track(*track))
        starts = frozenset(state["starts"].tolist())
        return cls(Mark.restore(state), tracks, starts)
