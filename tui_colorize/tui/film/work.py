"""Work on a film: to other frames, to hints that were lost, edits."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from math import isfinite
from typing import TYPE_CHECKING

from tui_colorize.tui import messages
from tui_colorize.tui.film.playing import Playing

if TYPE_CHECKING:
    from tui_colorize.tui.document import Document
    from tui_colorize.tui.film.tracks import Stretch


class FilmWork(Playing):
    """The part of the app that deals with films; of no effect on stills."""

    def __init__(self) -> None:
        super().__init__()
        self._visited: Stretch | None = None  # where a hint was lost that is to be put anew

    def close_film(self) -> None:
        super().close_film()
        self._visited = None

    # Other frames.

    def action_frame(self, step: int) -> None:
        if self.at_film() and self.document is not None:
            self.show_frame(self.document.frame + step)

    def action_hinted_frame(self, step: int) -> None:
        if not self.at_film() or self.document is None:
            return
        frames = sorted({hint.frame for hint in self.document.hints}, reverse=step < 0)
        way = ((frame - self.document.frame) * step > 0 for frame in frames)
        frame = next((frame for frame, ahead in zip(frames, way, strict=True) if ahead), None)
        if frame is None:
            self.say(f"no hinted frame {'after' if step > 0 else 'before'} this one")
        else:
            self.show_frame(frame)

    # Lost hints.

    def action_lost_hint(self) -> None:
        """List where hints are lost."""
        if not self.at_film() or self.document is None or self._clip is None:
            return
        from tui_colorize.tui.film.lost import LostHints

        document, stretches = self.document, self._lost_stretches()
        if stretches:
            time_of, hide = self._clip.time_of, self._hide
            screen = LostHints(stretches, document.hints, time_of, document.frame, hide)
            self.push_screen(screen, lambda stretch: self._visit(stretch) if stretch else None)
        else:
            self.say("no hint is lost")

    def _lost_stretches(self) -> list[Stretch]:
        """In order, those that were dismissed at the end."""
        if self._overview is None or self.document is None:
            return []
        count = len(self.document.hints)  # what is known may be of more hints
        known = (each for each in self._overview.stretches if each.hint < count)
        return sorted(known, key=lambda each: each.hidden)

    def _hide(self, stretch: Stretch) -> list[Stretch]:
        """The hint is out of sight there, and to be lost is no matter; or it is, after all."""
        from tui_colorize.tui.picturestate import point_of

        assert self.document is not None
        document, first, last = self.document, stretch.first, stretch.last
        point = point_of(document.hints[stretch.hint])
        others = tuple(
            each
            for each in document.hidden
            if each[:3] != point or each[4] < first or each[3] > last
        )
        document.hidden = others if stretch.hidden else (*others, (*point, first, last))
        self.look_over()
        self.refresh_all()
        return self._lost_stretches()

    def _visit(self, stretch: Stretch) -> None:
        """To where a hint gets lost, with its colour in hand."""
        assert self.document is not None
        document = self.document
        self.show_frame(stretch.first)
        document.selected = stretch.hint
        document.color = document.hints[stretch.hint].color
        track = self._here.get(stretch.hint)
        if track is not None:
            self.go(round(track.x), round(track.y))
        self._visited = stretch
        self.say(f"hint {stretch.hint + 1} is lost from here to {stretch.last}: enter puts it anew")

    def action_put(self) -> None:
        document, visited = self.document, self._visited
        super().action_put()
        if document is None or visited is None or self._clip is None:
            return
        if visited.hint >= len(document.hints):
            return
        mended = document.hints[-1]
        if (
            visited.first <= mended.frame <= visited.last
            and mended.color == document.hints[visited.hint].color
            and not visited.hidden
        ):
            # from there on another hint takes its place
            self._hide(visited._replace(last=self._clip.count - 1))
        self._visited = None

    def on_timeline_clicked(self, event: messages.TimelineClicked) -> None:
        self.stop()
        self.show_frame(event.frame)

    def go_to(self, text: str) -> None:
        """An answer to "Go to": a place, or after an @ a frame or a time."""
        clip, text = self._clip, text.strip()
        if clip is None or not text.startswith("@"):
            super().go_to(text)
            return
        self.stop()
        *minutes, last = text[1:].split(":")
        frame: int | None = None
        with suppress(ValueError, OverflowError):
            if minutes:
                seconds = float(last)
                for number, part in enumerate(reversed(minutes), 1):
                    seconds += int(part) * 60**number
                frame = clip.frame_at(seconds) if isfinite(seconds) else None
            else:
                frame = int(last)
        if frame is None or not 0 <= frame < clip.count:
            self.complain(f"After @ comes a frame, 0 to {clip.count - 1}, or a time, as in 1:05.2.")
        else:
            self.show_frame(frame)

    # Edits.

    def edit_cell(self, index: int, column: str, text: str) -> bool:
        """A cell of the table was given a new text; those of the film's columns lead to frames."""
        if column not in ("frame", "here") or self.document is None:
            return super().edit_cell(index, column, text)
        self.stop()
        stretch = next((each for each in self.stretches_here if each.hint == index), None)
        if column == "here" and stretch is not None:
            self._visit(stretch)
        else:
            self.show_frame(self.document.hints[index].frame)
            self.document.select(index)
            self.refresh_all()
        return True

    def edit(self, edit: Callable[[Document], str]) -> bool:
        """Do an edit on the frame that is on show."""
        self.stop()
        return super().edit(edit)

    def action_undo(self) -> None:
        self._seeing(super().action_undo)

    def action_redo(self) -> None:
        self._seeing(super().action_redo)

    def _seeing(self, change: Callable[[], None]) -> None:
        """Do this, and go to where it can be seen."""
        before = set(self.document.hints) if self.document else set()
        change()
        if self.document is not None and self._clip is not None:
            now = self.document.frame
            frames = {hint.frame for hint in before ^ set(self.document.hints)}
            if frames and now not in frames:
                self.show_frame(min(frames, key=lambda frame: abs(frame - now)))
