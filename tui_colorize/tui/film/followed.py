"""Hints of other frames as hints of this one, as the colouring of whole films takes them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from tui_colorize.color import hex_to_lab, lab_to_hex
from tui_colorize.hints import Hint, HintSet, default_radius
from tui_colorize.tui.picturestate import HintPoint, point_of
from tui_colorize.video.tracker import Track


def followed_hints(
    tracks: Sequence[Track], hints: HintSet, frame: int, size: tuple[int, int]
) -> dict[HintPoint, Hint]:
    """The hints that are visible on a frame that they were not put on, by their own points.

    Where several are on one object each has their colours mixed by their shares.
    tracks: of that frame; size: of the film, width and height.
    """
    found = {}
    for track in tracks:
        hint = hints[track.index]
        if track.visible and hint.frame != frame:
            found[point_of(hint)] = replace(
                hint,
                x=round(track.x),
                y=round(track.y),
                color=_color(track, tracks, hints),
                radius=scaled_radius(hint, track.scale, size),
                frame=frame,
            )
    return found


def scaled_radius(hint: Hint, scale: float, size: tuple[int, int]) -> int | None:
    """The radius of a hint that is seen so much larger; size: of the picture."""
    radius = default_radius(*size) if hint.radius is None else hint.radius
    scaled = max(0, round((radius + 0.5) * scale - 0.5))
    return hint.radius if scaled == radius else scaled


def _color(track: Track, tracks: Sequence[Track], hints: HintSet) -> str:
    parts = [
        (each.share, hints[each.index].color)
        for each in tracks
        if each.visible and each.group == track.group and each.share
    ]
    if len({color for _, color in parts}) < 2:
        return parts[0][1] if parts else hints[track.index].color
    total = sum(share for share, _ in parts)
    labs = [(share / total, hex_to_lab(color)) for share, color in parts]
    return lab_to_hex(*(sum(share * lab[axis] for share, lab in labs) for axis in range(3)))
