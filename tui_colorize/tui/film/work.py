"""Going through a film: its frames, the hints followed to each, the timeline, playing."""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from textual.timer import Timer

from tui_colorize.tui import messages
from tui_colorize.tui.editing import Editing
from tui_colorize.tui.studio import sentence
from tui_colorize.tui.widgets.status_bar import FilmStatus
from tui_colorize.tui.widgets.timeline import Timeline

if TYPE_CHECKING:
    from tui_colorize.hints import HintSet
    from tui_colorize.tui.document import Document
    from tui_colorize.tui.film.clip import Clip
    from tui_colorize.tui.film.player import Player
    from tui_colorize.tui.film.projector import Projector
    from tui_colorize.tui.film.reel import Plane
    from tui_colorize.tui.film.tracks import Overview, Stretch, Tracks
    from tui_colorize.tui.source import Source
    from tui_colorize.video.tracker import Track

_TICK = 0.01  # seconds between two looks at the clock while a film plays


class FilmWork(Editing):
    """The part of the app that deals with films; of no effect on stills."""

    timeline: Timeline

    def __init__(self) -> None:
        super().__init__()
        self._projector: Projector | None = None
        self._tracks: Tracks | None = None
        self._here: dict[int, Track] = {}  # by hint
        self._overview: Overview | None = None
        self._player: Player | None = None
        self._ticks: Timer | None = None

    # The film.

    @property
    def _clip(self) -> Clip | None:
        return self.source.film if self.source is not None else None

    def film_on_desk(self) -> tuple[Path, HintSet] | None:
        """The path of the open film and all of its hints; None where there is none."""
        if self.source is None or self.source.film is None or self.document is None:
            return None
        return self.source.path, self.document.hints

    def load_film(self, source: Source) -> None:
        """Get ready to go through the film that was opened, if it is one."""
        clip = source.film
        self.timeline.display = clip is not None
        self.foot.show_keys(film=clip is not None)
        self.go_to_what = "Go to x,y, @frame or @minutes:seconds:" if clip else "Go to x,y:"
        if clip is None:
            self.status.update(film=None)
            return
        from tui_colorize.tui.film.projector import Projector
        from tui_colorize.tui.film.tracks import Tracks

        def read(frame: int, gray: Plane) -> None:
            self.post_message(messages.FilmFrameRead(clip, frame, gray))

        def found() -> None:
            self.post_message(messages.TracksFound(clip))

        def fail(error: Exception) -> None:
            self.post_message(messages.FilmFailed(clip, sentence(error)))

        self._projector = Projector(source.path, read, fail)
        self._tracks = Tracks(source.path, clip.size, clip.count, found, fail)

    def close_film(self) -> None:
        """Let go of the film that is open, if one is."""
        self.stop()
        if self._projector is not None:
            self._projector.close()
        if self._tracks is not None:
            self._tracks.close()
        self._projector = self._tracks = self._overview = None
        self._here = {}

    # What is shown.

    def refresh_all(self) -> None:
        """Show the document with the hints that were followed to this frame."""
        self._follow()
        if self._player is None:
            super().refresh_all()
        else:  # the rest would only slow the film down
            self.show_marks()
            self.color_anew()
        self._show_film()

    def _follow(self) -> None:
        document, tracks = self.document, self._tracks
        if document is None or tracks is None:
            return
        from tui_colorize.tui.film.followed import followed_hints

        tracks.want(document.hints, document.frame)
        here = tracks.at(document.frame)
        self._here = {track.index: track for track in here}
        size = document.width, document.height
        followed = followed_hints(here, document.hints, document.frame, size)
        if followed != document.followed:
            document.followed = followed

    def show_table(self) -> None:
        """Show the hints in the table: where they are on this frame, or else on their own."""
        document = self.document
        if document is None or not document.film:
            super().show_table()
            return
        pairs = list(zip(document.shown, document.hints, strict=True))
        self.table.show(
            [here or hint for here, hint in pairs],
            document.default_radius,
            document.selected,
            document.marked,
            [(hint.frame, self._state(index)) for index, (_, hint) in enumerate(pairs)],
        )

    def _state(self, index: int) -> str:
        """What a hint is like on the frame on show, in a word."""
        assert self.document is not None
        track = self._here.get(index)
        if self.document.hints[index].frame == self.document.frame:
            return "here"
        if track is None:
            return ""
        if track.visible:
            return f"{track.confidence:.0%}"
        return "lost" if self._lost(track) else "out"

    def _show_film(self) -> None:
        document, clip = self.document, self._clip
        if document is None or clip is None:
            return
        others = [
            track for i, track in self._here.items() if document.hints[i].frame != document.frame
        ]
        self.status.update(
            film=FilmStatus(
                frame=document.frame,
                frames=clip.count,
                time=clip.time_of(document.frame),
                fps=clip.rate,
                shown=self._player.rate if self._player else None,
                tracked=sum(track.visible for track in others),
                lost=sum(self._lost(track) for track in others),
            )
        )
        hinted = frozenset(hint.frame for hint in document.hints)
        self.timeline.show(document.frame, clip.count, hinted)

    def _lost(self, track: Track) -> bool:
        """Whether the hint is neither seen nor outside the picture."""
        assert self.document is not None
        inside = 0 <= track.x < self.document.width and 0 <= track.y < self.document.height
        return inside and not track.visible

    def on_tracks_found(self, event: messages.TracksFound) -> None:
        document, tracks = self.document, self._tracks
        if event.film is not self._clip or document is None or tracks is None:
            return
        self._overview = tracks.overview()
        self.timeline.show_tracks(*self._overview[:3])
        before = document.followed
        self._follow()
        if self._player is None:
            self.show_table()
        if document.followed is not before:
            self.show_marks()
            self.color_anew()
        self._show_film()

    # Other frames.

    def show_frame(self, frame: int) -> None:
        """Go to a frame, or to the end next to it."""
        document, clip = self.document, self._clip
        if document is None or clip is None or self._projector is None:
            return
        frame = max(0, min(clip.count - 1, frame))
        if frame == document.frame:
            return
        if document.brushing or document.line_from is not None:
            self.drop()
        document.frame = frame
        self.suggested = None
        self._projector.ask(frame)
        self.refresh_all()

    def on_film_frame_read(self, event: messages.FilmFrameRead) -> None:
        document, source = self.document, self.source
        if event.film is not self._clip or document is None or source is None:
            return
        self.source = source.on_frame(event.frame, event.gray)
        if event.frame == document.frame:
            self.refresh_all()
        if self._player is None:
            self.canvas.ask()
            self.studio.measure(self.source)
        elif self.prepared is None:  # it plays in gray
            self.canvas.ask()
            self._showed()

    def on_film_failed(self, event: messages.FilmFailed) -> None:
        if event.film is self._clip:
            self.stop()
            self.complain(event.sentence)

    def _at_film(self) -> bool:
        """Whether there is a film; it no longer plays then."""
        self.stop()
        if self._clip is None:
            self.say("that is for films")
        return self._clip is not None

    def action_frame(self, step: int) -> None:
        if self._at_film() and self.document is not None:
            self.show_frame(self.document.frame + step)

    def action_hinted_frame(self, step: int) -> None:
        if not self._at_film() or self.document is None:
            return
        frames = sorted({hint.frame for hint in self.document.hints}, reverse=step < 0)
        way = ((frame - self.document.frame) * step > 0 for frame in frames)
        frame = next((frame for frame, ahead in zip(frames, way, strict=True) if ahead), None)
        if frame is None:
            self.say(f"no hinted frame {'after' if step > 0 else 'before'} this one")
        else:
            self.show_frame(frame)

    def action_lost_hint(self) -> None:
        """To the next place where a hint is lost, with its colour in hand."""
        if not self._at_film() or self.document is None or self._overview is None:
            return
        document, stretches = self.document, self._overview.stretches
        valid = [each for each in stretches if each.hint < len(document.hints)]
        if not valid:
            self.say("no hint is lost")
            return
        self._visit(next((each for each in valid if each.first > document.frame), valid[0]))

    def _visit(self, stretch: Stretch) -> None:
        """To where a hint gets lost."""
        assert self.document is not None
        document = self.document
        self.show_frame(stretch.first)
        document.selected = stretch.hint
        document.color = document.hints[stretch.hint].color
        track = self._here.get(stretch.hint)
        if track is not None:
            self.go(round(track.x), round(track.y))
        self.say(
            f"hint {stretch.hint + 1} is lost on the frames {stretch.first} to {stretch.last}; "
            "enter puts it anew"
        )

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
        with suppress(ValueError):
            if minutes:
                seconds = float(last)
                for number, part in enumerate(reversed(minutes), 1):
                    seconds += int(part) * 60**number
                frame = clip.frame_at(seconds)
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
        now, lost = self.document.frame, self._overview.stretches if self._overview else ()
        stretch = next((s for s in lost if s.hint == index and s.first <= now <= s.last), None)
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

    # Playing.

    @property
    def playing(self) -> bool:
        """Whether the film plays."""
        return self._player is not None

    def action_play(self) -> None:
        if self._player is not None:
            self.stop()
            return
        if not self._at_film() or self.document is None or self._clip is None:
            return
        from tui_colorize.tui.film.player import Player

        self.drop()
        if self.document.frame == self._clip.count - 1:
            self.show_frame(0)
        self._player = Player(self._clip, self.document.frame, time.monotonic())
        self._ticks = self.set_interval(_TICK, self._tick)

    def stop(self) -> None:
        """Play no longer."""
        if self._ticks is not None:
            self._ticks.stop()
        if self._player is not None:
            self._player = self._ticks = None
            self.refresh_all()
            self.canvas.ask()

    def _tick(self) -> None:
        """Have the frame of this moment shown, unless another is still on its way."""
        document, clip, player = self.document, self._clip, self._player
        if document is None or clip is None or player is None:
            return
        if player.awaited is not None or not self.canvas.complete:
            return
        if document.frame == clip.count - 1:
            self.stop()
            return
        frame = player.due(time.monotonic())
        if frame != document.frame:
            player.awaited = frame
            self.show_frame(frame)

    def on_colorized(self, event: messages.Colorized) -> None:
        if self._player is not None and event.frame == self._player.awaited:
            self._showed()

    def _showed(self) -> None:
        if self._player is not None:
            self._player.awaited = None
            self._player.showed(time.monotonic())
